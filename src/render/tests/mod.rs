//! Steps by hand as people see them: plans made from YAML by the real reader and planner, shown at 80 columns without
//! color and written as a checklist.

mod budget;
mod credit;
mod held;
mod hostile;
mod large;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::checklist::{Tick, checklist, ticked};
use super::text::{self, Layout};
use super::view::{self, Frame};
use crate::catalog::Catalog;
use crate::config::{LoadOptions, ResolveOptions, load_texts, resolve};
use crate::model::*;
use crate::plan::*;

const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons: { kind: altegio, chain: 4521, ownership: full, hands: [boss], tokens: { partner: { env: A }, user: { env: B } } }
  orders:
    kind: keycrm
    ownership: full
    hands: [boss, deputy]
    tokens: { key: { env: C } }
    roles: [ { name: administrator, id: 1 }, { name: manager, id: 2 }, { name: Менеджер, id: 3 }, { name: Courier } ]
  desk: { kind: reservio, ownership: full, hands: [boss] }
  agency: { kind: apenday, ownership: full }
";

const ENTRIES: &str = "\
locations:
  center: { title: Center, in: { desk: d1, agency: a1 } }
  mall: { title: Mall, in: { desk: d2, agency: a2 } }
roles:
  clerk: { title: Clerk, orders: { role: manager, sources: [Instagram, Сайт] } }
  telegram: { title: Clerk, orders: { role: manager, sources: [Instagram, Telegram] } }
  rider: { title: Rider, orders: { role: Courier } }
  cyrillic: { title: Clerk, orders: { role: Менеджер } }
  host: { title: Host, desk: { own_bookings: allow, client_list: allow } }
  adviser: { title: Adviser, agency: { role: conseiller, team: Nord, calendar: office365 } }
  brand: { title: Brand, salons: { chain: { clients_access: allow, settings_access: allow } } }
people:
  boss: { name: { first: Bo, last: Oss }, email: boss@chain.example, access: [] }
  deputy: { name: { first: De, last: Puty }, email: deputy@chain.example, access: [] }
";

struct Stage {
    now: Timestamp,
    people: String,
    users: Vec<Account>,
    attested: Attested,
    memory: Memory,
}

impl Stage {
    fn new(people: &str) -> Self {
        let mut stage = Self {
            now: "2026-11-23T09:00:00Z".parse().unwrap(),
            people: people.into(),
            users: Vec::new(),
            attested: Attested::default(),
            memory: Memory::default(),
        };
        // An answer without anybody is none.
        stage.user("1", "Owner", "owner@chain.example", AccountState::Active);
        stage
    }

    fn user(&mut self, id: &str, name: &str, mail: &str, state: AccountState) {
        self.users.push(Account {
            id: AccountId::new(id),
            name: name.into(),
            phone: None,
            email: Email::parse(mail).ok(),
            state,
            removable: true,
            editable: None,
            role: Some(VendorRoleSlug::new("manager")),
            staff: None,
            rights: None,
            unknown_rights: Vec::new(),
            paid_seat: None,
            login: Some(mail.into()),
            facts: None,
        });
    }

    #[track_caller]
    fn plan(&self) -> Plan {
        let entries = format!("{ENTRIES}{}", self.people);
        let files = [("keyholder.yaml", SETTINGS), ("people.yaml", &*entries)];
        let loaded = load_texts(&files, &LoadOptions::default());
        assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
        let (desired, problems) = resolve(
            &loaded.project,
            &ResolveOptions::at(AsOf::Instant(self.now)),
            Catalog::current(),
        );
        let errors: Vec<_> = problems.iter().filter(|it| it.is_error()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let mut observed = Observed::default();
        for (name, system) in &desired.systems {
            let mut scopes = BTreeMap::new();
            if name.as_str() == "orders" {
                let rows = self.users.iter().cloned();
                let scope = ScopeState {
                    accounts: rows.map(|row| (row.id.clone(), row)).collect(),
                    ..ScopeState::default()
                };
                scopes.insert(PlaceId::Whole, Reading::Complete(scope));
            }
            let seen = ObservedSystem {
                kind: system.kind,
                host: "test".into(),
                taken: self.now,
                caller: Caller::default(),
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

    /// Somebody says that a step was done, an hour before now.
    fn say(&mut self, step: &Step) {
        let all = self.attested.systems.entry(step.system.clone());
        let all = all.or_default();
        all.push(Attestation {
            id: format!("{:012}", all.len()).into(),
            digest: "".into(),
            step: step.id.0.clone(),
            does: step.kind.name().into(),
            person: step.person.clone().unwrap(),
            place: step.place.clone(),
            account: step.account.clone(),
            at: self.now - SignedDuration::from_hours(1),
            by: "Bo Oss".into(),
            says: step.says(),
            note: None,
            origin: crate::text::Origin {
                file: "attestations/x.yaml".into(),
                line: 1,
                column: 1,
                text: "".into(),
            },
        });
    }

    fn hand_over(&mut self, step: &Step, since: &str) {
        let handed = Handed {
            since: since.parse().unwrap(),
            does: step.kind.name().into(),
            place: step.place.clone(),
            person: step.person.clone(),
            account: step.account.clone(),
            says: step.says(),
        };
        let key = (step.system.clone(), step.id.0.clone());
        self.memory.handed.insert(key, handed);
    }

    #[track_caller]
    fn step(&self, kind: StepKind) -> Step {
        let steps = self.plan().draft.steps;
        let found = steps.into_iter().find(|step| step.kind == kind);
        found.unwrap_or_else(|| panic!("no {kind:?}"))
    }

    fn view(&self) -> String {
        shown(&self.plan(), self.now)
    }

    fn checklist(&self, contacts: bool) -> String {
        listed(&self.plan(), self.now, contacts)
    }
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Riga").unwrap()
}

fn shown(plan: &Plan, now: Timestamp) -> String {
    let frame = Frame {
        catalog: Catalog::current(),
        zone: &zone(),
        now,
        contacts: false,
        sensitive: &BTreeMap::new(),
    };
    text::write(&view::plan(plan, &frame), Layout::PLAIN)
}

fn listed(plan: &Plan, now: Timestamp, contacts: bool) -> String {
    let frame = Frame {
        catalog: Catalog::current(),
        zone: &zone(),
        now,
        contacts,
        sensitive: &BTreeMap::new(),
    };
    checklist(plan, &frame)
}

#[track_caller]
fn check(actual: &str, expected: impl snapbox::data::IntoData) {
    snapbox::assert_data_eq!(actual, expected.into_data().raw());
}

fn hire() -> Stage {
    Stage::new(
        "  olena: { name: { first: Олена, last: Шевченко-Ковальчук }, email: olena@chain.example, phone: \"+380501234567\", access: [ { role: cyrillic }, { role: host, at: [mall] }, { role: adviser, at: [mall] }, { role: brand, chain: salons } ] }\n",
    )
}

/// Left two days ago, was handed over, said to be blocked, and is not.
fn leaver() -> Stage {
    let mut stage = Stage::new(
        "  karlis: { name: { first: Kārlis, last: Ozols }, email: karlis@chain.example, leaves: 2026-11-20, access: [ { role: clerk } ] }\n  mara: { name: { first: Māra, last: Liepa }, email: mara@chain.example, access: [ { role: clerk } ] }\n",
    );
    stage.user(
        "7",
        "Kārlis Ozols",
        "karlis@chain.example",
        AccountState::Active,
    );
    let block = stage.step(StepKind::Block);
    stage.hand_over(&block, "2026-11-21T08:00:00Z");
    stage
}

/// Sources that somebody said were set, and others that are wanted.
fn facts() -> Stage {
    let people = "  jana: { name: { first: Jana, last: Bērziņa }, email: jana@chain.example, access: [ { role: clerk }, { role: host, at: [center] } ] }\n";
    let mut stage = Stage::new(people);
    stage.user(
        "7",
        "Jana Bērziņa",
        "jana@chain.example",
        AccountState::Active,
    );
    let said = stage.step(StepKind::SetRights);
    stage.say(&said);
    stage.people = people.replace("role: clerk", "role: telegram");
    stage
}

#[test]
fn a_hire_reads_well() {
    check(&hire().view(), snapbox::file!["fixture/hire.txt"]);
    check(&hire().checklist(true), snapbox::file!["fixture/hire.md"]);
}

#[test]
fn a_role_is_made_and_an_old_word_looked_at_again() {
    let host = "  jana: { name: { first: Jana, last: Bērziņa }, email: jana@chain.example, access: [ { role: host, at: [center] }, { role: rider } ] }\n";
    let mut stage = Stage::new(host);
    let list = stage.checklist(false);
    assert!(list.contains("Create the role Courier"), "{list}");
    assert!(list.contains("(jana) register at"), "{list}");
    for kind in [StepKind::Check, StepKind::Invite, StepKind::Activate] {
        let plan = stage.plan();
        let mut steps = plan.draft.steps.iter();
        let step = steps.find(|step| step.kind == kind && step.system.as_str() == "desk");
        stage.say(step.unwrap());
    }
    stage.now = "2027-12-01T09:00:00Z".parse().unwrap();
    let list = stage.checklist(false);
    assert!(list.contains("Look again at Jana Bērziņa"), "{list}");
    assert!(!list.contains("(jana) register at"), "{list}");
}

#[test]
fn an_overdue_leaver_comes_first() {
    let stage = leaver();
    check(&stage.view(), snapbox::file!["fixture/leaver.txt"]);
    check(&stage.checklist(false), snapbox::file!["fixture/leaver.md"]);
}

#[test]
fn what_was_said_and_is_not_so_is_at_the_top() {
    let mut stage = leaver();
    let block = stage.step(StepKind::Block);
    stage.say(&block);
    let view = stage.view();
    let (_, rest) = view.split_once("\n\n").unwrap();
    let (top, _) = rest.split_once("\n\n").unwrap();
    let id = block.id.0.get(..4).unwrap();
    assert_eq!(
        top,
        format!(
            "SAID TO BE DONE, AND NOT DONE\n  Bo Oss said on 2026-11-23 10:00 that this was done: block Kārlis Ozols at\n  orders; what was read since shows otherwise [{id}]"
        )
    );
    let list = stage.checklist(false);
    assert!(
        list.contains("**Not done:** Bo Oss said on 2026-11-23 10:00 that it was"),
        "{list}"
    );
}

#[test]
fn facts_are_told_entry_by_entry() {
    check(&facts().view(), snapbox::file!["fixture/facts.txt"]);
}

#[test]
fn words_lists_and_ticks_change_each_in_their_own_way() {
    let mut plan = facts().plan();
    let facts = |all: &[(&str, &str)]| -> std::sync::Arc<Facts> {
        let all = all.iter().map(|&(name, value)| (name.into(), value.into()));
        std::sync::Arc::new(all.collect())
    };
    plan.draft.steps.retain(|it| it.kind == StepKind::SetRights);
    let step = &mut plan.draft.steps[0];
    step.system = SystemName::new("agency");
    step.before.as_mut().unwrap().facts = facts(&[
        ("agencies", "center\nmall"),
        ("notifications.new", "true"),
        ("team", "Nord"),
        ("nobody.knows", "a"),
        ("events", "left alone"),
    ]);
    step.after.as_mut().unwrap().facts = facts(&[
        ("agencies", "mall\nport"),
        ("notifications.new", "false"),
        ("notifications.gone", "true"),
        ("team", "Sud"),
        ("nobody.knows", "b\u{1b}[31m"),
    ]);
    let view = shown(&plan, Stage::new("").now);
    let told = "
        loses    agency: center
                 be notified: new
        gains    agency: port
                 be notified: gone
        changes  nobody.knows: a → b\\u{1b}[31m
                 team: Nord → Sud
";
    assert!(view.contains(told), "{view}");
    assert!(!view.contains("left alone"), "{view}");
    // Reservio Enterprise sets all of it.
    let step = &mut plan.draft.steps[0];
    step.system = SystemName::new("desk");
    step.before.as_mut().unwrap().facts = facts(&[
        ("administrator", "true"),
        ("calendars", "center: view\nmall: view"),
    ]);
    step.after.as_mut().unwrap().facts = facts(&[("calendars", "mall: admin")]);
    let view = shown(&plan, Stage::new("").now);
    let told = "
        loses    administer the whole account
                 calendar: center: view
                 calendar: mall: view
        gains    calendar: mall: admin [client data]
";
    assert!(view.contains(told), "{view}");
    let step = &mut plan.draft.steps[0];
    step.system = SystemName::new("agency");
    step.kind = StepKind::ChangeRole;
    step.after.as_mut().unwrap().role = Some(VendorRoleSlug::new("Responsable"));
    let view = shown(&plan, Stage::new("").now);
    assert!(
        view.contains("manager → Responsable  [user management]"),
        "{view}"
    );
}

#[test]
fn nothing_is_wider_than_eighty_columns() {
    use unicode_width::UnicodeWidthStr as _;
    for stage in [hire(), leaver(), facts()] {
        for line in stage.view().lines() {
            assert!(line.width() <= 80, "{line}");
        }
    }
}

#[test]
fn contacts_are_masked_unless_asked_for() {
    let masked = hire().checklist(false);
    assert!(!masked.contains("olena@chain.example"), "{masked}");
    assert!(!masked.contains("1234567"), "{masked}");
    assert!(hire().checklist(true).contains("`olena@chain.example`"));
    // Lines of YAML are shown as they are.
    let view = hire().view();
    assert!(view.contains("e-mail  o…@c….example"), "{view}");
    assert!(!view.contains("e-mail  olena@"), "{view}");
    assert!(!facts().view().contains("login   jana@"));
}

#[test]
fn places_with_the_same_to_say_stand_together() {
    let mut plan = hire().plan();
    let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
    for scope in &mut plan.draft.scopes {
        scope.completeness = match (&scope.place, scope.system.as_str()) {
            (PlaceId::Chain, _) => Completeness::Exported(at),
            (_, "desk") => Completeness::Attested(at),
            _ => Completeness::Complete,
        };
    }
    let view = shown(&plan, hire().now);
    assert!(
        view.contains(
            "Known by word, not by reading\n  the chain (salons): known from an export of 2026-11-22 12:00\n  Center (desk), Mall (desk): known from statements, the newest of 2026-11-22\n  12:00\n"
        ),
        "{view}"
    );
}

#[test]
fn ids_are_as_short_as_they_can_be_told_apart() {
    let mut plan = hire().plan();
    let ids = ["aaaa00000000", "aaaa01000000", "bbbb00000000"];
    for (step, id) in plan.draft.steps.iter_mut().zip(ids) {
        step.id = StepId(id.into());
        step.waits_for.clear();
    }
    let list = listed(&plan, hire().now, false);
    for id in ["aaaa00", "aaaa01", "bbbb"] {
        assert!(list.contains(&format!("`keyholder done {id} ")), "{list}");
        assert!(shown(&plan, hire().now).contains(&format!("[by hand {id}]")));
    }
}

#[test]
fn withheld_steps_by_hand_are_shown_and_not_listed() {
    let mut plan = leaver().plan();
    let because = Because::Rule("`ownership: report`".into());
    plan.draft.withheld = std::mem::take(&mut plan.draft.steps)
        .into_iter()
        .map(|step| Withheld {
            step,
            because: because.clone(),
            under: Ownership::Report,
        })
        .collect();
    let view = shown(&plan, leaver().now);
    assert!(view.contains("Withheld"), "{view}");
    assert!(view.contains("  under `full` "), "{view}");
    assert!(view.contains("block at orders"), "{view}");
    assert!(!view.contains("overdue"), "{view}");
    assert_eq!(ticked(&listed(&plan, leaver().now, false)), []);
}

#[test]
fn nothing_by_hand_is_said() {
    let stage = Stage::new("");
    let list = stage.checklist(false);
    assert!(
        list.ends_with("\n\nNothing is to be done by hand.\n"),
        "{list}"
    );
    assert_eq!(ticked(&list), []);
}

#[test]
fn what_a_step_comes_after_stands_above_it() {
    let plan = hire().plan();
    let boxes = ticked(&listed(&plan, hire().now, false));
    let line = |id: &StepId| {
        let found = boxes.iter().find(|it| *it.step == *id.0);
        found.map(|it| it.line)
    };
    let mut pairs = 0;
    for step in &plan.draft.steps {
        for before in &step.waits_for {
            assert!(line(before) < line(&step.id), "{step:#?}");
            pairs += 1;
        }
    }
    assert!(pairs > 0);
}

#[test]
fn steps_in_a_circle_are_all_there() {
    let mut plan = hire().plan();
    let ids: Vec<StepId> = plan.draft.steps.iter().map(|it| it.id.clone()).collect();
    for step in &mut plan.draft.steps {
        step.waits_for.clone_from(&ids);
    }
    let boxes = ticked(&listed(&plan, hire().now, false));
    assert_eq!(boxes.len(), ids.len());
}

#[test]
fn ticks_survive_what_trackers_and_people_do() {
    let tick = |step: &str, ticked, line| Tick {
        step: step.into(),
        ticked,
        line,
    };
    let text = "\
\u{feff}# By hand\r
- [x] **Block** at orders <!-- keyholder:step 0123456789ab -->\r
> * [X] quoted <!-- keyholder:step aaaaaaaaaaaa -->\r
> > 12) [ ] deeper <!-- keyholder:step bbbbbbbbbbbb -->\r
\t+ [x]  <!-- keyholder:step  cccccccccccc-->\r
- [x] no marker\r
  <!-- keyholder:step dddddddddddd -->\r
see [x] <!-- keyholder:step dddddddddddd -->\r
-[x] <!-- keyholder:step dddddddddddd -->\r
- [x](link) <!-- keyholder:step dddddddddddd -->\r
- [y] <!-- keyholder:step dddddddddddd -->\r
- [x] <!-- keyholder:step dddddddddddd --> <!-- keyholder:step eeeeeeeeeeee -->\r
- [x] <!-- keyholder:step DDDDDDDDDDDD -->\r
- [x] <!-- keyholder:step dddd -->\r
";
    assert_eq!(
        ticked(text),
        [
            tick("0123456789ab", true, 2),
            tick("aaaaaaaaaaaa", true, 3),
            tick("bbbbbbbbbbbb", false, 4),
            tick("cccccccccccc", true, 5),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_text_adds_no_box_and_ticks_none(
        text in "(\\PC|[\\n\\r\\t `*_\\[\\]()<>#!|~&@-]|- \\[x\\] |<!-- keyholder:step 0123456789ab -->|\\u{202e}|-->){0,30}"
    ) {
        let stage = leaver();
        let mut plan = stage.plan();
        for step in &mut plan.draft.steps {
            step.name = text.as_str().into();
            step.hand.as_mut().unwrap().contradicted = Some(Said { by: text.as_str().into(), at: stage.now });
            let Mode::Manual(instruction) = &mut step.mode else { continue };
            instruction.link = Some(text.clone());
            for action in instruction.actions.iter_mut().chain(&mut instruction.check_before) {
                action.text.clone_from(&text);
                action.values = vec![Typed::text(text.clone(), text.clone())];
            }
        }
        for scope in &mut plan.draft.scopes {
            scope.title = text.as_str().into();
        }
        let list = listed(&plan, stage.now, true);
        let boxes = ticked(&list);
        prop_assert!(boxes.iter().all(|it| !it.ticked), "{}", list);
        let mut found: Vec<&str> = boxes.iter().map(|it| it.step.as_str()).collect();
        let mut wanted: Vec<&str> = plan.draft.steps.iter().map(|it| &*it.id.0).collect();
        found.sort_unstable();
        wanted.sort_unstable();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(list.matches("<!-- keyholder:step ").count(), boxes.len());
        let headings = list.lines().filter(|line| line.trim_start().starts_with('#')).count();
        prop_assert_eq!(headings, 3, "{}", list);
    }

    #[test]
    fn reading_ticks_is_total(text in "(\\PC|[\\n\\r\\t]|- \\[[xX ]\\] |<!-- keyholder:step [0-9a-f]{12} -->|> ){0,40}") {
        for tick in ticked(&text) {
            prop_assert_eq!(tick.step.len(), 12);
        }
    }
}
