//! Laws of the snapshot: what is kept comes back, nothing panics, everything refused is named.

use std::collections::BTreeMap;

use std::sync::Arc;

use jiff::Timestamp;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

use super::*;
use crate::catalog::{Kind, RightType};
use crate::model::{
    Account, AccountId, AccountState, Caller, Days, Email, Gap, Item, Items, LocationKey,
    NameTable, Named, ObservedSystem, One, OwnRights, Phone, PlaceId, ReadFailure, Reading,
    RightFact, RightSet, RightsTree, ScopeState, SystemName, UnknownRight, Value, VendorRoleSlug,
};

fn catalog() -> &'static Catalog {
    Catalog::current()
}

/// Text as hostile as it comes.
fn text() -> impl Strategy<Value = Arc<str>> {
    any::<String>().prop_map(Arc::from)
}

fn email() -> impl Strategy<Value = Email> {
    "[a-z0-9!#$_-]{1,12}(\\.[a-z0-9]{1,5})?@([a-z0-9]{1,8}\\.){1,3}[a-z]{2,5}|[a-z]{1,5}@[äöüčš]{1,4}\\.de"
        .prop_filter_map("no address", |text| Email::parse(&text).ok())
}

fn phone() -> impl Strategy<Value = Phone> {
    "\\+[1-9][0-9]{7,14}".prop_map(|text| Phone::parse(&text).unwrap())
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![any::<i64>().prop_map(Item::Id), text().prop_map(Item::Name)]
}

fn value(kind: RightType) -> BoxedStrategy<Value> {
    match kind {
        RightType::Days => prop_oneof![
            Just(Value::Days(Days::All)),
            any::<u32>().prop_map(|days| Value::Days(Days::Last(days))),
        ]
        .boxed(),
        RightType::Ids(_) => vec(item(), 0..4)
            .prop_map(|items| Value::Items(Items::only(items)))
            .boxed(),
        RightType::Id(_) => prop_oneof![
            Just(Value::One(One::All)),
            Just(Value::One(One::Myself)),
            select(vec!["all", "self"])
                .prop_map(|name| Value::One(One::Only(Item::Name(name.into())))),
            item().prop_map(|item| Value::One(One::Only(item))),
        ]
        .boxed(),
        RightType::Ips => text().prop_map(Value::Text).boxed(),
        _ => any::<bool>().prop_map(Value::Switch).boxed(),
    }
}

fn right_set() -> impl Strategy<Value = Arc<RightSet>> {
    let rights: Vec<(usize, RightType)> = catalog()
        .all()
        .map(|right| (right.id.index(), right.kind))
        .collect();
    let cell = select(rights).prop_flat_map(|(at, kind)| (Just(at), value(kind)));
    vec(cell, 0..6).prop_map(|cells| {
        let mut set = RightSet::empty(catalog().len());
        for (at, value) in cells {
            set.set(at, Some(value));
        }
        Arc::new(set)
    })
}

fn tree() -> impl Strategy<Value = Arc<RightsTree>> {
    let length = catalog().len();
    let fact = any::<[bool; 3]>().prop_map(|[editable, paid, type_agrees]| RightFact {
        editable,
        paid,
        type_agrees,
    });
    let positions = 0..u16::try_from(length).unwrap();
    (
        vec((0..length, fact), 0..5),
        btree_map("\\PC{1,5}[A-Z]".prop_map(Arc::from), any::<bool>(), 0..3),
        btree_map(
            text().prop_map(VendorRoleSlug::new),
            vec(positions, 0..4),
            0..3,
        ),
    )
        .prop_map(move |(facts, unknown, roles)| {
            let mut rights = vec![None; length];
            for (at, fact) in facts {
                rights[at] = Some(fact);
            }
            Arc::new(RightsTree {
                rights,
                unknown,
                roles,
            })
        })
}

fn account() -> impl Strategy<Value = Account> {
    let state = select(vec![
        AccountState::Invited,
        AccountState::Inactive,
        AccountState::Active,
        AccountState::Blocked,
    ]);
    let unknown = (text(), text()).prop_map(|(slug, json)| UnknownRight { slug, json });
    (
        (text(), text(), option::of(phone()), option::of(email())),
        (
            state,
            any::<bool>(),
            any::<Option<bool>>(),
            option::of(text()),
        ),
        (any::<Option<Option<i64>>>(), option::of(right_set())),
        (vec(unknown, 0..3), any::<Option<bool>>()),
    )
        .prop_map(
            |(
                (id, name, phone, email),
                (state, removable, editable, role),
                (staff, rights),
                (mut unknown_rights, paid_seat),
            )| {
                unknown_rights.sort();
                Account {
                    id: AccountId::new(id),
                    name,
                    phone,
                    email,
                    state,
                    removable,
                    editable,
                    role: role.map(VendorRoleSlug::new),
                    staff,
                    rights,
                    unknown_rights,
                    paid_seat,
                    login: None,
                    facts: None,
                }
            },
        )
}

fn names() -> impl Strategy<Value = NameTable> {
    let list = || {
        let named = (any::<i64>(), text()).prop_map(|(id, name)| Named { id, name });
        option::of(vec(named, 0..3))
    };
    (list(), list(), list(), list(), list()).prop_map(
        |(accounts, storages, staff, positions, expenses)| NameTable {
            accounts,
            storages,
            staff,
            positions,
            expenses,
            posts: BTreeMap::new(),
        },
    )
}

fn state() -> impl Strategy<Value = ScopeState> {
    let own = any::<[bool; 5]>().prop_map(|[view, create, edit, delete, limited]| OwnRights {
        view,
        create,
        edit,
        delete,
        limited,
    });
    (
        vec(account(), 0..4),
        option::of(tree()),
        option::of(own),
        names(),
    )
        .prop_map(|(accounts, tree, own, names)| ScopeState {
            accounts: accounts
                .into_iter()
                .map(|account| (account.id.clone(), account))
                .collect(),
            tree,
            own,
            names,
            profiles: None,
            export: None,
        })
}

fn reading() -> impl Strategy<Value = Reading<ScopeState>> {
    let gap = prop_oneof![
        any::<(u64, u64)>().prop_map(|(told, came)| Gap::CountDiffers { told, came }),
        (text(), text()).prop_map(|(account, why)| Gap::RightsUnread {
            account: AccountId::new(account),
            why
        }),
        text().prop_map(|why| Gap::BadRow { why }),
        (text(), text()).prop_map(|(what, why)| Gap::SideRead { what, why }),
    ];
    let failure = prop_oneof![
        option::of(text()).prop_map(|right| ReadFailure::Forbidden { right }),
        Just(ReadFailure::Invisible),
        text().prop_map(|why| ReadFailure::Failed { why }),
        Just(ReadFailure::Empty),
        Just(ReadFailure::NotSupported),
    ];
    prop_oneof![
        state().prop_map(Reading::Complete),
        (state(), vec(gap, 0..4)).prop_map(|(state, gaps)| Reading::Partial(state, gaps)),
        failure.prop_map(Reading::Unreadable),
    ]
}

fn place() -> impl Strategy<Value = PlaceId> {
    prop_oneof![
        Just(PlaceId::Whole),
        Just(PlaceId::Chain),
        text()
            .prop_filter("a reserved name", |key| !["*", "chain"].contains(&&**key))
            .prop_map(|key| PlaceId::At(LocationKey::new(key))),
    ]
}

fn system() -> impl Strategy<Value = ObservedSystem> {
    let seconds = -62_135_596_800_i64..=253_402_200_000;
    let taken = (seconds, 0..1_000_000_000_i32)
        .prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos.max(0)).unwrap_or_default());
    let chains = btree_map(text(), btree_set(text(), 0..3), 0..3);
    let caller = (
        option::of(text()),
        option::of(email()),
        option::of(phone()),
        chains,
    )
        .prop_map(|(account, email, phone, chains)| Caller {
            account: account.map(AccountId::new),
            email,
            phone,
            chains,
        });
    let kind = select(Kind::ALL.to_vec());
    (
        (kind, text(), taken, caller, any::<u32>()),
        btree_map(place(), reading(), 0..4),
    )
        .prop_map(
            |((kind, host, taken, caller, calls), scopes)| ObservedSystem {
                kind: kind.as_str(),
                host,
                taken,
                caller,
                scopes,
                calls,
            },
        )
}

fn observed() -> impl Strategy<Value = Observed> {
    btree_map(text().prop_map(SystemName::new), system(), 0..3).prop_map(|systems| Observed {
        systems,
        ..Observed::default()
    })
}

/// Any JSON, also such as has the right keys in the wrong places.
fn any_json() -> impl Strategy<Value = Json> {
    let word = select(vec![
        "format",
        "contains",
        "contacts",
        "systems",
        "salons",
        "kind",
        "altegio",
        "scopes",
        "complete",
        "accounts",
        "rights",
        "right_sets",
        "all",
        "name",
        FORMAT,
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        word.clone().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::from),
            vec((word.clone(), inner), 0..5).prop_map(|fields| {
                Json::Object(
                    fields
                        .into_iter()
                        .map(|(key, v)| (key.to_owned(), v))
                        .collect(),
                )
            }),
        ]
    })
}

/// Puts `other` in place of the value with that number, counted from the top.
fn replace(json: &mut Json, number: &mut usize, other: &Json) {
    if *number == 0 {
        *json = other.clone();
    }
    let inner: &mut dyn Iterator<Item = &mut Json> = match json {
        Json::Array(list) => &mut list.iter_mut(),
        Json::Object(fields) => &mut fields.values_mut(),
        _ => return,
    };
    for value in inner {
        *number = number.wrapping_sub(1);
        replace(value, number, other);
    }
}

/// An error is one bounded line that a terminal shows as it is.
fn assert_printable(error: &SnapshotError) {
    let line = error.to_string();
    assert!(line.chars().count() < 1000, "{line}");
    assert!(!line.chars().any(char::is_control), "{line:?}");
}

proptest! {
    #[test]
    fn what_is_kept_comes_back(observed in observed()) {
        let json = to_json(&observed, catalog());
        let back = from_json(&json.to_string(), catalog());
        prop_assert_eq!(back, Ok(observed.clone()));
        let pretty = serde_json::to_string_pretty(&json).unwrap();
        prop_assert_eq!(from_json(&pretty, catalog()), Ok(observed));
    }

    #[test]
    fn what_is_kept_keeps_to_the_schema(observed in observed()) {
        let json = to_json(&observed, catalog());
        let faults: Vec<String> = validator().iter_errors(&json).map(|e| e.to_string()).collect();
        prop_assert!(faults.is_empty(), "{:?}", faults);
    }

    /// A right set that is equal stands once, however it is shared in memory.
    #[test]
    fn the_text_depends_on_the_read_alone(observed in observed()) {
        let mut apart = observed.clone();
        for system in apart.systems.values_mut() {
            for reading in system.scopes.values_mut() {
                let (Reading::Complete(state) | Reading::Partial(state, _)) = reading else {
                    continue;
                };
                for account in state.accounts.values_mut() {
                    account.rights = account.rights.take().map(|set| Arc::new((*set).clone()));
                }
            }
        }
        prop_assert_eq!(
            to_json(&observed, catalog()).to_string(),
            to_json(&apart, catalog()).to_string()
        );
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        if let Err(error) = from_json(&text, catalog()) {
            assert_printable(&error);
        }
    }

    #[test]
    fn no_json_panics(json in any_json()) {
        if let Err(error) = from_json(&json.to_string(), catalog()) {
            assert_printable(&error);
        }
    }

    #[test]
    fn no_damaged_byte_panics(observed in observed(), at in any::<Index>(), byte in any::<u8>()) {
        let mut bytes = to_json(&observed, catalog()).to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Err(error) = from_json(&String::from_utf8_lossy(&bytes), catalog()) {
            assert_printable(&error);
        }
    }

    #[test]
    fn no_cut_end_is_a_snapshot(observed in observed(), at in any::<Index>()) {
        let text = to_json(&observed, catalog()).to_string();
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        prop_assert!(from_json(&text[..at], catalog()).is_err());
    }

    #[test]
    fn no_damaged_value_panics(observed in observed(), at in 0_usize..60, other in any_json()) {
        let mut json = to_json(&observed, catalog());
        let mut at = at;
        replace(&mut json, &mut at, &other);
        if let Err(error) = from_json(&json.to_string(), catalog()) {
            assert_printable(&error);
        }
    }
}

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(observed_schema().as_value()).unwrap()
}

/// A small snapshot that is good.
fn good() -> Json {
    json!({
        "format": FORMAT,
        "contains": "contacts",
        "systems": { "salons": {
            "kind": "altegio",
            "host": "api.alteg.io",
            "taken": "2026-11-22T08:00:00Z",
            "calls": 7,
            "caller": { "account": "1" },
            "scopes": {
                "mall": { "complete": { "accounts": [
                    {
                        "id": "8812", "name": "Jana", "email": "jana@chain.example", "phone": "+37120000001",
                        "state": "active", "removable": true, "editable": true, "role": "worker",
                        "staff": { "id": 5 }, "rights": 0,
                        "unknown_rights": [{ "slug": "zz_new_access", "json": "1" }]
                    },
                    { "id": "8813", "name": "Kārlis", "state": "invited", "removable": true, "staff": "nobody" }
                ], "tree": 0 } },
                "chain": { "unreadable": "not-supported" },
                "old-town": { "partial": { "gaps": [{ "count-differs": { "told": 3, "came": 2 } }], "state": { "accounts": [] } } }
            },
            "right_sets": [ {
                "records_access": true,
                "records_edit_last_days_count": 3,
                "timetable_last_days_count": "all",
                "finances_accounts_ids": [7, "Kase 1"],
                "timetable_staff_id": "self",
                "aa_from_the_future": { "deep": [null] }
            } ],
            "trees": [ {
                "rights": { "records_access": { "editable": true, "paid": false, "type_agrees": true },
                            "aa_from_the_future": { "editable": false, "paid": false, "type_agrees": true } },
                "roles": { "worker": ["records_access"] }
            } ]
        } }
    })
}

#[test]
fn a_file_means_what_it_says() {
    let observed = from_json(&good().to_string(), catalog()).unwrap();
    let salons = &observed.systems[&SystemName::new("salons")];
    assert_eq!(salons.kind, "altegio");
    assert_eq!(salons.calls, 7);
    let mall = salons
        .at(&LocationKey::new("mall"))
        .unwrap()
        .complete()
        .unwrap();
    let jana = &mall.accounts[&AccountId::new("8812")];
    assert_eq!(jana.staff, Some(Some(5)));
    assert_eq!(mall.accounts[&AccountId::new("8813")].staff, Some(None));
    let rights = jana.rights.as_ref().unwrap();
    let of = |slug: &str| {
        rights
            .get(catalog().by_slug(slug).unwrap().index())
            .cloned()
    };
    assert_eq!(of("records_access"), Some(Value::Switch(true)));
    assert_eq!(
        of("records_edit_last_days_count"),
        Some(Value::Days(Days::Last(3)))
    );
    assert_eq!(
        of("timetable_last_days_count"),
        Some(Value::Days(Days::All))
    );
    assert_eq!(of("timetable_staff_id"), Some(Value::One(One::Myself)));
    assert_eq!(
        of("finances_accounts_ids"),
        Some(Value::Items(Items::only([
            Item::Id(7),
            Item::Name("Kase 1".into())
        ])))
    );
    assert_eq!(of("records_edit_access"), None);
    // A partial read stays one: nothing can be concluded from what is not in it.
    let old_town = salons.at(&LocationKey::new("old-town")).unwrap();
    assert!(old_town.complete().is_none() && old_town.seen().is_some());
    assert_eq!(
        salons.scopes[&PlaceId::Chain],
        Reading::Unreadable(ReadFailure::NotSupported)
    );
}

#[test]
fn slugs_from_the_future_are_kept_as_unknown() {
    let observed = from_json(&good().to_string(), catalog()).unwrap();
    let mall = observed.systems[&SystemName::new("salons")]
        .at(&LocationKey::new("mall"))
        .unwrap()
        .complete()
        .unwrap()
        .clone();
    let slug = |slug: &str, json: &str| UnknownRight {
        slug: slug.into(),
        json: json.into(),
    };
    assert_eq!(
        mall.accounts[&AccountId::new("8812")].unknown_rights,
        [
            slug("aa_from_the_future", r#"{"deep":[null]}"#),
            slug("zz_new_access", "1")
        ]
    );
    let tree = mall.tree.unwrap();
    assert_eq!(tree.unknown.get("aa_from_the_future"), Some(&false));
    assert_eq!(tree.rights.len(), catalog().len());
}

/// The message for `good()` after `damage`.
#[track_caller]
fn refused(damage: impl FnOnce(&mut Json)) -> String {
    let mut json = good();
    damage(&mut json);
    from_json(&json.to_string(), catalog())
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_refused_is_named_with_what_was_expected() {
    let salons = |json: &mut Json, pointer: &str, other: Json| {
        let pointer = format!("/systems/salons{pointer}");
        *json
            .pointer_mut(&pointer)
            .unwrap_or_else(|| panic!("{pointer}")) = other;
    };
    for (pointer, other, expected) in [
        (
            "/kind",
            json!("shopify"),
            "at `systems.salons.kind`: expected `altegio` or `yclients` or `keycrm` or `reservio` or `apenday`, found `shopify`",
        ),
        (
            "/taken",
            json!("yesterday"),
            "at `systems.salons.taken`: expected a time such as `2026-12-01T08:00:00Z`, found `yesterday`",
        ),
        (
            "/right_sets/0/records_access",
            json!(1),
            "at `systems.salons.right_sets[0].records_access`: expected `true` or `false`, found `1`",
        ),
        (
            "/right_sets/0/records_edit_last_days_count",
            json!(-1),
            "at `systems.salons.right_sets[0].records_edit_last_days_count`: expected a number of days or `\"all\"`, found `-1`",
        ),
        (
            "/right_sets/0/finances_accounts_ids",
            json!([]),
            "at `systems.salons.right_sets[0].finances_accounts_ids`: expected `\"all\"` or a list of ids and names that is not empty, found `[]`",
        ),
        (
            "/right_sets/0/timetable_staff_id",
            json!("Jana"),
            "at `systems.salons.right_sets[0].timetable_staff_id`: expected an id, `{\"name\": ...}`, `\"self\"` or `\"all\"`, found `\"Jana\"`",
        ),
        (
            "/scopes/mall/complete/accounts/0/rights",
            json!(1),
            "at `systems.salons.scopes.mall.accounts[0].rights`: expected a number below 1, found `1`",
        ),
        (
            "/scopes/mall/complete/tree",
            json!(9),
            "at `systems.salons.scopes.mall.tree`: expected a number below 1, found `9`",
        ),
        (
            "/scopes/mall/complete/accounts/1/id",
            json!("8812"),
            "at `systems.salons.scopes.mall.accounts[1].id`: expected an id that no other account of the place has, found `8812`",
        ),
        // Contacts are not quoted.
        (
            "/scopes/mall/complete/accounts/0/email",
            json!("jana"),
            "at `systems.salons.scopes.mall.accounts[0].email`: expected an address with one `@`, found something else",
        ),
        (
            "/scopes/mall/complete/accounts/0/phone",
            json!("20000001"),
            "at `systems.salons.scopes.mall.accounts[0].phone`: expected a number that begins with `+` and the country code, found something else",
        ),
    ] {
        assert_eq!(
            refused(|json| salons(json, pointer, other.clone())),
            expected
        );
    }
    let shape = refused(|json| {
        salons(
            json,
            "/scopes/mall/complete/accounts/0/state",
            json!("gone"),
        )
    });
    assert!(
        shape.starts_with("this is no keyholder.observed/1 file: unknown variant `gone`, expected one of `invited`, `inactive`, `active`, `blocked` at line 1"),
        "{shape}"
    );
    let key = refused(|json| {
        json["systems"]["salons"]["scope"] = json!({});
    });
    assert!(
        key.contains("unknown field `scope`, expected one of `kind`, `host`, `taken`"),
        "{key}"
    );
    assert!(refused(|json| json["contains"] = json!("nothing")).contains("expected `contacts`"));
}

#[test]
fn other_formats_and_versions_are_told_apart() {
    assert_eq!(
        refused(|json| json["format"] = json!("keyholder.observed/2")),
        "this program reads `keyholder.observed/1`, the file is `keyholder.observed/2`: keep a new read with `observe --out`"
    );
    // A version of another shape is named as such, not by the first key that differs.
    assert!(matches!(
        from_json(
            r#"{"format": "keyholder.observed/7", "people": []}"#,
            catalog()
        ),
        Err(SnapshotError::Version { .. })
    ));
    assert_eq!(
        from_json(r#"{"format": "keyholder.plan/1\u001b[2J"}"#, catalog())
            .unwrap_err()
            .to_string(),
        "expected a file whose `format` is `keyholder.observed/1`, found `keyholder.plan/1\\u{1b}[2J`"
    );
    assert_eq!(
        from_json("{}", catalog()).unwrap_err().to_string(),
        "this is no keyholder.observed/1 file: missing field `format` at line 1 column 2"
    );
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let text = good().to_string().replace(
        r#""records_access":true"#,
        r#""records_access":true,"records_access":false"#,
    );
    let error = from_json(&text, catalog()).unwrap_err().to_string();
    assert!(
        error.contains("the key `records_access` stands twice at line 1"),
        "{error}"
    );
}

#[test]
fn deep_nesting_is_an_error() {
    let text = format!(r#"{{"format": {}"#, "[".repeat(100_000));
    assert!(from_json(&text, catalog()).is_err());
    let text = format!(r#"{{"other": {}"#, "[".repeat(100_000));
    assert!(from_json(&text, catalog()).is_err());
}

#[test]
fn equal_right_sets_stand_once() {
    let mut observed = from_json(&good().to_string(), catalog()).unwrap();
    let salons = observed
        .systems
        .get_mut(&SystemName::new("salons"))
        .unwrap();
    let mall = salons.scopes[&PlaceId::At(LocationKey::new("mall"))].clone();
    salons
        .scopes
        .insert(PlaceId::At(LocationKey::new("alley")), mall);
    let json = to_json(&observed, catalog());
    assert_eq!(
        json["systems"]["salons"]["right_sets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        json["systems"]["salons"]["trees"].as_array().unwrap().len(),
        1
    );
}

/// Rewritten under `SNAPSHOTS=overwrite`.
#[test]
fn the_committed_schema_is_this_one() {
    let mut text = serde_json::to_string_pretty(observed_schema().as_value()).unwrap();
    text.push('\n');
    snapbox::assert_data_eq!(
        text,
        snapbox::file!["../../schema/observed.v1.schema.json"].raw()
    );
}
