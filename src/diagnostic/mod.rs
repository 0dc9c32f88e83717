//! What is wrong with what a person wrote, as a plain value.
//!
//! A [`Diagnostic`] knows places and words, but no domain type and no terminal; [`render`] draws it and [`explain`] tells more. Layers build
//! theirs in a `diags.rs` of their own, so that all wording of a layer is in one file.

mod code;
pub mod explain;
pub mod render;
mod suggest;
mod wrap;

pub use code::Code;
pub use suggest::nearest;

use crate::text::Span;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; changes nothing.
    Note,
    /// Probably a mistake; the project is still used.
    Warning,
    /// The project is refused.
    Error,
}

impl Severity {
    /// It in one word.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A place and what it has to do with the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// A few words: what is there.
    pub text: String,
}

/// One problem: what was found, where, what was expected and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind; `keyholder explain CODE` tells more.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, lower case, no final period, literals in backticks.
    pub message: String,
    /// Every place involved; the first is where the reader should look first.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// Places whose text is never shown, whoever's snippet they would stand in: a token written as a literal.
    pub redact: Vec<Span>,
}

impl Diagnostic {
    /// A diagnostic with the code's own severity and no place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            help: None,
            redact: Vec::new(),
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Sets the advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Hides a place's text from every snippet of the same report.
    #[must_use]
    pub fn redact(mut self, span: Span) -> Self {
        self.redact.push(span);
        self
    }

    /// Whether the project is refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
