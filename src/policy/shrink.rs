//! A complete list that shows far fewer accounts than the last one is not believed to be complete.
//!
//! Not the check of counts, which is the provider's, and not the empty answer, which `plan` refuses. Invariant: only trust is
//! taken from a read here, and never given; a list that is not believed is not remembered as complete either, so that the
//! next run measures it by the last one that was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::authors::Authors;
use super::limits::most;
use super::{loosened, words};
use crate::model::{
    AccountId, Allow, Approval, Bound, Desired, Gap, Memory, Observed, PlaceId, Reading,
    ScopeState, SystemName,
};
use crate::plan::{Because, Draft, Hold, HoldCode, Input};
use crate::text::Sources;

/// Takes the trust from every complete list that lost more accounts since the journal's last read than `limits.shrink`
/// lets through, unless somebody approved it.
pub fn distrust(
    observed: &mut Observed,
    desired: &Desired,
    memory: &Memory,
    sources: &Sources,
    authors: &Authors,
) {
    for (name, system) in &mut observed.systems {
        for (place, reading) in &mut system.scopes {
            let Reading::Complete(scope) = reading else {
                continue;
            };
            let Some(before) = memory.seen.get(&(name.clone(), place.clone())) else {
                continue;
            };
            let gone = gone(before, scope);
            let Some((which, bound)) = over(desired, before.len(), gone.len()) else {
                continue;
            };
            let approved = desired.rules.approvals.iter().any(|approval| {
                counts(approval, desired, sources, authors)
                    && is_about(approval, memory, name, place, &gone)
            });
            if approved {
                continue;
            }
            let (told, had) = (number(gone.len()), number(before.len()));
            let lets = match which {
                "count" => format!("{}", bound.most),
                _ => format!("{}%, which is {} of {had}", bound.most, most(bound, had)),
            };
            let at = bound.origin.map_or_else(
                || "built in".into(),
                |span| words::place(&sources.origin(span)),
            );
            let rule = format!("`limits.shrink.{which}` lets {lets} through ({at})");
            let gap = Gap::Shrunk {
                before: u64::from(had),
                gone: u64::from(told),
                rule: rule.into(),
            };
            let scope = std::mem::take(scope);
            *reading = Reading::Partial(scope, vec![gap]);
        }
    }
}

/// The bound that a list is over which lost so many of its accounts, and its name.
fn over(desired: &Desired, before: usize, gone: usize) -> Option<(&'static str, Bound)> {
    let limit = desired.rules.limits.shrink;
    let (told, had) = (number(gone), number(before));
    let over = |bound: Option<Bound>, most: fn(Bound, u32) -> u32| {
        bound.filter(|bound| told > most(*bound, had))
    };
    let count = over(limit.count, |bound, _| bound.most).map(|bound| ("count", bound));
    count.or_else(|| over(limit.share, most).map(|bound| ("share", bound)))
}

/// The lists that are believed although they are over a limit, each with the approval that says so, as the rule book calls
/// it. What no approval were about would not be complete.
pub(super) fn believed(
    input: &Input<'_>,
    authors: &Authors,
) -> BTreeMap<(SystemName, PlaceId), Arc<str>> {
    let (desired, memory) = (input.desired, input.memory);
    let mut believed = BTreeMap::new();
    for (name, system) in &input.observed.systems {
        for (place, reading) in &system.scopes {
            let key = (name.clone(), place.clone());
            let (Some(scope), Some(before)) = (reading.complete(), memory.seen.get(&key)) else {
                continue;
            };
            let gone = gone(before, scope);
            if over(desired, before.len(), gone.len()).is_none() {
                continue;
            }
            let about = desired.rules.approvals.iter().filter(|approval| {
                is_open(approval, desired) && is_about(approval, memory, name, place, &gone)
            });
            let found = about.min_by_key(|it| !counts(it, desired, input.sources, authors));
            if let Some(approval) = found {
                believed.insert(key, loosened::whom(approval, input.catalog).into());
            }
        }
    }
    believed
}

/// The accounts that are not in the list any more. One that was switched off is still there to be seen.
fn gone<'a>(before: &'a BTreeSet<AccountId>, scope: &ScopeState) -> Vec<&'a AccountId> {
    let is_gone = |id: &&AccountId| !scope.accounts.contains_key(*id);
    before.iter().filter(is_gone).collect()
}

fn counts(approval: &Approval, desired: &Desired, sources: &Sources, authors: &Authors) -> bool {
    let origin = sources.origin(approval.origin);
    is_open(approval, desired)
        && (!desired.rules.second_person || authors.doubt(&origin, None).is_none())
}

fn is_open(approval: &Approval, desired: &Desired) -> bool {
    approval.allow == Allow::Shrink && approval.until.is_none_or(|until| desired.as_of < until)
}

/// Whether an approval is about what is gone at a place: by place and number, or by everybody whose accounts they were.
fn is_about(
    approval: &Approval,
    memory: &Memory,
    system: &SystemName,
    place: &PlaceId,
    gone: &[&AccountId],
) -> bool {
    let by_place = approval
        .location
        .as_ref()
        .is_none_or(|key| place.location() == Some(key));
    let by_number = approval
        .at_most
        .is_none_or(|most| number(gone.len()) <= most);
    let named = |id: &&AccountId| {
        let known = memory.accounts.get(&(system.clone(), (*id).clone()));
        known.is_some_and(|known| approval.people.contains(&known.person))
    };
    let by_people = approval.people.is_empty() || gone.iter().all(named);
    // A role or a right says nothing of an account that nobody can look at any more.
    by_place && by_number && by_people && approval.role.is_none() && approval.any_right
}

/// What is said about each list that is not believed, beside what every incomplete list holds.
pub(super) fn holds(draft: &mut Draft, input: &Input<'_>) {
    for (name, system) in &input.observed.systems {
        for (place, reading) in &system.scopes {
            let Reading::Partial(scope, gaps) = reading else {
                continue;
            };
            for gap in gaps {
                let Gap::Shrunk { before, gone, rule } = gap else {
                    continue;
                };
                if !input.only.admits(None, Some(name), Some(place)) && !input.only.is_everything()
                {
                    continue;
                }
                let whom = match place.location() {
                    Some(key) => format!(
                        "location: {}, at_most: {gone}",
                        words::key_text(key.as_str())
                    ),
                    None => format!("at_most: {gone}"),
                };
                let whole = scope.accounts.is_empty();
                draft.holds.push(Hold {
                    code: HoldCode::Shrunk,
                    person: None,
                    name: "".into(),
                    system: Some(name.clone()),
                    place: Some(place.clone()),
                    message: format!(
                        "{} the last complete read at {place} saw {before} accounts, {gone} of them are gone now, and {rule}: nothing is removed there and nobody is invited; what only gives goes on, and so do other places",
                        if whole { "the list came back empty:" } else { "the list is not believed:" }
                    ),
                    // No approval makes an empty list believed: nothing in it tells it from no answer at all.
                    help: if whole {
                        "look in the vendor's own page; a list that lost everybody is never believed, and no approval changes that: plan again once it shows somebody, or say `status: closed` where the place has closed"
                    } else {
                        "look in the vendor's own page who is missing; if they have really gone, approve it with the entry below, else plan again once the list is whole"
                    }
                    .into(),
                    approval: (!whole).then(|| words::entry(input, Allow::Shrink, &whom)),
                    because: vec![Because::Rule(
                        "absence is concluded only from a complete read, and this one may not be".into(),
                    )],
                    step: None,
                });
            }
        }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
