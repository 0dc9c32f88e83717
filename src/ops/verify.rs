//! Whether what a bundle tells follows from what it holds: it is made again from its sources and compared.
//!
//! Asks neither git nor a network. Invariants: what differs is a doubt that names the file; what nothing in the bundle can
//! tell is said to be unchecked, never to fit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::due::{self, applied};
use super::evidence::{self, AFTER, BEFORE};
use super::matrix::Moment;
use super::project::{OpenOptions, Project, settle};
use crate::audit::past;
use crate::bundle::{
    self, Checked, Config, Fault, PROJECT, PROJECT_BEFORE, Packed, REPORT, STATEMENTS, content,
    project_files,
};
use crate::catalog::Catalog;
use crate::config::{LoadOptions, load_bytes};
use crate::journal::Sealed;
use crate::model::AsOf;
use crate::render::words;
use crate::report::{Asked, Commit, Files, Merge, Past, Report, make};

/// Checks a bundle: every byte, and then whether it is what its sources make.
pub fn verify(bytes: &[u8]) -> Result<Checked, Vec<Fault>> {
    let mut checked = bundle::check(bytes)?;
    let Some(report) = content(&checked.files, REPORT) else {
        checked.doubts.push(format!("{REPORT} is not in it"));
        return Ok(checked);
    };
    let own = env!("CARGO_PKG_VERSION");
    if checked.index.tool == own {
        match serde_json::from_slice::<Report>(report) {
            Ok(report) => again(&mut checked, &report),
            Err(error) => checked
                .doubts
                .push(format!("{REPORT}: it is no report: {error}")),
        }
    } else {
        // What another version wrote may have other parts and other words, which is no doubt.
        checked.unchecked.push(format!(
            "the report and both ends: keyholder {} made them, and this is {own}, which may tell them otherwise",
            checked.index.tool
        ));
    }
    Ok(checked)
}

fn again(checked: &mut Checked, report: &Report) {
    let files = std::mem::take(&mut checked.files);
    let sealed = std::mem::take(&mut checked.sealed);
    let mut again = Again {
        checked,
        files: &files,
        sealed: &sealed,
        report,
    };
    again.all();
    checked.files = files;
    checked.sealed = sealed;
}

struct Again<'a> {
    checked: &'a mut Checked,
    files: &'a [Packed],
    sealed: &'a [Sealed],
    report: &'a Report,
}

impl Again<'_> {
    fn all(&mut self) {
        let report = self.report;
        let instant = |text: &str| text.parse::<Timestamp>().ok();
        let (Some(from), Some(to), Some(made)) = (
            instant(&report.from),
            instant(&report.to),
            instant(&report.made),
        ) else {
            self.doubt(format!("{REPORT}: its times are none"));
            return;
        };
        if report.made != self.checked.index.made || report.tool != self.checked.index.tool {
            self.doubt(format!("{REPORT}: the index says that another was made"));
        }
        self.same(REPORT, &evidence::json(report));
        let mut same = true;
        for (path, text) in evidence::pages(report) {
            same &= self.same(&path, &text);
        }
        if same {
            self.fits("the pages, the pictures and the README say what report.json says");
        }
        let (after, before) = (
            self.checked.index.config.clone(),
            self.checked.index.config_before.clone(),
        );
        let digest = |config: &Option<Config>| config.as_ref().map(|it| it.digest.clone());
        let folder = if digest(&before) == digest(&after) {
            PROJECT
        } else {
            PROJECT_BEFORE
        };
        let first = before.as_ref().map(|_| open(self.files, folder, from));
        let project = after.as_ref().map(|_| open(self.files, PROJECT, to));
        let taken = evidence::files(first.as_ref(), project.as_ref());
        self.facts((from, to, made), &taken);
        let early = evidence::until(self.sealed, from);
        self.end(BEFORE, from, early, before.as_ref(), folder);
        let last = evidence::until(self.sealed, to);
        let at = evidence::end(self.sealed, to, made);
        self.end(AFTER, at, last, after.as_ref(), PROJECT);
    }

    fn doubt(&mut self, text: impl Into<String>) {
        self.checked.doubts.push(text.into());
    }

    fn fits(&mut self, text: impl Into<String>) {
        self.checked.fits.push(text.into());
    }

    fn same(&mut self, path: &str, text: &str) -> bool {
        let found = content(self.files, path);
        let same = found == Some(text.as_bytes());
        if !same {
            let what = if found.is_some() {
                "is not what the rest of the bundle makes it"
            } else {
                "is not in it"
            };
            self.doubt(format!("{path} {what}"));
        }
        same
    }

    /// What the report says is what the journal says.
    fn facts(&mut self, (from, to, made): (Timestamp, Timestamp, Timestamp), files: &Files) {
        let report = self.report;
        let zone = zone_of(report);
        let past = told_by_git(report);
        let statements = self.files.iter().filter_map(|(path, bytes)| {
            let name = path.strip_prefix(STATEMENTS)?;
            Some((name, bytes.as_slice()))
        });
        let said = evidence::said(statements);
        let mut again = make(&Asked {
            sealed: self.sealed,
            from,
            to,
            made,
            zone: &zone,
            past: &past,
            anchors: &report.journal.anchors,
            files,
            said: &said,
        });
        // What came after the period is not in it.
        again.journal.now.clone_from(&report.journal.now);
        let said = serde_json::to_value(report).unwrap_or_default();
        let found = serde_json::to_value(&again).unwrap_or_default();
        let parts = found.as_object().into_iter().flatten();
        let wrong: Vec<&str> = parts
            .filter(|(part, value)| said.get(part) != Some(value))
            .map(|(part, _)| part.as_str())
            .collect();
        if wrong.is_empty() {
            self.fits("the report says what the journal in it says, part by part");
        } else {
            self.doubt(format!(
                "{REPORT} is not what the journal in it says: {}",
                wrong.join(", ")
            ));
        }
        for anchor in &report.journal.anchors {
            let parts = anchor.head.split_once(':');
            let known = parts.and_then(|(seq, hash)| {
                let here = self.checked.heads.get(&seq.parse::<u64>().ok()?)?;
                Some(here == hash)
            });
            match known {
                Some(true) => {}
                Some(false) => {
                    self.doubt(format!(
                        "the head {} is not part of the journal in it",
                        anchor.head
                    ));
                }
                None => self.checked.unchecked.push(format!(
                    "the head {}: the journal in it does not reach so far",
                    anchor.head
                )),
            }
        }
        if past != Past::default() {
            self.checked.unchecked.push(
                "who wrote and approved commits, and when they were merged: git said so where the report was made"
                    .to_owned(),
            );
        }
    }

    /// What the files wanted at one end, and who had what.
    fn end(
        &mut self,
        folder: &str,
        at: Timestamp,
        sealed: &[Sealed],
        config: Option<&Config>,
        place: &str,
    ) {
        let project = config.map(|_| open(self.files, place, at));
        let catalog = project
            .as_ref()
            .map_or_else(Catalog::current, |it| it.catalog);
        let last = applied(sealed);
        let when = words::zoned(at, &zone_of(self.report));
        match (config, &last) {
            (Some(config), Some(last)) if config.digest != last.digest => self.doubt(format!(
                "{place}: the journal says that other files were applied last before {when}"
            )),
            (Some(_), None) => self.doubt(format!(
                "{place}: the journal says that nothing was applied before {when}"
            )),
            _ => {}
        }
        let wish = format!("{folder}desired.json");
        let is_there = content(self.files, &wish).is_some();
        let outside = config.and_then(|config| config.outside.clone());
        if let Some(project) = &project
            && !is_there
            && !project.has_errors()
        {
            self.doubt(format!("{wish} is not in it"));
        }
        let path = format!("{folder}matrix.json");
        let told: Value = content(self.files, &path)
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default();
        let mut moment = Moment {
            label: at.to_string(),
            desired: project
                .filter(|_| is_there)
                .map(|project| Arc::new(project.desired)),
            seen: Some(Arc::new(past::seen_at(
                sealed.iter().map(|it| &it.entry),
                at,
                catalog,
            ))),
            commit: last
                .and_then(|last| last.commit)
                .filter(|commit| told["point"]["commit"].as_str() == Some(commit)),
            applied: when_applied(sealed, &told["point"]["applied"]),
            then: None,
            at: None,
            locked: BTreeMap::new(),
            // Words about what git could not tell.
            notes: texts(&told["point"]["notes"]),
        };
        let entries = sealed.iter().map(|it| &it.entry);
        moment.lock(past::locked_at(entries, at));
        let files = evidence::end_files(folder, &moment, sealed, catalog);
        if let Some(outside) = outside {
            let same = |(path, text): &(String, String)| {
                content(self.files, path) == Some(text.as_bytes())
            };
            if !files.iter().all(same) {
                self.checked.unchecked.push(format!(
                    "{folder}: it was made with `{outside}` too, which is kept outside of the project and is not in it"
                ));
                return;
            }
        } else if files
            .iter()
            .filter(|(path, text)| !self.same(path, text))
            .count()
            > 0
        {
            return;
        }
        self.fits(format!(
            "{folder} says what the files of the project and the journal in it make, at {when}"
        ));
    }
}

/// The project of a bundle. Its errors are no doubt: what was allowed where it was applied is not known here.
fn open(files: &[Packed], folder: &str, at: Timestamp) -> Project {
    let options = OpenOptions {
        load: LoadOptions::default(),
        as_of: AsOf::Instant(at),
        ahead: Duration::from_hours(7 * 24),
    };
    settle(
        load_bytes(&project_files(files, folder), &options.load),
        &options,
    )
}

/// When the files were applied last, if an apply began then.
fn when_applied(sealed: &[Sealed], told: &Value) -> Option<Timestamp> {
    let told: Timestamp = told.as_str()?.parse().ok()?;
    let mut runs = due::applies(sealed);
    runs.any(|(began, _)| began == told).then_some(told)
}

fn texts(told: &Value) -> Vec<String> {
    let texts = told.as_array().into_iter().flatten();
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// The zone in which the report tells times.
fn zone_of(report: &Report) -> TimeZone {
    TimeZone::get(&report.zone).unwrap_or(TimeZone::UTC)
}

/// What the report has from git and not from the journal.
fn told_by_git(report: &Report) -> Past {
    let mut past = Past::default();
    for run in &report.runs {
        if let Some(hash) = &run.commit
            && (run.author.is_some() || !run.approvers.is_empty())
        {
            let commit = Commit {
                author: run.author.clone().unwrap_or_default(),
                approvers: run.approvers.clone(),
            };
            past.commits.insert(hash.clone(), commit);
        }
    }
    for leaver in &report.leavers {
        let at = leaver.merged.as_ref().and_then(|at| at.parse().ok());
        if let (Some(commit), Some(at)) = (&leaver.merged_by, at) {
            let merge = Merge {
                commit: commit.clone(),
                at,
            };
            past.merges
                .insert((leaver.person.clone(), leaver.run), merge);
        }
    }
    past
}
