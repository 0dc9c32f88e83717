//! Steps by hand around a run: which are open, who says that one is done, and what the journal keeps of it.
//!
//! Not the statements' files: those are `ops::attest`'s. Invariant: an id means one open step or none; a step counts as
//! closed only where what it rests on was read, or nothing can read it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::attest::Statement;
use crate::catalog::Kind;
use crate::journal::{ClosedBy, HandClosed, HandedOver, Record, SaysFact};
use crate::model::{
    AccountId, AccountState, Attested, Desired, HasNow, Memory, PersonKey, PlaceId, Says,
    SystemName,
};
use crate::plan::{Completeness, DangerClass, Mode, Only, Plan, Proof, Step, StepId};

/// Shorter beginnings of an id are refused: they would soon mean another step.
const SHORTEST: usize = 4;

/// A step by hand that somebody may say is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The system.
    pub system: SystemName,
    /// Id of the step.
    pub step: Arc<str>,
    /// Its kind: `invite`, `block`, ...
    pub does: Arc<str>,
    /// Whom it is about; none where it is about nobody in particular.
    pub person: Option<PersonKey>,
    /// The place.
    pub place: PlaceId,
    /// The account, where there is one.
    pub account: Option<AccountId>,
    /// What the account has once it is done.
    pub says: Says,
    /// Ids of open steps that come before it.
    pub waits_for: Vec<StepId>,
    /// Whether the next plan reads from the vendor what came of it.
    pub is_read: bool,
}

impl Open {
    fn of(step: &Step, proof: Proof) -> Self {
        Self {
            system: step.system.clone(),
            step: step.id.0.clone(),
            does: step.kind.name().into(),
            person: step.person.clone(),
            place: step.place.clone(),
            account: step.account.clone(),
            says: step.says(),
            waits_for: step.waits_for.clone(),
            is_read: proof == Proof::Reading,
        }
    }

    /// The statement of somebody that it is done; none for a step that is about nobody, which its setting ends.
    pub fn statement(
        &self,
        by: &str,
        at: Timestamp,
        note: Option<&str>,
        now_has: Option<Stated>,
    ) -> Option<Statement> {
        let says = match (now_has, &self.says) {
            (None, says) => says.clone(),
            (Some(Stated::Absent), _) => Says::Absent,
            (Some(Stated::Is(state)), Says::Has(has)) => Says::Has(HasNow {
                state,
                ..has.clone()
            }),
            (Some(Stated::Is(state)), Says::Absent | Says::Nothing) => Says::Has(HasNow {
                state,
                role: None,
                facts: Arc::default(),
            }),
        };
        Some(Statement {
            system: self.system.clone(),
            step: self.step.clone(),
            does: self.does.clone(),
            person: self.person.clone()?,
            place: self.place.clone(),
            account: self.account.clone(),
            at,
            by: by.into(),
            says,
            note: note.map(Into::into),
            withdrawn: None,
        })
    }
}

/// What the account is now, where that is not what the step leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    /// It has nothing there.
    Absent,
    /// It is in this state, with what the step would give.
    Is(AccountState),
}

/// Every step by hand that is open: those of a plan, and those that were handed over and that a plan without a read of
/// their system cannot know.
pub fn open(plan: &Plan, memory: &Memory) -> Vec<Open> {
    let mut found: Vec<Open> = manual(plan)
        .map(|(step, proof)| Open::of(step, proof))
        .collect();
    let known: BTreeSet<Arc<str>> = found.iter().map(|open| open.step.clone()).collect();
    let handed = memory
        .handed
        .iter()
        .filter(|((_, step), _)| !known.contains(step));
    found.extend(handed.map(|((system, step), handed)| Open {
        system: system.clone(),
        step: step.clone(),
        does: handed.does.clone(),
        person: handed.person.clone(),
        place: handed.place.clone(),
        account: handed.account.clone(),
        says: handed.says.clone(),
        waits_for: Vec::new(),
        is_read: kind_of(plan, system).is_some_and(Kind::shows_users)
            && handed.place != PlaceId::Chain,
    }));
    found
}

/// The manual steps of a plan, in its order, with how each is proven.
pub fn manual(plan: &Plan) -> impl Iterator<Item = (&Step, Proof)> {
    plan.draft.steps.iter().filter_map(|step| match &step.mode {
        Mode::Manual(instruction) => Some((step, instruction.proof)),
        Mode::Api => None,
    })
}

/// Why an id means no open step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// It is too short to be one.
    Short,
    /// Several begin so.
    Several(Vec<Arc<str>>),
    /// None is called so; these are the ones nearest to it.
    Unknown(Vec<Arc<str>>),
}

/// The one whose id is, or begins with, `id`.
pub fn find<'a>(open: &'a [Open], id: &str) -> Result<&'a Open, NotFound> {
    if let Some(exact) = open.iter().find(|it| *it.step == *id) {
        return Ok(exact);
    }
    if id.len() < SHORTEST {
        return Err(NotFound::Short);
    }
    let found: Vec<&Open> = open.iter().filter(|it| it.step.starts_with(id)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let ids = || open.iter().map(|it| &*it.step);
            let near = crate::diagnostic::nearest(id, ids()).map(Arc::from);
            Err(NotFound::Unknown(near.into_iter().collect()))
        }
        several => Err(NotFound::Several(
            several.iter().map(|it| it.step.clone()).collect(),
        )),
    }
}

/// Whether a step by hand is due and not done.
pub fn is_overdue(step: &Step, now: Timestamp) -> bool {
    step.hand
        .as_ref()
        .and_then(|hand| hand.due)
        .is_some_and(|due| due < now)
}

/// Whether it takes access away: of those that are overdue these come first.
pub fn is_removal(step: &Step) -> bool {
    step.class == DangerClass::Removing
}

/// What the journal keeps of manual steps at the beginning of a run: those that are handed over now, and those that
/// were handed over and are not open any more.
///
/// A step that comes after a call of this run is handed over by the next: the call may yet fail.
pub fn records(
    plan: &Plan,
    desired: &Desired,
    memory: &Memory,
    attested: &Attested,
    only: &Only,
) -> Vec<Record> {
    let by_api: BTreeSet<&StepId> = plan
        .draft
        .steps
        .iter()
        .filter(|step| step.mode == Mode::Api)
        .map(|step| &step.id)
        .collect();
    let new = manual(plan).filter(|(step, _)| {
        let key = (step.system.clone(), step.id.0.clone());
        !memory.handed.contains_key(&key) && !step.waits_for.iter().any(|id| by_api.contains(id))
    });
    let mut records: Vec<Record> = new
        .map(|(step, _)| {
            Record::HandedOver(HandedOver {
                step: step.id.to_string(),
                does: step.kind.name().to_owned(),
                system: step.system.to_string(),
                place: step.place.to_string(),
                person: step.person.as_ref().map(ToString::to_string),
                account: step.account.as_ref().map(ToString::to_string),
                says: SaysFact::of(&step.says()),
            })
        })
        .collect();
    // A plan that was narrowed does not show what else is open.
    if only.is_everything() {
        records.extend(closed(plan, desired, memory, attested));
    }
    records
}

fn closed<'a>(
    plan: &'a Plan,
    desired: &'a Desired,
    memory: &'a Memory,
    attested: &'a Attested,
) -> impl Iterator<Item = Record> + 'a {
    let draft = &plan.draft;
    let kept = draft.holds.iter().filter_map(|hold| hold.step.as_deref());
    let withheld = draft.withheld.iter().map(|withheld| &withheld.step);
    let open: BTreeSet<&StepId> = draft
        .steps
        .iter()
        .chain(kept)
        .chain(withheld)
        .map(|step| &step.id)
        .collect();
    let gone = memory
        .handed
        .iter()
        .filter(move |((_, step), _)| !open.contains(&StepId(step.clone())));
    gone.filter_map(move |((system, step), handed)| {
        let is_read = desired
            .systems
            .get(system)
            .and_then(|wish| Kind::parse(wish.kind))
            .is_some_and(Kind::shows_users)
            && handed.place != PlaceId::Chain;
        if is_read && !is_whole(plan, system, &handed.place) {
            return None;
        }
        let said = attested.systems.get(system);
        let is_said = said.is_some_and(|said| said.iter().any(|it| it.step == *step));
        let how = match (is_read, is_said) {
            (true, _) => ClosedBy::Read,
            (false, true) => ClosedBy::Attested,
            (false, false) => ClosedBy::NotNeeded,
        };
        Some(Record::HandClosed(HandClosed {
            step: step.to_string(),
            system: system.to_string(),
            how,
        }))
    })
}

/// Whether a scope was read completely.
fn is_whole(plan: &Plan, system: &SystemName, place: &PlaceId) -> bool {
    plan.draft.scopes.iter().any(|scope| {
        scope.system == *system
            && scope.place == *place
            && scope.completeness == Completeness::Complete
    })
}

fn kind_of(plan: &Plan, system: &SystemName) -> Option<Kind> {
    let fact = plan.draft.systems.iter().find(|fact| fact.name == *system);
    fact.and_then(|fact| Kind::parse(fact.kind))
}
