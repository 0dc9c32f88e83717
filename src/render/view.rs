//! A plan as a document: grouped by person, most dangerous first, in the words of those who approve it.
//!
//! It decides what is said and in which order, never how it looks. Nothing of a plan is left out without a line that
//! says so.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::change::{self, Page, named};
use super::doc::{Block, Doc, Run, Section, Tone, foreign, foreign_toned, prose, say, toned};
use super::hand;
use super::held::{held_back, of_all};
use super::names::Names;
use super::{levels, rules, words};
use crate::catalog::{Catalog, Kind, Right, RightId, RightType, Sensitivity};
use crate::model::PlaceId;
use crate::plan::{
    Completeness, Drift, Hold, HoldCode, Plan, RightDelta, Step, Totals, gives, totals,
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
    /// Rights that are sensitive in this project beside the catalogue's.
    pub sensitive: &'a BTreeMap<RightId, Sensitivity>,
}

impl Frame<'_> {
    /// Why a right is sensitive.
    pub fn why(&self, right: &Right) -> Option<Sensitivity> {
        let raised = || self.sensitive.get(&right.id).copied();
        right.sensitivity.or_else(raised)
    }

    /// Why a change of a right is sensitive: who may sign in from anywhere afterwards is watched less, though the right
    /// itself gives nothing.
    pub fn why_changed(&self, delta: &RightDelta) -> Option<Sensitivity> {
        let right = self.catalog.get(delta.right);
        let loosens = || {
            matches!(right.kind, RightType::CheckIp | RightType::Ips)
                && gives(right, delta.before.as_ref(), delta.after.as_ref())
        };
        let watched = || loosens().then_some(Sensitivity::Security);
        self.why(right).or_else(watched)
    }
}

/// A whole plan.
pub fn plan(plan: &Plan, frame: &Frame<'_>) -> Doc {
    named_by(plan, &Names::of(plan), frame)
}

/// What a plan says beside its steps: what is held, broken, changed by others or not read, and what time will change.
pub(super) fn beside(plan: &Plan, frame: &Frame<'_>) -> Vec<Section> {
    let names = Names::of(plan);
    let mut rest = plan.clone();
    rest.draft.steps.clear();
    let sections = named_by(&rest, &names, frame).sections;
    let told = sections.into_iter().filter(|it| !it.title.is_empty());
    told.collect()
}

fn named_by(plan: &Plan, names: &Names<'_>, frame: &Frame<'_>) -> Doc {
    let draft = &plan.draft;
    let page = &Page::new(plan, frame, names);
    let mut sections = Vec::new();
    let contradictions = hand::contradictions(plan, frame, names, &page.ids);
    if !contradictions.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "SAID TO BE DONE, AND NOT DONE"),
            blocks: contradictions,
            fold: false,
        });
    }
    let unread = unread(plan, names);
    if !unread.is_empty() {
        sections.push(Section {
            title: heading(Tone::Alert, "Not everything could be read"),
            blocks: unread,
            fold: false,
        });
    }
    let (late, steps) = hand::by_due(plan, frame.now);
    if !late.is_empty() {
        sections.push(Section::open(
            heading(Tone::Alert, "Overdue by hand"),
            change::in_full(&late, page),
        ));
    }
    if !draft.loosened.is_empty() {
        sections.push(Section::open(
            heading(Tone::Alert, "Rules loosened"),
            draft
                .loosened
                .iter()
                .map(|it| rules::looser(it, frame.zone))
                .collect(),
        ));
    }
    sections.extend(change::sections(&steps, page));
    let holds: Vec<&Hold> = draft
        .holds
        .iter()
        .filter(|hold| !is_about_a_read(hold))
        .collect();
    if !holds.is_empty() {
        sections.push(Section {
            title: counted(Tone::Alert, "Held back", holds.len()),
            blocks: held_back(&holds, names, frame.catalog),
            fold: true,
        });
    }
    if !draft.findings.is_empty() {
        sections.push(Section {
            title: counted(Tone::Alert, "RULES THAT ARE BROKEN", draft.findings.len()),
            blocks: draft.findings.iter().map(rules::broken).collect(),
            fold: true,
        });
    }
    let by_hand = change::by_hand(&steps, page);
    if !by_hand.is_empty() {
        sections.push(Section::folded(
            counted(Tone::Strong, "By hand", steps_by_hand(&steps)),
            by_hand,
        ));
    }
    for (is_change, title) in [
        (true, "Changed by hand since the last apply"),
        (false, "Access that no line gives"),
    ] {
        let drift = draft.drift.iter().filter(|it| it.is_change == is_change);
        let blocks: Vec<Block> = drift.map(|it| drifted(it, names)).collect();
        if !blocks.is_empty() {
            sections.push(Section::folded(heading(Tone::Strong, title), blocks));
        }
    }
    if !draft.withheld.is_empty() {
        sections.push(Section {
            title: vec![
                toned(Tone::Strong, "Withheld"),
                say(" (would be done if `ownership` let it)"),
            ],
            blocks: withheld(plan, page),
            fold: true,
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
            fold: true,
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
            runs.extend([
                say("  "),
                foreign_toned(Tone::Dim, lapse.origin.file.to_string()),
                toned(Tone::Dim, format!(":{}", lapse.origin.line)),
            ]);
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Strong, "Time will change"),
            blocks: lines.collect(),
            fold: true,
        });
    }
    if !draft.strangers.is_empty() {
        sections.push(Section {
            title: heading(Tone::Strong, "Accounts nobody declared"),
            blocks: strangers(plan, names),
            fold: true,
        });
    }
    let unseen = hand::unseen(plan, frame, names);
    if !unseen.is_empty() {
        sections.push(Section {
            title: heading(Tone::Strong, "Known by word, not by reading"),
            blocks: unseen,
            fold: true,
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
            runs.push(prose(note.text.clone()));
            Block::Line(runs)
        });
        sections.push(Section {
            title: heading(Tone::Dim, "Worth knowing"),
            blocks: lines.collect(),
            fold: true,
        });
    }
    sections.push(Section {
        title: Vec::new(),
        blocks: closing(plan, late.len()),
        fold: false,
    });
    Doc {
        title: title("Plan", " as of ", plan, frame),
        sections,
    }
}

/// One step of a plan, for whoever does it.
pub fn step(plan: &Plan, step: &Step, frame: &Frame<'_>) -> Doc {
    let names = &Names::of(plan);
    let page = &Page::new(plan, frame, names);
    Doc {
        title: Vec::new(),
        sections: vec![Section {
            title: Vec::new(),
            blocks: change::in_full(&[step], page),
            fold: false,
        }],
    }
}

fn counted(tone: Tone, text: &'static str, count: usize) -> Vec<Run> {
    vec![toned(tone, text), say(format!(": {count}"))]
}

fn steps_by_hand(steps: &[&Step]) -> usize {
    let by_hand = |step: &&&Step| matches!(step.mode, crate::plan::Mode::Manual(_));
    steps.iter().filter(by_hand).count()
}

fn heading(tone: Tone, text: &'static str) -> Vec<Run> {
    vec![toned(tone, text)]
}

/// What a page about a plan is called.
pub(super) fn title(
    what: &'static str,
    when: &'static str,
    plan: &Plan,
    frame: &Frame<'_>,
) -> Vec<Run> {
    let draft = &plan.draft;
    let zone = frame.zone.iana_name().unwrap_or("UTC");
    let mut runs = vec![
        toned(Tone::Strong, what),
        say(format!(
            "{when}{} ({zone})",
            words::time(draft.as_of, frame.zone)
        )),
    ];
    for (nth, system) in draft.systems.iter().enumerate() {
        runs.push(say(if nth == 0 { " for " } else { ", " }));
        runs.push(toned(Tone::Strong, system.name.to_string()));
        runs.push(toned(Tone::Dim, format!(" ({}, ", system.kind)));
        runs.push(if system.host.is_empty() {
            toned(Tone::Dim, "not asked")
        } else {
            foreign_toned(Tone::Dim, system.host.to_string())
        });
        runs.push(toned(Tone::Dim, ")"));
    }
    runs
}

/// What is not as the files say.
fn drifted(drift: &Drift, names: &Names<'_>) -> Block {
    let account = drift.account.as_str();
    let mut runs = match &drift.person {
        Some(key) => match names.person(key) {
            Some(name) => named(name, Some(key)),
            None => vec![toned(Tone::Strong, key.to_string()).naming(key.as_str())],
        },
        None => vec![say("account "), foreign(account.to_owned()).naming(account)],
    };
    runs.extend([
        say("  at "),
        names.place(&drift.system, &drift.place),
        say(": "),
        foreign(of_all(&drift.what, None, Some(&drift.place))),
    ]);
    Block::Line(runs)
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
            runs.extend([say(format!(": {word}: ")), prose(why)]);
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
    let entries = change::entries(&steps, false, page).into_iter();
    let mut blocks = levels::lines(&plan.draft);
    blocks.extend(entries.map(|entry| entry.block));
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
        runs.extend([
            toned(Tone::Dim, "  account "),
            foreign_toned(Tone::Dim, stranger.account.as_str().to_owned()),
        ]);
        for (nth, (place, state)) in stranger.places.iter().enumerate() {
            runs.push(say(if nth == 0 { "  at " } else { ", " }));
            runs.push(names.place(&stranger.system, place));
            if *state != crate::model::AccountState::Active {
                runs.push(say(format!(" ({})", words::state(*state))));
            }
        }
        if let Some(remark) = &stranger.remark {
            runs.extend([say("  "), foreign_toned(Tone::Dim, remark.clone())]);
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
