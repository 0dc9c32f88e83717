//! Where the journal lives: in a folder, or on a branch of the git remote.
//!
//! Not what stands in it. Invariants, in both places: what is missing, cut, altered or older than what is known is an
//! error and never an empty journal, but for the simulators' own; one run writes at a time, and a second is told who
//! does; a run that died keeps nobody out for long.

mod branch;
mod files;
#[cfg(test)]
mod tests;

use std::fmt;

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
    /// In one of these, for the simulators: whoever comes first begins it.
    Play(Box<Place>),
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

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("head", &self.journal.head())
            .field("torn", &self.torn)
            .finish()
    }
}

impl fmt::Display for Place {
    /// Where it is, as a part of a sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => write!(f, "in `{folder}`"),
            Place::Branch(place) => write!(f, "on the branch `{}`", place.branch),
            Place::Play(place) => place.fmt(f),
        }
    }
}

impl Place {
    /// Reads and verifies the journal, without a lock.
    pub fn load(&self) -> Result<Snapshot, JournalError> {
        match self {
            Place::Folder(folder) => journal::load(folder),
            Place::Branch(place) => files::load(&place.branch, &place.remote),
            Place::Play(place) => match place.load() {
                Err(error) if error.is_not_begun() => Ok(Snapshot::default()),
                loaded => loaded,
            },
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
            Place::Play(place) => match place.open(opening) {
                Err(error) if error.is_not_begun() => {
                    match place.init(opening.now) {
                        // Somebody was quicker.
                        Ok(_) | Err(JournalError::AlreadyThere { .. }) => {}
                        Err(error) => return Err(error),
                    }
                    place.open(opening)
                }
                opened => opened,
            },
        }
    }

    /// Begins a journal where none is, also where one was lost.
    pub fn init(&self, now: Timestamp) -> Result<Head, JournalError> {
        match self {
            Place::Folder(folder) => journal::init(folder, now),
            Place::Branch(place) => branch::init(&place.branch, &place.remote, now),
            Place::Play(place) => place.init(now),
        }
    }

    /// Takes a journal on a branch away, as a simulator does that begins again.
    pub fn forget(&self) -> Result<(), JournalError> {
        let place = match self {
            Place::Folder(_) => return Ok(()),
            Place::Branch(place) => place,
            Place::Play(place) => return place.forget(),
        };
        let failed = files::git("take away", &place.branch);
        match place.remote.fetch().map_err(&failed)? {
            Some(commit) => place.remote.delete(&commit).map(drop).map_err(&failed),
            None => Ok(()),
        }
    }
}
