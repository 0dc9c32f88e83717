//! Whether what a verb writes could ever act: a line that is over before it begins is refused, not written.
//!
//! Not the order of the dates within one line, which `check` judges. Invariant: refused is only what could act at no place,
//! in whatever zone that place reads the dates.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::entry::Entry;
use super::{Join, Line, NotMade, instant, times, written};
use crate::config::raw::{self, When};
use crate::diagnostic::Code;
use crate::ops::project::Project;

/// The zones in which dates are read: the project's and those of its places.
fn zones(project: &Project) -> Vec<&TimeZone> {
    let mut zones = vec![&project.zone];
    for place in project.desired.places.values() {
        if !zones.contains(&&place.zone) {
            zones.push(&place.zone);
        }
    }
    zones
}

/// Whether what ends then is over everywhere at the time at which something begins, or now.
fn is_over(project: &Project, end: When, begins: &[Option<When>], now: Timestamp) -> bool {
    zones(project).into_iter().all(|zone| {
        let begins = begins.iter().flatten();
        let begins = begins.filter_map(|it| times::begins(zone, *it)).max();
        let begins = begins.map_or(now, |it| it.max(now));
        times::ends(zone, end).is_some_and(|end| end <= begins)
    })
}

/// Refuses a line of somebody who begins then.
pub(super) fn of_joiner(project: &Project, join: &Join, now: Timestamp) -> Result<(), NotMade> {
    let Some(line) = &join.line else {
        return Ok(());
    };
    let Some(until) = line.until else {
        return Ok(());
    };
    if is_over(project, until, &[], now) {
        return Err(past(until, "the line"));
    }
    match join.starts {
        Some(starts) if is_over(project, until, &[Some(starts)], now) => {
            Err(NotMade::new(format!(
                "the line would be over ({}) before `{}` begins ({})",
                written(until),
                join.key,
                written(starts)
            ))
            .code(Code::DateOrder))
        }
        _ => Ok(()),
    }
}

fn past(until: When, what: &str) -> NotMade {
    NotMade::new(format!(
        "{} has passed: {what} would never act",
        written(until)
    ))
    .code(Code::DateOrder)
    .help("a later day, or none")
}

impl Entry<'_> {
    /// When a line begins for them.
    pub(super) fn begins(&self, line: &raw::Assignment) -> Option<Timestamp> {
        let dates = line.from.iter().chain(&self.person.starts);
        dates
            .filter_map(|it| instant(self.project(), it.value))
            .max()
    }

    /// Refuses a line that would never act.
    pub(super) fn lives(&self, line: &Line, now: Timestamp) -> Result<(), NotMade> {
        self.still_there(line.from, now, "get a role")?;
        let Some(until) = line.until else {
            return Ok(());
        };
        if is_over(self.project(), until, &[], now) {
            return Err(past(until, "the line"));
        }
        self.begun_by(until, now, "the line")
    }

    /// Refuses what ends before they begin.
    fn begun_by(&self, until: When, now: Timestamp, what: &str) -> Result<(), NotMade> {
        match &self.person.starts {
            Some(starts) if is_over(self.project(), until, &[Some(starts.value)], now) => {
                Err(NotMade::new(format!(
                    "{what} would be over ({}) before `{}` begins ({})",
                    written(until),
                    self.key(),
                    written(starts.value)
                ))
                .code(Code::DateOrder))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what is to happen once they are off for good.
    pub(super) fn still_there(
        &self,
        on: Option<When>,
        now: Timestamp,
        what: &str,
    ) -> Result<(), NotMade> {
        let Some(leaves) = self.person.leaves.as_ref().map(|it| it.value) else {
            return Ok(());
        };
        let (key, day) = (self.key(), written(leaves));
        if is_over(self.project(), leaves, &[], now) {
            return Err(NotMade::new(format!(
                "`{key}` has left ({day}), and cannot {what}: it would never act"
            ))
            .code(Code::DateOrder)
            .help("somebody who left and comes back: take `leaves` away and set `starts`"));
        }
        if is_over(self.project(), leaves, &[on], now) {
            return Err(NotMade::new(format!(
                "`{key}` leaves ({day}) before that: it would never act"
            ))
            .code(Code::DateOrder)
            .help("an earlier day, or another `leaves`"));
        }
        Ok(())
    }

    /// Refuses a rest that nobody would take.
    pub(super) fn can_rest(&self, until: Option<When>, now: Timestamp) -> Result<(), NotMade> {
        let Some(until) = until else {
            return Ok(());
        };
        if is_over(self.project(), until, &[], now) {
            return Err(past(until, "the rest"));
        }
        self.begun_by(until, now, "the rest")
    }

    /// What is to be said of a day that has come: it means now.
    pub(super) fn passed(&self, on: Option<When>, now: Timestamp) -> Option<String> {
        let on = on?;
        let today = now.to_zoned(self.project().zone.clone()).date();
        let is_past = match on {
            When::Date(date) => date < today,
            When::Time(_) => instant(self.project(), on).is_some_and(|on| on < now),
        };
        is_past.then(|| format!("{} has passed: it counts from now on", written(on)))
    }
}
