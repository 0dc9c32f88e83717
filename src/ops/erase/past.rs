//! Earlier keys, names and contacts of a person, as they stood in earlier commits.
//!
//! Not a search for likely people: an entry of an earlier commit is theirs if it stands under one of their keys, or has a contact
//! of theirs that was not shared. Invariant: what is found only grows, and ends after a few rounds.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::config::edit::{Yaml, value};
use crate::model::{Email, Phone};
use crate::vcs::{self, Mentions, Sought};

/// What somebody is and was called, and where they are and were reached; as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) keys: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
    pub(super) emails: BTreeSet<String>,
    pub(super) phones: BTreeSet<String>,
}

/// An entry may lead to an earlier one, and this to another, so often.
const ROUNDS: usize = 4;

impl Known {
    /// What git is asked for.
    fn sought(&self) -> BTreeSet<Sought> {
        let mut sought = BTreeSet::new();
        for text in self.keys.iter().chain(&self.names).chain(&self.emails) {
            // What is so short stands everywhere.
            if text.chars().count() >= 3 {
                sought.insert(Sought::Text(text.clone()));
            }
        }
        for phone in &self.phones {
            if let Ok(phone) = Phone::parse(phone) {
                sought.insert(Sought::Digits(phone.digits().to_owned()));
            } else if phone.chars().count() >= 3 {
                sought.insert(Sought::Text(phone.clone()));
            }
        }
        sought
    }

    /// Takes up what a text says of them; whether that is anything new.
    fn take(&mut self, text: &str) -> bool {
        let Some(file) = value(text) else {
            return false;
        };
        let before = self.clone();
        for (key, entry) in pairs(file.get("people")) {
            if self.keys.contains(key) || self.is_reached_at(entry) {
                self.keys.insert(key.clone());
                self.entry(entry);
            }
        }
        for (key, entry) in pairs(file.get("contacts")) {
            if self.keys.contains(key) {
                self.entry(entry);
            }
        }
        *self != before
    }

    fn entry(&mut self, entry: &Yaml) {
        if let Some(Yaml::List(keys)) = entry.get("was") {
            self.keys.extend(keys.iter().filter_map(word));
        }
        self.keys.extend(entry.get("was").and_then(word));
        let name = entry.get("name");
        let parts = ["first", "last"].map(|part| name.and_then(|it| it.get(part)).and_then(word));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let whole = name.and_then(word).unwrap_or_else(|| parts.join(" "));
        // What an earlier tombstone says is nobody's name.
        if !whole.is_empty() && whole != "erased" {
            self.names.insert(whole);
        }
        self.emails.extend(own(entry.get("email"), "address"));
        self.phones.extend(own(entry.get("phone"), "number"));
    }

    /// Whether an entry has a contact of theirs.
    fn is_reached_at(&self, entry: &Yaml) -> bool {
        let email = own(entry.get("email"), "address");
        let phone = own(entry.get("phone"), "number");
        let is_email = email.is_some_and(|it| {
            let mut known = self.emails.iter();
            known.any(|known| *known == it || same(&Email::parse(known), &Email::parse(&it)))
        });
        let is_phone = phone.is_some_and(|it| {
            let mut known = self.phones.iter();
            known.any(|known| *known == it || same(&Phone::parse(known), &Phone::parse(&it)))
        });
        is_email || is_phone
    }
}

fn same<T: PartialEq, E>(one: &Result<T, E>, other: &Result<T, E>) -> bool {
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

fn pairs(section: Option<&Yaml>) -> &[(String, Yaml)] {
    match section {
        Some(Yaml::Map(pairs)) => pairs,
        _ => &[],
    }
}

fn word(value: &Yaml) -> Option<String> {
    match value {
        Yaml::Text(text) | Yaml::Plain(text) => Some(text.clone()),
        Yaml::Null | Yaml::List(_) | Yaml::Map(_) => None,
    }
}

/// A contact that is not shared.
fn own(value: Option<&Yaml>, within: &str) -> Option<String> {
    let value = value?;
    if let Some(Yaml::Plain(shared)) = value.get("shared")
        && shared == "true"
    {
        return None;
    }
    word(value).or_else(|| value.get(within).and_then(word))
}

/// Where the history says something of them, and what it says more than today's files; none where there is no history.
pub(super) fn look(root: &Utf8Path, today: &Known) -> Option<(Mentions, Known)> {
    let mut known = today.clone();
    let mut found = vcs::mentions(root, &known.sought())?;
    for _ in 0..ROUNDS {
        let is_yaml = |file: &&String| [".yaml", ".yml"].iter().any(|end| file.ends_with(end));
        let files: BTreeSet<String> = found.files.iter().filter(is_yaml).cloned().collect();
        let (texts, whole) = vcs::texts(root, &files);
        found.cut |= !whole;
        let mut is_new = false;
        for text in texts.iter().filter_map(|it| std::str::from_utf8(it).ok()) {
            is_new |= known.take(text);
        }
        if !is_new {
            break;
        }
        let cut = found.cut;
        found = vcs::mentions(root, &known.sought())?;
        found.cut |= cut;
    }
    let earlier = Known {
        keys: &known.keys - &today.keys,
        names: &known.names - &today.names,
        emails: &known.emails - &today.emails,
        phones: &known.phones - &today.phones,
    };
    Some((found, earlier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_theirs_by_key_or_by_a_contact_that_is_not_shared() {
        let mut known = Known {
            keys: BTreeSet::from(["jana".to_owned()]),
            emails: BTreeSet::from(["Jana@x.example".to_owned()]),
            ..Known::default()
        };
        let text = "people:\n  j.kalnina:\n    name: { first: Jana, last: Kalniņa }\n    email: jana@x.example\n    phone: { number: \"+371 20000003\", shared: true }\n    was: [jk]\n  desk: { name: Desk, email: { address: jana@x.example, shared: true } }\n  jana: { name: erased, access: [] }\n";
        assert!(known.take(text));
        let set =
            |all: &[&str]| -> BTreeSet<String> { all.iter().map(|it| (*it).to_owned()).collect() };
        assert_eq!(known.keys, set(&["j.kalnina", "jana", "jk"]));
        assert_eq!(known.names, set(&["Jana Kalniņa"]));
        assert_eq!(known.emails, set(&["Jana@x.example", "jana@x.example"]));
        assert_eq!(known.phones, set(&[]));
        assert!(!known.take(text));
        assert!(known.take("contacts: { jk: { phone: \"+37120000009\" } }\n"));
        assert_eq!(known.phones, set(&["+37120000009"]));
        assert!(!known.take("people: ["));
    }
}
