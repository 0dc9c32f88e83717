//! Which differences are meant.

use super::{all, spot};
use crate::model::{PersonKey, PlaceId};
use crate::plan::{HoldCode, Plan, Reason, Step};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All that was changed by hand since the last apply.
    Drift,
    /// What one step would undo, by the beginning of its id.
    Step(String),
    /// What is different about a person, at one place or everywhere.
    Person(PersonKey, Option<PlaceId>),
}

/// Why nothing is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotChosen {
    /// No step has this id, or several do.
    NoStep(usize),
    /// Nothing differs there.
    Nothing,
    /// What differs there is no work of somebody's hand: why, in words.
    NotByHand(Vec<String>),
}

/// The steps that would undo what is meant, kept back and withheld ones too.
pub fn chosen(plan: &Plan, wanted: &Wanted) -> Result<Vec<Step>, NotChosen> {
    let mut meant: Vec<&Step> = match wanted {
        Wanted::Drift => all(plan)
            .filter(|step| by_hand(plan, step).is_ok())
            .collect(),
        Wanted::Step(id) => {
            let found: Vec<&Step> = all(plan)
                .filter(|step| step.id.0.starts_with(id.as_str()))
                .collect();
            let mut ids: Vec<_> = found.iter().map(|step| &step.id).collect();
            ids.dedup();
            if ids.len() != 1 {
                return Err(NotChosen::NoStep(ids.len()));
            }
            found
        }
        Wanted::Person(key, place) => all(plan)
            .filter(|step| step.person.as_ref() == Some(key))
            .filter(|step| place.as_ref().is_none_or(|place| step.place == *place))
            .collect(),
    };
    // What somebody did by hand stands beside what the files ask, where that is a step of its own: first what is meant.
    meant.sort_by_key(|step| step.by_hand.is_none());
    // A write that gains and loses may stand there twice, in part.
    let mut seen = Vec::new();
    meant.retain(|step| {
        let new = !seen.contains(&spot(step));
        seen.push(spot(step));
        new
    });
    if meant.is_empty() {
        return Err(NotChosen::Nothing);
    }
    let mut good = Vec::new();
    let mut whys = Vec::new();
    for step in meant {
        match by_hand(plan, step) {
            Ok(()) => good.push(step.clone()),
            Err(why) => whys.push(why),
        }
    }
    if good.is_empty() {
        Err(NotChosen::NotByHand(whys))
    } else {
        Ok(good)
    }
}

/// Whether a step answers what somebody did by hand; else what it is.
///
/// Rights that never were as the files say count as well: whoever adopts a chain takes them as they are. Access that was
/// never given, and access that a line takes, are no drift.
fn by_hand(plan: &Plan, step: &Step) -> Result<(), String> {
    let Some(key) = &step.person else {
        return Err(format!(
            "{} is nobody of `people`: declare them first",
            step.name
        ));
    };
    let was_there = plan.draft.holds.iter().any(|hold| {
        let is_it = hold.step.as_ref().is_some_and(|held| held.id == step.id);
        is_it && matches!(hold.code, HoldCode::SecondInvitation | HoldCode::Drift)
    });
    let mut others = plan.draft.steps.iter();
    let is_parted = !step.by_hand.is_none()
        && others.any(|other| other.id != step.id && spot(other) == spot(step));
    if is_parted {
        return Err(format!(
            "the files ask for something else of `{key}` at {} too, and both cannot be told apart in one edit: apply that first, or take that edit back",
            step.place
        ));
    }
    let is_drift = step.reason == Reason::Drift || was_there;
    match (&step.before, &step.after) {
        (Some(_), Some(_)) => Ok(()),
        _ if is_drift => Ok(()),
        (None, Some(_)) => Err(format!(
            "`{key}` was never given access at {} by an apply: that is a change of the files, and nobody took it away by hand",
            step.place
        )),
        (Some(_), None) => Err(format!(
            "`{key}` has access at {} that a line takes away: change that line",
            step.place
        )),
        (None, None) => Err(format!(
            "a {} of `{key}` changes no access",
            step.kind.name()
        )),
    }
}
