//! Scenarios against whole worlds: the documented shape of every call, and every switch and fault.
//!
//! They speak to a world as a client would, in paths and JSON. They keep that the simulated vendors say what the
//! reference says, so they are written from it and from nothing else.

mod behavior;
mod by_hand;
mod laws;
mod manual;
mod misbehavior;
mod running;
mod seeding;
mod shapes;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Reply, Request, World};

/// Two systems: Altegio with two locations, YCLIENTS with a medical one.
pub(super) const LIVE: &str = r#"{
  "systems": {
    "salons": {
      "kind": "altegio",
      "chain": { "id": 4521, "title": "Salons of Riga" },
      "caller": 1,
      "locations": [
        { "id": 10231, "title": "Rīga Centrs", "timezone": "Europe/Riga",
          "accounts": ["Kase 1", "Kase 2"], "storages": ["Noliktava"], "positions": ["Stylist"],
          "expenses": ["Rent"],
          "staff": ["Jana B.", { "id": 77, "name": "Ilze O.", "position": "Stylist" }] },
        { "id": 10232, "title": "Rīga Mall", "staff": ["Jana B."] }
      ],
      "users": [
        { "id": 1, "name": "Robots", "email": "robots@chain.example", "in": { "*": "manager", "10232": { "role": "manager", "rights": { "settings_users_delete_access": true } } } },
        { "id": 2, "name": "Ilze Owner", "email": "ilze@chain.example", "phone": "+371 2000 0002", "password": "sandbox", "in": { "*": "owner" } },
        { "id": 8812, "name": "Jana Bērziņa", "phone": "+37120000001",
          "in": { "10231": { "role": "worker", "staff": "Jana B.",
                             "rights": { "records_edit_last_days_count": 3, "finances_accounts_ids": ["Kase 1"] } } } },
        { "id": 8813, "name": "Kārlis", "email": "k@home.example", "in": { "10231": { "pending": true } } },
        { "id": 900, "name": "Loyalty app", "system": true, "in": { "10231": "administrator" } }
      ]
    },
    "clinic": {
      "kind": "yclients",
      "chain": 77,
      "caller": 5,
      "locations": [ { "id": 501, "title": "Клиника", "medical": true, "staff": ["Врач"] },
                     { "id": 502, "title": "Салон" } ],
      "users": [
        { "id": 5, "name": "Робот", "email": "robot@clinic.example", "in": { "*": "owner" } },
        { "id": 6, "name": "Врач", "phone": "79161234567", "in": { "501": { "role": "worker", "staff": "Врач" } } }
      ]
    }
  }
}"#;

/// A world and its time.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) now: Timestamp,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(&json!({}))
    }

    /// The systems above with other options for `salons`.
    pub(super) fn with(options: &Value) -> Self {
        let mut live: Value = serde_json::from_str(LIVE).unwrap();
        live["systems"]["salons"]["options"] = options.clone();
        live["systems"]["clinic"]["options"] = options.clone();
        let world = World::from_live(&live.to_string()).unwrap();
        Self {
            now: world.starts(),
            world,
        }
    }

    pub(super) fn wait(&mut self, ms: i64) {
        self.now = self
            .now
            .checked_add(SignedDuration::from_millis(ms))
            .unwrap();
    }

    /// One call, a quarter of a second after the one before, so that limits do not matter.
    pub(super) fn send(&mut self, request: &Request) -> Reply {
        self.wait(250);
        self.world.handle(request, self.now)
    }

    pub(super) fn call(&mut self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let mut request = authorized(method, target, "u");
        if !body.is_null() {
            request = request.json(body);
        }
        let reply = self.send(&request);
        (reply.status, reply.value())
    }

    pub(super) fn get(&mut self, target: &str) -> (u16, Value) {
        self.call("GET", target, &Value::Null)
    }

    /// The data of a call that must be answered 200.
    pub(super) fn data(&mut self, target: &str) -> Value {
        let (status, mut body) = self.get(target);
        assert_eq!(
            (status, &body["success"]),
            (200, &json!(true)),
            "{target}: {body}"
        );
        body["data"].take()
    }

    pub(super) fn invite(&mut self, invites: &Value) -> (u16, Value) {
        self.call(
            "POST",
            "/salons/api/v1/user/invite/10231",
            &json!({ "invites": invites }),
        )
    }

    /// The rights of a user as slug to value.
    pub(super) fn rights(&mut self, location: u64, user: u64) -> Value {
        let data = self.data(&format!(
            "/salons/api/v1/company/{location}/users/{user}/permissions"
        ));
        let pairs = data["user_permissions"].as_array().unwrap();
        pairs
            .iter()
            .map(|pair| {
                (
                    pair["slug"].as_str().unwrap().to_owned(),
                    pair["value"].clone(),
                )
            })
            .collect()
    }
}

pub(super) fn authorized(method: &str, target: &str, user: &str) -> Request {
    Request::new(method, target)
        .header("Authorization", &format!("Bearer p, User {user}"))
        .header("Accept", "application/vnd.api.v2+json; charset=utf-8")
}

/// One value of every row.
pub(super) fn column(rows: &Value, key: &str) -> Vec<Value> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row[key].clone())
        .collect()
}
