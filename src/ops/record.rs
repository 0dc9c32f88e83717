//! What a run writes into the journal before its first step: what was read, and what is declared.

use std::collections::BTreeMap;

use super::planned;
use super::project::Project;
use crate::journal::{Known, ObservedScope, Record, Sealed, known_after, observed};
use crate::model::{Memory, Observed, Reading, ScopeState};
use crate::plan;

/// The opening entries of a run.
pub fn opening(
    project: &Project,
    read: &Observed,
    memory: &Memory,
    sealed: &[Sealed],
) -> Vec<Record> {
    let matches: BTreeMap<_, _> = read
        .systems
        .iter()
        .map(|(name, system)| {
            (
                name,
                plan::matches(&project.desired, memory, name, &system.scopes),
            )
        })
        .collect();
    // What the plan did not believe was not seen: it may not become what later runs compare with.
    let believed: BTreeMap<_, _> = read
        .systems
        .iter()
        .map(|(name, system)| (name, plan::believed(system, memory, name)))
        .collect();
    let scopes: Vec<ObservedScope<'_>> = read
        .systems
        .iter()
        .flat_map(|(name, system)| {
            let matches = &matches[name];
            believed[name]
                .iter()
                // An export is no read: what it says is laid over anew each time.
                .filter(|(_, reading)| !is_export(reading))
                .map(move |(place, reading)| ObservedScope {
                    system: name,
                    place,
                    taken: system.taken,
                    reading,
                    matches,
                })
        })
        .collect();
    let mut records = observed(
        sealed.iter().map(|sealed| &sealed.entry),
        &scopes,
        project.catalog,
    );
    let known = Known {
        rules: Some(planned::book(project)),
        ..Known::from(&project.desired)
    };
    records.extend(known_after(memory, &known));
    records
}

fn is_export(reading: &Reading<ScopeState>) -> bool {
    reading.seen().is_some_and(|scope| scope.export.is_some())
}
