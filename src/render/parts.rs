//! A plan in parts: what a change causes, what was pending before it, what it spares.

use serde_json::{Value as Json, json};

use super::doc::{Block, Doc, Section, Tone, foreign, say, toned};
use super::names::Names;
use super::review::{fresh_json, fresh_line};
use super::words;
use crate::plan::part::Parts;
use crate::plan::{Plan, Step};

/// The parts as lines.
pub fn parts(parts: &Parts, rev: &str, plan: &Plan) -> Doc {
    let names = Names::of(plan);
    let section = |title: &'static str, steps: &[Step], held: usize| {
        let lines = steps
            .iter()
            .map(|step| Block::Line(fresh_line(step, &names)));
        let mut blocks: Vec<Block> = lines.collect();
        if blocks.is_empty() {
            let held = u32::try_from(held).unwrap_or(u32::MAX);
            let said = match held {
                0 => "nothing".to_owned(),
                held => format!(
                    "nothing but {} held back",
                    words::count(held, "thing", "things")
                ),
            };
            blocks.push(Block::Line(vec![toned(Tone::Dim, said)]));
        }
        Section {
            title: vec![
                toned(Tone::Strong, title),
                say(" (compared with "),
                foreign(rev.to_owned()),
                say(")"),
            ],
            blocks,
            fold: true,
        }
    };
    let mut sections = vec![
        section("Caused by this change", &parts.caused, parts.held),
        section("Pending already", &parts.pending, 0),
    ];
    if !parts.spared.is_empty() {
        sections.push(section("Not needed any more", &parts.spared, 0));
    }
    Doc {
        title: Vec::new(),
        sections,
    }
}

/// The parts in one line, for the top of a page.
pub fn summary(parts: &Parts, rev: &str) -> Block {
    let steps = |steps: &[Step]| {
        let count = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        words::count(count, "step is", "steps are")
    };
    let mut text = format!(
        ": {} caused by this change, {} pending already",
        steps(&parts.caused),
        steps(&parts.pending)
    );
    if !parts.spared.is_empty() {
        text.push_str(&format!(", {} not needed any more", steps(&parts.spared)));
    }
    if parts.held > 0 {
        let held = u32::try_from(parts.held).unwrap_or(u32::MAX);
        let held = words::count(held, "thing", "things");
        text.push_str(&format!("; {held} held back that would not be without it"));
    }
    text.push('.');
    Block::Line(vec![
        toned(Tone::Strong, "Compared with "),
        foreign(rev.to_owned()),
        say(text),
    ])
}

/// The same for programs.
pub fn to_json(parts: &Parts, commit: &str) -> Json {
    let ids =
        |steps: &[Step]| -> Vec<String> { steps.iter().map(|step| step.id.to_string()).collect() };
    json!({
        "commit": commit,
        "caused": ids(&parts.caused),
        "held": parts.held,
        "pending": ids(&parts.pending),
        "spared": parts.spared.iter().map(fresh_json).collect::<Vec<_>>(),
    })
}
