//! Walking a tape: nodes, what they are, and the text of scalars.
//!
//! A [`Node`] is a place in a tape and resolves aliases on the way. Invariant: an alias keeps the place where it is
//! used, its children the places where they are written.

use super::{Cell, CellKind, Tape};
use crate::text::{FileId, Span};

/// One node of a tape.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    tape: &'a Tape,
    text: &'a str,
    file: FileId,
    /// The cell as written, which may be an alias.
    at: u32,
}

/// A scalar's text and whether it was written without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalar<'a> {
    /// The text, after escapes and folding.
    pub(crate) text: &'a str,
    /// Written without quotes: it may be a number, a truth value or null.
    pub(crate) plain: bool,
}

/// What a node is.
pub(crate) enum View<'a> {
    /// A key without a value, `~` or `null`.
    Null,
    /// A text, number or truth value.
    Scalar(Scalar<'a>),
    /// A list.
    List(Items<'a>),
    /// A mapping.
    Map(Pairs<'a>),
}

impl<'a> Node<'a> {
    pub(super) fn root(tape: &'a Tape, text: &'a str, file: FileId) -> Option<Self> {
        let cell = tape.cells.first()?;
        let root = Node {
            tape,
            text,
            file,
            at: 0,
        };
        (tape.cells.len() > 1 || cell.kind != CellKind::Empty).then_some(root)
    }

    fn written(&self) -> Cell {
        const NOTHING: Cell = Cell {
            kind: CellKind::Empty,
            start: 0,
            end: 0,
            link: 0,
        };
        self.tape
            .cells
            .get(self.at as usize)
            .copied()
            .unwrap_or(NOTHING)
    }

    /// The cell behind an alias; aliases never point at aliases.
    fn resolved(&self) -> (u32, Cell) {
        let cell = self.written();
        if cell.kind != CellKind::Alias {
            return (self.at, cell);
        }
        let target = Node {
            at: cell.link,
            ..*self
        };
        (cell.link, target.written())
    }

    /// Where it is written; of an alias, where it is used.
    pub(crate) fn span(&self) -> Span {
        let cell = self.written();
        Span::new(self.file, cell.start, cell.end.max(cell.start))
    }

    /// What it is.
    pub(crate) fn view(&self) -> View<'a> {
        let (at, cell) = self.resolved();
        let children = Node {
            at: at + 1,
            ..*self
        };
        match cell.kind {
            CellKind::Empty | CellKind::Alias => View::Null,
            CellKind::BlockList | CellKind::FlowList => View::List(Items {
                next: children,
                end: cell.link,
            }),
            CellKind::BlockMap | CellKind::FlowMap => View::Map(Pairs(Items {
                next: children,
                end: cell.link,
            })),
            CellKind::Plain => {
                let text = self.source(cell.start, cell.end);
                if matches!(text, "~" | "null" | "Null" | "NULL") {
                    View::Null
                } else {
                    View::Scalar(Scalar { text, plain: true })
                }
            }
            CellKind::Quoted => View::Scalar(Scalar {
                text: self.source(cell.start + 1, cell.end.saturating_sub(1)),
                plain: false,
            }),
            CellKind::PlainCooked => View::Scalar(Scalar {
                text: self.cooked(cell.link),
                plain: true,
            }),
            CellKind::Cooked => View::Scalar(Scalar {
                text: self.cooked(cell.link),
                plain: false,
            }),
        }
    }

    /// The scalar, if it is one.
    pub(crate) fn scalar(&self) -> Option<Scalar<'a>> {
        match self.view() {
            View::Scalar(scalar) => Some(scalar),
            View::Null | View::List(_) | View::Map(_) => None,
        }
    }

    /// Whether it is written between brackets.
    pub(crate) fn is_flow(&self) -> bool {
        matches!(self.written().kind, CellKind::FlowList | CellKind::FlowMap)
    }

    /// Whether it is an alias, whose content is written elsewhere.
    pub(crate) fn is_alias(&self) -> bool {
        self.written().kind == CellKind::Alias
    }

    /// Whether nothing stands there.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.view(), View::Null)
    }

    fn source(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    fn cooked(&self, number: u32) -> &'a str {
        self.tape
            .cooked
            .get(number as usize)
            .map_or("", |text| &**text)
    }

    /// The cell after this node's subtree as written.
    fn after(&self) -> u32 {
        let cell = self.written();
        match cell.kind {
            CellKind::BlockList | CellKind::FlowList | CellKind::BlockMap | CellKind::FlowMap => {
                cell.link.max(self.at + 1)
            }
            _ => self.at + 1,
        }
    }
}

/// The entries of a list.
#[derive(Clone)]
pub(crate) struct Items<'a> {
    next: Node<'a>,
    end: u32,
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Node<'a>> {
        if self.next.at >= self.end {
            return None;
        }
        let node = self.next;
        self.next.at = node.after();
        Some(node)
    }
}

/// The keys and values of a mapping.
#[derive(Clone)]
pub(crate) struct Pairs<'a>(Items<'a>);

impl<'a> Iterator for Pairs<'a> {
    type Item = (Node<'a>, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}
