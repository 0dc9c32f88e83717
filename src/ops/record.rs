//! What a run writes into the journal before its first step: what was read, and what is declared. Of a run that only
//! looks, what was read.

use std::collections::BTreeMap;

use super::planned;
use super::project::Project;
use crate::journal::{
    Known, ObservedScope, Record, RunStarted, Sealed, SystemAt, known_after, observed,
};
use crate::model::{
    AccountId, Memory, Observed, PersonKey, PlaceId, Reading, ScopeState, SystemName,
};
use crate::plan::{self, Agreed, Draft};

/// The opening entries of a run. `acts`: whether the run does all that the files want of somebody at a place; what it leaves out
/// may be what its files say otherwise than those that are applied.
pub fn opening(
    project: &Project,
    read: &Observed,
    memory: &Memory,
    sealed: &[Sealed],
    draft: &Draft,
    acts: impl Fn(&SystemName, &PlaceId, &PersonKey) -> bool,
) -> Vec<Record> {
    let settled = draft.settled.iter();
    let settled = settled.filter(|it| acts(&it.system, &it.place, &it.person));
    let mut agreed = plan::agreed(settled, project.catalog);
    for ((system, place), accounts) in &mut agreed {
        let is_news = |account: &AccountId, found: &Agreed| {
            let row = (system.clone(), place.clone(), account.clone());
            let known = memory.baselines.get(&row);
            known
                .is_none_or(|it| it.given.as_ref() != Some(&found.given) || it.apart != found.apart)
        };
        accounts.retain(|account, found| is_news(account, found));
    }
    let mut records = saw(project, read, memory, sealed, &agreed);
    let known = Known {
        rules: Some(planned::book(project)),
        ..Known::from(&project.desired)
    };
    records.extend(known_after(memory, &known));
    records
}

/// What a read saw. The files are not taken note of: only what is applied is declared.
pub fn seen(project: &Project, read: &Observed, memory: &Memory, sealed: &[Sealed]) -> Vec<Record> {
    saw(project, read, memory, sealed, &Compared::default())
}

/// How far accounts have what the files give them, by scope.
type Compared = BTreeMap<(SystemName, PlaceId), BTreeMap<AccountId, Agreed>>;

fn saw(
    project: &Project,
    read: &Observed,
    memory: &Memory,
    sealed: &[Sealed],
    agreed: &Compared,
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
                    agreed: agreed
                        .get(&(name.clone(), place.clone()))
                        .cloned()
                        .unwrap_or_default(),
                })
        })
        .collect();
    observed(
        sealed.iter().map(|sealed| &sealed.entry),
        &scopes,
        project.catalog,
    )
}

/// The beginning of a run that looks at systems and changes nothing.
pub fn look_started(read: &Observed, command: &str, actor: String) -> RunStarted {
    let systems = read.systems.iter().map(|(name, system)| SystemAt {
        name: name.to_string(),
        kind: system.kind.to_owned(),
        host: system.host.to_string(),
    });
    RunStarted {
        command: command.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        plan: None,
        config: None,
        actor: Some(actor),
        systems: systems.collect(),
        whole: Vec::new(),
    }
}

fn is_export(reading: &Reading<ScopeState>) -> bool {
    reading.seen().is_some_and(|scope| scope.export.is_some())
}
