//! `observe` and the journal: what complete reads saw is noted, what nobody believes is not, and two runs do not mix.

use keyholder::journal::FolderLock;
use serde_json::{Value, json};

use crate::support::shop::keyholder;
use crate::support::{copy_example, root};

fn project() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), place.path());
    place
}

/// The entries from one on.
fn entries(place: &tempfile::TempDir, from: usize) -> Vec<Value> {
    let path = place.path().join(".keyholder/sandbox/journal.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(from);
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .map(|it| it["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn what_was_seen_is_noted_and_nothing_else() {
    let place = project();
    let (code, out, err) = keyholder(place.path(), &["observe", "--sandbox"]);
    assert_eq!(code, 0, "{out}{err}");
    let noted = entries(&place, 0);
    assert_eq!(
        kinds(&noted),
        [
            "genesis",
            "run-started",
            "observed",
            "observed",
            "run-ended"
        ]
    );
    assert_eq!(noted[1]["command"], "observe");
    assert!(
        noted[1].get("config").is_none(),
        "nothing was applied: {}",
        noted[1]
    );
    let center = noted.iter().find(|it| it["place"] == "center").unwrap();
    assert_eq!(center["complete"], true);
    assert!(center["accounts"].as_u64().unwrap() > 0);
    assert!(!center["grants"].as_array().unwrap().is_empty());
    let text = format!("{noted:?}");
    assert!(
        !text.contains("salons.example") && !text.contains("Ozola"),
        "{text}"
    );

    // A second look notes that nothing is other; a plan notes nothing.
    keyholder(place.path(), &["observe", "--sandbox"]);
    let again = entries(&place, noted.len());
    assert_eq!(
        kinds(&again),
        ["run-started", "observed", "observed", "run-ended"]
    );
    assert!(
        again[1].get("grants").is_none_or(|it| it == &json!([])),
        "{}",
        again[1]
    );
    keyholder(place.path(), &["plan", "--sandbox"]);
    assert_eq!(entries(&place, noted.len() + again.len()).len(), 0);

    // What a look alone knows is no reason to take anything, and `--due` still has nothing to go by.
    let (code, _, err) = keyholder(place.path(), &["apply", "--sandbox", "--yes", "--due"]);
    assert_eq!(code, 1, "{err}");
    let (code, out, err) = keyholder(place.path(), &["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_list_that_is_not_believed_is_not_noted_as_what_is_there() {
    let place = project();
    keyholder(place.path(), &["observe", "--sandbox"]);
    let before = entries(&place, 0).len();
    let path = place.path().join(".keyholder/sandbox.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut state: Value = serde_json::from_str(&text).unwrap();
    let fault = json!({ "on": "GET /company/102/users", "kind": "empty-list" });
    state["world"]["faults"]["planned"] = json!([{ "fault": fault, "matched": 0, "acted": 0 }]);
    std::fs::write(&path, state.to_string()).unwrap();
    let (code, out, err) = keyholder(place.path(), &["observe", "--sandbox"]);
    assert_eq!(code, 6, "{out}{err}");
    let noted = entries(&place, before);
    assert!(noted.iter().all(|it| it["place"] != "mall"), "{noted:#?}");
    assert!(noted.iter().any(|it| it["place"] == "center"), "{noted:#?}");
}

#[test]
fn another_run_at_work_is_not_waited_for() {
    let place = project();
    keyholder(place.path(), &["observe", "--sandbox"]);
    let before = entries(&place, 0).len();
    let folder = place.path().join(".keyholder/sandbox");
    let lock = FolderLock::take(camino::Utf8Path::from_path(&folder).unwrap()).unwrap();
    let (code, out, err) = keyholder(place.path(), &["observe", "--sandbox"]);
    assert_eq!(code, 8, "{out}{err}");
    assert!(out.is_empty() && err.contains("another run"), "{out}{err}");
    assert_eq!(entries(&place, before).len(), 0);
    // Who plans writes nothing, so that it disturbs nobody.
    assert_eq!(keyholder(place.path(), &["plan", "--sandbox"]).0, 0);
    drop(lock);
    assert_eq!(keyholder(place.path(), &["observe", "--sandbox"]).0, 0);
}

#[test]
fn a_read_of_tomorrow_is_not_planned_on() {
    let place = project();
    keyholder(
        place.path(),
        &["observe", "--sandbox", "--out", "seen.json"],
    );
    let file = place.path().join("seen.json");
    let text = std::fs::read_to_string(&file).unwrap();
    let plan = || {
        keyholder(
            place.path(),
            &["plan", "--sandbox", "--observed", "seen.json"],
        )
    };
    let (code, out, err) = plan();
    assert_eq!(code, 0, "{out}{err}");
    let mut read: Value = serde_json::from_str(&text).unwrap();
    for system in read["systems"].as_object_mut().unwrap().values_mut() {
        system["taken"] = "2099-01-01T00:00:00Z".into();
    }
    std::fs::write(&file, read.to_string()).unwrap();
    let (code, out, err) = plan();
    assert_eq!(code, 6, "{out}{err}");
    assert!(err.contains("has not come yet"), "{err}");
}
