//! Statements to the bytes of their file.
//!
//! Invariant: equal statements, in any order and however often, give equal bytes, and each has lines of its own.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Statement, Withdrawn};
use crate::model::{HasNow, Says};

/// What a reader of the file should know before anything else.
const HEADER: &str = "\
# What people said they did by hand. Written by `keyholder done`; `keyholder done --undo` takes one back.
# A statement that is edited here is not believed: its sum no longer fits.
";

/// An entry as it stands in the file.
#[derive(Serialize)]
struct Entry<'a> {
    person: &'a str,
    place: String,
    step: &'a str,
    does: &'a str,
    at: String,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    facts: BTreeMap<&'a str, Fact<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn: Option<Back<'a>>,
    sum: String,
}

#[derive(Serialize)]
struct Back<'a> {
    at: String,
    by: &'a str,
    sum: String,
}

/// A fact as a person would write it.
#[derive(Serialize)]
#[serde(untagged)]
enum Fact<'a> {
    Tick(bool),
    Word(&'a str),
    List(Vec<&'a str>),
}

/// The bytes of a system's file.
pub fn write(statements: &[Statement]) -> String {
    let mut sorted: Vec<&Statement> = statements.iter().collect();
    // The digest settles what stands at the same instant; one that was taken back comes first of two equal ones.
    sorted.sort_by_cached_key(|it| {
        (
            it.person.clone(),
            it.place.clone(),
            it.at,
            it.step.clone(),
            it.digest(),
            it.withdrawn.is_none(),
            it.withdrawn.as_ref().map(|back| (back.at, back.by.clone())),
        )
    });
    sorted.dedup_by(|later, first| later.id() == first.id() && later.digest() == first.digest());
    if sorted.is_empty() {
        return HEADER.to_owned();
    }
    let entries: Vec<Entry<'_>> = sorted.into_iter().map(entry).collect();
    // Texts and truth values in structs and maps with text as keys: nothing of it can fail.
    let body = serde_yaml::to_string(&entries).unwrap_or_default();
    format!("{HEADER}{body}")
}

fn entry(it: &Statement) -> Entry<'_> {
    let (state, has) = match &it.says {
        Says::Nothing => (None, None),
        Says::Absent => (Some("absent"), None),
        Says::Has(has) => (Some(has.state.name()), Some(has)),
    };
    let role = has.and_then(|HasNow { role, .. }| role.as_ref());
    Entry {
        person: it.person.as_str(),
        place: it.place.to_string(),
        step: &it.step,
        does: &it.does,
        at: it.at.to_string(),
        by: &it.by,
        state,
        role: role.map(crate::model::VendorRoleSlug::as_str),
        facts: has
            .into_iter()
            .flat_map(|has| &*has.facts)
            .map(|(name, value)| (&**name, fact(value)))
            .collect(),
        account: it.account.as_ref().map(crate::model::AccountId::as_str),
        note: it.note.as_deref(),
        withdrawn: it.withdrawn.as_ref().map(|back| {
            let Withdrawn { at, by } = back;
            Back {
                at: at.to_string(),
                by,
                sum: back.sum(it).to_string(),
            }
        }),
        sum: it.sum().to_string(),
    }
}

fn fact(value: &str) -> Fact<'_> {
    match value {
        "true" => Fact::Tick(true),
        "false" => Fact::Tick(false),
        value if value.contains('\n') => Fact::List(value.split('\n').collect()),
        value => Fact::Word(value),
    }
}
