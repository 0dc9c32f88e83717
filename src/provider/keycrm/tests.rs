//! The adapter over a vendor in memory: what it asks, and what it makes of lists that move, lie or end early.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Mutex;

use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value as Json, json};

use super::*;
use crate::clock::{Clock, SimClock};
use crate::http::{HttpRequest, HttpResponse, Throttles, Transport, TransportError};
use crate::model::{AccountState, Gap, Phone};
use crate::provider::Verdict;
use crate::provider::registry::{Surroundings, SystemAddress, connect};

/// What happens to the list after a page was sent; places in it are taken modulo its length.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    Join(usize),
    Leave(usize),
    Block(usize),
    /// One leaves and another joins: the total stays.
    Swap(usize, usize),
}

/// KeyCRM's two lists, and answers that come in place of the true ones.
#[derive(Default)]
struct Vendor {
    users: Mutex<Vec<Json>>,
    /// Rows of a page, if not as many as are asked for.
    per_page: Option<usize>,
    changes: Mutex<VecDeque<Change>>,
    /// Every state the list was ever in.
    history: Mutex<BTreeSet<Vec<(u64, String)>>>,
    /// Answers to the next calls; none leaves that call alone.
    instead: Mutex<VecDeque<Option<HttpResponse>>>,
    orders: Json,
    asked: Mutex<Vec<String>>,
    next: Mutex<u64>,
}

fn user(id: u64) -> Json {
    json!({ "id": id, "full_name": format!("U {id}"), "username": format!("u{id}"), "email": null,
        "role_id": 2, "status": "active", "last_logged_at": "2026-11-01 10:00:00", "new_field": [] })
}

fn state(users: &[Json]) -> Vec<(u64, String)> {
    let of = |user: &Json| {
        let status = user["status"].as_str().unwrap_or_default();
        (user["id"].as_u64().unwrap_or(0), status.to_owned())
    };
    let mut state: Vec<_> = users.iter().map(of).collect();
    state.sort();
    state
}

impl Vendor {
    fn with(count: u64, per_page: Option<usize>) -> Self {
        let users: Vec<Json> = (1..=count).map(user).collect();
        let vendor = Self {
            per_page,
            next: Mutex::new(count + 1),
            ..Self::default()
        };
        vendor.history.lock().unwrap().insert(state(&users));
        *vendor.users.lock().unwrap() = users;
        vendor
    }

    fn of(users: Vec<Json>) -> Self {
        let vendor = Self::default();
        *vendor.users.lock().unwrap() = users;
        vendor
    }

    fn change(&self) {
        let change = self.changes.lock().unwrap().pop_front();
        let mut users = self.users.lock().unwrap();
        let (leaves, joins) = match change.unwrap_or(Change::Nothing) {
            Change::Nothing => (None, None),
            Change::Join(at) => (None, Some(at)),
            Change::Leave(at) => (Some(at), None),
            Change::Swap(leaves, joins) => (Some(leaves), Some(joins)),
            Change::Block(at) => {
                let at = at % users.len().max(1);
                if let Some(user) = users.get_mut(at) {
                    user["status"] = "blocked".into();
                }
                (None, None)
            }
        };
        if let Some(at) = leaves.filter(|_| !users.is_empty()) {
            let at = at % users.len();
            users.remove(at);
        }
        if let Some(at) = joins {
            let mut next = self.next.lock().unwrap();
            let at = at % (users.len() + 1);
            users.insert(at, user(*next));
            *next += 1;
        }
        self.history.lock().unwrap().insert(state(&users));
    }

    fn page(&self, query: &BTreeMap<String, String>) -> Json {
        let number = |name: &str| query.get(name).map(|it| it.parse::<usize>().unwrap());
        let limit = number("limit").unwrap_or(15);
        assert!((1..=50).contains(&limit), "outside the documented range");
        let size = self.per_page.unwrap_or(limit);
        let page = number("page").unwrap_or(1);
        let users = self.users.lock().unwrap();
        let rows: Vec<&Json> = users.iter().skip((page - 1) * size).take(size).collect();
        json!({ "total": users.len().to_string(), "current_page": page, "per_page": size.to_string(),
            "data": rows, "next_page_url": (page * size < users.len()).then_some("http://evil.example/users?page=2") })
    }
}

#[async_trait]
impl Transport for Vendor {
    async fn send(
        &self,
        request: HttpRequest,
        _: Duration,
    ) -> Result<HttpResponse, TransportError> {
        assert_eq!(
            request.authorization.unwrap().expose_secret(),
            "Bearer s3cret-key"
        );
        assert_eq!(request.method, crate::http::Method::Get);
        let url = request.url.strip_prefix("http://127.0.0.1:9/v1").unwrap();
        self.asked.lock().unwrap().push(url.to_owned());
        if let Some(Some(answer)) = self.instead.lock().unwrap().pop_front() {
            return Ok(answer);
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let body = match path {
            "/users" => self.page(&query.collect()),
            "/order" => self.orders.clone(),
            other => panic!("not documented: {other}"),
        };
        self.change();
        Ok(answer(200, &body.to_string()))
    }
}

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse {
        status,
        body: body.into(),
        ..HttpResponse::default()
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
    clock: Arc<SimClock>,
    provider: Box<dyn Provider>,
}

fn case(vendor: Vendor) -> Case {
    let vendor = Arc::new(vendor);
    let clock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let shared: SharedClock = clock.clone();
    let surroundings = Surroundings {
        transport: vendor.clone(),
        clock: shared.clone(),
        throttles: Arc::new(Throttles::new(shared)),
        allowed_hosts: Vec::new(),
        seed: 1,
    };
    let roles = [(1, "administrator"), (2, "manager")];
    let address = SystemAddress {
        name: SystemName::new("orders"),
        kind: Kind::Keycrm,
        url: Some("http://127.0.0.1:9/v1".into()),
        chain: None,
        roles: roles
            .map(|(id, name)| (id, VendorRoleSlug::new(name)))
            .into(),
        shown_as: None,
        tokens: [(Arc::from("key"), SecretString::from("s3cret-key"))].into(),
        without: BTreeMap::new(),
    };
    let provider = connect(address, &surroundings).unwrap();
    Case {
        vendor,
        clock,
        provider,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

impl Case {
    fn observe(&self) -> Result<ObservedSystem, ProviderError> {
        let request = ReadRequest {
            places: Vec::new(),
            select: &|_| BTreeMap::new(),
        };
        block_on(self.provider.observe(&request, &Silent))
    }

    fn read(&self) -> Reading<ScopeState> {
        self.observe()
            .unwrap()
            .scopes
            .remove(&PlaceId::Whole)
            .unwrap()
    }

    fn prove(&self) -> Vec<Finding> {
        block_on(self.provider.prove(&[], true, &Silent))
    }

    fn calls(&self) -> usize {
        self.vendor.asked.lock().unwrap().len()
    }

    fn instead(&self, answers: impl IntoIterator<Item = Option<HttpResponse>>) {
        self.vendor.instead.lock().unwrap().extend(answers);
    }
}

fn gaps(reading: &Reading<ScopeState>) -> &[Gap] {
    match reading {
        Reading::Partial(_, gaps) => gaps,
        other => panic!("not partial: {other:?}"),
    }
}

fn ids(reading: &Reading<ScopeState>) -> Vec<&str> {
    let accounts = reading.seen().unwrap().accounts.keys();
    accounts.map(AccountId::as_str).collect()
}

#[test]
fn rows_become_accounts_whatever_form_their_values_have() {
    let case = case(Vendor::of(vec![
        json!({ "id": "7", "full_name": " Jana Bērziņa ", "username": "jana", "email": "Jana@Chain.example",
            "phone": "+371 2000-0001", "role_id": "1", "status": "active", "created_at": "2026-11-01 10:00:00" }),
        json!({ "id": 8, "full_name": null, "first_name": "Kārlis", "last_name": "Ozols", "username": null,
            "email": "no address", "phone": "ask her", "role_id": 9, "status": "pending" }),
        json!({ "id": 9, "status": "blocked", "role_id": null, "unknown": { "a": [1] } }),
    ]));
    let seen = case.observe().unwrap();
    assert_eq!((seen.kind, seen.calls), ("keycrm", 1));
    let state = seen.scopes[&PlaceId::Whole].complete().unwrap();
    let of = |id: &str| &state.accounts[&AccountId::new(id)];
    let jana = of("7");
    assert_eq!(
        (&*jana.name, jana.login.as_deref()),
        ("Jana Bērziņa", Some("jana"))
    );
    assert_eq!(jana.phone, Phone::parse("+37120000001").ok());
    assert_eq!(jana.email.as_ref().unwrap().as_str(), "jana@chain.example");
    assert_eq!(jana.role, Some(VendorRoleSlug::new("administrator")));
    assert!(jana.removable && jana.rights.is_none() && jana.facts.is_none());
    let karlis = of("8");
    assert_eq!(
        (&*karlis.name, karlis.state),
        ("Kārlis Ozols", AccountState::Invited)
    );
    assert_eq!(karlis.role, Some(VendorRoleSlug::new("#9")));
    assert!(karlis.phone.is_none() && karlis.email.is_none() && karlis.login.is_none());
    assert_eq!(
        (of("9").state, &of("9").role),
        (AccountState::Blocked, &None)
    );
}

#[test]
fn pages_are_asked_for_by_number_and_again_before_the_list_is_believed() {
    let case = case(Vendor::with(120, None));
    assert_eq!(case.read().complete().unwrap().accounts.len(), 120);
    let page = |number: u8| format!("/users?limit=50&page={number}");
    let asked = case.vendor.asked.lock().unwrap();
    assert_eq!(*asked, [1, 2, 3, 1, 2].map(page));
}

#[test]
fn never_more_than_one_call_in_three_seconds() {
    let case = case(Vendor::with(31, Some(10)));
    assert!(case.read().complete().is_some());
    assert_eq!(case.calls(), 7);
    assert!(case.clock.elapsed() >= Duration::from_secs(18));
}

#[test]
fn a_list_of_nobody_is_complete_and_for_planning_to_doubt() {
    let case = case(Vendor::with(0, None));
    assert!(case.read().complete().unwrap().accounts.is_empty());
    assert_eq!(case.calls(), 1);
}

#[test]
fn a_list_that_keeps_contradicting_itself_is_never_whole() {
    let page = |total: u64, rows: &[Json]| {
        Some(answer(
            200,
            &json!({ "total": total, "data": rows }).to_string(),
        ))
    };
    let differs = |told, came| Gap::CountDiffers { told, came };
    for (rows, total, gap) in [
        (vec![], 5, differs(5, 0)),
        (vec![user(1)], 2, differs(2, 1)),
        (vec![user(1), user(2)], 1, differs(1, 2)),
        (vec![user(1), user(1)], 2, differs(2, 1)),
    ] {
        let case = case(Vendor::default());
        // The second page and those behind it are the first again.
        case.instead(std::iter::repeat_n(page(total, &rows), 6));
        let reading = case.read();
        assert!(gaps(&reading).contains(&gap), "{reading:?}");
        assert!((3..=6).contains(&case.calls()), "three times and no more");
    }
    // A total that is reached while the vendor names a next page: whoever stands there was not counted.
    let counted = |rows: &[Json], next: Option<&str>| {
        let page = json!({ "total": 2, "data": rows, "next_page_url": next });
        Some(answer(200, &page.to_string()))
    };
    let case_of_next = case(Vendor::default());
    let pages = [
        counted(
            &[user(1), user(2)],
            Some("http://evil.example/users?page=2"),
        ),
        counted(&[user(3)], None),
    ];
    case_of_next.instead(pages.iter().cycle().take(6).cloned());
    let reading = case_of_next.read();
    assert!(gaps(&reading).contains(&differs(2, 3)), "{reading:?}");
    // One that names a next page and has none is believed.
    let case_of_none = case(Vendor::with(2, None));
    case_of_none.instead([
        counted(
            &[user(1), user(2)],
            Some("http://evil.example/users?page=2"),
        ),
        counted(&[], None),
    ]);
    assert_eq!(ids(&case_of_none.read()), ["1", "2"]);
    // Once is no reason to give up.
    let case = case(Vendor::with(2, None));
    case.instead([page(2, &[user(1)]), page(2, &[])]);
    assert_eq!(ids(&case.read()), ["1", "2"]);
}

#[test]
fn somebody_who_joins_or_is_swapped_while_the_list_is_read_makes_it_read_again() {
    for change in [
        Change::Join(0),
        Change::Leave(0),
        Change::Swap(0, 1_000),
        Change::Block(3),
    ] {
        let case = case(Vendor::with(25, Some(10)));
        case.vendor.changes.lock().unwrap().push_back(change);
        let reading = case.read();
        let users = case.vendor.users.lock().unwrap();
        let now: BTreeSet<String> = users.iter().map(|user| user["id"].to_string()).collect();
        assert_eq!(ids(&reading).len(), now.len(), "{change:?}");
        assert!(reading.complete().is_some(), "{change:?}");
        assert!(
            ids(&reading).iter().all(|id| now.contains(*id)),
            "{change:?}"
        );
        assert!(case.calls() > 5, "{change:?}");
    }
}

#[test]
fn a_list_that_never_rests_is_partial() {
    let case = case(Vendor::with(25, Some(10)));
    case.vendor
        .changes
        .lock()
        .unwrap()
        .extend([Change::Swap(0, 1_000); 40]);
    let reading = case.read();
    assert!(matches!(gaps(&reading), [Gap::BadRow { why }] if why.contains("changed")));
}

#[test]
fn an_unknown_status_or_role_is_a_gap_and_hides_nobody_else() {
    let mut odd = user(2);
    odd["status"] = "fr\u{1b}ozen s3cret-key".into();
    let mut text = user(3);
    text["role_id"] = json!("boss");
    let mut none = user(4);
    none["status"] = Json::Null;
    let case = case(Vendor::of(vec![user(1), odd, text, none]));
    let reading = case.read();
    assert_eq!(ids(&reading), ["1"]);
    assert_eq!(gaps(&reading).len(), 3);
    assert!(
        gaps(&reading)
            .iter()
            .all(|gap| matches!(gap, Gap::BadRow { .. }))
    );
    assert!(!format!("{reading:?}").contains("s3cret"));
    assert_eq!(case.calls(), 1, "reading again would show the same");
}

#[test]
fn a_row_without_an_id_is_nobody_and_the_list_is_not_whole() {
    let mut nobody = user(2);
    nobody["id"] = Json::Null;
    let case = case(Vendor::of(vec![user(1), nobody]));
    let reading = case.read();
    assert_eq!(ids(&reading), ["1"]);
    assert!(gaps(&reading).contains(&Gap::CountDiffers { told: 2, came: 1 }));
}

#[test]
fn what_is_no_list_is_unreadable() {
    for body in [
        "<html><body>Sign in</body></html>",
        r#"{ "total": 2, "data": [ { "id": 1, "sta"#,
        r#"{ "total": 0, "data": null }"#,
        r#"{ "total": 0, "data": {} }"#,
        "[]",
        "",
    ] {
        let case = case(Vendor::default());
        case.instead(std::iter::repeat_n(Some(answer(200, body)), 30));
        let reading = case.read();
        assert!(
            matches!(reading, Reading::Unreadable(ReadFailure::Failed { .. })),
            "{body}: {reading:?}"
        );
        assert_eq!(case.calls(), 6, "repeated, to an end");
    }
    let case = case(Vendor::of(vec![user(1)]));
    case.instead([Some(answer(200, r#"{ "data": [] }"#))]);
    assert_eq!(
        ids(&case.read()),
        ["1"],
        "without its total it is read again"
    );
}

#[test]
fn a_page_that_does_not_come_leaves_what_came_before() {
    let case = case(Vendor::with(25, Some(10)));
    case.instead([None]);
    case.instead(std::iter::repeat_n(Some(answer(502, "")), 30));
    let reading = case.read();
    assert_eq!(ids(&reading).len(), 10);
    let gaps = gaps(&reading);
    assert!(gaps.contains(&Gap::CountDiffers { told: 25, came: 10 }));
    assert!(
        gaps.iter()
            .any(|gap| matches!(gap, Gap::BadRow { why } if why.contains("page 2")))
    );
}

#[test]
fn a_key_that_is_not_accepted_ends_the_read() {
    let refused = |status| Some(answer(status, r#"{ "message": "s3cret-key is no key" }"#));
    for before in 0..2 {
        let case = case(Vendor::with(25, Some(10)));
        case.instead(std::iter::repeat_n(None, before).chain([refused(401)]));
        assert_eq!(case.observe().unwrap_err(), ProviderError::Unauthorized);
        assert_eq!(case.calls(), before + 1);
    }
    let forbidden = case(Vendor::with(2, None));
    forbidden.instead([refused(403)]);
    let none = ReadFailure::Forbidden { right: None };
    assert_eq!(forbidden.read(), Reading::Unreadable(none));
    let missing = case(Vendor::with(2, None));
    missing.instead([refused(404)]);
    let reading = format!("{:?}", missing.read());
    assert!(
        reading.contains("404") && !reading.contains("s3cret"),
        "{reading}"
    );
}

#[test]
fn a_429_is_waited_out_for_as_long_as_it_says_or_half_a_minute() {
    for (told, seconds) in [(Some(7), 7), (None, 30)] {
        let case = case(Vendor::with(3, None));
        case.instead([Some(HttpResponse {
            retry_after: told.map(Duration::from_secs),
            ..answer(429, "")
        })]);
        assert!(case.read().complete().is_some());
        assert_eq!(case.clock.elapsed().as_secs(), seconds);
    }
    let busy = case(Vendor::with(3, None));
    busy.instead(std::iter::repeat_n(Some(answer(429, "")), 30));
    let reading = busy.read();
    assert!(
        matches!(reading, Reading::Unreadable(ReadFailure::Failed { .. })),
        "{reading:?}"
    );
}

#[test]
fn nothing_is_changed_by_calls() {
    let case = case(Vendor::with(2, None));
    let place = PlaceRef {
        key: crate::model::LocationKey::new("all"),
        remote: "1".into(),
    };
    let account = AccountId::new("1");
    let call = Call::Remove {
        place: place.clone(),
        account: account.clone(),
    };
    let error = block_on(case.provider.execute(&call, &Silent)).unwrap_err();
    assert!(matches!(error, ProviderError::NotSent { .. }));
    let sighting = block_on(case.provider.look(&place, &account, &Silent));
    assert!(matches!(sighting, Sighting::Unknown(_)));
    assert_eq!(case.calls(), 0);
    let list = block_on(case.provider.list(&place, &Silent));
    assert_eq!(ids(&list), ["1", "2"]);
}

#[test]
fn proving_says_what_the_key_does_and_what_orders_call_the_roles() {
    let person = |id: i64, name: &str, alias: &str| json!({ "id": 1, "role": { "id": id, "name": name, "alias": alias } });
    let verdicts = |orders: Json| {
        let case = case(Vendor {
            orders,
            ..Vendor::with(4, None)
        });
        let findings = case.prove();
        assert_eq!(findings[0].verdict, Verdict::Fine);
        assert!(findings[0].detail.contains("4 users"));
        let asked = case.vendor.asked.lock().unwrap();
        assert_eq!(
            *asked,
            ["/users?limit=1", "/order?include=assigned&limit=50"]
        );
        findings[1..].to_vec()
    };
    let of =
        |findings: &[Finding]| -> Vec<Verdict> { findings.iter().map(|it| it.verdict).collect() };

    let seen = verdicts(json!({ "data": [
        { "assigned": [person(1, "Адміністратор", "Administrator"), { "id": 3, "role": null }] },
        { "assigned": null },
        { "assigned": [person(2, "Courier", "courier")] },
    ] }));
    assert_eq!(of(&seen), [Verdict::Fine, Verdict::Wrong]);
    assert!(seen[1].detail.contains("`manager`") && seen[1].detail.contains("`Courier`"));
    assert!(seen[1].help.is_some());
    let nobody = verdicts(json!({ "data": [] }));
    assert_eq!(of(&nobody), [Verdict::CannotTell; 2]);
    let garbage = verdicts_of_garbage();
    assert_eq!(of(&garbage), [Verdict::Fine, Verdict::CannotTell]);
}

fn verdicts_of_garbage() -> Vec<Finding> {
    let case = case(Vendor::with(4, None));
    case.instead([None, Some(answer(403, ""))]);
    case.prove()
}

#[test]
fn a_key_or_a_network_that_fails_is_a_finding_with_help() {
    for status in [401, 403, 404, 500] {
        let case = case(Vendor::with(4, None));
        case.instead(std::iter::repeat_n(Some(answer(status, "s3cret-key")), 9));
        let findings = case.prove();
        assert_eq!(
            findings.len(),
            1,
            "orders are not asked with a key that fails"
        );
        assert_eq!(findings[0].verdict, Verdict::Wrong);
        assert!(findings[0].detail.contains(&status.to_string()));
        assert_eq!(
            findings[0].help.as_ref().unwrap().contains("Integrations"),
            matches!(status, 401 | 403)
        );
        assert!(!format!("{findings:?}").contains("s3cret"));
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0_usize..200;
    prop_oneof![
        3 => Just(Change::Nothing),
        1 => at.clone().prop_map(Change::Join),
        1 => at.clone().prop_map(Change::Leave),
        1 => at.clone().prop_map(Change::Block),
        2 => (at.clone(), at).prop_map(|(leaves, joins)| Change::Swap(leaves, joins)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_moves_a_list_is_a_true_one_or_not_complete(
        count in 0_u64..130,
        size in 1_usize..=50,
        changes in proptest::collection::vec(change(), 0..60),
    ) {
        let case = case(Vendor::with(count, Some(size)));
        case.vendor.changes.lock().unwrap().extend(changes);
        if let Some(seen) = case.read().complete() {
            let mut came: Vec<(u64, String)> = seen
                .accounts
                .values()
                .map(|it| (it.id.as_str().parse().unwrap(), it.state.name().to_owned()))
                .collect();
            came.sort();
            prop_assert!(case.vendor.history.lock().unwrap().contains(&came));
        }
    }

    #[test]
    fn a_list_that_rests_is_read_to_its_end_with_any_page_size(
        count in 0_u64..130,
        size in 1_usize..=50,
    ) {
        let case = case(Vendor::with(count, Some(size)));
        let reading = case.read();
        let seen = reading.complete().map(|state| state.accounts.len());
        prop_assert_eq!(seen, usize::try_from(count).ok());
    }
}
