//! Calls to a vendor over HTTP: paced, bounded, repeated only where that is harmless.
//!
//! Knows no vendor and no word of the domain: it moves bytes and says what became of them.
//! Invariants: no more calls per host than its windows allow; a call that may not be repeated is
//! sent a second time only if the first provably never left; tokens go to allowed hosts alone and
//! into no error, log or debugging output.

mod ask;
mod backoff;
mod client;
mod limiter;
mod network;
mod redact;
mod throttle;
mod together;
mod transport;

pub use ask::{Refused, Unread};
pub use backoff::{Backoff, Trouble};
pub use client::{
    Client, ClientOptions, Exchange, Garbage, HostPolicy, HttpError, Repeat, Reply, Unfit, Waiting,
    Watch,
};
pub use limiter::{Decision, Limiter, Window};
pub use network::Network;
pub use redact::Redactor;
pub use throttle::{Throttle, Throttles};
pub use together::{Job, together};
pub use transport::{HttpRequest, HttpResponse, Method, Transport, TransportError};
