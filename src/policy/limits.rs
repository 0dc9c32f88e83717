//! How many people a run touches, against how many it may.
//!
//! Limits count people, never steps, and are judged over everything that the run would do: who is approved does not count,
//! and over a limit *all* steps of that sort are held, in the run where a count is passed, in the scope where a share is.
//! Invariant: what is counted does not depend on what other limits hold, so that a higher limit never holds more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::approvals::{Passed, Used, passed, people};
use super::authors::Authors;
use super::words;
use crate::model::{Allow, Bound, Limit, PersonKey, PlaceId, SystemName};
use crate::plan::{Because, Draft, Effect, HoldCode, Input, Need, Reason, Step, StepId};

/// From how many accounts a share is counted; below it means at most half.
const SMALL: u32 = 10;

/// What a step needs because a limit is passed; and which approvals let others through that would be over it.
pub(super) fn over(draft: &Draft, input: &Input<'_>, authors: &Authors) -> (Vec<Need>, Used) {
    let mut used = Used::new();
    let limits = &input.desired.rules.limits;
    let gains = gains(draft);
    let mut needs = Vec::new();
    for (allow, limit) in [
        (Allow::Removals, limits.removals),
        (Allow::Inferred, limits.inferred),
        (Allow::Escalations, limits.escalations),
        (Allow::Messages, limits.messages),
    ] {
        let counted: Vec<&Step> = draft
            .steps
            .iter()
            .filter(|step| counts_as(step, allow, &gains) && !is_locked_out(input, step))
            .collect();
        let passed = passed(input, authors, allow, &counted);
        let left: Vec<&Step> = counted
            .iter()
            .filter(|step| !passed.through.contains_key(&step.id))
            .copied()
            .collect();
        if !passed.through.is_empty() {
            let mut without = BTreeMap::new();
            run(input, allow, limit, &counted, &mut without);
            scopes(draft, input, allow, limit, &counted, &mut without);
            let needed = passed.through.iter();
            let needed = needed.filter(|(id, _)| without.contains_key(*id));
            used.extend(needed.map(|(id, rule)| ((*id).clone(), Arc::clone(rule))));
        }
        let mut found: BTreeMap<&StepId, Over> = BTreeMap::new();
        run(input, allow, limit, &left, &mut found);
        scopes(draft, input, allow, limit, &left, &mut found);
        needs.extend(left.iter().filter_map(|step| {
            let over = found.remove(&step.id)?;
            Some(need(step, allow, over, &passed))
        }));
    }
    (needs, used)
}

/// Whether a step is about somebody who is locked out: no limit is in the way of that.
fn is_locked_out(input: &Input<'_>, step: &Step) -> bool {
    step.person.as_ref().is_some_and(|key| {
        let person = input.desired.people.get(key);
        let earlier = person.into_iter().flat_map(|person| &person.was);
        let mut keys = std::iter::once(key).chain(earlier);
        keys.any(|key| input.memory.locked.contains_key(key))
    })
}

/// What is said about a step that is over a limit.
struct Over {
    messages: Vec<String>,
    because: Vec<Because>,
    approval: String,
}

fn need(step: &Step, allow: Allow, over: Over, passed: &Passed<'_>) -> Need {
    let mut messages = over.messages;
    messages.extend(passed.void.iter().cloned());
    Need {
        step: step.id.clone(),
        code: HoldCode::OverLimit,
        allow: Some(allow),
        message: messages.join("; "),
        help: "look at everybody it is about; if it is meant, approve it with the entry below, or do it in parts".into(),
        approval: Some(over.approval),
        because: over.because,
    }
}

/// The count, over the whole run.
fn run<'a>(
    input: &Input<'_>,
    allow: Allow,
    limit: Limit,
    steps: &[&'a Step],
    found: &mut BTreeMap<&'a StepId, Over>,
) {
    let Some(bound) = limit.count else { return };
    let count = people(steps.iter().copied()).len();
    if count <= bound.most as usize {
        return;
    }
    let path = format!("limits.{}.count", allow.name());
    let message = format!(
        "{} would {} in this run, and `{path}` lets {} through ({})",
        so_many(count),
        words::happens(allow),
        bound.most,
        words::bound_place(input, bound)
    );
    let because = words::bound_because(input, &path, &bound.most.to_string(), bound);
    let approval = words::entries(input, allow, steps, false);
    for step in steps {
        add(found, step, &message, &because, &approval);
    }
}

/// The share, in each scope by itself.
fn scopes<'a>(
    draft: &Draft,
    input: &Input<'_>,
    allow: Allow,
    limit: Limit,
    steps: &[&'a Step],
    found: &mut BTreeMap<&'a StepId, Over>,
) {
    let Some(bound) = limit.share else { return };
    let mut scopes: BTreeMap<(&SystemName, &PlaceId), Vec<&'a Step>> = BTreeMap::new();
    for step in steps {
        let scope = scopes.entry((&step.system, &step.place)).or_default();
        scope.push(step);
    }
    for ((system, place), steps) in scopes {
        let count = people(steps.iter().copied()).len();
        let accounts = accounts(draft, input, system, place).max(number(count));
        let most = most(bound, accounts);
        if number(count) <= most {
            continue;
        }
        let path = format!("limits.{}.share", allow.name());
        let means = if accounts < SMALL {
            format!("which below {SMALL} accounts means at most half, {most} of {accounts}")
        } else {
            format!("which is {most} of {accounts}")
        };
        let message = format!(
            "{} of {accounts} accounts of `{system}` at {place} would {}, and `{path}` lets {}% through, {means} ({})",
            so_many(count),
            words::happens(allow),
            bound.most,
            words::bound_place(input, bound)
        );
        let because = words::bound_because(input, &path, &format!("{}%", bound.most), bound);
        let approval = words::entries(input, allow, &steps, true);
        for step in steps {
            add(found, step, &message, &because, &approval);
        }
    }
}

/// The first approval that is proposed is the widest: it is the one of the run where both bounds are passed.
fn add<'a>(
    found: &mut BTreeMap<&'a StepId, Over>,
    step: &'a Step,
    message: &str,
    because: &Because,
    approval: &str,
) {
    let over = found.entry(&step.id).or_insert_with(|| Over {
        messages: Vec::new(),
        because: Vec::new(),
        approval: approval.to_owned(),
    });
    over.messages.push(message.to_owned());
    over.because.push(because.clone());
}

/// How many people of so many accounts a share lets through. One it always lets through, or nobody could ever leave a
/// small place; but for a share of nothing.
pub(super) fn most(share: Bound, accounts: u32) -> u32 {
    if share.most == 0 {
        return 0;
    }
    let most = if accounts < SMALL {
        accounts / 2
    } else {
        u32::try_from(u64::from(accounts) * u64::from(share.most) / 100).unwrap_or(u32::MAX)
    };
    most.max(1)
}

/// How many accounts a scope has: those that were seen, or, where nothing shows them, those that are known.
fn accounts(draft: &Draft, input: &Input<'_>, system: &SystemName, place: &PlaceId) -> u32 {
    let seen = draft
        .scopes
        .iter()
        .find(|scope| scope.system == *system && scope.place == *place)
        .map_or(0, |scope| scope.accounts);
    if seen > 0 {
        return seen;
    }
    let granted = &input.memory.granted;
    number(
        granted
            .iter()
            .filter(|(name, at, _)| name == system && at == place)
            .count(),
    )
}

/// Where people get access in this plan that they do not have yet.
fn gains(draft: &Draft) -> BTreeSet<(&PersonKey, &SystemName, &PlaceId)> {
    let gives = |step: &&Step| step.before.is_none() && step.after.is_some() && !step.swing.takes;
    let steps = draft.steps.iter().filter(gives);
    steps
        .filter_map(|step| Some((step.person.as_ref()?, &step.system, &step.place)))
        .collect()
}

/// Whether a limit counts a step.
fn counts_as(
    step: &Step,
    allow: Allow,
    gains: &BTreeSet<(&PersonKey, &SystemName, &PlaceId)>,
) -> bool {
    match allow {
        Allow::Removals | Allow::Inferred => taken_as(step, gains) == Some(allow),
        Allow::Escalations => step.swing.escalates,
        Allow::Messages => step
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Mail(_) | Effect::Sms(_))),
        Allow::Strangers | Allow::Ownership | Allow::Invitations | Allow::Drift | Allow::Shrink => {
            false
        }
    }
}

/// Which limit counts what a step takes: whether a line of YAML names it or not. None for what is no removal.
fn taken_as(step: &Step, gains: &BTreeSet<(&PersonKey, &SystemName, &PlaceId)>) -> Option<Allow> {
    if !step.swing.takes {
        return None;
    }
    // Whoever loses a place and gets another one in the same plan has moved. Less at a place where they stay is no move,
    // whatever they gain elsewhere: an edited role may do that to everybody at once.
    let moves = step.after.is_none()
        && step.person.as_ref().is_some_and(|key| {
            gains.iter().any(|(who, system, place)| {
                *who == key && **system == step.system && **place != step.place
            })
        });
    if moves {
        return None;
    }
    match step.reason {
        Reason::Left | Reason::Paused | Reason::Lapsed | Reason::Moved | Reason::Due => {
            Some(Allow::Removals)
        }
        Reason::RoleChanged | Reason::Drift | Reason::Stranger | Reason::Approved => {
            Some(Allow::Inferred)
        }
        // An invitation that is taken back to be sent anew takes nothing.
        Reason::Joined => None,
    }
}

fn so_many(count: usize) -> String {
    if count == 1 {
        "1 person".into()
    } else {
        format!("{count} people")
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
