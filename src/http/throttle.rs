//! The limiter of a host as tasks use it: waiting in line for a slot, and giving it back.
//!
//! Not the rule itself, which is `limiter`. Invariants: one task waits on the clock at a time, so
//! that on a simulated clock nobody's wait is counted twice; a slot is given back also when the
//! call is dropped in the middle.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::limiter::{Decision, Limiter, Window};
use crate::clock::SharedClock;

/// The pace of one host, shared by everybody who calls it.
#[derive(Debug)]
pub struct Throttle {
    limiter: Mutex<Limiter>,
    /// Who holds this may look for a slot; the others stand in line.
    turn: tokio::sync::Mutex<()>,
    answered: Notify,
    clock: SharedClock,
}

impl Throttle {
    /// A throttle for a host nobody has called yet.
    pub fn new(windows: impl IntoIterator<Item = Window>, clock: SharedClock) -> Self {
        Self {
            limiter: Mutex::new(Limiter::new(windows)),
            turn: tokio::sync::Mutex::new(()),
            answered: Notify::new(),
            clock,
        }
    }

    /// Waits for a slot. `told` hears of every wait that is going to be longer than a moment.
    pub async fn slot(&self, told: &(dyn Fn(Duration) + Send + Sync)) -> Slot<'_> {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.clock.elapsed();
            let decision = self.limiter().ask(now);
            match decision {
                Decision::Go => return Slot { throttle: self },
                Decision::NotBefore(at) => {
                    let wait = at.saturating_sub(now);
                    told(wait);
                    self.clock.sleep(wait).await;
                }
                // An answer between the question and this line leaves its permit behind.
                Decision::AfterAnswer => self.answered.notified().await,
            }
        }
    }

    /// The host asked for silence for so long.
    pub fn silence(&self, wait: Duration) {
        let until = self.clock.elapsed().saturating_add(wait);
        self.limiter().silence(until);
    }

    fn limiter(&self) -> MutexGuard<'_, Limiter> {
        // The state is whole after every method: a panic elsewhere does not spoil it.
        self.limiter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one call under way.
#[derive(Debug)]
pub struct Slot<'a> {
    throttle: &'a Throttle,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let now = self.throttle.clock.elapsed();
        self.throttle.limiter().answer(now);
        self.throttle.answered.notify_one();
    }
}

/// The throttles of all hosts: several systems on one host share one.
pub struct Throttles {
    clock: SharedClock,
    hosts: Mutex<BTreeMap<String, Arc<Throttle>>>,
    /// What an earlier process left, until somebody calls that host.
    left: Mutex<BTreeMap<String, Vec<Duration>>>,
}

impl Throttles {
    /// None yet.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            hosts: Mutex::default(),
            left: Mutex::default(),
        }
    }

    /// The throttle of a host (with its port, where it has one). Windows only ever narrow it.
    pub fn of(&self, host: &str, windows: &[Window]) -> Arc<Throttle> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let throttle = Arc::clone(hosts.entry(host.to_owned()).or_insert_with(|| {
            Arc::new(Throttle::new(
                windows.iter().copied(),
                Arc::clone(&self.clock),
            ))
        }));
        throttle.limiter().narrow(windows.iter().copied());
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ages) = left.remove(host) {
            throttle.limiter().resume(&ages, self.clock.elapsed());
        }
        throttle
    }

    /// What the next process must know so that two runs in a row do not overrun a host together:
    /// a line per host, with the milliseconds since the Unix epoch at which calls were answered.
    pub fn record(&self) -> String {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now().as_millisecond();
        let elapsed = self.clock.elapsed();
        let mut record = String::new();
        for (host, throttle) in &*hosts {
            let ages = throttle.limiter().ages(elapsed);
            if ages.is_empty() {
                continue;
            }
            record.push_str(host);
            for age in ages {
                let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
                record.push(' ');
                record.push_str(&now.saturating_sub(millis).to_string());
            }
            record.push('\n');
        }
        record
    }

    /// Takes over the record of an earlier process. It is advice: what cannot be read is skipped, and
    /// an answer said to be in the future counts as one of now.
    pub fn resume(&self, record: &str) {
        let now = self.clock.now().as_millisecond();
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        for line in record.lines() {
            let mut words = line.split_ascii_whitespace();
            let Some(host) = words.next() else { continue };
            let ages = words
                .filter_map(|word| word.parse::<i64>().ok())
                .map(|at| Duration::from_millis(u64::try_from(now.saturating_sub(at)).unwrap_or(0)))
                .filter(|&age| age <= Duration::from_mins(10));
            left.entry(host.to_owned()).or_default().extend(ages);
        }
    }
}

impl fmt::Debug for Throttles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttles").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SimClock};

    fn quiet() -> impl Fn(Duration) + Send + Sync {
        |_| {}
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn ten_calls_of_no_length_take_one_window_of_waiting() {
        let clock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        let throttle = Throttle::new([Window::per_second(5)], clock.clone());
        block_on(async {
            for _ in 0..10 {
                drop(throttle.slot(&quiet()).await);
            }
        });
        assert_eq!(clock.elapsed(), Duration::from_millis(1_001));
    }

    #[test]
    fn a_task_waits_for_an_answer_when_all_slots_are_under_way() {
        let clock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        let throttle = Throttle::new([Window::per_second(1)], clock.clone());
        block_on(async {
            let first = throttle.slot(&quiet()).await;
            let second = async { drop(throttle.slot(&quiet()).await) };
            let end = async {
                tokio::task::yield_now().await;
                clock.advance(Duration::from_secs(3));
                drop(first);
            };
            tokio::join!(second, end);
        });
        assert_eq!(clock.elapsed(), Duration::from_millis(4_001));
    }

    #[test]
    fn two_systems_on_one_host_have_one_pace_and_another_host_its_own() {
        let clock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        let throttles = Throttles::new(clock.clone());
        let windows = [Window::per_second(1)];
        block_on(async {
            drop(throttles.of("a", &windows).slot(&quiet()).await);
            drop(throttles.of("b", &windows).slot(&quiet()).await);
            assert_eq!(clock.elapsed(), Duration::ZERO);
            drop(throttles.of("a", &windows).slot(&quiet()).await);
        });
        assert_eq!(clock.elapsed(), Duration::from_millis(1_001));
    }

    #[test]
    fn a_record_carries_the_pace_into_the_next_process() {
        let first = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        let throttles = Throttles::new(first.clone());
        let windows = [Window::per_second(1)];
        block_on(async { drop(throttles.of("a:1", &windows).slot(&quiet()).await) });
        let record = throttles.record();
        assert_eq!(record, "a:1 0\n");

        let second = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
        second.advance(Duration::from_millis(400));
        let next = Throttles::new(second.clone());
        next.resume(&record);
        next.resume("nonsense x y\n\nb:1 99999999999999999\n");
        block_on(async { drop(next.of("a:1", &windows).slot(&quiet()).await) });
        assert_eq!(second.elapsed(), Duration::from_millis(1_001));
    }
}
