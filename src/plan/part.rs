//! What a change causes, and what was pending before it.
//!
//! Pure: two plans over the same reads, one of them from the files without the change. Invariant: each step of the plan is
//! either caused or pending.

use std::collections::{BTreeMap, BTreeSet};

use super::file::shown;
use super::step::{Hold, Plan, Step, StepId};
use super::wire;
use crate::catalog::Catalog;

/// A plan in parts.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Steps that the change causes, in the order of the plan.
    pub caused: Vec<Step>,
    /// Steps that would be there without it.
    pub pending: Vec<Step>,
    /// Steps that would be there without it, and are not.
    pub spared: Vec<Step>,
    /// How many things are held that would not be without it.
    pub held: usize,
}

/// Parts a plan by one that was made without the change.
pub fn part(base: &Plan, plan: &Plan, catalog: &'static Catalog) -> Parts {
    let before: BTreeMap<&StepId, &Step> = base
        .draft
        .steps
        .iter()
        .map(|step| (&step.id, step))
        .collect();
    let mut parts = Parts::default();
    for step in &plan.draft.steps {
        let same = before.get(&step.id).is_some_and(|old| {
            shown(&wire::step_json(old, catalog)) == shown(&wire::step_json(step, catalog))
        });
        let part = if same {
            &mut parts.pending
        } else {
            &mut parts.caused
        };
        part.push(step.clone());
    }
    let about = |hold: &Hold| {
        let step = hold.step.as_ref().map(|step| step.id.clone());
        let (system, place) = (hold.system.clone(), hold.place.clone());
        (hold.code, hold.person.clone(), system, place, step)
    };
    let held: BTreeSet<_> = base.draft.holds.iter().map(about).collect();
    let holds = plan.draft.holds.iter().map(about);
    parts.held = holds.filter(|it| !held.contains(it)).count();
    let is_left = |step: &&Step| !plan.draft.steps.iter().any(|it| it.id == step.id);
    parts.spared = base.draft.steps.iter().filter(is_left).cloned().collect();
    parts
}

/// Parts a plan by the one that was due then, from the same files: what was held then was pending too, and that nothing
/// holds it any more is no work of time.
pub fn since(then: &Plan, plan: &Plan, catalog: &'static Catalog) -> Parts {
    let mut parts = part(then, plan, catalog);
    let held = then.draft.holds.iter();
    let held: BTreeSet<&StepId> = held
        .filter_map(|hold| Some(&hold.step.as_ref()?.id))
        .collect();
    let (pending, caused): (Vec<Step>, Vec<Step>) = parts
        .caused
        .into_iter()
        .partition(|step| held.contains(&step.id));
    parts.caused = caused;
    parts.pending.extend(pending);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::world::{World, catalog, lines};

    #[test]
    fn what_was_held_when_the_files_were_applied_is_not_due() {
        let mut world = World::new();
        world.give("jana", "center", "worker", &[]);
        world.account("7", "center", "worker", "jana@chain.example");
        world.remember("jana", "7", &["center"]);
        world.leave("jana");
        let plan = world.plan();
        assert_eq!(lines(&plan), ["remove jana@center"]);
        world.partial("center");
        let held = world.plan();
        assert_eq!(lines(&held), [""; 0]);
        let of = |parts: Parts| (parts.caused.len(), parts.pending.len());
        assert_eq!(of(since(&held, &plan, catalog())), (0, 1));
        // What a change brings and a rule keeps back is not nothing.
        assert_eq!(part(&plan, &held, catalog()).held, 1);
        assert_eq!(part(&held, &held, catalog()).held, 0);
        // A change of the files may well be what lets a step through.
        assert_eq!(of(part(&held, &plan, catalog())), (1, 0));
        assert_eq!(of(since(&Plan::nothing(), &plan, catalog())), (1, 0));
    }
}
