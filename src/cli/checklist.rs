//! The checklist of a run as a file: refused before anything is done if it cannot be written, and written whole.

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::Failure;

/// A file that will be written at the end.
pub(super) struct Checklist {
    file: Utf8PathBuf,
    beside: Utf8PathBuf,
}

impl Checklist {
    /// Makes sure that the file can be written, so that a typing error costs no run.
    pub(super) fn prepare(file: Option<&Utf8Path>) -> Result<Option<Self>, Failure> {
        let Some(file) = file else { return Ok(None) };
        let name = file.file_name().filter(|_| !file.is_dir()).ok_or_else(|| {
            Failure::input(format!("--manual: {file} is no file"))
                .help("name a file, such as `manual.md`")
        })?;
        let checklist = Self {
            file: file.to_owned(),
            beside: file.with_file_name(format!(".{name}.{}.new", std::process::id())),
        };
        std::fs::File::create(&checklist.beside).map_err(|error| checklist.failed(&error))?;
        Ok(Some(checklist))
    }

    /// Puts the text in place of what was there.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        let written = std::fs::File::create(&self.beside)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&self.beside, &self.file));
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::input(format!("--manual: {}: {error}", self.file))
            .help("the folder must be there and writable")
    }
}

impl Drop for Checklist {
    /// A run that ends before leaves nothing behind.
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.beside));
    }
}
