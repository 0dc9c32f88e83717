//! How few could be left: a count of those who can get in and have a right, over every set of steps that may be done.
//!
//! A run may end anywhere: steps fail, are held, are filtered, wait, or the process dies. So it does not do that enough are
//! left when *all* is done. Walking the steps in their order, one that takes is let through only if enough are left when
//! every other taking step that was let through is done too, and of the giving ones only those that it waits for. The last
//! taking step of any set was judged against more than the set, so that every set is safe. Leavers go first: nothing holds
//! them, and the others have to do without them.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Area, Board, Slot, Who, can, could, is_certain, is_human, will};
use crate::catalog::RightId;
use crate::model::{PersonKey, Within};

/// What is counted.
pub(super) struct Count<'r> {
    /// All of them are needed.
    pub(super) rights: &'r [RightId],
    pub(super) each: Within,
    pub(super) at_least: usize,
}

/// A step that would leave too few.
#[derive(Debug)]
pub(super) struct Short {
    pub(super) step: usize,
    pub(super) area: Area,
    /// Who could be left.
    pub(super) left: BTreeSet<Who>,
}

/// Leavers after whom too few could be left.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) area: Area,
    pub(super) leavers: BTreeSet<PersonKey>,
    pub(super) left: BTreeSet<Who>,
}

/// Everybody who is counted in an area today.
pub(super) fn today(board: &Board<'_>, rights: &[RightId], area: &Area) -> BTreeMap<Slot, Who> {
    let catalog = board.catalog();
    let rows = board.rows(area).into_iter();
    rows.filter(|row| rights.iter().all(|&right| can(catalog, row.account, right)))
        .filter(|row| is_human(board.input, &row.who))
        .map(|row| (row.slot(), row.who))
        .collect()
}

/// Who is left of some when slots are gone and others have come.
fn left<'s>(
    live: &BTreeMap<Slot, Who>,
    lost: &BTreeSet<Slot>,
    come: impl IntoIterator<Item = &'s (Slot, Who)>,
) -> BTreeSet<Who> {
    let stay = live.iter().filter(|(slot, _)| !lost.contains(*slot));
    let come = come.into_iter().filter(|(slot, _)| !lost.contains(slot));
    stay.map(|(_, who)| who.clone())
        .chain(come.map(|(_, who)| who.clone()))
        .collect()
}

/// Judges every step that takes one of what is counted; where waiting for one that gives helps, the step waits.
pub(super) fn judge(board: &mut Board<'_>, count: &Count<'_>) -> (Vec<Short>, Vec<Leaving>) {
    let catalog = board.catalog();
    let all = |has: &dyn Fn(RightId) -> bool| count.rights.iter().all(|&right| has(right));
    let mut takes: BTreeMap<Area, Vec<(usize, Slot)>> = BTreeMap::new();
    let mut gives: BTreeMap<Area, BTreeMap<usize, (Slot, Who)>> = BTreeMap::new();
    for (at, step) in board.steps() {
        let Some(account) = &step.account else {
            continue;
        };
        let before = all(&|right| could(catalog, step, right));
        let after = all(&|right| will(catalog, step, right));
        if before == after {
            continue;
        }
        let area = Area::of(count.each, &step.system, &step.place);
        let slot = (step.system.clone(), step.place.clone(), account.clone());
        if before {
            takes.entry(area).or_default().push((at, slot));
        } else if is_certain(step) {
            let who = step.person.clone().map_or_else(
                || Who::Account(step.system.clone(), account.clone()),
                Who::Person,
            );
            if is_human(board.input, &who) {
                gives.entry(area).or_default().insert(at, (slot, who));
            }
        }
    }
    let (mut short, mut leaving) = (Vec::new(), Vec::new());
    let none = BTreeMap::new();
    for (area, takes) in takes {
        let live = today(board, count.rights, &area);
        let gives = gives.get(&area).unwrap_or(&none);
        let mut lost = BTreeSet::new();
        let mut leavers = BTreeSet::new();
        for (at, slot) in &takes {
            let person = board
                .draft
                .steps
                .get(*at)
                .and_then(|step| step.person.as_ref());
            if board.leaves(person) {
                lost.insert(slot.clone());
                leavers.extend(person.cloned());
            }
        }
        let after_them = left(&live, &lost, []);
        if after_them.len() < count.at_least
            && after_them.len() < left(&live, &BTreeSet::new(), []).len()
        {
            leaving.push(Leaving {
                area: area.clone(),
                leavers,
                left: after_them,
            });
        }
        for (at, slot) in takes {
            if lost.contains(&slot) {
                continue;
            }
            let mut with = lost.clone();
            with.insert(slot);
            loop {
                let before = board.before(at);
                let come: Vec<&(Slot, Who)> = gives
                    .iter()
                    .filter(|(give, _)| before.contains(*give))
                    .map(|(_, it)| it)
                    .collect();
                let now = left(&live, &with, come.iter().copied());
                if now.len() >= count.at_least
                    || now.len() == left(&live, &lost, come.iter().copied()).len()
                {
                    lost = with;
                    break;
                }
                let next = gives
                    .iter()
                    .find(|(give, (_, who))| {
                        **give < at && !before.contains(*give) && !now.contains(who)
                    })
                    .map(|(give, _)| *give);
                if next.is_some_and(|give| board.let_wait(at, give)) {
                    continue;
                }
                short.push(Short {
                    step: at,
                    area: area.clone(),
                    left: now,
                });
                break;
            }
        }
    }
    (short, leaving)
}

/// People by name, the first few.
pub(super) fn names<'w>(all: impl IntoIterator<Item = &'w Who>) -> String {
    const MOST: usize = 5;
    let all: Vec<String> = all.into_iter().map(Who::call).collect();
    match all.split_at_checked(MOST) {
        _ if all.is_empty() => "nobody".into(),
        Some((shown, more)) if !more.is_empty() => {
            format!("{} and {} more", shown.join(", "), more.len())
        }
        _ => all.join(", "),
    }
}
