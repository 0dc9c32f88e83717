//! In which order steps are done, and what must be verified before what.
//!
//! Not a schedule. Invariant: every set of steps that keeps to the edges is safe, not only a prefix
//! of the list; the list itself is one order that keeps to them, and it does not depend on the order
//! of input.

use std::collections::BTreeSet;

use super::make::{Candidate, Rank};
use super::step::{DangerClass, StepId, StepKind};
use crate::model::{PlaceId, SystemName};

/// Whether a step takes something away.
pub(super) fn takes(candidate: &Candidate) -> bool {
    candidate.step.class == DangerClass::Removing
}

/// What gives before what takes; of what takes, leavers first, and owners and the caller last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Priority<'a> {
    takes: bool,
    rank: Rank,
    not_leaver: bool,
    person: Option<usize>,
    /// Looking and tidying up come after what takes access away.
    late: bool,
    system: &'a SystemName,
    place: &'a PlaceId,
    kind: StepKind,
    id: &'a StepId,
}

fn priority(candidate: &Candidate) -> Priority<'_> {
    let step = &candidate.step;
    let late = candidate.leaver && matches!(step.kind, StepKind::Check | StepKind::FollowUp);
    Priority {
        takes: (takes(candidate) && !candidate.unit) || late,
        rank: candidate.rank,
        not_leaver: !candidate.leaver,
        person: candidate.person,
        late,
        system: &step.system,
        place: &step.place,
        kind: step.kind,
        id: &step.id,
    }
}

/// Puts the candidates in order and fills in what each waits for.
pub(super) fn order(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let before: Vec<BTreeSet<usize>> = candidates
        .iter()
        .map(|candidate| candidate.after.iter().copied().collect())
        .collect();
    let mut then: Vec<Vec<usize>> = vec![Vec::new(); candidates.len()];
    for (at, before) in before.iter().enumerate() {
        for &earlier in before {
            if let Some(then) = then.get_mut(earlier) {
                then.push(at);
            }
        }
    }
    let mut open: Vec<usize> = before.iter().map(BTreeSet::len).collect();
    let mut ready: BTreeSet<(Priority<'_>, usize)> = BTreeSet::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if open.get(at) == Some(&0) {
            ready.insert((priority(candidate), at));
        }
    }
    let mut order: Vec<usize> = Vec::with_capacity(candidates.len());
    while let Some((_, at)) = ready.pop_first() {
        order.push(at);
        for &later in then.get(at).into_iter().flatten() {
            if let (Some(left), Some(candidate)) = (open.get_mut(later), candidates.get(later)) {
                *left -= 1;
                if *left == 0 {
                    ready.insert((priority(candidate), later));
                }
            }
        }
    }
    drop(ready);
    let ids: Vec<StepId> = candidates.iter().map(|it| it.step.id.clone()).collect();
    for (candidate, before) in candidates.iter_mut().zip(&before) {
        candidate.step.waits_for = before
            .iter()
            .filter_map(|&at| ids.get(at).cloned())
            .collect();
        candidate.step.waits_for.sort();
    }
    // There is no circle: what gains waits at most for a withdrawal, and that for nothing. Were
    // there one, its steps would come last and wait for each other, rather than be lost.
    let rest: Vec<usize> = (0..candidates.len())
        .filter(|at| open.get(*at).is_some_and(|&left| left > 0))
        .collect();
    let mut slots: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
    order
        .into_iter()
        .chain(rest)
        .filter_map(|at| slots.get_mut(at).and_then(Option::take))
        .collect()
}
