//! A small world: one Altegio system with three places, built by hand and applied in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::{Catalog, Kind, RightType, VendorRole};
use crate::model::*;
use crate::plan::{
    Change, ConfigFact, Hold, HoldCode, Input, Only, Plan, StaffTarget, Step, StepKind, Target,
    plan,
};
use crate::text::{FileId, SourceFile, Sources, Span};

pub(crate) fn catalog() -> &'static Catalog {
    Catalog::current()
}

pub(crate) fn at(key: &str) -> PlaceId {
    PlaceId::At(LocationKey::new(key))
}

pub(crate) fn index(slug: &str) -> usize {
    catalog().by_slug(slug).expect(slug).index()
}

pub(crate) const ON: Value = Value::Switch(true);
pub(crate) const OFF: Value = Value::Switch(false);

pub(crate) fn days(number: u32) -> Value {
    Value::Days(Days::Last(number))
}

pub(crate) fn items(names: &[&str]) -> Value {
    Value::Items(Items::only(
        names.iter().map(|&name| Item::Name(name.into())),
    ))
}

/// What the vendor has for somebody whom nothing was given: every right, all of it withheld.
pub(crate) fn nothing() -> RightSet {
    let mut set = RightSet::empty(catalog().len());
    for right in catalog().for_product(Kind::Altegio) {
        set.set(
            right.id.index(),
            Some(match right.kind {
                RightType::Days => days(0),
                RightType::Ids(_) => Value::Items(Items::All),
                RightType::Id(_) => Value::One(One::All),
                RightType::Ips => Value::Text("".into()),
                _ => OFF,
            }),
        );
    }
    set
}

/// The rights of a role with `unlisted: deny`, as resolving makes them: roots follow, and what a
/// denied governor makes irrelevant is empty.
pub(crate) fn rights(lines: &[(&str, Value)]) -> Arc<RightSet> {
    let mut set = nothing();
    for (slug, value) in lines {
        set.set(index(slug), Some(value.clone()));
        let id = catalog().by_slug(slug).expect(slug);
        if *value != OFF
            && let Some(root) = catalog().governors(id).last()
        {
            set.set(root.index(), Some(ON));
        }
        if let Some(flag) = catalog().get(id).flag {
            set.set(flag.index(), Some(ON));
        }
    }
    for id in catalog().ids() {
        let denied = catalog()
            .governors(id)
            .any(|above| set.get(above.index()) == Some(&OFF));
        if denied {
            set.set(id.index(), None);
        }
    }
    Arc::new(set)
}

#[derive(Clone)]
pub(crate) struct World {
    pub(crate) desired: Desired,
    pub(crate) memory: Memory,
    pub(crate) attested: Attested,
    pub(crate) scopes: BTreeMap<PlaceId, Reading<ScopeState>>,
    pub(crate) caller: Caller,
    pub(crate) sources: Sources,
    pub(crate) only: Only,
    pub(crate) now: Timestamp,
    text: String,
    next: u32,
}

pub(crate) const PLACES: [&str; 3] = ["center", "mall", "port"];
/// The token's own account, an owner at every place.
pub(crate) const CALLER: &str = "1";

impl World {
    pub(crate) fn new() -> Self {
        let top = Span::top_of(FileId(0));
        let name = Self::system();
        let mut desired = Desired {
            as_of: "2026-11-20T10:00:00Z".parse().expect("an instant"),
            ..Desired::default()
        };
        let locations = PLACES.iter().zip(10..).map(|(&key, id)| {
            let remote: Arc<str> = format!("{id}").into();
            (LocationKey::new(key), (remote, Ownership::Full))
        });
        desired.systems.insert(
            name,
            DesiredSystem {
                kind: "altegio",
                origin: top,
                chain: None,
                locations: locations.collect(),
                ownership: Ownership::Full,
                strangers: Strangers::Report,
                invite_by: vec![InviteWay::Email, InviteWay::Phone],
                invite: InvitePolicy::Once,
                acting: None,
                hands: vec![PersonKey::new("ilze")],
                assume: BTreeMap::new(),
                role_order: Vec::new(),
                role_numbers: BTreeMap::new(),
                due: jiff::SignedDuration::from_hours(24),
                recheck: None,
                unknown_rights: BTreeMap::new(),
                gives: Gives::default(),
            },
        );
        let mut scopes = BTreeMap::new();
        for key in PLACES {
            desired.places.insert(
                LocationKey::new(key),
                PlaceFact {
                    title: key.into(),
                    status: PlaceStatus::Open,
                    zone: jiff::tz::TimeZone::UTC,
                    origin: top,
                },
            );
            scopes.insert(
                at(key),
                Reading::Complete(ScopeState {
                    tree: Some(Arc::new(tree())),
                    own: Some(OwnRights {
                        view: true,
                        create: true,
                        edit: true,
                        delete: true,
                        limited: false,
                    }),
                    ..ScopeState::default()
                }),
            );
        }
        let now = desired.as_of;
        let mut world = Self {
            desired,
            memory: Memory::default(),
            attested: Attested::default(),
            scopes,
            caller: Caller {
                account: Some(AccountId::new(CALLER)),
                ..Caller::default()
            },
            sources: Sources::new(),
            only: Only::default(),
            now,
            text: String::new(),
            next: 900,
        };
        for key in PLACES {
            world.account(CALLER, key, "owner", "robot@chain.example");
            world.row(CALLER, key, |row| row.removable = false);
        }
        world
    }

    pub(crate) fn system() -> SystemName {
        SystemName::new("salons")
    }

    pub(crate) fn wish(&mut self) -> &mut DesiredSystem {
        self.desired
            .systems
            .get_mut(&Self::system())
            .expect("the system")
    }

    pub(crate) fn own_everywhere(&mut self, ownership: Ownership) {
        let wish = self.wish();
        wish.ownership = ownership;
        for (_, here) in wish.locations.values_mut() {
            *here = ownership;
        }
    }

    /// A line of the one file, for spans.
    pub(crate) fn line(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.text.len()).expect("short");
        self.text.push_str(text);
        let end = u32::try_from(self.text.len()).expect("short");
        self.text.push('\n');
        Span::new(FileId(0), start, end)
    }

    /// Declares a person with the e-mail `KEY@chain.example`.
    pub(crate) fn person(&mut self, key: &str) {
        let origin = self.line(&format!("{key}: {{ name: {key} }}"));
        let email = Email::parse(&format!("{key}@chain.example")).expect("an address");
        let person = Person {
            key: PersonKey::new(key),
            name: format!("{key} the Person").into(),
            name_parts: None,
            kind: PersonKind::Person,
            contacts: vec![Contact::Email(email)],
            shared_contacts: Vec::new(),
            pins: BTreeMap::new(),
            was: Vec::new(),
            used_by: Vec::new(),
            class: None,
            invite_at: None,
            managed: Managed::Yes,
            left: None,
            left_alone: None,
            grants: Vec::new(),
            ended: Vec::new(),
            standing: Vec::new(),
            origin,
        };
        self.desired.people.insert(person.key.clone(), person);
    }

    pub(crate) fn edit(&mut self, key: &str, change: impl FnOnce(&mut Person)) {
        change(
            self.desired
                .people
                .get_mut(&PersonKey::new(key))
                .expect(key),
        );
    }

    /// An assignment of a role with these rights, and everything else denied.
    pub(crate) fn give(&mut self, key: &str, place: &str, role: &str, lines: &[(&str, Value)]) {
        self.give_set(key, place, role, rights(lines));
    }

    pub(crate) fn give_set(&mut self, key: &str, place: &str, role: &str, rights: Arc<RightSet>) {
        if !self.desired.people.contains_key(&PersonKey::new(key)) {
            self.person(key);
        }
        let because = vec![self.line(&format!("{{ role: {role}, at: [{place}] }}"))];
        let grant = Grant {
            system: Self::system(),
            place: at(place),
            state: GrantState::Present,
            role: Some(VendorRoleSlug::new(role)),
            staff: StaffWish::Keep,
            rights,
            unlisted_default: false,
            extra: Arc::default(),
            because,
            timing: None,
            roles: vec![RoleKey::new(role)],
            sources: Arc::default(),
        };
        self.edit(key, |person| {
            person.grants.push(grant);
            person.grants.sort_by(|a, b| a.place.cmp(&b.place));
        });
    }

    pub(crate) fn grant(&mut self, key: &str, place: &str, change: impl FnOnce(&mut Grant)) {
        let place = at(place);
        self.edit(key, |person| {
            let grant = person.grants.iter_mut().find(|grant| grant.place == place);
            change(grant.expect("a grant"));
        });
    }

    pub(crate) fn drop_grant(&mut self, key: &str, place: &str) {
        let place = at(place);
        self.edit(key, |person| {
            person.grants.retain(|grant| grant.place != place)
        });
    }

    pub(crate) fn edit_place(&mut self, key: &str, status: PlaceStatus) {
        let fact = self.desired.places.get_mut(&LocationKey::new(key));
        fact.expect("a place").status = status;
    }

    /// The person has left.
    pub(crate) fn leave(&mut self, key: &str) {
        let span = self.line("leaves: 2026-11-19");
        self.edit(key, |person| {
            person.managed = Managed::Left(span);
            person.left = "2026-11-20T00:00:00Z".parse().ok();
            for grant in &mut person.grants {
                grant.state = GrantState::Absent;
                grant.role = None;
            }
        });
    }

    pub(crate) fn scope(&mut self, place: &str) -> &mut ScopeState {
        match self.scopes.get_mut(&at(place)).expect("a place") {
            Reading::Complete(scope) | Reading::Partial(scope, _) => scope,
            Reading::Unreadable(_) => panic!("{place} is unreadable"),
        }
    }

    /// An active account with nothing but a role; an empty e-mail is none.
    pub(crate) fn account(&mut self, id: &str, place: &str, role: &str, email: &str) {
        let account = Account {
            id: AccountId::new(id),
            name: format!("Account {id}").into(),
            phone: None,
            email: Email::parse(email).ok(),
            state: AccountState::Active,
            removable: true,
            editable: Some(true),
            role: Some(VendorRoleSlug::new(role)),
            staff: Some(None),
            rights: Some(Arc::new(nothing())),
            unknown_rights: Vec::new(),
            paid_seat: None,
            login: None,
            facts: None,
        };
        self.scope(place)
            .accounts
            .insert(account.id.clone(), account);
    }

    pub(crate) fn row(&mut self, id: &str, place: &str, change: impl FnOnce(&mut Account)) {
        let id = AccountId::new(id);
        change(self.scope(place).accounts.get_mut(&id).expect("a row"));
    }

    /// Lays rights over an account's.
    pub(crate) fn has(&mut self, id: &str, place: &str, lines: &[(&str, Value)]) {
        let lines: Vec<_> = lines
            .iter()
            .map(|(slug, value)| (index(slug), value.clone()))
            .collect();
        self.row(id, place, |row| {
            let mut rights = RightSet::clone(row.rights.as_ref().expect("read"));
            for (index, value) in lines {
                rights.set(index, Some(value));
            }
            row.rights = Some(Arc::new(rights));
        });
    }

    pub(crate) fn partial(&mut self, place: &str) {
        let scope = self.scope(place).clone();
        let gap = Gap::CountDiffers { told: 9, came: 8 };
        self.scopes
            .insert(at(place), Reading::Partial(scope, vec![gap]));
    }

    pub(crate) fn unreadable(&mut self, place: &str) {
        self.scopes.insert(
            at(place),
            Reading::Unreadable(ReadFailure::Forbidden { right: None }),
        );
    }

    /// Memory: this account is this person's, and was given this place by us.
    pub(crate) fn remember(&mut self, key: &str, id: &str, places: &[&str]) {
        self.memory.accounts.insert(
            (Self::system(), AccountId::new(id)),
            KnownAccount {
                person: PersonKey::new(key),
                since: self.now,
            },
        );
        self.memory.people.insert(PersonKey::new(key));
        for place in places {
            let granted = (Self::system(), at(place), PersonKey::new(key));
            self.memory.granted.insert(granted);
        }
    }

    pub(crate) fn observed(&self) -> Observed {
        let system = ObservedSystem {
            kind: "altegio",
            host: "sandbox:salons".into(),
            taken: self.now,
            caller: self.caller.clone(),
            scopes: self.scopes.clone(),
            calls: 7,
        };
        Observed {
            systems: [(Self::system(), system)].into(),
            ..Observed::default()
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        self.with_input(plan)
    }

    /// Hands out everything that a plan follows from.
    pub(crate) fn with_input<T>(&self, with: impl FnOnce(&Input<'_>) -> T) -> T {
        let mut sources = self.sources.clone();
        sources.add(SourceFile::new("people.yaml", self.text.clone()));
        let observed = self.observed();
        with(&Input {
            desired: &self.desired,
            observed: &observed,
            memory: &self.memory,
            attested: &self.attested,
            catalog: catalog(),
            sources: &sources,
            config: ConfigFact::default(),
            now: self.now,
            only: &self.only,
        })
    }

    /// Does everything a plan says, in its order, and remembers it as the journal would.
    pub(crate) fn apply(&mut self, plan: &Plan) {
        let mut done = BTreeSet::new();
        for step in &plan.draft.steps {
            for earlier in &step.waits_for {
                assert!(done.contains(earlier), "{step:?} comes before {earlier}");
            }
            self.apply_step(step);
            done.insert(step.id.clone());
        }
    }

    pub(crate) fn apply_step(&mut self, step: &Step) {
        let Some(key) = step.person.clone() else {
            return;
        };
        let PlaceId::At(location) = &step.place else {
            return;
        };
        let place = location.as_str().to_owned();
        let granted = (Self::system(), step.place.clone(), key.clone());
        match &step.change {
            Change::Invite {
                contact, target, ..
            } => {
                self.next += 1;
                let id = self.next.to_string();
                self.account(&id, &place, "worker", "");
                self.row(&id, &place, |row| {
                    row.state = AccountState::Invited;
                    match contact {
                        Contact::Email(email) => row.email = Some(email.clone()),
                        Contact::Phone(phone) => row.phone = Some(phone.clone()),
                    }
                });
                self.write(&id, &place, target);
                self.remember(key.as_str(), &id, &[&place]);
                self.memory.invitations.insert(
                    (Self::system(), key),
                    SentInvitation {
                        place: step.place.clone(),
                        at: self.now,
                        confirmed: true,
                        count: 1,
                        seen: true,
                    },
                );
            }
            Change::Grant { from, target } => {
                let id = step.account.clone().expect("an account");
                let from = from.location().expect("a location").as_str().to_owned();
                let mut copy = self
                    .scope(&from)
                    .accounts
                    .get(&id)
                    .expect("a source")
                    .clone();
                assert_eq!(
                    copy.state,
                    AccountState::Active,
                    "only a known user is copied"
                );
                copy.rights = Some(Arc::new(nothing()));
                copy.staff = Some(None);
                self.scope(&place).accounts.insert(id.clone(), copy);
                self.write(id.as_str(), &place, target);
                self.remember(key.as_str(), id.as_str(), &[&place]);
            }
            Change::Set { target } => {
                let id = step.account.clone().expect("an account");
                self.write(id.as_str(), &place, target);
                self.remember(key.as_str(), id.as_str(), &[&place]);
            }
            Change::Remove | Change::Withdraw => {
                let id = step.account.clone().expect("an account");
                let gone = self.scope(&place).accounts.remove(&id).expect("a row");
                assert!(gone.removable);
                self.memory.granted.remove(&granted);
                self.memory.invitations.remove(&(Self::system(), key));
            }
            Change::ByHand => {
                if step.kind == StepKind::WithdrawInvitation {
                    let id = step.account.clone().expect("an account");
                    self.scope(&place).accounts.remove(&id);
                    self.memory.granted.remove(&granted);
                    self.memory.invitations.remove(&(Self::system(), key));
                }
            }
        }
    }

    fn write(&mut self, id: &str, place: &str, target: &Target) {
        self.row(id, place, |row| {
            if let Some(role) = &target.role {
                row.role = Some(role.clone());
            }
            match target.staff {
                StaffTarget::Keep => {}
                StaffTarget::Link(staff) => row.staff = Some(Some(staff)),
                StaffTarget::Nobody => row.staff = Some(None),
            }
            let mut rights = RightSet::clone(row.rights.as_ref().expect("read"));
            for (index, value) in target.rights.iter() {
                assert!(!crate::plan::tests::names_left(value), "an unresolved name");
                rights.set(index, Some(value.clone()));
            }
            row.rights = Some(Arc::new(rights));
        });
    }

    /// The invited person follows the link.
    pub(crate) fn accept(&mut self, key: &str) {
        let known = self
            .memory
            .accounts
            .iter()
            .find(|(_, known)| known.person.as_str() == key);
        let id = known.expect("a known account").0.1.clone();
        for reading in self.scopes.values_mut() {
            if let Reading::Complete(scope) | Reading::Partial(scope, _) = reading
                && let Some(row) = scope.accounts.get_mut(&id)
            {
                row.state = AccountState::Active;
            }
        }
        let key = (Self::system(), PersonKey::new(key));
        self.memory.invitations.remove(&key);
    }
}

/// The tree of a place that has every right, and may change all of them.
pub(crate) fn tree() -> RightsTree {
    let fact = RightFact {
        editable: true,
        paid: false,
        type_agrees: true,
    };
    RightsTree {
        rights: catalog()
            .all()
            .map(|right| right.product.covers(Kind::Altegio).then_some(fact))
            .collect(),
        unknown: BTreeMap::new(),
        roles: VendorRole::ALL
            .iter()
            .map(|role| (VendorRoleSlug::new(role.slug), Vec::new()))
            .collect(),
    }
}

/// The steps, one line each: `kind key@place`.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    plan.draft.steps.iter().map(line).collect()
}

pub(crate) fn line(step: &Step) -> String {
    let who = step.person.as_ref().map_or("?", PersonKey::as_str);
    format!("{} {who}@{}", step.kind.name(), step.place)
}

/// The holds, one line each: `code key@place`.
pub(crate) fn holds(plan: &Plan) -> Vec<String> {
    let line = |hold: &Hold| {
        let who = hold.person.as_ref().map_or("?", PersonKey::as_str);
        let place = hold.place.as_ref().map_or("-".into(), PlaceId::to_string);
        format!("{} {who}@{place}", hold.code.name())
    };
    plan.draft.holds.iter().map(line).collect()
}

pub(crate) fn hold(plan: &Plan, code: HoldCode) -> &Hold {
    plan.draft
        .holds
        .iter()
        .find(|hold| hold.code == code)
        .unwrap_or_else(|| panic!("no {code:?} in {:#?}", plan.draft.holds))
}

/// The key under which `resend` says that somebody asked.
pub(crate) const ASKED: &str = "asked";

/// Somebody asked for the invitation of Jana to be sent again, which waits at the center by account 7.
pub(crate) fn asked_again() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[]);
    world.account("7", "center", "worker", "jana@chain.example");
    world.row("7", "center", |row| row.state = AccountState::Invited);
    world.remember("jana", "7", &["center"]);
    let jana = PersonKey::new("jana");
    let sent = SentInvitation {
        place: at("center"),
        at: world.now,
        confirmed: true,
        count: 1,
        seen: true,
    };
    let key = (World::system(), jana);
    world.memory.invitations.insert(key, sent);
    world.hand_over(ASKED);
    world
}

impl World {
    /// A step that sends Jana's invitation again is handed over.
    pub(crate) fn hand_over(&mut self, step: &str) {
        let handed = Handed {
            since: self.now,
            does: StepKind::Resend.name().into(),
            place: at("center"),
            person: Some(PersonKey::new("jana")),
            account: Some(AccountId::new("7")),
            says: Says::Nothing,
        };
        self.memory
            .handed
            .insert((Self::system(), step.into()), handed);
    }

    /// The one resend of a plan, held or not.
    pub(crate) fn resend(&self) -> Option<Step> {
        let plan = self.plan();
        let held = plan.draft.holds.iter();
        let held = held.filter_map(|hold| hold.step.as_deref());
        let mut found = plan.draft.steps.iter().chain(held);
        found.find(|it| it.kind == StepKind::Resend).cloned()
    }
}
