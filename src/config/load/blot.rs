//! Secrets out of texts that are kept, so that no snippet, plan or report can show one.
//!
//! A token written into the settings is an error, and the report of that error must not be the next leak. So whatever
//! stands where people put tokens is taken for one, whether or not the decoder came that far: blotting too much costs a
//! snippet some words, blotting too little costs the chain its access. Nothing is reported here.

use crate::catalog::Kind;
use crate::config::yaml::{Node, View};
use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Span};

/// How short a secret's text may be to be searched for elsewhere; anything shorter could be any word.
const TELLING: usize = 8;

/// What replaces a secret within a sentence.
const STARS: &str = "********";

/// The text with secrets replaced by stars, byte by byte so that every place stays right.
pub(super) fn out(text: &str, secrets: &Secrets) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let again = secrets.texts.iter().flat_map(|secret| {
        text.match_indices(secret.as_str())
            .map(|(at, found)| at..at + found.len())
    });
    let places = secrets
        .spans
        .iter()
        .map(|span| span.start as usize..span.end as usize);
    for range in places.chain(again) {
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    // Spans begin and end between characters; were one not to, nothing of the text is better than a secret.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Takes secrets out of what is said about a file.
pub(super) fn hush(diagnostics: &mut [Diagnostic], secrets: &Secrets) {
    for secret in &secrets.texts {
        for found in &mut *diagnostics {
            let labels = found.labels.iter_mut().map(|label| &mut label.text);
            let said = labels.chain([&mut found.message]).chain(&mut found.help);
            for words in said.filter(|words| words.contains(secret.as_str())) {
                *words = words.replace(secret.as_str(), STARS);
            }
        }
    }
}

/// What may be a secret in one file: its places, and its texts, which may stand elsewhere too.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    spans: Vec<Span>,
    texts: Vec<String>,
}

impl Secrets {
    /// Whether nothing is to be hidden.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.texts.is_empty()
    }

    /// Adds places that the decoder has taken for secrets.
    pub(super) fn add(&mut self, spans: impl IntoIterator<Item = Span>, text: &str) {
        for span in spans {
            let at = span.start as usize..span.end as usize;
            let words = text.get(at).unwrap_or_default();
            self.text(words.trim().trim_matches(['"', '\'']));
            self.spans.push(span);
        }
    }

    fn text(&mut self, text: &str) {
        // Of `{ a: b }` and of several lines only the parts are worth searching for, and they come by themselves.
        let one = !text.contains(['{', '[', '\n']);
        if one && text.len() >= TELLING && !self.texts.iter().any(|known| known == text) {
            self.texts.push(text.to_owned());
        }
    }

    /// Adds a node and everything below it.
    fn node(&mut self, node: Node<'_>, depth: u8) {
        self.spans.push(node.span());
        match node.view() {
            View::Null => {}
            View::Scalar(scalar) => self.text(scalar.text),
            View::List(items) => items.take(MOST).for_each(|item| self.below(item, depth)),
            View::Map(pairs) => pairs.take(MOST).for_each(|(key, value)| {
                self.below(key, depth);
                self.below(value, depth);
            }),
        }
    }

    fn below(&mut self, node: Node<'_>, depth: u8) {
        if let Some(depth) = depth.checked_sub(1) {
            self.node(node, depth);
        }
    }

    /// Adds whatever stands in settings where people write tokens, also under keys the language does not have.
    pub(super) fn settings(&mut self, root: Node<'_>) {
        self.walk(root, DEEPEST, false);
    }

    fn walk(&mut self, node: Node<'_>, depth: u8, in_tokens: bool) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        match node.view() {
            View::Null | View::Scalar(_) => {}
            View::List(items) => items
                .take(MOST)
                .for_each(|item| self.walk(item, depth, in_tokens)),
            View::Map(pairs) => {
                for (key, value) in pairs.take(MOST) {
                    let name = key.scalar().map_or("", |key| key.text);
                    if name == "url" {
                        self.address(value);
                    } else if in_tokens || is_token(name) {
                        self.source(value, depth);
                    } else {
                        self.walk(value, depth, name == "tokens");
                        if name == "tokens" && !matches!(value.view(), View::Map(_)) {
                            self.node(value, depth);
                        }
                    }
                }
            }
        }
    }

    /// The value of a token: what names a source stays, anything else is taken for the secret.
    fn source(&mut self, value: Node<'_>, depth: u8) {
        let View::Map(pairs) = value.view() else {
            self.node(value, depth);
            return;
        };
        for (key, inner) in pairs.take(MOST) {
            match (key.scalar().map_or("", |key| key.text), inner.scalar()) {
                ("env", Some(name)) if is_variable(name.text) => {}
                ("file" | "command", Some(_)) => {}
                (name, _) => {
                    self.node(inner, depth);
                    // Of a slip such as `enviroment` the name is what the message is about.
                    if name.len() >= TELLING && !name.starts_with("env") {
                        self.node(key, depth);
                    }
                }
            }
        }
    }

    /// A name and password, or a query, within an address.
    fn address(&mut self, value: Node<'_>) {
        if let Some(scalar) = value.scalar()
            && scalar.text.contains(['@', '?', '#'])
        {
            self.spans.push(value.span());
            self.text(scalar.text);
        }
    }
}

/// How deep settings are searched; deeper than the language ever is.
const DEEPEST: u8 = 12;

/// How many entries of one list or mapping are searched; aliases could make more of them than there is text.
const MOST: usize = 1_000;

/// Whether a key is one that people write tokens under.
fn is_token(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name == "tokens" {
        return false;
    }
    token_names().any(|token| token == name)
        || [
            "token",
            "secret",
            "password",
            "bearer",
            "apikey",
            "api_key",
            "authorization",
        ]
        .iter()
        .any(|word| name.contains(word))
}

fn token_names() -> impl Iterator<Item = &'static str> {
    Kind::ALL
        .iter()
        .flat_map(|kind| kind.tokens().iter().map(|token| token.name))
}

/// A name that a shell would take for a variable.
fn is_variable(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What may be a token in settings that are not well-formed, line by line: there is nothing to walk.
///
/// Whatever follows a key that tokens stand under, to the end of its line and through the lines that are indented
/// below it, but for what plainly names a source.
pub(super) fn suspects(text: &str, file: FileId) -> Vec<Span> {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let mut found = Vec::new();
    let mut start = 0;
    // How far the last suspicious key stood in: lines further in belong to it.
    let mut under: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let from = match (under, value_of_token(line)) {
            (_, Some(at)) => {
                under = Some(indent);
                Some(at)
            }
            (Some(outer), None) if indent > outer || line.trim().is_empty() => Some(indent),
            _ => {
                under = None;
                line.contains("://")
                    .then(|| line.find('@').and(line.find("://")))
                    .flatten()
            }
        };
        if let Some(at) = from {
            let value = line.get(at..).unwrap_or_default();
            if !names_a_source(value) {
                found.push(Span::new(
                    file,
                    narrow(start + at),
                    narrow(start + line.len()),
                ));
            }
        }
        start += line.len();
    }
    found
}

/// Where the value of the first key of a token begins on a line.
fn value_of_token(line: &str) -> Option<usize> {
    let breaks = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'));
    let mut at = 0;
    for word in line.split_inclusive(breaks) {
        let name = word.trim_end_matches(breaks);
        let end = at + name.len();
        at += word.len();
        let rest = line.get(end..).unwrap_or_default();
        let after = rest.trim_start_matches(['"', '\'', ' ']);
        let inner = after.strip_prefix(':').map(str::trim_start);
        if let Some(value) = inner
            && (is_token(name)
                || (name == "tokens" && !value.is_empty() && !value.starts_with('{')))
        {
            return Some(line.len() - value.len());
        }
    }
    None
}

/// Whether nothing but the name of a source stands there: `{ env: NAME }`, or nothing at all.
fn names_a_source(value: &str) -> bool {
    let value = value.split(" #").next().unwrap_or_default().trim();
    let inner = value.trim_matches(['{', '}', ',', ' ']);
    match inner.split_once(':') {
        None => inner.is_empty(),
        Some((key, name)) => {
            let name = name.trim().trim_matches(['"', '\'']);
            match key.trim() {
                "env" => is_variable(name),
                "file" => !name.contains([' ', ':']),
                _ => false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileId, Secrets, out, suspects};

    /// The text of broken settings as it is kept.
    fn kept(text: &str) -> String {
        let mut secrets = Secrets::default();
        secrets.add(suspects(text, FileId(0)), text);
        out(text, &secrets)
    }

    #[test]
    fn tokens_are_found_without_a_parser() {
        for text in [
            "partner: tok_SECRET",
            "partner: \"tok_SECRET\"",
            "partner : [tok_SECRET]",
            "\"user\": tok_SECRET",
            "tokens: { partner: tok_SECRET }",
            "tokens: { partner: { env: A }, user: tok_SECRET }",
            "partner: |\n  tok_SECRET\n  tok_SECRET",
            "partner:\n  - tok_SECRET",
            "partner: { env: Bearer tok_SECRET }",
            "partner: { tok_SECRET: env }",
            "partner: { value: tok_SECRET",
            "api_key: tok_SECRET",
            "user_token: !!str tok_SECRET",
            "key: &a tok_SECRET",
            "tokens: tok_SECRET",
            "url: https://me:tok_SECRET@api.alteg.io/",
        ] {
            let text = format!("a: [\n{text}\nb: c\n");
            let kept = kept(&text);
            assert!(!kept.contains("SECRET"), "{text}\n{kept}");
            assert_eq!(kept.len(), text.len());
            assert!(
                kept.starts_with("a: [\n") && kept.ends_with("\nb: c\n"),
                "{kept}"
            );
        }
    }

    #[test]
    fn what_names_a_source_stays() {
        let text = "tokens:\n  partner: { env: ALTEGIO_PARTNER_TOKEN } # a word\n  user:\n    file: /run/token\nchain: 4\n";
        assert_eq!(kept(text), text);
    }
}
