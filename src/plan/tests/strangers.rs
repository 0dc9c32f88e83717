//! Accounts that nobody declared, under `strangers: remove`.

use super::world::*;
use crate::model::*;
use crate::plan::{Plan, Reason};

fn removals(plan: &Plan) -> Vec<String> {
    let steps = plan.draft.holds.iter().filter_map(|hold| {
        let step = hold.step.as_ref()?;
        let account = step.account.as_ref()?;
        assert_eq!(step.reason, Reason::Stranger);
        Some(format!("{} {account}@{}", hold.code.name(), step.place))
    });
    steps.collect()
}

fn world() -> World {
    let mut world = World::new();
    world.wish().strangers = Strangers::Remove;
    world.account("50", "center", "worker", "who@elsewhere.example");
    world
}

#[test]
fn a_stranger_is_held_until_somebody_approves() {
    let mut world = world();
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(removals(&plan), ["stranger 50@center"]);
    // The list of strangers is the same as ever.
    assert_eq!(plan.draft.strangers.len(), 2);
    world.wish().strangers = Strangers::Report;
    assert_eq!(removals(&world.plan()), [""; 0]);
}

#[test]
fn what_is_protected_or_not_proven_is_never_one() {
    let changes: [fn(&mut World); 6] = [
        |world| world.row("50", "center", |row| row.removable = false),
        |world| world.row("50", "center", |row| row.editable = Some(false)),
        |world| {
            world.row("50", "center", |row| {
                row.role = Some(VendorRoleSlug::new("owner"))
            })
        },
        |world| world.own_everywhere(Ownership::AddOnly),
        |world| world.caller.account = Some(AccountId::new("50")),
        |world| {
            let scope = world.scopes.remove(&at("center")).expect("a scope");
            let state = scope.seen().expect("it was read").clone();
            world
                .scopes
                .insert(at("center"), Reading::Partial(state, Vec::new()));
        },
    ];
    for (nth, change) in changes.iter().enumerate() {
        let mut world = world();
        change(&mut world);
        assert_eq!(removals(&world.plan()), [""; 0], "{nth}");
    }
}
