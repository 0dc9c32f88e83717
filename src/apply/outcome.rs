//! What became of each step, and of the run as a whole.
//!
//! Not an exit code: callers derive it. Invariant: a step is done only if reading back said so.

use std::fmt;
use std::sync::Arc;

use crate::journal::{Head, JournalError};
use crate::model::{AccountId, SystemName};
use crate::plan::{Mode, Plan, Step, StepId};
use crate::provider::ProviderError;

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is there, or gone, as planned: read back.
    Done {
        /// The account, also of somebody who was just invited.
        account: Option<AccountId>,
        /// Slugs of rights nobody asked to change that changed all the same.
        also_changed: Vec<&'static str>,
    },
    /// It was as planned before anything was done.
    Already {
        /// The account.
        account: Option<AccountId>,
    },
    /// The vendor accepted it and shows something else.
    DidNotStick {
        /// Slugs of rights that are not as planned, or `role`, `staff`, `account`.
        differs: Vec<&'static str>,
        /// Slugs that were left out because the caller may not change them.
        not_sent: Vec<Arc<str>>,
    },
    /// The vendor refused it.
    Refused(ProviderError),
    /// It may or may not have happened.
    Unknown {
        /// In words; may contain hostile text.
        why: String,
    },
    /// The invitation was accepted for sending and is not in the list yet. It is not sent again.
    SentNotVisible,
    /// Nothing was done.
    NotDone(NotDone),
    /// A person does it.
    ByHand,
    /// A person said that it is done; a read or their word is what the next plan goes by.
    Said,
    /// Somebody stopped the run before.
    Stopped,
}

/// Why nothing was done about a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// It comes after a step that is not done, or not part of this plan.
    DependsOn(StepId),
    /// The vendor does not accept the token, so the whole system was left.
    TokenRefused,
    /// Nothing could be sent.
    Unreachable(String),
    /// What is there is not what the plan was made for. Plan again.
    Changed(String),
    /// What is there could not be looked at first.
    Unseen(String),
    /// The list of the place is not complete: nobody is invited or removed on doubt.
    NotComplete,
    /// An invitation may be on its way already.
    MayBeSent,
    /// The quiet hours of the place have begun since the plan was made: until when.
    Quiet(String),
    /// There is no provider for the system, or no vendor id for the place.
    NoWay,
    /// The journal could not be written, so nothing more was done.
    Journal,
    /// The plan would reduce the account that is acted as, and is refused as a whole.
    Refused,
    /// A whole system answered that nobody is anywhere, which stops the run for all systems.
    SystemEmpty(SystemName),
}

impl fmt::Display for NotDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDone::DependsOn(step) => write!(f, "comes after step {step}, which is not done"),
            NotDone::TokenRefused => f.write_str("the vendor does not accept the token"),
            NotDone::Unreachable(why) => write!(f, "the vendor could not be reached: {why}"),
            NotDone::Changed(what) => write!(f, "{what} since the plan was made; plan again"),
            NotDone::Unseen(why) => write!(
                f,
                "it could not be seen whether they have access there already: {why}"
            ),
            NotDone::NotComplete => f.write_str(
                "the list of the place could not be read completely, and nobody is invited or removed on doubt",
            ),
            NotDone::MayBeSent => f.write_str("an invitation may be on its way already"),
            NotDone::Quiet(until) => write!(
                f,
                "the quiet hours there have begun, and nobody is written to before {until}"
            ),
            NotDone::NoWay => f.write_str("the system or the place is not known to this run"),
            NotDone::Journal => f.write_str("the journal could not be written"),
            NotDone::Refused => f.write_str(
                "the plan is refused, because it would reduce the account that is acted as",
            ),
            NotDone::SystemEmpty(system) => write!(
                f,
                "system {system} answered that nobody has access anywhere, and that stops the run"
            ),
        }
    }
}

/// The three ways in which a step stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Done, verified.
    Done,
    /// In order, and waiting for somebody or something.
    Waiting,
    /// Left undone, or in doubt.
    Left,
}

impl Outcome {
    /// Whether what comes after it may be done.
    pub fn is_verified(&self) -> bool {
        self.standing() == Standing::Done
    }

    /// How the step stands.
    pub fn standing(&self) -> Standing {
        match self {
            Outcome::Done { .. } | Outcome::Already { .. } => Standing::Done,
            Outcome::SentNotVisible
            | Outcome::ByHand
            | Outcome::Said
            | Outcome::NotDone(NotDone::Quiet(_)) => Standing::Waiting,
            Outcome::DidNotStick { .. }
            | Outcome::Refused(_)
            | Outcome::Unknown { .. }
            | Outcome::NotDone(_)
            | Outcome::Stopped => Standing::Left,
        }
    }

    /// The kebab-case name of the contracts.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Done { also_changed, .. } if !also_changed.is_empty() => "changed-more",
            Outcome::Done { .. } => "done",
            Outcome::Already { .. } => "already",
            Outcome::DidNotStick { .. } => "did-not-stick",
            Outcome::Refused(_) => "refused",
            Outcome::Unknown { .. } => "unknown",
            Outcome::SentNotVisible => "sent-not-visible",
            Outcome::NotDone(_) => "not-done",
            Outcome::ByHand => "by-hand",
            Outcome::Said => "said",
            Outcome::Stopped => "stopped",
        }
    }
}

/// What became of a plan.
#[derive(Debug)]
pub struct Outcomes {
    /// Every step of the plan in its order, with what became of it.
    pub steps: Vec<(StepId, Outcome)>,
    /// The journal's head at the end; none if it could not even be begun.
    pub head: Option<Head>,
    /// Why the journal could not be written, if it could not.
    pub journal: Option<JournalError>,
    /// Whether somebody stopped the run.
    pub stopped: bool,
}

impl Outcomes {
    /// What becomes of a plan of which nothing is done, for one reason. Steps by hand stay people's.
    pub fn none(plan: &Plan, why: &NotDone, head: Option<Head>) -> Self {
        let outcome = |step: &Step| match step.mode {
            Mode::Manual(_) => Outcome::ByHand,
            Mode::Api => Outcome::NotDone(why.clone()),
        };
        let steps = plan.draft.steps.iter();
        Self {
            steps: steps.map(|step| (step.id.clone(), outcome(step))).collect(),
            head,
            journal: None,
            stopped: false,
        }
    }

    /// What became of a step.
    pub fn of(&self, step: &StepId) -> Option<&Outcome> {
        let found = self.steps.iter().find(|(id, _)| id == step);
        found.map(|(_, outcome)| outcome)
    }

    /// Takes over what people said after the run.
    pub fn take_word(&mut self, said: impl Fn(&StepId) -> bool) {
        for (step, outcome) in &mut self.steps {
            if *outcome == Outcome::ByHand && said(step) {
                *outcome = Outcome::Said;
            }
        }
    }

    /// How many steps stand so at the end.
    pub fn count(&self, standing: Standing) -> usize {
        let outcomes = self.steps.iter();
        outcomes
            .filter(|(_, outcome)| outcome.standing() == standing)
            .count()
    }

    /// Whether something was left because it is not what the plan was made for (exit code 4).
    pub fn is_stale(&self) -> bool {
        let is_changed =
            |outcome: &Outcome| matches!(outcome, Outcome::NotDone(NotDone::Changed(_)));
        self.steps.iter().any(|(_, outcome)| is_changed(outcome))
    }

    /// Whether the plan was applied in part only (exit code 5): something is left that neither a
    /// person nor an invitation is waited for. What only waits for a manual step is no part.
    pub fn is_partial(&self) -> bool {
        let waits = |step: &StepId| {
            let outcome = self.of(step);
            outcome.is_some_and(|outcome| outcome.standing() == Standing::Waiting)
        };
        self.journal.is_some()
            || self.steps.iter().any(|(_, outcome)| match outcome {
                Outcome::NotDone(NotDone::DependsOn(other)) => !waits(other),
                other => other.standing() == Standing::Left,
            })
    }
}
