//! Fences: the lines of files that give what those files may not give.
//!
//! Not which sections a file may have: that is seen where files are loaded, and refused. A line is not refused, it holds:
//! what one branch writes into its own file stops that branch and nobody else. Invariant: whether a line is outside
//! depends on the files alone, never on today.
//!
//! - `locations`: every place a line names, open or not, is one of these; a line without `at` and one for a chain are
//!   outside, since they are everywhere. Nor does anybody of these files lose anything elsewhere, whatever line would take
//!   it (`leaves`, `paused`, `never`, a pin, an emptied `access`): `policy` holds such steps.
//! - `roles`: every line has one of these, and nothing on top: `plus` could give whatever the roles leave out.
//! - `longest`: every line ends, at most so many days after it began.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::places::Places;
use super::policies::lasts;
use crate::config::raw::{self, Access, Assignment};
use crate::model::{Breach, Demand, FenceSays, PersonKey, Policy};

/// What a fence forbids, with the lines behind it that say so.
pub(super) fn fence(fence: &raw::Fence, places: &Places<'_>, people: &[&raw::Person]) -> Policy {
    let inside = fence.locations.as_ref().map(|only| places.named(only));
    let mut lines = Vec::new();
    for person in people
        .iter()
        .filter(|it| fence.found.contains(&it.key.span.file))
    {
        let Some(Access::Lines(all)) = person.access.as_ref().map(|access| &access.value) else {
            continue;
        };
        for line in all {
            let mut add = |why: Option<Arc<str>>| {
                lines.extend(why.map(|why| Breach {
                    person: PersonKey::new(person.key.value.clone()),
                    origin: line.span,
                    why,
                }));
            };
            add(inside
                .as_ref()
                .and_then(|inside| place(line, inside, places)));
            add(role(line, &fence.roles));
            let longest = fence.longest.as_ref().map(|days| days.value);
            add(longest.and_then(|longest| lasts(person, line, longest, places)));
        }
    }
    let declared = people.iter();
    let declared = declared.filter(|it| fence.found.contains(&it.key.span.file));
    let declared = declared.map(|person| PersonKey::new(person.key.value.clone()));
    let files: Vec<&str> = fence.files.iter().map(|glob| &*glob.value).collect();
    Policy {
        key: files.join(" ").into(),
        origin: fence.span,
        demand: Demand::Fence {
            says: FenceSays {
                keys: set(&fence.keys),
                locations: inside.map(|inside| {
                    let keys = inside.iter().filter_map(|&place| places.declared(place));
                    keys.map(|location| location.key.value.clone()).collect()
                }),
                roles: set(&fence.roles),
                longest: fence.longest.as_ref().map(|days| days.value),
            },
            lines,
            people: declared.collect(),
        },
        waive: Vec::new(),
    }
}

fn set(words: &[raw::Text]) -> Option<BTreeSet<Arc<str>>> {
    (!words.is_empty()).then(|| words.iter().map(|word| word.value.clone()).collect())
}

/// A place that the line names and the fence does not.
fn place(line: &Assignment, inside: &BTreeSet<usize>, places: &Places<'_>) -> Option<Arc<str>> {
    if line.chain.is_some() {
        return Some("it is for a whole chain, and the fence names locations".into());
    }
    let Some(at) = &line.at else {
        return Some("it says no `at`, and the fence names locations".into());
    };
    let outside: Vec<&str> = places
        .named(at)
        .difference(inside)
        .filter_map(|&place| Some(&*places.declared(place)?.key.value))
        .collect();
    let first = outside.first()?;
    let more = match outside.len() {
        1 => String::new(),
        count => format!(" and {} more", count.saturating_sub(1)),
    };
    Some(format!("`{first}`{more} is no location of the fence").into())
}

/// A role, or a right beside it, that the fence does not name.
fn role(line: &Assignment, roles: &[raw::Text]) -> Option<Arc<str>> {
    if roles.is_empty() {
        return None;
    }
    if let Some(role) = &line.role
        && !roles.iter().any(|known| known.value == role.value)
    {
        return Some(format!("`{}` is no role of the fence", role.value).into());
    }
    let adds = line.plus.iter().any(|(_, lines)| !lines.is_empty());
    adds.then(|| "it adds rights with `plus`, and the fence names roles".into())
}
