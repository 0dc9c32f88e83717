//! The documented shape of every call, success and refusal.

use serde_json::{Value, json};

use super::{Bench, authorized, column};
use crate::sandbox::{Request, log::Standing};

#[test]
fn calls_need_both_tokens_and_the_media_type() {
    let mut bench = Bench::new();
    let target = "/salons/api/v1/company/10231/users";
    let plain = Request::new("GET", target).header("Accept", "application/vnd.api.v2+json");
    let no_user = plain.clone().header("Authorization", "Bearer p");
    for request in [plain, no_user] {
        let reply = bench.send(&request);
        assert_eq!(reply.status, 401);
        assert_eq!(
            reply.value(),
            json!({ "success": false, "data": null, "meta": { "message": "Authentication needed." } })
        );
    }
    let no_accept = Request::new("GET", target).header("Authorization", "Bearer p, User u");
    assert_eq!(bench.send(&no_accept).status, 400);
    let nobody = authorized("GET", target, "sandbox-user-4040");
    assert_eq!(bench.send(&nobody).status, 401);
}

#[test]
fn each_product_accepts_its_media_types() {
    let mut bench = Bench::new();
    let get = |mount: &str, media: &str| {
        Request::new("GET", &format!("/{mount}/api/v1/groups"))
            .header("authorization", "Bearer p, User u")
            .header("accept", media)
    };
    assert_eq!(
        bench
            .send(&get("clinic", "application/vnd.yclients.v2+json"))
            .status,
        200
    );
    assert_eq!(
        bench
            .send(&get("clinic", "application/vnd.api.v2+json"))
            .status,
        200
    );
    assert_eq!(
        bench
            .send(&get("salons", "application/vnd.yclients.v2+json"))
            .status,
        400
    );
}

#[test]
fn signing_in_gives_a_token_that_works() {
    let mut bench = Bench::new();
    let sign_in = |login: &str, password: &str| {
        Request::new("POST", "/salons/api/v1/auth")
            .header("Authorization", "Bearer p")
            .header("Accept", "application/vnd.api.v2+json")
            .json(&json!({ "login": login, "password": password }))
    };
    assert_eq!(
        bench.send(&sign_in("ilze@chain.example", "wrong")).status,
        401
    );
    let reply = bench.send(&sign_in("37120000002", "sandbox"));
    assert_eq!(reply.status, 201);
    let data = reply.value()["data"].take();
    assert_eq!(data["id"], 2);
    assert_eq!(data["phone"], "+37120000002");
    let token = data["user_token"].as_str().unwrap();
    let own = bench.send(&authorized("GET", "/salons/api/v1/user/data", token));
    assert_eq!(
        (own.status, own.value()["data"]["id"].clone()),
        (201, json!(2))
    );
}

#[test]
fn the_users_list_has_its_seven_fields_and_a_total() {
    let mut bench = Bench::new();
    let (status, body) = bench.get("/salons/api/v1/company/10231/users");
    assert_eq!(status, 200);
    assert_eq!(
        column(&body["data"], "id"),
        [1, 2, 900, 8812, 8813].map(|id| json!(id))
    );
    assert_eq!(body["meta"], json!({ "count": 5 }));
    assert_eq!(
        body["data"][3],
        json!({
            "id": 8812, "name": "Jana Bērziņa", "phone": "+37120000001", "email": "",
            "information": "", "is_approved": true, "is_non_deletable": false,
        })
    );
    let undeletable: Vec<Value> = column(&body["data"], "is_non_deletable");
    assert_eq!(
        undeletable,
        [false, true, true, false, false].map(|flag| json!(flag))
    );
}

#[test]
fn the_users_list_filters_by_state_and_phone() {
    let mut bench = Bench::new();
    let pending = bench.data("/salons/api/v1/company/10231/users?filter[is_approved]=0");
    assert_eq!(column(&pending, "id"), [json!(8813)]);
    assert!(bench.world.log().undocumented.is_empty());
    let by_phone = bench.data("/salons/api/v1/company/10231/users?filter%5Bphone%5D=37120000001");
    assert_eq!(column(&by_phone, "id"), [json!(8812)]);
}

#[test]
fn phones_have_a_plus_for_altegio_alone() {
    let mut bench = Bench::new();
    let rows = bench.data("/clinic/api/v1/company/501/users");
    assert_eq!(column(&rows, "phone"), [json!(""), json!("79161234567")]);
}

#[test]
fn the_legacy_list_has_all_keys_for_yclients_and_few_for_altegio() {
    let mut bench = Bench::new();
    let clinic = bench.data("/clinic/api/v1/company_users/501");
    let access = clinic[0]["access"].as_object().unwrap();
    assert!(access.len() > 200, "{}", access.len());
    assert_eq!(
        access["last_days_count"], 0,
        "0 is all time in the legacy calendar key"
    );
    assert_eq!(access["records_edit_last_days_count"], -1);
    assert_eq!(access["auth_list_allowed_ip"], json!([]));
    let salons = bench.data("/salons/api/v1/company_users/10231");
    assert_eq!(salons[0]["access"].as_object().unwrap().len(), 14);
    let calls = &bench.world.log().calls["salons GET /company_users/{l}"];
    assert_eq!((calls.count, calls.standing), (1, Standing::Deprecated));
}

#[test]
fn roles_come_with_a_tree_only_when_asked() {
    let mut bench = Bench::new();
    let plain = bench.data("/salons/api/v1/company/10231/users/roles");
    assert_eq!(plain.as_array().unwrap().len(), 7);
    assert!(plain[0].get("user_permissions").is_none());
    let unbracketed =
        bench.data("/salons/api/v1/company/10231/users/roles?include=user_permissions");
    assert_eq!(unbracketed, plain);
    let rows = bench.data("/salons/api/v1/company/10231/users/roles?include[]=user_permissions");
    let slugs = slugs(&rows[0]["user_permissions"]);
    assert_eq!(slugs.len(), 247, "264 without medicine");
    let timetable = &rows[2]["user_permissions"][0];
    assert_eq!(timetable["slug"], "timetable_access");
    assert_eq!(timetable["is_recommended"], true);
    assert_eq!(
        timetable["type"],
        json!({ "slug": "has_group_access", "all_access_value": true, "no_access_value": false })
    );
    let position = &timetable["children"][0];
    assert_eq!(position["entity_name"], "position");
    assert_eq!(position["type"]["slug"], "allowed_id");
    assert_eq!(
        position["options"],
        json!([
            { "title": "All", "value": 0, "is_disabled": false },
            { "title": "Stylist", "value": 10_231_401, "is_disabled": false },
        ])
    );
    assert_eq!(timetable["is_paid"], false);
}

#[test]
fn medicine_is_in_the_tree_of_medical_yclients_locations_alone() {
    let mut bench = Bench::new();
    let count = |rows: &Value| slugs(&rows[0]["user_permissions"]).len();
    let medical = bench.data("/clinic/api/v1/company/501/users/roles?include[]=user_permissions");
    assert_eq!(count(&medical), 264);
    assert_eq!(medical.as_array().unwrap().len(), 5);
    assert!(medical[0]["user_permissions"][0].get("is_paid").is_none());
    let plain = bench.data("/clinic/api/v1/company/502/users/roles?include[]=user_permissions");
    assert_eq!(count(&plain), 247);
}

fn slugs(tree: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for node in tree.as_array().unwrap() {
        found.push(node["slug"].as_str().unwrap().to_owned());
        found.extend(slugs(&node["children"]));
    }
    found
}

#[test]
fn the_tree_for_a_user_says_what_the_caller_may_change() {
    let mut bench = Bench::new();
    let editable = |rows: &Value| rows[0]["user_permissions"][0]["is_editable"].clone();
    let target = |user: u64| {
        format!("/salons/api/v1/company/10231/users/{user}/roles?include[]=user_permissions")
    };
    assert_eq!(editable(&bench.data(&target(8812))), true);
    assert_eq!(
        editable(&bench.data(&target(2))),
        false,
        "a manager does not edit an owner"
    );
    assert_eq!(
        editable(&bench.data(&target(900))),
        false,
        "nobody edits a system user"
    );
    assert_eq!(bench.get(&target(404)).0, 404);
}

#[test]
fn permissions_are_flat_and_complete() {
    let mut bench = Bench::new();
    let data = bench.data("/salons/api/v1/company/10231/users/8812/permissions");
    assert_eq!(data["user_role"], "worker");
    assert_eq!(data["staff_id"], 10_231_601);
    assert_eq!(data["is_editable"], true);
    assert_eq!(data["has_any_paid_permission"], true);
    assert_eq!(data["user_permissions"].as_array().unwrap().len(), 247);
    let rights = bench.rights(10231, 8812);
    assert_eq!(rights["records_edit_last_days_count"], 3);
    assert_eq!(rights["finances_accounts_ids"], json!([10_231_001]));
    assert_eq!(
        bench
            .get("/salons/api/v1/company/10232/users/8812/permissions")
            .0,
        404
    );
}

#[test]
fn the_callers_own_rights_come_in_legacy_groups() {
    let mut bench = Bench::new();
    let data = bench.data("/clinic/api/v1/user/permissions/501");
    let groups: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!(
        groups,
        [
            "clients",
            "dashboard",
            "finances",
            "loyalty",
            "notification",
            "other",
            "record_form",
            "settings",
            "storages",
            "timetable"
        ]
    );
    assert_eq!(data["settings"]["users_access"], true);
    assert_eq!(data["settings"]["limited_users_access"], 0);
    let some = bench.data("/clinic/api/v1/user/permissions/501?group_permissions[]=settings");
    assert!(some.get("finances").is_none() && some.get("settings").is_some());
    let salons = bench.data("/salons/api/v1/user/permissions/10231");
    assert!(salons.get("online_record").is_some());
}

#[test]
fn locations_are_everybodys_without_my() {
    let mut bench = Bench::new();
    let all = bench.data("/salons/api/v1/companies");
    assert!(all.as_array().unwrap().len() > 2);
    let mine = bench.data("/salons/api/v1/companies?my=1&show_groups=1");
    assert_eq!(column(&mine, "id"), [json!(10231), json!(10232)]);
    assert_eq!(mine[0]["groups"][0]["id"], 4521);
    assert!(mine[0].get("access").is_none());
    let clinic = bench.data("/clinic/api/v1/companies?my=1");
    assert_eq!(clinic[0]["main_group_id"], 77);
    assert_eq!(clinic[0]["access"]["users_access"], true);
    let jana = authorized("GET", "/salons/api/v1/companies?my=1", "sandbox-user-8812");
    assert_eq!(
        column(&bench.send(&jana).value()["data"], "id"),
        [json!(10231)]
    );
}

#[test]
fn locations_come_in_pages_and_with_names() {
    let mut bench = Bench::new();
    let page = bench.data("/salons/api/v1/companies?my=1&count=1&page=2");
    assert_eq!(column(&page, "id"), [json!(10232)]);
    let past = bench.data("/salons/api/v1/companies?my=1&count=1&page=3");
    assert_eq!(past, json!([]));
    let named = bench
        .data("/salons/api/v1/companies?my=1&include[]=accounts&include[]=storages&include[]=positions&include[]=staff");
    assert_eq!(
        column(&named[0]["accounts"], "title"),
        [json!("Kase 1"), json!("Kase 2")]
    );
    assert_eq!(
        named[0]["storages"],
        json!([{ "id": 10_231_201, "title": "Noliktava" }])
    );
    assert_eq!(named[0]["staff"][0]["name"], "Ilze O.");
    let one = bench.data("/salons/api/v1/company/10232?my=1");
    assert_eq!(one["title"], "Rīga Mall");
}

#[test]
fn lists_outside_the_reference_work_and_are_marked() {
    let mut bench = Bench::new();
    assert_eq!(
        column(&bench.data("/salons/api/v1/accounts/10231"), "title").len(),
        2
    );
    assert_eq!(
        bench.data("/salons/api/v1/storages/10231")[0]["title"],
        "Noliktava"
    );
    let served: Vec<_> = bench
        .world
        .log()
        .undocumented
        .iter()
        .map(|call| call.served)
        .collect();
    assert_eq!(served, [Some(Standing::OutsideReference); 2]);
}

#[test]
fn chains_show_the_callers_own_rights_as_texts() {
    let mut bench = Bench::new();
    let (_, body) = bench.get("/salons/api/v1/groups");
    assert_eq!(body["meta"], json!([]));
    let chain = &body["data"][0];
    assert_eq!(chain["id"], 4521);
    assert_eq!(
        column(&chain["companies"], "id"),
        [json!(10231), json!(10232)]
    );
    assert_eq!(chain["access"]["users_access"], "1");
    assert_eq!(chain["access"].as_object().unwrap().len(), 15);
    let other = authorized("GET", "/salons/api/v1/groups", "sandbox-user-8812");
    assert_eq!(bench.send(&other).value()["data"], json!([]));
    assert_eq!(
        bench.data("/clinic/api/v1/groups")[0]["access"]
            .as_object()
            .unwrap()
            .len(),
        6
    );
}

#[test]
fn team_members_mirror_the_link() {
    let mut bench = Bench::new();
    let rows = bench.data("/salons/api/v1/company/10231/staff");
    assert_eq!(column(&rows, "id"), [json!(77), json!(10_231_601)]);
    assert_eq!(
        rows[0]["position"],
        json!({ "id": 10_231_401, "title": "Stylist" })
    );
    assert_eq!(column(&rows, "user_id"), [json!(null), json!(8812)]);
    assert!(rows[1].get("user").is_none());
    let doctor = bench.data("/clinic/api/v1/company/501/staff/501601");
    assert_eq!(doctor["user"]["phone"], "79161234567");
    assert_eq!(bench.data("/clinic/api/v1/staff/501")[0]["id"], 501_601);
    let positions = bench.data("/salons/api/v1/company/10231/staff/positions");
    assert_eq!(positions, json!([{ "id": 10_231_401, "title": "Stylist" }]));
}

#[test]
fn altegio_has_its_new_spellings_and_the_first_system_a_bare_mount() {
    let mut bench = Bench::new();
    assert_eq!(bench.get("/salons/api/v1/locations/10231/users").0, 200);
    assert_eq!(bench.get("/salons/api/v1/chains").0, 200);
    assert_eq!(bench.get("/clinic/api/v1/chains").0, 404);
    assert_eq!(
        bench.data("/api/v1/groups")[0]["id"],
        77,
        "clinic comes first"
    );
}

#[test]
fn what_is_not_documented_is_refused_and_remembered() {
    let mut bench = Bench::new();
    for target in [
        "/salons/api/v1/company/10231/invitations",
        "/salons/api/v2/locations",
        "/nowhere/api/v1/groups",
        "/salons/settings/user_save",
    ] {
        let (status, body) = bench.get(target);
        assert_eq!((status, &body["success"]), (404, &json!(false)), "{target}");
    }
    assert_eq!(
        bench
            .call("PATCH", "/salons/api/v1/company/10231/users", &json!({}))
            .0,
        404
    );
    let calls: Vec<_> = bench
        .world
        .log()
        .undocumented
        .iter()
        .map(|call| call.call.as_str())
        .collect();
    assert_eq!(calls.len(), 5);
    assert_eq!(calls[0], "GET /salons/api/v1/company/10231/invitations");
}
