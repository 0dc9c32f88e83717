//! In which other files the entries of a file stood since a commit: who renames a file or moves an entry does not hide who
//! had a hand in it before.
//!
//! Not what an entry means: a key is text before a colon here. Invariant: what cannot be told is not told to be nothing.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::dropped::keys;
use super::{git, is_hash, text};

/// The keys of entries, with the files in which they stand now.
pub type Entries<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Other files by file.
type Homes = BTreeMap<String, BTreeSet<String>>;

/// The other files, by their paths from the top of the repository, in which the entries of each file stood at some time after
/// `since`; for a file that was new in that time also those with entries that went. None where git does not tell.
pub fn homes(
    folder: &Utf8Path,
    since: &str,
    until: Option<&str>,
    entries: &Entries<'_>,
) -> Option<Homes> {
    if !is_hash(since) || until.is_some_and(|until| !is_hash(until)) {
        return None;
    }
    let until = until.unwrap_or("HEAD");
    let range = format!("{since}..{until}");
    let prefix = git(folder, &["rev-parse", "--show-prefix"]).and_then(text)?;
    // A folder that was another one then may have been anywhere.
    let was_here = git(
        folder,
        &["cat-file", "-e", &format!("{since}:./keyholder.yaml")],
    )
    .is_some();
    let files = if was_here {
        ["*.yaml", "*.yml"]
    } else {
        [":(top)*.yaml", ":(top)*.yml"]
    };
    // What a merge did itself, and what a side branch did, count as well; and no attribute hides what a file says.
    let options = [
        "-c",
        "core.quotePath=false",
        "log",
        "--format=",
        "--full-history",
        "-m",
        "--patch",
        "--unified=0",
        "--no-relative",
        "--text",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        &range,
        "--",
    ];
    let told = git(folder, &[&options[..], &files].concat())?;
    let kept = git(
        folder,
        &["ls-tree", "-r", "--name-only", "--full-tree", "-z", until],
    )?;
    let kept = String::from_utf8_lossy(&kept);
    let kept = kept.split('\0').collect();
    let patches = String::from_utf8_lossy(&told);
    let prefix = prefix.trim_end_matches('\n');
    let (mut homes, mut ours) = found(&patches, entries, prefix, &kept)?;
    ours.extend(with_sections(folder, [since, until]));
    for others in homes.values_mut() {
        others.retain(|other| ours.contains(other));
    }
    homes.retain(|_, others| !others.is_empty());
    Some(homes)
}

/// Files that have a section of entries at one of two commits.
fn with_sections(folder: &Utf8Path, revs: [&str; 2]) -> BTreeSet<String> {
    let mut ours = BTreeSet::new();
    let section = format!("^[\"']?({})[\"']?[[:space:]]*:", SECTIONS.join("|"));
    for rev in revs {
        let ask = [
            "grep",
            "-l",
            "-z",
            "-E",
            "--text",
            "--full-name",
            "-e",
            &section,
            rev,
            "--",
        ];
        let files = [":(top)*.yaml", ":(top)*.yml"];
        // Nothing that is found is a failure to git.
        let told = git(folder, &[&ask[..], &files].concat()).unwrap_or_default();
        let told = String::from_utf8_lossy(&told).into_owned();
        let paths = told
            .split('\0')
            .filter_map(|path| path.strip_prefix(rev)?.strip_prefix(':'));
        ours.extend(paths.map(str::to_owned));
    }
    ours
}

/// The other files by file, and those of which a patch shows a section of entries. `prefix`: of the folder; `kept`: files that
/// are there in the end.
fn found(
    patches: &str,
    entries: &Entries<'_>,
    prefix: &str,
    kept: &BTreeSet<&str>,
) -> Option<(Homes, BTreeSet<String>)> {
    let mut homes = Homes::new();
    let (mut new, mut gone, mut ours) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut from, mut file) = (None, None);
    // Lines of a hunk that are still to come: a line of a file may look like a header.
    let mut ahead = 0_u64;
    for line in patches.lines() {
        if ahead > 0 && line.starts_with(['+', '-']) {
            ahead -= 1;
            let (file, is_gone): &(String, bool) = file.as_ref()?;
            let line = line.get(1..).unwrap_or_default();
            let begins = begins(line);
            if begins.first().is_some_and(|key| SECTIONS.contains(key)) {
                ours.insert(file.clone());
                if *is_gone {
                    gone.insert(file.clone());
                }
            }
            let entries = begins.iter().filter_map(|key| entries.get(key));
            for now in entries.flatten() {
                if file.strip_prefix(prefix) != Some(now) {
                    let others = homes.entry((*now).to_owned()).or_default();
                    others.insert(file.clone());
                }
            }
        } else if let Some(path) = line.strip_prefix("--- ") {
            from = side(path, "a/")?.path();
        } else if let Some(path) = line.strip_prefix("+++ ") {
            let to = side(path, "b/")?.path();
            if let (None, Some(path)) = (&from, &to) {
                new.extend(path.strip_prefix(prefix).map(str::to_owned));
            }
            let is_gone = to.is_none();
            file = to.or(from.take()).map(|path| (path, is_gone));
        } else if let Some(counts) = line.strip_prefix("@@ ") {
            ahead = hunk(counts)?;
        }
    }
    gone.retain(|path| !kept.contains(path.as_str()));
    for path in new.into_iter().filter(|_| !gone.is_empty()) {
        homes.entry(path).or_default().extend(gone.clone());
    }
    Some((homes, ours))
}

/// How far in the entries of a section stand at most: what stands further in is a part of one.
const DEEPEST: usize = 4;

/// Sections whose entries give something.
const SECTIONS: [&str; 3] = ["people", "roles", "locations"];

/// The keys of entries that may begin on a line: the first, and where it is a section all that stand on it.
fn begins(line: &str) -> Vec<&str> {
    let text = line.trim_start_matches(' ');
    let text = text.strip_prefix(['"', '\'']).unwrap_or(text);
    let Some(first) = keys(line).next().filter(|first| text.starts_with(first)) else {
        return Vec::new();
    };
    if SECTIONS.contains(&first) {
        keys(line).collect()
    } else if line.len() - text.len() <= DEEPEST + 1 {
        vec![first]
    } else {
        Vec::new()
    }
}

/// One side of a patch.
enum Side {
    Nothing,
    File(String),
}

impl Side {
    fn path(self) -> Option<String> {
        match self {
            Side::Nothing => None,
            Side::File(path) => Some(path),
        }
    }
}

/// One side of a patch by its path with a prefix; none where it is not understood.
fn side(path: &str, prefix: &str) -> Option<Side> {
    // A path with a blank in it ends with a tab.
    let path = path.strip_suffix('\t').unwrap_or(path);
    if path == "/dev/null" {
        return Some(Side::Nothing);
    }
    let path = match path.strip_prefix('"').and_then(|it| it.strip_suffix('"')) {
        Some(quoted) => unquoted(quoted)?,
        None => path.to_owned(),
    };
    Some(Side::File(path.strip_prefix(prefix)?.to_owned()))
}

/// A path as it is, of how git writes one with quotes, backslashes or control characters in it.
fn unquoted(quoted: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            digit @ b'0'..=b'3' => {
                let mut value = digit - b'0';
                for _ in 0..2 {
                    let digit = rest.next().filter(|it| (b'0'..=b'7').contains(it))?;
                    value = value * 8 + (digit - b'0');
                }
                value
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
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
        assert_eq!(others(folder, &first, &mention), [""; 0]);
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
    fn no_attribute_and_no_other_folder_hides_where_it_stood() {
        let held = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(held.path()).unwrap();
        run(top, &["init", "-q"]);
        let commit = || {
            run(top, &["add", "--all"]);
            run(top, &["commit", "-q", "-m", "x"]);
            crate::vcs::commit(top).unwrap().hash
        };
        std::fs::create_dir(top.join("shop")).unwrap();
        std::fs::write(top.join("shop/keyholder.yaml"), "version: 1\n").unwrap();
        std::fs::write(top.join(".gitattributes"), "*.yaml binary\n").unwrap();
        let people = top.join("shop/a \"b\".yaml");
        std::fs::write(&people, "people:\n  jana:\n    name: Jana\n").unwrap();
        let first = commit();
        run(top, &["mv", "shop", "access"]);
        run(top, &["mv", "access/a \"b\".yaml", "access/people.yaml"]);
        commit();
        let jana = [("jana", "people.yaml")];
        assert_eq!(
            others(&top.join("access"), &first, &jana),
            [
                "keyholder.yaml: shop/a \"b\".yaml",
                "people.yaml: shop/a \"b\".yaml"
            ]
        );
    }

    #[test]
    fn what_looks_like_a_header_within_a_file_is_none() {
        let patch = "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,2 +1 @@ people:\n--- a/y.yaml\n-  jana: 1\n+++ b/z.yaml\n";
        let entries = BTreeMap::from([("jana", BTreeSet::from(["n.yaml"]))]);
        let found = |patch| found(patch, &entries, "", &BTreeSet::new());
        let homes = found(patch).unwrap().0;
        assert_eq!(homes["n.yaml"], BTreeSet::from(["x.yaml".to_owned()]));
        // What is not understood is not passed over.
        assert_eq!(found("--- \"a/\\9.yaml\"\n+++ b/x\n@@ -1,x +1 @@\n"), None);
        assert_eq!(found("--- /x\n+++ b/x\n"), None);
    }

    #[test]
    fn an_entry_begins_a_line_and_a_part_of_one_is_none() {
        assert_eq!(begins("  jana: { name: Jana }"), ["jana"]);
        let all = begins("people: { jana: { name: Jana } }");
        assert_eq!(all, ["people", "jana", "name"]);
        assert_eq!(begins("    \"jana\" : {}"), ["jana"]);
        assert_eq!(begins("        mall: Anna A."), [""; 0]);
        assert_eq!(begins("  - { allow: removals, people: [jana] }"), [""; 0]);
        assert_eq!(begins("# jana: x"), [""; 0]);
        assert_eq!(unquoted("a\\\"\\t\\303\\244").as_deref(), Some("a\"\tä"));
        assert_eq!(unquoted("\\39"), None);
    }
}
