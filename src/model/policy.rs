//! What the project demands of who has what: policies, with every reference resolved.
//!
//! Not the judgement: that is the module `policy`. Invariant: a policy has the line that says it, so that whatever it
//! forbids can be shown with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::{PersonKey, PlaceId, RoleKey, SystemName};
use crate::catalog::RightId;
use crate::text::Span;

/// One entry of `policies`, or one of `fences`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its key; of a fence the files it is about.
    pub key: Arc<str>,
    /// Where it is declared.
    pub origin: Span,
    /// What it demands.
    pub demand: Demand,
    /// For whom it does not count.
    pub waive: Vec<Waiver>,
}

/// What a policy demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A right keeps a number of people who have it.
    Holders {
        /// All of these are needed to count.
        right: Named,
        /// Where they are counted.
        each: Within,
        /// How many there must be.
        at_least: u32,
    },
    /// Nobody has all of these.
    Separation {
        /// One of the rights behind each of these is enough to have it.
        rights: Vec<Named>,
        /// Within what they may not meet.
        within: Within,
    },
    /// Only these people have it.
    Only {
        /// The role, if it is one.
        role: Option<OnlyRole>,
        /// The right, if it is one; any behind it counts.
        right: Option<Named>,
        /// Who may.
        people: BTreeSet<PersonKey>,
    },
    /// Access ends.
    Expiry {
        /// Whose: `class:trainee`, `role:floor` or both.
        of: Arc<str>,
        /// How many days it may last.
        longest: u16,
        /// Lines that do not, or last longer.
        lines: Vec<Breach>,
    },
    /// A fence: what some files may not say gives nothing.
    Fence {
        /// What they may say.
        says: FenceSays,
        /// Lines of those files that say it all the same.
        lines: Vec<Breach>,
        /// Whom those files declare: they lose nothing where the files may say nothing.
        people: BTreeSet<PersonKey>,
    },
}

impl Demand {
    /// The word of the language.
    pub fn name(&self) -> &'static str {
        match self {
            Demand::Holders { .. } => "holders",
            Demand::Separation { .. } => "separation",
            Demand::Only { .. } => "only",
            Demand::Expiry { .. } => "expiry",
            Demand::Fence { .. } => "fence",
        }
    }
}

/// What files behind a fence may say; none is anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FenceSays {
    /// Sections.
    pub keys: Option<BTreeSet<Arc<str>>>,
    /// Keys of locations.
    pub locations: Option<BTreeSet<Arc<str>>>,
    /// Roles.
    pub roles: Option<BTreeSet<Arc<str>>>,
    /// How many days a line may last.
    pub longest: Option<u16>,
}

impl FenceSays {
    /// Whether files behind the fence may say something about a place.
    pub fn admits(&self, place: &PlaceId) -> bool {
        let Some(places) = &self.locations else {
            return true;
        };
        match place {
            PlaceId::At(key) => places.contains(key.as_str()),
            PlaceId::Chain => false,
            // One account for everything: its place is every place.
            PlaceId::Whole => true,
        }
    }
}

/// A right or a pattern as it is written, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it is written.
    pub text: Arc<str>,
    /// The rights it means, in order.
    pub rights: Vec<RightId>,
}

/// A role that only some people may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyRole {
    /// The role.
    pub role: RoleKey,
    /// Systems in which it makes an owner of the vendor's account, so that whoever is one there has it.
    pub owns: BTreeSet<SystemName>,
}

/// A line that gives what a policy or a fence does not let it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Whose.
    pub person: PersonKey,
    /// The line.
    pub origin: Span,
    /// What is the matter with it, in words.
    pub why: Arc<str>,
}

/// Within what a policy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Within {
    /// Each location by itself.
    Location,
    /// Each system by itself.
    System,
    /// Everything.
    Chain,
}

impl Within {
    /// The word of the language.
    pub fn name(self) -> &'static str {
        match self {
            Within::Location => "location",
            Within::System => "system",
            Within::Chain => "chain",
        }
    }

    /// What a word means; a location by itself where nothing is said.
    pub fn parse(word: Option<&str>) -> Self {
        match word {
            Some("system") => Within::System,
            Some("chain") => Within::Chain,
            _ => Within::Location,
        }
    }
}

/// Somebody for whom a policy does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Who.
    pub person: PersonKey,
    /// The first instant at which it counts again; none is never.
    pub until: Option<Timestamp>,
    /// Why; empty where nobody said.
    pub because: Arc<str>,
    /// The line.
    pub origin: Span,
}

impl Policy {
    /// The waiver that counts for somebody at an instant.
    pub fn waiver(&self, person: &PersonKey, at: Timestamp) -> Option<&Waiver> {
        self.waive
            .iter()
            .find(|waiver| waiver.person == *person && waiver.until.is_none_or(|until| at < until))
    }
}
