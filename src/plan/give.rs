//! A further place for an account that is known: no message, and what refuses new access.
//!
//! Not an invitation: that is `invite`. Invariant: the account is in use at the place it is copied
//! from.

use super::make::{
    Assessment, Candidate, Parts, Rank, Refusal, assess, class_of, is_owner, role_shift, step,
    swing,
};
use super::names::staff_name;
use super::person::Case;
use super::step::{Access, Change, Drift, Effect, HoldCode, Mode, Reason, Step, StepKind};
use super::system::{Context, System};
use super::target::{Prepared, staff_after};
use super::values::Layers;
use crate::catalog::Sensitivity;
use crate::model::{
    Account, AccountState, Allow, Grant, Ownership, Person, PlaceId, ScopeState, Value,
};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// A known account gets a further place, without a message.
    #[expect(
        clippy::too_many_arguments,
        reason = "where from, where to and for whom"
    )]
    pub(super) fn grant(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        account: usize,
        from: &PlaceId,
        source: &Account,
        scope: &ScopeState,
    ) {
        let catalog = ctx.input.catalog;
        let place = &grant.place;
        let resolved = self.resolve(ctx, case, grant, scope, None);
        let (prepared, target) = match resolved {
            Ok(resolved) => resolved,
            Err(refusal) => {
                case.give_failed = true;
                let because = ctx.origins.behind(grant, &[]);
                self.hold(ctx, case.person, Some(place), refusal, because, None);
                return;
            }
        };
        self.note_ungiven(case, place, &prepared);
        let found = assess(
            catalog,
            &ctx.input.desired.rules.sensitive,
            None,
            Some(Layers::alone(catalog, &target.rights)),
            scope,
        );
        let role = role_shift(None, target.role.as_ref());
        let staff = staff_after(target.staff, None);
        let reason = self.grant_reason(ctx, case, grant);
        let mut step = step(
            &mut ctx.digests,
            Parts {
                kind: StepKind::Grant,
                mode: Mode::Api,
                class: class_of(&found, role, false),
                reason,
                person: Some(case.person.key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: place.clone(),
                account: Some(source.id.clone()),
                before: None,
                after: Some(Access {
                    state: AccountState::Active,
                    role: target.role.clone(),
                    staff,
                    staff_name: staff.and_then(|id| staff_name(&scope.names, id)),
                    rights: target.rights.clone(),
                    facts: std::sync::Arc::default(),
                }),
                deltas: found.deltas.clone(),
                effects: paid_seat(&found, source),
                because: ctx.origins.behind(grant, &[]),
                change: Change::Grant {
                    from: from.clone(),
                    target,
                },
            },
        );
        step.swing = swing(
            &found,
            role,
            is_owner(step.after.as_ref().and_then(|it| it.role.as_ref())),
        );
        if reason == Reason::Drift {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: source.id.clone(),
                step: Some(step.id.clone()),
                what: format!("has no access at {place} any more"),
                is_change: true,
            });
        }
        let refusal = self.refuse_new(ctx, case, account, &step, scope, false);
        self.push_give(ctx, case, step, refusal, None, &found, Vec::new(), false);
    }

    /// Rights of new access that the caller may not set, and that somebody would miss.
    pub(super) fn note_ungiven(&mut self, case: &Case<'a>, place: &PlaceId, prepared: &Prepared) {
        for (id, value) in &prepared.locked {
            if *value == Value::Switch(true) {
                self.note_locked(case, place, *id);
            }
        }
    }

    /// Files a step that gives access to a further place.
    #[expect(
        clippy::too_many_arguments,
        reason = "a step and what is known about it"
    )]
    pub(super) fn push_give(
        &self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        step: Step,
        refusal: Option<Refusal>,
        needs: Option<(Allow, Refusal)>,
        found: &Assessment,
        after: Vec<usize>,
        unit: bool,
    ) {
        let place = step.place.clone();
        if self.ownership(&place) == Ownership::Report {
            case.give_failed = true;
            self.withhold(ctx, step, &place);
            return;
        }
        let needs = needs.or_else(|| step.swing.owns.then(|| ownership(case.person, &place)));
        ctx.found.candidates.push(Candidate {
            step,
            person: Some(case.at),
            leaver: false,
            refusal,
            needs,
            manages: found.manages,
            rank: Rank::Anybody,
            after,
            unit,
        });
        case.gives.push(ctx.found.candidates.len() - 1);
    }

    /// What holds new access, whether by message or without.
    pub(super) fn refuse_new(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        account: usize,
        step: &Step,
        scope: &ScopeState,
        message: bool,
    ) -> Option<Refusal> {
        let place = &step.place;
        if !self.is_complete(place) {
            return Some(Refusal {
                code: HoldCode::NotComplete,
                message: format!(
                    "{place} was not read completely: whether `{}` is there already cannot be told",
                    case.person.key
                ),
                help: "make the place readable and plan again".into(),
            });
        }
        if self.callers.contains(&account) && !message {
            let power = step.deltas.iter().any(|delta| {
                let right = ctx.input.catalog.get(delta.right);
                right.sensitivity == Some(Sensitivity::UserManagement)
            });
            if power {
                return Some(Refusal {
                    code: HoldCode::Protected,
                    message: format!(
                        "`{}` is the account whose token `keyholder` uses: it never changes its own power",
                        case.person.key
                    ),
                    help: "let another owner do it by hand".into(),
                });
            }
        }
        let (allowed, slug) = match (scope.own, message) {
            (None, _) => (true, ""),
            (Some(own), true) => (own.create, "settings_users_create_access"),
            (Some(own), false) => (own.edit, "settings_users_edit_access"),
        };
        if !allowed {
            return Some(Refusal {
                code: HoldCode::CallerLacks,
                message: format!("the acting account may not add users at {place} (`{slug}`)"),
                help: "give it that right in the vendor's own page".into(),
            });
        }
        None
    }
}

/// Making somebody an owner always needs an approval.
pub(super) fn ownership(person: &Person, place: &PlaceId) -> (Allow, Refusal) {
    let refusal = Refusal {
        code: HoldCode::Ownership,
        message: format!(
            "`{}` would become an owner of the vendor's account at {place}",
            person.key
        ),
        help: "ownership always needs an approval; or pass it on in the vendor's own page".into(),
    };
    (Allow::Ownership, refusal)
}

/// The seat that somebody may take who had none.
pub(super) fn paid_seat(found: &Assessment, known: &Account) -> Vec<Effect> {
    if found.paid && known.paid_seat != Some(true) {
        vec![Effect::PaidSeat]
    } else {
        Vec::new()
    }
}
