//! Every format of a plan and of problems, as files and on stdout: valid by somebody else's schema and reader, and without a
//! contact in it.

use std::path::Path;

use serde_json::Value;

use crate::support::shop::{edit, git, keyholder};
use crate::support::{copy_example, root};

const FILES: &[(&str, &str)] = &[
    ("text", "plan.txt"),
    ("json", "plan.json"),
    ("markdown", "plan.md"),
    ("html", "plan.html"),
    ("csv", "plan.csv"),
    ("github", "plan.github"),
    ("gitlab", "plan.gitlab.json"),
    ("sarif", "plan.sarif"),
];

/// A project in a folder of its repository in which the plan has steps, and one that a limit holds.
fn shop() -> tempfile::TempDir {
    let repository = tempfile::tempdir().unwrap();
    let folder = repository.path().join("shops");
    std::fs::create_dir(&folder).unwrap();
    copy_example(&root().join("examples/hello"), &folder);
    edit(
        &folder,
        "keyholder.yaml",
        "systems:",
        "limits: { messages: { count: 0 } }\nsystems:",
    );
    git(repository.path(), &["init", "-q"]);
    git(repository.path(), &["add", "."]);
    git(repository.path(), &["commit", "-q", "-m", "first"]);
    repository
}

fn valid(schema: &str, json: &Value) {
    let text = std::fs::read_to_string(root().join(schema)).unwrap();
    // The published schema of SARIF has a bracket too many in a pattern, which is no regular expression of JavaScript.
    let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(json)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0], "{json:#}");
}

fn read(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).unwrap()
}

/// By the fields that GitLab asks for.
fn quality(text: &str, path: &str) -> Vec<Value> {
    let issues: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut prints = std::collections::BTreeSet::new();
    for issue in &issues {
        assert!(!issue["description"].as_str().unwrap().is_empty());
        assert!(!issue["check_name"].as_str().unwrap().is_empty());
        assert!(prints.insert(issue["fingerprint"].as_str().unwrap()));
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
        assert!(
            issue["location"]["path"]
                .as_str()
                .unwrap()
                .starts_with(path)
        );
        assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() > 0);
    }
    issues
}

#[test]
fn every_format_is_valid_and_none_moves_the_exit_code() {
    let repository = shop();
    let folder = repository.path().join("shops");
    let formats: Vec<String> = FILES
        .iter()
        .map(|(format, file)| format!("{format}={file}"))
        .collect();
    let mut arguments = vec!["plan", "--sandbox", "--exit-code"];
    let (plain, shown, _) = keyholder(&folder, &arguments);
    assert_eq!(plain, 3, "{shown}");
    for format in &formats {
        arguments.extend(["--format", format]);
    }
    let (code, stdout, stderr) = keyholder(&folder, &arguments);
    assert_eq!((code, &*stdout), (plain, ""), "{stderr}");
    arguments.extend(["--format", "text"]);
    let (code, stdout, stderr) = keyholder(&folder, &arguments);
    assert_eq!(code, plain, "{stderr}");
    assert_eq!(read(&folder, "plan.txt"), stdout);
    for file in folder.read_dir().unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".new"), "{name}");
    }
    for (_, file) in FILES {
        let text = read(&folder, file);
        assert!(
            ["Jana", "people.yaml", "over-limit"]
                .iter()
                .any(|word| text.contains(word)),
            "{file}: {text}"
        );
        assert!(!text.contains("jana@"), "{file}: {text}");
    }

    valid(
        "schema/plan.v1.schema.json",
        &serde_json::from_str(&read(&folder, "plan.json")).unwrap(),
    );
    let sarif: Value = serde_json::from_str(&read(&folder, "plan.sarif")).unwrap();
    valid("tests/fixtures/schemas/sarif-2.1.0.json", &sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results[0]["ruleId"], "over-limit");
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "shops/keyholder.yaml");
    let issues = quality(&read(&folder, "plan.gitlab.json"), "shops/");
    assert!(issues.iter().any(|it| it["check_name"] == "causes-changes"));
    assert!(issues.iter().any(|it| it["check_name"] == "over-limit"));
    let github = read(&folder, "plan.github");
    assert!(
        github.contains("::warning file=shops/keyholder.yaml,line="),
        "{github}"
    );
    assert!(
        github.contains("::notice file=shops/people.yaml,line="),
        "{github}"
    );
    assert!(
        github.contains("this line touches 1 person in "),
        "{github}"
    );
    let csv = read(&folder, "plan.csv");
    assert!(csv.starts_with("\u{feff}status,step,kind,"), "{csv}");
    assert!(csv.contains("\r\nheld,"), "{csv}");

    // The same comment is found again after a change, and another one where less is planned for.
    let first = |file: &str| read(&folder, file).lines().next().unwrap().to_owned();
    let marker = first("plan.md");
    assert!(marker.starts_with("<!-- keyholder:plan:"), "{marker}");
    edit(&folder, "keyholder.yaml", "count: 0", "count: 9");
    let plan = ["plan", "--sandbox", "--format", "markdown=again.md"];
    assert_eq!(keyholder(&folder, &plan).0, 0);
    assert_eq!(first("again.md"), marker);
    let only = [&plan[..], &["--only", "jana"]].concat();
    assert_eq!(keyholder(&folder, &only).0, 0);
    assert_ne!(first("again.md"), marker);
    let short = [&plan[..], &["--budget", "900"]].concat();
    assert_eq!(keyholder(&folder, &short).0, 0);
    assert!(read(&folder, "again.md").chars().count() <= 900);
}

#[test]
fn what_was_applied_is_told_in_every_format() {
    let repository = shop();
    let folder = repository.path().join("shops");
    let mut arguments = vec!["apply", "--sandbox", "--yes"];
    let (code, out, err) = keyholder(&folder, &[&arguments[..], &["--format", "sarif"]].concat());
    assert_eq!((code, &*out), (1, ""), "{err}");
    assert!(err.contains("`sarif` is of plans alone"), "{err}");
    assert!(err.contains("text, json, markdown, html, csv, github or gitlab"));
    // Nothing was done by that.
    assert!(!folder.join(".keyholder").exists(), "{err}");

    let formats: Vec<String> = FILES
        .iter()
        .filter(|(format, _)| *format != "sarif")
        .map(|(format, file)| format!("{format}={file}"))
        .collect();
    for format in &formats {
        arguments.extend(["--format", format]);
    }
    arguments.extend(["--format", "text"]);
    let (code, stdout, stderr) = keyholder(&folder, &arguments);
    // The removal is done, the message is held.
    assert_eq!(code, 3, "{stdout}{stderr}");
    assert_eq!(read(&folder, "plan.txt"), stdout);
    for (format, file) in FILES.iter().filter(|(format, _)| *format != "sarif") {
        let text = read(&folder, file);
        assert!(
            text.contains("Kārlis") || text.contains("people.yaml"),
            "{format}: {text}"
        );
        assert!(!text.contains("jana@"), "{file}: {text}");
    }
    valid(
        "schema/plan.v1.schema.json",
        &serde_json::from_str(&read(&folder, "plan.json")).unwrap(),
    );
    let comment = read(&folder, "plan.md");
    // Another comment than that of the plan, which stays.
    assert!(comment.starts_with("<!-- keyholder:applied:"), "{comment}");
    let place = |what: &str| {
        let at = comment.find(what);
        at.unwrap_or_else(|| panic!("{what}: {comment}"))
    };
    assert!(place("<b>1 step done and read back.</b>") < place("### Done: <b>Removals</b>"));
    assert!(place("### Done: <b>Removals</b>") < place("Held back"));
    assert!(comment.contains("Journal head "), "{comment}");
    assert!(read(&folder, "plan.html").contains("<h1><span class=\"strong\">Applied</span>"));
    let csv = read(&folder, "plan.csv");
    assert!(
        csv.contains("\r\ndone,") && csv.contains("\r\nheld,"),
        "{csv}"
    );
    let github = read(&folder, "plan.github");
    assert!(
        github.contains("::notice file=shops/people.yaml,line="),
        "{github}"
    );
    quality(&read(&folder, "plan.gitlab.json"), "shops/");
}

#[test]
fn a_format_that_cannot_be_written_is_refused_before_anything_is_read() {
    let repository = shop();
    let folder = repository.path().join("shops");
    for wrong in [
        &["--format", "text", "--format", "json"][..],
        &["--format", "html=none/plan.html"],
        &["--format", "html=plan.html", "--format", "csv=plan.html"],
        &["--format", "html="],
    ] {
        let arguments = [&["plan", "--sandbox"], wrong].concat();
        let (code, stdout, stderr) = keyholder(&folder, &arguments);
        assert_eq!((code, &*stdout), (1, ""), "{wrong:?}: {stderr}");
        assert!(stderr.contains("--format: "), "{stderr}");
    }
    let (code, _, stderr) = keyholder(&folder, &["plan", "--sandbox", "--format", "pdf"]);
    assert_eq!(code, 64, "{stderr}");
    assert!(stderr.contains("markdown"), "{stderr}");
}

#[test]
fn a_project_with_errors_has_them_in_place_of_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    copy_example(&root().join("examples/broken/unknown-role"), folder.path());
    let plan = [
        "plan",
        "--format",
        "sarif=plan.sarif",
        "--format",
        "html=plan.html",
    ];
    let arguments = [
        &plan[..],
        &["--format", "gitlab=plan.gitlab.json", "--format", "github"],
    ]
    .concat();
    let (code, stdout, stderr) = keyholder(folder.path(), &arguments);
    assert_eq!(code, 1, "{stderr}");
    assert!(
        stderr.contains("nothing was read and nothing was changed"),
        "{stderr}"
    );
    assert!(stdout.starts_with("::error file="), "{stdout}");
    let sarif: Value = serde_json::from_str(&read(folder.path(), "plan.sarif")).unwrap();
    valid("tests/fixtures/schemas/sarif-2.1.0.json", &sarif);
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-role");
    let issues = quality(&read(folder.path(), "plan.gitlab.json"), "");
    assert_eq!(issues[0]["check_name"], "unknown-role");
    // A page without a plan would be taken for one.
    assert!(!folder.path().join("plan.html").exists());
}

#[test]
fn problems_are_valid_for_code_scanning() {
    let folder = root().join("examples/broken/unknown-role");
    let (code, stdout, stderr) = keyholder(&folder, &["check", "--format", "sarif"]);
    assert_eq!(code, 1, "{stderr}");
    let sarif: Value = serde_json::from_str(&stdout).unwrap();
    valid("tests/fixtures/schemas/sarif-2.1.0.json", &sarif);
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "unknown-role");
    let (code, stdout, stderr) = keyholder(&folder, &["check", "--format", "gitlab"]);
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(quality(&stdout, "")[0]["check_name"], "unknown-role");
    let folder = root().join("examples/hello");
    let (code, stdout, _) = keyholder(&folder, &["check", "--format", "sarif"]);
    assert_eq!(code, 0);
    valid(
        "tests/fixtures/schemas/sarif-2.1.0.json",
        &serde_json::from_str(&stdout).unwrap(),
    );
}
