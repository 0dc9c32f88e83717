//! The bytes of one change.
//!
//! Not the proof that they do it: `edited` reads each candidate again and takes the first that says what was meant.

use super::order;
use super::remark::Entry;
use super::tree::{Doc, Form, Tree};
use super::value::{Quote, Yaml, scalar};
use super::{Change, Remarks, Seg};

/// Bytes that are replaced.
struct Splice {
    start: usize,
    end: usize,
    by: String,
}

impl Splice {
    fn insert(at: usize, by: String) -> Self {
        Self {
            start: at,
            end: at,
            by,
        }
    }

    fn cut(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            by: String::new(),
        }
    }
}

/// Texts that may say what the change wants, best form first.
pub(super) fn candidates(doc: &Doc<'_>, change: &Change) -> Vec<String> {
    let found = match change {
        Change::Set(path, value) => set(doc, path, value),
        Change::Add(path, value) => add(doc, path, value, &Remarks::default()),
        Change::Bring(path, value, remarks) => add(doc, path, value, remarks).map(|mut found| {
            let bare = add(doc, path, value, &Remarks::default());
            found.extend(bare.into_iter().flatten());
            found
        }),
        Change::Remove(path) => remove(doc, path),
        Change::Rename(path, to) => rename(doc, path, to),
    };
    found
        .unwrap_or_default()
        .into_iter()
        .filter_map(|splices| spliced(doc.text, splices))
        .collect()
}

/// The text with all splices made.
fn spliced(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.start, splice.end));
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for splice in splices {
        out.push_str(text.get(at..splice.start)?);
        out.push_str(&splice.by);
        at = splice.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

type Found = Option<Vec<Vec<Splice>>>;

/// A node with what is around it.
pub(super) struct Spot<'d> {
    pub(super) node: &'d Tree,
    /// The key it stands behind, and whether that mapping has brackets.
    pub(super) key: Option<(&'d Tree, bool)>,
}

/// As far as the path leads, and what is left of it.
pub(super) fn find<'d, 'p>(root: &'d Tree, path: &'p [Seg]) -> (Spot<'d>, &'p [Seg]) {
    let mut spot = Spot {
        node: root,
        key: None,
    };
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        let next = match (&spot.node.form, first) {
            (Form::Map(pairs, flow), Seg::Key(name)) => pairs
                .iter()
                .find(|(key, ..)| key == name)
                .map(|(_, key, value)| Spot {
                    node: value,
                    key: Some((key, *flow)),
                }),
            (Form::List(items, _), Seg::At(at)) => {
                items.get(*at).map(|node| Spot { node, key: None })
            }
            _ => None,
        };
        let Some(next) = next else { break };
        spot = next;
        rest = after;
    }
    (spot, rest)
}

/// The beginning of a path that ends at an alias: what lies behind it stands elsewhere.
pub(super) fn alias_on<'p>(doc: &Doc<'_>, path: &'p [Seg]) -> Option<&'p [Seg]> {
    let (spot, rest) = find(doc.root.as_ref()?, path);
    let is_alias = doc.text.get(spot.node.start..)?.starts_with('*');
    let is_leaf = matches!(spot.node.form, Form::Leaf(_));
    let depth = path.len() - rest.len();
    path.get(..depth).filter(|_| is_alias && is_leaf)
}

/// Where what a path leads to begins, as far as it leads: a key before its value.
pub(super) fn start_of(root: &Tree, path: &[Seg]) -> usize {
    let (spot, _) = find(root, path);
    spot.key.map_or(spot.node.start, |(key, _)| key.start)
}

fn set(doc: &Doc<'_>, path: &[Seg], value: &Yaml) -> Found {
    let Some(root) = &doc.root else {
        let whole = super::wrap(path, value.clone()).ok()?;
        return Some(vec![vec![at_the_end(doc, &nested(&whole, 0, doc.newline))]]);
    };
    let (spot, rest) = find(root, path);
    let Some((Seg::Key(key), inner)) = rest.split_first() else {
        return rest.is_empty().then(|| replace(doc, &spot, value));
    };
    let value = super::wrap(inner, value.clone()).ok()?;
    let depth = path.len() - rest.len();
    let order = order::at(root, path.get(..depth)?);
    let Form::Map(pairs, flow) = &spot.node.form else {
        return None;
    };
    if pairs.is_empty() {
        let only = Yaml::pair(key, value);
        let mut found = Vec::new();
        // The first entry of a section stands below it, as in a file that begins.
        if depth == 1
            && let Some((section, false)) = spot.key
            && let Some(start) = colon(doc, section)
            && !doc.has_comment(start, spot.node.end)
        {
            let indent = doc.column(section.start);
            let lines = nested(&only, indent + 2, doc.newline);
            found.push(vec![
                Splice::cut(start, spot.node.end),
                below(doc, spot.node.end, indent, &lines),
            ]);
        }
        found.extend(replace(doc, &spot, &only));
        return Some(found);
    }
    let after = place(pairs, key, order);
    if *flow {
        let entries: Vec<(usize, usize)> = pairs
            .iter()
            .map(|(_, key, value)| (key.start, value.end.max(key.end)))
            .collect();
        let text = format!("{}: {}", scalar(key, Quote::None, true), value.flow());
        return Some(vec![into_brackets(doc, spot.node, &entries, after, &text)]);
    }
    Some(into_lines(doc, pairs, after, key, &value, depth))
}

/// The pair behind which a new key stands; none before all of them.
fn place(pairs: &[(String, Tree, Tree)], key: &str, order: &[&str]) -> Option<usize> {
    let own = order::rank(order, key);
    pairs
        .iter()
        .rposition(|(name, ..)| order::rank(order, name) <= own)
}

/// The most characters of a line that one entry is written on.
const LONGEST: usize = 120;

/// A new key in a mapping without brackets.
fn into_lines(
    doc: &Doc<'_>,
    pairs: &[(String, Tree, Tree)],
    after: Option<usize>,
    key: &str,
    value: &Yaml,
    depth: usize,
) -> Vec<Vec<Splice>> {
    let is_entry = depth == 1;
    let lead = pairs
        .iter()
        .find(|(_, key, _)| doc.begins_line(key.start))
        .or(pairs.first());
    let indent = lead.map_or(0, |(_, key, _)| doc.column(key.start));
    let pad = " ".repeat(indent);
    let step = pairs.iter().find_map(|(_, _, value)| match &value.form {
        Form::Map(inner, false) => {
            let column = doc.column(inner.first()?.1.start);
            column.checked_sub(indent).filter(|step| *step > 0)
        }
        _ => None,
    });
    let step = step.unwrap_or(2);
    let name = scalar(key, Quote::None, false);
    // An entry as the one before it is written.
    let sibling = after.and_then(|at| pairs.get(at));
    let is_open = sibling.is_some_and(|(_, _, value)| matches!(value.form, Form::Map(_, false)))
        || indent + name.len() + value.flow().chars().count() > LONGEST;
    // A section that begins, with its first entry.
    let is_section = matches!(value, Yaml::Map(inner) if depth == 0 && inner.iter().any(|(_, it)| matches!(it, Yaml::Map(_))));
    let written = match value {
        Yaml::Map(_) if is_section => nested(&Yaml::pair(key, value.clone()), indent, doc.newline),
        Yaml::Map(inner) if is_open && is_entry && !inner.is_empty() => {
            let lines = value.lines(indent + step, step, doc.newline);
            format!("{pad}{name}:{}{lines}", doc.newline)
        }
        _ => format!(
            "{pad}{name}:{}",
            value.block(indent, list_step(doc, pairs, indent), doc.newline)
        ),
    };
    if let Some((_, key, value)) = sibling {
        // Entries that stand apart are kept apart.
        let above = above_comments(doc, doc.line_start(key.start));
        let apart = depth < 2 && pairs.len() > 1 && above.ends_with(&doc.newline.repeat(2));
        let gap = if apart || is_section { doc.newline } else { "" };
        let end = value.end.max(key.end);
        return vec![vec![below(doc, end, indent, &format!("{gap}{written}"))]];
    }
    let at = pairs.first().map_or(0, |(_, key, _)| key.start);
    if doc.begins_line(at) {
        // What stands above the first key is about that one.
        let gap = if is_section { doc.newline } else { "" };
        let text = format!("{written}{}{gap}", doc.newline);
        return vec![vec![Splice::insert(first_comment(doc, at), text)]];
    }
    let text = format!("{}{}{pad}", written.trim_start(), doc.newline);
    vec![vec![Splice::insert(at, text)]]
}

/// Where the comments right above a line begin, or the line itself; what editors read at the top of a file stays there.
fn first_comment(doc: &Doc<'_>, at: usize) -> usize {
    let line = doc.line_start(at);
    let above = above_comments(doc, line).len();
    let comments = doc.text.get(above..line).unwrap_or_default();
    let modeline = comments
        .split_inclusive('\n')
        .take_while(|line| line.starts_with("# yaml-language-server"));
    above + modeline.map(str::len).sum::<usize>()
}

/// The text above a line and the comments that stand right above it.
fn above_comments<'t>(doc: &Doc<'t>, mut line: usize) -> &'t str {
    while let Some(before) = line.checked_sub(1) {
        let start = doc.line_start(before);
        let is_comment = doc
            .text
            .get(start..before)
            .is_some_and(|text| text.trim_start().starts_with('#'));
        if !is_comment {
            break;
        }
        line = start;
    }
    doc.text.get(..line).unwrap_or_default()
}

/// How far the entries of lists stand from their keys here.
fn list_step(doc: &Doc<'_>, pairs: &[(String, Tree, Tree)], indent: usize) -> usize {
    let found = pairs.iter().find_map(|(_, _, value)| match &value.form {
        Form::List(_, false) => doc.column(value.start).checked_sub(indent),
        _ => None,
    });
    found.unwrap_or(2)
}

/// Lines below the one that `at` is in, and below the comments there that stand deeper than `column`: those belong to what
/// is above them.
fn below(doc: &Doc<'_>, at: usize, column: usize, lines: &str) -> Splice {
    match doc.next_line(doc.own_end(at, column)) {
        Some(next) => Splice::insert(next, format!("{lines}{}", doc.newline)),
        None => Splice::insert(doc.text.len(), format!("{}{lines}", doc.newline)),
    }
}

/// Lines behind everything.
fn at_the_end(doc: &Doc<'_>, lines: &str) -> Splice {
    let gap = if doc.text.is_empty() || doc.text.ends_with('\n') {
        ""
    } else {
        doc.newline
    };
    Splice::insert(doc.text.len(), format!("{gap}{lines}{}", doc.newline))
}

/// A mapping of mappings, two levels of it without brackets.
fn nested(value: &Yaml, indent: usize, newline: &str) -> String {
    let Yaml::Map(pairs) = value else {
        return value.flow();
    };
    let pad = " ".repeat(indent);
    let lines: Vec<String> = pairs
        .iter()
        .map(|(key, value)| {
            let key = scalar(key, Quote::None, false);
            match value {
                Yaml::Map(inner) if indent < 4 && !inner.is_empty() => {
                    format!("{pad}{key}:{newline}{}", nested(value, indent + 2, newline))
                }
                _ => format!("{pad}{key}:{}", value.block(indent, 2, newline)),
            }
        })
        .collect();
    lines.join(newline)
}

/// One more entry between brackets, behind the one at `after`.
fn into_brackets(
    doc: &Doc<'_>,
    node: &Tree,
    entries: &[(usize, usize)],
    after: Option<usize>,
    text: &str,
) -> Vec<Splice> {
    let Some(&(first, _)) = entries.first() else {
        let inner = (node.start + 1, node.end.saturating_sub(1));
        return vec![Splice {
            start: inner.0,
            end: inner.1,
            by: text.to_owned(),
        }];
    };
    let Some(&(start, end)) = after.and_then(|at| entries.get(at)) else {
        let gap = if doc.begins_line(first) {
            format!("{}{}", doc.newline, " ".repeat(doc.column(first)))
        } else {
            " ".to_owned()
        };
        return vec![Splice::insert(first, format!("{text},{gap}"))];
    };
    if doc.begins_line(start) {
        let pad = " ".repeat(doc.column(start));
        let rest = doc
            .text
            .get(end..doc.line_end(end))
            .unwrap_or_default()
            .trim();
        let behind = rest.strip_prefix(',').map(str::trim);
        if behind.is_some_and(|it| it.is_empty() || it.starts_with('#')) {
            return vec![below(doc, end, pad.len(), &format!("{pad}{text},"))];
        }
        if rest.is_empty() || rest.starts_with('#') {
            return vec![
                Splice::insert(end, ",".to_owned()),
                below(doc, end, pad.len(), &format!("{pad}{text}")),
            ];
        }
    }
    vec![Splice::insert(end, format!(", {text}"))]
}

/// What stands there becomes something else.
fn replace(doc: &Doc<'_>, spot: &Spot<'_>, value: &Yaml) -> Vec<Vec<Splice>> {
    let node = spot.node;
    let in_flow = spot.key.is_none_or(|(_, flow)| flow);
    let mut found = Vec::new();
    let is_open = matches!(&node.form, Form::List(_, false) | Form::Map(_, false));
    if let (Some((key, false)), true) = (spot.key, wants_lines(value)) {
        let (Some(start), false) = (colon(doc, key), is_open) else {
            return found;
        };
        // Nothing else may stand on the line: it would end up behind the last entry.
        if doc
            .text
            .get(node.end..doc.line_end(node.end))
            .is_some_and(|rest| rest.trim().is_empty())
            && !doc.has_comment(start, node.end)
        {
            let by = value.block(doc.column(key.start), 2, doc.newline);
            found.push(vec![Splice {
                start,
                end: node.end,
                by,
            }]);
        }
    }
    let written = match (&node.form, value) {
        (Form::Leaf(quote), Yaml::Text(text)) => scalar(text, *quote, in_flow),
        (_, Yaml::Text(text)) => scalar(text, Quote::None, in_flow),
        _ => value.flow(),
    };
    if !is_open {
        if !doc.has_comment(node.start, node.end) {
            let by = written.clone();
            found.push(vec![Splice {
                start: node.start,
                end: node.end,
                by,
            }]);
        }
        // A text of several lines begins with a sign on the line of its key.
        if let (Some((key, false)), Form::Leaf(Quote::None)) = (spot.key, &node.form)
            && let Some(start) = colon(doc, key)
            && !doc.has_comment(start, node.end)
        {
            found.push(vec![Splice {
                start,
                end: node.end,
                by: format!(" {written}"),
            }]);
        }
        return found;
    }
    let Some((key, _)) = spot.key else {
        return found;
    };
    let Some(start) = colon(doc, key) else {
        return found;
    };
    if !doc.has_comment(start, node.end) {
        found.push(vec![Splice {
            start,
            end: node.end,
            by: format!(" {written}"),
        }]);
    } else if value.is_empty() {
        // Comments stay where they are; what they were about goes.
        let mut splices = vec![Splice::insert(start, format!(" {written}"))];
        if let Some(lines) = lines_of(doc, node.start, node.end)
            && !doc.has_comment(node.start, node.end)
        {
            splices.push(lines);
            found.push(splices);
        }
    }
    found
}

/// Whether a value is written on lines of its own where it can be.
fn wants_lines(value: &Yaml) -> bool {
    matches!(value, Yaml::List(items) if items.iter().any(|it| matches!(it, Yaml::Map(_))))
}

/// Behind the colon of a key.
fn colon(doc: &Doc<'_>, key: &Tree) -> Option<usize> {
    let rest = doc.text.get(key.end..)?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    rest.get(spaces..)?
        .starts_with(':')
        .then_some(key.end + spaces + 1)
}

fn add(doc: &Doc<'_>, path: &[Seg], value: &Yaml, remarks: &Remarks) -> Found {
    let list = Yaml::List(vec![value.clone()]);
    let Some(root) = &doc.root else {
        return set(doc, path, &list);
    };
    let (spot, rest) = find(root, path);
    if !rest.is_empty() {
        return set(doc, path, &list);
    }
    let Form::List(items, flow) = &spot.node.form else {
        return None;
    };
    let Some(last) = items.last() else {
        return Some(replace(doc, &spot, &list));
    };
    if *flow {
        let entries: Vec<(usize, usize)> = items.iter().map(|it| (it.start, it.end)).collect();
        let splices = into_brackets(
            doc,
            spot.node,
            &entries,
            items.len().checked_sub(1),
            &value.flow(),
        );
        return Some(vec![splices]);
    }
    let indent = doc.column(dash(doc, spot.node, items, items.len() - 1)?);
    let pad = " ".repeat(indent);
    let written = match (&last.form, value) {
        (Form::Map(_, false), Yaml::Map(pairs)) if !pairs.is_empty() => {
            let lines = value.lines(indent + 2, 2, doc.newline);
            format!("{pad}- {}", lines.trim_start())
        }
        _ => format!("{pad}- {}", value.flow()),
    };
    let mut lines: Vec<String> = remarks
        .above
        .iter()
        .map(|it| format!("{pad}{it}"))
        .collect();
    // Behind the first of several lines it would be about that one alone.
    match &remarks.behind {
        Some(behind) if written.contains('\n') => {
            lines.push(format!("{pad}{behind}"));
            lines.push(written);
        }
        Some(behind) => lines.push(format!("{written} {behind}")),
        None => lines.push(written),
    }
    let lines = lines.join(doc.newline);
    Some(vec![vec![below(doc, last.end, indent, &lines)]])
}

/// Where the dash of an entry stands.
pub(super) fn dash(doc: &Doc<'_>, list: &Tree, items: &[Tree], at: usize) -> Option<usize> {
    let from = match at.checked_sub(1) {
        None => doc.line_start(list.start),
        Some(before) => doc.next_line(items.get(before)?.end)?,
    };
    let mut start = from;
    let end = items.get(at)?.start;
    while start < end {
        let line = doc.text.get(start..doc.line_end(start))?;
        let own = line.trim_start_matches(' ');
        if own.starts_with("- ") || own == "-" {
            return Some(start + line.len() - own.len());
        }
        start = doc.next_line(start)?;
    }
    None
}

/// Whole lines, with what follows on the last of them; none where something else stands before.
fn lines_of(doc: &Doc<'_>, start: usize, end: usize) -> Option<Splice> {
    doc.begins_line(start)
        .then(|| whole_lines(doc, doc.line_start(start), end))
}

/// From the beginning of a line to the end of the one that `end` is in.
fn whole_lines(doc: &Doc<'_>, from: usize, end: usize) -> Splice {
    if let Some(next) = doc.next_line(end) {
        return Splice::cut(from, next);
    }
    // The last line of a file that ends without a line break stays without one.
    let before = doc.text.get(..from).unwrap_or_default();
    let before = before.trim_end_matches('\n').trim_end_matches('\r');
    let start = before.len().max(from.saturating_sub(doc.newline.len()));
    Splice::cut(start, doc.text.len())
}

/// The same with the empty line above, where another one or no entry follows.
fn with_gap(doc: &Doc<'_>, mut lines: Splice, is_last: bool) -> Splice {
    let above = doc.text.get(..lines.start).unwrap_or_default();
    let rest = doc.text.get(lines.end..).unwrap_or_default();
    let is_unended = rest.is_empty() && !doc.text.ends_with('\n');
    let breaks = if is_unended { 1 } else { 2 };
    if (is_last || rest.starts_with(doc.newline)) && above.ends_with(&doc.newline.repeat(breaks)) {
        lines.start -= doc.newline.len();
    }
    lines
}

fn remove(doc: &Doc<'_>, path: &[Seg]) -> Found {
    let (last, parent) = path.split_last()?;
    let (spot, rest) = find(doc.root.as_ref()?, parent);
    if !rest.is_empty() {
        return None;
    }
    match (&spot.node.form, last) {
        (Form::List(items, flow), Seg::At(at)) => {
            let own = Entry::of_list(doc, spot.node, items, *flow, *at);
            if items.len() == 1 {
                let mut found = Vec::new();
                // Its comments go with it, what stands behind the key stays.
                if let (Some(own), Some((key, false)), false) = (own, spot.key, *flow)
                    && let Some(start) = colon(doc, key)
                {
                    let lines = whole_lines(doc, own.begin(doc), own.last(doc));
                    found.push(vec![Splice::insert(start, " []".to_owned()), lines]);
                }
                found.extend(replace(doc, &spot, &Yaml::List(Vec::new())));
                return Some(found);
            }
            if *flow {
                let entries: Vec<_> = items.iter().map(|it| (it.start, it.end)).collect();
                return out_of_brackets(doc, &entries, *at, own.as_ref())
                    .map(|splices| vec![splices]);
            }
            let own = own?;
            let lines = whole_lines(doc, own.begin(doc), own.last(doc));
            let mut lines = with_gap(doc, lines, own.next.is_none());
            let rest = doc.text.get(lines.end..)?;
            if own.is_first && rest.starts_with(doc.newline) {
                lines.end += doc.newline.len();
            }
            Some(vec![vec![lines]])
        }
        (Form::Map(pairs, flow), Seg::Key(name)) => {
            if pairs.len() == 1 {
                return Some(replace(doc, &spot, &Yaml::Map(Vec::new())));
            }
            let at = pairs.iter().position(|(key, ..)| key == name)?;
            if *flow {
                let entries: Vec<_> = pairs
                    .iter()
                    .map(|(_, key, value)| (key.start, value.end.max(key.end)))
                    .collect();
                return out_of_brackets(doc, &entries, at, None).map(|splices| vec![splices]);
            }
            let (_, key, value) = pairs.get(at)?;
            let end = value.end.max(key.end);
            if doc.begins_line(key.start) {
                let is_last = at + 1 == pairs.len();
                let own = Entry {
                    line: doc.line_start(key.start),
                    end: doc.line_end(end),
                    column: doc.column(key.start),
                    is_first: at == 0,
                    next: None,
                };
                // What stands above the first key of an entry may be about all of it.
                let from = if at == 0 { own.line } else { own.begin(doc) };
                let lines = whole_lines(doc, from, own.last(doc));
                let lines = if parent.len() == 1 {
                    with_gap(doc, lines, is_last)
                } else {
                    lines
                };
                return Some(vec![vec![lines]]);
            }
            // `- role: floor`: the next key takes its place behind the dash.
            let (_, next, _) = pairs.get(at + 1)?;
            let free = !doc.has_comment(key.start, next.start);
            free.then(|| vec![vec![Splice::cut(key.start, next.start)]])
        }
        _ => None,
    }
}

/// One entry less between brackets.
fn out_of_brackets(
    doc: &Doc<'_>,
    entries: &[(usize, usize)],
    at: usize,
    own: Option<&Entry>,
) -> Option<Vec<Splice>> {
    let &(start, end) = entries.get(at)?;
    let before = at.checked_sub(1).and_then(|at| entries.get(at));
    if doc.begins_line(start) {
        let rest = doc.text.get(end..doc.line_end(end))?.trim();
        let is_free = |rest: &str| rest.is_empty() || rest.starts_with('#');
        if rest.strip_prefix(',').map(str::trim).is_some_and(is_free) {
            let lines = match own {
                Some(own) => whole_lines(doc, own.begin(doc), end),
                None => lines_of(doc, start, end)?,
            };
            return Some(vec![lines]);
        }
        // The last one: the comma before it goes with it, a comment behind that comma stays.
        if let (true, Some(&(_, before))) = (is_free(rest), before)
            && doc.text.get(before..)?.starts_with(',')
            && doc.line_end(before) < start
        {
            let lines = match own {
                Some(own) => whole_lines(doc, own.begin(doc), end),
                None => lines_of(doc, start, end)?,
            };
            return Some(vec![Splice::cut(before, before + 1), lines]);
        }
    }
    let (from, to) = match before {
        Some(&(_, before)) => (before, end),
        None => (start, entries.get(at + 1)?.0),
    };
    (!doc.has_comment(from, to)).then(|| vec![Splice::cut(from, to)])
}

fn rename(doc: &Doc<'_>, path: &[Seg], to: &str) -> Found {
    let (spot, rest) = find(doc.root.as_ref()?, path);
    let (key, flow) = spot.key?;
    if !rest.is_empty() {
        return None;
    }
    Some(vec![vec![Splice {
        start: key.start,
        end: key.end,
        by: renamed_scalar(key, to, flow),
    }]])
}

/// Another text in the quotes of the one that stands there.
pub(super) fn renamed_scalar(old: &Tree, to: &str, in_flow: bool) -> String {
    let quote = match old.form {
        Form::Leaf(quote) => quote,
        Form::List(..) | Form::Map(..) => Quote::None,
    };
    scalar(to, quote, in_flow)
}

/// All bytes of scalars that a rename changes.
pub(super) fn with_names(doc: &Doc<'_>, names: &[(usize, usize, String)]) -> Option<String> {
    let splices = names.iter().map(|(start, end, by)| Splice {
        start: *start,
        end: *end,
        by: by.clone(),
    });
    spliced(doc.text, splices.collect())
}
