//! Apenday: made inactive, activated, changed, switched off.

use super::*;
use crate::plan::*;

#[test]
fn an_adviser_is_made_inactive_first_and_then_activated() {
    let mut stage = Stage::new(&person(
        "jana",
        "access: [ { role: adviser, at: [center, mall] } ]",
    ));
    let facts = "agencies=center|mall calendar=office365 team=Nord";
    stage.check(&format!(
        "invite jana at * by hands [safe] -> inactive conseiller {facts}
        activate jana at * by hands [messaging] -> active conseiller {facts} (waits)"
    ));
    assert_eq!(stage.do_all(), 2);
    stage.check("");
    // Fewer agencies, and then another role level.
    stage.people = person("jana", "access: [ { role: adviser, at: [mall] } ]");
    stage.check("set-rights jana at * by hands [removing] -> active agencies=mall calendar=office365 team=Nord");
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", "access: [ { role: head, at: [mall] } ]");
    assert_eq!(stage.step("change-role").class, DangerClass::Escalating);
    assert_eq!(stage.do_all(), 1);
    // Leaving ends the key of somebody who may have one.
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: head, at: [mall] } ]",
    );
    stage.check(
        "deactivate jana at * by hands [removing] -> inactive responsable agencies=mall calendar=office365 team=Nord
        follow-up jana at * by hands [safe] -> nothing (waits)
        check jana at chain by hands [safe] -> absent",
    );
    assert_eq!(stage.do_all(), 3);
    stage.check("");
    // Coming back.
    stage.people = person("jana", "access: [ { role: adviser, at: [mall] } ]");
    assert!(stage.steps().contains("activate jana"));
    assert_eq!(stage.do_all(), 2, "another role level, and the switch");
    stage.check("");
}

const ADVISER: &str = "access: [ { role: adviser, at: [mall] } ]";
const HEAD: &str = "access: [ { role: head, at: [mall] } ]";

#[test]
fn who_comes_back_does_not_get_a_role_that_may_not_be_taken() {
    let mut stage = Stage::new(&person("jana", HEAD));
    stage.do_all();
    stage.people = person(
        "jana",
        "leaves: 2026-11-20, access: [ { role: head, at: [mall] } ]",
    );
    stage.do_all();
    stage.people = person("jana", ADVISER);
    stage.check(
        "change-role jana at * by hands [removing] -> inactive conseiller
        activate jana at * by hands [messaging] -> active conseiller agencies=mall calendar=office365 team=Nord (waits)",
    );
    stage.settings = SETTINGS.replace("ownership: full", "ownership: add-only");
    stage.check("held depends-on-held");
    stage.settings = SETTINGS.replace("time_zone", "protected: [jana]\ntime_zone");
    stage.check("held protected\nheld depends-on-held");
}

#[test]
fn each_step_says_what_it_changes_and_nothing_else() {
    let mut stage = Stage::new(&person("jana", ADVISER));
    stage.do_all();
    stage.people = person("jana", "access: [ { role: head, at: [center, mall] } ]");
    let set = stage.step("set-rights");
    stage.say(&set);
    stage.check("change-role jana at * by hands [escalating] -> active responsable");
    let change = stage.step("change-role");
    stage.say(&change);
    stage.check("");
}

#[test]
fn a_role_level_of_an_unknown_name_may_be_a_lower_one() {
    let levels = |from: &str, to: &str| {
        let roles = ENTRIES.replace("role: conseiller", &format!("role: \"{from}\""));
        let roles = roles.replace("role: responsable", &format!("role: \"{to}\""));
        let mut stage = Stage::new(&person("jana", ADVISER));
        stage.entries = roles;
        stage.do_all();
        stage.people = person("jana", HEAD);
        stage.step("change-role").class
    };
    assert_eq!(
        levels("conseiller", "administrateur client"),
        DangerClass::Escalating
    );
    assert_eq!(
        levels("administrateur client", "responsable d'équipe"),
        DangerClass::Removing
    );
    assert_eq!(levels("responsable", "conseiller"), DangerClass::Removing);
    assert_eq!(levels("Superviseur", "Directeur"), DangerClass::Removing);
    assert_eq!(levels("conseiller", "Directeur"), DangerClass::Removing);
}

#[test]
fn whoever_was_an_administrator_once_is_asked_about_their_key_at_once() {
    let mut stage = Stage::new(&person("jana", HEAD));
    stage.do_all();
    stage.people = person("jana", ADVISER);
    stage.do_all();
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: adviser, at: [mall] } ]",
    );
    assert!(
        stage
            .steps()
            .contains("follow-up jana at * by hands [safe] -> nothing (waits)"),
        "{}",
        stage.steps()
    );
}

#[test]
fn events_that_no_line_names_any_more_are_told() {
    let mut stage = Stage::new(&person("jana", ADVISER));
    stage.entries = ENTRIES.replace(
        "team: Nord, calendar: office365 } }\n  head",
        "team: Nord, calendar: office365, events: [a, b] } }\n  head",
    );
    stage.do_all();
    stage.entries = ENTRIES.into();
    stage.check("");
    let notes = stage.plan().draft.notes;
    assert!(
        notes
            .iter()
            .any(|note| note.text.contains("is said to have events a, b"))
    );
}

#[test]
fn the_mail_goes_once_more_to_whom_a_list_shows_pending_if_somebody_asks() {
    let mut stage = Stage::new(&person("jana", ADVISER));
    stage.do_all();
    stage.check("");
    // Of whom nobody knows more than that they were switched on nothing is sent again.
    let name = SystemName::new("agency");
    let facts = [
        ("agencies", "mall"),
        ("calendar", "office365"),
        ("team", "Nord"),
    ];
    let facts: Facts = facts
        .into_iter()
        .map(|(name, is)| (name.into(), is.into()))
        .collect();
    let mut row = user("a1", "jana", AccountState::Invited, "conseiller");
    row.facts = Some(facts.into());
    let seen = exported("2026-11-23T08:30:00Z", vec![row]);
    stage.now += SignedDuration::from_hours(1);
    let seen = ScopeState {
        export: seen.export.map(|it| ExportFact {
            taken: "2026-11-23T09:30:00Z".parse().unwrap(),
            ..it
        }),
        ..seen
    };
    stage
        .more
        .insert((name, PlaceId::Whole), Reading::Complete(seen));
    let again = asked_again(&mut stage, "agency", "jana");
    let Mode::Manual(instruction) = &again.mode else {
        panic!("by hand");
    };
    let actions: Vec<&str> = instruction.actions.iter().map(|it| &*it.text).collect();
    assert!(
        actions.iter().any(|it| it.contains("inactive")),
        "{actions:?}"
    );
    stage.say(&again);
    assert!(!stage.steps().contains("resend"), "{}", stage.steps());
}
