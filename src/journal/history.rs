//! What became of every call, put together from intents, outcomes and what reading found.
//!
//! Not a judgment of what to do next: `apply` does that. Invariant: an intent without an outcome
//! counts as a call that may have been made.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::entry::{CallResult, Entry, Intent, Record, Settlement, Verb};

/// A call and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntentState<'a> {
    /// Position of the intent.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The intent.
    pub intent: &'a Intent,
    /// What became of it.
    pub status: IntentStatus,
    /// Whether reading back, or settling, found the account afterwards.
    pub seen: bool,
    /// Whether an earlier run tried to settle it and could not.
    pub tried: bool,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IntentStatus {
    /// No outcome was written: the run died, and the call may have been made.
    Open,
    /// The answer was lost.
    Unknown,
    /// The vendor accepted it.
    Done,
    /// The vendor refused it, or nothing was sent.
    NotDone,
    /// Settled by reading: it took effect.
    TookEffect,
    /// Settled by reading: it did not take effect.
    NoEffect,
    /// Settled by leaving it to the next plan, which reads what is there.
    LeftToPlan,
}

impl IntentStatus {
    /// Whether it is still to be found out.
    pub fn is_unsettled(self) -> bool {
        matches!(self, IntentStatus::Open | IntentStatus::Unknown)
    }

    /// Whether a message may have gone out.
    pub fn may_have_happened(self) -> bool {
        !matches!(self, IntentStatus::NotDone | IntentStatus::NoEffect)
    }
}

/// Every call of a journal, in order.
pub fn history<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<IntentState<'a>> {
    let mut calls: Vec<IntentState<'a>> = Vec::new();
    let mut by_seq: BTreeMap<u64, usize> = BTreeMap::new();
    for entry in entries {
        match &entry.record {
            Record::Intent(intent) => {
                by_seq.insert(entry.seq, calls.len());
                calls.push(IntentState {
                    seq: entry.seq,
                    at: entry.at,
                    intent,
                    status: IntentStatus::Open,
                    seen: false,
                    tried: false,
                });
            }
            Record::Outcome(outcome) => {
                if let Some(call) = find(&mut calls, &by_seq, Some(outcome.intent)) {
                    call.status = match outcome.result {
                        CallResult::Done => IntentStatus::Done,
                        CallResult::Refused | CallResult::NotSent => IntentStatus::NotDone,
                        CallResult::Unknown => IntentStatus::Unknown,
                    };
                }
            }
            Record::Settled(settled) => {
                if let Some(call) = find(&mut calls, &by_seq, Some(settled.intent)) {
                    match settled.verdict {
                        Settlement::TookEffect => {
                            call.status = IntentStatus::TookEffect;
                            call.seen = true;
                        }
                        Settlement::NoEffect => call.status = IntentStatus::NoEffect,
                        Settlement::LeftToPlan => call.status = IntentStatus::LeftToPlan,
                        Settlement::Unknown => {
                            call.status = IntentStatus::Unknown;
                            call.tried = true;
                        }
                    }
                }
            }
            Record::Verified(verified) => {
                if let Some(call) = find(&mut calls, &by_seq, verified.intent) {
                    // Its row was found, whatever it looks like.
                    call.seen |= verified.account.is_some() && !verified.absent;
                }
            }
            Record::Genesis(_)
            | Record::RunStarted(_)
            | Record::ConfigKnown(_)
            | Record::Observed(_)
            | Record::HandedOver(_)
            | Record::HandClosed(_)
            | Record::Attested(_)
            | Record::LockedOut(_)
            | Record::Unlocked(_)
            | Record::Judged(_)
            | Record::RunEnded(_) => {}
        }
    }
    calls
}

fn find<'c, 'a>(
    calls: &'c mut [IntentState<'a>],
    by_seq: &BTreeMap<u64, usize>,
    seq: Option<u64>,
) -> Option<&'c mut IntentState<'a>> {
    calls.get_mut(*by_seq.get(&seq?)?)
}

/// Calls of which nobody knows yet whether they took effect, in order.
pub fn unsettled<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<IntentState<'a>> {
    let mut calls = history(entries);
    calls.retain(|call| call.status.is_unsettled());
    calls
}

/// Whether an invitation to this person was lost before, settled as not sent, and nothing was
/// confirmed since: then the next one that is lost is not repeated.
pub fn was_lost_before(calls: &[IntentState<'_>], system: &str, person: &str, before: u64) -> bool {
    calls
        .iter()
        .rev()
        .filter(|call| {
            call.seq < before
                && call.intent.call == Verb::Invite
                && call.intent.system == system
                && call.intent.person.as_deref() == Some(person)
        })
        .find_map(|call| match call.status {
            IntentStatus::NoEffect => Some(true),
            IntentStatus::Done | IntentStatus::TookEffect => Some(false),
            IntentStatus::Open
            | IntentStatus::Unknown
            | IntentStatus::NotDone
            | IntentStatus::LeftToPlan => None,
        })
        .unwrap_or(false)
}
