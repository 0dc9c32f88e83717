//! The schemas of `schema/` against everything there is: examples, broken projects, plans, reads and journals.
//!
//! Judged by somebody else's validator, from YAML read by somebody else's parser, so that a fault of ours cannot hide
//! itself. Whatever the tool accepts the schemas accept too; of what the tool refuses, the schemas refuse all but the
//! cases of [`ONLY_THE_TOOL`], each with the reason. A case that could leave the list fails the test, so it stays true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use jsonschema::Validator;
use keyholder::config::{LoadOptions, attestations_schema, entries_schema, project_schema};
use keyholder::diagnostic::Diagnostic;
use serde_json::Value;

use crate::support::generated::stale;
use crate::support::project::check;
use crate::support::{copy_example, root};

/// What several files, entries side by side, or the run must say together.
const TOGETHER: &str = "depends on other entries, other files or how the tool is run";
/// What the built-in tables say.
const CATALOGUE: &str = "depends on the catalogue; listing it as the only choice would refuse patterns and later versions";
/// What a text means.
const MEANING: &str = "a text of the right shape that means nothing, or something dangerous";
/// What is lost when YAML becomes a value.
const VALUE: &str = "a value has every key once; the editor's parser says it instead";

/// Broken projects that no schema of one file refuses.
#[rustfmt::skip]
const ONLY_THE_TOOL: &[(&str, &str)] = &[
    ("account-used-twice", TOGETHER),
    ("at-missing", TOGETHER),
    ("bad-key", MEANING),
    ("bad-url", MEANING),
    ("command-not-allowed", TOGETHER),
    ("contact-declared-twice", TOGETHER),
    ("contact-used-twice", TOGETHER),
    ("contact-used-twice.2", TOGETHER),
    ("date-order", TOGETHER),
    ("date-order.2", TOGETHER),
    ("duplicate-entry", TOGETHER),
    ("duplicate-entry.2", TOGETHER),
    ("duplicate-key", VALUE),
    ("earlier-key-in-use", TOGETHER),
    ("empty-selector", TOGETHER),
    ("foreign-host", MEANING),
    ("hostile-text", MEANING),
    ("hostile-text.2", MEANING),
    ("inherited-clash", TOGETHER),
    ("limited-to-nothing", CATALOGUE),
    ("location-used-twice", TOGETHER),
    ("malformed-email", MEANING),
    ("malformed-phone", MEANING),
    ("malformed-phone.2", MEANING),
    ("minus-names-qualifier", CATALOGUE),
    ("minus-names-qualifier.2", CATALOGUE),
    ("missing-unlisted", TOGETHER),
    ("missing-vendor-role", TOGETHER),
    ("no-project", TOGETHER),
    ("no-union", TOGETHER),
    ("no-union.2", TOGETHER),
    ("no-union.3", TOGETHER),
    ("no-union.4", TOGETHER),
    ("no-usable-contact", TOGETHER),
    ("not-in-force", TOGETHER),
    ("outside-fence", TOGETHER),
    ("pattern-matches-nothing", CATALOGUE),
    ("pattern-matches-nothing.2", CATALOGUE),
    ("pattern-tie", CATALOGUE),
    ("pattern-type", CATALOGUE),
    ("plain-http", MEANING),
    ("reserved-name", MEANING),
    ("reserved-name.2", MEANING),
    ("reserved-name.3", MEANING),
    ("restricting-right", CATALOGUE),
    ("restricting-right.2", CATALOGUE),
    ("right-range", CATALOGUE),
    ("right-type", CATALOGUE),
    ("right-type.2", CATALOGUE),
    ("right-type.3", CATALOGUE),
    ("right-type.4", CATALOGUE),
    ("role-cycle", TOGETHER),
    ("role-cycle.2", TOGETHER),
    ("team-member-used-twice", TOGETHER),
    ("unknown-assumption", CATALOGUE),
    ("unknown-catalogue", CATALOGUE),
    ("unknown-location", TOGETHER),
    ("unknown-person", TOGETHER),
    ("unknown-person.2", TOGETHER),
    ("unknown-right", CATALOGUE),
    ("unknown-right.2", CATALOGUE),
    ("unknown-role", TOGETHER),
    ("unknown-role.2", TOGETHER),
    ("unknown-system", TOGETHER),
    ("unknown-system.2", TOGETHER),
    ("unknown-tag", TOGETHER),
    ("unknown-tag.2", TOGETHER),
    ("unknown-time-zone", MEANING),
    ("vendor-needs", TOGETHER),
    ("wrong-date.2", MEANING),
    ("wrong-product", CATALOGUE),
];

#[test]
fn every_example_fits_its_schema_and_the_tool() {
    let schemas = Schemas::new();
    for example in examples() {
        let found = check(
            &Path::new("examples").join(&example),
            &LoadOptions::default(),
        );
        assert!(
            !found.found.iter().any(Diagnostic::is_error),
            "{example}: {:?}",
            found.found
        );
        let faults = schemas.faults(&root().join("examples").join(&example));
        assert!(faults.is_empty(), "{example}: {faults:?}");
    }
}

#[test]
fn every_broken_project_fails_its_schema_too_or_is_listed_with_the_reason() {
    let schemas = Schemas::new();
    let listed: BTreeMap<_, _> = ONLY_THE_TOOL.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for folder in folders(&root().join("examples/broken")) {
        let case = name(&folder);
        let place = Path::new("examples/broken").join(&case);
        let found = check(&place, &LoadOptions::default()).found;
        let refused = found.iter().any(Diagnostic::is_error);
        let faults = schemas.faults(&folder);
        match (refused, faults.is_empty(), listed.get(case.as_str())) {
            (false, false, _) => wrong.push(format!(
                "{case}: the tool accepts it, its schema does not: {faults:?}"
            )),
            (true, true, None) => wrong.push(format!(
                "{case}: the tool refuses it, its schema does not, and it is not listed"
            )),
            (_, _, Some(_)) if !refused || !faults.is_empty() => {
                wrong.push(format!("{case} is listed, but the schemas know it"));
            }
            (_, _, Some(_)) => {
                used.insert(case.clone());
            }
            (_, _, None) => {}
        }
    }
    for (case, _) in ONLY_THE_TOOL {
        if !used.contains(*case) {
            wrong.push(format!("{case} is listed and not there"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_of_an_example_names_its_schema() {
    for example in examples() {
        for path in yaml(&root().join("examples").join(&example)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let first = text.lines().next().unwrap_or_default();
            let target = first
                .strip_prefix("# yaml-language-server: $schema=")
                .unwrap_or_else(|| panic!("{} has no modeline", path.display()));
            let target = path.parent().unwrap().join(target);
            let wanted = root().join("schema").join(schema_of(&path));
            assert_eq!(
                target.canonicalize().unwrap(),
                wanted.canonicalize().unwrap(),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn the_committed_schema_of_plans_is_the_one_of_the_types() {
    let mut text = serde_json::to_string_pretty(&keyholder::plan::wire::plan_schema()).unwrap();
    text.push('\n');
    let difference = stale(&root().join("schema/plan.v1.schema.json"), &text);
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

#[test]
fn the_committed_schema_of_doctor_is_the_one_of_the_types() {
    let mut text = serde_json::to_string_pretty(&keyholder::render::doctor::schema()).unwrap();
    text.push('\n');
    let difference = stale(&root().join("schema/doctor.v1.schema.json"), &text);
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

#[test]
fn the_committed_schemas_of_reports_bundles_and_answers_are_those_of_the_types() {
    let answers = keyholder::render::answer::schemas();
    for (file, schema) in [
        ("report.v1.schema.json", keyholder::report::wire::schema()),
        ("bundle.v1.schema.json", keyholder::bundle::index::schema()),
    ]
    .into_iter()
    .chain(answers)
    {
        let text = format!("{schema:#}\n");
        let difference = stale(&root().join("schema").join(file), &text);
        assert!(difference.is_none(), "{}", difference.unwrap_or_default());
    }
}

#[test]
fn plans_reads_and_journals_of_the_examples_fit_their_schemas() {
    let plan = committed("plan.v1.schema.json");
    let observed = committed("observed.v1.schema.json");
    let journal = committed("journal.v1.schema.json");
    let doctor = committed("doctor.v1.schema.json");
    for example in examples() {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples").join(&example), folder.path());
        let run = |arguments: &[&str]| keyholder(folder.path(), arguments);

        fits(
            &plan,
            &run(&["plan", "--sandbox", "--format", "json"]).stdout,
        );
        fits(
            &doctor,
            &run(&["doctor", "--sandbox", "--thorough", "--format", "json"]).stdout,
        );
        run(&["apply", "--sandbox", "--yes"]);
        fits(
            &plan,
            &run(&["plan", "--sandbox", "--format", "json"]).stdout,
        );
        run(&["observe", "--sandbox", "--out", "seen.json"]);
        fits(
            &observed,
            &std::fs::read(folder.path().join("seen.json")).unwrap(),
        );
        let mut lines = 0;
        for path in files(&folder.path().join(".keyholder")) {
            if path.extension().is_some_and(|end| end == "jsonl") {
                for line in std::fs::read_to_string(path).unwrap().lines() {
                    fits(&journal, line.as_bytes());
                    lines += 1;
                }
            }
        }
        assert!(lines > 3, "{example} left no journal");
    }
}

/// The three schemas of YAML, as committed.
struct Schemas {
    project: Validator,
    entries: Validator,
    attestations: Validator,
}

impl Schemas {
    fn new() -> Self {
        for (file, schema) in [
            ("project.schema.json", project_schema()),
            ("entries.schema.json", entries_schema()),
            ("attestations.schema.json", attestations_schema()),
        ] {
            assert_eq!(read_json(file), schema, "schema/{file} is stale");
        }
        Self {
            project: committed("project.schema.json"),
            entries: committed("entries.schema.json"),
            attestations: committed("attestations.schema.json"),
        }
    }

    /// What is wrong with the files of a project, one fault a file at most.
    fn faults(&self, folder: &Path) -> Vec<String> {
        yaml(folder)
            .iter()
            .filter_map(|path| {
                let name = path.strip_prefix(folder).unwrap().display();
                self.fault(path).map(|fault| format!("{name}: {fault}"))
            })
            .collect()
    }

    fn fault(&self, path: &Path) -> Option<String> {
        let bytes = std::fs::read(path).unwrap();
        let value: Value = match serde_yaml::from_slice(&bytes) {
            Ok(value) => value,
            Err(error) => return Some(error.to_string()),
        };
        if value.is_null() {
            // An empty file says nothing, which is no fault of its shape.
            return None;
        }
        let schema = match schema_of(path) {
            "project.schema.json" => &self.project,
            "attestations.schema.json" => &self.attestations,
            _ => &self.entries,
        };
        schema.validate(&value).err().map(|fault| {
            let at = fault.instance_path().to_string();
            format!("{at}: {fault}")
        })
    }
}

fn schema_of(path: &Path) -> &'static str {
    let folder = path.parent().unwrap();
    if name(path) == "keyholder.yaml" {
        "project.schema.json"
    } else if folder.ends_with("attestations") && folder.with_file_name("keyholder.yaml").is_file()
    {
        "attestations.schema.json"
    } else {
        "entries.schema.json"
    }
}

fn read_json(file: &str) -> Value {
    let text = std::fs::read_to_string(root().join("schema").join(file)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("schema/{file}: {error}"))
}

fn committed(file: &str) -> Validator {
    jsonschema::validator_for(&read_json(file)).unwrap()
}

#[track_caller]
fn fits(schema: &Validator, bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    if let Err(fault) = schema.validate(&value) {
        panic!("{}: {fault}", fault.instance_path());
    }
}

fn keyholder(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("KEYHOLDER_ACTOR", "test")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The names of the good examples.
fn examples() -> Vec<String> {
    let mut names: Vec<_> = folders(&root().join("examples"))
        .iter()
        // `adoption` becomes a project only when its transcript is run.
        .filter(|path| path.join("keyholder.yaml").exists())
        .map(|path| name(path))
        .filter(|name| name != "broken")
        .collect();
    names.sort_unstable();
    assert!(names.len() >= 2, "{names:?}");
    names
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect()
}

/// The YAML files below a folder.
fn yaml(folder: &Path) -> Vec<PathBuf> {
    let is_yaml = |path: &PathBuf| {
        // Hidden folders hold somebody's state and are never part of a project.
        let hidden = path
            .strip_prefix(folder)
            .unwrap()
            .components()
            .any(|part| part.as_os_str().to_string_lossy().starts_with('.'));
        !hidden
            && path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml")
    };
    files(folder).into_iter().filter(is_yaml).collect()
}

/// The files below a folder, sorted, with what is hidden.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}
