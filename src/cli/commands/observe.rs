//! `observe`: read the live systems, say what was seen, take note of it in the journal, and keep it if asked.
//!
//! Invariant: where a journal is, what was shown stands in it, or the run says why not. Where none is, one is not begun.

use std::io::Write as _;

use camino::Utf8Path;

use crate::cli::anchor;
use crate::cli::args::{DataFormat, ObserveArgs};
use crate::cli::commands::apply::kept::mended;
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, distrust};
use crate::cli::world::World;
use crate::ops::{live, planned};
use crate::render::{seen, text};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ObserveArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 7)?;
    let mut planning = Planning::about_to_write(session, &world, &project, &args.only)?;
    // Before anything is read: what another run is about to change is not what stays.
    let mut journal = None;
    if planning.unremembered.is_none() {
        let opened = planning.place.open(&Session::opening(world.now()));
        let opened = opened.map_err(|error| distrust(&error))?;
        if let Some(torn) = &opened.torn {
            session.ui.tell(&mended(torn));
        }
        planning.reread(opened.journal.sealed());
        journal = Some(opened.journal);
    }
    let providers = world.connect(session, &project)?;
    let read = live::read(
        &project,
        &providers,
        &planning.memory,
        &planning.only,
        session.ui,
    )
    .await;
    let mut trusted = read.clone();
    planned::distrust(&mut trusted, &project, &planning.memory);
    if let Some(journal) = &mut journal {
        planning.note(&mut **journal, &trusted)?;
        planning.reread(journal.sealed());
    }
    drop(journal);
    world.leave(session, &project.loaded.project.settings)?;

    let head = planning.head();
    let mut json = crate::snapshot::to_json(&read, project.catalog);
    json["journal"] = anchor::json(head.as_ref());
    if let Some(file) = &args.out {
        keep(file, &format!("{json:#}\n"))?;
        session.ui.tell(&format!(
            "kept in {file}, contacts included: treat it as personal data"
        ));
    }
    match args.format {
        DataFormat::Json => session.ui.data(&format!("{json:#}\n")),
        DataFormat::Text => {
            let doc = seen::observed(&trusted, &project.desired, &project.zone);
            session.ui.data(&text::write(&doc, session.ui.layout()));
            session.ui.data(&planning.anchor());
        }
    }
    let mut endings = Planning::endings_of_read(&trusted);
    endings.extend(planning.warn_unremembered());
    Ok(endings)
}

/// Writes the whole file or none of it, for the owner's eyes only.
fn keep(file: &Utf8Path, content: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::input(format!("{file}: {error}"));
    let new = format!("{file}.new");
    let mut options = std::fs::File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut out = options.open(&new).map_err(failed)?;
    out.write_all(content.as_bytes())
        .and_then(|()| out.sync_all())
        .map_err(failed)?;
    std::fs::rename(&new, file).map_err(failed)
}
