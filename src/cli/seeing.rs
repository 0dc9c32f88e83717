//! What `why`, `who` and `matrix` look at beside the files: a live read, a kept one, or nothing.

use jiff::Timestamp;

use super::args::SeenArgs;
use super::failure::{Endings, Failure};
use super::planning::Planning;
use super::session::Session;
use super::world::World;
use crate::audit::seen::Seen;
use crate::ops::project::Project;
use crate::ops::why::Unclear;

/// A project and what was seen of it, if that was asked for.
pub(super) struct Seeing {
    /// The project.
    pub(super) project: Project,
    /// What was seen.
    pub(super) seen: Option<Seen>,
    /// The present.
    pub(super) now: Timestamp,
    /// What the read means for the exit code.
    pub(super) endings: Endings,
}

impl SeenArgs {
    /// Whether anything is looked at.
    pub(super) fn any(&self) -> bool {
        self.live || self.observed.is_some()
    }
}

/// Opens the project, and reads what was asked for. Without that no network is touched and no journal needed.
pub(super) async fn see(
    session: &Session<'_>,
    args: &SeenArgs,
    as_of: Option<&str>,
) -> Result<Seeing, Failure> {
    if !args.any() {
        let now = session.now()?;
        return Ok(Seeing {
            project: session.open(as_of, now, 7)?,
            seen: None,
            now,
            endings: Endings::new(),
        });
    }
    let world = World::enter(session).await?;
    let project = session.open(as_of, world.now(), 7)?;
    let planning = Planning::new(session, &world, &project, &[])?;
    let planned = if let Some(file) = &args.observed {
        planning.recall(file, &args.max_age)?
    } else {
        let providers = world.connect(session, &project)?;
        planning.ask(&providers).await
    };
    world.leave(session, &project.loaded.project.settings)?;
    let endings = Planning::endings_of_read(&planned.observed);
    let seen = Seen::live(&project.desired, &planning.memory, &planned.observed);
    drop(planning);
    Ok(Seeing {
        project,
        seen: Some(seen),
        now: world.now(),
        endings,
    })
}

/// A question that names something that is not there.
pub(super) fn unclear(error: &Unclear) -> Failure {
    Failure::input(error.to_string()).help(error.advice())
}
