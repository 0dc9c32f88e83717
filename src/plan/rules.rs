//! Which steps stay, and which become holds.
//!
//! Not the rules themselves: each refusal was made beside its step. Invariant: what comes after a
//! held or left-out step is held too, and nothing that was a step is lost without a line.

use std::collections::BTreeMap;

use super::input::Only;
use super::make::{Candidate, Refusal};
use super::step::{Hold, HoldCode, Step, StepId};

/// Why a step is not among the steps.
#[derive(Clone, Copy)]
enum Gone {
    Held,
    LeftOut,
}

/// Splits ordered candidates into steps and holds.
pub(super) fn judge(candidates: Vec<Candidate>, only: &Only) -> (Vec<Step>, Vec<Hold>) {
    let mut steps = Vec::new();
    let mut holds = Vec::new();
    let mut gone: BTreeMap<StepId, Gone> = BTreeMap::new();
    for candidate in candidates {
        let Candidate { step, refusal, .. } = candidate;
        if !only.admits(step.person.as_ref(), Some(&step.system), Some(&step.place)) {
            gone.insert(step.id, Gone::LeftOut);
            continue;
        }
        let blocked = step.waits_for.iter().find_map(|id| gone.get(id).copied());
        let refusal = refusal.or_else(|| blocked.map(|why| depends(&step, why)));
        match refusal {
            None => steps.push(step),
            Some(refusal) => {
                gone.insert(step.id.clone(), Gone::Held);
                holds.push(held(step, refusal));
            }
        }
    }
    (steps, holds)
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
        because: step.because.clone(),
        step: Some(Box::new(step)),
    }
}
