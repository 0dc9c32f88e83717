//! What the rules of a project keep back: limits, lists that shrank, and the approvals that lift them.
//!
//! Not the safety that no rule can loosen: that is `plan`'s. In reading order: `shrink` says which lists are believed,
//! `limits` counts whom a run touches, `drift` answers what was changed by hand, `quiet` lets messages wait, `approvals` says
//! who may pass, `authors` whose word counts, `words` says it all to people; `board` lays out who has what, `duties` judges
//! policies, `unread` says where nobody can, `pins` what a fenced file says of accounts elsewhere, `lockout` keeps somebody
//! who can manage users, `keep` turns what is forbidden into holds, `loosened` says what an edit allows that was forbidden.
//! Pure, and it never fails. Invariant: no step is lost here; a rule only adds to what a step needs, and an approval only
//! takes away from it.

mod approvals;
mod authors;
mod board;
mod count;
mod drift;
mod duties;
mod keep;
mod limits;
pub mod lockout;
mod loosened;
mod pins;
mod quiet;
mod shrink;
#[cfg(test)]
mod tests;
mod unread;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use authors::{Authors, Written};
pub use shrink::distrust;

use board::Board;
pub use loosened::{book, compare};

use crate::model::Since;
use crate::plan::{Draft, Input};

/// Judges a draft: what is over a limit needs an approval from now on, what is approved needs none any more, and what breaks
/// a policy or would lock somebody out is kept back.
pub fn judge(draft: Draft, input: &Input<'_>, authors: &Authors) -> Draft {
    forbid(limit(draft, input, authors), input)
}

/// What an approval can lift, and what waits for its hour.
fn limit(mut draft: Draft, input: &Input<'_>, authors: &Authors) -> Draft {
    let (over, mut used) = limits::over(&draft, input, authors);
    let mut needs = std::mem::take(&mut draft.needs);
    needs.extend(drift::needs(&draft, input));
    let found = approvals::unmet(&draft, input, authors, needs);
    used.extend(found.through);
    draft.needs = found.left;
    draft.approved = found.used_up;
    draft.needs.extend(over);
    draft.passed = used;
    drift::name_approvals(&mut draft, input);
    draft.believed = shrink::believed(input, authors);
    shrink::holds(&mut draft, input);
    quiet::wait(&mut draft, input);
    quiet::stale(&mut draft, input);
    draft
}

/// What no approval lifts: policies, and that somebody who can manage users remains. Comes last, since a step that is held
/// or waits gives nobody anything to rely on.
fn forbid(draft: Draft, input: &Input<'_>) -> Draft {
    let mut board = Board::new(draft, input);
    duties::judge(&mut board);
    unread::judge(&mut board);
    pins::judge(&mut board);
    lockout::judge(&mut board);
    let mut draft = keep::back(board);
    let before = input.memory.rules.as_ref();
    draft.loosened = before.map_or_else(Vec::new, |before| loosened::loosened(before, input));
    lockout::name_witnesses(&mut draft, input);
    draft
}

/// The files of the project of which it must be known who wrote them before the draft is judged, and since when also who else
/// changed them.
pub fn files_to_blame(draft: &Draft, input: &Input<'_>) -> BTreeMap<Arc<str>, BTreeSet<Since>> {
    approvals::files(draft, input)
}
