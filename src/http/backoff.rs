//! How long to wait before a call is repeated: a pure function.
//!
//! Not the decision whether it *may* be repeated; that is the caller's. Invariant: bounded in
//! count and in total time, and the same for the same seed.

use std::time::Duration;

/// What went wrong with an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The host said that there were too many calls, and perhaps how long to wait.
    Throttled(Option<Duration>),
    /// Anything that may pass: no connection, a server error, an answer cut short.
    Passing,
}

/// The bounds of repeating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// At most so many repetitions.
    pub repetitions: u32,
    /// No repetition begins later than this after the first attempt.
    pub total: Duration,
    /// How long a host wants to be left alone that turns a call away and does not say for how long; none lets the
    /// waits double from three seconds.
    pub untold: Option<Duration>,
    /// Randomness is an input: what scatters the waits.
    pub seed: u64,
}

impl Backoff {
    /// Five repetitions within five minutes.
    pub const fn new(seed: u64) -> Self {
        Self {
            repetitions: 5,
            total: Duration::from_mins(5),
            untold: None,
            seed,
        }
    }

    /// The wait before repetition `number` (from 0) of the call `call`, `spent` after its first
    /// attempt; none if it is not worth it any more.
    pub fn wait(
        &self,
        call: u64,
        number: u32,
        spent: Duration,
        trouble: Trouble,
    ) -> Option<Duration> {
        if number >= self.repetitions {
            return None;
        }
        let doubled = |base: u64| Duration::from_millis(base << number.min(16));
        let trouble = match trouble {
            Trouble::Throttled(told) => Trouble::Throttled(told.or(self.untold)),
            Trouble::Passing => Trouble::Passing,
        };
        let wait = match trouble {
            // A little later than told: clocks differ.
            Trouble::Throttled(Some(told)) => {
                told + self.scatter(call, number, Duration::from_secs(1))
            }
            // The waits of all repetitions together outlast a window of a minute.
            Trouble::Throttled(None) => self.scattered(call, number, doubled(3_000)),
            Trouble::Passing => self.scattered(call, number, doubled(500)),
        };
        (spent.checked_add(wait)? <= self.total).then_some(wait)
    }

    /// Between three quarters of `wait` and the whole.
    fn scattered(&self, call: u64, number: u32, wait: Duration) -> Duration {
        wait.saturating_sub(self.scatter(call, number, wait / 4))
    }

    /// Somewhere between nothing and `most`.
    fn scatter(&self, call: u64, number: u32, most: Duration) -> Duration {
        let mixed = mix(self.seed ^ mix(call) ^ mix(u64::from(number) << 32));
        let thousandth = u32::try_from(mixed % 1_000).unwrap_or(0);
        most * thousandth / 1_000
    }
}

/// Splitmix64's finalizer: neighbors in, strangers out.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_ends_after_five_and_after_five_minutes() {
        let backoff = Backoff::new(1);
        assert!(
            backoff
                .wait(0, 4, Duration::ZERO, Trouble::Passing)
                .is_some()
        );
        assert_eq!(backoff.wait(0, 5, Duration::ZERO, Trouble::Passing), None);
        let late = Duration::from_secs(299);
        let told = Trouble::Throttled(Some(Duration::from_secs(10)));
        assert_eq!(backoff.wait(0, 0, late, told), None);
    }

    #[test]
    fn waiting_out_a_throttle_takes_longer_than_a_minute() {
        let total: Duration = (0..5)
            .filter_map(|number| {
                Backoff::new(3).wait(9, number, Duration::ZERO, Trouble::Throttled(None))
            })
            .sum();
        assert!(total > Duration::from_mins(1), "{total:?}");
    }

    #[test]
    fn a_host_that_does_not_say_how_long_may_have_a_wait_of_its_own() {
        let backoff = Backoff {
            untold: Some(Duration::from_secs(30)),
            ..Backoff::new(1)
        };
        let wait = |told: Option<u64>| {
            let told = Trouble::Throttled(told.map(Duration::from_secs));
            backoff.wait(0, 0, Duration::ZERO, told).unwrap().as_secs()
        };
        assert_eq!((wait(None), wait(Some(7))), (30, 7));
    }

    proptest! {
        #[test]
        fn never_sooner_than_told_and_equal_for_equal_seeds(
            seed: u64, call: u64, number in 0_u32..5, told in 0_u64..200,
        ) {
            let backoff = Backoff::new(seed);
            let told = Duration::from_secs(told);
            let trouble = Trouble::Throttled(Some(told));
            let wait = backoff.wait(call, number, Duration::ZERO, trouble).unwrap();
            prop_assert!(wait >= told && wait <= told + Duration::from_secs(1));
            let again = Backoff::new(seed).wait(call, number, Duration::ZERO, trouble);
            prop_assert_eq!(again, Some(wait));
        }
    }
}
