//! One branch of a git remote, read and grown by commits that nobody can lose: the plumbing under state on a branch.
//!
//! Not what the files in it mean. Invariants: the working tree, the index and the branches of the repository are never
//! touched (objects, and refs below `refs/keyholder`, are all it writes); no hook runs, nobody is asked, and git sees
//! only those variables of the environment that reaching a remote needs; every call ends within a time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

/// How long git may take where only this machine is asked.
const HERE: Duration = Duration::from_mins(1);

/// How long git may take to reach its remote.
const FAR: Duration = Duration::from_mins(1);

/// How often a child is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// What git gets to see of the environment: who it is, how it reaches a remote, and with what. No token of a vendor.
#[rustfmt::skip]
const PASSED: &[&str] = &[
    "PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG",
    "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS",
    "SYSTEMROOT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "HOMEDRIVE", "HOMEPATH", "TEMP", "TMP", "COMSPEC", "PATHEXT",
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS",
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
    "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "KRB5CCNAME",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "GH_TOKEN", "GITHUB_TOKEN", "GH_HOST", "GH_CONFIG_DIR", "GITLAB_TOKEN", "GITLAB_HOST",
];

/// Configuration that CI hands over in the environment: `GIT_CONFIG_COUNT` and what it counts, at most so many.
const MOST_CONFIG: u32 = 32;

/// Why a branch cannot be read or grown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is no git to run.
    #[error("git could not be started: {0}")]
    NoGit(String),
    /// The folder is in no repository.
    #[error("`{0}` is in no git repository")]
    NoRepository(Utf8PathBuf),
    /// The repository has no remote, or several of which none is `origin`.
    #[error("the git repository has {0}")]
    NoRemote(&'static str),
    /// git ended with an error; its last words.
    #[error("git {doing} failed: {said}")]
    Failed {
        /// What was asked of it.
        doing: &'static str,
        /// What it said; text from outside.
        said: String,
    },
    /// git did not end in time.
    #[error("git {doing} did not end within {} s", .within.as_secs())]
    TimedOut {
        /// What was asked of it.
        doing: &'static str,
        /// How long it had.
        within: Duration,
    },
}

/// A file of a commit: its mode, its kind and the id of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// `100644` for a file, `040000` for a folder.
    pub mode: String,
    /// `blob`, `tree` or `commit`.
    pub kind: String,
    /// The id of what it holds.
    pub id: String,
}

/// The entries of one folder by name.
pub type Tree = BTreeMap<String, TreeEntry>;

impl TreeEntry {
    /// A file of ours.
    pub fn file(id: String) -> Self {
        Self {
            mode: "100644".to_owned(),
            kind: "blob".to_owned(),
            id,
        }
    }

    /// A folder of ours.
    pub fn folder(id: String) -> Self {
        Self {
            mode: "040000".to_owned(),
            kind: "tree".to_owned(),
            id,
        }
    }
}

/// How a push ended, as git says. Whoever must know looks at the remote afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The remote took it.
    Stored,
    /// It did not, or nobody knows; git's last words.
    Doubtful(String),
}

/// What a store needs of git. A seam: tests lose answers here.
pub trait Remote: std::fmt::Debug + Send {
    /// The commit that the branch is at on the remote, now in this repository too; none where there is no branch.
    fn fetch(&self) -> Result<Option<String>, GitError>;

    /// The commit that this repository knew last; none where it never saw the branch.
    fn known(&self) -> Result<Option<String>, GitError>;

    /// Remembers a commit as the last known one.
    fn know(&self, commit: &str) -> Result<(), GitError>;

    /// The entries of the root folder of a commit, or of a folder of it.
    fn tree(&self, commit: &str, folder: &str) -> Result<Tree, GitError>;

    /// The contents of files, in order of the ids.
    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, GitError>;

    /// Keeps the content of a file and returns its id.
    fn keep(&self, content: &[u8]) -> Result<String, GitError>;

    /// Keeps a folder and returns its id.
    fn keep_tree(&self, tree: &Tree) -> Result<String, GitError>;

    /// Makes a commit and returns its id.
    fn commit(
        &self,
        tree: &str,
        parent: Option<&str>,
        second: i64,
        message: &str,
    ) -> Result<String, GitError>;

    /// Moves the branch of the remote from one commit to another, if it still is at the first.
    fn push(&self, commit: &str, from: Option<&str>) -> Result<Pushed, GitError>;

    /// Takes the branch off the remote, if it still is at a commit, and forgets it here.
    fn delete(&self, from: &str) -> Result<Pushed, GitError>;

    /// Whether a commit is another one, or grew out of it.
    fn grew_from(&self, commit: &str, earlier: &str) -> Result<bool, GitError>;

    /// Waits a little before a push is tried again.
    fn pause(&self, attempt: u32);
}

/// The real one: a branch of the remote of the repository that a folder is in.
#[derive(Clone, Debug)]
pub struct GitRemote {
    folder: Utf8PathBuf,
    /// The folder in which git keeps the repository.
    own: Utf8PathBuf,
    remote: String,
    branch: String,
    variables: Vec<(String, String)>,
}

impl GitRemote {
    /// Finds the repository and its remote: `origin`, or the only one.
    pub fn find(
        folder: &Utf8Path,
        branch: &str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, GitError> {
        let mut found = Self {
            folder: folder.to_owned(),
            own: Utf8PathBuf::new(),
            remote: String::new(),
            branch: branch.to_owned(),
            variables: variables(env),
        };
        let asking = ["rev-parse", "--absolute-git-dir"];
        match found.text("rev-parse", HERE, &asking, None) {
            Ok(own) => found.own = Utf8PathBuf::from(own.trim_end_matches(['\r', '\n'])),
            Err(GitError::Failed { .. }) => return Err(GitError::NoRepository(folder.to_owned())),
            Err(error) => return Err(error),
        }
        let asking = [
            "config",
            "--name-only",
            "--get-regexp",
            r"^(remote\..*\.url|core\.sshcommand)$",
        ];
        // Where nothing fits it is an error of git's.
        let listed = match found.text("config", HERE, &asking, None) {
            Ok(listed) => listed,
            Err(GitError::Failed { .. }) => String::new(),
            Err(error) => return Err(error),
        };
        let is_told = listed.lines().any(|name| name == "core.sshcommand");
        let remotes = listed.lines().filter_map(|name| {
            let name = name.strip_prefix("remote.")?;
            name.strip_suffix(".url")
        });
        let names: BTreeSet<&str> = remotes.collect();
        let names: Vec<&str> = names.into_iter().collect();
        let name = match names[..] {
            _ if names.contains(&"origin") => "origin",
            [] => return Err(GitError::NoRemote("no remote")),
            [only] => only,
            _ => return Err(GitError::NoRemote("several remotes, and none is `origin`")),
        };
        if name.starts_with('-') {
            return Err(GitError::NoRemote(
                "a remote whose name is an option of git",
            ));
        }
        name.clone_into(&mut found.remote);
        found.never_ask(is_told, env);
        Ok(found)
    }

    /// The name of the remote.
    pub fn name(&self) -> &str {
        &self.remote
    }

    /// Whether the remote lies on this machine's disk, so that reaching it needs no network.
    pub fn is_on_disk(&self) -> bool {
        let name = self.remote.as_str();
        let arguments = ["remote", "get-url", "--push", "--", name];
        let url = self.text("remote get-url", HERE, &arguments, None);
        url.is_ok_and(|url| {
            let url = url.trim();
            url.strip_prefix("file://")
                .is_some_and(|path| path.starts_with('/'))
                || self.folder.join(url).is_dir()
        })
    }

    /// A folder of this clone for a lock, out of sight of the working tree.
    pub fn lock_folder(&self) -> Utf8PathBuf {
        self.own.join("keyholder").join(&self.branch)
    }

    /// What a commit says.
    #[cfg(test)]
    pub(crate) fn message(&self, commit: &str) -> String {
        let arguments = ["log", "-1", "--format=%s", commit];
        self.text("log", HERE, &arguments, None).unwrap_or_default()
    }

    /// Where the last known commit is remembered.
    fn known_ref(&self) -> String {
        format!("refs/keyholder/known/{}", self.branch)
    }

    /// The branch on the remote.
    fn far_ref(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// ssh asks at the terminal whatever git is told, unless it is told itself.
    fn never_ask(&mut self, is_told: bool, env: &dyn Fn(&str) -> Option<String>) {
        let told = ["GIT_SSH", "GIT_SSH_COMMAND"];
        if told.iter().all(|name| env(name).is_none()) && !is_told {
            let command = "ssh -oBatchMode=yes".to_owned();
            self.variables.push(("GIT_SSH_COMMAND".to_owned(), command));
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .arg("-C")
            .arg(&self.folder)
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(["-c", "core.fsmonitor=false"])
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(["-c", "protocol.ext.allow=never"])
            .args(["-c", "push.followTags=false", "-c", "push.gpgSign=false"])
            .args(["-c", "submodule.recurse=false"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // A Ctrl-C ends the run after the current call; what is being stored is stored whole.
            command.process_group(0);
        }
        command
    }

    fn git(
        &self,
        doing: &'static str,
        within: Duration,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<Vec<u8>, GitError> {
        let child = self
            .command(arguments)
            .spawn()
            .map_err(|error| GitError::NoGit(error.to_string()))?;
        let ended = ended(child, input.unwrap_or_default(), within);
        match ended {
            Some((true, out, _)) => Ok(out),
            Some((false, _, err)) => Err(GitError::Failed {
                doing,
                said: last_words(&err),
            }),
            None => Err(GitError::TimedOut { doing, within }),
        }
    }

    fn text(
        &self,
        doing: &'static str,
        within: Duration,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<String, GitError> {
        let bytes = self.git(doing, within, arguments, input)?;
        String::from_utf8(bytes).map_err(|_| GitError::Failed {
            doing,
            said: "its answer is no text".to_owned(),
        })
    }

    /// An answer that is one id.
    fn id(
        &self,
        doing: &'static str,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<String, GitError> {
        let text = self.text(doing, HERE, arguments, input)?;
        let id = text.trim();
        if is_id(id) {
            return Ok(id.to_owned());
        }
        Err(GitError::Failed {
            doing,
            said: "its answer is no id".to_owned(),
        })
    }

    /// The commit that a ref of this repository is at.
    fn at(&self, name: &str) -> Result<Option<String>, GitError> {
        let arguments = ["for-each-ref", "--format=%(objectname)", "--", name];
        let text = self.text("for-each-ref", HERE, &arguments, None)?;
        let id = text.lines().next().unwrap_or_default().trim();
        Ok(is_id(id).then(|| id.to_owned()))
    }

    /// Whether a commit is in this repository.
    fn has(&self, commit: &str) -> Result<bool, GitError> {
        let name = format!("{commit}^{{commit}}");
        match self.git("cat-file", HERE, &["cat-file", "-e", &name], None) {
            Ok(_) => Ok(true),
            Err(GitError::Failed { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn pushed(&self, refspec: &str, from: Option<&str>) -> Result<Pushed, GitError> {
        let far = self.far_ref();
        let lease = format!("--force-with-lease={far}:{}", from.unwrap_or_default());
        let remote = self.remote.as_str();
        let arguments = [
            "push",
            "--quiet",
            "--no-verify",
            "--no-follow-tags",
            "--recurse-submodules=no",
            lease.as_str(),
            "--",
            remote,
            refspec,
        ];
        match self.git("push", FAR, &arguments, None) {
            Ok(_) => Ok(Pushed::Stored),
            Err(error @ GitError::NoGit(_)) => Err(error),
            Err(error) => Ok(Pushed::Doubtful(error.to_string())),
        }
    }
}

impl Remote for GitRemote {
    fn fetch(&self) -> Result<Option<String>, GitError> {
        let far = self.far_ref();
        let listing = ["ls-remote", "--quiet", "--", &self.remote, &far];
        let listed = self.text("ls-remote", FAR, &listing, None)?;
        let found = listed.lines().find_map(|line| {
            let (id, name) = line.split_once('\t')?;
            (is_id(id) && name == far).then(|| id.to_owned())
        });
        let Some(found) = found else {
            return Ok(None);
        };
        if self.known()?.as_deref() == Some(found.as_str()) || self.has(&found)? {
            return Ok(Some(found));
        }
        let fetching = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--recurse-submodules=no",
            "--refmap=",
            "--",
            &self.remote,
            &far,
        ];
        self.git("fetch", FAR, &fetching, None)?;
        if self.has(&found)? {
            return Ok(Some(found));
        }
        Err(GitError::Failed {
            doing: "fetch",
            said: "the branch was put back while it was read".to_owned(),
        })
    }

    fn known(&self) -> Result<Option<String>, GitError> {
        self.at(&self.known_ref())
    }

    fn know(&self, commit: &str) -> Result<(), GitError> {
        let name = self.known_ref();
        let arguments = ["update-ref", "--", &name, commit];
        self.git("update-ref", HERE, &arguments, None).map(drop)
    }

    fn tree(&self, commit: &str, folder: &str) -> Result<Tree, GitError> {
        let treeish = format!("{commit}:{folder}");
        let text = self.text("ls-tree", HERE, &["ls-tree", "-z", &treeish], None)?;
        let entry = |line: &str| {
            let (about, name) = line.split_once('\t')?;
            let mut about = about.split(' ');
            let entry = TreeEntry {
                mode: about.next()?.to_owned(),
                kind: about.next()?.to_owned(),
                id: about.next().filter(|id| is_id(id))?.to_owned(),
            };
            Some((name.to_owned(), entry))
        };
        Ok(text.split('\0').filter_map(entry).collect())
    }

    fn contents(&self, ids: &[&str]) -> Result<Vec<Vec<u8>>, GitError> {
        let input = ids.join("\n") + "\n";
        let arguments = ["cat-file", "--batch"];
        let out = self.git("cat-file", FAR, &arguments, Some(input.as_bytes()))?;
        let failed = || GitError::Failed {
            doing: "cat-file",
            said: "its answer is not understood".to_owned(),
        };
        let mut rest = out.as_slice();
        let mut contents = Vec::with_capacity(ids.len());
        for _ in ids {
            let end = rest.iter().position(|&b| b == b'\n').ok_or_else(failed)?;
            let about = std::str::from_utf8(&rest[..end]).map_err(|_| failed())?;
            let size = about.rsplit(' ').next().and_then(|size| size.parse().ok());
            let size: usize = size.ok_or_else(failed)?;
            rest = &rest[end + 1..];
            let (content, after) = rest.split_at_checked(size).ok_or_else(failed)?;
            contents.push(content.to_vec());
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(contents)
    }

    fn keep(&self, content: &[u8]) -> Result<String, GitError> {
        let arguments = ["hash-object", "-w", "--no-filters", "--stdin"];
        self.id("hash-object", &arguments, Some(content))
    }

    fn keep_tree(&self, tree: &Tree) -> Result<String, GitError> {
        let mut input = String::new();
        for (name, entry) in tree {
            let TreeEntry { mode, kind, id } = entry;
            input.push_str(&format!("{mode} {kind} {id}\t{name}\0"));
        }
        self.id("mktree", &["mktree", "-z"], Some(input.as_bytes()))
    }

    fn commit(
        &self,
        tree: &str,
        parent: Option<&str>,
        second: i64,
        message: &str,
    ) -> Result<String, GitError> {
        let mut with_dates = self.clone();
        let date = format!("@{second} +0000");
        for role in ["AUTHOR", "COMMITTER"] {
            let mut set = |what: &str, value: &str| {
                let name = format!("GIT_{role}_{what}");
                with_dates.variables.push((name, value.to_owned()));
            };
            set("NAME", "keyholder");
            set("EMAIL", "keyholder@localhost");
            set("DATE", &date);
        }
        let mut arguments = vec!["commit-tree", "--no-gpg-sign"];
        if let Some(parent) = parent {
            arguments.extend(["-p", parent]);
        }
        arguments.push(tree);
        with_dates.id("commit-tree", &arguments, Some(message.as_bytes()))
    }

    fn push(&self, commit: &str, from: Option<&str>) -> Result<Pushed, GitError> {
        self.pushed(&format!("{commit}:{}", self.far_ref()), from)
    }

    fn delete(&self, from: &str) -> Result<Pushed, GitError> {
        let pushed = self.pushed(&format!(":{}", self.far_ref()), Some(from))?;
        if pushed == Pushed::Stored {
            let name = self.known_ref();
            self.git("update-ref", HERE, &["update-ref", "-d", "--", &name], None)?;
        }
        Ok(pushed)
    }

    fn grew_from(&self, commit: &str, earlier: &str) -> Result<bool, GitError> {
        let none_else = format!("^{commit}");
        let arguments = ["rev-list", "--max-count=1", earlier, &none_else];
        let text = self.text("rev-list", HERE, &arguments, None)?;
        Ok(text.trim().is_empty())
    }

    fn pause(&self, attempt: u32) {
        std::thread::sleep(Duration::from_millis(250) * attempt);
    }
}

fn is_id(text: &str) -> bool {
    text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn variables(env: &dyn Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = PASSED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), env(name)?)))
        .collect();
    let count = env("GIT_CONFIG_COUNT").and_then(|count| count.parse::<u32>().ok());
    if let Some(count) = count.filter(|count| *count <= MOST_CONFIG) {
        all.push(("GIT_CONFIG_COUNT".to_owned(), count.to_string()));
        for at in 0..count {
            let name = format!("GIT_CONFIG_KEY_{at}");
            all.extend(env(&name).map(|key| (name, key)));
            // An empty value is one too (it clears the helpers named before it); without it git refuses all work.
            let value = format!("GIT_CONFIG_VALUE_{at}");
            let told = env(&value).unwrap_or_default();
            all.push((value, told));
        }
    }
    let fixed = [
        ("GIT_TERMINAL_PROMPT", "0"),
        ("SSH_ASKPASS_REQUIRE", "never"),
        ("GCM_INTERACTIVE", "never"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("LC_ALL", "C"),
    ];
    all.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    all
}

/// Feeds a child, waits for it, and ends it where it takes too long. Whether it succeeded, and what it wrote.
fn ended(mut child: Child, input: &[u8], within: Duration) -> Option<(bool, Vec<u8>, Vec<u8>)> {
    let stdin = child.stdin.take();
    let input = input.to_vec();
    // A child that ends early closes its end; that it did shows in how it ended.
    std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let out = collected(child.stdout.take());
    let err = collected(child.stderr.take());
    let mut waited = Duration::ZERO;
    let succeeded = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if waited < within => {
                std::thread::sleep(LOOK);
                waited += LOOK;
            }
            Ok(None) | Err(_) => {
                drop(child.kill());
                drop(child.wait());
                return None;
            }
        }
    };
    // What a child of the child keeps open is not waited for for ever.
    let out = out.recv_timeout(HERE).ok()?;
    let err = err.recv_timeout(HERE).unwrap_or_default();
    Some((succeeded, out, err))
}

fn collected(source: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut source) = source {
            // What was read before a pipe broke is still worth telling.
            drop(source.read_to_end(&mut bytes));
        }
        // Nobody may be waiting any more.
        drop(sender.send(bytes));
    });
    receiver
}

/// The last line that says something, short, and without whatever a URL carries before its host.
fn last_words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(str::trim);
    let telling = lines.filter(|line| !line.is_empty() && !line.starts_with("hint:"));
    let told = |line: &&&str| {
        let begins = ["fatal:", "error:", "remote:", "!"];
        begins.iter().any(|begin| line.starts_with(begin))
    };
    let all: Vec<&str> = telling.collect();
    let line = all.iter().find(|line| told(line)).or(all.last());
    let line = line.map_or("it said nothing", |line| *line);
    let words = line.split(' ').map(|word| match word.split_once("://") {
        Some((scheme, rest)) => match rest.rsplit_once('@') {
            Some((_, host)) => format!("{scheme}://{host}"),
            None => word.to_owned(),
        },
        None => word.to_owned(),
    });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_does_not_end_is_ended() {
        let mut command = Command::new("tail");
        command.args(["-f", "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        assert_eq!(ended(child, b"", Duration::from_millis(20)), None);
    }

    #[test]
    fn what_git_says_is_short_and_holds_no_password() {
        let said = b"remote: hello\nfatal: unable to access 'https://bot:s3cret@git.example/a.git/': refused\nhint: try\n";
        assert_eq!(last_words(said), "remote: hello");
        let said = &said[b"remote: hello\n".len()..];
        let words = last_words(said);
        assert!(words.starts_with("fatal: unable to access"), "{words}");
        assert!(!words.contains("s3cret"), "{words}");
        assert_eq!(last_words(b""), "it said nothing");
        assert!(last_words(&[b'x'; 5_000]).len() <= 300);
    }

    #[test]
    fn git_sees_no_token_of_a_vendor() {
        let env = |name: &str| Some(format!("value of {name}"));
        let passed = variables(&env);
        assert!(passed.iter().any(|(name, _)| name == "SSH_AUTH_SOCK"));
        assert!(!passed.iter().any(|(name, _)| name.contains("ALTEGIO")));
        assert!(!passed.iter().any(|(name, _)| name == "GIT_DIR"));
        let prompt = ("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned());
        assert!(passed.contains(&prompt));
        // A count that is none is not followed.
        assert!(
            !passed
                .iter()
                .any(|(name, _)| name.starts_with("GIT_CONFIG_KEY"))
        );
        let env = |name: &str| match name {
            "GIT_CONFIG_COUNT" => Some("2".to_owned()),
            "GIT_CONFIG_KEY_0" => Some("http.extraheader".to_owned()),
            "GIT_CONFIG_VALUE_0" => Some("x".to_owned()),
            // What is empty is not there for us, and must be for git.
            "GIT_CONFIG_KEY_1" => Some("credential.helper".to_owned()),
            _ => None,
        };
        let passed = variables(&env);
        assert!(passed.iter().any(|(name, _)| name == "GIT_CONFIG_VALUE_0"));
        assert!(passed.contains(&("GIT_CONFIG_VALUE_1".to_owned(), String::new())));
    }
}
