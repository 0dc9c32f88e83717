//! Policies, fences and loosened rules, through the program.

use serde_json::{Value, json};

use crate::support::{copy_example, root, shop};

struct Chain {
    folder: tempfile::TempDir,
}

impl Chain {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        Self { folder }
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        shop::edit(self.folder.path(), file, from, to);
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        shop::keyholder(self.folder.path(), arguments)
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, said) = self.run(arguments);
        (
            code,
            serde_json::from_str(&out).unwrap_or_else(|_| panic!("{said}")),
        )
    }
}

const FENCE: &str = "fences:\n  - { files: people.yaml, keys: [people], roles: [reception] }\n";

#[test]
fn a_line_outside_its_fence_is_shown_by_check_and_held_by_plan() {
    let chain = Chain::new();
    let settings = chain.folder.path().join("keyholder.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}{FENCE}")).unwrap();
    let path = chain.folder.path().join("roles.yaml");
    let roles = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        format!("{roles}  reception: {{ extends: [stylist] }}\n"),
    )
    .unwrap();
    let (code, out, said) = chain.run(&["check"]);
    assert_eq!(code, 3, "{said}{out}");
    assert!(said.contains("policy-broken"), "{said}");
    assert!(said.contains("`stylist` is no role of the fence"), "{said}");
    let (code, plan) = chain.json(&["plan", "--sandbox", "--format", "json"]);
    assert_eq!(code, 3);
    let held: Vec<&Value> = plan["holds"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|hold| hold["code"] == "fence")
        .collect();
    assert!(!held.is_empty(), "{}", plan["holds"]);
    // Nobody gets anything by a line outside, and whoever leaves goes on leaving.
    let steps = plan["steps"].as_array().unwrap();
    assert!(
        steps.iter().all(|step| step["kind"] == "remove"),
        "{steps:?}"
    );
    assert!(!steps.is_empty());
}

#[test]
fn a_rule_that_is_loosened_is_told_apart_until_it_was_applied() {
    let chain = Chain::new();
    let loosened = |chain: &Chain| {
        chain.json(&["plan", "--sandbox", "--format", "json"]).1["loosened"].clone()
    };
    // Nothing is known of earlier rules.
    assert_eq!(loosened(&chain), json!([]));
    let (code, _, said) = chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(loosened(&chain), json!([]));
    let settings = chain.folder.path().join("keyholder.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(
        &settings,
        format!("{text}limits:\n  removals: {{ count: 50, share: 20% }}\n"),
    )
    .unwrap();
    let found = loosened(&chain);
    assert_eq!(found[0]["rule"], "limits removals");
    assert_eq!(
        (&found[0]["before"], &found[0]["after"]),
        (&json!("10 20%"), &json!("50 20%"))
    );
    assert_eq!(found[0]["because"][0]["file"], "keyholder.yaml");
    assert!(
        found[0]["because"][0]["text"]
            .as_str()
            .unwrap()
            .contains("50")
    );
    let (_, out, _) = chain.run(&["plan", "--sandbox"]);
    assert!(out.to_lowercase().contains("rules loosened"), "{out}");
    // What was applied is what later edits are compared with.
    chain.run(&["apply", "--sandbox", "--yes"]);
    assert_eq!(loosened(&chain), json!([]));
}

#[test]
fn a_change_is_compared_with_the_rules_of_its_base() {
    let chain = Chain::new();
    let folder = chain.folder.path();
    std::fs::write(folder.join(".gitignore"), ".keyholder/\n").unwrap();
    shop::git(folder, &["init", "-q", "-b", "main"]);
    shop::git(folder, &["add", "."]);
    shop::git(folder, &["commit", "-q", "-m", "begin"]);
    chain.edit(
        "keyholder.yaml",
        "ownership: full",
        "strangers: remove\n    ownership: full",
    );
    let (_, plan) = chain.json(&["plan", "--sandbox", "--format", "json", "--base", "main"]);
    assert_eq!(plan["loosened"][0]["rule"], "strangers salons");
    assert_eq!(plan["loosened"][0]["after"], "remove");
}

#[test]
fn codeowners_are_what_the_fences_say() {
    let chain = Chain::new();
    let folder = chain.folder.path();
    let settings = folder.join("keyholder.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let fences = "fences:\n  - { files: [people.yaml, \"people/{riga,coast}/**\"], keys: [people], owners: [\"@chain/hr\", \"@chain/it\"] }\n  - { files: roles.yaml, keys: [roles] }\n";
    std::fs::write(&settings, format!("{text}{fences}")).unwrap();
    let (code, block, said) = chain.run(&["codeowners"]);
    assert_eq!(code, 0, "{said}");
    let lines: Vec<&str> = block
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let owners = "@chain/hr @chain/it";
    assert_eq!(
        lines,
        ["/people.yaml", "/people/riga/**", "/people/coast/**"]
            .map(|path| format!("{path} {owners}"))
    );
    std::fs::write(folder.join("CODEOWNERS"), "* @chain/owners\n").unwrap();
    let (code, out, _) = chain.run(&["codeowners", "--check", "CODEOWNERS"]);
    assert_eq!(code, 1);
    assert!(out.contains("+/people.yaml @chain/hr"), "{out}");
    assert_eq!(chain.run(&["codeowners", "--write", "CODEOWNERS"]).0, 0);
    let written = std::fs::read_to_string(folder.join("CODEOWNERS")).unwrap();
    assert_eq!(written, format!("* @chain/owners\n\n{block}"));
    assert_eq!(chain.run(&["codeowners", "--check", "CODEOWNERS"]).0, 0);
}

#[test]
fn codeowners_of_a_project_in_a_folder_begin_at_the_top_of_the_repository() {
    let chain = Chain::new();
    let folder = chain.folder.path();
    // Tests run in a folder that is in no repository: the one around it is a level up.
    let top = tempfile::tempdir().unwrap();
    let place = top.path().join("the chain");
    std::fs::rename(folder, &place).unwrap();
    std::fs::create_dir(folder).unwrap();
    shop::git(top.path(), &["init", "-q", "-b", "main"]);
    let run = |arguments: &[&str]| {
        let place = place.to_str().unwrap();
        chain.run(&[&["-C", place], arguments].concat())
    };
    let settings = place.join("keyholder.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let fence = |files: &str, owner: &str| {
        let fences = format!(
            "fences:\n  - {{ files: \"{files}\", keys: [people], owners: [\"{owner}\"] }}\n"
        );
        std::fs::write(&settings, format!("{text}{fences}")).unwrap();
    };
    fence("people.yaml", "@chain/hr");
    let (code, block, said) = run(&["codeowners"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        block.contains("\n/the\\ chain/people.yaml @chain/hr\n"),
        "{block}"
    );
    // What stands below wins, and a second block would: neither passes in silence.
    let owners = top.path().join("CODEOWNERS");
    std::fs::write(&owners, format!("{block}* @nobody\n")).unwrap();
    let check = ["codeowners", "--check", "../CODEOWNERS"];
    let (code, _, said) = run(&check);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("win over it where they match: * @nobody"),
        "{said}"
    );
    std::fs::write(&owners, format!("{block}\n{block}")).unwrap();
    for way in ["--check", "--write"] {
        let (code, _, said) = run(&["codeowners", way, "../CODEOWNERS"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("stand alone, twice"), "{said}");
    }
    for (files, owner, word) in [
        ("!(a)", "@x", "the pattern `!(a)`"),
        ("people.yaml", "noat", "the owner `noat`"),
    ] {
        fence(files, owner);
        let (code, out, said) = run(&["codeowners"]);
        assert_eq!((code, out.as_str()), (1, ""), "{said}");
        assert!(said.contains(word), "{said}");
    }
}
