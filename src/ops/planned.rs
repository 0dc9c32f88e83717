//! From everything that is known to the one plan: trust, draft, rules, seal.
//!
//! Invariant: every plan that is shown or applied comes from here, so that no rule is left out anywhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;

use super::project::Project;
use super::vanished;
use crate::model::{Memory, Observed};
use crate::plan::{Input, Plan, draft, seal};
use crate::policy::{self, Authors, Written};
use crate::vcs;

/// Makes the plan and judges it by the rules of the project in `folder`. Asks git who wrote approvals, if there are any.
pub fn planned(input: &Input<'_>, folder: &Utf8Path) -> Plan {
    let mut draft = draft(input);
    vanished::name_commits(&mut draft, folder);
    let authors = written(folder, policy::files_to_blame(&draft, input));
    seal(policy::judge(draft, input, &authors), input)
}

/// Takes the trust from lists that shrank beyond what the rules let through: before anything is planned on them, and before
/// the journal takes note of them.
pub fn distrust(observed: &mut Observed, project: &Project, memory: &Memory) {
    let (desired, sources) = (&project.desired, &project.loaded.sources);
    let rules = &desired.rules;
    let shrink = rules.approvals.iter();
    let shrink = shrink.filter(|it| it.allow == crate::model::Allow::Shrink && rules.second_person);
    let files = shrink.map(|approval| sources.origin(approval.origin).file);
    let authors = written(&project.loaded.root, files.collect());
    policy::distrust(observed, desired, memory, sources, &authors);
}

fn written(folder: &Utf8Path, files: BTreeSet<Arc<str>>) -> Authors {
    let known = files.into_iter().filter_map(|file| {
        let blame = vcs::blame(folder, &file)?;
        let written = Written {
            lines: blame.lines,
            last: blame.last,
        };
        Some((file, written))
    });
    Authors {
        files: known.collect(),
    }
}
