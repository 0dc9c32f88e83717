//! The canonical form of a project's files.
//!
//! Not the form itself, which is `config::edit`'s. Invariant: what the files want is the same before and after.

use super::edit::Texts;
use super::project::Project;
use crate::config::PROJECT_FILE;
use crate::config::edit::formatted;
use crate::render::desired::to_json;

/// What came of it.
#[derive(Debug)]
pub struct Formatted {
    /// The files, those that are not canonical with an edit.
    pub texts: Texts,
    /// Files and entries that stay as they are, and why.
    pub left: Vec<String>,
    /// Files that cannot be read as YAML.
    pub unreadable: Vec<String>,
}

/// Brings files into canonical form: all of them, or those that are named.
pub fn format(project: &Project, texts: &Texts, only: &[String]) -> Formatted {
    let mut found = Formatted {
        texts: texts.clone(),
        left: Vec::new(),
        unreadable: Vec::new(),
    };
    let files: Vec<String> = texts.files().map(str::to_owned).collect();
    for file in files {
        if !only.is_empty() && !only.contains(&file) {
            continue;
        }
        let text = texts.get(&file).unwrap_or_default();
        match formatted(text, file == PROJECT_FILE) {
            Ok(formatted) => {
                let left = formatted.left.iter();
                found.left.extend(left.map(|entry| {
                    format!("{file}: {entry}: an anchor or a comment keeps it as it is")
                }));
                found.texts.set(&file, formatted.text);
            }
            Err(why) => found.unreadable.push(format!("{file}: {}", why.why())),
        }
    }
    if !found.texts.edits().is_empty() && !is_same(project, &found.texts) {
        // Nothing is known that leads here; were there anything, files would stay as they are.
        found.left.push("the files would then say something else, so all stay as they are; this is a fault of the program".to_owned());
        found.texts = texts.clone();
    }
    found
}

/// Whether the files want the same as they are and as they shall be.
fn is_same(project: &Project, texts: &Texts) -> bool {
    let edited = texts.open(project);
    let json = |project: &Project| to_json(&project.desired, &[], project.catalog);
    edited.has_errors() == project.has_errors() && json(&edited) == json(project)
}
