//! What came of a plan, as a page: for the comment on the change that was merged, for a browser, for a table of rows.
//!
//! Not the plan before it was applied: that is `view`'s. Invariants: every step stands in exactly one part of the page, by what
//! became of it; what is not done stands first.

use super::change::{self, Page};
use super::doc::{Block, Doc, Run, Section, Tone, prose, say, toned};
use super::names::Names;
use super::outcome::{self, explained};
use super::table;
use super::view::{self, Frame};
use super::words;
use crate::apply::{Outcome, Outcomes, Standing};
use crate::plan::{Mode, Plan, Step};

/// What a page says beside the plan and what came of it.
#[derive(Debug, Default)]
pub struct Beside {
    /// Why nothing was done at all.
    pub refused: Option<String>,
    /// Places that could not be read.
    pub left_out: Option<Section>,
    /// What of reviewed plans was not done.
    pub review: Doc,
    /// Where the journal ends.
    pub anchor: String,
}

/// The page.
pub fn doc(plan: &Plan, outcomes: &Outcomes, frame: &Frame<'_>, beside: Beside) -> Doc {
    let names = &Names::of(plan);
    let page = &Page::new(plan, frame, names);
    let steps = |standing| outcome::standing(plan, outcomes, standing);
    let lines = |steps: &[&Step]| -> Vec<Block> {
        let line = |step: &&Step| outcome::line(plan, names, step, outcomes, frame.catalog);
        steps.iter().map(line).map(Block::Line).collect()
    };
    let mut about = outcome::closing(outcomes);
    let short: String = plan.id.0.chars().take(12).collect();
    about.push(Block::Line(vec![toned(
        Tone::Dim,
        format!("Plan {short}."),
    )]));
    if !beside.anchor.is_empty() {
        let anchor = beside.anchor.trim_end().to_owned();
        about.push(Block::Line(vec![toned(Tone::Dim, anchor)]));
    }
    let mut sections = vec![Section::open(Vec::new(), about)];
    if let Some(why) = beside.refused {
        sections.push(Section::open(
            vec![toned(Tone::Alert, "Refused")],
            vec![Block::Line(vec![prose(why)])],
        ));
    }
    let left = steps(Standing::Left);
    if !left.is_empty() {
        let title = counted(Tone::Alert, "Not done", left.len());
        sections.push(Section::open(title, lines(&left)));
    }
    sections.extend(beside.left_out);
    sections.extend(beside.review.sections);
    let by_hand = |step: &&Step| matches!(step.mode, Mode::Manual(_));
    let (manual, waiting): (Vec<&Step>, Vec<&Step>) =
        steps(Standing::Waiting).into_iter().partition(by_hand);
    if !waiting.is_empty() {
        let title = counted(Tone::Strong, "Waiting", waiting.len());
        sections.push(Section::open(title, lines(&waiting)));
    }
    let done = steps(Standing::Done);
    sections.extend(change::sections(&done, page).into_iter().map(|section| {
        let mut title = vec![toned(Tone::Give, "Done: ")];
        title.extend(section.title);
        Section { title, ..section }
    }));
    // Whoever only looks is in none of those.
    let looked: Vec<&Step> = done
        .into_iter()
        .filter(|it| !change::is_change(it))
        .collect();
    if !looked.is_empty() {
        let title = counted(Tone::Give, "Done: looked at", looked.len());
        sections.push(Section::folded(title, lines(&looked)));
    }
    if !manual.is_empty() {
        let (said, open): (Vec<&Step>, Vec<&Step>) = manual
            .into_iter()
            .partition(|step| matches!(outcomes.of(&step.id), Some(Outcome::Said)));
        if !open.is_empty() {
            let title = counted(Tone::Strong, "By hand, and waiting", open.len());
            sections.push(Section::folded(title, change::by_hand(&open, page)));
        }
        if !said.is_empty() {
            let title = counted(Tone::Strong, "Said to be done", said.len());
            sections.push(Section::folded(title, lines(&said)));
        }
    }
    sections.extend(view::beside(plan, frame));
    Doc {
        title: view::title("Applied", " ", plan, frame),
        sections,
    }
}

fn counted(tone: Tone, what: &'static str, count: usize) -> Vec<Run> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    vec![
        toned(tone, what),
        say(format!(": {}", words::count(count, "step", "steps"))),
    ]
}

/// One row a step, with what became of it in the place of what is planned.
pub fn spreadsheet(plan: &Plan, outcomes: &Outcomes, frame: &Frame<'_>) -> String {
    table::write(plan, frame, |step| {
        outcomes.of(&step.id).map(|outcome| {
            let why = explained(plan, outcome, frame.catalog);
            (outcome.name(), why.unwrap_or_default())
        })
    })
}
