//! What `apply` says before and after: the question, and what became of each step, in each format that was asked for.
//!
//! Invariant: the question counts what the plan holds, and nothing is printed that did not end.

use crate::apply::Outcomes;
use crate::cli::anchor;
use crate::cli::args::{ApplyArgs, PlanFormat};
use crate::cli::commands::plan::in_words;
use crate::cli::failure::{Endings, Failure};
use crate::cli::output::Outputs;
use crate::cli::planning::{Planned, Planning};
use crate::cli::reviewed::Files;
use crate::cli::session::Session;
use crate::plan::review::Review;
use crate::plan::{Plan, totals};
use crate::render::applied::{self, Beside};
use crate::render::doc::Doc;
use crate::render::text::Layout;
use crate::render::view::Frame;
use crate::render::{escape, html, lines, markdown, outcome, review, text};
use crate::vcs;

/// What is asked before anything is done.
pub(super) fn question(planned: &Planned) -> String {
    let counts = totals(&planned.plan.draft);
    let mut question = format!(
        "Do {} for {}?",
        crate::render::words::count(counts.api, "step", "steps"),
        crate::render::words::count(counts.people, "person", "people")
    );
    if counts.invitations > 0 {
        question.push_str(&format!(
            " {} will be sent.",
            crate::render::words::count(counts.invitations, "message", "messages")
        ));
    }
    question
}

/// Where what came of a plan is printed. What only a plan can be printed as is refused before anything is read.
pub(super) fn outputs(args: &ApplyArgs) -> Result<Outputs<PlanFormat>, Failure> {
    let wanted = || args.formats.iter();
    if wanted().any(|it| it.format == PlanFormat::Sarif) {
        return Err(Failure::input(
            "--format: `sarif` is of plans alone: code scanning is told what is wrong with lines, and not what was done",
        )
        .help("what was applied is printed as text, json, markdown, html, csv, github or gitlab"));
    }
    Outputs::prepare(wanted().map(|it| (it.format, it.file.as_deref())))
}

/// What of the reviewed plans is not done.
pub(super) fn of_review(found: &Review, fresh: &Plan, due: bool) -> Doc {
    if due {
        review::not_due(&found.unreviewed, fresh)
    } else {
        review::review(found, fresh)
    }
}

/// What came of a plan, about to be printed.
pub(super) struct Report<'a> {
    pub(super) session: &'a Session<'a>,
    pub(super) planning: &'a Planning<'a>,
    pub(super) planned: &'a Planned,
    /// The plan before it was narrowed to what was reviewed.
    pub(super) fresh: &'a Plan,
    pub(super) reviewed: Option<(&'a Review, Option<&'a Files>)>,
    pub(super) args: &'a ApplyArgs,
}

impl Report<'_> {
    /// Shows on stdout what will be done, before it is; on stderr where stdout has another format and somebody is asked.
    pub(super) fn before(&self, outputs: &Outputs<PlanFormat>) {
        let is_text = outputs.stdout == Some(PlanFormat::Text);
        let ui = self.session.ui;
        if is_text {
            ui.data(&self.plan_in_words(ui.layout(), &self.planning.frame()));
        } else if !self.args.yes {
            ui.shout(&self.plan_in_words(ui.err_layout(), &self.planning.frame()));
        }
    }

    fn plan_in_words(&self, layout: Layout, frame: &Frame<'_>) -> String {
        let plan = in_words(self.planning, self.planned, layout, frame);
        plan + &paragraph(&self.review(), layout)
    }

    fn review(&self) -> Doc {
        let (found, _) = self.reviewed.unzip();
        found.map_or_else(Doc::default, |found| {
            of_review(found, self.fresh, self.args.due)
        })
    }

    /// Prints what became of a plan: stdout first, then each file.
    pub(super) fn after(
        &self,
        outputs: Outputs<PlanFormat>,
        outcomes: &Outcomes,
        endings: &Endings,
    ) -> Result<(), Failure> {
        let ui = self.session.ui;
        if let Some(format) = outputs.stdout {
            let layout = ui.layout();
            ui.data(&match format {
                PlanFormat::Text => self.outcome_in_words(layout, outcomes),
                format => self.written(format, layout, &self.planning.frame(), outcomes, endings),
            });
        }
        for (format, file) in outputs.files {
            // A file is read by others: no colors, no contacts, whoever sits at this terminal.
            let frame = Frame {
                contacts: false,
                ..self.planning.frame()
            };
            let layout = Layout::PLAIN;
            file.write(match format {
                PlanFormat::Text => {
                    self.plan_in_words(layout, &frame) + &self.outcome_in_words(layout, outcomes)
                }
                format => self.written(format, layout, &frame, outcomes, endings),
            })?;
        }
        Ok(())
    }

    fn written(
        &self,
        format: PlanFormat,
        layout: Layout,
        frame: &Frame<'_>,
        outcomes: &Outcomes,
        endings: &Endings,
    ) -> String {
        let plan = &self.planned.plan;
        let prefix = || vcs::prefix(&self.planning.project.loaded.root);
        let page = || {
            let beside = Beside {
                refused: self.planning.refused(self.planned),
                left_out: outcome::left_out(plan, &self.planning.project.desired),
                review: self.review(),
                anchor: anchor::line(outcomes.head.as_ref()),
            };
            applied::doc(plan, outcomes, frame, beside)
        };
        match format {
            // No plan is printed as what came of it: `outputs` refused it.
            PlanFormat::Text | PlanFormat::Sarif => self.outcome_in_words(layout, outcomes),
            PlanFormat::Json => escape::value(&self.json(outcomes, endings)),
            PlanFormat::Markdown => {
                let systems = plan.draft.systems.iter().map(|system| system.name.as_str());
                let only = self.args.inputs.only.iter().map(String::as_str);
                let marker = markdown::marker("applied", &prefix(), systems.chain(only));
                let budget = self.args.budget as usize;
                let marker = &marker;
                markdown::write(&page(), markdown::Page { marker, budget })
            }
            PlanFormat::Html => html::write(&page()),
            PlanFormat::Csv => applied::spreadsheet(plan, outcomes, frame),
            PlanFormat::Github => lines::applied_github(plan, outcomes, frame, &prefix()),
            PlanFormat::Gitlab => lines::applied_gitlab(plan, outcomes, frame, &prefix()),
        }
    }

    fn outcome_in_words(&self, layout: Layout, outcomes: &Outcomes) -> String {
        let plan = &self.planned.plan;
        let mut doc = outcome::outcomes(plan, outcomes, self.planning.project.catalog);
        let left_out = outcome::left_out(plan, &self.planning.project.desired);
        // Before the totals, which end it.
        let last = doc.sections.len().saturating_sub(1);
        doc.sections.splice(last..last, left_out);
        paragraph(&doc, layout) + &anchor::line(outcomes.head.as_ref())
    }

    fn json(&self, outcomes: &Outcomes, endings: &Endings) -> serde_json::Value {
        let plan = &self.planned.plan;
        let desired = &self.planning.project.desired;
        let mut json = crate::plan::wire::to_json(plan, self.planning.project.catalog);
        let mut all = outcome::to_json(outcomes);
        all.extend(outcome::left_out_json(plan, desired));
        let refused = self.planning.refused(self.planned);
        all.extend(refused.map(|why| serde_json::json!({ "outcome": "refused", "why": why })));
        all.extend(
            endings
                .iter()
                .map(|ending| serde_json::json!({ "ending": ending.name() })),
        );
        json["outcomes"] = all.into();
        json["journal"] = anchor::json(outcomes.head.as_ref());
        if let Some((found, files)) = self.reviewed {
            json["review"] = review::to_json(found, files.map_or(&[], |files| &files.plans));
        }
        json
    }
}

/// A document after an empty line; nothing where it says nothing.
fn paragraph(doc: &Doc, layout: Layout) -> String {
    if doc.sections.is_empty() {
        return String::new();
    }
    format!("\n{}", text::write(doc, layout).trim_start_matches('\n'))
}
