//! A project whose journal is missing, outright: real runs refuse it, whether it should be in a folder or on a branch, and
//! only `journal init` begins one. And what every run says of the journal's head.
//!
//! One system that no call reads, so that real runs need no vendor.

use std::path::Path;

use serde_json::Value;

use crate::support::shop::{git, keyholder as run};
use crate::support::{copy_example, root};

const SETTINGS: &str = "version: 1
time_zone: Europe/Riga
systems:
  office: { kind: apenday, url: \"http://127.0.0.1:1/public\", ownership: full, hands: [ilze] }
";

const ENTRIES: &str = "locations:
  mall: { title: Mall, in: { office: nord } }
roles:
  adviser: { title: Adviser, office: { role: conseiller, team: Nord, calendar: internal } }
people:
  ilze:
    name: { first: Ilze, last: Ozola }
    email: ilze@chain.example
    access: [ { role: adviser, at: all } ]
  janis:
    name: { first: Janis, last: Kalns }
    email: janis@chain.example
    access: [ { role: adviser, at: all } ]
";

const UNREADABLE: i32 = 6;

fn folder(settings: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("keyholder.yaml"), settings).unwrap();
    std::fs::write(place.path().join("people.yaml"), ENTRIES).unwrap();
    place
}

/// A clone whose remote lies beside it.
fn clone(settings: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let place = tempfile::tempdir().unwrap();
    git(place.path(), &["init", "--quiet", "--bare", "bare.git"]);
    git(place.path(), &["clone", "--quiet", "bare.git", "a"]);
    let inner = place.path().join("a");
    std::fs::write(inner.join("keyholder.yaml"), settings).unwrap();
    std::fs::write(inner.join("people.yaml"), ENTRIES).unwrap();
    (place, inner)
}

#[track_caller]
fn json(out: &str) -> Value {
    serde_json::from_str(out).unwrap()
}

fn words<'j>(plan: &'j Value, list: &str, key: &str) -> Vec<&'j str> {
    let found = plan[list].as_array().unwrap().iter();
    found.filter_map(|it| it[key].as_str()).collect()
}

/// What must be so in a project that has no journal, wherever it should be; `named` is how it is called.
fn is_refused(place: &Path, named: &str) {
    let (code, out, err) = run(place, &["plan", "--format", "json"]);
    assert_eq!(code, UNREADABLE, "{out}{err}");
    let plan = json(&out);
    assert!(
        words(&plan, "steps", "person").contains(&"ilze"),
        "it is shown all the same: {out}"
    );
    assert!(words(&plan, "outcomes", "ending").contains(&"untrusted"));
    assert_eq!(plan["journal"]["entries"], 0);
    assert!(plan["journal"]["head"].is_null());
    assert!(err.contains(named) && err.contains("under way"), "{err}");
    let step = plan["steps"][0]["id"].as_str().unwrap();

    let (code, out, err) = run(place, &["plan"]);
    assert_eq!(code, UNREADABLE, "{out}{err}");
    assert!(out.contains("Ilze Ozola"), "{out}");
    assert!(out.ends_with("No journal: nothing is known of what was sent and done before.\n"));

    let (code, out, err) = run(place, &["observe"]);
    assert_eq!(code, UNREADABLE, "{out}{err}");
    assert!(err.contains(named), "{err}");
    assert!(
        out.contains("office") && out.contains("No journal"),
        "{out}"
    );

    for command in [
        &["apply", "--yes"][..],
        &["apply", "--yes", "--due"],
        &["done", step, "--by", "ilze"],
        &["done", step, "--undo", "--by", "ilze"],
        &["lockout", "janis", "--because", "a test"],
        &["unlock", "janis", "--because", "a test"],
        &["journal", "show"],
        &["journal", "head"],
        &["journal", "verify"],
    ] {
        let (code, out, err) = run(place, command);
        assert_eq!(code, UNREADABLE, "{command:?}: {out}{err}");
        assert!(out.is_empty(), "{command:?}: {out}");
        assert!(err.contains(named), "{command:?}: {err}");
        assert!(
            err.contains("`keyholder journal init`"),
            "{command:?}: {err}"
        );
    }
    assert!(!place.join(".keyholder/journal.jsonl").exists());
    assert!(
        !place.join("attestations").exists(),
        "nobody's word is kept"
    );
    let people = std::fs::read_to_string(place.join("people.yaml")).unwrap();
    assert_eq!(people, ENTRIES, "and no file is edited");
}

/// What must be so once it was begun: every run says where the journal ends.
fn goes_on(place: &Path) {
    let (code, head, err) = run(place, &["journal", "init"]);
    assert_eq!(code, 0, "{err}");
    let line = format!("Journal head {}.\n", head.trim());
    let (code, out, err) = run(place, &["plan"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.ends_with(&line), "{out}");
    let (_, out, _) = run(place, &["plan", "--format", "json"]);
    let plan = json(&out);
    assert_eq!(plan["journal"]["head"], head.trim());
    assert_eq!(plan["journal"]["entries"], 1);
    let step = words(&plan, "steps", "id")[0].to_owned();
    let (code, out, err) = run(place, &["done", &step, "--by", "ilze"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.ends_with(&line), "{out}");

    let anchored = |command: &[&str]| {
        let (code, out, err) = run(place, command);
        assert_eq!(code, 0, "{command:?}: {out}{err}");
        let (_, head, _) = run(place, &["journal", "head"]);
        let line = format!("Journal head {}.\n", head.trim());
        assert!(out.ends_with(&line), "{command:?}: {out}");
        head.trim().to_owned()
    };
    let mut heads = vec![head.trim().to_owned()];
    for command in [
        &["apply", "--yes"][..],
        &["observe"],
        &["lockout", "janis", "--because", "a test"],
        &["unlock", "janis", "--because", "a test"],
    ] {
        let head = anchored(command);
        assert!(!heads.contains(&head), "{command:?} is noted");
        heads.push(head);
    }
    let (code, out, err) = run(place, &["observe", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let (_, head, _) = run(place, &["journal", "head"]);
    assert_eq!(json(&out)["journal"]["head"], head.trim());
    heads.push(head.trim().to_owned());
    let (code, out, err) = run(place, &["apply", "--yes", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let (_, head, _) = run(place, &["journal", "head"]);
    assert_eq!(json(&out)["journal"]["head"], head.trim());
    for head in heads {
        let (code, _, err) = run(place, &["journal", "verify", "--expect-head", &head]);
        assert_eq!(code, 0, "{err}");
    }
}

#[test]
fn a_folder_without_a_journal_is_refused_until_one_is_begun() {
    let place = folder(SETTINGS);
    let place = place.path();
    is_refused(place, "there is no journal in `");
    goes_on(place);
    // The folder is gone, with everything that could show that there was one.
    std::fs::remove_dir_all(place.join(".keyholder")).unwrap();
    let (code, _, err) = run(place, &["apply", "--yes"]);
    assert_eq!(code, UNREADABLE, "{err}");
    assert!(err.contains("there is no journal in `"), "{err}");
}

#[test]
fn a_branch_without_a_journal_is_refused_until_one_is_begun() {
    let settings = format!("{SETTINGS}state: {{ branch: keyholder-state }}\n");
    let (_guard, place) = clone(&settings);
    is_refused(&place, "the remote has no branch `keyholder-state`");
    goes_on(&place);
}

#[test]
fn playing_begins_a_journal_of_its_own_and_no_real_one() {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), place.path());
    let place = place.path();
    let (code, out, err) = run(place, &["plan", "--sandbox"]);
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains("ournal"), "{out}");
    let (code, _, err) = run(place, &["observe", "--sandbox"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = run(place, &["journal", "verify", "--sandbox"]);
    assert_eq!(code, 0, "{out}");
    let (code, out, err) = run(place, &["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(!place.join(".keyholder/journal.jsonl").exists());
    assert_eq!(run(place, &["journal", "head"]).0, UNREADABLE);
}
