//! Messages that wait for the end of the quiet hours, and invitations that nobody accepts.
//!
//! Waiting is no change and no hold: the next plan has the step again. Invariant: what comes after a message that waits waits
//! with it, and an invitation that is taken back to be sent anew is not taken back before it can be.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::words;
use crate::model::{Desired, PlaceId, Quiet};
use crate::plan::{Draft, Effect, Input, Mode, Note, Reason, Step, StepId, Waiting};

/// Moves the messages of quiet hours from the steps to what waits.
pub(super) fn wait(draft: &mut Draft, input: &Input<'_>) {
    let Some(quiet) = input.desired.rules.quiet else {
        return;
    };
    let writing = draft.steps.iter().filter(|step| writes(step));
    draft.quiet = writing
        .map(|step| {
            let zone = zone(input.desired, &step.place).clone();
            (step.place.clone(), (quiet, zone))
        })
        .collect();
    // What is held is not waiting: it would not be done in the morning either.
    let held: BTreeSet<StepId> = draft.needs.iter().map(|need| need.step.clone()).collect();
    let mut waits: BTreeSet<StepId> = draft
        .steps
        .iter()
        .filter(|step| !held.contains(&step.id) && writes(step) && is_quiet(step, input, quiet))
        .map(|step| step.id.clone())
        .collect();
    if waits.is_empty() {
        return;
    }
    let before: BTreeSet<StepId> = draft
        .steps
        .iter()
        .filter(|step| waits.contains(&step.id))
        .flat_map(|step| step.waits_for.iter().cloned())
        .collect();
    for step in &draft.steps {
        let anew = step.reason == Reason::Joined && step.swing.takes && before.contains(&step.id);
        let after = step.waits_for.iter().any(|id| waits.contains(id));
        if (anew || after) && !held.contains(&step.id) {
            waits.insert(step.id.clone());
        }
    }
    let place = words::place(&input.sources.origin(quiet.origin));
    for step in std::mem::take(&mut draft.steps) {
        let person = step.person.clone().filter(|_| waits.contains(&step.id));
        let Some(person) = person else {
            draft.steps.push(step);
            continue;
        };
        let (hour, minute) = (quiet.until.hour(), quiet.until.minute());
        draft.waiting.push(Waiting {
            person,
            name: step.name,
            system: step.system,
            places: vec![step.place],
            since: None,
            what: format!(
                "the quiet hours to end at {hour:02}:{minute:02} there (`quiet`, {place}): nobody is written to before"
            ),
        });
    }
}

/// Whether a step has the vendor write to somebody when it is done by a call.
fn writes(step: &Step) -> bool {
    let message = |effect: &Effect| matches!(effect, Effect::Mail(_) | Effect::Sms(_));
    step.mode == Mode::Api && step.effects.iter().any(message)
}

fn is_quiet(step: &Step, input: &Input<'_>, quiet: Quiet) -> bool {
    let zone = zone(input.desired, &step.place);
    quiet.holds(input.now.to_zoned(zone.clone()).time())
}

fn zone<'a>(desired: &'a Desired, place: &PlaceId) -> &'a TimeZone {
    let fact = place.location().and_then(|key| desired.places.get(key));
    fact.map_or(&desired.rules.zone, |fact| &fact.zone)
}

/// Says which invitations nobody has accepted for long.
pub(super) fn stale(draft: &mut Draft, input: &Input<'_>) {
    let rule = input.desired.rules.invitations;
    let mut notes: BTreeMap<_, Note> = BTreeMap::new();
    for waiting in &draft.waiting {
        let Some(since) = waiting.since else { continue };
        let age = input.now.duration_since(since);
        if age <= rule.after {
            continue;
        }
        let key = (waiting.system.clone(), waiting.person.clone());
        notes.entry(key).or_insert_with(|| Note {
            system: Some(waiting.system.clone()),
            place: waiting.places.first().cloned(),
            text: format!(
                "the invitation of `{}` has waited for {} days, and `invitations.stale_after` is {}: ask them whether it arrived",
                waiting.person,
                age.as_hours() / 24,
                rule.after.as_hours() / 24
            ),
        });
    }
    draft.notes.extend(notes.into_values());
}
