//! `observe`: read the live systems, say what was seen, and keep it if asked.

use std::io::Write as _;

use camino::Utf8Path;

use crate::cli::args::{DataFormat, ObserveArgs};
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::ops::live;
use crate::render::{seen, text};

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &ObserveArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 7)?;
    let planning = Planning::new(session, &world, &project, &args.only)?;
    let providers = world.connect(session, &project)?;
    let observed = live::read(
        &project,
        &providers,
        &planning.memory,
        &planning.only,
        session.ui,
    )
    .await;
    world.leave(session, &project.loaded.project.settings)?;
    let json = crate::snapshot::to_json(&observed, project.catalog);
    if let Some(file) = &args.out {
        keep(file, &format!("{json:#}\n"))?;
        session.ui.tell(&format!(
            "kept in {file}, contacts included: treat it as personal data"
        ));
    }
    match args.format {
        DataFormat::Json => session.ui.data(&format!("{json:#}\n")),
        DataFormat::Text => {
            let doc = seen::observed(&observed, &project.desired, &project.zone);
            session.ui.data(&text::write(&doc, session.ui.layout()));
        }
    }
    Ok(Planning::endings_of_read(&observed))
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
