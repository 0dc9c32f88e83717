//! What `why`, `who` and `matrix` look at beside the files: a live read, a kept one, or nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::args::SeenArgs;
use super::failure::{Endings, Failure};
use super::planning::Planning;
use super::session::{Session, distrust};
use super::world::World;
use crate::audit::past;
use crate::audit::seen::Seen;
use crate::catalog::Kind;
use crate::journal::Snapshot;
use crate::model::{AsOf, PersonKey, PlaceId, SystemName};
use crate::ops::matrix::{Moment, Point, instant, moment};
use crate::ops::project::Project;
use crate::ops::when;
use crate::ops::why::{self, Unclear};
use crate::plan::{Completeness, Plan};
use crate::render::why::By;
use crate::state::Place;
use crate::text::Origin;

/// A project and what was seen of it, if that was asked for.
pub(super) struct Seeing {
    /// The project.
    pub(super) project: Project,
    /// What was seen.
    pub(super) seen: Option<Seen>,
    /// Who is locked out, whatever the files say, and since when, as far as the journal was read.
    pub(super) locked: BTreeMap<PersonKey, Timestamp>,
    /// Which places were not read, or not as a whole: of these the files alone answer.
    pub(super) unread: Vec<String>,
    /// The present.
    pub(super) now: Timestamp,
    /// What the read means for the exit code.
    pub(super) endings: Endings,
}

impl SeenArgs {
    /// Whether anything is looked at.
    pub(super) fn any(&self) -> bool {
        self.live || self.observed.is_some()
    }
}

/// Opens the project, and reads what was asked for. Without that no network is touched and no journal needed.
pub(super) async fn see(
    session: &Session<'_>,
    args: &SeenArgs,
    as_of: Option<&str>,
) -> Result<Seeing, Failure> {
    if !args.any() {
        let now = session.now()?;
        return Ok(Seeing {
            project: session.open(as_of, now, 7)?,
            seen: None,
            locked: BTreeMap::new(),
            unread: Vec::new(),
            now,
            endings: Endings::new(),
        });
    }
    let world = World::enter(session).await?;
    let project = session.open(as_of, world.now(), 7)?;
    let planning = Planning::new(session, &world, &project, &[])?;
    let planned = if let Some(file) = &args.observed {
        planning.recall(file, &args.max_age)?
    } else {
        let providers = world.connect(session, &project)?;
        planning.ask(&providers).await
    };
    world.leave(session, &project.loaded.project.settings)?;
    let endings = Planning::endings_of_read(&planned.observed);
    let seen = Seen::live(&project.desired, &planning.memory, &planned.observed);
    let locked = planning.memory.locked.clone();
    let unread = unread(&planned.plan);
    drop(planning);
    Ok(Seeing {
        locked,
        unread,
        project,
        seen: Some(seen),
        now: world.now(),
        endings,
    })
}

/// The places of a read that were not read as a whole, in words.
fn unread(plan: &Plan) -> Vec<String> {
    const SHOWN: usize = 20;
    let shows_users = |name: &SystemName| {
        let mut systems = plan.draft.systems.iter();
        let system = systems.find(|system| system.name == *name);
        system
            .and_then(|system| Kind::parse(system.kind))
            .is_some_and(Kind::shows_users)
    };
    let told = plan.draft.scopes.iter().filter_map(|scope| {
        // Where no call shows users nothing was asked.
        if scope.place == PlaceId::Chain || !shows_users(&scope.system) {
            return None;
        }
        let place = if scope.title.is_empty() {
            scope.place.to_string()
        } else {
            scope.title.to_string()
        };
        match &scope.completeness {
            Completeness::Unreadable(why) => Some(format!(
                "{place} ({}) was not read, and what people have there is not known: {why}",
                scope.system
            )),
            Completeness::Partial(gaps) => Some(format!(
                "{place} ({}) was read in part, so whoever is not shown there may be there all the same: {}",
                scope.system,
                gaps.join("; ")
            )),
            Completeness::Complete
            | Completeness::NotRead
            | Completeness::Exported(_)
            | Completeness::Attested(_)
            | Completeness::NeverLooked => None,
        }
    });
    let mut told: Vec<String> = told.collect();
    if let Some(more) = told.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        told.truncate(SHOWN);
        told.push(format!("{more} more places were not read as a whole"));
    }
    told
}

/// The journal, for who only looks: where none was begun there is nothing in it, and a note says so.
pub(super) fn journal(
    session: &Session<'_>,
    project: &Project,
) -> Result<(Snapshot, Option<String>), Failure> {
    let settings = &project.loaded.project.settings;
    match session.place(&project.loaded.root, Some(settings))?.load() {
        Ok(journal) => Ok((journal, None)),
        Err(error) if error.is_not_begun() => Ok((
            Snapshot::default(),
            Some(
                "there is no journal, so nothing is known of what was applied and seen".to_owned(),
            ),
        )),
        Err(error) => Err(distrust(&error)),
    }
}

impl Seeing {
    /// Learns who is locked out now, where that is known without a network: from a journal in a folder.
    pub(super) fn learn_locks(&mut self, session: &Session<'_>) -> Option<String> {
        let settings = &self.project.loaded.project.settings;
        let place = session.place(&self.project.loaded.root, Some(settings));
        match place {
            Ok(place @ (Place::Folder(_) | Place::Play(_))) => match place.load() {
                Ok(journal) => {
                    let entries = journal.sealed.iter().map(|sealed| &sealed.entry);
                    self.locked = past::locked_at(entries, self.now);
                    None
                }
                Err(error) if error.is_not_begun() => None,
                Err(error) => Some(format!(
                    "the journal cannot be trusted, so who is locked out is not known: {}",
                    error.told()
                )),
            },
            Ok(_) | Err(_) => Some(
                "the journal is elsewhere and was not asked, so who is locked out is not known; `--live` asks it"
                    .to_owned(),
            ),
        }
    }
}

/// What is known of a day that has passed; none for the present and for what is to come.
pub(super) fn then(
    session: &Session<'_>,
    seeing: &Seeing,
    as_of: Option<&str>,
) -> Result<Option<Moment>, Failure> {
    let project = &seeing.project;
    let Some(as_of) = as_of.and_then(|text| when::as_of(text, &project.zone)) else {
        return Ok(None);
    };
    if instant(as_of, project) > seeing.now {
        return Ok(None);
    }
    let (journal, note) = journal(session, project)?;
    let point = Point::At(as_of);
    let mut moment = moment(project, &journal.sealed, &point, None, seeing.now)
        .map_err(|error| Failure::input(error.to_string()))?;
    if note.is_some() {
        moment.notes = note.into_iter().collect();
    }
    Ok(Some(moment))
}

/// By which files a question about a time is answered, for people. `lines` are those that the answer shows.
pub(super) fn by<'m>(project: &Project, moment: Option<&'m Moment>, lines: &[&Origin]) -> By<'m> {
    let Some(moment) = moment else {
        return By::default();
    };
    let than = match project.options.as_of {
        AsOf::Instant(at) => at,
        as_of @ AsOf::Date(_) => instant(as_of, project),
    };
    let mut by = By {
        commit: moment.commit.as_deref(),
        applied: moment.applied,
        todays: moment.desired.is_none(),
        than: Some(than),
        notes: moment.notes.clone(),
    };
    if by.todays {
        let young = why::younger(project, lines, than);
        if young > 0 {
            let lines = u32::try_from(young).unwrap_or(u32::MAX);
            by.notes.push(format!(
                "{} younger than that; `keyholder matrix --as-of` has what was seen then",
                match lines {
                    1 => "1 line that is shown is".to_owned(),
                    many => format!("{many} lines that are shown are"),
                }
            ));
        }
    }
    by
}

/// A question that names something that is not there.
pub(super) fn unclear(error: &Unclear) -> Failure {
    Failure::input(error.to_string()).help(error.advice())
}
