//! Diff, order, rules and the id: from an input to a finished plan.
//!
//! Invariant: the id is the hash of everything else, in a form that does not depend on a library.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::hand;
use super::input::Input;
use super::order::order;
use super::price::price;
use super::report;
use super::rules::{judge, keep_back};
use super::step::{DangerClass, Draft, Mode, Plan, PlanId, StepId, Withheld};
use super::system::{Context, System};
use super::trust::trusted;
use super::wire;
use crate::canonical::{canonical, sha256_hex};
use crate::catalog::{Catalog, Kind};
use crate::model::{Observed, PlaceId};

/// Makes the plan where nobody approved anything and no rule of the project counts.
pub fn plan(input: &Input<'_>) -> Plan {
    seal(draft(input), input)
}

/// Closes a draft: what only an approval lets through becomes a hold, and the rest gets its price and its id.
pub fn seal(mut draft: Draft, input: &Input<'_>) -> Plan {
    keep_back(&mut draft);
    sort(&mut draft);
    draft.price = price(&draft, input.observed);
    let id = id(&draft, input.catalog);
    Plan { id, draft }
}

/// The plan with the steps that are to be done and no other, under an id of its own.
pub fn keep(
    plan: &Plan,
    todo: &BTreeSet<StepId>,
    observed: &Observed,
    catalog: &'static Catalog,
) -> Plan {
    let mut draft = plan.draft.clone();
    draft.steps.retain(|step| todo.contains(&step.id));
    draft.price = price(&draft, observed);
    let id = id(&draft, catalog);
    Plan { id, draft }
}

/// Diff, order and the rules that need nobody's word: everything but what `policy` judges.
pub fn draft(input: &Input<'_>) -> Draft {
    // A standing lockout beats whatever the files say.
    let desired = input.desired.locked_out(&input.memory.locked);
    let input = &Input {
        desired: &desired,
        ..input.clone()
    };
    let mut ctx = Context::new(input);
    let mut draft = Draft {
        as_of: input.desired.as_of,
        observed: input
            .observed
            .systems
            .values()
            .map(|system| system.taken)
            .min()
            .unwrap_or(input.desired.as_of),
        config: input.config.clone(),
        ..Draft::default()
    };
    let none = BTreeMap::new();
    for (name, wish) in &input.desired.systems {
        draft.systems.push(report::system_fact(&ctx, name, wish));
        let scopes = input
            .observed
            .systems
            .get(name)
            .map_or(&none, |observed| &observed.scopes);
        let Some(kind) = Kind::parse(wish.kind) else {
            continue;
        };
        // The chain is known from people and exports alone, and its users are no rows of a location.
        let mut chain = BTreeMap::new();
        let mut own = Cow::Borrowed(scopes);
        if let Some(reading) = scopes.get(&PlaceId::Chain) {
            chain.insert(PlaceId::Chain, reading.clone());
            own.to_mut().remove(&PlaceId::Chain);
        }
        let scopes = if kind.shows_users() {
            trusted(&own, input.memory, name)
        } else {
            own
        };
        let has_chain = kind.has_rights() && hand::has_chain(input, name, wish);
        let chain_facts = has_chain.then_some(&chain);
        draft.scopes.extend(report::scope_facts(
            &ctx,
            name,
            wish,
            kind,
            &scopes,
            chain_facts,
        ));
        let mut system = System::new(&ctx, name, wish, kind, &scopes);
        if kind.has_rights() {
            let first = ctx.found.candidates.len();
            for at in 0..ctx.people.len() {
                system.plan_person(&mut ctx, at);
            }
            system.take_strangers(&mut ctx);
            system.keep_managers(&mut ctx, first);
            system.note_rights(&mut ctx);
            system.note_unknown_rights(&mut ctx);
        } else {
            for at in 0..ctx.people.len() {
                system.plan_by_hand(&mut ctx, at);
            }
            system.note_profiles(&mut ctx);
        }
        system.note_scopes(&mut ctx);
        draft.strangers.extend(system.strangers(&ctx));
        system.find_left_alone(&mut ctx, true);
        draft.whose.insert(name.clone(), system.whose(&ctx));
        if has_chain {
            let mut system = System::new(&ctx, name, wish, kind, &chain);
            for at in 0..ctx.people.len() {
                system.plan_by_hand(&mut ctx, at);
            }
            draft.strangers.extend(system.strangers(&ctx));
            system.find_left_alone(&mut ctx, false);
        }
    }
    hand::doubts(&mut ctx);
    report::vanished(&mut ctx);
    report::locked_out(&mut ctx);
    draft.lapses = report::lapses(&mut ctx);
    let found = std::mem::take(&mut ctx.found);
    let (steps, held, needs) = judge(order(found.candidates), input.only);
    draft.steps = steps;
    draft.needs = needs;
    for step in &mut draft.steps {
        hand::date(input, step);
    }
    draft.holds = found.holds;
    draft.holds.extend(held);
    draft.withheld = found.withheld;
    draft.waiting = found.waiting;
    draft.drift = found.drift;
    draft.settled = found.settled;
    draft.findings = found.broken;
    draft.notes = found.notes.into_iter().collect();
    narrow(&mut draft, input);
    draft
}

/// Leaves out what the plan was not asked for. Steps are narrowed already.
fn narrow(draft: &mut Draft, input: &Input<'_>) {
    let only = input.only;
    if only.is_everything() {
        return;
    }
    // What is about nobody in particular concerns everybody.
    let of_person = |person: Option<&_>, system: Option<&_>, place: Option<&_>| {
        only.admits(person, system, place)
            || (person.is_none() && only.people.is_empty() && only.admits(None, system, place))
    };
    draft.holds.retain(|it| {
        it.person.is_none() || of_person(it.person.as_ref(), it.system.as_ref(), it.place.as_ref())
    });
    draft.withheld.retain(|it| {
        let step = &it.step;
        of_person(step.person.as_ref(), Some(&step.system), Some(&step.place))
    });
    draft.waiting.retain(|it| {
        it.places
            .iter()
            .any(|place| only.admits(Some(&it.person), Some(&it.system), Some(place)))
    });
    draft
        .drift
        .retain(|it| of_person(it.person.as_ref(), Some(&it.system), Some(&it.place)));
    draft
        .lapses
        .retain(|it| only.admits(Some(&it.person), None, it.place.as_ref()));
    draft.findings.retain(|it| {
        let mut people = it.people.iter();
        people.any(|key| of_person(Some(key), it.system.as_ref(), it.place.as_ref()))
    });
    draft.strangers.retain(|it| {
        only.people.is_empty()
            && it
                .places
                .iter()
                .any(|(place, _)| only.admits(None, Some(&it.system), Some(place)))
    });
}

fn sort(draft: &mut Draft) {
    draft.holds.sort_by(|a, b| {
        (&a.system, &a.person, &a.place, a.code, &a.message)
            .cmp(&(&b.system, &b.person, &b.place, b.code, &b.message))
    });
    // A leaver where nothing may be taken is a step by hand, and comes first.
    let by_hand = |it: &Withheld| it.step.mode != Mode::Api;
    draft.withheld.sort_by(|a, b| {
        let key = |it: &Withheld| {
            let step = &it.step;
            (
                !by_hand(it),
                by_hand(it) && step.class != DangerClass::Removing,
                step.system.clone(),
                step.person.clone(),
                step.place.clone(),
                step.kind,
            )
        };
        key(a).cmp(&key(b))
    });
}

/// The id of a draft.
fn id(draft: &Draft, catalog: &'static Catalog) -> PlanId {
    let body = wire::body_json(draft, catalog);
    // The contract has no floats, which a test holds.
    let text = canonical(&body).unwrap_or_else(|_| body.to_string());
    id_of(&text)
}

/// The id of what has this canonical form.
pub(super) fn id_of(canonical: &str) -> PlanId {
    let bytes = format!("{}\n{canonical}", wire::FORMAT);
    PlanId(Arc::from(sha256_hex(bytes.as_bytes())))
}
