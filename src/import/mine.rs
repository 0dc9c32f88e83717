//! Roles found in live rights.
//!
//! The samples are the distinct sets of rights that accounts have, each with how many assignments would name it. A set
//! of roles costs [`ROLE`] for each role, and for each assignment the words of its `plus` and `minus`. So many words that
//! little is left of the role cost as much as a role more; what no words can say (fewer days, a narrower list, another
//! vendor role) costs [`NEVER`]. Cheapest wins, found in four steps:
//!
//! 1. Roles that the project has are there for nothing.
//! 2. As long as another sample as a role makes it cheaper, the one that saves most becomes a role.
//! 3. Each role becomes what most of its people have, where that is cheaper: a slip that somebody made by hand in one
//!    account is nobody's role.
//! 4. A role that can be done without goes.
//!
//! Then `thin` takes from each role what half of its people are denied.
//!
//! Not a search for the one best set: that is as hard as facility location. Invariants: samples come sorted and every tie is
//! settled by their order, so that the order in which a vendor lists its accounts changes nothing; every sample gets a
//! role and a difference that together are worth exactly what it is.

use std::collections::BTreeSet;

use super::rights::{Difference, difference, size};
use super::thin::thin;
use crate::catalog::{Catalog, Kind};
use crate::model::{RightSet, Value, VendorRoleSlug};

/// What a role costs, in words of `plus` and `minus`.
pub(super) const ROLE: u64 = 9;

/// What cannot be said costs more than a role of its own.
const NEVER: u64 = 1_000;

/// So many words are always small; and so is a third of what the role gives.
const SMALL: usize = 3;

/// So many of the most frequent samples may become roles in the second step; the rest only where nothing else will do.
const CANDIDATES: usize = 160;

/// A set of rights that somebody has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sample {
    pub(super) role: VendorRoleSlug,
    pub(super) set: RightSet,
    /// How many assignments would name it.
    pub(super) weight: u32,
    /// Whose these are, by number.
    pub(super) people: BTreeSet<usize>,
}

/// A role: the vendor's, and what it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Center {
    pub(super) role: VendorRoleSlug,
    pub(super) set: RightSet,
}

/// How alike accounts must be to share a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Roles {
    /// Equal.
    Exact,
    /// Nearly equal: small differences stand on the assignment.
    Compact,
}

/// Roles, and for each sample its role and what differs.
#[derive(Clone, Debug, Default)]
pub(super) struct Mined {
    /// The roles of the project first, then those that were found, the most used first.
    pub(super) centers: Vec<Center>,
    /// By position of the sample.
    pub(super) fits: Vec<(usize, Difference)>,
}

pub(super) struct Mine<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) kind: Kind,
    pub(super) samples: &'a [Sample],
}

impl Mine<'_> {
    pub(super) fn fit(&self, center: &Center, sample: &Sample) -> Option<Difference> {
        if center.role != sample.role {
            return None;
        }
        difference(self.catalog, self.kind, &center.set, &sample.set)
    }

    fn costs(&self, center: &Center) -> Vec<u64> {
        let small = (size(self.catalog, &center.set) / 3).max(SMALL);
        let cost = |sample: &Sample| {
            self.fit(center, sample).map_or(NEVER, |it| {
                let words = it.len() as u64;
                if it.len() > small {
                    words + ROLE
                } else {
                    words
                }
            })
        };
        self.samples.iter().map(cost).collect()
    }

    /// What most have who have this role; what they do not agree on stays as the role has it.
    fn middle(&self, center: &Center, members: &[usize]) -> Center {
        let mut set = RightSet::empty(self.catalog.len());
        for right in self.catalog.for_product(self.kind) {
            let at = right.id.index();
            let closed = |set: &RightSet| {
                let mut above = self.catalog.governors(right.id);
                above.any(|it| set.get(it.index()) == Some(&Value::Switch(false)))
            };
            if closed(&set) {
                continue;
            }
            let mut votes: Vec<(&Value, u64)> = Vec::new();
            for sample in members.iter().filter_map(|it| self.samples.get(*it)) {
                let Some(value) = sample.set.get(at) else {
                    continue;
                };
                let weight = u64::from(sample.weight);
                match votes.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, count)) => *count += weight,
                    None => votes.push((value, weight)),
                }
            }
            let most = votes.iter().map(|(_, count)| *count).max();
            let own = center.set.get(at);
            let tied = votes.iter().filter(|(_, count)| Some(*count) == most);
            let mut tied: Vec<&Value> = tied.map(|(value, _)| *value).collect();
            tied.sort();
            let value = own
                .filter(|own| tied.contains(own))
                .or(tied.first().copied());
            set.set(at, value.or(own).cloned());
        }
        Center {
            role: center.role.clone(),
            set,
        }
    }
}

/// Finds the roles of samples that are sorted and distinct.
pub(super) fn mine(
    catalog: &Catalog,
    kind: Kind,
    samples: &[Sample],
    known: &[Center],
    style: Roles,
) -> Mined {
    let it = Mine {
        catalog,
        kind,
        samples,
    };
    let mut centers: Vec<Center> = known.to_vec();
    let mut costs: Vec<Vec<u64>> = centers.iter().map(|center| it.costs(center)).collect();
    match style {
        Roles::Exact => {
            for (at, sample) in samples.iter().enumerate() {
                if costs.iter().all(|row| row.get(at) != Some(&0)) {
                    let center = of(sample);
                    costs.push(it.costs(&center));
                    centers.push(center);
                }
            }
        }
        Roles::Compact => {
            open(&it, &mut centers, &mut costs);
            for _ in 0..2 {
                settle(&it, known.len(), &mut centers, &mut costs);
            }
        }
    }
    close(&it, known.len(), &mut centers, &mut costs, style);
    let mut chosen = choice(&it, &centers, &costs);
    thin(&it, known.len(), &mut centers, &mut chosen);
    sorted(&it, known.len(), &centers, &chosen)
}

fn of(sample: &Sample) -> Center {
    Center {
        role: sample.role.clone(),
        set: sample.set.clone(),
    }
}

/// The cheapest cost of each sample.
fn best(costs: &[Vec<u64>], samples: usize) -> Vec<u64> {
    (0..samples)
        .map(|at| {
            costs
                .iter()
                .filter_map(|row| row.get(at))
                .copied()
                .min()
                .unwrap_or(NEVER)
        })
        .collect()
}

fn open(it: &Mine<'_>, centers: &mut Vec<Center>, costs: &mut Vec<Vec<u64>>) {
    let mut order: Vec<usize> = (0..it.samples.len()).collect();
    let weight = |at: &usize| it.samples.get(*at).map_or(0, |sample| sample.weight);
    order.sort_by_key(|at| (std::cmp::Reverse(weight(at)), *at));
    order.truncate(CANDIDATES);
    let candidates: Vec<(Center, Vec<u64>)> = order
        .iter()
        .filter_map(|at| it.samples.get(*at))
        .map(|sample| {
            let center = of(sample);
            let costs = it.costs(&center);
            (center, costs)
        })
        .collect();
    let mut now = best(costs, it.samples.len());
    loop {
        let gain = |row: &[u64]| -> u64 {
            let each = row.iter().zip(&now).zip(it.samples);
            each.map(|((new, old), sample)| old.saturating_sub(*new) * u64::from(sample.weight))
                .sum()
        };
        // Of equal gains the first: the most frequent, then the least.
        let mut found: Option<(u64, &(Center, Vec<u64>))> = None;
        for candidate in &candidates {
            let gain = gain(&candidate.1);
            if gain > ROLE && found.is_none_or(|(most, _)| gain > most) {
                found = Some((gain, candidate));
            }
        }
        let Some((_, (center, row))) = found else {
            break;
        };
        for (old, new) in now.iter_mut().zip(row) {
            *old = (*old).min(*new);
        }
        centers.push(center.clone());
        costs.push(row.clone());
    }
    // What no candidate could stand for.
    for (at, sample) in it.samples.iter().enumerate() {
        if now.get(at).is_some_and(|cost| *cost >= NEVER) {
            let center = of(sample);
            let row = it.costs(&center);
            for (old, new) in now.iter_mut().zip(&row) {
                *old = (*old).min(*new);
            }
            centers.push(center);
            costs.push(row);
        }
    }
}

/// Moves each found role to what most of its people have, where that is cheaper.
fn settle(it: &Mine<'_>, known: usize, centers: &mut [Center], costs: &mut [Vec<u64>]) {
    for at in known..centers.len() {
        let now = best(costs, it.samples.len());
        let first = |sample: usize| {
            let mut rows = costs.iter();
            rows.position(|row| row.get(sample) == now.get(sample))
        };
        let members: Vec<usize> = (0..it.samples.len())
            .filter(|it| first(*it) == Some(at))
            .collect();
        let (Some(center), false) = (centers.get(at), members.is_empty()) else {
            continue;
        };
        let moved = it.middle(center, &members);
        if moved == *center {
            continue;
        }
        let row = it.costs(&moved);
        let sum = |row: &[u64]| -> u64 {
            let members = members.iter();
            let each = members.map(|at| {
                let weight = it.samples.get(*at).map_or(0, |sample| sample.weight);
                row.get(*at).copied().unwrap_or(NEVER) * u64::from(weight)
            });
            each.sum()
        };
        if costs.get(at).is_some_and(|old| sum(&row) < sum(old)) {
            if let Some(place) = centers.get_mut(at) {
                *place = moved;
            }
            if let Some(place) = costs.get_mut(at) {
                *place = row;
            }
        }
    }
}

/// Lets go of roles that cost more than they save.
fn close(
    it: &Mine<'_>,
    known: usize,
    centers: &mut Vec<Center>,
    costs: &mut Vec<Vec<u64>>,
    style: Roles,
) {
    let total = |costs: &[Vec<u64>]| -> u64 {
        let now = best(costs, it.samples.len());
        let each = now.iter().zip(it.samples);
        each.map(|(cost, sample)| cost * u64::from(sample.weight))
            .sum()
    };
    // The last are the least used.
    for at in (known..centers.len()).rev() {
        let mut without = costs.clone();
        let mut fewer = centers.clone();
        without.remove(at);
        fewer.remove(at);
        let (with, without_it) = (total(costs), total(&without));
        let allowed = if style == Roles::Exact { 0 } else { ROLE };
        if without_it <= with + allowed && without_it - with < NEVER {
            *costs = without;
            *centers = fewer;
        }
    }
}

/// The role of each sample.
fn choice(it: &Mine<'_>, centers: &[Center], costs: &[Vec<u64>]) -> Vec<usize> {
    // Whose role it is: the cheapest, of equally cheap ones the smallest, then the first.
    let sizes: Vec<usize> = centers
        .iter()
        .map(|center| size(it.catalog, &center.set))
        .collect();
    let choice = |sample: usize| {
        let cost = |center: usize| costs.get(center).and_then(|row| row.get(sample));
        (0..centers.len()).min_by_key(|center| (cost(*center), sizes.get(*center), *center))
    };
    (0..it.samples.len())
        .map(|at| choice(at).unwrap_or(0))
        .collect()
}

fn sorted(it: &Mine<'_>, known: usize, centers: &[Center], chosen: &[usize]) -> Mined {
    let mut uses = vec![0_u64; centers.len()];
    for (center, sample) in chosen.iter().zip(it.samples) {
        if let Some(uses) = uses.get_mut(*center) {
            *uses += u64::from(sample.weight);
        }
    }
    let mut order: Vec<usize> = (known..centers.len())
        .filter(|at| uses.get(*at).is_some_and(|uses| *uses > 0))
        .collect();
    order.sort_by(|a, b| {
        let weight = |at: &usize| std::cmp::Reverse(uses.get(*at).copied());
        let value = |at: &usize| centers.get(*at).map(|center| (&center.role, &center.set));
        (weight(a), value(a)).cmp(&(weight(b), value(b)))
    });
    let order: Vec<usize> = (0..known).chain(order).collect();
    let fits = chosen.iter().zip(it.samples).map(|(center, sample)| {
        let at = order.iter().position(|it| it == center).unwrap_or(0);
        let fit = centers
            .get(*center)
            .and_then(|center| it.fit(center, sample));
        (at, fit.unwrap_or_default())
    });
    let fits = fits.collect();
    Mined {
        centers: order
            .iter()
            .filter_map(|at| centers.get(*at).cloned())
            .collect(),
        fits,
    }
}
