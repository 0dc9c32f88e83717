//! From something that a person has to do to a step of the plan.
//!
//! Not the knowledge of where to click: that is beside each vendor. Invariant: nothing that reduces the acting account
//! or a protected person becomes a step, nothing is handed out where `ownership` says only to look, and something that
//! was done and leaves no trace is not asked for twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::input::Input;
use super::super::make::{Candidate, Parts, Rank, Refusal, step};
use super::super::origins::is_protected;
use super::super::person::Case;
use super::super::step::{
    Access, Action, Because, Change, DangerClass, Effect, Hand, HoldCode, Instruction, ManualActor,
    Mode, Note, Proof, Reason, Said, Step, StepKind, Typed,
};
use super::super::system::{Context, System};
use super::super::values::Shift;
use super::evidence::Having;
use jiff::Timestamp;

use crate::model::{
    AccountId, AccountState, Attestation, Contact, Facts, Ownership, Person, PlaceId, RightSet,
    VendorRoleSlug,
};

/// Something a person has to do.
pub(super) struct Work {
    pub(super) kind: StepKind,
    pub(super) place: PlaceId,
    pub(super) account: Option<AccountId>,
    pub(super) before: Option<Access>,
    pub(super) after: Option<Access>,
    pub(super) class: DangerClass,
    pub(super) reason: Reason,
    pub(super) because: Vec<Because>,
    pub(super) effects: Vec<Effect>,
    /// Done by the person it is about, not by `hands`.
    pub(super) own: bool,
    pub(super) first: Vec<Action>,
    pub(super) actions: Vec<Action>,
    pub(super) proof: Proof,
    /// When what the step rests on was read or exported; none where it is known by word.
    pub(super) read_at: Option<Timestamp>,
    /// Comes after these, by position among the candidates.
    pub(super) after_steps: Vec<usize>,
    pub(super) refusal: Option<Refusal>,
    /// Comes after something that is done already: only where it was handed over with it, or where somebody said that
    /// the other thing was done. Whoever left before all this is not tidied up after years later.
    pub(super) trailing: bool,
}

impl Work {
    /// Work with nothing said about it yet but what, where and why.
    pub(super) fn new(
        kind: StepKind,
        place: PlaceId,
        class: DangerClass,
        reason: Reason,
        because: Vec<Because>,
    ) -> Self {
        Self {
            kind,
            place,
            account: None,
            before: None,
            after: None,
            class,
            reason,
            because,
            effects: Vec::new(),
            own: false,
            first: Vec::new(),
            actions: Vec::new(),
            proof: Proof::Attestation,
            read_at: None,
            after_steps: Vec::new(),
            refusal: None,
            trailing: false,
        }
    }

    /// Takes up what is known of the account.
    pub(super) fn takes_up(&mut self, having: Option<&Having>) {
        self.account = having.and_then(|having| having.account.clone());
        self.before = having.map(access_of);
    }

    /// The vendor writes to the person.
    pub(super) fn mails(&mut self, person: &Person) {
        let mail = email(person).map(|mail| Effect::Mail(mail.masked()));
        self.effects = mail.into_iter().collect();
    }
}

/// Access at a kind without a catalogue of rights.
pub(super) fn access(
    state: AccountState,
    role: Option<VendorRoleSlug>,
    facts: Arc<Facts>,
) -> Access {
    Access {
        state,
        role,
        staff: None,
        staff_name: None,
        rights: Arc::new(RightSet::empty(0)),
        facts,
    }
}

/// What is known of an account, as access.
pub(super) fn access_of(having: &Having) -> Access {
    access(having.state, having.role.clone(), having.facts.clone())
}

/// First and last name as forms ask for them; whoever declares one text gets it as the last.
pub(super) fn names(person: &Person) -> Vec<Typed> {
    match &person.name_parts {
        Some((first, last)) => vec![
            Typed::text("first name", first.to_string()),
            Typed::text("last name", last.to_string()),
        ],
        None => vec![Typed::text("name", person.name.to_string())],
    }
}

/// The e-mail that a message to the person goes to; that of a shared box only where there is no other.
pub(super) fn email(person: &Person) -> Option<&Contact> {
    let all = person.contacts.iter().chain(&person.shared_contacts);
    all.into_iter()
        .find(|contact| matches!(contact, Contact::Email(_)))
}

/// What keeps somebody from coming back in with more than the files give them.
pub(super) fn too_much_to_come_back(person: &Person) -> Refusal {
    Refusal {
        code: HoldCode::DependsOnHeld,
        message: format!(
            "`{}` would come back in with more than the files give, and what takes it may not be done here",
            person.key
        ),
        help: "let the other step through first (`ownership: full`, or out of `protected`), or take it in the vendor's page and say so".into(),
    }
}

/// The phone of a person.
pub(super) fn phone(person: &Person) -> Option<&Contact> {
    let all = person.contacts.iter().chain(&person.shared_contacts);
    all.into_iter()
        .find(|contact| matches!(contact, Contact::Phone(_)))
}

/// A list that has one entry a line, in words.
pub(super) fn list(value: &str) -> String {
    value.split('\n').collect::<Vec<_>>().join(", ")
}

/// Facts that are wanted and not known to be so.
pub(super) fn missing(wanted: &Facts, known: &Facts) -> Facts {
    let differs = |(name, value): &(&Arc<str>, &Arc<str>)| known.get(*name) != Some(*value);
    wanted
        .iter()
        .filter(differs)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Whether what is open takes something: an item of a list, or a switch. Another team or calendar takes none.
pub(super) fn loses(open: &Facts, known: &Facts) -> bool {
    open.iter().any(|(name, wanted)| match known.get(name) {
        None => false,
        Some(_) if matches!(&**name, "team" | "calendar") => false,
        Some(had) if matches!(&**had, "true" | "false") => &**wanted == "false",
        Some(had) => {
            let wanted: BTreeSet<&str> = wanted.split('\n').collect();
            had.split('\n').any(|had| !wanted.contains(had))
        }
    })
}

/// Since when a step by hand waits, and when it is due, where that is not said yet.
pub(in super::super) fn date(input: &Input<'_>, step: &mut Step) {
    let Some(hand) = step.hand.as_mut() else {
        return;
    };
    let key = (step.system.clone(), step.id.0.clone());
    let handed = input.memory.handed.get(&key).map(|handed| handed.since);
    hand.since = hand.since.into_iter().chain(handed).min();
    let wish = input.desired.systems.get(&step.system);
    if let (None, Some(since), Some(wish)) = (hand.due, hand.since, wish) {
        hand.due = since.checked_add(wish.due).ok();
    }
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Makes the step; its position among the candidates, unless `ownership` suppresses it or it was done.
    pub(super) fn hand_out(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        work: Work,
    ) -> Option<usize> {
        let takes = work.class == DangerClass::Removing;
        let read_at = work.read_at;
        let actor = if work.own {
            ManualActor::Person(case.person.key.clone())
        } else {
            ManualActor::Hands(self.wish.hands.clone())
        };
        let refusal = work.refusal.or_else(|| self.refuse_hand(ctx, case, takes));
        let place = work.place.clone();
        let mut step = step(
            &mut ctx.digests,
            Parts {
                kind: work.kind,
                mode: Mode::Manual(Instruction {
                    actor,
                    check_before: work.first,
                    actions: work.actions,
                    link: None,
                    proof: work.proof,
                }),
                class: work.class,
                reason: work.reason,
                person: Some(case.person.key.clone()),
                name: case.person.name.clone(),
                system: self.name.clone(),
                place: work.place,
                account: work.account,
                before: work.before,
                after: work.after,
                deltas: Vec::new(),
                effects: work.effects,
                because: work.because,
                change: Change::ByHand,
            },
        );
        if step.kind == StepKind::FollowUp
            && matches!(&step.mode, Mode::Manual(it) if it.proof == Proof::Attestation)
            && self.said.of_step(&step.id).is_some()
        {
            return None;
        }
        let handed = &ctx.input.memory.handed;
        if work.trailing
            && !handed.contains_key(&(self.name.clone(), step.id.0.clone()))
            && !self.was_said_taken(case, &place)
        {
            return None;
        }
        step.hand = Some(Box::new(self.known_of(ctx, case, &step, read_at)));
        let allowed = match self.ownership(&place) {
            Ownership::Full => true,
            Ownership::AddOnly => !takes,
            Ownership::Report => false,
        };
        if !allowed {
            self.withhold(ctx, step, &place);
            return None;
        }
        let at = ctx.found.candidates.len();
        if takes {
            case.takes.push(at);
        } else if step.kind != StepKind::FollowUp && step.after.is_some() {
            case.gives.push(at);
        }
        ctx.found.candidates.push(Candidate {
            step,
            person: Some(case.at),
            leaver: case.order.is_some(),
            refusal,
            needs: None,
            manages: Shift::default(),
            rank: Rank::Anybody,
            after: work.after_steps,
            unit: false,
        });
        Some(at)
    }

    /// Whether anything is or was known of a person in this system, at any place.
    pub(super) fn had_any(&mut self, ctx: &Context<'a>, case: &Case<'a>) -> bool {
        let old = ctx.input.observed.old_exports.keys();
        let mut old = old.filter(|(system, _)| system == self.name);
        let listed = old.any(|(_, place)| self.listed_in(ctx, case, place).is_some());
        listed
            || !self.accounts(case.at).is_empty()
            || !self.granted(ctx, case.person).is_empty()
            || !self.said.places(case).is_empty()
    }

    /// What was set by hand and no line names any more stays: nobody ordered anything else.
    pub(super) fn note_kept(
        &self,
        ctx: &mut Context<'a>,
        case: &Case<'a>,
        wanted: &Facts,
        known: &Facts,
    ) {
        let on = known.iter().filter(|(_, value)| &***value != "false");
        for (name, value) in on.filter(|(name, _)| !wanted.contains_key(*name)) {
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: None,
                text: format!(
                    "`{}` is said to have {name} {}, which no line names any more: it stays until somebody changes it in {}",
                    case.person.key,
                    list(value),
                    self.kind.title()
                ),
            });
        }
    }

    /// Has somebody look whether what was said long ago is still so, with what it is in the vendor's words.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a fact of its own; a struct for four calls would say less"
    )]
    pub(super) fn look_again(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        place: &PlaceId,
        stale: &Having,
        open: Vec<Action>,
        told: Vec<Typed>,
        mut because: Vec<Because>,
    ) {
        because.push(Because::Rule(
            "the last word on it is older than `recheck`, and no interface shows it".into(),
        ));
        let mut work = Work::new(
            StepKind::Check,
            place.clone(),
            DangerClass::Safe,
            Reason::Drift,
            because,
        );
        work.account.clone_from(&stale.account);
        work.after = Some(access_of(stale));
        work.actions = open;
        work.actions.push(Action::with(
            format!("look that they are {}, with this", stale.state.name()),
            told,
        ));
        work.actions.push(Action::say(
            "if they are not there, confirm with `--state absent`; if it is otherwise, set it to what is written here",
        ));
        self.hand_out(ctx, case, work);
    }

    /// When a step is due by a date of the files alone, and whether somebody said it was done.
    fn known_of(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        step: &Step,
        read_at: Option<Timestamp>,
    ) -> Hand {
        // A leaver's access is due from the day they leave, whenever somebody was told.
        let takes = step.class == DangerClass::Removing
            || (step.kind == StepKind::Check && step.place == PlaceId::Chain);
        let left = case.person.left.filter(|_| takes && case.order.is_some());
        let contradicted = self.contradicted(ctx, case, step, read_at);
        // A step that got another id since keeps the time it was handed over under the old one.
        let handed = &ctx.input.memory.handed;
        let earlier = |said: &Attestation| {
            let known = handed.get(&(self.name.clone(), said.step.clone()))?;
            Some(known.since)
        };
        Hand {
            since: contradicted.and_then(earlier),
            due: left.and_then(|left| left.checked_add(self.wish.due).ok()),
            contradicted: contradicted.map(|said| Said {
                by: said.by.clone(),
                at: said.at,
            }),
        }
    }

    pub(super) fn refuse_hand(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        takes: bool,
    ) -> Option<Refusal> {
        if !takes {
            return None;
        }
        let key = &case.person.key;
        if self.is_acting(case) {
            return Some(Refusal {
                code: HoldCode::Protected,
                message: format!(
                    "`{key}` owns the key or the rights that `keyholder` works with here (`acting`): taking their access may end it"
                ),
                help: "let somebody else's key act first, and name them under `acting`".into(),
            });
        }
        let line = ctx.input.desired.protected.get(key)?;
        Some(Refusal {
            code: HoldCode::Protected,
            message: format!(
                "{}: nothing takes their access",
                is_protected(ctx.input.sources, key, *line)
            ),
            help: "take the key out of `protected` first, in a change of its own".into(),
        })
    }

    /// Whether something may be taken from a person at a place.
    pub(super) fn may_take(&self, ctx: &Context<'a>, case: &Case<'a>, place: &PlaceId) -> bool {
        self.ownership(place) == Ownership::Full && self.refuse_hand(ctx, case, true).is_none()
    }

    /// Whether the settings name the person, or an account of theirs, as acting.
    fn is_acting(&self, case: &Case<'a>) -> bool {
        use crate::model::Actor;
        match &self.wish.acting {
            Some(Actor::Person(key)) => *key == case.person.key,
            Some(Actor::Account(id)) => {
                let pinned = case.person.pins.get(self.name);
                pinned.is_some_and(|pin| pin.ids.contains(id))
                    || self
                        .accounts(case.at)
                        .iter()
                        .any(|account| self.callers.contains(account))
            }
            None => self
                .accounts(case.at)
                .iter()
                .any(|account| self.callers.contains(account)),
        }
    }
}
