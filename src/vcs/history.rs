//! Where the history of a folder says something, and the texts that its files had.
//!
//! Invariant: what is searched for is one argument and never an option; and no question takes longer than [`LONGEST`]: what was
//! answered until then is handed out, and that it is not all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

use camino::Utf8Path;

use super::{blobs, command, git, is_hash};

/// How long one question may take: far longer than the history of any project of files takes, and no more than people wait.
const LONGEST: Duration = Duration::from_secs(20);

/// So many texts of one history are read, the newest first.
const MOST_TEXTS: usize = 2_000;

/// They are read so many at a time.
const AT_ONCE: usize = 100;

/// All of them are no larger than this.
const MOST_BYTES: usize = 64 << 20;

/// A commit that says it, or takes it away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The day it was committed, `2026-11-28`.
    pub date: String,
    /// The full hash.
    pub hash: String,
}

/// What was found in a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Commits whose changes or messages say it.
    pub commits: BTreeSet<Mention>,
    /// The files that were changed so, by every name that they had.
    pub files: BTreeSet<String>,
    /// Whether git was not done in time.
    pub cut: bool,
}

/// A text to be found: letter by letter, or as digits however they are parted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sought {
    /// Letter by letter; upper and lower case of ASCII are one.
    Text(String),
    /// Digits, with or without what people part them with.
    Digits(String),
}

impl Sought {
    /// As an extended regular expression.
    fn pattern(&self) -> String {
        match self {
            Sought::Text(text) => {
                let mut pattern = String::new();
                for c in text.chars() {
                    match c {
                        // The one sign that means something else within brackets.
                        '^' => pattern.push_str(r"\^"),
                        c if c.is_ascii_punctuation() => pattern.push_str(&format!("[{c}]")),
                        c => pattern.push(c),
                    }
                }
                pattern
            }
            Sought::Digits(digits) => {
                let each: Vec<String> = digits.chars().map(String::from).collect();
                each.join("[ ()./-]*")
            }
        }
    }
}

/// The commits of all branches whose changes or messages have one of these texts, and the files that were changed so.
/// None where there is no history.
pub fn mentions(folder: &Utf8Path, sought: &BTreeSet<Sought>) -> Option<Mentions> {
    git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let mut found = Mentions::default();
    let patterns: Vec<String> = sought.iter().map(Sought::pattern).collect();
    if patterns.is_empty() {
        return Some(found);
    }
    let mut commits: BTreeMap<String, String> = BTreeMap::new();
    let changed = format!("-G{}", patterns.join("|"));
    let said = format!("--grep={}", patterns.join("|"));
    // A file that got another name is two: both say it.
    let searches: [&[&str]; 2] = [
        &["--name-only", "--no-renames", "--relative", &changed],
        &["--no-patch", "--extended-regexp", &said],
    ];
    for search in searches {
        let all = [
            "log",
            "--all",
            "-z",
            "--no-color",
            "--no-ext-diff",
            "--text",
            "--regexp-ignore-case",
            "--format=%x01%H %cs%x01",
        ];
        let (told, whole) = within(folder, &[&all[..], search].concat());
        found.cut |= !whole;
        let told = String::from_utf8_lossy(&told);
        for part in told.split(['\0', '\u{1}', '\n']) {
            match part.split_once(' ') {
                Some((hash, date)) if is_hash(hash) => {
                    commits.insert(hash.to_owned(), date.to_owned());
                }
                _ if part.is_empty() => {}
                _ => {
                    found.files.insert(part.to_owned());
                }
            }
        }
    }
    let commits = commits.into_iter();
    found.commits = commits.map(|(hash, date)| Mention { date, hash }).collect();
    Some(found)
}

/// The texts that some files had in any commit, each once, the newest first; and whether these are all.
pub fn texts(folder: &Utf8Path, files: &BTreeSet<String>) -> (Vec<Vec<u8>>, bool) {
    if files.is_empty() {
        return (Vec::new(), true);
    }
    let all = [
        "--literal-pathspecs",
        "log",
        "--all",
        "-z",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--no-ext-diff",
        "--relative",
        "--diff-filter=AM",
        "--format=",
        "--",
    ];
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let (told, mut whole) = within(folder, &[&all[..], &names].concat());
    let told = String::from_utf8_lossy(&told);
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut ids: Vec<(String, String)> = Vec::new();
    for part in told.split('\0') {
        // `:100644 100644 OLD NEW M`
        let id = part
            .trim_start()
            .strip_prefix(':')
            .and_then(|it| it.split(' ').nth(3));
        if let Some(id) = id.filter(|id| is_hash(id) && known.insert(id)) {
            ids.push((String::new(), id.to_owned()));
        }
    }
    whole &= ids.len() <= MOST_TEXTS;
    ids.truncate(MOST_TEXTS);
    let mut found = Vec::new();
    let mut left = MOST_BYTES;
    for some in ids.chunks(AT_ONCE) {
        let Ok(read) = blobs(folder, some.to_vec()) else {
            whole = false;
            break;
        };
        let size: usize = read.iter().map(|(_, bytes)| bytes.len()).sum();
        if size > left {
            whole = false;
            break;
        }
        left -= size;
        found.extend(read.into_iter().map(|(_, bytes)| bytes));
    }
    (found, whole)
}

/// What git answers within [`LONGEST`], and whether that is all.
fn within(folder: &Utf8Path, arguments: &[&str]) -> (Vec<u8>, bool) {
    let child = command(folder)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return (Vec::new(), false);
    };
    let Some(mut out) = child.stdout.take() else {
        return (Vec::new(), false);
    };
    let (done, told) = channel();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = out.read_to_end(&mut bytes);
        let _ = done.send(());
        (bytes, read.is_ok())
    });
    let in_time = told.recv_timeout(LONGEST).is_ok();
    if !in_time {
        drop(child.kill());
    }
    let (bytes, read) = reader.join().unwrap_or_default();
    let status = child.wait();
    let well = status.is_ok_and(|status| status.success());
    (bytes, in_time && read && well)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcs::tests::{repository, run};

    #[test]
    fn every_commit_that_says_it_is_found_also_where_it_is_gone_by_now() {
        let (_held, root) = repository();
        let people = root.join("shop/people/a b.yaml");
        std::fs::write(&people, "people: { jana: { email: j@x.example } }\n").unwrap();
        run(&root, &["commit", "-qam", "two"]);
        std::fs::write(&people, "people: {}\n").unwrap();
        run(&root, &["commit", "-qam", "gone"]);
        run(
            &root,
            &["commit", "-q", "--allow-empty", "-m", "for j@x.example"],
        );
        let text = |text: &str| Sought::Text(text.to_owned());
        let wanted = BTreeSet::from([text("J@x.example"), text("--all"), text("^[\\]$")]);
        let found = mentions(&root.join("shop"), &wanted).unwrap();
        assert_eq!(found.commits.len(), 3);
        assert_eq!(found.files, BTreeSet::from(["people/a b.yaml".to_owned()]));
        assert!(!found.cut);
        // What is no text of theirs is not found: a point is a point.
        let other = BTreeSet::from([text("jxx.example")]);
        let found = mentions(&root.join("shop"), &other).unwrap();
        assert_eq!(found, Mentions::default());
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(
            mentions(Utf8Path::from_path(nowhere.path()).unwrap(), &wanted),
            None
        );
    }

    #[test]
    fn a_file_is_found_by_every_name_and_a_number_however_it_is_parted() {
        let (_held, root) = repository();
        let (old, new) = (root.join("shop/old.yaml"), root.join("shop/new.yaml"));
        std::fs::write(&old, "phone: +371 2000-0003\nmore: a\nlines: b\n").unwrap();
        run(&root, &["add", "."]);
        run(&root, &["commit", "-qm", "one"]);
        std::fs::rename(&old, &new).unwrap();
        run(&root, &["add", "-A"]);
        run(&root, &["commit", "-qm", "two"]);
        let wanted = BTreeSet::from([Sought::Digits("37120000003".to_owned())]);
        let found = mentions(&root.join("shop"), &wanted).unwrap();
        let names = ["new.yaml", "old.yaml"].map(str::to_owned);
        assert_eq!(found.files, BTreeSet::from(names));
        std::fs::write(&new, "phone: none\n").unwrap();
        run(&root, &["commit", "-qam", "three"]);
        // A text that two names had is one.
        let (told, whole) = texts(&root.join("shop"), &found.files);
        assert!(whole);
        let told: Vec<_> = told.iter().map(|it| String::from_utf8_lossy(it)).collect();
        assert_eq!(
            told,
            [
                "phone: none\n",
                "phone: +371 2000-0003\nmore: a\nlines: b\n"
            ]
        );
    }
}
