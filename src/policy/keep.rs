//! What is forbidden becomes a hold, and so does what comes after it.
//!
//! Not the rules. Invariant: every step of the draft is afterwards a step or in a hold, and none waits for one that is
//! not there.

use std::collections::BTreeSet;

use super::board::{Board, Forbidden};
use crate::plan::{Draft, Hold, HoldCode, Step, StepId, StepKind};

/// Splits the steps of a board into those that stay and holds.
pub(super) fn back(mut board: Board<'_>) -> Draft {
    together(&mut board);
    let Board {
        mut draft,
        mut forbidden,
        findings,
        notes,
        waived,
        ..
    } = board;
    draft.waived = waived;
    let mut gone: BTreeSet<StepId> = BTreeSet::new();
    for (at, step) in std::mem::take(&mut draft.steps).into_iter().enumerate() {
        let mut reasons = forbidden.remove(&at).unwrap_or_default();
        if reasons.is_empty() {
            if !step.waits_for.iter().any(|id| gone.contains(id)) {
                draft.steps.push(step);
                continue;
            }
            reasons.push(depends(&step));
        }
        gone.insert(step.id.clone());
        // One line for each rule that keeps it back.
        draft
            .holds
            .extend(reasons.into_iter().map(|why| held(&step, why)));
    }
    draft.findings.extend(findings);
    draft.notes.extend(notes);
    draft.notes.sort();
    draft.notes.dedup();
    draft
}

/// An invitation is taken back to be sent elsewhere: where the second half is forbidden, the first would only take.
fn together(board: &mut Board<'_>) {
    let mut halves = BTreeSet::new();
    for &at in board.forbidden.keys() {
        let Some(step) = board.draft.steps.get(at) else {
            continue;
        };
        if step.kind != StepKind::Invite {
            continue;
        }
        let earlier = board.draft.steps.iter().enumerate().filter(|(_, other)| {
            other.kind == StepKind::WithdrawInvitation
                && other.person == step.person
                && step.waits_for.contains(&other.id)
        });
        halves.extend(earlier.map(|(at, _)| at));
    }
    for at in halves {
        if !board.forbidden.contains_key(&at)
            && let Some(step) = board.draft.steps.get(at)
        {
            let why = depends(step);
            board.forbid(at, why);
        }
    }
}

fn depends(step: &Step) -> Forbidden {
    Forbidden {
        code: HoldCode::DependsOnHeld,
        message: format!(
            "{} at {} goes with a step that is held",
            step.kind.name(),
            step.place
        ),
        help: "settle what holds the other step first".into(),
        because: Vec::new(),
    }
}

fn held(step: &Step, why: Forbidden) -> Hold {
    let mut because = why.because;
    because.extend(step.because.iter().cloned());
    Hold {
        code: why.code,
        person: step.person.clone(),
        name: step.name.clone(),
        system: Some(step.system.clone()),
        place: Some(step.place.clone()),
        message: why.message,
        help: why.help,
        because,
        approval: None,
        step: Some(Box::new(step.clone())),
    }
}
