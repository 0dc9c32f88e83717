//! What one person has in one system against what they should have.
//!
//! Not the steps themselves: `take`, `set`, `give` and `invite` make them, `follow` what a person must
//! do or decide. Invariant: everybody declared is looked at once per system, and whoever is in doubt
//! or unmanaged is left alone.

use super::make::Refusal;
use super::step::{HoldCode, Reason, StaffTarget, Target, Waiting};
use super::system::{Context, System};
use super::target::{Fault, Prepared, fill_self, staff_after, staff_wish};
use crate::model::{
    AccountState, Grant, GrantState, InvitePolicy, Managed, Person, PlaceId, ScopeState,
};
use crate::text::Span;
use std::sync::Arc;

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
impl<'a> Case<'a> {
    /// A person of whom nothing is planned yet.
    pub(super) fn of(at: usize, person: &'a Person) -> Self {
        Self {
            at,
            person,
            grants: Vec::new(),
            order: None,
            gives: Vec::new(),
            takes: Vec::new(),
            give_failed: false,
        }
    }
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
            // Access to the chain is given by hand, and planned apart.
            if grant.place.location().is_some() {
                grants.push(grant);
            }
        }
        grants.sort_by(|a: &&Grant, b| a.place.cmp(&b.place));
        let mut case = Case {
            grants,
            order,
            ..Case::of(at, person)
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
        Self::link_moves(ctx, &case);
        self.note_paused(ctx, &case);
    }

    pub(super) fn accounts(&self, at: usize) -> Vec<usize> {
        self.identity
            .people
            .get(at)
            .map(|found| found.accounts.clone())
            .unwrap_or_default()
    }

    pub(super) fn plan_gives(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
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
                    if row.state == AccountState::Invited
                        && self.withdraw_stale(ctx, case, account, grant, row)
                    {
                        continue;
                    }
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
            if self.wish.invite == InvitePolicy::Once {
                places.extend(needs.iter().map(|grant| grant.place.clone()));
                needs.clear();
            }
            if !places.is_empty() {
                places.sort();
                self.wait(ctx, case, places, "the invitation to be accepted");
            }
        }
        if invited {
            self.resend(ctx, case);
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
        if let StaffTarget::Link(id) = staff
            && staff_now != Some(id)
        {
            self.claim_link(ctx, case, place, id, scope)?;
        }
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

    /// A team member of a location is linked to one account at most (`one_team_member_per_user`): two that claim one
    /// are never written.
    fn claim_link(
        &mut self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        id: i64,
        scope: &ScopeState,
    ) -> Result<(), Refusal> {
        let key = &case.person.key;
        let linked = scope
            .accounts
            .values()
            .filter(|row| row.staff == Some(Some(id)));
        let others: Vec<String> = linked
            .filter_map(|row| self.identity.find(&row.id))
            .filter(|account| !self.accounts(case.at).contains(account))
            .map(|account| self.call(ctx, account))
            .collect();
        let claimed = *self.links.entry((place.clone(), id)).or_insert(key);
        let who = match others.first() {
            Some(other) => other.clone(),
            None if claimed != key => format!("`{claimed}`, by this plan"),
            None => return Ok(()),
        };
        let name = super::names::staff_name(&scope.names, id);
        Err(Refusal {
            code: HoldCode::IdentityDoubt,
            message: format!(
                "`{key}` shall be linked to team member {} at {place}, who is linked to {who}",
                name.map_or_else(|| id.to_string(), |name| name.to_string())
            ),
            help: format!(
                "one team member has one account: end the other link, or name another team member under `accounts: {{ {}: {{ staff: ... }} }}`",
                self.name
            ),
        })
    }

    /// A mover's losses wait for their gains; a leaver's wait for nothing.
    pub(super) fn link_moves(ctx: &mut Context<'a>, case: &Case<'a>) {
        if case.order.is_some() || case.takes.is_empty() {
            return;
        }
        if case.gives.is_empty() && !case.give_failed {
            return;
        }
        for &take in &case.takes {
            let place = ctx.found.candidates.get(take).map(|it| &it.step.place);
            let is_elsewhere = |at: &&usize| {
                let given = ctx.found.candidates.get(**at);
                given.map(|it| &it.step.place) != place
            };
            // What is taken at a place does not wait for what the person has still to do there.
            let gives: Vec<usize> = case.gives.iter().filter(is_elsewhere).copied().collect();
            let Some(candidate) = ctx.found.candidates.get_mut(take) else {
                continue;
            };
            if candidate.unit {
                continue;
            }
            candidate.after.extend(&gives);
            let taken = matches!(
                candidate.step.reason,
                Reason::Left | Reason::Lapsed | Reason::RoleChanged
            );
            if taken && !gives.is_empty() {
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
}
