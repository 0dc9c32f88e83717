//! `why`: the chain of lines that decides what somebody has.

use crate::cli::args::{DataFormat, WhyArgs};
use crate::cli::failure::{Endings, Failure};
use crate::cli::seeing::{see, unclear};
use crate::cli::session::Session;
use crate::ops::why;
use crate::render::{escape, text, why as shown};

pub(in crate::cli) async fn run(session: &Session<'_>, args: &WhyArgs) -> Result<Endings, Failure> {
    let seeing = see(session, &args.seen, args.as_of.as_deref()).await?;
    let project = &seeing.project;
    let person = why::person(project, &args.person).map_err(|error| unclear(&error))?;
    let place = args.at.as_deref().map(|at| why::place(project, at));
    let place = place.transpose().map_err(|error| unclear(&error))?;
    let subjects = args
        .right
        .as_deref()
        .map(|right| why::subjects(project, right));
    let subjects = subjects.transpose().map_err(|error| unclear(&error))?;
    let answer = why::why(
        project,
        &person,
        subjects.as_deref(),
        place.as_ref(),
        seeing.seen.as_ref(),
    );
    let answer =
        answer.ok_or_else(|| Failure::input(format!("nobody is declared as `{}`", args.person)))?;
    match args.format {
        DataFormat::Json => {
            let json = shown::to_json(&answer, &project.desired, project.catalog);
            session.ui.data(&escape::json(&format!("{json:#}\n")));
        }
        DataFormat::Text => {
            let doc = shown::doc(&answer, &project.desired, project.catalog, &project.zone);
            session.ui.data(&text::write(&doc, session.ui.layout()));
        }
    }
    Ok(seeing.endings)
}
