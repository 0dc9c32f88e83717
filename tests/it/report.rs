//! A report and its evidence through the program: the example `off-boarding` in a git repository, and a machine that has
//! nothing but the archive.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::evidence::flat;
use crate::support::shop::keyholder;
use crate::support::{copy_example, root};

/// git as somebody, at a time.
#[track_caller]
fn git_at(folder: &Path, at: &str, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ilze",
            "-c",
            "user.email=ilze@chain.example",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_COMMITTER_DATE", at)
        .env("GIT_AUTHOR_DATE", at)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The example, committed half an hour after Marta left, applied, and what is done by hand noted.
pub(crate) fn off_boarded() -> tempfile::TempDir {
    off_boarded_by(2)
}

/// The same after so many runs; what was said after the first is noted by the second.
fn off_boarded_by(runs: usize) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/off-boarding"), place.path());
    fs::write(
        place.path().join(".gitignore"),
        ".keyholder/\n*.tar\n*.html\n*.md\n",
    )
    .unwrap();
    let at = "2026-11-20T18:30:00Z";
    git_at(place.path(), at, &["init", "--quiet"]);
    git_at(place.path(), at, &["add", "."]);
    let message = "Marta leaves\n\nReviewed-by: Mara Zāle <mara@chain.example>\nApproved-by: anna@chain.example\n";
    git_at(place.path(), at, &["commit", "--quiet", "-m", message]);
    for _ in 0..runs {
        let (code, out, err) = keyholder(place.path(), &["apply", "--sandbox", "--yes"]);
        assert!(matches!(code, 0 | 7), "{code}: {out}{err}");
    }
    place
}

pub(crate) fn report(place: &Path, more: &[&str]) -> (i32, String, String) {
    let all = [&["report", "--sandbox", "--from", "2026-11-01"], more].concat();
    keyholder(place, &all)
}

#[track_caller]
fn json(told: &str) -> Value {
    serde_json::from_str(told).unwrap_or_else(|error| panic!("{error}: {told}"))
}

#[test]
fn an_audit_has_its_report_and_its_evidence() {
    let place = off_boarded();
    let place = place.path();
    let (_, head, _) = keyholder(place, &["journal", "head", "--sandbox"]);
    let anchor = format!("{}=the log of CI job 771", head.trim());
    let outputs = [
        "--format=json",
        "--format=html=report.html",
        "--format=markdown=report.md",
        "--bundle=audit.tar",
    ];
    let (code, out, err) = report(place, &[&outputs[..], &["--anchor", &anchor]].concat());
    assert_eq!(code, 0, "{err}");
    let told = json(&out);
    let schema: Value =
        json(&fs::read_to_string(root().join("schema/report.v1.schema.json")).unwrap());
    let fault = jsonschema::validator_for(&schema)
        .unwrap()
        .validate(&told)
        .err()
        .map(|it| it.to_string());
    assert_eq!(fault, None);

    // Marta: by read where there is an interface, by word where there is none.
    let commit = git_at(place, "", &["rev-parse", "HEAD"]);
    let leaver = &told["leavers"][0];
    assert_eq!(leaver["person"], "marta");
    assert_eq!(leaver["left"], "2026-11-20T18:00:00Z");
    assert_eq!(leaver["merged"], "2026-11-20T18:30:00Z");
    assert_eq!(leaver["merged_by"], commit.as_str());
    let places = leaver["places"].as_array().unwrap();
    for how in ["read", "said"] {
        assert!(
            places.iter().any(|it| it["how"] == how),
            "{how}: {leaver:#}"
        );
    }
    assert!(leaver["cut_off"].is_string(), "{leaver:#}");
    let seconds = |name: &str| leaver[name].as_i64().unwrap();
    assert_eq!(seconds("after_leaving") - seconds("after_merge"), 1800);
    let run = &told["runs"][0];
    assert_eq!(run["author"], "Ilze");
    assert_eq!(
        run["approvers"],
        serde_json::json!(["Mara Zāle", "a…@c….example"])
    );
    assert_eq!(run["actor"], "test");
    assert_eq!(
        told["journal"]["anchors"][0]["where"],
        "the log of CI job 771"
    );

    // Nobody's contacts, in no form of it.
    let page = fs::read_to_string(place.join("report.html")).unwrap();
    let text = fs::read_to_string(place.join("report.md")).unwrap();
    for form in [&out, &page, &text] {
        assert!(form.contains("marta"));
        for contact in ["@salons.example", "@chain.example", "20000007"] {
            assert!(!form.contains(contact), "{contact}");
        }
    }
    assert!(err.contains("it holds people's contacts"), "{err}");

    elsewhere(place, head.trim(), &told);
}

/// A machine that has the archive and nothing else: no project, no journal, no git.
fn elsewhere(place: &Path, head: &str, told: &Value) {
    let other = tempfile::tempdir().unwrap();
    let bytes = fs::read(place.join("audit.tar")).unwrap();
    fs::write(other.path().join("got.tar"), &bytes).unwrap();
    let verify = |more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_keyholder"))
            .args(["verify", "got.tar"])
            .args(more)
            .current_dir(other.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), out, err)
    };
    let (code, out, err) = verify(&["--format", "json", "--expect-head", head]);
    assert_eq!(code, 0, "{out}{err}");
    let checked = json(&out);
    assert_eq!(checked["doubts"], serde_json::json!([]));
    assert_eq!(checked["head"], told["journal"]["head"]);
    let fits = checked["fits"].to_string();
    for word in [
        "of the journal, from its beginning",
        "the report is about this period",
        "part by part",
        "in run",
        "statements of people",
    ] {
        assert!(fits.contains(word), "{word}: {fits}");
    }
    assert!(
        checked["left_out"]
            .to_string()
            .contains("the plans of 2 runs")
    );
    let id = checked["id"].as_str().unwrap();
    let (code, out, _) = verify(&["--expect-id", id]);
    assert_eq!(code, 0);
    assert!(
        flat(&out).contains("It does not prove that what was written down was true"),
        "{out}"
    );
    assert_eq!(verify(&["--expect-id", &"0".repeat(64)]).0, 6);
    assert_eq!(
        verify(&["--expect-head", &format!("1:{}", "0".repeat(64))]).0,
        6
    );
    assert_eq!(verify(&["--expect-head", "nothing"]).0, 1);

    // One byte, anywhere.
    for at in [0, 300, 600, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(other.path().join("got.tar"), changed).unwrap();
        let (code, out, err) = verify(&[]);
        assert_eq!((code, out.as_str()), (6, ""), "byte {at}");
        assert!(err.contains("is not as it was made"), "{err}");
    }
}

#[test]
fn what_is_said_and_not_noted_yet_is_no_access() {
    let place = off_boarded_by(1);
    let place = place.path();
    let (code, out, err) = report(place, &["--format", "json", "--bundle", "a.tar"]);
    assert_eq!(code, 0, "{err}");
    let told = json(&out);
    let leaver = &told["leavers"][0];
    assert_eq!(leaver["person"], "marta");
    let places = leaver["places"].as_array().unwrap();
    let open: Vec<&Value> = places.iter().filter(|it| it["at"].is_null()).collect();
    assert!(!open.is_empty(), "{leaver:#}");
    assert!(open.iter().all(|it| it["open"] == "said"), "{leaver:#}");
    assert_eq!(told["leaver_times"]["seen"], 0);
    assert_eq!(told["leaver_times"]["said"], 1);
    let manual = told["manual"].as_array().unwrap();
    assert!(
        manual
            .iter()
            .any(|it| it["ended"].is_null() && it["said"].is_string())
    );
    // A person at a terminal reads lines.
    let (_, lines, _) = report(place, &[]);
    assert!(lines.contains("\nLeavers (1)\n  ! Marta"), "{lines}");
    assert!(!lines.contains("<!--") && !lines.contains("\\("), "{lines}");
    assert!(
        lines.lines().all(|line| line.chars().count() <= 80),
        "{lines}"
    );
    let (_, text, _) = report(place, &["--format", "markdown"]);
    assert!(
        text.contains("0 of those who left still have access"),
        "{text}"
    );
    assert!(text.contains("There are no policies."), "{text}");
    // Names are those of the files that were applied.
    assert!(text.contains("\\(marta\\)"), "{text}");
    let (code, out, _) = keyholder(place, &["verify", "a.tar"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn each_output_has_a_file_of_its_own_and_all_can_be_written_or_none_is() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    keyholder(place, &["apply", "--sandbox", "--yes"]);
    let before = fs::read_dir(place).unwrap().count();
    for (more, said) in [
        (
            &["--format", "html", "--format", "json"][..],
            "two formats for stdout",
        ),
        (
            &["--format", "json=same", "--bundle", "same"],
            "named twice",
        ),
        (
            &["--format", "json=same", "--format", "html=./same"],
            "named twice",
        ),
        (
            &["--format", "html=none/there.html", "--bundle", "b.tar"],
            "none/there.html",
        ),
    ] {
        let (code, out, err) = report(place, more);
        assert_eq!((code, out.as_str()), (1, ""), "{more:?}: {err}");
        assert!(err.contains(said), "{more:?}: {err}");
    }
    assert_eq!(fs::read_dir(place).unwrap().count(), before);
    let outputs = ["--format", "csv=q", "--format", "html=./q"];
    let (code, _, err) = keyholder(place, &[&["plan", "--sandbox"], &outputs[..]].concat());
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("named twice"), "{err}");
}

#[test]
fn a_plan_that_was_kept_goes_in_and_one_that_is_none_does_not() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    let (code, _, err) = keyholder(place, &["plan", "--sandbox", "--out", "kept.json"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = keyholder(place, &["apply", "--sandbox", "--yes", "kept.json"]);
    assert!(matches!(code, 0 | 7), "{out}{err}");
    let (code, _, err) = report(place, &["--bundle", "a.tar", "--plan", "kept.json"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = keyholder(place, &["verify", "a.tar"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        flat(&out).contains("has the id that it says, and was given to run 1 ("),
        "{out}"
    );
    assert!(!out.contains("In it, and not given to any run"), "{out}");
    // The run has its plan, though the one it made then has an id of its own.
    assert!(
        !out.contains("of which the journal keeps the ids alone"),
        "{out}"
    );
    for line in out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let (_, out, _) = keyholder(place, &["verify", "a.tar", "--format", "json"]);
    let told = json(&out);
    assert_eq!(told["plans"][0]["runs"][0]["run"], 1, "{out}");
    assert_eq!(
        told["plans"][0]["runs"][0]["steps"], told["plans"][0]["steps"],
        "{out}"
    );

    // One that nobody was given in the period is no evidence for it.
    let (code, _, err) = keyholder(place, &["plan", "--sandbox", "--out", "later.json"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = report(place, &["--bundle", "b.tar", "--plan", "later.json"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("later.json: no run between"), "{err}");
    assert!(err.contains("was given the plan"), "{err}");
    assert!(!place.join("b.tar").exists());
    // Without git the files at hand are those that were applied.
    assert!(
        flat(&out).contains("the files of the project are those that the journal says were used"),
        "{out}"
    );
    let altered = fs::read_to_string(place.join("kept.json"))
        .unwrap()
        .replace("center", "centre");
    fs::write(place.join("kept.json"), altered).unwrap();
    let (code, _, err) = report(place, &["--bundle", "b.tar", "--plan", "kept.json"]);
    assert_eq!(code, 1, "{err}");
    assert!(!place.join("b.tar").exists());
    // The files are others now, and nothing has those that were applied: said, and no doubt.
    let people = fs::read_to_string(place.join("people.yaml")).unwrap();
    fs::write(place.join("people.yaml"), format!("{people}# edited\n")).unwrap();
    assert_eq!(report(place, &["--bundle", "c.tar"]).0, 0);
    let (code, out, _) = keyholder(place, &["verify", "c.tar"]);
    assert_eq!(code, 0, "{out}");
    assert!(
        flat(&out).contains("no commit is known to have the files that were applied last before"),
        "{out}"
    );
}

#[test]
fn what_cannot_be_told_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    let (code, _, err) = report(place, &[]);
    assert_eq!(code, 6);
    assert!(err.contains("there is no journal yet"), "{err}");
    keyholder(place, &["apply", "--sandbox", "--yes"]);
    for (more, code, said) in [
        (&["--to", "2026-10-01"][..], 1, "ends before it begins"),
        (&["--to", "soon"], 1, "no day and no instant"),
        (
            &["--format", "pdf"],
            64,
            "none of text, html, markdown, json",
        ),
        (&["--format", "html="], 64, "a file is missing"),
        (&["--anchor", "1:ab"], 1, "no head"),
        (
            &["--anchor", &format!("1:{}", "a".repeat(64))],
            6,
            "does not contain the head",
        ),
        (&["--format", "html=none/there.html"], 1, "none/there.html"),
    ] {
        let (found, out, err) = report(place, more);
        assert_eq!(found, code, "{more:?}: {out}{err}");
        assert!(err.contains(said), "{more:?}: {err}");
    }
    for other in ["no archive", "", "ustar of something else"] {
        fs::write(place.join("x.tar"), other).unwrap();
        let (code, out, err) = keyholder(place, &["verify", "x.tar"]);
        assert_eq!((code, out.as_str()), (1, ""), "{err}");
        assert!(err.contains("x.tar is not a bundle"), "{err}");
        assert!(!err.contains("as it was made"), "{err}");
    }
    assert_eq!(keyholder(place, &["verify", "none.tar"]).0, 1);
}
