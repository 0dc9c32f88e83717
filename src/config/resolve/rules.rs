//! Limits and approvals, with names and dates resolved.
//!
//! Not the checks of references: those are in `refs`. Invariant: an approval that names what nobody declared lets nobody
//! through, and nothing is dropped from it that would make it wider.

use std::collections::{BTreeMap, BTreeSet};

use super::dates::Clock;
use super::lines;
use crate::catalog::{Catalog, Kind};
use crate::config::raw;
use crate::model::{Approval, LocationKey, PersonKey, RoleKey, Rules};

/// The rules of a project.
pub(super) fn rules(
    project: &raw::Project,
    kinds: &[Kind],
    clock: &Clock,
    catalog: &Catalog,
) -> Rules {
    let approvals = project.entries.approvals.iter();
    let mut approvals: Vec<Approval> = approvals
        .filter_map(|raw| {
            Some(Approval {
                allow: raw.allow.as_ref()?.value,
                people: raw
                    .people
                    .iter()
                    .map(|key| PersonKey::new(key.value.clone()))
                    .collect(),
                role: raw.role.as_ref().map(|key| RoleKey::new(key.value.clone())),
                rights: raw
                    .right
                    .as_ref()
                    .map(|right| {
                        lines::named_rights(catalog, kinds, right)
                            .into_iter()
                            .collect()
                    })
                    .unwrap_or_default(),
                any_right: raw.right.is_none(),
                location: raw
                    .location
                    .as_ref()
                    .map(|key| LocationKey::new(key.value.clone())),
                at_most: raw
                    .at_most
                    .as_ref()
                    .map(|most| u32::try_from(most.value).unwrap_or(u32::MAX)),
                until: raw
                    .until
                    .as_ref()
                    .map(|_| clock.window(None, raw.until.as_ref()).end),
                because: raw
                    .because
                    .as_ref()
                    .map_or_else(|| "".into(), |because| because.value.clone()),
                origin: raw.span,
            })
        })
        .collect();
    approvals.sort_by_key(|approval| approval.origin);
    Rules {
        limits: project.settings.limits.clone(),
        approvals,
        drift: project.settings.drift,
        quiet: project.settings.quiet,
        invitations: project.settings.invitations,
        second_person: project
            .settings
            .second_person
            .as_ref()
            .is_none_or(|said| said.value),
        zone: clock.zone().clone(),
        sensitive: BTreeMap::new(),
    }
}

/// The kinds with a catalogue of rights that a project has systems of.
pub(super) fn kinds(systems: &super::systems::Systems<'_>) -> Vec<Kind> {
    let kinds = systems.list.iter().map(|system| system.kind);
    let kinds: BTreeSet<Kind> = kinds.filter(|kind| kind.has_rights()).collect();
    kinds.into_iter().collect()
}
