//! What of it is believed.
//!
//! Pure: the statements, what the journal noted of earlier ones, and the time. Invariant: a statement is either
//! believed, or taken back, or among the doubts; and nothing is believed that the journal knows otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Statement;
use crate::model::{
    Attestation, AttestationDoubt, Attested, CLOCKS_DIFFER, Memory, NotedAttestation, PersonKey,
    PlaceId, Says, SystemName,
};
use crate::text::Origin;

/// Statements with their places, by system.
type Found = BTreeMap<SystemName, Vec<(Statement, Origin)>>;

/// Judges what was read. `edited` are the statements whose sum does not fit; see [`super::Read`].
pub fn judge(read: &Found, edited: &Found, memory: &Memory, now: Timestamp) -> Attested {
    let mut attested = Attested::default();
    for (system, statements) in read {
        let mut judging = Judging {
            memory,
            now,
            seen: BTreeMap::new(),
            believed: Vec::new(),
            doubts: Vec::new(),
        };
        for (statement, origin) in statements {
            judging.add(statement, origin);
        }
        judging.contradictions();
        let Judging {
            believed, doubts, ..
        } = judging;
        attested.doubts.extend(doubts);
        if !believed.is_empty() {
            attested.systems.insert(system.clone(), sorted(&believed));
        }
    }
    for (statement, origin) in edited.values().flatten() {
        attested.doubts.push(doubt(
            statement,
            origin,
            format!(
                "the statement that {} was done was edited after it was made: its sum does not fit",
                named(&statement.step, &statement.does, &statement.person)
            ),
            "restore the file from git; to say something else, take it back with `keyholder done --undo` and say it anew",
        ));
    }
    attested.doubts.extend(gone(read, edited, memory));
    attested
        .doubts
        .sort_by(|one, other| key(one).cmp(&key(other)));
    attested
}

fn key(doubt: &AttestationDoubt) -> (&SystemName, Option<&Origin>, &str) {
    (&doubt.system, doubt.origin.as_ref(), &doubt.message)
}

/// Judging one system.
struct Judging<'a> {
    memory: &'a Memory,
    now: Timestamp,
    /// Every statement once, by id and digest.
    seen: BTreeMap<(Arc<str>, Arc<str>), &'a Statement>,
    believed: Vec<(&'a Statement, &'a Origin)>,
    doubts: Vec<AttestationDoubt>,
}

impl<'a> Judging<'a> {
    /// Looks at one statement by itself and at what the journal knows of it.
    fn add(&mut self, statement: &'a Statement, origin: &'a Origin) {
        let (id, digest) = (statement.id(), statement.digest());
        let noted = self
            .memory
            .attested
            .get(&(statement.system.clone(), id.clone()));
        let named = named(&statement.step, &statement.does, &statement.person);
        if let Some(noted) = noted.filter(|noted| noted.digest != digest) {
            let told = if noted.person == statement.person && noted.place == statement.place {
                String::new()
            } else {
                format!(" about {} at `{}`", noted.person, noted.place)
            };
            self.refuse(
                statement,
                origin,
                format!("the statement that {named} was done says something else than it did{told} when an earlier run took note of it"),
                "restore the file from git; the journal keeps the digest of what was said",
            );
            return;
        }
        let twin = self.seen.insert((id, digest), statement);
        if let Some(twin) = twin {
            // A merge can bring one twice; taken back once, it is taken back.
            if statement.withdrawn.is_some() && twin.withdrawn.is_none() {
                self.believed.retain(|(known, _)| *known != twin);
            }
            return;
        }
        if statement.withdrawn.is_some() {
            return;
        }
        if noted.is_some_and(|noted| noted.withdrawn) {
            self.refuse(
                statement,
                origin,
                format!("the statement that {named} was done had been taken back, and no longer says so"),
                "restore the file from git; if it was done after all, say it anew with `keyholder done`",
            );
            return;
        }
        if statement.at.duration_since(self.now) > CLOCKS_DIFFER {
            self.refuse(
                statement,
                origin,
                format!("the statement that {named} was done is dated {}, which has not come yet", statement.at),
                "look at the clocks of the machines; take it back with `keyholder done --undo` and say it anew",
            );
            return;
        }
        self.believed.push((statement, origin));
    }

    /// Leaves out all that say different things of one person, one place and one instant: nothing tells which is later.
    fn contradictions(&mut self) {
        let mut at: BTreeMap<(&PersonKey, &PlaceId, Timestamp), Vec<usize>> = BTreeMap::new();
        for (number, (statement, _)) in self.believed.iter().enumerate() {
            // Tidying up says nothing of the account, so it can contradict nothing.
            if statement.says != Says::Nothing {
                at.entry((&statement.person, &statement.place, statement.at))
                    .or_default()
                    .push(number);
            }
        }
        let mut out = BTreeSet::new();
        for together in at.values() {
            let (Some(first), true) = (together.first(), together.len() > 1) else {
                continue;
            };
            let Some((one, _)) = self.believed.get(*first) else {
                continue;
            };
            let disagree = together
                .iter()
                .filter_map(|number| self.believed.get(*number))
                .any(|(other, _)| other.says != one.says || other.account != one.account);
            if disagree {
                out.extend(together.iter().copied());
            }
        }
        let all = std::mem::take(&mut self.believed);
        for (number, (statement, origin)) in all.into_iter().enumerate() {
            if !out.contains(&number) {
                self.believed.push((statement, origin));
                continue;
            }
            self.refuse(
                statement,
                origin,
                format!(
                    "two statements about `{}` at `{}` have the same time, {}, and say different things",
                    statement.person, statement.place, statement.at
                ),
                "look at the account, take both back with `keyholder done --undo`, and say what it has now",
            );
        }
    }

    fn refuse(&mut self, statement: &Statement, origin: &Origin, message: String, help: &str) {
        self.doubts.push(doubt(statement, origin, message, help));
    }
}

/// What the journal noted and no file has any more. One that was taken back is missed by nobody.
fn gone<'a>(
    read: &Found,
    edited: &Found,
    memory: &'a Memory,
) -> impl Iterator<Item = AttestationDoubt> + use<'a> {
    let there: BTreeSet<(SystemName, Arc<str>)> = read
        .iter()
        .chain(edited)
        .flat_map(|(system, all)| all.iter().map(|(it, _)| (system.clone(), it.id())))
        .collect();
    memory
        .attested
        .iter()
        .filter(move |(id, noted)| !noted.withdrawn && !there.contains(*id))
        .map(|((system, _), noted)| {
            let NotedAttestation {
                digest: _,
                step,
                does,
                place,
                person,
                withdrawn: _,
            } = noted;
            AttestationDoubt {
                system: system.clone(),
                person: Some(person.clone()),
                place: Some(place.clone()),
                message: format!(
                    "the statement that {} was done is gone from `attestations/{system}.yaml`",
                    named(step, does, person)
                ),
                help: "restore the file from git; a statement that is not true is taken back with `keyholder done --undo`, which keeps it"
                    .to_owned(),
                origin: None,
            }
        })
}

fn named(step: &str, does: &str, person: &PersonKey) -> String {
    format!("step {step} ({does}, {person})")
}

fn doubt(statement: &Statement, origin: &Origin, message: String, help: &str) -> AttestationDoubt {
    AttestationDoubt {
        system: statement.system.clone(),
        person: Some(statement.person.clone()),
        place: Some(statement.place.clone()),
        message,
        help: help.to_owned(),
        origin: Some(origin.clone()),
    }
}

/// In order of person, place and time.
fn sorted(believed: &[(&Statement, &Origin)]) -> Vec<Attestation> {
    let mut all: Vec<Attestation> = believed
        .iter()
        .map(|(it, origin)| Attestation {
            id: it.id(),
            digest: it.digest(),
            step: it.step.clone(),
            does: it.does.clone(),
            person: it.person.clone(),
            place: it.place.clone(),
            account: it.account.clone(),
            at: it.at,
            by: it.by.clone(),
            says: it.says.clone(),
            note: it.note.clone(),
            origin: (*origin).clone(),
        })
        .collect();
    all.sort_by(|one, other| {
        (&one.person, &one.place, one.at, &one.step, &one.digest).cmp(&(
            &other.person,
            &other.place,
            other.at,
            &other.step,
            &other.digest,
        ))
    });
    all
}
