//! Rights over the reports (formerly "Overview").

use super::{Row, days, root, switch};

const RECORDS: &str = "dashboard_records_access";

pub(super) const ROWS: &[Row] = &[
    root("dashboard_access", "open Reports"),
    switch("dashboard_overview_access", "see the summary").legacy(&["dash_access"]),
    switch(
        "dashboard_overview_phones_access",
        "see phones in the summary",
    )
    .legacy(&["dash_phones_access"])
    .client_data(),
    switch(RECORDS, "see the list of appointments").legacy(&["dash_records_access"]),
    days(
        "dashboard_records_last_days_count",
        RECORDS,
        "days back in the list of appointments",
    )
    .legacy(&["dash_records_last_days_count"]),
    switch(
        "dashboard_records_export_access",
        "export the list of appointments",
    )
    .legacy(&["dash_records_excel_access"])
    .export(),
    switch(
        "dashboard_records_phones_access",
        "see phones in the list of appointments",
    )
    .legacy(&["dash_records_phones_access"])
    .client_data(),
    switch("dashboard_messages_access", "see the message log").legacy(&["dash_message_access"]),
    switch("dashboard_messages_export_access", "export the message log")
        .legacy(&["dash_message_excel_access"])
        .export(),
    switch(
        "dashboard_messages_phones_access",
        "see phones in the message log",
    )
    .legacy(&["dash_message_phones_access"])
    .client_data(),
    switch("dashboard_reviews_access", "see reviews").legacy(&["dash_reviews_access"]),
    switch("dashboard_reviews_delete_access", "delete reviews")
        .legacy(&["dash_reviews_delete_access"])
        .deletion(),
    switch("dashboard_calls_access", "see the call log"),
    switch("dashboard_calls_export_access", "export the call log")
        .legacy(&["dashboard_calls_excel_access"])
        .export(),
    switch(
        "dashboard_calls_phones_access",
        "see phones in the call log",
    )
    .client_data(),
];
