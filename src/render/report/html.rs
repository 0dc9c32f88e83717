//! A report as one page for a browser: no script, no request, nothing beside it.
//!
//! Invariants: a policy in the page forbids everything but its own style, which it names by its hash; every text passes
//! through one door; what is folded is open when the page is printed.

use sha2::{Digest as _, Sha256};

use super::{Part, Sheet, Table};
use crate::render::doc::Run;
use crate::render::escape;
use crate::render::html::base64;

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
    // Open, so that all of it is printed and found; who has read it folds it.
    if part.fold {
        out.push_str(&format!("<details open>\n<summary>{title}</summary>\n"));
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
        table(nth, &part.table, out);
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

fn table(nth: usize, table: &Table, out: &mut String) {
    out.push_str(&format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"h{nth}\">\n<table>\n<thead>\n<tr>"
    ));
    for column in table.columns {
        if column.is_empty() {
            out.push_str("<td></td>");
        } else {
            out.push_str(&format!("<th scope=\"col\">{}</th>", door(column)));
        }
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str(if row.loud {
            "<tr class=\"loud\">"
        } else {
            "<tr>"
        });
        for (nth, cell) in row.cells.iter().enumerate() {
            let text = line(cell);
            if nth > 0 && is_short(cell) {
                out.push_str(&format!("<td class=\"short\">{text}</td>"));
            } else if nth > 0 {
                out.push_str(&format!("<td>{text}</td>"));
            } else if row.loud {
                out.push_str(&format!(
                    "<th scope=\"row\"><span class=\"mark\">!</span> {text}</th>"
                ));
            } else {
                out.push_str(&format!("<th scope=\"row\">{text}</th>"));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
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
