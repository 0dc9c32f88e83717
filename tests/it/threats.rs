//! The threat model names the tests that show what it claims; each of them exists.

use std::collections::BTreeSet;

use crate::support::rust::code_only;
use crate::support::{files, root};

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let text = std::fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let rows: Vec<&str> = text
        .lines()
        .filter(|line| {
            line.starts_with("| ") && !line.starts_with("| who ") && !line.starts_with("| ---")
        })
        .collect();
    assert!(rows.len() > 15, "the table is gone");
    let mut known = BTreeSet::new();
    for folder in ["src", "tests"] {
        for (_, source) in files(folder, ".rs") {
            let code = code_only(&source);
            // What comes after `#[test]`, or `#[tokio::test]`, is one; within `proptest!` they look the same.
            for part in code.split("test]").skip(1) {
                if let Some(rest) = part.split("fn ").nth(1) {
                    known.insert(rest.split('(').next().unwrap_or_default().to_owned());
                }
            }
        }
    }
    let mut wrong = Vec::new();
    for row in rows {
        let shown = row
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if names.is_empty() && !row.contains("nothing here: see below") {
            wrong.push(format!("no test: {row}"));
        }
        let missing = names.iter().filter(|name| !known.contains(**name));
        wrong.extend(missing.map(|name| format!("there is no test `{name}`")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        readme.contains("docs/threat-model.md"),
        "the README leads there"
    );
}
