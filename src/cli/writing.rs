//! Edits onto the disk, all or none, and how they are shown.
//!
//! Invariant: what was written before one that could not be written is taken back, files and folders that were made for it
//! included.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::Failure;
use super::session::Session;
use crate::config::edit::difference;
use crate::ops::edit::{Edit, create, write};
use crate::render::escape;
use crate::text::mask_contacts;

/// Something that was written, and how to take it back.
enum Done<'e> {
    Replaced(&'e Edit),
    /// A new file, and the folders that were made for it, the deepest first.
    Created(&'e Edit, Vec<Utf8PathBuf>),
}

/// Writes all edits or none. Files of which `private` says so are made for their owner's eyes alone.
pub(super) fn write_all(
    root: &Utf8Path,
    edits: &[Edit],
    private: impl Fn(&str) -> bool,
) -> Result<(), Failure> {
    let mut written = Vec::new();
    for edit in edits {
        let path = root.join(&edit.file);
        let is_new = edit.before.is_empty() && path.symlink_metadata().is_err();
        let (done, result) = if is_new {
            let parents = path.ancestors().skip(1);
            let missing = parents.take_while(|it| !it.as_str().is_empty() && !it.exists());
            let missing: Vec<Utf8PathBuf> = missing.map(Utf8Path::to_owned).collect();
            let result = create(&path, &edit.after, private(&edit.file));
            (Done::Created(edit, missing), result)
        } else {
            (Done::Replaced(edit), write(root, edit))
        };
        match result {
            Ok(()) => written.push(done),
            Err(error) => {
                let shown = escape::terminal(&edit.file);
                let failure =
                    Failure::input(format!("{shown}: {error}")).help("nothing was written");
                if let Done::Created(_, folders) = &done {
                    remove(folders);
                }
                return Err(taken_back(root, &written, failure));
            }
        }
    }
    Ok(())
}

/// Removes folders that were made, but for those that something is in.
fn remove(folders: &[Utf8PathBuf]) {
    for folder in folders {
        drop(fs::remove_dir(folder));
    }
}

/// The failure, with what could not be taken back.
fn taken_back(root: &Utf8Path, written: &[Done<'_>], mut failure: Failure) -> Failure {
    for done in written.iter().rev() {
        let (edit, result) = match done {
            Done::Replaced(edit) => {
                let back = Edit {
                    file: edit.file.clone(),
                    before: edit.after.clone(),
                    after: edit.before.clone(),
                };
                (edit, write(root, &back))
            }
            Done::Created(edit, folders) => {
                let result = fs::remove_file(root.join(&edit.file));
                // Somebody may have put something into them meanwhile: then they stay.
                remove(folders);
                (edit, result)
            }
        };
        if let Err(error) = result {
            failure = failure.help(format!(
                "{} is written and could not be put back: {error}",
                edit.file
            ));
        }
    }
    failure
}

/// Edits as `diff -u` shows them; contacts masked but on a terminal.
pub(super) fn told(session: &Session<'_>, edits: &[Edit]) -> String {
    let mut text = String::new();
    for edit in edits {
        for line in difference(&edit.file, &edit.before, &edit.after).lines() {
            let line = if session.ui.shows_contacts() {
                line.to_owned()
            } else {
                mask_contacts(line)
            };
            text.push_str(&escape::terminal_long(&line));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(file: &str, before: &str, after: &str) -> Edit {
        Edit {
            file: file.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }

    #[test]
    fn what_cannot_be_written_whole_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        fs::write(root.join("a.yaml"), "one").unwrap();
        fs::write(root.join("z.yaml"), "changed meanwhile").unwrap();
        let edits = [
            edit("a.yaml", "one", "two"),
            edit("private/deep/contacts.yaml", "", "x"),
            edit("z.yaml", "as it was", "new"),
        ];
        write_all(root, &edits, |_| true).unwrap_err();
        assert_eq!(fs::read_to_string(root.join("a.yaml")).unwrap(), "one");
        assert!(!root.join("private").exists());
        let last = edit("z.yaml", "changed meanwhile", "new");
        let edits = [&edits[..2], &[last]].concat();
        write_all(root, &edits, |file| file.starts_with("private/")).unwrap();
        assert_eq!(fs::read_to_string(root.join("z.yaml")).unwrap(), "new");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let file = fs::metadata(root.join("private/deep/contacts.yaml")).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }
}
