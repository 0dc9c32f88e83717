//! `why`: what is explained is what is planned, down to the line, the commit and the date; and `who`, the other way round.

use std::collections::BTreeMap;

use camino::Utf8Path;
use keyholder::catalog::Catalog;
use keyholder::config::{LoadOptions, ResolveOptions, explain, load, resolve};
use keyholder::model::explained::{Ask, Decided, Shown, Standing, Subject};
use keyholder::model::{AsOf, GrantState, Value};
use serde_json::{Value as Json, json};

use crate::support::{copy_example, root, shop};

const EXAMPLES: &[&str] = &["hello", "salon-chain", "off-boarding"];

/// Every right of every person of every example, on days on which different lines are in force.
#[test]
fn what_is_explained_is_what_is_shown() {
    let mut compared = 0;
    for example in EXAMPLES {
        let folder = root().join("examples").join(example);
        let loaded = load(
            Utf8Path::from_path(&folder).unwrap(),
            &LoadOptions::default(),
        );
        for day in ["2026-11-20", "2026-12-05", "2027-03-01"] {
            let options = ResolveOptions::at(AsOf::Date(day.parse().unwrap()));
            let catalog = Catalog::current();
            let (desired, _) = resolve(&loaded.project, &options, catalog);
            for person in desired.people.values() {
                let why = explain(
                    &loaded.project,
                    &options,
                    catalog,
                    &person.key,
                    &Ask::default(),
                )
                .unwrap();
                assert_eq!(why.managed, person.managed);
                let mut grants = person.grants.iter();
                for place in &why.places {
                    let Some(explained) = &place.grant else {
                        assert!(place.rights.iter().all(
                            |right| right.value.is_none() && right.decided == Decided::Nothing
                        ));
                        continue;
                    };
                    let shown = grants.next().unwrap();
                    assert_eq!((&shown.system, &shown.place), (&place.system, &place.place));
                    assert_eq!(shown.rights, explained.rights);
                    assert_eq!(shown.sources, explained.sources);
                    let absent = shown.state == GrantState::Absent;
                    for right in &place.rights {
                        let value = match &right.subject {
                            Subject::Right(id) => {
                                let value = shown.rights.get(id.index());
                                value.cloned().map(Shown::Value)
                            }
                            Subject::Role => shown
                                .role
                                .as_ref()
                                .map(|role| Shown::Text(role.as_str().into())),
                            Subject::Fact(name) => shown.extra.get(name).cloned().map(Shown::Text),
                        };
                        assert_eq!(right.value, value);
                        assert_eq!(absent, matches!(right.decided, Decided::Left(_)));
                        deciding_line_agrees(right, catalog);
                        compared += 1;
                    }
                }
                assert!(grants.next().is_none(), "a grant that nobody explained");
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

/// The line that is said to decide is one that says this value, or as much of it as lines can.
fn deciding_line_agrees(right: &keyholder::model::explained::ExplainedRight, catalog: &Catalog) {
    let said = |span| {
        let counting = right.says.iter().filter(|says| says.counts);
        counting
            .flat_map(|says| &says.named)
            .any(|line| line.span == span && line.standing == Standing::Decides)
    };
    match right.decided {
        Decided::Line(span) => {
            let added = right.says.iter().any(|says| says.plus.contains(&span));
            // Ticks that are said together: one that is left out has the line of another.
            let together = matches!(right.subject, Subject::Fact(_));
            assert!(said(span) || added || together, "{right:?}");
            // A switch has the very value of its line; lists and days may be the sum of several.
            if let (Subject::Right(id), Some(value)) = (&right.subject, &right.value)
                && catalog.get(*id).kind.is_boolean()
                && !added
            {
                let lines = right.says.iter().flat_map(|says| &says.named);
                let same = lines.filter(|line| line.span == span);
                assert!(same.clone().count() > 0);
                assert!(
                    same.into_iter().all(|line| line.value == *value),
                    "{right:?}"
                );
            }
        }
        Decided::Taken(span) => {
            assert!(
                right
                    .taken
                    .iter()
                    .any(|taken| taken.span == span && taken.holds)
            );
            assert_eq!(right.value, Some(Shown::Value(Value::Switch(false))));
        }
        Decided::Unlisted(_) => {
            let counting = right.says.iter().filter(|says| says.counts);
            assert!(
                counting.flat_map(|says| &says.named).next().is_none(),
                "{right:?}"
            );
        }
        Decided::Follows(_) => assert!(right.value.is_some()),
        Decided::Governor(_) | Decided::Kept(_) | Decided::Nothing | Decided::NotThere => {
            assert_eq!(right.value, None, "{right:?}");
        }
        Decided::Left(_) => {}
    }
}

fn answers(folder: &std::path::Path, arguments: &[&str]) -> Vec<Json> {
    let mut all = vec!["why"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    let (code, out, said) = shop::keyholder(folder, &all);
    assert_eq!(code, 0, "{said}");
    let json: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(json["format"], "keyholder.why/1");
    json["answers"].as_array().unwrap().clone()
}

/// Ten rights of ten people against a key that was made by hand from the files of the example: person, right, place, day;
/// the value, and the last line of the chain.
#[test]
fn ten_rights_of_ten_people_have_the_lines_of_the_key() {
    let folder = root().join("examples/salon-chain");
    #[rustfmt::skip]
    let key: &[(&str, &str, &str, &str, Json, &str, &str)] = &[
        ("anete.liepa",     "records_edit_last_days_count",     "riga-center",     "2026-11-25", json!(3),       "line",     "roles.yaml:records_edit_last_days_count: 3"),
        ("baiba.krumina",   "records_edit_last_days_count",     "riga-center",     "2026-11-25", json!(14),      "line",     "roles.yaml:records_edit_last_days_count: 14"),
        ("baiba.krumina",   "timetable_phones_access",          "riga-center",     "2026-11-25", json!(false),   "line",     "roles.yaml:timetable_phones_access: deny # phones of clients stay at the reception"),
        ("daina.vitola",    "records_finances_limited_account_ids", "riga-center", "2026-11-25", json!(["Kase 1"]), "line",  "roles.yaml:records_finances_limited_account_ids: [Kase 1]"),
        ("elina.petersone", "finances_z_report_access",         "riga-center",     "2026-11-25", json!(true),    "line",     "roles.yaml:finances_z_report_access: allow"),
        ("madara.lace",     "timetable_transferring_record_access", "riga-agenskalns", "2026-11-25", json!(false), "line", "roles.yaml:timetable_transferring_record_access: deny"),
        ("dace.lapsa",      "records_delete_access",            "riga-agenskalns", "2026-12-05", json!(false),   "minus",    "people/riga.yaml:minus: { salons: [records_delete_access] } # not while she covers"),
        ("dace.lapsa",      "finances_z_report_access",         "riga-agenskalns", "2027-03-01", Json::Null,     "dates",    "people/riga.yaml:until: 2027-02-28"),
        ("jana.berzina",    "records_create_access",            "riga-mall",       "2026-11-25", Json::Null,     "dates",    "people/riga.yaml:starts: 2026-12-01"),
        ("karlis.ozols",    "records_create_access",            "riga-mall",       "2026-12-01", Json::Null,     "leaves",   "people/riga.yaml:leaves: 2026-11-30"),
        ("toms.krastins",   "records_edit_comment_access",      "riga-center",     "2026-12-01", Json::Null,     "dates",    "people/riga.yaml:- { role: stylist, at: [riga-center], until: 2026-11-30 }"),
        ("ieva.kalnina",    "clients_export_access",            "riga-mall",       "2026-11-25", json!(false),   "unlisted", "roles.yaml:unlisted: deny"),
        ("ieva.kalnina",    "timetable_access",                 "riga-mall",       "2026-11-25", json!(true),    "line",     "roles.yaml:timetable.*: allow"),
        ("linda.apine",     "role",                             "riga-agenskalns", "2026-11-25", json!("manager"), "line",   "roles.yaml:role: manager"),
    ];
    for (person, right, place, day, value, what, line) in key {
        let found = answers(&folder, &[person, right, "--at", place, "--as-of", day]);
        let case = format!("{person} {right}: {found:#?}");
        assert_eq!(found.len(), 1, "{case}");
        assert_eq!(found[0]["value"], *value, "{case}");
        let last = found[0]["because"].as_array().unwrap();
        let last = last
            .iter()
            .rfind(|link| link.get("file").is_some())
            .unwrap();
        assert_eq!(last["what"], *what, "{case}");
        let (file, text) = (
            last["file"].as_str().unwrap(),
            last["text"].as_str().unwrap(),
        );
        assert_eq!(format!("{file}:{text}"), *line, "{case}");
    }
}

#[test]
fn a_chain_goes_through_the_roles_and_has_what_else_speaks() {
    let folder = root().join("examples/salon-chain");
    let found = answers(
        &folder,
        &[
            "elina.petersone",
            "see phones in the client card",
            "--as-of",
            "2026-11-25",
        ],
    );
    let kinds: Vec<&str> = found[0]["because"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["what"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["assignment", "extends", "extends", "line"]);
    let days = answers(
        &folder,
        &[
            "elina.petersone",
            "records_edit_last_days_count",
            "--as-of",
            "2026-11-25",
        ],
    );
    let also: BTreeMap<&str, &str> = days[0]["also"]
        .as_array()
        .unwrap()
        .iter()
        .map(|link| {
            (
                link["text"].as_str().unwrap(),
                link["words"].as_str().unwrap(),
            )
        })
        .collect();
    let lost = also["records_edit_last_days_count: 7"];
    assert!(lost.ends_with("it is overridden"), "{lost}");
    // What a `minus` takes is said beside who would have given it.
    let minus = answers(
        &folder,
        &[
            "dace.lapsa",
            "records_delete_access",
            "--at",
            "riga-center",
            "--as-of",
            "2026-12-05",
        ],
    );
    assert!(
        minus[0]["also"]
            .to_string()
            .contains("which alone would give it: yes")
    );
}

#[test]
fn a_line_has_its_commit_its_author_and_no_contact() {
    let held = tempfile::tempdir().unwrap();
    let folder = held.path();
    copy_example(&root().join("examples/hello"), folder);
    shop::git(folder, &["init", "-q", "-b", "main"]);
    shop::git(folder, &["add", "."]);
    shop::git(folder, &["commit", "-q", "-m", "begin"]);
    let found = answers(folder, &["jana", "role", "--as-of", "2026-11-22"]);
    assert_ne!(found.len(), 0);
    for link in found[0]["because"].as_array().unwrap() {
        assert_eq!(link["author"], "t", "{link}");
        assert_eq!(link["commit"].as_str().unwrap().len(), 40);
        assert!(link["date"].as_str().unwrap().ends_with('Z'));
    }
    let (_, all, _) = shop::keyholder(folder, &["why", "jana", "--format", "json"]);
    assert!(
        !all.contains("@salons.example") && !all.contains("t@chain"),
        "{all}"
    );
    // A line that is not committed has nobody yet.
    shop::edit(folder, "roles.yaml", "roles:\n", "roles:\n  # a new line\n");
    let before = found[0]["because"][0]["commit"].clone();
    let again = answers(folder, &["jana", "role", "--as-of", "2026-11-22"]);
    assert_eq!(again[0]["because"][0]["commit"], before);
}

#[test]
fn what_is_not_there_is_an_error_with_the_nearest_name() {
    let folder = root().join("examples/salon-chain");
    for (arguments, said) in [
        (vec!["why", "jana.berzin"], "did you mean `jana.berzina`?"),
        (
            vec!["why", "jana.berzina", "records_delete_acces"],
            "did you mean `records_delete_access`?",
        ),
        (
            vec!["why", "jana.berzina", "--at", "riga-mal"],
            "did you mean `riga-mall`?",
        ),
        (vec!["why", "jana.berzina", "appointments"], "name one: "),
    ] {
        let (code, out, err) = shop::keyholder(&folder, &arguments);
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?} {err}");
        assert!(err.contains(said), "{err}");
    }
    // A place that no line names is an answer, with what the lines do name.
    let (code, out, _) = shop::keyholder(&folder, &["why", "jana.berzina", "--at", "jurmala"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("gives nothing there: role `stylist` at riga-center, riga-mall"),
        "{out}"
    );
}

#[test]
fn what_was_seen_stands_beside_what_the_files_say() {
    let held = tempfile::tempdir().unwrap();
    let folder = held.path();
    copy_example(&root().join("examples/hello"), folder);
    let run = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.push("--sandbox");
        let (code, out, said) = shop::keyholder(folder, &all);
        assert_eq!(code, 0, "{arguments:?} {said}");
        out
    };
    run(&["observe", "--out", "seen.json"]);
    // Karlis has left by the files, and is still there.
    for looked in [&["--live"][..], &["--observed", "seen.json"]] {
        let mut all = vec!["who", "records_create_access", "--format", "json"];
        all.extend(looked);
        let who: Json = serde_json::from_str(&run(&all)).unwrap();
        let holders = who["holders"].as_array().unwrap();
        let karlis = holders.iter().find(|it| it["person"] == "karlis").unwrap();
        assert_eq!(
            (&karlis["declared"], &karlis["observed"]),
            (&json!(false), &json!(true))
        );
        let jana = holders.iter().find(|it| it["person"] == "jana").unwrap();
        assert_eq!(
            (&jana["declared"], &jana["observed"]),
            (&json!(true), &json!(false))
        );
        let mut all = vec!["why", "karlis", "records_create_access", "--format", "json"];
        all.extend(looked);
        let why: Json = serde_json::from_str(&run(&all)).unwrap();
        let answer = &why["answers"][0];
        assert_eq!(answer["because"][0]["what"], "leaves");
        assert_eq!(answer["observed"]["value"], true, "{answer}");
        assert_eq!(answer["observed"]["state"], "active");
    }
    let diff: Json = serde_json::from_str(&run(&[
        "matrix",
        "--diff",
        "desired",
        "live",
        "--right",
        "records_create_access",
        "--format",
        "json",
    ]))
    .unwrap();
    let changes: Vec<String> = diff["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            format!(
                "{} {} {}",
                it["person"], it["before"]["declared"], it["after"]["observed"]
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            "\"jana\" true false",
            "\"jana\" true false",
            "\"karlis\" false true"
        ]
    );
    // A role counts for those that extend it; what is not there is told.
    let (code, _, said) = shop::keyholder(folder, &["who", "stylst"]);
    assert_eq!(code, 1);
    assert!(said.contains("did you mean `stylist`?"), "{said}");
    let stylists = run(&["who", "stylist"]);
    assert!(
        stylists.contains("(jana)") && !stylists.contains("(karlis)"),
        "{stylists}"
    );
}

/// A project of its own: settings, one place, roles and people.
fn project(roles: &str, people: &str) -> tempfile::TempDir {
    let held = tempfile::tempdir().unwrap();
    let settings = "version: 1\ntime_zone: Europe/Riga\nsystems:\n  salons: { kind: altegio, ownership: full, tokens: { partner: { env: A }, user: { env: B } } }\nsensitive: { statistics_access: money }\n";
    let places = "locations:\n  mall: { title: Rīga Mall, in: { salons: 101 } }\n";
    for (file, text) in [
        ("keyholder.yaml", settings),
        ("locations.yaml", places),
        ("roles.yaml", roles),
        ("people.yaml", people),
    ] {
        std::fs::write(held.path().join(file), text).unwrap();
    }
    held
}

const ROLES: &str = "\
roles:
  floor: { title: Floor, salons: { role: worker, unlisted: deny, rights: { records_create_access: allow, statistics_access: allow } } }
  keeper: { title: Keeper, salons: { role: worker, unlisted: keep, rights: { records_create_access: allow } } }
  usual: { title: Usual, salons: { role: worker, unlisted: default, rights: { records_create_access: allow } } }
  boss: { title: Boss, extends: [floor], salons: { role: manager, rights: { records_delete_access: allow } } }
";

fn text(folder: &std::path::Path, arguments: &[&str]) -> String {
    let (code, out, said) = shop::keyholder(folder, arguments);
    assert_eq!(code, 0, "{arguments:?} {said}");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_entry_says_why_it_is_there() {
    let people = "\
people:
  nev: { name: Nev N, email: nev@chain.example, never: [ { salons: records_delete_access, because: audit 2025-3 } ], access: [ { role: boss, at: [mall] } ] }
  min: { name: Min M, email: min@chain.example, access: [ { role: boss, at: [mall], because: \"covers, HR-7\", minus: { salons: [records_delete_access] } } ] }
";
    let held = project(ROLES, people);
    for (who, said) in [("nev", "audit 2025-3"), ("min", "covers, HR-7")] {
        let found = answers(held.path(), &[who, "records_delete_access"]);
        let link = &found[0]["because"][0];
        assert_eq!(link["because"], said, "{found:?}");
        let told = text(held.path(), &["why", who, "records_delete_access"]);
        assert!(told.contains(&format!("(because: {said})")), "{told}");
    }
}

#[test]
fn what_is_kept_is_no_no_and_a_link_says_of_which_right_it_is() {
    let people = "\
people:
  kep: { name: Kep K, email: kep@chain.example, access: [ { role: keeper, at: [mall] } ] }
  usu: { name: Usu U, email: usu@chain.example, access: [ { role: usual, at: [mall] } ] }
  flo: { name: Flo F, email: flo@chain.example, access: [ { role: floor, at: [mall] } ] }
";
    let held = project(ROLES, people);
    for (who, kept, said) in [
        (
            "kep",
            "keep",
            "~ edit appointments: kept: whatever is there",
        ),
        (
            "usu",
            "default",
            "~ edit appointments: whatever the vendor recommends",
        ),
    ] {
        let found = answers(held.path(), &[who, "records_edit_access"]);
        assert_eq!(found[0]["kept"], kept);
        assert_eq!(
            (&found[0]["value"], &found[0]["given"]),
            (&Json::Null, &json!(false))
        );
        let told = text(held.path(), &["why", who, "records_edit_access"]);
        assert!(told.contains(said), "{told}");
    }
    let told = text(held.path(), &["why", "flo", "finances_transactions_access"]);
    assert!(
        told.contains("of `finances_access`: no line names it"),
        "{told}"
    );
    // What the project calls sensitive is marked.
    let found = answers(held.path(), &["flo", "statistics_access"]);
    assert_eq!(found[0]["sensitivity"], "money");
    let told = text(held.path(), &["who", "statistics_access"]);
    assert!(told.contains("see analytics [money]"), "{told}");
}

#[test]
fn who_is_asked_for_roles_of_the_vendor_and_tells_what_it_does_not_know() {
    let people = "\
people:
  own: { name: Own O, email: own@chain.example, access: unmanaged }
  kep: { name: Kep K, email: kep@chain.example, access: [ { role: keeper, at: [mall] } ] }
  two: { name: Two T, email: two@chain.example, access: [ { role: boss, at: [mall] }, { role: floor, at: [mall] } ] }
";
    let held = project(ROLES, people);
    let who = |what: &str| -> Json {
        let (code, out, said) = shop::keyholder(held.path(), &["who", what, "--format", "json"]);
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&out).unwrap()
    };
    let manager = who("manager");
    assert_eq!(manager["vendor_role"], "manager");
    assert_eq!(manager["holders"][0]["person"], "two");
    assert_eq!(manager["holders"].as_array().unwrap().len(), 1);
    // Two assignments in one line are one line.
    let because = manager["holders"][0]["because"].as_array().unwrap();
    assert_eq!(because.len(), 2, "a long line shows its parts: {because:?}");
    assert_eq!(who("role:worker")["holders"][0]["person"], "kep");
    let edit = who("records_edit_access");
    let unknown: Vec<(&str, &str)> = edit["unknown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["person"].as_str().unwrap(), it["why"].as_str().unwrap()))
        .collect();
    assert_eq!(unknown, [("kep", "kept"), ("own", "unmanaged")]);
    let told = text(held.path(), &["who", "records_edit_access"]);
    assert!(
        told.contains("nobody of whom it is known not known"),
        "{told}"
    );
    let (code, _, said) = shop::keyholder(held.path(), &["who", "role:nosuch"]);
    assert_eq!(code, 1);
    assert!(said.contains("no role is declared as `nosuch`"), "{said}");
    // A right without a holder has its title all the same.
    let told = text(held.path(), &["who", "clients_export_access"]);
    assert!(!told.contains("Who has clients_export_access"), "{told}");
}

#[test]
fn what_a_live_read_did_not_see_is_told_and_is_no_no() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    copy_example(&root().join("examples/hello"), place);
    let run = |arguments: &[&str]| -> (i32, String) {
        let (code, out, said) = shop::keyholder(place, arguments);
        assert!(matches!(code, 0 | 6), "{said}");
        (code, out.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    // The owner is left alone, and a read for a plan does not ask for her rights.
    let owner = ["why", "ilze", "records_delete_access", "--sandbox"];
    let (code, told) = run(&[&owner[..], &["--live"]].concat());
    assert_eq!(code, 0, "{told}");
    assert!(
        told.contains("~ delete appointments [deletion]: left alone: whatever is there"),
        "{told}"
    );
    assert!(
        told.contains("not known: the account is there, and its rights were not read"),
        "{told}"
    );
    assert!(!told.contains("nothing") && !told.contains("not what the files say"));
    // Places with the same reason are told together.
    let who = ["who", "records_delete_access", "--sandbox", "--live"];
    let (_, told) = run(&who);
    assert!(
        told.contains(
            "? Ilze Ozola (ilze) · salons · Rīga Centrs, Rīga Mall: the account is there"
        ),
        "{told}"
    );

    // A place that the vendor does not show any more.
    let live = std::fs::read_to_string(place.join("live.json")).unwrap();
    let mut live: Json = serde_json::from_str(&live).unwrap();
    let salons = &mut live["systems"]["salons"];
    let id = salons["locations"][1]["id"].to_string();
    salons["locations"].as_array_mut().unwrap().remove(1);
    for user in salons["users"].as_array_mut().unwrap() {
        user["in"].as_object_mut().unwrap().remove(&id);
    }
    std::fs::write(place.join("live.json"), live.to_string()).unwrap();
    assert_eq!(run(&["sandbox", "reset"]).0, 0);
    let matrix = ["matrix", "--sandbox", "--live", "--at", "mall"];
    let jana = ["why", "jana", "records_edit_access", "--sandbox", "--live"];
    for arguments in [&matrix[..], &who, &jana] {
        let (code, told) = run(arguments);
        assert_eq!(code, 6, "{told}");
        assert!(
            told.contains(
                "note: Rīga Mall (salons) was not read, and what people have there is not known: "
            ),
            "{arguments:?}: {told}"
        );
    }
    let (_, told) = run(&[&matrix[..], &["--format", "json"]].concat());
    let told: Json = serde_json::from_str(&told).unwrap();
    assert!(told["point"]["notes"].to_string().contains("was not read"));
    let rows = told["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        for cell in row["cells"].as_object().unwrap().values() {
            assert_ne!(cell["basis"], "observed", "{row:#}");
        }
    }
}
