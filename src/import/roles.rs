//! Found roles as entries: which extends which, what they are called, and their lines.
//!
//! Invariant: names come from the vendor's role and from what sets a role apart from its likes, in an order that depends on
//! nothing but the roles.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::KnownRole;
use super::keys::{self, Taken};
use super::mine::Center;
use super::rights::{lines, lines_over, size};
use super::yaml::{Entry, Map};
use crate::catalog::{Catalog, Kind, RightType, Section, role as vendor_role};
use crate::config::edit::Yaml;
use crate::model::{Days, LocationKey, RightSet, SystemName, Value};

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
        let uses = uses.get(at).cloned().unwrap_or_default();
        let base = vendor_role(center.role.as_str()).map_or_else(
            || keys::clean(center.role.as_str()),
            |role| role.title.to_owned(),
        );
        // Where several systems have rights, whose role it is belongs into its name.
        let mut title = if several {
            format!("{base} at {system}")
        } else {
            base
        };
        // As long as an earlier role is called so, what sets this one apart from it.
        while let Some((_, like)) = found.iter().zip(centers).find(|(it, _)| it.title == title) {
            let more = apart(catalog, &like.set, &center.set, &uses);
            if more.is_empty() || title.ends_with(&more) || title.chars().count() > 60 {
                break;
            }
            title.push_str(&more);
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

/// What sets a role apart from the most used one of its vendor role, in words.
fn apart(catalog: &Catalog, first: &RightSet, set: &RightSet, uses: &Uses) -> String {
    let on = |set: &RightSet, section: Section| {
        let rights = catalog.in_section(section);
        rights
            .filter(|right| right.kind == RightType::Switch)
            .filter(|right| set.get(right.id.index()) == Some(&Value::Switch(true)))
            .count()
    };
    let mut changes: Vec<(usize, Section, usize, usize)> = Section::ALL
        .iter()
        .map(|section| (*section, on(first, *section), on(set, *section)))
        .map(|(section, before, after)| (before.abs_diff(after), section, before, after))
        .filter(|(change, ..)| *change > 0)
        .collect();
    changes.sort_by_key(|(change, section, ..)| (std::cmp::Reverse(*change), *section));
    let word = |section: Section| section.title().to_lowercase();
    let new = changes
        .iter()
        .find(|(_, _, before, after)| *before == 0 && *after > 0);
    let gone = changes
        .iter()
        .find(|(_, _, before, after)| *before > 0 && *after == 0);
    match (new, gone, changes.first()) {
        (Some((_, section, ..)), ..) => format!(", with {}", word(*section)),
        (None, Some((_, section, ..)), _) => format!(", without {}", word(*section)),
        _ if uses.people > 0 && uses.places.len() == 1 => {
            let title = uses
                .places
                .iter()
                .map(|(_, title)| keys::clean(title))
                .next();
            format!(", {}", title.unwrap_or_default())
        }
        (_, _, Some((_, section, before, after))) => {
            let word = word(*section);
            if after > before {
                format!(", more {word}")
            } else {
                format!(", less {word}")
            }
        }
        (_, _, None) => days(catalog, first, set),
    }
}

/// The first number of days that differs.
fn days(catalog: &Catalog, first: &RightSet, set: &RightSet) -> String {
    let mut rights = catalog.all().filter(|right| right.kind == RightType::Days);
    let other = rights.find_map(|right| {
        let at = right.id.index();
        let value = set.get(at).filter(|value| first.get(at) != Some(value))?;
        Some((right, value))
    });
    match other {
        Some((_, Value::Days(Days::Last(days)))) => format!(", {days} days"),
        Some((_, Value::Days(Days::All))) => ", all days".to_owned(),
        _ => String::new(),
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
