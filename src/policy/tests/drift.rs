//! What somebody changed by hand: which of it is reverted, and what an approval lets through.

use super::world::{Does, World, said, step};
use crate::catalog::Catalog;
use crate::plan::{ByHand, HoldCode, Reason, Step};

/// The same change, because somebody made another by hand.
fn drifted(does: Does) -> Step {
    let mut step = step(does, 1, "center");
    step.reason = Reason::Drift;
    step
}

#[test]
fn widened_is_reverted_and_reduced_is_held() {
    use Does::{Join, Leave, Raise, Strip, Swap};
    let hold_all = "drift: { widened: hold, reduced: hold }";
    let revert_all = "drift: { widened: revert, reduced: revert }";
    let approval = "  - { allow: drift, people: [p1], because: x }";
    let other = "  - { allow: removals, people: [p1], because: x }";
    for (settings, approvals, does, held) in [
        ("", "", Strip, false),
        ("", "", Leave, false),
        ("", "", Join, true),
        ("", "", Raise, true),
        // One write that takes and gives: it is not given back behind anybody's back.
        ("", "", Swap, true),
        (hold_all, "", Strip, true),
        (hold_all, "", Join, true),
        (revert_all, "", Join, false),
        (revert_all, "", Swap, false),
        ("drift: { reduced: revert }", "", Raise, false),
        ("drift: { widened: hold }", "", Join, true),
        ("", approval, Join, false),
        (hold_all, approval, Strip, false),
        ("", other, Join, true),
    ] {
        let plan = World::new(settings, approvals).plan(vec![drifted(does)]);
        let holds: Vec<String> = plan.draft.holds.iter().map(said).collect();
        assert_eq!(
            !holds.is_empty(),
            held,
            "{settings} {approvals} {does:?}: {holds:?}"
        );
        // An approval is used where there would be a hold without it.
        let without = World::new(settings, "").held(vec![drifted(does)]);
        assert_eq!(
            plan.draft.passed.len(),
            without.len() - holds.len(),
            "{settings} {approvals} {does:?}"
        );
        for hold in &plan.draft.holds {
            assert_eq!(hold.code, HoldCode::Drift);
            let entry = hold.approval.as_deref().expect("an entry");
            let world = World::new(settings, &format!("  {entry}"));
            assert_eq!(world.held(vec![drifted(does)]), [""; 0], "{entry}");
        }
    }
    // The same steps for another reason are no drift.
    for does in [Join, Raise] {
        assert_eq!(
            World::new("", "").held(vec![step(does, 1, "center")]),
            [""; 0]
        );
    }
}

#[test]
fn a_hold_names_the_rule_s_place() {
    let world = World::new("drift:\n  widened: hold", "");
    let plan = world.plan(vec![drifted(Does::Strip)]);
    assert_eq!(
        plan.draft.holds[0].message,
        "`p1` at center has more than the files say: somebody gave it by hand since it was last verified; `drift.widened: hold` (keyholder.yaml:9)"
    );
}

#[test]
fn ownership_strangers_and_further_invitations_pass_with_an_approval_alone() {
    use crate::model::Allow;
    use crate::plan::Need;
    for (allow, code, does) in [
        (Allow::Ownership, HoldCode::Ownership, Does::Raise),
        (Allow::Invitations, HoldCode::SecondInvitation, Does::Invite),
        (Allow::Strangers, HoldCode::Stranger, Does::Stranger),
    ] {
        let made = step(does, 1, "center");
        let need = Need {
            step: made.id.clone(),
            code,
            allow: Some(allow),
            message: "a need of the plan".into(),
            help: String::new(),
            approval: None,
            because: Vec::new(),
        };
        let plan = World::new("", "").plan_with(vec![made.clone()], vec![need.clone()]);
        let [hold] = plan.draft.holds.as_slice() else {
            panic!("{:?}", plan.draft.holds)
        };
        assert_eq!(hold.code, code);
        let entry = hold.approval.as_deref().expect("an entry");
        assert!(entry.contains(allow.name()), "{entry}");
        let world = World::new("", &format!("  {entry}"));
        let plan = world.plan_with(vec![made], vec![need]);
        assert_eq!(
            (plan.draft.steps.len(), plan.draft.holds.len()),
            (1, 0),
            "{entry}"
        );
    }
}

#[test]
fn a_write_that_does_something_else_too_is_judged_by_what_was_done_by_hand() {
    let mixed = |gives: bool, takes: bool| {
        let mut step = step(Does::Swap, 1, "center");
        step.reason = Reason::RoleChanged;
        step.deltas.push(step.deltas[0].clone());
        step.by_hand = ByHand {
            rights: vec![step.deltas[0].right],
            gives,
            takes,
            ..ByHand::default()
        };
        step
    };
    let held = |settings: &str, step: Step| World::new(settings, "").held(vec![step]).len();
    // The files give and take; only what somebody did by hand counts.
    assert_eq!(held("", mixed(false, true)), 0);
    assert_eq!(held("drift: { widened: hold }", mixed(false, true)), 1);
    assert_eq!(held("", mixed(true, false)), 1);
    assert_eq!(held("drift: { reduced: revert }", mixed(true, false)), 0);
    let plan = World::new("", "").plan(vec![mixed(true, true)]);
    let message = &plan.draft.holds[0].message;
    let slug = Catalog::current()
        .get(mixed(true, true).deltas[0].right)
        .slug;
    let said = format!(
        "since it was last verified (`{slug}`; what else the same write would do waits with it), \
         and the same write would take what they were given by hand"
    );
    assert!(message.contains(&said), "{message}");
}

#[test]
fn an_approval_of_drift_that_names_a_right_means_one_that_was_changed_by_hand() {
    let mut step = drifted(Does::Raise);
    let catalog = Catalog::current();
    let other = catalog
        .all()
        .find(|right| right.id != step.deltas[0].right)
        .unwrap();
    let mut more = step.deltas[0].clone();
    more.right = other.id;
    step.deltas.push(more);
    step.by_hand = ByHand {
        rights: vec![other.id],
        gives: true,
        ..ByHand::default()
    };
    let held = |right| {
        let slug = catalog.get(right).slug;
        let entry = format!("  - {{ allow: drift, right: {slug}, at_most: 5, because: x }}");
        World::new("", &entry).held(vec![step.clone()]).len()
    };
    assert_eq!(held(other.id), 0);
    assert_eq!(held(step.deltas[0].right), 1);
}
