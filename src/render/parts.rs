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
    let section = |title: &'static str, steps: &[Step]| {
        let lines = steps
            .iter()
            .map(|step| Block::Line(fresh_line(step, &names)));
        let mut blocks: Vec<Block> = lines.collect();
        if blocks.is_empty() {
            blocks.push(Block::Line(vec![toned(Tone::Dim, "nothing")]));
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
        section("Caused by this change", &parts.caused),
        section("Pending already", &parts.pending),
    ];
    if !parts.spared.is_empty() {
        sections.push(section("Not needed any more", &parts.spared));
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
        "pending": ids(&parts.pending),
        "spared": parts.spared.iter().map(fresh_json).collect::<Vec<_>>(),
    })
}
