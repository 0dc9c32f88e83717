//! One more message to somebody whose invitation is pending: whether there may be one, and what the journal keeps of it.
//!
//! Not the step: `plan` makes it, from a memory in which it is asked for. Invariant: what is handed over is a step of a
//! plan that every rule has judged.

use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::{Capability, How, Kind, Verb, capability};
use crate::journal::{self, HandedOver, Record, SaysFact, Sealed};
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

/// Since when a step is handed over, by a journal that is locked: what another run did since it was read counts.
pub fn handed_over(sealed: &[Sealed], step: &Step) -> Option<Timestamp> {
    let memory = journal::memory(sealed.iter().map(|sealed| &sealed.entry));
    let key = (step.system.clone(), step.id.0.clone());
    memory.handed.get(&key).map(|handed| handed.since)
}

/// What the journal keeps of a step that is handed over.
pub fn record(step: &Step) -> Record {
    Record::HandedOver(HandedOver {
        step: step.id.to_string(),
        does: step.kind.name().to_owned(),
        system: step.system.to_string(),
        place: step.place.to_string(),
        person: step.person.as_ref().map(ToString::to_string),
        account: step.account.as_ref().map(ToString::to_string),
        reason: Some(step.reason.name().to_owned()),
        says: SaysFact::of(&step.says()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{JournalSink as _, MemoryJournal};

    #[test]
    fn what_another_run_handed_over_meanwhile_is_seen_under_the_lock() {
        let step = crate::plan::tests::world::asked_again().resend().unwrap();
        let mut journal = MemoryJournal::new(Timestamp::UNIX_EPOCH);
        assert_eq!(handed_over(journal.sealed(), &step), None);
        let at = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(60);
        journal.append(at, 1, vec![record(&step)]).unwrap();
        assert_eq!(handed_over(journal.sealed(), &step), Some(at));
        let other = Step {
            id: crate::plan::StepId("another".into()),
            ..step
        };
        assert_eq!(handed_over(journal.sealed(), &other), None);
    }
}
