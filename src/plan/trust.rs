//! Whether a list is believed: the one rule for planning, for applying and for settling.
//!
//! Not whether it is complete: that a provider says. Invariant: nothing is concluded from a list
//! that speaks against what is known of its place.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Kind;
use crate::model::{
    AccountId, Memory, ObservedSystem, PersonKey, PlaceId, ReadFailure, Reading, ScopeState,
    SystemName,
};

/// What a list is held against.
#[derive(Clone, Copy, Debug)]
pub enum Presence<'a> {
    /// Whether anybody is known to have access there.
    Somebody(bool),
    /// Who was there in the same run, and was not taken away by it.
    Just(&'a BTreeSet<AccountId>),
}

/// Why a list is not believed, if it is not. An empty one is not where anybody is known to be; and
/// within a run of minutes not more than half of a place goes by itself.
pub fn doubt(list: &ScopeState, known: Presence<'_>) -> Option<ReadFailure> {
    let failed = |why: &str| Some(ReadFailure::Failed { why: why.into() });
    let is_empty = list.accounts.is_empty();
    match known {
        Presence::Somebody(true) if is_empty => {
            failed("it answered empty, and the journal knows of access there")
        }
        Presence::Somebody(_) => None,
        Presence::Just(ids) => {
            let lacking = ids.iter().filter(|id| !list.accounts.contains_key(*id));
            if lacking.count() * 2 <= ids.len() {
                None
            } else if is_empty {
                failed("it answered empty, and there were accounts a moment ago")
            } else {
                failed("it lacks more than half of the accounts that were there a moment ago")
            }
        }
    }
}

/// The scopes as they may be trusted: a whole system that answers empty has answered nothing, nor
/// has a place that answers empty although the journal knows of access there. Of a place nobody
/// knows anything about, an empty list is believed: it is a new branch.
pub(super) fn trusted<'s>(
    scopes: &'s BTreeMap<PlaceId, Reading<ScopeState>>,
    memory: &Memory,
    system: &SystemName,
) -> Cow<'s, BTreeMap<PlaceId, Reading<ScopeState>>> {
    // The users of a chain are no rows of a list.
    let is_list = |place: &PlaceId| *place != PlaceId::Chain;
    let is_empty = |reading: &Reading<ScopeState>| {
        reading
            .seen()
            .is_some_and(|scope| scope.accounts.is_empty())
    };
    let mut lists = scopes.iter().filter(|(place, _)| is_list(place));
    if !lists.clone().any(|(_, reading)| is_empty(reading)) {
        return Cow::Borrowed(scopes);
    }
    // The token's own account is at every place that can be read at all.
    let whole = lists.all(|(_, reading)| reading.seen().is_none() || is_empty(reading));
    let is_known = |place: &PlaceId| {
        let granted =
            |(name, at, _): &(SystemName, PlaceId, PersonKey)| name == system && at == place;
        memory.seen.contains_key(&(system.clone(), place.clone()))
            || memory.granted.iter().any(granted)
    };
    let judged = |(place, reading): (&PlaceId, &Reading<ScopeState>)| {
        let failure = match reading.seen() {
            Some(list) if is_list(place) && list.accounts.is_empty() => {
                if whole {
                    Some(ReadFailure::Empty)
                } else {
                    doubt(list, Presence::Somebody(is_known(place)))
                }
            }
            Some(_) | None => None,
        };
        let reading = failure.map_or_else(|| reading.clone(), Reading::Unreadable);
        (place.clone(), reading)
    };
    Cow::Owned(scopes.iter().map(judged).collect())
}

/// What was read of a system, as a plan believes it: what it does not believe, it did not read.
pub fn believed<'s>(
    read: &'s ObservedSystem,
    memory: &Memory,
    system: &SystemName,
) -> Cow<'s, BTreeMap<PlaceId, Reading<ScopeState>>> {
    if Kind::parse(read.kind).is_some_and(Kind::shows_users) {
        trusted(&read.scopes, memory, system)
    } else {
        Cow::Borrowed(&read.scopes)
    }
}
