//! What came of a plan: as lines for people and as `outcomes` of the JSON plan.

use serde_json::{Value as Json, json};

use super::doc::{Block, Doc, Run, Section, Tone, foreign, foreign_toned, say, toned};
use super::names::Names;
use super::words;
use crate::apply::{NotDone, Outcome, Outcomes, SettledCall, Standing};
use crate::catalog::Catalog;
use crate::journal::Settlement;
use crate::model::{Desired, Grant, Managed, Person, PlaceId};
use crate::plan::{Completeness, Plan, ScopeFact, Step, StepId};

/// What was done, what did not stick, what waits and what is left.
pub fn outcomes(plan: &Plan, outcomes: &Outcomes, catalog: &Catalog) -> Doc {
    let names = Names::of(plan);
    let section = |title: &'static str, tone: Tone, standing: Standing| {
        let steps = self::standing(plan, outcomes, standing).into_iter();
        let blocks: Vec<Block> = steps
            .map(|step| Block::Line(line(plan, &names, step, outcomes, catalog)))
            .collect();
        (!blocks.is_empty()).then(|| Section {
            title: vec![toned(tone, title)],
            blocks,
            fold: false,
        })
    };
    let mut sections: Vec<Section> = [
        section("Done", Tone::Give, Standing::Done),
        section("Waiting", Tone::Strong, Standing::Waiting),
        section("Not done", Tone::Alert, Standing::Left),
    ]
    .into_iter()
    .flatten()
    .collect();
    sections.push(Section {
        title: Vec::new(),
        blocks: closing(outcomes),
        fold: false,
    });
    Doc {
        title: Vec::new(),
        sections,
    }
}

/// The steps of a plan that stand so at the end.
pub(super) fn standing<'p>(
    plan: &'p Plan,
    outcomes: &Outcomes,
    standing: Standing,
) -> Vec<&'p Step> {
    let steps = plan.draft.steps.iter();
    let is_so = |step: &&Step| {
        let outcome = outcomes.of(&step.id);
        outcome.is_some_and(|outcome| outcome.standing() == standing)
    };
    steps.filter(is_so).collect()
}

/// What is said of the whole run.
pub(super) fn closing(outcomes: &Outcomes) -> Vec<Block> {
    let mut closing = vec![Block::Line(vec![toned(Tone::Strong, totals(outcomes))])];
    if outcomes.stopped {
        closing.push(Block::Line(vec![say(
            "The run was stopped; what was begun was finished, and run again goes on.",
        )]));
    }
    if let Some(error) = &outcomes.journal {
        closing.push(Block::Line(vec![
            toned(
                Tone::Alert,
                "The journal could not be written, so nothing more was done: ",
            ),
            foreign(error.told()),
            say("; "),
            say(error.advice()),
            say("."),
        ]));
    }
    closing
}

fn totals(outcomes: &Outcomes) -> String {
    let count = |standing| u32::try_from(outcomes.count(standing)).unwrap_or(u32::MAX);
    let mut line = format!(
        "{} done and read back",
        words::count(count(Standing::Done), "step", "steps")
    );
    for (standing, word) in [(Standing::Waiting, "waiting"), (Standing::Left, "not done")] {
        if count(standing) > 0 {
            line.push_str(&format!(", {} {word}", count(standing)));
        }
    }
    line.push('.');
    line
}

pub(super) fn line(
    plan: &Plan,
    names: &Names<'_>,
    step: &Step,
    outcomes: &Outcomes,
    catalog: &Catalog,
) -> Vec<Run> {
    let standing = outcomes.of(&step.id).map(Outcome::standing);
    let verb = if standing == Some(Standing::Done) {
        words::done(step.kind)
    } else if step.hand.is_some() {
        words::doing_by_hand(names.kind(&step.system), step)
    } else {
        words::doing(step.kind)
    };
    let mut runs = vec![
        foreign_toned(Tone::Strong, step.name.to_string()),
        say(format!("  {verb} ")),
    ];
    runs.push(foreign(names.text(&step.system, &step.place)));
    if let Some(text) = outcomes
        .of(&step.id)
        .and_then(|outcome| explained(plan, outcome, catalog))
    {
        runs.push(say(": "));
        runs.push(foreign(text));
    }
    runs
}

fn titles(slugs: &[&str], catalog: &Catalog) -> String {
    let title = |slug: &&str| {
        catalog
            .by_slug(slug)
            .map_or(*slug, |id| catalog.get(id).title)
            .to_owned()
    };
    slugs.iter().map(title).collect::<Vec<_>>().join("; ")
}

/// What there is to say about an outcome beside its section.
pub(super) fn explained(plan: &Plan, outcome: &Outcome, catalog: &Catalog) -> Option<String> {
    Some(match outcome {
        Outcome::Done { also_changed, .. } if also_changed.is_empty() => return None,
        Outcome::Done { also_changed, .. } => {
            format!(
                "the vendor changed more than was asked: {}",
                titles(also_changed, catalog)
            )
        }
        Outcome::Already { .. } => "was so already".to_owned(),
        Outcome::DidNotStick { differs, not_sent } => {
            let mut text = format!("did not stick: {}", titles(differs, catalog));
            if !not_sent.is_empty() {
                let slugs: Vec<&str> = not_sent.iter().map(|slug| &**slug).collect();
                text.push_str(&format!(
                    "; the caller may not change: {}",
                    titles(&slugs, catalog)
                ));
            }
            text
        }
        Outcome::Refused(error) => error.to_string(),
        Outcome::Unknown { why } => format!("it cannot be known whether it happened: {why}"),
        Outcome::SentNotVisible => {
            "accepted for sending, not in the list yet; it is not sent again".to_owned()
        }
        Outcome::NotDone(NotDone::DependsOn(other)) => {
            format!("comes after: {}", named(plan, other))
        }
        Outcome::NotDone(why) => why.to_string(),
        Outcome::ByHand => "to be done by hand".to_owned(),
        Outcome::Said => {
            "said to be done; the next plan goes by it, or by what it reads".to_owned()
        }
        Outcome::Stopped => "the run was stopped before".to_owned(),
    })
}

fn named(plan: &Plan, id: &StepId) -> String {
    plan.draft
        .steps
        .iter()
        .find(|step| step.id == *id)
        .map_or_else(
            || format!("step {id}"),
            |step| {
                format!(
                    "{} {} for {}",
                    words::doing(step.kind),
                    step.place,
                    step.name
                )
            },
        )
}

/// The outcomes as the JSON plan carries them.
pub fn to_json(outcomes: &Outcomes) -> Vec<Json> {
    let json = |(step, outcome): &(StepId, Outcome)| {
        let mut json = json!({ "step": step.to_string(), "outcome": outcome.name() });
        match outcome {
            Outcome::Done {
                account,
                also_changed,
            } => {
                json["account"] = json!(account.as_ref().map(ToString::to_string));
                json["also_changed"] = json!(also_changed);
            }
            Outcome::Already { account } => {
                json["account"] = json!(account.as_ref().map(ToString::to_string))
            }
            Outcome::DidNotStick { differs, not_sent } => {
                json["differs"] = json!(differs);
                json["not_sent"] =
                    json!(not_sent.iter().map(ToString::to_string).collect::<Vec<_>>());
            }
            Outcome::Refused(error) => json["why"] = json!(error.to_string()),
            Outcome::Unknown { why } => json["why"] = json!(why),
            Outcome::NotDone(why) => json["why"] = json!(why.to_string()),
            Outcome::SentNotVisible | Outcome::ByHand | Outcome::Said | Outcome::Stopped => {}
        }
        json
    };
    outcomes.steps.iter().map(json).collect()
}

/// A scope that was not read, or only in part, with why and whose steps were not made for it.
struct LeftOut<'a> {
    scope: &'a ScopeFact,
    in_part: bool,
    why: String,
    people: Vec<&'a Person>,
}

fn scopes_left_out<'a>(plan: &'a Plan, desired: &'a Desired) -> Vec<LeftOut<'a>> {
    let names = Names::of(plan);
    let scopes = plan.draft.scopes.iter().filter_map(|scope| {
        // Where no call shows users, what people say stands in for a list.
        if scope.place == PlaceId::Chain || !names.kind(&scope.system)?.shows_users() {
            return None;
        }
        let (in_part, why) = match &scope.completeness {
            Completeness::Partial(gaps) => (true, gaps.join("; ")),
            Completeness::Unreadable(why) => (false, why.clone()),
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => return None,
        };
        let is_there = |grant: &Grant| grant.system == scope.system && grant.place == scope.place;
        let people = desired.people.values();
        Some(LeftOut {
            scope,
            in_part,
            why,
            people: people
                .filter(|person| {
                    person.managed != Managed::No && person.grants.iter().any(is_there)
                })
                .collect(),
        })
    });
    scopes.collect()
}

/// Which places a run left out because they could not be read, and whose steps were not made.
pub fn left_out(plan: &Plan, desired: &Desired) -> Option<Section> {
    const SHOWN: usize = 10;
    let names = Names::of(plan);
    let line = |one: &LeftOut<'_>| {
        let mut runs = vec![names.place(&one.scope.system, &one.scope.place)];
        runs.push(say(if one.in_part {
            ": read in part: "
        } else {
            ": not read: "
        }));
        runs.push(foreign(one.why.clone()));
        if one.people.is_empty() {
            return Block::Line(runs);
        }
        runs.push(say(if one.in_part {
            "; nobody was invited or removed there of: "
        } else {
            "; no step was made there for: "
        }));
        let shown: Vec<&str> = one.people.iter().take(SHOWN).map(|it| &*it.name).collect();
        runs.push(foreign(shown.join(", ")));
        if one.people.len() > SHOWN {
            runs.push(say(format!(" and {} more", one.people.len() - SHOWN)));
        }
        Block::Line(runs)
    };
    let blocks: Vec<Block> = scopes_left_out(plan, desired).iter().map(line).collect();
    (!blocks.is_empty()).then(|| Section {
        title: vec![toned(Tone::Alert, "Left out, because it could not be read")],
        blocks,
        fold: false,
    })
}

/// The same as entries of `outcomes` of the JSON plan.
pub fn left_out_json(plan: &Plan, desired: &Desired) -> Vec<Json> {
    let json = |one: &LeftOut<'_>| {
        json!({
            "outcome": "left-out",
            "system": one.scope.system.to_string(),
            "location": one.scope.place.to_string(),
            "why": one.why,
            "people": one.people.iter().map(|it| it.key.to_string()).collect::<Vec<_>>(),
        })
    };
    scopes_left_out(plan, desired).iter().map(json).collect()
}

/// What was found out about calls of an earlier run, a line each.
pub fn settled(calls: &[SettledCall]) -> Doc {
    let line = |call: &SettledCall| {
        let whom = call
            .person
            .as_ref()
            .map_or_else(|| "somebody".to_owned(), ToString::to_string);
        let verdict = match call.verdict {
            Settlement::TookEffect => "it happened",
            Settlement::NoEffect => "it did not happen",
            Settlement::Unknown => "it cannot be known",
            Settlement::LeftToPlan => "the plan will tell",
        };
        let mut runs = vec![
            say(format!("{} for ", call.call.as_str())),
            toned(Tone::Strong, whom),
        ];
        runs.push(say(format!(
            " at {} ({}): {verdict}",
            call.place, call.system
        )));
        if let Some(why) = &call.why {
            runs.extend([say(": "), foreign(why.clone())]);
        }
        Block::Line(runs)
    };
    Doc {
        title: Vec::new(),
        sections: vec![Section {
            title: vec![toned(
                Tone::Strong,
                "An earlier run left calls without an answer; reading says",
            )],
            blocks: calls.iter().map(line).collect(),
            fold: false,
        }],
    }
}
