//! What is printed, and where: `--format FORMAT` to stdout, `--format FORMAT=FILE` into a file.
//!
//! Not the writing of any format. Invariants: a file that cannot be written costs no run, each is written whole or not at
//! all, no two go into one file whatever it is called, and none of it moves the exit code.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::failure::Failure;

/// A file that will be written at the end.
#[derive(Debug)]
pub(super) struct Whole {
    option: &'static str,
    file: Utf8PathBuf,
    beside: Utf8PathBuf,
    is_private: bool,
}

impl Whole {
    /// Makes sure that the file of an option can be written, so that a typing error costs no run.
    pub(super) fn prepare(option: &'static str, file: &Utf8Path) -> Result<Self, Failure> {
        Self::make(option, file, false)
    }

    /// The same for what nobody else on the machine shall read.
    pub(super) fn private(option: &'static str, file: &Utf8Path) -> Result<Self, Failure> {
        Self::make(option, file, true)
    }

    fn make(option: &'static str, file: &Utf8Path, is_private: bool) -> Result<Self, Failure> {
        let name = file.file_name().filter(|_| !file.is_dir()).ok_or_else(|| {
            Failure::input(format!("{option}: {file} is no file"))
                .help("name a file, such as `plan.md`")
        })?;
        let whole = Self {
            option,
            file: file.to_owned(),
            beside: file.with_file_name(format!(".{name}.{}.new", std::process::id())),
            is_private,
        };
        whole.open().map_err(|error| whole.failed(&error))?;
        Ok(whole)
    }

    fn open(&self) -> std::io::Result<File> {
        let mut options = File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        if self.is_private {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(&self.beside)
    }

    /// Puts the text in place of what was there.
    pub(super) fn write(self, text: impl AsRef<[u8]>) -> Result<(), Failure> {
        let written = self
            .open()
            .and_then(|mut file| {
                file.write_all(text.as_ref())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&self.beside, &self.file));
        written.map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::input(format!("{}: {}: {error}", self.option, self.file))
            .help("the folder must be there and writable")
    }

    /// The file under the one name that it has, whatever it was called.
    fn place(&self) -> Utf8PathBuf {
        let folder = self.file.parent().filter(|folder| *folder != "");
        let folder = folder.unwrap_or(Utf8Path::new("."));
        let folder = folder.canonicalize_utf8();
        folder.map_or_else(
            |_| self.file.clone(),
            |folder| folder.join(self.file.file_name().unwrap_or_default()),
        )
    }
}

impl Drop for Whole {
    /// A run that ends before leaves nothing behind.
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.beside));
    }
}

/// Everything that something is printed as.
#[derive(Debug)]
pub(super) struct Outputs<F> {
    /// What goes to stdout.
    pub(super) stdout: Option<F>,
    /// What goes into files.
    pub(super) files: Vec<(F, Whole)>,
    /// Files that are taken.
    names: BTreeSet<Utf8PathBuf>,
}

impl<F> Outputs<F> {
    /// One format, on stdout.
    pub(super) fn stdout(format: F) -> Self {
        Self {
            stdout: Some(format),
            files: Vec::new(),
            names: BTreeSet::new(),
        }
    }

    /// Makes sure that each has a place of its own, and that each file can be written.
    pub(super) fn prepare<'f>(
        wanted: impl IntoIterator<Item = (F, Option<&'f Utf8Path>)>,
    ) -> Result<Self, Failure> {
        let mut outputs = Self {
            stdout: None,
            files: Vec::new(),
            names: BTreeSet::new(),
        };
        for (format, file) in wanted {
            let Some(file) = file else {
                if outputs.stdout.replace(format).is_some() {
                    return Err(Failure::input("--format: two formats for stdout")
                        .help("only one goes to stdout; give the others a file, such as `--format markdown=plan.md`"));
                }
                continue;
            };
            let whole = outputs.claim(Whole::prepare("--format", file)?)?;
            outputs.files.push((format, whole));
        }
        Ok(outputs)
    }

    /// Takes the file of another option, which must be none of those that are taken.
    pub(super) fn claim(&mut self, whole: Whole) -> Result<Whole, Failure> {
        if self.names.insert(whole.place()) {
            return Ok(whole);
        }
        Err(
            Failure::input(format!("{}: {} is named twice", whole.option, whole.file))
                .help("each needs a file of its own"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_a_place_of_its_own_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let file = folder.join("plan.md");
        let (text, markdown) = (("text", None), ("markdown", Some(&*file)));
        assert!(Outputs::prepare([text, text]).is_err());
        assert!(Outputs::prepare([markdown, markdown]).is_err());
        // The same file under another name.
        std::fs::create_dir(folder.join("in")).unwrap();
        let other = folder.join("in").join("..").join("plan.md");
        assert!(Outputs::prepare([markdown, ("html", Some(&*other))]).is_err());
        let no_folder = folder.join("none").join("plan.md");
        assert!(Outputs::prepare([("html", Some(&*no_folder))]).is_err());
        assert!(Outputs::prepare([("html", Some(folder))]).is_err());
        std::fs::remove_dir(folder.join("in")).unwrap();
        assert_eq!(folder.read_dir_utf8().unwrap().count(), 0);

        let mut outputs = Outputs::prepare([markdown, text]).unwrap();
        assert_eq!(outputs.stdout, Some("text"));
        let same = Whole::private("--bundle", &file).unwrap();
        assert!(outputs.claim(same).is_err());
        let (_, whole) = outputs.files.remove(0);
        whole.write("all of it").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "all of it");
        assert_eq!(folder.read_dir_utf8().unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_nobody_elses_to_read() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = Utf8Path::from_path(folder.path()).unwrap().join("a.tar");
        Whole::private("--bundle", &file)
            .unwrap()
            .write([1, 2])
            .unwrap();
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
