//! What `apply` says before and after: the question, and what became of each step.
//!
//! Invariant: the question counts what the plan holds, and nothing is printed that did not end.

use crate::apply::Outcomes;
use crate::cli::anchor;
use crate::cli::args::DataFormat;
use crate::cli::failure::Endings;
use crate::cli::planning::{Planned, Planning};
use crate::cli::reviewed::Files;
use crate::cli::session::Session;
use crate::plan::review::Review;
use crate::plan::{Plan, totals};
use crate::render::{outcome, review, text};

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

/// Says what of the reviewed plans is not done; to programs it is said at the end.
pub(super) fn say_review(
    session: &Session<'_>,
    found: &Review,
    fresh: &Plan,
    due: bool,
    format: DataFormat,
) {
    let doc = if due {
        review::not_due(&found.unreviewed, fresh)
    } else {
        review::review(found, fresh)
    };
    if format == DataFormat::Text && !doc.sections.is_empty() {
        let text = text::write(&doc, session.ui.layout());
        session
            .ui
            .data(&format!("\n{}", text.trim_start_matches('\n')));
    }
}

/// Prints what became of a plan.
pub(super) fn report(
    session: &Session<'_>,
    planning: &Planning<'_>,
    planned: &Planned,
    outcomes: &Outcomes,
    reviewed: Option<(&Review, Option<&Files>)>,
    format: DataFormat,
    endings: &Endings,
) {
    match format {
        DataFormat::Text => {
            let mut doc = outcome::outcomes(&planned.plan, outcomes, planning.project.catalog);
            let left_out = outcome::left_out(&planned.plan, &planning.project.desired);
            // Before the totals, which end it.
            let last = doc.sections.len().saturating_sub(1);
            doc.sections.splice(last..last, left_out);
            session.ui.data(&format!(
                "\n{}",
                text::write(&doc, session.ui.layout()).trim_start_matches('\n')
            ));
            session.ui.data(&anchor::line(outcomes.head.as_ref()));
        }
        DataFormat::Json => {
            let mut json = crate::plan::wire::to_json(&planned.plan, planning.project.catalog);
            let mut all = outcome::to_json(outcomes);
            all.extend(outcome::left_out_json(
                &planned.plan,
                &planning.project.desired,
            ));
            let refused = planning.refused(planned);
            all.extend(refused.map(|why| serde_json::json!({ "outcome": "refused", "why": why })));
            all.extend(
                endings
                    .iter()
                    .map(|ending| serde_json::json!({ "ending": ending.name() })),
            );
            json["outcomes"] = all.into();
            json["journal"] = anchor::json(outcomes.head.as_ref());
            if let Some((found, files)) = reviewed {
                json["review"] = review::to_json(found, files.map_or(&[], |files| &files.plans));
            }
            session.ui.json(&json);
        }
    }
}
