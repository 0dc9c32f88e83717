//! Watching a run and ending it early.
//!
//! Not rendering: a terminal and a log are listeners. Invariant: nothing a listener does can
//! change what is done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use super::outcome::Outcome;
use crate::model::SystemName;
use crate::plan::Step;
use crate::provider::Events;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Steps that have an outcome.
    pub done: usize,
    /// All steps of the plan.
    pub total: usize,
}

/// Somebody who watches a run.
pub trait Listener: Send + Sync {
    /// A step is begun.
    fn started(&self, step: &Step);
    /// The run waits; in words, without secrets.
    fn waiting(&self, system: &SystemName, why: &str);
    /// A step has its outcome.
    fn finished(&self, step: &Step, outcome: &Outcome, progress: Progress);
}

/// Nobody who watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Listener for Silent {
    fn started(&self, _: &Step) {}
    fn waiting(&self, _: &SystemName, _: &str) {}
    fn finished(&self, _: &Step, _: &Outcome, _: Progress) {}
}

/// Passes what a provider tells on to the listener.
pub(super) struct Relay<'a>(pub(super) &'a dyn Listener);

impl Events for Relay<'_> {
    fn reading(&self, _: &SystemName, _: usize, _: usize) {}

    fn waiting(&self, system: &SystemName, why: &str) {
        self.0.waiting(system, why);
    }
}

/// Ends a run after the step it is at. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    set: AtomicBool,
    changed: Notify,
}

impl StopFlag {
    /// A flag that nobody has raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to end; waits end at once. A signal handler's task may call it.
    pub fn stop(&self) {
        self.0.set.store(true, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }

    /// Whether somebody asked.
    pub fn is_stopped(&self) -> bool {
        self.0.set.load(Ordering::SeqCst)
    }

    /// Returns once somebody asked.
    pub async fn stopped(&self) {
        let mut changed = std::pin::pin!(self.0.changed.notified());
        // Registered before the look, so that a stop between the two is not missed.
        changed.as_mut().enable();
        if !self.is_stopped() {
            changed.await;
        }
    }
}
