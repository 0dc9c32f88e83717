//! What `--only` means: a key of a person, a location or a system.

use crate::diagnostic::nearest;
use crate::model::{Desired, LocationKey, PersonKey, SystemName};
use crate::plan::Only;

/// A key that names nothing, or two things.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnlyError {
    /// Nothing has this key.
    #[error("`{key}` is no person, no location and no system of the project")]
    Unknown {
        /// The key.
        key: String,
        /// One that is near.
        near: Option<String>,
    },
    /// Several things have this key.
    #[error("`{key}` is {}", .what.join(" and "))]
    Several {
        /// The key.
        key: String,
        /// What it is.
        what: Vec<&'static str>,
    },
}

/// Reads `KEY`, or `person:KEY`, `location:KEY`, `system:KEY` where a key alone could be several things.
pub fn only(desired: &Desired, keys: &[String]) -> Result<Only, OnlyError> {
    let mut only = Only::default();
    for key in keys {
        let (kind, name) = match key.split_once(':') {
            Some((kind @ ("person" | "location" | "system"), name)) => (Some(kind), name),
            _ => (None, key.as_str()),
        };
        let person = PersonKey::new(name);
        let location = LocationKey::new(name);
        let system = SystemName::new(name);
        let mut what = Vec::new();
        if kind.is_none_or(|kind| kind == "person") && desired.people.contains_key(&person) {
            what.push("a person");
        }
        if kind.is_none_or(|kind| kind == "location") && desired.places.contains_key(&location) {
            what.push("a location");
        }
        if kind.is_none_or(|kind| kind == "system") && desired.systems.contains_key(&system) {
            what.push("a system");
        }
        match what.as_slice() {
            ["a person"] => drop(only.people.insert(person)),
            ["a location"] => drop(only.locations.insert(location)),
            ["a system"] => drop(only.systems.insert(system)),
            [] => {
                let known = desired.people.keys().map(PersonKey::as_str);
                let known = known.chain(desired.places.keys().map(LocationKey::as_str));
                let known = known.chain(desired.systems.keys().map(SystemName::as_str));
                return Err(OnlyError::Unknown {
                    key: key.clone(),
                    near: nearest(name, known).map(str::to_owned),
                });
            }
            _ => {
                return Err(OnlyError::Several {
                    key: key.clone(),
                    what,
                });
            }
        }
    }
    Ok(only)
}
