//! The main law, from outside: plan, apply, plan says that nothing is left to do, whatever the vendor's quirks are, with
//! no call beyond the limit, none that the documentation does not have, and no second message to anybody.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root};

/// A project in a folder of its own whose simulators behave in a certain way.
struct Chain {
    folder: tempfile::TempDir,
}

impl Chain {
    fn new(example: &str, options: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(example), folder.path());
        let path = folder.path().join("live.json");
        let mut live: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for system in live["systems"].as_object_mut().unwrap().values_mut() {
            system["options"] = options.clone();
        }
        std::fs::write(&path, live.to_string()).unwrap();
        Self { folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        keyholder(self.folder.path(), arguments)
    }

    /// Runs and returns the exit code, what was said, and the plan where it was asked for as JSON.
    fn plan(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["plan", "--sandbox", "--format", "json"];
        all.extend(arguments);
        let output = self.run(&all);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let plan = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {said}"));
        (output.status.code().unwrap(), plan)
    }

    fn apply(&self) {
        let output = self.run(&["apply", "--sandbox", "--yes"]);
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// What the simulator remembers.
    fn log(&self) -> Value {
        let text =
            std::fs::read_to_string(self.folder.path().join(".keyholder/sandbox.json")).unwrap();
        let state: Value = serde_json::from_str(&text).unwrap();
        state["world"]["log"].clone()
    }

    fn accept_everything(&self) {
        for message in self.log()["messages"].as_array().unwrap() {
            let to = message["to"].as_str().unwrap();
            let to = if to.contains('@') {
                to.to_owned()
            } else {
                format!("+{}", to.trim_start_matches('+'))
            };
            let output = self.run(&[
                "sandbox",
                "accept",
                message["system"].as_str().unwrap(),
                &to,
            ]);
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

fn keyholder(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("KEYHOLDER_ACTOR", "test")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn converges(example: &str, options: &Value) {
    let chain = Chain::new(example, options);
    let (_, first) = chain.plan(&[]);
    let steps = first["steps"].as_array().unwrap().len();
    assert!(steps > 0, "an example without a step proves nothing");
    chain.apply();
    let (code, second) = chain.plan(&["--exit-code"]);
    assert_eq!(
        second["steps"],
        json!([]),
        "{options}: steps are left after apply"
    );
    assert_eq!(code, 0, "{options}");
    chain.accept_everything();
    chain.apply();
    let (code, last) = chain.plan(&["--exit-code"]);
    assert_eq!(
        last["steps"],
        json!([]),
        "{options}: steps are left after everybody accepted"
    );
    assert_eq!(
        last["waiting"],
        json!([]),
        "{options}: nobody is waited for any more"
    );
    assert_eq!(code, 0, "{options}");

    let log = chain.log();
    assert_eq!(
        log["statuses"].get("429"),
        None,
        "{options}: the limit was broken"
    );
    assert_eq!(log["undocumented"], json!([]), "{options}");
    let mut told: Vec<(&str, u64)> = log["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            (
                message["system"].as_str().unwrap(),
                message["account"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(!told.is_empty());
    let all = told.len();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), all, "{options}: somebody got two messages");
    let journal = chain.run(&["journal", "verify", "--sandbox"]);
    assert!(journal.status.success());
}

#[test]
fn both_ways_of_treating_a_rights_write() {
    converges("hello", &json!({ "write": "replace" }));
    converges("hello", &json!({ "write": "merge" }));
    converges(
        "hello",
        &json!({ "write": "merge", "role_resets_rights": true }),
    );
}

#[test]
fn every_form_of_values_phones_and_envelopes() {
    converges(
        "hello",
        &json!({ "values": "strings", "empty_meta": "object", "phones": "digits" }),
    );
    converges(
        "hello",
        &json!({ "values": "flags", "empty_meta": "list", "phones": "plus" }),
    );
    converges(
        "hello",
        &json!({ "company_staff_denied": true, "unknown_slugs": "ignore" }),
    );
}

#[test]
fn invitations_that_appear_late() {
    converges("hello", &json!({ "invitation_appears_after": 0 }));
    converges(
        "hello",
        &json!({ "invitation_appears_after": 100, "repeated_invitation": "refuse" }),
    );
    converges(
        "hello",
        &json!({ "invitation_appears_after": 60, "repeated_invitation": "silent" }),
    );
}

#[test]
fn a_chain_of_forty_people_over_a_slow_line() {
    converges(
        "salon-chain",
        &json!({ "sms": true, "latency_there_ms": 150, "latency_back_ms": 250 }),
    );
}

#[test]
fn each_call_is_logged_where_that_is_asked_for() {
    let chain = Chain::new("hello", &json!({}));
    let said = |arguments: &[&str]| {
        let output = chain.run(arguments);
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let logged = said(&["plan", "--sandbox", "-v"]);
    assert!(logged.contains("/company/101/users"), "{logged}");
    assert!(!said(&["plan", "--sandbox"]).contains("/company/"));
}
