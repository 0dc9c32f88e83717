//! The simulated administrator: a step of the plan in the plain words that the simulators' web pages take.
//!
//! Not a part of the simulators, which know no plan. Invariant: it says no more than the instruction of the step does.

use std::collections::BTreeMap;

use super::failure::Failure;
use crate::model::{Contact, DesiredSystem, Person, PlaceId};
use crate::ops::project::Project;
use crate::plan::{Step, StepKind};
use crate::sandbox::{HandDone, HandWork, Sandbox};

/// Lets the administrator of a system do a step; whether it was done, or forgotten.
pub(super) fn work(sandbox: &Sandbox, project: &Project, step: &Step) -> Result<bool, Failure> {
    let key = step.person.as_ref();
    let person = key.and_then(|key| project.desired.people.get(key));
    let wish = project.desired.systems.get(&step.system);
    let (Some(person), Some(wish)) = (person, wish) else {
        return Ok(true);
    };
    let work = in_words(step, person, wish);
    let done = sandbox
        .by_hand(step.system.as_str(), &work)
        .map_err(|why| {
            Failure::input(format!(
                "the simulated administrator of `{}` could not do step {}: {why}",
                step.system, step.id
            ))
            .help("`keyholder sandbox show SYSTEM` shows what is there")
        })?;
    Ok(done == HandDone::Done)
}

fn in_words(step: &Step, person: &Person, wish: &DesiredSystem) -> HandWork {
    let all = || person.contacts.iter().chain(&person.shared_contacts);
    let email = all().find_map(|contact| match contact {
        Contact::Email(email) => Some(email.as_str().to_owned()),
        Contact::Phone(_) => None,
    });
    let phone = all().find_map(|contact| match contact {
        Contact::Phone(phone) => Some(phone.as_str().to_owned()),
        Contact::Email(_) => None,
    });
    let (first, last) = match &person.name_parts {
        Some((first, last)) => (first.to_string(), Some(last.to_string())),
        None => (person.name.to_string(), None),
    };
    let pinned = person
        .pins
        .get(&step.system)
        .and_then(|pin| pin.login.as_deref())
        .map(str::to_owned);
    let login = match step.kind {
        StepKind::Invite => pinned.or_else(|| email.clone()),
        _ => pinned,
    };
    // What a follow-up's `after` tells is what it is about, and nothing to fill in.
    let after = step
        .after
        .as_ref()
        .filter(|_| step.kind != StepKind::FollowUp);
    let role = after.and_then(|after| after.role.clone());
    let facts: BTreeMap<String, String> = after
        .map(|after| {
            let facts = after.facts.iter();
            facts
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect()
        })
        .unwrap_or_default();
    HandWork {
        does: step.kind.name().to_owned(),
        place: match &step.place {
            PlaceId::Whole => None,
            PlaceId::Chain => Some("chain".to_owned()),
            PlaceId::At(key) => wish.locations.get(key).map(|(id, _)| id.to_string()),
        },
        account: step.account.as_ref().map(ToString::to_string),
        first: Some(first),
        last,
        login,
        email,
        phone,
        role_number: role
            .as_ref()
            .and_then(|role| wish.role_numbers.get(role).copied()),
        role: role.map(|role| role.to_string()),
        facts,
    }
}
