//! The vendor's roles and what each recommends.
//!
//! The slugs and their order are the reference's; which rights a role recommends is not published, so the sets here
//! are plausible, not true. They keep one property that tests rely on: an owner gets everything, and each lighter
//! role of the main line less than the one above it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::kind::Kind;
use super::rights::{RIGHTS, Right, Shape, find};

/// One role of a location.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) slug: &'static str,
    english: &'static str,
    russian: &'static str,
    pub(crate) weight: i64,
    altegio_only: bool,
}

impl Role {
    pub(crate) fn title(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Altegio => self.english,
            Kind::Yclients => self.russian,
        }
    }
}

const fn role(
    slug: &'static str,
    english: &'static str,
    russian: &'static str,
    weight: i64,
) -> Role {
    Role {
        slug,
        english,
        russian,
        weight,
        altegio_only: false,
    }
}

static ROLES: &[Role] = &[
    Role {
        altegio_only: true,
        ..role("free_readonly", "View only", "", 10)
    },
    Role {
        altegio_only: true,
        ..role("free_readonly_admin", "View only for receptionists", "", 20)
    },
    role("worker", "Team member", "Сотрудник", 30),
    role("accountant", "Accountant", "Бухгалтер", 40),
    role("administrator", "Receptionist", "Администратор", 50),
    role("manager", "Manager", "Управляющий", 60),
    role("owner", "Owner", "Владелец", 70),
];

/// The roles of a product, lightest first.
pub(crate) fn of(kind: Kind) -> impl Iterator<Item = &'static Role> {
    ROLES
        .iter()
        .filter(move |role| kind == Kind::Altegio || !role.altegio_only)
}

/// Whether the product has this role.
pub(crate) fn known(kind: Kind, slug: &str) -> bool {
    of(kind).any(|role| role.slug == slug)
}

/// Whether the role switches the right on by default.
pub(crate) fn recommends(role: &str, right: &Right) -> bool {
    if !matches!(right.shape, Shape::Section | Shape::Switch) {
        return find(right.parent).is_some_and(|parent| recommends(role, parent));
    }
    let slug = right.slug;
    if slug == "auth_enable_check_ip" {
        return false;
    }
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| slug.starts_with(prefix));
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| slug.ends_with(suffix));
    match role {
        "owner" => true,
        "manager" => !starts(&[
            "billing_",
            "security_",
            "company_to_chain",
            "settings_users_delete",
        ]),
        "administrator" => {
            starts(&[
                "timetable_",
                "records_",
                "clients_",
                "loyalty_cards",
                "settings_schedule",
            ]) && !ends(&["delete_access", "delete_paid_access", "export_access"])
                && !starts(&["records_delete_", "records_clients_statistics_chain"])
                || matches!(
                    slug,
                    "finances_access"
                        | "finances_transactions_access"
                        | "finances_transactions_create_access"
                        | "finances_z_report_access"
                        | "storages_access"
                        | "storages_goods_access"
                        | "storages_goods_transactions_access"
                        | "storages_goods_transactions_create_access"
                        | "storages_goods_transactions_create_sale_access"
                        | "settings_access"
                        | "loyalty_access"
                        | "dashboard_access"
                        | "dashboard_overview_access"
                        | "dashboard_records_access"
                )
        }
        "accountant" => {
            starts(&["finances_", "billing_"])
                || starts(&["storages_"]) && ends(&["report_access", "report_export_access"])
                || matches!(
                    slug,
                    "storages_access" | "dashboard_access" | "dashboard_records_access"
                )
        }
        "worker" => matches!(
            slug,
            "timetable_access"
                | "records_access"
                | "records_clients_access"
                | "records_create_access"
                | "records_edit_access"
                | "records_edit_comment_access"
                | "medicine_access"
                | "medicine_card_access"
                | "medicine_card_view_access"
        ),
        "free_readonly" => matches!(slug, "timetable_access" | "records_access"),
        "free_readonly_admin" => {
            matches!(
                slug,
                "timetable_access" | "records_access" | "clients_access" | "dashboard_access"
            )
        }
        _ => false,
    }
}

/// The values a role gives to all rights, by slug.
pub(crate) fn defaults(role: &str) -> &'static BTreeMap<&'static str, Value> {
    type Values = BTreeMap<&'static str, Value>;
    static ALL: LazyLock<BTreeMap<&str, Values>> = LazyLock::new(|| {
        let of = |role: &Role| {
            RIGHTS
                .iter()
                .map(|right| (right.slug, default_value(role.slug, right)))
                .collect()
        };
        ROLES.iter().map(|role| (role.slug, of(role))).collect()
    });
    static NONE: Values = Values::new();
    ALL.get(role).unwrap_or(&NONE)
}

/// The value a role gives a right.
pub(crate) fn default_value(role: &str, right: &Right) -> Value {
    match right.shape {
        Shape::Section | Shape::Switch => json!(recommends(role, right)),
        Shape::Days | Shape::Today if !recommends(role, right) => right.most_closed(),
        Shape::OwnOnly if !matches!(role, "owner" | "manager") => right.most_closed(),
        _ => right.most_open(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heavier_roles_recommend_more() {
        let count = |role: &str| {
            RIGHTS
                .iter()
                .filter(|right| recommends(role, right))
                .count()
        };
        let line = [
            "free_readonly",
            "worker",
            "administrator",
            "manager",
            "owner",
        ]
        .map(count);
        assert!(line.is_sorted() && line.first() < line.last(), "{line:?}");
    }

    #[test]
    fn products_differ_in_their_roles() {
        assert_eq!(of(Kind::Yclients).count(), 5);
        assert!(known(Kind::Altegio, "free_readonly"));
        assert!(!known(Kind::Yclients, "free_readonly"));
    }
}
