//! Applying against a scripted vendor on a simulated clock: what is called, in which order, what
//! is written before it, and what is said afterwards.

mod belief;
mod chaos;
mod crash;
mod invitations;
mod removals;
mod several;
mod world;
mod writes;

use world::*;

use super::*;
use crate::plan::{Instruction, ManualActor, Mode, Proof, StepId};

fn outcome<'a>(outcomes: &'a Outcomes, step: &str) -> &'a Outcome {
    outcomes.of(&StepId(step.into())).unwrap()
}

#[test]
fn a_step_waits_until_what_it_comes_after_is_verified() {
    let mut stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(MALL, account("2", "karlis"));
    stage.world.state().faults.insert(1, Fault::Ignored);
    let give = set("jana", "1", MALL, &[("records_access", true)]);
    let take = after(remove("karlis", "2", MALL), &give);
    let outcomes = stage.apply(vec![give.clone(), take.clone()]);
    assert!(matches!(
        outcome(&outcomes, &give.id.0),
        Outcome::DidNotStick { .. }
    ));
    assert_eq!(
        outcome(&outcomes, &take.id.0),
        &Outcome::NotDone(NotDone::DependsOn(give.id.clone()))
    );
    assert!(stage.world.has(MALL, "2"));
    assert!(outcomes.is_partial());
}

#[test]
fn a_step_that_comes_after_something_outside_of_the_plan_is_left() {
    let mut stage = Stage::new(&["karlis"]);
    stage.world.add(MALL, account("2", "karlis"));
    let other = remove("somebody", "9", CENTER);
    let take = after(remove("karlis", "2", MALL), &other);
    let outcomes = stage.apply(vec![take.clone()]);
    assert_eq!(
        outcome(&outcomes, &take.id.0),
        &Outcome::NotDone(NotDone::DependsOn(other.id))
    );
    assert_eq!(stage.world.calls(), Vec::<String>::new());
}

#[test]
fn manual_steps_are_left_to_people_and_are_no_partial_success() {
    let mut stage = Stage::new(&["jana"]);
    let mut by_hand = remove("jana", "1", MALL);
    by_hand.mode = Mode::Manual(Instruction {
        actor: ManualActor::Hands(Vec::new()),
        actions: Vec::new(),
        check_before: Vec::new(),
        link: None,
        proof: Proof::Reading,
    });
    let waits = after(remove("jana", "1", CENTER), &by_hand);
    let outcomes = stage.apply(vec![by_hand.clone(), waits]);
    assert_eq!(outcome(&outcomes, &by_hand.id.0), &Outcome::ByHand);
    assert!(!outcomes.is_partial());
    assert_eq!(outcomes.count(Standing::Waiting), 1);
}

#[test]
fn a_refused_token_leaves_its_system_and_says_so() {
    let mut stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(CENTER, account("1", "jana"));
    stage.world.state().faults.insert(1, Fault::Unauthorized);
    let first = set("jana", "1", MALL, &[("records_access", true)]);
    let second = set("jana", "1", CENTER, &[("records_access", true)]);
    let outcomes = stage.apply(vec![first.clone(), second.clone()]);
    assert!(matches!(
        outcome(&outcomes, &first.id.0),
        Outcome::Refused(_)
    ));
    assert_eq!(
        outcome(&outcomes, &second.id.0),
        &Outcome::NotDone(NotDone::TokenRefused)
    );
    assert_eq!(stage.world.calls(), ["write 1 mall"]);
}

#[test]
fn a_stopped_run_ends_before_the_next_step_with_a_complete_journal() {
    let mut stage = Stage::new(&["jana"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.stop.stop();
    let step = set("jana", "1", MALL, &[("records_access", true)]);
    let outcomes = stage.apply(vec![step.clone()]);
    assert_eq!(outcome(&outcomes, &step.id.0), &Outcome::Stopped);
    assert!(outcomes.stopped && outcomes.is_partial());
    assert_eq!(
        stage.journal.kinds(),
        ["genesis", "run-started", "run-ended"]
    );
}

#[test]
fn a_journal_that_cannot_be_written_prevents_the_call() {
    let mut stage = Stage::new(&["jana"]);
    stage.world.add(MALL, account("1", "jana"));
    // The run begins; the intent is not stored.
    stage.journal.crash = Some((1, false));
    let step = set("jana", "1", MALL, &[("records_access", true)]);
    let outcomes = stage.apply(vec![step.clone()]);
    assert_eq!(
        outcome(&outcomes, &step.id.0),
        &Outcome::NotDone(NotDone::Journal)
    );
    assert!(outcomes.journal.is_some() && outcomes.is_partial());
    assert_eq!(stage.world.calls(), Vec::<String>::new());
}

#[test]
fn a_journal_that_fails_after_the_call_leaves_the_step_unknown() {
    let mut stage = Stage::new(&["jana"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.journal.crash = Some((2, false));
    let step = set("jana", "1", MALL, &[("records_access", true)]);
    let outcomes = stage.apply(vec![step.clone()]);
    assert!(matches!(
        outcome(&outcomes, &step.id.0),
        Outcome::Unknown { .. }
    ));
    assert_eq!(stage.world.calls(), ["write 1 mall"]);
}

#[test]
fn every_step_has_an_outcome_and_the_run_its_entries() {
    let mut stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(MALL, account("2", "karlis"));
    let steps = vec![
        invite("anna", MALL),
        grant("jana", "1", MALL, CENTER),
        set("jana", "1", MALL, &[("records_access", true)]),
        remove("karlis", "2", MALL),
    ];
    stage.contacts.insert(
        crate::model::PersonKey::new("anna"),
        vec![crate::model::Contact::Email(email("anna"))],
    );
    let outcomes = stage.apply(steps);
    assert_eq!(outcomes.count(Standing::Done), 4, "{outcomes:?}");
    assert!(!outcomes.is_partial());
    assert_eq!(
        outcomes.head,
        crate::journal::JournalSink::head(&stage.journal)
    );
    assert_eq!(stage.journal.kinds().last(), Some(&"run-ended"));
    let text = serde_json::to_string(&crate::journal::show_json(
        crate::journal::JournalSink::sealed(&stage.journal),
        &crate::journal::Filter::default(),
    ));
    assert!(
        !text.unwrap().contains('@'),
        "no contact gets into the journal"
    );
}
