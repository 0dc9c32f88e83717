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
