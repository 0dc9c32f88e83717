//! What a simulated Altegio or YCLIENTS account holds: people, places, links between them, chains.
//!
//! Plain data with look-ups; who may do what is decided in `routes`. It keeps that a team member belongs to at most
//! one user of a location.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::link::Link;
use super::options::{Options, Phones};
use super::rights::{self, Entity, Right};

/// One account of a chain at one vendor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct System {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) options: Options,
    /// Whose rights judge a call with an unlisted user token.
    pub(crate) caller: u64,
    /// User tokens that belong to somebody; when empty, any token is the caller's.
    pub(crate) tokens: BTreeMap<String, u64>,
    pub(crate) accounts: BTreeMap<u64, Account>,
    pub(crate) locations: BTreeMap<u64, Location>,
    pub(crate) chains: BTreeMap<u64, Chain>,
    pub(crate) next_account: u64,
}

/// A person known to the vendor, the same in all locations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    /// Digits with country code, or empty.
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// A system user of a marketplace application.
    pub(crate) system: bool,
}

/// A branch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Location {
    pub(crate) title: String,
    pub(crate) chain: Option<u64>,
    pub(crate) timezone: String,
    pub(crate) medical: bool,
    /// Beginnings of the slugs its tree has; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) sections: Vec<String>,
    /// Without invitations.
    pub(crate) trial: bool,
    /// Without a paid license: every call is answered 403.
    pub(crate) unlicensed: bool,
    pub(crate) staff: BTreeMap<u64, Staff>,
    pub(crate) positions: BTreeMap<u64, String>,
    pub(crate) cash_accounts: BTreeMap<u64, String>,
    pub(crate) storages: BTreeMap<u64, String>,
    pub(crate) expenses: BTreeMap<u64, String>,
    pub(crate) links: BTreeMap<u64, Link>,
}

/// A bookable person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Staff {
    pub(crate) name: String,
    pub(crate) position: Option<u64>,
    pub(crate) fired: bool,
}

/// A network of locations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chain {
    pub(crate) title: String,
    /// Chain rights by account; who is missing is no member.
    pub(crate) members: BTreeMap<u64, Vec<String>>,
}

/// Kinds of stock movement; the vendor's ids, the same everywhere.
pub(crate) const TRANSACTIONS: &[(u64, &str)] = &[
    (1, "Sale"),
    (2, "Usage"),
    (3, "Purchase"),
    (4, "Write-off"),
    (5, "Transfer"),
];

impl System {
    /// A phone in the product's form.
    pub(crate) fn print_phone(&self, digits: &str) -> String {
        match self.phones() {
            Phones::Plus if !digits.is_empty() => format!("+{digits}"),
            _ => digits.to_owned(),
        }
    }

    pub(crate) fn phones(&self) -> Phones {
        self.options.phones.unwrap_or(match self.kind {
            Kind::Altegio => Phones::Plus,
            Kind::Yclients => Phones::Digits,
        })
    }

    pub(crate) fn sends_sms(&self) -> bool {
        self.options.sms.unwrap_or(self.kind == Kind::Yclients)
    }

    /// The account that a contact signs in to.
    pub(crate) fn account_of(&self, contact: &str) -> Option<u64> {
        let digits = digits_of(contact);
        self.accounts
            .iter()
            .find(|(_, account)| {
                if contact.contains('@') {
                    account.email.eq_ignore_ascii_case(contact)
                } else {
                    !digits.is_empty() && account.phone == digits
                }
            })
            .map(|(id, _)| *id)
    }

    /// A new account, with the vendor's next id.
    pub(crate) fn add_account(&mut self, account: Account) -> u64 {
        let id = self.next_account;
        self.next_account += 1;
        self.accounts.insert(id, account);
        id
    }

    /// The link of an account that is visible at a location now.
    pub(crate) fn link(&self, location: u64, account: u64, now: Timestamp) -> Option<&Link> {
        self.locations
            .get(&location)?
            .links
            .get(&account)
            .filter(|link| link.visible <= now)
    }

    /// The link of somebody who has accepted: invited people have no rights yet.
    pub(crate) fn active(&self, location: u64, account: u64, now: Timestamp) -> Option<&Link> {
        self.link(location, account, now)
            .filter(|link| link.approved)
    }
}

impl Location {
    /// The rights its tree has.
    pub(crate) fn rights(&self, kind: Kind) -> impl Iterator<Item = &'static Right> + use<> {
        let sections = self.sections.clone();
        rights::at(kind, self.medical)
            .filter(move |right| sections.is_empty() || right.is_in(&sections))
    }

    /// Whether its tree has a right.
    pub(crate) fn has_right(&self, right: &Right, kind: Kind) -> bool {
        right.exists(kind, self.medical)
            && (self.sections.is_empty() || right.is_in(&self.sections))
    }

    /// What ids of an entity mean here.
    pub(crate) fn named(
        &self,
        entity: Entity,
        chains: &BTreeMap<u64, Chain>,
    ) -> Vec<(u64, String)> {
        let list = |map: &BTreeMap<u64, String>| {
            map.iter().map(|(id, title)| (*id, title.clone())).collect()
        };
        match entity {
            Entity::Account => list(&self.cash_accounts),
            Entity::Position => list(&self.positions),
            Entity::Expense => list(&self.expenses),
            Entity::Storage => list(&self.storages),
            Entity::Staff => self
                .staff
                .iter()
                .map(|(id, staff)| (*id, staff.name.clone()))
                .collect(),
            Entity::Chain => chains
                .iter()
                .filter(|(id, _)| Some(**id) == self.chain)
                .map(|(id, chain)| (*id, chain.title.clone()))
                .collect(),
            Entity::Transaction => TRANSACTIONS
                .iter()
                .map(|(id, title)| (*id, (*title).to_owned()))
                .collect(),
        }
    }

    /// The user a team member is linked to.
    pub(crate) fn user_of(&self, staff: u64) -> Option<u64> {
        self.links
            .iter()
            .find(|(_, link)| link.staff == Some(staff))
            .map(|(user, _)| *user)
    }
}

/// The digits of a phone number however it is written.
pub(crate) fn digits_of(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}
