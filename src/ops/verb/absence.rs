//! Off for good and off for a while, as changes of an entry.
//!
//! Not the judgement of what comes of it. Invariant: none of these verbs lengthens or shortens what it was not asked about:
//! a rest is never made to begin later or end sooner by another one.

use jiff::Timestamp;

use super::entry::Entry;
use super::{NotMade, eve, instant, times, written};
use crate::config::edit::{Change, Yaml};
use crate::config::raw::When;
use crate::model::PersonKey;

impl Entry<'_> {
    /// Refuses what would do nothing: `unmanaged` is left alone, whatever else the entry says.
    fn managed(&self, verb: &str) -> Result<(), NotMade> {
        if !self.is_unmanaged() {
            return Ok(());
        }
        Err(NotMade::new(format!(
            "the access of `{}` is `unmanaged`: nothing would be taken from them when they {verb}",
            self.key()
        ))
        .help("write `access: []` there instead, which takes everything, with `leaves` beside it where they go for good; or take it by hand at the vendor"))
    }

    /// A time that has passed now in the zone of each of their places, and in the project's.
    pub(super) fn at_once(&self, now: Timestamp, notes: &mut Vec<String>) -> When {
        let (time, title) = times::over(self.project(), self.key(), now);
        if let Some(title) = title {
            notes.push(format!(
                "`leaves` is read in the zone of each place: it says the time at {title}, so that everything is over now"
            ));
        }
        When::Time(time)
    }

    pub(super) fn left(
        &self,
        at: When,
        now: Timestamp,
        notes: &mut Vec<String>,
    ) -> Result<Vec<Change>, NotMade> {
        self.managed("leave")?;
        let zone = &self.project().zone;
        if let Some(leaves) = &self.person.leaves {
            let before = times::ends(zone, leaves.value);
            if before.is_some_and(|before| before <= now)
                && times::ends(zone, at).is_some_and(|at| before < Some(at))
            {
                return Err(NotMade::new(format!(
                    "`{}` has left already: {}",
                    self.key(),
                    written(leaves.value)
                ))
                .help("what is left to take away stands in `keyholder plan`"));
            }
        }
        let desired = &self.project().desired;
        if desired.protected.contains_key(&PersonKey::new(self.key())) {
            notes.push(format!(
                "`{}` is protected: nothing is taken from them before the key is out of `protected`",
                self.key()
            ));
        }
        let path = self.path(&["leaves".into()]);
        Ok(vec![Change::Set(path, written(at).as_str().into())])
    }

    pub(super) fn paused(
        &self,
        from: When,
        until: Option<When>,
        now: Timestamp,
    ) -> Result<Vec<Change>, NotMade> {
        if self.person.leaves.is_some() {
            return Err(NotMade::new(format!(
                "`{}` leaves, and cannot rest",
                self.key()
            )));
        }
        self.managed("rest")?;
        self.can_rest(until, now)?;
        let (project, zone) = (self.project(), &self.project().zone);
        let value = |when: When| Yaml::from(written(when).as_str());
        if let Some(old) = &self.person.paused {
            let begins = old.from.as_ref().and_then(|it| instant(project, it.value));
            let ends = old.until.as_ref().map(|it| times::ends(zone, it.value));
            let ends = ends.map(|it| it.unwrap_or(Timestamp::MAX));
            let new_end = until.map(|it| times::ends(zone, it).unwrap_or(Timestamp::MAX));
            let is_over = ends.is_some_and(|end| end <= now);
            let is_later = instant(project, from) > Some(begins.unwrap_or(now).max(now));
            let is_sooner = new_end.is_some_and(|new| ends.is_none_or(|old| new < old));
            if !is_over && (is_later || is_sooner) {
                let since = old
                    .from
                    .as_ref()
                    .map(|it| format!(" from {}", written(it.value)));
                let to = old
                    .until
                    .as_ref()
                    .map(|it| format!(" until {}", written(it.value)));
                return Err(NotMade::new(format!(
                    "`{}` rests already{}{}, and would have their access back in between",
                    self.key(),
                    since.unwrap_or_default(),
                    to.unwrap_or_default()
                ))
                .help("`keyholder return KEY --on DAY` ends that rest; `--until` with a later day lengthens it"));
            }
            // It goes on: only its end is another one.
            if !is_over && begins.is_none_or(|it| it <= now) {
                let path = self.path(&["paused".into(), "until".into()]);
                return Ok(match (until, &old.until) {
                    (Some(until), _) => vec![Change::Set(path, value(until))],
                    (None, Some(_)) => vec![Change::Remove(path)],
                    (None, None) => Vec::new(),
                });
            }
        }
        let path = |key: &str| self.path(&["paused".into(), key.into()]);
        if let Some(old) = self.person.paused.as_ref().filter(|it| it.from.is_some()) {
            // Day by day, so that what else is written there stays.
            let last = match until {
                Some(until) => Some(Change::Set(path("until"), value(until))),
                None => old.until.as_ref().map(|_| Change::Remove(path("until"))),
            };
            let first = Change::Set(path("from"), value(from));
            return Ok([Some(first), last].into_iter().flatten().collect());
        }
        let mut pairs = vec![("from".to_owned(), value(from))];
        pairs.extend(until.map(|it| ("until".to_owned(), value(it))));
        let path = self.path(&["paused".into()]);
        Ok(vec![Change::Set(path, Yaml::Map(pairs))])
    }

    pub(super) fn back(&self, on: Option<When>, now: Timestamp) -> Result<Vec<Change>, NotMade> {
        let Some(paused) = &self.person.paused else {
            let why = NotMade::new(format!("`{}` does not rest", self.key()));
            return Err(if self.person.leaves.is_some() {
                why.help("somebody who left and comes back: take `leaves` away and set `starts`")
            } else {
                why
            });
        };
        let (project, zone) = (self.project(), &self.project().zone);
        let back = on.and_then(|on| instant(project, on));
        // A day that has come is no other than now: nothing is left of the rest.
        let on = on.filter(|_| back.is_some_and(|back| back > now));
        let begins = paused.from.as_ref();
        let begins = begins.and_then(|it| instant(project, it.value));
        let (Some(on), true) = (on, begins.is_none_or(|it| back > Some(it))) else {
            // At once, or before it has begun.
            return Ok(vec![Change::Remove(self.path(&["paused".into()]))]);
        };
        let ends = paused.until.as_ref();
        if let Some(until) = ends.filter(|it| times::ends(zone, it.value) < back) {
            return Err(NotMade::new(format!(
                "`{}` rests until {} only, and is back before that",
                self.key(),
                written(until.value)
            ))
            .help("`keyholder pause KEY --until DAY` lengthens the rest"));
        }
        let last = eve(on).map(written).unwrap_or_default();
        let path = self.path(&["paused".into(), "until".into()]);
        Ok(vec![Change::Set(path, last.as_str().into())])
    }
}
