//! Journal entries from steps and answers.
//!
//! Pure. Invariant: no contact and no name of a person gets into an entry; a vendor's words are
//! scrubbed and bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Order;
use crate::catalog::Catalog;
use crate::journal::{
    CallOutcome, CallResult, ConfigFacts, Intent, Record, RunStarted, SystemAt, Verb, Verdict,
    Verified, Way, right_value, scrub, set_of,
};
use crate::model::{Account, AccountId, InviteWay};
use crate::plan::{Change, Step, Target};
use crate::provider::{ProviderError, Receipt};

/// Messages of a vendor that are kept of one answer.
const MOST_ERRORS: usize = 10;

/// The beginning of a run.
pub(super) fn run_started(order: &Order<'_>) -> RunStarted {
    let draft = &order.plan.draft;
    RunStarted {
        command: order.command.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: Some(order.plan.id.to_string()),
        config: Some(ConfigFacts {
            digest: draft.config.digest.to_string(),
            commit: draft.config.commit.as_ref().map(ToString::to_string),
            dirty: draft.config.dirty,
        }),
        actor: order.actor.map(str::to_owned),
        systems: draft
            .systems
            .iter()
            .map(|system| SystemAt {
                name: system.name.to_string(),
                kind: system.kind.to_owned(),
                host: system.host.to_string(),
            })
            .collect(),
        whole: order.whole.iter().map(ToString::to_string).collect(),
    }
}

/// The intent of one call of a step.
pub(super) fn intent(step: &Step, call: Verb) -> Intent {
    let target = target_of(&step.change);
    let catalog = Catalog::current();
    // Values are taken from the target: the deltas show names in place of ids, and some are people's.
    let rights: BTreeMap<_, _> = target.map_or_else(BTreeMap::new, |target| {
        step.deltas
            .iter()
            .map(|delta| {
                let value = target.rights.get(delta.right.index()).map(right_value);
                (catalog.get(delta.right).slug.to_owned(), value)
            })
            .collect()
    });
    Intent {
        step: step.id.to_string(),
        does: step.kind.name().to_owned(),
        call,
        system: step.system.to_string(),
        place: step.place.to_string(),
        person: step.person.as_ref().map(ToString::to_string),
        account: step.account.as_ref().map(ToString::to_string),
        reason: step.reason.name().to_owned(),
        ends: step.ends,
        way: match &step.change {
            Change::Invite {
                way: InviteWay::Email,
                ..
            } => Some(Way::Email),
            Change::Invite {
                way: InviteWay::Phone,
                ..
            } => Some(Way::Phone),
            Change::Grant { .. }
            | Change::Set { .. }
            | Change::Remove
            | Change::Withdraw
            | Change::ByHand => None,
        },
        from: match &step.change {
            Change::Grant { from, .. } if call == Verb::Copy => Some(from.to_string()),
            _ => None,
        },
        batch: None,
        role: target
            .and_then(|target| target.role.as_ref())
            .map(ToString::to_string),
        rights,
        approval: None,
        present: Vec::new(),
    }
}

/// What a step gives, if it gives something.
pub(super) fn target_of(change: &Change) -> Option<&Target> {
    match change {
        Change::Invite { target, .. } | Change::Grant { target, .. } | Change::Set { target } => {
            Some(target)
        }
        Change::Remove | Change::Withdraw | Change::ByHand => None,
    }
}

/// The vendor's answer to a call. `group`: everybody it was about, whose names it may repeat.
pub(super) fn answer(
    intent: u64,
    group: &[&Step],
    result: &Result<Receipt, ProviderError>,
) -> Record {
    let none = |result| CallOutcome {
        intent,
        result,
        status: None,
        request_id: None,
        errors: Vec::new(),
        not_sent: Vec::new(),
    };
    // Whole names first: their words alone would leave the rest behind.
    let names = group.iter().map(|step| &*step.name);
    let private: Vec<&str> = names
        .clone()
        .chain(names.flat_map(str::split_whitespace))
        .collect();
    let said = |words: &[String]| {
        words
            .iter()
            .take(MOST_ERRORS)
            .map(|word| scrub(word, &private))
            .collect()
    };
    Record::Outcome(match result {
        Ok(receipt) => CallOutcome {
            status: Some(receipt.status),
            request_id: receipt.request_id.as_ref().map(|id| scrub(id, &[])),
            not_sent: receipt
                .not_sent
                .iter()
                .map(|slug| scrub(slug, &[]))
                .collect(),
            ..none(CallResult::Done)
        },
        Err(error) => {
            let (result, status) = match error {
                ProviderError::Unauthorized => (CallResult::Refused, Some(401)),
                ProviderError::Forbidden { .. } => (CallResult::Refused, Some(403)),
                ProviderError::NotFound { .. } => (CallResult::Refused, Some(404)),
                ProviderError::Rejected { status, .. } => (CallResult::Refused, Some(*status)),
                ProviderError::Unknown { .. } => (CallResult::Unknown, None),
                ProviderError::NotSent { .. } | ProviderError::Stale { .. } => {
                    (CallResult::NotSent, None)
                }
            };
            let errors = match error {
                ProviderError::Rejected { errors, .. } => said(errors),
                other => said(&[other.to_string()]),
            };
            CallOutcome {
                status,
                errors,
                ..none(result)
            }
        }
    })
}

/// What reading back found.
pub(super) struct Check {
    pub(super) intent: Option<u64>,
    pub(super) account: Option<AccountId>,
    pub(super) verdict: Verdict,
    pub(super) absent: bool,
    pub(super) differs: Vec<&'static str>,
    pub(super) also_changed: Vec<&'static str>,
    pub(super) digest: Option<Arc<str>>,
    /// The row that was read back.
    pub(super) live: Option<Box<Account>>,
}

impl Check {
    /// A check with nothing to remark.
    pub(super) fn new(intent: Option<u64>, account: Option<AccountId>, verdict: Verdict) -> Self {
        Self {
            intent,
            account,
            verdict,
            absent: false,
            differs: Vec::new(),
            also_changed: Vec::new(),
            digest: None,
            live: None,
        }
    }

    /// Its entry. `known`: the names of sets that the journal has.
    pub(super) fn record(&self, step: &Step, known: &mut BTreeSet<String>) -> Record {
        let rights = self.live.as_ref().and_then(|live| live.rights.as_ref());
        let set = rights.map(|rights| set_of(rights, Catalog::current()));
        let texts = |slugs: &[&str]| slugs.iter().map(|&slug| slug.to_owned()).collect();
        Record::Verified(Verified {
            step: step.id.to_string(),
            intent: self.intent,
            system: step.system.to_string(),
            place: step.place.to_string(),
            person: step.person.as_ref().map(ToString::to_string),
            account: self.account.as_ref().map(ToString::to_string),
            verdict: self.verdict,
            absent: self.absent,
            digest: self.digest.as_ref().map(ToString::to_string),
            differs: texts(&self.differs),
            also_changed: texts(&self.also_changed),
            staff: self.live.as_ref().and_then(|live| live.staff.flatten()),
            set: set.as_ref().map(|(name, _)| name.clone()),
            sets: set
                .filter(|(name, _)| known.insert(name.clone()))
                .into_iter()
                .collect(),
        })
    }
}
