//! A report as one page for a browser: no script, no request, nothing beside it.
//!
//! Invariants: a policy in the page forbids everything but its own style, which it names by its hash; every text passes
//! through one door; what is folded is open when the page is printed.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::{Part, Sheet};
use crate::render::doc::Run;
use crate::render::escape;
use crate::render::html::base64;

/// Rows of which a table is long.
const LONG: usize = 50;

const STYLE: &str = include_str!("page.css");

pub(super) fn write(sheet: &Sheet) -> String {
    let title = line(&sheet.title);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n",
        base64(&Sha256::digest(STYLE.as_bytes())),
    );
    for text in &sheet.lead {
        out.push_str(&format!("<p>{}</p>\n", line(text)));
    }
    out.push_str("</header>\n<nav aria-label=\"Contents\">\n<ul>\n");
    for (nth, part) in sheet.parts.iter().enumerate() {
        out.push_str(&format!(
            "<li><a href=\"#p{nth}\">{}</a></li>\n",
            heading(part)
        ));
    }
    out.push_str("</ul>\n</nav>\n<main>\n");
    for (nth, part) in sheet.parts.iter().enumerate() {
        self::part(nth, part, &mut out);
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn heading(part: &Part) -> String {
    let count = part.count.map(|count| format!(" ({count})"));
    format!("{}{}", door(part.title), count.unwrap_or_default())
}

fn part(nth: usize, part: &Part, out: &mut String) {
    out.push_str(&format!(
        "<section id=\"p{nth}\" aria-labelledby=\"h{nth}\">\n"
    ));
    let title = format!("<h2 id=\"h{nth}\">{}</h2>", heading(part));
    // Open, so that it is found; a long one is opened by whoever looks something up, and by printing.
    if part.fold {
        let open = if part.table.rows.len() > LONG {
            ""
        } else {
            " open"
        };
        out.push_str(&format!("<details{open}>\n<summary>{title}</summary>\n"));
    } else {
        out.push_str(&format!("{title}\n"));
    }
    for note in &part.notes {
        out.push_str(&format!("<p>{}</p>\n", line(note)));
    }
    if let Some(picture) = &part.picture {
        out.push_str(&format!("<figure>\n{picture}</figure>\n"));
    }
    if !part.table.rows.is_empty() {
        tables(part, out);
    } else if !part.nothing.is_empty() && (part.notes.is_empty() || !part.table.columns.is_empty())
    {
        out.push_str(&format!(
            "<p class=\"nothing\">{}</p>\n",
            door(part.nothing)
        ));
    }
    if part.fold {
        out.push_str("</details>\n");
    }
    out.push_str("</section>\n");
}

/// The table of a part; of a long one, what nobody has to act on is folded.
fn tables(part: &Part, out: &mut String) {
    let all = part.table.rows.len();
    let loud = part.table.rows.iter().take_while(|row| row.loud).count();
    if part.fold || all - loud <= LONG {
        table(part, 0..all, "all", out);
        return;
    }
    if loud > 0 {
        table(part, 0..loud, "first", out);
    }
    let more = if loud > 0 { " more" } else { "" };
    out.push_str(&format!(
        "<details>\n<summary>{}{more} rows</summary>\n",
        all - loud
    ));
    table(part, loud..all, "more", out);
    out.push_str("</details>\n");
}

/// On a narrow screen a row is a card: roles keep it a table there, and each cell carries the name of its column. A column
/// that no row has anything in takes no room.
fn table(part: &Part, rows: Range<usize>, which: &str, out: &mut String) {
    let table = &part.table;
    out.push_str(&format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{}, {which} rows\">\n<table role=\"table\">\n<thead>\n<tr role=\"row\">",
        door(part.title)
    ));
    let shown = table.rows.get(rows.clone()).unwrap_or_default();
    let is_used = |nth: usize| {
        let mut cells = shown.iter().filter_map(|row| row.cells.get(nth));
        cells.any(|cell| !is_blank(cell)) || table.folds.keys().any(|(_, column)| *column == nth)
    };
    let used: Vec<bool> = (0..table.columns.len()).map(is_used).collect();
    let is_used = |nth: usize| used.get(nth).copied().unwrap_or(true);
    for (nth, column) in table.columns.iter().enumerate() {
        if !is_used(nth) {
            continue;
        }
        if column.is_empty() {
            out.push_str("<td></td>");
        } else {
            out.push_str(&format!(
                "<th scope=\"col\" role=\"columnheader\">{}</th>",
                door(column)
            ));
        }
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    let within = table.rows.iter().enumerate();
    for (at, row) in within.skip(rows.start).take(rows.len()) {
        out.push_str(if row.loud {
            "<tr role=\"row\" class=\"loud\">"
        } else {
            "<tr role=\"row\">"
        });
        for (nth, cell) in row.cells.iter().enumerate() {
            if !is_used(nth) {
                continue;
            }
            let mut text = if is_blank(cell) {
                String::new()
            } else {
                line(cell)
            };
            if let Some(lines) = table.folds.get(&(at, nth)) {
                text = folded(&text, lines);
            }
            let label = table.columns.get(nth).copied().unwrap_or_default();
            if nth > 0 {
                let class = if is_short(cell) {
                    " class=\"short\""
                } else {
                    ""
                };
                out.push_str(&format!(
                    "<td role=\"cell\"{class} data-label=\"{}\">{text}</td>",
                    door(label)
                ));
            } else {
                // A number alone says nothing on a card.
                let digits = |run: &Run| run.text.bytes().all(|b| b.is_ascii_digit());
                let is_number = !is_blank(cell) && cell.iter().all(digits);
                let label = if is_number {
                    format!(" data-label=\"{}\"", door(label))
                } else {
                    String::new()
                };
                // The mark stays beside what it marks.
                let mark = if row.loud {
                    "<span class=\"mark\">!\u{a0}</span>"
                } else {
                    ""
                };
                out.push_str(&format!(
                    "<th scope=\"row\" role=\"rowheader\"{label}>{mark}{text}</th>"
                ));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

/// A cell with what is behind it.
fn folded(text: &str, lines: &[Vec<Run>]) -> String {
    let mut out = format!("<details><summary>{text}</summary><ul>");
    for all in lines {
        out.push_str(&format!("<li>{}</li>", line(all)));
    }
    out.push_str("</ul></details>");
    out
}

fn line(runs: &[Run]) -> String {
    let mut out = String::new();
    for run in runs {
        let text = door(&run.text);
        // What came from outside may be written from right to left, and turns nothing around it.
        if run.foreign {
            out.push_str(&format!("<bdi>{text}</bdi>"));
        } else {
            out.push_str(&text);
        }
    }
    out
}

fn is_blank(cell: &[Run]) -> bool {
    cell.iter().all(|run| run.text.is_empty())
}

/// A date or a word of ours, which is read best on one line.
fn is_short(cell: &[Run]) -> bool {
    const SHORT: usize = 20;
    cell.iter()
        .all(|run| !run.foreign && run.text.len() <= SHORT)
}

/// The one door: no control, nothing invisible, and nothing that means something in a page.
fn door(text: &str) -> String {
    escape::html(text, true)
}
