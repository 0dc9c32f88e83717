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

/// The files that a block shows: a comment at the margin begins another one.
fn files_of(block: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in block.lines() {
        if line.starts_with("# ") {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts
}

/// YAML that a page shows is YAML, and where it is a whole file it fits the schema. What a page of problems shows as wrong
/// is left out.
#[test]
fn yaml_on_pages_fits_the_language() {
    let fits = |mut schema: serde_json::Value| {
        let keys: BTreeSet<_> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        // A page may show a part of the settings.
        schema.as_object_mut().unwrap().remove("required");
        (keys, jsonschema::draft7::new(&schema).unwrap())
    };
    let schemas = [
        fits(keyholder::config::project_schema()),
        fits(keyholder::config::entries_schema()),
    ];
    let (mut wrong, mut held) = (Vec::new(), 0);
    for (page, text) in pages() {
        let blocks = text.split("```yaml\n").skip(1);
        let blocks = blocks.filter(|_| page != "docs/reference/errors.md");
        for block in blocks.filter_map(|rest| rest.split("```").next()) {
            for part in files_of(block) {
                let value: serde_json::Value = match serde_yaml::from_str(&part) {
                    Ok(value) => value,
                    Err(error) => {
                        wrong.push(format!("{page}: {error}\n{part}"));
                        continue;
                    }
                };
                let Some(keys) = value.as_object().map(serde_json::Map::keys) else {
                    continue;
                };
                let faults: Vec<_> = schemas
                    .iter()
                    .filter(|(known, _)| keys.clone().all(|key| known.contains(key)))
                    .map(|(_, schema)| schema.validate(&value).err())
                    .collect();
                held += usize::from(!faults.is_empty());
                // Contacts may stand in either.
                if let (false, Some(Some(fault))) =
                    (faults.iter().any(Option::is_none), faults.first())
                {
                    wrong.push(format!("{page}: {fault}\n{part}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(held > 30, "{held}");
}

#[test]
fn every_page_is_named_in_the_index() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).unwrap();
    for (page, _) in files("docs", ".md") {
        let page = page.trim_start_matches("docs/");
        let named = page == "README.md" || index.contains(&format!("({page}"));
        assert!(named, "docs/README.md does not lead to {page}");
    }
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
