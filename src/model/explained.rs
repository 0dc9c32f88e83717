//! Why somebody has, or lacks, what they have: the decisions of resolving, kept instead of thrown away.
//!
//! Not a second opinion: `config` fills these while it decides, from the very values it decides with. The invariant: a
//! value here is the value of the [`Grant`] beside it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Grant, LocationKey, Managed, Ownership, PersonKey, PlaceId, PlaceStatus, RoleKey, SystemName,
    Value,
};
use crate::catalog::RightId;
use crate::text::Span;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The vendor's role.
    Role,
    /// A right of the catalogue.
    Right(RightId),
    /// A value of a kind without a catalogue, or a right of a chain, by name.
    Fact(Arc<str>),
}

/// A value as it is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Of a right of the catalogue.
    Value(Value),
    /// Of anything else: lists have one entry a line, ticks are `true` or `false`.
    Text(Arc<str>),
}

impl Shown {
    /// Whether it is a plain no.
    pub fn is_no(&self) -> bool {
        match self {
            Shown::Value(value) => *value == Value::Switch(false),
            Shown::Text(text) => &**text == "false",
        }
    }
}

/// Everything that decides what one person has.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Who.
    pub person: PersonKey,
    /// Where they are declared.
    pub origin: Span,
    /// Whether their access is managed, and if they have left.
    pub managed: Managed,
    /// The value of `access`.
    pub access: Option<Span>,
    /// `leaves`, whether it has passed or not.
    pub leaves: Option<Span>,
    /// Every line of `access`, with what it selects, in order of the file.
    pub lines: Vec<SelectedLine>,
    /// What lines of `access` and of `never` say for themselves, by where they stand. Text from outside.
    pub reasons: Vec<(Span, Arc<str>)>,
    /// Every place that a line names and that is asked about, in order of system and place.
    pub places: Vec<ExplainedPlace>,
}

/// A line of `access` and the locations it picks.
#[derive(Clone, Debug)]
pub struct SelectedLine {
    /// The line.
    pub span: Span,
    /// Its role.
    pub role: Option<RoleKey>,
    /// Locations that are open.
    pub open: Vec<LocationKey>,
    /// Locations that are closed: it gives nothing there.
    pub closed: Vec<LocationKey>,
}

/// One place of one system.
#[derive(Clone, Debug)]
pub struct ExplainedPlace {
    /// The system.
    pub system: SystemName,
    /// The place.
    pub place: PlaceId,
    /// What comes out, as `show` has it; none where no line is in force.
    pub grant: Option<Grant>,
    /// The pause that holds now.
    pub paused: Option<Span>,
    /// Whether the location is open.
    pub status: Option<PlaceStatus>,
    /// How much may be changed there, and the line that says so; without one it is the default.
    pub ownership: (Ownership, Option<Span>),
    /// The lines of `access` that name the place, in force or not.
    pub lines: Vec<AccessLine>,
    /// What was asked about, in order of the catalogue or of name.
    pub rights: Vec<ExplainedRight>,
}

/// A line of `access` at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessLine {
    /// Its position in [`Explained::lines`].
    pub line: usize,
    /// Whether it gives something there; a line that only takes does not.
    pub gives: bool,
    /// Whether it holds now.
    pub force: Force,
}

/// Whether a line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Yes.
    Now,
    /// It begins later.
    NotYet {
        /// The first instant.
        at: Timestamp,
        /// `from` or `starts`.
        by: Option<Span>,
    },
    /// It is over.
    Ended {
        /// The first instant after.
        at: Timestamp,
        /// `until` or `leaves`.
        by: Option<Span>,
    },
    /// At no time.
    Never,
}

/// How one right comes to its value.
#[derive(Clone, Debug)]
pub struct ExplainedRight {
    /// The right.
    pub subject: Subject,
    /// Its value; none where it is irrelevant, kept or not there.
    pub value: Option<Shown>,
    /// What decides that.
    pub decided: Decided,
    /// What each giving line says, by itself.
    pub says: Vec<Says>,
    /// Lines that take it.
    pub taken: Vec<Taken>,
}

/// What decides a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// A line of a role, or of a `plus`.
    Line(Span),
    /// A line of `minus` or `never`.
    Taken(Span),
    /// No line: `unlisted` of a role.
    Unlisted(Span),
    /// It follows from another right.
    Follows(RightId),
    /// It means nothing, since this right above it is denied.
    Governor(RightId),
    /// No line names it, and `unlisted` keeps what is there or leaves it to the vendor.
    Kept(Option<Span>),
    /// Nothing is in force here.
    Nothing,
    /// The person has left: the line that says so.
    Left(Option<Span>),
    /// The product has no such right.
    NotThere,
}

/// What one line of `access` says of a right, before others are added.
#[derive(Clone, Debug)]
pub struct Says {
    /// Position in [`ExplainedPlace::lines`].
    pub line: usize,
    /// Whether its word counts in the sum.
    pub counts: bool,
    /// The value it would give alone.
    pub value: Option<Shown>,
    /// What decides that.
    pub decided: Decided,
    /// Lines of its role, own and inherited, that say something of it: the one that decides first.
    pub named: Vec<RoleLine>,
    /// Lines of its `plus` that add to it.
    pub plus: Vec<Span>,
}

/// A line of a role that names a right.
#[derive(Clone, Debug)]
pub struct RoleLine {
    /// The line.
    pub span: Span,
    /// The role it stands in.
    pub role: RoleKey,
    /// Where that role is declared.
    pub declared: Span,
    /// The entries of `extends` on the way from the assigned role; empty for its own lines.
    pub path: Vec<Span>,
    /// What it says.
    pub value: Shown,
    /// How exact it is.
    pub reach: Reach,
    /// Whether it decides.
    pub standing: Standing,
}

/// How exact a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The bare `*`.
    Everything,
    /// A section.
    Section,
    /// A pattern, by its literal characters.
    Pattern(usize),
    /// The right itself.
    Slug,
}

/// What becomes of a line of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It decides.
    Decides,
    /// It says the same as the line that decides, as exactly.
    Agrees,
    /// A more exact line decides.
    LessExact,
    /// A line of a role that extends this one, or of the system's own block, decides.
    Overridden,
}

/// A line that takes a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The line.
    pub span: Span,
    /// Whether it is `never`; otherwise `minus`.
    pub never: bool,
    /// Whether it holds now.
    pub holds: bool,
}

/// What to explain.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Only this; everything where none is named.
    pub subject: Option<Subject>,
    /// Only there.
    pub place: Option<PlaceId>,
}
