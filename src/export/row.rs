//! Rows to accounts at places.
//!
//! Invariant: a value that is not understood is left out and said; the scopes it may belong to are partial then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::table::{Row, Table, key};
use super::{Scopes, Settings, fact, gap, shown};
use crate::canonical::sha256_hex;
use crate::catalog::{ChainRight, Kind};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Account, AccountId, AccountState, Email, Facts, LocationKey, Phone, PlaceId, Reading,
    ScopeState, VendorRoleSlug,
};

/// Our names of columns, and the words that lists have for them: ours, English, and the vendors' own.
const COLUMNS: &[(&str, &[&str])] = &[
    ("id", &["user id", "№", "код", "идентификатор"]),
    (
        "name",
        &[
            "full name",
            "user",
            "staff member",
            "имя",
            "фио",
            "сотрудник",
            "ім'я",
            "піб",
        ],
    ),
    ("first", &["first name", "prénom"]),
    (
        "last",
        &["last name", "surname", "nom", "фамилия", "прізвище"],
    ),
    (
        "email",
        &[
            "e-mail",
            "mail",
            "email address",
            "почта",
            "эл. почта",
            "електронна пошта",
        ],
    ),
    (
        "phone",
        &[
            "mobile",
            "phone number",
            "mobile phone",
            "телефон",
            "téléphone",
        ],
    ),
    ("login", &["username", "логин", "логін"]),
    (
        "role",
        &["role level", "position", "роль", "rôle", "должность"],
    ),
    (
        "state",
        &["status", "статус", "состояние", "statut", "стан"],
    ),
    (
        "places",
        &[
            "place",
            "location",
            "locations",
            "business",
            "agency",
            "agence",
            "agences",
            "филиал",
            "филиалы",
        ],
    ),
];

/// The same for what stands in place of rights.
const FACTS: &[(Kind, &str, Takes, &[&str])] = &[
    (Kind::Keycrm, "sources", Takes::List, &[]),
    (Kind::Keycrm, "statuses", Takes::List, &[]),
    (
        Kind::Reservio,
        "own_bookings",
        Takes::Tick,
        &["own bookings", "log in and manage own bookings"],
    ),
    (
        Kind::Reservio,
        "all_bookings",
        Takes::Tick,
        &["all bookings"],
    ),
    (Kind::Reservio, "client_list", Takes::Tick, &["client list"]),
    (
        Kind::Reservio,
        "sections",
        Takes::Tick,
        &[
            "sales, online booking, settings sections",
            "sales, online booking, settings",
        ],
    ),
    (
        Kind::Reservio,
        "administrator",
        Takes::Tick,
        &["account administrator"],
    ),
    (Kind::Reservio, "calendars", Takes::List, &[]),
    (Kind::Apenday, "team", Takes::Word, &["équipe"]),
    (
        Kind::Apenday,
        "calendar",
        Takes::Word,
        &["calendar type", "agenda"],
    ),
    (Kind::Apenday, "agencies", Takes::List, &[]),
    (Kind::Apenday, "events", Takes::List, &["événements"]),
];

/// Words for the states, beside our own.
const STATES: &[(&str, AccountState)] = &[
    ("pending", AccountState::Invited),
    ("приглашён", AccountState::Invited),
    ("приглашен", AccountState::Invited),
    ("в ожидании", AccountState::Invited),
    ("активен", AccountState::Active),
    ("активний", AccountState::Active),
    ("actif", AccountState::Active),
    ("inactif", AccountState::Inactive),
    ("неактивен", AccountState::Inactive),
    ("заблокирован", AccountState::Blocked),
    ("заблокований", AccountState::Blocked),
];

/// What a fact's cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Tick,
    Word,
    List,
}

/// Where each of our names stands in the list.
struct Columns {
    /// Our name to the header's word in lower case.
    known: BTreeMap<Arc<str>, String>,
    /// Names of facts with what they take.
    facts: Vec<(Arc<str>, Takes)>,
}

/// The scopes of a table.
pub(super) fn scopes(table: &Table, settings: &Settings) -> (Scopes, Vec<Diagnostic>) {
    let mut reading = Reads {
        settings,
        found: Vec::new(),
        scopes: BTreeMap::new(),
        spoiled: BTreeSet::new(),
        all_spoiled: false,
        is_stateless_told: false,
        ids: BTreeMap::new(),
    };
    let columns = reading.columns(table);
    for row in &table.rows {
        reading.row(row, &columns);
    }
    reading.finish(&columns)
}

struct Reads<'a> {
    settings: &'a Settings,
    found: Vec<Diagnostic>,
    scopes: BTreeMap<PlaceId, ScopeState>,
    /// Places of which something was not understood.
    spoiled: BTreeSet<PlaceId>,
    /// Something was not understood that may belong anywhere.
    all_spoiled: bool,
    /// That the list has no states was told: it is no news of each row.
    is_stateless_told: bool,
    /// The line of each id.
    ids: BTreeMap<AccountId, u64>,
}

impl Reads<'_> {
    fn say(&mut self, code: Code, message: String, at: String, help: &str) {
        let found = self.settings.problem(code, message, at, help);
        self.found.push(found);
    }

    /// Says what is wrong with a row.
    fn fault(&mut self, row: &Row, code: Code, what: &str, help: &str) {
        let file = shown(&self.settings.file);
        self.say(
            code,
            format!("`{file}`, line {}: {what}", row.line),
            format!("line {} of this list", row.line),
            help,
        );
    }

    fn columns(&mut self, table: &Table) -> Columns {
        let header: BTreeSet<String> = table.header.iter().map(|word| key(word)).collect();
        let mut facts: Vec<(Arc<str>, Takes, &[&str])> = FACTS
            .iter()
            .filter(|(kind, ..)| *kind == self.settings.kind)
            .map(|(_, name, takes, words)| ((*name).into(), *takes, *words))
            .collect();
        match self.settings.kind {
            Kind::Altegio | Kind::Yclients => facts.extend(
                ChainRight::ALL
                    .iter()
                    .map(|right| (right.key.into(), Takes::Tick, [].as_slice())),
            ),
            Kind::Apenday => {
                let mapped = self.settings.columns.keys().map(|name| &**name);
                let named = header.iter().map(String::as_str).chain(mapped);
                let notices: BTreeSet<&str> = named
                    .filter(|name| name.starts_with("notifications."))
                    .collect();
                facts.extend(
                    notices
                        .into_iter()
                        .map(|name| (name.into(), Takes::Tick, [].as_slice())),
                );
            }
            Kind::Keycrm | Kind::Reservio => {}
        }
        let mut known = BTreeMap::new();
        let plain = COLUMNS
            .iter()
            .map(|(name, words)| (Arc::from(*name), *words));
        let all: Vec<(Arc<str>, &[&str])> = plain
            .chain(facts.iter().map(|(name, _, words)| (name.clone(), *words)))
            .collect();
        for (name, words) in &all {
            if let Some(word) = self.settings.columns.get(name) {
                if header.contains(&key(word)) {
                    known.insert(name.clone(), key(word));
                } else {
                    let file = shown(&self.settings.file);
                    self.all_spoiled = true;
                    self.say(
                        Code::UnknownKey,
                        format!("`{file}` has no column `{}`", shown(word)),
                        format!("`columns` names it for `{name}`"),
                        "write the word of the header, or take the line out of `columns`",
                    );
                }
                continue;
            }
            let mut usual = std::iter::once(&**name).chain(words.iter().copied());
            if let Some(word) = usual.find(|word| header.contains(*word)) {
                known.insert(name.clone(), word.to_owned());
            }
        }
        for name in self.settings.columns.keys() {
            if !all.iter().any(|(known, _)| known == name) {
                self.all_spoiled = true;
                self.say(
                    Code::UnknownKey,
                    format!("`columns` has no name `{}`", shown(name)),
                    "nothing would be read from it".to_owned(),
                    "possible are `id`, `name`, `first`, `last`, `email`, `phone`, `login`, `role`, `state`, `places` and what the kind has in place of rights",
                );
            }
        }
        Columns {
            known,
            facts: facts
                .into_iter()
                .map(|(name, takes, _)| (name, takes))
                .collect(),
        }
    }

    fn row(&mut self, row: &Row, columns: &Columns) {
        if let Some(fault) = &row.fault {
            self.all_spoiled = true;
            self.fault(
                row,
                Code::WrongValue,
                &format!("{fault}, so it is not read"),
                "a cell with the delimiter in it must be quoted; export the list again",
            );
            return;
        }
        let cell = |name: &str| {
            let word = columns.known.get(name)?;
            row.cells
                .get(word)
                .map(|text| text.trim())
                .filter(|text| !text.is_empty())
        };
        let name = cell("name").map_or_else(
            || {
                let both = [cell("first"), cell("last")];
                both.into_iter().flatten().collect::<Vec<_>>().join(" ")
            },
            str::to_owned,
        );
        let named = cell("email")
            .or(cell("login"))
            .or(Some(name.as_str()).filter(|name| !name.is_empty()));
        let id = match (cell("id"), named) {
            (Some(id), _) => AccountId::new(id),
            (None, Some(named)) => unnumbered(named),
            (None, None) => {
                self.all_spoiled = true;
                self.fault(
                    row,
                    Code::MissingKey,
                    "it has no id, no e-mail, no login and no name, so it is not read",
                    "say whose row it is; `columns` names the columns where the header has other words",
                );
                return;
            }
        };
        if let Some(first) = self.ids.get(&id).copied() {
            self.all_spoiled = true;
            self.fault(
                row,
                Code::DuplicateKey,
                &format!("the same account stands on line {first}, so this row is not read"),
                "keep one of them, with all its places in one cell",
            );
            return;
        }
        self.ids.insert(id.clone(), row.line);
        let spoiled = self.found.len();
        let places = self.places(row, cell("places"), columns);
        let role = self.role(row, cell("role"));
        let mut facts = self.facts(row, columns);
        if self.settings.kind == Kind::Apenday
            && let Some(places) = &places
            && !places.is_empty()
        {
            let keys: Vec<&str> = places.iter().map(LocationKey::as_str).collect();
            facts.insert("agencies".into(), keys.join("\n").into());
        }
        let email = cell("email").and_then(|text| {
            let email = Email::parse(text).ok();
            if email.is_none() {
                self.fault(
                    row,
                    Code::BadEmail,
                    &format!("`{}` is no e-mail address", shown(text)),
                    "correct the list",
                );
            }
            email
        });
        let phone = cell("phone").and_then(|text| {
            let phone = Phone::parse_listed(text).ok();
            if phone.is_none() {
                self.fault(
                    row,
                    Code::BadPhone,
                    &format!("`{}` is no phone number", shown(text)),
                    "write it with `+` and the country code",
                );
            }
            phone
        });
        // A profile without the first tick is somebody who is booked and cannot sign in: no account.
        let signs_in = facts.get("own_bookings").map(|tick| &**tick) != Some("false");
        let state = signs_in
            .then(|| self.state(row, cell("state"), columns))
            .flatten();
        let account = |state| Account {
            id: id.clone(),
            name: name.into(),
            phone,
            email,
            state,
            removable: true,
            editable: None,
            role,
            staff: None,
            rights: None,
            unknown_rights: Vec::new(),
            paid_seat: None,
            login: cell("login").map(Into::into),
            facts: Some(Arc::new(facts)),
        };
        let account = state.map(account);
        let at: BTreeSet<PlaceId> = match (self.settings.kind, places) {
            (Kind::Altegio | Kind::Yclients, _) => BTreeSet::from([PlaceId::Chain]),
            (Kind::Keycrm | Kind::Apenday, _) => BTreeSet::from([PlaceId::Whole]),
            (Kind::Reservio, _) if is_enterprise(columns) => BTreeSet::from([PlaceId::Whole]),
            (Kind::Reservio, Some(places)) => places.into_iter().map(PlaceId::At).collect(),
            (Kind::Reservio, None) => BTreeSet::new(),
        };
        let is_in_doubt = signs_in && state.is_none();
        if is_in_doubt || self.found.len() > spoiled {
            self.spoiled.extend(at.iter().cloned());
            self.all_spoiled |= at.is_empty();
        }
        for place in at {
            let scope = self.scopes.entry(place).or_default();
            // Of whom no state is known, nothing new is known.
            if let Some(account) = &account {
                scope.accounts.insert(id.clone(), account.clone());
            }
        }
    }

    /// The locations of a cell; `None` where that is not known.
    fn places(
        &mut self,
        row: &Row,
        cell: Option<&str>,
        columns: &Columns,
    ) -> Option<BTreeSet<LocationKey>> {
        let Some(cell) = cell else {
            let [(only, ..)] = self.settings.places.as_slice() else {
                if self.settings.kind == Kind::Reservio && !is_enterprise(columns) {
                    self.all_spoiled = true;
                    self.fault(
                        row,
                        Code::MissingKey,
                        "it does not say where, and the system has several locations",
                        "add a column `places` with keys, ids or titles of locations",
                    );
                }
                return None;
            };
            return Some(BTreeSet::from([only.clone()]));
        };
        let mut keys = BTreeSet::new();
        for part in parts(cell) {
            let place = self.settings.places.iter().find(|(known, id, title)| {
                known.as_str() == part || **id == *part || key(title) == key(part)
            });
            if let Some((place, ..)) = place {
                keys.insert(place.clone());
            } else {
                self.all_spoiled = true;
                self.fault(
                    row,
                    Code::UnknownLocation,
                    &format!("there is no location `{}` in this system", shown(part)),
                    "write a location's key, its id or its title",
                );
            }
        }
        Some(keys)
    }

    /// Our value of a cell by `values:`; `Err` where the settings map this column and not this value.
    fn mapped<'a>(&'a self, name: &str, cell: &'a str) -> Result<&'a str, ()> {
        let Some(values) = self.settings.values.get(name) else {
            return Ok(cell);
        };
        if let Some((_, ours)) = values.iter().find(|(theirs, _)| key(theirs) == key(cell)) {
            return Ok(ours);
        }
        let is_ours = values.values().any(|ours| **ours == *cell);
        if is_ours { Ok(cell) } else { Err(()) }
    }

    /// The state of a row's account; none where it is not told, since whoever is blocked or only invited must not
    /// become somebody in use by a word that nobody understands.
    fn state(&mut self, row: &Row, cell: Option<&str>, columns: &Columns) -> Option<AccountState> {
        let Some(cell) = cell else {
            // Chain users have no states: who stands in their list is one. Elsewhere ticks are no state either, since an
            // invitation that waits has them too.
            if matches!(self.settings.kind, Kind::Altegio | Kind::Yclients) {
                return Some(AccountState::Active);
            }
            self.stateless(row, columns);
            return None;
        };
        let word = self.mapped("state", cell).map(key);
        let state = word.ok().and_then(|word| {
            let usual = STATES.iter().find(|(known, _)| *known == word);
            AccountState::parse(&word).or(usual.map(|(_, state)| *state))
        });
        if state.is_none() {
            let help = format!(
                "say what it means under `values: {{ state: {{ ... }} }}`; known are {}",
                self.states()
            );
            self.fault(
                row,
                Code::WrongValue,
                &format!(
                    "`{}` is no state that is known, so this account is not read",
                    shown(cell)
                ),
                &help,
            );
        }
        state
    }

    /// Says that a state is missing: of one row, or once of a list that has none.
    fn stateless(&mut self, row: &Row, columns: &Columns) {
        const HELP: &str = "add a column `state` with `invited`, `inactive`, `active` or `blocked`, or name it in `columns`";
        if columns.known.contains_key("state") {
            let what = "it does not say the state of the account, so this account is not read";
            self.fault(row, Code::MissingKey, what, HELP);
        } else if !std::mem::replace(&mut self.is_stateless_told, true) {
            let file = shown(&self.settings.file);
            self.say(
                Code::MissingKey,
                format!(
                    "`{file}` has no column that tells the state of an account, so no account is read from line {} on",
                    row.line
                ),
                "in use, invited or blocked: this list does not say".to_owned(),
                HELP,
            );
        }
    }

    /// The words for states that this list may have.
    fn states(&self) -> String {
        let mut words: Vec<&str> = if let Some(values) = self.settings.values.get("state") {
            let pairs = values.iter();
            pairs
                .flat_map(|(theirs, ours)| [&**theirs, &**ours])
                .collect()
        } else {
            let ours = AccountState::ALL.iter().map(|state| state.name());
            ours.chain(STATES.iter().map(|(word, _)| *word)).collect()
        };
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(*word));
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("`{}`", shown(word)))
            .collect();
        words.join(", ")
    }

    fn role(&mut self, row: &Row, cell: Option<&str>) -> Option<VendorRoleSlug> {
        let cell = cell?;
        if let Ok(role) = self.mapped("role", cell) {
            return Some(VendorRoleSlug::new(role));
        }
        self.fault(
            row,
            Code::WrongValue,
            &format!("`{}` is no role that `values` maps", shown(cell)),
            "say what it means under `values: { role: { ... } }`",
        );
        None
    }

    fn facts(&mut self, row: &Row, columns: &Columns) -> Facts {
        let mut facts = Facts::new();
        for (name, takes) in &columns.facts {
            let Some(word) = columns.known.get(name) else {
                continue;
            };
            let cell = row.cells.get(word).map_or("", |text| text.trim());
            let Ok(text) = self.mapped(name, cell).map(str::to_owned) else {
                self.fault(
                    row,
                    Code::WrongValue,
                    &format!("`{}` of `{name}` is not mapped", shown(cell)),
                    "say what it means under `values`",
                );
                continue;
            };
            match takes {
                Takes::Word if text.is_empty() => {}
                Takes::Word => {
                    facts.insert(name.clone(), text.into());
                }
                Takes::List => {
                    let mut all: Vec<&str> = parts(&text).collect();
                    all.sort_unstable();
                    all.dedup();
                    facts.insert(name.clone(), all.join("\n").into());
                }
                Takes::Tick => match tick(&text) {
                    Some(yes) => {
                        facts.insert(name.clone(), if yes { "true" } else { "false" }.into());
                    }
                    None => self.fault(
                        row,
                        Code::WrongValue,
                        &format!("`{}` of `{name}` is neither yes nor no", shown(&text)),
                        "write `yes` or `no`, or say what it means under `values`",
                    ),
                },
            }
        }
        facts
    }

    fn finish(mut self, columns: &Columns) -> (Scopes, Vec<Diagnostic>) {
        // A list speaks of the whole scope where there is one; of locations, only of those it names.
        match self.settings.kind {
            Kind::Reservio if is_enterprise(columns) => {
                self.scopes.entry(PlaceId::Whole).or_default();
            }
            Kind::Reservio => {}
            Kind::Altegio | Kind::Yclients | Kind::Keycrm | Kind::Apenday => {
                for place in self.settings.scopes() {
                    self.scopes.entry(place).or_default();
                }
            }
        }
        let gaps: Vec<_> = self.found.iter().map(gap).collect();
        let mut scopes = Scopes::new();
        for (place, mut scope) in self.scopes {
            scope.export = Some(fact(self.settings));
            let reading = if self.all_spoiled || self.spoiled.contains(&place) {
                Reading::Partial(scope, gaps.clone())
            } else {
                Reading::Complete(scope)
            };
            scopes.insert(place, reading);
        }
        (scopes, self.found)
    }
}

/// The id of a row that has none. Ids stand in plans, in the journal and in statements, where a contact does not belong:
/// a digest of what names the row is as good, and the same however that is written.
fn unnumbered(named: &str) -> AccountId {
    const DIGITS: usize = 12;
    let digest = sha256_hex(key(named).as_bytes());
    AccountId::new(format!(
        "export:{}",
        digest.get(..DIGITS).unwrap_or(&digest)
    ))
}

/// Whether the list is one of Enterprise users, who are the account's and not a business's.
fn is_enterprise(columns: &Columns) -> bool {
    ["calendars", "administrator"]
        .iter()
        .any(|name| columns.known.contains_key(*name))
}

/// The parts of a cell with several values.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', ';', '|', '\n', '\r'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn tick(cell: &str) -> Option<bool> {
    match key(cell).as_str() {
        "true" | "yes" | "y" | "1" | "x" | "✓" | "да" | "так" | "oui" | "allow" => {
            Some(true)
        }
        "" | "false" | "no" | "n" | "0" | "-" | "нет" | "ні" | "non" | "deny" => Some(false),
        _ => None,
    }
}
