//! The language as written to what should be: references, inheritance, sums, dates.
//!
//! Pure and total: any [`raw::Project`] gives a [`Desired`] and everything that is wrong with it; a project with
//! errors gives one too, for tools that show what they can, and nobody may plan from it. No clock, no disk, no order of
//! files, no order of threads.
//!
//! The way of a right: `lines` understands one line, `roles` finds the line that decides each right of a role,
//! `rights` works out what that means for the rights around it, `access` gathers the roles of a person at each place,
//! `sum` adds them up. `places`, `dates`, `systems` and `kinds` know what their names say; `people` is about who is
//! who, `refs` about entries without force yet, `diags` holds all words.
//!
//! # Where the language leaves a choice
//!
//! - A project without `time_zone` is read in UTC.
//! - Inheritance merges lines; see `roles`. A role that is only extended, never given, may lack `role` and `unlisted`.
//! - A pattern *names* what it covers: `clients.*: deny` denies the section's root too, so a more exact `allow` below
//!   it is irrelevant, with a warning, until the root is allowed as well.
//! - A list switches its flag; a flag beside its list is an error, also an inherited one. The check of addresses and
//!   its list are such a pair. Under `keep` a flag may be switched on alone: the list that is there is kept.
//! - A limit that one of several roles leaves out is lifted where that role denies what it does not name, and kept as
//!   it is where that role keeps.
//! - `minus` and `never` take from the sum; what a line granted to get there (a root) stays.
//! - A line whose places are all closed is not in force and no error, unless tags chose them, which is a note.
//! - A leaver is absent at open places: at closed ones everybody is removed anyway. In a chain, and in a system without
//!   places, they are absent even where all places of the line have closed.
//! - Chain rights that a role does not name are not managed. The ticks of Reservio are said together: one that is left
//!   out is denied.

mod access;
mod dates;
mod diags;
mod fences;
mod kinds;
mod lines;
mod needs;
mod people;
mod places;
mod policies;
mod refs;
mod rights;
mod roles;
mod rules;
mod sensitive;
mod settings;
mod sum;
mod systems;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use access::{Context, Sums};
use people::Outcome;
use places::Places;
use roles::Roles;
use sum::Sum;
use systems::Systems;

use crate::catalog::Catalog;
use crate::config::raw;
use crate::diagnostic::Diagnostic;
use crate::model::explained::{Ask, Explained};
use crate::model::{AsOf, Desired, PersonKey};

/// What a project is resolved for.
#[derive(Clone, Copy, Debug)]
pub struct ResolveOptions {
    /// The instant, or the date at each place.
    pub as_of: AsOf,
    /// How far ahead changes that time alone makes are told.
    pub horizon: Duration,
}

impl ResolveOptions {
    /// For a time, with the changes of the seven days after it.
    pub fn at(as_of: AsOf) -> Self {
        Self {
            as_of,
            horizon: Duration::from_hours(7 * 24),
        }
    }
}

/// How much a project declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries of `systems`.
    pub systems: usize,
    /// Entries of `locations`.
    pub locations: usize,
    /// Entries of `roles`.
    pub roles: usize,
    /// Entries of `people`.
    pub people: usize,
}

/// Counts what a project declares.
pub fn summary(project: &raw::Project) -> Summary {
    Summary {
        systems: project.settings.systems.len(),
        locations: project.entries.locations.len(),
        roles: project.entries.roles.len(),
        people: project.entries.people.len(),
    }
}

/// What a project wants at a time, and everything that is wrong with it.
///
/// Diagnostics are in the order of their first place. Whether there are errors depends on the project alone, and on
/// what has ended: time alone never makes a good project bad.
pub fn resolve(
    project: &raw::Project,
    options: &ResolveOptions,
    catalog: &'static Catalog,
) -> (Desired, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    settings::check(&project.settings, &mut diagnostics);
    let systems = Systems::new(&project.settings);
    let places = Places::new(project, &systems, options.as_of, &mut diagnostics);
    let mut people: Vec<&raw::Person> = project.entries.people.iter().collect();
    people.sort_by(|a, b| a.key.value.cmp(&b.key.value));
    people.dedup_by(|a, b| a.key.value == b.key.value);
    let keys: Vec<&str> = people.iter().map(|person| &*person.key.value).collect();
    let mut contacts: Vec<&raw::ContactEntry> = project.entries.contacts.iter().collect();
    contacts.sort_by(|a, b| a.key.value.cmp(&b.key.value));
    contacts.dedup_by(|a, b| a.key.value == b.key.value);
    let assigned = refs::assigned(&people);
    let mut roles = Roles::new(project, &systems, catalog, &assigned, &mut diagnostics);
    let mut desired = Desired {
        as_of: places.project_clock().now,
        date: match options.as_of {
            AsOf::Date(date) => Some(date),
            AsOf::Instant(_) => None,
        },
        systems: systems.desired(&places, &keys, &mut diagnostics),
        places: places.facts(),
        ..Desired::default()
    };
    for (system, by_role) in std::mem::take(&mut roles.unknown_rights) {
        if let Some(system) = desired.systems.get_mut(&system) {
            system.unknown_rights = by_role;
        }
    }
    for (at, system) in systems.list.iter().enumerate() {
        if let Some(wish) = desired.systems.get_mut(&system.name) {
            wish.gives = roles.gives(at);
        }
    }
    desired.role_files = refs::role_files(&project.entries.roles);
    desired.protected = refs::check(
        project,
        &systems,
        &places,
        &roles,
        &keys,
        catalog,
        &mut diagnostics,
    );
    desired.rules = rules::rules(
        project,
        &rules::kinds(&systems),
        places.project_clock(),
        catalog,
    );
    desired.rules.sensitive = sensitive::sensitive(
        &project.settings.sensitive,
        &rules::kinds(&systems),
        catalog,
        &mut diagnostics,
    );
    desired.policies = policies::policies(project, &systems, &places, &roles, &people, catalog);
    let fences = project.settings.fences.iter();
    desired
        .policies
        .extend(fences.map(|fence| fences::fence(fence, &places, &people)));
    let context = context(&systems, &places, &roles, catalog, options.horizon);
    let outcomes = people::resolve(&context, &people, &keys, &contacts);
    let clock = places.project_clock();
    people::check_across(&outcomes, &people, &keys, clock, &mut diagnostics);
    let missing = context
        .without_id
        .iter()
        .enumerate()
        .filter(|(_, flag)| flag.load(Ordering::Relaxed))
        .map(|(at, _)| at);
    refs::check_ids(missing, &systems, &places, &mut diagnostics);
    gather(&context, outcomes, &mut desired, &mut diagnostics);
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    (desired, diagnostics)
}

/// What people are resolved against.
fn context<'a>(
    systems: &'a Systems<'a>,
    places: &'a Places<'a>,
    roles: &'a Roles<'a>,
    catalog: &'a Catalog,
    horizon: Duration,
) -> Context<'a> {
    Context {
        systems,
        places,
        roles,
        catalog,
        sums: Sums::new(catalog, roles.list.len(), systems.list.len()),
        without_id: (0..places.keys.len() * systems.list.len())
            .map(|_| AtomicBool::new(false))
            .collect(),
        horizon,
    }
}

/// Why one person has what [`resolve`] says they have, by the same functions; none of somebody who is not declared.
pub fn explain(
    project: &raw::Project,
    options: &ResolveOptions,
    catalog: &'static Catalog,
    person: &PersonKey,
    ask: &Ask,
) -> Option<Explained> {
    // What is wrong was told when the project was opened.
    let mut told = Vec::new();
    let systems = Systems::new(&project.settings);
    let places = Places::new(project, &systems, options.as_of, &mut told);
    let mut people: Vec<&raw::Person> = project.entries.people.iter().collect();
    people.sort_by(|a, b| a.key.value.cmp(&b.key.value));
    let raw = *people
        .iter()
        .find(|raw| *raw.key.value == *person.as_str())?;
    let assigned = refs::assigned(&people);
    let roles = Roles::new(project, &systems, catalog, &assigned, &mut told);
    let context = context(&systems, &places, &roles, catalog, options.horizon);
    Some(access::explain(&context, raw, ask))
}

/// Moves what came out for each person to where it belongs.
fn gather(
    context: &Context<'_>,
    outcomes: Vec<Outcome>,
    desired: &mut Desired,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // The sums are kept while their addresses name them.
    let mut told: BTreeMap<usize, Arc<Sum>> = BTreeMap::new();
    let mut people = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let resolved = outcome.resolved;
        diagnostics.extend(resolved.diagnostics);
        desired.will_change.extend(resolved.will_change);
        for (sum, first, second) in resolved.wider {
            // One note per sum, at the first person who has it: sums are interned.
            told.entry(Arc::as_ptr(&sum).addr()).or_insert_with(|| {
                diagnostics.push(diags::wider(
                    context.catalog,
                    outcome.person.key.as_str(),
                    &sum.wider,
                    first,
                    second,
                ));
                sum
            });
        }
        people.push((outcome.person.key.clone(), outcome.person));
    }
    desired.people = people.into_iter().collect();
    desired
        .will_change
        .sort_by(|a, b| (a.at, &a.person, a.origin).cmp(&(b.at, &b.person, b.origin)));
}
