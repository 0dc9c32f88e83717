//! What nobody can do by a call: access that is given and taken by hand, at kinds without an interface and in chains.
//!
//! Not the handing over: that is the command line's. In reading order: `evidence` says what is known of an account and
//! by whom, `keycrm`, `reservio`, `apenday` and `chain` what has to be done about it and where to click, `work` how
//! that becomes a step. Invariant: taking follows from an order or from what a person said was given, never from
//! silence; where nothing is known, a leaver's access is taken back "if there is any".

mod apenday;
mod chain;
mod enterprise;
mod evidence;
mod keycrm;
mod profiles;
mod reservio;
mod scopes;
#[cfg(test)]
mod tests;
mod work;

pub(super) use evidence::Statements;
pub(super) use scopes::{doubts, has_chain, scope_fact};
pub(super) use work::date;

use super::person::Case;
use super::step::{Because, Reason};
use super::system::{Context, System};
use crate::catalog::Kind;
use crate::model::{Grant, GrantState, Managed, Person, PlaceId};

/// What a person's lines say about an account as a whole.
pub(super) enum Aim {
    /// Have it.
    Have,
    /// Keep it, but not in use for now.
    Pause(Vec<Because>),
    /// Have nothing, because of this.
    Nothing(Reason, Vec<Because>),
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Plans one person at a kind that is done by hand.
    pub(super) fn plan_by_hand(&mut self, ctx: &mut Context<'a>, at: usize) {
        let Some(mut case) = self.hand_case(ctx, at) else {
            return;
        };
        if let Some(doubt) = self.identity.people.get(at).and_then(|it| it.doubt.clone()) {
            self.hold_doubt(ctx, &case, &doubt);
            return;
        }
        match self.kind {
            Kind::Keycrm => self.plan_keycrm(ctx, &mut case),
            Kind::Reservio => self.plan_reservio(ctx, &mut case),
            Kind::Apenday => self.plan_apenday(ctx, &mut case),
            Kind::Altegio | Kind::Yclients => self.plan_chain(ctx, &mut case),
        }
        // Between places what is lost waits for what is gained. One account has no places to move between, and what is
        // taken from it may well come first.
        if self.kind == Kind::Reservio {
            Self::link_moves(ctx, &case);
        }
    }

    /// The person with what they shall have in this system; none of somebody whose access is left alone.
    fn hand_case(&self, ctx: &Context<'a>, at: usize) -> Option<Case<'a>> {
        let person: &'a Person = ctx.people.get(at)?;
        let order = match person.managed {
            Managed::No => return None,
            Managed::Yes => None,
            Managed::Nothing(span) | Managed::Left(span) => Some(span),
        };
        let chain = self.kind.has_rights();
        let grants = person.grants.iter();
        let grants = grants
            .filter(|grant| grant.system == *self.name && (grant.place == PlaceId::Chain) == chain);
        Some(Case {
            grants: grants.collect(),
            order,
            ..Case::of(at, person)
        })
    }

    /// What the lines say about an account that `grants` are about.
    fn aim(
        &mut self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        grants: &[&'a Grant],
        place: &PlaceId,
    ) -> Aim {
        if let Some(span) = case.order {
            return Aim::Nothing(Reason::Left, vec![ctx.origins.line(span)]);
        }
        let of = |state| grants.iter().copied().filter(move |it| it.state == state);
        if of(GrantState::Present).next().is_some() {
            return Aim::Have;
        }
        if let Some(grant) = of(GrantState::Paused).next() {
            return Aim::Pause(ctx.origins.behind(grant, &[]));
        }
        if let Some(grant) = of(GrantState::Absent).next() {
            return Aim::Nothing(Reason::Left, ctx.origins.behind(grant, &[]));
        }
        if let Some(ended) = self.ended(case, place) {
            let because = vec![
                ctx.origins.line(ended.origin),
                Because::Rule(format!(
                    "that line has ended, and no other gives `{}` anything there",
                    case.person.key
                )),
            ];
            return Aim::Nothing(Reason::Lapsed, because);
        }
        let mut because = ctx.person_line(case.person);
        because.push(Because::Rule(format!(
            "no line of `{}` that is in force gives anything there",
            case.person.key
        )));
        let ours = self.granted(ctx, case.person).contains(place) || self.was_said(case, place);
        let reason = if ours { Reason::Left } else { Reason::Drift };
        Aim::Nothing(reason, because)
    }
}
