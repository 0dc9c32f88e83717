//! What the project declares, against what the journal knew: the entry that lets a later plan see
//! that something vanished.
//!
//! Invariant: what vanished from the files stays known for as long as the journal ties access to
//! it, so that the hold about it does not disappear by waiting for one apply.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{ConfigKnown, GrantedAt, KeyDelta, Record};
use crate::model::{
    Desired, GrantState, LocationKey, Memory, PersonKey, PlaceId, RuleBook, SystemName,
};

/// What the files declare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Everybody declared.
    pub people: BTreeSet<PersonKey>,
    /// Every location declared.
    pub locations: BTreeSet<LocationKey>,
    /// Every system declared.
    pub systems: BTreeSet<SystemName>,
    /// The rules in short; none where they are not told.
    pub rules: Option<RuleBook>,
    /// Scopes in which somebody shall have something now.
    pub granted: BTreeSet<(SystemName, PlaceId, PersonKey)>,
}

impl From<&Desired> for Known {
    fn from(desired: &Desired) -> Self {
        let granted = desired.people.values().flat_map(|person| {
            person
                .grants
                .iter()
                .filter(|grant| grant.state != GrantState::Absent)
                .map(|grant| {
                    (
                        grant.system.clone(),
                        grant.place.clone(),
                        person.key.clone(),
                    )
                })
        });
        Self {
            people: desired.people.keys().cloned().collect(),
            locations: desired.places.keys().cloned().collect(),
            systems: desired.systems.keys().cloned().collect(),
            rules: None,
            granted: granted.collect(),
        }
    }
}

/// The entry that brings the journal up to date with the files; none if there is nothing new.
pub fn known_after(memory: &Memory, known: &Known) -> Option<Record> {
    let tied_people: BTreeSet<&PersonKey> =
        memory.granted.iter().map(|(_, _, person)| person).collect();
    let tied_places: BTreeSet<&LocationKey> = memory
        .granted
        .iter()
        .filter_map(|(_, place, _)| place.location())
        .collect();
    let tied_systems: BTreeSet<&SystemName> =
        memory.granted.iter().map(|(system, _, _)| system).collect();

    let record = ConfigKnown {
        people: delta(&memory.people, &known.people, &tied_people),
        locations: delta(&memory.locations, &known.locations, &tied_places),
        systems: delta(&memory.systems, &known.systems, &tied_systems),
        rules: known
            .rules
            .as_ref()
            .filter(|rules| memory.rules.as_ref() != Some(*rules))
            .map(|rules| {
                let lines = rules.0.iter();
                lines
                    .map(|(path, value)| (path.to_string(), value.to_string()))
                    .collect()
            }),
        granted: by_scope(known.granted.difference(&memory.declared)),
        ungranted: by_scope(memory.declared.difference(&known.granted)),
    };
    (record != ConfigKnown::default()).then_some(Record::ConfigKnown(record))
}

fn delta<T: Ord + ToString>(
    before: &BTreeSet<T>,
    now: &BTreeSet<T>,
    tied: &BTreeSet<&T>,
) -> KeyDelta {
    KeyDelta {
        added: now.difference(before).map(ToString::to_string).collect(),
        gone: before
            .difference(now)
            .filter(|key| !tied.contains(key))
            .map(ToString::to_string)
            .collect(),
    }
}

fn by_scope<'a>(
    grants: impl Iterator<Item = &'a (SystemName, PlaceId, PersonKey)>,
) -> Vec<GrantedAt> {
    let mut scopes: BTreeMap<(&SystemName, &PlaceId), Vec<String>> = BTreeMap::new();
    for (system, place, person) in grants {
        scopes
            .entry((system, place))
            .or_default()
            .push(person.to_string());
    }
    let scopes = scopes
        .into_iter()
        .map(|((system, place), people)| GrantedAt {
            system: system.to_string(),
            place: place.to_string(),
            people,
        });
    scopes.collect()
}
