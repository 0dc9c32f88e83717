//! Calls that are turned away or fail, from outside and on the simulated clock: what the vendor says is waited for, what is
//! repeated ends, and a message is not sent twice for it.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::shop::keyholder;
use crate::support::{copy_example, root};

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_example(&root().join("examples/hello"), folder.path());
        let shop = Self { folder };
        shop.run(&["sandbox", "reset"]);
        shop
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let (code, out, err) = keyholder(self.folder.path(), arguments);
        (code, out + &err)
    }

    fn state(&self) -> Value {
        let path: &Path = self.folder.path();
        let text = std::fs::read_to_string(path.join(".keyholder/sandbox.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What the simulator does wrong from now on.
    fn misbehave(&self, faults: &Value) {
        let mut state = self.state();
        let armed = faults.as_array().unwrap().iter();
        let armed = armed.map(|fault| json!({ "fault": fault, "matched": 0, "acted": 0 }));
        state["world"]["faults"]["planned"] = armed.collect();
        let path = self.folder.path().join(".keyholder/sandbox.json");
        std::fs::write(path, state.to_string()).unwrap();
    }

    /// A run: how it ended, what it said, and how many seconds it took.
    fn timed(&self, arguments: &[&str]) -> (i32, String, f64) {
        let now = || -> Timestamp { self.state()["time"].as_str().unwrap().parse().unwrap() };
        let before = now();
        let (code, told) = self.run(arguments);
        (code, told, now().duration_since(before).as_secs_f64())
    }

    fn status(&self, status: &str) -> u64 {
        let counted = &self.state()["world"]["log"]["statuses"][status];
        counted.as_u64().unwrap_or(0)
    }

    fn messages(&self) -> usize {
        let state = self.state();
        state["world"]["log"]["messages"].as_array().unwrap().len()
    }
}

const LIST: &str = "GET /company/101/users";
const INVITE: &str = "POST /user/invite/*";
const PLAN: &[&str] = &["plan", "--sandbox"];
const APPLY: &[&str] = &["apply", "--sandbox", "--yes"];

/// How long a plan takes that nothing is in the way of.
fn untroubled() -> f64 {
    let (code, told, took) = Shop::new().timed(PLAN);
    assert_eq!(code, 0, "{told}");
    took
}

#[test]
fn what_the_vendor_says_is_waited_for() {
    let usual = untroubled();
    let shop = Shop::new();
    shop.misbehave(&json!([{ "on": LIST, "nth": 1, "kind": { "turned-away": 40 } }]));
    let (code, told, took) = shop.timed(PLAN);
    assert_eq!(code, 0, "{told}");
    assert_eq!(shop.status("429"), 1);
    // Told in whole seconds; no more than a second is added to it.
    let more = took - usual;
    assert!((40.0..=43.0).contains(&more), "{more}");
}

#[test]
fn a_message_that_was_turned_away_is_sent_once() {
    let shop = Shop::new();
    shop.misbehave(&json!([{ "on": INVITE, "times": 2, "kind": { "turned-away": 20 } }]));
    let (code, told, took) = shop.timed(APPLY);
    assert_eq!(code, 0, "{told}");
    assert_eq!((shop.status("429"), shop.messages()), (2, 1));
    assert!(took >= 40.0, "{took}");
    shop.run(APPLY);
    assert_eq!(shop.messages(), 1);
}

#[test]
fn repeating_ends_by_count() {
    for (kind, status, at_most) in [
        // Five repetitions, each after what was told.
        (json!({ "turned-away": 30 }), "429", 200.0),
        // The waits double from half a second.
        (json!({ "status": 503 }), "503", 30.0),
    ] {
        let shop = Shop::new();
        shop.misbehave(&json!([{ "on": LIST, "kind": kind }]));
        let (code, told, took) = shop.timed(PLAN);
        assert_eq!(code, 6, "{told}");
        assert_eq!(shop.status(status), 6, "{kind}");
        assert!(took < at_most, "{kind}: {took}");
        assert!(told.contains("Centrs"), "{told}");
    }
}

#[test]
fn repeating_ends_by_time() {
    // Nobody waits ten minutes for one call, and three times two minutes are more than five.
    for (told_to_wait, calls) in [(600, 1), (120, 3)] {
        let shop = Shop::new();
        shop.misbehave(&json!([{ "on": LIST, "kind": { "turned-away": told_to_wait } }]));
        let (code, told, took) = shop.timed(PLAN);
        assert_eq!(code, 6, "{told}");
        assert_eq!(shop.status("429"), calls, "{told_to_wait}");
        assert!(took < 330.0, "{took}");
    }
    // A message that is turned away to the end was not sent, and the next run sends it.
    let shop = Shop::new();
    shop.misbehave(&json!([{ "on": INVITE, "kind": { "turned-away": 600 } }]));
    let (code, told, _) = shop.timed(APPLY);
    assert_eq!((code, shop.messages()), (5, 0), "{told}");
    shop.misbehave(&json!([]));
    let (code, told, _) = shop.timed(APPLY);
    assert_eq!((code, shop.messages()), (0, 1), "{told}");
}
