//! Laws that hold whatever is sent, in whatever order, under whatever options.
//!
//! The calls are made of a small alphabet of paths, words and bodies, so that sequences meet each other's effects.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bench, authorized};
use crate::sandbox::rights;

fn slug() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        "timetable_access",
        "records_access",
        "records_edit_last_days_count",
        "finances_accounts_limited_access",
        "finances_accounts_ids",
        "timetable_staff_id",
        "settings_users_limited_access",
        "settings_users_access",
        "settings_users_edit_access",
        "auth_list_allowed_ip",
        "medicine_access",
        "nonsense",
    ])
    .prop_map(|slug| json!(slug))
}

fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(true),
        json!(false),
        json!(0),
        json!("1"),
        json!(-1),
        json!(i64::MAX),
        json!(77),
        json!([]),
        json!([10_231_001]),
        json!(["10231002", 10_231_001]),
        json!(null),
        json!("10.0.0.1"),
        json!({}),
    ])
}

fn permissions() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::collection::vec((slug(), value()), 0..4).prop_map(|pairs| {
            pairs.into_iter().map(|(slug, value)| json!({ "slug": slug, "value": value })).collect()
        }),
        1 => value(),
    ]
}

fn body() -> impl Strategy<Value = Value> {
    let contact = prop::sample::select(vec![
        "a@x.example",
        "k@home.example",
        "37120000001",
        "+37129",
        "",
    ]);
    let role = prop::sample::select(vec!["worker", "manager", "owner", "boss"]);
    let invite = (contact, role.clone(), permissions()).prop_map(|(contact, role, permissions)| {
        json!({ "invites": [
            { "name": "A", "search": contact, "user_role": role, "staff_id": 77 },
            { "name": "B", "search": "b@x.example", "user_permissions": permissions },
        ] })
    });
    let links = (permissions(), prop::sample::select(vec![10231, 10232, 5])).prop_map(|(rights, place)| {
        json!({ "user_company_links": [{ "company_id": place, "user_permissions": rights }] })
    });
    prop_oneof![
        (role, permissions(), value()).prop_map(|(role, rights, staff)| {
            json!({ "user_role": role, "user_permissions": rights, "staff_id": staff, "user_id": 8812 })
        }),
        permissions().prop_map(|rights| json!({ "user_permissions": rights })),
        invite,
        links,
        value(),
    ]
}

fn call() -> impl Strategy<Value = (String, String, u64, Value)> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE"]);
    let user = prop::sample::select(vec![1_u64, 2, 8812, 8813, 8814, 900, 4040]);
    let path = prop::sample::select(vec![
        "company/{l}/users",
        "company/{l}/users/{u}",
        "company/{l}/users/{u}/permissions",
        "company/{l}/users/{u}/permissions",
        "company/{l}/users/{u}/copy_to_companies",
        "company/{l}/users/{u}/remove_from_companies",
        "company/{l}/users/roles?include[]=user_permissions",
        "company_users/{l}",
        "user/invite/{l}",
        "user/invite/{l}",
        "user/permissions/{l}",
        "companies?my=1&include[]=staff&count=0&page=0",
        "company/{l}/staff/quick",
        "staff/{l}/77",
        "groups",
        "auth",
    ]);
    let place = prop::sample::select(vec!["10231", "10232", "5"]);
    (method, path, place, user.clone(), user, body()).prop_map(
        |(method, path, place, user, caller, body)| {
            let path = path.replace("{l}", place).replace("{u}", &user.to_string());
            (
                method.to_owned(),
                format!("/salons/api/v1/{path}"),
                caller,
                body,
            )
        },
    )
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

/// The state as its own JSON shows it: every link is complete, in the stored form, and shares no team member.
fn check(bench: &Bench) {
    let state = json!(bench.world);
    for place in state["systems"]["salons"]["locations"]
        .as_object()
        .unwrap()
        .values()
    {
        let mut staff = BTreeSet::new();
        for link in place["links"].as_object().unwrap().values() {
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
