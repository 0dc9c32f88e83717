//! One difference becomes one step, with its class, its effects and what holds it.
//!
//! Not the decision that there is a difference: that is `person`. Invariant: every step that a rule
//! keeps back leaves here with its hold, and a step that `ownership` suppresses leaves as withheld;
//! nothing is dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::digest::Digests;
use super::names::{named_value, staff_name};
use super::step::{
    Access, Because, Change, DangerClass, Effect, Mode, Reason, RightDelta, StaffTarget, Step,
    StepKind, Target,
};
use super::swing::{ByHand, Swing};
use super::values::{Layers, Shift, same, says_something, shift, union};
use crate::catalog::{Catalog, RightId, Sensitivity, compare_roles, role};
use crate::model::{
    Account, AccountId, AccountState, Allow, PersonKey, PlaceId, RightSet, ScopeState, SystemName,
    Value, VendorRoleSlug,
};

/// A rule's refusal.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: super::step::HoldCode,
    pub(super) message: String,
    pub(super) help: String,
}

/// A step and what is known about it beyond the contract.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) step: Step,
    /// Position among the people; none for nobody's.
    pub(super) person: Option<usize>,
    /// About somebody who loses everything: such a step waits for nothing.
    pub(super) leaver: bool,
    /// A rule's refusal.
    pub(super) refusal: Option<Refusal>,
    /// A refusal that an approval lifts.
    pub(super) needs: Option<(Allow, Refusal)>,
    /// What happens to the power over users at the place.
    pub(super) manages: Shift,
    /// Touches an owner, or the token's own account.
    pub(super) rank: Rank,
    /// Comes after these, by position among the candidates.
    pub(super) after: Vec<usize>,
    /// Part of a withdrawal and an invitation that belong together.
    pub(super) unit: bool,
}

/// Who is touched last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Anybody,
    Manager,
    Owner,
    Caller,
}

/// Everything a step says that does not follow from the rest.
pub(super) struct Parts {
    pub(super) kind: StepKind,
    pub(super) mode: Mode,
    pub(super) class: DangerClass,
    pub(super) reason: Reason,
    pub(super) person: Option<PersonKey>,
    pub(super) name: Arc<str>,
    pub(super) system: SystemName,
    pub(super) place: PlaceId,
    pub(super) account: Option<AccountId>,
    pub(super) before: Option<Access>,
    pub(super) after: Option<Access>,
    pub(super) deltas: Vec<RightDelta>,
    pub(super) effects: Vec<Effect>,
    pub(super) because: Vec<Because>,
    pub(super) change: Change,
}

/// Puts a step together under its id.
pub(super) fn step(digests: &mut Digests, parts: Parts) -> Step {
    let who = match (&parts.account, &parts.person) {
        (Some(account), _) => account.as_str(),
        (None, Some(person)) => person.as_str(),
        (None, None) => "",
    };
    let id = digests.step(
        &parts.system,
        who,
        &parts.place,
        parts.kind,
        parts.after.as_ref(),
    );
    Step {
        id,
        kind: parts.kind,
        class: parts.class,
        swing: swing_of(parts.class, parts.after.as_ref()),
        reason: parts.reason,
        by_hand: ByHand::default(),
        ends: false,
        person: parts.person,
        name: parts.name,
        system: parts.system,
        place: parts.place,
        account: parts.account,
        before: parts.before,
        after: parts.after,
        deltas: parts.deltas,
        effects: parts.effects,
        because: parts.because,
        waits_for: Vec::new(),
        witnesses: Vec::new(),
        hand: matches!(parts.mode, Mode::Manual(_)).then(Box::default),
        mode: parts.mode,
        change: parts.change,
    }
}

/// What a class says of giving and taking, where nothing finer is known.
fn swing_of(class: DangerClass, after: Option<&Access>) -> Swing {
    Swing {
        gives: after.is_some() && matches!(class, DangerClass::Escalating | DangerClass::Messaging),
        takes: class == DangerClass::Removing,
        escalates: class == DangerClass::Escalating,
        owns: false,
    }
}

/// What a change of rights and vendor role gives and takes.
pub(super) fn swing(rights: &Assessment, role: Shift, owns: bool) -> Swing {
    Swing {
        gives: rights.shift.more || role.more,
        takes: rights.shift.less || role.less,
        escalates: rights.sensitive || role.more,
        owns,
    }
}

/// What an account has at a place, as it was read.
pub(super) fn access_of(catalog: &'static Catalog, row: &Account, scope: &ScopeState) -> Access {
    let staff = row.staff.flatten();
    Access {
        state: row.state,
        role: row.role.clone(),
        staff,
        staff_name: staff.and_then(|id| staff_name(&scope.names, id)),
        rights: row
            .rights
            .clone()
            .unwrap_or_else(|| Arc::new(RightSet::empty(catalog.len()))),
        facts: row.facts.clone().unwrap_or_default(),
    }
}

/// What changes between two sets of rights, and what that does.
#[derive(Clone, Debug, Default)]
pub(super) struct Assessment {
    pub(super) deltas: Vec<RightDelta>,
    pub(super) shift: Shift,
    /// A sensitive right is gained.
    pub(super) sensitive: bool,
    /// A paid right is gained.
    pub(super) paid: bool,
    /// What happens to the power over users.
    pub(super) manages: Shift,
}

/// Compares what is in force before and after; a side that is none is "no access".
///
/// `raised` are the rights that the project calls sensitive beside the catalogue.
pub(super) fn assess(
    catalog: &'static Catalog,
    raised: &BTreeMap<RightId, Sensitivity>,
    before: Option<&RightSet>,
    after: Option<Layers<'_>>,
    scope: &ScopeState,
) -> Assessment {
    let mut found = Assessment::default();
    let before = before.map(|rights| Layers::alone(catalog, rights));
    for right in catalog.all() {
        let old = before.and_then(|layers| layers.worth(right.id));
        let new = after.and_then(|layers| layers.worth(right.id));
        if let (Some(old), Some(new)) = (&old, &new)
            && same(old, new)
        {
            continue;
        }
        if old.is_none() && new.is_none() {
            continue;
        }
        let change = shift(right, old.as_ref(), new.as_ref());
        found.shift = found.shift.or(change);
        if right.sensitivity == Some(Sensitivity::UserManagement) {
            found.manages = found.manages.or(change);
        }
        let is_sensitive = right.sensitivity.is_some() || raised.contains_key(&right.id);
        found.sensitive |= change.more && is_sensitive;
        found.paid |= change.more
            && scope
                .tree
                .as_ref()
                .and_then(|tree| tree.rights.get(right.id.index()).copied().flatten())
                .is_some_and(|fact| fact.paid);
        // Out of reach on one side: worth a line only if it gives something on the other. What a governor closes is told by
        // the governor, unless all access goes; what is sensitive is told in any case.
        let told = match (&old, &new) {
            (Some(_), Some(_)) => true,
            (None, Some(new)) => says_something(right, new),
            (Some(Value::Switch(true)), None) if is_sensitive && !right.is_restricting() => true,
            (Some(old), None) => after.is_none() && says_something(right, old),
            (None, None) => false,
        };
        if !told {
            continue;
        }
        let named = |value: Value| match right.kind.entity() {
            Some(entity) => named_value(&scope.names, entity, &value),
            None => value,
        };
        // Somebody who has access and gains a switch from under a closed root had it off.
        let old = match (old, &new) {
            (None, Some(Value::Switch(true))) if before.is_some() => Some(Value::Switch(false)),
            (old, _) => old,
        };
        let new = match (&old, new) {
            (Some(Value::Switch(true)), None) if after.is_some() => Some(Value::Switch(false)),
            (_, new) => new,
        };
        found.deltas.push(RightDelta {
            right: right.id,
            before: old.map(named),
            after: new.map(named),
            line: None,
        });
    }
    found
}

/// What a change of the vendor role does.
pub(super) fn role_shift(before: Option<&VendorRoleSlug>, after: Option<&VendorRoleSlug>) -> Shift {
    match (before, after) {
        (Some(before), Some(after)) => {
            match compare_roles(before.as_str(), after.as_str()) {
                Some(order) => Shift {
                    more: order.is_lt(),
                    less: order.is_gt(),
                },
                // No order: it may be either.
                None => Shift {
                    more: true,
                    less: true,
                },
            }
        }
        // A role from nothing counts as heavy from the manager up.
        (None, Some(after)) => Shift {
            more: is_heavy(after),
            less: false,
        },
        (Some(_) | None, None) => Shift::default(),
    }
}

fn is_heavy(slug: &VendorRoleSlug) -> bool {
    compare_roles(slug.as_str(), "manager").is_some_and(std::cmp::Ordering::is_ge)
}

/// Whether a vendor role makes an owner.
pub(super) fn is_owner(slug: Option<&VendorRoleSlug>) -> bool {
    slug.and_then(|slug| role(slug.as_str()))
        .is_some_and(crate::catalog::VendorRole::is_owner)
}

/// The class of a step that changes what is there.
pub(super) fn class_of(rights: &Assessment, role: Shift, messages: bool) -> DangerClass {
    if rights.shift.less || role.less {
        DangerClass::Removing
    } else if rights.sensitive || role.more {
        DangerClass::Escalating
    } else if messages {
        DangerClass::Messaging
    } else {
        DangerClass::Safe
    }
}

/// The part of a target that only gives, for scopes where nothing may be taken.
///
/// None where nothing is left to give.
pub(super) fn gains_only(
    catalog: &'static Catalog,
    target: &Target,
    row: &Account,
    live: &RightSet,
    changed: &[RightId],
) -> Option<Target> {
    let layers = Layers {
        catalog,
        over: Some(&target.rights),
        under: Some(live),
    };
    let before = Layers::alone(catalog, live);
    let mut rights = RightSet::empty(catalog.len());
    let mut any = false;
    for &id in changed {
        let right = catalog.get(id);
        // What is out of reach today gives nothing by its value: it may be written as wanted.
        if !before.reachable(id) {
            rights.set(id.index(), target.rights.get(id.index()).cloned());
            continue;
        }
        let (old, new) = (before.meaning(id), layers.meaning(id));
        let change = shift(right, old.as_ref(), new.as_ref());
        if !change.more {
            continue;
        }
        let value = if change.less {
            let (Some(old), Some(new)) = (&old, &new) else {
                continue;
            };
            union(right, old, new)
        } else {
            target.rights.get(id.index()).cloned()
        };
        if let Some(value) = value {
            any = true;
            rights.set(id.index(), Some(value));
            // A list is worth nothing without its flag as it is; both go together.
            for other in [right.flag, right.list].into_iter().flatten() {
                let kept = rights.get(other.index()).is_some();
                if !kept && change.less {
                    rights.set(other.index(), live.get(other.index()).cloned());
                } else if !kept {
                    rights.set(other.index(), target.rights.get(other.index()).cloned());
                }
            }
        }
    }
    let role = target.role.clone().filter(|new| {
        let change = role_shift(row.role.as_ref(), Some(new));
        row.role.as_ref() != Some(new) && change.more && !change.less
    });
    let staff = match target.staff {
        StaffTarget::Link(id) if row.staff.is_some_and(|now| now != Some(id)) => target.staff,
        StaffTarget::Link(_) | StaffTarget::Keep | StaffTarget::Nobody => StaffTarget::Keep,
    };
    (any || role.is_some() || staff != StaffTarget::Keep).then(|| Target {
        role,
        staff,
        rights: Arc::new(rights),
    })
}

/// Which kind a write of role, staff link and rights is.
pub(super) fn set_kind(role: bool, rights: bool) -> StepKind {
    match (role, rights) {
        (true, _) => StepKind::ChangeRole,
        (false, true) => StepKind::SetRights,
        (false, false) => StepKind::LinkStaff,
    }
}

/// What losing a place does to a human.
pub(super) fn leaving_effects(state: AccountState) -> Vec<Effect> {
    match state {
        AccountState::Active => vec![Effect::SignOut],
        AccountState::Invited | AccountState::Inactive | AccountState::Blocked => Vec::new(),
    }
}
