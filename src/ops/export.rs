//! Exports over a read: what an administrator's list says where no interface reads.
//!
//! Invariant: a live read is never replaced, only the scopes that nothing reads; a list that cannot be used takes nothing
//! from what was read; and a file outside the project is not opened.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use camino::Utf8Path;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::project::Project;
use crate::catalog::Kind;
use crate::config::raw;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::export::{Settings, read, unreadable};
use crate::model::{
    Caller, DesiredSystem, LocationKey, Observed, ObservedSystem, PlaceId, ReadFailure, Reading,
    ScopeState, SystemName,
};

/// Far above any list of people.
const LARGEST: u64 = 32 << 20;

/// Lays the exports that the settings name over what was read. Systems that were not asked stay so.
pub fn lay_over(observed: &mut Observed, project: &Project, now: Timestamp) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for system in &project.loaded.project.settings.systems {
        let name = SystemName::new(system.name.value.clone());
        let (Some(snapshot), Some(desired), Some(seen)) = (
            &system.snapshot,
            project.desired.systems.get(&name),
            observed.systems.get_mut(&name),
        ) else {
            continue;
        };
        let settings = settings(system.kind.value, snapshot, desired, project);
        let mut aged = BTreeMap::new();
        let scopes = match bytes(&project.loaded.root, &snapshot.file.value) {
            Ok(bytes) => {
                let (scopes, problems) = read(&bytes, &settings, now);
                found.extend(problems);
                if scopes.values().any(is_too_old) {
                    aged = whatever_its_age(&bytes, settings.clone(), now);
                }
                scopes
            }
            Err(error) => {
                let mut problem = Diagnostic::new(
                    Code::Unreadable,
                    format!("the snapshot of `{name}` cannot be read: {error}"),
                )
                .at(snapshot.file.span, "named here")
                .help("check the path, which begins at the project's folder");
                problem.severity = Severity::Warning;
                let why: Arc<str> = problem.message.as_str().into();
                found.push(problem);
                unreadable(&settings, &ReadFailure::Failed { why })
            }
        };
        for (place, export) in scopes {
            let live = seen.scopes.get(&place).and_then(Reading::seen);
            if live.is_some_and(shows_users) {
                continue;
            }
            match export {
                Reading::Unreadable(failure) => {
                    let lost = (name.clone(), place);
                    if let Some(old) = aged.remove(&lost.1) {
                        observed.old_exports.insert(lost.clone(), old);
                    }
                    observed.lost_exports.insert(lost, failure);
                }
                export => {
                    let laid = over(export, live);
                    seen.scopes.insert(place, laid);
                }
            }
        }
    }
    found
}

/// What is there before anybody is asked: every system that has an export, so that the export can be laid over.
pub fn unasked(project: &Project) -> Observed {
    let mut observed = Observed::default();
    for system in &project.loaded.project.settings.systems {
        let name = SystemName::new(system.name.value.clone());
        let wish = project.desired.systems.get(&name);
        if let Some(wish) = wish.filter(|_| system.snapshot.is_some()) {
            let seen = ObservedSystem {
                kind: wish.kind,
                host: name.as_str().into(),
                taken: project.desired.as_of,
                caller: Caller::default(),
                scopes: BTreeMap::new(),
                calls: 0,
            };
            observed.systems.insert(name, seen);
        }
    }
    observed
}

fn is_too_old(reading: &Reading<ScopeState>) -> bool {
    matches!(reading, Reading::Unreadable(ReadFailure::TooOld { .. }))
}

/// The rows of a list that is too old.
fn whatever_its_age(
    bytes: &[u8],
    settings: Settings,
    now: Timestamp,
) -> BTreeMap<PlaceId, ScopeState> {
    let settings = Settings {
        max_age: SignedDuration::MAX,
        ..settings
    };
    let (scopes, _) = read(bytes, &settings, now);
    let seen =
        |(place, reading): (PlaceId, Reading<ScopeState>)| Some((place, reading.seen()?.clone()));
    scopes.into_iter().filter_map(seen).collect()
}

/// Whether a read is one of accounts. Where a vendor shows profiles in their place, who may sign in is not seen.
fn shows_users(live: &ScopeState) -> bool {
    live.profiles.is_none()
}

/// What the vendor shows beside who may sign in stays: profiles, and the caller's own rights.
fn over(export: Reading<ScopeState>, live: Option<&ScopeState>) -> Reading<ScopeState> {
    let Some(live) = live else {
        return export;
    };
    let with = |scope: ScopeState| ScopeState {
        profiles: live.profiles.clone(),
        own: live.own,
        ..scope
    };
    match export {
        Reading::Complete(scope) => Reading::Complete(with(scope)),
        Reading::Partial(scope, gaps) => Reading::Partial(with(scope), gaps),
        Reading::Unreadable(failure) => Reading::Unreadable(failure),
    }
}

fn settings(
    kind: Kind,
    snapshot: &raw::Snapshot,
    desired: &DesiredSystem,
    project: &Project,
) -> Settings {
    let title = |key: &LocationKey| {
        let place = project.desired.places.get(key);
        place.map_or_else(|| key.as_str().into(), |place| place.title.clone())
    };
    let days = snapshot.max_age.as_ref().map_or(30, |age| age.value);
    Settings {
        kind,
        file: snapshot.file.value.clone(),
        span: snapshot.file.span,
        taken: instant(&snapshot.taken.value, &project.zone),
        format: snapshot.format,
        max_age: SignedDuration::from_hours(24 * i64::from(days)),
        columns: pairs(&snapshot.columns),
        values: snapshot
            .values
            .iter()
            .map(|(name, values)| (name.value.clone(), pairs(values)))
            .collect(),
        places: desired
            .locations
            .iter()
            .map(|(key, (id, _))| (key.clone(), id.clone(), title(key)))
            .collect(),
    }
}

fn pairs(pairs: &[(raw::Text, raw::Text)]) -> BTreeMap<Arc<str>, Arc<str>> {
    pairs
        .iter()
        .map(|(one, other)| (one.value.clone(), other.value.clone()))
        .collect()
}

/// A bare date is its beginning: a list is rather taken for too old than for too new.
fn instant(when: &raw::When, zone: &TimeZone) -> Timestamp {
    let local = match when {
        raw::When::Date(date) => date.at(0, 0, 0, 0),
        raw::When::Time(time) => *time,
    };
    zone.to_timestamp(local).unwrap_or(Timestamp::MIN)
}

/// The bytes of a file within the project. A link that leads out is not followed.
fn bytes(root: &Utf8Path, file: &str) -> io::Result<Vec<u8>> {
    let root = root.canonicalize_utf8()?;
    let real = root.join(file).canonicalize_utf8()?;
    if !real.starts_with(&root) {
        return Err(io::Error::other(
            "it is a link that leads out of the project",
        ));
    }
    let mut bytes = Vec::new();
    File::open(&real)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 32 MiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
