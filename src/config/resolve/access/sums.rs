//! Sums that are made once: people with equal roles at a place share one right set.
//!
//! Two threads may make the same sum at the same time; the first one in is kept, and both are equal.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::super::roles::Part;
use super::super::sum::{self, Sum};
use super::{CHAIN, Entry, Resolver, Spot};
use crate::catalog::{Catalog, RightId};
use crate::model::RightSet;
use crate::text::Span;

/// Sums that were made, each once.
#[derive(Debug)]
pub(in crate::config::resolve) struct Sums {
    /// One role alone: by `role * systems + system`.
    single: Vec<OnceLock<Arc<Sum>>>,
    several: RwLock<BTreeMap<SumKey, Arc<Sum>>>,
    /// What a leaver has.
    pub(super) nothing: Arc<Sum>,
}

/// What a sum depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SumKey {
    system: usize,
    chain: bool,
    roles: Vec<usize>,
    taken: Vec<RightId>,
}

impl Sums {
    pub(in crate::config::resolve) fn new(catalog: &Catalog, roles: usize, systems: usize) -> Self {
        Self {
            single: (0..roles * systems).map(|_| OnceLock::new()).collect(),
            several: RwLock::default(),
            nothing: Arc::new(Sum {
                role: None,
                rights: Arc::new(RightSet::empty(catalog.len())),
                sources: Arc::new(vec![None; catalog.len()]),
                unlisted_default: false,
                extra: Arc::default(),
                clashes: Vec::new(),
                wider: Vec::new(),
            }),
        }
    }
}

impl Resolver<'_, '_> {
    /// The sum of lines at a place; made once for all people with the same roles and takes.
    pub(super) fn sum(
        &mut self,
        active: &[Entry],
        system: usize,
        spot: Spot,
        taken: &[(RightId, Span)],
    ) -> Arc<Sum> {
        let context = self.context;
        let chain = spot == CHAIN;
        let taken: Vec<RightId> = if chain {
            Vec::new()
        } else {
            taken.iter().map(|(right, _)| *right).collect()
        };
        let giving = || active.iter().filter(|entry| entry.gives);
        let has_plus = !chain
            && giving().any(|entry| {
                self.lines
                    .get(entry.line)
                    .is_some_and(|line| line.plus.contains_key(&system))
            });
        if has_plus {
            let key: (usize, Vec<usize>, Vec<RightId>) =
                (system, giving().map(|entry| entry.line).collect(), taken);
            if let Some(known) = self.own_sums.get(&key) {
                return known.clone();
            }
            let parts: Vec<Arc<Part>> = giving()
                .filter_map(|entry| self.part(entry.line, system, chain))
                .collect();
            let parts: Vec<&Part> = parts.iter().map(|part| &**part).collect();
            let made = Arc::new(sum::add(context.catalog, &parts, &key.2));
            self.own_sums.insert(key, made.clone());
            return made;
        }
        let mut roles: Vec<usize> = giving()
            .filter_map(|entry| self.lines.get(entry.line)?.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        let make = |roles: &[usize], taken: &[RightId]| {
            let parts: Vec<&Part> = roles
                .iter()
                .filter_map(|role| {
                    let parts = context.roles.list.get(*role)?.parts.get(system)?;
                    if chain { &parts.chain } else { &parts.here }.as_deref()
                })
                .collect();
            Arc::new(sum::add(context.catalog, &parts, taken))
        };
        if let ([role], [], false) = (roles.as_slice(), taken.as_slice(), chain)
            && let Some(slot) = context
                .sums
                .single
                .get(role * context.systems.list.len() + system)
        {
            return slot.get_or_init(|| make(&roles, &taken)).clone();
        }
        let key = SumKey {
            system,
            chain,
            roles,
            taken,
        };
        let known = context
            .sums
            .several
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(known) = known {
            return known;
        }
        // Made outside of the lock: two threads may make the same sum, and the first one in is kept.
        let made = make(&key.roles, &key.taken);
        context
            .sums
            .several
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(key)
            .or_insert(made)
            .clone()
    }

    /// What a line means in a system, its `plus` joined in.
    pub(super) fn part(&self, line: usize, system: usize, chain: bool) -> Option<Arc<Part>> {
        let line = self.lines.get(line)?;
        let parts = self.context.roles.list.get(line.role?)?.parts.get(system)?;
        if chain {
            return parts.chain.clone();
        }
        line.plus.get(&system).or(parts.here.as_ref()).cloned()
    }
}
