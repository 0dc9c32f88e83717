//! Laws over any course of events: plans come to an end, silence takes nothing, and nobody is written to twice.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::model::*;
use crate::plan::*;

/// What one person's lines may be at a time: the first orders that they have nothing, the last three have left.
const LIVES: [&str; 11] = [
    "access: []",
    "access: [ { role: clerk } ]",
    "access: [ { role: chief } ]",
    "access: [ { role: host, at: [center] } ]",
    "access: [ { role: host, at: [center, mall] } ]",
    "access: [ { role: lead, at: [mall] }, { role: clerk } ]",
    "access: [ { role: adviser, at: [center, mall] }, { role: brand, chain: salons } ]",
    "access: [ { role: head, at: [mall] } ]",
    "leaves: 2026-11-20, access: [ { role: clerk }, { role: host, at: [center] } ]",
    "leaves: 2026-11-20, access: [ { role: adviser, at: [mall] }, { role: brand, chain: salons } ]",
    "leaves: 2026-11-20, access: []",
];
const LEFT: usize = 8;

/// Everybody stays administrator somewhere, so that the last one never holds.
fn people(jana: usize, mara: usize) -> String {
    let spare = person("spare", "access: [ { role: lead, at: [center, mall] } ]");
    format!(
        "{}{}{spare}",
        person("jana", LIVES[jana]),
        person("mara", LIVES[mara])
    )
}

/// What silence takes: nothing, but where a line orders that somebody has nothing.
fn check(plan: &Plan, out: &BTreeSet<&str>) {
    for step in &plan.draft.steps {
        let key = step.person.as_ref().map_or("", PersonKey::as_str);
        if step.class == DangerClass::Removing && step.before.is_none() {
            assert!(out.contains(key), "taken on doubt: {step:#?}");
        }
        assert!(!step.because.is_empty(), "{step:#?}");
        let Mode::Manual(instruction) = &step.mode else {
            panic!("nothing is done by API here");
        };
        assert!(!instruction.actions.is_empty(), "{step:#?}");
    }
    let ids: BTreeSet<&StepId> = plan.draft.steps.iter().map(|step| &step.id).collect();
    assert_eq!(ids.len(), plan.draft.steps.len(), "two steps with one id");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_plans_come_to_an_end(
        course in proptest::collection::vec((0..LIVES.len(), 0..LIVES.len(), 0_usize..9), 1..5),
    ) {
        let mut stage = Stage::new("");
        for (jana, mara, some) in course {
            stage.people = people(jana, mara);
            let out: BTreeSet<&str> = [("jana", jana), ("mara", mara)]
                .into_iter()
                .filter(|(_, life)| *life == 0 || *life >= LEFT)
                .map(|(key, _)| key)
                .collect();
            // Some of it is done, and then the files change again, or not.
            for _ in 0..some {
                let plan = stage.plan();
                check(&plan, &out);
                let step = plan.draft.steps.iter().find(|it| it.waits_for.is_empty());
                let Some(step) = step.cloned() else { break };
                stage.work(&step);
                stage.say(&step);
            }
            stage.now += SignedDuration::from_hours(1);
        }
        stage.do_all();
        let plan = stage.plan();
        prop_assert!(plan.draft.steps.is_empty() && plan.draft.holds.is_empty(), "{}", stage.steps());
    }

    #[test]
    fn nobody_is_written_to_twice_while_they_keep_what_they_have(
        life in 1..LEFT, other in 1..LEFT, order in any::<bool>(),
    ) {
        let mut stage = Stage::new("");
        let mut messages: Vec<(SystemName, PlaceId, StepKind)> = Vec::new();
        for jana in [life, other, life] {
            stage.people = people(jana, if order { other } else { life });
            for _ in 0..40 {
                let plan = stage.plan();
                let step = plan.draft.steps.iter().find(|it| it.waits_for.is_empty());
                let Some(step) = step.cloned() else { break };
                let hers = step.person.as_ref().is_some_and(|key| key.as_str() == "jana");
                let takes = step.class == DangerClass::Removing && step.after.is_none();
                let off = matches!(step.kind, StepKind::Deactivate | StepKind::Block);
                if hers && (takes || off) {
                    messages.retain(|(system, place, _)| (system, place) != (&step.system, &step.place));
                } else if hers && !step.effects.is_empty() {
                    let message = (step.system.clone(), step.place.clone(), step.kind);
                    prop_assert!(!messages.contains(&message), "twice: {message:?}");
                    messages.push(message);
                }
                stage.work(&step);
                stage.say(&step);
            }
        }
    }
}
