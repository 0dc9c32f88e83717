//! One more message, asked for: only for an invitation that a complete list shows, only with an approval, by hand, once.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root};

/// An example in a folder of its own; in `hello`, Jana's invitation is pending.
struct Chain {
    folder: tempfile::TempDir,
}

impl Chain {
    fn new(example: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(example), folder.path());
        let chain = Self { folder };
        chain.run(&["apply", "--sandbox", "--yes"]);
        chain
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn settings(&self, more: &str) {
        let text = fs::read_to_string(self.path("keyholder.yaml")).unwrap();
        fs::write(self.path("keyholder.yaml"), format!("{text}\n{more}\n")).unwrap();
    }

    fn approve(&self) {
        self.settings("second_person: false");
        let entry = "approvals:\n  - { allow: invitations, people: [jana], until: 2026-12-01, because: lost the mail }\n";
        fs::write(self.path("approvals.yaml"), entry).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
        told.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.code().unwrap(), told)
    }

    fn resend(&self, arguments: &[&str]) -> (i32, String) {
        self.run(&[&["resend", "--sandbox"][..], arguments].concat())
    }

    fn state(&self) -> Value {
        let text = fs::read_to_string(self.path(".keyholder/sandbox.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn messages(&self) -> usize {
        self.state()["world"]["log"]["messages"]
            .as_array()
            .unwrap()
            .len()
    }

    /// The ids of the steps of a plan that send an invitation again.
    fn steps(&self) -> Vec<String> {
        let (_, text) = self.run(&["plan", "--sandbox", "--format", "json", "--quiet"]);
        let plan: Value = serde_json::from_str(&text).expect(&text);
        let steps = plan["steps"].as_array().unwrap().iter();
        let again = steps.filter(|step| step["kind"] == "resend");
        again
            .map(|step| step["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn a_further_message_needs_an_approval_and_is_handed_over_once() {
    let chain = Chain::new("hello");
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("is a further message"), "{told}");
    assert!(
        told.contains("allow: invitations, people: [jana]"),
        "{told}"
    );
    assert_eq!(chain.steps(), [""; 0], "what was held is not handed over");

    chain.approve();
    let (code, told) = chain.resend(&["jana", "--system", "salons"]);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("\"Invite again\"") && told.contains("among the pending users"),
        "{told}"
    );
    let steps = chain.steps();
    assert_eq!(steps.len(), 1);
    let (_, told) = chain.run(&["journal", "show", "--sandbox", "--step", &steps[0]]);
    assert!(told.contains("jana"), "{told}");
    // Asked again it is the same step, whatever became of the approval.
    fs::remove_file(chain.path("approvals.yaml")).unwrap();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("was handed over"), "{told}");
    assert_eq!(chain.steps(), steps);
    assert_eq!(chain.messages(), 1, "nothing is sent by a call");

    // Somebody's word ends it, and the next run notes that.
    let (code, told) = chain.run(&["done", &steps[0], "--by", "ilze", "--sandbox"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(chain.steps(), [""; 0]);
    chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(chain.steps(), [""; 0]);
    assert_eq!(chain.messages(), 1);
    // One more is one more: another step, and another approval.
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    chain.approve_again();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    let again = chain.steps();
    assert_eq!(again.len(), 1);
    assert_ne!(again, steps);
    // The administrator clicks the button, once.
    chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(chain.messages(), 2);
    chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(chain.messages(), 2);
    assert_eq!(chain.steps(), [""; 0]);
}

impl Chain {
    fn approve_again(&self) {
        let entry = "approvals:\n  - { allow: invitations, people: [jana], until: 2026-12-01, because: again }\n";
        fs::write(self.path("approvals.yaml"), entry).unwrap();
    }
}

#[test]
fn whoever_accepted_meanwhile_gets_no_further_message() {
    let chain = Chain::new("hello");
    chain.approve();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    chain.run(&["sandbox", "accept", "salons", "jana@salons.example"]);
    assert_eq!(chain.steps(), [""; 0]);
    chain.run(&["apply", "--sandbox", "--yes"]);
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("no complete list shows a pending invitation of `jana`"),
        "{told}"
    );
    let (code, told) = chain.resend(&["jnaa"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("did you mean `jana`?"), "{told}");
    let (code, told) = chain.resend(&["jana", "--system", "salon"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("did you mean `salons`?"), "{told}");
}

#[test]
fn quiet_hours_and_limits_count_it_as_a_message() {
    let chain = Chain::new("hello");
    chain.approve();
    let settings = fs::read_to_string(chain.path("keyholder.yaml")).unwrap();
    chain.settings("quiet: \"00:00-23:59\"");
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("quiet hours at center until 23:59"), "{told}");
    fs::write(chain.path("keyholder.yaml"), settings).unwrap();
    chain.settings("limits: { messages: { count: 0 } }");
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("limits.messages.count"), "{told}");
    assert_eq!(chain.steps(), [""; 0]);
}

#[test]
fn a_list_that_is_not_whole_and_a_vendor_without_a_way_are_said() {
    let chain = Chain::new("hello");
    chain.approve();
    let mut state = chain.state();
    let fault = json!({ "on": "GET /company/*/users", "kind": "empty-list" });
    state["world"]["faults"]["planned"] = json!([{ "fault": fault, "matched": 0, "acted": 0 }]);
    fs::write(chain.path(".keyholder/sandbox.json"), state.to_string()).unwrap();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 6, "{told}");
    assert!(told.contains("no complete list shows"), "{told}");

    let chain = Chain::new("off-boarding");
    let (code, told) = chain.resend(&["marta", "--system", "orders"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("at `orders` it cannot be done: the mail goes out once"),
        "{told}"
    );
}
