//! The sandbox's own list of location rights: 264 slugs with type, parent, legacy names and a title.
//!
//! Written from the vendor reference alone and shared with nobody, so that a wrong type in the product's catalog
//! shows up as a disagreement. It keeps that every right has a most open and a most closed value, and that a stored
//! value is always in the one form that [`Right::read`] gives.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::kind::Kind;

/// What the ids of a right refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entity {
    Account,
    Position,
    Staff,
    Chain,
    Expense,
    Storage,
    Transaction,
}

impl Entity {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Position => "position",
            Self::Staff => "staff",
            Self::Chain => "chain",
            Self::Expense => "expense",
            Self::Storage => "storage",
            Self::Transaction => "storage_transaction_type",
        }
    }
}

/// The form of a right's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A switch that opens a section.
    Section,
    Switch,
    /// -1 is all time, n is the last n days.
    Days,
    /// 1 limits to the ids of a child, 0 does not.
    Limit,
    Ids(Entity),
    /// One id, 0 is all.
    Id(Entity),
    /// 1 lifts the limit to today.
    Today,
    /// 1 lets its holder grant only what they hold.
    OwnOnly,
    /// Addresses in one text.
    Addresses,
}

/// One permission of a location.
#[derive(Debug)]
pub(crate) struct Right {
    pub(crate) slug: &'static str,
    pub(crate) shape: Shape,
    /// The slug above it in the tree, empty at the top.
    pub(crate) parent: &'static str,
    legacy: &'static [&'static str],
    pub(crate) title: &'static str,
}

impl Right {
    /// The `type.slug` of the roles tree.
    pub(crate) fn type_slug(&self) -> &'static str {
        match self.shape {
            Shape::Section => "has_group_access",
            Shape::Switch => "has_access",
            Shape::Days => "last_days_count",
            Shape::Limit => "has_limited_access",
            Shape::Ids(_) => "allowed_ids",
            Shape::Id(_) => "allowed_id",
            Shape::Today => "has_limited_today",
            Shape::OwnOnly => "has_limited_by_own_access",
            Shape::Addresses => "allowed_ip",
        }
    }

    pub(crate) fn entity(&self) -> Option<Entity> {
        match self.shape {
            Shape::Ids(entity) | Shape::Id(entity) => Some(entity),
            _ => None,
        }
    }

    /// The value that restricts nothing.
    pub(crate) fn most_open(&self) -> Value {
        match self.shape {
            // Checking addresses restricts, although its type is that of a switch.
            Shape::Switch if self.slug == "auth_enable_check_ip" => json!(false),
            Shape::Section | Shape::Switch => json!(true),
            Shape::Days => json!(-1),
            Shape::Limit | Shape::Id(_) | Shape::OwnOnly => json!(0),
            Shape::Ids(_) => json!([]),
            Shape::Today => json!(1),
            Shape::Addresses => json!(""),
        }
    }

    /// The value that gives nothing.
    pub(crate) fn most_closed(&self) -> Value {
        match self.shape {
            Shape::Switch if self.slug == "auth_enable_check_ip" => json!(true),
            Shape::Section | Shape::Switch => json!(false),
            Shape::Days | Shape::Id(_) | Shape::Today => json!(0),
            Shape::Limit | Shape::OwnOnly => json!(1),
            Shape::Ids(_) => json!([]),
            Shape::Addresses => json!(""),
        }
    }

    /// A sent value in the stored form, or nothing where it does not fit the type.
    pub(crate) fn read(&self, sent: &Value) -> Option<Value> {
        match self.shape {
            Shape::Section | Shape::Switch => read_flag(sent).map(|on| json!(on)),
            Shape::Limit | Shape::Today | Shape::OwnOnly => {
                read_flag(sent).map(|on| json!(i64::from(on)))
            }
            Shape::Days => read_number(sent)
                .filter(|days| *days >= -1)
                .map(|days| json!(days)),
            Shape::Id(_) => match sent {
                Value::Null | Value::Bool(false) => Some(json!(0)),
                other => read_number(other).filter(|id| *id >= 0).map(|id| json!(id)),
            },
            Shape::Ids(_) => {
                let mut ids = sent
                    .as_array()?
                    .iter()
                    .map(|id| read_number(id).filter(|id| *id > 0))
                    .collect::<Option<Vec<i64>>>()?;
                ids.sort_unstable();
                ids.dedup();
                Some(json!(ids))
            }
            Shape::Addresses => sent.as_str().map(|text| json!(text)),
        }
    }

    /// Whether somebody who holds `own` may give `wanted` under "only own rights".
    pub(crate) fn covers(&self, own: &Value, wanted: &Value) -> bool {
        if own == &self.most_open() || wanted == &self.most_closed() {
            return true;
        }
        match self.shape {
            Shape::Days => {
                let wanted = wanted.as_i64().unwrap_or(-1);
                wanted >= 0 && wanted <= own.as_i64().unwrap_or(0)
            }
            Shape::Ids(_) => wanted.as_array().is_some_and(|wanted| {
                let own = own.as_array().map(Vec::as_slice).unwrap_or_default();
                !wanted.is_empty() && wanted.iter().all(|id| own.contains(id))
            }),
            _ => own == wanted,
        }
    }

    /// The ids a stored value points at; 0 points at nothing.
    pub(crate) fn ids(&self, stored: &Value) -> Vec<u64> {
        match self.shape {
            Shape::Ids(_) => stored
                .as_array()
                .map(|ids| ids.iter().filter_map(Value::as_u64).collect())
                .unwrap_or_default(),
            Shape::Id(_) => stored.as_u64().filter(|id| *id != 0).into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is the switch of a whole section.
    pub(crate) fn is_section(&self) -> bool {
        self.shape == Shape::Section
    }

    /// The rights above it, nearest first.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = &'static Right> + use<> {
        std::iter::successors(find(self.parent), |above| find(above.parent))
    }

    /// Its keys in the legacy views; none where the reference knows none.
    pub(crate) fn legacy(&self) -> Vec<&'static str> {
        if self.legacy == SAME {
            vec![self.slug]
        } else {
            self.legacy.to_vec()
        }
    }

    /// Whether the location's live tree has it.
    pub(crate) fn exists(&self, kind: Kind, medical: bool) -> bool {
        !self.slug.starts_with("medicine_") || (kind == Kind::Yclients && medical)
    }

    /// Whether its slug begins with one of these.
    pub(crate) fn is_in(&self, sections: &[String]) -> bool {
        sections
            .iter()
            .any(|section| self.slug.starts_with(&**section))
    }

    /// Whether holding it takes a paid seat (Altegio's model; which rights are paid is the sandbox's guess).
    pub(crate) fn is_paid(&self) -> bool {
        self.shape == Shape::Switch
            && ["records_", "finances_", "storages_", "settings_"]
                .iter()
                .any(|section| self.slug.starts_with(section))
    }
}

/// A flag in any of its spellings: `true`, `1`, `"1"`.
pub(crate) fn read_flag(sent: &Value) -> Option<bool> {
    match sent {
        Value::Bool(on) => Some(*on),
        Value::Number(_) | Value::String(_) => match read_number(sent)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// A whole number, also as text.
pub(crate) fn read_number(sent: &Value) -> Option<i64> {
    match sent {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The right of a slug.
pub(crate) fn find(slug: &str) -> Option<&'static Right> {
    static BY_SLUG: LazyLock<BTreeMap<&str, &Right>> =
        LazyLock::new(|| RIGHTS.iter().map(|right| (right.slug, right)).collect());
    BY_SLUG.get(slug).copied()
}

/// The rights a location's tree has, in the order of the tree.
pub(crate) fn at(kind: Kind, medical: bool) -> impl Iterator<Item = &'static Right> {
    RIGHTS
        .iter()
        .filter(move |right| right.exists(kind, medical))
}

const fn r(
    slug: &'static str,
    shape: Shape,
    parent: &'static str,
    legacy: &'static [&'static str],
    title: &'static str,
) -> Right {
    Right {
        slug,
        shape,
        parent,
        legacy,
        title,
    }
}

/// Marks a right whose legacy key is its slug.
const SAME: &[&str] = &["="];

use Entity as E;
use Shape as S;

#[rustfmt::skip]
pub(crate) static RIGHTS: &[Right] = &[
    r("timetable_access", S::Section, "", SAME, "Open the appointment calendar"),
    r("timetable_position_id", S::Id(E::Position), "timetable_access", &["position_id"], "See schedule/appointments only of team members holding this position; 0 = all positions"),
    r("timetable_staff_id", S::Id(E::Staff), "timetable_access", &["master_id"], "See schedule/appointments only of this team member; 0 = all"),
    r("timetable_last_days_count", S::Days, "timetable_access", &["last_days_count"], "How far back the calendar history is visible"),
    r("timetable_schedule_edit_access", S::Switch, "timetable_access", &["schedule_edit_access"], "Change a team member's working hours inside the calendar"),
    r("timetable_phones_access", S::Switch, "timetable_access", SAME, "See client phone numbers in the calendar"),
    r("timetable_transferring_record_access", S::Switch, "timetable_access", SAME, "Move appointments (drag and drop)"),
    r("timetable_statistics_access", S::Switch, "timetable_access", SAME, "See calendar statistics"),
    r("timetable_waiting_list_access", S::Switch, "timetable_access", SAME, "Waiting list"),
    r("records_access", S::Section, "", &["record_form_access"], "Open the appointment window"),
    r("records_clients_access", S::Switch, "records_access", &["record_form_client_access"], "See client data in the window"),
    r("records_clients_add_access", S::Switch, "records_clients_access", &["record_form_client_add_access"], "Add clients from the window"),
    r("records_autocomplete_access", S::Switch, "records_access", SAME, "Drop-down with client suggestions"),
    r("records_autocomplete_phones_access", S::Switch, "records_autocomplete_access", &["records_autocomplete_phone_access"], "Phones in those suggestions"),
    r("records_custom_fields_values_access", S::Switch, "records_access", &["custom_fields_record_values_read_access"], "Read appointment custom-field values"),
    r("records_create_access", S::Switch, "records_access", &["create_records_access"], "Create appointments"),
    r("records_edit_access", S::Switch, "records_access", &["edit_records_access"], "Edit appointments"),
    r("records_edit_last_days_count", S::Days, "records_edit_access", SAME, "How far back appointments may be edited"),
    r("records_edit_client_came_access", S::Switch, "records_edit_access", &["edit_records_attendance_access"], "Edit appointments whose client has arrived"),
    r("records_edit_full_paid_client_came_access", S::Switch, "records_edit_access", &["record_edit_full_paid_client_came_access"], "Edit fully paid appointments, status 'arrived'"),
    r("records_edit_full_paid_client_confirm_access", S::Switch, "records_edit_access", &["record_edit_full_paid_client_confirm_access"], "Edit fully paid appointments, status 'confirmed'"),
    r("records_services_cost_access", S::Switch, "records_access", SAME, "Change service price"),
    r("records_services_discount_access", S::Switch, "records_access", SAME, "Change service discount"),
    r("records_custom_fields_values_edit_access", S::Switch, "records_custom_fields_values_access", &["custom_fields_record_values_edit_access"], "Edit appointment custom-field values"),
    r("records_edit_date_and_master_access", S::Switch, "records_edit_access", SAME, "Change date and team member"),
    r("records_edit_duration_access", S::Switch, "records_edit_access", SAME, "Change duration"),
    r("records_edit_comment_access", S::Switch, "records_edit_access", SAME, "Change the comment"),
    r("records_edit_services_access", S::Switch, "records_edit_access", SAME, "Change the services"),
    r("records_delete_access", S::Switch, "records_access", &["delete_records_access"], "Delete appointments"),
    r("records_delete_client_came_access", S::Switch, "records_delete_access", &["delete_customer_came_records_access"], "Delete appointments whose client has arrived"),
    r("records_delete_paid_access", S::Switch, "records_delete_access", &["delete_paid_records_access"], "Delete paid appointments"),
    r("records_goods_access", S::Switch, "records_access", SAME, "Product sales in the window"),
    r("records_goods_transaction_create_access", S::Switch, "records_goods_access", &["records_goods_create_transaction_access"], "Create product transactions"),
    r("records_goods_transaction_create_last_days_count", S::Days, "records_goods_transaction_create_access", &["records_goods_create_last_days_count"], "Day limit for the above"),
    r("records_goods_transaction_edit_access", S::Switch, "records_goods_access", &["records_goods_edit_transaction_access"], "Edit product transactions"),
    r("records_goods_transaction_edit_last_days_count", S::Days, "records_goods_transaction_edit_access", &["records_goods_edit_last_days_count"], "Day limit for the above"),
    r("records_goods_cost_access", S::Switch, "records_goods_access", SAME, "Change product price"),
    r("records_goods_discount_access", S::Switch, "records_goods_access", SAME, "Change product discount"),
    r("records_finances_access", S::Switch, "records_access", SAME, "Take payments"),
    r("records_finances_last_days_count", S::Days, "records_finances_access", SAME, "Day limit for taking payments"),
    r("records_finances_accounts_limited_access", S::Limit, "records_finances_access", SAME, "1 = only the accounts listed in the next row"),
    r("records_finances_limited_account_ids", S::Ids(E::Account), "records_finances_accounts_limited_access", &["records_finances_limited_accounts_ids"], "Allowed cash desks/accounts"),
    r("records_finances_pay_from_deposits_access", S::Switch, "records_finances_access", SAME, "Pay from client's personal account"),
    r("records_consumables_edit_access", S::Switch, "records_access", SAME, "Edit consumables of an appointment"),
    r("records_clients_statistics_chain_access", S::Switch, "records_clients_access", &["records_group_id_access"], "See client data across a chain"),
    r("records_clients_statistics_chain_id", S::Id(E::Chain), "records_clients_statistics_chain_access", &["records_group_id"], "Which chain that covers"),
    r("finances_access", S::Section, "", SAME, "Finances"),
    r("finances_accounts_limited_access", S::Limit, "finances_access", SAME, "1 = only the accounts listed in the next row"),
    r("finances_accounts_ids", S::Ids(E::Account), "finances_accounts_limited_access", SAME, "Allowed accounts/cash desks"),
    r("finances_transactions_access", S::Switch, "finances_access", SAME, "View cash flow"),
    r("finances_transactions_last_days_count", S::Days, "finances_transactions_access", &["finances_last_days_count"], "Day limit for viewing"),
    r("finances_transactions_create_access", S::Switch, "finances_transactions_access", &["finances_create_transactions_access"], "Create transactions"),
    r("finances_transactions_create_last_days_count", S::Days, "finances_transactions_create_access", &["finances_create_last_days_count"], "Day limit"),
    r("finances_transactions_edit_access", S::Switch, "finances_transactions_access", &["finances_edit_transactions_access"], "Edit transactions"),
    r("finances_transactions_edit_last_days_count", S::Days, "finances_transactions_edit_access", &["finances_edit_last_days_count"], "Day limit"),
    r("finances_transactions_delete_access", S::Switch, "finances_transactions_access", &["finances_delete_transactions_access"], "Delete transactions"),
    r("finances_transactions_export_access", S::Switch, "finances_transactions_access", &["finances_transactions_excel_access"], "Export to Excel"),
    r("finances_expenses_limited_access", S::Limit, "finances_access", &[], "1 = only the payment items listed in the next row"),
    r("finances_expenses_ids", S::Ids(E::Expense), "finances_expenses_limited_access", SAME, "Allowed payment items"),
    r("finances_accounts_access", S::Switch, "finances_access", SAME, "Accounts and cash desks"),
    r("finances_accounts_balance_access", S::Switch, "finances_accounts_access", &["finances_accounts_banalce_access"], "See balances"),
    r("finances_suppliers_access", S::Switch, "finances_access", &["finances_suppliers_read_access"], "Counterparties: view"),
    r("finances_suppliers_create_access", S::Switch, "finances_suppliers_access", SAME, "Counterparties: create"),
    r("finances_suppliers_edit_access", S::Switch, "finances_suppliers_access", &["finances_suppliers_update_access"], "Counterparties: edit"),
    r("finances_suppliers_delete_access", S::Switch, "finances_suppliers_access", SAME, "Counterparties: delete"),
    r("finances_suppliers_export_access", S::Switch, "finances_suppliers_access", &["finances_suppliers_excel_access"], "Counterparties: export"),
    r("finances_expenses_access", S::Switch, "finances_access", &["finances_expenses_read_access", "expenses_read_access"], "Payment items: view"),
    r("finances_expenses_create_access", S::Switch, "finances_expenses_access", &["finances_expenses_create_access", "expenses_create_access"], "Payment items: create"),
    r("finances_expenses_edit_access", S::Switch, "finances_expenses_access", &["finances_expenses_update_access", "expenses_update_access"], "Payment items: edit"),
    r("finances_expenses_delete_access", S::Switch, "finances_expenses_access", &["finances_expenses_delete_access", "expenses_delete_access"], "Payment items: delete"),
    r("finances_kkm_transactions_access", S::Switch, "finances_access", &["finances_kkm_transactions_access", "kkm_transactions_accounts_access"], "Fiscal (POS/KKM) operations"),
    r("finances_kkm_settings_access", S::Switch, "finances_access", &["finances_kkm_settings_read_access", "kkm_settings_reed_access"], "POS settings: view"),
    r("finances_kkm_settings_edit_access", S::Switch, "finances_kkm_settings_access", &["finances_kkm_settings_update_access", "kkm_settings_update_access"], "POS settings: edit"),
    r("finances_settings_invoicing_access", S::Switch, "finances_settings_access", &["finances_settings_invoicing_read_access"], "Online payments: view"),
    r("finances_settings_invoicing_edit_access", S::Switch, "finances_settings_invoicing_access", &["finances_settings_invoicing_update_access"], "Online payments: edit"),
    r("finances_settings_access", S::Switch, "finances_access", &["finances_options_read_access"], "Payment settings: view"),
    r("finances_settings_edit_access", S::Switch, "finances_settings_access", &["finances_options_update_access"], "Payment settings: edit"),
    r("finances_salary_schemes_access", S::Switch, "finances_salary_access", SAME, "Payroll schemes"),
    r("finances_salary_access", S::Switch, "finances_access", &["finances_salary_calc_access"], "Payroll calculation"),
    r("finances_salary_no_limit_today_access", S::Today, "finances_salary_access", &["finances_salary_not_limitation_today_access"], "1 = not limited to today"),
    r("finances_salary_payroll_access", S::Switch, "finances_salary_access", &["finances_payroll_calculation_create_access"], "Accrue payroll"),
    r("finances_salary_payroll_no_limit_today_access", S::Today, "finances_salary_payroll_access", &["finances_payroll_calculation_create_not_limitation_today_access"], "1 = not limited to today"),
    r("finances_salary_staff_access", S::Switch, "finances_salary_access", &["finances_salary_access_master_checkbox"], "Payroll of one team member only"),
    r("finances_salary_staff_id", S::Id(E::Staff), "finances_salary_staff_access", &["finances_salary_access_master_id", "get_salary_access_master_id"], "Which team member"),
    r("finances_salary_staff_no_limit_today_access", S::Today, "finances_salary_staff_access", &["finances_salary_master_not_limitation_today_access"], "1 = not limited to today"),
    r("finances_salary_staff_payroll_access", S::Switch, "finances_salary_staff_access", &["finances_payroll_calculation_create_by_master_access"], "Accrue payroll for that team member"),
    r("finances_salary_staff_payroll_no_limit_today_access", S::Today, "finances_salary_staff_payroll_access", &["calculation_create_by_master_not_limitation_today_access"], "1 = not limited to today"),
    r("finances_period_report_access", S::Switch, "finances_access", SAME, "Period report"),
    r("finances_period_report_export_access", S::Switch, "finances_period_report_access", &["finances_period_report_excel_access"], "Export of it"),
    r("finances_year_report_access", S::Switch, "finances_access", SAME, "Annual report"),
    r("finances_year_report_export_access", S::Switch, "finances_year_report_access", &["finances_year_report_excel_access"], "Export of it"),
    r("finances_bill_print_access", S::Switch, "finances_access", &["finances_print_check_access"], "Print receipts"),
    r("finances_z_report_access", S::Switch, "finances_access", SAME, "Daily cash (Z) report"),
    r("finances_z_report_no_limit_today_access", S::Today, "finances_z_report_access", SAME, "1 = not limited to today"),
    r("finances_z_report_export_access", S::Switch, "finances_z_report_access", &["finances_z_report_excel_access"], "Export of it"),
    r("storages_access", S::Section, "", SAME, "Storages"),
    r("storages_limited_access", S::Limit, "storages_access", SAME, "1 = only the storages listed in the next row"),
    r("storages_ids", S::Ids(E::Storage), "storages_limited_access", SAME, "Allowed storages"),
    r("storages_goods_prime_cost_view_access", S::Switch, "storages_goods_access", SAME, "See prime cost"),
    r("storages_goods_transactions_access", S::Switch, "storages_goods_access", &["storages_transactions_access"], "View product movements"),
    r("storages_goods_transactions_last_days_count", S::Days, "storages_goods_transactions_access", &["storages_last_days_count"], "Day limit"),
    r("storages_goods_move_access", S::Switch, "storages_goods_access", &["storages_move_goods_access"], "Move between storages"),
    r("storages_goods_transactions_create_access", S::Switch, "storages_goods_transactions_access", &["storages_create_transactions_access"], "Create transactions"),
    r("storages_goods_transactions_create_last_days_count", S::Days, "storages_goods_transactions_create_access", &["storages_create_last_days_count"], "Day limit"),
    r("storages_goods_transactions_create_buy_access", S::Switch, "storages_goods_transactions_create_access", &["storages_create_transactions_buy_access"], "Create: purchases (arrival)"),
    r("storages_goods_transactions_create_sale_access", S::Switch, "storages_goods_transactions_create_access", &["storages_create_transactions_sale_access"], "Create: sales"),
    r("storages_goods_transactions_edit_access", S::Switch, "storages_goods_transactions_access", &["storages_edit_transactions_access"], "Edit transactions"),
    r("storages_goods_transactions_edit_last_days_count", S::Days, "storages_goods_transactions_edit_access", &["storages_edit_last_days_count"], "Day limit"),
    r("storages_goods_transactions_edit_buy_access", S::Switch, "storages_goods_transactions_edit_access", &["storages_edit_transactions_buy_access"], "Edit: purchases"),
    r("storages_goods_transactions_edit_sale_access", S::Switch, "storages_goods_transactions_edit_access", &["storages_edit_transactions_sale_access"], "Edit: sales"),
    r("storages_goods_transactions_delete_access", S::Switch, "storages_goods_transactions_access", &["storages_delete_transactions_access"], "Delete transactions"),
    r("storages_goods_transactions_export_access", S::Switch, "storages_goods_transactions_access", &["storages_transactions_excel_access"], "Export"),
    r("storages_goods_transactions_types_limited_access", S::Limit, "storages_goods_transactions_access", &[], "1 = only the transaction types in the next row"),
    r("storages_goods_transactions_types", S::Ids(E::Transaction), "storages_goods_transactions_types_limited_access", &["storages_transactions_types"], "Allowed transaction types"),
    r("storages_inventory_access", S::Switch, "storages_access", SAME, "Stocktaking: view"),
    r("storages_inventory_create_edit_access", S::Switch, "storages_inventory_access", SAME, "Stocktaking: create/edit"),
    r("storages_inventory_delete_access", S::Switch, "storages_inventory_access", SAME, "Stocktaking: delete"),
    r("storages_inventory_export_access", S::Switch, "storages_inventory_access", &["storages_inventory_excel_access"], "Stocktaking: export"),
    r("storages_remnants_report_access", S::Switch, "storages_access", SAME, "Stock balance report"),
    r("storages_remnants_report_export_access", S::Switch, "storages_remnants_report_access", &["storages_remnants_report_excel_access"], "Export of it"),
    r("storages_sales_report_access", S::Switch, "storages_access", SAME, "Sales report"),
    r("storages_sales_report_export_access", S::Switch, "storages_sales_report_access", &["storages_sales_report_excel_access"], "Export of it"),
    r("storages_consumable_report_access", S::Switch, "storages_access", SAME, "Consumables write-off report"),
    r("storages_consumable_report_export_access", S::Switch, "storages_consumable_report_access", &["storages_consumable_report_excel_access"], "Export of it"),
    r("storages_write_off_report_access", S::Switch, "storages_access", SAME, "Write-off report"),
    r("storages_write_off_report_export_access", S::Switch, "storages_write_off_report_access", &["storages_write_off_report_excel_access"], "Export of it"),
    r("storages_turnover_report_access", S::Switch, "storages_access", SAME, "Turnover report"),
    r("storages_turnover_report_export_access", S::Switch, "storages_turnover_report_access", &["storages_turnover_report_excel_access"], "Export of it"),
    r("storages_goods_access", S::Switch, "storages_access", &["storages_goods_crud_access"], "Product management"),
    r("storages_goods_create_access", S::Switch, "storages_goods_access", SAME, "Create products"),
    r("storages_goods_edit_access", S::Switch, "storages_goods_access", &["storages_goods_update_access"], "Edit products"),
    r("storages_goods_edit_title_access", S::Switch, "storages_goods_edit_access", &["storages_goods_title_edit_access"], "Edit: name, article, barcode"),
    r("storages_goods_edit_category_access", S::Switch, "storages_goods_edit_access", &["storages_goods_category_edit_access"], "Edit: category"),
    r("storages_goods_edit_selling_price_access", S::Switch, "storages_goods_edit_access", &["storages_goods_selling_price_edit_access"], "Edit: selling price"),
    r("storages_goods_edit_cost_price_access", S::Switch, "storages_goods_edit_access", &["storages_goods_cost_price_edit_access"], "Edit: cost price"),
    r("storages_goods_edit_units_access", S::Switch, "storages_goods_edit_access", &["storages_goods_units_edit_access"], "Edit: units"),
    r("storages_goods_edit_critical_balance_access", S::Switch, "storages_goods_edit_access", &["storages_goods_critical_balance_edit_access"], "Edit: critical and desired balance"),
    r("storages_goods_edit_masses_access", S::Switch, "storages_goods_edit_access", &["storages_goods_masses_edit_access"], "Edit: mass"),
    r("storages_goods_edit_comment_access", S::Switch, "storages_goods_edit_access", &["storages_goods_comment_edit_access"], "Edit: comment"),
    r("storages_goods_archive_access", S::Switch, "storages_goods_access", SAME, "Archive/restore products"),
    r("storages_goods_delete_access", S::Switch, "storages_goods_access", SAME, "Delete products"),
    r("settings_access", S::Section, "", SAME, "Settings"),
    r("settings_basis_access", S::Switch, "settings_access", SAME, "'General' (system) settings"),
    r("settings_information_access", S::Switch, "settings_access", SAME, "'Information' (location card)"),
    r("settings_users_access", S::Switch, "settings_access", &["users_access"], "User management"),
    r("settings_users_delete_access", S::Switch, "settings_users_access", &["delete_users_access"], "Remove users' access to the location"),
    r("settings_users_create_access", S::Switch, "settings_users_access", &["create_users_access"], "Invite users"),
    r("settings_users_notifications_access", S::Switch, "settings_users_access", &["settings_user_notifications_access"], "Manage users' notification settings"),
    r("settings_users_edit_access", S::Switch, "settings_users_access", &["edit_users_access"], "Manage users' rights"),
    r("settings_users_limited_access", S::OwnOnly, "settings_users_access", &["limited_users_access"], "1 = may grant only rights one holds oneself"),
    r("settings_services_access", S::Switch, "settings_access", SAME, "Services section"),
    r("settings_services_create_access", S::Switch, "settings_services_access", SAME, "Create services"),
    r("settings_services_edit_access", S::Switch, "settings_services_access", &["services_edit"], "Edit services"),
    r("settings_services_edit_title_access", S::Switch, "settings_services_edit_access", SAME, "Edit: titles"),
    r("settings_services_edit_category_access", S::Switch, "settings_services_edit_access", &["settings_services_relation_category_access"], "Edit: category"),
    r("settings_services_edit_price_access", S::Switch, "settings_services_edit_access", SAME, "Edit: price"),
    r("settings_services_edit_image_access", S::Switch, "settings_services_edit_access", SAME, "Edit: images"),
    r("settings_services_edit_online_seance_date_time_access", S::Switch, "settings_services_edit_access", SAME, "Edit: display in the booking widget"),
    r("settings_services_edit_online_pay_access", S::Switch, "settings_services_edit_access", SAME, "Edit: online payment"),
    r("settings_services_edit_services_related_resource_access", S::Switch, "settings_services_edit_access", SAME, "Edit: resources"),
    r("settings_services_edit_staff_and_duration_access", S::Switch, "settings_services_edit_access", &["edit_master_service_and_duration"], "Team members' services and durations"),
    r("settings_services_edit_technological_card_access", S::Switch, "settings_services_edit_access", &["tech_card_edit"], "Bill of materials"),
    r("settings_services_delete_access", S::Switch, "settings_services_access", &["services_delete"], "Delete services"),
    r("settings_staff_access", S::Switch, "settings_access", &["settings_master_access"], "Team members section"),
    r("settings_staff_create_access", S::Switch, "settings_staff_access", &["master_create"], "Create team members"),
    r("settings_staff_edit_access", S::Switch, "settings_staff_access", &["master_edit"], "Edit team members"),
    r("settings_staff_delete_access", S::Switch, "settings_staff_access", &["master_delete"], "Delete team members"),
    r("settings_staff_dismiss_access", S::Switch, "settings_staff_access", &["settings_master_dismiss_access"], "Dismiss team members"),
    r("settings_positions_access", S::Switch, "settings_access", &["settings_positions_read"], "Positions section"),
    r("settings_positions_create_access", S::Switch, "settings_positions_access", &["settings_positions_create"], "Create positions"),
    r("settings_positions_delete_access", S::Switch, "settings_positions_access", &["settings_positions_delete"], "Delete positions"),
    r("settings_schedule_edit_access", S::Switch, "settings_access", &["schedule_edit"], "Edit work schedules"),
    r("settings_notifications_sms_access", S::Switch, "settings_access", &["settings_notifications_access"], "SMS notifications section"),
    r("settings_notifications_email_access", S::Switch, "settings_access", &["settings_email_notifications_access"], "Email notifications section"),
    r("settings_notifications_templates_access", S::Switch, "settings_access", &["settings_template_notifications_access"], "Notification types section"),
    r("settings_webhook_access", S::Switch, "settings_access", &["webhook_read_access"], "Webhook settings"),
    r("settings_billing_documents_access", S::Switch, "settings_access", &["settings_close_docs_access"], "Closing/billing documents"),
    r("settings_clients_labels_access", S::Switch, "settings_access", SAME, "Client tags"),
    r("clients_access", S::Section, "", SAME, "Clients"),
    r("clients_phones_email_access", S::Switch, "clients_access", &["clients_phones_email_access", "client_phones_access"], "Phones and emails in the client list"),
    r("clients_card_phone_access", S::Switch, "clients_access", SAME, "Phones in the client card"),
    r("clients_surname_patronymic_access", S::Switch, "clients_access", SAME, "See surname and middle name"),
    r("clients_surname_patronymic_edit_access", S::Switch, "clients_surname_patronymic_access", SAME, "Edit surname and middle name"),
    r("clients_edit_access", S::Switch, "clients_access", SAME, "Edit clients"),
    r("clients_loyalty_access", S::Switch, "clients_access", &["clients_loyalty_read_access"], "See loyalty data"),
    r("clients_card_comment_access", S::Switch, "clients_access", SAME, "See the card comment"),
    r("clients_card_comment_edit_access", S::Switch, "clients_card_comment_access", SAME, "Edit the card comment"),
    r("clients_delete_access", S::Switch, "clients_access", SAME, "Delete clients"),
    r("clients_export_access", S::Switch, "clients_access", &["clients_excel_access", "excel_access"], "Export the client list"),
    r("clients_comments_access", S::Switch, "clients_access", &["client_comments_list_access"], "See comments"),
    r("clients_comments_add_access", S::Switch, "clients_comments_access", &["client_comments_add_access"], "Add comments"),
    r("clients_comments_own_edit_access", S::Switch, "clients_comments_access", &["client_comments_own_edit_access"], "Edit/delete own comments"),
    r("clients_comments_other_edit_access", S::Switch, "clients_comments_access", &["client_comments_other_edit_access"], "Edit/delete others' comments"),
    r("clients_files_access", S::Switch, "clients_access", &["client_files_list_access"], "See/download files"),
    r("clients_files_upload_access", S::Switch, "clients_files_access", &["client_files_upload_access"], "Upload files"),
    r("clients_files_delete_access", S::Switch, "clients_files_access", &["client_files_delete_access"], "Delete files"),
    r("clients_custom_fields_values_access", S::Switch, "clients_access", &["custom_fields_client_values_read_access"], "Read client custom-field values"),
    r("clients_custom_fields_values_edit_access", S::Switch, "clients_custom_fields_values_access", &["custom_fields_client_values_edit_access"], "Edit client custom-field values"),
    r("clients_visit_staff_id", S::Id(E::Staff), "clients_access", &["clients_visit_master_id", "get_visit_master_id"], "See only clients who visited this team member; 0 = all"),
    r("clients_attendance_history_access", S::Switch, "clients_access", &["clients_show_attendance_history_access"], "Visit history"),
    r("clients_deposits_access", S::Switch, "clients_access", SAME, "Personal accounts: view"),
    r("clients_deposits_create_access", S::Switch, "clients_deposits_access", SAME, "Personal accounts: create"),
    r("clients_deposits_topup_access", S::Switch, "clients_deposits_access", SAME, "Personal accounts: top up"),
    r("clients_deposits_history_access", S::Switch, "clients_deposits_access", SAME, "Personal accounts: history"),
    r("clients_loyalty_settings_access", S::Switch, "clients_loyalty_access", SAME, "Loyalty settings of a client"),
    r("dashboard_access", S::Section, "", SAME, "Dashboard"),
    r("dashboard_overview_access", S::Switch, "dashboard_access", &["dash_access"], "Summary"),
    r("dashboard_overview_phones_access", S::Switch, "dashboard_overview_access", &["dash_phones_access"], "Phones in the summary"),
    r("dashboard_records_access", S::Switch, "dashboard_access", &["dash_records_access"], "Appointment list"),
    r("dashboard_records_last_days_count", S::Days, "dashboard_records_access", &["dash_records_last_days_count"], "Day limit"),
    r("dashboard_records_export_access", S::Switch, "dashboard_records_access", &["dash_records_excel_access"], "Export"),
    r("dashboard_records_phones_access", S::Switch, "dashboard_records_access", &["dash_records_phones_access"], "Phones"),
    r("dashboard_messages_access", S::Switch, "dashboard_access", &["dash_message_access"], "Message log"),
    r("dashboard_messages_export_access", S::Switch, "dashboard_messages_access", &["dash_message_excel_access"], "Export"),
    r("dashboard_messages_phones_access", S::Switch, "dashboard_messages_access", &["dash_message_phones_access"], "Phones"),
    r("dashboard_reviews_access", S::Switch, "dashboard_access", &["dash_reviews_access"], "Reviews: view"),
    r("dashboard_reviews_delete_access", S::Switch, "dashboard_reviews_access", &["dash_reviews_delete_access"], "Reviews: delete"),
    r("dashboard_calls_access", S::Switch, "dashboard_access", SAME, "Calls"),
    r("dashboard_calls_export_access", S::Switch, "dashboard_calls_access", &["dashboard_calls_excel_access"], "Export"),
    r("dashboard_calls_phones_access", S::Switch, "dashboard_calls_access", SAME, "Phones"),
    r("security_access", S::Section, "", SAME, "Security"),
    r("security_2fa_access", S::Switch, "security_access", SAME, "2FA settings"),
    r("security_export_import_access", S::Switch, "security_access", SAME, "Export/import log"),
    r("security_data_changes_access", S::Switch, "security_access", SAME, "Data-change log"),
    r("security_employee_changes_access", S::Switch, "security_access", SAME, "Team-change log"),
    r("security_logins_access", S::Switch, "security_access", SAME, "Login log"),
    r("medicine_access", S::Section, "", &[], "Medicine"),
    r("medicine_card_access", S::Switch, "medicine_access", &[], "Medical card"),
    r("medicine_card_view_access", S::Switch, "medicine_card_access", &[], "Card: view"),
    r("medicine_card_print_access", S::Switch, "medicine_card_access", &[], "Card: print"),
    r("medicine_card_edit_access", S::Switch, "medicine_card_access", &[], "Card: edit"),
    r("medicine_appointment_access", S::Switch, "medicine_access", &[], "Doctor's visit protocol"),
    r("medicine_appointment_view_access", S::Switch, "medicine_appointment_access", &[], "Protocol: view"),
    r("medicine_appointment_view_settings_position_id", S::Id(E::Position), "medicine_appointment_view_access", &[], "View only of this position; 0 = all"),
    r("medicine_appointment_view_settings_staff_id", S::Id(E::Staff), "medicine_appointment_view_access", &[], "View only of this team member; 0 = all"),
    r("medicine_appointment_print_access", S::Switch, "medicine_appointment_access", &[], "Protocol: print"),
    r("medicine_appointment_edit_access", S::Switch, "medicine_appointment_access", &[], "Protocol: edit"),
    r("medicine_appointment_edit_settings_position_id", S::Id(E::Position), "medicine_appointment_edit_access", &[], "Edit only of this position; 0 = all"),
    r("medicine_appointment_edit_settings_staff_id", S::Id(E::Staff), "medicine_appointment_edit_access", &[], "Edit only of this team member; 0 = all"),
    r("medicine_treatment_plan_access", S::Switch, "medicine_access", &[], "Treatment plan"),
    r("medicine_treatment_plan_view_access", S::Switch, "medicine_treatment_plan_access", &[], "Plan: view"),
    r("medicine_treatment_plan_print_access", S::Switch, "medicine_treatment_plan_access", &[], "Plan: print"),
    r("medicine_treatment_plan_edit_access", S::Switch, "medicine_treatment_plan_access", &[], "Plan: edit"),
    r("loyalty_access", S::Section, "", &["loyalty_access", "has_loyalty_access"], "Loyalty"),
    r("loyalty_cards_issue_and_removal_access", S::Switch, "loyalty_access", SAME, "Issue/remove cards"),
    r("loyalty_cards_manual_transactions_access", S::Switch, "loyalty_access", &["loyalty_cards_manual_transactions_access", "has_loyalty_cards_manual_transactions_access"], "Manual top-up/withdrawal on cards"),
    r("loyalty_abonement_balance_edit_access", S::Switch, "loyalty_access", SAME, "Membership balance"),
    r("loyalty_abonement_period_edit_access", S::Switch, "loyalty_access", SAME, "Membership period"),
    r("loyalty_abonement_history_access", S::Switch, "loyalty_access", SAME, "Membership history"),
    r("loyalty_certificate_balance_edit_access", S::Switch, "loyalty_access", SAME, "Gift-card balance"),
    r("loyalty_certificate_period_edit_access", S::Switch, "loyalty_access", SAME, "Gift-card period"),
    r("loyalty_certificate_and_abonement_manual_transactions_access", S::Switch, "loyalty_access", SAME, "Pay with certificate/membership without a code"),
    r("billing_access", S::Section, "", SAME, "Billing (balance section)"),
    r("billing_invoices_access", S::Switch, "billing_access", SAME, "Invoices"),
    r("tips_access", S::Section, "", &[], "Tips section"),
    r("tips_setup_access", S::Switch, "tips_access", SAME, "Tips set-up"),
    r("online_record_access", S::Section, "", SAME, "Online booking section"),
    r("online_record_privacy_policy_access", S::Switch, "online_record_access", SAME, "Privacy-policy settings"),
    r("auth_enable_check_ip", S::Switch, "", SAME, "Allow sign-in to the location only from listed IPs"),
    r("auth_list_allowed_ip", S::Addresses, "", SAME, "The IP list; a string here, '' when empty"),
    r("statistics_access", S::Switch, "", &["stat_access"], "Analytics"),
    r("analytics_constructor_access", S::Switch, "", SAME, "Analytics report builder"),
    r("send_sms_access", S::Switch, "", &["send_sms"], "Send mailings to clients"),
    r("company_to_chain_add_access", S::Switch, "", &["salon_to_salon_group_add_access"], "Add the location to a chain"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_264_and_every_parent_is_one() {
        let slugs: BTreeSet<_> = RIGHTS.iter().map(|right| right.slug).collect();
        assert_eq!(slugs.len(), 264);
        for right in RIGHTS {
            assert!(
                right.parent.is_empty() || slugs.contains(right.parent),
                "{}",
                right.slug
            );
            assert_ne!(right.parent, right.slug);
        }
    }

    #[test]
    fn legacy_keys_never_name_two_rights() {
        let mut keys = BTreeSet::new();
        for key in RIGHTS.iter().flat_map(Right::legacy) {
            assert!(keys.insert(key), "{key} twice");
        }
    }

    #[test]
    fn extreme_values_are_already_in_the_stored_form() {
        for right in RIGHTS {
            for value in [right.most_open(), right.most_closed()] {
                assert_eq!(right.read(&value), Some(value), "{}", right.slug);
            }
        }
    }

    #[test]
    fn values_are_read_in_all_their_spellings() {
        let get = |slug: &str| find(slug).unwrap();
        assert_eq!(get("records_access").read(&json!("1")), Some(json!(true)));
        assert_eq!(get("records_access").read(&json!(2)), None);
        assert_eq!(
            get("records_edit_last_days_count").read(&json!("-1")),
            Some(json!(-1))
        );
        assert_eq!(get("records_edit_last_days_count").read(&json!(-2)), None);
        assert_eq!(
            get("finances_salary_staff_id").read(&json!(false)),
            Some(json!(0))
        );
        assert_eq!(
            get("finances_accounts_ids").read(&json!(["5", 3, 5])),
            Some(json!([3, 5]))
        );
        assert_eq!(get("finances_accounts_ids").read(&json!("5")), None);
    }

    #[test]
    fn only_own_rights_can_be_passed_on() {
        let days = find("records_edit_last_days_count").unwrap();
        assert!(days.covers(&json!(3), &json!(2)));
        assert!(!days.covers(&json!(3), &json!(-1)));
        let ids = find("finances_accounts_ids").unwrap();
        assert!(ids.covers(&json!([1, 2]), &json!([2])));
        assert!(!ids.covers(&json!([1]), &json!([2])));
        let switch = find("records_access").unwrap();
        assert!(!switch.covers(&json!(false), &json!(true)));
        assert!(switch.covers(&json!(false), &json!(false)));
    }
}
