//! Who had what at an instant, by the journal's reads alone: what a bundle keeps beside what the files wanted.
//!
//! Invariant: only what was read, or was read back as gone, is told, with when the place was read last; a place that was
//! never read is not there.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::journal::{GrantSeen, Record, RightValue, Sealed, Verdict};

/// Name and version of the form.
const FORMAT: &str = "keyholder.seen/1";

#[derive(Default)]
struct Place<'a> {
    read: Option<Timestamp>,
    rows: BTreeMap<&'a str, &'a GrantSeen>,
}

/// Who had what before an instant.
pub fn seen(sealed: &[Sealed], until: Timestamp) -> Value {
    let mut places: BTreeMap<(&str, &str), Place<'_>> = BTreeMap::new();
    let mut owner: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut sets: BTreeMap<&str, &BTreeMap<String, RightValue>> = BTreeMap::new();
    for sealed in sealed.iter().filter(|it| it.entry.at < until) {
        match &sealed.entry.record {
            Record::Observed(seen) => {
                let system = seen.system.as_str();
                for found in &seen.matched {
                    let key = (system, found.account.as_str());
                    match &found.person {
                        Some(person) => owner.insert(key, person),
                        None => owner.remove(&key),
                    };
                }
                sets.extend(seen.sets.iter().map(|(name, set)| (name.as_str(), set)));
                let place = places.entry((system, seen.place.as_str())).or_default();
                if seen.complete {
                    place.read = Some(seen.taken);
                }
                let rows = seen.grants.iter().map(|row| (row.account.as_str(), row));
                place.rows.extend(rows);
                for account in &seen.gone {
                    place.rows.remove(account.as_str());
                }
            }
            Record::Verified(verified) => {
                let Some(account) = verified.account.as_deref() else {
                    continue;
                };
                let system = verified.system.as_str();
                if let Some(person) = verified.person.as_deref() {
                    owner.insert((system, account), person);
                }
                if verified.absent && verified.verdict == Verdict::AsPlanned {
                    let key = (system, verified.place.as_str());
                    if let Some(place) = places.get_mut(&key) {
                        place.rows.remove(account);
                    }
                }
            }
            _ => {}
        }
    }
    let mut systems: Map<String, Value> = Map::new();
    for ((system, place), seen) in places {
        let accounts: Map<String, Value> = seen
            .rows
            .values()
            .map(|row| {
                let set = row.set.as_deref().and_then(|name| sets.get(name));
                let told = json!({
                    "person": owner.get(&(system, row.account.as_str())),
                    "state": row.state,
                    "role": row.role,
                    "staff": row.staff,
                    "rights": set,
                });
                (row.account.clone(), told)
            })
            .collect();
        let told = json!({
            "read": seen.read.map(|at| at.to_string()),
            "accounts": accounts,
        });
        let within = systems.entry(system).or_insert_with(|| json!({}));
        if let Value::Object(within) = within {
            within.insert(place.to_owned(), told);
        }
    }
    json!({ "format": FORMAT, "until": until.to_string(), "systems": systems })
}
