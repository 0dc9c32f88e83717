//! Laws that hold whatever is sent, in whatever order, under whatever options.
//!
//! The calls are made of a small alphabet of paths, words and bodies, so that sequences meet each other's effects.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bench, authorized};
use crate::sandbox::{World, rights};

/// A value of any kind, rarely of the right one.
fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(true),
        json!(0),
        json!("1"),
        json!(-1),
        json!(i64::MAX),
        json!(77),
        json!([]),
        json!(["10231002", 10_231_001]),
        json!(null),
        json!("10.0.0.1"),
        json!({}),
    ])
}

/// A right with a value that mostly fits.
fn pair() -> impl Strategy<Value = Value> {
    let fitting = prop::sample::select(vec![
        ("timetable_access", json!(false)),
        ("records_access", json!("1")),
        ("records_edit_last_days_count", json!(-1)),
        ("records_edit_last_days_count", json!("4")),
        ("finances_accounts_limited_access", json!(1)),
        ("finances_accounts_ids", json!(["10231002", 10_231_001])),
        ("timetable_staff_id", json!(77)),
        ("finances_salary_staff_id", json!(false)),
        ("settings_users_limited_access", json!(true)),
        ("settings_users_access", json!(1)),
        ("settings_users_edit_access", json!(false)),
        ("auth_list_allowed_ip", json!("10.0.0.1")),
        ("nonsense", json!(true)),
    ]);
    (fitting, prop::option::weighted(0.1, value()))
        .prop_map(|((slug, value), odd)| json!({ "slug": slug, "value": odd.unwrap_or(value) }))
}

fn permissions() -> impl Strategy<Value = Value> {
    prop_oneof![
        9 => prop::collection::vec(pair(), 0..3).prop_map(Value::Array),
        1 => value(),
    ]
}

fn write() -> impl Strategy<Value = Value> {
    let staff = prop::sample::select(vec![json!(77), json!(null), json!(10_231_601), json!("x")]);
    (role(), permissions(), staff).prop_map(|(role, rights, staff)| {
        json!({ "user_role": role, "user_permissions": rights, "staff_id": staff, "user_id": 8812 })
    })
}

fn role() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("worker"),
        json!("manager"),
        json!("owner"),
        json!(null),
        json!("boss"),
    ])
}

fn invite() -> impl Strategy<Value = Value> {
    let contact = prop::sample::select(vec![
        "a@x.example",
        "k@home.example",
        "37120000001",
        "+37129",
    ]);
    (contact, role(), permissions()).prop_map(|(contact, role, permissions)| {
        json!({ "invites": [
            { "name": "A", "search": contact, "user_role": role, "staff_id": 77 },
            { "name": "B", "search": "b@x.example", "user_permissions": permissions },
        ] })
    })
}

fn links() -> impl Strategy<Value = Value> {
    let rights = prop::option::of(permissions());
    (rights, prop::sample::select(vec![10231, 10232, 5])).prop_map(|(rights, place)| {
        json!({ "user_company_links": [{ "company_id": place, "user_permissions": rights }] })
    })
}

/// A call that exists, mostly with a body of its own kind and by somebody who may make it.
fn call() -> impl Strategy<Value = (String, String, u64, Value)> {
    let get = prop::sample::select(vec![
        "GET company/{l}/users",
        "GET company/{l}/users/{u}/permissions",
        "GET company/{l}/users/roles?include[]=user_permissions",
        "GET company_users/{l}",
        "GET user/permissions/{l}",
        "GET companies?my=1&include[]=staff&count=0&page=0",
        "GET groups",
        "POST auth",
        "PATCH company/{l}/users",
    ]);
    let several = prop::sample::select(vec![
        "POST company/{l}/users/{u}/copy_to_companies",
        "POST company/{l}/users/{u}/remove_from_companies",
    ]);
    let one = |call: &'static str| Just(call);
    let quick = json!({ "name": "Q", "user_email": "q@x.example", "is_user_invite": true });
    let sensible = prop_oneof![
        2 => (get, value()),
        4 => (one("PUT company/{l}/users/{u}/permissions"), write()),
        3 => (one("POST user/invite/{l}"), invite()),
        2 => (several, links()),
        1 => (one("DELETE company/{l}/users/{u}"), Just(json!(null))),
        1 => (one("POST company/{l}/staff/quick"), Just(quick)),
        1 => (one("PUT staff/{l}/77"), write()),
    ];
    let place = prop::sample::select(vec!["10231", "10231", "10231", "10232", "5"]);
    let user = prop::sample::select(vec![1_u64, 2, 8812, 8812, 8812, 8813, 8814, 900, 4040]);
    let caller = prop::sample::select(vec![2_u64, 2, 2, 2, 1, 1, 8812, 8814, 4040]);
    let odd = prop::option::weighted(0.1, value());
    (sensible, place, user, caller, odd).prop_map(|((call, body), place, user, caller, odd)| {
        let call = call.replace("{l}", place).replace("{u}", &user.to_string());
        let (method, path) = call.split_once(' ').unwrap();
        (
            method.to_owned(),
            format!("/salons/api/v1/{path}"),
            caller,
            odd.unwrap_or(body),
        )
    })
}

fn options() -> impl Strategy<Value = Value> {
    let word = |words: &[&'static str]| prop::sample::select(words.to_vec());
    (
        word(&["replace", "merge"]),
        word(&["reject", "ignore"]),
        word(&["second-message", "refuse", "silent"]),
        word(&["typed", "flags", "strings"]),
        word(&["keep", "close-below"]),
        any::<[bool; 4]>(),
    )
        .prop_map(|(write, unknown, repeated, values, closed, [resets, odd, hidden, sms])| {
            json!({
                "write": write, "unknown_slugs": unknown, "repeated_invitation": repeated, "values": values,
                "closed_sections": closed, "role_resets_rights": resets, "odd_ids": odd,
                "refusals_as_200": hidden, "sms": sms, "invitation_appears_after": 0,
            })
        })
}

/// The state as a state file would bring it back: every link is complete, in the stored form, and shares no team member.
fn check(bench: &Bench) {
    let again: World = serde_json::from_value(json!(bench.world)).unwrap();
    for location in [10231, 10232] {
        let mut staff = BTreeSet::new();
        let shown = |account| {
            let link = bench.world.access("salons", location, account);
            assert_eq!(link, again.access("salons", location, account));
            link
        };
        for link in (0..10_000).filter_map(shown) {
            let stored = link["rights"].as_object().unwrap();
            assert_eq!(stored.len(), 247);
            for (slug, value) in stored {
                assert_eq!(
                    rights::find(slug).unwrap().read(value).as_ref(),
                    Some(value),
                    "{slug}"
                );
            }
            if let Some(id) = link["staff"].as_u64() {
                assert!(staff.insert(id), "{id} is linked twice");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_calls_breaks_the_state(options in options(), calls in prop::collection::vec(call(), 1..24)) {
        let mut bench = Bench::with(&options);
        for (method, target, caller, body) in calls {
            let request = authorized(&method, &target, &format!("sandbox-user-{caller}")).json(&body);
            let effects = bench.world.log().effects.len();
            let reply = bench.send(&request);
            let known = matches!(reply.status, 200 | 201 | 202 | 204 | 401 | 403 | 404 | 422);
            prop_assert!(known, "{} for {method} {target} {body}", reply.status);
            if method == "GET" || reply.value()["success"] == false {
                let unchanged = bench.world.log().effects.len() == effects;
                prop_assert!(unchanged, "{method} {target} {body} changed something");
            }
        }
        check(&bench);
    }
}
