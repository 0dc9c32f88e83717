//! What an import reads: every location that the token sees, with the rights of everybody and all names.
//!
//! More than a plan needs, which knows whom it is about. Invariant: what cannot be read is in the value, as in any read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::apply::Providers;
use crate::catalog::Kind;
use crate::import::{Addition, location_keys, locations};
use crate::model::{
    Caller, LocationKey, Observed, ObservedSystem, PlaceId, ReadFailure, Reading, ScopeState,
    SystemName,
};
use crate::ops::project::Project;
use crate::provider::{Events, NamesWanted, PlaceRef, ReadRequest};

/// A location that the vendor has and the project does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlace {
    /// The key it gets.
    pub key: String,
    /// The vendor's title.
    pub title: String,
    /// The system.
    pub system: SystemName,
    /// The vendor's id.
    pub id: String,
}

/// Locations that were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Those that the project does not have.
    pub places: Vec<NewPlace>,
    /// Those to be read, by system; all of the project where nothing was chosen.
    pub wanted: BTreeSet<LocationKey>,
    /// Words of the choice that are no location.
    pub unknown: Vec<String>,
    /// Systems that show no list of locations, with why.
    pub silent: Vec<(SystemName, String)>,
}

impl Found {
    /// The new locations as entries of a file.
    pub fn addition(&self, file: &str) -> Option<Addition> {
        let entry = |it: &NewPlace| {
            let system = it.system.to_string();
            (it.key.clone(), it.title.clone(), system, it.id.clone())
        };
        let entries: Vec<_> = self.places.iter().map(entry).collect();
        (!entries.is_empty()).then(|| locations(file, &entries))
    }
}

/// Asks the systems for their locations. `choice` are keys, ids or titles; all where it is empty.
pub async fn discover(
    project: &Project,
    providers: &Providers,
    systems: &BTreeSet<SystemName>,
    choice: &[String],
    events: &dyn Events,
) -> Found {
    let mut found = Found::default();
    let mut meant: BTreeSet<&str> = BTreeSet::new();
    let mut fresh: Vec<(SystemName, String, String)> = Vec::new();
    for (name, wish) in &project.desired.systems {
        if !systems.contains(name) {
            continue;
        }
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for (key, (id, _)) in &wish.locations {
            ids.insert(id);
            let place = project.desired.places.get(key);
            let title = place.map_or("", |place| &place.title);
            if chosen(choice, [key.as_str(), id, title], &mut meant) {
                found.wanted.insert(key.clone());
            }
        }
        if !matches!(Kind::parse(wish.kind), Some(Kind::Altegio | Kind::Yclients)) {
            continue;
        }
        let Some(provider) = providers.get(name) else {
            continue;
        };
        let branches = match provider.branches(events).await {
            Ok(Some(branches)) => branches,
            Ok(None) => {
                let why = "it shows no list of locations to this token".to_owned();
                found.silent.push((name.clone(), why));
                // Ids that were named are good enough.
                let is_id = |word: &&String| word.bytes().all(|b| b.is_ascii_digit());
                for id in choice.iter().filter(is_id) {
                    if !ids.contains(id.as_str()) {
                        meant.insert(id);
                        fresh.push((name.clone(), id.clone(), format!("Location {id}")));
                    }
                }
                continue;
            }
            Err(error) => {
                found.silent.push((name.clone(), error.to_string()));
                continue;
            }
        };
        for branch in branches.iter().filter(|branch| !ids.contains(&*branch.id)) {
            let (id, title) = (branch.id.to_string(), branch.title.to_string());
            let key = location_keys([], &[(id.clone(), title.clone())]);
            let key = key.first().map_or("", String::as_str);
            if chosen(choice, [key, &id, &title], &mut meant) {
                fresh.push((name.clone(), id, title));
            }
        }
    }
    let taken = project.desired.places.keys().map(LocationKey::as_str);
    let named: Vec<(String, String)> = fresh
        .iter()
        .map(|(_, id, title)| (id.clone(), title.clone()))
        .collect();
    let keys = location_keys(taken, &named);
    for ((system, id, title), key) in fresh.into_iter().zip(keys) {
        found.wanted.insert(LocationKey::new(key.as_str()));
        found.places.push(NewPlace {
            key,
            title,
            system,
            id,
        });
    }
    found.unknown = choice
        .iter()
        .filter(|word| !meant.contains(word.as_str()))
        .cloned()
        .collect();
    found
}

/// Whether a choice names something by one of its words; an empty choice means everything.
fn chosen<'c>(choice: &'c [String], words: [&str; 3], meant: &mut BTreeSet<&'c str>) -> bool {
    let named = choice.iter().filter(|word| words.contains(&word.as_str()));
    let mut any = choice.is_empty();
    for word in named {
        meant.insert(word);
        any = true;
    }
    any
}

/// Reads everybody at the wanted places of the wanted systems, with rights and names.
pub async fn read(
    project: &Project,
    providers: &Providers,
    systems: &BTreeSet<SystemName>,
    wanted: &BTreeSet<LocationKey>,
    events: &dyn Events,
) -> Observed {
    let mut observed = Observed::default();
    for (name, wish) in &project.desired.systems {
        if !systems.contains(name) {
            continue;
        }
        let names = NamesWanted {
            accounts: true,
            storages: true,
            staff: true,
            positions: false,
            expenses: true,
        };
        let places: Vec<(PlaceRef, NamesWanted)> = wish
            .locations
            .iter()
            .filter(|(key, _)| wanted.contains(*key))
            .map(|(key, (id, _))| {
                let place = PlaceRef {
                    key: key.clone(),
                    remote: Arc::clone(id),
                };
                (place, names)
            })
            .collect();
        let whole = Kind::parse(wish.kind).is_some_and(Kind::has_one_account);
        let scopes: Vec<PlaceId> = if whole {
            vec![PlaceId::Whole]
        } else {
            places.iter().map(|(place, _)| place.place()).collect()
        };
        let unread = |host: Arc<str>, failure: &ReadFailure| ObservedSystem {
            kind: wish.kind,
            host,
            taken: project.desired.as_of,
            caller: Caller::default(),
            scopes: scopes
                .iter()
                .map(|place| (place.clone(), Reading::Unreadable(failure.clone())))
                .collect(),
            calls: 0,
        };
        let Some(provider) = providers.get(name) else {
            observed.systems.insert(
                name.clone(),
                unread(name.as_str().into(), &ReadFailure::NotSupported),
            );
            continue;
        };
        let all = |scopes: &BTreeMap<PlaceId, Reading<ScopeState>>| {
            let everybody = scopes.iter().filter_map(|(place, reading)| {
                let accounts = &reading.seen()?.accounts;
                Some((place.clone(), accounts.keys().cloned().collect()))
            });
            everybody.collect()
        };
        let request = ReadRequest {
            places,
            select: &all,
        };
        let seen = match provider.observe(&request, events).await {
            Ok(seen) => seen,
            Err(error) => {
                let failure = ReadFailure::Failed {
                    why: error.to_string().into(),
                };
                unread(provider.host(), &failure)
            }
        };
        observed.systems.insert(name.clone(), seen);
    }
    observed
}
