//! Secrets out of texts that are kept, so that no snippet, plan or report can show one.
//!
//! A token written into the settings is an error, and the report of that error must not be the next leak.

use crate::catalog::Kind;
use crate::text::{FileId, Span};

/// The text with secrets replaced by stars, byte by byte so that every place stays right.
pub(super) fn out(text: &str, secrets: &[Span]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for secret in secrets {
        let range = secret.start as usize..secret.end as usize;
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    // Spans begin and end between characters; were one not to, nothing of the text is better than a secret.
    String::from_utf8(bytes).unwrap_or_default()
}

/// What may be a token in a text that is not well-formed: whatever follows the name of one and is no mapping.
pub(super) fn suspects(text: &str, file: FileId) -> Vec<Span> {
    let mut found = Vec::new();
    let mut names: Vec<&str> = Kind::ALL
        .iter()
        .flat_map(|kind| kind.tokens().iter().map(|token| token.name))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        for (at, _) in text.match_indices(name) {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + name.len()..).unwrap_or_default();
            let (true, Some(rest)) = (
                !before.is_some_and(word),
                after.trim_start_matches(['"', '\'', ' ']).strip_prefix(':'),
            ) else {
                continue;
            };
            let value = rest.trim_start_matches([' ', '\t']);
            let end = value.find(['\n', ',', '}', '#']).unwrap_or(value.len());
            if end == 0 || value.starts_with(['{', '\r']) {
                continue;
            }
            let start = text.len() - value.len();
            let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            found.push(Span::new(file, narrow(start), narrow(start + end)));
        }
    }
    found
}
