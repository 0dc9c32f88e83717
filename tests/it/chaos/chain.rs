//! Small chains made from a seed: a project, a live side that differs from it, and what must come of them.
//!
//! What must come of it is worked out here by hand, from how each person was made, and never by the product.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use keyholder::catalog::Kind;
use serde_json::{Value, json};

use super::dice::Dice;
use super::rules::{Floor, NO_RULES, Rules};

/// The accounts every chain has: who asks, who owns it, and a worker nothing may reduce.
pub(crate) const ROBOT: u64 = 1;
pub(crate) const OWNER: u64 = 2;
pub(crate) const VERA: u64 = 3;
pub(crate) const STRANGER: u64 = 4;

/// The places: a key and the vendor's id.
pub(crate) const PLACES: [(&str, u64); 3] = [("center", 101), ("mall", 102), ("port", 103)];

/// The rights the places have: a small plan of the vendor's, so that a thousand chains take seconds.
const RIGHTS: [&str; 13] = [
    "timetable_access",
    "timetable_transferring_record_access",
    "timetable_last_days_count",
    "records_access",
    "records_create_access",
    "records_edit_access",
    "records_edit_last_days_count",
    "records_delete_access",
    "settings_access",
    "settings_users_access",
    "settings_users_create_access",
    "settings_users_edit_access",
    "settings_users_delete_access",
];

const ROLES: [&str; 3] = ["floor", "desk", "chief"];

/// What of a role is looked at afterwards: its vendor role, and some of its rights.
fn promised(role: &str) -> (&'static str, Vec<(&'static str, Value)>) {
    match role {
        "floor" => (
            "worker",
            vec![
                ("timetable_access", json!(true)),
                ("timetable_transferring_record_access", json!(true)),
                ("records_access", json!(true)),
                ("records_create_access", json!(true)),
                ("records_edit_access", json!(true)),
                ("records_edit_last_days_count", json!(3)),
                ("records_delete_access", json!(false)),
                ("settings_access", json!(false)),
            ],
        ),
        "floor2" => (
            "worker",
            vec![
                ("timetable_access", json!(true)),
                ("records_create_access", json!(true)),
                ("records_edit_access", json!(false)),
                ("settings_access", json!(false)),
            ],
        ),
        "desk" => (
            "administrator",
            vec![
                ("records_create_access", json!(true)),
                ("records_delete_access", json!(true)),
            ],
        ),
        "chief" => (
            "manager",
            vec![
                ("settings_access", json!(true)),
                ("settings_users_access", json!(true)),
                ("records_delete_access", json!(true)),
            ],
        ),
        other => panic!("no role {other}"),
    }
}

const ROLES_YAML: &str = "\
roles:
  floor:
    title: Floor
    salons:
      role: worker
      unlisted: deny
      rights: { timetable.*: allow, timetable_last_days_count: 30, records_create_access: allow, records_edit_access: allow, records_edit_last_days_count: 3 }
  floor2:
    title: Floor, less
    salons:
      role: worker
      unlisted: deny
      rights: { timetable.*: allow, timetable_last_days_count: 30, records_create_access: allow }
  desk:
    title: Front desk
    salons:
      role: administrator
      unlisted: keep
      rights: { records_create_access: allow, records_delete_access: allow }
  chief:
    title: Chief
    salons:
      role: manager
      unlisted: deny
      rights: { timetable.*: allow, timetable_last_days_count: all, records_create_access: allow, records_delete_access: allow, settings_access: allow, settings_users_access: allow, settings_users_edit_access: allow }
";

/// Somebody whom the project names and who may change.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) key: String,
    /// The account, for those who have one from the beginning.
    pub(crate) account: Option<u64>,
    /// Where they are from the beginning: role, and whether they have not accepted.
    pub(crate) live: BTreeMap<u64, (String, bool)>,
    /// Where the files want them, by the vendor's ids of places, with which role.
    pub(crate) wanted: BTreeMap<u64, String>,
    /// Whether the files say that they left; `wanted` holds what their lines still name.
    pub(crate) left: bool,
    /// Whether they have been hired before the files name them.
    pub(crate) declared: bool,
    /// How often they came back after they had left.
    pub(crate) returned: usize,
}

impl Person {
    pub(crate) fn email(&self) -> String {
        format!("{}@chain.example", self.key)
    }
}

/// A chain.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) people: Vec<Person>,
    /// How many of the places there are.
    pub(crate) size: usize,
    pub(crate) options: Value,
    /// How the project reduces the worker it protects: not at all, by a role, or by leaving.
    pub(crate) vera: &'static str,
    /// Where somebody is whom nobody declared.
    pub(crate) stranger_at: BTreeSet<u64>,
    /// Whose salons they are: `altegio` or `yclients`.
    pub(crate) kind: Kind,
    /// The rules of the project; none: nothing is held for its number.
    pub(crate) rules: Option<Rules>,
    /// Whether nobody owns the salons, and the worker may be reduced: then whoever manages users may be the last.
    pub(crate) ownerless: bool,
    /// What the files make of the role `floor`.
    pub(crate) floor: Floor,
    /// An account of somebody else that an entry of the files claims, to give it nothing.
    pub(crate) pinned: Option<u64>,
    /// The users of a KeyCRM beside the salons, by person, and whether each is blocked; none where there is no KeyCRM.
    /// Its interface shows them and changes nothing.
    pub(crate) orders: Option<BTreeMap<String, (u64, bool)>>,
}

impl Chain {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        let options = json!({
            "write": dice.pick(&["replace", "merge"]),
            "role_resets_rights": dice.percent(30),
            "closed_sections": dice.pick(&["keep", "keep", "close-below"]),
            "invitation_appears_after": dice.pick(&[0, 3, 3, 30, 90]),
            "repeated_invitation": dice.pick(&["second-message", "second-message", "refuse", "silent"]),
            "delete_pending": dice.pick(&["withdraw", "withdraw", "withdraw", "refuse"]),
            "values": dice.pick(&["typed", "flags", "strings"]),
            "refusals_as_200": dice.percent(20),
            "latency_there_ms": dice.pick(&[0, 50]),
            "latency_back_ms": dice.pick(&[0, 120]),
        });
        let size = *dice.pick(&[2, 2, 3]);
        let count = 2 + dice.index(4);
        let people = (0..count)
            .map(|number| person(dice, number, size))
            .collect();
        Self {
            people,
            size,
            options,
            vera: *dice.pick(&["stays", "less", "leaves"]),
            stranger_at: some_places(dice, size),
            kind: Kind::Altegio,
            rules: None,
            ownerless: false,
            floor: Floor::Whole,
            pinned: None,
            orders: None,
        }
    }

    /// Gives it rules, and now and then nobody who is safe from them.
    pub(crate) fn add_rules(&mut self, dice: &mut Dice) {
        self.rules = Some(Rules::new(dice));
        self.ownerless = dice.percent(50);
    }

    /// The role somebody must have at a place in the end.
    pub(crate) fn must_have<'a>(&self, person: &'a Person, place: u64) -> Option<&'a str> {
        let role = person.wanted.get(&place).filter(|_| !person.left);
        let role = role.filter(|_| person.declared).map(String::as_str);
        role.filter(|role| *role != "floor" || self.floor != Floor::Nothing)
    }

    /// What of a role is looked at afterwards: its vendor role, and some of its rights.
    pub(crate) fn promised(&self, role: &str) -> (&'static str, Vec<(&'static str, Value)>) {
        match (role, self.floor) {
            ("floor", Floor::Less) => promised("floor2"),
            _ => promised(role),
        }
    }

    /// Whether an account is of somebody who left.
    pub(crate) fn leaves(&self, account: u64, person: Option<&str>) -> bool {
        let mut people = self.people.iter().filter(|it| it.left);
        account == VERA && self.vera == "leaves" || people.any(|it| Some(&*it.key) == person)
    }

    /// Whom nothing may be taken from.
    pub(crate) fn protected(&self) -> &'static [u64] {
        if self.ownerless {
            &[ROBOT]
        } else {
            &[ROBOT, OWNER, VERA]
        }
    }

    /// Adds a KeyCRM: some of the people are in it, whether they should be or not.
    pub(crate) fn add_orders(&mut self, dice: &mut Dice) {
        let users = self.people.iter().zip(11..);
        let users = users.filter(|_| dice.percent(60)).collect::<Vec<_>>();
        let users = users.into_iter();
        let users = users.map(|(person, id)| (person.key.clone(), (id, dice.percent(25))));
        self.orders = Some(users.collect());
    }

    /// The files change: somebody leaves, comes, moves, or has another role.
    pub(crate) fn edit(&mut self, dice: &mut Dice) {
        let size = self.size;
        let edits = 1 + dice.index(3);
        for _ in 0..edits {
            let at = dice.index(self.people.len());
            let person = &mut self.people[at];
            match dice.below(5) {
                0 => person.left = true,
                1 if !person.left => person.wanted = wanted(dice, size),
                2 if !person.left => {
                    for role in person.wanted.values_mut() {
                        (*dice.pick(&["floor", "floor2", "desk"])).clone_into(role);
                    }
                }
                3 if !person.left => {
                    let place = dice.pick(&PLACES[..size]).1;
                    let role = person.wanted.values().next().cloned();
                    person
                        .wanted
                        .insert(place, role.unwrap_or_else(|| "floor".to_owned()));
                }
                _ => {
                    let number = self.people.len();
                    let mut hire = Person {
                        key: format!("p{number}"),
                        account: None,
                        live: BTreeMap::new(),
                        wanted: wanted(dice, size),
                        left: false,
                        declared: true,
                        returned: 0,
                    };
                    if hire.wanted.is_empty() {
                        hire.wanted.insert(101, "floor".to_owned());
                    }
                    self.people.push(hire);
                }
            }
        }
    }

    /// The places there are.
    pub(crate) fn places(&self) -> &'static [(&'static str, u64)] {
        &PLACES[..self.size]
    }

    pub(crate) fn settings(&self) -> String {
        let orders = match self.orders {
            None => "",
            Some(_) => {
                "  orders:
    kind: keycrm
    tokens: { key: { env: KEY } }
    roles: [{ name: administrator, id: 1 }, { name: manager, id: 2 }]
    acting: robot
    ownership: full
    hands: [ilze]
"
            }
        };
        let protected = if self.ownerless {
            ""
        } else {
            "protected: [ilze, vera]\n"
        };
        let rules = self.rules.as_ref();
        let rules = rules.map_or_else(|| NO_RULES.to_owned(), Rules::settings);
        format!(
            "\
version: 1
time_zone: Europe/Riga
systems:
  salons:
    kind: {kind}
    tokens: {{ partner: {{ env: PARTNER }}, user: {{ env: USER }} }}
    acting: robot
    ownership: full
{orders}{protected}{rules}",
            kind = self.kind.as_str()
        )
    }

    /// Everything but the settings.
    pub(crate) fn entries(&self) -> String {
        let mut yaml = String::from("locations:\n");
        for (key, id) in self.places() {
            writeln!(yaml, "  {key}: {{ title: {key}, in: {{ salons: {id} }} }}").unwrap();
        }
        let roles = match self.floor {
            Floor::Whole => ROLES_YAML.to_owned(),
            Floor::Less => ROLES_YAML.replacen(
                ", records_edit_access: allow, records_edit_last_days_count: 3",
                "",
                1,
            ),
            Floor::Nothing => {
                let floor2 = ROLES_YAML.find("  floor2:").unwrap();
                format!(
                    "roles:\n  floor: {{ title: Floor }}\n{}",
                    &ROLES_YAML[floor2..]
                )
            }
        };
        let manager = "    title: Front desk\n    orders: { role: manager }\n";
        match self.orders {
            None => yaml.push_str(&roles),
            Some(_) => yaml.push_str(&roles.replace("    title: Front desk\n", manager)),
        }
        yaml.push_str(
            "people:
  ilze: { name: Ilze Ozola, email: ilze@chain.example, access: unmanaged }
  robot: { kind: service, name: Robot, accounts: ACCOUNTS, access: unmanaged }
",
        );
        let orders = self.orders.as_ref().map_or("", |_| ", orders: { id: 1 }");
        let mut yaml = yaml.replace("ACCOUNTS", &format!("{{ salons: {{ id: 1 }}{orders} }}"));
        let vera = match self.vera {
            "stays" => "access: [ { role: chief, at: all } ]",
            "less" => "access: [ { role: floor2, at: [center] } ]",
            _ => "leaves: 2026-11-20, access: [ { role: chief, at: all } ]",
        };
        writeln!(
            yaml,
            "  vera: {{ name: Vera, email: vera@chain.example, {vera} }}"
        )
        .unwrap();
        for person in self.people.iter().filter(|person| person.declared) {
            let mut lines = String::new();
            for (place, role) in &person.wanted {
                let key = PLACES.iter().find(|(_, id)| id == place).unwrap().0;
                write!(lines, "{{ role: {role}, at: [{key}] }}, ").unwrap();
            }
            let left = if person.left {
                "leaves: 2026-11-21, "
            } else {
                ""
            };
            writeln!(
                yaml,
                "  {key}: {{ name: {{ first: Person, last: {key} }}, email: {email}, {left}access: [ {lines}] }}",
                key = person.key,
                email = person.email(),
            )
            .unwrap();
        }
        if let Some(account) = self.pinned {
            writeln!(yaml, "  thief: {{ name: Thief, accounts: {{ salons: {{ id: {account} }} }}, access: [] }}").unwrap();
        }
        yaml.extend(self.rules.as_ref().map(Rules::entries));
        yaml
    }

    /// The live side as a seed of the simulator.
    pub(crate) fn live(&self) -> Value {
        let locations = self.places().iter().map(|(key, id)| {
            json!({ "id": id, "title": key, "timezone": "Europe/Riga", "sections": RIGHTS })
        });
        let locations: Vec<Value> = locations.collect();
        let mut users = vec![
            json!({ "id": ROBOT, "name": "Robot", "email": "robot@chain.example",
                    "in": { "*": { "role": "manager", "preset": "all" } } }),
            json!({ "id": VERA, "name": "Vera", "email": "vera@chain.example",
                    "in": { "*": { "role": "manager", "preset": "all" } } }),
        ];
        if !self.ownerless {
            users.push(
                json!({ "id": OWNER, "name": "Ilze Ozola", "email": "ilze@chain.example", "in": { "*": "owner" } }),
            );
        }
        let stranger: BTreeMap<_, _> = self
            .stranger_at
            .iter()
            .map(|id| {
                (
                    id.to_string(),
                    json!({ "role": "administrator", "preset": "all" }),
                )
            })
            .collect();
        users.push(json!({ "id": STRANGER, "name": "Nobody knows", "email": "stranger@else.example", "in": stranger }));
        for person in &self.people {
            let Some(id) = person.account else { continue };
            let links: BTreeMap<_, _> = person
                .live
                .iter()
                .map(|(place, (role, pending))| {
                    let (role, _) = promised(role);
                    (
                        place.to_string(),
                        json!({ "role": role, "preset": "role-default", "pending": pending }),
                    )
                })
                .collect();
            users.push(
                json!({ "id": id, "name": person.key, "email": person.email(), "in": links }),
            );
        }
        let mut live = json!({
            "starts": "2026-11-23T07:00:00Z",
            "systems": { "salons": {
                "kind": self.kind.as_str(), "caller": ROBOT, "options": self.options,
                "locations": locations, "users": users,
            } },
        });
        if let Some(orders) = &self.orders {
            let mut users = vec![
                json!({ "id": ROBOT, "first": "Robot", "last": "", "login": "robot",
                        "email": "robot@chain.example", "role": 1 }),
            ];
            users.extend(orders.iter().map(|(key, (id, blocked))| {
                json!({ "id": id, "first": "Person", "last": key, "login": key,
                        "email": format!("{key}@chain.example"), "role": 2,
                        "status": if *blocked { "blocked" } else { "active" } })
            }));
            live["systems"]["orders"] = json!({
                "kind": "keycrm", "key_owner": ROBOT, "users": users,
                "roles": [{ "id": 1, "name": "Administrator", "alias": "administrator" },
                          { "id": 2, "name": "Manager", "alias": "manager" }],
            });
        }
        live
    }
}

fn some_places(dice: &mut Dice, size: usize) -> BTreeSet<u64> {
    let all = PLACES[..size].iter().map(|(_, id)| *id);
    all.filter(|_| dice.percent(50)).collect()
}

fn wanted(dice: &mut Dice, size: usize) -> BTreeMap<u64, String> {
    let role = *dice.pick(&ROLES);
    let places = some_places(dice, size).into_iter();
    places.map(|place| (place, role.to_owned())).collect()
}

fn person(dice: &mut Dice, number: usize, size: usize) -> Person {
    let mut person = Person {
        key: format!("p{number}"),
        account: None,
        live: BTreeMap::new(),
        wanted: wanted(dice, size),
        left: false,
        declared: true,
        returned: 0,
    };
    let has_account = dice.percent(70);
    if has_account {
        person.account = Some(11 + number as u64);
        for place in some_places(dice, size) {
            let role = *dice.pick(&ROLES);
            // A chief is no invitation of ours: it could be nobody's but an owner's.
            let pending = dice.percent(12);
            person.live.insert(place, (role.to_owned(), pending));
        }
        // Somebody who stays where they are is the usual case.
        if dice.percent(40) {
            person.wanted = person
                .live
                .iter()
                .map(|(place, (role, _))| (*place, role.clone()))
                .collect();
        }
        person.left = dice.percent(25);
    }
    person
}
