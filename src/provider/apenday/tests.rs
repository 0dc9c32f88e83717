//! The adapter over a vendor in memory: it asks for one open page, and only to prove.

use std::sync::Mutex;
use std::time::Duration;

use secrecy::SecretString;

use super::*;
use crate::clock::SimClock;
use crate::http::{HttpRequest, HttpResponse, Throttles, Transport, TransportError};
use crate::provider::registry::{ConnectError, Surroundings, SystemAddress, connect};

struct Page {
    status: Option<u16>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Transport for Page {
    async fn send(
        &self,
        request: HttpRequest,
        _: Duration,
    ) -> Result<HttpResponse, TransportError> {
        assert!(request.authorization.is_none());
        let call = format!("{} {}", request.method, request.url);
        self.asked.lock().unwrap().push(call);
        let nobody = || TransportError::NotSent("nobody is there".into());
        Ok(HttpResponse {
            status: self.status.ok_or_else(nobody)?,
            ..HttpResponse::default()
        })
    }
}

struct Silent;

impl Events for Silent {
    fn reading(&self, _: &SystemName, _: usize, _: usize) {}
    fn waiting(&self, _: &SystemName, _: &str) {}
}

fn address(url: Option<&str>) -> SystemAddress {
    SystemAddress {
        name: SystemName::new("agency"),
        kind: Kind::Apenday,
        url: url.map(Arc::from),
        chain: None,
        roles: BTreeMap::new(),
        shown_as: None,
        tokens: BTreeMap::new(),
        without: BTreeMap::new(),
    }
}

fn open(
    address: SystemAddress,
    status: Option<u16>,
) -> Result<(Arc<Page>, Box<dyn Provider>), ConnectError> {
    let page = Arc::new(Page {
        status,
        asked: Mutex::default(),
    });
    let clock: SharedClock = Arc::new(SimClock::new(jiff::Timestamp::UNIX_EPOCH));
    let surroundings = Surroundings {
        transport: page.clone(),
        clock: clock.clone(),
        throttles: Arc::new(Throttles::new(clock)),
        allowed_hosts: Vec::new(),
        seed: 1,
    };
    Ok((page, connect(address, &surroundings)?))
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn prove(address: SystemAddress, status: Option<u16>) -> (Vec<String>, Vec<Finding>) {
    let (page, provider) = open(address, status).unwrap();
    let findings = block_on(provider.prove(&[], true, &Silent));
    (page.asked.lock().unwrap().clone(), findings)
}

#[test]
fn a_read_makes_no_call_and_claims_nothing() {
    let (page, provider) = open(address(None), Some(200)).unwrap();
    let request = ReadRequest {
        places: Vec::new(),
        select: &|_| BTreeMap::new(),
    };
    let seen = block_on(provider.observe(&request, &Silent)).unwrap();
    assert_eq!((seen.kind, seen.calls), ("apenday", 0));
    assert_eq!(&*seen.host, "app.apenday.com");
    assert!(seen.scopes.is_empty());
    assert!(page.asked.lock().unwrap().is_empty());
}

#[test]
fn reaching_it_is_proven_by_its_documentation_without_the_key() {
    let mut with_key = address(None);
    with_key.tokens = [(Arc::from("key"), SecretString::from("s3cret-key"))].into();
    let (asked, findings) = prove(with_key, Some(404));
    assert_eq!(asked, ["GET https://app.apenday.com/api/docs"]);
    let verdicts: Vec<Verdict> = findings.iter().map(|it| it.verdict).collect();
    assert_eq!(verdicts, [Verdict::CannotTell, Verdict::Fine]);
    assert!(findings[0].detail.contains("webhooks"));
    let (asked, _) = prove(address(Some("http://127.0.0.1:9/agency/api/v1")), Some(200));
    assert_eq!(asked, ["GET http://127.0.0.1:9/agency/api/v1/docs"]);
}

#[test]
fn a_key_that_is_missing_and_a_host_that_is_silent_are_findings() {
    let mut lost = address(None);
    let why = Arc::from("the environment variable `APENDAY_KEY` is not set");
    lost.without = [(Arc::from("key"), why)].into();
    let (_, findings) = prove(lost, None);
    assert!(
        findings
            .iter()
            .all(|it| it.verdict == Verdict::Wrong && it.help.is_some())
    );
    assert!(findings[0].detail.contains("APENDAY_KEY"));
    assert!(findings[1].detail.contains("nobody is there"));
    let (_, findings) = prove(address(None), Some(200));
    assert!(findings.iter().all(|it| it.verdict == Verdict::Fine));
}

#[test]
fn only_the_vendors_own_host_is_asked() {
    let elsewhere = open(address(Some("https://evil.example/api/public")), None);
    assert!(matches!(elsewhere.err(), Some(ConnectError::Unfit(_))));
}
