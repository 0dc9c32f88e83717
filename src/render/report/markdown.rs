//! A report as Markdown: headings and tables that any reader shows.
//!
//! Invariant: words from outside mean nothing, also inside a table, and a table that is cut says how much is missing.

use super::{Part, Sheet, Table};
use crate::render::doc::Run;
use crate::render::escape;

/// The most rows of a table: the page and the JSON have all of them.
const MOST: usize = 500;
/// The most lines behind a cell.
const MOST_BEHIND: usize = 20;

pub(super) fn write(sheet: &Sheet) -> String {
    let mut out = format!("# {}\n", line(&sheet.title));
    for text in &sheet.lead {
        out.push_str(&format!("\n{}\n", line(text)));
    }
    for part in &sheet.parts {
        self::part(part, &mut out);
    }
    out
}

fn part(part: &Part, out: &mut String) {
    let count = part.count.map(|count| format!(" ({count})"));
    out.push_str(&format!(
        "\n## {}{}\n",
        part.title,
        count.unwrap_or_default()
    ));
    for note in &part.notes {
        out.push_str(&format!("\n{}\n", line(note)));
    }
    if !part.table.rows.is_empty() {
        table(&part.table, out);
    } else if !part.nothing.is_empty()
        && (part.notes.is_empty() || part.count.is_some() || !part.table.columns.is_empty())
    {
        out.push_str(&format!("\n{}\n", escape::markdown(part.nothing)));
    }
}

fn table(table: &Table, out: &mut String) {
    out.push_str(&format!("\n| {} |\n|", table.columns.join(" | ")));
    out.push_str(&" --- |".repeat(table.columns.len()));
    out.push('\n');
    for (at, row) in table.rows.iter().enumerate().take(MOST) {
        out.push('|');
        for (nth, cell) in row.cells.iter().enumerate() {
            let text = line(cell);
            let text = if row.loud && nth == 0 {
                format!("**!** {text}")
            } else {
                text
            };
            let behind = table.folds.get(&(at, nth));
            let behind = behind.map_or_else(String::new, |lines| folded(lines));
            out.push_str(&format!(" {text}{behind} |"));
        }
        out.push('\n');
    }
    if let Some(more) = table.rows.len().checked_sub(MOST).filter(|more| *more > 0) {
        out.push_str(&format!(
            "\n{more} more rows are left out here; the html and the JSON of this report have them.\n"
        ));
    }
}

/// What is behind a cell, as far as a table has room for it.
fn folded(lines: &[Vec<Run>]) -> String {
    let shown: Vec<String> = lines
        .iter()
        .take(MOST_BEHIND)
        .map(|all| line(all))
        .collect();
    let more = match lines.len().saturating_sub(MOST_BEHIND) {
        0 => String::new(),
        more => format!("; {more} more, which the html and the JSON have"),
    };
    format!(" ({}{more})", shown.join("; "))
}

fn line(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        // The door takes blanks at the ends away, which part one run from the next.
        if run.text.starts_with(' ') {
            out.push(' ');
        }
        out.push_str(&escape::markdown(&run.text));
        if run.text.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}
