//! The lock of a folder: who is at work there, and that nobody else is.
//!
//! Not the journal. Invariant: the lock is the operating system's, so that it ends with the process that holds it; what
//! stands in the file only names who that is.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::error::{Holder, JournalError};
use super::file::{io_error, sync_dir};

const LOCK: &str = "lock";

/// How much is read of what says who holds the lock.
const LONGEST: u64 = 200;

/// Refuses a folder whose name, or that of one above it, a file has.
pub(super) fn not_in_the_way(dir: &Utf8Path) -> Result<(), JournalError> {
    let there = dir.ancestors().find(|it| it.exists());
    match there.filter(|it| !it.is_dir()) {
        Some(path) => Err(JournalError::InTheWay {
            path: path.to_owned(),
        }),
        None => Ok(()),
    }
}

/// The lock of a folder, held until it is dropped.
#[derive(Debug)]
pub struct FolderLock {
    file: File,
    path: Utf8PathBuf,
    before: String,
}

impl FolderLock {
    /// Takes the lock, making the folder if need be.
    pub fn take(dir: &Utf8Path) -> Result<Self, JournalError> {
        not_in_the_way(dir)?;
        if !dir.exists() {
            fs::create_dir_all(dir).map_err(io_error("create", dir))?;
            if let Some(parent) = dir.parent() {
                sync_dir(parent)?;
            }
        }
        let path = dir.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(io_error("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read(&file).and_then(|text| holder(&text));
                return Err(JournalError::Locked { path, holder });
            }
            Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
        }
        let before = read(&file).unwrap_or_default();
        // Whoever held it before does no more.
        file.set_len(0).map_err(io_error("write", &path))?;
        Ok(Self { file, path, before })
    }

    /// Writes down who holds it, for whoever comes meanwhile; `token` for whoever comes after.
    pub fn hold(&self, holder: Holder, token: &str) -> Result<(), JournalError> {
        let Holder { run, since } = holder;
        let text = format!("{run} {since} {token}");
        let mut file = &self.file;
        file.rewind()
            .and_then(|()| file.write_all(format!("{}\n", text.trim_end()).as_bytes()))
            .map_err(io_error("write", &self.path))
    }

    /// The token of the run that held it last, which does no more.
    pub fn token_before(&self) -> Option<&str> {
        self.before.split_whitespace().nth(2)
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing alone is not enough: a program that is being started just now shares the open file for a moment.
        drop(self.file.unlock());
    }
}

/// What stands in the file; none where a lock keeps others from reading.
fn read(mut file: &File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(LONGEST).read_to_string(&mut text).ok()?;
    Some(text)
}

fn holder(text: &str) -> Option<Holder> {
    let mut words = text.split_whitespace();
    Some(Holder {
        run: words.next()?.parse().ok()?,
        since: words.next()?.parse().ok()?,
    })
}
