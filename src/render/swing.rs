//! What an edit of the files means for one person: kept, lost and gained, in words, for each stretch of time in which it
//! makes a difference.
//!
//! Not a plan: no vendor was asked. Both sides are what the files want at one time. Invariant: that somebody has nothing is
//! said only where the files say so: who rests, has not begun or is left alone is said to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::doc::{Block, Detail, Doc, Item, Run, Section, Tone, foreign, say, toned};
use super::words;
use crate::catalog::Catalog;
use crate::model::{
    Desired, Grant, GrantState, PersonKey, PlaceId, RightSet, SystemName, Value, VendorRoleSlug,
};

/// Lines of rights that are shown of one place.
const MOST: usize = 6;

type At<'d> = BTreeMap<(&'d SystemName, &'d PlaceId), &'d Grant>;

/// How the files speak of somebody at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not at all.
    Unknown,
    /// `access: unmanaged`.
    Unmanaged,
    /// `starts` is later.
    NotYet,
    /// `paused`.
    Rests,
    /// `leaves` has passed.
    Left,
    /// Nothing of that: what the grants say.
    Here,
}

impl Standing {
    /// What is said of somebody who has nothing that could be listed.
    fn words(self) -> &'static str {
        match self {
            Standing::Unknown => "is not in the files",
            Standing::Unmanaged => "is left alone (`unmanaged`), whatever they have",
            Standing::NotYet => "has not begun",
            Standing::Rests => "rests",
            Standing::Left => "has left",
            Standing::Here => "has nothing",
        }
    }
}

/// What the files want for somebody at a time.
#[derive(Clone, Debug)]
pub struct Side {
    /// The files' wishes.
    pub desired: Desired,
    /// How they speak of the person.
    pub standing: Standing,
}

/// A stretch of time, and what the files want in it without the edit and with it.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Its first instant.
    pub from: Timestamp,
    /// The first one after it; none where it does not end.
    pub until: Option<Timestamp>,
    /// Without the edit.
    pub before: Side,
    /// With it.
    pub after: Side,
}

/// What a person has with the edit and had without it, stretch by stretch.
pub fn docs(
    stretches: &[Stretch],
    key: &PersonKey,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Vec<Doc> {
    let mut told: Vec<(&Stretch, Vec<Block>)> = Vec::new();
    let mut docs = Vec::new();
    for stretch in stretches {
        let blocks = blocks(stretch, key, catalog);
        // What is said once is not said again.
        let like = told.iter().find(|(_, it)| *it == blocks);
        let shown = match like {
            Some((first, _)) => vec![Block::Line(vec![
                say("the same as from "),
                say(words::time(first.from, zone)),
            ])],
            None => blocks.clone(),
        };
        let until = stretch
            .until
            .map(|at| format!(" until {}", words::time(at, zone)));
        let time = format!(
            "{}{}",
            words::time(stretch.from, zone),
            until.unwrap_or_default()
        );
        let people = (
            &stretch.before.desired.people,
            &stretch.after.desired.people,
        );
        let person = people.1.get(key).or_else(|| people.0.get(key));
        docs.push(Doc {
            title: vec![
                toned(Tone::Strong, "From "),
                toned(Tone::Strong, time),
                say(", "),
                foreign(person.map_or(key.to_string(), |it| it.name.to_string())),
                say(" ("),
                foreign(key.to_string()),
                say(")"),
            ],
            sections: vec![Section::open(Vec::new(), shown)],
        });
        told.push((stretch, blocks));
    }
    docs
}

fn blocks(stretch: &Stretch, key: &PersonKey, catalog: &Catalog) -> Vec<Block> {
    let (before, after) = (&stretch.before.desired, &stretch.after.desired);
    let person = after.people.get(key).or_else(|| before.people.get(key));
    let old_key = person
        .into_iter()
        .flat_map(|it| it.was.iter())
        .find(|it| before.people.contains_key(*it));
    let (old, new) = (has(before, old_key.unwrap_or(key)), has(after, key));
    let of = Words { after, catalog };
    let mut groups: Vec<(&'static str, Vec<Item>)> = vec![
        ("keeps", Vec::new()),
        ("loses", Vec::new()),
        ("gains", Vec::new()),
        ("has otherwise", Vec::new()),
    ];
    let mut put = |group: usize, item: Item| {
        if let Some((_, items)) = groups.get_mut(group) {
            items.push(item);
        }
    };
    for (spot, grant) in &old {
        match new.get(spot) {
            Some(now) if is_same(grant, now) => put(0, of.item('=', Tone::Dim, grant, Vec::new())),
            Some(now) => put(
                3,
                of.item('~', Tone::Change, now, of.difference(grant, now)),
            ),
            None => put(1, of.item('-', Tone::Take, grant, Vec::new())),
        }
    }
    let lost = || old.iter().filter(|(spot, _)| !new.contains_key(*spot));
    for (spot, grant) in new.iter().filter(|(spot, _)| !old.contains_key(*spot)) {
        let like = lost().find(|(other, _)| other.0 == spot.0);
        let details = match like {
            Some((other, before)) if is_same(before, grant) => {
                let text = vec![say("the same as at "), foreign(of.place(other.1))];
                vec![Detail { label: "", text }]
            }
            Some((_, before)) => of.difference(before, grant),
            None => of.rights("may", &grant.rights),
        };
        put(2, of.item('+', Tone::Give, grant, details));
    }
    let mut blocks: Vec<Block> = groups
        .into_iter()
        .filter(|(_, items)| !items.is_empty())
        .map(|(head, items)| Block::Group {
            head: vec![say(head)],
            items,
        })
        .collect();
    if blocks.is_empty() {
        let (before, after) = (stretch.before.standing, stretch.after.standing);
        let text = if before == after {
            format!("{}, before and after", after.words())
        } else {
            format!("before: {}; after: {}", before.words(), after.words())
        };
        blocks.push(Block::Line(vec![say(text)]));
    }
    blocks
}

fn has<'d>(desired: &'d Desired, key: &PersonKey) -> At<'d> {
    let grants = desired.people.get(key).into_iter();
    grants
        .flat_map(|it| it.grants.iter())
        .filter(|grant| grant.state == GrantState::Present)
        .map(|grant| ((&grant.system, &grant.place), grant))
        .collect()
}

fn is_same(a: &Grant, b: &Grant) -> bool {
    a.role == b.role
        && a.rights == b.rights
        && a.extra == b.extra
        && a.unlisted_default == b.unlisted_default
}

struct Words<'a> {
    after: &'a Desired,
    catalog: &'a Catalog,
}

impl Words<'_> {
    fn place(&self, place: &PlaceId) -> String {
        match place {
            PlaceId::Chain => "the chain".to_owned(),
            PlaceId::Whole => "the whole system".to_owned(),
            PlaceId::At(key) => self
                .after
                .places
                .get(key)
                .map_or(key.to_string(), |fact| fact.title.to_string()),
        }
    }

    fn item(&self, mark: char, tone: Tone, grant: &Grant, details: Vec<Detail>) -> Item {
        let mut head = vec![
            foreign(grant.system.to_string()),
            say(" · "),
            foreign(self.place(&grant.place)),
        ];
        if let Some(role) = &grant.role {
            head.extend([say(" · "), foreign(role.to_string())]);
        }
        Item {
            mark,
            tone,
            head,
            details,
        }
    }

    /// What one set of rights allows, shortened.
    fn rights(&self, label: &'static str, rights: &RightSet) -> Vec<Detail> {
        let mut lines: Vec<Vec<Run>> = words::granted(self.catalog, rights);
        let more = lines.len().saturating_sub(MOST);
        lines.truncate(MOST);
        let mut details: Vec<Detail> = lines
            .into_iter()
            .enumerate()
            .map(|(at, text)| Detail {
                label: if at == 0 { label } else { "" },
                text,
            })
            .collect();
        if more > 0 {
            let text = vec![say(format!("and {more} more sections"))];
            details.push(Detail { label: "", text });
        }
        details
    }

    /// What one grant allows and another does not, both ways.
    fn difference(&self, before: &Grant, after: &Grant) -> Vec<Detail> {
        let mut details = Vec::new();
        if before.role != after.role {
            let name = |role: &Option<VendorRoleSlug>| {
                foreign(
                    role.as_ref()
                        .map_or("no role".to_owned(), ToString::to_string),
                )
            };
            let text = vec![name(&before.role), say(" → "), name(&after.role)];
            details.push(Detail {
                label: "role",
                text,
            });
        }
        details.extend(self.changed("more", &before.rights, &after.rights));
        details.extend(self.changed("less", &after.rights, &before.rights));
        for (name, text) in &*after.extra {
            if before.extra.get(name) != Some(text) {
                let text = vec![
                    foreign(name.to_string()),
                    say(": "),
                    foreign(text.lines().collect::<Vec<_>>().join(", ")),
                ];
                details.push(Detail { label: "now", text });
            }
        }
        details
    }

    /// The rights whose value one set has and another has not, where it allows something.
    fn changed(&self, label: &'static str, without: &RightSet, with: &RightSet) -> Option<Detail> {
        let mut text = Vec::new();
        for (at, value) in with.iter() {
            let other = without.iter().find(|(other, _)| *other == at);
            let is_same = other.is_some_and(|(_, other)| other == value);
            let Some(right) = self.catalog.at(at).map(|id| self.catalog.get(id)) else {
                continue;
            };
            if is_same || *value == Value::Switch(false) {
                continue;
            }
            if !text.is_empty() {
                text.push(say("; "));
            }
            text.extend(words::marked(right, right.sensitivity));
            if !matches!(value, Value::Switch(_)) {
                text.extend([say(": "), words::value(right, Some(value))]);
            }
        }
        (!text.is_empty()).then_some(Detail { label, text })
    }
}
