//! Whose approval counts, by what git says of its line and of the lines of the change.

use super::world::{Does, World, steps};
use crate::plan::{Because, Step};
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
