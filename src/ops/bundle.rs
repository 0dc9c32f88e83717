//! The evidence for a report: what goes into a bundle, and where it is taken from.
//!
//! Not the archive: that is `bundle`'s. Invariant: what belongs to the period and cannot be packed is named in it.

use camino::Utf8Path;
use jiff::Timestamp;
use serde_json::Value;

use super::attest;
use super::due::applied;
use super::project::{Project, open_commit};
use super::report::Wanted;
use crate::bundle::{self, Config, Contents, Index, JOURNAL, PLANS, PROJECT, REPORT, STATEMENTS};
use crate::journal::{Record, Sealed, line_of};
use crate::plan::file;
use crate::render::{desired, report as page};
use crate::report::{Report, seen};
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
    /// Statements of people cannot be read.
    #[error(transparent)]
    Statements(#[from] attest::AttestError),
    /// The archive cannot be written.
    #[error(transparent)]
    Archive(#[from] bundle::NoArchive),
}

/// Packs the evidence for a report; its id and its bytes.
pub fn pack(
    wanted: &Wanted<'_>,
    report: &Report,
    plans: &[PlanFile],
    statements: &Utf8Path,
) -> Result<(String, Vec<u8>), BundleError> {
    let mut left_out = Vec::new();
    let mut files = Vec::new();
    let mut put = |path: &str, text: String| files.push((path.to_owned(), text.into_bytes()));
    let json = |value: &Value| format!("{value:#}\n");
    put(
        REPORT,
        json(&serde_json::to_value(report).unwrap_or_default()),
    );
    put("report/report.html", page::html(report));
    put("report/report.md", page::markdown(report));
    put("report/changes.svg", page::picture_of_changes(report));
    put("report/leavers.svg", page::picture_of_leavers(report));
    put(JOURNAL, slice(wanted));
    put("README.md", readme(report));
    for (name, at) in [
        ("before", wanted.from),
        ("after", wanted.to.min(wanted.now)),
    ] {
        put(
            &format!("{name}/observed.json"),
            json(&seen(wanted.sealed, at)),
        );
        match as_applied(wanted, at) {
            Some((project, _)) => {
                let wish = project.desired_at(at);
                let shown = desired::to_json(&wish, &[], project.catalog);
                put(&format!("{name}/desired.json"), json(&shown));
            }
            None => left_out.push(format!(
                "{name}/desired.json: no commit is known to have the files that were applied before {at}"
            )),
        }
    }
    let config = if let Some((project, commit)) = as_applied(wanted, wanted.to) {
        let own = own_files(&project, commit.as_deref());
        let named = own
            .into_iter()
            .map(|(path, bytes)| (format!("{PROJECT}{path}"), bytes));
        files.extend(named);
        Some(Config {
            commit,
            digest: project.loaded.digest.to_string(),
            outside: outside(&project),
        })
    } else {
        left_out.push(
            "the files of the project: no commit is known to have those that were applied last"
                .to_owned(),
        );
        None
    };
    let mut given = Vec::new();
    for (name, bytes) in plans {
        let plan = file::read(bytes).map_err(|fault| BundleError::NoPlan {
            file: name.clone(),
            fault,
        })?;
        files.push((format!("{PLANS}{}.json", plan.id), bytes.clone()));
        given.push(plan.id.to_string());
    }
    let missing = report.runs.iter().filter_map(|run| run.plan.as_ref());
    let missing = missing.filter(|id| !given.contains(id)).count();
    if missing > 0 {
        left_out.push(format!(
            "the plans of {missing} runs, of which the journal keeps the ids alone: `--plan FILE` adds one that `plan --out` kept"
        ));
    }
    for (name, bytes) in attest::files(statements)? {
        files.push((format!("{STATEMENTS}{name}"), bytes));
    }
    let about = Index {
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        made: report.made.clone(),
        from: report.from.clone(),
        to: report.to.clone(),
        head: report.journal.head.clone(),
        config,
        left_out,
        ..Index::default()
    };
    Ok(bundle::pack(Contents { about, files })?)
}

/// The lines of the journal from the last run before the period to the last of it: what was declared when it began is
/// part of the evidence.
fn slice(wanted: &Wanted<'_>) -> String {
    let sealed = wanted.sealed;
    let end = |limit: Timestamp| sealed.iter().rposition(|it| it.entry.at < limit);
    let Some(last) = end(wanted.to) else {
        return String::new();
    };
    let before = end(wanted.from).unwrap_or(0);
    let earlier = sealed.get(..=before).unwrap_or_default();
    let is_run = |it: &Sealed| matches!(&it.entry.record, Record::RunStarted(started) if started.config.is_some());
    let first = earlier.iter().rposition(is_run).unwrap_or(before);
    let lines = sealed.get(first..=last).unwrap_or_default();
    lines.iter().map(line_of).collect()
}

/// The project as it was applied last before an instant, and its commit; none where it cannot be had any more.
fn as_applied(wanted: &Wanted<'_>, until: Timestamp) -> Option<(Project, Option<String>)> {
    let last = wanted.sealed.iter().rposition(|it| it.entry.at < until)?;
    let applied = applied(wanted.sealed.get(..=last)?)?;
    if let Some(commit) = &applied.commit
        && let Ok((hash, project)) = open_commit(wanted.project, commit)
        && project.loaded.digest.as_str() == applied.digest
    {
        return Some((project, Some(hash)));
    }
    // Without git, the files at hand may still be those.
    let at_hand = wanted.project.loaded.digest.as_str() == applied.digest;
    let again = || {
        let options = &wanted.project.options;
        super::project::open(&wanted.project.loaded.root, options)
    };
    at_hand.then(|| (again(), None))
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

fn readme(report: &Report) -> String {
    let mut text = format!(
        "# Evidence for a report of keyholder\n\nFrom {} to {} ({}).\n\n",
        report.from, report.to, report.zone
    );
    text.push_str(
        "- `report/`: the report as a page, as Markdown and as JSON, and its pictures\n\
         - `journal.jsonl`: the record of the period, from the last entry before it\n\
         - `config/`: the files of the project that were applied last, with the contacts in them\n\
         - `plans/`: plans that were given\n\
         - `attestations/`: what people said they did by hand\n\
         - `before/`, `after/`: what the files wanted and what was seen at both ends of the period\n\
         - `bundle.json`: every file with its length and SHA-256, and the id of all of it\n\n\
         `keyholder verify FILE` checks every byte of the archive, without a network and without the repository. Without\n\
         keyholder: unpack it and run `sha256sum -c SHA256SUMS`.\n\n## What the chain of hashes in the journal proves\n\n",
    );
    for proof in page::PROOF {
        text.push_str(&format!("- {proof}\n"));
    }
    text.push_str(
        "- The same is true of this archive: its id shows that nothing in it was changed since the id was written down. Keep the id elsewhere.\n",
    );
    text
}
