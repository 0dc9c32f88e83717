//! `why` and `who` as documents and as JSON (`keyholder.why/1`, `keyholder.who/1`).
//!
//! The JSON is a contract and changes only by adding.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::desired::{extra_json, state_word, value_json};
use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::words;
use crate::audit::why::{self, Answer, Link, ObservedValue, Why};
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::{Shown, Subject};
use crate::model::{Desired, GrantState, PlaceId};

/// The title of what a state is for.
pub(super) fn as_of(desired: &Desired, zone: &TimeZone) -> String {
    match desired.date {
        Some(date) => date.to_string(),
        None => words::time(desired.as_of, zone),
    }
}

/// An explanation as a page.
pub fn doc(why: &Why, desired: &Desired, catalog: &Catalog, zone: &TimeZone) -> Doc {
    let mut sections = Vec::new();
    if !why.whole.is_empty() {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: why
                .whole
                .iter()
                .flat_map(|link| {
                    let mut blocks = vec![Block::Line(vec![foreign(link.words.clone())])];
                    blocks.extend(place_of(link, zone).map(Block::Line));
                    blocks
                })
                .collect(),
        });
    }
    for same in why
        .answers
        .chunk_by(|a, b| a.system == b.system && a.place == b.place)
    {
        let Some(first) = same.first() else { continue };
        sections.push(Section {
            fold: false,
            title: vec![
                foreign_toned(Tone::Strong, first.system.to_string()),
                say(" · "),
                foreign_toned(Tone::Strong, first.title.to_string()),
            ],
            blocks: vec![Block::Group {
                head: state_words(first.state),
                items: same
                    .iter()
                    .map(|answer| item(answer, catalog, zone))
                    .collect(),
            }],
        });
    }
    if why.answers.is_empty() && why.whole.is_empty() {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Line(vec![say(
                "No line of `access` gives anything there.",
            )])],
        });
    }
    Doc {
        title: vec![
            foreign_toned(Tone::Strong, why.name.to_string()),
            say(" ("),
            foreign(why.person.to_string()),
            say(format!(
                "), as the files have it on {}",
                as_of(desired, zone)
            )),
        ],
        sections,
    }
}

fn state_words(state: Option<GrantState>) -> Vec<Run> {
    match state {
        None => vec![say("nothing is in force here")],
        Some(GrantState::Present) => vec![say("has access")],
        Some(GrantState::Paused) => vec![toned(Tone::Alert, "access is paused")],
        Some(GrantState::Absent) => vec![toned(Tone::Take, "access is taken away")],
    }
}

fn item(answer: &Answer, catalog: &Catalog, zone: &TimeZone) -> Item {
    let (mark, tone) = if answer.given {
        ('+', Tone::Give)
    } else {
        ('-', Tone::Take)
    };
    let mut head = vec![foreign_toned(Tone::Strong, answer.subject_title(catalog))];
    if let Some(why) = answer.sensitivity(catalog) {
        head.push(toned(Tone::Alert, format!(" [{}]", why.title())));
    }
    head.push(say(": "));
    head.push(match &answer.value {
        Some(value) => foreign(why::words(&answer.subject, value, catalog)),
        None => say("nothing"),
    });
    if answer.subject != Subject::Role {
        head.push(say("  "));
        head.push(foreign_toned(Tone::Dim, answer.slug(catalog)));
    }
    let mut details = Vec::new();
    if let Some(seen) = &answer.observed {
        details.push(Detail {
            label: "observed",
            text: observed_words(seen, answer, catalog, zone),
        });
    }
    for (label, links) in [
        ("because", &answer.because),
        ("also", &answer.also),
        ("against", &answer.against),
    ] {
        details.extend(links.iter().flat_map(|link| {
            let mut shown = vec![Detail {
                label,
                text: vec![foreign(link.words.clone())],
            }];
            shown.extend(place_of(link, zone).map(|text| Detail { label: "", text }));
            shown
        }));
    }
    Item {
        mark,
        tone,
        head,
        details,
    }
}

/// What was seen, in words.
pub(super) fn observed_words(
    seen: &ObservedValue,
    answer: &Answer,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Vec<Run> {
    match seen {
        ObservedValue::Unknown => vec![say("unknown: it was not read")],
        ObservedValue::Absent { at } => vec![say(format!(
            "no account there at {}",
            words::time(*at, zone)
        ))],
        ObservedValue::Has { at, state, value } => {
            let mut text = match value {
                Some(value) => vec![foreign(why::words(&answer.subject, value, catalog))],
                None => vec![say("not read")],
            };
            text.push(say(format!(
                ", account {}, at {}",
                state.name(),
                words::time(*at, zone)
            )));
            if value.is_some() && *value != answer.value {
                text.push(toned(Tone::Alert, " (not what the files say)"));
            }
            text
        }
    }
}

/// File, line, text and who wrote it.
fn place_of(link: &Link, zone: &TimeZone) -> Option<Vec<Run>> {
    let origin = link.origin.as_ref()?;
    let mut text = vec![
        foreign_toned(Tone::Dim, format!("{}:{}", origin.file, origin.line)),
        say("  "),
        foreign(words::shortened(
            link.focus.as_ref().unwrap_or(&origin.text),
            100,
        )),
    ];
    if let Some(written) = &link.written {
        let day = written.at.to_zoned(zone.clone()).date();
        let short: String = written.commit.chars().take(10).collect();
        text.push(toned(Tone::Dim, "  ("));
        text.push(foreign_toned(Tone::Dim, short));
        text.push(toned(Tone::Dim, format!(", {day}, ")));
        text.push(foreign_toned(Tone::Dim, written.author.to_string()));
        text.push(toned(Tone::Dim, ")"));
    }
    Some(text)
}

/// An explanation as JSON.
pub fn to_json(why: &Why, desired: &Desired, catalog: &Catalog) -> Json {
    json!({
        "format": "keyholder.why/1",
        "as_of": as_of_json(desired),
        "person": why.person.as_str(),
        "name": &*why.name,
        "whole": why.whole.iter().map(link_json).collect::<Vec<_>>(),
        "answers": why.answers.iter().map(|answer| answer_json(answer, catalog)).collect::<Vec<_>>(),
    })
}

/// The date or the instant a state is for.
pub(super) fn as_of_json(desired: &Desired) -> String {
    match desired.date {
        Some(date) => date.to_string(),
        None => desired.as_of.to_string(),
    }
}

/// A value as `show` writes it.
pub(super) fn shown_json(subject: &Subject, value: Option<&Shown>) -> Json {
    match (value, subject) {
        (None, _) => Json::Null,
        (Some(Shown::Value(value)), _) => value_json(value),
        (Some(Shown::Text(text)), Subject::Fact(name)) => extra_json(name, text),
        (Some(Shown::Text(text)), Subject::Role | Subject::Right(_)) => json!(&**text),
    }
}

fn answer_json(answer: &Answer, catalog: &Catalog) -> Json {
    let links = |links: &[Link]| links.iter().map(link_json).collect::<Vec<_>>();
    let mut json = Map::from_iter([
        ("system".to_owned(), json!(answer.system.as_str())),
        ("place".to_owned(), json!(place_key(&answer.place))),
        ("place_title".to_owned(), json!(&*answer.title)),
        ("right".to_owned(), json!(answer.slug(catalog))),
        ("title".to_owned(), json!(answer.subject_title(catalog))),
        (
            "sensitivity".to_owned(),
            json!(answer.sensitivity(catalog).map(Sensitivity::as_str)),
        ),
        ("state".to_owned(), json!(answer.state.map(state_word))),
        (
            "value".to_owned(),
            shown_json(&answer.subject, answer.value.as_ref()),
        ),
        ("given".to_owned(), json!(answer.given)),
        ("because".to_owned(), json!(links(&answer.because))),
        ("also".to_owned(), json!(links(&answer.also))),
        ("against".to_owned(), json!(links(&answer.against))),
    ]);
    if let Some(seen) = &answer.observed {
        json.insert("observed".to_owned(), observed_json(seen, &answer.subject));
    }
    Json::Object(json)
}

fn place_key(place: &PlaceId) -> String {
    place.to_string()
}

/// What was seen, as JSON.
pub(super) fn observed_json(seen: &ObservedValue, subject: &Subject) -> Json {
    match seen {
        ObservedValue::Unknown => json!({ "known": false }),
        ObservedValue::Absent { at } => {
            json!({ "known": true, "at": at.to_string(), "state": "absent" })
        }
        ObservedValue::Has { at, state, value } => json!({
            "known": true,
            "at": at.to_string(),
            "state": state.name(),
            "value": shown_json(subject, value.as_ref()),
        }),
    }
}

fn link_json(link: &Link) -> Json {
    let mut json = Map::from_iter([
        ("what".to_owned(), json!(link.kind.as_str())),
        ("words".to_owned(), json!(link.words)),
    ]);
    if let Some(origin) = &link.origin {
        json.insert("file".to_owned(), json!(&*origin.file));
        json.insert("line".to_owned(), json!(origin.line));
        json.insert("column".to_owned(), json!(origin.column));
        json.insert("text".to_owned(), json!(&*origin.text));
    }
    if let Some(written) = &link.written {
        json.insert("commit".to_owned(), json!(&*written.commit));
        json.insert("author".to_owned(), json!(&*written.author));
        json.insert("date".to_owned(), json!(written.at.to_string()));
    }
    Json::Object(json)
}
