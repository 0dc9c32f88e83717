//! From a live chain to an empty plan: `init`, `import`, and `import` again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::support::root;
use crate::support::shop::{edit, git, keyholder};

/// A new project beside the simulators of an example.
pub(crate) fn begun(example: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let live = root().join("examples").join(example).join("live.json");
    fs::copy(live, folder.path().join("live.json")).unwrap();
    init(folder.path());
    folder
}

#[track_caller]
fn init(folder: &Path) {
    let arguments = [
        "init",
        "--kind",
        "altegio",
        "--name",
        "salons",
        "--time-zone",
        "Europe/Riga",
    ];
    let (code, out, err) = keyholder(folder, &arguments);
    assert_eq!(code, 0, "{out}{err}");
}

#[track_caller]
pub(crate) fn imported(folder: &Path, more: &[&str]) -> String {
    let (code, out, err) = keyholder(
        folder,
        &[&["import", "--sandbox", "--yes"][..], more].concat(),
    );
    assert_eq!(code, 0, "{out}{err}");
    out
}

/// `plan` right after `import` is empty, at every level of ownership, and `check` is fine.
#[track_caller]
pub(crate) fn is_settled(folder: &Path) {
    let (code, out, err) = keyholder(folder, &["check"]);
    assert_eq!(code, 0, "{out}{err}");
    let settings = fs::read_to_string(folder.join("keyholder.yaml")).unwrap();
    for level in ["report", "add-only", "full"] {
        let text = settings
            .replace("ownership: report", &format!("ownership: {level}"))
            .replace("ownership: full", &format!("ownership: {level}"));
        fs::write(folder.join("keyholder.yaml"), text).unwrap();
        let (code, out, err) = keyholder(
            folder,
            &["plan", "--sandbox", "--exit-code", "--format", "json"],
        );
        assert_eq!(code, 0, "{out}{err}");
        let plan: Value = serde_json::from_str(&out).unwrap();
        for part in ["steps", "holds", "strangers", "withheld", "drift"] {
            let found = plan.get(part).or_else(|| plan["plan"].get(part));
            assert!(
                found.is_none_or(|it| it.as_array().unwrap().is_empty()),
                "{part} at {level}: {out}"
            );
        }
    }
    fs::write(folder.join("keyholder.yaml"), settings).unwrap();
}

/// Every YAML file of a project.
pub(crate) fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else if name.ends_with(".yaml") {
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_new_project_reads_and_the_plan_after_its_import_is_empty() {
    for example in ["hello", "salon-chain"] {
        let folder = begun(example);
        let folder = folder.path();
        let (code, out, err) = keyholder(folder, &["doctor", "--sandbox"]);
        assert_eq!(code, 0, "{out}{err}");
        let out = imported(folder, &[]);
        assert!(out.contains("The plan after this is empty"), "{out}");
        is_settled(folder);
        // Again there is nothing to add.
        let before = texts(folder);
        let out = imported(folder, &[]);
        assert!(out.contains("Found nothing new"), "{out}");
        assert_eq!(texts(folder), before);
    }
}

#[test]
fn all_five_vendors_are_imported_as_far_as_they_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let example = root().join("examples/off-boarding");
    fs::copy(example.join("live.json"), folder.join("live.json")).unwrap();
    let settings = fs::read_to_string(example.join("keyholder.yaml")).unwrap();
    let kept = settings.lines().filter(|line| {
        let line = line.trim_start();
        !["acting:", "hands:", "protected:", "roles:", "#"]
            .iter()
            .any(|it| line.starts_with(it))
    });
    let settings: String = kept.fold(String::new(), |text, line| text + line + "\n");
    fs::write(folder.join("keyholder.yaml"), settings).unwrap();
    let out = imported(folder, &[]);
    for said in [
        "desk: no location names a business of it, so none was asked",
        "agency: Apenday shows no users",
        "orders: roles have numbers and no names here",
    ] {
        assert!(out.contains(said), "{said}\n{out}");
    }
    let all = texts(folder);
    // A number of a role that had no name got one, where the role names it.
    assert!(
        all["keyholder.yaml"].contains("- { name: role-2, id: 2 }"),
        "{}",
        all["keyholder.yaml"]
    );
    assert!(
        all["roles.yaml"].contains("orders: { role: role-2 }"),
        "{}",
        all["roles.yaml"]
    );
    // Marta at the clinic may be Marta Kalniņa of the salons, and whoever reads the end of the output is asked.
    let said = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("Marta (account 70 at clinic) and Marta Kalniņa (account"),
        "{said}"
    );
    let people: String = all.values().map(String::as_str).collect();
    assert_eq!(
        people.matches("# TO DECIDE: one person with").count(),
        2,
        "{people}"
    );
    let (code, out, err) = keyholder(folder, &["plan", "--sandbox", "--exit-code"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Nothing to do."), "{out}");
}

#[test]
fn a_project_is_begun_once_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join(".gitignore"), "mine\n").unwrap();
    let (code, _, err) = keyholder(folder, &["init"]);
    assert_eq!((code, err.contains("--kind altegio")), (1, true), "{err}");
    let arguments = [
        "init",
        "--kind",
        "keycrm",
        "--name",
        "orders",
        "--token-env",
        "MY_KEY",
    ];
    let (code, out, err) = keyholder(folder, &arguments);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("added to .gitignore"), "{out}");
    let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap();
    assert!(
        ignored.starts_with("mine\n# ") && ignored.contains("\n.keyholder/\n"),
        "{ignored}"
    );
    // Nobody was asked where dates are meant, so it is said.
    assert!(err.contains("dates are meant in "), "{err}");
    let settings = fs::read_to_string(folder.join("keyholder.yaml")).unwrap();
    assert!(settings.contains("key: { env: MY_KEY }"), "{settings}");
    let (code, out, err) = keyholder(folder, &["check"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = keyholder(folder, &arguments);
    assert_eq!((code, err.contains("is there already")), (1, true), "{err}");
    assert_eq!(
        fs::read_to_string(folder.join("keyholder.yaml")).unwrap(),
        settings
    );
    let (code, _, err) = keyholder(folder, &["init", "--kind", "salon", "-C", "elsewhere"]);
    assert_eq!((code, err.contains("no vendor")), (1, true), "{err}");
}

#[test]
fn a_dry_run_writes_nothing_and_a_run_without_a_yes_neither() {
    let folder = begun("hello");
    let folder = folder.path();
    let before = texts(folder);
    let (code, out, _) = keyholder(folder, &["import", "--sandbox", "--dry-run"]);
    assert_eq!(code, 0);
    assert!(out.contains("+++ b/people/riga-centrs.yaml"), "{out}");
    // What is shown is no terminal: contacts are masked.
    assert!(
        !out.contains("karlis@") && !out.contains("+37120000003"),
        "{out}"
    );
    let (code, _, err) = keyholder(folder, &["import", "--sandbox"]);
    assert_eq!((code, err.contains("--dry-run")), (1, true), "{err}");
    let (code, _, err) = keyholder(folder, &["import", "--sandbox", "--yes", "--at", "nowhere"]);
    assert_eq!((code, err.contains("no such location")), (1, true), "{err}");
    assert_eq!(texts(folder), before);
}

#[test]
fn location_by_location_the_files_only_grow() {
    let folder = begun("salon-chain");
    let folder = folder.path();
    let out = imported(folder, &["--at", "Rīga Centrs"]);
    assert!(out.contains("1 new location "), "{out}");
    // Somebody makes it theirs.
    let file = texts(folder)
        .into_keys()
        .find(|it| it.starts_with("people/riga"))
        .unwrap();
    edit(
        folder,
        &file,
        "people:\n",
        "# ours: ask Ilze\npeople: # sorted by hand\n",
    );
    edit(
        folder,
        "roles.yaml",
        "roles:\n",
        "roles:\n  # from the first salon\n",
    );
    let before = texts(folder);
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "."]);
    imported(folder, &[]);
    is_settled(folder);
    let after = texts(folder);
    for (file, before) in &before {
        let after = &after[file];
        let mut lines = after.lines();
        for line in before.lines() {
            assert!(
                lines.any(|it| it == line) || line.contains("at: ["),
                "{file}: {line}\n{after}"
            );
        }
    }
}

#[test]
fn a_new_location_comes_with_those_who_work_there_whatever_line_reaches_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let place = |id: u32, title: &str| json!({ "id": id, "title": title });
    let user = |id: u32, name: &str, at: Value| {
        let email = format!("{}@s.example", name.to_lowercase());
        json!({ "id": id, "name": name, "email": email, "in": at })
    };
    let live = json!({ "starts": "2026-11-23T07:00:00Z", "systems": { "salons": {
        "kind": "altegio", "caller": 1,
        "locations": [place(101, "Riga"), place(102, "Mall"), place(103, "Ogre")],
        "users": [
            user(1, "Robot", json!({ "*": { "role": "manager", "preset": "all" } })),
            user(10, "Anna", json!({ "101": "worker", "103": "worker" })),
            user(12, "Cita", json!({ "101": "worker", "102": "worker" })),
            user(20, "Gita", json!({ "103": "worker" })),
        ],
    } } });
    fs::write(folder.join("live.json"), live.to_string()).unwrap();
    init(folder);
    imported(folder, &["--at", "Riga", "--at", "Mall", "--one-file"]);
    is_settled(folder);
    edit(folder, "people.yaml", "at: [mall, riga]", "at: all");
    let out = imported(folder, &[]);
    let people = &texts(folder)["people.yaml"];
    let entries: Value = serde_yaml::from_str(people).unwrap();
    let access = &entries["people"]["anna"]["access"];
    let places: Vec<&str> = access
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|line| line["at"].as_array().unwrap())
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(places, ["riga", "ogre"], "{people}");
    let line = 1 + people
        .lines()
        .position(|it| it.ends_with("at: all }"))
        .unwrap();
    let told = format!("`cita`: people.yaml:{line} gives access at ogre too, which is new");
    let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&told), "{out}");
    assert!(
        flat.contains("`at: { all: true, except: [ogre] }`"),
        "{out}"
    );
    assert!(flat.contains("has 1 difference at new locations"), "{out}");
    assert!(!flat.contains("had before"), "{out}");
    edit(
        folder,
        "people.yaml",
        "at: all",
        "at: { all: true, except: [ogre] }",
    );
    is_settled(folder);
}

#[test]
fn contacts_can_be_kept_out_of_git() {
    let folder = begun("hello");
    let folder = folder.path();
    imported(folder, &["--contacts", "private/contacts.yaml"]);
    let contacts = fs::read_to_string(folder.join("private/contacts.yaml")).unwrap();
    assert!(
        contacts.contains("ilze@salons.example") && contacts.contains("+37120000003"),
        "{contacts}"
    );
    for (file, text) in texts(folder) {
        assert!(
            file.starts_with("private/") || !text.contains("@salons.example"),
            "{file}: {text}"
        );
        assert!(
            file.starts_with("private/") || !text.contains("+37120000003"),
            "{file}: {text}"
        );
    }
    let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap();
    assert!(
        ignored.lines().any(|line| line == "/private/contacts.yaml"),
        "{ignored}"
    );
    is_settled(folder);
    let out = imported(folder, &[]);
    assert!(out.contains("Found nothing new"), "{out}");
}

#[test]
fn what_is_imported_stands_in_files_that_the_project_reads() {
    for (files, there) in [
        (r#"["all.yaml"]"#, vec![("all.yaml", "# all of it\n")]),
        (r"[org]", vec![("org/a.yaml", "policies: {}\n")]),
    ] {
        let folder = begun("hello");
        let folder = folder.path();
        for (file, text) in there {
            fs::create_dir_all(folder.join(file).parent().unwrap()).unwrap();
            fs::write(folder.join(file), text).unwrap();
        }
        let settings = fs::read_to_string(folder.join("keyholder.yaml")).unwrap();
        fs::write(
            folder.join("keyholder.yaml"),
            format!("{settings}\nfiles: {files}\n"),
        )
        .unwrap();
        imported(folder, &[]);
        let (code, out, err) = keyholder(folder, &["check"]);
        assert_eq!(code, 0, "{out}{err}");
        assert!(
            !out.contains("0 people") && !out.contains("0 roles"),
            "{out}"
        );
        is_settled(folder);
        let out = imported(folder, &[]);
        assert!(out.contains("Found nothing new"), "{out}");
    }
}

#[test]
fn marks_stay_where_people_are_not_the_last_section() {
    let folder = begun("hello");
    let folder = folder.path();
    fs::write(
        folder.join("people.yaml"),
        "people:\n  boss: { name: Boss, access: [] }\n\n# of places\nlocations: {}\n",
    )
    .unwrap();
    imported(folder, &[]);
    let all = texts(folder);
    let people = &all["people.yaml"];
    assert!(
        people.contains("access: unmanaged # an owner\n"),
        "{people}"
    );
    assert!(people.contains("\n# of places\nlocations:"), "{people}");
    is_settled(folder);
}

#[test]
fn contacts_go_where_the_settings_say_and_nowhere_else() {
    let folder = begun("hello");
    let folder = folder.path();
    let before = texts(folder);
    let refused = |file: &str, why: &str| {
        let (code, out, err) = keyholder(
            folder,
            &["import", "--sandbox", "--yes", "--contacts", file],
        );
        assert_eq!((code, err.contains(why)), (1, true), "{out}{err}");
    };
    for file in ["people/c.yaml", "./contacts.yaml", "keyholder.yaml"] {
        refused(file, "is part of the project");
    }
    assert_eq!(texts(folder), before);
    imported(folder, &["--contacts", "a.yaml", "--at", "Rīga Centrs"]);
    let kept = fs::read_to_string(folder.join("a.yaml")).unwrap();
    refused("b.yaml", "the settings keep contacts in a.yaml");
    assert!(!folder.join("b.yaml").exists());
    imported(folder, &["--contacts", "./a.yaml"]);
    let grown = fs::read_to_string(folder.join("a.yaml")).unwrap();
    assert!(grown.starts_with(&kept), "{grown}");
    is_settled(folder);
}

#[test]
fn a_kept_read_is_imported_without_asking_anybody() {
    let folder = begun("hello");
    let folder = folder.path();
    fs::write(
        folder.join("locations.yaml"),
        "locations:\n  center: { title: Centrs, in: { salons: 101 } }\n",
    )
    .unwrap();
    fs::write(
        folder.join("people.yaml"),
        "people:\n  boss: { name: Ilze, email: ilze@salons.example, access: unmanaged }\n",
    )
    .unwrap();
    imported(folder, &["--at", "center"]);
    let all = texts(folder);
    // There was one file, so there is one.
    assert!(
        all["people.yaml"].starts_with("people:\n  boss: { name: Ilze,"),
        "{all:?}"
    );
    assert!(all["people.yaml"].contains("karlis:"), "{all:?}");
    let (code, out, err) = keyholder(
        folder,
        &["observe", "--sandbox", "--out", "kept.observed.json"],
    );
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = keyholder(
        folder,
        &[
            "import",
            "--sandbox",
            "--observed",
            "kept.observed.json",
            "--dry-run",
        ],
    );
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Found nothing new"), "{out}");
}

/// A small dice, so that the chain is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const CALENDAR: [&str; 3] = [
    "timetable_phones_access",
    "timetable_schedule_edit_access",
    "timetable_statistics_access",
];
const WINDOW: [&str; 9] = [
    "records_clients_access",
    "records_create_access",
    "records_edit_access",
    "records_edit_client_came_access",
    "records_edit_comment_access",
    "records_edit_services_access",
    "records_delete_access",
    "records_autocomplete_access",
    "records_finances_access",
];
const CLIENTS: [&str; 6] = [
    "clients_card_phone_access",
    "clients_comments_access",
    "clients_comments_add_access",
    "clients_edit_access",
    "clients_delete_access",
    "clients_export_access",
];
const MONEY: [&str; 6] = [
    "finances_transactions_access",
    "finances_transactions_create_access",
    "finances_transactions_edit_access",
    "finances_accounts_access",
    "finances_z_report_access",
    "finances_period_report_access",
];
const STOCK: [&str; 4] = [
    "storages_goods_access",
    "storages_goods_create_access",
    "storages_goods_edit_access",
    "storages_goods_delete_access",
];
const OWN: [&str; 4] = [
    "timetable_access",
    "records_access",
    "clients_access",
    "finances_access",
];

type Position = (&'static str, usize, Vec<&'static str>, i64, bool);

/// Vendor role, how many of ten times ten, rights, days, own calendar.
fn positions() -> Vec<Position> {
    let cat = |parts: &[&[&'static str]]| parts.concat();
    vec![
        ("worker", 34, cat(&[&CALENDAR[..1], &WINDOW[..5]]), 30, true),
        ("worker", 12, cat(&[&CALENDAR[..1], &WINDOW[..2]]), 7, true),
        (
            "worker",
            12,
            cat(&[&CALENDAR, &WINDOW[..8], &CLIENTS[..2]]),
            60,
            true,
        ),
        (
            "worker",
            8,
            cat(&[&CALENDAR[..1], &WINDOW[..5], &STOCK[..3]]),
            30,
            true,
        ),
        (
            "administrator",
            16,
            cat(&[&CALENDAR, &WINDOW, &CLIENTS[..4]]),
            -1,
            false,
        ),
        (
            "administrator",
            7,
            cat(&[&CALENDAR, &WINDOW, &CLIENTS, &MONEY[..4]]),
            -1,
            false,
        ),
        (
            "manager",
            5,
            cat(&[&CALENDAR, &WINDOW, &CLIENTS, &MONEY, &STOCK]),
            -1,
            false,
        ),
        (
            "manager",
            4,
            cat(&[&CALENDAR, &WINDOW, &CLIENTS, &MONEY]),
            -1,
            false,
        ),
        ("accountant", 2, cat(&[&MONEY, &STOCK[..1]]), -1, false),
    ]
}

/// 200 accounts over 10 locations, 15 of them at several; one in three differs from its position by hand.
fn chain(seed: u64) -> Value {
    let mut dice = Dice(seed);
    let positions = positions();
    let mut staff: Vec<Vec<String>> = vec![Vec::new(); 10];
    let mut users = vec![
        json!({ "id": 1, "name": "Keyholder robot", "email": "robot@c.example", "in": { "*": { "role": "manager", "preset": "all" } } }),
        json!({ "id": 2, "name": "Ilze Ozola", "email": "ilze@c.example", "in": { "*": "owner" } }),
    ];
    for at in 0..200 {
        let mut left = dice.roll(100);
        let chosen = positions.iter().find(|it| {
            let here = left < it.1;
            left = left.saturating_sub(it.1);
            here
        });
        let (role, _, slugs, days, own) = chosen.unwrap_or(&positions[0]);
        let mut rights: Map<String, Value> = slugs
            .iter()
            .map(|it| ((*it).to_owned(), json!(true)))
            .collect();
        for _ in 0..[0, 0, 1, 0, 2, 0, 1, 0, 3][dice.roll(9)] {
            let all = [&WINDOW[..], &CLIENTS[..], &CALENDAR[..]].concat();
            let slug = all[dice.roll(all.len())];
            let now = rights.get(slug) == Some(&json!(true));
            rights.insert(slug.to_owned(), json!(!now));
        }
        let days = if dice.roll(16) == 0 {
            [14, 30, 90][dice.roll(3)]
        } else {
            *days
        };
        rights.insert("timetable_last_days_count".to_owned(), json!(days));
        for off in [
            "auth_enable_check_ip",
            "finances_accounts_limited_access",
            "finances_expenses_limited_access",
            "storages_limited_access",
            "records_finances_accounts_limited_access",
        ] {
            rights.insert(off.to_owned(), json!(false));
        }
        for section in OWN.iter().chain(&["storages_access"]) {
            let prefix = section.trim_end_matches("access");
            let open = rights
                .iter()
                .any(|(slug, value)| slug.starts_with(prefix) && *value == json!(true));
            rights.insert((*section).to_owned(), json!(open));
        }
        let name = format!("Name{} Family{at}", at % 31);
        let places = if at < 15 { 2 + dice.roll(3) } else { 1 };
        let first = dice.roll(10);
        let mut within = Map::new();
        for place in (0..places).map(|it| (first + it * 3) % 10) {
            let mut rights = rights.clone();
            let mut link = json!({ "role": role, "preset": "none" });
            if *own {
                staff[place].push(name.clone());
                rights.insert("timetable_staff_id".to_owned(), json!(name));
                link["staff"] = json!(name);
            }
            link["rights"] = Value::Object(rights);
            within.insert((101 + place).to_string(), link);
        }
        users.push(json!({ "id": 10 + at, "name": name, "email": format!("p{at}@c.example"), "in": within }));
    }
    let places: Vec<Value> = staff
        .into_iter()
        .enumerate()
        .map(
            |(at, staff)| json!({ "id": 101 + at, "title": format!("Salon {at}"), "staff": staff }),
        )
        .collect();
    let salons = json!({ "kind": "altegio", "caller": 1, "locations": places, "users": users });
    json!({ "starts": "2026-11-23T07:00:00Z", "systems": { "salons": salons } })
}

/// Rights that at least half of a role's people are denied, with how many of how many.
fn denied_to_half(all: &BTreeMap<String, String>) -> BTreeMap<(String, String), (usize, usize)> {
    let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut denied: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for text in all
        .iter()
        .filter_map(|(file, text)| file.starts_with("people/").then_some(text))
    {
        let file: Value = serde_yaml::from_str(text).unwrap();
        for (key, person) in file["people"].as_object().unwrap() {
            for line in person["access"].as_array().into_iter().flatten() {
                let role = line["role"].as_str().unwrap();
                people
                    .entry(role.to_owned())
                    .or_default()
                    .insert(key.clone());
                for slug in line["minus"]["salons"].as_array().into_iter().flatten() {
                    let spot = (role.to_owned(), slug.as_str().unwrap().to_owned());
                    denied.entry(spot).or_default().insert(key.clone());
                }
            }
        }
    }
    assert!(
        !denied.is_empty(),
        "nobody has a `minus`, so nothing is proven"
    );
    let counted = denied.into_iter().map(|(spot, who)| {
        let all = people[&spot.0].len();
        (spot, (who.len(), all))
    });
    counted
        .filter(|(_, (some, all))| some * 2 >= *all)
        .collect()
}

#[test]
fn two_hundred_accounts_become_some_ten_roles_and_an_empty_plan() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("live.json"), chain(20_261_123).to_string()).unwrap();
    init(folder);
    let out = imported(folder, &[]);
    assert!(
        out.contains("Found 202 new people with 202 accounts, 10 new locations"),
        "{out}"
    );
    let (code, told, err) = keyholder(folder, &["check"]);
    assert_eq!(code, 0, "{told}{err}");
    let roles: usize = told
        .split(", ")
        .find_map(|part| part.strip_suffix(" roles"))
        .unwrap()
        .parse()
        .unwrap();
    assert!((8..=15).contains(&roles), "{roles}\n{out}");
    let all = texts(folder);
    let mut people = String::new();
    for (file, text) in &all {
        if file.starts_with("people/") {
            write!(people, "{text}").unwrap();
        }
    }
    assert_eq!(denied_to_half(&all), BTreeMap::new());
    // Many stand on one line as their role alone, and those at several places in a file of their own.
    let lines = people
        .lines()
        .filter(|line| line.contains("role: "))
        .count();
    let plain = people
        .lines()
        .filter(|line| line.contains("role: ") && line.ends_with("] }") && !line.contains("minus"))
        .count();
    assert!(plain * 5 > lines * 2, "{plain} of {lines}");
    assert_eq!(
        all["people/several-places.yaml"]
            .matches("\n    name:")
            .count(),
        17
    );
    assert!(
        all["roles.yaml"].contains("extends: ["),
        "{}",
        all["roles.yaml"]
    );
    assert!(
        all["roles.yaml"].contains("timetable_staff_id: self"),
        "{}",
        all["roles.yaml"]
    );
    edit(
        folder,
        "keyholder.yaml",
        "ownership: report",
        "ownership: full",
    );
    let (code, out, err) = keyholder(folder, &["plan", "--sandbox", "--exit-code"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Nothing to do."), "{out}");
}
