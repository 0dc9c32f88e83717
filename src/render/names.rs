//! How the places and systems of a plan are called.
//!
//! Not how they look. Invariant: a system is named wherever a reader could mistake it for another.

use std::collections::BTreeMap;

use super::doc::{Run, Tone, foreign_toned};
use crate::catalog::Kind;
use crate::model::{PersonKey, PlaceId, SystemName};
use crate::plan::Plan;

/// Titles of places, and whether a system must be named beside them.
pub(super) struct Names<'a> {
    titles: BTreeMap<(&'a SystemName, &'a PlaceId), &'a str>,
    kinds: BTreeMap<&'a SystemName, Kind>,
    people: BTreeMap<&'a PersonKey, &'a str>,
    several: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        let draft = &plan.draft;
        let titles = draft
            .scopes
            .iter()
            .map(|scope| ((&scope.system, &scope.place), &*scope.title))
            .collect();
        let kinds = draft
            .systems
            .iter()
            .filter_map(|system| Some((&system.name, Kind::parse(system.kind)?)))
            .collect();
        let held = draft.holds.iter();
        let held = held.map(|hold| (hold.person.as_ref(), &hold.name));
        let withheld = draft.withheld.iter().map(|it| &it.step);
        let steps = draft.steps.iter().chain(withheld);
        let steps = steps.map(|step| (step.person.as_ref(), &step.name));
        let people = steps.chain(held);
        let people = people.filter_map(|(key, name)| Some((key?, &**name)));
        Self {
            titles,
            kinds,
            people: people.collect(),
            several: draft.systems.len() > 1,
        }
    }

    /// A place; may be hostile.
    pub(super) fn text(&self, system: &SystemName, place: &PlaceId) -> String {
        let title = match (self.titles.get(&(system, place)), place) {
            (Some(title), PlaceId::At(_)) if !title.is_empty() => (*title).to_owned(),
            (_, PlaceId::At(key)) => key.to_string(),
            (_, PlaceId::Chain) => "the chain".to_owned(),
            (_, PlaceId::Whole) => return system.to_string(),
        };
        if self.several {
            format!("{title} ({system})")
        } else {
            title
        }
    }

    pub(super) fn place(&self, system: &SystemName, place: &PlaceId) -> Run {
        foreign_toned(Tone::Strong, self.text(system, place))
    }

    /// The name of somebody whom the plan is about.
    pub(super) fn person(&self, key: &PersonKey) -> Option<&'a str> {
        self.people.get(key).copied()
    }

    /// The kind of a system that the plan names.
    pub(super) fn kind(&self, system: &SystemName) -> Option<Kind> {
        self.kinds.get(system).copied()
    }
}
