//! `matrix` and `who`: which files and which observations stand for a point in time.
//!
//! A past day is answered by the files of the last apply on or before it and by what the journal had seen until then.
//! Invariant: where the files of that time cannot be proven, nothing is declared, and a note says why.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::due;
use super::project::{OpenOptions, Project, open_rev};
use super::when;
use super::why::{self, Unclear};
use crate::audit::matrix::Side;
use crate::audit::past;
use crate::audit::seen::Seen;
use crate::audit::subject;
use crate::catalog::{Kind, Section};
use crate::config::{self, ResolveOptions};
use crate::diagnostic::nearest;
use crate::journal::Sealed;
use crate::model::explained::Subject;
use crate::model::{AsOf, Desired, LocationKey, PersonKey, PlaceId, RoleKey};
use crate::vcs::VcsError;

/// A point that a matrix is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Point {
    /// The files at hand, and the journal's latest word.
    Now,
    /// A day or an instant.
    At(AsOf),
    /// The files of a commit alone.
    Commit(String),
    /// The files at hand alone.
    Desired,
    /// A read alone.
    Live,
}

/// What is known of a point.
#[derive(Debug)]
pub struct Moment {
    /// What it is, in words: `2027-03-01`, `commit 1a2b3c`, `live`.
    pub label: String,
    /// When `now` and `live` are.
    pub at: Option<Timestamp>,
    /// What the files of that time want; none where they are not known.
    pub desired: Option<Arc<Desired>>,
    /// The files of that time, where they are known and not those at hand.
    pub then: Option<Box<Project>>,
    /// What was seen until then; none where that was not asked.
    pub seen: Option<Arc<Seen>>,
    /// The commit that has the files, where one is known to.
    pub commit: Option<String>,
    /// When those files were applied.
    pub applied: Option<Timestamp>,
    /// Who was locked out then, whatever the files say, and since when; `desired` knows.
    pub locked: BTreeMap<PersonKey, Timestamp>,
    /// What a reader should know beside it.
    pub notes: Vec<String>,
}

/// The point of a text: `desired`, `live`, a day or an instant, or else a commit.
pub fn point(text: &str, project: &Project) -> Point {
    match text {
        "desired" => Point::Desired,
        "live" => Point::Live,
        text => when::as_of(text, &project.zone)
            .map_or_else(|| Point::Commit(text.to_owned()), Point::At),
    }
}

impl Point {
    /// Whether only the journal can tell what was seen. Where none of the points does, it need not be there.
    pub fn needs_journal(&self, project: &Project, has_read: bool, now: Timestamp) -> bool {
        match self {
            Point::Now => !has_read,
            Point::At(as_of) => instant(*as_of, project) <= now,
            Point::Commit(_) | Point::Desired | Point::Live => false,
        }
    }
}

impl Moment {
    /// The side of a matrix; names and titles that it does not have are those of the files at hand, if there are any.
    pub fn side<'m>(&'m self, hand: Option<&'m Project>) -> Side<'m> {
        Side {
            desired: self.desired.as_deref(),
            seen: self.seen.as_deref(),
            hand: hand.map(|hand| &hand.desired),
            locked: Some(&self.locked),
        }
    }
}

/// What is known of a point. `live` is what was read for it, if anything was.
pub fn moment(
    project: &Project,
    journal: &[Sealed],
    point: &Point,
    live: Option<&Arc<Seen>>,
    now: Timestamp,
) -> Result<Moment, VcsError> {
    let entries = || journal.iter().map(|sealed| &sealed.entry);
    let mut moment = Moment {
        label: String::new(),
        at: matches!(point, Point::Now | Point::Live).then_some(now),
        desired: None,
        then: None,
        seen: None,
        commit: None,
        applied: None,
        locked: BTreeMap::new(),
        notes: Vec::new(),
    };
    match point {
        Point::Desired => {
            "desired".clone_into(&mut moment.label);
            moment.desired = Some(Arc::new(project.desired.clone()));
        }
        Point::Live => {
            "live".clone_into(&mut moment.label);
            moment.seen = live.cloned();
        }
        Point::Commit(rev) => {
            let (hash, old) = open_rev(&project.loaded.root, rev, &project.options)?;
            moment.label = format!("commit {}", short(&hash));
            moment.take(hash, old);
        }
        Point::Now => {
            "now".clone_into(&mut moment.label);
            moment.desired = Some(Arc::new(project.desired.clone()));
            moment.lock(past::locked_at(entries(), now));
            moment.seen = Some(match live {
                Some(live) => Arc::clone(live),
                None => Arc::new(past::seen_at(entries(), now, project.catalog)),
            });
        }
        Point::At(as_of) => {
            let at = instant(*as_of, project);
            moment.label = match as_of {
                AsOf::Date(date) => date.to_string(),
                AsOf::Instant(at) => at.to_string(),
            };
            if at > now {
                // Nothing was seen of what is to come.
                moment.desired = Some(Arc::new(desired_at(project, *as_of)));
            } else {
                let seen = past::seen_at(entries(), at, project.catalog);
                moment.seen = Some(Arc::new(seen));
                moment.declare(project, journal, *as_of, at);
                moment.lock(past::locked_at(entries(), at));
            }
        }
    }
    Ok(moment)
}

fn short(hash: &str) -> &str {
    hash.get(..10).unwrap_or(hash)
}

/// The instant of a day: its beginning where the project lives.
pub fn instant(as_of: AsOf, project: &Project) -> Timestamp {
    match as_of {
        AsOf::Instant(at) => at,
        AsOf::Date(date) => date
            .to_zoned(project.zone.clone())
            .map_or(Timestamp::MAX, |zoned| zoned.timestamp()),
    }
}

fn desired_at(project: &Project, as_of: AsOf) -> Desired {
    let resolve = ResolveOptions {
        as_of,
        horizon: project.options.ahead,
    };
    config::resolve(&project.loaded.project, &resolve, project.catalog).0
}

impl Moment {
    /// Takes from the people who are locked out what the files give them.
    pub fn lock(&mut self, locked: BTreeMap<PersonKey, Timestamp>) {
        if locked.is_empty() {
            return;
        }
        if let Some(desired) = &mut self.desired {
            *desired = Arc::new(desired.locked_out(&locked).into_owned());
        }
        self.locked = locked;
    }

    /// Takes the files of a commit over, unless they have errors.
    fn take(&mut self, hash: String, old: Project) {
        if old.has_errors() {
            self.notes.push(format!(
                "the files of commit {} have errors by today's rules, so what they declare is unknown",
                short(&hash)
            ));
        } else {
            self.desired = Some(Arc::new(old.desired.clone()));
            self.then = Some(Box::new(old));
        }
        self.commit = Some(hash);
    }

    /// The files of the last apply on or before a time.
    fn declare(&mut self, project: &Project, journal: &[Sealed], as_of: AsOf, at: Timestamp) {
        let until_then = due::applies(journal).filter(|(began, _)| *began <= at);
        let mut runs =
            until_then.filter_map(|(began, run)| Some((began, &run.command, run.config.as_ref()?)));
        let Some((applied, command, config)) = runs.next() else {
            self.notes.push(
                "nothing was applied on or before that time, so what was declared is unknown"
                    .to_owned(),
            );
            return;
        };
        self.applied = Some(applied);
        if let Some(keys) = command.strip_prefix("apply --only ") {
            self.notes.push(format!(
                "the last apply before it was for {} only; what these files declare for others may not have been applied",
                keys.split(' ').collect::<Vec<_>>().join(", ")
            ));
        }
        if project.loaded.digest.as_str() == config.digest {
            self.desired = Some(Arc::new(desired_at(project, as_of)));
            self.commit = config.commit.clone().filter(|_| !config.dirty);
            if self.commit.is_none() {
                self.notes.push(
                    "the files that were applied last are those at hand, and no commit has them"
                        .to_owned(),
                );
            }
            return;
        }
        let unknown = match &config.commit {
            None => "and no commit is known to have them".to_owned(),
            Some(_) if config.dirty => "and differed from their commit".to_owned(),
            Some(commit) => {
                let options = OpenOptions {
                    as_of,
                    ..project.options.clone()
                };
                match open_rev(&project.loaded.root, commit, &options) {
                    Ok((hash, old)) if old.loaded.digest.as_str() == config.digest => {
                        self.take(hash, old);
                        return;
                    }
                    Ok((hash, _)) => {
                        format!("and commit {} does not have them", short(&hash))
                    }
                    Err(error) => format!("and {error}"),
                }
            }
        };
        self.notes.push(format!(
            "the files that were applied last are not those at hand, {unknown}, so what was declared is unknown"
        ));
    }
}

/// A role and every role that extends it, in the files at hand.
pub fn extending(project: &Project, role: &str) -> BTreeSet<RoleKey> {
    let roles = &project.loaded.project.entries.roles;
    let mut found = BTreeSet::from([RoleKey::new(role)]);
    loop {
        let before = found.len();
        for raw in roles {
            let extends = raw
                .extends
                .iter()
                .any(|parent| found.iter().any(|role| role.as_str() == &*parent.value));
            if extends {
                found.insert(RoleKey::new(raw.key.value.clone()));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// The rights of a slug, a title, or a pattern of slugs.
pub fn subjects(project: &Project, text: &str) -> Result<Vec<Subject>, Unclear> {
    if !text.contains('*') {
        return why::subjects(project, text);
    }
    let catalog = project.catalog;
    let section = text.strip_suffix(".*").and_then(Section::parse);
    let rights = catalog.all().filter(|right| match section {
        Some(section) => right.section == Some(section),
        None => covers(text, right.slug),
    });
    let found: Vec<Subject> = rights.map(|right| Subject::Right(right.id)).collect();
    if found.is_empty() {
        return Err(Unclear::Right(text.to_owned(), None));
    }
    Ok(found)
}

/// Whether a text matches a pattern in which `*` stands for any characters, or none.
fn covers(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

/// Those that are sensitive, of some or of all.
pub fn sensitive(project: &Project, of: Option<Vec<Subject>>) -> Vec<Subject> {
    let catalog = project.catalog;
    let systems = project.desired.systems.values();
    let kinds: BTreeSet<Kind> = systems.filter_map(|it| Kind::parse(it.kind)).collect();
    let all = || {
        // Where roles have no list of rights, the role is what is sensitive.
        let roles = kinds.iter().any(|kind| !kind.has_rights());
        let role = roles.then_some(Subject::Role);
        let words = why::vocabulary(project);
        let facts = words.facts().cloned().map(Subject::Fact);
        let rights = catalog.ids().map(Subject::Right);
        role.into_iter()
            .chain(rights)
            .chain(facts)
            .collect::<Vec<_>>()
    };
    let raised = &project.desired.rules.sensitive;
    let mut found = of.unwrap_or_else(all);
    found.retain(|subject| match subject {
        Subject::Role => true,
        Subject::Right(_) | Subject::Fact(_) => kinds
            .iter()
            .copied()
            .any(|kind| subject::sensitivity(subject, Some(kind), None, catalog, raised).is_some()),
    });
    found
}

/// The person of a key, who may have been there at one of the points only.
pub fn person(project: &Project, moments: &[Moment], text: &str) -> Result<PersonKey, Unclear> {
    let key = PersonKey::new(text);
    let known = moments.iter().any(|moment| {
        let declared = moment.desired.as_ref();
        let seen = moment.seen.iter().flat_map(|seen| seen.scopes.values());
        declared.is_some_and(|desired| desired.people.contains_key(&key))
            || seen
                .clone()
                .any(|scope| scope.people.contains_key(&key) || scope.gone.contains_key(&key))
    });
    if known {
        return Ok(key);
    }
    why::person(project, text)
}

/// The place of a key, which may have been there at one of the points only.
pub fn place(project: &Project, moments: &[Moment], text: &str) -> Result<PlaceId, Unclear> {
    let place = PlaceId::parse(text);
    let known = moments.iter().any(|moment| {
        let declared = moment.desired.as_ref();
        let in_files =
            |key: &LocationKey| declared.is_some_and(|desired| desired.places.contains_key(key));
        let mut seen = moment.seen.iter().flat_map(|seen| seen.scopes.keys());
        place.location().is_some_and(in_files) || seen.any(|(_, known)| *known == place)
    });
    if known {
        return Ok(place);
    }
    why::place(project, text)
}

/// A role and those that extend it; it may have been there at one of the points only.
pub fn role(
    project: &Project,
    moments: &[Moment],
    text: &str,
) -> Result<BTreeSet<RoleKey>, Unclear> {
    let roles = extending(project, text);
    let given = moments.iter().any(|moment| {
        let people = moment.desired.iter().flat_map(|it| it.people.values());
        let grants = people.flat_map(|person| &person.grants);
        grants
            .flat_map(|grant| &grant.roles)
            .any(|role| roles.contains(role))
    });
    let mut declared = project.loaded.project.entries.roles.iter();
    if given || declared.any(|role| &*role.key.value == text) {
        return Ok(roles);
    }
    let known = project.loaded.project.entries.roles.iter();
    let near = nearest(text, known.map(|role| &*role.key.value));
    Err(Unclear::Role(text.to_owned(), near.map(str::to_owned)))
}
