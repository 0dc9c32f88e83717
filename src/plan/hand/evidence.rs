//! What is known of an account that no interface shows, or not wholly: by a read, an export or a person's word.
//!
//! Not a judgement of who may be believed: what cannot be is not in `Attested`. Invariants: the newer of an export and a
//! statement wins, a live read beats both, and what is too old is unknown, which is not absent; whoever says that a step
//! was done says what that step does and nothing else, whatever else was open.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::identity::keys;
use super::super::person::Case;
use super::super::step::{Step, StepId, StepKind};
use super::super::system::{Context, System};
use crate::model::{
    Account, AccountId, AccountState, Attestation, Attested, Contact, Facts, HasNow, Person,
    PersonKey, PlaceId, Reading, Says, ScopeState, SystemName, VendorRoleSlug,
};

/// The statements about one system, found by person and place, and by step.
#[derive(Debug, Default)]
pub(in super::super) struct Statements<'a> {
    /// Oldest first.
    about: BTreeMap<(&'a PersonKey, &'a PlaceId), Vec<&'a Attestation>>,
    /// The newest about each step.
    steps: BTreeMap<&'a str, &'a Attestation>,
}

impl<'a> Statements<'a> {
    pub(in super::super) fn of(attested: &'a Attested, system: &SystemName) -> Self {
        let mut found = Self::default();
        let mut all: Vec<&Attestation> =
            attested.systems.get(system).into_iter().flatten().collect();
        all.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        for said in all {
            let about = found.about.entry((&said.person, &said.place));
            about.or_default().push(said);
            found.steps.insert(&said.step, said);
        }
        found
    }

    /// Statements about a person at a place under any of their keys, oldest first.
    fn about(&self, case: &Case<'a>, place: &PlaceId) -> Vec<&'a Attestation> {
        let mut found: Vec<&'a Attestation> = keys(case.person)
            .filter_map(|key| self.about.get(&(key, place)))
            .flatten()
            .copied()
            .collect();
        found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        found
    }

    /// Places that statements about a person name.
    pub(super) fn places(&self, case: &Case<'a>) -> Vec<&'a PlaceId> {
        let mut found: Vec<&'a PlaceId> = Vec::new();
        for key in keys(case.person) {
            let about = self.about.keys().filter(|(whose, _)| *whose == key);
            found.extend(about.map(|&(_, place)| place));
        }
        found.sort();
        found.dedup();
        found
    }

    /// When the newest statement about a place was made.
    pub(super) fn newest_at(&self, place: &PlaceId) -> Option<Timestamp> {
        let there = self.about.iter().filter(|((_, at), _)| *at == place);
        there
            .filter_map(|(_, said)| said.last().map(|it| it.at))
            .max()
    }

    /// Whether any of them says facts of a sort.
    pub(super) fn any(&self, sort: fn(&Facts) -> bool) -> bool {
        let mut all = self.about.values().flatten();
        all.any(|it| matches!(&it.says, Says::Has(has) if sort(&has.facts)))
    }

    pub(super) fn of_step(&self, step: &StepId) -> Option<&'a Attestation> {
        self.steps.get(&*step.0).copied()
    }
}

/// What is known of one account.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// What is known.
    pub(super) known: Known,
    /// When it was exported or said.
    pub(super) at: Option<Timestamp>,
    /// When it was exported; none of somebody's word.
    pub(super) read_at: Option<Timestamp>,
    /// What was said too long ago to be relied on, where nothing else is known.
    pub(super) stale: Option<Having>,
}

impl Evidence {
    /// What to go by: what was said too long ago is better than nothing, and is looked at again where nothing else is
    /// to be done.
    pub(super) fn relied_on(self) -> Self {
        match self.stale.clone() {
            Some(having) => Self {
                known: Known::Has(having),
                ..self
            },
            None => self,
        }
    }
}

/// Whether an account is there.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// Nobody can tell: never looked, or too long ago.
    Unknown,
    /// It is not there, or has nothing there.
    Absent,
    /// It is there.
    Has(Having),
}

/// What an account has.
#[derive(Clone, Debug)]
pub(super) struct Having {
    pub(super) state: AccountState,
    pub(super) role: Option<VendorRoleSlug>,
    /// Ticks, teams, sources; those that are not here are unknown.
    pub(super) facts: Arc<Facts>,
    pub(super) account: Option<AccountId>,
}

impl Having {
    fn row(row: &Account) -> Self {
        Self {
            state: row.state,
            role: row.role.clone(),
            facts: row.facts.clone().unwrap_or_default(),
            account: Some(row.id.clone()),
        }
    }
}

impl<'a, 's> System<'a, 's>
where
    'a: 's,
{
    /// The rows of a person's accounts at a place, the primary one first.
    pub(super) fn rows(&self, case: &Case<'a>, place: &PlaceId) -> Vec<&'s Account> {
        self.accounts(case.at)
            .into_iter()
            .filter_map(|account| self.identity.seen.get(account)?.at(place))
            .collect()
    }

    /// Whether a person's word tells of access at a place.
    pub(super) fn was_said(&self, case: &Case<'a>, place: &PlaceId) -> bool {
        let said = self.said.about(case, place);
        said.iter().any(|it| matches!(it.says, Says::Has(_)))
    }

    /// Whether somebody said, since they left, that a leaver's access at a place was taken.
    pub(super) fn was_said_taken(&self, case: &Case<'a>, place: &PlaceId) -> bool {
        let Some(left) = case.person.left else {
            return false;
        };
        let takes = ["block", "remove", "withdraw-invitation", "deactivate"];
        let said = self.said.about(case, place);
        said.iter()
            .any(|it| it.at >= left && takes.contains(&&*it.does))
    }

    /// Whether an account may have had a role of a sort: statements say so, or none of them says any role.
    pub(super) fn may_have_had(
        &self,
        case: &Case<'a>,
        place: &PlaceId,
        sort: fn(&VendorRoleSlug) -> bool,
    ) -> bool {
        let said = self.said.about(case, place);
        let mut roles = said.iter().filter_map(|it| match &it.says {
            Says::Has(has) => has.role.as_ref(),
            Says::Absent | Says::Nothing => None,
        });
        match roles.next() {
            Some(first) => sort(first) || roles.any(sort),
            None => true,
        }
    }

    /// Whether a statement is too old to be relied on. That somebody has nothing, or cannot get in, does not grow old:
    /// looking again would change nothing that a later list or word does not show.
    fn is_old(&self, ctx: &Context<'a>, said: &Attestation) -> bool {
        let is_in =
            |has: &HasNow| matches!(has.state, AccountState::Active | AccountState::Invited);
        matches!(&said.says, Says::Has(has) if is_in(has))
            && self
                .wish
                .recheck
                .is_some_and(|most| ctx.input.now.duration_since(said.at) > most)
    }

    /// Where somebody can get in by word or by a list, the newer of which counts.
    pub(in crate::plan) fn told_in(
        &self,
        ctx: &Context<'a>,
        at: usize,
        person: &'a Person,
    ) -> Vec<PlaceId> {
        let case = Case::of(at, person);
        let accounts = self.accounts(at).into_iter();
        let seen = accounts.filter_map(|account| self.identity.seen.get(account));
        let rows = seen.flat_map(|seen| seen.rows.iter().map(|(place, _)| *place));
        let said = self.said.places(&case).into_iter();
        let places: BTreeSet<&PlaceId> = rows.chain(said).collect();
        let is_in = |place: &&PlaceId| match self.evidence(ctx, &case, place).relied_on().known {
            Known::Has(having) => {
                matches!(having.state, AccountState::Active | AccountState::Invited)
            }
            Known::Absent | Known::Unknown => false,
        };
        places.into_iter().filter(is_in).cloned().collect()
    }

    /// What is known of a person's account at a place that no interface shows.
    pub(super) fn evidence(&self, ctx: &Context<'a>, case: &Case<'a>, place: &PlaceId) -> Evidence {
        let export = self.exported(case, place);
        let since = export.as_ref().and_then(|export| export.at);
        let mut about = self.said.about(case, place);
        about.retain(|it| it.says != Says::Nothing);
        let (before, after): (Vec<_>, Vec<_>) =
            about.into_iter().partition(|it| Some(it.at) < since);
        let mut known = Known::Unknown;
        if before
            .last()
            .is_some_and(|newest| !self.is_old(ctx, newest))
        {
            known = before.iter().fold(known, |known, said| told(known, said));
        }
        if let Some(export) = &export {
            known = listed(known, &export.known);
        }
        let Some(newest) = after.last() else {
            return Evidence {
                known,
                at: since,
                read_at: since,
                stale: None,
            };
        };
        known = after.iter().fold(known, |known, said| told(known, said));
        if self.is_no_proof(ctx, case, place, &known, newest) {
            known = Known::Unknown;
        }
        let (known, stale) = match known {
            Known::Has(having) if self.is_old(ctx, newest) => (Known::Unknown, Some(having)),
            known => (known, None),
        };
        Evidence {
            known,
            at: Some(newest.at),
            read_at: None,
            stale,
        }
    }

    /// Whether the word that somebody has nothing, or cannot get in, is none about a leaver: it is from before they left,
    /// only tells that they were made, or something came after it that may have let them in.
    fn is_no_proof(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        known: &Known,
        newest: &Attestation,
    ) -> bool {
        let is_out = match known {
            Known::Unknown => false,
            Known::Absent => true,
            Known::Has(having) => {
                matches!(having.state, AccountState::Inactive | AccountState::Blocked)
            }
        };
        if !is_out || case.order.is_none() || *place == PlaceId::Chain {
            return false;
        }
        let has_come = case.person.left.is_some_and(|left| newest.at < left);
        let since = self
            .listed_in(ctx, case, place)
            .max(self.handed_at(ctx, case, place));
        has_come || *newest.does == *"invite" || since > Some(newest.at)
    }

    /// When a list that is too old to go by was made, in which the person was in.
    pub(super) fn listed_in(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
    ) -> Option<Timestamp> {
        let key = (self.name.clone(), place.clone());
        let scope = ctx.input.observed.old_exports.get(&key)?;
        let taken = scope.export.as_ref()?.taken;
        let person = case.person;
        let pinned = person.pins.get(self.name);
        let is_theirs = |row: &Account| {
            pinned.is_some_and(|pin| pin.ids.contains(&row.id))
                || person.contacts.iter().any(|contact| match contact {
                    Contact::Email(email) => row.email.as_ref() == Some(email),
                    Contact::Phone(phone) => row.phone.as_ref() == Some(phone),
                })
        };
        let is_in = |row: &&Account| {
            matches!(row.state, AccountState::Active | AccountState::Invited) && is_theirs(row)
        };
        scope.accounts.values().find(is_in).map(|_| taken)
    }

    /// When a step about a person's access at a place was handed over last that is still open: it may have been done
    /// without a word.
    pub(super) fn handed_at(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
    ) -> Option<Timestamp> {
        let handed = ctx.input.memory.handed.iter();
        let theirs = handed.filter(|((system, _), step)| {
            system == self.name
                && step.place == *place
                && !matches!(&*step.does, "check" | "follow-up")
                && step
                    .person
                    .as_ref()
                    .is_some_and(|key| keys(case.person).any(|its| its == key))
        });
        theirs.map(|(_, step)| step.since).max()
    }

    /// Whether somebody may have access of which nobody said anything: a step was handed over and is still open, or an
    /// old list shows them.
    pub(super) fn may_have(&self, ctx: &Context<'a>, case: &Case<'a>, place: &PlaceId) -> bool {
        case.order.is_some()
            || self.handed_at(ctx, case, place).is_some()
            || self.listed_in(ctx, case, place).is_some()
    }

    /// What an export says of a person's account.
    fn exported(&self, case: &Case<'a>, place: &PlaceId) -> Option<Evidence> {
        let reading = self.scopes.get(place)?;
        let scope: &ScopeState = reading.seen()?;
        let taken = scope.export.as_ref()?.taken;
        let known = match self.rows(case, place).first() {
            Some(row) => Known::Has(Having::row(row)),
            // Only a list without a doubtful row, and without a row that may be theirs, tells that somebody is not in it.
            None if matches!(reading, Reading::Complete(_))
                && self.lookalikes(case.person).is_empty() =>
            {
                Known::Absent
            }
            None => return None,
        };
        Some(Evidence {
            known,
            at: Some(taken),
            read_at: Some(taken),
            stale: None,
        })
    }

    /// What people said of facts that a live read does not show, the newest word for each; `ever` also what was said too
    /// long ago.
    pub(super) fn attested_facts(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        place: &PlaceId,
        ever: bool,
    ) -> Arc<Facts> {
        let mut facts = Facts::new();
        for said in self.said.about(case, place) {
            let old = !ever
                && self
                    .wish
                    .recheck
                    .is_some_and(|most| ctx.input.now.duration_since(said.at) > most);
            match &said.says {
                Says::Has(has) if !old => {
                    let known = has.facts.iter();
                    facts.extend(known.map(|(name, value)| (name.clone(), value.clone())));
                }
                // Whoever comes back is set up anew.
                Says::Absent => facts.clear(),
                Says::Has(_) | Says::Nothing => {}
            }
        }
        Arc::new(facts)
    }

    /// Who said that a step was done although what was read since shows otherwise. A newer word about something else
    /// is no reading: whoever came back since was taken in again.
    pub(super) fn contradicted(
        &self,
        ctx: &Context<'a>,
        case: &Case<'a>,
        step: &Step,
        read_at: Option<Timestamp>,
    ) -> Option<&'a Attestation> {
        let of_step = self.said.of_step(&step.id);
        let said = of_step.or_else(|| self.last_word(case, step))?;
        if said.says == Says::Nothing || read_at.is_none_or(|at| at < said.at) {
            return None;
        }
        // The step is called by another name since a list brought the account: the newest word of all is about it.
        if of_step.is_none() {
            return Some(said);
        }
        // A step of the same form may have been done, and undone, long ago: only a word since it was handed over, or
        // one that no run has taken note of, is about this time.
        let memory = ctx.input.memory;
        let key = (self.name.clone(), step.id.0.clone());
        let handed = memory.handed.get(&key);
        let noted = memory
            .attested
            .contains_key(&(self.name.clone(), said.id.clone()));
        let is_new = handed.map_or(!noted, |handed| handed.since <= said.at);
        is_new.then_some(said)
    }

    /// The newest word about a person at a step's place, where it is about a step of that kind.
    fn last_word(&self, case: &Case<'a>, step: &Step) -> Option<&'a Attestation> {
        let mut about = self.said.about(case, &step.place);
        about.retain(|it| it.says != Says::Nothing);
        let newest = about.pop()?;
        // The same thing, said when the account was not known yet.
        let is_it = *newest.does == *step.kind.name()
            && newest.account.is_none()
            && step.account.is_some()
            && means_the_same(&newest.says, &step.says(), step.kind);
        is_it.then_some(newest)
    }
}

/// Whether two statements about a kind of step come to the same.
fn means_the_same(one: &Says, other: &Says, kind: StepKind) -> bool {
    match (one, other) {
        (Says::Has(one), Says::Has(other)) => match kind {
            StepKind::ChangeRole => one.role == other.role,
            StepKind::SetRights => one.facts == other.facts,
            _ => one.state == other.state,
        },
        (one, other) => one == other,
    }
}

/// What is known once a list shows somebody: what the list does not carry stays as it was said.
fn listed(known: Known, row: &Known) -> Known {
    match (known, row) {
        (Known::Has(before), Known::Has(row)) => {
            let mut facts = (*before.facts).clone();
            facts.extend(
                row.facts
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            Known::Has(Having {
                state: row.state,
                role: row.role.clone().or(before.role),
                facts: Arc::new(facts),
                account: row.account.clone(),
            })
        }
        (_, row) => row.clone(),
    }
}

/// What is known once somebody said that a step was done: what the step does, on top of what was known before.
fn told(known: Known, said: &Attestation) -> Known {
    let Says::Has(has) = &said.says else {
        return Known::Absent;
    };
    let whole = Having {
        state: has.state,
        role: has.role.clone(),
        facts: has.facts.clone(),
        account: said.account.clone(),
    };
    // The rest of what such a statement says was so when the step was planned, and may have been wrong.
    Known::Has(match (known, &*said.does) {
        (Known::Has(before), "change-role") => Having {
            role: whole.role,
            ..before
        },
        (Known::Has(before), "set-rights") => Having {
            facts: whole.facts,
            ..before
        },
        (Known::Has(before), "activate" | "deactivate" | "block" | "unblock") => Having {
            state: whole.state,
            ..before
        },
        // Nobody said what they have beside.
        (_, "activate" | "deactivate" | "block" | "unblock") => Having {
            role: None,
            facts: Arc::default(),
            ..whole
        },
        // That somebody has a personal account takes nothing from what a user has.
        (Known::Has(before), "check")
            if before.state == AccountState::Active && whole.state == AccountState::Inactive =>
        {
            before
        }
        _ => whole,
    })
}
