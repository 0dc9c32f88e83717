//! The matrix as text, as a table for spreadsheets, and as JSON (`keyholder.matrix/1`).
//!
//! The invariant: every cell that is shown says on what it stands, and what is left out is counted.

use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::doc::{
    Block, Detail, Doc, Item, Run, Section, Tone, foreign, foreign_toned, say, toned,
};
use super::table;
use super::why::shown_json;
use super::words;
use crate::audit::matrix::{
    Basis, Cell, Column, Declared, Difference, Matrix, Row, ScopeTitle, Seeing, Who,
};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::explained::Subject;
use crate::model::{AccountState, GrantState};

/// What a matrix is of.
#[derive(Clone, Debug, Default)]
pub struct Frame<'a> {
    /// The point in time, in words.
    pub label: &'a str,
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
        blocks: notes(frame, zone),
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
            blocks: vec![Block::Line(vec![say("Nobody has any of it.")])],
        });
    }
    sections.retain(|section| !section.blocks.is_empty());
    Doc {
        title: vec![
            toned(Tone::Strong, "Who has what, "),
            foreign_toned(Tone::Strong, frame.label.to_owned()),
        ],
        sections,
    }
}

fn scope_title(scope: &ScopeTitle) -> Vec<Run> {
    vec![
        foreign_toned(Tone::Strong, scope.system.to_string()),
        say(" · "),
        foreign_toned(Tone::Strong, scope.title.to_string()),
    ]
}

fn notes(frame: &Frame<'_>, zone: &TimeZone) -> Vec<Block> {
    let mut blocks = Vec::new();
    match (frame.commit, frame.applied) {
        (Some(commit), Some(at)) => blocks.push(Block::Line(vec![
            say("Declared by the files of commit "),
            foreign(commit.chars().take(10).collect::<String>()),
            say(format!(", last applied {}.", words::time(at, zone))),
        ])),
        (None, Some(at)) => blocks.push(Block::Line(vec![say(format!(
            "The last apply before it was {}.",
            words::time(at, zone)
        ))])),
        (_, None) => {}
    }
    let notes = frame.notes.iter();
    blocks.extend(
        notes.map(|note| Block::Line(vec![toned(Tone::Alert, "note: "), foreign(note.clone())])),
    );
    blocks
}

fn item(
    matrix: &Matrix,
    row: &Row,
    frame: &Frame<'_>,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Option<Item> {
    let mut groups: Vec<(&'static str, Vec<Run>)> = Vec::new();
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
        let label = match (&column.subject, column.sensitivity) {
            (Subject::Role, _) => "role",
            (_, Some(why)) => label(why),
            (_, None) => "other",
        };
        let runs = cell_words(column, cell, idle, catalog);
        match groups.iter_mut().find(|(known, _)| *known == label) {
            Some((_, known)) => {
                known.push(say("; "));
                known.extend(runs);
            }
            None => groups.push((label, runs)),
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
    if idle && !groups.is_empty() {
        head.push(toned(Tone::Alert, "; nothing can be used, the files give:"));
    }
    let mut details: Vec<Detail> = groups
        .into_iter()
        .map(|(label, text)| Detail { label, text })
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
        (Some(_), Some(declared)) if cell.differs() => {
            runs.push(toned(Tone::Alert, " (the files say "));
            runs.push(foreign_toned(Tone::Alert, shown(declared)));
            runs.push(toned(Tone::Alert, ")"));
        }
        _ => {}
    }
    runs
}

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
                name.clone(),
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
    table::rows(&rows)
}

/// The matrix as JSON.
pub fn to_json(matrix: &Matrix, frame: &Frame<'_>, catalog: &Catalog) -> Json {
    let rows: Vec<Json> = matrix
        .rows
        .iter()
        .filter_map(|row| row_json(matrix, row, frame, catalog))
        .collect();
    json!({
        "format": "keyholder.matrix/1",
        "point": point_json(frame),
        "rights": matrix.columns.iter().map(column_json).collect::<Vec<_>>(),
        "rows": rows,
    })
}

fn point_json(frame: &Frame<'_>) -> Json {
    json!({
        "as_of": frame.label,
        "commit": frame.commit,
        "applied": frame.applied.map(|at| at.to_string()),
        "head": frame.head,
        "notes": frame.notes,
    })
}

fn column_json(column: &Column) -> Json {
    json!({
        "right": column.slug,
        "title": column.title,
        "sensitivity": column.sensitivity.map(Sensitivity::as_str),
    })
}

fn row_json(matrix: &Matrix, row: &Row, frame: &Frame<'_>, catalog: &Catalog) -> Option<Json> {
    let scope = matrix.scopes.get(row.scope)?;
    let mut shown = Map::new();
    for (column, cell) in cells(matrix, row, catalog) {
        if frame.all
            || cell.basis() == Basis::Unknown
            || cell.gives(&column.subject, catalog)
            || cell.differs()
        {
            shown.insert(column.slug.clone(), cell_json(column, cell));
        }
    }
    let name = match &row.who {
        Who::Person(key) => matrix.names.get(key),
        Who::Account(_) => None,
    };
    let mut json = with_base(who_json(&row.who, name.map(|name| &**name)), row, scope);
    json.insert("cells".to_owned(), Json::Object(shown));
    Some(Json::Object(json))
}

fn who_json(who: &Who, name: Option<&str>) -> Map<String, Json> {
    match who {
        Who::Person(key) => Map::from_iter([
            ("person".to_owned(), json!(key.as_str())),
            ("name".to_owned(), json!(name)),
        ]),
        Who::Account(account) => Map::from_iter([("account".to_owned(), json!(account.as_str()))]),
    }
}

fn with_base(mut json: Map<String, Json>, row: &Row, scope: &ScopeTitle) -> Map<String, Json> {
    json.extend([
        ("system".to_owned(), json!(scope.system.as_str())),
        ("place".to_owned(), json!(scope.place.to_string())),
        ("place_title".to_owned(), json!(&*scope.title)),
        (
            "roles".to_owned(),
            json!(
                row.roles
                    .iter()
                    .map(crate::model::RoleKey::as_str)
                    .collect::<Vec<_>>()
            ),
        ),
        ("declared".to_owned(), json!(declared_word(row.declared))),
        ("observed".to_owned(), json!(observed_word(row.observed))),
        (
            "observed_at".to_owned(),
            json!(observed_at(row.observed).map(|at| at.to_string())),
        ),
    ]);
    json
}

fn cell_json(column: &Column, cell: &Cell) -> Json {
    json!({
        "basis": basis_word(cell.basis()),
        "declared": shown_json(&column.subject, cell.declared.as_ref()),
        "observed": shown_json(&column.subject, cell.observed.as_ref().map(|(value, _)| value)),
        "at": cell.observed.as_ref().map(|(_, at)| at.to_string()),
    })
}

/// Differences as a page.
pub fn diff_doc(
    found: &[Difference],
    before: &Frame<'_>,
    after: &Frame<'_>,
    catalog: &Catalog,
    zone: &TimeZone,
) -> Doc {
    let mut sections = vec![Section {
        fold: false,
        title: Vec::new(),
        blocks: [before, after]
            .iter()
            .flat_map(|frame| notes(frame, zone))
            .collect(),
    }];
    for same in found.chunk_by(|a, b| a.who == b.who) {
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
                        items: place.iter().map(|it| change(it, catalog, zone)).collect(),
                    })
                })
                .collect(),
        });
    }
    if found.is_empty() {
        sections.push(Section {
            fold: false,
            title: Vec::new(),
            blocks: vec![Block::Line(vec![say("No difference.")])],
        });
    }
    sections.retain(|section| !section.blocks.is_empty());
    Doc {
        title: vec![
            toned(Tone::Strong, "Who has what: from "),
            foreign_toned(Tone::Strong, before.label.to_owned()),
            toned(Tone::Strong, " to "),
            foreign_toned(Tone::Strong, after.label.to_owned()),
        ],
        sections,
    }
}

fn change(it: &Difference, catalog: &Catalog, zone: &TimeZone) -> Item {
    let gave = |cell: &Cell| {
        let value = cell.value();
        value.is_some_and(|value| why::gives(&it.column.subject, value, catalog))
    };
    let (mark, tone) = match (gave(&it.before), gave(&it.after)) {
        (false, true) => ('+', Tone::Give),
        (true, false) => ('-', Tone::Take),
        _ => ('~', Tone::Change),
    };
    let mut head = vec![foreign(it.column.title.clone())];
    if let Some(why) = it.column.sensitivity {
        head.push(toned(Tone::Alert, format!(" [{}]", why.title())));
    }
    let side = |label, cell: &Cell| Detail {
        label,
        text: side_words(&it.column, cell, catalog, zone),
    };
    Item {
        mark,
        tone,
        head,
        details: vec![side("from", &it.before), side("to", &it.after)],
    }
}

fn side_words(column: &Column, cell: &Cell, catalog: &Catalog, zone: &TimeZone) -> Vec<Run> {
    let shown = |value| foreign(why::words(&column.subject, value, catalog));
    let mut runs = Vec::new();
    if let Some((value, at)) = &cell.observed {
        runs.push(shown(value));
        runs.push(say(format!(" (observed {})", words::time(*at, zone))));
    }
    if let Some(value) = &cell.declared {
        if !runs.is_empty() {
            runs.push(say(", "));
        }
        runs.push(shown(value));
        runs.push(say(" (declared)"));
    }
    if runs.is_empty() {
        runs.push(say("unknown"));
    }
    runs
}

/// Differences as JSON (`keyholder.matrix-diff/1`).
pub fn diff_json(found: &[Difference], before: &Frame<'_>, after: &Frame<'_>) -> Json {
    let changes = found.iter().map(|it| {
        let mut json = who_json(&it.who, it.name.as_deref());
        json.extend([
            ("system".to_owned(), json!(it.scope.system.as_str())),
            ("place".to_owned(), json!(it.scope.place.to_string())),
            ("right".to_owned(), json!(it.column.slug)),
            (
                "sensitivity".to_owned(),
                json!(it.column.sensitivity.map(Sensitivity::as_str)),
            ),
            ("before".to_owned(), cell_json(&it.column, &it.before)),
            ("after".to_owned(), cell_json(&it.column, &it.after)),
        ]);
        Json::Object(json)
    });
    json!({
        "format": "keyholder.matrix-diff/1",
        "from": point_json(before),
        "to": point_json(after),
        "changes": changes.collect::<Vec<_>>(),
    })
}

/// Differences as a table for spreadsheets.
pub fn diff_spreadsheet(
    found: &[Difference],
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
    for it in found {
        let (key, name) = match &it.who {
            Who::Person(key) => (
                key.to_string(),
                it.name.as_deref().unwrap_or_default().to_owned(),
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
