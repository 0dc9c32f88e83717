//! What differs between two moments: as a page, as a table for spreadsheets, and as JSON (`keyholder.matrix-diff/1`).
//!
//! The invariant: what only one side knows is counted and never told as "no difference".

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::matrix::{
    Frame, LONGEST_NAME, Whose, basis_word, cell_json, notes, point, scope_title, unseen,
};
use super::{answer, table, words};
use crate::audit::diff::{Difference, Differences, OneSided};
use crate::audit::matrix::{Cell, Column, Who};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::PersonKey;
use crate::model::explained::{Shown, Subject};

/// Differences as a page.
pub fn doc(
    found: &Differences,
    before: &Frame<'_>,
    after: &Frame<'_>,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Doc {
    let plain = |blocks| Section {
        fold: false,
        title: Vec::new(),
        blocks,
    };
    let mut sections = vec![plain(
        [("first: ", before), ("second: ", after)]
            .iter()
            .flat_map(|(which, frame)| {
                let notes = notes(frame, frame.notes.clone(), zone).into_iter();
                notes.map(|block| match block {
                    Block::Line(mut runs) => {
                        runs.insert(0, toned(Tone::Dim, *which));
                        Block::Line(runs)
                    }
                    group @ Block::Group { .. } => group,
                })
            })
            .collect(),
    )];
    for same in found.list.chunk_by(|a, b| a.who == b.who) {
        let Some(first) = same.first() else { continue };
        let (key, name) = match (&first.who, &first.name) {
            (Who::Person(key), Some(name)) => (key.to_string(), name.to_string()),
            (Who::Person(key), None) => (key.to_string(), key.to_string()),
            (Who::Account(account), _) => {
                (format!("account {account}"), "nobody's account".to_owned())
            }
        };
        let places = same.chunk_by(|a, b| a.scope == b.scope);
        sections.push(Section {
            fold: false,
            title: vec![
                foreign_toned(Tone::Strong, name),
                say(" ("),
                foreign(key),
                say(")"),
            ],
            blocks: places
                .filter_map(|place| {
                    Some(Block::Group {
                        head: scope_title(&place.first()?.scope),
                        items: changes(place, catalog, zone),
                    })
                })
                .collect(),
        });
    }
    let known = lone(found);
    if found.list.is_empty() && known.is_empty() {
        sections.push(plain(vec![Block::Line(vec![say("No difference.")])]));
    } else if !known.is_empty() {
        let note =
            |text: String| Block::Line(vec![toned(Tone::Alert, "not known: "), foreign(text)]);
        sections.push(plain(known.into_iter().map(note).collect()));
    }
    sections.retain(|section| !section.blocks.is_empty());
    Doc {
        title: vec![
            toned(Tone::Strong, "Who has what: from "),
            foreign_toned(Tone::Strong, before.when(zone)),
            toned(Tone::Strong, " to "),
            foreign_toned(Tone::Strong, after.when(zone)),
        ],
        sections,
    }
}

/// What cannot be compared, a line for each reason.
pub fn lone(found: &Differences) -> Vec<String> {
    let mut lines = Vec::new();
    match found.blank {
        (true, true) => lines.push("nothing is known of either time".to_owned()),
        (true, false) => lines.push("nothing is known of the first".to_owned()),
        (false, true) => lines.push("nothing is known of the second".to_owned()),
        (false, false) => {}
    }
    let side = |which: &str, side: &OneSided| {
        (side.cells > 0).then(|| {
            let who = u32::try_from(side.who.len()).unwrap_or(u32::MAX);
            format!(
                "{} of {} that only the {which} knows ({} given there)",
                words::count(side.cells, "cell", "cells"),
                words::count(who, "person or account", "people or accounts"),
                side.given
            )
        })
    };
    lines.extend(side("first", &found.only_before));
    lines.extend(side("second", &found.only_after));
    if found.unclear > 0 {
        lines.push(format!(
            "{} with a name on one side and a number on the other, whose list was not read",
            words::count(found.unclear, "cell", "cells")
        ));
    }
    lines.extend(unseen(found.unseen.iter(), |_: &PersonKey| None));
    lines
}

/// The changes of somebody at one place: whoever came or went in one line with what that brought, else a line for each
/// right, the sensitive ones first.
fn changes(place: &[Difference], catalog: &Catalog, zone: &TimeZone) -> Vec<Item> {
    let gave = |it: &Difference, cell: &Cell| {
        let given = |value: &Shown| why::gives(&it.column.subject, value, catalog);
        cell.value().is_some_and(given)
    };
    let ways = |it: &Difference| (gave(it, &it.before), gave(it, &it.after));
    let role = place.iter().find(|it| it.column.subject == Subject::Role);
    let whole = role.filter(|role| {
        let way = ways(role);
        way.0 != way.1
            && place
                .iter()
                .all(|it| ways(it) == way || ways(it) == (false, false))
    });
    let mut sorted: Vec<&Difference> = place.iter().collect();
    sorted.sort_by_key(|it| {
        let is_role = it.column.subject == Subject::Role;
        (!is_role, words::rank(it.column.sensitivity))
    });
    if let Some(role) = whole {
        let lost = gave(role, &role.before);
        let (mark, tone, words) = if lost {
            ('-', Tone::Take, "lost everything there: ")
        } else {
            ('+', Tone::Give, "has access there: ")
        };
        let mut head = vec![toned(tone, words)];
        head.extend(arrow(role, catalog, zone));
        let mut details: Vec<Detail> = Vec::new();
        let rest = sorted
            .iter()
            .filter(|it| it.column.subject != Subject::Role && ways(it) != (false, false));
        for it in rest {
            let label = it.column.sensitivity.map_or("other", Sensitivity::as_str);
            let told = vec![foreign(it.column.title.clone())];
            match details.iter_mut().find(|known| known.label == label) {
                Some(known) => {
                    known.text.push(say("; "));
                    known.text.extend(told);
                }
                None => details.push(Detail { label, text: told }),
            }
        }
        return vec![Item {
            mark,
            tone,
            head,
            details,
        }];
    }
    let line = |it: &&Difference| {
        let (mark, tone) = match ways(it) {
            (false, true) => ('+', Tone::Give),
            (true, false) => ('-', Tone::Take),
            _ => ('~', Tone::Change),
        };
        let mut head = vec![foreign(it.column.title.clone())];
        if let Some(why) = it.column.sensitivity {
            head.push(toned(Tone::Alert, format!(" [{}]", why.title())));
        }
        head.push(say(": "));
        head.extend(arrow(it, catalog, zone));
        Item {
            mark,
            tone,
            head,
            details: Vec::new(),
        }
    };
    sorted.iter().map(line).collect()
}

/// A change in one line: what it was, and what it is.
fn arrow(it: &Difference, catalog: &Catalog, zone: &TimeZone) -> Vec<Run> {
    let mut runs = side_words(&it.column, &it.before, catalog, zone);
    runs.push(say(" → "));
    runs.extend(side_words(&it.column, &it.after, catalog, zone));
    runs
}

fn side_words(column: &Column, cell: &Cell, catalog: &Catalog, zone: &TimeZone) -> Vec<Run> {
    let shown = |value| foreign(why::words(&column.subject, value, catalog));
    let mut runs = Vec::new();
    if let Some((value, at)) = &cell.observed {
        runs.push(shown(value));
        runs.push(say(format!(" (observed {}", words::time(*at, zone))));
        match &cell.declared {
            Some(declared) if cell.same == Some(false) => {
                runs.push(say("; the files say "));
                runs.push(shown(declared));
            }
            _ => {}
        }
        runs.push(say(")"));
    } else if let Some(value) = cell.value() {
        runs.push(shown(value));
        runs.push(say(" (declared)"));
    } else {
        runs.push(say("unknown"));
    }
    runs
}

/// Differences as JSON (`keyholder.matrix-diff/1`).
pub fn to_json(found: &Differences, before: &Frame<'_>, after: &Frame<'_>) -> Json {
    let changes = found.list.iter().map(|it| {
        let whose = Whose::of(&it.who, it.name.as_deref());
        answer::Change {
            person: whose.person,
            name: whose.name,
            account: whose.account,
            system: it.scope.system.to_string(),
            place: it.scope.place.to_string(),
            place_title: it.scope.title.to_string(),
            right: it.column.slug.clone(),
            title: it.column.title.clone(),
            sensitivity: it.column.sensitivity.map(Sensitivity::as_str),
            before: cell_json(&it.column, &it.before),
            after: cell_json(&it.column, &it.after),
        }
    });
    let side = |side: &OneSided| answer::OneSided {
        cells: side.cells,
        given: side.given,
        who: side.who.len(),
    };
    answer::json(&answer::Diff {
        format: "keyholder.matrix-diff/1",
        from: point(before, before.notes.clone()),
        to: point(after, after.notes.clone()),
        changes: changes.collect(),
        only_before: side(&found.only_before),
        only_after: side(&found.only_after),
        unclear: found.unclear,
        unseen: found.unseen.iter().map(ToString::to_string).collect(),
    })
}

/// Differences as a table for spreadsheets.
pub fn spreadsheet(
    found: &Differences,
    before: &Frame<'_>,
    after: &Frame<'_>,
    catalog: &Catalog,
) -> String {
    let header = [
        "from",
        "to",
        "system",
        "place",
        "person",
        "name",
        "right",
        "title",
        "sensitivity",
        "before_basis",
        "before",
        "after_basis",
        "after",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for it in &found.list {
        let (key, name) = match &it.who {
            Who::Person(key) => (
                key.to_string(),
                words::shortened(it.name.as_deref().unwrap_or_default(), LONGEST_NAME),
            ),
            Who::Account(account) => (format!("account {account}"), "nobody's account".to_owned()),
        };
        let words = |cell: &Cell| {
            cell.value().map_or_else(
                || "unknown".to_owned(),
                |value| why::words(&it.column.subject, value, catalog),
            )
        };
        rows.push(vec![
            before.label.to_owned(),
            after.label.to_owned(),
            it.scope.system.to_string(),
            it.scope.place.to_string(),
            key,
            name,
            it.column.slug.clone(),
            it.column.title.clone(),
            it.column
                .sensitivity
                .map_or("", Sensitivity::as_str)
                .to_owned(),
            basis_word(it.before.basis()).to_owned(),
            words(&it.before),
            basis_word(it.after.basis()).to_owned(),
            words(&it.after),
        ]);
    }
    table::rows(&rows)
}
