//! `why` and `who`: what a question means, and its answer from the files, from git and from a read.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::project::Project;
use crate::audit::seen::Seen;
use crate::audit::subject::{self, Meant, Vocabulary};
use crate::audit::who::Asked;
use crate::audit::why::{self, Frame, History, Why, Written};
use crate::config::{self, ResolveOptions};
use crate::diagnostic::nearest;
use crate::model::explained::{Ask, Subject};
use crate::model::{LocationKey, PersonKey, PlaceId, RoleKey};
use crate::text::Origin;
use crate::vcs;

/// Something that a question names and that is not there. Texts are from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// Nobody is called so.
    #[error("nobody is declared as `{0}`")]
    Person(String, Option<String>),
    /// No place is called so.
    #[error("no location is declared as `{0}`")]
    Place(String, Option<String>),
    /// No right and no role is called so.
    #[error("`{0}` is no right, no title of a right and no role")]
    Right(String, Option<String>),
    /// No role is called so.
    #[error("no role is declared as `{0}`")]
    Role(String, Option<String>),
    /// Several are.
    #[error("`{0}` may be one of several rights")]
    Several(String, Vec<String>),
}

impl Unclear {
    /// What to do.
    pub fn advice(&self) -> String {
        match self {
            Unclear::Person(_, Some(near))
            | Unclear::Place(_, Some(near))
            | Unclear::Role(_, Some(near))
            | Unclear::Right(_, Some(near)) => format!("did you mean `{near}`?"),
            Unclear::Person(_, None) => "`keyholder show` lists everybody".to_owned(),
            Unclear::Place(_, None) => {
                "a key under `locations`, `chain`, or `*` for a system without places".to_owned()
            }
            Unclear::Role(_, None) => {
                "a key under `roles`, as `keyholder show` prints them".to_owned()
            }
            Unclear::Right(_, None) => {
                "a right goes by its slug or its English title, as `keyholder show` prints them"
                    .to_owned()
            }
            Unclear::Several(_, slugs) => {
                let mut shown: Vec<String> = slugs
                    .iter()
                    .take(8)
                    .map(|slug| format!("`{slug}`"))
                    .collect();
                if slugs.len() > shown.len() {
                    shown.push(format!("and {} more", slugs.len() - shown.len()));
                }
                format!("name one: {}", shown.join(", "))
            }
        }
    }
}

/// The person of a key.
pub fn person(project: &Project, text: &str) -> Result<PersonKey, Unclear> {
    let key = PersonKey::new(text);
    let people = &project.desired.people;
    if people.contains_key(&key) {
        return Ok(key);
    }
    let near = nearest(text, people.keys().map(PersonKey::as_str));
    Err(Unclear::Person(text.to_owned(), near.map(str::to_owned)))
}

/// The place of a key.
pub fn place(project: &Project, text: &str) -> Result<PlaceId, Unclear> {
    let place = PlaceId::parse(text);
    match place.location() {
        Some(key) if !project.desired.places.contains_key(key) => {
            let near = nearest(text, project.desired.places.keys().map(LocationKey::as_str));
            Err(Unclear::Place(text.to_owned(), near.map(str::to_owned)))
        }
        Some(_) | None => Ok(place),
    }
}

/// The names that questions about a project may use.
pub fn vocabulary(project: &Project) -> Vocabulary {
    let roles = &project.loaded.project.entries.roles;
    let roles = roles
        .iter()
        .map(|role| RoleKey::new(role.key.value.clone()));
    Vocabulary::of(&project.desired, roles)
}

/// The rights of a text.
pub fn subjects(project: &Project, text: &str) -> Result<Vec<Subject>, Unclear> {
    match vocabulary(project).find(text, project.catalog) {
        Meant::Subjects(subjects) => Ok(subjects),
        Meant::Nothing(near) => Err(Unclear::Right(text.to_owned(), near)),
        Meant::Several(slugs) => Err(Unclear::Several(text.to_owned(), slugs)),
    }
}

/// What `who` asks about: a role of the project, a right, or a role of the vendor. A slug is never mistaken for a role that
/// somebody called so, and `role:NAME` is always the vendor's.
pub fn asked(project: &Project, text: &str) -> Result<Vec<Asked>, Unclear> {
    if let Some(name) = text.strip_prefix("role:") {
        return match subject::vendor_role(&project.desired, name) {
            Some(role) => Ok(vec![Asked::VendorRole(role)]),
            None => Err(Unclear::Role(name.to_owned(), None)),
        };
    }
    let is_slug = project.catalog.by_slug(text).is_some();
    if let Some(role) = vocabulary(project).role(text).filter(|_| !is_slug) {
        return Ok(vec![Asked::Role(role.clone())]);
    }
    match subjects(project, text) {
        Ok(found) => Ok(found
            .into_iter()
            .filter(|subject| *subject != Subject::Role)
            .map(Asked::Right)
            .collect()),
        Err(error) => match subject::vendor_role(&project.desired, text) {
            Some(role) => Ok(vec![Asked::VendorRole(role)]),
            None => Err(error),
        },
    }
}

/// Why somebody has, or lacks, what they have.
pub fn why(
    project: &Project,
    person: &PersonKey,
    subjects: Option<&[Subject]>,
    place: Option<&PlaceId>,
    seen: Option<&Seen>,
    locked: &BTreeMap<PersonKey, Timestamp>,
) -> Option<Why> {
    let resolve = ResolveOptions {
        as_of: project.options.as_of,
        horizon: project.options.ahead,
    };
    // Everything there is asked about: what follows from another right is told with that.
    let ask = Ask {
        subject: None,
        place: place.cloned(),
    };
    let explained = config::explain(
        &project.loaded.project,
        &resolve,
        project.catalog,
        person,
        &ask,
    )?;
    let sources = &project.loaded.sources;
    let history = history(project, why::files(&explained, sources));
    let frame = Frame {
        desired: &project.desired,
        catalog: project.catalog,
        sources,
        history: &history,
        zone: &project.zone,
        seen,
        locked,
    };
    Some(why::why(&frame, &explained, subjects, place))
}

/// Who wrote the lines of files, as the project has them; what git does not know is left out.
pub fn history(project: &Project, files: Vec<Arc<str>>) -> History {
    let known = files.into_iter().filter_map(|file| {
        let lines = vcs::line_commits(&project.loaded.root, &file, project.commit.as_deref())?;
        let lines = lines.into_iter().map(|line| {
            let line = line?;
            Some(Written {
                commit: line.hash.into(),
                author: line.author.into(),
                at: Timestamp::from_second(line.seconds).unwrap_or_default(),
            })
        });
        Some((file, lines.collect()))
    });
    known.collect::<BTreeMap<_, _>>()
}

/// How many of some lines were written after an instant; a line that git knows nothing of counts if it knows the file.
pub fn younger(project: &Project, lines: &[&Origin], than: Timestamp) -> usize {
    let mut files: Vec<Arc<str>> = lines.iter().map(|line| Arc::clone(&line.file)).collect();
    files.sort();
    files.dedup();
    let history = history(project, files);
    let mut young: Vec<(&str, u32)> = lines
        .iter()
        .filter(|line| {
            let at = usize::try_from(line.line).unwrap_or(usize::MAX);
            let written = history.get(&line.file).map(|known| {
                let line = at.checked_sub(1).and_then(|at| known.get(at));
                line.and_then(Option::as_ref)
            });
            written.is_some_and(|written| written.is_none_or(|written| written.at > than))
        })
        .map(|line| (&*line.file, line.line))
        .collect();
    young.sort_unstable();
    young.dedup();
    young.len()
}
