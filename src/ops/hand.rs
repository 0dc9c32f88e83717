//! Steps by hand around a run: which are open, who says that one is done, and what the journal keeps of it.
//!
//! Not the statements' files: those are `ops::attest`'s. Invariant: an id means one open step or none; a step counts as
//! closed only where what it rests on was read, or nothing can read it.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::attest::Loaded;
use crate::attest::Statement;
use crate::catalog::Kind;
use crate::journal::{ClosedBy, Entry, HandClosed, HandedOver, Record, SaysFact};
use crate::model::{
    AccountId, AccountState, Attested, Desired, Handed, HasNow, Memory, PersonKey, PlaceId, Says,
    SystemName,
};
use crate::plan::{Completeness, Mode, Only, Plan, Proof, Step, StepId, StepKind};

/// Shorter beginnings of an id are refused: they would soon mean another step.
pub const SHORTEST: usize = 4;

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
            && handed.place != PlaceId::Chain
            && handed.does.as_ref() != StepKind::Resend.name(),
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

/// Whether a step that is not open was ever one here: a run handed it over, or somebody said that it was done. An id
/// that is neither was made up, or comes from a plan that nobody applied.
pub fn was_open<'a>(
    step: &str,
    journal: impl IntoIterator<Item = &'a Entry>,
    statements: &Loaded,
) -> bool {
    let files = statements.statements.values();
    let mut said = files.chain(statements.edited.values()).flatten();
    let handed = |entry: &Entry| {
        matches!(&entry.record, Record::HandedOver(it) if it.step == step)
            || matches!(&entry.record, Record::Attested(it) if it.step == step)
    };
    said.any(|(it, _)| *it.step == *step) || journal.into_iter().any(handed)
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
                reason: Some(step.reason.name().to_owned()),
                says: SaysFact::of(&step.says()),
                approval: plan.draft.approved.get(&step.id).map(ToString::to_string),
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
        // A system that is gone from YAML is no order, and what is in doubt is not done with.
        let wish = desired.systems.get(system)?;
        if is_in_doubt(plan, system, handed) {
            return None;
        }
        // No list shows that a message was sent again.
        let is_read = Kind::parse(wish.kind).is_some_and(Kind::shows_users)
            && handed.place != PlaceId::Chain
            && handed.does.as_ref() != StepKind::Resend.name();
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

/// Whether a plan leaves open what became of a step: its scope is not known as a whole, or something about its person is
/// held. The deadline of a step is not reset by a read that failed or a statement that was altered.
fn is_in_doubt(plan: &Plan, system: &SystemName, handed: &Handed) -> bool {
    let scope = plan
        .draft
        .scopes
        .iter()
        .find(|scope| scope.system == *system && scope.place == handed.place);
    let unknown = scope.is_some_and(|scope| {
        matches!(
            scope.completeness,
            Completeness::Partial(_) | Completeness::Unreadable(_) | Completeness::NotRead
        )
    });
    unknown
        || plan.draft.holds.iter().any(|hold| {
            hold.system.as_ref().is_none_or(|its| its == system)
                && (hold.person.is_none() || hold.person == handed.person)
        })
}

fn kind_of(plan: &Plan, system: &SystemName) -> Option<Kind> {
    let fact = plan.draft.systems.iter().find(|fact| fact.name == *system);
    fact.and_then(|fact| Kind::parse(fact.kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Attestation, DesiredSystem};
    use crate::plan::{Draft, Hold, HoldCode, PlanId, ScopeFact};
    use crate::text::Origin;

    fn open(step: &str) -> Open {
        Open {
            system: SystemName::new("desk"),
            step: step.into(),
            does: "invite".into(),
            person: Some(PersonKey::new("jana")),
            place: PlaceId::Whole,
            account: None,
            says: Says::Has(HasNow {
                state: AccountState::Invited,
                role: None,
                facts: Arc::default(),
            }),
            waits_for: Vec::new(),
            is_read: false,
        }
    }

    #[test]
    fn an_id_means_one_step_or_none() {
        let all = [
            open("1a2b3c4d5e6f"),
            open("1a2bffffffff"),
            open("99990000aaaa"),
        ];
        assert_eq!(find(&all, "9999").unwrap().step, all[2].step);
        assert_eq!(find(&all, "1a2b3c4d5e6f").unwrap().step, all[0].step);
        assert_eq!(find(&all, "999"), Err(NotFound::Short));
        assert!(matches!(find(&all, "1a2b"), Err(NotFound::Several(of)) if of.len() == 2));
        assert!(
            matches!(find(&all, "1a2b3c4d5e60"), Err(NotFound::Unknown(near)) if near.len() == 1)
        );
    }

    #[test]
    fn a_statement_says_what_the_step_leads_to_or_what_is_said_instead() {
        let said = |stated| {
            let at = Timestamp::UNIX_EPOCH;
            open("1a2b3c4d5e6f")
                .statement("boss", at, None, stated)
                .unwrap()
                .says
        };
        assert!(matches!(said(None), Says::Has(has) if has.state == AccountState::Invited));
        let active = Some(Stated::Is(AccountState::Active));
        assert!(matches!(said(active), Says::Has(has) if has.state == AccountState::Active));
        assert_eq!(said(Some(Stated::Absent)), Says::Absent);
        let nobody = Open {
            person: None,
            ..open("1a2b3c4d5e6f")
        };
        assert!(
            nobody
                .statement("boss", Timestamp::UNIX_EPOCH, None, None)
                .is_none()
        );
    }

    /// What becomes of a step that was handed over and is in no plan any more.
    struct Case {
        kind: &'static str,
        completeness: Completeness,
        hold: Option<Hold>,
        said: bool,
        declared: bool,
        narrowed: bool,
    }

    impl Case {
        fn of(kind: &'static str, completeness: Completeness) -> Self {
            Self {
                kind,
                completeness,
                hold: None,
                said: false,
                declared: true,
                narrowed: false,
            }
        }

        fn how(self) -> Option<ClosedBy> {
            let name = SystemName::new("desk");
            let draft = Draft {
                scopes: vec![ScopeFact {
                    system: name.clone(),
                    place: PlaceId::Whole,
                    title: "".into(),
                    completeness: self.completeness,
                    accounts: 0,
                }],
                holds: self.hold.into_iter().collect(),
                ..Draft::default()
            };
            let plan = Plan {
                id: PlanId("".into()),
                draft,
            };
            let mut memory = Memory::default();
            let handed = crate::model::Handed {
                since: Timestamp::UNIX_EPOCH,
                does: "remove".into(),
                place: PlaceId::Whole,
                person: Some(PersonKey::new("jana")),
                account: None,
                says: Says::Absent,
            };
            memory.handed.insert((name.clone(), "1a2b".into()), handed);
            let mut desired = Desired::default();
            if self.declared {
                let wish = DesiredSystem {
                    kind: self.kind,
                    ..wish()
                };
                desired.systems.insert(name.clone(), wish);
            }
            let mut attested = Attested::default();
            if self.said {
                let said = Attestation {
                    id: "x".into(),
                    digest: "".into(),
                    step: "1a2b".into(),
                    does: "remove".into(),
                    person: PersonKey::new("jana"),
                    place: PlaceId::Whole,
                    account: None,
                    at: Timestamp::UNIX_EPOCH,
                    by: "boss".into(),
                    says: Says::Absent,
                    note: None,
                    origin: Origin {
                        file: "".into(),
                        line: 1,
                        column: 1,
                        text: "".into(),
                    },
                };
                attested.systems.insert(name, vec![said]);
            }
            let mut only = Only::default();
            if self.narrowed {
                only.people.insert(PersonKey::new("mara"));
            }
            let records = records(&plan, &desired, &memory, &attested, &only);
            match records.as_slice() {
                [] => None,
                [Record::HandClosed(closed)] => Some(closed.how),
                other => panic!("{other:?}"),
            }
        }
    }

    fn wish() -> DesiredSystem {
        use crate::model::{InvitePolicy, Ownership, Strangers};
        DesiredSystem {
            kind: "apenday",
            origin: crate::text::Span::top_of(crate::text::FileId(0)),
            chain: None,
            locations: std::collections::BTreeMap::new(),
            ownership: Ownership::Full,
            strangers: Strangers::Report,
            invite_by: Vec::new(),
            invite: InvitePolicy::Once,
            acting: None,
            hands: Vec::new(),
            assume: std::collections::BTreeMap::new(),
            role_order: Vec::new(),
            role_numbers: std::collections::BTreeMap::new(),
            due: jiff::SignedDuration::from_hours(24),
            recheck: None,
            unknown_rights: std::collections::BTreeMap::new(),
            gives: crate::model::Gives::default(),
        }
    }

    fn hold(person: Option<&str>) -> Hold {
        Hold {
            code: HoldCode::AttestationDoubt,
            person: person.map(PersonKey::new),
            name: "".into(),
            system: Some(SystemName::new("desk")),
            place: None,
            message: String::new(),
            help: String::new(),
            approval: None,
            because: Vec::new(),
            step: None,
        }
    }

    #[test]
    fn a_step_is_closed_by_a_word_a_read_or_because_nobody_wants_it() {
        let told = || Completeness::Attested(Timestamp::UNIX_EPOCH);
        assert_eq!(
            Case::of("keycrm", Completeness::Complete).how(),
            Some(ClosedBy::Read)
        );
        assert_eq!(Case::of("apenday", told()).how(), Some(ClosedBy::NotNeeded));
        let said = Case {
            said: true,
            ..Case::of("apenday", told())
        };
        assert_eq!(said.how(), Some(ClosedBy::Attested));
    }

    #[test]
    fn doubt_closes_nothing() {
        let told = || Completeness::Attested(Timestamp::UNIX_EPOCH);
        let unread = || Completeness::Unreadable("it broke".into());
        let open = [
            Case::of("keycrm", Completeness::Partial(Vec::new())),
            Case::of("keycrm", unread()),
            // An export that is too old.
            Case::of("apenday", unread()),
            Case {
                hold: Some(hold(Some("jana"))),
                ..Case::of("apenday", told())
            },
            Case {
                hold: Some(hold(None)),
                ..Case::of("apenday", told())
            },
            Case {
                declared: false,
                ..Case::of("apenday", told())
            },
            Case {
                narrowed: true,
                ..Case::of("apenday", told())
            },
        ];
        for (nth, case) in open.into_iter().enumerate() {
            assert_eq!(case.how(), None, "case {nth}");
        }
        // What is held about somebody else is no doubt about this one.
        let other = Case {
            hold: Some(hold(Some("mara"))),
            ..Case::of("apenday", told())
        };
        assert_eq!(other.how(), Some(ClosedBy::NotNeeded));
    }
}
