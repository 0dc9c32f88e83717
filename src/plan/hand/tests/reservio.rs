//! Reservio: registering, access, accepting, the repair, ticks and the last administrator.

use super::*;
use crate::model::*;
use crate::plan::*;

#[test]
fn a_hire_registers_gets_access_and_accepts() {
    let mut stage = Stage::new(&person("jana", HOST));
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    stage.check(&format!(
        "check jana at * by person [safe] -> inactive
        invite jana at center by hands [messaging] -> invited {ticks} (waits)
        activate jana at center by person [safe] -> active {ticks} (waits)
        invite jana at mall by hands [messaging] -> invited {ticks} (waits)
        activate jana at mall by person [safe] -> active {ticks} (waits)"
    ));
    assert_eq!(stage.do_all(), 5);
    stage.check("");
}

#[test]
fn access_that_was_given_too_early_is_given_again() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let step = stage.step("invite");
    stage.say(&step);
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    stage.check(&format!(
        "check jana at * by person [safe] -> inactive
        resend jana at center by hands [messaging] -> invited {ticks} (waits)
        activate jana at center by person [safe] -> active {ticks} (waits)"
    ));
    // Registering after it does not mend the invitation that was sent before.
    let step = stage.step("check");
    stage.say(&step);
    assert_eq!(stage.step("resend").waits_for, []);
    assert_eq!(stage.do_all(), 2);
    stage.check("");
}

#[test]
fn ticks_change_and_the_last_administrator_stays() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: lead, at: [center] } ]"));
    assert_eq!(stage.step("invite").class, DangerClass::Escalating);
    assert_eq!(stage.do_all(), 3);
    stage.people = person("jana", "access: [ { role: host, at: [center] } ]");
    stage.check("held protected");
    // With another administrator who has accepted, it goes.
    stage.people += &person("mara", "access: [ { role: lead, at: [center] } ]");
    assert_eq!(stage.do_all(), 4);
    stage.check("");
}

#[test]
fn a_leaver_loses_what_is_known_and_what_may_be_there() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    assert_eq!(stage.do_all(), 3);
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: host, at: [center, mall] } ]",
    );
    stage.check(
        "remove jana at center by hands [removing] -> absent
        remove jana at mall by hands [removing] -> absent
        follow-up jana at center by hands [safe] -> nothing (waits)
        follow-up jana at mall by hands [safe] -> nothing (waits)
        check jana at chain by hands [safe] -> absent",
    );
    assert_eq!(stage.do_all(), 5);
    stage.check("");
}

#[test]
fn a_profile_in_the_list_is_named_and_proves_nothing() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let profile = |id: &str, name: &str| Profile {
        id: id.into(),
        name: name.into(),
    };
    let seen = ScopeState {
        profiles: Some(vec![profile("p1", "Bērziņa Jana"), profile("p2", "Room 1")]),
        ..ScopeState::default()
    };
    let center = PlaceId::At(LocationKey::new("center"));
    let key = (SystemName::new("desk"), center.clone());
    stage.more.insert(key, Reading::Complete(seen));
    let plan = stage.plan();
    assert_eq!(plan.draft.steps.len(), 3, "access is given all the same");
    let text: String = plan
        .draft
        .notes
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert!(
        text.contains("Room 1") && !text.contains("Bērziņa Jana"),
        "{text}"
    );
    let fact = plan.draft.scopes.iter().find(|fact| fact.place == center);
    assert_eq!(fact.unwrap().completeness, Completeness::NeverLooked);
}
