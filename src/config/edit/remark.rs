//! Which comments belong to one entry: they go where it goes.
//!
//! A comment behind an entry is its own, and so is what stands deeper below it. One right above is its own, too, unless it
//! opens a run of several entries: at the beginning of the list or below an empty line, with another entry right below the
//! first. What an empty line parts from the entry is about something else.

use super::patch::{dash, find};
use super::tree::{Doc, Form, Tree};
use super::{Remarks, Seg};

/// An entry of a list or a mapping, on lines of its own.
pub(super) struct Entry {
    /// Where its line begins, that of the dash in a list.
    pub(super) line: usize,
    /// Where its last line ends, without what stands below.
    pub(super) end: usize,
    /// How far it stands from the margin.
    pub(super) column: usize,
    /// Whether it is the first one.
    pub(super) is_first: bool,
    /// Where the line of the next one begins.
    pub(super) next: Option<usize>,
}

impl Entry {
    /// The entry at a place of a list; none where it shares its line with another one.
    pub(super) fn of_list(
        doc: &Doc<'_>,
        list: &Tree,
        items: &[Tree],
        flow: bool,
        at: usize,
    ) -> Option<Self> {
        let starts = |at: usize| {
            let item = items.get(at)?;
            let start = if flow {
                item.start
            } else {
                dash(doc, list, items, at)?
            };
            doc.begins_line(start).then_some(start)
        };
        let start = starts(at)?;
        let end = doc.line_end(items.get(at)?.end);
        let next = match items.get(at + 1) {
            Some(_) => Some(doc.line_start(starts(at + 1)?)),
            None => None,
        };
        Some(Self {
            line: doc.line_start(start),
            end,
            column: doc.column(start),
            is_first: at == 0,
            next,
        })
    }

    /// Where its lines begin, with the comments above that are its own.
    pub(super) fn begin(&self, doc: &Doc<'_>) -> usize {
        let mut line = self.line;
        while let Some(start) = line.checked_sub(1).map(|before| doc.line_start(before)) {
            let text = doc.text.get(start..doc.line_end(start)).unwrap_or_default();
            let own = text.trim_start_matches(' ');
            if !own.starts_with('#') || text.len() - own.len() != self.column {
                break;
            }
            line = start;
        }
        let above = doc.text.get(..line).unwrap_or_default();
        let is_apart = self.is_first || above.ends_with("\n\n") || above.ends_with("\n\r\n");
        let is_followed = self
            .next
            .is_some_and(|next| doc.next_line(self.last(doc)) == Some(next));
        if is_apart && is_followed {
            self.line
        } else {
            line
        }
    }

    /// Where its last line ends, with the comments below that stand deeper.
    pub(super) fn last(&self, doc: &Doc<'_>) -> usize {
        doc.own_end(self.end, self.column)
    }
}

/// The comments of the entry that a path leads to.
pub(super) fn of(doc: &Doc<'_>, path: &[Seg]) -> Option<Remarks> {
    let (Seg::At(at), parent) = path.split_last()? else {
        return None;
    };
    let (spot, rest) = find(doc.root.as_ref()?, parent);
    let (Form::List(items, flow), []) = (&spot.node.form, rest) else {
        return None;
    };
    let entry = Entry::of_list(doc, spot.node, items, *flow, *at)?;
    let above = doc.text.get(entry.begin(doc)..entry.line)?;
    let rest = doc.text.get(items.get(*at)?.end..entry.end)?.trim();
    let behind = rest.strip_prefix(',').unwrap_or(rest).trim();
    Some(Remarks {
        above: above.lines().map(|line| line.trim().to_owned()).collect(),
        behind: behind.starts_with('#').then(|| behind.to_owned()),
    })
}
