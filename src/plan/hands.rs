//! What somebody else changed of an account, right by right: what it has now beside what it had when that was last sure.
//!
//! Pure. Not what becomes of it, which the module `policy` judges. Invariants: what nobody knows the earlier value of was
//! changed by nobody; a change of the files takes nothing away from what was found out about the rest.

use std::collections::BTreeSet;

use super::identity::keys;
use super::person::Case;
use super::step::{Access, RightDelta, Target};
use super::swing::ByHand;
use super::system::{Context, System};
use super::target::staff_after;
use super::values::{Layers, Shift, same, says_something, shift};
use crate::catalog::{Catalog, RightId, RightType};
use crate::model::{
    Account, AccountState, Baseline, Days, Grant, Item, Items, Noted, One, RightSet, Value, Was,
};

/// What was changed by somebody else since.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands {
    /// The files want just what was there then: so all that is otherwise now was changed by somebody else.
    all: bool,
    rights: BTreeSet<RightId>,
    role: bool,
    staff: bool,
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// What somebody else changed of an account. `given`: what the files give; `target`: what would be written of it.
    pub(super) fn hands(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grant: &Grant,
        (given, target): (&Target, &Target),
        row: &Account,
    ) -> Hands {
        let memory = ctx.input.memory;
        let scope = (self.name.clone(), grant.place.clone(), row.id.clone());
        let known = memory.baselines.get(&scope);
        let all = if let Some(known) = known.filter(|known| known.given.is_some()) {
            // What was found there last is newer than what was written before it.
            known.is_equal() && known.given == Some(ctx.digests.given(given))
        } else {
            let mut applied = keys(case.person);
            let applied = applied.find_map(|key| memory.applied.get(&self.at(&grant.place, key)));
            let wanted = || Access {
                state: AccountState::Active,
                role: target.role.clone(),
                staff: staff_after(target.staff, row.staff.flatten()),
                staff_name: None,
                rights: target.rights.clone(),
                facts: std::sync::Arc::default(),
            };
            applied.is_some_and(|applied| ctx.digests.of(&wanted()) == *applied)
        };
        let is_other = |was: Option<i64>| was.is_some() && row.staff.is_some_and(|now| now != was);
        let (rights, role, staff) = match (known, &row.rights) {
            (Some(known), Some(live)) => (
                turned(ctx.input.catalog, known, live),
                known.role.is_some() && row.role.is_some() && known.role != row.role,
                is_other(known.staff),
            ),
            _ => (BTreeSet::new(), false, false),
        };
        Hands {
            all,
            rights,
            role,
            staff,
        }
    }
}

impl Hands {
    /// What of a change answers it, and whether that is all of the change. `roles`: the vendor role before and after, where it
    /// changes; `staff`: whether the linked team member does.
    pub(super) fn of(
        &self,
        catalog: &'static Catalog,
        deltas: &[RightDelta],
        (live, after): (Option<&RightSet>, Layers<'_>),
        role: Option<Shift>,
        staff: bool,
    ) -> (ByHand, bool) {
        let rights = deltas.iter().map(|delta| delta.right);
        let rights: Vec<RightId> = rights
            .filter(|right| self.all || self.rights.contains(right))
            .collect();
        let before = live.map(|live| Layers::alone(catalog, live));
        let mut by_hand = ByHand {
            role: role.is_some() && (self.all || self.role),
            staff: staff && (self.all || self.staff),
            ..ByHand::default()
        };
        let shifts = rights.iter().map(|&id| {
            let was = before.and_then(|layers| layers.worth(id));
            shift(catalog.get(id), was.as_ref(), after.worth(id).as_ref())
        });
        for shift in shifts.chain(role.filter(|_| by_hand.role)) {
            by_hand.gives |= shift.more;
            by_hand.takes |= shift.less;
        }
        // Where nothing is told of that is another value, the whole decides.
        let is_told = !deltas.is_empty() || role.is_some() || staff;
        let is_all = (is_told || self.all)
            && rights.len() == deltas.len()
            && by_hand.role == role.is_some()
            && by_hand.staff == staff;
        by_hand.rights = rights;
        (by_hand, is_all)
    }
}

/// The rights that are not in force as they were then.
fn turned(catalog: &'static Catalog, known: &Baseline, live: &RightSet) -> BTreeSet<RightId> {
    // Where nobody knows what was there, it was what is there.
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
    let (then, now) = (Layers::alone(catalog, &then), Layers::alone(catalog, live));
    let differs = |id: RightId| {
        let says = |value: &Value| says_something(catalog.get(id), value);
        match (then.worth(id), now.worth(id)) {
            (Some(then), Some(now)) => !same(&then, &now),
            (Some(one), None) | (None, Some(one)) => says(&one),
            (None, None) => false,
        }
    };
    catalog.ids().filter(|&id| differs(id)).collect()
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
