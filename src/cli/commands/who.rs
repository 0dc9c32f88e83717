//! `who`: everybody who has a right or a role.

use crate::audit::matrix::{Filter, Side};
use crate::audit::who::who;
use crate::cli::args::WhoArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::seeing::{by, see, then, unclear};
use crate::cli::session::Session;
use crate::ops::{matrix, why};
use crate::render::who as shown;

pub(in crate::cli) async fn run(session: &Session<'_>, args: &WhoArgs) -> Result<Endings, Failure> {
    let mut seeing = see(session, &args.seen, args.as_of.as_deref()).await?;
    let then = then(session, &seeing, args.as_of.as_deref())?;
    let note = match &then {
        None if !args.seen.any() => seeing.learn_locks(session),
        None | Some(_) => None,
    };
    let known = then.as_ref().and_then(|moment| moment.then.as_deref());
    let project = known.unwrap_or(&seeing.project);
    let place = args.at.as_deref().map(|at| why::place(project, at));
    let place = place.transpose().map_err(|error| unclear(&error))?;
    let asked = why::asked(project, &args.what).map_err(|error| unclear(&error))?;
    let seen = then.as_ref().and_then(|moment| moment.seen.as_deref());
    let locked = then
        .as_ref()
        .map_or(&seeing.locked, |moment| &moment.locked);
    let desired = project.desired.locked_out(locked);
    let side = Side {
        desired: Some(&desired),
        locked: Some(locked),
        seen: seen.or(seeing.seen.as_ref()),
        hand: Some(&seeing.project.desired),
    };
    let filter = Filter {
        places: place.into_iter().collect(),
        ..Filter::default()
    };
    let extending = matrix::extending(project, &args.what);
    let sources = &project.loaded.sources;
    let mut found = asked.into_iter().map(|asked| {
        let has = |role: &_| extending.contains(role);
        who(&side, asked, &has, &filter, project.catalog, sources)
    });
    let Some(mut holders) = found.next() else {
        return Err(Failure::input("`role` alone names no role")
            .help("the key of a role, or the vendor's name of one: `keyholder who manager`"));
    };
    // A right of a place and one of a chain may have one name: whoever has either.
    for more in found {
        holders.add(more);
    }
    let mut by = by(project, then.as_ref(), &holders.lines());
    by.notes.extend(note);
    by.notes.extend(seeing.unread.iter().cloned());
    let (desired, catalog) = (&project.desired, project.catalog);
    session.ui.answer(
        args.format,
        || shown::to_json(&holders, &by, desired, catalog),
        || shown::doc(&holders, &by, desired, catalog, &project.zone),
    );
    Ok(seeing.endings)
}
