//! What somebody did by hand in the vendor's pages, taken into the files: afterwards the plan is empty, or it is said
//! which line to write.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root};

/// The example `hello` with Jana at work at both places.
struct Chain {
    folder: tempfile::TempDir,
}

impl Chain {
    fn new() -> Self {
        Self::with("      - { role: stylist, at: [center, mall] } # both\n")
    }

    fn with(access: &str) -> Self {
        let chain = Self::bare();
        chain.replace(
            "people.yaml",
            "      - { role: stylist, at: [center, mall] }\n",
            access,
        );
        chain.run(&["apply", "--sandbox", "--yes"]);
        chain.run(&["sandbox", "accept", "salons", "jana@salons.example"]);
        chain.run(&["apply", "--sandbox", "--yes"]);
        chain.is_settled();
        chain
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        Self { folder }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    #[track_caller]
    fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        assert!(text.contains(from), "{text}");
        fs::write(self.path(file), text.replace(from, to)).unwrap();
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

    fn accept(&self, arguments: &[&str]) -> (i32, String) {
        let all = ["accept", "--sandbox", "--yes"];
        self.run(&[&all[..], arguments].concat())
    }

    /// Somebody changes something in the vendor's pages.
    fn by_hand(&self, changes: &[Value]) {
        let path = self.path(".keyholder/sandbox.json");
        let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let faults = changes.iter().map(|change| {
            let fault = json!({ "on": "GET /company/*/users", "nth": 1, "kind": { "change-before": change } });
            json!({ "fault": fault, "matched": 0, "acted": 0 })
        });
        state["world"]["faults"]["planned"] = faults.collect();
        fs::write(&path, state.to_string()).unwrap();
        self.run(&["plan", "--sandbox"]);
    }

    #[track_caller]
    fn is_settled(&self) {
        let (code, told) = self.run(&["plan", "--sandbox", "--exit-code"]);
        assert_eq!(code, 0, "{told}");
        let (code, told) = self.run(&["check"]);
        assert_eq!(code, 0, "{told}");
    }

    /// The lines of the people that are not as the example has them.
    #[track_caller]
    fn becomes(&self, before: &str, from: &str, to: &str) {
        assert!(before.contains(from), "{before}");
        assert_eq!(self.text("people.yaml"), before.replace(from, to));
    }
}

fn right(location: u64, slug: &str, value: bool) -> Value {
    json!({ "do": "set-right", "location": location, "user": 4, "slug": slug, "value": value })
}

const LINE: &str = "      - { role: stylist, at: [center, mall] } # both\n";

#[test]
fn a_right_given_by_hand_becomes_a_plus_of_that_place_alone() {
    let chain = Chain::new();
    let before = chain.text("people.yaml");
    chain.by_hand(&[right(101, "records_delete_access", true)]);
    let (code, told) = chain.accept(&["jana", "--at", "center"]);
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("+      - { role: stylist, at: [center], plus:"),
        "{told}"
    );
    let line = "      - { role: stylist, at: [center], plus: { salons: { records_delete_access: allow } } }\n";
    chain.becomes(&before, LINE, &format!("{LINE}{line}"));
    chain.is_settled();
    // Taken away again by hand: the line goes, and nothing of it is left.
    chain.by_hand(&[right(101, "records_delete_access", false)]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(chain.text("people.yaml"), before);
    chain.is_settled();
}

#[test]
fn what_differs_at_all_places_of_a_line_goes_onto_that_line() {
    let chain = Chain::new();
    let before = chain.text("people.yaml");
    chain.by_hand(&[
        right(101, "records_create_access", false),
        right(102, "records_create_access", false),
    ]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 0, "{told}");
    let line = "      - { role: stylist, at: [center, mall], minus: { salons: [records_create_access] } } # both\n";
    chain.becomes(&before, LINE, line);
    chain.is_settled();
    // The way back takes the word away where it stands.
    chain.by_hand(&[
        right(101, "records_create_access", true),
        right(102, "records_create_access", true),
    ]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 0, "{told}");
    assert_eq!(chain.text("people.yaml"), before);
    chain.is_settled();
}

#[test]
fn a_place_taken_away_by_hand_leaves_the_line_and_its_comment() {
    let chain = Chain::new();
    let before = chain.text("people.yaml");
    chain.by_hand(&[json!({ "do": "remove-user", "location": 102, "user": 4 })]);
    let (code, told) = chain.accept(&[]);
    assert_eq!(code, 0, "{told}");
    chain.becomes(&before, "[center, mall]", "[center]");
    chain.is_settled();

    let chain = Chain::with("      - { role: stylist, at: all }\n");
    let before = chain.text("people.yaml");
    chain.by_hand(&[json!({ "do": "remove-user", "location": 101, "user": 4 })]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 0, "{told}");
    chain.becomes(&before, "at: all", "at: { all: true, except: [center] }");
    chain.is_settled();
}

#[test]
fn a_place_given_by_hand_becomes_one_of_the_line() {
    let chain = Chain::new();
    let (code, told) = chain.run(&["observe", "--sandbox", "--out", "seen.json"]);
    assert_eq!(code, 0, "{told}");
    // A project without a memory of the place, over the same read.
    fs::remove_dir_all(chain.path(".keyholder/sandbox")).unwrap();
    chain.replace(
        "people.yaml",
        "[center, mall] } # both",
        "[center] } # here",
    );
    let before = chain.text("people.yaml");
    let (code, told) = chain.accept(&["jana", "--observed", "seen.json"]);
    assert_eq!(code, 0, "{told}");
    chain.becomes(&before, "[center] } # here", "[center, mall] } # here");
    chain.is_settled();
}

#[test]
fn another_vendor_role_is_written_where_one_role_means_it() {
    let chain = Chain::new();
    let before = chain.text("people.yaml");
    chain.by_hand(&[
        json!({ "do": "set-role", "location": 101, "user": 4, "role": "administrator" }),
    ]);
    let (code, told) = chain.accept(&["jana", "--at", "center"]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("To be written by hand")
            && told.contains("with the vendor role `administrator`"),
        "{told}"
    );
    assert_eq!(
        chain.text("people.yaml"),
        before,
        "nothing says it, so nothing is written"
    );
    let roles = chain.text("roles.yaml");
    fs::write(
        chain.path("roles.yaml"),
        format!("{roles}  lead: {{ title: Lead, extends: [stylist], salons: {{ role: administrator }} }}\n"),
    )
    .unwrap();
    let (code, told) = chain.accept(&["jana", "--at", "center"]);
    assert_eq!(code, 0, "{told}");
    let lines =
        "      - { role: stylist, at: [mall] } # both\n      - { role: lead, at: [center] }\n";
    chain.becomes(&before, LINE, lines);
    chain.is_settled();
    // With a second role that means the same nobody can tell.
    chain.by_hand(&[
        json!({ "do": "set-role", "location": 102, "user": 4, "role": "administrator" }),
    ]);
    let roles = chain.text("roles.yaml");
    fs::write(
        chain.path("roles.yaml"),
        format!("{roles}  boss: {{ title: Boss, extends: [stylist], salons: {{ role: administrator }} }}\n"),
    )
    .unwrap();
    let (code, told) = chain.accept(&["jana", "--at", "mall"]);
    assert_eq!(code, 3, "{told}");
    assert!(
        told.contains("role: lead") && told.contains("role: boss"),
        "{told}"
    );
}

#[test]
fn never_and_protection_are_not_loosened() {
    let chain = Chain::with(&format!(
        "{}    never: [ {{ salons: records_delete_access, because: audit }} ]\n",
        "      - { role: stylist, at: [center, mall] }\n"
    ));
    let before = chain.text("people.yaml");
    chain.by_hand(&[right(101, "records_delete_access", true)]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("never"), "{told}");
    assert_eq!(chain.text("people.yaml"), before);

    let chain = Chain::new();
    chain.replace(
        "keyholder.yaml",
        "protected: [ilze]",
        "protected: [ilze, jana]",
    );
    let before = chain.text("people.yaml");
    chain.by_hand(&[json!({ "do": "remove-user", "location": 102, "user": 4 })]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("`jana` is protected"), "{told}");
    assert_eq!(chain.text("people.yaml"), before);
}

#[test]
fn a_policy_is_not_broken_by_accepting() {
    let chain = Chain::new();
    let policy = "policies:\n  apart: { kind: separation, rights: [records_create_access, records_delete_access], within: location }\n";
    fs::write(chain.path("policies.yaml"), policy).unwrap();
    chain.is_settled();
    let before = chain.text("people.yaml");
    chain.by_hand(&[right(101, "records_delete_access", true)]);
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("apart"), "{told}");
    assert_eq!(chain.text("people.yaml"), before);
}

#[test]
fn what_nobody_did_by_hand_is_not_accepted() {
    let chain = Chain::bare();
    let before = chain.text("people.yaml");
    // Not invited yet: accepting that would take her access from the files.
    let (code, told) = chain.accept(&["jana"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("was never given access"), "{told}");
    // Left by a line.
    let (code, told) = chain.accept(&["karlis"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("that a line takes away"), "{told}");
    for (what, says) in [
        (&["jnaa"][..], "did you mean `jana`?"),
        (&["deadbeef"], "no step has the id"),
        (&["jana", "--at", "cneter"], "did you mean `center`?"),
    ] {
        let (code, told) = chain.accept(what);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains(says), "{told}");
    }
    let (code, told) = chain.accept(&[]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("Nothing was changed by hand"), "{told}");
    let (code, told) = chain.run(&["accept", "--sandbox", "jana"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("there is no terminal"), "{told}");
    assert_eq!(chain.text("people.yaml"), before);
}
