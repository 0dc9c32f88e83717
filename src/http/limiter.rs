//! When the next call may leave: a pure state machine over time that is passed in.
//!
//! Not a token bucket: a bucket that fits one kind of window overruns another. A call holds its
//! slot in every window from the moment it leaves until the window's length after its *answer*.
//! The vendor counts a call somewhere between the two, so whatever window it uses, fixed or
//! sliding and aligned anyhow, it never holds more calls than there are slots.

use std::collections::VecDeque;
use std::time::Duration;

/// At most this many calls within any stretch of that length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many calls.
    pub calls: u32,
    /// Within how long.
    pub length: Duration,
}

impl Window {
    /// So many calls a second.
    pub const fn per_second(calls: u32) -> Self {
        Self {
            calls,
            length: Duration::from_secs(1),
        }
    }

    /// So many calls a minute.
    pub const fn per_minute(calls: u32) -> Self {
        Self {
            calls,
            length: Duration::from_mins(1),
        }
    }
}

/// Whether a call may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Now; its slots are taken.
    Go,
    /// Not before this time. Asking again then is sure to help if nobody else took the slot.
    NotBefore(Duration),
    /// Not before one of the calls under way is answered.
    AfterAnswer,
}

/// A slot is free *after* its window, not at the end of it: the vendor may count both ends.
const BEYOND: Duration = Duration::from_millis(1);

/// Times start here, so that answers from before this process have one too.
const ORIGIN: Duration = Duration::from_hours(1);

/// The calls of one host that still count.
#[derive(Clone, Debug)]
pub struct Limiter {
    windows: Vec<Window>,
    /// When the last calls were answered, oldest first; no more than the largest window holds.
    answered: VecDeque<Duration>,
    /// Calls without an answer so far.
    under_way: u32,
    /// The host asked for silence until then.
    silent_until: Duration,
}

impl Limiter {
    /// A limiter that has seen no call.
    pub fn new(windows: impl IntoIterator<Item = Window>) -> Self {
        let mut limiter = Self {
            windows: Vec::new(),
            answered: VecDeque::new(),
            under_way: 0,
            silent_until: Duration::ZERO,
        };
        limiter.narrow(windows);
        limiter
    }

    /// Adds windows; of two with one length the narrower counts. A window of no calls is one of one:
    /// nothing else would ever move.
    pub fn narrow(&mut self, windows: impl IntoIterator<Item = Window>) {
        for window in windows {
            let calls = window.calls.max(1);
            match self
                .windows
                .iter_mut()
                .find(|known| known.length == window.length)
            {
                Some(known) => known.calls = known.calls.min(calls),
                None => self.windows.push(Window { calls, ..window }),
            }
        }
    }

    /// Asks for a slot at `now`; [`Decision::Go`] takes it.
    pub fn ask(&mut self, now: Duration) -> Decision {
        let now = now.saturating_add(ORIGIN);
        let mut not_before = self.silent_until;
        for window in &self.windows {
            let first_held = self
                .answered
                .partition_point(|&at| at.saturating_add(window.length) + BEYOND <= now);
            let held = self.answered.len() - first_held;
            let taken = held + usize::try_from(self.under_way).unwrap_or(usize::MAX);
            let slots = usize::try_from(window.calls).unwrap_or(usize::MAX);
            if taken < slots {
                continue;
            }
            // So many answers must grow old before a slot is free.
            let excess = taken - slots;
            let Some(&last) = (excess < held)
                .then(|| self.answered.get(first_held + excess))
                .flatten()
            else {
                return Decision::AfterAnswer;
            };
            not_before = not_before.max(last.saturating_add(window.length) + BEYOND);
        }
        if not_before > now {
            return Decision::NotBefore(not_before.saturating_sub(ORIGIN));
        }
        self.under_way += 1;
        Decision::Go
    }

    /// A call was answered, or given up, at `now`.
    pub fn answer(&mut self, now: Duration) {
        let now = now.saturating_add(ORIGIN);
        // The clock never goes back; the order of the queue must hold even if it did.
        let now = self.answered.back().map_or(now, |&last| last.max(now));
        self.under_way = self.under_way.saturating_sub(1);
        self.answered.push_back(now);
        let most = self.windows.iter().map(|window| window.calls).max();
        let most = usize::try_from(most.unwrap_or(0)).unwrap_or(usize::MAX);
        while self.answered.len() > most {
            self.answered.pop_front();
        }
    }

    /// The host asked for silence: nothing leaves before `until`.
    pub fn silence(&mut self, until: Duration) {
        self.silent_until = self.silent_until.max(until.saturating_add(ORIGIN));
    }

    /// How long ago each call that still counts was answered, oldest first. A call under way counts
    /// as answered now. Another process that starts with these never overruns the host either.
    pub fn ages(&self, now: Duration) -> Vec<Duration> {
        let now = now.saturating_add(ORIGIN);
        let longest = self.windows.iter().map(|window| window.length).max();
        let longest = longest.unwrap_or(Duration::ZERO);
        self.answered
            .iter()
            .map(|&at| now.saturating_sub(at))
            .filter(|&age| age <= longest)
            .chain((0..self.under_way).map(|_| Duration::ZERO))
            .collect()
    }

    /// Takes over what another process left: calls answered so long before `now`.
    pub fn resume(&mut self, ages: &[Duration], now: Duration) {
        let now = now.saturating_add(ORIGIN);
        let mut all: Vec<Duration> = ages.iter().map(|&age| now.saturating_sub(age)).collect();
        all.extend(self.answered.iter());
        all.sort_unstable();
        let most = self.windows.iter().map(|window| window.calls).max();
        let most = usize::try_from(most.unwrap_or(0)).unwrap_or(usize::MAX);
        self.answered = all.split_off(all.len().saturating_sub(most)).into();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const VENDOR: [Window; 2] = [Window::per_second(5), Window::per_minute(200)];

    /// One simulated call: when it left, when the vendor counted it, when the answer came.
    struct Sent {
        counted: Duration,
    }

    /// Sends as fast as the limiter lets for `length`; `trip` gives each call its round trip and the
    /// share of it that passes before the vendor counts.
    fn run(
        limiter: &mut Limiter,
        from: Duration,
        length: Duration,
        mut trip: impl FnMut() -> (Duration, f64),
    ) -> Vec<Sent> {
        let mut now = from;
        let mut sent = Vec::new();
        let mut answers: Vec<Duration> = Vec::new();
        while now < from + length {
            let next_answer = answers.iter().min().copied();
            let wake = match limiter.ask(now) {
                Decision::Go => {
                    let (round, share) = trip();
                    sent.push(Sent {
                        counted: now + round.mul_f64(share),
                    });
                    answers.push(now + round);
                    continue;
                }
                Decision::NotBefore(at) => next_answer.map_or(at, |answer| answer.min(at)),
                Decision::AfterAnswer => next_answer.expect("a call is under way"),
            };
            now = wake.max(now);
            answers.retain(|&answer| {
                if answer <= now {
                    limiter.answer(answer);
                }
                answer > now
            });
        }
        sent
    }

    fn assert_no_window_overruns(sent: &[Sent], offset: Duration) {
        let mut counted: Vec<Duration> = sent.iter().map(|call| call.counted).collect();
        counted.sort_unstable();
        for window in VENDOR {
            let calls = usize::try_from(window.calls).unwrap();
            for pair in counted.windows(calls + 1) {
                let distance = pair.last().unwrap().saturating_sub(pair[0]);
                assert!(distance >= window.length, "sliding: {distance:?}");
            }
            let number = |at: &Duration| (*at + offset).as_nanos() / window.length.as_nanos();
            for chunk in counted.chunk_by(|a, b| number(a) == number(b)) {
                assert!(chunk.len() <= calls, "fixed: {}", chunk.len());
            }
        }
    }

    #[test]
    fn a_slot_is_free_only_after_its_window() {
        let mut limiter = Limiter::new([Window {
            calls: 1,
            length: Duration::from_secs(1),
        }]);
        assert_eq!(limiter.ask(Duration::ZERO), Decision::Go);
        assert_eq!(limiter.ask(Duration::from_secs(9)), Decision::AfterAnswer);
        limiter.answer(Duration::from_secs(10));
        let free = Duration::from_millis(11_001);
        assert_eq!(
            limiter.ask(Duration::from_secs(11)),
            Decision::NotBefore(free)
        );
        assert_eq!(limiter.ask(free), Decision::Go);
    }

    #[test]
    fn silence_holds_everybody() {
        let mut limiter = Limiter::new(VENDOR);
        limiter.silence(Duration::from_secs(7));
        assert_eq!(
            limiter.ask(Duration::from_secs(1)),
            Decision::NotBefore(Duration::from_secs(7))
        );
        assert_eq!(limiter.ask(Duration::from_secs(7)), Decision::Go);
    }

    #[test]
    fn windows_of_two_systems_on_one_host_join_to_the_narrower() {
        let mut limiter = Limiter::new([Window::per_minute(200)]);
        limiter.narrow([Window::per_minute(1), Window::per_second(5)]);
        assert_eq!(limiter.ask(Duration::ZERO), Decision::Go);
        limiter.answer(Duration::ZERO);
        assert_eq!(
            limiter.ask(Duration::from_secs(2)),
            Decision::NotBefore(Duration::from_millis(60_001))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn half_an_hour_without_one_call_too_many_and_nearly_always_busy(
            trips in proptest::collection::vec((0_u64..=500, 0.0..=1.0), 1..40),
            offset in 0_u64..60_000,
        ) {
            let mut limiter = Limiter::new(VENDOR);
            let mut trips = trips.iter().cycle();
            let half_hour = Duration::from_mins(30);
            let sent = run(&mut limiter, Duration::ZERO, half_hour, || {
                let &(millis, share) = trips.next().unwrap();
                (Duration::from_millis(millis), share)
            });
            assert_no_window_overruns(&sent, Duration::from_millis(offset));
            prop_assert!(sent.len() * 100 >= 95 * 200 * 30, "only {} calls", sent.len());
        }

        #[test]
        fn a_second_process_that_takes_over_the_ages_overruns_nothing(
            first in 1_u64..90_000,
            pause in 0_u64..3_000,
            millis in 0_u64..=500,
        ) {
            let trip = || (Duration::from_millis(millis), 0.5);
            let mut one = Limiter::new(VENDOR);
            let mut sent = run(&mut one, Duration::ZERO, Duration::from_millis(first), trip);
            // The first process ends when its last answers are in.
            let end = Duration::from_millis(first + millis);
            while one.under_way > 0 {
                one.answer(end);
            }
            let start = end + Duration::from_millis(pause);
            let ages = one.ages(start);
            let mut two = Limiter::new(VENDOR);
            two.resume(&ages, Duration::ZERO);
            let later = run(&mut two, Duration::ZERO, Duration::from_secs(90), trip);
            sent.extend(later.into_iter().map(|call| Sent { counted: call.counted + start }));
            assert_no_window_overruns(&sent, Duration::ZERO);
        }
    }
}
