//! Who took a line out may not approve what that takes, also where somebody else has edited the file after them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::shop::{edit, git, keyholder};
use crate::support::{copy_example, root};

/// The example `hello` in a repository, with Jana at work at both places and nothing left to do; no role may lose anything
/// without an approval.
fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    copy_example(&root().join("examples/hello"), place);
    let more = "limits: { inferred: { count: 0 } }\n";
    let settings = fs::read_to_string(place.join("keyholder.yaml")).unwrap();
    fs::write(place.join("keyholder.yaml"), format!("{settings}{more}")).unwrap();
    fs::write(place.join(".gitignore"), ".keyholder/\n").unwrap();
    git(place, &["init", "--quiet"]);
    commit(place, "ilze");
    apply(place);
    keyholder(
        place,
        &["sandbox", "accept", "salons", "jana@salons.example"],
    );
    assert_eq!(apply(place), 0);
    folder
}

fn commit(place: &Path, who: &str) {
    git(place, &["add", "--all"]);
    let email = format!("user.email={who}@chain.example");
    let arguments = ["-c", &email, "commit", "--quiet", "--message", "an edit"];
    git(place, &arguments);
}

fn apply(place: &Path) -> i32 {
    keyholder(place, &["apply", "--sandbox", "--yes"]).0
}

/// Somebody takes a right out of the role.
fn takes_out(place: &Path, who: &str, line: &str) {
    edit(place, "roles.yaml", line, "");
    commit(place, who);
}

fn touches(place: &Path, who: &str) {
    edit(
        place,
        "roles.yaml",
        "\nroles:\n",
        &format!("\n# {who} was here\nroles:\n"),
    );
    commit(place, who);
}

fn approves(place: &Path, who: &str) {
    let entry = "approvals:\n  - { allow: inferred, people: [jana], until: 2027-01-01, because: they need it no more }\n";
    let path = place.join("approvals.yaml");
    if path.exists() {
        fs::remove_file(&path).unwrap();
        commit(place, "ilze");
    }
    fs::write(path, entry).unwrap();
    commit(place, who);
}

/// How many steps are held, and why.
fn held(place: &Path) -> (usize, String) {
    let (_, out, err) = keyholder(place, &["plan", "--sandbox", "--format", "json"]);
    let plan: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {err}"));
    let holds = plan["holds"].as_array().unwrap();
    let steps = plan["steps"].as_array().unwrap().len();
    assert_eq!(holds.len() + steps, 2, "Jana at two places: {out}");
    let why = holds.first().map(|it| it["message"].to_string());
    (holds.len(), why.unwrap_or_default())
}

const EDIT: &str = "        records_edit_access: allow\n        records_edit_last_days_count: 3\n";
const CREATE: &str = "        records_create_access: allow\n";

#[test]
fn whoever_took_a_line_out_since_the_last_apply_does_not_approve_it() {
    let folder = shop();
    let place = folder.path();
    takes_out(place, "mallory", EDIT);
    touches(place, "bob");
    approves(place, "mallory");
    let (count, why) = held(place);
    assert_eq!(count, 2);
    assert!(
        why.contains("its author edited a file behind the change as well"),
        "{why}"
    );
    // A run that holds it has not applied it: whoever edits the file after that hides nobody.
    assert_eq!(apply(place), 3);
    edit(place, "roles.yaml", "bob was here", "bob was here again");
    commit(place, "bob");
    assert_eq!(held(place).0, 2);
    // Somebody who had no part in it.
    approves(place, "boss");
    assert_eq!(held(place), (0, String::new()));
    assert_eq!(apply(place), 0);

    // From here on the next edit is another one: Mallory had no part in that.
    takes_out(place, "bob", CREATE);
    approves(place, "bob");
    assert_eq!(held(place).0, 2);
    approves(place, "mallory");
    assert_eq!(held(place), (0, String::new()));
}

#[test]
fn where_the_first_apply_held_it_already_the_author_before_that_is_asked() {
    let folder = shop();
    let place = folder.path();
    fs::remove_dir_all(place.join(".keyholder/sandbox")).unwrap();
    takes_out(place, "mallory", EDIT);
    assert_eq!(apply(place), 3);
    touches(place, "bob");
    approves(place, "mallory");
    assert_eq!(held(place).0, 2);
    approves(place, "boss");
    assert_eq!(held(place).0, 0);
}

#[test]
fn who_renames_a_file_does_not_hide_who_took_a_line_out_of_it() {
    let folder = shop();
    let place = folder.path();
    takes_out(place, "mallory", EDIT);
    fs::create_dir(place.join("roles")).unwrap();
    git(place, &["mv", "roles.yaml", "roles/may.yaml"]);
    commit(place, "bob");
    approves(place, "mallory");
    let (count, why) = held(place);
    assert_eq!(count, 2);
    assert!(
        why.contains("its author edited a file behind the change as well"),
        "{why}"
    );
    // A run that holds it forgets it as little, and who only wrote other files counts.
    assert_eq!(apply(place), 3);
    git(place, &["mv", "roles/may.yaml", "roles/ours.yaml"]);
    commit(place, "bob");
    assert_eq!(held(place).0, 2);
    approves(place, "boss");
    assert_eq!(held(place), (0, String::new()));
}
