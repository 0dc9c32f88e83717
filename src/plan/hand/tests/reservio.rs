//! Reservio: registering, access, accepting, the repair, ticks and the last administrator.

use super::*;
use crate::model::*;
use crate::plan::*;

#[test]
fn a_hire_registers_gets_access_and_accepts() {
    let mut stage = Stage::new(&person("jana", HOST));
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    stage.check(&format!(
        "check jana at * by person [safe] -> inactive
        invite jana at center by hands [messaging] -> invited {ticks} (waits)
        activate jana at center by person [safe] -> active {ticks} (waits)
        invite jana at mall by hands [messaging] -> invited {ticks} (waits)
        activate jana at mall by person [safe] -> active {ticks} (waits)"
    ));
    assert_eq!(stage.do_all(), 5);
    stage.check("");
}

#[test]
fn access_that_was_given_too_early_is_given_again() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let step = stage.step("invite");
    stage.say(&step);
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    // As long as nobody says whether they had registered, nobody writes to them again.
    stage.check(&format!(
        "check jana at * by person [safe] -> inactive
        activate jana at center by person [safe] -> active {ticks} (waits)"
    ));
    // Registering after it does not mend the invitation that was sent before.
    let step = stage.step("check");
    stage.say(&step);
    stage.check(&format!(
        "resend jana at center by hands [messaging] -> invited {ticks}
        activate jana at center by person [safe] -> active {ticks} (waits)"
    ));
    let Mode::Manual(instruction) = stage.step("resend").mode else {
        panic!("by hand");
    };
    assert!(
        instruction.check_before[0]
            .text
            .contains("registered only after")
    );
    assert_eq!(stage.do_all(), 2);
    stage.check("");
}

#[test]
fn ticks_change_and_the_last_administrator_stays() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: lead, at: [center] } ]"));
    assert_eq!(stage.step("invite").class, DangerClass::Escalating);
    assert_eq!(stage.do_all(), 3);
    stage.people = person("jana", "access: [ { role: host, at: [center] } ]");
    stage.check("held protected");
    // With another administrator who has accepted, it goes.
    stage.people += &person("mara", "access: [ { role: lead, at: [center] } ]");
    assert_eq!(stage.do_all(), 4);
    stage.check("");
}

#[test]
fn a_leaver_loses_what_is_known_and_what_may_be_there() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    assert_eq!(stage.do_all(), 3);
    stage.people = person(
        "jana",
        "leaves: 2026-11-22, access: [ { role: host, at: [center, mall] } ]",
    );
    stage.check(
        "remove jana at center by hands [removing] -> absent
        remove jana at mall by hands [removing] -> absent
        follow-up jana at center by hands [safe] -> nothing (waits)
        follow-up jana at mall by hands [safe] -> nothing (waits)
        check jana at chain by hands [safe] -> absent",
    );
    assert_eq!(stage.do_all(), 5);
    stage.check("");
}

#[test]
fn a_profile_in_the_list_is_named_and_proves_nothing() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let profile = |id: &str, name: &str| Profile {
        id: id.into(),
        name: name.into(),
    };
    let seen = ScopeState {
        profiles: Some(vec![profile("p1", "Bērziņa Jana"), profile("p2", "Room 1")]),
        ..ScopeState::default()
    };
    let center = PlaceId::At(LocationKey::new("center"));
    let key = (SystemName::new("desk"), center.clone());
    stage.more.insert(key, Reading::Complete(seen));
    let plan = stage.plan();
    assert_eq!(plan.draft.steps.len(), 3, "access is given all the same");
    let text: String = plan
        .draft
        .notes
        .iter()
        .map(|note| note.text.as_str())
        .collect();
    assert!(
        text.contains("Room 1") && !text.contains("Bērziņa Jana"),
        "{text}"
    );
    let fact = plan.draft.scopes.iter().find(|fact| fact.place == center);
    assert_eq!(fact.unwrap().completeness, Completeness::NeverLooked);
}

#[test]
fn whoever_accepts_says_nothing_of_ticks_that_are_still_open() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    for kind in ["check", "invite"] {
        let step = stage.step(kind);
        stage.say(&step);
    }
    stage.people = person("jana", "access: [ { role: lead, at: [center] } ]");
    let (old, new) = (
        "all_bookings=false client_list=true own_bookings=true sections=false",
        "all_bookings=false client_list=false own_bookings=true sections=true",
    );
    stage.check(&format!(
        "activate jana at center by person [safe] -> active {old}
        set-rights jana at center by hands [removing] -> invited {new}"
    ));
    let accept = stage.step("activate");
    stage.say(&accept);
    stage.check(&format!(
        "set-rights jana at center by hands [removing] -> active {new}"
    ));
    assert_eq!(stage.do_all(), 1);
    stage.check("");
    // Nor does whoever sets ticks say that they have not accepted.
    stage.people = person("jana", "access: [ { role: host, at: [center] } ]");
    stage.people += &person("mara", "access: [ { role: lead, at: [center] } ]");
    stage.do_all();
    stage.check("");
}

#[test]
fn an_invitation_that_a_list_shows_is_not_sent_again() {
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    let mut row = user("e1", "jana", AccountState::Invited, "-");
    row.role = None;
    let ticks = [
        ("own_bookings", "true"),
        ("client_list", "true"),
        ("all_bookings", "false"),
        ("sections", "false"),
    ];
    let ticks: Facts = ticks
        .into_iter()
        .map(|(name, on)| (name.into(), on.into()))
        .collect();
    row.facts = Some(ticks.into());
    let center = PlaceId::At(LocationKey::new("center"));
    let seen = exported("2026-11-22T08:00:00Z", vec![row]);
    stage
        .more
        .insert((SystemName::new("desk"), center), Reading::Complete(seen));
    stage.check("activate jana at center by person [safe] -> active all_bookings=false client_list=true own_bookings=true sections=false");
    // But by somebody's wish, and once.
    let again = asked_again(&mut stage, "desk", "jana");
    let Mode::Manual(instruction) = &again.mode else {
        panic!("by hand");
    };
    let actions: Vec<&str> = instruction.actions.iter().map(|it| &*it.text).collect();
    assert!(
        actions
            .iter()
            .any(|it| it.contains("untick the first tick")),
        "{actions:?}"
    );
    stage.say(&again);
    assert!(!stage.steps().contains("resend"), "{}", stage.steps());
}

#[test]
fn what_was_said_too_long_ago_is_looked_at_and_nobody_is_invited_anew() {
    let host = "access: [ { role: host, at: [center] } ]";
    let mut stage = Stage::new(&person("jana", host));
    assert_eq!(stage.do_all(), 3);
    stage.recheck = Some(SignedDuration::from_hours(24 * 365));
    stage.check("");
    stage.now += SignedDuration::from_hours(24 * 366);
    let ticks = "all_bookings=false client_list=true own_bookings=true sections=false";
    stage.check(&format!(
        "check jana at center by hands [safe] -> active {ticks}"
    ));
    // A change comes by itself, and looking is part of it.
    let mut changed = Stage {
        people: person("jana", "access: [ { role: lead, at: [center] } ]"),
        ..stage.copy()
    };
    changed.check("set-rights jana at center by hands [removing] -> active all_bookings=false client_list=false own_bookings=true sections=true");
    assert_eq!(changed.do_all(), 1);
    changed.check("");
    // A line that was deleted, or has ended, takes what was given, however long ago.
    let deleted = Stage {
        people: person("jana", "access: [ { role: clerk } ]"),
        ..stage.copy()
    };
    assert!(
        deleted
            .steps()
            .contains("remove jana at center by hands [removing] -> absent"),
        "{}",
        deleted.steps()
    );
    let lapsed = Stage {
        people: person(
            "jana",
            "access: [ { role: host, at: [center], until: 2027-01-01 } ]",
        ),
        ..stage.copy()
    };
    assert!(
        lapsed
            .steps()
            .contains("remove jana at center by hands [removing] -> absent"),
        "{}",
        lapsed.steps()
    );
    // Once somebody looked, it holds for another year.
    let step = stage.step("check");
    stage.say(&step);
    stage.check("");
    stage.now += SignedDuration::from_hours(24 * 364);
    stage.check("");
    // What was taken from a leaver is not asked for again.
    stage.people = person(
        "jana",
        "leaves: 2027-01-01, access: [ { role: host, at: [center] } ]",
    );
    stage.do_all();
    stage.now += SignedDuration::from_hours(24 * 800);
    stage.check("");
}

#[test]
fn a_row_that_may_be_theirs_holds_a_hire_and_clears_no_leaver() {
    let mut row = user("e1", "jana", AccountState::Active, "-");
    (row.role, row.email, row.name) = (None, None, "jana Bērziņa".into());
    let seen = exported("2026-11-22T08:00:00Z", vec![row]);
    let center = PlaceId::At(LocationKey::new("center"));
    let mut stage = Stage::new(&person("jana", "access: [ { role: host, at: [center] } ]"));
    stage.more.insert(
        (SystemName::new("desk"), center),
        Reading::Complete(seen.clone()),
    );
    stage.check(
        "check jana at * by person [safe] -> inactive
        held maybe-account
        held depends-on-held",
    );
    stage.people = person(
        "jana",
        "leaves: 2026-11-20, access: [ { role: host, at: [center] } ]",
    );
    let step = stage.step("remove");
    assert!(step.before.is_none(), "taken back if there is any");
    // Apenday, and Enterprise.
    for (system, role) in [("agency", "adviser"), ("multi", "viewer")] {
        let mut stage = Stage::new(&person(
            "jana",
            &format!("access: [ {{ role: {role}, at: [center] }} ]"),
        ));
        stage.more.insert(
            (SystemName::new(system), PlaceId::Whole),
            Reading::Complete(seen.clone()),
        );
        let steps = stage.steps();
        assert!(
            steps.contains("held maybe-account") && !steps.contains("invite"),
            "{steps}"
        );
        stage.people = person(
            "jana",
            &format!("leaves: 2026-11-20, access: [ {{ role: {role}, at: [center] }} ]"),
        );
        let steps = stage.steps();
        assert!(
            steps.contains("remove jana") || steps.contains("deactivate jana"),
            "{steps}"
        );
    }
}
