//! How far a provider's calls are, handed from the client to whoever watches.
//!
//! Not a count of what was read: repetitions are the client's. Invariant: never more done than in all.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Events;
use crate::http::{Waiting, Watch};
use crate::model::SystemName;

/// How far a read is, for whoever watches.
pub(super) struct Progress<'a> {
    events: &'a dyn Events,
    system: &'a SystemName,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl<'a> Progress<'a> {
    /// Nothing is done and nothing known to come.
    pub(super) fn new(events: &'a dyn Events, system: &'a SystemName) -> Self {
        Self {
            events,
            system,
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
        }
    }

    /// So many more calls are known to come.
    pub(super) fn expect(&self, calls: usize) {
        self.total.fetch_add(calls, Ordering::Relaxed);
    }

    /// One call was answered.
    pub(super) fn done(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.fetch_max(done, Ordering::Relaxed).max(done);
        self.events.reading(self.system, done, total);
    }
}

impl Watch for Progress<'_> {
    fn waiting(&self, wait: Duration, why: Waiting) {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let why = match why {
            Waiting::Limit => format!("the vendor's limit on calls: {seconds} s"),
            Waiting::Throttled => format!("the vendor turns calls away (429): {seconds} s"),
            Waiting::Repeating => format!("a call failed and is repeated in {seconds} s"),
        };
        self.events.waiting(self.system, &why);
    }
}
