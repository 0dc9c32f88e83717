//! The vendors' allowance: 200 calls a minute and 5 a second, per address.
//!
//! Which window the vendors use is not documented, so there are both kinds. It keeps that a refused call takes
//! nothing from the allowance.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the allowance is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// The last second and the last minute before each call.
    Sliding,
    /// Seconds and minutes of a grid.
    Fixed,
}

/// The allowance of one address at one vendor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls a minute; 0 is no limit.
    pub per_minute: u32,
    /// Calls a second; 0 is no limit.
    pub per_second: u32,
    /// How it is counted.
    pub window: Window,
    /// Where a fixed grid begins, in milliseconds after the full minute.
    pub offset_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_minute: 200,
            per_second: 5,
            window: Window::Sliding,
            offset_ms: 0,
        }
    }
}

impl Limits {
    /// So many calls in any minute; 0 is no limit.
    pub(crate) fn a_minute(calls: u32) -> Self {
        Self {
            per_minute: calls,
            per_second: 0,
            ..Self::default()
        }
    }
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

/// The calls that still count, by vendor and address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Taken(BTreeMap<String, Vec<i64>>);

impl Taken {
    /// Takes one call from the allowance, or says no.
    pub(crate) fn take(&mut self, limits: &Limits, who: &str, now: Timestamp) -> bool {
        let now = now.as_microsecond();
        let calls = self.0.entry(who.to_owned()).or_default();
        // Two minutes are kept: calls that arrive late may be counted out of order.
        calls.retain(|at| now - at < 2 * MINUTE);
        let fits = |allowed: u32, length: i64| {
            let same = |at: i64| match limits.window {
                Window::Sliding => at > now - length && at <= now,
                Window::Fixed => {
                    let grid =
                        |at: i64| (at - i64::from(limits.offset_ms) * 1_000).div_euclid(length);
                    grid(at) == grid(now)
                }
            };
            allowed == 0 || calls.iter().filter(|at| same(**at)).count() < allowed as usize
        };
        let fits = fits(limits.per_second, SECOND) && fits(limits.per_minute, MINUTE);
        if fits {
            calls.push(now);
        }
        fits
    }

    /// Whole seconds until a call fits into a sliding minute again; at least one.
    pub(crate) fn free_in(&self, limits: &Limits, who: &str, now: Timestamp) -> i64 {
        let now = now.as_microsecond();
        let mut calls: Vec<i64> = self
            .0
            .get(who)
            .into_iter()
            .flatten()
            .copied()
            .filter(|at| *at > now - MINUTE && *at <= now)
            .collect();
        calls.sort_unstable();
        let over = calls.len().saturating_sub(limits.per_minute as usize);
        let wait = calls.get(over).map_or(0, |at| at + MINUTE - now);
        wait.saturating_add(SECOND - 1).div_euclid(SECOND).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(limits: &Limits, at_ms: &[i64]) -> Vec<bool> {
        let mut taken = Taken::default();
        at_ms
            .iter()
            .map(|ms| taken.take(limits, "x", Timestamp::from_millisecond(*ms).unwrap()))
            .collect()
    }

    #[test]
    fn a_sliding_second_frees_a_slot_when_its_call_is_a_second_old() {
        let limits = Limits::default();
        assert_eq!(
            run(&limits, &[0, 100, 200, 300, 400, 999, 1_000, 1_001]),
            [true, true, true, true, true, false, true, false]
        );
    }

    #[test]
    fn a_fixed_second_forgets_at_its_edge_wherever_that_is() {
        let limits = Limits {
            window: Window::Fixed,
            offset_ms: 350,
            ..Limits::default()
        };
        let burst = [340, 341, 342, 343, 344, 345, 350, 351, 352, 353, 354, 355];
        let passed = run(&limits, &burst);
        assert_eq!(passed.iter().filter(|passed| **passed).count(), 10);
        assert!(!passed[5] && !passed[11]);
    }

    #[test]
    fn the_minute_counts_beside_the_second() {
        let limits = Limits::default();
        let calls: Vec<i64> = (0..201).map(|call| call * 250).collect();
        let passed = run(&limits, &calls);
        assert!(passed[..200].iter().all(|passed| *passed));
        assert!(!passed[200]);
    }

    #[test]
    fn refused_calls_cost_nothing_and_addresses_do_not_share() {
        let limits = Limits {
            per_second: 1,
            ..Limits::default()
        };
        assert_eq!(run(&limits, &[0, 500, 1_000]), [true, false, true]);
        let mut taken = Taken::default();
        assert!(taken.take(&limits, "a", Timestamp::UNIX_EPOCH));
        assert!(taken.take(&limits, "b", Timestamp::UNIX_EPOCH));
    }
}
