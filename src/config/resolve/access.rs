//! From a person's access lines to what they have at each place at one instant.
//!
//! Lines are spread over systems and places, gathered there, cut to their windows and added up. Sums are interned per
//! set of roles, so people with equal roles share one right set. The invariant: whether a project is good depends on
//! its lines and on what has ended, never on which of them is in force today.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use jiff::Timestamp;

use super::dates::{Clock, Window};
use super::diags;
use super::lines;
use super::places::{Place, Places};
use super::rights::PlusFault;
use super::roles::{Part, Roles};
use super::sum::{self, Sum};
use super::systems::Systems;
use crate::catalog::{Catalog, RightId};
use crate::config::raw::{self, Access, Assignment, StaffPin};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Grant, GrantState, Item, PersonKey, PlaceId, RightSet, RightSource, StaffWish, WillChange,
};
use crate::text::Span;

/// Everything a person is resolved against.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) systems: &'a Systems<'a>,
    pub(super) places: &'a Places<'a>,
    pub(super) roles: &'a Roles<'a>,
    pub(super) catalog: &'a Catalog,
    pub(super) sums: Sums,
    /// Location and system pairs that a role needs and that have no id, by `place * systems + system`.
    pub(super) without_id: Vec<AtomicBool>,
    /// Until when changes that time alone makes are told, counted from the instant asked for.
    pub(super) horizon: std::time::Duration,
}

/// Sums that were made, each once.
#[derive(Debug)]
pub(super) struct Sums {
    /// One role alone: by `role * systems + system`.
    single: Vec<OnceLock<Arc<Sum>>>,
    several: RwLock<BTreeMap<SumKey, Arc<Sum>>>,
    /// What a leaver has.
    nothing: Arc<Sum>,
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
    pub(super) fn new(catalog: &Catalog, roles: usize, systems: usize) -> Self {
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

/// One access line, spread out.
#[derive(Debug)]
struct Line<'a> {
    raw: &'a Assignment,
    role: Option<usize>,
    /// Open places.
    open: Vec<Place>,
    /// Whether it can be in force at all: it names an open place, or none because its role needs none.
    in_force: bool,
    /// The system whose chain rights come with it.
    chain: Option<usize>,
    /// The role joined with its `plus`, by system.
    plus: BTreeMap<usize, Arc<Part>>,
    /// What its `minus` takes, by system.
    minus: BTreeMap<usize, Vec<(RightId, Span)>>,
}

/// Where something holds: a position that sorts as [`PlaceId`] does.
type Spot = usize;
const WHOLE: Spot = 0;
const CHAIN: Spot = 1;
const FIRST_PLACE: Spot = 2;

/// A line at one place of one system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    system: usize,
    spot: Spot,
    line: usize,
    /// Whether it gives something there; a line that only takes does not.
    gives: bool,
}

/// What came out for one person.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) grants: Vec<Grant>,
    pub(super) will_change: Vec<WillChange>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Sums that are wider than their parts, with two lines that make them, for one note per sum.
    pub(super) wider: Vec<(Arc<Sum>, Span, Span)>,
    /// Systems in which the person ever has something.
    pub(super) systems: BTreeSet<usize>,
    /// Whether `leaves` has passed wherever the person had something.
    pub(super) has_left: bool,
}

/// Resolves the access of one person.
pub(super) fn resolve(context: &Context<'_>, person: &raw::Person) -> Resolved {
    let mut resolved = Resolved::default();
    let never = never(context, person, &mut resolved.diagnostics);
    let Some(Access::Lines(lines)) = person.access.as_ref().map(|access| &access.value) else {
        return resolved;
    };
    let lines: Vec<Line<'_>> = lines
        .iter()
        .map(|raw| read(context, raw, &mut resolved.diagnostics))
        .collect();
    let mut entries = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        spread(context, at, line, &mut entries);
    }
    entries.sort_unstable();
    resolved.systems = entries
        .iter()
        .filter(|entry| entry.gives)
        .map(|entry| entry.system)
        .collect();
    let mut resolver = Resolver {
        context,
        person,
        lines: &lines,
        never: &never,
        own_sums: BTreeMap::new(),
        told: BTreeSet::new(),
        resolved,
    };
    for group in entries.chunk_by(|a, b| a.system == b.system && a.spot == b.spot) {
        resolver.grant(group);
    }
    resolver.will_change();
    let mut resolved = resolver.resolved;
    resolved.has_left = person.leaves.is_some()
        && context
            .places
            .project_clock()
            .window(None, person.leaves.as_ref())
            .end
            <= context.places.project_clock().now
        && resolved
            .grants
            .iter()
            .all(|grant| grant.state == GrantState::Absent);
    resolved
}

/// What `never` takes, by system.
fn never(
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
fn read<'a>(
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
    let mut line = Line {
        raw,
        role,
        in_force: selection
            .as_ref()
            .is_none_or(|selection| !selection.open.is_empty()),
        open: selection.map_or_else(Vec::new, |selection| selection.open),
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

/// Puts a line at every place of every system where its role means something or its `minus` takes.
fn spread(context: &Context<'_>, at: usize, line: &Line<'_>, entries: &mut Vec<Entry>) {
    let count = context.systems.list.len();
    let role = line.role.and_then(|role| context.roles.list.get(role));
    for (system, info) in context.systems.list.iter().enumerate() {
        let parts = role.and_then(|role| role.parts.get(system));
        let gives = parts.is_some_and(|parts| parts.here.is_some());
        if gives || line.minus.contains_key(&system) {
            if info.kind.has_locations() {
                for &place in &line.open {
                    if context.places.is_in(place, system) {
                        entries.push(Entry {
                            system,
                            spot: FIRST_PLACE + place,
                            line: at,
                            gives,
                        });
                    } else if gives
                        && !has_id_at_kind(context, place, system)
                        && let Some(flag) = context.without_id.get(place * count + system)
                    {
                        flag.store(true, Ordering::Relaxed);
                    }
                }
            } else {
                entries.push(Entry {
                    system,
                    spot: WHOLE,
                    line: at,
                    gives,
                });
            }
        }
        if line.chain == Some(system) {
            entries.push(Entry {
                system,
                spot: CHAIN,
                line: at,
                gives: true,
            });
        }
    }
}

/// Whether a location has an id in another system of the same kind: then it is not missing here, it is there.
fn has_id_at_kind(context: &Context<'_>, place: Place, system: usize) -> bool {
    let kind = context.systems.list.get(system).map(|system| system.kind);
    context
        .systems
        .list
        .iter()
        .enumerate()
        .any(|(other, info)| {
            other != system && Some(info.kind) == kind && context.places.is_in(place, other)
        })
}

/// One person on the way.
struct Resolver<'c, 'a> {
    context: &'c Context<'c>,
    person: &'a raw::Person,
    lines: &'c [Line<'a>],
    never: &'c BTreeMap<usize, Vec<(RightId, Span)>>,
    /// Sums that only this person has, because of a `plus`.
    own_sums: BTreeMap<(usize, Vec<usize>, Vec<RightId>), Arc<Sum>>,
    /// Sets of lines whose clashes were told.
    told: BTreeSet<(usize, usize, usize)>,
    resolved: Resolved,
}

impl<'c> Resolver<'c, '_> {
    fn clock(&self, spot: Spot) -> &'c Clock {
        match spot.checked_sub(FIRST_PLACE) {
            Some(place) => self.context.places.clock(place),
            None => self.context.places.project_clock(),
        }
    }

    fn place_id(&self, spot: Spot) -> Option<PlaceId> {
        match spot {
            WHOLE => Some(PlaceId::Whole),
            CHAIN => Some(PlaceId::Chain),
            _ => {
                let key = self.context.places.keys.get(spot - FIRST_PLACE)?;
                Some(PlaceId::At(key.clone()))
            }
        }
    }

    /// The stretch of time in which a line is in force, in a zone.
    fn window(&self, line: &Line<'_>, clock: &Clock, employment: Window) -> Window {
        if line.in_force {
            clock
                .window(line.raw.from.as_ref(), line.raw.until.as_ref())
                .clipped(employment)
        } else {
            Window {
                start: Timestamp::MIN,
                end: Timestamp::MIN,
            }
        }
    }

    /// Works out what all lines at one place of one system come to.
    fn grant(&mut self, group: &[Entry]) {
        let Some(&Entry { system, spot, .. }) = group.first() else {
            return;
        };
        if !group.iter().any(|entry| entry.gives) {
            return;
        }
        let clock = self.clock(spot);
        let employment = clock.window(self.person.starts.as_ref(), self.person.leaves.as_ref());
        let has_left = self.person.leaves.is_some() && employment.end <= clock.now;
        if has_left {
            self.push_absent(group, system, spot);
            return;
        }
        let windows: Vec<(Entry, Window)> = group
            .iter()
            .filter_map(|entry| {
                let line = self.lines.get(entry.line)?;
                Some((*entry, self.window(line, clock, employment)))
            })
            .collect();
        if windows.iter().filter(|(entry, _)| entry.gives).count() > 1 {
            self.judge(&windows, clock.now, system, spot);
        }
        let active: Vec<Entry> = windows
            .iter()
            .filter(|(_, window)| window.holds(clock.now))
            .map(|(entry, _)| *entry)
            .collect();
        if active.iter().any(|entry| entry.gives) {
            self.push(&active, system, spot, clock);
        }
    }

    fn push_absent(&mut self, group: &[Entry], system: usize, spot: Spot) {
        let (Some(info), Some(place), Some(leaves)) = (
            self.context.systems.list.get(system),
            self.place_id(spot),
            &self.person.leaves,
        ) else {
            return;
        };
        let nothing = &self.context.sums.nothing;
        let grant = Grant {
            system: info.name.clone(),
            place,
            state: GrantState::Absent,
            role: None,
            staff: StaffWish::Keep,
            rights: nothing.rights.clone(),
            unlisted_default: false,
            extra: nothing.extra.clone(),
            because: vec![leaves.span],
            roles: self.roles_of(group),
            sources: nothing.sources.clone(),
        };
        self.resolved.grants.push(grant);
    }

    fn roles_of(&self, entries: &[Entry]) -> Vec<crate::model::RoleKey> {
        let mut roles: Vec<usize> = entries
            .iter()
            .filter(|entry| entry.gives)
            .filter_map(|entry| self.lines.get(entry.line)?.role)
            .collect();
        roles.sort_unstable();
        roles.dedup();
        roles
            .into_iter()
            .filter_map(|role| self.context.roles.list.get(role))
            .map(|role| role.key.clone())
            .collect()
    }

    fn push(&mut self, active: &[Entry], system: usize, spot: Spot, clock: &Clock) {
        let taken = self.taken(active, system);
        let sum = self.sum(active, system, spot, &taken);
        let (Some(info), Some(place)) =
            (self.context.systems.list.get(system), self.place_id(spot))
        else {
            return;
        };
        let paused = self
            .person
            .paused
            .as_ref()
            .filter(|paused| {
                clock
                    .window(paused.from.as_ref(), paused.until.as_ref())
                    .holds(clock.now)
            })
            .map(|paused| paused.span);
        let sources = if taken.is_empty() {
            sum.sources.clone()
        } else {
            let mut sources = (*sum.sources).clone();
            for (right, span) in &taken {
                if sum.rights.get(right.index()).is_some()
                    && let Some(source) = sources.get_mut(right.index())
                {
                    *source = Some(RightSource::Line(*span));
                }
            }
            Arc::new(sources)
        };
        let mut because: Vec<Span> = active
            .iter()
            .filter(|entry| entry.gives)
            .filter_map(|entry| self.lines.get(entry.line))
            .map(|line| line.raw.span)
            .collect();
        because.sort_unstable();
        because.extend(paused);
        let grant = Grant {
            system: info.name.clone(),
            staff: self.staff(info.name.as_str(), &place),
            place,
            state: if paused.is_some() {
                GrantState::Paused
            } else {
                GrantState::Present
            },
            role: sum.role.clone(),
            rights: sum.rights.clone(),
            unlisted_default: sum.unlisted_default,
            extra: sum.extra.clone(),
            because,
            roles: self.roles_of(active),
            sources,
        };
        self.resolved.grants.push(grant);
    }

    fn staff(&self, system: &str, place: &PlaceId) -> StaffWish {
        let Some(location) = place.location() else {
            return StaffWish::Keep;
        };
        let pin = self
            .person
            .accounts
            .iter()
            .filter(|(name, _)| &*name.value == system)
            .flat_map(|(_, pin)| &pin.staff)
            .find(|(key, _)| &*key.value == location.as_str())
            .map(|(_, pin)| &pin.value);
        match pin {
            Some(StaffPin::Name(name)) => StaffWish::Link(Item::Name(name.clone())),
            Some(StaffPin::Id(id)) => StaffWish::Link(Item::Id(*id)),
            Some(StaffPin::Nobody) => StaffWish::Nobody,
            None => StaffWish::Keep,
        }
    }

    /// What `never` and the `minus` of lines in force take, sorted, each right once.
    fn taken(&self, active: &[Entry], system: usize) -> Vec<(RightId, Span)> {
        let mut taken: Vec<(RightId, Span)> = active
            .iter()
            .filter_map(|entry| self.lines.get(entry.line)?.minus.get(&system))
            .chain(self.never.get(&system))
            .flatten()
            .copied()
            .collect();
        taken.sort_unstable();
        taken.dedup_by_key(|(right, _)| *right);
        taken
    }

    /// The sum of lines at a place; made once for all people with the same roles and takes.
    fn sum(
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
    fn part(&self, line: usize, system: usize, chain: bool) -> Option<Arc<Part>> {
        let line = self.lines.get(line)?;
        let parts = self.context.roles.list.get(line.role?)?.parts.get(system)?;
        if chain {
            return parts.chain.clone();
        }
        line.plus.get(&system).or(parts.here.as_ref()).cloned()
    }

    /// Looks for clashes in every stretch of time that has not ended.
    fn judge(&mut self, windows: &[(Entry, Window)], now: Timestamp, system: usize, spot: Spot) {
        let mut turns: Vec<Timestamp> = windows
            .iter()
            .filter(|(_, window)| !window.is_empty() && window.end > now)
            .map(|(_, window)| window.start)
            .collect();
        turns.sort_unstable();
        turns.dedup();
        let mut seen: Vec<Vec<Entry>> = Vec::new();
        // The set of lines in force grows only where a window begins, so these are all the largest sets. One that
        // began before today still counts as long as all its windows last: the others are sorted out by their ends.
        for turn in turns {
            let active: Vec<Entry> = windows
                .iter()
                .filter(|(_, window)| window.holds(turn) && window.end > now)
                .map(|(entry, _)| *entry)
                .collect();
            if active.iter().filter(|entry| entry.gives).count() > 1 && !seen.contains(&active) {
                self.tell(&active, system, spot);
                seen.push(active);
            }
        }
    }

    /// Tells the clashes of one set of lines, each pair of lines once.
    fn tell(&mut self, active: &[Entry], system: usize, spot: Spot) {
        let taken = self.taken(active, system);
        let sum = self.sum(active, system, spot, &taken);
        if sum.clashes.is_empty() && sum.wider.is_empty() {
            return;
        }
        // Parts of an interned sum stand in the order of their roles, those of an own one in the order of lines.
        let giving: Vec<Entry> = active.iter().filter(|entry| entry.gives).copied().collect();
        let has_plus = spot != CHAIN
            && giving.iter().any(|entry| {
                self.lines
                    .get(entry.line)
                    .is_some_and(|line| line.plus.contains_key(&system))
            });
        let lines: Vec<usize> = if has_plus {
            giving.iter().map(|entry| entry.line).collect()
        } else {
            let mut by_role: BTreeMap<usize, usize> = BTreeMap::new();
            for entry in &giving {
                if let Some(role) = self.lines.get(entry.line).and_then(|line| line.role) {
                    by_role.entry(role).or_insert(entry.line);
                }
            }
            by_role.into_values().collect()
        };
        let Some(info) = self.context.systems.list.get(system) else {
            return;
        };
        let place = self.place_id(spot);
        for clash in &sum.clashes {
            let (Some(&a), Some(&b)) = (lines.get(clash.parts.0), lines.get(clash.parts.1)) else {
                continue;
            };
            if !self.told.insert((system, a.min(b), a.max(b))) {
                continue;
            }
            let (Some(first), Some(second)) = (self.lines.get(a), self.lines.get(b)) else {
                continue;
            };
            let role = |line: &Line<'_>| {
                line.raw
                    .role
                    .as_ref()
                    .map_or("", |role| &*role.value)
                    .to_owned()
            };
            self.resolved.diagnostics.push(diags::no_union(
                self.context.catalog,
                &diags::Union {
                    person: &self.person.key.value,
                    system: info.name.as_str(),
                    place: place.as_ref(),
                    roles: (role(first), role(second)),
                    lines: (first.raw.span, second.raw.span),
                },
                clash,
            ));
        }
        if sum.clashes.is_empty()
            && let [first, second, ..] = lines.as_slice()
            && let (Some(first), Some(second)) = (self.lines.get(*first), self.lines.get(*second))
        {
            let note = (sum.clone(), first.raw.span, second.raw.span);
            self.resolved.wider.push(note);
        }
    }

    /// What time alone will change, within the horizon.
    fn will_change(&mut self) {
        let person = self.person;
        let has_dates = person.starts.is_some()
            || person.leaves.is_some()
            || person.paused.is_some()
            || self
                .lines
                .iter()
                .any(|line| line.raw.from.is_some() || line.raw.until.is_some());
        if !has_dates {
            return;
        }
        let mut changes: Vec<WillChange> = Vec::new();
        let mut all_clocks: BTreeSet<usize> = BTreeSet::new();
        for line in self.lines.iter().filter(|line| line.in_force) {
            let clocks = self.clocks_of(line);
            all_clocks.extend(&clocks);
            let role = line.raw.role.as_ref().map_or("access", |role| &*role.value);
            let place = match line.open.as_slice() {
                [one] => self.place_id(FIRST_PLACE + one),
                _ => None,
            };
            for clock in clocks
                .iter()
                .filter_map(|at| self.context.places.clocks().get(*at))
            {
                let employment = clock.window(person.starts.as_ref(), person.leaves.as_ref());
                let window = self.window(line, clock, employment);
                if window.is_empty() {
                    continue;
                }
                if let Some(from) = &line.raw.from
                    && window.start > employment.start
                {
                    let what = format!("`{role}` begins");
                    self.change(
                        &mut changes,
                        clock,
                        window.start,
                        place.clone(),
                        &what,
                        from.span,
                    );
                }
                if let Some(until) = &line.raw.until
                    && window.end < employment.end
                {
                    let what = format!("`{role}` ends");
                    self.change(
                        &mut changes,
                        clock,
                        window.end,
                        place.clone(),
                        &what,
                        until.span,
                    );
                }
            }
        }
        for clock in all_clocks
            .iter()
            .filter_map(|at| self.context.places.clocks().get(*at))
        {
            let employment = clock.window(person.starts.as_ref(), person.leaves.as_ref());
            let pause = person.paused.as_ref().map(|paused| {
                (
                    clock.window(paused.from.as_ref(), paused.until.as_ref()),
                    paused,
                )
            });
            if let Some(starts) = &person.starts {
                self.change(
                    &mut changes,
                    clock,
                    employment.start,
                    None,
                    "starts",
                    starts.span,
                );
            }
            if let Some(leaves) = &person.leaves {
                self.change(
                    &mut changes,
                    clock,
                    employment.end,
                    None,
                    "leaves",
                    leaves.span,
                );
            }
            if let Some((pause, paused)) = pause {
                let span = |at: &Option<crate::text::Spanned<raw::When>>| {
                    at.as_ref().map_or(paused.span, |at| at.span)
                };
                let (from, until) = (span(&paused.from), span(&paused.until));
                if pause.start < employment.end {
                    self.change(&mut changes, clock, pause.start, None, "pause begins", from);
                }
                if pause.end < employment.end {
                    self.change(&mut changes, clock, pause.end, None, "pause ends", until);
                }
            }
        }
        changes.sort_by(|a, b| (a.at, a.origin, &a.what).cmp(&(b.at, b.origin, &b.what)));
        changes.dedup_by(|a, b| a.at == b.at && a.origin == b.origin && a.what == b.what);
        self.resolved.will_change = changes;
    }

    /// The clocks by which a line is read.
    fn clocks_of(&self, line: &Line<'_>) -> BTreeSet<usize> {
        let mut clocks: BTreeSet<usize> = line
            .open
            .iter()
            .map(|&place| self.context.places.clock_position(place))
            .collect();
        if clocks.is_empty() || line.chain.is_some() {
            clocks.insert(0);
        }
        clocks
    }

    fn change(
        &self,
        changes: &mut Vec<WillChange>,
        clock: &Clock,
        at: Timestamp,
        place: Option<PlaceId>,
        what: &str,
        origin: Span,
    ) {
        let last = clock
            .now
            .checked_add(self.context.horizon)
            .unwrap_or(Timestamp::MAX);
        if clock.now < at && at <= last {
            changes.push(WillChange {
                at,
                person: PersonKey::new(self.person.key.value.clone()),
                place,
                what: what.into(),
                origin,
            });
        }
    }
}
