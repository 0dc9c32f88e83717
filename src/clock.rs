//! Time as an input.
//!
//! Nothing but this file asks the operating system what time it is. The sandbox, the limiter and every wait share
//! one [`Clock`], so that a simulated run takes seconds and a test never sleeps.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// A source of time and of waiting.
pub trait Clock: Debug + Send + Sync {
    /// The instant to write into plans and journals.
    fn now(&self) -> Timestamp;

    /// Time passed since an arbitrary start; it never goes back, whatever happens to the wall clock.
    fn elapsed(&self) -> Duration;

    /// Returns when `wait` has passed on this clock.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock everybody passes around.
pub type SharedClock = Arc<dyn Clock>;

/// The clock of the machine.
#[derive(Debug)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] begins now.
    pub fn new() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one clock that reads the machine's"
        )]
        let start = std::time::Instant::now();
        Self { start }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one clock that reads the machine's"
        )]
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A clock on which waiting *is* advancing: `sleep` returns at once and time has moved.
///
/// It never moves by itself, so equal runs see equal times.
#[derive(Debug)]
pub struct SimClock {
    epoch: Timestamp,
    passed_nanos: AtomicI64,
}

impl SimClock {
    /// A clock that stands at `epoch`.
    pub fn new(epoch: Timestamp) -> Self {
        Self {
            epoch,
            passed_nanos: AtomicI64::new(0),
        }
    }

    /// Moves time forward; a negative distance cannot be expressed.
    pub fn advance(&self, by: Duration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        // A saturating add: a simulated run that reaches the year 2262 stays there.
        let _ = self
            .passed_nanos
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |old| {
                Some(old.saturating_add(nanos))
            });
    }

    /// Moves time forward to `instant`, or does nothing where that is in the past.
    pub fn advance_to(&self, instant: Timestamp) {
        if let Ok(distance) = Duration::try_from(instant.duration_since(self.now())) {
            self.advance(distance);
        }
    }
}

impl Clock for SimClock {
    fn now(&self) -> Timestamp {
        self.epoch
            .checked_add(self.elapsed())
            .unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(u64::try_from(self.passed_nanos.load(Ordering::SeqCst)).unwrap_or(0))
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            self.advance(wait);
            // Let the other tasks of this thread run, as a real wait would.
            tokio::task::yield_now().await;
        })
    }
}
