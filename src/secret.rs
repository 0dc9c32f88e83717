//! Where a token comes from: an environment variable, a file, or a command's output.
//!
//! Not a store. Invariants: an error names the source and never the value; what comes out can
//! stand in a header; the environment is looked up by whoever calls.

use std::fmt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use secrecy::{ExposeSecret, SecretString};

/// No token is longer; a larger file is some other file.
const LONGEST: u64 = 16 * 1024;

/// A place a token is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// An environment variable.
    Env(Arc<str>),
    /// A file; a relative path is the project's.
    File(Arc<str>),
    /// A command line for the shell; what it prints.
    Command(Arc<str>),
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Env(name) => write!(f, "the environment variable `{name}`"),
            TokenSource::File(path) => write!(f, "the file `{path}`"),
            TokenSource::Command(command) => write!(f, "the command `{command}`"),
        }
    }
}

/// What reading a token may use.
pub struct SecretAccess<'a> {
    /// Looks up an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The project's folder.
    pub folder: &'a Utf8Path,
    /// Whether commands may run (`--allow-commands`).
    pub allow_commands: bool,
}

/// Why there is no token. Never contains any of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Not set, or not there.
    #[error("{place} is not there")]
    Missing {
        /// The source.
        place: TokenSource,
    },
    /// There, but not readable.
    #[error("{place} cannot be read")]
    Unreadable {
        /// The source.
        place: TokenSource,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The command failed.
    #[error("{place} failed{}", .code.map(|code| format!(" with exit code {code}")).unwrap_or_default())]
    Failed {
        /// The source.
        place: TokenSource,
        /// Its exit code.
        code: Option<i32>,
    },
    /// Commands are not allowed in this run.
    #[error("{place} is run only with `--allow-commands`")]
    NotAllowed {
        /// The source.
        place: TokenSource,
    },
    /// Empty.
    #[error("{place} is empty")]
    Empty {
        /// The source.
        place: TokenSource,
    },
    /// Not one word of printable ASCII.
    #[error("{place} does not hold a token: a token is one word of printable ASCII on one line")]
    NotAToken {
        /// The source.
        place: TokenSource,
    },
}

impl TokenSource {
    /// Reads the token.
    pub fn read(&self, access: &SecretAccess<'_>) -> Result<SecretString, SecretError> {
        let place = || self.clone();
        let text = match self {
            TokenSource::Env(name) => {
                (access.env)(name).ok_or_else(|| SecretError::Missing { place: place() })?
            }
            TokenSource::File(path) => self.read_file(&access.folder.join(&**path))?,
            TokenSource::Command(_) if !access.allow_commands => {
                return Err(SecretError::NotAllowed { place: place() });
            }
            TokenSource::Command(command) => self.run(command, access.folder)?,
        };
        let text = SecretString::from(text);
        let word = text.expose_secret().trim_end_matches(['\r', '\n']);
        if word.is_empty() {
            return Err(SecretError::Empty { place: place() });
        }
        let longest = usize::try_from(LONGEST).unwrap_or(usize::MAX);
        // A comma would begin a second credential in the header that carries two.
        let good = |b: u8| b.is_ascii_graphic() && b != b',';
        if word.len() > longest || !word.bytes().all(good) {
            return Err(SecretError::NotAToken { place: place() });
        }
        Ok(SecretString::from(word))
    }

    fn read_file(&self, path: &Utf8PathBuf) -> Result<String, SecretError> {
        use std::io::Read;
        let fault = |cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::NotFound => SecretError::Missing {
                place: self.clone(),
            },
            // "invalid utf-8" says nothing of the content.
            _ => SecretError::Unreadable {
                place: self.clone(),
                cause,
            },
        };
        let file = std::fs::File::open(path).map_err(fault)?;
        let mut text = String::new();
        file.take(LONGEST + 2)
            .read_to_string(&mut text)
            .map_err(fault)?;
        Ok(text)
    }

    fn run(&self, command: &str, folder: &Utf8Path) -> Result<String, SecretError> {
        let (shell, flag) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        // Its complaints go to the person; its output is the token and goes nowhere else.
        let output = Command::new(shell)
            .args([flag, command])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|cause| SecretError::Unreadable {
                place: self.clone(),
                cause,
            })?;
        if !output.status.success() {
            return Err(SecretError::Failed {
                place: self.clone(),
                code: output.status.code(),
            });
        }
        String::from_utf8(output.stdout).map_err(|_| SecretError::NotAToken {
            place: self.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &TokenSource, allow_commands: bool) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(folder.join("good"), "s3cret\r\n").unwrap();
        std::fs::write(folder.join("two-lines"), "s3cret\nmore\n").unwrap();
        std::fs::write(folder.join("bytes"), b"s3cret\xff").unwrap();
        std::fs::write(folder.join("large"), "s3cret".repeat(10_000)).unwrap();
        let env = |name: &str| match name {
            "GOOD" => Some("s3cret".to_owned()),
            "EMPTY" => Some("\n".to_owned()),
            "COMMA" => Some("s3cret,User".to_owned()),
            _ => None,
        };
        let access = SecretAccess {
            env: &env,
            folder,
            allow_commands,
        };
        let result = source.read(&access);
        assert!(!format!("{result:?}").contains("s3cret"));
        result
            .map(|secret| secret.expose_secret().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_source_gives_its_token_without_the_line_end() {
        for source in [
            TokenSource::Env("GOOD".into()),
            TokenSource::File("good".into()),
            TokenSource::Command("cat good".into()),
        ] {
            assert_eq!(read(&source, true).as_deref(), Ok("s3cret"));
        }
    }

    #[test]
    fn errors_name_the_source_and_never_the_value() {
        let env = |name: &str| TokenSource::Env(name.into());
        let file = |name: &str| TokenSource::File(name.into());
        let command = |line: &str| TokenSource::Command(line.into());
        for (source, words) in [
            (env("NONE"), "the environment variable `NONE` is not there"),
            (env("EMPTY"), "the environment variable `EMPTY` is empty"),
            (env("COMMA"), "`COMMA` does not hold a token"),
            (file("none"), "the file `none` is not there"),
            (file("two-lines"), "does not hold a token"),
            (file("bytes"), "the file `bytes` cannot be read"),
            (file("large"), "does not hold a token"),
            (
                command("exit 3"),
                "the command `exit 3` failed with exit code 3",
            ),
        ] {
            let error = read(&source, true).unwrap_err();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("s3cret"));
        }
    }

    #[test]
    fn a_command_runs_only_where_commands_are_allowed() {
        let error = read(&TokenSource::Command("cat good".into()), false).unwrap_err();
        assert!(error.contains("--allow-commands"), "{error}");
    }
}
