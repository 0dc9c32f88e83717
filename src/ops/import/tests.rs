//! The law: what is written, read by the language, is worth what every account has at every place; and the plan is empty.

use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::catalog::{Catalog, Entity, RightType};
use crate::config::LoadOptions;
use crate::config::raw::Access;
use crate::model::{
    Account, AccountState, Actor, AsOf, Attested, Caller, Days, Email, Item, Items, LocationKey,
    Managed, Memory, NameTable, Named, ObservedSystem, One, PlaceId, RightSet, ScopeState, Value,
};
use crate::ops::planned;
use crate::ops::project::{OpenOptions, open};
use crate::plan::{ConfigFact, Only, worth};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn value(&mut self, kind: RightType, own: i64) -> Value {
        match kind {
            RightType::Section => Value::Switch(self.roll(4) > 0),
            RightType::Switch | RightType::NoLimitToday => Value::Switch(self.roll(2) == 0),
            RightType::Limited | RightType::OwnOnly => Value::Switch(self.roll(6) == 0),
            RightType::CheckIp => Value::Switch(self.roll(9) == 0),
            RightType::Days => match self.roll(5) {
                0 => Value::Days(Days::All),
                days => Value::Days(Days::Last(u32::try_from(days * 3).unwrap())),
            },
            RightType::Ids(_) => {
                let first = i64::try_from(self.roll(3)).unwrap();
                Value::Items(Items::only((0..first).map(|at| Item::Id(at + 1))))
            }
            RightType::Id(Entity::Staff) => Value::One(match self.roll(4) {
                0 => One::Only(Item::Id(own)),
                1 => One::Only(Item::Id(3)),
                _ => One::All,
            }),
            RightType::Id(_) => Value::One(One::All),
            RightType::Ips => Value::Text(
                if self.roll(2) == 0 {
                    "10.0.0.1, 10.0.0.2"
                } else {
                    ""
                }
                .into(),
            ),
        }
    }

    fn set(&mut self, own: i64) -> RightSet {
        let catalog = Catalog::current();
        let mut set = RightSet::empty(catalog.len());
        for right in catalog.for_product(Kind::Altegio) {
            set.set(right.id.index(), Some(self.value(right.kind, own)));
        }
        set
    }
}

const PLACES: [&str; 3] = ["center", "mall", "port"];
const HOSTILE: [&str; 6] = [
    "Jana\n  evil:\n    access: unmanaged",
    "a: { b: [c] } # d",
    "'\"*&!|>%@`",
    "\u{202e}\u{7}null",
    "Ольга Щукина",
    "- x\r\n...\n---",
];

/// A chain in which everybody has one of a few sets, nearly.
fn chain(seed: u64, people: u64) -> Observed {
    let catalog = Catalog::current();
    let mut dice = Dice(seed);
    let hostile = usize::try_from(seed % 6).unwrap();
    let bases: Vec<RightSet> = (0..4).map(|_| dice.set(-1)).collect();
    let mut scopes: BTreeMap<PlaceId, ScopeState> = BTreeMap::new();
    for place in PLACES {
        let named = |id, name: &str| Named {
            id,
            name: name.into(),
        };
        let state = ScopeState {
            names: NameTable {
                accounts: Some(vec![
                    named(1, "Kase 1"),
                    named(2, "Kase: {2}"),
                    named(3, "Bank"),
                    named(4, "Bank"),
                ]),
                storages: Some(vec![named(1, "all"), named(2, "12")]),
                posts: (10..30)
                    .map(|staff| (staff, HOSTILE[hostile].into()))
                    .collect(),
                ..NameTable::default()
            },
            ..ScopeState::default()
        };
        scopes.insert(PlaceId::At(LocationKey::new(place)), state);
    }
    for at in 0..people {
        let own = i64::try_from(at).unwrap() + 10;
        let base = usize::try_from(dice.roll(4)).unwrap();
        for place in PLACES {
            if dice.roll(3) > 0 && place != "center" {
                continue;
            }
            let mut set = bases[base].clone();
            for right in catalog.for_product(Kind::Altegio) {
                let index = right.id.index();
                if set.get(index) == Some(&Value::One(One::Only(Item::Id(-1)))) {
                    set.set(index, Some(Value::One(One::Only(Item::Id(own)))));
                }
                if dice.roll(90) == 0 {
                    let value = dice.value(right.kind, own);
                    set.set(index, Some(value));
                }
                if dice.roll(60) == 0 {
                    set.set(index, None);
                }
            }
            let name = match usize::try_from(at).unwrap() {
                at if at < HOSTILE.len() => HOSTILE[at].to_owned(),
                at => format!("Person{at} Name{}", at % 5),
            };
            let row = Account {
                id: AccountId::new((100 + at).to_string()),
                name: name.as_str().into(),
                phone: None,
                email: Email::parse(&format!("p{at}@c.example"))
                    .ok()
                    .filter(|_| at % 4 > 0),
                state: if dice.roll(9) == 0 {
                    AccountState::Invited
                } else {
                    AccountState::Active
                },
                removable: true,
                editable: Some(true),
                role: Some(VendorRoleSlug::new(["worker", "manager"][base % 2])),
                staff: Some(Some(own)),
                rights: Some(Arc::new(set)),
                unknown_rights: Vec::new(),
                paid_seat: None,
                login: None,
                facts: None,
            };
            let scope = scopes
                .get_mut(&PlaceId::At(LocationKey::new(place)))
                .unwrap();
            scope.accounts.insert(row.id.clone(), row);
        }
    }
    let seen = ObservedSystem {
        kind: "altegio",
        host: "test".into(),
        taken: Timestamp::UNIX_EPOCH,
        caller: Caller::default(),
        scopes: scopes
            .into_iter()
            .map(|(place, it)| (place, Reading::Complete(it)))
            .collect(),
        calls: 0,
    };
    Observed {
        systems: BTreeMap::from([(SystemName::new("salons"), seen)]),
        ..Observed::default()
    }
}

const SETTINGS: &str = "version: 1\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n";
const LOCATIONS: &str = "locations:\n  center: { title: C, in: { salons: 1 } }\n  mall: { title: M, in: { salons: 2 } }\n  port: { title: P, in: { salons: 3 } }\n";

fn project() -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keyholder.yaml"), SETTINGS).unwrap();
    std::fs::write(folder.path().join("locations.yaml"), LOCATIONS).unwrap();
    let options = OpenOptions {
        load: LoadOptions::default(),
        as_of: AsOf::Instant(Timestamp::UNIX_EPOCH),
        ahead: std::time::Duration::ZERO,
    };
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    let project = open(&root, &options);
    (folder, project)
}

fn planner(project: &Project, desired: &Desired, observed: &Observed) -> Plan {
    let (memory, attested, only) = (Memory::default(), Attested::default(), Only::default());
    let input = crate::plan::Input {
        desired,
        observed,
        memory: &memory,
        attested: &attested,
        catalog: project.catalog,
        sources: &project.loaded.sources,
        config: ConfigFact::default(),
        now: Timestamp::UNIX_EPOCH,
        only: &only,
    };
    planned::planned(&input, &project.loaded.root)
}

fn run(first: &Project, observed: &Observed, roles: Roles) -> Imported {
    let options = Options {
        roles,
        one_file: false,
        contacts_apart: false,
    };
    let texts = Texts::read(first).unwrap();
    import(first, &texts, observed, options, &planner).unwrap()
}

/// A value with ids in place of names and of `self`.
fn plain(value: Value, entity: Option<Entity>, names: &NameTable, own: Option<i64>) -> Value {
    let list = match entity {
        Some(Entity::Account) => names.accounts.as_ref(),
        Some(Entity::Storage) => names.storages.as_ref(),
        _ => None,
    };
    let id = |item: &Item| match item {
        Item::Id(id) => Item::Id(*id),
        Item::Name(name) => Item::Id(list.unwrap().iter().find(|it| it.name == *name).unwrap().id),
    };
    match value {
        Value::One(One::Myself) => Value::One(One::Only(Item::Id(own.unwrap()))),
        Value::Items(Items::Only(items)) => Value::Items(Items::only(items.iter().map(id))),
        Value::Text(text) => {
            let parts = text.split([',', ' ']).filter(|it| !it.is_empty());
            Value::Text(parts.collect::<Vec<_>>().join(",").into())
        }
        other => other,
    }
}

/// Whoever has a grant is worth there what the account has; how many that are.
fn exact(after: &Project, observed: &Observed) -> usize {
    let catalog = Catalog::current();
    let plan = planner(after, &after.desired, observed);
    let mut compared = 0;
    for ((system, account), person) in owners(&plan) {
        let person = &after.desired.people[&person];
        for grant in &person.grants {
            let scope = observed.systems[&system].scopes[&grant.place]
                .seen()
                .unwrap();
            let row = &scope.accounts[&account];
            assert_eq!(row.role, grant.role);
            let live = row.rights.as_ref().unwrap();
            for right in catalog.for_product(Kind::Altegio) {
                let Some(has) = worth(catalog, live, right.id) else {
                    continue;
                };
                let said = worth(catalog, &grant.rights, right.id);
                let form = |value| {
                    plain(
                        value,
                        right.kind.entity(),
                        &scope.names,
                        row.staff.flatten(),
                    )
                };
                // What the place does not show above it decides nothing.
                let open = catalog
                    .governors(right.id)
                    .all(|it| live.get(it.index()).is_some());
                if open {
                    assert_eq!(
                        said.map(form),
                        Some(form(has)),
                        "{} of {}",
                        right.slug,
                        person.key
                    );
                }
            }
            compared += 1;
        }
    }
    compared
}

/// Rights that half of a role's people are denied, as `role: right`.
fn denied_to_half(project: &Project) -> Vec<String> {
    let mut people: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut denied: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for person in &project.loaded.project.entries.people {
        let Some(Access::Lines(lines)) = person.access.as_ref().map(|it| &it.value) else {
            continue;
        };
        for line in lines {
            let role = &*line.role.as_ref().unwrap().value;
            let key = &*person.key.value;
            people.entry(role).or_default().insert(key);
            for slug in line.minus.iter().flat_map(|(_, slugs)| slugs) {
                denied.entry((role, &slug.value)).or_default().insert(key);
            }
        }
    }
    let half = denied.iter();
    let half = half.filter(|((role, _), who)| who.len() * 2 >= people[role].len());
    half.map(|((role, slug), _)| format!("{role}: {slug}"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 10, ..ProptestConfig::default() })]
    #[test]
    fn what_is_written_is_worth_what_is_there(seed in any::<u64>(), exactly in any::<bool>()) {
        let (_folder, first) = project();
        let observed = chain(seed, 14);
        let roles = if exactly { Roles::Exact } else { Roles::Compact };
        let imported = run(&first, &observed, roles);
        prop_assert_eq!((imported.pending, imported.strangers), (0, 0));
        let after = imported.texts.open(&first);
        prop_assert!(!after.has_errors(), "{:?}", after.diagnostics);
        prop_assert_eq!(after.desired.people.len(), 14);
        prop_assert!(exact(&after, &observed) > 0);
        prop_assert_eq!(denied_to_half(&after), Vec::<String>::new());
        // Again there is nothing left to add.
        let again = import(&after, &imported.texts, &observed, Options {
            roles,
            one_file: false,
            contacts_apart: false,
        }, &planner).unwrap();
        prop_assert_eq!((again.told.people, again.told.roles.len()), (0, 0));
        let files: Vec<&str> = again.texts.files().collect();
        for file in files {
            prop_assert_eq!(again.texts.get(file), imported.texts.get(file));
        }
    }
}

#[test]
fn what_stands_in_a_file_stays_and_new_entries_come_behind_it() {
    let addition = import::locations(
        "locations.yaml",
        &[(
            "new".to_owned(),
            "New: {place}\n".to_owned(),
            "salons".to_owned(),
            "7".to_owned(),
        )],
    );
    let line = "  new: { title: \"New: {place}\", in: { salons: 7 } }\n";
    for before in [
        "locations: # mine\r\n  a:   { title: 'A' , in: {salons: 1}}  # odd\r\n",
        "roles: {}\nlocations:\n  a: { title: A }\n# the end",
        "# nothing yet\n",
    ] {
        let after = joined(Some(before), &addition, false).unwrap();
        assert!(after.starts_with(before), "{after}");
        assert!(after.replace('\r', "").contains(line), "{after}");
    }
    // Another section stands behind it: it goes into the middle.
    let before = "locations:\n  a: { title: A }\nroles: {}\n";
    let after = joined(Some(before), &addition, false).unwrap();
    assert!(
        after.starts_with("locations:\n  a: { title: A }\n  new:"),
        "{after}"
    );
    assert!(after.ends_with("roles: {}\n"), "{after}");
    // What stands above the next section is its own, and entries stand as deep as those above them.
    let before =
        "locations:\n    a: { title: A }\n    # the last\n\n# of roles\nroles: {}\n\npeople: {}\n";
    let after = joined(Some(before), &addition, false).unwrap();
    assert_eq!(
        after,
        before.replace(
            "    # the last\n",
            "    # the last\n    new: { title: \"New: {place}\", in: { salons: 7 } }\n"
        )
    );
    // Comments come along.
    let marked = Addition {
        text: "  new: # an owner\n    title: New\n".to_owned(),
        values: vec![("new".to_owned(), Yaml::pair("title", Yaml::from("New")))],
        ..addition.clone()
    };
    let after = joined(
        Some("locations:\n  a: { title: A }\nroles: {}\n"),
        &marked,
        false,
    );
    assert_eq!(
        after.unwrap(),
        "locations:\n  a: { title: A }\n\n  new: # an owner\n    title: New\nroles: {}\n"
    );
    let taken = joined(Some("locations:\n  new: { title: A }\n"), &addition, false);
    assert_eq!(taken, Err(crate::config::edit::Refused::Taken));
}

#[test]
fn whose_token_it_is_is_written_where_the_vendor_tells_and_else_asked_for_with_the_line() {
    let (_folder, first) = project();
    let mut observed = chain(7, 5);
    let system = SystemName::new("salons");
    let asked = run(&first, &observed, Roles::Compact);
    let line = "salons: no call tells whose token it is; write it under `salons` (keyholder.yaml:3), `acting: KEY`, a person's key or an account's id: no plan takes from that account then";
    assert!(
        asked.told.decide.iter().any(|it| it == line),
        "{:?}",
        asked.told.decide
    );
    assert_eq!(asked.texts.get("keyholder.yaml"), Some(SETTINGS));
    let seen = observed.systems.get_mut(&system).unwrap();
    seen.caller.account = Some(AccountId::new("104"));
    let written = run(&first, &observed, Roles::Compact);
    assert!(
        !written
            .told
            .decide
            .iter()
            .any(|it| it.contains("whose token"))
    );
    let after = written.texts.open(&first);
    assert!(!after.has_errors(), "{:?}", after.diagnostics);
    let Some(Actor::Person(key)) = &after.desired.systems[&system].acting else {
        panic!("{:?}", written.texts.get("keyholder.yaml"));
    };
    let robot = &after.desired.people[key];
    assert_eq!(robot.managed, Managed::No);
    // What the settings say stays.
    let again = import(
        &after,
        &written.texts,
        &observed,
        Options {
            roles: Roles::Compact,
            one_file: false,
            contacts_apart: false,
        },
        &planner,
    )
    .unwrap();
    assert_eq!(
        again.texts.get("keyholder.yaml"),
        written.texts.get("keyholder.yaml")
    );
}
