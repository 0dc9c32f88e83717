//! What lists are held against while a run goes on.
//!
//! Not the rule itself: that is `plan::doubt`. Invariant: a list that is not believed keeps what it
//! shows and proves no absence.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AccountId, Gap, Memory, PlaceId, ReadFailure, Reading, ScopeState, SystemName};
use crate::plan::{Presence, doubt};

/// Who is known to be where.
#[derive(Debug, Default)]
pub(super) struct Belief {
    known: BTreeMap<(SystemName, PlaceId), BTreeSet<AccountId>>,
}

impl Belief {
    /// What the journal knows.
    pub(super) fn of(memory: Memory) -> Self {
        Self { known: memory.seen }
    }

    /// Somebody who was there is, or may be, taken away: their absence is no surprise.
    pub(super) fn lose(&mut self, system: &SystemName, place: &PlaceId, account: &AccountId) {
        if let Some(here) = self.known.get_mut(&(system.clone(), place.clone())) {
            here.remove(account);
        }
    }

    /// Who was there, by an earlier list, where nothing better is known.
    pub(super) fn suppose(
        &mut self,
        system: SystemName,
        place: PlaceId,
        before: &BTreeSet<AccountId>,
    ) {
        let here = self.known.entry((system, place)).or_default();
        if here.is_empty() {
            here.extend(before.iter().cloned());
        }
    }

    /// A list as it may be believed in the run that the knowledge is of. One that is, is known.
    pub(super) fn judge(
        &mut self,
        system: &SystemName,
        place: &PlaceId,
        reading: Reading<ScopeState>,
    ) -> Reading<ScopeState> {
        let here = (system.clone(), place.clone());
        let Reading::Complete(list) = reading else {
            return reading;
        };
        let known = self.known.entry(here).or_default();
        if let Some(failure) = doubt(&list, Presence::Just(known)) {
            return unbelieved(list, failure);
        }
        *known = list.accounts.keys().cloned().collect();
        Reading::Complete(list)
    }

    /// A list as it may be believed in a run long after.
    pub(super) fn judge_later(
        &self,
        system: &SystemName,
        place: &PlaceId,
        reading: Reading<ScopeState>,
    ) -> Reading<ScopeState> {
        let Reading::Complete(list) = reading else {
            return reading;
        };
        let known = self.known.get(&(system.clone(), place.clone()));
        let somebody = known.is_some_and(|known| !known.is_empty());
        match doubt(&list, Presence::Somebody(somebody)) {
            Some(failure) => unbelieved(list, failure),
            None => Reading::Complete(list),
        }
    }
}

/// What such a list shows is there; what it does not show may be there as well.
fn unbelieved(list: ScopeState, failure: ReadFailure) -> Reading<ScopeState> {
    let why = match failure {
        ReadFailure::Failed { why } => why,
        _ => "it is not believed".into(),
    };
    let gap = Gap::SideRead {
        what: "the list of users".into(),
        why,
    };
    Reading::Partial(list, vec![gap])
}

/// Why no absence is concluded from a list.
pub(super) fn why_not_complete(reading: &Reading<ScopeState>) -> String {
    let why = match reading {
        Reading::Partial(_, gaps) => gaps.iter().find_map(|gap| match gap {
            Gap::SideRead { why, .. } => Some(why),
            _ => None,
        }),
        Reading::Complete(_) | Reading::Unreadable(_) => None,
    };
    match why {
        Some(why) => format!("the list is not believed: {why}"),
        None => "the list could not be read completely".to_owned(),
    }
}
