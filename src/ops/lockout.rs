//! The edit that makes a lockout outlast the journal: the person leaves, in the files.
//!
//! Invariant: a file is replaced whole, and only by one that reads back as the same project in which that person has
//! left; where that cannot be done, the line is named and nothing is written.

use std::fs;
use std::io::{self, Write as _};

use camino::Utf8PathBuf;
use jiff::Timestamp;

use super::project::Project;
use crate::config::{self, LoadOptions, ResolveOptions, edit};
use crate::model::{AsOf, Managed, PersonKey};

/// A file with the edit in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, within the project.
    pub file: String,
    /// What stands there now.
    pub before: String,
    /// What shall stand there.
    pub after: String,
}

/// The time as YAML says it, in the project's zone.
pub fn leaves(project: &Project, now: Timestamp) -> String {
    let local = now.to_zoned(project.zone.clone());
    local.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The edit by which a person has left now. None where it cannot be made so that everything else stays.
pub fn edit(
    project: &Project,
    key: &PersonKey,
    now: Timestamp,
    options: &LoadOptions,
) -> Option<Edit> {
    let people = project.loaded.project.entries.people.iter();
    let mut people = people.filter(|person| &*person.key.value == key.as_str());
    let person = people.next()?;
    // From the disk: texts that are kept have their secrets blotted out.
    let mut files: Vec<(String, String)> = Vec::new();
    let mut own = None;
    for (id, source) in project.loaded.sources.iter() {
        let text = fs::read_to_string(project.loaded.root.join(&**source.path())).ok()?;
        if id == person.key.span.file {
            own = Some(files.len());
        }
        files.push((source.path().to_string(), text));
    }
    let own = own?;
    let (file, before) = files.get(own)?.clone();
    let candidates = edit::leaving(&before, person, &leaves(project, now));
    candidates.into_iter().find_map(|after| {
        let mut files = files.clone();
        files.get_mut(own)?.1.clone_from(&after);
        has_left(project, &files, key, now, options).then(|| Edit {
            file: file.clone(),
            before: before.clone(),
            after,
        })
    })
}

/// Whether the files read as the same project, in which that person has left.
fn has_left(
    project: &Project,
    files: &[(String, String)],
    key: &PersonKey,
    now: Timestamp,
    options: &LoadOptions,
) -> bool {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_bytes()))
        .collect();
    let loaded = config::load_bytes(&files, options);
    let resolve = ResolveOptions::at(AsOf::Instant(now));
    let (desired, problems) = config::resolve(&loaded.project, &resolve, project.catalog);
    let is_same = desired.people.keys().eq(project.desired.people.keys())
        && desired.people.values().all(|person| {
            let known = project.desired.people.get(&person.key);
            person.key == *key
                || known.is_some_and(|known| {
                    known.grants.len() == person.grants.len() && known.left == person.left
                })
        });
    let person = desired.people.get(key);
    is_same
        && !loaded.has_errors()
        && !problems.iter().any(crate::diagnostic::Diagnostic::is_error)
        && person.is_some_and(|person| matches!(person.managed, Managed::Left(_)))
}

/// Writes it.
pub fn write(project: &Project, edit: &Edit) -> io::Result<()> {
    let path: Utf8PathBuf = project.loaded.root.join(&edit.file);
    let name = path.file_name().unwrap_or("entries.yaml");
    let new = path.with_file_name(format!(".{name}.new"));
    let mut file = fs::File::create(&new)?;
    file.write_all(edit.after.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, &path)
}
