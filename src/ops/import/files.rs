//! New entries put into files: at the end of what stands there, byte for byte as it was, or into a new file.
//!
//! Invariant: a text that comes out of here says what stood there and the new entries, read back and compared.

use crate::config::edit::{Change, Refused, Seg, Yaml, apply, edited, value};
use crate::import::Addition;
use crate::ops::edit::Texts;

/// Why an addition was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAdded {
    /// The file.
    pub file: String,
    /// Why.
    pub why: &'static str,
}

/// Adds entries to the texts of a project. `schemas` says whether the project has its schemas beside it.
pub fn add(texts: &mut Texts, addition: &Addition, schemas: bool) -> Result<(), NotAdded> {
    let before = texts.get(&addition.file).map(str::to_owned);
    let after = joined(before.as_deref(), addition, schemas).map_err(|why| NotAdded {
        file: addition.file.clone(),
        why: why.why(),
    })?;
    match before {
        Some(_) => texts.set(&addition.file, after),
        None => texts.add(&addition.file, after),
    }
    Ok(())
}

/// A text with entries added.
pub fn joined(before: Option<&str>, addition: &Addition, schemas: bool) -> Result<String, Refused> {
    let Some(before) = before.filter(|text| !text.is_empty()) else {
        let depth = addition.file.matches('/').count();
        let line = if schemas {
            format!(
                "# yaml-language-server: $schema={}.schema/entries.schema.json\n",
                "../".repeat(depth)
            )
        } else {
            String::new()
        };
        let text = format!("{line}{}:\n{}", addition.section, addition.text);
        return proven(text, &Yaml::Map(Vec::new()), addition);
    };
    let said = value(before).ok_or(Refused::Unreadable)?;
    let said = match said {
        Yaml::Null => Yaml::Map(Vec::new()),
        said => said,
    };
    let gap = if before.is_empty() || before.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let newline = if before.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let section = addition.section;
    let is_there = said.get(section).is_some();
    let depth = is_there.then(|| depth(before, section)).flatten();
    let added = deepened(&addition.text, depth.unwrap_or(2)).replace('\n', newline);
    let blank = if addition.text.contains("\n\n") || addition.text.matches("\n    ").count() > 0 {
        newline
    } else {
        ""
    };
    let mut ways = Vec::new();
    if is_there {
        // Below what stands last, which has to be this section.
        ways.push(format!("{before}{gap}{blank}{added}"));
        ways.push(format!("{before}{gap}{added}"));
        if let Some((above, below)) = end_of(before, section) {
            ways.push(format!("{above}{blank}{added}{below}"));
        }
    } else {
        ways.push(format!("{before}{gap}{newline}{section}:{newline}{added}"));
        ways.push(format!("{before}{gap}{section}:{newline}{added}"));
    }
    for way in ways {
        if let Ok(text) = proven(way, &said, addition) {
            return Ok(text);
        }
    }
    // With brackets, or written in some other way: one by one, without comments.
    let path = |key: &str| vec![Seg::from(section), Seg::from(key)];
    let changes = addition.values.iter();
    let changes: Vec<Change> = changes
        .map(|(key, value)| Change::Set(path(key), value.clone()))
        .collect();
    proven(edited(before, &changes)?, &said, addition)
}

/// The line on which a section begins, from the first.
fn line_of(text: &str, section: &str) -> Option<usize> {
    let is_it = |line: &str| {
        let rest = line.trim_start_matches('\u{feff}').strip_prefix(section);
        rest.is_some_and(|rest| rest.trim_start_matches(' ').starts_with(':'))
    };
    text.lines().position(is_it)
}

/// How deep the entries of a section stand.
fn depth(text: &str, section: &str) -> Option<usize> {
    let below = text.lines().skip(line_of(text, section)? + 1);
    let mut entries = below.filter(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#')
    });
    let first = entries.next()?;
    let depth = first.len() - first.trim_start_matches(' ').len();
    (depth > 0).then_some(depth)
}

/// Entries that stand two spaces deep, at another depth.
fn deepened(text: &str, depth: usize) -> String {
    let pad = " ".repeat(depth);
    let lines = text
        .split_inclusive('\n')
        .map(|line| match line.strip_prefix("  ") {
            Some(rest) => format!("{pad}{rest}"),
            None => line.to_owned(),
        });
    lines.collect()
}

/// A text cut behind the last entry of a section that others follow. What stands above the next section is its own:
/// comments that begin where it begins, and the blank lines before these.
fn end_of<'t>(text: &'t str, section: &str) -> Option<(&'t str, &'t str)> {
    let start = line_of(text, section)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let is_ours = |line: &&str| line.starts_with([' ', '#', '\r', '\n']);
    let rest = lines.iter().skip(start + 1);
    let mut end = start + 1 + rest.take_while(|line| is_ours(line)).count();
    let is_free = |line: &&str| line.starts_with('#') || line.trim().is_empty();
    while end > start + 1 && lines.get(end - 1).is_some_and(is_free) {
        end -= 1;
    }
    let at: usize = lines.iter().take(end).map(|line| line.len()).sum();
    text.split_at_checked(at)
}

/// A text, if it says what was said and the new entries.
fn proven(text: String, said: &Yaml, addition: &Addition) -> Result<String, Refused> {
    let mut wanted = said.clone();
    for (key, entry) in &addition.values {
        let path = vec![Seg::from(addition.section), Seg::from(key.as_str())];
        if said
            .get(addition.section)
            .and_then(|it| it.get(key))
            .is_some()
        {
            return Err(Refused::Taken);
        }
        apply(&mut wanted, &Change::Set(path, entry.clone()))?;
    }
    if value(&text) == Some(wanted) {
        Ok(text)
    } else {
        Err(Refused::Form)
    }
}
