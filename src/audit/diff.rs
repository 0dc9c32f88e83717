//! What is not the same on two sides of a matrix, and what only one of them knows.
//!
//! The invariant: what one side does not know is no difference and no sameness; it is counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::matrix::{Basis, Cell, Column, Matrix, Row, ScopeTitle, Who};
use super::same::same;
use super::seen::nothing;
use super::why::gives;
use crate::catalog::Catalog;
use crate::model::explained::{Shown, Subject};
use crate::model::{NameTable, PersonKey, PlaceId, SystemName};

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

/// How much only one side knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneSided {
    /// Cells.
    pub cells: u32,
    /// Those of them that give something.
    pub given: u32,
    /// Whose they are.
    pub who: BTreeSet<Who>,
}

/// What two sides say of each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Cells that are not the same.
    pub list: Vec<Difference>,
    /// What only the first side knows.
    pub only_before: OneSided,
    /// What only the second side knows.
    pub only_after: OneSided,
    /// Names beside numbers, of which nobody can say whether they are the same.
    pub unclear: u32,
    /// Whether nothing at all is known of the first side, and of the second.
    pub blank: (bool, bool),
    /// People whom the files of a side leave alone and of whom nothing was seen: what they have is not known.
    pub unseen: BTreeSet<PersonKey>,
}

/// What is not the same on two sides: each word with the same kind of word on the other, and where one side has only what is
/// written and the other only what was seen, these.
pub fn differences(before: &Matrix, after: &Matrix, catalog: &Catalog) -> Differences {
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
    let mut found = Differences {
        blank: (before.is_blank(), after.is_blank()),
        unseen: before.unseen.union(&after.unseen).cloned().collect(),
        ..Differences::default()
    };
    for (who, system, place) in keys {
        let key = (who.clone(), system.clone(), place.clone());
        let (was, is) = (old.get(&key), new.get(&key));
        let mut scopes = after.scopes.iter().chain(&before.scopes);
        let scope = scopes.find(|scope| scope.system == *system && scope.place == *place);
        let Some(scope) = scope else { continue };
        let tables = [was, is].map(|row| row.and_then(|row| row.names.as_deref()));
        for column in &columns {
            if !scope.applies(&column.subject, catalog) {
                continue;
            }
            let (mut a, mut b) = (cell(before, was, column), cell(after, is, column));
            // Who has no row on a side whose files or reads are known has nothing there.
            let at = (system.clone(), place.clone());
            if was.is_none() {
                fill(&mut a, &b, before, who, &at, &column.subject);
            }
            if is.is_none() {
                fill(&mut b, &a, after, who, &at, &column.subject);
            }
            match compared(&a, &b, &column.subject, &tables, catalog) {
                Compared::Same => {}
                Compared::Unclear => found.unclear = found.unclear.saturating_add(1),
                Compared::OnlyBefore => found.only_before.add(who, &a, column, catalog),
                Compared::OnlyAfter => found.only_after.add(who, &b, column, catalog),
                Compared::Differs => found.list.push(Difference {
                    who: who.clone(),
                    name: match who {
                        Who::Person(key) => after.names.get(key).or(before.names.get(key)).cloned(),
                        Who::Account(_) => None,
                    },
                    scope: scope.clone(),
                    column: (*column).clone(),
                    before: a,
                    after: b,
                }),
            }
        }
    }
    found
}

impl OneSided {
    fn add(&mut self, who: &Who, cell: &Cell, column: &Column, catalog: &Catalog) {
        self.cells = self.cells.saturating_add(1);
        let given = |value: &Shown| gives(&column.subject, value, catalog);
        if cell.value().is_some_and(given) {
            self.given = self.given.saturating_add(1);
        }
        if !self.who.contains(who) {
            self.who.insert(who.clone());
        }
    }
}

/// Nothing in the files, where they are known and do not leave the person alone, and nothing seen, where everything was read.
fn fill(
    cell: &mut Cell,
    other: &Cell,
    matrix: &Matrix,
    who: &Who,
    scope: &(SystemName, PlaceId),
    subject: &Subject,
) {
    if other.declared.is_none() && other.observed.is_none() {
        return;
    }
    let left_alone = matches!(who, Who::Person(key) if matrix.unmanaged.contains(key));
    if matrix.declares && !left_alone {
        cell.declared = Some(nothing(subject));
    }
    if let Some(at) = matrix.looked.get(scope) {
        cell.observed = Some((nothing(subject), *at));
    }
}

enum Compared {
    Same,
    Differs,
    Unclear,
    OnlyBefore,
    OnlyAfter,
}

fn compared(
    a: &Cell,
    b: &Cell,
    subject: &Subject,
    tables: &[Option<&NameTable>],
    catalog: &Catalog,
) -> Compared {
    match (a.basis(), b.basis()) {
        (Basis::Unknown, Basis::Unknown) => return Compared::Same,
        (Basis::Unknown, _) => return Compared::OnlyAfter,
        (_, Basis::Unknown) => return Compared::OnlyBefore,
        (Basis::Observed(_) | Basis::Declared, Basis::Observed(_) | Basis::Declared) => {}
    }
    let seen = |cell: &Cell| cell.observed.as_ref().map(|(value, _)| value.clone());
    let same = |a: &Shown, b: &Shown| same(subject, a, b, tables, catalog);
    let pairs = match ((&a.declared, seen(a)), (&b.declared, seen(b))) {
        ((Some(a), None), (None, Some(b))) => vec![same(a, &b)],
        ((None, Some(a)), (Some(b), None)) => vec![same(&a, b)],
        ((said_a, seen_a), (said_b, seen_b)) => {
            let said = said_a.as_ref().zip(said_b.as_ref());
            let seen = seen_a.as_ref().zip(seen_b.as_ref());
            let pairs = [said, seen].into_iter().flatten();
            let pairs: Vec<_> = pairs.map(|(a, b)| same(a, b)).collect();
            if pairs.is_empty() {
                // Written and seen on one side, and only the other of them on the other.
                let values = a.value().zip(b.value());
                values.map(|(a, b)| same(a, b)).into_iter().collect()
            } else {
                pairs
            }
        }
    };
    if pairs.contains(&Some(false)) {
        Compared::Differs
    } else if pairs.contains(&None) {
        Compared::Unclear
    } else {
        Compared::Same
    }
}
