//! How far a read is, and what it waits for, in the words a person watches.
//!
//! Not the waiting itself, which is the client's. Invariant: never more done than there is in total.

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
    /// Nothing asked yet.
    pub(super) fn new(system: &'a SystemName, events: &'a dyn Events) -> Self {
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
