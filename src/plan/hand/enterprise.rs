//! Reservio Enterprise: one user of the account, with a level for each calendar; nothing of it can be read.
//!
//! From the vendor's help pages: Manage, Users, "+ New user" with name, e-mail and a password that the administrator
//! sets; per calendar Admin, No access or View only; account administrator is admin on all of them. Invariant: a person
//! is one user for the whole system, and what is not given is set to "No access".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::follow::typed;
use super::super::person::Case;
use super::super::step::{Action, Because, DangerClass, Effect, Reason, StepKind, Typed};
use super::super::system::{Context, System, title};
use super::Aim;
use super::evidence::{Evidence, Having, Known};
use super::reservio::{class_of, is_on};
use super::work::{Work, access, email};
use crate::catalog::Kind;
use crate::model::{AccountState, Facts, Grant, GrantState, LocationKey, PlaceId};

/// The tick above all calendars.
const ADMINISTRATOR: &str = "administrator";

/// Whether facts are those of a user at Enterprise.
pub(super) fn is_level(facts: &Facts) -> bool {
    facts.contains_key("calendars") || facts.contains_key(ADMINISTRATOR)
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// Enterprise: one user of the account, with a level for each calendar.
    pub(super) fn plan_enterprise(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        grants: &[&'a Grant],
    ) {
        let place = PlaceId::Whole;
        let evidence = self.evidence(ctx, case, &place).relied_on();
        // At the standard plan the whole system knows of registrations alone.
        let having = match &evidence.known {
            Known::Has(having) if having.state == AccountState::Active => Some(having.clone()),
            Known::Has(_) | Known::Absent | Known::Unknown => None,
        };
        if grants.is_empty() && having.is_none() {
            return;
        }
        let wanted = levels(grants);
        let present: Vec<&'a Grant> = grants
            .iter()
            .copied()
            .filter(|grant| grant.state == GrantState::Present)
            .collect();
        match self.aim(ctx, case, grants, &place) {
            Aim::Have if !wanted.is_empty() => {
                let because = present
                    .iter()
                    .flat_map(|grant| ctx.origins.behind(grant, &[]))
                    .fold(Vec::new(), |mut all, line| {
                        if !all.contains(&line) {
                            all.push(line);
                        }
                        all
                    });
                self.give_levels(ctx, case, wanted, having.as_ref(), &evidence, because);
            }
            Aim::Have => {
                let because = ctx.person_line(case.person);
                self.take_user(
                    ctx,
                    case,
                    having.as_ref(),
                    &evidence,
                    Reason::RoleChanged,
                    because,
                );
            }
            Aim::Pause(because) => {
                self.note_pause(ctx, case, &evidence);
                self.take_user(
                    ctx,
                    case,
                    having.as_ref(),
                    &evidence,
                    Reason::Paused,
                    because,
                );
            }
            Aim::Nothing(reason, because) => {
                self.take_user(ctx, case, having.as_ref(), &evidence, reason, because);
            }
        }
    }

    fn give_levels(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        wanted: Facts,
        having: Option<&Having>,
        evidence: &Evidence,
        because: Vec<Because>,
    ) {
        let fields = self.level_fields(ctx, &wanted);
        let nothing = Arc::new(Facts::new());
        let has = having.map_or(&nothing, |having| &having.facts);
        let (old, new) = (Levels::of(has), Levels::of(&wanted));
        if let Some(having) = having
            && old == new
        {
            if evidence.stale.is_some() {
                let open = vec![Action::say(format!(
                    "in Reservio Enterprise open Manage, Users, and {}",
                    case.person.name
                ))];
                self.look_again(ctx, case, &PlaceId::Whole, having, open, fields, because);
            }
            return;
        }
        let (kind, class, reason) = match having {
            None => (
                StepKind::Invite,
                class_of(&wanted, DangerClass::Safe),
                Reason::Joined,
            ),
            Some(_) if new.takes_from(&old) => (
                StepKind::SetRights,
                DangerClass::Removing,
                Reason::RoleChanged,
            ),
            Some(_) => (
                StepKind::SetRights,
                class_of(&wanted, DangerClass::Safe),
                Reason::RoleChanged,
            ),
        };
        let mut work = Work::new(kind, PlaceId::Whole, class, reason, because);
        work.takes_up(having);
        let is_administrator = is_on(&wanted, ADMINISTRATOR);
        work.after = Some(access(AccountState::Active, None, Arc::new(wanted)));
        work.read_at = evidence.read_at;
        let open = "in Reservio Enterprise open Manage, Users";
        if having.is_none() {
            work.refusal = self.refuse_lookalike(ctx, case);
            work.first = vec![Action::say(
                "the list of users does not have them already: if it does, only set the levels",
            )];
            let mut who = vec![Typed::text("name", case.person.name.to_string())];
            who.extend(email(case.person).map(|mail| typed(mail, Kind::Reservio)));
            work.actions = vec![
                Action::with(format!("{open}, click \"+ New user\", and fill in"), who),
                Action::say(
                    "type a password made on the spot, and hand it over in person; write it down nowhere",
                ),
            ];
        } else {
            work.actions = vec![Action::say(format!("{open}, and {}", case.person.name))];
        }
        work.actions
            .push(Action::with("set for each calendar, and save", fields));
        if is_on(has, ADMINISTRATOR) && !is_administrator {
            work.refusal = self.refuse_last(ctx, case, &PlaceId::Whole, ADMINISTRATOR);
        }
        if self.hand_out(ctx, case, work).is_none() {
            case.give_failed = true;
        }
    }

    fn level_fields(&self, ctx: &Context<'a>, wanted: &Facts) -> Vec<Typed> {
        let tick = "account administrator";
        if is_on(wanted, ADMINISTRATOR) {
            return vec![Typed::text(tick, "tick (Admin on all calendars)")];
        }
        let mut fields = vec![Typed::text(tick, "untick")];
        let given: BTreeMap<&str, &str> = wanted
            .get("calendars")
            .into_iter()
            .flat_map(|list| list.split('\n'))
            .filter_map(|line| line.split_once(": "))
            .collect();
        for key in self.wish.locations.keys() {
            let level = match given.get(key.as_str()) {
                Some(&"admin") => "Admin",
                Some(&"view") => "View only",
                Some(_) | None => "No access",
            };
            let name = title(ctx.input.desired, &PlaceId::At(key.clone()));
            fields.push(Typed::text(name.to_string(), level));
        }
        fields
    }

    fn take_user(
        &mut self,
        ctx: &mut Context<'a>,
        case: &mut Case<'a>,
        having: Option<&Having>,
        evidence: &Evidence,
        reason: Reason,
        mut because: Vec<Because>,
    ) {
        // That somebody registered at the standard plan tells nothing of a user here.
        let unknown = !matches!(evidence.known, Known::Absent) && case.order.is_some();
        if having.is_none() && !unknown {
            return;
        }
        if having.is_none() {
            because.push(Because::Rule(
                "nobody said what they have there, and no interface shows it: it is taken back if there is any".into(),
            ));
        }
        let mut work = Work::new(
            StepKind::Remove,
            PlaceId::Whole,
            DangerClass::Removing,
            reason,
            because,
        );
        work.takes_up(having);
        work.read_at = evidence.read_at;
        work.effects = vec![Effect::SignOut];
        work.actions = vec![
            Action::say(format!(
                "in Reservio Enterprise open Manage, Users, and look for {}",
                case.person.name
            )),
            Action::say("remove the user"),
        ];
        if having.is_some_and(|having| is_on(&having.facts, ADMINISTRATOR)) {
            let refusal = self.refuse_last(ctx, case, &PlaceId::Whole, ADMINISTRATOR);
            match (refusal, case.order) {
                (Some(refusal), None) => work.refusal = Some(refusal),
                // A leaver goes; that nobody is known to remain is said.
                (Some(refusal), Some(_)) => work.first = vec![Action::say(refusal.message)],
                (None, _) => {}
            }
        }
        self.hand_out(ctx, case, work);
    }
}

/// What facts give, however they are written: lists say "none" and "false" where lines say nothing.
#[derive(PartialEq, Eq)]
struct Levels<'a> {
    administrator: bool,
    calendars: BTreeMap<&'a str, &'a str>,
}

impl<'a> Levels<'a> {
    fn of(facts: &'a Facts) -> Self {
        let calendars = facts.get("calendars").map_or("", |list| &**list);
        let lines = calendars
            .split('\n')
            .filter_map(|line| line.split_once(':'));
        Self {
            administrator: is_on(facts, ADMINISTRATOR),
            calendars: lines
                .map(|(key, level)| (key.trim(), level.trim()))
                .filter(|(_, level)| !matches!(*level, "" | "none"))
                .collect(),
        }
    }

    /// 0 for no access; a level that nobody knows counts as the highest, so that changing it may take.
    fn rank(&self, calendar: &str) -> u8 {
        match self.calendars.get(calendar) {
            _ if self.administrator => 2,
            None => 0,
            Some(&"view") => 1,
            Some(_) => 2,
        }
    }

    /// Whether anything in it is lower than before.
    fn takes_from(&self, old: &Self) -> bool {
        let mut calendars = old.calendars.keys();
        (old.administrator && !self.administrator)
            || calendars.any(|calendar| self.rank(calendar) < old.rank(calendar))
    }
}

/// The level of each calendar that lines give, as one list, and the tick above all of them.
fn levels(grants: &[&Grant]) -> Facts {
    let mut calendars: Vec<String> = Vec::new();
    let mut administrator = false;
    for grant in grants {
        if grant.state != GrantState::Present {
            continue;
        }
        administrator |= is_on(&grant.extra, ADMINISTRATOR);
        let key: Option<&LocationKey> = grant.place.location();
        let level = grant.extra.get("calendars");
        if let (Some(key), Some(level)) = (key, level.filter(|level| &***level != "none")) {
            calendars.push(format!("{key}: {level}"));
        }
    }
    calendars.sort();
    let mut facts = Facts::new();
    if administrator {
        facts.insert(ADMINISTRATOR.into(), "true".into());
    }
    if !calendars.is_empty() {
        facts.insert("calendars".into(), calendars.join("\n").into());
    }
    facts
}
