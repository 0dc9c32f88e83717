//! From what the vendors have to entries that a person would have written: people, roles and who has which where.
//!
//! In reading order: `people` says which accounts are one human, `rights` what an account has in the words of the
//! language, `mine` and `thin` which roles explain that, `roles` what these are called, `facts` the same of what a list tells, `entries` who gets them, `person` how somebody is told, `yaml` how it is
//! written. Not the last word: whoever writes it plans with it first, and names the accounts whose access the proposal
//! does not say exactly (`Input::aside`). Pure: equal inputs give equal proposals, in any order of accounts.

mod entries;
mod facts;
mod keys;
mod mine;
mod people;
mod person;
mod rights;
mod roles;
#[cfg(test)]
mod tests;
mod thin;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::config::edit::Yaml;
use crate::model::{
    AccountId, Desired, LocationKey, Observed, PersonKey, PlaceId, RightSet, RoleKey, SystemName,
    VendorRoleSlug,
};

pub use facts::{KnownFacts, Says};
pub use mine::Roles;

/// A role of the project, as it is in one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRole {
    /// Its key.
    pub key: RoleKey,
    /// The vendor's role in it.
    pub role: VendorRoleSlug,
    /// What it gives.
    pub set: RightSet,
}

/// What an import starts from.
pub struct Input<'a> {
    /// What the vendors have.
    pub observed: &'a Observed,
    /// What the project has already.
    pub desired: &'a Desired,
    /// Places that the import itself declares: whoever has something there has it by no line that names them.
    pub new_places: &'a BTreeSet<(SystemName, LocationKey)>,
    /// The rights of the vendors.
    pub catalog: &'static Catalog,
    /// Whose the accounts are that somebody declared has.
    pub owners: BTreeMap<(SystemName, AccountId), PersonKey>,
    /// Roles that the project has, by system.
    pub roles: BTreeMap<SystemName, Vec<KnownRole>>,
    /// The same in systems of which a list tells.
    pub listed: BTreeMap<SystemName, Vec<KnownFacts>>,
    /// Keys of roles that are taken.
    pub role_keys: BTreeSet<String>,
    /// Accounts whose access no proposal says, with why.
    pub aside: &'a BTreeMap<(SystemName, AccountId), String>,
    /// How roles are found.
    pub style: Roles,
    /// Whether people are pinned to their accounts because their contacts are kept elsewhere.
    pub pin: bool,
    /// Whether people stand in one file.
    pub one_file: bool,
}

/// New text for a file of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The file, within the project.
    pub file: String,
    /// `people`, `roles`, `contacts`.
    pub section: &'static str,
    /// The entries by key, as they shall be read.
    pub values: Vec<(String, Yaml)>,
    /// The entries, two spaces deep.
    pub text: String,
}

/// What is added to somebody whom the project has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Who.
    pub person: PersonKey,
    /// Accounts to be pinned.
    pub pins: Vec<(SystemName, Vec<AccountId>)>,
    /// Lines for `access`.
    pub access: Vec<Yaml>,
}

/// What there is to say of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// How many people are new.
    pub people: usize,
    /// How many accounts they have.
    pub accounts: usize,
    /// How many people of the project get more.
    pub extended: usize,
    /// New roles: key, title, how many people have it.
    pub roles: Vec<(String, String, usize)>,
    /// How many of the new people use a role that was there.
    pub reused: usize,
    /// What somebody should look at, each with why.
    pub decide: Vec<String>,
    /// What could not be imported, and why.
    pub left: Vec<String>,
}

/// What an import would write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// New entries, by file.
    pub additions: Vec<Addition>,
    /// What existing people get.
    pub extensions: Vec<Extension>,
    /// Whose account each is that the proposal is about.
    pub accounts: BTreeMap<PersonKey, Vec<(SystemName, AccountId)>>,
    /// What to say of it.
    pub told: Told,
}

/// The key of a location, from its title.
pub fn location_keys<'a>(
    taken: impl IntoIterator<Item = &'a str>,
    branches: &[(String, String)],
) -> Vec<String> {
    let mut taken = keys::Taken::with(taken);
    let key = |(id, title): &(String, String)| {
        taken.free(
            &keys::dashed(title),
            &format!("location-{}", keys::dashed(id)),
        )
    };
    branches.iter().map(key).collect()
}

/// New locations as text: key, title, system and id.
pub fn locations(file: &str, found: &[(String, String, String, String)]) -> Addition {
    let entries: Vec<yaml::Entry> = found
        .iter()
        .map(|(key, title, system, id)| {
            let title = keys::clean(title);
            let title = if title.is_empty() { key.clone() } else { title };
            let mut map = yaml::Map::default();
            map.put("title", Yaml::from(title.as_str()));
            let id = if id.bytes().all(|b| b.is_ascii_digit()) && id.len() < 18 {
                Yaml::Plain(id.clone())
            } else {
                Yaml::from(id.as_str())
            };
            map.put("in", Yaml::pair(system, id));
            yaml::Entry {
                key: key.clone(),
                above: Vec::new(),
                value: map.done(),
                behind: Vec::new(),
                short: true,
            }
        })
        .collect();
    addition(file, "locations", entries)
}

fn addition(file: &str, section: &'static str, entries: Vec<yaml::Entry>) -> Addition {
    let mut text = String::new();
    let mut long = false;
    for (at, entry) in entries.iter().enumerate() {
        let written = yaml::entry(entry);
        let is_long = written.lines().count() > 1;
        if at > 0 && (long || is_long) {
            text.push('\n');
        }
        text.push_str(&written);
        long = is_long;
    }
    Addition {
        file: file.to_owned(),
        section,
        values: entries.into_iter().map(|it| (it.key, it.value)).collect(),
        text,
    }
}

/// Proposes what to write.
pub fn propose(input: &Input<'_>) -> Proposal {
    entries::propose(input)
}

/// A place as messages name it.
fn at(system: &SystemName, place: &PlaceId) -> String {
    match place {
        PlaceId::At(key) => key.to_string(),
        PlaceId::Whole | PlaceId::Chain => system.to_string(),
    }
}
