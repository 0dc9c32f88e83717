//! Whom nothing may touch, and what `ownership` suppresses.

use super::world::*;
use crate::model::*;
use crate::plan::*;

const CREATE: &str = "records_create_access";
const DELETE: &str = "records_delete_access";

/// Jana shall have one right and has another.
fn world() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[(CREATE, ON)]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.has("7", "center", &[("records_access", ON), (DELETE, ON)]);
    world
}

#[test]
fn the_protected_are_not_reduced_and_may_gain() {
    let mut world = world();
    let line = world.line("protected: [jana]");
    world.desired.protected.insert(PersonKey::new("jana"), line);
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    world.has("7", "center", &[(DELETE, OFF)]);
    assert_eq!(lines(&world.plan()), ["set-rights jana@center"]);
    world.leave("jana");
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
}

#[test]
fn the_token_s_own_account_keeps_its_power() {
    let mut world = world();
    world.caller.account = Some(AccountId::new("7"));
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    // Known by contact alone, or named in the settings.
    world.caller = Caller {
        email: Email::parse("jana@chain.example").ok(),
        ..Caller::default()
    };
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    world.caller = Caller::default();
    world.wish().acting = Some(Actor::Person(PersonKey::new("jana")));
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    // Not even more of it.
    world.grant("jana", "center", |grant| {
        let users = ("settings_users_access", ON);
        grant.rights = rights(&[(DELETE, ON), users, ("settings_users_edit_access", ON)]);
    });
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    world.leave("jana");
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
}

#[test]
fn what_the_vendor_locks_is_held_and_no_difference_is_no_hold() {
    let mut world = world();
    world.row("7", "center", |row| row.editable = Some(false));
    assert_eq!(holds(&world.plan()), ["vendor-forbids jana@center"]);
    world.row("7", "center", |row| {
        row.editable = Some(true);
        row.removable = false;
    });
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    world.has("7", "center", &[(DELETE, OFF), (CREATE, ON)]);
    assert_eq!(holds(&world.plan()), [""; 0]);
    world.leave("jana");
    assert_eq!(holds(&world.plan()), ["vendor-forbids jana@center"]);
}

#[test]
fn owners_are_not_reduced() {
    let mut world = world();
    world.row("7", "center", |row| {
        row.role = Some(VendorRoleSlug::new("owner"))
    });
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
    world.leave("jana");
    assert_eq!(holds(&world.plan()), ["protected jana@center"]);
}

#[test]
fn what_the_caller_may_not_do_is_said_before_anything_is_written() {
    let mut world = world();
    world.scope("center").own.as_mut().unwrap().edit = false;
    assert_eq!(holds(&world.plan()), ["caller-lacks jana@center"]);
    world.leave("jana");
    world.scope("center").own.as_mut().unwrap().delete = false;
    assert_eq!(holds(&world.plan()), ["caller-lacks jana@center"]);
    let mut world = World::new();
    world.give("jana", "center", "worker", &[]);
    world.scope("center").own.as_mut().unwrap().create = false;
    assert_eq!(holds(&world.plan()), ["caller-lacks jana@center"]);
}

#[test]
fn report_withholds_everything_and_a_leaver_comes_first_and_by_hand() {
    let mut world = world();
    world.wish().chain = Some("4521".into());
    world.own_everywhere(Ownership::Report);
    world.give("adam", "center", "worker", &[]);
    world.give("zoe", "center", "worker", &[]);
    world.account("8", "center", "worker", "zoe@chain.example");
    world.leave("zoe");
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(holds(&plan), [""; 0]);
    let withheld: Vec<String> = plan
        .draft
        .withheld
        .iter()
        .map(|it| line(&it.step))
        .collect();
    assert_eq!(
        withheld,
        [
            "remove zoe@center",
            "check zoe@chain",
            "invite adam@center",
            "set-rights jana@center"
        ]
    );
    assert!(matches!(plan.draft.withheld[0].step.mode, Mode::Manual(_)));
    assert_eq!(plan.draft.waiting, []);
}

#[test]
fn the_next_levels_of_ownership_are_counted() {
    let mut world = world();
    world.give("karlis", "center", "worker", &[(CREATE, ON)]);
    world.give("anna", "mall", "worker", &[]);
    world.account("9", "mall", "worker", "anna@chain.example");
    world.leave("anna");
    world.own_everywhere(Ownership::Report);
    let plan = world.plan();
    let none = Level {
        ownership: Ownership::AddOnly,
        places: 1,
        invitations: 1,
        grants: 0,
        changes: 1,
        reductions: 0,
        removals: 0,
        follow_ups: 0,
    };
    let full = Level {
        ownership: Ownership::Full,
        places: 2,
        invitations: 0,
        changes: 0,
        reductions: 1,
        removals: 1,
        ..none
    };
    assert_eq!(levels(&plan.draft), [none, full]);
    // What `add-only` does is done, and no longer counted.
    world.own_everywhere(Ownership::AddOnly);
    assert_eq!(levels(&world.plan().draft), [full]);
    world.own_everywhere(Ownership::Full);
    assert_eq!(levels(&world.plan().draft), []);
}

#[test]
fn add_only_gives_and_withholds_what_takes() {
    let mut world = world();
    world.own_everywhere(Ownership::AddOnly);
    let plan = world.plan();
    // One difference, two halves: the gain is done, the whole is withheld.
    assert_eq!(lines(&plan), ["set-rights jana@center"]);
    assert_eq!(plan.draft.steps[0].class, DangerClass::Safe);
    assert_eq!(plan.draft.steps[0].deltas.len(), 1);
    assert_eq!(plan.draft.withheld.len(), 1);
    world.apply(&plan);
    let rights = world.scope("center").accounts[&AccountId::new("7")]
        .rights
        .clone()
        .unwrap();
    assert_eq!(rights.get(index(CREATE)), Some(&ON));
    assert_eq!(rights.get(index(DELETE)), Some(&ON), "nothing was taken");
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(plan.draft.withheld.len(), 1);
}

#[test]
fn add_only_unites_lists_and_takes_the_longer_time() {
    let list = "finances_accounts_ids";
    let until = "finances_transactions_last_days_count";
    let view = "finances_transactions_access";
    let ids = |ids: &[i64]| Value::Items(Items::only(ids.iter().map(|&id| Item::Id(id))));
    let mut world = World::new();
    world.give(
        "jana",
        "center",
        "worker",
        &[(view, ON), (until, days(3)), (list, ids(&[2, 3]))],
    );
    world.account("7", "center", "manager", "jana@chain.example");
    let flag = "finances_accounts_limited_access";
    world.has(
        "7",
        "center",
        &[
            ("finances_access", ON),
            (view, ON),
            (until, days(9)),
            (flag, ON),
            (list, ids(&[1, 2])),
        ],
    );
    world.own_everywhere(Ownership::AddOnly);
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["set-rights jana@center"],
        "a lighter role takes"
    );
    world.apply(&plan);
    let row = world.scope("center").accounts[&AccountId::new("7")].clone();
    let rights = row.rights.unwrap();
    assert_eq!(rights.get(index(list)), Some(&ids(&[1, 2, 3])));
    assert_eq!(rights.get(index(until)), Some(&days(9)));
    assert_eq!(row.role.unwrap().as_str(), "manager");
    assert_eq!(lines(&world.plan()), [""; 0]);
}

#[test]
fn losing_power_over_users_comes_after_somebody_gains_it() {
    let edit = "settings_users_edit_access";
    let mut world = World::new();
    world.give("adam", "center", "worker", &[]);
    world.account("7", "center", "worker", "adam@chain.example");
    world.has(
        "7",
        "center",
        &[
            ("settings_access", ON),
            ("settings_users_access", ON),
            (edit, ON),
        ],
    );
    world.give(
        "zoe",
        "center",
        "worker",
        &[("settings_users_access", ON), (edit, ON)],
    );
    world.account("8", "center", "worker", "zoe@chain.example");
    let plan = world.plan();
    assert_eq!(
        lines(&plan),
        ["set-rights zoe@center", "set-rights adam@center"]
    );
    // It waits only where nobody else manages users, which is the count's to say: here an owner does.
    assert_eq!(plan.draft.steps[1].waits_for, []);
    world.row("8", "center", |row| row.editable = Some(false));
    assert_eq!(holds(&world.plan()), ["vendor-forbids zoe@center"]);
    assert_eq!(lines(&world.plan()), ["set-rights adam@center"]);
}

#[test]
fn narrowing_drops_steps_and_holds_what_comes_after_them() {
    let mut world = World::new();
    world.give("jana", "mall", "worker", &[]);
    world.give("karl", "center", "worker", &[]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.only.locations.insert(LocationKey::new("center"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@center"]);
    assert_eq!(holds(&plan), ["depends-on-held jana@center"]);
    assert!(plan.draft.holds[0].message.contains("told to leave out"));
    world.only = Only::default();
    world.only.people.insert(PersonKey::new("jana"));
    let plan = world.plan();
    assert_eq!(lines(&plan), ["grant jana@mall", "remove jana@center"]);
    assert_eq!(plan.draft.strangers, []);
    world.only = Only::default();
    world.only.systems.insert(SystemName::new("other"));
    assert_eq!(lines(&world.plan()), [""; 0]);
}
