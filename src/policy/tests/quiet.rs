//! Messages in quiet hours, by the clock of each place, and invitations that nobody accepts.

use super::world::{Does, World, step, steps};
use crate::model::{Limit, PersonKey, SystemName};
use crate::plan::{Draft, Reason, Step};

/// Who is done, held and waiting, counted.
fn counts(draft: &Draft) -> (usize, usize, usize) {
    (draft.steps.len(), draft.holds.len(), draft.waiting.len())
}

#[test]
fn messages_wait_for_the_end_of_the_quiet_hours_of_their_place() {
    // Riga is two hours ahead of UTC in November.
    for (quiet, now, waits) in [
        ("20:00-09:00", "2026-11-20T17:59:00Z", false),
        ("20:00-09:00", "2026-11-20T18:00:00Z", true),
        ("20:00-09:00", "2026-11-21T06:59:00Z", true),
        ("20:00-09:00", "2026-11-21T07:00:00Z", false),
        ("12:00-14:00", "2026-11-20T10:30:00Z", true),
        ("12:00-14:00", "2026-11-20T12:00:00Z", false),
        ("none", "2026-11-20T23:00:00Z", false),
    ] {
        let mut world = World::new(&format!("quiet: \"{quiet}\""), "");
        world.desired.as_of = now.parse().expect("an instant");
        let plan = world.plan(vec![
            step(Does::Invite, 1, "center"),
            step(Does::Leave, 2, "center"),
        ]);
        let expected = if waits { (1, 0, 1) } else { (2, 0, 0) };
        assert_eq!(counts(&plan.draft), expected, "{quiet} {now}");
        if waits {
            let what = &plan.draft.waiting[0].what;
            assert!(what.contains("(`quiet`, keyholder.yaml:8)"), "{what}");
        }
    }
}

#[test]
fn what_belongs_to_a_message_waits_with_it_and_what_is_held_does_not_wait() {
    let mut world = World::new("quiet: \"00:00-23:59\"", "");
    let mut anew: Step = step(Does::Leave, 1, "center");
    anew.reason = Reason::Joined;
    let mut invite = step(Does::Invite, 1, "center");
    invite.waits_for = vec![anew.id.clone()];
    let mut after = step(Does::Leave, 1, "mall");
    after.waits_for = vec![invite.id.clone()];
    let plan = world.plan(vec![anew, invite, after, step(Does::Leave, 2, "mall")]);
    assert_eq!(counts(&plan.draft), (1, 0, 3));
    assert_eq!(plan.draft.steps[0].person, Some(PersonKey::new("p2")));
    world.desired.rules.limits.messages = Limit {
        count: Some(crate::model::Bound::built_in(1)),
        share: None,
    };
    let plan = world.plan(steps(Does::Invite, 0..2, "center"));
    assert_eq!(counts(&plan.draft), (0, 2, 0));
}

#[test]
fn an_invitation_that_nobody_accepts_is_told_after_its_time() {
    for (settings, days, told) in [
        ("", 14, false),
        ("", 15, true),
        ("invitations: { stale_after: 3d }", 4, true),
        ("invitations: { stale_after: 30d }", 15, false),
    ] {
        let world = World::new(settings, "");
        let since = world.desired.as_of - jiff::SignedDuration::from_hours(24 * days);
        let waiting = crate::plan::Waiting {
            person: PersonKey::new("p1"),
            name: "".into(),
            system: SystemName::new("salons"),
            places: vec![super::world::at("center")],
            since: Some(since),
            what: "the invitation to be accepted".into(),
        };
        let plan = world.plan_waiting(waiting);
        assert_eq!(!plan.draft.notes.is_empty(), told, "{settings} {days}");
    }
}

#[test]
fn a_plan_is_overtaken_by_quiet_hours_and_by_its_end_while_somebody_looks_at_it() {
    let overtaken = |made: &str, does: Does, now: &str| {
        let mut world = World::new("quiet: \"20:00-09:00\"", "");
        world.desired.as_of = made.parse().expect("an instant");
        let plan = world.plan(vec![step(does, 1, "center")]);
        assert_eq!(plan.draft.steps.len(), 1, "it was no quiet hour at {made}");
        crate::plan::file::overtaken(&plan, now.parse().expect("an instant"))
    };
    let evening = "2026-11-20T17:59:00Z";
    // A minute later it is eight in Riga.
    assert_eq!(
        overtaken(evening, Does::Invite, "2026-11-20T17:59:59Z"),
        None
    );
    let why = overtaken(evening, Does::Invite, "2026-11-20T18:00:00Z").expect("a reason");
    assert!(
        why.contains("the quiet hours at center have begun meanwhile, until 09:00"),
        "{why}"
    );
    // Nobody is written to: the hour is none of its business.
    assert_eq!(
        overtaken(evening, Does::Leave, "2026-11-20T18:00:00Z"),
        None
    );
    assert_eq!(
        overtaken(evening, Does::Leave, "2026-11-21T17:58:59Z"),
        None
    );
    // The morning after, the hours are over, and so is the plan's day.
    assert_eq!(
        overtaken(evening, Does::Invite, "2026-11-21T09:00:00Z"),
        None
    );
    for does in [Does::Invite, Does::Leave] {
        let why = overtaken(evening, does, "2026-11-21T17:59:00Z").expect("a reason");
        assert!(why.contains("was good until 2026-11-21T17:59:00Z"), "{why}");
    }
}
