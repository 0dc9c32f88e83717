//! From everything that is known to the one plan: draft, rules, seal.
//!
//! Invariant: every plan that is shown or applied comes from here, so that no rule is left out anywhere.

use crate::plan::{Input, Plan, draft, seal};
use crate::policy;

/// Makes the plan and judges it by the rules of the project.
pub fn planned(input: &Input<'_>) -> Plan {
    let judged = policy::judge(draft(input), input);
    seal(judged, input)
}

/// Everything that makes a sealed plan unsafe, in words: such a plan is never applied. Empty for every plan that was made
/// and judged here; a plan that was altered, or a fault of the program, is another matter.
pub fn dangers(plan: &Plan, input: &Input<'_>) -> Vec<String> {
    let found = policy::lockout::verify(plan, input).into_iter();
    found.map(|it| it.to_string()).collect()
}
