//! The matrix as one page for a browser: search, filters, keyboard, print; no request, nothing beside it.
//!
//! The data stands in the page as compact JSON, each distinct row once; rows are drawn when they are looked at. Invariants:
//! a policy in the page forbids everything but its own script and style, which it names by their hashes; no text from
//! outside becomes markup, since the JSON cannot end its element and the script writes text only.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::escape;
use super::html::base64;
use super::matrix::{
    Frame, cells, declared_by, declared_word, matrix_notes, observed_word, who_of,
};
use super::words;
use crate::audit::matrix::{Basis, Cell, Column, Declared, Matrix, Row, Seeing, Who};
use crate::audit::why;
use crate::catalog::{Catalog, Sensitivity};
use crate::model::{AccountState, GrantState};

const STYLE: &str = include_str!("matrix.css");
const SCRIPT: &str = include_str!("matrix.js");

/// Writes the page.
pub fn page(matrix: &Matrix, frame: &Frame<'_>, catalog: &Catalog, zone: &TimeZone) -> String {
    let title = format!("Who has what, {}", frame.when(zone));
    let mut about = String::new();
    if let Some(by) = declared_by(frame, zone) {
        about.push_str(&paragraph("", &by));
    }
    if let Some(head) = &frame.head {
        about.push_str(&paragraph("", &format!("Journal head {head}.")));
    }
    for note in matrix_notes(matrix, frame, Some(zone)) {
        about.push_str(&paragraph("note", &format!("Note: {note}")));
    }
    let data = in_script(&data(matrix, catalog, zone).to_string());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#grid\">To the table</a>\n\
         <header>\n<h1>{title}</h1>\n{about}<noscript><p class=\"note\">The table is drawn by this page's own script; without it, use the table for spreadsheets.</p></noscript>\n{FORM}</header>\n{MAIN}\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        script = hash(SCRIPT),
        style = hash(STYLE),
        title = escape::html(&title, true),
    )
}

const FORM: &str = "<form id=\"filters\" role=\"search\" aria-label=\"Filters\">\n\
<label>Person <input type=\"search\" id=\"who\" autocomplete=\"off\"></label>\n\
<label>Right <input type=\"search\" id=\"right\" autocomplete=\"off\"></label>\n\
<label>Place <select id=\"place\"><option value=\"\">all places</option></select></label>\n\
<label>Role <select id=\"role\"><option value=\"\">all roles</option></select></label>\n\
<label>Sensitivity <select id=\"sensitivity\"><option value=\"\">all rights</option></select></label>\n\
<label>Only <select id=\"only\"><option value=\"\">everything</option><option value=\"has\">what they have</option><option value=\"unknown\">what is unknown</option><option value=\"differs\">where the files say otherwise</option></select></label>\n\
<label class=\"tick\"><input type=\"checkbox\" id=\"all\"> also rights that nobody has</label>\n\
<button type=\"reset\">Clear</button>\n<button type=\"button\" id=\"printing\">Print</button>\n</form>\n\
<p id=\"count\" role=\"status\"></p>\n";

const MAIN: &str = "<main>\n<div id=\"grid\" role=\"grid\" aria-label=\"Rights by person and place\" aria-readonly=\"true\">\n<div id=\"size\" role=\"presentation\">\n\
<div role=\"rowgroup\" class=\"top\"><div id=\"head\" role=\"row\" aria-rowindex=\"1\"><div class=\"who\" role=\"columnheader\" tabindex=\"0\">Person, place, roles</div></div></div>\n\
<div id=\"body\" role=\"rowgroup\"></div>\n</div>\n</div>\n</main>\n\
<footer>\n<p id=\"detail\"></p>\n<p id=\"legend\">Plain: observed. * declared in the files, nobody looked. ≠ observed, and the files say otherwise. ? unknown. · no. – no such right there. Arrow keys move in the table.</p>\n</footer>\n<div id=\"print\"></div>\n";

fn paragraph(class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("<p class=\"{class}\">{}</p>\n", escape::html(text, true))
}

/// Distinct values in the order in which they came.
struct Distinct<T> {
    known: BTreeMap<T, usize>,
    list: Vec<Json>,
}

impl<T: Ord + Clone> Distinct<T> {
    fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            list: Vec::new(),
        }
    }

    fn number(&mut self, value: &T, json: impl FnOnce() -> Json) -> usize {
        if let Some(&at) = self.known.get(value) {
            return at;
        }
        let at = self.list.len();
        self.list.push(json());
        self.known.insert(value.clone(), at);
        at
    }

    fn text(&mut self, text: &str) -> usize
    where
        T: From<String>,
    {
        let safe = escape::terminal(text).into_owned();
        self.number(&T::from(safe.clone()), || json!(safe))
    }
}

/// What the script draws.
fn data(matrix: &Matrix, catalog: &Catalog, zone: &TimeZone) -> Json {
    let mut values: Distinct<String> = Distinct::new();
    let mut times: Distinct<String> = Distinct::new();
    let mut states: Distinct<String> = Distinct::new();
    let mut roles: Distinct<String> = Distinct::new();
    let mut people: Distinct<Who> = Distinct::new();
    let mut shown: Distinct<Vec<i64>> = Distinct::new();
    let mut sets: Distinct<Vec<(usize, usize)>> = Distinct::new();
    let mut without: Distinct<Vec<usize>> = Distinct::new();
    let mut names: Vec<&str> = matrix
        .rows
        .iter()
        .flat_map(|row| row.roles.iter().map(crate::model::RoleKey::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        roles.text(name);
    }
    let places: Vec<Json> = matrix
        .scopes
        .iter()
        .map(|scope| {
            let columns = matrix.columns.iter().enumerate();
            let not: Vec<usize> = columns
                .filter(|(_, column)| !scope.applies(&column.subject, catalog))
                .map(|(at, _)| at)
                .collect();
            let not = without.number(&not, || json!(not));
            json!([
                escape::terminal(scope.system.as_str()),
                escape::terminal(&scope.place.to_string()),
                escape::terminal(&scope.title),
                not
            ])
        })
        .collect();
    let positions: BTreeMap<&str, usize> = matrix
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| (column.slug.as_str(), at))
        .collect();
    let rows: Vec<Json> = matrix
        .rows
        .iter()
        .map(|row| {
            let mut set: Vec<(usize, usize)> = Vec::new();
            for (column, cell) in cells(matrix, row, catalog) {
                let Some(&at) = positions.get(column.slug.as_str()) else {
                    continue;
                };
                if let Some(code) = code(column, cell, catalog, &mut values) {
                    set.push((at, shown.number(&code, || json!(code))));
                }
            }
            let (key, name) = who_of(matrix, &row.who);
            let person = people.number(&row.who, || {
                json!([
                    escape::terminal(&key),
                    escape::terminal(&name),
                    i64::from(matches!(row.who, Who::Account(_)))
                ])
            });
            let time = match row.observed {
                Seeing::Unknown => -1,
                Seeing::Absent(at) | Seeing::Has(at, _) => {
                    signed(times.text(&words::time(at, zone)))
                }
            };
            let mut state = state(row);
            if row.unread {
                state = format!(
                    "{state}{}rights not read",
                    if state.is_empty() { "" } else { ", " }
                );
            }
            let state = states.text(&state);
            json!([
                person,
                row.scope,
                row.roles
                    .iter()
                    .map(|role| roles.text(role.as_str()))
                    .collect::<Vec<_>>(),
                state,
                0,
                time,
                sets.number(&set, || json!(set))
            ])
        })
        .collect();
    let sensitivities = Sensitivity::ALL;
    json!({
        "rights": matrix.columns.iter().map(|column| json!([
            escape::terminal(&column.slug),
            escape::terminal(&column.title),
            column.sensitivity.and_then(|why| sensitivities.iter().position(|it| *it == why)).map_or(-1, signed),
        ])).collect::<Vec<_>>(),
        "sensitivities": sensitivities.iter().map(|it| it.title()).collect::<Vec<_>>(),
        "places": places,
        "people": people.list,
        "roles": roles.list,
        "values": values.list,
        "times": times.list,
        "states": states.list,
        "cells": shown.list,
        "sets": sets.list,
        "without": without.list,
        "rows": rows,
    })
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A cell as numbers: basis, value, what the files say, whether these differ, whether it is something that they have. None is
/// a plain no.
fn code(
    column: &Column,
    cell: &Cell,
    catalog: &Catalog,
    values: &mut Distinct<String>,
) -> Option<Vec<i64>> {
    let basis = match cell.basis() {
        Basis::Observed(_) => 0,
        Basis::Declared => 1,
        Basis::Unknown => return Some(vec![2, -1, -1, 0, 0]),
    };
    if !cell.gives(&column.subject, catalog) && !cell.differs() {
        return None;
    }
    let has = |value: &crate::model::explained::Shown| why::gives(&column.subject, value, catalog);
    let mut number = |value: Option<&crate::model::explained::Shown>| {
        value.map_or(-1, |value| {
            signed(values.text(&why::words(&column.subject, value, catalog)))
        })
    };
    Some(vec![
        basis,
        number(cell.value()),
        number(cell.declared.as_ref()),
        i64::from(cell.differs()),
        i64::from(cell.value().is_some_and(has)),
    ])
}

/// What is not plain about a row: paused, invited, gone, unknown.
fn state(row: &Row) -> String {
    match (row.declared, row.observed) {
        (Declared::Grant(GrantState::Present), Seeing::Has(_, AccountState::Active)) => {
            String::new()
        }
        (Declared::Grant(GrantState::Present), Seeing::Unknown) => "declared".to_owned(),
        (declared, Seeing::Unknown) => format!("declared {}", declared_word(declared)),
        (Declared::Grant(GrantState::Present), observed) => {
            format!("observed {}", observed_word(observed))
        }
        (declared, observed) => format!(
            "observed {}, declared {}",
            observed_word(observed),
            declared_word(declared)
        ),
    }
}

/// JSON that cannot end the element it stands in, nor begin a comment: these characters stand only inside its strings.
fn in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            _ => safe.push(c),
        }
    }
    safe
}

/// The SHA-256 of a text as a policy names it.
fn hash(text: &str) -> String {
    base64(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_as_a_policy_has_it() {
        // printf '' | openssl dgst -sha256 -binary | base64
        assert_eq!(hash(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn json_cannot_end_its_element() {
        let hostile = json!({ "a": "</script><!--\u{2028}&", "b": [1] }).to_string();
        let safe = in_script(&hostile);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']));
        let back: Json = serde_json::from_str(&safe).unwrap();
        assert_eq!(back["a"], "</script><!--\u{2028}&");
    }
}
