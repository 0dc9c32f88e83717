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
    let Some(before) = before else {
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
    let added = addition.text.replace('\n', newline);
    let blank = if addition.text.contains("\n\n") || addition.text.matches("\n    ").count() > 0 {
        newline
    } else {
        ""
    };
    let section = addition.section;
    let mut ways = Vec::new();
    if said.get(section).is_some() {
        // Below what stands last, which has to be this section.
        ways.push(format!("{before}{gap}{blank}{added}"));
        ways.push(format!("{before}{gap}{added}"));
    } else {
        ways.push(format!("{before}{gap}{newline}{section}:{newline}{added}"));
        ways.push(format!("{before}{gap}{section}:{newline}{added}"));
    }
    for way in ways {
        if let Ok(text) = proven(way, &said, addition) {
            return Ok(text);
        }
    }
    // In the middle of a file, or with brackets: one by one, without comments.
    let path = |key: &str| vec![Seg::from(section), Seg::from(key)];
    let changes = addition.values.iter();
    let changes: Vec<Change> = changes
        .map(|(key, value)| Change::Set(path(key), value.clone()))
        .collect();
    proven(edited(before, &changes)?, &said, addition)
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
