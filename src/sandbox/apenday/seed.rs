//! An Apenday as `live.json` writes it.
//!
//! Not the stored form. It keeps that two users never share an e-mail and that every key has an owner.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Apenday, User, ui};
use crate::sandbox::limits::Limits;

/// The system.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Live {
    #[serde(rename = "kind")]
    _kind: String,
    per_minute: Option<u32>,
    #[serde(default)]
    tokens: BTreeMap<String, u64>,
    #[serde(default)]
    users: Vec<LiveUser>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveUser {
    id: u64,
    first: String,
    last: String,
    email: String,
    mobile: Option<String>,
    #[serde(default)]
    inactive: bool,
    #[serde(default = "adviser")]
    role: String,
    team: Option<String>,
    #[serde(default)]
    agencies: Vec<String>,
    calendar: Option<String>,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    notifications: BTreeMap<String, bool>,
}

fn adviser() -> String {
    "conseiller".to_owned()
}

/// The system as it begins.
pub(crate) fn resolve(name: &str, live: Live) -> Result<Apenday, String> {
    let mut apenday = Apenday {
        name: name.to_owned(),
        limits: Limits::a_minute(live.per_minute.unwrap_or(0)),
        tokens: live.tokens,
        users: BTreeMap::new(),
        hooks: BTreeMap::new(),
        next_hook: 0,
    };
    for user in live.users {
        let id = user.id;
        if let Some(other) = apenday.find(&user.email) {
            return Err(format!("user {id}: user {other} has the same e-mail"));
        }
        let mut facts = BTreeMap::new();
        let mut put = |key: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                facts.insert(key.to_owned(), value);
            }
        };
        put("team", user.team);
        put("calendar", user.calendar);
        put("agencies", Some(user.agencies.join("\n")));
        put("events", Some(user.events.join("\n")));
        for (name, on) in user.notifications {
            put(&format!("notifications.{name}"), Some(on.to_string()));
        }
        ui::check(&facts).map_err(|problem| format!("user {id}: {problem}"))?;
        let resolved = User {
            first: user.first,
            last: user.last,
            email: user.email,
            mobile: user.mobile,
            active: !user.inactive,
            validated: !user.inactive,
            role: user.role,
            facts,
        };
        if id == 0 || apenday.users.insert(id, resolved).is_some() {
            return Err(format!("user {id} is there twice, or is 0"));
        }
    }
    match apenday
        .tokens
        .values()
        .find(|owner| !apenday.users.contains_key(owner))
    {
        Some(owner) => Err(format!("tokens: {owner} is not among the users")),
        None => Ok(apenday),
    }
}
