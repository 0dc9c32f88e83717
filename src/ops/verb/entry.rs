//! A person as written, and the changes of their lines.
//!
//! Not the judgement of what comes of it.

use jiff::Timestamp;

use super::{Draft, Line, NotMade, Places, Verb, changed, eve, instant, staff, times, written};
use crate::config::edit::{self, Change, Remarks, Seg, Yaml};
use crate::config::raw::{self, Selector, SelectorBody, When};
use crate::diagnostic::nearest;
use crate::model::{LocationKey, PersonKey, PlaceStatus};
use crate::ops::edit::Texts;
use crate::ops::project::Project;

/// A person in the files.
pub(super) struct Entry<'a> {
    project: &'a Project,
    pub(super) person: &'a raw::Person,
    pub(super) file: String,
    lines: &'a [raw::Assignment],
    /// The lines as they are written.
    values: Vec<Yaml>,
    /// The text of the file.
    text: String,
}

/// What becomes of the list of lines. Positions are those of the list as it is.
#[derive(Default)]
struct Lines {
    changes: Vec<Change>,
    gone: Vec<usize>,
    more: Vec<(Yaml, Remarks)>,
}

/// Finds a person, or says whose key may be meant.
pub(super) fn find<'a>(
    project: &'a Project,
    texts: &Texts,
    key: &str,
) -> Result<Entry<'a>, NotMade> {
    let people = &project.loaded.project.entries.people;
    let Some(person) = people.iter().find(|it| *it.key.value == *key) else {
        let keys = people.iter().map(|it| &*it.key.value);
        return Err(unknown("nobody's key", key, nearest(key, keys)));
    };
    let file = project.loaded.sources.origin(person.key.span).file;
    let lines = match person.access.as_ref().map(|it| &it.value) {
        Some(raw::Access::Lines(lines)) => lines.as_slice(),
        Some(raw::Access::Unmanaged) | None => &[],
    };
    let text = texts.get(&file).unwrap_or_default();
    let value = edit::value(text);
    let access = value
        .as_ref()
        .and_then(|it| it.get("people")?.get(key)?.get("access"));
    let values = match access {
        Some(Yaml::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    Ok(Entry {
        project,
        person,
        file: file.to_string(),
        lines,
        values,
        text: text.to_owned(),
    })
}

pub(super) fn unknown(what: &str, key: &str, near: Option<&str>) -> NotMade {
    let why = NotMade::new(format!("`{key}` is {what}"));
    match near {
        Some(near) => why.help(format!("did you mean `{near}`?")),
        None => why,
    }
}

/// Refuses a place that nobody declared.
pub(super) fn known_place(project: &Project, key: &str) -> Result<(), NotMade> {
    let places = project.loaded.project.entries.locations.iter();
    let mut keys = places.map(|it| &*it.key.value);
    if keys.clone().any(|it| it == key) {
        return Ok(());
    }
    Err(unknown("no location", key, nearest(key, &mut keys)))
}

/// Refuses a role that nobody declared.
pub(super) fn known_role(project: &Project, key: &str) -> Result<(), NotMade> {
    let roles = project.loaded.project.entries.roles.iter();
    let mut keys = roles.map(|it| &*it.key.value);
    if keys.clone().any(|it| it == key) {
        return Ok(());
    }
    Err(unknown("no role", key, nearest(key, &mut keys)))
}

/// A new line as it is written.
pub(super) fn line(line: &Line) -> Yaml {
    let mut pairs: Vec<(String, Yaml)> = vec![("role".into(), line.role.as_str().into())];
    let at = line.at.as_ref().map(|at| match at {
        Places::All => "all".into(),
        Places::Keys(keys) => Yaml::texts(keys.iter().map(String::as_str)),
        Places::Tags(tags) => Yaml::Map(
            tags.iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
        ),
    });
    let mut put = |key: &str, value: Option<Yaml>| {
        pairs.extend(value.map(|value| (key.to_owned(), value)));
    };
    let moment = |when: Option<When>| when.map(|it| Yaml::from(written(it).as_str()));
    put("at", at);
    put("chain", line.chain.as_deref().map(Yaml::from));
    put("from", moment(line.from));
    put("until", moment(line.until));
    put("because", line.because.as_deref().map(Yaml::from));
    Yaml::Map(pairs)
}

/// The edit that a verb about one person asks for.
pub(super) fn draft(
    project: &Project,
    texts: &Texts,
    verb: &Verb,
    now: Timestamp,
) -> Result<Draft, NotMade> {
    let mut notes = Vec::new();
    let (key, changes, said, is_leaver) = match verb {
        Verb::Move {
            person,
            from,
            to,
            on,
            staff,
        } => {
            let entry = find(project, texts, person)?;
            entry.still_there(*on, now, "move")?;
            notes.extend(entry.passed(*on, now));
            let mut changes = entry.moved(from, to, *on, now)?;
            let pins = staff::pins(project, staff, std::slice::from_ref(to))?;
            entry.unnamed(from, to, &pins, &mut notes);
            changes.extend(entry.linked(pins));
            let on_text = on.map_or(String::new(), |on| format!(" on {}", written(on)));
            let said = format!("Move {person} from {from} to {to}{on_text}");
            (person, changes, said, false)
        }
        Verb::Leave {
            person,
            at: at_given,
        } => {
            let entry = find(project, texts, person)?;
            let at = at_given.unwrap_or_else(|| entry.at_once(now, &mut notes));
            let changes = entry.left(at, now, &mut notes)?;
            if at_given.is_some() {
                notes.extend(entry.passed(*at_given, now));
            }
            let said = format!("{person} leaves: {}", written(at));
            (person, changes, said, true)
        }
        Verb::Pause {
            person,
            from,
            until,
        } => {
            let entry = find(project, texts, person)?;
            let changes = entry.paused(*from, *until, now)?;
            let said = format!("{person} rests from {}", written(*from));
            (person, changes, said, false)
        }
        Verb::Return { person, on } => {
            let entry = find(project, texts, person)?;
            let changes = entry.back(*on, now)?;
            (person, changes, format!("{person} is back"), false)
        }
        Verb::Grant {
            person,
            line,
            staff,
        } => {
            let entry = find(project, texts, person)?;
            entry.lives(line, now)?;
            let mut changes = entry.granted(line)?;
            let places = line.at.as_ref().map(|at| staff::keys(project, at));
            let pins = staff::pins(project, staff, &places.unwrap_or_default())?;
            changes.extend(entry.linked(pins));
            let said = format!("Grant {} to {person}", line.role);
            (person, changes, said, false)
        }
        Verb::Revoke {
            person,
            role,
            at,
            on,
        } => {
            let entry = find(project, texts, person)?;
            entry.still_there(*on, now, "lose a role")?;
            notes.extend(entry.passed(*on, now));
            let changes = entry.revoked(role, at.as_deref(), *on, now)?;
            let said = format!("Revoke {role} from {person}");
            (person, changes, said, false)
        }
        Verb::Join(_) | Verb::RenameRole { .. } | Verb::RenamePerson { .. } => {
            return Err(NotMade::new("that is about more than one entry"));
        }
    };
    let entry = find(project, texts, key)?;
    let by_hand = changes.iter().map(told).collect::<Vec<_>>().join("; ");
    let texts = changed(texts, &entry.file, &changes, &by_hand)?;
    let after = texts.get(&entry.file).unwrap_or_default();
    for change in &changes {
        let Change::Bring(_, _, remarks) = change else {
            continue;
        };
        let lost = remarks.iter().filter(|it| !after.contains(*it));
        notes.extend(lost.map(|it| {
            format!("the comment `{it}` has no room where the line goes: write it again if it still holds")
        }));
    }
    Ok(Draft {
        texts,
        said,
        person: Some(PersonKey::new(key.as_str())),
        notes,
        renamed: None,
        is_leaver,
    })
}

/// A change in words, for somebody who has to make it.
fn told(change: &Change) -> String {
    let path = |path: &[Seg]| -> String {
        let parts: Vec<String> = path
            .iter()
            .map(|seg| match seg {
                Seg::Key(key) => key.clone(),
                Seg::At(at) => format!("line {}", at + 1),
            })
            .collect();
        parts.join(" > ")
    };
    match change {
        Change::Set(at, value) => format!("{}: {}", path(at), value.flow()),
        Change::Add(at, value) | Change::Bring(at, value, _) => {
            format!("{}: one more, {}", path(at), value.flow())
        }
        Change::Remove(at) => format!("{}: take it away", path(at)),
        Change::Rename(at, to) => format!("{}: call it {to}", path(at)),
    }
}

impl<'a> Entry<'a> {
    pub(super) fn key(&self) -> &'a str {
        &self.person.key.value
    }

    pub(super) fn project(&self) -> &'a Project {
        self.project
    }

    pub(super) fn is_unmanaged(&self) -> bool {
        let access = self.person.access.as_ref().map(|it| &it.value);
        matches!(access, Some(raw::Access::Unmanaged))
    }

    pub(super) fn path(&self, more: &[Seg]) -> Vec<Seg> {
        let mut path: Vec<Seg> = vec!["people".into(), self.key().into()];
        path.extend_from_slice(more);
        path
    }

    fn of_line(&self, at: usize, more: &[Seg]) -> Vec<Seg> {
        let mut path = self.path(&["access".into(), at.into()]);
        path.extend_from_slice(more);
        path
    }

    /// The lines, or why they are not edited.
    fn lines(&self) -> Result<&[raw::Assignment], NotMade> {
        if self.is_unmanaged() {
            let why = format!("the access of `{}` is `unmanaged`", self.key());
            return Err(NotMade::new(why).help("write a list of access lines there first"));
        }
        if self.values.len() == self.lines.len() {
            return Ok(self.lines);
        }
        Err(NotMade::new(format!(
            "the lines of `{}` cannot be edited from here",
            self.key()
        )))
    }

    /// Whether a selector means a location.
    fn covers(&self, selector: &Selector, place: &str) -> bool {
        match &selector.body {
            SelectorBody::Keys(keys) => keys.iter().any(|key| *key.value == *place),
            SelectorBody::All => true,
            SelectorBody::Tags { tags, all, except } => {
                let places = &self.project.loaded.project.entries.locations;
                let Some(known) = places.iter().find(|it| *it.key.value == *place) else {
                    return false;
                };
                let has = |name: &str, values: &[raw::Text]| {
                    known.tags.iter().any(|(tag, value)| {
                        *tag.value == *name && values.iter().any(|it| it.value == value.value)
                    })
                };
                let is_out = except.as_ref().is_some_and(|it| self.covers(it, place));
                !is_out && (*all || tags.iter().all(|(name, values)| has(&name.value, values)))
            }
        }
    }

    /// Whether a selector means nothing but these places: neither one that is open nor one that is planned.
    fn is_all_of(&self, selector: &Selector, places: &[&str]) -> bool {
        if let SelectorBody::Keys(keys) = &selector.body {
            return keys.iter().all(|key| places.contains(&&*key.value));
        }
        let closed = |place: &str| {
            let fact = self.project.desired.places.get(&LocationKey::new(place));
            fact.is_some_and(|it| it.status == PlaceStatus::Closed)
        };
        let known = self.project.loaded.project.entries.locations.iter();
        let mut meant = known
            .map(|it| &*it.key.value)
            .filter(|it| self.covers(selector, it) && !closed(it));
        meant.all(|it| places.contains(&it))
    }

    /// The place within `except` at which a selector by tags leaves out a location that it would mean.
    fn left_out(&self, selector: &Selector, place: &str) -> Option<usize> {
        let SelectorBody::Tags { tags, all, except } = &selector.body else {
            return None;
        };
        let SelectorBody::Keys(keys) = &except.as_ref()?.body else {
            return None;
        };
        let at = keys.iter().position(|key| *key.value == *place)?;
        let bare = Selector {
            span: selector.span,
            body: SelectorBody::Tags {
                tags: tags.clone(),
                all: *all,
                except: None,
            },
        };
        self.covers(&bare, place).then_some(at)
    }

    /// Whether a line is over at a time.
    fn is_over(&self, line: &raw::Assignment, at: Timestamp) -> bool {
        let until = line.until.as_ref();
        let end = until.and_then(|until| times::ends(&self.project.zone, until.value));
        end.is_some_and(|end| end <= at)
    }

    /// A line without some of the places it has.
    fn without(&self, lines: &mut Lines, at: usize, places: &[&str]) -> Result<(), NotMade> {
        let Some(selector) = self.lines.get(at).and_then(|line| line.at.as_ref()) else {
            lines.gone.push(at);
            return Ok(());
        };
        if self.is_all_of(selector, places) {
            lines.gone.push(at);
            return Ok(());
        }
        let out = || Yaml::texts(places.iter().copied());
        match &selector.body {
            SelectorBody::Keys(keys) => {
                let gone = |key: &raw::Text| places.contains(&&*key.value);
                for (item, _) in keys.iter().enumerate().rev().filter(|(_, key)| gone(key)) {
                    let path = self.of_line(at, &["at".into(), item.into()]);
                    lines.changes.push(Change::Remove(path));
                }
            }
            SelectorBody::All => {
                let body = vec![
                    ("all".to_owned(), Yaml::Plain("true".into())),
                    ("except".to_owned(), out()),
                ];
                let path = self.of_line(at, &["at".into()]);
                lines.changes.push(Change::Set(path, Yaml::Map(body)));
            }
            SelectorBody::Tags { except, .. } => {
                let path = self.of_line(at, &["at".into(), "except".into()]);
                match except.as_ref().map(|it| &it.body) {
                    None => lines.changes.push(Change::Set(path, out())),
                    Some(SelectorBody::Keys(_)) => {
                        let more = places.iter().map(|it| Yaml::from(*it));
                        lines
                            .changes
                            .extend(more.map(|it| Change::Add(path.clone(), it)));
                    }
                    Some(SelectorBody::All | SelectorBody::Tags { .. }) => {
                        return Err(NotMade::new(format!(
                            "{} says the places by tags, with exceptions by tags",
                            self.origin(at)
                        ))
                        .help("say the places of that line by hand"));
                    }
                }
            }
        }
        Ok(())
    }

    fn origin(&self, at: usize) -> String {
        let span = self
            .lines
            .get(at)
            .map_or(self.person.key.span, |line| line.span);
        let origin = self.project.loaded.sources.origin(span);
        format!("{}:{}", origin.file, origin.line)
    }

    /// A line like another one, at one place, from a day or until one.
    fn copy(&self, at: usize, place: &str, from: Option<When>, until: Option<When>) -> Yaml {
        const ORDER: &[&str] = &["role", "at", "from", "until", "because", "plus", "minus"];
        let Some(Yaml::Map(pairs)) = self.values.get(at) else {
            return Yaml::Map(Vec::new());
        };
        let mut pairs: Vec<(String, Yaml)> = pairs
            .iter()
            .filter(|(key, _)| key != "at" && key != "chain")
            .cloned()
            .collect();
        pairs.push(("at".into(), Yaml::texts([place])));
        for (key, when) in [("from", from), ("until", until)] {
            let Some(when) = when else { continue };
            pairs.retain(|(known, _)| known != key);
            pairs.push((key.to_owned(), written(when).as_str().into()));
        }
        pairs.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key));
        Yaml::Map(pairs)
    }

    /// The comments at a place of a line, which go where that place goes.
    fn remarks(&self, at: usize, place: &str) -> Remarks {
        let selector = self.lines.get(at).and_then(|line| line.at.as_ref());
        let Some(SelectorBody::Keys(keys)) = selector.map(|it| &it.body) else {
            return Remarks::default();
        };
        let item = keys.iter().position(|key| *key.value == *place);
        item.map_or_else(Remarks::default, |item| {
            edit::remarks(&self.text, &self.of_line(at, &["at".into(), item.into()]))
        })
    }

    fn settled(&self, mut lines: Lines) -> Vec<Change> {
        lines.gone.sort_unstable();
        lines.gone.dedup();
        let mut changes = lines.changes;
        for at in lines.gone.iter().rev() {
            changes.push(Change::Remove(self.of_line(*at, &[])));
        }
        let access = self.path(&["access".into()]);
        changes.extend(
            lines
                .more
                .into_iter()
                .map(|(line, remarks)| Change::Bring(access.clone(), line, remarks)),
        );
        changes
    }

    /// Whether a line says nothing but a role at places.
    fn is_bare(line: &raw::Assignment) -> bool {
        line.from.is_none()
            && line.until.is_none()
            && line.because.is_none()
            && line.plus.is_empty()
            && line.minus.is_empty()
            && line.chain.is_none()
    }

    fn moved(
        &self,
        from: &str,
        to: &str,
        on: Option<When>,
        now: Timestamp,
    ) -> Result<Vec<Change>, NotMade> {
        known_place(self.project, from)?;
        known_place(self.project, to)?;
        if from == to {
            return Err(NotMade::new(format!("`{from}` is where they are")));
        }
        let start = on.and_then(|on| instant(self.project, on));
        let start = start.filter(|start| *start > now);
        let cut = on.filter(|_| start.is_some());
        let mut lines = Lines::default();
        let mut found = false;
        for (at, line) in self.lines()?.iter().enumerate() {
            let Some(selector) = &line.at else { continue };
            if !self.covers(selector, from) || self.is_over(line, start.unwrap_or(now)) {
                continue;
            }
            found = true;
            let begins = self.begins(line);
            let is_later = begins.is_some_and(|begins| start.is_some_and(|start| begins >= start));
            let is_there = self.covers(selector, to)
                || self.lines.iter().enumerate().any(|(other, it)| {
                    let is_same = it.role.as_ref().map(|role| &role.value)
                        == line.role.as_ref().map(|role| &role.value);
                    let covers = it.at.as_ref().is_some_and(|it| self.covers(it, to));
                    other != at && is_same && Self::is_bare(it) && Self::is_bare(line) && covers
                });
            let keys = match &selector.body {
                SelectorBody::Keys(keys) => Some(keys),
                SelectorBody::All | SelectorBody::Tags { .. } => None,
            };
            match (cut.filter(|_| !is_later), keys) {
                (None, Some(keys)) if !is_there => {
                    let item = keys.iter().position(|key| *key.value == *from);
                    let path = self.of_line(at, &["at".into(), item.unwrap_or(0).into()]);
                    lines.changes.push(Change::Set(path, to.into()));
                }
                // What was left out comes in, and the place they leave goes out.
                (None, None) if self.left_out(selector, to).is_some() => {
                    let item = self.left_out(selector, to).unwrap_or_default();
                    let path = self.of_line(at, &["at".into(), "except".into(), item.into()]);
                    lines.changes.push(Change::Set(path, from.into()));
                }
                (None, None) if !is_there && self.is_all_of(selector, &[from]) => {
                    let path = self.of_line(at, &["at".into()]);
                    lines.changes.push(Change::Set(path, Yaml::texts([to])));
                }
                (None, _) => {
                    self.without(&mut lines, at, &[from])?;
                    if !is_there {
                        let copy = self.copy(at, to, None, None);
                        lines.more.push((copy, Remarks::default()));
                    }
                }
                (Some(on), _) => {
                    let last = eve(on);
                    if self.is_all_of(selector, &[from]) {
                        let until = last.map(written).unwrap_or_default();
                        let path = self.of_line(at, &["until".into()]);
                        lines.changes.push(Change::Set(path, until.as_str().into()));
                    } else {
                        self.without(&mut lines, at, &[from])?;
                        let copy = self.copy(at, from, None, last);
                        lines.more.push((copy, self.remarks(at, from)));
                    }
                    if !is_there {
                        let copy = self.copy(at, to, Some(on), None);
                        lines.more.push((copy, Remarks::default()));
                    }
                }
            }
        }
        if !found {
            let why = format!("`{}` has no line of access at `{from}`", self.key());
            return Err(NotMade::new(why).help(format!(
                "`keyholder show {}` says what they have",
                self.key()
            )));
        }
        let mut changes = self.settled(lines);
        let invite_at = self.person.invite_at.as_ref();
        if invite_at.is_some_and(|it| *it.value == *from) && cut.is_none() {
            let path = self.path(&["invite_at".into()]);
            changes.push(Change::Set(path, to.into()));
        }
        Ok(changes)
    }

    /// Team members as changes of `accounts`.
    fn linked(&self, pins: Vec<(String, String, Yaml)>) -> impl Iterator<Item = Change> {
        pins.into_iter().map(|(system, place, value)| {
            let path = [
                "accounts".into(),
                system.as_str().into(),
                "staff".into(),
                place.as_str().into(),
            ];
            Change::Set(self.path(&path), value)
        })
    }

    /// Says where a team member is named at the place they leave, and none where they go.
    fn unnamed(
        &self,
        from: &str,
        to: &str,
        pins: &[(String, String, Yaml)],
        notes: &mut Vec<String>,
    ) {
        for (system, pin) in &self.person.accounts {
            let names = |place: &str| pin.staff.iter().any(|(key, _)| *key.value == *place);
            let is_said = pins.iter().any(|(it, ..)| **it == *system.value);
            if names(from) && !names(to) && !is_said {
                notes.push(format!(
                    "`accounts` names their team member of {} at {from}; `--staff NAME` names the one at {to}, if they have one",
                    system.value
                ));
            }
        }
    }

    fn granted(&self, new: &Line) -> Result<Vec<Change>, NotMade> {
        known_role(self.project, &new.role)?;
        if let Some(Places::Keys(keys)) = &new.at {
            for key in keys {
                known_place(self.project, key)?;
            }
        }
        let lines = self.lines()?;
        let is_plain = new.from.is_none()
            && new.until.is_none()
            && new.because.is_none()
            && new.chain.is_none();
        let same = |line: &&raw::Assignment| {
            line.role.as_ref().is_some_and(|it| *it.value == *new.role) && Self::is_bare(line)
        };
        let mut wanted = new.clone();
        if let Some(Places::Keys(keys)) = &mut wanted.at {
            let has = |key: &String| {
                lines
                    .iter()
                    .filter(same)
                    .any(|line| line.at.as_ref().is_some_and(|at| self.covers(at, key)))
            };
            keys.retain(|key| !has(key));
            if keys.is_empty() {
                return Err(NotMade::new(format!(
                    "`{}` has `{}` there already",
                    self.key(),
                    new.role
                )));
            }
            let onto = lines.iter().position(|line| {
                let at = line.at.as_ref().map(|at| &at.body);
                same(&line) && matches!(at, Some(SelectorBody::Keys(_)))
            });
            if let Some(at) = onto.filter(|_| is_plain) {
                let path = self.of_line(at, &["at".into()]);
                let more = keys.iter().map(|key| Yaml::from(key.as_str()));
                return Ok(more.map(|key| Change::Add(path.clone(), key)).collect());
            }
        }
        Ok(vec![Change::Add(
            self.path(&["access".into()]),
            line(&wanted),
        )])
    }

    fn revoked(
        &self,
        role: &str,
        places: Option<&[String]>,
        on: Option<When>,
        now: Timestamp,
    ) -> Result<Vec<Change>, NotMade> {
        known_role(self.project, role)?;
        for key in places.into_iter().flatten() {
            known_place(self.project, key)?;
        }
        let start = on.and_then(|on| instant(self.project, on));
        let cut = on.filter(|_| start.is_some_and(|start| start > now));
        let mut lines = Lines::default();
        let mut found = false;
        for (at, line) in self.lines()?.iter().enumerate() {
            let is_role = line.role.as_ref().is_some_and(|it| *it.value == *role);
            if !is_role || self.is_over(line, start.unwrap_or(now)) {
                continue;
            }
            let here: Option<Vec<&str>> = places.map(|places| {
                let covered = |key: &&str| line.at.as_ref().is_some_and(|it| self.covers(it, key));
                places.iter().map(String::as_str).filter(covered).collect()
            });
            if here.as_ref().is_some_and(Vec::is_empty) {
                continue;
            }
            found = true;
            let is_whole = match (&here, &line.at) {
                (None, _) | (Some(_), None) => true,
                (Some(here), Some(selector)) => self.is_all_of(selector, here),
            };
            // A line that would only begin then never does.
            let begins = self.begins(line);
            let is_later = begins.is_some_and(|begins| start.is_some_and(|start| begins >= start));
            let last = cut.filter(|_| !is_later).and_then(eve);
            match (last, is_whole) {
                (None, true) => lines.gone.push(at),
                (None, false) => self.without(&mut lines, at, &here.unwrap_or_default())?,
                (Some(last), true) => {
                    let path = self.of_line(at, &["until".into()]);
                    let until = written(last);
                    lines.changes.push(Change::Set(path, until.as_str().into()));
                }
                (Some(last), false) => {
                    let here = here.unwrap_or_default();
                    self.without(&mut lines, at, &here)?;
                    let rest = here.iter().map(|it| {
                        let copy = self.copy(at, it, None, Some(last));
                        (copy, self.remarks(at, it))
                    });
                    lines.more.extend(rest);
                }
            }
        }
        if !found {
            let place = if places.is_some() { " there" } else { "" };
            let why = format!("no line gives `{}` the role `{role}`{place}", self.key());
            return Err(NotMade::new(why).help(format!(
                "`keyholder show {}` says what they have",
                self.key()
            )));
        }
        Ok(self.settled(lines))
    }
}
