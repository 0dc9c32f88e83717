//! One more message to somebody whose invitation is pending: whether there may be one, and what the journal keeps of it.
//!
//! Not the step: `plan` makes it, from a memory in which it is asked for. Invariant: what is handed over is a step of a
//! plan that every rule has judged.

use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::{Capability, How, Kind, Verb, capability};
use crate::journal::{HandedOver, Record, SaysFact};
use crate::model::{Desired, Handed, Memory, PersonKey, PlaceId, Says, SystemName};
use crate::plan::{Hold, Plan, Step, StepKind};

/// The same memory, in which somebody asked for one more message to a person at these systems.
pub fn asked(
    memory: &Memory,
    person: &PersonKey,
    systems: &[SystemName],
    now: Timestamp,
) -> Memory {
    let mut memory = memory.clone();
    for system in systems {
        // An id that no step has, so that the step itself counts as new.
        let key = (system.clone(), Arc::from("asked"));
        let handed = Handed {
            since: now,
            does: StepKind::Resend.name().into(),
            place: PlaceId::Whole,
            person: Some(person.clone()),
            account: None,
            says: Says::Nothing,
        };
        memory.handed.insert(key, handed);
    }
    memory
}

/// What a plan made of the wish.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// It is to be done by hand.
    ByHand(&'a Step),
    /// A rule keeps it back.
    Held(&'a Hold),
    /// The settings say only to look there.
    OnlyLook(&'a Step),
}

/// The messages of a plan that somebody asked for, at these systems.
pub fn answers<'a>(plan: &'a Plan, person: &PersonKey, systems: &[SystemName]) -> Vec<Answer<'a>> {
    let is_it = |step: &Step| {
        step.kind == StepKind::Resend
            && step.person.as_ref() == Some(person)
            && systems.contains(&step.system)
    };
    let draft = &plan.draft;
    let steps = draft
        .steps
        .iter()
        .filter(|step| is_it(step))
        .map(Answer::ByHand);
    let holds = draft
        .holds
        .iter()
        .filter(|hold| hold.step.as_deref().is_some_and(is_it));
    let withheld = draft.withheld.iter().filter(|it| is_it(&it.step));
    steps
        .chain(holds.map(Answer::Held))
        .chain(withheld.map(|it| Answer::OnlyLook(&it.step)))
        .collect()
}

/// What a kind of system can do about it.
pub fn ability(kind: Kind) -> Capability {
    capability(kind, Verb::Resend)
}

/// Whether a kind of system can do it in any way.
pub fn is_possible(kind: Kind) -> bool {
    !matches!(ability(kind).how, How::Impossible | How::NotApplicable)
}

/// The end of the quiet hours at a place, such as `09:00`, where nobody is written to now.
pub fn quiet_until(desired: &Desired, place: &PlaceId, now: Timestamp) -> Option<String> {
    let quiet = desired.rules.quiet?;
    let fact = place.location().and_then(|key| desired.places.get(key));
    let zone = fact.map_or(&desired.rules.zone, |fact| &fact.zone);
    let local = now.to_zoned(zone.clone()).time();
    quiet.holds(local).then(|| {
        let until = quiet.until;
        format!("{:02}:{:02}", until.hour(), until.minute())
    })
}

/// Whether a plan has a message to be handed over that no run has handed over yet.
pub fn hands_over(
    plan: &Plan,
    person: &PersonKey,
    systems: &[SystemName],
    memory: &Memory,
) -> bool {
    let answers = answers(plan, person, systems).into_iter();
    let mut steps = answers.filter_map(|answer| match answer {
        Answer::ByHand(step) => Some(step),
        Answer::Held(_) | Answer::OnlyLook(_) => None,
    });
    steps.any(|step| {
        let key = (step.system.clone(), step.id.0.clone());
        !memory.handed.contains_key(&key)
    })
}

/// What the journal keeps of a step that is handed over.
pub fn record(plan: &Plan, step: &Step) -> Record {
    Record::HandedOver(HandedOver {
        step: step.id.to_string(),
        does: step.kind.name().to_owned(),
        system: step.system.to_string(),
        place: step.place.to_string(),
        person: step.person.as_ref().map(ToString::to_string),
        account: step.account.as_ref().map(ToString::to_string),
        reason: Some(step.reason.name().to_owned()),
        says: SaysFact::of(&step.says()),
        approval: plan.draft.approved.get(&step.id).map(ToString::to_string),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{JournalSink as _, MemoryJournal, memory};

    #[test]
    fn what_was_handed_over_is_not_handed_over_again_and_its_approval_is_used() {
        let world = crate::plan::tests::world::asked_again();
        let mut plan = world.plan();
        let step = world.resend().unwrap();
        let key = step.person.clone().unwrap();
        let systems = [step.system.clone()];
        // As somebody's approval lets it through.
        plan.draft.holds.clear();
        plan.draft.steps = vec![step.clone()];
        plan.draft.approved.insert(step.id.clone(), "word".into());
        let mut journal = MemoryJournal::new(Timestamp::UNIX_EPOCH);
        assert!(hands_over(
            &plan,
            &key,
            &systems,
            &memory(journal.entries())
        ));
        let at = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(60);
        journal.append(at, 1, vec![record(&plan, &step)]).unwrap();
        let after = memory(journal.entries());
        assert!(!hands_over(&plan, &key, &systems, &after));
        assert!(after.used.contains(&(key.clone(), "word".into())));
        // Another one is another question.
        plan.draft.steps[0].id = crate::plan::StepId("another".into());
        assert!(hands_over(&plan, &key, &systems, &after));
        assert!(!hands_over(&plan, &key, &[], &after));
    }
}
