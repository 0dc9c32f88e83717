//! What was applied and what was seen: an append-only, hash-chained record in JSON lines.
//!
//! Not a database and not a log for debugging: every entry is a fact that a later run, or an
//! auditor, stands on. It holds keys of people and vendor ids, never contacts, names or tokens.
//!
//! Invariants: an entry is on disk before [`JournalSink::append`] returns; nothing but
//! [`FileJournal`] writes the file; a journal that is missing, cut or altered is an error and
//! never an empty one.

mod baselines;
mod chain;
mod entry;
mod error;
mod file;
mod history;
mod judged;
mod known;
mod lock;
mod memory;
mod observe;
mod scrub;
mod show;
mod sink;
#[cfg(test)]
mod tests;
mod words;

pub use chain::{
    BadHead, Chain, Head, Problem, ProblemKind, Sealed, line_of, read, read_part, seal,
};
pub use entry::{
    Apart, AttestedNote, CallOutcome, CallResult, ClosedBy, ConfigFacts, ConfigKnown, Entry,
    FORMAT, Genesis, GrantSeen, GrantedAt, HandClosed, HandedOver, HeadFact, Intent, ItemValue,
    KeyDelta, Locked, Match, Observed, Record, RightValue, RunEnded, RunStarted, SaysFact, Settled,
    Settlement, SystemAt, Verb, Verdict, Verified, Way, place_of, right_value, schema,
};
pub use error::{Holder, JournalError};
pub use file::{CLOCK_BEHIND, FileJournal, Snapshot, TornLine, init, load};
pub use history::{IntentState, IntentStatus, history, unsettled, was_lost_before};
pub use judged::{
    DriftFact, FindingFact, HoldFact, Judged, StrangerFact, TurnFact, UnreadFact, judged,
    judged_after,
};
pub use known::{Known, known_after};
pub use lock::FolderLock;
pub use memory::memory;
pub use observe::{ObservedScope, observed, set_of};
pub use scrub::scrub;
pub use show::{Filter, ShownLine, show, show_json};
pub use sink::{JournalSink, MemoryJournal, genesis};
