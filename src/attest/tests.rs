//! Laws of the file, and a table of what is not believed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::model::{AccountState, Attested, Facts, Memory, NotedAttestation, VendorRoleSlug};
use crate::text::{FileId, Origin};

fn system() -> SystemName {
    SystemName::new("desk")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-20T12:00:00Z")
}

fn said(person: &str, step: &str, when: &str, says: Says) -> Statement {
    Statement {
        system: system(),
        step: step.into(),
        does: "grant".into(),
        person: PersonKey::new(person),
        place: PlaceId::parse("riga"),
        account: None,
        at: at(when),
        by: "ilze".into(),
        says,
        note: None,
        withdrawn: None,
    }
}

fn has(state: AccountState, facts: &[(&str, &str)]) -> Says {
    Says::Has(HasNow {
        state,
        role: Some(VendorRoleSlug::new("manager")),
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect::<Facts>()
            .into(),
    })
}

fn reread(text: &str) -> Read {
    read(
        &system(),
        "attestations/desk.yaml",
        FileId(0),
        text.as_bytes().to_vec(),
    )
}

fn statements(read: &Read) -> Vec<Statement> {
    read.statements.iter().map(|(it, _)| it.clone()).collect()
}

fn judged(statements: &[Statement], memory: &Memory) -> Attested {
    let read = reread(&write(statements));
    assert_eq!(read.diagnostics, []);
    judge(
        &BTreeMap::from([(system(), read.statements)]),
        &BTreeMap::from([(system(), read.edited)]),
        memory,
        now(),
    )
}

fn noted(statement: &Statement) -> Memory {
    let note = NotedAttestation {
        digest: statement.digest(),
        step: statement.step.clone(),
        does: statement.does.clone(),
        place: statement.place.clone(),
        person: statement.person.clone(),
        withdrawn: statement.withdrawn.is_some(),
    };
    Memory {
        attested: BTreeMap::from([((system(), statement.id()), note)]),
        ..Memory::default()
    }
}

fn any_statement() -> impl Strategy<Value = Statement> {
    let text = "[a-zа-яēŗ0-9.: #'\"*&!|>-]{0,12}[a-zž]";
    let fact = prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just(String::new()),
        Just("riga: admin\nmall: view".to_owned()),
        text.prop_map(|text| text.trim().to_owned()),
    ];
    let says = prop_oneof![
        Just(Says::Nothing),
        Just(Says::Absent),
        (
            proptest::sample::select(AccountState::ALL),
            proptest::option::of("[a-z0-9]{1,6}"),
            proptest::collection::btree_map("[a-z_.]{1,8}", fact, 0..3),
        )
            .prop_map(|(state, role, facts)| Says::Has(HasNow {
                state,
                role: role.map(VendorRoleSlug::new),
                facts: facts
                    .into_iter()
                    .map(|(name, value)| (name.into(), value.into()))
                    .collect::<Facts>()
                    .into(),
            })),
    ];
    let place = prop_oneof![Just("*"), Just("chain"), Just("riga"), Just("true")];
    (
        ("[a-z]{1,5}", place, "[0-9a-f]{12}", 0_i64..2_000_000_000),
        (text, says, proptest::option::of(text)),
        proptest::option::of("[0-9]{1,6}"),
        proptest::option::of(0_i64..2_000_000_000),
    )
        .prop_map(
            |((person, place, step, second), (by, says, note), account, back)| {
                let instant = |second| Timestamp::from_second(second).unwrap();
                Statement {
                    system: system(),
                    step: step.into(),
                    does: "grant".into(),
                    person: PersonKey::new(person),
                    place: PlaceId::parse(place),
                    account: account.map(AccountId::new),
                    at: instant(second),
                    by: by.into(),
                    says,
                    note: note.map(|note| note.trim_end().into()),
                    withdrawn: back.map(|second| Withdrawn {
                        at: instant(second),
                        by: "ilze".into(),
                    }),
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_written_reads_back_and_is_written_the_same(
        all in proptest::collection::vec(any_statement(), 0..6),
    ) {
        let text = write(&all);
        let read = reread(&text);
        prop_assert_eq!(&read.diagnostics, &[]);
        prop_assert!(read.edited.is_empty());
        prop_assert_eq!(write(&statements(&read)), text.clone());
        let mut other = all.clone();
        other.reverse();
        prop_assert_eq!(write(&other), text);
        for it in &all {
            prop_assert!(statements(&read).contains(it), "{:?}", it);
        }
    }

    #[test]
    fn one_statement_more_changes_only_lines_of_its_own(
        all in proptest::collection::vec(any_statement(), 1..6),
        more in any_statement(),
    ) {
        let before = write(&all);
        let mut all = all;
        all.push(more);
        let after = write(&all);
        let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
        let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
        let tail = before.len() - same;
        prop_assert_eq!(&before[same..], &after[after.len() - tail..]);
    }

    #[test]
    fn one_byte_changed_is_a_problem_or_a_doubt_or_says_the_same(
        it in any_statement(),
        place in 0_usize..2_000,
        byte in proptest::num::u8::ANY,
    ) {
        let text = write(std::slice::from_ref(&it));
        let header = text.find("- person").unwrap();
        let mut bytes = text.into_bytes();
        let place = header + place % (bytes.len() - header);
        bytes[place] = byte;
        let read = read(&system(), "attestations/desk.yaml", FileId(0), bytes);
        let same = read.diagnostics.is_empty() && statements(&read) == [it];
        prop_assert!(same || !read.diagnostics.is_empty() || !read.edited.is_empty());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        drop(read(&system(), "attestations/desk.yaml", FileId(0), bytes));
    }
}

#[test]
fn the_file_is_one_that_people_can_read() {
    let mut it = said(
        "jana",
        "0123456789ab",
        "2026-11-20T09:30:00Z",
        has(
            AccountState::Invited,
            &[("own_bookings", "true"), ("sources", "Shop\nTelegram")],
        ),
    );
    it.note = Some("mail \"sent\" again".into());
    it.account = Some(AccountId::new("17"));
    let text = write(&[it]);
    let (_, body) = text.split_once("- person").unwrap();
    assert_eq!(
        body.rsplit_once("sum:").unwrap().0,
        ": jana\n  place: riga\n  step: 0123456789ab\n  does: grant\n  at: 2026-11-20T09:30:00Z\n  by: ilze\n  \
         state: invited\n  role: manager\n  facts:\n    own_bookings: true\n    sources:\n    - Shop\n    - Telegram\n  \
         account: '17'\n  note: mail \"sent\" again\n  "
    );
}

#[test]
fn faults_of_the_file_have_places() {
    use crate::diagnostic::Code;
    let good = write(&[said("jana", "aaaa", "2026-11-20T09:30:00Z", Says::Absent)]);
    for (from, to, code) in [
        ("by: ilze", "by: ilze\n  by: anna", Code::DuplicateKey),
        ("by: ilze", "by:", Code::NullValue),
        ("by: ilze", "by: [ilze]", Code::WrongType),
        ("by: ilze", "buy: ilze", Code::UnknownKey),
        ("  does: grant\n", "", Code::MissingKey),
        ("state: absent", "state: gone", Code::WrongValue),
        ("state: absent", "role: manager", Code::WrongValue),
        ("2026-11-20T09:30:00Z", "yesterday", Code::BadDate),
        ("- person", "person", Code::Syntax),
        ("by: ilze", "by: il\u{202e}ze", Code::HostileText),
    ] {
        let read = reread(&good.replace(from, to));
        let found: Vec<Code> = read.diagnostics.iter().map(|found| found.code).collect();
        assert!(found.contains(&code), "{to}: {found:?}");
        assert!(
            read.diagnostics
                .iter()
                .all(|found| !found.labels.is_empty())
        );
    }
}

#[test]
fn what_is_edited_altered_gone_or_of_tomorrow_is_not_believed() {
    let it = said("jana", "aaaa", "2026-11-20T09:30:00Z", Says::Absent);
    let fine = judged(std::slice::from_ref(&it), &noted(&it));
    assert_eq!(fine.doubts, []);
    assert_eq!(fine.systems[&system()].len(), 1);

    // Altered together with its sum, which only a program does.
    let mut altered = it.clone();
    altered.says = has(AccountState::Active, &[]);
    let found = judged(&[altered], &noted(&it));
    assert!(found.systems.is_empty());
    assert!(
        found.doubts[0].message.contains("says something else"),
        "{found:?}"
    );

    let found = judged(&[], &noted(&it));
    assert!(
        found.doubts[0].message.contains("step aaaa (grant, jana)"),
        "{found:?}"
    );
    assert!(found.doubts[0].message.contains("is gone"), "{found:?}");

    let mut late = it.clone();
    late.at = now() + SignedDuration::from_mins(5);
    assert_eq!(judged(&[late.clone()], &Memory::default()).doubts, []);
    late.at += SignedDuration::from_secs(1);
    let found = judged(&[late], &Memory::default());
    assert!(found.systems.is_empty());
    assert!(
        found.doubts[0].message.contains("has not come yet"),
        "{found:?}"
    );

    let text = write(std::slice::from_ref(&it)).replace("state: absent", "state: active");
    let edited = reread(&text).edited;
    let found = judge(
        &BTreeMap::new(),
        &BTreeMap::from([(system(), edited)]),
        &noted(&it),
        now(),
    );
    assert_eq!(found.doubts.len(), 1, "{found:?}");
    assert!(found.doubts[0].message.contains("sum does not fit"));
}

#[test]
fn one_that_was_taken_back_counts_for_nothing_and_stays_taken_back() {
    let it = said("jana", "aaaa", "2026-11-20T09:30:00Z", Says::Absent);
    let mut back = it.clone();
    back.withdrawn = Some(Withdrawn {
        at: now(),
        by: "ilze".into(),
    });
    assert_eq!(back.digest(), it.digest());
    assert_eq!(judged(&[back.clone()], &noted(&it)), Attested::default());
    // Gone after it was taken back: nothing is concluded either way.
    assert_eq!(judged(&[], &noted(&back)), Attested::default());
    let found = judged(&[it], &noted(&back));
    assert!(found.systems.is_empty());
    assert!(
        found.doubts[0].message.contains("had been taken back"),
        "{found:?}"
    );
}

#[test]
fn two_that_say_different_things_at_one_time_are_both_doubted() {
    let when = "2026-11-20T09:30:00Z";
    let one = said("jana", "aaaa", when, Says::Absent);
    let other = said("jana", "bbbb", when, has(AccountState::Active, &[]));
    let found = judged(&[one.clone(), other.clone()], &Memory::default());
    assert!(found.systems.is_empty());
    assert_eq!(found.doubts.len(), 2, "{found:?}");
    // What says nothing of the account, another place and another person contradict nothing.
    let tidied = said("jana", "cccc", when, Says::Nothing);
    let mut mall = other.clone();
    mall.place = PlaceId::parse("mall");
    let mut anna = other;
    anna.person = PersonKey::new("anna");
    let found = judged(&[one.clone(), one, tidied, mall, anna], &Memory::default());
    assert_eq!(found.doubts, []);
    assert_eq!(
        found.systems[&system()].len(),
        4,
        "an exact duplicate counts once"
    );
}

#[test]
fn a_duplicate_that_a_merge_brought_counts_once() {
    let it = said("jana", "aaaa", "2026-11-20T09:30:00Z", Says::Absent);
    let text = write(std::slice::from_ref(&it));
    let entry = &text[text.find("- person").unwrap()..];
    let read = reread(&format!("{text}{entry}"));
    assert_eq!(read.statements.len(), 2);
    let all: Vec<(Statement, Origin)> = read.statements;
    let found = judge(
        &BTreeMap::from([(system(), all)]),
        &BTreeMap::new(),
        &Memory::default(),
        now(),
    );
    assert_eq!(found.systems[&system()].len(), 1);
    assert_eq!(found.doubts, []);
}
