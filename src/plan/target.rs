//! What a grant comes to at one place: names resolved, the vendor's recommended set expanded, and
//! narrowed to what the place's own rights tree knows and the caller may change.
//!
//! Not a comparison with an account: that is `compare`. Invariant: nothing in a prepared target is
//! wider than what YAML says; what cannot be written is listed, never replaced.

use std::sync::Arc;

use super::names::{self, NameFault};
use super::step::StaffTarget;
use super::values::{Layers, gives_by_itself, same};
use crate::catalog::{Catalog, Kind, RightId, RightType};
use crate::model::{
    Grant, Item, NameTable, One, Person, RightSet, ScopeState, StaffWish, Value, VendorRoleSlug,
};

/// A grant made ready for one place; people with equal roles there share it.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// Managed, resolved, relevant and writable. `self` is still there.
    pub(super) rights: Arc<RightSet>,
    /// Where `self` stands.
    pub(super) selves: Vec<RightId>,
    /// Wanted, but the caller may not change them there.
    pub(super) locked: Vec<(RightId, Value)>,
    /// Wanted and giving, but the place does not have them, or has them in another shape.
    pub(super) missing: Vec<RightId>,
    /// Why it cannot be made.
    pub(super) fault: Option<Fault>,
}

/// Why a grant cannot be made ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A name has no id there; with the right that uses it.
    Name(&'static str, NameFault),
    /// The vendor's recommended set is wanted and the tree was not read.
    NoTree,
    /// The place does not offer the vendor role; it offers these.
    NoRole(VendorRoleSlug, Vec<VendorRoleSlug>),
}

impl Fault {
    /// Whether it goes away with a better read.
    pub(super) fn is_unread(&self) -> bool {
        match self {
            Self::Name(_, NameFault::Unread(_)) | Self::NoTree => true,
            Self::Name(..) | Self::NoRole(..) => false,
        }
    }

    /// What is wrong there.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Name(right, fault) => format!("{} (`{right}`)", fault.message()),
            Self::NoTree => {
                "the vendor's recommended rights are wanted, and its roles tree was not read".into()
            }
            Self::NoRole(role, _) => format!("the vendor role `{role}` does not exist there"),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> String {
        match self {
            Self::Name(_, fault) => fault.help(),
            Self::NoTree => "see the gaps of that place".into(),
            Self::NoRole(_, offered) => {
                let offered: Vec<String> = offered.iter().map(|it| format!("`{it}`")).collect();
                format!("that place offers {}", offered.join(", "))
            }
        }
    }
}

impl Prepared {
    /// Whether an account has all of it letter by letter: the common case, told without a copy.
    pub(super) fn is_held(&self, own_staff: Option<i64>, live: &RightSet) -> bool {
        self.rights.iter().all(|(index, want)| {
            let have = live.get(index);
            match (want, have) {
                (Value::One(One::Myself), Some(Value::One(One::Only(Item::Id(id))))) => {
                    own_staff == Some(*id)
                }
                (want, have) => have == Some(want),
            }
        })
    }
}

/// Makes a grant ready for a place.
pub(super) fn prepare(
    catalog: &'static Catalog,
    kind: Kind,
    grant: &Grant,
    scope: &ScopeState,
) -> Prepared {
    let mut prepared = Prepared {
        rights: Arc::new(RightSet::empty(catalog.len())),
        selves: Vec::new(),
        locked: Vec::new(),
        missing: Vec::new(),
        fault: None,
    };
    let tree = scope.tree.as_deref();
    if let (Some(tree), Some(role)) = (tree, &grant.role)
        && !tree.roles.is_empty()
        && !tree.roles.contains_key(role)
    {
        let offered = tree.roles.keys().cloned().collect();
        prepared.fault = Some(Fault::NoRole(role.clone(), offered));
        return prepared;
    }
    let recommended: Option<&[u16]> = if grant.unlisted_default {
        let role = grant.role.as_ref();
        let Some(found) = tree.zip(role).and_then(|(tree, role)| tree.roles.get(role)) else {
            prepared.fault = Some(Fault::NoTree);
            return prepared;
        };
        Some(found)
    } else {
        None
    };

    let mut rights = RightSet::empty(catalog.len());
    for right in catalog.all() {
        let index = right.id.index();
        let value = match (grant.rights.get(index), recommended) {
            (Some(value), _) => value.clone(),
            // Only what gives or withholds by itself: the vendor's defaults of days and lists are
            // kept, and a restriction is never switched on unasked.
            (None, Some(recommended)) if right.product.covers(kind) && right.kind.is_switch() => {
                let on = u16::try_from(index).is_ok_and(|it| recommended.contains(&it));
                Value::Switch(on)
            }
            (None, _) => continue,
        };
        let value = match right.kind.entity() {
            Some(entity) => match names::resolve_value(&scope.names, entity, &value) {
                Ok(value) => value,
                Err(fault) => {
                    prepared.fault = Some(Fault::Name(right.slug, fault));
                    return prepared;
                }
            },
            None => value,
        };
        let fact = tree.map(|tree| tree.rights.get(index).copied().flatten());
        match fact {
            // The tree was not read: the catalogue alone decides.
            None => rights.set(index, Some(value)),
            Some(Some(fact)) if fact.type_agrees && fact.editable => rights.set(index, Some(value)),
            Some(Some(fact)) if fact.type_agrees => prepared.locked.push((right.id, value)),
            Some(_) => {
                if gives_by_itself(right) && value == Value::Switch(true) {
                    prepared.missing.push(right.id);
                }
            }
        }
    }
    prune(catalog, &mut rights);
    prepared.selves = catalog
        .ids()
        .filter(|id| rights.get(id.index()) == Some(&Value::One(One::Myself)))
        .collect();
    prepared.rights = Arc::new(rights);
    prepared
}

/// Clears what a denied governor makes irrelevant, at any depth.
fn prune(catalog: &'static Catalog, rights: &mut RightSet) {
    for id in catalog.ids() {
        if rights.get(id.index()).is_some() && !Layers::alone(catalog, rights).reachable(id) {
            rights.set(id.index(), None);
        }
    }
}

/// The team member a grant asks for, by id.
pub(super) fn staff_wish(
    person: &Person,
    grant: &Grant,
    table: &NameTable,
) -> Result<StaffTarget, NameFault> {
    let pinned = || {
        let pin = person.pins.get(&grant.system)?;
        pin.staff.get(grant.place.location()?)
    };
    let item: &Item = match (&grant.staff, pinned()) {
        (StaffWish::Link(item), _) | (StaffWish::Keep, Some(item)) => item,
        (StaffWish::Keep, None) => return Ok(StaffTarget::Keep),
        (StaffWish::Nobody, _) => return Ok(StaffTarget::Nobody),
    };
    names::resolve(table, crate::catalog::Entity::Staff, item).map(StaffTarget::Link)
}

/// The link an account has once a target is written.
pub(super) fn staff_after(target: StaffTarget, before: Option<i64>) -> Option<i64> {
    match target {
        StaffTarget::Keep => before,
        StaffTarget::Link(id) => Some(id),
        StaffTarget::Nobody => None,
    }
}

/// The rights with `self` filled in; none where nobody is linked.
pub(super) fn fill_self(prepared: &Prepared, staff: Option<i64>) -> Option<Arc<RightSet>> {
    if prepared.selves.is_empty() {
        return Some(prepared.rights.clone());
    }
    let own = Value::One(One::Only(Item::Id(staff?)));
    let mut rights = RightSet::clone(&prepared.rights);
    for id in &prepared.selves {
        rights.set(id.index(), Some(own.clone()));
    }
    Some(Arc::new(rights))
}

/// Where wanted rights and an account's differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Other than wanted, and can be written.
    pub(super) changed: Vec<RightId>,
    /// Wanted and giving, but the vendor does not show them for the account.
    pub(super) absent: Vec<RightId>,
}

/// Compares wanted rights with an account's, by meaning.
pub(super) fn compare(
    catalog: &'static Catalog,
    wanted: &RightSet,
    live: &RightSet,
) -> Differences {
    let mut found = Differences::default();
    let after = Layers {
        catalog,
        over: Some(wanted),
        under: Some(live),
    };
    let before = Layers::alone(catalog, live);
    for (index, want) in wanted.iter() {
        let have = live.get(index);
        // Nearly every cell ends here.
        if have == Some(want) {
            continue;
        }
        let Some(id) = catalog.at(index) else {
            continue;
        };
        if have.is_none() {
            if gives_by_itself(catalog.get(id)) && *want == Value::Switch(true) {
                found.absent.push(id);
            }
            continue;
        }
        if !after.reachable(id) {
            continue;
        }
        let equal = match (after.meaning(id), before.meaning(id)) {
            (Some(after), Some(before)) => same(&after, &before),
            (after, before) => after == before,
        };
        if !equal {
            found.changed.push(id);
        }
    }
    found
}

/// What of a set can and need be written to an account: without what the vendor does not show for
/// it, and without what a governor of its own denies.
pub(super) fn writable(
    catalog: &'static Catalog,
    wanted: &Arc<RightSet>,
    live: &RightSet,
) -> Arc<RightSet> {
    let layers = Layers {
        catalog,
        over: Some(wanted),
        under: Some(live),
    };
    let useless: Vec<usize> = wanted
        .iter()
        .map(|(index, _)| index)
        .filter(|&index| {
            live.get(index).is_none() || catalog.at(index).is_none_or(|id| !layers.reachable(id))
        })
        .collect();
    if useless.is_empty() {
        return wanted.clone();
    }
    let mut rights = RightSet::clone(wanted);
    for index in useless {
        rights.set(index, None);
    }
    Arc::new(rights)
}

/// Whether a locked right is as it is wanted anyway.
pub(super) fn locked_differs(
    catalog: &'static Catalog,
    id: RightId,
    want: &Value,
    live: &RightSet,
) -> bool {
    let before = Layers::alone(catalog, live);
    // A flag counts with its list only where both can be told; alone its cell decides.
    let have = if catalog.get(id).kind == RightType::Limited {
        live.get(id.index()).cloned()
    } else {
        before.worth(id)
    };
    have.is_some_and(|have| !same(&have, want))
}
