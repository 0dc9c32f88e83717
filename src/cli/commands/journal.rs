//! `journal`: the record of what was seen and done.

use crate::cli::args::{DataFormat, JournalCommand};
use crate::cli::failure::{Ending, Endings, Failure};
use crate::cli::session::{Session, distrust};
use crate::journal::{Filter, Head, Snapshot, show, show_json};
use crate::render::doc::{Block, Doc, Section, prose, say};
use crate::render::text;
use crate::state::Place;

pub(in crate::cli) fn run(
    session: &Session<'_>,
    command: &JournalCommand,
) -> Result<Endings, Failure> {
    let root = session.root()?;
    let loaded = crate::config::load(&root, &session.load_options());
    let place = session.place(&root, Some(&loaded.project.settings))?;
    let read = || place.load().map_err(|error| distrust(&error));
    match command {
        JournalCommand::Show {
            person,
            step,
            run,
            format,
        } => {
            let filter = Filter {
                person: person.clone(),
                step: step.clone(),
                run: *run,
            };
            let journal = read()?;
            match format {
                DataFormat::Text => {
                    let zone = crate::ops::project::zone(&loaded);
                    let lines = show(&journal.sealed, &filter, &zone)
                        .into_iter()
                        .map(|line| {
                            let at = line.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
                            let begin = format!("{:>5}  {at}  ", line.seq);
                            Block::Line(vec![say(begin), prose(line.text)])
                        });
                    let doc = Doc {
                        title: Vec::new(),
                        sections: vec![Section::open(Vec::new(), lines.collect())],
                    };
                    session.ui.data(&text::write(&doc, session.ui.layout()));
                }
                DataFormat::Json => {
                    let lines = show_json(&journal.sealed, &filter)
                        .into_iter()
                        .map(|entry| format!("{entry}\n"));
                    session.ui.data(&lines.collect::<String>());
                }
            }
            warn_torn(session, &journal);
        }
        JournalCommand::Verify { expect_head } => {
            let journal = read()?;
            let Some(head) = journal.head() else {
                return Err(no_journal(&place));
            };
            if let Some(expected) = expect_head {
                let expected: Head = expected
                    .parse()
                    .map_err(|error| Failure::input(format!("`{expected}` is no head: {error}")))?;
                if !journal.has(&expected) {
                    return Err(Failure::new(
                        Ending::Untrusted,
                        format!(
                            "the journal does not contain the head {expected}: it was cut or written anew since"
                        ),
                    ));
                }
            }
            session.ui.data(&format!(
                "{} entries, each in its place; head {head}\n",
                journal.sealed.len()
            ));
            warn_torn(session, &journal);
        }
        JournalCommand::Head => match read()?.head() {
            Some(head) => session.ui.data(&format!("{head}\n")),
            None => return Err(no_journal(&place)),
        },
        JournalCommand::Init => {
            let head = place
                .init(session.now()?)
                .map_err(|error| distrust(&error))?;
            session.ui.data(&format!("{head}\n"));
        }
    }
    Ok(Endings::new())
}

fn no_journal(place: &Place) -> Failure {
    Failure::new(
        Ending::Untrusted,
        format!("there is no journal {place} yet"),
    )
}

fn warn_torn(session: &Session<'_>, journal: &Snapshot) {
    if let Some(torn) = &journal.torn {
        session.ui.shout(&format!(
            "note: the last line is not complete ({} bytes): a run died while it wrote, or one is writing now",
            torn.bytes
        ));
    }
}
