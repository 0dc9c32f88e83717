//! State on a branch, with bare repositories on this disk: two runs at once, runs that die, pushes that are refused or
//! whose answer is lost, branches that are gone, put back, cut or edited.

mod damage;
mod runs;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::branch::{self, BranchJournal};
use super::{Opening, files};
use crate::clock::SimClock;
use crate::journal::{
    CallOutcome, CallResult, Head, Intent, JournalError, JournalSink as _, Record, RunEnded,
    RunStarted, Sealed, Verb, read,
};
use crate::vcs::{GitError, GitRemote, Pushed, Remote, Tree, TreeEntry};

const BRANCH: &str = "keyholder-state";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// A bare repository and its clones.
struct Repositories {
    dir: tempfile::TempDir,
    clock: Arc<SimClock>,
    tokens: Mutex<u32>,
}

impl Repositories {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let new = Self {
            dir,
            clock: Arc::new(SimClock::new(at(0))),
            tokens: Mutex::new(0),
        };
        new.git("", &["init", "--quiet", "--bare", "bare.git"]);
        new
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.dir.path()).unwrap().join(name)
    }

    /// Runs git as somebody else would, and returns what it says.
    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.path(folder))
            .args(["-c", "user.name=Somebody", "-c", "user.email=s@example"])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn clone(&self, name: &str) -> GitRemote {
        self.git("", &["clone", "--quiet", "bare.git", name]);
        GitRemote::find(&self.path(name), BRANCH, &env).unwrap()
    }

    fn remote(&self, name: &str) -> GitRemote {
        GitRemote::find(&self.path(name), BRANCH, &env).unwrap()
    }

    fn opening(&self, second: i64) -> Opening {
        let mut tokens = self.tokens.lock().unwrap();
        *tokens += 1;
        Opening {
            now: at(second),
            clock: self.clock.clone(),
            token: format!("token{tokens}"),
        }
    }

    fn open_with(
        &self,
        name: &str,
        remote: Box<dyn Remote>,
    ) -> Result<BranchJournal, JournalError> {
        let folder = self.remote(name).lock_folder();
        branch::open(BRANCH, remote, &folder, &self.opening(10))
    }

    fn open(&self, name: &str) -> Result<BranchJournal, JournalError> {
        self.open_with(name, Box::new(self.remote(name)))
    }

    /// A clone in which the journal was begun.
    fn begun(name: &str) -> Self {
        let all = Self::new();
        let remote = all.clone(name);
        branch::init(BRANCH, &remote, at(0)).unwrap();
        all
    }

    /// Everything that stands on the branch, by somebody who reads it with git alone.
    fn entries(&self) -> Vec<Sealed> {
        let listing = ["ls-tree", "--name-only", BRANCH, "journal/"];
        let names = self.git("bare.git", &listing);
        let bytes: String = names
            .lines()
            .map(|name| self.git("bare.git", &["show", &format!("{BRANCH}:{name}")]))
            .collect();
        let chain = read(bytes.as_bytes());
        assert_eq!(chain.problems, []);
        let head: Head = self
            .git("bare.git", &["show", &format!("{BRANCH}:head")])
            .parse()
            .unwrap();
        assert_eq!(chain.head(), Some(head), "head and lines move together");
        chain.sealed
    }

    /// The kinds of what stands there.
    fn kinds(&self) -> Vec<&'static str> {
        let entries = self.entries();
        entries.iter().map(|it| it.entry.record.kind()).collect()
    }

    fn tip(&self) -> String {
        self.git("bare.git", &["rev-parse", BRANCH])
            .trim()
            .to_owned()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn env(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "git is found where the tests' own is"
    )]
    let path = || std::env::var("PATH").ok();
    if name == "PATH" { path() } else { None }
}

fn started() -> RunStarted {
    RunStarted {
        command: "apply".to_owned(),
        tool: "0.1.0".to_owned(),
        plan: None,
        config: None,
        actor: None,
        systems: Vec::new(),
        whole: Vec::new(),
    }
}

fn intent(person: &str) -> Record {
    Record::Intent(Intent {
        step: format!("invite-{person}"),
        does: "invite".to_owned(),
        call: Verb::Invite,
        system: "salons".to_owned(),
        place: "riga".to_owned(),
        person: Some(person.to_owned()),
        account: None,
        reason: "joined".to_owned(),
        ends: false,
        way: None,
        from: None,
        batch: None,
        role: None,
        rights: BTreeMap::new(),
        approval: None,
        present: Vec::new(),
    })
}

fn outcome(intent: u64) -> Record {
    Record::Outcome(CallOutcome {
        intent,
        result: CallResult::Done,
        status: Some(202),
        request_id: None,
        errors: Vec::new(),
        not_sent: Vec::new(),
    })
}

fn ended() -> Record {
    Record::RunEnded(RunEnded::default())
}

/// What happens to one push.
enum Trick {
    /// It arrives, and its answer does not.
    LoseAnswer,
    /// It does not arrive.
    LoseRequest,
    /// It arrives, somebody else stores something, and its answer is lost.
    Then(Box<dyn FnOnce() + Send>),
    /// Its answer is lost, and the remote cannot be asked either, so often.
    Cut(u32),
}

/// A remote that loses things.
struct Lossy {
    inner: GitRemote,
    tricks: Mutex<Vec<Option<Trick>>>,
    unreachable: Mutex<u32>,
    pauses: Arc<Mutex<u32>>,
}

impl std::fmt::Debug for Lossy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lossy")
    }
}

impl Lossy {
    /// The first push, which takes the lock, arrives.
    fn new(inner: GitRemote, mut tricks: Vec<Option<Trick>>) -> Box<Self> {
        tricks.reverse();
        Box::new(Self {
            inner,
            tricks: Mutex::new(tricks),
            unreachable: Mutex::new(0),
            pauses: Arc::default(),
        })
    }
}

fn lost() -> Pushed {
    Pushed::Doubtful("the remote end hung up unexpectedly".to_owned())
}

impl Remote for Lossy {
    fn fetch(&self) -> Result<Option<String>, GitError> {
        let mut left = self.unreachable.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return Err(GitError::Failed {
                doing: "ls-remote",
                said: "could not resolve host".to_owned(),
            });
        }
        self.inner.fetch()
    }

    fn push(&self, commit: &str, from: Option<&str>) -> Result<Pushed, GitError> {
        // Locks are pushed as they are: only what carries entries is lost.
        let carries = !self.inner.message(commit).starts_with("A run");
        let trick = if carries {
            self.tricks.lock().unwrap().pop().flatten()
        } else {
            None
        };
        match trick {
            None => self.inner.push(commit, from),
            Some(Trick::LoseRequest) => Ok(lost()),
            Some(Trick::LoseAnswer) => self.inner.push(commit, from).map(|_| lost()),
            Some(Trick::Then(then)) => {
                self.inner.push(commit, from)?;
                then();
                Ok(lost())
            }
            Some(Trick::Cut(times)) => {
                *self.unreachable.lock().unwrap() = times;
                self.inner.push(commit, from).map(|_| lost())
            }
        }
    }

    fn known(&self) -> Result<Option<String>, GitError> {
        self.inner.known()
    }

    fn know(&self, commit: &str) -> Result<(), GitError> {
        self.inner.know(commit)
    }

    fn tree(&self, commit: &str, folder: &str) -> Result<Tree, GitError> {
        self.inner.tree(commit, folder)
    }

    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, GitError> {
        self.inner.contents(ids)
    }

    fn keep(&self, content: &[u8]) -> Result<String, GitError> {
        self.inner.keep(content)
    }

    fn keep_tree(&self, tree: &Tree) -> Result<String, GitError> {
        self.inner.keep_tree(tree)
    }

    fn commit(
        &self,
        tree: &str,
        parent: Option<&str>,
        second: i64,
        message: &str,
    ) -> Result<String, GitError> {
        self.inner.commit(tree, parent, second, message)
    }

    fn delete(&self, from: &str) -> Result<Pushed, GitError> {
        self.inner.delete(from)
    }

    fn grew_from(&self, commit: &str, earlier: &str) -> Result<bool, GitError> {
        self.inner.grew_from(commit, earlier)
    }

    fn pause(&self, _: u32) {
        *self.pauses.lock().unwrap() += 1;
    }
}
