//! What is done by hand, from YAML to steps: every project is read by the real reader, what vendors show is put
//! together row by row, and people's statements are made of the steps themselves.

mod apenday;
mod chain;
mod enterprise;
mod evidence;
mod keycrm;
mod laws;
mod reservio;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use crate::catalog::Catalog;
use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
use crate::model::*;
use crate::plan::*;

pub(super) const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons: { kind: altegio, chain: 4521, ownership: full, hands: [boss], tokens: { partner: { env: A }, user: { env: B } } }
  orders:
    kind: keycrm
    ownership: full
    hands: [boss]
    tokens: { key: { env: C } }
    roles: [ { name: administrator, id: 1 }, { name: manager, id: 2 } ]
  desk: { kind: reservio, ownership: full, hands: [boss] }
  agency: { kind: apenday, ownership: full, hands: [boss] }
  multi: { kind: reservio, ownership: full, hands: [boss] }
";

pub(super) const ENTRIES: &str = "\
locations:
  center: { title: Center, in: { desk: d1, agency: a1, multi: m1 } }
  mall: { title: Mall, in: { desk: d2, agency: a2, multi: m2 } }
roles:
  clerk: { title: Clerk, orders: { role: manager, sources: [shop] } }
  chief: { title: Chief, orders: { role: administrator } }
  host: { title: Host, desk: { own_bookings: allow, client_list: allow } }
  lead: { title: Lead, desk: { own_bookings: allow, sections: allow } }
  viewer: { title: Viewer, multi: { calendars: view } }
  master: { title: Master, multi: { administrator: true } }
  adviser: { title: Adviser, agency: { role: conseiller, team: Nord, calendar: office365 } }
  head: { title: Head, agency: { role: responsable, team: Nord, calendar: office365 } }
  cards: { title: Cards, salons: { chain: { clients_access: allow, loyalty_access: allow } } }
  brand: { title: Brand, salons: { chain: { clients_access: allow, settings_access: allow } } }
people:
  boss: { name: { first: Bo, last: Oss }, email: boss@chain.example, access: [] }
";

pub(super) struct Stage {
    pub(super) now: Timestamp,
    pub(super) people: String,
    pub(super) settings: String,
    pub(super) entries: String,
    pub(super) orders: Option<Reading<ScopeState>>,
    pub(super) more: BTreeMap<(SystemName, PlaceId), Reading<ScopeState>>,
    pub(super) old: BTreeMap<(SystemName, PlaceId), ScopeState>,
    pub(super) attested: Attested,
    pub(super) memory: Memory,
    pub(super) caller: Caller,
    pub(super) recheck: Option<SignedDuration>,
    pub(super) numberless: Option<VendorRoleSlug>,
}

pub(super) fn person(key: &str, rest: &str) -> String {
    format!(
        "  {key}: {{ name: {{ first: {key}, last: Bērziņa }}, email: {key}@chain.example, {rest} }}\n"
    )
}

pub(super) fn user(id: &str, key: &str, state: AccountState, role: &str) -> Account {
    Account {
        id: AccountId::new(id),
        name: format!("{key} Bērziņa").into(),
        phone: None,
        email: Email::parse(&format!("{key}@chain.example")).ok(),
        state,
        removable: true,
        editable: None,
        role: Some(VendorRoleSlug::new(role)),
        staff: None,
        rights: None,
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: Some(key.into()),
        facts: None,
    }
}

pub(super) fn scope(rows: Vec<Account>) -> ScopeState {
    ScopeState {
        accounts: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
        ..ScopeState::default()
    }
}

/// A list that somebody exported.
pub(super) fn exported(taken: &str, rows: Vec<Account>) -> ScopeState {
    ScopeState {
        export: Some(ExportFact {
            file: "exports/list.csv".into(),
            taken: taken.parse().unwrap(),
        }),
        ..scope(rows)
    }
}

impl Stage {
    /// The same world, to try something else in.
    pub(super) fn copy(&self) -> Self {
        Self {
            people: self.people.clone(),
            settings: self.settings.clone(),
            entries: self.entries.clone(),
            orders: self.orders.clone(),
            more: self.more.clone(),
            old: self.old.clone(),
            attested: self.attested.clone(),
            memory: self.memory.clone(),
            caller: self.caller.clone(),
            numberless: self.numberless.clone(),
            ..*self
        }
    }

    pub(super) fn new(people: &str) -> Self {
        Self {
            now: "2026-11-23T09:00:00Z".parse().unwrap(),
            people: people.into(),
            settings: SETTINGS.into(),
            entries: ENTRIES.into(),
            orders: Some(Reading::Complete(scope(vec![user(
                "1",
                "owner",
                AccountState::Active,
                "administrator",
            )]))),
            more: BTreeMap::new(),
            old: BTreeMap::new(),
            attested: Attested::default(),
            memory: Memory::default(),
            caller: Caller::default(),
            recheck: None,
            numberless: None,
        }
    }

    pub(super) fn with_user(people: &str, row: Account) -> Self {
        let mut stage = Self::new(people);
        stage.users().insert(row.id.clone(), row);
        stage
    }

    pub(super) fn users(&mut self) -> &mut BTreeMap<AccountId, Account> {
        match self.orders.as_mut().unwrap() {
            Reading::Complete(scope) | Reading::Partial(scope, _) => &mut scope.accounts,
            Reading::Unreadable(_) => panic!("nobody reads it"),
        }
    }

    #[track_caller]
    pub(super) fn plan(&self) -> Plan {
        let entries = format!("{}{}", self.entries, self.people);
        let files = [
            ("keyholder.yaml", self.settings.as_str()),
            ("people.yaml", entries.as_str()),
        ];
        let loaded = load_texts(&files, &LoadOptions::default());
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        let (mut desired, problems) = resolve(
            &loaded.project,
            &ResolveOptions::at(AsOf::Instant(self.now)),
            Catalog::current(),
        );
        let errors: Vec<_> = problems.iter().filter(|it| it.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        for system in desired.systems.values_mut() {
            system.recheck = self.recheck;
            system
                .role_numbers
                .retain(|role, _| Some(role) != self.numberless.as_ref());
        }
        let mut observed = Observed {
            old_exports: self.old.clone(),
            ..Observed::default()
        };
        for (name, system) in &desired.systems {
            let mut scopes = BTreeMap::new();
            if let Some(orders) = self.orders.clone().filter(|_| name.as_str() == "orders") {
                scopes.insert(PlaceId::Whole, orders);
            }
            for ((whose, place), reading) in &self.more {
                if whose == name {
                    scopes.insert(place.clone(), reading.clone());
                }
            }
            let seen = ObservedSystem {
                kind: system.kind,
                host: "test".into(),
                taken: self.now,
                caller: self.caller.clone(),
                scopes,
                calls: 0,
            };
            observed.systems.insert(name.clone(), seen);
        }
        plan(&Input {
            desired: &desired,
            observed: &observed,
            memory: &self.memory,
            attested: &self.attested,
            catalog: Catalog::current(),
            sources: &loaded.sources,
            config: ConfigFact::default(),
            now: self.now,
            only: &Only::default(),
        })
    }

    /// One line a step, in the order of the plan.
    #[track_caller]
    pub(super) fn steps(&self) -> String {
        let plan = self.plan();
        let mut text = String::new();
        for step in &plan.draft.steps {
            let Mode::Manual(instruction) = &step.mode else {
                panic!("nothing is done by API here: {step:#?}");
            };
            let who = match &instruction.actor {
                ManualActor::Hands(_) => "hands",
                ManualActor::Person(_) => "person",
            };
            let after = match step.says() {
                Says::Nothing => "nothing".to_owned(),
                Says::Absent => "absent".to_owned(),
                Says::Has(has) => {
                    let facts: Vec<String> = has
                        .facts
                        .iter()
                        .map(|(name, value)| format!(" {name}={}", value.replace('\n', "|")))
                        .collect();
                    let role = has.role.map(|role| format!(" {role}")).unwrap_or_default();
                    format!("{}{role}{}", has.state.name(), facts.concat())
                }
            };
            let _ = writeln!(
                text,
                "{} {} at {} by {who} [{}] -> {after}{}",
                step.kind.name(),
                step.person.as_ref().map_or("somebody", PersonKey::as_str),
                step.place,
                step.class.name(),
                if step.waits_for.is_empty() {
                    ""
                } else {
                    " (waits)"
                },
            );
        }
        for hold in &plan.draft.holds {
            let _ = writeln!(text, "held {}", hold.code.name());
        }
        for waiting in &plan.draft.waiting {
            let _ = writeln!(text, "waiting {}", waiting.what);
        }
        text
    }

    #[track_caller]
    pub(super) fn check(&self, expected: &str) {
        let steps = self.steps();
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(steps.lines().collect::<Vec<_>>(), expected);
    }

    /// Somebody says that a step was done, a minute later.
    pub(super) fn say(&mut self, step: &Step) {
        self.now += SignedDuration::from_mins(1);
        self.say_of(step, step.says());
    }

    pub(super) fn say_of(&mut self, step: &Step, says: Says) {
        let all = self.attested.systems.entry(step.system.clone());
        let all = all.or_default();
        all.push(Attestation {
            id: format!("{:012}", all.len()).into(),
            digest: "".into(),
            step: step.id.0.clone(),
            does: step.kind.name().into(),
            person: step.person.clone().unwrap_or_else(|| PersonKey::new("-")),
            place: step.place.clone(),
            account: step.account.clone(),
            at: self.now,
            by: "boss".into(),
            says,
            note: None,
            origin: crate::text::Origin {
                file: "attestations/x.yaml".into(),
                line: 1,
                column: 1,
                text: "".into(),
            },
        });
        self.now += SignedDuration::from_mins(1);
    }

    #[track_caller]
    pub(super) fn step(&self, kind: &str) -> Step {
        let plan = self.plan();
        let found = plan.draft.steps.into_iter();
        let mut found = found.filter(|step| step.kind.name() == kind);
        found.next().unwrap_or_else(|| panic!("no {kind}"))
    }

    /// Does whatever can be done and says so, as often as the plan has something; the number of steps.
    pub(super) fn do_all(&mut self) -> usize {
        for done in 0..60 {
            let plan = self.plan();
            let Some(step) = plan
                .draft
                .steps
                .iter()
                .find(|step| step.waits_for.is_empty())
            else {
                assert!(plan.draft.steps.is_empty(), "steps that wait in a circle");
                return done;
            };
            self.work(step);
            self.say(step);
        }
        panic!("plans do not come to an end: {}", self.steps());
    }

    /// What the vendor's page shows once a person has done a step at KeyCRM.
    pub(super) fn work(&mut self, step: &Step) {
        if step.system.as_str() != "orders" {
            return;
        }
        let after = step.after.clone().unwrap();
        match step.kind {
            StepKind::Invite => {
                let key = step.person.clone().unwrap();
                let role = after.role.unwrap();
                let id = (77 + self.users().len()).to_string();
                let row = user(&id, key.as_str(), AccountState::Invited, role.as_str());
                self.users().insert(row.id.clone(), row);
            }
            StepKind::Block | StepKind::Unblock | StepKind::ChangeRole => {
                let id = step.account.clone().unwrap();
                let row = self.users().get_mut(&id).unwrap();
                row.state = after.state;
                row.role = after.role;
            }
            _ => {}
        }
    }
}

pub(super) const CLERK: &str = "access: [ { role: clerk } ]";

pub(super) const HOST: &str = "access: [ { role: host, at: [center, mall] } ]";

/// Somebody asked for the invitation of a person to be sent again: the step that is held until it is approved, and the
/// one that stands in every plan once it was handed over.
#[track_caller]
pub(super) fn asked_again(stage: &mut Stage, system: &str, person: &str) -> Step {
    let name = SystemName::new(system);
    let handed = |does: &Step| Handed {
        since: "2026-11-23T09:00:00Z".parse().unwrap(),
        does: StepKind::Resend.name().into(),
        place: does.place.clone(),
        person: Some(PersonKey::new(person)),
        account: does.account.clone(),
        says: does.says(),
    };
    let before = stage.plan();
    let is_again = |step: &Step| step.kind == StepKind::Resend;
    assert!(
        !before.draft.steps.iter().any(is_again),
        "nobody asked for it"
    );
    let any = Handed {
        since: stage.now,
        does: StepKind::Resend.name().into(),
        place: PlaceId::Whole,
        person: Some(PersonKey::new(person)),
        account: None,
        says: Says::Nothing,
    };
    stage
        .memory
        .handed
        .insert((name.clone(), "asked".into()), any);
    let plan = stage.plan();
    let hold = plan
        .draft
        .holds
        .iter()
        .find(|hold| hold.code == HoldCode::SecondInvitation);
    let step = hold
        .and_then(|hold| hold.step.clone())
        .expect("it needs an approval");
    assert!(is_again(&step) && !step.effects.is_empty(), "{step:?}");
    stage.memory.handed.clear();
    stage
        .memory
        .handed
        .insert((name, step.id.0.clone()), handed(&step));
    let plan = stage.plan();
    let found = plan.draft.steps.iter().find(|step| is_again(step)).cloned();
    let found = found.expect("what was handed over stays until it is done");
    assert_eq!(found.id, step.id);
    found
}
