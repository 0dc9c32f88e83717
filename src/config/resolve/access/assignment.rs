//! One line of `access`: its role, its places, what it adds and what it takes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::dates::{Clock, Window};
use super::super::diags;
use super::super::lines;
use super::super::places::Place;
use super::super::rights::PlusFault;
use super::super::roles::Part;
use super::Context;
use crate::catalog::{Catalog, RightId};
use crate::config::raw::{self, Assignment};
use crate::diagnostic::Diagnostic;
use crate::text::Span;

/// One access line, spread out.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) raw: &'a Assignment,
    pub(super) role: Option<usize>,
    /// Open places.
    pub(super) open: Vec<Place>,
    /// Places that are closed: only a leaver has something there, and that is nothing.
    pub(super) closed: Vec<Place>,
    /// Whether it can be in force at all: it names an open place, or none because its role needs none.
    pub(super) in_force: bool,
    /// The system whose chain rights come with it.
    pub(super) chain: Option<usize>,
    /// The role joined with its `plus`, by system.
    pub(super) plus: BTreeMap<usize, Arc<Part>>,
    /// What its `minus` takes, by system.
    pub(super) minus: BTreeMap<usize, Vec<(RightId, Span)>>,
}

impl Line<'_> {
    /// The key of its role, for messages.
    pub(super) fn role_name(&self) -> String {
        let role = self.raw.role.as_ref();
        role.map_or("", |role| &*role.value).to_owned()
    }

    /// The stretch of time in which it is in force, in a zone.
    pub(super) fn window(&self, clock: &Clock, employment: Window) -> Window {
        if self.in_force {
            clock
                .window(self.raw.from.as_ref(), self.raw.until.as_ref())
                .clipped(employment)
        } else {
            Window::NEVER
        }
    }
}

/// What `never` takes, by system.
pub(super) fn never(
    context: &Context<'_>,
    person: &raw::Person,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<usize, Vec<(RightId, Span)>> {
    let mut result: BTreeMap<usize, Vec<(RightId, Span)>> = BTreeMap::new();
    for never in &person.never {
        taken(
            context,
            "never",
            &never.target,
            &never.rights,
            &mut result,
            diagnostics,
        );
    }
    result
}

fn taken(
    context: &Context<'_>,
    key: &'static str,
    target: &raw::Text,
    patterns: &[raw::Text],
    into: &mut BTreeMap<usize, Vec<(RightId, Span)>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let systems = context.systems;
    let Some(found) = systems.find(target, diagnostics) else {
        return;
    };
    let Some(kind) = systems.kind(found) else {
        return;
    };
    if !kind.has_rights() {
        diagnostics.push(diags::no_rights_there(key, target, kind));
        return;
    }
    for pattern in patterns {
        let rights = lines::taken(context.catalog, kind, key, pattern, diagnostics);
        for system in systems.of(found) {
            into.entry(system)
                .or_default()
                .extend(rights.iter().map(|&right| (right, pattern.span)));
        }
    }
}

/// Reads one line: references, places, `plus`, `minus`.
pub(super) fn read<'a>(
    context: &Context<'_>,
    raw: &'a Assignment,
    diagnostics: &mut Vec<Diagnostic>,
) -> Line<'a> {
    let role = raw
        .role
        .as_ref()
        .and_then(|role| context.roles.find(role, diagnostics));
    let selection = raw
        .at
        .as_ref()
        .map(|at| context.places.select(at, diagnostics));
    let in_force = selection
        .as_ref()
        .is_none_or(|selection| !selection.open.is_empty());
    let selection = selection.unwrap_or_default();
    let mut line = Line {
        raw,
        role,
        in_force,
        open: selection.open,
        closed: selection.closed,
        chain: None,
        plus: BTreeMap::new(),
        minus: BTreeMap::new(),
    };
    if let Some(chain) = &raw.chain {
        line.chain = chain_system(context, chain, role, diagnostics);
        // A line for the chain holds whatever becomes of its places.
        line.in_force |= line.chain.is_some();
    }
    if raw.at.is_none()
        && raw.chain.is_none()
        && let Some(role) = role.and_then(|role| context.roles.list.get(role))
    {
        let needs_places = role
            .parts
            .iter()
            .zip(&context.systems.list)
            .any(|(part, system)| part.here.is_some() && system.kind.has_locations());
        let only_chain = role.parts.iter().any(|part| part.chain.is_some())
            && role.parts.iter().all(|part| part.here.is_none());
        if needs_places || only_chain {
            diagnostics.push(diags::at_missing(raw.span, &role.key, only_chain));
        }
    }
    for (target, rights) in &raw.plus {
        plus(context, &mut line, target, rights, diagnostics);
    }
    for (target, patterns) in &raw.minus {
        taken(
            context,
            "minus",
            target,
            patterns,
            &mut line.minus,
            diagnostics,
        );
    }
    line
}

/// The system whose chain rights a line gives.
fn chain_system(
    context: &Context<'_>,
    chain: &raw::Text,
    role: Option<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let Some(system) = context.systems.position(&chain.value) else {
        diagnostics.push(diags::unknown(
            diags::Known::System,
            chain,
            context.systems.names(),
        ));
        return None;
    };
    let role = context.roles.list.get(role?)?;
    let has_rights = role
        .parts
        .get(system)
        .is_some_and(|parts| parts.chain.is_some());
    if !has_rights {
        diagnostics.push(diags::no_chain_rights(chain, &role.key, role.raw.key.span));
        return None;
    }
    Some(system)
}

/// Joins a line's `plus` into its role, in every system it names.
fn plus(
    context: &Context<'_>,
    line: &mut Line<'_>,
    target: &raw::Text,
    rights: &[raw::RightLine],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(found) = context.systems.find(target, diagnostics) else {
        return;
    };
    let Some(kind) = context.systems.kind(found) else {
        return;
    };
    if !kind.has_rights() {
        diagnostics.push(diags::no_rights_there("plus", target, kind));
        return;
    }
    let rights: Vec<lines::Line> = rights
        .iter()
        .filter_map(|raw| lines::line(context.catalog, kind, raw, diagnostics))
        .collect();
    let Some(role) = line.role.and_then(|role| context.roles.list.get(role)) else {
        return;
    };
    let mut joined = false;
    for system in context.systems.of(found) {
        let base = line
            .plus
            .get(&system)
            .or_else(|| role.parts.get(system)?.here.as_ref());
        let Some(Part::Rights(base)) = base.map(|part| &**part) else {
            continue;
        };
        let mut faults = Vec::new();
        let part = base.plus(context.catalog, &rights, &mut faults);
        if !joined {
            for (span, fault) in faults {
                diagnostics.push(plus_fault(context.catalog, span, fault));
            }
            for added in &rights {
                if let [(id, _)] = added.sets.as_slice()
                    && added.exactness == lines::Exactness::Slug
                    && part.said_at(*id) == Some(added.span)
                    && let Some((governor, denied)) = part.denied_governor(context.catalog, *id)
                {
                    diagnostics.push(diags::irrelevant(
                        context.catalog.get(*id),
                        context.catalog.get(governor),
                        added.span,
                        denied,
                    ));
                }
            }
        }
        joined = true;
        line.plus.insert(system, Arc::new(Part::Rights(part)));
    }
    if !joined {
        diagnostics.push(diags::plus_without_part(target, &role.key));
    }
}

fn plus_fault(catalog: &Catalog, span: Span, fault: PlusFault) -> Diagnostic {
    match fault {
        PlusFault::Takes => diags::plus_takes(span),
        PlusFault::Restricts(id) => diags::plus_restricts(span, catalog.get(id)),
        PlusFault::OtherId(id, other) => diags::plus_other_id(span, catalog.get(id), other),
    }
}
