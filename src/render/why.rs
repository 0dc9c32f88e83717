//! `why` and `who` as documents and as JSON (`keyholder.why/1`, `keyholder.who/1`).
//!
//! The JSON is a contract and changes only by adding.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::answer;
use super::desired::{extra_json, state_word, value_json};
use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::words;
use crate::audit::why::{self, Answer, Kept, Link, ObservedValue, Why};
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::{Shown, Subject};
use crate::model::{AccountId, Desired, GrantState};

/// The title of what a state is for.
pub(super) fn as_of(desired: &Desired, zone: &TimeZone) -> String {
    match desired.date {
        Some(date) => date.to_string(),
        None => words::zoned(desired.as_of, zone),
    }
}

/// By which files a question is answered; the default: by those at hand, for the present or what is to come.
#[derive(Clone, Debug, Default)]
pub struct By<'a> {
    /// The commit that has them, where they were applied before a day that has passed.
    pub commit: Option<&'a str>,
    /// When they were applied.
    pub applied: Option<Timestamp>,
    /// Whether the day has passed, and the files of then are not known: it is answered by today's.
    pub todays: bool,
    /// The time that has passed and is asked about: what is younger says so.
    pub than: Option<Timestamp>,
    /// What a reader should know beside it.
    pub notes: Vec<String>,
}

impl By<'_> {
    /// The end of a title: for which day, and by which files.
    pub(super) fn title(&self, desired: &Desired, zone: &TimeZone) -> Vec<Run> {
        let day = as_of(desired, zone);
        match (self.todays, self.applied, self.commit) {
            (true, ..) => vec![toned(
                Tone::Alert,
                format!(", by today's files, read for {day}"),
            )],
            (false, Some(at), Some(commit)) => vec![
                say(format!(", on {day}, by the files of commit ")),
                foreign(commit.chars().take(10).collect::<String>()),
                say(format!(", last applied {}", words::time(at, zone))),
            ],
            (false, Some(at), None) => vec![say(format!(
                ", on {day}, by the files at hand, last applied {}",
                words::time(at, zone)
            ))],
            (false, None, _) => vec![say(format!(", as the files have it on {day}"))],
        }
    }

    /// The notes, as the first part of a page.
    pub(super) fn notes(&self) -> Option<Section> {
        let note =
            |note: &String| Block::Line(vec![toned(Tone::Alert, "note: "), foreign(note.clone())]);
        (!self.notes.is_empty()).then(|| Section {
            fold: false,
            title: Vec::new(),
            blocks: self.notes.iter().map(note).collect(),
        })
    }

    /// The same for programs.
    pub(super) fn files(&self) -> answer::Files {
        answer::Files {
            by: if self.todays || self.applied.is_none() {
                "at-hand"
            } else {
                "applied"
            },
            commit: self.commit.map(str::to_owned),
            applied: self.applied.map(|at| at.to_string()),
            notes: self.notes.clone(),
        }
    }
}

/// An explanation as a page.
pub fn doc(why: &Why, by: &By<'_>, desired: &Desired, catalog: &Catalog, zone: &TimeZone) -> Doc {
    let mut sections: Vec<Section> = by.notes().into_iter().collect();
    if let Some(since) = why.locked {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Line(vec![toned(
                Tone::Alert,
                format!(
                    "locked out since {}: nothing anywhere, whatever the files say",
                    words::time(since, zone)
                ),
            )])],
        });
    }
    if !why.whole.is_empty() {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: why
                .whole
                .iter()
                .flat_map(|link| {
                    let mut blocks = vec![Block::Line(link_words(link))];
                    blocks.extend(place_of(link, by, zone).map(Block::Line));
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
                head: state_words(first),
                items: same
                    .iter()
                    .map(|answer| item(answer, by, catalog, zone))
                    .collect(),
            }],
        });
    }
    if why.answers.is_empty() && why.whole.is_empty() {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Line(vec![say(
                "No line of `access` that is in force gives anything there. (With a right, `why` tells lines that ended or begin later.)",
            )])],
        });
    }
    Doc {
        title: vec![
            foreign_toned(Tone::Strong, why.name.to_string()),
            say(" ("),
            foreign(why.person.to_string()),
            say(")"),
        ]
        .into_iter()
        .chain(by.title(desired, zone))
        .collect(),
        sections,
    }
}

fn state_words(answer: &Answer) -> Vec<Run> {
    match answer.state {
        None if answer.kept == Some(Kept::Unmanaged) => vec![say("the files leave it alone")],
        None => vec![say("nothing is in force here")],
        Some(GrantState::Present) => vec![say("has access")],
        Some(GrantState::Paused) => vec![toned(Tone::Alert, "access is paused")],
        Some(GrantState::Absent) => vec![toned(Tone::Take, "access is taken away")],
    }
}

fn item(answer: &Answer, by: &By<'_>, catalog: &Catalog, zone: &TimeZone) -> Item {
    let (mark, tone) = match (answer.given, answer.kept) {
        (true, _) => ('+', Tone::Give),
        (false, Some(_)) => ('~', Tone::Change),
        (false, None) => ('-', Tone::Take),
    };
    let mut head = vec![foreign_toned(Tone::Strong, answer.subject_title(catalog))];
    if let Some(why) = answer.sensitivity {
        head.push(toned(Tone::Alert, format!(" [{}]", why.title())));
    }
    head.push(say(": "));
    head.push(match (&answer.value, answer.kept) {
        (Some(value), _) => foreign(why::words(&answer.subject, value, catalog)),
        (None, Some(Kept::AsItIs)) => say("kept: whatever is there"),
        (None, Some(Kept::Recommended)) => say("whatever the vendor recommends"),
        (None, Some(Kept::Unmanaged)) => say("left alone: whatever is there"),
        (None, None) => say("nothing"),
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
                text: link_words(link),
            }];
            shown.extend(place_of(link, by, zone).map(|text| Detail { label: "", text }));
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
        ObservedValue::Unknown => vec![say("not known: nobody looked there")],
        ObservedValue::Absent { at } => vec![say(format!(
            "no account there at {}",
            words::time(*at, zone)
        ))],
        ObservedValue::Has {
            accounts,
            at,
            state,
            value,
            same,
        } => {
            let mut text = match value {
                Some(value) => vec![foreign(why::words(&answer.subject, value, catalog))],
                None => vec![say(
                    "not known: the account is there, and its rights were not read",
                )],
            };
            text.push(say(format!(
                ", account {}, at {}",
                state.name(),
                words::time(*at, zone)
            )));
            if accounts.len() > 1 {
                let ids: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
                text.push(say(", accounts "));
                text.push(foreign(ids.join(", ")));
            }
            match (same, value, &answer.value) {
                (Some(false), ..) => text.push(toned(Tone::Alert, " (not what the files say)")),
                (None, Some(_), Some(_)) => text.push(say(
                    " (a name and a number: the list that tells whether they are the same was not read)",
                )),
                _ => {}
            }
            text
        }
    }
}

/// What a link does, and what its entry says for itself.
fn link_words(link: &Link) -> Vec<Run> {
    let mut text = vec![foreign(link.words.clone())];
    if let Some(reason) = &link.reason {
        text.push(say(" (because: "));
        text.push(foreign(words::shortened(reason, 200)));
        text.push(say(")"));
    }
    text
}

/// File, line, text and who wrote it.
fn place_of(link: &Link, by: &By<'_>, zone: &TimeZone) -> Option<Vec<Run>> {
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
        if by.than.is_some_and(|than| written.at > than) {
            text.push(toned(Tone::Alert, " younger than that day"));
        }
    }
    Some(text)
}

/// An explanation as JSON.
pub fn to_json(why: &Why, by: &By<'_>, desired: &Desired, catalog: &Catalog) -> Json {
    let answers = why.answers.iter();
    answer::json(&answer::Why {
        format: "keyholder.why/1",
        as_of: as_of_json(desired),
        files: by.files(),
        person: why.person.to_string(),
        name: why.name.to_string(),
        locked_out: why.locked.map(|at| at.to_string()),
        whole: why.whole.iter().map(link).collect(),
        answers: answers.map(|it| answer_json(it, catalog)).collect(),
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

fn answer_json(it: &Answer, catalog: &Catalog) -> answer::Answer {
    let links = |links: &[Link]| links.iter().map(link).collect();
    answer::Answer {
        system: it.system.to_string(),
        place: it.place.to_string(),
        place_title: it.title.to_string(),
        right: it.slug(catalog),
        title: it.subject_title(catalog),
        sensitivity: it.sensitivity.map(Sensitivity::as_str),
        state: it.state.map(state_word),
        value: shown_json(&it.subject, it.value.as_ref()),
        given: it.given,
        kept: it.kept.map(Kept::as_str),
        because: links(&it.because),
        also: links(&it.also),
        against: links(&it.against),
        observed: it.observed.as_ref().map(|seen| observed(seen, &it.subject)),
    }
}

/// What was seen, for programs.
fn observed(seen: &ObservedValue, subject: &Subject) -> answer::Observed {
    match seen {
        ObservedValue::Unknown => answer::Observed::default(),
        ObservedValue::Absent { at } => answer::Observed {
            known: true,
            at: Some(at.to_string()),
            state: Some("absent"),
            ..answer::Observed::default()
        },
        ObservedValue::Has {
            accounts,
            at,
            state,
            value,
            same,
        } => answer::Observed {
            known: true,
            at: Some(at.to_string()),
            state: Some(state.name()),
            accounts: accounts.iter().map(ToString::to_string).collect(),
            value: Some(shown_json(subject, value.as_ref())),
            differs: same.map(|same| !same),
        },
    }
}

fn link(link: &Link) -> answer::Link {
    let origin = link.origin.as_ref();
    let written = link.written.as_ref();
    answer::Link {
        what: link.kind.as_str(),
        words: link.words.clone(),
        because: link.reason.as_ref().map(ToString::to_string),
        file: origin.map(|origin| origin.file.to_string()),
        line: origin.map(|origin| origin.line),
        column: origin.map(|origin| origin.column),
        text: origin.map(|origin| origin.text.to_string()),
        commit: written.map(|written| written.commit.to_string()),
        author: written.map(|written| written.author.to_string()),
        date: written.map(|written| written.at.to_string()),
    }
}
