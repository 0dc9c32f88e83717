//! Rights of the finances.
//!
//! The lists of cash desks and of payment items hang on the root: they limit several pages, and a
//! limit that counts too often does no harm.

use super::{
    Entity::{Account, Expense, Staff},
    Row, days, id, ids, limited, root, switch, today,
};

const ROOT: &str = "finances_access";
const TRANSACTIONS: &str = "finances_transactions_access";
const CREATE: &str = "finances_transactions_create_access";
const EDIT: &str = "finances_transactions_edit_access";
const SALARY: &str = "finances_salary_access";
const PAYROLL: &str = "finances_salary_payroll_access";
const SALARY_STAFF: &str = "finances_salary_staff_access";
const PAYROLL_STAFF: &str = "finances_salary_staff_payroll_access";
const Z_REPORT: &str = "finances_z_report_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open Finances"),
    limited(
        "finances_accounts_limited_access",
        ROOT,
        "limit Finances to the listed cash desks",
    ),
    ids(
        "finances_accounts_ids",
        ROOT,
        Account,
        "finances_accounts_limited_access",
        "cash desks in Finances",
    ),
    switch(TRANSACTIONS, "see finance transactions"),
    days(
        "finances_transactions_last_days_count",
        TRANSACTIONS,
        "days back for seeing finance transactions",
    )
    .legacy(&["finances_last_days_count"]),
    switch(CREATE, "create finance transactions")
        .legacy(&["finances_create_transactions_access"])
        .money(),
    days(
        "finances_transactions_create_last_days_count",
        CREATE,
        "days back for creating finance transactions",
    )
    .legacy(&["finances_create_last_days_count"]),
    switch(EDIT, "edit finance transactions")
        .legacy(&["finances_edit_transactions_access"])
        .money(),
    days(
        "finances_transactions_edit_last_days_count",
        EDIT,
        "days back for editing finance transactions",
    )
    .legacy(&["finances_edit_last_days_count"]),
    switch(
        "finances_transactions_delete_access",
        "delete finance transactions",
    )
    .legacy(&["finances_delete_transactions_access"])
    .deletion(),
    switch(
        "finances_transactions_export_access",
        "export finance transactions",
    )
    .legacy(&["finances_transactions_excel_access"])
    .export(),
    limited(
        "finances_expenses_limited_access",
        ROOT,
        "limit Finances to the listed payment items",
    )
    .no_legacy(),
    ids(
        "finances_expenses_ids",
        ROOT,
        Expense,
        "finances_expenses_limited_access",
        "payment items in Finances",
    ),
    switch(
        "finances_accounts_access",
        "see and manage cash desks and accounts",
    )
    .money(),
    switch(
        "finances_accounts_balance_access",
        "see the balance of cash desks and accounts",
    )
    .legacy(&["finances_accounts_banalce_access"])
    .money(),
    switch("finances_suppliers_access", "see counterparties")
        .legacy(&["finances_suppliers_read_access"]),
    switch("finances_suppliers_create_access", "create counterparties"),
    switch("finances_suppliers_edit_access", "edit counterparties")
        .legacy(&["finances_suppliers_update_access"]),
    switch("finances_suppliers_delete_access", "delete counterparties").deletion(),
    switch("finances_suppliers_export_access", "export counterparties")
        .legacy(&["finances_suppliers_excel_access"])
        .export(),
    switch("finances_expenses_access", "see payment items")
        .legacy(&["finances_expenses_read_access", "expenses_read_access"]),
    switch("finances_expenses_create_access", "create payment items")
        .legacy(&["finances_expenses_create_access", "expenses_create_access"]),
    switch("finances_expenses_edit_access", "edit payment items")
        .legacy(&["finances_expenses_update_access", "expenses_update_access"]),
    switch("finances_expenses_delete_access", "delete payment items")
        .legacy(&["finances_expenses_delete_access", "expenses_delete_access"])
        .deletion(),
    switch(
        "finances_kkm_transactions_access",
        "make fiscal (cash register) operations",
    )
    .legacy(&[
        "finances_kkm_transactions_access",
        "kkm_transactions_accounts_access",
    ])
    .money(),
    switch(
        "finances_kkm_settings_access",
        "see the settings of cash registers",
    )
    .legacy(&[
        "finances_kkm_settings_read_access",
        "kkm_settings_reed_access",
    ]),
    switch(
        "finances_kkm_settings_edit_access",
        "change the settings of cash registers",
    )
    .legacy(&[
        "finances_kkm_settings_update_access",
        "kkm_settings_update_access",
    ])
    .money(),
    switch(
        "finances_settings_invoicing_access",
        "see the settings of online payments",
    )
    .legacy(&["finances_settings_invoicing_read_access"]),
    switch(
        "finances_settings_invoicing_edit_access",
        "change the settings of online payments",
    )
    .legacy(&["finances_settings_invoicing_update_access"])
    .money(),
    switch("finances_settings_access", "see the payment settings")
        .legacy(&["finances_options_read_access"]),
    switch(
        "finances_settings_edit_access",
        "change the payment settings",
    )
    .legacy(&["finances_options_update_access"])
    .money(),
    switch(
        "finances_salary_schemes_access",
        "see and manage payroll schemes",
    )
    .money(),
    switch(SALARY, "see the payroll of all team members")
        .legacy(&["finances_salary_calc_access"])
        .money(),
    today(
        "finances_salary_no_limit_today_access",
        SALARY,
        "see the payroll of all team members beyond today",
    )
    .legacy(&["finances_salary_not_limitation_today_access"]),
    switch(PAYROLL, "accrue the pay of all team members")
        .legacy(&["finances_payroll_calculation_create_access"])
        .money(),
    today(
        "finances_salary_payroll_no_limit_today_access",
        PAYROLL,
        "accrue the pay of all team members beyond today",
    )
    .legacy(&["finances_payroll_calculation_create_not_limitation_today_access"]),
    switch(SALARY_STAFF, "see the payroll of one team member")
        .legacy(&["finances_salary_access_master_checkbox"])
        .money(),
    id(
        "finances_salary_staff_id",
        SALARY_STAFF,
        Staff,
        "team member whose payroll is shown",
    )
    .legacy(&[
        "finances_salary_access_master_id",
        "get_salary_access_master_id",
    ]),
    today(
        "finances_salary_staff_no_limit_today_access",
        SALARY_STAFF,
        "see the payroll of one team member beyond today",
    )
    .legacy(&["finances_salary_master_not_limitation_today_access"]),
    switch(PAYROLL_STAFF, "accrue the pay of one team member")
        .legacy(&["finances_payroll_calculation_create_by_master_access"])
        .money(),
    today(
        "finances_salary_staff_payroll_no_limit_today_access",
        PAYROLL_STAFF,
        "accrue the pay of one team member beyond today",
    )
    .legacy(&["calculation_create_by_master_not_limitation_today_access"]),
    switch("finances_period_report_access", "see the period report"),
    switch(
        "finances_period_report_export_access",
        "export the period report",
    )
    .legacy(&["finances_period_report_excel_access"])
    .export(),
    switch("finances_year_report_access", "see the annual report"),
    switch(
        "finances_year_report_export_access",
        "export the annual report",
    )
    .legacy(&["finances_year_report_excel_access"])
    .export(),
    switch("finances_bill_print_access", "print receipts").legacy(&["finances_print_check_access"]),
    switch(Z_REPORT, "see the daily cash report"),
    today(
        "finances_z_report_no_limit_today_access",
        Z_REPORT,
        "see the daily cash report beyond today",
    ),
    switch(
        "finances_z_report_export_access",
        "export the daily cash report",
    )
    .legacy(&["finances_z_report_excel_access"])
    .export(),
];
