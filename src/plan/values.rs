//! What two values of a right mean beside each other.
//!
//! Not a comparison of vendor JSON: both sides are in the model's forms already. Invariant: a right
//! below a denied governor means nothing, whatever its cell says, and a limiting flag and its list
//! are one value.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::catalog::{Catalog, Polarity, Right, RightId, RightType};
use crate::model::{Days, Items, One, RightSet, Value};

/// Rights as they would be in force: what is managed laid over what is there.
#[derive(Clone, Copy)]
pub(super) struct Layers<'a> {
    pub(super) catalog: &'static Catalog,
    /// What lies on top; cells that say nothing let the one below through.
    pub(super) over: Option<&'a RightSet>,
    /// What lies below.
    pub(super) under: Option<&'a RightSet>,
}

impl<'a> Layers<'a> {
    /// One set alone.
    pub(super) fn alone(catalog: &'static Catalog, rights: &'a RightSet) -> Self {
        Self {
            catalog,
            over: Some(rights),
            under: None,
        }
    }

    /// The cell of a right.
    pub(super) fn cell(self, id: RightId) -> Option<&'a Value> {
        let index = id.index();
        self.over
            .and_then(|set| set.get(index))
            .or_else(|| self.under.and_then(|set| set.get(index)))
    }

    /// Whether no governor of a right is denied. One that nobody knows counts as given.
    pub(super) fn reachable(self, id: RightId) -> bool {
        self.catalog
            .governors(id)
            .all(|above| self.cell(above) != Some(&Value::Switch(false)))
    }

    /// What a right is worth: none where it is out of reach or unknown.
    pub(super) fn worth(self, id: RightId) -> Option<Value> {
        self.reachable(id).then(|| self.meaning(id)).flatten()
    }

    /// What a right means beside its flag or its list, whatever its governors say: a list that the
    /// vendor does not look at, or an empty one, is no limit.
    pub(super) fn meaning(self, id: RightId) -> Option<Value> {
        let right = self.catalog.get(id);
        let value = self.cell(id);
        if right.kind == RightType::Limited
            && let Some(list) = right.list
        {
            let limited = value == Some(&Value::Switch(true))
                && !matches!(self.cell(list), Some(Value::Items(Items::All)));
            return value.map(|_| Value::Switch(limited));
        }
        if let Some(flag) = right.flag
            && self.cell(flag) == Some(&Value::Switch(false))
        {
            return value.map(|_| Value::Items(Items::All));
        }
        value.cloned()
    }
}

/// Whether two values of one right mean the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => a == b || addresses(a) == addresses(b),
        (a, b) => a == b,
    }
}

/// The addresses of a list, however it is separated.
fn addresses(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect()
}

/// What going from one value to another does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Something is possible afterwards that was not before.
    pub more: bool,
    /// Something is not possible afterwards that was before.
    pub less: bool,
}

impl Shift {
    const NONE: Self = Self {
        more: false,
        less: false,
    };

    fn of(more: bool, less: bool) -> Self {
        Self { more, less }
    }

    /// Both at once.
    pub(super) fn or(self, other: Self) -> Self {
        Self::of(self.more || other.more, self.less || other.less)
    }
}

/// What it does to an account when a right goes from `before` to `after`; none is "no such right".
///
/// A qualifier without its right gives nothing and takes nothing: its governor is what counts.
pub fn shift(right: &Right, before: Option<&Value>, after: Option<&Value>) -> Shift {
    let restricting = right.polarity == Polarity::Restricting;
    match (before, after) {
        (Some(Value::Switch(before)), Some(Value::Switch(after))) => {
            Shift::of(*after && !*before, *before && !*after).flip(restricting)
        }
        (None, Some(Value::Switch(true))) if gives_by_itself(right) => Shift::of(true, false),
        (Some(Value::Switch(true)), None) if gives_by_itself(right) => Shift::of(false, true),
        (Some(Value::Days(before)), Some(Value::Days(after))) => match after.cmp(before) {
            Ordering::Greater => Shift::of(true, false),
            Ordering::Less => Shift::of(false, true),
            Ordering::Equal => Shift::NONE,
        },
        (Some(Value::Items(before)), Some(Value::Items(after))) => items_shift(before, after),
        (Some(Value::One(before)), Some(Value::One(after))) => one_shift(before, after),
        (Some(Value::Text(before)), Some(Value::Text(after))) => {
            let (before, after) = (addresses(before), addresses(after));
            match (before.is_empty(), after.is_empty()) {
                (true, true) => Shift::NONE,
                (true, false) => Shift::of(false, true),
                (false, true) => Shift::of(true, false),
                (false, false) => Shift::of(!after.is_subset(&before), !before.is_subset(&after)),
            }
        }
        // One side says nothing, or the types differ, which the catalogue rules out.
        _ => Shift::NONE,
    }
}

impl Shift {
    fn flip(self, flip: bool) -> Self {
        if flip {
            Self::of(self.less, self.more)
        } else {
            self
        }
    }
}

/// Whether holding the right at all gives something.
pub(super) fn gives_by_itself(right: &Right) -> bool {
    !right.kind.is_qualifier() && right.polarity == Polarity::Granting
}

fn items_shift(before: &Items, after: &Items) -> Shift {
    match (before, after) {
        (Items::All, Items::All) => Shift::NONE,
        (Items::All, Items::Only(_)) => Shift::of(false, true),
        (Items::Only(_), Items::All) => Shift::of(true, false),
        (Items::Only(before), Items::Only(after)) => Shift::of(
            after.iter().any(|item| before.binary_search(item).is_err()),
            before.iter().any(|item| after.binary_search(item).is_err()),
        ),
    }
}

fn one_shift(before: &One, after: &One) -> Shift {
    match (before, after) {
        (One::All, One::All) | (One::Myself, One::Myself) => Shift::NONE,
        (One::All, One::Myself | One::Only(_)) => Shift::of(false, true),
        (One::Myself | One::Only(_), One::All) => Shift::of(true, false),
        (One::Myself | One::Only(_), One::Myself | One::Only(_)) => {
            Shift::of(before != after, before != after)
        }
    }
}

/// The value that gives what either of two does; none where no single value can.
pub(super) fn union(right: &Right, a: &Value, b: &Value) -> Option<Value> {
    let restricting = right.polarity == Polarity::Restricting;
    Some(match (a, b) {
        (Value::Switch(a), Value::Switch(b)) => {
            Value::Switch(if restricting { *a && *b } else { *a || *b })
        }
        (Value::Days(a), Value::Days(b)) => Value::Days((*a).max(*b)),
        (Value::Items(Items::Only(a)), Value::Items(Items::Only(b))) => {
            Value::Items(Items::only(a.iter().chain(b.iter()).cloned()))
        }
        (Value::Items(_), Value::Items(_)) => Value::Items(Items::All),
        (Value::One(One::All), Value::One(_)) | (Value::One(_), Value::One(One::All)) => {
            Value::One(One::All)
        }
        (a, b) if a == b => a.clone(),
        _ => return None,
    })
}

/// Whether a value is worth telling of when somebody gets it, or loses it, with all else.
pub(super) fn says_something(right: &Right, value: &Value) -> bool {
    match value {
        Value::Switch(on) => *on,
        Value::Days(days) => *days != Days::Last(0),
        Value::Items(items) => *items != Items::All,
        Value::One(one) => *one != One::All,
        Value::Text(text) => !text.is_empty() && right.kind == RightType::Ips,
    }
}

/// Whether somebody has a right for certain: what is managed laid over what is there, with every governor open.
pub fn holds_right(
    catalog: &'static Catalog,
    over: Option<&RightSet>,
    under: Option<&RightSet>,
    id: RightId,
) -> bool {
    let layers = Layers {
        catalog,
        over,
        under,
    };
    match layers.cell(id) {
        Some(Value::Switch(true)) => layers.reachable(id),
        Some(Value::Days(days)) => *days != Days::Last(0) && layers.reachable(id),
        Some(Value::Switch(false) | Value::Items(_) | Value::One(_) | Value::Text(_)) | None => {
            false
        }
    }
}

/// What a right is worth to an account: none where it is out of reach or was not read, and a list that the vendor does not
/// look at is no limit.
pub fn worth(catalog: &'static Catalog, rights: &RightSet, id: RightId) -> Option<Value> {
    Layers::alone(catalog, rights).worth(id)
}

/// Whether a change of one right lets somebody do more; none is "no such right".
pub fn gives(right: &Right, before: Option<&Value>, after: Option<&Value>) -> bool {
    shift(right, before, after).more
}
