//! Lines of a role, governors, restricting rights, inheritance.

use super::{jana, world};
use crate::diagnostic::Code;

const AT: &str = "      - { role: r, at: [center] }";

/// What a role of one block gives, and its problems.
#[track_caller]
fn role(rights: &str) -> super::World {
    world(
        &jana(
            &format!(
                "  r: {{ salons: {{ role: worker, unlisted: deny, rights: {{ {rights} }} }} }}"
            ),
            AT,
        ),
        "2026-12-01",
    )
}

#[track_caller]
fn refused(rights: &str, code: Code) -> super::World {
    let world = role(rights);
    assert_eq!(world.problems(), [code], "{:#?}", world.diagnostics);
    world
}

#[test]
fn everything_unlisted_is_denied_and_what_hangs_on_it_is_irrelevant() {
    let world = role("send_sms_access: allow");
    world.no_problems();
    assert_eq!(world.given("jana", "center"), "send_sms_access true\n");
    // Of a section whose root is denied only the root is there.
    assert_eq!(
        world.all("jana", "center", "records_"),
        "records_access false\n"
    );
    assert_eq!(
        world.all("jana", "center", "auth_"),
        "auth_enable_check_ip false\n"
    );
    // A right of the other product is not managed.
    assert_eq!(world.all("jana", "center", "medicine_"), "");
}

#[test]
fn rights_may_be_absent() {
    let world = world(
        &jana("  r: { salons: { role: worker, unlisted: deny } }", AT),
        "2026-12-01",
    );
    assert_eq!(world.no_problems().given("jana", "center"), "");
}

#[test]
fn a_root_follows_from_a_switch_of_its_section_and_qualifiers_are_left_out() {
    let world = role("records_create_access: allow, records_edit_access: allow");
    world.no_problems();
    assert_eq!(
        world.given("jana", "center"),
        "records_access true\n\
         records_create_access true\n\
         records_edit_access true\n\
         records_edit_last_days_count 0\n"
    );
    assert_eq!(world.notes(), [Code::LeftOutQualifier]);
}

#[test]
fn a_root_follows_from_a_pattern_too_and_not_from_a_qualifier() {
    let world = role("\"*_labels_access\": allow, timetable_staff_id: self");
    assert_eq!(
        world.given("jana", "center"),
        "settings_access true\nsettings_clients_labels_access true\n"
    );
    assert_eq!(
        world.all("jana", "center", "timetable_"),
        "timetable_access false\n"
    );
}

#[test]
fn a_section_pattern_covers_the_root_and_never_the_sensitive() {
    let world =
        role("timetable.*: allow, timetable_staff_id: self, timetable_last_days_count: all");
    world.no_problems();
    assert_eq!(
        world.all("jana", "center", "timetable_"),
        "timetable_access true\n\
         timetable_position_id all\n\
         timetable_staff_id self\n\
         timetable_last_days_count all\n\
         timetable_schedule_edit_access true\n\
         timetable_phones_access false\n\
         timetable_transferring_record_access true\n\
         timetable_statistics_access true\n\
         timetable_waiting_list_access true\n"
    );
}

#[test]
fn an_exact_slug_beats_a_longer_pattern_beats_a_section_beats_everything() {
    let world = role(
        "\"*\": allow, timetable.*: deny, timetable_s*: allow, timetable_st*: deny, timetable_statistics_access: allow, timetable_access: allow",
    );
    assert_eq!(
        world.all("jana", "center", "timetable_"),
        "timetable_access true\n\
         timetable_position_id all\n\
         timetable_staff_id all\n\
         timetable_last_days_count 0\n\
         timetable_schedule_edit_access true\n\
         timetable_phones_access false\n\
         timetable_transferring_record_access false\n\
         timetable_statistics_access true\n\
         timetable_waiting_list_access false\n"
    );
    // `*` reaches rights without a section; no pattern reaches restrictions.
    assert_eq!(
        world.all("jana", "center", "statistics_"),
        "statistics_access true\n"
    );
    assert_eq!(world.all("jana", "center", "settings_users_limited"), "");
}

#[test]
fn a_tie_counts_only_if_values_differ_and_nothing_more_exact_decides() {
    role("records_*t_access: allow, records_e*access: allow").no_problems();
    let world = refused(
        "records_access: allow, records_cr*access: allow, records_cre*ccess: deny",
        Code::PatternTie,
    );
    assert_eq!(
        world.pointed(world.the(Code::PatternTie)),
        ["records_cre*ccess: deny", "records_cr*access: allow"]
    );
    role("records_access: allow, records_cr*access: allow, records_cre*ccess: deny, records_create_access: allow")
        .no_problems();
}

#[test]
fn patterns_and_names_that_mean_nothing_are_errors() {
    refused("record_*: allow", Code::PatternMatchesNothing);
    refused("tmetable.*: allow", Code::PatternMatchesNothing);
    let world = refused("records_crate_access: allow", Code::UnknownRight);
    assert_eq!(
        world.the(Code::UnknownRight).help.as_deref(),
        Some("did you mean `records_create_access`?")
    );
    refused("medicine_card_access: allow", Code::WrongProduct);
}

#[test]
fn a_pattern_that_reaches_nothing_is_a_warning() {
    refused("\"*_delete_access\": allow", Code::PatternCoversNothing);
    refused("\"*_last_days_count\": allow", Code::PatternCoversNothing);
}

#[test]
fn a_pattern_carries_self_or_days_only_where_all_take_it() {
    let world = role(
        "timetable.*: allow, records_edit_access: allow, \"*_last_days_count\": 3, \"*_staff_id\": self",
    );
    world.no_problems();
    assert_eq!(
        world.all("jana", "center", "timetable_staff")
            + &world.all("jana", "center", "records_edit_last"),
        "timetable_staff_id self\nrecords_edit_last_days_count 3\n"
    );
    refused("timetable_*: self", Code::PatternType);
    refused("records_edit_*: 3", Code::PatternType);
    refused("\"*_ids\": [Kase 1]", Code::PatternType);
}

#[test]
fn values_must_fit_their_right() {
    refused("records_create_access: 3", Code::RightType);
    refused("records_create_access: self", Code::RightType);
    refused(
        "records_edit_access: allow, records_edit_last_days_count: allow",
        Code::RightType,
    );
    refused(
        "records_edit_access: allow, records_edit_last_days_count: -1",
        Code::RightRange,
    );
    refused(
        "finances_bill_print_access: allow, finances_accounts_ids: Kase",
        Code::RightType,
    );
    refused(
        "timetable_access: allow, timetable_position_id: self",
        Code::RightType,
    );
    refused(
        "timetable_access: allow, timetable_staff_id: 0",
        Code::RightRange,
    );
}

#[test]
fn a_list_switches_its_flag() {
    let world = role(
        "finances_bill_print_access: allow, finances_accounts_ids: [Kase 2, Kase 1], finances_expenses_ids: all",
    );
    world.no_problems();
    assert_eq!(
        world.all("jana", "center", "finances_accounts_limited")
            + &world.all("jana", "center", "finances_accounts_ids")
            + &world.all("jana", "center", "finances_expenses_limited")
            + &world.all("jana", "center", "finances_expenses_ids"),
        "finances_accounts_limited_access true\n\
         finances_accounts_ids [Kase 1, Kase 2]\n\
         finances_expenses_limited_access false\n\
         finances_expenses_ids all\n"
    );
    let world = role("finances_access: allow, finances_accounts_ids: { ids: [7, 3, 7] }");
    assert_eq!(
        world.all("jana", "center", "finances_accounts_ids"),
        "finances_accounts_ids [3, 7]\n"
    );
}

#[test]
fn limited_to_nothing_is_an_error() {
    refused(
        "finances_access: allow, finances_accounts_ids: []",
        Code::LimitedToNothing,
    );
    refused(
        "finances_access: allow, finances_accounts_ids: { ids: [] }",
        Code::LimitedToNothing,
    );
    refused(
        "finances_access: allow, finances_accounts_limited_access: allow",
        Code::LimitedToNothing,
    );
    refused("auth_enable_check_ip: allow", Code::LimitedToNothing);
}

#[test]
fn a_restriction_is_never_named_beside_its_list() {
    refused(
        "finances_access: allow, finances_accounts_limited_access: allow, finances_accounts_ids: [Kase]",
        Code::RestrictingMisuse,
    );
    refused(
        "auth_enable_check_ip: allow, auth_list_allowed_ip: 10.0.0.1",
        Code::RestrictingMisuse,
    );
}

#[test]
fn restrictions_are_switched_on_by_allow_and_never_by_being_left_out() {
    let rights = "settings_users_access: allow, settings_users_edit_access: allow";
    let world = role(rights);
    assert_eq!(
        world.all("jana", "center", "settings_users_limited"),
        "settings_users_limited_access false\n"
    );
    let world = role(&format!("{rights}, settings_users_limited_access: allow"));
    assert_eq!(
        world
            .no_problems()
            .all("jana", "center", "settings_users_limited"),
        "settings_users_limited_access true\n"
    );
    let world = role("auth_list_allowed_ip: [10.0.0.2, 10.0.0.1]");
    assert_eq!(
        world.no_problems().all("jana", "center", "auth_"),
        "auth_enable_check_ip true\nauth_list_allowed_ip \"10.0.0.1,10.0.0.2\"\n"
    );
}

#[test]
fn a_denied_governor_makes_lines_below_it_irrelevant_with_a_warning() {
    let world = role("records_access: deny, records_create_access: allow");
    assert_eq!(world.problems(), [Code::IrrelevantLine]);
    assert_eq!(
        world.all("jana", "center", "records_"),
        "records_access false\n"
    );
    // A qualifier opens the section as little as it grants its right.
    let world =
        role("finances_transactions_access: deny, finances_transactions_last_days_count: 3");
    assert_eq!(
        world.problems(),
        [Code::IrrelevantLine, Code::IrrelevantLine]
    );
    assert_eq!(world.given("jana", "center"), "");
}

#[test]
fn a_switch_is_granted_without_the_switch_whose_name_it_extends() {
    let world = role("finances_transactions_delete_access: allow");
    assert_eq!(
        world.no_problems().all("jana", "center", "finances_access"),
        "finances_access true\n"
    );
    assert_eq!(
        world.all("jana", "center", "finances_transactions_"),
        "finances_transactions_access false\n\
         finances_transactions_create_access false\n\
         finances_transactions_edit_access false\n\
         finances_transactions_delete_access true\n\
         finances_transactions_export_access false\n"
    );
    // Naming the other one as denied says the same.
    let denied =
        role("finances_transactions_access: deny, finances_transactions_delete_access: allow");
    assert_eq!(
        denied.no_problems().all("jana", "center", ""),
        world.all("jana", "center", "")
    );
}

#[test]
fn under_keep_only_what_lines_name_is_managed() {
    let world = world(
        &jana(
            "  r: { salons: { role: worker, unlisted: keep, rights: { records_create_access: allow, clients_export_access: deny, finances_accounts_ids: [Kase] } } }",
            AT,
        ),
        "2026-12-01",
    );
    world.no_problems();
    assert_eq!(
        world.all("jana", "center", ""),
        "records_access true\n\
         records_create_access true\n\
         finances_accounts_limited_access true\n\
         finances_accounts_ids [Kase]\n\
         clients_export_access false\n"
    );
    assert!(!world.grant("jana", "salons", "center").unlisted_default);
    assert_eq!(world.notes(), []);
}

#[test]
fn under_default_the_rest_is_the_vendors() {
    let world = world(
        &jana(
            "  r: { salons: { role: worker, unlisted: default, rights: { records_create_access: allow } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().all("jana", "center", ""),
        "records_access true\nrecords_create_access true\n"
    );
    assert!(world.grant("jana", "salons", "center").unlisted_default);
}

#[test]
fn unlisted_and_the_vendors_role_must_be_there_unless_inherited() {
    let world = world(
        &jana(
            "  r: { salons: { rights: { send_sms_access: allow } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.problems(),
        [Code::MissingUnlisted, Code::MissingVendorRole]
    );
    let world = super::world(
        &jana(
            "  base: { salons: { role: worker, unlisted: deny } }\n  r: { extends: base, salons: { rights: { send_sms_access: allow } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "send_sms_access true\n"
    );
    let world = super::world(
        &jana(
            "  mixin: { salons: { rights: { send_sms_access: allow } } }\n  r: { extends: mixin, salons: { role: worker, unlisted: deny } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "send_sms_access true\n"
    );
}

#[test]
fn the_childs_lines_override_and_its_unlisted_and_role_replace() {
    let world = world(
        &jana(
            "  base: { salons: { role: worker, unlisted: keep, rights: { clients_access: allow, clients_card_phone_access: allow, clients_edit_access: allow, records.*: allow } } }
  r: { extends: [base], salons: { role: manager, unlisted: deny, rights: { clients_card_phone_access: deny, records.*: deny } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "clients_access true\nclients_edit_access true\nclients_visit_staff_id all\n"
    );
    assert_eq!(world.places("jana"), ["salons center manager"]);
}

#[test]
fn lines_are_inherited_as_lines_so_an_exact_one_outweighs_a_childs_pattern() {
    let world = world(
        &jana(
            "  base: { salons: { role: worker, unlisted: deny, rights: { timetable_access: allow, timetable_statistics_access: allow } } }
  r: { extends: [base], salons: { rights: { timetable.*: deny, timetable_s*: deny } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "timetable_access true\ntimetable_position_id all\ntimetable_staff_id all\ntimetable_last_days_count 0\ntimetable_statistics_access true\n"
    );
}

#[test]
fn of_equally_exact_patterns_the_childs_wins() {
    let world = world(
        &jana(
            "  base: { salons: { role: worker, unlisted: deny, rights: { timetable_access: allow, timetable_sta*: allow } } }
  r: { extends: [base], salons: { rights: { timetable_s*ta*: deny } } }",
            AT,
        ),
        "2026-12-01",
    );
    world.no_problems();
    assert_eq!(
        world.all("jana", "center", "timetable_stat"),
        "timetable_statistics_access false\n"
    );
}

const PARENTS: &str =
    "  a: { salons: { role: worker, unlisted: deny, rights: { send_sms_access: allow } } }
  b: { salons: { role: worker, unlisted: deny, rights: { send_sms_access: deny } } }\n";

#[test]
fn two_parents_that_disagree_are_an_error_unless_the_child_settles_it() {
    let world = world(
        &jana(&format!("{PARENTS}  r: {{ extends: [a, b] }}"), AT),
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::InheritedClash]);
    assert_eq!(
        world.pointed(world.the(Code::InheritedClash)),
        ["r", "send_sms_access: allow", "send_sms_access: deny"]
    );
    let settled = format!(
        "{PARENTS}  r: {{ extends: [a, b], salons: {{ rights: {{ send_sms_access: allow }} }} }}"
    );
    let world = super::world(&jana(&settled, AT), "2026-12-01");
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "send_sms_access true\n"
    );
}

#[test]
fn a_clash_is_told_once_and_a_diamond_is_none() {
    let world = world(
        &jana(
            &format!("{PARENTS}  c: {{ extends: [a, b] }}\n  r: {{ extends: c }}"),
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::InheritedClash]);
    let world = super::world(
        &jana(
            "  base: { salons: { role: worker, unlisted: deny, rights: { send_sms_access: allow } } }
  a: { extends: base, salons: { rights: { send_sms_access: deny } } }
  b: { extends: base, salons: { rights: { statistics_access: allow } } }
  r: { extends: [a, b] }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "statistics_access true\n"
    );
}

#[test]
fn a_circle_names_its_roles() {
    let world = world(
        &jana(
            "  a: { extends: b }\n  b: { extends: c }\n  c: { extends: a }\n  r: { salons: { role: worker, unlisted: deny } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::RoleCycle]);
    let cycle = world.the(Code::RoleCycle);
    assert_eq!(
        cycle.message,
        "roles extend each other in a circle: a → b → c → a"
    );
    assert_eq!(cycle.labels.len(), 3);
    let world = super::world(
        &jana(
            "  a: { extends: a }\n  r: { salons: { role: worker, unlisted: deny } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::RoleCycle]);
}

#[test]
fn a_kinds_block_is_overridden_line_by_line_by_the_systems() {
    let world = world(
        &jana(
            "  r:
    altegio: { role: worker, unlisted: deny, rights: { send_sms_access: allow, statistics_access: allow } }
    salons: { role: manager, rights: { send_sms_access: deny } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(
        world.no_problems().given("jana", "center"),
        "statistics_access true\n"
    );
    assert_eq!(world.places("jana"), ["salons center manager"]);
}

#[test]
fn vendor_roles_must_exist_in_the_product() {
    let unknown = jana("  r: { salons: { role: worke, unlisted: deny } }", AT);
    let world = world(&unknown, "2026-12-01");
    assert_eq!(world.problems(), [Code::UnknownVendorRole]);
    let world = super::world_of(
        &[
            (
                "keyholder.yaml",
                "version: 1\nsystems: { old: { kind: yclients, tokens: { partner: { env: A }, user: { env: B } } } }\n",
            ),
            (
                "locations.yaml",
                "locations: { center: { in: { old: 1 } } }\n",
            ),
            (
                "people.yaml",
                &jana(
                    "  r: { old: { role: free_readonly, unlisted: deny, rights: { medicine_access: allow } } }",
                    AT,
                ),
            ),
        ],
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::WrongProduct]);
}

#[test]
fn rights_outside_the_catalogue_are_kept_apart() {
    let world = world(
        &jana(
            "  r: { salons: { role: worker, unlisted: deny, unknown_rights: { comers_access: allow } } }",
            AT,
        ),
        "2026-12-01",
    );
    world.no_problems();
    let system = world
        .desired
        .systems
        .values()
        .find(|system| !system.unknown_rights.is_empty());
    let rights = system.unwrap().unknown_rights.values().next().unwrap();
    assert_eq!((&*rights[0].0, rights[0].1), ("comers_access", true));
    let world = super::world(
        &jana(
            "  r: { salons: { role: worker, unlisted: deny, unknown_rights: { send_sms_access: allow } } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::MisplacedKey]);
}

#[test]
fn an_unused_role_is_a_note() {
    let world = world(
        &jana(
            "  r: { salons: { role: worker, unlisted: deny } }\n  idle: { salons: { role: worker, unlisted: deny } }",
            AT,
        ),
        "2026-12-01",
    );
    assert_eq!(world.no_problems().notes(), [Code::UnusedRole]);
}
