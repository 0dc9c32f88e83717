//! From the plan to its contract, field by field.
//!
//! Every structure is taken apart whole, so that a new field cannot be forgotten here.

use std::collections::BTreeMap;

use super::super::digest::value_json;
use super::super::finding;
use super::super::levels::{self, levels};
use super::super::price::totals;
use super::super::step as plan;
use super::{
    Access, Action, Because, Completeness, Config, Drift, Effect, FORMAT, Finding, Hand, Hold,
    Instruction, Lapse, Level, Line, Loosened, Note, PlanBody, Price, Said, Scope, Step, Stranger,
    StrangerPlace, System, Totals, Typed, Waiting, Withheld, Witness,
};
use crate::catalog::Catalog;
use crate::model::{Ownership, PersonKey, PlaceId, Value};
use crate::text::Origin;

pub(super) fn body(draft: &plan::Draft, catalog: &'static Catalog) -> PlanBody {
    let plan::Draft {
        as_of,
        observed,
        config,
        systems,
        scopes,
        steps,
        holds,
        // None is left in a sealed plan.
        needs: _,
        findings,
        loosened: looser,
        drift,
        lapses,
        strangers,
        withheld,
        waiting,
        notes,
        price: cost,
        // What it was judged by is no part of it.
        whose: _,
        passed: _,
        waived: _,
        believed: _,
        approved: _,
        settled: _,
        quiet: _,
    } = draft;
    PlanBody {
        format: FORMAT,
        tool: env!("CARGO_PKG_VERSION"),
        as_of: as_of.to_string(),
        observed: observed.to_string(),
        expires: super::super::file::expires(*as_of, lapses).to_string(),
        config: Config {
            digest: config.digest.to_string(),
            commit: config.commit.as_deref().map(str::to_owned),
            dirty: config.dirty,
            settings: config.settings.as_deref().map(str::to_owned),
            edits_settings: config.settings.as_ref().map(|_| config.edits_settings),
        },
        systems: systems.iter().map(system).collect(),
        scopes: scopes.iter().map(scope).collect(),
        steps: steps.iter().map(|it| step(it, catalog)).collect(),
        holds: holds.iter().map(|it| hold(it, catalog)).collect(),
        findings: findings.iter().map(found).collect(),
        drift: drift.iter().map(drift_entry).collect(),
        lapses: lapses.iter().map(lapse).collect(),
        strangers: strangers.iter().map(stranger).collect(),
        loosened: looser.iter().map(loosened).collect(),
        withheld: withheld
            .iter()
            .map(
                |plan::Withheld {
                     step: it,
                     because: why,
                     under: _,
                 }| Withheld {
                    step: step(it, catalog),
                    because: because(why),
                },
            )
            .collect(),
        levels: levels(draft).iter().map(level).collect(),
        waiting: waiting.iter().map(wait).collect(),
        notes: notes.iter().map(note).collect(),
        price: price(cost),
        totals: counts(&totals(draft)),
    }
}

fn level(level: &levels::Level) -> Level {
    let levels::Level {
        ownership,
        places,
        invitations,
        grants,
        changes,
        reductions,
        removals,
        follow_ups,
    } = *level;
    Level {
        ownership: match ownership {
            Ownership::Report => "report",
            Ownership::AddOnly => "add-only",
            Ownership::Full => "full",
        },
        places,
        invitations,
        grants,
        changes,
        reductions,
        removals,
        follow_ups,
    }
}

fn system(plan::SystemFact { name, kind, host }: &plan::SystemFact) -> System {
    System {
        name: name.to_string(),
        kind: (*kind).to_owned(),
        host: host.to_string(),
    }
}

fn scope(it: &plan::ScopeFact) -> Scope {
    let plan::ScopeFact {
        system,
        place,
        title,
        completeness,
        accounts,
    } = it;
    let (completeness, gaps) = match completeness {
        plan::Completeness::Complete => (Completeness::Complete, Vec::new()),
        plan::Completeness::Partial(gaps) => (Completeness::Partial, gaps.clone()),
        plan::Completeness::Unreadable(why) => (Completeness::Unreadable, vec![why.clone()]),
        plan::Completeness::NotRead => (Completeness::NotRead, Vec::new()),
        plan::Completeness::Exported(_) => (Completeness::Exported, Vec::new()),
        plan::Completeness::Attested(_) => (Completeness::Attested, Vec::new()),
        plan::Completeness::NeverLooked => (Completeness::NeverLooked, Vec::new()),
    };
    let told = match it.completeness {
        plan::Completeness::Exported(at) | plan::Completeness::Attested(at) => Some(at.to_string()),
        plan::Completeness::Complete
        | plan::Completeness::Partial(_)
        | plan::Completeness::Unreadable(_)
        | plan::Completeness::NotRead
        | plan::Completeness::NeverLooked => None,
    };
    Scope {
        told,
        system: system.to_string(),
        location: place.to_string(),
        title: title.to_string(),
        completeness,
        gaps,
        accounts: *accounts,
    }
}

pub(super) fn step(it: &plan::Step, catalog: &'static Catalog) -> Step {
    let plan::Step {
        id,
        kind,
        mode,
        class,
        swing: _,
        reason,
        ends: _,
        by_hand,
        person,
        name,
        system,
        place,
        account,
        before,
        after,
        deltas,
        effects,
        because: why,
        waits_for,
        witnesses,
        change,
        hand: known,
    } = it;
    let rights = |side: fn(&plan::RightDelta) -> &Option<Value>| -> BTreeMap<&'static str, _> {
        deltas
            .iter()
            .filter_map(|delta| {
                let value = side(delta).as_ref()?;
                Some((catalog.get(delta.right).slug, value_json(value)))
            })
            .collect()
    };
    let instruction = match mode {
        plan::Mode::Api => None,
        plan::Mode::Manual(instruction) => Some(instruct(instruction)),
    };
    Step {
        id: id.to_string(),
        kind: kind.name(),
        mode: if instruction.is_some() {
            "manual"
        } else {
            "api"
        },
        person: key(person.as_ref()),
        name: name.to_string(),
        system: system.to_string(),
        location: place.to_string(),
        account: account.as_ref().map(ToString::to_string),
        from: match change {
            plan::Change::Grant { from, target: _ } => Some(from.to_string()),
            plan::Change::Invite { .. }
            | plan::Change::Set { .. }
            | plan::Change::Remove
            | plan::Change::Withdraw
            | plan::Change::ByHand => None,
        },
        class: class.name(),
        reason: reason.name(),
        by_hand: {
            let rights = by_hand.rights.iter().map(|&id| catalog.get(id).slug);
            let role = by_hand.role.then_some("role");
            let staff = by_hand.staff.then_some("staff");
            role.into_iter().chain(staff).chain(rights).collect()
        },
        before: before
            .as_ref()
            .map(|it| access(it, rights(|delta| &delta.before))),
        after: after
            .as_ref()
            .map(|it| access(it, rights(|delta| &delta.after))),
        effects: effects.iter().map(effect).collect(),
        because: why
            .iter()
            .map(|it| credited(because(it), it, deltas, catalog))
            .collect(),
        waits_for: waits_for.iter().map(ToString::to_string).collect(),
        witnesses: witnesses.iter().map(|it| witness(it, catalog)).collect(),
        instruction,
        hand: known.as_deref().map(hand),
    }
}

fn access(it: &plan::Access, changing: BTreeMap<&'static str, serde_json::Value>) -> Access {
    let plan::Access {
        state,
        role,
        staff,
        staff_name,
        // All of them are in the step's id; people and programs need those that change.
        rights: _,
        facts,
    } = it;
    Access {
        state: state.name(),
        role: role.as_ref().map(ToString::to_string),
        staff: *staff,
        staff_name: staff_name.as_deref().map(str::to_owned),
        rights: changing,
        facts: facts
            .iter()
            .map(|(name, value)| (name.to_string(), fact_json(value)))
            .collect(),
    }
}

fn instruct(
    plan::Instruction {
        actor,
        actions,
        check_before,
        link,
        proof,
    }: &plan::Instruction,
) -> Instruction {
    Instruction {
        link: link.clone(),
        proof: match proof {
            plan::Proof::Reading => "reading",
            plan::Proof::Attestation => "attestation",
        },
        who: match actor {
            plan::ManualActor::Hands(people) => people.iter().map(ToString::to_string).collect(),
            plan::ManualActor::Person(person) => vec![person.to_string()],
        },
        actions: actions.iter().map(action).collect(),
        check_before: check_before.iter().map(action).collect(),
    }
}

fn action(plan::Action { text, values }: &plan::Action) -> Action {
    Action {
        text: text.clone(),
        values: values.iter().map(typed).collect(),
    }
}

fn typed(plan::Typed { label, value }: &plan::Typed) -> Typed {
    Typed {
        label: label.clone(),
        value: match value {
            plan::TypedValue::Text(text) => text.clone(),
            plan::TypedValue::Contact { contact, typed: _ } => contact.masked(),
        },
    }
}

/// A tick as such, a list as such, a word as a text.
fn fact_json(value: &str) -> serde_json::Value {
    match value {
        "true" => true.into(),
        "false" => false.into(),
        list if list.contains('\n') => list.split('\n').collect(),
        word => word.into(),
    }
}

fn hand(
    plan::Hand {
        since,
        due,
        contradicted,
    }: &plan::Hand,
) -> Hand {
    Hand {
        since: since.map(|at| at.to_string()),
        due: due.map(|at| at.to_string()),
        contradicted: contradicted.as_ref().map(|plan::Said { by, at }| Said {
            by: by.to_string(),
            at: at.to_string(),
        }),
    }
}

fn effect(it: &plan::Effect) -> Effect {
    let (kind, to) = match it {
        plan::Effect::Mail(to) => ("mail", Some(to.clone())),
        plan::Effect::Sms(to) => ("sms", Some(to.clone())),
        plan::Effect::SignOut => ("sign-out", None),
        plan::Effect::PaidSeat => ("paid-seat", None),
    };
    Effect { kind, to }
}

fn because(it: &plan::Because) -> Because {
    match it {
        plan::Because::Line(origin) => Because::Line(line(origin)),
        plan::Because::Rule(rule) => Because::Rule { rule: rule.clone() },
    }
}

/// A line behind a step, with the rights among those that change that it decided.
fn credited(
    mut because: Because,
    it: &plan::Because,
    deltas: &[plan::RightDelta],
    catalog: &'static Catalog,
) -> Because {
    if let (Because::Line(line), plan::Because::Line(origin)) = (&mut because, it) {
        let decided = deltas
            .iter()
            .filter(|delta| delta.line.as_ref() == Some(origin));
        line.rights = decided.map(|delta| catalog.get(delta.right).slug).collect();
    }
    because
}

fn line(
    Origin {
        file,
        line,
        column,
        text,
    }: &Origin,
) -> Line {
    Line {
        file: file.to_string(),
        line: *line,
        column: *column,
        text: text.to_string(),
        rights: Vec::new(),
    }
}

fn hold(
    plan::Hold {
        code,
        person,
        name,
        system,
        place,
        message,
        help,
        approval,
        because: why,
        step: kept,
    }: &plan::Hold,
    catalog: &'static Catalog,
) -> Hold {
    Hold {
        code: code.name(),
        person: key(person.as_ref()),
        name: name.to_string(),
        system: system.as_ref().map(ToString::to_string),
        location: place.as_ref().map(PlaceId::to_string),
        message: message.clone(),
        help: help.clone(),
        approval: approval.clone(),
        because: why.iter().map(because).collect(),
        step: kept.as_deref().map(|it| step(it, catalog)),
    }
}

fn witness(
    finding::Witness {
        right,
        account,
        person,
        after,
    }: &finding::Witness,
    catalog: &'static Catalog,
) -> Witness {
    Witness {
        right: catalog.get(*right).slug,
        account: account.to_string(),
        person: key(person.as_ref()),
        after: after.as_ref().map(ToString::to_string),
    }
}

fn loosened(
    finding::Loosened {
        rule,
        before,
        after,
        because: why,
    }: &finding::Loosened,
) -> Loosened {
    Loosened {
        rule: rule.to_string(),
        before: before.as_deref().map(str::to_owned),
        after: after.as_deref().map(str::to_owned),
        because: why.iter().map(because).collect(),
    }
}

fn found(
    finding::Finding {
        policy,
        side,
        people,
        rights,
        system,
        place,
        message,
        help,
        because: why,
    }: &finding::Finding,
) -> Finding {
    Finding {
        policy: policy.to_string(),
        side: side.name(),
        people: people.iter().map(ToString::to_string).collect(),
        rights: rights.iter().map(ToString::to_string).collect(),
        system: system.as_ref().map(ToString::to_string),
        location: place.as_ref().map(PlaceId::to_string),
        message: message.clone(),
        help: help.clone(),
        because: why.iter().map(because).collect(),
    }
}

fn drift_entry(
    plan::Drift {
        person,
        system,
        place,
        account,
        step,
        what,
        is_change: _,
    }: &plan::Drift,
) -> Drift {
    Drift {
        person: key(person.as_ref()),
        system: system.to_string(),
        location: place.to_string(),
        account: account.to_string(),
        step: step.as_ref().map(ToString::to_string),
        what: what.clone(),
    }
}

fn lapse(
    plan::Lapse {
        at,
        person,
        place,
        what,
        origin,
    }: &plan::Lapse,
) -> Lapse {
    Lapse {
        at: at.to_string(),
        person: person.to_string(),
        location: place.as_ref().map(PlaceId::to_string),
        what: what.to_string(),
        because: line(origin),
    }
}

fn stranger(
    plan::Stranger {
        system,
        account,
        name,
        places,
        remark,
    }: &plan::Stranger,
) -> Stranger {
    Stranger {
        system: system.to_string(),
        account: account.to_string(),
        name: name.to_string(),
        places: places
            .iter()
            .map(|(place, state)| StrangerPlace {
                location: place.to_string(),
                state: state.name(),
            })
            .collect(),
        remark: remark.clone(),
    }
}

fn wait(
    plan::Waiting {
        person,
        name,
        system,
        places,
        since,
        what,
    }: &plan::Waiting,
) -> Waiting {
    Waiting {
        person: person.to_string(),
        name: name.to_string(),
        system: system.to_string(),
        locations: places.iter().map(PlaceId::to_string).collect(),
        since: since.map(|at| at.to_string()),
        what: what.clone(),
    }
}

fn note(
    plan::Note {
        system,
        place,
        text,
    }: &plan::Note,
) -> Note {
    Note {
        system: system.as_ref().map(ToString::to_string),
        location: place.as_ref().map(PlaceId::to_string),
        text: text.clone(),
    }
}

fn price(
    plan::Price {
        calls_read,
        calls_apply,
        seconds,
        messages,
        paid_seats,
    }: &plan::Price,
) -> Price {
    Price {
        calls_read: *calls_read,
        calls_apply: *calls_apply,
        seconds: *seconds,
        messages: *messages,
        paid_seats: *paid_seats,
    }
}

fn counts(
    plan::Totals {
        people,
        api,
        manual,
        invitations,
        grants,
        changes,
        removals,
        holds,
        waiting,
        withheld,
        strangers,
    }: &plan::Totals,
) -> Totals {
    Totals {
        people: *people,
        api: *api,
        manual: *manual,
        invitations: *invitations,
        grants: *grants,
        changes: *changes,
        removals: *removals,
        holds: *holds,
        waiting: *waiting,
        withheld: *withheld,
        strangers: *strangers,
    }
}

fn key(person: Option<&PersonKey>) -> Option<String> {
    person.map(ToString::to_string)
}
