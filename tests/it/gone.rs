//! Entries that are gone from the files: the plan holds what they have, and names the commit that dropped them.

use std::path::Path;

use crate::support::shop::{edit, git, keyholder};
use crate::support::{copy_example, root};

const JANA: &str = "  jana:
    name: { first: Jana, last: Bērziņa }
    email: jana@salons.example
    accounts: { salons: { staff: { center: Jana B., mall: Jana B. } } }
    access:
      - { role: stylist, at: [center, mall] }
";

const KARLIS: &str = "  karlis:
    name: Kārlis Kalniņš
";

/// What the plan says about one person being gone.
#[track_caller]
fn why(place: &Path, key: &str) -> Vec<String> {
    let (code, out, err) = keyholder(place, &["plan", "--sandbox", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&out).expect(&err);
    assert_eq!(code, 3, "{out}{err}");
    let holds = plan["holds"].as_array().unwrap().iter();
    let mut of = holds.filter(|it| it["code"] == "vanished" && it["person"] == key);
    let hold = of.next().expect(&out);
    let because = hold["because"].as_array().unwrap().iter();
    because
        .map(|it| it["rule"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_commit_that_dropped_an_entry_is_named() {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/hello"), place.path());
    let place = place.path();
    edit(place, "people.yaml", "    leaves: 2026-11-21\n", "");
    git(place, &["init", "--quiet"]);
    std::fs::write(place.join(".gitignore"), ".keyholder/\n").unwrap();
    git(place, &["add", "."]);
    git(place, &["commit", "--quiet", "-m", "one"]);
    let (code, out, err) = keyholder(place, &["apply", "--sandbox", "--yes"]);
    assert_eq!(code, 0, "{out}{err}");
    keyholder(
        place,
        &["sandbox", "accept", "salons", "jana@salons.example"],
    );
    keyholder(place, &["apply", "--sandbox", "--yes"]);

    edit(place, "people.yaml", JANA, "");
    let gone = "gone from YAML is not an order";
    assert_eq!(
        why(place, "jana"),
        [gone, "dropped by an edit that is not committed"]
    );
    let author = "--author=Ilze \u{1b}[2J ilze@salons.example <x@y.example>";
    git(place, &["commit", "--quiet", "-am", "two", author]);
    let dropped = std::process::Command::new("git")
        .args(["log", "-1", "--format=%h %cs", "--abbrev=12"])
        .current_dir(place)
        .output()
        .unwrap();
    let dropped = String::from_utf8(dropped.stdout).unwrap();
    let (hash, date) = dropped.trim().split_once(' ').unwrap();

    // What others do later, or moved elsewhere, is not what dropped it.
    edit(
        place,
        "roles.yaml",
        "timetable_last_days_count: 30",
        "timetable_last_days_count: 31",
    );
    let text = std::fs::read_to_string(place.join("people.yaml")).unwrap();
    let (head, tail) = text.split_once(KARLIS).unwrap();
    let (karlis, robot) = tail.split_once("\n  robot:").unwrap();
    std::fs::create_dir(place.join("people")).unwrap();
    std::fs::write(place.join("people.yaml"), format!("{head}  robot:{robot}")).unwrap();
    let moved = format!("people:\n{KARLIS}{karlis}\n");
    std::fs::write(place.join("people/riga.yaml"), &moved).unwrap();
    git(place, &["add", "."]);
    git(
        place,
        &["commit", "--quiet", "-m", "three, jana: still gone"],
    );
    let because = why(place, "jana");
    assert_eq!(because[0], gone);
    let told = &because[1];
    assert!(
        told.starts_with(&format!("dropped by commit {hash} of {date}, by Ilze ")),
        "{told}"
    );
    assert!(!told.contains("ilze@salons"), "{told}");
    let (_, out, _) = keyholder(place, &["plan", "--sandbox"]);
    assert!(out.contains(hash) && !out.contains('\u{1b}'), "{out}");

    // A file that was emptied drops many at once.
    std::fs::write(place.join("people/riga.yaml"), "people: {}\n").unwrap();
    git(place, &["commit", "--quiet", "-am", "four"]);
    let because = why(place, "karlis");
    assert!(because[1].starts_with("dropped by commit ") && !because[1].contains(hash));

    // Without git nothing is said.
    std::fs::remove_dir_all(place.join(".git")).unwrap();
    assert_eq!(why(place, "jana"), [gone]);
}
