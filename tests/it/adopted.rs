//! Accounts that were there before the files were, and as the files want them: what somebody changes of their rights by hand
//! afterwards is known for what it is, although nothing was ever written there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::shop::{edit, keyholder};
use crate::support::{copy_example, root};

/// The example `hello` with Jana at work at both places, and a journal that has seen her for the first time.
fn adopted() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    copy_example(&root().join("examples/hello"), place);
    apply(place);
    keyholder(
        place,
        &["sandbox", "accept", "salons", "jana@salons.example"],
    );
    apply(place);
    // All that was ever written is forgotten; what is there is as it should be.
    fs::remove_dir_all(place.join(".keyholder/sandbox")).unwrap();
    let (code, out, err) = apply(place);
    assert_eq!(code, 0, "{out}{err}");
    assert!(!journal(place).contains("\"intent\""));
    folder
}

fn apply(place: &Path) -> (i32, String, String) {
    keyholder(place, &["apply", "--sandbox", "--yes"])
}

fn journal_file(place: &Path) -> PathBuf {
    place.join(".keyholder/sandbox/journal.jsonl")
}

fn journal(place: &Path) -> String {
    fs::read_to_string(journal_file(place)).unwrap()
}

/// Somebody changes a right of Jana's at the center in the vendor's pages.
fn by_hand(place: &Path, slug: &str, value: bool) {
    by_hand_at(place, 101, slug, value);
}

/// The same at a location.
fn by_hand_at(place: &Path, location: u64, slug: &str, value: bool) {
    let path = place.join(".keyholder/sandbox.json");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let change =
        json!({ "do": "set-right", "location": location, "user": 4, "slug": slug, "value": value });
    let fault =
        json!({ "on": "GET /company/*/users", "nth": 1, "kind": { "change-before": change } });
    state["world"]["faults"]["planned"] = json!([{ "fault": fault, "matched": 0, "acted": 0 }]);
    fs::write(&path, state.to_string()).unwrap();
}

fn plan(place: &Path) -> Value {
    let (_, out, err) = keyholder(place, &["plan", "--sandbox", "--format", "json"]);
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"))
}

fn reasons(plan: &Value) -> Vec<&str> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|it| it["reason"].as_str().unwrap()).collect()
}

#[test]
fn a_right_taken_by_hand_from_an_adopted_account_is_drift_and_held() {
    let folder = adopted();
    let place = folder.path();
    by_hand(place, "records_create_access", false);
    let seen = plan(place);
    assert_eq!(seen["steps"], json!([]), "it is not given back");
    assert_eq!(seen["holds"][0]["code"], "drift", "{}", seen["holds"]);
    assert_eq!(seen["drift"].as_array().unwrap().len(), 1);
    // It stays known, also after a run that holds it.
    let (code, out, err) = apply(place);
    assert_eq!(code, 3, "{out}{err}");
    assert_eq!(plan(place)["holds"][0]["code"], "drift");
    // Who edits something else in the files has not asked for it back.
    let line = "- { role: stylist, at: [center, mall] }";
    let more = line.replace(" }", ", plus: { salons: { clients_access: allow } } }");
    edit(place, "people.yaml", line, &more);
    let seen = plan(place);
    assert_eq!(reasons(&seen), ["role-changed", "role-changed"]);
    for step in seen["steps"].as_array().unwrap() {
        assert!(
            !step.to_string().contains("records_create_access"),
            "{step}"
        );
    }
    let hold = &seen["holds"][0];
    assert_eq!(hold["code"], "drift", "{hold}");
    let message = hold["message"].as_str().unwrap();
    assert!(message.contains("(`records_create_access`)"), "{message}");
    assert!(hold["approval"].is_string());
    // Taken into the files it is once the rest is done: one edit cannot tell the two apart.
    let accept = ["accept", "jana", "--sandbox", "--yes"];
    let (code, out, err) = keyholder(place, &[&accept[..], &["--at", "center"]].concat());
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("apply that first"), "{out}{err}");
    assert_eq!(apply(place).0, 3);
    let seen = plan(place);
    assert_eq!(seen["steps"], json!([]));
    assert_eq!(seen["holds"][0]["code"], "drift");
    assert!(seen["holds"][0]["approval"].is_string());
    // Where the files win all of it is done; and what was written is judged right by right as well.
    let settings = place.join("keyholder.yaml");
    let held = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{held}drift: {{ reduced: revert }}\n")).unwrap();
    let (code, out, err) = apply(place);
    assert_eq!(code, 0, "{out}{err}");
    fs::write(&settings, held).unwrap();
    by_hand(place, "clients_access", false);
    edit(
        place,
        "people.yaml",
        &more,
        &more.replace("} } }", ", clients_delete_access: allow } } }"),
    );
    let seen = plan(place);
    assert_eq!(reasons(&seen), ["role-changed"], "{}", seen["holds"]);
    let hold = &seen["holds"][0];
    assert_eq!(hold["code"], "drift");
    let message = hold["message"].as_str().unwrap();
    // What it opens can only be written with it.
    assert!(
        message.contains("(`clients_access`; what else the same write would do waits with it)"),
        "{message}"
    );
    // The files let go of what was taken: nothing is left of it.
    let file = place.join("people.yaml");
    let now = fs::read_to_string(&file).unwrap();
    let at = now.find("- { role: stylist").unwrap();
    let end = at + now[at..].find('\n').unwrap();
    fs::write(&file, format!("{}{line}{}", &now[..at], &now[end..])).unwrap();
    let seen = plan(place);
    assert_eq!(seen["holds"], json!([]));
    assert_eq!(reasons(&seen), ["role-changed"]);
    assert_eq!(seen["steps"][0]["location"], "mall");
}

#[test]
fn a_right_given_by_hand_to_an_adopted_account_is_drift_and_reverted() {
    let folder = adopted();
    let place = folder.path();
    by_hand(place, "records_delete_access", true);
    let seen = plan(place);
    assert_eq!(reasons(&seen), ["drift"], "{}", seen["holds"]);
    let (code, out, err) = apply(place);
    assert_eq!(code, 0, "{out}{err}");
    // What was written since is ours: a change of it is drift as before, and one of the files is none.
    by_hand(place, "records_delete_access", true);
    assert_eq!(reasons(&plan(place)), ["drift"]);
}

#[test]
fn what_was_read_back_of_a_new_place_is_known_right_by_right() {
    let folder = adopted();
    let place = folder.path();
    let (both, one) = ("at: [center, mall] }", "at: [center] }");
    edit(place, "people.yaml", both, one);
    assert_eq!(apply(place).0, 0);
    edit(place, "people.yaml", one, both);
    assert_eq!(apply(place).0, 0);
    let settings = place.join("keyholder.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}drift: {{ widened: hold }}\n")).unwrap();
    // Nothing was ever compared there, and it was off in what was written.
    by_hand_at(place, 102, "records_delete_access", true);
    for _ in 0..3 {
        let seen = plan(place);
        assert_eq!(seen["steps"], json!([]));
        assert_eq!(seen["holds"][0]["code"], "drift", "{seen}");
        assert_eq!(apply(place).0, 3);
    }
}

#[test]
fn what_a_run_leaves_out_agrees_with_nothing() {
    let folder = adopted();
    let place = folder.path();
    by_hand(place, "records_create_access", false);
    assert_eq!(plan(place)["holds"][0]["code"], "drift");
    let path = place.join("roles.yaml");
    let before = fs::read_to_string(&path).unwrap();
    edit(
        place,
        "roles.yaml",
        "        records_create_access: allow\n",
        "",
    );
    // Somebody else's run: what the files say of Jana is not applied by it.
    let only = ["apply", "--sandbox", "--yes", "--only", "ilze"];
    let (code, out, err) = keyholder(place, &only);
    assert_eq!(code, 0, "{out}{err}");
    fs::write(&path, before).unwrap();
    let seen = plan(place);
    assert_eq!(seen["holds"][0]["code"], "drift", "{}", seen["steps"]);
}

#[test]
fn a_journal_of_an_earlier_version_knows_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    copy_example(&root().join("examples/hello"), place);
    apply(place);
    keyholder(
        place,
        &["sandbox", "accept", "salons", "jana@salons.example"],
    );
    apply(place);
    fs::remove_dir_all(place.join(".keyholder/sandbox")).unwrap();
    // A look takes no note of what the files want, as no run did before.
    keyholder(place, &["observe", "--sandbox"]);
    assert!(!journal(place).contains("\"equal\""));
    by_hand(place, "records_create_access", false);
    assert_eq!(reasons(&plan(place)), ["role-changed"]);
}

/// What Jana has there by right and place, as the matrix has it from the journal or from the live system.
fn observed(place: &Path, more: &[&str]) -> Vec<String> {
    let ask = ["matrix", "--sandbox", "--person", "jana", "--format", "csv"];
    let (code, out, err) = keyholder(place, &[&ask[..], more].concat());
    assert_eq!(code, 0, "{err}");
    let mut lines = out.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| head.iter().position(|it| *it == name).unwrap();
    let (scope, right, observed) = (at("place"), at("right"), at("observed"));
    let mut found: Vec<String> = lines
        .map(|line| {
            // Quoted cells hold commas; what is asked for stands at both ends.
            let cells: Vec<&str> = line.split(',').collect();
            let last = cells.len() - (head.len() - observed);
            let right = cells.iter().find(|cell| cell.ends_with("_access"));
            format!("{} {:?} {}", cells[scope], right, cells[last])
        })
        .filter(|it| it.contains("_access") && right > 0)
        .collect();
    found.sort();
    found
}

#[test]
fn what_a_write_was_read_back_as_is_what_the_matrix_has() {
    let folder = adopted();
    let place = folder.path();
    for slug in ["records_delete_access", "clients_access"] {
        edit(
            place,
            "roles.yaml",
            "        records_create_access: allow\n",
            &format!("        records_create_access: allow\n        {slug}: allow\n"),
        );
        let (code, out, err) = apply(place);
        assert_eq!(code, 0, "{out}{err}");
        let live = observed(place, &["--live"]);
        assert!(live.iter().any(|it| it.contains(slug)), "{live:?}");
        assert_eq!(observed(place, &[]), live);
        // A read names a set that a write was read back as.
        let (code, _, err) = keyholder(place, &["observe", "--sandbox"]);
        assert_eq!(code, 0, "{err}");
        assert_eq!(observed(place, &[]), live);
    }
}
