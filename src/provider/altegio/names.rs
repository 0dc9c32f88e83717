//! Names of things at a location: cash desks, storages, team members, positions, payment items.
//!
//! Not a search: which id a name means is for planning to say. Invariant: a list that was wanted
//! and did not come is a gap, never an empty list.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::read::{add_gap, fatal_or, state};
use super::routes;
use super::tree::LiveTree;
use super::wire::{self, Content};
use super::{Altegio, Progress};
use crate::catalog::Entity;
use crate::http::{Garbage, Unread};
use crate::model::{Gap, NameTable, Named, Reading, ScopeState};
use crate::provider::{NamesWanted, ProviderError};

impl Altegio {
    /// Names of things at a location, in one call: the list of its own where one list is wanted and
    /// has a call, else all wanted lists beside the location itself.
    pub(super) async fn names(
        &self,
        location: u64,
        wanted: NamesWanted,
        progress: &Progress<'_>,
    ) -> (NameTable, Option<Unread>) {
        let mut names = NameTable::default();
        let only = |it: NamesWanted| wanted == it;
        let none = NamesWanted::default();
        if only(NamesWanted {
            staff: true,
            ..none
        }) {
            let staff = self.staff(location, progress).await;
            let (staff, trouble) = parted(staff);
            names.staff = staff;
            return (names, trouble);
        }
        if only(NamesWanted {
            positions: true,
            ..none
        }) {
            let (positions, trouble) = parted(self.positions(location, progress).await);
            names.positions = positions;
            return (names, trouble);
        }
        let mut exchange = routes::COMPANIES.exchange(&[]);
        exchange.query = vec![("my", "1".into()), ("id", location.to_string())];
        let lists = [
            (wanted.staff, "staff"),
            (wanted.positions, "positions"),
            (wanted.accounts, "accounts"),
            (wanted.storages, "storages"),
            (wanted.expenses, "expenses"),
        ];
        let lists = lists.iter().filter(|(wanted, _)| *wanted);
        let includes = lists.map(|(_, name)| ("include[]", (*name).to_owned()));
        exchange.query.extend(includes);
        let read = |content: &Content| {
            let rows = wire::list(&content.data, "the list of locations")?;
            let is_it = |row: &&Json| row.get("id").and_then(wire::unsigned) == Some(location);
            let row = rows.iter().find(is_it);
            let list = |name: &str| row?.get(name).and_then(wire::named).map(tidy);
            Ok(NameTable {
                accounts: list("accounts").filter(|_| wanted.accounts),
                storages: list("storages").filter(|_| wanted.storages),
                staff: list("staff").filter(|_| wanted.staff),
                positions: list("positions").filter(|_| wanted.positions),
                expenses: list("expenses").filter(|_| wanted.expenses),
                posts: row
                    .and_then(|row| row.get("staff"))
                    .map(posts)
                    .unwrap_or_default(),
            })
        };
        match self.get(&exchange, progress, read).await {
            Ok(table) => (table, None),
            Err(trouble) => (names, Some(trouble)),
        }
    }

    /// Team members. A token may be refused one spelling of this call and allowed the other.
    async fn staff(&self, location: u64, progress: &Progress<'_>) -> Result<Vec<Named>, Unread> {
        let exchange = routes::STAFF.exchange(&[location]);
        match self.get(&exchange, progress, all_named).await {
            Err(trouble) if matches!(trouble.status(), Some(403 | 404)) => {
                let exchange = routes::STAFF_OLDER.exchange(&[location]);
                self.get(&exchange, progress, all_named).await
            }
            other => other,
        }
    }

    /// Positions.
    async fn positions(
        &self,
        location: u64,
        progress: &Progress<'_>,
    ) -> Result<Vec<Named>, Unread> {
        let exchange = routes::POSITIONS.exchange(&[location]);
        self.get(&exchange, progress, all_named).await
    }

    /// The lists that have a call of their own, where the joint call did not bring them.
    pub(super) async fn name_by_own_lists(
        &self,
        location: u64,
        names: &mut NameTable,
        wanted: NamesWanted,
        progress: &Progress<'_>,
    ) -> Result<Option<Unread>, ProviderError> {
        let mut trouble = None;
        let joint = wanted.accounts || wanted.storages || wanted.expenses;
        if !joint && wanted.staff != wanted.positions {
            // A single list was asked for by that very call.
            return Ok(None);
        }
        if wanted.staff && names.staff.is_none() {
            let staff = fatal_or(self.staff(location, progress).await)?;
            (names.staff, trouble) = parted(staff);
        }
        if wanted.positions && names.positions.is_none() {
            let positions = fatal_or(self.positions(location, progress).await)?;
            let (positions, refused) = parted(positions);
            names.positions = positions;
            trouble = refused.or(trouble);
        }
        Ok(trouble)
    }
}

/// Each list of names, whether it is wanted, and what it names.
fn lists(
    names: &mut NameTable,
    wanted: NamesWanted,
) -> [(bool, &mut Option<Vec<Named>>, Entity); 5] {
    [
        (wanted.accounts, &mut names.accounts, Entity::Account),
        (wanted.storages, &mut names.storages, Entity::Storage),
        (wanted.staff, &mut names.staff, Entity::Staff),
        (wanted.positions, &mut names.positions, Entity::Position),
        (wanted.expenses, &mut names.expenses, Entity::Expense),
    ]
}

/// Lists that did not come are taken from the options of the rights that refer to them.
pub(super) fn name_by_options(
    names: &mut NameTable,
    wanted: NamesWanted,
    tree: Option<&Arc<LiveTree>>,
) {
    for (wanted, list, entity) in lists(names, wanted) {
        if wanted && list.is_none() {
            *list = tree.and_then(|tree| tree.names(entity));
        }
    }
}

/// A list that is wanted and missing is a gap.
pub(super) fn say_what_is_unnamed(
    reading: &mut Reading<ScopeState>,
    wanted: NamesWanted,
    trouble: Option<&Unread>,
) {
    let Some(state) = state(reading) else { return };
    let missing: Vec<Entity> = lists(&mut state.names, wanted)
        .into_iter()
        .filter(|(wanted, list, _)| *wanted && list.is_none())
        .map(|(_, _, entity)| entity)
        .collect();
    for entity in missing {
        let why = trouble.map_or_else(|| "the list did not come".into(), Unread::words);
        let what = format!("the names of {}", entity.plural());
        add_gap(
            reading,
            Gap::SideRead {
                what: what.into(),
                why: why.into(),
            },
        );
    }
}

/// A whole answer that is a list of things with names.
fn all_named(content: &Content) -> Result<Vec<Named>, Garbage> {
    let rows = wire::named(&content.data);
    let rows = rows.ok_or_else(|| Garbage("a list of names without ids or names".into()))?;
    Ok(tidy(rows))
}

/// Which position each team member holds, where the list says it.
fn posts(staff: &Json) -> BTreeMap<i64, Arc<str>> {
    let rows = staff.as_array().into_iter().flatten();
    let held = rows.filter_map(|row| {
        let id = row.get("id").and_then(wire::whole)?;
        let title = row.get("position")?.get("title")?.as_str()?.trim();
        (!title.is_empty()).then(|| (id, title.into()))
    });
    held.collect()
}

fn tidy(rows: Vec<(i64, String)>) -> Vec<Named> {
    let rows = rows.into_iter();
    let mut named: Vec<Named> = rows
        .map(|(id, name)| Named {
            id,
            name: name.into(),
        })
        .collect();
    named.sort();
    named.dedup();
    named
}

fn parted<T>(result: Result<T, Unread>) -> (Option<T>, Option<Unread>) {
    match result {
        Ok(value) => (Some(value), None),
        Err(trouble) => (None, Some(trouble)),
    }
}
