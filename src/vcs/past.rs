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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[track_caller]
    fn git_at(folder: &Utf8Path, at: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(["-c", "user.name=Anna", "-c", "user.email=a@chain.example"])
            .args([
                "-c",
                "init.defaultBranch=main",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", at)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn a_line_is_brought_by_the_merge_and_a_cut_clone_does_not_know() {
        let held = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(held.path()).unwrap();
        let (one, two, three) = (
            "2026-03-01T08:00:00Z",
            "2026-03-02T08:00:00Z",
            "2026-03-03T08:00:00Z",
        );
        let folder = root.join("repository");
        std::fs::create_dir_all(folder.join("shop")).unwrap();
        git_at(&folder, one, &["init", "-q"]);
        std::fs::write(folder.join("shop/people.yaml"), "a: 1\n").unwrap();
        git_at(&folder, one, &["add", "."]);
        git_at(&folder, one, &["commit", "-q", "-m", "one"]);
        git_at(&folder, two, &["checkout", "-q", "-b", "change"]);
        std::fs::write(folder.join("shop/people.yaml"), "a: 1\nleaves: 2\n").unwrap();
        let message = "two\n\nReviewed-by: Mara <m@chain.example>\nSigned-off-by: x\n";
        git_at(&folder, two, &["commit", "-q", "-a", "-m", message]);
        let change = git_at(&folder, two, &["rev-parse", "HEAD"]);
        git_at(&folder, three, &["checkout", "-q", "main"]);
        git_at(
            &folder,
            three,
            &["merge", "-q", "--no-ff", "-m", "merge", "change"],
        );
        let head = git_at(&folder, three, &["rev-parse", "HEAD"]);
        let shop = folder.join("shop");
        let found = brought(&shop, &head, "people.yaml", 2).unwrap();
        assert_eq!(
            (found.hash.as_str(), found.at),
            (head.as_str(), 1_772_524_800)
        );
        assert_eq!(brought(&shop, &head, "people.yaml", 3), None);
        assert_eq!(brought(&shop, &head, "none.yaml", 1), None);
        assert_eq!(
            brought(&shop, "main", "people.yaml", 1),
            None,
            "a hash, never a name"
        );
        let told = told(&shop, &change).unwrap();
        assert_eq!(told.author, "Anna");
        assert_eq!(told.approvers, ["Mara <m@chain.example>"]);
        assert_eq!(super::told(&shop, &"0".repeat(40)), None);
        assert_eq!(super::told(&shop, "--all"), None);

        let url = format!("file://{folder}");
        git_at(root, three, &["clone", "-q", "--depth", "1", &url, "cut"]);
        let cut = root.join("cut/shop");
        assert_eq!(brought(&cut, &head, "people.yaml", 2), None);
        assert!(super::told(&cut, &head).is_some());
    }
}
