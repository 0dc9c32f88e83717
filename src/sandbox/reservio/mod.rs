//! A simulated Reservio: businesses with their staff profiles, access to them, and people's own accounts.
//!
//! Plain data with look-ups; `api` is its public interface, `ui` its web pages. It keeps that a profile and access
//! are two things: a profile without access lets nobody in.

pub(crate) mod api;
pub(crate) mod seed;
mod ui;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::limits::Limits;

pub(crate) use ui::apply;

/// The ticks of a profile; the first is the master switch.
pub(crate) const TICKS: &[&str] = &["own_bookings", "all_bookings", "client_list", "sections"];

/// One customer of the vendor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reservio {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    /// The id of whoever the token belongs to.
    pub(crate) me: String,
    pub(crate) businesses: BTreeMap<String, Business>,
    /// E-mails, in lower case, that have a personal account.
    pub(crate) registered: BTreeSet<String>,
    /// Users of the multi-calendar administration, by e-mail in lower case; none on the standard plan.
    pub(crate) enterprise: Option<BTreeMap<String, Manager>>,
    pub(crate) next: u64,
}

/// A location.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Business {
    pub(crate) name: String,
    pub(crate) timezone: String,
    pub(crate) currency: String,
    pub(crate) profiles: BTreeMap<String, Profile>,
}

/// Somebody or something that can be booked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) access: Option<Access>,
}

/// Access of a profile's e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Access {
    pub(crate) ticks: BTreeSet<String>,
    pub(crate) accepted: bool,
    /// False for an invitation from before its person registered: nobody can accept it.
    pub(crate) leads: bool,
}

/// A user of the multi-calendar administration.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manager {
    pub(crate) name: String,
    /// `administrator`, and `calendars` with one line for each.
    pub(crate) facts: BTreeMap<String, String>,
}

impl Reservio {
    /// An id that nobody has.
    pub(crate) fn id(&mut self) -> String {
        self.next += 1;
        format!("5e5e71d0-0000-4000-8000-{:012x}", self.next)
    }

    pub(crate) fn is_registered(&self, email: &str) -> bool {
        self.registered.contains(&email.to_lowercase())
    }

    /// Who can sign in with what, line by line.
    pub(crate) fn show(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, business) in &self.businesses {
            lines.push(format!("business {id}, {}:", business.name));
            for (profile, held) in &business.profiles {
                let email = held.email.as_deref().unwrap_or("no e-mail");
                let how = match &held.access {
                    None => "no access".to_owned(),
                    Some(access) => {
                        let ticks: Vec<&str> = access.ticks.iter().map(String::as_str).collect();
                        let ticks = ticks.join(", ");
                        match (access.accepted, access.leads) {
                            (true, _) => format!("signs in with {email}: {ticks}"),
                            (_, true) => format!("{email} can accept an invitation: {ticks}"),
                            _ => format!("the invitation of {email} leads nowhere: {ticks}"),
                        }
                    }
                };
                lines.push(format!("  profile {profile}, {}: {how}", held.name));
            }
        }
        for (email, manager) in self.enterprise.iter().flatten() {
            let facts: Vec<String> = manager
                .facts
                .iter()
                .map(|(name, value)| format!("{name} {}", value.replace('\n', ", ")))
                .collect();
            let (name, facts) = (&manager.name, facts.join("; "));
            lines.push(format!(
                "enterprise user {name}: signs in with {email}: {facts}"
            ));
        }
        for email in &self.registered {
            lines.push(format!("personal account {email}"));
        }
        lines
    }
}
