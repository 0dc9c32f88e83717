//! Roles of systems without a catalogue of rights, and of chains, as a list that somebody exported tells of them.
//!
//! Not a search for likenesses: no `plus` and no `minus` says such a difference, so everybody who has the same has one role.
//! Invariant: a list that does not tell all that a role says makes no role; nothing of it is guessed.

use std::collections::{BTreeMap, BTreeSet};

use super::entries::{Made, Subject};
use super::keys::{self, Taken};
use super::yaml::{Entry, Map};
use crate::catalog::Kind;
use crate::config::edit::Yaml;
use crate::model::{Account, AccountState, Facts, LocationKey, PlaceId, RoleKey, SystemName};

/// A role of the project in a system without a catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFacts {
    /// Its key.
    pub key: RoleKey,
    /// What it says.
    pub says: Says,
}

/// What a role says: the vendor's word for the role, where there is one, and values by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Says {
    /// The vendor's role.
    pub role: Option<String>,
    /// Ticks, teams, calendars.
    pub facts: Facts,
    /// Whether these are rights over the chain.
    pub chain: bool,
}

/// Where somebody has a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Where {
    Chain,
    All,
    Keys(Vec<LocationKey>),
}

/// A role that somebody has, and where.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    says: Says,
    at: Where,
}

impl Where {
    fn keys(&self) -> &[LocationKey] {
        match self {
            Where::Keys(keys) => keys,
            Where::Chain | Where::All => &[],
        }
    }
}

impl Listed {
    /// The locations that it names.
    pub(super) fn places(&self) -> &[LocationKey] {
        self.at.keys()
    }
}

/// The ticks of a Reservio profile, as the vendor's page calls them in short.
const TICKS: [(&str, &str); 4] = [
    ("own_bookings", "own bookings"),
    ("all_bookings", "all bookings"),
    ("client_list", "clients"),
    ("sections", "sales and settings"),
];

/// Calendars that the language knows at Apenday.
const CALENDARS: &[&str] = &["office365", "internal", "ical", "exchange", "zimbra"];

/// Whether a list, and no call, tells who has access at a place.
pub(super) fn is_listed(kind: Option<Kind>, place: &PlaceId) -> bool {
    matches!(kind, Some(Kind::Reservio | Kind::Apenday)) || *place == PlaceId::Chain
}

/// What a row of a list comes to, or why no role can say it.
fn read(
    kind: Kind,
    place: &PlaceId,
    row: &Account,
    places: &BTreeSet<&LocationKey>,
) -> Result<Vec<Listed>, String> {
    let none = Facts::new();
    let facts = row.facts.as_deref().unwrap_or(&none);
    match (kind, place) {
        (Kind::Altegio | Kind::Yclients, _) => chain(facts),
        (Kind::Reservio, PlaceId::At(key)) => ticks(row, facts, key),
        (Kind::Reservio, _) => levels(facts, places),
        (Kind::Apenday, _) => agency(row, facts),
        (Kind::Keycrm, _) => Err("an export of this system is not read".to_owned()),
    }
}

fn chain(facts: &Facts) -> Result<Vec<Listed>, String> {
    let on = facts.iter().filter(|(_, value)| &***value == "true");
    let facts: Facts = on
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if facts.is_empty() {
        return Err("the list names no right over the chain".to_owned());
    }
    let says = Says {
        role: None,
        facts,
        chain: true,
    };
    Ok(vec![Listed {
        says,
        at: Where::Chain,
    }])
}

fn ticks(row: &Account, facts: &Facts, key: &LocationKey) -> Result<Vec<Listed>, String> {
    if row.state == AccountState::Invited {
        // To accept is a step of theirs, which a plan would show.
        return Err("invited and not accepted yet; write their access once they are in".to_owned());
    }
    let mut own = Facts::new();
    for (tick, _) in TICKS {
        let Some((name, value)) = facts.get_key_value(tick) else {
            return Err(format!("the list has no column for the tick `{tick}`"));
        };
        own.insert(name.clone(), value.clone());
    }
    let says = Says {
        facts: own,
        ..Says::default()
    };
    Ok(vec![Listed {
        says,
        at: Where::Keys(vec![key.clone()]),
    }])
}

/// Reservio Enterprise: a level for each calendar, and the tick above them.
fn levels(facts: &Facts, places: &BTreeSet<&LocationKey>) -> Result<Vec<Listed>, String> {
    let one = |name: &str, value: &str| Says {
        facts: Facts::from([(name.into(), value.into())]),
        ..Says::default()
    };
    let mut found = Vec::new();
    let mut levels: BTreeMap<&str, Vec<LocationKey>> = BTreeMap::new();
    let calendars = facts.get("calendars").map_or("", |list| &**list);
    for line in calendars.split('\n').filter(|line| !line.trim().is_empty()) {
        let (key, level) = line.split_once(':').unwrap_or((line, ""));
        let (key, level) = (LocationKey::new(key.trim()), level.trim());
        if matches!(level, "" | "none") {
            continue;
        }
        if !places.contains(&key) {
            let shown = keys::clean(key.as_str());
            return Err(format!("`{shown}` of its calendars is no location's key"));
        }
        if !matches!(level, "view" | "admin") {
            return Err(format!(
                "`{}` is no level of a calendar",
                keys::clean(level)
            ));
        }
        levels.entry(level).or_default().push(key);
    }
    if facts.get("administrator").is_some_and(|it| &**it == "true") {
        let says = one("administrator", "true");
        found.push(Listed {
            says,
            at: Where::All,
        });
    }
    for (level, keys) in levels {
        let says = one("calendars", level);
        found.push(Listed {
            says,
            at: Where::Keys(keys),
        });
    }
    if found.is_empty() {
        return Err("the list gives them no calendar".to_owned());
    }
    Ok(found)
}

fn agency(row: &Account, facts: &Facts) -> Result<Vec<Listed>, String> {
    let Some(role) = row
        .role
        .as_ref()
        .filter(|it| !it.as_str().trim().is_empty())
    else {
        return Err("the list does not tell their role level".to_owned());
    };
    let agencies = facts.get("agencies").map_or("", |list| &**list);
    let at: Vec<LocationKey> = agencies
        .split('\n')
        .filter(|it| !it.is_empty())
        .map(LocationKey::new)
        .collect();
    if at.is_empty() {
        return Err("the list does not tell their agencies".to_owned());
    }
    if let Some(calendar) = facts.get("calendar")
        && !CALENDARS.contains(&&**calendar)
    {
        return Err(format!(
            "`{}` is no kind of calendar that is known; say what it means under `values`",
            keys::clean(calendar)
        ));
    }
    let texts = [Some(role.as_str()), facts.get("team").map(|it| &**it)];
    if texts
        .into_iter()
        .flatten()
        .any(|text| keys::clean(text) != *text)
    {
        return Err("their role level or team is written with signs that no file takes".to_owned());
    }
    let by_sms = facts
        .iter()
        .any(|(name, value)| name.starts_with("notifications.sms") && &**value == "true");
    if by_sms && row.phone.is_none() {
        return Err("they get notices by SMS, and the list has no phone".to_owned());
    }
    let facts = facts
        .iter()
        .filter(|(name, value)| &***name != "agencies" && !value.is_empty());
    let says = Says {
        role: Some(role.to_string()),
        facts: facts
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        chain: false,
    };
    Ok(vec![Listed {
        says,
        at: Where::Keys(at),
    }])
}

impl<'a> Made<'a> {
    /// What no list and no call shows, and lists that could not be used.
    pub(super) fn tell_unlisted(&mut self, name: &SystemName, kind: Kind) {
        let Some(seen) = self.input.observed.systems.get(name) else {
            return;
        };
        let lost = self.input.observed.lost_exports.iter();
        let lost = lost.filter(|((system, _), _)| system == name);
        let lost: BTreeSet<String> = lost
            .map(|(_, why)| crate::plan::failure_text(why))
            .collect();
        if let Some(why) = lost.first() {
            let line = format!("{name}: {why}; export the list again, and import once more");
            self.told.left.push(line);
            return;
        }
        let is_one = |place: &PlaceId| is_listed(Some(kind), place);
        let lists = seen.scopes.iter().filter(|(place, _)| is_one(place));
        let mut lists =
            lists.filter(|(_, reading)| reading.seen().is_some_and(|scope| scope.export.is_some()));
        if lists.clone().next().is_some() {
            if lists.any(|(_, reading)| reading.complete().is_none()) {
                self.told.left.push(format!(
                    "{name}: the list was understood in part only; whoever is missing comes with another import"
                ));
            }
            return;
        }
        let profiles = seen
            .scopes
            .values()
            .filter_map(|it| it.seen()?.profiles.as_ref());
        let was_asked = profiles.clone().next().is_some();
        let profiles: usize = profiles.map(Vec::len).sum();
        let wish = self.input.desired.systems.get(name);
        let has_places = wish.is_some_and(|wish| !wish.locations.is_empty());
        let line = match kind {
            Kind::Reservio if !has_places => format!(
                "{name}: no location names a business of it, so none was asked; write `in: {{ {name}: ID }}` at a location, type or export the list of who may sign in, name it under `snapshot:`, and import again"
            ),
            Kind::Reservio if !was_asked => format!(
                "{name}: Reservio does not show who may sign in; type or export the list, name it under `snapshot:`, and import again"
            ),
            Kind::Reservio => format!(
                "{name}: Reservio shows {profiles} bookable profiles and not who may sign in; type or export the list, name it under `snapshot:`, and import again"
            ),
            Kind::Apenday => format!(
                "{name}: Apenday shows no users; type or export the list, name it under `snapshot:`, and import again"
            ),
            Kind::Altegio | Kind::Yclients => format!(
                "{name}: no interface shows who has access to the chain itself; look into the chain's page, or name a list under `snapshot:`"
            ),
            Kind::Keycrm => return,
        };
        self.told.left.push(line);
    }

    /// Takes up a row of a list; whoever it cannot be said of is left alone.
    pub(super) fn listed(
        &mut self,
        subject: &mut Subject<'a>,
        system: &'a SystemName,
        place: &'a PlaceId,
        row: &Account,
    ) {
        let wish = self.input.desired.systems.get(system);
        let places = wish
            .map(|wish| wish.locations.keys().collect())
            .unwrap_or_default();
        let Some(kind) = self.kind(system) else {
            return;
        };
        let where_ = super::at(system, place);
        match read(kind, place, row, &places) {
            Ok(found) => subject.listed.entry(system).or_default().extend(found),
            Err(why) => {
                if let Some(key) = &subject.existing {
                    self.told.left.push(format!("`{key}`: at {where_} {why}"));
                } else if subject.alone.is_none() {
                    subject.alone = Some(format!("left alone: at {where_} {why}"));
                    subject.reason = Some(format!("left alone: {why}"));
                }
            }
        }
    }

    /// Whether nobody declared has anything of what a list tells of.
    pub(super) fn is_fresh_list(&self, system: &SystemName, place: &PlaceId) -> bool {
        let people = self.input.desired.people.values();
        let mut grants = people.flat_map(|person| &person.grants);
        // One account for the whole system says where it is in its lines alone.
        !grants.any(|grant| {
            grant.system == *system && (*place == PlaceId::Whole || grant.place == *place)
        })
    }

    /// Roles of lists, and who has them.
    pub(super) fn by_list(
        &mut self,
        system: &SystemName,
        subjects: &[Subject<'a>],
        taken: &mut Taken,
        lines: &mut [Vec<Yaml>],
    ) -> Vec<Entry> {
        let Some(kind) = self.kind(system) else {
            return Vec::new();
        };
        let mut users: BTreeMap<&Says, usize> = BTreeMap::new();
        for subject in subjects {
            let own = subject.listed.get(system).into_iter().flatten();
            let own: BTreeSet<&Says> = own.map(|it| &it.says).collect();
            for says in own {
                *users.entry(says).or_default() += 1;
            }
        }
        let known = self.input.listed.get(system).cloned().unwrap_or_default();
        let all: Vec<&Says> = users.keys().copied().collect();
        let mut named: BTreeMap<&Says, String> = BTreeMap::new();
        let mut titles: BTreeSet<String> = BTreeSet::new();
        let mut entries = Vec::new();
        for (says, users) in &users {
            let there = known.iter().find(|it| it.says == **says);
            let key = if let Some(there) = there {
                self.told.reused += users;
                there.key.to_string()
            } else {
                let mut title = format!("{} at {system}", title(kind, says, &all));
                let key = taken.free(&keys::dashed(&title.replace(" at ", " ")), "role");
                if !titles.insert(title.clone()) {
                    let number = key.rsplit('-').next().unwrap_or_default();
                    title = format!("{title} {number}");
                }
                self.told.roles.push((key.clone(), title.clone(), *users));
                entries.push(entry(&key, &title, system, says));
                key
            };
            named.insert(says, key);
        }
        for (subject, lines) in subjects.iter().zip(lines) {
            let mut together: BTreeMap<&Says, BTreeSet<&Where>> = BTreeMap::new();
            for one in subject.listed.get(system).into_iter().flatten() {
                together.entry(&one.says).or_default().insert(&one.at);
            }
            for (says, places) in together {
                let Some(key) = named.get(says) else { continue };
                let mut line = Map::default();
                line.put("role", Yaml::from(key.as_str()));
                if says.chain {
                    line.put("chain", Yaml::from(system.as_str()));
                } else if places.contains(&Where::All) {
                    line.put("at", Yaml::from("all"));
                } else {
                    let keys = places.iter().flat_map(|it| it.keys());
                    let keys: BTreeSet<&str> = keys.map(LocationKey::as_str).collect();
                    line.put("at", Yaml::texts(keys));
                }
                lines.push(line.done());
            }
        }
        entries
    }

    /// Whether somebody is at work by a row of a list, or is only invited; told of whoever is neither.
    pub(super) fn is_in_force(
        subject: &mut Subject<'a>,
        where_: &str,
        state: AccountState,
    ) -> bool {
        match state {
            AccountState::Active => true,
            AccountState::Invited => {
                subject
                    .behind
                    .push(format!("{where_}: invited, not accepted yet"));
                true
            }
            AccountState::Blocked | AccountState::Inactive => {
                let state = state.name();
                subject
                    .behind
                    .push(format!("{where_}: {state}, so nothing is declared there"));
                false
            }
        }
    }
}

/// What a role is called: by the vendor's word, and by what sets it apart from others.
fn title(kind: Kind, says: &Says, all: &[&Says]) -> String {
    let fact = |says: &Says, name: &str| says.facts.get(name).map(|it| keys::clean(it));
    let is_on = |name: &str| says.facts.get(name).is_some_and(|it| &**it == "true");
    if says.chain {
        let mut on = says.facts.keys();
        let title = match (on.next(), on.next()) {
            (Some(only), None) => {
                let word = only.strip_suffix("_access").unwrap_or(only);
                format!("Chain access, {}", word.replace('_', " "))
            }
            _ => "Chain access".to_owned(),
        };
        return title;
    }
    match kind {
        Kind::Reservio => match fact(says, "calendars").as_deref() {
            _ if is_on("administrator") => "Account administrator".to_owned(),
            Some("admin") => "Calendar administrator".to_owned(),
            Some(_) => "Calendar viewer".to_owned(),
            None if TICKS.iter().all(|(tick, _)| is_on(tick)) => "Administrator".to_owned(),
            None => {
                // All bookings have one's own among them.
                let from = usize::from(is_on("all_bookings"));
                let on = TICKS.iter().skip(from).filter(|(tick, _)| is_on(tick));
                let words: Vec<&str> = on.map(|(_, words)| *words).collect();
                capital(&words.join(" and "))
            }
        },
        Kind::Apenday => {
            let mut title = says.role.as_deref().map(keys::clean).unwrap_or_default();
            for name in ["team", "calendar"] {
                let mut likes = all.iter().filter(|it| it.role == says.role);
                let differs = likes.any(|it| fact(it, name) != fact(says, name));
                if let Some(word) = fact(says, name).filter(|_| differs) {
                    title = format!("{title}, {word}");
                }
            }
            capital(&title)
        }
        Kind::Altegio | Kind::Yclients | Kind::Keycrm => String::new(),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A role as a person would write it: a tick that is off is not said where another is on.
fn entry(key: &str, title: &str, system: &SystemName, says: &Says) -> Entry {
    let mut block = Map::default();
    if let Some(role) = &says.role {
        block.put("role", Yaml::from(role.as_str()));
    }
    let mut notices = Map::default();
    let mut has_notices = false;
    let mut rights = Map::default();
    // In the order of the language's page: the ticks, then what one person has one of.
    let place = |name: &str| {
        let mut order = TICKS.iter().map(|(tick, _)| *tick).chain(["team"]);
        order.position(|it| it == name).unwrap_or(usize::MAX)
    };
    let mut facts: Vec<_> = says.facts.iter().collect();
    facts.sort_by_key(|(name, _)| place(name));
    for (name, value) in facts {
        let allowed = if &**value == "true" { "allow" } else { "deny" };
        let is_tick = TICKS.iter().any(|(tick, _)| *tick == &**name);
        if says.chain {
            rights.put(name.to_string(), Yaml::from(allowed));
        } else if is_tick {
            if &**value == "true" {
                block.put(name.to_string(), Yaml::from(allowed));
            }
        } else if let Some(notice) = name.strip_prefix("notifications.") {
            has_notices = true;
            notices.put(notice, Yaml::from(allowed));
        } else if matches!(&**name, "administrator") {
            block.put(name.to_string(), Yaml::Plain(value.to_string()));
        } else if &**name == "events" {
            block.put(name.to_string(), Yaml::texts(value.split('\n')));
        } else {
            block.put(name.to_string(), Yaml::from(&**value));
        }
    }
    if has_notices {
        block.put("notifications", notices.done());
    }
    if says.chain {
        block.put("chain", rights.done());
    }
    let mut map = Map::default();
    map.put("title", Yaml::from(title));
    map.put(system.to_string(), block.done());
    Entry {
        key: key.to_owned(),
        above: Vec::new(),
        value: map.done(),
        behind: Vec::new(),
        short: true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{account, seen, system, text};
    use super::super::{Input, Proposal, Roles, propose};
    use super::*;
    use crate::catalog::Catalog;
    use crate::model::{Reading, ScopeState, VendorRoleSlug};

    /// An account as a list of Enterprise or of an agency tells of it.
    fn listed(id: &str, name: &str, role: Option<&str>, facts: &[(&str, &str)]) -> Account {
        let facts = facts
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Account {
            role: role.map(VendorRoleSlug::new),
            rights: None,
            facts: Some(std::sync::Arc::new(facts.collect())),
            ..account(id, name, &format!("{id}@c.example"), "")
        }
    }

    /// A system that is known as a whole, with two locations in the project.
    fn whole(kind: &'static str, rows: Vec<Account>) -> Proposal {
        let mut seen_system = system(kind, Vec::new());
        let state = ScopeState {
            accounts: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
            ..ScopeState::default()
        };
        seen_system
            .scopes
            .insert(PlaceId::Whole, Reading::Complete(state));
        let observed = seen(vec![("desk", seen_system)]);
        let text =
            format!("version: 1\nsystems: {{ desk: {{ kind: {kind} }} }}\nfiles: [all.yaml]\n");
        let entries = "locations: { center: { title: C, in: { desk: a } }, mall: { title: M, in: { desk: b } } }\n";
        let loaded = crate::config::load_texts(
            &[("keyholder.yaml", &text), ("all.yaml", entries)],
            &crate::config::LoadOptions::default(),
        );
        let options = crate::config::ResolveOptions {
            as_of: crate::model::AsOf::Instant(jiff::Timestamp::UNIX_EPOCH),
            horizon: std::time::Duration::ZERO,
        };
        let (desired, _) = crate::config::resolve(&loaded.project, &options, Catalog::current());
        propose(&Input {
            observed: &observed,
            desired: &desired,
            new_places: &BTreeSet::new(),
            catalog: Catalog::current(),
            owners: BTreeMap::new(),
            roles: BTreeMap::new(),
            listed: BTreeMap::new(),
            role_keys: BTreeSet::new(),
            aside: &BTreeMap::new(),
            style: Roles::Compact,
            pin: false,
            one_file: true,
        })
    }

    #[test]
    fn a_list_of_enterprise_gives_a_role_for_each_level() {
        let found = whole(
            "reservio",
            vec![
                listed(
                    "1",
                    "Jana B",
                    None,
                    &[("calendars", "center: view\nmall: admin")],
                ),
                listed(
                    "2",
                    "Karl B",
                    None,
                    &[("calendars", "mall: none"), ("administrator", "true")],
                ),
                listed("3", "Zane B", None, &[("calendars", "port: view")]),
                listed("4", "Olga B", None, &[("calendars", "mall: sometimes")]),
                listed("5", "Rita B", None, &[("calendars", "")]),
            ],
        );
        let (people, roles) = (text(&found, "people"), text(&found, "roles"));
        for line in [
            "{ role: calendar-viewer-desk, at: [center] }",
            "{ role: calendar-administrator-desk, at: [mall] }",
            "{ role: account-administrator-desk, at: all }",
            "access: unmanaged # left alone: at desk `port` of its calendars is no location's key",
            "access: unmanaged # left alone: at desk `sometimes` is no level of a calendar",
            "access: unmanaged # left alone: at desk the list gives them no calendar",
        ] {
            assert!(people.contains(line), "{line}\n{people}");
        }
        for line in [
            "desk: { calendars: view }",
            "desk: { calendars: admin }",
            "desk: { administrator: true }",
        ] {
            assert!(roles.contains(line), "{line}\n{roles}");
        }
    }

    #[test]
    fn what_an_agency_s_list_does_not_tell_makes_no_role() {
        let all = [
            ("agencies", "center\nmall"),
            ("team", "Nord"),
            ("events", "Visite\nVente"),
        ];
        let sms = [
            ("agencies", "center"),
            ("notifications.sms-reminder", "true"),
        ];
        let found = whole(
            "apenday",
            vec![
                listed("1", "Anne Martin", Some("conseiller"), &all),
                listed("2", "Paul Petit", Some("conseiller"), &[("team", "Nord")]),
                listed("3", "Luc Grand", None, &all),
                listed("4", "Eve Blanc", Some("conseiller"), &sms),
                listed(
                    "5",
                    "Guy Noir",
                    Some("conseiller"),
                    &[("agencies", "mall"), ("calendar", "paper")],
                ),
            ],
        );
        let (people, roles) = (text(&found, "people"), text(&found, "roles"));
        assert!(
            people.contains("name: { first: Anne, last: Martin }"),
            "{people}"
        );
        assert!(
            people.contains("{ role: conseiller-desk, at: [center, mall] }"),
            "{people}"
        );
        for why in [
            "the list does not tell their agencies",
            "the list does not tell their role level",
            "they get notices by SMS, and the list has no phone",
            "`paper` is no kind of calendar that is known",
        ] {
            assert!(people.contains(why), "{why}\n{people}");
        }
        assert_eq!(
            roles,
            "  conseiller-desk:\n    title: Conseiller at desk\n    desk: { role: conseiller, team: Nord, events: [Visite, Vente] }\n"
        );
    }
}
