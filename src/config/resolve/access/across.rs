//! What a vendor has once for a person, judged over all places of a system.
//!
//! One user of Apenday has one role, one team and one calendar and is active or not, whatever the agency; Reservio has
//! ticks at a business, or an Enterprise account with calendars. Lines at different places that are in force at the same
//! time must not say two things of it. Like every clash, this is judged over all time that has not ended.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::diags;
use super::super::kinds::{Fact, FactsPart, TICKS};
use super::super::roles::Part;
use super::super::sum::{Clash, ClashKind};
use super::{Entry, Resolver, has_left};
use crate::catalog::Kind;
use crate::config::resolve::dates::Window;
use crate::text::Span;

impl Resolver<'_, '_> {
    /// Looks at each pair of lines of one system; `group` is all that there is of it.
    pub(super) fn judge_across(&mut self, group: &[Entry]) {
        let Some(&Entry { system, .. }) = group.first() else {
            return;
        };
        let Some(info) = self.context.systems.list.get(system) else {
            return;
        };
        let clashes: fn(&FactsPart, &FactsPart) -> Vec<Found> = match info.kind {
            Kind::Apenday => of_one_user,
            Kind::Reservio => of_two_kinds,
            Kind::Altegio | Kind::Yclients | Kind::Keycrm => return,
        };
        let windows = self.open_windows(group);
        let role = |line: usize| self.lines.get(line)?.role;
        // Where the lines meet at one place too, this has been told.
        let mut told: BTreeSet<(usize, usize, Arc<str>)> = BTreeSet::new();
        for (of, a, b, what) in &self.told {
            if let (true, ClashKind::Fact(name), Some(a), Some(b)) =
                (*of == system, what, role(*a), role(*b))
            {
                told.insert((a.min(b), a.max(b), Arc::clone(name)));
            }
        }
        for (at, &(a, one)) in windows.iter().enumerate() {
            for &(b, other) in windows.get(at..).unwrap_or_default() {
                if one.clipped(other).is_empty() {
                    continue;
                }
                let (Some(first), Some(second)) = (role(a), role(b)) else {
                    continue;
                };
                let found = match (self.facts(first, system), self.facts(second, system)) {
                    (Some(first), Some(second)) => clashes(first, second),
                    _ => continue,
                };
                for Found { what, name, spans } in found {
                    if told.insert((first.min(second), first.max(second), name)) {
                        self.tell_across(system, (a, b), what, spans);
                    }
                }
            }
        }
    }

    /// The lines that give something and have not ended, each once for every zone it is read in.
    fn open_windows(&self, group: &[Entry]) -> Vec<(usize, Window)> {
        let mut windows: Vec<(usize, Window)> = group
            .iter()
            .filter(|entry| entry.gives)
            .filter_map(|entry| {
                let clock = self.clock(entry.spot);
                let person = self.person;
                let employment = clock.window(person.starts.as_ref(), person.leaves.as_ref());
                let window = self
                    .lines
                    .get(entry.line)
                    .filter(|_| !has_left(person, clock))?
                    .window(clock, employment);
                (!window.is_empty() && window.end > clock.now).then_some((entry.line, window))
            })
            .collect();
        windows.sort_unstable_by_key(|(line, window)| (*line, window.start, window.end));
        windows.dedup();
        windows
    }

    fn facts(&self, role: usize, system: usize) -> Option<&FactsPart> {
        let parts = self.context.roles.list.get(role)?.parts.get(system)?;
        match parts.here.as_deref()? {
            Part::Facts(part) => Some(part),
            Part::Rights(_) => None,
        }
    }

    fn tell_across(
        &mut self,
        system: usize,
        lines: (usize, usize),
        what: ClashKind,
        spans: (Option<Span>, Option<Span>),
    ) {
        let (Some(info), Some(first), Some(second)) = (
            self.context.systems.list.get(system),
            self.lines.get(lines.0),
            self.lines.get(lines.1),
        ) else {
            return;
        };
        self.resolved.diagnostics.push(diags::no_union(
            self.context.catalog,
            &diags::Union {
                person: &self.person.key.value,
                system: info.name.as_str(),
                place: None,
                roles: (first.role_name(), second.role_name()),
                lines: (first.raw.span, second.raw.span),
            },
            &Clash {
                parts: (0, 1),
                what,
                spans,
            },
        ));
    }
}

/// Two things said of what there is once.
struct Found {
    what: ClashKind,
    name: Arc<str>,
    spans: (Option<Span>, Option<Span>),
}

/// What one user of Apenday has once.
fn of_one_user(first: &FactsPart, second: &FactsPart) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |name: &str, spans| {
        found.push(Found {
            what: ClashKind::User(name.into()),
            name: name.into(),
            spans,
        });
    };
    if let (Some((one, a)), Some((other, b))) = (&first.role, &second.role)
        && one != other
    {
        add("role", (Some(*a), Some(*b)));
    }
    for name in ["team", "calendar"] {
        if let (Some((one, a)), Some((other, b))) = (first.facts.get(name), second.facts.get(name))
            && one != other
        {
            add(name, (Some(*a), Some(*b)));
        }
    }
    // Who is given something is active unless a line says otherwise.
    let active = |part: &FactsPart| match part.facts.get("active") {
        Some((fact, span)) => (*fact == Fact::Tick(true), Some(*span)),
        None => (true, None),
    };
    let ((one, a), (other, b)) = (active(first), active(second));
    if one != other {
        add("active", (a, b));
    }
    found
}

/// What no person of Reservio has together. A part may do it alone.
fn of_two_kinds(first: &FactsPart, second: &FactsPart) -> Vec<Found> {
    let said = |part: &FactsPart, names: &[&str]| {
        let mut spans = names.iter().filter_map(|name| part.facts.get(*name));
        spans.next().map(|(_, span)| *span)
    };
    let ticks = |part: &FactsPart| said(part, &TICKS);
    let levels = |part: &FactsPart| said(part, &["calendars", "administrator"]);
    let spans = match (ticks(first), levels(second)) {
        (Some(a), Some(b)) => Some((Some(a), Some(b))),
        _ => match (levels(first), ticks(second)) {
            (Some(a), Some(b)) => Some((Some(a), Some(b))),
            _ => None,
        },
    };
    let found = spans.map(|spans| Found {
        what: ClashKind::TwoKinds,
        name: "ticks".into(),
        spans,
    });
    found.into_iter().collect()
}
