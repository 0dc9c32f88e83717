//! The vendor's JSON, read with tolerance and without trust.
//!
//! Not the meaning of values, which is `map`'s. Tolerant: unknown fields are ignored, numbers may be strings, and all
//! but the id may be missing or null. Without trust: what is not there as documented is [`Garbage`] or a bad row, never
//! a default that means something.

use serde_json::Value as Json;

use crate::http::{Garbage, Refused, Reply};
use crate::provider::scalar::{text, unsigned, whole};

/// Takes an answer apart into what was asked for, or the refusal.
pub(super) fn open(reply: &Reply) -> Result<Result<Json, Refused>, Garbage> {
    let body = reply.json();
    if !(200..300).contains(&reply.status) {
        // What a refusal looks like inside is a courtesy: its status is enough.
        let words = body.ok().and_then(|body| {
            let words = text(body.get("message")).or_else(|| text(body.get("error")));
            words.filter(|words| !words.is_empty())
        });
        return Ok(Err(Refused {
            status: reply.status,
            errors: words.into_iter().collect(),
        }));
    }
    let body = body?;
    Ok(Ok(body))
}

/// The rows of a page.
fn rows(body: &Json) -> Result<&[Json], Garbage> {
    let rows = body.get("data").and_then(Json::as_array);
    rows.map(Vec::as_slice)
        .ok_or_else(|| Garbage("the answer has no list in `data`".into()))
}

/// One page of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// How many users there are on all pages, as this one says.
    pub(super) total: Option<u64>,
    /// Whether it names a page after it.
    pub(super) goes_on: bool,
    /// The users of this page.
    pub(super) rows: Vec<Result<UserRow, String>>,
}

impl Page {
    pub(super) fn read(body: &Json) -> Result<Self, Garbage> {
        Ok(Self {
            total: body.get("total").and_then(unsigned),
            goes_on: text(body.get("next_page_url")).is_some_and(|next| !next.trim().is_empty()),
            rows: rows(body)?.iter().map(UserRow::read).collect(),
        })
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserRow {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) username: String,
    pub(super) email: String,
    pub(super) phone: String,
    /// The number of the role, as it came; none where it has none.
    pub(super) role: Option<Result<i64, String>>,
    /// As it came: what it means is not said here.
    pub(super) status: String,
}

impl UserRow {
    /// A row, or what is wrong with one that names nobody.
    fn read(row: &Json) -> Result<Self, String> {
        let id = row.get("id").and_then(unsigned);
        let id = id.filter(|&id| id > 0).ok_or("a user without an id")?;
        let word = |name: &str| text(row.get(name)).unwrap_or_default().trim().to_owned();
        let name = match word("full_name") {
            whole if !whole.is_empty() => whole,
            _ => format!("{} {}", word("first_name"), word("last_name"))
                .trim()
                .to_owned(),
        };
        let role = row.get("role_id").filter(|role| !role.is_null());
        Ok(Self {
            id,
            name,
            username: word("username"),
            email: word("email"),
            phone: word("phone"),
            role: role.map(|role| whole(role).ok_or_else(|| role.to_string())),
            status: word("status"),
        })
    }
}

/// A role as an order shows it: its number, and what it is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeenRole {
    pub(super) id: i64,
    /// Name and system name, those that are there.
    pub(super) names: Vec<String>,
}

/// The roles of everybody who is assigned to one of these orders.
pub(super) fn seen_roles(body: &Json) -> Result<Vec<SeenRole>, Garbage> {
    let assigned = rows(body)?
        .iter()
        .flat_map(|order| match order.get("assigned") {
            Some(Json::Array(people)) => people.as_slice(),
            Some(one @ Json::Object(_)) => std::slice::from_ref(one),
            _ => &[],
        });
    let role = |person: &Json| {
        let role = person.get("role")?;
        let names = ["name", "alias"].iter();
        let names = names.filter_map(|name| text(role.get(name)).map(|it| it.trim().to_owned()));
        Some(SeenRole {
            id: role.get("id").and_then(whole)?,
            names: names.filter(|name| !name.is_empty()).collect(),
        })
    };
    Ok(assigned.filter_map(role).collect())
}
