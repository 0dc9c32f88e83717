//! What the next levels of `ownership` would do, counted from the steps that are withheld.
//!
//! Not a plan under another setting: limits and rules may hold some of it. Invariant: each withheld step counts under the
//! first level that would do it, and one that gives and takes under both, once for what it gives and once for what it takes.

use std::collections::BTreeSet;

use super::step::{DangerClass, Draft, StepKind, Withheld};
use crate::model::{Ownership, PlaceId, SystemName};

/// What one level would do that the levels below it would not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The level.
    pub ownership: Ownership,
    /// Places at which it would do something.
    pub places: u32,
    /// Invitations.
    pub invitations: u32,
    /// Access to one more place, and accounts that are switched on.
    pub grants: u32,
    /// Changes of rights, roles and links that give.
    pub changes: u32,
    /// Changes of rights and roles that take.
    pub reductions: u32,
    /// Access that ends at a place.
    pub removals: u32,
    /// Looks, and what is to be done afterwards.
    pub follow_ups: u32,
}

/// The levels that would do more, the next one first.
pub fn levels(draft: &Draft) -> Vec<Level> {
    let all = [Ownership::AddOnly, Ownership::Full].map(|it| level(&draft.withheld, it));
    all.into_iter().filter(|it| it.places > 0).collect()
}

fn level(withheld: &[Withheld], ownership: Ownership) -> Level {
    let mut level = Level {
        ownership,
        places: 0,
        invitations: 0,
        grants: 0,
        changes: 0,
        reductions: 0,
        removals: 0,
        follow_ups: 0,
    };
    let is_full = ownership == Ownership::Full;
    let mut places: BTreeSet<(&SystemName, &PlaceId)> = BTreeSet::new();
    for Withheld { step, under, .. } in withheld {
        let takes = step.class == DangerClass::Removing;
        // What gives is withheld where nothing is owned; of a change that takes, too, `add-only` does what it gives.
        let gives = *under == Ownership::Report && (!takes || step.swing.gives);
        let count = match step.kind {
            StepKind::Remove
            | StepKind::Block
            | StepKind::Deactivate
            | StepKind::WithdrawInvitation
                if is_full =>
            {
                &mut level.removals
            }
            StepKind::SetRights | StepKind::ChangeRole | StepKind::LinkStaff
                if is_full && takes =>
            {
                &mut level.reductions
            }
            StepKind::SetRights | StepKind::ChangeRole | StepKind::LinkStaff
                if !is_full && gives =>
            {
                &mut level.changes
            }
            StepKind::Invite | StepKind::Resend if !is_full && gives => &mut level.invitations,
            StepKind::Grant | StepKind::Unblock | StepKind::Activate if !is_full && gives => {
                &mut level.grants
            }
            StepKind::Check | StepKind::FollowUp if !is_full && gives => &mut level.follow_ups,
            _ => continue,
        };
        *count = count.saturating_add(1);
        places.insert((&step.system, &step.place));
    }
    level.places = u32::try_from(places.len()).unwrap_or(u32::MAX);
    level
}
