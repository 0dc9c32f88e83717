//! The canonical form of a project's files.
//!
//! Not the form itself, which is `config::edit`'s. Invariant: what the files want is the same before and after.

use super::edit::Texts;
use super::project::Project;
use crate::config::PROJECT_FILE;
use crate::config::edit::formatted;
use crate::render::desired::to_json;

/// What came of it.
#[derive(Debug)]
pub struct Formatted {
    /// The files, those that are not canonical with an edit.
    pub texts: Texts,
    /// Files and entries that stay as they are, and why.
    pub left: Vec<String>,
    /// Files that cannot be read as YAML.
    pub unreadable: Vec<String>,
}

/// Brings files into canonical form: all of them, or those that are named.
pub fn format(project: &Project, texts: &Texts, only: &[String]) -> Formatted {
    let mut found = Formatted {
        texts: texts.clone(),
        left: Vec::new(),
        unreadable: Vec::new(),
    };
    let files: Vec<String> = texts.files().map(str::to_owned).collect();
    for file in files {
        if !only.is_empty() && !only.contains(&file) {
            continue;
        }
        let text = texts.get(&file).unwrap_or_default();
        match formatted(text, file == PROJECT_FILE) {
            Ok(formatted) => {
                let left = formatted.left.iter();
                found.left.extend(left.map(|entry| {
                    format!("{file}: {entry}: an anchor or a comment keeps it as it is")
                }));
                found.texts.set(&file, formatted.text);
            }
            Err(why) => found.unreadable.push(format!("{file}: {}", why.why())),
        }
    }
    if !found.texts.edits().is_empty() && !is_same(project, &found.texts) {
        // Nothing is known that leads here; were there anything, files would stay as they are.
        found.left.push("the files would then say something else, so all stay as they are; this is a fault of the program".to_owned());
        found.texts = texts.clone();
    }
    found
}

/// Whether the files want the same as they are and as they shall be.
fn is_same(project: &Project, texts: &Texts) -> bool {
    let edited = texts.open(project);
    let json = |project: &Project| to_json(&project.desired, &[], project.catalog);
    edited.has_errors() == project.has_errors() && json(&edited) == json(project)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
    use crate::model::AsOf;

    const SETTINGS: &str = "\
version: 1
systems: { salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } } }
";

    const REST: &str = "\
locations: { a: { in: { salons: 1 }, title: A, tags: {r: x} }, b: { in: { salons: 2 }, title: B } }
roles:
  low: { salons: { unlisted: deny, rights: {timetable.*: allow, records_create_access: allow}, role: worker } }
  high:
    salons:
      rights: # more
        records_edit_access: allow
        records_edit_last_days_count: 3
    extends: [ low ]
";

    const KEYS: [&str; 8] = [
        "    access: # what\n      - at: [a,b]\n        role: low # first\n        minus: { salons: [records_create_access] }\n      - { until: 2027-01-01,role: high, at: {r: x} }",
        "    name: {last: Ozola, first: Яна} # who",
        "    phone: '+371 (20) 000-001'",
        "    # how\n    email: Jana@Chain.Example",
        "    starts: 2026-01-01   ",
        "    class: >-\n      shop\n      floor",
        "    was: [ j ]",
        "    accounts: {salons: {staff: {a: Jana}, id: 5}}",
    ];

    fn wants(entries: &str) -> (serde_json::Value, usize) {
        let files = [("keyholder.yaml", SETTINGS), ("people.yaml", entries)];
        let loaded = load_texts(&files, &LoadOptions::default());
        let at = AsOf::Date(jiff::civil::date(2026, 12, 1));
        let catalog = crate::catalog::Catalog::current();
        let (desired, found) = resolve(&loaded.project, &ResolveOptions::at(at), catalog);
        let errors = loaded.diagnostics.iter().chain(&found);
        let errors = errors.filter(|it| it.is_error()).count();
        (to_json(&desired, &[], catalog), errors)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn what_the_files_want_is_the_same_in_any_form(keys in Just(KEYS.to_vec()).prop_shuffle(), last: bool) {
            let person = format!("people:\n  jana:\n{}\n", keys.join("\n"));
            let text = if last { format!("{REST}{person}") } else { format!("{person}{REST}") };
            let found = formatted(&text, false);
            prop_assert!(found.is_ok());
            let Ok(found) = found else { return Ok(()) };
            prop_assert_eq!(&found.left, &Vec::<String>::new());
            let (before, errors) = wants(&text);
            prop_assert_eq!(errors, 0);
            prop_assert_eq!(wants(&found.text), (before, 0));
            prop_assert_eq!(text.matches('#').count(), found.text.matches('#').count());
            // Whatever the order was, the form is one, but for comments above what comes first.
            prop_assert_eq!(formatted(&found.text, false).map(|it| it.text), Ok(found.text));
        }
    }
}
