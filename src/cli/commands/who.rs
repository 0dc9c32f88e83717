//! `who`: everybody who has a right or a role.

use crate::audit::matrix::{Filter, Side};
use crate::audit::who::{Asked, who};
use crate::cli::args::{DataFormat, WhoArgs};
use crate::cli::failure::{Endings, Failure};
use crate::cli::seeing::{see, unclear};
use crate::cli::session::Session;
use crate::model::explained::Subject;
use crate::ops::{matrix, why};
use crate::render::{escape, text, who as shown};

pub(in crate::cli) async fn run(session: &Session<'_>, args: &WhoArgs) -> Result<Endings, Failure> {
    let seeing = see(session, &args.seen, args.as_of.as_deref()).await?;
    let project = &seeing.project;
    let place = args.at.as_deref().map(|at| why::place(project, at));
    let place = place.transpose().map_err(|error| unclear(&error))?;
    let asked = match why::vocabulary(project).role(&args.what) {
        // A slug is never mistaken for a role that somebody called so.
        Some(role) if project.catalog.by_slug(&args.what).is_none() => {
            vec![Asked::Role(role.clone())]
        }
        Some(_) | None => why::subjects(project, &args.what)
            .map_err(|error| unclear(&error))?
            .into_iter()
            .filter(|subject| *subject != Subject::Role)
            .map(Asked::Right)
            .collect(),
    };
    let side = Side {
        desired: Some(&project.desired),
        seen: seeing.seen.as_ref(),
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
        return Err(Failure::input("`role` alone names no role"));
    };
    // A right of a place and one of a chain may have one name: whoever has either.
    holders.list.extend(found.flat_map(|more| more.list));
    match args.format {
        DataFormat::Json => {
            let json = shown::to_json(&holders, &project.desired, project.catalog);
            session.ui.data(&escape::json(&format!("{json:#}\n")));
        }
        DataFormat::Text => {
            let doc = shown::doc(&holders, &project.desired, project.catalog, &project.zone);
            session.ui.data(&text::write(&doc, session.ui.layout()));
        }
    }
    Ok(seeing.endings)
}
