//! A plan as a file: what is read is what was written, and nothing else is read.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::world::*;
use crate::canonical::{canonical, sha256_hex};
use crate::model::*;
use crate::plan::file::{Fault, Reviewed, good_until, read, to_text};
use crate::plan::*;

fn busy() -> World {
    let mut world = World::new();
    world.give("jana", "center", "worker", &[("records_create_access", ON)]);
    world.give("lena", "port", "worker", &[]);
    world.account("9", "port", "worker", "lena@chain.example");
    world.leave("lena");
    world
}

fn text() -> String {
    to_text(&busy().plan(), catalog())
}

/// A file with the plan of another, changed, and an id that is right for it: what a forger writes.
fn forged(change: impl FnOnce(&mut Json)) -> String {
    let mut file: Json = serde_json::from_str(&text()).unwrap();
    change(&mut file["plan"]);
    let form = canonical(&file["plan"]).unwrap();
    file["id"] = sha256_hex(format!("keyholder.plan/1\n{form}").as_bytes()).into();
    file.to_string()
}

fn fault(text: &str) -> Fault {
    read(text.as_bytes()).unwrap_err()
}

fn same(a: &Reviewed, b: &Reviewed) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

#[test]
fn what_is_read_is_what_was_written() {
    let plan = busy().plan();
    let file = read(text().as_bytes()).unwrap();
    assert_eq!(file.id, plan.id);
    assert_eq!(file.as_of, plan.draft.as_of);
    assert_eq!(file.expires, good_until(&plan));
    let ids: Vec<&StepId> = file.steps.iter().map(|step| &step.id).collect();
    let planned: Vec<&StepId> = plan.draft.steps.iter().map(|step| &step.id).collect();
    assert_eq!(ids, planned);
    assert!(ids.len() > 1, "a plan without steps proves nothing");
    let json: Json = serde_json::from_str(&text()).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "plan"]);
}

#[test]
fn a_plan_of_a_clock_that_is_a_little_ahead_is_for_now() {
    let file = read(text().as_bytes()).unwrap();
    let before = |minutes| file.as_of - jiff::SignedDuration::from_mins(minutes);
    assert!(!file.is_of_tomorrow(file.as_of));
    assert!(!file.is_of_tomorrow(before(4)));
    assert!(file.is_of_tomorrow(before(6)));
}

#[test]
fn no_contact_gets_into_a_file() {
    assert!(!text().contains("jana@chain.example"));
    assert!(!text().contains("lena@chain.example"));
}

#[test]
fn a_plan_is_good_for_a_day_or_until_the_next_date() {
    let mut world = busy();
    let day = jiff::SignedDuration::from_hours(24);
    assert_eq!(good_until(&world.plan()), world.now + day);
    let origin = world.desired.people[&PersonKey::new("jana")].origin;
    for hours in [0, 5, 7, 30] {
        world.desired.will_change.push(WillChange {
            at: world.now + jiff::SignedDuration::from_hours(hours),
            person: PersonKey::new("jana"),
            place: Some(at("center")),
            what: "worker ends".into(),
            origin,
        });
    }
    let five = world.now + jiff::SignedDuration::from_hours(5);
    assert_eq!(good_until(&world.plan()), five);
    // A forger does not get more than a day.
    let long = forged(|plan| plan["expires"] = json!("2099-01-01T00:00:00Z"));
    assert_eq!(read(long.as_bytes()).unwrap().expires, world.now + day);
}

#[test]
fn what_is_no_plan_is_refused() {
    assert!(matches!(fault(""), Fault::NoPlan(_)));
    assert!(matches!(fault("[]"), Fault::NoPlan(_)));
    assert!(matches!(fault("{}"), Fault::NoPlan(_)));
    let deep = "[".repeat(100_000);
    assert!(matches!(fault(&deep), Fault::NoPlan(_)));
    let more = text().replacen('{', "{\"more\": 1,", 1);
    assert!(matches!(fault(&more), Fault::NoPlan(_)));
    let twice = text().replacen('{', "{\"plan\": {}, ", 1);
    assert!(matches!(fault(&twice), Fault::NoPlan(why) if why.contains("twice")));
    let fraction = forged_with("\"tool\": 1.5");
    assert!(matches!(fault(&fraction), Fault::NoPlan(_)));
    let future = forged(|plan| plan["format"] = json!("keyholder.plan/2"));
    assert_eq!(fault(&future), Fault::Format("keyholder.plan/2".into()));
    let no_steps = forged(|plan| plan["steps"] = json!({}));
    assert!(matches!(fault(&no_steps), Fault::NoPlan(_)));
    let no_time = forged(|plan| plan["as_of"] = json!("soon"));
    assert!(matches!(fault(&no_time), Fault::NoPlan(_)));
    let large = vec![b' '; file::MOST_BYTES + 1];
    assert_eq!(read(&large).unwrap_err(), Fault::TooLarge);
}

fn forged_with(line: &str) -> String {
    let tool = format!("\"tool\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = text();
    assert!(text.contains(&tool), "{text}");
    text.replace(&tool, line)
}

#[test]
fn a_plan_with_another_content_has_another_id() {
    assert_eq!(fault(&forged_with("\"tool\": \"9\"")), Fault::Changed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_with_one_byte_changed_is_refused_or_means_the_same(at in 0.0..1.0_f64, byte in any::<u8>()) {
        let text = text();
        let whole = read(text.as_bytes()).unwrap();
        let mut bytes = text.into_bytes();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short text")]
        let at = (at * bytes.len() as f64) as usize;
        bytes[at] = byte;
        if let Ok(other) = read(&bytes) {
            prop_assert!(same(&other, &whole));
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read(&bytes).is_err());
    }
}
