//! Rights of the appointment window.

use super::{
    Entity::{Account, Chain},
    Row, days, id, ids, limited, root, switch,
};

const EDIT: &str = "records_edit_access";
const GOODS_CREATE: &str = "records_goods_transaction_create_access";
const GOODS_EDIT: &str = "records_goods_transaction_edit_access";
const FINANCES: &str = "records_finances_access";

pub(super) const ROWS: &[Row] = &[
    root("records_access", "open the appointment window").legacy(&["record_form_access"]),
    switch(
        "records_clients_access",
        "see client data in the appointment window",
    )
    .legacy(&["record_form_client_access"])
    .client_data(),
    switch(
        "records_clients_add_access",
        "add clients from the appointment window",
    )
    .legacy(&["record_form_client_add_access"]),
    switch(
        "records_autocomplete_access",
        "see suggestions of clients while typing",
    ),
    switch(
        "records_autocomplete_phones_access",
        "see phones in the suggestions of clients",
    )
    .legacy(&["records_autocomplete_phone_access"])
    .client_data(),
    switch(
        "records_custom_fields_values_access",
        "see the additional fields of appointments",
    )
    .legacy(&["custom_fields_record_values_read_access"]),
    switch("records_create_access", "create appointments").legacy(&["create_records_access"]),
    switch(EDIT, "edit appointments").legacy(&["edit_records_access"]),
    days(
        "records_edit_last_days_count",
        EDIT,
        "days back for editing appointments",
    ),
    switch(
        "records_edit_client_came_access",
        "edit appointments whose client has arrived",
    )
    .legacy(&["edit_records_attendance_access"]),
    switch(
        "records_edit_full_paid_client_came_access",
        "edit fully paid appointments whose client has arrived",
    )
    .legacy(&["record_edit_full_paid_client_came_access"])
    .money(),
    switch(
        "records_edit_full_paid_client_confirm_access",
        "edit fully paid appointments that are confirmed",
    )
    .legacy(&["record_edit_full_paid_client_confirm_access"])
    .money(),
    switch(
        "records_services_cost_access",
        "change the price of services in appointments",
    )
    .money(),
    switch(
        "records_services_discount_access",
        "give discounts on services",
    )
    .money(),
    switch(
        "records_custom_fields_values_edit_access",
        "edit the additional fields of appointments",
    )
    .legacy(&["custom_fields_record_values_edit_access"]),
    switch(
        "records_edit_date_and_master_access",
        "change the date and the team member of appointments",
    ),
    switch(
        "records_edit_duration_access",
        "change the duration of appointments",
    ),
    switch(
        "records_edit_comment_access",
        "change the comment of appointments",
    ),
    switch(
        "records_edit_services_access",
        "change the services of appointments",
    ),
    switch("records_delete_access", "delete appointments")
        .legacy(&["delete_records_access"])
        .deletion(),
    switch(
        "records_delete_client_came_access",
        "delete appointments whose client has arrived",
    )
    .legacy(&["delete_customer_came_records_access"])
    .deletion(),
    switch("records_delete_paid_access", "delete paid appointments")
        .legacy(&["delete_paid_records_access"])
        .deletion(),
    switch(
        "records_goods_access",
        "sell products in the appointment window",
    ),
    switch(
        GOODS_CREATE,
        "create product sales in the appointment window",
    )
    .legacy(&["records_goods_create_transaction_access"]),
    days(
        "records_goods_transaction_create_last_days_count",
        GOODS_CREATE,
        "days back for creating product sales in the appointment window",
    )
    .legacy(&["records_goods_create_last_days_count"]),
    switch(GOODS_EDIT, "edit product sales in the appointment window")
        .legacy(&["records_goods_edit_transaction_access"]),
    days(
        "records_goods_transaction_edit_last_days_count",
        GOODS_EDIT,
        "days back for editing product sales in the appointment window",
    )
    .legacy(&["records_goods_edit_last_days_count"]),
    switch(
        "records_goods_cost_access",
        "change the price of products in appointments",
    )
    .money(),
    switch(
        "records_goods_discount_access",
        "give discounts on products",
    )
    .money(),
    switch(FINANCES, "take payments in the appointment window").money(),
    days(
        "records_finances_last_days_count",
        FINANCES,
        "days back for taking payments",
    ),
    limited(
        "records_finances_accounts_limited_access",
        FINANCES,
        "limit payments to the listed cash desks",
    ),
    ids(
        "records_finances_limited_account_ids",
        FINANCES,
        Account,
        "records_finances_accounts_limited_access",
        "cash desks for taking payments",
    )
    .legacy(&["records_finances_limited_accounts_ids"]),
    switch(
        "records_finances_pay_from_deposits_access",
        "take payment from clients' personal accounts",
    )
    .money(),
    switch(
        "records_consumables_edit_access",
        "edit the consumables of appointments",
    ),
    switch(
        "records_clients_statistics_chain_access",
        "see client data of the whole chain in the appointment window",
    )
    .legacy(&["records_group_id_access"])
    .client_data(),
    id(
        "records_clients_statistics_chain_id",
        "records_clients_statistics_chain_access",
        Chain,
        "chain whose client data is shown",
    )
    .legacy(&["records_group_id"]),
];
