//! CONTRACT `keyholder.journal/1`: the entries of the journal as they stand in the file.
//!
//! Not the chain ([`super::chain`]) and not what planning draws from them ([`super::memory()`]). Invariants: the format changes
//! only by adding; no field holds a contact, a token or a person's name; rights are named by slug, never by position.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod hand;
mod seen;

pub use hand::{AttestedNote, ClosedBy, HandClosed, HandedOver, Locked, SaysFact};
pub use seen::{
    Apart, ConfigKnown, GrantSeen, GrantedAt, ItemValue, KeyDelta, Match, Observed, RightValue,
    right_value,
};

use super::judged::Judged;
use crate::model::PlaceId;

/// Name and version of the format; hashed into every entry, so that no other file can pass for one.
pub const FORMAT: &str = "keyholder.journal/1";

/// One line of the journal, without its own hash.
///
/// In the file it is canonical JSON (sorted keys, no white space) with one more key, `hash`: the
/// SHA-256, in hex, of `keyholder.journal/1`, a newline and the canonical JSON without `hash`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Position in the journal; the first is 0.
    pub seq: u64,
    /// Hash of the entry before, in hex; 64 zeros in the first.
    pub prev: String,
    /// When it was written, by the clock of the machine that wrote it.
    #[serde(with = "instant")]
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub at: Timestamp,
    /// The run it belongs to: the `seq` of its `run-started`; 0 outside of runs.
    pub run: u64,
    /// What it says.
    #[serde(flatten)]
    pub record: Record,
}

/// What an entry says, by `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Record {
    /// The journal begins.
    Genesis(Genesis),
    /// A run begins; it may change something from here on.
    RunStarted(RunStarted),
    /// What the project declared at this run, as differences from the last.
    ConfigKnown(ConfigKnown),
    /// What a read of one scope saw.
    Observed(Observed),
    /// A call that is about to be made. It is on disk before the call.
    Intent(Intent),
    /// How the vendor answered.
    Outcome(CallOutcome),
    /// What reading found out about a call whose answer is unknown.
    Settled(Settled),
    /// What reading back found.
    Verified(Verified),
    /// A manual step was handed to a person.
    HandedOver(HandedOver),
    /// A manual step that was handed over is not open any more.
    HandClosed(HandClosed),
    /// A run took note of a person's statement.
    Attested(AttestedNote),
    /// Somebody is locked out from here on, whatever the files say.
    LockedOut(Locked),
    /// A lockout was lifted.
    Unlocked(Locked),
    /// What a run found that it could not or should not do, where that is not what the last one found.
    Judged(Judged),
    /// A run ended by itself. A run without this entry was killed.
    RunEnded(RunEnded),
}

impl Record {
    /// Every value that `kind` has in this version.
    pub const KINDS: &'static [&'static str] = &[
        "genesis",
        "run-started",
        "config-known",
        "observed",
        "intent",
        "outcome",
        "settled",
        "verified",
        "handed-over",
        "hand-closed",
        "attested",
        "locked-out",
        "unlocked",
        "judged",
        "run-ended",
    ];

    /// The value of `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Record::Genesis(_) => "genesis",
            Record::RunStarted(_) => "run-started",
            Record::ConfigKnown(_) => "config-known",
            Record::Observed(_) => "observed",
            Record::Intent(_) => "intent",
            Record::Outcome(_) => "outcome",
            Record::Settled(_) => "settled",
            Record::Verified(_) => "verified",
            Record::HandedOver(_) => "handed-over",
            Record::HandClosed(_) => "hand-closed",
            Record::Attested(_) => "attested",
            Record::LockedOut(_) => "locked-out",
            Record::Unlocked(_) => "unlocked",
            Record::Judged(_) => "judged",
            Record::RunEnded(_) => "run-ended",
        }
    }
}

/// The journal begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Genesis {
    /// `keyholder.journal/1`.
    pub format: String,
    /// Version of the program that began it.
    pub tool: String,
    /// Head of a journal that was lost before, if `journal init` was told of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<HeadFact>,
}

/// A head, as an entry remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeadFact {
    /// Position of the last entry.
    pub seq: u64,
    /// Its hash, in hex.
    pub hash: String,
}

/// A run begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunStarted {
    /// The command: `apply`, `settle`, ...
    pub command: String,
    /// Version of the program.
    pub tool: String,
    /// Id of the plan that is applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// The files the plan was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ConfigFacts>,
    /// Who started it, as the environment says: a CI job or a login name. Not proof of anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The systems involved and the hosts that are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<SystemAt>,
    /// Systems of which the run does all that its files want and no rule holds: nothing was left out because it was not asked
    /// for, or not reviewed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole: Vec<String>,
}

/// The files a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigFacts {
    /// SHA-256 over the files, in hex.
    pub digest: String,
    /// The git commit, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the files differ from that commit.
    pub dirty: bool,
}

/// A system and the host that is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemAt {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The host; `sandbox:<system>` for the simulator.
    pub host: String,
}

/// A call that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Intent {
    /// Id of the step.
    pub step: String,
    /// Kind of the step: `invite`, `grant`, ...
    pub does: String,
    /// The call. A step may take several.
    pub call: Verb,
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Whom it is about; absent for a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The account; absent before it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Why the step is there: `joined`, `left`, ...
    pub reason: String,
    /// Whether the step belongs to the end of an employment: then the count of invitations ends with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends: bool,
    /// How the message goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
    /// Where the account is copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `seq` of the first intent of the batch, where one call carries several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// The vendor role it shall have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Rights that change, with the value they shall have; absent: none any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rights: BTreeMap<String, Option<RightValue>>,
    /// Of a further message: the approval that let it through, by the first 16 hex digits of the SHA-256 of what it says.
    /// It lets no other one to the same person through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Ids in the list of the place before an invitation, in its first intent of a batch: a row
    /// that is not among them and that nobody can be matched with is a doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<String>,
}

/// The calls a journal knows.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// An invitation: a message to a human.
    Invite,
    /// A known account gets access at one more place.
    Copy,
    /// Role, staff link and rights.
    Write,
    /// Access at the place is taken, or a pending invitation withdrawn.
    Remove,
}

impl Verb {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Invite => "invite",
            Verb::Copy => "copy",
            Verb::Write => "write",
            Verb::Remove => "remove",
        }
    }
}

/// How a message goes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By mail.
    Email,
    /// By SMS.
    Phone,
}

impl Way {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Way::Email => "email",
            Way::Phone => "phone",
        }
    }
}

/// How the vendor answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallOutcome {
    /// `seq` of the intent.
    pub intent: u64,
    /// What became of the call.
    pub result: CallResult,
    /// HTTP status, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The vendor's request id, if it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The vendor's words or what went wrong; bounded, without contacts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
    /// Rights that the caller may not change and that were left as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_sent: Vec<String>,
}

/// What became of a call.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CallResult {
    /// The vendor accepted it.
    Done,
    /// The vendor understood and refused.
    Refused,
    /// It was sent, and whether it took effect is unknown.
    Unknown,
    /// Nothing was sent.
    NotSent,
}

impl CallResult {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            CallResult::Done => "done",
            CallResult::Refused => "refused",
            CallResult::Unknown => "unknown",
            CallResult::NotSent => "not-sent",
        }
    }
}

/// What reading found out about a call whose answer is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settled {
    /// `seq` of the intent.
    pub intent: u64,
    /// What was found.
    pub verdict: Settlement,
    /// The account that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Why it cannot be known, without contacts and names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What reading can find out about a call.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// It took effect.
    TookEffect,
    /// It did not, by a complete read after the time it may take.
    NoEffect,
    /// The next plan reads what is there and says what is left: repeating it is harmless.
    LeftToPlan,
    /// It cannot be known. A person must look.
    Unknown,
}

impl Settlement {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Settlement::TookEffect => "took-effect",
            Settlement::NoEffect => "no-effect",
            Settlement::LeftToPlan => "left-to-plan",
            Settlement::Unknown => "unknown",
        }
    }
}

/// What reading back found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// Id of the step.
    pub step: String,
    /// `seq` of the step's last intent; absent where no call was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<u64>,
    /// The system.
    pub system: String,
    /// The place: a location's key, `chain` or `*`.
    pub place: String,
    /// Whom it is about; absent for a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What was found.
    pub verdict: Verdict,
    /// Whether the step takes access away: then `as-planned` means that nothing is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// Digest of role, link and managed rights that were verified: tells later what we changed
    /// from what they changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Slugs of rights (or `role`, `staff`) that are not as planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// Slugs of rights nobody asked to change that changed all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_changed: Vec<String>,
    /// The linked team member that was read back, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<i64>,
    /// The set of rights that was read back, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// That set, where no earlier entry has it: see `observed`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sets: BTreeMap<String, BTreeMap<String, RightValue>>,
}

/// What reading back can find.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What was planned is there.
    AsPlanned,
    /// The vendor accepted the write and shows something else.
    DidNotStick,
    /// Reading back failed: it is not known what is there.
    NotReadable,
    /// The invitation was accepted for sending and is not in the list yet.
    NotVisibleYet,
}

impl Verdict {
    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::AsPlanned => "as-planned",
            Verdict::DidNotStick => "did-not-stick",
            Verdict::NotReadable => "not-readable",
            Verdict::NotVisibleYet => "not-visible-yet",
        }
    }
}

/// A run ended by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunEnded {
    /// Steps done and verified.
    pub done: u64,
    /// Steps that wait: sent invitations that are not visible yet, manual steps and what waits for them.
    pub waiting: u64,
    /// Steps that are left, for whatever reason.
    pub left: u64,
    /// Whether somebody stopped it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
}

/// The place an entry names.
pub fn place_of(text: &str) -> PlaceId {
    PlaceId::parse(text)
}

/// The JSON Schema of a line, as `schema/journal.v1.schema.json` has it.
pub fn schema() -> String {
    /// A line of the journal: an entry with its own hash.
    #[derive(JsonSchema)]
    #[schemars(title = "keyholder.journal/1")]
    #[expect(dead_code, reason = "it is there for its schema")]
    struct Line {
        /// SHA-256, in hex, of `keyholder.journal/1`, a newline and the canonical JSON of the entry without this key.
        hash: String,
        #[schemars(flatten)]
        entry: Entry,
    }
    let schema = schemars::schema_for!(Line);
    let mut text = serde_json::to_string_pretty(schema.as_value()).unwrap_or_default();
    text.push('\n');
    text
}

/// Instants as RFC 3339 in UTC.
mod instant {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
