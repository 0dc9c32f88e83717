//! What a person has to do or to decide: doubts, checks of the chain, contacts to change.
//!
//! Invariant: nothing here changes access; what cannot be known is said with everyone involved.

use super::identity::{Doubt, Seen};
use super::make::{Candidate, Parts, Rank, Refusal, step};
use super::person::Case;
use super::step::{
    Action, Change, DangerClass, HoldCode, Instruction, ManualActor, Mode, Note, Proof, Reason,
    Step, StepKind, Typed, TypedValue,
};
use super::system::{Context, System};
use super::values::Shift;
use crate::catalog::Kind;
use crate::model::{Contact, GrantState, Ownership};

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn hold_doubt(&self, ctx: &mut Context<'a>, case: &Case<'a>, doubt: &Doubt) {
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
            Doubt::Pinned { account, by, of } => Refusal {
                code: HoldCode::IdentityDoubt,
                message: format!(
                    "{} is pinned to {}, and by the journal or by its contacts it is that of {}: nothing is given or taken",
                    self.call(ctx, *account),
                    name_of(by),
                    of.iter().map(name_of).collect::<Vec<_>>().join(", ")
                ),
                help: format!(
                    "take the pin out, say `was:` if it is one person under a new key, or write `not: [{}]` for {}",
                    id_of(*account),
                    of.first().map(name_of).unwrap_or_default()
                ),
            },
        };
        let because = ctx.person_line(person);
        self.hold(ctx, person, None, refusal, because, None);
    }

    pub(super) fn note_paused(&self, ctx: &mut Context<'a>, case: &Case<'a>) {
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
    pub(super) fn follow_contact(&mut self, ctx: &mut Context<'a>, case: &Case<'a>) {
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
                            Action::say(format!(
                                "sign in to {} and open your own profile",
                                self.kind.title()
                            )),
                            Action::with(
                                "change your contacts",
                                case.person
                                    .contacts
                                    .iter()
                                    .map(|contact| typed(contact, self.kind))
                                    .collect(),
                            ),
                        ],
                        check_before: Vec::new(),
                        link: None,
                        proof: Proof::Reading,
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
}

/// A contact as it is typed at a vendor.
pub(super) fn typed(contact: &Contact, kind: Kind) -> Typed {
    let (label, text) = match contact {
        Contact::Email(email) => ("e-mail", email.as_str().to_owned()),
        Contact::Phone(phone) => ("phone", kind.phone_style().format(phone.as_str())),
    };
    Typed {
        label: label.into(),
        value: TypedValue::Contact {
            contact: contact.clone(),
            typed: text,
        },
    }
}

fn by_hand(case: &Case<'_>, step: Step) -> Candidate {
    Candidate {
        step,
        person: Some(case.at),
        leaver: case.order.is_some(),
        refusal: None,
        needs: None,
        manages: Shift::default(),
        rank: Rank::Anybody,
        after: Vec::new(),
        unit: false,
    }
}
