//! What stands in place of rights at kinds without a catalogue: ticks, words and lists, each with a title.
//!
//! Not their values: those are the project's and the vendors'. Invariant: a name means the same wherever it stands, and
//! a fact nobody knows has no title rather than a wrong one.

use std::borrow::Cow;

use super::chain::ChainRight;
use super::kind::Kind;
use super::right::Sensitivity;

/// The shape of a fact's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactForm {
    /// `true` or `false`: something one may do, or not.
    Tick,
    /// One word of several.
    Word,
    /// Entries, one a line.
    List,
}

/// What is known of a fact beside its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// English, for people: a verb phrase for a tick, a noun for a word, one entry's noun for a list. It may end with
    /// a name that the project gave.
    pub title: Cow<'static, str>,
    /// The shape of its value.
    pub form: FactForm,
}

/// A fact of an account at a system of this kind; at Altegio and YCLIENTS one of a chain.
pub fn fact(kind: Kind, name: &str) -> Option<Fact> {
    use FactForm::{List, Tick, Word};
    let (title, form) = match (kind, name) {
        (Kind::Altegio | Kind::Yclients, key) => (ChainRight::by_key(key)?.title, Tick),
        (Kind::Keycrm, "sources") => ("order source", List),
        (Kind::Keycrm, "statuses") => ("order status", List),
        (Kind::Reservio, "own_bookings") => ("sign in and manage own bookings", Tick),
        (Kind::Reservio, "all_bookings") => ("manage everybody's bookings", Tick),
        (Kind::Reservio, "client_list") => ("see the client list", Tick),
        (Kind::Reservio, "sections") => (
            "manage sales, online booking and settings, as the main administrator does",
            Tick,
        ),
        (Kind::Reservio, "administrator") => ("administer the whole account", Tick),
        (Kind::Reservio, "calendars") => ("calendar", List),
        (Kind::Apenday, "team") => ("team", Word),
        (Kind::Apenday, "calendar") => ("kind of calendar", Word),
        (Kind::Apenday, "agencies") => ("agency", List),
        (Kind::Apenday, "events") => ("event", List),
        (Kind::Apenday, "active") => ("be active", Tick),
        (Kind::Apenday, name) => {
            let name = name.strip_prefix("notifications.")?;
            return Some(Fact {
                title: format!("be notified: {name}").into(),
                form: Tick,
            });
        }
        _ => return None,
    };
    Some(Fact {
        title: title.into(),
        form,
    })
}

/// Why it is sensitive that somebody gains a fact's value, or one entry of its list.
pub fn fact_sensitivity(kind: Kind, name: &str, value: &str) -> Option<Sensitivity> {
    match (kind, name) {
        (Kind::Altegio | Kind::Yclients, key) if value == "true" => {
            ChainRight::by_key(key)?.sensitivity
        }
        (Kind::Reservio, "all_bookings" | "client_list") if value == "true" => {
            Some(Sensitivity::ClientData)
        }
        // The last tick equals the main administrator.
        (Kind::Reservio, "sections" | "administrator") if value == "true" => {
            Some(Sensitivity::UserManagement)
        }
        (Kind::Reservio, "calendars") if value == "admin" || value.ends_with(": admin") => {
            Some(Sensitivity::ClientData)
        }
        _ => None,
    }
}

/// Why a vendor role is sensitive, at the kinds whose roles have no list of rights here.
///
/// Apenday's names are the customer's; those that its pages show decide over other users.
pub fn role_sensitivity(kind: Kind, role: &str) -> Option<Sensitivity> {
    let role = role.to_lowercase();
    let manages = match kind {
        Kind::Apenday => ["admin", "manager", "responsable"]
            .iter()
            .any(|word| role.contains(word)),
        Kind::Keycrm => role.contains("admin"),
        Kind::Altegio | Kind::Yclients | Kind::Reservio => false,
    };
    manages.then_some(Sensitivity::UserManagement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_something_at_their_own_vendor_only() {
        assert_eq!(
            fact(Kind::Keycrm, "sources").map(|fact| fact.form),
            Some(FactForm::List)
        );
        assert_eq!(fact(Kind::Reservio, "sources"), None);
        assert_eq!(fact(Kind::Keycrm, "clients_access"), None);
        assert_eq!(
            fact(Kind::Yclients, "clients_access").unwrap().title,
            "see the chain's client base"
        );
        assert_eq!(
            fact(Kind::Apenday, "notifications.new").unwrap().title,
            "be notified: new"
        );
    }

    #[test]
    fn only_what_is_given_is_sensitive() {
        for (kind, name, value, why) in [
            (
                Kind::Reservio,
                "sections",
                "true",
                Some(Sensitivity::UserManagement),
            ),
            (Kind::Reservio, "sections", "false", None),
            (
                Kind::Reservio,
                "calendars",
                "riga-mall: admin",
                Some(Sensitivity::ClientData),
            ),
            (Kind::Reservio, "calendars", "riga-mall: view", None),
            (
                Kind::Altegio,
                "users_access",
                "true",
                Some(Sensitivity::UserManagement),
            ),
            (Kind::Keycrm, "sources", "Instagram", None),
        ] {
            assert_eq!(fact_sensitivity(kind, name, value), why, "{name}: {value}");
        }
        assert_eq!(
            role_sensitivity(Kind::Apenday, "Responsable d'équipe"),
            Some(Sensitivity::UserManagement)
        );
        assert_eq!(role_sensitivity(Kind::Apenday, "conseiller"), None);
    }
}
