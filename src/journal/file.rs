//! The journal in a folder: `journal.jsonl`, a `head` beside it, and a lock.
//!
//! The only file that writes a journal to disk. Invariants: a line is on disk before the head
//! that names it, so that a crash leaves the head behind and never ahead; a head that is ahead
//! means that the end was cut; a journal is begun by [`init`] and by nothing else.
//!
//! The lock is the operating system's, on an open file: it ends with the process that holds it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};

use super::chain::{Chain, Head, Sealed, read, seal};
use super::entry::Record;
use super::error::{Holder, JournalError};
use super::lock::{FolderLock, not_in_the_way};
use super::sink::{JournalSink, genesis};

const JOURNAL: &str = "journal.jsonl";
const HEAD: &str = "head";

/// From here on a clock that is behind the last entry is not believed: dates would be judged by it.
pub const CLOCK_BEHIND: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn io_error(
    doing: &'static str,
    path: &Utf8Path,
) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |source| JournalError::Io {
        doing,
        path,
        source,
    }
}

/// A last line that was not written to its end: a run died while it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornLine {
    /// How many bytes of it are there.
    pub bytes: usize,
    /// Where they are kept; none while nobody has moved them.
    pub kept: Option<Utf8PathBuf>,
}

/// What a folder holds, read without a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Every entry; empty only where somebody went on without a journal.
    pub sealed: Vec<Sealed>,
    /// A last line that is not complete: torn by a crash, or being written right now.
    pub torn: Option<TornLine>,
}

impl Snapshot {
    /// The last entry; none where there is no journal.
    pub fn head(&self) -> Option<Head> {
        self.sealed.last().map(Sealed::head)
    }

    /// How far a clock is behind the last entry; none where it is not.
    pub fn clock_behind(&self, now: Timestamp) -> Option<SignedDuration> {
        let behind = self.sealed.last()?.entry.at.duration_since(now);
        behind.is_positive().then_some(behind)
    }

    /// Whether an earlier head is part of this journal.
    pub fn has(&self, head: &Head) -> bool {
        usize::try_from(head.seq)
            .ok()
            .and_then(|at| self.sealed.get(at))
            .is_some_and(|sealed| sealed.hash == head.hash)
    }
}

/// Reads and verifies the journal in a folder. A folder that has none is an error, also where it never had one.
pub fn load(dir: &Utf8Path) -> Result<Snapshot, JournalError> {
    let (chain, bytes) = examine(dir)?;
    let torn = chain.torn.then(|| TornLine {
        bytes: bytes - chain.whole,
        kept: None,
    });
    Ok(Snapshot {
        sealed: chain.sealed,
        torn,
    })
}

/// The chain, sound, and how many bytes the file has.
fn examine(dir: &Utf8Path) -> Result<(Chain, usize), JournalError> {
    not_in_the_way(dir)?;
    // The head first: a run that appends meanwhile can only make the journal longer than it.
    let head_path = dir.join(HEAD);
    let known = match read_if_there(&head_path)? {
        None => None,
        Some(bytes) => {
            let head = std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| text.parse().ok());
            Some(head.ok_or(JournalError::HeadUnusable {
                path: head_path.clone(),
                there: true,
            })?)
        }
    };
    let path = dir.join(JOURNAL);
    let Some(bytes) = read_if_there(&path)? else {
        return match trace(dir)? {
            Some(trace) => Err(JournalError::Missing { path, trace }),
            None => Err(JournalError::NoneIn {
                folder: dir.to_owned(),
            }),
        };
    };
    let chain = read(&bytes);
    if !chain.problems.is_empty() {
        return Err(JournalError::Altered {
            path,
            problems: chain.problems,
        });
    }
    match known {
        Some(known) if chain.has(&known) => {}
        Some(known) => {
            return Err(JournalError::BehindHead {
                path,
                found: chain.head(),
                known,
            });
        }
        // Also where there is but one entry: an `init` that died before it wrote the head did not begin a journal, and
        // one that was cut to its first line looks the same.
        None => {
            return Err(JournalError::HeadUnusable {
                path: head_path,
                there: false,
            });
        }
    }
    Ok((chain, bytes.len()))
}

/// A file that shows that the folder had a journal once.
fn trace(dir: &Utf8Path) -> Result<Option<Utf8PathBuf>, JournalError> {
    let head = dir.join(HEAD);
    if head.exists() {
        return Ok(Some(head));
    }
    let listing = match fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("list", dir)(error)),
    };
    for file in listing {
        let file = file.map_err(io_error("list", dir))?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("torn-") {
            return Ok(Some(dir.join(name.as_ref())));
        }
    }
    Ok(None)
}

fn read_if_there(path: &Utf8Path) -> Result<Option<Vec<u8>>, JournalError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

/// Begins a journal in a folder that has none, also where one was lost: then its last known head
/// is written into the first entry.
pub fn init(dir: &Utf8Path, now: Timestamp) -> Result<Head, JournalError> {
    let lock = FolderLock::take(dir)?;
    lock.hold(Holder { run: 0, since: now }, "")?;
    let path = dir.join(JOURNAL);
    if let Some(bytes) = read_if_there(&path)? {
        return finish(dir, &bytes)?.ok_or(JournalError::AlreadyThere { path });
    }
    let lost: Option<Head> = read_if_there(&dir.join(HEAD))?.and_then(|bytes| {
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.parse().ok())
    });
    let head = create(dir, now, lost.as_ref())?.head();
    drop(lock);
    Ok(head)
}

/// Writes the head of a journal that has a first entry and no head: another `init` died between the two. None where there
/// is more than that.
fn finish(dir: &Utf8Path, bytes: &[u8]) -> Result<Option<Head>, JournalError> {
    let path = dir.join(HEAD);
    let chain = read(bytes);
    let [only] = &chain.sealed[..] else {
        return Ok(None);
    };
    if path.exists() || chain.torn || !chain.problems.is_empty() {
        return Ok(None);
    }
    let head = only.head();
    replace(&path, format!("{head}\n").as_bytes())?;
    sync_dir(dir)?;
    Ok(Some(head))
}

fn create(dir: &Utf8Path, now: Timestamp, lost: Option<&Head>) -> Result<Sealed, JournalError> {
    let (sealed, line) = seal(None, now, 0, genesis(lost));
    // An old head would make a crash between the two writes look like a cut journal.
    let head = dir.join(HEAD);
    if head.exists() {
        fs::remove_file(&head).map_err(io_error("replace", &head))?;
    }
    replace(&dir.join(JOURNAL), line.as_bytes())?;
    replace(&head, format!("{}\n", sealed.head()).as_bytes())?;
    sync_dir(dir)?;
    Ok(sealed)
}

/// Writes a file whole: whoever reads it sees the old one or the new one.
fn replace(path: &Utf8Path, bytes: &[u8]) -> Result<(), JournalError> {
    let new = Utf8PathBuf::from(format!("{path}.new"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().map_err(io_error("write", path))
}

pub(super) fn sync_dir(dir: &Utf8Path) -> Result<(), JournalError> {
    // Windows cannot open a folder as a file, and its renames are durable without this.
    if cfg!(unix) {
        let dir = if dir.as_str().is_empty() {
            Utf8Path::new(".")
        } else {
            dir
        };
        File::open(dir)
            .and_then(|folder| folder.sync_all())
            .map_err(io_error("store", dir))?;
    }
    Ok(())
}

/// The end of a journal's file, as far as appending needs it.
pub(super) trait Disk: std::fmt::Debug + Send {
    /// Its length now.
    fn length(&self) -> io::Result<u64>;

    /// Writes at the end, and returns when it will survive the machine.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Takes off what is beyond a length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn length(&self) -> io::Result<u64> {
        self.metadata().map(|about| about.len())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)?;
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_all()
    }
}

/// The journal of a project, locked for this run.
#[derive(Debug)]
pub struct FileJournal {
    dir: Utf8PathBuf,
    path: Utf8PathBuf,
    file: Box<dyn Disk>,
    length: u64,
    sealed: Vec<Sealed>,
    torn: Option<TornLine>,
    stopped: bool,
    _lock: FolderLock,
}

impl FileJournal {
    /// Locks, reads and verifies the journal of a folder. A torn last line is moved into a file of its own.
    pub fn open(dir: &Utf8Path, now: Timestamp) -> Result<Self, JournalError> {
        let lock = FolderLock::take(dir)?;
        let path = dir.join(JOURNAL);
        let (chain, bytes) = examine(dir)?;
        let last = chain.sealed.last().map(|last| last.entry.at);
        if let Some(last) = last.filter(|last| last.duration_since(now) > CLOCK_BEHIND) {
            return Err(JournalError::ClockBehind { path, last, now });
        }
        let run = u64::try_from(chain.sealed.len().max(1)).unwrap_or(u64::MAX);
        lock.hold(Holder { run, since: now }, "")?;
        let mut file = OpenOptions::new()
            .append(true)
            .open(&path)
            .map_err(io_error("open", &path))?;
        let mut torn = None;
        if chain.torn {
            let kept = keep_torn(dir, &path, &chain)?;
            file.cut(u64::try_from(chain.whole).unwrap_or(u64::MAX))
                .map_err(io_error("repair", &path))?;
            torn = Some(TornLine {
                bytes: bytes - chain.whole,
                kept: Some(kept),
            });
        }
        let length = file.length().map_err(io_error("examine", &path))?;
        let journal = Self {
            dir: dir.to_owned(),
            path,
            file: Box::new(file),
            length,
            sealed: chain.sealed,
            torn,
            stopped: false,
            _lock: lock,
        };
        // A run that died between a line and its head left the head behind. It is also the test
        // that the folder can be written, before anything is asked of a vendor.
        journal.write_head()?;
        Ok(journal)
    }

    /// A last line that an earlier run did not write to its end, moved aside by this one.
    pub fn torn(&self) -> Option<&TornLine> {
        self.torn.as_ref()
    }

    /// Puts another end in place of the file's, that misbehaves as a test wants.
    #[cfg(test)]
    pub(super) fn with_disk(&mut self, make: impl FnOnce(&Utf8Path) -> Box<dyn Disk>) {
        self.file = make(&self.path);
    }

    fn write_head(&self) -> Result<(), JournalError> {
        match self.sealed.last() {
            Some(last) => replace(
                &self.dir.join(HEAD),
                format!("{}\n", last.head()).as_bytes(),
            ),
            None => Ok(()),
        }
    }

    fn write(&mut self, lines: &str) -> Result<(), JournalError> {
        let found = self
            .file
            .length()
            .map_err(io_error("examine", &self.path))?;
        if found != self.length {
            return Err(JournalError::ChangedMeanwhile {
                path: self.path.clone(),
            });
        }
        if let Err(error) = self.file.append(lines.as_bytes()) {
            // Best effort: what stays behind is a torn line, which the next run recognizes.
            drop(self.file.cut(self.length));
            return Err(io_error("append to", &self.path)(error));
        }
        self.length += u64::try_from(lines.len()).unwrap_or(u64::MAX);
        Ok(())
    }
}

/// Copies a torn line into a file of its own.
fn keep_torn(dir: &Utf8Path, path: &Utf8Path, chain: &Chain) -> Result<Utf8PathBuf, JournalError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    let torn = bytes.get(chain.whole..).unwrap_or_default();
    let seq = chain.sealed.len();
    let mut kept = dir.join(format!("torn-{seq}"));
    let mut copy = 1;
    while kept.exists() {
        copy += 1;
        kept = dir.join(format!("torn-{seq}-{copy}"));
    }
    replace(&kept, torn)?;
    sync_dir(dir)?;
    Ok(kept)
}

impl JournalSink for FileJournal {
    fn sealed(&self) -> &[Sealed] {
        &self.sealed
    }

    fn append(
        &mut self,
        at: Timestamp,
        run: u64,
        records: Vec<Record>,
    ) -> Result<u64, JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        let first = self.next();
        let mut lines = String::new();
        let mut head = self.head();
        let mut new = Vec::with_capacity(records.len());
        for record in records {
            let (sealed, line) = seal(head.as_ref(), at, run, record);
            head = Some(sealed.head());
            lines.push_str(&line);
            new.push(sealed);
        }
        let stored = self.write(&lines);
        if stored.is_ok() {
            self.sealed.append(&mut new);
        }
        let stored = stored.and_then(|()| self.write_head());
        self.stopped = stored.is_err();
        stored.map(|()| first)
    }
}
