//! The tables hold every key that the schema knows, in the order in which it explains them, and no other.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on stops where it is"
)]

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::config::schema::{entries_schema, project_schema};

/// Every mapping of a schema that has an order, with the path that leads to it.
fn orders(schema: &Value) -> Vec<(Vec<String>, Vec<String>)> {
    let mut found = Vec::new();
    walk(schema, schema, &mut Vec::new(), &mut found);
    found
}

fn walk(
    root: &Value,
    here: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, Vec<String>)>,
) {
    // Selectors may hold selectors.
    if path.len() > 8 {
        return;
    }
    if let Some(name) = here["$ref"].as_str() {
        let name = name.strip_prefix("#/definitions/").unwrap();
        walk(root, &root["definitions"][name], path, found);
    }
    for part in ["anyOf", "allOf", "oneOf"] {
        for it in here[part].as_array().into_iter().flatten() {
            walk(root, it, path, found);
        }
    }
    if let Some(order) = here["x-order"].as_array() {
        let keys = order.iter().map(|it| it.as_str().unwrap().to_owned());
        found.push((path.clone(), keys.collect()));
    }
    let mut into = |name: &str, inner: &Value| {
        path.push(name.to_owned());
        walk(root, inner, path, found);
        path.pop();
    };
    into("*", &here["additionalProperties"]);
    into("-", &here["items"]);
    for (name, inner) in here["properties"].as_object().into_iter().flatten() {
        into(name, inner);
    }
    for inner in here["patternProperties"].as_object().into_iter().flatten() {
        into("*", inner.1);
    }
}

#[test]
fn every_key_of_the_schema_has_its_place_and_no_other_has_one() {
    for (is_settings, schema) in [(true, project_schema()), (false, entries_schema())] {
        let found = orders(&schema);
        assert!(found.len() > 10, "{found:?}");
        let mut known: BTreeSet<(Vec<&str>, &str)> = BTreeSet::new();
        for (path, keys) in &found {
            let table = of(is_settings, path);
            let places: Vec<Option<usize>> = keys
                .iter()
                .map(|key| table.iter().position(|it| it == key))
                .collect();
            assert!(
                places.iter().all(Option::is_some) && places.is_sorted(),
                "{path:?}: the schema has {keys:?}, order.rs {table:?}"
            );
            known.extend(keys.iter().map(|key| (table.to_vec(), key.as_str())));
        }
        let table = if is_settings { SETTINGS } else { ENTRIES };
        for (pattern, keys) in table {
            for key in keys.iter().filter(|key| **key != "*") {
                assert!(
                    known.contains(&(keys.to_vec(), *key)),
                    "{pattern}: no shape of the language has `{key}`"
                );
            }
        }
    }
}
