//! Whether what was read back is what was planned, by meaning.
//!
//! Pure. The comparison is the plan's own, so that what was planned away cannot come back as "did
//! not stick". Invariant: what was not read is never taken for equal.

use std::sync::Arc;

use crate::catalog::{Catalog, RightId};
use crate::model::{Account, RightSet, Value};
use crate::plan::{Access, StaffTarget, Target, digest, unmet};

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

/// Compares an account with what it shall have, as planning does.
pub(super) fn judge(target: &Target, live: &Account, catalog: &'static Catalog) -> Judgment {
    let unread = (target.role.is_some() && live.role.is_none())
        || (target.staff != StaffTarget::Keep && live.staff.is_none())
        || (!target.rights.is_empty() && live.rights.is_none());
    if unread {
        return Judgment::Unread;
    }
    let unmet = unmet(catalog, target, live);
    if unmet.is_met() {
        return Judgment::Fits;
    }
    let role = unmet.role.then_some("role");
    let staff = unmet.staff.then_some("staff");
    let rights = unmet.rights.iter().map(|&id| catalog.get(id).slug);
    Judgment::Differs(role.into_iter().chain(staff).chain(rights).collect())
}

/// The digest of what was verified: role, link and managed rights.
pub(super) fn digest_of(target: &Target, live: &Account, catalog: &'static Catalog) -> Arc<str> {
    let access = Access {
        state: live.state,
        role: target.role.clone(),
        staff: match target.staff {
            StaffTarget::Keep => live.staff.flatten(),
            StaffTarget::Link(id) => Some(id),
            StaffTarget::Nobody => None,
        },
        staff_name: None,
        rights: target.rights.clone(),
        facts: Arc::default(),
    };
    digest(catalog, &access)
}

/// Whether nothing above a right is denied.
fn is_relevant(id: RightId, rights: &RightSet, catalog: &Catalog) -> bool {
    catalog
        .governors(id)
        .all(|above| rights.get(above.index()) != Some(&Value::Switch(false)))
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
