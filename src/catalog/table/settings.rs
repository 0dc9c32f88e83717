//! Rights of the settings: users, services, team members, positions, notifications.

use super::{RightType, Row, root, row, switch};

const ROOT: &str = "settings_access";
const USERS: &str = "settings_users_access";
const SERVICES: &str = "settings_services_access";
const SERVICES_EDIT: &str = "settings_services_edit_access";
const STAFF: &str = "settings_staff_access";
const POSITIONS: &str = "settings_positions_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open Settings"),
    switch(
        "settings_basis_access",
        ROOT,
        "change the system settings of the location",
    ),
    switch(
        "settings_information_access",
        ROOT,
        "change the information about the location",
    ),
    switch(USERS, ROOT, "see users and their rights")
        .legacy(&["users_access"])
        .user_management(),
    switch(
        "settings_users_delete_access",
        USERS,
        "remove users' access to the location",
    )
    .legacy(&["delete_users_access"])
    .user_management(),
    switch("settings_users_create_access", USERS, "invite users")
        .legacy(&["create_users_access"])
        .user_management(),
    switch(
        "settings_users_notifications_access",
        USERS,
        "manage users' notifications",
    )
    .legacy(&["settings_user_notifications_access"])
    .user_management(),
    switch(
        "settings_users_edit_access",
        USERS,
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
    switch(SERVICES, ROOT, "open the services section"),
    switch(
        "settings_services_create_access",
        SERVICES,
        "create services",
    ),
    switch(SERVICES_EDIT, SERVICES, "edit services").legacy(&["services_edit"]),
    switch(
        "settings_services_edit_title_access",
        SERVICES_EDIT,
        "edit the titles of services",
    ),
    switch(
        "settings_services_edit_category_access",
        SERVICES_EDIT,
        "edit the category of services",
    )
    .legacy(&["settings_services_relation_category_access"]),
    switch(
        "settings_services_edit_price_access",
        SERVICES_EDIT,
        "edit the price of services",
    )
    .money(),
    switch(
        "settings_services_edit_image_access",
        SERVICES_EDIT,
        "edit the images of services",
    ),
    switch(
        "settings_services_edit_online_seance_date_time_access",
        SERVICES_EDIT,
        "edit how services appear in online booking",
    ),
    switch(
        "settings_services_edit_online_pay_access",
        SERVICES_EDIT,
        "edit the online payment of services",
    ),
    switch(
        "settings_services_edit_services_related_resource_access",
        SERVICES_EDIT,
        "edit the resources of services",
    ),
    switch(
        "settings_services_edit_staff_and_duration_access",
        SERVICES_EDIT,
        "edit who provides services, and their duration",
    )
    .legacy(&["edit_master_service_and_duration"]),
    switch(
        "settings_services_edit_technological_card_access",
        SERVICES_EDIT,
        "edit the bill of materials of services",
    )
    .legacy(&["tech_card_edit"]),
    switch(
        "settings_services_delete_access",
        SERVICES,
        "delete services",
    )
    .legacy(&["services_delete"])
    .deletion(),
    switch(STAFF, ROOT, "open the team members section").legacy(&["settings_master_access"]),
    switch("settings_staff_create_access", STAFF, "create team members").legacy(&["master_create"]),
    switch("settings_staff_edit_access", STAFF, "edit team members").legacy(&["master_edit"]),
    switch("settings_staff_delete_access", STAFF, "delete team members")
        .legacy(&["master_delete"])
        .deletion(),
    switch(
        "settings_staff_dismiss_access",
        STAFF,
        "dismiss team members",
    )
    .legacy(&["settings_master_dismiss_access"])
    .deletion(),
    switch(POSITIONS, ROOT, "see positions").legacy(&["settings_positions_read"]),
    switch(
        "settings_positions_create_access",
        POSITIONS,
        "create positions",
    )
    .legacy(&["settings_positions_create"]),
    switch(
        "settings_positions_delete_access",
        POSITIONS,
        "delete positions",
    )
    .legacy(&["settings_positions_delete"])
    .deletion(),
    switch("settings_schedule_edit_access", ROOT, "edit work schedules").legacy(&["schedule_edit"]),
    switch(
        "settings_notifications_sms_access",
        ROOT,
        "manage SMS notifications",
    )
    .legacy(&["settings_notifications_access"]),
    switch(
        "settings_notifications_email_access",
        ROOT,
        "manage e-mail notifications",
    )
    .legacy(&["settings_email_notifications_access"]),
    switch(
        "settings_notifications_templates_access",
        ROOT,
        "manage the types of notifications",
    )
    .legacy(&["settings_template_notifications_access"]),
    switch("settings_webhook_access", ROOT, "set up webhooks")
        .legacy(&["webhook_read_access"])
        .export(),
    switch(
        "settings_billing_documents_access",
        ROOT,
        "see the closing documents of billing",
    )
    .legacy(&["settings_close_docs_access"]),
    switch(
        "settings_clients_labels_access",
        ROOT,
        "manage the tags of clients",
    ),
];
