//! Who wrote which line, as git says: what makes an approval the word of a second person.
//!
//! Not the asking: that is `vcs`. Invariant: where git does not say who wrote something, it is not somebody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::{Because, Step};
use crate::text::Origin;

/// Who wrote the files that approvals and the changes they are about stand in. Addresses are compared and never shown.
#[derive(Clone, Debug, Default)]
pub struct Authors {
    /// By file of the project.
    pub files: BTreeMap<Arc<str>, Written>,
}

/// Who wrote one file.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// By line from the first; none where it is not committed.
    pub lines: Vec<Option<String>>,
    /// Who changed the file last: whoever deleted a line left none behind.
    pub last: Option<String>,
}

impl Authors {
    fn of(&self, origin: &Origin) -> Option<&str> {
        let file = self.files.get(&origin.file)?;
        let at = usize::try_from(origin.line).ok()?.checked_sub(1)?;
        file.lines.get(at)?.as_deref()
    }

    /// Why the line of an approval is not a second person's word about a step; none where it is.
    pub(super) fn doubt(&self, approval: &Origin, step: Option<&Step>) -> Option<&'static str> {
        let Some(approved_by) = self.of(approval) else {
            return Some(
                "does not count: git does not say who wrote it, as it does once it is committed",
            );
        };
        let because = step.map_or(&[][..], |step| &step.because);
        let lines: Vec<&Origin> = because
            .iter()
            .filter_map(|because| match because {
                Because::Line(origin) => Some(origin),
                Because::Rule(_) => None,
            })
            .collect();
        let mut changed_by: BTreeSet<&str> = BTreeSet::new();
        for line in &lines {
            let Some(author) = self.of(line) else {
                return Some(
                    "does not count: git does not say who wrote the change, as it does once it is committed",
                );
            };
            changed_by.insert(author);
        }
        // What a line that is gone gave is missed by whoever it named: nothing but the last change of the file tells
        // who took it out.
        let gone = because
            .iter()
            .any(|because| matches!(because, Because::Rule(_)));
        if gone {
            let files = lines.iter().filter_map(|line| self.files.get(&line.file));
            changed_by.extend(files.filter_map(|file| file.last.as_deref()));
        }
        changed_by
            .contains(approved_by)
            .then_some("does not count: its author made the change as well, and a second person has to (`second_person`)")
    }
}
