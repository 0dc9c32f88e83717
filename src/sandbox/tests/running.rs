//! A sandbox with a clock, a state file, admin calls and a socket.

use std::net::SocketAddr;
use std::sync::Arc;

use camino::Utf8Path;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{LIVE, authorized, column};
use crate::clock::SystemClock;
use crate::sandbox::{
    Fault, FaultKind, OpenError, Request, Sandbox, Server, Store, StoreError, World, serve,
};

const INVITE: &str = "/salons/api/v1/user/invite/10231";

fn invitation(name: &str) -> Request {
    let body = json!({ "invites": [{ "name": name, "search": format!("{name}@home.example") }] });
    authorized("POST", INVITE, "u").json(&body)
}

fn admin(sandbox: &Sandbox, method: &str, what: &str, body: &Value) -> (u16, Value) {
    let reply = sandbox.handle(&Request::new(method, &format!("/_sandbox/{what}")).json(body));
    (reply.status, reply.value())
}

#[test]
fn waiting_on_the_simulated_clock_makes_the_invited_appear() {
    let sandbox = Sandbox::from_live(LIVE).unwrap();
    assert_eq!(sandbox.now(), "2026-12-01T08:00:00Z".parse().unwrap());
    assert_eq!(sandbox.handle(&invitation("anna")).status, 202);
    let list = authorized("GET", "/salons/api/v1/company/10231/users", "u");
    assert_eq!(sandbox.handle(&list).value()["meta"]["count"], 5);
    assert_eq!(
        admin(&sandbox, "POST", "advance", &json!({ "seconds": 3 })).0,
        200
    );
    assert_eq!(sandbox.handle(&list).value()["meta"]["count"], 6);
    assert_eq!(sandbox.clock().elapsed().as_secs(), 3);
}

#[test]
fn real_time_can_be_told_to_be_ahead() {
    let world = World::from_live(LIVE).unwrap();
    let sandbox = Sandbox::real_time(world, Arc::new(SystemClock::new()));
    assert_eq!(sandbox.handle(&invitation("anna")).status, 202);
    admin(&sandbox, "POST", "advance", &json!({ "seconds": 10 }));
    let list = authorized("GET", "/salons/api/v1/company/10231/users", "u");
    assert_eq!(sandbox.handle(&list).value()["meta"]["count"], 6);
}

#[test]
fn admin_calls_show_and_steer_the_world() {
    let sandbox = Sandbox::from_live(LIVE).unwrap();
    assert_eq!(sandbox.handle(&invitation("anna")).status, 202);
    let (_, messages) = admin(&sandbox, "GET", "messages", &json!({}));
    assert_eq!(column(&messages, "to"), [json!("anna@home.example")]);
    let accept = json!({ "system": "salons", "contact": "anna@home.example" });
    assert_eq!(admin(&sandbox, "POST", "accept", &accept).0, 200);
    assert_eq!(admin(&sandbox, "POST", "accept", &accept).0, 422);
    let (_, effects) = admin(&sandbox, "GET", "effects", &json!({}));
    assert_eq!(
        column(&effects, "what"),
        [json!("invited"), json!("accepted")]
    );
    let fault = json!({ "on": "GET /groups", "nth": 1, "kind": { "status": 503 } });
    assert_eq!(admin(&sandbox, "POST", "fault", &fault).0, 200);
    let groups = authorized("GET", "/salons/api/v1/groups", "u");
    assert_eq!(sandbox.handle(&groups).status, 503);
    let change =
        json!({ "system": "salons", "do": "remove-user", "location": 10231, "user": 8812 });
    assert_eq!(admin(&sandbox, "POST", "change", &change).0, 200);
    let (_, calls) = admin(&sandbox, "GET", "calls", &json!({}));
    assert_eq!(
        calls["calls"]["salons GET /groups"],
        json!({ "count": 1, "standing": "documented" })
    );
    assert_eq!(calls["statuses"]["503"], 1);
    let (_, dump) = admin(&sandbox, "GET", "dump", &json!({}));
    assert_eq!(dump["systems"]["salons"]["kind"], "altegio");
    for what in ["faul", "dum"] {
        assert_eq!(admin(&sandbox, "POST", what, &json!({})).0, 404);
    }
    let (status, problem) = admin(&sandbox, "POST", "fault", &json!({ "on": "*", "knd": 1 }));
    assert_eq!(status, 422);
    assert!(
        problem["error"]
            .as_str()
            .unwrap()
            .contains("unknown field `knd`")
    );
    assert_eq!(admin(&sandbox, "POST", "reset", &json!({})).0, 200);
    assert_eq!(admin(&sandbox, "GET", "messages", &json!({})).1, json!([]));
    let (status, problem) = admin(&sandbox, "POST", "seed", &json!({ "systems": {} }));
    assert_eq!(status, 422, "{problem}");
}

#[test]
fn the_state_outlives_the_process_and_its_time_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path())
        .unwrap()
        .join(".keyholder");
    let sandbox = Sandbox::open(Store::open(&folder).unwrap(), LIVE).unwrap();
    assert!(matches!(Store::open(&folder), Err(StoreError::Locked(_))));
    admin(&sandbox, "POST", "advance", &json!({ "seconds": 60 }));
    assert_eq!(sandbox.handle(&invitation("anna")).status, 202);
    let then = sandbox.now();
    // Dropped without a save, as by a kill: the invitation is on disk all the same.
    drop(sandbox);

    let sandbox = Sandbox::open(Store::open(&folder).unwrap(), "changed since").unwrap();
    assert_eq!(sandbox.now(), then);
    assert_eq!(sandbox.with_world(|world| world.log().messages.len()), 1);
    assert!(sandbox.is_seeded_otherwise("changed since") && !sandbox.is_seeded_otherwise(LIVE));
    drop(sandbox);

    let sandbox = Sandbox::reset(Store::open(&folder).unwrap(), LIVE).unwrap();
    assert_eq!(sandbox.with_world(|world| world.log().messages.len()), 0);
    drop(sandbox);
    std::fs::write(folder.join("sandbox.json"), "{\"format\"").unwrap();
    let damaged = Sandbox::open(Store::open(&folder).unwrap(), LIVE).unwrap_err();
    assert!(
        matches!(&damaged, OpenError::Store(StoreError::Unreadable(..))),
        "{damaged}"
    );
}

#[test]
fn a_world_reads_back_as_it_was_written() {
    let sandbox = Sandbox::from_live(LIVE).unwrap();
    sandbox.handle(&invitation("anna"));
    let written = sandbox.with_world(|world| serde_json::to_string(world).unwrap());
    let read: World = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
}

#[test]
fn real_time_never_goes_behind_what_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let clock = || Arc::new(SystemClock::new());
    let sandbox = Sandbox::open_real_time(Store::open(folder).unwrap(), LIVE, clock()).unwrap();
    admin(&sandbox, "POST", "advance", &json!({ "seconds": 864_000 }));
    let then = sandbox.now();
    drop(sandbox);
    let sandbox = Sandbox::open_real_time(Store::open(folder).unwrap(), LIVE, clock()).unwrap();
    assert!(sandbox.now().duration_since(then).as_secs().abs() < 60);
}

async fn started(faults: Vec<Fault>) -> (Arc<Sandbox>, Server) {
    let sandbox = Arc::new(Sandbox::from_live(LIVE).unwrap());
    sandbox.with_world(|world| faults.into_iter().for_each(|fault| world.add_fault(fault)));
    let server = serve(Arc::clone(&sandbox), SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    (sandbox, server)
}

/// What a bare socket gets for one call.
async fn raw(server: &Server, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer p, User u\r\n\
         Accept: application/vnd.api.v2+json\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    // A cut connection may end with an error instead of an end.
    while let Ok(read @ 1..) = stream.read(&mut part).await {
        answer.extend_from_slice(&part[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn the_socket_serves_what_the_world_answers() {
    let (sandbox, server) = started(Vec::new()).await;
    assert!(server.url("salons").ends_with("/salons/api/v1"));
    let answer = raw(
        &server,
        "GET",
        "/salons/api/v1/company/10231/users?filter%5Bis_approved%5D=0",
    )
    .await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(column(&body["data"], "id"), [json!(8813)]);
    assert_eq!(sandbox.with_world(|world| world.log().statuses[&200]), 1);
    assert!(
        raw(&server, "GET", "/_sandbox/time")
            .await
            .contains("2026-12-01T08:00:00Z")
    );
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_server_ends_although_a_client_holds_its_connection() {
    let (sandbox, server) = started(Vec::new()).await;
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    stream
        .write_all(b"GET /_sandbox/time HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut part = [0; 1024];
    assert!(stream.read(&mut part).await.unwrap() > 0);
    server.shutdown().await.unwrap();
    assert_eq!(stream.read(&mut part).await.unwrap_or(0), 0);
    assert_eq!(
        Arc::strong_count(&sandbox),
        1,
        "nothing holds the state any more"
    );
}

#[tokio::test]
async fn dropped_answers_close_the_connection_without_a_byte() {
    let drop_after = Fault::on("GET /groups", FaultKind::DropAfter).nth(1);
    let drop_before = Fault::on("GET /groups", FaultKind::DropBefore).nth(2);
    let (_, server) = started(vec![drop_after, drop_before]).await;
    assert_eq!(raw(&server, "GET", "/salons/api/v1/groups").await, "");
    assert_eq!(raw(&server, "GET", "/salons/api/v1/groups").await, "");
    assert!(
        raw(&server, "GET", "/salons/api/v1/groups")
            .await
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn cut_answers_promise_more_than_arrives() {
    let (_, server) = started(vec![
        Fault::on("GET /groups", FaultKind::Truncate(12)).nth(1),
    ])
    .await;
    let answer = raw(&server, "GET", "/salons/api/v1/groups").await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| {
        line.to_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    assert!(
        promised.is_some_and(|promised: usize| promised > 12),
        "{head}"
    );
    assert_eq!(body.len(), 12);
}

#[tokio::test]
async fn slow_answers_advance_the_simulated_clock() {
    let (sandbox, server) = started(vec![Fault::on("*", FaultKind::Slow(90_000))]).await;
    let before = sandbox.now();
    assert!(
        raw(&server, "GET", "/salons/api/v1/groups")
            .await
            .starts_with("HTTP/1.1 200")
    );
    assert_eq!(sandbox.now().duration_since(before).as_secs(), 90);
}
