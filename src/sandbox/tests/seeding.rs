//! Seeds that are taken and seeds that are refused.

use super::LIVE;
use crate::sandbox::World;

fn refused(text: &str) -> String {
    World::from_live(text)
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn the_seed_of_these_tests_is_taken() {
    let world = World::from_live(LIVE).unwrap();
    assert_eq!(world.systems().collect::<Vec<_>>(), ["clinic", "salons"]);
    assert_eq!(world.account_of("salons", "+371 20000001"), Some(8812));
}

#[test]
fn mistakes_are_named() {
    let cases = [
        (
            LIVE.replace("\"storages\"", "\"storage\""),
            "unknown field `storage`",
        ),
        (
            LIVE.replace("\"pending\"", "\"pendin\""),
            "unknown field `pendin`",
        ),
        (
            LIVE.replace("\"altegio\"", "\"keycrm\""),
            "unknown field `chain`",
        ),
        (
            LIVE.replace(
                "\"Salons of Riga\" }",
                "\"S\", \"members\": { \"2\": [\"setings\"] } }",
            ),
            "chain 4521: no right `setings`",
        ),
        (
            LIVE.replace(
                "\"Salons of Riga\" }",
                "\"S\", \"members\": { \"3\": \"all\" } }",
            ),
            "chain 4521: 3 is not among the users",
        ),
        (
            LIVE.replace("\"altegio\"", "\"bitrix\""),
            "unknown kind `bitrix`",
        ),
        (
            LIVE.replace("[\"Kase 1\"] }", "[\"Kase 9\"] }"),
            "user 8812: in.10231: `finances_accounts_ids` cannot be",
        ),
        (
            LIVE.replace("\"staff\": \"Jana B.\"", "\"staff\": \"Anna\""),
            "no team member \"Anna\"",
        ),
        (
            LIVE.replace("\"caller\": 1", "\"caller\": 99"),
            "caller 99 is not among the users",
        ),
        (
            LIVE.replace("+37120000001", "+371 20000002"),
            "somebody else has the contact 37120000002",
        ),
        (
            LIVE.replace("\"10231\": { \"pending", "\"10239\": { \"pending"),
            "no location 10239",
        ),
        (
            LIVE.replace("\"*\": \"owner\"", "\"*\": \"boss\""),
            "has no role `boss`",
        ),
        (
            LIVE.replace("records_edit_last_days_count", "records_edit_last_day"),
            "no right `records_edit_last_day` here",
        ),
        (
            LIVE.replace("\"salons\":", "\"sal ons\":"),
            "cannot be a part of a URL",
        ),
        ("{\"systems\": {}}".to_owned(), "there must be at least one"),
        (
            LIVE.replace("\"id\": 10232,", "\"id\": 18446744073709551615,"),
            "an id is a number from 1",
        ),
        ("{".to_owned(), "EOF"),
    ];
    for (text, expected) in cases {
        let message = refused(&text);
        assert!(
            message.contains(expected),
            "expected {expected:?} in {message:?}"
        );
    }
}

#[test]
fn mistakes_of_the_other_vendors_are_named() {
    let [_, live] = examples();
    let cases = [
        (
            "\"login\": \"jana\"",
            "\"logn\": \"jana\"",
            "unknown field `logn`",
        ),
        (
            "\"login\": \"jana\"",
            "\"login\": \"Ilze\"",
            "user 1 has `Ilze` already",
        ),
        ("\"role\": 4,\n", "\"role\": 9,\n", "user 5: no role 9"),
        (
            "\"assigned\": [1]",
            "\"assigned\": [9]",
            "order 100: no user 9",
        ),
        (
            "\"key_owner\": 1",
            "\"key_owner\": 9",
            "key_owner: no user 9",
        ),
        (
            "\"status\": \"pending\"",
            "\"status\": \"away\"",
            "unknown variant `away`",
        ),
        (
            "[\"own_bookings\"]",
            "[\"client_list\"]",
            "access without `own_bookings`",
        ),
        ("[\"own_bookings\"]", "[\"own\"]", "no tick `own`"),
        ("\"resources\"", "\"staff\"", "unknown field `staff`"),
        ("\"internal\"", "\"outlook\"", "no calendar `outlook`"),
        (
            "\"secret\": 1",
            "\"secret\": 7",
            "tokens: 7 is not among the users",
        ),
        ("\"keycrm\"", "\"bitrix\"", "unknown kind `bitrix`"),
    ];
    for (from, to, expected) in cases {
        assert!(live.contains(from), "{from}");
        let message = refused(&live.replace(from, to));
        assert!(
            message.contains(expected),
            "expected {expected:?} in {message:?}"
        );
    }
}

/// The examples in the documentation of the format.
fn examples() -> [String; 2] {
    let page = include_str!("../seed/mod.rs");
    let example = |nth: usize| {
        let from = page.split("//! ```json").nth(nth).unwrap();
        let example = from.split("//! ```").next().unwrap();
        let lines: Vec<&str> = example
            .lines()
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        lines.join("\n")
    };
    [example(1), example(2)]
}

#[test]
fn the_examples_in_the_documentation_are_taken() {
    for example in examples() {
        assert_eq!(refused(&example), "");
        let world = World::from_live(&example).unwrap();
        let stored = serde_json::to_value(&world).unwrap();
        let again: World = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(
            serde_json::to_value(again).unwrap(),
            stored,
            "a state file brings all of it back"
        );
    }
}

#[test]
fn every_example_project_has_a_live_side_that_is_taken() {
    let examples = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut seen = 0;
    for folder in std::fs::read_dir(examples).into_iter().flatten().flatten() {
        if let Ok(text) = std::fs::read_to_string(folder.path().join("live.json")) {
            assert_eq!(refused(&text), "", "{}", folder.path().display());
            seen += 1;
        }
    }
    assert!(seen > 0, "no live.json found");
}
