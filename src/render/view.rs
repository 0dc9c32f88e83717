//! A plan as a document: grouped by person, most dangerous first, in the words of those who approve it.
//!
//! It decides what is said and in which order, never how it looks. Nothing of a plan is left out without a line that
//! says so.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::hand::{self, ShortIds, push_all};
use super::names::Names;
use super::{rules, words};
use crate::catalog::{Catalog, Kind};
use crate::model::{PersonKey, PlaceId, Value};
use crate::plan::{
    Access, Completeness, DangerClass, Effect, Hold, HoldCode, Mode, Plan, RightDelta, Step,
    StepKind, Totals, totals,
};

/// What a view needs beside the plan.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Titles of rights.
    pub catalog: &'a Catalog,
    /// The zone in which times are shown.
    pub zone: &'a TimeZone,
    /// What is overdue is so by this clock.
    pub now: Timestamp,
    /// Whether e-mails and phones that have to be typed are shown in full.
    pub contacts: bool,
}

/// A whole plan.
pub fn plan(plan: &Plan, frame: &Frame<'_>) -> Doc {
    let draft = &plan.draft;
    let names = &Names::of(plan);
    let page = &Page {
        frame,
        names,
        ids: ShortIds::of(plan),
    };
    let mut sections = Vec::new();
    let contradictions = hand::contradictions(plan, frame, names, &page.ids);
    if !contradictions.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "SAID TO BE DONE, AND NOT DONE"),
            blocks: contradictions,
        });
    }
    let unread = unread(plan, names);
    if !unread.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "Not everything could be read"),
            blocks: unread,
        });
    }
    let (late, steps) = hand::by_due(plan, frame.now);
    let overdue = late.len();
    for (tone, title, steps) in [
        (Tone::Alert, "Overdue by hand", late),
        (Tone::Strong, "Changes", steps),
    ] {
        if !steps.is_empty() {
            sections.push(Section {
                title: heading(tone, title),
                blocks: people(&steps, page),
            });
        }
    }
    let holds: Vec<&Hold> = draft
        .holds
        .iter()
        .filter(|hold| !is_about_a_read(hold))
        .collect();
    if !holds.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "Held back"),
            blocks: held_back(&holds, names),
        });
    }
    if !draft.loosened.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "Rules loosened"),
            blocks: draft.loosened.iter().map(rules::looser).collect(),
        });
    }
    if !draft.findings.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "RULES THAT ARE BROKEN"),
            blocks: draft.findings.iter().map(rules::broken).collect(),
        });
    }
    if !draft.drift.is_empty() {
        let lines = draft.drift.iter().map(|drift| {
            let mut runs = who(drift.person.as_ref(), drift.account.as_str());
            runs.extend([
                say(" at "),
                names.place(&drift.system, &drift.place),
                say(": "),
                foreign(drift.what.clone()),
            ]);
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Strong, "Changed by hand since the last apply"),
            blocks: lines.collect(),
        });
    }
    if !draft.withheld.is_empty() {
        sections.push(Section {
            title: vec![
                toned(Tone::Strong, "Withheld"),
                say(" (would be done if `ownership` let it)"),
            ],
            blocks: withheld(plan, page),
        });
    }
    if !draft.waiting.is_empty() {
        let lines = draft.waiting.iter().map(|waiting| {
            let mut runs = named(&waiting.name, Some(&waiting.person));
            runs.extend([say("  waits for "), foreign(waiting.what.clone())]);
            for (nth, place) in waiting.places.iter().enumerate() {
                runs.push(say(if nth == 0 { ": " } else { ", " }));
                runs.push(names.place(&waiting.system, place));
            }
            if let Some(since) = waiting.since {
                runs.push(toned(
                    Tone::Dim,
                    format!(" (since {})", words::time(since, frame.zone)),
                ));
            }
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Strong, "Waiting for others"),
            blocks: lines.collect(),
        });
    }
    if !draft.lapses.is_empty() {
        let lines = draft.lapses.iter().map(|lapse| {
            let mut runs = vec![
                say(words::time(lapse.at, frame.zone)),
                say("  "),
                toned(Tone::Strong, lapse.person.to_string()),
            ];
            runs.extend([say(": "), foreign(lapse.what.to_string())]);
            runs.push(toned(
                Tone::Dim,
                format!(
                    "  {}:{}",
                    super::escape::terminal(&lapse.origin.file),
                    lapse.origin.line
                ),
            ));
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Strong, "Time will change"),
            blocks: lines.collect(),
        });
    }
    if !draft.strangers.is_empty() {
        sections.push(Section {
            title: heading(Tone::Strong, "Accounts nobody declared"),
            blocks: strangers(plan, names),
        });
    }
    let unseen = hand::unseen(plan, frame, names);
    if !unseen.is_empty() {
        sections.push(Section {
            title: heading(Tone::Strong, "Known by word, not by reading"),
            blocks: unseen,
        });
    }
    if !draft.notes.is_empty() {
        let lines = draft.notes.iter().map(|note| {
            let mut runs = Vec::new();
            match (&note.system, &note.place) {
                (Some(system), Some(place)) => runs.extend([names.place(system, place), say(": ")]),
                (Some(system), None) => runs.extend([say(system.to_string()), say(": ")]),
                (None, _) => {}
            }
            runs.push(foreign(note.text.clone()));
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Dim, "Worth knowing"),
            blocks: lines.collect(),
        });
    }
    sections.push(Section {
        title: Vec::new(),
        blocks: closing(plan, overdue),
    });
    Doc {
        title: title(plan, frame),
        sections,
    }
}

/// What every line may need.
struct Page<'a> {
    frame: &'a Frame<'a>,
    names: &'a Names<'a>,
    ids: ShortIds<'a>,
}

/// One step of a plan, for whoever does it.
pub fn step(plan: &Plan, step: &Step, frame: &Frame<'_>) -> Doc {
    let names = &Names::of(plan);
    let page = &Page {
        frame,
        names,
        ids: ShortIds::of(plan),
    };
    Doc {
        title: Vec::new(),
        sections: vec![Section {
            title: Vec::new(),
            blocks: people(&[step], page),
        }],
    }
}

fn heading(tone: Tone, text: &'static str) -> Vec<Run> {
    vec![toned(tone, text)]
}

fn title(plan: &Plan, frame: &Frame<'_>) -> Vec<Run> {
    let draft = &plan.draft;
    let zone = frame.zone.iana_name().unwrap_or("UTC");
    let mut runs = vec![
        toned(Tone::Strong, "Plan"),
        say(format!(
            " as of {} ({zone})",
            words::time(draft.as_of, frame.zone)
        )),
    ];
    for (nth, system) in draft.systems.iter().enumerate() {
        runs.push(say(if nth == 0 { " for " } else { ", " }));
        runs.push(toned(Tone::Strong, system.name.to_string()));
        runs.push(toned(
            Tone::Dim,
            format!(
                " ({}, {})",
                system.kind,
                if system.host.is_empty() {
                    "not asked".into()
                } else {
                    super::escape::terminal(&system.host)
                }
            ),
        ));
    }
    runs
}

fn named(name: &str, key: Option<&PersonKey>) -> Vec<Run> {
    let mut runs = vec![foreign_toned(Tone::Strong, name.to_owned())];
    if let Some(key) = key {
        runs.push(toned(Tone::Dim, format!("  {key}")));
    }
    runs
}

fn who(person: Option<&PersonKey>, account: &str) -> Vec<Run> {
    match person {
        Some(key) => vec![toned(Tone::Strong, key.to_string())],
        None => vec![say("account "), foreign(account.to_owned())],
    }
}

/// Scopes that were not read or only in part, those with the same reason together.
fn unread(plan: &Plan, names: &Names<'_>) -> Vec<Block> {
    let mut groups: Vec<(&'static str, String, Vec<Run>)> = Vec::new();
    let (mut is_read, mut is_by_word) = (false, false);
    for scope in &plan.draft.scopes {
        let (word, why) = match &scope.completeness {
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => continue,
            Completeness::Partial(gaps) => ("read in part", gaps.join("; ")),
            Completeness::Unreadable(why) => ("not read", why.clone()),
        };
        let shows_users = names.kind(&scope.system).is_none_or(Kind::shows_users);
        let by_word = !shows_users || scope.place == PlaceId::Chain;
        is_by_word |= by_word;
        is_read |= !by_word;
        let place = names.place(&scope.system, &scope.place);
        match groups
            .iter_mut()
            .find(|group| group.0 == word && group.1 == why)
        {
            Some((_, _, places)) => places.extend([say(", "), place]),
            None => groups.push((word, why, vec![place])),
        }
    }
    let mut blocks: Vec<Block> = groups
        .into_iter()
        .map(|(word, why, mut runs)| {
            runs.extend([say(format!(": {word}: ")), foreign(why)]);
            Block::Line(runs)
        })
        .collect();
    if is_read {
        blocks.push(Block::Line(vec![say(
            "Nobody is removed and nobody is invited there, and what depends on it is held back; other places go on.",
        )]));
    }
    if is_by_word {
        blocks.push(Block::Line(vec![say(
            "Where no call shows users, a list in doubt proves nobody absent: each step says what to look for first, and a leaver's access is taken back if there is any.",
        )]));
    }
    blocks
}

/// Whether a hold says no more than that a scope could not be read, which has its own section.
fn is_about_a_read(hold: &Hold) -> bool {
    hold.code == HoldCode::NotComplete && hold.step.is_none() && hold.person.is_none()
}

/// Steps grouped by person, the group with the most dangerous step first.
fn people(steps: &[&Step], page: &Page<'_>) -> Vec<Block> {
    let mut groups: BTreeMap<(Option<&PersonKey>, &str), Vec<&Step>> = BTreeMap::new();
    for step in steps {
        let account = step.account.as_ref().map_or("", |account| account.as_str());
        let unnamed = if step.person.is_some() { "" } else { account };
        groups
            .entry((step.person.as_ref(), unnamed))
            .or_default()
            .push(step);
    }
    let mut groups: Vec<Vec<&Step>> = groups.into_values().collect();
    groups.sort_by_key(|steps| Reverse(steps.iter().map(|step| step.class).max()));
    groups
        .into_iter()
        .map(|steps| group(&steps, page))
        .collect()
}

fn group(steps: &[&Step], page: &Page<'_>) -> Block {
    let mut head = Vec::new();
    if let Some(first) = steps.first() {
        head = named(&first.name, first.person.as_ref());
        let mut reasons: Vec<_> = steps.iter().map(|step| step.reason).collect();
        reasons.dedup();
        let reasons: Vec<_> = reasons.into_iter().map(words::reason).collect();
        head.push(toned(Tone::Dim, format!("  {}", reasons.join(", "))));
    }
    Block::Group {
        head,
        items: steps.iter().map(|step| item(step, page)).collect(),
    }
}

fn item(step: &Step, page: &Page<'_>) -> Item {
    let place = page.names.place(&step.system, &step.place);
    let role = |access: Option<&Access>| {
        access
            .and_then(|access| access.role.as_ref())
            .map_or_else(Vec::new, |role| {
                vec![say(" as "), foreign_toned(Tone::Strong, role.to_string())]
            })
    };
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
    let mut head = vec![say(doing), say(" "), place];
    match step.kind {
        StepKind::Invite | StepKind::Grant => head.extend(role(step.after.as_ref())),
        StepKind::Remove | StepKind::WithdrawInvitation => {
            if let Some(role) = step.before.as_ref().and_then(|access| access.role.as_ref()) {
                head.extend([say(" (was "), foreign(role.to_string()), say(")")]);
            }
        }
        StepKind::ChangeRole => {
            let name = |access: Option<&Access>| {
                access
                    .and_then(|access| access.role.as_ref())
                    .map_or("none".to_owned(), ToString::to_string)
            };
            head.extend([
                say(": "),
                foreign(name(step.before.as_ref())),
                say(" → "),
                foreign_toned(Tone::Strong, name(step.after.as_ref())),
            ]);
        }
        _ => {}
    }
    let gives_role = matches!(
        step.kind,
        StepKind::Invite | StepKind::Grant | StepKind::ChangeRole
    );
    if by_hand && gives_role {
        head.extend(hand::role_mark(step, page.names));
    }
    if let Some(class) = words::class(step.class) {
        let tone = if step.class == DangerClass::Messaging {
            Tone::Dim
        } else {
            Tone::Alert
        };
        head.push(toned(tone, format!("  [{class}]")));
    }
    if by_hand {
        let id = page.ids.short(&step.id);
        head.push(toned(Tone::Alert, format!("  [by hand {id}]")));
    }
    Item {
        mark,
        tone,
        head,
        details: details(step, page),
    }
}

fn details(step: &Step, page: &Page<'_>) -> Vec<Detail> {
    let frame = page.frame;
    let mut details = Vec::new();
    match step.kind {
        StepKind::Invite | StepKind::Grant => {
            if let Some(after) = &step.after {
                push_all(
                    &mut details,
                    "gets",
                    words::granted(frame.catalog, &named_rights(step, after)),
                );
            }
        }
        StepKind::Remove | StepKind::WithdrawInvitation => {}
        _ => deltas(&mut details, &step.deltas, frame.catalog),
    }
    if let Some(kind) = page
        .names
        .kind(&step.system)
        .filter(|_| step.hand.is_some())
    {
        hand::shifts(step, kind).into_details(&mut details, step.before.is_none());
    }
    let staff = |access: Option<&Access>| {
        access.and_then(|access| {
            access
                .staff_name
                .clone()
                .or(access.staff.map(|id| format!("no. {id}").into()))
        })
    };
    let (before, after) = (staff(step.before.as_ref()), staff(step.after.as_ref()));
    let gone = matches!(step.kind, StepKind::Remove | StepKind::WithdrawInvitation);
    if before != after && !gone {
        let word = |name: Option<std::sync::Arc<str>>| {
            name.map_or_else(|| say("nobody"), |name| foreign(name.to_string()))
        };
        let mut text = vec![word(after.clone())];
        if step.before.is_some() {
            text.splice(0..0, [word(before), say(" → ")]);
        }
        details.push(Detail {
            label: "team member",
            text,
        });
    }
    for effect in &step.effects {
        let text = match effect {
            Effect::Mail(address) => vec![say("an e-mail to "), foreign(address.clone())],
            Effect::Sms(number) => vec![say("an SMS to "), foreign(number.clone())],
            Effect::SignOut => vec![say("can no longer sign in there")],
            Effect::PaidSeat => vec![toned(Tone::Alert, "may take a paid seat")],
        };
        details.push(Detail {
            label: match effect {
                Effect::Mail(_) | Effect::Sms(_) => "sends",
                Effect::SignOut => "effect",
                Effect::PaidSeat => "cost",
            },
            text,
        });
    }
    details.extend(rules::witnesses(step, frame.catalog));
    details.extend(hand::details(step, frame, page.ids.short(&step.id)));
    push_all(
        &mut details,
        "because",
        step.because.iter().map(words::because).collect(),
    );
    details
}

/// The rights after a step, with names where the deltas know them instead of ids.
fn named_rights(step: &Step, after: &Access) -> crate::model::RightSet {
    let mut rights = (*after.rights).clone();
    for delta in &step.deltas {
        if delta.after.is_some() {
            rights.set(delta.right.index(), delta.after.clone());
        }
    }
    rights
}

fn deltas(details: &mut Vec<Detail>, deltas: &[RightDelta], catalog: &Catalog) {
    let (mut gains, mut loses, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for delta in deltas {
        let right = catalog.get(delta.right);
        let on = |value: Option<&Value>| matches!(value, Some(Value::Switch(true)));
        let switch = matches!(
            delta.after.as_ref().or(delta.before.as_ref()),
            Some(Value::Switch(_))
        );
        if switch && !right.is_restricting() {
            let list = if on(delta.after.as_ref()) {
                &mut gains
            } else {
                &mut loses
            };
            list.push((right.sensitivity.is_none(), words::title(right)));
        } else {
            let mut text = words::title(right);
            text.push(say(": "));
            if delta.before.is_some() {
                text.extend([words::value(right, delta.before.as_ref()), say(" → ")]);
            }
            text.push(words::value(right, delta.after.as_ref()));
            changes.push((true, text));
        }
    }
    for (label, mut list) in [("loses", loses), ("gains", gains), ("changes", changes)] {
        list.sort_by_key(|(harmless, _)| *harmless);
        push_all(
            details,
            label,
            list.into_iter().map(|(_, text)| text).collect(),
        );
    }
}

/// One block for each hold, and one for all that a limit keeps back for the same reason.
fn held_back(holds: &[&Hold], names: &Names<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut limits: Vec<Vec<&Hold>> = Vec::new();
    for hold in holds {
        if hold.code != HoldCode::OverLimit {
            blocks.push(held(hold, names));
            continue;
        }
        let same = limits.iter_mut().find(|group| {
            group.first().is_some_and(|first| {
                (&first.message, &first.approval) == (&hold.message, &hold.approval)
            })
        });
        match same {
            Some(group) => group.push(hold),
            None => limits.push(vec![hold]),
        }
    }
    let limits = limits.iter().map(|group| over_limit(group, names));
    limits.chain(blocks).collect()
}

/// Everybody whom one limit keeps back.
fn over_limit(group: &[&Hold], names: &Names<'_>) -> Block {
    let Some(first) = group.first() else {
        return Block::Group {
            head: Vec::new(),
            items: Vec::new(),
        };
    };
    let mut details = Vec::new();
    let kept = group.iter().filter_map(|hold| {
        let step = hold.step.as_ref()?;
        let mut line = vec![say(step.kind.name()), say("  ")];
        line.extend(named(&hold.name, hold.person.as_ref()));
        line.extend([say("  at "), names.place(&step.system, &step.place)]);
        Some(line)
    });
    push_all(&mut details, "kept back", kept.collect());
    details.push(Detail {
        label: "to do",
        text: vec![foreign(first.help.clone())],
    });
    approve_with(&mut details, first);
    let rule = first.because.first().map(words::because);
    push_all(&mut details, "because", rule.into_iter().collect());
    Block::Group {
        head: vec![toned(Tone::Strong, "Over a limit".to_owned())],
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![
                foreign(first.message.clone()),
                toned(Tone::Dim, format!("  [{}]", first.code.name())),
            ],
            details,
        }],
    }
}

/// The entry that would let it through, for copying.
fn approve_with(details: &mut Vec<Detail>, hold: &Hold) {
    let entries = hold.approval.iter().flat_map(|entries| entries.lines());
    let entries = entries.map(|entry| vec![foreign(entry.to_owned())]);
    push_all(details, "approve with", entries.collect());
}

fn held(hold: &Hold, names: &Names<'_>) -> Block {
    let mut head = named(&hold.name, hold.person.as_ref());
    if let (Some(system), Some(place)) = (&hold.system, &hold.place) {
        head.extend([say("  at "), names.place(system, place)]);
    }
    let mut details = Vec::new();
    if let Some(step) = &hold.step {
        details.push(Detail {
            label: "kept back",
            text: vec![say(step.kind.name())],
        });
    }
    details.push(Detail {
        label: "to do",
        text: vec![foreign(hold.help.clone())],
    });
    approve_with(&mut details, hold);
    push_all(
        &mut details,
        "because",
        hold.because.iter().map(words::because).collect(),
    );
    Block::Group {
        head,
        items: vec![Item {
            mark: '!',
            tone: Tone::Alert,
            head: vec![
                foreign(hold.message.clone()),
                toned(Tone::Dim, format!("  [{}]", hold.code.name())),
            ],
            details,
        }],
    }
}

fn withheld(plan: &Plan, page: &Page<'_>) -> Vec<Block> {
    let steps: Vec<&Step> = plan
        .draft
        .withheld
        .iter()
        .map(|withheld| &withheld.step)
        .collect();
    let mut rules: Vec<_> = plan
        .draft
        .withheld
        .iter()
        .map(|withheld| &withheld.because)
        .collect();
    rules.sort();
    rules.dedup();
    let mut blocks = people(&steps, page);
    for rule in rules {
        let mut runs = vec![toned(Tone::Dim, "withheld by ")];
        runs.extend(words::because(rule));
        blocks.push(Block::Line(runs));
    }
    blocks
}

fn strangers(plan: &Plan, names: &Names<'_>) -> Vec<Block> {
    let lines = plan.draft.strangers.iter().map(|stranger| {
        let mut runs = named(&stranger.name, None);
        runs.push(toned(
            Tone::Dim,
            format!(
                "  account {}",
                super::escape::terminal(stranger.account.as_str())
            ),
        ));
        for (nth, (place, state)) in stranger.places.iter().enumerate() {
            runs.push(say(if nth == 0 { "  at " } else { ", " }));
            runs.push(names.place(&stranger.system, place));
            if *state != crate::model::AccountState::Active {
                runs.push(say(format!(" ({})", words::state(*state))));
            }
        }
        if let Some(remark) = &stranger.remark {
            runs.push(toned(Tone::Dim, format!("  {remark}")));
        }
        Block::Line(runs)
    });
    lines.collect()
}

/// The line of totals, the price and the plan's id.
fn closing(plan: &Plan, overdue: usize) -> Vec<Block> {
    let counts = totals(&plan.draft);
    let mut blocks = vec![Block::Line(vec![toned(
        Tone::Strong,
        summary(&counts, overdue),
    )])];
    let price = &plan.draft.price;
    let mut cost = format!("{} read", words::count(price.calls_read, "call", "calls"));
    if counts.api > 0 {
        cost.push_str(&format!(
            ", {} to apply (about {} under the vendor's limit)",
            words::count(price.calls_apply, "call", "calls"),
            words::count(price.seconds, "second", "seconds")
        ));
    }
    if price.messages > 0 {
        cost.push_str(&format!(
            ", {} to people",
            words::count(price.messages, "message", "messages")
        ));
    }
    if price.paid_seats > 0 {
        cost.push_str(&format!(
            ", up to {}",
            words::count(price.paid_seats, "paid seat", "paid seats")
        ));
    }
    cost.push('.');
    blocks.push(Block::Line(vec![toned(Tone::Dim, cost)]));
    let id: String = plan.id.0.chars().take(12).collect();
    blocks.push(Block::Line(vec![toned(Tone::Dim, format!("Plan {id}."))]));
    blocks
}

/// The one line of totals.
pub fn summary(counts: &Totals, overdue: usize) -> String {
    let mut parts = Vec::new();
    for (number, one, many) in [
        (counts.invitations, "invitation", "invitations"),
        (counts.grants, "further place", "further places"),
        (counts.changes, "change", "changes"),
        (counts.removals, "removal", "removals"),
    ] {
        if number > 0 {
            parts.push(words::count(number, one, many));
        }
    }
    let mut line = if parts.is_empty() && counts.manual == 0 {
        "Nothing to do".to_owned()
    } else {
        let people = words::count(counts.people, "person", "people");
        if parts.is_empty() {
            format!("For {people}")
        } else {
            format!("{} for {people}", parts.join(", "))
        }
    };
    if counts.manual > 0 {
        line.push_str(&format!("; {} by hand", counts.manual));
    }
    if overdue > 0 {
        line.push_str(&format!(", {overdue} overdue"));
    }
    for (number, text) in [
        (counts.holds, "held back"),
        (counts.withheld, "withheld"),
        (counts.waiting, "waiting for others"),
    ] {
        if number > 0 {
            line.push_str(&format!("; {number} {text}"));
        }
    }
    if counts.strangers > 0 {
        line.push_str(&format!(
            "; {}",
            words::count(
                counts.strangers,
                "undeclared account",
                "undeclared accounts"
            )
        ));
    }
    line.push('.');
    line
}
