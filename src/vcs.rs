//! git, asked as a process: which commit the files are at, and what is on a branch of a remote. Everything but history
//! and state on a branch works without it.

mod remote;

use std::process::{Command, Stdio};

use camino::Utf8Path;

pub use remote::{GitError, GitRemote, Pushed, Remote, Tree, TreeEntry};

/// The commit a folder is at, and whether its files differ from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// Whether a tracked file below the folder was changed, or a file there is not tracked.
    pub dirty: bool,
}

/// The commit of a folder; none where there is no git, no repository or no commit yet.
pub fn commit(folder: &Utf8Path) -> Option<Commit> {
    let hash = git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let hash = hash.trim();
    if hash.len() < 40 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let status = git(folder, &["status", "--porcelain", "--", "."])?;
    Some(Commit {
        hash: hash.to_owned(),
        dirty: !status.trim().is_empty(),
    })
}

fn git(folder: &Utf8Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8(output.stdout).ok())
        .flatten()
}
