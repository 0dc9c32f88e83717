//! Locations and the selectors that pick them.
//!
//! Only open locations give places. What is planned turns an empty selection into a note, what is closed leaves it
//! without force; a name nobody declared is always an error. The invariant: a selection is sorted by key.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dates::Clock;
use super::diags::{self, Known};
use super::systems::Systems;
use crate::config::raw::{self, Selector, SelectorBody};
use crate::diagnostic::Diagnostic;
use crate::model::{AsOf, LocationKey, Ownership, PlaceFact, PlaceStatus};

/// The position of a location among the sorted keys.
pub(super) type Place = usize;

/// A set of locations as bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlaceSet(Vec<u64>);

impl PlaceSet {
    fn empty(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)])
    }

    fn insert(&mut self, at: Place) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(super) fn contains(&self, at: Place) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word & (1 << (at % 64)) != 0)
    }

    fn union(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }

    fn intersect(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    fn subtract(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    fn iter(&self) -> impl Iterator<Item = Place> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    at * 64 + bit
                })
            })
        })
    }
}

/// All declared locations.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// Keys in order.
    pub(super) keys: Vec<LocationKey>,
    raw: Vec<&'a raw::Location>,
    status: Vec<PlaceStatus>,
    /// The clock of each location, by position in `clocks`.
    clock: Vec<usize>,
    /// The project's clock first, then every other zone in use.
    clocks: Vec<Clock>,
    system_names: Vec<crate::model::SystemName>,
    /// For each system, the locations that have an id in it.
    in_system: Vec<PlaceSet>,
    tags: BTreeMap<&'a str, BTreeMap<&'a str, PlaceSet>>,
}

/// What a selector picked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    /// Open locations, by position.
    pub(super) open: Vec<Place>,
    /// Locations that were open once, by position: they give nothing, but a leaver is absent there too.
    pub(super) closed: Vec<Place>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        project: &'a raw::Project,
        systems: &Systems<'_>,
        as_of: AsOf,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut raw: Vec<&raw::Location> = project.entries.locations.iter().collect();
        raw.sort_by(|a, b| a.key.value.cmp(&b.key.value));
        raw.dedup_by(|a, b| a.key.value == b.key.value);
        let zone = project
            .settings
            .time_zone
            .as_ref()
            .map_or(jiff::tz::TimeZone::UTC, |zone| zone.value.clone());
        let mut clocks = vec![Clock::new(zone, as_of)];
        let clock = raw
            .iter()
            .map(|location| {
                let Some(zone) = &location.time_zone else {
                    return 0;
                };
                clocks
                    .iter()
                    .position(|clock| clock.same_zone(&zone.value))
                    .unwrap_or_else(|| {
                        clocks.push(Clock::new(zone.value.clone(), as_of));
                        clocks.len() - 1
                    })
            })
            .collect();
        let mut tags: BTreeMap<&str, BTreeMap<&str, PlaceSet>> = BTreeMap::new();
        let mut in_system = vec![PlaceSet::empty(raw.len()); systems.list.len()];
        let mut ids: BTreeMap<(usize, &str), &raw::LocationIn> = BTreeMap::new();
        for (at, location) in raw.iter().enumerate() {
            for (tag, value) in &location.tags {
                tags.entry(&tag.value)
                    .or_default()
                    .entry(&value.value)
                    .or_insert_with(|| PlaceSet::empty(raw.len()))
                    .insert(at);
            }
            for within in &location.within {
                let Some(system) = systems.position(&within.system.value) else {
                    diagnostics.push(diags::unknown(
                        Known::System,
                        &within.system,
                        systems.names(),
                    ));
                    continue;
                };
                if let Some(set) = in_system.get_mut(system) {
                    set.insert(at);
                }
                if let Some(other) = ids.insert((system, &within.id.value), within) {
                    diagnostics.push(diags::shared_location(other, within));
                }
            }
        }
        Self {
            keys: raw
                .iter()
                .map(|location| LocationKey::new(location.key.value.clone()))
                .collect(),
            status: raw
                .iter()
                .map(|location| {
                    location
                        .status
                        .as_ref()
                        .map_or(PlaceStatus::Open, |status| status.value)
                })
                .collect(),
            raw,
            system_names: systems
                .list
                .iter()
                .map(|system| system.name.clone())
                .collect(),
            clock,
            clocks,
            in_system,
            tags,
        }
    }

    /// The location of a key.
    pub(super) fn position(&self, key: &str) -> Option<Place> {
        self.keys
            .binary_search_by(|known| known.as_str().cmp(key))
            .ok()
    }

    /// The location of a key, or a diagnostic.
    pub(super) fn find(&self, key: &raw::Text, diagnostics: &mut Vec<Diagnostic>) -> Option<Place> {
        let found = self.position(&key.value);
        if found.is_none() {
            let known = self.keys.iter().map(LocationKey::as_str);
            diagnostics.push(diags::unknown(Known::Location, key, known));
        }
        found
    }

    /// Where a location is declared.
    pub(super) fn declared(&self, place: Place) -> Option<&'a raw::Location> {
        self.raw.get(place).copied()
    }

    /// Whether a location has an id in a system.
    pub(super) fn is_in(&self, place: Place, system: usize) -> bool {
        self.in_system
            .get(system)
            .is_some_and(|set| set.contains(place))
    }

    /// The project's clock: for chains and systems without places.
    pub(super) fn project_clock(&self) -> &Clock {
        &self.clocks[0]
    }

    /// The clock of a location.
    pub(super) fn clock(&self, place: Place) -> &Clock {
        self.clock
            .get(place)
            .and_then(|at| self.clocks.get(*at))
            .unwrap_or(&self.clocks[0])
    }

    /// Which of the clocks a location has.
    pub(super) fn clock_position(&self, place: Place) -> usize {
        self.clock.get(place).copied().unwrap_or(0)
    }

    /// Every clock in use, the project's first.
    pub(super) fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    fn status(&self, place: Place) -> PlaceStatus {
        self.status.get(place).copied().unwrap_or(PlaceStatus::Open)
    }

    /// The vendor's ids of a system's locations, with the ownership that applies there.
    pub(super) fn ids_in(
        &self,
        system: usize,
        default: Ownership,
    ) -> BTreeMap<LocationKey, (Arc<str>, Ownership)> {
        let Some(set) = self.in_system.get(system) else {
            return BTreeMap::new();
        };
        set.iter()
            .filter_map(|at| {
                let key = self.keys.get(at)?;
                let within = self.raw.get(at)?.within.iter().find(|within| {
                    // The set was filled from these lines, so one of them is of this system.
                    self.in_system_line(system, within)
                })?;
                let ownership = within
                    .ownership
                    .as_ref()
                    .map_or(default, |ownership| ownership.value);
                Some((key.clone(), (within.id.value.clone(), ownership)))
            })
            .collect()
    }

    fn in_system_line(&self, system: usize, within: &raw::LocationIn) -> bool {
        self.system_names
            .get(system)
            .is_some_and(|name| name.as_str() == &*within.system.value)
    }

    /// Facts about every location.
    pub(super) fn facts(&self) -> BTreeMap<LocationKey, PlaceFact> {
        self.keys
            .iter()
            .zip(&self.raw)
            .zip(&self.status)
            .enumerate()
            .map(|(at, ((key, raw), status))| {
                let fact = PlaceFact {
                    title: raw
                        .title
                        .as_ref()
                        .map_or_else(|| raw.key.value.clone(), |title| title.value.clone()),
                    status: *status,
                    zone: self.clock(at).zone().clone(),
                    origin: raw.key.span,
                };
                (key.clone(), fact)
            })
            .collect()
    }

    /// The places a selector gives, and what is wrong with it.
    pub(super) fn select(
        &self,
        selector: &Selector,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Selection {
        let before = diagnostics.len();
        let by_keys = matches!(selector.body, SelectorBody::Keys(_));
        let picked: Vec<Place> = if let SelectorBody::Keys(keys) = &selector.body {
            let mut picked: Vec<Place> = keys
                .iter()
                .filter_map(|key| self.find(key, diagnostics))
                .collect();
            picked.sort_unstable();
            picked.dedup();
            picked
        } else {
            self.set(selector, diagnostics).iter().collect()
        };
        let (open, others): (Vec<Place>, Vec<Place>) = picked
            .into_iter()
            .partition(|&place| self.status(place) == PlaceStatus::Open);
        if open.is_empty() && diagnostics.len() == before {
            let planned = others
                .iter()
                .any(|&place| self.status(place) == PlaceStatus::Planned);
            if planned {
                diagnostics.push(diags::planned_only(selector.span));
            } else if others.is_empty() {
                diagnostics.push(diags::empty_selector(selector.span));
            } else if !by_keys {
                diagnostics.push(diags::closed_only(selector.span));
            }
        }
        let mut closed = others;
        closed.retain(|&place| self.status(place) == PlaceStatus::Closed);
        Selection { open, closed }
    }

    /// The locations a selector names, whatever their status; what is wrong with it was reported elsewhere.
    pub(super) fn named(&self, selector: &Selector) -> BTreeSet<Place> {
        self.set(selector, &mut Vec::new()).iter().collect()
    }

    /// The locations a selector names, whatever their status.
    fn set(&self, selector: &Selector, diagnostics: &mut Vec<Diagnostic>) -> PlaceSet {
        match &selector.body {
            SelectorBody::All => self.all(),
            SelectorBody::Keys(keys) => {
                let mut set = PlaceSet::empty(self.keys.len());
                keys.iter()
                    .filter_map(|key| self.find(key, diagnostics))
                    .for_each(|place| set.insert(place));
                set
            }
            SelectorBody::Tags {
                tags,
                all: _,
                except,
            } => {
                // Without tags this is `{ all: true }`, or an `except` alone, which means the same.
                let mut set = self.all();
                for (tag, values) in tags {
                    set.intersect(&self.tagged(tag, values, diagnostics));
                }
                if let Some(except) = except {
                    set.subtract(&self.set(except, diagnostics));
                }
                set
            }
        }
    }

    /// Locations whose tag has one of several values.
    fn tagged(
        &self,
        tag: &raw::Text,
        values: &[raw::Text],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> PlaceSet {
        let mut set = PlaceSet::empty(self.keys.len());
        let Some(known) = self.tags.get(&*tag.value) else {
            diagnostics.push(diags::unknown(Known::Tag, tag, self.tags.keys().copied()));
            return set;
        };
        for value in values {
            match known.get(&*value.value) {
                Some(places) => set.union(places),
                None => diagnostics.push(diags::unknown_tag_value(
                    &tag.value,
                    value,
                    known.keys().copied(),
                )),
            }
        }
        set
    }

    fn all(&self) -> PlaceSet {
        let mut set = PlaceSet::empty(self.keys.len());
        (0..self.keys.len()).for_each(|place| set.insert(place));
        set
    }
}
