//! Whose account it is, and what is held when that cannot be told.

use super::world::*;
use crate::model::*;
use crate::plan::*;

const CREATE: &str = "records_create_access";

fn declared(keys: &[&str]) -> World {
    let mut world = World::new();
    for key in keys {
        world.give(key, "center", "worker", &[]);
    }
    world
}

fn phone(number: &str) -> Contact {
    Contact::Phone(Phone::parse(number).unwrap())
}

fn pin(world: &mut World, key: &str, ids: &[&str], not: &[&str]) {
    let accounts = |ids: &[&str]| ids.iter().map(|&id| AccountId::new(id)).collect();
    let (ids, not) = (accounts(ids), accounts(not));
    world.edit(key, |person| {
        let pin = AccountPin {
            ids,
            not,
            ..AccountPin::default()
        };
        person.pins.insert(World::system(), pin);
    });
}

#[test]
fn a_pin_beats_memory_and_memory_beats_a_contact() {
    let mut world = declared(&["jana", "karl"]);
    world.account("7", "center", "manager", "karl@chain.example");
    world.account("8", "center", "manager", "jana@chain.example");
    pin(&mut world, "jana", &["7"], &[]);
    world.remember("karl", "7", &[]);
    pin(&mut world, "karl", &[], &["7"]);
    let plan = world.plan();
    // 7 is pinned to jana whatever memory says, since the files say of karl too that it is not his.
    assert_eq!(
        lines(&plan),
        ["invite karl@center", "change-role jana@center"]
    );
    assert_eq!(plan.draft.steps[1].account, Some(AccountId::new("7")));
    assert_eq!(holds(&plan), [""; 0]);

    let mut world = declared(&["jana"]);
    world.account("7", "center", "manager", "old@chain.example");
    world.account("8", "center", "manager", "jana@chain.example");
    world.remember("jana", "7", &["center"]);
    let plan = world.plan();
    let step = plan
        .draft
        .steps
        .iter()
        .find(|step| step.kind == StepKind::ChangeRole)
        .unwrap();
    assert_eq!(step.account, Some(AccountId::new("7")));
    let stranger = plan
        .draft
        .strangers
        .iter()
        .find(|it| it.account.as_str() == "8")
        .unwrap();
    assert_eq!(
        stranger.remark.as_deref(),
        Some("carries a contact of `jana`")
    );
}

#[test]
fn a_pin_takes_no_account_that_is_somebody_else_s() {
    // By memory, by contact, or both: neither of the two is touched, and both are named.
    for (remembered, email) in [
        (true, "old@chain.example"),
        (false, "anete@chain.example"),
        (true, "anete@chain.example"),
    ] {
        let mut world = declared(&["anete"]);
        world.account("8814", "center", "manager", email);
        if remembered {
            world.remember("anete", "8814", &["center"]);
        }
        world.person("evil");
        pin(&mut world, "evil", &["8814"], &[]);
        let plan = world.plan();
        assert_eq!(lines(&plan), [""; 0], "{remembered} {email}");
        assert_eq!(
            holds(&plan),
            ["identity-doubt anete@-", "identity-doubt evil@-"]
        );
        let hold = &plan.draft.holds[0];
        assert!(
            hold.message.contains("is pinned to `evil`") && hold.message.contains("`anete`"),
            "{hold:?}"
        );
        assert!(hold.help.contains("`not: [8814]` for `anete`"), "{hold:?}");
    }
    // A pin to what is nobody's goes on.
    let mut world = declared(&["anete"]);
    world.account("8814", "center", "manager", "other@chain.example");
    pin(&mut world, "anete", &["8814"], &[]);
    assert_eq!(lines(&world.plan()), ["change-role anete@center"]);
}

#[test]
fn an_account_of_somebody_protected_is_protected_whoever_it_is_pinned_to() {
    let mut world = declared(&["anete"]);
    world.account("8814", "center", "manager", "old@chain.example");
    world.remember("anete", "8814", &["center"]);
    let line = world.line("protected: [anete]");
    world
        .desired
        .protected
        .insert(PersonKey::new("anete"), line);
    // Even where her own entry is made to deny it.
    pin(&mut world, "anete", &[], &["8814"]);
    world.person("evil");
    pin(&mut world, "evil", &["8814"], &[]);
    let plan = world.plan();
    assert!(
        holds(&plan).contains(&"protected evil@center".to_owned()),
        "{:?}",
        holds(&plan)
    );
    assert!(!lines(&plan).iter().any(|line| line.starts_with("remove")));
    let known = &plan.draft.whose[&World::system()];
    let known = known.iter().find(|it| it.account.as_str() == "8814");
    let protected = known.and_then(|it| it.protected.clone());
    assert_eq!(protected, Some(PersonKey::new("anete")));
    // Nor does a read make the journal forget whose it is.
    let system = World::system();
    let whose = matches(&world.desired, &world.memory, &system, &world.scopes);
    assert_eq!(whose.get(&AccountId::new("8814")), None);
}

#[test]
fn one_account_is_one_person_at_every_place() {
    let mut world = declared(&["jana"]);
    world.give("jana", "mall", "worker", &[]);
    // The vendor shows the contact at one of them only.
    world.account("7", "center", "worker", "jana@chain.example");
    world.account("7", "mall", "worker", "");
    let plan = world.plan();
    assert_eq!((lines(&plan), holds(&plan)), (vec![], vec![]));
}

#[test]
fn a_new_key_with_was_is_a_rename() {
    let mut world = declared(&["jana.berzina"]);
    world.account("7", "center", "worker", "old@chain.example");
    world.remember("j.kalnina", "7", &["center"]);
    let plan = world.plan();
    assert_eq!(holds(&plan)[0], "vanished j.kalnina@-");
    world.edit("jana.berzina", |person| {
        person.was = vec![PersonKey::new("j.kalnina")]
    });
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    assert_eq!(
        lines(&plan),
        ["follow-up jana.berzina@center"],
        "the contact is theirs to change"
    );
}

#[test]
fn a_new_key_without_was_is_held_and_nothing_is_removed() {
    let mut world = declared(&["jana.berzina"]);
    world.account("7", "center", "worker", "jana.berzina@chain.example");
    world.remember("j.kalnina", "7", &["center"]);
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(
        holds(&plan),
        ["vanished j.kalnina@-", "contact-elsewhere jana.berzina@-"]
    );
    assert!(
        plan.draft
            .strangers
            .iter()
            .all(|it| it.account.as_str() != "7")
    );
}

#[test]
fn two_accounts_of_one_person_are_a_doubt_of_that_person_alone() {
    let mut world = declared(&["jana", "karl"]);
    world.edit("jana", |person| person.contacts.push(phone("+37120000001")));
    world.account("7", "center", "worker", "jana@chain.example");
    world.account("8", "mall", "worker", "");
    world.row("8", "mall", |row| {
        row.phone = Phone::parse("+37120000001").ok()
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite karl@center"], "others go on");
    let hold = hold(&plan, HoldCode::IdentityDoubt);
    assert!(hold.message.contains("account 7") && hold.message.contains("account 8"));
    pin(&mut world, "jana", &["7"], &[]);
    assert_eq!(holds(&world.plan()), [""; 0]);
    pin(&mut world, "jana", &[], &["8"]);
    assert_eq!(holds(&world.plan()), [""; 0]);
}

#[test]
fn one_account_of_two_people_is_a_doubt_of_both() {
    let mut world = declared(&["jana", "karl"]);
    world.edit("karl", |person| {
        person.contacts = vec![phone("+37120000001")]
    });
    world.account("7", "center", "worker", "jana@chain.example");
    world.row("7", "center", |row| {
        row.phone = Phone::parse("+37120000001").ok()
    });
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(
        holds(&plan),
        ["identity-doubt jana@-", "identity-doubt karl@-"]
    );
    assert!(plan.draft.holds[0].message.contains("`jana`, `karl`"));
    // Nobody in doubt is a stranger.
    assert_eq!(plan.draft.strangers.len(), 1);
}

#[test]
fn a_shared_contact_never_identifies() {
    let mut world = declared(&["jana"]);
    world.edit("jana", |person| {
        person.shared_contacts = std::mem::take(&mut person.contacts);
        person.contacts = vec![phone("+37120000009")];
    });
    world.account("7", "mall", "worker", "jana@chain.example");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["invite jana@center"]);
    assert!(
        plan.draft
            .strangers
            .iter()
            .any(|it| it.account.as_str() == "7")
    );
}

#[test]
fn a_row_that_may_be_theirs_holds_the_invitation() {
    let mut world = declared(&["jana"]);
    world.account("7", "mall", "worker", "other@chain.example");
    world.row("7", "mall", |row| row.name = "PERSON, the  Jāna".into());
    // The same name under another e-mail contradicts.
    assert_eq!(lines(&world.plan()), ["invite jana@center"]);
    world.row("7", "mall", |row| {
        row.email = None;
        row.phone = Phone::parse("+37120000001").ok();
    });
    let plan = world.plan();
    assert_eq!(holds(&plan), ["maybe-account jana@center"]);
    let held = hold(&plan, HoldCode::MaybeAccount);
    assert!(
        held.help.contains("not: [7]") && held.help.contains("id: 7"),
        "{}",
        held.help
    );
    assert!(held.step.is_some());
    pin(&mut world, "jana", &[], &["7"]);
    assert_eq!(lines(&world.plan()), ["invite jana@center"]);
}

#[test]
fn a_row_without_contacts_may_be_anybody_whose_name_does_not_differ() {
    let mut world = declared(&["jana"]);
    world.account("7", "mall", "worker", "");
    world.row("7", "mall", |row| row.name = "".into());
    assert_eq!(holds(&world.plan()), ["maybe-account jana@center"]);
    world.row("7", "mall", |row| row.name = "Яна".into());
    assert_eq!(holds(&world.plan()), ["maybe-account jana@center"]);
    world.row("7", "mall", |row| row.name = "Terminal".into());
    assert_eq!(holds(&world.plan()), [""; 0]);
    // The user of an application is nobody's.
    world.row("7", "mall", |row| {
        row.name = "Jana the Person".into();
        row.removable = false;
    });
    let plan = world.plan();
    assert_eq!(holds(&plan), [""; 0]);
    let stranger = plan
        .draft
        .strangers
        .iter()
        .find(|it| it.account.as_str() == "7")
        .unwrap();
    assert_eq!(stranger.remark.as_deref(), Some("system user"));
}

#[test]
fn a_pin_to_nobody_there_beside_another_account_is_a_doubt() {
    let mut world = declared(&["jana"]);
    world.account("7", "center", "worker", "jana@chain.example");
    pin(&mut world, "jana", &["99"], &[]);
    assert_eq!(holds(&world.plan()), ["identity-doubt jana@-"]);
}

#[test]
fn of_several_pinned_accounts_a_leaver_loses_all() {
    let mut world = declared(&["jana"]);
    world.account("7", "center", "worker", "");
    world.account("8", "center", "manager", "");
    pin(&mut world, "jana", &["7", "8"], &[]);
    // The first is primary; the other is left alone while they stay.
    assert_eq!(lines(&world.plan()), [""; 0]);
    world.leave("jana");
    let plan = world.plan();
    assert_eq!(lines(&plan), ["remove jana@center", "remove jana@center"]);
}

#[test]
fn a_changed_contact_of_somebody_active_is_theirs_to_change() {
    let mut world = declared(&["jana"]);
    world.account("7", "center", "worker", "old@chain.example");
    world.remember("jana", "7", &["center"]);
    let plan = world.plan();
    assert_eq!(lines(&plan), ["follow-up jana@center"]);
    let Mode::Manual(instruction) = &plan.draft.steps[0].mode else {
        panic!("by hand");
    };
    assert_eq!(
        instruction.actor,
        ManualActor::Person(PersonKey::new("jana"))
    );
    let TypedValue::Contact { contact, .. } = &instruction.actions[1].values[0].value else {
        panic!("a contact is typed");
    };
    assert_eq!(contact.masked(), "j…@c….example");
}

#[test]
fn vanished_entries_hold_and_are_not_strangers() {
    let mut world = declared(&[]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.remember("jana", "7", &["center"]);
    let gone = (World::system(), at("old-shop"), PersonKey::new("jana"));
    world.memory.granted.insert(gone);
    let gone = (
        SystemName::new("crm"),
        PlaceId::Whole,
        PersonKey::new("jana"),
    );
    world.memory.granted.insert(gone);
    let plan = world.plan();
    assert_eq!(lines(&plan), [""; 0]);
    assert_eq!(
        holds(&plan),
        ["vanished jana@-", "vanished ?@-", "vanished ?@old-shop"]
    );
    assert_eq!(plan.draft.strangers.len(), 1, "the token's own alone");
    // Nothing is theirs any more: an entry may go.
    world.memory = Memory::default();
    world.memory.people.insert(PersonKey::new("jana"));
    world.scope("center").accounts.remove(&AccountId::new("7"));
    assert_eq!(holds(&world.plan()), [""; 0]);
}

#[test]
fn strangers_are_listed_with_what_is_known_of_them() {
    let mut world = declared(&[]);
    world.account("7", "center", "worker", "x@chain.example");
    world.account("8", "mall", "owner", "y@chain.example");
    let plan = world.plan();
    let remarks: Vec<_> = plan
        .draft
        .strangers
        .iter()
        .map(|it| (it.account.as_str(), it.places.len(), it.remark.as_deref()))
        .collect();
    assert_eq!(
        remarks,
        [
            (CALLER, 3, Some("the token's own account")),
            ("7", 1, None),
            ("8", 1, Some("owner")),
        ]
    );
    world.wish().strangers = Strangers::Ignore;
    assert_eq!(world.plan().draft.strangers, []);
}

#[test]
fn accounts_are_selected_for_reading_only_where_they_may_differ() {
    let mut world = declared(&["jana", "karl", "lena"]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.account("7", "mall", "worker", "jana@chain.example");
    world.account("8", "center", "worker", "karl@chain.example");
    world.account("9", "center", "worker", "stranger@chain.example");
    world.edit("karl", |person| person.managed = Managed::No);
    world.leave("lena");
    world.account("10", "port", "worker", "lena@chain.example");
    let system = World::system();
    let selected = selection(&world.desired, &world.memory, &system)(&world.scopes);
    let found: Vec<String> = selected
        .iter()
        .flat_map(|(place, ids)| ids.iter().map(move |id| format!("{id}@{place}")))
        .collect();
    assert_eq!(found, ["7@center", "7@mall", "10@port"]);
}

/// Whose rights are read, as `account@place`.
fn selected(world: &World) -> Vec<String> {
    let system = World::system();
    let selected = selection(&world.desired, &world.memory, &system)(&world.scopes);
    selected
        .iter()
        .flat_map(|(place, ids)| ids.iter().map(move |id| format!("{id}@{place}")))
        .collect()
}

#[test]
fn where_a_policy_asks_who_has_a_right_everybody_is_read() {
    let mut world = declared(&["jana", "karl"]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.account("8", "center", "worker", "karl@chain.example");
    world.account("9", "center", "worker", "stranger@chain.example");
    world.account("10", "center", "worker", "");
    world.row("10", "center", |row| row.removable = false);
    world.edit("karl", |person| person.managed = Managed::No);
    assert_eq!(selected(&world), ["7@center"]);
    let origin = world.line("two: { kind: holders }");
    world.desired.policies.push(Policy {
        key: "two".into(),
        origin,
        demand: Demand::Holders {
            right: NamedRights {
                text: CREATE.into(),
                rights: vec![catalog().by_slug(CREATE).unwrap()],
            },
            each: Within::Location,
            at_least: 2,
        },
        waive: Vec::new(),
    });
    // The unmanaged, strangers and owners; the vendor's own users are nobody.
    assert_eq!(
        selected(&world),
        [
            "1@center", "7@center", "8@center", "9@center", "1@mall", "1@port"
        ]
    );
    // Strangers also where they may be removed: what they have decides whether they may go.
    world.desired.policies.clear();
    world.wish().strangers = Strangers::Remove;
    assert_eq!(selected(&world), ["7@center", "9@center"]);
}

#[test]
fn only_lists_of_names_that_something_refers_to_are_wanted() {
    let mut world = declared(&["jana"]);
    world.give(
        "karl",
        "mall",
        "worker",
        &[(CREATE, ON), ("finances_accounts_ids", items(&["Kase 1"]))],
    );
    world.edit("karl", |person| {
        let pin = person.pins.entry(World::system()).or_default();
        pin.staff
            .insert(LocationKey::new("mall"), Item::Name("Karl".into()));
    });
    let wanted = names_wanted(&world.desired, catalog(), &World::system());
    let found: Vec<_> = wanted
        .iter()
        .map(|(place, names)| {
            (
                place.key.as_str(),
                &*place.remote,
                names.accounts,
                names.staff,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("center", "10", false, false),
            ("mall", "11", true, true),
            ("port", "12", false, false)
        ]
    );
}
