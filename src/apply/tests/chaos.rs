//! The laws under random faults: no message twice, no effect without an intent, nothing unasked,
//! and an end in what was wanted or in a doubt that is said.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::world::*;
use crate::journal::{JournalSink as _, unsettled};
use crate::model::AccountId;
use crate::plan::{Change, Step};

const JOINERS: &[&str] = &["anna", "berta", "clara", "dora"];

#[derive(Clone, Debug)]
struct Script {
    faults: BTreeMap<usize, Fault>,
    partial_lists: BTreeSet<usize>,
    delay: u64,
    /// For each run: at which write of the journal it dies, and whether that one is stored.
    crashes: Vec<Option<(usize, bool)>>,
}

fn script() -> impl Strategy<Value = Script> {
    let fault = prop_oneof![
        Just(Fault::LostBefore),
        Just(Fault::LostAfter),
        Just(Fault::Rejected),
        Just(Fault::Forbidden),
        Just(Fault::NotFound),
        Just(Fault::NotSent),
        Just(Fault::Unauthorized),
        Just(Fault::Ignored),
        Just(Fault::RefusedAfter),
        Just(Fault::CrashBefore),
        Just(Fault::CrashAfter),
    ];
    (
        proptest::collection::btree_map(1_usize..14, fault, 0..5),
        proptest::collection::btree_set(1_usize..20, 0..4),
        0_u64..119,
        proptest::collection::vec(proptest::option::of((0_usize..25, any::<bool>())), 3),
    )
        .prop_map(|(faults, partial_lists, delay, crashes)| Script {
            faults,
            partial_lists,
            delay,
            crashes,
        })
}

/// What a plan would say now: what is missing, without what memory has in doubt or in the mail.
fn plan_again(stage: &Stage) -> Vec<Step> {
    let memory = stage.memory();
    let state = stage.world.state();
    let has = |place: &str, person: &str| {
        let rows = state.rows.get(place);
        rows.is_some_and(|rows| rows.values().any(|row| row.email == Some(email(person))))
    };
    let mut steps = Vec::new();
    for person in JOINERS {
        let sent = memory
            .invitations
            .keys()
            .any(|(_, whose)| whose.as_str() == *person);
        if !has(MALL, person) && !sent {
            steps.push(invite(person, MALL));
        }
    }
    let at_center = state
        .rows
        .get(CENTER)
        .and_then(|rows| rows.get(&AccountId::new("1")));
    let fits = at_center.is_some_and(|row| {
        row.role
            .as_ref()
            .is_some_and(|role| role.as_str() == "worker")
    });
    let give = if at_center.is_none() {
        Some(grant("jana", "1", MALL, CENTER))
    } else if !fits {
        let mut fix = set("jana", "1", CENTER, &[("records_access", true)]);
        if let Change::Grant { target, .. } = grant("jana", "1", MALL, CENTER).change {
            fix.change = Change::Set { target };
        }
        Some(fix)
    } else {
        None
    };
    if has(CENTER, "karlis") {
        let take = remove("karlis", "2", CENTER);
        steps.push(give.as_ref().map_or(take.clone(), |give| after(take, give)));
    }
    for place in [MALL, CENTER, PORT] {
        if has(place, "leo") {
            steps.push(remove("leo", "4", place));
        }
    }
    // In a plan, what comes before stands before.
    if let Some(give) = give {
        steps.insert(0, give);
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_fault_and_any_kill_end_well(script in script()) {
        let mut stage = Stage::new(&["anna", "berta", "clara", "dora", "jana", "karlis", "leo"]);
        stage.world.add(MALL, account("1", "jana"));
        stage.world.add(MALL, account("3", "owner"));
        stage.world.add(CENTER, account("2", "karlis"));
        for place in [MALL, CENTER, PORT] {
            stage.world.add(place, account("4", "leo"));
        }
        {
            let mut state = stage.world.state();
            state.faults.clone_from(&script.faults);
            state.partial_lists.clone_from(&script.partial_lists);
            state.delay = Duration::from_secs(script.delay);
        }
        let mut crashes = script.crashes.clone();
        for run in 0..10 {
            stage.world.revive();
            stage.journal.crash = if crashes.is_empty() { None } else { crashes.remove(0) };
            if !matches!(stage.try_settle(), Some(Ok(_))) {
                continue;
            }
            let steps = plan_again(&stage);
            let is_settled = unsettled(stage.journal.entries()).is_empty();
            if steps.is_empty() && crashes.is_empty() && is_settled {
                break;
            }
            let order: Vec<_> = steps.iter().map(|step| step.id.clone()).collect();
            if let Some(outcomes) = stage.try_apply(steps) {
                let got: Vec<_> = outcomes.steps.iter().map(|(id, _)| id.clone()).collect();
                prop_assert_eq!(&got, &order, "run {}", run);
            }
            // Time passes between runs, enough for whatever is in the mail.
            stage.world.clock.advance(Duration::from_secs(200));
        }
        stage.world.revive();
        stage.journal.crash = None;
        stage.settle();
        let left: Vec<String> = plan_again(&stage).iter().map(|step| step.id.to_string()).collect();
        prop_assert_eq!(left, Vec::<String>::new());

        // No message twice.
        let messages = stage.world.state().messages.clone();
        let distinct: BTreeSet<&String> = messages.iter().map(|(contact, _)| contact).collect();
        prop_assert_eq!(distinct.len(), messages.len(), "{:?}", messages);
        // Nothing unasked: these two were in no plan.
        prop_assert!(stage.world.has(MALL, "1") && stage.world.has(MALL, "3"));
        // Everybody is there, or it is said that nobody knows.
        let memory = stage.memory();
        for person in JOINERS {
            let is_there = stage.world.state().rows.get(MALL).is_some_and(|rows| {
                rows.values().any(|row| row.email == Some(email(person)))
            });
            let doubt = memory.invitations.iter().any(|((_, whose), _)| whose.as_str() == *person);
            prop_assert!(is_there || doubt, "{} is neither there nor in doubt", person);
        }
    }
}
