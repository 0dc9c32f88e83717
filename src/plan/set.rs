//! A row that should be there, and is not as it should be: one write of role, staff link and rights.
//!
//! Not a comparison of values: that is `target`. Invariant: one step per account and place, and
//! where nothing may be taken only its gains.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::finding::Settled;
use super::give::ownership;
use super::hands::Hands;
use super::make::{
    Assessment, Candidate, Parts, Rank, Refusal, access_of, assess, class_of, gains_only, is_owner,
    role_shift, set_kind, step, swing,
};
use super::names::staff_name;
use super::origins::telling;
use super::person::Case;
use super::reason::behind;
use super::step::{
    Access, Change, DangerClass, Drift, Effect, HoldCode, Mode, StaffTarget, Step, StepKind, Target,
};
use super::swing::ByHand;
use super::system::{Context, System, count, some_of};
use super::target::{compare, locked_differs, staff_after, staff_wish, writable};
use super::values::{Layers, Shift};
use crate::catalog::{Catalog, RightId};
use crate::model::{
    Account, AccountState, Answer, Grant, Ownership, PlaceId, RightSet, ScopeState,
};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// A row that should be there: is it as it should be?
    pub(super) fn adjust(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        account: usize,
        row: &Account,
        scope: &ScopeState,
    ) {
        let catalog = ctx.input.catalog;
        let place = &grant.place;
        let Some(live) = row.rights.as_ref() else {
            let because = ctx.origins.behind(grant, &[]);
            let refusal = Refusal {
                code: HoldCode::NotComplete,
                message: format!(
                    "the rights of `{}` at {place} could not be read",
                    case.person.key
                ),
                help: "see the gaps of that place".into(),
            };
            self.hold(ctx, case.person, Some(place), refusal, because, None);
            return;
        };
        if let Some(given) = self.is_settled(ctx, case, grant, row, live, scope) {
            self.note_settled(ctx, case, place, row, given, BTreeSet::new());
            return;
        }
        let staff_now = row.staff.flatten();
        let (prepared, mut target) = match self.resolve(ctx, case, grant, scope, staff_now) {
            Ok(resolved) => resolved,
            Err(refusal) => {
                let because = ctx.origins.behind(grant, &[]);
                self.hold(ctx, case.person, Some(place), refusal, because, None);
                return;
            }
        };
        let differences = compare(catalog, &target.rights, live);
        for (id, want) in &prepared.locked {
            if locked_differs(catalog, *id, want, live) {
                self.note_locked(case, place, *id);
            }
        }
        for id in &differences.absent {
            self.note_locked(case, place, *id);
        }
        let role = row.role.is_some() && target.role.is_some() && row.role != target.role;
        let staff = match target.staff {
            StaffTarget::Keep => false,
            StaffTarget::Link(id) => row.staff.is_some_and(|now| now != Some(id)),
            StaffTarget::Nobody => row.staff.flatten().is_some(),
        };
        // Of `self`, which word the files have is all there is to compare.
        let given = Target {
            rights: prepared.rights.clone(),
            ..target.clone()
        };
        if !role && !staff && differences.changed.is_empty() {
            let apart = differences.absent.iter();
            let apart = apart.map(|&id| catalog.get(id).slug.into());
            self.note_settled(ctx, case, place, row, given, apart.collect());
            return;
        }
        let apart = differences.changed.iter().chain(&differences.absent);
        let apart = apart.map(|&id| catalog.get(id).slug);
        let apart = role.then_some("role").into_iter().chain(apart);
        let apart = staff.then_some("staff").into_iter().chain(apart);
        let apart = apart.map(Arc::from).collect();
        target.rights = writable(catalog, &target.rights, live);

        let hands = self.hands(ctx, place, &given, row);
        // Where the files want what was there then, nothing was learned, and what was known then is what tells it.
        if !hands.wants_the_same() {
            self.note_settled(ctx, case, place, row, given, apart);
        }
        let full = self.set(
            ctx,
            case,
            grant,
            account,
            row,
            scope,
            target.clone(),
            &hands,
        );
        let by_hand = &full.step.by_hand;
        if !by_hand.is_none() {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: row.id.clone(),
                step: Some(full.step.id.clone()),
                what: drift_words(by_hand),
                is_change: true,
            });
        }
        match self.ownership(place) {
            Ownership::Report => self.withhold(ctx, full.step, place),
            Ownership::AddOnly if full.step.class == DangerClass::Removing => {
                let gains = gains_only(catalog, &target, row, live, &differences.changed);
                self.withhold(ctx, full.step, place);
                if let Some(gains) = gains {
                    let step =
                        self.set(ctx, case, grant, account, row, scope, gains.clone(), &hands);
                    self.part(ctx, case, grant, account, row, scope, (step, gains), &hands);
                }
            }
            Ownership::AddOnly | Ownership::Full => {
                self.part(
                    ctx,
                    case,
                    grant,
                    account,
                    row,
                    scope,
                    (full, target),
                    &hands,
                );
            }
        }
    }

    /// Puts a step among the candidates; where the settings hold a part of it that answers what somebody did by hand, that part
    /// waits and the rest is a step of its own. A write does one or the other.
    #[expect(
        clippy::too_many_arguments,
        reason = "one row and its step; all of it is used once"
    )]
    fn part(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
        account: usize,
        row: &Account,
        scope: &ScopeState,
        (mut step, target): (Candidate, Target),
        hands: &Hands,
    ) {
        let rule = ctx.input.desired.rules.drift;
        let held = |undoes: Shift| {
            (undoes.more && rule.reduced.answer == Answer::Hold)
                || (undoes.less && rule.widened.answer == Answer::Hold)
        };
        if let Some(beside) = hands.beside(ctx.input.catalog, &target, row, held) {
            let kept = |id: &RightId| beside.rights.get(id.index()).is_none();
            let mut left = step.step.by_hand.clone();
            left.rights.retain(kept);
            left.role &= beside.role != target.role;
            let rest = self.set(ctx, case, grant, account, row, scope, beside, hands);
            if !rest.step.deltas.is_empty() || rest.step.kind != StepKind::SetRights {
                ctx.found.candidates.push(rest);
                step.refusal
                    .get_or_insert_with(|| waits(ctx.input.catalog, case, &grant.place, &left));
            }
        }
        ctx.found.candidates.push(step);
    }

    /// Keeps for the journal how far an account has what the files give it. Of one that is only invited that says nothing.
    fn note_settled(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        row: &Account,
        target: Target,
        apart: BTreeSet<Arc<str>>,
    ) {
        let known = target.role.is_none() || row.role.is_some();
        if known && row.state == AccountState::Active {
            ctx.found.settled.push(Settled {
                system: self.name.clone(),
                place: place.clone(),
                account: row.id.clone(),
                person: case.person.key.clone(),
                target,
                apart,
            });
        }
    }

    /// What the files give, where a row is so plainly as it should be that nothing has to be made to tell.
    fn is_settled(
        &mut self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
        row: &Account,
        live: &RightSet,
        scope: &ScopeState,
    ) -> Option<Target> {
        let prepared = self.prepared(ctx, grant, scope);
        if prepared.fault.is_some() || !prepared.locked.is_empty() {
            return None;
        }
        let now = row.staff.flatten();
        let staff = staff_wish(case.person, grant, &scope.names).ok()?;
        let after = staff_after(staff, now);
        let is_so = (prepared.selves.is_empty() || after.is_some())
            && (grant.role.is_none() || row.role == grant.role)
            && after == now
            && prepared.is_held(after, live);
        is_so.then(|| Target {
            role: grant.role.clone(),
            staff,
            rights: prepared.rights.clone(),
        })
    }

    pub(super) fn note_locked(&mut self, case: &Case<'a>, place: &PlaceId, id: RightId) {
        self.locked
            .entry((place.clone(), id))
            .or_default()
            .push(case.person.key.clone());
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row and its target; all of it is used once"
    )]
    pub(super) fn set(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
        account: usize,
        row: &Account,
        scope: &ScopeState,
        target: Target,
        hands: &Hands,
    ) -> Candidate {
        let catalog = ctx.input.catalog;
        let live = row.rights.as_deref();
        let after = Layers {
            catalog,
            over: Some(&target.rights),
            under: live,
        };
        let found = assess(
            catalog,
            &ctx.input.desired.rules.sensitive,
            live,
            Some(after),
            scope,
        );
        let role_after = target.role.clone().or_else(|| row.role.clone());
        let role = role_shift(row.role.as_ref(), role_after.as_ref());
        let role_differs = row.role != role_after;
        let rights_differ = !compare(catalog, &target.rights, live.unwrap_or(&target.rights))
            .changed
            .is_empty();
        let staff = staff_after(target.staff, row.staff.flatten());
        let raised = &ctx.input.desired.rules.sensitive;
        let changed = telling(catalog, raised, &found.deltas);
        let mut deltas = found.deltas.clone();
        ctx.origins.credit(grant, &mut deltas);
        let paid = found.paid && row.paid_seat != Some(true);
        let shift = role_differs.then_some((role, row.role.as_ref()));
        let linked = staff != row.staff.flatten();
        let (by_hand, is_all) = hands.of(catalog, &deltas, (live, after), shift, linked);
        let reason = self.set_reason(ctx, case, grant, (&by_hand, is_all));
        let because = behind(ctx, grant, reason, &changed);
        let mut step = step(
            &mut ctx.digests,
            Parts {
                kind: set_kind(role_differs, rights_differ),
                mode: Mode::Api,
                class: class_of(&found, role, false),
                reason,
                person: Some(case.person.key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: grant.place.clone(),
                account: Some(row.id.clone()),
                before: Some(access_of(catalog, row, scope)),
                after: Some(Access {
                    state: row.state,
                    role: role_after,
                    staff,
                    staff_name: staff.and_then(|id| staff_name(&scope.names, id)),
                    rights: target.rights.clone(),
                    facts: std::sync::Arc::default(),
                }),
                deltas,
                effects: if paid {
                    vec![Effect::PaidSeat]
                } else {
                    Vec::new()
                },
                because,
                change: Change::Set { target },
            },
        );
        let to_owner = step
            .after
            .as_ref()
            .is_some_and(|it| is_owner(it.role.as_ref()));
        let owns = to_owner && !is_owner(row.role.as_ref());
        step.swing = swing(&found, role, owns);
        step.by_hand = by_hand;
        let needs = owns.then(|| ownership(case.person, &grant.place));
        let refusal = self.refuse_set(ctx, case, account, row, scope, &step, &found);
        Candidate {
            rank: if step.class == DangerClass::Removing {
                self.rank(account, row, &found)
            } else {
                Rank::Anybody
            },
            step,
            person: Some(case.at),
            leaver: false,
            refusal,
            needs,
            manages: found.manages,
            after: Vec::new(),
            unit: false,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the row, the step and what judging them takes"
    )]
    pub(super) fn refuse_set(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        account: usize,
        row: &Account,
        scope: &ScopeState,
        step: &Step,
        found: &Assessment,
    ) -> Option<Refusal> {
        let key = &case.person.key;
        let place = &step.place;
        let refusal = |code, message: String, help: &str| {
            Some(Refusal {
                code,
                message,
                help: help.into(),
            })
        };
        let reduces = step.class == DangerClass::Removing;
        let role_differs = step.kind == StepKind::ChangeRole;
        if self.callers.contains(&account)
            && (reduces || role_differs || found.manages.more || found.manages.less)
        {
            return refusal(
                HoldCode::Protected,
                format!(
                    "`{key}` is the account whose token `keyholder` uses: it never changes its own power"
                ),
                "let another owner do it by hand, or use another token",
            );
        }
        if reduces && let Some(refusal) = self.protects(ctx, key, account) {
            return Some(refusal);
        }
        if row.editable == Some(false) {
            return refusal(
                HoldCode::VendorForbids,
                format!("the vendor says that the acting account cannot change `{key}` at {place}"),
                "an owner can do it in the vendor's own page, or lend the token more",
            );
        }
        if !row.removable || (is_owner(row.role.as_ref()) && reduces) {
            return refusal(
                HoldCode::Protected,
                format!("`{key}` is an owner or a system user at {place}: those are never touched"),
                "change it in the vendor's own page",
            );
        }
        if scope.own.is_some_and(|own| !own.edit) {
            return refusal(
                HoldCode::CallerLacks,
                format!(
                    "the acting account may not change rights at {place} (`settings_users_edit_access`)"
                ),
                "give it that right in the vendor's own page",
            );
        }
        None
    }
}

/// Why what somebody did by hand is not answered yet.
fn waits(catalog: &Catalog, case: &Case<'_>, place: &PlaceId, by_hand: &ByHand) -> Refusal {
    let what = if by_hand.gives {
        "less than the files say: somebody took it away by hand"
    } else {
        "more than the files say: somebody gave it by hand"
    };
    Refusal {
        code: HoldCode::Drift,
        message: format!(
            "`{}` at {} has {what} since it was last verified ({})",
            case.person.key,
            place,
            by_hand.named(catalog),
        ),
        help: "what else is to be done there is a step of its own and done first; find out who changed this and why: then change the files, or approve that they win"
            .into(),
    }
}

fn drift_words(by_hand: &ByHand) -> String {
    let (rights, mut parts) = (by_hand.rights.len(), Vec::new());
    if by_hand.role {
        parts.push("the vendor role".to_owned());
    }
    if by_hand.staff {
        parts.push("the linked team member".to_owned());
    }
    if rights > 0 {
        parts.push(count(
            u32::try_from(rights).unwrap_or(u32::MAX),
            "right",
            "rights",
        ));
    }
    format!("{} changed since the last apply", some_of(&parts))
}
