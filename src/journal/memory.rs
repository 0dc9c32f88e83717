//! From entries to what planning needs to remember.
//!
//! Pure. Not the history for people (that is [`super::show`]). Invariant: doubt is remembered on
//! the careful side: what may have been sent counts as sent, what may have been granted as
//! granted, until reading shows otherwise.

use std::collections::BTreeMap;

use super::entry::{
    ConfigKnown, Entry, KeyDelta, Observed, Record, Settlement, Verb, Verdict, Verified, place_of,
};
use super::history::{IntentState, IntentStatus, history};
use crate::model::{
    AccountId, KnownAccount, LocationKey, Memory, PersonKey, SentInvitation, SystemName,
};

/// What earlier runs did and saw.
pub fn memory<'a>(entries: impl IntoIterator<Item = &'a Entry> + Clone) -> Memory {
    let calls: BTreeMap<u64, IntentState<'a>> = history(entries.clone())
        .into_iter()
        .map(|call| (call.seq, call))
        .collect();
    let mut memory = Memory::default();
    for entry in entries {
        match &entry.record {
            Record::ConfigKnown(known) => remember_config(&mut memory, known),
            Record::Observed(observed) => remember_read(&mut memory, entry, observed),
            Record::Intent(_) => {
                if let Some(call) = calls.get(&entry.seq) {
                    remember_call(&mut memory, call);
                }
            }
            Record::Settled(settled) => {
                let Some(call) = calls.get(&settled.intent) else {
                    continue;
                };
                if settled.verdict != Settlement::TookEffect {
                    continue;
                }
                let intent = call.intent;
                if let (Verb::Remove, Some(person)) = (intent.call, &intent.person) {
                    let reason = Some(intent.reason.as_str());
                    forget_grant(&mut memory, &intent.system, &intent.place, person, reason);
                } else if let (Some(account), Some(person)) =
                    (&settled.account, &call.intent.person)
                {
                    remember_account(&mut memory, entry, &call.intent.system, account, person);
                }
            }
            Record::Verified(verified) => remember_check(&mut memory, entry, verified, &calls),
            Record::Genesis(_)
            | Record::RunStarted(_)
            | Record::Outcome(_)
            | Record::RunEnded(_) => {}
        }
    }
    memory
}

fn remember_config(memory: &mut Memory, known: &ConfigKnown) {
    fn patch<T: Ord>(
        set: &mut std::collections::BTreeSet<T>,
        delta: &KeyDelta,
        make: impl Fn(&str) -> T,
    ) {
        for key in &delta.gone {
            set.remove(&make(key));
        }
        set.extend(delta.added.iter().map(|key| make(key)));
    }
    patch(&mut memory.people, &known.people, |key| PersonKey::new(key));
    patch(&mut memory.locations, &known.locations, |key| {
        LocationKey::new(key)
    });
    patch(&mut memory.systems, &known.systems, |key| {
        SystemName::new(key)
    });
    for scope in &known.granted {
        for person in &scope.people {
            memory.granted.insert((
                SystemName::new(scope.system.as_str()),
                place_of(&scope.place),
                PersonKey::new(person.as_str()),
            ));
        }
    }
}

fn remember_read(memory: &mut Memory, entry: &Entry, observed: &Observed) {
    let system = SystemName::new(observed.system.as_str());
    for found in &observed.matched {
        match &found.person {
            Some(person) => {
                remember_account(memory, entry, &observed.system, &found.account, person);
            }
            None => {
                memory
                    .accounts
                    .remove(&(system.clone(), AccountId::new(found.account.as_str())));
            }
        }
    }
    for row in &observed.grants {
        let account = (system.clone(), AccountId::new(row.account.as_str()));
        let Some(known) = memory.accounts.get(&account) else {
            continue;
        };
        let person = known.person.clone();
        if let Some(invitation) = memory.invitations.get_mut(&(system.clone(), person)) {
            // A row from before the invitation says nothing about it.
            invitation.seen |= observed.taken >= invitation.at;
        }
    }
}

fn remember_call(memory: &mut Memory, call: &IntentState<'_>) {
    let Some(person) = &call.intent.person else {
        return;
    };
    if call.intent.call == Verb::Remove || !call.status.may_have_happened() {
        return;
    }
    let system = SystemName::new(call.intent.system.as_str());
    let person = PersonKey::new(person.as_str());
    let place = place_of(&call.intent.place);
    memory
        .granted
        .insert((system.clone(), place.clone(), person.clone()));
    if call.intent.call == Verb::Invite {
        let sent = memory
            .invitations
            .get(&(system.clone(), person.clone()))
            .map_or(0, |sent| sent.count);
        let invitation = SentInvitation {
            place,
            at: call.at,
            confirmed: matches!(call.status, IntentStatus::Done | IntentStatus::TookEffect),
            count: sent.saturating_add(1),
            seen: call.seen,
        };
        memory.invitations.insert((system, person), invitation);
    }
}

fn remember_check(
    memory: &mut Memory,
    entry: &Entry,
    verified: &Verified,
    calls: &BTreeMap<u64, IntentState<'_>>,
) {
    if verified.absent {
        if let (Verdict::AsPlanned, Some(person)) = (verified.verdict, &verified.person) {
            let call = verified.intent.and_then(|seq| calls.get(&seq));
            let reason = call.map(|call| call.intent.reason.as_str());
            forget_grant(memory, &verified.system, &verified.place, person, reason);
        }
        return;
    }
    let found = matches!(verified.verdict, Verdict::AsPlanned | Verdict::DidNotStick);
    let (true, Some(person)) = (found, &verified.person) else {
        return;
    };
    memory.granted.insert((
        SystemName::new(verified.system.as_str()),
        place_of(&verified.place),
        PersonKey::new(person.as_str()),
    ));
    if let Some(account) = &verified.account {
        remember_account(memory, entry, &verified.system, account, person);
    }
}

fn remember_account(memory: &mut Memory, entry: &Entry, system: &str, account: &str, person: &str) {
    let known = KnownAccount {
        person: PersonKey::new(person),
        since: entry.at,
    };
    memory
        .accounts
        .insert((SystemName::new(system), AccountId::new(account)), known);
}

/// Access at a place was taken. Whoever has none left in that system because they left, or their
/// lines ended, may be invited anew one day: the count of invitations ends with the employment.
fn forget_grant(
    memory: &mut Memory,
    system: &str,
    place: &str,
    person: &str,
    reason: Option<&str>,
) {
    let system = SystemName::new(system);
    let person = PersonKey::new(person);
    memory
        .granted
        .remove(&(system.clone(), place_of(place), person.clone()));
    let has_more = memory
        .granted
        .iter()
        .any(|(at, _, whose)| *at == system && *whose == person);
    if !has_more && matches!(reason, Some("left" | "lapsed")) {
        memory.invitations.remove(&(system, person));
    }
}
