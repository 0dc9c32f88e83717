//! What a system says of lists, deadlines and roles with numbers.

use super::{load, place};
use crate::config::Loaded;
use crate::diagnostic::Code;

/// A system of Apenday's with some more keys.
#[track_caller]
fn system(keys: &str, expected: &[Code]) -> Loaded {
    let loaded = load(
        &format!("version: 1\nsystems:\n  office: {{ kind: apenday, {keys} }}\n"),
        "",
    );
    let found: Vec<Code> = loaded.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(found, expected, "{keys}: {:#?}", loaded.diagnostics);
    for found in &loaded.diagnostics {
        assert!(place(&loaded, found).starts_with("3:"), "{found:?}");
    }
    loaded
}

#[test]
fn a_snapshot_names_its_file_its_day_and_what_its_words_mean() {
    use Code::{BadDate, MissingKey, UnknownKey, WrongType, WrongValue};
    let loaded = system(
        "snapshot: { file: exports/office.csv, taken: 2026-11-20, max_age: 14d, columns: { email: Mail }, values: { role: { Adviser: conseiller } } }",
        &[],
    );
    let read = &loaded.project.settings.systems[0];
    let snapshot = read.snapshot.as_ref().unwrap();
    assert_eq!(&*snapshot.file.value, "exports/office.csv");
    assert_eq!(snapshot.format, crate::config::raw::ExportFormat::Csv);
    assert_eq!(snapshot.max_age.as_ref().unwrap().value, 14);
    assert_eq!(&*snapshot.columns[0].1.value, "Mail");
    assert_eq!(&*snapshot.values[0].1[0].1.value, "conseiller");
    system(
        "snapshot: { file: list.JSON, taken: 2026-11-20T09:00 }",
        &[],
    );
    system(
        "snapshot: { file: list, format: csv, taken: 2026-11-20 }",
        &[],
    );
    for (keys, code) in [
        ("3", WrongType),
        ("{ taken: 2026-11-20 }", MissingKey),
        ("{ file: a.csv }", MissingKey),
        ("{ file: a.list, taken: 2026-11-20 }", MissingKey),
        ("{ file: /etc/a.csv, taken: 2026-11-20 }", WrongValue),
        ("{ file: ../a.csv, taken: 2026-11-20 }", WrongValue),
        ("{ file: a.csv, taken: 2026-11-31 }", BadDate),
        (
            "{ file: a.csv, taken: 2026-11-20, format: xls }",
            WrongValue,
        ),
        (
            "{ file: a.csv, taken: 2026-11-20, max_age: 14 }",
            WrongValue,
        ),
        (
            "{ file: a.csv, taken: 2026-11-20, max_age: long }",
            WrongValue,
        ),
        (
            "{ file: a.csv, taken: 2026-11-20, columns: [a] }",
            WrongType,
        ),
        (
            "{ file: a.csv, taken: 2026-11-20, values: { role: x } }",
            WrongType,
        ),
        ("{ file: a.csv, taken: 2026-11-20, sheet: 1 }", UnknownKey),
    ] {
        system(&format!("snapshot: {keys}"), &[code]);
    }
}

#[test]
fn keycrm_is_read_and_takes_no_snapshot() {
    let loaded = load(
        "version: 1\nsystems:\n  crm: { kind: keycrm, tokens: { key: { env: K } }, snapshot: { file: a.csv, taken: 2026-11-20 } }\n",
        "",
    );
    let found: Vec<Code> = loaded.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(found, [Code::NotInForce]);
}

#[test]
fn due_and_recheck_are_days() {
    use Code::WrongValue;
    let read = system("due: 2d, recheck: 90d", &[]);
    let read = &read.project.settings.systems[0];
    assert_eq!(read.due.as_ref().unwrap().value, 2);
    assert_eq!(read.recheck.as_ref().unwrap().value, Some(90));
    let never = system("recheck: none", &[]);
    let never = never.project.settings.systems[0].recheck.as_ref();
    assert_eq!(never.unwrap().value, None);
    system("due: none", &[WrongValue]);
    system("due: 2", &[WrongValue]);
    system("due: 2h", &[WrongValue]);
    system("recheck: never", &[WrongValue]);
    system("recheck: 9", &[WrongValue]);
}

#[test]
fn a_role_without_a_number_is_one_that_is_not_made_yet() {
    let with = |roles: &str| {
        load(
            &format!(
                "version: 1\nsystems:\n  crm: {{ kind: keycrm, tokens: {{ key: {{ env: K }} }}, roles: {roles} }}\n"
            ),
            "",
        )
    };
    let loaded = with("[ { name: admin, id: 1 }, { name: courier } ]");
    assert_eq!(loaded.diagnostics, []);
    let roles = &loaded.project.settings.systems[0].roles;
    assert_eq!(roles[0].id.as_ref().map(|id| id.value), Some(1));
    assert!(roles[1].id.is_none());
    for (roles, code) in [
        ("[ { id: 1 } ]", Code::MissingKey),
        ("[ { name: a, id: one } ]", Code::WrongType),
        ("[ { name: a }, { name: a } ]", Code::WrongValue),
        (
            "[ { name: a, id: 1 }, { name: b, id: 1 } ]",
            Code::WrongValue,
        ),
    ] {
        let found: Vec<Code> = with(roles).diagnostics.iter().map(|it| it.code).collect();
        assert_eq!(found, [code], "{roles}");
    }
}
