//! What a plan costs, and the counts for the line at its end.
//!
//! Not a measurement: calls are counted as `apply` makes them when nothing goes wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::step::{Draft, Effect, Mode, Price, StepKind, Totals};
use crate::catalog::Kind;
use crate::model::{Observed, PlaceId, SystemName};

/// Calls of one write: read, write, read back.
const WRITE: u32 = 3;
/// Calls of one copy to a further place: a list shows that nothing is there, then the copy and a write of role and rights.
const COPY: u32 = 1 + 1 + WRITE;
/// Calls of one removal, at most: those of one account may share a call. It is seen in a list that
/// is read once per place.
const REMOVE: u32 = 1;

/// What a draft costs.
pub(super) fn price(draft: &Draft, observed: &Observed) -> Price {
    let mut price = Price {
        calls_read: observed
            .systems
            .values()
            .fold(0, |sum, system| sum.saturating_add(system.calls)),
        ..Price::default()
    };
    let kind_of = |name: &SystemName| {
        let fact = draft.systems.iter().find(|fact| fact.name == *name)?;
        Kind::parse(fact.kind)
    };
    let mut calls: BTreeMap<&SystemName, u32> = BTreeMap::new();
    let mut invitations: BTreeMap<(&SystemName, &PlaceId), u32> = BTreeMap::new();
    let mut lists: BTreeSet<(&SystemName, &PlaceId)> = BTreeSet::new();
    for step in &draft.steps {
        for effect in &step.effects {
            match effect {
                Effect::Mail(_) | Effect::Sms(_) => price.messages += 1,
                Effect::PaidSeat => price.paid_seats += 1,
                Effect::SignOut => {}
            }
        }
        if step.mode != Mode::Api {
            continue;
        }
        let own = match step.kind {
            StepKind::Invite => {
                *invitations.entry((&step.system, &step.place)).or_default() += 1;
                lists.insert((&step.system, &step.place));
                0
            }
            StepKind::Remove | StepKind::WithdrawInvitation => {
                lists.insert((&step.system, &step.place));
                REMOVE
            }
            StepKind::Grant => COPY,
            StepKind::SetRights | StepKind::ChangeRole | StepKind::LinkStaff => WRITE,
            StepKind::Resend
            | StepKind::Block
            | StepKind::Unblock
            | StepKind::Activate
            | StepKind::Deactivate
            | StepKind::Check
            | StepKind::FollowUp => 0,
        };
        *calls.entry(&step.system).or_default() += own;
    }
    for ((system, _), people) in invitations {
        let batch = kind_of(system)
            .and_then(Kind::invitations_per_call)
            .and_then(|batch| u32::try_from(batch).ok())
            .unwrap_or(1)
            .max(1);
        *calls.entry(system).or_default() += people.div_ceil(batch);
    }
    for (system, _) in lists {
        *calls.entry(system).or_default() += 1;
    }
    for (system, calls) in calls {
        price.calls_apply = price.calls_apply.saturating_add(calls);
        // Systems are done one after the other at worst.
        let seconds = kind_of(system).map_or(0, |kind| seconds(kind, calls));
        price.seconds = price.seconds.saturating_add(seconds);
    }
    price
}

/// How long so many calls take under a vendor's limit.
fn seconds(kind: Kind, calls: u32) -> u32 {
    let Some(limit) = kind.allowance() else {
        return 0;
    };
    let per_minute = limit.safe_per_minute();
    // The first minute's calls go as fast as the limit per second lets them.
    let full = calls.saturating_sub(1) / per_minute;
    let rest = calls - full * per_minute;
    full * 60
        + limit
            .per_second
            .map_or(0, |per_second| rest.div_ceil(per_second.max(1)))
}

/// Counts of a draft.
pub fn totals(draft: &Draft) -> Totals {
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut totals = Totals {
        holds: size(draft.holds.len()),
        waiting: size(draft.waiting.len()),
        withheld: size(draft.withheld.len()),
        strangers: size(draft.strangers.len()),
        ..Totals::default()
    };
    let people: BTreeSet<_> = draft
        .steps
        .iter()
        .filter_map(|step| step.person.as_ref())
        .collect();
    totals.people = size(people.len());
    for step in &draft.steps {
        match step.mode {
            Mode::Api => totals.api += 1,
            Mode::Manual(_) => totals.manual += 1,
        }
        match step.kind {
            StepKind::Invite | StepKind::Resend => totals.invitations += 1,
            StepKind::Grant => totals.grants += 1,
            StepKind::SetRights
            | StepKind::ChangeRole
            | StepKind::LinkStaff
            | StepKind::Unblock
            | StepKind::Activate => totals.changes += 1,
            StepKind::WithdrawInvitation
            | StepKind::Remove
            | StepKind::Block
            | StepKind::Deactivate => totals.removals += 1,
            StepKind::Check | StepKind::FollowUp => {}
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_follows_the_limit() {
        assert_eq!(seconds(Kind::Altegio, 0), 0);
        assert_eq!(seconds(Kind::Altegio, 5), 1);
        assert_eq!(seconds(Kind::Altegio, 200), 40);
        assert_eq!(seconds(Kind::Altegio, 201), 61);
        assert_eq!(seconds(Kind::Altegio, 1000), 280);
    }
}
