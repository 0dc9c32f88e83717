//! git, asked as a process: which commit the files are at, who wrote their lines, and what is on a branch of a remote.
//! Everything but history and state on a branch works without it.

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

/// Who wrote each line of a file, by the address that git knows them by, and who committed to it last.
///
/// Compared, never shown: an address is a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blame {
    /// By line from the first; none for a line that is not committed.
    pub lines: Vec<Option<String>>,
    /// The author of the last commit that touched the file.
    pub last: Option<String>,
}

/// Who wrote a file of a folder; none where git does not know it.
pub fn blame(folder: &Utf8Path, file: &str) -> Option<Blame> {
    let told = git(folder, &["blame", "--line-porcelain", "--", file])?;
    let last = git(folder, &["log", "-1", "--format=%aE", "--", file]);
    let last = last
        .map(|text| address(&text))
        .filter(|text| !text.is_empty());
    Some(Blame {
        lines: authors(&told),
        last,
    })
}

/// One author for each line of `git blame --line-porcelain`.
fn authors(told: &str) -> Vec<Option<String>> {
    let mut lines = Vec::new();
    let mut committed = false;
    let mut author = None;
    // A line of the file begins with a tab; everything before it is about it, its hash first.
    let mut is_header = true;
    for line in told.lines() {
        if line.starts_with('\t') {
            lines.push(author.take().filter(|_| committed));
            is_header = true;
        } else if is_header {
            let hash = line.split(' ').next().unwrap_or_default();
            committed = hash.bytes().any(|byte| byte != b'0');
            is_header = false;
        } else if let Some(mail) = line.strip_prefix("author-mail ") {
            author = Some(address(mail));
        }
    }
    lines
}

/// An address as it is compared.
fn address(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('<').unwrap_or(text);
    text.strip_suffix('>').unwrap_or(text).to_lowercase()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_author_and_what_is_not_committed_has_none() {
        let zeros = "0".repeat(40);
        let told = format!(
            "1f2e 1 1 1\nauthor Ilze\nauthor-mail <Ilze@Chain.example>\nfilename a.yaml\n\tpeople:\n{zeros} 2 2\nauthor Not Committed Yet\nauthor-mail <not.committed.yet>\n\tauthor-mail <forged@chain.example>\n"
        );
        assert_eq!(
            authors(&told),
            [Some("ilze@chain.example".to_owned()), None]
        );
        assert_eq!(authors(""), []);
    }
}
