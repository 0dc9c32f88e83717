//! A KeyCRM as `live.json` writes it.
//!
//! Not the stored form. It keeps that two users never share a login or an e-mail, and that every role that is held
//! exists.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Keycrm, Order, Role, Status, User, written};
use crate::sandbox::limits::Limits;

/// The system.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Live {
    #[serde(rename = "kind")]
    _kind: String,
    per_minute: Option<u32>,
    #[serde(default)]
    order: Order,
    key_owner: Option<u64>,
    #[serde(default)]
    roles: Vec<LiveRole>,
    #[serde(default)]
    users: Vec<LiveUser>,
    #[serde(default)]
    orders: Vec<LiveOrder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveRole {
    id: u64,
    name: String,
    alias: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveUser {
    id: u64,
    first: String,
    #[serde(default)]
    last: String,
    login: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    role: Option<u64>,
    #[serde(default = "active")]
    status: Status,
    created: Option<String>,
    signed_in: Option<String>,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    statuses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveOrder {
    id: u64,
    #[serde(default)]
    assigned: Vec<u64>,
}

fn active() -> Status {
    Status::Active
}

/// The system as it begins.
pub(crate) fn resolve(name: &str, live: Live, starts: Timestamp) -> Result<Keycrm, String> {
    let mut crm = Keycrm {
        name: name.to_owned(),
        limits: Limits::a_minute(live.per_minute.unwrap_or(60)),
        order: live.order,
        key_owner: live.key_owner,
        roles: BTreeMap::new(),
        users: BTreeMap::new(),
        orders: BTreeMap::new(),
    };
    for role in live.roles {
        let alias = role
            .alias
            .unwrap_or_else(|| role.name.to_lowercase().replace(' ', "_"));
        let name = role.name;
        if crm.roles.insert(role.id, Role { name, alias }).is_some() {
            return Err(format!("role {} is there twice", role.id));
        }
    }
    for user in live.users {
        let id = user.id;
        if let Some(role) = user.role.filter(|role| !crm.roles.contains_key(role)) {
            return Err(format!("user {id}: no role {role}"));
        }
        for word in [&user.login, &user.email].into_iter().flatten() {
            if let Some(other) = crm.find(word) {
                return Err(format!("user {id}: user {other} has `{word}` already"));
            }
        }
        let created = user.created.unwrap_or_else(|| written(starts));
        let active = user.status == Status::Active;
        let signed_in = user.signed_in.or_else(|| active.then(|| created.clone()));
        if user.status == Status::Pending && signed_in.is_some() {
            return Err(format!("user {id}: who is pending never signed in"));
        }
        let mut limited = BTreeMap::new();
        for (key, list) in [("sources", user.sources), ("statuses", user.statuses)] {
            if !list.is_empty() {
                limited.insert(key.to_owned(), list.join("\n"));
            }
        }
        let resolved = User {
            first: user.first,
            last: user.last,
            username: user.login,
            email: user.email,
            phone: user.phone,
            role: user.role,
            status: user.status,
            updated: created.clone(),
            created,
            signed_in,
            limited,
        };
        if id == 0 || crm.users.insert(id, resolved).is_some() {
            return Err(format!("user {id} is there twice, or is 0"));
        }
    }
    for order in live.orders {
        let missing = order.assigned.iter().find(|id| !crm.users.contains_key(id));
        if let Some(missing) = missing {
            return Err(format!("order {}: no user {missing}", order.id));
        }
        crm.orders.insert(order.id, order.assigned);
    }
    match crm.key_owner {
        Some(owner) if !crm.users.contains_key(&owner) => {
            Err(format!("key_owner: no user {owner}"))
        }
        _ => Ok(crm),
    }
}
