//! Whether what was read back is what was planned, by meaning.
//!
//! Pure. Invariant: a right below a denied governor is irrelevant and never compared, at any
//! depth; what was not read is never taken for equal.

use crate::catalog::{Catalog, RightId};
use crate::model::{Account, Items, RightSet, Value};
use crate::plan::{Access, StaffTarget, Target};

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgment {
    /// As planned.
    Fits,
    /// Not as planned: slugs, or `role`, `staff`.
    Differs(Vec<&'static str>),
    /// Role, link or rights were not read.
    Unread,
}

/// Compares an account with what it shall have.
pub(super) fn judge(target: &Target, live: &Account, catalog: &Catalog) -> Judgment {
    let mut differs = Vec::new();
    match (&target.role, &live.role) {
        (None, _) => {}
        (Some(_), None) => return Judgment::Unread,
        (Some(wanted), Some(found)) if wanted != found => differs.push("role"),
        (Some(_), Some(_)) => {}
    }
    match (target.staff, live.staff) {
        (StaffTarget::Keep, _) => {}
        (_, None) => return Judgment::Unread,
        (StaffTarget::Link(wanted), Some(found)) if found != Some(wanted) => differs.push("staff"),
        (StaffTarget::Nobody, Some(Some(_))) => differs.push("staff"),
        (StaffTarget::Link(_) | StaffTarget::Nobody, Some(_)) => {}
    }
    if !target.rights.is_empty() {
        let Some(rights) = &live.rights else {
            return Judgment::Unread;
        };
        for (index, wanted) in target.rights.iter() {
            let Some(id) = catalog.at(index) else {
                continue;
            };
            if is_relevant(id, rights, catalog) && !is_met(id, wanted, rights, catalog) {
                differs.push(catalog.get(id).slug);
            }
        }
    }
    if differs.is_empty() {
        Judgment::Fits
    } else {
        Judgment::Differs(differs)
    }
}

/// Whether nothing above a right is denied.
fn is_relevant(id: RightId, rights: &RightSet, catalog: &Catalog) -> bool {
    catalog
        .governors(id)
        .all(|above| rights.get(above.index()) != Some(&Value::Switch(false)))
}

fn is_met(id: RightId, wanted: &Value, rights: &RightSet, catalog: &Catalog) -> bool {
    match (wanted, rights.get(id.index())) {
        (wanted, Some(found)) if wanted == found => true,
        // A place that does not have the right does not grant it either.
        (Value::Switch(false), None) => true,
        // A list that its flag switches off restricts nothing, whatever it holds.
        (Value::Items(Items::All), _) => {
            let flag = catalog
                .get(id)
                .flag
                .and_then(|flag| rights.get(flag.index()));
            flag == Some(&Value::Switch(false))
        }
        (_, _) => false,
    }
}

/// Rights nobody asked to change that changed all the same, by slug.
pub(super) fn also_changed(
    target: &Target,
    before: Option<&Access>,
    live: &Account,
    catalog: &Catalog,
) -> Vec<&'static str> {
    let (Some(before), Some(after)) = (before, &live.rights) else {
        return Vec::new();
    };
    before
        .rights
        .iter()
        .filter_map(|(index, old)| Some((catalog.at(index)?, old)))
        .filter(|&(id, old)| {
            target.rights.get(id.index()).is_none()
                && after.get(id.index()).is_some_and(|new| new != old)
                && is_relevant(id, &before.rights, catalog)
                && is_relevant(id, after, catalog)
        })
        .map(|(id, _)| catalog.get(id).slug)
        .collect()
}
