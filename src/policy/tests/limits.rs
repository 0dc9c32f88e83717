//! What is over a limit, what is not, and who may pass all the same: one table, and what the words must say.

use super::world::{Does, World, said, step, steps};
use crate::model::PersonKey;
use crate::plan::{HoldCode, Step};

/// Settings, approvals, accounts at each place, steps, and how many of these are held.
type Row = (&'static str, &'static str, [u32; 3], Vec<Step>, usize);

fn many(parts: Vec<Vec<Step>>) -> Vec<Step> {
    parts.into_iter().flatten().collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn limits_and_approvals() {
    use Does::{Invite, Join, Lapse, Leave, Raise, Revert, Strip, Swap};
    let big = [100, 100, 100];
    let table: Vec<Row> = vec![
        // The built-in count of removals is 10 people a run.
        ("", "", big, steps(Leave, 0..10, "center"), 0),
        ("", "", big, steps(Leave, 0..11, "center"), 11),
        // People and not steps: ten people at three places are ten.
        (
            "",
            "",
            big,
            many(vec![
                steps(Leave, 0..10, "center"),
                steps(Leave, 0..10, "mall"),
                steps(Leave, 0..10, "port"),
            ]),
            0,
        ),
        // All of that kind are held wherever they are, and nothing else.
        (
            "",
            "",
            big,
            many(vec![
                steps(Leave, 0..6, "center"),
                steps(Leave, 6..12, "mall"),
                steps(Join, 20..25, "port"),
            ]),
            12,
        ),
        // What no line names has a narrower limit, and both are counted apart.
        ("", "", big, steps(Strip, 0..2, "center"), 0),
        ("", "", big, steps(Strip, 0..3, "center"), 3),
        (
            "",
            "",
            big,
            many(vec![
                steps(Strip, 0..2, "center"),
                steps(Revert, 2..3, "mall"),
                steps(Leave, 3..13, "port"),
            ]),
            3,
        ),
        // A line that ended is named.
        ("", "", big, many(vec![steps(Lapse, 0..10, "center")]), 0),
        // The share: 20 % of 20 is 4, in that place alone.
        ("", "", [20, 100, 100], steps(Leave, 0..4, "center"), 0),
        (
            "",
            "",
            [20, 100, 100],
            many(vec![
                steps(Leave, 0..5, "center"),
                steps(Leave, 10..15, "mall"),
            ]),
            5,
        ),
        // Below 10 accounts at most half.
        ("", "", [9, 100, 100], steps(Leave, 0..4, "center"), 0),
        ("", "", [9, 100, 100], steps(Leave, 0..5, "center"), 5),
        (
            "limits: { removals: { share: 90% } }",
            "",
            [9, 100, 100],
            steps(Leave, 0..5, "center"),
            5,
        ),
        // One person may always leave a small place, but where the share is nothing.
        ("", "", [1, 100, 100], steps(Leave, 0..1, "center"), 0),
        ("", "", [12, 100, 100], steps(Strip, 0..1, "center"), 0),
        (
            "limits: { removals: { share: 0% } }",
            "",
            big,
            steps(Leave, 0..1, "center"),
            1,
        ),
        (
            "limits: { removals: { count: 0 } }",
            "",
            big,
            steps(Leave, 0..1, "center"),
            1,
        ),
        // A role that is edited and strips 60 % of a place.
        ("", "", [20, 100, 100], steps(Strip, 0..12, "center"), 12),
        (
            "limits: { inferred: { count: none } }",
            "",
            [20, 100, 100],
            steps(Strip, 0..12, "center"),
            12,
        ),
        (
            "limits: { inferred: none }",
            "",
            [20, 100, 100],
            steps(Strip, 0..12, "center"),
            0,
        ),
        // `none` turns one bound off and leaves the other.
        (
            "limits: { removals: { count: none } }",
            "",
            big,
            steps(Leave, 0..20, "center"),
            0,
        ),
        (
            "limits: { removals: { count: none } }",
            "",
            big,
            steps(Leave, 0..21, "center"),
            21,
        ),
        (
            "limits: { removals: { share: none } }",
            "",
            [20, 100, 100],
            steps(Leave, 0..10, "center"),
            0,
        ),
        // What is left out keeps its built-in bound.
        (
            "limits: { removals: { count: 30 } }",
            "",
            [20, 100, 100],
            steps(Leave, 0..5, "center"),
            5,
        ),
        // A mover loses one place and gets another: no removal.
        (
            "",
            "",
            big,
            many(vec![
                steps(Leave, 0..15, "center"),
                steps(Join, 0..15, "mall"),
            ]),
            0,
        ),
        (
            "",
            "",
            big,
            many(vec![
                steps(Leave, 0..15, "center"),
                steps(Join, 0..3, "mall"),
            ]),
            15 - 3,
        ),
        // Less at a place where they stay is no move.
        (
            "",
            "",
            big,
            many(vec![
                steps(Strip, 0..15, "center"),
                steps(Join, 0..15, "mall"),
            ]),
            15,
        ),
        // Escalations and messages; a step may be both a removal and an escalation.
        ("", "", big, steps(Raise, 0..20, "center"), 0),
        ("", "", big, steps(Raise, 0..21, "center"), 21),
        (
            "limits: { inferred: none, escalations: { count: 1 } }",
            "",
            big,
            steps(Swap, 0..2, "center"),
            2,
        ),
        ("", "", big, steps(Invite, 0..20, "center"), 0),
        ("", "", big, steps(Invite, 0..21, "center"), 21),
        (
            "limits: { messages: { share: 10% } }",
            "",
            [20, 100, 100],
            steps(Invite, 0..3, "center"),
            3,
        ),
        // Approved by name: they pass and are not counted.
        (
            "",
            "  - { allow: removals, people: [p0, p1], because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, people: [p0], because: x }",
            big,
            steps(Leave, 0..12, "center"),
            11,
        ),
        (
            "",
            "  - { allow: inferred, people: [p0, p1, p2], because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
        // By place, role or right, up to a number.
        (
            "",
            "  - { allow: removals, location: center, at_most: 12, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, location: mall, at_most: 12, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
        (
            "",
            "  - { allow: removals, location: center, at_most: 11, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
        (
            "",
            "  - { allow: removals, role: deputy, at_most: 5, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, right: records_delete_access, at_most: 12, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, right: records_*, at_most: 12, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, right: clients_*, at_most: 12, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
        // Everything an approval says has to fit.
        (
            "",
            "  - { allow: removals, people: [p0, p1], location: mall, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
        // Until the end of its date, in the project's zone.
        (
            "",
            "  - { allow: removals, people: [p0, p1], until: 2026-11-20, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            0,
        ),
        (
            "",
            "  - { allow: removals, people: [p0, p1], until: 2026-11-19, because: x }",
            big,
            steps(Leave, 0..12, "center"),
            12,
        ),
    ];
    for (settings, approvals, accounts, steps, held) in table {
        let world = World {
            accounts,
            ..World::new(settings, approvals)
        };
        let all = steps.len();
        let plan = world.plan(steps);
        let holds: Vec<String> = plan.draft.holds.iter().map(said).collect();
        assert_eq!(
            holds.len(),
            held,
            "{settings} {approvals} {accounts:?}: {holds:?}"
        );
        assert_eq!(
            plan.draft.steps.len() + holds.len(),
            all,
            "{settings} {approvals}"
        );
        for hold in &plan.draft.holds {
            assert_eq!(hold.code, HoldCode::OverLimit);
            assert!(hold.step.is_some(), "{}", said(hold));
        }
    }
}

#[test]
fn a_hold_names_the_numbers_and_the_rule_s_place() {
    let world = World::new("limits:\n  removals: { count: 3 }", "");
    let plan = world.plan(steps(Does::Leave, 0..4, "center"));
    assert_eq!(
        plan.draft.holds[0].message,
        "4 people would lose access that a line takes from them in this run, and `limits.removals.count` lets 3 through (keyholder.yaml:9)"
    );
    let place = crate::plan::Because::Line(crate::text::Origin {
        file: "keyholder.yaml".into(),
        line: 9,
        column: 22,
        text: "removals: { count: 3 }".into(),
    });
    assert_eq!(plan.draft.holds[0].because[0], place);
    let mut world = World::new("", "");
    world.accounts = [20, 8, 100];
    let plan = world.plan(steps(Does::Leave, 0..5, "mall"));
    assert_eq!(
        plan.draft.holds[0].message,
        "5 people of 8 accounts of `salons` at mall would lose access that a line takes from them, and `limits.removals.share` lets 20% through, which below 10 accounts means at most half, 4 of 8 (built in)"
    );
    assert_eq!(
        plan.draft.holds[0].because[0],
        crate::plan::Because::Rule("the built-in limit `limits.removals.share: 20%`".into())
    );
}

#[test]
fn an_approval_that_does_not_count_is_said() {
    let few = "  - { allow: removals, location: center, at_most: 11, because: x }";
    let plan = World::new("", few).plan(steps(Does::Leave, 0..12, "center"));
    let message = &plan.draft.holds[0].message;
    let why = "; the approval at approvals.yaml:2 is for at most 11, and 12 need it";
    assert!(message.ends_with(why), "{message}");
    let old = "  - { allow: removals, people: [p0, p1], until: 2026-11-19, because: x }";
    let plan = World::new("", old).plan(steps(Does::Leave, 0..12, "center"));
    let message = &plan.draft.holds[0].message;
    assert!(
        message.ends_with("; the approval at approvals.yaml:2 has ended"),
        "{message}"
    );
}

#[test]
fn an_approval_is_used_only_where_the_limit_would_hold() {
    let twelve = "  - { allow: removals, location: center, at_most: 12, because: x }";
    let passed = |approvals: &str, count: usize| {
        let plan = World::new("", approvals).plan(steps(Does::Leave, 0..count, "center"));
        let rules = plan.draft.passed.values().map(ToString::to_string);
        rules.collect::<Vec<_>>()
    };
    assert_eq!(
        passed(twelve, 12),
        ["approval removals location:center"; 12]
    );
    assert_eq!(passed(twelve, 3), [""; 0]);
    assert_eq!(passed(twelve, 13), [""; 0]);
    // Of two it is the first that is used.
    let two = format!("{twelve}\n  - {{ allow: removals, people: [p0], because: y }}");
    assert_eq!(passed(&two, 12), ["approval removals location:center"; 12]);
    // One of twelve that is approved leaves eleven, which are held; it would have been held with them.
    let one = "  - { allow: removals, people: [p1], because: x }";
    assert_eq!(passed(one, 12), ["approval removals people:p1"]);
}

/// Pastes what every hold proposes until nothing is held.
#[test]
fn the_proposed_entry_lets_it_through() {
    let cases = [
        ([100, 100, 100], steps(Does::Leave, 0..12, "center")),
        (
            [20, 20, 100],
            many(vec![
                steps(Does::Leave, 0..5, "center"),
                steps(Does::Leave, 10..15, "mall"),
            ]),
        ),
        ([20, 100, 100], steps(Does::Strip, 0..12, "center")),
        (
            [100, 100, 100],
            many(vec![
                steps(Does::Invite, 0..21, "center"),
                steps(Does::Raise, 5..28, "mall"),
                steps(Does::Swap, 28..30, "port"),
            ]),
        ),
        (
            [100, 100, 100],
            many(vec![
                steps(Does::Stranger, 0..3, "center"),
                steps(Does::Strip, 4..6, "mall"),
            ]),
        ),
    ];
    for (accounts, steps) in cases {
        let mut entries = String::new();
        for round in 0.. {
            assert!(round < 4, "{entries}");
            let world = World {
                accounts,
                ..World::new("", &entries)
            };
            let plan = world.plan(steps.clone());
            if plan.draft.holds.is_empty() {
                break;
            }
            let mut proposed: Vec<&String> = plan
                .draft
                .holds
                .iter()
                .filter_map(|hold| hold.approval.as_ref())
                .collect();
            proposed.sort();
            proposed.dedup();
            assert!(!proposed.is_empty());
            for entry in proposed {
                for line in entry.lines() {
                    entries.push_str(&format!("  {line}\n"));
                }
            }
        }
        assert!(entries.contains("until: 2026-11-27"), "{entries}");
    }
}

#[test]
fn what_comes_after_a_held_step_is_held_too() {
    let mut after = step(Does::Join, 20, "mall");
    let mut last = step(Does::Join, 21, "mall");
    let over = steps(Does::Leave, 0..11, "center");
    after.waits_for = vec![over[3].id.clone()];
    last.waits_for = vec![after.id.clone()];
    let free = step(Does::Join, 22, "mall");
    let mut all = over;
    all.extend([after, last, free]);
    let plan = World::new("", "").plan(all);
    let free: Vec<_> = plan
        .draft
        .steps
        .iter()
        .filter_map(|it| it.person.clone())
        .collect();
    assert_eq!(free, [PersonKey::new("p22")]);
    let held: Vec<String> = plan.draft.holds.iter().map(said).collect();
    assert!(
        held.contains(&"depends-on-held p20@mall".into()),
        "{held:?}"
    );
    assert!(
        held.contains(&"depends-on-held p21@mall".into()),
        "{held:?}"
    );
}

#[test]
fn a_place_that_nothing_shows_is_counted_by_what_is_known() {
    use crate::model::{PlaceId, SystemName};
    let mut world = World::new("", "");
    world.accounts = [0, 0, 0];
    // Nothing is known of it but these: a leaver may always leave, and of twenty known four may.
    assert_eq!(world.held(steps(Does::Leave, 0..1, "center")), [""; 0]);
    for at in 0..20 {
        let known: (SystemName, PlaceId, PersonKey) = (
            SystemName::new("salons"),
            super::world::at("center"),
            PersonKey::new(format!("k{at}")),
        );
        world.memory.granted.insert(known);
    }
    assert_eq!(world.held(steps(Does::Leave, 0..4, "center")).len(), 0);
    assert_eq!(world.held(steps(Does::Leave, 0..5, "center")).len(), 5);
}
