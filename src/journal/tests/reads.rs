//! Reads in the journal: differences, without names.

use std::collections::BTreeSet;

use super::*;
use crate::plan::Agreed;

fn account(id: &str, on: &[&str]) -> Account {
    let catalog = Catalog::current();
    let mut rights = RightSet::empty(catalog.len());
    for right in catalog.all() {
        if right.kind.is_boolean() {
            rights.set(
                right.id.index(),
                Some(Value::Switch(on.contains(&right.slug))),
            );
        }
    }
    Account {
        id: AccountId::new(id),
        name: "Jana Bērziņa".into(),
        phone: None,
        email: None,
        state: AccountState::Active,
        removable: true,
        editable: Some(true),
        role: Some(crate::model::VendorRoleSlug::new("worker")),
        staff: Some(None),
        rights: Some(rights.into()),
        unknown_rights: Vec::new(),
        paid_seat: None,
        login: None,
        facts: None,
    }
}

fn scope(accounts: Vec<Account>) -> ScopeState {
    ScopeState {
        accounts: accounts
            .into_iter()
            .map(|account| (account.id.clone(), account))
            .collect(),
        ..ScopeState::default()
    }
}

#[test]
fn reads_are_kept_as_differences_without_names() {
    let (system, place) = (SystemName::new("salons"), place_of("mall"));
    let matches = BTreeMap::from([(AccountId::new("1"), PersonKey::new("jana"))]);
    let mut journal = MemoryJournal::new(at(0));
    let note = |journal: &mut MemoryJournal, reading: &Reading<ScopeState>| {
        let scope = ObservedScope {
            system: &system,
            place: &place,
            taken: at(10),
            reading,
            matches: &matches,
            agreed: BTreeMap::new(),
        };
        let records = observed(journal.entries(), &[scope], Catalog::current());
        let Some(Record::Observed(seen)) = records.first().cloned() else {
            panic!("nothing")
        };
        journal.append(at(11), 1, records).unwrap();
        seen
    };
    let both = Reading::Complete(scope(vec![
        account("1", &["records_access"]),
        account("2", &["records_access"]),
    ]));
    let first = note(&mut journal, &both);
    assert_eq!(
        (
            first.accounts,
            first.grants.len(),
            first.sets.len(),
            first.matched.len()
        ),
        (2, 2, 1, 1)
    );
    assert!(!serde_json::to_string(&first).unwrap().contains("Bērziņa"));
    let again = note(&mut journal, &both);
    assert_eq!(
        (again.grants.len(), again.sets.len(), again.matched.len()),
        (0, 0, 0)
    );
    assert_eq!(again.digest, first.digest);
    // An incomplete read concludes nothing from what is not there.
    let one = scope(vec![account("1", &["records_access", "finances_access"])]);
    let partial = note(&mut journal, &Reading::Partial(one.clone(), Vec::new()));
    assert_eq!(
        (partial.complete, partial.gone.len(), partial.grants.len()),
        (false, 0, 1)
    );
    let set = &partial.sets[partial.grants[0].set.as_ref().unwrap()];
    assert_eq!(set.get("finances_access"), Some(&RightValue::Switch(true)));
    assert_eq!(set.len(), 2);
    // What a list is measured by is what was there before.
    let seen = |journal: &MemoryJournal| {
        let key = (system.clone(), place.clone());
        memory(journal.entries())
            .seen
            .get(&key)
            .map_or(0, BTreeSet::len)
    };
    assert_eq!(seen(&journal), 2);
    let complete = note(&mut journal, &Reading::Complete(one));
    assert_eq!(seen(&journal), 1);
    assert_eq!(complete.gone, ["2"]);
    assert_eq!(memory(journal.entries()).accounts.len(), 1);
}

/// What came of comparing an account with the files.
fn agreed(given: &str, apart: &[&str]) -> Agreed {
    Agreed {
        given: given.into(),
        apart: apart.iter().map(|&slug| slug.into()).collect(),
    }
}

/// Bytes that a line of the journal has more for a thousand accounts that are as the files want them.
fn grows(digest: impl Fn(usize) -> String) -> usize {
    let (system, place) = (SystemName::new("salons"), place_of("mall"));
    let ids = (0..1000).map(|at| (at, AccountId::new(format!("{}", 1_204_000 + at * 7))));
    let rows = ids.clone().map(|(_, id)| account(id.as_str(), &[]));
    let reading = Reading::Complete(scope(rows.collect()));
    let line = |equal| {
        let scope = ObservedScope {
            system: &system,
            place: &place,
            taken: at(10),
            reading: &reading,
            matches: &BTreeMap::new(),
            agreed: equal,
        };
        let records = observed([], &[scope], Catalog::current());
        serde_json::to_string(&records[0]).unwrap().len()
    };
    let equal = ids.map(|(at, id)| (id, agreed(&digest(at), &[])));
    line(equal.collect()) - line(BTreeMap::new())
}

#[test]
fn a_thousand_settled_accounts_take_few_bytes() {
    // Five roles; and everybody with a team member of their own.
    let roles = grows(|at| format!("{:016x}", at % 5));
    let own = grows(|at| format!("{at:016x}"));
    assert!((9_000..11_000).contains(&roles), "{roles}");
    assert!((30_000..33_000).contains(&own), "{own}");
}

#[test]
fn who_is_equal_is_kept_of_complete_reads_alone() {
    let (system, place) = (SystemName::new("salons"), place_of("mall"));
    let kept = |reading: &Reading<ScopeState>| {
        let scope = ObservedScope {
            system: &system,
            place: &place,
            taken: at(10),
            reading,
            matches: &BTreeMap::new(),
            agreed: BTreeMap::from([
                (AccountId::new("1"), agreed("d1", &[])),
                (AccountId::new("2"), agreed("d1", &["role"])),
            ]),
        };
        match observed([], &[scope], Catalog::current()).remove(0) {
            Record::Observed(seen) => (seen.equal, seen.apart),
            other => panic!("{other:?}"),
        }
    };
    let state = scope(vec![account("1", &[]), account("2", &[])]);
    let partial = kept(&Reading::Partial(state.clone(), Vec::new()));
    assert_eq!(partial, (BTreeMap::new(), Vec::new()));
    let (equal, apart) = kept(&Reading::Complete(state));
    assert_eq!((equal.len(), &equal["d1"][..]), (1, &["1".to_owned()][..]));
    let other = Apart {
        given: "d1".into(),
        differs: vec!["role".into()],
        accounts: vec!["2".into()],
    };
    assert_eq!(apart, [other]);
}
