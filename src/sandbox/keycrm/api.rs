//! KeyCRM's public interface, as far as it shows users: `GET /users`, and the assigned people of orders.
//!
//! There is no single user, no role and no write in it, and none here. It keeps the documented envelope, of at most
//! 50 rows.

use serde_json::{Map, Value, json};

use super::{Keycrm, Order, Status, User};
use crate::sandbox::manual::{Answer, Shown};
use crate::sandbox::wire::{Request, encode};

/// The calls that exist.
pub(crate) const ROUTES: &[(&str, &str)] =
    &[("GET", "/users"), ("GET", "/order"), ("GET", "/order/{o}")];

/// The body beside a status.
pub(crate) fn refusal(status: u16) -> Value {
    json!({ "message": match status {
        401 => "Unauthenticated.",
        404 => "Not Found",
        422 => "The given data was invalid.",
        429 => "Too Many Attempts.",
        _ => "Server Error",
    } })
}

/// Answers a call that exists.
pub(crate) fn serve(crm: &Keycrm, template: &str, ids: &[&str], request: &Request) -> Answer {
    if request.bearer().is_none() || !crm.key_works() {
        return Answer::new(401, refusal(401));
    }
    match (template, ids) {
        ("/users", _) => users(crm, request),
        ("/order", _) => {
            let rows = crm
                .orders
                .iter()
                .map(|(id, people)| order(crm, *id, people, request))
                .collect();
            paged(rows, request)
        }
        (_, [id]) => {
            let found = id.parse().ok().and_then(|id| crm.orders.get_key_value(&id));
            match found {
                Some((id, people)) => Answer::new(200, order(crm, *id, people, request)),
                None => Answer::new(404, refusal(404)),
            }
        }
        _ => Answer::new(404, refusal(404)),
    }
}

fn users(crm: &Keycrm, request: &Request) -> Answer {
    let mut rows: Vec<(&u64, &User)> = crm.users.iter().collect();
    for (key, value) in &request.query {
        let Some(filter) = key
            .strip_prefix("filter[")
            .and_then(|key| key.strip_suffix(']'))
        else {
            continue;
        };
        let listed = |id: u64| {
            value
                .split(',')
                .any(|one| one.trim().parse() == Ok::<u64, _>(id))
        };
        let same = |own: &Option<String>| {
            own.as_deref()
                .is_some_and(|own| own.eq_ignore_ascii_case(value))
        };
        let between = |own: &str| {
            value
                .split_once(',')
                .is_some_and(|(from, to)| from.trim() <= own && own <= to.trim())
        };
        match filter {
            "id" => rows.retain(|(id, _)| listed(**id)),
            "role_id" => rows.retain(|(_, user)| user.role.is_some_and(listed)),
            "status" => rows.retain(|(_, user)| user.status.name() == value),
            "email" => rows.retain(|(_, user)| same(&user.email)),
            "phone" => rows.retain(|(_, user)| same(&user.phone)),
            "created_between" => rows.retain(|(_, user)| between(&user.created)),
            "last_logged_between" => {
                rows.retain(|(_, user)| user.signed_in.as_deref().is_some_and(between));
            }
            // Whether a part of the name is enough is not documented; here it is.
            "full_name" => {
                let part = value.to_lowercase();
                rows.retain(|(_, user)| user.full_name().to_lowercase().contains(&part));
            }
            _ => {}
        }
    }
    match crm.order {
        Order::Id => {}
        Order::NewestFirst => rows.reverse(),
        Order::BlockedLast => rows.sort_by_key(|(_, user)| user.status == Status::Blocked),
    }
    paged(
        rows.into_iter()
            .map(|(id, user)| shown(*id, user))
            .collect(),
        request,
    )
}

fn shown(id: u64, user: &User) -> Value {
    json!({
        "id": id,
        "first_name": user.first,
        "last_name": user.last,
        "full_name": user.full_name(),
        "username": user.username,
        "email": user.email,
        "phone": user.phone,
        "role_id": user.role,
        "status": user.status.name(),
        "created_at": user.created,
        "updated_at": user.updated,
        "last_logged_at": user.signed_in,
    })
}

/// An order; whoever is assigned is shown on demand, and only there with the name of the role.
fn order(crm: &Keycrm, id: u64, people: &[u64], request: &Request) -> Value {
    let mut row = Map::new();
    row.insert("id".to_owned(), json!(id));
    row.insert("status_id".to_owned(), json!(1));
    if request.query_list("include").contains(&"assigned") {
        let assigned = people
            .iter()
            .filter_map(|user| Some((user, crm.users.get(user)?)))
            .map(|(id, user)| {
                let mut row = shown(*id, user);
                let role = user
                    .role
                    .and_then(|role| Some((role, crm.roles.get(&role)?)));
                row["role"] = role.map_or(
                    Value::Null,
                    |(id, role)| json!({ "id": id, "name": role.name, "alias": role.alias }),
                );
                row
            });
        row.insert("assigned".to_owned(), assigned.collect());
    }
    Value::Object(row)
}

/// One page in its envelope.
fn paged(rows: Vec<Value>, request: &Request) -> Answer {
    let limit = match request.find_query("limit").map(str::parse::<usize>) {
        None => 15,
        Some(Ok(limit @ 1..=50)) => limit,
        // What is outside the documented range is not documented; refused, so that nobody relies on it.
        Some(_) => {
            let mut body = refusal(422);
            body["errors"] = json!({ "limit": ["The limit must be between 1 and 50."] });
            return Answer::new(422, body);
        }
    };
    let page = request
        .find_query("page")
        .and_then(|page| page.parse::<usize>().ok())
        .unwrap_or(1)
        .max(1);
    let total = rows.len();
    let last = total.div_ceil(limit).max(1);
    let url = |page: usize| {
        let mut pairs: Vec<String> = request
            .query
            .iter()
            .filter(|(key, _)| key != "page")
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect();
        pairs.push(format!("page={page}"));
        format!("{}?{}", request.url(), pairs.join("&"))
    };
    let data: Vec<Value> = rows
        .into_iter()
        .skip((page - 1).saturating_mul(limit))
        .take(limit)
        .collect();
    Answer {
        shown: Shown::List,
        ..Answer::new(
            200,
            json!({
                "total": total,
                "current_page": page,
                "per_page": limit,
                "data": data,
                "first_page_url": url(1),
                "last_page_url": url(last),
                "next_page_url": (page < last).then(|| url(page + 1)),
            }),
        )
    }
}
