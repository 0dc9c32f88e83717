//! Rights of the inventory.
//!
//! The list of storages hangs on the root, because it limits every page; the list of transaction
//! types on seeing product movements, the right whose name it extends.

use super::{
    Entity::{Storage, TransactionType},
    Row, days, ids, limited, root, switch,
};

const ROOT: &str = "storages_access";
const TRANSACTIONS: &str = "storages_goods_transactions_access";
const CREATE: &str = "storages_goods_transactions_create_access";
const EDIT: &str = "storages_goods_transactions_edit_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open Inventory"),
    limited(
        "storages_limited_access",
        ROOT,
        "limit Inventory to the listed storages",
    ),
    ids(
        "storages_ids",
        ROOT,
        Storage,
        "storages_limited_access",
        "storages in Inventory",
    ),
    switch(
        "storages_goods_prime_cost_view_access",
        "see the prime cost of products",
    ),
    switch(TRANSACTIONS, "see product movements").legacy(&["storages_transactions_access"]),
    days(
        "storages_goods_transactions_last_days_count",
        TRANSACTIONS,
        "days back for seeing product movements",
    )
    .legacy(&["storages_last_days_count"]),
    switch(
        "storages_goods_move_access",
        "move products between storages",
    )
    .legacy(&["storages_move_goods_access"]),
    switch(CREATE, "create product movements").legacy(&["storages_create_transactions_access"]),
    days(
        "storages_goods_transactions_create_last_days_count",
        CREATE,
        "days back for creating product movements",
    )
    .legacy(&["storages_create_last_days_count"]),
    switch(
        "storages_goods_transactions_create_buy_access",
        "record purchases of products",
    )
    .legacy(&["storages_create_transactions_buy_access"]),
    switch(
        "storages_goods_transactions_create_sale_access",
        "record sales of products",
    )
    .legacy(&["storages_create_transactions_sale_access"]),
    switch(EDIT, "edit product movements").legacy(&["storages_edit_transactions_access"]),
    days(
        "storages_goods_transactions_edit_last_days_count",
        EDIT,
        "days back for editing product movements",
    )
    .legacy(&["storages_edit_last_days_count"]),
    switch(
        "storages_goods_transactions_edit_buy_access",
        "edit purchases of products",
    )
    .legacy(&["storages_edit_transactions_buy_access"]),
    switch(
        "storages_goods_transactions_edit_sale_access",
        "edit sales of products",
    )
    .legacy(&["storages_edit_transactions_sale_access"]),
    switch(
        "storages_goods_transactions_delete_access",
        "delete product movements",
    )
    .legacy(&["storages_delete_transactions_access"])
    .deletion(),
    switch(
        "storages_goods_transactions_export_access",
        "export product movements",
    )
    .legacy(&["storages_transactions_excel_access"])
    .export(),
    limited(
        "storages_goods_transactions_types_limited_access",
        TRANSACTIONS,
        "limit product movements to the listed transaction types",
    )
    .no_legacy(),
    ids(
        "storages_goods_transactions_types",
        TRANSACTIONS,
        TransactionType,
        "storages_goods_transactions_types_limited_access",
        "transaction types of product movements",
    )
    .legacy(&["storages_transactions_types"]),
    switch("storages_inventory_access", "see stocktaking"),
    switch(
        "storages_inventory_create_edit_access",
        "create and edit stocktaking",
    ),
    switch("storages_inventory_delete_access", "delete stocktaking").deletion(),
    switch("storages_inventory_export_access", "export stocktaking")
        .legacy(&["storages_inventory_excel_access"])
        .export(),
    switch(
        "storages_remnants_report_access",
        "see the stock balance report",
    ),
    switch(
        "storages_remnants_report_export_access",
        "export the stock balance report",
    )
    .legacy(&["storages_remnants_report_excel_access"])
    .export(),
    switch(
        "storages_sales_report_access",
        "see the product sales report",
    ),
    switch(
        "storages_sales_report_export_access",
        "export the product sales report",
    )
    .legacy(&["storages_sales_report_excel_access"])
    .export(),
    switch(
        "storages_consumable_report_access",
        "see the consumables report",
    ),
    switch(
        "storages_consumable_report_export_access",
        "export the consumables report",
    )
    .legacy(&["storages_consumable_report_excel_access"])
    .export(),
    switch(
        "storages_write_off_report_access",
        "see the write-off report",
    ),
    switch(
        "storages_write_off_report_export_access",
        "export the write-off report",
    )
    .legacy(&["storages_write_off_report_excel_access"])
    .export(),
    switch(
        "storages_turnover_report_access",
        "see the stock turnover report",
    ),
    switch(
        "storages_turnover_report_export_access",
        "export the stock turnover report",
    )
    .legacy(&["storages_turnover_report_excel_access"])
    .export(),
    switch("storages_goods_access", "open product management")
        .legacy(&["storages_goods_crud_access"]),
    switch("storages_goods_create_access", "create products"),
    switch("storages_goods_edit_access", "edit products").legacy(&["storages_goods_update_access"]),
    switch(
        "storages_goods_edit_title_access",
        "edit the name and barcode of products",
    )
    .legacy(&["storages_goods_title_edit_access"]),
    switch(
        "storages_goods_edit_category_access",
        "edit the category of products",
    )
    .legacy(&["storages_goods_category_edit_access"]),
    switch(
        "storages_goods_edit_selling_price_access",
        "edit the selling price of products",
    )
    .legacy(&["storages_goods_selling_price_edit_access"])
    .money(),
    switch(
        "storages_goods_edit_cost_price_access",
        "edit the cost price of products",
    )
    .legacy(&["storages_goods_cost_price_edit_access"])
    .money(),
    switch(
        "storages_goods_edit_units_access",
        "edit the units of products",
    )
    .legacy(&["storages_goods_units_edit_access"]),
    switch(
        "storages_goods_edit_critical_balance_access",
        "edit the critical and desired stock of products",
    )
    .legacy(&["storages_goods_critical_balance_edit_access"]),
    switch(
        "storages_goods_edit_masses_access",
        "edit the mass of products",
    )
    .legacy(&["storages_goods_masses_edit_access"]),
    switch(
        "storages_goods_edit_comment_access",
        "edit the comment of products",
    )
    .legacy(&["storages_goods_comment_edit_access"]),
    switch(
        "storages_goods_archive_access",
        "archive and restore products",
    ),
    switch("storages_goods_delete_access", "delete products").deletion(),
];
