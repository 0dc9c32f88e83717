//! What the calls do: invitations, writes, copies, removals, and every option for what is not documented.

use serde_json::{Value, json};

use super::{Bench, authorized, column};
use crate::sandbox::log::Id;

const PERMISSIONS: &str = "/salons/api/v1/company/10231/users/8812/permissions";

fn users(bench: &mut Bench) -> Vec<Value> {
    column(&bench.data("/salons/api/v1/company/10231/users"), "email")
}

fn anna() -> Value {
    json!({ "name": "Anna", "search": "anna@home.example" })
}

#[test]
fn an_invited_person_appears_later_and_has_not_accepted() {
    let mut bench = Bench::new();
    let (status, body) = bench.invite(&json!([{
        "name": "Anna", "search": "anna@home.example", "position": "Stylist", "user_role": "administrator",
        "user_permissions": [{ "slug": "timetable_access", "value": true }], "staff_id": 77,
    }]));
    assert_eq!(status, 202);
    assert_eq!(
        body,
        json!({ "success": true, "data": null, "meta": { "message": "Saved" } })
    );
    assert!(!users(&mut bench).contains(&json!("anna@home.example")));
    bench.wait(3_000);
    let rows = bench.data("/salons/api/v1/company/10231/users?filter[is_approved]=0");
    let row = &rows[1];
    assert_eq!(
        (&row["email"], &row["information"]),
        (&json!("anna@home.example"), &json!("Stylist"))
    );
    let id = row["id"].as_u64().unwrap();
    let data = bench.data(&format!(
        "/salons/api/v1/company/10231/users/{id}/permissions"
    ));
    assert_eq!(
        (&data["user_role"], &data["staff_id"]),
        (&json!("administrator"), &json!(77))
    );
    let rights = bench.rights(10231, id);
    assert_eq!(rights["timetable_access"], true);
    assert_eq!(
        rights["records_access"], false,
        "left-out rights are closed where writes replace"
    );
    let messages = &bench.world.log().messages;
    assert_eq!(messages.len(), 1);
    assert_eq!(
        (messages[0].channel.as_str(), messages[0].to.as_str()),
        ("email", "anna@home.example")
    );
    assert_eq!(messages[0].account, Id::Number(id));
}

#[test]
fn an_invitation_without_rights_has_the_roles() {
    let mut bench = Bench::with(&json!({ "invitation_appears_after": 0 }));
    assert_eq!(bench.invite(&json!([anna()])).0, 202);
    let id = bench
        .world
        .account_of("salons", "ANNA@home.example")
        .unwrap();
    assert_eq!(bench.rights(10231, id)["records_create_access"], true);
}

#[test]
fn a_batch_is_taken_whole_or_refused_whole() {
    let mut bench = Bench::new();
    let many: Vec<Value> = (0..16)
        .map(|n| json!({ "name": "X", "search": format!("x{n}@home.example") }))
        .collect();
    assert_eq!(bench.invite(&json!(many)).0, 422);
    assert_eq!(bench.invite(&json!(many[..15])).0, 202);
    assert_eq!(bench.world.log().messages.len(), 15);
    let (status, body) = bench.invite(&json!([anna(), { "name": "", "search": "b@home.example" }]));
    assert_eq!(status, 422);
    assert_eq!(body["meta"]["errors"][0]["field"], "invites.1.name");
    assert_eq!(bench.invite(&json!([])).0, 422);
    assert_eq!(bench.world.log().messages.len(), 15);
}

#[test]
fn what_cannot_be_invited_is_refused() {
    let mut bench = Bench::new();
    for (sent, field) in [
        (json!({ "name": "A", "search": "nothing" }), "search"),
        (json!({ "name": "A", "search": "37120000009" }), "search"),
        (
            json!({ "name": "A", "search": "a@b.example", "user_role": "boss" }),
            "user_role",
        ),
        (
            json!({ "name": "A", "search": "a@b.example", "user_role": "owner" }),
            "user_role",
        ),
        (
            json!({ "name": "A", "search": "a@b.example", "staff_id": 5 }),
            "staff_id",
        ),
        (
            json!({ "name": "A", "search": "a@b.example", "staff_id": 10_231_601 }),
            "staff_id",
        ),
    ] {
        let (status, body) = bench.invite(&json!([sent]));
        assert_eq!(status, 422);
        assert_eq!(
            body["meta"]["errors"][0]["field"],
            format!("invites.0.{field}"),
            "{sent}"
        );
    }
    assert!(bench.world.log().messages.is_empty());
}

#[test]
fn sms_needs_an_aggregator_and_yclients_wants_digits() {
    let mut bench = Bench::with(&json!({ "sms": true }));
    assert_eq!(
        bench
            .invite(&json!([{ "name": "A", "search": "+37120000009" }]))
            .0,
        202
    );
    assert_eq!(bench.world.log().messages[0].channel, "sms");
    let clinic = "/clinic/api/v1/user/invite/501";
    let body = |search: &str| json!({ "invites": [{ "name": "A", "search": search }] });
    assert_eq!(bench.call("POST", clinic, &body("+79160000009")).0, 422);
    assert_eq!(bench.call("POST", clinic, &body("79160000009")).0, 202);
    assert_eq!(bench.world.log().messages[1].to, "79160000009");
}

#[test]
fn a_repeated_invitation_is_whatever_the_option_says() {
    for (option, status, messages) in [
        ("second-message", 202, 2),
        ("silent", 202, 1),
        ("refuse", 422, 1),
    ] {
        let mut bench = Bench::with(&json!({ "repeated_invitation": option }));
        assert_eq!(bench.invite(&json!([anna()])).0, 202);
        assert_eq!(bench.invite(&json!([anna()])).0, status, "{option}");
        assert_eq!(bench.world.log().messages.len(), messages, "{option}");
    }
}

#[test]
fn inviting_a_known_account_keeps_its_id() {
    let mut bench = Bench::with(&json!({ "sms": true, "invitation_appears_after": 0 }));
    let body = json!({ "invites": [{ "name": "J", "search": "37120000001" }] });
    assert_eq!(
        bench
            .call("POST", "/salons/api/v1/user/invite/10232", &body)
            .0,
        202
    );
    let rows = bench.data("/salons/api/v1/company/10232/users?filter[is_approved]=0");
    assert_eq!(
        (&rows[0]["id"], &rows[0]["name"]),
        (&json!(8812), &json!("Jana Bērziņa"))
    );
}

#[test]
fn removing_takes_the_link_and_leaves_the_person() {
    let mut bench = Bench::new();
    let users = "/salons/api/v1/company/10231/users";
    assert_eq!(
        bench
            .call("DELETE", &format!("{users}/8812"), &Value::Null)
            .0,
        403
    );
    let owner = |id: u64| authorized("DELETE", &format!("{users}/{id}"), "sandbox-user-2");
    let reply = bench.send(&owner(8812));
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    assert_eq!(bench.send(&owner(8812)).status, 404);
    assert_eq!(
        bench.send(&owner(2)).status,
        403,
        "owners cannot be removed"
    );
    assert_eq!(
        bench.send(&owner(900)).status,
        403,
        "system users cannot be removed"
    );
    assert_eq!(
        bench.send(&owner(8813)).status,
        204,
        "an invitation is withdrawn"
    );
    assert_eq!(bench.world.account_of("salons", "37120000001"), Some(8812));
    let staff = bench.data("/salons/api/v1/company/10231/staff/10231601");
    assert_eq!(staff["user_id"], json!(null));
}

#[test]
fn options_can_refuse_to_withdraw_and_choose_the_status() {
    let mut bench = Bench::with(&json!({ "delete_pending": "refuse", "undeletable_status": 422 }));
    let owner = |id: u64| {
        authorized(
            "DELETE",
            &format!("/salons/api/v1/company/10231/users/{id}"),
            "sandbox-user-2",
        )
    };
    assert_eq!(bench.send(&owner(8813)).status, 422);
    assert_eq!(bench.send(&owner(2)).status, 422);
}

#[test]
fn a_write_replaces_or_merges() {
    for (option, kept) in [("replace", json!(false)), ("merge", json!(true))] {
        let mut bench = Bench::with(&json!({ "write": option }));
        let body = json!({ "user_permissions": [{ "slug": "clients_access", "value": 1 }] });
        let (status, answer) = bench.call("PUT", PERMISSIONS, &body);
        assert_eq!(status, 200);
        assert_eq!(answer["data"]["user_role"], "worker");
        let rights = bench.rights(10231, 8812);
        assert_eq!(rights["clients_access"], true);
        assert_eq!(rights["records_access"], kept, "{option}");
        let effect = bench.world.log().effects.last().unwrap();
        assert_eq!(
            effect.detail["rights"]["clients_access"],
            json!([false, true])
        );
    }
}

#[test]
fn a_write_of_role_or_link_alone_leaves_the_rights() {
    let mut bench = Bench::new();
    let before = bench.rights(10231, 8812);
    let body = json!({ "user_role": "administrator", "staff_id": null });
    let (_, answer) = bench.call("PUT", PERMISSIONS, &body);
    assert_eq!(answer["data"]["user_role"], "administrator");
    assert_eq!(answer["data"]["staff_id"], json!(null));
    assert_eq!(bench.rights(10231, 8812), before);

    let mut bench = Bench::with(&json!({ "role_resets_rights": true }));
    bench.call("PUT", PERMISSIONS, &json!({ "user_role": "administrator" }));
    assert_eq!(bench.rights(10231, 8812)["finances_access"], true);
}

#[test]
fn unknown_slugs_are_refused_or_ignored() {
    let right = |slug: &str| json!({ "user_permissions": [{ "slug": slug, "value": true }] });
    let mut bench = Bench::with(&json!({ "write": "merge" }));
    for slug in ["nonsense", "users_access", "medicine_access"] {
        let (status, body) = bench.call("PUT", PERMISSIONS, &right(slug));
        assert_eq!(status, 422, "{slug}");
        assert_eq!(
            body["meta"]["errors"][0]["field"],
            "user_permissions.0.slug"
        );
    }
    let mut bench = Bench::with(&json!({ "write": "merge", "unknown_slugs": "ignore" }));
    let before = bench.rights(10231, 8812);
    assert_eq!(bench.call("PUT", PERMISSIONS, &right("nonsense")).0, 200);
    assert_eq!(bench.rights(10231, 8812), before);
}

#[test]
fn values_that_do_not_fit_are_refused_and_change_nothing() {
    let mut bench = Bench::new();
    let before = bench.rights(10231, 8812);
    let pair = |slug: &str, value: Value| json!({ "slug": slug, "value": value });
    for rights in [
        json!([pair("records_access", json!("yes"))]),
        json!([pair("records_edit_last_days_count", json!(-2))]),
        json!([pair("finances_accounts_ids", json!([5]))]),
        json!([pair("timetable_staff_id", json!(10_232_601))]),
        json!([
            pair("records_access", json!(true)),
            pair("records_access", json!(true))
        ]),
        json!([{ "slug": "records_access" }]),
        json!({ "records_access": true }),
    ] {
        let (status, _) = bench.call("PUT", PERMISSIONS, &json!({ "user_permissions": rights }));
        assert_eq!(status, 422, "{rights}");
    }
    assert_eq!(
        bench.call("PUT", PERMISSIONS, &json!({ "staff_id": 3 })).0,
        422
    );
    assert_eq!(
        bench
            .call("PUT", PERMISSIONS, &json!({ "user_role": "free" }))
            .0,
        422
    );
    assert_eq!(bench.rights(10231, 8812), before);
}

#[test]
fn what_was_read_can_be_written_back() {
    let mut bench = Bench::new();
    let before = bench.data(PERMISSIONS);
    let (status, after) = bench.call("PUT", PERMISSIONS, &before);
    assert_eq!(status, 200);
    assert_eq!(after["data"], before);
}

#[test]
fn calls_are_judged_by_the_callers_rights_at_the_place() {
    let mut bench = Bench::new();
    let as_jana = |method: &str, target: &str| authorized(method, target, "sandbox-user-8812");
    assert_eq!(
        bench
            .send(&as_jana("GET", "/salons/api/v1/company/10231/users"))
            .status,
        403
    );
    assert_eq!(
        bench
            .send(&as_jana("GET", "/salons/api/v1/company/10232/users"))
            .status,
        403
    );
    assert_eq!(
        bench
            .send(&as_jana("GET", "/salons/api/v1/user/permissions/10231"))
            .status,
        200
    );
    let as_invited = authorized(
        "GET",
        "/salons/api/v1/user/permissions/10231",
        "sandbox-user-8813",
    );
    assert_eq!(
        bench.send(&as_invited).status,
        403,
        "an invitation gives nothing yet"
    );
    assert_eq!(bench.get("/salons/api/v1/company/99/users").0, 404);
}

#[test]
fn owners_are_for_owners_and_system_users_for_nobody() {
    let mut bench = Bench::new();
    let target = |user: u64| format!("/salons/api/v1/company/10231/users/{user}/permissions");
    let body = json!({ "user_role": "worker" });
    assert_eq!(bench.call("PUT", &target(2), &body).0, 403);
    assert_eq!(bench.call("PUT", &target(900), &body).0, 403);
    assert_eq!(
        bench
            .call("PUT", &target(8812), &json!({ "user_role": "owner" }))
            .0,
        403
    );
    assert_eq!(bench.data(&target(2))["is_editable"], false);
}

#[test]
fn who_may_give_only_own_rights_cannot_give_more() {
    let mut bench = Bench::with(&json!({ "write": "merge", "overreach_status": 422 }));
    for (slug, value) in [
        ("settings_users_limited_access", json!(1)),
        ("clients_export_access", json!(false)),
        ("records_edit_last_days_count", json!(5)),
    ] {
        let change = json!({ "do": "set-right", "location": 10231, "user": 1, "slug": slug, "value": value });
        let change = serde_json::from_value(change).unwrap();
        bench
            .world
            .change(Some("salons"), &change, bench.now)
            .unwrap();
    }
    let put = |slug: &str, value: Value| json!({ "user_permissions": [{ "slug": slug, "value": value }] });
    let (status, _) = bench.call(
        "PUT",
        PERMISSIONS,
        &put("clients_export_access", json!(true)),
    );
    assert_eq!(status, 422);
    let (status, _) = bench.call(
        "PUT",
        PERMISSIONS,
        &put("records_edit_last_days_count", json!(-1)),
    );
    assert_eq!(status, 422);
    let (status, _) = bench.call(
        "PUT",
        PERMISSIONS,
        &put("records_edit_last_days_count", json!(4)),
    );
    assert_eq!(status, 200);
    let rows =
        bench.data("/salons/api/v1/company/10231/users/8812/roles?include[]=user_permissions");
    let text = rows[0].to_string();
    let node = text
        .split("\"default_value\"")
        .find(|node| node.contains("\"clients_export_access\""));
    assert!(node.is_some());
    let clients = rows[0]["user_permissions"].as_array().unwrap().iter();
    let clients = clients
        .clone()
        .find(|node| node["slug"] == "clients_access")
        .unwrap();
    let export = clients["children"].as_array().unwrap().iter();
    let export = export
        .clone()
        .find(|node| node["slug"] == "clients_export_access")
        .unwrap();
    assert_eq!(
        (&export["is_editable"], &clients["is_editable"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn a_copy_is_active_at_once_and_sends_nothing() {
    let mut bench = Bench::new();
    let target = "/salons/api/v1/company/10231/users/8812/copy_to_companies";
    let body = json!({ "user_company_links": [{ "company_id": 10232 }] });
    let (status, answer) = bench.call("POST", target, &body);
    assert_eq!((status, &answer["data"]), (200, &json!(null)));
    let rights = bench.rights(10232, 8812);
    assert_eq!(rights["records_edit_last_days_count"], 3);
    assert_eq!(
        rights["finances_accounts_ids"],
        json!([10_231_001]),
        "ids are copied as they are"
    );
    let approved = bench.data("/salons/api/v1/company/10232/users?filter[is_approved]=1");
    assert!(column(&approved, "id").contains(&json!(8812)));
    assert!(bench.world.log().messages.is_empty());

    let rights = json!([{ "slug": "timetable_access", "value": true }]);
    let body =
        json!({ "user_company_links": [{ "company_id": 10232, "user_permissions": rights }] });
    assert_eq!(bench.call("POST", target, &body).0, 200);
    assert_eq!(bench.rights(10232, 8812)["records_access"], false);
}

#[test]
fn a_copy_to_a_place_of_an_invitation_still_needs_its_acceptance() {
    let mut bench = Bench::with(&json!({ "invitation_appears_after": 0, "sms": true }));
    let body = json!({ "invites": [{ "name": "J", "search": "37120000001" }] });
    assert_eq!(
        bench
            .call("POST", "/salons/api/v1/user/invite/10232", &body)
            .0,
        202
    );
    let target = "/salons/api/v1/company/10231/users/8812/copy_to_companies";
    let body = json!({ "user_company_links": [{ "company_id": 10232 }] });
    assert_eq!(bench.call("POST", target, &body).0, 200);
    let pending = bench.data("/salons/api/v1/company/10232/users?filter[is_approved]=0");
    assert_eq!(column(&pending, "id"), [json!(8812)]);
    assert_eq!(bench.rights(10232, 8812)["records_edit_last_days_count"], 3);
}

#[test]
fn copies_and_removals_check_their_targets() {
    let mut bench = Bench::new();
    for links in [
        json!([]),
        json!([{ "company_id": 10232 }, { "company_id": "10232" }]),
        json!([{ "company_id": 5 }]),
    ] {
        let target = "/salons/api/v1/company/10231/users/8812/copy_to_companies";
        assert_eq!(
            bench
                .call("POST", target, &json!({ "user_company_links": links }))
                .0,
            422
        );
    }
    let target = "/salons/api/v1/company/10231/users/8812/remove_from_companies";
    let body = json!({ "user_company_links": [{ "company_id": 10231 }] });
    assert_eq!(
        bench.call("POST", target, &body).0,
        403,
        "a manager of 10231 may not delete there"
    );
    let owner = authorized("POST", target, "sandbox-user-2").json(&body);
    let reply = bench.send(&owner);
    assert_eq!(
        (reply.status, reply.value()["data"].clone()),
        (200, json!(null))
    );
    assert_eq!(bench.world.access("salons", 10231, 8812), None);
}

#[test]
fn a_link_can_be_set_from_the_staff_side() {
    let mut bench = Bench::new();
    let put = |user: u64| json!({ "user_id": user });
    let (status, body) = bench.call("PUT", "/salons/api/v1/staff/10231/77", &put(8812));
    assert_eq!((status, &body["data"]["user_id"]), (200, &json!(8812)));
    let data = bench.data(PERMISSIONS);
    assert_eq!(data["staff_id"], 77);
    let (_, body) = bench.call("PUT", "/salons/api/v1/staff/10231/77", &put(0));
    assert_eq!(body["data"]["user_id"], json!(null));
    assert_eq!(
        bench
            .call("PUT", "/salons/api/v1/staff/10231/77", &put(404))
            .0,
        422
    );
    let (status, body) = bench.call(
        "POST",
        "/salons/api/v1/company/10231/staff/quick",
        &json!({ "name": "Eva" }),
    );
    assert_eq!((status, &body["data"]["id"]), (201, &json!(10_231_602)));
}

#[test]
fn quirks_are_on_everywhere_once_switched_on() {
    let mut bench = Bench::with(&json!({
        "empty_meta": "object", "values": "strings", "refusals_as_200": true, "company_staff_denied": true,
    }));
    let (_, body) = bench.get("/salons/api/v1/groups");
    assert_eq!(body["meta"], json!({}));
    let (_, body) = bench.get("/salons/api/v1/company/10231/users");
    assert_eq!(body["meta"], json!({ "count": "5" }));
    assert_eq!(
        (&body["data"][0]["id"], &body["data"][0]["is_approved"]),
        (&json!("1"), &json!("1"))
    );
    let rights = bench.rights(10231, 8812);
    assert_eq!(rights["records_access"], "1");
    assert_eq!(rights["records_edit_last_days_count"], "3");
    assert_eq!(rights["finances_accounts_ids"], json!(["10231001"]));
    let (status, body) = bench.get("/salons/api/v1/company/10232/users/8812/permissions");
    assert_eq!((status, &body["success"]), (200, &json!(false)));
    let (status, body) = bench.get("/salons/api/v1/company/10231/staff");
    assert_eq!((status, &body["success"]), (200, &json!(false)));
    assert_eq!(bench.get("/salons/api/v1/staff/10231").0, 200);

    let mut bench = Bench::with(&json!({ "values": "flags" }));
    assert_eq!(bench.rights(10231, 8812)["records_access"], 1);
    assert_eq!(bench.data(PERMISSIONS)["is_editable"], 1);
}

#[test]
fn ids_come_in_the_odd_forms_that_were_seen() {
    let mut bench = Bench::with(&json!({ "odd_ids": true }));
    let rights = bench.rights(10231, 8812);
    assert_eq!(rights["finances_salary_staff_id"], false);
    assert_eq!(rights["records_clients_statistics_chain_id"], "0");
    let before = bench.data(PERMISSIONS);
    let (status, after) = bench.call("PUT", PERMISSIONS, &before);
    assert_eq!(
        (status, &after["data"]),
        (200, &before),
        "and are taken back in them"
    );
}

#[test]
fn a_closed_section_keeps_its_rights_or_closes_them() {
    for (option, below) in [("keep", json!(true)), ("close-below", json!(false))] {
        let mut bench = Bench::with(&json!({ "closed_sections": option, "write": "merge" }));
        let body = json!({ "user_permissions": [{ "slug": "records_access", "value": false }] });
        assert_eq!(bench.call("PUT", PERMISSIONS, &body).0, 200);
        let rights = bench.rights(10231, 8812);
        assert_eq!(rights["records_edit_comment_access"], below, "{option}");
        assert_eq!(rights["timetable_access"], true);
    }
}

#[test]
fn a_quick_team_member_can_be_invited_at_once() {
    let mut bench = Bench::with(&json!({ "invitation_appears_after": 0 }));
    let quick = "/salons/api/v1/company/10231/staff/quick";
    let mut body = json!({ "name": "Eva", "user_email": "eva", "is_user_invite": true });
    assert_eq!(bench.call("POST", quick, &body).0, 422);
    body["user_email"] = json!("eva@home.example");
    let (status, answer) = bench.call("POST", quick, &body);
    assert_eq!(status, 201);
    let account = bench
        .world
        .account_of("salons", "eva@home.example")
        .unwrap();
    assert_eq!(answer["data"]["user_id"], account);
    assert_eq!(bench.world.log().messages.len(), 1);
}

#[test]
fn refusals_are_in_the_language_of_the_product() {
    let mut bench = Bench::new();
    let (status, body) = bench.get("/clinic/api/v1/company/999/users");
    assert_eq!(
        (status, &body["meta"]["message"]),
        (404, &json!("Не найдено"))
    );
}
