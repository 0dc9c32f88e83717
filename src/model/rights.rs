//! Right values and dense sets of them.
//!
//! A [`RightSet`] has one cell per position of the catalogue. It does not know the catalogue: whoever makes a set
//! passes its length. Values are compared by meaning, so both sides are brought into these forms first.

use std::fmt;
use std::sync::Arc;

/// How far back something may be seen or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Days {
    /// This many days back; 0 is today only.
    Last(u32),
    /// Without an end. (The variant order makes `max` the more generous.)
    All,
}

/// An entry of a list right: a cash desk, a storage, a team member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The vendor's id at that location.
    Id(i64),
    /// A name that is looked up at each location.
    Name(Arc<str>),
}

/// The value of a list right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Items {
    /// No restriction.
    All,
    /// Only these; sorted, without repetition, never empty (an empty list means "no filter" to the vendor).
    Only(Arc<[Item]>),
}

impl Items {
    /// A sorted list without repetitions; an empty one is [`Items::All`], as the vendor reads it.
    pub fn only(items: impl IntoIterator<Item = Item>) -> Self {
        let mut items: Vec<Item> = items.into_iter().collect();
        items.sort();
        items.dedup();
        if items.is_empty() {
            Items::All
        } else {
            Items::Only(items.into())
        }
    }
}

/// The value of a right that takes a single id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum One {
    /// No restriction.
    All,
    /// The team member this person is linked to at that location.
    Myself,
    /// One entry.
    Only(Item),
}

/// The value of one right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Switches, section roots and flags, in the vendor's sense of `true`.
    Switch(bool),
    /// A number of days.
    Days(Days),
    /// A list of entries.
    Items(Items),
    /// One entry.
    One(One),
    /// The list of addresses one may sign in from; empty is no list.
    Text(Arc<str>),
}

/// One value per right of the catalogue; an empty cell is a right that is not managed, not readable or irrelevant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RightSet {
    cells: Box<[Option<Value>]>,
}

impl RightSet {
    /// A set in which nothing is said about any of `length` rights.
    pub fn empty(length: usize) -> Self {
        Self {
            cells: vec![None; length].into(),
        }
    }

    /// The value at a position of the catalogue.
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.cells.get(index).and_then(Option::as_ref)
    }

    /// Sets or clears a position; one beyond the end is ignored.
    pub fn set(&mut self, index: usize, value: Option<Value>) {
        if let Some(cell) = self.cells.get_mut(index) {
            *cell = value;
        }
    }

    /// Positions that have a value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.cells
            .iter()
            .enumerate()
            .filter_map(|(at, cell)| cell.as_ref().map(|value| (at, value)))
    }

    /// Whether nothing is said about any right.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(Option::is_none)
    }

    /// How many rights the catalogue behind it has.
    pub fn len(&self) -> usize {
        self.cells.len()
    }
}

/// Shows only the cells that say something.
impl fmt::Debug for RightSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
