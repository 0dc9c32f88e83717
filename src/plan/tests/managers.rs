//! The acting account is not hit unseen.

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
