//! The checklist of a run as a file: refused before anything is done if it cannot be written, and written whole.

use camino::Utf8Path;

use super::failure::Failure;
use super::output::Whole;

/// A file that will be written at the end.
pub(super) struct Checklist(Whole);

impl Checklist {
    /// Makes sure that the file can be written, so that a typing error costs no run.
    pub(super) fn prepare(file: Option<&Utf8Path>) -> Result<Option<Self>, Failure> {
        let whole = file.map(|file| Whole::prepare("--manual", file));
        Ok(whole.transpose()?.map(Self))
    }

    /// Puts the text in place of what was there.
    pub(super) fn write(self, text: &str) -> Result<(), Failure> {
        self.0.write(text)
    }
}
