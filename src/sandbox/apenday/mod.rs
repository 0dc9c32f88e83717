//! A simulated Apenday: users of its web pages and webhook subscriptions.
//!
//! Plain data with look-ups; `api` is its public interface, `ui` its web pages. It keeps that a user begins
//! inactive, and that nothing the interface shows tells who the users are.

pub(crate) mod api;
pub(crate) mod seed;
mod ui;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::limits::Limits;

pub(crate) use ui::apply;

/// One customer of the vendor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Apenday {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    /// Keys that belong to somebody; when empty, any key works.
    pub(crate) tokens: BTreeMap<String, u64>,
    pub(crate) users: BTreeMap<u64, User>,
    pub(crate) hooks: BTreeMap<String, Hook>,
    pub(crate) next_hook: u64,
}

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) email: String,
    pub(crate) mobile: Option<String>,
    pub(crate) active: bool,
    /// Whether the person followed the validation mail.
    pub(crate) validated: bool,
    pub(crate) role: String,
    /// `team`, `agencies`, `calendar`, `events`, `notifications.NAME`.
    pub(crate) facts: BTreeMap<String, String>,
}

/// A webhook subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Hook {
    pub(crate) event: String,
    pub(crate) url: String,
    pub(crate) created: String,
}

impl Apenday {
    /// The user with a number or an e-mail.
    pub(crate) fn find(&self, word: &str) -> Option<u64> {
        let number = word.parse().ok().filter(|id| self.users.contains_key(id));
        number.or_else(|| {
            self.users
                .iter()
                .find(|(_, user)| user.email.eq_ignore_ascii_case(word))
                .map(|(id, _)| *id)
        })
    }

    /// Whether a key works: it ends with its owner.
    pub(crate) fn key_works(&self, key: &str) -> bool {
        self.tokens.is_empty()
            || self
                .tokens
                .get(key)
                .and_then(|owner| self.users.get(owner))
                .is_some_and(|owner| owner.active)
    }

    /// Who can sign in with what, line by line.
    pub(crate) fn show(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, user) in &self.users {
            let (email, role) = (&user.email, &user.role);
            let how = match (user.active, user.validated) {
                (false, _) => "inactive: cannot sign in".to_owned(),
                (true, false) => format!("can validate the account of {email} as {role}"),
                (true, true) => format!("signs in with {email} as {role}"),
            };
            lines.push(format!("user {id}, {} {}: {how}", user.first, user.last));
            for (name, value) in &user.facts {
                lines.push(format!("  {name}: {}", value.replace('\n', ", ")));
            }
        }
        lines
    }
}
