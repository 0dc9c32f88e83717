//! Answers that cannot be true, from outside: nobody is told twice, nothing counts as gone, and the run says what it
//! left out. And a stdout that nobody reads, or that cannot be written, is no reason to stop in the middle unseen.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root};

/// A project in a folder of its own.
struct Chain {
    folder: tempfile::TempDir,
}

impl Chain {
    fn new(example: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(example), folder.path());
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyholder"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        said(&self.command(arguments).output().unwrap())
    }

    fn apply(&self) -> (i32, String, String) {
        self.run(&["apply", "--sandbox", "--yes"])
    }

    fn state_file(&self) -> PathBuf {
        self.folder.path().join(".keyholder/sandbox.json")
    }

    /// What the simulators do wrong from now on.
    fn misbehave(&self, faults: &Value) {
        let path = self.state_file();
        if !path.exists() {
            self.run(&["plan", "--sandbox"]);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let mut state: Value = serde_json::from_str(&text).unwrap();
        let armed = faults.as_array().unwrap().iter();
        let armed = armed.map(|fault| json!({ "fault": fault, "matched": 0, "acted": 0 }));
        state["world"]["faults"]["planned"] = armed.collect();
        std::fs::write(&path, state.to_string()).unwrap();
    }

    fn log(&self) -> Value {
        let text = std::fs::read_to_string(self.state_file()).unwrap();
        let state: Value = serde_json::from_str(&text).unwrap();
        state["world"]["log"].clone()
    }

    fn messages(&self) -> usize {
        self.log()["messages"].as_array().unwrap().len()
    }

    fn journal(&self) -> String {
        let path: &Path = self.folder.path();
        std::fs::read_to_string(path.join(".keyholder/sandbox/journal.jsonl")).unwrap()
    }
}

fn said(output: &Output) -> (i32, String, String) {
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

const LISTS: &str = "GET /company/*/users";

#[test]
fn a_lost_invitation_and_an_empty_list_make_no_second_message() {
    let chain = Chain::new("hello");
    chain.misbehave(&json!([
        { "on": "POST /user/invite/*", "nth": 1, "kind": "drop-after" },
        // The plan's two lists and the one before the invitation are true.
        { "on": LISTS, "from": 4, "kind": "empty-list" },
    ]));
    let (code, out, err) = chain.apply();
    assert_eq!(chain.messages(), 1, "{out}{err}");
    assert_eq!(code, 5, "{out}{err}");
    assert!(
        out.contains("the list could not be read completely"),
        "{out}{err}"
    );
    chain.misbehave(&json!([]));
    let (code, out, err) = chain.apply();
    assert_eq!(chain.messages(), 1, "{out}{err}");
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("it happened"), "{out}{err}");
}

#[test]
fn an_empty_place_is_not_journalled_as_one_where_nobody_is() {
    let chain = Chain::new("hello");
    chain.apply();
    let lines = chain.journal().lines().count();
    chain.misbehave(&json!([{ "on": "GET /company/102/users", "kind": "empty-list" }]));
    let (code, out, err) = chain.apply();
    assert_eq!(code, 6, "{out}{err}");
    // What was left out is said after the run, with whose steps were not made.
    let after = out.split("Left out").nth(1).unwrap_or_default();
    assert!(
        after.contains("Rīga Mall: not read") && after.contains("Jana Bērziņa"),
        "{out}"
    );
    let journal = chain.journal();
    let of_the_run: Vec<&str> = journal.lines().skip(lines).collect();
    assert!(!of_the_run.is_empty());
    // That it could not be read is all that is written down of it.
    let (judged, others): (Vec<&str>, Vec<&str>) = of_the_run
        .iter()
        .partition(|line| line.contains("\"kind\":\"judged\""));
    assert!(
        others.iter().all(|line| !line.contains("\"mall\"")),
        "{of_the_run:#?}"
    );
    let unread = "\"how\":\"unreadable\",\"place\":\"mall\"";
    assert!(
        judged.iter().all(|line| line.contains(unread)) && judged.len() == 1,
        "{of_the_run:#?}"
    );
    chain.misbehave(&json!([]));
    let (code, out, err) = chain.run(&["plan", "--sandbox", "--exit-code"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn after_a_list_that_is_not_whole_it_is_said_what_was_left_out() {
    let chain = Chain::new("hello");
    chain.misbehave(&json!([{ "on": "GET /company/101/users", "kind": { "wrong-total": 99 } }]));
    let (code, out, err) = chain.apply();
    assert_eq!(code, 6, "{out}{err}");
    let after = out.split("Left out").nth(1).unwrap_or_default();
    assert!(after.contains("Rīga Centrs: read in part"), "{out}");
    for person in ["Jana Bērziņa", "Kārlis Kalniņš"] {
        assert!(after.contains(person), "{out}");
    }
    assert_eq!(
        chain.messages(),
        0,
        "she is invited at no place where she may be already: {out}"
    );
    let (code, out, err) = chain.run(&["apply", "--sandbox", "--yes", "--format", "json"]);
    assert_eq!(code, 6, "{out}{err}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    let outcomes = plan["outcomes"].as_array().unwrap();
    let left = outcomes
        .iter()
        .find(|it| it["outcome"] == "left-out")
        .unwrap();
    assert_eq!(left["location"], "center");
    assert_eq!(left["people"], json!(["jana", "karlis"]));
    assert!(outcomes.contains(&json!({ "ending": "untrusted" })));
    // Which steps were not done: each is a hold of that place, with what would have been done.
    let holds = plan["holds"].as_array().unwrap().iter();
    let held: Vec<&Value> = holds.filter(|it| it["code"] == "not-complete").collect();
    assert!(
        held.iter()
            .any(|it| it["person"] == "karlis" && it["location"] == "center"),
        "{out}"
    );
    let effects = chain.log()["effects"].clone();
    assert!(
        effects
            .as_array()
            .unwrap()
            .iter()
            .all(|it| it["location"] != 101),
        "{effects}"
    );
    chain.misbehave(&json!([]));
    let (code, out, err) = chain.apply();
    assert_eq!(code, 0, "{out}{err}");
    assert!(!out.contains("Left out"), "{out}");
}

#[test]
fn a_system_that_answers_empty_stops_the_run_everywhere() {
    let chain = Chain::new("off-boarding");
    chain.misbehave(&json!([{ "on": LISTS, "system": "salons", "kind": "empty-list" }]));
    let effects = chain.log()["effects"].clone();
    let (code, out, err) = chain.apply();
    assert_eq!(code, 6, "{out}{err}");
    assert!(
        err.contains("`salons` answered that nobody has access anywhere"),
        "{err}"
    );
    assert!(err.contains("nothing was done"), "{err}");
    assert!(out.contains("that stops the run"), "{out}");
    assert_eq!(chain.log()["effects"], effects, "{out}{err}");
    // Asked for alone, another system goes on.
    let (_, out, err) = chain.run(&["apply", "--sandbox", "--yes", "--only", "system:clinic"]);
    assert_ne!(chain.log()["effects"], effects, "{out}{err}");
}

#[test]
fn what_somebody_gave_between_plan_and_write_is_not_taken_unseen() {
    let chain = Chain::new("hello");
    chain.apply();
    chain.run(&["sandbox", "accept", "salons", "jana@salons.example"]);
    chain.apply();
    let roles = chain.folder.path().join("roles.yaml");
    let text = std::fs::read_to_string(&roles).unwrap();
    let text = text.replace(
        "timetable_last_days_count: 30",
        "timetable_last_days_count: 60",
    );
    std::fs::write(&roles, text).unwrap();
    // The plan reads her rights at both places; the third read is the one before the first write.
    let given = json!({ "do": "set-right", "location": 101, "user": 4, "slug": "records_delete_access", "value": true });
    chain.misbehave(&json!([
        { "on": "GET /company/*/users/4/permissions", "nth": 3, "kind": { "change-before": given } },
    ]));
    let (code, out, err) = chain.apply();
    assert_eq!(code, 4, "{out}{err}");
    assert!(
        out.contains("change rights at Rīga Centrs: `records_delete_access` changed"),
        "{out}{err}"
    );
    // The next plan shows what it would take.
    let (_, out, err) = chain.run(&["plan", "--sandbox"]);
    assert!(out.contains("delete appointments"), "{out}{err}");
}

#[test]
fn a_reader_that_goes_away_does_not_end_an_apply() {
    let chain = Chain::new("hello");
    let mut command = chain.command(&["apply", "--sandbox", "--yes"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let (code, _, err) = said(&child.wait_with_output().unwrap());
    assert_eq!(code, 0, "{err}");
    assert_eq!(chain.messages(), 1, "everything was done all the same");
    let (code, out, err) = chain.run(&["plan", "--sandbox", "--exit-code"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_plan_that_cannot_be_written_is_not_applied() {
    let chain = Chain::new("hello");
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = chain.command(&["apply", "--sandbox", "--yes"]);
    let (code, _, err) = said(&command.stdout(full).output().unwrap());
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("the output could not be written"), "{err}");
    assert_eq!(chain.messages(), 0);
    // A command that changes nothing fails as well where its output is lost, and not where its reader left.
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let (code, _, err) = said(&chain.command(&["show"]).stdout(full).output().unwrap());
    assert_eq!(code, 1, "{err}");
    let mut child = chain
        .command(&["show"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_an_apply_saw_is_noted_also_where_it_did_nothing() {
    let chain = Chain::new("hello");
    chain.apply();
    let before = chain.journal().lines().count();
    chain.misbehave(&json!([{ "on": LISTS, "kind": "empty-list" }]));
    let (code, out, err) = chain.apply();
    assert_eq!(code, 6, "{out}{err}");
    let journal = chain.journal();
    let noted: Vec<Value> = journal
        .lines()
        .skip(before)
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(noted[0]["kind"], "run-started", "{noted:#?}");
    assert_eq!(noted[0]["command"], "observe");
    assert_eq!(noted.last().unwrap()["kind"], "run-ended");
    let intents = noted.iter().filter(|it| it["kind"] == "intent");
    assert_eq!(intents.count(), 0, "{noted:#?}");
}
