//! Somebody new as an entry: what they are, what tells them, and where they stand.
//!
//! Invariant: whoever has no contact of their own is told by the id of the account, and nobody by a name.

use std::collections::{BTreeMap, BTreeSet};

use super::Input;
use super::entries::{Made, Subject};
use super::facts::Listed;
use super::keys::{self, Taken};
use super::people::Login;
use super::yaml::{Entry, Map};
use crate::catalog::{Kind, role as vendor_role};
use crate::config::edit::Yaml;
use crate::model::{Account, AccountId, LocationKey, SystemName};

/// Words in the name of a program's account.
const PROGRAMS: &[&str] = &[
    "api",
    "bot",
    "integration",
    "keyholder",
    "robot",
    "service",
    "webhook",
];

/// Words in the name of a login that several people use.
const DESKS: &[&str] = &[
    "desk",
    "front",
    "hall",
    "kase",
    "reception",
    "recepcija",
    "resepshen",
];

/// Those of them that are surnames, too.
const SURNAMES: &[&str] = &["api", "bot", "front", "hall", "kase", "service"];

/// Words before one of them that are no first name.
const THINGS: &[&str] = &[
    "beauty", "booking", "chat", "client", "customer", "main", "mobile", "online", "room", "salon",
    "second", "telegram", "web", "website", "whatsapp",
];

impl Made<'_> {
    /// The file in which somebody new stands.
    pub(super) fn file(&self, subject: &Subject<'_>) -> String {
        if self.input.one_file {
            return "people.yaml".to_owned();
        }
        let rows = subject.logins.iter().flat_map(|it| &it.rows);
        let listed = subject.listed.values().flatten();
        let listed = listed.flat_map(Listed::places);
        let places = rows.filter_map(|(place, _)| place.location());
        let places: BTreeSet<&LocationKey> = places.chain(listed).collect();
        match (places.first(), places.len()) {
            (Some(only), 1) => format!("people/{only}.yaml"),
            _ => "people/several-places.yaml".to_owned(),
        }
    }

    /// Accounts of somebody declared that YAML does not tell are theirs.
    pub(super) fn pins_of_existing(
        &self,
        subject: &Subject<'_>,
    ) -> Vec<(SystemName, Vec<AccountId>)> {
        let mut pins: BTreeMap<SystemName, Vec<AccountId>> = BTreeMap::new();
        let is_owned = |login: &Login<'_>| {
            let id = (login.system.clone(), login.id.clone());
            self.input.owners.contains_key(&id)
        };
        // Beside an account that is theirs another one is somebody's to decide.
        let is_second = |login: &Login<'_>| {
            let mut owned = subject.logins.iter().filter(|it| is_owned(it));
            owned.any(|it| {
                let shared =
                    |(place, _): &(_, _)| login.rows.iter().any(|(other, _)| other == place);
                it.system == login.system && it.rows.iter().any(shared)
            })
        };
        for login in &subject.logins {
            let id = (login.system.clone(), login.id.clone());
            if !is_owned(login) && !is_second(login) && !login.is_of_chain() {
                pins.entry(id.0).or_default().push(id.1);
            }
        }
        pins.into_iter().collect()
    }

    /// The entry of somebody new, and that of their contacts where these are kept apart.
    pub(super) fn person(
        &mut self,
        subject: &Subject<'_>,
        access: Vec<Yaml>,
        shared: &BTreeSet<String>,
        taken: &mut Taken,
    ) -> (Entry, Option<Entry>) {
        let names: BTreeSet<String> = subject.logins.iter().map(|it| it.name()).collect();
        // The longest says most.
        let name = names
            .iter()
            .max_by_key(|it| (it.chars().count(), std::cmp::Reverse(*it)));
        let first = subject.logins.first();
        let id = first.map_or_else(String::new, |it| keys::dashed(it.id.as_str()));
        let mut above = subject.above.clone();
        let name = if let Some(name) = name.filter(|name| !name.is_empty()) {
            name.clone()
        } else {
            above.push("TO DECIDE: an account without a name".to_owned());
            let who: Vec<String> = subject.logins.iter().map(|it| call(it)).collect();
            let line = format!("{}: it has no name", who.join(", "));
            self.told.decide.push(line);
            format!("Account {id}")
        };
        let key = taken.free(&keys::person(&name), &format!("person-{id}"));
        let is_typed =
            |it: &&SystemName| matches!(self.kind(it), Some(Kind::Keycrm | Kind::Apenday));
        let systems = subject.rows.keys().chain(subject.listed.keys());
        let two_names = systems.copied().any(|it| is_typed(&it));
        let mut map = Map::default();
        if let Some(kind) = subject.kind {
            map.put("kind", Yaml::from(kind));
        }
        map.put(
            "name",
            match name.split_once(' ') {
                Some((first, last)) if two_names => {
                    let mut parts = Map::default();
                    parts
                        .put("first", Yaml::from(first))
                        .put("last", Yaml::from(last));
                    parts.done()
                }
                _ => Yaml::from(name.as_str()),
            },
        );
        let (email, phone) = (
            chosen(subject, shared, |row| {
                row.email.as_ref().map(|it| it.as_str().to_owned())
            }),
            chosen(subject, shared, |row| {
                row.phone.as_ref().map(|it| it.as_str().to_owned())
            }),
        );
        let mut reach = Map::default();
        let mut found = false;
        for (key, word, value) in [("email", "address", &email), ("phone", "number", &phone)] {
            let Some(value) = value else { continue };
            found = true;
            let text = Yaml::from(value.as_str());
            let said = if shared.contains(value) {
                let mut map = Map::default();
                map.put(word, text)
                    .put("shared", Yaml::Plain("true".to_owned()));
                map.done()
            } else {
                text
            };
            let map = if self.input.pin { &mut reach } else { &mut map };
            map.put(key, said);
        }
        let pins = self.pins(subject, [email, phone], shared, name.contains(' '));
        if pins != Yaml::Map(Vec::new()) {
            map.put("accounts", pins);
        }
        let (access, behind) = match &subject.alone {
            Some(why) => (Yaml::from("unmanaged"), vec![why.clone()]),
            None => (Yaml::List(access), subject.behind.clone()),
        };
        map.put("access", access);
        let behind = match behind.as_slice() {
            [] => Vec::new(),
            [one] => vec![("access", one.clone())],
            several => {
                above.extend(several.iter().cloned());
                Vec::new()
            }
        };
        let entry = Entry {
            key: key.clone(),
            above,
            value: map.done(),
            behind,
            short: false,
        };
        let apart = (self.input.pin && found).then(|| Entry {
            key,
            above: Vec::new(),
            value: reach.done(),
            behind: Vec::new(),
            short: true,
        });
        (entry, apart)
    }

    /// The accounts that no contact tells.
    fn pins(
        &self,
        subject: &Subject<'_>,
        contacts: [Option<String>; 2],
        shared: &BTreeSet<String>,
        two_names: bool,
    ) -> Yaml {
        let [email, _] = contacts.clone();
        let own = contacts
            .into_iter()
            .flatten()
            .filter(|it| !shared.contains(it));
        let own: Vec<String> = own.collect();
        let mut by_system: BTreeMap<&SystemName, Vec<&Login<'_>>> = BTreeMap::new();
        for login in &subject.logins {
            by_system.entry(login.system).or_default().push(login);
        }
        let mut pins = Map::default();
        for (system, logins) in by_system {
            // A user of the chain is another account than that at its locations, and told apart by where it is.
            let of_chain = logins.iter().filter(|it| it.is_of_chain()).count();
            let kind = self.kind(system);
            let by_email = matches!(kind, Some(Kind::Reservio | Kind::Apenday));
            let carries = |it: &&Login<'_>| match &email {
                _ if !by_email => own.iter().any(|contact| it.carries(contact)),
                Some(email) => own.contains(email) && it.carries(email),
                None => false,
            };
            let told = logins.len() - of_chain <= 1
                && of_chain <= 1
                && logins.iter().all(carries)
                && (!matches!(kind, Some(Kind::Keycrm | Kind::Apenday)) || two_names);
            if told && !self.input.pin {
                continue;
            }
            let ids = logins.iter().map(|it| {
                let text = it.id.as_str();
                if text.len() < 18
                    && !text.starts_with('0')
                    && text.bytes().all(|b| b.is_ascii_digit())
                {
                    Yaml::Plain(text.to_owned())
                } else {
                    Yaml::from(text)
                }
            });
            let mut ids: Vec<Yaml> = ids.collect();
            let ids = if ids.len() == 1 {
                ids.remove(0)
            } else {
                Yaml::List(ids)
            };
            pins.put(system.to_string(), Yaml::pair("id", ids));
        }
        pins.done()
    }
}

/// Whether somebody new is left alone, and what they are.
pub(super) fn judge(subject: &mut Subject<'_>, input: &Input<'_>) {
    let rows: Vec<&Account> = subject
        .logins
        .iter()
        .flat_map(|it| &it.rows)
        .map(|(_, row)| *row)
        .collect();
    let is_owner = rows.iter().any(|row| {
        let role = row
            .role
            .as_ref()
            .and_then(|role| vendor_role(role.as_str()));
        role.is_some_and(crate::catalog::VendorRole::is_owner)
    });
    let fixed = rows.iter().any(|row| !row.removable);
    let mut words: BTreeSet<String> = BTreeSet::new();
    for login in &subject.logins {
        let name = login.name();
        let mut own = keys::words(&name);
        if is_human(&name) {
            own.retain(|word| !SURNAMES.contains(&word.as_str()));
        }
        words.extend(own);
    }
    let has = |list: &[&str]| list.iter().any(|it| words.contains(*it));
    let acting = subject.logins.iter().any(|login| {
        let seen = input.observed.systems.get(login.system);
        let caller = seen.and_then(|it| it.caller.account.as_ref());
        let wish = input.desired.systems.get(login.system);
        let named = wish.and_then(|it| it.acting.as_ref());
        caller == Some(login.id)
            || matches!(named, Some(crate::model::Actor::Account(id)) if id == login.id)
    });
    if acting {
        subject.kind = Some("service");
        subject.alone = Some("the account that keyholder acts as".to_owned());
    } else if is_owner {
        subject.alone = Some("an owner".to_owned());
    } else if fixed {
        subject.kind = Some("service");
        subject.alone = Some("a system user: the vendor lets nobody remove it".to_owned());
    } else if has(PROGRAMS) {
        subject.kind = Some("service");
        subject.alone = Some("TO DECIDE: a program, by its name".to_owned());
    } else if has(DESKS) {
        subject.kind = Some("shared");
        subject.above.push(
            "TO DECIDE: used by several people, by its name; say who under `used_by`".to_owned(),
        );
    }
}

/// Whether a name looks like a first name and a surname, such as Anna Hall and Jean-Luc Service: two words with a capital
/// each, the first of them no word for a program or a desk.
fn is_human(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let [first, last] = words.as_slice() else {
        return false;
    };
    let is_name = |word: &str| {
        let mut parts = word.split('-');
        parts.all(|part| {
            let mut letters = part.chars();
            letters.next().is_some_and(char::is_uppercase)
                && part.chars().any(char::is_lowercase)
                && letters.all(char::is_lowercase)
        })
    };
    let is_thing = |word: &String| {
        PROGRAMS.contains(&word.as_str())
            || DESKS.contains(&word.as_str())
            || THINGS.contains(&word.as_str())
    };
    is_name(first) && is_name(last) && !keys::words(first).iter().any(is_thing)
}

/// The contact that most rows have, one that is theirs alone before others.
fn chosen(
    subject: &Subject<'_>,
    shared: &BTreeSet<String>,
    of: impl Fn(&Account) -> Option<String>,
) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, row) in subject.logins.iter().flat_map(|it| &it.rows) {
        if let Some(contact) = of(row) {
            *counts.entry(contact).or_default() += 1;
        }
    }
    let best = counts.into_iter().min_by_key(|(contact, count)| {
        (
            shared.contains(contact),
            std::cmp::Reverse(*count),
            contact.clone(),
        )
    });
    best.map(|(contact, _)| contact)
}

pub(super) fn contact(contact: &crate::model::Contact) -> &str {
    match contact {
        crate::model::Contact::Email(email) => email.as_str(),
        crate::model::Contact::Phone(phone) => phone.as_str(),
    }
}

/// Accounts as a comment names them: without their names, which are another's words.
pub(super) fn short(logins: &[&Login<'_>]) -> String {
    let mut by_system: BTreeMap<&SystemName, Vec<String>> = BTreeMap::new();
    for login in logins {
        let ids = by_system.entry(login.system).or_default();
        ids.push(keys::clean(login.id.as_str()));
    }
    let each = by_system.iter().map(|(system, ids)| {
        let noun = if ids.len() == 1 {
            "account"
        } else {
            "accounts"
        };
        format!("{noun} {} at {system}", ids.join(", "))
    });
    each.collect::<Vec<_>>().join(" and ")
}

/// An account as messages name it.
pub(super) fn call(login: &Login<'_>) -> String {
    let name = login.name();
    let name = if name.is_empty() { "no name" } else { &name };
    format!(
        "{name} (account {} at {})",
        keys::clean(login.id.as_str()),
        login.system
    )
}
