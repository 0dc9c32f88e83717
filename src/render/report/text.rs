//! A report as lines for a terminal or a log, at any width.
//!
//! Not the words: those are `tell`'s. A table stands as a table where it fits, else each row is a paragraph that names its
//! columns. Invariant: no row is left out without a word, and what needs somebody is marked without color.

use unicode_width::UnicodeWidthStr as _;

use super::{Part, Row, Sheet, Table};
use crate::render::doc::{Block, Doc, Run, Section, Tone, say, toned};
use crate::render::escape;
use crate::render::text::Layout;

/// The most rows of a table: the page and the JSON have all of them.
const MOST: usize = 50;
/// The most lines that stand behind a cell.
const MOST_BEHIND: usize = 5;
/// Between two columns.
const GAP: usize = 2;
/// How far a section is moved in.
const INDENT: usize = 2;

pub(super) fn doc(sheet: &Sheet, layout: Layout) -> Doc {
    let line = |runs: &Vec<Run>| Block::Line(runs.clone());
    let mut sections = vec![Section::open(
        Vec::new(),
        sheet.lead.iter().map(line).collect(),
    )];
    sections.extend(sheet.parts.iter().map(|part| self::part(part, layout)));
    Doc {
        title: strong(sheet.title.clone()),
        sections,
    }
}

fn part(part: &Part, layout: Layout) -> Section {
    let count = part.count.map(|count| format!(" ({count})"));
    let mut title = vec![toned(
        Tone::Strong,
        format!("{}{}", part.title, count.unwrap_or_default()),
    )];
    let is_empty = part.table.rows.is_empty();
    // What there is nothing of takes one line.
    if is_empty && part.notes.is_empty() {
        title.push(say(format!(": {}", part.nothing)));
        return Section::open(title, Vec::new());
    }
    let note = |note: &Vec<Run>| {
        if is_empty {
            listed("- ", note.clone())
        } else {
            Block::Line(note.clone())
        }
    };
    let mut blocks: Vec<Block> = part.notes.iter().map(note).collect();
    if !is_empty {
        rows(&part.table, layout, &mut blocks);
    } else if !part.nothing.is_empty() && !part.table.columns.is_empty() {
        blocks.push(listed("- ", vec![say(part.nothing)]));
    }
    Section::open(title, blocks)
}

fn rows(table: &Table, layout: Layout, blocks: &mut Vec<Block>) {
    let shown = table.rows.get(..MOST).unwrap_or(&table.rows);
    let is_loud = shown.iter().any(|row| row.loud);
    match widths(table, shown) {
        Some(widths) if fits(&widths, is_loud, layout) => {
            let names = table.columns.iter();
            let names = names.map(|name| vec![toned(Tone::Dim, *name)]).collect();
            let head = Row {
                loud: false,
                cells: names,
            };
            blocks.push(padded(&head, &widths, is_loud));
            blocks.extend(shown.iter().map(|row| padded(row, &widths, is_loud)));
        }
        _ => {
            let all = shown.iter().enumerate();
            blocks.extend(all.map(|(nth, row)| paragraph(table, nth, row)));
        }
    }
    let more = table.rows.len() - shown.len();
    if more > 0 {
        blocks.push(Block::Line(vec![toned(
            Tone::Strong,
            format!("{more} more, which `--format html=FILE` and `json=FILE` have"),
        )]));
    }
}

/// How wide each column is; none where something is behind a cell, for which a table has no room.
fn widths(table: &Table, shown: &[Row]) -> Option<Vec<usize>> {
    if table.folds.keys().any(|(row, _)| *row < shown.len()) {
        return None;
    }
    let names = table.columns.iter().map(|name| name.width());
    let mut widths: Vec<usize> = names.collect();
    for row in shown {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(wide(cell));
        }
    }
    // A column that has nothing in it takes no room.
    for (nth, width) in widths.iter_mut().enumerate() {
        if shown
            .iter()
            .all(|row| row.cells.get(nth).is_none_or(|cell| wide(cell) == 0))
        {
            *width = 0;
        }
    }
    Some(widths)
}

fn fits(widths: &[usize], is_loud: bool, layout: Layout) -> bool {
    let used = widths.iter().filter(|width| **width > 0);
    let mark = if is_loud { GAP } else { 0 };
    let all = used.map(|width| width + GAP).sum::<usize>();
    INDENT + mark + all.saturating_sub(GAP) <= layout.width
}

/// A row of a table that fits.
fn padded(row: &Row, widths: &[usize], is_loud: bool) -> Block {
    let mut runs = Vec::new();
    if is_loud {
        runs.push(if row.loud {
            toned(Tone::Alert, "! ")
        } else {
            say("  ")
        });
    }
    for (cell, width) in row.cells.iter().zip(widths) {
        if *width == 0 {
            continue;
        }
        runs.extend(cell.iter().cloned());
        runs.push(say(" ".repeat(width + GAP - wide(cell).min(*width))));
    }
    Block::Line(runs)
}

/// A row as a paragraph: what it is about first, then each other cell with the name of its column.
fn paragraph(table: &Table, nth: usize, row: &Row) -> Block {
    let mut runs = Vec::new();
    for (at, cell) in row.cells.iter().enumerate() {
        let name = table.columns.get(at).copied().unwrap_or_default();
        // The rights of a step are named or counted, which is enough for lines; the other formats have each.
        let behind = table.folds.get(&(nth, at)).filter(|_| name != "Rights");
        if wide(cell) == 0 && behind.is_none() {
            continue;
        }
        if at == 0 {
            // A number alone says nothing.
            if cell
                .iter()
                .all(|run| run.text.bytes().all(|b| b.is_ascii_digit()))
            {
                runs.push(toned(Tone::Strong, format!("{} ", name.to_lowercase())));
            }
            runs.extend(strong(cell.clone()));
        } else {
            runs.push(say(if runs.is_empty() { "" } else { " \u{b7} " }));
            if !name.is_empty() {
                runs.push(toned(Tone::Dim, format!("{}: ", name.to_lowercase())));
            }
            runs.extend(cell.iter().cloned());
        }
        if let Some(lines) = behind {
            runs.extend(folded(lines));
        }
    }
    listed(if row.loud { "! " } else { "- " }, runs)
}

/// What is behind a cell, as far as a line has room for it.
fn folded(lines: &[Vec<Run>]) -> Vec<Run> {
    let mut runs = vec![say(" (")];
    for (nth, line) in lines.iter().take(MOST_BEHIND).enumerate() {
        if nth > 0 {
            runs.push(say("; "));
        }
        runs.extend(line.iter().cloned());
    }
    if let Some(more) = lines
        .len()
        .checked_sub(MOST_BEHIND)
        .filter(|more| *more > 0)
    {
        runs.push(say(format!("; and {more} more")));
    }
    runs.push(say(")"));
    runs
}

fn listed(mark: &'static str, text: Vec<Run>) -> Block {
    let tone = if mark == "! " {
        Tone::Alert
    } else {
        Tone::Plain
    };
    let mut runs = vec![toned(tone, mark)];
    runs.extend(text);
    Block::Line(runs)
}

fn strong(runs: Vec<Run>) -> Vec<Run> {
    let strong = |run| Run {
        tone: Tone::Strong,
        ..run
    };
    runs.into_iter().map(strong).collect()
}

/// How wide a cell is once it is written.
fn wide(cell: &[Run]) -> usize {
    let width = |run: &Run| {
        if run.long {
            escape::terminal_long(&run.text).width()
        } else if run.foreign {
            escape::terminal(&run.text).width()
        } else {
            run.text.width()
        }
    };
    cell.iter().map(width).sum()
}
