//! What git knows of commits that are over: who wrote them, who approved them, and which one brought a line.
//!
//! Invariant: a clone that was cut off (`--depth`) knows of no line which commit brought it, and says so.

use camino::Utf8Path;

use super::{git, is_hash, text};

/// A commit. Names are what their owners wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Name of the author.
    pub author: String,
    /// Who approved it, by the trailers `Reviewed-by`, `Approved-by` and `Acked-by` of its message; with addresses.
    pub approvers: Vec<String>,
}

/// Who wrote a commit and who approved it; none where git does not have it.
pub fn told(folder: &Utf8Path, hash: &str) -> Option<Told> {
    if !is_hash(hash) {
        return None;
    }
    let format = "--format=%an%x00%(trailers:key=Reviewed-by,key=Approved-by,key=Acked-by,valueonly,separator=%x00)";
    let shown = git(
        folder,
        &[
            "show",
            "-s",
            "--no-show-signature",
            format,
            "--end-of-options",
            hash,
        ],
    )
    .and_then(text)?;
    let mut parts = shown.trim_end_matches('\n').split('\0');
    let author = parts.next()?.to_owned();
    let approvers = parts.map(str::trim).filter(|it| !it.is_empty());
    Some(Told {
        author,
        approvers: approvers.map(str::to_owned).collect(),
    })
}

/// A commit and the second it was made at its committer's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The full hash.
    pub hash: String,
    /// Seconds since 1970.
    pub at: i64,
}

/// The commit that brought a line of a file to the line of first parents that leads to `hash`: of a merge request its
/// merge.
pub fn brought(folder: &Utf8Path, hash: &str, path: &str, line: u32) -> Option<Brought> {
    if !is_hash(hash) {
        return None;
    }
    let range = format!("-L{line},{line}");
    let told = git(
        folder,
        &[
            "blame",
            "--first-parent",
            "--line-porcelain",
            &range,
            hash,
            "--",
            path,
        ],
    )
    .and_then(text)?;
    let mut lines = told.lines();
    let found = lines.next()?.split(' ').next()?.to_owned();
    let header = lines.take_while(|line| !line.starts_with('\t'));
    let header: Vec<&str> = header.collect();
    if header.contains(&"boundary") && is_shallow(folder) {
        return None;
    }
    let at = header
        .iter()
        .find_map(|line| line.strip_prefix("committer-time "))?;
    let is_real = is_hash(&found) && found.bytes().any(|byte| byte != b'0');
    is_real.then_some(Brought {
        hash: found,
        at: at.parse().ok()?,
    })
}

fn is_shallow(folder: &Utf8Path) -> bool {
    let said = git(folder, &["rev-parse", "--is-shallow-repository"]).and_then(text);
    said.is_none_or(|said| said.trim() != "false")
}
