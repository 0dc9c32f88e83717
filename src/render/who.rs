//! `who` as a page and as JSON (`keyholder.who/1`).
//!
//! The JSON is a contract and changes only by adding.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::answer;
use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::matrix::{Whose, declared_word, observed_word};
use super::why::{By, as_of_json, shown_json};
use super::words;
use crate::audit::matrix::{Declared, Seeing, Who};
use crate::audit::who::{Asked, Holder, Holders, Unknown, Unsure};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::Subject;
use crate::model::{AccountId, Desired, RoleKey};

/// Everybody who has something, as a page.
pub fn doc(
    holders: &Holders,
    by: &By<'_>,
    desired: &Desired,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Doc {
    let mut title = vec![
        say("Who has "),
        foreign_toned(Tone::Strong, holders.title.clone()),
    ];
    if let Some(why) = holders.sensitivity {
        title.push(toned(Tone::Alert, format!(" [{}]", why.title())));
    }
    title.extend(by.title(desired, zone));
    let mut sections: Vec<Section> = by.notes().into_iter().collect();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let who: BTreeSet<&Who> = holders.list.iter().map(|it| &it.who).collect();
    let places: BTreeSet<_> = holders
        .list
        .iter()
        .map(|it| (&it.system, &it.place))
        .collect();
    let head = match (who.len(), holders.unknown.is_empty()) {
        (0, true) => vec![say("nobody")],
        (0, false) => vec![say("nobody of whom it is known")],
        (people, _) => vec![say(format!(
            "{} at {}",
            words::count(number(people), "person or account", "people or accounts"),
            words::count(number(places.len()), "place", "places")
        ))],
    };
    let items = holders.list.iter();
    let group = |head, items| Section {
        fold: false,
        title: Vec::new(),
        blocks: vec![Block::Group { head, items }],
    };
    sections.push(group(
        head,
        items
            .map(|holder| item(holder, holders, catalog, zone))
            .collect(),
    ));
    if !holders.unknown.is_empty() {
        sections.push(group(
            vec![toned(Tone::Alert, "not known")],
            together(&holders.unknown)
                .iter()
                .map(|same| unknown(same, zone))
                .collect(),
        ));
    }
    if !holders.locked.is_empty() {
        let locked = holders.locked.iter().map(|(key, (name, since))| {
            let mut line = vec![toned(Tone::Alert, "locked out: ")];
            line.extend(who_words(&Who::Person(key.clone()), name.as_ref()));
            line.push(say(format!(
                " since {}, whatever the files say",
                words::time(*since, zone)
            )));
            Block::Line(line)
        });
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: locked.collect(),
        });
    }
    Doc { title, sections }
}

/// What is not known of somebody for the same reason at several places of a system is told once.
fn together(all: &[Unknown]) -> Vec<Vec<&Unknown>> {
    let mut groups: Vec<Vec<&Unknown>> = Vec::new();
    let system = |one: &Unknown| one.scope.as_ref().map(|scope| scope.system.clone());
    for one in all {
        let same = groups.iter_mut().find(|group| {
            group.first().is_some_and(|first| {
                first.scope.is_some()
                    && (&first.who, first.why, first.observed) == (&one.who, one.why, one.observed)
                    && system(first) == system(one)
            })
        });
        match same {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn unknown(same: &[&Unknown], zone: &TimeZone) -> Item {
    let Some(one) = same.first() else {
        return Item {
            mark: '?',
            tone: Tone::Alert,
            head: Vec::new(),
            details: Vec::new(),
        };
    };
    let mut head = who_words(&one.who, one.name.as_ref());
    let scopes = same.iter().filter_map(|one| one.scope.as_ref());
    for (nth, scope) in scopes.enumerate() {
        if nth == 0 {
            head.push(say(" · "));
            head.push(foreign(scope.system.to_string()));
        }
        head.push(say(if nth == 0 { " · " } else { ", " }));
        head.push(foreign(scope.title.to_string()));
    }
    head.push(say(": "));
    head.push(say(unsure(one.why)));
    if let Seeing::Has(at, state) = one.observed {
        let seen = format!("; account {}, at {}", state.name(), words::time(at, zone));
        head.push(say(seen));
    }
    Item {
        mark: '?',
        tone: Tone::Alert,
        head,
        details: Vec::new(),
    }
}

fn unsure(why: Unsure) -> &'static str {
    match why {
        Unsure::Unmanaged => "not managed, so the files say nothing, and it was not seen",
        Unsure::Kept => "whatever is there is kept (`unlisted: keep`), and it was not seen",
        Unsure::Recommended => {
            "whatever the vendor recommends (`unlisted: default`), and it was not seen"
        }
        Unsure::NotRead => "the account is there, and its rights were not read",
        Unsure::NoFiles => "the files of that time are not known, and nobody looked",
    }
}

fn who_words(who: &Who, name: Option<&Arc<str>>) -> Vec<Run> {
    match who {
        Who::Person(key) => vec![
            foreign_toned(
                Tone::Strong,
                name.map_or(key.as_str(), |name| name).to_owned(),
            ),
            say(" ("),
            foreign(key.to_string()),
            say(")"),
        ],
        Who::Account(account) => vec![
            toned(Tone::Alert, "nobody's account "),
            foreign(account.to_string()),
        ],
    }
}

fn item(holder: &Holder, holders: &Holders, catalog: &Catalog, zone: &TimeZone) -> Item {
    let subject = match &holders.asked {
        Asked::Right(subject) => subject,
        Asked::Role(_) | Asked::VendorRole(_) => &Subject::Role,
    };
    let mut head = who_words(&holder.who, holder.name.as_ref());
    head.push(say(" · "));
    head.push(foreign(holder.system.to_string()));
    head.push(say(" · "));
    head.push(foreign(holder.title.to_string()));
    let mut details = Vec::new();
    if let Some(cell) = &holder.cell {
        if let Some(value) = &cell.declared {
            details.push(Detail {
                label: "declared",
                text: vec![foreign(why::words(subject, value, catalog))],
            });
        }
        if let Some((value, at)) = &cell.observed {
            let mut text = vec![
                foreign(why::words(subject, value, catalog)),
                say(format!(" at {}", words::time(*at, zone))),
            ];
            if cell.differs() {
                text.push(toned(Tone::Alert, " (not what the files say)"));
            }
            if holder.accounts.len() > 1 {
                let ids: Vec<&str> = holder.accounts.iter().map(AccountId::as_str).collect();
                text.push(say(", by accounts "));
                text.push(foreign(ids.join(", ")));
            }
            details.push(Detail {
                label: "observed",
                text,
            });
        }
    }
    if !holder.roles.is_empty() {
        let roles: Vec<&str> = holder.roles.iter().map(RoleKey::as_str).collect();
        details.push(Detail {
            label: "roles",
            text: vec![foreign(roles.join(", "))],
        });
    }
    details.extend(holder.because.iter().map(|(origin, focus)| Detail {
        label: "because",
        text: vec![
            foreign_toned(Tone::Dim, format!("{}:{}", origin.file, origin.line)),
            say("  "),
            foreign(words::shortened(
                focus.as_ref().unwrap_or(&origin.text),
                100,
            )),
        ],
    }));
    let alert = matches!(
        (&holder.who, holder.declared, holder.observed),
        (Who::Account(_), ..) | (_, Declared::Nothing, Seeing::Has(..))
    );
    Item {
        mark: if alert { '!' } else { '+' },
        tone: if alert { Tone::Alert } else { Tone::Give },
        head,
        details,
    }
}

/// Everybody who has something, as JSON.
pub fn to_json(holders: &Holders, by: &By<'_>, desired: &Desired, catalog: &Catalog) -> Json {
    let slug = Some(holders.slug(catalog));
    let (right, role, vendor_role, subject) = match &holders.asked {
        Asked::Right(subject) => (slug, None, None, subject.clone()),
        Asked::Role(_) => (None, slug, None, Subject::Role),
        Asked::VendorRole(_) => (None, None, slug, Subject::Role),
    };
    let list = holders.list.iter();
    answer::json(&answer::Who {
        format: "keyholder.who/1",
        as_of: as_of_json(desired),
        files: by.files(),
        right,
        role,
        vendor_role,
        title: holders.title.clone(),
        sensitivity: holders.sensitivity.map(Sensitivity::as_str),
        holders: list.map(|it| holder_json(it, &subject)).collect(),
        unknown: holders.unknown.iter().map(unknown_json).collect(),
        locked_out: holders
            .locked
            .iter()
            .map(|(key, (_, since))| (key.to_string(), since.to_string()))
            .collect(),
    })
}

fn holder_json(holder: &Holder, subject: &Subject) -> answer::Holder {
    let whose = Whose::of(&holder.who, holder.name.as_deref());
    let cell = holder.cell.as_ref();
    let seen = cell.and_then(|cell| cell.observed.as_ref());
    let because = holder.because.iter().map(|(origin, _)| answer::Line {
        file: origin.file.to_string(),
        line: origin.line,
        column: origin.column,
        text: origin.text.to_string(),
    });
    answer::Holder {
        person: whose.person,
        name: whose.name,
        account: whose.account,
        system: holder.system.to_string(),
        place: holder.place.to_string(),
        place_title: holder.title.to_string(),
        state: declared_word(holder.declared),
        seen: observed_word(holder.observed),
        accounts: holder.accounts.iter().map(ToString::to_string).collect(),
        roles: holder.roles.iter().map(ToString::to_string).collect(),
        locked_out: holder.locked.map(|at| at.to_string()),
        because: because.collect(),
        declared: cell.map(|cell| shown_json(subject, cell.declared.as_ref())),
        observed: cell.map(|_| shown_json(subject, seen.map(|(value, _)| value))),
        observed_at: seen.map(|(_, at)| at.to_string()),
    }
}

fn unknown_json(one: &Unknown) -> answer::Unknown {
    let whose = Whose::of(&one.who, one.name.as_deref());
    let scope = one.scope.as_ref();
    answer::Unknown {
        person: whose.person,
        name: whose.name,
        account: whose.account,
        system: scope.map(|scope| scope.system.to_string()),
        place: scope.map(|scope| scope.place.to_string()),
        place_title: scope.map(|scope| scope.title.to_string()),
        seen: observed_word(one.observed),
        why: one.why.as_str(),
    }
}
