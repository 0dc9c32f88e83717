//! A report for people: what it says, before it is a page or a Markdown text.
//!
//! Not the facts: those are `report`'s. A report is tables, which a plan is not, so it has a small model of its own and three
//! writers that differ in little. Invariant: every text from outside is marked where it enters, and a writer escapes it.

mod html;
mod leavers;
mod markdown;
mod picture;
mod rules;
mod steps;
mod tell;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::doc::{Run, foreign, say};
use super::text::Layout;
use crate::report::Report;

pub use picture::{changes as picture_of_changes, leavers as picture_of_leavers};

/// What a hash chain proves, and what it does not: the same words wherever it is claimed.
pub const PROOF: &[&str] = &[
    "It proves: each entry was written after the one before it, and none of those up to a head was changed, left out or put in since that head was written down. Anybody can recompute it with SHA-256.",
    "It does not prove that what was written down was true, nor that it was written down when it says: the clock and the name of whoever ran it are those of their machine.",
    "It does not prove that nothing else was done: what somebody changes by hand at a vendor shows only when it is read.",
    "Whoever can write the journal can write all of it anew. Only a head that was written down elsewhere at the time (a log of CI, a comment, a letter) shows that they did not.",
];

/// A report as one page for a browser: no script, no request, nothing beside it.
pub fn html(report: &Report) -> String {
    html::write(&tell::tell(report))
}

/// A report as Markdown.
pub fn markdown(report: &Report) -> String {
    markdown::write(&tell::tell(report))
}

/// A report as lines for a terminal or a log.
pub fn text(report: &Report, layout: Layout) -> String {
    super::text::write(&text::doc(&tell::tell(report), layout), layout)
}

/// What a report says.
struct Sheet {
    title: Vec<Run>,
    lead: Vec<Vec<Run>>,
    parts: Vec<Part>,
}

/// A part with a heading of its own.
#[derive(Default)]
struct Part {
    title: &'static str,
    /// How many there are, shown beside the heading.
    count: Option<usize>,
    notes: Vec<Vec<Run>>,
    table: Table,
    /// A picture, as SVG that was made from our own words and numbers.
    picture: Option<String>,
    /// What is said where there is nothing.
    nothing: &'static str,
    /// Long, and looked up rather than read.
    fold: bool,
}

#[derive(Default)]
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Row>,
    /// What is behind a cell, by row and column: lines that are looked up rather than read.
    folds: BTreeMap<(usize, usize), Vec<Vec<Run>>>,
}

/// A row; a loud one needs somebody.
struct Row {
    loud: bool,
    cells: Vec<Vec<Run>>,
}

fn row(cells: Vec<Vec<Run>>) -> Row {
    Row { loud: false, cells }
}

/// Our own words as a cell.
fn own(text: impl Into<std::borrow::Cow<'static, str>>) -> Vec<Run> {
    vec![say(text)]
}

/// Words from outside as a cell; nothing where there are none.
fn theirs(text: Option<&String>) -> Vec<Run> {
    text.map_or_else(Vec::new, |text| vec![foreign(text.clone())])
}

/// An instant of a report as people read it; as it is where it is none.
fn when(text: &str, zone: &TimeZone) -> String {
    text.parse::<Timestamp>().map_or_else(
        |_| text.to_owned(),
        |at| {
            at.to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}

/// Seconds as people say them.
fn lasting(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let two = |big: i64, unit: &str, rest: i64, small: &str| {
        if rest == 0 {
            format!("{big} {unit}")
        } else {
            format!("{big} {unit} {rest} {small}")
        }
    };
    match seconds {
        i64::MIN..MINUTE => format!("{} s", seconds.max(0)),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => two(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min"),
        DAY.. => two(seconds / DAY, "d", seconds % DAY / HOUR, "h"),
    }
}
