//! Who has what where: people and accounts by places, each cell from the files, from what was seen, or from neither.
//!
//! The invariant: a cell is *observed* only with the time it was seen at, *declared* only where the files of that time are
//! known, and *unknown* otherwise; it is never guessed from the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::seen::{Held, Seen, Sight};
use super::subject;
use super::why::{NO_ROLE, gives};
use crate::catalog::{Catalog, Kind, RightId, Sensitivity, fact};
use crate::model::explained::{Shown, Subject};
use crate::model::{
    AccountId, AccountState, Desired, Grant, GrantState, Managed, PersonKey, PlaceId, RoleKey,
    SystemName, Value,
};

/// One side: what the files say and what was seen, as far as either is known.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What the files of that time want; none where they are not known.
    pub desired: Option<&'a Desired>,
    /// What was seen; none where nobody looked.
    pub seen: Option<&'a Seen>,
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
    /// Names of the people that rows are about. Text from outside.
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
            (None, Some(_)) => Basis::Declared,
            (None, None) => Basis::Unknown,
        }
    }

    /// The value it stands on.
    pub fn value(&self) -> Option<&Shown> {
        match (&self.observed, &self.declared) {
            (Some((value, _)), _) => Some(value),
            (None, declared) => declared.as_ref(),
        }
    }

    /// Whether what was seen is not what the files say.
    pub fn differs(&self) -> bool {
        match (&self.declared, &self.observed) {
            (Some(declared), Some((observed, _))) => declared != observed,
            _ => false,
        }
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
    maker.finish()
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
            let sensitivity = kinds
                .iter()
                .find_map(|kind| subject::sensitivity(&subject, *kind, self.catalog));
            Column {
                slug: subject::slug(&subject, self.catalog),
                title: title.unwrap_or_else(|| subject::slug(&subject, self.catalog)),
                sensitivity,
                subject,
            }
        };
        subjects.into_iter().map(column).collect()
    }

    fn kind(&self, system: &SystemName) -> Option<Kind> {
        let system = self.side.desired?.systems.get(system)?;
        Kind::parse(system.kind)
    }

    fn scope(&mut self, system: SystemName, place: PlaceId, whose: BTreeSet<Who>, filter: &Filter) {
        let title = match &place {
            PlaceId::At(key) => self
                .side
                .desired
                .and_then(|desired| Some(desired.places.get(key)?.title.clone()))
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
                .map_or(Sight::Unknown, Sight::Has),
        };
        let columns = self.matrix.columns.iter();
        let cells = columns
            .map(|column| Cell {
                declared: declared_value(declared, grant, &column.subject, self.catalog),
                observed: observed_value(sight, &column.subject, self.catalog),
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
            observed: match sight {
                Sight::Unknown => Seeing::Unknown,
                Sight::Absent(at) => Seeing::Absent(at),
                Sight::Has(held) => Seeing::Has(held.at, held.state),
            },
            cells,
        }
    }

    fn finish(mut self) -> Matrix {
        let people = self.side.desired.into_iter().flat_map(|it| &it.people);
        let names: BTreeMap<PersonKey, Arc<str>> = people
            .map(|(key, person)| (key.clone(), person.name.clone()))
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
        let rows = self.matrix.rows.iter();
        self.matrix.declares = self.side.desired.is_some();
        let seen = self.side.seen.into_iter().flat_map(|seen| &seen.scopes);
        self.matrix.looked = seen
            .filter_map(|(scope, seen)| Some((scope.clone(), seen.complete?)))
            .collect();
        self.matrix.names = rows
            .filter_map(|row| match &row.who {
                Who::Person(key) => Some((key.clone(), names.get(key)?.clone())),
                Who::Account(_) => None,
            })
            .collect();
        self.matrix
    }
}

fn nothing(subject: &Subject) -> Shown {
    match subject {
        Subject::Role => Shown::Text(NO_ROLE.into()),
        Subject::Right(_) => Shown::Value(Value::Switch(false)),
        Subject::Fact(_) => Shown::Text("false".into()),
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

fn observed_value(
    sight: Sight<'_>,
    subject: &Subject,
    catalog: &Catalog,
) -> Option<(Shown, Timestamp)> {
    match sight {
        Sight::Unknown => None,
        Sight::Absent(at) => Some((nothing(subject), at)),
        // An account that cannot be used gives nothing, whatever it has.
        Sight::Has(held) if !held.is_active() => Some((nothing(subject), held.at)),
        Sight::Has(held) => seen_value(held, subject, catalog),
    }
}

fn seen_value(held: &Held, subject: &Subject, catalog: &Catalog) -> Option<(Shown, Timestamp)> {
    Some((held.value(subject, catalog)?, held.at))
}

/// A cell that is not the same on two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Who.
    pub who: Who,
    /// Their name. Text from outside.
    pub name: Option<Arc<str>>,
    /// The scope.
    pub scope: ScopeTitle,
    /// What it is about.
    pub column: Column,
    /// Before; the default where they were not there.
    pub before: Cell,
    /// After.
    pub after: Cell,
}

/// What is not the same on two sides: each word with the same kind of word on the other, and where one side has only what is
/// written and the other only what was seen, these.
pub fn differences(before: &Matrix, after: &Matrix, catalog: &Catalog) -> Vec<Difference> {
    type Key<'k> = (&'k Who, &'k SystemName, &'k PlaceId);
    let rows = |matrix: &'_ Matrix| -> BTreeMap<(Who, SystemName, PlaceId), Row> {
        let rows = matrix.rows.iter().filter_map(|row| {
            let scope = matrix.scopes.get(row.scope)?;
            let key = (row.who.clone(), scope.system.clone(), scope.place.clone());
            Some((key, row.clone()))
        });
        rows.collect()
    };
    let (old, new) = (rows(before), rows(after));
    let keys: BTreeSet<Key<'_>> = old
        .keys()
        .chain(new.keys())
        .map(|(who, system, place)| (who, system, place))
        .collect();
    let mut columns: Vec<&Column> = before.columns.iter().collect();
    for column in &after.columns {
        if !columns.iter().any(|known| known.subject == column.subject) {
            columns.push(column);
        }
    }
    let cell = |matrix: &Matrix, row: Option<&Row>, column: &Column| {
        let mut known = matrix.columns.iter();
        let at = known.position(|known| known.subject == column.subject);
        at.zip(row)
            .and_then(|(at, row)| row.cells.get(at).cloned())
            .unwrap_or_default()
    };
    let mut found = Vec::new();
    for (who, system, place) in keys {
        let key = (who.clone(), system.clone(), place.clone());
        let (was, is) = (old.get(&key), new.get(&key));
        let mut scopes = after.scopes.iter().chain(&before.scopes);
        let scope = scopes.find(|scope| scope.system == *system && scope.place == *place);
        let Some(scope) = scope else { continue };
        for column in &columns {
            if !scope.applies(&column.subject, catalog) {
                continue;
            }
            let (mut a, mut b) = (cell(before, was, column), cell(after, is, column));
            // Who has no row on a side whose files or reads are known has nothing there.
            let at = (system.clone(), place.clone());
            if was.is_none() {
                fill(&mut a, &b, before, &at, &column.subject);
            }
            if is.is_none() {
                fill(&mut b, &a, after, &at, &column.subject);
            }
            if changed(&a, &b) {
                found.push(Difference {
                    who: who.clone(),
                    name: match who {
                        Who::Person(key) => after.names.get(key).or(before.names.get(key)).cloned(),
                        Who::Account(_) => None,
                    },
                    scope: scope.clone(),
                    column: (*column).clone(),
                    before: a,
                    after: b,
                });
            }
        }
    }
    found
}

/// Nothing in the files, where they are known and do not name the person, and nothing seen, where everything was read.
fn fill(
    cell: &mut Cell,
    other: &Cell,
    matrix: &Matrix,
    scope: &(SystemName, PlaceId),
    subject: &Subject,
) {
    if other.value().is_none() {
        return;
    }
    if matrix.declares {
        cell.declared = Some(nothing(subject));
    }
    if let Some(at) = matrix.looked.get(scope) {
        cell.observed = Some((nothing(subject), *at));
    }
}

fn changed(a: &Cell, b: &Cell) -> bool {
    let seen = |cell: &Cell| cell.observed.as_ref().map(|(value, _)| value.clone());
    match ((&a.declared, seen(a)), (&b.declared, seen(b))) {
        ((Some(a), None), (None, Some(b))) => *a != b,
        ((None, Some(a)), (Some(b), None)) => a != *b,
        ((declared_a, seen_a), (declared_b, seen_b)) => {
            let both = |a: &Option<Shown>, b: &Option<Shown>| {
                a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a != b)
            };
            both(declared_a, declared_b) || both(&seen_a, &seen_b)
        }
    }
}
