//! Laws over worlds made by chance: every set of steps that keeps to what waits for what is safe.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::World;
use crate::model::{AccountState, Within};
use crate::plan::tests::world::{PLACES, at, catalog};
use crate::plan::{Mode, Plan, Step, StepId, holds_right};
use crate::policy::board::{could, will};

const PEOPLE: [&str; 5] = ["adam", "bea", "cara", "dan", "eva"];
const RIGHTS: [&str; 3] = [
    "settings_users_edit_access",
    "settings_users_delete_access",
    "clients_export_access",
];

/// What one person has and shall have at one place: bits over `RIGHTS`; none is nothing there.
type Pair = (Option<u8>, Option<u8>);

#[derive(Clone, Debug)]
struct Case {
    /// By person, then place.
    pairs: Vec<[Pair; 2]>,
    invited: u8,
    leavers: u8,
    at_least: u32,
    caller: bool,
}

fn cases() -> impl Strategy<Value = Case> {
    let bits = || proptest::option::weighted(0.8, 0u8..8);
    let pair = (bits(), bits());
    (
        proptest::collection::vec([pair.clone(), pair], PEOPLE.len()),
        0u8..32,
        0u8..32,
        0u32..4,
        any::<bool>(),
    )
        .prop_map(|(pairs, invited, leavers, at_least, caller)| Case {
            pairs,
            invited: invited & invited.rotate_left(1),
            leavers: leavers & leavers.rotate_left(1) & 5,
            at_least,
            caller,
        })
}

fn slugs(bits: u8) -> Vec<&'static str> {
    let all = RIGHTS.iter().enumerate();
    all.filter(|(at, _)| bits & (1 << at) != 0)
        .map(|(_, slug)| *slug)
        .collect()
}

fn world(case: &Case) -> World {
    let mut world = World::new();
    if !case.caller {
        world.drop_caller();
    }
    for (who, (key, pairs)) in PEOPLE.iter().zip(&case.pairs).enumerate() {
        world.person(key);
        let account = (10 + who).to_string();
        for (place, (has, wants)) in PLACES.iter().zip(pairs) {
            if let Some(has) = has {
                world.live(&account, key, place, &slugs(*has));
                if case.invited & (1 << who) != 0 {
                    world.state(&account, place, AccountState::Invited);
                }
            }
            if let Some(wants) = wants {
                world.wants(key, place, &slugs(*wants));
            }
        }
        if case.leavers & (1 << who) != 0 {
            world.leave(key);
        }
    }
    world.holders(
        "some",
        &["clients_export_access"],
        Within::Location,
        case.at_least,
    );
    world
}

/// Who holds a right at a place; the token's own account, an owner, is one where it counts.
fn holders(world: &World, case: &Case, place: &str, slug: &str) -> BTreeSet<String> {
    let right = catalog().by_slug(slug).expect(slug);
    let mut world = world.clone();
    let rows = world.base.scope(place).accounts.values();
    rows.filter(|row| {
        let is_caller = row.id.as_str() == "1";
        (is_caller && case.caller)
            || (!is_caller
                && row.state == AccountState::Active
                && holds_right(catalog(), row.rights.as_deref(), None, right))
    })
    .map(|row| row.id.to_string())
    .collect()
}

/// What a step does to an account's holding a right at a place: takes it, or gives it for certain.
fn turns(step: &Step, place: &str, slug: &str) -> Option<(String, bool)> {
    if step.place != at(place) {
        return None;
    }
    let right = catalog().by_slug(slug).expect(slug);
    let account = step.account.as_ref().map(ToString::to_string);
    match (could(catalog(), step, right), will(catalog(), step, right)) {
        (true, false) => Some((account.unwrap_or_default(), false)),
        (false, true) if step.mode == Mode::Api => Some((account?, true)),
        _ => None,
    }
}

/// Every set of steps that may be done when others fail, never run or are left out.
fn sets(plan: &Plan) -> Vec<Vec<&Step>> {
    let steps = &plan.draft.steps;
    let count = steps.len().min(12);
    let mut all = Vec::new();
    for bits in 0u32..(1 << count) {
        let set: Vec<&Step> = (0..count)
            .filter(|at| bits & (1 << at) != 0)
            .map(|at| &steps[at])
            .collect();
        let ids: BTreeSet<&StepId> = set.iter().map(|step| &step.id).collect();
        if set
            .iter()
            .all(|step| step.waits_for.iter().all(|id| ids.contains(id)))
        {
            all.push(set);
        }
    }
    all
}

fn leaves(case: &Case, step: &Step) -> bool {
    PEOPLE.iter().enumerate().any(|(at, key)| {
        case.leavers & (1 << at) != 0
            && step
                .person
                .as_ref()
                .is_some_and(|person| person.as_str() == *key)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_set_of_steps_breaks_a_count_or_locks_out(case in cases()) {
        let world = world(&case);
        let plan = world.plan();
        prop_assert_eq!(world.verify(&plan), []);
        let sets = sets(&plan);
        let rules = [(RIGHTS[0], 1), (RIGHTS[1], 1), (RIGHTS[2], case.at_least as usize)];
        for place in &PLACES[..2] {
            for (slug, at_least) in rules {
                let start = holders(&world, &case, place, slug);
                let steps = plan.draft.steps.iter();
                let turns: BTreeMap<&StepId, (String, bool)> = steps
                    .filter_map(|step| Some((&step.id, turns(step, place, slug)?)))
                    .collect();
                let left = |done: &mut dyn Iterator<Item = &Step>| {
                    let mut left = start.clone();
                    for (account, holds) in done.filter_map(|step| turns.get(&step.id)) {
                        if *holds {
                            left.insert(account.clone());
                        } else {
                            left.remove(account);
                        }
                    }
                    left.len()
                };
                for set in &sets {
                    // Leavers are the exception: the others make do without them.
                    let without = left(&mut set.iter().copied().filter(|step| leaves(&case, step)));
                    let after = left(&mut set.iter().copied());
                    prop_assert!(
                        after >= without.min(at_least),
                        "{place} {slug}: {after} of {at_least} after {:?}",
                        set.iter().map(|step| crate::plan::tests::world::line(step)).collect::<Vec<_>>()
                    );
                }
            }
        }
    }

    #[test]
    fn judging_loses_no_step_and_keeps_the_order(case in cases()) {
        let world = world(&case);
        let plain = world.base.plan();
        let plan = world.plan();
        let ids = |plan: &Plan| -> BTreeSet<StepId> {
            let held = plan.draft.holds.iter().filter_map(|hold| hold.step.as_deref());
            plan.draft.steps.iter().chain(held).map(|step| step.id.clone()).collect()
        };
        prop_assert_eq!(ids(&plain), ids(&plan));
        let mut done = BTreeSet::new();
        for step in &plan.draft.steps {
            prop_assert!(step.waits_for.iter().all(|id| done.contains(id)));
            done.insert(step.id.clone());
        }
        // Equal inputs give equal plans.
        prop_assert_eq!(world.plan().id, plan.id);
    }
}
