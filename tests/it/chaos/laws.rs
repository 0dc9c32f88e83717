//! What must be true when everything is over.

use std::collections::BTreeMap;

use keyholder::journal::{JournalSink as _, Record, Verdict};
use keyholder::plan::{Mode, Plan};
use serde_json::Value;

use super::chain::{Chain, PLACES, Person, STRANGER};
use super::process::Stage;
use super::watch::{ORDERS, SYSTEM};
use super::way::lock;

/// Every law that is broken at the end, in words.
pub(crate) fn judge(stage: &Stage, plan: &Plan) -> Vec<String> {
    let mut broken = Vec::new();
    ends_as_wanted(stage, plan, &mut broken);
    nobody_is_bothered_twice(stage, &mut broken);
    journal_and_vendor_agree(stage, &mut broken);
    what_only_shows_is_read_and_handed_over(stage, plan, &mut broken);
    broken
}

/// Everything is as the files want it, or the last plan says for whom it is not and why.
fn ends_as_wanted(stage: &Stage, plan: &Plan, broken: &mut Vec<String>) {
    let watch = lock(&stage.shared);
    let draft = &plan.draft;
    for step in draft.steps.iter().filter(|step| step.mode == Mode::Api) {
        broken.push(format!(
            "a step is left: {} of {:?} at {}",
            step.kind.name(),
            step.person,
            step.place
        ));
    }
    let is_explained = |person: &str| {
        let whose = |key: &Option<keyholder::model::PersonKey>| {
            key.as_ref().is_some_and(|key| key.as_str() == person)
        };
        let here = |system: &str| system == SYSTEM;
        let mut holds = draft.holds.iter().filter(|hold| {
            let system = hold.system.as_ref();
            system.is_none_or(|system| here(system.as_str()))
        });
        let mut steps = draft.steps.iter();
        holds.any(|hold| whose(&hold.person))
            || draft
                .waiting
                .iter()
                .any(|one| one.person.as_str() == person)
            || steps.any(|step| here(step.system.as_str()) && whose(&step.person))
    };
    for person in &watch.chain.people {
        for (key, place) in PLACES {
            let account = stage
                .sandbox
                .with_world(|world| world.account_of(SYSTEM, &person.email()));
            let link = account.and_then(|account| watch.access(place, account));
            if let Some(wrong) = differs(&watch.chain, person, place, link.as_ref())
                && !is_explained(&person.key)
            {
                broken.push(format!(
                    "{} at {key}: {wrong}, and no plan says why",
                    person.key
                ));
            }
        }
    }
    for place in &watch.chain.stranger_at {
        if watch.access(*place, STRANGER).is_none() {
            broken.push(format!("the stranger is gone from {place}"));
        }
    }
}

fn differs(chain: &Chain, person: &Person, place: u64, link: Option<&Value>) -> Option<String> {
    match (chain.must_have(person, place), link) {
        (None, None) => None,
        (None, Some(_)) => Some("has access".to_owned()),
        (Some(role), None) => Some(format!("has no access as {role}")),
        (Some(role), Some(link)) => {
            let (vendor, rights) = chain.promised(role);
            if link["role"] != vendor {
                return Some(format!("is {} and not {vendor}", link["role"]));
            }
            let wrong = rights
                .iter()
                .find(|(slug, value)| link["rights"][slug] != *value);
            wrong.map(|(slug, _)| format!("has `{slug}` as {}", link["rights"][slug]))
        }
    }
}

/// One message for each person and employment.
fn nobody_is_bothered_twice(stage: &Stage, broken: &mut Vec<String>) {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    stage.sandbox.with_world(|world| {
        for message in &world.log().messages {
            *told.entry(message.to.clone()).or_default() += 1;
        }
    });
    let chain = lock(&stage.shared).chain.clone();
    for (to, times) in told {
        let mut people = chain.people.iter();
        let person = people.find(|person| to == person.email());
        let employments = 1 + person.map_or(0, |person| person.returned);
        if times > employments {
            broken.push(format!("{to} got {times} messages"));
        }
    }
}

/// The chain of the journal holds, and what it says was done and seen was done.
fn journal_and_vendor_agree(stage: &Stage, broken: &mut Vec<String>) {
    let watch = lock(&stage.shared);
    for entry in stage.diary.entries() {
        let Record::Verified(verified) = &entry.record else {
            continue;
        };
        let Some(announced) = verified
            .intent
            .and_then(|intent| watch.intents.get(&intent))
        else {
            continue;
        };
        // A call that was given up may arrive after the next one for the same step was made, and leave nothing to it.
        let mut others = watch.intents.values();
        let step = &announced.intent.step;
        let had_effect = others.any(|it| it.intent.step == *step && it.effects > 0);
        let taken_up = verified.verdict != Verdict::AsPlanned || had_effect;
        if !taken_up {
            broken.push(format!(
                "entry {} says that {:?} of {:?} at {} is as planned, and the call had no effect",
                entry.seq, announced.intent.call, announced.intent.person, announced.intent.place
            ));
        }
    }
    let mut text = String::new();
    for sealed in stage.diary.sealed() {
        text.push_str(&serde_json::to_string(&sealed.entry).unwrap());
        text.push('\n');
    }
    if text.contains("@chain.example") || text.contains("@else.example") {
        broken.push("a contact stands in the journal".to_owned());
    }
}

/// Nothing but reading is asked of a system that only shows, and whoever is not there as the files want it is
/// somebody's work or held, and nobody else is.
fn what_only_shows_is_read_and_handed_over(stage: &Stage, plan: &Plan, broken: &mut Vec<String>) {
    let watch = lock(&stage.shared);
    let Some(orders) = &watch.chain.orders else {
        return;
    };
    stage.sandbox.with_world(|world| {
        let calls = world.log().calls.keys();
        let mut calls = calls.filter(|call| call.starts_with(ORDERS));
        let reads = format!("{ORDERS} GET ");
        if calls.clone().next().is_none() {
            broken.push(format!("`{ORDERS}` was never read"));
        }
        if let Some(call) = calls.find(|call| !call.starts_with(&reads)) {
            broken.push(format!("`{call}` was called"));
        }
    });
    let draft = &plan.draft;
    for person in watch.chain.people.iter().filter(|it| it.declared) {
        let wanted = !person.left && person.wanted.values().any(|role| role == "desk");
        let is_in = orders.get(&person.key).is_some_and(|(_, blocked)| !blocked);
        let whose = |key: &Option<keyholder::model::PersonKey>| {
            key.as_ref().is_some_and(|key| key.as_str() == person.key)
        };
        let mut steps = draft.steps.iter();
        let asked = steps.any(|step| step.system.as_str() == ORDERS && whose(&step.person));
        let mut holds = draft.holds.iter();
        let held = holds.any(|hold| {
            let system = hold.system.as_ref();
            system.is_some_and(|system| system.as_str() == ORDERS) && whose(&hold.person)
        });
        if wanted != is_in && !asked && !held {
            let key = &person.key;
            broken.push(format!("nobody is asked to set {key} right in `{ORDERS}`"));
        }
        if wanted == is_in && !person.left && asked {
            let key = &person.key;
            broken.push(format!("somebody is asked for {key} in `{ORDERS}` in vain"));
        }
    }
}
