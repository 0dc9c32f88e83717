//! Why a step that gives or changes is there: somebody joined, a line began or ended, a role changed, or the vendor's
//! side was changed behind our back.
//!
//! Not whether there is a step. Invariant: drift is said only of what was verified before, and time is named only where
//! a line began or ended since the last apply could have seen it.

use jiff::{SignedDuration, Timestamp};

use super::identity::keys;
use super::person::Case;
use super::step::{Because, Reason};
use super::swing::ByHand;
use super::system::{Context, System};
use crate::catalog::RightId;
use crate::model::{AccountId, Ended, Grant, PersonKey, PlaceId, SystemName, Turn};

/// How long ago a line may have begun or ended to be the cause of a step where nothing was verified yet: memory does not
/// say when the last apply was, and in a project that is looked after it was within the week that plans look ahead.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Why a known account gets a further place.
    pub(super) fn grant_reason(
        &mut self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grant: &Grant,
    ) -> Reason {
        let settled = |account: &AccountId| {
            let row = (self.name.clone(), grant.place.clone(), account.clone());
            ctx.input.memory.baselines.contains_key(&row)
        };
        let accounts = self.accounts(case.at);
        let mut seen = accounts.iter().filter_map(|&at| self.identity.seen.get(at));
        // An account that was in use there as the files have it, and is not there any more.
        let is_gone = self.was_declared(ctx, case, &grant.place) && seen.any(|it| settled(it.id));
        if is_gone || self.was_there(ctx, case, &grant.place) {
            return Reason::Drift;
        }
        if self.began(ctx, case, grant) {
            return Reason::Due;
        }
        let granted = self.granted(ctx, case.person);
        // The files gave it at the last apply and nothing was ever there: it waited for the invitation.
        let waited = !granted.contains(&grant.place)
            && self.sent(ctx, case.person).is_some()
            && self.was_declared(ctx, case, &grant.place);
        if granted.is_empty() || waited {
            Reason::Joined
        } else {
            Reason::RoleChanged
        }
    }

    /// Why somebody is invited.
    pub(super) fn invite_reason(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grant: &Grant,
    ) -> Reason {
        // Of an invitation that was sent, what became of it is another question than who took away what it gave.
        let places = || case.grants.iter().map(|grant| &grant.place);
        if self.sent(ctx, case.person).is_none()
            && places().any(|place| self.was_there(ctx, case, place))
        {
            Reason::Drift
        } else if self.began(ctx, case, grant) {
            Reason::Due
        } else {
            Reason::Joined
        }
    }

    /// Whether a person was known to have what the files give at a place: it was verified, or the files gave it at the last
    /// apply and a read found it there. Where they have nothing now, and no removal of ours is in the journal, somebody
    /// else has taken it away.
    fn was_there(&self, ctx: &Context<'a>, case: &Case<'a>, place: &PlaceId) -> bool {
        let memory = ctx.input.memory;
        let adopted = |key: &PersonKey| {
            let scope = self.at(place, key);
            memory.declared.contains(&scope) && memory.granted.contains(&scope)
        };
        keys(case.person).any(|key| memory.applied.contains_key(&self.at(place, key)))
            || (self.sent(ctx, case.person).is_none() && keys(case.person).any(adopted))
    }

    /// Why an account that is there is changed. `by_hand`: what of the change answers what somebody else did, and whether
    /// that is all of it.
    pub(super) fn set_reason(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grant: &Grant,
        (by_hand, is_all): (&ByHand, bool),
    ) -> Reason {
        let memory = ctx.input.memory;
        // What is only taken back from them leaves the rest the reason that it has.
        if is_all || by_hand.gives {
            return Reason::Drift;
        }
        let verified =
            keys(case.person).find_map(|key| memory.verified.get(&self.at(&grant.place, key)));
        let since_then = |turn: &Turn| match verified {
            Some(&verified) => turn.at > verified,
            None => is_known(ctx, case) && is_recent(ctx, turn.at),
        };
        let turned = grant.timing.as_ref().map(|timing| timing.turned);
        match turned.filter(since_then) {
            Some(turn) if turn.ended => Reason::Lapsed,
            Some(_) => Reason::Due,
            None => Reason::RoleChanged,
        }
    }

    /// The line that ended last at a place where nothing is in force any more.
    pub(super) fn ended(&self, case: &Case<'a>, place: &PlaceId) -> Option<&'a Ended> {
        let ended = &case.person.ended;
        ended
            .binary_search_by(|it| (&it.system, &it.place).cmp(&(self.name, place)))
            .ok()
            .and_then(|at| ended.get(at))
    }

    /// Whether what a grant gives began by time alone: the last apply knew the person, the files gave them nothing
    /// there then, and now a line has begun.
    fn began(&self, ctx: &Context<'a>, case: &Case<'a>, grant: &Grant) -> bool {
        let since = grant.timing.as_ref().and_then(|timing| timing.since);
        since.is_some_and(|since| is_recent(ctx, since))
            && is_known(ctx, case)
            && !self.was_declared(ctx, case, &grant.place)
    }

    /// Whether the files gave the person a place at the last apply.
    fn was_declared(&self, ctx: &Context<'a>, case: &Case<'a>, place: &PlaceId) -> bool {
        let declared = &ctx.input.memory.declared;
        keys(case.person).any(|key| declared.contains(&self.at(place, key)))
    }

    pub(super) fn at(&self, place: &PlaceId, key: &PersonKey) -> (SystemName, PlaceId, PersonKey) {
        (self.name.clone(), place.clone(), key.clone())
    }
}

/// Whether the last apply knew the person.
fn is_known(ctx: &Context<'_>, case: &Case<'_>) -> bool {
    keys(case.person).any(|key| ctx.input.memory.people.contains(key))
}

fn is_recent(ctx: &Context<'_>, at: Timestamp) -> bool {
    ctx.input.desired.as_of.duration_since(at) < RECENT
}

/// The lines behind a change: first the one that began or ended, where that is the reason.
pub(super) fn behind(
    ctx: &mut Context<'_>,
    grant: &Grant,
    reason: Reason,
    changed: &[RightId],
) -> Vec<Because> {
    let mut because = ctx.origins.behind(grant, changed);
    if let (Reason::Lapsed | Reason::Due, Some(timing)) = (reason, &grant.timing) {
        let first = ctx.origins.line(timing.turned.origin);
        because.retain(|line| *line != first);
        because.insert(0, first);
    }
    because
}
