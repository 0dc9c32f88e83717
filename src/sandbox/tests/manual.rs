//! The interfaces of KeyCRM, Reservio and Apenday: documented shapes, paging, limits, and every kind of fault.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::column;
use crate::sandbox::{Change, Fate, Fault, FaultKind, HandWork, Reply, Request, World};

const BUSINESS: &str = "0d3b7a52-0000-4000-8000-000000000001";

/// A CRM with so many users, a business with so many profiles, and one Apenday.
pub(super) fn world(many: u64, order: &str) -> World {
    let users: Vec<Value> = (1..=many)
        .map(|id| {
            json!({ "id": id, "first": format!("U{id}"), "login": format!("u{id}"), "role": 4,
                    "email": format!("u{id}@x.example") })
        })
        .collect();
    let resources: Vec<Value> = (1..=many)
        .map(|id| json!({ "id": format!("p{id:03}"), "name": format!("P{id}") }))
        .collect();
    let live = json!({ "systems": {
        "crm": { "kind": "keycrm", "order": order, "users": users, "key_owner": 1,
                 "roles": [{ "id": 4, "name": "Manager" }],
                 "orders": [{ "id": 100, "assigned": [1, 2] }] },
        "booking": { "kind": "reservio", "businesses": [
            { "id": BUSINESS, "name": "Centrs", "resources": resources }] },
        "meetings": { "kind": "apenday", "tokens": { "secret": 1 }, "users": [
            { "id": 1, "first": "A", "last": "B", "email": "a@x.example" }] },
    } });
    World::from_live(&live.to_string()).unwrap()
}

pub(super) fn now() -> Timestamp {
    "2026-12-01T08:00:00Z".parse().unwrap()
}

fn get(world: &mut World, target: &str) -> Reply {
    let request = Request::new("GET", target)
        .header("Authorization", "Bearer t")
        .header("Host", "127.0.0.1:9");
    world.handle(&request, now())
}

#[test]
fn users_come_in_the_documented_envelope() {
    let mut world = world(17, "id");
    let body = get(&mut world, "/crm/api/v1/users").value();
    assert_eq!(
        [&body["total"], &body["current_page"], &body["per_page"]],
        [17, 1, 15].map(|n| json!(n)).each_ref()
    );
    assert_eq!(
        body["next_page_url"],
        "http://127.0.0.1:9/crm/api/v1/users?page=2"
    );
    assert_eq!(body["last_page_url"], body["next_page_url"]);
    assert_eq!(
        body["data"][1],
        json!({ "id": 2, "first_name": "U2", "last_name": "", "full_name": "U2", "username": "u2",
                "email": "u2@x.example", "phone": null, "role_id": 4, "status": "active",
                "created_at": "2026-12-01 08:00:00", "updated_at": "2026-12-01 08:00:00",
                "last_logged_at": "2026-12-01 08:00:00" })
    );
    let next = "/crm/api/v1/users?page=2";
    let body = get(&mut world, next).value();
    assert_eq!(column(&body["data"], "id"), [json!(16), json!(17)]);
    assert_eq!(body["next_page_url"], Value::Null);
}

#[test]
fn filters_are_the_documented_ones_and_follow_the_pages() {
    let mut world = world(60, "id");
    let ids = |world: &mut World, query: &str| {
        column(
            &get(world, &format!("/crm/api/v1/users?{query}")).value()["data"],
            "id",
        )
    };
    assert_eq!(ids(&mut world, "filter[id]=3,5"), [json!(3), json!(5)]);
    assert_eq!(
        ids(&mut world, "filter%5Bemail%5D=U7@x.example"),
        [json!(7)]
    );
    assert_eq!(
        ids(&mut world, "filter[status]=blocked"),
        Vec::<Value>::new()
    );
    assert_eq!(ids(&mut world, "filter[full_name]=u60"), [json!(60)]);
    let between = "filter[created_between]=2026-12-01%2000:00:00,%202026-12-02%2000:00:00&limit=50";
    assert_eq!(ids(&mut world, between).len(), 50);
    let next = get(&mut world, &format!("/crm/api/v1/users?{between}")).value();
    let next = next["next_page_url"].as_str().unwrap().to_owned();
    let next = next.strip_prefix("http://127.0.0.1:9").unwrap();
    assert_eq!(
        column(&get(&mut world, next).value()["data"], "id").len(),
        10
    );
}

#[test]
fn what_does_not_exist_is_not_found_and_what_is_outside_is_refused() {
    let mut world = world(3, "id");
    for missing in ["users/1", "roles", "permissions", "order/9"] {
        assert_eq!(
            get(&mut world, &format!("/crm/api/v1/{missing}")).status,
            404,
            "{missing}"
        );
    }
    for limit in ["0", "51", "x"] {
        assert_eq!(
            get(&mut world, &format!("/crm/api/v1/users?limit={limit}")).status,
            422
        );
    }
    for header in ["", "Bearer ", "Basic t"] {
        let request = Request::new("GET", "/crm/api/v1/users").header("Authorization", header);
        assert_eq!(world.handle(&request, now()).status, 401, "{header:?}");
    }
    let post = Request::new("POST", "/crm/api/v1/users").header("Authorization", "Bearer t");
    assert_eq!(world.handle(&post, now()).status, 404);
    let block = HandWork {
        does: "block".to_owned(),
        account: Some("1".to_owned()),
        ..HandWork::default()
    };
    world.by_hand("crm", &block, now()).unwrap();
    assert_eq!(
        get(&mut world, "/crm/api/v1/users").status,
        401,
        "the key went with its owner"
    );
}

#[test]
fn the_names_of_roles_are_seen_where_their_holders_are_assigned() {
    let mut world = world(3, "id");
    let bare = get(&mut world, "/crm/api/v1/order").value();
    assert_eq!(bare["data"][0]["assigned"], Value::Null);
    let body = get(&mut world, "/crm/api/v1/order?include=assigned").value();
    let role = json!({ "id": 4, "name": "Manager", "alias": "manager" });
    assert_eq!(
        column(&body["data"][0]["assigned"], "role"),
        [role.clone(), role]
    );
    let one = get(&mut world, "/crm/api/v1/order/100?include=assigned").value();
    assert_eq!(one, body["data"][0]);
}

#[test]
fn the_sixty_first_call_of_a_minute_says_when_to_come_back() {
    let mut world = world(3, "id");
    let at = |seconds: i64| {
        now()
            .checked_add(jiff::SignedDuration::from_secs(seconds))
            .unwrap()
    };
    let request = Request::new("GET", "/crm/api/v1/users").header("Authorization", "Bearer t");
    assert!((0..60).all(|call| world.handle(&request, at(call / 2)).status == 200));
    let refused = world.handle(&request, at(30));
    assert_eq!(refused.status, 429);
    assert!(
        refused
            .headers
            .contains(&("Retry-After".to_owned(), "30".to_owned())),
        "{refused:?}"
    );
    let other = Request::new("GET", "/crm/api/v1/users").header("Authorization", "Bearer u");
    assert_eq!(
        world.handle(&other, at(30)).status,
        200,
        "each key has its own"
    );
    assert_eq!(world.handle(&request, at(60)).status, 200);
}

#[test]
fn only_the_own_identity_proves_a_token_at_reservio() {
    let mut world = world(3, "id");
    let bare = |world: &mut World, path: &str| {
        world.handle(
            &Request::new("GET", &format!("/booking/api/v1/{path}")),
            now(),
        )
    };
    let denied = bare(&mut world, "users/me");
    assert_eq!(
        (denied.status, &denied.value()["errors"][0]["code"]),
        (401, &json!("unauthorized"))
    );
    let me = get(&mut world, "/booking/api/v1/users/me").value();
    assert_eq!(me["data"]["type"], "user");
    let business = format!("businesses/{BUSINESS}");
    let shown = bare(&mut world, &business);
    assert_eq!(
        shown.value()["data"]["attributes"]["timezone"],
        "Europe/Riga"
    );
    assert!(
        shown
            .headers
            .iter()
            .any(|(_, value)| value == "application/vnd.api+json")
    );
    let one = bare(&mut world, &format!("{business}/resources/p002")).value();
    assert_eq!(
        one["data"],
        json!({ "type": "resource", "id": "p002", "attributes": { "name": "P2" } })
    );
    for missing in ["businesses/x", &format!("{business}/resources/x")] {
        let reply = bare(&mut world, missing);
        assert_eq!(
            (reply.status, &reply.value()["errors"][0]["code"]),
            (404, &json!("entityNotFound"))
        );
    }
}

#[test]
fn hooks_are_made_and_taken_back_with_a_key_of_somebody_active() {
    let mut world = world(2, "id");
    let hooks = "/meetings/api/v1/hooks";
    let body = json!({ "url": "https://x.example/h", "event": "meeting_rated" });
    let send = |world: &mut World, method: &str, target: &str, key: &str, body: &Value| {
        let request = Request::new(method, target)
            .header("X-AUTH-TOKEN", key)
            .json(body);
        world.handle(&request, now())
    };
    assert_eq!(send(&mut world, "POST", hooks, "", &body).status, 401);
    assert_eq!(send(&mut world, "POST", hooks, "other", &body).status, 401);
    let user = json!({ "url": "https://x.example/h", "event": "user_created" });
    assert_eq!(send(&mut world, "POST", hooks, "secret", &user).status, 422);
    let made = send(&mut world, "POST", hooks, "secret", &body);
    assert_eq!(made.status, 201);
    let made = made.value();
    assert_eq!(
        (&made["@type"], &made["@context"]),
        (&json!("Hooks"), &json!("/api/contexts/Hooks"))
    );
    let own = made["@id"].as_str().unwrap();
    assert_eq!(
        send(&mut world, "DELETE", own, "secret", &Value::Null).status,
        204
    );
    let id = own.rsplit('/').next().unwrap();
    let again = send(
        &mut world,
        "DELETE",
        &format!("{hooks}/{id}"),
        "secret",
        &Value::Null,
    );
    assert_eq!(
        (again.status, &again.value()["@type"]),
        (404, &json!("hydra:Error"))
    );
    for docs in ["/meetings/api/v1/api/docs?ui=re_doc", "/api/docs"] {
        let page = get(&mut world, docs);
        assert!(
            String::from_utf8_lossy(&page.body).contains("tag/Hooks"),
            "{docs}"
        );
    }
    for missing in ["users", "teams", "api/public/users"] {
        assert_eq!(
            get(&mut world, &format!("/meetings/api/v1/{missing}")).status,
            404
        );
    }
}

#[test]
fn every_fault_meets_the_new_lists() {
    let lists = [
        ("GET /users", "/crm/api/v1/users?limit=2", "/total"),
        (
            "GET /businesses/{b}/resources",
            "/booking/api/v1/businesses/0d3b7a52-0000-4000-8000-000000000001/resources?page[limit]=2",
            "/meta/total",
        ),
    ];
    for (on, target, total) in lists {
        let met = |kind: FaultKind| {
            let mut world = world(5, "id");
            world.add_fault(Fault::on(on, kind).nth(1));
            get(&mut world, target)
        };
        let body = met(FaultKind::ShortList(1)).value();
        assert_eq!(body["data"].as_array().unwrap().len(), 1);
        assert_eq!(body.pointer(total), Some(&json!(5)));
        let body = met(FaultKind::EmptyList).value();
        assert_eq!(
            (&body["data"], body.pointer(total)),
            (&json!([]), Some(&json!(0)))
        );
        assert_eq!(
            (&body["links"]["next"], &body["next_page_url"]),
            (&Value::Null, &Value::Null)
        );
        let body = met(FaultKind::RepeatedRow).value();
        assert_eq!(body["data"][0], body["data"][1]);
        assert_eq!(
            met(FaultKind::WrongTotal(9)).value().pointer(total),
            Some(&json!(9))
        );
        assert_eq!(met(FaultKind::Status(503)).status, 503);
        assert_eq!(met(FaultKind::StatusAfter(502)).status, 502);
        assert_eq!(met(FaultKind::DropBefore).fate, Fate::DropBefore);
        assert_eq!(met(FaultKind::DropAfter).fate, Fate::DropAfter);
        assert_eq!(met(FaultKind::Truncate(7)).fate, Fate::Truncate(7));
        assert_eq!(met(FaultKind::Slow(1_500)).delay.as_millis(), 1_500);
        assert_eq!(met(FaultKind::Garbage).value(), Value::Null);
        let body = met(FaultKind::NotSuccess);
        assert_eq!((body.status, &body.value()["data"]), (200, &Value::Null));
    }
}

#[test]
fn a_list_moves_between_two_of_its_pages() {
    let work = |does: &str, account: &str| {
        Change::ByHand(Box::new(HandWork {
            does: does.to_owned(),
            account: Some(account.to_owned()),
            ..HandWork::default()
        }))
    };
    let mut moving = world(4, "blocked-last");
    moving.add_fault(Fault::on("GET /users", FaultKind::ChangeBefore(work("block", "2"))).nth(2));
    let first = get(&mut moving, "/crm/api/v1/users?limit=2").value();
    let second = get(&mut moving, "/crm/api/v1/users?limit=2&page=2").value();
    assert_eq!(column(&first["data"], "id"), [json!(1), json!(2)]);
    assert_eq!(
        column(&second["data"], "id"),
        [json!(4), json!(2)],
        "3 was never seen"
    );

    let gone: Change = serde_json::from_value(
        json!({ "do": "delete-profile", "place": BUSINESS, "profile": "p001" }),
    )
    .unwrap();
    let mut moving = world(4, "id");
    let on = "GET /businesses/{b}/resources";
    moving.add_fault(Fault::on(on, FaultKind::ChangeAfter(gone)).nth(1));
    let page = |world: &mut World, offset: u32| {
        let target = format!(
            "/booking/api/v1/businesses/{BUSINESS}/resources?page[limit]=2&page[offset]={offset}"
        );
        get(world, &target).value()
    };
    assert_eq!(page(&mut moving, 0)["meta"]["total"], 4);
    let second = page(&mut moving, 2);
    assert_eq!(
        (&second["meta"]["total"], column(&second["data"], "id")),
        (&json!(3), vec![json!("p004")])
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_the_links_shows_everybody_once(many in 0_u64..70, limit in 4_usize..=50) {
        let mut world = world(many.max(2), "newest-first");
        let starts = [
            format!("/crm/api/v1/users?limit={limit}"),
            format!("/booking/api/v1/businesses/{BUSINESS}/resources?page[limit]={limit}"),
        ];
        for start in starts {
            let (mut seen, mut next) = (Vec::new(), Some(start));
            while let Some(target) = next {
                let body = get(&mut world, &target).value();
                let rows = column(&body["data"], "id");
                prop_assert!(rows.len() <= limit);
                seen.extend(rows.into_iter().map(|id| id.to_string()));
                let link = body["next_page_url"].as_str().or(body["links"]["next"].as_str());
                next = link.map(|link| link.strip_prefix("http://127.0.0.1:9").unwrap().to_owned());
            }
            let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
            prop_assert_eq!(seen.len() as u64, many.max(2));
            prop_assert_eq!(distinct.len(), seen.len());
        }
    }
}
