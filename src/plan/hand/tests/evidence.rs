//! Whom is believed, how long, and what is handed out at all.

use jiff::SignedDuration;

use super::*;
use crate::model::*;
use crate::plan::*;

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

fn handed(stage: &mut Stage, step: &Step) {
    let handed = Handed {
        since: stage.now,
        does: step.kind.name().into(),
        place: step.place.clone(),
        person: step.person.clone(),
        account: step.account.clone(),
        says: step.says(),
    };
    let key = (step.system.clone(), step.id.0.clone());
    stage.memory.handed.insert(key, handed);
}

const ADVISER: &str = "access: [ { role: adviser, at: [mall] } ]";
const LEFT: &str = "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] } ]";

#[test]
fn a_word_from_before_somebody_left_is_no_proof_that_they_are_out() {
    // Made, and perhaps let in by somebody who never said so.
    let mut stage = Stage::new(&person("jana", ADVISER));
    let made = stage.step("invite");
    stage.say(&made);
    let mut again = stage.copy();
    again.people = person("jana", LEFT);
    assert!(again.step("deactivate").before.is_none());
    again.people = person(
        "jana",
        "leaves: 2026-11-25, access: [ { role: adviser, at: [mall] } ]",
    );
    again.now = "2026-11-26T09:00:00Z".parse().unwrap();
    assert!(again.step("deactivate").before.is_none());
    // Left, said so, back again, and gone once more before anybody confirmed a thing.
    let mut stage = Stage::new(&person("jana", HOST));
    stage.do_all();
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: host, at: [center, mall] } ]",
    );
    stage.do_all();
    stage.check("");
    stage.people = person(
        "jana",
        "leaves: 2026-11-28, access: [ { role: host, at: [center, mall] } ]",
    );
    stage.now = "2026-11-29T09:00:00Z".parse().unwrap();
    let steps = stage.steps();
    assert!(
        steps.contains("remove jana at center") && steps.contains("remove jana at mall"),
        "{steps}"
    );
    stage.do_all();
    stage.check("");
}

#[test]
fn what_was_handed_over_and_never_confirmed_is_taken_when_its_line_ends() {
    for (people, kind) in [
        (ADVISER, "deactivate"),
        ("access: [ { role: brand, chain: salons } ]", "check"),
    ] {
        let mut stage = Stage::new(&person("jana", people));
        let step = stage.step("invite");
        handed(&mut stage, &step);
        stage.people = person("jana", "access: [ { role: clerk } ]");
        let taken = stage.step(kind);
        assert!(taken.before.is_none());
        // Once it is said, it is over.
        stage.say(&taken);
        assert!(!stage.steps().contains(kind), "{}", stage.steps());
    }
}

#[test]
fn a_list_without_a_column_says_nothing_of_it() {
    let mut stage = Stage::new(&person("jana", ADVISER));
    assert_eq!(stage.do_all(), 2);
    let mut row = user("a7", "jana", AccountState::Active, "-");
    row.role = None;
    let seen = exported(&stage.now.to_string(), vec![row]);
    stage.more.insert(
        (SystemName::new("agency"), PlaceId::Whole),
        Reading::Complete(seen),
    );
    stage.now += SignedDuration::from_hours(1);
    stage.check("");
}

#[test]
fn a_list_that_has_grown_too_old_still_raises_doubt_about_a_leaver() {
    let mut stage = Stage::new(&person("jana", LEFT));
    let step = stage.step("deactivate");
    stage.say(&step);
    assert!(!stage.steps().contains("deactivate"));
    let row = user("a7", "jana", AccountState::Active, "conseiller");
    let old = exported(&stage.now.to_string(), vec![row]);
    stage
        .old
        .insert((SystemName::new("agency"), PlaceId::Whole), old);
    let step = stage.step("deactivate");
    assert!(step.before.is_none());
    // Also where the files say nothing of that system any more.
    stage.attested = Attested::default();
    stage.people = person("jana", "leaves: 2026-11-20, access: []");
    assert!(stage.steps().contains("deactivate jana"));
    stage.say(&step);
    assert!(!stage.steps().contains("deactivate"));
}

#[test]
fn whoever_lets_somebody_in_says_nothing_of_what_they_may_do() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let accept = stage.step("activate");
    stage.say(&accept);
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    stage.check(&format!(
        "set-rights jana at center by hands [removing] -> active {ticks}"
    ));
}

#[test]
fn a_leaver_who_is_left_alone_is_told_by_word_and_by_a_list() {
    let told = |stage: &Stage| -> Vec<String> {
        let findings = stage.plan().draft.findings;
        let told = findings.into_iter().filter(|it| &*it.policy == "leavers");
        told.map(|it| it.message).collect()
    };
    let lines = "access: [ { role: adviser, at: [center] }, { role: host, at: [mall] } ]";
    let mut stage = Stage::new(&person("jana", lines));
    while stage.do_all() > 0 {}
    stage.people = person("jana", "leaves: 2026-11-20, access: unmanaged");
    let said = "access, by word or by a list (`agency`), which keyholder leaves alone";
    let desk = "access at mall, by word or by a list (`desk`), which keyholder leaves alone";
    let [agency, business] = &told(&stage)[..] else {
        panic!("{:?}", told(&stage));
    };
    assert!(
        agency.contains(said) && business.contains(desk),
        "{agency} {business}"
    );
    assert_eq!(stage.steps(), "");
    // A newer list that shows them switched off, and one that does not show them, end it.
    let row = user("e1", "jana", AccountState::Inactive, "conseiller");
    let key = |system: &str, place| (SystemName::new(system), place);
    let list = Reading::Complete(exported("2026-11-24T08:00:00Z", vec![row]));
    stage.more.insert(key("agency", PlaceId::Whole), list);
    let mall = PlaceId::At(LocationKey::new("mall"));
    let list = Reading::Complete(exported("2026-11-24T08:00:00Z", vec![]));
    stage.more.insert(key("desk", mall), list);
    stage.now = "2026-11-24T09:00:00Z".parse().unwrap();
    assert_eq!(told(&stage), Vec::<String>::new());
}
