//! Whom nothing is taken from while nobody says whose token is used.
//!
//! Not the count of who manages users: that is `policy::lockout`. Invariant: nobody loses the power over users of a place,
//! or their access, while they may be the account that `keyholder` acts as.

use std::collections::BTreeSet;

use super::make::{Refusal, is_owner};
use super::step::{HoldCode, StepKind};
use super::system::{Context, System, count};
use crate::catalog::Catalog;
use crate::model::{Account, AccountId, AccountState, PlaceId, Value};

/// What somebody must have to let others in and to put them out.
const POWER: [&str; 2] = ["settings_users_access", "settings_users_edit_access"];

/// Holders who must stay untouched where any account may be the acting one: one of them may be it.
const WITNESSES: usize = 2;

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Holds, among the candidates from `first` on, what could take the power over users from whoever acts.
    pub(super) fn keep_managers(&self, ctx: &mut Context<'a>, first: usize) {
        if !self.callers.is_empty() {
            return;
        }
        let candidates = ctx.found.candidates.iter().enumerate().skip(first);
        let losing: Vec<usize> = candidates
            .filter(|(_, candidate)| {
                let step = &candidate.step;
                let unread = step.kind == StepKind::Remove
                    && step.before.as_ref().is_some_and(|it| it.rights.is_empty());
                candidate.manages.less || unread
            })
            .map(|(at, _)| at)
            .collect();
        let places: BTreeSet<PlaceId> = losing
            .iter()
            .filter_map(|&at| Some(ctx.found.candidates.get(at)?.step.place.clone()))
            .collect();
        for place in places {
            let here = |at: &&usize| {
                let candidate = ctx.found.candidates.get(**at);
                candidate.is_some_and(|it| it.step.place == place)
            };
            let here: Vec<usize> = losing.iter().filter(here).copied().collect();
            self.keep_managers_at(ctx, &place, &here);
        }
    }

    fn keep_managers_at(&self, ctx: &mut Context<'a>, place: &PlaceId, losing: &[usize]) {
        let Some(scope) = self.scope(place) else {
            return;
        };
        let touched: BTreeSet<AccountId> = losing
            .iter()
            .filter_map(|&at| ctx.found.candidates.get(at)?.step.account.clone())
            .collect();
        let holders = scope.accounts.values().filter(|row| {
            !touched.contains(&row.id) && Self::manages_users(ctx.input.catalog, row)
        });
        let holders = holders.count();
        if holders >= WITNESSES {
            return;
        }
        let refusal = self.nobody_acts(place, holders);
        for &at in losing {
            let Some(candidate) = ctx.found.candidates.get_mut(at) else {
                continue;
            };
            let pending = candidate
                .step
                .before
                .as_ref()
                .is_some_and(|it| it.state == AccountState::Invited);
            // An invitation that waits has let nobody in.
            if pending || candidate.refusal.is_some() {
                continue;
            }
            candidate.refusal = Some(refusal.clone());
        }
    }

    /// Whether somebody is known to manage the users of a place: by their rights, or as an owner.
    fn manages_users(catalog: &Catalog, row: &Account) -> bool {
        let has = |slug: &&str| {
            let (Some(id), Some(rights)) = (catalog.by_slug(slug), row.rights.as_ref()) else {
                return false;
            };
            let is_on = |index: usize| rights.get(index) == Some(&Value::Switch(true));
            is_on(id.index())
                && catalog
                    .governors(id)
                    .all(|above| rights.get(above.index()) != Some(&Value::Switch(false)))
        };
        // A system user has no contacts, and is nobody.
        let is_human = row.email.is_some() || row.phone.is_some();
        row.state == AccountState::Active
            && (is_owner(row.role.as_ref())
                || (!row.removable && is_human)
                || POWER.iter().all(has))
    }

    fn nobody_acts(&self, place: &PlaceId, holders: usize) -> Refusal {
        let name = self.name;
        let holders = count(
            u32::try_from(holders).unwrap_or(u32::MAX),
            "other is",
            "others are",
        );
        Refusal {
            code: HoldCode::Protected,
            message: format!(
                "this may be the account whose token `keyholder` uses: nobody says which that is, and at {place} only {holders} known to manage users"
            ),
            help: format!(
                "say whose token it is: write `acting: KEY`, a person's key or an account's id, under `{name}` in keyholder.yaml"
            ),
        }
    }
}
