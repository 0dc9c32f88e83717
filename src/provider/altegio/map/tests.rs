//! The mapping: canonical forms, and that what is written is what is read.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::wire::{Content, open};
use super::*;
use crate::http::Reply;

fn content(body: &str) -> Content {
    let reply = Reply {
        status: 200,
        request_id: None,
        body: body.into(),
        doubtful: false,
    };
    open(&reply).unwrap().unwrap()
}

fn permissions(body: &str) -> Permissions {
    Permissions::read(&content(body)).unwrap()
}

fn altegio() -> (Permissions, LiveTree) {
    (
        permissions(include_str!(
            "../../../../tests/fixtures/altegio/permissions.json"
        )),
        LiveTree::read(&content(include_str!(
            "../../../../tests/fixtures/altegio/roles.json"
        )))
        .unwrap(),
    )
}

fn right(slug: &str) -> &'static Right {
    let catalog = Catalog::current();
    catalog.get(catalog.by_slug(slug).unwrap())
}

fn value<'a>(set: &'a RightSet, slug: &str) -> Option<&'a Value> {
    set.get(right(slug).id.index())
}

fn only(ids: impl IntoIterator<Item = i64>) -> Value {
    Value::Items(Items::only(ids.into_iter().map(Item::Id)))
}

#[test]
fn values_of_a_live_account_are_canonical() {
    let (came, tree) = altegio();
    let (set, unknown) = rights(&came, Some(&tree));
    assert_eq!(value(&set, "timetable_access"), Some(&Value::Switch(true)));
    assert_eq!(
        value(&set, "timetable_last_days_count"),
        Some(&Value::Days(Days::All))
    );
    assert_eq!(
        value(&set, "records_edit_last_days_count"),
        Some(&Value::Days(Days::Last(3)))
    );
    assert_eq!(value(&set, "finances_accounts_ids"), Some(&only([7, 12])));
    assert_eq!(
        value(&set, "finances_salary_staff_id"),
        Some(&Value::One(One::All))
    );
    let chain = Value::One(One::Only(Item::Id(4521)));
    assert_eq!(
        value(&set, "records_clients_statistics_chain_id"),
        Some(&chain)
    );
    assert_eq!(
        value(&set, "settings_users_limited_access"),
        Some(&Value::Switch(false))
    );
    assert_eq!(
        value(&set, "auth_list_allowed_ip"),
        Some(&Value::Text("".into()))
    );
    assert_eq!(unknown.len(), 1);
    assert_eq!(
        (&*unknown[0].slug, &*unknown[0].json),
        ("assistants_future_access", r#"{"mode":2}"#)
    );
}

#[test]
fn text_for_numbers_and_a_list_whose_flag_is_off() {
    let came = permissions(include_str!(
        "../../../../tests/fixtures/yclients/permissions.json"
    ));
    let (set, unknown) = rights(&came, None);
    assert_eq!(value(&set, "timetable_access"), Some(&Value::Switch(true)));
    assert_eq!(
        value(&set, "timetable_last_days_count"),
        Some(&Value::Days(Days::Last(0)))
    );
    assert_eq!(
        value(&set, "finances_accounts_ids"),
        Some(&Value::Items(Items::All))
    );
    assert_eq!(
        value(&set, "clients_visit_staff_id"),
        Some(&Value::One(One::All))
    );
    let addresses = Value::Text("10.0.0.1,10.0.0.2".into());
    assert_eq!(value(&set, "auth_list_allowed_ip"), Some(&addresses));
    assert!(unknown.is_empty());
}

#[test]
fn the_trees_number_for_all_days_is_preferred_and_never_written_for_less() {
    let it = right("timetable_last_days_count");
    assert_eq!(decode(it, &json!(0), Some(0)), Some(Value::Days(Days::All)));
    assert_eq!(
        decode(it, &json!(-1), Some(0)),
        Some(Value::Days(Days::All))
    );
    assert_eq!(
        encode(it, &Value::Days(Days::All), None, Some(0)),
        Some(json!(0))
    );
    assert_eq!(encode(it, &Value::Days(Days::Last(0)), None, Some(0)), None);
    assert_eq!(
        encode(it, &Value::Days(Days::All), None, None),
        Some(json!(-1))
    );
    assert_eq!(decode(it, &json!(-2), None), None);
}

#[test]
fn a_value_goes_back_in_the_form_it_came_in() {
    let flag = right("timetable_access");
    assert_eq!(
        encode(flag, &Value::Switch(false), Some(&json!(1)), None),
        Some(json!(0))
    );
    assert_eq!(
        encode(flag, &Value::Switch(false), Some(&json!("1")), None),
        Some(json!(false))
    );
    let limited = right("finances_accounts_limited_access");
    assert_eq!(
        encode(limited, &Value::Switch(true), None, None),
        Some(json!(1))
    );
    assert_eq!(
        encode(limited, &Value::Switch(true), Some(&json!(false)), None),
        Some(json!(true))
    );
    let one = right("finances_salary_staff_id");
    let all = Value::One(One::All);
    assert_eq!(
        encode(one, &all, Some(&json!(false)), None),
        Some(json!(false))
    );
    assert_eq!(encode(one, &all, Some(&json!(9)), None), Some(json!(0)));
    let nine = Value::One(One::Only(Item::Id(9)));
    assert_eq!(
        encode(one, &nine, Some(&json!(false)), None),
        Some(json!(9))
    );
    // Numbers that are listed as text are sent as the numbers they are documented to be.
    assert_eq!(
        encode(one, &nine, Some(&json!("314")), None),
        Some(json!(9))
    );
    assert_eq!(encode(one, &all, Some(&json!("0")), None), Some(json!(0)));
    let chain = right("records_clients_statistics_chain_id");
    assert_eq!(
        encode(chain, &all, Some(&json!("4521")), None),
        Some(json!("0"))
    );
    assert_eq!(
        encode(chain, &nine, Some(&json!("4521")), None),
        Some(json!("9"))
    );
}

#[test]
fn what_nobody_resolved_is_not_written() {
    let name = Item::Name("Kase 1".into());
    let list = right("finances_accounts_ids");
    let value = Value::Items(Items::only([name.clone()]));
    assert_eq!(encode(list, &value, None, None), None);
    let one = right("timetable_staff_id");
    assert_eq!(encode(one, &Value::One(One::Only(name)), None, None), None);
    assert_eq!(encode(one, &Value::One(One::Myself), None, None), None);
    assert_eq!(
        encode(one, &Value::Switch(true), None, None),
        None,
        "another shape"
    );
}

#[test]
fn a_write_sends_everything_that_came_and_may_be_changed() {
    let (came, tree) = altegio();
    let mut wanted = RightSet::empty(Catalog::current().len());
    let mut want = |slug: &str, value| wanted.set(right(slug).id.index(), Some(value));
    want("timetable_access", Value::Switch(false));
    want("finances_accounts_ids", only([7]));
    want("settings_users_limited_access", Value::Switch(true));
    want("auth_enable_check_ip", Value::Switch(false));
    // Not in the tree of that place.
    want("medicine_access", Value::Switch(true));
    let overlay = Overlay::new(Some(&came), &wanted, &tree, Some("administrator"));
    let sent: BTreeMap<&str, &Json> = overlay
        .send
        .iter()
        .map(|(slug, value)| (slug.as_str(), value))
        .collect();
    assert_eq!(sent["timetable_access"], &json!(false));
    assert_eq!(sent["finances_accounts_ids"], &json!([7]));
    assert_eq!(sent["timetable_last_days_count"], &json!(-1));
    assert_eq!(sent["finances_salary_staff_id"], &json!(false));
    assert_eq!(sent["assistants_future_access"], &json!({ "mode": 2 }));
    assert!(
        !sent.contains_key("settings_users_limited_access"),
        "not the caller's to change"
    );
    assert_eq!(sent.len(), came.rights.len() - 1);
    let left: Vec<&str> = overlay.left.iter().map(|slug| &**slug).collect();
    assert_eq!(left, ["settings_users_limited_access", "medicine_access"]);
}

#[test]
fn wanted_and_already_so_is_not_said_to_be_left() {
    let (came, tree) = altegio();
    let mut wanted = RightSet::empty(Catalog::current().len());
    let limited = right("settings_users_limited_access").id.index();
    wanted.set(limited, Some(Value::Switch(false)));
    let overlay = Overlay::new(Some(&came), &wanted, &tree, Some("administrator"));
    assert!(overlay.left.is_empty());
}

fn any_value(kind: RightType) -> BoxedStrategy<Value> {
    let ids = proptest::collection::vec(1_i64..1_000_000, 0..5);
    match kind {
        RightType::Days => prop_oneof![
            Just(Value::Days(Days::All)),
            any::<u32>().prop_map(|days| Value::Days(Days::Last(days))),
        ]
        .boxed(),
        RightType::Ids(_) => ids.prop_map(only).boxed(),
        RightType::Id(_) => prop_oneof![
            Just(Value::One(One::All)),
            (1_i64..i64::MAX).prop_map(|id| Value::One(One::Only(Item::Id(id)))),
        ]
        .boxed(),
        RightType::Ips => proptest::collection::vec("[0-9]{1,3}(\\.[0-9]{1,3}){3}", 0..4)
            .prop_map(|list| Value::Text(addresses(list.iter().map(String::as_str))))
            .boxed(),
        _ => any::<bool>().prop_map(Value::Switch).boxed(),
    }
}

/// Any set of rights in canonical form, with some cells empty.
fn any_set() -> impl Strategy<Value = RightSet> {
    let catalog = Catalog::current();
    let cells: Vec<_> = catalog
        .all()
        .map(|right| proptest::option::weighted(0.8, any_value(right.kind)))
        .collect();
    cells.prop_map(|cells| {
        let mut set = RightSet::empty(cells.len());
        for (index, cell) in cells.into_iter().enumerate() {
            set.set(index, cell);
        }
        settle(&mut set);
        set
    })
}

/// A tree in which the caller may change everything.
fn open_tree() -> LiveTree {
    let nodes: Vec<Json> = Catalog::current()
        .all()
        .map(|right| json!({ "slug": right.slug, "is_editable": true }))
        .collect();
    let body =
        json!({ "success": true, "data": [ { "slug": "worker", "user_permissions": nodes } ] });
    LiveTree::read(&content(&body.to_string())).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_written_is_what_is_read(before in any_set(), mut wanted in any_set()) {
        let tree = open_tree();
        // A wanted list brings its flag along, as every resolved target does.
        for right in Catalog::current().all() {
            if let (Some(flag), Some(Value::Items(Items::Only(_)))) = (right.flag, wanted.get(right.id.index())) {
                wanted.set(flag.index(), Some(Value::Switch(true)));
            }
        }
        let first = Overlay::new(None, &before, &tree, None);
        prop_assert!(first.left.is_empty());
        let data = json!({ "success": true, "data": { "user_permissions": first.body() } });
        let came = permissions(&data.to_string());
        prop_assert_eq!(&rights(&came, Some(&tree)).0, &before);

        let second = Overlay::new(Some(&came), &wanted, &tree, Some("worker"));
        let data = json!({ "success": true, "data": { "user_permissions": second.body() } });
        let now = permissions(&data.to_string());
        prop_assert!(second.stuck(&wanted, &now, &tree));
        let mut expected = before;
        for (index, value) in wanted.iter() {
            expected.set(index, Some(value.clone()));
        }
        settle(&mut expected);
        prop_assert_eq!(rights(&now, Some(&tree)).0, expected);
    }
}
