//! What somebody else changed of an account, right by right: what it has now beside what it had when that was last sure.
//!
//! Pure. Not what becomes of it, which the module `policy` judges. Invariants: what nobody knows the earlier value of was
//! changed by nobody; a change of the files takes nothing away from what was found out about the rest.

use super::make::role_shift;
use super::step::{RightDelta, Target};
use super::swing::ByHand;
use super::system::{Context, System};
use super::unmet::unmet;
use super::values::{Layers, Shift, shift};
use crate::catalog::{Catalog, RightId, RightType};
use crate::model::{
    Account, Baseline, Days, Item, Items, Noted, One, PlaceId, RightSet, Value, VendorRoleSlug, Was,
};

/// What an account had when that was last sure.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    /// The files want just what was there then: so all that is otherwise now was changed by somebody else.
    all: bool,
    /// The rights then; where nobody knows, as they are now.
    rights: Option<RightSet>,
    /// The vendor role then, where it is another now.
    role: Option<VendorRoleSlug>,
    /// Another team member was linked.
    staff: bool,
}

/// What of a right's change undoes what somebody else did: `more` gives back what they took, `less` takes what they gave.
type Undoes = Shift;

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// What an account had when that was last sure. `given`: what the files give.
    pub(super) fn hands(
        &self,
        ctx: &mut Context<'a>,
        place: &PlaceId,
        given: &Target,
        row: &Account,
    ) -> Hands {
        let scope = (self.name.clone(), place.clone(), row.id.clone());
        let Some(known) = ctx.input.memory.baselines.get(&scope) else {
            return Hands::default();
        };
        let live = row.rights.as_ref();
        let is_other = |then: &VendorRoleSlug| row.role.as_ref().is_some_and(|now| now != then);
        Hands {
            all: known.is_equal() && known.given == Some(ctx.digests.given(given)),
            rights: live.map(|live| rights_then(ctx.input.catalog, known, live)),
            role: known.role.clone().filter(is_other),
            staff: known.staff.is_some() && row.staff.is_some_and(|now| now != known.staff),
        }
    }
}

impl Hands {
    /// Whether the files want just what was there then.
    pub(super) fn wants_the_same(&self) -> bool {
        self.all
    }

    /// What a change of a right undoes.
    fn undoes(
        &self,
        catalog: &'static Catalog,
        id: RightId,
        (live, after): (Option<&RightSet>, Layers<'_>),
    ) -> Undoes {
        let right = catalog.get(id);
        let now = live.and_then(|live| Layers::alone(catalog, live).worth(id));
        let will = after.worth(id);
        let does = shift(right, now.as_ref(), will.as_ref());
        if self.all {
            return does;
        }
        let Some(then) = &self.rights else {
            return Shift::default();
        };
        let then = Layers::alone(catalog, then).worth(id);
        if let (Some(Value::Items(then)), Some(Value::Items(now)), Some(Value::Items(will))) =
            (&then, &now, &will)
        {
            return Shift {
                more: returns(then, now, will),
                less: departs(then, now, will),
            };
        }
        let did = shift(right, then.as_ref(), now.as_ref());
        Shift {
            more: does.more && did.less,
            less: does.less && did.more,
        }
    }

    /// What of a change undoes what somebody else did, and whether that is all of the change. `role`: what the change of the
    /// vendor role does, with the role now, where it changes; `staff`: whether the linked team member does.
    pub(super) fn of(
        &self,
        catalog: &'static Catalog,
        deltas: &[RightDelta],
        sides: (Option<&RightSet>, Layers<'_>),
        role: Option<(Shift, Option<&VendorRoleSlug>)>,
        staff: bool,
    ) -> (ByHand, bool) {
        let mut by_hand = ByHand {
            staff: staff && (self.all || self.staff),
            same: self.all,
            ..ByHand::default()
        };
        let mut note = |undoes: Undoes| {
            by_hand.gives |= undoes.more;
            by_hand.takes |= undoes.less;
            undoes.more || undoes.less
        };
        let rights = deltas.iter().map(|delta| delta.right);
        let rights: Vec<RightId> = rights
            .filter(|&right| note(self.undoes(catalog, right, sides)) || self.all)
            .collect();
        let is_role = role.is_some_and(|(does, now)| note(self.undoes_role(does, now)) || self.all);
        by_hand.role = is_role;
        // Where nothing is told of that is another value, the whole decides.
        let is_told = !deltas.is_empty() || role.is_some() || staff;
        let is_all = (is_told || self.all)
            && rights.len() == deltas.len()
            && by_hand.role == role.is_some()
            && by_hand.staff == staff;
        by_hand.rights = rights;
        (by_hand, is_all)
    }

    fn undoes_role(&self, does: Shift, now: Option<&VendorRoleSlug>) -> Undoes {
        if self.all {
            return does;
        }
        let did = match &self.role {
            Some(then) => role_shift(Some(then), now),
            None => Shift::default(),
        };
        Shift {
            more: does.more && did.less,
            less: does.less && did.more,
        }
    }

    /// The part of a target that leaves alone what somebody else did, as far as the settings hold the answer to it; none where
    /// it is all of it, or nothing is left.
    pub(super) fn beside(
        &self,
        catalog: &'static Catalog,
        target: &Target,
        row: &Account,
        held: impl Fn(Undoes) -> bool,
    ) -> Option<Target> {
        let live = row.rights.as_deref()?;
        let after = Layers {
            catalog,
            over: Some(&target.rights),
            under: Some(live),
        };
        let mut beside = target.clone();
        let mut rights = RightSet::clone(&target.rights);
        let mut any = false;
        for id in catalog.ids() {
            if rights.get(id.index()).is_some()
                && held(self.undoes(catalog, id, (Some(live), after)))
            {
                rights.set(id.index(), None);
                any = true;
            }
        }
        beside.rights = rights.into();
        if let (Some(now), Some(will)) = (&row.role, &target.role)
            && now != will
            && held(self.undoes_role(role_shift(Some(now), Some(will)), Some(now)))
        {
            beside.role = Some(now.clone());
            any = true;
        }
        let is_left = !unmet(catalog, &beside, row).is_met();
        (any && is_left).then_some(beside)
    }
}

/// Whether a list gets back something that it had.
fn returns(then: &Items, now: &Items, will: &Items) -> bool {
    match (then, now, will) {
        (_, Items::All, _) => false,
        (Items::All, Items::Only(_), Items::All) => true,
        (Items::All, Items::Only(now), Items::Only(will)) => {
            will.iter().any(|item| !now.contains(item))
        }
        (Items::Only(then), Items::Only(now), Items::All) => {
            then.iter().any(|item| !now.contains(item))
        }
        (Items::Only(then), Items::Only(now), Items::Only(will)) => then
            .iter()
            .any(|item| !now.contains(item) && will.contains(item)),
    }
}

/// Whether a list loses something that it got.
fn departs(then: &Items, now: &Items, will: &Items) -> bool {
    match (then, now, will) {
        (Items::All, _, _) | (_, _, Items::All) => false,
        (Items::Only(_), Items::All, Items::Only(_)) => true,
        (Items::Only(then), Items::Only(now), Items::Only(will)) => now
            .iter()
            .any(|item| !then.contains(item) && !will.contains(item)),
    }
}

/// The rights of an account as they were; where nobody knows, as they are.
fn rights_then(catalog: &'static Catalog, known: &Baseline, live: &RightSet) -> RightSet {
    let mut then = live.clone();
    for right in catalog.all() {
        let was = match known.right(right.slug) {
            Was::Unknown => None,
            Was::Off => right.kind.is_boolean().then_some(Value::Switch(false)),
            Was::Value(noted) => value_of(right.kind, &noted),
        };
        // What the vendor does not show now was turned by nobody.
        if was.is_some() && live.get(right.id.index()).is_some() {
            then.set(right.id.index(), was);
        }
    }
    then
}

/// A value of the journal as a right of that kind has it; none where it cannot be one.
fn value_of(kind: RightType, noted: &Noted) -> Option<Value> {
    let is_all = |text: &str| text == "all";
    match (kind, noted) {
        (_, Noted::Switch(on)) if kind.is_boolean() => Some(Value::Switch(*on)),
        (RightType::Days, Noted::Number(days)) => {
            Some(Value::Days(Days::Last(u32::try_from(*days).ok()?)))
        }
        (RightType::Days, Noted::Text(text)) if is_all(text) => Some(Value::Days(Days::All)),
        (RightType::Ids(_), Noted::Text(text)) if is_all(text) => Some(Value::Items(Items::All)),
        (RightType::Ids(_), Noted::List(items)) => {
            Some(Value::Items(Items::Only(items.iter().cloned().collect())))
        }
        (RightType::Id(_), Noted::Text(text)) if is_all(text) => Some(Value::One(One::All)),
        (RightType::Id(_), Noted::Text(text)) if &**text == "self" => Some(Value::One(One::Myself)),
        (RightType::Id(_), Noted::Number(id)) => Some(Value::One(One::Only(Item::Id(*id)))),
        (RightType::Id(_), Noted::List(items)) => {
            Some(Value::One(One::Only(items.first()?.clone())))
        }
        (RightType::Ips, Noted::Text(text)) => Some(Value::Text(text.clone())),
        _ => None,
    }
}
