//! `attestations/<system>.yaml`: what people said they did by hand, as written.
//!
//! Not whether it is believed: that takes the journal. Written by the program, and edited by whoever wants to: so it is
//! read like any other file of the project.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::{Schema, json_schema};

use super::generic::{AnyKey, List, Map, from_record, record};
use super::scalars::{Class, Id, Line, LocationRef, PersonRef, Prose, class};
use super::words::Word;
use super::{Decoder, Shape, shown};
use crate::config::raw::{Statement, StatementState, Withdrawal};
use crate::config::schema::Defs;
use crate::config::yaml::{Node, View};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Spanned;

record! {
    StatementFields, "a statement" {
        /// Whom it is about: a person's key.
        "person" person: PersonRef, required;
        /// The place: a location's key, `chain`, or `"*"` for a system without places.
        "place" place: LocationRef, required;
        /// Id of the step that was done.
        "step" step: Line, required;
        /// The kind of the step: `invite`, `block`, ...
        "does" does: Line, required;
        /// When it was said.
        "at" at: Instant, required;
        /// Who says so.
        "by" by: Line, required;
        /// What the account is now; absent where the step says nothing of access.
        "state" state: Word<StatementState>;
        /// The vendor role it has now.
        "role" role: Line;
        /// Ticks, teams, sources it has now, by name.
        "facts" facts: Map<AnyKey, FactText>;
        /// The account at the vendor, where there is one.
        "account" account: Id;
        /// What was added in words.
        "note" note: Prose;
        /// Taken back; the statement stays.
        "withdrawn" withdrawn: Withdrawal;
        /// Shows that nobody edited it.
        "sum" sum: Line, required;
    }
}

record! {
    WithdrawalFields, "a withdrawal" {
        /// When it was taken back.
        "at" at: Instant, required;
        /// Who took it back.
        "by" by: Line, required;
        /// Shows that nobody edited it.
        "sum" sum: Line, required;
    }
}

from_record!(Withdrawal, WithdrawalFields, |fields| Withdrawal {
    at: fields.at?.value,
    by: fields.by?.value,
    sum: fields.sum?.value,
});

impl Shape for Statement {
    type Value = Statement;
    const WHAT: &'static str = StatementFields::WHAT;

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Statement> {
        let StatementFields {
            span,
            broken,
            person,
            place,
            step,
            does,
            at,
            by,
            state,
            role,
            facts,
            account,
            note,
            withdrawn,
            sum,
        } = StatementFields::decode(node, cx)?;
        let facts = facts.unwrap_or_default();
        let has_more = role.is_some() || !facts.is_empty();
        let is_there = state
            .as_ref()
            .is_some_and(|state| matches!(state.value, StatementState::Is(_)));
        if has_more && !is_there && !broken.contains(&"state") {
            let place = role.as_ref().map_or(span, |role| role.span);
            cx.report(
                Diagnostic::new(
                    Code::WrongValue,
                    "a role or facts of an account that the statement does not say is there",
                )
                .at(place, "of which account?")
                .help("restore the statement as `keyholder done` wrote it"),
            );
            return None;
        }
        // One that lacks a part is reported, and the file is refused with it.
        if !broken.is_empty() {
            return None;
        }
        Some(Statement {
            span,
            person: person?.value,
            place: place?.value,
            step: step?.value,
            does: does?.value,
            at: at?.value,
            by: by?.value,
            state: state.map(|state| state.value),
            role: role.map(|role| role.value),
            facts: facts
                .into_iter()
                .map(|(name, value)| (name.value, value))
                .collect(),
            account: account.map(|account| account.value),
            note: note.map(|note| note.value),
            withdrawn,
            sum: sum?.value,
        })
    }

    fn schema(defs: &mut Defs) -> Schema {
        StatementFields::schema(defs)
    }
}

/// A fact: a tick, a word, or a list of words, one a line.
pub(super) struct FactText;

impl Shape for FactText {
    type Value = Arc<str>;
    const WHAT: &'static str = "`true`, `false`, a text or a list of texts";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Arc<str>> {
        match node.view() {
            View::List(_) => {
                let lines = List::<Line>::decode(node, cx)?;
                let lines: Vec<&str> = lines.iter().map(|line| &*line.value).collect();
                Some(lines.join("\n").into())
            }
            View::Scalar(scalar) => match class(scalar) {
                Class::Truth(true) => Some("true".into()),
                Class::Truth(false) => Some("false".into()),
                // An empty list of sources is a fact too.
                Class::Text if scalar.text.is_empty() => Some("".into()),
                Class::Text | Class::Int(_) | Class::Float => {
                    Line::decode(node, cx).map(|line| line.value)
                }
            },
            View::Null | View::Map(_) => {
                cx.wrong_type(node, Self::WHAT);
                None
            }
        }
    }

    fn schema(defs: &mut Defs) -> Schema {
        let list = List::<Line>::schema(defs);
        json_schema!({ "anyOf": [{ "type": ["boolean", "string", "number"] }, list] })
    }
}

/// An instant.
pub(super) struct Instant;

impl Shape for Instant {
    type Value = Spanned<Timestamp>;
    const WHAT: &'static str = "an instant such as `2026-11-20T09:30:00Z`";

    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Spanned<Timestamp>> {
        let text = cx.text_of(node, Self::WHAT)?;
        if let Ok(at) = text.parse() {
            return Some(Spanned::new(at, node.span()));
        }
        let message = format!("{}: `{}` is no instant", cx.subject(), shown(text));
        cx.report(
            Diagnostic::new(Code::BadDate, message)
                .at(node.span(), "no instant")
                .help(format!("write {}", Self::WHAT)),
        );
        None
    }

    fn schema(_: &mut Defs) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A file of statements.
pub(crate) struct StatementsFile;

impl StatementsFile {
    /// Reads the file's root; `None` is an empty file, which holds none.
    pub(crate) fn decode<'a>(root: Option<Node<'a>>, cx: &mut Decoder<'a>) -> Vec<Statement> {
        root.and_then(|root| List::<Statement>::decode(root, cx))
            .unwrap_or_default()
    }

    /// What an editor is told about the file.
    pub(crate) fn schema(defs: &mut Defs) -> Schema {
        List::<Statement>::schema(defs)
    }
}
