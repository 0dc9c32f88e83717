//! JSON Schemas of the two kinds of files, for editors.
//!
//! Nothing is described here: every [`super::decode`] shape describes itself beside its decoder. Draft-07, because
//! that is what the YAML language server reads. Equal sources give equal bytes.

use std::collections::BTreeMap;

use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use super::decode::{EntryFile, SettingsFile};

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
        self.reference(name)
    }

    /// Refers to a part that is defined elsewhere.
    pub(crate) fn reference(&self, name: &str) -> Schema {
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

/// The slugs of the catalogue and their titles, so that an editor completes them.
pub(crate) fn rights() -> Vec<(String, String)> {
    Vec::new()
}
