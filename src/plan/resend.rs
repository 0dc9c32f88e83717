//! One more message to somebody whose invitation is still pending, because a person asked for it.
//!
//! No vendor has a call for it, so it is a step by hand. It is there from the moment it is handed over until somebody
//! says that it is done, or the invitation is accepted. Invariant: only a pending invitation that a complete list shows
//! is sent again, and each further message needs an approval once, when it is asked for.

use std::collections::BTreeSet;

use super::identity::keys;
use super::make::{Candidate, Parts, Rank, Refusal, access_of, step};
use super::person::Case;
use super::step::{
    Action, Because, Change, DangerClass, Effect, HoldCode, Instruction, ManualActor, Mode, Proof,
    Reason, StepId, StepKind,
};
use super::swing::Swing;
use super::system::{Context, System, title};
use super::values::Shift;
use crate::model::{AccountState, Allow, Contact, PersonKey, PlaceId};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Whether somebody asked for the invitation of this person to be sent again.
    pub(super) fn is_asked_again(&self, ctx: &Context<'a>, case: &Case<'a>) -> bool {
        let handed = ctx.input.memory.handed.iter();
        // One that somebody said is done asks for nothing any more, although no run has taken note of that yet.
        let mut asked = handed.filter(|((system, step), it)| {
            it.does.as_ref() == StepKind::Resend.name()
                && system == self.name
                && !self.is_said(ctx, &StepId(step.clone()))
        });
        asked.any(|(_, it)| it.person.as_ref().is_some_and(|key| is_theirs(case, key)))
    }

    /// Asks whoever does steps by hand to have the vendor send a pending invitation again.
    pub(super) fn resend(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        if !self.is_asked_again(ctx, case) {
            return;
        }
        let sent = self.sent(ctx, case.person).map(|sent| &sent.place);
        let accounts = self.accounts(case.at);
        let rows = accounts.iter().filter_map(|&at| self.identity.seen.get(at));
        let mut rows: Vec<_> = rows
            .flat_map(|seen| seen.rows.iter().copied())
            .filter(|(place, row)| row.state == AccountState::Invited && self.is_complete(place))
            .collect();
        // One message, where the first one went out.
        rows.sort_by_key(|(place, _)| sent != Some(*place));
        let Some(&(place, row)) = rows.first() else {
            return;
        };
        let Some(scope) = self.scope(place) else {
            return;
        };
        let now = access_of(ctx.input.catalog, row, scope);
        let to = self.way(case).map(|(contact, _)| match contact {
            Contact::Email(email) => Effect::Mail(email.masked()),
            Contact::Phone(phone) => Effect::Sms(phone.masked()),
        });
        let mut because: Vec<Because> = vec![Because::Rule(
            "somebody asked for it with `keyholder resend`".into(),
        )];
        because.extend(ctx.person_line(case.person));
        let mut step = step(
            &mut ctx.digests,
            Parts {
                kind: StepKind::Resend,
                mode: Mode::Manual(Instruction {
                    actor: ManualActor::Hands(self.wish.hands.clone()),
                    actions: vec![
                        Action::say(format!(
                            "open {} in {}, Settings, Users",
                            title(ctx.input.desired, place),
                            self.kind.title()
                        )),
                        Action::say(format!("find {} among the pending users", row.name)),
                        "click \"Invite again\"".into(),
                    ],
                    check_before: vec![
                        "the user is still pending: who has accepted meanwhile needs no message"
                            .into(),
                    ],
                    link: None,
                    proof: Proof::Attestation,
                }),
                class: DangerClass::Messaging,
                reason: Reason::Joined,
                person: Some(case.person.key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: place.clone(),
                account: Some(row.id.clone()),
                before: Some(now.clone()),
                after: Some(now),
                deltas: Vec::new(),
                effects: to.into_iter().collect(),
                because,
                change: Change::ByHand,
            },
        );
        // It changes nobody's access.
        step.swing = Swing::default();
        // A second one is another step than the first, which somebody said is done.
        let who = format!("{} {}", row.id, self.times_resent(ctx, case));
        step.id = ctx
            .digests
            .step(self.name, &who, place, StepKind::Resend, None);
        if self.is_said(ctx, &step.id) {
            return;
        }
        let needs = self.further_message(ctx, case, place, &step.id);
        ctx.found.candidates.push(Candidate {
            step,
            person: Some(case.at),
            leaver: false,
            refusal: None,
            needs,
            manages: Shift::default(),
            rank: Rank::Anybody,
            after: Vec::new(),
            unit: false,
        });
    }

    /// The same for a step that was made elsewhere, by its position among the candidates.
    pub(super) fn needs_word(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        made: Option<usize>,
    ) {
        let candidate = made.and_then(|at| ctx.found.candidates.get(at));
        let Some(id) = candidate.map(|it| it.step.id.clone()) else {
            return;
        };
        let needs = self.further_message(ctx, case, place, &id);
        if let Some(candidate) = made.and_then(|at| ctx.found.candidates.get_mut(at)) {
            candidate.needs = needs;
        }
    }

    /// The approval of one more message; not of one that was handed over already.
    pub(super) fn further_message(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        step: &StepId,
    ) -> Option<(Allow, Refusal)> {
        let handed = &ctx.input.memory.handed;
        if handed.contains_key(&(self.name.clone(), step.0.clone())) {
            return None;
        }
        let key = &case.person.key;
        Some((
            Allow::Invitations,
            Refusal {
                code: HoldCode::SecondInvitation,
                message: format!(
                    "`{key}` was invited to {place} and has not accepted: sending it again is a further message"
                ),
                help: "ask them first whether the first one arrived".into(),
            },
        ))
    }

    /// How often somebody said that it was sent again, before what is open now; also where no run has taken note of it yet.
    fn times_resent(&self, ctx: &Context<'a>, case: &Case<'a>) -> usize {
        let memory = ctx.input.memory;
        let noted = memory.attested.iter().filter(|((system, _), it)| {
            it.does.as_ref() == StepKind::Resend.name()
                && system == self.name
                && !it.withdrawn
                && is_theirs(case, &it.person)
                && !memory
                    .handed
                    .contains_key(&(system.clone(), it.step.clone()))
        });
        let said = ctx.input.attested.systems.get(self.name);
        let said = said.into_iter().flatten().filter(|it| {
            it.does.as_ref() == StepKind::Resend.name() && is_theirs(case, &it.person)
        });
        let ids: BTreeSet<&str> = noted
            .map(|((_, id), _)| &**id)
            .chain(said.map(|it| &*it.id))
            .collect();
        ids.len()
    }

    /// Whether somebody said that a step is done.
    fn is_said(&self, ctx: &Context<'a>, step: &StepId) -> bool {
        let said = ctx.input.attested.systems.get(self.name);
        said.is_some_and(|said| said.iter().any(|it| it.step == step.0))
    }
}

fn is_theirs(case: &Case<'_>, key: &PersonKey) -> bool {
    keys(case.person).any(|own| own == key)
}
