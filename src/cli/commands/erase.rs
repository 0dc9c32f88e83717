//! `erase`: a tombstone in the files, and where else something of a person is.

use std::fmt::Write as _;

use crate::cli::args::EraseArgs;
use crate::cli::edits::Desk;
use crate::cli::failure::{Endings, Failure};
use crate::cli::pick::{self, named};
use crate::cli::planning::Planning;
use crate::cli::session::Session;
use crate::cli::world::World;
use crate::ops::erase::{Traces, erase, reads};
use crate::render::escape;

/// Files that are shown of the history.
const MOST: usize = 20;

pub(in crate::cli) async fn run(
    session: &Session<'_>,
    args: &EraseArgs,
) -> Result<Endings, Failure> {
    let desk = Desk::open(session, &args.edit)?;
    let people = pick::people(&desk.project);
    let key = named(session, args.person.as_deref(), pick::PERSON, &people)?;
    let world = World::enter(session).await?;
    let planning = Planning::new(session, &world, &desk.project, &[])?;
    let reads = reads(planning.journal.sealed.iter().map(|it| &it.entry));
    let memory = planning.memory;
    world.leave(session, &desk.project.loaded.project.settings)?;
    let erased = erase(&desk.project, &desk.texts, (&memory, &reads), &key);
    let erased = erased.map_err(crate::cli::edits::not_made)?;
    let traces = told(&erased.traces);
    let said = format!("Erase {key}");
    desk.write_down(session, &erased.texts, &said, &args.edit, &traces)
}

/// Where more is, without saying what.
fn told(traces: &Traces) -> String {
    let mut text = "\nStill to be found\n".to_owned();
    let mut line = |what: &str, about: &str| {
        let _ = writeln!(
            text,
            "  {}: {}",
            escape::terminal_long(what),
            escape::terminal_long(about)
        );
    };
    for (file, what) in &traces.files {
        line(file, &what.join(", "));
    }
    for system in &traces.unread {
        line(
            system.as_str(),
            "nothing can read it: whoever does the steps by hand knows whether their account is gone",
        );
    }
    for (what, text) in &traces.earlier {
        line(what, text);
    }
    match &traces.commits {
        None => line("history", "there is no git here"),
        Some(commits) => match (commits.first(), commits.last()) {
            (Some(first), Some(last)) => {
                let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
                let number = u32::try_from(commits.len()).unwrap_or(u32::MAX);
                line(
                    "history",
                    &format!(
                        "{}, from {} ({}) to {} ({})",
                        crate::render::words::count(number, "commit", "commits"),
                        first.date,
                        short(&first.hash),
                        last.date,
                        short(&last.hash)
                    ),
                );
                for file in traces.history.iter().take(MOST) {
                    line("history of", file);
                }
                if traces.history.len() > MOST {
                    let more = traces.history.len() - MOST;
                    line("history of", &format!("{more} more files"));
                }
            }
            _ => line("history", "nothing"),
        },
    }
    if traces.cut {
        line(
            "history",
            "it is too long to be searched to its end: there may be more",
        );
    }
    line(
        "journal",
        "the key and the ids of vendors, no name and no contact; it is a chain, and stays",
    );
    text
}
