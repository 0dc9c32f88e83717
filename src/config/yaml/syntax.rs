//! What is wrong with a text before it has any shape: characters, size, syntax.
//!
//! All wording about YAML itself is here. The parser's own words are shown where nothing better is known; for the
//! mistakes people make, the help says what to type.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, Span};

/// A file over the byte budget.
pub(crate) fn too_large(file: FileId, bytes: usize, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::FileTooLarge,
        format!("a file has {bytes} bytes, more than the {limit} that are read"),
    )
    .at(Span::top_of(file), "this file")
    .help("split it: the entries of a project may stand in any number of files")
}

/// The first character that YAML does not allow anywhere, such as NUL.
///
/// The parser takes a NUL for the end of the text; what follows would be dropped in silence.
pub(super) fn forbidden_character(text: &str, file: FileId) -> Option<Diagnostic> {
    let bad = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    // Whole blocks first: this loop has no branch and so runs at the speed of memory.
    let clean = text
        .as_bytes()
        .chunks(4096)
        .all(|block| !block.iter().fold(false, |found, &byte| found | bad(byte)));
    if clean {
        return None;
    }
    let at = text.bytes().position(bad)?;
    let byte = text.as_bytes().get(at).copied().unwrap_or_default();
    let at = u32::try_from(at).ok()?;
    Some(
        Diagnostic::new(
            Code::HostileText,
            format!("the control character U+{byte:04X} stands in a file"),
        )
        .at(Span::new(file, at, at + 1), "here")
        .help("remove it; nothing of this file was read"),
    )
}

/// The parser's error at its place.
pub(super) fn broken(text: &str, file: FileId, error: &ScanError) -> Diagnostic {
    let end = text.len();
    let at = floor(text, error.marker().byte_offset().unwrap_or(end).min(end));
    // An error at the very end of a text is about what came before.
    let at = if at == end {
        floor(text, text.trim_end().len().saturating_sub(1))
    } else {
        at
    };
    let next = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = Span::new(file, narrow(at), narrow(at + next));
    let line = line_around(text, at);
    let (code, label, help) = explain(error.kind(), line);
    let message = match code {
        Code::TooDeep => "YAML is nested deeper than the language ever is".to_owned(),
        Code::UnsupportedYaml => "the language has no YAML directives".to_owned(),
        _ => format!("this is not well-formed YAML: {}", words(error)),
    };
    let mut found = Diagnostic::new(code, message).at(span, label);
    if label == "still inside a quoted text"
        && let Some(quote) = open_quote(text, at)
    {
        found = found.at(
            Span::new(file, narrow(quote), narrow(quote + 1)),
            "this quote is not closed",
        );
    }
    found.help(help)
}

/// The parser's words without its way to say where.
fn words(error: &ScanError) -> String {
    let words = error.kind().to_string();
    match words.rsplit_once(", ") {
        Some((before, after)) if before.starts_with("while ") => after.to_owned(),
        _ => words,
    }
}

fn explain(kind: &ErrorKind, line: &str) -> (Code, &'static str, &'static str) {
    let trimmed = line.trim_start().trim_start_matches("- ");
    match kind {
        ErrorKind::RecursionLimitExceeded => (
            Code::TooDeep,
            "this level is one too many",
            "no shape of the language is nested like this; look for brackets that are not closed",
        ),
        ErrorKind::DirectiveDisallowed => (
            Code::UnsupportedYaml,
            "this line is one",
            "remove the line; a text that begins with `%` must be quoted",
        ),
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => (
            Code::Syntax,
            "a tab",
            "indent with spaces: YAML does not allow tabs there",
        ),
        ErrorKind::MissingAnchorOrAliasName | ErrorKind::UnknownAnchor => (
            Code::Syntax,
            "`*` begins an alias",
            "quote a text or a pattern that begins with `*`: `\"*\": deny`",
        ),
        ErrorKind::UnexpectedCharacter {
            character: '@' | '`',
        } => (
            Code::Syntax,
            "no text begins with this",
            "quote a text that begins with `@` or a backtick",
        ),
        ErrorKind::UnclosedQuotedScalar
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::DocumentIndicatorInQuotedScalar => (
            Code::Syntax,
            "still inside a quoted text",
            "close the quote on the line where it is opened",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::MismatchedFlowCollectionEnd { .. } => (
            Code::Syntax,
            "here",
            "a list or mapping in brackets needs commas between its entries and its bracket closed",
        ),
        ErrorKind::MappingValueNotAllowed if trimmed.matches(": ").count() > 1 => (
            Code::Syntax,
            "a second `: ` on the line",
            "quote a text that has `: ` in it",
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::InvalidTrailingSingleQuotedScalar => (
            Code::Syntax,
            "something follows a closed quote",
            "put the whole text in quotes, or none of it",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            Code::Syntax,
            "no such escape",
            "in double quotes a backslash is written `\\\\`; in single quotes it stands for itself",
        ),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::MappingKeyNotAllowed => (
            Code::Syntax,
            "here",
            "check the indentation and the colons of this line and of the one above it",
        ),
        _ => (
            Code::Syntax,
            "here",
            "look at this line and the one above it: brackets, quotes, colons, indentation",
        ),
    }
}

/// The quote that was probably left open: the last one of the nearest line above that has an odd number of them.
fn open_quote(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    let mut end = before.len();
    for line in before.rsplit('\n').take(100) {
        let start = end - line.len();
        let quotes: Vec<usize> = line
            .char_indices()
            .filter(|&(place, c)| c == '"' && !line.get(..place).is_some_and(|l| l.ends_with('\\')))
            .map(|(place, _)| place)
            .collect();
        if let (1, Some(last)) = (quotes.len() % 2, quotes.last()) {
            return Some(start + last);
        }
        end = start.saturating_sub(1);
    }
    None
}

fn line_around(text: &str, at: usize) -> &str {
    let start = text
        .get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1);
    let rest = text.get(start..).unwrap_or("");
    rest.split('\n').next().unwrap_or("")
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
