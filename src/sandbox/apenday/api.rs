//! Apenday's public interface, as far as it is documented: webhook subscriptions, and the page that documents it.
//!
//! It has no user, team or role. It keeps that a subscription is made for a documented event only, and that its own
//! address is what takes it back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Apenday, Hook};
use crate::sandbox::manual::{Answer, Shown};
use crate::sandbox::wire::Request;

/// The calls that exist.
pub(crate) const ROUTES: &[(&str, &str)] = &[
    ("POST", "/hooks"),
    ("DELETE", "/hooks/{h}"),
    ("GET", "/docs"),
];

/// What can be subscribed to.
const EVENTS: &[&str] = &[
    "meeting_confirmed",
    "meeting_updated",
    "meeting_cancelled",
    "meeting_cancelled_by_consultant",
    "meeting_terminated",
    "meeting_missed",
    "meeting_rated",
];

const DOCS: &str = "<!DOCTYPE html><html><head><title>Apenday - ReDoc</title></head><body><h1>Apenday API</h1>\
<h2 id=\"tag/Hooks\">Hooks</h2><p>POST /api/public/hooks</p><p>DELETE /api/public/hooks/{id}</p></body></html>";

/// The body beside a status, in the framework's form.
pub(crate) fn refusal(status: u16) -> Value {
    json!({
        "@context": "/api/contexts/Error",
        "@type": "hydra:Error",
        "hydra:title": "An error occurred",
        "hydra:description": match status {
            400 => "Syntax error",
            401 => "Authentication Required",
            404 => "Not Found",
            422 => "Invalid value",
            429 => "Too Many Requests",
            _ => "Internal Server Error",
        },
    })
}

/// The path under the vendor's host in the spelling of the table, which begins behind `/api/public`.
pub(crate) fn canonical<'a>(path: &[&'a str]) -> Vec<&'a str> {
    let path = path.strip_prefix(&["api"]).unwrap_or(path);
    let path = path.strip_prefix(&["public"]).unwrap_or(path);
    path.to_vec()
}

/// Answers a call that exists.
pub(crate) fn serve(
    apenday: &mut Apenday,
    template: &str,
    ids: &[&str],
    request: &Request,
    now: Timestamp,
) -> Answer {
    if template == "/docs" {
        return Answer {
            shown: Shown::Page,
            ..Answer::new(200, json!(DOCS))
        };
    }
    let key = request.find_header("x-auth-token").unwrap_or_default();
    if key.trim().is_empty() || !apenday.key_works(key.trim()) {
        return Answer::new(401, refusal(401));
    }
    if let [id] = ids {
        return match apenday.hooks.remove(*id) {
            Some(_) => Answer::new(204, Value::Null),
            None => Answer::new(404, refusal(404)),
        };
    }
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return Answer::new(400, refusal(400));
    };
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let (url, event) = (text("url"), text("event"));
    if !url.starts_with("https://") || !EVENTS.contains(&event) {
        return Answer::new(422, refusal(422));
    }
    apenday.next_hook += 1;
    let id = format!("a9e0da70-0000-4000-8000-{:012x}", apenday.next_hook);
    let created = now.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let answer = json!({
        "@context": "/api/contexts/Hooks",
        "@id": format!("/api/public/hooks/{id}"),
        "@type": "Hooks",
        "event": event,
        "url": url,
        "created_at": created,
        "updated_at": created,
    });
    let hook = Hook {
        event: event.to_owned(),
        url: url.to_owned(),
        created,
    };
    apenday.hooks.insert(id, hook);
    Answer::new(201, answer)
}
