//! Commits of edits, and of nothing else.
//!
//! Not a front for git: what a person does with branches stays theirs. Invariant: no change in the index or the work tree
//! that is not the edit's own is committed, lost or moved, and no name becomes an option of git.

use std::io::Write as _;
use std::process::Stdio;

use camino::Utf8Path;

use super::{VcsError, command, git, is_hash, text};

/// Whether a file stands in the last commit, the index and the work tree with the same bytes.
pub fn is_clean(folder: &Utf8Path, path: &str) -> bool {
    let known = git(
        folder,
        &[
            "--literal-pathspecs",
            "ls-files",
            "--error-unmatch",
            "--",
            path,
        ],
    );
    let status = git(
        folder,
        &["--literal-pathspecs", "status", "--porcelain", "--", path],
    );
    known.is_some() && status.is_some_and(|status| status.trim_ascii().is_empty())
}

/// Whether git is told to leave a file alone, as it is told of contacts.
pub fn is_ignored(folder: &Utf8Path, path: &str) -> bool {
    git(folder, &["check-ignore", "--quiet", "--", path]).is_some()
}

/// The branch that is checked out, on which there is a commit; or why a commit would have no place.
pub fn checked_out(folder: &Utf8Path) -> Result<String, &'static str> {
    git(folder, &["rev-parse", "--git-dir"]).ok_or("there is no git repository here")?;
    let branch = git(folder, &["symbolic-ref", "--quiet", "--short", "HEAD"]).and_then(text);
    let branch = branch.ok_or("no branch is checked out (the head is detached)")?;
    git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])
        .ok_or("nothing was committed here yet")?;
    Ok(branch.trim().to_owned())
}

/// The commit a branch is at; none where there is no such branch yet. Refuses a name that is none, and a branch that
/// somebody has checked out: its files would then look edited.
pub fn branch(folder: &Utf8Path, name: &str) -> Result<Option<String>, VcsError> {
    let full = full_name(folder, name)?;
    let told = git(
        folder,
        &[
            "for-each-ref",
            "--format=%(objectname) %(worktreepath)",
            &full,
        ],
    );
    let told = told.and_then(text).ok_or_else(|| failed("no repository"))?;
    let Some(line) = told.lines().next() else {
        return Ok(None);
    };
    let (hash, tree) = line.split_once(' ').unwrap_or((line, ""));
    if !tree.trim().is_empty() {
        return Err(VcsError::CheckedOut(name.to_owned()));
    }
    Ok(Some(hash.to_owned()))
}

fn full_name(folder: &Utf8Path, name: &str) -> Result<String, VcsError> {
    let wrong = || VcsError::NoBranch(name.to_owned());
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if name.is_empty() || name.starts_with('-') || name.contains(odd) || name == "HEAD" {
        return Err(wrong());
    }
    let full = format!("refs/heads/{name}");
    git(folder, &["check-ref-format", &full]).ok_or_else(wrong)?;
    Ok(full)
}

/// Commits what stands in these files of the work tree onto the branch that is checked out, and nothing that somebody
/// prepared beside it. The hash of the commit.
pub fn commit_files(folder: &Utf8Path, paths: &[&str], message: &str) -> Result<String, VcsError> {
    for path in paths {
        // A file that git does not know yet is made known, without its content.
        let add = ["--literal-pathspecs", "add", "--intent-to-add", "--", path];
        told(folder, &add, b"")?;
    }
    let mut arguments = vec![
        "--literal-pathspecs",
        "commit",
        "--only",
        "--quiet",
        "--file=-",
        "--",
    ];
    arguments.extend(paths);
    told(folder, &arguments, message.as_bytes())?;
    super::resolve(folder, "HEAD")
}

/// Commits files onto a branch that is not checked out, upon `parent`, without touching the index or the work tree. `old`
/// is where the branch is; none makes it. The hash of the commit.
pub fn commit_onto(
    folder: &Utf8Path,
    name: &str,
    (parent, old): (&str, Option<&str>),
    files: &[(&str, &str)],
    message: &str,
) -> Result<String, VcsError> {
    let full = full_name(folder, name)?;
    if !is_hash(parent) {
        return Err(VcsError::NoCommit(parent.to_owned()));
    }
    let ask = |arguments: &[&str]| git(folder, arguments).and_then(text);
    let prefix = ask(&["rev-parse", "--show-prefix"]).ok_or_else(|| failed("no repository"))?;
    let prefix = prefix.trim_end_matches(['\n', '\r']);
    let mut tree = told(
        folder,
        &["rev-parse", "--verify", &format!("{parent}^{{tree}}")],
        b"",
    )?;
    for (path, content) in files {
        let blob = told(
            folder,
            &["hash-object", "-w", "--stdin"],
            content.as_bytes(),
        )?;
        let path = format!("{prefix}{path}");
        let parts: Vec<&str> = path.split('/').collect();
        tree = with_blob(folder, Some(&tree), &parts, &blob)?;
    }
    let mut arguments = vec!["commit-tree", &tree, "-p", parent, "-F", "-"];
    let signs = ask(&["config", "--type=bool", "--get", "commit.gpgsign"]);
    if signs.is_some_and(|it| it.trim() == "true") {
        arguments.push("-S");
    }
    let commit = told(folder, &arguments, message.as_bytes())?;
    let zeros = "0".repeat(commit.len());
    let reason = "keyholder: an edit of the files";
    let old = old.unwrap_or(&zeros);
    told(
        folder,
        &["update-ref", "-m", reason, &full, &commit, old],
        b"",
    )?;
    Ok(commit)
}

/// A tree with another content of one of its files. No index is needed for it, so none can be left behind.
fn with_blob(
    folder: &Utf8Path,
    tree: Option<&str>,
    path: &[&str],
    blob: &str,
) -> Result<String, VcsError> {
    let Some((name, rest)) = path.split_first() else {
        return Err(failed("a file without a name"));
    };
    let listed = match tree {
        Some(tree) => told(folder, &["ls-tree", "-z", "--full-tree", tree], b"")?,
        None => String::new(),
    };
    let mut entries: Vec<(&str, &str)> = listed
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .collect();
    let at = entries.iter().position(|(_, known)| known == name);
    let about = at.and_then(|at| entries.get(at)).map_or("", |it| it.0);
    let own = if rest.is_empty() {
        let mode = if about.starts_with("100755") {
            "100755"
        } else {
            "100644"
        };
        format!("{mode} blob {blob}")
    } else {
        let below = about.strip_prefix("040000 tree ");
        format!("040000 tree {}", with_blob(folder, below, rest, blob)?)
    };
    entries.retain(|(_, known)| known != name);
    entries.push((&own, name));
    let lines: Vec<String> = entries
        .iter()
        .map(|(about, name)| format!("{about}\t{name}\0"))
        .collect();
    told(folder, &["mktree", "-z"], lines.concat().as_bytes())
}

/// What git answers, or what it complains of.
fn told(folder: &Utf8Path, arguments: &[&str], input: &[u8]) -> Result<String, VcsError> {
    let mut command = command(folder);
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| failed(&error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A git that does not listen says why when it ends. Files are small, and nothing is answered before they end.
        drop(stdin.write_all(input));
    }
    let output = child
        .wait_with_output()
        .map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let first = error.lines().find(|line| !line.trim().is_empty());
        return Err(failed(first.unwrap_or("git failed without a word")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn failed(why: &str) -> VcsError {
    VcsError::NotCommitted(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcs::tests::{repository, run};

    fn show(root: &Utf8Path, what: &str) -> String {
        git(root, &["show", "--format=", what])
            .and_then(text)
            .unwrap()
    }

    #[test]
    fn only_the_edit_is_committed_and_what_is_prepared_stays_prepared() {
        let (_held, root) = repository();
        let shop = root.join("shop");
        run(&root, &["config", "user.name", "t"]);
        run(&root, &["config", "user.email", "t@chain.example"]);
        std::fs::write(root.join("outside.yaml"), "no: 2\n").unwrap();
        run(&root, &["add", "outside.yaml"]);
        std::fs::write(shop.join("notes.txt"), "loose\n").unwrap();
        assert!(is_clean(&shop, "people/a b.yaml"));
        assert!(!is_clean(&shop, "notes.txt"));
        assert!(!is_clean(&shop, "new.yaml"));
        std::fs::write(shop.join("people/a b.yaml"), "people: { a: {} }\n").unwrap();
        let hash = commit_files(&shop, &["people/a b.yaml"], "Add a\n\nHR-1\n").unwrap();
        let names = git(&root, &["show", "--format=%B", "--name-only", &hash]).and_then(text);
        assert_eq!(
            names.unwrap().trim(),
            "Add a\n\nHR-1\n\n\nshop/people/a b.yaml"
        );
        let status = git(&root, &["status", "--porcelain"])
            .and_then(text)
            .unwrap();
        assert_eq!(status, "M  outside.yaml\n M shop/notes.txt\n");
    }

    #[test]
    fn a_branch_gets_a_commit_while_another_is_worked_on() {
        let (_held, root) = repository();
        let shop = root.join("shop");
        run(&root, &["config", "user.name", "t"]);
        run(&root, &["config", "user.email", "t@chain.example"]);
        let head = super::super::resolve(&shop, "HEAD").unwrap();
        std::fs::write(shop.join("people/a b.yaml"), "people: { loose: {} }\n").unwrap();
        run(&root, &["add", "."]);
        let before = git(&root, &["status", "--porcelain"]).unwrap();
        assert_eq!(branch(&shop, "hires/яна").unwrap(), None);
        let files = [("people/a b.yaml", "people: { a: {} }\n")];
        let first = commit_onto(&shop, "hires/яна", (&head, None), &files, "Add a").unwrap();
        assert_eq!(branch(&shop, "hires/яна").unwrap(), Some(first.clone()));
        assert_eq!(
            show(&root, &format!("{first}:shop/people/a b.yaml")),
            "people: { a: {} }\n"
        );
        assert_eq!(git(&root, &["status", "--porcelain"]).unwrap(), before);
        assert_eq!(super::super::resolve(&shop, "HEAD").unwrap(), head);
        // Somebody else was quicker: the branch is where it is.
        let late = commit_onto(&shop, "hires/яна", (&head, Some(&head)), &files, "Late");
        assert!(matches!(late, Err(VcsError::NotCommitted(_))), "{late:?}");
        let names = git(&root, &["ls-tree", "-r", "--name-only", &first])
            .and_then(text)
            .unwrap();
        assert_eq!(
            names,
            "outside.yaml\nshop/keyholder.yaml\nshop/link.yaml\nshop/notes.txt\nshop/people/a b.yaml\n"
        );
    }

    #[test]
    fn a_name_never_becomes_an_option_or_another_ref() {
        let (_held, root) = repository();
        for name in [
            "", "-x", "--force", "a b", "a..b", "@{-1}", "HEAD", "a\n", "x.lock", "a:b",
        ] {
            let found = branch(&root, name);
            assert!(
                matches!(found, Err(VcsError::NoBranch(_))),
                "{name}: {found:?}"
            );
        }
        let own = git(&root, &["symbolic-ref", "--short", "HEAD"])
            .and_then(text)
            .unwrap();
        let found = branch(&root, own.trim());
        assert!(matches!(found, Err(VcsError::CheckedOut(_))), "{found:?}");
    }
}
