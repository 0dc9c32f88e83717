//! Plan files: written whole by `plan --out`, and read with suspicion by `apply FILE...`.
//!
//! Nothing of a file is done: it only says what was reviewed. Invariant: every file is judged before anything is read
//! from a vendor, and the first one that is refused ends the run.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::failure::{Ending, Failure};
use super::planning::Planned;
use crate::model::SystemName;
use crate::ops::project::Project;
use crate::plan::Only;
use crate::plan::file::{self, MOST_BYTES, Reviewed};

const AGAIN: &str = "plan again, and have that reviewed";

/// Writes a plan where it can be reviewed; all of it or nothing.
pub(super) fn keep(file: &Utf8Path, planned: &Planned, project: &Project) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::input(format!("--out: {file}: {error}"));
    let text = file::to_text(&planned.plan, project.catalog);
    if text.len() > MOST_BYTES {
        return Err(Failure::input(format!(
            "--out: the plan is larger than {} MiB, and `apply` would not read it",
            MOST_BYTES >> 20
        ))
        .help("make several with `--only`; `apply` takes several files"));
    }
    let new = Utf8PathBuf::from(format!("{file}.{}.new", std::process::id()));
    let written = std::fs::File::create(&new)
        .and_then(|mut out| {
            out.write_all(text.as_bytes())?;
            out.sync_all()
        })
        .and_then(|()| std::fs::rename(&new, file));
    written.map_err(|error| {
        drop(std::fs::remove_file(&new));
        failed(error)
    })
}

/// Plans that were reviewed, each with the file it came from.
pub(super) struct Files {
    /// The plans, in the order of the files.
    pub(super) plans: Vec<Reviewed>,
    names: Vec<Utf8PathBuf>,
}

impl Files {
    /// Reads files; none where none is named.
    pub(super) fn read(
        files: &[Utf8PathBuf],
        expected: &[String],
    ) -> Result<Option<Self>, Failure> {
        if files.is_empty() {
            return Ok(None);
        }
        let mut plans = Vec::new();
        for name in files {
            let refused = |why: String| {
                Failure::input(format!("{name}: {why}"))
                    .help(format!("nothing was read and nothing was changed; {AGAIN}"))
            };
            let bytes = bounded(name).map_err(|error| refused(error.to_string()))?;
            let plan = file::read(&bytes).map_err(|fault| refused(fault.to_string()))?;
            if !expected.is_empty() && !expected.iter().any(|id| **id == *plan.id.0) {
                return Err(refused(format!(
                    "its id is {}, which `--expect-id` does not name",
                    plan.id
                )));
            }
            plans.push(plan);
        }
        let missing = |id: &&String| !plans.iter().any(|plan| *plan.id.0 == ***id);
        if let Some(id) = expected.iter().find(missing) {
            return Err(
                Failure::input(format!("--expect-id: no file has the id {id}"))
                    .help("the whole id is needed, as `plan --out` says it"),
            );
        }
        Ok(Some(Self {
            plans,
            names: files.to_vec(),
        }))
    }

    /// Refuses what was made by another version, for another time or another project.
    pub(super) fn judge(&self, project: &Project, now: Timestamp) -> Result<(), Failure> {
        for (name, plan) in self.names.iter().zip(&self.plans) {
            if plan.tool != env!("CARGO_PKG_VERSION") {
                return Err(stale(format!(
                    "{name}: version {} of keyholder made it, and this is {}",
                    plan.tool,
                    env!("CARGO_PKG_VERSION")
                )));
            }
            if plan.is_of_tomorrow(now) {
                return Err(stale(format!(
                    "{name}: it is for {}, which has not come yet (it is {now})",
                    plan.as_of
                )));
            }
            if plan.expires <= now {
                return Err(stale(format!(
                    "{name}: it expired at {} (it is {now}): plans are good for a day, or until the next date that changes them",
                    plan.expires
                )));
            }
            let systems = &project.desired.systems;
            let known = |name: &str, kind: &str| {
                let wish = systems.get(&SystemName::new(name));
                wish.is_some_and(|wish| wish.kind == kind)
            };
            let none = !plan.systems.iter().any(|it| known(&it.name, &it.kind));
            if none && !plan.systems.is_empty() {
                return Err(Failure::input(format!(
                    "{name}: it was made for another project: none of its systems is in this one"
                )));
            }
        }
        Ok(())
    }

    /// Refuses what was made for other hosts: the sandbox and the vendor are two worlds.
    pub(super) fn judge_hosts(&self, planned: &Planned) -> Result<(), Failure> {
        for (name, plan) in self.names.iter().zip(&self.plans) {
            for then in &plan.systems {
                let facts = &planned.plan.draft.systems;
                let now = facts.iter().find(|now| *now.name.as_str() == *then.name);
                let Some(now) = now else { continue };
                let same = then.host.is_empty() || now.host.is_empty() || *now.host == *then.host;
                if now.kind != then.kind || !same {
                    return Err(Failure::input(format!(
                        "{name}: it was made for system `{}` as {} at {}, which is {} at {} here",
                        then.name, then.kind, then.host, now.kind, now.host
                    ))
                    .help("a plan is applied where it was made: with the same project, and with or without `--sandbox`"));
                }
            }
        }
        Ok(())
    }

    /// The command as the journal keeps it: with the plans that were reviewed.
    pub(super) fn command(&self) -> String {
        let ids = self.plans.iter().map(|plan| plan.id.to_string());
        let ids: Vec<String> = ids.map(|id| id.chars().take(12).collect()).collect();
        format!("apply {}", ids.join(" "))
    }

    /// The systems that the plans touch: no other needs to be read. Where they touch none, all of the project's.
    pub(super) fn touched(&self, project: &Project) -> Only {
        let named: BTreeSet<&str> = self
            .plans
            .iter()
            .flat_map(|plan| &plan.steps)
            .map(|step| step.system.as_str())
            .collect();
        let all = || project.desired.systems.keys().cloned();
        let mut systems: BTreeSet<SystemName> =
            all().filter(|name| named.contains(name.as_str())).collect();
        if systems.is_empty() {
            systems = all().collect();
        }
        Only {
            systems,
            ..Only::default()
        }
    }
}

fn stale(message: String) -> Failure {
    Failure::new(Ending::Stale, message)
        .help(format!("nothing was read and nothing was changed; {AGAIN}"))
}

/// At most one byte more than a plan may have: enough to see that it is too large.
fn bounded(file: &Utf8Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
