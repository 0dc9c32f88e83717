//! Bytes of a spreadsheet, or of a JSON list, to rows of named cells.
//!
//! Not what the cells mean. Invariant: every row that has anything in it is in the table, with its line, also one that
//! does not fit the header.

use std::collections::BTreeMap;

use encoding_rs::{Encoding, WINDOWS_1251};
use serde_json::Value;

/// A list as read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The words of the header, as written and trimmed.
    pub(super) header: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<Row>,
}

/// One row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its line in the file; of JSON its number in the list.
    pub(super) line: u64,
    /// By the header's words in lower case.
    pub(super) cells: BTreeMap<String, String>,
    /// What does not fit the header, in words.
    pub(super) fault: Option<String>,
}

/// Reads a spreadsheet as text.
pub(super) fn csv(bytes: &[u8]) -> Result<Table, String> {
    let text = decode(bytes);
    let (text, delimiter, skipped) = delimiter(&text)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut table = Table::default();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line) + skipped;
        let cells: Vec<String> = record.iter().map(cell).collect();
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if table.header.is_empty() {
            table.header = cells;
            let mut words: Vec<String> = table.header.iter().map(|word| key(word)).collect();
            words.retain(|word| !word.is_empty());
            words.sort();
            if let Some([twice, _]) = words.array_windows().find(|[one, other]| one == other) {
                return Err(format!("two columns are called `{}`", super::shown(twice)));
            }
            continue;
        }
        let fault = (cells.len() != table.header.len()).then(|| {
            format!(
                "it has {} cells and the header has {}",
                cells.len(),
                table.header.len()
            )
        });
        let words = table.header.iter().map(|word| key(word));
        table.rows.push(Row {
            line,
            cells: words.zip(cells).collect(),
            fault,
        });
    }
    if table.header.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(table)
}

/// Reads a JSON list of objects.
pub(super) fn json(bytes: &[u8]) -> Result<Table, String> {
    let text = decode(bytes);
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let Value::Array(items) = value else {
        return Err("it is no list of objects".to_owned());
    };
    let mut table = Table::default();
    for (number, item) in (1..).zip(items) {
        let Value::Object(object) = item else {
            return Err(format!("entry {number} of the list is no object"));
        };
        let mut row = Row {
            line: number,
            cells: BTreeMap::new(),
            fault: None,
        };
        for (word, value) in object {
            match json_text(&value) {
                Some(text) => {
                    row.cells.insert(key(&word), text);
                }
                None => {
                    row.fault = Some(format!(
                        "`{}` is neither a text, a number, `true` or `false`, nor a list of them",
                        super::shown(&word)
                    ));
                }
            }
            if !table.header.iter().any(|known| key(known) == key(&word)) {
                table.header.push(word);
            }
        }
        table.rows.push(row);
    }
    Ok(table)
}

fn json_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(cell(text)),
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .filter(|item| !item.is_array())
                .map(json_text)
                .collect();
            texts
                .filter(|texts| texts.len() == items.len())
                .map(|texts| texts.join("\n"))
        }
        Value::Object(_) => None,
    }
}

/// How a word of the header is compared.
pub(super) fn key(word: &str) -> String {
    word.trim().to_lowercase()
}

/// The text of a cell. A formula stays the text it is; the apostrophe that makes a text of a number is no part of it.
fn cell(text: &str) -> String {
    let text = text.trim();
    text.strip_prefix('\'').unwrap_or(text).to_owned()
}

/// UTF-8 or UTF-16 by a byte-order mark, else UTF-8, else what spreadsheets save Cyrillic in.
fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return encoding.decode_without_bom_handling(rest).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1251
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}

/// The text from the header on, what parts its cells, and how many lines stand before it.
fn delimiter(text: &str) -> Result<(&str, u8, u64), String> {
    let mut rest = text;
    let mut skipped = 0;
    loop {
        let (line, more) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end_matches('\r');
        if let Some(named) = line.strip_prefix("sep=") {
            // What some spreadsheets write before the header.
            return match named.as_bytes() {
                [delimiter @ (b';' | b',' | b'\t' | b'|')] => Ok((more, *delimiter, skipped + 1)),
                _ => Err(format!("it is parted by `{}`", super::shown(named))),
            };
        }
        if line.trim().is_empty() && !more.is_empty() {
            rest = more;
            skipped += 1;
            continue;
        }
        let mut counts = [(b';', 0_usize), (b',', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            }
            for (delimiter, count) in &mut counts {
                *count += usize::from(!quoted && byte == *delimiter);
            }
        }
        let mut best = (b';', 0);
        for found in counts {
            if found.1 > best.1 {
                best = found;
            }
        }
        return Ok((rest, best.0, skipped));
    }
}
