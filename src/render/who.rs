//! `who` as a page and as JSON (`keyholder.who/1`).
//!
//! The JSON is a contract and changes only by adding.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::doc::{Block, Detail, Doc, Item, Section, Tone, foreign, foreign_toned, say, toned};
use super::matrix::{declared_word, observed_word};
use super::why::{as_of, as_of_json, shown_json};
use super::words;
use crate::audit::matrix::{Declared, Seeing, Who};
use crate::audit::who::{Asked, Holder, Holders};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::Subject;
use crate::model::{Desired, RoleKey};

/// Everybody who has something, as a page.
pub fn doc(holders: &Holders, desired: &Desired, catalog: &Catalog, zone: &TimeZone) -> Doc {
    let mut title = vec![
        say("Who has "),
        foreign_toned(Tone::Strong, holders.title(catalog)),
    ];
    if let Some(why) = holders.sensitivity(catalog) {
        title.push(toned(Tone::Alert, format!(" [{}]", why.title())));
    }
    title.push(say(format!(
        ", as the files have it on {}",
        as_of(desired, zone)
    )));
    let count = u32::try_from(holders.list.len()).unwrap_or(u32::MAX);
    let items: Vec<Item> = holders
        .list
        .iter()
        .map(|holder| item(holder, holders, catalog, zone))
        .collect();
    let head = match count {
        0 => vec![say("nobody")],
        _ => vec![say(words::count(count, "holder", "holders"))],
    };
    Doc {
        title,
        sections: vec![Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Group { head, items }],
        }],
    }
}

fn item(holder: &Holder, holders: &Holders, catalog: &Catalog, zone: &TimeZone) -> Item {
    let subject = match &holders.asked {
        Asked::Right(subject) => subject,
        Asked::Role(_) => &Subject::Role,
    };
    let mut head = match (&holder.who, &holder.name) {
        (Who::Person(key), name) => vec![
            foreign_toned(
                Tone::Strong,
                name.as_ref().map_or(key.as_str(), |name| name).to_owned(),
            ),
            say(" ("),
            foreign(key.to_string()),
            say(")"),
        ],
        (Who::Account(account), _) => vec![
            toned(Tone::Alert, "nobody's account "),
            foreign(account.to_string()),
        ],
    };
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
pub fn to_json(holders: &Holders, desired: &Desired, catalog: &Catalog) -> Json {
    let (what, subject) = match &holders.asked {
        Asked::Right(subject) => ("right", subject.clone()),
        Asked::Role(_) => ("role", Subject::Role),
    };
    let list = holders.list.iter().map(|holder| {
        let mut json = match &holder.who {
            Who::Person(key) => Map::from_iter([
                ("person".to_owned(), json!(key.as_str())),
                ("name".to_owned(), json!(holder.name.as_deref())),
            ]),
            Who::Account(account) => {
                Map::from_iter([("account".to_owned(), json!(account.as_str()))])
            }
        };
        let because = holder.because.iter().map(|(origin, _)| {
            json!({
                "file": &*origin.file,
                "line": origin.line,
                "column": origin.column,
                "text": &*origin.text,
            })
        });
        json.extend([
            ("system".to_owned(), json!(holder.system.as_str())),
            ("place".to_owned(), json!(holder.place.to_string())),
            ("place_title".to_owned(), json!(&*holder.title)),
            ("state".to_owned(), json!(declared_word(holder.declared))),
            ("seen".to_owned(), json!(observed_word(holder.observed))),
            (
                "roles".to_owned(),
                json!(holder.roles.iter().map(RoleKey::as_str).collect::<Vec<_>>()),
            ),
            ("because".to_owned(), because.collect()),
        ]);
        if let Some(cell) = &holder.cell {
            json.insert(
                "declared".to_owned(),
                shown_json(&subject, cell.declared.as_ref()),
            );
            let seen = cell.observed.as_ref();
            json.insert(
                "observed".to_owned(),
                shown_json(&subject, seen.map(|(value, _)| value)),
            );
            json.insert(
                "observed_at".to_owned(),
                json!(seen.map(|(_, at)| at.to_string())),
            );
        }
        Json::Object(json)
    });
    json!({
        "format": "keyholder.who/1",
        "as_of": as_of_json(desired),
        what: holders.slug(catalog),
        "title": holders.title(catalog),
        "sensitivity": holders.sensitivity(catalog).map(Sensitivity::as_str),
        "holders": list.collect::<Vec<_>>(),
    })
}
