//! A person's data taken out of the files, and where else it is.
//!
//! Nothing but the files is edited: history, exports and what was sent elsewhere are named, since only people can decide
//! about them. Invariant: nobody is erased whose access may still be somewhere: the journal, and not the files, says so.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::edit::Texts;
use super::project::Project;
use super::verb::NotMade;
use crate::config::edit::erased;
use crate::config::raw;
use crate::diagnostic::nearest;
use crate::model::{Email, Managed, Memory, PersonKey, Phone};
use crate::vcs::{self, Mention};

/// What came of it.
#[derive(Debug)]
pub struct Erased {
    /// The files with a tombstone.
    pub texts: Texts,
    /// Where more is.
    pub traces: Traces,
}

/// Where something of theirs still is.
#[derive(Debug, Default)]
pub struct Traces {
    /// Files of the folder, from there, and what of theirs they have.
    pub files: Vec<(String, Vec<&'static str>)>,
    /// Commits that say it; none where there is no history.
    pub commits: Option<BTreeSet<Mention>>,
    /// The files that those commits changed so.
    pub history: BTreeSet<String>,
}

/// The most of one file that is searched.
const LARGEST: u64 = 32 << 20;

/// Something of a person that can be searched for.
struct Needle {
    what: &'static str,
    text: String,
}

/// Makes the tombstone and looks for traces.
pub fn erase(
    project: &Project,
    texts: &Texts,
    memory: &Memory,
    key: &str,
) -> Result<Erased, NotMade> {
    let people = &project.loaded.project.entries.people;
    let Some(person) = people.iter().find(|it| *it.key.value == *key) else {
        let keys = people.iter().map(|it| &*it.key.value);
        let near = nearest(key, keys).map(|near| format!("did you mean `{near}`?"));
        return Err(NotMade {
            why: format!("`{key}` is nobody's key"),
            help: near,
            by_rule: false,
        });
    };
    refuse(project, memory, person)?;
    let needles = needles(project, person);
    let mut edited = texts.clone();
    let files: Vec<String> = texts.files().map(str::to_owned).collect();
    for file in files {
        let text = texts.get(&file).unwrap_or_default();
        let after = erased(text, key).map_err(|why| NotMade {
            why: format!("{file}: {}", why.why()),
            help: Some(format!(
                "write it by hand: {key}: {{ name: erased, access: [] }}"
            )),
            by_rule: false,
        })?;
        edited.set(&file, after);
    }
    if edited.edits().is_empty() {
        return Err(NotMade {
            why: format!("`{key}` is erased already"),
            help: None,
            by_rule: false,
        });
    }
    let after = edited.open(project);
    if let Some(error) = after.diagnostics.iter().find(|it| it.is_error()) {
        return Err(NotMade {
            why: format!("`check` would refuse the project: {}", error.message),
            help: error.help.clone(),
            by_rule: false,
        });
    }
    let root = &project.loaded.root;
    let wanted = needles.iter().map(|it| it.text.clone()).collect();
    let (commits, history) = vcs::mentions(root, &wanted)
        .map_or((None, BTreeSet::new()), |(commits, files)| {
            (Some(commits), files)
        });
    Ok(Erased {
        traces: Traces {
            files: search(root, &edited, &needles),
            commits,
            history,
        },
        texts: edited,
    })
}

/// Refuses where something may be left to take away, or where taking the entry away would be an order.
fn refuse(project: &Project, memory: &Memory, person: &raw::Person) -> Result<(), NotMade> {
    let key = PersonKey::new(&*person.key.value);
    let refused = |why: String, help: &str| {
        Err(NotMade {
            why,
            help: Some(help.to_owned()),
            by_rule: true,
        })
    };
    let managed = project.desired.people.get(&key).map(|it| it.managed);
    match managed {
        Some(Managed::Left(_) | Managed::Nothing(_)) => {}
        Some(Managed::No) => {
            return refuse_unmanaged(&key);
        }
        Some(Managed::Yes) | None => {
            return refused(
                format!("by the files `{key}` has not left"),
                "`keyholder leave` writes that they have, and `keyholder apply` takes everything away",
            );
        }
    }
    let keys: BTreeSet<PersonKey> = person
        .was
        .iter()
        .map(|it| PersonKey::new(&*it.value))
        .chain([key.clone()])
        .collect();
    let granted = memory.granted.iter().filter(|it| keys.contains(&it.2));
    let left: Vec<String> = granted
        .map(|(system, place, _)| format!("{system} at {place}"))
        .collect();
    if !left.is_empty() {
        return refused(
            format!(
                "by the journal `{key}` still has access: {}",
                left.join(", ")
            ),
            "`keyholder apply` takes it away, and `keyholder done` says what was done by hand",
        );
    }
    let open = memory.handed.iter().find(|(_, handed)| {
        let about = handed.person.as_ref();
        about.is_some_and(|it| keys.contains(it))
    });
    if let Some(((system, step), _)) = open {
        return refused(
            format!("a step by hand about `{key}` is open at {system}: {step}"),
            "`keyholder done` says that it is done",
        );
    }
    Ok(())
}

fn refuse_unmanaged(key: &PersonKey) -> Result<(), NotMade> {
    Err(NotMade {
        why: format!("the access of `{key}` is `unmanaged`, so nobody knows whether they have any"),
        help: Some("write `access: []` there, and apply it, first".to_owned()),
        by_rule: true,
    })
}

/// What to search for: as it is written, and as it is compared.
fn needles(project: &Project, person: &raw::Person) -> Vec<Needle> {
    let mut found: Vec<Needle> = Vec::new();
    let mut put = |what: &'static str, text: &str| {
        // What is so short stands everywhere.
        if text.chars().count() >= 3 && !found.iter().any(|it| it.text == text) {
            let text = text.to_owned();
            found.push(Needle { what, text });
        }
    };
    put("key", &person.key.value);
    for key in &person.was {
        put("key", &key.value);
    }
    match person.name.as_ref().map(|it| &it.value) {
        Some(raw::Name::Whole(name)) => put("name", name),
        Some(raw::Name::Parts { first, last }) => {
            put("name", &format!("{first} {last}"));
            put("name", last);
        }
        None => {}
    }
    let outside = project.loaded.project.entries.contacts.iter();
    let outside: Vec<_> = outside
        .filter(|it| it.key.value == person.key.value)
        .collect();
    let emails = outside.iter().filter_map(|it| it.email.as_ref());
    for email in emails.chain(&person.email) {
        put("e-mail", &email.value.text);
        if let Ok(email) = Email::parse(&email.value.text) {
            put("e-mail", email.as_str());
        }
    }
    let phones = outside.iter().filter_map(|it| it.phone.as_ref());
    for phone in phones.chain(&person.phone) {
        put("phone", &phone.value.text);
        if let Ok(phone) = Phone::parse(&phone.value.text) {
            put("phone", phone.digits());
        }
    }
    found
}

/// The files of a folder that have something of it. Links are not followed, and git's own files are not looked at: what
/// is in them is asked of git.
fn search(root: &Utf8Path, texts: &Texts, needles: &[Needle]) -> Vec<(String, Vec<&'static str>)> {
    let mut found = Vec::new();
    let mut folders = vec![Utf8PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = folder.join(&name);
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && name != ".git" {
                folders.push(path);
                continue;
            }
            if !kind.is_file() {
                continue;
            }
            // As it will be where it is edited: what the edit takes out is no trace.
            let content = if let Some(text) = texts.get(path.as_str()) {
                text.as_bytes().to_vec()
            } else {
                let mut bytes = Vec::new();
                let file = fs::File::open(root.join(&path));
                let read = file.and_then(|it| it.take(LARGEST).read_to_end(&mut bytes));
                if read.is_err() {
                    continue;
                }
                bytes
            };
            let content = String::from_utf8_lossy(&content).to_lowercase();
            let mut what: Vec<&'static str> = needles
                .iter()
                .filter(|it| content.contains(&it.text.to_lowercase()))
                .map(|it| it.what)
                .collect();
            what.dedup();
            if !what.is_empty() {
                found.push((path.into_string(), what));
            }
        }
    }
    found.sort();
    found
}
