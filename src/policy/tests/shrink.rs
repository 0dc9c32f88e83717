//! Lists that lost accounts since the last read: which are believed, and what is said of the others.

use std::collections::BTreeMap;

use super::world::{NOW, World, at};
use crate::model::*;
use crate::plan::HoldCode;
use crate::policy::{Authors, distrust};

fn account(id: u32) -> Account {
    Account {
        id: AccountId::new(id.to_string()),
        name: "".into(),
        phone: None,
        email: None,
        state: AccountState::Active,
        removable: true,
        editable: None,
        role: None,
        staff: None,
        rights: None,
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

/// A world in which the last read of the center saw `before` accounts and this one sees some of them and new ones.
fn world(settings: &str, approvals: &str, before: u32, left: u32, new: u32) -> World {
    let mut world = World::new(settings, approvals);
    let salons = SystemName::new("salons");
    let seen = (0..before)
        .map(|id| AccountId::new(id.to_string()))
        .collect();
    world
        .memory
        .seen
        .insert((salons.clone(), at("center")), seen);
    for id in 0..5 {
        let key = (salons.clone(), AccountId::new(id.to_string()));
        let known = KnownAccount {
            person: PersonKey::new(format!("p{id}")),
            since: NOW.parse().expect("an instant"),
        };
        world.memory.accounts.insert(key, known);
    }
    let rows = (before - left..before).chain(1000..1000 + new).map(account);
    let state = |rows: Vec<Account>| ScopeState {
        accounts: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
        ..ScopeState::default()
    };
    let scopes = BTreeMap::from([
        (at("center"), Reading::Complete(state(rows.collect()))),
        (at("mall"), Reading::Complete(state(vec![account(1)]))),
    ]);
    let system = ObservedSystem {
        kind: "altegio",
        host: "sandbox:salons".into(),
        taken: NOW.parse().expect("an instant"),
        caller: Caller::default(),
        scopes,
        calls: 1,
    };
    world.observed.systems.insert(salons, system);
    distrust(
        &mut world.observed,
        &world.desired,
        &world.memory,
        &world.sources,
        &Authors::default(),
    );
    world
}

fn is_believed(world: &World, place: &str) -> bool {
    let system = world.observed.systems.values().next().expect("a system");
    system.scopes[&at(place)].complete().is_some()
}

#[test]
fn what_is_gone_is_measured_by_the_last_read() {
    // Settings, approvals, seen last time, of these still there, new ones; whether it is believed.
    for (settings, approvals, before, left, new, believed) in [
        ("", "", 20, 20, 0, true),
        ("", "", 20, 16, 0, true),
        ("", "", 20, 15, 0, false),
        // New rows make up for none that are gone.
        ("", "", 20, 15, 9, false),
        // Below ten at most half, and one may always go.
        ("", "", 8, 4, 0, true),
        ("", "", 8, 3, 0, false),
        ("", "", 1, 0, 0, true),
        ("", "", 3, 0, 0, false),
        // Ten of a large place, however small a share that is.
        ("", "", 200, 190, 0, true),
        ("", "", 200, 189, 0, false),
        ("limits: { shrink: { count: none } }", "", 200, 160, 0, true),
        (
            "limits: { shrink: { count: none } }",
            "",
            200,
            159,
            0,
            false,
        ),
        ("limits: { shrink: { count: 2 } }", "", 20, 17, 0, false),
        ("limits: { shrink: none }", "", 20, 0, 0, true),
        // Nothing was seen there before.
        ("", "", 0, 0, 3, true),
        (
            "",
            "  - { allow: shrink, location: center, at_most: 5, because: x }",
            20,
            15,
            0,
            true,
        ),
        (
            "",
            "  - { allow: shrink, location: center, at_most: 4, because: x }",
            20,
            15,
            0,
            false,
        ),
        (
            "",
            "  - { allow: shrink, location: mall, at_most: 5, because: x }",
            20,
            15,
            0,
            false,
        ),
        (
            "",
            "  - { allow: shrink, at_most: 5, because: x }",
            20,
            15,
            0,
            true,
        ),
        (
            "",
            "  - { allow: shrink, people: [p0, p1, p2, p3, p4], because: x }",
            20,
            15,
            0,
            true,
        ),
        (
            "",
            "  - { allow: shrink, people: [p0, p1, p2, p3], because: x }",
            20,
            15,
            0,
            false,
        ),
        (
            "",
            "  - { allow: removals, location: center, at_most: 5, because: x }",
            20,
            15,
            0,
            false,
        ),
        (
            "",
            "  - { allow: shrink, location: center, at_most: 5, until: 2026-11-19, because: x }",
            20,
            15,
            0,
            false,
        ),
    ] {
        let world = world(settings, approvals, before, left, new);
        let case = format!("{settings} {approvals} {before} {left} {new}");
        assert_eq!(is_believed(&world, "center"), believed, "{case}");
        assert!(is_believed(&world, "mall"), "{case}");
        let draft = world.plan(Vec::new()).draft;
        assert_eq!(draft.holds.is_empty(), believed, "{case}");
        // The journal is told which approval it was.
        let is_approved = believed && approvals.contains("allow: shrink");
        let told: Vec<_> = draft.believed.iter().collect();
        assert_eq!(told.len(), usize::from(is_approved), "{case}");
        for ((system, place), rule) in told {
            assert_eq!((system.as_str(), place), ("salons", &at("center")));
            assert!(rule.starts_with("approval shrink"), "{rule}");
        }
    }
}

#[test]
fn a_list_that_is_not_believed_says_the_numbers_and_what_would_lift_it() {
    let world = self::world("", "", 20, 15, 0);
    let plan = world.plan(Vec::new());
    let hold = &plan.draft.holds[0];
    assert_eq!(hold.code, HoldCode::Shrunk);
    assert_eq!(
        hold.message,
        "the list is not believed: the last complete read at center saw 20 accounts, 5 of them are gone now, and `limits.shrink.share` lets 20%, which is 4 of 20 through (built in): nothing is removed there and nobody is invited; what only gives goes on, and so do other places"
    );
    let entry = hold.approval.as_deref().expect("an entry");
    assert_eq!(
        entry,
        "- { allow: shrink, location: center, at_most: 5, until: 2026-11-27, because: \"say why\" }"
    );
    let world = self::world("", &format!("  {entry}"), 20, 15, 0);
    assert!(is_believed(&world, "center"));
}

#[test]
fn no_approval_is_offered_for_a_list_that_came_back_empty() {
    let world = self::world("", "", 20, 0, 0);
    let plan = world.plan(Vec::new());
    let hold = &plan.draft.holds[0];
    assert_eq!(hold.code, HoldCode::Shrunk);
    assert_eq!(hold.approval, None);
    assert!(hold.help.contains("no approval changes that"), "{hold:?}");
}

#[test]
fn a_list_that_is_not_believed_is_partial_in_the_plan_itself() {
    let world = self::world("", "", 20, 15, 0);
    let system = world.observed.systems.values().next().expect("a system");
    let Reading::Partial(scope, gaps) = &system.scopes[&at("center")] else {
        panic!("it is believed");
    };
    assert_eq!(scope.accounts.len(), 15);
    let text = crate::plan::gap_text(&gaps[0]);
    assert!(
        text.starts_with("5 of the 20 accounts that were there"),
        "{text}"
    );
}
