//! Rights over the reports (formerly "Overview"). Phones and exports hang on their list.

use super::{Row, days, root, switch};

const ROOT: &str = "dashboard_access";
const OVERVIEW: &str = "dashboard_overview_access";
const RECORDS: &str = "dashboard_records_access";
const MESSAGES: &str = "dashboard_messages_access";
const REVIEWS: &str = "dashboard_reviews_access";
const CALLS: &str = "dashboard_calls_access";

pub(super) const ROWS: &[Row] = &[
    root(ROOT, "open Reports"),
    switch(OVERVIEW, ROOT, "see the summary").legacy(&["dash_access"]),
    switch(
        "dashboard_overview_phones_access",
        OVERVIEW,
        "see phones in the summary",
    )
    .legacy(&["dash_phones_access"])
    .client_data(),
    switch(RECORDS, ROOT, "see the list of appointments").legacy(&["dash_records_access"]),
    days(
        "dashboard_records_last_days_count",
        RECORDS,
        "days back in the list of appointments",
    )
    .legacy(&["dash_records_last_days_count"]),
    switch(
        "dashboard_records_export_access",
        RECORDS,
        "export the list of appointments",
    )
    .legacy(&["dash_records_excel_access"])
    .export(),
    switch(
        "dashboard_records_phones_access",
        RECORDS,
        "see phones in the list of appointments",
    )
    .legacy(&["dash_records_phones_access"])
    .client_data(),
    switch(MESSAGES, ROOT, "see the message log").legacy(&["dash_message_access"]),
    switch(
        "dashboard_messages_export_access",
        MESSAGES,
        "export the message log",
    )
    .legacy(&["dash_message_excel_access"])
    .export(),
    switch(
        "dashboard_messages_phones_access",
        MESSAGES,
        "see phones in the message log",
    )
    .legacy(&["dash_message_phones_access"])
    .client_data(),
    switch(REVIEWS, ROOT, "see reviews").legacy(&["dash_reviews_access"]),
    switch("dashboard_reviews_delete_access", REVIEWS, "delete reviews")
        .legacy(&["dash_reviews_delete_access"])
        .deletion(),
    switch(CALLS, ROOT, "see the call log"),
    switch(
        "dashboard_calls_export_access",
        CALLS,
        "export the call log",
    )
    .legacy(&["dashboard_calls_excel_access"])
    .export(),
    switch(
        "dashboard_calls_phones_access",
        CALLS,
        "see phones in the call log",
    )
    .client_data(),
];
