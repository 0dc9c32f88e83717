//! Somebody who manages users is left at every place, and the acting account is not hit unseen.

use super::world::*;
use crate::model::*;

const ACCESS: &str = "settings_users_access";
const EDIT: &str = "settings_users_edit_access";

/// Adam, who manages the users of the center, is to be a mere worker there.
fn world() -> World {
    let mut world = World::new();
    world.give("adam", "center", "worker", &[]);
    manager(&mut world, "7", "adam");
    world
}

fn manager(world: &mut World, id: &str, key: &str) {
    let email = format!("{key}@chain.example");
    world.account(id, "center", "worker", &email);
    world.has(
        id,
        "center",
        &[("settings_access", ON), (ACCESS, ON), (EDIT, ON)],
    );
}

/// No owner, and no acting account, at the center.
fn without_owner(world: &mut World) {
    let scope = world.scope("center");
    scope.accounts.remove(&AccountId::new(CALLER));
}

#[test]
fn while_nobody_knows_who_acts_nobody_who_may_be_it_is_touched() {
    let mut world = world();
    assert_eq!(lines(&world.plan()), ["set-rights adam@center"]);
    world.caller = Caller::default();
    let plan = world.plan();
    assert_eq!(holds(&plan), ["protected adam@center"]);
    let hold = &plan.draft.holds[0];
    assert!(hold.message.contains("1 other is known"), "{hold:?}");
    assert!(hold.help.contains("`acting: KEY`"), "{hold:?}");
    world.leave("adam");
    assert_eq!(holds(&world.plan()), ["protected adam@center"]);
    // The settings may say it, by person or by account.
    world.wish().acting = Some(Actor::Account(AccountId::new(CALLER)));
    assert_eq!(lines(&world.plan()), ["remove adam@center"]);
}

#[test]
fn two_others_who_stay_are_enough_where_nobody_knows_who_acts() {
    let mut world = world();
    world.caller = Caller::default();
    manager(&mut world, "8", "zoe");
    assert_eq!(lines(&world.plan()), ["set-rights adam@center"]);
    // They are no witnesses of each other where the plan touches both.
    world.give("zoe", "center", "worker", &[]);
    assert_eq!(
        holds(&world.plan()),
        ["protected adam@center", "protected zoe@center"]
    );
    // Who manages nobody is not in question.
    world.account("9", "center", "worker", "karl@chain.example");
    world.give("karl", "center", "worker", &[]);
    world.leave("karl");
    assert_eq!(lines(&world.plan()), ["remove karl@center"]);
}

#[test]
fn an_invitation_that_waits_is_no_acting_account() {
    let mut world = world();
    world.caller = Caller::default();
    world.row("7", "center", |row| row.state = AccountState::Invited);
    world.leave("adam");
    assert_eq!(lines(&world.plan()), ["withdraw-invitation adam@center"]);
}

#[test]
fn the_last_who_manages_users_stays() {
    let mut world = world();
    without_owner(&mut world);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["protected adam@center"]);
    assert!(plan.draft.holds[0].message.contains("nobody else is known"));
    world.leave("adam");
    assert_eq!(holds(&world.plan()), ["protected adam@center"]);
    // Blocked people and system users manage nobody.
    manager(&mut world, "8", "zoe");
    world.row("8", "center", |row| row.state = AccountState::Blocked);
    world.account("9", "center", "worker", "");
    world.row("9", "center", |row| row.removable = false);
    assert_eq!(holds(&world.plan()), ["protected adam@center"]);
    world.row("8", "center", |row| row.state = AccountState::Active);
    assert_eq!(lines(&world.plan()), ["remove adam@center"]);
}

#[test]
fn the_last_goes_once_another_is_verified_to_manage_users_even_as_a_leaver() {
    let mut world = world();
    without_owner(&mut world);
    world.give("zoe", "center", "worker", &[(ACCESS, ON), (EDIT, ON)]);
    world.account("8", "center", "worker", "zoe@chain.example");
    world.leave("adam");
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["set-rights zoe@center", "remove adam@center"]
    );
    let [gain, loss] = &plan.draft.steps[..] else {
        panic!("two steps");
    };
    assert_eq!(loss.waits_for, std::slice::from_ref(&gain.id));
    // An invitation gives nobody power yet.
    world.scope("center").accounts.remove(&AccountId::new("8"));
    assert_eq!(holds(&world.plan()), ["protected adam@center"]);
}
