//! The canonical form of a file: the order in which keys are documented, the spelling of contacts, the blanks.
//!
//! Not a printer: what has no canonical form (quotes, indentation, brackets or none, the order of entries, a bracket over
//! several lines) stays as it is written. Invariant: the text that comes of it says the same, but for the spelling of
//! contacts, and has the same comments; an entry of which that cannot be shown stays as it is.

mod comments;
#[cfg(test)]
mod tests;

use super::tree::{self, Doc, Form, Tree};
use super::value::{Yaml, scalar};
use super::{Refused, order, split_mark};
use crate::model::{Email, Phone};

/// A text in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// Entries that stayed as they are because of how they are written, by section and key.
    pub left: Vec<String>,
}

/// The canonical form of `keyholder.yaml` (`is_settings`) or of a file of entries.
pub fn formatted(text: &str, is_settings: bool) -> Result<Formatted, Refused> {
    let (mark, body) = split_mark(text);
    let (_, value) = tree::read(body).ok_or(Refused::Unreadable)?;
    let mut wanted = value.clone();
    if !is_settings {
        spell(&mut wanted, &mut Vec::new());
    }
    let bare = blanks(body).filter(|after| says(after, &value, body));
    let body = bare.as_deref().unwrap_or(body);
    let mut left = Vec::new();
    let whole = shaped(body, is_settings, None).filter(|after| says(after, &wanted, body));
    let after = whole.unwrap_or_else(|| one_by_one(body, is_settings, &mut left));
    // What has moved to the end or from it may have brought a line break too many, or one too few.
    let said = tree::read(&after).map(|(_, value)| value);
    let bare = said.and_then(|value| blanks(&after).filter(|it| says(it, &value, &after)));
    let after = bare.unwrap_or(after);
    Ok(Formatted {
        text: format!("{mark}{after}"),
        left,
    })
}

/// Each entry by itself, where the whole could not be shown to say the same.
fn one_by_one(body: &str, is_settings: bool, left: &mut Vec<String>) -> String {
    let mut text = body.to_owned();
    let Some((_, Yaml::Map(sections))) = tree::read(body) else {
        return text;
    };
    for (section, entries) in sections {
        let Yaml::Map(entries) = entries else {
            continue;
        };
        for (key, _) in entries {
            let Some((_, mut wanted)) = tree::read(&text) else {
                return text;
            };
            if !is_settings
                && let Some(entry) = inner(&mut wanted, &section).and_then(|it| inner(it, &key))
            {
                spell(entry, &mut vec![section.clone(), key.clone()]);
            }
            match shaped(&text, is_settings, Some((&section, &key))) {
                Some(after) if after == text => {}
                Some(after) if says(&after, &wanted, &text) => text = after,
                _ => left.push(format!("{section}: {key}")),
            }
        }
    }
    text
}

fn inner<'y>(value: &'y mut Yaml, key: &str) -> Option<&'y mut Yaml> {
    match value {
        Yaml::Map(pairs) => pairs.iter_mut().find(|(it, _)| it == key).map(|(_, it)| it),
        _ => None,
    }
}

/// Whether a text says what is wanted, with the comments of another one at what they stood at.
fn says(after: &str, wanted: &Yaml, before: &str) -> bool {
    let (Some((new, value)), Some((old, _))) = (tree::read(after), tree::read(before)) else {
        return false;
    };
    value == *wanted && comments::owned(&new) == comments::owned(&old)
}

/// No blanks at the ends of lines, no two empty lines in a row, none at either end.
fn blanks(body: &str) -> Option<String> {
    let (doc, _) = tree::read(body)?;
    let mut kept = Vec::new();
    if let Some(root) = &doc.root {
        long_texts(root, body, &mut kept);
    }
    let is_kept = |at: usize| kept.iter().any(|&(start, end)| start <= at && at < end);
    let mut out = String::with_capacity(body.len());
    let mut at = 0;
    let mut empty = 1;
    for line in body.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let end = at + content.len();
        at += line.len();
        if is_kept(end) {
            out.push_str(line);
            empty = 0;
            continue;
        }
        let bare = content.trim_end_matches([' ', '\t']);
        empty = if bare.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(bare);
            out.push_str(doc.newline);
        }
    }
    while out.ends_with(&doc.newline.repeat(2)) {
        out.truncate(out.len() - doc.newline.len());
    }
    Some(out)
}

/// The bytes of texts over several lines, whose line ends say something.
fn long_texts(node: &Tree, body: &str, found: &mut Vec<(usize, usize)>) {
    match &node.form {
        Form::Leaf(_) => {
            if body
                .get(node.start..node.end)
                .is_some_and(|own| own.contains('\n'))
            {
                // The blanks at the end of its last line may be its own.
                let rest = body.get(node.end..).unwrap_or_default();
                let line = rest.find('\n').unwrap_or(rest.len());
                found.push((node.start, node.end + line + 1));
            }
        }
        Form::List(items, _) => items.iter().for_each(|it| long_texts(it, body, found)),
        Form::Map(pairs, _) => pairs
            .iter()
            .for_each(|(_, _, it)| long_texts(it, body, found)),
    }
}

/// Contacts as the language compares them.
fn spell(value: &mut Yaml, path: &mut Vec<String>) {
    if let Some(text) = spelled(value, path) {
        *value = Yaml::Text(text);
        return;
    }
    match value {
        Yaml::Map(pairs) => {
            for (key, value) in pairs {
                path.push(key.clone());
                spell(value, path);
                path.pop();
            }
        }
        // No contact stands in a list.
        Yaml::List(_) | Yaml::Null | Yaml::Text(_) | Yaml::Plain(_) => {}
    }
}

/// The canonical spelling of a contact; none of anything else, or where it is what stands there.
fn spelled(value: &Yaml, path: &[String]) -> Option<String> {
    let (text, is_text) = match value {
        Yaml::Text(text) => (text, true),
        Yaml::Plain(text) => (text, false),
        Yaml::Null | Yaml::List(_) | Yaml::Map(_) => return None,
    };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let canonical = match path.as_slice() {
        ["people" | "contacts", _, "phone"] | ["people" | "contacts", _, "phone", "number"] => {
            Phone::parse(text).ok()?.as_str().to_owned()
        }
        ["people" | "contacts", _, "email"] | ["people" | "contacts", _, "email", "address"] => {
            Email::parse(text).ok()?.as_str().to_owned()
        }
        _ => return None,
    };
    (canonical != *text || !is_text).then_some(canonical)
}

/// The text with its mappings in order; with `only` that entry's alone.
fn shaped(body: &str, is_settings: bool, only: Option<(&str, &str)>) -> Option<String> {
    let (doc, value) = tree::read(body)?;
    let Some(root) = &doc.root else {
        return Some(body.to_owned());
    };
    let pen = Pen {
        doc: &doc,
        is_settings,
        only,
    };
    let from = comments::above(&doc, root);
    let mut out = body.get(..from)?.to_owned();
    let (text, at) = pen.below(from, root, &value, false, &mut Vec::new())?;
    out.push_str(&text);
    out.push_str(body.get(at..)?);
    Some(out)
}

/// Where the last thing of a node ends. What follows in brackets belongs to it, a comment behind it does not.
fn end(node: &Tree) -> usize {
    match &node.form {
        Form::Leaf(_) | Form::List(_, true) | Form::Map(_, true) => node.end,
        Form::List(items, false) => items.last().map_or(node.end, end),
        Form::Map(pairs, false) => pairs
            .last()
            .map_or(node.end, |(_, key, value)| end(value).max(key.end)),
    }
}

struct Pen<'d> {
    doc: &'d Doc<'d>,
    is_settings: bool,
    only: Option<(&'d str, &'d str)>,
}

/// A key with its value and what belongs to it.
struct Chunk {
    /// Lines above it: empty ones and comments.
    lead: String,
    /// From the key to the end of the last line, without its line break.
    body: String,
}

impl Pen<'_> {
    fn text(&self, start: usize, end: usize) -> Option<&str> {
        self.doc.text.get(start..end)
    }

    /// Whether what stands here is to be changed.
    fn is_meant(&self, path: &[String]) -> bool {
        match (self.only, path) {
            (None, _) => true,
            (Some((section, key)), [own, entry, ..]) => own == section && entry == key,
            (Some(_), _) => false,
        }
    }

    /// Where the lines above a node begin that go with its first key: comments and empty lines behind `from`.
    fn lead(&self, from: usize, node: &Tree) -> usize {
        let is_open = matches!(&node.form, Form::Map(pairs, false) if !pairs.is_empty());
        let mut line = self.doc.line_start(node.start);
        if !is_open || !self.doc.begins_line(node.start) || line < from {
            return node.start.max(from);
        }
        while let Some(before) = line.checked_sub(1) {
            let start = self.doc.line_start(before);
            let above = self.text(start, before).unwrap_or_default().trim();
            if start < from || !(above.is_empty() || above.starts_with('#')) {
                break;
            }
            line = start;
        }
        line
    }

    /// The new text of a node and of the lines above it from `from` on, which is what `lead` says, and where it ends.
    fn below(
        &self,
        from: usize,
        node: &Tree,
        value: &Yaml,
        in_flow: bool,
        path: &mut Vec<String>,
    ) -> Option<(String, usize)> {
        if let (Form::Map(pairs, false), Yaml::Map(values)) = (&node.form, value)
            && pairs.len() == values.len()
            && self.is_meant(path)
            && let Some(sorted) = self.sorted(from, pairs, values, path)
        {
            return Some(sorted);
        }
        let (text, to) = self.node(node, value, in_flow, path)?;
        Some((
            format!("{}{text}", self.text(from, node.start.max(from))?),
            to,
        ))
    }

    /// The new text of a node, and where what it stands for ends.
    fn node(
        &self,
        node: &Tree,
        value: &Yaml,
        in_flow: bool,
        path: &mut Vec<String>,
    ) -> Option<(String, usize)> {
        let own = self.text(node.start, end(node))?;
        let as_it_is = || Some((own.to_owned(), end(node)));
        if own.starts_with('*') {
            return as_it_is();
        }
        match (&node.form, value) {
            (Form::Leaf(quote), _) => {
                let spelled = if self.is_settings || !self.is_meant(path) {
                    None
                } else {
                    spelled(value, path)
                };
                match spelled {
                    Some(text) => Some((scalar(&text, *quote, in_flow), node.end)),
                    None => as_it_is(),
                }
            }
            (Form::List(items, flow), Yaml::List(values)) if items.len() == values.len() => {
                if *flow
                    && self.is_meant(path)
                    && self.is_plain(own, node)
                    && let Some(line) = self.list_line(node, items, values, path)
                {
                    return Some((line, node.end));
                }
                let mut out = String::new();
                let mut at = node.start;
                for (item, value) in items.iter().zip(values) {
                    let from = self.lead(at, item);
                    out.push_str(self.text(at, from)?);
                    path.push("-".to_owned());
                    let (text, to) = self.below(from, item, value, *flow, path)?;
                    out.push_str(&text);
                    path.pop();
                    at = to;
                }
                let to = at.max(end(node));
                out.push_str(self.text(at, to)?);
                Some((out, to))
            }
            (Form::Map(pairs, flow), Yaml::Map(values)) if pairs.len() == values.len() => {
                if *flow
                    && self.is_meant(path)
                    && self.is_plain(own, node)
                    && let Some(line) = self.map_line(node, pairs, values, path)
                {
                    return Some((line, node.end));
                }
                let mut out = String::new();
                let mut at = node.start;
                for ((name, key, inner), (_, value)) in pairs.iter().zip(values) {
                    let from = self.lead(key.end, inner);
                    out.push_str(self.text(at, from)?);
                    path.push(name.clone());
                    let (text, to) = self.below(from, inner, value, *flow, path)?;
                    out.push_str(&text);
                    path.pop();
                    at = to.max(key.end);
                }
                let to = at.max(end(node));
                out.push_str(self.text(at, to)?);
                Some((out, to))
            }
            _ => as_it_is(),
        }
    }

    /// Whether brackets stand on one line and have no comment in them.
    fn is_plain(&self, own: &str, node: &Tree) -> bool {
        !own.contains('\n') && !self.doc.has_comment(node.start, node.end)
    }

    fn list_line(
        &self,
        node: &Tree,
        items: &[Tree],
        values: &[Yaml],
        path: &mut Vec<String>,
    ) -> Option<String> {
        let mut parts = Vec::new();
        let mut at = node.start + 1;
        for (item, value) in items.iter().zip(values) {
            let mark = self.between(at, item.start, ',')?;
            path.push("-".to_owned());
            parts.push(format!("{mark}{}", self.node(item, value, true, path)?.0));
            path.pop();
            at = item.end;
        }
        self.closes(at, node.end, ']')?;
        Some(format!("[{}]", parts.join(", ")))
    }

    fn map_line(
        &self,
        node: &Tree,
        pairs: &[(String, Tree, Tree)],
        values: &[(String, Yaml)],
        path: &mut Vec<String>,
    ) -> Option<String> {
        if pairs.is_empty() {
            self.closes(node.start + 1, node.end, '}')?;
            return Some("{}".to_owned());
        }
        let mut parts = Vec::new();
        let mut at = node.start + 1;
        for ((name, key, inner), (_, value)) in pairs.iter().zip(values) {
            let before = self.between(at, key.start, ',')?;
            let mark = self.text(key.end, inner.start)?.trim_start();
            let mark = marked(mark.strip_prefix(':')?)?;
            if inner.start == inner.end {
                return None;
            }
            let own = self.text(key.start, key.end)?.to_owned();
            path.push(name.clone());
            let (text, _) = self.node(inner, value, true, path)?;
            path.pop();
            parts.push(format!("{before}{own}: {mark}{text}"));
            at = inner.end;
        }
        self.closes(at, node.end, '}')?;
        let parts: Vec<String> = self
            .order(pairs, path)
            .into_iter()
            .filter_map(|at| parts.get(at).cloned())
            .collect();
        Some(format!("{{ {} }}", parts.join(", ")))
    }

    /// What stands between two entries beside the comma: an anchor, or nothing.
    fn between(&self, start: usize, end: usize, comma: char) -> Option<String> {
        let text = self.text(start, end)?.trim_start();
        marked(text.strip_prefix(comma).unwrap_or(text))
    }

    fn closes(&self, start: usize, end: usize, bracket: char) -> Option<()> {
        let rest = self.text(start, end)?.trim_start();
        let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        rest.chars().eq([bracket]).then_some(())
    }

    /// The positions of keys in canonical order; keys that are not documented stand behind, as they stood.
    fn order(&self, pairs: &[(String, Tree, Tree)], path: &[String]) -> Vec<usize> {
        let known = order::of(self.is_settings, path);
        let mut at: Vec<usize> = (0..pairs.len()).collect();
        let rank = |at: &usize| {
            let name = pairs.get(*at).map_or("", |(name, ..)| name);
            order::rank(known, name)
        };
        at.sort_by_key(rank);
        at
    }

    /// A mapping without brackets in order, each key with its comments, from the lines above it on; none where it stands in
    /// order.
    fn sorted(
        &self,
        from: usize,
        pairs: &[(String, Tree, Tree)],
        values: &[(String, Yaml)],
        path: &mut Vec<String>,
    ) -> Option<(String, usize)> {
        let order = self.order(pairs, path);
        if order.iter().enumerate().all(|(at, from)| at == *from) {
            return None;
        }
        let doc = self.doc;
        let (_, first, _) = pairs.first()?;
        let column = doc.column(first.start);
        let pad = " ".repeat(column);
        let mut chunks: Vec<Chunk> = Vec::new();
        let begins = doc.begins_line(first.start);
        let (mut at, mut last) = (first.start, first.start);
        for ((name, key, inner), (_, value)) in pairs.iter().zip(values) {
            let mut lead = String::new();
            if chunks.is_empty() {
                if begins {
                    self.text(from, doc.line_start(first.start))?
                        .clone_into(&mut lead);
                }
            } else {
                let line = doc.line_start(key.start);
                if !doc.begins_line(key.start) || line < at {
                    return None;
                }
                // Comments that stand deeper than the keys belong to what is above them.
                let gap: Vec<&str> = self.text(at, line)?.split_inclusive('\n').collect();
                let is_deep = |line: &&str| {
                    let own = line.trim_start_matches(' ');
                    own.starts_with('#') && line.len() - own.len() > column
                };
                let deep = gap.iter().rposition(is_deep).map_or(0, |at| at + 1);
                let (above, own) = gap.split_at(deep);
                if let Some(chunk) = chunks.last_mut()
                    && !above.is_empty()
                {
                    chunk.body.push_str(doc.newline);
                    chunk.body.push_str(above.concat().trim_end());
                }
                lead = own.concat();
            }
            let from = self.lead(key.end, inner);
            let mut body = self.text(key.start, from)?.to_owned();
            path.push(name.clone());
            let (text, to) = self.below(from, inner, value, false, path)?;
            body.push_str(&text);
            path.pop();
            last = doc.line_end(to.max(key.end));
            body.push_str(self.text(to.max(key.end), last)?);
            chunks.push(Chunk { lead, body });
            at = doc.next_line(last).unwrap_or(doc.text.len());
        }
        let end = doc.own_end(last, column);
        if let (Some(chunk), true) = (chunks.last_mut(), end > last) {
            chunk.body.push_str(self.text(last, end)?);
            last = end;
        }
        // Empty lines stay where they are, comments go with their keys.
        let is_empty = |lead: &str| lead.trim().is_empty();
        let mut out = String::new();
        for (to, from) in order.into_iter().enumerate() {
            let chunk = chunks.get(from)?;
            let here = &chunks.get(to)?.lead;
            let lead = match (is_empty(&chunk.lead), is_empty(here)) {
                (false, _) => chunk.lead.as_str(),
                (true, true) => here,
                (true, false) => "",
            };
            if to == 0 {
                if !begins && !lead.is_empty() {
                    return None;
                }
                if begins {
                    // No comment comes with the empty line that parted it from what was above.
                    let is_moved = from != 0 && !chunk.lead.trim().is_empty();
                    let lead = if is_moved {
                        without_first_empty(lead)
                    } else {
                        lead
                    };
                    out.push_str(lead);
                    out.push_str(&pad);
                }
            } else {
                out.push_str(doc.newline);
                out.push_str(lead);
                out.push_str(&pad);
            }
            out.push_str(&chunk.body);
        }
        Some((out, last))
    }
}

/// Lines without the empty ones before the first that is not.
fn without_first_empty(lines: &str) -> &str {
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        if !line.trim().is_empty() {
            break;
        }
        at += line.len();
    }
    lines.get(at..).unwrap_or_default()
}

/// An anchor before a value, with a blank behind it; none where anything else stands there.
fn marked(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let is_anchor = text.starts_with('&') && !text.contains([' ', ',', '\n']);
    is_anchor.then(|| format!("{text} "))
}
