//! What is asked of a vendor: which places, and which lists of names there.

use std::sync::Arc;

use super::{LocationKey, PlaceId};

/// A location as a vendor knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceRef {
    /// Our key.
    pub key: LocationKey,
    /// The vendor's id.
    pub remote: Arc<str>,
}

impl PlaceRef {
    /// The place as a scope.
    pub fn place(&self) -> PlaceId {
        PlaceId::At(self.key.clone())
    }
}

/// Which lists of names a plan needs at a place: only what a right or a staff link refers to by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent lists, each its own call"
)]
pub struct NamesWanted {
    /// Cash desks and accounts.
    pub accounts: bool,
    /// Storages.
    pub storages: bool,
    /// Team members.
    pub staff: bool,
    /// Positions.
    pub positions: bool,
    /// Payment items.
    pub expenses: bool,
}
