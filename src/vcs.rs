//! git, asked as a process: which commit the files are at, what another commit holds, who wrote their lines, and what is
//! on a branch of a remote. Everything but history and state on a branch works without it.
//!
//! What comes from a caller is one argument, after an end of options. Invariant: no link and no submodule of a commit is
//! followed, and no more is read of one than a project may cost.

mod commit;
mod dropped;
mod history;
mod homes;
mod past;
mod remote;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};

use camino::Utf8Path;

pub use commit::{branch, checked_out, commit_files, commit_onto, is_clean, is_ignored};
pub use dropped::{Dropped, DroppedBy, dropped};
pub use history::{Mention, Mentions, Sought, mentions, texts};
pub use homes::{Entries, homes};
pub use past::{Brought, Told, brought, told};
pub use remote::{GitError, GitRemote, Pushed, Remote, Tree, TreeEntry};

/// The commit a folder is at, and whether its files differ from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// Whether a tracked file below the folder was changed, or a file there is not tracked.
    pub dirty: bool,
}

/// Why a commit cannot be read. Messages may quote hostile text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VcsError {
    /// git knows no such commit, or there is no git.
    #[error("git knows no commit `{0}` here")]
    NoCommit(String),
    /// The commit has no such file.
    #[error("commit `{rev}` has no file `{path}` in the project's folder")]
    NoFile {
        /// As it was asked for.
        rev: String,
        /// The path.
        path: String,
    },
    /// git said something else than it should.
    #[error("git could not read the commit: {0}")]
    Broken(String),
    /// That cannot be the name of a branch.
    #[error("`{0}` cannot be the name of a branch")]
    NoBranch(String),
    /// The branch is checked out somewhere, whose files would then look edited.
    #[error("the branch `{0}` is checked out")]
    CheckedOut(String),
    /// The commit could not be made.
    #[error("git could not commit: {0}")]
    NotCommitted(String),
    /// The files are larger than a project may be.
    #[error("the files of the commit are larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
}

/// The most that is read of a commit: far more than the largest project.
const MOST_BYTES: usize = 256 << 20;

/// The commit of a folder; none where there is no git, no repository or no commit yet.
pub fn commit(folder: &Utf8Path) -> Option<Commit> {
    let hash = git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let hash = text(hash)?;
    let hash = hash.trim();
    if !is_hash(hash) {
        return None;
    }
    let asked = [
        "status",
        "--porcelain",
        "-z",
        "--untracked-files=all",
        "--",
        ".",
    ];
    let status = git(folder, &asked)?;
    // What is kept beside the files, such as a plan or a page, is no edit of theirs.
    let mut paths = status.split(|byte| *byte == 0);
    Some(Commit {
        hash: hash.to_owned(),
        dirty: paths.any(|path| path.ends_with(b".yaml") || path.ends_with(b".yml")),
    })
}

/// The path of a folder from the top of its repository, with a slash behind it; empty at the top and where there is no
/// repository.
pub fn prefix(folder: &Utf8Path) -> String {
    let told = git(folder, &["rev-parse", "--show-prefix"]).and_then(text);
    told.map_or_else(String::new, |told| {
        told.strip_suffix('\n').unwrap_or(&told).to_owned()
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

/// Who wrote a file of a folder, as it is in a commit or, without one, as it stands there; none where git does not know it.
pub fn blame(folder: &Utf8Path, commit: Option<&str>, file: &str) -> Option<Blame> {
    if commit.is_some_and(|commit| !is_hash(commit)) {
        return None;
    }
    let ask = |command: &[&str], rest: &[&str]| {
        let arguments: Vec<&str> = command.iter().copied().chain(commit).collect();
        git(folder, &[&arguments, rest].concat())
    };
    let told = ask(&["blame", "--line-porcelain"], &["--", file]).and_then(text)?;
    // What is not committed may have taken lines out, which leaves nothing to ask about.
    let status = || git(folder, &["status", "--porcelain", "--", file]);
    let is_as_committed = commit.is_some() || status().is_some_and(|it| it.trim_ascii().is_empty());
    let last = is_as_committed
        .then(|| ask(&["log", "-1", "--format=%ae"], &["--", file]))
        .flatten();
    let last = last
        .and_then(text)
        .map(|text| address(&text))
        .filter(|text| !text.is_empty());
    Some(Blame {
        lines: authors(folder, &told)?,
        last,
    })
}

/// Everybody who touched a file, or one of others by their paths from the top of the repository, in a commit that another one does not have, up to a third or, without it, to the one
/// that the folder is at; `from` asks for the last change of each before them too. None where git does not know.
pub fn authors_since(
    folder: &Utf8Path,
    (since, from): (&str, bool),
    until: Option<&str>,
    (file, others): (&str, &BTreeSet<String>),
) -> Option<BTreeSet<String>> {
    if !is_hash(since) || until.is_some_and(|until| !is_hash(until)) {
        return None;
    }
    let range = format!("{since}..{}", until.unwrap_or("HEAD"));
    // What a side branch did counts, whichever way it was merged.
    let others = others.iter().map(|other| format!(":(top,literal){other}"));
    let files: Vec<String> = others.chain([format!(":(literal){file}")]).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let log = |merges: &[&str], format: &str| {
        let arguments = ["log", "--full-history", format];
        let files = [&[&*range, "--"], &files[..]].concat();
        git(folder, &[&arguments, merges, &files].concat())
    };
    let mut told = log(&["--no-merges"], "--format=%ae").and_then(text)?;
    // Whoever only joins two branches has written nothing: a merge counts where it is not what git makes of the two by itself. A
    // git that cannot tell that (before 2.35) tells nothing.
    let own = [
        "--merges",
        "--remerge-diff",
        "--text",
        "--no-ext-diff",
        "--no-textconv",
    ];
    let merges = log(&own, "--format=%x00%ae%x00")?;
    told.push_str(&wrote_something(&String::from_utf8_lossy(&merges)));
    for file in files.iter().filter(|_| from) {
        let last = ["log", "-1", "--format=%ae", since, "--", file];
        told.push_str(&git(folder, &last).and_then(text)?);
    }
    let all = told.lines().map(address);
    Some(all.filter(|it| !it.is_empty()).collect())
}

/// The addresses of merges that are followed by a patch, a line each.
fn wrote_something(merges: &str) -> String {
    let mut parts = merges.split('\0').skip(1);
    let mut found = String::new();
    while let (Some(who), Some(patch)) = (parts.next(), parts.next()) {
        if !patch.trim().is_empty() {
            found.push_str(who);
            found.push('\n');
        }
    }
    found
}

/// The commit that wrote a line: for people to read, so without the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineCommit {
    /// The full hash.
    pub hash: String,
    /// The author's name; hostile text.
    pub author: String,
    /// When, in seconds since 1970.
    pub seconds: i64,
}

/// Who wrote each line of a file of a folder, from the first, as a commit or the folder has it; none for a line that is not
/// committed, and nothing where git does not know the file.
pub fn line_commits(
    folder: &Utf8Path,
    file: &str,
    rev: Option<&str>,
) -> Option<Vec<Option<LineCommit>>> {
    let mut arguments = vec!["blame", "--line-porcelain"];
    if let Some(rev) = rev {
        if !is_hash(rev) {
            return None;
        }
        arguments.push(rev);
    }
    arguments.extend(["--", file]);
    git(folder, &arguments)
        .and_then(text)
        .map(|told| commits_of_lines(&told))
}

/// One commit for each line of `git blame --line-porcelain`.
fn commits_of_lines(told: &str) -> Vec<Option<LineCommit>> {
    let mut lines = Vec::new();
    let mut now: Option<LineCommit> = None;
    let mut is_header = true;
    for line in told.lines() {
        if line.starts_with('\t') {
            lines.push(now.take());
            is_header = true;
        } else if is_header {
            let hash = line.split(' ').next().unwrap_or_default();
            now = hash.bytes().any(|byte| byte != b'0').then(|| LineCommit {
                hash: hash.to_owned(),
                author: String::new(),
                seconds: 0,
            });
            is_header = false;
        } else if let Some(now) = &mut now {
            if let Some(author) = line.strip_prefix("author ") {
                author.clone_into(&mut now.author);
            } else if let Some(time) = line.strip_prefix("author-time ") {
                now.seconds = time.parse().unwrap_or(0);
            }
        }
    }
    lines
}

/// The author of each line of `git blame --line-porcelain`; none where git does not tell. Blame itself names authors as a
/// `.mailmap` has them, which any commit can bring.
fn authors(folder: &Utf8Path, told: &str) -> Option<Vec<Option<String>>> {
    let hashes = hashes(told);
    let all: BTreeSet<&str> = hashes.iter().flatten().copied().collect();
    let all: Vec<&str> = all.into_iter().collect();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    // No command line is endless.
    for some in all.chunks(MOST_ASKED) {
        let ask = ["log", "--no-walk", "--format=%H %ae", "--end-of-options"];
        let told = git(folder, &[&ask, some].concat()).and_then(text)?;
        for line in told.lines() {
            let (hash, who) = line.split_once(' ')?;
            known.insert(hash.to_owned(), address(who));
        }
    }
    let author = |hash: Option<&str>| hash.and_then(|hash| known.get(hash).cloned());
    Some(hashes.into_iter().map(author).collect())
}

/// How many commits are asked for at once.
const MOST_ASKED: usize = 200;

/// The commit of each line of `git blame --line-porcelain`; none for what is not committed.
fn hashes(told: &str) -> Vec<Option<&str>> {
    let (mut lines, mut hash) = (Vec::new(), None);
    // A line of the file begins with a tab; everything before it is about it, its hash first.
    let mut is_header = true;
    for line in told.lines() {
        if line.starts_with('\t') {
            lines.push(hash);
            is_header = true;
        } else if is_header {
            let found = line.split(' ').next().unwrap_or_default();
            hash = (is_hash(found) && found.bytes().any(|byte| byte != b'0')).then_some(found);
            is_header = false;
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

/// The full hash of a commit that somebody names.
pub fn resolve(folder: &Utf8Path, rev: &str) -> Result<String, VcsError> {
    let unknown = || VcsError::NoCommit(rev.to_owned());
    // git has options for what begins so, and a file's name after a colon.
    if rev.is_empty() || rev.starts_with('-') || rev.contains([':', '\0', '\n']) {
        return Err(unknown());
    }
    let name = format!("{rev}^{{commit}}");
    let arguments = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &name,
    ];
    let hash = git(folder, &arguments).and_then(text).ok_or_else(unknown)?;
    let hash = hash.trim();
    if is_hash(hash) {
        Ok(hash.to_owned())
    } else {
        Err(unknown())
    }
}

/// The YAML files of a commit below a folder, by their paths from there.
pub fn files(folder: &Utf8Path, hash: &str) -> Result<Vec<(String, Vec<u8>)>, VcsError> {
    let is_yaml = |path: &str| {
        let ending = Utf8Path::new(path).extension();
        ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
    };
    let mut listed = list(folder, hash, None)?;
    listed.retain(|(path, _)| is_yaml(path));
    blobs(folder, listed)
}

/// One file of a commit, by its path from a folder.
pub fn file(folder: &Utf8Path, rev: &str, path: &str) -> Result<Vec<u8>, VcsError> {
    let hash = resolve(folder, rev)?;
    let mut listed = list(folder, &hash, Some(path))?;
    listed.retain(|(found, _)| found == path);
    let mut read = blobs(folder, listed)?;
    read.pop()
        .map(|(_, bytes)| bytes)
        .ok_or_else(|| VcsError::NoFile {
            rev: rev.to_owned(),
            path: path.to_owned(),
        })
}

/// Files of a commit and the ids of their contents. Links and submodules are left out.
fn list(
    folder: &Utf8Path,
    hash: &str,
    only: Option<&str>,
) -> Result<Vec<(String, String)>, VcsError> {
    if !is_hash(hash) {
        return Err(VcsError::NoCommit(hash.to_owned()));
    }
    let mut arguments = vec!["--literal-pathspecs", "ls-tree", "-r", "-z", hash];
    if let Some(path) = only {
        arguments.extend(["--", path]);
    }
    let tree = git(folder, &arguments)
        .ok_or_else(|| VcsError::Broken("it does not list its files".to_owned()))?;
    let mut files = Vec::new();
    for entry in tree.split(|byte| *byte == 0) {
        // A name that is not UTF-8 is none of ours.
        let Ok(entry) = std::str::from_utf8(entry) else {
            continue;
        };
        let Some((about, path)) = entry.split_once('\t') else {
            continue;
        };
        let mut words = about.split(' ');
        let (mode, kind, id) = (words.next(), words.next(), words.next());
        let is_file = matches!(mode, Some("100644" | "100755")) && kind == Some("blob");
        if let (true, Some(id)) = (is_file, id.filter(|id| is_hash(id))) {
            files.push((path.to_owned(), id.to_owned()));
        }
    }
    Ok(files)
}

/// The contents of files, by one process for all of them.
fn blobs(
    folder: &Utf8Path,
    files: Vec<(String, String)>,
) -> Result<Vec<(String, Vec<u8>)>, VcsError> {
    let broken = |error: std::io::Error| VcsError::Broken(error.to_string());
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = command(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(broken)?;
    let mut asked = String::new();
    for (_, id) in &files {
        asked.push_str(id);
        asked.push('\n');
    }
    // Written beside reading: git stops reading while nobody takes what it answers.
    let writer = child
        .stdin
        .take()
        .map(|mut stdin| std::thread::spawn(move || stdin.write_all(asked.as_bytes())));
    let read = match child.stdout.take() {
        Some(out) => answers(&mut BufReader::new(out), files),
        None => Err(VcsError::Broken("it does not answer".to_owned())),
    };
    if read.is_err() {
        // It may wait for somebody to take the rest.
        drop(child.kill());
    }
    if let Some(writer) = writer {
        drop(writer.join());
    }
    drop(child.wait());
    read
}

fn answers(
    out: &mut impl std::io::BufRead,
    files: Vec<(String, String)>,
) -> Result<Vec<(String, Vec<u8>)>, VcsError> {
    let broken = |error: std::io::Error| VcsError::Broken(error.to_string());
    let mut left = MOST_BYTES;
    let mut read = Vec::with_capacity(files.len());
    for (path, id) in files {
        let mut head = String::new();
        out.by_ref()
            .take(200)
            .read_line(&mut head)
            .map_err(broken)?;
        let size = head
            .trim_end()
            .strip_prefix(&format!("{id} blob "))
            .and_then(|size| size.parse::<usize>().ok())
            .ok_or_else(|| VcsError::Broken(format!("it does not have `{path}`")))?;
        left = left.checked_sub(size).ok_or(VcsError::TooLarge)?;
        let mut bytes = vec![0; size];
        out.read_exact(&mut bytes).map_err(broken)?;
        out.read_exact(&mut [0]).map_err(broken)?;
        read.push((path, bytes));
    }
    Ok(read)
}

fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn text(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}

fn command(folder: &Utf8Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn git(folder: &Utf8Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = command(folder).args(arguments).output().ok()?;
    output.status.success().then_some(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_author_and_what_is_not_committed_has_none() {
        let (ilze, zeros) = ("1f2e".repeat(10), "0".repeat(40));
        let told = format!(
            "{ilze} 1 1 1\nauthor Ilze\nauthor-mail <Ilze@Chain.example>\nfilename a.yaml\n\tpeople:\n{zeros} 2 2\nauthor Not Committed Yet\nauthor-mail <not.committed.yet>\n\tauthor-mail <forged@chain.example>\n"
        );
        assert_eq!(hashes(&told), [Some(&*ilze), None]);
        assert_eq!(hashes(""), []);
    }

    #[test]
    fn no_mailmap_makes_a_commit_somebody_else_s() {
        let held = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(held.path()).unwrap();
        run(folder, &["init", "-q"]);
        let write = |file: &str, text: &str| std::fs::write(folder.join(file), text).unwrap();
        let commit = |who: &str| {
            run(folder, &["add", "."]);
            let email = format!("user.email={who}@Chain.example");
            run(folder, &["-c", &email, "commit", "-q", "-m", "x"]);
            commit(folder).unwrap().hash
        };
        write("a.yaml", "one\n");
        let first = commit("ann");
        write("a.yaml", "one\ntwo\n");
        write(
            ".mailmap",
            "Bob <bob@chain.example> <mallory@Chain.example>\n",
        );
        commit("mallory");
        let mallory = Some("mallory@chain.example".to_owned());
        let found = blame(folder, None, "a.yaml").unwrap();
        let ann = Some("ann@chain.example".to_owned());
        assert_eq!(found.lines, [ann, mallory.clone()]);
        assert_eq!(found.last, mallory);
        let none = BTreeSet::new();
        let since = authors_since(folder, (&first, false), None, ("a.yaml", &none)).unwrap();
        assert_eq!(since, mallory.into_iter().collect());
    }

    #[test]
    fn all_who_touched_a_file_since_a_commit_are_known() {
        let held = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(held.path()).unwrap();
        run(folder, &["init", "-q"]);
        let edit = |who: &str, file: &str| {
            let path = folder.join(file);
            let before = std::fs::read_to_string(&path).unwrap_or_default();
            std::fs::write(path, format!("{before}{who}\n")).unwrap();
            run(folder, &["add", "."]);
            let email = format!("user.email={who}@Chain.example");
            run(folder, &["-c", &email, "commit", "-q", "-m", "x"]);
            commit(folder).unwrap().hash
        };
        edit("ann", "a.yaml");
        let first = edit("bob", "a.yaml");
        edit("cid", "b.yaml");
        // What a side branch did, and was undone there, counts as well.
        run(folder, &["checkout", "-q", "-b", "side"]);
        edit("eve", "a.yaml");
        run(folder, &["revert", "-n", "HEAD"]);
        run(folder, &["commit", "-q", "-m", "undone"]);
        run(folder, &["checkout", "-q", "-"]);
        let middle = edit("dan", "b.yaml");
        // Whoever only joins the two has written nothing.
        let merge = [
            "-c",
            "user.email=mia@chain.example",
            "merge",
            "-q",
            "--no-edit",
        ];
        run(folder, &[&merge[..], &["side"]].concat());
        let asked = |since: &str, from: bool, until: Option<&str>| {
            let found = authors_since(folder, (since, from), until, ("a.yaml", &BTreeSet::new()))?;
            let found: Vec<String> = found.into_iter().collect();
            Some(found.join(" ").replace("@chain.example", ""))
        };
        assert_eq!(asked(&first, false, None).as_deref(), Some("eve t"));
        assert_eq!(asked(&first, true, None).as_deref(), Some("bob eve t"));
        assert_eq!(asked(&first, false, Some(&middle)).as_deref(), Some(""));
        let joined = commit(folder).unwrap().hash;
        // A merge that brings something of its own has an author.
        run(folder, &["checkout", "-q", "-b", "other"]);
        edit("ann", "b.yaml");
        run(folder, &["checkout", "-q", "-"]);
        run(folder, &["merge", "-q", "--no-ff", "--no-commit", "other"]);
        edit("max", "a.yaml");
        assert_eq!(asked(&joined, false, None).as_deref(), Some("max"));
        assert_eq!(asked(&"1".repeat(40), false, None), None);
        assert_eq!(asked("--all", false, None), None);
    }

    #[test]
    fn the_commit_of_a_line_has_a_name_and_no_address() {
        let zeros = "0".repeat(40);
        let told = format!(
            "1f2e 1 1 1\nauthor Ilze O\nauthor-mail <ilze@chain.example>\nauthor-time 1700000000\n\tpeople:\n{zeros} 2 2\nauthor Not Committed Yet\nauthor-time 5\n\tauthor forged\n"
        );
        let ilze = LineCommit {
            hash: "1f2e".into(),
            author: "Ilze O".into(),
            seconds: 1_700_000_000,
        };
        assert_eq!(commits_of_lines(&told), [Some(ilze), None]);
    }

    pub(super) fn run(folder: &Utf8Path, arguments: &[&str]) {
        let all = [
            &[
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@chain.example",
                "-c",
                "commit.gpgsign=false",
            ],
            arguments,
        ]
        .concat();
        assert!(git(folder, &all).is_some(), "{arguments:?}");
    }

    pub(super) fn repository() -> (tempfile::TempDir, camino::Utf8PathBuf) {
        let held = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(held.path()).unwrap().to_owned();
        run(&folder, &["init", "-q"]);
        std::fs::create_dir_all(folder.join("shop/people")).unwrap();
        std::fs::write(folder.join("shop/keyholder.yaml"), "version: 1\n").unwrap();
        std::fs::write(folder.join("shop/people/a b.yaml"), "people: {}\n").unwrap();
        std::fs::write(folder.join("shop/notes.txt"), "no\n").unwrap();
        std::fs::write(folder.join("outside.yaml"), "no: 1\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", folder.join("shop/link.yaml")).unwrap();
        run(&folder, &["add", "."]);
        run(&folder, &["commit", "-q", "-m", "one"]);
        (held, folder)
    }

    #[test]
    fn a_commit_gives_the_files_of_a_folder_and_no_link() {
        let (_held, root) = repository();
        let shop = root.join("shop");
        let hash = resolve(&shop, "HEAD").unwrap();
        std::fs::write(shop.join("keyholder.yaml"), "changed since\n").unwrap();
        let read = files(&shop, &hash).unwrap();
        let read: Vec<(&str, &[u8])> = read.iter().map(|(path, text)| (&**path, &**text)).collect();
        assert_eq!(
            read,
            [
                ("keyholder.yaml", b"version: 1\n".as_slice()),
                ("people/a b.yaml", b"people: {}\n".as_slice()),
            ]
        );
        assert_eq!(
            file(&shop, "HEAD", "keyholder.yaml").unwrap(),
            b"version: 1\n"
        );
        assert!(commit(&shop).unwrap().dirty);
    }

    #[test]
    fn who_wrote_a_file_is_asked_of_the_commit_it_is_taken_from() {
        let (_held, root) = repository();
        let shop = root.join("shop");
        let first = resolve(&shop, "HEAD").unwrap();
        let file = shop.join("keyholder.yaml");
        std::fs::write(&file, "# of another\nversion: 1\n").unwrap();
        // Uncommitted lines are nobody's, and so is what may have been taken out with them.
        let dirty = blame(&shop, None, "keyholder.yaml").unwrap();
        let t = Some("t@chain.example".to_owned());
        assert_eq!((dirty.lines, dirty.last), (vec![None, t.clone()], None));
        let by = "user.email=eve@chain.example";
        run(&shop, &["-c", by, "commit", "-q", "-a", "-m", "two"]);
        let eve = Some("eve@chain.example".to_owned());
        let now = blame(&shop, None, "keyholder.yaml").unwrap();
        assert_eq!((now.lines, now.last), (vec![eve.clone(), t.clone()], eve));
        let then = blame(&shop, Some(&first), "keyholder.yaml").unwrap();
        assert_eq!((then.lines, then.last), (vec![t.clone()], t));
        assert_eq!(blame(&shop, Some("--help"), "keyholder.yaml"), None);
    }

    #[test]
    fn what_is_no_commit_and_no_file_is_refused() {
        let (_held, root) = repository();
        for rev in [
            "",
            "none",
            "--all",
            "-x",
            "HEAD:shop",
            "HEAD\n",
            "HEAD^{tree}",
        ] {
            assert!(
                matches!(resolve(&root, rev), Err(VcsError::NoCommit(_))),
                "{rev}"
            );
        }
        for path in [
            "none.yaml",
            "shop",
            "shop/*",
            "../x.yaml",
            "--help",
            "shop/link.yaml",
            "",
        ] {
            assert!(file(&root, "HEAD", path).is_err(), "{path}");
        }
        assert!(files(&root, "HEAD").is_err());
        let nowhere = tempfile::tempdir().unwrap();
        let nowhere = Utf8Path::from_path(nowhere.path()).unwrap();
        assert!(resolve(nowhere, "HEAD").is_err());
    }
}
