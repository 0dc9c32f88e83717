//! `check`: every problem of the project, in one run.

use crate::cli::args::{CheckArgs, ProblemFormat};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::Session;
use crate::config::Summary;
use crate::diagnostic::Severity;
use crate::diagnostic::render::Form;
use crate::ops::planned;

pub(in crate::cli) fn run(session: &Session<'_>, args: &CheckArgs) -> Result<Endings, Failure> {
    let mut project = session.open_anyway(None, Session::machine_now(), 7)?;
    let failed = project.has_errors();
    // What is refused is not judged: half of it may be missing.
    let broken = if failed {
        Vec::new()
    } else {
        planned::broken(&project)
    };
    let held = !broken.is_empty();
    project.diagnostics.extend(broken);
    match args.format {
        ProblemFormat::Text => {
            let form = session.ui.problem_style().form;
            let least = if args.notes {
                Severity::Note
            } else {
                Severity::Warning
            };
            let drawn = session.drawn(&project, form, least);
            if !drawn.is_empty() {
                session.ui.shout(&drawn);
            }
            if !failed && !held {
                let notes = project.count(Severity::Note);
                session.ui.data(&counted(
                    &project.summary,
                    if args.notes { 0 } else { notes },
                ));
            }
        }
        ProblemFormat::Json => {
            session
                .ui
                .data(&session.drawn(&project, Form::Json, Severity::Note))
        }
        ProblemFormat::Github => {
            session
                .ui
                .data(&session.drawn(&project, Form::Github, Severity::Warning))
        }
        ProblemFormat::Gitlab => {
            session
                .ui
                .data(&session.drawn(&project, Form::Gitlab, Severity::Warning))
        }
        ProblemFormat::Sarif => {
            session
                .ui
                .data(&session.drawn(&project, Form::Sarif, Severity::Note))
        }
    }
    // A large project is not worth taking apart: the process ends here.
    std::mem::forget(project);
    Ok(if failed {
        Endings::from([Ending::BadInput])
    } else if held {
        Endings::from([Ending::Held])
    } else {
        Endings::new()
    })
}

fn counted(summary: &Summary, notes: usize) -> String {
    let noun = |count: usize, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let hidden = if notes == 0 {
        String::new()
    } else {
        format!(
            "; {} (`keyholder check --notes` shows them)",
            noun(notes, "note", "notes")
        )
    };
    format!(
        "fine: {}, {}, {}, {}{hidden}\n",
        noun(summary.people, "person", "people"),
        noun(summary.roles, "role", "roles"),
        noun(summary.locations, "location", "locations"),
        noun(summary.systems, "system", "systems"),
    )
}
