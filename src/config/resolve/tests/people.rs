//! Who is who inside YAML, and references of all entries.

use super::{World, staff, world};
use crate::diagnostic::Code;
use crate::model::{GrantState, Managed};

const ROLE: &str = "roles: { r: { salons: { role: worker, unlisted: deny } } }\n";

#[track_caller]
fn people(people: &str) -> World {
    world(&format!("{ROLE}people:\n{people}"), "2026-12-01")
}

#[test]
fn access_must_be_there() {
    let world = people(
        "  jana: { name: Jana }\n  anna: { name: Anna, phone: \"+371 20000001\", access: [ { role: r, at: all } ] }\n",
    );
    assert_eq!(world.problems(), [Code::MissingAccess]);
}

#[test]
fn who_is_left_alone_and_leaves_is_warned_of() {
    let world = people(
        "  jana: { name: Jana, leaves: 2026-01-01, access: unmanaged }\n  anna: { name: Anna, paused: { from: 2026-01-01 }, access: unmanaged }\n  zane: { name: Zane, leaves: 2026-01-01, access: [] }\n",
    );
    assert_eq!(
        world.problems(),
        [Code::LeavesUnmanaged, Code::LeavesUnmanaged]
    );
    let alone = world.desired.people.values().map(|it| it.left_alone);
    let days: Vec<_> = alone.map(|it| it.map(|it| it.on.to_string())).collect();
    assert_eq!(days, [None, Some("2026-01-01".to_owned()), None]);
}

#[test]
fn who_is_left_alone_has_left_when_the_day_is_over() {
    let line = "  jana: { name: Jana, leaves: 2026-12-01, access: unmanaged }\n";
    let text = format!("{ROLE}people:\n{line}");
    for (now, left) in [("2026-12-01", false), ("2026-12-02", true)] {
        let world = world(&text, now);
        let jana = world.desired.people.values().next().unwrap();
        assert_eq!(jana.left_alone.is_some(), left, "{now}");
    }
}

#[test]
fn none_and_unmanaged_are_told_apart() {
    let world = people(
        "  jana: { name: Jana, access: [] }\n  anna: { name: Anna, access: unmanaged }\n  ilze: { name: Ilze, email: i@chain.example, access: [ { role: r, at: [center] } ] }\n",
    );
    world.no_problems();
    let managed: Vec<Managed> = world
        .desired
        .people
        .values()
        .map(|person| person.managed)
        .collect();
    assert!(matches!(
        managed[..],
        [Managed::No, Managed::Yes, Managed::Nothing(_)]
    ));
}

#[test]
fn a_person_with_access_needs_a_contact_that_identifies_or_a_pin() {
    for (person, problems) in [
        ("", &[Code::NoContact][..]),
        (
            "email: { address: desk@chain.example, shared: true },",
            &[Code::NoContact],
        ),
        ("phone: \"+37120000001\",", &[]),
        ("accounts: { salons: 8812 },", &[]),
        ("accounts: { salons: { not: 8812 } },", &[Code::NoContact]),
        ("email: nobody,", &[Code::BadEmail]),
        ("phone: \"20000001\",", &[Code::BadPhone]),
    ] {
        let world = people(&format!(
            "  jana: {{ name: Jana, {person} access: [ {{ role: r, at: all }} ] }}\n"
        ));
        assert_eq!(world.problems(), problems, "{person}");
    }
    people("  jana: { name: Jana, access: [] }\n  anna: { name: Anna, email: a@chain.example, access: [ { role: r, at: all } ] }\n").no_problems();
}

#[test]
fn one_contact_belongs_to_one_person_in_any_spelling() {
    let world = people(
        "  jana: { name: Jana, phone: \"+371 2000-0001\", access: [ { role: r, at: all } ] }\n  anna: { name: Anna, phone: \"+37120000001\", access: [ { role: r, at: all } ] }\n",
    );
    assert_eq!(world.problems(), [Code::SharedContact]);
    let found = world.the(Code::SharedContact);
    assert_eq!(world.pointed(found).len(), 2);
    assert!(!found.message.contains("20000001"), "{}", found.message);
    let world = people(
        "  jana: { name: Jana, phone: \"+37120000001\", email: { address: d@chain.example, shared: true }, access: [ { role: r, at: all } ] }
  anna: { name: Anna, email: { address: D@chain.example, shared: true }, phone: \"+37120000002\", access: [ { role: r, at: all } ] }\n",
    );
    world.no_problems();
    let jana = &world.desired.people[&crate::model::PersonKey::new("jana")];
    assert_eq!((jana.contacts.len(), jana.shared_contacts.len()), (1, 1));
}

#[test]
fn contacts_of_other_files_are_merged_and_never_repeated() {
    let contacts = |own: &str, outside: &str| {
        world(
            &format!(
                "{ROLE}people: {{ jana: {{ name: Jana, {own} access: [ {{ role: r, at: all }} ] }} }}\ncontacts: {{ {outside} }}\n"
            ),
            "2026-12-01",
        )
    };
    let world = contacts(
        "phone: \"+37120000001\",",
        "jana: { email: jana@home.example }",
    );
    let jana = &world.no_problems().desired.people[&crate::model::PersonKey::new("jana")];
    assert_eq!(jana.contacts.len(), 2);
    let world = contacts(
        "email: jana@home.example,",
        "jana: { email: jana@home.example }",
    );
    assert_eq!(world.problems(), [Code::ContactTwice]);
    let world = contacts(
        "email: jana@home.example,",
        "jna: { email: other@home.example }",
    );
    assert_eq!(world.problems(), [Code::UnknownPerson]);
}

#[test]
fn one_account_belongs_to_one_person() {
    let world = people(
        "  jana: { name: Jana, accounts: { salons: [1, 2] }, access: [ { role: r, at: all } ] }\n  anna: { name: Anna, accounts: { salons: { id: 2 } }, access: [ { role: r, at: all } ] }\n",
    );
    assert_eq!(world.problems(), [Code::SharedAccount]);
    assert_eq!(world.pointed(world.the(Code::SharedAccount)), ["2", "2"]);
}

#[test]
fn earlier_keys_are_never_given_again() {
    let world = people(
        "  jana: { name: Jana, was: [anna], email: a@chain.example, access: [ { role: r, at: all } ] }\n  anna: { name: Anna, was: [x], email: b@chain.example, access: [] }\n  ilze: { name: Ilze, was: [x], access: [] }\n",
    );
    assert_eq!(world.problems(), [Code::KeyUsedBefore, Code::KeyUsedBefore]);
}

#[test]
fn pins_say_who_is_who_and_whom_they_are_linked_to() {
    let world = people(
        "  jana:
    name: { first: Jana, last: Bērziņa }
    accounts: { salons: { id: [8812, 8813], not: 7, staff: { center: \"Jana B.\", mall: none, vilnius: 55 } } }
    access: [ { role: r, at: all } ]\n",
    );
    world.no_problems();
    let jana = &world.desired.people[&crate::model::PersonKey::new("jana")];
    assert_eq!(&*jana.name, "Jana Bērziņa");
    let found: Vec<String> = jana.grants.iter().map(staff).collect();
    assert_eq!(found, ["Jana B.", "nobody", "55"]);
    let pin = jana.pins.values().next().unwrap();
    assert_eq!((pin.ids.len(), pin.not.len(), pin.staff.len()), (2, 1, 2));
    assert!(
        jana.grants
            .iter()
            .all(|grant| grant.state == GrantState::Present)
    );
}

#[test]
fn references_of_people_are_checked() {
    for (entry, code) in [
        ("used_by: [jena],", Code::UnknownPerson),
        ("invite_at: senter,", Code::UnknownLocation),
        ("accounts: { salns: 1 },", Code::UnknownSystem),
        (
            "accounts: { salons: { id: 1, staff: { maal: x } } },",
            Code::UnknownLocation,
        ),
        (
            "never: [ { salns: [records_access] } ],",
            Code::UnknownSystem,
        ),
        (
            "never: [ { salons: [records_acess] } ],",
            Code::UnknownRight,
        ),
        (
            "never: [ { orders: [records_access] } ],",
            Code::WrongProduct,
        ),
    ] {
        let world = people(&format!(
            "  jana: {{ name: Jana, email: a@chain.example, {entry} access: [ {{ role: r, at: all }} ] }}\n"
        ));
        assert_eq!(world.problems(), [code], "{entry}");
    }
    let world = people(
        "  jana: { name: Jana, email: a@chain.example, access: [ { role: rr, at: all }, { role: r, at: all } ] }\n",
    );
    assert_eq!(world.problems(), [Code::UnknownRole]);
}

#[test]
fn references_of_rules_are_checked() {
    let base = "people: { jana: { name: Jana, email: a@chain.example, access: [ { role: r, at: all } ] } }\n";
    for (entry, code) in [
        (
            "policies: { p: { kind: holders, right: settings_user_access, each: location, at_least: 2 } }",
            Code::UnknownRight,
        ),
        (
            "policies: { p: { kind: only, role: rr, people: [jana] } }",
            Code::UnknownRole,
        ),
        (
            "policies: { p: { kind: only, role: r, people: [jena] } }",
            Code::UnknownPerson,
        ),
        (
            "approvals: [ { allow: removals, people: [jena], by: jana } ]",
            Code::UnknownPerson,
        ),
        (
            "approvals: [ { allow: removals, people: [jana], location: centre, by: jana } ]",
            Code::UnknownLocation,
        ),
    ] {
        let world = world(&format!("{ROLE}{base}{entry}\n"), "2026-12-01");
        assert_eq!(world.problems(), [code], "{entry}");
    }
}

#[test]
fn a_team_member_is_one_person_at_a_time() {
    let two = |jana: &str, anna: &str, place: &str| {
        people(&format!(
            "  jana: {{ name: Jana, {jana} email: jana@chain.example, accounts: {{ salons: {{ staff: {{ center: J. }} }} }}, access: [] }}\n  anna: {{ name: Anna, {anna} email: anna@chain.example, accounts: {{ salons: {{ staff: {{ {place}: J. }} }} }}, access: [] }}\n",
        ))
        .problems()
    };
    assert_eq!(two("", "", "center"), [Code::SharedStaff]);
    // The same name somewhere else is somebody else.
    assert_eq!(two("", "", "mall"), []);
    // The follower of a leaver, before and after the day.
    assert_eq!(
        two("leaves: 2999-01-31,", "starts: 2999-02-01,", "center"),
        []
    );
    assert_eq!(
        two("leaves: 2999-02-01,", "starts: 2999-02-01,", "center"),
        [Code::SharedStaff]
    );
    assert_eq!(two("leaves: 2020-01-31,", "", "center"), []);
}
