//! `why`: the chain of lines that decides what somebody has.

use crate::cli::args::WhyArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::seeing::{by, see, then, unclear};
use crate::cli::session::Session;
use crate::ops::why;
use crate::render::why as shown;

pub(in crate::cli) async fn run(session: &Session<'_>, args: &WhyArgs) -> Result<Endings, Failure> {
    let mut seeing = see(session, &args.seen, args.as_of.as_deref()).await?;
    let then = then(session, &seeing, args.as_of.as_deref())?;
    let note = match &then {
        None if !args.seen.any() => seeing.learn_locks(session),
        None | Some(_) => None,
    };
    let known = then.as_ref().and_then(|moment| moment.then.as_deref());
    let project = known.unwrap_or(&seeing.project);
    let person = why::person(project, &args.person).map_err(|error| unclear(&error))?;
    let place = args.at.as_deref().map(|at| why::place(project, at));
    let place = place.transpose().map_err(|error| unclear(&error))?;
    let subjects = args
        .right
        .as_deref()
        .map(|right| why::subjects(project, right));
    let subjects = subjects.transpose().map_err(|error| unclear(&error))?;
    let seen = then.as_ref().and_then(|moment| moment.seen.as_deref());
    let answer = why::why(
        project,
        &person,
        subjects.as_deref(),
        place.as_ref(),
        seen.or(seeing.seen.as_ref()),
        then.as_ref()
            .map_or(&seeing.locked, |moment| &moment.locked),
    );
    let answer =
        answer.ok_or_else(|| Failure::input(format!("nobody is declared as `{}`", args.person)))?;
    let mut by = by(project, then.as_ref(), &answer.lines());
    by.notes.extend(note);
    by.notes.extend(seeing.unread.iter().cloned());
    let (desired, catalog) = (&project.desired, project.catalog);
    session.ui.answer(
        args.format,
        || shown::to_json(&answer, &by, desired, catalog),
        || shown::doc(&answer, &by, desired, catalog, &project.zone),
    );
    Ok(seeing.endings)
}
