//! The way to the simulated vendor and the journal of a process: in-process, without a socket or a file, and mortal.
//!
//! Death is an unwinding that nobody catches but the test: whatever the process had in hand is dropped, as by a kill.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use keyholder::apply::StopFlag;
use keyholder::http::{HttpRequest, HttpResponse, Transport, TransportError};
use keyholder::journal::{JournalError, JournalSink, MemoryJournal, Record, Sealed};
use keyholder::sandbox::{Fate, Reply, Request};
use secrecy::ExposeSecret as _;

use super::script::Death;
use super::watch::Watch;

/// What unwinds through a process that is killed.
pub(crate) struct Killed;

fn die() -> ! {
    std::panic::resume_unwind(Box::new(Killed))
}

pub(crate) type Shared = Arc<Mutex<Watch>>;

pub(crate) fn lock(shared: &Shared) -> MutexGuard<'_, Watch> {
    shared
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Calls that their sender gave up and that are still on their way: when they arrive, on the simulated clock.
pub(crate) type OnTheWay = Arc<Mutex<Vec<(Duration, Request)>>>;

/// Lets everything arrive whose time has come.
pub(crate) fn arrive(watch: &mut Watch, on_the_way: &OnTheWay) {
    let mut on_the_way = on_the_way.lock().unwrap();
    let now = watch.sandbox.clock().elapsed();
    let (due, later): (Vec<_>, Vec<_>) = on_the_way.drain(..).partition(|(at, _)| *at <= now);
    *on_the_way = later;
    drop(on_the_way);
    for (_, request) in due {
        watch.sandbox.handle(&request);
        watch.after_call(true);
    }
}

/// A transport into the simulator.
pub(crate) struct Wire {
    pub(crate) shared: Shared,
    pub(crate) on_the_way: OnTheWay,
    pub(crate) stop: StopFlag,
}

/// What became of a call on its way out.
enum Sent {
    /// The vendor answered, or would have.
    Answered(Reply),
    /// It is still on its way.
    Late,
}

impl Wire {
    fn deliver(&self, request: Request, changes: bool, timeout: Duration) -> Sent {
        let mut watch = lock(&self.shared);
        arrive(&mut watch, &self.on_the_way);
        watch.calls += 1;
        watch.changes += usize::from(changes);
        let (calls, made) = (watch.calls, watch.changes);
        if watch.trouble.stop == Some(calls) {
            self.stop.stop();
        }
        let dies = match watch.trouble.death {
            Some(Death::Call(nth, after)) if nth == calls => Some(after),
            Some(Death::Change(nth, after)) if changes && nth == made => Some(after),
            _ => None,
        };
        if dies == Some(false) {
            drop(watch);
            die();
        }
        if changes && let Some(&later) = watch.trouble.late.get(&made) {
            let at = watch.sandbox.clock().elapsed() + timeout + later;
            self.on_the_way.lock().unwrap().push((at, request));
            return Sent::Late;
        }
        let reply = watch.sandbox.handle(&request);
        watch.after_call(false);
        drop(watch);
        if dies == Some(true) {
            die();
        }
        Sent::Answered(reply)
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(
        &self,
        request: HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError> {
        let changes = request.method != keyholder::http::Method::Get;
        let lost = |why: &str| Err(TransportError::Unknown(why.to_owned()));
        let clock = lock(&self.shared).sandbox.clock();
        let reply = match self.deliver(plain(&request), changes, timeout) {
            Sent::Answered(reply) if reply.delay <= timeout => reply,
            Sent::Answered(_) | Sent::Late => {
                clock.sleep(timeout).await;
                return lost("no answer within a minute");
            }
        };
        if !reply.delay.is_zero() {
            clock.sleep(reply.delay).await;
        }
        match reply.fate {
            Fate::Normal => {}
            Fate::DropBefore | Fate::DropAfter => return lost("the connection was closed"),
            Fate::Truncate(_) => {
                return lost("the connection was closed in the middle of the answer");
            }
        }
        let retry_after = reply
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))
            .and_then(|(_, value)| value.parse().ok())
            .map(Duration::from_secs);
        Ok(HttpResponse {
            status: reply.status,
            retry_after,
            request_id: None,
            body: reply.body,
        })
    }
}

/// The call as the simulator takes it.
fn plain(request: &HttpRequest) -> Request {
    let behind_host = request.url.splitn(4, '/').nth(3).unwrap_or_default();
    let target = format!("/{behind_host}");
    let mut plain = Request::new(request.method.as_str(), &target).header("accept", request.accept);
    if let Some(token) = &request.authorization {
        plain = plain.header("authorization", token.expose_secret());
    }
    if let Some(body) = &request.body {
        plain.body = body.clone().into_bytes();
        plain = plain.header("content-type", "application/json");
    }
    plain
}

/// A journal that outlives its processes.
pub(crate) struct Diary {
    pub(crate) inner: MemoryJournal,
    pub(crate) shared: Shared,
}

impl JournalSink for Diary {
    fn sealed(&self) -> &[Sealed] {
        self.inner.sealed()
    }

    fn append(
        &mut self,
        at: Timestamp,
        run: u64,
        records: Vec<Record>,
    ) -> Result<u64, JournalError> {
        let dies = {
            let mut watch = lock(&self.shared);
            let nth = watch.entries;
            watch.entries += 1;
            if watch.trouble.full_disk.is_some_and(|from| nth >= from) {
                return Err(JournalError::Stopped);
            }
            match watch.trouble.death {
                Some(Death::Entry(at, stored)) if at == nth => Some(stored),
                _ => None,
            }
        };
        if dies == Some(false) {
            die();
        }
        let first = self.inner.next();
        let mut watch = lock(&self.shared);
        for (seq, record) in (first..).zip(&records) {
            watch.entry(seq, record);
        }
        drop(watch);
        self.inner.append(at, run, records)?;
        if dies == Some(true) {
            die();
        }
        Ok(first)
    }
}
