//! From a person's access lines to what they have at each place at one instant.
//!
//! Lines are spread over systems and places, gathered there, cut to their windows and added up. Sums are interned per
//! set of roles, so people with equal roles share one right set. The invariant: whether a project is good depends on
//! its lines and on what has ended, never on which of them is in force today.

mod across;
mod assignment;
mod clash;
mod explain;
mod sums;
mod upcoming;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use assignment::{Line, never, read};
pub(super) use explain::explain;
use jiff::Timestamp;
pub(super) use sums::Sums;

use super::dates::{Clock, Window};
use super::places::{Place, Places};
use super::roles::Roles;
use super::sum::{ClashKind, Sum};
use super::systems::Systems;
use crate::catalog::{Catalog, RightId};
use crate::config::raw::{self, Access, SelectorBody, StaffPin};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Ended, Grant, GrantState, Item, LocationKey, PlaceId, RightSource, RoleKey, StaffWish,
    StandingLine, Timing, Turn, WillChange,
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
    pub(super) ended: Vec<Ended>,
    pub(super) standing: Vec<StandingLine>,
    pub(super) will_change: Vec<WillChange>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Sums that are wider than their parts, with two lines that make them, for one note per sum.
    pub(super) wider: Vec<(Arc<Sum>, Span, Span)>,
    /// Systems in which the person ever has something.
    pub(super) systems: BTreeSet<usize>,
    /// Whether `leaves` has passed wherever the person had something.
    pub(super) has_left: bool,
    /// The first instant after they left.
    pub(super) left: Option<Timestamp>,
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
        spread(context, person, at, line, &mut entries);
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
        told: Vec::new(),
        resolved,
    };
    for group in entries.chunk_by(|a, b| a.system == b.system && a.spot == b.spot) {
        resolver.grant(group);
    }
    for group in entries.chunk_by(|a, b| a.system == b.system) {
        resolver.judge_across(group);
    }
    resolver.will_change();
    let mut resolved = resolver.resolved;
    let clock = context.places.project_clock();
    resolved.standing = standing(&lines, person, clock);
    resolved.has_left = has_left(person, clock)
        && resolved
            .grants
            .iter()
            .all(|grant| grant.state == GrantState::Absent);
    resolved.left = resolved
        .has_left
        .then(|| clock.window(None, person.leaves.as_ref()).end);
    resolved
}

/// The lines in force, also those that give nothing anywhere any more.
fn standing(lines: &[Line<'_>], person: &raw::Person, clock: &Clock) -> Vec<StandingLine> {
    let employment = clock.window(person.starts.as_ref(), person.leaves.as_ref());
    let stands = lines.iter().map(|line| line.raw).filter(|raw| {
        let window = clock.window(raw.from.as_ref(), raw.until.as_ref());
        window.clipped(employment).holds(clock.now)
    });
    let standing = stands.map(|raw| StandingLine {
        origin: raw.span,
        role: raw
            .role
            .as_ref()
            .map(|role| RoleKey::new(role.value.clone())),
        keys: match raw.at.as_ref().map(|at| &at.body) {
            Some(SelectorBody::All | SelectorBody::Tags { .. }) => None,
            Some(SelectorBody::Keys(keys)) => {
                let keys = keys.iter().map(|key| LocationKey::new(key.value.clone()));
                Some(keys.collect())
            }
            None => Some(Vec::new()),
        },
    });
    standing.collect()
}

/// Puts a line at every place of every system where its role means something or its `minus` takes.
///
/// A closed place counts for who has left, and only then: what was given there while it was open is taken away.
fn spread(
    context: &Context<'_>,
    person: &raw::Person,
    at: usize,
    line: &Line<'_>,
    entries: &mut Vec<Entry>,
) {
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
                let left = line.closed.iter().filter(|&&place| {
                    context.places.is_in(place, system)
                        && has_left(person, context.places.clock(place))
                });
                entries.extend(left.filter(|_| gives).map(|place| Entry {
                    system,
                    spot: FIRST_PLACE + place,
                    line: at,
                    gives,
                }));
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

/// Whether `leaves` has passed by a clock.
pub(super) fn has_left(person: &raw::Person, clock: &Clock) -> bool {
    person.leaves.is_some() && clock.window(None, person.leaves.as_ref()).end <= clock.now
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
    /// Clashes that were told: the system, the two lines, what it is about.
    told: Vec<(usize, usize, usize, ClashKind)>,
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
        if has_left(self.person, clock) {
            self.push_absent(group, system, spot);
            return;
        }
        let windows: Vec<(Entry, Window)> = group
            .iter()
            .filter_map(|entry| {
                let line = self.lines.get(entry.line)?;
                Some((*entry, line.window(clock, employment)))
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
            self.push(&active, &windows, system, spot, clock);
        } else {
            self.push_ended(&windows, system, spot, clock);
        }
    }

    /// Where nothing is in force any more: the line that ended last.
    fn push_ended(
        &mut self,
        windows: &[(Entry, Window)],
        system: usize,
        spot: Spot,
        clock: &Clock,
    ) {
        let last = windows
            .iter()
            .filter(|(entry, window)| entry.gives && window.has_ended(clock.now))
            .filter_map(|(entry, window)| Some((window.end, self.lines.get(entry.line)?)))
            .max_by_key(|(end, line)| (*end, line.raw.span));
        let Some((at, line)) = last else {
            return;
        };
        if let (Some(info), Some(place)) =
            (self.context.systems.list.get(system), self.place_id(spot))
        {
            self.resolved.ended.push(Ended {
                system: info.name.clone(),
                place,
                at,
                origin: line.raw.span,
            });
        }
    }

    /// When the lines at a place began and ended, up to now. A line that only takes counts among the turns too: it
    /// changes what is there.
    fn timing(&self, windows: &[(Entry, Window)], clock: &Clock) -> Option<Box<Timing>> {
        let turns = windows.iter().filter_map(|(entry, window)| {
            let (at, ended) = if window.has_ended(clock.now) {
                (window.end, true)
            } else if window.start > Timestamp::MIN && window.holds(clock.now) {
                (window.start, false)
            } else {
                return None;
            };
            let origin = self.lines.get(entry.line)?.raw.span;
            Some(Turn { at, ended, origin })
        });
        // What begins when something else ends tells more than the end.
        let turned = turns.max_by_key(|turn| (turn.at, !turn.ended, turn.origin))?;
        let since = windows
            .iter()
            .filter(|(entry, window)| entry.gives && window.holds(clock.now))
            .map(|(_, window)| window.start)
            .min()
            .filter(|since| *since > Timestamp::MIN);
        Some(Box::new(Timing { since, turned }))
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
            timing: None,
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
        // To the size, as there is one such list for every grant of every person.
        let mut keys = Vec::with_capacity(roles.len());
        keys.extend(
            roles
                .into_iter()
                .filter_map(|role| self.context.roles.list.get(role))
                .map(|role| role.key.clone()),
        );
        keys
    }

    fn push(
        &mut self,
        active: &[Entry],
        windows: &[(Entry, Window)],
        system: usize,
        spot: Spot,
        clock: &Clock,
    ) {
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
        because.shrink_to_fit();
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
            timing: self.timing(windows, clock),
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
}
