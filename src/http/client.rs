//! One vendor's door: where to, with which token, how fast, and what may be repeated.
//!
//! Not a vendor's client: paths, bodies and the meaning of answers come from outside. Invariants:
//! it exists only for a host that may have the tokens; an exchange that is [`Repeat::IfUnsent`]
//! leaves at most once.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use secrecy::SecretString;

use super::backoff::{Backoff, Trouble};
use super::redact::Redactor;
use super::throttle::Throttle;
use super::transport::{HttpRequest, Method, Transport, TransportError};
use crate::clock::SharedClock;

/// No call takes longer than this, connection and body included.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A shorter wait is not worth a word.
const WORTH_TELLING: Duration = Duration::from_secs(2);

/// Which hosts may be sent tokens, besides loopback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostPolicy {
    /// Names of hosts, without ports.
    pub allowed: Vec<String>,
}

/// What a client is made of.
pub struct ClientOptions {
    /// The address all paths are appended to.
    pub base_url: String,
    /// The `Accept` header.
    pub accept: &'static str,
    /// The `Authorization` header, whole; none where only open pages are asked for.
    pub authorization: Option<SecretString>,
    /// What must not appear in any text: the tokens.
    pub redactor: Redactor,
    /// Which hosts may have them.
    pub hosts: HostPolicy,
    /// The way out.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: SharedClock,
    /// The pace of that host.
    pub throttle: Arc<Throttle>,
    /// How failed calls are repeated.
    pub backoff: Backoff,
}

/// A base address that tokens must not be sent to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no address, or has a user, a query or a fragment in it.
    #[error("`{0}` is no plain address of an API")]
    Address(String),
    /// Plain http to another machine.
    #[error("`{0}` would be called over plain http; only loopback may be")]
    PlainHttp(String),
    /// Another host than the kind's.
    #[error("tokens are not sent to `{0}` unless `--allow-host {0}` says so")]
    ForeignHost(String),
}

impl HostPolicy {
    /// The host (with its port, where it has one) of a base address that may have the tokens.
    pub fn check(&self, base_url: &str) -> Result<String, Unfit> {
        let address = || Unfit::Address(base_url.chars().take(200).collect());
        let url = reqwest::Url::parse(base_url).map_err(|_| address())?;
        let host = url.host_str().ok_or_else(address)?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !plain {
            // The address itself may hold a secret then.
            return Err(Unfit::Address(host.to_owned()));
        }
        let loopback = is_loopback(host);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(Unfit::PlainHttp(host.to_owned())),
            _ => return Err(address()),
        }
        if !loopback && !self.allowed.iter().any(|allowed| allowed == host) {
            return Err(Unfit::ForeignHost(host.to_owned()));
        }
        Ok(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a call may leave a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repeat {
    /// Its effect is the same however often it is made.
    Always,
    /// Only if it provably never left, or was turned away at the door (429).
    IfUnsent,
}

/// One call: what is asked, apart from where and with which token.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method.
    pub method: Method,
    /// The path behind the base address, with its leading slash; made of literals and numbers only.
    pub path: String,
    /// The query; names and values are encoded on the way.
    pub query: Vec<(&'static str, String)>,
    /// The body, as JSON text.
    pub body: Option<String>,
    /// Whether it may be repeated.
    pub repeat: Repeat,
}

/// An answer that is neither "too many calls" nor a server error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The vendor's id of the request.
    pub request_id: Option<Arc<str>>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the same call was made before and may have had its effect then: this answer does not tell of that.
    pub doubtful: bool,
}

/// An answer that cannot be understood; in words, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Garbage(pub String);

/// What became of a call that got no usable answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// It never left.
    #[error("{0}")]
    NotSent(String),
    /// The host turned it away to the end: too many calls.
    #[error("the host turns calls away (429)")]
    Throttled,
    /// It may have taken effect.
    #[error("{0}")]
    Unknown(String),
}

/// Why nothing happens for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// The vendor's limit on calls.
    Limit,
    /// Too many calls, said the vendor.
    Throttled,
    /// A failed call is repeated.
    Repeating,
}

/// Somebody who wants to know about waits.
pub trait Watch: Send + Sync {
    /// Nothing happens for so long.
    fn waiting(&self, wait: Duration, why: Waiting);
}

/// A vendor's door.
pub struct Client {
    options: ClientOptions,
    host: Arc<str>,
    calls: AtomicU32,
}

impl Client {
    /// A client, if its host may have the tokens.
    pub fn new(mut options: ClientOptions) -> Result<Self, Unfit> {
        let host = options.hosts.check(&options.base_url)?.into();
        let length = options.base_url.trim_end_matches('/').len();
        options.base_url.truncate(length);
        Ok(Self {
            options,
            host,
            calls: AtomicU32::new(0),
        })
    }

    /// The host, with its port where it has one.
    pub fn host(&self) -> &Arc<str> {
        &self.host
    }

    /// Calls that left, repetitions included.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Takes the tokens out of a foreign text.
    pub fn clean(&self, text: &str) -> String {
        self.options.redactor.clean(text)
    }

    /// Makes a call and reads its answer. What `read` calls garbage is repeated like a lost answer,
    /// where the exchange may be.
    pub async fn fetch<T>(
        &self,
        exchange: &Exchange,
        watch: &dyn Watch,
        read: impl Fn(&Reply) -> Result<T, Garbage> + Send + Sync,
    ) -> Result<T, HttpError> {
        let url = self.url(exchange)?;
        let mut number = 0;
        let mut first = None;
        let mut doubtful = false;
        loop {
            let told = |wait| {
                if wait >= WORTH_TELLING {
                    watch.waiting(wait, Waiting::Limit);
                }
            };
            let slot = self.options.throttle.slot(&told).await;
            let began = self.options.clock.elapsed();
            let first = *first.get_or_insert(began);
            let call = u64::from(self.calls.fetch_add(1, Ordering::Relaxed));
            let outcome = self.once(exchange, &url, doubtful, &read).await;
            drop(slot);
            let now = self.options.clock.elapsed();
            let (trouble, error) = match outcome {
                Outcome::Done(value) => return Ok(value),
                Outcome::Trouble(trouble, error) => (trouble, error),
            };
            let may_repeat = match (exchange.repeat, &error) {
                (Repeat::Always, _) => true,
                (Repeat::IfUnsent, HttpError::NotSent(_) | HttpError::Throttled) => true,
                (Repeat::IfUnsent, HttpError::Unknown(_)) => false,
            };
            let spent = now.saturating_sub(first);
            let wait = may_repeat
                .then(|| self.options.backoff.wait(call, number, spent, trouble))
                .flatten();
            let Some(wait) = wait else {
                return Err(match error {
                    // That this attempt did nothing says nothing of an earlier one whose answer was lost.
                    HttpError::NotSent(_) | HttpError::Throttled if doubtful => {
                        HttpError::Unknown(format!("an answer was lost, and after it: {error}"))
                    }
                    error => error,
                });
            };
            number += 1;
            doubtful |= matches!(error, HttpError::Unknown(_));
            if let Trouble::Throttled(_) = trouble {
                // Everybody on this host waits: one more call now would be turned away as well.
                self.options.throttle.silence(wait);
                watch.waiting(wait, Waiting::Throttled);
            } else {
                if wait >= WORTH_TELLING {
                    watch.waiting(wait, Waiting::Repeating);
                }
                self.options.clock.sleep(wait).await;
            }
        }
    }

    /// One attempt.
    async fn once<T>(
        &self,
        exchange: &Exchange,
        url: &str,
        doubtful: bool,
        read: &(impl Fn(&Reply) -> Result<T, Garbage> + Send + Sync),
    ) -> Outcome<T> {
        let request = HttpRequest {
            method: exchange.method,
            url: url.to_owned(),
            accept: self.options.accept,
            authorization: self.options.authorization.clone(),
            body: exchange.body.clone(),
        };
        let began = self.options.clock.elapsed();
        let answer = self.options.transport.send(request, TIMEOUT).await;
        let ms = self
            .options
            .clock
            .elapsed()
            .saturating_sub(began)
            .as_millis();
        let (method, path) = (exchange.method.as_str(), exchange.path.as_str());
        let answer = match answer {
            Ok(answer) => {
                let status = answer.status;
                tracing::info!(method, path, status, ms, "call");
                answer
            }
            Err(error) => {
                let why = self.clean(&error.to_string());
                tracing::info!(method, path, why, ms, "call failed");
                let error = match error {
                    TransportError::NotSent(_) => HttpError::NotSent(why),
                    TransportError::Unknown(_) => HttpError::Unknown(why),
                };
                return Outcome::Trouble(Trouble::Passing, error);
            }
        };
        match answer.status {
            429 => Outcome::Trouble(Trouble::Throttled(answer.retry_after), HttpError::Throttled),
            status @ (100..=199 | 300..=399 | 500..) => {
                let why = match status {
                    300..=399 => format!("a redirect ({status}), which is not followed"),
                    _ => format!("the server failed ({status})"),
                };
                Outcome::Trouble(Trouble::Passing, HttpError::Unknown(why))
            }
            _ => {
                let reply = Reply {
                    status: answer.status,
                    request_id: answer.request_id,
                    body: answer.body,
                    doubtful,
                };
                match read(&reply) {
                    Ok(value) => Outcome::Done(value),
                    Err(Garbage(why)) => {
                        let why = self.clean(&why);
                        tracing::debug!(method, path, why, "answer not understood");
                        Outcome::Trouble(Trouble::Passing, HttpError::Unknown(why))
                    }
                }
            }
        }
    }

    fn url(&self, exchange: &Exchange) -> Result<String, HttpError> {
        let whole = format!("{}{}", self.options.base_url, exchange.path);
        let fault = |_| HttpError::NotSent(format!("`{}` is no path", exchange.path));
        let mut url = reqwest::Url::parse(&whole).map_err(fault)?;
        if !exchange.query.is_empty() {
            let pairs = exchange.query.iter();
            url.query_pairs_mut()
                .extend_pairs(pairs.map(|(name, value)| (*name, value.as_str())));
        }
        Ok(url.into())
    }
}

/// Shows the host and nothing else.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

enum Outcome<T> {
    Done(T),
    Trouble(Trouble, HttpError),
}

#[cfg(test)]
mod tests;
