//! Decoding of documents made by hand from the vendor's documentation, and of anything at all.

use proptest::prelude::*;
use serde_json::json;

use super::super::tree::LiveTree;
use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/", $name, ".json"))
    };
}

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status,
        request_id: None,
        body: body.into(),
        doubtful: false,
    }
}

fn content(body: &str) -> Content {
    open(&reply(200, body)).unwrap().unwrap()
}

#[test]
fn users_of_both_products() {
    let users = Users::read(&content(fixture!("altegio/users"))).unwrap();
    assert_eq!(users.total, Some(4));
    let rows: Vec<UserRow> = users.rows.into_iter().map(Result::unwrap).collect();
    assert_eq!(rows[1].id, 8812);
    assert!(rows[1].is_approved && !rows[1].is_non_deletable);
    assert!(!rows[2].is_approved && rows[3].is_non_deletable);

    let users = Users::read(&content(fixture!("yclients/users"))).unwrap();
    assert_eq!(users.total, Some(2));
    let rows: Vec<UserRow> = users.rows.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        (rows[0].id, rows[0].is_approved, rows[0].is_non_deletable),
        (501, true, true)
    );
    assert_eq!(
        (rows[1].id, rows[1].is_approved, rows[1].is_non_deletable),
        (8812, false, false)
    );
}

#[test]
fn a_row_that_decides_about_messages_has_no_defaults() {
    assert!(UserRow::read(&json!({ "id": 1, "name": "A" })).is_err());
    assert!(UserRow::read(&json!({ "name": "A", "is_approved": true })).is_err());
    assert!(UserRow::read(&json!({ "id": 0, "is_approved": true })).is_err());
    let row = UserRow::read(&json!({ "id": 1, "is_approved": true, "phone": null })).unwrap();
    assert!(row.is_non_deletable, "nothing is removed on doubt");
}

#[test]
fn permissions_of_both_products() {
    let it = Permissions::read(&content(fixture!("altegio/permissions"))).unwrap();
    assert_eq!(it.role.as_deref(), Some("administrator"));
    assert_eq!(
        (it.staff, it.is_editable, it.paid_seat),
        (Some(314), Some(true), Some(true))
    );
    assert_eq!(it.right("finances_accounts_ids"), Some(&json!([12, 7])));
    assert_eq!(it.right("nothing"), None);

    let it = Permissions::read(&content(fixture!("yclients/permissions"))).unwrap();
    assert_eq!(
        (it.staff, it.is_editable, it.paid_seat),
        (None, Some(true), None)
    );
}

#[test]
fn of_a_slug_that_comes_twice_the_last_counts() {
    let body = json!({ "success": true, "data": { "user_permissions": [
        { "slug": "b", "value": 1 }, { "slug": "a", "value": 1 }, { "slug": "b", "value": 2 },
    ] } });
    let it = Permissions::read(&content(&body.to_string())).unwrap();
    assert_eq!(
        it.rights,
        [("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]
    );
}

#[test]
fn what_is_not_there_as_documented_is_garbage() {
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"data":[]}"#,
        "<html>",
        r#"{"success":"maybe","data":[]}"#,
    ] {
        assert!(open(&reply(200, body)).is_err(), "{body}");
    }
    for data in [json!(null), json!({}), json!("x"), json!(7)] {
        let body = json!({ "success": true, "data": data, "meta": [] }).to_string();
        assert!(Users::read(&content(&body)).is_err(), "{body}");
        assert!(LiveTree::read(&content(&body)).is_err(), "{body}");
        assert!(Permissions::read(&content(&body)).is_err(), "{body}");
    }
    let roles = json!({ "success": true, "data": [ { "slug": "worker", "title": "W" } ] });
    assert!(
        LiveTree::read(&content(&roles.to_string())).is_err(),
        "a tree without rights"
    );
}

#[test]
fn refusals_say_what_and_where() {
    let refused = |status, body: &str| open(&reply(status, body)).unwrap().unwrap_err();
    let it = refused(422, fixture!("altegio/refused_422"));
    assert_eq!(
        it.errors,
        [
            "Validation failed",
            "staff_id: not found",
            "user_permissions: unknown slug"
        ]
    );
    let it = refused(422, fixture!("yclients/refused_422"));
    assert_eq!(it.errors, ["Ошибка", "Неверный телефон"]);
    // The status alone is enough, and `success: false` is a refusal whatever the status says.
    assert_eq!(refused(404, "").status, 404);
    assert_eq!(
        refused(200, fixture!("yclients/refused_403")).errors,
        ["Недостаточно прав"]
    );
}

#[test]
fn answers_without_content() {
    assert!(open(&reply(204, "")).unwrap().is_ok());
    let it = open(&reply(202, fixture!("altegio/invited")))
        .unwrap()
        .unwrap();
    assert_eq!(it.data, Json::Null);
}

#[test]
fn own_rights_are_found_in_their_group_or_at_the_top() {
    let it = content(fixture!("altegio/own"));
    assert_eq!(own_right(&it.data, "users_access"), Some(true));
    assert_eq!(own_right(&it.data, "delete_users_access"), Some(false));
    assert_eq!(own_right(&it.data, "edit_users_access"), Some(true));
    let it = content(fixture!("yclients/own"));
    assert_eq!(own_right(&it.data, "create_users_access"), Some(false));
    assert_eq!(own_right(&it.data, "delete_users_access"), None);
}

#[test]
fn locations_chains_and_names() {
    let it = content(fixture!("altegio/companies"));
    assert_eq!(company_ids(&it).unwrap(), [10231, 10232]);
    assert_eq!(it.total, Some(2));
    let chains = content(fixture!("altegio/groups"));
    let own = ["chain_services_access", "settings_access", "users_access"];
    let chain = Group {
        id: 4521,
        locations: vec![10231, 10232, 10233],
        own: own.map(str::to_owned).to_vec(),
    };
    assert_eq!(groups(&chains).unwrap(), [chain]);
    let it = content(fixture!("altegio/names"));
    let staff = named(&it.data[0]["staff"]).unwrap();
    assert_eq!(
        staff,
        [(314, "Jana B.".to_owned())],
        "the dismissed are not named"
    );
    assert_eq!(named(&it.data[0]["expenses"]), None);
}

fn any_json() -> impl Strategy<Value = Json> {
    let keys = proptest::sample::select(vec![
        "success",
        "data",
        "meta",
        "count",
        "errors",
        "message",
        "id",
        "slug",
        "value",
        "children",
        "user_permissions",
        "is_approved",
        "type",
        "all_access_value",
        "options",
        "staff_id",
        "settings",
        "users_access",
        "access",
        "title",
        "is_editable",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[0-9a-z_]{0,6}".prop_map(Json::from),
        Just(json!("timetable_access")),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            proptest::collection::btree_map(keys.clone(), inner, 0..6).prop_map(|map| {
                Json::Object(
                    map.into_iter()
                        .map(|(key, it)| (key.to_owned(), it))
                        .collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_a_vendor_can_send_panics(status in 100_u16..600, mut body in any_json(), open_it: bool) {
        if open_it && let Some(fields) = body.as_object_mut() {
            fields.insert("success".into(), json!(true));
        }
        if let Ok(Ok(it)) = open(&reply(status, &body.to_string())) {
            drop(Users::read(&it));
            drop(company_ids(&it));
            drop(groups(&it));
            drop(named(&it.data));
            let _flag = own_right(&it.data, "users_access");
            if let Ok(permissions) = Permissions::read(&it) {
                drop(super::super::map::rights(&permissions, None));
            }
            if let Ok(tree) = LiveTree::read(&it) {
                drop(tree.model());
            }
        }
    }

    #[test]
    fn no_bytes_panic(status in 100_u16..600, body: Vec<u8>) {
        drop(open(&Reply { status, request_id: None, body, doubtful: false }));
    }
}
