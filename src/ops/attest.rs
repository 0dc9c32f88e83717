//! Statements of people on disk: finding, recording and taking back.
//!
//! The folder is `attestations` of the project; with the simulators it is one of their state, so that trying writes
//! nothing into the project. Invariants: a file is replaced whole or not at all, and only by one that reads back as
//! what was meant; a file with a problem, or with a statement that was edited by hand, is never written.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

use crate::attest::{Read, Statement, Withdrawn, judge, read, write};
use crate::config::STATEMENTS_FOLDER;
use crate::diagnostic::Diagnostic;
use crate::journal::{AttestedNote, Record, SaysFact};
use crate::model::{Attested, Memory, PersonKey, Says, SystemName};
use crate::text::{FileId, Origin, Sources};

/// Far above what a chain says in years.
const LARGEST: u64 = 32 << 20;

/// Every statement of a project.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// By system, in the order of the file.
    pub statements: BTreeMap<SystemName, Vec<(Statement, Origin)>>,
    /// Those that were edited by hand: their sum does not fit.
    pub edited: BTreeMap<SystemName, Vec<(Statement, Origin)>>,
    /// Everything wrong with the files. None of their statements counts then.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub sources: Sources,
}

/// What recording did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The file.
    pub file: Utf8PathBuf,
    /// The statement as it stands there: its time may be some seconds later, so that each follows the one before.
    pub statement: Statement,
    /// Whether anything was written; `false` if it stood there already.
    pub changed: bool,
}

/// Why statements cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    /// The disk.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Which file or folder.
        path: Utf8PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file cannot be read as it should be.
    #[error("{file} has problems and was not changed: {first}")]
    Problems {
        /// The file.
        file: Utf8PathBuf,
        /// The first of them.
        first: String,
    },
    /// Somebody edited a statement by hand.
    #[error(
        "{file} was not changed: its statement about step {step} was edited by hand; restore it from git first"
    )]
    Edited {
        /// The file.
        file: Utf8PathBuf,
        /// The step.
        step: String,
    },
    /// The same person said something else of the same step at the same instant.
    #[error(
        "{file} already has another statement about step {step} of the same time by the same person"
    )]
    SaidOtherwise {
        /// The file.
        file: Utf8PathBuf,
        /// The step.
        step: String,
    },
    /// A text that a file of the project cannot hold.
    #[error(
        "{what} cannot be recorded: it is empty, or has a control, invisible or reordering character in it"
    )]
    BadText {
        /// Which part.
        what: &'static str,
    },
    /// Nothing to take back.
    #[error("nobody said that step {step} of `{system}` was done, or it was taken back already")]
    NotSaid {
        /// The system.
        system: SystemName,
        /// The step.
        step: String,
    },
}

/// Where statements are kept.
pub fn folder(root: &Utf8Path, sandbox_state: Option<&Utf8Path>) -> Utf8PathBuf {
    sandbox_state.unwrap_or(root).join(STATEMENTS_FOLDER)
}

/// Every statement in a folder. One that is not there holds none.
pub fn load(folder: &Utf8Path) -> Result<Loaded, AttestError> {
    let mut loaded = Loaded::default();
    for name in names(folder)? {
        let path = folder.join(format!("{name}.yaml"));
        let Some(bytes) = bytes(&path)? else {
            continue;
        };
        let number = FileId(u32::try_from(loaded.sources.iter().count()).unwrap_or(u32::MAX));
        let system = SystemName::new(name.as_str());
        let Read {
            source,
            statements,
            edited,
            diagnostics,
        } = read(&system, &shown(folder, &name), number, bytes);
        loaded.sources.add(source);
        loaded.diagnostics.extend(diagnostics);
        if !statements.is_empty() {
            loaded.statements.insert(system.clone(), statements);
        }
        if !edited.is_empty() {
            loaded.edited.insert(system, edited);
        }
    }
    Ok(loaded)
}

/// The files of statements in a folder as they are, by their names.
pub fn files(folder: &Utf8Path) -> Result<Vec<(String, Vec<u8>)>, AttestError> {
    let mut files = Vec::new();
    for name in names(folder)? {
        let name = format!("{name}.yaml");
        if let Some(bytes) = bytes(&folder.join(&name))? {
            files.push((name, bytes));
        }
    }
    Ok(files)
}

/// Records a statement. One that stands there already is left as it is.
///
/// One who confirms several steps about one account in one go says them in order: each next one is dated a second
/// later, since the last is what counts.
pub fn record(folder: &Utf8Path, statement: &Statement) -> Result<Recorded, AttestError> {
    let mut statement = tidied(statement);
    let file = File::open(folder, &statement.system)?;
    let mut all = file.statements()?;
    loop {
        let mut clash = false;
        for known in &all {
            if known.id() == statement.id() {
                if known.digest() == statement.digest() {
                    return Ok(Recorded {
                        file: file.path.clone(),
                        statement: known.clone(),
                        changed: false,
                    });
                }
                return Err(AttestError::SaidOtherwise {
                    file: file.path.clone(),
                    step: statement.step.to_string(),
                });
            }
            clash |= known.withdrawn.is_none()
                && known.by == statement.by
                && known.at == statement.at
                && (&known.person, &known.place) == (&statement.person, &statement.place)
                && known.says != Says::Nothing
                && statement.says != Says::Nothing
                && known.says != statement.says;
        }
        if !clash {
            break;
        }
        // At the end of time, two statements clash.
        statement.at = statement
            .at
            .saturating_add(SignedDuration::from_secs(1))
            .unwrap_or(Timestamp::MAX);
        if statement.at == Timestamp::MAX {
            break;
        }
    }
    all.push(statement.clone());
    file.replace(&all, &statement)?;
    Ok(Recorded {
        file: file.path,
        statement,
        changed: true,
    })
}

/// Takes the newest statement about a step back. It stays in the file and says so.
pub fn withdraw(
    folder: &Utf8Path,
    system: &SystemName,
    step: &str,
    by: &str,
    at: Timestamp,
) -> Result<Recorded, AttestError> {
    let file = File::open(folder, system)?;
    let mut all = file.statements()?;
    let newest = all
        .iter_mut()
        .filter(|it| *it.step == *step && it.withdrawn.is_none())
        .max_by_key(|it| (it.at, it.id()));
    let Some(newest) = newest else {
        return Err(AttestError::NotSaid {
            system: system.clone(),
            step: step.to_owned(),
        });
    };
    newest.withdrawn = Some(Withdrawn {
        at,
        by: line(by).into(),
    });
    let statement = newest.clone();
    file.replace(&all, &statement)?;
    Ok(Recorded {
        file: file.path,
        statement,
        changed: true,
    })
}

/// What of the statements can be believed, by what the journal knows of them.
pub fn believed(loaded: &Loaded, memory: &Memory, now: Timestamp) -> Attested {
    judge(&loaded.statements, &loaded.edited, memory, now)
}

/// What the journal does not know yet of what is believed. `people` are the declared ones: no other name goes into it.
pub fn notes(loaded: &Loaded, memory: &Memory, people: &BTreeSet<PersonKey>) -> Vec<Record> {
    if !loaded.diagnostics.is_empty() {
        return Vec::new();
    }
    let believed = judge(
        &loaded.statements,
        &loaded.edited,
        memory,
        // What is dated too late is noted as well, so that it cannot be altered; the journal concludes nothing from it.
        Timestamp::MAX,
    );
    let mut notes = BTreeMap::new();
    for (system, statements) in &loaded.statements {
        let believed = believed.systems.get(system);
        for (statement, _) in statements {
            let (id, digest) = (statement.id(), statement.digest());
            let noted = memory.attested.get(&(system.clone(), id.clone()));
            let withdrawn = statement.withdrawn.is_some();
            let is_believed = believed
                .into_iter()
                .flatten()
                .any(|known| known.id == id && known.digest == digest);
            let is_new = match noted {
                None => is_believed || withdrawn,
                Some(noted) => noted.digest == digest && withdrawn && !noted.withdrawn,
            };
            if is_new {
                let by = PersonKey::new(statement.by.clone());
                let note = AttestedNote {
                    id: id.to_string(),
                    digest: digest.to_string(),
                    step: statement.step.to_string(),
                    does: statement.does.to_string(),
                    system: system.to_string(),
                    place: statement.place.to_string(),
                    person: statement.person.to_string(),
                    said: statement.at,
                    by: people.contains(&by).then(|| by.to_string()),
                    says: SaysFact::of(&statement.says),
                    withdrawn,
                };
                // Of two copies, the one that was taken back.
                notes
                    .entry((statement.at, system.clone(), id))
                    .and_modify(|known: &mut AttestedNote| known.withdrawn |= withdrawn)
                    .or_insert(note);
            }
        }
    }
    notes.into_values().map(Record::Attested).collect()
}

/// The names of the systems that have a file, in order.
fn names(folder: &Utf8Path) -> Result<BTreeSet<String>, AttestError> {
    let failed = |source| AttestError::Io {
        doing: "read the folder",
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".yaml"));
        if let Some(name) = name.filter(|name| !name.is_empty() && !name.starts_with('.')) {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

/// The bytes of a file, or none if it is not there. A link is not followed: what it leads to is not the project's.
fn bytes(path: &Utf8Path) -> Result<Option<Vec<u8>>, AttestError> {
    let failed = |source| AttestError::Io {
        doing: "read",
        path: path.to_owned(),
        source,
    };
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if !about.is_file() {
        return Err(failed(io::Error::other("it is a link or a folder")));
    }
    if about.len() > LARGEST {
        return Err(failed(io::Error::other("it is larger than 32 MiB")));
    }
    fs::read(path).map(Some).map_err(failed)
}

/// The path that messages show: within the project.
fn shown(folder: &Utf8Path, name: &str) -> String {
    let folder = folder.file_name().unwrap_or(STATEMENTS_FOLDER);
    format!("{folder}/{name}.yaml")
}

/// A system's file while it is changed.
struct File {
    path: Utf8PathBuf,
    system: SystemName,
    shown: String,
    /// Keeps two runs on one machine from overwriting each other, where folders can be locked.
    _lock: Option<fs::File>,
}

impl File {
    fn open(folder: &Utf8Path, system: &SystemName) -> Result<Self, AttestError> {
        fs::create_dir_all(folder).map_err(|source| AttestError::Io {
            doing: "make the folder",
            path: folder.to_owned(),
            source,
        })?;
        let lock = fs::File::open(folder).ok();
        Ok(Self {
            path: folder.join(format!("{system}.yaml")),
            system: system.clone(),
            shown: shown(folder, system.as_str()),
            _lock: lock.filter(|folder| folder.lock().is_ok()),
        })
    }

    /// What stands in it; a file that would not come back as it is is refused.
    fn statements(&self) -> Result<Vec<Statement>, AttestError> {
        let bytes = bytes(&self.path)?.unwrap_or_default();
        let read = read(&self.system, &self.shown, FileId(0), bytes);
        if let Some(first) = read.diagnostics.first() {
            return Err(AttestError::Problems {
                file: self.path.clone(),
                first: first.message.clone(),
            });
        }
        if let Some((edited, _)) = read.edited.first() {
            return Err(AttestError::Edited {
                file: self.path.clone(),
                step: edited.step.to_string(),
            });
        }
        Ok(read.statements.into_iter().map(|(it, _)| it).collect())
    }

    /// Writes the file whole. `fresh` is the one statement that is not as it was.
    fn replace(&self, all: &[Statement], fresh: &Statement) -> Result<(), AttestError> {
        let text = write(all);
        let back = read(
            &self.system,
            &self.shown,
            FileId(0),
            text.clone().into_bytes(),
        );
        let came = back.statements.iter().any(|(it, _)| it == fresh);
        if !came || !back.diagnostics.is_empty() || !back.edited.is_empty() {
            return Err(AttestError::BadText {
                what: "a name, a note or a value of the statement",
            });
        }
        let new = self
            .path
            .with_file_name(format!(".{}.yaml.new", self.system));
        let put = || -> io::Result<()> {
            let mut file = fs::File::create(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &self.path)
        };
        put().map_err(|source| AttestError::Io {
            doing: "write",
            path: self.path.clone(),
            source,
        })
    }
}

/// A statement whose texts are as a file gives them back.
fn tidied(statement: &Statement) -> Statement {
    let mut tidied = statement.clone();
    tidied.by = line(&statement.by).into();
    tidied.note = statement
        .note
        .as_deref()
        .map(line)
        .filter(|note| !note.is_empty())
        .map(Into::into);
    tidied
}

fn line(text: &str) -> String {
    text.replace("\r\n", "\n").trim().nfc().collect()
}
