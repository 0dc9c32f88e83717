//! What was applied last: the files that `apply --due` goes by, and since when time alone has changed what they want.
//!
//! Invariant: files that nobody applied cause nothing, however due their dates are.

use jiff::Timestamp;

use super::project::{Project, open_commit};
use crate::journal::{Record, RunStarted, Sealed};
use crate::vcs::VcsError;

/// The command under which a run of `apply --due` stands in the journal.
pub const COMMAND: &str = "apply --due";

/// Files that were applied, and when last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The digest of the files.
    pub digest: String,
    /// The commit that has them, if one is known to.
    pub commit: Option<String>,
    /// When they were applied first, without others in between.
    pub at: Timestamp,
}

/// The runs that applied files, the last first, each with when it began; what was only due applies none.
pub(super) fn applies(sealed: &[Sealed]) -> impl Iterator<Item = (Timestamp, &RunStarted)> {
    sealed.iter().rev().filter_map(|sealed| {
        let Record::RunStarted(run) = &sealed.entry.record else {
            return None;
        };
        let is_apply = run.command.split(' ').next() == Some("apply") && run.command != COMMAND;
        is_apply.then_some((sealed.entry.at, run))
    })
}

/// What was applied last, but for what was only due; `at` is when these files were applied first.
///
/// A later run of the same files may have been narrowed, and what became due before it is due all the same.
pub fn applied(sealed: &[Sealed]) -> Option<Applied> {
    let mut runs = applies(sealed).filter_map(|(at, run)| {
        let config = run.config.as_ref()?;
        Some(Applied {
            digest: config.digest.clone(),
            commit: config.commit.clone().filter(|_| !config.dirty),
            at,
        })
    });
    let last = runs.next()?;
    let same = runs.take_while(|run| run.digest == last.digest).last();
    let at = same.map_or(last.at, |first| first.at);
    Some(Applied { at, ..last })
}

/// Why there are no files to go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DueError {
    /// The files at hand are others, and no commit is known to have those that were applied.
    #[error("the files are not those that were applied last, and no commit is known to have those")]
    Others,
    /// The commit cannot be read.
    #[error("the files are not those that were applied last: {0}")]
    Unread(#[from] VcsError),
    /// The commit has other files than were applied.
    #[error("commit `{0}` does not have the files that were applied last")]
    Altered(String),
}

/// The project as it was applied, where that is not the one at hand.
pub fn project(at_hand: &Project, applied: &Applied) -> Result<Option<Project>, DueError> {
    if at_hand.loaded.digest.as_str() == applied.digest {
        return Ok(None);
    }
    let commit = applied.commit.as_ref().ok_or(DueError::Others)?;
    let (hash, project) = open_commit(at_hand, commit)?;
    if project.loaded.digest.as_str() == applied.digest && !project.has_errors() {
        Ok(Some(project))
    } else {
        Err(DueError::Altered(hash))
    }
}
