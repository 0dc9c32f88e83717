//! Who wrote which line, as git says: what makes an approval the word of a second person.
//!
//! Not the asking: that is `vcs`. Invariant: where git does not say who wrote something, it is not somebody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::Since;
use crate::plan::{Because, Reason, Step};
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
    /// Who changed it since a commit, where git knows that.
    pub since: BTreeMap<Since, BTreeSet<String>>,
}

impl Written {
    /// Whoever may have taken a line out that was applied; none where that cannot be known.
    fn takers(&self, since: &BTreeSet<Since>) -> Option<BTreeSet<&str>> {
        let last = self.last.as_deref()?;
        // Since when edits are not applied is not known: at least the last is asked.
        if since.is_empty() {
            return Some(BTreeSet::from([last]));
        }
        let mut takers = BTreeSet::new();
        for since in since {
            // A history that does not reach back so far does not tell that somebody else did it.
            takers.extend(self.since.get(since)?.iter().map(String::as_str));
        }
        Some(takers)
    }
}

impl Authors {
    fn of(&self, origin: &Origin) -> Option<&str> {
        let file = self.files.get(&origin.file)?;
        let at = usize::try_from(origin.line).ok()?.checked_sub(1)?;
        file.lines.get(at)?.as_deref()
    }

    /// Why the line of an approval is not a second person's word about a step; none where it is. `behind` are the files that
    /// what the step takes was given by.
    pub(super) fn doubt_about(
        &self,
        approval: &Origin,
        step: &Step,
        behind: &BTreeSet<Arc<str>>,
        since: &BTreeSet<Since>,
    ) -> Option<&'static str> {
        let doubt = self.doubt(approval, Some((step, since)));
        if doubt.is_some() || !is_by_more_than_its_lines(step) {
            return doubt;
        }
        // A line that is gone is missed by whatever it gave or kept from somebody, in whichever of these files it stood; and
        // of what a role gives, the lines of a step are its first few.
        let approved_by = self.of(approval)?;
        behind.iter().find_map(|file| {
            match self.files.get(file).and_then(|file| file.takers(since)) {
                None => Some(UNKNOWN),
                Some(takers) if takers.contains(approved_by) => Some(TOUCHED),
                Some(_) => None,
            }
        })
    }

    /// The same by the lines alone.
    pub(super) fn doubt(
        &self,
        approval: &Origin,
        about: Option<(&Step, &BTreeSet<Since>)>,
    ) -> Option<&'static str> {
        let Some(approved_by) = self.of(approval) else {
            return Some(
                "does not count: git does not say who wrote it, as it does once it is committed",
            );
        };
        let because = about.map_or(&[][..], |(step, _)| &step.because);
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
                return Some(UNKNOWN);
            };
            changed_by.insert(author);
        }
        // What a line that is gone gave is missed by whoever it named: nothing but the changes of the file tell who took it
        // out.
        let gone = because
            .iter()
            .any(|because| matches!(because, Because::Rule(_)));
        if let Some((_, since)) = about.filter(|_| gone) {
            let files = lines.iter().filter_map(|line| self.files.get(&line.file));
            for file in files {
                let Some(takers) = file.takers(since) else {
                    return Some(UNKNOWN);
                };
                changed_by.extend(takers);
            }
        }
        changed_by.contains(approved_by).then_some(SAME)
    }
}

const UNKNOWN: &str = "does not count: git does not say who wrote the change, as it does once it is committed and the history since the last apply is there (CI: `fetch-depth: 0`)";

const TOUCHED: &str = "does not count: its author edited a file behind the change as well since it was last applied, and a second person has to (`second_person`)";

const SAME: &str = "does not count: its author made the change as well, and a second person has to (`second_person`)";

/// Whether a step gives something, or takes something for another cause than lines that say so, each of which has an author.
pub(super) fn is_by_more_than_its_lines(step: &Step) -> bool {
    let ordered = matches!(
        step.reason,
        Reason::Left | Reason::Paused | Reason::Lapsed | Reason::Due | Reason::Moved
    );
    let named = |because: &Because| matches!(because, Because::Line(_));
    // What the files want as before was changed by nobody's edit of them.
    if step.by_hand.same {
        return false;
    }
    let gives = step.swing.gives || (step.before.is_none() && step.after.is_some());
    gives || (step.swing.takes && !(ordered && step.because.iter().all(named)))
}
