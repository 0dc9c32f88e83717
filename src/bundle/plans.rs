//! Which runs of a period were given a plan that is in a bundle, and how much of it they did.
//!
//! Counted by the same function when a bundle is packed and when it is verified. Invariant: what a run was given is what the
//! journal says of it, and never what a file says of itself.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::index::{Plan, PlanRun};
use crate::journal::{Record, Sealed};
use crate::plan::file::Reviewed;

/// The fewest characters of an id that name a plan: as many as runs write down.
const NAMED: usize = 12;

/// A plan, and the runs of a period that were given it.
pub fn plan_of(plan: &Reviewed, sealed: &[Sealed], from: Timestamp, to: Timestamp) -> Plan {
    let steps: BTreeSet<String> = plan.steps.iter().map(|it| it.id.to_string()).collect();
    let id = plan.id.to_string();
    let runs = sealed.iter().filter(|it| {
        let is_within = it.entry.at >= from && it.entry.at < to;
        is_within && given(&it.entry.record).any(|name| names(&id, name))
    });
    let runs = runs.map(|it| {
        let run = it.entry.seq;
        let reached = sealed.iter().filter(|it| it.entry.run == run);
        let reached = reached.filter_map(|it| match &it.entry.record {
            Record::Intent(intent) => Some(&intent.step),
            Record::Verified(verified) => Some(&verified.step),
            Record::HandedOver(handed) => Some(&handed.step),
            _ => None,
        });
        let reached: BTreeSet<&String> = reached.filter(|step| steps.contains(*step)).collect();
        PlanRun {
            run,
            steps: u64::try_from(reached.len()).unwrap_or(u64::MAX),
        }
    });
    Plan {
        runs: runs.collect(),
        id,
        steps: u64::try_from(steps.len()).unwrap_or(u64::MAX),
    }
}

/// The plans that a run was given: its own, and those that its command names.
fn given(record: &Record) -> impl Iterator<Item = &str> {
    let started = match record {
        Record::RunStarted(started) => Some(started),
        _ => None,
    };
    started.into_iter().flat_map(|started| {
        // `apply FILE...` writes down the ids of its files.
        let named = started.command.split(' ').skip(1);
        started.plan.as_deref().into_iter().chain(named)
    })
}

fn names(id: &str, name: &str) -> bool {
    name.len() >= NAMED && id.starts_with(name)
}

/// What is said of a plan, in one line.
pub fn tell(plan: &Plan) -> String {
    let short: String = plan.id.chars().take(NAMED).collect();
    if plan.runs.is_empty() {
        return format!("plan {short} has the id that it says; no run of the period was given it");
    }
    let runs = plan.runs.iter().map(|it| match (it.steps, plan.steps) {
        (0, 0) => format!("run {}", it.run),
        (0, _) => format!("run {}, which did none of its steps", it.run),
        (some, all) => format!("run {} ({some} of its {all} steps)", it.run),
    });
    let runs: Vec<String> = runs.collect();
    format!(
        "plan {short} has the id that it says, and was given to {}",
        runs.join(", ")
    )
}
