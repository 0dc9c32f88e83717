//! The table against the transcript of the vendor reference, and the laws every row keeps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// `slug | type | older keys`, as the vendor reference has them.
const REFERENCE: &str = include_str!("fixture/reference.txt");

struct Line {
    slug: &'static str,
    kind: RightType,
    legacy: Vec<&'static str>,
}

fn reference() -> Vec<Line> {
    REFERENCE
        .lines()
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            let slug = cells.next().expect("a slug");
            let word = cells.next().expect("a type");
            let legacy = cells
                .next()
                .expect("older keys")
                .split_whitespace()
                .collect();
            let kind = match (word, slug) {
                // The reference writes the check as a plain yes or no; it takes away when on.
                ("bool", "auth_enable_check_ip") => RightType::CheckIp,
                ("bool", _) => RightType::Switch,
                ("section", _) => RightType::Section,
                ("days", _) => RightType::Days,
                ("limited 0/1", _) => RightType::Limited,
                ("today 0/1", _) => RightType::NoLimitToday,
                ("own 0/1", _) => RightType::OwnOnly,
                ("IPs", _) => RightType::Ips,
                ("ids: account", _) => RightType::Ids(Entity::Account),
                ("ids: expense", _) => RightType::Ids(Entity::Expense),
                ("ids: storage", _) => RightType::Ids(Entity::Storage),
                ("ids: transaction type", _) => RightType::Ids(Entity::TransactionType),
                ("id: staff", _) => RightType::Id(Entity::Staff),
                ("id: position", _) => RightType::Id(Entity::Position),
                ("id: chain", _) => RightType::Id(Entity::Chain),
                (other, _) => panic!("{slug}: {other}"),
            };
            Line { slug, kind, legacy }
        })
        .collect()
}

fn catalog() -> &'static Catalog {
    Catalog::current()
}

fn right(slug: &str) -> &'static Right {
    catalog().get(
        catalog()
            .by_slug(slug)
            .unwrap_or_else(|| panic!("no {slug}")),
    )
}

fn governor(slug: &str) -> Option<&'static str> {
    right(slug).governor.map(|id| catalog().get(id).slug)
}

#[test]
fn it_is_the_reference_line_by_line() {
    let lines = reference();
    assert_eq!(lines.len(), 264);
    assert_eq!(catalog().len(), 264);
    for (line, right) in lines.iter().zip(catalog().all()) {
        assert_eq!(line.slug, right.slug);
        assert_eq!(line.kind, right.kind, "{}", line.slug);
        assert_eq!(line.legacy, right.legacy, "{}", line.slug);
    }
}

#[test]
fn slugs_are_unique_and_found() {
    let slugs: BTreeSet<_> = catalog().all().map(|right| right.slug).collect();
    assert_eq!(slugs.len(), catalog().len());
    for right in catalog().all() {
        assert_eq!(catalog().by_slug(right.slug), Some(right.id));
        assert_eq!(catalog().at(right.id.index()), Some(right.id));
    }
    assert_eq!(catalog().by_slug("nothing"), None);
    assert_eq!(catalog().at(catalog().len()), None);
}

#[test]
fn every_name_in_the_table_resolves() {
    let rows = TABLES.iter().flat_map(|(_, rows)| rows.iter());
    for (row, right) in rows.zip(catalog().all()) {
        if row.governor.is_some() {
            assert_eq!(row.governor, governor(row.slug), "{}", row.slug);
        }
        assert_eq!(
            row.flag,
            right.flag.map(|id| catalog().get(id).slug),
            "{}",
            row.slug
        );
    }
}

#[test]
fn governors_stand_above_what_they_govern() {
    for right in catalog().all() {
        for above in catalog().governors(right.id) {
            assert!(above < right.id, "{}", right.slug);
            assert_eq!(
                catalog().get(above).section,
                right.section,
                "{}",
                right.slug
            );
        }
        if let Some(above) = right.governor {
            let governor = catalog().get(above);
            assert!(
                matches!(
                    governor.kind,
                    RightType::Section | RightType::Switch | RightType::CheckIp
                ),
                "{} hangs on a qualifier",
                right.slug
            );
            assert!(catalog().children(above).contains(&right.id));
        }
    }
    let below: usize = catalog().ids().map(|id| catalog().children(id).len()).sum();
    let governed = catalog()
        .all()
        .filter(|right| right.governor.is_some())
        .count();
    assert_eq!(below, governed);
}

#[test]
fn only_roots_and_what_stands_alone_hang_on_nothing() {
    for right in catalog().all() {
        let free = right.kind == RightType::Section
            || (right.section.is_none() && right.kind != RightType::Ips);
        assert_eq!(right.governor.is_none(), free, "{}", right.slug);
    }
}

#[test]
fn every_section_has_one_root_and_its_prefix() {
    for &section in Section::ALL {
        let root = catalog().get(catalog().section_root(section));
        assert_eq!(root.kind, RightType::Section);
        assert_eq!(root.slug, format!("{}_access", section.as_str()));
        assert_eq!(Section::parse(section.as_str()), Some(section));
        let mut rights = catalog().in_section(section);
        assert_eq!(
            rights.next().map(|right| right.id),
            Some(root.id),
            "the root comes first"
        );
        for right in rights {
            assert_ne!(right.kind, RightType::Section, "{}", right.slug);
            let rest = right.slug.strip_prefix(section.as_str());
            assert!(
                rest.is_some_and(|rest| rest.starts_with('_')),
                "{}",
                right.slug
            );
            assert_eq!(
                catalog().governors(right.id).last(),
                Some(root.id),
                "{}",
                right.slug
            );
        }
    }
    let alone: Vec<_> = catalog()
        .all()
        .filter(|right| right.section.is_none())
        .map(|it| it.slug)
        .collect();
    assert_eq!(
        alone,
        [
            "auth_enable_check_ip",
            "auth_list_allowed_ip",
            "statistics_access",
            "analytics_constructor_access",
            "send_sms_access",
            "company_to_chain_add_access",
        ]
    );
}

#[test]
fn lists_and_flags_point_at_each_other_and_hang_together() {
    let mut pairs = 0;
    for list in catalog()
        .all()
        .filter(|right| matches!(right.kind, RightType::Ids(_)))
    {
        let flag = catalog().get(
            list.flag
                .unwrap_or_else(|| panic!("{} has no flag", list.slug)),
        );
        assert_eq!(flag.kind, RightType::Limited);
        assert_eq!(flag.list, Some(list.id));
        assert_eq!(flag.governor, list.governor, "{}", list.slug);
        pairs += 1;
    }
    assert_eq!(pairs, 5);
    for right in catalog().all() {
        assert_eq!(
            right.list.is_some(),
            right.kind == RightType::Limited,
            "{}",
            right.slug
        );
        assert_eq!(
            right.flag.is_some(),
            matches!(right.kind, RightType::Ids(_))
        );
    }
}

#[test]
fn governors_are_as_documented() {
    for (slug, above) in [
        ("timetable_staff_id", "timetable_access"),
        (
            "finances_transactions_create_last_days_count",
            "finances_transactions_create_access",
        ),
        ("finances_transactions_create_access", "finances_access"),
        ("finances_transactions_access", "finances_access"),
        ("finances_accounts_ids", "finances_access"),
        ("finances_accounts_limited_access", "finances_access"),
        (
            "records_finances_limited_account_ids",
            "records_finances_access",
        ),
        ("records_edit_last_days_count", "records_edit_access"),
        ("settings_users_limited_access", "settings_users_access"),
        ("settings_services_edit_price_access", "settings_access"),
        ("clients_comments_own_edit_access", "clients_access"),
        ("dashboard_calls_phones_access", "dashboard_access"),
        ("finances_year_report_export_access", "finances_access"),
        ("finances_salary_staff_id", "finances_salary_staff_access"),
        (
            "finances_salary_staff_payroll_no_limit_today_access",
            "finances_salary_staff_payroll_access",
        ),
        ("storages_ids", "storages_access"),
        ("storages_goods_edit_units_access", "storages_access"),
        ("storages_goods_edit_access", "storages_access"),
        ("storages_goods_prime_cost_view_access", "storages_access"),
        ("storages_goods_transactions_access", "storages_access"),
        (
            "medicine_appointment_edit_settings_staff_id",
            "medicine_appointment_edit_access",
        ),
        ("auth_list_allowed_ip", "auth_enable_check_ip"),
    ] {
        assert_eq!(governor(slug), Some(above), "{slug}");
    }
}

/// Rule 1 of the module's documentation: what a switch gives without its like is not known, so no
/// switch may hide another.
#[test]
fn no_switch_hangs_on_a_switch() {
    for right in catalog().all() {
        if right.kind == RightType::Switch {
            let root = right.section.map(|section| catalog().section_root(section));
            assert_eq!(right.governor, root, "{}", right.slug);
        }
    }
}

/// Rules 2 and 3: a qualifier hangs on the nearest name it extends, but for the limits that reach
/// several pages.
#[test]
fn a_qualifier_hangs_on_the_nearest_name_it_extends() {
    let extends = |slug: &str, above: &Right| {
        let stem = above.slug.strip_suffix("_access").unwrap_or(above.slug);
        slug.strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with('_'))
    };
    let mut elsewhere = Vec::new();
    for right in catalog().all().filter(|right| right.kind.is_qualifier()) {
        let nearest = catalog()
            .all()
            .filter(|above| matches!(above.kind, RightType::Section | RightType::Switch))
            .filter(|above| extends(right.slug, above))
            .max_by_key(|above| above.slug.len());
        if right.governor != nearest.map(|above| above.id) {
            elsewhere.push(right.slug);
        }
    }
    assert_eq!(
        elsewhere,
        [
            "finances_accounts_limited_access",
            "finances_accounts_ids",
            "finances_expenses_limited_access",
            "finances_expenses_ids",
            "auth_list_allowed_ip",
        ]
    );
}

#[test]
fn what_restricts_is_exactly_flags_the_ip_check_and_own_only() {
    let restricting: Vec<_> = catalog()
        .all()
        .filter(|right| right.is_restricting())
        .map(|right| right.slug)
        .collect();
    assert_eq!(
        restricting,
        [
            "records_finances_accounts_limited_access",
            "finances_accounts_limited_access",
            "finances_expenses_limited_access",
            "storages_limited_access",
            "storages_goods_transactions_types_limited_access",
            "settings_users_limited_access",
            "auth_enable_check_ip",
        ]
    );
    for right in catalog().all() {
        assert_ne!(right.most_open, right.most_restrictive, "{}", right.slug);
        let opens = if right.is_restricting() {
            Extreme::Off
        } else {
            Extreme::On
        };
        assert_eq!(
            right.kind.is_boolean(),
            right.most_open == opens,
            "{}",
            right.slug
        );
    }
}

/// The part of the criterion that can be read off a slug.
fn expected_sensitivity(slug: &str) -> Option<Sensitivity> {
    let has = |part: &str| format!("{slug}_").contains(part);
    if slug.starts_with("settings_users_") {
        Some(Sensitivity::UserManagement)
    } else if slug.starts_with("security_") {
        Some(Sensitivity::Security)
    } else if has("_export_") {
        Some(Sensitivity::Export)
    } else if has("_delete_") || has("_dismiss_") || has("_removal_") {
        Some(Sensitivity::Deletion)
    } else if has("_cost_access") || has("_discount_") || has("_price_") {
        Some(Sensitivity::Money)
    } else if has("_phones_") || has("_phone_") || has("_surname_") || slug.starts_with("medicine_")
    {
        Some(Sensitivity::ClientData)
    } else {
        None
    }
}

#[test]
fn sensitivity_follows_the_criterion() {
    for right in catalog().all() {
        if right.kind != RightType::Switch {
            assert_eq!(
                right.sensitivity, None,
                "{}: only switches below a root",
                right.slug
            );
        } else if let Some(expected) = expected_sensitivity(right.slug) {
            assert_eq!(right.sensitivity, Some(expected), "{}", right.slug);
        }
    }
}

/// Every sensitive right, so that a change of the list is a change somebody reads.
#[test]
fn the_sensitive_rights_are_listed() {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for right in catalog().all() {
        if let Some(why) = right.sensitivity {
            found.entry(why.as_str()).or_default().push(right.slug);
        }
    }
    let listed: Vec<String> = found
        .iter()
        .map(|(why, slugs)| format!("{why}\n  {}\n", slugs.join("\n  ")))
        .collect();
    snapbox::assert_data_eq!(listed.concat(), snapbox::file!["fixture/sensitive.txt"]);
}

#[test]
fn patterns_skip_what_is_sensitive_or_restricting() {
    assert!(right("records_create_access").allowed_by_pattern());
    assert!(right("timetable_access").allowed_by_pattern());
    assert!(!right("clients_export_access").allowed_by_pattern());
    assert!(right("clients_export_access").denied_by_pattern());
    for skipped in [
        "finances_accounts_limited_access",
        "timetable_staff_id",
        "auth_list_allowed_ip",
    ] {
        assert!(!right(skipped).allowed_by_pattern());
        assert!(!right(skipped).denied_by_pattern());
    }
}

#[test]
fn titles_are_unique_plain_english() {
    let titles: BTreeSet<_> = catalog().all().map(|right| right.title).collect();
    assert_eq!(titles.len(), catalog().len());
    for right in catalog().all() {
        let first = right.title.chars().next().expect("not empty");
        let acronym = right.title.starts_with("IP ");
        assert!(first.is_ascii_lowercase() || acronym, "{}", right.title);
        assert!(
            !right.title.ends_with('.') && !right.title.contains('_'),
            "{}",
            right.title
        );
        assert!(right.title.len() <= 72, "{}", right.title);
    }
}

#[test]
fn older_keys_mean_one_right_and_never_shadow_a_slug() {
    let mut seen = BTreeMap::new();
    for right in catalog().all() {
        for key in right.legacy {
            assert_eq!(seen.insert(*key, right.slug), None, "{key}");
            assert_eq!(catalog().by_legacy(key), Some(right.id));
            if let Some(slug) = catalog().by_slug(key) {
                assert_eq!(slug, right.id, "{key} is the slug of another right");
            }
        }
    }
    assert_eq!(
        catalog().by_legacy("last_days_count"),
        catalog().by_slug("timetable_last_days_count")
    );
    assert_eq!(catalog().by_legacy("tips_access"), None);
}

#[test]
fn products_have_their_rights() {
    assert_eq!(catalog().for_product(Kind::Yclients).count(), 264);
    assert_eq!(catalog().for_product(Kind::Altegio).count(), 264 - 17);
    assert_eq!(catalog().for_product(Kind::Keycrm).count(), 0);
    assert!(
        catalog()
            .in_section(Section::Medicine)
            .all(|it| it.product == Product::Yclients)
    );
    let doubtful = catalog()
        .all()
        .filter(|right| right.evidence == Evidence::ClientOnly);
    assert_eq!(
        doubtful.map(|right| right.slug).collect::<Vec<_>>(),
        [
            "timetable_waiting_list_access",
            "analytics_constructor_access"
        ]
    );
}

#[test]
fn only_known_versions_resolve() {
    for name in Catalog::VERSIONS {
        assert_eq!(Catalog::version(name).map(Catalog::name), Some(*name));
    }
    assert!(Catalog::version("2026-12").is_none());
    assert!(Catalog::version("").is_none());
}

#[test]
fn near_names_are_suggested_and_far_ones_are_not() {
    for (typed, meant) in [
        ("record_create_access", "records_create_access"),
        ("records_create", "records_create_access"),
        ("Records-Create-Access", "records_create_access"),
        ("create_records_access", "records_create_access"),
        (
            "finances_accounts_banalce_access",
            "finances_accounts_balance_access",
        ),
        ("clients_exprot_access", "clients_export_access"),
    ] {
        assert_eq!(catalog().suggest(typed), Some(meant), "{typed}");
    }
    assert_eq!(catalog().suggest("frobnicate"), None);
    assert_eq!(catalog().suggest(""), None);
    assert_eq!(catalog().suggest(&"a".repeat(100_000)), None);
}

proptest! {
    #[test]
    fn suggesting_never_fails_and_names_a_right(text in "\\PC{0,60}") {
        if let Some(slug) = catalog().suggest(&text) {
            prop_assert!(catalog().by_slug(slug).is_some());
        }
    }

    #[test]
    fn one_wrong_letter_is_forgiven(index in 0_usize..264, at in 0_usize..200) {
        let slug = catalog().get(catalog().at(index).expect("a right")).slug;
        let mut letters: Vec<char> = slug.chars().collect();
        let at = at % letters.len();
        letters[at] = '#';
        let typed: String = letters.into_iter().collect();
        let guess = catalog().suggest(&typed).expect("near");
        prop_assert!(strsim::damerau_levenshtein(&typed, guess) <= 1);
    }
}
