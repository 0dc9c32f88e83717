//! Access to a chain at Altegio and YCLIENTS: declared, given by hand, and never read.
//!
//! From the vendor's help page on chain users: chain interface, Settings, Users, where somebody is added anew or
//! invited by the phone or e-mail they sign in with, and then given rights. Invariant: chain users cannot be listed, so
//! whoever leaves is looked up there by a person, also where nobody ever said that they had something.

use std::sync::Arc;

use super::super::follow::typed;
use super::super::person::Case;
use super::super::step::{Action, Because, DangerClass, Effect, Reason, StepKind, Typed};
use super::super::system::{Context, System};
use super::Aim;
use super::evidence::{Having, Known};
use super::work::{Work, access, missing};
use crate::catalog::ChainRight;
use crate::model::{AccountState, Facts, Grant, GrantState, Ownership, PlaceId};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn plan_chain(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        let place = PlaceId::Chain;
        let grants = case.grants.clone();
        let evidence = self.evidence(ctx, case, &place).relied_on();
        let (at, read_at) = (evidence.at, evidence.read_at);
        let wanted = grants
            .iter()
            .copied()
            .find(|grant| grant.state == GrantState::Present);
        match (self.aim(ctx, case, &grants, &place), evidence.known) {
            (Aim::Have, known) => {
                if let Some(grant) = wanted {
                    let planned = ctx.found.planned();
                    self.give_chain(ctx, case, grant, &known, read_at);
                    if let Some(stale) = evidence
                        .stale
                        .as_ref()
                        .filter(|_| planned == ctx.found.planned())
                    {
                        let who = Action::say(format!("open {}", case.person.name));
                        let because = ctx.origins.behind(grant, &[]);
                        let open = vec![self.open_chain(), who];
                        let told = right_fields(&stale.facts);
                        self.look_again(ctx, case, &place, stale, open, told, because);
                    }
                }
            }
            (Aim::Pause(because), Known::Has(having)) => {
                self.take_chain(ctx, case, Some(&having), Reason::Paused, because, read_at);
            }
            // It was given for all that is known, and nobody said so.
            (Aim::Pause(because), Known::Unknown) if self.may_have(ctx, case, &place) => {
                self.take_chain(ctx, case, None, Reason::Paused, because, read_at);
            }
            // Nobody in particular: only who leaves, or whom somebody said to have something, is looked up.
            (Aim::Pause(_), Known::Absent | Known::Unknown) => {}
            (Aim::Nothing(reason, because), Known::Has(having)) => {
                self.take_chain(ctx, case, Some(&having), reason, because, read_at);
            }
            // Whoever leaves is looked up; a look from before the last day says nothing of that day.
            (Aim::Nothing(reason, because), known)
                if case.order.is_some()
                    && (matches!(known, Known::Unknown)
                        || case.person.left.is_some_and(|left| at < Some(left))) =>
            {
                self.take_chain(ctx, case, None, reason, because, read_at);
            }
            (Aim::Nothing(reason, because), Known::Unknown)
                if case.order.is_none() && self.may_have(ctx, case, &place) =>
            {
                self.take_chain(ctx, case, None, reason, because, read_at);
            }
            (Aim::Nothing(..), Known::Unknown | Known::Absent) => {}
        }
    }

    /// The chain as people call it in the vendor's page.
    fn chain_name(&self) -> String {
        match &self.wish.chain {
            Some(chain) => format!("the chain (number {chain})"),
            None => "the chain".into(),
        }
    }

    fn open_chain(&self) -> Action {
        Action::say(format!(
            "in {} open {}, Settings, Users",
            self.kind.title(),
            self.chain_name()
        ))
    }

    /// Who can do it, as far as the caller's own rights tell.
    fn who_can(&self, ctx: &Context<'a>) -> Action {
        let rights = ctx
            .input
            .observed
            .systems
            .get(self.name)
            .and_then(|seen| seen.caller.chains.get(self.wish.chain.as_ref()?));
        Action::say(match rights {
            Some(rights) if rights.contains("users_access") => {
                "you may manage the chain's users (`users_access`): the account of `keyholder`'s token may, so its owner can do this"
            }
            Some(_) => {
                "you may manage the chain's users (`users_access`): the account of `keyholder`'s token may not"
            }
            None => {
                "you may manage the chain's users (`users_access`): the account of `keyholder`'s token does not see the chain, so nothing is known of who may"
            }
        })
    }

    fn give_chain(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        known: &Known,
        read_at: Option<jiff::Timestamp>,
    ) {
        let having = match known {
            Known::Has(having) if having.state != AccountState::Blocked => Some(having),
            Known::Has(_) | Known::Absent | Known::Unknown => None,
        };
        let lookalike = having.is_none() && self.accounts(case.at).is_empty();
        let refusal = lookalike
            .then(|| self.refuse_lookalike(ctx, case))
            .flatten();
        let nothing = Arc::new(Facts::new());
        let has = having.map_or(&nothing, |having| &having.facts);
        let open = missing(&grant.extra, has);
        // A right that is denied and that nobody ever said to be on is as wanted.
        let mut open: Facts = open
            .into_iter()
            .filter(|(key, value)| {
                &**value != "false" || has.get(key).is_some_and(|had| &**had == "true")
            })
            .collect();
        // One that is said to be on and that no line gives any more is taken.
        let ended = has
            .iter()
            .filter(|(key, had)| &***had == "true" && !grant.extra.contains_key(*key));
        open.extend(ended.map(|(key, _)| (key.clone(), "false".into())));
        if having.is_some() && open.is_empty() {
            return;
        }
        let loses = having.is_some() && open.values().any(|value| &**value == "false");
        let sensitive = open.iter().any(|(key, value)| {
            &**value == "true"
                && ChainRight::by_key(key).is_some_and(|right| right.sensitivity.is_some())
        });
        let because = ctx.origins.behind(grant, &[]);
        let contact = case
            .person
            .contacts
            .iter()
            .chain(&case.person.shared_contacts)
            .next();
        let class = if loses {
            DangerClass::Removing
        } else if sensitive {
            DangerClass::Escalating
        } else if having.is_none() {
            DangerClass::Messaging
        } else {
            DangerClass::Safe
        };
        let kind = if having.is_some() {
            StepKind::SetRights
        } else {
            StepKind::Invite
        };
        let reason = if having.is_some() {
            Reason::RoleChanged
        } else {
            Reason::Joined
        };
        let mut work = Work::new(kind, PlaceId::Chain, class, reason, because);
        work.takes_up(having);
        work.after = Some(access(AccountState::Active, None, grant.extra.clone()));
        work.read_at = read_at;
        work.refusal = refusal;
        work.first = vec![self.who_can(ctx)];
        work.actions = vec![self.open_chain()];
        if having.is_none() {
            work.first.push(Action::say(format!(
                "look for {}: if they are there, do not invite them again, only set the rights",
                case.person.name
            )));
            work.effects = contact
                .map(|contact| match contact {
                    crate::model::Contact::Email(_) => Effect::Mail(contact.masked()),
                    crate::model::Contact::Phone(_) => Effect::Sms(contact.masked()),
                })
                .into_iter()
                .collect();
            work.actions.push(Action::with(
                "click \"Invite one of the users\" if they sign in already, else \"Add a new user\", and fill in",
                std::iter::once(Typed::text("name", case.person.name.to_string()))
                    .chain(contact.map(|contact| typed(contact, self.kind)))
                    .collect(),
            ));
        } else {
            work.actions
                .push(Action::say(format!("open {}", case.person.name)));
        }
        let shown = if having.is_some() {
            &open
        } else {
            &*grant.extra
        };
        work.actions.push(Action::with(
            if having.is_some() {
                "set the rights, and save"
            } else {
                "set the rights, leave all others off, and save"
            },
            right_fields(shown),
        ));
        if self.hand_out(ctx, case, work).is_none() {
            case.give_failed = true;
        }
    }

    /// Takes away what is known, or has somebody look.
    fn take_chain(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        having: Option<&Having>,
        reason: Reason,
        mut because: Vec<Because>,
        read_at: Option<jiff::Timestamp>,
    ) {
        let (kind, class) = if having.is_some() {
            (StepKind::Remove, DangerClass::Removing)
        } else {
            because.push(Because::Rule(
                "chain users cannot be read: whoever leaves is looked up there".into(),
            ));
            (StepKind::Check, DangerClass::Safe)
        };
        let mut work = Work::new(kind, PlaceId::Chain, class, reason, because);
        work.takes_up(having);
        work.read_at = read_at;
        work.first = vec![self.who_can(ctx)];
        // Looking takes nothing by itself, but whoever finds them is told to.
        let may_take = self.ownership(&PlaceId::Chain) == Ownership::Full;
        if having.is_none() && may_take {
            work.refusal = self.refuse_hand(ctx, case, true);
        }
        // Whoever is only said to have nothing is looked up where they had something of this system.
        work.trailing = case.order.is_some()
            && case.person.left.is_none()
            && having.is_none()
            && !self.had_any(ctx, case);
        work.actions = vec![
            self.open_chain(),
            Action::with(
                match having {
                    Some(_) => "find the user and take their access to the chain away",
                    None if may_take => {
                        "look for the user, by name and by contact; if they are there, take their access to the chain away"
                    }
                    None => {
                        "look for the user, by name and by contact; if they are there, take nothing (`ownership` says so), and confirm with `--state active`"
                    }
                },
                std::iter::once(Typed::text("name", case.person.name.to_string()))
                    .chain(
                        case.person
                            .contacts
                            .iter()
                            .map(|contact| typed(contact, self.kind)),
                    )
                    .collect(),
            ),
        ];
        self.hand_out(ctx, case, work);
    }
}

/// Chain rights as the vendor calls them.
fn right_fields(rights: &Facts) -> Vec<Typed> {
    rights
        .iter()
        .map(|(key, value)| {
            let title = ChainRight::by_key(key).map_or(&**key, |right| right.title);
            Typed::text(title, if &**value == "true" { "on" } else { "off" })
        })
        .collect()
}
