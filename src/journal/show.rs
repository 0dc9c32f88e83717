//! The journal for people: one line per entry, and the same as JSON.
//!
//! Not escaped: a vendor's words may be among it, and whoever prints escapes. Invariant: an
//! outcome is shown with the step it belongs to, so that a filter never tears the two apart.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::chain::Sealed;
use super::entry::{Entry, Intent, Record, Verified};
use super::judged::Judged;

/// Which entries are shown; what is absent filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Key of a person.
    pub person: Option<String>,
    /// Id of a step, or its beginning.
    pub step: Option<String>,
    /// Number of a run.
    pub run: Option<u64>,
}

/// An entry for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownLine {
    /// Its position.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Its run.
    pub run: u64,
    /// Its kind.
    pub kind: &'static str,
    /// What it says; may contain hostile text.
    pub text: String,
}

/// Entries that pass a filter, for people in a zone.
pub fn show(sealed: &[Sealed], filter: &Filter, zone: &TimeZone) -> Vec<ShownLine> {
    let intents = intents(sealed);
    passing(sealed, filter, &intents)
        .map(|sealed| ShownLine {
            seq: sealed.entry.seq,
            at: sealed.entry.at,
            run: sealed.entry.run,
            kind: sealed.entry.record.kind(),
            text: text_of(&sealed.entry, &intents, zone),
        })
        .collect()
}

/// Entries that pass a filter, as they stand in the file.
pub fn show_json(sealed: &[Sealed], filter: &Filter) -> Vec<serde_json::Value> {
    let intents = intents(sealed);
    passing(sealed, filter, &intents)
        .filter_map(|sealed| {
            let mut value = serde_json::to_value(&sealed.entry).ok()?;
            value
                .as_object_mut()?
                .insert("hash".to_owned(), sealed.hash.clone().into());
            Some(value)
        })
        .collect()
}

type Intents<'a> = BTreeMap<u64, &'a Intent>;

fn intents(sealed: &[Sealed]) -> Intents<'_> {
    sealed
        .iter()
        .filter_map(|sealed| match &sealed.entry.record {
            Record::Intent(intent) => Some((sealed.entry.seq, intent)),
            _ => None,
        })
        .collect()
}

/// The intent an entry is or answers.
fn intent_of<'a>(entry: &Entry, intents: &Intents<'a>) -> Option<&'a Intent> {
    let seq = match &entry.record {
        Record::Intent(_) => Some(entry.seq),
        Record::Outcome(outcome) => Some(outcome.intent),
        Record::Settled(settled) => Some(settled.intent),
        Record::Verified(verified) => verified.intent,
        Record::Genesis(_)
        | Record::RunStarted(_)
        | Record::ConfigKnown(_)
        | Record::Observed(_)
        | Record::HandedOver(_)
        | Record::HandClosed(_)
        | Record::Attested(_)
        | Record::LockedOut(_)
        | Record::Unlocked(_)
        | Record::Judged(_)
        | Record::RunEnded(_) => None,
    };
    seq.and_then(|seq| intents.get(&seq).copied())
}

fn passing<'a>(
    sealed: &'a [Sealed],
    filter: &'a Filter,
    intents: &'a Intents<'a>,
) -> impl Iterator<Item = &'a Sealed> {
    sealed.iter().filter(move |sealed| {
        let entry = &sealed.entry;
        let intent = intent_of(entry, intents);
        let is_run = filter.run.is_none_or(|run| entry.run == run);
        let is_step = filter.step.as_ref().is_none_or(|step| {
            let its = match &entry.record {
                Record::Verified(verified) => Some(verified.step.as_str()),
                Record::HandedOver(handed) => Some(handed.step.as_str()),
                Record::HandClosed(closed) => Some(closed.step.as_str()),
                Record::Attested(note) => Some(note.step.as_str()),
                _ => intent.map(|intent| intent.step.as_str()),
            };
            its.is_some_and(|its| its.starts_with(step.as_str()))
        });
        let is_person = filter.person.as_ref().is_none_or(|person| {
            intent.is_some_and(|intent| intent.person.as_ref() == Some(person))
                || names(entry, person)
        });
        is_run && is_step && is_person
    })
}

/// Whether an entry that answers no intent is about a person.
fn names(entry: &Entry, person: &String) -> bool {
    match &entry.record {
        Record::Verified(verified) => verified.person.as_ref() == Some(person),
        Record::HandedOver(handed) => handed.person.as_ref() == Some(person),
        Record::Attested(note) => note.person == *person,
        Record::LockedOut(locked) | Record::Unlocked(locked) => locked.person == *person,
        Record::Observed(seen) => seen
            .matched
            .iter()
            .any(|found| found.person.as_ref() == Some(person)),
        Record::ConfigKnown(known) => {
            known.people.added.contains(person)
                || known.people.gone.contains(person)
                || known
                    .granted
                    .iter()
                    .chain(&known.ungranted)
                    .any(|scope| scope.people.contains(person))
        }
        Record::Judged(judged) => {
            let holds = judged.holds.iter().flatten();
            let mut held = holds.filter_map(|hold| hold.person.as_ref());
            held.any(|held| held == person) || judged.left.contains_key(person)
        }
        Record::Genesis(_)
        | Record::RunStarted(_)
        | Record::Intent(_)
        | Record::Outcome(_)
        | Record::Settled(_)
        | Record::HandClosed(_)
        | Record::RunEnded(_) => false,
    }
}

fn text_of(entry: &Entry, intents: &Intents<'_>, zone: &TimeZone) -> String {
    let about = intent_of(entry, intents).map(about).unwrap_or_default();
    match &entry.record {
        Record::Genesis(genesis) => match &genesis.follows {
            Some(lost) => format!("journal begun after {}:{} was lost", lost.seq, lost.hash),
            None => "journal begun".to_owned(),
        },
        Record::RunStarted(run) => {
            let mut text = format!("{} began", run.command);
            if let Some(plan) = &run.plan {
                let _ = write!(text, ", plan {}", plan.get(..12).unwrap_or(plan));
            }
            if let Some(commit) = run
                .config
                .as_ref()
                .and_then(|config| config.commit.as_ref())
            {
                let _ = write!(text, ", commit {}", commit.get(..12).unwrap_or(commit));
            }
            if let Some(actor) = &run.actor {
                let _ = write!(text, ", by {actor}");
            }
            text
        }
        Record::ConfigKnown(known) => {
            let mut parts = Vec::new();
            for (what, delta) in [
                ("people", &known.people),
                ("locations", &known.locations),
                ("systems", &known.systems),
            ] {
                if !delta.added.is_empty() {
                    parts.push(format!("{what} declared: {}", delta.added.join(", ")));
                }
                if !delta.gone.is_empty() {
                    parts.push(format!("{what} no longer known: {}", delta.gone.join(", ")));
                }
            }
            for (scopes, verb) in [
                (&known.granted, "now give"),
                (&known.ungranted, "no longer give"),
            ] {
                for scope in scopes {
                    parts.push(format!(
                        "the files {verb} {} {} at {}",
                        scope.people.join(", "),
                        scope.system,
                        scope.place
                    ));
                }
            }
            parts.join("; ")
        }
        Record::Observed(seen) => {
            let trust = if seen.complete { "" } else { ", not complete" };
            let gone = if seen.gone.is_empty() {
                String::new()
            } else {
                format!(", gone: {}", seen.gone.join(", "))
            };
            format!(
                "read {} at {}: {} accounts{trust}, {} new or changed{gone}",
                seen.system,
                seen.place,
                seen.accounts,
                seen.grants.len(),
            )
        }
        Record::Intent(_) => format!("will {about}"),
        Record::Outcome(outcome) => {
            let mut text = format!("{about}: {}", outcome.result.as_str());
            if let Some(status) = outcome.status {
                let _ = write!(text, " ({status})");
            }
            if !outcome.errors.is_empty() {
                let _ = write!(text, ": {}", outcome.errors.join("; "));
            }
            if !outcome.not_sent.is_empty() {
                let _ = write!(text, "; not sent: {}", outcome.not_sent.join(", "));
            }
            text
        }
        Record::Settled(settled) => {
            let why = settled
                .why
                .as_ref()
                .map(|why| format!(": {why}"))
                .unwrap_or_default();
            format!(
                "{about}: settled by reading as {}{why}",
                settled.verdict.as_str()
            )
        }
        Record::Verified(verified) => verified_text(verified),
        Record::HandedOver(handed) => format!(
            "handed over by hand: {} {}, {} at {}, step {}",
            handed.does,
            handed
                .person
                .as_ref()
                .or(handed.account.as_ref())
                .map_or("somebody", String::as_str),
            handed.system,
            handed.place,
            handed.step
        ),
        Record::HandClosed(closed) => format!(
            "step {} of {} is no longer open: {}",
            closed.step,
            closed.system,
            closed.how.as_str()
        ),
        Record::Attested(note) => {
            let by = note.by.as_deref().unwrap_or("somebody");
            let what = if note.withdrawn {
                "takes back what was said"
            } else {
                "says it is done"
            };
            format!(
                "{by} {what}: {} {}, {} at {}, step {}, digest {}",
                note.does,
                note.person,
                note.system,
                note.place,
                note.step,
                note.digest.get(..12).unwrap_or(&note.digest)
            )
        }
        Record::LockedOut(locked) => {
            format!("{} is locked out: {}", locked.person, locked.because)
        }
        Record::Unlocked(locked) => {
            format!(
                "{} is not locked out any more: {}",
                locked.person, locked.because
            )
        }
        Record::Judged(judged) => judged_text(judged, zone),
        Record::RunEnded(run) => {
            let stopped = if run.stopped { "stopped: " } else { "ended: " };
            format!(
                "{stopped}{} done, {} waiting, {} left",
                run.done, run.waiting, run.left
            )
        }
    }
}

fn about(intent: &Intent) -> String {
    let whom = match (&intent.person, &intent.account) {
        (Some(person), Some(account)) => format!("{person} (account {account})"),
        (Some(person), None) => person.clone(),
        (None, Some(account)) => format!("account {account}"),
        (None, None) => "somebody".to_owned(),
    };
    format!(
        "{} {whom}, {} at {}, step {}",
        intent.call.as_str(),
        intent.system,
        intent.place,
        intent.step
    )
}

fn judged_text(judged: &Judged, zone: &TimeZone) -> String {
    let mut parts = Vec::new();
    let counts = [
        ("held", judged.holds.as_ref().map(Vec::len)),
        ("rules broken", judged.findings.as_ref().map(Vec::len)),
        ("changed by others", judged.drift.as_ref().map(Vec::len)),
        ("strangers", judged.strangers.as_ref().map(Vec::len)),
        ("places not read", judged.unread.as_ref().map(Vec::len)),
    ];
    for (what, count) in counts {
        parts.extend(count.map(|count| format!("{what}: {count}")));
    }
    for (key, at) in &judged.left {
        parts.push(match at {
            Some(at) => {
                let told = at.parse::<Timestamp>();
                let told = told.map(|at| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M"));
                match told {
                    Ok(at) => format!("{key} has left at {at}"),
                    Err(_) => format!("{key} has left at {at}"),
                }
            }
            None => format!("{key} has not left"),
        });
    }
    for list in judged.believed.keys() {
        parts.push(format!(
            "the list of {list} believed by approval, though it shrank"
        ));
    }
    if parts.is_empty() {
        return "noted what its steps change".to_owned();
    }
    format!("found {}", parts.join(", "))
}

fn verified_text(verified: &Verified) -> String {
    let whom = verified
        .person
        .as_ref()
        .or(verified.account.as_ref())
        .map_or("somebody", String::as_str);
    let mut text = format!(
        "read back {whom}, {} at {}, step {}: {}",
        verified.system,
        verified.place,
        verified.step,
        verified.verdict.as_str()
    );
    if !verified.differs.is_empty() {
        let _ = write!(text, ": {}", verified.differs.join(", "));
    }
    if !verified.also_changed.is_empty() {
        let _ = write!(text, "; also changed: {}", verified.also_changed.join(", "));
    }
    text
}
