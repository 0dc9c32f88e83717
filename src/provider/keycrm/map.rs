//! A user on the wire as an account of the model; pure.
//!
//! Not a guess: a status or role that has no meaning here makes no account. Invariant: equal users are equal accounts,
//! whatever form their contacts came in.

use std::collections::BTreeMap;

use super::wire::UserRow;
use crate::model::{Account, AccountId, AccountState, Email, Phone, VendorRoleSlug};

/// The account of a row, or why it cannot be understood.
pub(super) fn account(
    row: &UserRow,
    roles: &BTreeMap<i64, VendorRoleSlug>,
) -> Result<Account, String> {
    let id = row.id;
    let state = match row.status.to_ascii_lowercase().as_str() {
        "active" => AccountState::Active,
        "pending" => AccountState::Invited,
        "blocked" => AccountState::Blocked,
        "" => return Err(format!("user {id} without a status")),
        other => return Err(format!("user {id} has the unknown status `{other}`")),
    };
    let role = match &row.role {
        None => None,
        Some(Ok(number)) => Some(role(*number, roles)),
        Some(Err(other)) => return Err(format!("user {id} has the role `{other}`, no number")),
    };
    Ok(Account {
        id: account_id(id),
        name: row.name.as_str().into(),
        phone: Phone::parse_listed(&row.phone).ok(),
        email: Email::parse(&row.email).ok(),
        state,
        removable: true,
        editable: None,
        role,
        staff: None,
        rights: None,
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: (!row.username.is_empty()).then(|| row.username.as_str().into()),
        facts: None,
    })
}

/// The project's name of a role; its number where the project has none.
fn role(number: i64, roles: &BTreeMap<i64, VendorRoleSlug>) -> VendorRoleSlug {
    let named = roles.get(&number).cloned();
    named.unwrap_or_else(|| VendorRoleSlug::new(format!("#{number}")))
}

/// A user's number as an id.
pub(super) fn account_id(number: u64) -> AccountId {
    AccountId::new(number.to_string())
}
