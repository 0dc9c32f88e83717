//! Whose approval counts, by what git says of its line and of the lines of the change.

use std::collections::BTreeMap;

use super::world::{Does, World, steps};
use crate::model::{PersonKey, RoleKey, Since, SystemName};
use crate::plan::{Because, Reason, Step};
use crate::policy::{Authors, Written};
use crate::text::Origin;

const ILZE: Option<&str> = Some("ilze@chain.example");
const JANA: Option<&str> = Some("jana@chain.example");

fn line(text: &str) -> Because {
    Because::Line(Origin {
        file: "people.yaml".into(),
        line: 1,
        column: 1,
        text: text.into(),
    })
}

fn written(lines: &[Option<&str>], last: Option<&str>) -> Written {
    Written {
        lines: lines.iter().map(|it| it.map(str::to_owned)).collect(),
        last: last.map(str::to_owned),
        since: BTreeMap::new(),
    }
}

/// Twelve leavers, whose line in `people.yaml` stands in the first line, and an approval by somebody.
fn held(
    approved: Option<&str>,
    changed: Option<&str>,
    last: Option<&str>,
    gone: bool,
) -> Vec<String> {
    let mut world = World::new(
        "",
        "  - { allow: removals, location: center, at_most: 12, because: x }",
    );
    world.desired.rules.second_person = true;
    world.authors = Authors {
        files: [
            (
                "approvals.yaml".into(),
                written(&[ILZE, approved], approved),
            ),
            ("people.yaml".into(), written(&[changed], last)),
        ]
        .into(),
    };
    let mut leavers: Vec<Step> = steps(Does::Leave, 0..12, "center");
    for step in &mut leavers {
        step.because = vec![line("p: { leaves: 2026-11-19 }")];
        if gone {
            step.because
                .push(Because::Rule("no line gives anything".into()));
        }
    }
    let plan = world.plan(leavers);
    let mut messages: Vec<String> = plan
        .draft
        .holds
        .iter()
        .map(|hold| hold.message.clone())
        .collect();
    messages.dedup();
    messages
}

#[test]
fn the_word_of_a_second_person_counts_and_no_other() {
    // Who approved, who wrote the line, who touched the file last, whether a line is gone; whether it counts.
    for (approved, changed, last, gone, counts) in [
        (ILZE, JANA, JANA, false, true),
        (ILZE, ILZE, ILZE, false, false),
        (ILZE, JANA, ILZE, false, true),
        // Who took a line out is told by the last change of the file alone.
        (ILZE, JANA, ILZE, true, false),
        (ILZE, JANA, JANA, true, true),
        // What is not committed is nobody's yet.
        (None, JANA, JANA, false, false),
        (ILZE, None, JANA, false, false),
    ] {
        let found = held(approved, changed, last, gone);
        let case = format!("{approved:?} {changed:?} {last:?} {gone}: {found:?}");
        assert_eq!(found.is_empty(), counts, "{case}");
        for message in found {
            assert!(
                message.contains("the approval at approvals.yaml:2 does not count"),
                "{case}"
            );
            assert!(!message.contains('@'), "an address was shown: {message}");
        }
    }
}

#[test]
fn without_git_no_approval_counts_unless_the_settings_need_no_second_person() {
    let entry = "  - { allow: removals, location: center, at_most: 12, because: x }";
    let leavers = || steps(Does::Leave, 0..12, "center");
    let mut world = World::new("", entry);
    assert!(!world.desired.rules.second_person);
    assert_eq!(world.held(leavers()).len(), 0);
    world.desired.rules.second_person = true;
    assert_eq!(world.held(leavers()).len(), 12);
}

#[test]
fn who_took_lines_out_of_a_role_does_not_approve_what_that_takes() {
    // The role was edited: no line of it is named, and its file was changed last by whom.
    let held = |last: Option<&str>, reason: Reason, known: bool| {
        let entry = "  - { allow: inferred, location: center, at_most: 12, because: x }";
        let mut world = World::new("", entry);
        world.desired.rules.second_person = true;
        world.authors = Authors {
            files: [
                ("approvals.yaml".into(), written(&[ILZE, ILZE], ILZE)),
                ("people.yaml".into(), written(&[JANA], last)),
            ]
            .into(),
        };
        if !known {
            world.authors.files.remove("people.yaml");
        }
        let mut stripped = steps(Does::Strip, 0..12, "center");
        for step in &mut stripped {
            step.reason = reason;
            step.because = vec![line("p: { access: [] }")];
            step.because.truncate(usize::from(known));
        }
        world.held(stripped).len()
    };
    assert_eq!(held(JANA, Reason::RoleChanged, true), 0);
    assert_eq!(held(ILZE, Reason::RoleChanged, true), 12);
    assert_eq!(held(ILZE, Reason::Drift, true), 12);
    assert_eq!(held(None, Reason::RoleChanged, true), 12);
    assert_eq!(held(JANA, Reason::RoleChanged, false), 12);
}

#[test]
fn the_files_behind_a_role_are_those_of_all_that_it_extends() {
    let world = World::new("", "");
    let person = &world.desired.people[&PersonKey::new("p7")];
    let [line] = &person.standing[..] else {
        panic!("one line: {:?}", person.standing)
    };
    assert_eq!(line.role, Some(RoleKey::new("floor")));
    assert_eq!(line.keys, None, "it takes all places");
    let files = &world.desired.role_files[&RoleKey::new("floor")];
    assert_eq!(files.iter().collect::<Vec<_>>(), [&person.origin.file]);
}

#[test]
fn everybody_who_edited_a_file_since_it_was_applied_is_asked() {
    let held = |since: Option<Since>, others: &[&str]| {
        let entry = "  - { allow: inferred, location: center, at_most: 12, because: x }";
        let mut world = World::new("", entry);
        world.desired.rules.second_person = true;
        let mut people = written(&[JANA], JANA);
        let others = others.iter().map(|it| (*it).to_owned()).collect();
        people.since.insert(Since::After("c1".into()), others);
        world.authors = Authors {
            files: [
                ("approvals.yaml".into(), written(&[ILZE, ILZE], ILZE)),
                ("people.yaml".into(), people),
            ]
            .into(),
        };
        let mut stripped = steps(Does::Strip, 0..12, "center");
        for step in &mut stripped {
            step.because = vec![line("p: { access: [] }")];
            let held = (step.person.clone().unwrap(), None, Some(step.place.clone()));
            world
                .memory
                .held
                .extend(since.clone().map(|since| (held, since)));
        }
        world.held(stripped).len()
    };
    let c1 = || Some(Since::After("c1".into()));
    assert_eq!(held(c1(), &["ilze@chain.example"]), 12);
    assert_eq!(held(c1(), &["anna@chain.example"]), 0);
    assert_eq!(held(c1(), &[]), 0);
    // Since a commit that git does not have: nobody's word counts.
    let other = Some(Since::From("c1".into()));
    assert_eq!(held(other, &["anna@chain.example"]), 12);
    // Since when nobody knows: the last author alone is asked.
    assert_eq!(held(None, &["ilze@chain.example"]), 0);
}

#[test]
fn who_edited_what_a_role_gives_does_not_approve_who_gets_it() {
    // The lines of the step are an assignment's, by Jana; somebody else edited the file of the role, or took a `never` out.
    let held = |does: Does, other: &str| {
        let entry = "  - { allow: escalations, location: center, at_most: 12, because: x }";
        let mut world = World::new("limits: { escalations: { count: 0 } }", entry);
        world.desired.rules.second_person = true;
        let mut people = written(&[JANA], JANA);
        people
            .since
            .insert(Since::After("c1".into()), [other.to_owned()].into());
        world
            .memory
            .commits
            .insert(SystemName::new("salons"), "c1".into());
        world.authors = Authors {
            files: [
                ("approvals.yaml".into(), written(&[ILZE, ILZE], ILZE)),
                ("people.yaml".into(), people),
            ]
            .into(),
        };
        let mut given = steps(does, 0..12, "center");
        for step in &mut given {
            step.because = vec![line("p: { access: [] }")];
            step.swing.escalates = true;
        }
        world.held(given).len()
    };
    for does in [Does::Raise, Does::Join] {
        assert_eq!(held(does, "anna@chain.example"), 0, "{does:?}");
        assert_eq!(held(does, "ilze@chain.example"), 12, "{does:?}");
    }
}
