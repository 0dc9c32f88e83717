//! `apply --due` from outside: time alone, in files that were applied, and nothing that waits for anything else.

use serde_json::{Value, json};

use crate::support::{copy_example, root, shop};

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    /// Jana's access ends by its line on the 24th; the simulators begin on the 23rd.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        let it = Self { folder };
        it.edit(
            "people.yaml",
            "{ role: stylist, at: [center, mall] }",
            "{ role: stylist, at: [center, mall], until: 2026-11-24 }",
        );
        it
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        shop::edit(self.folder.path(), file, from, to);
    }

    fn git(&self, arguments: &[&str]) {
        shop::git(self.folder.path(), arguments);
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        shop::keyholder(self.folder.path(), arguments)
    }

    fn apply(&self) {
        let (code, _, said) = self.run(&["apply", "--sandbox", "--yes"]);
        assert_eq!(code, 0, "{said}");
    }

    /// Jana is invited, accepts, and has both places.
    fn settle(&self) {
        self.apply();
        let (code, _, said) = self.run(&["sandbox", "accept", "salons", "jana@salons.example"]);
        assert_eq!(code, 0, "{said}");
        self.apply();
    }

    fn wait(&self) {
        assert_eq!(self.run(&["sandbox", "wait", "48h"]).0, 0);
    }

    fn due(&self) -> (i32, Value, String) {
        let (code, out, said) =
            self.run(&["apply", "--sandbox", "--yes", "--due", "--format", "json"]);
        (code, serde_json::from_str(&out).unwrap_or_default(), said)
    }
}

fn kinds(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[test]
fn what_time_ends_is_done_and_what_was_pending_is_not() {
    let shop = Shop::new();
    shop.settle();
    let (code, json, said) = shop.due();
    assert_eq!((code, &json["steps"]), (0, &json!([])), "{said}");
    shop.wait();
    let (code, json, said) = shop.due();
    assert_eq!(code, 0, "{said}");
    assert_eq!(kinds(&json["steps"]), ["remove", "remove"], "{json:#}");
    let (_, json, _) = shop.due();
    assert_eq!(json["steps"], json!([]));
    let (_, out, _) = shop.run(&["journal", "show", "--sandbox"]);
    assert!(out.contains("apply --due began"), "{out}");
}

#[test]
fn what_was_pending_when_the_files_were_applied_is_not_due() {
    let shop = Shop::new();
    let (code, _, said) = shop.run(&["apply", "--sandbox", "--yes", "--only", "jana"]);
    assert_eq!(code, 0, "{said}");
    let (code, json, said) = shop.due();
    assert_eq!((code, &json["steps"]), (0, &json!([])), "{said}");
    assert_eq!(kinds(&json["review"]["unreviewed"]), ["remove"]);
}

#[test]
fn nothing_is_due_in_files_that_nobody_applied() {
    let shop = Shop::new();
    let (code, _, said) = shop.due();
    assert_eq!(code, 1);
    assert!(said.contains("nothing was applied yet"), "{said}");
    shop.settle();
    shop.wait();
    shop.edit("people.yaml", "name: Ilze Ozola", "name: Ilze Liepa");
    let (code, _, said) = shop.due();
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("not those that were applied last"), "{said}");
}

#[test]
fn files_that_were_merged_and_not_applied_do_not_stop_the_clock() {
    let shop = Shop::new();
    std::fs::write(shop.folder.path().join(".gitignore"), ".keyholder/\n").unwrap();
    shop.git(&["init", "-q"]);
    shop.git(&["add", "."]);
    shop.git(&["commit", "-q", "-m", "one"]);
    shop.settle();
    shop.wait();
    // A merge that nobody has applied yet: Jana shall stay.
    shop.edit("people.yaml", ", until: 2026-11-24", "");
    shop.git(&["commit", "-q", "-a", "-m", "two"]);
    let (code, json, said) = shop.due();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("not applied yet"), "{said}");
    assert_eq!(kinds(&json["steps"]), ["remove", "remove"], "{json:#}");
}
