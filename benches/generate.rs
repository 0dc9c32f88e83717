//! Projects of any size, equal on every machine and in every run.
//!
//! Not a fuzzer: what is generated is good, and made of what large chains are made of. It knows the language only as
//! a person does who reads its manual: nothing of `keyholder` is imported, and the YAML is written by a library that is
//! not our reader. No randomness: everything follows from a person's number.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

/// How large a project is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Declared people.
    pub(crate) people: usize,
    /// Files that declare them.
    pub(crate) files: usize,
    /// Declared locations.
    pub(crate) locations: usize,
}

impl Size {
    /// The size of a chain with so many people: a file per hundred, and up to 200 locations.
    pub(crate) fn of(people: usize) -> Self {
        Self {
            people,
            files: people.div_ceil(100),
            locations: match people {
                ..100 => 3,
                100..2_000 => 10,
                2_000.. => 200,
            },
        }
    }

    /// The region of a location: each has several.
    fn region(self, location: usize) -> String {
        format!("r{}", location % (self.locations / 5).clamp(1, 8))
    }
}

/// Path and text of every file.
pub(crate) fn project(size: Size) -> Vec<(String, String)> {
    let mut files = vec![
        ("keyholder.yaml".to_owned(), yaml(&settings())),
        ("locations.yaml".to_owned(), yaml(&locations(size))),
        ("roles.yaml".to_owned(), yaml(&roles())),
    ];
    let each = size.people.div_ceil(size.files);
    for file in 0..size.files {
        let people: serde_json::Map<String, Value> = (file * each
            ..((file + 1) * each).min(size.people))
            .map(|number| (key(number), person(number, size)))
            .collect();
        files.push((
            format!("people/{:02}/{file:04}.yaml", file % 40),
            yaml(&json!({ "people": people })),
        ));
    }
    files
}

/// Writes a project into a folder, which is made where it is not there.
pub(crate) fn write(folder: &Path, size: Size) -> io::Result<()> {
    for (path, text) in project(size) {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

fn yaml(value: &Value) -> String {
    serde_yaml::to_string(value).expect("JSON is YAML")
}

fn settings() -> Value {
    json!({
        "version": 1,
        "time_zone": "Europe/Riga",
        "systems": { "salons": {
            "kind": "altegio",
            "tokens": {
                "partner": { "env": "ALTEGIO_PARTNER_TOKEN" },
                "user": { "env": "ALTEGIO_USER_TOKEN" },
            },
            "acting": key(0),
            "ownership": "full",
            "invite_by": ["email", "phone"],
            "hands": [key(0)],
        } },
        "protected": [key(0)],
    })
}

fn location(number: usize) -> String {
    format!("salon-{number:03}")
}

fn locations(size: Size) -> Value {
    let format = ["mall", "street", "flagship"];
    let entries: serde_json::Map<String, Value> = (0..size.locations)
        .map(|number| {
            let entry = json!({
                "title": format!("Salons Nr. {number}"),
                "tags": { "region": size.region(number), "format": format[number % 3] },
                "in": { "salons": 10_000 + number },
            });
            (location(number), entry)
        })
        .collect();
    json!({ "locations": entries })
}

/// Six families of roles, each with its vendor role and the lines of its lowest level.
const FAMILIES: [(&str, &str, &[(&str, &str)]); 6] = [
    (
        "floor",
        "worker",
        &[
            ("timetable.*", "allow"),
            ("timetable_position_id", "all"),
            ("timetable_staff_id", "self"),
            ("timetable_last_days_count", "30"),
            ("records_clients_access", "allow"),
        ],
    ),
    (
        "reception",
        "administrator",
        &[
            ("timetable.*", "allow"),
            ("timetable_last_days_count", "all"),
            ("records.*", "allow"),
            ("records_edit_last_days_count", "7"),
            ("records_goods_transaction_create_last_days_count", "1"),
            ("records_goods_transaction_edit_last_days_count", "1"),
            ("clients_*_access", "allow"),
        ],
    ),
    (
        "stock",
        "worker",
        &[
            ("storages.*", "allow"),
            ("storages_goods_transactions_last_days_count", "all"),
            ("storages_goods_transactions_create_last_days_count", "14"),
            ("storages_goods_transactions_edit_last_days_count", "3"),
            ("storages_*_export_access", "deny"),
        ],
    ),
    (
        "cash",
        "administrator",
        &[
            ("finances_transactions_access", "allow"),
            ("finances_transactions_last_days_count", "30"),
            ("finances_suppliers_access", "allow"),
            ("finances_expenses_access", "allow"),
            ("finances_z_report_access", "allow"),
        ],
    ),
    (
        "lead",
        "manager",
        &[
            ("timetable.*", "allow"),
            ("timetable_last_days_count", "all"),
            ("records.*", "allow"),
            ("records_edit_last_days_count", "30"),
            ("records_goods_transaction_create_last_days_count", "30"),
            ("records_goods_transaction_edit_last_days_count", "30"),
            ("clients.*", "allow"),
            ("settings_staff_access", "allow"),
        ],
    ),
    (
        "region",
        "manager",
        &[
            ("*", "allow"),
            ("billing.*", "deny"),
            ("timetable_last_days_count", "all"),
            ("records_edit_last_days_count", "all"),
            ("records_goods_transaction_create_last_days_count", "all"),
            ("records_goods_transaction_edit_last_days_count", "all"),
            ("storages_goods_transactions_last_days_count", "all"),
            ("storages_goods_transactions_create_last_days_count", "all"),
            ("storages_goods_transactions_edit_last_days_count", "all"),
            ("dashboard_records_last_days_count", "all"),
        ],
    ),
];

/// What each level of a family adds to the one below it.
const LEVELS: [(&str, &[(&str, &str)]); 5] = [
    ("trainee", &[]),
    (
        "junior",
        &[
            ("records_create_access", "allow"),
            ("records_edit_access", "allow"),
            ("records_edit_last_days_count", "1"),
        ],
    ),
    (
        "regular",
        &[
            ("records_edit_last_days_count", "3"),
            ("records_edit_comment_access", "allow"),
            ("records_edit_services_access", "allow"),
            ("clients_access", "allow"),
            ("clients_comments_access", "allow"),
        ],
    ),
    (
        "senior",
        &[
            ("records_edit_last_days_count", "14"),
            ("records_edit_duration_access", "allow"),
            ("records_services_discount_access", "allow"),
            ("clients_card_phone_access", "allow"),
        ],
    ),
    (
        "chief",
        &[
            ("records_delete_access", "allow"),
            ("finances_period_report_access", "allow"),
            ("finances_transactions_access", "allow"),
            ("finances_transactions_last_days_count", "7"),
            ("statistics_access", "allow"),
        ],
    ),
];

fn role(family: usize, level: usize) -> String {
    format!("{}-{}", FAMILIES[family].0, LEVELS[level].0)
}

/// A value as one writes it: a number as a number.
fn right_value(text: &str) -> Value {
    text.parse::<u32>()
        .map_or_else(|_| json!(text), |number| json!(number))
}

/// Six families of five levels: thirty roles.
fn roles() -> Value {
    let mut entries = serde_json::Map::new();
    for (family, (_, vendor_role, base)) in FAMILIES.iter().enumerate() {
        for (level, (title, added)) in LEVELS.iter().enumerate() {
            let mut lines: serde_json::Map<String, Value> = serde_json::Map::new();
            let mut block = serde_json::Map::new();
            let mut entry = serde_json::Map::new();
            entry.insert(
                "title".into(),
                json!(format!("{} {title}", FAMILIES[family].0)),
            );
            if level == 0 {
                block.insert("role".into(), json!(vendor_role));
                block.insert("unlisted".into(), json!("deny"));
                lines.extend(
                    base.iter()
                        .map(|(slug, value)| ((*slug).to_owned(), right_value(value))),
                );
            } else {
                entry.insert("extends".into(), json!([role(family, level - 1)]));
                lines.extend(
                    added
                        .iter()
                        .map(|(slug, value)| ((*slug).to_owned(), right_value(value))),
                );
            }
            block.insert("rights".into(), Value::Object(lines));
            entry.insert("salons".into(), Value::Object(block));
            entries.insert(role(family, level), Value::Object(entry));
        }
    }
    json!({ "roles": entries })
}

const FIRST: [&str; 24] = [
    "Anna",
    "Jānis",
    "Ilze",
    "Kārlis",
    "Līga",
    "Māris",
    "Olga",
    "Andris",
    "Elīna",
    "Pēteris",
    "Dace",
    "Artūrs",
    "Zane",
    "Edgars",
    "Inese",
    "Juris",
    "Kristīne",
    "Mārtiņš",
    "Natālija",
    "Roberts",
    "Santa",
    "Toms",
    "Vita",
    "Żaneta",
];
const LAST: [&str; 20] = [
    "Bērziņš",
    "Kalniņš",
    "Ozoliņš",
    "Jansons",
    "Ozols",
    "Liepiņš",
    "Krūmiņš",
    "Balodis",
    "Eglītis",
    "Zariņš",
    "Pētersons",
    "Vītols",
    "Kļaviņš",
    "Kārkliņš",
    "Vanags",
    "Ivanova",
    "Šmits",
    "Petrova",
    "Zālītis",
    "Kowalski",
];

/// A number that looks drawn and is not: the finalizer of SplitMix64.
fn mixed(number: usize, salt: u64) -> usize {
    let mut z = (number as u64)
        .wrapping_add(salt)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 16).unwrap_or_default()
}

fn key(number: usize) -> String {
    format!("p{number:06}")
}

/// One person of a hundred different sorts.
fn person(number: usize, size: Size) -> Value {
    let first = FIRST[mixed(number, 1) % FIRST.len()];
    let last = LAST[mixed(number, 2) % LAST.len()];
    let home = mixed(number, 3) % size.locations;
    let other = (home + 1 + mixed(number, 4) % (size.locations - 1)) % size.locations;
    let level = mixed(number, 5) % LEVELS.len();
    // Mostly stylists and receptionists, few managers.
    let family = [0, 0, 0, 0, 0, 1, 1, 1, 2, 3][mixed(number, 6) % 10];

    let mut entry = serde_json::Map::new();
    let mut put = |name: &str, value: Value| entry.insert(name.to_owned(), value);
    put(
        "name",
        if number.is_multiple_of(3) {
            json!({ "first": first, "last": last })
        } else {
            json!(format!("{first} {last}"))
        },
    );
    if !number.is_multiple_of(10) {
        put("email", json!(format!("staff{number}@chain.example")));
    }
    put("phone", json!(format!("+3712{number:07}")));
    if number.is_multiple_of(4) {
        put("class", json!("employee"));
    }

    let at_home = |role: String| json!({ "role": role, "at": [location(home)] });
    let sort = if number == 0 { 100 } else { number % 100 };
    let access = match sort {
        // Who acts and is protected.
        100 => json!([{ "role": role(5, 4), "at": "all" }]),
        // A leaver, gone for long.
        1 => {
            put("leaves", json!("2026-06-30"));
            json!([at_home(role(family, level))])
        }
        // Somebody who begins and somebody who has begun.
        2 => {
            put("starts", json!("2027-03-01"));
            json!([at_home(role(family, level))])
        }
        3..=5 => {
            put("starts", json!("2024-09-01T08:00"));
            json!([at_home(role(family, level))])
        }
        // A region's manager, who covers for a while.
        6 => json!([
            { "role": role(5, level), "at": { "region": size.region(home), "except": [location(home)] } },
        ]),
        // Two jobs in two branches.
        7..=16 => json!([
            at_home(role(family, level)),
            { "role": role((family + 1) % 4, 4 - level), "at": [location(other)] },
        ]),
        // Two jobs in one.
        17 => json!([at_home(role(0, 2)), at_home(role(2, 1))]),
        // Cover with dates and a reason; some of it over, some to come.
        18..=20 => json!([
            at_home(role(0, level)),
            {
                "role": role(1, level), "at": [location(other)],
                "from": "2026-11-01", "until": "2027-01-31", "because": "covers leave",
            },
        ]),
        21 => json!([
            at_home(role(0, level)),
            {
                "role": role(4, 1), "at": [location(home)],
                "from": "2026-02-01", "until": "2026-03-31", "because": "covered leave",
            },
        ]),
        // More and less than the role.
        22..=24 => json!([{
            "role": role(0, 3), "at": [location(home)],
            "plus": { "salons": { "records_delete_access": "allow" } },
            "because": "closes the branch alone",
        }]),
        25..=27 => json!([{
            "role": role(1, level), "at": [location(home)],
            "minus": { "salons": ["clients_comments_access"] },
        }]),
        28 => {
            put(
                "never",
                json!([{ "salons": "finances_transactions_delete_access", "because": "audit 2025-3" }]),
            );
            json!([at_home(role(3, level))])
        }
        // Pinned, renamed, linked to a team member by name.
        29 => {
            put("was", json!([format!("old{number:06}")]));
            put(
                "accounts",
                json!({ "salons": { "id": 1_000_000 + number } }),
            );
            json!([at_home(role(family, level))])
        }
        30 => {
            let link = json!({ location(home): format!("{first} {number}") });
            put("accounts", json!({ "salons": { "staff": link } }));
            json!([at_home(role(0, level))])
        }
        // A branch's manager.
        31..=33 => json!([at_home(role(4, level))]),
        34 => json!("unmanaged"),
        35 => json!([]),
        _ => json!([at_home(role(family, level))]),
    };
    put("access", access);
    Value::Object(entry)
}
