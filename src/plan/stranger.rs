//! Accounts that nobody declared, where the settings say that they shall go.
//!
//! Not the list of strangers: that is `report`. Invariant: whatever is removed here needs an approval, and the token's own
//! account, owners, system users, accounts that the vendor protects and accounts in doubt never become a step.

use super::identity::Owner;
use super::make::{Candidate, Parts, Refusal, access_of, assess, is_owner, leaving_effects, step};
use super::step::{Because, Change, DangerClass, HoldCode, Mode, Reason, StepKind};
use super::system::{Context, System};
use crate::model::{AccountState, Allow, Ownership, Strangers};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Plans the removal of every account that is nobody's, of which nothing speaks for anybody.
    pub(super) fn take_strangers(&mut self, ctx: &mut Context<'a>) {
        if self.wish.strangers != Strangers::Remove {
            return;
        }
        let origin = ctx.origins.line(self.wish.origin);
        let spoken_for: Vec<_> = self.strangers(ctx);
        for stranger in spoken_for.iter().filter(|it| it.remark.is_none()) {
            let Some(at) = self.identity.find(&stranger.account) else {
                continue;
            };
            let Some(seen) = self.identity.seen.get(at) else {
                continue;
            };
            if seen.owner != Owner::Nobody || !seen.removable() || self.callers.contains(&at) {
                continue;
            }
            for (place, row) in seen.rows.clone() {
                let Some(scope) = self.scope(place) else {
                    continue;
                };
                let pending = row.state == AccountState::Invited;
                // What cannot be proven to be complete, or may not be changed, stays in the list of strangers alone.
                if !self.is_complete(place)
                    || self.ownership(place) != Ownership::Full
                    || row.editable == Some(false)
                    || is_owner(row.role.as_ref())
                    || scope.own.is_some_and(|own| !own.delete)
                    || (pending && !self.assumes("delete_withdraws_invitation"))
                {
                    continue;
                }
                let catalog = ctx.input.catalog;
                let found = assess(
                    catalog,
                    &ctx.input.desired.rules.sensitive,
                    row.rights.as_deref(),
                    None,
                    scope,
                );
                let step = step(
                    &mut ctx.digests,
                    Parts {
                        kind: if pending {
                            StepKind::WithdrawInvitation
                        } else {
                            StepKind::Remove
                        },
                        mode: Mode::Api,
                        class: DangerClass::Removing,
                        reason: Reason::Stranger,
                        person: None,
                        name: row.name.clone(),
                        system: self.name.clone(),
                        place: place.clone(),
                        account: Some(row.id.clone()),
                        before: Some(access_of(catalog, row, scope)),
                        after: None,
                        deltas: found.deltas.clone(),
                        effects: leaving_effects(row.state),
                        because: vec![
                            origin.clone(),
                            Because::Rule(format!("`strangers: remove` of `{}`", self.name)),
                        ],
                        change: if pending {
                            Change::Withdraw
                        } else {
                            Change::Remove
                        },
                    },
                );
                let refusal = Refusal {
                    code: HoldCode::Stranger,
                    message: format!(
                        "account {} ({}) at {place} is nobody's, and `strangers: remove` would remove it",
                        row.id,
                        if row.name.is_empty() {
                            "without a name"
                        } else {
                            &row.name
                        }
                    ),
                    help: "find out whose it is: declare them, or approve the removal".into(),
                };
                ctx.found.candidates.push(Candidate {
                    step,
                    person: None,
                    leaver: false,
                    refusal: None,
                    needs: Some((Allow::Strangers, refusal)),
                    manages: found.manages,
                    rank: self.rank(at, row, &found),
                    after: Vec::new(),
                    unit: false,
                });
            }
        }
    }
}
