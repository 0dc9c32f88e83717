//! The port to a vendor: what planning may ask and applying may do.
//!
//! A provider knows its vendor's wire and nothing of YAML, rendering or policy. Only `apply` calls
//! [`Provider::execute`], with a journal entry on disk before.

pub mod altegio;
pub mod apenday;
pub mod keycrm;
pub mod memory;
mod progress;
pub mod registry;
mod reservio;
mod scalar;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;

use crate::model::{AccountId, ObservedSystem, PlaceId, Reading, RightSet, ScopeState, SystemName};
use crate::plan::{Access, Target};

pub use crate::model::{NamesWanted, PlaceRef};

/// Says, once all lists are read, whose rights must be read where.
pub type Select<'a> = dyn Fn(&BTreeMap<PlaceId, Reading<ScopeState>>) -> BTreeMap<PlaceId, BTreeSet<AccountId>>
    + Send
    + Sync
    + 'a;

/// What a plan needs to know of a system, and no more.
pub struct ReadRequest<'a> {
    /// Locations to list, each with the names it needs.
    pub places: Vec<(PlaceRef, NamesWanted)>,
    /// Whose rights to read.
    pub select: &'a Select<'a>,
}

/// Progress of a long read or apply, for a person to watch.
pub trait Events: Send + Sync {
    /// `done` of `total` calls of this system's read; the total grows while more becomes known.
    fn reading(&self, system: &SystemName, done: usize, total: usize);
    /// The limiter waits, or a call is repeated; in words, without secrets.
    fn waiting(&self, system: &SystemName, why: &str);
}

/// One invitation of a batch.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The name shown in the list of invitations.
    pub name: Arc<str>,
    /// Where it goes.
    pub contact: crate::model::Contact,
    /// What they will have.
    pub target: Target,
}

/// One call that changes something at the vendor. Each is journaled before it is made.
#[derive(Clone, Debug)]
pub enum Call {
    /// Invitations at one place; at most [`Provider::invite_batch`] of them. Never repeated blindly.
    Invite {
        /// Where.
        place: PlaceRef,
        /// Whom.
        invitations: Vec<Invitation>,
    },
    /// A known account gets access at one more place, without a message.
    Copy {
        /// Where the account is.
        from: PlaceRef,
        /// Which.
        account: AccountId,
        /// Where to.
        to: PlaceRef,
        /// Rights there, sent explicit and resolved for that place.
        rights: Arc<RightSet>,
    },
    /// Role, staff link and rights in one write. The provider reads first and sends every right that it read and the
    /// caller may change, with the target's values laid over.
    Write {
        /// Where.
        place: PlaceRef,
        /// Whose.
        account: AccountId,
        /// What they shall have.
        target: Target,
        /// What they had when the plan was made: where something that is laid over has changed since, nothing is
        /// sent. None: nobody looked.
        expects: Option<Arc<Access>>,
    },
    /// Access at the place is taken; a pending invitation is withdrawn by the same call.
    Remove {
        /// Where.
        place: PlaceRef,
        /// Whose.
        account: AccountId,
    },
    /// Access at several places is taken from one account, which has been accepted at each of them.
    RemoveSeveral {
        /// The place the vendor is asked at: one of `places`.
        at: PlaceRef,
        /// Whose.
        account: AccountId,
        /// Every place it goes from, `at` too.
        places: Vec<PlaceRef>,
    },
}

/// The vendor's answer to a call that succeeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// HTTP status.
    pub status: u16,
    /// The vendor's request id, if it gives one.
    pub request_id: Option<Arc<str>>,
    /// Rights that were left as they are because the caller may not change them, by slug.
    pub not_sent: Vec<Arc<str>>,
}

/// What went wrong at a vendor. Texts are bounded and free of tokens; they may contain hostile text.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProviderError {
    /// 401: the whole system stops.
    #[error(
        "the vendor does not accept the token (401). A user token ends when its owner changes the password"
    )]
    Unauthorized,
    /// 403: the caller lacks a right at a place.
    #[error("the caller may not do this at `{place}` (403){}", .right.as_ref().map(|right| format!(": it may lack `{right}`")).unwrap_or_default())]
    Forbidden {
        /// Where.
        place: String,
        /// The right that is missing, as far as it can be told.
        right: Option<Arc<str>>,
    },
    /// 404.
    #[error("the vendor does not know {what} (404)")]
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// 422, or `success: false`: the vendor understood and refused. By field.
    #[error("the vendor refused ({status}): {}", .errors.join("; "))]
    Rejected {
        /// HTTP status.
        status: u16,
        /// The vendor's words by field.
        errors: Vec<String>,
    },
    /// The call was made, and whether it took effect is unknown: connection lost, time out, 5xx, garbage.
    #[error("no usable answer, so whether it took effect is unknown: {why}")]
    Unknown {
        /// In words.
        why: String,
    },
    /// What is there is not what the plan was made for, so nothing was sent.
    #[error("changed since the plan was made: {}", .what.join(", "))]
    Stale {
        /// Slugs of rights, or `role`, `staff`.
        what: Vec<&'static str>,
    },
    /// Nothing was sent.
    #[error("the vendor could not be reached: {why}")]
    NotSent {
        /// In words.
        why: String,
    },
}

/// What a look at one account found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It is there, with its rights.
    There(Box<crate::model::Account>),
    /// A complete list does not have it.
    Absent,
    /// It cannot be told.
    Unknown(String),
}

/// One thing that was looked at to prove that a system can be worked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: "the token", "Riga Mall".
    pub what: String,
    /// What came of it.
    pub verdict: Verdict,
    /// What was found, in words; may contain hostile text, never a token.
    pub detail: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// What came of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Nothing documented can tell.
    CannotTell,
    /// Enough to look, and not enough to change anything: as it should be where nothing is to be changed.
    OnlyLooks,
    /// Not as it should be.
    Wrong,
}

/// A location that a vendor shows to the token, declared or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Branch {
    /// The vendor's id.
    pub id: Arc<str>,
    /// Its name for people; hostile text.
    pub title: Arc<str>,
}

/// A vendor, as planning and applying see it.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The system's name in YAML.
    fn system(&self) -> &SystemName;

    /// The host that is asked, as plans name it.
    fn host(&self) -> Arc<str>;

    /// How many invitations one call may carry.
    fn invite_batch(&self) -> usize;

    /// Reads what the request names. An error means that the whole system could not be asked; what fails at one place
    /// is in that place's [`Reading`].
    async fn observe(
        &self,
        request: &ReadRequest<'_>,
        events: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError>;

    /// The locations that the token manages, in order of id; none where the vendor has no list of them, or shows none.
    async fn branches(&self, _: &dyn Events) -> Result<Option<Vec<Branch>>, ProviderError> {
        Ok(None)
    }

    /// Makes one change. Repeats only what can be repeated without a second effect.
    async fn execute(&self, call: &Call, events: &dyn Events) -> Result<Receipt, ProviderError>;

    /// Reads one account with its rights, to verify a write.
    async fn look(&self, place: &PlaceRef, account: &AccountId, events: &dyn Events) -> Sighting;

    /// Proves token and reachability by harmless reads, and says what the caller may do and lacks at each of the
    /// places. `thorough` looks at more, at the price of more calls. Never fails: what fails is a finding.
    async fn prove(&self, places: &[PlaceRef], thorough: bool, events: &dyn Events)
    -> Vec<Finding>;

    /// Reads the list of one place without rights, to settle invitations.
    async fn list(&self, place: &PlaceRef, events: &dyn Events) -> Reading<ScopeState>;
}
