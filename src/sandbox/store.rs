//! The sandbox's state on disk: `sandbox.json` in a project's state folder, with a lock beside it.
//!
//! Not the product's own state. It keeps that two processes never hold one sandbox, and that a reader finds the old
//! file or the new one, never half of one.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::stamp;
use super::world::World;

const FORMAT: &str = "keyholder.sandbox/1";

/// A state folder that this process alone may write.
#[derive(Debug)]
pub struct Store {
    path: Utf8PathBuf,
    _lock: File,
}

/// Why a state cannot be used.
#[derive(Debug)]
pub enum StoreError {
    /// Another process runs this sandbox.
    Locked(Utf8PathBuf),
    /// A file has the name of the state's folder.
    InTheWay(Utf8PathBuf),
    /// The file system refused.
    Io(Utf8PathBuf, io::Error),
    /// The file is not a state this version can read.
    Unreadable(Utf8PathBuf, String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked(path) => write!(f, "{path}: another run uses this sandbox"),
            Self::InTheWay(path) => write!(
                f,
                "`{path}` is a file, and keyholder keeps its state in a folder of that name"
            ),
            Self::Io(path, error) => write!(f, "{path}: {error}"),
            Self::Unreadable(path, problem) => {
                write!(
                    f,
                    "{path}: {problem}; `keyholder sandbox reset` begins again"
                )
            }
        }
    }
}

impl std::error::Error for StoreError {}

#[derive(Serialize, Deserialize)]
struct Snapshot<W> {
    format: String,
    #[serde(with = "stamp")]
    time: Timestamp,
    world: W,
}

impl Store {
    /// Takes the sandbox of a state folder, which is made if it is not there.
    pub fn open(folder: &Utf8Path) -> Result<Self, StoreError> {
        let at = |error| StoreError::Io(folder.to_owned(), error);
        let there = folder.ancestors().find(|it| it.exists());
        if let Some(file) = there.filter(|it| !it.is_dir()) {
            return Err(StoreError::InTheWay(file.to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(at)?;
        let lock_path = folder.join("sandbox.lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|error| StoreError::Io(lock_path.clone(), error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: folder.join("sandbox.json"),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(lock_path)),
            Err(TryLockError::Error(error)) => Err(StoreError::Io(lock_path, error)),
        }
    }

    /// Where the state is.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// The stored world and its clock's time, if there is one.
    pub fn load(&self) -> Result<Option<(World, Timestamp)>, StoreError> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::Io(self.path.clone(), error)),
        };
        let snapshot: Snapshot<World> = serde_json::from_slice(&text)
            .map_err(|error| StoreError::Unreadable(self.path.clone(), error.to_string()))?;
        if snapshot.format != FORMAT {
            let problem = format!("its format is {}, not {FORMAT}", snapshot.format);
            return Err(StoreError::Unreadable(self.path.clone(), problem));
        }
        Ok(Some((snapshot.world, snapshot.time)))
    }

    /// Replaces the stored world.
    pub fn save(&self, world: &World, time: Timestamp) -> Result<(), StoreError> {
        let at = |error| StoreError::Io(self.path.clone(), error);
        let snapshot = Snapshot {
            format: FORMAT.to_owned(),
            time,
            world,
        };
        let text = serde_json::to_vec(&snapshot).map_err(|error| at(error.into()))?;
        let new = self.path.with_extension("json.new");
        // A killed process loses nothing that was written; a sandbox need not survive a power cut.
        std::fs::write(&new, text).map_err(at)?;
        std::fs::rename(&new, &self.path).map_err(at)
    }
}
