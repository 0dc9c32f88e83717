//! What is known at a time: small journals, and what comes out of them.

mod matrix;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::past::seen_at;
use super::seen::{Held, Seen, Sight};
use super::subject::{Meant, Vocabulary};
use crate::catalog::Catalog;
use crate::journal::{
    Entry, GrantSeen, Intent, ItemValue, Match, Observed, Record, RightValue, Verb, Verdict,
    Verified,
};
use crate::model::explained::{Shown, Subject};
use crate::model::{
    AccountState, Days, Desired, Item, Items, One, PersonKey, PlaceId, RoleKey, SystemName, Value,
};

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
}

fn entry(hour: i64, record: Record) -> Entry {
    Entry {
        seq: 0,
        prev: String::new(),
        at: at(hour),
        run: 0,
        record,
    }
}

fn row(account: &str, state: &str, set: Option<&str>) -> GrantSeen {
    GrantSeen {
        account: account.into(),
        state: state.into(),
        role: Some("worker".into()),
        staff: None,
        set: set.map(str::to_owned),
    }
}

fn read(hour: i64, complete: bool, grants: Vec<GrantSeen>, gone: &[&str]) -> Entry {
    let on = |slug: &str| (slug.to_owned(), RightValue::Switch(true));
    let days = (
        "records_edit_last_days_count".to_owned(),
        RightValue::Number(3),
    );
    let rights = BTreeMap::from([on("records_access"), on("records_edit_access"), days]);
    entry(
        hour,
        Record::Observed(Observed {
            system: "salons".into(),
            place: "mall".into(),
            taken: at(hour),
            complete,
            accounts: 1,
            digest: String::new(),
            matched: vec![Match {
                account: "1".into(),
                person: Some("jana".into()),
            }],
            grants,
            gone: gone.iter().map(|it| (*it).to_owned()).collect(),
            sets: BTreeMap::from([("s".to_owned(), rights)]),
            equal: BTreeMap::new(),
            apart: Vec::new(),
        }),
    )
}

fn intent(hour: i64, step: &str, call: Verb, rights: &[(&str, RightValue)]) -> Entry {
    entry(
        hour,
        Record::Intent(Intent {
            ends: false,
            step: step.into(),
            does: "set-rights".into(),
            call,
            system: "salons".into(),
            place: "mall".into(),
            person: Some("jana".into()),
            account: Some("1".into()),
            reason: "drift".into(),
            way: None,
            from: None,
            batch: None,
            role: None,
            rights: rights
                .iter()
                .map(|(slug, value)| ((*slug).to_owned(), Some(value.clone())))
                .collect(),
            approval: None,
            present: Vec::new(),
        }),
    )
}

fn verified(hour: i64, step: &str, verdict: Verdict, absent: bool, differs: &[&str]) -> Entry {
    entry(
        hour,
        Record::Verified(Verified {
            step: step.into(),
            intent: None,
            system: "salons".into(),
            place: "mall".into(),
            person: Some("jana".into()),
            account: Some("1".into()),
            verdict,
            absent,
            digest: None,
            differs: differs.iter().map(|it| (*it).to_owned()).collect(),
            also_changed: Vec::new(),
            staff: None,
            set: None,
            sets: BTreeMap::new(),
        }),
    )
}

fn jana(seen: &Seen) -> Sight<'_> {
    seen.sight(
        &PersonKey::new("jana"),
        &SystemName::new("salons"),
        &PlaceId::parse("mall"),
    )
}

#[track_caller]
fn has(seen: &Seen) -> &Held {
    match jana(seen) {
        Sight::Has(held) => held[0],
        other => panic!("{other:?}"),
    }
}

fn value(seen: &Seen, slug: &str) -> Option<Shown> {
    let catalog = Catalog::current();
    has(seen).value(&Subject::Right(catalog.by_slug(slug).unwrap()), catalog)
}

fn yes(on: bool) -> Shown {
    Shown::Value(Value::Switch(on))
}

#[test]
fn what_was_seen_is_seen_until_something_else_is() {
    let catalog = Catalog::current();
    let entries = [
        read(1, true, vec![row("1", "active", Some("s"))], &[]),
        read(5, true, vec![], &[]),
        read(9, true, vec![], &["1"]),
    ];
    assert_eq!(jana(&seen_at(&entries, at(0), catalog)), Sight::Unknown);
    let seen = seen_at(&entries, at(4), catalog);
    assert_eq!(
        (has(&seen).at, has(&seen).state),
        (at(1), AccountState::Active)
    );
    assert_eq!(value(&seen, "records_edit_access"), Some(yes(true)));
    let days = Shown::Value(Value::Days(Days::Last(3)));
    assert_eq!(value(&seen, "records_edit_last_days_count"), Some(days));
    assert_eq!(value(&seen, "records_delete_access"), Some(yes(false)));
    // Whoever is not among the differences of a whole read was seen as before.
    assert_eq!(has(&seen_at(&entries, at(6), catalog)).at, at(5));
    assert_eq!(
        jana(&seen_at(&entries, at(9), catalog)),
        Sight::Absent(at(9))
    );
}

#[test]
fn a_read_that_is_not_whole_renews_nothing_and_proves_no_absence() {
    let catalog = Catalog::current();
    let entries = [
        read(1, false, vec![row("2", "active", None)], &[]),
        read(3, false, vec![row("1", "active", Some("s"))], &[]),
        read(5, false, vec![], &[]),
    ];
    assert_eq!(jana(&seen_at(&entries, at(2), catalog)), Sight::Unknown);
    assert_eq!(has(&seen_at(&entries, at(6), catalog)).at, at(3));
}

#[test]
fn a_write_counts_once_it_was_read_back() {
    let catalog = Catalog::current();
    let on = RightValue::Switch(true);
    let begin = read(1, true, vec![row("1", "active", Some("s"))], &[]);
    let asked = intent(2, "a", Verb::Write, &[("records_delete_access", on)]);
    let entries = [begin.clone(), asked.clone()];
    assert_eq!(
        value(&seen_at(&entries, at(3), catalog), "records_delete_access"),
        Some(yes(false))
    );
    let entries = [
        begin.clone(),
        asked.clone(),
        verified(3, "a", Verdict::AsPlanned, false, &[]),
    ];
    let seen = seen_at(&entries, at(3), catalog);
    assert_eq!(
        (has(&seen).at, value(&seen, "records_delete_access")),
        (at(3), Some(yes(true)))
    );
    assert_eq!(value(&seen, "records_edit_access"), Some(yes(true)));
    // What turned out otherwise is not known until the next read.
    let differs = verified(
        3,
        "a",
        Verdict::DidNotStick,
        false,
        &["records_delete_access"],
    );
    let entries = [begin.clone(), asked.clone(), differs];
    let seen = seen_at(&entries, at(3), catalog);
    assert_eq!(value(&seen, "records_delete_access"), None);
    assert_eq!(value(&seen, "records_edit_access"), Some(yes(true)));
    // What nobody could read back changes nothing.
    let lost = verified(3, "a", Verdict::NotReadable, false, &[]);
    let entries = [begin.clone(), asked, lost];
    assert_eq!(has(&seen_at(&entries, at(3), catalog)).at, at(1));
    let taken = intent(4, "b", Verb::Remove, &[]);
    let entries = [
        begin,
        taken,
        verified(5, "b", Verdict::AsPlanned, true, &[]),
    ];
    assert_eq!(
        jana(&seen_at(&entries, at(5), catalog)),
        Sight::Absent(at(5))
    );
}

#[test]
fn a_read_after_a_write_has_the_last_word() {
    let catalog = Catalog::current();
    let on = RightValue::Switch(true);
    let mut entries = vec![
        read(1, true, vec![row("1", "active", Some("s"))], &[]),
        intent(2, "a", Verb::Write, &[("records_delete_access", on)]),
        verified(3, "a", Verdict::AsPlanned, false, &[]),
    ];
    let seen = seen_at(&entries, at(9), catalog);
    assert_eq!(value(&seen, "records_delete_access"), Some(yes(true)));
    // No difference to the read before: somebody took it back by hand.
    entries.push(read(5, true, vec![], &[]));
    let seen = seen_at(&entries, at(9), catalog);
    assert_eq!(value(&seen, "records_delete_access"), Some(yes(false)));
    // The same for somebody who was removed and is there again.
    entries.push(intent(6, "b", Verb::Remove, &[]));
    entries.push(verified(7, "b", Verdict::AsPlanned, true, &[]));
    assert_eq!(
        jana(&seen_at(&entries, at(7), catalog)),
        Sight::Absent(at(7))
    );
    entries.push(read(8, true, vec![], &[]));
    assert_eq!(has(&seen_at(&entries, at(9), catalog)).at, at(8));
}

#[test]
fn an_invitation_that_was_read_back_is_an_invitation_with_its_rights() {
    let catalog = Catalog::current();
    let list = RightValue::List(vec![ItemValue::Name("Kase 1".into()), ItemValue::Id(7)]);
    let slug = "records_finances_limited_account_ids";
    let rights = [
        ("records_access", RightValue::Switch(true)),
        ("records_finances_access", RightValue::Switch(true)),
        (slug, list),
    ];
    let entries = [
        intent(1, "a", Verb::Invite, &rights),
        verified(2, "a", Verdict::AsPlanned, false, &[]),
    ];
    let seen = seen_at(&entries, at(2), catalog);
    assert_eq!(has(&seen).state, AccountState::Invited);
    assert!(!has(&seen).is_active());
    let items = Items::only([Item::Id(7), Item::Name("Kase 1".into())]);
    assert_eq!(value(&seen, slug), Some(Shown::Value(Value::Items(items))));
}

#[test]
fn below_a_right_that_is_off_nothing_is_held() {
    let catalog = Catalog::current();
    let off = RightValue::Switch(false);
    let entries = [
        read(1, true, vec![row("1", "active", Some("s"))], &[]),
        intent(2, "a", Verb::Write, &[("records_access", off)]),
        verified(3, "a", Verdict::AsPlanned, false, &[]),
    ];
    let seen = seen_at(&entries, at(3), catalog);
    assert_eq!(value(&seen, "records_edit_access"), Some(yes(false)));
}

#[test]
fn a_right_goes_by_slug_or_title_and_what_could_be_two_is_told() {
    let catalog = Catalog::current();
    let words = Vocabulary::of(&Desired::default(), [RoleKey::new("stylist")]);
    let right = |slug: &str| Subject::Right(catalog.by_slug(slug).unwrap());
    let one = |subject| Meant::Subjects(vec![subject]);
    let find = |text: &str| words.find(text, catalog);
    assert_eq!(
        find("records_delete_access"),
        one(right("records_delete_access"))
    );
    assert_eq!(
        find("Delete appointments"),
        one(right("records_delete_access"))
    );
    assert_eq!(find("role"), one(Subject::Role));
    // One name, two things: of a place and of a chain.
    let both = vec![
        right("clients_access"),
        Subject::Fact("clients_access".into()),
    ];
    assert_eq!(find("clients_access"), Meant::Subjects(both));
    assert!(matches!(find("appointments"), Meant::Several(slugs) if slugs.len() > 3));
    let near = Meant::Nothing(Some("records_delete_access".into()));
    assert_eq!(find("records_delete_acess"), near);
    assert_eq!(find("stylst"), Meant::Nothing(Some("stylist".into())));
    assert_eq!(find("zzzz zzzz"), Meant::Nothing(None));
}

#[test]
fn the_number_of_their_own_team_member_is_their_own() {
    let catalog = Catalog::current();
    let slug = "timetable_staff_id";
    let on = |slug: &str| (slug.to_owned(), RightValue::Switch(true));
    let own = |linked: Option<i64>| {
        let mut entry = read(
            1,
            true,
            vec![GrantSeen {
                staff: linked,
                ..row("1", "active", Some("s"))
            }],
            &[],
        );
        if let Record::Observed(seen) = &mut entry.record {
            let number = (slug.to_owned(), RightValue::Number(77));
            let set = BTreeMap::from([on("timetable_access"), number]);
            seen.sets.insert("s".into(), set);
        }
        value(&seen_at(&[entry], at(4), catalog), slug)
    };
    assert_eq!(own(Some(77)), Some(Shown::Value(Value::One(One::Myself))));
    let other = Some(Shown::Value(Value::One(One::Only(Item::Id(77)))));
    assert_eq!(own(Some(78)), other);
    assert_eq!(own(None), other);
}

#[test]
fn what_was_below_a_right_that_a_write_gives_is_not_what_it_was() {
    let catalog = Catalog::current();
    let (flag, list) = (
        "records_finances_accounts_limited_access",
        "records_finances_limited_account_ids",
    );
    let governor = "records_finances_access";
    let mut begin = read(1, true, vec![row("1", "active", Some("s"))], &[]);
    if let Record::Observed(seen) = &mut begin.record {
        // The vendor has a restriction of what they have not got.
        let set = seen.sets.get_mut("s").unwrap();
        set.insert(flag.into(), RightValue::Switch(true));
        set.insert(list.into(), RightValue::List(vec![ItemValue::Id(7)]));
    }
    let entries = [
        begin,
        intent(2, "a", Verb::Write, &[(governor, RightValue::Switch(true))]),
        verified(3, "a", Verdict::AsPlanned, false, &[]),
    ];
    let seen = seen_at(&entries, at(3), catalog);
    assert_eq!(value(&seen, governor), Some(yes(true)));
    assert_eq!(value(&seen, flag), Some(yes(false)));
    assert_ne!(
        value(&seen, list),
        Some(Shown::Value(Value::Items(Items::only([Item::Id(7)]))))
    );
}
