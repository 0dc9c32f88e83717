//! What a plan is printed as, and where: `--format FORMAT` to stdout, `--format FORMAT=FILE` into a file.
//!
//! Not the writing of any format. Invariants: a file that cannot be written costs no run, each is written whole or not at
//! all, and none of it moves the exit code.

use std::collections::BTreeSet;
use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{Output, PlanFormat};
use super::failure::Failure;

/// A file that will be written at the end.
#[derive(Debug)]
pub(super) struct Whole {
    option: &'static str,
    file: Utf8PathBuf,
    beside: Utf8PathBuf,
}

impl Whole {
    /// Makes sure that the file of an option can be written, so that a typing error costs no run.
    pub(super) fn prepare(option: &'static str, file: &Utf8Path) -> Result<Self, Failure> {
        let name = file.file_name().filter(|_| !file.is_dir()).ok_or_else(|| {
            Failure::input(format!("{option}: {file} is no file"))
                .help("name a file, such as `plan.md`")
        })?;
        let whole = Self {
            option,
            file: file.to_owned(),
            beside: file.with_file_name(format!(".{name}.{}.new", std::process::id())),
        };
        std::fs::File::create(&whole.beside).map_err(|error| whole.failed(&error))?;
        Ok(whole)
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
        Failure::input(format!("{}: {}: {error}", self.option, self.file))
            .help("the folder must be there and writable")
    }
}

impl Drop for Whole {
    /// A run that ends before leaves nothing behind.
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.beside));
    }
}

/// Everything that a plan is printed as.
#[derive(Debug)]
pub(super) struct Outputs {
    /// What goes to stdout.
    pub(super) stdout: Option<PlanFormat>,
    /// What goes into files.
    pub(super) files: Vec<(PlanFormat, Whole)>,
}

impl Outputs {
    /// Makes sure that each has a place of its own, and that each file can be written.
    pub(super) fn prepare(wanted: &[Output]) -> Result<Self, Failure> {
        let mut outputs = Self {
            stdout: None,
            files: Vec::new(),
        };
        let mut names = BTreeSet::new();
        for output in wanted {
            let Some(file) = &output.file else {
                if outputs.stdout.replace(output.format).is_some() {
                    return Err(Failure::input("--format: two formats for stdout")
                        .help("only one goes to stdout; give the others a file, such as `--format markdown=plan.md`"));
                }
                continue;
            };
            if !names.insert(file.clone()) {
                return Err(Failure::input(format!("--format: {file} is named twice"))
                    .help("each format needs a file of its own"));
            }
            outputs
                .files
                .push((output.format, Whole::prepare("--format", file)?));
        }
        Ok(outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(format: PlanFormat, file: Option<&Utf8Path>) -> Output {
        Output {
            format,
            file: file.map(Utf8Path::to_owned),
        }
    }

    #[test]
    fn each_format_has_a_place_of_its_own_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let file = folder.join("plan.md");
        let text = output(PlanFormat::Text, None);
        let markdown = output(PlanFormat::Markdown, Some(&file));
        assert!(Outputs::prepare(&[text.clone(), text.clone()]).is_err());
        assert!(Outputs::prepare(&[markdown.clone(), markdown.clone()]).is_err());
        let no_folder = folder.join("none").join("plan.md");
        assert!(Outputs::prepare(&[output(PlanFormat::Html, Some(&no_folder))]).is_err());
        assert!(Outputs::prepare(&[output(PlanFormat::Html, Some(folder))]).is_err());
        assert_eq!(folder.read_dir_utf8().unwrap().count(), 0);

        let mut outputs = Outputs::prepare(&[markdown, text]).unwrap();
        assert_eq!(outputs.stdout, Some(PlanFormat::Text));
        let (_, whole) = outputs.files.remove(0);
        whole.write("all of it").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "all of it");
        assert_eq!(folder.read_dir_utf8().unwrap().count(), 1);
    }
}
