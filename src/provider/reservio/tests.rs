//! The adapter over a scripted vendor: which calls it makes, and what it makes of the answers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::*;
use crate::catalog::Kind;
use crate::clock::SimClock;
use crate::http::{HttpRequest, HttpResponse, Throttles, Transport, TransportError};
use crate::model::{Gap, LocationKey, NamesWanted, PlaceId, Profile};
use crate::provider::Verdict;
use crate::provider::registry::{Surroundings, SystemAddress, connect};

type Answer = Result<(u16, String), TransportError>;

const BASE: &str = "http://127.0.0.1:9/v2";
const SALON: &str = "3f2b8a10-0c4e-4b60-9d0a-aa55c0ffee01";

/// A vendor that answers from a script: per path and query the next answer, the last one again and again. What nobody
/// scripted is a call that must not be made.
#[derive(Default)]
struct Vendor {
    script: Mutex<BTreeMap<String, VecDeque<Answer>>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Transport for Vendor {
    async fn send(
        &self,
        request: HttpRequest,
        _: Duration,
    ) -> Result<HttpResponse, TransportError> {
        assert_eq!(request.method.as_str(), "GET");
        assert_eq!(request.accept, "application/vnd.api+json");
        let call = request.url.strip_prefix(BASE).expect("our base").to_owned();
        self.asked.lock().unwrap().push(call.clone());
        let mut script = self.script.lock().unwrap();
        let answers = script.get_mut(&call);
        let answers = answers.unwrap_or_else(|| panic!("nobody expects {call}"));
        let answer = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop_front().unwrap(),
        };
        let (status, body) = answer?;
        Ok(HttpResponse {
            status,
            body: body.into_bytes(),
            ..HttpResponse::default()
        })
    }
}

struct Silent;

impl Events for Silent {
    fn reading(&self, _: &SystemName, done: usize, total: usize) {
        assert!(done <= total);
    }
    fn waiting(&self, _: &SystemName, _: &str) {}
}

struct Case {
    vendor: Arc<Vendor>,
    provider: Box<dyn Provider>,
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer of the script may be an error"
)]
fn answer(status: u16, body: &Json) -> Answer {
    Ok((status, body.to_string()))
}

fn refusal(status: u16, code: &str) -> Answer {
    answer(
        status,
        &json!({ "errors": [{ "code": code, "detail": "s3cret-token: no" }] }),
    )
}

fn row(id: u32) -> Json {
    json!({ "type": "resource", "id": format!("r{id}"), "attributes": { "name": format!("N{id}") } })
}

fn page(ids: impl IntoIterator<Item = u32>, total: u32, next: &Json) -> Answer {
    let rows: Vec<Json> = ids.into_iter().map(row).collect();
    let page = json!({ "data": rows, "meta": { "total": total }, "links": { "next": next } });
    answer(200, &page)
}

fn first() -> String {
    format!("/businesses/{SALON}/resources?page%5Blimit%5D=50")
}

fn at(offset: u32) -> String {
    format!("/businesses/{SALON}/resources?page[limit]=50&page[offset]={offset}")
}

/// A link as the vendor gives it.
fn link(host: &str, offset: u32) -> Json {
    json!(format!("{host}{}", at(offset)))
}

const THEIRS: &str = "https://api.reservio.example/v2";

fn case() -> Case {
    let vendor = Arc::new(Vendor::default());
    let clock: SharedClock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let surroundings = Surroundings {
        transport: vendor.clone(),
        clock: clock.clone(),
        throttles: Arc::new(Throttles::new(clock)),
        allowed_hosts: Vec::new(),
        seed: 1,
    };
    let address = SystemAddress {
        name: SystemName::new("booking"),
        kind: Kind::Reservio,
        url: Some(BASE.into()),
        chain: None,
        shown_as: None,
        roles: std::collections::BTreeMap::new(),
        without: std::collections::BTreeMap::new(),
        tokens: [("token".into(), SecretString::from("s3cret-token"))].into(),
    };
    let provider = connect(address, &surroundings).unwrap();
    let case = Case { vendor, provider };
    let me = json!({ "data": { "type": "user", "id": "u1", "attributes": { "email": "ann@salon.example" } } });
    case.on("/users/me", [answer(200, &me)]);
    case
}

impl Case {
    fn on(&self, call: &str, answers: impl IntoIterator<Item = Answer>) {
        let answers = answers.into_iter().collect();
        let mut script = self.vendor.script.lock().unwrap();
        script.insert(call.to_owned(), answers);
    }

    fn asked(&self) -> Vec<String> {
        self.vendor.asked.lock().unwrap().clone()
    }

    fn observe_at(&self, remote: &str) -> Result<ObservedSystem, ProviderError> {
        let request = ReadRequest {
            places: vec![(place(remote), NamesWanted::default())],
            select: &|_| BTreeMap::new(),
        };
        block_on(self.provider.observe(&request, &Silent))
    }

    fn reading(&self) -> Reading<ScopeState> {
        let mut seen = self.observe_at(SALON).unwrap();
        let scope = PlaceId::At(LocationKey::new("mall"));
        seen.scopes.remove(&scope).unwrap()
    }

    fn findings(&self, thorough: bool) -> Vec<Finding> {
        block_on(self.provider.prove(&[place(SALON)], thorough, &Silent))
    }
}

fn place(remote: &str) -> PlaceRef {
    PlaceRef {
        key: LocationKey::new("mall"),
        remote: remote.into(),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn names(state: &ScopeState) -> Vec<&str> {
    assert!(state.accounts.is_empty(), "profiles are no accounts");
    let profiles: &Vec<Profile> = state.profiles.as_ref().unwrap();
    profiles.iter().map(|profile| &*profile.name).collect()
}

#[test]
fn all_pages_are_read_through_the_links_query_alone() {
    let case = case();
    // The links point to another host, as they do behind the simulator; the token stays here.
    case.on(&first(), [page([2, 1], 5, &link(THEIRS, 50))]);
    case.on(
        &at(50),
        [page([3, 4], 5, &json!({ "href": link("/v2", 100) }))],
    );
    case.on(&at(100), [page([5], 5, &Json::Null)]);
    let seen = case.observe_at(SALON).unwrap();
    let state = seen.scopes.values().next().unwrap().complete().unwrap();
    assert_eq!(names(state), ["N1", "N2", "N3", "N4", "N5"]);
    assert_eq!(seen.calls, 4);
    assert_eq!(seen.caller.account, Some(AccountId::new("u1")));
    assert_eq!(
        case.asked(),
        ["/users/me".to_owned(), first(), at(50), at(100)]
    );
}

#[test]
fn a_link_that_leads_elsewhere_is_not_followed() {
    for elsewhere in [
        "https://evil.example/v2/businesses/other/resources?page[offset]=50",
        "https://evil.example/collect?page[offset]=50",
        "//evil.example?x=1",
        "/v2/businesses/../users/me?x=1",
        "not a link",
        "http://127.0.0.1:9/v2/users/me?x=\r\n",
    ] {
        let case = case();
        case.on(&first(), [page([1], 2, &json!(elsewhere))]);
        match case.reading() {
            Reading::Partial(state, gaps) => {
                assert_eq!(names(&state), ["N1"]);
                assert!(matches!(gaps[0], Gap::SideRead { .. }), "{gaps:?}");
            }
            other => panic!("{elsewhere}: {other:?}"),
        }
        assert_eq!(case.asked().len(), 1 + 3, "read again, and no further");
    }
}

#[test]
fn a_list_that_moves_is_read_again_and_then_complete() {
    let case = case();
    // Somebody was added at the front between the pages: one row comes twice, one not at all.
    case.on(
        &first(),
        [
            page([1, 2], 4, &link(THEIRS, 50)),
            page([9, 1], 4, &link(THEIRS, 50)),
        ],
    );
    case.on(
        &at(50),
        [page([2, 3], 4, &Json::Null), page([2, 3], 4, &Json::Null)],
    );
    assert_eq!(
        names(case.reading().complete().unwrap()),
        ["N1", "N2", "N3", "N9"]
    );
}

#[test]
fn a_list_that_never_agrees_is_read_in_part() {
    for (told, gap) in [(3, 2), (1, 2), (0, 2)] {
        let case = case();
        case.on(&first(), [page([1, 2], told, &Json::Null)]);
        let expected = Gap::CountDiffers {
            told: told.into(),
            came: gap,
        };
        match case.reading() {
            Reading::Partial(state, gaps) => {
                assert_eq!((names(&state).len(), gaps), (2, vec![expected]));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(case.asked().len(), 1 + 3);
    }
}

#[test]
fn a_list_without_an_end_is_left() {
    let case = case();
    case.on(&first(), [page([1], 1, &link(THEIRS, 50))]);
    case.on(&at(50), [page([1], 1, &link(THEIRS, 50))]);
    assert!(case.reading().complete().is_none(), "one row came twice");
    assert_eq!(case.asked().len(), 1 + 3 * 2);
}

#[test]
fn a_page_that_fails_leaves_what_came() {
    let case = case();
    case.on(&first(), [page([1], 2, &link(THEIRS, 50))]);
    case.on(&at(50), [refusal(400, "badRequest")]);
    match case.reading() {
        Reading::Partial(state, gaps) => {
            assert_eq!(names(&state), ["N1"]);
            assert!(!format!("{gaps:?}").contains("s3cret"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn errors_in_a_good_answer_are_a_refusal() {
    let case = case();
    let body = json!({ "data": [row(1)], "meta": { "total": 1 }, "errors": [{ "code": "odd" }] });
    case.on(&first(), [answer(200, &body)]);
    match case.reading() {
        Reading::Unreadable(ReadFailure::Failed { why }) => {
            assert_eq!(&*why, "the vendor refused (200): odd");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_business_answers_decides_about_it_alone() {
    let failure = |answer: Answer| {
        let case = case();
        case.on(&first(), [answer]);
        match case.reading() {
            Reading::Unreadable(failure) => failure,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        failure(refusal(404, "entityNotFound")),
        ReadFailure::Invisible
    );
    assert_eq!(
        failure(refusal(403, "insufficientUserAccess")),
        ReadFailure::Forbidden { right: None }
    );
    for garbage in [
        "",
        "[]",
        "null",
        "{}",
        r#"{"data":{}}"#,
        r#"{"data":[],"links":{"next":7}}"#,
        "\u{feff}<html>",
    ] {
        let it = failure(Ok((200, garbage.to_owned())));
        assert!(matches!(it, ReadFailure::Failed { .. }), "{garbage}");
    }
}

#[test]
fn rows_that_cannot_be_understood_are_gaps() {
    let case = case();
    let rows = json!([row(1), { "id": "r2" }, { "attributes": { "name": "N" } }, 7]);
    let body = json!({ "data": rows, "meta": { "total": "1" } });
    case.on(&first(), [answer(200, &body)]);
    match case.reading() {
        Reading::Partial(state, gaps) => assert_eq!((names(&state).len(), gaps.len()), (1, 3)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_user_nothing_is_believed() {
    let observe = |answer: Answer| {
        let case = case();
        case.on("/users/me", [answer]);
        let error = case.observe_at(SALON).unwrap_err();
        assert!(case.asked().iter().all(|call| call == "/users/me"));
        assert!(!error.to_string().contains("s3cret"));
        error
    };
    assert_eq!(
        observe(refusal(401, "unauthorized")),
        ProviderError::Unauthorized
    );
    assert!(matches!(
        observe(refusal(403, "insufficientUserAccess")),
        ProviderError::Rejected { status: 403, .. }
    ));
    for odd in [
        json!({}),
        json!({ "data": null }),
        json!({ "data": { "id": "" } }),
    ] {
        assert!(matches!(
            observe(answer(200, &odd)),
            ProviderError::Unknown { .. }
        ));
    }
    assert!(matches!(
        observe(Err(TransportError::NotSent("no route".into()))),
        ProviderError::NotSent { .. }
    ));
}

#[test]
fn a_token_that_ends_in_the_middle_ends_the_read() {
    let case = case();
    case.on(&first(), [refusal(401, "unauthorized")]);
    assert_eq!(case.observe_at(SALON), Err(ProviderError::Unauthorized));
}

#[test]
fn an_id_that_is_no_part_of_a_path_is_never_asked_for() {
    for odd in ["", "../users", "a/b", "a?b", "ä", "a%2f"] {
        let case = case();
        let seen = case.observe_at(odd).unwrap();
        let reading = seen.scopes.values().next().unwrap();
        assert!(matches!(reading, Reading::Unreadable(_)), "{odd}");
        assert_eq!(case.asked(), ["/users/me"]);
    }
}

#[test]
fn nothing_is_changed_and_no_access_is_seen() {
    let case = case();
    let account = AccountId::new("1");
    let remove = Call::Remove {
        place: place(SALON),
        account: account.clone(),
    };
    assert!(matches!(
        block_on(case.provider.execute(&remove, &Silent)),
        Err(ProviderError::NotSent { .. })
    ));
    assert!(matches!(
        block_on(case.provider.look(&place(SALON), &account, &Silent)),
        Sighting::Unknown(_)
    ));
    assert!(matches!(
        block_on(case.provider.list(&place(SALON), &Silent)),
        Reading::Unreadable(ReadFailure::NotSupported)
    ));
    assert!(case.asked().is_empty());
}

#[test]
fn proving_names_the_user_the_businesses_and_what_cannot_be_told() {
    let case = case();
    let business = format!("/businesses/{SALON}");
    let body = json!({ "data": { "id": SALON, "attributes": { "name": "Rīga Mall" } } });
    case.on(&business, [answer(200, &body)]);
    let findings = case.findings(false);
    assert_eq!(case.asked(), ["/users/me".to_owned(), business]);
    let fine: Vec<_> = findings
        .iter()
        .filter(|it| it.verdict == Verdict::Fine)
        .map(|it| it.detail.as_str())
        .collect();
    assert_eq!(
        fine,
        [
            "accepted; it is that of user u1, a…@s….example",
            "Reservio calls it `Rīga Mall`"
        ]
    );
    let unknown = |what: &str| {
        let mut all = findings.iter();
        all.any(|it| it.what == what && it.verdict == Verdict::CannotTell)
    };
    assert!(unknown("the Pro plan") && unknown("a desktop browser"));
    assert!(findings.iter().all(|it| it.verdict != Verdict::Wrong));

    case.on(&first(), [page([1, 2], 2, &Json::Null)]);
    let thorough = case.findings(true);
    let counted = |it: &Finding| it.detail == "2 bookable people and rooms";
    assert!(thorough.iter().any(counted));
}

#[test]
fn proving_goes_on_without_a_business_and_not_without_a_token() {
    let gone = case();
    let business = format!("/businesses/{SALON}");
    gone.on(&business, [refusal(404, "entityNotFound")]);
    let wrong = gone.findings(false);
    let wrong = wrong.iter().find(|it| it.verdict == Verdict::Wrong);
    assert_eq!(wrong.unwrap().what, "mall");

    let refused = case();
    refused.on("/users/me", [refusal(401, "unauthorized")]);
    let findings = refused.findings(true);
    assert_eq!(
        (&*findings[0].what, findings[0].verdict),
        ("the token", Verdict::Wrong)
    );
    assert!(!format!("{findings:?}").contains("s3cret"));
    assert_eq!(
        refused.asked(),
        ["/users/me"],
        "a business would answer anybody"
    );
}
