//! Who left, and when the last of their access was gone.
//!
//! Invariant: somebody is cut off only where every place of theirs was read without them, or somebody said that it was
//! done by hand; a step by hand that is open keeps them in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::people::Scope;

/// One leaving.
#[derive(Clone, Debug)]
pub(super) struct Leave<'a> {
    /// Who.
    pub(super) person: &'a str,
    /// The first instant after they left.
    pub(super) left: Timestamp,
    /// When a run saw it first.
    pub(super) seen: Timestamp,
    /// That run.
    pub(super) run: u64,
    /// Where they had access then or later, and since when not any more.
    pub(super) scopes: BTreeMap<Scope<'a>, Option<Gone>>,
    /// Where the person was read to have access at the end, and when.
    pub(super) seen_open: BTreeMap<Scope<'a>, Timestamp>,
    /// The files did not say so any more.
    pub(super) back: Option<Timestamp>,
}

/// The end of access at a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gone {
    /// When.
    pub(super) at: Timestamp,
    /// `read` or `said`.
    pub(super) how: &'static str,
}

impl<'a> Leave<'a> {
    /// Takes over where the person has access now, or may have.
    pub(super) fn now(&mut self, has: &BTreeSet<Scope<'a>>, gone: Gone) {
        for scope in has {
            self.scopes.insert(*scope, None);
        }
        for (scope, end) in &mut self.scopes {
            if !has.contains(scope) && end.is_none() {
                *end = Some(gone);
            }
        }
    }

    /// When the last of it was gone; none where something is left, or nothing was there.
    pub(super) fn cut_off(&self) -> Option<Timestamp> {
        let ends: Option<Vec<Timestamp>> = self
            .scopes
            .values()
            .map(|end| end.map(|end| end.at))
            .collect();
        ends?.into_iter().max()
    }

    /// Whether something is left.
    pub(super) fn is_open(&self) -> bool {
        self.scopes.values().any(Option::is_none)
    }
}
