//! What one person has in one system against what they should have.
//!
//! Not the sending of invitations: that is `invite`. Invariant: a row is taken away only because a
//! line orders it, or because its person's lines give nothing there; and never on the strength of
//! something that was not read.

use std::sync::Arc;

use super::identity::{Doubt, How, Seen, keys};
use super::make::{
    Assessment, Candidate, Parts, Rank, Refusal, access_of, assess, class_of, gains_only, is_owner,
    leaving_effects, role_shift, set_kind, step,
};
use super::step::{
    Access, Because, Change, DangerClass, Drift, Effect, HoldCode, Instruction, ManualActor, Mode,
    Note, Reason, StaffTarget, StepKind, Target, Waiting, Withheld,
};
use super::system::{Context, System, some_of};
use super::target::{
    Fault, Prepared, compare, fill_self, locked_differs, staff_after, staff_wish, writable,
};
use super::values::Layers;
use crate::model::{
    Account, AccountState, Grant, GrantState, Managed, Ownership, Person, PlaceId, PlaceStatus,
    ScopeState, Value,
};
use crate::text::Span;

/// What a person's lines say about one place where they have a row.
enum Wish {
    /// Have something.
    Have,
    /// Have nothing, because of this.
    Nothing(Reason, Vec<Because>),
    /// Nothing is said.
    Silent,
}

/// A person in one system, while they are planned.
pub(super) struct Case<'a> {
    pub(super) at: usize,
    pub(super) person: &'a Person,
    /// What they shall have, at locations of this system.
    pub(super) grants: Vec<&'a Grant>,
    /// An order to have nothing anywhere.
    pub(super) order: Option<Span>,
    /// Candidates that give access to a further place.
    pub(super) gives: Vec<usize>,
    /// Candidates that take access away.
    pub(super) takes: Vec<usize>,
    /// Something that should have been given could not even become a step.
    pub(super) give_failed: bool,
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Plans one person.
    pub(super) fn plan_person(&mut self, ctx: &mut Context<'a>, at: usize) {
        let Some(&person) = ctx.people.get(at) else {
            return;
        };
        let order = match person.managed {
            Managed::No => return,
            Managed::Yes => None,
            Managed::Nothing(span) | Managed::Left(span) => Some(span),
        };
        let all = person
            .grants
            .iter()
            .filter(|grant| grant.system == *self.name);
        let mut grants = Vec::new();
        for grant in all {
            match (&grant.place, order) {
                (PlaceId::At(_), _) => grants.push(grant),
                (PlaceId::Chain, None) if grant.state != GrantState::Absent => {
                    self.chain_people += 1
                }
                (PlaceId::Chain | PlaceId::Whole, _) => {}
            }
        }
        grants.sort_by(|a: &&Grant, b| a.place.cmp(&b.place));
        let mut case = Case {
            at,
            person,
            grants,
            order,
            gives: Vec::new(),
            takes: Vec::new(),
            give_failed: false,
        };
        if let Some(doubt) = self.identity.people.get(at).and_then(|it| it.doubt.clone()) {
            self.hold_doubt(ctx, &case, &doubt);
            return;
        }
        self.plan_takes(ctx, &mut case);
        if order.is_none() {
            self.plan_gives(ctx, &mut case);
            self.follow_contact(ctx, &case);
        }
        self.link_moves(ctx, &case);
        self.note_paused(ctx, &case);
        self.check_chain(ctx, &case);
    }

    fn accounts(&self, at: usize) -> Vec<usize> {
        self.identity
            .people
            .get(at)
            .map(|found| found.accounts.clone())
            .unwrap_or_default()
    }

    fn hold_doubt(&self, ctx: &mut Context<'a>, case: &Case<'a>, doubt: &Doubt) {
        let person = case.person;
        let key = &person.key;
        let pin = |id: &str| {
            format!(
                "pin the right one: `accounts: {{ {}: {{ id: {id} }} }}`",
                self.name
            )
        };
        let name_of = |at: &usize| {
            ctx.people
                .get(*at)
                .map_or_else(String::new, |person| format!("`{}`", person.key))
        };
        let id_of = |at: usize| {
            self.identity
                .seen
                .get(at)
                .map_or_else(String::new, |seen| seen.id.to_string())
        };
        let refusal = match doubt {
            Doubt::Accounts(accounts) => {
                let calls: Vec<String> = accounts.iter().map(|&it| self.call(ctx, it)).collect();
                Refusal {
                    code: HoldCode::IdentityDoubt,
                    message: format!(
                        "`{key}` matches {} accounts: {}",
                        accounts.len(),
                        calls.join("; ")
                    ),
                    help: pin(&accounts.first().map_or_else(String::new, |&it| id_of(it))),
                }
            }
            Doubt::People { account, people } => Refusal {
                code: HoldCode::IdentityDoubt,
                message: format!(
                    "{} matches several people: {}",
                    self.call(ctx, *account),
                    people.iter().map(name_of).collect::<Vec<_>>().join(", ")
                ),
                help: pin(&id_of(*account)),
            },
            Doubt::PinnedElsewhere(account) => Refusal {
                code: HoldCode::IdentityDoubt,
                message: format!(
                    "`{key}` is pinned to an account that is not there, and {} carries their contact",
                    self.call(ctx, *account)
                ),
                help: format!("{}, or `not: [{}]`", pin(&id_of(*account)), id_of(*account)),
            },
            Doubt::Elsewhere(account) => Refusal {
                code: HoldCode::ContactElsewhere,
                message: format!(
                    "a contact of `{key}` belongs to {}",
                    self.call(ctx, *account)
                ),
                help: format!(
                    "correct the contact, say `was:` if it is one person under a new key, or `not: [{}]`",
                    id_of(*account)
                ),
            },
        };
        let because = ctx.person_line(person);
        self.hold(ctx, person, None, refusal, because, None);
    }

    fn wish(&mut self, ctx: &mut Context<'a>, case: &Case<'a>, place: &PlaceId) -> Wish {
        if let Some(span) = case.order {
            return Wish::Nothing(Reason::Left, vec![ctx.origins.line(span)]);
        }
        let grant = case.grants.iter().find(|grant| grant.place == *place);
        if let Some(grant) = grant {
            return match grant.state {
                GrantState::Present => Wish::Have,
                GrantState::Paused | GrantState::Absent => {
                    Wish::Nothing(Reason::Left, ctx.origins.behind(grant, &[]))
                }
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
                let mut because = ctx.person_line(case.person);
                because.push(Because::Rule(format!(
                    "no line of `{}` that is in force gives anything at {place}",
                    case.person.key
                )));
                let ours = self.granted(ctx, case.person).contains(place);
                let reason = if ours { Reason::Left } else { Reason::Drift };
                Wish::Nothing(reason, because)
            }
        }
    }

    fn plan_takes(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
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
    fn keeps_pending(&self, case: &Case<'a>, account: usize) -> bool {
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
        let found = assess(catalog, row.rights.as_deref(), None, scope);
        let withdraw = Instruction {
            actor: ManualActor::Hands(self.wish.hands.clone()),
            actions: vec![
                format!(
                    "open {} in {}, Settings, Users",
                    super::system::title(ctx.input.desired, place),
                    self.kind.title()
                ),
                format!("find {} among the pending users", row.name),
                "click \"Revoke invitation\"".into(),
            ],
            check_before: Some("the user is still pending".into()),
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
        let step = step(&mut ctx.digests, parts);
        let refusal = self.refuse_take(ctx, case, account, place, row, scope);
        if reason == Reason::Drift {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: row.id.clone(),
                step: Some(step.id.clone()),
                what: format!("has access at {place}, which no line gives"),
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
    fn by_hand(
        &self,
        ctx: &Context<'a>,
        mut step: super::step::Step,
        place: &PlaceId,
    ) -> super::step::Step {
        step.mode = Mode::Manual(Instruction {
            actor: ManualActor::Hands(self.wish.hands.clone()),
            actions: vec![
                format!(
                    "open {} in {}, Settings, Users",
                    super::system::title(ctx.input.desired, place),
                    self.kind.title()
                ),
                format!("remove {}", step.name),
            ],
            check_before: Some("it is the same person, and not an owner".into()),
        });
        step.change = Change::ByHand;
        step
    }

    pub(super) fn withhold(&self, ctx: &mut Context<'a>, step: super::step::Step, place: &PlaceId) {
        let word = match self.ownership(place) {
            Ownership::Report => "report",
            Ownership::AddOnly => "add-only",
            Ownership::Full => "full",
        };
        let because = Because::Rule(format!("`ownership: {word}` of `{}` at {place}", self.name));
        ctx.found.withheld.push(Withheld { step, because });
    }

    fn rank(&self, account: usize, row: &Account, found: &Assessment) -> Rank {
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

    fn refuse_take(
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
        if ctx.input.desired.protected.contains(key) {
            return refusal(
                HoldCode::Protected,
                format!("`{key}` is protected: nothing takes their access"),
                "take the key out of `protected` first, in a change of its own",
            );
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

    fn plan_gives(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        let accounts = self.accounts(case.at);
        if self.renew_invitation(ctx, case, &accounts) {
            return;
        }
        let mut needs: Vec<&'a Grant> = Vec::new();
        let mut pending: Vec<PlaceId> = Vec::new();
        for grant in case.grants.clone() {
            if grant.state != GrantState::Present {
                continue;
            }
            let Some(reading) = self.scopes.get(&grant.place) else {
                continue;
            };
            let Some(scope) = reading.seen() else {
                *self.unread.entry(grant.place.clone()).or_default() += 1;
                case.give_failed = true;
                continue;
            };
            let here = accounts.iter().find_map(|&account| {
                Some((account, self.identity.seen.get(account)?.at(&grant.place)?))
            });
            let active = accounts.iter().find_map(|&account| {
                Some((account, self.identity.seen.get(account)?.active_at()?))
            });
            match (here, active) {
                (Some((account, row)), _) => {
                    if row.state == AccountState::Invited {
                        pending.push(grant.place.clone());
                    }
                    self.adjust(ctx, case, grant, account, row, scope);
                }
                (None, Some((account, (from, row)))) => {
                    self.grant(ctx, case, grant, account, from, row, scope);
                }
                (None, None) => needs.push(grant),
            }
        }
        let invited = accounts.iter().any(|&account| {
            self.identity.seen.get(account).is_some_and(|seen| {
                seen.rows
                    .iter()
                    .any(|(_, row)| row.state == AccountState::Invited)
            })
        });
        if !pending.is_empty() || (invited && !needs.is_empty()) {
            let mut places = pending;
            if self.wish.invite == crate::model::InvitePolicy::Once {
                places.extend(needs.iter().map(|grant| grant.place.clone()));
                needs.clear();
            }
            if !places.is_empty() {
                places.sort();
                self.wait(ctx, case, places, "the invitation to be accepted");
            }
        }
        if !needs.is_empty() {
            self.invite(ctx, case, &needs);
        }
    }

    /// Says that something waits.
    pub(super) fn wait(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        places: Vec<PlaceId>,
        what: &str,
    ) {
        ctx.found.waiting.push(Waiting {
            person: case.person.key.clone(),
            name: case.person.name.clone(),
            system: self.name.clone(),
            places,
            since: self.sent(ctx, case.person).map(|sent| sent.at),
            what: what.into(),
        });
    }

    /// A grant at its place with staff link and `self` resolved, or why not.
    pub(super) fn resolve(
        &mut self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
        scope: &ScopeState,
        staff_now: Option<i64>,
    ) -> Result<(Arc<Prepared>, Target), Refusal> {
        let place = &grant.place;
        let prepared = self.prepared(ctx, grant, scope);
        let fault = |fault: &Fault| Refusal {
            code: if fault.is_unread() {
                HoldCode::NotComplete
            } else {
                HoldCode::NotThere
            },
            message: format!("at {place}: {}", fault.message()),
            help: fault.help(),
        };
        if let Some(found) = &prepared.fault {
            return Err(fault(found));
        }
        let staff = staff_wish(case.person, grant, &scope.names)
            .map_err(|name| fault(&Fault::Name("staff", name)))?;
        let Some(rights) = fill_self(&prepared, staff_after(staff, staff_now)) else {
            let slugs: Vec<String> = prepared
                .selves
                .iter()
                .map(|&id| format!("`{}`", ctx.input.catalog.get(id).slug))
                .collect();
            return Err(Refusal {
                code: HoldCode::NotThere,
                message: format!(
                    "{} of `{}` at {place} shall be `self`, and no team member is linked there",
                    slugs.join(", "),
                    case.person.key
                ),
                help: format!(
                    "name the team member: `accounts: {{ {}: {{ staff: {{ {place}: NAME }} }} }}`",
                    self.name
                ),
            });
        };
        let target = Target {
            role: grant.role.clone(),
            staff,
            rights,
        };
        Ok((prepared, target))
    }

    /// A row that should be there: is it as it should be?
    fn adjust(
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
        if !role && !staff && differences.changed.is_empty() {
            return;
        }
        target.rights = writable(catalog, &target.rights, live);

        let reason = self.set_reason(ctx, case, place, &target, staff_now);
        let full = self.set(
            ctx,
            case,
            grant,
            account,
            row,
            scope,
            target.clone(),
            reason,
        );
        if reason == Reason::Drift {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: row.id.clone(),
                step: Some(full.step.id.clone()),
                what: drift_words(role, staff, full.step.deltas.len()),
            });
        }
        match self.ownership(place) {
            Ownership::Report => self.withhold(ctx, full.step, place),
            Ownership::AddOnly if full.step.class == DangerClass::Removing => {
                let gains = gains_only(catalog, &target, row, live, &differences.changed);
                self.withhold(ctx, full.step, place);
                if let Some(gains) = gains {
                    let step = self.set(ctx, case, grant, account, row, scope, gains, reason);
                    ctx.found.candidates.push(step);
                }
            }
            Ownership::AddOnly | Ownership::Full => ctx.found.candidates.push(full),
        }
    }

    fn note_locked(&mut self, case: &Case<'a>, place: &PlaceId, id: crate::catalog::RightId) {
        self.locked
            .entry((place.clone(), id))
            .or_default()
            .push(case.person.key.clone());
    }

    fn set_reason(
        &mut self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        target: &Target,
        staff_now: Option<i64>,
    ) -> Reason {
        let applied = keys(case.person).find_map(|key| {
            let known = (self.name.clone(), place.clone(), key.clone());
            ctx.input.memory.applied.get(&known)
        });
        let Some(applied) = applied else {
            return Reason::RoleChanged;
        };
        let wanted = Access {
            state: AccountState::Active,
            role: target.role.clone(),
            staff: staff_after(target.staff, staff_now),
            staff_name: None,
            rights: target.rights.clone(),
        };
        // The same is wanted as what was last verified: so somebody else has changed it.
        if ctx.digests.of(&wanted) == *applied {
            Reason::Drift
        } else {
            Reason::RoleChanged
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row and its target; all of it is used once"
    )]
    fn set(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
        account: usize,
        row: &Account,
        scope: &ScopeState,
        target: Target,
        reason: Reason,
    ) -> Candidate {
        let catalog = ctx.input.catalog;
        let live = row.rights.as_deref();
        let after = Layers {
            catalog,
            over: Some(&target.rights),
            under: live,
        };
        let found = assess(catalog, live, Some(after), scope);
        let role_after = target.role.clone().or_else(|| row.role.clone());
        let role = role_shift(row.role.as_ref(), role_after.as_ref());
        let role_differs = row.role != role_after;
        let rights_differ = !compare(catalog, &target.rights, live.unwrap_or(&target.rights))
            .changed
            .is_empty();
        let staff = staff_after(target.staff, row.staff.flatten());
        let changed: Vec<_> = found.deltas.iter().map(|delta| delta.right).collect();
        let paid = found.paid && row.paid_seat != Some(true);
        let step = step(
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
                    staff_name: staff.and_then(|id| super::names::staff_name(&scope.names, id)),
                    rights: target.rights.clone(),
                }),
                deltas: found.deltas.clone(),
                effects: if paid {
                    vec![Effect::PaidSeat]
                } else {
                    Vec::new()
                },
                because: ctx.origins.behind(grant, &changed),
                change: Change::Set { target },
            },
        );
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
            manages: found.manages,
            after: Vec::new(),
            unit: false,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the row, the step and what judging them takes"
    )]
    fn refuse_set(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        account: usize,
        row: &Account,
        scope: &ScopeState,
        step: &super::step::Step,
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
        if ctx.input.desired.protected.contains(key) && reduces {
            return refusal(
                HoldCode::Protected,
                format!("`{key}` is protected: nothing takes their access"),
                "take the key out of `protected` first, in a change of its own",
            );
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
        let to_owner = step
            .after
            .as_ref()
            .is_some_and(|it| is_owner(it.role.as_ref()));
        if to_owner && !is_owner(row.role.as_ref()) {
            return Some(refuse_ownership(case.person, place));
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

    /// A known account gets a further place, without a message.
    #[expect(
        clippy::too_many_arguments,
        reason = "where from, where to and for whom"
    )]
    fn grant(
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
            None,
            Some(Layers::alone(catalog, &target.rights)),
            scope,
        );
        let role = role_shift(None, target.role.as_ref());
        let staff = staff_after(target.staff, None);
        let granted = self.granted(ctx, case.person);
        let reason = if granted.contains(place) {
            Reason::Drift
        } else if granted.is_empty() {
            Reason::Joined
        } else {
            Reason::RoleChanged
        };
        let step = step(
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
                    staff_name: staff.and_then(|id| super::names::staff_name(&scope.names, id)),
                    rights: target.rights.clone(),
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
        if reason == Reason::Drift {
            ctx.found.drift.push(Drift {
                person: Some(case.person.key.clone()),
                system: self.name.clone(),
                place: place.clone(),
                account: source.id.clone(),
                step: Some(step.id.clone()),
                what: format!("has no access at {place} any more"),
            });
        }
        let refusal = self.refuse_new(ctx, case, account, &step, scope, false);
        self.push_give(ctx, case, step, refusal, &found, Vec::new(), false);
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
        step: super::step::Step,
        refusal: Option<Refusal>,
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
        ctx.found.candidates.push(Candidate {
            step,
            person: Some(case.at),
            leaver: false,
            refusal,
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
        step: &super::step::Step,
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
        if step
            .after
            .as_ref()
            .is_some_and(|it| is_owner(it.role.as_ref()))
        {
            return Some(refuse_ownership(case.person, place));
        }
        if self.callers.contains(&account) && !message {
            let power = step.deltas.iter().any(|delta| {
                let right = ctx.input.catalog.get(delta.right);
                right.sensitivity == Some(crate::catalog::Sensitivity::UserManagement)
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

    /// A mover's losses wait for their gains; a leaver's wait for nothing.
    fn link_moves(&mut self, ctx: &mut Context<'a>, case: &Case<'a>) {
        if case.order.is_some() || case.takes.is_empty() {
            return;
        }
        if case.gives.is_empty() && !case.give_failed {
            return;
        }
        for &take in &case.takes {
            let Some(candidate) = ctx.found.candidates.get_mut(take) else {
                continue;
            };
            if candidate.unit {
                continue;
            }
            candidate.after.extend(&case.gives);
            if candidate.step.reason == Reason::Left && !case.gives.is_empty() {
                candidate.step.reason = Reason::Moved;
            }
            if case.give_failed && candidate.refusal.is_none() {
                candidate.refusal = Some(Refusal {
                    code: HoldCode::DependsOnHeld,
                    message: format!(
                        "`{}` keeps {} until what they get elsewhere can be given",
                        case.person.key, candidate.step.place
                    ),
                    help: "settle what holds the other step first".into(),
                });
            }
        }
        let moved = case
            .takes
            .iter()
            .filter_map(|&take| ctx.found.candidates.get(take))
            .any(|candidate| candidate.step.reason == Reason::Moved);
        if moved {
            for &give in &case.gives {
                if let Some(candidate) = ctx.found.candidates.get_mut(give)
                    && candidate.step.reason != Reason::Drift
                {
                    candidate.step.reason = Reason::Moved;
                }
            }
        }
    }

    fn note_paused(&self, ctx: &mut Context<'a>, case: &Case<'a>) {
        let paused = case
            .grants
            .iter()
            .any(|grant| grant.state == GrantState::Paused);
        if paused && case.order.is_none() && !case.takes.is_empty() {
            let stays = case
                .grants
                .iter()
                .any(|grant| grant.state == GrantState::Present);
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: None,
                text: format!(
                    "`{}` is paused; {} cannot block, so access is removed, and coming back takes {}",
                    case.person.key,
                    self.kind.title(),
                    if stays { "a grant without a message" } else { "a new invitation" }
                ),
            });
        }
    }

    /// Somebody in use under a contact that YAML does not have any more.
    fn follow_contact(&mut self, ctx: &mut Context<'a>, case: &Case<'a>) {
        for account in self.accounts(case.at) {
            let active = self.identity.seen.get(account).and_then(Seen::active_at);
            let Some((place, row)) = active else {
                continue;
            };
            let stays = case
                .grants
                .iter()
                .any(|grant| grant.state == GrantState::Present);
            if !stays || !self.changed_contact(case, account) {
                continue;
            }
            let because = ctx.person_line(case.person);
            let step = step(
                &mut ctx.digests,
                Parts {
                    kind: StepKind::FollowUp,
                    mode: Mode::Manual(Instruction {
                        actor: ManualActor::Person(case.person.key.clone()),
                        actions: vec![
                            format!("sign in to {} and open your own profile", self.kind.title()),
                            format!(
                                "change your contact to {}",
                                case.person
                                    .contacts
                                    .iter()
                                    .map(crate::model::Contact::masked)
                                    .collect::<Vec<_>>()
                                    .join(" and ")
                            ),
                        ],
                        check_before: None,
                    }),
                    class: DangerClass::Safe,
                    reason: Reason::RoleChanged,
                    person: Some(case.person.key.clone()),
                    name: case.person.name.clone(),
                    system: self.name.clone(),
                    place: place.clone(),
                    account: Some(row.id.clone()),
                    before: None,
                    after: None,
                    deltas: Vec::new(),
                    effects: Vec::new(),
                    because,
                    change: Change::ByHand,
                },
            );
            let place = place.clone();
            if self.ownership(&place) == Ownership::Report {
                self.withhold(ctx, step, &place);
                continue;
            }
            ctx.found.candidates.push(by_hand(case, step));
        }
    }

    /// Chain access cannot be read: whoever leaves is looked up there by a person.
    ///
    /// Only while something of theirs is still taken in this plan, so that plans come to an end:
    /// that somebody looked is not yet remembered.
    fn check_chain(&mut self, ctx: &mut Context<'a>, case: &Case<'a>) {
        let (Some(span), Some(chain)) = (case.order, self.wish.chain.clone()) else {
            return;
        };
        let Some(first) = case
            .takes
            .first()
            .and_then(|&at| ctx.found.candidates.get(at))
        else {
            return;
        };
        let account = first.step.account.clone();
        let because = vec![ctx.origins.line(span)];
        let step = step(
            &mut ctx.digests,
            Parts {
                kind: StepKind::Check,
                mode: Mode::Manual(Instruction {
                    actor: ManualActor::Hands(self.wish.hands.clone()),
                    actions: vec![
                        format!(
                            "open chain {chain} in {}, Settings, Users",
                            self.kind.title()
                        ),
                        format!(
                            "look for {}; remove them if they are there",
                            case.person.name
                        ),
                    ],
                    check_before: None,
                }),
                class: DangerClass::Safe,
                reason: Reason::Left,
                person: Some(case.person.key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: PlaceId::Chain,
                account,
                before: None,
                after: None,
                deltas: Vec::new(),
                effects: Vec::new(),
                because,
                change: Change::ByHand,
            },
        );
        ctx.found.notes.insert(Note {
            system: Some(self.name.clone()),
            place: Some(PlaceId::Chain),
            text: "access to the chain cannot be read: each leaver's check is shown once, with the removals, and is not remembered by this version".into(),
        });
        ctx.found.candidates.push(by_hand(case, step));
    }
}

fn by_hand(case: &Case<'_>, step: super::step::Step) -> Candidate {
    Candidate {
        step,
        person: Some(case.at),
        leaver: case.order.is_some(),
        refusal: None,
        manages: super::values::Shift::default(),
        rank: Rank::Anybody,
        after: Vec::new(),
        unit: false,
    }
}

fn refuse_ownership(person: &Person, place: &PlaceId) -> Refusal {
    Refusal {
        code: HoldCode::Ownership,
        message: format!(
            "`{}` would become an owner of the vendor's account at {place}",
            person.key
        ),
        help: "ownership is passed on in the vendor's own page".into(),
    }
}

/// The seat that somebody may take who had none.
pub(super) fn paid_seat(found: &Assessment, known: &Account) -> Vec<Effect> {
    if found.paid && known.paid_seat != Some(true) {
        vec![Effect::PaidSeat]
    } else {
        Vec::new()
    }
}

fn drift_words(role: bool, staff: bool, rights: usize) -> String {
    let mut parts = Vec::new();
    if role {
        parts.push("the vendor role".to_owned());
    }
    if staff {
        parts.push("the linked team member".to_owned());
    }
    if rights > 0 {
        parts.push(super::system::count(
            u32::try_from(rights).unwrap_or(u32::MAX),
            "right",
            "rights",
        ));
    }
    format!("{} changed since the last apply", some_of(&parts))
}
