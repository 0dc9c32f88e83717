//! Policies and lockout on a small world: three places, by table and by chance.

mod laws;
mod world;

use world::{World, findings, holds, steps};

use crate::model::Within;

#[test]
fn a_world_without_rules_keeps_its_plan() {
    let mut world = World::new();
    world.person("jana");
    world.wants("jana", "center", &["records_edit_access"]);
    world.live("7", "jana", "center", &[]);
    let plan = world.plan();
    assert_eq!(steps(&plan), ["set-rights jana@center"]);
    assert_eq!(holds(&plan), [""; 0]);
    assert_eq!(findings(&plan), [""; 0]);
}

/// Two managers at `center`; both lose it.
fn two_who_lose() -> World {
    let mut world = World::new();
    world.drop_caller();
    for (id, key) in [("7", "jana"), ("8", "karl")] {
        world.person(key);
        world.wants(key, "center", &[]);
        world.live(id, key, "center", &[EXPORT]);
    }
    world
}

const EXPORT: &str = "clients_export_access";
const DELETE: &str = "finances_transactions_delete_access";
const REPORT: &str = "finances_z_report_access";
const EDIT_USERS: &str = "settings_users_edit_access";

#[test]
fn a_count_holds_what_any_set_of_steps_would_break() {
    for (at_least, held) in [(0, 0), (1, 1), (2, 2)] {
        let mut world = two_who_lose();
        world.holders("some", &[EXPORT], Within::Location, at_least);
        let plan = world.plan();
        assert_eq!(holds(&plan).len(), held, "at least {at_least}");
        assert_eq!(steps(&plan).len(), 2 - held, "at least {at_least}");
    }
}

#[test]
fn a_hold_names_the_policy_its_line_the_right_and_who_is_left() {
    let mut world = two_who_lose();
    world.holders("two-exporters", &[EXPORT], Within::Location, 2);
    let plan = world.plan();
    let hold = &plan.draft.holds[0];
    assert_eq!(hold.code.name(), "policy");
    for part in [
        "`two-exporters`",
        "people.yaml:",
        EXPORT,
        "center",
        "`karl`",
    ] {
        assert!(hold.message.contains(part), "{part}: {}", hold.message);
    }
    assert!(
        matches!(&hold.because[0], crate::plan::Because::Line(line) if line.text.contains("two-exporters"))
    );
}

#[test]
fn a_replacement_comes_first_and_only_if_it_is_certain() {
    // Lena has an account there and gets it by a call: Jana's step waits for hers.
    let mut world = two_who_lose();
    world.person("lena");
    world.wants("lena", "center", &[EXPORT]);
    world.live("9", "lena", "center", &[]);
    world.wants("karl", "center", &[EXPORT]);
    world.holders("two", &[EXPORT], Within::Location, 2);
    let plan = world.plan();
    assert_eq!(
        steps(&plan),
        ["set-rights lena@center", "set-rights jana@center"]
    );
    assert_eq!(
        plan.draft.steps[1].waits_for,
        [plan.draft.steps[0].id.clone()]
    );
    // Invited only: it does not count.
    world.state("9", "center", crate::model::AccountState::Invited);
    let plan = world.plan();
    assert!(
        holds(&plan).contains(&"policy jana@center".to_owned()),
        "{:?}",
        holds(&plan)
    );
}

#[test]
fn no_count_holds_a_leaver_and_the_others_do_without() {
    let mut world = two_who_lose();
    world.leave("jana");
    world.holders("two", &[EXPORT], Within::Location, 1);
    let plan = world.plan();
    assert!(
        steps(&plan).contains(&"remove jana@center".to_owned()),
        "{:?}",
        steps(&plan)
    );
    assert_eq!(holds(&plan), ["policy karl@center"]);
    world.leave("karl");
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    // Nobody has it at the two other places either.
    assert_eq!(
        findings(&plan),
        ["two leaving jana karl", "two live", "two live"]
    );
}

#[test]
fn what_is_broken_already_is_told_and_not_held() {
    let mut world = World::new();
    world.person("jana");
    world.wants("jana", "center", &[DELETE, REPORT]);
    world.live("7", "jana", "center", &[DELETE, REPORT]);
    world.separation("cash", &[DELETE, REPORT], Within::Location);
    let plan = world.plan();
    assert_eq!((steps(&plan), holds(&plan)), (vec![], vec![]));
    assert_eq!(findings(&plan), ["cash live jana"]);
    world.waive("cash", "jana", None);
    let plan = world.plan();
    assert_eq!(findings(&plan), [""; 0]);
    assert!(
        plan.draft
            .notes
            .iter()
            .any(|note| note.text.contains("is waived for `jana`"))
    );
    // A waiver that has ended counts no more.
    world.waive("cash", "jana", Some("2026-11-20T10:00:00Z"));
    assert_eq!(findings(&world.plan()), ["cash live jana"]);
}

#[test]
fn a_step_that_brings_parted_duties_together_is_held() {
    for (within, place, held) in [
        (Within::Location, "center", true),
        (Within::Location, "mall", false),
        (Within::System, "mall", true),
        (Within::Chain, "mall", true),
    ] {
        let mut world = World::new();
        world.person("jana");
        world.live("7", "jana", "center", &[DELETE]);
        world.separation("cash", &[DELETE, REPORT], within);
        if place == "center" {
            world.wants("jana", "center", &[DELETE, REPORT]);
        } else {
            world.wants("jana", "center", &[DELETE]);
            world.wants("jana", place, &[REPORT]);
        }
        let plan = world.plan();
        assert_eq!(
            !holds(&plan).is_empty(),
            held,
            "{within:?} {place} {:?}",
            holds(&plan)
        );
        assert_eq!(findings(&plan), [""; 0]);
    }
}

#[test]
fn a_swap_in_one_write_is_no_breach() {
    let mut world = World::new();
    world.person("jana");
    world.live("7", "jana", "center", &[DELETE]);
    world.wants("jana", "center", &[REPORT]);
    world.separation("cash", &[DELETE, REPORT], Within::Location);
    let plan = world.plan();
    assert_eq!(steps(&plan), ["set-rights jana@center"]);
}

#[test]
fn only_the_named_may_get_a_right() {
    let mut world = World::new();
    for (id, key) in [("7", "jana"), ("8", "karl")] {
        world.person(key);
        world.wants(key, "center", &[EXPORT]);
        world.live(id, key, "center", &[]);
    }
    world.only_right("export", EXPORT, &["jana"]);
    let plan = world.plan();
    assert_eq!(steps(&plan), ["set-rights jana@center"]);
    assert_eq!(holds(&plan), ["policy karl@center"]);
    world.has("8", "center", &[EXPORT]);
    let plan = world.plan();
    assert_eq!(findings(&plan), ["export live karl"]);
}

#[test]
fn only_the_named_may_get_a_role() {
    let mut world = World::new();
    world.person("karl");
    world.wants("karl", "center", &[EXPORT]);
    world.only_role("boss", "worker", &["jana"]);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["policy karl@center"]);
    // Nothing is left to do: the files are what breaks it.
    world.live("8", "karl", "center", &[EXPORT]);
    let plan = world.plan();
    assert_eq!(findings(&plan), ["boss declared karl"]);
}

#[test]
fn lines_that_last_too_long_give_nothing_new() {
    let mut world = World::new();
    world.person("karl");
    world.wants("karl", "center", &[EXPORT]);
    world.expiry("trainees", "karl");
    assert_eq!(holds(&world.plan()), ["policy karl@center"]);
    world.live("8", "karl", "center", &[EXPORT]);
    assert_eq!(findings(&world.plan()), ["trainees declared karl"]);
}

#[test]
fn a_finding_for_too_few_today_says_who() {
    let mut world = World::new();
    world.person("jana");
    world.wants("jana", "center", &[EXPORT]);
    world.live("7", "jana", "center", &[EXPORT]);
    world.holders("two", &[EXPORT], Within::Location, 1);
    let plan = world.plan();
    // Nobody at the two other places; the token's own account is the vendor's owner everywhere.
    assert_eq!(findings(&plan), [""; 0]);
    world.holders("three", &[EXPORT], Within::Location, 3);
    let found = findings(&world.plan());
    assert_eq!(found, ["three live", "three live", "three live jana"]);
    // What could not be read is not known to be too few.
    world.partial("center");
    assert_eq!(findings(&world.plan()).len(), 2);
}

#[test]
fn the_last_manager_is_kept_and_a_successor_is_named() {
    let mut world = World::new();
    world.drop_caller();
    world.person("jana");
    world.person("karl");
    world.wants("jana", "center", &[]);
    world.live("7", "jana", "center", &[EDIT_USERS]);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["last-manager jana@center"]);
    // A successor by a call comes first, and is the witness.
    world.wants("karl", "center", &[EDIT_USERS]);
    world.live("8", "karl", "center", &[]);
    let plan = world.plan();
    assert_eq!(
        steps(&plan),
        ["set-rights karl@center", "set-rights jana@center"]
    );
    let [witness] = &plan.draft.steps[1].witnesses[..] else {
        panic!("{:?}", plan.draft.steps[1].witnesses)
    };
    assert_eq!(
        witness.person.as_ref().map(crate::model::PersonKey::as_str),
        Some("karl")
    );
    assert_eq!(witness.after, Some(plan.draft.steps[0].id.clone()));
    // One who was only invited is none.
    world.state("8", "center", crate::model::AccountState::Invited);
    assert!(holds(&world.plan()).contains(&"last-manager jana@center".to_owned()));
}

#[test]
fn an_owner_whose_rights_were_not_read_can_let_people_in() {
    let mut world = World::new();
    world.drop_caller();
    world.person("jana");
    world.wants("jana", "center", &[]);
    world.live("7", "jana", "center", &[EDIT_USERS]);
    world.live("2", "ilze", "center", &[]);
    assert_eq!(holds(&world.plan()), ["last-manager jana@center"]);
    // What a list alone shows of an owner: a human whom the vendor lets nobody remove.
    world.base.row("2", "center", |row| {
        row.removable = false;
        row.rights = None;
        row.role = None;
    });
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    assert_eq!(world.verify(&plan), []);
    let witness = &plan.draft.steps[0].witnesses[0];
    assert_eq!(witness.account.as_str(), "2");
    // One who cannot sign in lets nobody in.
    world.state("2", "center", crate::model::AccountState::Blocked);
    assert_eq!(holds(&world.plan()), ["last-manager jana@center"]);
}

#[test]
fn a_stranger_who_has_what_nobody_may_is_told() {
    let mut world = World::new();
    world.live("9", "nobody", "center", &[DELETE, REPORT]);
    world.separation("cash", &[DELETE, REPORT], Within::Location);
    let plan = world.plan();
    assert_eq!(findings(&plan), ["cash live"]);
    let message = &plan.draft.findings[0].message;
    assert!(
        message.contains("account 9 that nobody declared"),
        "{message}"
    );
}

#[test]
fn a_fence_lets_nobody_of_its_files_lose_anything_elsewhere() {
    let mut world = World::new();
    for (id, key) in [("7", "jana"), ("8", "karl")] {
        world.person(key);
        world.live(id, key, "center", &[EXPORT]);
        world.live(id, key, "mall", &[EXPORT]);
        world.leave(key);
    }
    world.fence("people/riga/**", &["center"], &["jana"]);
    let plan = world.plan();
    assert_eq!(holds(&plan), ["fence jana@mall"]);
    let hold = &plan.draft.holds[0];
    assert!(hold.message.contains("`people/riga/**`"), "{hold:?}");
    let left = ["jana@center", "karl@center", "karl@mall"];
    let all = steps(&plan);
    assert!(
        left.iter().all(|at| all.contains(&format!("remove {at}"))),
        "{all:?}"
    );
    // Whoever is locked out is out everywhere: that is no line of a file.
    let since = world.base.now;
    let locked = &mut world.base.memory.locked;
    locked.insert(crate::model::PersonKey::new("jana"), since);
    assert_eq!(holds(&world.plan()), [""; 0]);
}

#[test]
fn a_pin_says_nothing_about_places_outside_of_its_fence() {
    let pinned = |account: &str, places: &[&str], fence: &[&str]| {
        let mut world = World::new();
        world.person("jana");
        for place in places {
            world.live("7", "jana", place, &[]);
            world.live("9", "nobody", place, &[]);
        }
        world.pin("jana", account);
        world.fence("people/riga/**", fence, &["jana"]);
        let plan = world.plan();
        let told = plan.draft.findings.iter();
        let told = told.map(|it| format!("{} {}", it.side.name(), it.message));
        (told.collect::<Vec<_>>(), holds(&plan))
    };
    // A stranger's account, with a place that the file has nothing to say about: what the pin would take there is held, and
    // the pin itself is told.
    let (told, held) = pinned("9", &["center", "mall"], &["center"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(held, ["fence jana@mall"]);
    for part in [
        "declared",
        "`people/riga/**`",
        "`jana`",
        "account 9",
        "mall",
    ] {
        assert!(told[0].contains(part), "{part}: {told:?}");
    }
    assert!(!told[0].contains("center"), "{told:?}");
    // Within the fence, behind none, and where her own contact says so anyway.
    assert_eq!(
        pinned("9", &["center", "mall"], &["center", "mall"])
            .0
            .len(),
        0
    );
    assert_eq!(pinned("9", &["center"], &["center"]).0.len(), 0);
    assert_eq!(pinned("7", &["center", "mall"], &["center"]).0.len(), 0);
}

#[test]
fn a_leaver_who_was_the_last_manager_goes_and_is_told() {
    let mut world = World::new();
    world.drop_caller();
    world.person("jana");
    world.wants("jana", "center", &[EDIT_USERS]);
    world.live("7", "jana", "center", &[EDIT_USERS]);
    world.leave("jana");
    let plan = world.plan();
    assert!(steps(&plan).contains(&"remove jana@center".to_owned()));
    assert_eq!(findings(&plan), ["users leaving jana"]);
    assert_eq!(world.verify(&plan), []);
}

#[test]
fn a_plan_that_was_altered_is_found_out() {
    use crate::policy::lockout::Unsafe;
    let mut world = World::new();
    world.person("jana");
    world.wants("jana", "center", &[]);
    world.live("7", "jana", "center", &[EDIT_USERS]);
    let good = world.plan();
    assert_eq!(world.verify(&good), []);
    assert!(!good.draft.steps[0].witnesses.is_empty());
    let mut plan = good.clone();
    plan.draft.steps[0].witnesses.clear();
    assert!(matches!(world.verify(&plan)[..], [Unsafe::NoWitness(..)]));
    let mut plan = good.clone();
    plan.draft.steps[0].witnesses[0].account = crate::model::AccountId::new("7");
    assert!(matches!(
        world.verify(&plan)[..],
        [Unsafe::FalseWitness(..)]
    ));
    let mut protecting = world.clone();
    protecting.protect("jana");
    assert!(matches!(
        protecting.verify(&good)[..],
        [Unsafe::Protected(..)]
    ));
    let mut plan = good;
    for known in plan.draft.whose.values_mut().flatten() {
        known.acting = true;
    }
    assert!(matches!(world.verify(&plan)[..], [Unsafe::Acting(..)]));
}

#[test]
fn whoever_hands_over_later_is_a_witness_until_then() {
    const DELETE_USERS: &str = "settings_users_delete_access";
    let mut world = World::new();
    world.drop_caller();
    for (id, key, has, wants) in [
        ("12", "cara", EXPORT, DELETE_USERS),
        ("13", "dan", DELETE_USERS, EDIT_USERS),
        ("14", "eva", DELETE_USERS, EXPORT),
    ] {
        world.person(key);
        world.live(id, key, "mall", &[has]);
        world.wants(key, "mall", &[wants]);
    }
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    assert_eq!(world.verify(&plan), []);
    let witnesses = plan.draft.steps.iter().flat_map(|step| &step.witnesses);
    let whose: Vec<&str> = witnesses
        .filter_map(|witness| witness.person.as_ref().map(crate::model::PersonKey::as_str))
        .collect();
    assert_eq!(whose, ["eva", "cara"]);
}

/// Jana's rights at the center were not read, as in an export or an old kept read; Karl's were.
fn unread() -> World {
    let mut world = World::new();
    world.drop_caller();
    for (id, key) in [("7", "jana"), ("8", "karl")] {
        world.person(key);
        world.live(id, key, "center", &[]);
    }
    world.base.row("7", "center", |row| row.rights = None);
    world
}

#[test]
fn what_was_not_read_is_neither_kept_nor_broken() {
    let mut only = unread();
    only.only_right("few", EXPORT, &["anna"]);
    let plan = only.plan();
    assert_eq!(findings(&plan), ["few unknown jana"]);
    let finding = &plan.draft.findings[0];
    assert!(
        finding.message.contains("were not read: unknown") && finding.message.contains("center"),
        "{}",
        finding.message
    );
    assert_eq!(finding.rights, [EXPORT.into()]);
    // Whoever may have it, and whoever cannot get in, is no question.
    only.only_right("few", EXPORT, &["jana"]);
    assert_eq!(findings(&only.plan()), [""; 0]);
    let mut parted = unread();
    parted.separation("duties", &[DELETE, REPORT], Within::Location);
    assert_eq!(findings(&parted.plan()), ["duties unknown jana"]);
    parted.state("7", "center", crate::model::AccountState::Blocked);
    assert_eq!(findings(&parted.plan()), [""; 0]);
    // A policy that names no right asks nothing of what was not read.
    let mut role = unread();
    role.only_role("brand", "brand", &["anna"]);
    assert_eq!(findings(&role.plan()), [""; 0]);
}

#[test]
fn a_count_that_may_be_kept_by_whom_nobody_read_is_unknown() {
    let counted = |at_least| {
        let mut world = unread();
        world.live("9", "lena", "center", &[EXPORT]);
        world.person("lena");
        world.base.partial("mall");
        world.base.partial("port");
        world.holders("some", &[EXPORT], Within::Location, at_least);
        findings(&world.plan())
    };
    assert_eq!(counted(1), [""; 0], "Lena is enough");
    assert_eq!(counted(2), ["some unknown jana"]);
    assert_eq!(counted(3), ["some live lena"], "with Jana too it is broken");
}

#[test]
fn strangers_whose_rights_nobody_read_are_counted_and_not_named() {
    let mut world = unread();
    world.base.account("9", "center", "worker", "");
    world.base.row("9", "center", |row| row.rights = None);
    world.only_right("few", EXPORT, &["jana"]);
    let plan = world.plan();
    assert_eq!(findings(&plan), ["few unknown"]);
    assert!(plan.draft.findings[0].message.contains("1 account"));
}
