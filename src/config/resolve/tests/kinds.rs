//! Systems without a catalogue, location-less parts, chain rights.

use super::{World, jana, world, world_of};
use crate::diagnostic::Code;

#[track_caller]
fn access(roles: &str, access: &str) -> World {
    world(&jana(roles, access), "2026-12-01")
}

#[track_caller]
fn extra(world: &World, system: &str, place: &str) -> String {
    world
        .grant("jana", system, place)
        .extra
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace('\n', "|")))
        .collect::<Vec<_>>()
        .join(" ")
}

const BOTH: &str = "  r: { salons: { role: worker, unlisted: deny }, orders: { role: manager } }";

#[test]
fn a_part_without_locations_holds_while_any_assignment_is_in_force() {
    let world = access(
        BOTH,
        "      - { role: r, at: [center] }\n      - { role: r, at: [mall], from: 2030-01-01 }",
    );
    assert_eq!(
        world.no_problems().places("jana"),
        ["orders * manager", "salons center worker"]
    );
    // Closed and planned places alone are not in force.
    let world = access(BOTH, "      - { role: r, at: [old, new] }");
    assert_eq!(world.no_problems().places("jana"), Vec::<String>::new());
    let world = access(BOTH, "      - { role: r, at: [center], from: 2030-01-01 }");
    assert_eq!(world.places("jana"), Vec::<String>::new());
}

#[test]
fn at_may_be_absent_if_a_role_has_nothing_else() {
    let world = access(
        "  r: { orders: { role: manager, sources: [shop, app] } }",
        "      - { role: r }",
    );
    assert_eq!(world.no_problems().places("jana"), ["orders * manager"]);
    assert_eq!(extra(&world, "orders", "*"), "sources=app|shop");
    let world = access(BOTH, "      - { role: r }");
    assert_eq!(world.problems(), [Code::UselessAt]);
}

#[test]
fn a_leaver_is_absent_in_systems_without_places() {
    let world = world(
        &format!(
            "roles:\n{BOTH}\npeople: {{ jana: {{ name: Jana, email: a@chain.example, leaves: 2026-11-01, access: [ {{ role: r, at: [old] }} ] }} }}\n"
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().places("jana"),
        ["orders * absent", "salons old absent"]
    );
}

#[test]
fn two_roles_of_keycrm_never_have_a_union() {
    let world = access(
        "  a: { orders: { role: manager } }\n  b: { orders: { role: administrator } }\n  c: { orders: { role: manager, statuses: [new] } }\n  d: { orders: { role: manager, statuses: [paid] } }",
        "      - { role: a }\n      - { role: b }\n      - { role: c, until: 2020-01-01 }\n      - { role: d, until: 2020-01-01 }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
    assert_eq!(
        world.pointed(world.the(Code::NoUnion)),
        ["{ role: a }", "{ role: b }", "manager", "administrator"]
    );
    let world = access(
        "  c: { orders: { role: manager, statuses: [new] } }\n  d: { orders: { role: manager, statuses: [paid] } }",
        "      - { role: c }\n      - { role: d }",
    );
    assert_eq!(world.no_problems().notes(), []);
    assert_eq!(extra(&world, "orders", "*"), "statuses=new|paid");
}

#[test]
fn keycrm_roles_are_those_of_the_settings() {
    let world = access("  r: { orders: { role: manger } }", "      - { role: r }");
    assert_eq!(world.problems(), [Code::UnknownVendorRole]);
    let world = access("  r: { orders: { sources: [app] } }", "      - { role: r }");
    assert_eq!(world.problems(), [Code::MissingVendorRole]);
}

#[test]
fn reservios_ticks_are_said_together_and_need_the_login() {
    let world = access(
        "  r: { desk: { own_bookings: allow, all_bookings: allow } }",
        "      - { role: r, at: [center] }",
    );
    assert_eq!(
        extra(world.no_problems(), "desk", "center"),
        "all_bookings=true client_list=false own_bookings=true sections=false"
    );
    let world = access(
        "  r: { desk: { client_list: allow } }",
        "      - { role: r, at: [center] }",
    );
    assert_eq!(
        extra(world.no_problems(), "desk", "center"),
        "all_bookings=false client_list=true own_bookings=true sections=false"
    );
    let world = access(
        "  r: { desk: { own_bookings: deny, sections: allow } }",
        "      - { role: r, at: [center] }",
    );
    assert_eq!(world.problems(), [Code::IrrelevantLine]);
    assert_eq!(extra(&world, "desk", "center"), "own_bookings=false");
    let world = access(
        "  r: { desk: { calendars: view } }",
        "      - { role: r, at: [center] }",
    );
    assert_eq!(
        extra(world.no_problems(), "desk", "center"),
        "calendars=view"
    );
    let world = access(
        "  a: { desk: { own_bookings: allow } }\n  b: { desk: { sections: allow } }",
        "      - { role: a, at: [center] }\n      - { role: b, at: [center] }",
    );
    assert_eq!(
        extra(world.no_problems(), "desk", "center"),
        "all_bookings=false client_list=false own_bookings=true sections=true"
    );
    let world = access(
        "  a: { desk: { calendars: view } }\n  b: { desk: { calendars: admin } }",
        "      - { role: a, at: [center] }\n      - { role: b, at: [center] }",
    );
    assert_eq!(
        extra(world.no_problems(), "desk", "center"),
        "calendars=admin"
    );
}

#[test]
fn apendays_teams_never_have_a_union() {
    let role = |team: &str| {
        format!(
            "{{ agency: {{ role: conseiller, team: {team}, events: [visit], notifications: {{ mail: allow }}, active: true }} }}"
        )
    };
    let world = access(
        &format!("  a: {}", role("Nord")),
        "      - { role: a, at: [center] }",
    );
    assert_eq!(
        world.no_problems().places("jana"),
        ["agency center conseiller"]
    );
    assert_eq!(
        extra(&world, "agency", "center"),
        "active=true events=visit notifications.mail=true team=Nord"
    );
    let world = access(
        &format!("  a: {}\n  b: {}", role("Nord"), role("Sud")),
        "      - { role: a, at: [center] }\n      - { role: b, at: [center] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
}

#[test]
fn one_user_of_apenday_has_one_of_each_whatever_the_agency() {
    let roles = "  a: { agency: { role: conseiller, team: Nord, calendar: internal } }
  b: { agency: { role: conseiller, team: Sud, calendar: exchange } }
  c: { agency: { role: conseiller, active: false } }
  d: { agency: { role: conseiller, events: [visit] } }";
    let world = access(
        roles,
        "      - { role: a, at: [center] }\n      - { role: b, at: [mall] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion, Code::NoUnion]);
    let mut clashes = world.diagnostics.iter();
    let first = clashes.find(|found| found.code == Code::NoUnion).unwrap();
    assert!(
        first.message.contains("one `team` for a user"),
        "{}",
        first.message
    );
    assert_eq!(
        world.pointed(first),
        [
            "{ role: a, at: [center] }",
            "{ role: b, at: [mall] }",
            "Nord",
            "Sud"
        ]
    );
    // Who is given something is active, so saying nothing differs from `deny`.
    let world = access(
        roles,
        "      - { role: c, at: [center] }\n      - { role: d, at: [mall] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
    // What is left out at one agency contradicts nothing; a role at several agencies is one pair at most.
    access(
        roles,
        "      - { role: a, at: [center] }\n      - { role: d, at: [mall] }",
    )
    .no_problems();
    let world = access(
        roles,
        "      - { role: c, at: [center] }\n      - { role: c, at: [mall] }\n      - { role: d, at: [center] }\n      - { role: d, at: [mall] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
}

#[test]
fn what_exists_once_clashes_only_where_times_overlap_and_have_not_ended() {
    let roles = "  a: { agency: { role: conseiller, team: Nord } }
  b: { agency: { role: conseiller, team: Sud } }";
    let with = |first: &str, second: &str| {
        access(
            roles,
            &format!(
                "      - {{ role: a, at: [center], {first} }}\n      - {{ role: b, at: [mall], {second} }}"
            ),
        )
        .problems()
    };
    // One after the other, over already, and not begun yet.
    assert_eq!(with("until: 2026-12-31", "from: 2027-01-01"), []);
    assert_eq!(with("until: 2026-06-30", "from: 2026-01-01"), []);
    assert_eq!(
        with("from: 2030-01-01", "from: 2030-06-01"),
        [Code::NoUnion]
    );
    assert_eq!(
        with("until: 2026-12-31", "from: 2026-12-31"),
        [Code::NoUnion]
    );
}

#[test]
fn ticks_of_reservio_and_its_enterprise_never_meet() {
    let roles = "  a: { desk: { own_bookings: allow } }
  b: { desk: { calendars: view } }
  c: { desk: { administrator: true } }
  both: { extends: [a, b] }";
    let world = access(
        roles,
        "      - { role: b, at: [mall] }\n      - { role: a, at: [center] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
    assert_eq!(
        world.pointed(world.the(Code::NoUnion)),
        [
            "{ role: b, at: [mall] }",
            "{ role: a, at: [center] }",
            "view",
            "allow"
        ]
    );
    let world = access(
        roles,
        "      - { role: a, at: [center] }\n      - { role: c, at: [center] }",
    );
    assert_eq!(world.problems(), [Code::NoUnion]);
    let world = access(roles, "      - { role: both, at: [center, mall] }");
    assert_eq!(world.problems(), [Code::NoUnion]);
    access(
        roles,
        "      - { role: b, at: [center] }\n      - { role: c, at: [mall] }",
    )
    .no_problems();
    access(
        roles,
        "      - { role: a, at: [center], until: 2026-12-31 }\n      - { role: b, at: [mall], from: 2027-01-01 }",
    )
    .no_problems();
}

#[test]
fn a_chain_right_that_yclients_does_not_document_is_noted() {
    let settings = "version: 1\ntime_zone: UTC\nsystems:\n  clinic: { kind: yclients, chain: 9, tokens: { partner: { env: A }, user: { env: B } } }\n";
    let world = world_of(
        &[
            ("keyholder.yaml", settings),
            (
                "locations.yaml",
                "locations: { a: { in: { clinic: 1 } } }\n",
            ),
            (
                "people.yaml",
                &jana(
                    "  r: { clinic: { chain: { analytics_access: allow, users_access: allow } } }",
                    "      - { role: r, chain: clinic }",
                ),
            ),
        ],
        "2026-12-01",
    );
    assert_eq!(world.no_problems().notes(), [Code::UndocumentedRight]);
    assert_eq!(
        world.pointed(world.the(Code::UndocumentedRight)),
        ["analytics_access"]
    );
    // At Altegio it is documented.
    assert_eq!(
        access(BRAND, "      - { role: brand, chain: salons }").notes(),
        []
    );
}

const BRAND: &str =
    "  brand: { salons: { chain: { users_access: allow, analytics_access: deny } } }";

#[test]
fn chain_rights_come_with_chain() {
    let world = access(BRAND, "      - { role: brand, chain: salons }");
    assert_eq!(world.no_problems().places("jana"), ["salons chain"]);
    assert_eq!(
        extra(&world, "salons", "chain"),
        "analytics_access=false users_access=true"
    );
    let world = access(BRAND, "      - { role: brand }");
    assert_eq!(world.problems(), [Code::UselessAt]);
    let world = access(BRAND, "      - { role: brand, chain: saloons }");
    assert_eq!(world.problems(), [Code::UnknownSystem]);
    let world = access(BOTH, "      - { role: r, at: [center], chain: salons }");
    assert_eq!(world.problems(), [Code::MissingKey]);
    let world = access(
        "  brand: { salons: { chain: { user_access: allow } } }",
        "      - { role: brand, chain: salons }",
    );
    assert_eq!(world.problems(), [Code::UnknownRight]);
}

#[test]
fn chain_rights_are_inherited_and_add_up() {
    let world = access(
        &format!(
            "{BRAND}\n  head: {{ extends: brand, salons: {{ chain: {{ users_access: deny, clients_access: allow }} }} }}"
        ),
        "      - { role: brand, chain: salons }\n      - { role: head, chain: salons }",
    );
    assert_eq!(
        extra(world.no_problems(), "salons", "chain"),
        "analytics_access=false clients_access=true users_access=true"
    );
    let world = access(
        "  r: { salons: { role: worker, unlisted: deny, chain: { users_access: allow } } }",
        "      - { role: r, at: [center] }",
    );
    assert_eq!(world.no_problems().places("jana"), ["salons center worker"]);
}

#[test]
fn plus_and_minus_name_rights_where_there_are_some() {
    let world = access(
        BOTH,
        "      - { role: r, at: [center], plus: { orders: { records_access: allow } } }",
    );
    assert_eq!(world.problems(), [Code::WrongProduct]);
    let world = access(
        "  r: { orders: { role: manager } }",
        "      - { role: r, plus: { salons: { records_access: allow } } }",
    );
    assert_eq!(world.problems(), [Code::IrrelevantLine]);
}
