//! `live.json`: the live side of an example project, written by hand.
//!
//! Not the state file, which is written by the sandbox for itself. It keeps that a seed is taken whole or refused
//! with a message: an unknown key, a dangling name or two people with one contact are errors.
//!
//! ```json
//! {
//!   "starts": "2026-12-01T08:00:00Z",
//!   "limits": { "per_minute": 200, "per_second": 5, "window": "sliding" },
//!   "systems": {
//!     "salons": {
//!       "kind": "altegio",
//!       "chain": { "id": 4521, "title": "Salons of Riga" },
//!       "caller": 1,
//!       "options": { "write": "merge", "sms": true },
//!       "locations": [
//!         { "id": 10231, "title": "Rīga Centrs", "timezone": "Europe/Riga",
//!           "accounts": ["Kase 1", "Kase 2"], "storages": ["Noliktava"], "positions": ["Stylist"],
//!           "staff": ["Jana B.", { "id": 77, "name": "Ilze O.", "position": "Stylist" }] }
//!       ],
//!       "users": [
//!         { "id": 1, "name": "Robots", "email": "robots@chain.example", "in": { "*": "owner" } },
//!         { "id": 8812, "name": "Jana Bērziņa", "phone": "+37120000001",
//!           "in": { "10231": { "role": "worker", "staff": "Jana B.",
//!                              "rights": { "records_edit_last_days_count": 3, "finances_accounts_ids": ["Kase 1"] } } } },
//!         { "id": 8813, "name": "Kārlis", "email": "k@home.example", "in": { "10231": { "pending": true } } }
//!       ]
//!     }
//!   }
//! }
//! ```
//!
//! Per system of kind `altegio` or `yclients`:
//!
//! | key | meaning |
//! | --- | --- |
//! | `chain`, or `chains` as a list | an id, or `{id, title, members}`; members (the chain's users, the caller among them): account to a list of chain rights or `"all"`; absent: the caller has all |
//! | `caller` | the account whose rights judge calls; absent: the first user who is an owner somewhere |
//! | `tokens` | user token to account; absent: every token is the caller's (`sandbox-user-ID` is always account ID's) |
//! | `options` | see [`Options`](crate::sandbox::options::Options) |
//! | `locations` | `id`, `title`, `chain` (absent: the only one), `timezone`, `medical`, `sections` (beginnings of the slugs its tree has; absent: all), `trial`, `unlicensed`, `accounts`, `storages`, `positions`, `expenses`, `staff` |
//! | `users` | `id`, `name`, `phone`, `email`, `password`, `system`, `in` |
//!
//! A thing may be a text, its title; its id is then 1,000 times the location's plus a number by kind and place
//! (accounts from 1, storages from 201, positions from 401, staff from 601, expenses from 801).
//! `in` is by location id, `*` is every location that is not named; its value is a role, or `role`, `preset` (`role-default`,
//! `all`, `none`), `rights` (a preset's name, or values over the preset; ids also by name), `staff` (id or name), `pending`,
//! `non_deletable`, `information`.
//!
//! The vendors whose users change by hand only:
//!
//! ```json
//! {
//!   "systems": {
//!     "crm": {
//!       "kind": "keycrm", "per_minute": 60, "order": "id", "key_owner": 1,
//!       "roles": [{ "id": 1, "name": "Administrator", "alias": "administrator" }, { "id": 4, "name": "Manager" }],
//!       "users": [
//!         { "id": 1, "first": "Ilze", "last": "Ozola", "login": "ilze", "email": "ilze@chain.example", "role": 1 },
//!         { "id": 5, "first": "Jana", "last": "Bērziņa", "login": "jana", "phone": "+37120000001", "role": 4,
//!           "status": "pending", "sources": ["Instagram"], "statuses": ["New"] },
//!         { "id": 6, "first": "Kārlis", "role": 4, "status": "blocked", "created": "2026-01-05 09:00:00",
//!           "signed_in": "2026-02-01 10:00:00" }
//!       ],
//!       "orders": [{ "id": 100, "assigned": [1] }]
//!     },
//!     "booking": {
//!       "kind": "reservio", "me": "5e5e71d0-0000-4000-8000-0000000000aa",
//!       "registered": ["jana@home.example"],
//!       "businesses": [
//!         { "id": "0d3b7a52-0000-4000-8000-000000000001", "name": "Rīga Centrs", "timezone": "Europe/Riga", "currency": "EUR",
//!           "resources": [
//!             { "id": "0d3b7a52-0000-4000-8000-000000000011", "name": "Ilze Ozola", "email": "ilze@chain.example",
//!               "access": ["own_bookings", "all_bookings", "client_list", "sections"] },
//!             { "name": "Jana Bērziņa", "email": "jana@home.example", "access": ["own_bookings"], "pending": true },
//!             { "name": "Room 1" }
//!           ] }
//!       ]
//!     },
//!     "group": {
//!       "kind": "reservio",
//!       "enterprise": [{ "name": "Ilze Ozola", "email": "ilze@chain.example", "administrator": true,
//!                        "calendars": ["centrs: admin", "mall: view"] }]
//!     },
//!     "meetings": {
//!       "kind": "apenday", "tokens": { "secret": 1 },
//!       "users": [
//!         { "id": 1, "first": "Ilze", "last": "Ozola", "email": "ilze@chain.example", "role": "administrateur client" },
//!         { "id": 2, "first": "Jana", "last": "Bērziņa", "email": "jana@home.example", "mobile": "+37120000001",
//!           "inactive": true, "role": "conseiller", "team": "North", "agencies": ["centrs"], "calendar": "internal",
//!           "events": ["Consultation"], "notifications": { "sms": true } }
//!       ]
//!     }
//!   }
//! }
//! ```
//!
//! Of kind `keycrm`:
//!
//! | key | meaning |
//! | --- | --- |
//! | `per_minute` | calls a minute for one key and address; absent: 60, 0 is no limit |
//! | `order` | how `GET /users` is sorted: `id`, `newest-first`, `blocked-last`; absent: `id` |
//! | `key_owner` | the user whose block ends the key; absent: nobody |
//! | `roles` | `id`, `name`, `alias` (absent: made of the name) |
//! | `users` | `id`, `first`, `last`, `login`, `email`, `phone`, `role` (its id), `status` (`active`, `pending`, `blocked`; absent: `active`), `created` and `signed_in` (`YYYY-MM-DD HH:MM:SS`, UTC; a user who is active signed in when created, if nothing else is said), `sources`, `statuses` |
//! | `orders` | `id`, `assigned` (user ids) |
//!
//! Of kind `reservio`:
//!
//! | key | meaning |
//! | --- | --- |
//! | `per_minute` | absent: no limit |
//! | `me` | the id of the token's owner |
//! | `registered` | e-mails that have a personal account; whoever accepted has one anyway |
//! | `businesses` | `id`, `name`, `timezone`, `currency`, `resources`: `id` (absent: made up), `name`, `email`, `access` (`own_bookings`, `all_bookings`, `client_list`, `sections`; absent: none), `pending` |
//! | `enterprise` | users of the multi-calendar administration: `name`, `email`, `administrator`, `calendars` (`KEY: admin` or `KEY: view`); absent: the standard plan |
//!
//! Access that is pending while nobody registered its e-mail was given too early: its invitation leads nowhere.
//!
//! Of kind `apenday`:
//!
//! | key | meaning |
//! | --- | --- |
//! | `per_minute` | absent: no limit |
//! | `tokens` | key to user; a key ends with its owner; absent: every key works |
//! | `users` | `id`, `first`, `last`, `email`, `mobile`, `inactive`, `role` (absent: `conseiller`), `team`, `agencies`, `calendar` (`office365`, `internal`, `ical`, `exchange`, `zimbra`), `events`, `notifications` (name to `true` or `false`) |

mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};

use self::shape::{
    Live, LiveChain, LiveLink, LiveLocation, LiveNamed, LiveSalons, LiveSystem, Short,
};

use crate::sandbox::faults::{Chances, Fault};
use crate::sandbox::kind::Kind;
use crate::sandbox::limits::Limits;
use crate::sandbox::link::Link;
use crate::sandbox::manual::Manual;
use crate::sandbox::rights;
use crate::sandbox::roles;
use crate::sandbox::state::{Account, Chain, Location, Staff, System, digits_of};
use crate::sandbox::{apenday, keycrm, reservio};

/// Why a seed was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedError(String);

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SeedError {}

/// The simulated clock's first instant where a seed names none.
const STARTS: &str = "2026-12-01T08:00:00Z";

/// The largest id of a user; beyond it JSON readers begin to round.
const LARGEST_ID: u64 = 9_007_199_254_740_991;

/// The rights a chain can give, as the reference lists them; the older product knows the first six.
pub(crate) const CHAIN_RIGHTS: &[&str] = &[
    "settings_access",
    "users_access",
    "clients_access",
    "loyalty_access",
    "loyalty_cards_manual_transactions_access",
    "network_services_access",
    "deposits_access",
    "deposit_types_access",
    "loyalty_abonement_types_access",
    "loyalty_abonement_balance_edit_access",
    "loyalty_abonement_period_edit_access",
    "loyalty_abonement_history_access",
    "loyalty_certificate_types_access",
    "loyalty_programs_access",
    "analytics_access",
];

/// What a seed says, resolved.
#[derive(Debug)]
pub(crate) struct Seeded {
    pub(crate) starts: Timestamp,
    pub(crate) limits: Limits,
    pub(crate) faults: Vec<Fault>,
    pub(crate) chances: Option<Chances>,
    pub(crate) systems: BTreeMap<String, System>,
    pub(crate) manual: BTreeMap<String, Manual>,
}

/// Reads and resolves a seed.
pub(crate) fn read(text: &str) -> Result<Seeded, SeedError> {
    let fail = |message: String| SeedError(message);
    let live: Live = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
    let written = shape::systems(text).map_err(|error| fail(error.to_string()))?;
    let starts = live.starts.as_deref().unwrap_or(STARTS);
    let starts = starts.parse::<Timestamp>().map_err(|_| {
        fail(format!(
            "starts: `{starts}` is not an instant like {STARTS}"
        ))
    })?;
    if written.is_empty() {
        return Err(fail("systems: there must be at least one".to_owned()));
    }
    let mut systems = BTreeMap::new();
    let mut manual = BTreeMap::new();
    for (name, system) in written {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !name.chars().all(plain) || matches!(name.as_str(), "" | "api" | "_sandbox" | "." | "..")
        {
            return Err(fail(format!("systems: `{name}` cannot be a part of a URL")));
        }
        let at = |message: String| fail(format!("systems.{name}: {message}"));
        let resolved = match system {
            LiveSystem::Salons(live) => {
                systems.insert(name.clone(), resolve(&name, live).map_err(at)?);
                continue;
            }
            LiveSystem::Keycrm(live) => {
                Manual::Keycrm(keycrm::seed::resolve(&name, live, starts).map_err(at)?)
            }
            LiveSystem::Reservio(live) => {
                Manual::Reservio(reservio::seed::resolve(&name, live).map_err(at)?)
            }
            LiveSystem::Apenday(live) => {
                Manual::Apenday(apenday::seed::resolve(&name, live).map_err(at)?)
            }
        };
        manual.insert(name, resolved);
    }
    Ok(Seeded {
        starts,
        limits: live.limits,
        faults: live.faults,
        chances: live.chances,
        systems,
        manual,
    })
}

/// The chain rights a product knows.
pub(crate) fn chain_rights(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Altegio => CHAIN_RIGHTS,
        Kind::Yclients => CHAIN_RIGHTS.get(..6).unwrap_or(CHAIN_RIGHTS),
    }
}

fn resolve(name: &str, live: LiveSalons) -> Result<System, String> {
    let mut system = System {
        name: name.to_owned(),
        kind: live.kind,
        options: live.options,
        caller: 0,
        tokens: live.tokens,
        accounts: BTreeMap::new(),
        locations: BTreeMap::new(),
        chains: BTreeMap::new(),
        next_account: 1,
    };
    let mut members = Vec::new();
    for chain in live.chain.into_iter().chain(live.chains) {
        let chain = match chain {
            Short::Full(chain) => chain,
            Short::Number(id) => LiveChain {
                id,
                title: String::new(),
                members: None,
            },
            Short::Word(word) => {
                return Err(format!("chain `{word}`: a chain is an id or a mapping"));
            }
        };
        let title = if chain.title.is_empty() {
            format!("Chain {}", chain.id)
        } else {
            chain.title
        };
        system.chains.insert(
            chain.id,
            Chain {
                title,
                members: BTreeMap::new(),
            },
        );
        members.push((chain.id, chain.members));
    }
    for place in live.locations {
        let id = place.id;
        if id == 0 || id > LARGEST_ID / 1_000 {
            return Err(format!(
                "location {id}: an id is a number from 1 to {}",
                LARGEST_ID / 1_000
            ));
        }
        let resolved = resolve_location(place, &system.chains)
            .map_err(|message| format!("location {id}: {message}"))?;
        if system.locations.insert(id, resolved).is_some() {
            return Err(format!("location {id} is there twice"));
        }
    }
    let mut contacts = BTreeSet::new();
    for user in live.users {
        let id = user.id;
        if id == 0 || id > LARGEST_ID {
            return Err(format!(
                "user {id}: an id is a number from 1 to {LARGEST_ID}"
            ));
        }
        let account = Account {
            name: user.name,
            phone: digits_of(&user.phone),
            email: user.email,
            password: user.password,
            system: user.system,
        };
        for contact in [account.phone.clone(), account.email.to_lowercase()] {
            if !contact.is_empty() && !contacts.insert(contact.clone()) {
                return Err(format!(
                    "user {id}: somebody else has the contact {contact}"
                ));
            }
        }
        let is_system = account.system;
        if system.accounts.insert(id, account).is_some() {
            return Err(format!("user {id} is there twice"));
        }
        system.next_account = system.next_account.max(id.saturating_add(1));
        resolve_links(&mut system, id, is_system, user.places)
            .map_err(|message| format!("user {id}: {message}"))?;
    }
    system.caller = match live.caller {
        Some(id) if system.accounts.contains_key(&id) => id,
        Some(id) => return Err(format!("caller {id} is not among the users")),
        None => first_owner(&system).ok_or("no `caller`, and no user is an owner anywhere")?,
    };
    for account in system.tokens.values() {
        if !system.accounts.contains_key(account) {
            return Err(format!("tokens: {account} is not among the users"));
        }
    }
    for (chain, listed) in members {
        let all = || {
            chain_rights(system.kind)
                .iter()
                .map(|right| (*right).to_owned())
                .collect()
        };
        let mut resolved = BTreeMap::new();
        match listed {
            None => {
                resolved.insert(system.caller, all());
            }
            Some(listed) => {
                for (account, given) in listed {
                    let given = match given {
                        Short::Word(word) if word == "all" => all(),
                        Short::Full(given) => given,
                        _ => return Err(format!("chain {chain}: rights are `all` or a list")),
                    };
                    if !system.accounts.contains_key(&account) {
                        return Err(format!("chain {chain}: {account} is not among the users"));
                    }
                    if let Some(right) = given
                        .iter()
                        .find(|right| !chain_rights(system.kind).contains(&right.as_str()))
                    {
                        return Err(format!("chain {chain}: no right `{right}`"));
                    }
                    resolved.insert(account, given);
                }
            }
        }
        if let Some(chain) = system.chains.get_mut(&chain) {
            chain.members = resolved;
        }
    }
    Ok(system)
}

fn first_owner(system: &System) -> Option<u64> {
    system
        .accounts
        .keys()
        .find(|id| {
            system.locations.values().any(|place| {
                place
                    .links
                    .get(id)
                    .is_some_and(|link| link.role == "owner" && link.approved)
            })
        })
        .copied()
}

fn resolve_location(live: LiveLocation, chains: &BTreeMap<u64, Chain>) -> Result<Location, String> {
    let chain = match live.chain {
        Some(id) if !chains.contains_key(&id) => return Err(format!("no chain {id}")),
        Some(id) => Some(id),
        None if chains.len() == 1 => chains.keys().next().copied(),
        None => None,
    };
    let base = live.id.saturating_mul(1_000);
    let positions = named(live.positions, base.saturating_add(401), "positions")?;
    let mut staff = BTreeMap::new();
    for (next, member) in (base.saturating_add(601)..).zip(live.staff) {
        let (id, member) = match member {
            Short::Word(name) => (
                next,
                Staff {
                    name,
                    ..Staff::default()
                },
            ),
            Short::Number(_) => {
                return Err("staff: a team member is a name or a mapping".to_owned());
            }
            Short::Full(full) => {
                let position = match full.position {
                    None => None,
                    Some(title) => Some(
                        by_title(&positions, &title)
                            .ok_or_else(|| format!("no position `{title}`"))?,
                    ),
                };
                (
                    full.id.unwrap_or(next),
                    Staff {
                        name: full.name,
                        position,
                        fired: full.fired,
                    },
                )
            }
        };
        if staff.insert(id, member).is_some() {
            return Err(format!("staff: {id} is there twice"));
        }
    }
    Ok(Location {
        title: live.title,
        chain,
        timezone: live.timezone.unwrap_or_else(|| "Europe/Riga".to_owned()),
        medical: live.medical,
        sections: live.sections,
        trial: live.trial,
        unlicensed: live.unlicensed,
        staff,
        positions,
        cash_accounts: named(live.accounts, base.saturating_add(1), "accounts")?,
        storages: named(live.storages, base.saturating_add(201), "storages")?,
        expenses: named(live.expenses, base.saturating_add(801), "expenses")?,
        links: BTreeMap::new(),
    })
}

fn named(
    live: Vec<Short<LiveNamed>>,
    first: u64,
    what: &str,
) -> Result<BTreeMap<u64, String>, String> {
    let mut resolved = BTreeMap::new();
    for (next, thing) in (first..).zip(live) {
        let (id, title) = match thing {
            Short::Word(title) => (next, title),
            Short::Full(full) => (full.id.unwrap_or(next), full.title),
            Short::Number(id) => return Err(format!("{what}: {id} has no title")),
        };
        if resolved.insert(id, title).is_some() {
            return Err(format!("{what}: {id} is there twice"));
        }
    }
    Ok(resolved)
}

fn by_title(things: &BTreeMap<u64, String>, title: &str) -> Option<u64> {
    things
        .iter()
        .find(|(_, other)| *other == title)
        .map(|(id, _)| *id)
}

fn resolve_links(
    system: &mut System,
    account: u64,
    is_system: bool,
    places: BTreeMap<String, Short<LiveLink>>,
) -> Result<(), String> {
    let mut named: BTreeMap<u64, LiveLink> = BTreeMap::new();
    let mut everywhere = None;
    for (place, link) in places {
        let link = match link {
            Short::Word(role) => LiveLink {
                role: Some(role),
                ..LiveLink::default()
            },
            Short::Full(link) => link,
            Short::Number(_) => return Err(format!("in.{place}: a role or a mapping")),
        };
        if place == "*" {
            everywhere = Some(link);
            continue;
        }
        let id = place
            .parse::<u64>()
            .map_err(|_| format!("in: `{place}` is not a location id"))?;
        if !system.locations.contains_key(&id) {
            return Err(format!("in: no location {id}"));
        }
        named.insert(id, link);
    }
    for (id, place) in &mut system.locations {
        let Some(live) = named.get(id).or(everywhere.as_ref()) else {
            continue;
        };
        let link = resolve_link(live, place, &system.chains, system.kind, is_system)
            .map_err(|message| format!("in.{id}: {message}"))?;
        if let Some(staff) = link.staff
            && let Some(other) = place.user_of(staff)
        {
            return Err(format!(
                "in.{id}: team member {staff} is linked to user {other} already"
            ));
        }
        place.links.insert(account, link);
    }
    Ok(())
}

fn resolve_link(
    live: &LiveLink,
    place: &Location,
    chains: &BTreeMap<u64, Chain>,
    kind: Kind,
    is_system: bool,
) -> Result<Link, String> {
    let role = live.role.as_deref().unwrap_or("worker");
    if !roles::known(kind, role) {
        return Err(format!("{} has no role `{role}`", kind.name()));
    }
    // Visible from the beginning of time: a sandbox in real time may run before the seed's instant.
    let mut link = Link::of_role(role, place, kind, Timestamp::UNIX_EPOCH);
    link.approved = !live.pending;
    link.non_deletable = live.non_deletable.unwrap_or(role == "owner" || is_system);
    link.information.clone_from(&live.information);
    let (preset, over) = match &live.rights {
        None => (live.preset.as_deref(), None),
        Some(Short::Word(preset)) => (Some(preset.as_str()), None),
        Some(Short::Full(over)) => (live.preset.as_deref(), Some(over)),
        Some(Short::Number(_)) => return Err("rights: a preset or a mapping".to_owned()),
    };
    for right in place.rights(kind) {
        let value = match preset {
            None | Some("role-default") => continue,
            Some("all") => right.most_open(),
            Some("none") => right.most_closed(),
            Some(other) => return Err(format!("no preset `{other}`: role-default, all, none")),
        };
        link.rights.insert(right.slug.to_owned(), value);
    }
    for (slug, sent) in over.into_iter().flatten() {
        let right = rights::find(slug).filter(|right| place.has_right(right, kind));
        let right = right.ok_or_else(|| format!("no right `{slug}` here"))?;
        let titles = right
            .entity()
            .map(|entity| place.named(entity, chains))
            .unwrap_or_default();
        let id_of = |sent: &Value| match sent {
            Value::String(title) => titles
                .iter()
                .find(|(_, other)| other == title)
                .map_or_else(|| sent.clone(), |(id, _)| json!(id)),
            other => other.clone(),
        };
        let meant = match sent {
            Value::Array(ids) => Value::Array(ids.iter().map(id_of).collect()),
            Value::String(word) if word == "all" => right.most_open(),
            other => id_of(other),
        };
        let value = right
            .read(&meant)
            .ok_or_else(|| format!("`{slug}` cannot be {sent}"))?;
        link.rights.insert(slug.clone(), value);
    }
    link.staff = match &live.staff {
        None => None,
        Some(Value::Number(id)) => id.as_u64().filter(|id| place.staff.contains_key(id)),
        Some(Value::String(name)) => place
            .staff
            .iter()
            .find(|(_, member)| member.name == *name)
            .map(|(id, _)| *id),
        Some(_) => None,
    };
    if let (Some(named), None) = (&live.staff, link.staff) {
        return Err(format!("no team member {named}"));
    }
    Ok(link)
}
