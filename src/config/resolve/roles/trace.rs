//! Which lines of a role speak of a right, and what became of each: for whoever asks why.
//!
//! It decides nothing: the line that decides is the one that the compiled part remembers. The invariant: every line that
//! took part in the decision is here.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::super::kinds;
use super::super::lines::Exactness;
use super::super::systems::Systems;
use super::{Part, Roles, is_about_places, seen};
use crate::config::raw::BlockBody;
use crate::model::explained::{Reach, RoleLine, Shown, Standing, Subject};
use crate::text::Span;

impl From<Exactness> for Reach {
    fn from(exactness: Exactness) -> Self {
        match exactness {
            Exactness::Everything => Reach::Everything,
            Exactness::Section => Reach::Section,
            Exactness::Pattern(literal) => Reach::Pattern(literal),
            Exactness::Slug => Reach::Slug,
        }
    }
}

/// What a block says of a subject.
type Said = (Span, Reach, Shown);

impl Roles<'_> {
    /// The lines of a role, own and inherited, that speak of something in a system; the one that decides first.
    pub(in crate::config::resolve) fn lines_about(
        &self,
        systems: &Systems<'_>,
        role: usize,
        system: usize,
        chain: bool,
        subject: &Subject,
    ) -> Vec<RoleLine> {
        let Some(kind) = systems.list.get(system).map(|system| system.kind) else {
            return Vec::new();
        };
        let decides = self.decider(role, system, chain, subject);
        let mut found: Vec<RoleLine> = Vec::new();
        for seen in seen(&self.blocks, &self.ancestors, role, (system, kind)) {
            let body = &seen.block.raw.body;
            let said: Vec<Said> = match (subject, body) {
                (Subject::Right(id), BlockBody::Rights(block)) if is_about_places(block) => {
                    let lines = seen.block.lines.iter();
                    let about = lines.flat_map(|line| {
                        let sets = line.sets.iter().filter(|(set, _)| set == id);
                        sets.map(|(_, value)| {
                            let shown = Shown::Value(value.clone());
                            (line.span, Reach::from(line.exactness), shown)
                        })
                    });
                    about.collect()
                }
                (Subject::Role, BlockBody::Rights(block)) => {
                    let role = block.role.iter().filter(|_| is_about_places(block));
                    role.map(|role| (role.span, Reach::Slug, Shown::Text(role.value.clone())))
                        .collect()
                }
                (Subject::Fact(name), BlockBody::Rights(block)) => block
                    .chain
                    .iter()
                    .filter(|(key, _)| kinds::chain_key(&key.value) == Some(&**name))
                    .map(|(key, allow)| (key.span, Reach::Slug, tick(allow.value)))
                    .collect(),
                (Subject::Role | Subject::Fact(_), _) => kinds::read(kind, body)
                    .map(|said| kinds::about(&said, subject))
                    .unwrap_or_default(),
                (Subject::Right(_), _) => Vec::new(),
            };
            let Some(of) = self.list.get(seen.origin.role) else {
                continue;
            };
            found.extend(said.into_iter().map(|(span, reach, value)| RoleLine {
                span,
                role: of.key.clone(),
                declared: of.raw.key.span,
                path: self.path(role, seen.origin.role),
                value,
                reach,
                standing: Standing::Overridden,
            }));
        }
        let winner = found.iter().find(|line| Some(line.span) == decides);
        let winner = winner.map(|line| (line.span, line.reach, line.value.clone()));
        for line in &mut found {
            line.standing = match &winner {
                Some((span, ..)) if line.span == *span => Standing::Decides,
                Some((_, reach, _)) if line.reach < *reach => Standing::LessExact,
                Some((.., value)) if line.value == *value => Standing::Agrees,
                Some(_) | None => Standing::Overridden,
            };
        }
        found.sort_by_key(|line| {
            (
                line.standing != Standing::Decides,
                std::cmp::Reverse(line.reach),
                line.path.len(),
                line.span,
            )
        });
        found
    }

    /// The line that decides, as the compiled role has it.
    fn decider(&self, role: usize, system: usize, chain: bool, subject: &Subject) -> Option<Span> {
        let parts = self.list.get(role)?.parts.get(system)?;
        let part = if chain { &parts.chain } else { &parts.here };
        match (&**part.as_ref()?, subject) {
            (Part::Rights(part), Subject::Right(id)) => part.said_at(*id),
            (Part::Rights(part), Subject::Role) => part.role.as_ref().map(|(_, span)| *span),
            (Part::Facts(part), Subject::Role) => part.role.as_ref().map(|(_, span)| *span),
            (Part::Facts(part), Subject::Fact(name)) => part.facts.get(name).map(|(_, span)| *span),
            (Part::Rights(_), Subject::Fact(_)) | (Part::Facts(_), Subject::Right(_)) => None,
        }
    }

    /// The shortest way from a role to one that it extends, as the entries of `extends`.
    fn path(&self, from: usize, to: usize) -> Vec<Span> {
        let mut came: BTreeMap<usize, (usize, Span)> = BTreeMap::new();
        let mut waiting = VecDeque::from([from]);
        while let Some(at) = waiting.pop_front() {
            if at == to {
                break;
            }
            let extends = self.list.get(at).map(|role| &role.raw.extends);
            for parent in extends.into_iter().flatten() {
                if let Some(parent_at) = self.position(&parent.value)
                    && parent_at != from
                    && !came.contains_key(&parent_at)
                {
                    came.insert(parent_at, (at, parent.span));
                    waiting.push_back(parent_at);
                }
            }
        }
        let mut path = Vec::new();
        let mut at = to;
        while at != from {
            let Some(&(before, span)) = came.get(&at) else {
                break;
            };
            path.push(span);
            at = before;
        }
        path.reverse();
        path
    }
}

/// A tick as it is shown.
pub(in crate::config::resolve) fn tick(on: bool) -> Shown {
    Shown::Text(Arc::from(if on { "true" } else { "false" }))
}
