//! A simulated KeyCRM: users, roles and just enough of orders to see the names of roles.
//!
//! Plain data with look-ups; `api` is its public interface, `ui` its web pages. It keeps that a user who was there
//! once is there for ever: the vendor can only block.

pub(crate) mod api;
pub(crate) mod seed;
mod ui;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::limits::Limits;

pub(crate) use ui::apply;

/// One CRM.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Keycrm {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) order: Order,
    /// Whose key the interface is called with; blocking them ends it.
    pub(crate) key_owner: Option<u64>,
    pub(crate) roles: BTreeMap<u64, Role>,
    pub(crate) users: BTreeMap<u64, User>,
    /// Who is assigned to which order.
    pub(crate) orders: BTreeMap<u64, Vec<u64>>,
}

/// In which order the interface lists users; not documented, so a list may move in any of these ways.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// By number.
    #[default]
    Id,
    /// Newest first: an added user moves all others.
    NewestFirst,
    /// As the web page sorts them, blocked last: a block moves those behind.
    BlockedLast,
}

/// A role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    /// The "system name".
    pub(crate) alias: String,
}

/// Somebody who can, could or once could sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) role: Option<u64>,
    pub(crate) status: Status,
    pub(crate) created: String,
    pub(crate) updated: String,
    pub(crate) signed_in: Option<String>,
    /// Order sources and statuses the person may see: in no interface.
    pub(crate) limited: BTreeMap<String, String>,
}

/// How far a user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Status {
    /// Signed in once, may do so again.
    Active,
    /// Never signed in.
    Pending,
    /// May not sign in.
    Blocked,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Blocked => "blocked",
        }
    }
}

impl User {
    pub(crate) fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last).trim().to_owned()
    }
}

impl Keycrm {
    /// The user with a number, a login or an e-mail.
    pub(crate) fn find(&self, word: &str) -> Option<u64> {
        let same = |own: &Option<String>| {
            own.as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(word))
        };
        let number = word.parse().ok().filter(|id| self.users.contains_key(id));
        number.or_else(|| {
            self.users
                .iter()
                .find(|(_, user)| same(&user.username) || same(&user.email))
                .map(|(id, _)| *id)
        })
    }

    /// Whether the key still works.
    pub(crate) fn key_works(&self) -> bool {
        self.key_owner
            .and_then(|owner| self.users.get(&owner))
            .is_none_or(|owner| owner.status == Status::Active)
    }

    /// Who can sign in with what, line by line.
    pub(crate) fn show(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, user) in &self.users {
            let role = user
                .role
                .and_then(|role| self.roles.get(&role))
                .map_or("no role", |role| role.name.as_str());
            let logins = [&user.username, &user.email]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" or ");
            let how = match user.status {
                Status::Active => format!("signs in with {logins} as {role}"),
                Status::Pending => {
                    format!("can sign in for the first time with {logins} as {role}")
                }
                Status::Blocked => "blocked: cannot sign in".to_owned(),
            };
            lines.push(format!("user {id}, {}: {how}", user.full_name()));
            for (name, value) in &user.limited {
                lines.push(format!("  sees {name}: {}", value.replace('\n', ", ")));
            }
        }
        lines
    }
}

/// An instant as this vendor writes it: UTC, without a zone.
pub(crate) fn written(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}
