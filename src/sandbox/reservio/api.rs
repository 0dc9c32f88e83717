//! Reservio's public interface, as far as it shows people: the token's owner, businesses, resources.
//!
//! It shows no access and changes nothing. It keeps the trap that was seen live: a business and its resources answer
//! without any authorization, so only `/users/me` proves a token.

use serde_json::{Value, json};

use super::{Profile, Reservio};
use crate::sandbox::manual::{Answer, Shown};
use crate::sandbox::wire::{Request, encode};

/// The calls that exist.
pub(crate) const ROUTES: &[(&str, &str)] = &[
    ("GET", "/users/me"),
    ("GET", "/businesses/{b}"),
    ("GET", "/businesses/{b}/resources"),
    ("GET", "/businesses/{b}/resources/{r}"),
];

/// The rows of a page that names no `page[limit]`, and the most of one that does; neither is documented.
const ROWS: (usize, usize) = (20, 100);

/// The body beside a status.
pub(crate) fn refusal(status: u16) -> Value {
    let (code, title) = match status {
        401 => ("unauthorized", "Unauthorized"),
        404 => ("entityNotFound", "Entity not found"),
        429 => ("tooManyRequests", "Too many requests"),
        _ => ("serverError", "Server error"),
    };
    json!({ "errors": [{ "code": code, "title": title, "detail": title }] })
}

/// Answers a call that exists.
pub(crate) fn serve(
    reservio: &Reservio,
    template: &str,
    ids: &[&str],
    request: &Request,
) -> Answer {
    let not_found = || Answer::new(404, refusal(404));
    if template == "/users/me" {
        if request.bearer().is_none() {
            return Answer::new(401, refusal(401));
        }
        let data = json!({ "type": "user", "id": reservio.me });
        return Answer::new(200, json!({ "data": data }));
    }
    let Some((first, rest)) = ids.split_first() else {
        return not_found();
    };
    let Some(business) = reservio.businesses.get(*first) else {
        return not_found();
    };
    match rest {
        [] if template == "/businesses/{b}" => {
            let attributes = json!({
                "name": business.name,
                "timezone": business.timezone,
                "currency": business.currency,
            });
            let data = json!({ "type": "business", "id": first, "attributes": attributes });
            Answer::new(200, json!({ "data": data }))
        }
        [] => paged(
            business
                .profiles
                .iter()
                .map(|(id, profile)| shown(id, profile))
                .collect(),
            request,
        ),
        [id, ..] => match business.profiles.get(*id) {
            Some(profile) => Answer::new(200, json!({ "data": shown(id, profile) })),
            None => not_found(),
        },
    }
}

fn shown(id: &str, profile: &Profile) -> Value {
    json!({ "type": "resource", "id": id, "attributes": { "name": profile.name } })
}

fn paged(rows: Vec<Value>, request: &Request) -> Answer {
    let number = |key: &str| {
        request
            .find_query(key)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let limit = number("page[limit]").unwrap_or(ROWS.0).clamp(1, ROWS.1);
    let offset = number("page[offset]").unwrap_or(0);
    let total = rows.len();
    let url = |offset: usize| {
        let key = |name| encode(&format!("page[{name}]"));
        format!(
            "{}?{}={limit}&{}={offset}",
            request.url(),
            key("limit"),
            key("offset")
        )
    };
    let next = offset.saturating_add(limit);
    let links = json!({
        "first": url(0),
        "prev": (offset > 0).then(|| url(offset.saturating_sub(limit))),
        "next": (next < total).then(|| url(next)),
        "last": url(total.saturating_sub(1) / limit * limit),
    });
    let data: Vec<Value> = rows.into_iter().skip(offset).take(limit).collect();
    Answer {
        shown: Shown::List,
        ..Answer::new(
            200,
            json!({ "data": data, "links": links, "meta": { "total": total } }),
        )
    }
}
