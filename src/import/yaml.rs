//! The few shapes that an import writes, as YAML.
//!
//! Quoting is `config::edit`'s. Here it is decided what stands on one line. Invariant: what is written is read back as
//! the value it was made from; whoever writes it to a disk checks that once more.

use crate::config::edit::Yaml;

/// A line that is longer is taken apart.
const WIDE: usize = 112;

/// A mapping, one key after the other.
#[derive(Debug, Default)]
pub(super) struct Map(Vec<(String, Yaml)>);

impl Map {
    /// Adds a key.
    pub(super) fn put(&mut self, key: impl Into<String>, value: Yaml) -> &mut Self {
        self.0.push((key.into(), value));
        self
    }

    /// The mapping.
    pub(super) fn done(self) -> Yaml {
        Yaml::Map(self.0)
    }
}

/// An entry with its comments: lines above it, and words behind some of its keys.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its key.
    pub(super) key: String,
    /// One line each, clean.
    pub(super) above: Vec<String>,
    /// What it says.
    pub(super) value: Yaml,
    /// By key, clean.
    pub(super) behind: Vec<(&'static str, String)>,
    /// Whether it may stand on one line.
    pub(super) short: bool,
}

/// An entry, two spaces deep, with its line break.
pub(super) fn entry(entry: &Entry) -> String {
    let mut out = String::new();
    for line in &entry.above {
        out.push_str("  # ");
        out.push_str(line);
        out.push('\n');
    }
    let key = Yaml::from(entry.key.as_str()).flow();
    out.push_str("  ");
    out.push_str(&key);
    out.push(':');
    let flow = entry.value.flow();
    if entry.short && entry.behind.is_empty() && key.len() + flow.chars().count() + 4 <= WIDE {
        out.push(' ');
        out.push_str(&flow);
        out.push('\n');
        return out;
    }
    out.push('\n');
    map(&entry.value, 4, &entry.behind, &mut out);
    out
}

/// The keys of a mapping, each on its own line.
pub(super) fn map(
    value: &Yaml,
    indent: usize,
    behind: &[(&'static str, String)],
    out: &mut String,
) {
    let Yaml::Map(pairs) = value else { return };
    for (key, value) in pairs {
        pad(indent, out);
        let written = Yaml::from(key.as_str()).flow();
        let comment = behind.iter().find(|(of, _)| of == key);
        pair(
            &written,
            key,
            value,
            indent,
            comment.map(|(_, it)| it.as_str()),
            out,
        );
    }
}

/// A key and what it has, from where the line stands.
fn pair(
    written: &str,
    key: &str,
    value: &Yaml,
    indent: usize,
    comment: Option<&str>,
    out: &mut String,
) {
    out.push_str(written);
    out.push(':');
    let tail = comment
        .map(|comment| format!(" # {comment}"))
        .unwrap_or_default();
    let is_list =
        matches!(value, Yaml::List(items) if items.iter().any(|it| matches!(it, Yaml::Map(_))));
    let open = key == "rights" || is_list;
    let flow = value.flow();
    let fits = indent + written.len() + flow.chars().count() + 2 <= WIDE;
    match value {
        Yaml::List(items) if open || (!fits && items.len() > 1) => {
            out.push_str(&tail);
            out.push('\n');
            for item in items {
                pad(indent + 2, out);
                out.push_str("- ");
                one(item, indent + 4, out);
            }
        }
        Yaml::Map(pairs) if !pairs.is_empty() && (open || !fits) => {
            out.push_str(&tail);
            out.push('\n');
            map(value, indent + 2, &[], out);
        }
        _ => {
            out.push(' ');
            out.push_str(&unbracketed(value).unwrap_or(flow));
            out.push_str(&tail);
            out.push('\n');
        }
    }
}

/// A text as it may stand behind a key of its own line, where commas and brackets within it mean nothing.
fn unbracketed(value: &Yaml) -> Option<String> {
    const MARKS: [char; 5] = [',', '[', ']', '{', '}'];
    let Yaml::Text(text) = value else { return None };
    let bare = text.replace(MARKS, "x");
    (!text.starts_with(MARKS) && Yaml::from(bare.as_str()).flow() == bare).then(|| text.clone())
}

/// An entry of a list, behind its dash.
fn one(item: &Yaml, indent: usize, out: &mut String) {
    let flow = item.flow();
    match item {
        Yaml::Map(pairs) if indent + flow.chars().count() > WIDE => {
            for (at, (key, value)) in pairs.iter().enumerate() {
                if at > 0 {
                    pad(indent, out);
                }
                pair(
                    &Yaml::from(key.as_str()).flow(),
                    key,
                    value,
                    indent,
                    None,
                    out,
                );
            }
        }
        _ => {
            out.push_str(&flow);
            out.push('\n');
        }
    }
}

fn pad(indent: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::edit::value;
    use proptest::prelude::*;

    fn tree() -> impl Strategy<Value = Yaml> {
        let text = "\\PC{0,30}|[ -~]{0,60}".prop_map(|text| Yaml::from(text.as_str()));
        text.prop_recursive(4, 24, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..5).prop_map(Yaml::List),
                proptest::collection::btree_map("[a-z]{1,8}|rights", inner, 1..5)
                    .prop_map(|map| Yaml::Map(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 192, ..ProptestConfig::default() })]
        #[test]
        fn what_is_written_is_read_back(inner in tree(), comment in "[a-z# :]{0,20}") {
            let wrapped = Yaml::Map(vec![("it".to_owned(), inner)]);
            let written = entry(&Entry {
                key: "key".to_owned(),
                above: vec![comment.clone()],
                value: wrapped.clone(),
                behind: vec![("it", comment)],
                short: false,
            });
            let read = value(&format!("top:\n{written}"));
            prop_assert_eq!(read, Some(Yaml::pair("top", Yaml::pair("key", wrapped))), "{}", written);
        }
    }
}
