//! Policies that name a right, where somebody's rights were not read: neither kept nor broken, as far as anybody knows.
//!
//! Not the judgement of what was read: that is `duties`. Invariant: what is unknown holds nothing, and is told of each place
//! once; a count that is kept, or broken whatever the unread have, is known.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Area, Board, Row, is_human};
use crate::model::{
    AccountState, Demand, NamedRights as Named, PersonKey, PlaceId, Policy, SystemName,
};
use crate::plan::{Finding, FindingSide};

/// Tells what of the policies nobody can know. A list that is no list of rights, such as an export, or one that an older
/// version kept, has none.
pub(super) fn judge(board: &mut Board<'_>) {
    let input = board.input;
    for policy in &input.desired.policies {
        match &policy.demand {
            Demand::Separation { rights, .. } => {
                let unread = unread(board, &EVERYWHERE, &BTreeSet::new());
                tell(board, policy, &rights.iter().collect::<Vec<_>>(), unread);
            }
            Demand::Only {
                right: Some(right),
                people,
                ..
            } => {
                let unread = unread(board, &EVERYWHERE, people);
                tell(board, policy, &[right], unread);
            }
            Demand::Only { right: None, .. }
            | Demand::Expiry { .. }
            | Demand::Fence { .. }
            | Demand::Holders { .. } => {}
        }
    }
}

const EVERYWHERE: Area = Area {
    system: None,
    place: None,
};

/// How many more than who is known to have a right may have it in an area, by whoever's rights were not read; tells it where
/// they decide whether there are enough.
pub(super) fn decides(
    board: &mut Board<'_>,
    policy: &Policy,
    right: &Named,
    area: &Area,
    missing: usize,
) -> bool {
    let mut rows = unread(board, area, &BTreeSet::new());
    rows.retain(|row| row.account.state == AccountState::Active && is_human(board.input, &row.who));
    let who: BTreeSet<_> = rows.iter().map(|row| &row.who).collect();
    if who.len() < missing {
        return false;
    }
    tell(board, policy, &[right], rows);
    true
}

/// The rows of an area whose rights were not read, of others than these people.
fn unread<'a>(board: &Board<'a>, area: &Area, but: &BTreeSet<PersonKey>) -> Vec<Row<'a>> {
    let is_other = |row: &Row<'_>| !row.who.person().is_some_and(|key| but.contains(key));
    let mut rows = board.rows(area);
    rows.retain(|row| {
        row.account.rights.is_none() && row.account.state != AccountState::Blocked && is_other(row)
    });
    rows
}

/// One finding for each place.
fn tell(board: &mut Board<'_>, policy: &Policy, rights: &[&Named], rows: Vec<Row<'_>>) {
    let mut scopes: BTreeMap<(&SystemName, &PlaceId), Vec<Row<'_>>> = BTreeMap::new();
    for row in rows {
        let scope = scopes.entry((row.system, row.place)).or_default();
        scope.push(row);
    }
    let texts: Vec<String> = rights.iter().map(|it| format!("`{}`", it.text)).collect();
    let slugs = board.slugs(rights.iter().flat_map(|it| it.rights.iter().copied()));
    for ((system, place), rows) in scopes {
        let people: BTreeSet<PersonKey> = rows
            .iter()
            .filter_map(|row| row.who.person().cloned())
            .collect();
        let accounts = match rows.len() {
            1 => "1 account".to_owned(),
            many => format!("{many} accounts"),
        };
        let finding = Finding {
            policy: policy.key.clone(),
            side: FindingSide::Unknown,
            people: people.into_iter().collect(),
            rights: slugs.clone(),
            system: Some(system.clone()),
            place: Some(place.clone()),
            message: format!(
                "policy `{}` ({}) is about {}, and the rights of {accounts} of `{system}` at {place} were not read: unknown",
                policy.key,
                board.place_of(policy.origin),
                texts.join(" and ")
            ),
            help: "an export, a kept read and a failed call do not have them: plan on a read of today, or look in the vendor's own page".into(),
            because: vec![board.line(policy.origin)],
        };
        board.findings.insert(finding);
    }
}
