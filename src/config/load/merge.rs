//! The entries of all files put together: sorted by key, each key once.

use rayon::prelude::*;

use crate::config::raw::{Entries, Text};
use crate::diagnostic::{Code, Diagnostic};

/// Something that is declared under a key.
trait Keyed: Send + Sync {
    /// What it is, for a message.
    const WHAT: &'static str;
    fn key(&self) -> &Text;
}

macro_rules! keyed {
    ($($name:ident $what:literal;)*) => {
        $(
            impl Keyed for crate::config::raw::$name {
                const WHAT: &'static str = $what;
                fn key(&self) -> &Text {
                    &self.key
                }
            }
        )*
    };
}

keyed! {
    Location "location";
    Role "role";
    Person "person";
    ContactEntry "contact";
    Policy "policy";
}

/// Joins the entries of files, which come in the order of their paths.
pub(super) fn entries(parts: Vec<Entries>, found: &mut Vec<Diagnostic>) -> Entries {
    let mut all = Entries::default();
    let people = parts.iter().map(|part| part.people.len()).sum();
    all.people.reserve_exact(people);
    for part in parts {
        let Entries {
            locations,
            roles,
            people,
            contacts,
            policies,
            approvals,
        } = part;
        all.locations.extend(locations);
        all.roles.extend(roles);
        all.people.extend(people);
        all.contacts.extend(contacts);
        all.policies.extend(policies);
        all.approvals.extend(approvals);
    }
    Entries {
        locations: unique(all.locations, found),
        roles: unique(all.roles, found),
        people: unique(all.people, found),
        contacts: unique(all.contacts, found),
        policies: unique(all.policies, found),
        approvals: all.approvals,
    }
}

/// Sorts by key; of one key only the first by place is kept, and every other is reported.
fn unique<T: Keyed>(all: Vec<T>, found: &mut Vec<Diagnostic>) -> Vec<T> {
    let rising = |pair: &[T]| matches!(pair, [one, other] if one.key().value < other.key().value);
    if all.windows(2).all(rising) {
        return all;
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.par_sort_unstable_by(|&one, &other| {
        let key = |at: usize| {
            all.get(at)
                .map(|entry| (&entry.key().value, entry.key().span))
        };
        key(one).cmp(&key(other))
    });
    let mut slots: Vec<Option<T>> = all.into_iter().map(Some).collect();
    let mut kept: Vec<T> = Vec::with_capacity(slots.len());
    for at in order {
        let Some(entry) = slots.get_mut(at).and_then(Option::take) else {
            continue;
        };
        match kept.last() {
            Some(first) if first.key().value == entry.key().value => {
                found.push(twice(T::WHAT, first.key(), entry.key()));
            }
            _ => kept.push(entry),
        }
    }
    kept
}

fn twice(what: &str, first: &Text, second: &Text) -> Diagnostic {
    Diagnostic::new(
        Code::DuplicateEntry,
        format!("the {what} `{}` is declared twice", first.value),
    )
    .at(second.span, "declared again")
    .at(first.span, "declared first")
    .help("keep one of them: neither replaces the other, and nothing is merged")
}
