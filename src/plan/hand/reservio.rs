//! Reservio: four ticks on a staff profile, or a level for each calendar at Enterprise; nothing of it can be read.
//!
//! From the vendor's help pages: the person registers on the booking site and verifies first, then is given access, then
//! accepts the invitation; access that was given too early is taken back and given again. The last tick equals the main
//! administrator. Invariant: a profile in the list proves no access, and its absence no lack of it; the last
//! administrator that is known of is not taken away.

use std::sync::Arc;

use super::super::follow::typed;
use super::super::make::Refusal;
use super::super::person::Case;
use super::super::step::{
    Action, Because, DangerClass, Effect, HoldCode, Note, Reason, StepKind, Typed,
};
use super::super::system::{Context, System, title};
use super::Aim;
use super::enterprise::is_level;
use super::evidence::{Evidence, Having, Known};
use super::work::{Work, access, access_of, email, missing};
use crate::catalog::Kind;
use crate::model::{
    AccountState, Facts, Grant, GrantState, PlaceId, PlaceStatus, Reading, ScopeState,
};

/// The ticks in the order of the profile, with the vendor's words.
const TICKS: [(&str, &str); 4] = [
    (
        "own_bookings",
        "enable staff member to log in and manage own bookings",
    ),
    ("all_bookings", "all bookings"),
    ("client_list", "client list"),
    ("sections", "sales, online booking and settings sections"),
];

/// The tick that equals the main administrator.
const ADMINISTRATOR: &str = "sections";

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn plan_reservio(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        let grants = case.grants.clone();
        let has_levels = self.has_levels(ctx);
        let has_ticks = !has_levels || self.has_ticks(ctx);
        // Whoever leaves has lines without rights: which of the two they had is told by the system alone.
        let of = |is_enterprise: bool, is_there: bool| -> Vec<&'a Grant> {
            let mut found = grants.clone();
            found.retain(|grant| match grant.state {
                GrantState::Absent => is_there,
                GrantState::Present | GrantState::Paused => is_level(&grant.extra) == is_enterprise,
            });
            found
        };
        let (enterprise, ticks) = (of(true, has_levels), of(false, has_ticks));
        let mut registering = None;
        for place in self.businesses(ctx, case, &ticks) {
            let here: Vec<&'a Grant> = ticks
                .iter()
                .copied()
                .filter(|grant| grant.place == place)
                .collect();
            self.plan_business(ctx, case, &place, &here, &mut registering);
        }
        self.plan_enterprise(ctx, case, &enterprise);
    }

    /// Whether anything tells of users at Enterprise: a role, a line of anybody, a statement, or an export.
    fn has_levels(&self, ctx: &Context<'a>) -> bool {
        let mut rows = self
            .scopes
            .values()
            .filter_map(Reading::seen)
            .flat_map(|scope: &ScopeState| scope.accounts.values());
        self.wish.gives.levels
            || self.lines(ctx).any(|grant| is_level(&grant.extra))
            || self.said.any(is_level)
            || rows.any(|row| row.facts.as_ref().is_some_and(|facts| is_level(facts)))
    }

    /// Whether a role or a line of anybody gives the ticks of the standard plan.
    fn has_ticks(&self, ctx: &Context<'a>) -> bool {
        let has_tick = |grant: &Grant| {
            let mut ticks = TICKS.iter();
            ticks.any(|(tick, _)| grant.extra.contains_key(*tick))
        };
        self.wish.gives.ticks || self.lines(ctx).any(has_tick)
    }

    fn lines<'b>(&'b self, ctx: &'b Context<'a>) -> impl Iterator<Item = &'b Grant> {
        let grants = ctx.people.iter().flat_map(|person| &person.grants);
        grants.filter(|grant| grant.system == *self.name)
    }

    /// Every business where lines, statements or an export say something of the person.
    fn businesses(
        &mut self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        grants: &[&'a Grant],
    ) -> Vec<PlaceId> {
        let given = self.granted(ctx, case.person).into_iter();
        let given: Vec<&'a PlaceId> = given.collect();
        let old = ctx.input.observed.old_exports.keys();
        let old = old.filter(|(system, place)| {
            system == self.name && self.listed_in(ctx, case, place).is_some()
        });
        let said = self.said.places(case).into_iter();
        let rows = self
            .accounts(case.at)
            .into_iter()
            .filter_map(|account| self.identity.seen.get(account))
            .flat_map(|seen| seen.rows.iter().map(|&(place, _)| place));
        let mut places: Vec<PlaceId> = grants
            .iter()
            .map(|grant| &grant.place)
            .chain(said)
            .chain(rows)
            .chain(given)
            .chain(old.map(|(_, place)| place))
            .filter(|place| place.location().is_some())
            .cloned()
            .collect();
        places.sort();
        places.dedup();
        places
    }

    fn plan_business(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        place: &PlaceId,
        grants: &[&'a Grant],
        registering: &mut Option<usize>,
    ) {
        let evidence = self.evidence(ctx, case, place).relied_on();
        let wanted = grants.iter().copied().find(|grant| {
            grant.state == GrantState::Present
                && grant
                    .extra
                    .get("own_bookings")
                    .is_some_and(|tick| &**tick == "true")
        });
        let status = place
            .location()
            .and_then(|key| ctx.input.desired.places.get(key))
            .map(|fact| fact.status);
        match (self.aim(ctx, case, grants, place), wanted) {
            (Aim::Have, Some(grant)) => {
                let planned = ctx.found.planned();
                self.give_business(ctx, case, grant, &evidence, registering);
                if let Some(stale) = evidence
                    .stale
                    .as_ref()
                    .filter(|_| planned == ctx.found.planned())
                {
                    let open = self.open_profile(ctx, case, place, false);
                    let because = ctx.origins.behind(grant, &[]);
                    let told = tick_fields(&stale.facts);
                    self.look_again(ctx, case, place, stale, open, told, because);
                }
            }
            // A line that unticks the login gives nothing.
            (Aim::Have, None) => {
                let because = grants
                    .first()
                    .map(|grant| ctx.origins.behind(grant, &[]))
                    .unwrap_or_default();
                self.take_business(ctx, case, place, &evidence, Reason::RoleChanged, because);
            }
            (Aim::Pause(because), _) => {
                self.note_pause(ctx, case, &evidence);
                self.take_business(ctx, case, place, &evidence, Reason::Paused, because);
            }
            // Not in business yet: nothing is in force there, and nothing is an order either.
            (Aim::Nothing(..), _)
                if status == Some(PlaceStatus::Planned) && case.order.is_none() => {}
            (Aim::Nothing(reason, because), _) => {
                self.take_business(ctx, case, place, &evidence, reason, because);
            }
        }
    }

    pub(super) fn note_pause(&self, ctx: &mut Context<'a>, case: &Case<'a>, evidence: &Evidence) {
        if matches!(evidence.known, Known::Has(_)) {
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: None,
                text: format!(
                    "`{}` is paused; Reservio cannot block, so access is taken back, and coming back takes a new invitation",
                    case.person.key
                ),
            });
        }
    }

    /// Whether somebody has a personal account, and since when that is known.
    fn registered(&self, ctx: &Context<'a>, case: &Case<'a>) -> Evidence {
        self.evidence(ctx, case, &PlaceId::Whole).relied_on()
    }

    fn give_business(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        evidence: &Evidence,
        registering: &mut Option<usize>,
    ) {
        let registered = self.registered(ctx, case);
        let because = ctx.origins.behind(grant, &[]);
        match &evidence.known {
            Known::Has(having) if having.state == AccountState::Active => {
                self.set_ticks(ctx, case, grant, having, evidence, because);
            }
            Known::Has(having) if having.state == AccountState::Invited => {
                // Only a list shows that it is pending still.
                let asked = evidence.read_at.is_some() && self.is_asked_again(ctx, case);
                let (first, again) = match registered.known {
                    // Registering after it does not mend an invitation that was sent before.
                    Known::Has(_) if registered.at > evidence.at => {
                        let why = "access was given before the person had registered, and such an invitation leads nowhere";
                        let again =
                            self.give_again(ctx, case, grant, having, evidence, &because, why);
                        (None, again)
                    }
                    _ if asked => {
                        let why = "somebody asked for it with `keyholder resend`";
                        let again =
                            self.give_again(ctx, case, grant, having, evidence, &because, why);
                        self.needs_word(ctx, case, &grant.place, again);
                        (None, again)
                    }
                    Known::Has(_) => (None, None),
                    // Nobody said whether they had registered: a second mail is not sent on doubt.
                    Known::Absent | Known::Unknown => {
                        let is_read = evidence.read_at.is_some();
                        let first = (!is_read)
                            .then(|| self.register(ctx, case, &registered, registering, &because));
                        (first.flatten(), None)
                    }
                };
                if again.is_some() {
                    self.accept(ctx, case, grant, &grant.extra, evidence, again, because);
                } else {
                    self.accept(
                        ctx,
                        case,
                        grant,
                        &having.facts,
                        evidence,
                        first,
                        because.clone(),
                    );
                    self.set_ticks(ctx, case, grant, having, evidence, because);
                }
            }
            Known::Has(_) | Known::Absent | Known::Unknown => {
                let first = self.register(ctx, case, &registered, registering, &because);
                let given = self.give_access(ctx, case, grant, evidence, first, &because);
                if given.is_some() {
                    self.accept(ctx, case, grant, &grant.extra, evidence, given, because);
                } else {
                    case.give_failed = true;
                }
            }
        }
    }

    /// The person's own first step; once for all businesses.
    fn register(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        registered: &Evidence,
        registering: &mut Option<usize>,
        because: &[Because],
    ) -> Option<usize> {
        if matches!(registered.known, Known::Has(_)) {
            return None;
        }
        if registering.is_none() {
            let mut work = Work::new(
                StepKind::Check,
                PlaceId::Whole,
                DangerClass::Safe,
                Reason::Joined,
                because.to_vec(),
            );
            work.own = true;
            work.after = Some(access(AccountState::Inactive, None, Arc::default()));
            work.actions = vec![
                Action::say("open the business's Booking Website, click Login, then \"Sign up\""),
                Action::with(
                    "register a personal account with this address, and click the link in the mail that verifies it",
                    email(case.person)
                        .map(|mail| typed(mail, Kind::Reservio))
                        .into_iter()
                        .collect(),
                ),
                Action::say(
                    "somebody who has a personal account with this address already has nothing to do here",
                ),
            ];
            *registering = self.hand_out(ctx, case, work);
        }
        *registering
    }

    fn give_access(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        evidence: &Evidence,
        first: Option<usize>,
        because: &[Because],
    ) -> Option<usize> {
        let mut work = Work::new(
            StepKind::Invite,
            grant.place.clone(),
            class_of(&grant.extra, DangerClass::Messaging),
            Reason::Joined,
            because.to_vec(),
        );
        work.after = Some(access(AccountState::Invited, None, grant.extra.clone()));
        work.read_at = evidence.read_at;
        work.refusal = self.refuse_lookalike(ctx, case);
        work.mails(case.person);
        if matches!(evidence.known, Known::Unknown) {
            work.first.push(Action::say(
                "the first tick is not on already: if it is, invite nobody, correct the other ticks, and confirm with `--state active`",
            ));
        }
        work.actions = self.open_profile(ctx, case, &grant.place, true);
        work.actions.push(Action::with(
            "fill in the e-mail",
            email(case.person)
                .map(|mail| typed(mail, Kind::Reservio))
                .into_iter()
                .collect(),
        ));
        work.actions
            .push(Action::with("tick", tick_fields(&grant.extra)));
        work.actions.push(Action::say(
            "click Save: the person gets the invitation mail",
        ));
        work.after_steps = first.into_iter().collect();
        self.hand_out(ctx, case, work)
    }

    /// Access that is taken back and given again: the repair of what was given before the person had registered, and the
    /// one way to send an invitation again.
    #[expect(
        clippy::too_many_arguments,
        reason = "what is known of one invitation, and why it is sent again"
    )]
    fn give_again(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        having: &Having,
        evidence: &Evidence,
        because: &[Because],
        why: &str,
    ) -> Option<usize> {
        let mut because = because.to_vec();
        because.push(Because::Rule(why.into()));
        let mut work = Work::new(
            StepKind::Resend,
            grant.place.clone(),
            class_of(&grant.extra, DangerClass::Messaging),
            Reason::Joined,
            because,
        );
        work.before = Some(access_of(having));
        work.after = Some(access(AccountState::Invited, None, grant.extra.clone()));
        work.read_at = evidence.read_at;
        work.mails(case.person);
        work.first = vec![Action::say(
            "they registered only after the invitation was sent: if they had registered before, that invitation is good; then do nothing here, and have them accept it",
        )];
        work.actions = self.open_profile(ctx, case, &grant.place, true);
        work.actions.push(Action::say(
            "untick the first tick and click Save: the access is taken back",
        ));
        work.actions.push(Action::with(
            "tick again, and click Save: the person gets a new invitation mail",
            tick_fields(&grant.extra),
        ));
        self.hand_out(ctx, case, work)
    }

    /// The person's own last step.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a fact of its own; a struct for three calls would say less"
    )]
    fn accept(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        ticks: &Arc<Facts>,
        evidence: &Evidence,
        given: Option<usize>,
        because: Vec<Because>,
    ) {
        let mut work = Work::new(
            StepKind::Activate,
            grant.place.clone(),
            DangerClass::Safe,
            Reason::Joined,
            because,
        );
        work.own = true;
        work.after = Some(access(AccountState::Active, None, ticks.clone()));
        work.read_at = evidence.read_at;
        work.actions = vec![
            Action::say(
                "open the invitation mail from Reservio and click the button that confirms",
            ),
            Action::say("set a password if you are asked for one, and sign in"),
            Action::say(
                "you see the business's calendar; if not, tell whoever gave you the access",
            ),
        ];
        work.after_steps = given.into_iter().collect();
        self.hand_out(ctx, case, work);
    }

    fn set_ticks(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        having: &Having,
        evidence: &Evidence,
        because: Vec<Because>,
    ) {
        let open = missing(&grant.extra, &having.facts);
        if open.is_empty() {
            return;
        }
        let loses = open.values().any(|tick| &**tick == "false");
        let class = if loses {
            DangerClass::Removing
        } else {
            class_of(&open, DangerClass::Safe)
        };
        let mut work = Work::new(
            StepKind::SetRights,
            grant.place.clone(),
            class,
            Reason::RoleChanged,
            because,
        );
        work.takes_up(Some(having));
        work.after = Some(access(having.state, None, grant.extra.clone()));
        work.read_at = evidence.read_at;
        work.actions = self.open_profile(ctx, case, &grant.place, true);
        work.actions.push(Action::with(
            "set the ticks, and click Save",
            tick_fields(&open),
        ));
        if is_on(&having.facts, ADMINISTRATOR)
            && open
                .get(ADMINISTRATOR)
                .is_some_and(|tick| &**tick == "false")
        {
            work.refusal = self.refuse_last(ctx, case, &grant.place, ADMINISTRATOR);
        }
        self.hand_out(ctx, case, work);
    }

    fn take_business(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        place: &PlaceId,
        evidence: &Evidence,
        reason: Reason,
        mut because: Vec<Because>,
    ) {
        let having = match &evidence.known {
            Known::Has(having) if having.state != AccountState::Inactive => Some(having),
            Known::Unknown if self.may_have(ctx, case, place) => None,
            Known::Has(_) | Known::Absent | Known::Unknown => {
                if case.order.is_some() {
                    self.follow_profile(ctx, case, place, reason, because, None);
                }
                return;
            }
        };
        let pending = having.is_some_and(|having| having.state == AccountState::Invited);
        let kind = if pending {
            StepKind::WithdrawInvitation
        } else {
            StepKind::Remove
        };
        if having.is_none() {
            because.push(Because::Rule(
                "nobody said what they have there, and no interface shows it: it is taken back if there is any".into(),
            ));
        }
        let mut work = Work::new(
            kind,
            place.clone(),
            DangerClass::Removing,
            reason,
            because.clone(),
        );
        work.takes_up(having);
        work.read_at = evidence.read_at;
        work.effects = vec![Effect::SignOut];
        work.actions = self.open_profile(ctx, case, place, false);
        work.actions.push(Action::say(if having.is_some() {
            "untick the login (the other ticks go with it) and click Save: the access is withdrawn, the profile stays"
        } else {
            "if the login is ticked, untick it and click Save: the access is withdrawn, the profile stays"
        }));
        if having.is_none_or(|having| is_on(&having.facts, ADMINISTRATOR)) {
            let refusal = self.refuse_last(ctx, case, place, ADMINISTRATOR);
            match (refusal, case.order) {
                (Some(refusal), None) if having.is_some() => work.refusal = Some(refusal),
                // A leaver goes; that nobody is known to remain is said.
                (Some(refusal), Some(_)) if having.is_some() => {
                    work.first = vec![Action::say(refusal.message)];
                }
                (Some(_) | None, _) => {}
            }
        }
        let taken = self.hand_out(ctx, case, work);
        if case.order.is_some() && taken.is_some() {
            self.follow_profile(ctx, case, place, reason, because, taken);
        }
    }

    /// A leaver's bookable profile: taking the login leaves it on the booking site.
    fn follow_profile(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        place: &PlaceId,
        reason: Reason,
        because: Vec<Because>,
        taken: Option<usize>,
    ) {
        if let Some(profiles) = self.profiles(place)
            && self.profile(case, place, profiles).is_none()
        {
            return;
        }
        let mut work = Work::new(
            StepKind::FollowUp,
            place.clone(),
            DangerClass::Safe,
            reason,
            because,
        );
        work.after = Some(access(
            AccountState::Inactive,
            None,
            Arc::new(self.episode(case, "staff profile")),
        ));
        work.actions = self.open_profile(ctx, case, place, false);
        work.actions.push(Action::say(
            "decide what becomes of the profile: take its services off so that nobody books it; Delete leaves its bookings unassigned, so move those first",
        ));
        work.trailing = taken.is_none();
        work.after_steps = taken.into_iter().collect();
        self.hand_out(ctx, case, work);
    }

    /// Refuses to take the last administrator, by their tick, of a business or a whole account that anything is known of.
    pub(super) fn refuse_last(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        tick: &str,
    ) -> Option<Refusal> {
        let remains = ctx.people.iter().enumerate().any(|(at, person)| {
            let other = Case::of(at, person);
            let stays = person.grants.iter().any(|grant| {
                grant.system == *self.name
                    && (*place == PlaceId::Whole || grant.place == *place)
                    && grant.state == GrantState::Present
                    && is_on(&grant.extra, tick)
            });
            at != case.at
                && stays
                && matches!(
                    self.evidence(ctx, &other, place).known,
                    Known::Has(having)
                        if having.state == AccountState::Active
                            && is_on(&having.facts, tick)
                )
        });
        (!remains).then(|| Refusal {
            code: HoldCode::Protected,
            message: format!(
                "`{}` is the last administrator of {} that anybody is known to be: nobody else is said to have that tick and to be in",
                case.person.key,
                match place {
                    PlaceId::Whole => self.name.as_str().into(),
                    place => title(ctx.input.desired, place),
                }
            ),
            help: "give the tick to somebody else first, and confirm it with `keyholder done`"
                .into(),
        })
    }
}

pub(super) fn is_on(facts: &Facts, tick: &str) -> bool {
    facts.get(tick).is_some_and(|value| &**value == "true")
}

/// Whether it gives what equals the administrator, or else as it is.
pub(super) fn class_of(facts: &Facts, otherwise: DangerClass) -> DangerClass {
    let admin = is_on(facts, ADMINISTRATOR)
        || is_on(facts, "administrator")
        || facts
            .get("calendars")
            .is_some_and(|list| list.contains(": admin"));
    if admin {
        DangerClass::Escalating
    } else {
        otherwise
    }
}

fn tick_fields(facts: &Facts) -> Vec<Typed> {
    TICKS
        .iter()
        .filter_map(|(name, title)| {
            let value = facts.get(*name)?;
            let word = if &**value == "true" { "tick" } else { "untick" };
            let word = if *name == ADMINISTRATOR && &**value == "true" {
                "tick (equals the main administrator)"
            } else {
                word
            };
            Some(Typed::text(*title, word))
        })
        .collect()
}
