//! What an auditor asks for: what was done with people's access in a period, from the journal alone.
//!
//! Pure: entries, and what git knows of commits, in; a [`Report`] out. Not words and not drawings: those are
//! `render::report`'s. In reading order: `people` says who has access where, `leave` when a leaver's was gone, `episodes` what
//! was there from run to run, `replay` plays the journal with them, `make`, `staff`,
//! `steps` and `rules` tell it, [`wire`] is its JSON. Invariant: what the
//! journal does not say is said to be unknown.

mod episodes;
mod leave;
mod make;
mod people;
mod replay;
mod rules;
mod staff;
mod steps;
#[cfg(test)]
pub(crate) mod tests;
pub mod wire;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::journal::Sealed;

pub use make::make;
pub use wire::{Anchor, FORMAT, Report};

/// What a report is made from.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The whole journal.
    pub sealed: &'a [Sealed],
    /// The first instant of the period.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The present.
    pub made: Timestamp,
    /// Where days are counted.
    pub zone: &'a TimeZone,
    /// What git knows.
    pub past: &'a Past,
    /// Heads that were written down elsewhere and are part of the journal.
    pub anchors: &'a [Anchor],
    /// What the files that were applied say.
    pub files: &'a Files,
    /// What people said they did by hand.
    pub said: &'a [Said],
}

/// What a report takes from the files that were applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Names of people by their keys; text from outside.
    pub names: BTreeMap<String, String>,
    /// Rights that the project calls sensitive beside the catalogue, by slug, and why.
    pub sensitive: BTreeMap<String, String>,
}

/// What somebody said they did by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The id of the statement.
    pub id: String,
    /// The system.
    pub system: String,
    /// The step.
    pub step: String,
    /// When it was said.
    pub at: Timestamp,
    /// Who says so; text from outside.
    pub by: String,
}

/// What git knows of the commits that runs name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Commits by their hash.
    pub commits: BTreeMap<String, Commit>,
    /// What brought the line that says that somebody left: by their key and the run that saw it.
    pub merges: BTreeMap<(String, u64), Merge>,
}

/// A commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its author's name; text from outside.
    pub author: String,
    /// Who approved it, by the trailers of its message; text from outside.
    pub approvers: Vec<String>,
}

/// A commit that brought a line to the branch that is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Its hash.
    pub commit: String,
    /// When it was made.
    pub at: Timestamp,
}
