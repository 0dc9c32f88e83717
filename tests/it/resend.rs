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
        self.approvals(&["lost the mail"]);
    }

    /// One approval for each reason.
    fn approvals(&self, because: &[&str]) {
        let entries = because.iter().map(|because| {
            format!("  - {{ allow: invitations, people: [jana], until: 2026-12-01, because: {because} }}\n")
        });
        let text = format!("approvals:\n{}", entries.collect::<String>());
        fs::write(self.path("approvals.yaml"), text).unwrap();
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
    chain.approvals(&["again"]);
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

#[test]
fn one_approval_lets_one_further_message_through() {
    let chain = Chain::new("hello");
    chain.approve();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    let first = chain.steps();
    chain.run(&["done", &first[0], "--by", "ilze", "--sandbox"]);
    // It still holds by its date, and was used.
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("the approval at approvals.yaml:2 has let one further message through"),
        "{told}"
    );
    assert_eq!(chain.steps(), [""; 0]);
    // Written in another way it is the same word.
    let entry = "approvals:\n  - allow: invitations\n    until: 2026-12-01 # soon\n    people: [jana]\n    because: lost the mail\n";
    fs::write(chain.path("approvals.yaml"), entry).unwrap();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    // Two of the same are one; another is another.
    chain.approvals(&["lost the mail", "lost the mail"]);
    assert_eq!(chain.resend(&["jana"]).0, 3);
    chain.approvals(&["lost the mail", "lost it again"]);
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    let second = chain.steps();
    assert_eq!(second.len(), 1);
    assert_ne!(second, first);
    chain.run(&["done", &second[0], "--by", "ilze", "--sandbox"]);
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert_eq!(chain.messages(), 1, "nothing was clicked");
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
fn quiet_hours_that_began_after_it_was_handed_over_keep_it_open() {
    let chain = Chain::new("hello");
    chain.approve();
    let (code, told) = chain.resend(&["jana"]);
    assert_eq!(code, 0, "{told}");
    let settings = fs::read_to_string(chain.path("keyholder.yaml")).unwrap();
    chain.settings("quiet: \"00:00-23:59\"");
    // The administrator of the simulator would click it.
    let (_, told) = chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(chain.messages(), 1, "{told}");
    assert!(
        told.contains("stays open: quiet hours at center until 23:59"),
        "{told}"
    );
    assert_eq!(chain.steps().len(), 1);
    fs::write(chain.path("keyholder.yaml"), settings).unwrap();
    chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(chain.messages(), 2);
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

/// A git that does something else first, once: `script` is what it does.
#[cfg(unix)]
fn git_that(folder: &std::path::Path, script: &str) -> std::ffi::OsString {
    use std::os::unix::fs::PermissionsExt as _;
    let place = folder.join("bin");
    fs::create_dir_all(&place).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|it| it.join("git"));
    let real = real.into_iter().find(|it| it.is_file()).unwrap();
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = blame ] || echo \"$*\" | grep -q blame; then {script}; fi\nexec {} \"$@\"\n",
        real.display()
    );
    let file = place.join("git");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let rest = std::env::split_paths(&path);
    std::env::join_paths(std::iter::once(place).chain(rest)).unwrap()
}

#[cfg(unix)]
#[test]
fn an_approval_that_another_run_used_meanwhile_is_judged_again_under_the_lock() {
    use crate::support::shop::git;
    let chain = Chain::new("hello");
    let place = chain.folder.path();
    chain.approvals(&["lost the mail"]);
    fs::write(place.join(".gitignore"), ".keyholder/\nbin/\n").unwrap();
    git(place, &["init", "--quiet"]);
    git(
        place,
        &["add", "keyholder.yaml", "people.yaml", "roles.yaml"],
    );
    git(place, &["commit", "--quiet", "--message", "people"]);
    git(place, &["add", "--all"]);
    let boss = ["-c", "user.email=boss@chain.example"];
    let commit = ["commit", "--quiet", "--message", "approve"];
    git(place, &[&boss[..], &commit[..]].concat());
    let resend = |path: &std::ffi::OsStr| {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(["resend", "--sandbox", "jana"])
            .current_dir(place)
            .env_clear()
            .env("PATH", path)
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code().unwrap(), told)
    };
    let journal = chain.path(".keyholder/sandbox");
    let (before, after) = (chain.path("bin/before"), chain.path("bin/after"));
    let copy = |from: &std::path::Path, to: &std::path::Path| {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap().path();
            if file.is_file() {
                fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            }
        }
    };
    copy(&journal, &before);
    // What another run makes of it while this one reads: it uses the approval, and somebody says that it is done.
    let path = std::env::var_os("PATH").unwrap();
    let (code, told) = resend(&path);
    assert_eq!(code, 0, "{told}");
    let steps = chain.steps();
    chain.run(&["done", &steps[0], "--by", "ilze", "--sandbox"]);
    chain.run(&["apply", "--sandbox", "--yes"]);
    let lines = |place: &PathBuf| {
        let text = fs::read_to_string(place.join("journal.jsonl")).unwrap();
        text.lines().count()
    };
    copy(&journal, &after);
    copy(&before, &journal);
    let said = [
        chain.path("attestations"),
        chain.path(".keyholder/sandbox/attestations"),
    ];
    for folder in said {
        if folder.exists() {
            fs::remove_dir_all(folder).unwrap();
        }
    }
    let known = lines(&after);
    let swap = format!(
        "[ -e {0} ] && cp {0}/* {1}/ && rm -r {0}",
        after.display(),
        journal.display()
    );
    let (code, told) = resend(&git_that(place, &swap));
    assert!(!after.exists(), "the other run came between");
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("has let one further message through"),
        "{told}"
    );
    assert_eq!(lines(&journal), known, "nothing is handed over");
}
