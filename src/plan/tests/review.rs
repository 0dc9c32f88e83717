//! Reviewed plans against a fresh one: what is done, and what each of the others is called.

use proptest::prelude::*;

use super::world::*;
use crate::model::*;
use crate::plan::file::{Reviewed, read, to_text};
use crate::plan::review::{Review, review};
use crate::plan::*;

fn kept(world: &World) -> Reviewed {
    read(to_text(&world.plan(), catalog()).as_bytes()).unwrap()
}

fn judged(files: &[Reviewed], world: &World) -> Review {
    review(files, &world.plan(), &world.desired, catalog())
}

/// Jana joins, Lena has left.
fn two() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[("records_create_access", ON)]);
    world.give("lena", "port", "worker", &[]);
    world.account("9", "port", "worker", "lena@chain.example");
    world.remember("lena", "9", &["port"]);
    world.leave("lena");
    world
}

fn who(review: &Review) -> [Vec<String>; 4] {
    let kinds = |steps: Vec<(&str, &str)>| -> Vec<String> {
        steps
            .into_iter()
            .map(|(kind, who)| format!("{kind} {who}"))
            .collect()
    };
    let person = |it: &Option<PersonKey>| it.as_ref().map(ToString::to_string).unwrap_or_default();
    [
        review.todo.iter().map(ToString::to_string).collect(),
        kinds(
            review
                .satisfied
                .iter()
                .map(|it| (&*it.kind, it.person.as_deref().unwrap_or_default()))
                .collect(),
        ),
        kinds(
            review
                .stale
                .iter()
                .map(|it| {
                    (
                        &*it.step.kind,
                        it.step.person.as_deref().unwrap_or_default(),
                    )
                })
                .collect(),
        ),
        review
            .unreviewed
            .iter()
            .map(|it| format!("{} {}", it.kind.name(), person(&it.person)))
            .collect(),
    ]
}

#[test]
fn the_same_world_does_everything() {
    let world = two();
    let found = judged(&[kept(&world)], &world);
    let all = world.plan().draft.steps;
    assert!(all.len() >= 2);
    assert_eq!(found.todo, all.iter().map(|step| step.id.clone()).collect());
    let [_, satisfied, stale, unreviewed] = who(&found);
    assert_eq!((satisfied.len(), stale.len(), unreviewed.len()), (0, 0, 0));
}

#[test]
fn lines_that_moved_and_a_later_hour_change_nothing() {
    let mut world = two();
    let file = kept(&world);
    world.now += jiff::SignedDuration::from_hours(2);
    world.desired.as_of = world.now;
    world.person("anna");
    let found = judged(&[file], &world);
    assert_eq!(found.todo.len(), world.plan().draft.steps.len());
    assert_eq!(found.stale, []);
}

#[test]
fn what_somebody_did_meanwhile_is_satisfied() {
    let mut world = two();
    let file = kept(&world);
    let plan = world.plan();
    world.apply(&plan);
    let found = judged(&[file], &world);
    let [todo, satisfied, stale, unreviewed] = who(&found);
    assert_eq!(todo, [""; 0]);
    assert_eq!(stale, [""; 0], "{found:?}");
    assert_eq!(unreviewed, [""; 0]);
    assert_eq!(satisfied.len(), file_len(&plan));
}

fn file_len(plan: &Plan) -> usize {
    plan.draft.steps.len()
}

#[test]
fn what_nobody_reviewed_is_named_and_not_done() {
    let mut world = two();
    let file = kept(&world);
    world.give("karl", "mall", "worker", &[]);
    let found = judged(&[file], &world);
    let [todo, _, stale, unreviewed] = who(&found);
    assert_eq!(todo.len(), world.plan().draft.steps.len() - 1);
    assert_eq!(stale, [""; 0]);
    assert_eq!(unreviewed, ["invite karl"]);
}

#[test]
fn a_step_that_is_another_now_is_stale_and_the_other_unreviewed() {
    let mut world = two();
    let file = kept(&world);
    world.grant("jana", "center", |grant| {
        grant.role = Some(VendorRoleSlug::new("manager"));
    });
    let found = judged(&[file], &world);
    let [todo, _, stale, unreviewed] = who(&found);
    assert_eq!(stale, ["invite jana"]);
    assert_eq!(unreviewed, ["invite jana"]);
    assert_eq!(todo.len(), world.plan().draft.steps.len() - 1);
}

#[test]
fn what_was_expected_and_is_no_more_is_named_by_what_differs() {
    let mut world = World::new();
    world.give("lena", "port", "worker", &[("records_create_access", ON)]);
    world.account("9", "port", "worker", "lena@chain.example");
    let file = kept(&world);
    assert_eq!(file.steps.len(), 1);
    // The same is to come about, from another beginning.
    world.row("9", "port", |row| {
        row.role = Some(VendorRoleSlug::new("administrator"))
    });
    let found = judged(&[file], &world);
    assert_eq!(found.todo.len(), 0);
    let why = found.stale[0].why.join("; ");
    assert!(
        why.contains("before.role was \"worker\" and is \"administrator\"")
            || why.contains("is what would be done now"),
        "{why}"
    );
}

#[test]
fn what_the_files_want_no_more_is_stale() {
    let mut world = two();
    let mut file = kept(&world);
    file.config = "another".to_owned();
    world.drop_grant("jana", "center");
    let found = judged(&[file], &world);
    let [_, _, stale, _] = who(&found);
    assert_eq!(stale, ["invite jana"]);
    assert_eq!(found.stale[0].why, ["the files do not ask for it any more"]);
}

#[test]
fn what_cannot_be_read_any_more_is_stale() {
    let mut world = two();
    let file = kept(&world);
    world.unreadable("port");
    let found = judged(&[file], &world);
    let [_, satisfied, stale, _] = who(&found);
    assert!(stale.contains(&"remove lena".to_owned()), "{stale:?}");
    assert_eq!(satisfied, [""; 0]);
}

#[test]
fn several_files_are_a_union() {
    let mut world = two();
    let first = kept(&world);
    world.give("karl", "mall", "worker", &[]);
    world.only.people = [PersonKey::new("karl")].into();
    let second = kept(&world);
    world.only = Only::default();
    let found = judged(&[first, second], &world);
    assert_eq!(found.todo.len(), world.plan().draft.steps.len());
    assert_eq!(found.unreviewed.len(), 0);
    assert_eq!(found.stale, []);
}

#[test]
fn what_comes_after_a_step_that_is_not_done_is_not_done() {
    let world = two();
    let mut fresh = world.plan();
    let mut file = kept(&world);
    let first = fresh.draft.steps[0].id.clone();
    let second = fresh.draft.steps[1].id.clone();
    fresh.draft.steps[1].waits_for = vec![first.clone()];
    let found = review(&[file.clone()], &fresh, &world.desired, catalog());
    assert!(found.todo.contains(&second));
    file.steps.retain(|step| step.id != first);
    let found = review(&[file], &fresh, &world.desired, catalog());
    assert!(!found.todo.contains(&second));
    assert_eq!(found.stale.len(), 1);
    assert_eq!(found.stale[0].step.id, second);
    assert!(found.stale[0].why[0].starts_with("it comes after "));
    assert_eq!(found.unreviewed[0].id, first);
}

#[test]
fn a_forged_file_asks_for_nothing() {
    let mut world = two();
    world.give("mallory", "center", "owner", &[]);
    let file = kept(&world);
    let honest = two();
    let found = judged(&[file], &honest);
    let plan = honest.plan();
    let ids = plan
        .draft
        .steps
        .iter()
        .map(|step| step.id.clone())
        .collect();
    assert!(found.todo.is_subset(&ids));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was reviewed and whatever is now: what is done is in both, and equal.
    #[test]
    fn no_step_is_done_that_is_not_both_reviewed_and_fresh(
        then in proptest::collection::vec((0..4_usize, 0..3_usize, any::<bool>()), 0..6),
        now in proptest::collection::vec((0..4_usize, 0..3_usize, any::<bool>()), 0..6),
    ) {
        let build = |lines: &[(usize, usize, bool)]| {
            let mut world = two();
            let mut seen = std::collections::BTreeSet::new();
            for &(person, place, heavy) in lines {
                if !seen.insert((person, place)) {
                    continue;
                }
                let key = ["anna", "bela", "cora", "dina"][person];
                let role = if heavy { "manager" } else { "worker" };
                world.give(key, PLACES[place], role, &[]);
            }
            world
        };
        let (then, now) = (build(&then), build(&now));
        let file = kept(&then);
        let found = judged(std::slice::from_ref(&file), &now);
        let fresh = now.plan();
        for id in &found.todo {
            let step = fresh.draft.steps.iter().find(|step| step.id == *id);
            prop_assert!(step.is_some_and(|step| step.waits_for.iter().all(|id| found.todo.contains(id))));
            prop_assert!(file.steps.iter().any(|step| step.id == *id));
        }
        // Nothing is lost: each reviewed step has one fate, each fresh one is done, stale or unreviewed.
        let fates = found.todo.len() + found.satisfied.len() + found.stale.len();
        prop_assert_eq!(fates, file.steps.len());
        for step in &fresh.draft.steps {
            let named = found.todo.contains(&step.id)
                || found.unreviewed.iter().any(|it| it.id == step.id)
                || found.stale.iter().any(|it| it.step.id == step.id);
            prop_assert!(named);
        }
    }
}

#[test]
fn a_change_causes_what_is_not_there_without_it() {
    let before = two();
    let mut after = two();
    after.give("karl", "mall", "worker", &[]);
    after.edit("lena", |person| person.managed = Managed::No);
    let parts = part::part(&before.plan(), &after.plan(), catalog());
    let named = |steps: &[Step]| steps.iter().map(line).collect::<Vec<_>>();
    assert_eq!(named(&parts.caused), ["invite karl@mall"]);
    assert_eq!(named(&parts.pending), ["invite jana@center"]);
    assert_eq!(named(&parts.spared), ["remove lena@port"]);
    let all = part::part(&Plan::nothing(), &after.plan(), catalog());
    assert_eq!(all.caused.len(), after.plan().draft.steps.len());
}
