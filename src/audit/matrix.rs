//! Who has what where: people and accounts by places, each cell from the files, from what was seen, or from neither.
//!
//! The invariant: a cell is *observed* only with the time it was seen at, *declared* only where the files of that time are
//! known, and *unknown* otherwise; it is never guessed from the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::same::same;
use super::seen::{Seen, Sight, nothing};
use super::subject;
use super::why::gives;
use crate::catalog::{Catalog, Kind, RightId, Sensitivity, fact};
use crate::model::explained::{Shown, Subject};
use crate::model::{
    AccountId, AccountState, Desired, Grant, GrantState, Managed, NameTable, PersonKey, PlaceId,
    RoleKey, SystemName, Value,
};

/// One side: what the files say and what was seen, as far as either is known.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What the files of that time want; none where they are not known.
    pub desired: Option<&'a Desired>,
    /// What was seen; none where nobody looked.
    pub seen: Option<&'a Seen>,
    /// The files at hand: what people, places and kinds are called, and what the project calls sensitive, where the files of
    /// that time do not say it.
    pub hand: Option<&'a Desired>,
    /// Who was locked out then, whatever the files say, and since when; `desired` has been told already.
    pub locked: Option<&'a BTreeMap<PersonKey, Timestamp>>,
}

/// Who a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A person, by key.
    Person(PersonKey),
    /// An account that is nobody's.
    Account(AccountId),
}

/// What is asked for; empty is everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only these people.
    pub people: BTreeSet<PersonKey>,
    /// Only these places.
    pub places: BTreeSet<PlaceId>,
    /// Only these rights.
    pub subjects: Vec<Subject>,
    /// Only people who have this role, or one that extends it.
    pub roles: BTreeSet<RoleKey>,
}

/// Who has what where.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// Names of people. Text from outside.
    pub names: BTreeMap<PersonKey, Arc<str>>,
    /// Scopes, in order of system and place, with their titles. Text from outside.
    pub scopes: Vec<ScopeTitle>,
    /// What there is to have, in order of the catalogue, then of name.
    pub columns: Vec<Column>,
    /// In order of name, system and place; accounts that are nobody's last.
    pub rows: Vec<Row>,
    /// Whether the files of that time are known.
    pub declares: bool,
    /// Scopes that were read as a whole, and when: whoever has no row there had nothing.
    pub looked: BTreeMap<(SystemName, PlaceId), Timestamp>,
    /// People whom the files leave alone: what they do not say of them is not known.
    pub unmanaged: BTreeSet<PersonKey>,
    /// Those of them who have no row, though nobody looked everywhere: what they have there is not known.
    pub unseen: BTreeSet<PersonKey>,
    /// Who was locked out, and since when.
    pub locked: BTreeMap<PersonKey, Timestamp>,
}

/// A scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeTitle {
    /// The system.
    pub system: SystemName,
    /// Its kind.
    pub kind: Option<Kind>,
    /// The place.
    pub place: PlaceId,
    /// Its title.
    pub title: Arc<str>,
}

/// Something there is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What.
    pub subject: Subject,
    /// Its name in files and calls.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// Why it is sensitive.
    pub sensitivity: Option<Sensitivity>,
}

/// What somebody has in one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub who: Who,
    /// Position in [`Matrix::scopes`].
    pub scope: usize,
    /// What the files say.
    pub declared: Declared,
    /// Roles that the files give there.
    pub roles: Vec<RoleKey>,
    /// What was seen.
    pub observed: Seeing,
    /// The accounts that were seen there.
    pub accounts: Vec<AccountId>,
    /// Whether an account of theirs was seen there whose rights were not read.
    pub unread: bool,
    /// What numbers are called there, where that was read.
    pub names: Option<Arc<NameTable>>,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

/// What the files say of somebody in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// The files of that time are not known, or leave the person alone.
    Unknown,
    /// Nothing.
    Nothing,
    /// Something, or that it is paused or taken away.
    Grant(GrantState),
}

/// What was seen of somebody in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeing {
    /// Nobody looked, or not at everything.
    Unknown,
    /// They had no account there.
    Absent(Timestamp),
    /// They had one.
    Has(Timestamp, AccountState),
}

/// One thing that somebody has or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What the files say; none where they say nothing of it.
    pub declared: Option<Shown>,
    /// What was seen, and when; none where it was not read.
    pub observed: Option<(Shown, Timestamp)>,
    /// Whether there is an account that may have it, and this was not read: then that the files do not give it proves nothing.
    pub unread: bool,
    /// Whether what was seen is what the files say; none where only one of them is known, or a name and a number cannot be
    /// compared.
    pub same: Option<bool>,
}

/// On what a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// It was seen then.
    Observed(Timestamp),
    /// The files say so, and nobody looked.
    Declared,
    /// Neither.
    Unknown,
}

impl Cell {
    /// On what it stands: what was seen beats what is written.
    pub fn basis(&self) -> Basis {
        match (&self.observed, &self.declared) {
            (Some((_, at)), _) => Basis::Observed(*at),
            (None, Some(declared)) if !(self.unread && declared.is_no()) => Basis::Declared,
            (None, _) => Basis::Unknown,
        }
    }

    /// The value it stands on; none where it is unknown.
    pub fn value(&self) -> Option<&Shown> {
        match self.basis() {
            Basis::Observed(_) => self.observed.as_ref().map(|(value, _)| value),
            Basis::Declared => self.declared.as_ref(),
            Basis::Unknown => None,
        }
    }

    /// Whether what was seen is not what the files say.
    pub fn differs(&self) -> bool {
        self.same == Some(false)
    }

    /// Whether nobody can say if what was seen is what the files say.
    pub fn is_unclear(&self) -> bool {
        self.declared.is_some() && self.observed.is_some() && self.same.is_none()
    }

    /// Whether either side gives something.
    pub fn gives(&self, subject: &Subject, catalog: &Catalog) -> bool {
        let given = |value: &Shown| gives(subject, value, catalog);
        self.declared.as_ref().is_some_and(given)
            || self
                .observed
                .as_ref()
                .is_some_and(|(value, _)| given(value))
    }
}

impl ScopeTitle {
    /// Whether there is such a thing in this scope; where the kind is not known there may be.
    pub fn applies(&self, subject: &Subject, catalog: &Catalog) -> bool {
        let chain = self.place == PlaceId::Chain;
        match (subject, self.kind) {
            (Subject::Role, Some(Kind::Reservio)) => false,
            (Subject::Role, _) => !chain,
            (Subject::Right(id), Some(kind)) => !chain && catalog.get(*id).product.covers(kind),
            (Subject::Fact(name), Some(kind)) => {
                chain == kind.has_rights() && fact(kind, name).is_some()
            }
            (Subject::Right(_) | Subject::Fact(_), None) => !chain,
        }
    }
}

/// Makes the matrix of one side.
pub fn matrix(side: &Side<'_>, filter: &Filter, catalog: &Catalog) -> Matrix {
    let mut scopes: BTreeMap<(SystemName, PlaceId), BTreeSet<Who>> = BTreeMap::new();
    let mut add = |system: &SystemName, place: &PlaceId, who: Who| {
        if filter.places.is_empty() || filter.places.contains(place) {
            let scope = (system.clone(), place.clone());
            scopes.entry(scope).or_default().insert(who);
        }
    };
    let wanted = |key: &PersonKey| filter.people.is_empty() || filter.people.contains(key);
    let people = side.desired.into_iter().flat_map(|it| it.people.values());
    for person in people.filter(|person| wanted(&person.key)) {
        for grant in &person.grants {
            add(&grant.system, &grant.place, Who::Person(person.key.clone()));
        }
    }
    let seen = side.seen.into_iter().flat_map(|seen| &seen.scopes);
    for ((system, place), scope) in seen {
        for person in scope.people.keys().filter(|key| wanted(key)) {
            add(system, place, Who::Person(person.clone()));
        }
        if filter.people.is_empty() {
            for account in scope.strangers.keys() {
                add(system, place, Who::Account(account.clone()));
            }
        }
    }
    let mut maker = Maker {
        side,
        catalog,
        matrix: Matrix::default(),
    };
    maker.matrix.columns = maker.columns(filter, scopes.keys());
    for ((system, place), whose) in scopes {
        maker.scope(system, place, whose, filter);
    }
    maker.finish(filter)
}

struct Maker<'m> {
    side: &'m Side<'m>,
    catalog: &'m Catalog,
    matrix: Matrix,
}

impl Maker<'_> {
    /// What there is to have in some scopes.
    fn columns<'s>(
        &self,
        filter: &Filter,
        scopes: impl Iterator<Item = &'s (SystemName, PlaceId)>,
    ) -> Vec<Column> {
        let mut kinds: BTreeSet<Option<Kind>> = BTreeSet::new();
        for (system, _) in scopes {
            kinds.insert(self.kind(system));
        }
        let subjects = if filter.subjects.is_empty() {
            let mut facts: BTreeSet<Arc<str>> = BTreeSet::new();
            let desired = self.side.desired.into_iter();
            let people = desired.flat_map(|desired| desired.people.values());
            for grant in people.flat_map(|person| &person.grants) {
                facts.extend(grant.extra.keys().cloned());
            }
            let with_rights = kinds.iter().flatten().any(|kind| kind.has_rights());
            let unknown = kinds.contains(&None);
            let rights = self.catalog.ids().filter(|_| with_rights || unknown);
            let mut subjects: Vec<Subject> = vec![Subject::Role];
            subjects.extend(rights.map(Subject::Right));
            subjects.extend(facts.into_iter().map(Subject::Fact));
            subjects
        } else {
            filter.subjects.clone()
        };
        let column = |subject: Subject| {
            let title = kinds
                .iter()
                .map(|kind| subject::title(&subject, *kind, self.catalog))
                .find(|title| *title != subject::slug(&subject, self.catalog));
            let sensitivity = kinds.iter().find_map(|kind| {
                let mut files = self.files();
                files.find_map(|files| {
                    let raised = &files.rules.sensitive;
                    subject::sensitivity(&subject, *kind, None, self.catalog, raised)
                })
            });
            let sensitivity = sensitivity.or_else(|| {
                subject::sensitivity(&subject, None, None, self.catalog, &BTreeMap::new())
            });
            Column {
                slug: subject::slug(&subject, self.catalog),
                title: title.unwrap_or_else(|| subject::slug(&subject, self.catalog)),
                sensitivity,
                subject,
            }
        };
        subjects.into_iter().map(column).collect()
    }

    /// The files of that time, then those at hand.
    fn files(&self) -> impl Iterator<Item = &Desired> {
        self.side.desired.into_iter().chain(self.side.hand)
    }

    /// The key that somebody has now who had this one before.
    fn today(&self, key: &PersonKey) -> PersonKey {
        let mut people = self.files().flat_map(|files| files.people.values());
        let same = people.find(|person| person.key == *key || person.was.contains(key));
        same.map_or_else(|| key.clone(), |person| person.key.clone())
    }

    fn kind(&self, system: &SystemName) -> Option<Kind> {
        let mut files = self.files();
        let system = files.find_map(|files| files.systems.get(system))?;
        Kind::parse(system.kind)
    }

    fn scope(&mut self, system: SystemName, place: PlaceId, whose: BTreeSet<Who>, filter: &Filter) {
        let title = match &place {
            PlaceId::At(key) => self
                .files()
                .find_map(|files| Some(files.places.get(key)?.title.clone()))
                .unwrap_or_else(|| key.as_str().into()),
            PlaceId::Chain => "the chain".into(),
            PlaceId::Whole => "the whole system".into(),
        };
        let at = self.matrix.scopes.len();
        let before = self.matrix.rows.len();
        for who in whose {
            let row = self.row(who, &system, &place, at);
            let has_role =
                filter.roles.is_empty() || row.roles.iter().any(|role| filter.roles.contains(role));
            if has_role {
                self.matrix.rows.push(row);
            }
        }
        if self.matrix.rows.len() > before {
            self.matrix.scopes.push(ScopeTitle {
                kind: self.kind(&system),
                system,
                place,
                title,
            });
        }
    }

    fn row(&self, who: Who, system: &SystemName, place: &PlaceId, scope: usize) -> Row {
        let side = self.side;
        let desired = side.desired;
        let person = match &who {
            Who::Person(key) => desired.and_then(|desired| desired.people.get(key)),
            Who::Account(_) => None,
        };
        let grant = person.and_then(|person| {
            let mut grants = person.grants.iter();
            grants.find(|grant| grant.system == *system && grant.place == *place)
        });
        let declared = match (desired, person, grant) {
            (None, ..) => Declared::Unknown,
            (Some(_), Some(person), _) if person.managed == Managed::No => Declared::Unknown,
            (Some(_), _, Some(grant)) => Declared::Grant(grant.state),
            (Some(_), _, None) => Declared::Nothing,
        };
        let sight = match (&who, side.seen) {
            (_, None) => Sight::Unknown,
            (Who::Person(key), Some(seen)) => seen.sight(key, system, place),
            (Who::Account(account), Some(seen)) => seen
                .scopes
                .get(&(system.clone(), place.clone()))
                .and_then(|scope| scope.strangers.get(account))
                .map_or(Sight::Unknown, |held| Sight::Has(vec![held])),
        };
        let names = sight.names();
        let usable = match &sight {
            Sight::Has(all) => all.iter().any(|held| held.is_active()),
            Sight::Absent(_) | Sight::Unknown => false,
        };
        let columns = self.matrix.columns.iter();
        let cells = columns
            .map(|column| {
                let declared = declared_value(declared, grant, &column.subject, self.catalog);
                let observed = sight.value(&column.subject, self.catalog);
                let both = declared.as_ref().zip(observed.as_ref());
                Cell {
                    unread: usable && observed.is_none(),
                    same: both.and_then(|(said, (seen, _))| {
                        let names = [names.as_deref()];
                        same(&column.subject, said, seen, &names, self.catalog)
                    }),
                    declared,
                    observed,
                }
            })
            .collect();
        Row {
            who,
            scope,
            declared,
            roles: match declared {
                Declared::Grant(GrantState::Present | GrantState::Paused) => {
                    grant.map_or_else(Vec::new, |grant| grant.roles.clone())
                }
                Declared::Grant(GrantState::Absent) | Declared::Nothing | Declared::Unknown => {
                    Vec::new()
                }
            },
            observed: seeing(&sight),
            unread: usable && sight_lacks_rights(&sight),
            accounts: match &sight {
                Sight::Has(all) => all.iter().map(|held| held.account.clone()).collect(),
                Sight::Absent(_) | Sight::Unknown => Vec::new(),
            },
            names,
            cells,
        }
    }

    /// Of the people whom the files leave alone those who have no row, though not everything was read.
    fn unseen(&self, filter: &Filter) -> BTreeSet<PersonKey> {
        let Some(desired) = self.side.desired.filter(|_| filter.roles.is_empty()) else {
            return BTreeSet::new();
        };
        let scopes = desired.systems.iter().flat_map(|(name, system)| {
            let places = system.locations.keys().cloned().map(PlaceId::At);
            let whole = system.locations.is_empty().then_some(PlaceId::Whole);
            places.chain(whole).map(move |place| (name, place))
        });
        let asked: Vec<(&SystemName, PlaceId)> = scopes
            .filter(|(_, place)| filter.places.is_empty() || filter.places.contains(place))
            .collect();
        let is_dark = |person: &PersonKey| {
            asked.iter().any(|(system, place)| {
                let seen = self.side.seen;
                seen.is_none_or(|seen| seen.sight(person, system, place) == Sight::Unknown)
            })
        };
        let has_row = |person: &PersonKey| {
            let mut rows = self.matrix.rows.iter();
            rows.any(|row| matches!(&row.who, Who::Person(key) if key == person))
        };
        let people = self.matrix.unmanaged.iter();
        people
            .filter(|person| !has_row(person) && is_dark(person))
            .cloned()
            .collect()
    }

    fn finish(mut self, filter: &Filter) -> Matrix {
        let mut names: BTreeMap<PersonKey, Arc<str>> = BTreeMap::new();
        for (key, person) in self.files().flat_map(|files| &files.people) {
            let name = names.entry(key.clone());
            name.or_insert_with(|| person.name.clone());
        }
        let people = self
            .side
            .desired
            .into_iter()
            .flat_map(|it| it.people.values());
        self.matrix.unmanaged = people
            .filter(|person| person.managed == Managed::No)
            .map(|person| person.key.clone())
            .filter(|key| filter.people.is_empty() || filter.people.contains(key))
            .collect();
        self.matrix.unseen = self.unseen(filter);
        let locked = self.side.locked.into_iter();
        self.matrix.locked = locked
            .flatten()
            .map(|(key, since)| (self.today(key), *since))
            .filter(|(key, _)| filter.people.is_empty() || filter.people.contains(key))
            .collect();
        self.matrix.rows.sort_by_cached_key(|row| {
            let name = match &row.who {
                Who::Person(key) => {
                    let name = names.get(key).map_or(key.as_str(), |name| name);
                    (false, name.to_lowercase())
                }
                Who::Account(_) => (true, String::new()),
            };
            (name, row.who.clone(), row.scope)
        });
        self.matrix.declares = self.side.desired.is_some();
        let seen = self.side.seen.into_iter().flat_map(|seen| &seen.scopes);
        self.matrix.looked = seen
            .filter(|((_, place), _)| filter.places.is_empty() || filter.places.contains(place))
            .filter_map(|(scope, seen)| Some((scope.clone(), seen.complete?)))
            .collect();
        self.matrix.names = names;
        self.matrix
    }
}

impl Matrix {
    /// Whether nothing is known: no files of that time, and nobody looked.
    pub fn is_blank(&self) -> bool {
        !self.declares && self.looked.is_empty() && self.rows.is_empty()
    }
}

/// What was seen of somebody, without what they have.
pub(super) fn seeing(sight: &Sight<'_>) -> Seeing {
    match sight {
        Sight::Absent(at) => Seeing::Absent(*at),
        Sight::Has(all) => all
            .first()
            .map_or(Seeing::Unknown, |held| Seeing::Has(held.at, held.state)),
        Sight::Unknown => Seeing::Unknown,
    }
}

fn sight_lacks_rights(sight: &Sight<'_>) -> bool {
    match sight {
        Sight::Has(all) => {
            let mut active = all.iter().filter(|held| held.is_active());
            active.any(|held| held.rights.is_none() && held.facts.is_none())
        }
        Sight::Absent(_) | Sight::Unknown => false,
    }
}

fn declared_value(
    declared: Declared,
    grant: Option<&Grant>,
    subject: &Subject,
    catalog: &Catalog,
) -> Option<Shown> {
    match declared {
        Declared::Unknown => None,
        Declared::Nothing | Declared::Grant(GrantState::Absent | GrantState::Paused) => {
            Some(nothing(subject))
        }
        Declared::Grant(GrantState::Present) => {
            let grant = grant?;
            match subject {
                Subject::Role => {
                    let role = grant.role.as_ref();
                    role.map(|role| Shown::Text(role.as_str().into()))
                }
                Subject::Right(id) => match grant.rights.get(id.index()) {
                    Some(value) => Some(Shown::Value(value.clone())),
                    // Below a denied right it gives nothing; where the files keep what is there they say nothing.
                    None => denied_above(grant, *id, catalog).then(|| nothing(subject)),
                },
                Subject::Fact(name) => grant.extra.get(name).cloned().map(Shown::Text),
            }
        }
    }
}

fn denied_above(grant: &Grant, id: RightId, catalog: &Catalog) -> bool {
    let denied = |above: RightId| grant.rights.get(above.index()) == Some(&Value::Switch(false));
    catalog.governors(id).any(denied)
}
