//! From the tape to [`super::raw`]: every shape of the language, its decoder and its schema side by side.
//!
//! A [`Shape`] says how a value is read, what it is called in a message and what an editor is told about it, so that
//! the three cannot drift apart. Nothing here looks up a reference or a right. Invariant: decoding never stops at the
//! first fault; an entry with a fault is kept with what could be read, so that references to it do not fail as well.

mod entries;
mod generic;
mod hosts;
mod limits;
mod people;
mod places;
mod roles;
mod rules;
mod scalars;
mod settings;
mod state;
mod statements;
mod systems;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use schemars::Schema;

use super::raw::Text;
use super::schema::Defs;
use super::yaml::{Node, Pairs, View};
use crate::catalog::Kind;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::text::Span;

pub(crate) use entries::{ContactsFile, EntryFile};
pub(crate) use settings::{SettingsFile, peek_files};
pub(crate) use statements::StatementsFile;
pub(crate) use systems::Systems;
use systems::Target;

/// A value of the language: how it is read and how it is described.
pub(crate) trait Shape {
    /// What it is read into.
    type Value;

    /// What it is in a message: "`at` takes ..., not a number".
    const WHAT: &'static str;

    /// Reads a node that is not null; what is wrong goes to the decoder.
    fn decode<'a>(node: Node<'a>, cx: &mut Decoder<'a>) -> Option<Self::Value>;

    /// Describes it to an editor.
    fn schema(defs: &mut Defs) -> Schema;
}

/// What is collected while a file is decoded, and what decoding depends on.
pub(crate) struct Decoder<'a> {
    /// Everything wrong so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Secrets that stand in the text; whoever keeps the text blots them out.
    pub(crate) secrets: Vec<Span>,
    /// The names and kinds of the project's systems.
    systems: &'a Systems,
    /// Hosts beside the vendors' own that may be talked to.
    allow_hosts: &'a [String],
    /// The key whose value is being read.
    key: &'a str,
    texts: Interner,
}

impl<'a> Decoder<'a> {
    /// A decoder of one file.
    pub(crate) fn new(systems: &'a Systems, allow_hosts: &'a [String]) -> Self {
        Self {
            diagnostics: Vec::new(),
            secrets: Vec::new(),
            systems,
            allow_hosts,
            key: "",
            texts: Interner::default(),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads the value of a key, which messages then name.
    fn value<S: Shape>(
        &mut self,
        key: Node<'a>,
        name: &'a str,
        value: Node<'a>,
    ) -> Option<S::Value> {
        if value.is_null() {
            self.report(
                Diagnostic::new(Code::NullValue, format!("`{}` has no value", shown(name)))
                    .at(key.span(), "nothing follows this key")
                    .help(format!(
                        "give it {}; a key without a value does not count as absent",
                        S::WHAT
                    )),
            );
            return None;
        }
        self.under(name, |cx| S::decode(value, cx))
    }

    /// Lets messages name a key meanwhile.
    fn under<T>(&mut self, name: &'a str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.key, name);
        let found = read(self);
        self.key = outer;
        found
    }

    /// Reads an entry of a list.
    fn item<S: Shape>(&mut self, item: Node<'a>) -> Option<S::Value> {
        if item.is_null() {
            self.report(
                Diagnostic::new(
                    Code::NullValue,
                    format!("an entry of `{}` is empty", shown(self.key)),
                )
                .at(item.span(), "nothing stands here")
                .help(format!("give it {}, or remove it", S::WHAT)),
            );
            return None;
        }
        S::decode(item, self)
    }

    /// The pairs of a node that must be a mapping.
    fn mapping(&mut self, node: Node<'a>, what: &str) -> Option<Pairs<'a>> {
        match node.view() {
            View::Map(pairs) => Some(pairs),
            View::Null | View::Scalar(_) | View::List(_) => {
                self.wrong_type(node, what);
                None
            }
        }
    }

    /// The text of a key of a mapping.
    fn key_text(&mut self, key: Node<'a>) -> Option<&'a str> {
        let Some(scalar) = key.scalar() else {
            self.report(
                Diagnostic::new(Code::UnsupportedYaml, "a key must be a text")
                    .at(key.span(), "this key is none")
                    .help("quote it if it is meant to be a text"),
            );
            return None;
        };
        if scalar.plain && scalar.text == "<<" {
            self.report(
                Diagnostic::new(Code::UnsupportedYaml, "the language has no merge keys")
                    .at(key.span(), "this would merge another mapping")
                    .help("write the keys out; roles share lines with `extends`"),
            );
            return None;
        }
        Some(scalar.text)
    }

    /// Says that a value has another type than the key takes.
    fn wrong_type(&mut self, node: Node<'a>, what: &str) {
        let found = describe(node);
        let message = if self.key.is_empty() {
            format!("this file holds {found}, not {what}")
        } else {
            format!("{} takes {what}, not {found}", self.subject())
        };
        let help = if what.starts_with("a list") {
            "begin every entry with `- `, or put the entries in brackets: `[ ... ]`".to_owned()
        } else if what.starts_with("a mapping") || self.key.is_empty() {
            "write `key: value`, each on a line of its own".to_owned()
        } else {
            format!("write {what}")
        };
        self.report(
            Diagnostic::new(Code::WrongType, message)
                .at(node.span(), format!("this is {found}"))
                .help(help),
        );
    }

    /// Says that a value has the right type and means nothing.
    fn wrong_value(&mut self, node: Node<'a>, message: String, help: String) {
        self.report(
            Diagnostic::new(Code::WrongValue, message)
                .at(node.span(), "not understood")
                .help(help),
        );
    }

    /// Refuses an id that the vendor of a system cannot have given: Altegio and YCLIENTS count from 1.
    fn numbered(&mut self, id: &Text, system: &str) {
        if let Target::Kind(kind) = self.systems.target(system) {
            self.numbered_by(id, system, kind);
        }
    }

    /// The same where the kind is at hand.
    fn numbered_by(&mut self, id: &Text, system: &str, kind: Kind) {
        let counts = matches!(kind, Kind::Altegio | Kind::Yclients);
        if counts && id.value.parse::<u64>().map_or(true, |id| id == 0) {
            self.report(
                Diagnostic::new(
                    Code::WrongValue,
                    format!(
                        "`{}` cannot be an id in `{}`",
                        shown(&id.value),
                        shown(system)
                    ),
                )
                .at(id.span, "no number from 1 up")
                .help("write the vendor's number, as the address of its page shows it"),
            );
        }
    }

    /// Says that a mapping has a key it cannot have; gives the key that was probably meant.
    fn unknown_key(
        &mut self,
        key: Node<'a>,
        name: &str,
        value: Node<'a>,
        known: &[&'static str],
        what: &str,
    ) -> Option<&'static str> {
        let near: Option<&'static str> = nearest(name, known.iter().copied());
        let help = match near {
            Some(near) => format!("did you mean `{near}`? {}", possible(known)),
            // `{ because: branch closes, HR-77 }`: what follows the comma is a key to YAML.
            None if value.is_null() => format!(
                "inside `{{ }}` a comma ends a text that is not quoted: quote the text before this; {}",
                possible(known)
            ),
            None => possible(known),
        };
        self.report(
            Diagnostic::new(Code::UnknownKey, format!("unknown key `{}`", shown(name)))
                .at(key.span(), format!("{what} has no such key"))
                .help(help),
        );
        near
    }

    /// Says that a key stands twice in one mapping.
    fn duplicate_key(&mut self, name: &str, second: Span, first: Span) {
        self.report(
            Diagnostic::new(
                Code::DuplicateKey,
                format!("`{}` stands twice in one mapping", shown(name)),
            )
            .at(second, "second time")
            .at(first, "first time")
            .help("keep one of them"),
        );
    }

    /// Says that a mapping lacks a key.
    fn missing_key(&mut self, name: &str, at: Span, what: &str, needs: &str) {
        self.report(
            Diagnostic::new(Code::MissingKey, format!("{what} needs `{name}`"))
                .at(at, "it is not there")
                .help(format!("add `{name}:` with {needs}")),
        );
    }

    /// Says that a line beside the usual rules does not say why.
    fn missing_reason(&mut self, at: Span, what: &str) {
        self.report(
            Diagnostic::new(Code::MissingReason, format!("{what} does not say why"))
                .at(at, "no `because`")
                .help("add `because:` with the reason, for whoever asks in a year"),
        );
    }

    /// The key that is being read, as a message begins with it.
    fn subject(&self) -> String {
        if self.key.is_empty() {
            "a file".to_owned()
        } else {
            format!("`{}`", shown(self.key))
        }
    }
}

/// What a node is, in words, without its text: it may be a secret.
fn describe(node: Node<'_>) -> &'static str {
    match node.view() {
        View::Null => "nothing",
        View::List(_) => "a list",
        View::Map(_) => "a mapping",
        View::Scalar(scalar) => match scalars::class(scalar) {
            scalars::Class::Text => "a text",
            scalars::Class::Truth(_) => "a truth value",
            scalars::Class::Int(_) => "a number",
            scalars::Class::Float => "a fraction",
        },
    }
}

/// "possible here: `a`, `b`".
fn possible(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("possible here: {}", names.join(", "))
}

/// A text from a file within a message: short, and without characters that do something.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::with_capacity(text.len().min(LONGEST * 4));
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            shown.push('…');
            break;
        }
        if scalars::is_hostile(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Shares the allocation of texts that come again and again, such as role names.
///
/// Direct-mapped: a text takes the slot of its hash and evicts what was there, so it needs no bound and no order.
struct Interner {
    slots: Vec<Option<Arc<str>>>,
}

impl Default for Interner {
    fn default() -> Self {
        Self {
            slots: vec![None; 512],
        }
    }
}

impl Interner {
    fn share(&mut self, text: &str) -> Arc<str> {
        // FNV-1a; short texts only, so it costs less than the allocation it saves.
        let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        let slot = (hash ^ (hash >> 16)) as usize % self.slots.len();
        match self.slots.get_mut(slot) {
            Some(Some(known)) if **known == *text => known.clone(),
            Some(place) => {
                let fresh: Arc<str> = text.into();
                *place = Some(fresh.clone());
                fresh
            }
            None => text.into(),
        }
    }
}
