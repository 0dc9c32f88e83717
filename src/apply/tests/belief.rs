//! Lists that cannot be: nothing is sent, and nothing counts as done, on the word of one.

use super::world::*;
use super::*;
use crate::apply::belief::Belief;
use crate::journal::Settlement;
use crate::model::{AccountId, LocationKey, Memory, PlaceId, Reading, ScopeState, SystemName};

#[test]
fn a_lost_invitation_is_not_sent_again_on_an_empty_list() {
    let mut stage = Stage::new(&["jana", "anna"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.state().faults.insert(1, Fault::LostAfter);
    stage.world.state().empty_from = Some(2);
    let step = invite("anna", MALL);
    let outcomes = stage.apply(vec![step.clone()]);
    let found = outcome(&outcomes, &step.id.0);
    assert!(
        matches!(found, Outcome::Unknown { why } if why.contains("answered empty")),
        "{found:?}"
    );
    assert_eq!(stage.world.state().messages.len(), 1);
    // Nor by the next run, which finds the row as soon as the vendor tells the truth.
    let settled = stage.settle();
    assert_eq!(settled[0].verdict, Settlement::Unknown);
    stage.world.state().empty_from = None;
    let settled = stage.settle();
    assert_eq!(settled[0].verdict, Settlement::TookEffect);
    assert_eq!(stage.world.state().messages.len(), 1);
}

#[test]
fn a_list_that_is_empty_before_the_invitation_sends_none() {
    let mut stage = Stage::new(&["jana", "anna"]);
    stage.world.add(MALL, account("1", "jana"));
    // What a run verified is known of the place.
    let known = set("jana", "1", MALL, &[("records_access", true)]);
    stage.world.state().empty_from = Some(1);
    let step = invite("anna", MALL);
    let outcomes = stage.apply(vec![known.clone()]);
    assert!(outcome(&outcomes, &known.id.0).is_verified());
    let outcomes = stage.apply(vec![step.clone()]);
    assert_eq!(
        outcome(&outcomes, &step.id.0),
        &Outcome::NotDone(NotDone::NotComplete)
    );
    assert_eq!(stage.world.state().messages.len(), 0);
}

#[test]
fn an_empty_list_verifies_no_removal() {
    let mut stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(MALL, account("2", "karlis"));
    stage.world.state().faults.insert(1, Fault::Ignored);
    stage.world.state().empty_from = Some(2);
    let step = remove("karlis", "2", MALL);
    let outcomes = stage.apply(vec![step.clone()]);
    let found = outcome(&outcomes, &step.id.0);
    assert!(matches!(found, Outcome::Unknown { .. }), "{found:?}");
    assert!(stage.world.has(MALL, "2"));
}

#[test]
fn an_empty_list_settles_no_removal() {
    let mut stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(MALL, account("2", "karlis"));
    let known = set("jana", "1", MALL, &[("records_access", true)]);
    stage.apply(vec![known]);
    stage.world.state().faults.insert(2, Fault::CrashBefore);
    assert!(stage.try_apply(vec![remove("karlis", "2", MALL)]).is_none());
    stage.world.revive();
    stage.world.state().empty_from = Some(1);
    assert_eq!(stage.settle()[0].verdict, Settlement::LeftToPlan);
}

#[test]
fn most_of_a_place_does_not_go_within_a_run() {
    let (system, place) = (
        SystemName::new("salons"),
        PlaceId::At(LocationKey::new(MALL)),
    );
    let list = |ids: &[&str]| {
        Reading::Complete(ScopeState {
            accounts: ids
                .iter()
                .map(|&id| (AccountId::new(id), account(id, "jana")))
                .collect(),
            ..ScopeState::default()
        })
    };
    let mut belief = Belief::of(Memory {
        seen: [(
            (system.clone(), place.clone()),
            ["1", "2", "3", "4"].map(AccountId::new).into(),
        )]
        .into(),
        ..Memory::default()
    });
    let mut is_believed = |ids: &[&str]| {
        let reading = belief.judge(&system, &place, list(ids));
        assert_eq!(
            reading.seen().map(|seen| seen.accounts.len()),
            Some(ids.len()),
            "what it shows is true all the same"
        );
        reading.complete().is_some()
    };
    assert!(!is_believed(&[]));
    assert!(!is_believed(&["4", "7", "8", "9"]));
    assert!(is_believed(&["3", "4", "9"]));
    // What was believed is what the next is held against.
    assert!(!is_believed(&["1", "2"]));
    belief.lose(&system, &place, &AccountId::new("3"));
    belief.lose(&system, &place, &AccountId::new("4"));
    let reading = belief.judge(&system, &place, list(&["9"]));
    assert!(reading.complete().is_some());
}
