//! Recognizing somebody in the list of a place.
//!
//! Pure. Invariant: a new row that cannot be ascribed to anybody is a doubt, never an absence.

use std::collections::BTreeSet;

use super::Contacts;
use crate::model::{Account, AccountId, Contact, PersonKey, ScopeState};

/// What a list says about somebody who was invited, or shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// A row has one of their contacts.
    Seen(AccountId),
    /// No row has, and no row is new that could be theirs.
    None,
    /// A row is new since, and nobody declared has its contacts: it may be theirs.
    Doubt(AccountId),
}

/// Looks somebody up by contact. `before`: ids that were in the list before the invitation.
pub(super) fn find(
    list: &ScopeState,
    contacts: &BTreeSet<Contact>,
    everybody: &Contacts,
    before: &BTreeSet<AccountId>,
) -> Row {
    if let Some(found) = list.accounts.values().find(|row| has_any(row, contacts)) {
        return Row::Seen(found.id.clone());
    }
    let is_anybodys = |row: &Account| {
        everybody
            .values()
            .flatten()
            .any(|contact| has(row, contact))
    };
    let mut new = list
        .accounts
        .values()
        .filter(|row| !before.contains(&row.id));
    match new.find(|row| !is_anybodys(row)) {
        Some(row) => Row::Doubt(row.id.clone()),
        None => Row::None,
    }
}

/// The contacts by which a person is recognized, and one more where a step names it.
pub(super) fn contacts_of(
    person: Option<&PersonKey>,
    everybody: &Contacts,
    named: Option<&Contact>,
) -> BTreeSet<Contact> {
    person
        .and_then(|person| everybody.get(person))
        .into_iter()
        .flatten()
        .chain(named)
        .cloned()
        .collect()
}

fn has_any(row: &Account, contacts: &BTreeSet<Contact>) -> bool {
    contacts.iter().any(|contact| has(row, contact))
}

fn has(row: &Account, contact: &Contact) -> bool {
    match contact {
        Contact::Email(email) => row.email.as_ref() == Some(email),
        Contact::Phone(phone) => row.phone.as_ref() == Some(phone),
    }
}
