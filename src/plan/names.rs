//! From the names that YAML uses to the ids that a vendor wants, at one place.
//!
//! Not a search: a name is found letter by letter or not at all. Invariant: nothing is guessed; an
//! unknown or ambiguous name is a problem that names what is near.

use std::sync::Arc;

use unicode_normalization::UnicodeNormalization as _;

use crate::catalog::Entity;
use crate::diagnostic::nearest;
use crate::model::{Item, Items, NameTable, Named, NamesWanted, One, Value};

/// Why a name has no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameFault {
    /// The list of names was not read.
    Unread(Entity),
    /// No such name.
    Unknown {
        entity: Entity,
        name: Arc<str>,
        near: Vec<Arc<str>>,
    },
    /// Several have it.
    Ambiguous {
        entity: Entity,
        name: Arc<str>,
        ids: Vec<i64>,
    },
    /// This sort of thing has no list of names that a vendor gives out.
    NoNames { entity: Entity, name: Arc<str> },
}

impl NameFault {
    /// What is wrong, without a place.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Unread(entity) => format!("the list of {} was not read", entity.plural()),
            Self::Unknown { entity, name, .. } => {
                format!("no {} is called `{name}`", entity.singular())
            }
            Self::Ambiguous { entity, name, ids } => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                format!(
                    "{} {} are called `{name}`: {}",
                    ids.len(),
                    entity.plural(),
                    ids.join(", ")
                )
            }
            Self::NoNames { entity, name } => {
                format!(
                    "a {} cannot be found by its name `{name}`",
                    entity.singular()
                )
            }
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            Self::Unread(_) => {
                "see the gaps of that place; the step comes when it can be read".into()
            }
            Self::Unknown { near, .. } if near.is_empty() => {
                "correct the name, or create it at the vendor first".into()
            }
            Self::Unknown { near, .. } => {
                let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
                format!("did you mean {}?", near.join(" or "))
            }
            Self::Ambiguous { .. } | Self::NoNames { .. } => {
                "write the id instead of the name".into()
            }
        }
    }
}

/// The list of one sort of thing, if the vendor has one: none within is "not read".
#[expect(
    clippy::option_option,
    reason = "no such list, and not read, are told apart by both callers"
)]
fn list(table: &NameTable, entity: Entity) -> Option<Option<&Vec<Named>>> {
    Some(match entity {
        Entity::Account => table.accounts.as_ref(),
        Entity::Storage => table.storages.as_ref(),
        Entity::Staff => table.staff.as_ref(),
        Entity::Position => table.positions.as_ref(),
        Entity::Expense => table.expenses.as_ref(),
        Entity::TransactionType | Entity::Chain => return None,
    })
}

/// Notes that names of this sort are needed.
pub(super) fn want(entity: Entity, wanted: &mut NamesWanted) {
    match entity {
        Entity::Account => wanted.accounts = true,
        Entity::Storage => wanted.storages = true,
        Entity::Staff => wanted.staff = true,
        Entity::Position => wanted.positions = true,
        Entity::Expense => wanted.expenses = true,
        Entity::TransactionType | Entity::Chain => {}
    }
}

/// Whether a value refers to something by name.
pub(super) fn uses_names(value: &Value) -> bool {
    match value {
        Value::Items(Items::Only(items)) => items.iter().any(|item| matches!(item, Item::Name(_))),
        Value::One(One::Only(Item::Name(_))) => true,
        Value::Items(Items::All)
        | Value::One(One::All | One::Myself | One::Only(Item::Id(_)))
        | Value::Switch(_)
        | Value::Days(_)
        | Value::Text(_) => false,
    }
}

/// Names as they are compared: composed, without white space at the ends.
fn folded(name: &str) -> String {
    name.trim().nfc().collect()
}

/// The id of one entry.
pub(super) fn resolve(table: &NameTable, entity: Entity, item: &Item) -> Result<i64, NameFault> {
    let name = match item {
        Item::Id(id) => return Ok(*id),
        Item::Name(name) => name,
    };
    let Some(list) = list(table, entity) else {
        return Err(NameFault::NoNames {
            entity,
            name: name.clone(),
        });
    };
    let Some(list) = list else {
        return Err(NameFault::Unread(entity));
    };
    let wanted = folded(name);
    let mut ids: Vec<i64> = list
        .iter()
        .filter(|named| folded(&named.name) == wanted)
        .map(|named| named.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    match ids.as_slice() {
        [id] => Ok(*id),
        [] => Err(NameFault::Unknown {
            entity,
            name: name.clone(),
            near: near(&wanted, list),
        }),
        _ => Err(NameFault::Ambiguous {
            entity,
            name: name.clone(),
            ids,
        }),
    }
}

/// At most two names that may have been meant.
fn near(wanted: &str, list: &[Named]) -> Vec<Arc<str>> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for _ in 0..2 {
        let rest = list.iter().map(|named| &*named.name);
        let rest = rest.filter(|name| !found.iter().any(|seen| &**seen == *name));
        match nearest(wanted, rest) {
            Some(name) => found.push(name.into()),
            None => break,
        }
    }
    found
}

/// A value with ids in place of names; `self` stays.
pub(super) fn resolve_value(
    table: &NameTable,
    entity: Entity,
    value: &Value,
) -> Result<Value, NameFault> {
    Ok(match value {
        Value::Items(Items::Only(items)) => {
            let ids: Result<Vec<Item>, NameFault> = items
                .iter()
                .map(|item| resolve(table, entity, item).map(Item::Id))
                .collect();
            Value::Items(Items::only(ids?))
        }
        Value::One(One::Only(item)) => {
            Value::One(One::Only(Item::Id(resolve(table, entity, item)?)))
        }
        other => other.clone(),
    })
}

/// A value with names in place of the ids that are known, for people.
pub fn named_value(table: &NameTable, entity: Entity, value: &Value) -> Value {
    let Some(Some(list)) = list(table, entity) else {
        return value.clone();
    };
    let name = |item: &Item| match item {
        Item::Id(id) => list
            .iter()
            .find(|named| named.id == *id)
            .map_or_else(|| item.clone(), |named| Item::Name(named.name.clone())),
        Item::Name(_) => item.clone(),
    };
    match value {
        Value::Items(Items::Only(items)) => Value::Items(Items::only(items.iter().map(name))),
        Value::One(One::Only(item)) => Value::One(One::Only(name(item))),
        other => other.clone(),
    }
}

/// Whether two values name the same things, by a list; none where the list was not read.
pub fn same_things(table: &NameTable, entity: Entity, a: &Value, b: &Value) -> Option<bool> {
    match (
        resolve_value(table, entity, a),
        resolve_value(table, entity, b),
    ) {
        (Ok(a), Ok(b)) => Some(a == b),
        (Err(NameFault::Unread(_) | NameFault::NoNames { .. }), _)
        | (_, Err(NameFault::Unread(_) | NameFault::NoNames { .. })) => None,
        // A name that nothing has, or that several have, is what no account can have.
        (Err(NameFault::Unknown { .. } | NameFault::Ambiguous { .. }), _)
        | (_, Err(NameFault::Unknown { .. } | NameFault::Ambiguous { .. })) => Some(false),
    }
}

/// The name of a team member, where it is known.
pub(super) fn staff_name(table: &NameTable, id: i64) -> Option<Arc<str>> {
    let named = table.staff.as_ref()?.iter().find(|named| named.id == id)?;
    Some(named.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> NameTable {
        let named = |id, name: &str| Named {
            id,
            name: name.into(),
        };
        NameTable {
            accounts: Some(vec![
                named(1, "Kase 1"),
                named(2, "Kase 2"),
                named(3, "Bank"),
                named(4, "Bank"),
            ]),
            ..NameTable::default()
        }
    }

    #[test]
    fn a_name_is_found_composed_or_not() {
        let mut table = table();
        table.staff = Some(vec![Named {
            id: 9,
            name: "Be\u{304}rzin\u{327}a".into(),
        }]);
        let item = Item::Name("Bērziņa".into());
        assert_eq!(resolve(&table, Entity::Staff, &item), Ok(9));
    }

    #[test]
    fn unknown_and_ambiguous_names_say_what_is_there() {
        let fault = resolve(&table(), Entity::Account, &Item::Name("Kase1".into())).unwrap_err();
        assert_eq!(fault.message(), "no cash desk is called `Kase1`");
        assert_eq!(fault.help(), "did you mean `Kase 1` or `Kase 2`?");
        let fault = resolve(&table(), Entity::Account, &Item::Name("Bank".into())).unwrap_err();
        assert_eq!(fault.message(), "2 cash desks are called `Bank`: 3, 4");
        let fault = resolve(&table(), Entity::Storage, &Item::Name("Main".into())).unwrap_err();
        assert_eq!(fault, NameFault::Unread(Entity::Storage));
        assert_eq!(resolve(&table(), Entity::Storage, &Item::Id(7)), Ok(7));
    }
}
