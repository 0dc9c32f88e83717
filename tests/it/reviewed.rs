//! Plan files from outside: what was reviewed is done and nothing else, and what was tampered with is refused.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{copy_example, root};

/// The exit code, stdout and stderr.
type Said = (i32, String, String);

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        Self { folder }
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.folder.path().join(file)
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("KEYHOLDER_ACTOR", "test")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    fn keep(&self, file: &str) -> Value {
        let (code, _, said) = self.run(&["plan", "--sandbox", "--out", file]);
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&std::fs::read_to_string(self.path(file)).unwrap()).unwrap()
    }

    fn apply(&self, arguments: &[&str]) -> Said {
        let mut all = vec!["apply", "--sandbox", "--yes"];
        all.extend(arguments);
        self.run(&all)
    }

    /// The exit code and the JSON of an apply.
    fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        let (code, out, said) = self.apply(&all);
        let json = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {said}"));
        (code, json)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        edit(&self.path(file), from, to);
    }

    fn messages(&self) -> usize {
        let (_, out, _) = self.run(&["sandbox", "messages"]);
        out.lines().filter(|line| line.contains(" to ")).count()
    }
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn kinds(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[test]
fn what_was_reviewed_is_done_once() {
    let shop = Shop::new();
    let kept = shop.keep("plan.json");
    let id = kept["id"].as_str().unwrap();
    let (code, json) = shop.report(&["plan.json", "--expect-id", id]);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(kinds(&json["steps"]), kinds(&kept["plan"]["steps"]));
    assert_eq!(json["review"]["plans"], json!([id]));
    assert_eq!(json["review"]["stale"], json!([]));
    assert_eq!(json["review"]["unreviewed"], json!([]));
    assert_eq!(shop.messages(), 1);
    // Again: all of it is so already, and nobody is bothered twice.
    let (code, json) = shop.report(&["plan.json"]);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(json["steps"], json!([]));
    assert_eq!(
        kinds(&json["review"]["satisfied"]).len(),
        kinds(&kept["plan"]["steps"]).len()
    );
    assert_eq!(shop.messages(), 1);
    // Also where the files are others by now, and still want it: an own calendar is whoever is linked there.
    shop.edit("people.yaml", "people:\n", "# merged since\npeople:\n");
    let (code, json) = shop.report(&["plan.json"]);
    assert_eq!(
        (code, &json["review"]["stale"]),
        (0, &json!([])),
        "{json:#}"
    );
}

#[test]
fn a_file_that_was_edited_is_refused_by_its_name() {
    let shop = Shop::new();
    shop.keep("plan.json");
    shop.edit(
        "plan.json",
        "\"location\": \"center\"",
        "\"location\": \"centes\"",
    );
    let (code, _, said) = shop.apply(&["plan.json"]);
    assert_eq!(code, 1);
    assert!(
        said.contains("plan.json") && said.contains("changed after it was made"),
        "{said}"
    );
    assert_eq!(shop.messages(), 0);
}

#[test]
fn a_file_with_another_id_than_expected_is_refused() {
    let shop = Shop::new();
    let kept = shop.keep("plan.json");
    let other = "0".repeat(64);
    let (code, _, said) = shop.apply(&["plan.json", "--expect-id", &other]);
    assert_eq!(code, 1);
    assert!(said.contains("--expect-id"), "{said}");
    // Its beginning is not enough: that could be forged.
    let short = &kept["id"].as_str().unwrap()[..12];
    assert_eq!(shop.apply(&["plan.json", "--expect-id", short]).0, 1);
    assert_eq!(shop.messages(), 0);
}

#[test]
fn a_plan_expires() {
    let shop = Shop::new();
    shop.keep("plan.json");
    shop.run(&["sandbox", "wait", "25h"]);
    let (code, _, said) = shop.apply(&["plan.json"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("plan.json: it expired"), "{said}");
    assert_eq!(shop.messages(), 0);
}

#[test]
fn what_others_merged_is_named_and_not_done_and_what_differs_is_stale() {
    let shop = Shop::new();
    shop.edit("live.json", "\"Jana B.\"] }", "\"Jana B.\", \"Anna L.\"] }");
    shop.keep("plan.json");
    // Somebody else's merge: Kārlis stays, and somebody joins.
    shop.edit("people.yaml", "    leaves: 2026-11-21\n", "");
    shop.edit(
        "people.yaml",
        "people:\n",
        "people:\n  anna:\n    name: Anna Liepa\n    email: anna@salons.example\n    accounts: { salons: { staff: { mall: Anna L. } } }\n    access: [ { role: stylist, at: [mall] } ]\n",
    );
    let (code, json) = shop.report(&["plan.json"]);
    assert_eq!(code, 4, "{json:#}");
    assert_eq!(kinds(&json["steps"]), ["invite"]);
    let review = &json["review"];
    assert_eq!(kinds(&review["stale"]), ["remove"]);
    let unreviewed = review["unreviewed"].as_array().unwrap();
    assert!(unreviewed.iter().any(|step| step["person"] == "anna"));
    assert_eq!(shop.messages(), 1);
}

#[test]
fn a_plan_of_the_sandbox_is_not_applied_to_another_project() {
    let shop = Shop::new();
    shop.keep("plan.json");
    for file in [
        "keyholder.yaml",
        "locations.yaml",
        "roles.yaml",
        "people.yaml",
        "live.json",
    ] {
        let path = shop.path(file);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("salons", "shops")).unwrap();
    }
    std::fs::remove_dir_all(shop.path(".keyholder")).unwrap();
    let (code, _, said) = shop.apply(&["plan.json"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("another project"), "{said}");
}

#[test]
fn two_files_are_a_union() {
    let shop = Shop::new();
    for (key, file) in [("jana", "jana.json"), ("karlis", "karlis.json")] {
        let (code, _, said) = shop.run(&["plan", "--sandbox", "--only", key, "--out", file]);
        assert_eq!(code, 0, "{said}");
    }
    let (code, json) = shop.report(&["jana.json"]);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(kinds(&json["steps"]), ["invite"]);
    assert_eq!(kinds(&json["review"]["unreviewed"]), ["remove"]);
    let (code, json) = shop.report(&["jana.json", "karlis.json"]);
    assert_eq!(code, 0, "{json:#}");
    assert_eq!(kinds(&json["steps"]), ["remove"]);
    assert_eq!(kinds(&json["review"]["satisfied"]), ["invite"]);
    assert_eq!(json["review"]["unreviewed"], json!([]));
}
