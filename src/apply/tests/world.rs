//! A vendor that does as it is told: the effects of calls, rows that appear late, faults by
//! number, and a process that dies at any boundary. It checks the law of the intent itself: every
//! effect uses up one intent that was in the journal before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::apply::*;
use crate::catalog::Catalog;
use crate::clock::{Clock, SimClock};
use crate::journal::{JournalError, JournalSink, MemoryJournal, Record, Sealed, Verb};
use crate::model::*;
use crate::plan::*;
use crate::provider::*;

pub(super) const MALL: &str = "mall";
pub(super) const CENTER: &str = "center";
pub(super) const PORT: &str = "port";

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    LostBefore,
    LostAfter,
    Rejected,
    Forbidden,
    NotFound,
    NotSent,
    Unauthorized,
    /// Accepted without an effect.
    Ignored,
    /// Refused with a status of success, and done all the same.
    RefusedAfter,
    CrashBefore,
    CrashAfter,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) rows: BTreeMap<String, BTreeMap<AccountId, Account>>,
    /// Invitations that show later: when, where, what.
    late: Vec<(Duration, String, Account)>,
    next_id: u32,
    pub(super) delay: Duration,
    /// Every message that went out: contact and time.
    pub(super) messages: Vec<(String, Duration)>,
    /// Every call in short.
    pub(super) calls: Vec<String>,
    pub(super) faults: BTreeMap<usize, Fault>,
    executed: usize,
    /// Lists that are not complete, by number.
    pub(super) partial_lists: BTreeSet<usize>,
    listed: usize,
    /// From this list on, the vendor says of every place that nobody is there.
    pub(super) empty_from: Option<usize>,
    /// Contacts the vendor refuses to invite, which refuses their whole batch.
    pub(super) refuses: BTreeSet<String>,
    /// Intents that no effect has used up yet: verb, place, person or account.
    intents: Vec<(Verb, String, String)>,
    pub(super) dead: bool,
    /// A call for several places leaves the one it was asked at as it is.
    pub(super) keeps_place_of_path: bool,
    /// A right that changes with every write although nobody asked.
    pub(super) side_effect: Option<usize>,
    /// A row that somebody else makes after the first list.
    pub(super) appears_after_first_list: Option<(String, Account)>,
    /// Raised by the first call: somebody presses Ctrl-C.
    pub(super) stops: Option<StopFlag>,
}

pub(super) struct World {
    pub(super) name: SystemName,
    pub(super) clock: Arc<SimClock>,
    state: Mutex<State>,
}

impl World {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            name: SystemName::new("salons"),
            clock: Arc::new(SimClock::new(
                Timestamp::from_second(1_795_000_000).unwrap(),
            )),
            state: Mutex::new(State {
                next_id: 100,
                ..State::default()
            }),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn add(&self, place: &str, account: Account) {
        let mut state = self.state();
        state
            .rows
            .entry(place.to_owned())
            .or_default()
            .insert(account.id.clone(), account);
    }

    pub(super) fn has(&self, place: &str, id: &str) -> bool {
        let state = self.state();
        state
            .rows
            .get(place)
            .is_some_and(|rows| rows.contains_key(&AccountId::new(id)))
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// The process starts anew.
    pub(super) fn revive(&self) {
        self.state().dead = false;
    }

    fn settle_late(&self, state: &mut State) {
        let now = self.clock.elapsed();
        let (due, late) = std::mem::take(&mut state.late)
            .into_iter()
            .partition(|(at, ..)| *at <= now);
        state.late = late;
        let due: Vec<(Duration, String, Account)> = due;
        for (_, place, account) in due {
            state
                .rows
                .entry(place)
                .or_default()
                .insert(account.id.clone(), account);
        }
    }

    /// Does what a call asks for.
    fn effect(&self, call: &Call) -> Result<Receipt, ProviderError> {
        let now = self.clock.elapsed();
        let mut guard = self.state();
        let state = &mut *guard;
        let mut receipt = Receipt {
            status: 200,
            ..Receipt::default()
        };
        match call {
            Call::Invite { place, invitations } => {
                if let Some(bad) = invitations
                    .iter()
                    .find(|one| state.refuses.contains(text_of(&one.contact)))
                {
                    return Err(ProviderError::Rejected {
                        status: 422,
                        errors: vec![format!(
                            "email: {} of {} is not accepted",
                            text_of(&bad.contact),
                            bad.name
                        )],
                    });
                }
                receipt.status = 202;
                for one in invitations {
                    let contact = text_of(&one.contact).to_owned();
                    let person = contact.split('@').next().unwrap().to_owned();
                    state.use_intent(Verb::Invite, place.key.as_str(), &person);
                    state.messages.push((contact, now));
                    state.next_id += 1;
                    let mut account = account(&state.next_id.to_string(), &person);
                    account.state = AccountState::Invited;
                    lay_over(&mut account, &one.target);
                    state
                        .late
                        .push((now + state.delay, place.key.to_string(), account));
                }
            }
            Call::Copy {
                from,
                account,
                to,
                rights,
            } => {
                state.use_intent(Verb::Copy, to.key.as_str(), account.as_str());
                let row = state
                    .rows
                    .get(from.key.as_str())
                    .and_then(|rows| rows.get(account))
                    .cloned();
                let Some(mut row) = row else {
                    return Err(ProviderError::NotFound {
                        what: "account".to_owned(),
                    });
                };
                row.role = Some(VendorRoleSlug::new("manager"));
                row.rights = Some(rights.clone());
                state
                    .rows
                    .entry(to.key.to_string())
                    .or_default()
                    .insert(account.clone(), row);
            }
            Call::Write {
                place,
                account,
                target,
                ..
            } => {
                state.use_intent(Verb::Write, place.key.as_str(), account.as_str());
                let side_effect = state.side_effect;
                let row = state
                    .rows
                    .get_mut(place.key.as_str())
                    .and_then(|rows| rows.get_mut(account));
                let Some(row) = row else {
                    return Err(ProviderError::NotFound {
                        what: "account".to_owned(),
                    });
                };
                lay_over(row, target);
                if let Some(index) = side_effect {
                    let mut rights = (**row.rights.as_ref().unwrap()).clone();
                    rights.set(index, Some(Value::Switch(true)));
                    row.rights = Some(rights.into());
                }
            }
            Call::Remove { place, account } => {
                state.use_intent(Verb::Remove, place.key.as_str(), account.as_str());
                let gone = state
                    .rows
                    .get_mut(place.key.as_str())
                    .and_then(|rows| rows.remove(account));
                if gone.is_none() {
                    return Err(ProviderError::NotFound {
                        what: "account".to_owned(),
                    });
                }
            }
            Call::RemoveSeveral {
                at,
                account,
                places,
            } => {
                assert!(places.contains(at) && places.len() > 1);
                for place in places {
                    state.use_intent(Verb::Remove, place.key.as_str(), account.as_str());
                }
                let asked = state.rows.get(at.key.as_str());
                if !asked.is_some_and(|rows| rows.contains_key(account)) {
                    return Err(ProviderError::NotFound {
                        what: "account".to_owned(),
                    });
                }
                let keeps_own = state.keeps_place_of_path;
                for place in places.iter().filter(|place| !(keeps_own && *place == at)) {
                    if let Some(rows) = state.rows.get_mut(place.key.as_str()) {
                        let gone = rows.remove(account);
                        assert!(gone.is_none_or(|row| row.state == AccountState::Active));
                    }
                }
            }
        }
        Ok(receipt)
    }
}

impl State {
    fn use_intent(&mut self, verb: Verb, place: &str, whom: &str) {
        let found = self
            .intents
            .iter()
            .position(|(of, at, who)| *of == verb && at == place && who == whom);
        let found = found.unwrap_or_else(|| panic!("no intent for {verb:?} {whom} at {place}"));
        self.intents.remove(found);
    }
}

pub(super) fn text_of(contact: &Contact) -> &str {
    match contact {
        Contact::Email(email) => email.as_str(),
        Contact::Phone(phone) => phone.as_str(),
    }
}

pub(super) fn email(person: &str) -> Email {
    Email::parse(&format!("{person}@chain.example")).unwrap()
}

fn lay_over(account: &mut Account, target: &Target) {
    if let Some(role) = &target.role {
        account.role = Some(role.clone());
    }
    match target.staff {
        StaffTarget::Keep => {}
        StaffTarget::Link(id) => account.staff = Some(Some(id)),
        StaffTarget::Nobody => account.staff = Some(None),
    }
    let mut rights = (**account.rights.as_ref().unwrap()).clone();
    for (index, value) in target.rights.iter() {
        rights.set(index, Some(value.clone()));
    }
    account.rights = Some(rights.into());
}

pub(super) fn account(id: &str, person: &str) -> Account {
    Account {
        id: AccountId::new(id),
        name: person.into(),
        phone: None,
        email: Some(email(person)),
        state: AccountState::Active,
        removable: true,
        editable: Some(true),
        role: Some(VendorRoleSlug::new("worker")),
        staff: Some(None),
        rights: Some(rights(&[]).into()),
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

/// Switches by slug, all others absent.
pub(super) fn rights(values: &[(&str, bool)]) -> RightSet {
    let catalog = Catalog::current();
    let mut set = RightSet::empty(catalog.len());
    for (slug, on) in values {
        set.set(
            catalog.by_slug(slug).unwrap().index(),
            Some(Value::Switch(*on)),
        );
    }
    set
}

pub(super) fn target(role: &str, values: &[(&str, bool)]) -> Target {
    Target {
        role: Some(VendorRoleSlug::new(role)),
        staff: StaffTarget::Keep,
        rights: rights(values).into(),
    }
}

#[async_trait]
impl Provider for World {
    fn system(&self) -> &SystemName {
        &self.name
    }

    fn host(&self) -> Arc<str> {
        "world.example".into()
    }

    fn invite_batch(&self) -> usize {
        3
    }

    async fn prove(
        &self,
        _: &[PlaceRef],
        _: bool,
        _: &dyn Events,
    ) -> Vec<crate::provider::Finding> {
        unreachable!("apply proves nothing")
    }

    async fn observe(
        &self,
        _: &ReadRequest<'_>,
        _: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        unreachable!("apply never plans")
    }

    async fn execute(&self, call: &Call, _: &dyn Events) -> Result<Receipt, ProviderError> {
        let fault = {
            let mut state = self.state();
            assert!(!state.dead, "a call of a dead process");
            let text = match call {
                Call::Invite { place, invitations } => {
                    let whom: Vec<&str> = invitations
                        .iter()
                        .map(|one| text_of(&one.contact))
                        .collect();
                    format!("invite {} {}", place.key, whom.join(","))
                }
                Call::Copy { account, to, .. } => format!("copy {account} {}", to.key),
                Call::Write { place, account, .. } => format!("write {account} {}", place.key),
                Call::Remove { place, account } => format!("remove {account} {}", place.key),
                Call::RemoveSeveral {
                    account, places, ..
                } => {
                    let places: Vec<&str> = places.iter().map(|it| it.key.as_str()).collect();
                    format!("remove {account} {}", places.join(","))
                }
            };
            state.calls.push(text);
            if let Some(stop) = &state.stops {
                stop.stop();
            }
            state.executed += 1;
            let nth = state.executed;
            state.faults.get(&nth).copied()
        };
        let lost = || {
            Err(ProviderError::Unknown {
                why: "connection lost".to_owned(),
            })
        };
        match fault {
            None => self.effect(call),
            Some(Fault::LostBefore) => lost(),
            Some(Fault::LostAfter) => {
                drop(self.effect(call));
                lost()
            }
            Some(Fault::Rejected) => Err(ProviderError::Rejected {
                status: 422,
                errors: vec!["no".to_owned()],
            }),
            Some(Fault::Forbidden) => Err(ProviderError::Forbidden {
                place: "here".to_owned(),
                right: None,
            }),
            Some(Fault::NotFound) => Err(ProviderError::NotFound {
                what: "account".to_owned(),
            }),
            Some(Fault::NotSent) => Err(ProviderError::NotSent {
                why: "no route".to_owned(),
            }),
            Some(Fault::Unauthorized) => Err(ProviderError::Unauthorized),
            Some(Fault::Ignored) => Ok(Receipt {
                status: 200,
                ..Receipt::default()
            }),
            Some(Fault::RefusedAfter) => {
                drop(self.effect(call));
                Err(ProviderError::Rejected {
                    status: 200,
                    errors: vec!["no".to_owned()],
                })
            }
            Some(fault @ (Fault::CrashBefore | Fault::CrashAfter)) => {
                if fault == Fault::CrashAfter {
                    drop(self.effect(call));
                }
                self.state().dead = true;
                // Whoever awaits this is dropped, as a killed process drops everything.
                std::future::pending().await
            }
        }
    }

    async fn look(&self, place: &PlaceRef, account: &AccountId, _: &dyn Events) -> Sighting {
        let mut state = self.state();
        assert!(!state.dead, "a call of a dead process");
        self.settle_late(&mut state);
        state.calls.push(format!("look {account} {}", place.key));
        match state
            .rows
            .get(place.key.as_str())
            .and_then(|rows| rows.get(account))
        {
            Some(row) => Sighting::There(Box::new(row.clone())),
            None => Sighting::Absent,
        }
    }

    async fn list(&self, place: &PlaceRef, _: &dyn Events) -> Reading<ScopeState> {
        let mut state = self.state();
        assert!(!state.dead, "a call of a dead process");
        self.settle_late(&mut state);
        state.calls.push(format!("list {}", place.key));
        state.listed += 1;
        let scope = ScopeState {
            accounts: state
                .rows
                .get(place.key.as_str())
                .cloned()
                .unwrap_or_default(),
            ..ScopeState::default()
        };
        if let Some((place, row)) = state.appears_after_first_list.take() {
            state
                .rows
                .entry(place)
                .or_default()
                .insert(row.id.clone(), row);
        }
        if state.empty_from.is_some_and(|from| state.listed >= from) {
            Reading::Complete(ScopeState::default())
        } else if state.partial_lists.contains(&state.listed) {
            Reading::Partial(scope, Vec::new())
        } else {
            Reading::Complete(scope)
        }
    }
}

/// A journal that may die before or after any write, and tells the world of every intent.
pub(super) struct Watched {
    pub(super) inner: MemoryJournal,
    pub(super) world: Arc<World>,
    /// Writes until the end; `true`: the last one is stored.
    pub(super) crash: Option<(usize, bool)>,
}

impl Watched {
    pub(super) fn new(world: &Arc<World>) -> Self {
        Self {
            inner: MemoryJournal::new(world.clock.now()),
            world: world.clone(),
            crash: None,
        }
    }

    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.inner
            .sealed()
            .iter()
            .map(|sealed| sealed.entry.record.kind())
            .collect()
    }
}

impl JournalSink for Watched {
    fn sealed(&self) -> &[Sealed] {
        self.inner.sealed()
    }

    fn append(
        &mut self,
        at: Timestamp,
        run: u64,
        records: Vec<Record>,
    ) -> Result<u64, JournalError> {
        let mut dies = false;
        if let Some((left, stored)) = &mut self.crash {
            if *left == 0 {
                dies = true;
                if !*stored {
                    self.world.state().dead = true;
                    return Err(JournalError::Stopped);
                }
            } else {
                *left -= 1;
            }
        }
        let intents: Vec<_> = records
            .iter()
            .filter_map(|record| match record {
                Record::Intent(intent) => {
                    let whom = intent.account.clone().or(intent.person.clone()).unwrap();
                    Some((intent.call, intent.place.clone(), whom))
                }
                _ => None,
            })
            .collect();
        let first = self.inner.append(at, run, records)?;
        self.world.state().intents.extend(intents);
        if dies {
            self.world.state().dead = true;
            return Err(JournalError::Stopped);
        }
        Ok(first)
    }
}

/// A plan of steps.
pub(super) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        id: PlanId("feed".into()),
        draft: Draft {
            steps,
            ..Draft::default()
        },
    }
}

/// A step of the API; its id is made of what it does.
pub(super) fn step(
    kind: StepKind,
    person: &str,
    account: Option<&str>,
    place: &str,
    change: Change,
) -> Step {
    Step {
        id: StepId(format!("{}-{person}-{place}", kind.name()).into()),
        kind,
        mode: Mode::Api,
        class: DangerClass::Safe,
        swing: Swing::default(),
        reason: if change == Change::Remove {
            Reason::Left
        } else {
            Reason::Joined
        },
        by_hand: ByHand::default(),
        ends: change == Change::Remove,
        person: Some(PersonKey::new(person)),
        name: person.into(),
        system: SystemName::new("salons"),
        place: PlaceId::At(LocationKey::new(place)),
        account: account.map(AccountId::new),
        before: None,
        after: None,
        deltas: Vec::new(),
        effects: Vec::new(),
        because: Vec::new(),
        waits_for: Vec::new(),
        witnesses: Vec::new(),
        change,
        hand: None,
    }
}

pub(super) fn invite(person: &str, place: &str) -> Step {
    let change = Change::Invite {
        contact: Contact::Email(email(person)),
        way: InviteWay::Email,
        name: person.into(),
        target: target("worker", &[("records_access", true)]),
    };
    step(StepKind::Invite, person, None, place, change)
}

pub(super) fn grant(person: &str, account: &str, from: &str, to: &str) -> Step {
    let change = Change::Grant {
        from: PlaceId::At(LocationKey::new(from)),
        target: target("worker", &[("records_access", true)]),
    };
    step(StepKind::Grant, person, Some(account), to, change)
}

pub(super) fn set(person: &str, account: &str, place: &str, values: &[(&str, bool)]) -> Step {
    let change = Change::Set {
        target: target("administrator", values),
    };
    step(StepKind::SetRights, person, Some(account), place, change)
}

pub(super) fn remove(person: &str, account: &str, place: &str) -> Step {
    step(
        StepKind::Remove,
        person,
        Some(account),
        place,
        Change::Remove,
    )
}

pub(super) fn after(mut step: Step, other: &Step) -> Step {
    step.waits_for.push(other.id.clone());
    step
}

/// Everything a run needs.
pub(super) struct Stage {
    pub(super) world: Arc<World>,
    pub(super) journal: Watched,
    pub(super) stop: StopFlag,
    pub(super) contacts: Contacts,
    /// Quiet hours as the plan knows them.
    pub(super) quiet: BTreeMap<PlaceId, (Quiet, jiff::tz::TimeZone)>,
    places: Places,
    providers: Providers,
}

impl Stage {
    pub(super) fn new(people: &[&str]) -> Self {
        let world = World::new();
        let places = [MALL, CENTER, PORT].map(|key| {
            let place = PlaceRef {
                key: LocationKey::new(key),
                remote: key.into(),
            };
            (place.place(), place)
        });
        let contacts = people
            .iter()
            .map(|&person| (PersonKey::new(person), vec![Contact::Email(email(person))]))
            .collect();
        Self {
            journal: Watched::new(&world),
            stop: StopFlag::new(),
            contacts,
            quiet: BTreeMap::new(),
            places: BTreeMap::from([(world.name.clone(), BTreeMap::from(places))]),
            providers: BTreeMap::from([(world.name.clone(), world.clone() as Arc<dyn Provider>)]),
            world,
        }
    }

    /// Applies steps; none if the process died on the way.
    pub(super) fn try_apply(&mut self, steps: Vec<Step>) -> Option<Outcomes> {
        let mut plan = plan(steps);
        plan.draft.quiet.clone_from(&self.quiet);
        let order = Order {
            plan: &plan,
            opening: &[],
            whole: &[],
            command: "apply",
            actor: None,
        };
        let ports = Ports {
            providers: &self.providers,
            places: &self.places,
            contacts: &self.contacts,
            clock: &*self.world.clock,
            listener: &Silent,
            stop: &self.stop,
        };
        run(&self.world, apply(&order, &ports, &mut self.journal))
    }

    pub(super) fn apply(&mut self, steps: Vec<Step>) -> Outcomes {
        self.try_apply(steps).expect("nobody kills this run")
    }

    pub(super) fn try_settle(&mut self) -> Option<Result<Vec<SettledCall>, JournalError>> {
        let ports = Ports {
            providers: &self.providers,
            places: &self.places,
            contacts: &self.contacts,
            clock: &*self.world.clock,
            listener: &Silent,
            stop: &self.stop,
        };
        run(&self.world, settle("apply", &ports, &mut self.journal))
    }

    pub(super) fn settle(&mut self) -> Vec<SettledCall> {
        self.try_settle()
            .expect("nobody kills this run")
            .expect("the journal holds")
    }

    pub(super) fn memory(&self) -> Memory {
        crate::journal::memory(self.journal.entries())
    }
}

/// Runs a future until it ends, or until the world is dead and nothing moves any more.
fn run<T>(world: &World, future: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let death = async {
            while !world.state().dead {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            value = future => Some(value),
            () = death => None,
        }
    })
}
