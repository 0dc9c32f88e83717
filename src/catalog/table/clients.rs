//! Rights over the client base.

use super::{Entity::Staff, Row, id, root, switch};

const ROOT: &str = "clients_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open the client base"),
    switch(
        "clients_phones_email_access",
        "see phones and e-mails in the client list",
    )
    .legacy(&["clients_phones_email_access", "client_phones_access"])
    .client_data(),
    switch("clients_card_phone_access", "see phones in the client card").client_data(),
    switch(
        "clients_surname_patronymic_access",
        "see clients' surnames and middle names",
    )
    .legacy(&[
        "clients_surname_patronymic_access",
        "clients_surname_middle_name_access",
    ])
    .client_data(),
    switch(
        "clients_surname_patronymic_edit_access",
        "edit clients' surnames and middle names",
    )
    .legacy(&[
        "clients_surname_patronymic_edit_access",
        "clients_surname_middle_name_edit_access",
    ])
    .client_data(),
    switch("clients_edit_access", "edit clients").client_data(),
    switch("clients_loyalty_access", "see clients' loyalty data")
        .legacy(&["clients_loyalty_read_access"]),
    switch(
        "clients_card_comment_access",
        "see the comment in the client card",
    ),
    switch(
        "clients_card_comment_edit_access",
        "edit the comment in the client card",
    ),
    switch("clients_delete_access", "delete clients").deletion(),
    switch("clients_export_access", "export the client list")
        .legacy(&["clients_excel_access", "excel_access"])
        .export(),
    switch("clients_comments_access", "see comments on clients")
        .legacy(&["client_comments_list_access"]),
    switch("clients_comments_add_access", "add comments on clients")
        .legacy(&["client_comments_add_access"]),
    switch(
        "clients_comments_own_edit_access",
        "edit and delete one's own comments on clients",
    )
    .legacy(&["client_comments_own_edit_access"])
    .deletion(),
    switch(
        "clients_comments_other_edit_access",
        "edit and delete others' comments on clients",
    )
    .legacy(&["client_comments_other_edit_access"])
    .deletion(),
    switch("clients_files_access", "see and download clients' files")
        .legacy(&["client_files_list_access"])
        .client_data(),
    switch("clients_files_upload_access", "upload clients' files")
        .legacy(&["client_files_upload_access"]),
    switch("clients_files_delete_access", "delete clients' files")
        .legacy(&["client_files_delete_access"])
        .deletion(),
    switch(
        "clients_custom_fields_values_access",
        "see the additional fields of clients",
    )
    .legacy(&["custom_fields_client_values_read_access"])
    .client_data(),
    switch(
        "clients_custom_fields_values_edit_access",
        "edit the additional fields of clients",
    )
    .legacy(&["custom_fields_client_values_edit_access"])
    .client_data(),
    id(
        "clients_visit_staff_id",
        ROOT,
        Staff,
        "team member whose clients are shown",
    )
    .legacy(&["clients_visit_master_id", "get_visit_master_id"]),
    switch(
        "clients_attendance_history_access",
        "see clients' visit history",
    )
    .legacy(&["clients_show_attendance_history_access"]),
    switch("clients_deposits_access", "see clients' personal accounts"),
    switch(
        "clients_deposits_create_access",
        "create clients' personal accounts",
    )
    .money(),
    switch(
        "clients_deposits_topup_access",
        "top up clients' personal accounts",
    )
    .money(),
    switch(
        "clients_deposits_history_access",
        "see the history of clients' personal accounts",
    ),
    switch(
        "clients_loyalty_settings_access",
        "change clients' loyalty settings",
    )
    .money(),
];
