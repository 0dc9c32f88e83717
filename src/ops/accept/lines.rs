//! What could be written about one difference.
//!
//! Not the judgement of it: each is tried on a copy of the project. Those of an earlier tier say it more plainly.

use std::collections::BTreeSet;

use crate::catalog::RightType;
use crate::config::edit::{self, Change, Seg, Yaml};
use crate::config::raw::{self, SelectorBody};
use crate::model::{Days, GrantState, Item, Items, LocationKey, One, PersonKey, PlaceId, Value};
use crate::ops::project::Project;
use crate::plan::{RightDelta, Step, StepKind};

/// An edit that may say a difference.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The file.
    pub(super) file: String,
    /// The edit.
    pub(super) changes: Vec<Change>,
    /// The same in one line.
    pub(super) line: String,
    /// The places where the difference is then gone.
    pub(super) places: Vec<PlaceId>,
}

/// What could be written.
pub(super) struct Way {
    /// By plainness; of each tier one at most may fit.
    pub(super) tiers: Vec<Vec<Candidate>>,
    /// Lines to show where none does.
    pub(super) by_hand: Vec<String>,
}

/// Why nothing is written, and what a person could write.
pub(super) struct Refusal(pub(super) String, pub(super) Vec<String>);

/// The person in the files.
struct Entry<'a> {
    project: &'a Project,
    step: &'a Step,
    person: &'a raw::Person,
    file: String,
    lines: &'a [raw::Assignment],
    /// The lines as they are written.
    values: Vec<Yaml>,
}

/// What could be written about the difference that a step answers.
pub(super) fn ways(project: &Project, step: &Step, steps: &[Step]) -> Result<Way, Refusal> {
    let key = step.person.as_ref();
    let people = project.loaded.project.entries.people.iter();
    let mut people = people.filter(|it| key.is_some_and(|key| *it.key.value == *key.as_str()));
    let person = people
        .next()
        .ok_or_else(|| Refusal("nobody declared them".into(), Vec::new()))?;
    let key = person.key.value.to_string();
    let protected = &project.desired.protected;
    if protected.contains_key(&PersonKey::new(key.as_str())) && gives(step) {
        return Err(Refusal(
            format!(
                "`{key}` is protected: nothing takes their access, and no edit of ours does; take the key out of `protected` first, in a change of its own"
            ),
            Vec::new(),
        ));
    }
    let Some(raw::Access::Lines(lines)) = person.access.as_ref().map(|it| &it.value) else {
        return Err(Refusal(
            format!("`{key}` has no list of access"),
            Vec::new(),
        ));
    };
    let file = project
        .loaded
        .sources
        .origin(person.key.span)
        .file
        .to_string();
    // Names and roles of the lines stand in texts that hold no secret, so those that are kept will do.
    let text = project
        .loaded
        .sources
        .iter()
        .find(|(_, it)| **it.path() == *file);
    let value = text.and_then(|(_, it)| edit::value(it.text()));
    let values = value
        .as_ref()
        .and_then(|it| it.get("people")?.get(&key)?.get("access").cloned());
    let values = match values {
        Some(Yaml::List(items)) if items.len() == lines.len() => items,
        _ => {
            return Err(Refusal(
                format!("{file} cannot be edited from here"),
                Vec::new(),
            ));
        }
    };
    let entry = Entry {
        project,
        step,
        person,
        file,
        lines,
        values,
    };
    match step.kind {
        StepKind::Unblock | StepKind::Activate => {
            let today = project.desired.as_of.to_zoned(project.zone.clone()).date();
            return Err(Refusal(
                format!("`{key}` was switched off by hand, and why the files cannot know"),
                vec![
                    format!("leaves: {today}  (if they have left)"),
                    format!("paused: {{ from: {today} }}  (if they come back)"),
                ],
            ));
        }
        StepKind::Block | StepKind::Deactivate => {
            return Err(Refusal(
                format!(
                    "`{key}` was switched on by hand against a line of the files: change that line if it is meant"
                ),
                Vec::new(),
            ));
        }
        _ => {}
    }
    match (&step.before, &step.after) {
        (Some(_), Some(_)) => entry.changed(steps),
        (None, Some(_)) => entry.taken(steps),
        (Some(_), None) => entry.given(),
        (None, None) => Err(Refusal("it changes no access".into(), Vec::new())),
    }
}

/// Whether a step gives something back: accepting the difference would take it from the files.
fn gives(step: &Step) -> bool {
    step.before.is_none() || step.swing.gives
}

impl Entry<'_> {
    fn key(&self) -> &str {
        &self.person.key.value
    }

    fn path(&self, more: &[Seg]) -> Vec<Seg> {
        let mut path: Vec<Seg> = vec!["people".into(), self.key().into()];
        path.extend_from_slice(more);
        path
    }

    fn line(&self, at: usize, more: &[Seg]) -> Vec<Seg> {
        let mut path = self.path(&["access".into(), at.into()]);
        path.extend_from_slice(more);
        path
    }

    fn candidate(&self, changes: Vec<Change>, line: String) -> Candidate {
        Candidate {
            file: self.file.clone(),
            changes,
            line,
            places: vec![self.step.place.clone()],
        }
    }

    /// The lines that give something at a place of the step's system, by position.
    fn lines_at(&self, place: &PlaceId) -> Vec<usize> {
        let person = self.project.desired.people.values();
        let grants = person
            .filter(|it| it.key.as_str() == self.key())
            .flat_map(|it| it.grants.iter())
            .filter(|it| it.system == self.step.system && it.place == *place);
        let spans: BTreeSet<_> = grants.flat_map(|it| it.because.iter().copied()).collect();
        (0..self.lines.len())
            .filter(|&at| {
                self.lines
                    .get(at)
                    .is_some_and(|line| spans.contains(&line.span))
            })
            .collect()
    }

    /// The places at which a line gives something, in any system.
    fn places_of(&self, at: usize) -> BTreeSet<PlaceId> {
        let Some(line) = self.lines.get(at) else {
            return BTreeSet::new();
        };
        let person = self.project.desired.people.values();
        person
            .filter(|it| it.key.as_str() == self.key())
            .flat_map(|it| it.grants.iter())
            .filter(|it| it.state != GrantState::Absent && it.because.contains(&line.span))
            .map(|it| it.place.clone())
            .collect()
    }

    fn origin(&self, at: usize) -> String {
        let span = self
            .lines
            .get(at)
            .map_or(self.person.key.span, |line| line.span);
        let origin = self.project.loaded.sources.origin(span);
        format!("{}:{}", origin.file, origin.line)
    }

    /// A line like another one, for one place.
    fn copy(&self, at: usize, place: &LocationKey, more: Vec<(&str, Yaml)>) -> Yaml {
        let Some(Yaml::Map(pairs)) = self.values.get(at) else {
            return Yaml::Map(Vec::new());
        };
        let mut pairs: Vec<(String, Yaml)> = pairs
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "plus" | "minus" | "at"))
            .cloned()
            .collect();
        let behind_role = usize::from(!pairs.is_empty());
        pairs.insert(behind_role, ("at".into(), Yaml::texts([place.as_str()])));
        for (key, value) in more {
            match pairs.iter_mut().find(|(known, _)| known == key) {
                Some(pair) => pair.1 = value,
                None => pairs.push((key.to_owned(), value)),
            }
        }
        Yaml::Map(pairs)
    }

    // Something is there and should be, and is not as it should be.

    fn changed(&self, steps: &[Step]) -> Result<Way, Refusal> {
        let (Some(before), Some(after)) = (&self.step.before, &self.step.after) else {
            return Err(Refusal("it changes no access".into(), Vec::new()));
        };
        let Some(place) = self.step.place.location().cloned() else {
            return Err(Refusal(
                "the files say it for the whole system, in the role".into(),
                Vec::new(),
            ));
        };
        let mut common = Vec::new();
        let mut words = Vec::new();
        if before.staff != after.staff {
            let pin: Yaml = match (&before.staff_name, before.staff) {
                (Some(name), _) => Yaml::Text(name.to_string()),
                (None, Some(id)) => Yaml::Plain(id.to_string()),
                (None, None) => "none".into(),
            };
            let path = [
                "accounts",
                self.step.system.as_str(),
                "staff",
                place.as_str(),
            ]
            .map(Seg::from);
            words.push(format!(
                "accounts: {{ {}: {{ staff: {{ {place}: {} }} }} }}",
                self.step.system,
                pin.flow()
            ));
            common.push(Change::Set(self.path(&path), pin));
        }
        let lines = self.lines_at(&self.step.place);
        let Some(&own) = lines.first() else {
            return Err(Refusal("no line of access gives it".into(), words));
        };
        let is_alone = |at: usize| self.places_of(at).len() == 1;
        let mut tiers = Vec::new();
        let mut by_hand = Vec::new();
        let everywhere = common.is_empty() && self.is_everywhere(own, steps);
        if before.role == after.role {
            if common.is_empty() {
                tiers.extend(self.needless(&lines).map(|it| vec![it]));
            }
            for rights in [
                self.rights(&self.step.deltas, everywhere, false),
                self.rights(&self.step.deltas, everywhere, true),
            ] {
                let Some(rights) = rights else { continue };
                if rights.is_empty() {
                    tiers.push(vec![self.candidate(common.clone(), words.join(", "))]);
                    continue;
                }
                let mut on = lines.iter().copied().find(|&at| is_alone(at));
                let mut places = vec![self.step.place.clone()];
                if on.is_none() && everywhere {
                    on = Some(own);
                    places = self.places_of(own).into_iter().collect();
                }
                let mut changes = common.clone();
                let line = if let Some(at) = on {
                    changes.extend(rights.onto(self, at));
                    format!("{}, on the line {}", rights.words(), self.origin(at))
                } else {
                    let line = self.copy(own, &place, rights.pairs(self.step.system.as_str()));
                    changes.extend(rights.undone.iter().cloned());
                    let words = format!("- {}", line.flow());
                    changes.push(Change::Add(self.path(&["access".into()]), line));
                    words
                };
                by_hand.push(line.clone());
                let mut candidate = self.candidate(changes, line);
                candidate.places = places;
                tiers.push(vec![candidate]);
            }
            by_hand.extend(words);
            by_hand.dedup();
            return Ok(Way { tiers, by_hand });
        }
        // Another vendor role: one of ours gives just that, or nobody can tell.
        let mut tier = Vec::new();
        for role in &self.project.loaded.project.entries.roles {
            let name: &str = &role.key.value;
            let current = self.lines.get(own).and_then(|line| line.role.as_ref());
            if current.is_some_and(|it| *it.value == *name) || lines.len() > 1 {
                continue;
            }
            let mut changes = common.clone();
            let line = if is_alone(own) {
                changes.push(Change::Set(self.line(own, &["role".into()]), name.into()));
                format!("role: {name}, on the line {}", self.origin(own))
            } else {
                let line = self.copy(own, &place, vec![("role", name.into())]);
                let words = format!("- {}", line.flow());
                let Some(less) = self.without(own, &place) else {
                    continue;
                };
                changes.push(less);
                changes.push(Change::Add(self.path(&["access".into()]), line));
                words
            };
            tier.push(self.candidate(changes, line));
        }
        let live = before.role.as_ref().map_or("another", |role| role.as_str());
        by_hand.push(format!(
            "role: … (one with the vendor role `{live}`), on the line {}",
            self.origin(own)
        ));
        Ok(Way {
            tiers: vec![tier],
            by_hand,
        })
    }

    /// Whether the same is different at all places of a line, and all of it is accepted.
    fn is_everywhere(&self, at: usize, steps: &[Step]) -> bool {
        let places = self.places_of(at);
        places.len() > 1
            && places.iter().all(|place| {
                steps.iter().any(|it| {
                    it.person == self.step.person
                        && it.system == self.step.system
                        && it.place == *place
                        && it.deltas == self.step.deltas
                        && it.kind == self.step.kind
                })
            })
    }

    /// What `plus` and `minus` would have to say. With `only_switches` without what follows from switches.
    fn rights(
        &self,
        deltas: &[RightDelta],
        everywhere: bool,
        only_switches: bool,
    ) -> Option<Rights> {
        let mut rights = Rights {
            system: self.step.system.to_string(),
            ..Rights::default()
        };
        for delta in deltas {
            let right = self.project.catalog.get(delta.right);
            let restricts = matches!(
                right.kind,
                RightType::Limited | RightType::OwnOnly | RightType::CheckIp
            );
            match (&delta.before, &delta.after) {
                (Some(Value::Switch(true)), _) if !restricts => {
                    match self.named(right.slug, "minus", everywhere) {
                        Some(undo) => rights.undone.push(undo),
                        None => rights.plus.push((right.slug, "allow".into())),
                    }
                }
                (Some(Value::Switch(false)), Some(Value::Switch(true))) if !restricts => {
                    match self.named(right.slug, "plus", everywhere) {
                        Some(undo) => rights.undone.push(undo),
                        None => rights.minus.push(right.slug),
                    }
                }
                (Some(Value::Switch(_)) | None, _) => {}
                (Some(value), _) if !only_switches => {
                    rights.plus.push((right.slug, written(value)))
                }
                _ => {}
            }
        }
        // The second form is worth a try only where it is another.
        let all = deltas.len();
        (!only_switches || rights.count() < all).then_some(rights)
    }

    /// The end of a line that says of this place alone what another says of it too, but for a `plus` or a `minus`.
    fn needless(&self, lines: &[usize]) -> Option<Candidate> {
        let plain = |at: usize, key: &str| self.values.get(at)?.get(key).cloned();
        let at = lines.iter().copied().find(|&at| {
            let Some(Yaml::Map(pairs)) = self.values.get(at) else {
                return false;
            };
            let known = |key: &str| matches!(key, "role" | "at" | "plus" | "minus");
            self.places_of(at).len() == 1
                && pairs.iter().all(|(key, _)| known(key))
                && pairs.len() > 2
                && lines
                    .iter()
                    .any(|&other| other != at && plain(other, "role") == plain(at, "role"))
        })?;
        let words = format!("delete the line {}", self.origin(at));
        Some(self.candidate(vec![Change::Remove(self.line(at, &[]))], words))
    }

    /// The end of what a `plus` or `minus` says of a right, on a line that gives at that place alone, or at places that are
    /// all meant.
    fn named(&self, slug: &str, key: &str, everywhere: bool) -> Option<Change> {
        self.lines_at(&self.step.place).into_iter().find_map(|at| {
            if self.places_of(at).len() != 1 && !everywhere {
                return None;
            }
            let Some(Yaml::Map(targets)) = self.values.get(at)?.get(key) else {
                return None;
            };
            targets.iter().find_map(|(target, said)| {
                let last: Seg = match said {
                    Yaml::Map(pairs) => pairs
                        .iter()
                        .find(|(name, _)| name == slug)?
                        .0
                        .as_str()
                        .into(),
                    Yaml::List(items) => items.iter().position(|it| *it == slug.into())?.into(),
                    _ => return None,
                };
                let inner = [Seg::from(key), target.as_str().into(), last];
                let shortest = edit::alone(self.values.get(at)?, &inner, 0);
                Some(Change::Remove(self.line(at, &shortest)))
            })
        })
    }

    // Nothing is there that should be.

    fn taken(&self, steps: &[Step]) -> Result<Way, Refusal> {
        // A person is invited once: the one step stands for all their places.
        let mut places: Vec<PlaceId> = vec![self.step.place.clone()];
        if self.step.kind == StepKind::Invite {
            let person = self.project.desired.people.values();
            let grants = person
                .filter(|it| it.key.as_str() == self.key())
                .flat_map(|it| &it.grants);
            places = grants
                .filter(|it| it.system == self.step.system)
                .map(|it| it.place.clone())
                .collect();
        }
        let same = steps
            .iter()
            .filter(|it| it.person == self.step.person && it.system == self.step.system);
        let gone = same.filter(|it| it.before.is_none()).map(|it| &it.place);
        places.extend(gone.cloned());
        places.sort();
        places.dedup();
        let locations: Vec<&LocationKey> = places.iter().filter_map(PlaceId::location).collect();
        let mut edits: Vec<(usize, Vec<Change>, String)> = Vec::new();
        for at in 0..self.lines.len() {
            let of_line = self.places_of(at);
            let here: Vec<&LocationKey> = locations
                .iter()
                .copied()
                .filter(|key| of_line.iter().any(|place| place.location() == Some(*key)))
                .collect();
            if here.is_empty() {
                continue;
            }
            if here.len() == of_line.len() {
                let words = format!("delete the line {}", self.origin(at));
                edits.push((at, vec![Change::Remove(self.line(at, &[]))], words));
                continue;
            }
            let Some(changes) = self.without_all(at, &here) else {
                return Err(Refusal(
                    format!(
                        "the `at` of {} is more than one edit can narrow",
                        self.origin(at)
                    ),
                    vec![format!("at: … (without {})", names(&here))],
                ));
            };
            edits.push((
                at,
                changes,
                format!("{} no more in `at` of {}", names(&here), self.origin(at)),
            ));
        }
        if edits.is_empty() {
            return Err(Refusal("no line of access gives it".into(), Vec::new()));
        }
        // From the last line up: what is deleted moves those below it.
        edits.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let words: Vec<String> = edits
            .iter()
            .rev()
            .map(|(.., words)| words.clone())
            .collect();
        let line = words.join("; ");
        let changes = edits
            .into_iter()
            .flat_map(|(_, changes, _)| changes)
            .collect();
        let mut candidate = self.candidate(changes, line);
        candidate.places = places;
        Ok(Way {
            tiers: vec![vec![candidate]],
            by_hand: words,
        })
    }

    /// A line without some of its places; none where one edit cannot say it.
    fn without_all(&self, at: usize, keys: &[&LocationKey]) -> Option<Vec<Change>> {
        let selector = self.lines.get(at)?.at.as_ref()?;
        let seg = Seg::from("at");
        Some(match &selector.body {
            SelectorBody::Keys(named) => {
                let mut places: Vec<usize> = keys
                    .iter()
                    .map(|key| named.iter().position(|it| *it.value == *key.as_str()))
                    .collect::<Option<_>>()?;
                places.sort_unstable_by(|a, b| b.cmp(a));
                let removed = places
                    .into_iter()
                    .map(|it| Change::Remove(self.line(at, &[seg.clone(), it.into()])));
                removed.collect()
            }
            SelectorBody::All => {
                let except = Yaml::texts(keys.iter().map(|key| key.as_str()));
                let all = Yaml::Map(vec![
                    ("all".into(), Yaml::Plain("true".into())),
                    ("except".into(), except),
                ]);
                vec![Change::Set(self.line(at, &[seg]), all)]
            }
            SelectorBody::Tags { except: None, .. } => {
                let except = Yaml::texts(keys.iter().map(|key| key.as_str()));
                vec![Change::Set(self.line(at, &[seg, "except".into()]), except)]
            }
            SelectorBody::Tags {
                except: Some(inner),
                ..
            } => {
                if !matches!(inner.body, SelectorBody::Keys(_)) {
                    return None;
                }
                let path = self.line(at, &[seg, "except".into()]);
                keys.iter()
                    .map(|key| Change::Add(path.clone(), key.as_str().into()))
                    .collect()
            }
        })
    }

    fn without(&self, at: usize, key: &LocationKey) -> Option<Change> {
        self.without_all(at, &[key])?.into_iter().next()
    }

    // Something is there that should not be.

    fn given(&self) -> Result<Way, Refusal> {
        let Some(place) = self.step.place.location() else {
            return Err(Refusal(
                "only access at a location is taken over".into(),
                Vec::new(),
            ));
        };
        let mut longer = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            if let Some(SelectorBody::Keys(_)) = line.at.as_ref().map(|it| &it.body) {
                let change = Change::Add(self.line(at, &["at".into()]), place.as_str().into());
                let words = format!("{place} in `at` of the line {}", self.origin(at));
                longer.push(self.candidate(vec![change], words));
            }
        }
        let mut new = Vec::new();
        for role in &self.project.loaded.project.entries.roles {
            let line = Yaml::Map(vec![
                ("role".into(), (&*role.key.value).into()),
                ("at".into(), Yaml::texts([place.as_str()])),
            ]);
            let words = format!("- {}", line.flow());
            new.push(self.candidate(
                vec![Change::Add(self.path(&["access".into()]), line)],
                words,
            ));
        }
        let live = self.step.before.as_ref().and_then(|it| it.role.as_ref());
        let live = live.map_or("no vendor role", |it| it.as_str());
        let by_hand = vec![format!(
            "- {{ role: …, at: [{place}] }}  (they are `{live}` there)"
        )];
        Ok(Way {
            tiers: vec![longer, new],
            by_hand,
        })
    }
}

/// What `plus` and `minus` say.
#[derive(Default)]
struct Rights {
    system: String,
    plus: Vec<(&'static str, Yaml)>,
    minus: Vec<&'static str>,
    /// Ends of what says the contrary.
    undone: Vec<Change>,
}

impl Rights {
    fn count(&self) -> usize {
        self.plus.len() + self.minus.len() + self.undone.len()
    }

    fn is_empty(&self) -> bool {
        self.count() == 0
    }

    fn pairs(&self, system: &str) -> Vec<(&'static str, Yaml)> {
        let mut pairs = Vec::new();
        if !self.plus.is_empty() {
            let lines = self
                .plus
                .iter()
                .map(|(slug, value)| ((*slug).to_owned(), value.clone()));
            pairs.push(("plus", Yaml::pair(system, Yaml::Map(lines.collect()))));
        }
        if !self.minus.is_empty() {
            pairs.push((
                "minus",
                Yaml::pair(system, Yaml::texts(self.minus.iter().copied())),
            ));
        }
        pairs
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self
            .pairs(&self.system)
            .iter()
            .map(|(key, value)| format!("{key}: {}", value.flow()))
            .collect();
        for undo in &self.undone {
            if let Change::Remove(path) = undo {
                let names = path.iter().skip(4).map(|seg| match seg {
                    Seg::Key(key) => key.clone(),
                    Seg::At(at) => (at + 1).to_string(),
                });
                words.push(format!("without `{}`", names.collect::<Vec<_>>().join(".")));
            }
        }
        words.join(", ")
    }

    /// The changes that put it onto a line.
    fn onto(&self, entry: &Entry<'_>, at: usize) -> Vec<Change> {
        let mut changes = self.undone.clone();
        let system = Seg::from(self.system.as_str());
        for (slug, value) in &self.plus {
            let path = entry.line(at, &["plus".into(), system.clone(), (*slug).into()]);
            changes.push(Change::Set(path, value.clone()));
        }
        for slug in &self.minus {
            let path = entry.line(at, &["minus".into(), system.clone()]);
            changes.push(Change::Add(path, (*slug).into()));
        }
        changes
    }
}

/// A value of a right as a line says it.
fn written(value: &Value) -> Yaml {
    let item = |item: &Item| match item {
        Item::Name(name) => Yaml::Text(name.to_string()),
        Item::Id(id) => Yaml::pair("ids", Yaml::List(vec![Yaml::Plain(id.to_string())])),
    };
    match value {
        Value::Switch(true) => "allow".into(),
        Value::Switch(false) => "deny".into(),
        Value::Days(Days::Last(days)) => Yaml::Plain(days.to_string()),
        Value::Days(Days::All) | Value::Items(Items::All) | Value::One(One::All) => "all".into(),
        Value::One(One::Myself) => "self".into(),
        Value::One(One::Only(one)) => item(one),
        Value::Items(Items::Only(items)) => {
            let ids = items.iter().filter_map(|it| match it {
                Item::Id(id) => Some(Yaml::Plain(id.to_string())),
                Item::Name(_) => None,
            });
            let ids: Vec<Yaml> = ids.collect();
            if ids.is_empty() {
                Yaml::List(items.iter().map(item).collect())
            } else {
                Yaml::pair("ids", Yaml::List(ids))
            }
        }
        Value::Text(text) => Yaml::Text(text.to_string()),
    }
}

fn names(keys: &[&LocationKey]) -> String {
    let keys: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
    keys.join(", ")
}
