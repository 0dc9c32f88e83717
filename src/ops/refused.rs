//! A plan that is refused as a whole, because it would reduce the account that `keyholder` acts as.
//!
//! Not the hold of the one step, which is the plan's: that keeps the account as it is, and the rest could go on. But files that
//! want it so cannot be carried out by anybody who acts as it, and half of them is not what was reviewed. Invariant: only
//! where it is known whose the token is; whom it may be is held, and no more.

use crate::model::{Actor, Desired};
use crate::plan::{DangerClass, Hold, HoldCode, Plan, Step, StepKind};

/// What would be taken from the acting account, in the order of the plan; nothing where the plan may be carried out.
pub fn refused<'p>(plan: &'p Plan, desired: &Desired) -> Vec<&'p Hold> {
    let reduces = |hold: &&Hold| {
        let step = hold.step.as_deref().filter(|step| takes(step));
        hold.code == HoldCode::Protected && step.is_some_and(|step| is_acting(plan, desired, step))
    };
    plan.draft.holds.iter().filter(reduces).collect()
}

/// Why, in one sentence.
pub fn why(holds: &[&Hold]) -> Option<String> {
    let first = holds.first()?;
    let step = first.step.as_deref()?;
    let whom = match &step.account {
        Some(account) => format!("account {account}"),
        None => "the account".to_owned(),
    };
    let more = match holds.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    Some(format!(
        "the files would take access at `{}` ({}{more}) from {whom} of `{}`, which `keyholder` acts as: the plan is refused as a whole, and nothing is done",
        step.place,
        step.system,
        first.person.as_ref().map_or("nobody", |key| key.as_str())
    ))
}

fn takes(step: &Step) -> bool {
    step.class == DangerClass::Removing
        && !matches!(step.kind, StepKind::Check | StepKind::FollowUp)
}

fn is_acting(plan: &Plan, desired: &Desired, step: &Step) -> bool {
    let known = plan.draft.whose.get(&step.system);
    let by_account = known
        .into_iter()
        .flatten()
        .any(|known| known.acting && step.account.as_ref() == Some(&known.account));
    let system = desired.systems.get(&step.system);
    let named = system.and_then(|system| system.acting.as_ref());
    by_account
        || match (named, &step.person) {
            (Some(Actor::Person(key)), Some(person)) => key == person,
            (Some(_) | None, _) => false,
        }
}
