//! Where entries go, as `apply` sees it, and a journal that lives in memory.
//!
//! Not a file: [`super::FileJournal`] is the one that lasts. Invariant: when `append` returns
//! `Ok`, the entries are as durable as the sink can make them; when it fails, the caller makes no
//! further call to a vendor.

use jiff::Timestamp;

use super::FORMAT;
use super::chain::{Head, Sealed, seal};
use super::entry::{Entry, Genesis, Record, RunStarted};
use super::error::JournalError;

/// A journal that can be appended to.
pub trait JournalSink: Send {
    /// Everything so far, in order.
    fn sealed(&self) -> &[Sealed];

    /// Appends entries of one run, all or none, and returns the position of the first.
    ///
    /// Several at once cost one write: the intents of a batch are stored together.
    fn append(
        &mut self,
        at: Timestamp,
        run: u64,
        records: Vec<Record>,
    ) -> Result<u64, JournalError>;

    /// Begins a run: the entry names itself as its run. Returns that number.
    fn begin(&mut self, at: Timestamp, started: RunStarted) -> Result<u64, JournalError> {
        let run = self.next();
        self.append(at, run, vec![Record::RunStarted(started)])
    }

    /// The position of the next entry.
    fn next(&self) -> u64 {
        self.head().map_or(0, |head| head.seq + 1)
    }

    /// The last entry; none only in a journal in memory that has not begun.
    fn head(&self) -> Option<Head> {
        self.sealed().last().map(Sealed::head)
    }

    /// The entries without their hashes.
    fn entries(&self) -> Vec<&Entry> {
        self.sealed().iter().map(|sealed| &sealed.entry).collect()
    }
}

/// A journal that is gone when the process is: for tests, and for runs that change nothing.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    sealed: Vec<Sealed>,
}

impl MemoryJournal {
    /// A journal with its first entry.
    pub fn new(at: Timestamp) -> Self {
        let mut journal = Self::default();
        journal.push(at, 0, genesis(None));
        journal
    }

    fn push(&mut self, at: Timestamp, run: u64, record: Record) {
        let (sealed, _) = seal(self.head().as_ref(), at, run, record);
        self.sealed.push(sealed);
    }
}

impl JournalSink for MemoryJournal {
    fn sealed(&self) -> &[Sealed] {
        &self.sealed
    }

    fn append(
        &mut self,
        at: Timestamp,
        run: u64,
        records: Vec<Record>,
    ) -> Result<u64, JournalError> {
        let first = self.next();
        for record in records {
            self.push(at, run, record);
        }
        Ok(first)
    }
}

/// The first entry of a journal.
pub fn genesis(follows: Option<&Head>) -> Record {
    Record::Genesis(Genesis {
        format: FORMAT.to_owned(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        follows: follows.map(Into::into),
    })
}
