//! What the rules of a project find: rules that are broken, and who keeps what is taken from somebody else.
//!
//! Not the judgement: that is the module `policy`. Invariant: a finding names its rule before anything else.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::step::{Because, StepId, Target};
use crate::catalog::RightId;
use crate::model::{AccountId, PersonKey, PlaceId, SystemName};

/// An account that is somebody's, or the token's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The account.
    pub account: AccountId,
    /// Whose it is; none if nobody declared it.
    pub person: Option<PersonKey>,
    /// Whether plans are judged for it: the token's own.
    pub acting: bool,
    /// The protected person whose it is by memory or by contact, whoever it is pinned to.
    pub protected: Option<PersonKey>,
}

/// A rule of the project that is broken, and that no step breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The key of the policy; `users` and `leavers` of what is always demanded.
    pub policy: Arc<str>,
    /// Where it is broken.
    pub side: FindingSide,
    /// The people involved, in order.
    pub people: Vec<PersonKey>,
    /// Slugs of the rights involved.
    pub rights: Vec<Arc<str>>,
    /// The system, if it is one.
    pub system: Option<SystemName>,
    /// The place, if it is one.
    pub place: Option<PlaceId>,
    /// What is the matter; may contain hostile text.
    pub message: String,
    /// What a person can do about it.
    pub help: String,
    /// The rule first, then the lines it is about.
    pub because: Vec<Because>,
}

/// A rule that an edit loosened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosened {
    /// Which: its sort and the keys it is about, such as `ownership salons` or `policy two-managers`.
    pub rule: Arc<str>,
    /// What it was; none if it was not there.
    pub before: Option<Arc<str>>,
    /// What it is; none if it is gone.
    pub after: Option<Arc<str>>,
    /// The line that says so now, where one does.
    pub because: Vec<Because>,
}

/// Where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingSide {
    /// By somebody who leaves, whom no count holds.
    Leaving,
    /// By what the vendor has.
    Live,
    /// By what the files say.
    Declared,
    /// By nothing that is known: what it is about was not read.
    Unknown,
}

impl FindingSide {
    /// The word of the contracts.
    pub fn name(self) -> &'static str {
        match self {
            FindingSide::Leaving => "leaving",
            FindingSide::Live => "live",
            FindingSide::Declared => "declared",
            FindingSide::Unknown => "unknown",
        }
    }
}

/// Somebody who can still manage users where a step takes that from somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// The right that somebody else keeps.
    pub right: RightId,
    /// Their account.
    pub account: AccountId,
    /// The person, if declared.
    pub person: Option<PersonKey>,
    /// The step that gives it to them and is verified before; none of somebody who has it already.
    pub after: Option<StepId>,
}

/// An account in use that has just what the files give it at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// The account.
    pub account: AccountId,
    /// Whose it is.
    pub person: PersonKey,
    /// What the files give, ready for that place; `self` still stands for whoever is linked.
    pub target: Target,
    /// What the account has otherwise, if anything: slugs, or `role`, `staff`.
    pub apart: BTreeSet<Arc<str>>,
}
