//! The vendor's JSON:API, read with tolerance and without trust.
//!
//! Not the meaning of what is read. Tolerant: unknown fields are ignored, ids may be numbers, a link may be text or an
//! object. Without trust: an answer with `errors` is a refusal whatever its status, what is not there as documented is
//! [`Garbage`], and a link gives a query and nothing else.

use serde_json::Value as Json;

use crate::http::{Garbage, Refused, Reply};
use crate::model::{Email, Profile};

/// No query of a link is longer.
const LONGEST_QUERY: usize = 1_000;

/// An answer as JSON, unless it is a refusal.
pub(super) fn open(reply: &Reply) -> Result<Result<Json, Refused>, Garbage> {
    let body = reply.json();
    let refused = |body: &Json| Refused {
        status: reply.status,
        errors: errors(body),
    };
    if !(200..300).contains(&reply.status) {
        // What a refusal looks like inside is a courtesy: its status is enough.
        return Ok(Err(refused(&body.unwrap_or(Json::Null))));
    }
    let body = body?;
    if !body.is_object() {
        return Err(Garbage("the answer is no object".into()));
    }
    if body.get("errors").is_some_and(|errors| !errors.is_null()) {
        return Ok(Err(refused(&body)));
    }
    Ok(Ok(body))
}

/// What a refusal says: code, title and detail of each error.
fn errors(body: &Json) -> Vec<String> {
    let list = body.get("errors").and_then(Json::as_array);
    let words = |error: &Json| {
        let parts = ["code", "title", "detail"];
        let parts = parts.iter().filter_map(|name| text(error.get(name)));
        let words = parts.collect::<Vec<_>>().join(": ");
        (!words.is_empty()).then_some(words)
    };
    // A handful explains a refusal; a thousand would bury it.
    let list = list.into_iter().flatten();
    list.filter_map(words).take(20).collect()
}

/// Text, or a number as text; nothing is none.
fn text(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        number @ Json::Number(_) => Some(number.to_string()),
        _ => None,
    }
}

fn attribute(data: &Json, name: &str) -> Option<String> {
    text(data.get("attributes")?.get(name))
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Me {
    pub(super) id: String,
    pub(super) email: Option<Email>,
}

/// The token's user: an answer that names none proves nothing.
pub(super) fn me(body: &Json) -> Result<Me, Garbage> {
    let data = body.get("data").unwrap_or(&Json::Null);
    let id = text(data.get("id"));
    Ok(Me {
        id: id.ok_or_else(|| Garbage("`/users/me` names no user".into()))?,
        email: attribute(data, "email").and_then(|email| Email::parse(&email).ok()),
    })
}

/// The name of a business.
pub(super) fn business(body: &Json) -> Result<Option<String>, Garbage> {
    let data = body.get("data").filter(|data| data.is_object());
    let data = data.ok_or_else(|| Garbage("the answer holds no business".into()))?;
    Ok(attribute(data, "name"))
}

/// One page of resources.
#[derive(Debug)]
pub(super) struct Page {
    /// Each row, or what is wrong with it.
    pub(super) rows: Vec<Result<Profile, String>>,
    /// `meta.total`, where it is a number.
    pub(super) total: Option<u64>,
    /// Where the next page is said to be, as it came.
    pub(super) next: Option<String>,
}

impl Page {
    pub(super) fn read(body: &Json) -> Result<Self, Garbage> {
        let rows = body.get("data").and_then(Json::as_array);
        let rows = rows.ok_or_else(|| Garbage("the resources are no list".into()))?;
        let total = body.get("meta").and_then(|meta| meta.get("total"));
        let next = match body.get("links").and_then(|links| links.get("next")) {
            None | Some(Json::Null) => None,
            Some(Json::String(link)) => Some(link.clone()),
            // The other form of a link in JSON:API.
            Some(link) => {
                let link = link.get("href").and_then(Json::as_str);
                let link = link.ok_or_else(|| Garbage("`links.next` is no link".into()))?;
                Some(link.to_owned())
            }
        };
        Ok(Self {
            rows: rows.iter().map(profile).collect(),
            total: total.and_then(|total| text(Some(total))?.parse().ok()),
            next: next.filter(|link| !link.is_empty()),
        })
    }
}

fn profile(row: &Json) -> Result<Profile, String> {
    let id = text(row.get("id")).ok_or("a resource without an id")?;
    let name = attribute(row, "name").ok_or_else(|| format!("resource {id} without a name"))?;
    Ok(Profile {
        id: id.into(),
        name: name.into(),
    })
}

/// What of an address stands behind its host; a path is all of it.
pub(super) fn without_host(address: &str) -> &str {
    let Some((_, rest)) = address.split_once("://") else {
        // `//host/path` has a host as well.
        return address.strip_prefix("//").map_or(address, behind_host);
    };
    behind_host(rest)
}

fn behind_host(rest: &str) -> &str {
    rest.find(['/', '?'])
        .and_then(|at| rest.get(at..))
        .unwrap_or("")
}

/// The query of a link to the list at `path`; none if it leads elsewhere, or holds what no query of a page does.
pub(super) fn query_of<'l>(link: &'l str, path: &str) -> Option<&'l str> {
    let (there, query) = without_host(link).split_once('?')?;
    let plain = |b: u8| b.is_ascii_graphic() && b != b'#';
    let fits = !query.is_empty() && query.len() <= LONGEST_QUERY && query.bytes().all(plain);
    (there == path && fits).then_some(query)
}
