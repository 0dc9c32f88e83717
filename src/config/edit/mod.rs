//! Edits of the files as they are written: only what was asked differs afterwards, and comments, order, quotes,
//! anchors and line ends of everything else stay.
//!
//! Not a judgement of the project that comes of it: whoever edits resolves it again. In reading order: `value` is what
//! a file says, `tree` where it says it, `patch` the bytes of one change, `remark` the comments that
//! belong to an entry, `obstacle` what keeps a change from being made, `rename` those of a name that stands in many
//! places, `format` the canonical form of a whole file. Invariant: [`edited`] gives a text only where that text, read again, says exactly what the change makes of
//! what stood there; where bytes cannot be found that do so (an alias, a comment in the way), it says so instead.

mod erase;
mod format;
mod obstacle;
mod order;
mod patch;
mod remark;
mod rename;
#[cfg(test)]
mod tests;
mod tree;
mod value;

use super::raw::{Access, Person};

pub use erase::erased;
pub use format::{Formatted, formatted};
pub use obstacle::obstacle;
pub use rename::{Blocked, Named, renamed};
pub use value::Yaml;

/// One step from a value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seg {
    /// A key of a mapping.
    Key(String),
    /// An entry of a list.
    At(usize),
}

impl From<&str> for Seg {
    fn from(key: &str) -> Self {
        Seg::Key(key.to_owned())
    }
}

impl From<usize> for Seg {
    fn from(at: usize) -> Self {
        Seg::At(at)
    }
}

/// One change of what a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What stands there becomes this. A key that is not there is added, and so are the mappings around it.
    Set(Vec<Seg>, Yaml),
    /// One more entry at the end of a list, which begins here where there is none.
    Add(Vec<Seg>, Yaml),
    /// The same with comments that stood at it elsewhere; where there is no room for them, without.
    Bring(Vec<Seg>, Yaml, Remarks),
    /// It goes. A list or mapping that has nothing else stays, empty.
    Remove(Vec<Seg>),
    /// A key gets another name.
    Rename(Vec<Seg>, String),
}

/// The comments that belong to one entry of a list that stands on lines of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Those right above it, line by line.
    pub above: Vec<String>,
    /// The one behind it.
    pub behind: Option<String>,
}

impl Remarks {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.above.iter().chain(&self.behind).map(String::as_str)
    }
}

impl Change {
    /// What it is about.
    pub fn path(&self) -> &[Seg] {
        match self {
            Change::Set(path, _)
            | Change::Add(path, _)
            | Change::Bring(path, ..)
            | Change::Remove(path)
            | Change::Rename(path, _) => path,
        }
    }
}

/// Why a text was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The text is no whole YAML.
    Unreadable,
    /// Nothing stands there.
    NotThere,
    /// Something stands there already.
    Taken,
    /// No change of bytes was found that does this and nothing else: an alias, a comment in the way, a rare form.
    Form,
}

impl Refused {
    /// In words.
    pub fn why(self) -> &'static str {
        match self {
            Refused::Unreadable => "the file cannot be read as YAML",
            Refused::NotThere => "what it is about does not stand in the file",
            Refused::Taken => "the name is taken",
            Refused::Form => {
                "it is written in a way (an alias, a comment in the middle) that this cannot be done to without changing more"
            }
        }
    }
}

/// The text with the changes made, one after the other.
pub fn edited(text: &str, changes: &[Change]) -> Result<String, Refused> {
    let mut text = text.to_owned();
    for change in changes {
        text = one(&text, change)?;
    }
    Ok(text)
}

fn one(text: &str, change: &Change) -> Result<String, Refused> {
    let (mark, body) = split_mark(text);
    let (doc, before) = tree::read(body).ok_or(Refused::Unreadable)?;
    let mut wanted = before.clone();
    apply(&mut wanted, change)?;
    if wanted == before {
        return Ok(text.to_owned());
    }
    let says_it = |after: &String| tree::read(after).is_some_and(|(_, value)| value == wanted);
    let found = patch::candidates(&doc, change).into_iter().find(says_it);
    // What an alias repeats is written out where it shall differ from what it repeats.
    let found = found.or_else(|| {
        let path = patch::alias_on(&doc, change.path())?;
        let written = Change::Set(path.to_vec(), at(&wanted, path)?.clone());
        patch::candidates(&doc, &written).into_iter().find(says_it)
    });
    found
        .map(|after| format!("{mark}{after}"))
        .ok_or(Refused::Form)
}

/// The value to which a path leads.
fn at<'y>(value: &'y Yaml, path: &[Seg]) -> Option<&'y Yaml> {
    path.iter()
        .try_fold(value, |value, seg| match (value, seg) {
            (Yaml::Map(_), Seg::Key(key)) => value.get(key),
            (Yaml::List(items), Seg::At(at)) => items.get(*at),
            _ => None,
        })
}

/// A byte-order mark, and what follows.
fn split_mark(text: &str) -> (&str, &str) {
    match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    }
}

/// What a text says; none where it is no whole YAML.
pub fn value(text: &str) -> Option<Yaml> {
    tree::read(split_mark(text).1).map(|(_, value)| value)
}

/// The line, counted from 1, as far as a path leads into a text.
pub fn line_of(text: &str, path: &[Seg]) -> Option<usize> {
    let body = split_mark(text).1;
    let (doc, _) = tree::read(body)?;
    let at = patch::start_of(doc.root.as_ref()?, path);
    Some(body.get(..at)?.matches('\n').count() + 1)
}

/// The comments that go with an entry of a list wherever it goes; none where it shares its line.
pub fn remarks(text: &str, path: &[Seg]) -> Remarks {
    let found = tree::read(split_mark(text).1).and_then(|(doc, _)| remark::of(&doc, path));
    found.unwrap_or_default()
}

/// Makes a change of a value.
pub fn apply(root: &mut Yaml, change: &Change) -> Result<(), Refused> {
    match change {
        Change::Set(path, value) => {
            let (there, rest) = descend(root, path);
            if matches!(there, Yaml::Null) || rest.is_empty() {
                *there = wrap(rest, value.clone())?;
                return Ok(());
            }
            match (there, rest) {
                (Yaml::Map(pairs), [Seg::Key(key), rest @ ..]) => {
                    pairs.push((key.clone(), wrap(rest, value.clone())?));
                    Ok(())
                }
                _ => Err(Refused::NotThere),
            }
        }
        Change::Add(path, value) | Change::Bring(path, value, _) => {
            let (there, rest) = descend(root, path);
            if !rest.is_empty() || matches!(there, Yaml::Null) {
                let list = Yaml::List(vec![value.clone()]);
                return apply(root, &Change::Set(path.clone(), list));
            }
            let Yaml::List(items) = there else {
                return Err(Refused::NotThere);
            };
            items.push(value.clone());
            Ok(())
        }
        Change::Remove(path) => {
            let (last, parent) = path.split_last().ok_or(Refused::NotThere)?;
            let (there, rest) = descend(root, parent);
            match (there, last) {
                _ if !rest.is_empty() => Err(Refused::NotThere),
                (Yaml::Map(pairs), Seg::Key(key)) if pairs.iter().any(|(k, _)| k == key) => {
                    pairs.retain(|(k, _)| k != key);
                    Ok(())
                }
                (Yaml::List(items), Seg::At(at)) if *at < items.len() => {
                    items.remove(*at);
                    Ok(())
                }
                _ => Err(Refused::NotThere),
            }
        }
        Change::Rename(path, to) => {
            let (last, parent) = path.split_last().ok_or(Refused::NotThere)?;
            let (there, rest) = descend(root, parent);
            let (Yaml::Map(pairs), Seg::Key(from), []) = (there, last, rest) else {
                return Err(Refused::NotThere);
            };
            if from != to && pairs.iter().any(|(key, _)| key == to) {
                return Err(Refused::Taken);
            }
            let pair = pairs.iter_mut().find(|(key, _)| key == from);
            pair.ok_or(Refused::NotThere)?.0.clone_from(to);
            Ok(())
        }
    }
}

/// As far into a value as a path leads, and what is left of the path.
fn descend<'v, 'p>(mut value: &'v mut Yaml, mut path: &'p [Seg]) -> (&'v mut Yaml, &'p [Seg]) {
    while let Some((first, rest)) = path.split_first() {
        let at = match (&*value, first) {
            (Yaml::Map(pairs), Seg::Key(key)) => pairs.iter().position(|(k, _)| k == key),
            (Yaml::List(items), Seg::At(at)) => (*at < items.len()).then_some(*at),
            _ => None,
        };
        let Some(at) = at else { break };
        // The position was just found.
        value = match value {
            Yaml::Map(pairs) => &mut pairs[at].1,
            Yaml::List(items) => &mut items[at],
            other => return (other, path),
        };
        path = rest;
    }
    (value, path)
}

/// A value within the mappings that a path names.
fn wrap(path: &[Seg], value: Yaml) -> Result<Yaml, Refused> {
    path.iter().rev().try_fold(value, |value, seg| match seg {
        Seg::Key(key) => Ok(Yaml::pair(key, value)),
        Seg::At(_) => Err(Refused::NotThere),
    })
}

/// The shortest beginning of a path, longer than `floor`, which has nothing else in it: what to remove so that no empty
/// list or mapping is left behind.
pub fn alone(root: &Yaml, path: &[Seg], floor: usize) -> Vec<Seg> {
    let mut value = root;
    let mut sizes: Vec<usize> = Vec::new();
    for seg in path {
        let (size, next) = match (value, seg) {
            (Yaml::Map(pairs), Seg::Key(key)) => (pairs.len(), value.get(key)),
            (Yaml::List(items), Seg::At(at)) => (items.len(), items.get(*at)),
            _ => (0, None),
        };
        sizes.push(size);
        value = next.unwrap_or(&Yaml::Null);
    }
    let mut end = path.len();
    while end > floor + 1 && sizes.get(end - 1).is_some_and(|size| *size == 1) {
        end -= 1;
    }
    path.get(..end).unwrap_or(path).to_vec()
}

/// The text of a file in which a person leaves at a time; whoever was left alone is not left alone any more.
pub fn leaving(text: &str, person: &Person, at: &str) -> Result<String, Refused> {
    let path = |key: &str| vec!["people".into(), (&*person.key.value).into(), key.into()];
    let mut changes = vec![Change::Set(path("leaves"), at.into())];
    let access = person.access.as_ref().map(|it| &it.value);
    if matches!(access, Some(Access::Unmanaged)) {
        changes.push(Change::Set(path("access"), Yaml::List(Vec::new())));
    }
    edited(text, &changes)
}

/// What differs between two texts of a file, as `diff -u` shows it.
pub fn difference(file: &str, before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let mut unified = diff.unified_diff();
    unified
        .context_radius(2)
        .header(&format!("a/{file}"), &format!("b/{file}"))
        .to_string()
}
