//! Limits and faults: what a client must survive.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bench, authorized, column};
use crate::sandbox::{Chances, Change, Fate, Fault, FaultKind, Limits, Reply, Window};

const USERS: &str = "/salons/api/v1/company/10231/users";
const ON_USERS: &str = "GET /company/{l}/users";

fn spoiled(kind: FaultKind) -> (Bench, Reply) {
    let mut bench = Bench::new();
    bench.world.add_fault(Fault::on(ON_USERS, kind).nth(1));
    let reply = bench.send(&authorized("GET", USERS, "u"));
    (bench, reply)
}

#[test]
fn the_sixth_call_of_a_second_is_too_many_for_one_vendor_and_address() {
    let mut bench = Bench::new();
    let now = bench.now;
    let request = authorized("GET", USERS, "u");
    let statuses: Vec<u16> = (0..6)
        .map(|_| bench.world.handle(&request, now).status)
        .collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    let clinic = authorized("GET", "/clinic/api/v1/groups", "u");
    assert_eq!(bench.world.handle(&clinic, now).status, 200);
    let mut elsewhere = request.clone();
    elsewhere.peer = "10.0.0.2".to_owned();
    assert_eq!(bench.world.handle(&elsewhere, now).status, 200);
    assert_eq!(bench.world.log().statuses[&429], 1);
    assert_eq!(
        bench.world.log().calls["salons GET /company/{l}/users"].count,
        7
    );
}

#[test]
fn limits_can_be_changed_and_switched_off() {
    let mut bench = Bench::new();
    bench.world.set_limits(Limits {
        per_minute: 0,
        per_second: 0,
        window: Window::Fixed,
        offset_ms: 0,
    });
    let now = bench.now;
    let request = authorized("GET", USERS, "u");
    assert!((0..500).all(|_| bench.world.handle(&request, now).status == 200));
}

#[test]
fn statuses_come_before_or_after_the_effect() {
    for (kind, status, messages) in [
        (FaultKind::Status(500), 500, 0),
        (FaultKind::StatusAfter(502), 502, 1),
        (FaultKind::NotSuccess, 200, 1),
        (FaultKind::Garbage, 200, 1),
    ] {
        let mut bench = Bench::new();
        bench
            .world
            .add_fault(Fault::on("POST /user/invite/{l}", kind.clone()));
        let (got, body) = bench.invite(&json!([{ "name": "A", "search": "a@home.example" }]));
        assert_eq!(got, status, "{kind:?}");
        assert_ne!(body["success"], true, "{kind:?}");
        assert_eq!(bench.world.log().messages.len(), messages, "{kind:?}");
        assert_eq!(bench.world.log().faults, 1);
    }
}

#[test]
fn answers_drop_before_or_after_the_effect() {
    for (kind, fate, messages) in [
        (FaultKind::DropBefore, Fate::DropBefore, 0),
        (FaultKind::DropAfter, Fate::DropAfter, 1),
    ] {
        let mut bench = Bench::new();
        bench
            .world
            .add_fault(Fault::on("POST /user/invite/{l}", kind).nth(1));
        let body = json!({ "invites": [{ "name": "A", "search": "a@home.example" }] });
        let request = authorized("POST", "/salons/api/v1/user/invite/10231", "u").json(&body);
        assert_eq!(bench.send(&request).fate, fate);
        assert_eq!(bench.world.log().messages.len(), messages);
        assert_eq!(bench.send(&request).fate, Fate::Normal);
    }
}

#[test]
fn a_batch_can_fail_in_the_middle() {
    let mut bench = Bench::new();
    bench.world.add_fault(Fault::on(
        "POST /user/invite/{l}",
        FaultKind::PartialBatch(1),
    ));
    let pair = json!([
        { "name": "A", "search": "a@home.example" }, { "name": "B", "search": "b@home.example" }
    ]);
    assert_eq!(bench.invite(&pair).0, 500);
    assert_eq!(bench.world.log().messages.len(), 1);
}

#[test]
fn lists_can_lie() {
    let (_, reply) = spoiled(FaultKind::ShortList(2));
    assert_eq!(column(&reply.value()["data"], "id"), [json!(1), json!(2)]);
    assert_eq!(reply.value()["meta"]["count"], 5);
    let (_, reply) = spoiled(FaultKind::EmptyList);
    assert_eq!(
        (&reply.value()["data"], &reply.value()["meta"]["count"]),
        (&json!([]), &json!(0))
    );
    let (_, reply) = spoiled(FaultKind::RepeatedRow);
    assert_eq!(
        column(&reply.value()["data"], "id"),
        [1, 2, 900, 8812, 1].map(|id| json!(id))
    );
    let (mut bench, reply) = spoiled(FaultKind::WrongTotal(9));
    assert_eq!(reply.value()["meta"]["count"], 9);
    assert_eq!(bench.get(USERS).1["meta"]["count"], 5);
}

#[test]
fn answers_can_be_slow_late_and_cut() {
    let (_, reply) = spoiled(FaultKind::Slow(1_500));
    assert_eq!(reply.delay, Duration::from_millis(1_500));
    let (_, reply) = spoiled(FaultKind::Truncate(10));
    assert_eq!(reply.fate, Fate::Truncate(10));
    assert_eq!(
        reply.value()["success"],
        true,
        "the whole body is there; who transports it cuts it"
    );

    let mut bench = Bench::with(&json!({ "latency_there_ms": 200, "latency_back_ms": 100 }));
    bench.world.add_fault(Fault::on("*", FaultKind::Late(700)));
    let body = json!({ "invites": [{ "name": "A", "search": "a@home.example" }] });
    let request = authorized("POST", "/salons/api/v1/user/invite/10231", "u").json(&body);
    let reply = bench.world.handle(&request, bench.now);
    assert_eq!(reply.delay, Duration::from_secs(1));
    let sent = bench.world.log().messages[0].at;
    assert_eq!(
        sent.duration_since(bench.now).as_millis(),
        900,
        "done when it arrives"
    );
}

#[test]
fn things_change_behind_our_back_around_a_call() {
    let gone = Change::RemoveUser {
        location: 10231,
        user: 8812,
    };
    let (mut bench, reply) = spoiled(FaultKind::ChangeBefore(gone.clone()));
    assert_eq!(reply.value()["meta"]["count"], 4);
    assert_eq!(bench.get(USERS).1["meta"]["count"], 4);
    let (mut bench, reply) = spoiled(FaultKind::ChangeAfter(gone));
    assert_eq!(reply.value()["meta"]["count"], 5);
    assert_eq!(bench.get(USERS).1["meta"]["count"], 4);
    assert_eq!(bench.world.log().effects[0].by, None);
}

#[test]
fn names_change_and_people_are_dismissed_behind_our_back() {
    let mut bench = Bench::new();
    for change in [
        json!({ "do": "rename", "location": 10231, "thing": "staff", "id": 77, "title": "Ilze Ozola" }),
        json!({ "do": "dismiss", "location": 10231, "staff": 10_231_601 }),
    ] {
        let change: Change = serde_json::from_value(change).unwrap();
        bench
            .world
            .change(Some("salons"), &change, bench.now)
            .unwrap();
    }
    let rows = bench.data("/salons/api/v1/company/10231/staff");
    assert_eq!(
        (&rows[0]["name"], &rows[0]["fired"]),
        (&json!("Ilze Ozola"), &json!(0))
    );
    assert_eq!(
        (&rows[1]["fired"], &rows[1]["user_id"]),
        (&json!(1), &json!(8812))
    );
    let nothing =
        json!({ "do": "rename", "location": 10231, "thing": "account", "id": 5, "title": "X" });
    let nothing: Change = serde_json::from_value(nothing).unwrap();
    assert!(
        bench
            .world
            .change(Some("salons"), &nothing, bench.now)
            .is_err()
    );
}

#[test]
fn an_invitation_is_accepted_by_its_person_or_under_another_account() {
    let accept = |body: Value| serde_json::from_value::<Change>(body).unwrap();
    let mut bench = Bench::new();
    let change = accept(json!({ "do": "accept", "contact": "k@home.example" }));
    bench
        .world
        .change(Some("salons"), &change, bench.now)
        .unwrap();
    assert_eq!(
        bench.data(&format!("{USERS}?filter[is_approved]=0")),
        json!([])
    );
    assert!(
        bench
            .world
            .change(Some("salons"), &change, bench.now)
            .is_err(),
        "only once"
    );

    let mut bench = Bench::new();
    let change = json!({ "do": "add-user", "name": "Kārlis O.", "phone": "+37129999999" });
    bench
        .world
        .change(Some("salons"), &accept(change), bench.now)
        .unwrap();
    let other = bench.world.account_of("salons", "37129999999").unwrap();
    let change = accept(json!({ "do": "accept", "user": 8813, "as": other }));
    bench
        .world
        .change(Some("salons"), &change, bench.now)
        .unwrap();
    let ids = column(&bench.data(USERS), "id");
    assert!(ids.contains(&json!(other)) && !ids.contains(&json!(8813)));
}

#[test]
fn chance_is_seeded() {
    let run = |seed: u64| -> Vec<(u16, Fate)> {
        let mut bench = Bench::new();
        bench.world.set_chances(Chances {
            seed,
            status_500: 100,
            drop_after: 100,
            truncate: 100,
            ..Chances::default()
        });
        (0..60)
            .map(|_| {
                let reply = bench.send(&authorized("GET", USERS, "u"));
                (reply.status, reply.fate)
            })
            .collect()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert!(run(1).iter().any(|(status, _)| *status == 500));
}
