//! A chain of 115 people at 12 places on the day after a large change: a role edited, leavers, hires and moves in some 300
//! steps. What the files said yesterday is what the vendor has today; names are whatever a test wants.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::plan::tests::world;
use crate::render::{html, lines, markdown, table};

const PLACES: [&str; 12] = [
    "Rīga Mall",
    "Rīga Centrs",
    "Rīga Teika",
    "Jūrmala",
    "Daugavpils Solo",
    "Liepāja",
    "Ventspils",
    "Jelgava",
    "Valmiera",
    "Cēsis",
    "Ogre",
    "Sigulda",
];

const FIRST: [&str; 8] = [
    "Jana",
    "Kārlis",
    "Ольга",
    "Māra",
    "Žanna",
    "Андрій",
    "Ieva",
    "花子",
];
const LAST: [&str; 17] = [
    "Bērziņa",
    "Ozols",
    "Шевченко",
    "Liepa",
    "Kalniņa",
    "Круміньш",
    "Vītola",
    "Zariņš",
    "Egle",
    "山田",
    "Jansons",
    "Бондар",
    "Priede",
    "Kļaviņa",
    "Upīte",
    "Сидоренко",
    "Siliņš",
];

const BEFORE: &str = "\
roles:
  floor:
    title: Floor
    salons:
      role: worker
      unlisted: deny
      rights:
        timetable.*: allow
        records_create_access: allow
        records_edit_access: allow
        records_edit_last_days_count: 3
        records_delete_access: allow
  stylist: { title: Stylist, extends: [floor], salons: { rights: { clients_access: allow } } }
  deputy: { title: Deputy, extends: [floor], salons: { role: manager, rights: { clients_card_phone_access: allow } } }
people:
";

/// How somebody may be called.
pub(super) fn plain(nth: usize) -> String {
    format!(
        "{} {}",
        FIRST[nth % FIRST.len()],
        LAST[nth * 7 % LAST.len()]
    )
}

pub(super) fn settings(more: &str) -> String {
    format!(
        "version: 1\ntime_zone: Europe/Riga\nsystems:\n  salons: {{ kind: altegio, ownership: full, hands: [p0], tokens: {{ partner: {{ env: A }}, user: {{ env: B }} }} }}\n{more}"
    )
}

/// The places where somebody works: some have one, some have four.
fn at(nth: usize) -> String {
    let count = nth % 4 + 1;
    let keys: Vec<String> = (0..count)
        .map(|more| format!("l{}", (nth * 5 + more * 3) % PLACES.len()))
        .collect();
    let mut keys = keys;
    keys.sort();
    keys.dedup();
    keys.join(", ")
}

/// The entries of yesterday or of today.
fn entries(after: bool, titles: &[String]) -> String {
    let mut text = String::from("locations:\n");
    for (nth, title) in titles.iter().enumerate() {
        let _ = writeln!(
            text,
            "  l{nth}: {{ title: {}, in: {{ salons: {} }} }}",
            serde_json::to_string(title).unwrap(),
            100 + nth
        );
    }
    let roles = if after {
        BEFORE
            .replace(
                "        records_delete_access: allow\n",
                "        finances_transactions_access: allow\n        finances_transactions_create_access: allow\n",
            )
            .replace("records_edit_last_days_count: 3", "records_edit_last_days_count: 7")
    } else {
        BEFORE.to_owned()
    };
    text.push_str(&roles);
    let people = if after { 135 } else { 115 };
    for nth in 0..people {
        let role = match nth {
            0..70 => "floor",
            70..100 => "stylist",
            _ => "deputy",
        };
        let (role, at) = match nth {
            // Hires, all of one place; others are promoted or moved.
            115.. => ("stylist", "l0".to_owned()),
            40..46 if after => ("floor", "l11".to_owned()),
            111..115 if !after => ("floor", at(nth)),
            _ => (role, at(nth)),
        };
        let leaves = if after && nth % 9 == 4 {
            "leaves: 2026-11-22, "
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "  p{nth}: {{ name: Person {nth}, email: p{nth}@chain.example, {leaves}access: [ {{ role: {role}, at: [{at}] }} ] }}"
        );
    }
    text
}

fn desired(settings: &str, entries: &str) -> (Desired, crate::text::Sources) {
    let files = [("keyholder.yaml", settings), ("people.yaml", entries)];
    let loaded = load_texts(&files, &LoadOptions::default());
    assert!(!loaded.has_errors(), "{:#?}", loaded.diagnostics);
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let (desired, problems) = resolve(
        &loaded.project,
        &ResolveOptions::at(AsOf::Instant(now)),
        Catalog::current(),
    );
    let errors: Vec<_> = problems.iter().filter(|it| it.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    (desired, loaded.sources)
}

/// The plan of that day, and the instant it is for. `name` says how the person of a number is called, `title` a place.
pub(super) fn chain_plan(
    more: &str,
    name: impl Fn(usize) -> String,
    title: impl Fn(usize) -> String,
) -> (Plan, Desired) {
    let titles: Vec<String> = (0..PLACES.len()).map(title).collect();
    let settings = settings(more);
    let texts = (entries(false, &titles), entries(true, &titles));
    edited(&settings, &texts.0, &texts.1, |wanted| {
        for (key, person) in &mut wanted.people {
            let nth: usize = key.as_str()[1..].parse().unwrap();
            person.name = name(nth).into();
        }
    })
}

/// The plan of an edit: what the files said before it is what the vendor has.
pub(super) fn edited(
    settings: &str,
    before: &str,
    after: &str,
    names: impl FnOnce(&mut Desired),
) -> (Plan, Desired) {
    let (was, _) = desired(settings, before);
    let (mut wanted, sources) = desired(settings, after);
    names(&mut wanted);
    let mut scopes: BTreeMap<PlaceId, Reading<ScopeState>> = BTreeMap::new();
    let mut memory = Memory::default();
    for (nth, person) in was.people.values().enumerate() {
        for grant in &person.grants {
            let scope = scopes.entry(grant.place.clone()).or_insert_with(|| {
                let state = ScopeState {
                    tree: Some(std::sync::Arc::new(world::tree())),
                    own: Some(OwnRights {
                        view: true,
                        create: true,
                        edit: true,
                        delete: true,
                        limited: false,
                    }),
                    ..ScopeState::default()
                };
                Reading::Complete(state)
            });
            let Reading::Complete(scope) = scope else {
                unreachable!()
            };
            let id = AccountId::new(format!("{}", 1000 + nth));
            let known = KnownAccount {
                person: person.key.clone(),
                since: "2026-01-05T09:00:00Z".parse().unwrap(),
            };
            memory
                .accounts
                .insert((SystemName::new("salons"), id.clone()), known);
            memory.people.insert(person.key.clone());
            memory.granted.insert((
                SystemName::new("salons"),
                grant.place.clone(),
                person.key.clone(),
            ));
            // A vendor tells every right, also below a closed section.
            let mut rights = (*grant.rights).clone();
            for right in Catalog::current().for_product(crate::catalog::Kind::Altegio) {
                if right.kind.is_switch() && rights.get(right.id.index()).is_none() {
                    rights.set(right.id.index(), Some(Value::Switch(false)));
                }
            }
            let account = Account {
                name: person.name.clone(),
                phone: None,
                email: Email::parse(&format!("{}@chain.example", person.key)).ok(),
                state: AccountState::Active,
                removable: true,
                editable: Some(true),
                role: grant.role.clone(),
                staff: Some(None),
                rights: Some(std::sync::Arc::new(rights)),
                unknown_rights: Vec::new(),
                paid_seat: None,
                login: None,
                facts: None,
                id: id.clone(),
            };
            scope.accounts.insert(id, account);
        }
    }
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let seen = ObservedSystem {
        kind: "altegio",
        host: "api.alteg.io".into(),
        taken: now,
        caller: Caller::default(),
        scopes,
        calls: 320,
    };
    let observed = Observed {
        systems: [(SystemName::new("salons"), seen)].into(),
        ..Observed::default()
    };
    let plan = plan(&Input {
        desired: &wanted,
        observed: &observed,
        memory: &memory,
        attested: &Attested::default(),
        catalog: Catalog::current(),
        sources: &sources,
        config: ConfigFact::default(),
        now,
        only: &Only::default(),
    });
    (plan, wanted)
}

pub(super) fn today() -> Plan {
    chain_plan("", plain, |nth| PLACES[nth].to_owned()).0
}

pub(super) fn framed<T>(with: impl FnOnce(&Frame<'_>) -> T) -> T {
    with(&Frame {
        catalog: Catalog::current(),
        zone: &zone(),
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
        contacts: false,
        sensitive: &BTreeMap::new(),
    })
}

pub(super) const MARKER: &str = "keyholder:plan:0123456789abcdef";

pub(super) fn as_markdown(plan: &Plan, budget: usize) -> String {
    let page = markdown::Page {
        marker: MARKER,
        budget,
    };
    framed(|frame| markdown::write(&view::plan(plan, frame), page))
}

pub(super) fn as_html(plan: &Plan) -> String {
    framed(|frame| html::write(&view::plan(plan, frame)))
}

pub(super) fn as_csv(plan: &Plan) -> String {
    framed(|frame| table::write(plan, frame, |_| None))
}

pub(super) fn as_github(plan: &Plan) -> String {
    framed(|frame| lines::github(plan, frame, "shops/"))
}

pub(super) fn as_gitlab(plan: &Plan) -> String {
    framed(|frame| lines::gitlab(plan, frame, "shops/"))
}

pub(super) fn as_colored(plan: &Plan, width: usize) -> String {
    framed(|frame| text::write(&view::plan(plan, frame), Layout { width, color: true }))
}

pub(super) fn as_text(plan: &Plan, width: usize) -> String {
    framed(|frame| {
        text::write(
            &view::plan(plan, frame),
            Layout {
                width,
                color: false,
            },
        )
    })
}

#[test]
fn three_hundred_steps_read_well() {
    let plan = today();
    assert!(plan.draft.steps.len() >= 300, "{}", plan.draft.steps.len());
    let shown = as_text(&plan, 80);
    check(&shown, snapbox::file!["fixture/large.txt"]);
    for line in shown.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
    check(
        &as_markdown(&plan, markdown::GITHUB),
        snapbox::file!["fixture/large.md"],
    );
    check(&as_github(&plan), snapbox::file!["fixture/large.github"]);
    check(&as_html(&plan), snapbox::file!["fixture/large.html"]);
}

#[test]
fn everybody_is_named_in_each_format() {
    let plan = chain_plan(
        "",
        |nth| format!("Name{nth:03}x"),
        |nth| format!("Place{nth:02}x"),
    )
    .0;
    let pages = [
        as_text(&plan, 80),
        as_markdown(&plan, markdown::GITHUB),
        as_html(&plan),
        as_csv(&plan),
    ];
    for page in pages {
        for step in &plan.draft.steps {
            assert!(page.contains(&*step.name), "{} in {page}", step.name);
        }
        for nth in 0..PLACES.len() {
            assert!(page.contains(&format!("Place{nth:02}x")), "{nth}");
        }
    }
}

#[test]
fn a_table_has_a_row_for_each_step() {
    let plan = today();
    let text = as_csv(&plan);
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), plan.draft.steps.len());
    for (row, step) in rows.iter().zip(&plan.draft.steps) {
        assert_eq!(&row[1], &*step.id.0);
        assert_eq!(&row[7], &*step.name);
    }
    assert!(rows.iter().any(|row| row[14].contains("[money]")));
}

#[test]
fn what_the_project_calls_sensitive_is_marked_and_ranked() {
    let more = "sensitive: { timetable_statistics_access: export, records_edit_access: user-management }\n";
    let (plan, desired) = chain_plan(more, plain, |nth| PLACES[nth].to_owned());
    let frame = Frame {
        catalog: Catalog::current(),
        zone: &zone(),
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
        contacts: false,
        sensitive: &desired.rules.sensitive,
    };
    let shown = text::write(&view::plan(&plan, &frame), Layout::PLAIN);
    let gets = "        gets     [user management] edit appointments
                 [export] see the calendar's statistics
                 [money] create finance transactions
                 Appointment calendar: ";
    assert!(shown.contains(gets), "{shown}");
}

#[test]
fn a_marker_is_of_its_project_and_systems() {
    let marker = markdown::marker("plan", "shops/", ["salons"]);
    assert_eq!(marker, markdown::marker("plan", "shops/", ["salons"]));
    assert_ne!(marker, markdown::marker("plan", "", ["salons"]));
    assert_ne!(
        marker,
        markdown::marker("plan", "shops/", ["salons", "orders"])
    );
    assert_ne!(marker, markdown::marker("plan", "shops/", ["sal", "ons"]));
    assert!(!marker.contains("--"));
}
