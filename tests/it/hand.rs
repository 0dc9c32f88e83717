//! Steps by hand from the plan to a person's word and back, through the program, in the example `off-boarding`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{copy_example, root};

fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/off-boarding"), place.path());
    place
}

#[track_caller]
fn keyholder(place: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .arg("--sandbox")
        .current_dir(place)
        .env_clear()
        .env("KEYHOLDER_ACTOR", "ilze")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Kinds and systems of the steps by hand of a plan.
fn manual(place: &Path) -> Vec<String> {
    let output = keyholder(place, &["plan", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps
        .filter(|step| step["mode"] == "manual")
        .map(|step| {
            let word = |key: &str| step[key].as_str().unwrap().to_owned();
            format!("{} {}", word("kind"), word("system"))
        })
        .collect()
}

fn checklist(place: &Path) -> String {
    let output = keyholder(place, &["plan", "--manual", "manual.md"]);
    assert_eq!(code(&output), 7, "overdue removals");
    fs::read_to_string(place.join("manual.md")).unwrap()
}

#[test]
fn the_ticks_of_a_checklist_are_taken_however_it_comes_back() {
    let place = project();
    let place = place.path();
    assert_eq!(manual(place).len(), 7);
    let text = checklist(place);
    // Somebody ticked two boxes in another program, which turned the sections round and the line ends into its own.
    let mut sections: Vec<&str> = text.split("\n## ").collect();
    sections.reverse();
    let back = sections
        .join("\r\n\r\n## ")
        .lines()
        .map(|line| match line {
            line if line.contains("keyholder:step 011e") => line.replace("- [ ]", "* [X]") + "\r\n",
            line if line.contains("keyholder:step b940") => {
                line.replace("- [ ]", "  - [x]") + "\r\n"
            }
            line => format!("{line}\r\n"),
        })
        .collect::<String>();
    fs::write(place.join("back.md"), &back).unwrap();
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "Ilze Ozola"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(code(&output), 0, "{told}");
    assert!(told.contains("2 of 7 boxes are ticked"), "{told}");
    // Her name is known as her key.
    let words = fs::read_to_string(place.join(".keyholder/sandbox/attestations/agency.yaml"));
    assert!(words.unwrap().contains("by: ilze\n"));
    assert_eq!(
        manual(place),
        [
            "block orders",
            "follow-up agency",
            "follow-up desk",
            "follow-up orders",
            "check salons"
        ]
    );
    // The same file once more: those steps are not open any more, and nothing is said twice.
    let output = keyholder(place, &["done", "--from", "back.md", "--by", "ilze"]);
    assert_eq!(code(&output), 0);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(told.matches("is not open any more").count(), 2, "{told}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_checklist_that_says_both_or_nothing_is_refused() {
    let place = project();
    let place = place.path();
    let text = checklist(place);
    let line = text
        .lines()
        .find(|line| line.starts_with("- [ ] "))
        .unwrap();
    let both = format!("{}\n{line}\n", line.replace("[ ]", "[x]"));
    fs::write(place.join("both.md"), both).unwrap();
    let output = keyholder(place, &["done", "--from", "both.md", "--by", "ilze"]);
    assert_eq!(code(&output), 1);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("both.md:1: step"), "{told}");
    fs::write(place.join("none.md"), "- [x] something else\n").unwrap();
    let output = keyholder(place, &["done", "--from", "none.md", "--by", "ilze"]);
    assert_eq!(code(&output), 1);
    assert!(!place.join(".keyholder/sandbox/attestations").exists());
}

#[test]
fn what_is_no_open_step_is_said_to_be_none() {
    let place = project();
    let place = place.path();
    for (arguments, word) in [
        (&["done", "b94", "--by", "ilze"][..], "too short"),
        (&["done", "ffffffff", "--by", "ilze"], "no open step"),
        (&["done", "b940", "--by", " "], "nobody is named"),
        (&["done", "b94", "--undo", "--by", "ilze"], "too short"),
        (&["done", "b940", "--undo", "--by", "ilze"], "nobody said"),
        (
            &["done", "0ab8", "--by", "ilze", "--state", "active"],
            "one step that changes access",
        ),
    ] {
        let output = keyholder(place, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 1, "{arguments:?}: {told}");
        assert!(told.contains(word), "{arguments:?}: {told}");
    }
    assert!(!place.join(".keyholder/sandbox/attestations").exists());
    // A bad path fails before anything is asked or done.
    let output = keyholder(
        place,
        &["apply", "--yes", "--manual", "no/such/folder/manual.md"],
    );
    assert_eq!(code(&output), 1);
    assert!(!place.join(".keyholder").exists() || manual(place).len() == 7);
}

#[test]
fn a_word_that_is_altered_after_the_journal_took_note_of_it_is_not_believed() {
    let place = project();
    let place = place.path();
    // The first run does everything, the second takes note of what was said.
    for _ in 0..2 {
        assert_eq!(code(&keyholder(place, &["apply", "--yes"])), 0);
    }
    assert_eq!(manual(place), [""; 0]);
    let file = place.join(".keyholder/sandbox/attestations/agency.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("state: inactive", "state: active", 1)).unwrap();
    let output = keyholder(place, &["plan", "--format", "json"]);
    assert_eq!(code(&output), 3, "held");
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["holds"][0]["code"], "attestation-doubt");
    // One that is gone is missed.
    fs::remove_file(&file).unwrap();
    let output = keyholder(place, &["plan", "--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["holds"][0]["code"], "attestation-doubt");
}
