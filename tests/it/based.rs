//! A change against the commit it starts from: what it causes, what was pending, and settings that it cannot bring.

use serde_json::{Value, json};

use crate::support::{copy_example, root, shop};

struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        let it = Self { folder };
        it.edit("live.json", "\"Jana B.\"] }", "\"Jana B.\", \"Anna L.\"] }");
        std::fs::write(it.folder.path().join(".gitignore"), ".keyholder/\n").unwrap();
        it.git(&["init", "-q", "-b", "main"]);
        it.git(&["add", "."]);
        it.git(&["commit", "-q", "-m", "begin"]);
        it
    }

    fn git(&self, arguments: &[&str]) {
        shop::git(self.folder.path(), arguments);
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        shop::edit(self.folder.path(), file, from, to);
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        shop::keyholder(self.folder.path(), arguments)
    }

    fn plan(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["plan", "--sandbox", "--format", "json"];
        all.extend(arguments);
        let (code, out, said) = self.run(&all);
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&out).unwrap()
    }

    fn joins(&self) {
        self.edit(
            "people.yaml",
            "people:\n",
            "people:\n  anna:\n    name: Anna Liepa\n    email: anna@salons.example\n    accounts: { salons: { staff: { mall: Anna L. } } }\n    access: [ { role: stylist, at: [mall] } ]\n",
        );
    }
}

#[test]
fn a_change_causes_its_own_steps_and_no_other() {
    let shop = Repository::new();
    let none = shop.plan(&["--base", "main"]);
    assert_eq!(none["base"]["caused"], json!([]));
    assert_eq!(none["base"]["pending"].as_array().unwrap().len(), 2);
    shop.joins();
    let plan = shop.plan(&["--base", "main"]);
    let steps = plan["steps"].as_array().unwrap();
    let anna: Vec<&Value> = steps
        .iter()
        .filter(|step| step["person"] == "anna")
        .map(|step| &step["id"])
        .collect();
    assert_eq!(anna.len(), 1);
    assert_eq!(plan["base"]["caused"], json!(anna));
    assert_eq!(plan["base"]["pending"], none["base"]["pending"]);
    let (_, page, _) = shop.run(&[
        "plan",
        "--sandbox",
        "--base",
        "main",
        "--format",
        "markdown",
    ]);
    let parts =
        "<b>Compared with</b> main: 1 step is caused by this change, 2 steps are pending already.";
    assert!(page.contains(parts), "{page}");
    // Without the leaver's line there is a step less.
    shop.edit("people.yaml", "    leaves: 2026-11-21\n", "");
    let plan = shop.plan(&["--base", "HEAD"]);
    assert_eq!(plan["base"]["spared"][0]["kind"], "remove");
    let (code, out, _) = shop.run(&["plan", "--sandbox", "--base", "main"]);
    assert_eq!(code, 0);
    for title in [
        "Caused by this change",
        "Pending already",
        "Not needed any more",
    ] {
        assert!(out.contains(title), "{out}");
    }
}

#[test]
fn a_base_that_is_no_commit_is_refused() {
    let shop = Repository::new();
    for rev in ["none", "--all", "main:people.yaml", ""] {
        let base = format!("--base={rev}");
        let (code, _, said) = shop.run(&["plan", "--sandbox", &base]);
        assert_eq!(code, 1, "{rev}");
        assert!(said.contains("git knows no commit"), "{said}");
    }
}

#[test]
fn a_change_does_not_bring_its_own_settings() {
    let shop = Repository::new();
    shop.edit("keyholder.yaml", "ownership: full", "ownership: report");
    let own = shop.plan(&[]);
    assert_eq!(own["steps"], json!([]));
    let plan = shop.plan(&["--settings", "main:keyholder.yaml"]);
    assert_eq!(plan["steps"].as_array().unwrap().len(), 2);
    assert_eq!(plan["config"]["settings"], "main:keyholder.yaml");
    assert_eq!(plan["config"]["edits_settings"], true);
    let (_, _, said) = shop.run(&["plan", "--sandbox", "--settings", "main:keyholder.yaml"]);
    assert!(said.contains("have no force in this run"), "{said}");
    shop.git(&["checkout", "-q", "--", "keyholder.yaml"]);
    let plan = shop.plan(&["--settings", "main:keyholder.yaml"]);
    assert_eq!(plan["config"]["edits_settings"], false);
    for name in [
        "main",
        "main:none.yaml",
        "none:keyholder.yaml",
        "main:../keyholder.yaml",
    ] {
        let (code, _, said) = shop.run(&["plan", "--sandbox", "--settings", name]);
        assert_eq!(code, 1, "{name}");
        assert!(said.contains("--settings"), "{said}");
    }
}
