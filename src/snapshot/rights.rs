//! Values of rights as JSON and back, by the type that the catalogue gives each right.
//!
//! Not the vendor's wire form, in which one number means different things by type: here `"all"` is no limit and a
//! switch is a switch. Invariant: what is written for a right of a type is read back as the same value.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::catalog::RightType;
use crate::model::{Days, Item, Items, One, Value};

const ALL: &str = "all";
const MYSELF: &str = "self";

/// What a value of a right looks like in the file; `None` if a right of that type never has it.
pub(super) fn to_json(kind: RightType, value: &Value) -> Option<Json> {
    match (kind, value) {
        (kind, Value::Switch(on)) if kind.is_boolean() => Some(Json::Bool(*on)),
        (RightType::Days, Value::Days(Days::All))
        | (RightType::Ids(_), Value::Items(Items::All))
        | (RightType::Id(_), Value::One(One::All)) => Some(json!(ALL)),
        (RightType::Days, Value::Days(Days::Last(days))) => Some(json!(days)),
        (RightType::Ids(_), Value::Items(Items::Only(items))) => {
            Some(Json::Array(items.iter().map(item).collect()))
        }
        (RightType::Id(_), Value::One(One::Myself)) => Some(json!(MYSELF)),
        (RightType::Id(_), Value::One(One::Only(Item::Id(id)))) => Some(json!(id)),
        // In an object, so that somebody called `all` is not everybody.
        (RightType::Id(_), Value::One(One::Only(Item::Name(name)))) => {
            Some(json!({ "name": name }))
        }
        (RightType::Ips, Value::Text(text)) => Some(json!(text)),
        _ => None,
    }
}

fn item(item: &Item) -> Json {
    match item {
        Item::Id(id) => json!(id),
        Item::Name(name) => json!(name),
    }
}

/// The value that the file gives a right; otherwise what was expected.
pub(super) fn from_json(kind: RightType, json: &Json) -> Result<Value, &'static str> {
    match kind {
        RightType::Section
        | RightType::Switch
        | RightType::NoLimitToday
        | RightType::Limited
        | RightType::OwnOnly
        | RightType::CheckIp => json.as_bool().map(Value::Switch).ok_or("`true` or `false`"),
        RightType::Days => days(json)
            .map(Value::Days)
            .ok_or("a number of days or `\"all\"`"),
        RightType::Ids(_) => items(json)
            .map(Value::Items)
            .ok_or("`\"all\"` or a list of ids and names that is not empty"),
        RightType::Id(_) => one(json)
            .map(Value::One)
            .ok_or("an id, `{\"name\": ...}`, `\"self\"` or `\"all\"`"),
        RightType::Ips => json
            .as_str()
            .map(|text| Value::Text(text.into()))
            .ok_or("a text of addresses"),
    }
}

fn days(json: &Json) -> Option<Days> {
    if json.as_str() == Some(ALL) {
        return Some(Days::All);
    }
    u32::try_from(json.as_u64()?).ok().map(Days::Last)
}

fn items(json: &Json) -> Option<Items> {
    if json.as_str() == Some(ALL) {
        return Some(Items::All);
    }
    let list = json.as_array()?;
    let items: Vec<Item> = list
        .iter()
        .map(|entry| match entry {
            Json::String(name) => Some(Item::Name(Arc::from(name.as_str()))),
            Json::Number(id) => id.as_i64().map(Item::Id),
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
        })
        .collect::<Option<_>>()?;
    // An empty list means "no filter" to the vendor; whoever wrote one here may have meant the opposite.
    (!items.is_empty()).then(|| Items::only(items))
}

fn one(json: &Json) -> Option<One> {
    match json {
        Json::String(word) if word == ALL => Some(One::All),
        Json::String(word) if word == MYSELF => Some(One::Myself),
        Json::Number(id) => id.as_i64().map(|id| One::Only(Item::Id(id))),
        Json::Object(fields) if fields.len() == 1 => fields
            .get("name")?
            .as_str()
            .map(|name| One::Only(Item::Name(name.into()))),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
