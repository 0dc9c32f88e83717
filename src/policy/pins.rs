//! Pins of a fenced file to accounts that are in use outside of its fence.
//!
//! Not the holding of what such a pin would take or give: `duties` does that, whatever the reason is. Invariant: a pin that the
//! account's own contact bears out is told of nobody.
//!
//! It is a finding and no hold: what the pin would take elsewhere is held anyway, and it gives nothing there. But whoever is
//! pinned is no stranger any more: a file of one region could let an account of another disappear from the list of those.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Area, Board};
use crate::model::{AccountId, Demand, Person, PersonKey, PlaceId, SystemName};
use crate::plan::{Finding, FindingSide};

const EVERYWHERE: Area = Area {
    system: None,
    place: None,
};

/// Tells of every such pin, once for each account.
pub(super) fn judge(board: &mut Board<'_>) {
    let input = board.input;
    for policy in &input.desired.policies {
        let Demand::Fence { says, people, .. } = &policy.demand else {
            continue;
        };
        let mut found: BTreeMap<(&SystemName, AccountId, &PersonKey), BTreeSet<&PlaceId>> =
            BTreeMap::new();
        for row in board.rows(&EVERYWHERE) {
            let key = row.who.person().filter(|key| people.contains(*key));
            let Some(person) = key.and_then(|key| input.desired.people.get(key)) else {
                continue;
            };
            if !says.admits(row.place) && is_by_pin_alone(person, row.system, row.account) {
                let pin = (row.system, row.account.id.clone(), &person.key);
                found.entry(pin).or_default().insert(row.place);
            }
        }
        for ((system, account, person), places) in found {
            let at: Vec<String> = places.iter().map(ToString::to_string).collect();
            let mut because = vec![board.line(policy.origin)];
            if let Some(person) = input.desired.people.get(person) {
                because.push(board.line(person.origin));
            }
            let finding = Finding {
                policy: policy.key.clone(),
                side: FindingSide::Declared,
                people: vec![person.clone()],
                rights: Vec::new(),
                system: Some(system.clone()),
                place: None,
                message: format!(
                    "the fence of `{}` ({}) lets its files say nothing about {}, and `{person}` is pinned to account {account} of `{system}`, which has access there",
                    policy.key,
                    board.place_of(policy.origin),
                    at.join(", ")
                ),
                help: "see whose account it is: let somebody who may write about those places declare them, or take the pin out".into(),
                because,
            };
            board.findings.insert(finding);
        }
    }
}

/// Whether nothing but a pin says that an account is a person's.
fn is_by_pin_alone(person: &Person, system: &SystemName, account: &crate::model::Account) -> bool {
    let Some(pin) = person.pins.get(system) else {
        return false;
    };
    let by_login = || {
        let login = account.login.as_deref().map(str::to_lowercase);
        login.is_some() && login == pin.login.as_deref().map(str::to_lowercase)
    };
    let carried = || {
        use crate::model::Contact;
        person.contacts.iter().any(|contact| match contact {
            Contact::Email(email) => account.email.as_ref() == Some(email),
            Contact::Phone(phone) => account.phone.as_ref() == Some(phone),
        })
    };
    (pin.ids.contains(&account.id) || by_login()) && !carried()
}
