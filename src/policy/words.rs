//! How rules and approvals are said to people, and the entries of `approvals` that can be pasted.
//!
//! Invariant: an entry that is written here is one that the language takes, and lets through what it was written for.

use std::collections::{BTreeMap, BTreeSet};

use super::approvals::{Who, people};
use crate::model::{Allow, Bound, LocationKey, PersonKey};
use crate::plan::{Because, Input, Step};
use crate::text::Origin;
use crate::text::mask_contacts;

/// How long an approval that is proposed holds.
const DAYS: i64 = 7;

/// A place for a sentence.
pub(super) fn place(origin: &Origin) -> String {
    format!("{}:{}", origin.file, origin.line)
}

/// Where a bound is said: a line of the project, or nowhere.
pub(super) fn bound_place(input: &Input<'_>, bound: Bound) -> String {
    bound.origin.map_or_else(
        || "built in".into(),
        |span| place(&input.sources.origin(span)),
    )
}

/// A bound as what stands behind a hold.
pub(super) fn bound_because(input: &Input<'_>, path: &str, said: &str, bound: Bound) -> Because {
    match bound.origin {
        None => Because::Rule(format!("the built-in limit `{path}: {said}`")),
        Some(span) => {
            let mut origin = input.sources.origin(span);
            origin.text = mask_contacts(&origin.text).into();
            Because::Line(origin)
        }
    }
}

/// The rule behind what always needs an approval.
pub(super) fn always(allow: Allow) -> Because {
    Because::Rule(
        match allow {
            Allow::Ownership => "making somebody an owner always needs an approval",
            Allow::Invitations => {
                "a further invitation within one employment always needs an approval"
            }
            Allow::Strangers => "removing an account nobody declared always needs an approval",
            Allow::Drift => "the settings hold what somebody changed by hand (`drift`)",
            Allow::Shrink
            | Allow::Removals
            | Allow::Inferred
            | Allow::Escalations
            | Allow::Messages => "this needs an approval",
        }
        .into(),
    )
}

/// What happens to the people who are counted.
pub(super) fn happens(allow: Allow) -> &'static str {
    match allow {
        Allow::Removals => "lose access that a line takes from them",
        Allow::Inferred => "lose access that no line takes from them by name",
        Allow::Escalations => "gain a sensitive right or a heavier vendor role",
        Allow::Messages => "be written to",
        Allow::Strangers | Allow::Ownership | Allow::Invitations | Allow::Drift | Allow::Shrink => {
            "be touched"
        }
    }
}

/// The entries of `approvals` that let these steps through and no others of their kind: by people, and by place and number
/// where nobody is declared.
pub(super) fn entries(input: &Input<'_>, allow: Allow, steps: &[&Step], here: bool) -> String {
    let named: BTreeSet<&PersonKey> = steps.iter().filter_map(|it| it.person.as_ref()).collect();
    let mut places: BTreeMap<Option<&LocationKey>, Vec<&Step>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.person.is_none()) {
        places.entry(step.place.location()).or_default().push(step);
    }
    let mut lines = Vec::new();
    if !named.is_empty() {
        let keys: Vec<String> = named.iter().map(|key| key_text(key.as_str())).collect();
        let mut whom = format!("people: [{}]", keys.join(", "));
        // One place of a step that is meant alone: the same person elsewhere is another question.
        let all: BTreeSet<_> = steps.iter().map(|step| step.place.location()).collect();
        if let (true, Some(Some(key)), 1) = (here, all.first(), all.len()) {
            whom = format!("{whom}, location: {}", key_text(key.as_str()));
        }
        lines.push(entry(input, allow, &whom));
    }
    for (place, steps) in places {
        let most = people(steps.iter().copied())
            .iter()
            .filter(|who| matches!(who, Who::Account(..)))
            .count();
        if let Some(key) = place {
            let whom = format!("location: {}, at_most: {most}", key_text(key.as_str()));
            lines.push(entry(input, allow, &whom));
        }
    }
    lines.join("\n")
}

/// An entry that lets through what `whom` names.
pub(super) fn entry(input: &Input<'_>, allow: Allow, whom: &str) -> String {
    let rules = &input.desired.rules;
    let today = input.desired.as_of.to_zoned(rules.zone.clone()).date();
    let until = today.saturating_add(jiff::Span::new().days(DAYS));
    format!(
        "- {{ allow: {}, {whom}, until: {until}, because: \"say why\" }}",
        allow.name()
    )
}

/// A key as it is written in a list, quoted where YAML would take it for something else.
pub(super) fn key_text(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word));
    if plain && !word {
        key.to_owned()
    } else {
        // A key has no quotes and no backslashes: the language takes none.
        format!("\"{key}\"")
    }
}
