//! What somebody changed by hand at a vendor: reverted, or held until somebody approves it.
//!
//! Not the finding of it, which is `plan`'s. Invariant: what gives access back to somebody from whom it was taken by hand is
//! held unless the settings or an approval say otherwise; one write that both takes and gives is held where either is.

use super::words;
use crate::catalog::Catalog;
use crate::model::{Allow, Answer, Answered};
use crate::plan::{Because, Draft, HoldCode, Input, Need, Reason, Step, StepKind};
use crate::text::mask_contacts;

/// What the steps that answer drift need.
pub(super) fn needs(draft: &Draft, input: &Input<'_>) -> Vec<Need> {
    let rule = input.desired.rules.drift;
    let held = |answered: Answered| answered.answer == Answer::Hold;
    let needed = draft.steps.iter().filter_map(|step| {
        let (gives, takes) = answers(step);
        if gives && held(rule.reduced) {
            Some(need(input, step, "reduced", rule.reduced))
        } else if takes && held(rule.widened) {
            Some(need(input, step, "widened", rule.widened))
        } else {
            None
        }
    });
    needed.collect()
}

/// Names the entry that lets through what waits until the rest of a change is done.
pub(super) fn name_approvals(draft: &mut Draft, input: &Input<'_>) {
    let held = draft.holds.iter_mut();
    for hold in held.filter(|hold| hold.code == HoldCode::Drift && hold.approval.is_none()) {
        if let Some(step) = hold.step.as_deref() {
            let entry = words::entries(input, Allow::Drift, &[step], true);
            hold.approval = Some(entry);
        }
    }
}

/// Whether a step gives back what somebody took by hand, and whether it takes what somebody gave by hand.
fn answers(step: &Step) -> (bool, bool) {
    if !step.by_hand.is_none() {
        return (step.by_hand.gives, step.by_hand.takes);
    }
    if step.reason != Reason::Drift {
        return (false, false);
    }
    let looks = matches!(step.kind, StepKind::Check | StepKind::FollowUp);
    let returns = step.before.is_none() && step.after.is_some();
    let switches_on = matches!(step.kind, StepKind::Unblock | StepKind::Activate);
    let gives = !looks && (step.swing.gives || returns || switches_on);
    (gives, step.swing.takes)
}

/// What it is, where the same write does something else as well that waits with it.
fn beside(step: &Step, catalog: &Catalog) -> String {
    let by_hand = &step.by_hand;
    if by_hand.is_none() || by_hand.rights.len() >= step.deltas.len() {
        return String::new();
    }
    format!(
        " ({}; what else the same write would do waits with it)",
        by_hand.named(catalog)
    )
}

fn need(input: &Input<'_>, step: &Step, which: &str, answered: Answered) -> Need {
    let person = step
        .person
        .as_ref()
        .map_or_else(|| "an account".to_owned(), |key| format!("`{key}`"));
    let (place, because) = match answered.origin {
        None => (
            "built in".to_owned(),
            Because::Rule(format!("the built-in answer `drift.{which}: hold`")),
        ),
        Some(span) => {
            let mut origin = input.sources.origin(span);
            origin.text = mask_contacts(&origin.text).into();
            (words::place(&origin), Because::Line(origin))
        }
    };
    let both = if answers(step).1 && which == "reduced" {
        ", and the same write would take what they were given by hand"
    } else {
        ""
    };
    let what = match which {
        "reduced" => {
            "has less than the files say: somebody took it away by hand since it was last verified"
        }
        _ => "has more than the files say: somebody gave it by hand since it was last verified",
    };
    Need {
        step: step.id.clone(),
        code: HoldCode::Drift,
        allow: Some(Allow::Drift),
        message: format!(
            "{person} at {} {what}{}{both}; `drift.{which}: hold` ({place})",
            step.place,
            beside(step, input.catalog)
        ),
        help: "find out who changed it and why: then change the files, or approve that they win"
            .into(),
        approval: None,
        because: vec![because],
    }
}
