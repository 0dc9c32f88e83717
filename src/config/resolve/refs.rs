//! References of entries that have no force yet: policies, approvals, fences, `protected`, `contacts`.
//!
//! What they mean is for later; that what they name exists is checked now, because a policy about a right that nobody
//! has under that name would protect nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::diags;
use super::lines;
use super::places::Places;
use super::roles::Roles;
use super::systems::{Systems, known_person};
use crate::catalog::Catalog;
use crate::config::raw::{self, Access};
use crate::diagnostic::Diagnostic;
use crate::model::{PersonKey, RoleKey};
use crate::text::{FileId, Span};

/// Checks every reference and returns the protected people, each with its line.
pub(super) fn check(
    project: &raw::Project,
    systems: &Systems<'_>,
    places: &Places<'_>,
    roles: &Roles<'_>,
    people: &[&str],
    catalog: &Catalog,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<PersonKey, Span> {
    let settings = &project.settings;
    let entries = &project.entries;
    let kinds = super::rules::kinds(systems);
    for policy in &entries.policies {
        for right in &policy.rights {
            lines::check_reference(catalog, &kinds, right, diagnostics);
        }
        for role in &policy.roles {
            roles.find(role, diagnostics);
        }
        let waived = policy.waive.iter().map(|waiver| &waiver.person);
        for person in policy.people.iter().chain(waived) {
            known_person(person, people, diagnostics);
        }
    }
    for approval in &entries.approvals {
        for person in approval.people.iter().chain(&approval.by) {
            known_person(person, people, diagnostics);
        }
        if let Some(role) = &approval.role {
            roles.find(role, diagnostics);
        }
        if let Some(right) = &approval.right {
            lines::check_reference(catalog, &kinds, right, diagnostics);
        }
        if let Some(location) = &approval.location {
            places.find(location, diagnostics);
        }
    }
    for fence in &settings.fences {
        for role in &fence.roles {
            roles.find(role, diagnostics);
        }
        if let Some(locations) = &fence.locations {
            places.select(locations, diagnostics);
        }
    }
    for entry in &entries.contacts {
        if !entry.is_outside {
            known_person(&entry.key, people, diagnostics);
        } else if people.binary_search(&&*entry.key.value).is_err() {
            diagnostics.push(diags::nobody_here(&entry.key, people));
        }
    }
    settings
        .protected
        .iter()
        .filter(|key| known_person(key, people, diagnostics))
        .map(|key| (PersonKey::new(key.value.clone()), key.span))
        .collect()
}

/// The roles that people have.
pub(super) fn assigned<'a>(people: &[&'a raw::Person]) -> BTreeSet<&'a str> {
    people
        .iter()
        .filter_map(|person| match &person.access.as_ref()?.value {
            Access::Lines(lines) => Some(lines),
            Access::Unmanaged => None,
        })
        .flatten()
        .filter_map(|line| Some(&*line.role.as_ref()?.value))
        .collect()
}

/// Reports locations that have no id in a system their people have a role for.
pub(super) fn check_ids(
    missing: impl Iterator<Item = usize>,
    systems: &Systems<'_>,
    places: &Places<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let count = systems.list.len();
    for at in missing {
        if let (Some(place), Some(system)) = (at.checked_div(count), at.checked_rem(count))
            && let Some(location) = places.declared(place)
            && let Some(system) = systems.list.get(system)
        {
            diagnostics.push(diags::no_id(&location.key, system.name.as_str()));
        }
    }
}

/// The files of each role and of all that it extends, as far as they are there.
pub(super) fn role_files(roles: &[raw::Role]) -> BTreeMap<RoleKey, BTreeSet<FileId>> {
    let by_key: BTreeMap<&str, &raw::Role> =
        roles.iter().map(|role| (&*role.key.value, role)).collect();
    let files = roles.iter().map(|role| {
        let mut seen = BTreeSet::from([&*role.key.value]);
        let mut open = vec![role];
        let mut files = BTreeSet::new();
        while let Some(role) = open.pop() {
            files.insert(role.key.span.file);
            let parents = role.extends.iter().map(|key| &*key.value);
            for parent in parents.filter(|key| seen.insert(key)).collect::<Vec<_>>() {
                open.extend(by_key.get(parent));
            }
        }
        (RoleKey::new(role.key.value.clone()), files)
    });
    files.collect()
}
