//! Two assignments at one place, `plus`, `minus`, `never`.

use super::{World, jana, world};
use crate::diagnostic::Code;

/// What two roles at one place give.
#[track_caller]
fn two(a: &str, b: &str) -> World {
    roles(
        &format!("role: worker, unlisted: deny, rights: {{ {a} }}"),
        &format!("role: worker, unlisted: deny, rights: {{ {b} }}"),
    )
}

#[track_caller]
fn roles(a: &str, b: &str) -> World {
    world(
        &jana(
            &format!("  a: {{ salons: {{ {a} }} }}\n  b: {{ salons: {{ {b} }} }}"),
            "      - { role: a, at: [center] }\n      - { role: b, at: [center, mall] }",
        ),
        "2026-12-01",
    )
}

#[track_caller]
fn clash(world: &World) -> Vec<&str> {
    assert_eq!(
        world.problems(),
        [Code::NoUnion],
        "{:#?}",
        world.diagnostics
    );
    world.pointed(world.the(Code::NoUnion))
}

#[test]
fn switches_add_up() {
    let world = two(
        "send_sms_access: allow, statistics_access: deny",
        "statistics_access: allow",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "statistics_access true\nsend_sms_access true\n"
    );
    assert_eq!(world.given("jana", "mall"), "statistics_access true\n");
}

#[test]
fn each_is_normalized_before_they_add_up() {
    // In the first role creating transactions is irrelevant; the second opening the section does not revive it.
    let world = two(
        "finances_access: deny, finances_transactions_access: allow",
        "finances_access: allow",
    );
    assert_eq!(world.problems(), [Code::IrrelevantLine]);
    assert_eq!(
        world.given("jana", "center"),
        "finances_access true\nfinances_accounts_ids all\nfinances_expenses_ids all\n"
    );
}

#[test]
fn days_are_the_larger_from_those_who_grant_what_they_qualify() {
    let world = two(
        "records_edit_access: allow, records_edit_last_days_count: 3",
        "records_edit_access: allow, records_edit_last_days_count: 10",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "records_edit_last"),
        "records_edit_last_days_count 10\n"
    );
    // The larger number stands where editing is denied: it does not count.
    let world = two(
        "records_edit_access: allow, records_edit_last_days_count: 3",
        "records_create_access: allow, records_edit_last_days_count: all",
    );
    assert_eq!(world.problems(), [Code::IrrelevantLine]);
    assert_eq!(
        world.all("jana", "center", "records_edit_last"),
        "records_edit_last_days_count 3\n"
    );
    // Left out by a role that grants is 0, so a number is wider.
    let world = two(
        "records_edit_access: allow",
        "records_edit_access: allow, records_edit_last_days_count: 7",
    );
    assert_eq!(
        world.all("jana", "center", "records_edit_last"),
        "records_edit_last_days_count 7\n"
    );
}

#[test]
fn lists_unite_and_unrestricted_beats_a_list() {
    let world = two(
        "finances_access: allow, finances_accounts_ids: [Kase 1]",
        "finances_access: allow, finances_accounts_ids: [Kase 2]",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_accounts_"),
        "finances_accounts_limited_access true\n\
         finances_accounts_ids [Kase 1, Kase 2]\n\
         finances_accounts_access false\n\
         finances_accounts_balance_access false\n"
    );
    assert!(world.notes().contains(&Code::WiderThanParts));
    // The second role leaves the list out, so it is not limited; nor is the sum.
    let world = two(
        "finances_access: allow, finances_accounts_ids: [Kase 1]",
        "finances_access: allow",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_accounts_ids")
            + &world.all("jana", "center", "finances_accounts_limited"),
        "finances_accounts_ids all\nfinances_accounts_limited_access false\n"
    );
    // A role without finances says nothing about them.
    let world = two(
        "finances_access: allow, finances_accounts_ids: [Kase 1]",
        "send_sms_access: allow",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_accounts_ids"),
        "finances_accounts_ids [Kase 1]\n"
    );
}

#[test]
fn a_restriction_stays_only_if_all_who_grant_its_governor_have_it() {
    let users = "settings_users_access: allow, settings_users_edit_access: allow";
    let limited = format!("{users}, settings_users_limited_access: allow");
    for (a, b, expected) in [
        (limited.as_str(), limited.as_str(), "true"),
        (limited.as_str(), users, "false"),
        (limited.as_str(), "send_sms_access: allow", "true"),
    ] {
        let world = two(a, b);
        assert_eq!(
            world
                .no_problems()
                .all("jana", "center", "settings_users_limited"),
            format!("settings_users_limited_access {expected}\n"),
            "{b}"
        );
    }
}

#[test]
fn the_check_of_addresses_counts_only_from_roles_that_name_it() {
    let world = two("auth_list_allowed_ip: 10.0.0.1", "send_sms_access: allow");
    assert_eq!(
        world.no_problems().all("jana", "center", "auth_"),
        "auth_enable_check_ip true\nauth_list_allowed_ip \"10.0.0.1\"\n"
    );
    let world = two(
        "auth_list_allowed_ip: 10.0.0.1",
        "auth_list_allowed_ip: 10.0.0.2",
    );
    assert_eq!(
        world.all("jana", "center", "auth_"),
        "auth_enable_check_ip true\nauth_list_allowed_ip \"10.0.0.1,10.0.0.2\"\n"
    );
    let world = two(
        "auth_list_allowed_ip: 10.0.0.1",
        "auth_enable_check_ip: deny",
    );
    assert_eq!(
        world.no_problems().all("jana", "center", "auth_"),
        "auth_enable_check_ip false\n"
    );
}

#[test]
fn limits_of_one_governor_from_different_roles_have_no_union() {
    let world = two(
        "finances_access: allow, finances_accounts_ids: [Kase 1]",
        "finances_access: allow, finances_expenses_ids: [Rent]",
    );
    assert_eq!(
        clash(&world),
        [
            "{ role: a, at: [center] }",
            "{ role: b, at: [center, mall] }",
            "finances_accounts_ids: [Kase 1]",
            "finances_expenses_ids: [Rent]"
        ]
    );
    // One that contains the other is the sum.
    let world = two(
        "finances_access: allow, finances_accounts_ids: [Kase 1], finances_expenses_ids: [Rent]",
        "finances_access: allow, finances_accounts_ids: [Kase 1, Kase 2], finances_expenses_ids: [Rent, Water]",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_expenses_ids"),
        "finances_expenses_ids [Rent, Water]\n"
    );
}

#[test]
fn two_single_ids_have_no_union() {
    let world = two(
        "timetable_access: allow, timetable_staff_id: Anna",
        "timetable_access: allow, timetable_staff_id: self",
    );
    assert_eq!(clash(&world).len(), 4);
    two(
        "timetable_access: allow, timetable_staff_id: self",
        "timetable_access: allow, timetable_staff_id: self",
    )
    .no_problems();
    let world = two(
        "timetable_access: allow, timetable_staff_id: self",
        "timetable_access: allow",
    );
    assert_eq!(
        world.no_problems().all("jana", "center", "timetable_staff"),
        "timetable_staff_id all\n"
    );
}

#[test]
fn the_heaviest_vendor_role_wins_and_those_without_order_clash() {
    let world = roles(
        "role: worker, unlisted: deny",
        "role: manager, unlisted: deny",
    );
    assert_eq!(
        world.no_problems().places("jana"),
        ["salons center manager", "salons mall manager"]
    );
    let world = roles(
        "role: worker, unlisted: deny",
        "role: accountant, unlisted: deny",
    );
    assert_eq!(
        clash(&world),
        [
            "{ role: a, at: [center] }",
            "{ role: b, at: [center, mall] }",
            "worker",
            "accountant"
        ]
    );
}

#[test]
fn keep_beats_default_beats_deny_for_what_nobody_names() {
    let rights = |rights: &str, unlisted: &str| {
        format!("role: worker, unlisted: {unlisted}, rights: {{ {rights} }}")
    };
    let world = roles(
        &rights("send_sms_access: allow", "deny"),
        &rights("statistics_access: allow", "keep"),
    );
    assert_eq!(
        world.no_problems().all("jana", "center", ""),
        "statistics_access true\nsend_sms_access true\n"
    );
    let world = roles(
        &rights("send_sms_access: allow", "deny"),
        &rights("statistics_access: deny", "default"),
    );
    assert_eq!(
        world.no_problems().all("jana", "center", ""),
        "statistics_access false\nsend_sms_access true\n"
    );
    assert!(world.grant("jana", "salons", "center").unlisted_default);
    let world = roles(
        &rights("send_sms_access: allow", "keep"),
        &rights("statistics_access: deny", "default"),
    );
    assert!(!world.grant("jana", "salons", "center").unlisted_default);
}

#[test]
fn a_sum_wider_than_its_parts_is_one_note() {
    let world = two(
        "records_finances_access: allow, records_finances_last_days_count: 10, records_finances_limited_account_ids: [Kase 1]",
        "records_finances_access: allow, records_finances_last_days_count: 3",
    );
    world.no_problems();
    let note = world.the(Code::WiderThanParts);
    assert!(
        note.message.ends_with("`records_finances_access`"),
        "{}",
        note.message
    );
    let world = two("send_sms_access: allow", "statistics_access: allow");
    assert!(!world.notes().contains(&Code::WiderThanParts));
}

#[track_caller]
fn lines(role: &str, lines: &str) -> World {
    world(
        &jana(
            &format!(
                "  a: {{ salons: {{ role: worker, unlisted: deny, rights: {{ {role} }} }} }}\n  other: {{ salons: {{ role: worker, unlisted: deny, rights: {{ statistics_access: allow, send_sms_access: allow }} }} }}"
            ),
            lines,
        ),
        "2026-12-01",
    )
}

#[test]
fn plus_joins_its_role_before_anything_else() {
    // The right it adds hangs on one that the role grants; alone it would be irrelevant.
    let world = lines(
        "finances_transactions_access: allow",
        "      - { role: a, at: [center], plus: { salons: { finances_transactions_delete_access: allow, finances_transactions_last_days_count: 5 } } }
      - { role: other, at: [mall] }",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "finances_access true\n\
         finances_accounts_ids all\n\
         finances_transactions_access true\n\
         finances_transactions_last_days_count 5\n\
         finances_transactions_delete_access true\n\
         finances_expenses_ids all\n"
    );
}

#[test]
fn plus_only_adds() {
    let role = "finances_access: allow, finances_accounts_ids: [Kase 1], records_edit_access: allow, records_edit_last_days_count: 9, statistics_access: deny";
    let with = |plus: &str| {
        lines(
            role,
            &format!(
                "      - {{ role: a, at: [center], plus: {{ salons: {{ {plus} }} }} }}\n      - {{ role: other, at: [mall] }}"
            ),
        )
    };
    let world = with(
        "finances_accounts_ids: [Kase 2], records_edit_last_days_count: 3, statistics_access: allow",
    );
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_accounts_ids")
            + &world.all("jana", "center", "records_edit_last")
            + &world.all("jana", "center", "statistics"),
        "finances_accounts_ids [Kase 1, Kase 2]\nrecords_edit_last_days_count 9\nstatistics_access true\n"
    );
    // The role's payment items are not limited, and a plus cannot limit them.
    let world = with("finances_expenses_ids: [Rent]");
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "finances_expenses_ids"),
        "finances_expenses_ids all\n"
    );
    assert_eq!(
        with("records_edit_access: deny").problems(),
        [Code::WrongValue]
    );
    assert_eq!(
        with("settings_users_access: allow, settings_users_edit_access: allow, settings_users_limited_access: allow").problems(),
        [Code::RestrictingMisuse]
    );
}

#[test]
fn minus_takes_from_all_assignments_at_its_places() {
    let world = lines(
        "send_sms_access: allow, records_create_access: allow",
        "      - { role: a, at: [center, mall] }
      - { role: other, at: [center], minus: { salons: [send_sms_access] } }",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "records_access true\nrecords_create_access true\nstatistics_access true\n"
    );
    assert_eq!(
        world.given("jana", "mall"),
        "records_access true\nrecords_create_access true\nsend_sms_access true\n"
    );
}

#[test]
fn minus_and_never_beat_plus_and_what_qualifies_goes_too() {
    let world = lines(
        "records_edit_access: allow, records_edit_last_days_count: 3, records_edit_comment_access: allow",
        "      - { role: a, at: [center], plus: { salons: { send_sms_access: allow } }, minus: { altegio: [send_sms_access, records_edit_access] } }
      - { role: other, at: [mall] }",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "records_access true\nrecords_edit_comment_access true\n",
        "a switch of its own stays"
    );
    assert_eq!(
        world.all("jana", "center", "records_edit_access"),
        "records_edit_access false\n"
    );
    assert_eq!(world.all("jana", "center", "records_edit_last"), "");
}

#[test]
fn minus_holds_only_while_its_line_is_in_force() {
    let access = "      - { role: a, at: [center] }
      - { role: other, at: [center], until: 2026-12-01, minus: { salons: [send_sms_access] } }";
    let at = |day: &str| {
        world(
            &jana(
                "  a: { salons: { role: worker, unlisted: deny, rights: { send_sms_access: allow } } }\n  other: { salons: { role: worker, unlisted: deny } }",
                access,
            ),
            day,
        )
        .given("jana", "center")
    };
    assert_eq!(at("2026-12-01"), "");
    assert_eq!(at("2026-12-02"), "send_sms_access true\n");
}

#[test]
fn never_takes_at_all_places() {
    let world = world(
        "roles:
  a: { salons: { role: worker, unlisted: keep, rights: { send_sms_access: allow } } }
people:
  jana:
    name: Jana
    email: jana@chain.example
    never: [ { salons: [send_sms_access, finances_*_export_access], because: audit } ]
    access: [ { role: a, at: [center, mall], plus: { salons: { send_sms_access: allow } } } ]
",
        "2026-12-01",
    );
    for place in ["center", "mall"] {
        assert_eq!(
            world.no_problems().all("jana", place, ""),
            "finances_transactions_export_access false\n\
             finances_suppliers_export_access false\n\
             finances_period_report_export_access false\n\
             finances_year_report_export_access false\n\
             finances_z_report_export_access false\n\
             send_sms_access false\n"
        );
    }
}

#[test]
fn what_is_taken_names_switches_only() {
    let minus = |right: &str| {
        lines(
            "send_sms_access: allow",
            &format!("      - {{ role: a, at: [center], minus: {{ salons: [{right}] }} }}\n      - {{ role: other, at: [mall] }}"),
        )
        .problems()
    };
    assert_eq!(
        minus("records_edit_last_days_count"),
        [Code::MinusQualifier]
    );
    assert_eq!(
        minus("finances_accounts_limited_access"),
        [Code::RestrictingMisuse]
    );
    assert_eq!(
        minus("settings_users_limited_access"),
        [Code::RestrictingMisuse]
    );
    assert_eq!(minus("auth_enable_check_ip"), [Code::RestrictingMisuse]);
    assert_eq!(minus("send_sm_access"), [Code::UnknownRight]);
    assert_eq!(minus("records_*"), []);
}

#[test]
fn sources_point_at_the_line_that_took_or_gave() {
    let world = lines(
        "send_sms_access: allow",
        "      - { role: a, at: [center], minus: { salons: [statistics_access] } }\n      - { role: other, at: [center] }",
    );
    let grant = world.grant("jana", "salons", "center");
    let source = |slug: &str| {
        let id = crate::catalog::Catalog::current().by_slug(slug).unwrap();
        match grant.sources[id.index()] {
            Some(crate::model::RightSource::Line(span)) => world.sources.text(span),
            _ => "",
        }
    };
    assert_eq!(source("send_sms_access"), "send_sms_access: allow");
    assert_eq!(source("statistics_access"), "statistics_access");
    assert_eq!(grant.because.len(), 2);
}

#[test]
fn people_with_equal_roles_share_one_right_set() {
    let world = world(
        "roles:
  a: { salons: { role: worker, unlisted: deny } }
  b: { salons: { role: worker, unlisted: deny } }
people:
  jana: { name: Jana, email: a@chain.example, access: [ { role: a, at: [center] }, { role: b, at: [center] } ] }
  anna: { name: Anna, email: b@chain.example, access: [ { role: b, at: [mall] }, { role: a, at: [mall] } ] }
",
        "2026-12-01",
    );
    assert!(std::sync::Arc::ptr_eq(
        &world.grant("jana", "salons", "center").rights,
        &world.grant("anna", "salons", "mall").rights
    ));
}

mod laws {
    //! What holds for any two roles.

    use proptest::prelude::*;

    use super::two;
    use crate::model::{Days, Items, Value};

    /// Lines over a few rights that hang on each other.
    fn lines() -> impl Strategy<Value = String> {
        let switch = |slug: &'static str| {
            prop_oneof![
                2 => Just(String::new()),
                2 => Just(format!("{slug}: allow, ")),
                1 => Just(format!("{slug}: deny, ")),
            ]
        };
        let days = prop_oneof![
            Just(String::new()),
            (0..9_u8).prop_map(|days| format!("records_edit_last_days_count: {days}, ")),
        ];
        let list = prop_oneof![
            Just(String::new()),
            Just("finances_accounts_ids: all, ".to_owned()),
            (1..4_u8).prop_map(|id| format!("finances_accounts_ids: {{ ids: [{id}, 9] }}, ")),
        ];
        (
            switch("records_edit_access"),
            days,
            switch("finances_access"),
            list,
            switch("send_sms_access"),
        )
            .prop_map(|(a, b, c, d, e)| a + &b + &c + &d + &e)
    }

    /// Whether one value gives at least what another gives.
    fn gives(wide: Option<&Value>, narrow: Option<&Value>, restricts: bool) -> bool {
        match (wide, narrow) {
            (_, None) => true,
            (Some(Value::Switch(wide)), Some(Value::Switch(narrow))) if restricts => {
                *narrow || !*wide
            }
            (Some(Value::Switch(wide)), Some(Value::Switch(narrow))) => *wide || !*narrow,
            (Some(Value::Days(wide)), Some(Value::Days(narrow))) => wide >= narrow,
            (Some(Value::Items(Items::All)), Some(Value::Items(_))) => true,
            (Some(Value::Items(Items::Only(wide))), Some(Value::Items(Items::Only(narrow)))) => {
                narrow.iter().all(|item| wide.contains(item))
            }
            (Some(wide), Some(narrow)) => wide == narrow,
            // What became irrelevant is below something denied: the narrower value gave nothing.
            (None, Some(Value::Switch(on))) => !*on,
            (None, Some(Value::Days(days))) => *days == Days::Last(0),
            (None, Some(_)) => true,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn a_sum_is_the_same_either_way_and_gives_what_each_part_gives(a in lines(), b in lines()) {
            let (one, other) = (two(&a, &b), two(&b, &a));
            let sum = one.grant("jana", "salons", "center");
            prop_assert_eq!(&sum.rights, &other.grant("jana", "salons", "center").rights);
            // At the mall there is only the second role.
            let alone = one.grant("jana", "salons", "mall");
            for right in crate::catalog::Catalog::current().all() {
                let (wide, narrow) = (sum.rights.get(right.id.index()), alone.rights.get(right.id.index()));
                prop_assert!(gives(wide, narrow, right.is_restricting()), "{}: {wide:?} {narrow:?}", right.slug);
            }
        }
    }
}
