//! Diagnostics as people and programs read them; the only file that names miette.
//!
//! Rendering is pure: no environment, no terminal is asked, colors are the sixteen of the terminal's own palette. All
//! text is taken for hostile, secrets that a diagnostic redacts are blotted out, contacts are masked, and thousands of
//! problems in a file of many megabytes stay cheap, because only the lines shown are ever copied.

mod forms;
mod safe;
pub mod sarif;
mod window;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::{Code, Diagnostic, Severity, wrap};
use crate::text::Sources;
use window::{Sheet, Window};

/// How diagnostics are drawn; the caller knows the terminal, this module does not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colors of the terminal's palette are used. Nothing needs them to be understood.
    pub color: bool,
    /// Whether frames and ellipses may be other than ASCII; text of the files is shown as it is.
    pub unicode: bool,
    /// Columns of a line.
    pub width: usize,
    /// For whom.
    pub form: Form,
}

/// For whom diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Source lines in frames, for a person at a terminal.
    Graphical,
    /// Words in reading order without drawings, for screen readers and plain logs.
    Narrated,
    /// One JSON object a line, all of them, for programs.
    Json,
    /// Annotations as GitHub's runner takes them from a log.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

/// How many errors or warnings of one code are drawn before the rest is counted.
const MOST_OF_A_CODE: usize = 50;
/// The same for notes, which would bury the errors.
const MOST_NOTES_OF_A_CODE: usize = 10;

/// Draws diagnostics, worst first, then by file and place; nothing at all is an empty text.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, style: &Style) -> String {
    render_within(diagnostics, sources, style, "")
}

/// The same for whoever knows files by their path from somewhere above the project: annotations and reports name each
/// with `prefix` before it.
pub fn render_within(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    style: &Style,
    prefix: &str,
) -> String {
    let ordered = ordered(diagnostics);
    let mut sheet = Sheet::new(sources, diagnostics, style.width, style.unicode);
    if style.form == Form::Json {
        return forms::json(&ordered, &mut sheet);
    }
    if matches!(style.form, Form::Gitlab | Form::Sarif) {
        return sarif::form(&ordered, &mut sheet, style.form, prefix);
    }
    let (shown, unshown) = capped(&ordered);
    let mut out = match style.form {
        Form::Github => forms::github(&shown, &mut sheet, prefix),
        Form::Narrated => forms::narrated(&shown, &mut sheet),
        Form::Graphical | Form::Json | Form::Gitlab | Form::Sarif => {
            graphical(&shown, &mut sheet, style)
        }
    };
    for (code, count) in unshown {
        out.push_str(&forms::unshown(code, count, style.form));
    }
    if style.form != Form::Github && !diagnostics.is_empty() {
        out.push_str(&summary(diagnostics));
    }
    out
}

/// What was found in one sentence: "3 errors, 1 warning in 2 files", and where to read more.
fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        let of_it = diagnostics
            .iter()
            .filter(|found| found.severity == severity);
        of_it.count()
    };
    let kinds = [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
        (count(Severity::Note), "note"),
    ];
    let mut files: Vec<_> = diagnostics
        .iter()
        .filter_map(|found| found.labels.first())
        .map(|label| label.span.file)
        .collect();
    files.sort_unstable();
    files.dedup();
    let mut codes: Vec<_> = diagnostics.iter().map(|found| found.code.name()).collect();
    codes.sort_unstable();
    codes.dedup();

    let counts: Vec<_> = kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| forms::counted(count, noun))
        .collect();
    let place = match files.len() {
        0 => String::new(),
        number => format!(" in {}", forms::counted(number, "file")),
    };
    let code = match codes[..] {
        [only] => only,
        _ => "CODE",
    };
    format!(
        "{}{place}; `keyholder explain {code}` tells more\n",
        counts.join(", ")
    )
}

fn ordered(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<_> = diagnostics.iter().collect();
    // Equal keys keep the order of their layer, which is deterministic too.
    ordered.sort_by_key(|found| {
        let place = found.labels.first().map(|label| label.span);
        (std::cmp::Reverse(found.severity), place, found.code)
    });
    ordered
}

/// The diagnostics that are drawn, and how many of which code are not.
fn capped<'d>(ordered: &[&'d Diagnostic]) -> (Vec<&'d Diagnostic>, BTreeMap<Code, usize>) {
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    let mut shown = Vec::new();
    for &found in ordered {
        let most = match found.severity {
            Severity::Note => MOST_NOTES_OF_A_CODE,
            Severity::Warning | Severity::Error => MOST_OF_A_CODE,
        };
        let count = seen.entry(found.code).or_default();
        *count += 1;
        if *count <= most {
            shown.push(found);
        }
    }
    for found in &shown {
        if let Some(count) = seen.get_mut(&found.code) {
            *count -= 1;
        }
    }
    seen.retain(|_, unshown| *unshown > 0);
    (shown, seen)
}

fn graphical(shown: &[&Diagnostic], sheet: &mut Sheet<'_>, style: &Style) -> String {
    let handler = GraphicalReportHandler::new_themed(match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    })
    .with_width(style.width)
    // Words are wrapped here: miette's wrapping breaks at the hyphens of keys and codes.
    .with_wrap_lines(false)
    .with_links(false)
    .without_cause_chain()
    .without_syntax_highlighting();

    let mut out = String::new();
    for found in shown {
        let (windows, more) = sheet.windows(found);
        let report = Report::new(found, windows, style.width);
        // Writing to a `String` cannot fail, and every label lies in a window that can be read.
        let _ = handler.render_report(&mut out, &report);
        if more > 0 {
            let _ = writeln!(out, "  and {}", forms::counted(more, "more place"));
        }
        out.push('\n');
    }
    out
}

/// One diagnostic in the words of miette.
#[derive(Debug)]
struct Report {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Desk,
}

impl Report {
    fn new(found: &Diagnostic, windows: Vec<Window>, width: usize) -> Self {
        let mut labels = Vec::new();
        let mut base = 0;
        let mut pages = Vec::with_capacity(windows.len());
        for window in windows {
            for mark in &window.marks {
                let span = (base + mark.range.start, mark.range.len());
                let room = width.saturating_sub(mark.indent + 13).max(30);
                let text = (!mark.text.is_empty()).then(|| wrap::wrapped(&mark.text, room));
                labels.push(if mark.primary {
                    LabeledSpan::new_primary_with_span(text, span)
                } else {
                    LabeledSpan::new_with_span(text, span)
                });
            }
            let start = base;
            // A gap, so that miette can never take two windows for one.
            base += window.text.len() + 1;
            pages.push((start, window));
        }
        Self {
            severity: found.severity,
            code: format!("{}[{}]", found.severity.word(), found.code.name()),
            message: wrap::wrapped(&safe::line(&found.message), width.saturating_sub(4)),
            help: found
                .help
                .as_deref()
                .map(|help| wrap::wrapped(&safe::lines(help), width.saturating_sub(8))),
            labels,
            source: Desk { pages },
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.labels.is_empty()).then_some(&self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty()).then(|| Box::new(self.labels.iter().cloned()) as _)
    }
}

/// The windows of one report, laid side by side as if they were one source.
///
/// miette knows one source per report; a problem between two files is still one problem. Each window gets a range of
/// offsets of its own, and a span across two windows cannot be read, which makes miette draw them one after the other.
struct Desk {
    pages: Vec<(usize, Window)>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl SourceCode for Desk {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_before: usize,
        _context_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let (base, window) = self
            .pages
            .iter()
            .find(|(base, window)| *base <= start && end <= base + window.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        // Without context miette asks where the span is, not what is there.
        let (line, column) = match window
            .marks
            .iter()
            .find(|mark| base + mark.range.start == start)
        {
            Some(mark) if context_before == 0 => {
                (mark.place.line as usize - 1, mark.place.column as usize - 1)
            }
            _ => (window.line, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            window.name.clone(),
            window.text.as_bytes(),
            (*base, window.text.len()).into(),
            line,
            column,
            window.text.lines().count(),
        )))
    }
}

#[cfg(test)]
mod tests;
