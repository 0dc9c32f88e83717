//! Reservio Enterprise: levels for each calendar, the administrator, and leavers of whom nobody said anything.

use super::*;
use crate::plan::*;

/// The fields of the last thing to do.
fn fields(stage: &Stage, kind: &str) -> Vec<String> {
    let Mode::Manual(instruction) = stage.step(kind).mode else {
        panic!("by hand");
    };
    let last = instruction.actions.last().unwrap();
    let text = |field: &Typed| match &field.value {
        TypedValue::Text(text) => format!("{}: {text}", field.label),
        TypedValue::Contact { .. } => panic!("no contact"),
    };
    last.values.iter().map(text).collect()
}

const VIEWER: &str = "access: [ { role: viewer, at: [center] } ]";
const MASTER: &str = "access: [ { role: master, at: all } ]";

#[test]
fn every_level_is_named_and_so_is_the_tick_above_them() {
    let mut stage = Stage::new(&person("jana", VIEWER));
    stage.check("invite jana at * by hands [safe] -> active calendars=center: view");
    let levels = [
        "account administrator: untick",
        "Center: View only",
        "Mall: No access",
    ];
    assert_eq!(fields(&stage, "invite"), levels);
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", MASTER);
    assert_eq!(
        fields(&stage, "set-rights"),
        ["account administrator: tick (Admin on all calendars)"]
    );
    stage.do_all();
    // The last one stays, until somebody else has it.
    stage.people = person("jana", VIEWER);
    stage.check("held protected");
    stage.people += &person("mara", MASTER);
    let invite = stage.step("invite");
    stage.say(&invite);
    assert_eq!(fields(&stage, "set-rights"), levels);
    assert_eq!(stage.do_all(), 1);
    stage.check("");
}

#[test]
fn a_leaver_of_whom_nobody_said_anything_is_looked_for_in_the_list_of_users() {
    let left = "leaves: 2026-11-20, access: [ { role: viewer, at: all } ]";
    let mut stage = Stage::new(&(person("jana", left) + &person("mara", VIEWER)));
    let invite = stage.step("invite");
    stage.say(&invite);
    let expected = "remove jana at * by hands [removing] -> absent
        check jana at chain by hands [safe] -> absent";
    stage.check(expected);
    assert_eq!(stage.do_all(), 2);
    // One who was said to be there loses the same, and no business is asked for ticks.
    let mut stage = Stage::new(&person("jana", VIEWER));
    assert_eq!(stage.do_all(), 1);
    stage.people = person("jana", left);
    stage.check(expected);
    assert_eq!(stage.do_all(), 2);
    stage.check("");
}

#[test]
fn who_came_back_and_leaves_again_contradicts_nobody() {
    let mut stage = Stage::new(&person("jana", VIEWER));
    stage.do_all();
    for _ in 0..2 {
        stage.people = person("jana", "access: []");
        assert!(stage.step("remove").hand.unwrap().contradicted.is_none());
        stage.do_all();
        stage.people = person("jana", VIEWER);
        assert_eq!(stage.do_all(), 1);
    }
}

/// A user as a list of Enterprise shows them.
fn listed(calendars: &str, administrator: &str) -> ScopeState {
    let mut row = user("e1", "jana", AccountState::Active, "-");
    row.role = None;
    let facts = [("calendars", calendars), ("administrator", administrator)];
    let facts: Facts = facts
        .into_iter()
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    row.facts = Some(facts.into());
    exported("2026-11-22T08:00:00Z", vec![row])
}

#[test]
fn a_list_that_says_none_and_false_is_as_wanted() {
    let mut stage = Stage::new(&person("jana", VIEWER));
    let key = (SystemName::new("multi"), PlaceId::Whole);
    for calendars in [
        "mall: none\ncenter: view",
        "center:view",
        "center: view\nmall:",
    ] {
        stage
            .more
            .insert(key.clone(), Reading::Complete(listed(calendars, "false")));
        stage.check("");
    }
    stage.more.insert(
        key,
        Reading::Complete(listed("mall: view\ncenter: view", "false")),
    );
    stage.check("set-rights jana at * by hands [removing] -> active calendars=center: view");
}

#[test]
fn whatever_makes_one_calendar_lower_takes() {
    let both = "access: [ { role: editor, at: [center] }, { role: viewer, at: [mall] } ]";
    let mut stage = Stage::new(&person("jana", both));
    stage.entries = ENTRIES.replace(
        "  master:",
        "  editor: { title: Editor, multi: { calendars: admin } }\n  master:",
    );
    let key = (SystemName::new("multi"), PlaceId::Whole);
    let class = |stage: &mut Stage, calendars: &str, administrator: &str| {
        stage.more.insert(
            key.clone(),
            Reading::Complete(listed(calendars, administrator)),
        );
        stage
            .plan()
            .draft
            .steps
            .into_iter()
            .next()
            .map(|step| step.class)
    };
    assert_eq!(
        class(&mut stage, "center: view", "false"),
        Some(DangerClass::Escalating)
    );
    assert_eq!(
        class(&mut stage, "mall: admin", "false"),
        Some(DangerClass::Removing),
        "one up, one down"
    );
    assert_eq!(
        class(&mut stage, "mall: special", "false"),
        Some(DangerClass::Removing),
        "nobody knows how high"
    );
    stage.settings = SETTINGS.replace("ownership: full", "ownership: add-only");
    assert_eq!(class(&mut stage, "mall: admin", "false"), None);
}

#[test]
fn a_role_alone_tells_that_users_are_there_to_look_for() {
    let left = "leaves: 2026-11-20, access: [ { role: viewer, at: all } ]";
    let stage = Stage::new(&person("jana", left));
    stage.check(
        "remove jana at * by hands [removing] -> absent
        check jana at chain by hands [safe] -> absent",
    );
}
