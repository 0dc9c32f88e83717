//! KeyCRM: users are read, and everything about them is done in its web page.
//!
//! From the vendor's help page on users: a user is pending until the first sign-in and cannot be chosen anywhere until
//! then; an e-mail that is added later sends no mail; a user can never be deleted, only blocked, and activated again.
//! Sources and statuses are shown by no interface: people attest them. Invariant: nobody is blocked and nobody added on
//! the strength of a list that was not read completely.

use std::sync::Arc;

use super::super::follow::typed;
use super::super::make::Refusal;
use super::super::person::Case;
use super::super::step::{
    Action, Because, DangerClass, Effect, HoldCode, Note, Proof, Reason, StepKind, Typed,
    TypedValue,
};
use super::super::system::{Context, System};
use super::Aim;
use super::evidence::Having;
use super::work::{Work, access, email, list, loses, missing, names, phone, too_much_to_come_back};
use crate::catalog::Kind;
use crate::model::{
    Account, AccountState, Contact, Facts, Grant, GrantState, Person, PlaceId, Reading, ScopeState,
    VendorRoleSlug,
};

const USERS: &str = "in KeyCRM open Settings, Users";

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    pub(super) fn plan_keycrm(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>) {
        let place = PlaceId::Whole;
        let grants = case.grants.clone();
        let wanted = grants
            .iter()
            .copied()
            .find(|grant| grant.state == GrantState::Present);
        if !self.was_read() {
            if wanted.is_some() || case.order.is_some() {
                *self.unread.entry(place).or_default() += 1;
            }
            return;
        }
        let rows = self.rows(case, &place);
        match self.aim(ctx, case, &grants, &place) {
            Aim::Have => {
                let Some(grant) = wanted else { return };
                match rows.first() {
                    None => self.add_user(ctx, case, grant),
                    Some(row) => self.keep_user(ctx, case, grant, row),
                }
                // Of several accounts the first is used; the others are no business of this line.
            }
            Aim::Pause(because) => {
                for row in rows {
                    self.block(ctx, case, row, Reason::Paused, &because, true);
                }
            }
            Aim::Nothing(_, because) if rows.is_empty() => {
                // One that may be theirs would go on working.
                if case.order.is_some()
                    && let Some(refusal) = self.refuse_lookalike(ctx, case)
                {
                    self.hold(ctx, case.person, Some(&place), refusal, because, None);
                }
            }
            Aim::Nothing(reason, because) => {
                for row in rows {
                    self.block(ctx, case, row, reason, &because, false);
                }
            }
        }
    }

    /// Whether the list was read at all.
    fn was_read(&self) -> bool {
        self.scope(&PlaceId::Whole).is_some()
    }

    fn read_at(&self, ctx: &Context<'a>) -> Option<jiff::Timestamp> {
        let seen = ctx.input.observed.systems.get(self.name);
        seen.map(|seen| seen.taken)
    }

    /// What refuses a step that rests on the whole list.
    fn refuse_partial(&self, case: &Case<'a>, what: &str) -> Option<Refusal> {
        let partial = !matches!(
            self.scopes.get(&PlaceId::Whole),
            Some(Reading::<ScopeState>::Complete(_))
        );
        partial.then(|| Refusal {
            code: HoldCode::NotComplete,
            message: format!(
                "the list of users was not read completely: `{}` is not {what}",
                case.person.key
            ),
            help: "see what is named as missing, then plan again".into(),
        })
    }

    fn add_user(&mut self, ctx: &mut Context<'a>, case: &mut Case<'a>, grant: &'a Grant) {
        let person = case.person;
        let Some(role) = grant.role.clone() else {
            return;
        };
        let refusal = self
            .refuse_partial(case, "added")
            .or_else(|| self.refuse_lookalike(ctx, case));
        let made = self.make_role(ctx, case, &role);
        let because = ctx.origins.behind(grant, &[]);
        let mail = email(person);
        let heavy = self.is_heaviest(&role);
        let class = match (heavy, mail) {
            (true, _) => DangerClass::Escalating,
            (false, Some(_)) => DangerClass::Messaging,
            (false, None) => DangerClass::Safe,
        };
        let mut work = Work::new(
            StepKind::Invite,
            PlaceId::Whole,
            class,
            Reason::Joined,
            because,
        );
        work.after = Some(access(
            AccountState::Invited,
            Some(role.clone()),
            grant.extra.clone(),
        ));
        work.mails(person);
        work.first = vec![Action::say(format!(
            "{USERS}, and look for {} also among the blocked users at the bottom: if there is an account of theirs, stop and pin it in YAML",
            person.name
        ))];
        let mut fields = names(person);
        fields.push(login(person, self.name.as_str()));
        match mail {
            Some(mail) => fields.push(Typed {
                label: "e-mail".into(),
                ..typed(mail, Kind::Keycrm)
            }),
            None => fields.push(Typed::text(
                "e-mail",
                "leave empty (one that is added later sends no mail)",
            )),
        }
        fields.push(Typed::text("role", role.to_string()));
        if let Some(phone) = phone(person) {
            fields.push(typed(phone, Kind::Keycrm));
        }
        work.actions = vec![
            Action::with("click \"Add user\" and fill in", fields),
            Action::say(
                "type a password made on the spot, and hand it over in person; write it down nowhere",
            ),
            Action::say("save"),
        ];
        if mail.is_some() {
            work.actions.push(Action::say(
                "the mail with the sign-in data goes out now, because the e-mail is there from the start",
            ));
        }
        work.actions.extend(restrictions(&grant.extra));
        if !grant.extra.is_empty() {
            work.actions.push(Action::say(
                "the next plan reads that the user is there, but nothing shows what they may see: say that this step is done",
            ));
        }
        work.actions.push(Action::say(
            "the user is pending until the first sign-in, and cannot be chosen anywhere (as assignee, manager) until then",
        ));
        work.proof = Proof::Reading;
        work.read_at = self.read_at(ctx);
        work.refusal = refusal;
        work.after_steps = made.into_iter().collect();
        if self.hand_out(ctx, case, work).is_none() {
            case.give_failed = true;
        }
    }

    fn keep_user(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        row: &'s Account,
    ) {
        let because = ctx.origins.behind(grant, &[]);
        let mut before = None;
        if row.state == AccountState::Blocked {
            before = self.unblock(ctx, case, grant, row, because.clone());
        }
        if row.role != grant.role
            && let Some(role) = grant.role.clone()
        {
            before = self
                .change_role(ctx, case, row, &role, because.clone(), before)
                .or(before);
        }
        self.restrict(ctx, case, grant, row, because.clone(), before);
        self.correct(ctx, case, row, because);
        if row.state == AccountState::Invited {
            self.wait(
                ctx,
                case,
                vec![PlaceId::Whole],
                "their own first sign-in: until then they are pending and cannot be chosen anywhere in KeyCRM",
            );
        }
    }

    fn unblock(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        row: &'s Account,
        because: Vec<Because>,
    ) -> Option<usize> {
        let known = self.attested_facts(ctx, case, &PlaceId::Whole, false);
        let heavy = row.role.as_ref().is_some_and(|role| self.is_heaviest(role));
        let class = if heavy {
            DangerClass::Escalating
        } else {
            DangerClass::Safe
        };
        let mut work = Work::new(
            StepKind::Unblock,
            PlaceId::Whole,
            class,
            Reason::Joined,
            because,
        );
        // The role is corrected right after; where that may not be done, they do not come back in with the old one.
        let lighter = grant.role.as_ref().is_some_and(|role| {
            row.role != grant.role && self.role_class(row, role) == DangerClass::Removing
        });
        if (lighter || loses(&missing(&grant.extra, &known), &known))
            && !self.may_take(ctx, case, &PlaceId::Whole)
        {
            work.refusal = Some(too_much_to_come_back(case.person));
        }
        work.account = Some(row.id.clone());
        work.before = Some(access(row.state, row.role.clone(), known.clone()));
        work.after = Some(access(AccountState::Active, row.role.clone(), known));
        work.first = vec![row_check(row)];
        if grant.role != row.role {
            work.first.push(Action::say(
                "their role is changed next: somebody who must not work with the old one waits for that",
            ));
        }
        work.actions = vec![
            Action::say(format!("{USERS}, and find the user at the bottom")),
            Action::say("activate the profile again"),
        ];
        work.proof = Proof::Reading;
        work.read_at = self.read_at(ctx);
        self.hand_out(ctx, case, work)
    }

    fn change_role(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        row: &'s Account,
        role: &VendorRoleSlug,
        because: Vec<Because>,
        before: Option<usize>,
    ) -> Option<usize> {
        let made = self.make_role(ctx, case, role);
        let class = self.role_class(row, role);
        let mut work = Work::new(
            StepKind::ChangeRole,
            PlaceId::Whole,
            class,
            Reason::RoleChanged,
            because,
        );
        work.account = Some(row.id.clone());
        work.before = Some(access(row.state, row.role.clone(), Arc::default()));
        // The same step before and after their first sign-in.
        work.after = Some(access(
            AccountState::Active,
            Some(role.clone()),
            Arc::default(),
        ));
        work.first = vec![row_check(row)];
        work.actions = vec![
            Action::say(format!("{USERS}, find the user, and edit (three dots)")),
            Action::with(
                "choose the role, and save",
                vec![Typed::text("role", role.to_string())],
            ),
        ];
        work.proof = Proof::Reading;
        work.read_at = self.read_at(ctx);
        work.after_steps = made.into_iter().chain(before).collect();
        self.hand_out(ctx, case, work)
    }

    /// Sources and statuses of orders, which nobody can read: what people said is what is known.
    fn restrict(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grant: &'a Grant,
        row: &'s Account,
        because: Vec<Because>,
        before: Option<usize>,
    ) {
        let known = self.attested_facts(ctx, case, &PlaceId::Whole, false);
        let ever = self.attested_facts(ctx, case, &PlaceId::Whole, true);
        self.note_kept(ctx, case, &grant.extra, &ever);
        let open = missing(&grant.extra, &known);
        if open.is_empty() {
            return;
        }
        if missing(&grant.extra, &ever).is_empty() {
            let told = grant.extra.iter();
            let told = told.map(|(name, value)| Typed::text(name.to_string(), list(value)));
            let told = told.collect();
            let stale = Having {
                state: AccountState::Active,
                role: row.role.clone(),
                facts: grant.extra.clone(),
                account: Some(row.id.clone()),
            };
            let open = vec![Action::say(format!("{USERS}, and open the user"))];
            self.look_again(ctx, case, &PlaceId::Whole, &stale, open, told, because);
            return;
        }
        let class = if loses(&open, &known) {
            DangerClass::Removing
        } else {
            DangerClass::Safe
        };
        let mut work = Work::new(
            StepKind::SetRights,
            PlaceId::Whole,
            class,
            Reason::RoleChanged,
            because,
        );
        let about: Facts = known
            .iter()
            .filter(|(name, _)| grant.extra.contains_key(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        work.account = Some(row.id.clone());
        work.before = Some(access(row.state, row.role.clone(), Arc::new(about)));
        work.after = Some(access(
            AccountState::Active,
            grant.role.clone(),
            grant.extra.clone(),
        ));
        work.first = vec![row_check(row)];
        work.actions = vec![Action::say(format!("{USERS}, and open the user"))];
        work.actions.extend(restrictions(&open));
        work.after_steps = before.into_iter().collect();
        self.hand_out(ctx, case, work);
    }

    /// A name, phone or login that is not as declared.
    fn correct(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        row: &'s Account,
        because: Vec<Because>,
    ) {
        let person = case.person;
        let mut fields = Vec::new();
        if super::super::identity::folded(&row.name) != super::super::identity::folded(&person.name)
        {
            fields.extend(names(person));
        }
        let pinned = person.pins.get(self.name);
        if let Some(wanted) = pinned.and_then(|pin| pin.login.as_ref())
            && row
                .login
                .as_ref()
                .is_some_and(|login| login.to_lowercase() != wanted.to_lowercase())
        {
            fields.push(Typed::text("login", wanted.to_string()));
        }
        for contact in &person.contacts {
            let (same, known) = match contact {
                Contact::Email(email) => (row.email.as_ref() == Some(email), row.email.is_some()),
                Contact::Phone(phone) => (row.phone.as_ref() == Some(phone), row.phone.is_some()),
            };
            // A phone is optional there: one that is missing is no fault.
            if !same && known {
                fields.push(typed(contact, Kind::Keycrm));
            }
        }
        if fields.is_empty() {
            return;
        }
        let told: Facts = fields
            .iter()
            .map(|field| {
                let value = match &field.value {
                    TypedValue::Text(text) => text.clone(),
                    TypedValue::Contact { contact, .. } => contact.masked(),
                };
                (field.label.as_str().into(), value.into())
            })
            .collect();
        let mut work = Work::new(
            StepKind::FollowUp,
            PlaceId::Whole,
            DangerClass::Safe,
            Reason::RoleChanged,
            because,
        );
        work.account = Some(row.id.clone());
        work.after = Some(access(AccountState::Active, None, Arc::new(told)));
        work.first = vec![row_check(row)];
        work.actions = vec![
            Action::say(format!("{USERS}, find the user, and edit (three dots)")),
            Action::with("correct, and save", fields),
        ];
        work.proof = Proof::Reading;
        work.read_at = self.read_at(ctx);
        self.hand_out(ctx, case, work);
    }

    fn block(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        row: &'s Account,
        reason: Reason,
        because: &[Because],
        pause: bool,
    ) {
        if row.state == AccountState::Blocked {
            if case.order.is_some() {
                self.tidy(ctx, case, row, reason, because, None);
            }
            return;
        }
        // Whoever has left is kept out first, and tidied up after; whoever only stops working there hands over first.
        let urgent = case.order.is_some();
        let tidied = if urgent || pause {
            None
        } else {
            self.tidy(ctx, case, row, reason, because, None)
        };
        let mut work = Work::new(
            StepKind::Block,
            PlaceId::Whole,
            DangerClass::Removing,
            reason,
            because.to_vec(),
        );
        work.account = Some(row.id.clone());
        work.before = Some(access(row.state, row.role.clone(), Arc::default()));
        work.after = Some(access(
            AccountState::Blocked,
            row.role.clone(),
            Arc::default(),
        ));
        work.effects = vec![Effect::SignOut];
        work.first = vec![
            row_check(row),
            Action::say(
                "it is not the owner of the account, and not the user whose API key is in use: blocking that one may end the key",
            ),
        ];
        work.actions = vec![
            Action::say(format!("{USERS}, and find the user")),
            Action::say(
                "click \"Block\": KeyCRM deletes nobody, a blocked user cannot sign in and stays in the list, at the bottom",
            ),
        ];
        work.proof = Proof::Reading;
        work.read_at = self.read_at(ctx);
        work.refusal = self.refuse_partial(case, "blocked");
        work.after_steps = tidied.into_iter().collect();
        let blocked = self.hand_out(ctx, case, work);
        if pause {
            ctx.found.notes.insert(Note {
                system: Some(self.name.clone()),
                place: None,
                text: format!(
                    "`{}` is paused: the account is blocked, and activated again afterwards, with its role",
                    case.person.key
                ),
            });
        } else if urgent && blocked.is_some() {
            self.tidy(ctx, case, row, reason, because, blocked);
        }
    }

    /// What the vendor advises to take a user off before they are blocked.
    fn tidy(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        row: &'s Account,
        reason: Reason,
        because: &[Because],
        blocked: Option<usize>,
    ) -> Option<usize> {
        let mut work = Work::new(
            StepKind::FollowUp,
            PlaceId::Whole,
            DangerClass::Safe,
            reason,
            because.to_vec(),
        );
        work.account = Some(row.id.clone());
        work.after = Some(access(
            AccountState::Blocked,
            None,
            Arc::new(self.episode(case, "tidy up")),
        ));
        work.actions = vec![
            Action::say(format!(
                "hand over what is assigned to {}: open orders, cards, buyers, companies",
                case.person.name
            )),
            Action::say("take the user off chats, triggers, sources and open sessions"),
        ];
        if blocked.is_some() || row.state == AccountState::Blocked {
            work.first = vec![Action::say(
                "the user is blocked already: access first, tidying after",
            )];
        }
        work.after_steps = blocked.into_iter().collect();
        work.trailing = row.state == AccountState::Blocked;
        self.hand_out(ctx, case, work)
    }

    /// A role that YAML names and that has no number yet is made first, once for everybody.
    fn make_role(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        role: &VendorRoleSlug,
    ) -> Option<usize> {
        if self.wish.role_numbers.contains_key(role) {
            return None;
        }
        if let Some(&at) = self.roles_to_make.get(role) {
            return Some(at);
        }
        let mut work = Work::new(
            StepKind::FollowUp,
            PlaceId::Whole,
            DangerClass::Safe,
            Reason::RoleChanged,
            vec![
                ctx.origins.line(self.wish.origin),
                Because::Rule(format!("role `{role}` has no number under `roles`")),
            ],
        );
        let told: Facts = [
            ("task".into(), "create role".into()),
            ("role".into(), role.as_str().into()),
        ]
        .into();
        work.after = Some(access(AccountState::Inactive, None, Arc::new(told)));
        // Whoever is the first to need it; it is not about them.
        work.actions = vec![
            Action::with(
                "in KeyCRM open Settings, Roles, and add a role (from a ready-made one, or empty)",
                vec![Typed::text("name", role.to_string())],
            ),
            Action::say("choose what the role may do, and save"),
            Action::say(format!(
                "write its number into keyholder.yaml, under `roles` of `{}`: `{{ name: {role}, id: NUMBER }}`; a user with the role shows it as `role_id`",
                self.name
            )),
        ];
        // Only the number in YAML ends it.
        work.proof = Proof::Reading;
        let at = self.hand_out(ctx, case, work)?;
        if let Some(candidate) = ctx.found.candidates.get_mut(at) {
            let id = ctx.digests.step(
                self.name,
                role.as_str(),
                &PlaceId::Whole,
                StepKind::FollowUp,
                candidate.step.after.as_ref(),
            );
            candidate.step.id = id;
            candidate.step.person = None;
            candidate.step.name = role.as_str().into();
            candidate.person = None;
        }
        self.roles_to_make.insert(role.clone(), at);
        Some(at)
    }

    /// The position in the settings' list of roles; the heaviest is 0.
    fn weight(&self, role: &VendorRoleSlug) -> Option<usize> {
        self.wish.role_order.iter().position(|it| it == role)
    }

    /// What another role does: only one that is known to be heavier takes nothing.
    fn role_class(&self, row: &Account, role: &VendorRoleSlug) -> DangerClass {
        let old = row.role.as_ref().and_then(|role| self.weight(role));
        match (old, self.weight(role)) {
            // The list of roles begins with the heaviest.
            (Some(old), Some(new)) if new < old => DangerClass::Escalating,
            _ => DangerClass::Removing,
        }
    }

    fn is_heaviest(&self, role: &VendorRoleSlug) -> bool {
        self.wish.role_order.len() > 1 && self.weight(role) == Some(0)
    }

    /// What tells one employment's follow-up from that of another.
    pub(super) fn episode(&self, case: &Case<'a>, task: &str) -> Facts {
        let mut facts = Facts::from([("task".into(), task.into())]);
        let on = case
            .person
            .left
            .or_else(|| self.ended(case, &PlaceId::Whole).map(|ended| ended.at));
        facts.extend(on.map(|on| ("since".into(), on.to_string().into())));
        facts
    }
}

/// The login to type: what is pinned, else the e-mail, which is unique.
fn login(person: &Person, system: &str) -> Typed {
    let pinned = person
        .pins
        .iter()
        .find(|(name, _)| name.as_str() == system)
        .and_then(|(_, pin)| pin.login.clone());
    match (pinned, email(person)) {
        (Some(login), _) => Typed::text("login", login.to_string()),
        (None, Some(mail)) => Typed {
            label: "login".into(),
            ..typed(mail, Kind::Keycrm)
        },
        (None, None) => Typed::text("login", person.key.to_string()),
    }
}

fn row_check(row: &Account) -> Action {
    let mut fields = vec![
        Typed::text("number", row.id.to_string()),
        Typed::text("name", row.name.to_string()),
    ];
    if let Some(login) = &row.login {
        fields.push(Typed::text("login", login.to_string()));
    }
    Action::with(
        "it is this user (the \"i\" beside the name shows the number)",
        fields,
    )
}

/// Where the sources and statuses of orders are set.
fn restrictions(facts: &Facts) -> Vec<Action> {
    facts
        .iter()
        .map(|(name, value)| match &**name {
            "sources" => Action::with(
                "let the user see orders of these sources only",
                vec![Typed::text("sources", list(value))],
            ),
            "statuses" => Action::with(
                "let the user see orders in these statuses only",
                vec![Typed::text("statuses", list(value))],
            ),
            other => Action::with(
                "set for the user",
                vec![Typed::text(other.to_owned(), list(value))],
            ),
        })
        .collect()
}
