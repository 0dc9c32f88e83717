//! What each comment of a file stands at.
//!
//! Not what it is about, which only people know. Invariant: a form in which a comment stands at something else than before is
//! none of the same text, whatever its words.

use crate::config::edit::tree::{Doc, Form, Tree};

/// A key or an entry of a list that a comment can stand at.
struct Spot {
    start: usize,
    column: usize,
    path: String,
}

/// Every comment with what it stands at, sorted. What stands behind something on a line stands at that; what has a line of
/// its own stands at what comes next, or where it stands deeper than that, at what is above and less deep.
pub(super) fn owned<'t>(doc: &Doc<'t>) -> Vec<(&'t str, String)> {
    let mut spots = Vec::new();
    let mut head = 0;
    if let Some(root) = &doc.root {
        head = above(doc, root);
        collect(doc, root, "", &mut spots);
    }
    spots.sort_by_key(|it| (it.start, it.column));
    let mut found: Vec<(&str, String)> = Vec::new();
    for &(start, end) in &doc.comments {
        let Some(text) = doc.text.get(start..end).map(str::trim_end) else {
            continue;
        };
        let next = spots.partition_point(|it| it.start < start);
        let before = spots.get(..next).unwrap_or_default();
        let next = spots.get(next);
        let column = doc.column(start);
        let owner = if start < head {
            None
        } else if !doc.begins_line(start) {
            before.last()
        } else {
            match next {
                Some(next) if column <= next.column => Some(next),
                _ => before.iter().rev().find(|it| it.column < column),
            }
        };
        found.push((text, owner.map_or(String::new(), |it| it.path.clone())));
    }
    found.sort_unstable();
    found
}

fn collect(doc: &Doc<'_>, node: &Tree, path: &str, spots: &mut Vec<Spot>) {
    match &node.form {
        Form::List(items, false) => {
            for (at, item) in items.iter().enumerate() {
                let line = doc.line_start(item.start);
                let text = doc.text.get(line..item.start).unwrap_or_default();
                let own = text.trim_start_matches(' ');
                let start = if own.starts_with('-') {
                    line + text.len() - own.len()
                } else {
                    item.start
                };
                let path = format!("{path}/{at}");
                collect(doc, item, &path, spots);
                spots.push(Spot {
                    start,
                    column: doc.column(start),
                    path,
                });
            }
        }
        Form::Map(pairs, false) => {
            for (name, key, value) in pairs {
                let path = format!("{path}/{name}");
                collect(doc, value, &path, spots);
                spots.push(Spot {
                    start: key.start,
                    column: doc.column(key.start),
                    path,
                });
            }
        }
        // What stands between brackets has no place of its own.
        Form::Leaf(_) | Form::List(_, true) | Form::Map(_, true) => {}
    }
}

/// Where the comments begin that stand right above the first key of a file. What an empty line parts from it, and a line
/// that is meant for an editor, belongs to the file.
pub(super) fn above(doc: &Doc<'_>, root: &Tree) -> usize {
    if !matches!(&root.form, Form::Map(pairs, false) if !pairs.is_empty())
        || !doc.begins_line(root.start)
    {
        return root.start;
    }
    let mut line = doc.line_start(root.start);
    while let Some(before) = line.checked_sub(1) {
        let start = doc.line_start(before);
        let text = doc.text.get(start..before).unwrap_or_default().trim();
        if !text.starts_with('#') || text.contains("yaml-language-server") {
            break;
        }
        line = start;
    }
    line
}
