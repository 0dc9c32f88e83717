//! `done`: a person's word that a step by hand was done, or that it was not after all.

mod record;
mod ticks;
mod undo;

use crate::cli::args::DoneArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::ops::hand::NotFound;
use crate::render::escape;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &DoneArgs,
) -> Result<Endings, Failure> {
    let world = World::enter(session).await?;
    let project = session.open(None, world.now(), 0)?;
    let planning = Planning::new(session, &world, &project, &[])?;
    if args.by.trim().is_empty() {
        return Err(Failure::input("--by: nobody is named")
            .help("the key of a person of the project, or a name"));
    }
    if !planning.is_declared(&planning.known_as(&args.by)) {
        session.ui.tell(&format!(
            "note: `{}` is nobody's key in this project: it is recorded as a name",
            escape::terminal(&args.by)
        ));
    }
    let undone = if args.undo {
        undo::undo(session, &planning, args, world.now())
    } else {
        record::record(session, &planning, args, world.now())
    };
    world.leave(session, &project.loaded.project.settings)?;
    let endings = undone?;
    session.ui.data(&planning.anchor());
    Ok(endings)
}

fn not_found(id: &str, why: &NotFound) -> Failure {
    let list = |ids: &[std::sync::Arc<str>]| {
        let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
        ids.join(", ")
    };
    match why {
        NotFound::Short => Failure::input(format!("`{id}` is too short to name a step"))
            .help("at least four characters of its id, as `keyholder plan` shows it"),
        NotFound::Several(ids) => {
            Failure::input(format!("`{id}` begins several steps: {}", list(ids)))
                .help("write more of the one that is meant")
        }
        NotFound::Unknown(near) => {
            let failure = Failure::input(format!("`{id}` is no open step by hand"));
            if near.is_empty() {
                failure.help(
                    "`keyholder plan` shows the open ones; what is done by a call is read from the vendor and never said; a step at a system that is read is known here once `apply` has handed it over",
                )
            } else {
                failure.help(format!("did you mean {}?", list(near)))
            }
        }
    }
}
