//! What a file says apart from how it is written, and how a new value is written.

use crate::config::yaml::{Node, View};

/// A value of YAML, without its form.
#[derive(Clone, Debug)]
pub enum Yaml {
    /// Nothing. The language has none, but a file may be wrong elsewhere.
    Null,
    /// A text.
    Text(String),
    /// A number or a truth value: what means something else between quotes.
    Plain(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in the order of the file.
    Map(Vec<(String, Yaml)>),
}

/// The order of keys says nothing, that of entries does.
impl PartialEq for Yaml {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Yaml::Null, Yaml::Null) => true,
            (Yaml::Text(a), Yaml::Text(b)) | (Yaml::Plain(a), Yaml::Plain(b)) => a == b,
            (Yaml::List(a), Yaml::List(b)) => a == b,
            (Yaml::Map(a), Yaml::Map(b)) => {
                let sorted = |map: &[(String, Yaml)]| {
                    let mut at: Vec<usize> = (0..map.len()).collect();
                    at.sort_by(|a, b| {
                        map.get(*a)
                            .map(|it| &it.0)
                            .cmp(&map.get(*b).map(|it| &it.0))
                    });
                    at
                };
                let (left, right) = (sorted(a), sorted(b));
                left.len() == right.len()
                    && left.iter().zip(&right).all(|(l, r)| a.get(*l) == b.get(*r))
            }
            _ => false,
        }
    }
}

impl Eq for Yaml {}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Yaml::Text(text.to_owned())
    }
}

impl Yaml {
    /// A list of texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Yaml::List(texts.into_iter().map(Yaml::from).collect())
    }

    /// A mapping with one key.
    pub fn pair(key: &str, value: Yaml) -> Self {
        Yaml::Map(vec![(key.to_owned(), value)])
    }

    /// What a node says, aliases resolved.
    pub(super) fn of(node: Node<'_>) -> Self {
        match node.view() {
            View::Null => Yaml::Null,
            View::Scalar(scalar) if scalar.plain => Self::plain(scalar.text),
            View::Scalar(scalar) => Yaml::Text(scalar.text.to_owned()),
            View::List(items) => Yaml::List(items.map(Self::of).collect()),
            View::Map(pairs) => Yaml::Map(
                pairs
                    .map(|(key, value)| {
                        let key = key.scalar().map_or("", |key| key.text);
                        (key.to_owned(), Self::of(value))
                    })
                    .collect(),
            ),
        }
    }

    /// A scalar without quotes.
    fn plain(text: &str) -> Self {
        if is_word_of_yaml(text) {
            Yaml::Plain(text.to_owned())
        } else {
            Yaml::Text(text.to_owned())
        }
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Yaml::List(items) => items.is_empty(),
            Yaml::Map(pairs) => pairs.is_empty(),
            Yaml::Null | Yaml::Text(_) | Yaml::Plain(_) => false,
        }
    }

    /// What a key of a mapping has.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        match self {
            Yaml::Map(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// On one line, with brackets.
    pub fn flow(&self) -> String {
        match self {
            Yaml::Null => "null".to_owned(),
            Yaml::Plain(text) => text.clone(),
            Yaml::Text(text) => scalar(text, Quote::None, true),
            Yaml::List(items) if items.is_empty() => "[]".to_owned(),
            Yaml::Map(pairs) if pairs.is_empty() => "{}".to_owned(),
            Yaml::List(items) => {
                let parts: Vec<String> = items.iter().map(Yaml::flow).collect();
                format!("[{}]", parts.join(", "))
            }
            Yaml::Map(pairs) => {
                let parts: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", scalar(key, Quote::None, true), value.flow())
                    })
                    .collect();
                format!("{{ {} }}", parts.join(", "))
            }
        }
    }

    /// What stands behind `key:` in a mapping without brackets whose keys stand at `indent`, the space or line break
    /// between them included. The first line follows the key, the others stand below it.
    pub(super) fn block(&self, indent: usize, step: usize, newline: &str) -> String {
        match self {
            Yaml::Text(text) => format!(" {}", scalar(text, Quote::None, false)),
            Yaml::List(items) if items.iter().any(|it| matches!(it, Yaml::Map(_))) => {
                let pad = " ".repeat(indent + step);
                let lines = items
                    .iter()
                    .map(|item| format!("{newline}{pad}- {}", item.flow()));
                lines.collect()
            }
            Yaml::Null | Yaml::Plain(_) | Yaml::List(_) | Yaml::Map(_) => {
                format!(" {}", self.flow())
            }
        }
    }

    /// The keys of a mapping, each on a line of its own at `indent`; without the last line break.
    pub(super) fn lines(&self, indent: usize, step: usize, newline: &str) -> String {
        let Yaml::Map(pairs) = self else {
            return String::new();
        };
        let pad = " ".repeat(indent);
        let lines: Vec<String> = pairs
            .iter()
            .map(|(key, value)| {
                let key = scalar(key, Quote::None, false);
                format!("{pad}{key}:{}", value.block(indent, step, newline))
            })
            .collect();
        lines.join(newline)
    }
}

/// The quotes around a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// None, where it can do without.
    None,
    /// `'`
    Single,
    /// `"`
    Double,
}

/// A text as it is written, with the quotes that are wanted where they will do.
pub(super) fn scalar(text: &str, quote: Quote, in_flow: bool) -> String {
    let has_control = text.chars().any(char::is_control);
    match quote {
        Quote::None if can_be_plain(text, in_flow) => text.to_owned(),
        Quote::Single if !has_control => format!("'{}'", text.replace('\'', "''")),
        Quote::None | Quote::Single | Quote::Double => {
            let mut out = String::with_capacity(text.len() + 2);
            out.push('"');
            for c in text.chars() {
                match c {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\t' => out.push_str("\\t"),
                    '\r' => out.push_str("\\r"),
                    c if c.is_control() => out.push_str(&format!("\\U{:08X}", u32::from(c))),
                    c => out.push(c),
                }
            }
            out.push('"');
            out
        }
    }
}

/// Whether a text without quotes is read as the same text, by this reader and by careless ones.
fn can_be_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let odd_first = "-?:,[]{}#&*!|>'\"%@`~=<+.".contains(first) || first.is_whitespace();
    let odd = |c: char| {
        c.is_control()
            || (in_flow && ",[]{}".contains(c))
            || "\u{feff}\u{2028}\u{2029}\u{85}".contains(c)
    };
    let yaml_1_1 = ["yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    !odd_first
        && !yaml_1_1
        && !is_word_of_yaml(text)
        && !text.ends_with(char::is_whitespace)
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !(in_flow && text.contains(':') && !is_moment(text))
        && !text.chars().any(odd)
}

/// A date with a time is written without quotes everywhere in the documentation.
fn is_moment(text: &str) -> bool {
    let date = text
        .bytes()
        .take(10)
        .all(|b| b.is_ascii_digit() || b == b'-');
    date && text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"-:T+Z".contains(&b))
}

/// Whether a text without quotes is a number, a truth value or nothing.
fn is_word_of_yaml(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = |text: &str| {
        let radix = text.starts_with("0x") || text.starts_with("0o");
        text.parse::<f64>().is_ok() || radix
    };
    matches!(text, "" | "~")
        || ["null", "true", "false"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word))
        || matches!(
            unsigned,
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
        )
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') && number(unsigned))
}
