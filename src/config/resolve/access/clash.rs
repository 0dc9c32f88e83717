//! Clashes of lines at one place, over all time that has not ended.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::dates::Window;
use super::super::diags;
use super::{CHAIN, Entry, Resolver, Spot};

impl Resolver<'_, '_> {
    /// Looks for clashes in every stretch of time that has not ended.
    pub(super) fn judge(
        &mut self,
        windows: &[(Entry, Window)],
        now: Timestamp,
        system: usize,
        spot: Spot,
    ) {
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
            let told = (system, a.min(b), a.max(b), clash.what.clone());
            if self.told.contains(&told) {
                continue;
            }
            self.told.push(told);
            let (Some(first), Some(second)) = (self.lines.get(a), self.lines.get(b)) else {
                continue;
            };
            self.resolved.diagnostics.push(diags::no_union(
                self.context.catalog,
                &diags::Union {
                    person: &self.person.key.value,
                    system: info.name.as_str(),
                    place: place.as_ref(),
                    roles: (first.role_name(), second.role_name()),
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
}
