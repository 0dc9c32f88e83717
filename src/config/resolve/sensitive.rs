//! `sensitive`: rights that a project watches more closely than the catalogue does.
//!
//! Not what a pattern of a role allows: that is the catalogue's, so that this setting changes no access. Invariant: a right
//! that the catalogue calls sensitive stays what it is there.

use std::collections::BTreeMap;

use super::{diags, lines};
use crate::catalog::{Catalog, Kind, RightId, Sensitivity};
use crate::config::raw::Text;
use crate::diagnostic::Diagnostic;
use crate::text::{Span, Spanned};

/// Why each right is sensitive that the project names, by the line that is most exact about it.
pub(super) fn sensitive(
    said: &[(Text, Spanned<Sensitivity>)],
    kinds: &[Kind],
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<RightId, Sensitivity> {
    let mut found: BTreeMap<RightId, (lines::Exactness, Sensitivity, Span)> = BTreeMap::new();
    let mut ties: BTreeMap<RightId, (Span, Span)> = BTreeMap::new();
    for (pattern, why) in said {
        lines::check_reference(catalog, kinds, pattern, diagnostics);
        let exactness = lines::exactness(&pattern.value);
        for id in lines::named_rights(catalog, kinds, pattern) {
            let right = catalog.get(id);
            // A pattern means what somebody may do; how far is named by its slug.
            if exactness != lines::Exactness::Slug && !right.kind.is_switch() {
                continue;
            }
            match found.get(&id) {
                Some((known, _, _)) if *known > exactness => {}
                Some((known, other, span)) if *known == exactness => {
                    if *other != why.value {
                        ties.insert(id, (*span, pattern.span));
                    }
                }
                Some(_) | None => {
                    ties.remove(&id);
                    found.insert(id, (exactness, why.value, pattern.span));
                }
            }
        }
    }
    let mut told: Vec<(Span, Span)> = Vec::new();
    for (id, (first, second)) in ties {
        // One is enough for two patterns that meet in many rights.
        if !told.contains(&(first, second)) {
            told.push((first, second));
            let what = format!("why `{}` is sensitive", catalog.get(id).slug);
            diagnostics.push(diags::pattern_tie(&what, first, second));
        }
    }
    found
        .into_iter()
        .filter(|(id, _)| catalog.get(*id).sensitivity.is_none())
        .map(|(id, (_, why, _))| (id, why))
        .collect()
}
