//! YAML text to a tape: every node with its kind, its place and the end of its subtree, in source order.
//!
//! The only file that names the parser. It knows YAML and no shape of the language. Invariant: whatever the bytes,
//! [`read`] ends within its budgets, never panics and never expands an alias. A text that is broken somewhere gives a
//! diagnostic with a place, and a tape of the entries that are whole before it, so that one run finds their faults too.

mod node;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use node::{Node, Pairs, Scalar, View};
pub(crate) use syntax::too_large;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, Span};

/// What one file may cost.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Bytes of a file.
    pub bytes: usize,
    /// Nodes of a file, those that aliases repeat included.
    pub nodes: usize,
    /// Levels of nesting, those within aliases included.
    pub depth: usize,
    /// Nodes that aliases may add.
    pub alias_nodes: usize,
}

impl Budget {
    /// Far above any project, far below what hurts: a file of 100,000 people has 20 MB and 4 million nodes.
    pub const DEFAULT: Budget = Budget {
        bytes: 32 << 20,
        nodes: 8_000_000,
        depth: 32,
        alias_nodes: 1_000_000,
    };
}

/// Whether comments are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comments {
    /// Not needed to decode.
    Skip,
    /// Kept, for whoever rewrites the text.
    Keep,
}

/// A file's nodes in source order.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    cells: Vec<Cell>,
    /// Texts that differ from their source: escapes, folded lines.
    cooked: Vec<Box<str>>,
    /// Byte ranges of comments, `#` included.
    comments: Vec<(u32, u32)>,
}

/// One node in 16 bytes.
#[derive(Clone, Copy, Debug)]
struct Cell {
    kind: CellKind,
    start: u32,
    end: u32,
    /// Collections: the cell after the subtree. Aliases: the cell they stand for. Cooked texts: their number.
    link: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellKind {
    /// A key without a value.
    Empty,
    /// Text as in the source.
    Plain,
    /// Text as in the source between two quotes.
    Quoted,
    /// Plain text over several lines.
    PlainCooked,
    /// Any other text that differs from its source.
    Cooked,
    BlockList,
    FlowList,
    BlockMap,
    FlowMap,
    Alias,
}

impl Tape {
    /// The document's root; `None` for a file without content.
    pub(crate) fn root<'a>(&'a self, text: &'a str, file: FileId) -> Option<Node<'a>> {
        Node::root(self, text, file)
    }

    /// The byte ranges of all comments, in order; empty unless they were kept.
    pub(crate) fn comments(&self) -> &[(u32, u32)] {
        &self.comments
    }
}

/// An open collection.
struct Frame {
    cell: u32,
    anchor: usize,
    /// Nodes counted before it.
    before: usize,
    /// Levels below it.
    height: usize,
    /// Nodes directly in it.
    children: usize,
    is_list: bool,
}

/// What an alias needs to know of the node it stands for.
#[derive(Clone, Copy)]
struct Anchor {
    cell: u32,
    nodes: usize,
    height: usize,
    closed: bool,
}

/// A tape, and what ended it early.
pub(crate) struct Reading {
    /// What could be read; up to the last whole entry before a fault.
    pub(crate) tape: Tape,
    /// Why the rest could not.
    pub(crate) fault: Option<Box<Diagnostic>>,
}

/// Reads a text into a tape.
///
/// The text is what follows a byte-order mark, if there was one.
pub(crate) fn read(text: &str, file: FileId, budget: &Budget, comments: Comments) -> Reading {
    let refused = |found| Reading {
        tape: Tape::default(),
        fault: Some(Box::new(found)),
    };
    if text.len() > budget.bytes {
        return refused(syntax::too_large(file, text.len(), budget.bytes));
    }
    if let Some(found) = syntax::forbidden_character(text, file) {
        return refused(found);
    }
    let keep = comments == Comments::Keep;
    let options = granit_parser::options! {
        emit_comments: keep,
        max_buffered_comment_events: usize::MAX,
        disallow_directives: true,
    };
    let mut builder = Builder {
        text,
        file,
        budget,
        tape: Tape::default(),
        open: Vec::with_capacity(16),
        anchors: Vec::new(),
        nodes: 0,
        alias_nodes: 0,
        documents: 0,
        last_end: 0,
        section: 0,
        entry: 0,
    };
    // A node takes some eight bytes of source; growing the vector by doubling would copy a large tape again and again.
    builder.tape.cells.reserve(text.len() / 10);
    for next in Parser::new_from_str_with_options(text, options) {
        let taken = match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                builder.take(event, narrow(range.start), narrow(range.end))
            }
            Err(error) => Err(Box::new(syntax::broken(text, file, &error))),
        };
        if let Err(fault) = taken {
            return match fault.code {
                // A bomb is not looked at any closer.
                Code::TooManyNodes | Code::TooDeep | Code::TooManyAliases => refused(*fault),
                _ => Reading {
                    tape: builder.whole_entries(),
                    fault: Some(fault),
                },
            };
        }
    }
    Reading {
        tape: builder.tape,
        fault: None,
    }
}

/// Source positions fit 32 bits because the byte budget does.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Builder<'a> {
    text: &'a str,
    file: FileId,
    budget: &'a Budget,
    tape: Tape,
    open: Vec<Frame>,
    anchors: Vec<Option<Anchor>>,
    nodes: usize,
    alias_nodes: usize,
    documents: usize,
    /// Where the last node that has a text of its own ends.
    last_end: u32,
    /// The last key of the root.
    section: u32,
    /// The last key, or entry, of the root's last value.
    entry: u32,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, start: u32, end: u32) -> Result<(), Box<Diagnostic>> {
        match event {
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_) => Ok(()),
            Event::Comment(..) => {
                self.tape.comments.push((start, end));
                Ok(())
            }
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.refuse(
                        Code::SeveralDocuments,
                        start,
                        end,
                        "a file holds one YAML document",
                        "a second document begins here",
                        "put its content into a file of its own, or remove the `---`",
                    );
                }
                Ok(())
            }
            Event::Scalar(value, style, anchor, tag) => {
                self.no_tag(tag.is_some(), start, end)?;
                self.count(start, end)?;
                let cell = self.scalar(&value, style, start, end);
                self.anchor(anchor, cell, 1, 0, true);
                self.raise(1);
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                let kind = match style {
                    StructureStyle::Block => CellKind::BlockList,
                    StructureStyle::Flow => CellKind::FlowList,
                };
                self.begin(kind, anchor, tag.is_some(), start, end)
            }
            Event::MappingStart(style, anchor, tag) => {
                let kind = match style {
                    StructureStyle::Block => CellKind::BlockMap,
                    StructureStyle::Flow => CellKind::FlowMap,
                };
                self.begin(kind, anchor, tag.is_some(), start, end)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.close(end);
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, start, end),
            // The parser may learn new events; one that is skipped could be a node that is lost.
            _ => self.refuse(
                Code::UnsupportedYaml,
                start,
                end,
                "a YAML feature the language does not use",
                "here",
                "write it in plain YAML",
            ),
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, start: u32, end: u32) -> u32 {
        let source = self.text.get(start as usize..end as usize).unwrap_or("");
        let quoted = || {
            source
                .get(1..source.len().saturating_sub(1))
                .is_some_and(|inner| inner == value)
        };
        let (kind, link) = match style {
            ScalarStyle::Plain if source.is_empty() => (CellKind::Empty, 0),
            ScalarStyle::Plain if source == value => (CellKind::Plain, 0),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if quoted() => {
                (CellKind::Quoted, 0)
            }
            _ => {
                let number = narrow(self.tape.cooked.len());
                self.tape.cooked.push(value.into());
                match style {
                    ScalarStyle::Plain => (CellKind::PlainCooked, number),
                    _ => (CellKind::Cooked, number),
                }
            }
        };
        self.push(Cell {
            kind,
            start,
            end,
            link,
        })
    }

    fn begin(
        &mut self,
        kind: CellKind,
        anchor: usize,
        tagged: bool,
        start: u32,
        end: u32,
    ) -> Result<(), Box<Diagnostic>> {
        self.no_tag(tagged, start, end)?;
        self.count(start, end)?;
        let cell = self.push(Cell {
            kind,
            start,
            end,
            link: 0,
        });
        self.open.push(Frame {
            cell,
            anchor,
            before: self.nodes - 1,
            height: 0,
            children: 0,
            is_list: matches!(kind, CellKind::BlockList | CellKind::FlowList),
        });
        self.anchor(anchor, cell, 0, 0, false);
        self.deep(0, start, end)
    }

    fn close(&mut self, end: u32) {
        let Some(frame) = self.open.pop() else {
            return;
        };
        let after = narrow(self.tape.cells.len());
        if let Some(cell) = self.tape.cells.get_mut(frame.cell as usize) {
            cell.link = after;
            // The parser ends a block collection where the next line begins; people see it end with its last node.
            match cell.kind {
                CellKind::BlockList | CellKind::BlockMap => {
                    cell.end = self.last_end.max(cell.start);
                }
                _ => {
                    cell.end = end;
                    self.last_end = end;
                }
            }
        }
        let nodes = self.nodes - frame.before;
        self.anchor(frame.anchor, frame.cell, nodes, frame.height, true);
        self.raise(frame.height + 1);
    }

    /// The tape without the entry, or section, that a fault left unfinished.
    fn whole_entries(mut self) -> Tape {
        let odd = |frame: &Frame| !frame.is_list && !frame.children.is_multiple_of(2);
        let cut = match self.open.as_slice() {
            [] => None,
            [root] => odd(root).then_some(self.section),
            // An odd root is within a key that is no text.
            [root, section, ..] if !root.is_list && !odd(root) && section.children > 0 => {
                Some(self.entry)
            }
            [..] => Some(self.section),
        };
        if let Some(cut) = cut {
            self.tape.cells.truncate(cut as usize);
        }
        let after = narrow(self.tape.cells.len());
        for frame in self.open.iter().take(2) {
            if let Some(cell) = self.tape.cells.get_mut(frame.cell as usize) {
                cell.link = after;
                cell.end = self.last_end.max(cell.start);
            }
        }
        self.tape
    }

    fn alias(&mut self, anchor: usize, start: u32, end: u32) -> Result<(), Box<Diagnostic>> {
        let known = self.anchors.get(anchor).copied().flatten();
        let Some(target) = known.filter(|target| target.closed) else {
            return self.refuse(
                Code::UnsupportedYaml,
                start,
                end,
                "an alias to the very node it stands in",
                "this would repeat itself without end",
                "write out what is meant",
            );
        };
        self.alias_nodes = self.alias_nodes.saturating_add(target.nodes);
        if self.alias_nodes > self.budget.alias_nodes {
            return self.refuse(
                Code::TooManyAliases,
                start,
                end,
                &format!(
                    "aliases of this file repeat more than {} nodes",
                    self.budget.alias_nodes
                ),
                "this alias goes over the limit",
                "write shared values as roles or tags instead of aliases",
            );
        }
        self.nodes = self.nodes.saturating_add(target.nodes.saturating_sub(1));
        self.count(start, end)?;
        self.deep(target.height, start, end)?;
        self.push(Cell {
            kind: CellKind::Alias,
            start,
            end,
            link: target.cell,
        });
        self.raise(target.height + 1);
        Ok(())
    }

    fn push(&mut self, cell: Cell) -> u32 {
        let number = narrow(self.tape.cells.len());
        if !matches!(cell.kind, CellKind::Empty) {
            self.last_end = self.last_end.max(cell.end);
        }
        let level = self.open.len();
        if let Some(parent) = self.open.last_mut() {
            if parent.is_list || parent.children.is_multiple_of(2) {
                match level {
                    1 => self.section = number,
                    2 => self.entry = number,
                    _ => {}
                }
            }
            parent.children += 1;
        }
        self.tape.cells.push(cell);
        number
    }

    fn anchor(&mut self, anchor: usize, cell: u32, nodes: usize, height: usize, closed: bool) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
        if let Some(slot) = self.anchors.get_mut(anchor) {
            *slot = Some(Anchor {
                cell,
                nodes,
                height,
                closed,
            });
        }
    }

    /// Tells the innermost open collection that it has this many levels below it.
    fn raise(&mut self, height: usize) {
        if let Some(frame) = self.open.last_mut() {
            frame.height = frame.height.max(height);
        }
    }

    fn count(&mut self, start: u32, end: u32) -> Result<(), Box<Diagnostic>> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > self.budget.nodes {
            return self.refuse(
                Code::TooManyNodes,
                start,
                end,
                &format!("a file holds at most {} YAML nodes", self.budget.nodes),
                "this one is too many",
                "split the file",
            );
        }
        Ok(())
    }

    fn deep(&self, below: usize, start: u32, end: u32) -> Result<(), Box<Diagnostic>> {
        if self.open.len() + below > self.budget.depth {
            return self.refuse(
                Code::TooDeep,
                start,
                end,
                &format!("YAML is nested at most {} levels deep", self.budget.depth),
                "this level is one too many",
                "no shape of the language is nested like this; look for brackets that are not closed",
            );
        }
        Ok(())
    }

    fn no_tag(&self, tagged: bool, start: u32, end: u32) -> Result<(), Box<Diagnostic>> {
        if !tagged {
            return Ok(());
        }
        self.refuse(
            Code::UnsupportedYaml,
            start,
            end,
            "the language has no YAML tags such as `!!str`",
            "this value has one",
            "remove the tag; quote a value to make it text",
        )
    }

    fn refuse(
        &self,
        code: Code,
        start: u32,
        end: u32,
        message: &str,
        label: &str,
        help: &str,
    ) -> Result<(), Box<Diagnostic>> {
        let span = Span::new(self.file, start, end.max(start));
        Err(Box::new(
            Diagnostic::new(code, message).at(span, label).help(help),
        ))
    }
}
