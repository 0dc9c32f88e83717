//! What a person has and shall not have: removals, withdrawals, and what refuses them.
//!
//! Invariant: a row is taken away only because a line orders it, or because its person's lines give
//! nothing there; and never on the strength of something that was not read.

use super::identity::How;
use super::make::{
    Assessment, Candidate, Parts, Rank, Refusal, access_of, assess, is_owner, leaving_effects, step,
};
use super::person::Case;
use super::step::{
    Action, Because, Change, DangerClass, Drift, HoldCode, Instruction, ManualActor, Mode, Proof,
    Reason, Step, StepKind, Withheld,
};
use super::system::{Context, System, title};
use crate::model::{
    Account, AccountState, GrantState, Ownership, PlaceId, PlaceStatus, ScopeState,
};

/// What a person's lines say about one place where they have a row.
pub(super) enum Wish {
    /// Have something.
    Have,
    /// Have nothing, because of this.
    Nothing(Reason, Vec<Because>),
    /// Nothing is said.
    Silent,
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn wish(&mut self, ctx: &mut Context<'a>, case: &Case<'a>, place: &PlaceId) -> Wish {
        if let Some(span) = case.order {
            return Wish::Nothing(Reason::Left, vec![ctx.origins.line(span)]);
        }
        let grant = case.grants.iter().find(|grant| grant.place == *place);
        if let Some(grant) = grant {
            return match grant.state {
                GrantState::Present => Wish::Have,
                GrantState::Paused => Wish::Nothing(Reason::Paused, ctx.origins.behind(grant, &[])),
                GrantState::Absent => Wish::Nothing(Reason::Left, ctx.origins.behind(grant, &[])),
            };
        }
        let Some(fact) = place
            .location()
            .and_then(|key| ctx.input.desired.places.get(key))
        else {
            return Wish::Silent;
        };
        match fact.status {
            // Not in business yet: nothing is in force there, and nothing is an order either.
            PlaceStatus::Planned => Wish::Silent,
            PlaceStatus::Closed => Wish::Nothing(Reason::Left, vec![ctx.origins.line(fact.origin)]),
            PlaceStatus::Open => {
                if let Some(ended) = self.ended(case, place) {
                    let mut because = vec![ctx.origins.line(ended.origin)];
                    because.push(Because::Rule(format!(
                        "that line has ended, and no other gives `{}` anything at {place}",
                        case.person.key
                    )));
                    return Wish::Nothing(Reason::Lapsed, because);
                }
                // A line that still stands was not taken out: an edit of its role or of tags made it give nothing here.
                let mut stands = case.person.standing.iter();
                let stands = stands.find(|line| line.reaches(place));
                let mut because = ctx.person_line(case.person);
                if let Some(line) = stands {
                    because.insert(0, ctx.origins.line(line.origin));
                }
                because.push(Because::Rule(format!(
                    "no line of `{}` that is in force gives anything at {place}",
                    case.person.key
                )));
                let ours = self.granted(ctx, case.person).contains(place);
                let reason = match (ours, stands) {
                    (false, _) => Reason::Drift,
                    (true, Some(_)) => Reason::RoleChanged,
                    (true, None) => Reason::Left,
                };
                Wish::Nothing(reason, because)
            }
        }
    }

    pub(super) fn plan_takes(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        for account in self.accounts(case.at) {
            let rows = match self.identity.seen.get(account) {
                Some(seen) => seen.rows.clone(),
                None => continue,
            };
            for (place, row) in rows {
                let Wish::Nothing(reason, because) = self.wish(ctx, case, place) else {
                    continue;
                };
                if row.state == AccountState::Invited && self.keeps_pending(case, account) {
                    self.wait(
                        ctx,
                        case,
                        vec![place.clone()],
                        "the invitation to be accepted; access at this place is then taken away",
                    );
                    continue;
                }
                self.take(ctx, case, account, place, row, reason, because);
            }
        }
    }

    /// Whether an invitation to a place that is not wanted any more is left pending, because it is
    /// the one message this person gets, and other places wait for it.
    pub(super) fn keeps_pending(&self, case: &Case<'a>, account: usize) -> bool {
        let Some(seen) = self.identity.seen.get(account) else {
            return false;
        };
        let wanted = |place: &PlaceId| {
            case.grants
                .iter()
                .any(|grant| grant.place == *place && grant.state == GrantState::Present)
        };
        case.order.is_none()
            && case
                .grants
                .iter()
                .any(|grant| grant.state == GrantState::Present)
            && seen.active_at().is_none()
            && !seen.rows.iter().any(|(place, _)| wanted(place))
            && !self.changed_contact(case, account)
    }

    /// Whether an account that is known by memory carries none of the person's contacts any more.
    pub(super) fn changed_contact(&self, case: &Case<'a>, account: usize) -> bool {
        let found = self.identity.people.get(case.at);
        let pinned = case
            .person
            .pins
            .get(self.name)
            .is_some_and(|pin| !pin.ids.is_empty());
        let contacts = case
            .person
            .contacts
            .iter()
            .chain(&case.person.shared_contacts);
        found.is_some_and(|found| found.how == Some(How::Memory))
            && !pinned
            && self
                .identity
                .seen
                .get(account)
                .is_some_and(|seen| seen.contradicts_all(contacts))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row and why it goes; all of it is used once"
    )]
    pub(super) fn take(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        account: usize,
        place: &PlaceId,
        row: &Account,
        reason: Reason,
        because: Vec<Because>,
    ) -> Option<usize> {
        let scope = self.scope(place)?;
        let catalog = ctx.input.catalog;
        let pending = row.state == AccountState::Invited;
        let by_hand = pending && !self.assumes("delete_withdraws_invitation");
        let before = access_of(catalog, row, scope);
        let found = assess(
            catalog,
            &ctx.input.desired.rules.sensitive,
            row.rights.as_deref(),
            None,
            scope,
        );
        let withdraw = Instruction {
            actor: ManualActor::Hands(self.wish.hands.clone()),
            actions: vec![
                Action::say(format!(
                    "open {} in {}, Settings, Users",
                    title(ctx.input.desired, place),
                    self.kind.title()
                )),
                Action::say(format!("find {} among the pending users", row.name)),
                "click \"Revoke invitation\"".into(),
            ],
            check_before: vec!["the user is still pending".into()],
            link: None,
            proof: Proof::Reading,
        };
        let parts = Parts {
            kind: if pending {
                StepKind::WithdrawInvitation
            } else {
                StepKind::Remove
            },
            mode: if by_hand {
                Mode::Manual(withdraw)
            } else {
                Mode::Api
            },
            class: DangerClass::Removing,
            reason,
            person: Some(case.person.key.clone()),
            name: case.person.name.clone(),
            system: self.name.clone(),
            place: place.clone(),
            account: Some(row.id.clone()),
            before: Some(before),
            after: None,
            deltas: found.deltas.clone(),
            effects: leaving_effects(row.state),
            because,
            change: match (by_hand, pending) {
                (true, _) => Change::ByHand,
                (false, true) => Change::Withdraw,
                (false, false) => Change::Remove,
            },
        };
        let mut step = step(&mut ctx.digests, parts);
        step.ends = case.order.is_some();
        let refusal = self.refuse_take(ctx, case, account, place, row, scope);
        if reason == Reason::Drift {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: row.id.clone(),
                step: Some(step.id.clone()),
                what: format!("has access at {place}, which no line gives"),
                is_change: !ctx.input.memory.people.is_empty(),
            });
        }
        if self.ownership(place) != Ownership::Full {
            let step = if case.order.is_some() && step.mode == Mode::Api {
                self.by_hand(ctx, step, place)
            } else {
                step
            };
            self.withhold(ctx, step, place);
            return None;
        }
        let candidate = Candidate {
            step,
            person: Some(case.at),
            leaver: case.order.is_some(),
            refusal,
            needs: None,
            manages: found.manages,
            rank: self.rank(account, row, &found),
            after: Vec::new(),
            unit: false,
        };
        ctx.found.candidates.push(candidate);
        let index = ctx.found.candidates.len() - 1;
        case.takes.push(index);
        Some(index)
    }

    /// The same removal as something a person does, where `keyholder` may not.
    pub(super) fn by_hand(&self, ctx: &Context<'a>, mut step: Step, place: &PlaceId) -> Step {
        step.mode = Mode::Manual(Instruction {
            actor: ManualActor::Hands(self.wish.hands.clone()),
            actions: vec![
                Action::say(format!(
                    "open {} in {}, Settings, Users",
                    title(ctx.input.desired, place),
                    self.kind.title()
                )),
                Action::say(format!("remove {}", step.name)),
            ],
            check_before: vec!["it is the same person, and not an owner".into()],
            link: None,
            proof: Proof::Reading,
        });
        step.change = Change::ByHand;
        step.hand = Some(Box::default());
        step
    }

    pub(super) fn withhold(&self, ctx: &mut Context<'a>, step: Step, place: &PlaceId) {
        let under = self.ownership(place);
        let word = match under {
            Ownership::Report => "report",
            Ownership::AddOnly => "add-only",
            Ownership::Full => "full",
        };
        let because = Because::Rule(format!("`ownership: {word}` of `{}` at {place}", self.name));
        let withheld = Withheld {
            step,
            because,
            under,
        };
        ctx.found.withheld.push(withheld);
    }

    pub(super) fn rank(&self, account: usize, row: &Account, found: &Assessment) -> Rank {
        if self.callers.contains(&account) {
            Rank::Caller
        } else if is_owner(row.role.as_ref()) || !row.removable {
            Rank::Owner
        } else if found.manages.less {
            Rank::Manager
        } else {
            Rank::Anybody
        }
    }

    pub(super) fn refuse_take(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        account: usize,
        place: &PlaceId,
        row: &Account,
        scope: &ScopeState,
    ) -> Option<Refusal> {
        let key = &case.person.key;
        let refusal = |code, message: String, help: &str| {
            Some(Refusal {
                code,
                message,
                help: help.into(),
            })
        };
        if self.callers.contains(&account) {
            return refusal(
                HoldCode::Protected,
                format!(
                    "`{key}` is the account whose token `keyholder` uses: it never takes its own access"
                ),
                "let another owner do it by hand, or use another token",
            );
        }
        if let Some(refusal) = self.protects(ctx, key, account) {
            return Some(refusal);
        }
        if is_owner(row.role.as_ref()) {
            return refusal(
                HoldCode::Protected,
                format!("`{key}` is an owner at {place}: owners are never touched"),
                "pass ownership on in the vendor's own page",
            );
        }
        if !row.removable || row.editable == Some(false) {
            return refusal(
                HoldCode::VendorForbids,
                format!(
                    "the vendor says that the account of `{key}` at {place} cannot be changed or removed"
                ),
                "it belongs to an owner or to an application: an owner can look in the vendor's own page",
            );
        }
        if !self.is_complete(place) {
            return refusal(
                HoldCode::NotComplete,
                format!("{place} was not read completely: nothing is removed there"),
                "make the place readable and plan again",
            );
        }
        if scope.own.is_some_and(|own| !own.delete) {
            return refusal(
                HoldCode::CallerLacks,
                format!(
                    "the acting account may not remove users at {place} (`settings_users_delete_access`)"
                ),
                "give it that right in the vendor's own page",
            );
        }
        None
    }
}
