//! Tests of the client over a scripted transport and a simulated clock; no sockets.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::clock::{Clock, SimClock};
use crate::http::limiter::Window;
use crate::http::transport::HttpResponse;

type Answer = Result<HttpResponse, TransportError>;

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: HttpRequest, _: Duration) -> Answer {
        self.asked.lock().unwrap().push(request);
        self.answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("a call too many")
    }
}

#[derive(Default)]
struct Told(Mutex<Vec<Waiting>>);

impl Watch for Told {
    fn waiting(&self, _: Duration, why: Waiting) {
        self.0.lock().unwrap().push(why);
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer of the script may be an error"
)]
fn status(status: u16, body: &str) -> Answer {
    Ok(HttpResponse {
        status,
        body: body.into(),
        ..HttpResponse::default()
    })
}

fn unsent() -> Answer {
    Err(TransportError::NotSent("refused".into()))
}

fn lost() -> Answer {
    Err(TransportError::Unknown(
        "s3cret-user was on the line".into(),
    ))
}

struct Case {
    script: Arc<Script>,
    clock: Arc<SimClock>,
    told: Told,
    client: Client,
}

fn case(answers: impl IntoIterator<Item = Answer>) -> Case {
    let script = Arc::new(Script::default());
    script.answers.lock().unwrap().extend(answers);
    let clock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let options = ClientOptions {
        base_url: "http://127.0.0.1:9/api/v1/".into(),
        accept: "application/json",
        authorization: Some(SecretString::from(
            "Bearer s3cret-partner, User s3cret-user",
        )),
        redactor: Redactor::new(["s3cret-partner", "s3cret-user"].map(SecretString::from)),
        hosts: HostPolicy::default(),
        transport: script.clone(),
        clock: clock.clone(),
        throttle: Arc::new(Throttle::new([Window::per_second(5)], clock.clone())),
        backoff: Backoff::new(7),
    };
    Case {
        script,
        clock,
        told: Told::default(),
        client: Client::new(options).unwrap(),
    }
}

impl Case {
    fn fetch(&self, repeat: Repeat) -> Result<String, HttpError> {
        let exchange = Exchange {
            method: Method::Get,
            path: "/company/7/users/roles".into(),
            query: vec![("include[]", "user permissions".into())],
            body: None,
            repeat,
        };
        let read = |reply: &Reply| match reply.body.as_slice() {
            b"garbage" => Err(Garbage("no JSON: s3cret-user".into())),
            body => Ok(String::from_utf8_lossy(body).into_owned()),
        };
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(self.client.fetch(&exchange, &self.told, read))
    }

    fn calls(&self) -> usize {
        self.script.asked.lock().unwrap().len()
    }
}

#[test]
fn the_address_is_base_path_and_encoded_query() {
    let case = case([status(200, "yes")]);
    assert_eq!(case.fetch(Repeat::Always).unwrap(), "yes");
    let asked = case.script.asked.lock().unwrap();
    assert_eq!(
        asked[0].url,
        "http://127.0.0.1:9/api/v1/company/7/users/roles?include%5B%5D=user+permissions"
    );
}

#[test]
fn a_read_is_repeated_through_every_passing_trouble() {
    let case = case([
        status(500, ""),
        unsent(),
        lost(),
        status(200, "garbage"),
        status(429, ""),
        status(200, "yes"),
    ]);
    assert_eq!(case.fetch(Repeat::Always).unwrap(), "yes");
    assert_eq!(case.calls(), 6);
    assert_eq!(case.client.calls(), 6);
}

#[test]
fn repeating_ends() {
    let case = case((0..6).map(|_| status(503, "")));
    let error = case.fetch(Repeat::Always).unwrap_err();
    assert_eq!(error, HttpError::Unknown("the server failed (503)".into()));
    assert_eq!(case.calls(), 6);
}

#[test]
fn a_lost_answer_is_not_made_up_for_by_attempts_that_did_nothing() {
    for last in [status(429, ""), unsent()] {
        let repeated = (0..20).map(|_| last.clone());
        let case = case(std::iter::once(lost()).chain(repeated));
        let error = case.fetch(Repeat::Always).unwrap_err();
        assert!(matches!(error, HttpError::Unknown(_)), "{error:?}");
    }
    let case = case((0..20).map(|_| status(429, "")));
    assert_eq!(case.fetch(Repeat::Always), Err(HttpError::Throttled));
}

#[test]
fn what_may_have_arrived_is_not_sent_again() {
    for answer in [
        lost(),
        status(502, ""),
        status(302, ""),
        status(202, "garbage"),
    ] {
        let case = case([answer]);
        let error = case.fetch(Repeat::IfUnsent).unwrap_err();
        assert!(matches!(error, HttpError::Unknown(_)), "{error:?}");
        assert_eq!(case.calls(), 1);
    }
}

#[test]
fn what_never_left_or_was_turned_away_is_sent_again() {
    let case = case([unsent(), status(429, ""), status(202, "yes")]);
    assert_eq!(case.fetch(Repeat::IfUnsent).unwrap(), "yes");
}

#[test]
fn retry_after_silences_the_host() {
    let turned_away = HttpResponse {
        status: 429,
        retry_after: Some(Duration::from_secs(20)),
        ..HttpResponse::default()
    };
    let case = case([Ok(turned_away), status(200, "yes")]);
    case.fetch(Repeat::Always).unwrap();
    let waited = case.clock.elapsed();
    assert!(
        waited >= Duration::from_secs(20) && waited <= Duration::from_secs(22),
        "{waited:?}"
    );
    assert!(case.told.0.lock().unwrap().contains(&Waiting::Throttled));
}

#[test]
fn four_hundreds_are_answers() {
    let case = case([status(403, "no")]);
    assert_eq!(case.fetch(Repeat::Always).unwrap(), "no");
}

#[test]
fn no_token_in_errors_or_debugging() {
    for answer in [lost(), status(200, "garbage")] {
        let case = case([answer]);
        let error = case.fetch(Repeat::IfUnsent).unwrap_err();
        let texts = [
            format!("{error} {error:?}"),
            format!("{:?}", case.client),
            format!("{:?}", case.script.asked.lock().unwrap()),
        ];
        assert!(
            texts.iter().all(|text| !text.contains("s3cret")),
            "{texts:?}"
        );
    }
}

#[test]
fn tokens_go_to_allowed_hosts_and_loopback_alone() {
    let policy = HostPolicy {
        allowed: vec!["api.alteg.io".into()],
    };
    assert_eq!(
        policy.check("https://api.alteg.io/api/v1").unwrap(),
        "api.alteg.io"
    );
    assert_eq!(policy.check("http://127.0.0.1:80801/").ok(), None);
    assert_eq!(
        policy.check("http://127.0.0.1:8080").unwrap(),
        "127.0.0.1:8080"
    );
    assert_eq!(policy.check("http://[::1]:8080/x").unwrap(), "[::1]:8080");
    for (url, host) in [
        (
            "https://api.alteg.io.evil.example/",
            "api.alteg.io.evil.example",
        ),
        ("https://evil.example/api.alteg.io", "evil.example"),
        ("https://127.0.0.1.evil.example/", "127.0.0.1.evil.example"),
    ] {
        assert_eq!(policy.check(url), Err(Unfit::ForeignHost(host.into())));
    }
    for url in [
        "https://user:secret@api.alteg.io/",
        "https://api.alteg.io/?key=1",
        "ftp://api.alteg.io/",
        "api.alteg.io",
    ] {
        let error = policy.check(url).unwrap_err();
        assert!(matches!(error, Unfit::Address(_)), "{url}");
        assert!(!error.to_string().contains("secret@"));
    }
    assert_eq!(
        policy.check("http://api.alteg.io/"),
        Err(Unfit::PlainHttp("api.alteg.io".into()))
    );
}
