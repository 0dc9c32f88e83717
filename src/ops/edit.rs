//! Edits of a project's files: what they are worth before they are written, and the writing.
//!
//! Not the bytes of an edit: those are `config::edit`'s. Invariant: a file is replaced whole, and only where it still is
//! what the edit was made from; what is put in its place appears under its name only once it is on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use super::project::{self, Project, settle};
use crate::config;
use crate::config::raw::ContactsSource;

/// The file outside of git in which a project keeps contacts.
pub fn contacts_file(project: &Project) -> Option<String> {
    match &project.loaded.project.settings.contacts.as_ref()?.value {
        ContactsSource::File(file) => Some(file.to_string()),
        ContactsSource::Command(_) => None,
    }
}

/// The project of a folder that has nothing but settings, with an empty file under each name in `files:` where there is none:
/// so that the first entries have a place. Any other project is as it was.
pub fn begun(project: Project) -> Project {
    let entries = &project.loaded.project.entries;
    let is_empty = entries.locations.is_empty()
        && entries.roles.is_empty()
        && entries.people.is_empty()
        && entries.policies.is_empty()
        && entries.approvals.is_empty();
    if !is_empty || !project.has_errors() {
        return project;
    }
    let Ok(mut texts) = Texts::read(&project) else {
        return project;
    };
    let files = &project.loaded.project.settings.files;
    let names: Vec<&str> = files.iter().map(|name| &*name.value).collect();
    let paths: Vec<&str> = texts.files().collect();
    for file in config::first_files(&names, &paths) {
        texts.add(&file, String::new());
    }
    let begun = texts.open(&project);
    if begun.has_errors() { project } else { begun }
}

/// A file with an edit in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, within the project.
    pub file: String,
    /// What stands there now.
    pub before: String,
    /// What shall stand there.
    pub after: String,
}

/// The files of a project as they are on the disk, and as they shall be.
#[derive(Clone, Debug)]
pub struct Texts {
    files: BTreeMap<String, (String, String)>,
    /// Whether they are a commit's, so that nothing of the folder is theirs.
    of_commit: bool,
    /// Files that nobody made yet, under names of `files:` where there is nothing (`project::begun`).
    first: BTreeSet<String>,
}

impl Texts {
    /// Reads the files of a project again: texts that are kept with it have their secrets blotted out. Files that lie
    /// outside of it are not edited.
    pub fn read(project: &Project) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut first = BTreeSet::new();
        for (_, source) in project.loaded.sources.iter() {
            let path = Utf8Path::new(&**source.path());
            let settings = project.options.load.settings.as_ref();
            let is_elsewhere = settings.is_some_and(|it| it.path() == source.path());
            if is_elsewhere || path.is_absolute() || path.starts_with("..") {
                continue;
            }
            let text = match fs::read_to_string(project.loaded.root.join(path)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    // What a command printed is no file.
                    if !source.text().is_empty() {
                        continue;
                    }
                    first.insert(path.to_string());
                    String::new()
                }
                read => read?,
            };
            files.insert(path.to_string(), (text.clone(), text));
        }
        Ok(Self {
            files,
            of_commit: false,
            first,
        })
    }

    /// Takes in the file outside of the project that has the contacts, so that an edit reaches what it has of somebody.
    #[must_use]
    pub fn with_contacts(mut self, project: &Project) -> Self {
        let file = contacts_file(project).filter(|file| self.get(file).is_none());
        // Where it cannot be read the project says so.
        let read = file.and_then(|file| {
            let text = fs::read_to_string(project.loaded.root.join(&file)).ok()?;
            Some((file, text))
        });
        if let Some((file, text)) = read {
            self.beside(&file, &text, text.clone());
        }
        self
    }

    /// The files of a commit, by their paths from the project's folder.
    pub fn of_commit(project: &Project, files: Vec<(String, Vec<u8>)>) -> Self {
        let is_ours = |path: &str| {
            project
                .loaded
                .sources
                .iter()
                .any(|(_, it)| &**it.path() == path)
        };
        let files = files.into_iter().filter_map(|(path, bytes)| {
            let text = String::from_utf8(bytes).ok()?;
            is_ours(&path).then(|| (path, (text.clone(), text)))
        });
        Self {
            files: files.collect(),
            of_commit: true,
            first: BTreeSet::new(),
        }
    }

    /// The same files without their edits.
    #[must_use]
    pub fn unedited(&self) -> Self {
        let files = self.files.iter();
        let files =
            files.map(|(path, (before, _))| (path.clone(), (before.clone(), before.clone())));
        Self {
            files: files.collect(),
            of_commit: self.of_commit,
            first: self.first.clone(),
        }
    }

    /// Whether these are the files of a commit: then nothing that lies in the folder is edited.
    pub fn is_of_commit(&self) -> bool {
        self.of_commit
    }

    /// The files, in order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// What shall stand in a file.
    pub fn get(&self, file: &str) -> Option<&str> {
        self.files.get(file).map(|(_, after)| after.as_str())
    }

    /// Says what shall stand in a file that is there.
    pub fn set(&mut self, file: &str, text: String) {
        if let Some((_, after)) = self.files.get_mut(file) {
            *after = text;
        }
    }

    /// Says what shall stand in a file that is not there.
    pub fn add(&mut self, file: &str, text: String) {
        self.files
            .entry(file.to_owned())
            .or_insert_with(|| (String::new(), text));
    }

    /// Says what shall stand in a file that is no part of the project's language.
    pub fn beside(&mut self, file: &str, before: &str, after: String) {
        self.files
            .insert(file.to_owned(), (before.to_owned(), after));
    }

    /// Takes a file out: it is neither written nor part of the project any more.
    pub fn forget(&mut self, file: &str) {
        self.files.remove(file);
    }

    /// The project that these files are, for the same time and by the same rules.
    pub fn open(&self, project: &Project) -> Project {
        self.open_for(project, &project.options)
    }

    /// The same for another time.
    pub fn open_for(&self, project: &Project, options: &project::OpenOptions) -> Project {
        let files: Vec<(&str, &[u8])> = self
            .files
            .iter()
            .map(|(path, (_, after))| (path.as_str(), after.as_bytes()))
            .collect();
        let loaded = config::load_edited(&project.loaded.root, &files, &options.load);
        settle(loaded, options)
    }

    /// The files that differ. A file that nobody made yet and that nothing came into is made where its name would stay
    /// without any.
    pub fn edits(&self) -> Vec<Edit> {
        let differ = |file: &String, before: &String, after: &String| {
            if before != after {
                return Some(after.clone());
            }
            let is_waited_for = self.first.contains(file) && !self.has_others(file);
            is_waited_for.then(|| "# nothing yet\n".to_owned())
        };
        let files = self.files.iter();
        let mut edits: Vec<Edit> = files
            .filter_map(|(file, (before, after))| {
                Some(Edit {
                    file: file.clone(),
                    before: before.clone(),
                    after: differ(file, before, after)?,
                })
            })
            .collect();
        // Nothing that was asked for: then nothing begins, either.
        if edits.iter().all(|edit| self.get(&edit.file) == Some("")) {
            edits.clear();
        }
        edits
    }

    /// Whether something came into the folder of a file that nobody made yet.
    fn has_others(&self, file: &str) -> bool {
        let folder = file
            .strip_suffix("people.yaml")
            .filter(|it| it.ends_with('/'));
        let mut files = self.files.iter();
        folder.is_some_and(|folder| {
            files.any(|(other, (_, after))| other.starts_with(folder) && !after.is_empty())
        })
    }
}

/// Puts an edit in the place of the file it was made from.
///
/// What stands under a name that is needed on the way is not followed and not overwritten; a file that is a link is not
/// replaced, since that would end the link.
pub fn write(root: &Utf8Path, edit: &Edit) -> io::Result<()> {
    let path = root.join(&edit.file);
    let known = fs::symlink_metadata(&path)?;
    if !known.is_file() {
        return Err(io::Error::other(
            "it is a link or no file, and is not replaced",
        ));
    }
    if fs::read(&path)? != edit.before.as_bytes() {
        return Err(io::Error::other("it changed meanwhile; run again"));
    }
    let (new, mut file) = beside(&path)?;
    let mut put = || {
        file.set_permissions(known.permissions())?;
        file.write_all(edit.after.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)
    };
    if let Err(error) = put() {
        // The edit was not made; what is left of it is only in the way.
        drop(fs::remove_file(&new));
        return Err(error);
    }
    if let Some(folder) = path.parent() {
        // A folder that cannot be flushed holds the file all the same.
        drop(File::open(folder).and_then(|folder| folder.sync_all()));
    }
    Ok(())
}

/// Writes a file that is not there yet, with the folders around it. What stands under its name is never replaced.
pub fn create(path: &Utf8Path, text: &str, private: bool) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A new file in the folder of another, under a name that nothing has.
fn beside(path: &Utf8Path) -> io::Result<(Utf8PathBuf, File)> {
    let name = path.file_name().unwrap_or("entries.yaml");
    let mut number = 0_u32;
    loop {
        let new = path.with_file_name(format!(".{name}.new{number}"));
        // Fails where anything is there, a link that leads nowhere included.
        match OpenOptions::new().write(true).create_new(true).open(&new) {
            Ok(file) => return Ok((new, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
