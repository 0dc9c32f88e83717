//! The matrix as text, as a table for spreadsheets, and as JSON (`keyholder.matrix/1`).
//!
//! The invariant: every cell that is shown says on what it stands, and what is left out is counted.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::answer;
use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::table;
use super::why::shown_json;
use super::words;
use crate::audit::matrix::{Basis, Cell, Column, Declared, Matrix, Row, ScopeTitle, Seeing, Who};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::Subject;
use crate::model::{AccountId, AccountState, GrantState, PersonKey};

/// What a matrix is of.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    /// The point in time, in words.
    pub label: &'a str,
    /// When it is, where the words do not say it.
    pub at: Option<jiff::Timestamp>,
    /// The commit of the files, if they are not those at hand.
    pub commit: Option<&'a str>,
    /// When those files were applied.
    pub applied: Option<jiff::Timestamp>,
    /// The head of the journal behind it.
    pub head: Option<String>,
    /// What a reader should know beside it.
    pub notes: Vec<String>,
    /// Whether cells that give nothing are shown too.
    pub all: bool,
}

impl Frame<'_> {
    /// The point in time as people read it, to the minute where the project lives; a day begins at 00:00.
    pub(super) fn when(&self, zone: &TimeZone) -> String {
        let day: Option<Date> = self.label.parse().ok();
        let begins = day.and_then(|day| day.to_zoned(zone.clone()).ok());
        let begins = begins.map(|begins| begins.timestamp());
        match (begins.or_else(|| self.label.parse().ok()), self.at) {
            (Some(at), _) => words::zoned(at, zone),
            (None, Some(at)) => format!("{}, {}", self.label, words::zoned(at, zone)),
            (None, None) => self.label.to_owned(),
        }
    }
}

/// The words under which a cell's basis goes.
pub(super) fn basis_word(basis: Basis) -> &'static str {
    match basis {
        Basis::Observed(_) => "observed",
        Basis::Declared => "declared",
        Basis::Unknown => "unknown",
    }
}

pub(super) fn declared_word(declared: Declared) -> &'static str {
    match declared {
        Declared::Unknown => "unknown",
        Declared::Nothing => "nothing",
        Declared::Grant(GrantState::Present) => "present",
        Declared::Grant(GrantState::Paused) => "paused",
        Declared::Grant(GrantState::Absent) => "absent",
    }
}

pub(super) fn observed_word(observed: Seeing) -> &'static str {
    match observed {
        Seeing::Unknown => "unknown",
        Seeing::Absent(_) => "absent",
        Seeing::Has(_, state) => state.name(),
    }
}

fn observed_at(observed: Seeing) -> Option<jiff::Timestamp> {
    match observed {
        Seeing::Unknown => None,
        Seeing::Absent(at) | Seeing::Has(at, _) => Some(at),
    }
}

/// Who a row is about: key or account id, and the name where it is known.
pub(super) fn who_of(matrix: &Matrix, who: &Who) -> (String, String) {
    match who {
        Who::Person(key) => {
            let name = matrix.names.get(key).map_or(key.as_str(), |name| name);
            (key.to_string(), name.to_owned())
        }
        Who::Account(account) => (format!("account {account}"), "nobody's account".to_owned()),
    }
}

/// The cells of a row that there can be, with their columns.
pub(super) fn cells<'m>(
    matrix: &'m Matrix,
    row: &'m Row,
    catalog: &'m Catalog,
) -> impl Iterator<Item = (&'m Column, &'m Cell)> {
    let scope = matrix.scopes.get(row.scope);
    let cells = matrix.columns.iter().zip(&row.cells);
    cells.filter(move |(column, _)| {
        scope.is_some_and(|scope| scope.applies(&column.subject, catalog))
    })
}

/// The matrix as a page: places, their people, what each has there.
pub fn doc(matrix: &Matrix, frame: &Frame<'_>, catalog: &Catalog, zone: &TimeZone) -> Doc {
    let mut sections = vec![Section {
        fold: false,
        title: Vec::new(),
        blocks: notes(frame, matrix_notes(matrix, frame, Some(zone)), zone),
    }];
    for (at, scope) in matrix.scopes.iter().enumerate() {
        let rows = matrix.rows.iter().filter(|row| row.scope == at);
        let shown: Vec<Item> = rows
            .filter_map(|row| item(matrix, row, frame, catalog, zone))
            .collect();
        if shown.is_empty() {
            continue;
        }
        sections.push(Section {
            fold: false,
            title: scope_title(scope),
            blocks: vec![Block::Group {
                head: vec![say(words::count(
                    u32::try_from(shown.len()).unwrap_or(u32::MAX),
                    "person or account",
                    "people or accounts",
                ))],
                items: shown,
            }],
        });
    }
    if sections.len() == 1 {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Line(vec![say(nobody(matrix))])],
        });
    }
    sections.retain(|section| !section.blocks.is_empty());
    Doc {
        title: vec![
            toned(Tone::Strong, "Who has what, "),
            foreign_toned(Tone::Strong, frame.when(zone)),
        ],
        sections,
    }
}

/// What is said where there is nothing to show.
fn nobody(matrix: &Matrix) -> &'static str {
    match (matrix.declares, matrix.looked.is_empty()) {
        _ if matrix.is_blank() => "Nothing is known of that time: no files, and nobody looked.",
        (true, true) => "By the files nobody has any of it; nobody looked.",
        (true, false) => "Nobody has any of it.",
        (false, _) => "Nobody was seen with any of it; the files of that time are not known.",
    }
}

/// What a reader should know beside a matrix: of the moment, and whom it cannot show.
///
/// Times are told in the zone, and to programs as they are.
pub(super) fn matrix_notes(
    matrix: &Matrix,
    frame: &Frame<'_>,
    zone: Option<&TimeZone>,
) -> Vec<String> {
    let mut notes = frame.notes.clone();
    for (key, since) in matrix.locked.iter().take(50) {
        let name = matrix.names.get(key).map_or(key.as_str(), |name| name);
        notes.push(format!(
            "{} ({key}) is locked out since {}, whatever the files say",
            words::shortened(name, 100),
            zone.map_or_else(|| since.to_string(), |zone| words::time(*since, zone))
        ));
    }
    notes.extend(unseen(matrix.unseen.iter(), |key| matrix.names.get(key)));
    notes
}

/// A note on people of whom nothing is known.
pub(super) fn unseen<'n>(
    people: impl Iterator<Item = &'n PersonKey>,
    name: impl Fn(&PersonKey) -> Option<&'n Arc<str>>,
) -> Option<String> {
    let people: Vec<String> = people
        .map(|key| match name(key) {
            Some(name) => format!("{} ({key})", words::shortened(name, 100)),
            None => key.to_string(),
        })
        .collect();
    if people.is_empty() {
        return None;
    }
    let more = people.len().saturating_sub(12);
    let more = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown: Vec<&str> = people.iter().take(12).map(String::as_str).collect();
    Some(format!(
        "the files leave alone (`access: unmanaged`), and nobody looked everywhere, so what they have is not known: {}{more}",
        shown.join(", ")
    ))
}

/// By which files it is declared, where that is a question of time.
pub(super) fn declared_by(frame: &Frame<'_>, zone: &TimeZone) -> Option<String> {
    let at = words::time(frame.applied?, zone);
    Some(match frame.commit {
        Some(commit) => format!(
            "Declared by the files of commit {}, last applied {at}.",
            commit.chars().take(10).collect::<String>()
        ),
        None => format!("The last apply before it was {at}."),
    })
}

pub(super) fn scope_title(scope: &ScopeTitle) -> Vec<Run> {
    vec![
        foreign_toned(Tone::Strong, scope.system.to_string()),
        say(" · "),
        foreign_toned(Tone::Strong, scope.title.to_string()),
    ]
}

pub(super) fn notes(frame: &Frame<'_>, notes: Vec<String>, zone: &TimeZone) -> Vec<Block> {
    let by = declared_by(frame, zone);
    let mut blocks: Vec<Block> = by
        .into_iter()
        .map(|by| Block::Line(vec![foreign(by)]))
        .collect();
    let notes = notes.into_iter();
    blocks.extend(notes.map(|note| Block::Line(vec![toned(Tone::Alert, "note: "), foreign(note)])));
    blocks
}

fn item(
    matrix: &Matrix,
    row: &Row,
    frame: &Frame<'_>,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Option<Item> {
    let mut groups: Vec<(usize, &'static str, Vec<Run>)> = Vec::new();
    let mut unknown = 0;
    let mut any = frame.all;
    // An account that cannot be used has nothing, which is said once; what the files give is worth a look all the same.
    let idle = is_idle(row.observed);
    for (column, cell) in cells(matrix, row, catalog) {
        if cell.basis() == Basis::Unknown {
            unknown += 1;
            continue;
        }
        if !frame.all && !cell.gives(&column.subject, catalog) {
            continue;
        }
        any = true;
        let cell = if idle {
            &Cell {
                observed: None,
                ..cell.clone()
            }
        } else {
            cell
        };
        // The heaviest first, behind the role.
        let rank = words::rank(column.sensitivity) + 1;
        let (rank, label) = match (&column.subject, column.sensitivity) {
            (Subject::Role, _) => (0, "role"),
            (_, Some(why)) => (rank, label(why)),
            (_, None) => (rank, "other"),
        };
        let runs = cell_words(column, cell, idle, catalog);
        match groups.iter_mut().find(|(_, known, _)| *known == label) {
            Some((_, _, known)) => {
                known.push(say("; "));
                known.extend(runs);
            }
            None => groups.push((rank, label, runs)),
        }
    }
    if !any && unknown == 0 {
        return None;
    }
    let (key, name) = who_of(matrix, &row.who);
    let (mark, tone) = match &row.who {
        Who::Person(_) => ('·', Tone::Plain),
        Who::Account(_) => ('!', Tone::Alert),
    };
    let mut head = vec![
        foreign_toned(Tone::Strong, name),
        say(" ("),
        foreign(key),
        say(")"),
    ];
    if !row.roles.is_empty() {
        let roles: Vec<&str> = row
            .roles
            .iter()
            .map(crate::model::RoleKey::as_str)
            .collect();
        head.push(say(" · "));
        head.push(foreign(roles.join(", ")));
    }
    head.push(toned(Tone::Dim, format!(" · {}", basis_of_row(row, zone))));
    if row.accounts.len() > 1 {
        let ids: Vec<&str> = row.accounts.iter().map(AccountId::as_str).collect();
        head.push(say(", accounts "));
        head.push(foreign(ids.join(", ")));
    }
    if row.unread {
        head.push(toned(Tone::Alert, ", rights not read"));
    }
    if idle && !groups.is_empty() {
        head.push(toned(Tone::Alert, "; nothing can be used, the files give:"));
    }
    groups.sort_by_key(|(rank, _, _)| *rank);
    let mut details: Vec<Detail> = groups
        .into_iter()
        .map(|(_, label, text)| Detail { label, text })
        .collect();
    if unknown > 0 {
        details.push(Detail {
            label: "unknown",
            text: vec![say(words::count(unknown, "right", "rights"))],
        });
    }
    Some(Item {
        mark,
        tone,
        head,
        details,
    })
}

/// Whether it was seen that somebody can use nothing there.
fn is_idle(observed: Seeing) -> bool {
    match observed {
        Seeing::Absent(_) => true,
        Seeing::Has(_, state) => state != AccountState::Active,
        Seeing::Unknown => false,
    }
}

fn label(why: Sensitivity) -> &'static str {
    why.as_str()
}

fn basis_of_row(row: &Row, zone: &TimeZone) -> String {
    match (row.observed, row.declared) {
        (Seeing::Has(at, state), _) => {
            format!("observed {}: {}", words::time(at, zone), state.name())
        }
        (Seeing::Absent(at), _) => format!("observed {}: no account", words::time(at, zone)),
        (Seeing::Unknown, Declared::Unknown) => "unknown".to_owned(),
        (Seeing::Unknown, declared) => format!("declared: {}", declared_word(declared)),
    }
}

/// A cell, and what it stands on where that is not plain.
fn cell_words(column: &Column, cell: &Cell, idle: bool, catalog: &Catalog) -> Vec<Run> {
    let mut runs = vec![foreign(column.title.clone())];
    let shown = |value| why::words(&column.subject, value, catalog);
    if let Some(value) = cell.value() {
        let words = shown(value);
        if words != "yes" {
            runs.push(say(": "));
            runs.push(foreign(words));
        }
    }
    match (&cell.observed, &cell.declared) {
        (None, Some(_)) if !idle => runs.push(toned(Tone::Dim, " (declared)")),
        (Some(_), Some(declared)) if cell.is_unclear() => {
            runs.push(say(" (the files say "));
            runs.push(foreign(shown(declared)));
            runs.push(say("; which number that is was not read)"));
        }
        (Some(_), Some(declared)) if cell.differs() => {
            runs.push(toned(Tone::Alert, " (the files say "));
            runs.push(foreign_toned(Tone::Alert, shown(declared)));
            runs.push(toned(Tone::Alert, ")"));
        }
        _ => {}
    }
    runs
}

/// A name is cut here in a table, as in every other.
pub(super) const LONGEST_NAME: usize = 200;

/// The columns of the table for spreadsheets.
pub const CSV_HEADER: [&str; 17] = [
    "as_of",
    "system",
    "place",
    "place_title",
    "person",
    "name",
    "roles",
    "declared_state",
    "observed_state",
    "observed_at",
    "right",
    "title",
    "sensitivity",
    "basis",
    "value",
    "declared",
    "observed",
];

/// The matrix as a table for spreadsheets, a row for each cell (RFC 4180). No cell is a formula.
pub fn spreadsheet(matrix: &Matrix, frame: &Frame<'_>, catalog: &Catalog) -> String {
    let mut rows = vec![CSV_HEADER.map(str::to_owned).to_vec()];
    for row in &matrix.rows {
        let Some(scope) = matrix.scopes.get(row.scope) else {
            continue;
        };
        let (key, name) = who_of(matrix, &row.who);
        let roles: Vec<&str> = row
            .roles
            .iter()
            .map(crate::model::RoleKey::as_str)
            .collect();
        for (column, cell) in cells(matrix, row, catalog) {
            let basis = cell.basis();
            let shown = frame.all
                || basis == Basis::Unknown
                || cell.gives(&column.subject, catalog)
                || cell.differs();
            if !shown {
                continue;
            }
            let words = |value| why::words(&column.subject, value, catalog);
            rows.push(vec![
                frame.label.to_owned(),
                scope.system.to_string(),
                scope.place.to_string(),
                scope.title.to_string(),
                key.clone(),
                words::shortened(&name, LONGEST_NAME),
                roles.join(" "),
                declared_word(row.declared).to_owned(),
                observed_word(row.observed).to_owned(),
                observed_at(row.observed).map_or_else(String::new, |at| at.to_string()),
                column.slug.clone(),
                column.title.clone(),
                column
                    .sensitivity
                    .map_or("", Sensitivity::as_str)
                    .to_owned(),
                basis_word(basis).to_owned(),
                cell.value().map_or_else(|| "unknown".to_owned(), words),
                cell.declared.as_ref().map_or_else(String::new, words),
                cell.observed
                    .as_ref()
                    .map_or_else(String::new, |(value, _)| words(value)),
            ]);
        }
    }
    for key in &matrix.unseen {
        let name = matrix.names.get(key).map_or(key.as_str(), |name| name);
        let mut row = vec![String::new(); CSV_HEADER.len()];
        let said = [
            (0, frame.label),
            (4, key.as_str()),
            (5, name),
            (7, "unknown"),
            (8, "unknown"),
            (10, "*"),
            (11, "everything, wherever nobody looked"),
            (13, "unknown"),
            (14, "unknown"),
        ];
        for (at, text) in said {
            if let Some(cell) = row.get_mut(at) {
                text.clone_into(cell);
            }
        }
        rows.push(row);
    }
    table::rows(&rows)
}

/// The matrix as JSON.
pub fn to_json(matrix: &Matrix, frame: &Frame<'_>, catalog: &Catalog) -> Json {
    let rows = matrix.rows.iter();
    answer::json(&answer::Matrix {
        format: "keyholder.matrix/1",
        point: point(frame, matrix_notes(matrix, frame, None)),
        unseen: matrix
            .unseen
            .iter()
            .map(|key| answer::Unseen {
                person: key.to_string(),
                name: matrix.names.get(key).map(ToString::to_string),
            })
            .collect(),
        rights: matrix
            .columns
            .iter()
            .map(|column| answer::Column {
                right: column.slug.clone(),
                title: column.title.clone(),
                sensitivity: column.sensitivity.map(Sensitivity::as_str),
            })
            .collect(),
        rows: rows
            .filter_map(|row| row_json(matrix, row, frame, catalog))
            .collect(),
    })
}

/// What a moment is, and from what it is known.
pub(super) fn point(frame: &Frame<'_>, notes: Vec<String>) -> answer::Point {
    answer::Point {
        as_of: frame.label.to_owned(),
        at: frame.at.map(|at| at.to_string()),
        commit: frame.commit.map(str::to_owned),
        applied: frame.applied.map(|at| at.to_string()),
        head: frame.head.clone(),
        notes,
    }
}

/// Who something is about, as the JSON has it: a person with a name, or an account that is nobody's.
pub(super) struct Whose {
    pub(super) person: Option<String>,
    pub(super) name: Option<String>,
    pub(super) account: Option<String>,
}

impl Whose {
    pub(super) fn of(who: &Who, name: Option<&str>) -> Self {
        match who {
            Who::Person(key) => Self {
                person: Some(key.to_string()),
                name: name.map(str::to_owned),
                account: None,
            },
            Who::Account(account) => Self {
                person: None,
                name: None,
                account: Some(account.to_string()),
            },
        }
    }
}

fn row_json(
    matrix: &Matrix,
    row: &Row,
    frame: &Frame<'_>,
    catalog: &Catalog,
) -> Option<answer::Row> {
    let scope = matrix.scopes.get(row.scope)?;
    let shown = cells(matrix, row, catalog).filter(|(column, cell)| {
        frame.all
            || cell.basis() == Basis::Unknown
            || cell.gives(&column.subject, catalog)
            || cell.differs()
    });
    let name = match &row.who {
        Who::Person(key) => matrix.names.get(key),
        Who::Account(_) => None,
    };
    let whose = Whose::of(&row.who, name.map(|name| &**name));
    Some(answer::Row {
        person: whose.person,
        name: whose.name,
        account: whose.account,
        system: scope.system.to_string(),
        place: scope.place.to_string(),
        place_title: scope.title.to_string(),
        roles: row.roles.iter().map(ToString::to_string).collect(),
        declared: declared_word(row.declared),
        observed: observed_word(row.observed),
        accounts: row.accounts.iter().map(ToString::to_string).collect(),
        observed_at: observed_at(row.observed).map(|at| at.to_string()),
        locked_out: match &row.who {
            Who::Person(key) => matrix.locked.get(key).map(ToString::to_string),
            Who::Account(_) => None,
        },
        cells: shown
            .map(|(column, cell)| (column.slug.clone(), cell_json(column, cell)))
            .collect(),
    })
}

pub(super) fn cell_json(column: &Column, cell: &Cell) -> answer::Cell {
    let seen = cell.observed.as_ref();
    answer::Cell {
        basis: basis_word(cell.basis()),
        declared: shown_json(&column.subject, cell.declared.as_ref()),
        observed: shown_json(&column.subject, seen.map(|(value, _)| value)),
        at: seen.map(|(_, at)| at.to_string()),
        differs: cell.same.map(|same| !same),
    }
}
