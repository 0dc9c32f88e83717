//! A plan as a table: one row a change, for a spreadsheet.
//!
//! The form is RFC 4180 with line ends of CR and LF, behind a byte order mark, by which spreadsheets know UTF-8. Invariant:
//! no cell is taken for a formula, and none has a line end in it.

use super::change::Page;
use super::doc::{Detail, Run};
use super::escape;
use super::names::Names;
use super::told::told;
use super::view::Frame;
use crate::plan::{Because, Effect, Mode, Plan, Step};

/// What stands in the first row.
pub const COLUMNS: [&str; 23] = [
    "status",
    "step",
    "kind",
    "by",
    "class",
    "reason",
    "person",
    "name",
    "system",
    "location",
    "title",
    "account",
    "role before",
    "role after",
    "gains",
    "loses",
    "changes",
    "team member",
    "effects",
    "held because",
    "file",
    "line",
    "because",
];

/// Writes a plan: what will be done, then what is kept back, then what `ownership` withholds.
///
/// `became` says what became of a step of a plan that was applied, and why.
pub fn write(
    plan: &Plan,
    frame: &Frame<'_>,
    became: impl Fn(&Step) -> Option<(&'static str, String)>,
) -> String {
    let names = &Names::of(plan);
    let page = &Page::new(plan, frame, names);
    let draft = &plan.draft;
    let mut rows = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut ok = rows.write_record(COLUMNS).is_ok();
    for step in &draft.steps {
        let (status, why) = became(step).unwrap_or(("planned", String::new()));
        ok &= rows.write_record(row(status, step, &why, page)).is_ok();
    }
    for hold in &draft.holds {
        let Some(step) = &hold.step else { continue };
        ok &= rows
            .write_record(row("held", step, &hold.message, page))
            .is_ok();
    }
    for withheld in &draft.withheld {
        let because = behind(&withheld.because);
        ok &= rows
            .write_record(row("withheld", &withheld.step, &because, page))
            .is_ok();
    }
    // Memory takes every row, each of them as long as the first, and all of it is text.
    debug_assert!(ok);
    let bytes = rows.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8(bytes).unwrap_or_default())
}

/// Rows of foreign and own texts as a table of the same form, the first row being the header.
pub(super) fn rows(rows: &[Vec<String>]) -> String {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let mut ok = true;
    for row in rows {
        ok &= out
            .write_record(row.iter().map(|cell| escape::cell(cell)))
            .is_ok();
    }
    debug_assert!(ok);
    let bytes = out.into_inner().unwrap_or_default();
    format!("\u{feff}{}", String::from_utf8(bytes).unwrap_or_default())
}

fn row(status: &str, step: &Step, held: &str, page: &Page<'_>) -> Vec<String> {
    let details = told(step, page).details;
    let said = |label: &[&str]| {
        let mut current = "";
        let mut lines = Vec::new();
        for Detail { label: own, text } in &details {
            if !own.is_empty() {
                current = own;
            }
            if label.contains(&current) {
                lines.push(plain(text));
            }
        }
        lines.join("; ")
    };
    let role = |access: &Option<crate::plan::Access>| {
        let role = access.as_ref().and_then(|access| access.role.as_ref());
        role.map_or_else(String::new, ToString::to_string)
    };
    let effects: Vec<String> = step.effects.iter().map(effect).collect();
    let first = step.because.iter().find_map(|because| match because {
        Because::Line(origin) => Some(origin),
        Because::Rule(_) => None,
    });
    let because: Vec<String> = step.because.iter().map(behind).collect();
    [
        status,
        &step.id.0,
        step.kind.name(),
        match step.mode {
            Mode::Api => "api",
            Mode::Manual(_) => "hand",
        },
        step.class.name(),
        step.reason.name(),
        step.person.as_ref().map_or("", |person| person.as_str()),
        &step.name,
        step.system.as_str(),
        &step.place.to_string(),
        &page.names.text(&step.system, &step.place),
        step.account.as_ref().map_or("", |account| account.as_str()),
        &role(&step.before),
        &role(&step.after),
        &said(&["gets", "gains"]),
        &said(&["loses"]),
        &said(&["changes"]),
        &said(&["team member"]),
        &effects.join("; "),
        held,
        first.map_or("", |origin| &origin.file),
        &first.map_or_else(String::new, |origin| origin.line.to_string()),
        &because.join("; "),
    ]
    .into_iter()
    .map(escape::cell)
    .collect()
}

fn plain(runs: &[Run]) -> String {
    runs.iter().map(|run| &*run.text).collect()
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Mail(address) => format!("e-mail to {address}"),
        Effect::Sms(number) => format!("SMS to {number}"),
        Effect::SignOut => "sign-out".to_owned(),
        Effect::PaidSeat => "may take a paid seat".to_owned(),
    }
}

fn behind(because: &Because) -> String {
    match because {
        Because::Line(origin) => format!("{}:{}", origin.file, origin.line),
        Because::Rule(rule) => rule.clone(),
    }
}
