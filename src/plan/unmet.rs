//! What of a target an account does not have: the comparison of the plan, for reading back.
//!
//! Not a second opinion: it calls what planning calls, so that what was planned away cannot
//! reappear as "did not stick".

use super::step::{Access, StaffTarget, Target};
use super::target::compare;
use crate::catalog::{Catalog, RightId};
use crate::model::{Account, RightSet, VendorRoleSlug};

/// Where an account falls short of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unmet {
    /// The vendor role is another, or unknown.
    pub role: bool,
    /// The link to a team member is another, or unknown.
    pub staff: bool,
    /// Rights with another value, or that were not read.
    pub rights: Vec<RightId>,
}

impl Unmet {
    /// Whether nothing is amiss.
    pub fn is_met(&self) -> bool {
        !self.role && !self.staff && self.rights.is_empty()
    }
}

/// Compares an account with a target, by meaning.
pub fn unmet(catalog: &'static Catalog, target: &Target, account: &Account) -> Unmet {
    let rights = match &account.rights {
        Some(live) => {
            let found = compare(catalog, &target.rights, live);
            let mut rights: Vec<RightId> = found.changed;
            rights.extend(found.absent);
            rights.sort_unstable();
            rights
        }
        None => target
            .rights
            .iter()
            .filter_map(|(index, _)| catalog.at(index))
            .collect(),
    };
    Unmet {
        role: target.role.is_some() && account.role != target.role,
        staff: match target.staff {
            StaffTarget::Keep => false,
            StaffTarget::Link(id) => account.staff != Some(Some(id)),
            StaffTarget::Nobody => account.staff != Some(None),
        },
        rights,
    }
}

/// What a write would change although the plan did not show it, because somebody changed it since:
/// slugs, or `role`, `staff`. What is as it shall be already is none.
pub fn strayed(
    catalog: &'static Catalog,
    before: &Access,
    target: &Target,
    role: Option<&str>,
    staff: Option<i64>,
    live: &RightSet,
) -> Vec<&'static str> {
    let known = before.role.as_ref().map(VendorRoleSlug::as_str);
    let wanted = target.role.as_ref().map(VendorRoleSlug::as_str);
    let role = wanted.is_some() && known.is_some() && role != known && role != wanted;
    let staff = match target.staff {
        StaffTarget::Keep => false,
        StaffTarget::Link(id) => staff != before.staff && staff != Some(id),
        StaffTarget::Nobody => staff != before.staff && staff.is_some(),
    };
    let shown = compare(catalog, &target.rights, &before.rights).changed;
    let rights = compare(catalog, &target.rights, live).changed;
    let rights = rights.into_iter().filter(|id| {
        let (then, now) = (before.rights.get(id.index()), live.get(id.index()));
        then.is_some() && (then != now || !shown.contains(id))
    });
    let fixed = [(role, "role"), (staff, "staff")];
    let fixed = fixed
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, what)| what);
    fixed.chain(rights.map(|id| catalog.get(id).slug)).collect()
}
