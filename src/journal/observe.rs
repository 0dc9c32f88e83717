//! What a read of a scope saw, as differences from what the journal has of it.
//!
//! Invariant: from the entries of complete reads alone, in order, one can tell what every account
//! had at any of those times. No contacts and no names: accounts are ids, people are keys.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::entry::{Apart, Entry, GrantSeen, Match, Observed, Record, RightValue, right_value};
use crate::canonical::{canonical, sha256_hex};
use crate::catalog::Catalog;
use crate::model::{
    Account, AccountId, AccountState, PersonKey, PlaceId, Reading, RightSet, ScopeState, SystemName,
};
use crate::plan::Agreed;

/// One scope of a read, with whose accounts they are.
#[derive(Clone, Debug)]
pub struct ObservedScope<'a> {
    /// The system.
    pub system: &'a SystemName,
    /// The place.
    pub place: &'a PlaceId,
    /// When the read began.
    pub taken: Timestamp,
    /// What was read.
    pub reading: &'a Reading<ScopeState>,
    /// Accounts of this system that were matched with a person without doubt.
    pub matches: &'a BTreeMap<AccountId, PersonKey>,
    /// Accounts that have what the files give them there, or some of it, where the journal does not know that yet.
    pub agreed: BTreeMap<AccountId, Agreed>,
}

/// What the journal has of earlier reads.
#[derive(Default)]
struct Earlier {
    people: BTreeMap<(String, String), String>,
    grants: BTreeMap<(String, String, String), GrantSeen>,
    sets: BTreeSet<String>,
}

/// The entries for the scopes of a read, in their order; unreadable ones have none.
pub fn observed<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    scopes: &[ObservedScope<'_>],
    catalog: &Catalog,
) -> Vec<Record> {
    let mut earlier = Earlier::default();
    for entry in entries {
        match &entry.record {
            Record::Observed(seen) => earlier.learn(seen),
            // Writing tells whose account it is as well as reading does.
            Record::Verified(verified) => {
                if let (Some(account), Some(person)) = (&verified.account, &verified.person) {
                    earlier
                        .people
                        .insert((verified.system.clone(), account.clone()), person.clone());
                }
            }
            Record::Genesis(_)
            | Record::RunStarted(_)
            | Record::ConfigKnown(_)
            | Record::Intent(_)
            | Record::Outcome(_)
            | Record::Settled(_)
            | Record::HandedOver(_)
            | Record::HandClosed(_)
            | Record::Attested(_)
            | Record::LockedOut(_)
            | Record::Unlocked(_)
            | Record::Judged(_)
            | Record::RunEnded(_) => {}
        }
    }
    let mut records = Vec::new();
    for scope in scopes {
        let Some(state) = scope.reading.seen() else {
            continue;
        };
        let seen = earlier.difference(scope, state, catalog);
        earlier.learn(&seen);
        records.push(Record::Observed(seen));
    }
    records
}

impl Earlier {
    fn learn(&mut self, seen: &Observed) {
        for found in &seen.matched {
            let key = (seen.system.clone(), found.account.clone());
            match &found.person {
                Some(person) => self.people.insert(key, person.clone()),
                None => self.people.remove(&key),
            };
        }
        for row in &seen.grants {
            let key = (seen.system.clone(), seen.place.clone(), row.account.clone());
            self.grants.insert(key, row.clone());
        }
        for account in &seen.gone {
            self.grants
                .remove(&(seen.system.clone(), seen.place.clone(), account.clone()));
        }
        self.sets.extend(seen.sets.keys().cloned());
    }

    fn difference(
        &self,
        scope: &ObservedScope<'_>,
        state: &ScopeState,
        catalog: &Catalog,
    ) -> Observed {
        let (system, place) = (scope.system.to_string(), scope.place.to_string());
        let mut matched = Vec::new();
        let mut grants = Vec::new();
        let mut sets = BTreeMap::new();
        for account in state.accounts.values() {
            let id = account.id.to_string();
            let whose = self.people.get(&(system.clone(), id.clone()));
            let person = scope.matches.get(&account.id).map(ToString::to_string);
            // No match now is no news: it may be a doubt, and a doubt takes nothing back.
            if person.is_some() && person.as_ref() != whose {
                matched.push(Match {
                    account: id.clone(),
                    person,
                });
            }
            let before = self.grants.get(&(system.clone(), place.clone(), id));
            let row = row_of(account, before, catalog, &mut sets);
            if before != Some(&row) {
                grants.push(row);
            }
        }
        sets.retain(|name, _| !self.sets.contains(name));
        let complete = scope.reading.complete().is_some();
        let gone = self.grants.keys().filter(|(at_system, at_place, account)| {
            complete
                && *at_system == system
                && *at_place == place
                && !state
                    .accounts
                    .contains_key(&AccountId::new(account.as_str()))
        });
        let mut equal: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut apart: BTreeMap<&Agreed, Vec<String>> = BTreeMap::new();
        for (account, agreed) in scope.agreed.iter().filter(|_| complete) {
            let alike = if agreed.apart.is_empty() {
                equal.entry(agreed.given.to_string()).or_default()
            } else {
                apart.entry(agreed).or_default()
            };
            alike.push(account.to_string());
        }
        let apart = apart.into_iter().map(|(agreed, accounts)| Apart {
            given: agreed.given.to_string(),
            differs: agreed.apart.iter().map(ToString::to_string).collect(),
            accounts,
        });
        Observed {
            taken: scope.taken,
            complete,
            accounts: u64::try_from(state.accounts.len()).unwrap_or(u64::MAX),
            digest: ids_digest(state),
            matched,
            grants,
            gone: gone.map(|(_, _, account)| account.clone()).collect(),
            sets,
            equal,
            apart: apart.collect(),
            system,
            place,
        }
    }
}

/// What an account has. What was not read this time is taken from the last time.
fn row_of(
    account: &Account,
    before: Option<&GrantSeen>,
    catalog: &Catalog,
    sets: &mut BTreeMap<String, BTreeMap<String, RightValue>>,
) -> GrantSeen {
    let set = account.rights.as_ref().map(|rights| {
        let (name, values) = set_of(rights, catalog);
        sets.insert(name.clone(), values);
        name
    });
    GrantSeen {
        account: account.id.to_string(),
        state: match account.state {
            AccountState::Invited => "invited",
            AccountState::Inactive => "inactive",
            AccountState::Active => "active",
            AccountState::Blocked => "blocked",
        }
        .to_owned(),
        role: match &account.role {
            Some(role) => Some(role.to_string()),
            None => before.and_then(|before| before.role.clone()),
        },
        staff: match account.staff {
            Some(staff) => staff,
            None => before.and_then(|before| before.staff),
        },
        set: set.or_else(|| before.and_then(|before| before.set.clone())),
    }
}

/// A set of rights by slug, without switches that are off, and its name.
pub fn set_of(rights: &RightSet, catalog: &Catalog) -> (String, BTreeMap<String, RightValue>) {
    let values: BTreeMap<String, RightValue> = rights
        .iter()
        .filter_map(|(at, value)| {
            Some((
                catalog.get(catalog.at(at)?).slug.to_owned(),
                right_value(value),
            ))
        })
        .filter(|(_, value)| *value != RightValue::Switch(false))
        .collect();
    let json = serde_json::to_value(&values).unwrap_or_default();
    let mut name = sha256_hex(canonical(&json).unwrap_or_default().as_bytes());
    name.truncate(16);
    (name, values)
}

fn ids_digest(state: &ScopeState) -> String {
    let mut ids = String::new();
    for id in state.accounts.keys() {
        ids.push_str(id.as_str());
        ids.push('\n');
    }
    sha256_hex(ids.as_bytes())
}
