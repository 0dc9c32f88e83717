//! What one step changes, in words, without whom it is for and where: what somebody gets, gains and loses with it.
//!
//! Not how steps are put together: that is `change`. Invariant: what two steps have the same words for is the same.

use super::change::Page;
use super::doc::{Detail, Run, Tone, foreign, foreign_toned, say, toned};
use super::hand::{self, push_all};
use super::{rules, words};
use crate::catalog::{Kind, Sensitivity, compare_roles};
use crate::model::{RightSet, Value};
use crate::plan::{Access, DangerClass, Effect, Mode, Reason, RightDelta, Step, StepKind};

/// How many sensitive rights of somebody who loses everything are named.
const NAMED: usize = 6;

/// What a step does, without whom it is for.
pub(super) struct Told {
    pub(super) mark: char,
    pub(super) tone: Tone,
    /// Before the place: "invite to".
    pub(super) doing: &'static str,
    /// Behind the place: " as manager".
    pub(super) after: Vec<Run>,
    /// How dangerous it is.
    pub(super) class: DangerClass,
    /// What is gained and lost, and what else is true of each step that does the same.
    pub(super) details: Vec<Detail>,
}

impl Told {
    /// What tells it from others.
    pub(super) fn key(&self, step: &Step) -> String {
        let mut key = format!(
            "{}\u{0}{}\u{0}{}\u{0}{}\u{0}{}",
            step.system,
            self.class.name(),
            self.doing,
            step.reason.name(),
            matches!(step.mode, Mode::Manual(_))
        );
        let runs = |key: &mut String, runs: &[Run]| {
            for run in runs {
                key.push('\u{0}');
                key.push_str(&run.text);
            }
        };
        runs(&mut key, &self.after);
        for detail in &self.details {
            key.push('\u{1}');
            key.push_str(detail.label);
            runs(&mut key, &detail.text);
        }
        key
    }
}

/// What a step does.
pub(super) fn told(step: &Step, page: &Page<'_>) -> Told {
    let (mark, tone) = match step.kind {
        StepKind::Invite
        | StepKind::Resend
        | StepKind::Grant
        | StepKind::Unblock
        | StepKind::Activate => ('+', Tone::Give),
        StepKind::SetRights | StepKind::ChangeRole | StepKind::LinkStaff => ('~', Tone::Change),
        StepKind::Remove
        | StepKind::WithdrawInvitation
        | StepKind::Block
        | StepKind::Deactivate => ('-', Tone::Take),
        StepKind::Check | StepKind::FollowUp => ('!', Tone::Alert),
    };
    let by_hand = matches!(step.mode, Mode::Manual(_));
    let doing = if by_hand {
        words::doing_by_hand(page.names.kind(&step.system), step)
    } else {
        words::doing(step.kind)
    };
    let mut after = roles(step);
    let gives_role = matches!(
        step.kind,
        StepKind::Invite | StepKind::Grant | StepKind::ChangeRole
    );
    if by_hand && gives_role {
        after.extend(hand::role_mark(step, page.names));
    }
    Told {
        mark,
        tone,
        doing,
        after,
        class: step.class,
        details: details(step, page),
    }
}

/// The vendor role that is given, taken or changed.
fn roles(step: &Step) -> Vec<Run> {
    let role = |access: &Option<Access>| {
        let role = access.as_ref()?.role.as_ref()?;
        Some(role.to_string())
    };
    match step.kind {
        StepKind::Invite | StepKind::Grant => role(&step.after).map_or_else(Vec::new, |role| {
            vec![say(" as "), foreign_toned(Tone::Strong, role)]
        }),
        StepKind::Remove | StepKind::WithdrawInvitation => role(&step.before)
            .map_or_else(Vec::new, |role| {
                vec![say(" (was "), foreign(role), say(")")]
            }),
        StepKind::ChangeRole => {
            let name = |access| role(access).unwrap_or_else(|| "none".to_owned());
            vec![
                say(": "),
                foreign(name(&step.before)),
                say(" → "),
                foreign_toned(Tone::Strong, name(&step.after)),
            ]
        }
        _ => Vec::new(),
    }
}

fn details(step: &Step, page: &Page<'_>) -> Vec<Detail> {
    let mut details = Vec::new();
    match step.kind {
        StepKind::Invite | StepKind::Grant => {
            if let Some(after) = &step.after {
                let lines = words::gets(page.frame, &named_rights(step, after));
                push_all(&mut details, "gets", lines);
            }
        }
        StepKind::Remove | StepKind::WithdrawInvitation => {
            push_all(&mut details, "loses", lost(&step.deltas, page));
        }
        _ => deltas(&mut details, step, page),
    }
    let kind = page.names.kind(&step.system);
    if let Some(kind) = kind.filter(|_| step.hand.is_some()) {
        hand::shifts(step, kind).into_details(&mut details, step.before.is_none());
    }
    details.extend(team_member(step));
    details.extend(by_hand(step, page));
    for effect in &step.effects {
        match effect {
            // To whom is another matter for each of them.
            Effect::Mail(_) | Effect::Sms(_) => {}
            Effect::SignOut => details.push(Detail {
                label: "effect",
                text: vec![say("can no longer sign in there")],
            }),
            Effect::PaidSeat => details.push(Detail {
                label: "cost",
                text: vec![toned(Tone::Alert, "may take a paid seat")],
            }),
        }
    }
    details.extend(rules::witnesses(step, page.frame.catalog));
    details
}

/// What of a step answers what somebody did by hand, where it does something else as well.
fn by_hand(step: &Step, page: &Page<'_>) -> Option<Detail> {
    let by_hand = &step.by_hand;
    let rights = by_hand.rights.iter();
    let mut named: Vec<String> = rights
        .map(|&id| page.frame.catalog.get(id).title.to_owned())
        .collect();
    let other = [
        (by_hand.role, "vendor role"),
        (by_hand.staff, "team member"),
    ];
    named.extend(
        other
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| (*name).to_owned()),
    );
    let is_mixed = step.reason != Reason::Drift || by_hand.rights.len() < step.deltas.len();
    (is_mixed && !named.is_empty()).then(|| Detail {
        label: "by hand",
        text: vec![say(format!(
            "{}: changed at the vendor since it was last verified",
            named.join(", ")
        ))],
    })
}

/// Who of the bookable staff the account belongs to, where that changes.
fn team_member(step: &Step) -> Option<Detail> {
    let staff = |access: &Option<Access>| {
        let access = access.as_ref()?;
        let named = access.staff_name.clone();
        named.or(access.staff.map(|id| format!("no. {id}").into()))
    };
    let (before, after) = (staff(&step.before), staff(&step.after));
    let gone = matches!(step.kind, StepKind::Remove | StepKind::WithdrawInvitation);
    if before == after || gone {
        return None;
    }
    let word = |name: Option<std::sync::Arc<str>>| {
        name.map_or_else(|| say("nobody"), |name| foreign(name.to_string()))
    };
    let mut text = vec![word(after)];
    if step.before.is_some() {
        text.splice(0..0, [word(before), say(" → ")]);
    }
    Some(Detail {
        label: "team member",
        text,
    })
}

/// The rights after a step, with names where the deltas know them instead of ids.
fn named_rights(step: &Step, after: &Access) -> RightSet {
    let mut rights = (*after.rights).clone();
    for delta in &step.deltas {
        if delta.after.is_some() {
            rights.set(delta.right.index(), delta.after.clone());
        }
    }
    rights
}

/// Of somebody who loses everything: the sensitive rights among it.
fn lost(deltas: &[RightDelta], page: &Page<'_>) -> Vec<Vec<Run>> {
    let mut sensitive: Vec<(Option<Sensitivity>, Vec<Run>)> = deltas
        .iter()
        .filter(|delta| delta.before == Some(Value::Switch(true)))
        .filter_map(|delta| {
            let right = page.frame.catalog.get(delta.right);
            Some((Some(page.frame.why(right)?), vec![say(right.title)]))
        })
        .collect();
    if sensitive.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![vec![say("everything there, and with it")]];
    if sensitive.len() <= NAMED {
        lines.extend(words::ranked(sensitive));
        return lines;
    }
    // Whoever leaves loses what they had: how much of it mattered is enough.
    sensitive.sort_by_key(|(why, _)| words::rank(*why));
    let mut counts: Vec<(Sensitivity, u32)> = Vec::new();
    for why in sensitive.into_iter().filter_map(|(why, _)| why) {
        match counts.last_mut() {
            Some((last, count)) if *last == why => *count += 1,
            _ => counts.push((why, 1)),
        }
    }
    if let Some(line) = lines.first_mut() {
        for (nth, (why, count)) in counts.into_iter().enumerate() {
            line.push(say(if nth == 0 { " " } else { ", " }));
            line.push(toned(Tone::Alert, format!("{count} [{}]", why.title())));
        }
    }
    lines
}

/// What changes: the sensitive first, and all that has no mark in one line.
fn deltas(details: &mut Vec<Detail>, step: &Step, page: &Page<'_>) {
    let (mut gains, mut loses, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for delta in &step.deltas {
        let right = page.frame.catalog.get(delta.right);
        let why = page.frame.why_changed(delta);
        let on = |value: Option<&Value>| matches!(value, Some(Value::Switch(true)));
        let switch = matches!(
            delta.after.as_ref().or(delta.before.as_ref()),
            Some(Value::Switch(_))
        );
        let mut text = vec![say(right.title)];
        if switch && !right.is_restricting() {
            let list = if on(delta.after.as_ref()) {
                &mut gains
            } else {
                &mut loses
            };
            list.push((why, text));
        } else {
            text.push(say(": "));
            if delta.before.is_some() {
                text.extend([words::value(right, delta.before.as_ref()), say(" → ")]);
            }
            text.push(words::value(right, delta.after.as_ref()));
            changes.push((why, text));
        }
    }
    let mut lost = lost_role(step, page).into_iter().collect::<Vec<_>>();
    lost.extend(words::ranked(loses));
    push_all(details, "loses", lost);
    for (label, list) in [("gains", gains), ("changes", changes)] {
        push_all(details, label, words::ranked(list));
    }
}

/// The vendor role that somebody loses, where the new one has not all that it has: what it lets them do is in no right.
fn lost_role(step: &Step, page: &Page<'_>) -> Option<Vec<Run>> {
    let role = |access: &Option<Access>| access.as_ref()?.role.clone();
    let (before, after) = (role(&step.before)?, role(&step.after)?);
    let has_catalog = matches!(
        page.names.kind(&step.system),
        Some(Kind::Altegio | Kind::Yclients)
    );
    let is_less = step.kind == StepKind::ChangeRole
        && before != after
        && has_catalog
        && compare_roles(before.as_str(), after.as_str()).is_none_or(std::cmp::Ordering::is_gt);
    is_less.then(|| {
        vec![
            say("the vendor role "),
            foreign(before.to_string()),
            say(", which "),
            foreign(after.to_string()),
            say(" does not include"),
        ]
    })
}
