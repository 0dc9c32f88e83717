//! Which accounts are one human.
//!
//! One id is one account at every place of a system. Accounts with one phone or e-mail are one person, unless one system
//! has two of them under names that cannot be the same. A name alone joins nobody: it is told, and so is a name that is a part
//! of one other. Invariant: the result depends on the accounts and not on their order, and whatever is in doubt stays
//! apart.

use std::collections::{BTreeMap, BTreeSet};

use super::keys;
use crate::model::{Account, AccountId, Observed, PlaceId, Reading, SystemName};

/// An account, with its row at every place.
#[derive(Clone, Debug)]
pub(super) struct Login<'a> {
    pub(super) system: &'a SystemName,
    pub(super) id: &'a AccountId,
    pub(super) rows: Vec<(&'a PlaceId, &'a Account)>,
}

impl Login<'_> {
    /// The name it goes by, clean.
    pub(super) fn name(&self) -> String {
        let names = self.rows.iter().map(|(_, row)| keys::clean(&row.name));
        names
            .filter(|name| !name.is_empty())
            .min()
            .unwrap_or_default()
    }

    /// E-mails and phones, as they are compared.
    pub(super) fn contacts(&self) -> BTreeSet<String> {
        let rows = self.rows.iter();
        let each = rows.flat_map(|(_, row)| {
            let email = row.email.as_ref().map(|it| it.as_str().to_owned());
            let phone = row.phone.as_ref().map(|it| it.as_str().to_owned());
            [email, phone]
        });
        each.flatten().collect()
    }

    /// Whether it is a user of a chain and of no location.
    pub(super) fn is_of_chain(&self) -> bool {
        self.rows.iter().all(|(place, _)| **place == PlaceId::Chain)
    }

    /// Whether an e-mail or a phone is its own.
    pub(super) fn carries(&self, contact: &str) -> bool {
        self.contacts().contains(contact)
    }
}

/// All accounts of a read, in order of system and id.
pub(super) fn logins(observed: &Observed) -> Vec<Login<'_>> {
    let mut logins = Vec::new();
    for (system, seen) in &observed.systems {
        let mut of: BTreeMap<&AccountId, Vec<(&PlaceId, &Account)>> = BTreeMap::new();
        for (place, reading) in &seen.scopes {
            for (id, row) in reading.seen().into_iter().flat_map(|it| &it.accounts) {
                of.entry(id).or_default().push((place, row));
            }
        }
        logins.extend(of.into_iter().map(|(id, rows)| Login { system, id, rows }));
    }
    logins
}

/// Whether any place of a system could be read.
pub(super) fn was_read<T>(scopes: &BTreeMap<PlaceId, Reading<T>>) -> bool {
    scopes.values().any(|reading| reading.seen().is_some())
}

/// Accounts that are one, and what is in doubt.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    /// Positions among the accounts, in order; in order of the first.
    pub(super) people: Vec<Vec<usize>>,
    /// Contacts that several people have.
    pub(super) shared: BTreeSet<String>,
    /// Accounts that a contact or a name would join, and why it does not; positions among the accounts.
    pub(super) doubts: Vec<(Vec<usize>, &'static str)>,
}

const OTHER_NAMES: &str = "the same e-mail or phone under different names";
const SAME_NAME: &str = "the same name, and no e-mail or phone in common";
const PART_OF_NAME: &str =
    "one name is a part of the other, and they have no e-mail or phone in common";

/// Joins accounts.
pub(super) fn join(logins: &[Login<'_>]) -> Joined {
    let mut found = Joined::default();
    let mut holders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, login) in logins.iter().enumerate() {
        for contact in login.contacts() {
            holders.entry(contact).or_default().push(at);
        }
    }
    let mut parents: Vec<usize> = (0..logins.len()).collect();
    let mut doubted: BTreeSet<Vec<usize>> = BTreeSet::new();
    for (contact, group) in &holders {
        if group.len() < 2 {
            continue;
        }
        if clash(logins, group) {
            found.shared.insert(contact.clone());
            doubted.insert(group.clone());
        } else {
            for at in group {
                unite(&mut parents, group.first().copied().unwrap_or(*at), *at);
            }
        }
    }
    // Contacts that are fine one by one may still make one of two people.
    for group in groups(&mut parents) {
        if clash(logins, &group) {
            for at in &group {
                if let Some(parent) = parents.get_mut(*at) {
                    *parent = *at;
                }
            }
            let common = holders.iter().filter(|(_, it)| it.len() > 1);
            let common = common.filter(|(_, it)| it.iter().all(|at| group.contains(at)));
            found
                .shared
                .extend(common.map(|(contact, _)| contact.clone()));
            doubted.insert(group);
        }
    }
    found.people = groups(&mut parents);
    let mut names: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for person in &found.people {
        let mut own: BTreeSet<Vec<String>> = BTreeSet::new();
        for login in person.iter().filter_map(|at| logins.get(*at)) {
            own.insert(folded(&login.name()));
        }
        let first = person.first().copied().unwrap_or_default();
        for name in own.into_iter().filter(|name| !name.is_empty()) {
            names.entry(name).or_default().push(first);
        }
    }
    found
        .doubts
        .extend(doubted.into_iter().map(|group| (group, OTHER_NAMES)));
    let same = names.into_values().filter(|group| group.len() > 1);
    for group in same {
        if !found.doubts.iter().any(|(known, _)| *known == group) {
            found.doubts.push((group, SAME_NAME));
        }
    }
    for pair in parts(logins, &found.people) {
        let is_known = |(known, _): &(Vec<usize>, _)| pair.iter().all(|at| known.contains(at));
        if !found.doubts.iter().any(is_known) {
            found.doubts.push((pair, PART_OF_NAME));
        }
    }
    found
}

/// Pairs of people of whom one goes by a part of the other's name, and of nobody else's: "Marta" and "Marta Kalniņa". Two
/// whom one place shows side by side are two.
fn parts(logins: &[Login<'_>], people: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let each: Vec<BTreeSet<Vec<String>>> = people
        .iter()
        .map(|person| {
            let own = person.iter().filter_map(|at| logins.get(*at));
            own.map(|login| folded(&login.name()))
                .filter(|name| !name.is_empty())
                .collect()
        })
        .collect();
    let places: Vec<BTreeSet<(&SystemName, &PlaceId)>> = people
        .iter()
        .map(|person| {
            let own = person.iter().filter_map(|at| logins.get(*at));
            own.flat_map(|login| login.rows.iter().map(|(place, _)| (login.system, *place)))
                .collect()
        })
        .collect();
    // Whose name a word is in, so that nobody is compared with everybody: a shared word, or its first letter alone.
    let mut words: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, names) in each.iter().enumerate() {
        for word in names.iter().flatten() {
            words.entry(word).or_default().insert(at);
        }
    }
    let mut found: BTreeSet<Vec<usize>> = BTreeSet::new();
    for (at, names) in each.iter().enumerate() {
        for name in names
            .iter()
            .filter(|it| it.iter().any(|word| word.len() > 1))
        {
            let near = name.iter().filter_map(|word| words.get(word.as_str()));
            let near: BTreeSet<usize> = near.flatten().copied().filter(|it| *it != at).collect();
            let longer = |it: &usize| {
                let others = each.get(*it).into_iter().flatten();
                let mut others = others.filter(|other| weight(other) > weight(name));
                others.any(|other| alike(name, other))
            };
            let mut meant = near.iter().copied().filter(longer);
            let (Some(only), None) = (meant.next(), meant.next()) else {
                continue;
            };
            let beside = places.get(at).zip(places.get(only));
            let is_beside = beside.is_some_and(|(one, other)| !one.is_disjoint(other));
            if is_beside {
                continue;
            }
            let first = |it: usize| people.get(it).and_then(|it| it.first().copied());
            if let (Some(one), Some(other)) = (first(at), first(only)) {
                found.insert(vec![one.min(other), one.max(other)]);
            }
        }
    }
    found.into_iter().collect()
}

/// How much a name says: a word more than an initial.
fn weight(name: &[String]) -> (usize, usize) {
    (name.len(), name.iter().map(String::len).sum())
}

/// Whether two accounts of one system are among these whose names cannot be the same.
fn clash(logins: &[Login<'_>], group: &[usize]) -> bool {
    let of = |at: &usize| logins.get(*at);
    group.iter().filter_map(of).any(|one| {
        let others = group.iter().filter_map(of);
        let mut others = others.filter(|it| it.system == one.system && it.id > one.id);
        others.any(|other| !alike(&folded(&one.name()), &folded(&other.name())))
    })
}

/// The words of a name, sorted: their order tells nothing.
fn folded(name: &str) -> Vec<String> {
    let mut words = keys::words(name);
    if words.is_empty() && !name.is_empty() {
        words.push(name.to_lowercase());
    }
    words.sort();
    words
}

/// Whether two names can be one: every word of the shorter is in the longer, or begins a word of it.
fn alike(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().all(|word| {
        let initial = |it: &String| word.len() == 1 && it.starts_with(word.as_str());
        let initial_of = |it: &String| it.len() == 1 && word.starts_with(it.as_str());
        long.iter()
            .any(|it| it == word || initial(it) || initial_of(it))
    })
}

fn root(parents: &mut [usize], at: usize) -> usize {
    let mut top = at;
    while let Some(&parent) = parents.get(top) {
        if parent == top {
            break;
        }
        top = parent;
    }
    let mut walk = at;
    while walk != top {
        let Some(parent) = parents.get_mut(walk) else {
            break;
        };
        walk = std::mem::replace(parent, top);
    }
    top
}

fn unite(parents: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parents, a), root(parents, b));
    let (low, high) = (a.min(b), a.max(b));
    if let Some(parent) = parents.get_mut(high) {
        *parent = low;
    }
}

fn groups(parents: &mut [usize]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..parents.len() {
        let top = root(parents, at);
        groups.entry(top).or_default().push(at);
    }
    groups.into_values().collect()
}
