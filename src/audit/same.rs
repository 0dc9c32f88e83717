//! Whether two values are the same, and what several come to together.
//!
//! The files have names where a vendor has numbers. The invariant: that two values differ is said only where it is known,
//! so a name and a number whose list nobody read are neither the same nor different.

use crate::catalog::Catalog;
use crate::model::explained::{Shown, Subject};
use crate::model::{Days, Item, Items, NameTable, One, Value};
use crate::plan;

use super::why::gives;

/// Whether two values of one thing mean the same, by the lists of names that were read; none where that cannot be known.
pub fn same(
    subject: &Subject,
    a: &Shown,
    b: &Shown,
    names: &[Option<&NameTable>],
    catalog: &Catalog,
) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    let (Subject::Right(id), Shown::Value(a), Shown::Value(b)) = (subject, a, b) else {
        return Some(false);
    };
    let (Some(of_a), Some(of_b)) = (items(a), items(b)) else {
        return Some(false);
    };
    let is_name = |item: &&Item| matches!(item, Item::Name(_));
    let any_name = of_a.iter().chain(&of_b).any(is_name);
    let any_id = !of_a.iter().chain(&of_b).all(is_name);
    if of_a.len() != of_b.len() || !(any_name && any_id) {
        return Some(false);
    }
    let entity = catalog.get(*id).kind.entity()?;
    let mut tables = names.iter().flatten();
    tables.find_map(|names| plan::same_things(names, entity, a, b))
}

fn items(value: &Value) -> Option<Vec<&Item>> {
    match value {
        Value::Items(Items::Only(items)) => Some(items.iter().collect()),
        Value::One(One::Only(item)) => Some(vec![item]),
        Value::Items(Items::All)
        | Value::One(One::All | One::Myself)
        | Value::Switch(_)
        | Value::Days(_)
        | Value::Text(_) => None,
    }
}

/// What several accounts of one person come to: whatever one of them gives. None where that is not known.
pub fn together(
    subject: &Subject,
    values: impl Iterator<Item = Option<Shown>>,
    catalog: &Catalog,
) -> Option<Shown> {
    let restricts = match subject {
        Subject::Right(id) => catalog.get(*id).is_restricting(),
        Subject::Role | Subject::Fact(_) => false,
    };
    let mut sum: Option<Shown> = None;
    let mut unread = false;
    for value in values {
        match (value, sum.take()) {
            (None, before) => {
                unread = true;
                sum = before;
            }
            (Some(value), None) => sum = Some(value),
            (Some(value), Some(before)) => sum = Some(wider(before, value, restricts)),
        }
    }
    // What was not read of one account may be more than what was read of another; a plain yes is no less for it.
    let is_yes = |value: &Shown| {
        *value == Shown::Value(Value::Switch(true)) && gives(subject, value, catalog)
    };
    sum.filter(|value| !unread || is_yes(value))
}

/// The wider of two values; of two that have no order both.
fn wider(a: Shown, b: Shown, restricts: bool) -> Shown {
    if a == b || b.is_no() && !restricts {
        return a;
    }
    if a.is_no() && !restricts {
        return b;
    }
    match (a, b) {
        (Shown::Value(Value::Switch(a)), Shown::Value(Value::Switch(b))) => {
            Shown::Value(Value::Switch(if restricts { a && b } else { a || b }))
        }
        (Shown::Value(Value::Days(a)), Shown::Value(Value::Days(b))) => {
            Shown::Value(Value::Days(match (a, b) {
                (Days::Last(a), Days::Last(b)) => Days::Last(a.max(b)),
                (Days::All, _) | (_, Days::All) => Days::All,
            }))
        }
        (Shown::Value(Value::Items(a)), Shown::Value(Value::Items(b))) => {
            Shown::Value(Value::Items(match (a, b) {
                (Items::Only(a), Items::Only(b)) => Items::only(a.iter().chain(b.iter()).cloned()),
                (Items::All, _) | (_, Items::All) => Items::All,
            }))
        }
        (Shown::Text(a), Shown::Text(b)) => Shown::Text(format!("{a}\n{b}").into()),
        (Shown::Value(Value::One(One::All)), _) | (_, Shown::Value(Value::One(One::All))) => {
            Shown::Value(Value::One(One::All))
        }
        (a, _) => a,
    }
}
