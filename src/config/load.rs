//! From a folder, or from texts in memory, to a raw project.
//!
//! The only part of `config` that touches a disk, and only through [`disk`]. It finds the files, reads them on all
//! cores, decodes each by itself and puts the entries together. Invariants: the order in which files are found changes
//! nothing; a secret that stands in a file is blotted out of the text that is kept; nothing outside the project is
//! read but what its settings name as contacts.

mod blot;
mod disk;
mod fences;
mod merge;
mod select;
#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::decode::{
    ContactsFile, Decoder, EntryFile, SettingsFile, StatementsFile, Systems, peek_files,
};
use super::digest::{ConfigDigest, FileDigest};
use super::raw::{ContactEntry, ContactsSource, Entries, Project, Statement};
use super::yaml::{self, Comments, Tape};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, SourceFile, Sources, Span, Spanned};

pub use super::yaml::Budget;
use blot::Secrets;
pub use disk::find_project;
use select::Selection;
pub use select::{first_files, is_entry_file};

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "keyholder.yaml";

/// The folder of what people said they did by hand, from the project's. Its files have a language of their own, so they
/// are never files of entries.
pub const STATEMENTS_FOLDER: &str = "attestations";

/// What the caller allows and replaces.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// `--allow-host`: hosts beside the vendors' own that systems may name.
    pub allow_hosts: Vec<String>,
    /// `--allow-commands`: whether `contacts: { command }` may be run.
    pub allow_commands: bool,
    /// `--settings`: settings from elsewhere, under the path that messages show. The project's own are then not read.
    pub settings: Option<SourceFile>,
    /// What one file may cost.
    pub budget: Budget,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            allow_hosts: Vec::new(),
            allow_commands: false,
            settings: None,
            budget: Budget::DEFAULT,
        }
    }
}

/// A project as written, and everything wrong with how it is written.
#[derive(Debug)]
pub struct Loaded {
    /// The folder of `keyholder.yaml`; empty for texts in memory.
    pub root: Utf8PathBuf,
    /// Every file that was read, sorted by path; secrets in them are blotted out.
    pub sources: Sources,
    /// The entries and settings, as far as they could be read.
    pub project: Project,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The digest of all files that were read.
    pub digest: ConfigDigest,
    /// Whether every file could be read as YAML: only then is an entry that is not there one that is not declared.
    pub complete: bool,
}

impl Loaded {
    /// Whether anything found so far refuses the project.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Where files come from.
trait Store: Sync {
    /// The paths of the entry files that are selected, in any order, and what was wrong on the way.
    fn list(&self, selection: &Selection, found: &mut Vec<Diagnostic>) -> Vec<String>;

    /// The bytes of a file, at most one more than the limit.
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, String>;

    /// The bytes of contacts outside the project.
    fn contacts(&self, source: &ContactsSource, limit: usize) -> Result<Vec<u8>, String>;
}

/// Loads the project that a folder is in.
pub fn load(start: &Utf8Path, options: &LoadOptions) -> Loaded {
    match disk::find_project(start) {
        Some(root) => {
            let store = disk::Disk::new(root.clone());
            assemble(root, &store, options)
        }
        None => no_project(
            Diagnostic::new(
                Code::NoProject,
                format!("there is no `{PROJECT_FILE}` in `{start}` or above it"),
            )
            .help("`keyholder init` begins a project; `--project DIR` names another folder"),
        ),
    }
}

/// Loads a project from texts, by the same rules as from a folder.
pub fn load_texts(files: &[(&str, &str)], options: &LoadOptions) -> Loaded {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (*path, text.as_bytes()))
        .collect();
    load_bytes(&files, options)
}

/// Loads a project from bytes, by the same rules as from a folder: files that a commit holds, for example.
pub fn load_bytes(files: &[(&str, &[u8])], options: &LoadOptions) -> Loaded {
    let has_settings =
        options.settings.is_some() || files.iter().any(|(path, _)| *path == PROJECT_FILE);
    if !has_settings {
        return no_project(Diagnostic::new(
            Code::NoProject,
            format!("there is no `{PROJECT_FILE}`"),
        ));
    }
    assemble(Utf8PathBuf::new(), &Memory { files }, options)
}

/// Loads a project as a commit has it, from the bytes of its files. Contacts that live outside git are those of today.
pub fn load_commit(root: &Utf8Path, files: &[(&str, &[u8])], options: &LoadOptions) -> Loaded {
    load_past(root, files, options, false)
}

/// Loads a project with edits that are not on the disk yet; contacts too are edited where their file is among these.
pub fn load_edited(root: &Utf8Path, files: &[(&str, &[u8])], options: &LoadOptions) -> Loaded {
    load_past(root, files, options, true)
}

fn load_past(
    root: &Utf8Path,
    files: &[(&str, &[u8])],
    options: &LoadOptions,
    has_contacts: bool,
) -> Loaded {
    let has_settings =
        options.settings.is_some() || files.iter().any(|(path, _)| *path == PROJECT_FILE);
    if !has_settings {
        return no_project(Diagnostic::new(
            Code::NoProject,
            format!("the commit has no `{PROJECT_FILE}` here"),
        ));
    }
    let store = Past {
        files: Memory { files },
        today: disk::Disk::new(root.to_owned()),
        has_contacts,
    };
    assemble(root.to_owned(), &store, options)
}

/// Reads the bytes of `attestations/<system>.yaml` by the rules of every file: its text, its statements, and what is
/// wrong with them.
pub fn load_statements(
    path: &str,
    bytes: Vec<u8>,
    file: FileId,
) -> (SourceFile, Vec<Statement>, Vec<Diagnostic>) {
    let systems = Systems::default();
    let opened = Opened::new(Ok(bytes), file, &Budget::DEFAULT);
    let read = opened.finish(path, file, Holds::Entries, |_, root| {
        let mut cx = Decoder::new(&systems, &[]);
        let statements = StatementsFile::decode(root, &mut cx);
        (statements, cx.diagnostics, cx.secrets)
    });
    let mut diagnostics = read.diagnostics;
    sort(&mut diagnostics);
    (read.source, read.value, diagnostics)
}

fn no_project(found: Diagnostic) -> Loaded {
    Loaded {
        root: Utf8PathBuf::new(),
        sources: Sources::new(),
        project: Project::default(),
        diagnostics: vec![found],
        digest: ConfigDigest::of(Vec::new()),
        complete: false,
    }
}

/// Files in memory.
struct Memory<'a> {
    files: &'a [(&'a str, &'a [u8])],
}

impl Store for Memory<'_> {
    fn list(&self, selection: &Selection, _: &mut Vec<Diagnostic>) -> Vec<String> {
        let paths: Vec<&str> = self.files.iter().map(|(path, _)| *path).collect();
        select::filter(selection, &paths)
    }

    fn read(&self, path: &str, _: usize) -> Result<Vec<u8>, String> {
        self.files
            .iter()
            .find(|(known, _)| *known == path)
            .map(|(_, bytes)| bytes.to_vec())
            .ok_or_else(|| "it is not there".to_owned())
    }

    fn contacts(&self, source: &ContactsSource, limit: usize) -> Result<Vec<u8>, String> {
        match source {
            ContactsSource::File(path) => self.read(path, limit),
            ContactsSource::Command(_) => Err("commands are not run here".to_owned()),
        }
    }
}

/// Files of a commit, and contacts outside of it.
struct Past<'a> {
    files: Memory<'a>,
    today: disk::Disk,
    /// Whether a file of contacts is taken from these files, where it is one of them.
    has_contacts: bool,
}

impl Store for Past<'_> {
    fn list(&self, selection: &Selection, found: &mut Vec<Diagnostic>) -> Vec<String> {
        self.files.list(selection, found)
    }

    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, String> {
        self.files.read(path, limit)
    }

    fn contacts(&self, source: &ContactsSource, limit: usize) -> Result<Vec<u8>, String> {
        let ours = self
            .has_contacts
            .then(|| self.files.contacts(source, limit));
        match ours {
            Some(Ok(bytes)) => Ok(bytes),
            Some(Err(_)) | None => self.today.contacts(source, limit),
        }
    }
}

/// One file: its text as it is kept, and what was found in it.
struct FileRead<T> {
    source: SourceFile,
    digest: FileDigest,
    value: T,
    diagnostics: Vec<Diagnostic>,
    /// Whether it was read as YAML to its end.
    complete: bool,
}

fn assemble(root: Utf8PathBuf, store: &dyn Store, options: &LoadOptions) -> Loaded {
    let mut diagnostics = Vec::new();
    let limit = options.budget.bytes;

    // The settings say which files there are; only then do files have numbers.
    let bytes = match &options.settings {
        Some(settings) => Ok(settings.text().as_bytes().to_vec()),
        None => store.read(PROJECT_FILE, limit),
    };
    let settings_path = options
        .settings
        .as_ref()
        .map_or(PROJECT_FILE, |settings| settings.path());
    let opened = Opened::new(bytes, FileId(0), &options.budget);
    let names = opened
        .tape
        .as_ref()
        .and_then(|tape| peek_files(tape.root(&opened.text, FileId(0))));
    let selection = Selection::new(names.as_deref());
    let mut paths = store.list(&selection, &mut diagnostics);
    paths.retain(|path| path != PROJECT_FILE && path != settings_path);
    paths.push(settings_path.to_owned());
    paths.sort_unstable();
    paths.dedup();
    let settings_at = paths
        .binary_search_by(|path| path.as_str().cmp(settings_path))
        .unwrap_or_default();
    let file_id = |at: usize| FileId(u32::try_from(at).unwrap_or(u32::MAX));
    let settings_id = file_id(settings_at);

    let no_systems = Systems::default();
    let settings = opened.finish(
        settings_path,
        settings_id,
        Holds::Settings,
        |opened, root| {
            let mut cx = Decoder::new(&no_systems, &options.allow_hosts);
            let top = Span::top_of(settings_id);
            let mut file = SettingsFile::decode(root, top, &mut cx);
            if opened.fault.is_some() {
                // What stands behind the fault may be what seems to be missing, or a secret.
                file.systems.incomplete = true;
                cx.diagnostics
                    .retain(|found| found.code != Code::MissingKey);
                cx.secrets.extend(blot::suspects(&opened.text, settings_id));
            }
            (file, cx.diagnostics, cx.secrets)
        },
    );
    let systems = &settings.value.systems;

    let read: Vec<Option<FileRead<Entries>>> = paths
        .par_iter()
        .enumerate()
        .map(|(at, path)| {
            if at == settings_at {
                return None;
            }
            let opened = Opened::new(store.read(path, limit), file_id(at), &options.budget);
            Some(opened.finish(path, file_id(at), Holds::Entries, |_, root| {
                let mut cx = Decoder::new(systems, &options.allow_hosts);
                let entries = root.map(|root| EntryFile::decode(root, &mut cx));
                (entries.unwrap_or_default(), cx.diagnostics, cx.secrets)
            }))
        })
        .collect();

    let outside = settings
        .value
        .settings
        .contacts
        .as_ref()
        .and_then(|source| {
            contacts_outside(
                source,
                file_id(paths.len()),
                store,
                options,
                &mut diagnostics,
            )
        });
    diagnostics.extend(select::faults(&settings.value.settings.files, &paths));

    let mut sources = Sources::new();
    let mut digests = Vec::with_capacity(paths.len() + 1);
    let mut complete = true;
    let mut parts: Vec<Entries> = Vec::with_capacity(paths.len());
    let mut settings = Some(settings);
    let mut settings_value = None;
    for file in read {
        match file {
            Some(file) => {
                sources.add(file.source);
                digests.push(file.digest);
                complete &= file.complete;
                diagnostics.extend(file.diagnostics);
                parts.push(file.value);
            }
            None => {
                if let Some(file) = settings.take() {
                    sources.add(file.source);
                    digests.push(file.digest);
                    complete &= file.complete && !file.value.systems.incomplete;
                    diagnostics.extend(file.diagnostics);
                    settings_value = Some(file.value);
                }
            }
        }
    }
    if let Some(file) = outside {
        paths.push(file.source.path().to_string());
        sources.add(file.source);
        digests.push(file.digest);
        complete &= file.complete;
        diagnostics.extend(file.diagnostics);
        parts.push(Entries {
            contacts: file.value,
            ..Entries::default()
        });
    }
    let entries = merge::entries(parts, &mut diagnostics);
    let mut settings = settings_value
        .map(|value| value.settings)
        .unwrap_or_default();
    for fence in &mut settings.fences {
        fences::find(fence, &sources, settings_id, &mut diagnostics);
        fences::judge(fence, &entries, &mut diagnostics);
    }
    sort(&mut diagnostics);
    let files = paths.iter().map(String::as_str).zip(digests).collect();
    Loaded {
        root,
        sources,
        project: Project { settings, entries },
        diagnostics,
        digest: ConfigDigest::of(files),
        complete,
    }
}

/// By place, so that a reader goes through files from top to bottom; what has no place comes first.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|one, other| {
        let place = |diagnostic: &Diagnostic| diagnostic.labels.first().map(|label| label.span);
        (place(one), one.code, &one.message).cmp(&(place(other), other.code, &other.message))
    });
}

fn contacts_outside(
    source: &Spanned<ContactsSource>,
    file: FileId,
    store: &dyn Store,
    options: &LoadOptions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<FileRead<Vec<ContactEntry>>> {
    let path = match &source.value {
        ContactsSource::File(path) => path.to_string(),
        ContactsSource::Command(_) if !options.allow_commands => {
            diagnostics.push(
                Diagnostic::new(
                    Code::CommandNotAllowed,
                    "contacts come from a command, and commands are not allowed in this run",
                )
                .at(source.span, "this would be run")
                .help("if you trust the project's settings, run with `--allow-commands`"),
            );
            return None;
        }
        ContactsSource::Command(_) => "output of the contacts command".to_owned(),
    };
    let bytes = match store.contacts(&source.value, options.budget.bytes) {
        Ok(bytes) => bytes,
        Err(fault) => {
            diagnostics.push(
                Diagnostic::new(
                    Code::Unreadable,
                    format!("the contacts cannot be read: {fault}"),
                )
                .at(source.span, "named here")
                .help("check the path, which begins at the project's folder, or the command"),
            );
            return None;
        }
    };
    let opened = Opened::new(Ok(bytes), file, &options.budget);
    let none = Systems::default();
    Some(opened.finish(&path, file, Holds::Entries, |_, root| {
        let mut cx = Decoder::new(&none, &options.allow_hosts);
        let contacts = root.map(|root| ContactsFile::decode(root, &mut cx));
        let mut contacts = contacts.unwrap_or_default();
        for entry in &mut contacts {
            entry.is_outside = true;
        }
        (contacts, cx.diagnostics, cx.secrets)
    }))
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Settings,
    Entries,
}

/// A file's text and tape before anything is decoded.
struct Opened {
    text: String,
    digest: FileDigest,
    tape: Option<Tape>,
    fault: Option<Diagnostic>,
}

impl Opened {
    fn new(bytes: Result<Vec<u8>, String>, file: FileId, budget: &Budget) -> Self {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(fault) => {
                let found = Diagnostic::new(
                    Code::Unreadable,
                    format!("a file of the project cannot be read: {fault}"),
                )
                .at(Span::top_of(file), "this file")
                .help("keyholder reads the files of the project's own folder; check its place and its permissions");
                return Self::failed(String::new(), &[], found);
            }
        };
        let digest = FileDigest::of(&bytes);
        if bytes.len() > budget.bytes {
            let found = yaml::too_large(file, bytes.len(), budget.bytes);
            return Self::failed(String::new(), &bytes, found);
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(fault) => return Self::not_utf8(&fault, file),
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let yaml::Reading { tape, fault } = yaml::read(&text, file, budget, Comments::Skip);
        Self {
            text,
            digest,
            tape: Some(tape),
            fault: fault.map(|fault| *fault),
        }
    }

    fn failed(text: String, bytes: &[u8], found: Diagnostic) -> Self {
        Self {
            text,
            digest: FileDigest::of(bytes),
            tape: None,
            fault: Some(found),
        }
    }

    fn not_utf8(fault: &std::string::FromUtf8Error, file: FileId) -> Self {
        let bytes = fault.as_bytes();
        let at = fault.utf8_error().valid_up_to();
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let help = if wide {
            "the file looks like UTF-16; save it as UTF-8"
        } else {
            "save the file as UTF-8; a text editor asks for the encoding under `Save as`"
        };
        // Up to the fault the text is the file's own, so places in it are right.
        let text = String::from_utf8_lossy(bytes).into_owned();
        let found = Diagnostic::new(Code::NotUtf8, "a file is not UTF-8 text")
            .at(
                Span::new(file, narrow(at), narrow(at + '\u{fffd}'.len_utf8())),
                format!("byte {at} is the first that is not"),
            )
            .help(help);
        Self::failed(text, bytes, found)
    }

    /// Decodes the tape under the file's final number and keeps the text without its secrets.
    fn finish<T>(
        self,
        path: &str,
        file: FileId,
        holds: Holds,
        decode: impl FnOnce(&Self, Option<yaml::Node<'_>>) -> (T, Vec<Diagnostic>, Vec<Span>),
    ) -> FileRead<T> {
        let root = self
            .tape
            .as_ref()
            .and_then(|tape| tape.root(&self.text, file));
        let (value, mut diagnostics, found) = decode(&self, root);
        let mut secrets = Secrets::default();
        secrets.add(found, &self.text);
        // Settings may stand in another file by mistake, which is then said.
        let misplaced =
            |found: &Diagnostic| found.code == Code::MisplacedKey || self.text.contains("token");
        if let Some(root) = root
            && (holds == Holds::Settings || diagnostics.iter().any(misplaced))
        {
            secrets.settings(root);
        }
        let Self {
            text,
            digest,
            tape: _,
            fault,
        } = self;
        let complete = fault.is_none();
        if let Some(mut fault) = fault {
            for label in &mut fault.labels {
                label.span.file = file;
            }
            diagnostics.push(fault);
        }
        let text = if secrets.is_empty() {
            text
        } else {
            blot::hush(&mut diagnostics, &secrets);
            blot::out(&text, &secrets)
        };
        FileRead {
            source: SourceFile::new(path, text),
            digest,
            value,
            diagnostics,
            complete,
        }
    }
}
