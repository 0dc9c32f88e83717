//! Why a journal cannot be used, and what to do about it.
//!
//! Not the exit code: `cli` derives it. Invariant: every reason has its advice, and neither holds a contact or a token.

use std::io;

use camino::Utf8PathBuf;
use jiff::Timestamp;

use super::chain::{Head, Problem};

/// Who holds a lock: no host and no name, since whoever reads it may be anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number its run has, or will have, in the journal.
    pub run: u64,
    /// When it took the lock.
    pub since: Timestamp,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another run holds the lock.
    #[error("another run of keyholder holds `{path}`{}", holder_text(*.holder))]
    Locked {
        /// The lock.
        path: Utf8PathBuf,
        /// Who holds it; none where it began just now.
        holder: Option<Holder>,
    },
    /// There are traces of a journal, and no journal.
    #[error("`{path}` is missing, but `{trace}` shows that there was one")]
    Missing {
        /// Where the journal should be.
        path: Utf8PathBuf,
        /// What shows that there was one.
        trace: Utf8PathBuf,
    },
    /// The journal lacks entries that were there: its end was cut, or it is an older copy.
    #[error(
        "entries are missing: `{path}` ends at {}, and its last known head is {known}",
        .found.as_ref().map_or_else(|| "nothing".to_owned(), Head::to_string)
    )]
    BehindHead {
        /// The journal.
        path: Utf8PathBuf,
        /// The last entry that is there.
        found: Option<Head>,
        /// The last entry that is known to have been there.
        known: Head,
    },
    /// Entries were changed, removed, added or put in another order.
    #[error("`{path}` was altered: {}", problems_text(.problems))]
    Altered {
        /// The journal.
        path: Utf8PathBuf,
        /// What is wrong, in order of lines; never empty.
        problems: Vec<Problem>,
    },
    /// The head file is missing or cannot be understood, so a cut end could not be seen.
    #[error(
        "`{path}` {}, so it cannot be told whether the journal was cut",
        if *.there { "is not a head" } else { "is missing" }
    )]
    HeadUnusable {
        /// The head file.
        path: Utf8PathBuf,
        /// Whether there is a file at all.
        there: bool,
    },
    /// The machine's clock says a day or more before the last entry.
    #[error(
        "the last entry of `{path}` was written at {last}, and the clock of this machine says {now}"
    )]
    ClockBehind {
        /// The journal.
        path: Utf8PathBuf,
        /// When its last entry was written.
        last: Timestamp,
        /// What the clock says.
        now: Timestamp,
    },
    /// `journal init` where there is a journal.
    #[error("`{path}` is there already; nothing was changed")]
    AlreadyThere {
        /// The journal.
        path: Utf8PathBuf,
    },
    /// The file changed while this run had it locked.
    #[error("`{path}` was changed by something else during this run")]
    ChangedMeanwhile {
        /// The journal.
        path: Utf8PathBuf,
    },
    /// A file has the name of a folder that the journal is kept in.
    #[error("`{path}` is a file, and keyholder keeps its state in a folder of that name")]
    InTheWay {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: Utf8PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Another run holds the branch, as the branch itself says.
    #[error("another run of keyholder holds the branch `{branch}`: run {}, since {}, last heard of at {seen}", .holder.run, .holder.since)]
    Held {
        /// The branch.
        branch: String,
        /// Who holds it.
        holder: Holder,
        /// Its last sign of life.
        seen: Timestamp,
    },
    /// Another run stored something on the branch, so that what this one wanted to store was refused.
    #[error("another run of keyholder stored something on the branch `{branch}` first")]
    Overtaken {
        /// The branch.
        branch: String,
    },
    /// The remote does not have the branch, and nothing here says that it had.
    #[error("the remote has no branch `{branch}`")]
    NotBegun {
        /// The branch.
        branch: String,
    },
    /// The folder holds no journal, and nothing in it says that it had.
    #[error("there is no journal in `{folder}`")]
    NoneIn {
        /// The folder.
        folder: Utf8PathBuf,
    },
    /// The remote does not have the branch any more.
    #[error("the remote has no branch `{branch}` any more; its last known head is {known}")]
    BranchGone {
        /// The branch.
        branch: String,
        /// The head of the commit that this clone knew last.
        known: Head,
    },
    /// The branch holds something else than state.
    #[error("the branch `{branch}` holds files that are no state of keyholder")]
    Foreign {
        /// The branch.
        branch: String,
    },
    /// What is wrong with the journal on a branch.
    #[error("{0}")]
    OnBranch(Box<JournalError>),
    /// git did not do what was asked of it.
    #[error("cannot {doing} the branch `{branch}`: {why}")]
    Git {
        /// What was tried.
        doing: &'static str,
        /// The branch.
        branch: String,
        /// Why not; may be words from outside.
        why: String,
    },
    /// An earlier write failed, so nothing more is written in this run.
    #[error("the journal could not be written earlier in this run")]
    Stopped,
}

fn holder_text(holder: Option<Holder>) -> String {
    match holder {
        Some(Holder { run, since }) => format!(": run {run}, since {since}"),
        None => ", since just now".to_owned(),
    }
}

fn problems_text(problems: &[Problem]) -> String {
    let shown: Vec<String> = problems.iter().take(3).map(Problem::to_string).collect();
    let more = problems.len().saturating_sub(shown.len());
    let tail = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    format!("{}{tail}", shown.join("; "))
}

impl JournalError {
    /// Whether it means that the state cannot be trusted (exit code 6), rather than that another
    /// run is busy (8) or that the machine refused (1).
    pub fn is_distrust(&self) -> bool {
        match self {
            JournalError::Missing { .. }
            | JournalError::BehindHead { .. }
            | JournalError::Altered { .. }
            | JournalError::HeadUnusable { .. }
            | JournalError::ClockBehind { .. }
            | JournalError::NotBegun { .. }
            | JournalError::NoneIn { .. }
            | JournalError::BranchGone { .. }
            | JournalError::Foreign { .. }
            | JournalError::ChangedMeanwhile { .. } => true,
            JournalError::OnBranch(error) => error.is_distrust(),
            JournalError::Locked { .. }
            | JournalError::Held { .. }
            | JournalError::Overtaken { .. }
            | JournalError::Git { .. }
            | JournalError::AlreadyThere { .. }
            | JournalError::InTheWay { .. }
            | JournalError::Io { .. }
            | JournalError::Stopped => false,
        }
    }

    /// Whether nothing says that there ever was a journal: it was not begun yet, or is lost with its place.
    pub fn is_not_begun(&self) -> bool {
        matches!(
            self,
            JournalError::NotBegun { .. } | JournalError::NoneIn { .. }
        )
    }

    /// Whether another run is at work, or was meanwhile (exit code 8).
    pub fn is_locked(&self) -> bool {
        matches!(
            self,
            JournalError::Locked { .. }
                | JournalError::Held { .. }
                | JournalError::Overtaken { .. }
        )
    }

    /// What is the matter, with what the machine said.
    pub fn told(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }

    /// What to do.
    pub fn advice(&self) -> &'static str {
        match self {
            JournalError::Locked { .. } => {
                "let it end and run again; the lock is the operating system's, so a run that died holds none"
            }
            JournalError::Missing { .. } => {
                "a lost journal is not an empty one: bring it back from a backup, or begin a new one with `keyholder journal init`"
            }
            JournalError::BehindHead { .. } => {
                "bring the newer journal back. Where it is lost for good, move this one away and begin a new one with `keyholder journal init`"
            }
            JournalError::Altered { .. } => {
                "bring back a copy that `keyholder journal verify` accepts; entries after the first bad line are not trusted. Where there is none, move this journal away and begin a new one with `keyholder journal init`"
            }
            JournalError::HeadUnusable { .. } => {
                "if the last entry is the one you know, from the output of the last run, write `NUMBER:HASH` of it into that file; where `keyholder journal init` was cut off and nothing was done since, run that again"
            }
            JournalError::ClockBehind { .. } => {
                "what is due is judged by this clock: set it, and run again. If the journal's last entry is the wrong one, move the journal away and begin a new one with `keyholder journal init`"
            }
            JournalError::AlreadyThere { .. } => {
                "move it away first, if a new one is really to be begun: what it knows is forgotten then"
            }
            JournalError::ChangedMeanwhile { .. } => {
                "let nothing but keyholder write there, look at it with `keyholder journal verify`, and run again"
            }
            JournalError::InTheWay { .. } => {
                "look at what it is, move it away, and run again; where there was a journal, bring its folder back: a lost journal is not an empty one"
            }
            JournalError::Io { .. } => {
                "nothing is sent to a vendor before its entry is stored: let keyholder write there, with space left, and run again; it goes on from what is stored"
            }
            JournalError::Held { .. } => {
                "let it end and run again; a run that died is known by its silence, two minutes after it was last heard of"
            }
            JournalError::Overtaken { .. } => {
                "nothing was sent that is not stored; run again: what the other run did is read first"
            }
            JournalError::NotBegun { .. } => {
                "a project's first journal is begun with `keyholder journal init`; a branch that was there before must be brought back: a lost journal is not an empty one"
            }
            JournalError::NoneIn { .. } => {
                "a project's first journal is begun with `keyholder journal init`; one that was there before must be brought back: a lost journal is not an empty one"
            }
            JournalError::BranchGone { .. } => {
                "this clone keeps the last commit it knew as `refs/keyholder/known/BRANCH`: push it back (docs/state.md), or begin a new journal with `keyholder journal init`"
            }
            JournalError::Foreign { .. } => {
                "name a branch of its own under `state` in keyholder.yaml; nothing was written to this one"
            }
            JournalError::OnBranch(error) => match **error {
                JournalError::ClockBehind { .. } => error.advice(),
                _ => {
                    "bring the last good commit of the branch back: a clone that ran before keeps the last it knew as `refs/keyholder/known/BRANCH` (docs/state.md)"
                }
            },
            JournalError::Git { .. } => {
                "nothing is sent to a vendor before its entry is on the remote: see that `git push` works here without asking, and run again"
            }
            JournalError::Stopped => "run again; it goes on from what is stored",
        }
    }
}
