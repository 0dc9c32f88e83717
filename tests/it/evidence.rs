//! A bundle tells what its sources say, and whoever changes what it tells is found: the program, with archives that were
//! packed anew by somebody who knows how.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use keyholder::bundle::{Contents, pack, project_files};
use serde_json::{Value, json};

use crate::report::{off_boarded, report};
use crate::support::shop::{edit, keyholder};
use crate::support::{copy_example, root};

type Files = BTreeMap<String, Vec<u8>>;

fn unpack(archive: &Path) -> Files {
    let bytes = fs::read(archive).unwrap();
    let mut archive = tar::Archive::new(&bytes[..]);
    let entries = archive.entries().unwrap();
    let files = entries.map(|entry| {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (path, bytes)
    });
    files.collect()
}

#[track_caller]
fn read(files: &Files, path: &str) -> Value {
    let bytes = files
        .get(path)
        .unwrap_or_else(|| panic!("{path}: {:?}", files.keys()));
    serde_json::from_slice(bytes).unwrap()
}

/// A text without the ends of its lines.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Packs files anew: with the sums and the id that they have now.
fn forge(place: &Path, files: &Files) {
    let mut files = files.clone();
    let about = serde_json::from_slice(&files.remove("bundle.json").unwrap()).unwrap();
    files.remove("SHA256SUMS");
    let files = files.into_iter().collect();
    let (_, bytes) = pack(Contents { about, files }).unwrap();
    fs::write(place.join("forged.tar"), bytes).unwrap();
}

#[test]
fn both_ends_of_a_bundle_are_what_the_matrix_says() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    keyholder(place, &["plan", "--sandbox"]);
    keyholder(place, &["apply", "--sandbox", "--yes"]);
    let (code, _, err) = report(place, &["--bundle", "a.tar", "--format", "json=r.json"]);
    assert_eq!(code, 0, "{err}");
    let files = unpack(&place.join("a.tar"));
    assert!(!files.contains_key("after/observed.json"));
    // Nothing was known before, and nothing was declared.
    let before = read(&files, "before/matrix.json");
    assert_eq!(before["rows"], json!([]));
    assert!(!files.contains_key("before/desired.json"));
    let index = read(&files, "bundle.json");
    let left_out = index["left_out"].to_string();
    assert!(
        left_out.contains("before/desired.json: nothing was applied before"),
        "{left_out}"
    );

    // What was written and read back after the only read is in it, as the matrix has it.
    let after = read(&files, "after/matrix.json");
    let at = after["point"]["as_of"].as_str().unwrap();
    let (code, out, err) = keyholder(
        place,
        &["matrix", "--sandbox", "--as-of", at, "--format", "json"],
    );
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.as_bytes(), &files["after/matrix.json"][..]);
    let steps = read(&files, "report/report.json")["steps"]
        .as_array()
        .unwrap()
        .clone();
    let written: Vec<&Value> = steps
        .iter()
        .filter(|step| step["result"] == "verified" && step["kind"] != "remove")
        .collect();
    assert!(!written.is_empty(), "{steps:?}");
    let rows = after["rows"].as_array().unwrap();
    for step in written {
        let row = rows
            .iter()
            .find(|row| row["person"] == step["person"] && row["place"] == step["location"]);
        let row = row.unwrap_or_else(|| panic!("{step}"));
        assert_eq!(
            row["observed_at"]
                .as_str()
                .map(|at| at >= step["at"].as_str().unwrap()),
            Some(true)
        );
        let cells = row["cells"].as_object().unwrap();
        assert!(
            cells.values().any(|cell| cell["basis"] == "observed"),
            "{row:#}"
        );
    }
}

#[test]
fn what_is_forged_is_found_though_every_sum_is_right() {
    let place = off_boarded();
    let place = place.path();
    assert_eq!(report(place, &["--bundle", "audit.tar"]).0, 0);
    let files = unpack(&place.join("audit.tar"));
    let (code, out, err) = keyholder(place, &["verify", "audit.tar"]);
    assert_eq!(code, 0, "{out}{err}");
    // It was compared with nothing, and says so first.
    let first = out.lines().next().unwrap();
    assert!(
        first.contains("whole in itself; not compared with an id"),
        "{out}"
    );
    assert!(!out.contains("every byte is as it was made"), "{out}");
    let line = out.lines().find_map(|line| line.strip_prefix("id "));
    let id = line.unwrap().split(',').next().unwrap();
    let (code, out, _) = keyholder(place, &["verify", "audit.tar", "--expect-id", id]);
    assert_eq!(code, 0);
    let out = flat(&out);
    assert!(
        out.starts_with("it has the id that was written down elsewhere"),
        "{out}"
    );
    for said in [
        "part by part",
        "before/ says",
        "after/ says",
        "the pages, the pictures",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    forge(place, &files);
    assert_eq!(keyholder(place, &["verify", "forged.tar"]).0, 0);

    let report_with = |change: &dyn Fn(&mut Value)| {
        let mut told = read(&files, "report/report.json");
        change(&mut told);
        format!("{told:#}\n").into_bytes()
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        (
            "report/report.json",
            report_with(&|told| told["leavers"] = json!([])),
            "report/report.json is not what the journal in it says: leaver_times, leavers",
        ),
        (
            "report/report.json",
            report_with(&|told| told["leavers"][0]["after_leaving"] = json!(60)),
            "report/report.html is not what",
        ),
        (
            "report/report.json",
            report_with(&|told| told["secret"] = json!("")),
            "report/report.json is not what",
        ),
        (
            "report/report.html",
            b"<p>all is well".to_vec(),
            "report/report.html is not what",
        ),
        (
            "report/report.md",
            b"# all is well\n".to_vec(),
            "report/report.md is not what",
        ),
        (
            "report/leavers.svg",
            Vec::new(),
            "report/leavers.svg is not what",
        ),
        ("README.md", b"trust it\n".to_vec(), "README.md is not what"),
        (
            "after/desired.json",
            b"{}\n".to_vec(),
            "after/desired.json is not what",
        ),
        (
            "after/matrix.json",
            b"{}\n".to_vec(),
            "after/matrix.json is not what",
        ),
        (
            "before/matrix.json",
            b"{}\n".to_vec(),
            "before/matrix.json is not what",
        ),
    ];
    for (path, bytes, said) in cases {
        let mut forged = files.clone();
        forged.insert(path.to_owned(), bytes);
        forge(place, &forged);
        let (code, out, err) = keyholder(place, &["verify", "forged.tar"]);
        assert_eq!(code, 6, "{path}: {out}{err}");
        let out = flat(&out);
        assert!(out.contains(said), "{path}: {out}");
    }
    let mut forged = files.clone();
    forged.remove("after/desired.json");
    forge(place, &forged);
    let (code, out, _) = keyholder(place, &["verify", "forged.tar"]);
    assert_eq!(code, 6);
    assert!(out.contains("after/desired.json is not in it"), "{out}");
}

#[test]
fn what_a_bundle_says_of_its_plans_is_what_the_journal_says() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    keyholder(place, &["plan", "--sandbox", "--out", "kept.json"]);
    let (code, out, err) = keyholder(place, &["apply", "--sandbox", "--yes", "kept.json"]);
    assert!(matches!(code, 0 | 7), "{out}{err}");
    keyholder(place, &["plan", "--sandbox", "--out", "later.json"]);
    let with = ["--bundle", "a.tar", "--plan", "kept.json"];
    assert_eq!(report(place, &with).0, 0);
    let files = unpack(&place.join("a.tar"));
    let later = fs::read(place.join("later.json")).unwrap();
    let id = read(&[("it".to_owned(), later.clone())].into(), "it")["id"].clone();
    let path = format!("plans/{}.json", id.as_str().unwrap());

    // Put in by somebody, with an index that claims a run.
    let mut forged = files.clone();
    forged.insert(path.clone(), later.clone());
    let mut index = read(&forged, "bundle.json");
    let claimed = json!({ "id": id, "steps": 0, "runs": [{ "run": 1, "steps": 0 }] });
    index["plans"].as_array_mut().unwrap().push(claimed);
    forged.insert("bundle.json".to_owned(), index.to_string().into_bytes());
    forge(place, &forged);
    let (code, out, _) = keyholder(place, &["verify", "forged.tar"]);
    assert_eq!(code, 6, "{out}");
    let out = flat(&out);
    assert!(
        out.contains(
            "`bundle.json` says of the plans in it otherwise than they and the journal do"
        ),
        "{out}"
    );
    assert!(out.contains("no run of the period was given it"), "{out}");

    // The same with an index that says that none was given it: told, and no doubt.
    let mut index = read(&forged, "bundle.json");
    let of_steps = read(&[("it".to_owned(), later)].into(), "it")["plan"]["steps"].clone();
    let count = of_steps.as_array().unwrap().len();
    for plan in index["plans"].as_array_mut().unwrap() {
        if plan["id"] == id {
            *plan = json!({ "id": id, "steps": count, "runs": [] });
        }
    }
    let plans = index["plans"].as_array_mut().unwrap();
    plans.sort_by_key(|plan| plan["id"].to_string());
    forged.insert("bundle.json".to_owned(), index.to_string().into_bytes());
    forge(place, &forged);
    let (code, out, err) = keyholder(place, &["verify", "forged.tar"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("In it, and not given to any run:"), "{out}");
}

#[test]
fn the_files_of_both_ends_are_in_it() {
    let place = off_boarded();
    let place = place.path();
    let settings = fs::read_to_string(place.join("keyholder.yaml")).unwrap();
    edit(place, "keyholder.yaml", "version: 1", "version: 1 # edited");
    let (code, out, err) = keyholder(place, &["apply", "--sandbox", "--yes"]);
    assert!(matches!(code, 0 | 7), "{out}{err}");
    let (_, journal, _) = keyholder(place, &["journal", "show", "--sandbox", "--format", "json"]);
    let lines: Vec<Value> = journal
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert!(!lines.is_empty(), "{journal}");
    let last = lines
        .iter()
        .rev()
        .find(|it| it["kind"] == "run-started")
        .unwrap();
    let begins = last["at"].as_str().unwrap();
    let all = ["report", "--sandbox", "--from", begins, "--bundle", "a.tar"];
    let (code, _, err) = keyholder(place, &all);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = keyholder(place, &["verify", "a.tar"]);
    assert_eq!(code, 0, "{out}{err}");
    let files = unpack(&place.join("a.tar"));
    assert_eq!(
        String::from_utf8_lossy(&files["before/config/keyholder.yaml"]),
        settings
    );
    assert!(String::from_utf8_lossy(&files["config/keyholder.yaml"]).contains("# edited"));
    let all: Vec<_> = files.clone().into_iter().collect();
    assert_eq!(
        project_files(&all, "config/").len(),
        project_files(&all, "before/config/").len()
    );
    // The journal in it is whole, so that what was known before the period can be made again.
    assert!(
        flat(&out).contains("of the journal, from its beginning"),
        "{out}"
    );

    // Other files in the place of those that were applied before.
    let mut forged = files;
    let config = forged["config/keyholder.yaml"].clone();
    forged.insert("before/config/keyholder.yaml".to_owned(), config);
    forge(place, &forged);
    let (code, out, _) = keyholder(place, &["verify", "forged.tar"]);
    assert_eq!(code, 6, "{out}");
    assert!(
        flat(&out).contains("before/config/: the files of the project have another digest"),
        "{out}"
    );
}

#[test]
fn words_from_outside_are_safe_in_every_json() {
    const HOSTILE: &str = "CI \u{202e}\u{9b}31m";
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    keyholder(place, &["apply", "--sandbox", "--yes"]);
    let (_, head, _) = keyholder(place, &["journal", "head", "--sandbox"]);
    let anchor = format!("{}={HOSTILE}", head.trim());
    let all = ["--anchor", &anchor, "--format", "json", "--bundle", "a.tar"];
    let (code, out, err) = report(place, &all);
    assert_eq!(code, 0, "{err}");
    let files = unpack(&place.join("a.tar"));
    let packed = String::from_utf8(files["report/report.json"].clone()).unwrap();
    let calm = |text: &str| !text.contains(['\u{202e}', '\u{9b}']);
    assert!(calm(&out) && calm(&packed));
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["journal"]["anchors"][0]["where"], HOSTILE);

    let mut forged = files;
    let mut index = read(&forged, "bundle.json");
    index["left_out"] = json!([HOSTILE]);
    forged.insert("bundle.json".to_owned(), index.to_string().into_bytes());
    forge(place, &forged);
    for format in ["json", "text"] {
        let (_, out, err) = keyholder(place, &["verify", "forged.tar", "--format", format]);
        assert!(out.contains("CI "), "{out}{err}");
        assert!(calm(&out) && calm(&err), "{format}");
    }
}
