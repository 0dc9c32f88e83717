//! The words of everything that resolving finds wrong: one constructor per diagnostic.
//!
//! Sentences are lower case without a final period, literals stand in backticks, contacts are masked. The first label
//! is where the reader should look first; of two assignments that clash, the assignment lines come before the roles'.

mod assignments;
mod people;
mod rights;

pub(super) use assignments::*;
pub(super) use people::*;
pub(super) use rights::*;

use crate::config::raw::{LocationIn, Text};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::text::Span;

/// What an unknown name was meant to be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    System,
    Location,
    Role,
    Person,
    Tag,
    VendorRole,
    ChainRight,
    Right,
}

impl Known {
    fn code(self) -> Code {
        match self {
            Known::System => Code::UnknownSystem,
            Known::Location => Code::UnknownLocation,
            Known::Role => Code::UnknownRole,
            Known::Person => Code::UnknownPerson,
            Known::Tag => Code::UnknownTag,
            Known::VendorRole => Code::UnknownVendorRole,
            Known::ChainRight | Known::Right => Code::UnknownRight,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Known::System => "system",
            Known::Location => "location",
            Known::Role => "role",
            Known::Person => "person",
            Known::Tag => "tag",
            Known::VendorRole => "role at the vendor",
            Known::ChainRight => "chain right",
            Known::Right => "right",
        }
    }
}

/// "did you mean", or the names there are when they are few.
fn advice<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 8;
    let known: Vec<&str> = known.collect();
    if let Some(near) = nearest(wrong, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    match known.as_slice() {
        [] => None,
        few if few.len() <= FEW => Some(format!("there is: {}", quoted(few))),
        _ => None,
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn with_help(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

// References.

pub(super) fn unknown<'a>(
    what: Known,
    name: &Text,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let noun = what.noun();
    let diagnostic = Diagnostic::new(what.code(), format!("no {noun} is called `{}`", name.value))
        .at(name.span, format!("not a {noun} of this project"));
    let diagnostic = match what {
        Known::VendorRole | Known::ChainRight | Known::Right => {
            let mut diagnostic = diagnostic;
            if let Some(label) = diagnostic.labels.first_mut() {
                label.text = format!("not a {noun}");
            }
            diagnostic
        }
        Known::System | Known::Location | Known::Role | Known::Person | Known::Tag => diagnostic,
    };
    with_help(diagnostic, advice(&name.value, known))
}

/// Contacts outside of git are every branch's: whoever joins on one is nobody yet on the others. What looks like a slip is
/// a warning.
pub(super) fn nobody_here(key: &Text, people: &[&str]) -> Diagnostic {
    use crate::diagnostic::Severity;
    let near = nearest(&key.value, people.iter().copied());
    let mut found = Diagnostic::new(
        Code::UnknownPerson,
        format!(
            "contacts outside of git are of `{}`, which is nobody's key here",
            key.value
        ),
    )
    .at(key.span, "not a person of this project");
    found.severity = if near.is_some() {
        Severity::Warning
    } else {
        Severity::Note
    };
    found.help(match near {
        Some(near) => format!("did you mean `{near}`? Somebody who joins on another branch is right here"),
        None => "somebody who joins on another branch is right here; take the entry out once nobody has this key".to_owned(),
    })
}

pub(super) fn unknown_tag_value<'a>(
    tag: &str,
    value: &Text,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownTag,
        format!("no location has `{tag}: {}`", value.value),
    )
    .at(value.span, format!("not a value of the tag `{tag}`"));
    with_help(diagnostic, advice(&value.value, known))
}

pub(super) fn empty_selector(span: Span) -> Diagnostic {
    Diagnostic::new(Code::EmptySelector, "this selects no location")
        .at(span, "nothing matches all of this")
        .help("several tags must all match; give a tag a list to mean *or*")
}

pub(super) fn closed_only(span: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::EmptySelector,
        "this selects only closed locations, so it is not in force",
    )
    .at(span, "nothing open matches")
    .help("delete the line when nobody is left to be removed there");
    diagnostic.severity = crate::diagnostic::Severity::Note;
    diagnostic
}

pub(super) fn planned_only(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::PlannedOnly,
        "this selects only planned locations, so it is not in force yet",
    )
    .at(span, "nothing open matches")
    .help("it comes into force when one of them gets `status: open`")
}

pub(super) fn shared_location(first: &LocationIn, second: &LocationIn) -> Diagnostic {
    Diagnostic::new(
        Code::SharedLocation,
        format!(
            "two locations have the id `{}` in `{}`",
            second.id.value, second.system.value
        ),
    )
    .at(second.id.span, "used again here")
    .at(first.id.span, "first used here")
    .help("what happens to one would happen to the other: give each location its own id")
}

pub(super) fn no_id(location: &Text, system: &str) -> Diagnostic {
    Diagnostic::new(
        Code::NoIdInSystem,
        format!(
            "`{}` has no id in `{system}`, and people there have a role for it",
            location.value
        ),
    )
    .at(location.span, format!("not in `{system}`"))
    .help(format!(
        "add `in: {{ {system}: ... }}`, or leave it: nobody gets anything there in `{system}`"
    ))
}
