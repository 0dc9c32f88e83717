//! Entries that are gone from the files, with what git knows of how they went.
//!
//! Not the rule that holds them, which is the plan's. Invariant: an author's name is somebody else's text, so that no
//! contact in it and no length of it reaches a plan.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::model::{LocationKey, PersonKey, SystemName};
use crate::plan::{Because, Draft, Hold, HoldCode};
use crate::text::mask_contacts;
use crate::vcs::{Dropped, dropped};

/// How much of a hash is shown.
const SHORT: usize = 12;

/// How much of a name is shown.
const LONGEST: usize = 60;

/// Says in every hold on a vanished entry which commit dropped it. Asks git only where there is such a hold.
pub fn name_commits(draft: &mut Draft, folder: &Utf8Path) {
    let keys: BTreeSet<&str> = draft.holds.iter().filter_map(key).collect();
    if keys.is_empty() {
        return;
    }
    let found = dropped(folder, &keys);
    for hold in &mut draft.holds {
        let how = key(hold).and_then(|key| found.get(key)).map(told);
        hold.because.extend(how.map(Because::Rule));
    }
}

/// The key of the entry that a hold misses.
fn key(hold: &Hold) -> Option<&str> {
    if hold.code != HoldCode::Vanished {
        return None;
    }
    let person = hold.person.as_ref().map(PersonKey::as_str);
    let place = hold.place.as_ref().and_then(|place| place.location());
    let place = place.map(LocationKey::as_str);
    let system = hold.system.as_ref().map(SystemName::as_str);
    person.or(place).or(system)
}

fn told(how: &Dropped) -> String {
    match how {
        Dropped::NotCommitted => "dropped by an edit that is not committed".to_owned(),
        Dropped::By(commit) => {
            let author: String = mask_contacts(&commit.author)
                .chars()
                .take(LONGEST)
                .collect();
            format!(
                "dropped by commit {} of {}, by {author}",
                commit.hash.get(..SHORT).unwrap_or(&commit.hash),
                commit.date
            )
        }
    }
}
