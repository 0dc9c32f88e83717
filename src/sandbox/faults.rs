//! Misbehavior as data: which calls it meets and what it does to them.
//!
//! Not the vendors' documented refusals, which the routes give themselves. It keeps that equal worlds misbehave
//! equally: a fault counts the calls it matches, and chance comes from a seed that is part of the state.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::change::Change;
use super::wire::{Fate, Reply};

/// One planned misbehavior.
///
/// `on` is a method and a path, as in `PUT /company/{l}/users/{u}/permissions`: a part in braces or `*` matches any
/// one part, a last `*` matches the rest, and a number only itself; `*` alone matches every call. Paths are without
/// the mount and `/api/v1`. Without `nth`, `from` and `every` it meets each matching call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The calls it is about.
    pub on: String,
    /// The system it is about; absent: all.
    #[serde(default)]
    pub system: Option<String>,
    /// Only the nth matching call, counted from 1.
    #[serde(default)]
    pub nth: Option<u64>,
    /// From the nth matching call on.
    #[serde(default)]
    pub from: Option<u64>,
    /// Every nth matching call.
    #[serde(default)]
    pub every: Option<u64>,
    /// At most so many times.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub kind: FaultKind,
}

impl Fault {
    /// A fault that meets every matching call.
    pub fn on(on: &str, kind: FaultKind) -> Self {
        Self {
            on: on.to_owned(),
            system: None,
            nth: None,
            from: None,
            every: None,
            times: None,
            kind,
        }
    }

    /// The same fault for the nth matching call alone.
    #[must_use]
    pub fn nth(self, nth: u64) -> Self {
        Self {
            nth: Some(nth),
            ..self
        }
    }
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The call has no effect and gets this status.
    Status(u16),
    /// The call has no effect and gets status 429, with a `Retry-After` of so many seconds.
    TurnedAway(u32),
    /// The call has its effect and gets this status.
    StatusAfter(u16),
    /// The connection closes, nothing was done.
    DropBefore,
    /// The connection closes, everything was done.
    DropAfter,
    /// Done at once, answered after so many milliseconds.
    Slow(u32),
    /// On its way for so many milliseconds, counted and done then.
    Late(u32),
    /// Only so many bytes of the answer's body arrive.
    Truncate(usize),
    /// Status 200 with a body that is not JSON.
    Garbage,
    /// The call has its effect and says `success: false` with status 200.
    NotSuccess,
    /// Only the first rows of a list; the total stays true.
    ShortList(usize),
    /// A list without rows, with a total of 0.
    EmptyList,
    /// The first row of a list comes again in place of the last.
    RepeatedRow,
    /// The list is whole, its total is this.
    WrongTotal(u64),
    /// Only the first invitations of a batch are sent, then status 500.
    PartialBatch(usize),
    /// Something changes behind the caller's back before the call.
    ChangeBefore(Change),
    /// Something changes behind the caller's back after the call.
    ChangeAfter(Change),
}

/// A fault and how often it has matched and acted.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Armed {
    fault: Fault,
    matched: u64,
    acted: u64,
}

/// Chances per thousand calls; at most one of them meets a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "snake_case")]
pub struct Chances {
    /// Where the dice begin.
    pub seed: u64,
    /// How many faults in all; absent: without end.
    pub at_most: Option<u64>,
    /// Of status 500 without an effect.
    pub status_500: u32,
    /// Of status 502 after the effect.
    pub status_502_after: u32,
    /// Of a connection closed before the effect.
    pub drop_before: u32,
    /// Of a connection closed after the effect.
    pub drop_after: u32,
    /// Of an answer that takes 1.5 seconds.
    pub slow: u32,
    /// Of a call that arrives 0.7 seconds late.
    pub late: u32,
    /// Of an answer cut in the middle.
    pub truncate: u32,
    /// Of an answer that is not JSON.
    pub garbage: u32,
    /// Of a list that lacks rows.
    pub short_list: u32,
    /// Of a list that lacks all rows.
    pub empty_list: u32,
    /// Of a list with a row twice.
    pub repeated_row: u32,
    /// Of a list with a wrong total.
    pub wrong_total: u32,
}

/// All misbehavior of a world.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    planned: Vec<Armed>,
    chances: Option<Chances>,
    dice: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.planned.push(Armed {
            fault,
            matched: 0,
            acted: 0,
        });
    }

    pub(crate) fn set_chances(&mut self, chances: Chances) {
        self.dice = chances.seed;
        self.chances = Some(chances);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// What meets this call; counts it for every fault that matches.
    pub(crate) fn meet(&mut self, system: &str, method: &str, path: &[&str]) -> Trouble {
        let mut trouble = Trouble::default();
        for armed in &mut self.planned {
            let fault = &armed.fault;
            let here = fault.system.as_deref().is_none_or(|name| name == system);
            if !here || !matches(&fault.on, method, path) {
                continue;
            }
            armed.matched += 1;
            let due = fault.nth.is_none_or(|nth| armed.matched == nth)
                && fault.from.is_none_or(|from| armed.matched >= from)
                && fault
                    .every
                    .is_none_or(|every| every > 0 && armed.matched % every == 0)
                && fault.times.is_none_or(|times| armed.acted < times);
            if due {
                armed.acted += 1;
                trouble.add(&fault.kind);
            }
        }
        if let Some(kind) = self.roll() {
            trouble.add(&kind);
        }
        trouble
    }

    fn roll(&mut self) -> Option<FaultKind> {
        let chances = self.chances.as_mut()?;
        if chances.at_most == Some(0) {
            return None;
        }
        let rolled = u32::try_from(next(&mut self.dice) % 1_000).unwrap_or(0);
        let size = usize::try_from(next(&mut self.dice) % 40).unwrap_or(0);
        let sides = [
            (chances.status_500, FaultKind::Status(500)),
            (chances.status_502_after, FaultKind::StatusAfter(502)),
            (chances.drop_before, FaultKind::DropBefore),
            (chances.drop_after, FaultKind::DropAfter),
            (chances.slow, FaultKind::Slow(1_500)),
            (chances.late, FaultKind::Late(700)),
            (chances.truncate, FaultKind::Truncate(size)),
            (chances.garbage, FaultKind::Garbage),
            (chances.short_list, FaultKind::ShortList(size % 3)),
            (chances.empty_list, FaultKind::EmptyList),
            (chances.repeated_row, FaultKind::RepeatedRow),
            (chances.wrong_total, FaultKind::WrongTotal(size as u64)),
        ];
        let mut edge = 0;
        let hit = sides.into_iter().find(|(chance, _)| {
            edge = u32::saturating_add(edge, *chance);
            rolled < edge
        })?;
        chances.at_most = chances.at_most.map(|left| left - 1);
        Some(hit.1)
    }
}

/// The next number of a splitmix64 sequence.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Whether a pattern is about this call.
fn matches(pattern: &str, method: &str, path: &[&str]) -> bool {
    let pattern = pattern.trim();
    if pattern == "*" {
        return true;
    }
    let (verb, pattern) = pattern.split_once(' ').unwrap_or(("*", pattern));
    if verb != "*" && !verb.eq_ignore_ascii_case(method) {
        return false;
    }
    let parts: Vec<&str> = pattern
        .trim()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let open = parts.last() == Some(&"*");
    let fixed = if open { parts.len() - 1 } else { parts.len() };
    let long_enough = if open {
        path.len() >= fixed
    } else {
        path.len() == fixed
    };
    long_enough
        && parts
            .iter()
            .take(fixed)
            .zip(path)
            .all(|(part, actual)| *part == "*" || part.starts_with('{') || part == actual)
}

/// All that meets one call.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "faults are independent of each other"
)]
pub(crate) struct Trouble {
    pub(crate) any: bool,
    pub(crate) instead: Option<u16>,
    retry_after: Option<u32>,
    pub(crate) status_after: Option<u16>,
    pub(crate) drop_before: bool,
    pub(crate) drop_after: bool,
    pub(crate) slow: Duration,
    pub(crate) late: Duration,
    pub(crate) truncate: Option<usize>,
    pub(crate) garbage: bool,
    pub(crate) not_success: bool,
    pub(crate) batch: Option<usize>,
    pub(crate) before: Vec<Change>,
    pub(crate) after: Vec<Change>,
    rows: Vec<FaultKind>,
}

impl Trouble {
    fn add(&mut self, kind: &FaultKind) {
        self.any = true;
        match kind {
            FaultKind::Status(status) => self.instead = Some(*status),
            FaultKind::TurnedAway(seconds) => {
                self.instead = Some(429);
                self.retry_after = Some(*seconds);
            }
            FaultKind::StatusAfter(status) => self.status_after = Some(*status),
            FaultKind::DropBefore => self.drop_before = true,
            FaultKind::DropAfter => self.drop_after = true,
            FaultKind::Slow(ms) => self.slow += Duration::from_millis(u64::from(*ms)),
            FaultKind::Late(ms) => self.late += Duration::from_millis(u64::from(*ms)),
            FaultKind::Truncate(bytes) => self.truncate = Some(*bytes),
            FaultKind::Garbage => self.garbage = true,
            FaultKind::NotSuccess => self.not_success = true,
            FaultKind::PartialBatch(invitations) => self.batch = Some(*invitations),
            FaultKind::ChangeBefore(change) => self.before.push(change.clone()),
            FaultKind::ChangeAfter(change) => self.after.push(change.clone()),
            FaultKind::ShortList(_)
            | FaultKind::EmptyList
            | FaultKind::RepeatedRow
            | FaultKind::WrongTotal(_) => self.rows.push(kind.clone()),
        }
    }

    /// What happens to an answer with so many bytes on its way; who is refused by a limit gets to know it.
    pub(crate) fn fate(&self, allowed: bool, length: usize) -> Fate {
        match self.truncate {
            _ if self.drop_before && allowed => Fate::DropBefore,
            _ if self.drop_after => Fate::DropAfter,
            Some(bytes) if bytes < length => Fate::Truncate(bytes),
            _ => Fate::Normal,
        }
    }

    /// A refusal with the time after which the call may come again, where that is told.
    pub(crate) fn told(&self, mut refusal: Reply) -> Reply {
        let header = |seconds: u32| ("Retry-After".to_owned(), seconds.to_string());
        refusal.headers.extend(self.retry_after.map(header));
        refusal
    }

    /// Whether a list is to say that it is empty.
    pub(crate) fn empties(&self) -> bool {
        self.rows.contains(&FaultKind::EmptyList)
    }

    /// Spoils the rows and the total of a list; other answers stay whole.
    pub(crate) fn spoil(&self, data: &mut Value, total: &str, meta: &mut Map<String, Value>) {
        let Value::Array(rows) = data else { return };
        for kind in &self.rows {
            match kind {
                FaultKind::ShortList(keep) => rows.truncate(*keep),
                FaultKind::EmptyList => {
                    rows.clear();
                    if let Some(count) = meta.get_mut(total) {
                        *count = json!(0);
                    }
                }
                FaultKind::RepeatedRow => {
                    if let Some(first) = rows.first().cloned() {
                        rows.pop();
                        rows.push(first);
                    }
                }
                FaultKind::WrongTotal(wrong) => {
                    meta.insert(total.to_owned(), json!(wrong));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_templates_numbers_and_rests() {
        let path = ["company", "7", "users", "8", "permissions"];
        assert!(matches(
            "PUT /company/{l}/users/{u}/permissions",
            "PUT",
            &path
        ));
        assert!(matches("put /company/7/users/*/permissions", "PUT", &path));
        assert!(matches("/company/*", "PUT", &path));
        assert!(matches("*", "GET", &[]));
        assert!(!matches(
            "PUT /company/9/users/{u}/permissions",
            "PUT",
            &path
        ));
        assert!(!matches(
            "GET /company/{l}/users/{u}/permissions",
            "PUT",
            &path
        ));
        assert!(!matches("PUT /company/{l}/users", "PUT", &path));
    }

    #[test]
    fn nth_from_every_and_times_count_matching_calls() {
        let acted = |fault: Fault| -> Vec<bool> {
            let mut faults = Faults::default();
            faults.add(fault);
            (0..6)
                .map(|_| {
                    faults.meet("s", "POST", &["auth"]);
                    faults.meet("s", "GET", &["groups"]).any
                })
                .collect()
        };
        let fault = || Fault::on("GET /groups", FaultKind::Garbage);
        assert_eq!(
            acted(fault().nth(2)),
            [false, true, false, false, false, false]
        );
        assert_eq!(
            acted(Fault {
                from: Some(3),
                times: Some(2),
                ..fault()
            }),
            [false, false, true, true, false, false]
        );
        assert_eq!(
            acted(Fault {
                every: Some(3),
                ..fault()
            }),
            [false, false, true, false, false, true]
        );
        assert_eq!(
            acted(Fault {
                system: Some("t".to_owned()),
                ..fault()
            }),
            [false; 6]
        );
    }

    #[test]
    fn equal_seeds_roll_equal_faults_up_to_the_most() {
        let run = |seed| -> Vec<bool> {
            let mut faults = Faults::default();
            faults.set_chances(Chances {
                seed,
                drop_after: 300,
                at_most: Some(5),
                ..Chances::default()
            });
            (0..100)
                .map(|_| faults.meet("s", "GET", &["groups"]).drop_after)
                .collect()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        assert_eq!(run(7).iter().filter(|hit| **hit).count(), 5);
    }
}
