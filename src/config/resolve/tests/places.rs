//! Selectors, the life of locations, ids.

use super::{World, jana, world, world_of};
use crate::diagnostic::Code;
use crate::model::PlaceStatus;

#[track_caller]
fn at(selector: &str) -> World {
    world(
        &jana(
            "  r: { salons: { role: worker, unlisted: deny } }",
            &format!("      - {{ role: r, at: {selector} }}"),
        ),
        "2026-12-01",
    )
}

#[track_caller]
fn gives(selector: &str, places: &[&str]) {
    let world = at(selector);
    world.no_problems();
    let found: Vec<String> = world
        .places("jana")
        .iter()
        .map(|place| place.replace("salons ", "").replace(" worker", ""))
        .collect();
    assert_eq!(found, places, "{selector}");
}

#[test]
fn selectors_pick_open_places() {
    gives("all", &["center", "mall", "vilnius"]);
    gives("[mall, center, mall]", &["center", "mall"]);
    gives("{ region: riga }", &["center", "mall"]);
    gives(
        "{ region: [riga, vilnius] }",
        &["center", "mall", "vilnius"],
    );
    gives("{ region: riga, format: flagship }", &["center"]);
    gives("{ region: riga, except: [mall] }", &["center"]);
    gives(
        "{ region: [riga, vilnius], except: { format: flagship } }",
        &["mall", "vilnius"],
    );
    gives("{ all: true, except: [mall] }", &["center", "vilnius"]);
    gives("{ all: true, except: { region: riga } }", &["vilnius"]);
    gives("[center, old, new]", &["center"]);
}

#[test]
fn unknown_names_are_errors_with_the_near_one() {
    let world = at("[centre]");
    assert_eq!(world.problems(), [Code::UnknownLocation]);
    assert_eq!(
        world.the(Code::UnknownLocation).help.as_deref(),
        Some("did you mean `center`?")
    );
    assert_eq!(at("{ regoin: riga }").problems(), [Code::UnknownTag]);
    assert_eq!(at("{ region: rigga }").problems(), [Code::UnknownTag]);
    assert_eq!(
        at("{ all: true, except: [maal] }").problems(),
        [Code::UnknownLocation]
    );
}

#[test]
fn a_selector_that_selects_nothing_is_an_error() {
    assert_eq!(
        at("{ region: vilnius, format: flagship }").problems(),
        [Code::EmptySelector]
    );
    assert_eq!(
        at("{ region: vilnius, except: [vilnius] }").problems(),
        [Code::EmptySelector]
    );
}

#[test]
fn planned_places_make_it_a_note_and_closed_ones_leave_it_without_force() {
    let world = at("{ format: pop-up }");
    assert_eq!(world.no_problems().notes(), [Code::PlannedOnly]);
    assert_eq!(world.places("jana"), Vec::<String>::new());
    assert_eq!(at("[new]").no_problems().notes(), [Code::PlannedOnly]);
    assert_eq!(at("[old]").no_problems().notes(), []);
    assert_eq!(
        at("{ region: liepaja }").no_problems().notes(),
        [Code::EmptySelector]
    );
}

#[test]
fn a_location_without_an_id_is_one_note() {
    let world = world_of(
        &[
            (
                "keyholder.yaml",
                "version: 1\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n",
            ),
            (
                "people.yaml",
                "locations: { center: { in: { salons: 1 } }, kiosk: {} }
roles: { r: { salons: { role: worker, unlisted: deny } } }
people:
  jana: { name: Jana, email: jana@chain.example, access: [ { role: r, at: all } ] }
  anna: { name: Anna, email: anna@chain.example, access: [ { role: r, at: [kiosk, center] } ] }
",
            ),
        ],
        "2026-12-01",
    );
    assert_eq!(world.no_problems().notes(), [Code::NoIdInSystem]);
    assert_eq!(world.places("jana"), ["salons center worker"]);
}

#[test]
fn a_kinds_block_serves_each_place_in_its_own_system() {
    let world = world_of(
        &[
            (
                "keyholder.yaml",
                "version: 1\nsystems:\n  lv: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n  lt: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n",
            ),
            (
                "people.yaml",
                "locations: { riga: { in: { lv: 1 } }, vilnius: { in: { lt: 1 } } }
roles: { r: { altegio: { role: worker, unlisted: deny }, lt: { role: manager } } }
people: { jana: { name: Jana, email: jana@chain.example, access: [ { role: r, at: all } ] } }
",
            ),
        ],
        "2026-12-01",
    );
    assert_eq!(world.no_problems().notes(), []);
    assert_eq!(
        world.places("jana"),
        ["lt vilnius manager", "lv riga worker"]
    );
}

#[test]
fn one_id_belongs_to_one_location() {
    let world = world_of(
        &[
            (
                "keyholder.yaml",
                "version: 1\nsystems:\n  salons: { kind: altegio, tokens: { partner: { env: A }, user: { env: B } } }\n",
            ),
            (
                "locations.yaml",
                "locations: { a: { in: { salons: 1 } }, b: { in: { salons: 1 } } }\n",
            ),
        ],
        "2026-12-01",
    );
    assert_eq!(world.problems(), [Code::SharedLocation]);
    assert_eq!(world.pointed(world.the(Code::SharedLocation)), ["1", "1"]);
}

#[test]
fn facts_and_ids_of_locations_come_through() {
    let world = at("all");
    let facts: Vec<(&str, PlaceStatus)> = world
        .desired
        .places
        .iter()
        .map(|(key, fact)| (key.as_str(), fact.status))
        .collect();
    assert_eq!(
        facts,
        [
            ("center", PlaceStatus::Open),
            ("mall", PlaceStatus::Open),
            ("new", PlaceStatus::Planned),
            ("old", PlaceStatus::Closed),
            ("vilnius", PlaceStatus::Open)
        ]
    );
    let desk: Vec<String> = world.desired.systems[&crate::model::SystemName::new("desk")]
        .locations
        .iter()
        .map(|(key, (id, _))| format!("{key} {id}"))
        .collect();
    assert_eq!(desk, ["center d1", "mall d2"]);
}
