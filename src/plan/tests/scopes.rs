//! Nothing is concluded from what was not read.

use super::world::*;
use crate::model::*;
use crate::plan::*;

fn world() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[]);
    world.give("karl", "mall", "worker", &[]);
    world
}

#[test]
fn in_an_incomplete_scope_nobody_is_invited_and_others_go_on() {
    let mut world = world();
    world.partial("center");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
    assert_eq!(holds(&plan), ["not-complete jana@center"]);
    assert_eq!(
        plan.draft.scopes[0].completeness,
        Completeness::Partial(vec!["the vendor counts 9 accounts and sent 8".into()])
    );
}

#[test]
fn in_an_incomplete_scope_nothing_is_removed_or_granted_and_rights_are_set() {
    let mut world = world();
    world.account("7", "center", "worker", "jana@chain.example");
    world.account("7", "port", "worker", "jana@chain.example");
    world.account("8", "mall", "manager", "karl@chain.example");
    world.partial("port");
    world.partial("mall");
    let plan = world.plan();
    assert_eq!(holds(&plan), ["not-complete jana@port"]);
    assert_eq!(
        lines(&plan),
        ["change-role karl@mall"],
        "what is there is true"
    );
    world.give("jana", "mall", "worker", &[]);
    let plan = world.plan();
    assert_eq!(
        holds(&plan),
        ["not-complete jana@mall", "not-complete jana@port"]
    );
}

#[test]
fn an_unreadable_scope_is_said_once() {
    let mut world = world();
    world.give("lena", "center", "worker", &[]);
    world.unreadable("center");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
    assert_eq!(holds(&plan), ["not-complete ?@center"]);
    assert!(plan.draft.holds[0].message.contains("of 2 people"));
}

#[test]
fn a_scope_that_is_not_read_says_what_to_do_about_it() {
    let help = |failure: ReadFailure| {
        let mut world = world();
        world
            .scopes
            .insert(at("center"), Reading::Unreadable(failure));
        world.plan().draft.holds[0].help.clone()
    };
    let right = Some("settings_users_access".into());
    assert!(help(ReadFailure::Forbidden { right }).starts_with("an owner can give"));
    assert!(help(ReadFailure::Invisible).starts_with("check its id"));
    let why = "the vendor does not accept the token (401)".into();
    assert!(help(ReadFailure::Failed { why }).starts_with("see to the cause"));
}

#[test]
fn nobody_is_invited_who_may_be_known_where_nothing_was_read() {
    let mut world = world();
    world.give("jana", "port", "worker", &[]);
    world.unreadable("port");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
    assert_eq!(
        holds(&plan),
        ["not-complete ?@port", "not-complete jana@center"]
    );
}

#[test]
fn a_system_that_answers_empty_has_answered_nothing() {
    let mut world = world();
    for place in PLACES {
        world.scope(place).accounts.clear();
    }
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    let empty =
        Completeness::Unreadable("the list is empty, and whoever asks should be in it".into());
    assert!(
        plan.draft
            .scopes
            .iter()
            .all(|scope| scope.completeness == empty)
    );
    // One place without anybody is a new branch.
    world.account(CALLER, "port", "owner", "robot@chain.example");
    assert_eq!(
        lines(&world.plan()),
        ["invite jana@center", "invite karl@mall"]
    );
    // Unless the journal knows better: then nobody is invited on the word of an empty list.
    let known = (World::system(), at("center"), PersonKey::new("jana"));
    world.memory.granted.insert(known);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
    assert!(plan.draft.scopes.iter().any(|scope| {
        scope.place == at("center")
            && matches!(&scope.completeness, Completeness::Unreadable(why) if why.contains("journal knows"))
    }));
}

#[test]
fn an_empty_place_where_the_journal_saw_only_strangers_is_not_believed() {
    let mut world = world();
    world.scope("center").accounts.clear();
    world.account(CALLER, "port", "owner", "robot@chain.example");
    assert_eq!(
        lines(&world.plan()),
        ["invite jana@center", "invite karl@mall"]
    );
    let center = (World::system(), at("center"));
    world
        .memory
        .seen
        .insert(center, [AccountId::new("77")].into());
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
}

#[test]
fn rights_that_were_not_read_are_unknown_and_not_empty() {
    let mut world = world();
    world.account("7", "center", "worker", "jana@chain.example");
    world.row("7", "center", |row| row.rights = None);
    assert_eq!(holds(&world.plan()), ["not-complete jana@center"]);
}

#[test]
fn what_was_not_asked_is_not_planned() {
    let mut world = world();
    world.scopes.remove(&at("center"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@mall"]);
    assert_eq!(plan.draft.scopes[0].completeness, Completeness::NotRead);
}

#[test]
fn a_chain_without_a_number_is_done_by_hand_and_a_list_that_was_not_read_holds() {
    let mut world = world();
    let name = SystemName::new("orders");
    let mut orders = world.wish().clone();
    orders.kind = "keycrm";
    orders.locations.clear();
    world.desired.systems.insert(name.clone(), orders);
    for (system, place) in [(name, PlaceId::Whole), (World::system(), PlaceId::Chain)] {
        world.edit("jana", |person| {
            let mut grant = person.grants[0].clone();
            grant.system = system;
            grant.place = place;
            person.grants.push(grant);
        });
    }
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        [
            "invite jana@chain",
            "invite jana@center",
            "invite karl@mall"
        ]
    );
    let Some(hold) = plan.draft.holds.first() else {
        panic!("a hold");
    };
    assert_eq!(hold.code, HoldCode::NotComplete);
    assert!(
        hold.message
            .starts_with("the list of users could not be read")
    );
}
