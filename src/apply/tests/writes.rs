//! Grants and writes are read back, and compared by meaning.

use super::super::*;
use super::outcome;
use super::world::*;
use crate::catalog::Catalog;
use crate::journal::{JournalSink as _, Record, RightValue};
use crate::model::{AccountState, Value, VendorRoleSlug};
use crate::plan::{Access, RightDelta, StaffTarget};

const ON: &[(&str, bool)] = &[("records_access", true)];
const STEP: &str = "set-rights-jana-mall";

fn stage() -> Stage {
    let stage = Stage::new(&["jana"]);
    stage.world.add(MALL, account("1", "jana"));
    stage
}

#[test]
fn a_write_is_one_call_and_one_look() {
    let mut stage = stage();
    let outcomes = stage.apply(vec![set("jana", "1", MALL, ON)]);
    assert!(
        matches!(outcome(&outcomes, STEP), Outcome::Done { also_changed, .. } if also_changed.is_empty())
    );
    assert_eq!(stage.world.calls(), ["write 1 mall", "look 1 mall"]);
    assert_eq!(
        stage.journal.kinds(),
        [
            "genesis",
            "run-started",
            "intent",
            "outcome",
            "verified",
            "run-ended"
        ]
    );
}

#[test]
fn what_does_not_stick_is_named() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::Ignored);
    let outcomes = stage.apply(vec![set("jana", "1", MALL, ON)]);
    assert!(
        matches!(outcome(&outcomes, STEP), Outcome::DidNotStick { differs, .. }
        if differs == &["role", "records_access"])
    );
}

#[test]
fn a_lost_answer_is_settled_by_looking_and_repeated_once() {
    for (faults, calls) in [
        (vec![Fault::LostAfter], 1),
        (vec![Fault::LostBefore], 2),
        (vec![Fault::LostBefore, Fault::LostAfter], 2),
    ] {
        let mut stage = stage();
        stage.world.state().faults.extend((1..).zip(faults));
        let outcomes = stage.apply(vec![set("jana", "1", MALL, ON)]);
        assert!(matches!(outcome(&outcomes, STEP), Outcome::Done { .. }));
        let written = stage
            .world
            .calls()
            .iter()
            .filter(|call| call.starts_with("write"))
            .count();
        assert_eq!(written, calls);
        assert_eq!(crate::journal::unsettled(stage.journal.entries()).len(), 0);
    }
    let mut stage = stage();
    stage
        .world
        .state()
        .faults
        .extend([(1, Fault::LostBefore), (2, Fault::LostBefore)]);
    let outcomes = stage.apply(vec![set("jana", "1", MALL, ON)]);
    assert!(matches!(outcome(&outcomes, STEP), Outcome::Unknown { .. }));
    // Repeating it is harmless: the next plan sees what is left.
    assert_eq!(crate::journal::unsettled(stage.journal.entries()).len(), 0);
}

#[test]
fn rights_nobody_asked_to_change_are_reported_when_they_change() {
    let mut stage = stage();
    let catalog = Catalog::current();
    let other = catalog.by_slug("clients_access").unwrap();
    stage.world.state().side_effect = Some(other.index());
    let mut step = set("jana", "1", MALL, ON);
    step.before = Some(Access {
        state: AccountState::Active,
        role: None,
        staff: None,
        staff_name: None,
        rights: rights(&[("clients_access", false)]).into(),
        facts: std::sync::Arc::default(),
    });
    let outcomes = stage.apply(vec![step]);
    assert!(
        matches!(outcome(&outcomes, STEP), Outcome::Done { also_changed, .. } if also_changed == &["clients_access"])
    );
    assert_eq!(outcome(&outcomes, STEP).name(), "changed-more");
}

#[test]
fn the_intent_says_what_changes_with_ids_and_not_with_names() {
    let mut stage = stage();
    let catalog = Catalog::current();
    let right = catalog.by_slug("records_access").unwrap();
    let mut step = set("jana", "1", MALL, ON);
    step.deltas = vec![RightDelta {
        right,
        before: None,
        after: Some(Value::Switch(true)),
        line: None,
    }];
    stage.apply(vec![step]);
    let entries = stage.journal.entries();
    let intent = entries.iter().find_map(|entry| match &entry.record {
        Record::Intent(intent) => Some(intent),
        _ => None,
    });
    let intent = intent.unwrap();
    assert_eq!(
        intent.rights["records_access"],
        Some(RightValue::Switch(true))
    );
    assert_eq!(intent.role.as_deref(), Some("administrator"));
}

#[test]
fn a_grant_is_a_copy_a_write_and_a_look() {
    let mut stage = stage();
    let outcomes = stage.apply(vec![grant("jana", "1", MALL, CENTER)]);
    assert!(matches!(
        outcome(&outcomes, "grant-jana-center"),
        Outcome::Done { .. }
    ));
    assert_eq!(
        stage.world.calls(),
        [
            "list center",
            "copy 1 center",
            "write 1 center",
            "look 1 center"
        ]
    );
    let state = stage.world.state();
    let role = state.rows[CENTER].values().next().unwrap().role.clone();
    assert_eq!(
        role,
        Some(VendorRoleSlug::new("worker")),
        "a copy keeps no role, so it is written"
    );
}

#[test]
fn a_grant_survives_a_lost_copy() {
    for fault in [Fault::LostBefore, Fault::LostAfter] {
        let mut stage = stage();
        stage.world.state().faults.insert(1, fault);
        let outcomes = stage.apply(vec![grant("jana", "1", MALL, CENTER)]);
        assert!(
            matches!(
                outcome(&outcomes, "grant-jana-center"),
                Outcome::Done { .. }
            ),
            "{fault:?}"
        );
    }
}

#[test]
fn a_refused_copy_is_not_followed_by_a_write() {
    let mut stage = stage();
    stage.world.state().faults.insert(1, Fault::Forbidden);
    let outcomes = stage.apply(vec![grant("jana", "1", MALL, CENTER)]);
    assert!(matches!(
        outcome(&outcomes, "grant-jana-center"),
        Outcome::Refused(_)
    ));
    assert_eq!(stage.world.calls(), ["list center", "copy 1 center"]);
}

#[test]
fn access_that_appeared_since_the_plan_is_not_overwritten() {
    let mut stage = stage();
    let mut given = account("1", "jana");
    given.role = Some(VendorRoleSlug::new("owner"));
    given.state = AccountState::Invited;
    stage.world.add(CENTER, given.clone());
    let outcomes = stage.apply(vec![grant("jana", "1", MALL, CENTER)]);
    let told = outcome(&outcomes, "grant-jana-center");
    assert!(
        matches!(told, Outcome::NotDone(NotDone::Changed(_))),
        "{told:?}"
    );
    assert!(outcomes.is_stale());
    assert_eq!(stage.world.calls(), ["list center"]);
    assert_eq!(stage.world.state().rows[CENTER][&given.id], given);
}

#[test]
fn a_place_that_cannot_be_looked_at_gets_no_grant() {
    let mut stage = stage();
    stage.world.state().partial_lists.insert(1);
    let outcomes = stage.apply(vec![grant("jana", "1", MALL, CENTER)]);
    let told = outcome(&outcomes, "grant-jana-center");
    assert!(
        matches!(told, Outcome::NotDone(NotDone::Unseen(_))),
        "{told:?}"
    );
    assert!(!stage.world.has(CENTER, "1"));
}

mod judging {
    use super::super::super::judge::{Judgment, judge};
    use super::*;

    #[test]
    fn what_is_below_a_denied_governor_is_never_compared() {
        let catalog = Catalog::current();
        let below = catalog
            .all()
            .find(|right| catalog.governors(right.id).count() >= 2 && right.kind.is_boolean());
        let below = below.unwrap();
        let above = catalog.governors(below.id).last().unwrap();
        let mut wanted = target("worker", &[]);
        wanted.role = None;
        let mut set = rights(&[]);
        set.set(below.id.index(), Some(Value::Switch(true)));
        wanted.rights = set.into();
        let mut live = account("1", "jana");
        let with = |root: bool| {
            let mut set = rights(&[]);
            set.set(above.index(), Some(Value::Switch(root)));
            set.set(below.id.index(), Some(Value::Switch(false)));
            Some(std::sync::Arc::new(set))
        };
        live.rights = with(false);
        assert_eq!(judge(&wanted, &live, catalog), Judgment::Fits);
        live.rights = with(true);
        assert_eq!(
            judge(&wanted, &live, catalog),
            Judgment::Differs(vec![below.slug])
        );
    }

    #[test]
    fn what_was_not_read_is_not_taken_for_equal() {
        let mut live = account("1", "jana");
        live.rights = None;
        assert_eq!(
            judge(&target("worker", ON), &live, Catalog::current()),
            Judgment::Unread
        );
        live.role = None;
        assert_eq!(
            judge(&target("worker", &[]), &live, Catalog::current()),
            Judgment::Unread
        );
    }

    #[test]
    fn links_and_roles_count() {
        let live = account("1", "jana");
        let mut wanted = target("manager", &[("records_access", false)]);
        wanted.staff = StaffTarget::Link(5);
        assert_eq!(
            judge(&wanted, &live, Catalog::current()),
            Judgment::Differs(vec!["role", "staff"])
        );
        wanted.role = Some(VendorRoleSlug::new("worker"));
        wanted.staff = StaffTarget::Nobody;
        assert_eq!(judge(&wanted, &live, Catalog::current()), Judgment::Fits);
    }
}
