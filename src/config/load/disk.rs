//! A project on disk: finding it, walking it, reading its files.
//!
//! Links are followed only within the project, and each file is read once however many links lead to it. Whatever is
//! wrong on the way becomes a diagnostic; nothing here fails.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use super::select::{Selection, is_statements, is_yaml};
use super::{PROJECT_FILE, Store};
use crate::config::raw::ContactsSource;
use crate::diagnostic::{Code, Diagnostic};

/// The folder of the nearest `keyholder.yaml`, in `start` or above it.
pub fn find_project(start: &Utf8Path) -> Option<Utf8PathBuf> {
    let start = if start.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        start
    };
    let start = start.canonicalize_utf8().ok()?;
    start
        .ancestors()
        .find(|folder| folder.join(PROJECT_FILE).is_file())
        .map(Utf8Path::to_owned)
}

/// A project's folder.
pub(super) struct Disk {
    /// Without links in it.
    root: Utf8PathBuf,
}

impl Disk {
    /// The project in a folder that [`find_project`] found.
    pub(super) fn new(root: Utf8PathBuf) -> Self {
        Self { root }
    }
}

impl Store for Disk {
    fn list(&self, selection: &Selection, found: &mut Vec<Diagnostic>) -> Vec<String> {
        let mut walk = Walk {
            root: &self.root,
            seen: BTreeSet::new(),
            files: BTreeSet::new(),
            found,
        };
        for folder in &selection.folders {
            walk.visit(folder, Wanted::Folder);
        }
        for file in &selection.files {
            walk.visit(file, Wanted::File);
        }
        walk.files.into_iter().collect()
    }

    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, String> {
        let full = self.root.join(path);
        // Links were resolved when files were listed; the settings are the one file that is not listed.
        let real = full
            .canonicalize_utf8()
            .map_err(|error| error.to_string())?;
        if !real.starts_with(&self.root) {
            return Err("it is a link that leads out of the project".to_owned());
        }
        read_bounded(&real, limit)
    }

    fn contacts(&self, source: &ContactsSource, limit: usize) -> Result<Vec<u8>, String> {
        match source {
            ContactsSource::File(path) => read_bounded(&self.root.join(&**path), limit),
            ContactsSource::Command(command) => self.run(command, limit),
        }
    }
}

impl Disk {
    /// What a command prints. No shell: words are split at spaces, quotes keep them together.
    fn run(&self, command: &str, limit: usize) -> Result<Vec<u8>, String> {
        let words = split_words(command).ok_or("a quote in the command is not closed")?;
        let (program, arguments) = words.split_first().ok_or("the command is empty")?;
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = match child.stdout.take() {
            Some(out) => out.take(most).read_to_end(&mut bytes),
            None => Ok(0),
        };
        let status = child.wait().map_err(|error| error.to_string())?;
        read.map_err(|error| error.to_string())?;
        if status.success() {
            Ok(bytes)
        } else {
            Err(format!("`{program}` failed ({status})"))
        }
    }
}

/// The words of a command line; `None` if a quote is open at its end.
fn split_words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// A file's bytes, at most one more than the limit: enough to see that it is too large.
fn read_bounded(path: &Utf8Path, limit: usize) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let about = file.metadata().map_err(|error| error.to_string())?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(most)).unwrap_or(0));
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// What a name of the selection may turn out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Folder,
    File,
}

struct Walk<'a> {
    root: &'a Utf8Path,
    /// Folders that were walked, so that links in a circle end.
    seen: BTreeSet<String>,
    files: BTreeSet<String>,
    found: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    /// Looks at a name of the selection, which need not exist.
    fn visit(&mut self, path: &str, wanted: Wanted) {
        let Ok(about) = fs::symlink_metadata(self.root.join(path)) else {
            return;
        };
        if about.is_symlink() {
            self.link(path);
        } else if about.is_dir() && wanted == Wanted::Folder {
            self.folder(path);
        } else if about.is_dir() && is_yaml(path) {
            self.unreadable(path, "it is a folder");
        } else if about.is_file() && wanted == Wanted::File {
            self.files.insert(path.to_owned());
        }
    }

    fn folder(&mut self, path: &str) {
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        let full = self.root.join(path);
        if !path.is_empty() && full.join(PROJECT_FILE).symlink_metadata().is_ok() {
            // A project of its own.
            return;
        }
        let entries = match fs::read_dir(&full) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(path, &error.to_string());
                return;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable(path, &error.to_string());
                    continue;
                }
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let lossy = name.to_string_lossy().escape_debug().to_string();
                if is_yaml(&lossy) {
                    self.unreadable(&join(path, &lossy), "its name is not UTF-8");
                }
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let inner = join(path, name);
            if is_statements(&inner) {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.link(&inner),
                Ok(kind) if kind.is_dir() => self.folder(&inner),
                Ok(kind) if kind.is_file() && is_yaml(name) && inner != PROJECT_FILE => {
                    self.files.insert(inner);
                }
                Ok(_) => {}
                Err(error) => self.unreadable(&inner, &error.to_string()),
            }
        }
    }

    /// Follows a link to what it leads to within the project.
    fn link(&mut self, path: &str) {
        let Ok(real) = self.root.join(path).canonicalize_utf8() else {
            if is_yaml(path.rsplit('/').next().unwrap_or_default()) {
                self.unreadable(path, "it is a link that leads nowhere");
            }
            return;
        };
        let Ok(inside) = real.strip_prefix(self.root) else {
            self.found.push(
                Diagnostic::new(
                    Code::LinkOut,
                    format!("`{}` is a link that leads out of the project", safe(path)),
                )
                .help("it is not read; copy what it leads to into the project"),
            );
            return;
        };
        let inside = inside.as_str().replace('\\', "/");
        if inside.split('/').any(|part| part.starts_with('.'))
            || is_statements(&inside)
            || self.is_nested(&inside)
        {
            return;
        }
        if real.is_dir() {
            self.folder(&inside);
        } else if is_yaml(&inside) && inside != PROJECT_FILE {
            self.files.insert(inside);
        }
    }

    /// Whether a path lies in a project within the project.
    fn is_nested(&self, path: &str) -> bool {
        let folders = Utf8Path::new(path).ancestors();
        folders
            .skip(1)
            .filter(|folder| !folder.as_str().is_empty())
            .any(|folder| self.root.join(folder).join(PROJECT_FILE).exists())
    }

    fn unreadable(&mut self, path: &str, fault: &str) {
        self.found.push(
            Diagnostic::new(
                Code::Unreadable,
                format!("`{}` cannot be read: {fault}", safe(path)),
            )
            .help("make it readable, or remove it from the project's folders"),
        );
    }
}

/// A name from a disk within a message.
fn safe(path: &str) -> String {
    path.escape_debug().to_string()
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
