//! Faults, kills and stops at every boundary, against the whole of settling, reading, planning and applying.
//!
//! Each seed is one combination: a small chain, quirks of its vendor, and what goes wrong. It runs in-process on a
//! simulated clock, with the product's own client, plan and journal, and the simulated vendor is looked at after every
//! single call. A seed that failed once is kept in `seeds.txt` and played first, always.
//!
//! `KEYHOLDER_CHAOS=50000` plays so many; `KEYHOLDER_CHAOS_SEED=17` plays one and says what happens in it.

mod chain;
pub(crate) mod dice;
mod kills;
mod laws;
mod process;
mod rules;
mod script;
mod watch;
mod way;

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use process::{Tally, play};

/// How many combinations are played where nothing else is said.
const COMBINATIONS: u64 = 1_000;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn any_fault_and_any_kill_end_well() {
    if let Some(seed) = variable("KEYHOLDER_CHAOS_SEED") {
        let (script, _) = script::Script::new(seed);
        writeln!(std::io::stderr(), "{script:#?}\n{}", script.chain.entries()).unwrap();
        let (tally, broken) = play(seed, true);
        assert!(
            broken.is_empty(),
            "seed {seed}: {tally:?}\n  {}",
            broken.join("\n  ")
        );
        return;
    }
    let kept = include_str!("seeds.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let kept: Vec<u64> = kept
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    let wanted = variable("KEYHOLDER_CHAOS").unwrap_or(COMBINATIONS);
    let first = variable("KEYHOLDER_CHAOS_FROM").unwrap_or(1);
    let others = (first..).filter(|seed| !kept.contains(seed));
    let missing = usize::try_from(wanted).unwrap().saturating_sub(kept.len());
    let seeds: Vec<u64> = kept.iter().copied().chain(others.take(missing)).collect();
    let next = AtomicU64::new(0);
    let all = Mutex::new((Tally::default(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(|| {
                loop {
                    let at = usize::try_from(next.fetch_add(1, Ordering::SeqCst)).unwrap();
                    let Some(&seed) = seeds.get(at) else { break };
                    let (tally, broken) = play(seed, false);
                    let mut all = all.lock().unwrap();
                    all.0.add(&tally);
                    if !broken.is_empty() {
                        all.1.push((seed, broken));
                    }
                }
            });
        }
    });
    let (tally, failed) = all.into_inner().unwrap();
    // Past the capture of the test harness: the count belongs into every log.
    writeln!(
        std::io::stderr(),
        "chaos: {} combinations ({} kept): {} runs in trouble, {} killed, {} faults in {} calls, {} messages, {} holds",
        seeds.len(), kept.len(), tally.runs, tally.kills, tally.faults, tally.calls, tally.messages, tally.held,
    )
    .unwrap();
    let words: Vec<String> = failed
        .iter()
        .take(20)
        .map(|(seed, broken)| format!("seed {seed}:\n    {}", broken.join("\n    ")))
        .collect();
    assert!(
        failed.is_empty(),
        "{} combinations break a law\n  {}",
        failed.len(),
        words.join("\n  ")
    );
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.runs += other.runs;
        self.kills += other.kills;
        self.faults += other.faults;
        self.calls += other.calls;
        self.messages += other.messages;
        self.held += other.held;
    }
}
