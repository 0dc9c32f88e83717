//! The order of things: which step is next, and what stops it.
//!
//! Not the calls themselves: those are in `invite`, `write` and `remove`. Invariant: a step is
//! begun only when everything it waits for is verified in this run; steps at one place, and removals
//! of one account, share a call or a list, and that never lets one overtake what it waits for.

use std::collections::{BTreeMap, BTreeSet};

use super::belief::Belief;
use super::event::{Progress, Relay};
use super::invite::InFlight;
use super::outcome::{NotDone, Outcome, Outcomes, Standing};
use super::record::{self, Check};
use super::{Order, Ports};
use crate::journal::{JournalError, JournalSink, Record, RunEnded, memory};
use crate::model::SystemName;
use crate::plan::{Change, Draft, Mode, Step, StepId};
use crate::provider::{Call, PlaceRef, Provider, ProviderError, Receipt};

/// Carries out a plan. What became of each step is in the result, also where the journal failed.
///
/// Unknown calls of earlier runs are not touched: call [`super::settle()`] before planning.
pub async fn apply(
    order: &Order<'_>,
    ports: &Ports<'_>,
    journal: &mut dyn JournalSink,
) -> Outcomes {
    let mut runner = Runner::new(order, ports, journal);
    let broken = runner.run(order).await.err();
    runner.into_outcomes(broken)
}

/// A run in progress.
pub(super) struct Runner<'a> {
    pub(super) ports: &'a Ports<'a>,
    pub(super) journal: &'a mut dyn JournalSink,
    pub(super) steps: &'a [Step],
    /// The plan that has them.
    pub(super) draft: &'a Draft,
    /// Number of the run in the journal.
    run: u64,
    /// What became of each step, by position.
    outcomes: Vec<Option<Outcome>>,
    /// Steps whose outcome is not final although something was sent.
    begun: BTreeSet<usize>,
    by_id: BTreeMap<&'a StepId, usize>,
    /// Systems that are left, because their token was refused.
    left: BTreeSet<&'a SystemName>,
    /// Who is known to be where: what lists are held against.
    pub(super) belief: Belief,
    /// Invitations that were sent, or may have been, and are not in a list yet.
    pub(super) in_flight: Vec<InFlight>,
    /// Names of the sets of rights that the journal has.
    sets: BTreeSet<String>,
}

impl<'a> Runner<'a> {
    /// The approval that a further message uses up.
    pub(super) fn approval_of(&self, step: &Step) -> Option<String> {
        let approval = self.draft.approved.get(&step.id);
        approval.map(ToString::to_string)
    }

    fn new(order: &Order<'a>, ports: &'a Ports<'a>, journal: &'a mut dyn JournalSink) -> Self {
        let steps: &'a [Step] = &order.plan.draft.steps;
        Self {
            ports,
            journal,
            steps,
            draft: &order.plan.draft,
            run: 0,
            outcomes: vec![None; steps.len()],
            begun: BTreeSet::new(),
            by_id: steps
                .iter()
                .enumerate()
                .map(|(at, step)| (&step.id, at))
                .collect(),
            left: BTreeSet::new(),
            belief: Belief::default(),
            in_flight: Vec::new(),
            sets: BTreeSet::new(),
        }
    }

    async fn run(&mut self, order: &Order<'_>) -> Result<(), JournalError> {
        let now = self.ports.clock.now();
        self.run = self.journal.begin(now, record::run_started(order))?;
        if !order.opening.is_empty() {
            self.append(order.opening.to_vec())?;
        }
        let entries = self.journal.sealed().iter().map(|sealed| &sealed.entry);
        let sets = entries.clone().flat_map(|entry| match &entry.record {
            Record::Observed(seen) => seen.sets.keys().cloned().collect(),
            Record::Verified(verified) => verified.sets.keys().cloned().collect(),
            _ => Vec::new(),
        });
        self.sets = sets.collect();
        self.belief = Belief::of(memory(entries));
        // A step that waits for an invitation in flight lets others go first.
        loop {
            for at in 0..self.steps.len() {
                if self.is_open(at) && !self.waits_for_flight(at) {
                    self.take(at).await?;
                }
            }
            if self.in_flight.is_empty() {
                break;
            }
            self.land().await?;
        }
        let ended = self.counts();
        self.append(vec![Record::RunEnded(ended)])?;
        Ok(())
    }

    /// Does one step, or says why not; steps that can share its call are done with it.
    async fn take(&mut self, at: usize) -> Result<(), JournalError> {
        let step = &self.steps[at];
        if let Some(outcome) = self.obstacle(step) {
            self.finish(at, outcome);
            return Ok(());
        }
        let Some((provider, place)) = self.reach(step) else {
            self.finish(at, Outcome::NotDone(NotDone::NoWay));
            return Ok(());
        };
        match &step.change {
            Change::Invite { .. } => {
                let is_invite = |change: &Change| matches!(change, Change::Invite { .. });
                let group = self.gather(at, is_invite, provider.invite_batch().max(1));
                self.invite(provider, place, group).await
            }
            Change::Grant { from, target } => {
                let from = self.ports.place(&step.system, from);
                if let Some(from) = from {
                    self.grant(at, provider, from, place, target).await
                } else {
                    self.finish(at, Outcome::NotDone(NotDone::NoWay));
                    Ok(())
                }
            }
            Change::Set { target } => self.set(at, provider, place, target).await,
            Change::Remove | Change::Withdraw => {
                let wave = self.wave(at);
                self.remove(provider, wave).await
            }
            Change::ByHand => {
                self.finish(at, Outcome::ByHand);
                Ok(())
            }
        }
    }

    /// What keeps a step from being begun now.
    pub(super) fn obstacle(&self, step: &Step) -> Option<Outcome> {
        if let Mode::Manual(_) = step.mode {
            // What people do before is theirs to order; a call that failed leaves nothing to come after.
            let failed = step.waits_for.iter().find(|id| {
                let at = self.by_id.get(id);
                at.is_some_and(|&at| self.steps[at].mode == Mode::Api) && !self.is_verified(id)
            });
            return Some(failed.map_or(Outcome::ByHand, |id| {
                Outcome::NotDone(NotDone::DependsOn(id.clone()))
            }));
        }
        if let Some(other) = step.waits_for.iter().find(|id| !self.is_verified(id)) {
            return Some(Outcome::NotDone(NotDone::DependsOn(other.clone())));
        }
        if self.ports.stop.is_stopped() {
            return Some(Outcome::Stopped);
        }
        if self.left.contains(&step.system) {
            return Some(Outcome::NotDone(NotDone::TokenRefused));
        }
        None
    }

    fn reach(&self, step: &Step) -> Option<(&'a dyn Provider, &'a PlaceRef)> {
        let provider = self.ports.providers.get(&step.system)?;
        let place = self.ports.place(&step.system, &step.place)?;
        Some((provider.as_ref(), place))
    }

    /// Steps at the same place that may be done together with the one at `first`, which leads.
    fn gather(&self, first: usize, fits: impl Fn(&Change) -> bool, most: usize) -> Vec<usize> {
        let lead = &self.steps[first];
        let together = self
            .steps
            .iter()
            .enumerate()
            .skip(first + 1)
            .filter(|&(at, step)| {
                step.system == lead.system
                    && step.place == lead.place
                    && fits(&step.change)
                    && self.is_open(at)
                    && self.obstacle(step).is_none()
            });
        std::iter::once(first)
            .chain(together.map(|(at, _)| at))
            .take(most)
            .collect()
    }

    fn is_verified(&self, id: &StepId) -> bool {
        let outcome = self
            .by_id
            .get(id)
            .and_then(|&at| self.outcomes.get(at)?.as_ref());
        outcome.is_some_and(Outcome::is_verified)
    }

    pub(super) fn is_open(&self, at: usize) -> bool {
        self.outcomes[at].is_none() && !self.begun.contains(&at)
    }

    fn waits_for_flight(&self, at: usize) -> bool {
        let waits = &self.steps[at].waits_for;
        waits
            .iter()
            .any(|id| self.by_id.get(id).is_some_and(|at| self.begun.contains(at)))
    }

    /// Writes entries of this run; the position of the first.
    pub(super) fn append(&mut self, records: Vec<Record>) -> Result<u64, JournalError> {
        self.journal
            .append(self.ports.clock.now(), self.run, records)
    }

    /// Writes what reading back found, with what it settled.
    pub(super) fn check(
        &mut self,
        at: usize,
        check: &Check,
        settled: Option<Record>,
    ) -> Result<(), JournalError> {
        let entry = check.record(&self.steps[at], &mut self.sets);
        self.append(settled.into_iter().chain([entry]).collect())
            .map(drop)
    }

    /// Makes a call whose intents are in the journal. Until its outcome is written, the steps
    /// count as begun, so that a journal that fails meanwhile leaves them unknown.
    pub(super) async fn call(
        &mut self,
        provider: &dyn Provider,
        call: &Call,
        steps: &[usize],
    ) -> Result<Receipt, ProviderError> {
        self.begun.extend(steps);
        let result = provider.execute(call, &Relay(self.ports.listener)).await;
        if matches!(result, Err(ProviderError::Unauthorized))
            && let Some(&at) = steps.first()
        {
            self.left.insert(&self.steps[at].system);
        }
        result
    }

    /// Tells that a step is begun.
    pub(super) fn start(&self, at: usize) {
        self.ports.listener.started(&self.steps[at]);
    }

    /// A step has its outcome.
    pub(super) fn finish(&mut self, at: usize, outcome: Outcome) {
        self.begun.remove(&at);
        let known = self.outcomes[at].insert(outcome).clone();
        let progress = Progress {
            done: self.outcomes.iter().flatten().count(),
            total: self.steps.len(),
        };
        self.ports
            .listener
            .finished(&self.steps[at], &known, progress);
    }

    fn counts(&self) -> RunEnded {
        let count = |standing| {
            let outcomes = self.outcomes.iter().flatten();
            let found = outcomes
                .filter(|outcome| outcome.standing() == standing)
                .count();
            u64::try_from(found).unwrap_or(u64::MAX)
        };
        RunEnded {
            done: count(Standing::Done),
            waiting: count(Standing::Waiting),
            left: count(Standing::Left),
            stopped: self.ports.stop.is_stopped(),
        }
    }

    fn into_outcomes(mut self, broken: Option<JournalError>) -> Outcomes {
        for at in 0..self.steps.len() {
            if self.outcomes[at].is_some() {
                continue;
            }
            let outcome = if self.begun.contains(&at) {
                Outcome::Unknown {
                    why: "the journal could not be written after the call".to_owned(),
                }
            } else {
                Outcome::NotDone(NotDone::Journal)
            };
            self.finish(at, outcome);
        }
        Outcomes {
            steps: self
                .steps
                .iter()
                .map(|step| step.id.clone())
                .zip(self.outcomes.into_iter().flatten())
                .collect(),
            head: self.journal.head(),
            journal: broken,
            stopped: self.ports.stop.is_stopped(),
        }
    }
}
