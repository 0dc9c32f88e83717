//! Who extends whom, and circles.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::super::diags::{self, Known};
use crate::config::raw;
use crate::diagnostic::Diagnostic;
use crate::text::Span;

/// For each role itself and everything it extends; reports unknown parents and circles.
pub(super) fn ancestors(
    raw: &[&raw::Role],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<BTreeSet<usize>> {
    let position = |key: &str| raw.binary_search_by(|role| (*role.key.value).cmp(key)).ok();
    let parents: Vec<Vec<(usize, Span)>> = raw
        .iter()
        .map(|role| {
            role.extends
                .iter()
                .filter_map(|parent| {
                    let found = position(&parent.value);
                    if found.is_none() {
                        let known = raw.iter().map(|role| &*role.key.value);
                        diagnostics.push(diags::unknown(Known::Role, parent, known));
                    }
                    Some((found?, parent.span))
                })
                .collect()
        })
        .collect();
    let mut result: Vec<BTreeSet<usize>> = Vec::with_capacity(raw.len());
    let mut in_circle: BTreeSet<usize> = BTreeSet::new();
    for start in 0..raw.len() {
        let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(start, start)]);
        let mut queue = vec![start];
        let mut closing = None;
        while let Some(at) = queue.pop() {
            for &(parent, _) in parents.get(at).map_or(&[][..], Vec::as_slice) {
                if parent == start {
                    closing = closing.or(Some(at));
                } else if let Entry::Vacant(new) = seen.entry(parent) {
                    new.insert(at);
                    queue.push(parent);
                }
            }
        }
        if let Some(last) = closing
            && in_circle.insert(start)
        {
            // Back from the role that closes the circle to its beginning.
            let mut circle = vec![last];
            let mut at = last;
            while at != start {
                at = seen.get(&at).copied().unwrap_or(start);
                circle.push(at);
            }
            circle.reverse();
            if circle.iter().skip(1).all(|role| in_circle.insert(*role)) {
                let steps: Vec<(&str, Span)> = circle
                    .iter()
                    .enumerate()
                    .filter_map(|(step, &role)| {
                        let next = circle.get(step + 1).copied().unwrap_or(start);
                        let (_, span) = parents.get(role)?.iter().find(|(to, _)| *to == next)?;
                        Some((&*raw.get(role)?.key.value, *span))
                    })
                    .collect();
                diagnostics.push(diags::role_cycle(&steps));
            }
        }
        result.push(seen.into_keys().collect());
    }
    result
}
