//! JSON Schemas of the two kinds of files, for editors.
//!
//! Nothing is described here: every [`super::decode`] shape describes itself beside its decoder. Draft-07, because
//! that is what the YAML language server reads. Equal sources give equal bytes.

use std::collections::BTreeMap;

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use super::decode::{EntryFile, SettingsFile, StatementsFile};
use crate::catalog::{Assumption, Catalog, ChainRight, Product, Section, VendorRole};

/// The named parts of a schema.
#[derive(Debug, Default)]
pub(crate) struct Defs {
    parts: BTreeMap<&'static str, Value>,
}

impl Defs {
    /// Defines a part once and refers to it.
    pub(crate) fn define(
        &mut self,
        name: &'static str,
        make: impl FnOnce(&mut Defs) -> Schema,
    ) -> Schema {
        if !self.parts.contains_key(name) {
            // Holds the name while the part is made, for parts that refer to themselves.
            self.parts.insert(name, Value::Bool(true));
            let part = make(self).to_value();
            self.parts.insert(name, part);
        }
        Self::reference(name)
    }

    /// Refers to a part that is defined elsewhere.
    pub(crate) fn reference(name: &str) -> Schema {
        json_schema!({ "$ref": format!("#/definitions/{name}") })
    }
}

/// The schema of `keyholder.yaml`.
pub fn project_schema() -> Value {
    document(
        "keyholder project",
        "The settings of a keyholder project.",
        SettingsFile::schema,
    )
}

/// The schema of every other file of a project.
pub fn entries_schema() -> Value {
    document(
        "keyholder entries",
        "Locations, roles, people, contacts, policies and approvals of a keyholder project.",
        EntryFile::schema,
    )
}

/// The schema of `attestations/<system>.yaml`.
pub fn attestations_schema() -> Value {
    document(
        "keyholder attestations",
        "What people said they did by hand in one system.",
        StatementsFile::schema,
    )
}

fn document(title: &str, about: &str, make: impl FnOnce(&mut Defs) -> Schema) -> Value {
    let mut defs = Defs::default();
    let mut root = make(&mut defs).to_value();
    if let Some(object) = root.as_object_mut() {
        object.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        object.insert("title".to_owned(), json!(title));
        object.insert("description".to_owned(), json!(about));
        let parts: serde_json::Map<String, Value> = defs
            .parts
            .into_iter()
            .map(|(name, part)| (name.to_owned(), part))
            .collect();
        object.insert("definitions".to_owned(), parts.into());
    }
    root
}

/// The rights of the catalogue and the patterns of its sections, with titles, so that an editor completes them.
pub(crate) fn rights() -> Vec<(String, String)> {
    let sections = Section::ALL.iter().map(|section| {
        (
            format!("{}.*", section.as_str()),
            format!(
                "{}: every right of the section that is neither sensitive nor restricting.",
                section.title()
            ),
        )
    });
    let rights = Catalog::current().all().map(|right| {
        let mut about = sentence(right.title);
        if right.is_restricting() {
            about.push_str(" Restricting: `allow` switches the restriction on.");
        }
        if let Some(sensitivity) = right.sensitivity {
            about.push_str(" Sensitive (");
            about.push_str(sensitivity.title());
            about.push_str("): no pattern grants it.");
        }
        match right.product {
            Product::Both => {}
            Product::Altegio => about.push_str(" Altegio only."),
            Product::Yclients => about.push_str(" YCLIENTS only."),
        }
        (right.slug.to_owned(), about)
    });
    sections.chain(rights).collect()
}

/// The rights of a chain, with titles.
pub(crate) fn chain_rights() -> Vec<(String, String)> {
    ChainRight::ALL
        .iter()
        .map(|right| (right.key.to_owned(), sentence(right.title)))
        .collect()
}

/// The assumptions that settings may switch, with what they claim.
pub(crate) fn assumptions() -> Vec<(String, String)> {
    Assumption::ALL
        .iter()
        .filter(|assumption| assumption.is_optional())
        .map(|assumption| (assumption.name.to_owned(), sentence(assumption.claim)))
        .collect()
}

/// The vendors' own roles, with titles.
pub(crate) fn vendor_roles() -> Vec<(String, String)> {
    VendorRole::ALL
        .iter()
        .map(|role| (role.slug.to_owned(), role.title.to_owned()))
        .collect()
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut text: String = first.into_iter().flatten().chain(letters).collect();
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{attestations_schema, entries_schema, project_schema};
    use crate::config::STATEMENTS_FOLDER;

    /// How a schema is made.
    type Schema = fn() -> serde_json::Value;

    /// `UPDATE=1 cargo test` rewrites what is committed.
    #[test]
    fn the_committed_schemas_are_these() {
        for (path, schema) in [
            ("schema/project.schema.json", project_schema()),
            ("schema/entries.schema.json", entries_schema()),
            ("schema/attestations.schema.json", attestations_schema()),
        ] {
            let mut text = serde_json::to_string_pretty(&schema).unwrap();
            text.push('\n');
            #[expect(clippy::disallowed_methods, reason = "a test is its own rim")]
            let update = std::env::var_os("UPDATE").is_some();
            if update {
                std::fs::create_dir_all("schema").unwrap();
                std::fs::write(path, &text).unwrap();
            }
            let committed = std::fs::read_to_string(path).unwrap_or_default();
            assert!(
                committed == text,
                "{path} is stale: run `UPDATE=1 cargo test`"
            );
        }
    }

    /// Every YAML file below a folder, with the schema it should fit. What is hidden is no part of a project.
    fn files(folder: &std::path::Path, found: &mut Vec<(std::path::PathBuf, Schema)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "yaml") {
                let schema: Schema = if name == "keyholder.yaml" {
                    project_schema
                } else if folder.ends_with(STATEMENTS_FOLDER) {
                    attestations_schema
                } else {
                    entries_schema
                };
                found.push((path, schema));
            }
        }
    }

    /// What somebody else's validator says of a file; `None` if somebody else's parser refuses it.
    fn fits(path: &std::path::Path, schema: Schema) -> Option<Result<(), String>> {
        let schema = schema();
        let text = std::fs::read_to_string(path).ok()?;
        let value: serde_json::Value = serde_yaml::from_str(&text).ok()?;
        if value.is_null() {
            return Some(Ok(()));
        }
        let validator = jsonschema::draft7::new(&schema).unwrap();
        Some(
            validator
                .validate(&value)
                .map_err(|error| format!("{path:?}: {error}")),
        )
    }

    #[test]
    fn good_examples_fit_the_schemas() {
        let mut found = Vec::new();
        for folder in [
            "examples/hello",
            "examples/off-boarding",
            "examples/salon-chain",
        ] {
            files(folder.as_ref(), &mut found);
        }
        assert!(found.len() > 5);
        for (path, schema) in found {
            assert_eq!(fits(&path, schema), Some(Ok(())), "{path:?}");
        }
    }

    /// Cases whose fault lies within one file, in a shape that a schema can hold.
    #[test]
    fn broken_shapes_do_not_fit_the_schemas() {
        for case in [
            "empty-list",
            "misplaced-key",
            "missing-key",
            "null-value",
            "unknown-key",
            "unsupported-version",
            "wrong-type",
            "wrong-value",
            "literal-token",
        ] {
            let mut found = Vec::new();
            files(format!("examples/broken/{case}").as_ref(), &mut found);
            assert!(
                found
                    .iter()
                    .any(|(path, schema)| !matches!(fits(path, *schema), Some(Ok(())))),
                "{case}"
            );
        }
    }

    #[test]
    fn hover_says_something_for_every_key_of_the_top() {
        for schema in [project_schema(), entries_schema()] {
            let properties = schema["properties"].as_object().unwrap();
            assert!(!properties.is_empty());
            for (key, about) in properties {
                assert!(about["description"].is_string(), "{key}");
            }
        }
    }
}
