//! What a plan needs to have read: whose rights, and which lists of names.
//!
//! Not the reading: that is a provider's. Invariant: whoever may differ is read, and nobody else;
//! the matching of people to accounts is the very one that the plan uses.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::identity::{Keys, Owner, identify, shielded};
use super::names::{uses_names, want};
use crate::catalog::{Catalog, Entity};
use crate::model::{
    AccountId, AccountState, Demand, Desired, GrantState, Item, Managed, Memory, NamesWanted,
    Person, PersonKey, PlaceId, PlaceRef, PlaceStatus, Reading, ScopeState, StaffWish, Strangers,
    SystemName,
};

/// Says, from the lists alone, whose rights must be read where: accounts of declared people whose
/// access is managed and may differ from what they shall have. Strangers, the unmanaged and whoever is
/// in doubt are read where a policy asks who has a right, and strangers where they may be removed.
pub fn selection<'a>(
    desired: &'a Desired,
    memory: &'a Memory,
    system: &'a SystemName,
) -> impl Fn(&BTreeMap<PlaceId, Reading<ScopeState>>) -> BTreeMap<PlaceId, BTreeSet<AccountId>> + 'a
{
    move |scopes| {
        let desired = &*desired.locked_out(&memory.locked);
        let people: Vec<&Person> = desired.people.values().collect();
        let keys = Keys::of(desired);
        let scopes = super::trust::trusted(scopes, memory, system);
        let identity = identify(&people, &keys, memory, system, &scopes);
        let mut selected: BTreeMap<PlaceId, BTreeSet<AccountId>> = BTreeMap::new();
        for (person, found) in people.iter().zip(&identity.people) {
            if person.managed == Managed::No || found.doubt.is_some() {
                continue;
            }
            let seen = found
                .accounts
                .iter()
                .filter_map(|&at| identity.seen.get(at));
            for (place, row) in seen.flat_map(|seen| &seen.rows) {
                if differs(desired, system, person, place) {
                    let place = selected.entry((*place).clone()).or_default();
                    place.insert(row.id.clone());
                }
            }
        }
        let wish = desired.systems.get(system);
        let everybody = names_rights(desired);
        let strangers = wish.is_some_and(|wish| wish.strangers == Strangers::Remove);
        for seen in identity.seen.iter().filter(|seen| {
            everybody || (strangers && seen.owner == Owner::Nobody && seen.removable())
        }) {
            for (place, row) in &seen.rows {
                // The vendor's own users are nobody, and the blocked cannot get in.
                let is_vendors = !row.removable && row.email.is_none() && row.phone.is_none();
                if !is_vendors && row.state != AccountState::Blocked {
                    let place = selected.entry((*place).clone()).or_default();
                    place.insert(row.id.clone());
                }
            }
        }
        selected
    }
}

/// Whether a policy asks who has some right: then everybody's counts, declared or not.
fn names_rights(desired: &Desired) -> bool {
    let mut policies = desired.policies.iter();
    policies.any(|policy| match &policy.demand {
        Demand::Holders { .. } | Demand::Separation { .. } => true,
        Demand::Only { right, .. } => right.is_some(),
        Demand::Expiry { .. } | Demand::Fence { .. } => false,
    })
}

/// Whether anything is said about what a person shall have at a place.
fn differs(desired: &Desired, system: &SystemName, person: &Person, place: &PlaceId) -> bool {
    let said = person
        .grants
        .iter()
        .any(|grant| grant.system == *system && grant.place == *place);
    let ordered = match person.managed {
        Managed::No => return false,
        Managed::Yes => false,
        Managed::Nothing(_) | Managed::Left(_) => true,
    };
    let fact = place.location().and_then(|key| desired.places.get(key));
    said || ordered || fact.is_some_and(|fact| fact.status != PlaceStatus::Planned)
}

/// The places of a system to list, each with the lists of names that a right or a staff link of
/// somebody there refers to.
pub fn names_wanted(
    desired: &Desired,
    catalog: &'static Catalog,
    system: &SystemName,
) -> Vec<(PlaceRef, NamesWanted)> {
    let Some(wish) = desired.systems.get(system) else {
        return Vec::new();
    };
    let mut wanted: BTreeMap<&PlaceId, NamesWanted> = BTreeMap::new();
    // People with equal roles share a set: each is searched once, by address.
    let mut searched: BTreeMap<usize, Vec<Entity>> = BTreeMap::new();
    for person in desired.people.values() {
        for grant in &person.grants {
            if grant.system != *system || grant.state != GrantState::Present {
                continue;
            }
            let entities = searched
                .entry(Arc::as_ptr(&grant.rights).addr())
                .or_insert_with(|| {
                    let named = grant.rights.iter().filter(|(_, value)| uses_names(value));
                    named
                        .filter_map(|(at, _)| catalog.get(catalog.at(at)?).kind.entity())
                        .collect()
                });
            let staff = match &grant.staff {
                StaffWish::Link(item) => Some(item),
                StaffWish::Keep => person.pins.get(system).and_then(|pin| {
                    let location = grant.place.location()?;
                    pin.staff.get(location)
                }),
                StaffWish::Nobody => None,
            };
            let by_name = matches!(staff, Some(Item::Name(_)));
            if !entities.is_empty() || by_name {
                let here = wanted.entry(&grant.place).or_default();
                for &entity in &*entities {
                    want(entity, here);
                }
                here.staff |= by_name;
            }
        }
    }
    wish.locations
        .iter()
        .map(|(key, (remote, _))| {
            let place = PlaceRef {
                key: key.clone(),
                remote: remote.clone(),
            };
            let names = wanted.get(&place.place()).copied().unwrap_or_default();
            (place, names)
        })
        .collect()
}

/// Whose accounts they are, as far as that is beyond doubt: what the journal remembers of a read.
pub fn matches(
    desired: &Desired,
    memory: &Memory,
    system: &SystemName,
    scopes: &BTreeMap<PlaceId, Reading<ScopeState>>,
) -> BTreeMap<AccountId, PersonKey> {
    let people: Vec<&Person> = desired.people.values().collect();
    let keys = Keys::of(desired);
    let scopes = super::trust::trusted(scopes, memory, system);
    let identity = identify(&people, &keys, memory, system, &scopes);
    // What is a protected person's by memory stays so: a pin may not make memory forget it.
    let kept = shielded(&identity, desired, &keys, memory, system);
    let sure = people
        .iter()
        .zip(&identity.people)
        .filter(|(_, found)| found.doubt.is_none());
    sure.flat_map(|(person, found)| {
        let own = found.accounts.iter().filter(|at| {
            let whose = kept.get(at);
            whose.is_none_or(|key| **key == person.key)
        });
        let seen = own.filter_map(|&at| identity.seen.get(at));
        seen.map(|seen| (seen.id.clone(), person.key.clone()))
            .collect::<Vec<_>>()
    })
    .collect()
}
