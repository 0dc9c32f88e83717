//! The edit that makes a lockout outlast the journal: the person leaves, in the files.
//!
//! Invariant: a file is replaced only by one that reads back as the same project in which that person has left; where
//! that cannot be done, the line is named and nothing is written.

use std::io;

use jiff::Timestamp;

use super::edit::{self, Texts};
use super::project::{OpenOptions, Project, settle};
use crate::config::{self, LoadOptions};
use crate::model::{AsOf, Managed, PersonKey};

pub use super::edit::Edit;

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
    let file = project.loaded.sources.origin(person.key.span).file;
    let mut texts = Texts::read(project).ok()?;
    let after = config::edit::leaving(texts.get(&file)?, person, &leaves(project, now)).ok()?;
    texts.set(&file, after);
    let edited = settle(
        texts.open(project).loaded,
        &OpenOptions {
            load: options.clone(),
            as_of: AsOf::Instant(now),
            ahead: project.options.ahead,
        },
    );
    has_left(project, &edited, key)
        .then(|| texts.edits().into_iter().next())
        .flatten()
}

/// Whether the files read as the same project, in which that person has left.
fn has_left(project: &Project, edited: &Project, key: &PersonKey) -> bool {
    let (desired, known) = (&edited.desired, &project.desired);
    let is_same = desired.people.keys().eq(known.people.keys())
        && desired.people.values().all(|person| {
            let known = known.people.get(&person.key);
            person.key == *key
                || known.is_some_and(|known| {
                    known.grants.len() == person.grants.len() && known.left == person.left
                })
        });
    let person = desired.people.get(key);
    is_same
        && !edited.has_errors()
        && person.is_some_and(|person| matches!(person.managed, Managed::Left(_)))
}

/// Writes it.
pub fn write(project: &Project, edit: &Edit) -> io::Result<()> {
    edit::write(&project.loaded.root, edit)
}
