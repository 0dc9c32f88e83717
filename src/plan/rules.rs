//! Which steps stay, and which become holds.
//!
//! Not the rules themselves: each refusal was made beside its step. Invariant: what comes after a
//! held or left-out step is held too, and nothing that was a step is lost without a line.

use std::collections::{BTreeMap, BTreeSet};

use super::input::Only;
use super::make::{Candidate, Refusal};
use super::step::{Draft, Hold, HoldCode, Need, Step, StepId};

/// Why a step is not among the steps.
#[derive(Clone, Copy)]
enum Gone {
    Held,
    LeftOut,
}

/// Splits ordered candidates into steps and holds, and says which of the steps only an approval lets through.
pub(super) fn judge(candidates: Vec<Candidate>, only: &Only) -> (Vec<Step>, Vec<Hold>, Vec<Need>) {
    let mut steps = Vec::new();
    let mut holds = Vec::new();
    let mut needs = Vec::new();
    let mut gone: BTreeMap<StepId, Gone> = BTreeMap::new();
    for candidate in candidates {
        let Candidate {
            step,
            refusal,
            needs: need,
            ..
        } = candidate;
        if !only.admits(step.person.as_ref(), Some(&step.system), Some(&step.place)) {
            gone.insert(step.id, Gone::LeftOut);
            continue;
        }
        let blocked = step.waits_for.iter().find_map(|id| gone.get(id).copied());
        let refusal = refusal.or_else(|| blocked.map(|why| depends(&step, why)));
        match refusal {
            None => {
                needs.extend(need.map(|(allow, refusal)| Need {
                    step: step.id.clone(),
                    code: refusal.code,
                    allow: Some(allow),
                    message: refusal.message,
                    help: refusal.help,
                    approval: None,
                    because: Vec::new(),
                }));
                steps.push(step);
            }
            Some(refusal) => {
                gone.insert(step.id.clone(), Gone::Held);
                holds.push(held(step, refusal));
            }
        }
    }
    (steps, holds, needs)
}

/// Turns every step that nobody approved, and whatever comes after it, into a hold.
pub(super) fn keep_back(draft: &mut Draft) {
    let mut needs: BTreeMap<StepId, Vec<Need>> = BTreeMap::new();
    for need in std::mem::take(&mut draft.needs) {
        needs.entry(need.step.clone()).or_default().push(need);
    }
    if needs.is_empty() {
        return;
    }
    let mut gone: BTreeSet<StepId> = BTreeSet::new();
    for step in std::mem::take(&mut draft.steps) {
        let needed = needs.remove(&step.id);
        if needed.is_none() && !step.waits_for.iter().any(|id| gone.contains(id)) {
            draft.steps.push(step);
            continue;
        }
        gone.insert(step.id.clone());
        let Some(needed) = needed else {
            let refusal = depends(&step, Gone::Held);
            draft.holds.push(held(step, refusal));
            continue;
        };
        // One line for each rule that keeps it back: each has an approval of its own.
        let last = needed.len().saturating_sub(1);
        let mut step = Some(step);
        for (at, need) in needed.into_iter().enumerate() {
            let kept = if at == last {
                step.take()
            } else {
                step.clone()
            };
            draft.holds.extend(kept.map(|step| unapproved(step, need)));
        }
    }
}

fn unapproved(step: Step, need: Need) -> Hold {
    let mut hold = held(
        step,
        Refusal {
            code: need.code,
            message: need.message,
            help: need.help,
        },
    );
    hold.approval = need.approval;
    hold.because.splice(0..0, need.because);
    hold
}

fn depends(step: &Step, why: Gone) -> Refusal {
    let what = match why {
        Gone::Held => "a step that is held",
        Gone::LeftOut => "a step that this plan was told to leave out",
    };
    Refusal {
        code: HoldCode::DependsOnHeld,
        message: format!("{} at {} comes after {what}", step.kind.name(), step.place),
        help: match why {
            Gone::Held => "settle what holds the other step first".into(),
            Gone::LeftOut => "plan without narrowing".into(),
        },
    }
}

fn held(step: Step, refusal: Refusal) -> Hold {
    Hold {
        code: refusal.code,
        person: step.person.clone(),
        name: step.name.clone(),
        system: Some(step.system.clone()),
        place: Some(step.place.clone()),
        message: refusal.message,
        help: refusal.help,
        approval: None,
        because: step.because.clone(),
        step: Some(Box::new(step)),
    }
}
