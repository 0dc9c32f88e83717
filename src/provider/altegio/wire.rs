//! The vendor's JSON, read with tolerance and without trust.
//!
//! Not the meaning of values, which is `map`'s. Tolerant: unknown fields are ignored; numbers and
//! flags may be strings; `meta` may be a list or an object. Without trust: what is not there as
//! documented is [`Garbage`], never a default that means something, and no input panics.

use serde_json::Value as Json;

use crate::http::{Garbage, Refused, Reply};

pub(super) use crate::provider::scalar::{flag, text, unsigned, whole};

/// The part of an answer that is left when the envelope is off.
#[derive(Debug)]
pub(super) struct Content {
    /// `data`; null where there is none.
    pub(super) data: Json,
    /// A total in `meta`, where there is one.
    pub(super) total: Option<u64>,
}

/// Takes the envelope off an answer.
pub(super) fn open(reply: &Reply) -> Result<Result<Content, Refused>, Garbage> {
    let body = reply.json();
    if !(200..300).contains(&reply.status) {
        // What a refusal looks like inside is a courtesy: its status is enough.
        let body = body.unwrap_or(Json::Null);
        return Ok(Err(Refused {
            status: reply.status,
            errors: errors(&body),
        }));
    }
    if reply.status == 204 {
        return Ok(Ok(Content {
            data: Json::Null,
            total: None,
        }));
    }
    let mut body = body?;
    let success = body
        .get("success")
        .and_then(flag)
        .ok_or_else(|| Garbage("the answer has no `success`".into()))?;
    if !success {
        return Ok(Err(Refused {
            status: reply.status,
            errors: errors(&body),
        }));
    }
    let total = body.get("meta").and_then(|meta| {
        let names = ["count", "total_count"];
        names.iter().find_map(|name| unsigned(meta.get(name)?))
    });
    let data = body.get_mut("data").map(Json::take);
    Ok(Ok(Content {
        data: data.unwrap_or(Json::Null),
        total,
    }))
}

/// What a refusal says: `meta.message`, and `meta.errors` as a list or by field.
fn errors(body: &Json) -> Vec<String> {
    let Some(meta) = body.get("meta") else {
        return Vec::new();
    };
    let mut words = Vec::new();
    if let Some(message) = meta.get("message").and_then(Json::as_str)
        && !message.is_empty()
    {
        words.push(message.to_owned());
    }
    match meta.get("errors") {
        Some(Json::Object(fields)) => {
            for (field, what) in fields {
                words.push(format!("{field}: {}", plain(what)));
            }
        }
        Some(Json::Array(list)) => words.extend(list.iter().map(plain)),
        _ => {}
    }
    // A handful explains a refusal; a thousand would bury it.
    words.truncate(20);
    words
}

/// A foreign value as one line.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name}: {}", plain(value)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// A list.
pub(super) fn list<'a>(value: &'a Json, what: &str) -> Result<&'a [Json], Garbage> {
    match value {
        Json::Array(list) => Ok(list),
        _ => Err(Garbage(format!("{what} is no list"))),
    }
}

/// A row of the users list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserRow {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) is_approved: bool,
    pub(super) is_non_deletable: bool,
}

impl UserRow {
    /// A row, or what is wrong with it.
    pub(super) fn read(row: &Json) -> Result<Self, String> {
        let id = row.get("id").and_then(unsigned);
        let id = id.filter(|&id| id > 0).ok_or("a user without an id")?;
        // Whether an invitation waits decides whether another one is sent: there is no default.
        let is_approved = row.get("is_approved").and_then(flag);
        let is_approved = is_approved.ok_or_else(|| format!("user {id} without `is_approved`"))?;
        Ok(Self {
            id,
            name: text(row.get("name")).unwrap_or_default(),
            phone: text(row.get("phone")).unwrap_or_default(),
            email: text(row.get("email")).unwrap_or_default(),
            is_approved,
            // Nothing is removed on doubt.
            is_non_deletable: row.get("is_non_deletable").and_then(flag).unwrap_or(true),
        })
    }
}

/// The users list of a location.
#[derive(Debug)]
pub(super) struct Users {
    pub(super) rows: Vec<Result<UserRow, String>>,
    pub(super) total: Option<u64>,
}

impl Users {
    pub(super) fn read(content: &Content) -> Result<Self, Garbage> {
        let rows = list(&content.data, "the users list")?;
        Ok(Self {
            rows: rows.iter().map(UserRow::read).collect(),
            total: content.total,
        })
    }
}

/// Role, staff link and rights of a user.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Permissions {
    pub(super) role: Option<String>,
    pub(super) staff: Option<i64>,
    pub(super) is_editable: Option<bool>,
    pub(super) paid_seat: Option<bool>,
    /// Slug and value, as they came; of a slug that comes twice the last.
    pub(super) rights: Vec<(String, Json)>,
}

impl Permissions {
    pub(super) fn read(content: &Content) -> Result<Self, Garbage> {
        let data = &content.data;
        let rows = data.get("user_permissions").unwrap_or(&Json::Null);
        let mut rights: Vec<(String, Json)> = Vec::new();
        for row in list(rows, "`user_permissions`")? {
            let slug = row.get("slug").and_then(Json::as_str);
            let slug = slug.ok_or_else(|| Garbage("a right without a slug".into()))?;
            let value = row.get("value");
            let value = value.ok_or_else(|| Garbage(format!("`{slug}` without a value")))?;
            rights.push((slug.to_owned(), value.clone()));
        }
        rights.reverse();
        // Stable: of equal slugs the one that came last stands first and stays.
        rights.sort_by(|(a, _), (b, _)| a.cmp(b));
        rights.dedup_by(|(a, _), (b, _)| a == b);
        let staff = match data.get("staff_id") {
            None | Some(Json::Null | Json::Bool(false)) => None,
            Some(id) => match whole(id) {
                Some(0) => None,
                Some(id) => Some(id),
                None if id.as_str() == Some("") => None,
                None => return Err(Garbage("`staff_id` is no number".into())),
            },
        };
        Ok(Self {
            role: text(data.get("user_role")).filter(|role| !role.is_empty()),
            staff,
            is_editable: data.get("is_editable").and_then(flag),
            paid_seat: data.get("has_any_paid_permission").and_then(flag),
            rights,
        })
    }

    /// The value of a right, as it came.
    pub(super) fn right(&self, slug: &str) -> Option<&Json> {
        let found = self
            .rights
            .binary_search_by(|(name, _)| name.as_str().cmp(slug))
            .ok()?;
        self.rights.get(found).map(|(_, value)| value)
    }
}

/// Ids of the locations the token manages, of one page.
pub(super) fn company_ids(content: &Content) -> Result<Vec<u64>, Garbage> {
    let rows = list(&content.data, "the list of locations")?;
    rows.iter()
        .map(|row| row.get("id").and_then(unsigned))
        .collect::<Option<_>>()
        .ok_or_else(|| Garbage("a location without an id".into()))
}

/// A chain as the token sees it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: u64,
    /// Its locations.
    pub(super) locations: Vec<u64>,
    /// Keys of the caller's own rights there that are on.
    pub(super) own: Vec<String>,
}

/// The chains the token sees.
pub(super) fn groups(content: &Content) -> Result<Vec<Group>, Garbage> {
    let rows = list(&content.data, "the list of chains")?;
    rows.iter()
        .map(|row| {
            // The table of fields says `locations`, the documented payload `companies`.
            let names = ["companies", "locations"].iter();
            let places = names.filter_map(|name| row.get(name)?.as_array());
            let ids = places.flatten().map(|place| unsigned(place.get("id")?));
            let access = row.get("access").and_then(Json::as_object);
            let on = access.into_iter().flatten();
            let on = on.filter(|(_, value)| flag(value) == Some(true));
            Some(Group {
                id: row.get("id").and_then(unsigned)?,
                locations: ids.collect::<Option<_>>()?,
                own: on.map(|(key, _)| key.clone()).collect(),
            })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| Garbage("a chain or its location without an id".into()))
}

/// Things with an id and a name, without those that are dismissed.
pub(super) fn named(value: &Json) -> Option<Vec<(i64, String)>> {
    let rows = value.as_array()?;
    let rows = rows.iter().filter(|row| {
        let dismissed = ["fired", "is_fired", "is_deleted", "deleted"];
        !dismissed
            .iter()
            .any(|name| row.get(name).and_then(flag) == Some(true))
    });
    rows.map(|row| {
        let id = row.get("id").and_then(whole)?;
        let name = text(row.get("title")).or_else(|| text(row.get("name")))?;
        Some((id, name))
    })
    .collect()
}

/// The caller's own rights at a location: the values of these older keys, wherever in the groups
/// they stand.
pub(super) fn own_right(data: &Json, key: &str) -> Option<bool> {
    fn search(value: &Json, key: &str, depth: u8) -> Option<bool> {
        let fields = value.as_object()?;
        if let Some(found) = fields.get(key).and_then(flag) {
            return Some(found);
        }
        let below = depth.checked_sub(1)?;
        fields.values().find_map(|value| search(value, key, below))
    }
    // The group these keys are documented in goes first.
    let settings = data.get("settings");
    settings
        .and_then(|settings| search(settings, key, 1))
        .or_else(|| search(data, key, 2))
}

#[cfg(test)]
mod tests;
