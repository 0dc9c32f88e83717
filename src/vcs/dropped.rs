//! Which commit dropped an entry from the YAML files.
//!
//! Not what an entry means: a key is text before a colon here. Invariant: without git, or where its history does not
//! reach back, nothing is said; what was only moved from one file to another was not dropped.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{git, is_hash, text};

/// How an entry went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// By a commit.
    By(DroppedBy),
    /// By an edit that is not committed.
    NotCommitted,
}

/// A commit that dropped an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DroppedBy {
    /// The full hash.
    pub hash: String,
    /// The day it was committed, `2026-11-28`.
    pub date: String,
    /// Its author's name as git has it: hostile text.
    pub author: String,
}

/// Searches through history are dear, and entries that went together went by one commit.
const SEARCHES: usize = 10;

/// Commits that touched an entry and are looked at.
const CANDIDATES: &str = "--max-count=8";

const YAML: [&str; 3] = ["--", "*.yaml", "*.yml"];

/// How entries went that are in no file any more, by their keys. Those of which nothing is known are left out.
pub fn dropped(folder: &Utf8Path, keys: &BTreeSet<&str>) -> BTreeMap<String, Dropped> {
    let mut found = BTreeMap::new();
    let mut keys: Vec<&str> = keys.iter().copied().filter(|key| is_plain(key)).collect();
    if keys.is_empty() {
        return found;
    }
    let diff = |arguments: &[&str]| {
        let options = [
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
        ];
        git(folder, &[arguments, &options, &YAML].concat())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let Some(edit) = diff(&["diff", "HEAD"]) else {
        return found;
    };
    let drops = |swings: &BTreeMap<&str, i64>, key: &str| swings.get(key).is_some_and(|by| *by < 0);
    let edit = swings(&edit);
    keys.retain(|key| {
        let went = drops(&edit, key);
        if went {
            found.insert((*key).to_owned(), Dropped::NotCommitted);
        }
        !went
    });
    let mut searches = 0;
    while let Some(key) = keys.first().copied().filter(|_| searches < SEARCHES) {
        searches += 1;
        keys.remove(0);
        for commit in candidates(folder, key) {
            let Some(diff) = diff(&["show", "--format=", &commit.hash]) else {
                continue;
            };
            let diff = swings(&diff);
            if !drops(&diff, key) {
                continue;
            }
            found.insert(key.to_owned(), Dropped::By(commit.clone()));
            keys.retain(|key| {
                let went = drops(&diff, key);
                if went {
                    found.insert((*key).to_owned(), Dropped::By(commit.clone()));
                }
                !went
            });
            break;
        }
    }
    found
}

/// The last commits after which a key stands more or less often than before, the newest first.
fn candidates(folder: &Utf8Path, key: &str) -> Vec<DroppedBy> {
    let searched = format!("-S{key}");
    let arguments = [
        "log",
        CANDIDATES,
        "--no-textconv",
        "--no-renames",
        "--format=%H%x00%cs%x00%an",
        &searched,
    ];
    let told = git(folder, &[&arguments[..], &YAML].concat());
    let told = told.and_then(text).unwrap_or_default();
    let commits = told.lines().filter_map(|line| {
        let mut parts = line.split('\0');
        let hash = parts.next().filter(|hash| is_hash(hash))?;
        Some(DroppedBy {
            hash: hash.to_owned(),
            date: parts.next()?.to_owned(),
            author: parts.next()?.to_owned(),
        })
    });
    commits.collect()
}

/// What may stand in a key without quotes. Others come from a journal that somebody else wrote.
fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_part)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// How often each key of a mapping stands more (or less) often after a diff than before.
///
/// One pass, whatever is asked: a file that was emptied by accident drops thousands of entries at once.
fn swings(diff: &str) -> BTreeMap<&str, i64> {
    let mut swings = BTreeMap::new();
    for line in diff.lines() {
        let (text, by) = match line.as_bytes() {
            [b'-', b'-', b'-', ..] | [b'+', b'+', b'+', ..] => continue,
            [b'-', ..] => (&line[1..], -1),
            [b'+', ..] => (&line[1..], 1),
            _ => continue,
        };
        for key in keys(text) {
            *swings.entry(key).or_default() += by;
        }
    }
    swings
}

/// The words of a line that a colon follows.
pub(super) fn keys(line: &str) -> impl Iterator<Item = &str> {
    let words = line
        .split(|c: char| !is_part(c))
        .filter(|word| !word.is_empty());
    words.filter(|word| {
        // A word is a part of the line, so that what follows it is known by where it lies.
        let end = word.as_ptr() as usize - line.as_ptr() as usize + word.len();
        let after = line.get(end..).unwrap_or_default();
        after
            .trim_start_matches(['"', '\''])
            .trim_start()
            .starts_with(':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_more_than_its_letters() {
        let all = |line: &str| keys(line).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(all("  jana: { name: Jana }"), ["jana", "name"]);
        assert_eq!(
            all("people: { jana: {}, \"ieva\" : {} }"),
            ["people", "jana", "ieva"]
        );
        for line in [
            "  jana.b: {}",
            "  m.jana: {}",
            "  by: jana",
            "  - jana",
            "  jana-2: {}",
        ] {
            assert!(!all(line).contains(&"jana".to_owned()), "{line}");
        }
        assert_eq!(all("  jāņa.bērziņa: {}"), ["jāņa.bērziņa"]);
        let moved = "--- a/people.yaml\n+++ b/people/riga.yaml\n-  jana: {}\n+  jana: {}\n";
        assert_eq!(swings(moved)["jana"], 0);
        assert_eq!(
            swings("--- a/people.yaml\n-  jana: {}\n jana: {}\n")["jana"],
            -1
        );
    }
}
