//! Somebody who leaves several places: one call, an intent and a reading for each of them.

use super::super::*;
use super::outcome;
use super::world::*;
use crate::journal::{JournalSink as _, Record, Settlement, Verb, unsettled};
use crate::model::AccountState;
use crate::plan::{Change, Step, StepKind};

const PLACES: [&str; 3] = [MALL, CENTER, PORT];
const ALL: &str = "remove 1 mall,center,port";

fn stage() -> Stage {
    let stage = Stage::new(&["jana", "karlis"]);
    for place in PLACES {
        stage.world.add(place, account("1", "jana"));
        stage.world.add(place, account("9", "owner"));
    }
    stage
}

fn leaver() -> Vec<Step> {
    PLACES.map(|place| remove("jana", "1", place)).into()
}

/// The changing calls.
fn changes(stage: &Stage) -> Vec<String> {
    let mut calls = stage.world.calls();
    calls.retain(|call| !call.starts_with("list"));
    calls
}

fn is_done(outcomes: &Outcomes, place: &str) -> bool {
    matches!(
        outcome(outcomes, &format!("remove-jana-{place}")),
        Outcome::Done { .. }
    )
}

#[test]
fn a_leaver_with_three_places_goes_with_one_call() {
    let mut stage = stage();
    let outcomes = stage.apply(leaver());
    assert_eq!(outcomes.count(Standing::Done), 3, "{outcomes:?}");
    assert!(PLACES.iter().all(|place| is_done(&outcomes, place)));
    assert_eq!(
        stage.world.calls(),
        [
            "list mall",
            "list center",
            "list port",
            ALL,
            "list mall",
            "list center",
            "list port"
        ]
    );
    // Before the call an intent for each place, after it an answer and a reading for each.
    assert_eq!(
        stage.journal.kinds()[2..11],
        [
            "intent", "intent", "intent", "outcome", "outcome", "outcome", "verified", "verified",
            "verified"
        ]
    );
    let intents: Vec<_> = stage
        .journal
        .entries()
        .into_iter()
        .filter_map(|entry| match &entry.record {
            Record::Intent(intent) => Some((intent.call, intent.place.as_str(), intent.batch)),
            _ => None,
        })
        .collect();
    let of = |place| (Verb::Remove, place, Some(2));
    assert_eq!(intents, [of(MALL), of(CENTER), of(PORT)]);
    for place in PLACES {
        assert!(!stage.world.has(place, "1") && stage.world.has(place, "9"));
    }
}

#[test]
fn what_waits_for_something_else_does_not_come_along() {
    let mut stage = stage();
    stage.world.add(PORT, account("2", "karlis"));
    stage.world.state().faults.insert(1, Fault::Ignored);
    let give = set("karlis", "2", PORT, &[("records_access", true)]);
    let [mall, center, port] = PLACES.map(|place| remove("jana", "1", place));
    let port = after(port, &give);
    let outcomes = stage.apply(vec![give.clone(), mall, center, port.clone()]);
    assert_eq!(
        outcome(&outcomes, &port.id.0),
        &Outcome::NotDone(NotDone::DependsOn(give.id))
    );
    assert!(is_done(&outcomes, MALL) && is_done(&outcomes, CENTER));
    assert!(changes(&stage).contains(&"remove 1 mall,center".to_owned()));
    assert!(stage.world.has(PORT, "1"));
}

#[test]
fn what_comes_after_a_removal_is_not_in_its_call() {
    let mut stage = stage();
    let [mall, center, port] = PLACES.map(|place| remove("jana", "1", place));
    let port = after(port, &mall);
    let outcomes = stage.apply(vec![mall, center, port]);
    assert_eq!(outcomes.count(Standing::Done), 3);
    assert_eq!(changes(&stage), ["remove 1 mall,center", "remove 1 port"]);
}

#[test]
fn each_place_has_its_own_preconditions() {
    let mut stage = stage();
    let mut owner = account("1", "jana");
    owner.removable = false;
    stage.world.add(MALL, owner);
    stage.world.state().partial_lists.insert(2);
    let outcomes = stage.apply(leaver());
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::NotDone(NotDone::Changed(_))
    ));
    assert_eq!(
        outcome(&outcomes, "remove-jana-center"),
        &Outcome::NotDone(NotDone::NotComplete)
    );
    assert!(is_done(&outcomes, PORT));
    // One is left, and one place has a call of its own.
    assert_eq!(changes(&stage), ["remove 1 port"]);
}

#[test]
fn a_pending_row_is_withdrawn_by_itself() {
    let mut stage = stage();
    let mut pending = account("1", "jana");
    pending.state = AccountState::Invited;
    stage.world.add(MALL, pending);
    let withdraw = step(
        StepKind::WithdrawInvitation,
        "jana",
        Some("1"),
        MALL,
        Change::Withdraw,
    );
    let mut steps = leaver();
    steps[0] = withdraw;
    let outcomes = stage.apply(steps);
    assert_eq!(outcomes.count(Standing::Done), 3, "{outcomes:?}");
    let mut calls = changes(&stage);
    calls.sort();
    assert_eq!(calls, ["remove 1 center,port", "remove 1 mall"]);
}

#[test]
fn refused_it_is_asked_for_place_by_place() {
    for fault in [Fault::Rejected, Fault::Forbidden] {
        let mut stage = stage();
        // The call for all, and then one of the three.
        stage.world.state().faults.extend([(1, fault), (3, fault)]);
        let outcomes = stage.apply(leaver());
        assert!(is_done(&outcomes, MALL) && is_done(&outcomes, PORT));
        assert!(matches!(
            outcome(&outcomes, "remove-jana-center"),
            Outcome::Refused(_)
        ));
        assert_eq!(
            changes(&stage),
            [ALL, "remove 1 mall", "remove 1 center", "remove 1 port"]
        );
        assert!(stage.world.has(CENTER, "1"));
        assert_eq!(unsettled(stage.journal.entries()).len(), 0);
    }
}

#[test]
fn an_account_that_the_vendor_does_not_know_there_is_looked_for() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::NotFound);
    let outcomes = stage.apply(leaver());
    assert_eq!(outcomes.count(Standing::Done), 3, "{outcomes:?}");
    assert_eq!(
        stage.world.calls()[3..8],
        [
            ALL,
            "list mall",
            "list center",
            "list port",
            "remove 1 mall"
        ]
    );
}

#[test]
fn a_lost_answer_is_settled_by_the_lists() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::LostAfter);
    let outcomes = stage.apply(leaver());
    assert_eq!(outcomes.count(Standing::Done), 3);
    assert_eq!(changes(&stage), [ALL]);
    assert_eq!(unsettled(stage.journal.entries()).len(), 0);

    let mut stage = self::stage();
    stage
        .world
        .state()
        .faults
        .extend([(1, Fault::LostBefore), (3, Fault::LostBefore)]);
    let outcomes = stage.apply(leaver());
    assert_eq!(
        changes(&stage),
        [ALL, "remove 1 mall", "remove 1 center", "remove 1 port"]
    );
    assert!(is_done(&outcomes, MALL) && is_done(&outcomes, PORT));
    assert!(matches!(
        outcome(&outcomes, "remove-jana-center"),
        Outcome::Unknown { .. }
    ));
    assert_eq!(unsettled(stage.journal.entries()).len(), 0);
}

#[test]
fn a_place_where_the_call_did_nothing_is_asked_once_more() {
    let mut stage = stage();
    stage.world.state().keeps_place_of_path = true;
    let outcomes = stage.apply(leaver());
    assert_eq!(outcomes.count(Standing::Done), 3, "{outcomes:?}");
    assert_eq!(changes(&stage), [ALL, "remove 1 mall"]);

    let mut stage = self::stage();
    let ignored = (1..=2).map(|nth| (nth, Fault::Ignored));
    stage.world.state().faults.extend(ignored);
    let outcomes = stage.apply(leaver());
    assert!(matches!(
        outcome(&outcomes, "remove-jana-mall"),
        Outcome::DidNotStick { .. }
    ));
    assert!(is_done(&outcomes, CENTER) && is_done(&outcomes, PORT));
}

#[test]
fn nothing_that_was_not_sent_is_called_in_doubt() {
    for (fault, expected) in [
        (
            Fault::NotSent,
            Outcome::NotDone(NotDone::Unreachable("no route".to_owned())),
        ),
        (
            Fault::Unauthorized,
            Outcome::Refused(crate::provider::ProviderError::Unauthorized),
        ),
    ] {
        let mut stage = stage();
        stage.world.state().faults.insert(1, fault);
        let outcomes = stage.apply(leaver());
        assert!(
            outcomes
                .steps
                .iter()
                .all(|(_, outcome)| *outcome == expected)
        );
        assert_eq!(changes(&stage), [ALL]);
    }
}

#[test]
fn a_run_killed_within_the_call_is_settled_place_by_place() {
    for (fault, verdict) in [
        (Fault::CrashBefore, Settlement::NoEffect),
        (Fault::CrashAfter, Settlement::TookEffect),
    ] {
        let mut stage = stage();
        stage.world.state().faults.insert(1, fault);
        assert!(stage.try_apply(leaver()).is_none());
        stage.world.revive();
        let settled = stage.settle();
        let verdicts: Vec<_> = settled.iter().map(|call| call.verdict).collect();
        assert_eq!(verdicts, [verdict; 3]);
    }
}
