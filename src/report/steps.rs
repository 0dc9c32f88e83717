//! What a step gave and what it took, right by right.
//!
//! Not the counting of steps. Invariant: what the journal does not say to be more or less is neither.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::{StepFact, gives, takes};
use super::wire::{Drift, Policies, Right, Step};
use crate::catalog::{Catalog, Sensitivity};
use crate::journal::RightValue;

/// What a step does to each right that it writes, and to the vendor role.
pub(super) fn turned(fact: &StepFact<'_>) -> Step {
    let mut step = Step {
        role_before: fact.turn.and_then(|turn| turn.role.clone()),
        ..Step::default()
    };
    let kind = fact.call.intent.does.as_str();
    let has = |all: &[String], slug: &str| all.iter().any(|it| it == slug);
    let (more, less) = fact
        .turn
        .map_or((&[][..], &[][..]), |turn| (&turn.more, &turn.less));
    for (slug, value) in &fact.rights {
        let (given, taken) = match value {
            _ if gives(kind) => (true, false),
            _ if takes(kind) => (false, true),
            // What limits a right that the same step gives takes nothing that anybody had.
            Some(RightValue::Switch(true))
                if Catalog::current().restricts(slug) && is_given(&fact.rights, slug) =>
            {
                (false, false)
            }
            Some(RightValue::Switch(on)) => {
                let opens = *on != Catalog::current().restricts(slug);
                (opens, !opens)
            }
            _ => (has(more, slug), has(less, slug)),
        };
        let entry = || ((*slug).to_owned(), value.cloned());
        if given {
            step.given.extend([entry()]);
        }
        if taken {
            step.taken.extend([entry()]);
        }
        if !given && !taken {
            step.other.extend([entry()]);
        }
    }
    step
}

/// Whether somebody has less after a step that changed something. A role of which it is not known whether it is lighter
/// does not count.
pub(super) fn lessens(step: &Step) -> bool {
    let roles = step.role_before.as_deref().zip(step.role_after.as_deref());
    let lighter = roles.is_some_and(|(before, after)| {
        crate::catalog::compare_roles(before, after).is_some_and(std::cmp::Ordering::is_gt)
    });
    !step.taken.is_empty() || lighter
}

/// Whether the right that one hangs on is given as well.
fn is_given(rights: &BTreeMap<&str, Option<&RightValue>>, slug: &str) -> bool {
    let catalog = Catalog::current();
    let Some(id) = catalog.by_slug(slug) else {
        return false;
    };
    catalog.governors(id).any(|above| {
        let value = rights.get(catalog.get(above).slug).copied().flatten();
        value == Some(&RightValue::Switch(true))
    })
}

/// The rights that a report names.
pub(super) fn rights(
    steps: &[Step],
    drift: &[Drift],
    policies: &Policies,
    raised: &BTreeMap<String, String>,
) -> BTreeMap<String, Right> {
    let mut slugs: BTreeSet<&String> = steps.iter().flat_map(|it| &it.rights).collect();
    slugs.extend(drift.iter().flat_map(|it| it.given.iter().chain(&it.taken)));
    slugs.extend(policies.findings.iter().flat_map(|it| &it.rights));
    let catalog = Catalog::current();
    let rights = slugs.into_iter().map(|slug| {
        let known = catalog.by_slug(slug).map(|id| catalog.get(id));
        let why = known.and_then(|right| right.sensitivity);
        let right = Right {
            title: known.map_or_else(|| slug.clone(), |right| right.title.to_owned()),
            sensitive: why
                .map(Sensitivity::as_str)
                .map(str::to_owned)
                .or_else(|| raised.get(slug).cloned()),
        };
        (slug.clone(), right)
    });
    rights.collect()
}
