//! The evidence for a report: what goes into a bundle, and where it is taken from.
//!
//! Not the archive: that is `bundle`'s. Invariant: what belongs to the period and cannot be packed is named in it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use jiff::Timestamp;

use super::evidence::{self, AFTER, BEFORE};
use super::matrix::{self, Point};
use super::project::Project;
use super::report::{Applied, Grounds, Wanted};
use crate::bundle::{
    self, Config, Contents, Index, JOURNAL, PLANS, PROJECT, PROJECT_BEFORE, REPORT, STATEMENTS,
};
use crate::journal::{Sealed, line_of};
use crate::model::AsOf;
use crate::plan::file;
use crate::render::words;
use crate::report::Report;
use crate::vcs;

/// A plan that shall go in, and its file's name.
pub type PlanFile = (String, Vec<u8>);

/// Why there is no bundle. Messages may quote hostile text.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file that was named is no plan.
    #[error("{file}: {fault}")]
    NoPlan {
        /// The file.
        file: String,
        /// What is wrong.
        fault: file::Fault,
    },
    /// A plan that no run of the period was given.
    #[error(
        "{file}: no run between {from} and {to} was given the plan {id}, so it is no evidence of what was done then"
    )]
    NotGiven {
        /// The file.
        file: String,
        /// Its id, in short.
        id: String,
        /// The first day of the period.
        from: String,
        /// Its end.
        to: String,
    },
    /// The archive cannot be written.
    #[error(transparent)]
    Archive(#[from] bundle::NoArchive),
}

impl BundleError {
    /// What to do.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            BundleError::NoPlan { .. } => Some("`plan --out FILE` keeps one; or leave it out"),
            BundleError::NotGiven { .. } => Some(
                "leave it out, or choose the period in which `apply FILE` was given it: `keyholder journal show` has the runs",
            ),
            BundleError::Archive(_) => None,
        }
    }
}

/// Packs the evidence for a report; its id and its bytes.
pub fn pack(
    wanted: &Wanted<'_>,
    report: &Report,
    grounds: &Grounds,
    plans: &[PlanFile],
) -> Result<(String, Vec<u8>), BundleError> {
    let mut left_out = Vec::new();
    let mut files = Vec::new();
    let sealed = evidence::until(wanted.sealed, wanted.to);
    let lines: String = sealed.iter().map(line_of).collect();
    files.push((JOURNAL.to_owned(), lines.into_bytes()));
    files.push((REPORT.to_owned(), evidence::json(report).into_bytes()));
    let mut made = evidence::pages(report);

    let early = evidence::until(wanted.sealed, wanted.from);
    let (first, last) = (&grounds.first, &grounds.last);
    let is_same = match (first.project(), last.project()) {
        (Some(first), Some(last)) => first.loaded.digest == last.loaded.digest,
        _ => false,
    };
    for (folder, at, sealed, taken) in [
        (BEFORE, wanted.from, early, first),
        (
            AFTER,
            evidence::end(wanted.sealed, wanted.to, wanted.now),
            sealed,
            last,
        ),
    ] {
        let point = Point::At(AsOf::Instant(at));
        // Of an instant there is always an answer: only a commit that is asked for can be missing.
        let moment = matrix::moment(wanted.project, sealed, &point, None, at.max(wanted.now));
        let Ok(moment) = moment else { continue };
        if moment.desired.is_none() {
            left_out.push(format!(
                "{folder}desired.json: {}",
                taken.missing(at, &wanted.project.zone)
            ));
        }
        made.extend(evidence::end_files(
            folder,
            &moment,
            sealed,
            wanted.project.catalog,
        ));
    }
    files.extend(
        made.into_iter()
            .map(|(path, text)| (path, text.into_bytes())),
    );

    let mut config = None;
    let mut config_before = None;
    for (folder, taken, told) in [
        (PROJECT, last, &mut config),
        (PROJECT_BEFORE, first, &mut config_before),
    ] {
        match taken {
            Applied::Known(project, commit) => {
                if folder == PROJECT || !is_same {
                    let own = own_files(project, commit.as_deref()).into_iter();
                    files.extend(own.map(|(path, bytes)| (format!("{folder}{path}"), bytes)));
                }
                *told = Some(Config {
                    commit: commit.clone(),
                    digest: project.loaded.digest.to_string(),
                    outside: outside(project),
                });
            }
            Applied::Nothing if folder == PROJECT_BEFORE => {}
            Applied::Nothing | Applied::Lost => left_out.push(format!(
                "{folder}: {}",
                taken.missing(
                    if folder == PROJECT {
                        wanted.to
                    } else {
                        wanted.from
                    },
                    &wanted.project.zone
                )
            )),
        }
    }
    let plans = plans_of(wanted, sealed, plans, &mut files)?;
    let given: BTreeSet<u64> = plans
        .iter()
        .flat_map(|plan| plan.runs.iter().map(|it| it.run))
        .collect();
    let missing = report.runs.iter().filter(|run| run.plan.is_some());
    let missing = missing.filter(|it| !given.contains(&it.run)).count();
    if missing > 0 {
        let whose = if missing == 1 {
            "plan of 1 run"
        } else {
            "plans of {} runs"
        };
        left_out.push(format!(
            "the {}, of which the journal keeps the ids alone: `--plan FILE` adds one that `plan --out` kept",
            whose.replace("{}", &missing.to_string())
        ));
    }
    let statements = grounds.statements.iter();
    files.extend(statements.map(|(name, bytes)| (format!("{STATEMENTS}{name}"), bytes.clone())));
    let about = Index {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        made: report.made.clone(),
        from: report.from.clone(),
        to: report.to.clone(),
        head: report.journal.head.clone(),
        config,
        config_before,
        plans,
        left_out,
        ..Index::default()
    };
    Ok(bundle::pack(Contents { about, files })?)
}

/// Packs the plans that were given; each must be one that a run of the period was given.
fn plans_of(
    wanted: &Wanted<'_>,
    sealed: &[Sealed],
    plans: &[PlanFile],
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<Vec<bundle::Plan>, BundleError> {
    let mut told = BTreeMap::new();
    for (name, bytes) in plans {
        let plan = file::read(bytes).map_err(|fault| BundleError::NoPlan {
            file: name.clone(),
            fault,
        })?;
        let plan = bundle::plan_of(&plan, sealed, wanted.from, wanted.to);
        if plan.runs.is_empty() {
            let day = |at: Timestamp| words::time(at, &wanted.project.zone);
            return Err(BundleError::NotGiven {
                file: name.clone(),
                id: plan.id.chars().take(12).collect(),
                from: day(wanted.from),
                to: day(wanted.to),
            });
        }
        files.push((format!("{PLANS}{}.json", plan.id), bytes.clone()));
        told.insert(plan.id.clone(), plan);
    }
    Ok(told.into_values().collect())
}

/// The files that a project was read from.
fn own_files(project: &Project, commit: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let sources = &project.loaded.sources;
    let paths = sources.iter().map(|(_, file)| &**file.path());
    let names: Vec<String> = paths
        .filter(|path| is_inside(path))
        .map(str::to_owned)
        .collect();
    if let Some(commit) = commit
        && let Ok(all) = vcs::files(&project.loaded.root, commit)
    {
        let own = all.into_iter().filter(|(path, _)| names.contains(path));
        return own.collect();
    }
    let read = |name: String| {
        let bytes = std::fs::read(project.loaded.root.join(&name)).ok()?;
        Some((name, bytes))
    };
    names.into_iter().filter_map(read).collect()
}

/// Contacts that are kept outside of the project stay there.
fn is_inside(path: &str) -> bool {
    let mut parts = Utf8Path::new(path).components();
    parts.all(|part| matches!(part, camino::Utf8Component::Normal(_)))
}

fn outside(project: &Project) -> Option<String> {
    let mut paths = project.loaded.sources.iter().map(|(_, file)| file.path());
    let found = paths.find(|path| !is_inside(path));
    found.map(ToString::to_string)
}
