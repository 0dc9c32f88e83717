//! Texts, numbers, truth values and dates.
//!
//! YAML 1.2's core schema and nothing more: `no` is a text, quotes always make a text, `+371…` keeps its plus. A text
//! of the project is free of characters that act on a terminal or reorder a line, and in Unicode's composed form.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::{Schema, json_schema};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Decoder, Shape, shown};
use crate::config::raw::{Text, When};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, Scalar};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::text::Spanned;

/// What a scalar is by YAML's core schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Truth(bool),
    /// `None` if it does not fit.
    Int(Option<i64>),
    Float,
}

/// Tells texts from numbers and truth values.
pub(super) fn class(scalar: Scalar<'_>) -> Class {
    if !scalar.plain {
        return Class::Text;
    }
    match scalar.text {
        "true" | "True" | "TRUE" => return Class::Truth(true),
        "false" | "False" | "FALSE" => return Class::Truth(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "-.inf" | ".nan" | ".NaN" | ".NAN" => {
            return Class::Float;
        }
        _ => {}
    }
    let unsigned = scalar.text.strip_prefix(['+', '-']).unwrap_or(scalar.text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Class::Text;
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return Class::Int(scalar.text.parse().ok());
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = scalar.text.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            return Class::Int(i64::from_str_radix(digits, radix).ok());
        }
    }
    if is_float(unsigned) {
        Class::Float
    } else {
        Class::Text
    }
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (text, None),
    };
    let good_number = match number.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !number.is_empty() && digits(number),
    };
    let good_exponent = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    good_number && good_exponent
}

/// Whether a character acts on what is around it instead of being seen.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl<'a> Decoder<'a> {
    /// A scalar as text: numbers as written, truth values refused.
    pub(super) fn text_of(&mut self, node: Node<'a>, what: &str) -> Option<&'a str> {
        let Some(scalar) = node.scalar() else {
            self.wrong_type(node, what);
            return None;
        };
        if let Class::Truth(_) = class(scalar) {
            let subject = self.subject();
            self.report(
                Diagnostic::new(
                    Code::WrongType,
                    format!("{subject} takes {what}, not a truth value"),
                )
                .at(node.span(), "this is a truth value")
                .help(format!(
                    "quote it if the text is meant: \"{}\"",
                    scalar.text
                )),
            );
            return None;
        }
        Some(scalar.text)
    }

    /// A text that is safe to show and compare; `prose` may have line breaks.
    pub(super) fn clean(&mut self, node: Node<'a>, text: &str, prose: bool) -> Option<Arc<str>> {
        if text.is_ascii() && text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Some(if text.len() <= 24 {
                self.texts.share(text)
            } else {
                text.into()
            });
        }
        let allowed = |c: char| prose && matches!(c, '\n' | '\t');
        if let Some(bad) = text.chars().find(|&c| is_hostile(c) && !allowed(c)) {
            self.report_hostile(node, bad);
            return None;
        }
        Some(match is_nfc_quick(text.chars()) {
            IsNormalized::Yes => text.into(),
            IsNormalized::No | IsNormalized::Maybe => text.nfc().collect::<String>().into(),
        })
    }

    fn report_hostile(&mut self, node: Node<'a>, bad: char) {
        let kind = match bad {
            '\n' | '\r' => "a line break",
            bad if bad.is_control() => "a control character",
            '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => "an invisible character",
            _ => "a character that reorders or hides text",
        };
        let subject = self.subject();
        self.report(
            Diagnostic::new(
                Code::HostileText,
                format!("{subject} holds {kind}, U+{:04X}", bad as u32),
            )
            .at(node.span(), "somewhere in this text")
            .help("type the text anew instead of pasting it"),
        );
    }
}

/// A text of one line.
pub(super) struct Line;

impl Shape for Line {
    type Value = Text;
    const WHAT: &'static str = "a text";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        let text = cx.text_of(node, Self::WHAT)?;
        let text = filled(node, text, cx)?;
        Some(Spanned::new(cx.clean(node, text, false)?, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        text_schema()
    }
}

/// A text that may have several lines.
pub(super) struct Prose;

impl Shape for Prose {
    type Value = Text;
    const WHAT: &'static str = "a text";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        let text = cx.text_of(node, Self::WHAT)?;
        let text = filled(node, text, cx)?.trim_end();
        Some(Spanned::new(cx.clean(node, text, true)?, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        text_schema()
    }
}

macro_rules! text_shape {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        pub(super) struct $name;

        impl Shape for $name {
            type Value = Text;
            const WHAT: &'static str = $what;

            fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
                let text = cx.text_of(node, Self::WHAT)?;
                let text = filled(node, text, cx)?;
                Some(Spanned::new(cx.clean(node, text, false)?, node.span()))
            }

            fn schema(_: &mut Defs) -> Schema {
                text_schema()
            }
        }
    };
}

text_shape!(
    /// The key of a person.
    PersonRef, "a person's key"
);
text_shape!(
    /// The key of a location.
    LocationRef, "a location's key"
);
text_shape!(
    /// The key of a role.
    RoleRef, "a role's key"
);
text_shape!(
    /// The name of a system.
    SystemRef, "a system's name"
);
text_shape!(
    /// The slug of a right, or a pattern of slugs.
    RightRef, "a right or a pattern of rights"
);
text_shape!(
    /// An id at a vendor.
    Id, "an id"
);
text_shape!(
    /// The path of a file or folder.
    PathText, "a path"
);
text_shape!(
    /// A value of a tag.
    TagValue, "a value of the tag"
);

fn text_schema() -> Schema {
    json_schema!({ "type": ["string", "number"] })
}

/// Refuses a text of nothing but spaces.
fn filled<'a>(node: Node<'a>, text: &'a str, cx: &mut Decoder<'a>) -> Option<&'a str> {
    if text.trim().is_empty() {
        let message = format!("{} is an empty text", cx.subject());
        cx.wrong_value(
            node,
            message,
            "write something, or remove the key".to_owned(),
        );
        return None;
    }
    Some(text)
}

/// `true` or `false`.
pub(super) struct Truth;

impl Shape for Truth {
    type Value = Spanned<bool>;
    const WHAT: &'static str = "`true` or `false`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<bool>> {
        if let Some(Class::Truth(value)) = node.scalar().map(class) {
            return Some(Spanned::new(value, node.span()));
        }
        cx.wrong_type(node, Self::WHAT);
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "boolean" })
    }
}

/// A whole number.
pub(super) struct Int;

impl Shape for Int {
    type Value = Spanned<i64>;
    const WHAT: &'static str = "a whole number";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<i64>> {
        match node.scalar().map(class) {
            Some(Class::Int(Some(value))) => Some(Spanned::new(value, node.span())),
            Some(Class::Int(None)) => {
                let message = format!("{} is a number beyond all bounds", cx.subject());
                cx.wrong_value(node, message, "quote it if it is a text".to_owned());
                None
            }
            _ => {
                cx.wrong_type(node, Self::WHAT);
                None
            }
        }
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

/// A whole number from 1 up.
pub(super) struct Count;

impl Shape for Count {
    type Value = Spanned<i64>;
    const WHAT: &'static str = "a whole number from 1 up";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<i64>> {
        let number = Int::decode(node, cx)?;
        if number.value < 1 {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            cx.wrong_value(node, message, "write 1 or more".to_owned());
            return None;
        }
        Some(number)
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1 })
    }
}

/// A span of days, such as `14d`.
pub(super) struct Duration;

impl Shape for Duration {
    type Value = Text;
    const WHAT: &'static str = "a number of days such as `14d`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Text> {
        let text = cx.text_of(node, Self::WHAT)?;
        if days_of(text).is_none() {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            cx.wrong_value(node, message, "write days as a number and `d`".to_owned());
            return None;
        }
        Some(Spanned::new(cx.clean(node, text, false)?, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+d$" })
    }
}

/// The days of such a span.
fn days_of(text: &str) -> Option<u16> {
    let days: u16 = text.strip_suffix('d')?.parse().ok()?;
    (days > 0).then_some(days)
}

/// A span of days as a number.
pub(super) struct DayCount;

impl Shape for DayCount {
    type Value = Spanned<u16>;
    const WHAT: &'static str = Duration::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<u16>> {
        let text = Duration::decode(node, cx)?;
        Some(Spanned::new(days_of(&text.value)?, text.span))
    }

    fn schema(defs: &mut Defs) -> Schema {
        Duration::schema(defs)
    }
}

/// A span of days, or `none`.
pub(super) struct DaysOrNone;

impl Shape for DaysOrNone {
    type Value = Spanned<Option<u16>>;
    const WHAT: &'static str = "a number of days such as `365d`, or `none`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value> {
        let text = cx.text_of(node, Self::WHAT)?;
        let days = days_of(text);
        if days.is_none() && text != "none" {
            let message = format!("{} takes {}", cx.subject(), Self::WHAT);
            cx.wrong_value(
                node,
                message,
                "write days as a number and `d`, or `none`".to_owned(),
            );
            return None;
        }
        Some(Spanned::new(days, node.span()))
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9]+d|none)$" })
    }
}

/// A date, or a local date and time.
pub(super) struct Moment;

impl Shape for Moment {
    type Value = Spanned<When>;
    const WHAT: &'static str = "a date such as `2026-12-01` or `2026-12-01T20:00`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<When>> {
        let text = cx.text_of(node, Self::WHAT)?;
        match parse_when(text) {
            Ok(when) => Some(Spanned::new(when, node.span())),
            Err(fault) => {
                let subject = cx.subject();
                let (what, help) = fault.words(text);
                cx.report(
                    Diagnostic::new(
                        Code::BadDate,
                        format!("{subject}: `{}` {what}", shown(text)),
                    )
                    .at(node.span(), "no date")
                    .help(help),
                );
                None
            }
        }
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$",
        })
    }
}

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateFault {
    /// Not `YYYY-MM-DD`.
    Form,
    /// A space where `T` belongs.
    Space,
    /// A zone or an offset.
    Zone,
    /// A day the calendar does not have.
    Calendar,
    /// A time the clock does not have.
    Clock,
    /// A year that must be a slip.
    Year,
}

impl DateFault {
    fn words(self, text: &str) -> (&'static str, String) {
        match self {
            DateFault::Form => (
                "is not written as a date",
                "write year, month and day as `2026-12-01`, with a time as `2026-12-01T20:00`"
                    .to_owned(),
            ),
            DateFault::Space => (
                "has a space between date and time",
                format!("write `{}`", shown(&text.replacen(' ', "T", 1))),
            ),
            DateFault::Zone => (
                "has a time zone",
                "leave it out: dates are meant in the zone of the place they apply to".to_owned(),
            ),
            DateFault::Calendar => (
                "is not in the calendar",
                "check the month and the day".to_owned(),
            ),
            DateFault::Clock => (
                "has a time that is none",
                "write hours and minutes from `00:00` to `23:59`".to_owned(),
            ),
            DateFault::Year => (
                "has a year that must be a slip",
                "years from 1900 to 2999 are understood".to_owned(),
            ),
        }
    }
}

/// Reads `2026-12-01` and `2026-12-01T20:00`.
pub(super) fn parse_when(text: &str) -> Result<When, DateFault> {
    let bytes = text.as_bytes();
    let digits = |bytes: &[u8]| -> Option<i16> {
        bytes.iter().try_fold(0_i16, |sum, byte| {
            byte.is_ascii_digit()
                .then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    let (day, time) = bytes.split_at_checked(10).ok_or(DateFault::Form)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = day else {
        return Err(DateFault::Form);
    };
    let (Some(year), Some(month), Some(day)) = (
        digits(&[y1, y2, y3, y4]),
        digits(&[m1, m2]),
        digits(&[d1, d2]),
    ) else {
        return Err(DateFault::Form);
    };
    let narrow = |number: i16| i8::try_from(number).unwrap_or(i8::MAX);
    let date = Date::new(year, narrow(month), narrow(day)).map_err(|_| DateFault::Calendar)?;
    if !(1900..3000).contains(&year) {
        return Err(DateFault::Year);
    }
    let (hour, minute, second) = match time {
        [] => return Ok(When::Date(date)),
        [b'T', h1, h2, b':', m1, m2] => (digits(&[*h1, *h2]), digits(&[*m1, *m2]), Some(0)),
        [b'T', h1, h2, b':', m1, m2, b':', s1, s2] => (
            digits(&[*h1, *h2]),
            digits(&[*m1, *m2]),
            digits(&[*s1, *s2]),
        ),
        [b' ', rest @ ..] if rest.contains(&b':') => return Err(DateFault::Space),
        [b'T' | b't', rest @ ..]
            if rest
                .iter()
                .any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-' | b'[')) =>
        {
            return Err(DateFault::Zone);
        }
        _ => return Err(DateFault::Form),
    };
    let (Some(hour), Some(minute), Some(second)) = (hour, minute, second) else {
        return Err(DateFault::Form);
    };
    let time = jiff::civil::Time::new(narrow(hour), narrow(minute), narrow(second), 0)
        .map_err(|_| DateFault::Clock)?;
    Ok(When::Time(DateTime::from_parts(date, time)))
}

/// The name of a time zone.
pub(super) struct Zone;

impl Shape for Zone {
    type Value = Spanned<TimeZone>;
    const WHAT: &'static str = "a time zone such as `Europe/Riga`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<TimeZone>> {
        let name = cx.text_of(node, Self::WHAT)?;
        if let Ok(zone) = TimeZone::get(name) {
            return Some(Spanned::new(zone, node.span()));
        }
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect();
        // People know the city; the database files it under a continent.
        let city = |name: &str| name.rsplit('/').next().unwrap_or_default().to_lowercase();
        let same_city = known.iter().find(|zone| city(zone) == city(name));
        let near = nearest(name, known.iter().map(String::as_str));
        let help = match same_city.map(String::as_str).or(near) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "names are those of the IANA database, such as `Europe/Riga`".to_owned(),
        };
        cx.report(
            Diagnostic::new(
                Code::UnknownZone,
                format!("there is no time zone `{}`", shown(name)),
            )
            .at(node.span(), "not in the IANA database")
            .help(help),
        );
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "string" })
    }
}
