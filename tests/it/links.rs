//! Links and lists of the pages that people write: what they point at is there, and what they list is all there is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Parser, Tag};

use crate::reference::headings;
use crate::support::{files, root};

/// Every Markdown page that is meant for readers, with its path from the root.
fn pages() -> Vec<(String, String)> {
    let mut pages = files("docs", ".md");
    pages.extend(files("examples", "README.md"));
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "BENCHMARKS.md",
        "CHANGELOG.md",
    ] {
        pages.push((
            page.to_owned(),
            std::fs::read_to_string(root().join(page)).unwrap(),
        ));
    }
    pages
}

/// What a page has that a link may end with: its headings, and anchors that it sets itself.
fn anchors(page: &str) -> BTreeSet<String> {
    let set = page
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let headings = headings(page).into_iter().map(|(_, _, anchor)| anchor);
    headings.chain(set.map(str::to_owned)).collect()
}

#[test]
fn every_relative_link_and_anchor_resolves() {
    let mut wrong = Vec::new();
    for (page, text) in pages() {
        let folder = Path::new(&page).parent().unwrap();
        for event in Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event
            else {
                continue;
            };
            if dest_url.contains("://") || dest_url.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let target = if file.is_empty() {
                PathBuf::from(&page)
            } else {
                folder.join(file)
            };
            let target = root().join(target);
            if !target.exists() {
                wrong.push(format!("{page}: {dest_url} is not there"));
            } else if !anchor.is_empty() {
                let there = std::fs::read_to_string(&target).unwrap_or_default();
                if !anchors(&there).contains(anchor) {
                    wrong.push(format!("{page}: {dest_url}: the page has no such anchor"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_page_sets_an_anchor_twice() {
    for (page, text) in pages() {
        let mut seen = BTreeSet::new();
        for anchor in text
            .split("<a id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            assert!(seen.insert(anchor), "{page}: {anchor}");
        }
    }
}

#[test]
fn every_sort_of_hold_stands_in_the_troubleshooting_page() {
    let source = std::fs::read_to_string(root().join("src/plan/step.rs")).unwrap();
    let page = std::fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let codes: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix("HoldCode::")?.split_once("=> \""))
        .map(|(_, rest)| rest.trim_end_matches("\","))
        .collect();
    assert!(codes.len() > 20, "{codes:?}");
    for code in codes {
        assert!(
            page.contains(&format!("\n| `{code}` |")),
            "{code} is not explained"
        );
    }
}
