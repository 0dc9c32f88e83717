//! In which file new entries stand, so that the project reads them.
//!
//! Invariant: a file that comes out of here is one that `files:` covers. A file that has such entries already goes before
//! a new one; only where nothing is covered there is none.

use super::files::NotAdded;
use crate::config::edit::value;
use crate::config::{PROJECT_FILE, is_entry_file};
use crate::import::Addition;
use crate::ops::edit::Texts;
use crate::ops::project::Project;

/// An addition with the file in which it shall stand.
pub fn housed(project: &Project, texts: &Texts, addition: &Addition) -> Result<Addition, NotAdded> {
    let names = named(project);
    let file = home(&names, texts, addition.section, &addition.file).ok_or_else(|| NotAdded {
        file: PROJECT_FILE.to_owned(),
        why: "`files` names no file and no folder in which new entries could stand",
    })?;
    Ok(Addition {
        file,
        ..addition.clone()
    })
}

/// The file of a section where there is none yet, and where the project would read it.
pub fn first_home(project: &Project, texts: &Texts, section: &str, wanted: &str) -> Option<String> {
    home(&named(project), texts, section, wanted)
}

/// Whether the people of a project stand in one file already, which is none of the folder for them.
pub fn people_in_one_file(project: &Project, texts: &Texts) -> bool {
    let names = named(project);
    let mut with = having(&names, texts, "people");
    with.next().is_some_and(|only| !only.starts_with("people/")) && with.next().is_none()
}

/// What `files:` names; nothing where it stands for the default.
fn named(project: &Project) -> Vec<&str> {
    let files = &project.loaded.project.settings.files;
    files.iter().map(|name| &*name.value).collect()
}

/// The files that are read and that have a section.
fn having<'t>(
    names: &'t [&'t str],
    texts: &'t Texts,
    section: &'t str,
) -> impl Iterator<Item = &'t str> {
    texts.files().filter(move |file| {
        let text = texts.get(file).and_then(value);
        is_entry_file(names, file) && text.is_some_and(|it| it.get(section).is_some())
    })
}

fn home(names: &[&str], texts: &Texts, section: &str, wanted: &str) -> Option<String> {
    let is_covered = is_entry_file(names, wanted);
    if is_covered && texts.get(wanted).is_some() {
        return Some(wanted.to_owned());
    }
    let mut with = having(names, texts, section);
    let (first, second) = (with.next(), with.next());
    let only = first.filter(|file| second.is_none() && !file.contains('/'));
    // People have a file for each location, unless all stand in one: then `wanted` is of one file, too.
    let splits = section == "people" && wanted.contains('/');
    if let Some(only) = only.filter(|_| !splits || !is_covered) {
        return Some(only.to_owned());
    }
    if is_covered {
        return Some(wanted.to_owned());
    }
    if let Some(first) = first {
        return Some(first.to_owned());
    }
    let folders = names.iter().map(|name| name.trim_end_matches('/'));
    let mut folders = folders
        .map(|folder| format!("{}/{wanted}", folder.trim_start_matches("./")))
        .filter(|file| is_entry_file(names, file));
    let is_file = |name: &str| [".yaml/", ".yml/"].iter().any(|end| name.contains(end));
    let there = || {
        let mut files = texts.files();
        files
            .find(|file| is_entry_file(names, file))
            .map(str::to_owned)
    };
    folders.find(|file| !is_file(file)).or_else(there)
}
