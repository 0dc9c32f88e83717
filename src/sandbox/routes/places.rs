//! Locations, chains and the names of what belongs to a location.
//!
//! Not their users. It keeps the trap of the real interface: without `my=1` the list of locations is everybody's.

use serde_json::{Map, Value, json};

use super::{Answer, Call, Outcome, Refusal, one_id, staff, users};
use crate::sandbox::envelope::number;
use crate::sandbox::kind::Kind;
use crate::sandbox::rights::{Entity, read_number};
use crate::sandbox::state::Location;

/// The most locations in one page; more may be asked, not got.
const PAGE: u64 = 300;

/// Other people's locations that the public list shows.
const STRANGERS: &[(u64, &str)] = &[
    (900_001, "Barbershop Nord"),
    (900_002, "Nails & Co"),
    (900_003, "Studio Zen"),
];

/// `GET /companies`
pub(super) fn list(call: &mut Call<'_>, _: &[u64]) -> Outcome {
    let query = |key: &str| {
        call.request
            .find_query(key)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let mine = is_mine(call)?;
    let group = query("group_id");
    let only = query("id");
    let mut rows: Vec<Value> = call
        .system
        .locations
        .iter()
        .filter(|(id, _)| !mine || call.system.active(**id, call.caller, call.now).is_some())
        .filter(|(id, place)| {
            only.is_none_or(|only| only == **id)
                && group.is_none_or(|group| place.chain == Some(group))
        })
        .map(|(id, place)| shown(call, *id, place, mine))
        .collect();
    if !mine && group.is_none() {
        let strangers = STRANGERS
            .iter()
            .filter(|(id, _)| only.is_none_or(|only| only == *id));
        rows.extend(
            strangers.map(|(id, title)| json!({ "id": id, "title": title, "public_title": title })),
        );
    }
    let count = query("count").unwrap_or(25).clamp(1, PAGE);
    let page = query("page").unwrap_or(1).max(1);
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let rows = rows
        .into_iter()
        .skip(size((page - 1).saturating_mul(count)))
        .take(size(count))
        .collect();
    Ok(Answer::ok(Value::Array(rows)))
}

fn is_mine(call: &Call<'_>) -> Result<bool, Refusal> {
    let mine = call
        .request
        .find_query("my")
        .is_some_and(|my| read_number(&json!(my)) == Some(1));
    if mine && call.caller == 0 {
        Err(Refusal::of(401))
    } else {
        Ok(mine)
    }
}

/// `GET /company/{l}`
pub(super) fn one(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let location = one_id(ids)?;
    let mine = is_mine(call)?;
    let place = call.place(location)?;
    if mine
        && call
            .system
            .active(location, call.caller, call.now)
            .is_none()
    {
        return Err(Refusal::denied());
    }
    Ok(Answer::ok(shown(call, location, place, mine)))
}

fn shown(call: &Call<'_>, id: u64, place: &Location, mine: bool) -> Value {
    let options = &call.system.options;
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| {
        row.insert(key.to_owned(), value);
    };
    put("id", number(options, id));
    put("title", json!(place.title));
    put("public_title", json!(place.title));
    put("country_id", number(options, 1));
    put("city", json!(""));
    put("timezone_name", json!(place.timezone));
    put("timezone", json!(place.timezone));
    put("address", json!(""));
    put("phone", json!(""));
    if call.request.find_query("show_groups") == Some("1") {
        let chain = place
            .chain
            .and_then(|id| Some((id, call.system.chains.get(&id)?)));
        let groups: Vec<Value> = chain
            .into_iter()
            .map(|(id, chain)| json!({ "id": number(options, id), "title": chain.title }))
            .collect();
        put("groups", Value::Array(groups));
    }
    if mine && call.system.kind == Kind::Yclients {
        put("main_group_id", number(options, place.chain.unwrap_or(0)));
        let access = call
            .own(id)
            .map(|own| users::legacy_access(options, &own.rights))
            .unwrap_or_default();
        put("access", Value::Object(access));
    }
    for wanted in call.request.query_list("include") {
        let entity = match wanted {
            "staff" => {
                put("staff", staff::rows(call, id, place));
                continue;
            }
            "positions" => Entity::Position,
            "accounts" => Entity::Account,
            "storages" => Entity::Storage,
            "expenses" => Entity::Expense,
            _ => continue,
        };
        put(wanted, titles(call, place, entity));
    }
    Value::Object(row)
}

fn titles(call: &Call<'_>, place: &Location, entity: Entity) -> Value {
    place
        .named(entity, &call.system.chains)
        .into_iter()
        .map(|(id, title)| json!({ "id": number(&call.system.options, id), "title": title }))
        .collect()
}

/// `GET /accounts/{l}`: in the public interface, not in the reference.
pub(super) fn accounts(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    things(call, ids, Entity::Account)
}

/// `GET /storages/{l}`: in the public interface, not in the reference.
pub(super) fn storages(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    things(call, ids, Entity::Storage)
}

fn things(call: &Call<'_>, ids: &[u64], entity: Entity) -> Outcome {
    let location = one_id(ids)?;
    call.own(location)?;
    Ok(Answer::ok(titles(call, call.place(location)?, entity)))
}

/// `GET /groups`
#[expect(clippy::unnecessary_wraps, reason = "one signature for all routes")]
pub(super) fn chains(call: &mut Call<'_>, _: &[u64]) -> Outcome {
    let older = call.system.kind == Kind::Yclients;
    let rows = call
        .system
        .chains
        .iter()
        .filter_map(|(id, chain)| Some((id, chain, chain.members.get(&call.caller)?)))
        .map(|(id, chain, given)| {
            let places = call
                .system
                .locations
                .iter()
                .filter(|(_, place)| place.chain == Some(*id));
            let companies: Vec<Value> = places
                .map(|(id, place)| shown(call, *id, place, false))
                .collect();
            let keys = if older { 6 } else { usize::MAX };
            // Flags are texts here in the vendors' own examples, whatever they are elsewhere.
            let access: Map<String, Value> = crate::sandbox::seed::CHAIN_RIGHTS
                .iter()
                .take(keys)
                .map(|right| {
                    let on = given.iter().any(|held| held == right);
                    ((*right).to_owned(), json!(if on { "1" } else { "0" }))
                })
                .collect();
            json!({
                "id": number(&call.system.options, *id),
                "title": chain.title,
                "companies": companies,
                "access": access,
            })
        })
        .collect();
    Ok(Answer::ok(Value::Array(rows)))
}

/// The marketplace calls of a location: documented, but no application is ever installed in the sandbox.
pub(super) fn no_application(call: &mut Call<'_>, ids: &[u64]) -> Outcome {
    let (location, _) = super::two_ids(ids)?;
    call.permit(location, "settings_users_edit_access")?;
    Err(Refusal::not_found())
}
