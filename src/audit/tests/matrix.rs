//! Small projects and small reads, and what the matrix, `who` and a comparison make of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::audit::diff::{Differences, differences};
use crate::audit::matrix::{Basis, Cell, Filter, Matrix, Seeing, Side, Who, matrix};
use crate::audit::seen::{Held, ScopeSeen, Seen};
use crate::audit::who::{Asked, Holders, Unsure, who};
use crate::catalog::{Catalog, Sensitivity};
use crate::config::{LoadOptions, Loaded, ResolveOptions, load_texts, resolve};
use crate::model::explained::Subject;
use crate::model::{
    AccountId, AccountState, AsOf, Desired, Item, Items, NameTable, Named, PersonKey, PlaceId,
    RightSet, RoleKey, SystemName, Value, VendorRoleSlug,
};

const DELETE: &str = "records_delete_access";
const DESKS: &str = "records_finances_limited_account_ids";

const SETTINGS: &str = "\
version: 1
time_zone: UTC
systems: { salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } } }
sensitive: { statistics_access: money }
";
const PLACES: &str = "locations: { mall: { title: Rīga Mall, in: { salons: 101 } } }\n";
const ROLES: &str = "\
roles:
  floor: { title: Floor, salons: { role: worker, unlisted: deny, rights: { records_create_access: allow } } }
  keeper: { title: Keeper, salons: { role: worker, unlisted: keep, rights: { records_create_access: allow } } }
  boss:
    title: Boss
    salons:
      role: manager
      unlisted: deny
      rights: { records_delete_access: allow, records_finances_access: allow, records_finances_limited_account_ids: [Kase 1], statistics_access: allow }
";

fn time() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// What people want, and the files it comes from.
fn files(people: &str) -> (Loaded, Desired) {
    let people = format!("people:\n{people}");
    let texts = [
        ("keyholder.yaml", SETTINGS),
        ("locations.yaml", PLACES),
        ("roles.yaml", ROLES),
        ("people.yaml", people.as_str()),
    ];
    let loaded = load_texts(&texts, &LoadOptions::default());
    let options = ResolveOptions::at(AsOf::Instant(time()));
    let (desired, found) = resolve(&loaded.project, &options, Catalog::current());
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    assert!(found.iter().all(|it| !it.is_error()), "{found:?}");
    (loaded, desired)
}

fn person(key: &str, access: &str) -> String {
    format!("  {key}: {{ name: The {key}, email: {key}@chain.example, access: {access} }}\n")
}

fn with_role(key: &str, role: &str) -> String {
    person(key, &format!("[ {{ role: {role}, at: [mall] }} ]"))
}

/// An active account; rights that are on, where rights were read.
fn held(account: &str, on: Option<&[(&str, Value)]>) -> Held {
    let catalog = Catalog::current();
    let rights = on.map(|on| {
        let mut rights = RightSet::empty(catalog.len());
        for right in catalog.all().filter(|right| right.kind.is_boolean()) {
            rights.set(right.id.index(), Some(Value::Switch(false)));
        }
        for (slug, value) in on {
            let id = catalog.by_slug(slug).unwrap();
            for above in catalog.governors(id) {
                rights.set(above.index(), Some(Value::Switch(true)));
            }
            rights.set(id.index(), Some(value.clone()));
        }
        Arc::new(rights)
    });
    Held {
        account: AccountId::new(account),
        at: time(),
        state: AccountState::Active,
        role: Some(VendorRoleSlug::new("administrator")),
        staff: None,
        rights,
        unknown: Vec::new(),
        facts: None,
        names: None,
    }
}

fn yes(slug: &str) -> (&str, Value) {
    (slug, Value::Switch(true))
}

/// A whole read of the mall.
fn seen(accounts: Vec<(Option<&str>, Held)>) -> Seen {
    let mut scope = ScopeSeen {
        complete: Some(time()),
        people: BTreeMap::new(),
        more: BTreeMap::new(),
        strangers: BTreeMap::new(),
        gone: BTreeMap::new(),
    };
    for (whose, held) in accounts {
        scope.put(whose.map(PersonKey::new), held);
    }
    let place = (SystemName::new("salons"), PlaceId::parse("mall"));
    Seen {
        scopes: BTreeMap::from([(place, scope)]),
    }
}

fn right(slug: &str) -> Subject {
    Subject::Right(Catalog::current().by_slug(slug).unwrap())
}

fn made(desired: Option<&Desired>, seen: Option<&Seen>, hand: Option<&Desired>) -> Matrix {
    let side = Side {
        desired,
        seen,
        hand,
        locked: None,
    };
    matrix(&side, &Filter::default(), Catalog::current())
}

#[track_caller]
fn cell<'m>(matrix: &'m Matrix, who: &str, slug: &str) -> &'m Cell {
    let row = matrix
        .rows
        .iter()
        .find(|row| match &row.who {
            Who::Person(key) => key.as_str() == who,
            Who::Account(account) => account.as_str() == who,
        })
        .unwrap();
    let at = matrix.columns.iter().position(|it| it.slug == slug);
    &row.cells[at.unwrap()]
}

fn compare(before: &Matrix, after: &Matrix) -> (Vec<String>, Differences) {
    let found = differences(before, after, Catalog::current());
    let names = found.list.iter().map(|it| {
        let who = match &it.who {
            Who::Person(key) => key.to_string(),
            Who::Account(account) => account.to_string(),
        };
        format!("{who} {}", it.column.slug)
    });
    (names.collect(), found)
}

fn asked(desired: &Desired, loaded: &Loaded, seen: Option<&Seen>, asked: Asked) -> Holders {
    let side = Side {
        desired: Some(desired),
        seen,
        hand: Some(desired),
        locked: None,
    };
    let none = |_: &RoleKey| false;
    let filter = Filter::default();
    let catalog = Catalog::current();
    who(&side, asked, &none, &filter, catalog, &loaded.sources)
}

fn names(who: &[Who]) -> Vec<String> {
    let name = |who: &Who| match who {
        Who::Person(key) => key.to_string(),
        Who::Account(account) => account.to_string(),
    };
    who.iter().map(name).collect()
}

#[test]
fn an_account_whose_rights_were_not_read_is_unknown_and_not_a_no() {
    let (_, desired) = files(&(with_role("anna", "floor") + &with_role("boss", "boss")));
    let seen = seen(vec![
        (None, held("5", None)),
        (Some("anna"), held("6", None)),
        (Some("boss"), held("7", None)),
        (None, held("8", Some(&[]))),
    ]);
    let made = made(Some(&desired), Some(&seen), None);
    for who in ["5", "anna"] {
        assert_eq!(cell(&made, who, DELETE).basis(), Basis::Unknown, "{who}");
        assert_eq!(cell(&made, who, DELETE).value(), None);
    }
    // What the files give is declared; what was read is observed.
    assert_eq!(cell(&made, "boss", DELETE).basis(), Basis::Declared);
    assert_eq!(cell(&made, "8", DELETE).basis(), Basis::Observed(time()));
    let unread = |who: &Who| made.rows.iter().any(|row| row.who == *who && row.unread);
    assert!(unread(&Who::Account(AccountId::new("5"))));
    assert!(!unread(&Who::Account(AccountId::new("8"))));
}

#[test]
fn who_names_everybody_of_whom_nobody_knows() {
    let people = with_role("anna", "floor")
        + &with_role("boss", "boss")
        + &with_role("kept", "keeper")
        + &person("owner", "unmanaged")
        + &person("robot", "unmanaged");
    let (loaded, desired) = files(&people);
    let answer = |seen: Option<&Seen>| {
        let found = asked(&desired, &loaded, seen, Asked::Right(right(DELETE)));
        let list: Vec<Who> = found.list.iter().map(|it| it.who.clone()).collect();
        let unknown: Vec<Who> = found.unknown.iter().map(|it| it.who.clone()).collect();
        let why: Vec<Unsure> = found.unknown.iter().map(|it| it.why).collect();
        (names(&list), names(&unknown), why)
    };
    let (list, unknown, why) = answer(None);
    assert_eq!(list, ["boss"]);
    assert_eq!(unknown, ["kept", "owner", "robot"]);
    assert_eq!(why, [Unsure::Kept, Unsure::Unmanaged, Unsure::Unmanaged]);
    // A read tells of the kept and the owner; an account without rights that were read is told as such.
    let read = seen(vec![
        (Some("anna"), held("1", Some(&[]))),
        (Some("boss"), held("2", Some(&[yes(DELETE)]))),
        (Some("kept"), held("3", Some(&[]))),
        (Some("owner"), held("4", Some(&[yes(DELETE)]))),
        (None, held("5", None)),
    ]);
    let (list, unknown, why) = answer(Some(&read));
    assert_eq!(list, ["boss", "owner"]);
    assert_eq!(
        (unknown, why),
        (vec!["5".to_owned()], vec![Unsure::NotRead])
    );
}

#[test]
fn what_only_one_side_knows_is_counted_and_is_no_sameness() {
    let (_, desired) = files(&(with_role("boss", "boss") + &person("owner", "unmanaged")));
    let blank = made(None, None, Some(&desired));
    assert!(blank.is_blank());
    let files = made(Some(&desired), None, None);
    assert!(!files.is_blank());
    let (changes, found) = compare(&blank, &files);
    assert_eq!(changes, Vec::<String>::new());
    assert_eq!(found.blank, (true, false));
    assert_eq!(found.only_after.who.len(), 1);
    assert!(found.only_after.cells > found.only_after.given);
    assert!(found.only_after.given > 3, "{:?}", found.only_after);
    assert_eq!(found.unseen, BTreeSet::from([PersonKey::new("owner")]));
    // The files deny nothing to whom they leave alone, and names and titles come from either side.
    let read = seen(vec![
        (Some("boss"), held("2", Some(&[yes("statistics_access")]))),
        (Some("owner"), held("4", Some(&[yes(DELETE)]))),
    ]);
    let live = made(None, Some(&read), Some(&desired));
    assert_eq!(&*live.names[&PersonKey::new("owner")], "The owner");
    assert_eq!(&*live.scopes[0].title, "Rīga Mall");
    let (changes, found) = compare(&files, &live);
    assert!(
        changes.iter().all(|it| it.starts_with("boss ")),
        "{changes:?}"
    );
    assert!(changes.contains(&format!("boss {DELETE}")));
    assert!(!changes.contains(&"boss statistics_access".to_owned()));
    assert!(
        found
            .only_after
            .who
            .contains(&Who::Person(PersonKey::new("owner")))
    );
}

#[test]
fn a_name_and_its_number_are_the_same_where_the_list_was_read() {
    let (_, desired) = files(&with_role("boss", "boss"));
    let desk = |id: i64| (DESKS, Value::Items(Items::only([Item::Id(id)])));
    let table = |names: &[(i64, &str)]| {
        let named = names.iter().map(|(id, name)| Named {
            id: *id,
            name: (*name).into(),
        });
        Arc::new(NameTable {
            accounts: Some(named.collect()),
            ..NameTable::default()
        })
    };
    let read = |id: i64, names: Option<Arc<NameTable>>| {
        let on = [desk(id), yes("records_finances_accounts_ids")];
        let on: Vec<(&str, Value)> = on
            .into_iter()
            .filter(|(slug, _)| Catalog::current().by_slug(slug).is_some())
            .collect();
        let mut held = held("2", Some(&on));
        held.names = names;
        seen(vec![(Some("boss"), held)])
    };
    let known = table(&[(7, "Kase 1"), (8, "Kase 2")]);
    let files = made(Some(&desired), None, None);
    for (id, names, differs, unclear) in [
        (7, Some(Arc::clone(&known)), false, false),
        (8, Some(Arc::clone(&known)), true, false),
        (7, None, false, true),
        (7, Some(table(&[(7, "Kase 1"), (9, "Kase 1")])), true, false),
    ] {
        let case = format!("{id} {names:?}");
        let seen = read(id, names);
        let both = made(Some(&desired), Some(&seen), None);
        let it = cell(&both, "boss", DESKS);
        assert_eq!(
            (it.differs(), it.is_unclear()),
            (differs, unclear),
            "{case}"
        );
        let live = made(None, Some(&seen), Some(&desired));
        let (changes, found) = compare(&files, &live);
        let told = changes.contains(&format!("boss {DESKS}"));
        assert_eq!((told, found.unclear > 0), (differs, unclear), "{case}");
    }
}

#[test]
fn of_two_accounts_of_a_person_all_that_either_gives_counts() {
    let (loaded, desired) = files(&with_role("anna", "floor"));
    let mut second = held("2", Some(&[yes(DELETE)]));
    second.role = Some(VendorRoleSlug::new("worker"));
    let read = seen(vec![
        (
            Some("anna"),
            held("1", Some(&[yes("records_create_access")])),
        ),
        (Some("anna"), second),
    ]);
    let both = made(Some(&desired), Some(&read), None);
    let ids: Vec<&str> = both.rows[0]
        .accounts
        .iter()
        .map(AccountId::as_str)
        .collect();
    assert_eq!(ids, ["1", "2"]);
    assert!(cell(&both, "anna", DELETE).differs());
    assert!(
        cell(&both, "anna", "records_create_access")
            .value()
            .is_some_and(|it| !it.is_no())
    );
    let found = asked(&desired, &loaded, Some(&read), Asked::Right(right(DELETE)));
    assert_eq!(found.list.len(), 1);
    assert_eq!(found.list[0].accounts.len(), 2);
    // An account that cannot be used adds nothing, and comes second whatever the order.
    let mut idle = held("1", Some(&[yes(DELETE)]));
    idle.state = AccountState::Blocked;
    let read = seen(vec![
        (Some("anna"), idle),
        (Some("anna"), held("2", Some(&[]))),
    ]);
    let both = made(Some(&desired), Some(&read), None);
    assert!(
        cell(&both, "anna", DELETE)
            .value()
            .is_some_and(crate::model::explained::Shown::is_no)
    );
    assert_eq!(
        both.rows[0].observed,
        Seeing::Has(time(), AccountState::Active)
    );
    // What was not read of one of them is not known of the person, unless the other gives it.
    let read = seen(vec![
        (Some("anna"), held("1", Some(&[yes(DELETE)]))),
        (Some("anna"), held("2", None)),
    ]);
    let both = made(Some(&desired), Some(&read), None);
    assert!(matches!(
        cell(&both, "anna", DELETE).basis(),
        Basis::Observed(_)
    ));
    assert_eq!(
        cell(&both, "anna", "statistics_access").basis(),
        Basis::Unknown
    );
}

#[test]
fn what_the_project_calls_sensitive_is_marked_everywhere() {
    let (loaded, desired) = files(&with_role("boss", "boss"));
    let money = Some(Sensitivity::Money);
    let columns = |matrix: &Matrix| {
        let mut columns = matrix.columns.iter();
        let found = columns.find(|it| it.slug == "statistics_access");
        found.unwrap().sensitivity
    };
    assert_eq!(columns(&made(Some(&desired), None, None)), money);
    let read = seen(vec![(None, held("9", Some(&[])))]);
    assert_eq!(columns(&made(None, Some(&read), Some(&desired))), money);
    let asked = asked(
        &desired,
        &loaded,
        None,
        Asked::Right(right("statistics_access")),
    );
    assert_eq!(asked.sensitivity, money);
}

#[test]
fn a_role_of_the_vendor_has_its_holders_by_the_files_and_by_what_was_seen() {
    let (loaded, desired) = files(&(with_role("boss", "boss") + &with_role("anna", "floor")));
    let read = seen(vec![(Some("anna"), held("1", Some(&[])))]);
    let of = |role: &str| {
        let role = Asked::VendorRole(VendorRoleSlug::new(role));
        let found = asked(&desired, &loaded, Some(&read), role);
        let list: Vec<Who> = found.list.iter().map(|it| it.who.clone()).collect();
        names(&list)
    };
    assert_eq!(of("manager"), ["boss"]);
    assert_eq!(of("administrator"), ["anna"]);
    assert_eq!(of("worker"), ["anna"]);
    assert_eq!(of("owner"), Vec::<String>::new());
}
