//! What the project allows a run to do: limits, approvals, and the answers to drift, quiet hours and old invitations.
//!
//! Not the judgement: that is `policy`. Invariant: what no line says has the documented default, and a bound that no line
//! says has no place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{LocationKey, PersonKey, RoleKey};
use crate::catalog::{RightId, Sensitivity};
use crate::text::Span;

/// Every rule of a project that is no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many people a run may touch.
    pub limits: Limits,
    /// What somebody approved, in order of file and place.
    pub approvals: Vec<Approval>,
    /// What happens to what somebody changed by hand at a vendor.
    pub drift: DriftRule,
    /// When no message is sent; none: at any time.
    pub quiet: Option<Quiet>,
    /// What happens to invitations that nobody accepts.
    pub invitations: Stale,
    /// Whether an approval counts only where git says that somebody else made the change it lets through.
    pub second_person: bool,
    /// The project's zone, in which the end of an approval is written.
    pub zone: TimeZone,
    /// Rights that the project calls sensitive beside the catalogue, and why. They are marked and count as escalations;
    /// what a pattern allows is what it was.
    pub sensitive: BTreeMap<RightId, Sensitivity>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            approvals: Vec::new(),
            drift: DriftRule::default(),
            quiet: None,
            invitations: Stale::default(),
            second_person: true,
            zone: TimeZone::UTC,
            sensitive: BTreeMap::new(),
        }
    }
}

/// What a rule keeps back and an approval lets through: one vocabulary for limits, holds and approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allow {
    /// Taking access that a line of YAML names: a leaver, a deleted assignment, a line that ended.
    Removals,
    /// Taking access that no line names: drift, an edited role, a pattern.
    Inferred,
    /// Giving a sensitive right or a heavier vendor role.
    Escalations,
    /// Writing to people.
    Messages,
    /// Removing accounts nobody declared.
    Strangers,
    /// Making somebody an owner of a vendor account.
    Ownership,
    /// A further invitation within one employment.
    Invitations,
    /// Giving back what somebody took away by hand.
    Drift,
    /// Believing a read that shows far fewer accounts than the last one.
    Shrink,
}

impl Allow {
    /// Every one, in the order of the documentation.
    pub const ALL: &'static [Self] = &[
        Self::Removals,
        Self::Inferred,
        Self::Escalations,
        Self::Messages,
        Self::Strangers,
        Self::Ownership,
        Self::Invitations,
        Self::Drift,
        Self::Shrink,
    ];

    /// The word of the language.
    pub fn name(self) -> &'static str {
        match self {
            Allow::Removals => "removals",
            Allow::Inferred => "inferred",
            Allow::Escalations => "escalations",
            Allow::Messages => "messages",
            Allow::Strangers => "strangers",
            Allow::Ownership => "ownership",
            Allow::Invitations => "invitations",
            Allow::Drift => "drift",
            Allow::Shrink => "shrink",
        }
    }
}

/// What happens to what somebody changed by hand since it was last verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftRule {
    /// They have more than the files say.
    pub widened: Answered,
    /// They have less.
    pub reduced: Answered,
}

impl Default for DriftRule {
    fn default() -> Self {
        let answered = |answer| Answered {
            answer,
            origin: None,
        };
        Self {
            widened: answered(Answer::Revert),
            reduced: answered(Answer::Hold),
        }
    }
}

/// Hours of the day in which people are not written to, in the time of the place; over midnight where they end before they
/// begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The first moment.
    pub from: Time,
    /// The first moment after.
    pub until: Time,
    /// Where it is said.
    pub origin: Span,
}

impl Quiet {
    /// Whether a time of day is within.
    pub fn holds(self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

/// What happens to an invitation that nobody accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// After which time it is one.
    pub after: SignedDuration,
    /// Whether it is taken back; otherwise it is told.
    pub withdraw: bool,
    /// Where that is said.
    pub origin: Option<Span>,
}

impl Default for Stale {
    fn default() -> Self {
        Self {
            after: SignedDuration::from_hours(14 * 24),
            withdraw: false,
            origin: None,
        }
    }
}

/// An answer, and the line that gives it; none where it is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Where it is said.
    pub origin: Option<Span>,
}

/// What is done about a difference that somebody made by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is made as the files say.
    Revert,
    /// It is held until somebody approves it.
    Hold,
}

/// How many people a run may touch, by what happens to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Who loses something, named by a line.
    pub removals: Limit,
    /// Who loses something, named by no line.
    pub inferred: Limit,
    /// Who gains a sensitive right or a heavier vendor role.
    pub escalations: Limit,
    /// Who is written to.
    pub messages: Limit,
    /// How many accounts may be gone from a list since the last read; counted in each scope.
    pub shrink: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let limit = |count, share: Option<u32>| Limit {
            count: Some(Bound::built_in(count)),
            share: share.map(Bound::built_in),
        };
        Self {
            removals: limit(10, Some(20)),
            inferred: limit(2, Some(5)),
            escalations: limit(20, None),
            messages: limit(20, None),
            shrink: limit(10, Some(20)),
        }
    }
}

/// Two bounds, both of which must be kept; none is no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    /// People in a run.
    pub count: Option<Bound>,
    /// Percent of the accounts of a scope.
    pub share: Option<Bound>,
}

/// A number that may not be passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number.
    pub most: u32,
    /// The line that says so; none where it is built in.
    pub origin: Option<Span>,
}

impl Bound {
    /// One that no line says.
    pub fn built_in(most: u32) -> Self {
        Self { most, origin: None }
    }
}

/// An entry of `approvals`: whoever is named by all it says may pass what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// What it lets through.
    pub allow: Allow,
    /// For these people; empty is anybody that the rest names.
    pub people: BTreeSet<PersonKey>,
    /// For holders of this role.
    pub role: Option<RoleKey>,
    /// For steps that change one of these rights, unless any will do.
    pub rights: BTreeSet<RightId>,
    /// No right is named.
    pub any_right: bool,
    /// At this location.
    pub location: Option<LocationKey>,
    /// For at most so many: an approval that more would need lets nobody through.
    pub at_most: Option<u32>,
    /// The first instant at which it does not count any more.
    pub until: Option<Timestamp>,
    /// Why, in somebody's words: with all above it is what tells one approval from another.
    pub because: Arc<str>,
    /// Where it stands.
    pub origin: Span,
}
