//! One message to one human: whether it may be sent, where from, and by which way.
//!
//! Not a retry: whether an invitation went out is settled by complete lists and by memory.
//! Invariant: nobody is invited who may have an account already, or whose invitation may have been
//! sent, and a person has one invitation per system unless the settings say otherwise.

use std::cmp::Ordering;

use jiff::SignedDuration;

use super::identity::Owner;
use super::make::{Candidate, Parts, Refusal, assess, class_of, is_owner, role_shift, step, swing};
use super::person::Case;
use super::step::{Access, Because, Change, Effect, HoldCode, Mode, Reason, Step, StepKind};
use super::system::{Context, System, some_of};
use super::target::staff_after;
use super::values::Layers;
use crate::catalog::{compare_roles, role};
use crate::model::{
    Account, AccountState, Allow, CLOCKS_DIFFER, Contact, Grant, GrantState, InvitePolicy,
    InviteWay, Ownership, PersonKind, PlaceId, SentInvitation,
};

/// How long an invitation may take to show in the list (`invitation_visible_within_120s`).
const VISIBLE_WITHIN: SignedDuration = SignedDuration::from_secs(120);

/// What is known of an earlier invitation.
enum Earlier {
    /// None, or one that certainly never went out.
    Clear,
    /// It may still show.
    Wait,
    /// It speaks against sending another.
    Refuse(Refusal),
    /// Another would be a further message, which somebody may approve.
    Again(Refusal),
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Invites somebody who has no account at any place that was read.
    pub(super) fn invite(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        needs: &[&'a Grant],
    ) {
        let Some(first) = Self::first_place(case, needs) else {
            return;
        };
        // Somewhere that was not read completely they may be known already; then the place would
        // be a grant without a message.
        let blind = self.blind_spot(ctx, case);
        let earlier = self.earlier(ctx, case);
        let places: Vec<&'a Grant> = match self.wish.invite {
            InvitePolicy::Once => vec![first],
            InvitePolicy::EachPlace => needs.to_vec(),
        };
        if let Earlier::Wait = earlier {
            let places = needs.iter().map(|grant| grant.place.clone()).collect();
            self.wait(
                ctx,
                case,
                places,
                "an invitation that was just sent, to show in the list",
            );
            return;
        }
        let mut sent_any = false;
        for grant in places {
            let made = self.make_invitation(ctx, case, grant);
            let (refusal, needs) = match &earlier {
                Earlier::Refuse(refusal) => (Some(refusal.clone()), None),
                Earlier::Again(refusal) => (None, Some((Allow::Invitations, refusal.clone()))),
                Earlier::Clear | Earlier::Wait => (None, None),
            };
            let refusal = refusal
                .or_else(|| blind.clone())
                .or_else(|| self.refuse_lookalike(ctx, case));
            sent_any |= self.file(ctx, case, grant, made, refusal, needs, Vec::new(), false);
        }
        if self.wish.invite == InvitePolicy::Once && sent_any {
            self.wait_for_rest(ctx, case, needs, first);
        }
    }

    fn wait_for_rest(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        needs: &[&'a Grant],
        first: &Grant,
    ) {
        let rest: Vec<PlaceId> = needs
            .iter()
            .map(|grant| &grant.place)
            .filter(|place| **place != first.place)
            .cloned()
            .collect();
        if !rest.is_empty() {
            self.wait(
                ctx,
                case,
                rest,
                "the invitation to be accepted; these places follow without a message",
            );
        }
    }

    /// Where the one invitation goes: where YAML says, else where the role is heaviest.
    fn first_place(case: &Case<'a>, needs: &[&'a Grant]) -> Option<&'a Grant> {
        let named = case.person.invite_at.as_ref();
        let named = needs
            .iter()
            .find(|grant| named.is_some() && grant.place.location() == named);
        if let Some(grant) = named {
            return Some(grant);
        }
        let mut best: Option<&'a Grant> = None;
        for &grant in needs {
            let heavier = best.is_none_or(|best| match (&best.role, &grant.role) {
                (Some(best), Some(role)) => {
                    compare_roles(best.as_str(), role.as_str()) == Some(Ordering::Less)
                }
                (None, Some(_)) => true,
                (Some(_) | None, None) => false,
            });
            if heavier {
                best = Some(grant);
            }
        }
        best
    }

    /// A place where they are declared or were known to be, and where absence cannot be told.
    fn blind_spot(&mut self, ctx: &Context<'a>, case: &Case<'a>) -> Option<Refusal> {
        let declared = case
            .grants
            .iter()
            .filter(|grant| grant.state == GrantState::Present)
            .map(|grant| &grant.place);
        let mut places: Vec<&PlaceId> = declared.chain(self.granted(ctx, case.person)).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| self.scopes.contains_key(*place) && !self.is_complete(place));
        if places.is_empty() {
            return None;
        }
        let places: Vec<String> = places.iter().map(ToString::to_string).collect();
        Some(Refusal {
            code: HoldCode::NotComplete,
            message: format!(
                "`{}` may have an account at {}, which was not read completely: nobody is invited on doubt",
                case.person.key,
                some_of(&places)
            ),
            help: "make the place readable and plan again".into(),
        })
    }

    /// What memory says about sending a message to this person.
    fn earlier(&mut self, ctx: &Context<'a>, case: &Case<'a>) -> Earlier {
        let key = &case.person.key;
        let Some(sent) = self.sent(ctx, case.person) else {
            let granted = self.granted(ctx, case.person);
            if granted.is_empty() {
                return Earlier::Clear;
            }
            let places: Vec<String> = granted.iter().map(ToString::to_string).collect();
            return Earlier::Again(Refusal {
                code: HoldCode::SecondInvitation,
                message: format!(
                    "`{key}` had access at {}, and their account is nowhere to be seen: another invitation would be a further message",
                    some_of(&places)
                ),
                help: "find out who removed them; invite by hand if they shall come back".into(),
            });
        };
        // Dated ahead of this clock, it tells nothing about how long ago it was: lists judge it now.
        let age = ctx.input.now.duration_since(sent.at);
        let is_ahead = age < -CLOCKS_DIFFER;
        if age < VISIBLE_WITHIN && !is_ahead && !sent.seen {
            return Earlier::Wait;
        }
        // Absence, and what has appeared, can be told from a complete list alone.
        if !self.is_complete(&sent.place) {
            return Earlier::Refuse(Refusal {
                code: HoldCode::NotComplete,
                message: format!(
                    "`{key}` was invited at {}, which was not read completely",
                    sent.place
                ),
                help: "make the place readable and plan again".into(),
            });
        }
        let appeared = self.appeared(ctx, case, sent);
        if !appeared.is_empty() {
            let calls: Vec<String> = appeared.iter().map(|&at| self.call(ctx, at)).collect();
            return Earlier::Refuse(Refusal {
                code: HoldCode::JoinedOtherwise,
                message: format!(
                    "the invitation of `{key}` is not in the list of {} any more, and there is {}: they may have joined under another account",
                    sent.place,
                    some_of(&calls)
                ),
                help: format!(
                    "pin the account if it is theirs: `accounts: {{ {}: {{ id: ... }} }}`, or say `not: [...]`",
                    self.name
                ),
            });
        }
        let since = if is_ahead {
            format!("{} (which is ahead of this clock)", sent.at)
        } else {
            sent.at.to_string()
        };
        match (sent.seen, sent.confirmed, sent.count) {
            (true, _, _) => Earlier::Again(Refusal {
                code: HoldCode::SecondInvitation,
                message: format!(
                    "`{key}` was invited at {} on {since}, and the invitation is gone without an account: another would be a second message",
                    sent.place
                ),
                help: "ask them; invite again by hand in the vendor's own page".into(),
            }),
            (false, true, _) => Earlier::Refuse(Refusal {
                code: HoldCode::InvitationUnknown,
                message: format!(
                    "`{key}` was invited at {} on {since}; the vendor accepted it and has never shown it",
                    sent.place
                ),
                help: "ask whether the message arrived; then pin the account, or invite by hand"
                    .into(),
            }),
            // One unknown answer, and a complete list without a row: it may be sent once more.
            (false, false, 0 | 1) => Earlier::Clear,
            (false, false, _) => Earlier::Refuse(Refusal {
                code: HoldCode::InvitationUnknown,
                message: format!(
                    "whether the invitations of `{key}` at {} were sent is unknown, the last of {} on {since}",
                    sent.place, sent.count
                ),
                help: "ask whether a message arrived; then pin the account, or invite by hand"
                    .into(),
            }),
        }
    }

    /// Accounts at the place of an invitation that nobody knew before.
    fn appeared(&self, ctx: &Context<'a>, case: &Case<'a>, sent: &SentInvitation) -> Vec<usize> {
        let not = case.person.pins.get(self.name).map(|pin| &pin.not);
        self.identity
            .seen
            .iter()
            .enumerate()
            .filter(|(at, seen)| {
                seen.owner == Owner::Nobody
                    && !self.callers.contains(at)
                    && seen.removable()
                    && seen
                        .at(&sent.place)
                        .is_some_and(|row| row.state == AccountState::Active)
                    && !ctx
                        .input
                        .memory
                        .strangers
                        .contains(&(self.name.clone(), seen.id.clone()))
                    && !not.is_some_and(|not| not.contains(seen.id))
            })
            .map(|(at, _)| at)
            .collect()
    }

    pub(super) fn refuse_lookalike(&self, ctx: &Context<'a>, case: &Case<'a>) -> Option<Refusal> {
        let accounts = self.lookalikes(case.person);
        if accounts.is_empty() {
            return None;
        }
        let calls: Vec<String> = accounts.iter().map(|&at| self.call(ctx, at)).collect();
        let ids: Vec<String> = accounts
            .iter()
            .filter_map(|&at| Some(self.identity.seen.get(at)?.id.to_string()))
            .collect();
        let name = self.name;
        Some(Refusal {
            code: HoldCode::MaybeAccount,
            message: format!("`{}` may be {}", case.person.key, some_of(&calls)),
            help: format!(
                "pin it, `accounts: {{ {name}: {{ id: {} }} }}`, or say `accounts: {{ {name}: {{ not: [{}] }} }}`",
                ids.first().map_or("", String::as_str),
                ids.join(", ")
            ),
        })
    }

    /// The contact and the way, in the order that the settings give.
    pub(super) fn way(&self, case: &Case<'a>) -> Option<(Contact, InviteWay)> {
        // A message to a shared box reaches whoever reads it: only a shared login is invited there.
        let shared: &[Contact] = match case.person.kind {
            PersonKind::Shared | PersonKind::Service => &case.person.shared_contacts,
            PersonKind::Person => &[],
        };
        self.wish.invite_by.iter().find_map(|&way| {
            let fits =
                |contact: &&Contact| match (way, contact) {
                    (InviteWay::Email, Contact::Email(_))
                    | (InviteWay::Phone, Contact::Phone(_)) => true,
                    (InviteWay::Email, Contact::Phone(_))
                    | (InviteWay::Phone, Contact::Email(_)) => false,
                };
            let contact = case.person.contacts.iter().chain(shared).find(fits)?;
            Some((contact.clone(), way))
        })
    }

    fn make_invitation(
        &mut self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grant: &'a Grant,
    ) -> Result<(Step, super::make::Assessment), Refusal> {
        let catalog = ctx.input.catalog;
        let place = &grant.place;
        let key = &case.person.key;
        let Some(scope) = self.scope(place) else {
            return Err(Refusal {
                code: HoldCode::NotComplete,
                message: format!("{place} could not be read"),
                help: "make the place readable and plan again".into(),
            });
        };
        let Some((contact, way)) = self.way(case) else {
            return Err(Refusal {
                code: HoldCode::NoWayToInvite,
                message: format!("`{key}` has no contact that `{}` invites by", self.name),
                help: "add an e-mail or a phone, widen `invite_by`, or pin an account they have"
                    .into(),
            });
        };
        let invitable = grant.role.as_ref().and_then(|slug| role(slug.as_str()));
        if let Some(role) = invitable.filter(|role| !role.invitable) {
            return Err(Refusal {
                code: HoldCode::NotThere,
                message: format!("no invitation can carry the vendor role `{}`", role.slug),
                help: "invite with another role and change it once they have joined".into(),
            });
        }
        let (prepared, target) = self.resolve(ctx, case, grant, scope, None)?;
        self.note_ungiven(case, place, &prepared);
        let found = assess(
            catalog,
            &ctx.input.desired.rules.sensitive,
            None,
            Some(Layers::alone(catalog, &target.rights)),
            scope,
        );
        let staff = staff_after(target.staff, None);
        let mut effects = vec![match (&contact, way) {
            (Contact::Email(email), _) => Effect::Mail(email.masked()),
            (Contact::Phone(phone), _) => Effect::Sms(phone.masked()),
        }];
        if found.paid {
            effects.push(Effect::PaidSeat);
        }
        let reason = self.invite_reason(ctx, case, grant);
        let role = role_shift(None, target.role.as_ref());
        let mut step = step(
            &mut ctx.digests,
            Parts {
                kind: StepKind::Invite,
                mode: Mode::Api,
                class: class_of(&found, role, true),
                reason,
                person: Some(key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: place.clone(),
                account: None,
                before: None,
                after: Some(Access {
                    state: AccountState::Invited,
                    role: target.role.clone(),
                    staff,
                    staff_name: staff.and_then(|id| super::names::staff_name(&scope.names, id)),
                    rights: target.rights.clone(),
                    facts: std::sync::Arc::default(),
                }),
                deltas: found.deltas.clone(),
                effects,
                because: ctx.origins.behind(grant, &[]),
                change: Change::Invite {
                    contact,
                    way,
                    name: case.person.name.clone(),
                    target,
                },
            },
        );
        step.swing = swing(
            &found,
            role,
            is_owner(step.after.as_ref().and_then(|it| it.role.as_ref())),
        );
        Ok((step, found))
    }

    /// Files an invitation, as a step or as a hold. Whether it is a step.
    #[expect(
        clippy::too_many_arguments,
        reason = "an invitation and what is known about it"
    )]
    fn file(
        &self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        made: Result<(Step, super::make::Assessment), Refusal>,
        refusal: Option<Refusal>,
        needs: Option<(Allow, Refusal)>,
        after: Vec<usize>,
        unit: bool,
    ) -> bool {
        let because: Vec<Because> = ctx.origins.behind(grant, &[]);
        match made {
            Err(fault) => {
                case.give_failed = true;
                self.hold(ctx, case.person, Some(&grant.place), fault, because, None);
                false
            }
            Ok((step, found)) => {
                let refusal = refusal.or_else(|| {
                    self.scope(&grant.place).and_then(|scope| {
                        self.refuse_new(ctx, case, usize::MAX, &step, scope, true)
                    })
                });
                let free = refusal.is_none()
                    && needs.is_none()
                    && self.ownership(&grant.place) != Ownership::Report;
                self.push_give(ctx, case, step, refusal, needs, &found, after, unit);
                free
            }
        }
    }

    /// Takes back an invitation that nobody accepted in time, where the settings say so. Whether that is the case.
    ///
    /// Nobody is written to again because of it: another invitation needs an approval.
    pub(super) fn withdraw_stale(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        account: usize,
        grant: &'a Grant,
        row: &Account,
    ) -> bool {
        let rule = ctx.input.desired.rules.invitations;
        let sent = self.sent(ctx, case.person).map(|sent| sent.at);
        let is_stale = sent.is_some_and(|at| ctx.input.now.duration_since(at) > rule.after);
        if !rule.withdraw || !is_stale || self.ownership(&grant.place) != Ownership::Full {
            return false;
        }
        let line = rule.origin.map(|span| ctx.origins.line(span));
        let mut because: Vec<Because> = line.into_iter().collect();
        because.push(Because::Rule(
            "the invitation was not accepted in time (`invitations.then: withdraw`)".into(),
        ));
        self.take(ctx, case, account, &grant.place, row, Reason::Due, because);
        true
    }

    /// A pending invitation that went to a contact which YAML does not have any more is taken back
    /// and sent anew, as one. Whether that is the case.
    pub(super) fn renew_invitation(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        accounts: &[usize],
    ) -> bool {
        let [account] = accounts else {
            return false;
        };
        let Some(seen) = self.identity.seen.get(*account) else {
            return false;
        };
        let pending = seen
            .rows
            .iter()
            .all(|(_, row)| row.state == AccountState::Invited);
        if !pending || !self.changed_contact(case, *account) {
            return false;
        }
        let needs: Vec<&'a Grant> = case
            .grants
            .iter()
            .copied()
            .filter(|grant| {
                grant.state == GrantState::Present && self.scope(&grant.place).is_some()
            })
            .collect();
        if needs.is_empty() {
            return false;
        }
        let rows = seen.rows.clone();
        let seen_places: Vec<&PlaceId> = rows.iter().map(|&(place, _)| place).collect();
        let Some(first) = Self::first_place(case, &needs) else {
            return false;
        };
        let made = self.make_invitation(ctx, case, first);
        let refusal = self
            .blind_spot(ctx, case)
            .or_else(|| self.refuse_lookalike(ctx, case));
        // Nothing is taken back unless the new one can be sent.
        let can_send = made.is_ok() && refusal.is_none();
        let mut after = Vec::new();
        for (place, row) in rows {
            if !can_send
                || case
                    .takes
                    .iter()
                    .any(|&at| is_at(&ctx.found.candidates, at, place))
            {
                continue;
            }
            let mut because = ctx.person_line(case.person);
            because.push(Because::Rule(
                "the contact has changed: the invitation to the old one is taken back".into(),
            ));
            let taken = self.take(ctx, case, *account, place, row, Reason::Joined, because);
            if let Some(candidate) = taken.and_then(|at| ctx.found.candidates.get_mut(at)) {
                candidate.unit = true;
            }
            after.extend(taken);
        }
        let refusal = refusal.or_else(|| {
            let withheld = seen_places.iter().any(|place| self.ownership(place) != Ownership::Full);
            withheld.then(|| Refusal {
                code: HoldCode::DependsOnHeld,
                message: format!(
                    "the contact of `{}` has changed, and the invitation to the old one may not be taken back here",
                    case.person.key
                ),
                help: "take it back by hand, or set `ownership: full`".into(),
            })
        });
        let sent = self.file(ctx, case, first, made, refusal, None, after, true);
        if sent {
            self.wait_for_rest(ctx, case, &needs, first);
        }
        true
    }
}

fn is_at(candidates: &[Candidate], at: usize, place: &PlaceId) -> bool {
    candidates
        .get(at)
        .is_some_and(|candidate| candidate.step.place == *place)
}
