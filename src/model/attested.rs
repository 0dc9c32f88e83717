//! What people said they did or saw by hand, as far as it can be believed.
//!
//! Not the file it stands in: that is read before. Invariant: what cannot be believed is in `doubts`, and nothing is
//! concluded from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{AccountId, AccountState, Facts, PersonKey, PlaceId, SystemName, VendorRoleSlug};
use crate::text::Origin;

/// How far the clocks of two machines may be apart: what is dated later than this after now is not believed.
pub const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// The attestations of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attested {
    /// What is believed, by system, in order of person, place and time. Withdrawn ones are not among them.
    pub systems: BTreeMap<SystemName, Vec<Attestation>>,
    /// What is not believed, and why.
    pub doubts: Vec<AttestationDoubt>,
}

/// A person's dated statement that a manual step was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// Its name in the journal: 12 hex digits over system, step, time and who says so.
    pub id: Arc<str>,
    /// SHA-256, in hex, over everything it says.
    pub digest: Arc<str>,
    /// Id of the step.
    pub step: Arc<str>,
    /// Kind of the step: `invite`, `block`, ...
    pub does: Arc<str>,
    /// Whom it is about.
    pub person: PersonKey,
    /// The place.
    pub place: PlaceId,
    /// The account, where there is one.
    pub account: Option<AccountId>,
    /// When it was said.
    pub at: Timestamp,
    /// Who says so: a person's key, or a name; hostile text.
    pub by: Arc<str>,
    /// What the account has now.
    pub says: Says,
    /// What was added in words; hostile text.
    pub note: Option<Arc<str>>,
    /// Where it stands.
    pub origin: Origin,
}

/// What a statement says of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// Nothing: something else was done, such as tidying up.
    Nothing,
    /// It is not there, or has nothing there.
    Absent,
    /// It has this.
    Has(HasNow),
}

/// What an account has, as far as kinds without a catalogue go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HasNow {
    /// Its state.
    pub state: AccountState,
    /// The vendor role.
    pub role: Option<VendorRoleSlug>,
    /// Ticks, teams, sources.
    pub facts: Arc<Facts>,
}

/// An attestation that is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestationDoubt {
    /// The system.
    pub system: SystemName,
    /// Whom it is about, where that can be told.
    pub person: Option<PersonKey>,
    /// The place, where that can be told.
    pub place: Option<PlaceId>,
    /// What is the matter; may contain hostile text.
    pub message: String,
    /// What can be done about it.
    pub help: String,
    /// Where it stands; none for one that is gone.
    pub origin: Option<Origin>,
}
