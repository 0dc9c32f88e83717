//! `/_sandbox/*`: what a person at the sandbox, or a test, can do that no client of a vendor can.
//!
//! Not part of any vendor's interface, not limited and not counted. It keeps that an unknown path or body is
//! answered with a sentence that says what would be known.
//!
//! | call | body | does |
//! | --- | --- | --- |
//! | `GET /_sandbox/dump` | | the whole state |
//! | `GET /_sandbox/messages`, `effects`, `undocumented`, `calls` | | what the world remembers; `calls` also counts statuses and faults |
//! | `GET /_sandbox/time` | | the world's instant |
//! | `POST /_sandbox/seed` | a `live.json` | begins anew from it |
//! | `POST /_sandbox/reset` | | begins anew from the seed it has |
//! | `POST /_sandbox/fault` | a [`Fault`] | plans a misbehavior |
//! | `POST /_sandbox/chances` | [`Chances`] | leaves misbehavior to chance |
//! | `DELETE /_sandbox/fault` | | forgets all misbehavior |
//! | `POST /_sandbox/limits` | [`Limits`] | another allowance |
//! | `POST /_sandbox/accept` | `{"system", "contact" or "user", "location", "as"}` | accepts an invitation, also under another account |
//! | `POST /_sandbox/change` | `{"system", "do": ...}` | a [`Change`] by hand |
//! | `POST /_sandbox/by-hand` | `{"system", "does", ...}` | a [`HandWork`](super::HandWork), whatever the administrator's habits |
//! | `POST /_sandbox/sign-in` | `{"system", "contact"}` | somebody signs in to `KeyCRM` with a login or an e-mail |
//! | `POST /_sandbox/administrator` | `{"system", "habit": "does" or "forgets"}` | what becomes of steps that are handed over |
//! | `GET /_sandbox/show?system=NAME` | | who can sign in with what, line by line |
//! | `POST /_sandbox/advance` | `{"seconds": n}` or `{"to": instant}` | moves time forward |

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::change::Change;
use super::faults::{Chances, Fault};
use super::limits::Limits;
use super::wire::{Reply, Request};
use super::work::Administrator;
use super::world::World;

/// The prefix of the paths served here.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// What a system's administrator is to do.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    system: String,
    habit: Administrator,
}

/// Serves one admin call; gives how far time is to move beside the reply.
pub(crate) fn handle(world: &mut World, request: &Request, now: Timestamp) -> (Reply, Duration) {
    match serve(world, request, now) {
        Ok((data, by)) => (Reply::json(200, &data), by),
        Err((status, problem)) => (
            Reply::json(status, &json!({ "error": problem })),
            Duration::ZERO,
        ),
    }
}

type Served = Result<(Value, Duration), (u16, String)>;

fn serve(world: &mut World, request: &Request, now: Timestamp) -> Served {
    let what = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let log = world.log();
    let data = match (request.method.as_str(), what) {
        ("GET", "dump") => json!(world),
        ("GET", "messages") => json!(log.messages),
        ("GET", "effects") => json!(log.effects),
        ("GET", "undocumented") => json!(log.undocumented),
        ("GET", "calls") => {
            json!({ "calls": log.calls, "statuses": log.statuses, "faults": log.faults })
        }
        ("GET", "show") => {
            let system = request.find_query("system").unwrap_or_default();
            json!(world.show(system).map_err(|problem| (422, problem))?)
        }
        ("GET", "time") => json!({ "now": now.to_string() }),
        ("POST", "seed") => {
            let text = String::from_utf8_lossy(&request.body);
            *world = World::from_live(&text).map_err(|error| (422, error.to_string()))?;
            json!({ "systems": world.systems().collect::<Vec<_>>() })
        }
        ("POST", "reset") => {
            world.reset().map_err(|error| (422, error.to_string()))?;
            json!({})
        }
        ("POST", "fault") => {
            world.add_fault(read::<Fault>(request)?);
            json!({})
        }
        ("POST", "chances") => {
            world.set_chances(read::<Chances>(request)?);
            json!({})
        }
        ("DELETE", "fault") => {
            world.clear_faults();
            json!({})
        }
        ("POST", "limits") => {
            world.set_limits(read::<Limits>(request)?);
            json!({})
        }
        ("POST", "administrator") => {
            let Switch { system, habit } = read(request)?;
            world
                .set_administrator(&system, habit)
                .map_err(|problem| (422, problem))?;
            json!({})
        }
        ("POST", "accept" | "change" | "by-hand" | "sign-in") => {
            let mut body = read::<Map<String, Value>>(request)?;
            let system = body.remove("system");
            if what != "change" {
                body.insert("do".to_owned(), json!(what));
            }
            let change: Change = serde_json::from_value(Value::Object(body))
                .map_err(|error| (422, error.to_string()))?;
            let system = system.as_ref().and_then(Value::as_str);
            world
                .change(system, &change, now)
                .map_err(|problem| (422, problem))?;
            json!({})
        }
        ("POST", "advance") => {
            let by = distance(&read::<Map<String, Value>>(request)?, now)?;
            return Ok((json!({ "seconds": by.as_secs() }), by));
        }
        _ => {
            return Err((
                404,
                "no such call; see the documentation of `sandbox::admin`".to_owned(),
            ));
        }
    };
    Ok((data, Duration::ZERO))
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, (u16, String)> {
    serde_json::from_slice(&request.body).map_err(|error| (422, error.to_string()))
}

fn distance(body: &Map<String, Value>, now: Timestamp) -> Result<Duration, (u16, String)> {
    let seconds = body
        .get("seconds")
        .and_then(Value::as_u64)
        .map(Duration::from_secs);
    let to = body
        .get("to")
        .and_then(Value::as_str)
        .and_then(|to| to.parse::<Timestamp>().ok());
    let until = to.and_then(|to| Duration::try_from(to.duration_since(now)).ok());
    seconds.or(until).ok_or_else(|| {
        (
            422,
            "say `seconds`, or `to` with a later instant".to_owned(),
        )
    })
}
