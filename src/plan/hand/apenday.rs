//! Apenday: users are made, switched on and off, and set up in the web page; nothing of it can be read.
//!
//! From the vendor's help page on users: a user is made inactive and gets no mail; switching to active sends the mail
//! that validates the account, so that is a step of its own. One user has one team, one role level and one calendar, and
//! any number of agencies: a person is one account at the whole system. Invariant: nobody is activated in the same click
//! that makes them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::follow::typed;
use super::super::make::Refusal;
use super::super::person::Case;
use super::super::step::{Access, Action, Because, DangerClass, Effect, Reason, StepKind, Typed};
use super::super::system::{Context, System, title};
use super::Aim;
use super::evidence::{Evidence, Having, Known};
use super::work::{Work, access, email, list, loses, missing, names, phone, too_much_to_come_back};
use crate::catalog::Kind;
use crate::model::{AccountState, Facts, Grant, GrantState, LocationKey, PlaceId, VendorRoleSlug};

/// What a person shall have, over all agencies.
struct Wanted {
    role: Option<VendorRoleSlug>,
    facts: Facts,
    active: bool,
    because: Vec<Because>,
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn plan_apenday(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        let place = PlaceId::Whole;
        let grants = case.grants.clone();
        let evidence = self.evidence(ctx, case, &place).relied_on();
        match self.aim(ctx, case, &grants, &place) {
            Aim::Have => {
                let wanted = wanted(ctx, &grants);
                let because = wanted.because.clone();
                let planned = ctx.found.planned();
                self.give_user(ctx, case, wanted, &evidence);
                if let Some(stale) = evidence
                    .stale
                    .as_ref()
                    .filter(|_| planned == ctx.found.planned())
                {
                    let open = vec![self.open_user(case)];
                    let role = stale.role.iter();
                    let facts = stale.facts.iter();
                    let told = role
                        .map(|role| Typed::text("role level", role.to_string()))
                        .chain(
                            facts.map(|(name, value)| Typed::text(name.to_string(), list(value))),
                        )
                        .collect();
                    self.look_again(ctx, case, &place, stale, open, told, because);
                }
            }
            Aim::Pause(because) => {
                self.deactivate(ctx, case, &evidence, Reason::Paused, because, false);
            }
            Aim::Nothing(reason, because) => {
                // Somebody without a line or a word about them is nobody's business here.
                let is_ours = !grants.is_empty()
                    || self.had_any(ctx, case)
                    || self.handed_at(ctx, case, &place).is_some();
                if is_ours || !matches!(evidence.known, Known::Unknown) {
                    self.deactivate(ctx, case, &evidence, reason, because, true);
                }
            }
        }
    }

    fn give_user(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        wanted: Wanted,
        evidence: &Evidence,
    ) {
        match &evidence.known {
            Known::Absent | Known::Unknown => self.create(ctx, case, wanted, evidence),
            Known::Has(having) => self.keep(ctx, case, wanted, having, evidence),
        }
    }

    fn create(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        wanted: Wanted,
        evidence: &Evidence,
    ) {
        let mut work = Work::new(
            StepKind::Invite,
            PlaceId::Whole,
            DangerClass::Safe,
            Reason::Joined,
            wanted.because.clone(),
        );
        work.after = Some(access(
            AccountState::Inactive,
            wanted.role.clone(),
            Arc::new(wanted.facts.clone()),
        ));
        work.read_at = evidence.read_at;
        work.refusal = self.refuse_lookalike(ctx, case);
        if matches!(evidence.known, Known::Unknown) {
            work.first = vec![Action::say(
                "the list of users does not have them already: if it does, make nobody, set what is written here, and confirm with `--state active` or `--state inactive`",
            )];
        }
        let calendar = wanted.facts.get("calendar").map_or("", |word| &**word);
        let mut general = names(case.person);
        general.extend(email(case.person).map(|mail| typed(mail, Kind::Apenday)));
        if let Some(phone) = phone(case.person) {
            general.push(Typed {
                label: "mobile (for SMS notices)".into(),
                ..typed(phone, Kind::Apenday)
            });
        }
        work.actions = vec![Action::say(
            "in Apenday open Settings (Paramètres), Users (Utilisateurs), and click Add",
        )];
        if !calendar.is_empty() {
            work.actions.push(Action::with(
                "choose the calendar type first",
                vec![Typed::text("calendar", calendar_title(calendar))],
            ));
        }
        work.actions.push(Action::with(
            "under General leave the user INACTIVE, fill in, and click \"Create and continue\"",
            general,
        ));
        work.actions
            .extend(Self::settings(ctx, wanted.role.as_ref(), &wanted.facts));
        work.actions.push(Action::say("save; no mail is sent yet"));
        let made = self.hand_out(ctx, case, work);
        if made.is_none() {
            case.give_failed = true;
        } else if wanted.active {
            let after = access(AccountState::Active, wanted.role, Arc::new(wanted.facts));
            let earlier = made.into_iter().collect();
            self.activate(ctx, case, after, evidence, earlier, None, wanted.because);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is a fact of its own; a struct for two calls would say less"
    )]
    fn activate(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        after: Access,
        evidence: &Evidence,
        earlier: Vec<usize>,
        refusal: Option<Refusal>,
        because: Vec<Because>,
    ) {
        let class = if after.role.as_ref().is_some_and(is_heavy) {
            DangerClass::Escalating
        } else {
            DangerClass::Messaging
        };
        let mut work = Work::new(
            StepKind::Activate,
            PlaceId::Whole,
            class,
            Reason::Joined,
            because,
        );
        work.after = Some(after);
        work.read_at = evidence.read_at;
        work.refusal = refusal;
        work.mails(case.person);
        work.actions = vec![
            self.open_user(case),
            Action::say(
                "under General switch the user to active, and save: the mail that validates the account goes out now",
            ),
        ];
        work.after_steps = earlier;
        self.hand_out(ctx, case, work);
    }

    /// Each step says what it changes and nothing else: any of them may be done without the others.
    fn keep(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        wanted: Wanted,
        having: &Having,
        evidence: &Evidence,
    ) {
        let mut earlier = Vec::new();
        // What they have once everything that is handed out is done, and whether it is more than they shall have.
        let (mut role_then, mut facts_then) = (having.role.clone(), having.facts.clone());
        let mut too_much = false;
        if having.role != wanted.role
            && let Some(role) = wanted.role.clone()
        {
            let class = change_class(having.role.as_ref(), &role);
            let mut work = Work::new(
                StepKind::ChangeRole,
                PlaceId::Whole,
                class,
                Reason::RoleChanged,
                wanted.because.clone(),
            );
            work.takes_up(Some(having));
            work.before = Some(access(having.state, having.role.clone(), Arc::default()));
            work.after = Some(access(having.state, Some(role), Arc::default()));
            work.read_at = evidence.read_at;
            work.actions = vec![self.open_user(case)];
            work.actions
                .extend(Self::settings(ctx, wanted.role.as_ref(), &Facts::new()));
            let handed = self.hand_out(ctx, case, work);
            too_much |= handed.is_none() && class == DangerClass::Removing;
            if handed.is_some() {
                role_then.clone_from(&wanted.role);
            }
            earlier.extend(handed);
        }
        self.note_kept(ctx, case, &wanted.facts, &having.facts);
        let open = missing(&wanted.facts, &having.facts);
        if !open.is_empty() {
            let class = if loses(&open, &having.facts) {
                DangerClass::Removing
            } else {
                DangerClass::Safe
            };
            let mut work = Work::new(
                StepKind::SetRights,
                PlaceId::Whole,
                class,
                Reason::RoleChanged,
                wanted.because.clone(),
            );
            work.takes_up(Some(having));
            work.before = Some(access(having.state, None, having.facts.clone()));
            work.after = Some(access(having.state, None, Arc::new(wanted.facts.clone())));
            work.read_at = evidence.read_at;
            work.actions = vec![self.open_user(case)];
            work.actions.extend(Self::settings(ctx, None, &open));
            let handed = self.hand_out(ctx, case, work);
            too_much |= handed.is_none() && class == DangerClass::Removing;
            if handed.is_some() {
                facts_then = Arc::new(wanted.facts.clone());
            }
            earlier.extend(handed);
        }
        match (wanted.active, having.state) {
            (true, AccountState::Inactive | AccountState::Blocked) => {
                let after = access(AccountState::Active, role_then, facts_then);
                let refusal = too_much.then(|| too_much_to_come_back(case.person));
                self.activate(ctx, case, after, evidence, earlier, refusal, wanted.because);
            }
            (false, AccountState::Active | AccountState::Invited) => {
                self.deactivate(
                    ctx,
                    case,
                    evidence,
                    Reason::RoleChanged,
                    wanted.because,
                    false,
                );
            }
            (true, AccountState::Invited)
                if evidence.read_at.is_some() && self.is_asked_again(ctx, case) =>
            {
                let after = access(AccountState::Invited, role_then, facts_then);
                self.send_again(ctx, case, after, having, evidence, wanted.because);
            }
            (true | false, _) => {}
        }
    }

    /// The mail that validates an account, once more. No page has a button for it.
    fn send_again(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        after: Access,
        having: &Having,
        evidence: &Evidence,
        mut because: Vec<Because>,
    ) {
        because.push(Because::Rule(
            "somebody asked for it with `keyholder resend`".into(),
        ));
        let mut work = Work::new(
            StepKind::Resend,
            PlaceId::Whole,
            DangerClass::Messaging,
            Reason::Joined,
            because,
        );
        work.takes_up(Some(having));
        work.after = Some(after);
        work.read_at = evidence.read_at;
        work.mails(case.person);
        work.first = vec![Action::say(
            "they have not signed in yet: somebody who has needs no mail; then do nothing here",
        )];
        work.actions = vec![
            self.open_user(case),
            Action::say("under General switch the user to inactive, and save"),
            Action::say(
                "switch the user to active again, and save: the mail that validates the account is taken to go out again",
            ),
        ];
        let made = self.hand_out(ctx, case, work);
        self.needs_word(ctx, case, &PlaceId::Whole, made);
    }

    fn deactivate(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        evidence: &Evidence,
        reason: Reason,
        mut because: Vec<Because>,
        for_good: bool,
    ) {
        let having = match &evidence.known {
            Known::Has(having)
                if matches!(having.state, AccountState::Active | AccountState::Invited) =>
            {
                Some(having)
            }
            Known::Unknown if self.may_have(ctx, case, &PlaceId::Whole) => None,
            Known::Has(_) | Known::Absent | Known::Unknown => {
                if for_good
                    && case.order.is_some()
                    && self.may_have_had(case, &PlaceId::Whole, is_heavy)
                {
                    self.follow_key(ctx, case, reason, because, None);
                }
                return;
            }
        };
        if having.is_none() {
            because.push(Because::Rule(
                "nobody said what they have there, and no interface shows it: it is switched off if it is there".into(),
            ));
        }
        let mut work = Work::new(
            StepKind::Deactivate,
            PlaceId::Whole,
            DangerClass::Removing,
            reason,
            because.clone(),
        );
        work.takes_up(having);
        // The user stays as it is set up, so that coming back is one switch.
        work.after = Some(access(
            AccountState::Inactive,
            having.and_then(|having| having.role.clone()),
            having
                .map(|having| having.facts.clone())
                .unwrap_or_default(),
        ));
        work.read_at = evidence.read_at;
        work.effects = vec![Effect::SignOut];
        work.first = vec![Action::say(
            "it is not the account whose API key is in use elsewhere: the key belongs to the user",
        )];
        if having.is_none() {
            work.first.push(Action::say(
                "the list of users has them: if it does not, nothing is to be done; confirm with `--state absent`",
            ));
        }
        work.actions = vec![
            self.open_user(case),
            Action::say(
                "under General switch the user to inactive, and save; deleting is not described by the vendor, so the user stays in the list",
            ),
            Action::say("look that the user is shown as inactive"),
        ];
        let off = self.hand_out(ctx, case, work);
        // Also whoever had one once.
        let heavy = having.is_none_or(|having| having.role.as_ref().is_none_or(is_heavy))
            || self.may_have_had(case, &PlaceId::Whole, is_heavy);
        if for_good && heavy && case.order.is_some() && off.is_some() {
            self.follow_key(ctx, case, reason, because, off);
        }
    }

    /// Whoever may open the Advanced tab may have a key, and automations that use it.
    fn follow_key(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        reason: Reason,
        because: Vec<Because>,
        off: Option<usize>,
    ) {
        let mut work = Work::new(
            StepKind::FollowUp,
            PlaceId::Whole,
            DangerClass::Safe,
            reason,
            because,
        );
        work.after = Some(access(
            AccountState::Inactive,
            None,
            Arc::new(self.episode(case, "API key and Zapier")),
        ));
        work.actions = vec![
            self.open_user(case),
            Action::say(
                "look under Advanced: a customer administrator or team manager has an API key there, and perhaps Zapier automations that use it",
            ),
            Action::say(
                "move what still uses the key to another user's key, then regenerate it, so that the old one ends",
            ),
        ];
        work.trailing = off.is_none();
        work.after_steps = off.into_iter().collect();
        self.hand_out(ctx, case, work);
    }

    fn open_user(&self, case: &Case<'a>) -> Action {
        Action::with(
            "in Apenday open Settings (Paramètres), Users (Utilisateurs), and the user",
            std::iter::once(Typed::text("name", case.person.name.to_string()))
                .chain(email(case.person).map(|mail| typed(mail, self.kind)))
                .collect(),
        )
    }

    /// The sections of the form that the values belong to, in its order.
    fn settings(ctx: &Context<'a>, role: Option<&VendorRoleSlug>, facts: &Facts) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut access = Vec::new();
        if let Some(team) = facts.get("team") {
            access.push(Typed::text("team (équipe)", team.to_string()));
        }
        if let Some(agencies) = facts.get("agencies") {
            let titles: Vec<String> = agencies
                .split('\n')
                .map(|key| {
                    let place = PlaceId::At(LocationKey::new(key));
                    title(ctx.input.desired, &place).to_string()
                })
                .collect();
            access.push(Typed::text("agencies (agences)", titles.join(", ")));
        }
        if let Some(role) = role {
            access.push(Typed::text("role level", role.to_string()));
        }
        if !access.is_empty() {
            actions.push(Action::with(
                "under Accessibility (Accessibilité) set exactly",
                access,
            ));
        }
        if let Some(calendar) = facts.get("calendar") {
            actions.push(Action::with(
                "under Agenda see that the calendar type is",
                vec![Typed::text("calendar", calendar_title(calendar))],
            ));
        }
        if let Some(events) = facts.get("events") {
            actions.push(Action::with(
                "under Events switch on these, and off all others",
                vec![Typed::text("events", list(events))],
            ));
        }
        let notices: Vec<Typed> = facts
            .iter()
            .filter_map(|(name, value)| {
                let notice = name.strip_prefix("notifications.")?;
                Some(Typed::text(
                    notice.to_owned(),
                    if &**value == "true" { "on" } else { "off" },
                ))
            })
            .collect();
        if !notices.is_empty() {
            actions.push(Action::with("under Notifications set", notices));
        }
        actions
    }
}

/// Adds up what the lines give over all agencies. That they agree on team, role and calendar was checked before.
fn wanted<'a>(ctx: &mut Context<'a>, grants: &[&'a Grant]) -> Wanted {
    let mut found = Wanted {
        role: None,
        facts: Facts::new(),
        active: false,
        because: Vec::new(),
    };
    let mut agencies: BTreeSet<&str> = BTreeSet::new();
    let mut events: BTreeSet<&str> = BTreeSet::new();
    for grant in grants {
        if grant.state != GrantState::Present {
            continue;
        }
        found.role = found.role.or_else(|| grant.role.clone());
        agencies.extend(grant.place.location().map(LocationKey::as_str));
        found.active |= grant
            .extra
            .get("active")
            .is_none_or(|active| &**active == "true");
        for (name, value) in &*grant.extra {
            match &**name {
                "active" => {}
                "events" => events.extend(value.split('\n')),
                tick if tick.starts_with("notifications.") => {
                    let on = &**value == "true";
                    let known = found.facts.entry(name.clone()).or_insert(value.clone());
                    if on {
                        *known = value.clone();
                    }
                }
                _ => {
                    found.facts.entry(name.clone()).or_insert(value.clone());
                }
            }
        }
        for line in ctx.origins.behind(grant, &[]) {
            if !found.because.contains(&line) {
                found.because.push(line);
            }
        }
    }
    let joined = |items: BTreeSet<&str>| items.into_iter().collect::<Vec<_>>().join("\n");
    if !agencies.is_empty() {
        found
            .facts
            .insert("agencies".into(), joined(agencies).into());
    }
    if !events.is_empty() {
        found.facts.insert("events".into(), joined(events).into());
    }
    found
}

/// How far up a role level is, by the names that the vendor's pages use in running text; none of another name.
fn rank(role: &VendorRoleSlug) -> Option<u8> {
    let role = role.as_str().to_lowercase().replace('’', "'");
    Some(match role.as_str() {
        "conseiller" | "conseillère" | "consultant" | "adviser" | "advisor" => 0,
        "responsable" | "responsable d'équipe" | "responsable d'equipe" | "team manager" => 1,
        "administrateur"
        | "administrateur client"
        | "client administrator"
        | "customer administrator" => 2,
        _ => return None,
    })
}

/// Whether a role level is above an adviser's. One of a name that nobody knows may be.
fn is_heavy(role: &VendorRoleSlug) -> bool {
    rank(role) != Some(0)
}

/// What another role level does: only one that is known to be higher takes nothing.
fn change_class(old: Option<&VendorRoleSlug>, new: &VendorRoleSlug) -> DangerClass {
    match (old.and_then(rank), rank(new)) {
        (Some(old), Some(new)) if new > old => DangerClass::Escalating,
        _ => DangerClass::Removing,
    }
}

fn calendar_title(word: &str) -> String {
    match word {
        "office365" => "Office 365",
        "internal" => "Agenda (Apenday's own)",
        "ical" => "external calendar: iCal",
        "exchange" => "external calendar: Exchange",
        "zimbra" => "external calendar: Zimbra",
        other => other,
    }
    .to_owned()
}
