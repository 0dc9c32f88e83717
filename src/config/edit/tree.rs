//! A text with the place and the form of everything in it, for whoever changes it byte by byte.

use super::value::{Quote, Yaml};
use crate::config::yaml::{self, Budget, Comments, Node, View};
use crate::text::FileId;

/// A text that was read.
pub(super) struct Doc<'t> {
    /// The text, without a byte-order mark.
    pub(super) text: &'t str,
    /// What is in it; none where nothing is.
    pub(super) root: Option<Tree>,
    /// Byte ranges of comments.
    pub(super) comments: Vec<(usize, usize)>,
    /// How its lines end, most of them.
    pub(super) newline: &'static str,
}

/// A node, with the bytes it has.
pub(super) struct Tree {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) form: Form,
}

/// How a node is written.
pub(super) enum Form {
    /// A scalar, an alias, or nothing.
    Leaf(Quote),
    /// A list, between brackets or not.
    List(Vec<Tree>, bool),
    /// A mapping, between brackets or not.
    Map(Vec<(String, Tree, Tree)>, bool),
}

impl Tree {
    fn of(node: Node<'_>, text: &str) -> Self {
        let span = node.span();
        let (start, end) = (span.start as usize, span.end as usize);
        // A text over several lines ends with its last word.
        let end = text
            .get(start..end)
            .map_or(end, |own| start + own.trim_end().len());
        if node.is_alias() {
            return Tree {
                start,
                end,
                form: Form::Leaf(Quote::None),
            };
        }
        let form = match node.view() {
            View::Null | View::Scalar(_) => Form::Leaf(match text.as_bytes().get(start) {
                Some(b'\'') => Quote::Single,
                Some(b'"') => Quote::Double,
                _ => Quote::None,
            }),
            View::List(items) => Form::List(
                items.map(|item| Tree::of(item, text)).collect(),
                node.is_flow(),
            ),
            View::Map(pairs) => Form::Map(
                pairs
                    .map(|(key, value)| {
                        let name = key.scalar().map_or("", |key| key.text).to_owned();
                        (name, Tree::of(key, text), Tree::of(value, text))
                    })
                    .collect(),
                node.is_flow(),
            ),
        };
        Tree { start, end, form }
    }
}

/// Reads a text; none where it is no whole YAML.
pub(super) fn read(text: &str) -> Option<(Doc<'_>, Yaml)> {
    let file = FileId(0);
    let reading = yaml::read(text, file, &Budget::DEFAULT, Comments::Keep);
    if reading.fault.is_some() {
        return None;
    }
    let root = reading.tape.root(text, file);
    let value = root.map_or(Yaml::Null, Yaml::of);
    let comments = reading.tape.comments().iter();
    let doc = Doc {
        text,
        root: root.map(|root| Tree::of(root, text)),
        comments: comments
            .map(|&(start, end)| (start as usize, end as usize))
            .collect(),
        newline: if text.matches("\r\n").count() * 2 > text.matches('\n').count() {
            "\r\n"
        } else {
            "\n"
        },
    };
    Some((doc, value))
}

impl Doc<'_> {
    /// Where the line begins that `at` is in.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).and_then(|text| text.rfind('\n'));
        before.map_or(0, |newline| newline + 1)
    }

    /// Where the line ends that `at` is in, before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let end = rest
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline);
        match self.text.get(at..end) {
            Some(line) if line.ends_with('\r') => end - 1,
            _ => end,
        }
    }

    /// Where the line after the one that `at` is in begins; none in the last one.
    pub(super) fn next_line(&self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        rest.find('\n').map(|newline| at + newline + 1)
    }

    /// Whether only white space stands before `at` on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = self.text.get(self.line_start(at)..at);
        before.is_some_and(|before| before.bytes().all(|b| b == b' '))
    }

    /// How far from the margin `at` is, in characters.
    pub(super) fn column(&self, at: usize) -> usize {
        let before = self.text.get(self.line_start(at)..at);
        before.map_or(0, |before| before.chars().count())
    }

    /// Where what ends at `at` ends with the comments below it that stand deeper than `column`, which are its own; `at`'s line
    /// is whole, a comment behind it included.
    pub(super) fn own_end(&self, at: usize, column: usize) -> usize {
        let mut end = self.line_end(at);
        let mut line = end;
        while let Some(next) = self.next_line(line) {
            let text = self.text.get(next..self.line_end(next)).unwrap_or_default();
            let own = text.trim_start_matches(' ');
            let is_deep = own.starts_with('#') && text.len() - own.len() > column;
            if !is_deep && !own.trim().is_empty() {
                break;
            }
            line = next;
            if is_deep {
                end = self.line_end(next);
            }
        }
        end
    }

    /// Whether a comment lies between two places.
    pub(super) fn has_comment(&self, start: usize, end: usize) -> bool {
        self.comments
            .iter()
            .any(|&(from, to)| from < end && to > start)
    }
}
