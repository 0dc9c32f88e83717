//! What the rules of a project keep back: limits and the approvals that lift them.
//!
//! Not the safety that no rule can loosen: that is `plan`'s. In reading order: `limits` counts whom a run touches,
//! `approvals` says who may pass, `words` says both to people. Pure, and it never fails. Invariant: no step is lost here; a
//! rule only adds to what a step needs, and an approval only takes away from it.

mod approvals;
mod limits;
#[cfg(test)]
mod tests;
mod words;

use crate::plan::{Draft, Input};

/// Judges a draft: what is over a limit needs an approval from now on, and what is approved needs none any more.
pub fn judge(mut draft: Draft, input: &Input<'_>) -> Draft {
    let over = limits::over(&draft, input);
    let needs = std::mem::take(&mut draft.needs);
    draft.needs = approvals::unmet(&draft, input, needs);
    draft.needs.extend(over);
    draft
}
