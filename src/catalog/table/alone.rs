//! Rights that belong to no section. Of patterns only `"*"` reaches them.

use super::{RightType, Row, row, switch};

pub(super) const ROWS: &[Row] = &[
    row(
        "auth_enable_check_ip",
        RightType::CheckIp,
        None,
        "limit sign-in to the listed IP addresses",
    ),
    row(
        "auth_list_allowed_ip",
        RightType::Ips,
        Some("auth_enable_check_ip"),
        "IP addresses for sign-in",
    ),
    switch("statistics_access", "see analytics").legacy(&["stat_access"]),
    switch("analytics_constructor_access", "build analytics reports").client_only(),
    switch("send_sms_access", "send mailings to clients")
        .legacy(&["send_sms"])
        .money(),
    switch("company_to_chain_add_access", "add the location to a chain")
        .legacy(&["salon_to_salon_group_add_access"])
        .security(),
];
