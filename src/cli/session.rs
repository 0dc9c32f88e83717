//! One run of the program: what every command shares.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::args::Global;
use super::env::Env;
use super::failure::{Ending, Failure};
use super::ui::Ui;
use crate::clock::{Clock as _, SystemClock};
use crate::config::raw::Settings;
use crate::config::{self, LoadOptions};
use crate::diagnostic::render::{Form, Style, render, render_within};
use crate::diagnostic::{Diagnostic, Severity};
use crate::journal::JournalError;
use crate::model::AsOf;
use crate::ops::attest::{self, AttestError};
use crate::ops::edit;
use crate::ops::project::{self, OpenOptions, Project};
use crate::ops::when;
use crate::state::{OnBranch, Opening, Place};
use crate::text::Sources;
use crate::vcs::GitRemote;

/// What a command is given.
#[derive(Debug)]
pub(super) struct Session<'a> {
    /// The terminal.
    pub(super) ui: &'a Ui,
    /// The environment.
    pub(super) env: &'a Env,
    /// Options of every command.
    pub(super) global: &'a Global,
}

impl Session<'_> {
    /// The folder of the project at hand.
    pub(super) fn root(&self) -> Result<Utf8PathBuf, Failure> {
        config::find_project(&self.global.project).ok_or_else(|| {
            Failure::input(format!(
                "there is no `keyholder.yaml` in `{}` or above it",
                self.global.project
            ))
            .help("`--project DIR` names another folder")
        })
    }

    /// What the caller allows.
    pub(super) fn load_options(&self) -> LoadOptions {
        LoadOptions {
            allow_hosts: self.global.allow_hosts.clone(),
            allow_commands: self.global.allow_commands,
            ..LoadOptions::default()
        }
    }

    /// The instant of the machine.
    pub(super) fn machine_now() -> Timestamp {
        SystemClock::new().now()
    }

    /// The present: the machine's, or the simulators'.
    pub(super) fn now(&self) -> Result<Timestamp, Failure> {
        if self.global.sandbox {
            return Ok(super::simulator::open(&self.root()?)?.now());
        }
        Ok(Self::machine_now())
    }

    /// Opens the project, draws what is wrong with it, and refuses one with errors.
    pub(super) fn open(
        &self,
        as_of: Option<&str>,
        now: Timestamp,
        ahead_days: u16,
    ) -> Result<Project, Failure> {
        self.open_with(as_of, now, ahead_days, None)
    }

    /// The same for what makes the first entries: names in `files:` under which there is no file yet are no error of a project
    /// that has none.
    pub(super) fn open_to_begin(&self, now: Timestamp) -> Result<Project, Failure> {
        self.sound(edit::begun(self.open_anyway(None, now, 0)?))
    }

    /// The same with settings from a commit, where `--settings` names them.
    pub(super) fn open_with(
        &self,
        as_of: Option<&str>,
        now: Timestamp,
        ahead_days: u16,
        settings: Option<&str>,
    ) -> Result<Project, Failure> {
        self.sound(self.open_looking(as_of, now, ahead_days, settings)?)
    }

    /// The same, with what is wrong with it left to the caller.
    pub(super) fn open_looking(
        &self,
        as_of: Option<&str>,
        now: Timestamp,
        ahead_days: u16,
        settings: Option<&str>,
    ) -> Result<Project, Failure> {
        let settings = match settings {
            None => None,
            Some(name) => {
                let found = project::settings_of(&self.root()?, name);
                Some(found.map_err(|error| {
                    Failure::input(format!("--settings: {error}"))
                        .help("such as `origin/main:keyholder.yaml`")
                })?)
            }
        };
        let load = LoadOptions {
            settings,
            ..self.load_options()
        };
        let project = self.settle(as_of, now, ahead_days, load)?;
        if project.edits_settings() {
            self.ui.shout(
                "note: the settings here are others than those taken with `--settings`, and have no force in this run",
            );
        }
        Ok(project)
    }

    /// A project without errors; of one with some they are drawn.
    pub(super) fn sound(&self, project: Project) -> Result<Project, Failure> {
        let form = if self.global.accessible {
            Form::Narrated
        } else {
            Form::Graphical
        };
        if project.has_errors() {
            self.ui.shout(&self.drawn(&project, form, Severity::Error));
            return Err(Failure::input(
                "the project has errors; nothing was read and nothing was changed",
            ));
        }
        Ok(project)
    }

    /// What people said they did by hand. A file with a problem is refused: whoever cannot be believed by accident would
    /// be taken for somebody who said nothing.
    pub(super) fn statements(&self, folder: &Utf8Path) -> Result<attest::Loaded, Failure> {
        let loaded = attest::load(folder).map_err(|error| unsaid(&error))?;
        if loaded.diagnostics.is_empty() {
            return Ok(loaded);
        }
        self.show(&loaded.diagnostics, &loaded.sources);
        Err(Failure::input(
            "the statements of people have problems; nothing was read and nothing was changed",
        )
        .help("restore the file from git, and say it again with `keyholder done`"))
    }

    /// Opens the project and leaves what is wrong with it to the caller.
    pub(super) fn open_anyway(
        &self,
        as_of: Option<&str>,
        now: Timestamp,
        ahead_days: u16,
    ) -> Result<Project, Failure> {
        self.settle(as_of, now, ahead_days, self.load_options())
    }

    fn settle(
        &self,
        as_of: Option<&str>,
        now: Timestamp,
        ahead_days: u16,
        load: LoadOptions,
    ) -> Result<Project, Failure> {
        let loaded = config::load(&self.global.project, &load);
        let as_of = match as_of {
            None => AsOf::Instant(now),
            Some(text) => when::as_of(text, &project::zone(&loaded)).ok_or_else(|| {
                Failure::input(format!("`{text}` is no day and no instant"))
                    .help("such as `2026-12-01`, `2026-12-01T09:00` or `2026-12-01T09:00+02:00`")
            })?,
        };
        let ahead = std::time::Duration::from_secs(u64::from(ahead_days) * 86_400);
        Ok(project::settle(loaded, &OpenOptions { load, as_of, ahead }))
    }

    /// Shows problems of something beside the project's own files.
    pub(super) fn show(&self, found: &[Diagnostic], sources: &Sources) {
        let form = if self.global.accessible {
            Form::Narrated
        } else {
            Form::Graphical
        };
        let style = Style {
            form,
            ..self.ui.problem_style()
        };
        self.ui.shout(&render(found, sources, &style));
    }

    /// Problems from a severity up, as text for stderr or in another form.
    pub(super) fn drawn(&self, project: &Project, form: Form, least: Severity) -> String {
        let style = Style {
            form,
            ..self.ui.problem_style()
        };
        let shown = project
            .diagnostics
            .iter()
            .filter(|problem| problem.severity >= least);
        // A runner knows files by their path from the top of the repository.
        let prefix = match form {
            Form::Github | Form::Gitlab | Form::Sarif => crate::vcs::prefix(&project.loaded.root),
            Form::Graphical | Form::Narrated | Form::Json => String::new(),
        };
        render_within(
            &shown.cloned().collect::<Vec<_>>(),
            &project.loaded.sources,
            &style,
            &prefix,
        )
    }

    /// The folder in which state is kept: the simulators' record is apart from the real one.
    pub(super) fn state_folder(&self, root: &Utf8Path, settings: Option<&Settings>) -> Utf8PathBuf {
        let named = settings.and_then(|settings| settings.state_dir.as_ref());
        let folder = root.join(named.map_or(super::simulator::STATE, |named| &*named.value));
        if self.global.sandbox {
            folder.join("sandbox")
        } else {
            folder
        }
    }
}

impl Session<'_> {
    /// Where the journal lives. The simulators' is apart from the real one, begun by whoever comes first, and reaches no
    /// network: on a branch of its own where the remote lies on this disk, else in a folder.
    pub(super) fn place(
        &self,
        root: &Utf8Path,
        settings: Option<&Settings>,
    ) -> Result<Place, Failure> {
        let place = self.real_place(root, settings)?;
        Ok(if self.global.sandbox {
            Place::Play(Box::new(place))
        } else {
            place
        })
    }

    fn real_place(&self, root: &Utf8Path, settings: Option<&Settings>) -> Result<Place, Failure> {
        let folder = self.state_folder(root, settings);
        let named = settings.and_then(|settings| settings.state_branch.as_ref());
        let Some(named) = named else {
            return Ok(Place::Folder(folder));
        };
        let branch = if self.global.sandbox {
            format!("{}-sandbox", named.value)
        } else {
            named.value.to_string()
        };
        let env = |name: &str| self.env.get(name).map(str::to_owned);
        match GitRemote::find(root, &branch, &env) {
            Ok(remote) if !self.global.sandbox || remote.is_on_disk() => {
                Ok(Place::Branch(OnBranch { branch, remote }))
            }
            Ok(_) => Ok(Place::Folder(folder)),
            Err(_) if self.global.sandbox => Ok(Place::Folder(folder)),
            Err(error) => Err(Failure::input(format!(
                "the state lives on the branch `{branch}` of the git remote, and {error}"
            ))
            .help("`state` in keyholder.yaml says where the journal lives; a folder needs no git")),
        }
    }

    /// What a run brings that opens a journal.
    pub(super) fn opening(now: Timestamp) -> Opening {
        // Two runs that begin at the same instant differ in this.
        let random = || RandomState::new().build_hasher().finish();
        Opening {
            now,
            clock: Arc::new(SystemClock::new()),
            token: format!("{:016x}{:016x}", random(), random()),
        }
    }
}

/// What a journal that cannot be used means for how the run ends.
pub(super) fn ending_of(error: &JournalError) -> Ending {
    if error.is_locked() {
        Ending::Locked
    } else if error.is_distrust() {
        Ending::Untrusted
    } else {
        Ending::BadInput
    }
}

/// A journal that cannot be used, told.
pub(super) fn distrust(error: &JournalError) -> Failure {
    Failure::new(ending_of(error), error.told()).help(error.advice())
}

/// Statements that cannot be read or written.
pub(super) fn unsaid(error: &AttestError) -> Failure {
    let source = std::error::Error::source(error).map(|source| format!(": {source}"));
    Failure::input(format!("{error}{}", source.unwrap_or_default()))
}
