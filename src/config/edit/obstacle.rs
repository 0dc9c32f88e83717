//! What keeps a change from being made alone, in words, and where it stands.
//!
//! Not a second judgement: it is asked once nothing was found that does the change and nothing else.

use super::patch::find;
use super::tree::{self, Doc, Form, Tree};
use super::{Change, split_mark};

/// What stands in the way of a change; none where nothing is known that does.
pub fn obstacle(text: &str, change: &Change) -> Option<String> {
    let (doc, _) = tree::read(split_mark(text).1)?;
    let root = doc.root.as_ref()?;
    let (spot, _) = find(root, change.path());
    let start = spot.key.map_or(spot.node.start, |(key, _)| key.start);
    // An anchor before what the path goes through, or within what it leads to.
    let mut anchors = Vec::new();
    for depth in 1..=change.path().len() {
        let (above, _) = find(root, change.path().get(..depth)?);
        anchors.extend(before(&doc, above.node.start));
    }
    within(&doc, spot.node, &mut anchors);
    for (name, at) in anchors {
        if let Some(used) = alias(&doc, name) {
            return Some(format!(
                "`&{name}` (line {}) is repeated as `*{name}` (line {}), which would change too",
                line(&doc, at),
                line(&doc, used)
            ));
        }
    }
    let mut comments = doc.comments.iter();
    let inside = comments.find(|&&(from, to)| from < spot.node.end && to > start);
    inside.map(|&(from, _)| {
        format!(
            "a comment stands in the middle of it (line {})",
            line(&doc, from)
        )
    })
}

fn line(doc: &Doc<'_>, at: usize) -> usize {
    let above = doc.text.get(..at).unwrap_or_default();
    above.matches('\n').count() + 1
}

/// The anchor right before a node.
fn before<'t>(doc: &Doc<'t>, start: usize) -> Option<(&'t str, usize)> {
    let above = doc.text.get(..start)?.trim_end();
    let at = above.rfind('&')?;
    let name = above.get(at + 1..)?;
    let is_name = !name.is_empty() && !name.contains([' ', '\n', '\t', ',', '[', ']', '{', '}']);
    is_name.then_some((name, at))
}

fn within<'t>(doc: &Doc<'t>, node: &Tree, found: &mut Vec<(&'t str, usize)>) {
    found.extend(before(doc, node.start));
    match &node.form {
        Form::Leaf(_) => {}
        Form::List(items, _) => items.iter().for_each(|it| within(doc, it, found)),
        Form::Map(pairs, _) => pairs.iter().for_each(|(_, _, it)| within(doc, it, found)),
    }
}

/// Where an alias of that name stands.
fn alias(doc: &Doc<'_>, name: &str) -> Option<usize> {
    fn search(doc: &Doc<'_>, node: &Tree, name: &str) -> Option<usize> {
        match &node.form {
            Form::Leaf(_) => {
                let own = doc.text.get(node.start..node.end)?;
                (own.strip_prefix('*') == Some(name)).then_some(node.start)
            }
            Form::List(items, _) => items.iter().find_map(|it| search(doc, it, name)),
            Form::Map(pairs, _) => pairs.iter().find_map(|(_, _, it)| search(doc, it, name)),
        }
    }
    search(doc, doc.root.as_ref()?, name)
}
