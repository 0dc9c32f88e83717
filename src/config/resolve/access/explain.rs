//! Why a person has what they have: the resolver runs as it always does, and what it decided is written down beside it.
//!
//! No decision is made here. Values are those of the grant that the resolver made; the lines behind them are those that
//! the compiled roles and the grant remember. The invariant: a value that is explained is the value that is planned.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::rights::{Cell, RightsPart};
use super::super::roles::Part;
use super::super::sum;
use super::assignment::{Line, never, read};
use super::{Context, Entry, Resolver, Spot, has_left, spread};
use crate::catalog::RightId;
use crate::config::raw::{self, Access};
use crate::model::explained::{
    AccessLine, Ask, Decided, Explained, ExplainedPlace, ExplainedRight, Force, Says, SelectedLine,
    Shown, Subject, Taken,
};
use crate::model::{
    Grant, GrantState, LocationKey, Managed, Ownership, PersonKey, PlaceId, RightSource, Value,
};
use crate::text::Span;

/// Explains what one person has.
pub(in crate::config::resolve) fn explain(
    context: &Context<'_>,
    person: &raw::Person,
    ask: &Ask,
) -> Explained {
    let mut told = Vec::new();
    let never = never(context, person, &mut told);
    let raw_lines: &[raw::Assignment] = match person.access.as_ref().map(|access| &access.value) {
        Some(Access::Lines(lines)) => lines,
        Some(Access::Unmanaged) | None => &[],
    };
    let lines: Vec<Line<'_>> = raw_lines
        .iter()
        .map(|raw| read(context, raw, &mut told))
        .collect();
    let mut entries = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        spread(context, person, at, line, &mut entries);
    }
    entries.sort_unstable();
    let mut resolver = Resolver {
        context,
        person,
        lines: &lines,
        never: &never,
        own_sums: BTreeMap::new(),
        told: Vec::new(),
        resolved: super::Resolved::default(),
    };
    let mut places = Vec::new();
    for group in entries.chunk_by(|a, b| a.system == b.system && a.spot == b.spot) {
        let (Some(first), true) = (group.first(), group.iter().any(|entry| entry.gives)) else {
            continue;
        };
        let Some(place) = resolver.place_id(first.spot) else {
            continue;
        };
        if ask.place.as_ref().is_some_and(|asked| *asked != place) {
            continue;
        }
        let known = resolver.resolved.grants.len();
        resolver.grant(group);
        let grant = resolver.resolved.grants.get(known).cloned();
        places.extend(resolver.explained(group, place, grant, ask));
    }
    let clock = context.places.project_clock();
    Explained {
        person: PersonKey::new(person.key.value.clone()),
        origin: person.key.span,
        managed: match person.access.as_ref() {
            Some(access) if matches!(access.value, Access::Unmanaged) => Managed::No,
            Some(access) if raw_lines.is_empty() => Managed::Nothing(access.span),
            _ => match &person.leaves {
                Some(leaves) if has_left(person, clock) => Managed::Left(leaves.span),
                Some(_) | None => Managed::Yes,
            },
        },
        access: person.access.as_ref().map(|access| access.span),
        leaves: person.leaves.as_ref().map(|leaves| leaves.span),
        lines: lines.iter().map(|line| selected(context, line)).collect(),
        reasons: reasons(person, raw_lines),
        places,
    }
}

/// What the entries of a person say for themselves.
fn reasons(person: &raw::Person, lines: &[raw::Assignment]) -> Vec<(Span, Arc<str>)> {
    let of_lines = lines.iter().map(|line| (line.span, &line.because));
    let of_never = person
        .never
        .iter()
        .map(|never| (never.span, &never.because));
    of_lines
        .chain(of_never)
        .filter_map(|(span, because)| Some((span, Arc::clone(&because.as_ref()?.value))))
        .collect()
}

fn selected(context: &Context<'_>, line: &Line<'_>) -> SelectedLine {
    let keys = |places: &[usize]| {
        let keys = places.iter().filter_map(|&at| context.places.keys.get(at));
        keys.cloned().collect::<Vec<LocationKey>>()
    };
    SelectedLine {
        span: line.raw.span,
        role: line
            .role
            .and_then(|role| Some(context.roles.list.get(role)?.key.clone())),
        open: keys(&line.open),
        closed: keys(&line.closed),
    }
}

/// What is known of one place while its rights are explained.
struct Here<'h> {
    system: usize,
    chain: bool,
    entries: &'h [Entry],
    lines: Vec<AccessLine>,
    grant: Option<Grant>,
    /// What each giving entry means, by its position.
    parts: Vec<Option<Arc<Part>>>,
    left: Option<Span>,
}

impl Here<'_> {
    fn holds(&self, at: usize) -> bool {
        self.lines
            .get(at)
            .is_some_and(|line| line.gives && line.force == Force::Now)
    }

    /// Whether there is anything to have: somebody who has left has nothing.
    fn present(&self) -> Option<&Grant> {
        self.grant
            .as_ref()
            .filter(|grant| grant.state != GrantState::Absent)
    }
}

impl Resolver<'_, '_> {
    fn explained(
        &self,
        group: &[Entry],
        place: PlaceId,
        grant: Option<Grant>,
        ask: &Ask,
    ) -> Option<ExplainedPlace> {
        let &Entry { system, spot, .. } = group.first()?;
        let info = self.context.systems.list.get(system)?;
        let chain = spot == super::CHAIN;
        let clock = self.clock(spot);
        let paused = self.person.paused.as_ref().filter(|paused| {
            clock
                .window(paused.from.as_ref(), paused.until.as_ref())
                .holds(clock.now)
        });
        let here = Here {
            system,
            chain,
            entries: group,
            lines: group
                .iter()
                .map(|entry| AccessLine {
                    line: entry.line,
                    gives: entry.gives,
                    force: self.force(entry, spot),
                })
                .collect(),
            parts: group
                .iter()
                .map(|entry| {
                    let gives = entry.gives.then_some(entry.line)?;
                    self.part(gives, system, chain)
                })
                .collect(),
            left: has_left(self.person, clock)
                .then(|| self.person.leaves.as_ref().map(|leaves| leaves.span))
                .flatten(),
            grant,
        };
        let subjects = match &ask.subject {
            Some(subject) => vec![subject.clone()],
            None => self.subjects(&here),
        };
        Some(ExplainedPlace {
            system: info.name.clone(),
            status: place
                .location()
                .and_then(|key| self.context.places.position(key.as_str()))
                .and_then(|at| self.context.places.declared(at))
                .map(|raw| {
                    raw.status
                        .as_ref()
                        .map_or(crate::model::PlaceStatus::Open, |status| status.value)
                }),
            ownership: self.ownership(system, &place),
            paused: paused.map(|paused| paused.span),
            rights: subjects
                .into_iter()
                .map(|subject| self.right(&here, subject))
                .collect(),
            lines: here.lines,
            grant: here.grant,
            place,
        })
    }

    /// Whether a line holds at a place, and the date that says no.
    fn force(&self, entry: &Entry, spot: Spot) -> Force {
        let Some(line) = self.lines.get(entry.line) else {
            return Force::Never;
        };
        let clock = self.clock(spot);
        let person = self.person;
        let employment = clock.window(person.starts.as_ref(), person.leaves.as_ref());
        let window = line.window(clock, employment);
        let own = clock.window(line.raw.from.as_ref(), line.raw.until.as_ref());
        if window.holds(clock.now) {
            Force::Now
        } else if window.is_empty() {
            Force::Never
        } else if window.has_ended(clock.now) {
            let of_line = own.end == window.end;
            let by = if of_line {
                &line.raw.until
            } else {
                &person.leaves
            };
            Force::Ended {
                at: window.end,
                by: by.as_ref().map(|date| date.span),
            }
        } else {
            let of_line = own.start == window.start;
            let by = if of_line {
                &line.raw.from
            } else {
                &person.starts
            };
            Force::NotYet {
                at: window.start,
                by: by.as_ref().map(|date| date.span),
            }
        }
    }

    fn ownership(&self, system: usize, place: &PlaceId) -> (Ownership, Option<Span>) {
        let Some(info) = self.context.systems.list.get(system) else {
            return (Ownership::Report, None);
        };
        let at_place = place
            .location()
            .and_then(|key| self.context.places.position(key.as_str()))
            .and_then(|at| self.context.places.declared(at))
            .into_iter()
            .flat_map(|raw| &raw.within)
            .find(|within| *within.system.value == *info.name.as_str())
            .and_then(|within| within.ownership.as_ref());
        at_place
            .or(info.raw.ownership.as_ref())
            .map_or((Ownership::Report, None), |said| {
                (said.value, Some(said.span))
            })
    }

    /// Everything that can be asked about at a place.
    fn subjects(&self, here: &Here<'_>) -> Vec<Subject> {
        let mut facts: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut rights = false;
        for part in here.parts.iter().flatten() {
            match &**part {
                Part::Rights(_) => rights = true,
                Part::Facts(part) => facts.extend(part.facts.keys().cloned()),
            }
        }
        let mut subjects = Vec::new();
        if !here.chain {
            subjects.push(Subject::Role);
        }
        if rights {
            subjects.extend(self.context.catalog.ids().map(Subject::Right));
        }
        subjects.extend(facts.into_iter().map(Subject::Fact));
        subjects
    }

    fn right(&self, here: &Here<'_>, subject: Subject) -> ExplainedRight {
        let value = here.present().and_then(|grant| match &subject {
            Subject::Role => grant
                .role
                .as_ref()
                .map(|role| Shown::Text(role.as_str().into())),
            Subject::Right(id) => grant.rights.get(id.index()).cloned().map(Shown::Value),
            Subject::Fact(name) => grant.extra.get(name).cloned().map(Shown::Text),
        });
        let taken = match &subject {
            Subject::Right(id) if !here.chain => self.takers(here, *id),
            Subject::Right(_) | Subject::Role | Subject::Fact(_) => Vec::new(),
        };
        let says = self.says(here, &subject);
        let decided = match (here.present(), &subject) {
            (None, _) if here.grant.is_some() => Decided::Left(here.left),
            (None, _) => Decided::Nothing,
            (Some(grant), Subject::Right(id)) => self.decided(here, grant, *id, &taken),
            (Some(_), Subject::Role | Subject::Fact(_)) => {
                let same = says.iter().find(|says| says.counts && says.value == value);
                let any = || says.iter().find(|says| says.counts && says.value.is_some());
                match same.or_else(any) {
                    Some(says) => says.decided,
                    None => Decided::NotThere,
                }
            }
        };
        ExplainedRight {
            subject,
            value,
            decided,
            says,
            taken,
        }
    }

    /// What the grant itself remembers of a right.
    fn decided(&self, here: &Here<'_>, grant: &Grant, id: RightId, taken: &[Taken]) -> Decided {
        let catalog = self.context.catalog;
        if grant.rights.get(id.index()).is_some() {
            return match grant.sources.get(id.index()).copied().flatten() {
                Some(RightSource::Line(span)) => {
                    if taken.iter().any(|taken| taken.holds && taken.span == span) {
                        Decided::Taken(span)
                    } else {
                        Decided::Line(span)
                    }
                }
                Some(RightSource::Unlisted(span)) => Decided::Unlisted(span),
                Some(RightSource::Follows(from)) => catalog
                    .at(usize::from(from))
                    .map_or(Decided::Kept(None), Decided::Follows),
                None => Decided::Kept(None),
            };
        }
        let parts = here.rights_in_force();
        if !parts
            .iter()
            .any(|(_, part)| catalog.get(id).product.covers(part.kind))
        {
            return Decided::NotThere;
        }
        let denied = catalog
            .governors(id)
            .find(|governor| grant.rights.get(governor.index()) == Some(&Value::Switch(false)));
        if let Some(governor) = denied {
            return Decided::Governor(governor);
        }
        let parts: Vec<&RightsPart> = parts.iter().map(|(_, part)| *part).collect();
        Decided::Kept(sum::unlisted(&parts).1)
    }

    /// What each giving line says by itself.
    fn says(&self, here: &Here<'_>, subject: &Subject) -> Vec<Says> {
        let counting = match subject {
            Subject::Right(id) => here.counting(self.context, *id),
            Subject::Role | Subject::Fact(_) => {
                let all = 0..here.lines.len();
                all.filter(|&at| here.holds(at)).collect()
            }
        };
        let mut all = Vec::new();
        for (at, (entry, part)) in here.entries.iter().zip(&here.parts).enumerate() {
            let Some(part) = part.as_deref() else {
                continue;
            };
            let Some(line) = self.lines.get(entry.line) else {
                continue;
            };
            let named = line.role.map_or_else(Vec::new, |role| {
                self.context.roles.lines_about(
                    self.context.systems,
                    role,
                    here.system,
                    here.chain,
                    subject,
                )
            });
            let (value, decided) = self.part_says(part, subject);
            all.push(Says {
                line: at,
                counts: counting.contains(&at),
                plus: match subject {
                    Subject::Right(id) if !here.chain => self.adders(line, here.system, *id),
                    Subject::Right(_) | Subject::Role | Subject::Fact(_) => Vec::new(),
                },
                value,
                decided,
                named,
            });
        }
        all
    }

    fn part_says(&self, part: &Part, subject: &Subject) -> (Option<Shown>, Decided) {
        let catalog = self.context.catalog;
        match (part, subject) {
            (Part::Rights(part), Subject::Right(id)) => {
                let cell = part.cells.get(id.index());
                let decided = match cell.and_then(|cell| cell.source) {
                    Some(RightSource::Line(span)) => Decided::Line(span),
                    Some(RightSource::Unlisted(span)) => Decided::Unlisted(span),
                    Some(RightSource::Follows(from)) => catalog
                        .at(usize::from(from))
                        .map_or(Decided::NotThere, Decided::Follows),
                    None if !catalog.get(*id).product.covers(part.kind) => Decided::NotThere,
                    None => part
                        .denied_governor(catalog, *id)
                        .map_or(Decided::Kept(Some(part.unlisted_span)), |(governor, _)| {
                            Decided::Governor(governor)
                        }),
                };
                let value = cell.and_then(|cell: &Cell| cell.value.clone());
                (value.map(Shown::Value), decided)
            }
            (Part::Rights(part), Subject::Role) => match &part.role {
                Some((role, span)) => (
                    Some(Shown::Text(role.as_str().into())),
                    Decided::Line(*span),
                ),
                None => (None, Decided::NotThere),
            },
            (Part::Facts(part), Subject::Role) => match &part.role {
                Some((role, span)) => (
                    Some(Shown::Text(role.as_str().into())),
                    Decided::Line(*span),
                ),
                None => (None, Decided::NotThere),
            },
            (Part::Facts(part), Subject::Fact(name)) => match part.facts.get(name) {
                Some((fact, span)) => (Some(Shown::Text(fact.text())), Decided::Line(*span)),
                None => (None, Decided::NotThere),
            },
            (Part::Rights(_), Subject::Fact(_)) | (Part::Facts(_), Subject::Right(_)) => {
                (None, Decided::NotThere)
            }
        }
    }

    /// Lines of a `plus` that say something of a right.
    fn adders(&self, line: &Line<'_>, system: usize, id: RightId) -> Vec<Span> {
        let mut told = Vec::new();
        let mut found = Vec::new();
        for (target, rights) in &line.raw.plus {
            let systems = self.context.systems;
            let Some(target) = systems.target(&target.value) else {
                continue;
            };
            let Some(kind) = systems.kind(target) else {
                continue;
            };
            if !systems.of(target).any(|of| of == system) {
                continue;
            }
            let lines = rights.iter().filter_map(|raw| {
                super::super::lines::line(self.context.catalog, kind, raw, &mut told)
            });
            found.extend(
                lines
                    .filter(|line| line.sets.iter().any(|(set, _)| *set == id))
                    .map(|line| line.span),
            );
        }
        found
    }

    /// Lines of `minus` and `never` that take a right, in force or not.
    fn takers(&self, here: &Here<'_>, id: RightId) -> Vec<Taken> {
        let mut found = Vec::new();
        for (entry, line) in here.entries.iter().zip(&here.lines) {
            let minus = self
                .lines
                .get(entry.line)
                .and_then(|line| line.minus.get(&here.system));
            let spans = minus
                .into_iter()
                .flatten()
                .filter(|(taken, _)| *taken == id);
            found.extend(spans.map(|(_, span)| Taken {
                span: *span,
                never: false,
                holds: line.force == Force::Now,
            }));
        }
        let never = self.never.get(&here.system).into_iter().flatten();
        let never = never.filter(|(taken, _)| *taken == id);
        found.extend(never.map(|(_, span)| Taken {
            span: *span,
            never: true,
            holds: true,
        }));
        found
    }
}

impl Here<'_> {
    /// The rights of the lines in force, each with its position.
    fn rights_in_force(&self) -> Vec<(usize, &RightsPart)> {
        let parts = self.parts.iter().enumerate();
        parts
            .filter(|(at, _)| self.holds(*at))
            .filter_map(|(at, part)| match part.as_deref()? {
                Part::Rights(part) => Some((at, part)),
                Part::Facts(_) => None,
            })
            .collect()
    }

    /// The lines whose word counts for a right, as the sum has it.
    fn counting(&self, context: &Context<'_>, id: RightId) -> Vec<usize> {
        let parts = self.rights_in_force();
        let only: Vec<&RightsPart> = parts.iter().map(|(_, part)| *part).collect();
        let counting = sum::counting(context.catalog.get(id), &only);
        counting
            .into_iter()
            .filter_map(|(at, _)| parts.get(at).map(|(at, _)| *at))
            .collect()
    }
}
