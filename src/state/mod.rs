//! Where the journal lives: in a folder, or on a branch of the git remote.
//!
//! Not what stands in it. Invariants, in both places: what is missing, cut, altered or older than what is known is an
//! error and never an empty journal; one run writes at a time, and a second is told who does; a run that died keeps
//! nobody out for long.

mod branch;
mod files;
#[cfg(test)]
mod tests;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::clock::SharedClock;
use crate::journal::{self, FileJournal, Head, JournalError, JournalSink, Snapshot, TornLine};
use crate::vcs::{GitRemote, Remote};

pub use branch::BranchJournal;

/// Where a project's state lives.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a folder.
    Folder(Utf8PathBuf),
    /// On a branch of the git remote.
    Branch(OnBranch),
}

/// A branch, and what a run needs beside it.
#[derive(Clone, Debug)]
pub struct OnBranch {
    /// Its name.
    pub branch: String,
    /// The remote it is on.
    pub remote: GitRemote,
}

/// What a run brings that opens a journal.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The present, by which entries are written.
    pub now: Timestamp,
    /// The machine's clock: how long another run has been silent.
    pub clock: SharedClock,
    /// What no other run has: two that begin at the same instant must not make the same commit.
    pub token: String,
}

/// A journal that this run may write.
pub struct Opened {
    /// The journal.
    pub journal: Box<dyn JournalSink>,
    /// A last line that an earlier run did not write to its end, moved aside by this one.
    pub torn: Option<TornLine>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("head", &self.journal.head())
            .field("torn", &self.torn)
            .finish()
    }
}

impl Place {
    /// Reads and verifies the journal, without a lock.
    pub fn load(&self) -> Result<Snapshot, JournalError> {
        match self {
            Place::Folder(folder) => journal::load(folder),
            Place::Branch(place) => files::load(&place.branch, &place.remote),
        }
    }

    /// Takes the lock, and reads and verifies the journal.
    pub fn open(&self, opening: &Opening) -> Result<Opened, JournalError> {
        match self {
            Place::Folder(folder) => {
                let journal = FileJournal::open(folder, opening.now)?;
                let torn = journal.torn().cloned();
                Ok(Opened {
                    journal: Box::new(journal),
                    torn,
                })
            }
            Place::Branch(place) => {
                let remote = Box::new(place.remote.clone());
                let mut journal =
                    branch::open(&place.branch, remote, &place.remote.lock_folder(), opening)?;
                journal.keep_alive();
                Ok(Opened {
                    journal: Box::new(journal),
                    torn: None,
                })
            }
        }
    }

    /// Begins a journal where none is, also where one was lost.
    pub fn init(&self, now: Timestamp) -> Result<Head, JournalError> {
        match self {
            Place::Folder(folder) => journal::init(folder, now),
            Place::Branch(place) => branch::init(&place.branch, &place.remote, now),
        }
    }

    /// Takes a journal on a branch away, as a simulator does that begins again.
    pub fn forget(&self) -> Result<(), JournalError> {
        let Place::Branch(place) = self else {
            return Ok(());
        };
        let failed = files::git("take away", &place.branch);
        match place.remote.fetch().map_err(&failed)? {
            Some(commit) => place.remote.delete(&commit).map(drop).map_err(&failed),
            None => Ok(()),
        }
    }
}
