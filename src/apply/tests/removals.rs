//! Nothing goes on doubt, and gone is what a complete list says.

use super::super::*;
use super::outcome;
use super::world::*;
use crate::journal::JournalSink as _;
use crate::model::AccountState;
use crate::plan::{Change, StepKind};

fn stage() -> Stage {
    let stage = Stage::new(&["jana", "karlis"]);
    stage.world.add(MALL, account("1", "jana"));
    stage.world.add(MALL, account("2", "karlis"));
    stage.world.add(CENTER, account("1", "jana"));
    stage
}

#[test]
fn one_list_before_and_one_after_for_a_place() {
    let mut stage = stage();
    let outcomes = stage.apply(vec![
        remove("jana", "1", MALL),
        remove("jana", "1", CENTER),
        remove("karlis", "2", MALL),
    ]);
    assert_eq!(outcomes.count(Standing::Done), 3);
    assert_eq!(
        stage.world.calls(),
        [
            "list mall",
            "list center",
            "remove 1 mall,center",
            "remove 2 mall",
            "list mall",
            "list center"
        ]
    );
}

#[test]
fn what_is_gone_already_needs_no_call() {
    let mut stage = stage();
    let outcomes = stage.apply(vec![remove("anna", "9", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-anna-mall"),
        Outcome::Already { .. }
    ));
    assert_eq!(stage.world.calls(), ["list mall"]);
}

#[test]
fn nothing_is_removed_from_an_incomplete_list() {
    let mut stage = stage();
    stage.world.state().partial_lists.insert(1);
    let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
    assert_eq!(
        outcome(&outcomes, "remove-jana-mall"),
        &Outcome::NotDone(NotDone::NotComplete)
    );
    assert!(stage.world.has(MALL, "1"));
}

#[test]
fn somebody_who_became_an_owner_is_left() {
    let mut stage = stage();
    let mut owner = account("1", "jana");
    owner.removable = false;
    stage.world.add(MALL, owner);
    let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::NotDone(NotDone::Changed(_))
    ));
    assert!(stage.world.has(MALL, "1"));
}

#[test]
fn an_invitation_that_was_accepted_meanwhile_is_not_withdrawn() {
    let mut stage = stage();
    let withdraw = step(
        StepKind::WithdrawInvitation,
        "jana",
        Some("1"),
        MALL,
        Change::Withdraw,
    );
    let outcomes = stage.apply(vec![withdraw.clone()]);
    assert!(matches!(
        outcome(&outcomes, &withdraw.id.0),
        Outcome::NotDone(NotDone::Changed(_))
    ));
    let mut pending = account("1", "jana");
    pending.state = AccountState::Invited;
    stage.world.add(MALL, pending);
    let outcomes = stage.apply(vec![withdraw.clone()]);
    assert!(matches!(
        outcome(&outcomes, &withdraw.id.0),
        Outcome::Done { .. }
    ));
}

#[test]
fn an_accepted_call_without_effect_did_not_stick() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::Ignored);
    let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::DidNotStick { .. }
    ));
}

#[test]
fn a_list_that_is_not_complete_afterwards_proves_nothing() {
    let mut stage = stage();
    stage.world.state().partial_lists.insert(2);
    let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::Unknown { .. }
    ));
}

#[test]
fn a_lost_answer_is_settled_by_the_list_and_repeated_once() {
    for (faults, calls) in [(vec![Fault::LostAfter], 1), (vec![Fault::LostBefore], 2)] {
        let mut stage = stage();
        stage.world.state().faults.extend((1..).zip(faults));
        let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
        assert!(matches!(
            outcome(&outcomes, "remove-jana-mall"),
            Outcome::Done { .. }
        ));
        let removed = stage
            .world
            .calls()
            .iter()
            .filter(|call| call.starts_with("remove"))
            .count();
        assert_eq!(removed, calls);
        assert_eq!(crate::journal::unsettled(stage.journal.entries()).len(), 0);
    }
    let mut stage = stage();
    stage
        .world
        .state()
        .faults
        .extend([(1, Fault::LostBefore), (2, Fault::LostBefore)]);
    let outcomes = stage.apply(vec![remove("jana", "1", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::Unknown { .. }
    ));
}

#[test]
fn a_stop_between_removals_still_reads_back_what_was_done() {
    let mut stage = stage();
    stage.world.state().stops = Some(stage.stop.clone());
    let outcomes = stage.apply(vec![remove("jana", "1", MALL), remove("karlis", "2", MALL)]);
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::Done { .. }
    ));
    assert_eq!(outcome(&outcomes, "remove-karlis-mall"), &Outcome::Stopped);
    assert!(stage.world.has(MALL, "2"));
}

#[test]
fn nothing_is_taken_whose_witness_is_not_there_any_more() {
    let catalog = crate::catalog::Catalog::current();
    let right = catalog.by_slug("settings_users_access").unwrap();
    let by = |account: &str, after: Option<&str>| crate::plan::Witness {
        right,
        account: crate::model::AccountId::new(account),
        person: None,
        after: after.map(|id| crate::plan::StepId(id.into())),
    };
    let try_it = |witness: &str, after: Option<&str>, state: AccountState| {
        let mut stage = stage();
        let mut row = account("2", "karlis");
        row.state = state;
        stage.world.add(MALL, row);
        let mut removal = remove("jana", "1", MALL);
        removal.witnesses = vec![by(witness, after)];
        let mut write = set("jana", "1", MALL, &[("records_access", true)]);
        write.witnesses.clone_from(&removal.witnesses);
        let outcomes = stage.apply(vec![write, removal]);
        let done = |step| match outcome(&outcomes, step) {
            Outcome::Done { .. } => true,
            Outcome::NotDone(NotDone::Changed(what)) => {
                assert!(what.contains("account"), "{what}");
                false
            }
            other => panic!("{other:?}"),
        };
        (done("set-rights-jana-mall"), done("remove-jana-mall"))
    };
    assert_eq!(try_it("2", None, AccountState::Active), (true, true));
    assert_eq!(try_it("9", None, AccountState::Active), (false, false));
    assert_eq!(try_it("2", None, AccountState::Invited), (false, false));
    assert_eq!(try_it("2", None, AccountState::Blocked), (false, false));
    // Whom a step of the plan gives it is verified by that step.
    assert_eq!(
        try_it("9", Some("grant-anna-mall"), AccountState::Active),
        (true, true)
    );
}
