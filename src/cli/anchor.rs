//! Where the journal ends, as the output of a run says it: who keeps the output can show later that nothing before it was
//! changed (`journal verify --expect-head`).
//!
//! Invariant: the head stands there as `journal head` prints it.

use serde_json::{Value as Json, json};

use crate::journal::Head;

/// The last line of an output for people: never broken in two, so that it can be searched for. Nothing where the
/// simulators' journal was not begun yet.
pub(super) fn line(head: Option<&Head>) -> String {
    head.map_or_else(String::new, |head| format!("Journal head {head}.\n"))
}

/// The same where there is no journal.
pub(super) const NONE: &str = "No journal: nothing is known of what was sent and done before.\n";

/// The key `journal` of an output for programs.
pub(super) fn json(head: Option<&Head>) -> Json {
    json!({
        "entries": head.map_or(0, |head| head.seq.saturating_add(1)),
        "head": head.map(Head::to_string),
    })
}
