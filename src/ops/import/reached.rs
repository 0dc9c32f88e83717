//! Places that an import itself declares: which they are, and what lines of the project that reach them mean there.
//!
//! Nobody wrote such a line with the place in mind (`at: all` names none). Invariant: a difference at such a place is
//! never one that the plan had before; it is told with the person and the line.

use std::collections::{BTreeMap, BTreeSet};

use super::{Spot, about};
use crate::model::{Desired, LocationKey, PersonKey, PlaceId, SystemName};
use crate::ops::project::Project;
use crate::plan::Plan;

/// Places that a project has in a system and had not before.
pub(super) fn new_places(before: &Desired, after: &Desired) -> BTreeSet<(SystemName, LocationKey)> {
    let systems = after.systems.iter();
    let all = systems.flat_map(|(name, wish)| {
        let had = before.systems.get(name);
        let places = wish.locations.keys();
        let new = places.filter(move |key| had.is_none_or(|had| !had.locations.contains_key(*key)));
        new.map(move |key| (name.clone(), key.clone()))
    });
    all.collect()
}

/// Whether a difference is at one of these places.
pub(super) fn is_at(new: &BTreeSet<(SystemName, LocationKey)>, spot: &Spot) -> bool {
    let (_, system, place, _) = spot;
    new.contains(&(system.clone(), LocationKey::new(place.as_str())))
}

/// What a plan would still do at these places, each with whom it is about and the line behind it.
pub(super) fn told(
    after: &Project,
    plan: &Plan,
    new: &BTreeSet<(SystemName, LocationKey)>,
) -> Vec<String> {
    let mut found: BTreeMap<(Option<PersonKey>, SystemName, String), Vec<String>> = BTreeMap::new();
    for (spot, words) in about(plan).filter(|(spot, _)| is_at(new, spot)) {
        let (person, system, place, _) = spot;
        let here = found.entry((person, system, place)).or_default();
        if !here.contains(&words) {
            here.push(words);
        }
    }
    let line = |((person, system, place), words): (
        (Option<PersonKey>, SystemName, String),
        Vec<String>,
    )| {
        let words = words.join("; ");
        let Some(key) = person else {
            return format!("{place} at {system} is new: {words}");
        };
        let at = PlaceId::At(LocationKey::new(place.as_str()));
        let declared = after.desired.people.get(&key);
        let mut grants = declared.iter().flat_map(|it| &it.grants);
        let grant = grants.find(|it| it.system == system && it.place == at);
        let lines: BTreeSet<String> = grant
            .into_iter()
            .flat_map(|it| &it.because)
            .map(|span| {
                let origin = after.loaded.sources.origin(*span);
                format!("{}:{}", origin.file, origin.line)
            })
            .collect();
        if lines.is_empty() {
            return format!(
                "`{key}`: {place} at {system} is new, and no line of theirs says what they have there: {words}"
            );
        }
        let lines: Vec<String> = lines.into_iter().collect();
        format!(
            "`{key}`: {} gives access at {place} too, which is new at {system}: {words}; where that is not meant, leave the place out of the line: `at: {{ all: true, except: [{place}] }}`",
            lines.join(" and ")
        )
    };
    found.into_iter().map(line).collect()
}
