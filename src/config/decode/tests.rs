//! Every shape error of the language with its place, and the design's own YAML.

mod systems;

use crate::config::raw::{Access, BlockBody, RawValue, SelectorBody, StaffPin, When};
use crate::config::{LoadOptions, Loaded, load_texts};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::SourceFile;

const SETTINGS: &str = "version: 1
systems: { salons: { kind: altegio }, orders: { kind: keycrm }, desk: { kind: reservio }, agency: { kind: apenday } }
";

fn load(settings: &str, entries: &str) -> Loaded {
    load_texts(
        &[("keyholder.yaml", settings), ("people.yaml", entries)],
        &LoadOptions::default(),
    )
}

/// `line:column text` of the first label.
fn place(loaded: &Loaded, found: &Diagnostic) -> String {
    let Some(label) = found.labels.first() else {
        return String::new();
    };
    let origin = loaded.sources.origin(label.span);
    let text = loaded.sources.text(label.span);
    format!("{}:{} {text}", origin.line, origin.column)
}

#[track_caller]
fn expect(loaded: &Loaded, expected: &[(Code, &str)]) {
    let found: Vec<(Code, String)> = loaded
        .diagnostics
        .iter()
        .map(|found| (found.code, place(loaded, found)))
        .collect();
    let expected: Vec<(Code, String)> = expected
        .iter()
        .map(|(code, place)| (*code, (*place).to_owned()))
        .collect();
    assert_eq!(found, expected, "{:#?}", loaded.diagnostics);
}

#[track_caller]
fn entries(text: &str, expected: &[(Code, &str)]) -> Loaded {
    let loaded = load(SETTINGS, text);
    expect(&loaded, expected);
    loaded
}

#[track_caller]
fn settings(text: &str, expected: &[(Code, &str)]) -> Loaded {
    let loaded = load(text, "");
    expect(&loaded, expected);
    loaded
}

/// A person's keys after `name`, or an assignment's after `role`.
#[track_caller]
fn person(keys: &str, expected: &[(Code, &str)]) -> Loaded {
    entries(
        &format!("people:\n  jana: {{ name: Jana, {keys} }}\n"),
        expected,
    )
}

#[track_caller]
fn line(keys: &str, expected: &[(Code, &str)]) -> Loaded {
    entries(
        &format!(
            "people:\n  jana:\n    name: Jana\n    access:\n    - {{ role: floor, {keys} }}\n"
        ),
        expected,
    )
}

#[track_caller]
fn right(value: &str, expected: &[(Code, &str)]) -> Loaded {
    entries(
        &format!("roles:\n  floor:\n    salons:\n      rights:\n        x: {value}\n"),
        expected,
    )
}

#[test]
fn the_design_decodes_without_a_fault_of_ours() {
    let loaded = load_texts(
        &[
            ("keyholder.yaml", include_str!("../fixture/keyholder.yaml")),
            ("people.yaml", include_str!("../fixture/entries.yaml")),
        ],
        &LoadOptions::default(),
    );
    // The page forgot to quote a text with a comma.
    expect(
        &loaded,
        &[
            (Code::UnusedFence, "36:14 \"people/riga/**\""),
            (Code::UnknownKey, "44:100 HR-77"),
        ],
    );
    let entries = &loaded.project.entries;
    assert_eq!(loaded.project.settings.systems.len(), 2);
    assert_eq!(loaded.project.settings.fences.len(), 1);
    assert_eq!(entries.roles.len(), 2);
    assert_eq!(entries.policies.len(), 4);
    assert_eq!(entries.approvals.len(), 1);
    let keys: Vec<&str> = entries
        .people
        .iter()
        .map(|person| &*person.key.value)
        .collect();
    assert_eq!(keys, ["desk.mall", "jana.berzina", "karlis.ozols"]);
    let jana = &entries.people[1];
    let Some(Access::Lines(lines)) = jana.access.as_ref().map(|access| &access.value) else {
        panic!("no lines");
    };
    assert_eq!(lines.len(), 3);
    assert!(matches!(
        lines[1].at.as_ref().map(|at| &at.body),
        Some(SelectorBody::Tags {
            all: false,
            except: Some(_),
            ..
        })
    ));
    assert_eq!(lines[2].chain.as_ref().unwrap().value.as_ref(), "salons");
    let pin = &jana.accounts[0].1;
    assert_eq!(pin.ids[0].value.as_ref(), "8812");
    assert_eq!(pin.staff[0].1.value, StaffPin::Name("Jana B.".into()));
}

#[test]
fn files_and_sections() {
    use Code::{MisplacedKey, NullValue, UnknownKey, WrongType};
    entries("", &[]);
    entries("# only a comment\n", &[]);
    entries("\u{feff}people: {}\r\n", &[]);
    entries("peeple: {}\n", &[(UnknownKey, "1:1 peeple")]);
    entries("people: 3\n", &[(WrongType, "1:9 3")]);
    entries("people:\n", &[(NullValue, "1:1 people")]);
    entries("people: ~\n", &[(NullValue, "1:1 people")]);
    entries("- a\n", &[(WrongType, "1:1 - a")]);
    entries("systems: {}\n", &[(MisplacedKey, "1:1 systems")]);
    settings("version: 1\nroles: {}\n", &[(MisplacedKey, "2:1 roles")]);
    settings(
        "version: 1\ncontacts: { jana: { email: a@b.example } }\n",
        &[(MisplacedKey, "2:13 jana")],
    );
}

#[test]
fn settings_shapes() {
    use Code::*;
    settings("", &[(MissingKey, "1:1 ")]);
    settings("time_zone: UTC\n", &[(MissingKey, "1:1 time_zone: UTC")]);
    settings("version: 2\n", &[(Version, "1:10 2")]);
    settings("version: '1'\n", &[(Version, "1:10 '1'")]);
    settings(
        "version: 1\ntime_zone: Riga\n",
        &[(UnknownZone, "2:12 Riga")],
    );
    settings(
        "version: 1\nquiet: \"20:00-09:00\"\ninvitations: { stale_after: 7d, then: withdraw }\n",
        &[],
    );
    settings(
        "version: 1\nquiet: \"20:00-24:00\"\n",
        &[(WrongValue, "2:8 \"20:00-24:00\"")],
    );
    settings(
        "version: 1\nquiet: \"20:00-20:00\"\n",
        &[(WrongValue, "2:8 \"20:00-20:00\"")],
    );
    settings(
        "version: 1\nlimits: { removals: { count: 11, share: none }, shrink: none, messages: { share: 5% } }\n",
        &[],
    );
    settings(
        "version: 1\nlimits: { removals: { count: -1 } }\n",
        &[(WrongValue, "2:30 -1")],
    );
    settings(
        "version: 1\nlimits: { inferred: { share: 5 } }\n",
        &[(WrongValue, "2:30 5")],
    );
    settings(
        "version: 1\nlimits: { inferred: { share: 101% } }\n",
        &[(WrongValue, "2:30 101%")],
    );
    settings(
        "version: 1\nlimits: { removals: { cuont: 10 } }\n",
        &[(UnknownKey, "2:23 cuont")],
    );
    settings("version: 1\nlimits: none\n", &[(WrongType, "2:9 none")]);
    settings(
        "version: 1\ndrift: { widened: hold, reduced: give }\n",
        &[(WrongValue, "2:34 give")],
    );
    settings(
        "version: 1\ninvitations: { then: repeat }\n",
        &[(WrongValue, "2:22 repeat")],
    );
    settings(
        "version: 1\nsecond_person: perhaps\n",
        &[(WrongType, "2:16 perhaps")],
    );
    settings("version: 1\nstate: { branch: ops/keyholder-state }\n", &[]);
    settings(
        "version: 1\nstate: { branch: b, dir: .keyholder }\n",
        &[(WrongValue, "2:18 b")],
    );
    for name in [
        "--force",
        "a..b",
        "a/",
        ".a",
        "a.lock",
        "HEAD",
        "refs/heads/a",
        "a~1",
        "+a",
        "a:b",
    ] {
        settings(
            &format!("version: 1\nstate: {{ branch: \"{name}\" }}\n"),
            &[(WrongValue, &format!("2:18 \"{name}\""))],
        );
    }
    settings(
        "version: 1\nstate: { dir: .keyholder }\nsecond_person: true\nquiet: none\n",
        &[],
    );
    settings(
        "version: 1\nsystems: { a: { kind: altego } }\n",
        &[(WrongValue, "2:23 altego")],
    );
    settings(
        "version: 1\nsystems: { a: { knid: altegio } }\n",
        &[(UnknownKey, "2:17 knid")],
    );
    settings(
        "version: 1\nsystems: { a: {} }\n",
        &[(MissingKey, "2:15 {}")],
    );
    settings(
        "version: 1\nsystems: { role: { kind: altegio } }\n",
        &[(ReservedName, "2:12 role")],
    );
    settings(
        "version: 1\nsystems: { keycrm: { kind: altegio } }\n",
        &[(ReservedName, "2:12 keycrm")],
    );
    settings("version: 1\nsystems: { altegio: { kind: altegio } }\n", &[]);
    settings(
        "version: 1\nsystems: { a: { kind: altegio, strangers: remove } }\n",
        &[],
    );
    settings(
        "version: 1\nsystems: { a: { kind: apenday, strangers: remove } }\n",
        &[(NotInForce, "2:43 remove")],
    );
    settings(
        "version: 1\nsystems: { a: { kind: altegio, invite_by: [] } }\n",
        &[(EmptyList, "2:43 []")],
    );
    settings(
        "version: 1\nsystems: { a: { kind: altegio, assume: { x: maybe } } }\n",
        &[(WrongType, "2:45 maybe")],
    );
    settings(
        "version: 1\nsystems: { a: { kind: altegio, tokens: { usr: { env: X } } } }\n",
        &[(UnknownKey, "2:42 usr")],
    );
    settings(
        "version: 1\nsystems:\n  a: { kind: altegio }\n  a: { kind: altegio }\n",
        &[(DuplicateKey, "4:3 a")],
    );
    settings("version: 1\nfiles: []\n", &[(EmptyList, "2:8 []")]);
    settings(
        "version: 1\nfiles: [../other]\n",
        &[(WrongValue, "2:9 ../other")],
    );
    settings("version: 1\nfiles: [team]\n", &[(Unreadable, "2:9 team")]);
}

#[test]
fn addresses() {
    let url = |url: &str, code: Option<Code>| {
        let text = format!("version: 1\nsystems: {{ a: {{ kind: altegio, url: \"{url}\" }} }}\n");
        let found: Vec<Code> = load(&text, "")
            .diagnostics
            .iter()
            .map(|found| found.code)
            .collect();
        assert_eq!(found, code.into_iter().collect::<Vec<_>>(), "{url}");
    };
    url("https://api.alteg.io/api/v1", None);
    url("https://API.alteg.io", None);
    url("http://127.0.0.1:4010/api/v1", None);
    url("http://[::1]:4010", None);
    url("http://localhost:4010", None);
    url("http://api.alteg.io/api/v1", Some(Code::PlainHttp));
    url("http://localhost.example", Some(Code::PlainHttp));
    url("https://api.alteg.io.example", Some(Code::ForeignHost));
    url("https://api.yclients.com/api/v1", Some(Code::ForeignHost));
    url("https://user:pass@api.alteg.io", Some(Code::BadUrl));
    url("api.alteg.io", Some(Code::BadUrl));
    let allowed = LoadOptions {
        allow_hosts: vec!["proxy.example".to_owned()],
        ..LoadOptions::default()
    };
    let text = "version: 1\nsystems: { a: { kind: altegio, url: \"https://proxy.example/x\" } }\n";
    assert!(
        load_texts(&[("keyholder.yaml", text)], &allowed)
            .diagnostics
            .is_empty()
    );
}

#[test]
fn no_secret_survives_in_what_is_kept() {
    const SECRET: &str = "s3cr3tS3cr3t";
    for (tokens, code) in [
        ("partner: s3cr3tS3cr3t", Code::LiteralToken),
        ("partner: \"s3cr3tS3cr3t\"", Code::LiteralToken),
        ("partner: [s3cr3tS3cr3t]", Code::LiteralToken),
        ("partner: { value: s3cr3tS3cr3t }", Code::LiteralToken),
        ("partner: { env: s3cr3tS3cr3t-x }", Code::LiteralToken),
        ("partner: { env: [s3cr3tS3cr3t] }", Code::WrongType),
        ("partner: { env: X, value: s3cr3tS3cr3t }", Code::WrongValue),
        ("\"partner\": s3cr3tS3cr3t, usr: ]", Code::Syntax),
        ("partner:   s3cr3tS3cr3t, user: ]", Code::Syntax),
    ] {
        let text =
            format!("version: 1\nsystems: {{ a: {{ kind: altegio, tokens: {{ {tokens} }} }} }}\n");
        let loaded = load(&text, "");
        assert!(
            loaded.diagnostics.iter().any(|found| found.code == code),
            "{tokens}"
        );
        let kept = format!("{loaded:?}");
        assert!(!kept.contains(SECRET), "{tokens}");
        assert!(
            loaded
                .sources
                .iter()
                .all(|(_, file)| !file.text().contains(SECRET))
        );
    }
}

#[test]
fn keys_and_texts() {
    use Code::*;
    entries(
        "people:\n  a/b: { name: A, access: [] }\n",
        &[(BadKey, "2:3 a/b")],
    );
    entries(
        "people:\n  .a: { name: A, access: [] }\n",
        &[(BadKey, "2:3 .a")],
    );
    entries(
        "people:\n  a..b: { name: A, access: [] }\n",
        &[(BadKey, "2:3 a..b")],
    );
    entries(
        "people:\n  jāna.bērziņa-2_x: { name: A, access: [] }\n",
        &[],
    );
    entries("people:\n  всё: { name: A, access: [] }\n", &[]);
    entries("people:\n  123: { name: A, access: [] }\n", &[]);
    entries(
        "people:\n  all: { name: A, access: [] }\n",
        &[(ReservedName, "2:3 all")],
    );
    entries("locations:\n  chain: {}\n", &[(ReservedName, "2:3 chain")]);
    entries(
        "locations:\n  a: { tags: { except: x } }\n",
        &[(ReservedName, "2:16 except")],
    );
    entries(
        "people:\n  \"a\\u202eb\": { name: A, access: [] }\n",
        &[(HostileText, "2:3 \"a\\u202eb\"")],
    );
    person(
        "class: \"a\\u0007b\", access: []",
        &[(HostileText, "2:30 \"a\\u0007b\"")],
    );
    person(
        "class: \"a\\nb\", access: []",
        &[(HostileText, "2:30 \"a\\nb\"")],
    );
    person("class: yes, access: []", &[]);
    person("class: true, access: []", &[(WrongType, "2:30 true")]);
    person("class: ' ', access: []", &[(WrongValue, "2:30 ' '")]);
    // Decomposed and composed are one key.
    entries(
        "people:\n  jo\u{308}rg: { name: A, access: [] }\n  j\u{f6}rg: { name: A, access: [] }\n",
        &[(DuplicateEntry, "3:3 j\u{f6}rg")],
    );
}

#[test]
fn twice() {
    use Code::{DuplicateEntry, DuplicateKey};
    person(
        "email: a@b.example, email: c@d.example, access: []",
        &[(DuplicateKey, "2:43 email")],
    );
    entries("people: {}\npeople: {}\n", &[(DuplicateKey, "2:1 people")]);
    entries(
        "people:\n  a: { name: A, access: [] }\n  a: { name: B, access: [] }\n",
        &[(DuplicateEntry, "3:3 a")],
    );
    entries(
        "roles:\n  floor:\n    salons: { rights: { x: allow, x: deny } }\n",
        &[(DuplicateKey, "3:35 x")],
    );
    entries(
        "roles:\n  floor:\n    salons: {}\n    salons: {}\n",
        &[(DuplicateKey, "4:5 salons")],
    );
    // A key that is written in another way is still the same key.
    entries(
        "people: {}\n\"people\": {}\n",
        &[(DuplicateKey, "2:1 \"people\"")],
    );
}

#[test]
fn people() {
    use Code::*;
    entries(
        "people:\n  jana: { access: [] }\n",
        &[(MissingKey, "2:9 { access: [] }")],
    );
    entries("people:\n  jana: 3\n", &[(WrongType, "2:9 3")]);
    entries("people:\n  jana:\n", &[(NullValue, "2:3 jana")]);
    entries(
        "people:\n  jana: { name: { first: J }, access: [] }\n",
        &[(MissingKey, "2:17 { first: J }")],
    );
    person("acess: []", &[(UnknownKey, "2:23 acess")]);
    person(
        "access: { role: floor }",
        &[(WrongType, "2:31 { role: floor }")],
    );
    person("access: none", &[(WrongType, "2:31 none")]);
    person("access: [~]", &[(NullValue, "2:32 ~")]);
    person("kind: robot, access: []", &[(WrongValue, "2:29 robot")]);
    person(
        "email: { adress: a@b.example }, access: []",
        &[(UnknownKey, "2:32 adress")],
    );
    person(
        "never: [ { because: x } ], access: []",
        &[(MissingKey, "2:32 { because: x }")],
    );
    person(
        "never: [ { salons: a, orders: b, because: x } ], access: []",
        &[(UnknownKey, "2:45 orders")],
    );
    person(
        "never: [ { salons: a } ], access: []",
        &[(MissingReason, "2:32 { salons: a }")],
    );
    person(
        "accounts: { salons: { staf: {} } }, access: []",
        &[(UnknownKey, "2:45 staf")],
    );
    let loaded = person(
        "phone: +37120000001, accounts: { salons: { id: [1, 2], staff: { a: 7, b: none, c: \"none\" } } }, access: unmanaged",
        &[],
    );
    let jana = &loaded.project.entries.people[0];
    assert_eq!(
        jana.phone.as_ref().unwrap().value.text.as_ref(),
        "+37120000001"
    );
    let pin = &jana.accounts[0].1;
    assert_eq!(pin.ids.len(), 2);
    let staff: Vec<_> = pin.staff.iter().map(|(_, pin)| pin.value.clone()).collect();
    assert_eq!(
        staff,
        [
            StaffPin::Id(7),
            StaffPin::Nobody,
            StaffPin::Name("none".into())
        ]
    );
}

#[test]
fn an_entry_with_a_fault_is_kept() {
    let loaded = entries(
        "people:\n  jana: { name: Jana, access: 3 }\nroles:\n  floor: 3\nlocations:\n  mall: []\n",
        &[
            (Code::WrongType, "2:31 3"),
            (Code::WrongType, "4:10 3"),
            (Code::WrongType, "6:9 []"),
        ],
    );
    let entries = &loaded.project.entries;
    assert_eq!(
        (
            entries.people.len(),
            entries.roles.len(),
            entries.locations.len()
        ),
        (1, 1, 1)
    );
    assert!(entries.people[0].access.is_some());
}

#[test]
fn lines_and_selectors() {
    use Code::*;
    line("at: riga", &[(WrongValue, "5:26 riga")]);
    line("at: []", &[(EmptyList, "5:26 []")]);
    line("at: {}", &[(WrongValue, "5:26 {}")]);
    line(
        "at: { all: true, region: riga }",
        &[(WrongValue, "5:26 { all: true, region: riga }")],
    );
    line("at: { all: false }", &[(WrongValue, "5:33 false")]);
    line("at: { region: [] }", &[(EmptyList, "5:36 []")]);
    line(
        "at: { except: [a] }",
        &[(WrongValue, "5:26 { except: [a] }")],
    );
    line("at: all", &[]);
    line("at: { all: true, except: { region: [riga, 2] } }", &[]);
    line("plus: [x]", &[(WrongType, "5:28 [x]")]);
    line("plus: { salons: { x: true } }", &[(WrongType, "5:43 true")]);
    line("minus: { salons: x }", &[]);
    line("tile: x", &[(UnknownKey, "5:22 tile")]);
    entries(
        "people:\n  jana: { name: J, access: [ { at: all } ] }\n",
        &[(MissingKey, "2:30 { at: all }")],
    );
}

#[test]
fn dates() {
    let date = |text: &str, good: bool| {
        let loaded = load(
            SETTINGS,
            &format!("people:\n  j: {{ name: J, leaves: {text}, access: [] }}\n"),
        );
        let found: Vec<Code> = loaded.diagnostics.iter().map(|found| found.code).collect();
        let expected = if good { vec![] } else { vec![Code::BadDate] };
        assert_eq!(found, expected, "{text}");
        loaded
    };
    let whole = date("2026-12-01", true);
    let leaves = whole.project.entries.people[0]
        .leaves
        .as_ref()
        .unwrap()
        .value;
    assert_eq!(leaves, When::Date(jiff::civil::date(2026, 12, 1)));
    let exact = date("2026-11-22T20:00", true);
    let leaves = exact.project.entries.people[0]
        .leaves
        .as_ref()
        .unwrap()
        .value;
    assert_eq!(
        leaves,
        When::Time(jiff::civil::date(2026, 11, 22).at(20, 0, 0, 0))
    );
    date("\"2026-12-01\"", true);
    for text in [
        "2026-02-30",
        "2026-13-01",
        "2026-1-1",
        "01.12.2026",
        "2026-12-01 20:00",
        "2026-12-01T20:00Z",
        "2026-12-01T20:00+02:00",
        "2026-12-01T24:00",
        "2026-12-01T20",
        "0226-12-01",
        "tomorrow",
        "2026",
        "2026-12-01T20:00:61",
        "２０２６-12-01",
    ] {
        date(text, false);
    }
}

#[test]
fn roles_and_rights() {
    use Code::*;
    entries(
        "roles:\n  floor: { saloons: {} }\n",
        &[(UnknownSystem, "2:12 saloons")],
    );
    entries(
        "roles:\n  floor: { titel: x }\n",
        &[(UnknownSystem, "2:12 titel")],
    );
    entries("roles:\n  floor: { yclients: { role: worker } }\n", &[]);
    entries(
        "roles:\n  floor: { salons: { unlisted: no } }\n",
        &[(WrongValue, "2:32 no")],
    );
    entries(
        "roles:\n  floor: { salons: { right: {} } }\n",
        &[(UnknownKey, "2:22 right")],
    );
    entries(
        "roles:\n  floor: { orders: { rights: {} } }\n",
        &[(UnknownKey, "2:22 rights")],
    );
    entries(
        "roles:\n  floor: { desk: { own_bookings: yes } }\n",
        &[(WrongValue, "2:34 yes")],
    );
    entries(
        "roles:\n  floor: { desk: { calendars: all } }\n",
        &[(WrongValue, "2:31 all")],
    );
    entries(
        "roles:\n  floor: { agency: { calendar: outlook } }\n",
        &[(WrongValue, "2:32 outlook")],
    );
    entries(
        "roles:\n  floor: { agency: { active: 1 } }\n",
        &[(WrongType, "2:30 1")],
    );
    entries(
        "roles:\n  floor: { extends: [] }\n",
        &[(EmptyList, "2:21 []")],
    );
    right("true", &[(WrongType, "5:12 true")]);
    right("1.5", &[(WrongType, "5:12 1.5")]);
    right("[1]", &[(WrongType, "5:13 1")]);
    right("{ ids: [a] }", &[(WrongType, "5:20 a")]);
    right(
        "{ names: [a] }",
        &[
            (MissingKey, "5:12 { names: [a] }"),
            (UnknownKey, "5:14 names"),
        ],
    );
    right("", &[(NullValue, "5:9 x")]);
    for (text, value) in [
        ("allow", RawValue::Allow),
        ("deny", RawValue::Deny),
        ("self", RawValue::Myself),
        ("all", RawValue::All),
        ("3", RawValue::Number(3)),
        ("-1", RawValue::Number(-1)),
        ("Kase 1", RawValue::Text("Kase 1".into())),
        ("\"3\"", RawValue::Text("3".into())),
        ("[]", RawValue::Names(vec![])),
    ] {
        let loaded = right(text, &[]);
        let BlockBody::Rights(block) = &loaded.project.entries.roles[0].blocks[0].body else {
            panic!("another block");
        };
        assert_eq!(block.rights[0].value.value, value, "{text}");
    }
}

#[test]
fn rules() {
    use Code::*;
    entries(
        "policies:\n  p: { right: x }\n",
        &[(MissingKey, "2:6 { right: x }")],
    );
    entries(
        "policies:\n  p: { kind: holder }\n",
        &[(WrongValue, "2:14 holder")],
    );
    entries(
        "policies:\n  p: { kind: only, rights: [x], role: a, people: [b] }\n",
        &[(UnknownKey, "2:20 rights")],
    );
    entries(
        "policies:\n  p: { kind: only, people: [b] }\n",
        &[(MissingKey, "2:6 { kind: only, people: [b] }")],
    );
    entries(
        "policies:\n  p: { kind: expiry, longest: 3d }\n",
        &[(MissingKey, "2:6 { kind: expiry, longest: 3d }")],
    );
    entries(
        "policies:\n  p: { kind: expiry, class: a, longest: 3 months }\n",
        &[(WrongValue, "2:41 3 months")],
    );
    entries(
        "policies:\n  p: { kind: holders, right: x, at_least: 0 }\n",
        &[(WrongValue, "2:43 0")],
    );
    entries(
        "approvals:\n  - { people: [a], because: x }\n",
        &[(MissingKey, "2:5 { people: [a], because: x }")],
    );
    entries(
        "approvals:\n  - { allow: removals, people: [a] }\n",
        &[(MissingReason, "2:5 { allow: removals, people: [a] }")],
    );
    // Nobody is let through without being named or counted.
    entries(
        "approvals:\n  - { allow: removals, because: x }\n",
        &[(MissingKey, "2:5 { allow: removals, because: x }")],
    );
    entries(
        "approvals:\n  - { allow: removals, location: a, because: x }\n",
        &[(
            MissingKey,
            "2:5 { allow: removals, location: a, because: x }",
        )],
    );
    settings(
        "version: 1\nfences: [ { keys: [peple], files: x } ]\n",
        &[(WrongValue, "2:20 peple"), (UnusedFence, "2:35 x")],
    );
}

#[test]
fn systems_that_cannot_be_read_do_not_make_role_blocks_fail() {
    let roles = "roles:\n  floor: { salons: { role: worker } }\n";
    expect(
        &load("version: 1\nsystems: { salons: { kind: x } }\n", roles),
        &[(Code::WrongValue, "2:28 x")],
    );
    expect(
        &load("version: 1\nsystems: 3\n", roles),
        &[(Code::WrongType, "2:10 3")],
    );
    let broken = load("version: 1\nsystems: [\n", roles);
    assert_eq!(broken.diagnostics.len(), 1);
    assert!(!broken.complete);
}

#[test]
fn aliases_stand_where_they_are_used() {
    let loaded = entries(
        "people:\n  a: { name: A, access: &a [ { role: floor, at: all } ] }\n  b: { name: B, access: *a }\n",
        &[],
    );
    let access = loaded.project.entries.people[1].access.as_ref().unwrap();
    assert_eq!(loaded.sources.text(access.span), "*a");
    assert!(matches!(&access.value, Access::Lines(lines) if lines.len() == 1));
}

#[test]
fn settings_from_elsewhere_replace_the_projects_own() {
    let options = LoadOptions {
        settings: Some(SourceFile::new("main:keyholder.yaml", SETTINGS)),
        ..LoadOptions::default()
    };
    let loaded = load_texts(
        &[
            ("keyholder.yaml", "version: 7\n"),
            ("people.yaml", "people: {}\n"),
        ],
        &options,
    );
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    let paths: Vec<&str> = loaded
        .sources
        .iter()
        .map(|(_, file)| &**file.path())
        .collect();
    assert_eq!(paths, ["main:keyholder.yaml", "people.yaml"]);
}
