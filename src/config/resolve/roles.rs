//! Roles: who extends whom, and which line of all inherited ones decides each right.
//!
//! Inheritance is a merge of *lines*, not of results. All lines of a role and of the roles it extends stand side by
//! side, and for each right the most exact one wins. Only between equally exact lines does it matter where they come
//! from: a child's line overrides its ancestors', a system's block overrides its kind's. So a child's `clients.*: deny`
//! does not reach a right that its parent names by its slug (the child names it too, to change it), and no pattern of
//! a child undoes a parent's exact `deny` unseen. Lines that neither origin nor exactness settles are an error where
//! they meet, once. The vendor's role and `unlisted` follow the same rule of origins.

mod blocks;
mod facts;
mod graph;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use blocks::{Block, is_about_places, read_blocks};
use graph::ancestors;

use super::diags::{self, Known};
use super::kinds::{self, FactsPart};
use super::lines::Exactness;
use super::rights::{self, RightsPart, Said};
use super::systems::{Systems, Target};
use crate::catalog::{Catalog, Kind};
use crate::config::raw::{self, BlockBody, RightsBlock, Unlisted};
use crate::diagnostic::Diagnostic;
use crate::model::{Gives, RoleKey, SystemName, VendorRoleSlug};
use crate::text::Span;

/// Where something inherited was written: which role, and whether in the system's own block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    role: usize,
    of_system: bool,
}

/// One role.
#[derive(Debug)]
pub(super) struct Role<'a> {
    pub(super) key: RoleKey,
    pub(super) raw: &'a raw::Role,
    /// Whether another role extends it.
    pub(super) is_extended: bool,
    /// What it means in each system, by position.
    pub(super) parts: Vec<RoleParts>,
}

/// What a role means in one system.
#[derive(Clone, Debug, Default)]
pub(super) struct RoleParts {
    /// At places, or in the whole system where there are none.
    pub(super) here: Option<Arc<Part>>,
    /// In the chain.
    pub(super) chain: Option<Arc<Part>>,
}

/// What a role means somewhere, normalized.
#[derive(Debug)]
pub(super) enum Part {
    /// Rights of the catalogue.
    Rights(RightsPart),
    /// Values of kinds without a catalogue.
    Facts(FactsPart),
}

/// Rights outside the catalogue, by system and role: slug, value, place.
type UnknownRights = BTreeMap<SystemName, BTreeMap<RoleKey, Vec<(Arc<str>, bool, Span)>>>;

/// All roles, by key.
#[derive(Debug)]
pub(super) struct Roles<'a> {
    pub(super) list: Vec<Role<'a>>,
    /// The blocks of each role, understood.
    blocks: Vec<Vec<Block<'a>>>,
    /// For each role itself and everything it extends.
    ancestors: Vec<BTreeSet<usize>>,
    /// Rights outside the catalogue that roles name, by system and role.
    pub(super) unknown_rights: UnknownRights,
}

impl<'a> Roles<'a> {
    /// The role of a key.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.list
            .binary_search_by(|role| role.key.as_str().cmp(key))
            .ok()
    }

    /// Which of Reservio's two ways of giving access the roles use in a system, by its position.
    pub(super) fn gives(&self, system: usize) -> Gives {
        let parts = self.list.iter().filter_map(|role| role.parts.get(system));
        let facts = parts.filter_map(|parts| match parts.here.as_deref()? {
            Part::Facts(part) => Some(&part.facts),
            Part::Rights(_) => None,
        });
        facts.fold(Gives::default(), |gives, facts| Gives {
            ticks: gives.ticks || kinds::TICKS.iter().any(|tick| facts.contains_key(*tick)),
            levels: gives.levels
                || facts.contains_key("calendars")
                || facts.contains_key("administrator"),
        })
    }

    /// Every key, for suggestions.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|role| role.key.as_str())
    }

    /// The role of a key, or a diagnostic.
    pub(super) fn find(&self, key: &raw::Text, diagnostics: &mut Vec<Diagnostic>) -> Option<usize> {
        let found = self.position(&key.value);
        if found.is_none() {
            diagnostics.push(diags::unknown(Known::Role, key, self.keys()));
        }
        found
    }

    /// Reads all roles and compiles each once for every system. `assigned` are the keys that people have.
    pub(super) fn new(
        project: &'a raw::Project,
        systems: &Systems<'_>,
        catalog: &Catalog,
        assigned: &BTreeSet<&str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut raw: Vec<&raw::Role> = project.entries.roles.iter().collect();
        raw.sort_by(|a, b| a.key.value.cmp(&b.key.value));
        raw.dedup_by(|a, b| a.key.value == b.key.value);
        let ancestors = ancestors(&raw, diagnostics);
        let extended: BTreeSet<usize> = ancestors
            .iter()
            .enumerate()
            .flat_map(|(at, above)| above.iter().copied().filter(move |&role| role != at))
            .collect();
        let blocks: Vec<Vec<Block<'_>>> = raw
            .iter()
            .map(|role| read_blocks(role, systems, catalog, diagnostics))
            .collect();
        let mut compiler = Compiler {
            systems,
            catalog,
            blocks: &blocks,
            ancestors: &ancestors,
            reported: BTreeSet::new(),
            unknown_rights: BTreeMap::new(),
            diagnostics,
        };
        let list: Vec<Role<'a>> = raw
            .iter()
            .enumerate()
            .map(|(at, raw)| {
                let is_extended = extended.contains(&at);
                let is_assigned = assigned.contains(&*raw.key.value);
                let is_abstract = is_extended && !is_assigned;
                Role {
                    key: RoleKey::new(raw.key.value.clone()),
                    raw,
                    is_extended,
                    parts: (0..systems.list.len())
                        .map(|system| compiler.parts(at, raw, system, is_abstract))
                        .collect(),
                }
            })
            .collect();
        let unknown_rights = compiler.unknown_rights;
        for role in &list {
            if !role.is_extended && !assigned.contains(role.key.as_str()) {
                diagnostics.push(diags::unused_role(&role.raw.key));
            }
        }
        Self {
            list,
            blocks,
            ancestors,
            unknown_rights,
        }
    }
}

/// The blocks that say what a role means in a system, its own and those it inherits.
fn seen<'b, 'a>(
    blocks: &'b [Vec<Block<'a>>],
    ancestors: &[BTreeSet<usize>],
    at: usize,
    (system, kind): (usize, Kind),
) -> Vec<Seen<'b, 'a>> {
    let roles = ancestors.get(at).into_iter().flatten();
    let blocks = roles.flat_map(|&role| {
        let own = blocks.get(role).into_iter().flatten();
        own.map(move |block| (role, block))
    });
    let seen = blocks.filter_map(|(role, block)| {
        let of_system = match block.target {
            Target::Kind(target) if target == kind => false,
            Target::One(target) if target == system => true,
            Target::Kind(_) | Target::One(_) => return None,
        };
        let origin = Origin { role, of_system };
        Some(Seen { origin, block })
    });
    seen.collect()
}

/// A block as one role sees it, its own or inherited.
#[derive(Clone, Copy, Debug)]
struct Seen<'b, 'a> {
    origin: Origin,
    block: &'b Block<'a>,
}

struct Compiler<'c, 'a> {
    systems: &'c Systems<'c>,
    catalog: &'c Catalog,
    blocks: &'c [Vec<Block<'a>>],
    ancestors: &'c [BTreeSet<usize>],
    /// Pairs of places already reported, so that an inherited clash is told once.
    reported: BTreeSet<(crate::diagnostic::Code, Span, Span)>,
    unknown_rights: UnknownRights,
    diagnostics: &'c mut Vec<Diagnostic>,
}

impl<'a> Compiler<'_, 'a> {
    /// Reports something once, however many roles inherit it.
    fn report(&mut self, a: Span, b: Span, diagnostic: Diagnostic) {
        if self.reported.insert((diagnostic.code, a.min(b), a.max(b))) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether what was written at `a` overrides what was written at `b`.
    fn overrides(&self, a: Origin, b: Origin) -> bool {
        if a.role == b.role {
            a.of_system && !b.of_system
        } else {
            self.ancestors
                .get(a.role)
                .is_some_and(|above| above.contains(&b.role))
        }
    }

    /// The one of several that nothing overrides; of several that agree the first, of two that do not the error.
    fn settle<T: PartialEq>(
        &mut self,
        candidates: &[(Origin, T, Span)],
        what: &str,
        role: &raw::Role,
    ) -> Option<usize> {
        let mut winner: Option<usize> = None;
        for (at, (origin, value, span)) in candidates.iter().enumerate() {
            if candidates
                .iter()
                .any(|(other, _, _)| self.overrides(*other, *origin))
            {
                continue;
            }
            match winner.and_then(|winner| candidates.get(winner)) {
                None => winner = Some(at),
                Some((first, known, known_span)) if known != value => {
                    let diagnostic = if first.role == origin.role {
                        diags::pattern_tie(what, *known_span, *span)
                    } else {
                        diags::inherited_clash(what, &role.key, *known_span, *span)
                    };
                    let known_span = *known_span;
                    let span = *span;
                    self.report(known_span, span, diagnostic);
                }
                Some(_) => {}
            }
        }
        winner
    }

    /// What a role means in a system.
    fn parts(&mut self, at: usize, raw: &raw::Role, system: usize, is_abstract: bool) -> RoleParts {
        let Some(kind) = self.systems.list.get(system).map(|system| system.kind) else {
            return RoleParts::default();
        };
        let seen = seen(self.blocks, self.ancestors, at, (system, kind));
        // The role's own block is the one to point at; else the first it inherits.
        let pointed = seen
            .iter()
            .find(|seen| seen.origin.role == at)
            .or(seen.first());
        let Some(pointed) = pointed else {
            return RoleParts::default();
        };
        let span = pointed.block.raw.target.span;
        let here = if kind.has_rights() {
            self.rights(at, raw, system, kind, &seen, span, is_abstract)
                .map(|part| Arc::new(Part::Rights(part)))
        } else {
            self.facts(raw, system, kind, &seen, span, is_abstract)
                .map(|part| Arc::new(Part::Facts(part)))
        };
        RoleParts {
            here,
            chain: self
                .chain(raw, &seen)
                .map(|part| Arc::new(Part::Facts(part))),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one call, and a struct would only rename the arguments"
    )]
    fn rights(
        &mut self,
        at: usize,
        raw: &raw::Role,
        system: usize,
        kind: Kind,
        seen: &[Seen<'_, 'a>],
        span: Span,
        is_abstract: bool,
    ) -> Option<RightsPart> {
        let seen: Vec<(Origin, &Block<'a>, &RightsBlock)> = seen
            .iter()
            .filter_map(|seen| match &seen.block.raw.body {
                BlockBody::Rights(block) if is_about_places(block) => {
                    Some((seen.origin, seen.block, block))
                }
                _ => None,
            })
            .collect();
        if seen.is_empty() {
            return None;
        }
        let unlisted: Vec<(Origin, Unlisted, Span)> = seen
            .iter()
            .filter_map(|(origin, _, block)| {
                let unlisted = block.unlisted.as_ref()?;
                Some((*origin, unlisted.value, unlisted.span))
            })
            .collect();
        let vendor_role: Vec<(Origin, Arc<str>, Span)> = seen
            .iter()
            .filter_map(|(origin, _, block)| {
                let role = block.role.as_ref()?;
                Some((*origin, role.value.clone(), role.span))
            })
            .collect();
        let unlisted = self
            .settle(&unlisted, "`unlisted`", raw)
            .and_then(|winner| unlisted.get(winner))
            .map(|(_, unlisted, span)| (*unlisted, *span));
        if unlisted.is_none() && !is_abstract {
            self.report(span, span, diags::missing_unlisted(&raw.key, span));
        }
        let vendor_role = self
            .settle(&vendor_role, "the vendor's `role`", raw)
            .and_then(|winner| vendor_role.get(winner))
            .map(|(_, role, span)| (VendorRoleSlug::new(role.clone()), *span));
        if vendor_role.is_none() && !is_abstract {
            self.report(span, span, diags::missing_vendor_role(&raw.key, span));
        }
        self.collect_unknown_rights(raw, system, &seen);
        let direct = self.direct(raw, &seen);
        // What is missing was reported; `keep` promises least.
        let (unlisted, unlisted_span) = unlisted.unwrap_or((Unlisted::Keep, span));
        self.check_restrictions(&direct, unlisted);
        let part = rights::normalize(
            self.catalog,
            kind,
            direct,
            vendor_role,
            unlisted,
            unlisted_span,
        );
        self.explain_effects(at, raw, &seen, &part, span, is_abstract);
        Some(part)
    }

    /// The line that decides each right.
    fn direct(
        &mut self,
        raw: &raw::Role,
        seen: &[(Origin, &Block<'a>, &RightsBlock)],
    ) -> Vec<Option<Said>> {
        type Candidate<'v> = (Origin, &'v crate::model::Value, Span);
        let mut best: Vec<(Exactness, Vec<Candidate<'_>>)> =
            vec![(Exactness::Everything, Vec::new()); self.catalog.len()];
        for (origin, block, _) in seen {
            for line in &block.lines {
                for (id, value) in &line.sets {
                    let Some((exactness, candidates)) = best.get_mut(id.index()) else {
                        continue;
                    };
                    if line.exactness > *exactness {
                        *exactness = line.exactness;
                        candidates.clear();
                    }
                    if line.exactness == *exactness {
                        candidates.push((*origin, value, line.span));
                    }
                }
            }
        }
        let catalog = self.catalog;
        best.into_iter()
            .zip(catalog.all())
            .map(|((_, candidates), right)| {
                let winner = self.settle(&candidates, &format!("`{}`", right.slug), raw)?;
                let (_, value, span) = candidates.get(winner)?;
                Some(Said {
                    value: (*value).clone(),
                    span: *span,
                })
            })
            .collect()
    }

    /// Restrictions that are named where their list speaks for them, or without anything to limit to.
    fn check_restrictions(&mut self, direct: &[Option<Said>], unlisted: Unlisted) {
        let catalog = self.catalog;
        for right in catalog.all() {
            let Some(list) = rights::list_of(catalog, right) else {
                continue;
            };
            let Some(said) = direct.get(right.id.index()).and_then(Option::as_ref) else {
                continue;
            };
            let beside = direct.get(list.index()).and_then(Option::as_ref);
            if let Some(beside) = beside {
                let diagnostic =
                    diags::flag_beside_list(right, catalog.get(list), said.span, beside.span);
                self.report(said.span, beside.span, diagnostic);
            } else if rights::is_on(&said.value) && unlisted == Unlisted::Deny {
                let diagnostic = diags::flag_without_list(right, catalog.get(list), said.span);
                self.report(said.span, said.span, diagnostic);
            }
        }
    }

    /// Lines of the role's own that have no effect, and what it leaves out.
    fn explain_effects(
        &mut self,
        at: usize,
        raw: &raw::Role,
        seen: &[(Origin, &Block<'a>, &RightsBlock)],
        part: &RightsPart,
        span: Span,
        is_abstract: bool,
    ) {
        let catalog = self.catalog;
        for (_, block, _) in seen.iter().filter(|(origin, _, _)| origin.role == at) {
            for line in &block.lines {
                let [(id, _)] = line.sets.as_slice() else {
                    continue;
                };
                if line.exactness == Exactness::Slug
                    && part.said_at(*id) == Some(line.span)
                    && let Some((governor, denied)) = part.denied_governor(catalog, *id)
                {
                    let diagnostic = diags::irrelevant(
                        catalog.get(*id),
                        catalog.get(governor),
                        line.span,
                        denied,
                    );
                    self.report(line.span, line.span, diagnostic);
                }
            }
        }
        let left_out = part.left_out(catalog);
        if !left_out.is_empty() && !is_abstract {
            self.report(span, span, diags::left_out(&raw.key, &left_out, span));
        }
    }

    fn collect_unknown_rights(
        &mut self,
        raw: &raw::Role,
        system: usize,
        seen: &[(Origin, &Block<'a>, &RightsBlock)],
    ) {
        let mut named: BTreeMap<&Arc<str>, Vec<(Origin, bool, Span)>> = BTreeMap::new();
        for (origin, _, block) in seen {
            for (slug, allow) in &block.unknown_rights {
                named
                    .entry(&slug.value)
                    .or_default()
                    .push((*origin, allow.value, slug.span));
            }
        }
        let settled: Vec<(Arc<str>, bool, Span)> = named
            .into_iter()
            .filter_map(|(slug, candidates)| {
                let winner = self.settle(&candidates, &format!("`{slug}`"), raw)?;
                let (_, allow, span) = candidates.get(winner)?;
                Some((slug.clone(), *allow, *span))
            })
            .collect();
        if let Some(system) = self.systems.list.get(system)
            && !settled.is_empty()
        {
            self.unknown_rights
                .entry(system.name.clone())
                .or_default()
                .insert(RoleKey::new(raw.key.value.clone()), settled);
        }
    }
}
