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
