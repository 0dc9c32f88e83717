//! A vendor that is a value in memory: for tests of what is built on the port.
//!
//! Not the simulator: it has no wire, no quirks and no limits. Invariant: it changes only through
//! [`Provider::execute`] and through whoever plays the world, and every call is on its record.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Call, Events, Finding, Invitation, PlaceRef, Provider, ProviderError, ReadRequest, Receipt,
    Sighting,
};
use crate::catalog::Catalog;
use crate::model::{
    Account, AccountId, AccountState, Caller, Contact, Gap, LocationKey, ObservedSystem, PlaceId,
    ReadFailure, Reading, RightSet, ScopeState, SystemName, VendorRoleSlug,
};
use crate::plan::{StaffTarget, Target, strayed};

/// What goes wrong with the next changing call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The error comes instead of the effect.
    Before(ProviderError),
    /// The effect is there, and the error comes all the same: a lost answer.
    After(ProviderError),
    /// It answers well and does nothing: what was written does not stick.
    Silent,
}

/// The port over a value.
#[derive(Debug)]
pub struct InMemory {
    system: SystemName,
    kind: &'static str,
    world: Mutex<World>,
}

#[derive(Debug, Default)]
struct World {
    places: BTreeMap<LocationKey, ScopeState>,
    /// Readings that are not complete, instead of what is there.
    spoiled: BTreeMap<LocationKey, Reading<()>>,
    mishaps: VecDeque<Mishap>,
    calls: Vec<Call>,
    /// So many lists do not show a new invitation yet.
    lag: u32,
    /// Invitations that no list shows yet, each with the lists still to come.
    unseen: Vec<(LocationKey, Account, u32)>,
    next_id: u64,
    reads: u32,
}

impl InMemory {
    /// A system with places and nobody in them.
    pub fn new<'a>(
        system: SystemName,
        kind: &'static str,
        places: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let places = places
            .into_iter()
            .map(|key| (LocationKey::new(key), ScopeState::default()));
        Self {
            system,
            kind,
            world: Mutex::new(World {
                places: places.collect(),
                next_id: 9_000,
                ..World::default()
            }),
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an account into a place, or replaces it there.
    pub fn put(&self, place: &str, account: Account) {
        let mut world = self.world();
        let place = world.places.entry(LocationKey::new(place)).or_default();
        place.accounts.insert(account.id.clone(), account);
    }

    /// Changes the state of a place at will: names, tree, somebody else's edits.
    pub fn edit(&self, place: &str, edit: impl FnOnce(&mut ScopeState)) {
        let mut world = self.world();
        edit(world.places.entry(LocationKey::new(place)).or_default());
    }

    /// An account as it is now.
    pub fn account(&self, place: &str, id: &str) -> Option<Account> {
        let world = self.world();
        let place = world.places.get(&LocationKey::new(place))?;
        place.accounts.get(&AccountId::new(id)).cloned()
    }

    /// The person accepts the invitation.
    pub fn accept(&self, place: &str, id: &str) {
        self.edit(place, |state| {
            if let Some(account) = state.accounts.get_mut(&AccountId::new(id)) {
                account.state = AccountState::Active;
            }
        });
    }

    /// The next changing calls go wrong like this, one each.
    pub fn mishaps(&self, mishaps: impl IntoIterator<Item = Mishap>) {
        self.world().mishaps.extend(mishaps);
    }

    /// So many lists of a place do not show an invitation that was just sent.
    pub fn show_invitations_after(&self, lists: u32) {
        self.world().lag = lists;
    }

    /// From now on a place is read with these gaps.
    pub fn spoil(&self, place: &str, gaps: Vec<Gap>) {
        let reading = Reading::Partial((), gaps);
        self.world()
            .spoiled
            .insert(LocationKey::new(place), reading);
    }

    /// From now on a place cannot be read.
    pub fn close(&self, place: &str, failure: ReadFailure) {
        let reading = Reading::Unreadable(failure);
        self.world()
            .spoiled
            .insert(LocationKey::new(place), reading);
    }

    /// Every changing call so far, also those that went wrong.
    pub fn calls(&self) -> Vec<Call> {
        self.world().calls.clone()
    }
}

impl World {
    fn list(&mut self, place: &LocationKey) -> Reading<ScopeState> {
        self.reads += 1;
        let mut due = Vec::new();
        self.unseen.retain_mut(|(at, account, lists)| {
            if at != place {
                return true;
            }
            if *lists == 0 {
                due.push(account.clone());
                return false;
            }
            *lists -= 1;
            true
        });
        let Some(state) = self.places.get_mut(place) else {
            return Reading::Unreadable(ReadFailure::Invisible);
        };
        for account in due {
            state.accounts.insert(account.id.clone(), account);
        }
        match self.spoiled.get(place) {
            None | Some(Reading::Complete(())) => Reading::Complete(state.clone()),
            Some(Reading::Partial((), gaps)) => Reading::Partial(state.clone(), gaps.clone()),
            Some(Reading::Unreadable(failure)) => Reading::Unreadable(failure.clone()),
        }
    }

    fn effect(&mut self, call: &Call) -> Result<(), ProviderError> {
        match call {
            Call::Invite { place, invitations } => {
                for invitation in invitations {
                    self.invite(&place.key, invitation);
                }
            }
            Call::Copy {
                from,
                account,
                to,
                rights,
            } => {
                let source = self.places.get(&from.key);
                let source = source.and_then(|state| state.accounts.get(account));
                let mut copy = source.cloned().ok_or_else(|| missing(account))?;
                copy.rights = Some(laid_over(copy.rights.as_deref(), rights));
                copy.staff = Some(None);
                let target = self.places.entry(to.key.clone()).or_default();
                target.accounts.entry(account.clone()).or_insert(copy);
            }
            Call::Write {
                place,
                account,
                target,
                expects,
            } => {
                let state = self.places.entry(place.key.clone()).or_default();
                let found = state.accounts.get_mut(account);
                let found = found.ok_or_else(|| missing(account))?;
                if let (Some(before), Some(live)) = (expects, &found.rights) {
                    let role = found.role.as_ref().map(VendorRoleSlug::as_str);
                    let staff = found.staff.flatten();
                    let what = strayed(Catalog::current(), before, target, role, staff, live);
                    if !what.is_empty() {
                        return Err(ProviderError::Stale { what });
                    }
                }
                write(found, target);
            }
            Call::Remove { place, account } => {
                if let Some(state) = self.places.get_mut(&place.key) {
                    state.accounts.remove(account);
                }
            }
            Call::RemoveSeveral {
                at,
                account,
                places,
            } => {
                let asked = self.places.get(&at.key);
                if !asked.is_some_and(|state| state.accounts.contains_key(account)) {
                    return Err(missing(account));
                }
                for place in places {
                    if let Some(state) = self.places.get_mut(&place.key) {
                        state.accounts.remove(account);
                    }
                }
            }
        }
        Ok(())
    }

    fn invite(&mut self, place: &LocationKey, invitation: &Invitation) {
        let known = self
            .places
            .values()
            .flat_map(|state| state.accounts.values());
        let same = |account: &&Account| match &invitation.contact {
            Contact::Email(email) => account.email.as_ref() == Some(email),
            Contact::Phone(phone) => account.phone.as_ref() == Some(phone),
        };
        let id = known
            .into_iter()
            .find(same)
            .map(|account| account.id.clone());
        let id = id.unwrap_or_else(|| {
            self.next_id += 1;
            AccountId::new(self.next_id.to_string())
        });
        let mut account = plain_account(id.as_str(), &invitation.name);
        account.state = AccountState::Invited;
        match &invitation.contact {
            Contact::Email(email) => account.email = Some(email.clone()),
            Contact::Phone(phone) => account.phone = Some(phone.clone()),
        }
        write(&mut account, &invitation.target);
        self.unseen.push((place.clone(), account, self.lag));
    }
}

/// An active account that may be changed and removed, with a role and without contacts or rights.
pub fn plain_account(id: &str, name: &str) -> Account {
    Account {
        id: AccountId::new(id),
        name: name.into(),
        phone: None,
        email: None,
        state: AccountState::Active,
        removable: true,
        editable: Some(true),
        role: Some(VendorRoleSlug::new("worker")),
        staff: Some(None),
        rights: None,
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

fn missing(account: &AccountId) -> ProviderError {
    ProviderError::NotFound {
        what: format!("account {account}"),
    }
}

fn write(account: &mut Account, target: &Target) {
    if let Some(role) = &target.role {
        account.role = Some(role.clone());
    }
    match target.staff {
        StaffTarget::Keep => {}
        StaffTarget::Link(staff) => account.staff = Some(Some(staff)),
        StaffTarget::Nobody => account.staff = Some(None),
    }
    account.rights = Some(laid_over(account.rights.as_deref(), &target.rights));
}

fn laid_over(below: Option<&RightSet>, above: &RightSet) -> Arc<RightSet> {
    let mut set = below.map_or_else(|| RightSet::empty(above.len()), RightSet::clone);
    for (index, value) in above.iter() {
        set.set(index, Some(value.clone()));
    }
    Arc::new(set)
}

/// The rights of those who were not selected are not read.
fn without_rights(account: &mut Account) {
    account.editable = None;
    account.role = None;
    account.staff = None;
    account.rights = None;
    account.unknown_rights.clear();
    account.paid_seat = None;
}

#[async_trait]
impl Provider for InMemory {
    fn system(&self) -> &SystemName {
        &self.system
    }

    fn host(&self) -> Arc<str> {
        "memory".into()
    }

    fn invite_batch(&self) -> usize {
        15
    }

    async fn observe(
        &self,
        request: &ReadRequest<'_>,
        _: &dyn Events,
    ) -> Result<ObservedSystem, ProviderError> {
        let mut world = self.world();
        let reads = world.reads;
        let mut scopes: BTreeMap<PlaceId, Reading<ScopeState>> = BTreeMap::new();
        for (place, _) in &request.places {
            scopes.insert(place.place(), world.list(&place.key));
        }
        let selected = (request.select)(&scopes);
        let nobody = BTreeSet::new();
        for (place, reading) in &mut scopes {
            let (Reading::Complete(state) | Reading::Partial(state, _)) = reading else {
                continue;
            };
            let selected = selected.get(place).unwrap_or(&nobody);
            for (id, account) in &mut state.accounts {
                if !selected.contains(id) {
                    without_rights(account);
                }
            }
        }
        Ok(ObservedSystem {
            kind: self.kind,
            host: self.host(),
            taken: Timestamp::UNIX_EPOCH,
            caller: Caller::default(),
            scopes,
            calls: world.reads - reads,
        })
    }

    async fn execute(&self, call: &Call, _: &dyn Events) -> Result<Receipt, ProviderError> {
        let mut world = self.world();
        world.calls.push(call.clone());
        let done = Receipt {
            status: 200,
            ..Receipt::default()
        };
        match world.mishaps.pop_front() {
            None => world.effect(call).map(|()| done),
            Some(Mishap::Silent) => Ok(done),
            Some(Mishap::Before(error)) => Err(error),
            Some(Mishap::After(error)) => world.effect(call).and(Err(error)),
        }
    }

    async fn look(&self, place: &PlaceRef, account: &AccountId, _: &dyn Events) -> Sighting {
        match self.world().list(&place.key) {
            Reading::Complete(state) => match state.accounts.get(account) {
                Some(found) => Sighting::There(Box::new(found.clone())),
                None => Sighting::Absent,
            },
            Reading::Partial(state, _) => match state.accounts.get(account) {
                Some(found) => Sighting::There(Box::new(found.clone())),
                None => Sighting::Unknown("the list is not complete".into()),
            },
            Reading::Unreadable(_) => Sighting::Unknown("the list cannot be read".into()),
        }
    }

    async fn prove(&self, _: &[PlaceRef], _: bool, _: &dyn Events) -> Vec<Finding> {
        Vec::new()
    }

    async fn list(&self, place: &PlaceRef, _: &dyn Events) -> Reading<ScopeState> {
        let mut reading = self.world().list(&place.key);
        if let Reading::Complete(state) | Reading::Partial(state, _) = &mut reading {
            state.accounts.values_mut().for_each(without_rights);
        }
        reading
    }
}
