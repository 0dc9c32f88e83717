//! What a plan is made from, and what it may be narrowed to.
//!
//! Not a reader of anything: the caller has read. Invariant: narrowing drops steps and never a
//! rule; whatever comes after a dropped step is held.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::step::ConfigFact;
use crate::catalog::Catalog;
use crate::model::{
    Attested, Desired, LocationKey, Memory, Observed, PersonKey, PlaceId, SystemName,
};
use crate::text::Sources;

/// Everything a plan follows from.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// What YAML says.
    pub desired: &'a Desired,
    /// What the vendors say.
    pub observed: &'a Observed,
    /// What the journal knows.
    pub memory: &'a Memory,
    /// What people said they did by hand.
    pub attested: &'a Attested,
    /// The rights of the version that the settings name.
    pub catalog: &'static Catalog,
    /// The texts behind the spans of `desired`.
    pub sources: &'a Sources,
    /// Which files those are.
    pub config: ConfigFact,
    /// The present, by which the age of an invitation is judged. Everything else is judged by
    /// `desired.as_of`.
    pub now: Timestamp,
    /// What the plan is narrowed to.
    pub only: &'a Only,
}

/// Narrows the steps of a plan. An empty set narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// To these people.
    pub people: BTreeSet<PersonKey>,
    /// To these locations.
    pub locations: BTreeSet<LocationKey>,
    /// To these systems.
    pub systems: BTreeSet<SystemName>,
}

impl Only {
    /// Whether it narrows nothing.
    pub fn is_everything(&self) -> bool {
        self.people.is_empty() && self.locations.is_empty() && self.systems.is_empty()
    }

    /// Whether something about these is within; what is not said is not narrowed by.
    pub fn admits(
        &self,
        person: Option<&PersonKey>,
        system: Option<&SystemName>,
        place: Option<&PlaceId>,
    ) -> bool {
        let people = self.people.is_empty() || person.is_some_and(|key| self.people.contains(key));
        let systems =
            self.systems.is_empty() || system.is_none_or(|name| self.systems.contains(name));
        let places = self.locations.is_empty()
            || place.is_none_or(|place| {
                place
                    .location()
                    .is_some_and(|key| self.locations.contains(key))
            });
        people && systems && places
    }
}
