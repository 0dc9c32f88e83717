//! Problems as SARIF 2.1.0 and as GitLab's Code Quality report, which code scanning takes.
//!
//! Also for problems that are no diagnostics, such as what a plan holds back. Invariants: what comes out is valid by the
//! published schema, also where a problem has no place, and a path is a relative reference whatever the file is called.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Form, Sheet, safe};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// Where problems without a place are shown: a viewer takes none without one.
const NOWHERE: &str = "keyholder.yaml";

/// A problem as code scanning knows it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Its code.
    pub rule: &'static str,
    /// What problems of this code are, in a sentence.
    pub about: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is the matter, one line that is safe to print.
    pub message: String,
    /// Every place involved, the first is where the reader looks first.
    pub places: Vec<Spot>,
    /// What the first place says: by it a problem is known again when its line moves.
    pub anchor: String,
}

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Refused.
    Error,
    /// Held back, or probably a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file; lines and columns count from 1.
#[derive(Clone, Debug)]
pub struct Spot {
    /// The path from the top of the repository.
    pub file: String,
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
    /// The line and the column behind the last character, where known.
    pub end: Option<(u32, u32)>,
    /// What is there, in a few words.
    pub text: String,
}

impl Problem {
    /// The same for the same problem, wherever its line is by then; `nth` tells equal ones apart.
    fn fingerprint(&self, nth: u32) -> String {
        let file = self.places.first().map_or(NOWHERE, |spot| &spot.file);
        let what = format!("{}\n{file}\n{}\n{nth}", self.rule, self.anchor);
        let mut hex = String::new();
        for byte in Sha256::digest(what.as_bytes()) {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

/// Diagnostics as problems.
fn problems(ordered: &[&Diagnostic], sheet: &mut Sheet<'_>, prefix: &str) -> Vec<Problem> {
    let problem = |found: &&Diagnostic| {
        let places = found.labels.iter().filter_map(|label| {
            let (file, start, end) = sheet.place(label.span)?;
            Some(Spot {
                file: safe::line(&format!("{prefix}{file}")),
                line: start.line,
                column: start.column,
                end: Some((end.line, end.column)),
                text: safe::line(&label.text),
            })
        });
        let mut message = safe::line(&found.message);
        let places = places.collect();
        if let Some(help) = &found.help {
            let _ = write!(message, "; {}", safe::line(help));
        }
        Problem {
            rule: found.code.name(),
            about: found.code.summary(),
            level: match found.severity {
                Severity::Error => Level::Error,
                Severity::Warning => Level::Warning,
                Severity::Note => Level::Note,
            },
            anchor: safe::line(&found.message),
            message,
            places,
        }
    };
    ordered.iter().map(problem).collect()
}

/// Diagnostics in one of the two forms.
pub(super) fn form(
    ordered: &[&Diagnostic],
    sheet: &mut Sheet<'_>,
    form: Form,
    prefix: &str,
) -> String {
    let problems = problems(ordered, sheet, prefix);
    pretty(&if form == Form::Gitlab {
        gitlab(&problems)
    } else {
        sarif(&problems)
    })
}

/// Problems with their fingerprints.
fn told_apart(problems: &[Problem]) -> impl Iterator<Item = (&Problem, String)> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    problems.iter().map(move |problem| {
        let nth = seen.entry(problem.fingerprint(0)).or_default();
        *nth += 1;
        (problem, problem.fingerprint(*nth))
    })
}

/// A SARIF log of one run.
pub fn sarif(problems: &[Problem]) -> Json {
    let mut rules: BTreeMap<&str, &str> = BTreeMap::new();
    for problem in problems {
        rules.insert(problem.rule, problem.about);
    }
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let rules = rules.iter().map(|(id, about)| {
        let mut rule = json!({ "id": id, "shortDescription": { "text": about } });
        if Code::parse(id).is_some() {
            rule["help"] = json!({ "text": format!("`keyholder explain {id}` tells more.") });
        }
        rule
    });
    let results = told_apart(problems).map(|(problem, fingerprint)| {
        let mut places = problem.places.iter();
        let first = places.next().map_or_else(nowhere, location);
        let mut result = json!({
            "ruleId": problem.rule,
            "ruleIndex": index.get(problem.rule),
            "level": match problem.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "note",
            },
            "message": { "text": problem.message },
            "locations": [first],
            "partialFingerprints": { "keyholder/v1": fingerprint },
        });
        let related: Vec<Json> = places.map(location).collect();
        if !related.is_empty() {
            result["relatedLocations"] = Json::Array(related);
        }
        result
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "keyholder",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn nowhere() -> Json {
    json!({ "physicalLocation": { "artifactLocation": { "uri": NOWHERE } } })
}

fn location(spot: &Spot) -> Json {
    let mut region = json!({ "startLine": spot.line.max(1), "startColumn": spot.column.max(1) });
    if let Some((line, column)) = spot.end
        && (line, column) > (spot.line, spot.column)
    {
        region["endLine"] = line.into();
        region["endColumn"] = column.into();
    }
    let mut place = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": reference(&spot.file) },
            "region": region,
        }
    });
    if !spot.text.is_empty() {
        place["message"] = json!({ "text": spot.text });
    }
    place
}

/// A path as a relative reference: whatever is no plain letter is written by its bytes.
fn reference(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// GitLab's Code Quality report: a list of issues.
pub fn gitlab(problems: &[Problem]) -> Json {
    let issues = told_apart(problems).map(|(problem, fingerprint)| {
        let (path, line) = problem
            .places
            .first()
            .map_or((NOWHERE, 1), |spot| (&*spot.file, spot.line));
        json!({
            "description": problem.message,
            "check_name": problem.rule,
            "fingerprint": fingerprint,
            "severity": match problem.level {
                Level::Error => "critical",
                Level::Warning => "major",
                Level::Note => "info",
            },
            "location": { "path": path, "lines": { "begin": line.max(1) } },
        })
    });
    Json::Array(issues.collect())
}

/// JSON as text that is safe to print: what a terminal would obey can stand only inside strings, where its escape means
/// the same.
pub fn pretty(json: &Json) -> String {
    let mut out = String::new();
    for line in format!("{json:#}").split('\n') {
        super::forms::push_json(&mut out, line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_relative_reference() {
        assert_eq!(
            reference("people/riga mall.yaml"),
            "people/riga%20mall.yaml"
        );
        assert_eq!(reference("a:b?c#d%.yaml"), "a%3Ab%3Fc%23d%25.yaml");
    }

    #[test]
    fn equal_problems_have_fingerprints_of_their_own() {
        let problem = Problem {
            rule: "unknown-role",
            about: "a role that is nowhere",
            level: Level::Error,
            message: "m\u{202e}".into(),
            places: Vec::new(),
            anchor: "role: x".into(),
        };
        let log = sarif(&[problem.clone(), problem.clone()]);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_ne!(
            results[0]["partialFingerprints"],
            results[1]["partialFingerprints"]
        );
        assert_eq!(
            results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            NOWHERE
        );
        assert!(pretty(&gitlab(&[problem])).contains("m\\u202e"));
    }
}
