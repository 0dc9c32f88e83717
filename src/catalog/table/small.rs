//! Rights of the sections that have a handful each: security, loyalty, billing, tips, online
//! booking. Nothing here qualifies anything.

use super::{Row, root, switch};

pub(super) const SECURITY: &[Row] = &[
    root("security_access", "open Security"),
    switch("security_2fa_access", "change the two-factor settings").security(),
    switch(
        "security_export_import_access",
        "see the log of exports and imports",
    )
    .security(),
    switch(
        "security_data_changes_access",
        "see the log of data changes",
    )
    .security(),
    switch(
        "security_employee_changes_access",
        "see the log of team changes",
    )
    .security(),
    switch("security_logins_access", "see the log of sign-ins").security(),
];

pub(super) const LOYALTY: &[Row] = &[
    root("loyalty_access", "open Loyalty").legacy(&["loyalty_access", "has_loyalty_access"]),
    switch(
        "loyalty_cards_issue_and_removal_access",
        "issue and remove loyalty cards",
    )
    .deletion(),
    switch(
        "loyalty_cards_manual_transactions_access",
        "top up and write off loyalty cards by hand",
    )
    .legacy(&[
        "loyalty_cards_manual_transactions_access",
        "has_loyalty_cards_manual_transactions_access",
    ])
    .money(),
    switch(
        "loyalty_abonement_balance_edit_access",
        "change the balance of memberships",
    )
    .money(),
    switch(
        "loyalty_abonement_period_edit_access",
        "change the period of memberships",
    )
    .money(),
    switch(
        "loyalty_abonement_history_access",
        "see the history of memberships",
    ),
    switch(
        "loyalty_certificate_balance_edit_access",
        "change the balance of gift cards",
    )
    .money(),
    switch(
        "loyalty_certificate_period_edit_access",
        "change the period of gift cards",
    )
    .money(),
    switch(
        "loyalty_certificate_and_abonement_manual_transactions_access",
        "take payment by gift card or membership without its code",
    )
    .money(),
];

pub(super) const BILLING: &[Row] = &[
    root("billing_access", "open the location's billing"),
    switch("billing_invoices_access", "handle the location's invoices").money(),
];

pub(super) const TIPS: &[Row] = &[
    root("tips_access", "open Tips").no_legacy(),
    switch("tips_setup_access", "set up tips").money(),
];

pub(super) const ONLINE_RECORD: &[Row] = &[
    root("online_record_access", "open online booking"),
    switch(
        "online_record_privacy_policy_access",
        "change the privacy policy of online booking",
    ),
];
