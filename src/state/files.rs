//! The journal as the files of a commit, read and written.
//!
//! `journal/000000.jsonl` and on hold the lines, so many in each, so that appending rewrites one small file; `head`
//! names the last entry; `lock` says who is at work. Not how a branch is moved. Invariant: whatever is wrong with the
//! files of a commit is an error, and never an empty journal.

use jiff::{SignedDuration, Timestamp};

use crate::journal::{Head, Holder, JournalError, Record, Sealed, Snapshot, read};
use crate::model::CLOCKS_DIFFER;
use crate::vcs::{GitError, Remote, Tree, TreeEntry};

const JOURNAL: &str = "journal";
const HEAD: &str = "head";
const LOCK: &str = "lock";

/// How many lines a file of the journal takes.
const LINES: usize = 200;

/// A run that was not heard of for so long is dead.
const SILENT: SignedDuration = SignedDuration::from_mins(2);

/// The state as a commit has it.
#[derive(Clone, Debug)]
pub(super) struct Files {
    /// The commit; none before the first.
    pub(super) commit: Option<String>,
    /// Everything in its root, ours and what somebody else put there.
    root: Tree,
    /// The files of the journal.
    parts: Tree,
    /// The text of the last of them.
    last: String,
    /// Who is at work.
    pub(super) lock: Option<Lock>,
}

/// Who is at work, as the branch says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lock {
    pub(super) holder: Holder,
    /// Its last sign of life.
    pub(super) seen: Timestamp,
    /// What tells it from any other run.
    pub(super) token: String,
}

impl Lock {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        Some(Self {
            holder: Holder {
                run: words.next()?.parse().ok()?,
                since: words.next()?.parse().ok()?,
            },
            seen: words.next()?.parse().ok()?,
            token: words.next()?.to_owned(),
        })
    }

    fn text(&self) -> String {
        let Holder { run, since } = self.holder;
        format!("{run} {since} {} {}\n", self.seen, self.token)
    }

    /// Whether its run may still be at work. One that is dated ahead was written by a clock that is wrong; that nobody
    /// loses anything rests on the push and not on this.
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        let silent = now.duration_since(self.seen);
        silent < SILENT && silent > -CLOCKS_DIFFER
    }
}

/// An error of git, about a branch.
pub(super) fn git<'a>(
    doing: &'static str,
    branch: &'a str,
) -> impl Fn(GitError) -> JournalError + 'a {
    move |error| JournalError::Git {
        doing,
        branch: branch.to_owned(),
        why: error.to_string(),
    }
}

/// Reads and verifies the journal of a branch, and remembers what was seen.
pub(super) fn load(branch: &str, remote: &dyn Remote) -> Result<Snapshot, JournalError> {
    let (files, sealed) = current(branch, remote)?;
    if let Some(commit) = &files.commit {
        // Another run of this clone may be at it just now, and then knows as much.
        drop(remote.know(commit));
    }
    Ok(Snapshot { sealed, torn: None })
}

/// The state that the remote has, verified against what this clone knew last.
pub(super) fn current(
    branch: &str,
    remote: &dyn Remote,
) -> Result<(Files, Vec<Sealed>), JournalError> {
    let failed = git("read", branch);
    let Some(commit) = remote.fetch().map_err(&failed)? else {
        let known = known(branch, remote)?;
        let branch = branch.to_owned();
        return Err(match known {
            Some(known) => JournalError::BranchGone { branch, known },
            None => JournalError::NotBegun { branch },
        });
    };
    let (files, sealed) = Files::read(branch, remote, &commit)?;
    let known = known(branch, remote)?;
    let found = sealed.last().map(Sealed::head);
    if let Some(known) =
        known.filter(|known| !has(&sealed, known) && !was_begun_after(&sealed, known))
    {
        return Err(on_branch(JournalError::BehindHead {
            path: format!("{branch}:{JOURNAL}").into(),
            found,
            known,
        }));
    }
    Ok((files, sealed))
}

/// The head of the commit that this clone knew last.
pub(super) fn known(branch: &str, remote: &dyn Remote) -> Result<Option<Head>, JournalError> {
    let failed = git("read", branch);
    let Some(commit) = remote.known().map_err(&failed)? else {
        return Ok(None);
    };
    let root = remote.tree(&commit, "").map_err(&failed)?;
    Ok(text_of(&root, HEAD, remote)
        .map_err(&failed)?
        .and_then(|text| text.parse().ok()))
}

fn has(sealed: &[Sealed], head: &Head) -> bool {
    let at = usize::try_from(head.seq).ok();
    at.and_then(|at| sealed.get(at))
        .is_some_and(|sealed| sealed.hash == head.hash)
}

/// Whether `journal init` began this journal when an earlier one, that had this head, was lost.
fn was_begun_after(sealed: &[Sealed], known: &Head) -> bool {
    let first = sealed.first().map(|first| &first.entry.record);
    let Some(Record::Genesis(genesis)) = first else {
        return false;
    };
    genesis
        .follows
        .as_ref()
        .is_some_and(|follows| follows.seq >= known.seq)
}

fn on_branch(error: JournalError) -> JournalError {
    JournalError::OnBranch(Box::new(error))
}

fn text_of(tree: &Tree, name: &str, remote: &dyn Remote) -> Result<Option<String>, GitError> {
    let Some(entry) = tree.get(name).filter(|entry| entry.kind == "blob") else {
        return Ok(None);
    };
    let contents = remote.contents(&[&entry.id])?;
    Ok(contents
        .first()
        .map(|content| String::from_utf8_lossy(content).into_owned()))
}

fn is_part(name: &str) -> bool {
    let number = name.strip_suffix(".jsonl").unwrap_or_default();
    number.len() >= 6 && number.bytes().all(|b| b.is_ascii_digit())
}

impl Files {
    /// A branch that is not there yet.
    pub(super) fn none() -> Self {
        Self {
            commit: None,
            root: Tree::new(),
            parts: Tree::new(),
            last: String::new(),
            lock: None,
        }
    }

    /// A commit that lost its journal, where something shows that it had one; the head that it had.
    pub(super) fn bereft(
        branch: &str,
        remote: &dyn Remote,
        commit: &str,
    ) -> Result<(Self, Option<Head>), JournalError> {
        let failed = git("read", branch);
        let root = remote.tree(commit, "").map_err(&failed)?;
        let head = text_of(&root, HEAD, remote).map_err(&failed)?;
        let head = head.and_then(|text| text.parse().ok());
        let files = Self {
            commit: Some(commit.to_owned()),
            root,
            ..Self::none()
        };
        Ok((files, head))
    }

    /// The files of a commit, and the chain in them, sound.
    pub(super) fn read(
        branch: &str,
        remote: &dyn Remote,
        commit: &str,
    ) -> Result<(Self, Vec<Sealed>), JournalError> {
        let failed = git("read", branch);
        let root = remote.tree(commit, "").map_err(&failed)?;
        let head_path = || format!("{branch}:{HEAD}").into();
        let path = || format!("{branch}:{JOURNAL}").into();
        let is_folder = |entry: &TreeEntry| entry.kind == "tree";
        let head = text_of(&root, HEAD, remote).map_err(&failed)?;
        if !root.get(JOURNAL).is_some_and(is_folder) {
            return Err(match head {
                Some(_) => on_branch(JournalError::Missing {
                    path: path(),
                    trace: head_path(),
                }),
                None => JournalError::Foreign {
                    branch: branch.to_owned(),
                },
            });
        }
        let parts = remote.tree(commit, JOURNAL).map_err(&failed)?;
        let lines = parts
            .iter()
            .filter(|(name, entry)| is_part(name) && entry.kind == "blob");
        let lock = root.get(LOCK).filter(|entry| entry.kind == "blob");
        let ids: Vec<&str> = lines
            .map(|(_, entry)| entry)
            .chain(lock)
            .map(|entry| entry.id.as_str())
            .collect();
        let mut texts = remote.contents(&ids).map_err(&failed)?;
        let lock = lock.and_then(|_| String::from_utf8(texts.pop()?).ok());
        let chain = read(&texts.concat());
        if !chain.problems.is_empty() {
            return Err(on_branch(JournalError::Altered {
                path: path(),
                problems: chain.problems,
            }));
        }
        let unusable = |there| {
            on_branch(JournalError::HeadUnusable {
                path: head_path(),
                there,
            })
        };
        let known = head.ok_or_else(|| unusable(false))?;
        let known: Head = known.parse().map_err(|_| unusable(true))?;
        // A commit holds whole lines: one that is torn was cut by hand, and then the head names what is not there.
        if chain.torn || !chain.has(&known) {
            return Err(on_branch(JournalError::BehindHead {
                path: path(),
                found: chain.head(),
                known,
            }));
        }
        let last = texts.last().map(Vec::as_slice).unwrap_or_default();
        let files = Self {
            commit: Some(commit.to_owned()),
            last: String::from_utf8_lossy(last).into_owned(),
            lock: lock.as_deref().and_then(Lock::parse),
            root,
            parts,
        };
        Ok((files, chain.sealed))
    }

    /// The same with more lines, another head and another lock, as a commit that grows out of this one.
    pub(super) fn grown(
        &self,
        remote: &dyn Remote,
        lines: &[String],
        head: &Head,
        lock: Option<Lock>,
        at: Timestamp,
    ) -> Result<Self, GitError> {
        let mut next = self.clone();
        let mut count = next.last.lines().count();
        let mut number = next.parts.keys().filter(|name| is_part(name)).count();
        let name = |number: usize| format!("{:06}.jsonl", number.saturating_sub(1));
        let mut changed = false;
        for line in lines {
            if number == 0 || count >= LINES {
                if changed {
                    let id = remote.keep(next.last.as_bytes())?;
                    next.parts.insert(name(number), TreeEntry::file(id));
                }
                number += 1;
                count = 0;
                next.last.clear();
            }
            next.last.push_str(line);
            count += 1;
            changed = true;
        }
        if changed {
            let id = remote.keep(next.last.as_bytes())?;
            next.parts.insert(name(number), TreeEntry::file(id));
            let id = remote.keep_tree(&next.parts)?;
            next.root.insert(JOURNAL.to_owned(), TreeEntry::folder(id));
            let id = remote.keep(format!("{head}\n").as_bytes())?;
            next.root.insert(HEAD.to_owned(), TreeEntry::file(id));
        }
        match &lock {
            Some(lock) => {
                let id = remote.keep(lock.text().as_bytes())?;
                next.root.insert(LOCK.to_owned(), TreeEntry::file(id));
            }
            None => drop(next.root.remove(LOCK)),
        }
        let message = match (lines.len(), &self.lock, &lock) {
            (0, None, Some(_)) => "A run begins\n".to_owned(),
            (0, Some(_), None) => "A run ends\n".to_owned(),
            (0, _, _) => "A run goes on\n".to_owned(),
            (count, _, _) => format!("{count} entries, head {head}\n"),
        };
        next.lock = lock;
        let tree = remote.keep_tree(&next.root)?;
        let commit = remote.commit(&tree, self.commit.as_deref(), at.as_second(), &message)?;
        next.commit = Some(commit);
        Ok(next)
    }
}
