//! No role gives what half of its people are denied: then it is the others who have more.
//!
//! Not a search for fewer roles: `mine` has found them. Invariant: afterwards fewer than half of the people of each found role
//! carry a `minus` of one right, everybody is still worth what they have, and no two found roles are equal.

use std::collections::{BTreeMap, BTreeSet};

use super::mine::{Center, Mine, ROLE};
use crate::catalog::RightId;
use crate::model::{RightSet, Value};

/// Far more rounds than any chain needs; each takes a right from a role or people from it.
const ROUNDS: usize = 10_000;

/// Thins roles from `known` on, or gives those who have less of one a role of their own where that is shorter. `chosen` is
/// the role of each sample.
pub(super) fn thin(it: &Mine<'_>, known: usize, centers: &mut Vec<Center>, chosen: &mut [usize]) {
    let mut at = known;
    for _ in 0..ROUNDS {
        let Some(center) = centers.get(at).cloned() else {
            break;
        };
        let members = members(chosen, at);
        let heavy = heavy(it, &center, &members);
        if heavy.is_empty() {
            at += 1;
            continue;
        }
        let thinner = without(it, &center, &heavy);
        let (less, rest): (Vec<usize>, Vec<usize>) = members.iter().partition(|member| {
            let taken = taken(it, &center, **member);
            taken.iter().any(|id| heavy.contains(id))
        });
        let whole = cost(it, &thinner, &members);
        let apart = cost(it, &thinner, &less).zip(cost(it, &center, &rest));
        let apart = apart.map(|(less, rest)| less + rest + ROLE);
        let stays = whole.is_some_and(|whole| apart.is_none_or(|apart| whole <= apart));
        if !stays && apart.is_none() {
            at += 1;
            continue;
        }
        // Whoever is counted with others may make another right heavy there: all are looked at again.
        let like = centers.iter().position(|it| *it == thinner);
        let moved = if stays { members } else { less };
        let to = match like {
            Some(like) => like,
            None if stays => {
                if let Some(place) = centers.get_mut(at) {
                    *place = thinner;
                }
                at
            }
            None => {
                centers.push(thinner);
                centers.len() - 1
            }
        };
        for member in moved {
            if let Some(place) = chosen.get_mut(member) {
                *place = to;
            }
        }
        at = at.min(to.max(known));
    }
}

fn members(chosen: &[usize], at: usize) -> Vec<usize> {
    let all = chosen.iter().enumerate();
    all.filter(|(_, center)| **center == at)
        .map(|(sample, _)| sample)
        .collect()
}

/// What a sample's people are denied of a role.
fn taken(it: &Mine<'_>, center: &Center, sample: usize) -> Vec<RightId> {
    let sample = it.samples.get(sample);
    let fit = sample.and_then(|sample| it.fit(center, sample));
    fit.map(|it| it.minus).unwrap_or_default()
}

/// Rights that at least half of a role's people are denied.
fn heavy(it: &Mine<'_>, center: &Center, members: &[usize]) -> BTreeSet<RightId> {
    let mut all: BTreeSet<usize> = BTreeSet::new();
    let mut denied: BTreeMap<RightId, BTreeSet<usize>> = BTreeMap::new();
    for &member in members {
        let Some(sample) = it.samples.get(member) else {
            continue;
        };
        all.extend(&sample.people);
        for id in taken(it, center, member) {
            denied.entry(id).or_default().extend(&sample.people);
        }
    }
    let heavy = denied.into_iter();
    heavy
        .filter(|(_, people)| people.len() * 2 >= all.len())
        .map(|(id, _)| id)
        .collect()
}

/// The role without some rights, and without what lies below them.
fn without(it: &Mine<'_>, center: &Center, rights: &BTreeSet<RightId>) -> Center {
    let mut set = RightSet::empty(it.catalog.len());
    for right in it.catalog.for_product(it.kind) {
        let at = right.id.index();
        let mut above = it.catalog.governors(right.id);
        if above.any(|it| set.get(it.index()) == Some(&Value::Switch(false))) {
            continue;
        }
        let value = if rights.contains(&right.id) {
            Some(Value::Switch(false))
        } else {
            center.set.get(at).cloned()
        };
        set.set(at, value);
    }
    Center {
        role: center.role.clone(),
        set,
    }
}

/// How many words these samples need beside a role; none where words do not say it.
fn cost(it: &Mine<'_>, center: &Center, samples: &[usize]) -> Option<u64> {
    let samples = samples.iter().filter_map(|at| it.samples.get(*at));
    let mut sum = 0;
    for sample in samples {
        sum += it.fit(center, sample)?.len() as u64 * u64::from(sample.weight);
    }
    Some(sum)
}
