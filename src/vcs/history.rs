//! Where the history of a folder says something.
//!
//! Invariant: what is searched for is one argument and never an option; nothing of what the commits say is handed out but
//! their names.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{git, is_hash, text};

/// A commit that says it, or takes it away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The day it was committed, `2026-11-28`.
    pub date: String,
    /// The full hash.
    pub hash: String,
}

/// The commits of all branches whose changes or messages have one of these texts, and the files that were changed so.
/// None where there is no history.
pub fn mentions(
    folder: &Utf8Path,
    texts: &BTreeSet<String>,
) -> Option<(BTreeSet<Mention>, BTreeSet<String>)> {
    git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let mut commits: BTreeMap<String, String> = BTreeMap::new();
    let mut files = BTreeSet::new();
    for wanted in texts {
        let added = format!("-S{wanted}");
        let said = format!("--grep={wanted}");
        let searches: [&[&str]; 2] = [
            &["--name-only", "-z", "--relative", &added],
            &["--no-patch", "-z", "--fixed-strings", &said],
        ];
        for search in searches {
            let all = [
                "log",
                "--all",
                "--no-color",
                "--no-ext-diff",
                "--format=%x01%H %cs%x01",
            ];
            let told = git(folder, &[&all[..], search].concat()).and_then(text);
            for part in told.unwrap_or_default().split(['\0', '\u{1}', '\n']) {
                match part.split_once(' ') {
                    Some((hash, date)) if is_hash(hash) => {
                        commits.insert(hash.to_owned(), date.to_owned());
                    }
                    _ if part.is_empty() => {}
                    _ => {
                        files.insert(part.to_owned());
                    }
                }
            }
        }
    }
    let commits = commits.into_iter();
    let commits = commits.map(|(hash, date)| Mention { date, hash });
    Some((commits.collect(), files))
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
        let wanted = BTreeSet::from(["j@x.example".to_owned(), "--all".to_owned()]);
        let (commits, files) = mentions(&root.join("shop"), &wanted).unwrap();
        assert_eq!(commits.len(), 3);
        assert_eq!(files, BTreeSet::from(["people/a b.yaml".to_owned()]));
        let nowhere = tempfile::tempdir().unwrap();
        assert_eq!(
            mentions(Utf8Path::from_path(nowhere.path()).unwrap(), &wanted),
            None
        );
    }
}
