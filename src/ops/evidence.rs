//! What a bundle holds that is made from the rest of it: the pages of the report, and who had what at both ends.
//!
//! Made by the same functions when a bundle is packed and when it is verified, so that whatever was changed beside its
//! sources shows. Invariant: it is made from the report, the journal and the files of the project in the bundle alone.

use jiff::Timestamp;

use super::matrix::Moment;
use super::project::Project;
use crate::attest;
use crate::audit::matrix::{Filter, matrix};
use crate::catalog::Catalog;
use crate::journal::Sealed;
use crate::model::SystemName;
use crate::render::{desired, escape, matrix as shown, report as page};
use crate::report::{Files, Report, Said};
use crate::text::{FileId, mask_contacts};

/// Where the state before the period is.
pub(super) const BEFORE: &str = "before/";
/// Where the state at its end is.
pub(super) const AFTER: &str = "after/";

/// The entries up to the last one before an instant: what a report of a period that ends there is drawn from.
pub(super) fn until(sealed: &[Sealed], limit: Timestamp) -> &[Sealed] {
    let last = sealed.iter().rposition(|it| it.entry.at < limit);
    last.and_then(|last| sealed.get(..=last))
        .unwrap_or_default()
}

/// The instant at which a period ends, or the last of which anything is known.
pub(super) fn end(sealed: &[Sealed], to: Timestamp, now: Timestamp) -> Timestamp {
    let last = until(sealed, to).last().map(|it| it.entry.at);
    to.min(last.map_or(now, |last| last.max(now)))
}

/// What a report takes from the files that were applied: of a person who is in both, the newer name.
pub(super) fn files(first: Option<&Project>, last: Option<&Project>) -> Files {
    let mut files = Files::default();
    for project in first.into_iter().chain(last) {
        let people = project.desired.people.values();
        files
            .names
            .extend(people.map(|person| (person.key.to_string(), mask_contacts(&person.name))));
        let raised = project.desired.rules.sensitive.iter();
        files.sensitive = raised
            .map(|(id, why)| {
                (
                    project.catalog.get(*id).slug.to_owned(),
                    why.as_str().to_owned(),
                )
            })
            .collect();
    }
    files
}

/// What people said, of files by their names. What was edited by hand or taken back counts for nothing.
pub(super) fn said<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Vec<Said> {
    let mut said = Vec::new();
    for (name, bytes) in files {
        let Some(system) = name.strip_suffix(".yaml") else {
            continue;
        };
        let read = attest::read(&SystemName::new(system), name, FileId(0), bytes.to_vec());
        if !read.diagnostics.is_empty() {
            continue;
        }
        let statements = read.statements.into_iter().map(|(statement, _)| statement);
        let stand = statements.filter(|statement| statement.withdrawn.is_none());
        said.extend(stand.map(|statement| Said {
            id: statement.id().to_string(),
            system: system.to_owned(),
            step: statement.step.to_string(),
            at: statement.at,
            by: statement.by.to_string(),
        }));
    }
    said
}

/// A report as JSON that is safe to print.
pub fn json(report: &Report) -> String {
    // Only a map with keys that are no text could fail, and there is none.
    escape::value(&serde_json::to_value(report).unwrap_or_default())
}

/// The report for people, its pictures, and what the bundle holds.
pub(super) fn pages(report: &Report) -> Vec<(String, String)> {
    [
        ("report/report.html", page::html(report)),
        ("report/report.md", page::markdown(report)),
        ("report/changes.svg", page::picture_of_changes(report)),
        ("report/leavers.svg", page::picture_of_leavers(report)),
        ("README.md", readme(report)),
    ]
    .map(|(path, text)| (path.to_owned(), text))
    .to_vec()
}

/// What the files wanted at an instant, and who had what: the same that `matrix --as-of` tells.
pub(super) fn end_files(
    folder: &str,
    moment: &Moment,
    sealed: &[Sealed],
    catalog: &Catalog,
) -> Vec<(String, String)> {
    let mut files = Vec::new();
    if let Some(wish) = &moment.desired {
        let wish = desired::to_json(wish, &[], catalog);
        files.push((format!("{folder}desired.json"), escape::value(&wish)));
    }
    let frame = shown::Frame {
        label: &moment.label,
        at: moment.at,
        commit: moment.commit.as_deref(),
        applied: moment.applied,
        head: sealed.last().map(|it| it.head().to_string()),
        notes: moment.notes.clone(),
        all: false,
    };
    let made = matrix(&moment.side(None), &Filter::default(), catalog);
    let told = shown::to_json(&made, &frame, catalog);
    files.push((format!("{folder}matrix.json"), escape::value(&told)));
    files
}

fn readme(report: &Report) -> String {
    let mut text = format!(
        "# Evidence for a report of keyholder\n\nFrom {} to {} ({}).\n\n",
        report.from, report.to, report.zone
    );
    text.push_str(
        "- `report/`: the report as a page, as Markdown and as JSON, and its pictures\n\
         - `journal.jsonl`: the record, from its beginning to the end of the period\n\
         - `config/`: the files of the project that were applied last, with the contacts in them\n\
         - `before/config/`: those that were applied last before the period, where they are others\n\
         - `plans/`: plans that were given\n\
         - `attestations/`: what people said they did by hand\n\
         - `before/`, `after/`: at both ends of the period, what the files wanted (`desired.json`) and who had what, each\n  cell declared, observed at a time or unknown (`matrix.json`; what is not there gives nothing)\n\
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
