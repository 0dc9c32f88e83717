//! The adapter over a scripted vendor: which calls it makes, and what it makes of the answers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Value as Json, json};

use super::*;
use crate::catalog::{Catalog, Kind};
use crate::clock::SimClock;
use crate::http::{HttpRequest, HttpResponse, Throttles, Transport, TransportError};
use crate::model::{
    AccountState, Contact, Days, Email, Gap, LocationKey, Phone, PlaceId, RightSet, Value,
    VendorRoleSlug,
};
use crate::plan::{Access, StaffTarget, Target};
use crate::provider::registry::{ConnectError, Surroundings, SystemAddress, connect};
use crate::provider::{Invitation, NamesWanted};

type Answer = Result<(u16, String), TransportError>;

/// A vendor that answers from a script: per method and path the next answer, the last one again and
/// again. What nobody scripted is a call the documentation does not have.
#[derive(Default)]
struct Vendor {
    script: Mutex<BTreeMap<String, VecDeque<Answer>>>,
    asked: Mutex<Vec<(String, Option<Json>)>>,
}

impl Vendor {
    fn on(&self, call: &str, answers: impl IntoIterator<Item = Answer>) {
        let answers = answers.into_iter().collect();
        self.script.lock().unwrap().insert(call.to_owned(), answers);
    }

    fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|(call, _)| call.clone()).collect()
    }

    fn count(&self, call: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == call).count()
    }

    fn body(&self, call: &str, number: usize) -> Json {
        let asked = self.asked.lock().unwrap();
        let mut bodies = asked.iter().filter(|(asked, _)| asked == call);
        bodies.nth(number).unwrap().1.clone().unwrap()
    }
}

#[async_trait]
impl Transport for Vendor {
    async fn send(
        &self,
        request: HttpRequest,
        _: Duration,
    ) -> Result<HttpResponse, TransportError> {
        // Others get a turn, so that calls are really under way together.
        tokio::task::yield_now().await;
        let url = request
            .url
            .strip_prefix("http://127.0.0.1:9/api/v1")
            .unwrap();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let named = if query.contains("id=") { "?names" } else { "" };
        let call = format!("{} {path}{named}", request.method);
        let body = request
            .body
            .map(|body| serde_json::from_str(&body).unwrap());
        self.asked.lock().unwrap().push((call.clone(), body));
        let mut script = self.script.lock().unwrap();
        let answers = script.get_mut(&call);
        let answers = answers.unwrap_or_else(|| panic!("not documented here: {call}"));
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

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer of the script may be an error"
)]
fn ok(body: &str) -> Answer {
    Ok((200, body.to_owned()))
}

fn data(data: &Json) -> Answer {
    ok(&json!({ "success": true, "data": data, "meta": [] }).to_string())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer of the script may be an error"
)]
fn refused(status: u16) -> Answer {
    let body = json!({ "success": false, "data": null, "meta": { "message": "s3cret-user: no" } });
    Ok((status, body.to_string()))
}

fn users(rows: &[Json], count: usize) -> Answer {
    ok(&json!({ "success": true, "data": rows, "meta": { "count": count } }).to_string())
}

fn user(id: u64, approved: bool) -> Json {
    json!({ "id": id, "name": "U", "phone": format!("+3712000{id:04}"), "email": "",
        "is_approved": approved, "is_non_deletable": false })
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/altegio/",
            $name,
            ".json"
        ))
    };
}

mod prove;
mod write;

const CENTER: &str = "/company/10231/users";
const MALL: &str = "/company/10232/users";

struct Case {
    vendor: Arc<Vendor>,
    provider: Box<dyn Provider>,
}

/// Two places with the fixtures' users and everything else the documentation promises.
fn case() -> Case {
    case_of(Kind::Altegio)
}

fn case_of(kind: Kind) -> Case {
    case_in(kind, None)
}

fn case_in(kind: Kind, chain: Option<&str>) -> Case {
    let vendor = Arc::new(Vendor::default());
    vendor.on("GET /companies", [ok(fixture!("companies"))]);
    vendor.on("GET /companies?names", [ok(fixture!("names"))]);
    vendor.on("GET /groups", [ok(fixture!("groups"))]);
    vendor.on(&format!("GET {CENTER}"), [ok(fixture!("users"))]);
    vendor.on(&format!("GET {MALL}"), [users(&[user(501, true)], 1)]);
    for place in [10231, 10232] {
        let roles = format!("GET /company/{place}/users/roles");
        vendor.on(&roles, [ok(fixture!("roles"))]);
        vendor.on(
            &format!("GET /user/permissions/{place}"),
            [ok(fixture!("own"))],
        );
    }
    for id in [501, 8812, 8813, 77] {
        let call = format!("GET {CENTER}/{id}/permissions");
        vendor.on(&call, [ok(fixture!("permissions"))]);
    }
    vendor.on(
        &format!("GET {MALL}/501/permissions"),
        [ok(fixture!("permissions"))],
    );

    let clock: SharedClock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let surroundings = Surroundings {
        transport: vendor.clone(),
        clock: clock.clone(),
        throttles: Arc::new(Throttles::new(clock)),
        allowed_hosts: Vec::new(),
        seed: 1,
    };
    let address = SystemAddress {
        chain: chain.map(Arc::from),
        ..address(kind)
    };
    let provider = connect(address, &surroundings).unwrap();
    Case { vendor, provider }
}

fn address(kind: Kind) -> SystemAddress {
    let tokens = [("partner", "s3cret-partner"), ("user", "s3cret-user")];
    SystemAddress {
        name: SystemName::new("salons"),
        kind,
        url: Some("http://127.0.0.1:9/api/v1".into()),
        chain: None,
        roles: BTreeMap::new(),
        shown_as: None,
        without: BTreeMap::new(),
        tokens: tokens
            .map(|(name, token)| (Arc::from(name), SecretString::from(token)))
            .into(),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn place(key: &str, remote: &str) -> PlaceRef {
    PlaceRef {
        key: LocationKey::new(key),
        remote: remote.into(),
    }
}

fn center() -> PlaceRef {
    place("center", "10231")
}

fn mall() -> PlaceRef {
    place("mall", "10232")
}

fn at(key: &str) -> PlaceId {
    PlaceId::At(LocationKey::new(key))
}

impl Case {
    fn read(&self, places: &[(PlaceRef, NamesWanted)]) -> Result<ObservedSystem, ProviderError> {
        // Everybody but the application.
        let select = |lists: &BTreeMap<PlaceId, Reading<ScopeState>>| {
            let everybody = |reading: &Reading<ScopeState>| -> BTreeSet<AccountId> {
                let accounts = reading.seen().into_iter().flat_map(|it| it.accounts.keys());
                accounts.filter(|id| id.as_str() != "77").cloned().collect()
            };
            lists
                .iter()
                .map(|(at, reading)| (at.clone(), everybody(reading)))
                .collect()
        };
        let request = ReadRequest {
            places: places.to_vec(),
            select: &select,
        };
        block_on(self.provider.observe(&request, &Silent))
    }

    fn both(&self) -> ObservedSystem {
        let none = NamesWanted::default();
        self.read(&[(center(), none), (mall(), none)]).unwrap()
    }

    fn run(&self, call: &Call) -> Result<Receipt, ProviderError> {
        block_on(self.provider.execute(call, &Silent))
    }

    fn look(&self, id: &str) -> Sighting {
        block_on(self.provider.look(&center(), &AccountId::new(id), &Silent))
    }
}

#[test]
fn a_whole_read_makes_the_promised_calls_and_no_more() {
    let case = case();
    let seen = case.both();
    // Locations once, two lists, four rights, and tree and own rights of two places.
    assert_eq!(seen.calls, 1 + 2 + 4 + 2 * 2);
    let mut asked = case.vendor.asked();
    assert_eq!(asked.len(), 11);
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), 11, "no call twice");
    assert_eq!((seen.kind, &*seen.host), ("altegio", "127.0.0.1:9"));

    let state = seen.scopes[&at("center")].complete().expect("complete");
    let jana = &state.accounts[&AccountId::new("8812")];
    assert_eq!((jana.state, jana.removable), (AccountState::Active, true));
    assert_eq!(jana.email, Email::parse("jana@chain.example").ok());
    assert_eq!(jana.staff, Some(Some(314)));
    assert_eq!(jana.role, Some(VendorRoleSlug::new("administrator")));
    assert!(jana.rights.is_some() && jana.unknown_rights.len() == 1);
    let karlis = &state.accounts[&AccountId::new("8813")];
    assert_eq!(karlis.state, AccountState::Invited);
    let app = &state.accounts[&AccountId::new("77")];
    assert!(
        !app.removable && app.rights.is_none(),
        "not selected, so not read"
    );
    let own = state.own.unwrap();
    assert!(own.view && own.create && own.edit && !own.delete && own.limited);
    let tree = state.tree.as_ref().unwrap();
    assert_eq!(tree.roles.len(), 2);
    assert_eq!(tree.unknown.len(), 1);
    let paid = Catalog::current().by_slug("finances_access").unwrap();
    assert!(tree.rights[paid.index()].unwrap().paid);
    // Equal rights are one value.
    let ilze = state.accounts[&AccountId::new("501")]
        .rights
        .clone()
        .unwrap();
    assert!(Arc::ptr_eq(&ilze, jana.rights.as_ref().unwrap()));
}

#[test]
fn names_are_one_call_more_and_the_tree_fills_in() {
    let case = case();
    let wanted = NamesWanted {
        accounts: true,
        staff: true,
        ..NamesWanted::default()
    };
    let seen = case.read(&[(center(), wanted)]).unwrap();
    let names = &seen.scopes[&at("center")]
        .complete()
        .expect("complete")
        .names;
    let titles = |list: &Option<Vec<crate::model::Named>>| {
        let list = list.as_ref().unwrap().iter();
        list.map(|it| (it.id, it.name.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        titles(&names.accounts),
        [(7, "Kase 1".into()), (12, "Kase 2".into())]
    );
    assert_eq!(titles(&names.staff), [(314, "Jana B.".into())]);
    assert_eq!(names.positions, None, "not wanted");
    assert_eq!(case.vendor.count("GET /companies?names"), 1);

    // A vendor that ignores `include`: the tree's options name cash desks, staff has its own call.
    let case = self::case();
    case.vendor
        .on("GET /companies?names", [ok(fixture!("companies"))]);
    case.vendor.on("GET /company/10231/staff", [refused(403)]);
    case.vendor.on(
        "GET /staff/10231",
        [data(&json!([{ "id": 314, "name": "Jana B." }]))],
    );
    let seen = case.read(&[(center(), wanted)]).unwrap();
    let names = &seen.scopes[&at("center")]
        .complete()
        .expect("complete")
        .names;
    assert_eq!(
        titles(&names.accounts),
        [(7, "Kase 1".into()), (12, "Kase 2".into())]
    );
    assert_eq!(titles(&names.staff), [(314, "Jana B.".into())]);
}

#[test]
fn a_list_that_nobody_can_name_is_a_gap() {
    let case = case();
    case.vendor.on("GET /companies?names", [refused(403)]);
    let wanted = NamesWanted {
        storages: true,
        ..NamesWanted::default()
    };
    let seen = case.read(&[(center(), wanted)]).unwrap();
    let Reading::Partial(_, gaps) = &seen.scopes[&at("center")] else {
        panic!("not partial");
    };
    assert!(matches!(&gaps[..], [Gap::SideRead { what, .. }] if what.contains("storages")));
    assert!(!format!("{gaps:?}").contains("s3cret"));
}

#[test]
fn a_short_or_doubled_list_is_read_again_and_then_partial() {
    let case = case();
    let call = format!("GET {CENTER}");
    case.vendor.on(
        &call,
        [
            users(&[user(501, true)], 2),
            users(&[user(501, true), user(8812, true)], 2),
        ],
    );
    assert!(case.both().scopes[&at("center")].complete().is_some());

    case.vendor
        .on(&call, [users(&[user(501, true), user(501, true)], 2)]);
    let gap = Gap::CountDiffers { told: 2, came: 1 };
    match &case.both().scopes[&at("center")] {
        Reading::Partial(state, gaps) => {
            assert_eq!(gaps, &[gap]);
            assert_eq!(state.accounts.len(), 1);
            assert!(
                state
                    .accounts
                    .values()
                    .all(|account| account.rights.is_some())
            );
        }
        other => panic!("{other:?}"),
    }
    // One row that is no user does not hide the others.
    case.vendor
        .on(&call, [users(&[user(501, true), json!({ "id": 9 })], 2)]);
    assert!(
        matches!(&case.both().scopes[&at("center")], Reading::Partial(state, gaps)
        if state.accounts.len() == 1 && matches!(gaps[0], Gap::BadRow { .. }))
    );
}

#[test]
fn a_place_may_be_forbidden_invisible_or_broken_while_others_are_read() {
    let case = case();
    let call = format!("GET {CENTER}");
    case.vendor.on(&call, [refused(403)]);
    let seen = case.both();
    let Reading::Unreadable(ReadFailure::Forbidden { right }) = &seen.scopes[&at("center")] else {
        panic!("not forbidden");
    };
    assert_eq!(right.as_deref(), Some("settings_users_access"));
    assert!(seen.scopes[&at("mall")].complete().is_some());

    case.vendor.on(&call, [ok("{ garbage")]);
    let seen = case.both();
    let broken = &seen.scopes[&at("center")];
    assert!(
        matches!(broken, Reading::Unreadable(ReadFailure::Failed { .. })),
        "{broken:?}"
    );
    assert_eq!(
        case.vendor.count(&call),
        1 + 6,
        "garbage is asked for again, to an end"
    );

    let elsewhere = (place("else", "999"), NamesWanted::default());
    let letters = (place("letters", "../users"), NamesWanted::default());
    let none = NamesWanted::default();
    let seen = case.read(&[(mall(), none), elsewhere, letters]).unwrap();
    assert_eq!(
        seen.scopes[&at("else")],
        Reading::Unreadable(ReadFailure::Invisible)
    );
    assert!(seen.scopes[&at("letters")].seen().is_none());
}

#[test]
fn an_empty_or_refused_list_of_locations_hides_no_place() {
    for answer in [data(&json!([])), refused(403)] {
        let case = case();
        case.vendor.on("GET /companies", [answer]);
        assert!(case.both().scopes[&at("center")].complete().is_some());
    }
}

#[test]
fn a_place_in_which_nobody_is_is_not_believed_either() {
    let case = case();
    case.vendor.on(&format!("GET {CENTER}"), [users(&[], 0)]);
    let seen = case.both();
    assert_eq!(
        seen.scopes[&at("center")],
        Reading::Unreadable(ReadFailure::Empty)
    );
    assert!(seen.scopes[&at("mall")].complete().is_some());
}

#[test]
fn a_system_in_which_nobody_is_anywhere_is_not_believed() {
    let case = case();
    for list in [CENTER, MALL] {
        case.vendor.on(&format!("GET {list}"), [users(&[], 0)]);
    }
    let seen = case.both();
    for reading in seen.scopes.values() {
        assert_eq!(reading, &Reading::Unreadable(ReadFailure::Empty));
    }
}

#[test]
fn a_token_that_is_not_accepted_ends_the_read() {
    for call in [
        "GET /companies".to_owned(),
        format!("GET {CENTER}"),
        format!("GET {CENTER}/501/permissions"),
    ] {
        let case = case();
        case.vendor.on(&call, [refused(401)]);
        let none = NamesWanted::default();
        let error = case.read(&[(center(), none), (mall(), none)]).unwrap_err();
        assert_eq!(error, ProviderError::Unauthorized, "{call}");
        assert_eq!(case.vendor.count(&call), 1);
    }
}

#[test]
fn own_rights_that_nobody_may_ask_for_make_no_gap() {
    for (answer, complete) in [
        (refused(403), true),
        (refused(404), true),
        (ok("{ cut"), false),
    ] {
        let case = case();
        case.vendor.on("GET /user/permissions/10231", [answer]);
        let seen = case.both();
        let state = seen.scopes[&at("center")].complete();
        assert_eq!(state.is_some(), complete);
        assert!(state.is_none_or(|state| state.own.is_none()));
    }
}

#[test]
fn rights_that_cannot_be_read_are_a_gap_of_that_account() {
    let case = case();
    case.vendor
        .on(&format!("GET {CENTER}/8812/permissions"), [refused(404)]);
    case.vendor
        .on("GET /company/10231/users/roles", [refused(403)]);
    let seen = case.both();
    let Reading::Partial(state, gaps) = &seen.scopes[&at("center")] else {
        panic!("not partial");
    };
    assert!(state.tree.is_none());
    assert!(state.accounts[&AccountId::new("8812")].rights.is_none());
    assert!(state.accounts[&AccountId::new("8813")].rights.is_some());
    assert!(matches!(&gaps[0], Gap::SideRead { what, .. } if &**what == "the roles tree"));
    assert!(matches!(&gaps[1], Gap::RightsUnread { account, .. } if account.as_str() == "8812"));
}

#[test]
fn a_place_of_a_visible_chain_answers_for_itself() {
    let case = case();
    let list = "GET /company/10233/users";
    case.vendor.on(list, [refused(403)]);
    let none = NamesWanted::default();
    let chained = (place("chained", "10233"), none);
    let seen = case.read(&[(mall(), none), chained]).unwrap();
    let reading = &seen.scopes[&at("chained")];
    assert!(
        matches!(reading, Reading::Unreadable(ReadFailure::Forbidden { .. })),
        "{reading:?}"
    );
    assert_eq!(case.vendor.count("GET /groups"), 1);
    case.both();
    assert_eq!(
        case.vendor.count("GET /groups"),
        1,
        "asked only where it is in question"
    );
}

#[test]
fn connecting_asks_for_tokens_and_a_fitting_host() {
    let clock: SharedClock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let surroundings = Surroundings {
        transport: Arc::new(Vendor::default()),
        clock: clock.clone(),
        throttles: Arc::new(Throttles::new(clock)),
        allowed_hosts: Vec::new(),
        seed: 1,
    };
    let error_of = |system: SystemAddress| connect(system, &surroundings).err().unwrap();
    let keycrm = address(Kind::Keycrm);
    assert_eq!(error_of(keycrm), ConnectError::TokenMissing("key"));
    let mut poor = address(Kind::Altegio);
    poor.tokens.remove("user");
    assert_eq!(error_of(poor), ConnectError::TokenMissing("user"));
    let mut foreign = address(Kind::Altegio);
    foreign.url = Some("https://api.yclients.com/api/v1".into());
    assert!(matches!(error_of(foreign), ConnectError::Unfit(_)));
    let mut own = address(Kind::Yclients);
    own.url = None;
    own.shown_as = Some("sandbox:salons".into());
    assert!(!format!("{own:?}").contains("s3cret"));
    assert_eq!(
        &*connect(own, &surroundings).unwrap().host(),
        "sandbox:salons"
    );
}
