//! The edit that makes a lockout outlast the journal: the person leaves, in the files.
//!
//! Invariant: a file is replaced only by one that reads back as the same project in which that person has left; where
//! that cannot be done, the line is named and nothing is written.

use std::io;

use jiff::Timestamp;

use super::edit::{self, Texts};
use super::project::{OpenOptions, Project, settle};
use super::verb;
use crate::config::raw::When;
use crate::config::{self, LoadOptions};
use crate::model::{AsOf, Managed, PersonKey};

pub use super::edit::Edit;

/// Now as YAML says it: a local time, which is read in the zone of each place, and so one that has passed at all of theirs.
pub fn leaves(project: &Project, key: &PersonKey, now: Timestamp) -> String {
    verb::written(When::Time(verb::over(project, key.as_str(), now).0))
}

/// Whether the files leave somebody's access alone: then `leaves` by itself takes nothing.
pub fn is_left_alone(project: &Project, key: &PersonKey) -> bool {
    let person = project.desired.people.get(key);
    person.is_some_and(|person| person.managed == Managed::No)
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
    let after =
        config::edit::leaving(texts.get(&file)?, person, &leaves(project, key, now)).ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::project::open;

    const SETTINGS: &str = "version: 1\ntime_zone: Europe/Riga\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n";
    const ENTRIES: &str = "locations:\n  mall: { title: Mall, time_zone: Europe/Lisbon, in: { salons: 1 } }\n  center: { title: Center, in: { salons: 2 } }\nroles:\n  floor: { title: Floor, salons: { role: worker, unlisted: deny } }\npeople:\n  # at both\n  jana: { name: Jana, email: jana@x.example, access: [{ role: floor, at: all }] }\n  karl: { name: Karl, email: karl@x.example, access: [{ role: floor, at: [center] }] }\n  zane:\n    name: Zane\n    email: zane@x.example\n    access: unmanaged # ask her\n";

    #[test]
    fn who_is_locked_out_has_left_by_the_clock_of_each_of_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let root = camino::Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(root.join("keyholder.yaml"), SETTINGS).unwrap();
        std::fs::write(root.join("people.yaml"), ENTRIES).unwrap();
        let settings = SETTINGS.to_owned() + "files: [people.yaml]\n";
        std::fs::write(root.join("keyholder.yaml"), settings).unwrap();
        let now: Timestamp = "2026-11-23T07:00:30Z".parse().unwrap();
        let options = OpenOptions {
            load: LoadOptions::default(),
            as_of: AsOf::Instant(now),
            ahead: std::time::Duration::ZERO,
        };
        let project = open(root, &options);
        assert!(!project.has_errors(), "{:?}", project.diagnostics);
        for (key, leaves, access) in [
            ("jana", "leaves: 2026-11-23T07:00", "role: floor, at: all"),
            (
                "karl",
                "leaves: 2026-11-23T09:00",
                "role: floor, at: [center]",
            ),
            ("zane", "leaves: 2026-11-23T09:00", "access: []"),
        ] {
            let key = PersonKey::new(key);
            let edit = edit(&project, &key, now, &options.load).unwrap();
            assert!(edit.after.contains(leaves), "{}", edit.after);
            assert!(edit.after.contains(access), "{}", edit.after);
            assert_eq!(
                format!("leaves: {}", super::leaves(&project, &key, now)),
                leaves
            );
        }
        assert!(is_left_alone(&project, &PersonKey::new("zane")));
    }
}
