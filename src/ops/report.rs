//! A report with what git knows beside the journal: who wrote and approved commits, and which merge said that somebody left.
//!
//! Not the facts themselves: those are `report`'s. Invariant: no address that git knows people by gets into a report.

use std::collections::BTreeMap;

use camino::Utf8Path;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::attest::{self, AttestError};
use super::project::{Project, open, open_commit};
use super::{due, evidence};
use crate::journal::Sealed;
use crate::model::{Managed, PersonKey};
use crate::render::words;
use crate::report::{Anchor, Asked, Commit, Files, Merge, Past, Report, Said, make};
use crate::text::mask_contacts;
use crate::vcs;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The project at hand.
    pub project: &'a Project,
    /// The whole journal.
    pub sealed: &'a [Sealed],
    /// The first instant of the period.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Heads that were written down elsewhere.
    pub anchors: &'a [Anchor],
}

/// What a report is drawn from beside the journal: the files that were applied, and what people said.
#[derive(Debug)]
pub struct Grounds {
    /// The files that were applied last before the period.
    pub(super) first: Applied,
    /// Those that were applied last in it, or before.
    pub(super) last: Applied,
    /// Statements of people: names of files, and what is in them.
    pub(super) statements: Vec<(String, Vec<u8>)>,
}

/// Files that were applied last before an instant.
#[derive(Debug)]
pub(super) enum Applied {
    /// They can be had; the commit beside them.
    Known(Box<Project>, Option<String>),
    /// Nothing was applied before it.
    Nothing,
    /// Nothing has them any more.
    Lost,
}

impl Applied {
    /// The project, where it can be had.
    pub(super) fn project(&self) -> Option<&Project> {
        match self {
            Applied::Known(project, _) => Some(project),
            Applied::Nothing | Applied::Lost => None,
        }
    }

    /// Why something that needs them is not there.
    pub(super) fn missing(&self, at: Timestamp, zone: &TimeZone) -> String {
        let at = words::zoned(at, zone);
        match self {
            Applied::Known(..) => {
                "the files that were applied last have errors by today's rules".to_owned()
            }
            Applied::Nothing => format!("nothing was applied before {at}"),
            Applied::Lost => {
                format!("no commit is known to have the files that were applied last before {at}")
            }
        }
    }
}

/// Looks for what a report is drawn from. Asks git, if there is one.
pub fn grounds(wanted: &Wanted<'_>, statements: &Utf8Path) -> Result<Grounds, AttestError> {
    Ok(Grounds {
        first: as_applied(wanted, wanted.from),
        last: as_applied(wanted, wanted.to),
        statements: attest::files(statements)?,
    })
}

/// The project as it was applied last before an instant.
fn as_applied(wanted: &Wanted<'_>, until: Timestamp) -> Applied {
    let Some(applied) = due::applied(evidence::until(wanted.sealed, until)) else {
        return Applied::Nothing;
    };
    if let Some(commit) = &applied.commit
        && let Ok((hash, project)) = open_commit(wanted.project, commit)
        && project.loaded.digest.as_str() == applied.digest
    {
        return Applied::Known(Box::new(project), Some(hash));
    }
    // Without git, the files at hand may still be those.
    if wanted.project.loaded.digest.as_str() == applied.digest {
        let again = open(&wanted.project.loaded.root, &wanted.project.options);
        return Applied::Known(Box::new(again), None);
    }
    Applied::Lost
}

/// Makes the report. Asks git, if there is one.
pub fn report(wanted: &Wanted<'_>, grounds: &Grounds) -> Report {
    let nothing = Past::default();
    let files = evidence::files(grounds.first.project(), grounds.last.project());
    let statements = grounds.statements.iter();
    let said = evidence::said(statements.map(|(name, bytes)| (&**name, &**bytes)));
    let asked = |past| make(&asked(wanted, past, &files, &said));
    // The first tells which commits there are to ask for.
    let plain = asked(&nothing);
    let past = past(wanted, &plain);
    if past == nothing { plain } else { asked(&past) }
}

fn asked<'a>(wanted: &Wanted<'a>, past: &'a Past, files: &'a Files, said: &'a [Said]) -> Asked<'a> {
    Asked {
        sealed: wanted.sealed,
        from: wanted.from,
        to: wanted.to,
        made: wanted.now,
        zone: &wanted.project.zone,
        past,
        anchors: wanted.anchors,
        files,
        said,
    }
}

fn past(wanted: &Wanted<'_>, plain: &Report) -> Past {
    let folder = &wanted.project.loaded.root;
    let mut past = Past::default();
    for hash in plain.runs.iter().filter_map(|run| run.commit.as_ref()) {
        if past.commits.contains_key(hash) {
            continue;
        }
        if let Some(told) = vcs::told(folder, hash) {
            past.commits.insert(
                hash.clone(),
                Commit {
                    author: mask_contacts(&told.author),
                    approvers: told.approvers.iter().map(|text| name(text)).collect(),
                },
            );
        }
    }
    let commits: BTreeMap<u64, &str> = wanted
        .sealed
        .iter()
        .filter_map(|sealed| match &sealed.entry.record {
            crate::journal::Record::RunStarted(started) => {
                let commit = started.config.as_ref()?.commit.as_deref()?;
                Some((sealed.entry.seq, commit))
            }
            _ => None,
        })
        .collect();
    let mut opened: BTreeMap<&str, Option<Project>> = BTreeMap::new();
    for leaver in &plain.leavers {
        let Some(commit) = commits.get(&leaver.run).copied() else {
            continue;
        };
        let project = opened
            .entry(commit)
            .or_insert_with(|| open_commit(wanted.project, commit).ok().map(|(_, it)| it));
        let merge = project
            .as_ref()
            .and_then(|project| merged(project, commit, &leaver.person));
        if let Some(merge) = merge {
            past.merges
                .insert((leaver.person.clone(), leaver.run), merge);
        }
    }
    past
}

/// The commit that brought the line that says that somebody left.
fn merged(project: &Project, commit: &str, person: &str) -> Option<Merge> {
    let person = project.desired.people.get(&PersonKey::new(person))?;
    let Managed::Left(span) = person.managed else {
        return None;
    };
    let origin = project.loaded.sources.origin(span);
    let brought = vcs::brought(&project.loaded.root, commit, &origin.file, origin.line)?;
    Some(Merge {
        commit: brought.hash,
        at: Timestamp::from_second(brought.at).ok()?,
    })
}

/// The name of whoever a trailer names.
fn name(trailer: &str) -> String {
    let name = trailer.split('<').next().unwrap_or_default().trim();
    if name.is_empty() {
        return "somebody without a name".to_owned();
    }
    mask_contacts(name)
}
