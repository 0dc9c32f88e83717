//! Rights of the settings: users, services, team members, positions, notifications.

use super::{RightType, Row, root, row, switch};

const USERS: &str = "settings_users_access";

pub(super) const ROWS: &[Row] = &[
    root("settings_access", "open Settings"),
    switch(
        "settings_basis_access",
        "change the system settings of the location",
    ),
    switch(
        "settings_information_access",
        "change the information about the location",
    ),
    switch(USERS, "see users and their rights")
        .legacy(&["users_access"])
        .user_management(),
    switch(
        "settings_users_delete_access",
        "remove users' access to the location",
    )
    .legacy(&["delete_users_access"])
    .user_management(),
    switch("settings_users_create_access", "invite users")
        .legacy(&["create_users_access"])
        .user_management(),
    switch(
        "settings_users_notifications_access",
        "manage users' notifications",
    )
    .legacy(&["settings_user_notifications_access"])
    .user_management(),
    switch(
        "settings_users_edit_access",
        "change users' roles and rights",
    )
    .legacy(&["edit_users_access"])
    .user_management(),
    row(
        "settings_users_limited_access",
        RightType::OwnOnly,
        Some(USERS),
        "limit what users can be granted to one's own rights",
    )
    .legacy(&["limited_users_access"]),
    switch("settings_services_access", "open the services section"),
    switch("settings_services_create_access", "create services"),
    switch("settings_services_edit_access", "edit services").legacy(&["services_edit"]),
    switch(
        "settings_services_edit_title_access",
        "edit the titles of services",
    ),
    switch(
        "settings_services_edit_category_access",
        "edit the category of services",
    )
    .legacy(&["settings_services_relation_category_access"]),
    switch(
        "settings_services_edit_price_access",
        "edit the price of services",
    )
    .money(),
    switch(
        "settings_services_edit_image_access",
        "edit the images of services",
    ),
    switch(
        "settings_services_edit_online_seance_date_time_access",
        "edit how services appear in online booking",
    ),
    switch(
        "settings_services_edit_online_pay_access",
        "edit the online payment of services",
    ),
    switch(
        "settings_services_edit_services_related_resource_access",
        "edit the resources of services",
    ),
    switch(
        "settings_services_edit_staff_and_duration_access",
        "edit who provides services, and their duration",
    )
    .legacy(&["edit_master_service_and_duration"]),
    switch(
        "settings_services_edit_technological_card_access",
        "edit the bill of materials of services",
    )
    .legacy(&["tech_card_edit"]),
    switch("settings_services_delete_access", "delete services")
        .legacy(&["services_delete"])
        .deletion(),
    switch("settings_staff_access", "open the team members section")
        .legacy(&["settings_master_access"]),
    switch("settings_staff_create_access", "create team members").legacy(&["master_create"]),
    switch("settings_staff_edit_access", "edit team members").legacy(&["master_edit"]),
    switch("settings_staff_delete_access", "delete team members")
        .legacy(&["master_delete"])
        .deletion(),
    switch("settings_staff_dismiss_access", "dismiss team members")
        .legacy(&["settings_master_dismiss_access"])
        .deletion(),
    switch("settings_positions_access", "see positions").legacy(&["settings_positions_read"]),
    switch("settings_positions_create_access", "create positions")
        .legacy(&["settings_positions_create"]),
    switch("settings_positions_delete_access", "delete positions")
        .legacy(&["settings_positions_delete"])
        .deletion(),
    switch("settings_schedule_edit_access", "edit work schedules").legacy(&["schedule_edit"]),
    switch(
        "settings_notifications_sms_access",
        "manage SMS notifications",
    )
    .legacy(&["settings_notifications_access"]),
    switch(
        "settings_notifications_email_access",
        "manage e-mail notifications",
    )
    .legacy(&["settings_email_notifications_access"]),
    switch(
        "settings_notifications_templates_access",
        "manage the types of notifications",
    )
    .legacy(&["settings_template_notifications_access"]),
    switch("settings_webhook_access", "set up webhooks")
        .legacy(&["webhook_read_access"])
        .export(),
    switch(
        "settings_billing_documents_access",
        "see the closing documents of billing",
    )
    .legacy(&["settings_close_docs_access"]),
    switch(
        "settings_clients_labels_access",
        "manage the tags of clients",
    ),
];
