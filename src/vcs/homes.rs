//! In which other files the entries of a file stood since a commit: who renames a file or moves an entry does not hide who
//! had a hand in it before.
//!
//! Not what an entry means: a key is text before a colon here. Invariant: what cannot be told is not told to be nothing.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::dropped::keys;
use super::{git, is_hash};

/// The keys of entries, with the files in which they stand now.
pub type Entries<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The other files in which the entries of each file stood at some time after `since`; for a file that was new in that time
/// also those that went. None where git does not tell.
pub fn homes(
    folder: &Utf8Path,
    since: &str,
    until: Option<&str>,
    entries: &Entries<'_>,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    if !is_hash(since) || until.is_some_and(|until| !is_hash(until)) {
        return None;
    }
    let until = until.unwrap_or("HEAD");
    let range = format!("{since}..{until}");
    // What a merge did itself, and what a side branch did, count as well.
    let told = git(
        folder,
        &[
            "-c",
            "core.quotePath=false",
            "log",
            "--format=",
            "--full-history",
            "-m",
            "--patch",
            "--unified=0",
            "--relative",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            &range,
            "--",
            "*.yaml",
            "*.yml",
        ],
    )?;
    let kept = git(folder, &["ls-tree", "-r", "--name-only", "-z", until])?;
    let kept = String::from_utf8_lossy(&kept);
    let kept = kept.split('\0').collect();
    found(&String::from_utf8_lossy(&told), entries, &kept)
}

/// `kept`: files that are there in the end.
fn found(
    patches: &str,
    entries: &Entries<'_>,
    kept: &BTreeSet<&str>,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut new, mut gone) = (BTreeSet::new(), BTreeSet::new());
    let (mut from, mut file) = (None, None);
    // Lines of a hunk that are still to come: a line of a file may look like a header.
    let mut ahead = 0_u64;
    for line in patches.lines() {
        if ahead > 0 && line.starts_with(['+', '-']) {
            ahead -= 1;
            let file: &str = file?;
            for key in keys(line.get(1..).unwrap_or_default()) {
                for now in entries.get(key).into_iter().flatten() {
                    if *now != file {
                        let others = homes.entry((*now).to_owned()).or_default();
                        others.insert(file.to_owned());
                    }
                }
            }
        } else if let Some(path) = line.strip_prefix("--- ") {
            from = side(path, "a/")?.path();
        } else if let Some(path) = line.strip_prefix("+++ ") {
            let to = side(path, "b/")?.path();
            match (from, to) {
                (None, Some(path)) => drop(new.insert(path)),
                (Some(path), None) => drop(gone.insert(path)),
                _ => {}
            }
            file = to.or(from);
        } else if let Some(counts) = line.strip_prefix("@@ ") {
            ahead = hunk(counts)?;
        }
    }
    gone.retain(|path| !kept.contains(path));
    for path in new.into_iter().filter(|_| !gone.is_empty()) {
        let others = homes.entry(path.to_owned()).or_default();
        others.extend(
            gone.iter()
                .filter(|it| **it != path)
                .map(|it| (*it).to_owned()),
        );
    }
    Some(homes)
}

/// One side of a patch.
enum Side<'p> {
    Nothing,
    File(&'p str),
}

impl<'p> Side<'p> {
    fn path(self) -> Option<&'p str> {
        match self {
            Side::Nothing => None,
            Side::File(path) => Some(path),
        }
    }
}

/// One side of a patch by its path with a prefix; none where git had to put it in quotes, which is not understood.
fn side<'p>(path: &'p str, prefix: &str) -> Option<Side<'p>> {
    // A path with a blank in it ends with a tab.
    let path = path.strip_suffix('\t').unwrap_or(path);
    if path == "/dev/null" {
        return Some(Side::Nothing);
    }
    path.strip_prefix(prefix).map(Side::File)
}

/// How many lines a hunk takes away and adds: of `-1,2 +3 @@`.
fn hunk(counts: &str) -> Option<u64> {
    let mut sides = counts.split(' ').take(2).map(|side| {
        let side = side.strip_prefix(['-', '+'])?;
        match side.split_once(',') {
            Some((_, count)) => count.parse::<u64>().ok(),
            None => Some(1),
        }
    });
    sides.try_fold(0, |sum, side| Some(sum + side?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcs::tests::run;

    fn others(folder: &Utf8Path, since: &str, entries: &[(&str, &str)]) -> Vec<String> {
        let entries = entries
            .iter()
            .map(|(key, file)| (*key, BTreeSet::from([*file])));
        let homes = homes(folder, since, None, &entries.collect()).unwrap();
        let said = homes.iter().map(|(file, others)| {
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            format!("{file}: {}", others.join(" "))
        });
        said.collect()
    }

    #[test]
    fn where_an_entry_stood_since_is_known() {
        let held = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(held.path()).unwrap();
        run(folder, &["init", "-q"]);
        let write = |file: &str, text: &str| std::fs::write(folder.join(file), text).unwrap();
        let commit = || {
            run(folder, &["add", "--all"]);
            run(folder, &["commit", "-q", "-m", "x"]);
            crate::vcs::commit(folder).unwrap().hash
        };
        write(
            "a.yaml",
            "people:\n  jana: { name: Jana }\n  karl: { name: K }\n",
        );
        write("b.yaml", "people:\n  ilze: { name: I }\n");
        let first = commit();
        assert_eq!(others(folder, &first, &[("jana", "a.yaml")]), [""; 0]);
        // Edited, then moved to another file, and on to a third.
        write("a.yaml", "people:\n  karl: { name: K }\n");
        write(
            "b.yaml",
            "people:\n  \"jana\" : { name: Jana }\n  ilze: { name: I }\n",
        );
        let second = commit();
        write("b.yaml", "people:\n  ilze: { name: I }\n# --- a/c.yaml\n");
        write("c d.yaml", "people:\n  jana: { name: Jana }\n");
        commit();
        let jana = [("jana", "c d.yaml"), ("ilze", "b.yaml")];
        assert_eq!(others(folder, &first, &jana), ["c d.yaml: a.yaml b.yaml"]);
        assert_eq!(others(folder, &second, &jana), ["c d.yaml: b.yaml"]);
        // A mention is no entry.
        let mention = [("name", "z.yaml"), ("I", "z.yaml")];
        assert_eq!(
            others(folder, &first, &mention),
            ["z.yaml: a.yaml b.yaml c d.yaml"]
        );
        // A file that was renamed, with whatever keys it has now.
        let third = crate::vcs::commit(folder).unwrap().hash;
        run(folder, &["mv", "b.yaml", "staff.yaml"]);
        commit();
        assert_eq!(
            others(folder, &third, &[("other", "staff.yaml")]),
            ["staff.yaml: b.yaml"]
        );
        assert_eq!(homes(folder, "--all", None, &BTreeMap::new()), None);
    }

    #[test]
    fn what_looks_like_a_header_within_a_file_is_none() {
        let patch = "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1 @@ people:\n--- a/y.yaml\n-jana: 1\n+++ b/z.yaml\n";
        let entries = BTreeMap::from([("jana", BTreeSet::from(["n.yaml"]))]);
        let homes = found(patch, &entries, &BTreeSet::new()).unwrap();
        assert_eq!(homes["n.yaml"], BTreeSet::from(["x.yaml".to_owned()]));
        // A path that is not understood is not passed over.
        let found = |patch| found(patch, &entries, &BTreeSet::new());
        assert_eq!(found("--- \"a/\\n.yaml\"\n+++ b/x\n"), None);
        assert_eq!(found("--- a/x\n+++ b/x\n@@ -1,x +1 @@\n"), None);
    }
}
