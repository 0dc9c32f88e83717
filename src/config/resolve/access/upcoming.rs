//! What time alone will change: beginnings and ends within the horizon.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::dates::Clock;
use super::assignment::Line;
use super::{FIRST_PLACE, Resolver};
use crate::config::raw;
use crate::model::{PersonKey, PlaceId, WillChange};
use crate::text::Span;

impl Resolver<'_, '_> {
    /// What time alone will change, within the horizon.
    pub(super) fn will_change(&mut self) {
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
                let window = line.window(clock, employment);
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
