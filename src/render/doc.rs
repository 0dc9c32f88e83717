//! What an output says, before any format decides how it looks.
//!
//! Views build a [`Doc`]; writers walk it and differ in little. Every word that came from outside is marked, so that
//! a writer cannot forget to escape it.

use std::borrow::Cow;
use std::sync::Arc;

/// How a piece of text is meant. Each tone also has words or a mark, so that nothing is lost without color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Plain,
    /// A heading or a name to find again.
    Strong,
    /// Of less weight.
    Dim,
    /// Something is given.
    Give,
    /// Something is taken.
    Take,
    /// Something changes.
    Change,
    /// Something needs attention.
    Alert,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The text.
    pub text: Cow<'static, str>,
    /// How it is meant.
    pub tone: Tone,
    /// Whether it came from outside and must be escaped by the writer.
    pub foreign: bool,
    /// Whether it is running text, such as a message: it may be longer than a name is shown.
    pub long: bool,
    /// Whose name it is, if it is one: what tells people apart. Where a page has no room for all, people are counted by it.
    pub whose: Option<Arc<str>>,
}

impl Run {
    /// The same as the name of somebody.
    #[must_use]
    pub fn naming(self, who: &str) -> Self {
        Self {
            whose: Some(who.into()),
            ..self
        }
    }
}

/// Our own words.
pub fn say(text: impl Into<Cow<'static, str>>) -> Run {
    Run {
        text: text.into(),
        tone: Tone::Plain,
        foreign: false,
        long: false,
        whose: None,
    }
}

/// Our own words, with a tone.
pub fn toned(tone: Tone, text: impl Into<Cow<'static, str>>) -> Run {
    Run {
        text: text.into(),
        tone,
        foreign: false,
        long: false,
        whose: None,
    }
}

/// Somebody else's words.
pub fn foreign(text: impl Into<Cow<'static, str>>) -> Run {
    Run {
        text: text.into(),
        tone: Tone::Plain,
        foreign: true,
        long: false,
        whose: None,
    }
}

/// A sentence that may quote somebody else's words.
pub fn prose(text: impl Into<Cow<'static, str>>) -> Run {
    Run {
        long: true,
        ..foreign(text)
    }
}

/// Somebody else's words, with a tone.
pub fn foreign_toned(tone: Tone, text: impl Into<Cow<'static, str>>) -> Run {
    Run {
        text: text.into(),
        tone,
        foreign: true,
        long: false,
        whose: None,
    }
}

/// A whole output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// What it is.
    pub title: Vec<Run>,
    /// Its parts, most important first.
    pub sections: Vec<Section>,
}

/// A part with a heading of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// Its heading; empty for the closing lines.
    pub title: Vec<Run>,
    /// What it holds.
    pub blocks: Vec<Block>,
    /// Whether it is folded where a format can fold: what nobody has to read before saying yes.
    pub fold: bool,
}

impl Section {
    /// A section that is always open.
    pub fn open(title: Vec<Run>, blocks: Vec<Block>) -> Self {
        Self {
            title,
            blocks,
            fold: false,
        }
    }

    /// A section that is folded where a format can fold.
    pub fn folded(title: Vec<Run>, blocks: Vec<Block>) -> Self {
        Self {
            title,
            blocks,
            fold: true,
        }
    }
}

/// Something in a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A line of text, wrapped where it is too long.
    Line(Vec<Run>),
    /// A person, or something else that several changes belong to.
    Group {
        /// Who or what.
        head: Vec<Run>,
        /// The changes.
        items: Vec<Item>,
    },
}

/// One change of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `+`, `-`, `~`, `!` or `·`.
    pub mark: char,
    /// The mark's tone.
    pub tone: Tone,
    /// What happens, in one line.
    pub head: Vec<Run>,
    /// The rest, as labeled lines.
    pub details: Vec<Detail>,
}

/// A labeled line under a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// One word, aligned with its neighbors.
    pub label: &'static str,
    /// The text, wrapped under itself; under what follows the first run where that is a number (`1. `) or blanks.
    pub text: Vec<Run>,
}
