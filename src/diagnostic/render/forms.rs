//! The forms that need no drawing: words for a listener, JSON lines, annotations for GitHub; and the small words.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Form, Sheet, safe};
use crate::diagnostic::{Code, Diagnostic, Severity};

/// "1 file", "2 files".
pub(super) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The line that stands for what was not drawn.
pub(super) fn unshown(code: Code, count: usize, form: Form) -> String {
    let text = format!("{count} more of `{}` are not shown", code.name());
    match form {
        Form::Github => format!("::notice::{text}\n"),
        Form::Graphical | Form::Narrated | Form::Json | Form::Gitlab | Form::Sarif => {
            format!("{text}\n\n")
        }
    }
}

/// Everything in reading order: what, where with the line itself, what to do.
pub(super) fn narrated(shown: &[&Diagnostic], sheet: &mut Sheet<'_>) -> String {
    let mut out = String::new();
    for found in shown {
        let _ = writeln!(
            out,
            "{}: {} ({})",
            found.severity.word(),
            safe::line(&found.message),
            found.code.name()
        );
        let (windows, more) = sheet.windows(found);
        for window in &windows {
            for (mark, line) in window.marks.iter().zip(&window.lines) {
                let _ = write!(
                    out,
                    "  {}, line {}, column {}",
                    window.name, mark.place.line, mark.place.column
                );
                if !mark.text.is_empty() {
                    let _ = write!(out, ": {}", mark.text);
                }
                out.push('\n');
                if !line.is_empty() {
                    let _ = writeln!(out, "    {line}");
                }
            }
        }
        if more > 0 {
            let _ = writeln!(out, "  and {}", counted(more, "more place"));
        }
        if let Some(help) = &found.help {
            let help = safe::lines(help).replace('\n', "\n    ");
            let _ = writeln!(out, "  help: {help}");
        }
        out.push('\n');
    }
    out
}

/// CONTRACT: one line of `--format json`. Only additions.
#[derive(Serialize)]
struct Record<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    labels: Vec<Spot<'a>>,
}

/// CONTRACT: a place in a [`Record`]; lines and columns count from 1, columns in characters, the end is exclusive.
#[derive(Serialize)]
struct Spot<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    text: &'a str,
}

/// Every diagnostic as an object on a line of its own.
pub(super) fn json(ordered: &[&Diagnostic], sheet: &mut Sheet<'_>) -> String {
    let mut out = String::new();
    for found in ordered {
        let labels = found
            .labels
            .iter()
            .filter_map(|label| {
                let (file, start, end) = sheet.place(label.span)?;
                Some(Spot {
                    file,
                    line: start.line,
                    column: start.column,
                    end_line: end.line,
                    end_column: end.column,
                    text: &label.text,
                })
            })
            .collect();
        let record = Record {
            code: found.code.name(),
            severity: found.severity.word(),
            message: &found.message,
            help: found.help.as_deref(),
            labels,
        };
        // A record of texts and numbers always serializes.
        if let Ok(line) = serde_json::to_string(&record) {
            push_json(&mut out, &line);
            out.push('\n');
        }
    }
    out
}

/// JSON may carry any character; a terminal it is printed to should not obey one. Hostile ones can stand only inside
/// strings, where an escape means the same.
pub(super) fn push_json(out: &mut String, json: &str) {
    for c in json.chars() {
        if safe::is_hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
}

/// Workflow commands: one annotation per diagnostic, at its first place.
pub(super) fn github(shown: &[&Diagnostic], sheet: &mut Sheet<'_>, prefix: &str) -> String {
    let mut out = String::new();
    for found in shown {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let _ = write!(out, "::{command} ");
        let mut text = safe::line(&found.message);
        for (number, label) in found.labels.iter().enumerate() {
            let Some((file, start, end)) = sheet.place(label.span) else {
                continue;
            };
            if number == 0 {
                let file = property(&format!("{prefix}{file}"));
                let _ = write!(out, "file={file},line={}", start.line);
                if start.line == end.line && start.column < end.column {
                    let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
                } else {
                    let _ = write!(out, ",col={}", start.column);
                }
                out.push(',');
            }
            if number > 0 || !label.text.is_empty() {
                let file = safe::line(file);
                let _ = write!(text, "\n{file}:{}: {}", start.line, safe::line(&label.text));
            }
        }
        if let Some(help) = &found.help {
            let _ = write!(text, "\nhelp: {}", safe::lines(help));
        }
        let _ = writeln!(out, "title={}::{}", found.code.name(), data(&text));
    }
    out
}

/// Text after the second `::` of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property of a workflow command.
fn property(text: &str) -> String {
    data(&safe::line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
