//! The pace of calls end to end: the product's client and its limiter against the simulated vendor's own count, for
//! half an hour of simulated time, with many calls under way at once.
//!
//! The clock here is one of events: it moves to the next moment at which somebody wakes, so that calls overlap as they
//! do in life. One stretch of calls is counted by several vendors, each with another window: it meets them all.

use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use keyholder::catalog::Kind;
use keyholder::clock::{Clock, SharedClock};
use keyholder::http::{
    Backoff, Client, ClientOptions, Exchange, HostPolicy, HttpRequest, HttpResponse, Job, Method,
    Redactor, Repeat, Throttles, Transport, TransportError, Waiting, Watch, Window, together,
};
use keyholder::sandbox::{Limits, Request, Sandbox, Window as Counting, World};
use serde_json::json;

use crate::chaos::dice::Dice;

/// So many calls are under way at once.
const JOBS: usize = 16;

const HALF_HOUR: Duration = Duration::from_mins(30);

#[derive(Debug, Default)]
struct Events {
    now: Duration,
    next: u64,
    sleeping: BTreeMap<(Duration, u64), Waker>,
}

/// A clock on which several wait at once.
#[derive(Debug, Default)]
struct EventClock(Mutex<Events>);

impl EventClock {
    fn events(&self) -> MutexGuard<'_, Events> {
        self.0.lock().unwrap()
    }

    /// Runs to the end; time passes only while everybody waits for it.
    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut future = pin!(future);
        loop {
            woken.0.store(false, Ordering::SeqCst);
            if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return value;
            }
            if !woken.0.load(Ordering::SeqCst) {
                let mut events = self.events();
                let next = events.sleeping.first_key_value();
                let ((at, _), _) = next.expect("nobody waits for anything that could come");
                events.now = events.now.max(*at);
            }
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Sleep<'a> {
    clock: &'a EventClock,
    until: Duration,
    number: u64,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut events = self.clock.events();
        if events.now >= self.until {
            events.sleeping.remove(&(self.until, self.number));
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        events.sleeping.insert((self.until, self.number), waker);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        self.clock
            .events()
            .sleeping
            .remove(&(self.until, self.number));
    }
}

impl Clock for EventClock {
    fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-23T07:00:00Z".parse().unwrap();
        start + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.events().now
    }

    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut events = self.events();
        events.next += 1;
        let (until, number) = (events.now + wait, events.next);
        drop(events);
        Box::pin(Sleep {
            clock: self,
            until,
            number,
        })
    }
}

/// The way to several vendors at once: each of them counts every call, the first one answers.
struct Wire {
    clock: Arc<EventClock>,
    vendors: Vec<Sandbox>,
    /// The longest round trip in milliseconds, and chance.
    trips: Mutex<(u64, Dice)>,
}

impl Wire {
    fn new(limits: &[Limits], longest: u64, seed: u64) -> Arc<Self> {
        let system = json!({ "kind": "altegio", "caller": 1,
            "locations": [{ "id": 101, "title": "Center", "sections": ["settings_access"] }],
            "users": [{ "id": 1, "name": "Robot", "email": "robot@chain.example", "in": { "*": "owner" } }] });
        let live = json!({ "starts": "2026-11-23T07:00:00Z", "systems": { "one": system, "two": system } });
        let live = live.to_string();
        let clock = Arc::new(EventClock::default());
        let vendors = limits.iter().map(|limits| {
            let mut world = World::from_live(&live).unwrap();
            world.set_limits(limits.clone());
            let shared: SharedClock = Arc::<EventClock>::clone(&clock);
            Sandbox::real_time(world, shared)
        });
        Arc::new(Self {
            vendors: vendors.collect(),
            clock,
            trips: Mutex::new((longest, Dice::new(seed))),
        })
    }

    /// How long a call is on its way there, and back.
    fn trip(&self) -> (Duration, Duration) {
        let mut trips = self.trips.lock().unwrap();
        let longest = trips.0 * 1_000;
        let whole = trips.1.below(longest + 1);
        let there = trips.1.below(whole + 1);
        (
            Duration::from_micros(there),
            Duration::from_micros(whole - there),
        )
    }

    /// Calls that were counted and calls that were turned away, the latter by any of the vendors.
    fn counted(&self) -> (u64, u64) {
        let statuses = |vendor: &Sandbox| vendor.with_world(|world| world.log().statuses.clone());
        let turned = self.vendors.iter().map(|vendor| {
            let statuses = statuses(vendor);
            statuses.get(&429).copied().unwrap_or(0)
        });
        (statuses(&self.vendors[0]).values().sum(), turned.sum())
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: HttpRequest,
        _: Duration,
    ) -> Result<HttpResponse, TransportError> {
        let (there, back) = self.trip();
        let path = request.url.splitn(4, '/').nth(3).unwrap();
        self.clock.sleep(there).await;
        let call = Request::new("GET", &format!("/{path}"));
        let mut replies = self.vendors.iter().map(|vendor| vendor.handle(&call));
        let reply = replies.next().unwrap();
        replies.for_each(drop);
        self.clock.sleep(back).await;
        Ok(HttpResponse {
            status: reply.status,
            retry_after: None,
            request_id: None,
            body: reply.body,
        })
    }
}

struct Deaf;

impl Watch for Deaf {
    fn waiting(&self, _: Duration, _: Waiting) {}
}

/// What the catalogue says that the vendor allows.
fn allowance() -> Vec<Window> {
    let allowance = Kind::Altegio.allowance().unwrap();
    let second = allowance.per_second.map(Window::per_second);
    let minute = Window::per_minute(allowance.per_minute);
    second.into_iter().chain([minute]).collect()
}

/// One process: two systems on one host, called without a pause until the clock says `until`. What it left for the
/// next one, and when its last answer was in.
fn process(wire: &Arc<Wire>, windows: &[Window], left: &str, until: Duration) -> String {
    let clock: SharedClock = Arc::<EventClock>::clone(&wire.clock);
    let throttles = Throttles::new(Arc::clone(&clock));
    throttles.resume(left);
    let clients = ["one", "two"].map(|system| {
        let base_url = format!("http://127.0.0.1:8080/{system}/api/v1");
        let host = HostPolicy::default().check(&base_url).unwrap();
        let options = ClientOptions {
            base_url,
            accept: "application/json",
            authorization: None,
            redactor: Redactor::default(),
            hosts: HostPolicy::default(),
            transport: Arc::<Wire>::clone(wire),
            clock: Arc::clone(&clock),
            throttle: throttles.of(&host, windows),
            backoff: Backoff::new(1),
        };
        Client::new(options).unwrap()
    });
    // Its answer does not matter, and it is quick: nobody may ask without a token.
    let exchange = Exchange {
        method: Method::Get,
        path: "/company/101/users".to_owned(),
        query: Vec::new(),
        body: None,
        repeat: Repeat::Always,
    };
    let jobs = (0..JOBS).map(|number| {
        let (client, clock, exchange) = (&clients[number % 2], &clock, &exchange);
        let job: Job<'_, (), keyholder::http::HttpError> = Box::pin(async move {
            while clock.elapsed() < until {
                client.fetch(exchange, &Deaf, |_| Ok(())).await?;
            }
            Ok(())
        });
        job
    });
    let done = wire.clock.run(together(JOBS, jobs.collect()));
    done.unwrap();
    throttles.record()
}

/// One vendor with a sliding window, and some with a grid that begins anywhere.
fn vendors(dice: &mut Dice) -> Vec<Limits> {
    let grids = (0..7).map(|_| Limits {
        window: Counting::Fixed,
        offset_ms: u32::try_from(dice.below(60_000)).unwrap(),
        ..Limits::default()
    });
    std::iter::once(Limits::default()).chain(grids).collect()
}

#[test]
fn half_an_hour_of_calls_is_never_turned_away_and_nearly_always_busy() {
    let mut dice = Dice::new(200);
    // No way at all, a usual one, and a slow one.
    for longest in [0, 120, 500] {
        let wire = Wire::new(&vendors(&mut dice), longest, longest);
        process(&wire, &allowance(), "", HALF_HOUR);
        let (calls, turned) = wire.counted();
        assert_eq!(turned, 0, "round trips of up to {longest} ms");
        // The calls of the last moments are answered after the half hour: one second's worth at most.
        assert!(
            calls * 100 >= 95 * 200 * 30,
            "{calls} calls at {longest} ms"
        );
        assert!(calls <= 200 * 31, "{calls} calls at {longest} ms");
    }
}

#[test]
fn runs_in_a_row_share_what_the_vendor_allows() {
    let mut dice = Dice::new(7);
    for longest in [0, 90, 500] {
        let wire = Wire::new(&vendors(&mut dice), longest, longest + 1);
        let mut left = String::new();
        for _ in 0..6 {
            // Each ends anywhere, and the next begins at once or a little later.
            let length = Duration::from_micros(1_000_000 + dice.below(70_000_000));
            left = process(&wire, &allowance(), &left, wire.clock.elapsed() + length);
            let pause = Duration::from_micros(dice.below(2_000_000));
            wire.clock.run(wire.clock.sleep(pause));
        }
        let (calls, turned) = wire.counted();
        assert_eq!(turned, 0, "round trips of up to {longest} ms");
        let minutes = wire.clock.elapsed().as_secs() / 60;
        assert!(calls >= 150 * minutes, "{calls} calls in {minutes} minutes");
    }
}

#[test]
fn a_run_that_knows_nothing_of_the_one_before_is_turned_away() {
    // That the vendors here do count, and what the record is for.
    let wire = Wire::new(&[Limits::default()], 0, 3);
    process(&wire, &allowance(), "", Duration::from_secs(30));
    assert_eq!(wire.counted().1, 0);
    process(&wire, &allowance(), "", Duration::from_mins(1));
    assert!(wire.counted().1 > 0);
}

#[test]
fn one_call_a_minute_too_many_is_noticed() {
    for limits in vendors(&mut Dice::new(1)) {
        let wire = Wire::new(&[limits], 0, 3);
        let greedy = [Window::per_second(7), Window::per_minute(260)];
        process(&wire, &greedy, "", Duration::from_mins(2));
        assert!(wire.counted().1 > 0);
    }
}
