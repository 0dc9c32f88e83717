//! What a change causes, and what was pending before it.
//!
//! Pure: two plans over the same reads, one of them from the files without the change. Invariant: each step of the plan is
//! either caused or pending.

use std::collections::BTreeMap;

use super::file::shown;
use super::step::{Plan, Step, StepId};
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
    let is_left = |step: &&Step| !plan.draft.steps.iter().any(|it| it.id == step.id);
    parts.spared = base.draft.steps.iter().filter(is_left).cloned().collect();
    parts
}
