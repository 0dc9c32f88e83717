//! What the next levels of `ownership` would do, a line for each.

use super::doc::{Block, say};
use super::words::count;
use crate::model::Ownership;
use crate::plan::{Draft, Level, levels};

/// The lines, the next level first.
pub(super) fn lines(draft: &Draft) -> Vec<Block> {
    let levels = levels(draft);
    let lines = levels.iter().enumerate();
    lines
        .map(|(at, level)| Block::Line(vec![say(line(level, at > 0))]))
        .collect()
}

fn line(level: &Level, also: bool) -> String {
    let name = match level.ownership {
        Ownership::Report => "report",
        Ownership::AddOnly => "add-only",
        Ownership::Full => "full",
    };
    let each = [
        (level.invitations, "invitation", "invitations"),
        (level.grants, "grant", "grants"),
        (level.changes, "change", "changes"),
        (level.reductions, "reduction", "reductions"),
        (level.removals, "removal", "removals"),
        (level.follow_ups, "follow-up", "follow-ups"),
    ];
    let each = each.into_iter().filter(|(number, ..)| *number > 0);
    let mut parts: Vec<String> = each
        .map(|(number, one, many)| count(number, one, many))
        .collect();
    let last = parts.pop().unwrap_or_default();
    let what = match parts.as_slice() {
        [] => last,
        first => format!("{} and {last}", first.join(", ")),
    };
    let places = count(level.places, "place", "places");
    let also = if also { "also " } else { "" };
    format!("under `{name}` {places} would {also}see {what}")
}
