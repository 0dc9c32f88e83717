//! Spreadsheets as people save them, row by row.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::{AccountId, AccountState};
use crate::text::FileId;

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn settings(kind: Kind) -> Settings {
    let place = |key: &str, id: &str, title: &str| (LocationKey::new(key), id.into(), title.into());
    Settings {
        kind,
        file: "exports/list.csv".into(),
        span: Span::top_of(FileId(0)),
        taken: now() - SignedDuration::from_hours(24),
        format: ExportFormat::Csv,
        max_age: SignedDuration::from_hours(30 * 24),
        columns: BTreeMap::new(),
        values: BTreeMap::new(),
        places: vec![
            place("center", "b-1", "Rīga Centrs"),
            place("mall", "b-2", "Салон на Садовой"),
        ],
    }
}

fn mapping(pairs: &[(&str, &str)]) -> BTreeMap<Arc<str>, Arc<str>> {
    pairs
        .iter()
        .map(|(one, other)| ((*one).into(), (*other).into()))
        .collect()
}

/// The id of a row that has none, by what names it.
fn unnumbered(named: &str) -> AccountId {
    let digest = crate::canonical::sha256_hex(named.as_bytes());
    AccountId::new(format!("export:{}", &digest[..12]))
}

const GOOD: &str =
    "Email,Last name,First name,Status,Agency,Team\nanna@c.example,Ozola,Anna,active,mall,Nord\n";

/// The one account of a list of Apenday's.
#[track_caller]
fn anna(bytes: &[u8]) -> crate::model::Account {
    let (scopes, found) = read(bytes, &settings(Kind::Apenday), now());
    assert_eq!(found, []);
    let scope = scopes[&PlaceId::Whole].complete().expect("complete");
    assert_eq!(scope.accounts.len(), 1, "{scope:?}");
    scope.accounts[&unnumbered("anna@c.example")].clone()
}

#[test]
fn every_way_to_save_a_spreadsheet_is_the_same_list() {
    let expected = anna(GOOD.as_bytes());
    assert_eq!(&*expected.name, "Anna Ozola");
    assert_eq!(expected.state, AccountState::Active);
    assert_eq!(expected.facts.as_ref().unwrap()["agencies"], "mall".into());
    assert_eq!(expected.facts.as_ref().unwrap()["team"], "Nord".into());
    let utf16 = |big: bool| -> Vec<u8> {
        let units = std::iter::once('\u{feff}').chain(GOOD.chars());
        let units = units.map(|c| u16::try_from(u32::from(c)).unwrap());
        units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect()
    };
    for (what, bytes) in [
        ("a byte-order mark", format!("\u{feff}{GOOD}").into_bytes()),
        ("semicolons", GOOD.replace(',', ";").into_bytes()),
        ("tabs", GOOD.replace(',', "\t").into_bytes()),
        ("Windows line ends", GOOD.replace('\n', "\r\n").into_bytes()),
        (
            "quotes",
            format!(
                "\"{}\"\n",
                GOOD.trim().replace(',', "\",\"").replace('\n', "\"\n\"")
            )
            .into_bytes(),
        ),
        (
            "empty lines",
            format!("\n\n{}\n,,,,,\n\n", GOOD.replace('\n', "\n\n")).into_bytes(),
        ),
        (
            "a line that names the delimiter",
            format!("sep=;\r\n{}", GOOD.replace(',', ";")).into_bytes(),
        ),
        ("no line end", GOOD.trim_end().as_bytes().to_vec()),
        ("UTF-16, little", utf16(false)),
        ("UTF-16, big", utf16(true)),
        ("spaces", GOOD.replace(',', " , ").into_bytes()),
    ] {
        assert_eq!(anna(&bytes), expected, "{what}");
    }
}

#[test]
fn a_list_of_nobody_tells_nothing() {
    for (format, text) in [
        (ExportFormat::Csv, "Email,Status\r\n"),
        (ExportFormat::Csv, "\u{feff}Email;Status\n;\n\n"),
        (ExportFormat::Json, "[]"),
    ] {
        let mut settings = settings(Kind::Apenday);
        settings.format = format;
        let (scopes, found) = read(text.as_bytes(), &settings, now());
        assert!(
            matches!(scopes[&PlaceId::Whole], Reading::Unreadable(_)),
            "{text}: {scopes:?}"
        );
        assert!(found[0].message.contains("nobody"), "{found:?}");
    }
}

#[test]
fn cyrillic_in_any_encoding() {
    let text = "Почта;Имя;Статус;Филиал;own_bookings\r\nanna@c.example;Анна;активен;Салон на Садовой;да\r\n";
    let (windows, _, _) = encoding_rs::WINDOWS_1251.encode(text);
    for bytes in [text.as_bytes(), &windows] {
        let (scopes, found) = read(bytes, &settings(Kind::Reservio), now());
        assert_eq!(found, []);
        assert_eq!(
            scopes.len(),
            1,
            "of places nobody is named at, nothing is said"
        );
        let scope = scopes[&PlaceId::At(LocationKey::new("mall"))]
            .complete()
            .unwrap();
        let anna = &scope.accounts[&unnumbered("anna@c.example")];
        assert_eq!(&*anna.name, "Анна");
        assert_eq!(anna.facts.as_ref().unwrap()["own_bookings"], "true".into());
    }
}

#[test]
fn formulas_are_text_and_phones_keep_their_plus() {
    let list = "id,name,phone,state,team\n7,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",'+371 20000001,active,@Nord\n";
    let (scopes, found) = read(list.as_bytes(), &settings(Kind::Apenday), now());
    assert_eq!(found, []);
    let seven = &scopes[&PlaceId::Whole].complete().unwrap().accounts[&AccountId::new("7")];
    assert_eq!(&*seven.name, "=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(seven.phone.as_ref().unwrap().as_str(), "+37120000001");
    assert_eq!(seven.facts.as_ref().unwrap()["team"], "@Nord".into());
}

#[test]
fn what_is_not_understood_makes_the_scope_partial_and_names_its_line() {
    for (list, line, code) in [
        ("id,state\n1,active\n2\n", 3, Code::WrongValue),
        ("id,state\n1,active,more\n", 2, Code::WrongValue),
        ("id,state\n\n1,active\n1,blocked\n", 4, Code::DuplicateKey),
        ("id,state\n1,on leave\n", 2, Code::WrongValue),
        ("id,state\n1,\n", 2, Code::MissingKey),
        ("id,state,role\n1,active,Chef\n", 2, Code::WrongValue),
        (
            "id,state,places\n1,active,Jurmala\n",
            2,
            Code::UnknownLocation,
        ),
        ("id,state,email\n1,active,anna\n", 2, Code::BadEmail),
        ("id,state\n,active\n", 2, Code::MissingKey),
        (
            "id,state,notifications.sms\n1,active,perhaps\n",
            2,
            Code::WrongValue,
        ),
        ("id,state\n\"1,active\n2,active\n", 2, Code::WrongValue),
    ] {
        let mut settings = settings(Kind::Apenday);
        settings.values = BTreeMap::from([("role".into(), mapping(&[("Conseiller", "adviser")]))]);
        let (scopes, found) = read(list.as_bytes(), &settings, now());
        assert!(
            matches!(scopes[&PlaceId::Whole], Reading::Partial(..)),
            "{list}"
        );
        assert_eq!(found[0].code, code, "{list}: {found:?}");
        assert!(!found[0].is_error());
        assert!(
            found[0].message.contains(&format!("line {line}")),
            "{list}: {found:?}"
        );
    }
}

#[test]
fn columns_and_values_are_mapped() {
    let list = "Work mail;Level;Active?\nanna@c.example;CONSEILLER;oui\n";
    let mut settings = settings(Kind::Apenday);
    settings.columns = mapping(&[
        ("email", "work mail"),
        ("role", "Level"),
        ("state", "Active?"),
    ]);
    settings.values = BTreeMap::from([
        ("role".into(), mapping(&[("Conseiller", "adviser")])),
        ("state".into(), mapping(&[("oui", "active")])),
    ]);
    let (scopes, found) = read(list.as_bytes(), &settings, now());
    assert_eq!(found, []);
    let scope = scopes[&PlaceId::Whole].complete().unwrap();
    let anna = &scope.accounts[&unnumbered("anna@c.example")];
    assert_eq!(anna.role.as_ref().unwrap().as_str(), "adviser");
    assert_eq!(scope.export.as_ref().unwrap().taken, settings.taken);

    settings.columns = mapping(&[("email", "Mail at work"), ("colour", "Level")]);
    let (scopes, found) = read(list.as_bytes(), &settings, now());
    assert!(scopes[&PlaceId::Whole].complete().is_none());
    let unknown = found.iter().filter(|found| found.code == Code::UnknownKey);
    assert_eq!(unknown.count(), 2, "{found:?}");
}

#[test]
fn a_profile_that_cannot_sign_in_is_no_account() {
    let list = "name,places,own bookings,state\nAnna,mall,yes,active\nRoom 1,mall,no,\n";
    let (scopes, found) = read(list.as_bytes(), &settings(Kind::Reservio), now());
    assert_eq!(found, []);
    let scope = scopes[&PlaceId::At(LocationKey::new("mall"))]
        .complete()
        .unwrap();
    assert!(scope.accounts.keys().eq([&unnumbered("anna")]), "{scope:?}");
}

#[test]
fn a_row_without_an_id_is_known_by_a_digest_and_not_by_a_contact() {
    let ids = |list: &str| -> Vec<AccountId> {
        let (scopes, found) = read(list.as_bytes(), &settings(Kind::Apenday), now());
        assert_eq!(found, [], "{list}");
        let scope = scopes[&PlaceId::Whole].complete().unwrap();
        scope.accounts.keys().cloned().collect()
    };
    let anna = ids("email,state\nanna@c.example,active\n");
    let [id] = anna.as_slice() else {
        panic!("{anna:?}")
    };
    let digits = id.as_str().strip_prefix("export:").expect("no vendor's id");
    assert_eq!(digits.len(), 12);
    assert!(digits.bytes().all(|b| b.is_ascii_hexdigit()), "{digits}");
    assert_eq!(ids("email,state\n Anna@C.Example ,active\n"), anna);
    assert_ne!(ids("email,state\nzane@c.example,active\n"), anna);
}

/// What is told of a list whose state is in doubt; its one account is not in the scope.
#[track_caller]
fn in_doubt(list: &str, settings: &Settings) -> Vec<Diagnostic> {
    let (scopes, found) = read(list.as_bytes(), settings, now());
    for reading in scopes.values() {
        let Reading::Partial(scope, gaps) = reading else {
            panic!("{list}: {reading:?}")
        };
        assert!(scope.accounts.is_empty(), "{list}: {scope:?}");
        assert_eq!(gaps.len(), found.len());
    }
    assert!(!scopes.is_empty());
    found
}

#[test]
fn a_state_that_is_not_understood_leaves_its_account_unknown() {
    let plain = settings(Kind::Apenday);
    let found = in_doubt("id,state\n1,on leave\n", &plain);
    assert!(found[0].message.contains("line 2"), "{found:?}");
    assert!(found[0].message.contains("`on leave`"), "{found:?}");
    let help = found[0].help.as_deref().unwrap();
    for word in ["`invited`", "`blocked`", "`actif`"] {
        assert!(help.contains(word), "{help}");
    }
    // Where the settings map the column, theirs are the words.
    let mut mapped = settings(Kind::Apenday);
    mapped.values = BTreeMap::from([("state".into(), mapping(&[("oui", "active")]))]);
    let found = in_doubt("id,state\n1,non\n", &mapped);
    let help = found[0].help.as_deref().unwrap();
    assert!(
        help.contains("`oui`") && !help.contains("`actif`"),
        "{help}"
    );
    in_doubt("id,state\n1,\n", &plain);
    // The others of the list stand, and prove nobody absent.
    let list = "id,state\n1,on leave\n2,blocked\n";
    let (scopes, _) = read(list.as_bytes(), &plain, now());
    let Reading::Partial(scope, _) = &scopes[&PlaceId::Whole] else {
        panic!("{scopes:?}")
    };
    assert!(scope.accounts.keys().eq([&AccountId::new("2")]));
}

#[test]
fn a_list_without_states_tells_of_nobody_but_where_there_are_none() {
    let list = "id,email\n1,anna@c.example\n2,zane@c.example\n";
    let found = in_doubt(list, &settings(Kind::Apenday));
    assert_eq!(
        found.len(),
        1,
        "once for the list, not for each row: {found:?}"
    );
    assert_eq!(found[0].code, Code::MissingKey);
    // An invitation that waits has its ticks, too.
    let ticks = "name,places,own bookings\nAnna,mall,yes\n";
    in_doubt(ticks, &settings(Kind::Reservio));
    // Of somebody who cannot sign in, no state is asked.
    let rooms = "name,places,own bookings\nRoom 1,mall,no\n";
    let (scopes, found) = read(rooms.as_bytes(), &settings(Kind::Reservio), now());
    assert_eq!(found, []);
    assert!(scopes.values().all(|scope| scope.complete().is_some()));
    // A chain has no states: whoever is in its list is in.
    let (scopes, found) = read(list.as_bytes(), &settings(Kind::Altegio), now());
    assert_eq!(found, []);
    let chain = scopes[&PlaceId::Chain].complete().unwrap();
    assert!(
        chain
            .accounts
            .values()
            .all(|it| it.state == AccountState::Active)
    );
}

#[test]
fn json_has_the_same_names() {
    let mut settings = settings(Kind::Reservio);
    settings.format = ExportFormat::Json;
    let list = br#"[{"email": "anna@c.example", "name": "Anna", "places": ["center", "b-2"], "state": "active", "own_bookings": true, "client_list": false}]"#;
    let (scopes, found) = read(list, &settings, now());
    assert_eq!(found, []);
    assert_eq!(scopes.len(), 2);
    for wrong in ["{}", "[1]", "[", "[{\"email\": {}}]"] {
        let (scopes, found) = read(wrong.as_bytes(), &settings, now());
        assert!(
            scopes.values().all(|scope| scope.complete().is_none()),
            "{wrong}"
        );
        assert_eq!(found.len(), 1, "{wrong}");
    }
}

#[test]
fn too_old_is_not_known_and_tomorrow_is_a_slip() {
    let mut settings = settings(Kind::Altegio);
    settings.taken = now() - settings.max_age;
    let list = b"id,name\n1,Anna\n";
    assert!(
        read(list, &settings, now()).0[&PlaceId::Chain]
            .complete()
            .is_some()
    );
    settings.taken -= SignedDuration::from_secs(1);
    let (scopes, found) = read(list, &settings, now());
    assert_eq!(found, []);
    assert!(matches!(
        scopes[&PlaceId::Chain],
        Reading::Unreadable(ReadFailure::TooOld { .. })
    ));
    settings.taken = now() + SignedDuration::from_hours(24);
    let (scopes, found) = read(list, &settings, now());
    assert!(matches!(scopes[&PlaceId::Chain], Reading::Unreadable(_)));
    assert_eq!(found.len(), 1);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        for kind in [Kind::Altegio, Kind::Reservio, Kind::Apenday] {
            let mut settings = settings(kind);
            drop(read(&bytes, &settings, now()));
            settings.format = ExportFormat::Json;
            drop(read(&bytes, &settings, now()));
        }
    }
}
