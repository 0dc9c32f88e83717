//! "Who could refund at this branch on 1 March", after a year of changes, leavers and hand-made drift: a journal and a
//! repository that are built here, asked through the program.

mod answers;

use std::collections::BTreeMap;
use std::path::Path;

use camino::Utf8Path;
use jiff::Timestamp;
use keyholder::config::{LoadOptions, load};
use keyholder::journal::{
    CallOutcome, CallResult, ConfigFacts, FileJournal, GrantSeen, Intent, JournalSink as _, Match,
    Observed, Record, RightValue, RunStarted, Verb, Verdict, Verified, init,
};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use crate::support::shop;

const REFUND: &str = "finances_transactions_delete_access";

const SETTINGS: &str = "\
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: altegio
    ownership: full
    tokens: { partner: { env: A }, user: { env: B } }
";
const PLACES: &str = "\
locations:
  center: { title: Rīga Centrs, in: { salons: 101 } }
  mall: { title: Rīga Mall, in: { salons: 102 } }
";
const ROLES: &str = "\
roles:
  floor: { title: Floor, salons: { role: worker, unlisted: deny, rights: { records_create_access: allow } } }
  manager: { title: Manager, extends: [floor], salons: { role: manager, rights: { finances_transactions_delete_access: allow } } }
";

struct Year {
    held: tempfile::TempDir,
    journal: FileJournal,
    run: u64,
}

fn person(key: &str, role: &str, more: &str) -> String {
    format!(
        "  {key}: {{ name: {key} K, email: {key}@chain.example{more}, access: [ {{ role: {role}, at: [center] }} ] }}\n"
    )
}

fn at(day: &str) -> Timestamp {
    format!("{day}T03:00:00Z").parse().unwrap()
}

/// Rights as a read shows them: `true` is the right to refund.
fn set(refund: bool) -> (String, BTreeMap<String, RightValue>) {
    let on = |slug: &str| (slug.to_owned(), RightValue::Switch(true));
    let mut rights = BTreeMap::from([on("records_access"), on("records_create_access")]);
    if refund {
        rights.extend([on("finances_access"), on(REFUND)]);
    }
    (if refund { "refund" } else { "floor" }.to_owned(), rights)
}

impl Year {
    fn new() -> Self {
        let held = tempfile::tempdir().unwrap();
        let folder = held.path();
        std::fs::write(folder.join("keyholder.yaml"), SETTINGS).unwrap();
        std::fs::write(folder.join("locations.yaml"), PLACES).unwrap();
        std::fs::write(folder.join("roles.yaml"), ROLES).unwrap();
        std::fs::write(folder.join(".gitignore"), ".keyholder/\n").unwrap();
        shop::git(folder, &["init", "-q", "-b", "main"]);
        let state = folder.join(".keyholder");
        let state = Utf8Path::from_path(&state).unwrap();
        init(state, at("2025-10-30")).unwrap();
        let journal = FileJournal::open(state, at("2025-10-30")).unwrap();
        Self {
            held,
            journal,
            run: 0,
        }
    }

    fn folder(&self) -> &Path {
        self.held.path()
    }

    /// Commits people; the commit.
    fn commit(&self, people: &str) -> String {
        std::fs::write(
            self.folder().join("people.yaml"),
            format!("people:\n{people}"),
        )
        .unwrap();
        shop::git(self.folder(), &["add", "."]);
        shop::git(self.folder(), &["commit", "-q", "-m", "people"]);
        let head = std::process::Command::new("git")
            .args(["rev-parse", "HEAD"])
            .current_dir(self.folder())
            .output()
            .unwrap();
        String::from_utf8(head.stdout).unwrap().trim().to_owned()
    }

    /// A run that applies the files at hand.
    fn apply(&mut self, day: &str, commit: Option<&str>, dirty: bool) {
        self.apply_as("apply", day, commit, dirty);
    }

    fn apply_as(&mut self, command: &str, day: &str, commit: Option<&str>, dirty: bool) {
        let folder = Utf8Path::from_path(self.held.path()).unwrap();
        let digest = load(folder, &LoadOptions::default()).digest.to_string();
        self.run = self
            .journal
            .begin(
                at(day),
                RunStarted {
                    command: command.into(),
                    tool: "0.1.0".into(),
                    plan: None,
                    config: Some(ConfigFacts {
                        digest,
                        commit: commit.map(str::to_owned),
                        dirty,
                    }),
                    actor: None,
                    systems: Vec::new(),
                    whole: Vec::new(),
                },
            )
            .unwrap();
    }

    fn add(&mut self, day: &str, record: Record) -> u64 {
        self.journal
            .append(at(day), self.run, vec![record])
            .unwrap()
    }

    /// A read: accounts with whose they are and whether they can refund, and accounts that are gone.
    fn read(&mut self, day: &str, rows: &[(&str, Option<&str>, bool)], gone: &[&str]) {
        let matched = rows.iter().filter_map(|(account, person, _)| {
            person.map(|person| Match {
                account: (*account).to_owned(),
                person: Some(person.to_owned()),
            })
        });
        let observed = Observed {
            system: "salons".into(),
            place: "center".into(),
            taken: at(day),
            complete: true,
            accounts: 9,
            digest: "0".repeat(64),
            matched: matched.collect(),
            grants: rows
                .iter()
                .map(|(account, _, refund)| GrantSeen {
                    account: (*account).to_owned(),
                    state: "active".into(),
                    role: Some("worker".into()),
                    staff: None,
                    set: Some(set(*refund).0),
                })
                .collect(),
            gone: gone.iter().map(|account| (*account).to_owned()).collect(),
            sets: BTreeMap::from([set(true), set(false)]),
            equal: BTreeMap::new(),
            apart: Vec::new(),
        };
        self.add(day, Record::Observed(observed));
    }

    /// A write that is made, answered and read back.
    fn write(&mut self, day: &str, person: &str, account: &str, refund: Option<bool>) {
        let switch = |on: bool| Some(RightValue::Switch(on));
        let rights = refund.map_or_else(BTreeMap::new, |on| {
            BTreeMap::from([
                (REFUND.to_owned(), switch(on)),
                ("finances_access".to_owned(), switch(on)),
            ])
        });
        let step = format!("{person}-{day}");
        let intent = self.add(
            day,
            Record::Intent(Intent {
                ends: false,
                step: step.clone(),
                does: "set-rights".into(),
                call: if refund.is_some() {
                    Verb::Write
                } else {
                    Verb::Remove
                },
                system: "salons".into(),
                place: "center".into(),
                person: Some(person.into()),
                account: Some(account.into()),
                reason: "moved".into(),
                way: None,
                from: None,
                batch: None,
                role: None,
                rights,
                approval: None,
                present: Vec::new(),
            }),
        );
        self.add(
            day,
            Record::Outcome(CallOutcome {
                intent,
                result: CallResult::Done,
                status: Some(200),
                request_id: None,
                errors: Vec::new(),
                not_sent: Vec::new(),
            }),
        );
        self.add(
            day,
            Record::Verified(Verified {
                step,
                intent: Some(intent),
                system: "salons".into(),
                place: "center".into(),
                person: Some(person.into()),
                account: Some(account.into()),
                verdict: Verdict::AsPlanned,
                absent: refund.is_none(),
                digest: None,
                differs: Vec::new(),
                also_changed: Vec::new(),
                staff: None,
                set: None,
                sets: BTreeMap::new(),
            }),
        );
    }

    fn matrix(&self, arguments: &[&str]) -> Json {
        let mut all = vec!["matrix", "--format", "json"];
        all.extend(arguments);
        let (code, out, said) = shop::keyholder(self.folder(), &all);
        assert_eq!(code, 0, "{arguments:?} {said}");
        serde_json::from_str(&out).unwrap()
    }

    /// Who could refund: the person or account, with basis, what the files say, what was seen, and when.
    fn refunds(&self, arguments: &[&str]) -> BTreeMap<String, Json> {
        let mut all = vec!["--right", REFUND, "--at", "center", "--all"];
        all.extend(arguments);
        let matrix = self.matrix(&all);
        let rows = matrix["rows"].as_array().unwrap();
        rows.iter()
            .map(|row| {
                let who = row.get("person").or(row.get("account")).unwrap();
                let cell = &row["cells"][REFUND];
                let day = cell["at"].as_str().map(|at| at[..10].to_owned());
                let told = json!([cell["basis"], cell["declared"], cell["observed"], day]);
                (who.as_str().unwrap().to_owned(), told)
            })
            .collect()
    }
}

/// The year: Anna leaves, Boris is promoted, Clara gets it by hand, somebody makes an account by hand, Dana's edit is merged
/// before March and applied after it.
fn a_year() -> (Year, String) {
    let mut year = Year::new();
    let floor = |key: &str| person(key, "floor", "");
    let manager = |key: &str| person(key, "manager", "");
    let all = [
        manager("anna"),
        floor("boris"),
        floor("clara"),
        floor("dana"),
    ]
    .concat();
    let first = year.commit(&all);
    year.apply("2025-11-01", Some(&first), false);
    year.read(
        "2025-11-01",
        &[
            ("1", Some("anna"), true),
            ("2", Some("boris"), false),
            ("3", Some("clara"), false),
            ("4", Some("dana"), false),
        ],
        &[],
    );
    let all = [
        manager("anna"),
        manager("boris"),
        floor("clara"),
        floor("dana"),
    ]
    .concat();
    let second = year.commit(&all);
    year.apply("2026-01-10", Some(&second), false);
    year.write("2026-01-10", "boris", "2", Some(true));
    let all = [
        person("anna", "manager", ", leaves: 2026-02-15"),
        manager("boris"),
        floor("clara"),
        floor("dana"),
    ]
    .concat();
    let third = year.commit(&all);
    year.apply("2026-02-16", Some(&third), false);
    year.write("2026-02-16", "anna", "1", None);
    // By hand: Clara may refund, and there is an account that nobody declared.
    year.read(
        "2026-02-20",
        &[
            ("2", Some("boris"), true),
            ("3", Some("clara"), true),
            ("99", None, true),
        ],
        &["1"],
    );
    let all = [manager("boris"), floor("clara"), manager("dana")].concat();
    let merged = year.commit(&all);
    year.apply("2026-03-05", Some(&merged), false);
    year.write("2026-03-05", "dana", "4", Some(true));
    year.write("2026-03-05", "clara", "3", Some(false));
    year.read(
        "2026-03-06",
        &[("3", Some("clara"), false), ("4", Some("dana"), true)],
        &["99"],
    );
    // A run from files that no commit has.
    std::fs::write(
        year.folder().join("people.yaml"),
        format!("people:\n{}", [floor("clara"), manager("dana")].concat()),
    )
    .unwrap();
    year.apply("2026-06-01", Some(&merged), true);
    year.write("2026-06-01", "boris", "2", None);
    let _last = year.commit(&[floor("clara"), manager("dana"), floor("emils")].concat());
    (year, merged)
}

#[test]
fn who_could_refund_on_the_first_of_march() {
    let (year, merged) = a_year();
    let march = year.refunds(&["--as-of", "2026-03-01"]);
    let expected = json!({
        // Who left: was taken away, and read back.
        "anna": ["observed", false, false, "2026-02-20"],
        // By the files, written in January, and seen since.
        "boris": ["observed", true, true, "2026-02-20"],
        // By hand.
        "clara": ["observed", false, true, "2026-02-20"],
        // Merged, and not applied before.
        "dana": ["observed", false, false, "2026-02-20"],
        "99": ["observed", false, true, "2026-02-20"],
    });
    assert_eq!(json!(march), expected);
    let after = year.refunds(&["--as-of", "2026-03-08"]);
    let expected = json!({
        "boris": ["observed", true, true, "2026-03-06"],
        "clara": ["observed", false, false, "2026-03-06"],
        "dana": ["observed", true, true, "2026-03-06"],
    });
    assert_eq!(json!(after), expected);
    // Before anything was applied nothing is known, and nothing is made up.
    let before = year.matrix(&["--as-of", "2025-10-01"]);
    assert_eq!(before["rows"], json!([]));
    assert!(
        before["point"]["notes"][0]
            .as_str()
            .unwrap()
            .contains("nothing was applied")
    );
    // Files that no commit has declare nothing that could be shown; what was seen is there.
    let june = year.refunds(&["--as-of", "2026-07-01"]);
    assert_eq!(june["dana"], json!(["observed", null, true, "2026-03-06"]));
    let notes = &year.matrix(&["--as-of", "2026-07-01"])["point"]["notes"];
    assert!(
        notes[0]
            .as_str()
            .unwrap()
            .contains("differed from their commit"),
        "{notes}"
    );
    // A commit declares, and shows nobody anything.
    let commit = year.refunds(&["--at-commit", &merged]);
    assert_eq!(commit["dana"], json!(["declared", true, null, null]));
    // What is to come is declared by today's files, and nobody has looked.
    let later = year.refunds(&["--as-of", "2030-01-01"]);
    assert_eq!(later["emils"], json!(["declared", false, null, null]));
    // Of the other branch nobody knows anything.
    let mall = year.matrix(&["--as-of", "2026-03-01", "--at", "mall"]);
    assert_eq!(mall["rows"], json!([]));
}

#[test]
fn a_person_of_the_past_can_be_named_and_a_mistake_is_told() {
    let (year, _) = a_year();
    let anna = year.refunds(&["--as-of", "2026-02-01", "--person", "anna"]);
    assert_eq!(
        json!(anna),
        json!({ "anna": ["observed", true, true, "2025-11-01"] })
    );
    for (arguments, said) in [
        (vec!["--person", "clar"], "did you mean `clara`?"),
        (vec!["--right", "refund everything"], "no title of a right"),
        (vec!["--role", "manger"], "did you mean `manager`?"),
        (vec!["--as-of", "soon"], "is no day"),
        (vec!["--at-commit", "none"], "git knows no commit"),
    ] {
        let mut all = vec!["matrix"];
        all.extend(arguments);
        let (code, out, err) = shop::keyholder(year.folder(), &all);
        assert_eq!((code, out.as_str()), (1, ""), "{all:?} {err}");
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn two_days_two_commits_and_two_worlds_are_compared() {
    let (year, merged) = a_year();
    let diff = |from: &str, to: &str| -> Vec<String> {
        let json = year.matrix(&["--right", REFUND, "--diff", from, to]);
        assert_eq!(json["format"], "keyholder.matrix-diff/1");
        let changes = json["changes"].as_array().unwrap();
        changes
            .iter()
            .map(|it| {
                let who = it
                    .get("person")
                    .or(it.get("account"))
                    .unwrap()
                    .as_str()
                    .unwrap();
                let side = |side: &str| {
                    let cell = &it[side];
                    format!("{}/{}", cell["declared"], cell["observed"])
                };
                format!("{who} {} -> {}", side("before"), side("after"))
            })
            .collect()
    };
    assert_eq!(
        diff("2026-02-10", "2026-03-01"),
        [
            "anna true/true -> false/false",
            "clara false/false -> false/true",
            "99 false/false -> false/true",
        ]
    );
    assert_eq!(
        diff(&format!("{merged}~1"), &merged),
        [
            "anna true/null -> false/null",
            "dana false/null -> true/null"
        ]
        .into_iter()
        // By today anna has left in both.
        .filter(|it| !it.starts_with("anna"))
        .collect::<Vec<_>>()
    );
    assert_eq!(diff("desired", "desired"), Vec::<String>::new());
}

#[test]
fn a_table_for_spreadsheets_is_read_back_and_has_no_formula() {
    let (year, _) = a_year();
    let arguments = ["matrix", "--as-of", "2026-03-01", "--format", "csv"];
    let (code, out, _) = shop::keyholder(year.folder(), &arguments);
    assert_eq!(code, 0);
    assert!(out.contains("\r\n"));
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let clara = rows
        .iter()
        .find(|row| row["person"] == "clara" && row["right"] == REFUND)
        .unwrap();
    assert_eq!(
        [
            &clara["basis"],
            &clara["value"],
            &clara["declared"],
            &clara["observed"]
        ],
        ["observed", "yes", "no", "yes"]
    );
    assert_eq!(clara["observed_at"], "2026-02-20T03:00:00Z");
    assert!(
        rows.iter()
            .any(|row| row["person"] == "account 99" && row["right"] == REFUND)
    );
    assert!(
        rows.iter()
            .all(|row| !row["right"].is_empty() && row["sensitivity"] != "null")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Names of any kind: the table is read back row by row, and the data of the page is JSON that ends where it should.
    #[test]
    fn hostile_names_stay_text(name in "[=+@\\-<>\"'&/a-z\u{1b}\u{202e}\r\n\t|,; \u{2028}]{1,40}") {
        use keyholder::audit::matrix::{Filter, Side, matrix};
        use keyholder::catalog::Catalog;
        use keyholder::config::{ResolveOptions, load_texts, resolve};
        use keyholder::render::matrix::{CSV_HEADER, Frame, doc, spreadsheet};
        use keyholder::render::{matrix_html, text};

        let people = format!("people:\n{}", person("anna", "manager", ""));
        let files = [("keyholder.yaml", SETTINGS), ("locations.yaml", PLACES), ("roles.yaml", ROLES), ("people.yaml", people.as_str())];
        let loaded = load_texts(&files, &LoadOptions::default());
        let options = ResolveOptions::at(keyholder::model::AsOf::Instant(at("2026-01-01")));
        let catalog = Catalog::current();
        let (mut desired, _) = resolve(&loaded.project, &options, catalog);
        for person in desired.people.values_mut() {
            person.name = name.as_str().into();
        }
        let side = Side { desired: Some(&desired), seen: None, hand: None, locked: None };
        let made = matrix(&side, &Filter::default(), catalog);
        let frame = Frame { label: &name, notes: vec![name.clone()], ..Frame::default() };
        let zone = jiff::tz::TimeZone::UTC;

        let table = spreadsheet(&made, &frame, catalog);
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let mut count = 0;
        for row in reader.records() {
            let row = row.unwrap();
            prop_assert_eq!(row.len(), CSV_HEADER.len());
            prop_assert_eq!(&row[4], "anna");
            for cell in &row {
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{}", cell);
                let hostile = cell.contains(['\u{1b}', '\u{202e}', '\n', '\r']);
                prop_assert!(!hostile, "{:?}", cell);
            }
            count += 1;
        }
        prop_assert!(count > 2);

        let page = matrix_html::page(&made, &frame, catalog, &zone);
        prop_assert_eq!(page.matches("<script").count(), 2);
        prop_assert_eq!(page.matches("</script").count(), 2);
        let hostile = page.contains(['\u{1b}', '\u{202e}', '\u{2028}']);
        prop_assert!(!hostile);
        let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        let data: Json = serde_json::from_str(data).unwrap();
        prop_assert_eq!(&data["people"][0][0], "anna");
        // The heading holds no markup but its own.
        let heading = page.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
        let markup = heading.contains(['<', '>']);
        prop_assert!(!markup);

        let told = text::write(&doc(&made, &frame, catalog, &zone), text::Layout::PLAIN);
        let hostile = told.contains(['\u{1b}', '\u{202e}', '\r', '\t']);
        prop_assert!(!hostile);
    }
}
