//! Literate scenarios: what YAML means, worked out by hand, against what `show --format json` says.
//!
//! A document in `tests/scenarios` opens with the files all its scenarios share; every `##` heading begins one, with
//! files of its own. A block says what it is in its first line:
//!
//! - <code>```yaml FILE</code>: a file of the project;
//! - <code>```json as-of=WHEN</code>: what `people` says then (2026-11-22 where no instant is given). What is listed
//!   must be there and equal; what an object lists under `absent` must not be there; `{}` is empty;
//! - <code>```error</code>, with an instant or without: the project is refused, and the report says each of these lines.
//!
//! It is not a test of plans: no vendor is asked. The invariant: a block nobody understands, and a scenario without an
//! expectation, fail; so a slip in a document never passes as agreement.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::files;

/// The instant that is looked at where a block names none.
const AS_OF: &str = "2026-11-22";

/// One fenced block: its line, the words after the fence, and what is in it.
struct Block<'d> {
    line: usize,
    info: &'d str,
    body: String,
}

/// A part of a document below one heading; the first has none and is shared by the others.
struct Part<'d> {
    title: &'d str,
    blocks: Vec<Block<'d>>,
}

fn parts(document: &str) -> Vec<Part<'_>> {
    let mut parts = vec![Part {
        title: "",
        blocks: Vec::new(),
    }];
    let mut lines = document.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            parts.push(Part {
                title,
                blocks: Vec::new(),
            });
        } else if let Some(info) = line.strip_prefix("```") {
            let body = lines
                .by_ref()
                .map(|(_, line)| line)
                .take_while(|line| *line != "```")
                .fold(String::new(), |body, line| body + line + "\n");
            parts.last_mut().unwrap().blocks.push(Block {
                line: at + 1,
                info,
                body,
            });
        }
    }
    parts
}

fn show(project: &BTreeMap<&str, &str>, as_of: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in project {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    keyholder(
        folder.path(),
        &["show", "--format", "json", "--as-of", as_of],
    )
}

fn keyholder(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keyholder"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Says where what is expected and what is there part.
fn compare(expected: &Value, found: &Value, at: &str, faults: &mut String) {
    let (Value::Object(wanted), Value::Object(there)) = (expected, found) else {
        if expected != found {
            writeln!(faults, "  {at}: expected {expected}, found {found}").unwrap();
        }
        return;
    };
    if wanted.is_empty() && !there.is_empty() {
        writeln!(faults, "  {at}: expected nothing, found {found}").unwrap();
    }
    for (key, value) in wanted {
        if key == "absent" {
            for key in value.as_array().unwrap() {
                if let Some(found) = there.get(key.as_str().unwrap()) {
                    writeln!(faults, "  {at}: {key} is there: {found}").unwrap();
                }
            }
        } else if let Some(found) = there.get(key) {
            compare(value, found, &format!("{at}/{key}"), faults);
        } else {
            writeln!(faults, "  {at}: \"{key}\" is not there, expected {value}").unwrap();
        }
    }
}

/// What is wrong with one expectation, as text; empty where all is well.
fn judge(block: &Block<'_>, project: &BTreeMap<&str, &str>) -> String {
    let mut faults = String::new();
    let (language, rest) = block.info.split_once(' ').unwrap_or((block.info, ""));
    let as_of = match rest.split_once('=') {
        Some(("as-of", as_of)) => as_of,
        None if rest.is_empty() => AS_OF,
        Some(_) | None => return format!("  nobody knows what `{rest}` means\n"),
    };
    let output = show(project, as_of);
    let said = String::from_utf8_lossy(&output.stderr);
    match language {
        "json" if output.status.success() => {
            let expected: Value = serde_json::from_str(&block.body).unwrap();
            let found: Value = serde_json::from_slice(&output.stdout).unwrap();
            compare(&expected, &found["people"], "", &mut faults);
        }
        "error" if output.status.code() == Some(1) => {
            for line in block.body.lines() {
                if !said.contains(line) {
                    writeln!(faults, "  the report does not say `{line}`:\n{said}").unwrap();
                }
            }
        }
        "json" | "error" => {
            writeln!(faults, "  exit code {:?}:\n{said}", output.status.code()).unwrap();
        }
        _ => writeln!(faults, "  nobody knows what a block `{language}` is").unwrap(),
    }
    faults
}

/// The file a block gives, where it gives one.
fn file<'b>(block: &'b Block<'_>) -> Option<(&'b str, &'b str)> {
    let name = block.info.strip_prefix("yaml ")?;
    Some((name, &block.body))
}

#[test]
fn scenarios_mean_what_they_say() {
    let documents = files("tests/scenarios", ".md");
    assert!(!documents.is_empty());
    let mut faults = String::new();
    for (name, document) in &documents {
        let parts = parts(document);
        let [shared, scenarios @ ..] = parts.as_slice() else {
            continue;
        };
        assert!(!scenarios.is_empty(), "{name} has no scenario");
        let shared: BTreeMap<&str, &str> = shared
            .blocks
            .iter()
            .map(|block| file(block).expect("what scenarios share are files"))
            .collect();
        for scenario in scenarios {
            let mut project = shared.clone();
            let mut judged = 0;
            for block in &scenario.blocks {
                if let Some((file, text)) = file(block) {
                    project.insert(file, text);
                    continue;
                }
                judged += 1;
                let found = judge(block, &project);
                if !found.is_empty() {
                    let title = scenario.title;
                    write!(faults, "{name}:{}: {title}\n{found}", block.line).unwrap();
                }
            }
            assert!(judged > 0, "{name}: `{}` expects nothing", scenario.title);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn a_document_that_is_wrong_does_not_pass() {
    let mut faults = String::new();
    let found = serde_json::json!({ "a": { "x": 1, "y": [2] }, "b": {} });
    for expected in [
        serde_json::json!({ "a": {} }),
        serde_json::json!({ "a": { "x": 2 } }),
        serde_json::json!({ "a": { "absent": ["y"] } }),
        serde_json::json!({ "b": { "x": 1 } }),
        serde_json::json!({ "c": {} }),
        serde_json::json!({ "b": "unmanaged" }),
    ] {
        let before = faults.len();
        compare(&expected, &found, "", &mut faults);
        assert!(faults.len() > before, "{expected}");
    }
    let right = serde_json::json!({ "a": { "y": [2], "absent": ["z"] }, "b": {} });
    faults.clear();
    compare(&right, &found, "", &mut faults);
    assert_eq!(faults, "");
}
