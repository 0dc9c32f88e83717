//! A journal on a branch: each commit grows out of the one that was read, and is pushed only if the branch still is
//! there.
//!
//! Not how files and git work. Invariants: intents are on the remote before `append` returns, on top of exactly what
//! this run knew, or the caller is told and sends nothing; what already happened is stored on top of whatever is there,
//! so that two runs lose nothing; nothing is ever stored twice, also where the answer to a push was lost.
//!
//! The push alone keeps two runs apart. The lock on the branch only makes the second one stop early.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use camino::Utf8Path;
use jiff::Timestamp;

use super::Opening;
use super::files::{Files, Lock, current, git, known};
use crate::clock::SharedClock;
use crate::journal::{
    CLOCK_BEHIND, FolderLock, Head, Holder, JournalError, JournalSink, Record, Sealed, genesis,
    seal,
};
use crate::vcs::{Pushed, Remote};

/// How often a push is tried, and how often what happened is put on top of what others stored meanwhile.
const ATTEMPTS: u32 = 3;

/// How often a run gives a sign of life.
const SIGN: Duration = Duration::from_secs(30);

/// The journal of a project on a branch, locked for this run.
#[derive(Debug)]
pub struct BranchJournal {
    shared: Arc<Shared>,
    /// Everything, what is not stored yet included.
    sealed: Vec<Sealed>,
    /// How many of them are stored.
    stored: usize,
    /// The lines of the others.
    lines: Vec<String>,
    /// Where the current run begins.
    run: usize,
    stopped: bool,
    _here: FolderLock,
}

#[derive(Debug)]
struct Shared {
    tip: Mutex<Tip>,
    over: Condvar,
}

/// Where the branch is, as far as this run knows.
#[derive(Debug)]
struct Tip {
    branch: String,
    remote: Box<dyn Remote>,
    clock: SharedClock,
    files: Files,
    /// This run's hold on the branch.
    holder: Holder,
    token: String,
    /// The head of what is stored.
    head: Head,
    /// Another run stored something: only what happened is stored from here on.
    overtaken: bool,
    /// Nothing more is to be kept alive.
    over: bool,
}

/// How storing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Yes,
    /// It is there, and another run stored something on top already.
    Beneath,
    /// Something else is there.
    Overtaken,
}

/// Begins a journal on a branch that is not there, or whose journal was lost.
pub(super) fn init(
    branch: &str,
    remote: &dyn Remote,
    now: Timestamp,
) -> Result<Head, JournalError> {
    let failed = git("begin", branch);
    let (files, lost) = match remote.fetch().map_err(&failed)? {
        None => (Files::none(), known(branch, remote)?),
        Some(commit) => match Files::read(branch, remote, &commit) {
            Err(JournalError::OnBranch(error))
                if matches!(*error, JournalError::Missing { .. }) =>
            {
                let (files, head) = Files::bereft(branch, remote, &commit)?;
                (files, head.or(known(branch, remote)?))
            }
            Err(error @ JournalError::Foreign { .. }) => return Err(error),
            Err(_) | Ok(_) => {
                return Err(JournalError::AlreadyThere {
                    path: branch.into(),
                });
            }
        },
    };
    let (sealed, line) = seal(None, now, 0, genesis(lost.as_ref()));
    let head = sealed.head();
    let next = files
        .grown(remote, &[line], &head, None, now)
        .map_err(&failed)?;
    match push(branch, remote, &files, &next)? {
        Stored::Yes | Stored::Beneath => Ok(head),
        Stored::Overtaken => Err(JournalError::Overtaken {
            branch: branch.to_owned(),
        }),
    }
}

/// Takes the lock, and reads and verifies the journal of a branch.
pub(super) fn open(
    branch: &str,
    remote: Box<dyn Remote>,
    folder: &Utf8Path,
    opening: &Opening,
) -> Result<BranchJournal, JournalError> {
    // A lock of the clone tells at once that another run here is at work, or that one died.
    let here = FolderLock::take(folder)?;
    let (files, sealed) = current(branch, &*remote)?;
    let seen = opening.clock.now();
    if let Some(lock) = &files.lock {
        // Whoever held the lock of this clone holds it no more, so it is dead, whatever the branch says.
        let was_ours = here.token_before() == Some(lock.token.as_str());
        if lock.is_alive(seen) && !was_ours {
            return Err(JournalError::Held {
                branch: branch.to_owned(),
                holder: lock.holder,
                seen: lock.seen,
            });
        }
    }
    let Some(last) = sealed.last() else {
        return Err(JournalError::Foreign {
            branch: branch.to_owned(),
        });
    };
    let (head, at) = (last.head(), last.entry.at);
    if at.duration_since(opening.now) > CLOCK_BEHIND {
        let error = JournalError::ClockBehind {
            path: branch.into(),
            last: at,
            now: opening.now,
        };
        return Err(JournalError::OnBranch(Box::new(error)));
    }
    let holder = Holder {
        run: head.seq + 1,
        since: seen,
    };
    here.hold(holder, &opening.token)?;
    let mut tip = Tip {
        branch: branch.to_owned(),
        remote,
        clock: Arc::clone(&opening.clock),
        files,
        holder,
        token: opening.token.clone(),
        head,
        overtaken: false,
        over: false,
    };
    if tip.advance(&[], None, true)? != Stored::Yes {
        return Err(tip.was_overtaken());
    }
    Ok(BranchJournal {
        shared: Arc::new(Shared {
            tip: Mutex::new(tip),
            over: Condvar::new(),
        }),
        stored: sealed.len(),
        run: sealed.len(),
        sealed,
        lines: Vec::new(),
        stopped: false,
        _here: here,
    })
}

/// Moves the branch from one state to the next, and finds out what became of that where git does not know.
fn push(
    branch: &str,
    remote: &dyn Remote,
    from: &Files,
    to: &Files,
) -> Result<Stored, JournalError> {
    let failed = git("write", branch);
    let Some(commit) = to.commit.as_deref() else {
        return Ok(Stored::Overtaken);
    };
    let mut attempt = 1;
    let stored = loop {
        let why = match remote
            .push(commit, from.commit.as_deref())
            .map_err(&failed)?
        {
            Pushed::Stored => break Stored::Yes,
            Pushed::Doubtful(why) => why,
        };
        // The answer may be lost and the commit there, or the other way round: the remote is asked, not guessed.
        let found = loop {
            match remote.fetch() {
                Ok(found) => break found,
                Err(error) if attempt >= ATTEMPTS => return Err(failed(error)),
                Err(_) => remote.pause(attempt),
            }
            attempt += 1;
        };
        match found {
            Some(found) if found == commit => break Stored::Yes,
            found if found == from.commit => {
                if attempt >= ATTEMPTS {
                    return Err(JournalError::Git {
                        doing: "write",
                        branch: branch.to_owned(),
                        why,
                    });
                }
                remote.pause(attempt);
                attempt += 1;
            }
            Some(found) if remote.grew_from(&found, commit).map_err(&failed)? => {
                break Stored::Beneath;
            }
            Some(_) | None => return Ok(Stored::Overtaken),
        }
    };
    remote.know(commit).map_err(&failed)?;
    Ok(stored)
}

impl Tip {
    fn was_overtaken(&self) -> JournalError {
        JournalError::Overtaken {
            branch: self.branch.clone(),
        }
    }

    /// Stores lines on top of exactly what this run knows, and holds the branch or lets go of it.
    fn advance(
        &mut self,
        lines: &[String],
        head: Option<Head>,
        hold: bool,
    ) -> Result<Stored, JournalError> {
        let now = self.clock.now();
        let lock = hold.then(|| Lock {
            holder: self.holder,
            seen: now,
            token: self.token.clone(),
        });
        let head = head.unwrap_or_else(|| self.head.clone());
        let next = self
            .files
            .grown(&*self.remote, lines, &head, lock, now)
            .map_err(git("write", &self.branch))?;
        let stored = push(&self.branch, &*self.remote, &self.files, &next)?;
        if stored != Stored::Overtaken {
            self.files = next;
            self.head = head;
        }
        self.overtaken = stored != Stored::Yes;
        Ok(stored)
    }

    /// Stores what happened on top of whatever is there now. Returns the whole journal then.
    fn add(&mut self, happened: &[Sealed]) -> Result<Vec<Sealed>, JournalError> {
        for _ in 0..ATTEMPTS {
            let (files, mut sealed) = current(&self.branch, &*self.remote)?;
            let mut head = sealed.last().map(Sealed::head);
            let mut lines = Vec::with_capacity(happened.len());
            for entry in happened.iter().map(|sealed| &sealed.entry) {
                let (next, line) = seal(head.as_ref(), entry.at, entry.run, entry.record.clone());
                head = Some(next.head());
                sealed.push(next);
                lines.push(line);
            }
            let Some(head) = head else {
                return Err(self.was_overtaken());
            };
            // Whoever holds the branch keeps it.
            let lock = files.lock.clone();
            let next = files
                .grown(&*self.remote, &lines, &head, lock, self.clock.now())
                .map_err(git("write", &self.branch))?;
            if push(&self.branch, &*self.remote, &files, &next)? != Stored::Overtaken {
                self.files = next;
                self.head = head;
                return Ok(sealed);
            }
        }
        Err(self.was_overtaken())
    }
}

impl Shared {
    fn tip(&self) -> MutexGuard<'_, Tip> {
        self.tip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a sign of life now and then until the run is over.
    fn keep_alive(&self) {
        let mut tip = self.tip();
        while !tip.over {
            let (next, waited) = self
                .over
                .wait_timeout(tip, SIGN)
                .unwrap_or_else(PoisonError::into_inner);
            tip = next;
            if waited.timed_out() {
                tip.give_sign();
            }
        }
    }
}

impl Tip {
    /// A sign of life, where none was given for a while. One that cannot be given is given the next time.
    fn give_sign(&mut self) {
        let seen = self.files.lock.as_ref().map(|lock| lock.seen);
        let silent = seen.map(|seen| self.clock.now().duration_since(seen));
        let is_due = silent.is_none_or(|silent| silent.unsigned_abs() >= SIGN);
        if !self.over && !self.overtaken && is_due {
            drop(self.advance(&[], None, true));
        }
    }
}

impl BranchJournal {
    /// Gives signs of life, from a thread of its own, until it is dropped.
    pub fn keep_alive(&mut self) {
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || shared.keep_alive());
    }

    /// Ends as a killed process does: nothing more is written, and the operating system frees the lock of the clone.
    #[cfg(test)]
    pub(super) fn die(mut self) {
        self.stopped = true;
    }

    /// A sign of life, as the thread gives it.
    #[cfg(test)]
    pub(super) fn give_sign(&self) {
        self.shared.tip().give_sign();
    }

    /// Stores what is not stored yet. `news`: how many of the last entries belong together; the position of the first.
    fn store(&mut self, news: usize) -> Result<u64, JournalError> {
        let position = |at: usize| u64::try_from(at).unwrap_or(u64::MAX);
        let mut tip = self.shared.tip();
        if !tip.overtaken {
            let head = self.sealed.last().map(Sealed::head);
            let stored = tip.advance(&self.lines, head, true)?;
            if stored != Stored::Overtaken {
                self.stored = self.sealed.len();
                self.lines.clear();
                let first = self.stored - news;
                // The other run knows of these intents, and takes them for calls that may have been made.
                if stored == Stored::Beneath && self.sealed[first..].iter().any(is_intent) {
                    return Err(tip.was_overtaken());
                }
                return Ok(position(first));
            }
        }
        let mut happened = self.sealed.split_off(self.stored);
        self.lines.clear();
        if self.run >= self.stored {
            // Nothing of this run is stored, so nothing was done, and nobody need know of it.
            return Err(tip.was_overtaken());
        }
        let intends = happened.iter().any(is_intent);
        if intends {
            happened.truncate(happened.len().saturating_sub(news));
        }
        if !happened.is_empty() {
            self.sealed = tip.add(&happened)?;
            self.stored = self.sealed.len();
        }
        if intends {
            return Err(tip.was_overtaken());
        }
        Ok(position(self.stored - news))
    }
}

fn is_intent(sealed: &Sealed) -> bool {
    matches!(sealed.entry.record, Record::Intent(_))
}

/// What the next call, or the next run, stands on: the rest is stored with it.
fn is_pressing(record: &Record) -> bool {
    matches!(
        record,
        Record::Intent(_) | Record::Outcome(_) | Record::RunEnded(_)
    )
}

impl JournalSink for BranchJournal {
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
        let news = records.len();
        let presses = records.iter().any(is_pressing);
        for record in records {
            if matches!(record, Record::RunStarted(_)) {
                self.run = self.sealed.len();
            }
            let head = self.sealed.last().map(Sealed::head);
            let (sealed, line) = seal(head.as_ref(), at, run, record);
            self.sealed.push(sealed);
            self.lines.push(line);
        }
        if !presses {
            return Ok(first);
        }
        let stored = self.store(news);
        self.stopped = stored.is_err();
        if stored.is_err() {
            self.sealed.truncate(self.stored);
            self.lines.clear();
        }
        stored
    }
}

impl Drop for BranchJournal {
    fn drop(&mut self) {
        let mut tip = self.shared.tip();
        tip.over = true;
        self.shared.over.notify_all();
        if !tip.overtaken && !self.stopped {
            // Where it fails, the next run waits until this one has been silent for long enough, or is in this clone.
            let head = self.sealed.last().map(Sealed::head);
            drop(tip.advance(&self.lines, head, false));
        }
    }
}
