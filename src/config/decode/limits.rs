//! `limits`, `drift`, `quiet` and `invitations`: how many people a run may touch, what happens to what was changed by hand,
//! and when people are written to.
//!
//! Not the counting. Invariant: what is left out keeps its built-in bound, and only the word `none` takes one away.

use jiff::SignedDuration;
use jiff::civil::Time;
use schemars::{Schema, json_schema};

use super::generic::record;
use super::scalars::DayCount;
use super::words::{Then, Word};
use super::{Decoder, Shape};
use crate::config::schema::Defs;
use crate::config::yaml::Node;
use crate::model::{Answer, Answered, Bound, DriftRule, Limit, Limits, Quiet, Stale};
use crate::text::Spanned;

record! {
    LimitsFields, "`limits`" {
        /// People who lose access that a line of YAML names, such as a leaver. Default: `{ count: 10, share: 20% }`.
        /// Example: `removals: { count: 5, share: 10% }`.
        "removals" removals: LimitShape;
        /// People who lose access that no line names: drift, edited roles, strangers. Default: `{ count: 2, share: 5%
        /// }`. Example: `inferred: { count: 3 }`.
        "inferred" inferred: LimitShape;
        /// People who gain a sensitive right or a heavier vendor role. Default: `{ count: 20 }`. Example:
        /// `escalations: { count: 5 }`.
        "escalations" escalations: LimitShape;
        /// People who are written to. Default: `{ count: 20 }`. Example: `messages: none`.
        "messages" messages: LimitShape;
        /// Accounts of a scope that may be gone since the last read; a list that lost more is not believed. Default:
        /// `{ count: 10, share: 20% }`. Example: `shrink: { share: 30% }`.
        "shrink" shrink: LimitShape;
    }
}

impl LimitsFields {
    /// The limits with the built-in ones where nothing is said.
    pub(super) fn limits(self) -> Limits {
        let built_in = Limits::default();
        let limit =
            |said: Option<Said>, built_in: Limit| said.map_or(built_in, |it| it.over(built_in));
        Limits {
            removals: limit(self.removals, built_in.removals),
            inferred: limit(self.inferred, built_in.inferred),
            escalations: limit(self.escalations, built_in.escalations),
            messages: limit(self.messages, built_in.messages),
            shrink: limit(self.shrink, built_in.shrink),
        }
    }
}

/// What a line says of one limit.
pub(super) enum Said {
    /// `none`.
    Off,
    /// The bounds that are named.
    Bounds(BoundsFields),
}

impl Said {
    fn over(self, built_in: Limit) -> Limit {
        let bound = |said: Option<Spanned<Option<u32>>>, built_in: Option<Bound>| match said {
            None => built_in,
            Some(said) => said.value.map(|most| Bound {
                most,
                origin: Some(said.span),
            }),
        };
        match self {
            Said::Off => Limit::default(),
            Said::Bounds(fields) => Limit {
                count: bound(fields.count, built_in.count),
                share: bound(fields.share, built_in.share),
            },
        }
    }
}

record! {
    BoundsFields, "a limit" {
        /// The most people in a run. Default: the built-in bound. Example: `count: 10`.
        "count" count: CountOrNone;
        /// The largest part of the accounts of a scope. It counts from 10 accounts up; below that it means at most
        /// half, and one person may always pass, unless it is `0%`. Default: the built-in bound. Example: `share:
        /// 20%`.
        "share" share: ShareOrNone;
    }
}

/// One limit: bounds, or `none`.
pub(super) struct LimitShape;

impl Shape for LimitShape {
    type Value = Said;
    const WHAT: &'static str = "a limit such as `{ count: 10, share: 20% }`, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Said> {
        match node.scalar() {
            Some(scalar) if scalar.text == "none" => Some(Said::Off),
            Some(_) => {
                cx.wrong_type(node, Self::WHAT);
                None
            }
            None => BoundsFields::decode(node, cx).map(Said::Bounds),
        }
    }

    fn schema(defs: &mut Defs) -> Schema {
        let bounds = BoundsFields::schema(defs);
        json_schema!({ "anyOf": [{ "const": "none" }, bounds] })
    }
}

/// A number of people, or `none`.
pub(super) struct CountOrNone;

impl Shape for CountOrNone {
    type Value = Spanned<Option<u32>>;
    const WHAT: &'static str = "a whole number such as `10`, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let text = cx.text_of(node, Self::WHAT)?;
        let count = text.parse::<u32>().ok();
        if count.is_none() && text != "none" {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            cx.wrong_value(
                node,
                message,
                "write a number from 0 up, or `none`".to_owned(),
            );
            return None;
        }
        Some(Spanned::new(count, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "anyOf": [{ "const": "none" }, { "type": "integer", "minimum": 0 }] })
    }
}

/// Percent, or `none`.
pub(super) struct ShareOrNone;

impl Shape for ShareOrNone {
    type Value = Spanned<Option<u32>>;
    const WHAT: &'static str = "a part such as `20%`, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let text = cx.text_of(node, Self::WHAT)?;
        let share = text
            .strip_suffix('%')
            .and_then(|digits| digits.parse::<u32>().ok())
            .filter(|&percent| percent <= 100);
        if share.is_none() && text != "none" {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            cx.wrong_value(
                node,
                message,
                "write whole percent from `0%` to `100%`, or `none`".to_owned(),
            );
            return None;
        }
        Some(Spanned::new(share, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9]+%|none)$" })
    }
}

record! {
    DriftFields, "`drift`" {
        /// What happens where somebody has more than the files say. Default: `revert`. Example: `widened: hold`.
        "widened" widened: Word<Answer>;
        /// What happens where somebody has less than the files say: what was taken away by hand is not given back
        /// unasked. Default: `hold`. Example: `reduced: revert`.
        "reduced" reduced: Word<Answer>;
    }
}

impl DriftFields {
    /// The answers, with the built-in ones where nothing is said.
    pub(super) fn rule(self) -> DriftRule {
        let built_in = DriftRule::default();
        let answered = |said: Option<Spanned<Answer>>, built_in: Answered| {
            said.map_or(built_in, |said| Answered {
                answer: said.value,
                origin: Some(said.span),
            })
        };
        DriftRule {
            widened: answered(self.widened, built_in.widened),
            reduced: answered(self.reduced, built_in.reduced),
        }
    }
}

/// `20:00-09:00`, or `none`.
pub(super) struct QuietShape;

impl Shape for QuietShape {
    type Value = Option<Quiet>;
    const WHAT: &'static str = "hours such as `20:00-09:00`, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let text = cx.text_of(node, Self::WHAT)?;
        if text == "none" {
            return Some(None);
        }
        let hours = text
            .split_once('-')
            .and_then(|(from, until)| Some((time_of(from)?, time_of(until)?)));
        let Some((from, until)) = hours.filter(|(from, until)| from != until) else {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            let help = "write two different times of day with hours and minutes, `HH:MM-HH:MM`";
            cx.wrong_value(node, message, help.to_owned());
            return None;
        };
        Some(Some(Quiet {
            from,
            until,
            origin: node.span(),
        }))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^([0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]|none)$",
        })
    }
}

/// `09:30`.
fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse::<i8>().ok()).flatten()
    };
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

record! {
    InvitationsFields, "`invitations`" {
        /// After how many days an invitation that nobody accepted is stale. Default: `14d`. Example: `stale_after:
        /// 7d`.
        "stale_after" stale_after: DayCount;
        /// What happens to a stale one. Default: `report`. Example: `then: withdraw`.
        "then" then: Word<Then>;
    }
}

impl InvitationsFields {
    /// The answer, with the built-in one where nothing is said.
    pub(super) fn rule(self) -> Stale {
        let built_in = Stale::default();
        Stale {
            after: self.stale_after.map_or(built_in.after, |days| {
                SignedDuration::from_hours(24 * i64::from(days.value))
            }),
            withdraw: self
                .then
                .as_ref()
                .map_or(built_in.withdraw, |then| then.value == Then::Withdraw),
            origin: Some(self.span),
        }
    }
}
