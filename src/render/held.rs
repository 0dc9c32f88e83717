//! What is kept back, why, and the entry that would let it through.
//!
//! Not the judgement. Invariant: what is kept back for the same reason stands together, and nothing is left out.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::change::{because_of_many, in_short, named};
use super::doc::{Block, Detail, Item, Run, Tone, foreign, prose, say, toned};
use super::hand::push_all;
use super::names::Names;
use super::words;
use crate::catalog::Catalog;
use crate::model::{PersonKey, PlaceId, SystemName};
use crate::plan::{Because, Hold, HoldCode, StepKind};

/// From how many people on an equal hold is told once for all of them.
pub(super) const MANY: usize = 3;

/// What makes two holds equal: all that is said of them, but for whom and where.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sort<'a> {
    code: HoldCode,
    kind: Option<StepKind>,
    system: Option<&'a SystemName>,
    pub(super) message: String,
    help: String,
    approval: Option<&'a str>,
}

impl<'a> Sort<'a> {
    pub(super) fn of(hold: &'a Hold) -> Self {
        // What a limit says is about a number of people, and stands for all of them.
        let is_limit = hold.code == HoldCode::OverLimit;
        let alike = |text: &str| {
            if is_limit {
                text.to_owned()
            } else {
                of_all(text, hold.person.as_ref(), hold.place.as_ref())
            }
        };
        Self {
            code: hold.code,
            kind: hold
                .step
                .as_ref()
                .map(|step| step.kind)
                .filter(|_| !is_limit),
            system: hold.system.as_ref().filter(|_| !is_limit),
            message: alike(&hold.message),
            help: alike(&hold.help),
            approval: hold.approval.as_deref(),
        }
    }
}

/// Equal holds together, in the order of the first of each.
pub(super) fn sorts<'a>(
    holds: impl IntoIterator<Item = &'a Hold>,
) -> Vec<(Sort<'a>, Vec<&'a Hold>)> {
    let mut at: BTreeMap<Sort<'a>, usize> = BTreeMap::new();
    let mut sorts: Vec<(Sort<'a>, Vec<&'a Hold>)> = Vec::new();
    for hold in holds {
        let sort = Sort::of(hold);
        let nth = *at.entry(sort.clone()).or_insert_with(|| {
            sorts.push((sort, Vec::new()));
            sorts.len() - 1
        });
        if let Some((_, group)) = sorts.get_mut(nth) {
            group.push(hold);
        }
    }
    sorts
}

/// How many people holds are about.
pub(super) fn people(holds: &[&Hold]) -> usize {
    let who = holds.iter().map(|hold| (hold.person.as_ref(), &hold.name));
    who.collect::<BTreeSet<_>>().len()
}

/// One block for each hold, and one for all that are kept back for the same reason: first what a limit keeps back, then what
/// most people have in common.
pub(super) fn held_back(holds: &[&Hold], names: &Names<'_>, catalog: &Catalog) -> Vec<Block> {
    let mut sorts = sorts(holds.iter().copied());
    let many = |sort: &Sort<'_>, group: &[&Hold]| {
        sort.code == HoldCode::OverLimit || people(group) >= MANY
    };
    sorts.sort_by_key(|(sort, group)| {
        let count = if many(sort, group) { people(group) } else { 0 };
        (sort.code != HoldCode::OverLimit, Reverse(count))
    });
    let mut blocks = Vec::new();
    let mut rest: Vec<&Hold> = Vec::new();
    for (sort, group) in &sorts {
        if sort.code == HoldCode::OverLimit {
            blocks.push(over_limit(group, names));
        } else if many(sort, group) {
            blocks.push(of_many(sort, group, names, catalog));
        } else {
            rest.extend(group);
        }
    }
    // In the order of the plan, in which a person's stand together.
    let rest = holds
        .iter()
        .filter(|hold| rest.iter().any(|it| std::ptr::eq(*it, **hold)));
    blocks.extend(rest.map(|hold| held(hold, names, catalog)));
    blocks
}

/// Everybody whom one limit keeps back.
fn over_limit(group: &[&Hold], names: &Names<'_>) -> Block {
    let Some(first) = group.first() else {
        return Block::Line(Vec::new());
    };
    let mut details = Vec::new();
    push_all(&mut details, "kept back", kept_back(group, names));
    details.push(Detail {
        label: "to do",
        text: vec![prose(first.help.clone())],
    });
    approve_with(&mut details, first);
    let rule = first.because.first().map(words::because);
    push_all(&mut details, "because", rule.into_iter().collect());
    Block::Group {
        head: vec![toned(Tone::Strong, "Over a limit".to_owned())],
        items: vec![item(vec![prose(first.message.clone())], first, details)],
    }
}

/// Who is kept back, those of the same place and kind together.
fn kept_back(group: &[&Hold], names: &Names<'_>) -> Vec<Vec<Run>> {
    let mut lines: Vec<((&str, Run), Vec<Run>)> = Vec::new();
    for hold in group {
        let Some(step) = &hold.step else { continue };
        let what = (step.kind.name(), names.place(&step.system, &step.place));
        let at = lines.iter().position(|(known, _)| *known == what);
        let at = at.unwrap_or_else(|| {
            lines.push((what, Vec::new()));
            lines.len() - 1
        });
        if let Some((_, people)) = lines.get_mut(at) {
            people.push(say(if people.is_empty() { ": " } else { ", " }));
            people.extend(named(&hold.name, hold.person.as_ref()));
        }
    }
    let lines = lines.into_iter().map(|((kind, place), people)| {
        let mut line = vec![say(kind), say(" at "), place];
        line.extend(people);
        line
    });
    lines.collect()
}

/// What many people have in common: told once, with all of them.
fn of_many(sort: &Sort<'_>, group: &[&Hold], names: &Names<'_>, catalog: &Catalog) -> Block {
    let Some(first) = group.first() else {
        return Block::Line(Vec::new());
    };
    let mut details = Vec::new();
    if let Some(kind) = sort.kind {
        details.push(Detail {
            label: "kept back",
            text: vec![say(kind.name())],
        });
    }
    push_all(&mut details, "who", by_places(group, names));
    details.push(Detail {
        label: "to do",
        text: phrase(&sort.help, None, None, catalog),
    });
    approve_with(&mut details, first);
    let because: Vec<_> = group
        .iter()
        .map(|hold| (&hold.because[..], hold.person.as_ref(), hold.place.as_ref()))
        .collect();
    push_all(&mut details, "because", because_of_many(&because));
    let count = u32::try_from(people(group)).unwrap_or(u32::MAX);
    let message = phrase(&sort.message, None, None, catalog);
    Block::Group {
        head: vec![toned(Tone::Strong, words::count(count, "person", "people"))],
        items: vec![item(message, first, details)],
    }
}

/// Everybody once, those of the same places together.
fn by_places(group: &[&Hold], names: &Names<'_>) -> Vec<Vec<Run>> {
    type Who<'h> = (Option<&'h PersonKey>, &'h str);
    let mut theirs: BTreeMap<Who<'_>, BTreeSet<Option<&PlaceId>>> = BTreeMap::new();
    for hold in group {
        let who = (hold.person.as_ref(), &*hold.name);
        theirs.entry(who).or_default().insert(hold.place.as_ref());
    }
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name) in theirs.keys() {
        *shared.entry(*name).or_default() += 1;
    }
    let mut places: BTreeMap<BTreeSet<Option<&PlaceId>>, Vec<Who<'_>>> = BTreeMap::new();
    for (who, at) in theirs {
        places.entry(at).or_default().push(who);
    }
    let mut places: Vec<_> = places.into_iter().collect();
    places.sort_by_key(|(_, people)| Reverse(people.len()));
    let system = group.first().and_then(|hold| hold.system.as_ref());
    let lines = places.into_iter().map(|(at, people)| {
        let mut line = Vec::new();
        for place in at.into_iter().flatten() {
            if !line.is_empty() {
                line.push(say(", "));
            }
            line.extend(system.map(|system| names.place(system, place)));
        }
        for (nth, (key, name)) in people.into_iter().enumerate() {
            if nth > 0 || !line.is_empty() {
                line.push(say(if nth == 0 { ": " } else { ", " }));
            }
            line.push(foreign(name.to_owned()).naming(key.map_or(name, PersonKey::as_str)));
            if let Some(key) = key.filter(|_| shared.get(name).is_some_and(|it| *it > 1)) {
                line.push(toned(Tone::Dim, format!(" ({key})")));
            }
        }
        line
    });
    lines.collect()
}

/// The entry that would let it through, for copying.
fn approve_with(details: &mut Vec<Detail>, hold: &Hold) {
    let entries = hold.approval.iter().flat_map(|entries| entries.lines());
    let entries = entries.map(|entry| vec![foreign(entry.to_owned())]);
    push_all(details, "approve with", entries.collect());
}

fn item(mut head: Vec<Run>, hold: &Hold, details: Vec<Detail>) -> Item {
    head.push(toned(Tone::Dim, format!("  [{}]", hold.code.name())));
    Item {
        mark: '!',
        tone: Tone::Alert,
        head,
        details,
    }
}

fn held(hold: &Hold, names: &Names<'_>, catalog: &Catalog) -> Block {
    let mut head = named(&hold.name, hold.person.as_ref());
    let place = hold.system.as_ref().zip(hold.place.as_ref());
    let place = place.map(|(system, place)| (place, names.place(system, place)));
    if let Some((_, title)) = &place {
        head.extend([say("  at "), title.clone()]);
    }
    let mut details = Vec::new();
    if let Some(step) = &hold.step {
        details.push(Detail {
            label: "kept back",
            text: vec![say(step.kind.name())],
        });
    }
    let person = hold.person.as_ref().map(|key| (key, &*hold.name));
    let place = place.as_ref().map(|(key, title)| (*key, &*title.text));
    details.push(Detail {
        label: "to do",
        text: phrase(&hold.help, None, None, catalog),
    });
    approve_with(&mut details, hold);
    let because: Vec<&Because> = hold.because.iter().collect();
    push_all(&mut details, "because", in_short(&because));
    let message = phrase(&hold.message, person, place, catalog);
    Block::Group {
        head,
        items: vec![item(message, hold, details)],
    }
}

/// A sentence of the program as it is said of many, each at their place.
pub(super) fn of_all(text: &str, person: Option<&PersonKey>, place: Option<&PlaceId>) -> String {
    let mut out = String::new();
    for (nth, part) in text.split('`').enumerate() {
        let is_key = person.is_some_and(|key| key.as_str() == part);
        match (nth % 2 == 1, is_key) {
            (true, true) => match out.strip_suffix("of ") {
                Some(begin) => out = format!("{begin}of theirs"),
                None => out.push_str("each of them"),
            },
            (true, false) => {
                let part = place.map_or(part.to_owned(), |place| {
                    replaced(part, &place.to_string(), "", "PLACE")
                });
                out.push_str(&format!("`{part}`"));
            }
            (false, _) => out.push_str(&place.map_or(part.to_owned(), |place| {
                let there = replaced(part, &place.to_string(), "at ", "there");
                replaced(&there, &place.to_string(), "", "the place")
            })),
        }
    }
    out
}

/// A text in which a key, where it stands as a word of its own behind `before`, is another word.
fn replaced(text: &str, key: &str, before: &str, word: &str) -> String {
    let is_of_key = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let wanted = format!("{before}{key}");
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&wanted).filter(|_| !key.is_empty()) {
        let (begin, tail) = rest.split_at(at);
        let after = tail.strip_prefix(&*wanted).unwrap_or_default();
        let starts = !begin.ends_with(is_of_key);
        // A full stop ends a sentence, or goes on within a key.
        let mut next = after.chars();
        let ends = match next.next() {
            Some('.') => !next.next().is_some_and(is_of_key),
            next => !next.is_some_and(is_of_key),
        };
        out.push_str(begin);
        out.push_str(if starts && ends { word } else { &wanted });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A sentence of the program for people: rights by their titles, the person and the place of a hold by theirs, and what is to
/// be written as it is written.
fn phrase(
    text: &str,
    person: Option<(&PersonKey, &str)>,
    place: Option<(&PlaceId, &str)>,
    catalog: &Catalog,
) -> Vec<Run> {
    let plain = |text: &str| {
        let text = place.map_or(text.to_owned(), |(key, title)| {
            replaced(text, &key.to_string(), "", &words::shortened(title, NAME))
        });
        prose(text)
    };
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        // A backtick of somebody else's is among them: nothing says what is between which.
        return vec![prose(text.to_owned())];
    }
    let mut runs = Vec::new();
    for (nth, part) in parts.into_iter().enumerate() {
        let is_safe = |c: char| c.is_ascii_alphanumeric() || " _-.:,{}[]#*/<>".contains(c);
        let right = || catalog.by_slug(part).map(|id| catalog.get(id).title);
        let name = person.filter(|(key, _)| key.as_str() == part);
        if nth % 2 == 0 {
            if !part.is_empty() {
                runs.push(plain(part));
            }
        } else if let Some((_, name)) = name {
            runs.push(prose(words::shortened(name, NAME)));
        } else if let Some(title) = right() {
            runs.push(say(format!("\"{title}\"")));
        } else if part.chars().all(is_safe) {
            runs.push(say(format!("`{part}`")));
        } else {
            runs.push(prose(format!("`{part}`")));
        }
    }
    runs
}

/// The most characters of a name within a sentence.
const NAME: usize = 200;
