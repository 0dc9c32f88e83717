//! What of a target an account does not have: the comparison of the plan, for reading back.
//!
//! Not a second opinion: it calls what planning calls, so that what was planned away cannot
//! reappear as "did not stick".

use super::step::{StaffTarget, Target};
use super::target::compare;
use crate::catalog::{Catalog, RightId};
use crate::model::Account;

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
