//! A process that dies at any boundary: what the next run finds out.

use std::time::Duration;

use super::world::*;
use crate::journal::{JournalSink as _, Settlement};
use crate::model::PersonKey;

#[test]
fn a_run_killed_within_an_invitation_is_settled_without_another_message() {
    for (fault, verdict, messages) in [
        (Fault::CrashBefore, Settlement::NoEffect, 0),
        (Fault::CrashAfter, Settlement::TookEffect, 1),
    ] {
        let mut stage = Stage::new(&["anna"]);
        stage.world.state().delay = Duration::from_secs(70);
        stage.world.state().faults.insert(1, fault);
        assert!(stage.try_apply(vec![invite("anna", MALL)]).is_none());
        stage.world.revive();
        let settled = stage.settle();
        assert_eq!(settled.len(), 1);
        assert_eq!(settled[0].verdict, verdict);
        assert_eq!(stage.world.state().messages.len(), messages);
        assert_eq!(stage.memory().invitations.len(), messages);
        // Nothing is left to settle, and settling nothing writes nothing.
        let entries = stage.journal.sealed().len();
        assert_eq!(stage.settle(), []);
        assert_eq!(stage.journal.sealed().len(), entries);
    }
}

#[test]
fn nothing_is_concluded_before_its_time() {
    let mut stage = Stage::new(&["anna"]);
    stage.world.state().faults.insert(1, Fault::CrashBefore);
    assert!(stage.try_apply(vec![invite("anna", MALL)]).is_none());
    stage.world.revive();
    let before = crate::clock::Clock::elapsed(&*stage.world.clock);
    stage.settle();
    let now = crate::clock::Clock::elapsed(&*stage.world.clock);
    assert!(now >= before + Duration::from_secs(119), "{now:?}");
    // Long ago: then one list is enough.
    let mut stage = Stage::new(&["anna"]);
    stage.world.state().faults.insert(1, Fault::CrashBefore);
    assert!(stage.try_apply(vec![invite("anna", MALL)]).is_none());
    stage.world.revive();
    stage.world.clock.advance(Duration::from_hours(1));
    let before = crate::clock::Clock::elapsed(&*stage.world.clock);
    stage.settle();
    assert_eq!(crate::clock::Clock::elapsed(&*stage.world.clock), before);
}

#[test]
fn a_person_who_is_not_declared_any_more_cannot_be_recognized() {
    let mut stage = Stage::new(&["anna"]);
    stage.world.state().faults.insert(1, Fault::CrashAfter);
    assert!(stage.try_apply(vec![invite("anna", MALL)]).is_none());
    stage.world.revive();
    stage.contacts.remove(&PersonKey::new("anna"));
    let settled = stage.settle();
    assert_eq!(settled[0].verdict, Settlement::Unknown);
    assert!(
        !stage
            .memory()
            .invitations
            .values()
            .next()
            .unwrap()
            .confirmed
    );
}

#[test]
fn harmless_calls_are_settled_by_the_list_or_left_to_the_plan() {
    for (step, fault, verdict) in [
        (
            remove("jana", "1", MALL),
            Fault::CrashAfter,
            Settlement::TookEffect,
        ),
        (
            remove("jana", "1", MALL),
            Fault::CrashBefore,
            Settlement::NoEffect,
        ),
        (
            grant("jana", "1", MALL, CENTER),
            Fault::CrashAfter,
            Settlement::TookEffect,
        ),
        (
            grant("jana", "1", MALL, CENTER),
            Fault::CrashBefore,
            Settlement::NoEffect,
        ),
        (
            set("jana", "1", MALL, &[]),
            Fault::CrashAfter,
            Settlement::LeftToPlan,
        ),
    ] {
        let mut stage = Stage::new(&["jana"]);
        stage.world.add(MALL, account("1", "jana"));
        stage.world.state().faults.insert(1, fault);
        assert!(stage.try_apply(vec![step.clone()]).is_none());
        stage.world.revive();
        let settled = stage.settle();
        assert_eq!(settled[0].verdict, verdict, "{} {fault:?}", step.id);
    }
}

#[test]
fn a_clock_that_went_back_makes_the_run_wait_all_of_it() {
    let mut stage = Stage::new(&["anna"]);
    stage.world.clock.advance(Duration::from_secs(100_000));
    stage.world.state().faults.insert(1, Fault::CrashBefore);
    assert!(stage.try_apply(vec![invite("anna", MALL)]).is_none());
    stage.world.revive();
    // The journal is from a machine whose clock was ahead: another stage, an earlier time.
    let mut later = Stage::new(&["anna"]);
    later.journal.inner = stage.journal.inner.clone();
    let settled = later.settle();
    assert_eq!(settled[0].verdict, Settlement::NoEffect);
    let waited = crate::clock::Clock::elapsed(&*later.world.clock);
    assert!(waited >= Duration::from_mins(2) && waited < Duration::from_mins(3));
    let why = settled[0].why.as_deref().unwrap_or_default();
    assert!(why.contains("ahead of this clock"), "{why}");
}
