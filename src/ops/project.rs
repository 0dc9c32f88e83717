//! A project from a folder: loaded, resolved, with every problem in it.

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8Path;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::config::{self, LoadOptions, Loaded, ResolveOptions, Summary};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{AsOf, Desired};
use crate::plan::ConfigFact;
use crate::text::SourceFile;
use crate::vcs::{self, VcsError};

/// A project and what it wants at one time.
#[derive(Debug)]
pub struct Project {
    /// The files and their raw content.
    pub loaded: Loaded,
    /// What they want.
    pub desired: Desired,
    /// Everything that is wrong with them, loading and resolving together.
    pub diagnostics: Vec<Diagnostic>,
    /// The rights that patterns expand over.
    pub catalog: &'static Catalog,
    /// Where dates are meant.
    pub zone: TimeZone,
    /// How much is declared.
    pub summary: Summary,
    /// What it was opened for.
    pub options: OpenOptions,
    /// The commit that its files were taken from; none of those in the folder.
    pub commit: Option<Arc<str>>,
}

/// What to open a project for.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// What the caller allows.
    pub load: LoadOptions,
    /// The day or instant.
    pub as_of: AsOf,
    /// How far ahead to look for what time alone changes.
    pub ahead: Duration,
}

/// Opens the project that a folder is in. Problems are in the value, never an error: all are found in one run.
pub fn open(start: &Utf8Path, options: &OpenOptions) -> Project {
    let loaded = config::load(start, &options.load);
    settle(loaded, options)
}

/// The zone in which a project's dates are meant.
pub fn zone(loaded: &Loaded) -> TimeZone {
    loaded
        .project
        .settings
        .time_zone
        .as_ref()
        .map_or(TimeZone::UTC, |zone| zone.value.clone())
}

/// Resolves a project that is loaded.
pub fn settle(loaded: Loaded, options: &OpenOptions) -> Project {
    let catalog = loaded
        .project
        .settings
        .catalogue
        .as_ref()
        .and_then(|version| Catalog::version(&version.value))
        .unwrap_or_else(Catalog::current);
    let resolve = ResolveOptions {
        as_of: options.as_of,
        horizon: options.ahead,
    };
    let (desired, more) = config::resolve(&loaded.project, &resolve, catalog);
    let mut diagnostics = loaded.diagnostics.clone();
    // References into files that could not be read would only repeat that problem.
    if loaded.complete {
        diagnostics.extend(more);
    } else {
        diagnostics.extend(
            more.into_iter()
                .filter(|diagnostic| !diagnostic.code.is_about_a_reference()),
        );
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
    let zone = zone(&loaded);
    let summary = config::summary(&loaded.project);
    Project {
        loaded,
        desired,
        diagnostics,
        catalog,
        zone,
        summary,
        options: options.clone(),
        commit: None,
    }
}

/// Opens the project as a commit has it, for the same time and by the same rules; the commit's full hash beside it.
pub fn open_commit(project: &Project, rev: &str) -> Result<(String, Project), VcsError> {
    open_rev(&project.loaded.root, rev, &project.options)
}

/// Opens the project of a folder as a commit has it; the commit's full hash beside it.
pub fn open_rev(
    root: &Utf8Path,
    rev: &str,
    options: &OpenOptions,
) -> Result<(String, Project), VcsError> {
    let hash = vcs::resolve(root, rev)?;
    let files = vcs::files(root, &hash)?;
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (&**path, &**bytes))
        .collect();
    let loaded = config::load_commit(root, &files, &options.load);
    let mut project = settle(loaded, options);
    project.commit = Some(hash.as_str().into());
    Ok((hash, project))
}

/// Settings from a commit, as `REV:FILE` names them: FILE counts from the project's folder.
pub fn settings_of(root: &Utf8Path, name: &str) -> Result<SourceFile, VcsError> {
    let (rev, path) = name
        .rsplit_once(':')
        .ok_or_else(|| VcsError::NoCommit(name.to_owned()))?;
    let bytes = vcs::file(root, rev, path)?;
    let text =
        String::from_utf8(bytes).map_err(|_| VcsError::Broken(format!("`{path}` is no UTF-8")))?;
    Ok(SourceFile::new(name, text))
}

impl Project {
    /// Whether the project is refused.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// How many problems of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    }

    /// Whether the settings in the folder are others than those that were taken from elsewhere.
    pub fn edits_settings(&self) -> bool {
        let Some(settings) = &self.options.load.settings else {
            return false;
        };
        let own = std::fs::read(self.loaded.root.join(config::PROJECT_FILE));
        own.map_or(true, |own| own != settings.text().as_bytes())
    }

    /// What the same files want at another instant.
    pub fn desired_at(&self, at: Timestamp) -> Desired {
        let resolve = ResolveOptions {
            as_of: AsOf::Instant(at),
            horizon: self.options.ahead,
        };
        config::resolve(&self.loaded.project, &resolve, self.catalog).0
    }

    /// What a plan says about the files it was made from. Asks git, if there is one.
    pub fn config_fact(&self) -> ConfigFact {
        let (commit, dirty) = if let Some(commit) = &self.commit {
            (Some(Arc::clone(commit)), false)
        } else {
            let commit = vcs::commit(&self.loaded.root);
            let dirty = commit.as_ref().is_some_and(|commit| commit.dirty);
            (commit.map(|commit| commit.hash.into()), dirty)
        };
        ConfigFact {
            digest: self.loaded.digest.to_string().into(),
            dirty,
            commit,
            settings: self
                .options
                .load
                .settings
                .as_ref()
                .map(|settings| Arc::clone(settings.path())),
            edits_settings: self.edits_settings(),
        }
    }
}
