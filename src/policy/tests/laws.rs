//! Laws over any draft: no approval and no wider limit ever holds more, and nothing is lost.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::world::{Does, PLACES, World, step};
use crate::model::{Bound, Limit};
use crate::plan::{Plan, Step, StepId};

const KINDS: [Does; 9] = [
    Does::Leave,
    Does::Join,
    Does::Strip,
    Does::Revert,
    Does::Raise,
    Does::Invite,
    Does::Swap,
    Does::Lapse,
    Does::Stranger,
];
const ALLOWED: [&str; 5] = [
    "removals",
    "inferred",
    "escalations",
    "messages",
    "strangers",
];

/// Steps in an order in which each waits for earlier ones only.
fn drafts() -> impl Strategy<Value = Vec<Step>> {
    let one = (
        0..KINDS.len(),
        0..30_usize,
        0..PLACES.len(),
        any::<prop::sample::Index>(),
        0..4_u8,
    );
    prop::collection::vec(one, 0..40).prop_map(|all| {
        let mut ids = BTreeSet::new();
        let mut steps: Vec<Step> = Vec::new();
        for (kind, person, place, earlier, waits) in all {
            let mut made = step(KINDS[kind], person, PLACES[place]);
            if waits == 0 && !steps.is_empty() {
                made.waits_for = vec![steps[earlier.index(steps.len())].id.clone()];
            }
            if ids.insert(made.id.clone()) {
                steps.push(made);
            }
        }
        steps
    })
}

fn approvals() -> impl Strategy<Value = Vec<String>> {
    let by_people = (
        0..ALLOWED.len(),
        prop::collection::btree_set(0..30_u8, 1..8),
    )
        .prop_map(|(allow, people)| {
            let keys: Vec<String> = people.iter().map(|at| format!("p{at}")).collect();
            format!(
                "  - {{ allow: {}, people: [{}], because: x }}",
                ALLOWED[allow],
                keys.join(", ")
            )
        });
    let by_place =
        (0..ALLOWED.len(), 0..PLACES.len(), 1..12_u8).prop_map(|(allow, place, most)| {
            format!(
                "  - {{ allow: {}, location: {}, at_most: {most}, because: x }}",
                ALLOWED[allow], PLACES[place]
            )
        });
    prop::collection::vec(prop_oneof![by_people, by_place], 0..4)
}

fn limit() -> impl Strategy<Value = Limit> {
    let bound = |most| prop::option::of((0..=most).prop_map(Bound::built_in));
    (bound(12_u32), bound(100)).prop_map(|(count, share)| Limit { count, share })
}

fn worlds() -> impl Strategy<Value = (Vec<String>, [Limit; 4], [u32; 3])> {
    let limits = [limit(), limit(), limit(), limit()];
    (approvals(), limits, [0..60_u32, 0..60, 0..60])
}

fn world(approvals: &[String], limits: [Limit; 4], accounts: [u32; 3]) -> World {
    let mut world = World {
        accounts,
        ..World::new("", &approvals.join("\n"))
    };
    let rules = &mut world.desired.rules.limits;
    [
        rules.removals,
        rules.inferred,
        rules.escalations,
        rules.messages,
    ] = limits;
    world
}

fn held(plan: &Plan) -> BTreeSet<StepId> {
    let steps = plan
        .draft
        .holds
        .iter()
        .filter_map(|hold| hold.step.as_ref());
    steps.map(|step| step.id.clone()).collect()
}

fn wider(limit: Limit, by: u32) -> Limit {
    let raise = |bound: Option<Bound>| {
        bound.map(|it| Bound {
            most: it.most + by,
            ..it
        })
    };
    Limit {
        count: raise(limit.count),
        share: raise(limit.share),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost_and_every_hold_of_a_limit_says_what_would_lift_it(
        steps in drafts(), (approvals, limits, accounts) in worlds()
    ) {
        let plan = world(&approvals, limits, accounts).plan(steps.clone());
        let mut seen = held(&plan);
        for step in &plan.draft.steps {
            prop_assert!(seen.insert(step.id.clone()), "both done and held: {}", step.id);
            prop_assert!(step.waits_for.iter().all(|id| !held(&plan).contains(id)));
        }
        prop_assert_eq!(seen, steps.iter().map(|step| step.id.clone()).collect());
        for hold in &plan.draft.holds {
            prop_assert!(!hold.message.is_empty() && !hold.because.is_empty());
            let limit = hold.code == crate::plan::HoldCode::OverLimit;
            prop_assert_eq!(limit, hold.approval.is_some());
        }
        prop_assert!(plan.draft.needs.is_empty());
    }

    #[test]
    fn one_more_approval_never_holds_more(
        steps in drafts(), (approvals, limits, accounts) in worlds(), more in self::approvals()
    ) {
        let before = held(&world(&approvals, limits, accounts).plan(steps.clone()));
        let all: Vec<String> = approvals.into_iter().chain(more).collect();
        let after = held(&world(&all, limits, accounts).plan(steps));
        prop_assert!(after.is_subset(&before), "{:?}", after.difference(&before));
    }

    #[test]
    fn a_wider_limit_never_holds_more(
        steps in drafts(), (approvals, limits, accounts) in worlds(), by in [0..9_u32, 0..9, 0..9, 0..9], off in 0..5_usize
    ) {
        let before = held(&world(&approvals, limits, accounts).plan(steps.clone()));
        let mut wide = limits;
        for (limit, by) in wide.iter_mut().zip(by) {
            *limit = wider(*limit, by);
        }
        if let Some(limit) = wide.get_mut(off) {
            *limit = Limit::default();
        }
        let after = held(&world(&approvals, wide, accounts).plan(steps));
        prop_assert!(after.is_subset(&before), "{:?}", after.difference(&before));
    }
}
