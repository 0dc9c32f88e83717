//! The JSON, its schema and its ids.

use serde_json::Value as Json;

use super::world::*;
use crate::canonical::{canonical, sha256_hex};
use crate::model::*;
use crate::plan::*;

fn busy() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[("records_create_access", ON)]);
    world.give("karl", "mall", "owner", &[]);
    world.give("lena", "port", "worker", &[]);
    world.account("9", "port", "worker", "lena@chain.example");
    world.account("8", "center", "worker", "x@chain.example");
    world.wish().chain = Some("4521".into());
    world.leave("lena");
    let origin = world.desired.people[&PersonKey::new("jana")].origin;
    world.desired.will_change.push(WillChange {
        at: world.now,
        person: PersonKey::new("jana"),
        place: Some(at("center")),
        what: "worker ends".into(),
        origin,
    });
    world
}

#[test]
fn the_plan_fits_its_schema() {
    let schema = wire::plan_schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let validator = jsonschema::validator_for(&schema).unwrap();
    for world in [World::new(), busy()] {
        let json = wire::to_json(&world.plan(), catalog());
        let errors: Vec<String> = validator
            .iter_errors(&json)
            .map(|it| it.to_string())
            .collect();
        assert_eq!(errors, [""; 0]);
    }
}

#[test]
fn the_id_can_be_checked_by_hand() {
    let plan = busy().plan();
    let mut json = wire::to_json(&plan, catalog());
    let map = json.as_object_mut().unwrap();
    assert_eq!(map.remove("id"), Some(Json::String(plan.id.to_string())));
    assert_eq!(map.remove("outcomes"), Some(Json::Array(Vec::new())));
    let text = format!("keyholder.plan/1\n{}", canonical(&json).unwrap());
    assert_eq!(sha256_hex(text.as_bytes()), plan.id.to_string());
}

#[test]
fn no_contact_leaves_unmasked() {
    let world = busy();
    let text = wire::to_json(&world.plan(), catalog()).to_string();
    assert!(text.contains("j…@c….example"));
    assert!(!text.contains("jana@chain.example"));
}

#[test]
fn a_step_s_id_does_not_depend_on_before_or_on_others() {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[("records_create_access", ON)]);
    world.account("7", "center", "manager", "jana@chain.example");
    let id = world.plan().draft.steps[0].id.clone();
    assert_eq!(id.0.len(), 12);
    world.has("7", "center", &[("clients_access", ON)]);
    world.give("adam", "center", "worker", &[]);
    world.now += std::time::Duration::from_hours(24);
    world.desired.as_of = world.now;
    let plan = world.plan();
    let step = plan
        .draft
        .steps
        .iter()
        .find(|step| step.account.is_some())
        .unwrap();
    assert_eq!(step.id, id);
    // What will be there is in the id.
    world.grant("jana", "center", |grant| grant.rights = rights(&[]));
    let plan = world.plan();
    let step = plan
        .draft
        .steps
        .iter()
        .find(|step| step.account.is_some())
        .unwrap();
    assert_ne!(step.id, id);
}

#[test]
fn totals_count_what_is_there() {
    let plan = busy().plan();
    let totals = totals(&plan.draft);
    assert_eq!(
        lines(&plan),
        ["invite jana@center", "remove lena@port", "check lena@chain"]
    );
    assert_eq!(
        (
            totals.people,
            totals.api,
            totals.manual,
            totals.invitations,
            totals.removals
        ),
        (2, 2, 1, 1, 1)
    );
    assert_eq!((totals.holds, totals.strangers), (1, 2));
    let price = plan.draft.price;
    assert_eq!(
        (price.calls_read, price.calls_apply, price.seconds),
        (7, 4, 1)
    );
}
