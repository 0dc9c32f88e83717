//! Spans as lines for people, many of them from the same few files.
//!
//! Not a reader of files: the texts are there. Invariant: says the same as [`Sources::origin`], with contacts masked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::step::{Because, RightDelta};
use super::values::shift;
use crate::catalog::{Catalog, RightId, Sensitivity};
use crate::model::{Grant, PersonKey, RightSource};
use crate::text::{Origin, Sources, Span, mask_contacts};

/// A cache of origins that were asked for.
pub(super) struct Origins<'a> {
    sources: &'a Sources,
    known: BTreeMap<Span, Origin>,
}

impl<'a> Origins<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            known: BTreeMap::new(),
        }
    }

    pub(super) fn origin(&mut self, span: Span) -> Origin {
        if let Some(origin) = self.known.get(&span) {
            return origin.clone();
        }
        let mut origin = self.sources.origin(span);
        origin.text = mask_contacts(&origin.text).into();
        self.known.insert(span, origin.clone());
        origin
    }

    /// One line.
    pub(super) fn line(&mut self, span: Span) -> Because {
        Because::Line(self.origin(span))
    }

    /// The assignment lines of a grant, then the lines that decided the rights that change, in the order of these: all of
    /// them, since who may approve a change depends on who wrote what decided it.
    pub(super) fn behind(&mut self, grant: &Grant, rights: &[RightId]) -> Vec<Because> {
        let decided = rights.iter().filter_map(|id| deciding(grant, id.index()));
        let mut seen: BTreeSet<Span> = BTreeSet::new();
        let mut lines = Vec::new();
        for span in grant.because.iter().copied().chain(decided) {
            if seen.insert(span) {
                lines.push(self.line(span));
            }
        }
        lines
    }

    /// Names with each right that changes the line that decided it.
    pub(super) fn credit(&mut self, grant: &Grant, deltas: &mut [RightDelta]) {
        for delta in deltas {
            let span = deciding(grant, delta.right.index());
            delta.line = span.map(|span| self.origin(span));
        }
    }
}

/// The rights that change, the most telling first: by how sensitive they are, then what takes before what gives.
pub(super) fn telling(
    catalog: &Catalog,
    raised: &BTreeMap<RightId, Sensitivity>,
    deltas: &[RightDelta],
) -> Vec<RightId> {
    let mut rights: Vec<_> = deltas
        .iter()
        .map(|delta| {
            let right = catalog.get(delta.right);
            let why = right
                .sensitivity
                .or_else(|| raised.get(&delta.right).copied());
            let takes = shift(right, delta.before.as_ref(), delta.after.as_ref()).less;
            (Sensitivity::rank(why), Reverse(takes), delta.right)
        })
        .collect();
    rights.sort_by_key(|(rank, takes, _)| (*rank, *takes));
    rights.into_iter().map(|(_, _, right)| right).collect()
}

/// ``` `jana` is protected (keyholder.yaml:14) ```: what no step may pass, and where it is said.
pub fn is_protected(sources: &Sources, key: &PersonKey, line: Span) -> String {
    let origin = sources.origin(line);
    format!("`{key}` is protected ({}:{})", origin.file, origin.line)
}

/// The same of an account that is pinned to somebody else.
pub fn is_kept(sources: &Sources, key: &PersonKey, line: Span) -> String {
    let whose = is_protected(sources, key, line);
    format!("by the journal or by its contacts this is the account of `{key}`, and {whose}")
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
    fn keeps_contacts_out_of_plans() {
        let mut sources = Sources::new();
        let text = "jana: { email: jana@chain.example, phone: \"+37120000001\" }";
        let file = sources.add(SourceFile::new("people.yaml", text));
        let origin = Origins::new(&sources).origin(Span::new(file, 0, 4));
        let masked = "jana: { email: j…@c….example, phone: \"+371…01\" }";
        assert_eq!(&*origin.text, masked);
    }
}
