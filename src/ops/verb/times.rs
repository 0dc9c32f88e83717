//! When an edit makes a difference for the person it is about.
//!
//! Invariant: every instant at which something of theirs begins or ends, in any zone in which it is read, is looked at,
//! without the edit and with it; what holds between two of them holds at the first.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::{Draft, What, what};
use crate::config::raw::{Access, Person, When};
use crate::model::{GrantState, Managed, PersonKey};
use crate::ops::edit::Texts;
use crate::ops::project::Project;
use crate::render::swing::{Side, Standing, Stretch};

/// A minute that has passed now in the zone of each of somebody's places and in the project's, as a local time; and the title of
/// the place whose time it is, where that is not the project's. `leaves` and its like are read in the zone of each place.
pub fn over(project: &Project, key: &str, now: Timestamp) -> (DateTime, Option<Arc<str>>) {
    let local = |zone: &TimeZone| now.to_zoned(zone.clone()).datetime();
    let desired = &project.desired;
    let person = desired.people.get(&PersonKey::new(key));
    let grants = person.into_iter().flat_map(|it| it.grants.iter());
    let places = grants.filter_map(|it| desired.places.get(it.place.location()?));
    let here = local(&project.zone);
    let earliest = places.map(|it| (local(&it.zone), &it.title)).min();
    let (time, title) = match earliest {
        Some((time, title)) if time < here => (time, Some(title.clone())),
        _ => (here, None),
    };
    let minute = time.with().second(0).subsec_nanosecond(0).build();
    (minute.unwrap_or(time), title)
}

/// The instant at which a date begins, or that a time means.
pub(super) fn begins(zone: &TimeZone, when: When) -> Option<Timestamp> {
    let local = match when {
        When::Date(date) => date.to_datetime(Time::midnight()),
        When::Time(time) => time,
    };
    zone.to_timestamp(local).ok()
}

/// The instant at which what ends on a date, or at a time, is over.
pub(super) fn ends(zone: &TimeZone, when: When) -> Option<Timestamp> {
    match when {
        When::Date(date) => begins(zone, When::Date(date.tomorrow().ok()?)),
        When::Time(_) => begins(zone, when),
    }
}

/// The stretches from now on in which the files want something else for the person with the edit; now alone where they
/// never do, and nothing where the edit is about nobody.
pub(super) fn stretches(project: &Project, draft: &Draft, now: Timestamp) -> Vec<Stretch> {
    let Some(key) = &draft.person else {
        return Vec::new();
    };
    let renamed = draft.renamed.as_ref();
    let old_key = renamed.map_or(key.clone(), |(from, _)| PersonKey::new(from.as_str()));
    let before = Alone::of(&draft.texts.unedited(), project, old_key);
    let after = Alone::of(&draft.texts, project, key.clone());
    let mut times = BTreeSet::from([now]);
    before.turns(&mut times);
    after.turns(&mut times);
    let times: Vec<Timestamp> = times.range(now..).copied().collect();
    let mut found: Vec<Stretch> = Vec::new();
    // Whether the last one goes on: nothing else was seen since.
    let mut goes_on = false;
    let mut first = None;
    for at in times {
        let (old, new) = (before.at(at), after.at(at));
        let is_same = wants(&old, &before.key) == wants(&new, &after.key);
        let stretch = Stretch {
            from: at,
            until: None,
            before: old,
            after: new,
        };
        let like_last = found.last().is_some_and(|last| {
            wants(&last.before, &before.key) == wants(&stretch.before, &before.key)
                && wants(&last.after, &after.key) == wants(&stretch.after, &after.key)
        });
        if goes_on && like_last {
            continue;
        }
        if let Some(last) = found.last_mut().filter(|_| goes_on) {
            last.until = Some(at);
        }
        goes_on = !is_same;
        if is_same {
            first.get_or_insert(stretch);
        } else {
            found.push(stretch);
        }
    }
    if found.is_empty() {
        found.extend(first);
    }
    found
}

fn wants<'s>(side: &'s Side, key: &PersonKey) -> Vec<What<'s>> {
    let person = side.desired.people.get(key);
    person.map_or(Vec::new(), |it| it.grants.iter().map(what).collect())
}

/// A project with one person in it: asked often, it answers soon.
struct Alone {
    project: Project,
    key: PersonKey,
}

impl Alone {
    fn of(texts: &Texts, project: &Project, key: PersonKey) -> Self {
        let mut project = texts.open(project);
        let people = &mut project.loaded.project.entries.people;
        people.retain(|it| *it.key.value == *key.as_str());
        Self { project, key }
    }

    fn person(&self) -> Option<&Person> {
        self.project.loaded.project.entries.people.first()
    }

    /// The instants at which something of theirs begins or ends.
    fn turns(&self, times: &mut BTreeSet<Timestamp>) {
        let Some(person) = self.person() else { return };
        let places = self.project.desired.places.values();
        let mut zones = vec![&self.project.zone];
        for place in places {
            if !zones.contains(&&place.zone) {
                zones.push(&place.zone);
            }
        }
        let lines = match person.access.as_ref().map(|it| &it.value) {
            Some(Access::Lines(lines)) => lines.as_slice(),
            Some(Access::Unmanaged) | None => &[],
        };
        let paused = person.paused.iter();
        let first = lines.iter().filter_map(|it| it.from.as_ref());
        let first = first.chain(&person.starts);
        let first = first.chain(paused.clone().filter_map(|it| it.from.as_ref()));
        let last = lines.iter().filter_map(|it| it.until.as_ref());
        let last = last.chain(&person.leaves);
        let last = last.chain(paused.filter_map(|it| it.until.as_ref()));
        let first: Vec<When> = first.map(|it| it.value).collect();
        let last: Vec<When> = last.map(|it| it.value).collect();
        for zone in zones {
            times.extend(first.iter().filter_map(|it| begins(zone, *it)));
            times.extend(last.iter().filter_map(|it| ends(zone, *it)));
        }
    }

    fn at(&self, at: Timestamp) -> Side {
        let desired = self.project.desired_at(at);
        let standing = match (self.person(), desired.people.get(&self.key)) {
            (Some(raw), Some(person)) => {
                let zone = &self.project.zone;
                let is_resting = raw.paused.as_ref().is_some_and(|paused| {
                    let from = paused.from.as_ref().and_then(|it| begins(zone, it.value));
                    let until = paused.until.as_ref().and_then(|it| ends(zone, it.value));
                    from.is_none_or(|it| it <= at) && until.is_none_or(|it| at < it)
                });
                let has = |state: GrantState| person.grants.iter().any(|it| it.state == state);
                let starts = raw.starts.as_ref().and_then(|it| begins(zone, it.value));
                match person.managed {
                    Managed::No => Standing::Unmanaged,
                    Managed::Left(_) => Standing::Left,
                    Managed::Yes | Managed::Nothing(_) => {
                        if starts.is_some_and(|it| at < it) {
                            Standing::NotYet
                        } else if has(GrantState::Paused) || is_resting {
                            Standing::Rests
                        } else {
                            Standing::Here
                        }
                    }
                }
            }
            _ => Standing::Unknown,
        };
        Side { desired, standing }
    }
}
