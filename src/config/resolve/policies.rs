//! Policies as they are meant: rights for names, instants for dates, and the lines that last too long.
//!
//! Not the judgement: that needs the live side. What does not exist was reported by `refs` and is left out here.
//! The invariant: whether a line lasts too long depends on the line and its person, never on today.

use std::sync::Arc;

use super::lines;
use super::places::Places;
use super::roles::{Part, Roles};
use super::systems::Systems;
use crate::catalog::{Catalog, Kind, VendorRole, role};
use crate::config::raw::{self, Access};
use crate::model::{
    Breach, Demand, NamedRights as Named, OnlyRole, PersonKey, Policy, RoleKey, Waiver, Within,
};

/// Every policy, in order of key.
pub(super) fn policies(
    project: &raw::Project,
    systems: &Systems<'_>,
    places: &Places<'_>,
    roles: &Roles<'_>,
    people: &[&raw::Person],
    catalog: &Catalog,
) -> Vec<Policy> {
    let kinds: Vec<Kind> = systems.list.iter().map(|system| system.kind).collect();
    let named = |text: &raw::Text| Named {
        text: text.value.clone(),
        rights: lines::named_rights(catalog, &kinds, text),
    };
    let one = |policy: &raw::Policy| {
        let right = policy.rights.first().map(named);
        let within = Within::parse(policy.within.as_ref().map(|word| &*word.value));
        let demand = match &*policy.kind.as_ref()?.value {
            "holders" => Demand::Holders {
                right: right?,
                each: within,
                at_least: u32::try_from(policy.at_least.as_ref()?.value).unwrap_or(u32::MAX),
            },
            "separation" => Demand::Separation {
                rights: policy.rights.iter().map(named).collect(),
                within,
            },
            "only" => Demand::Only {
                role: policy
                    .roles
                    .first()
                    .map(|key| only_role(key, systems, roles)),
                right,
                people: policy.people.iter().map(key_of).collect(),
            },
            "expiry" => Demand::Expiry {
                of: whose(policy).into(),
                longest: policy.longest.as_ref()?.value,
                lines: too_long(policy, policy.longest.as_ref()?.value, places, people),
            },
            _ => return None,
        };
        let waive = policy.waive.iter().map(|waiver| Waiver {
            person: key_of(&waiver.person),
            until: waiver
                .until
                .as_ref()
                .map(|until| places.project_clock().window(None, Some(until)).end),
            because: waiver
                .because
                .as_ref()
                .map_or_else(|| Arc::from(""), |text| text.value.clone()),
            origin: waiver.span,
        });
        Some(Policy {
            key: policy.key.value.clone(),
            origin: policy.key.span,
            demand,
            waive: waive.collect(),
        })
    };
    let mut found: Vec<Policy> = project.entries.policies.iter().filter_map(one).collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

/// `class:trainee`, `role:floor` or both.
fn whose(policy: &raw::Policy) -> String {
    let class = policy
        .class
        .iter()
        .map(|class| format!("class:{}", class.value));
    let role = policy
        .roles
        .iter()
        .map(|role| format!("role:{}", role.value));
    class.chain(role).collect::<Vec<_>>().join("+")
}

fn key_of(key: &raw::Text) -> PersonKey {
    PersonKey::new(key.value.clone())
}

/// A role, and where having it means to own the vendor's account.
fn only_role(key: &raw::Text, systems: &Systems<'_>, roles: &Roles<'_>) -> OnlyRole {
    let found = roles.position(&key.value).and_then(|at| roles.list.get(at));
    let owns = systems.list.iter().enumerate().filter_map(|(at, system)| {
        let part = found?.parts.get(at)?.here.as_deref()?;
        let Part::Rights(part) = part else {
            return None;
        };
        let vendor = part.role.as_ref().and_then(|(slug, _)| role(slug.as_str()));
        vendor
            .is_some_and(VendorRole::is_owner)
            .then(|| system.name.clone())
    });
    OnlyRole {
        role: RoleKey::new(key.value.clone()),
        owns: owns.collect(),
    }
}

/// The lines that a policy of kind `expiry` is about and that do not end in time.
fn too_long(
    policy: &raw::Policy,
    longest: u16,
    places: &Places<'_>,
    people: &[&raw::Person],
) -> Vec<Breach> {
    let class = policy.class.as_ref().map(|class| &class.value);
    let role = policy.roles.first().map(|role| &role.value);
    let mut found = Vec::new();
    for person in people {
        let is_theirs = class.is_none_or(|class| {
            let own = person.class.as_ref();
            own.is_some_and(|own| own.value == *class)
        });
        let Some(Access::Lines(lines)) = person.access.as_ref().map(|access| &access.value) else {
            continue;
        };
        for line in lines.iter().filter(|_| is_theirs) {
            let by_role = line.role.as_ref().map(|role| &role.value);
            if role.is_some() && role != by_role {
                continue;
            }
            found.extend(lasts(person, line, longest, places).map(|why| Breach {
                person: key_of(&person.key),
                origin: line.span,
                why,
            }));
        }
    }
    found
}

/// What is the matter with a line that lasts longer than a number of days; nothing with one that does not.
///
/// In the project's zone, and by whole days: an hour that a clock change adds is no breach. A line that is over is none.
pub(super) fn lasts(
    person: &raw::Person,
    line: &raw::Assignment,
    longest: u16,
    places: &Places<'_>,
) -> Option<Arc<str>> {
    let clock = places.project_clock();
    let employed = clock.window(person.starts.as_ref(), person.leaves.as_ref());
    let window = clock
        .window(line.from.as_ref(), line.until.as_ref())
        .clipped(employed);
    if window.end == jiff::Timestamp::MAX {
        return Some("it has no end: say `until`".into());
    }
    // What is over cannot be too long any more.
    if window.end <= clock.now {
        return None;
    }
    if window.start == jiff::Timestamp::MIN {
        return Some(
            "it has no beginning to count from: say `from`, or when the person `starts`".into(),
        );
    }
    let hours = window.end.duration_since(window.start).as_hours();
    // A clock change makes a day an hour longer at most.
    let days = hours.saturating_add(22).div_euclid(24);
    (!window.is_empty() && days > i64::from(longest))
        .then(|| format!("it lasts {days} days, and {longest} are the most").into())
}
