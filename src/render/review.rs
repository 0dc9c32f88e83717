//! What of reviewed plans is not done, as lines for people and as `review` of the JSON plan.
//!
//! Everything that comes from a file is foreign here, also what it calls its kinds and places.

use serde_json::{Value as Json, json};

use super::doc::{Block, Doc, Run, Section, Tone, foreign, foreign_toned, say, toned};
use super::names::Names;
use super::words;
use crate::plan::file::{Reviewed, ReviewedStep};
use crate::plan::review::Review;
use crate::plan::{Plan, Step};

/// What was reviewed and is not done, and what would be done and was not reviewed.
pub fn review(review: &Review, fresh: &Plan) -> Doc {
    let names = Names::of(fresh);
    let mut sections = Vec::new();
    let mut add = |tone: Tone, title: &'static str, about: &'static str, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            sections.push(Section {
                title: vec![toned(tone, title), say(about)],
                blocks,
                fold: false,
            });
        }
    };
    let stale = review.stale.iter().flat_map(|stale| {
        let why = stale
            .why
            .iter()
            .map(|why| Block::Line(vec![say("  "), foreign(words::shortened(why, 400))]));
        std::iter::once(Block::Line(reviewed_line(&stale.step))).chain(why)
    });
    add(
        Tone::Alert,
        "Stale",
        " (reviewed, and different now: not done)",
        stale.collect(),
    );
    let unreviewed = review
        .unreviewed
        .iter()
        .map(|step| Block::Line(fresh_line(step, &names)));
    add(
        Tone::Alert,
        "Not reviewed",
        " (needed now, and in no plan that was given: not done)",
        unreviewed.collect(),
    );
    let satisfied = review
        .satisfied
        .iter()
        .map(|step| Block::Line(reviewed_line(step)));
    add(
        Tone::Dim,
        "Satisfied",
        " (reviewed, and so already)",
        satisfied.collect(),
    );
    Doc {
        title: Vec::new(),
        sections,
    }
}

/// What `apply --due` leaves, because time alone does not cause it.
pub fn not_due(steps: &[Step], fresh: &Plan) -> Doc {
    let names = Names::of(fresh);
    let lines = steps
        .iter()
        .map(|step| Block::Line(fresh_line(step, &names)));
    let section = Section {
        title: vec![
            toned(Tone::Strong, "Not due"),
            say(" (time alone does not cause it: not done)"),
        ],
        blocks: lines.collect(),
        fold: false,
    };
    Doc {
        title: Vec::new(),
        sections: (!steps.is_empty()).then_some(section).into_iter().collect(),
    }
}

fn reviewed_line(step: &ReviewedStep) -> Vec<Run> {
    let short = |text: &str| words::shortened(text, 80);
    vec![
        foreign_toned(Tone::Strong, short(&step.name)),
        say("  "),
        foreign(format!(
            "{} at {} ({})",
            short(&step.kind),
            short(&step.location),
            short(&step.system)
        )),
    ]
}

pub(super) fn fresh_line(step: &Step, names: &Names<'_>) -> Vec<Run> {
    vec![
        foreign_toned(Tone::Strong, step.name.to_string()),
        say(format!("  {} at ", step.kind.name())),
        foreign(names.text(&step.system, &step.place)),
    ]
}

pub(super) fn fresh_json(step: &Step) -> Json {
    json!({
        "id": step.id.to_string(),
        "kind": step.kind.name(),
        "person": step.person.as_ref().map(ToString::to_string),
        "system": step.system.to_string(),
        "location": step.place.to_string(),
    })
}

/// The same for programs.
pub fn to_json(review: &Review, files: &[Reviewed]) -> Json {
    let of = |step: &ReviewedStep| {
        json!({
            "id": step.id.to_string(),
            "kind": step.kind,
            "person": step.person,
            "system": step.system,
            "location": step.location,
        })
    };
    let stale = review.stale.iter().map(|stale| {
        let mut json = of(&stale.step);
        json["why"] = json!(stale.why);
        json
    });
    let unreviewed = review.unreviewed.iter().map(fresh_json);
    json!({
        "plans": files.iter().map(|file| file.id.to_string()).collect::<Vec<_>>(),
        "stale": stale.collect::<Vec<_>>(),
        "unreviewed": unreviewed.collect::<Vec<_>>(),
        "satisfied": review.satisfied.iter().map(of).collect::<Vec<_>>(),
    })
}
