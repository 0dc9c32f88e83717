//! `done --undo`: a word is taken back.
//!
//! Invariant: what was said stays on record; an id means one step that somebody said was done, or nothing is taken back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::not_found;
use crate::cli::args::DoneArgs;
use crate::cli::failure::{Endings, Failure};
use crate::cli::planning::Planning;
use crate::cli::session::{Session, unsaid};
use crate::model::SystemName;
use crate::ops::attest;
use crate::ops::hand::{self, NotFound};

/// Takes back what was said.
pub(super) fn undo(
    session: &Session<'_>,
    planning: &Planning<'_>,
    args: &DoneArgs,
    now: Timestamp,
) -> Result<Endings, Failure> {
    let by = planning.known_as(&args.by);
    for id in &args.steps {
        if id.len() < hand::SHORTEST {
            return Err(not_found(id, &NotFound::Short));
        }
        let mut found: BTreeSet<(&SystemName, &str)> = BTreeSet::new();
        for (system, statements) in &planning.statements.statements {
            let of_it = statements
                .iter()
                .filter(|(it, _)| it.withdrawn.is_none() && it.step.starts_with(id.as_str()));
            found.extend(of_it.map(|(it, _)| (system, &*it.step)));
        }
        let one = found.iter().next().copied().filter(|_| found.len() == 1);
        let Some((system, step)) = one else {
            return Err(if found.is_empty() {
                Failure::input(format!("nobody said that step `{id}` was done"))
                    .help("the statements stand in the folder `attestations`")
            } else {
                let all: Vec<&str> = found.into_iter().map(|(_, step)| step).collect();
                not_found(
                    id,
                    &NotFound::Several(all.into_iter().map(Into::into).collect()),
                )
            });
        };
        let recorded = attest::withdraw(&planning.statements_folder, system, step, &by, now)
            .map_err(|error| unsaid(&error))?;
        session.ui.data(&format!(
            "{step} of {system} is taken back; what was said stays on record\n"
        ));
        session.ui.tell(&format!(
            "{} was written; commit it",
            planning.shown(&recorded.file)
        ));
    }
    Ok(Endings::new())
}
