//! Chains: given and taken by hand, and every leaver looked up.

use super::*;
use crate::model::*;
use crate::plan::*;

#[test]
fn chain_access_is_given_and_taken_by_hand() {
    let mut stage = Stage::new(&person(
        "jana",
        "access: [ { role: brand, chain: salons } ]",
    ));
    stage.check(
        "invite jana at chain by hands [escalating] -> active clients_access=true settings_access=true",
    );
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", "access: [ { role: clerk } ]");
    let text = stage.steps();
    assert!(
        text.contains("remove jana at chain by hands [removing] -> absent"),
        "{text}"
    );
    stage.do_all();
    assert!(!stage.steps().contains("chain"));
}

#[test]
fn who_may_manage_the_chain_is_told_from_the_callers_own_rights() {
    let mut stage = Stage::new(&person(
        "jana",
        "access: [ { role: brand, chain: salons } ]",
    ));
    let told = |stage: &Stage| {
        let step = stage.step("invite");
        let Mode::Manual(instruction) = step.mode else {
            panic!("by hand");
        };
        instruction.check_before[0].text.clone()
    };
    assert!(told(&stage).contains("does not see the chain"));
    stage.caller.chains.insert("4521".into(), [].into());
    assert!(told(&stage).contains("may not"));
    stage
        .caller
        .chains
        .insert("4521".into(), ["users_access".into()].into());
    assert!(told(&stage).contains("so its owner can do this"));
}

#[test]
fn every_leaver_is_looked_up_in_the_chain_once() {
    let mut stage = Stage::new(&person(
        "jana",
        "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] } ]",
    ));
    let chain = |plan: &Plan| {
        let fact = plan.draft.scopes.iter();
        let mut fact = fact.filter(|fact| fact.place == PlaceId::Chain);
        fact.next().unwrap().completeness.clone()
    };
    assert_eq!(chain(&stage.plan()), Completeness::NeverLooked);
    let step = stage.step("check");
    // A look from before the last day says nothing of it.
    let now = stage.now;
    stage.now = "2026-11-19T10:00:00Z".parse().unwrap();
    stage.say_of(&step, Says::Absent);
    stage.now = now;
    let step = stage.step("check");
    stage.say(&step);
    assert!(!stage.steps().contains("check"));
    assert!(matches!(chain(&stage.plan()), Completeness::Attested(_)));
}

#[test]
fn a_chain_right_that_no_line_gives_any_more_is_switched_off() {
    let mut stage = Stage::new(&person(
        "jana",
        "access: [ { role: brand, chain: salons } ]",
    ));
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", "access: [ { role: cards, chain: salons } ]");
    stage.check(
        "set-rights jana at chain by hands [removing] -> active clients_access=true loyalty_access=true",
    );
    let Mode::Manual(instruction) = stage.step("set-rights").mode else {
        panic!("by hand");
    };
    let fields = &instruction.actions.last().unwrap().values;
    let told: Vec<String> = fields
        .iter()
        .map(|field| match &field.value {
            TypedValue::Text(text) => format!("{}: {text}", field.label),
            TypedValue::Contact { .. } => panic!("no contact"),
        })
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter()
            .any(|it| it.contains("loyalty") && it.ends_with(": on")),
        "{told:?}"
    );
    assert!(
        told.iter()
            .any(|it| it.contains("settings") && it.ends_with(": off")),
        "{told:?}"
    );
    assert_eq!(stage.do_all(), 1);
    stage.check("");
}

#[test]
fn nobody_is_told_to_take_from_whom_nothing_may_be_taken() {
    let left = person(
        "jana",
        "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] } ]",
    );
    let mut stage = Stage::new(&left);
    stage.settings = SETTINGS.replace("time_zone", "protected: [jana]\ntime_zone");
    let steps = stage.steps();
    assert!(
        steps.contains("held protected") && !steps.contains("check"),
        "{steps}"
    );
    stage.settings = SETTINGS.replace(
        "chain: 4521, ownership: full",
        "chain: 4521, acting: jana, ownership: full",
    );
    assert!(!stage.steps().contains("check"), "the owner of the key");
    // Where nothing is taken, looking is all.
    stage.settings = SETTINGS.replace(
        "chain: 4521, ownership: full",
        "chain: 4521, ownership: add-only",
    );
    let Mode::Manual(instruction) = stage.step("check").mode else {
        panic!("by hand");
    };
    assert!(
        instruction
            .actions
            .last()
            .unwrap()
            .text
            .contains("take nothing")
    );
}

#[test]
fn who_is_said_to_have_nothing_is_looked_up_where_they_had_something() {
    let mut stage = Stage::new(&person("jana", "access: []"));
    stage.check("");
    let granted = (
        SystemName::new("salons"),
        PlaceId::At(LocationKey::new("center")),
        PersonKey::new("jana"),
    );
    stage.memory.granted.insert(granted);
    stage.check("check jana at chain by hands [safe] -> absent");
    // Once it is handed over it stays, whatever else was taken.
    let step = stage.step("check");
    let handed = Handed {
        since: stage.now,
        does: "check".into(),
        place: PlaceId::Chain,
        person: Some(PersonKey::new("jana")),
        account: None,
        says: Says::Absent,
    };
    stage.memory.granted.clear();
    stage
        .memory
        .handed
        .insert((SystemName::new("salons"), step.id.0.clone()), handed);
    stage.check("check jana at chain by hands [safe] -> absent");
    stage.say(&step);
    stage.check("");
}
