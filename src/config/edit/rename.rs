//! A key of a person or a role under another name, everywhere it stands.

use super::patch::{renamed_scalar, start_of, with_names};
use super::tree::{self, Doc, Form, Tree};
use super::value::Yaml;
use super::{Refused, Seg, split_mark};

/// What is renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A person.
    Person,
    /// A role.
    Role,
}

/// Where keys of people stand; `*` is any key or any entry, `@` at the end the keys themselves.
const PEOPLE: &[&str] = &[
    "people/@",
    "contacts/@",
    "people/*/used_by",
    "people/*/used_by/*",
    "protected/*",
    "systems/*/acting",
    "systems/*/hands",
    "systems/*/hands/*",
    "policies/*/people/*",
    "policies/*/waive/*/person",
    "approvals/*/people/*",
    "approvals/*/by",
];

/// Where keys of roles stand.
const ROLES: &[&str] = &[
    "roles/@",
    "roles/*/extends",
    "roles/*/extends/*",
    "people/*/access/*/role",
    "policies/*/role",
    "policies/*/roles/*",
    "approvals/*/role",
    "fences/*/roles/*",
];

/// Why a name stays, and what stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// Why.
    pub why: Refused,
    /// The line, counted from 1; none where it is the whole file.
    pub line: Option<usize>,
    /// What is written there, shortened.
    pub found: String,
}

impl From<Refused> for Blocked {
    fn from(why: Refused) -> Self {
        Self {
            why,
            line: None,
            found: String::new(),
        }
    }
}

/// The text of a file with a name replaced wherever it means that person or that role; the same text where it does not
/// stand.
pub fn renamed(text: &str, what: Named, from: &str, to: &str) -> Result<String, Blocked> {
    let patterns = match what {
        Named::Person => PEOPLE,
        Named::Role => ROLES,
    };
    let (mark, body) = split_mark(text);
    let (doc, before) = tree::read(body).ok_or(Refused::Unreadable)?;
    let rule = Rule { patterns, from, to };
    let mut wanted = before.clone();
    let mut path = Vec::new();
    if let Err(why) = rule.value(&mut wanted, &mut path) {
        path.push(to.to_owned());
        return Err(blocked(&doc, why, &path));
    }
    if wanted == before {
        return Ok(text.to_owned());
    }
    let mut found = Vec::new();
    if let Some(root) = &doc.root {
        rule.tree(&doc, (root, &before), false, &mut Vec::new(), &mut found);
    }
    let after = with_names(&doc, &found).ok_or(Refused::Form)?;
    match tree::read(&after) {
        Some((_, value)) if value == wanted => Ok(format!("{mark}{after}")),
        said => {
            let mut path = Vec::new();
            if let Some((_, said)) = &said {
                other(said, &wanted, &mut path);
            }
            // The name it has in the text as it is.
            for name in path.iter_mut().filter(|name| **name == to) {
                from.clone_into(name);
            }
            Err(blocked(&doc, Refused::Form, &path))
        }
    }
}

/// What stands at the end of a path, in words.
fn blocked(doc: &Doc<'_>, why: Refused, path: &[String]) -> Blocked {
    let segs: Vec<Seg> = path
        .iter()
        .map(|name| match name.strip_prefix('#').map(str::parse) {
            Some(Ok(at)) => Seg::At(at),
            _ => Seg::Key(name.clone()),
        })
        .collect();
    let start = doc.root.as_ref().map_or(0, |root| start_of(root, &segs));
    let above = doc.text.get(..start).unwrap_or_default();
    let own = doc.text.get(doc.line_start(start)..doc.line_end(start));
    let own = own.unwrap_or_default().trim();
    let shown: String = own.chars().take(60).collect();
    Blocked {
        why,
        line: Some(above.matches('\n').count() + 1),
        found: if shown.len() < own.len() {
            format!("{shown}…")
        } else {
            shown
        },
    }
}

/// The path to the first place at which two values differ; entries of lists are `#` and their position.
fn other(one: &Yaml, two: &Yaml, path: &mut Vec<String>) -> bool {
    match (one, two) {
        (Yaml::Map(a), Yaml::Map(b)) => {
            for (key, value) in b {
                path.push(key.clone());
                let there = a.iter().find(|(it, _)| it == key);
                if there.is_none_or(|(_, it)| other(it, value, path)) {
                    return true;
                }
                path.pop();
            }
            a.len() != b.len()
        }
        (Yaml::List(a), Yaml::List(b)) => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                path.push(format!("#{at}"));
                if other(a, b, path) {
                    return true;
                }
                path.pop();
            }
            a.len() != b.len()
        }
        _ => one != two,
    }
}

struct Rule<'a> {
    patterns: &'a [&'a str],
    from: &'a str,
    to: &'a str,
}

impl Rule<'_> {
    fn holds(&self, path: &[String], end: Option<&str>) -> bool {
        self.patterns.iter().any(|pattern| {
            let mut parts = pattern.split('/');
            path.iter().map(String::as_str).chain(end).all(|name| {
                parts
                    .next()
                    .is_some_and(|part| part == name || (part == "*" && name != "@"))
            }) && parts.next().is_none()
        })
    }

    fn value(&self, value: &mut Yaml, path: &mut Vec<String>) -> Result<(), Refused> {
        match value {
            Yaml::Text(text) | Yaml::Plain(text) if text == self.from && self.holds(path, None) => {
                *value = self.to.into();
            }
            Yaml::Null | Yaml::Text(_) | Yaml::Plain(_) => {}
            Yaml::List(items) => {
                for item in items {
                    path.push("-".to_owned());
                    self.value(item, path)?;
                    path.pop();
                }
            }
            Yaml::Map(pairs) => {
                if self.holds(path, Some("@")) {
                    if pairs.iter().any(|(key, _)| key == self.from)
                        && pairs.iter().any(|(key, _)| key == self.to)
                    {
                        return Err(Refused::Taken);
                    }
                    for (key, _) in pairs.iter_mut().filter(|(key, _)| key == self.from) {
                        self.to.clone_into(key);
                    }
                }
                for (key, value) in pairs {
                    path.push(key.clone());
                    self.value(value, path)?;
                    path.pop();
                }
            }
        }
        Ok(())
    }

    fn tree(
        &self,
        doc: &Doc<'_>,
        (node, value): (&Tree, &Yaml),
        in_flow: bool,
        path: &mut Vec<String>,
        found: &mut Vec<(usize, usize, String)>,
    ) {
        let taken = |node: &Tree, in_flow: bool| {
            (node.start, node.end, renamed_scalar(node, self.to, in_flow))
        };
        match (&node.form, value) {
            // By what it says, however it is written; an alias is renamed where its anchor is.
            (Form::Leaf(_), Yaml::Text(text) | Yaml::Plain(text)) => {
                let own = doc.text.get(node.start..node.end).unwrap_or_default();
                if text == self.from && !own.starts_with('*') && self.holds(path, None) {
                    found.push(taken(node, in_flow));
                }
            }
            (Form::List(items, flow), Yaml::List(values)) => {
                for item in items.iter().zip(values) {
                    path.push("-".to_owned());
                    self.tree(doc, item, *flow, path, found);
                    path.pop();
                }
            }
            (Form::Map(pairs, flow), Yaml::Map(values)) => {
                let keys = self.holds(path, Some("@"));
                for (name, key, _) in pairs {
                    if keys && name == self.from {
                        found.push(taken(key, *flow));
                    }
                }
                for ((name, _, node), (_, value)) in pairs.iter().zip(values) {
                    path.push(if keys && name == self.from {
                        self.to.to_owned()
                    } else {
                        name.clone()
                    });
                    self.tree(doc, (node, value), *flow, path, found);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}
