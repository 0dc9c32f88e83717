//! What the vendor would say if nearly all of a generated project had been applied.
//!
//! Not a read through a provider: it is made from the desired state, in memory. Every account has a right set of its
//! own, as if each had been read by itself, with a value for every right of the catalogue. About one person in two
//! hundred differs: a right, a vendor role or a whole place; and there are strangers.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyholder::catalog::{Catalog, RightType};
use keyholder::model::{
    Account, AccountId, AccountState, Caller, Contact, Days, Desired, Grant, GrantState, Item,
    Items, KnownAccount, Memory, NameTable, Named, Observed, ObservedSystem, One, OwnRights,
    Person, PlaceId, Reading, RightFact, RightSet, RightsTree, ScopeState, SystemName, Value,
    VendorRoleSlug,
};

/// The live side of one system, and the journal's memory of it.
pub(crate) fn live(desired: &Desired, catalog: &Catalog, taken: Timestamp) -> (Observed, Memory) {
    let name = SystemName::new("salons");
    let mut scopes = empty_scopes(desired, &name, catalog);
    let mut memory = Memory {
        people: desired.people.keys().cloned().collect(),
        locations: desired.places.keys().cloned().collect(),
        systems: desired.systems.keys().cloned().collect(),
        ..Memory::default()
    };
    let mut caller = Caller::default();
    for (number, person) in desired.people.values().enumerate() {
        let id = account_id(person, &name, number);
        if number == 0 {
            caller.account = Some(id.clone());
        }
        let mut seen = false;
        for (nth, grant) in person.grants.iter().enumerate() {
            let missing = number % 800 == 150 && nth == 0;
            if grant.state != GrantState::Present || missing {
                continue;
            }
            let Some(scope) = scopes.get_mut(&grant.place) else {
                continue;
            };
            let account = account(person, grant, &id, number, catalog);
            let staff = scope.names.staff.get_or_insert_default();
            staff.push(Named {
                id: staff_id(number),
                name: staff_name(person, number),
            });
            scope.accounts.insert(id.clone(), account);
            memory
                .granted
                .insert((name.clone(), grant.place.clone(), person.key.clone()));
            seen = true;
        }
        if seen {
            let known = KnownAccount {
                person: person.key.clone(),
                since: taken,
            };
            memory.accounts.insert((name.clone(), id), known);
        }
    }
    add_strangers(&mut scopes);
    let scopes = scopes
        .into_iter()
        .map(|(place, scope)| (place, Reading::Complete(scope)))
        .collect();
    let system = ObservedSystem {
        kind: "altegio",
        host: "api.alteg.io".into(),
        taken,
        caller,
        scopes,
        calls: 0,
    };
    let observed = Observed {
        systems: BTreeMap::from([(name, system)]),
        ..Observed::default()
    };
    (observed, memory)
}

fn empty_scopes(
    desired: &Desired,
    name: &SystemName,
    catalog: &Catalog,
) -> BTreeMap<PlaceId, ScopeState> {
    let fact = RightFact {
        editable: true,
        paid: false,
        type_agrees: true,
    };
    let tree = Arc::new(RightsTree {
        rights: vec![Some(fact); catalog.len()],
        ..RightsTree::default()
    });
    let scope = ScopeState {
        tree: Some(tree),
        own: Some(OwnRights {
            view: true,
            create: true,
            edit: true,
            delete: true,
            limited: false,
        }),
        names: NameTable {
            staff: Some(Vec::new()),
            ..NameTable::default()
        },
        ..ScopeState::default()
    };
    let system = desired
        .systems
        .get(name)
        .expect("generated projects have it");
    let places = system.locations.keys();
    places
        .map(|key| (PlaceId::At(key.clone()), scope.clone()))
        .collect()
}

fn account_id(person: &Person, system: &SystemName, number: usize) -> AccountId {
    let pinned = person.pins.get(system).and_then(|pin| pin.ids.first());
    pinned
        .cloned()
        .unwrap_or_else(|| AccountId::new(format!("{}", 1_000_000 + number)))
}

fn staff_id(number: usize) -> i64 {
    500_000 + i64::try_from(number).unwrap_or_default()
}

/// The name by which generated people are linked: their first name and their number.
fn staff_name(person: &Person, number: usize) -> Arc<str> {
    let first = person.name.split(' ').next().unwrap_or_default();
    format!("{first} {number}").into()
}

fn account(
    person: &Person,
    grant: &Grant,
    id: &AccountId,
    number: usize,
    catalog: &Catalog,
) -> Account {
    let mut rights = RightSet::empty(catalog.len());
    for right in catalog.all() {
        let at = right.id.index();
        let value = match grant.rights.get(at) {
            Some(Value::One(One::Myself)) => Value::One(One::Only(Item::Id(staff_id(number)))),
            Some(value) => value.clone(),
            None => least(right.kind),
        };
        rights.set(at, Some(value));
    }
    if number % 400 == 50 {
        let changed = catalog
            .by_slug("records_edit_access")
            .expect("in the catalogue")
            .index();
        let on = rights.get(changed) == Some(&Value::Switch(true));
        rights.set(changed, Some(Value::Switch(!on)));
    }
    let role = if number % 800 == 550 {
        Some(VendorRoleSlug::new("accountant"))
    } else {
        grant.role.clone()
    };
    let mut account = Account {
        id: id.clone(),
        name: person.name.clone(),
        phone: None,
        email: None,
        state: AccountState::Active,
        removable: true,
        editable: Some(true),
        role,
        staff: Some(Some(staff_id(number))),
        rights: Some(Arc::new(rights)),
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    };
    for contact in &person.contacts {
        match contact {
            Contact::Email(email) => account.email = Some(email.clone()),
            Contact::Phone(phone) => account.phone = Some(phone.clone()),
        }
    }
    account
}

/// What an account has where nothing is granted: switches off, and limits that limit nothing.
fn least(kind: RightType) -> Value {
    match kind {
        RightType::Days => Value::Days(Days::Last(0)),
        RightType::Ids(_) => Value::Items(Items::All),
        RightType::Id(_) => Value::One(One::All),
        RightType::Ips => Value::Text("".into()),
        _ => Value::Switch(false),
    }
}

/// One stranger at every eighth place.
fn add_strangers(scopes: &mut BTreeMap<PlaceId, ScopeState>) {
    for (number, scope) in scopes.values_mut().enumerate().step_by(8) {
        let Some(somebody) = scope.accounts.values().next().cloned() else {
            continue;
        };
        let id = AccountId::new(format!("{}", 9_000_000 + number));
        let stranger = Account {
            id: id.clone(),
            name: format!("Nobody {number}").into(),
            phone: None,
            email: None,
            ..somebody
        };
        scope.accounts.insert(id, stranger);
    }
}
