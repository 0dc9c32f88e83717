//! What a step gives and takes, and what of it answers somebody else.
//!
//! Not its class, which is the first of it that matters. Invariant: one step may do all of it.

use super::system::first_of;
use crate::catalog::{Catalog, RightId};

/// What a step does to an account's access; one step may do all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swing {
    /// It has more afterwards.
    pub gives: bool,
    /// It has less afterwards.
    pub takes: bool,
    /// It gains a sensitive right or a heavier vendor role.
    pub escalates: bool,
    /// It becomes an owner of the vendor's account.
    pub owns: bool,
}

/// What of a step's change answers what somebody else changed since it was last verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// Rights that somebody changed, in order of the catalogue.
    pub rights: Vec<RightId>,
    /// Somebody changed the vendor role.
    pub role: bool,
    /// Somebody changed the linked team member.
    pub staff: bool,
    /// The account gets back what was taken from it.
    pub gives: bool,
    /// The account loses what it was given.
    pub takes: bool,
    /// The files want just what was there then: nobody changed them since.
    pub same: bool,
}

impl ByHand {
    /// The vendor role and the rights in short, in marks.
    pub fn named(&self, catalog: &Catalog) -> String {
        const NAMED: usize = 3;
        let role = self.role.then_some("the vendor role").into_iter();
        let rights = self.rights.iter().map(|&id| catalog.get(id).slug);
        let named: Vec<String> = role.chain(rights).map(|it| format!("`{it}`")).collect();
        first_of(&named, NAMED)
    }

    /// Whether nobody but us changed anything.
    pub fn is_none(&self) -> bool {
        self.rights.is_empty() && !self.role && !self.staff
    }
}
