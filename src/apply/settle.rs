//! Finding out, before anything is planned, what became of calls of earlier runs whose answer
//! nobody has: lost on the way, or lost with the process.
//!
//! It reads and never sends. Invariants: a message counts as not sent only if a complete list,
//! 120 s after its intent, shows no trace of it, and only the first time; what cannot be told
//! stays unknown, and the plan holds on it. Named assumption: `invitation_visible_within_120s`.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::Ports;
use super::belief::{Belief, why_not_complete};
use super::event::Relay;
use super::invite::{VISIBLE_WITHIN, next_look};
use super::rows::{Row, contacts_of, find};
use crate::journal::{
    Intent, JournalError, JournalSink, Record, RunEnded, RunStarted, Settled, Settlement, Verb,
    history, memory, place_of, was_lost_before,
};
use crate::model::{AccountId, CLOCKS_DIFFER, PersonKey, PlaceId, Reading, ScopeState, SystemName};
use crate::provider::{PlaceRef, Provider};

/// What was found out about a call of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledCall {
    /// Position of its intent in the journal.
    pub intent: u64,
    /// The call.
    pub call: Verb,
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// Whom it was about.
    pub person: Option<PersonKey>,
    /// What was found out.
    pub verdict: Settlement,
    /// Why it cannot be known, if it cannot.
    pub why: Option<String>,
}

/// A call of which nobody knows what became.
struct Open {
    seq: u64,
    intent: Intent,
    /// Until when it may still take effect, on [`crate::clock::Clock::elapsed`].
    deadline: Duration,
    /// Ids in the list before, where the journal has them.
    before: BTreeSet<AccountId>,
    lost_before: bool,
    /// Whether an earlier run wrote already that it cannot be known.
    tried: bool,
    /// When it was written, if that is ahead of this clock.
    ahead: Option<Timestamp>,
}

impl Open {
    /// Why, with what is odd about the time of the call.
    fn told(&self, why: Option<String>) -> Option<String> {
        let Some(at) = self.ahead else {
            return why;
        };
        let odd = format!("its entry is dated {at}, which is ahead of this clock");
        Some(why.map_or_else(|| odd.clone(), |why| format!("{why}; {odd}")))
    }
}

/// Settles every call whose fate is unknown, as far as reading can. Nothing is written where
/// there is none.
pub async fn settle(
    command: &str,
    ports: &Ports<'_>,
    journal: &mut dyn JournalSink,
) -> Result<Vec<SettledCall>, JournalError> {
    let open = open_calls(ports, journal);
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let started = RunStarted {
        command: command.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: None,
        config: None,
        actor: None,
        systems: Vec::new(),
        whole: Vec::new(),
    };
    let belief = belief(&open, journal);
    let run = journal.begin(ports.clock.now(), started)?;
    let mut found = Vec::new();
    let mut waiting = open;
    let since = ports.clock.elapsed();
    while !waiting.is_empty() {
        let asked = ports.clock.elapsed();
        let mut lists: Vec<(String, String, Option<Reading<ScopeState>>)> = Vec::new();
        let mut records = Vec::new();
        for one in std::mem::take(&mut waiting) {
            // One list serves all calls at a place; a write is left to the plan without any.
            let (system, place) = (&one.intent.system, &one.intent.place);
            let mut index = lists
                .iter()
                .position(|(of, at, _)| of == system && at == place);
            if index.is_none() && one.intent.call != Verb::Write {
                let list = match reach(ports, &one.intent) {
                    Some((provider, place)) => {
                        let list = provider.list(place, &Relay(ports.listener)).await;
                        Some(belief.judge_later(provider.system(), &place.place(), list))
                    }
                    None => None,
                };
                index = Some(lists.len());
                lists.push((system.clone(), place.clone(), list));
            }
            let list = index.and_then(|index| lists.get(index)?.2.as_ref());
            match verdict(&one, list, asked, ports) {
                None => waiting.push(one),
                Some((verdict, account, why)) => {
                    let why = one.told(why);
                    if !(one.tried && verdict == Settlement::Unknown) {
                        records.push(Record::Settled(Settled {
                            intent: one.seq,
                            verdict,
                            account: account.as_ref().map(ToString::to_string),
                            why: why.clone(),
                        }));
                    }
                    found.push(settled_call(&one, verdict, why));
                }
            }
        }
        if !records.is_empty() {
            journal.append(ports.clock.now(), run, records)?;
        }
        if waiting.is_empty() {
            break;
        }
        if ports.stop.is_stopped() {
            let why = || Some("the run was stopped before it could be found out".to_owned());
            found.extend(
                waiting
                    .iter()
                    .map(|one| settled_call(one, Settlement::Unknown, why())),
            );
            break;
        }
        let now = ports.clock.elapsed();
        let last = waiting.iter().map(|one| one.deadline).max().unwrap_or(now);
        let first = waiting
            .iter()
            .map(|one| one.deadline)
            .filter(|&deadline| deadline > now)
            .min();
        let next = next_look(since, now).min(first.unwrap_or(last));
        if let Some(one) = waiting.first() {
            let system = SystemName::new(one.intent.system.as_str());
            ports.listener.waiting(
                &system,
                "an earlier invitation may still appear in the list",
            );
        }
        ports.wait_until(next).await;
    }
    let done = found
        .iter()
        .filter(|call| call.verdict != Settlement::Unknown)
        .count();
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let ended = RunEnded {
        done: count(done),
        waiting: 0,
        left: count(found.len() - done),
        stopped: ports.stop.is_stopped(),
    };
    journal.append(ports.clock.now(), run, vec![Record::RunEnded(ended)])?;
    Ok(found)
}

fn open_calls(ports: &Ports<'_>, journal: &dyn JournalSink) -> Vec<Open> {
    let calls = history(journal.entries());
    let now = ports.clock.now();
    let elapsed = ports.clock.elapsed();
    let open = calls.iter().filter(|call| call.status.is_unsettled());
    open.map(|call| {
        // A clock that went back tells nothing about how long ago it was: then all of it is waited for.
        let passed = Duration::try_from(now.duration_since(call.at)).unwrap_or(Duration::ZERO);
        let lead = call.intent.batch.unwrap_or(call.seq);
        let present = calls
            .iter()
            .find(|other| other.seq == lead)
            .map(|lead| &lead.intent.present);
        Open {
            seq: call.seq,
            intent: call.intent.clone(),
            deadline: elapsed + VISIBLE_WITHIN.saturating_sub(passed),
            before: present
                .into_iter()
                .flatten()
                .map(|id| AccountId::new(id.as_str()))
                .collect(),
            lost_before: call.intent.person.as_ref().is_none_or(|person| {
                was_lost_before(&calls, &call.intent.system, person, call.seq)
            }),
            tried: call.tried,
            ahead: (call.at.duration_since(now) > CLOCKS_DIFFER).then_some(call.at),
        }
    })
    .collect()
}

/// What lists are held against: the journal, and what it says was there before the calls.
fn belief(open: &[Open], journal: &dyn JournalSink) -> Belief {
    let mut belief = Belief::of(memory(journal.entries()));
    let scope = |one: &Open| {
        let system = SystemName::new(one.intent.system.as_str());
        (system, place_of(&one.intent.place))
    };
    for one in open {
        let (system, place) = scope(one);
        belief.suppose(system, place, &one.before);
    }
    for one in open.iter().filter(|one| one.intent.call == Verb::Remove) {
        let (system, place) = scope(one);
        if let Some(account) = &one.intent.account {
            belief.lose(&system, &place, &AccountId::new(account.as_str()));
        }
    }
    belief
}

fn reach<'p>(ports: &Ports<'p>, intent: &Intent) -> Option<(&'p dyn Provider, &'p PlaceRef)> {
    let system = SystemName::new(intent.system.as_str());
    let provider = ports.providers.get(&system)?;
    let place = ports.places.get(&system)?.get(&place_of(&intent.place))?;
    Some((provider.as_ref(), place))
}

fn settled_call(one: &Open, verdict: Settlement, why: Option<String>) -> SettledCall {
    SettledCall {
        intent: one.seq,
        call: one.intent.call,
        system: SystemName::new(one.intent.system.as_str()),
        place: place_of(&one.intent.place),
        person: one.intent.person.as_deref().map(PersonKey::new),
        verdict,
        why,
    }
}

type Found = (Settlement, Option<AccountId>, Option<String>);

/// What a list says about a call; none while it may still show.
fn verdict(
    one: &Open,
    list: Option<&Reading<ScopeState>>,
    asked: Duration,
    ports: &Ports<'_>,
) -> Option<Found> {
    let intent = &one.intent;
    if intent.call == Verb::Invite {
        return invitation_verdict(one, list, asked, ports);
    }
    // What is harmless to repeat is left to the plan, unless a list tells more.
    let account = intent.account.as_deref().map(AccountId::new);
    let seen = list.and_then(Reading::complete).zip(account.as_ref());
    let is_there = seen.map(|(list, account)| list.accounts.contains_key(account));
    let verdict = match (intent.call, is_there) {
        (Verb::Remove, Some(false)) | (Verb::Copy, Some(true)) => Settlement::TookEffect,
        (Verb::Remove, Some(true)) | (Verb::Copy, Some(false)) => Settlement::NoEffect,
        (Verb::Remove | Verb::Copy, None) | (Verb::Write | Verb::Invite, _) => {
            Settlement::LeftToPlan
        }
    };
    Some((verdict, account, None))
}

fn invitation_verdict(
    one: &Open,
    list: Option<&Reading<ScopeState>>,
    asked: Duration,
    ports: &Ports<'_>,
) -> Option<Found> {
    let unknown = |why: &str| Some((Settlement::Unknown, None, Some(why.to_owned())));
    let person = one.intent.person.as_deref().map(PersonKey::new);
    let contacts = contacts_of(person.as_ref(), ports.contacts, None);
    let Some(list) = list else {
        return unknown("its system or place is not known to this run");
    };
    if contacts.is_empty() {
        return unknown(
            "the person has no contact in the files any more, so no row can be recognized",
        );
    }
    // Nothing more will be known after the first time where no answer would be trusted anyway.
    let may_wait = asked < one.deadline && !(one.tried && one.lost_before);
    let row = list.seen().map_or(Row::None, |seen| {
        find(seen, &contacts, ports.contacts, &one.before)
    });
    match row {
        Row::Seen(account) => Some((Settlement::TookEffect, Some(account), None)),
        Row::None | Row::Doubt(_) if may_wait => None,
        Row::Doubt(account) => unknown(&format!(
            "account {account} is new in the list, and nobody knows whose it is"
        )),
        Row::None if list.complete().is_none() => unknown(&why_not_complete(list)),
        Row::None if one.lost_before => unknown("its answer was lost for the second time"),
        Row::None => Some((Settlement::NoEffect, None, None)),
    }
}
