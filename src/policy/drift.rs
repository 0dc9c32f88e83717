//! What somebody changed by hand at a vendor: reverted, or held until somebody approves it.
//!
//! Not the finding of it, which is `plan`'s. Invariant: what gives access back to somebody from whom it was taken by hand is
//! held unless the settings or an approval say otherwise; one write that both takes and gives is held where either is.

use super::words;
use crate::model::{Allow, Answer, Answered};
use crate::plan::{Because, Draft, HoldCode, Input, Need, Reason, Step, StepKind};
use crate::text::mask_contacts;

/// What the steps that answer drift need.
pub(super) fn needs(draft: &Draft, input: &Input<'_>) -> Vec<Need> {
    let rule = input.desired.rules.drift;
    let drifted = draft
        .steps
        .iter()
        .filter(|step| step.reason == Reason::Drift);
    drifted
        .filter_map(|step| {
            let held = |answered: Answered| answered.answer == Answer::Hold;
            if gives(step) && held(rule.reduced) {
                Some(need(input, step, "reduced", rule.reduced))
            } else if step.swing.takes && held(rule.widened) {
                Some(need(input, step, "widened", rule.widened))
            } else {
                None
            }
        })
        .collect()
}

/// Whether a step gives back something that the person had.
fn gives(step: &Step) -> bool {
    let looks = matches!(step.kind, StepKind::Check | StepKind::FollowUp);
    let returns = step.before.is_none() && step.after.is_some();
    let switches_on = matches!(step.kind, StepKind::Unblock | StepKind::Activate);
    !looks && (step.swing.gives || returns || switches_on)
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
    let both = if step.swing.takes && which == "reduced" {
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
            "{person} at {} {what}{both}; `drift.{which}: hold` ({place})",
            step.place
        ),
        help: "find out who changed it and why: then change the files, or approve that they win"
            .into(),
        approval: None,
        because: vec![because],
    }
}
