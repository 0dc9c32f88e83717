//! Whom is believed, how long, and what is handed out at all.

use jiff::SignedDuration;

use super::*;
use crate::model::*;

#[test]
fn the_newer_of_export_and_word_holds_and_an_old_one_is_unknown() {
    let export = |taken: &str, rows: Vec<Account>| ScopeState {
        export: Some(ExportFact {
            file: "exports/agency.csv".into(),
            taken: taken.parse().unwrap(),
        }),
        ..scope(rows)
    };
    let leaver = "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] } ]";
    let key = (SystemName::new("agency"), PlaceId::Whole);
    let mut stage = Stage::new(&person("jana", leaver));
    let row = user("a7", "jana", AccountState::Active, "conseiller");
    let seen = export("2026-11-22T08:00:00Z", vec![row.clone()]);
    stage.more.insert(key.clone(), Reading::Complete(seen));
    let step = stage.step("deactivate");
    assert_eq!(step.account, Some(AccountId::new("a7")));
    stage.say(&step);
    assert!(!stage.steps().contains("deactivate"), "the word is newer");
    // An export that is newer still shows them in use: the word is contradicted.
    let seen = export(
        &(stage.now + SignedDuration::from_hours(1)).to_string(),
        vec![row],
    );
    stage.more.insert(key.clone(), Reading::Complete(seen));
    stage.now += SignedDuration::from_hours(2);
    assert!(
        stage
            .step("deactivate")
            .hand
            .unwrap()
            .contradicted
            .is_some()
    );
    // One that is too old says nothing; without any word a leaver's access is taken back if there is any.
    let mut stage = Stage::new(&person("jana", leaver));
    let old = ReadFailure::TooOld {
        taken: "2026-01-01T00:00:00Z".parse().unwrap(),
        max_age: SignedDuration::from_hours(720),
    };
    stage.more.insert(key.clone(), Reading::Unreadable(old));
    let step = stage.step("deactivate");
    assert!(step.before.is_none());
    // And it takes nothing from somebody who has no line there and has not left.
    stage.people = person("jana", "access: [ { role: clerk } ]");
    assert!(!stage.steps().contains("deactivate"));
    // A list without a doubt that does not have them is an absence.
    let seen = export("2026-11-22T08:00:00Z", Vec::new());
    stage.people = person("jana", leaver);
    stage.more.insert(key, Reading::Complete(seen));
    assert!(!stage.steps().contains("deactivate"));
}

#[test]
fn ownership_hands_out_nothing_it_may_not() {
    let people = format!(
        "{}{}",
        person("jana", "leaves: 2026-11-20, access: [ { role: clerk } ]"),
        person("mara", CLERK)
    );
    let mut stage = Stage::with_user(&people, user("7", "jana", AccountState::Active, "manager"));
    stage.settings = SETTINGS.replace("ownership: full", "ownership: report");
    stage.check("");
    assert_eq!(
        stage.plan().draft.withheld.len(),
        3,
        "block, chain check, invite"
    );
    stage.settings = SETTINGS.replace("ownership: full", "ownership: add-only");
    stage.check(
        "invite mara at * by hands [messaging] -> invited manager sources=shop
        check jana at chain by hands [safe] -> absent",
    );
}

#[test]
fn a_statement_that_is_not_believed_is_a_hold() {
    let mut stage = Stage::new("");
    stage.attested.doubts.push(AttestationDoubt {
        system: SystemName::new("desk"),
        person: Some(PersonKey::new("boss")),
        place: None,
        message: "it was altered".into(),
        help: "ask who did".into(),
        origin: None,
    });
    stage.check("held attestation-doubt");
}

#[test]
fn equal_inputs_give_equal_plans_in_any_order_of_statements() {
    let people: String = ["jana", "mara", "zane"]
        .iter()
        .map(|key| person(key, HOST))
        .collect();
    let mut stage = Stage::new(&people);
    for _ in 0..7 {
        let plan = stage.plan();
        let step = plan.draft.steps.iter().find(|it| it.waits_for.is_empty());
        stage.say(&step.unwrap().clone());
    }
    let before = stage.plan().id;
    for said in stage.attested.systems.values_mut() {
        said.reverse();
    }
    assert_eq!(stage.plan().id, before);
}

#[test]
fn a_word_about_a_person_is_contradicted_by_a_list_that_brings_an_account() {
    let leaver = "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] } ]";
    let mut stage = Stage::new(&person("jana", leaver));
    let step = stage.step("deactivate");
    let handed = Handed {
        since: stage.now,
        does: "deactivate".into(),
        place: PlaceId::Whole,
        person: step.person.clone(),
        account: None,
        says: step.says(),
    };
    let since = stage.now;
    stage
        .memory
        .handed
        .insert((step.system.clone(), step.id.0.clone()), handed);
    stage.say(&step);
    stage.check(
        "follow-up jana at * by hands [safe] -> nothing
        check jana at chain by hands [safe] -> absent",
    );
    let row = user("a7", "jana", AccountState::Active, "conseiller");
    let seen = exported(&stage.now.to_string(), vec![row]);
    stage.more.insert(
        (SystemName::new("agency"), PlaceId::Whole),
        Reading::Complete(seen),
    );
    stage.now += SignedDuration::from_hours(2);
    let again = stage.step("deactivate");
    assert_ne!(again.id, step.id, "the account is known now");
    let hand = again.hand.unwrap();
    assert!(hand.contradicted.is_some());
    assert_eq!(hand.since, Some(since));
}
