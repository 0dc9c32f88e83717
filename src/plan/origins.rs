//! Spans as lines for people, many of them from the same few files.
//!
//! Not a reader of files: the texts are there. Invariant: says the same as [`Sources::origin`],
//! without scanning a file once per step, and with contacts masked.

use std::collections::BTreeMap;

use super::step::Because;
use crate::catalog::RightId;
use crate::model::{Grant, RightSource};
use crate::text::{FileId, Origin, Sources, Span, mask_contacts};

/// How many lines stand behind a step at most: the first ones are the telling ones.
const MOST_LINES: usize = 5;

/// A cache of line starts and of origins that were asked for.
pub(super) struct Origins<'a> {
    sources: &'a Sources,
    starts: BTreeMap<FileId, Vec<usize>>,
    known: BTreeMap<Span, Origin>,
}

impl<'a> Origins<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            starts: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    pub(super) fn origin(&mut self, span: Span) -> Origin {
        if let Some(origin) = self.known.get(&span) {
            return origin.clone();
        }
        let origin = self.find(span);
        self.known.insert(span, origin.clone());
        origin
    }

    fn find(&mut self, span: Span) -> Origin {
        let Some(file) = self.sources.get(span.file) else {
            return self.sources.origin(span);
        };
        let text = file.text();
        let starts = self.starts.entry(span.file).or_insert_with(|| {
            let breaks = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0)
                .chain(breaks.map(|(at, _)| at + 1))
                .collect()
        });
        let at = text.floor_char_boundary(span.start as usize);
        let line = starts.partition_point(|&start| start <= at);
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let end = starts.get(line).copied().unwrap_or(text.len());
        let column = text
            .get(start..at)
            .map_or(0, |before| before.chars().count())
            + 1;
        Origin {
            file: file.path().clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            text: mask_contacts(text.get(start..end).unwrap_or_default().trim()).into(),
        }
    }

    /// One line.
    pub(super) fn line(&mut self, span: Span) -> Because {
        Because::Line(self.origin(span))
    }

    /// The assignment lines of a grant, then the lines that decided the rights that change.
    pub(super) fn behind(&mut self, grant: &Grant, rights: &[RightId]) -> Vec<Because> {
        let decided = rights.iter().filter_map(|id| deciding(grant, id.index()));
        let mut spans: Vec<Span> = Vec::new();
        for span in grant.because.iter().copied().chain(decided) {
            if spans.len() < MOST_LINES && !spans.contains(&span) {
                spans.push(span);
            }
        }
        spans.into_iter().map(|span| self.line(span)).collect()
    }
}

/// The line that decided a right, through the rights it follows from.
fn deciding(grant: &Grant, mut index: usize) -> Option<Span> {
    // A right follows from another that follows from a third at most a few times; the bound is
    // there so that a loop in the data cannot hang.
    for _ in 0..8 {
        match grant.sources.get(index).copied().flatten()? {
            RightSource::Line(span) | RightSource::Unlisted(span) => return Some(span),
            RightSource::Follows(from) => index = usize::from(from),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SourceFile;

    #[test]
    fn says_what_the_sources_say() {
        let mut sources = Sources::new();
        let text = "a: 1\r\nжанна: {}\n\n  last: x";
        let file = sources.add(SourceFile::new("people.yaml", text));
        let mut origins = Origins::new(&sources);
        for start in 0..=u32::try_from(text.len()).unwrap() + 2 {
            let span = Span::new(file, start, start);
            assert_eq!(origins.origin(span), sources.origin(span), "{start}");
        }
    }

    #[test]
    fn keeps_contacts_out_of_plans() {
        let mut sources = Sources::new();
        let text = "jana: { email: jana@chain.example, phone: \"+37120000001\" }";
        let file = sources.add(SourceFile::new("people.yaml", text));
        let origin = Origins::new(&sources).origin(Span::new(file, 0, 4));
        let masked = "jana: { email: j…@c….example, phone: \"+371…01\" }";
        assert_eq!(&*origin.text, masked);
    }
}
