//! Which files belong to a project, by their paths alone.
//!
//! Shared by folders, texts in memory and commits. Hidden files and folders, nested projects and the statements of people
//! are never selected, whatever `files:` names: `files: [.]` is every entry and no statement.

use super::{PROJECT_FILE, STATEMENTS_FOLDER};
use crate::config::raw::Text;
use crate::diagnostic::{Code, Diagnostic};

/// The files that are read when the settings name none.
const DEFAULT: &[&str] = &[
    "locations",
    "roles",
    "people",
    "contacts",
    "policies",
    "approvals",
];

/// Whether a path is that folder or lies in it.
pub(super) fn is_statements(path: &str) -> bool {
    path.strip_prefix(STATEMENTS_FOLDER)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Names of files and folders.
#[derive(Debug)]
pub(super) struct Selection {
    /// Exact paths of files.
    pub(super) files: Vec<String>,
    /// Folders, without a slash at the end; the empty one is the project itself.
    pub(super) folders: Vec<String>,
}

impl Selection {
    /// What `files:` names, or the default.
    pub(super) fn new(names: Option<&[&str]>) -> Self {
        match names {
            Some(names) => {
                let names: Vec<String> = names
                    .iter()
                    .filter_map(|name| tidy(name))
                    .filter(|name| !is_statements(name))
                    .collect();
                // Whether a name is a file or a folder is seen where files are listed.
                Self {
                    files: names
                        .iter()
                        .filter(|name| !name.is_empty())
                        .cloned()
                        .collect(),
                    folders: names,
                }
            }
            None => Self {
                files: DEFAULT
                    .iter()
                    .flat_map(|name| [format!("{name}.yaml"), format!("{name}.yml")])
                    .collect(),
                folders: DEFAULT.iter().map(|name| (*name).to_owned()).collect(),
            },
        }
    }
}

/// A name without what means nothing; `None` if it leads out of the project or into something hidden.
pub(super) fn tidy(name: &str) -> Option<String> {
    if name.starts_with('/') || name.contains('\\') {
        return None;
    }
    let mut parts = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            part if part.starts_with('.') => return None,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a file of a folder is one of entries.
pub(super) fn is_yaml(name: &str) -> bool {
    !name.starts_with('.')
        && [".yaml", ".yml"]
            .iter()
            .any(|end| name.len() > end.len() && name.ends_with(end))
}

/// The selected ones of all paths.
pub(super) fn filter(selection: &Selection, paths: &[&str]) -> Vec<String> {
    let nested: Vec<&str> = paths
        .iter()
        .filter_map(|path| path.strip_suffix(PROJECT_FILE)?.strip_suffix('/'))
        .collect();
    let inside = |folder: &str, path: &str| {
        folder.is_empty()
            || path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    paths
        .iter()
        .filter(|path| {
            let hidden = path.split('/').any(|part| part.starts_with('.'));
            let name = path.rsplit('/').next().unwrap_or_default();
            let selected = selection.files.iter().any(|file| file == *path)
                || (is_yaml(name) && selection.folders.iter().any(|folder| inside(folder, path)));
            selected
                && !hidden
                && !is_statements(path)
                && **path != PROJECT_FILE
                && !nested.iter().any(|folder| inside(folder, path))
        })
        .map(|path| (*path).to_owned())
        .collect()
}

/// Whether a file would be read for its entries, by what `files:` names; nothing stands for the default.
pub fn is_entry_file(names: &[&str], path: &str) -> bool {
    let selection = Selection::new((!names.is_empty()).then_some(names));
    !filter(&selection, &[path]).is_empty()
}

/// What is wrong with the names in `files:`, given the files that were found.
pub(super) fn faults(names: &[Text], paths: &[String]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for name in names {
        let Some(tidied) = tidy(&name.value) else {
            found.push(
                Diagnostic::new(
                    Code::WrongValue,
                    "`files` names something outside the project, or hidden",
                )
                .at(name.span, "this is not read")
                .help("name files and folders below the folder of `keyholder.yaml`, with `/` between them"),
            );
            continue;
        };
        if is_statements(&tidied) {
            found.push(
                Diagnostic::new(
                    Code::WrongValue,
                    format!("`files` names `{tidied}`, where no entries are"),
                )
                .at(
                    name.span,
                    "what people said they did by hand, which is read by itself",
                )
                .help("take it out, and keep entries in other folders"),
            );
            continue;
        }
        if is_found(&tidied, paths.iter().map(String::as_str)) {
            continue;
        }
        let told = Diagnostic::new(
            Code::Unreadable,
            format!("`files` names `{tidied}`, where there is no file to read"),
        )
        .at(name.span, "nothing here");
        let told = match pattern_of(&tidied) {
            Some(folder) => told.help(format!(
                "`files` takes files and folders, and no patterns: `{folder}` is every `*.yaml` and `*.yml` in it and below it"
            )),
            None => told.help(format!("make `{}`; it may be empty", first_file(&tidied))),
        };
        found.push(told);
    }
    found
}

fn is_found<'p>(name: &str, mut paths: impl Iterator<Item = &'p str>) -> bool {
    let folder = format!("{name}/");
    paths.any(|path| {
        path != PROJECT_FILE && (name.is_empty() || path == name || path.starts_with(&folder))
    })
}

/// The folder above the first part with signs of a pattern, of a name that has some.
fn pattern_of(name: &str) -> Option<String> {
    let mut parts = name.split('/');
    let whole: Vec<&str> = parts
        .by_ref()
        .take_while(|part| !part.contains(['*', '?', '[']))
        .collect();
    (whole.len() < name.split('/').count()).then(|| match whole.join("/") {
        none if none.is_empty() => ".".to_owned(),
        folder => folder,
    })
}

/// The file that would be the first under a name.
fn first_file(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    match name {
        "" => "people.yaml".to_owned(),
        name if is_yaml(last) => name.to_owned(),
        folder => format!("{folder}/people.yaml"),
    }
}

/// The first file of each name in `files:` under which there is none; nothing for patterns, which name nothing.
pub fn first_files(names: &[&str], paths: &[&str]) -> Vec<String> {
    let tidied = names.iter().filter_map(|name| tidy(name));
    let missing = tidied.filter(|name| {
        !is_statements(name) && pattern_of(name).is_none() && !is_found(name, paths.iter().copied())
    });
    missing.map(|name| first_file(&name)).collect()
}
