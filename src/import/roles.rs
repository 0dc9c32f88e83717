//! Found roles as entries: which extends which, what they are called, and their lines.
//!
//! Invariant: names come from the vendor's role, from the position that most hold who have it, and from what sets a role
//! apart from its likes, in an order that depends on nothing but the roles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::KnownRole;
use super::keys::{self, Taken};
use super::mine::Center;
use super::rights::{lines, lines_over, size};
use super::yaml::{Entry, Map};
use crate::catalog::{Catalog, Kind, Right, RightType, Section, role as vendor_role};
use crate::config::edit::Yaml;
use crate::model::{Days, Items, LocationKey, One, RightSet, SystemName, Value};

/// A role must spare so many lines to be extended.
const WORTH_IT: usize = 3;

/// A role of one system, with its name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) entry: Option<Entry>,
}

/// What is known of where a role is used.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    pub(super) people: usize,
    pub(super) places: BTreeSet<(LocationKey, Arc<str>)>,
    /// How many hold which position.
    pub(super) posts: BTreeMap<String, usize>,
}

impl Uses {
    /// The position that at least two of three hold of those whose position is known, and at least half of all.
    fn post(&self) -> Option<&str> {
        let known: usize = self.posts.values().sum();
        let (post, count) = self.posts.iter().max_by_key(|(_, count)| **count)?;
        let fits = post.chars().count() <= 40 && keys::is_good(&keys::dashed(post));
        (count * 3 >= known * 2 && count * 2 >= self.people && fits).then_some(post)
    }
}

/// Names the roles of one system and writes those that the project does not have.
pub(super) fn named(
    (catalog, kind, system, several): (&Catalog, Kind, &SystemName, bool),
    known: &[KnownRole],
    centers: &[Center],
    uses: &[Uses],
    taken: &mut Taken,
) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    for (at, center) in centers.iter().enumerate() {
        if let Some(known) = known.get(at) {
            let (key, title) = (known.key.to_string(), known.key.to_string());
            let entry = None;
            found.push(Named { key, title, entry });
            continue;
        }
        let own = uses.get(at).cloned().unwrap_or_default();
        let role = vendor_role(center.role.as_str());
        let base = role.map_or_else(
            || keys::clean(center.role.as_str()),
            |role| role.title.to_owned(),
        );
        // The lightest role says less than what somebody works as; a heavier one says more.
        let is_lightest = role.is_some_and(|role| role.weight == Some(1));
        let base = own
            .post()
            .filter(|_| is_lightest)
            .map_or(base, str::to_owned);
        // Where several systems have rights, whose role it is belongs into its name.
        let mut title = if several {
            format!("{base} at {system}")
        } else {
            base
        };
        let base = title.clone();
        // As long as an earlier role is called so, what sets this one apart from it: alone where that is enough.
        while let Some(like) = found.iter().position(|it| it.title == title) {
            let other = uses.get(like).and_then(Uses::post);
            let post = own.post();
            let post = post.filter(|it| other != Some(it) && !title.contains(it));
            let more = match (post, centers.get(like)) {
                (Some(post), _) => format!(", {post}"),
                (None, Some(like)) => apart(catalog, kind, &like.set, &center.set, &own),
                (None, None) => break,
            };
            if more.is_empty() || title.ends_with(&more) || title.chars().count() > 60 {
                break;
            }
            let alone = format!("{base}{more}");
            if found.iter().all(|it| it.title != alone) {
                title = alone;
            } else {
                title.push_str(&more);
            }
        }
        let words = title.replace(", with ", " ").replace(" at ", " ");
        let key = taken.free(&keys::dashed(&words), "role");
        let title = numbered(&title, &key, &found);
        let body = body(catalog, kind, system, centers, at, &found);
        let entry = Entry {
            key: key.clone(),
            above: Vec::new(),
            value: titled(&title, body),
            behind: Vec::new(),
            short: false,
        };
        let entry = Some(entry);
        found.push(Named { key, title, entry });
    }
    found
}

/// Roles as a person has them in a file: each below the one that it extends, whoever was there first staying so.
pub(super) fn families(entries: Vec<Entry>) -> Vec<Entry> {
    let parent = |entry: &Entry| match entry.value.get("extends") {
        Some(Yaml::List(keys)) => match keys.first() {
            Some(Yaml::Text(key)) => Some(key.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut ordered: Vec<Entry> = Vec::new();
    // Whatever extends something comes after it, so each finds its parent, unless the project has that.
    for entry in entries {
        let key = parent(&entry);
        let above = key.and_then(|key| ordered.iter().position(|it| it.key == key));
        let Some(above) = above else {
            ordered.push(entry);
            continue;
        };
        let mut line = BTreeSet::from([ordered.get(above).map(|it| it.key.clone())]);
        let mut end = above + 1;
        while let Some(next) = ordered.get(end) {
            if !line.contains(&parent(next)) {
                break;
            }
            line.insert(Some(next.key.clone()));
            end += 1;
        }
        ordered.insert(end, entry);
    }
    ordered
}

/// The number that made a key unique belongs into the title, too.
fn numbered(title: &str, key: &str, known: &[Named]) -> String {
    if known.iter().all(|it| it.title != title) {
        return title.to_owned();
    }
    let number = key
        .rsplit('-')
        .next()
        .filter(|it| it.bytes().all(|b| b.is_ascii_digit()));
    match number {
        Some(number) => format!("{title} {number}"),
        _ => title.to_owned(),
    }
}

fn titled(title: &str, body: Vec<(String, Yaml)>) -> Yaml {
    let mut map = Map::default();
    map.put("title", Yaml::from(title));
    for (key, value) in body {
        map.put(key, value);
    }
    map.done()
}

/// What sets a role apart from an earlier one, in words: what differs is what is named.
fn apart(catalog: &Catalog, kind: Kind, first: &RightSet, set: &RightSet, uses: &Uses) -> String {
    let is_on =
        |set: &RightSet, right: &Right| set.get(right.id.index()) == Some(&Value::Switch(true));
    let switches = || {
        let rights = catalog.for_product(kind);
        rights.filter(|right| right.kind == RightType::Switch)
    };
    let mut differ = switches().filter(|right| is_on(first, right) != is_on(set, right));
    if let (Some(only), None) = (differ.next(), differ.next()) {
        // One right says more than its section.
        let may = if is_on(set, only) { "may" } else { "may not" };
        if only.title.chars().count() <= 36 && !only.title.contains(',') {
            return format!(", {may} {}", only.title);
        }
    }
    let on = |set: &RightSet, section: Section| {
        let rights = switches().filter(|right| right.section == Some(section));
        rights.filter(|right| is_on(set, right)).count()
    };
    let mut changes: Vec<(usize, Section, usize, usize)> = Section::ALL
        .iter()
        .map(|section| (*section, on(first, *section), on(set, *section)))
        .map(|(section, before, after)| (before.abs_diff(after), section, before, after))
        .filter(|(change, ..)| *change > 0)
        .collect();
    changes.sort_by_key(|(change, section, ..)| (std::cmp::Reverse(*change), *section));
    let new = changes
        .iter()
        .find(|(_, _, before, after)| *before == 0 && *after > 0);
    let gone = changes
        .iter()
        .find(|(_, _, before, after)| *before > 0 && *after == 0);
    match (new, gone, changes.first()) {
        (Some((_, section, ..)), ..) => format!(", with {}", short(*section)),
        (None, Some((_, section, ..)), _) => format!(", without {}", short(*section)),
        (_, _, Some((_, section, before, after))) => {
            let word = short(*section);
            if after > before {
                format!(", more {word}")
            } else {
                format!(", less {word}")
            }
        }
        (_, _, None) => limit(catalog, kind, first, set, uses),
    }
}

/// The first number of days that differs, or else another limit; the place where there is no word for what differs.
fn limit(catalog: &Catalog, kind: Kind, first: &RightSet, set: &RightSet, uses: &Uses) -> String {
    let mut other: Vec<(&Right, &Value)> = catalog
        .for_product(kind)
        .filter_map(|right| {
            let at = right.id.index();
            let value = set.get(at).filter(|value| first.get(at) != Some(value))?;
            Some((right, value))
        })
        .collect();
    other.sort_by_key(|(right, _)| (right.kind != RightType::Days, right.id.index()));
    for (right, value) in other {
        let about = right.section.map_or_else(String::new, short);
        return match (value, right.kind.entity()) {
            (Value::Text(text), _) if !text.is_empty() => ", at some addresses only".to_owned(),
            (Value::Switch(_) | Value::Text(_), _) => continue,
            (Value::Days(Days::Last(0)), _) => format!(", {about} without past days"),
            (Value::Days(Days::Last(1)), _) => format!(", {about} 1 day back"),
            (Value::Days(Days::Last(days)), _) => format!(", {about} {days} days back"),
            (Value::Days(Days::All), _) => format!(", {about} all days back"),
            (Value::One(One::Myself), _) => format!(", own {about}"),
            (Value::One(One::All) | Value::Items(Items::All), _) => format!(", all {about}"),
            (Value::One(One::Only(_)), Some(entity)) => {
                format!(", {about} of one {}", entity.singular())
            }
            (Value::Items(Items::Only(_)), Some(entity)) => {
                format!(", {about} of some {}", entity.plural())
            }
            (Value::One(_) | Value::Items(_), None) => format!(", some {about}"),
        };
    }
    let mut places = uses.places.iter().map(|(_, title)| keys::clean(title));
    match (places.next(), places.next()) {
        (Some(only), None) => format!(", {only}"),
        _ => String::new(),
    }
}

/// A section in a name of a role: the vendor's longest titles have one word that says it.
fn short(section: Section) -> String {
    match section {
        Section::Timetable => "calendar".to_owned(),
        Section::Records => "appointments".to_owned(),
        other => other.title().to_lowercase(),
    }
}

/// `extends` and the block of a role.
fn body(
    catalog: &Catalog,
    kind: Kind,
    system: &SystemName,
    centers: &[Center],
    at: usize,
    named: &[Named],
) -> Vec<(String, Yaml)> {
    let Some(center) = centers.get(at) else {
        return Vec::new();
    };
    let alone = lines(catalog, kind, &center.set);
    // Only what stands before it, so that nothing goes round in a circle.
    let parents = centers.iter().zip(named).filter_map(|(parent, name)| {
        let over = lines_over(catalog, kind, &parent.set, &center.set)?;
        (over.len() + WORTH_IT <= alone.len()).then(|| {
            let size = size(catalog, &parent.set);
            ((over.len(), std::cmp::Reverse(size)), parent, name, over)
        })
    });
    let parent = parents.min_by(|a, b| a.0.cmp(&b.0));
    let mut body = Vec::new();
    let mut block = Map::default();
    let rights = if let Some((_, parent, name, over)) = parent {
        body.push(("extends".to_owned(), Yaml::texts([name.key.as_str()])));
        if parent.role != center.role {
            block.put("role", Yaml::from(center.role.as_str()));
        }
        over
    } else {
        block.put("role", Yaml::from(center.role.as_str()));
        block.put("unlisted", Yaml::from("deny"));
        alone
    };
    if !rights.is_empty() {
        block.put("rights", Yaml::Map(rights));
    }
    let block = block.done();
    if block != Yaml::Map(Vec::new()) {
        body.push((system.to_string(), block));
    }
    body
}

/// An entry for a role of a vendor that has roles and shows no rights.
pub(super) fn plain(key: &str, title: &str, system: &SystemName, role: &str) -> Entry {
    let mut map = Map::default();
    map.put("title", Yaml::from(title));
    map.put(system.to_string(), Yaml::pair("role", Yaml::from(role)));
    Entry {
        key: key.to_owned(),
        above: Vec::new(),
        value: map.done(),
        behind: Vec::new(),
        short: true,
    }
}
