//! The seam below the client: one request out, one answer or one failure back.
//!
//! Not a policy: a transport neither waits nor repeats. Invariant: it says whether a failed
//! request may have reached the other side, and in doubt says that it may.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

/// The methods the vendors use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Read.
    Get,
    /// Make something, or something that is not the same when done twice.
    Post,
    /// Write a whole.
    Put,
    /// Take away.
    Delete,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One request, complete. Its debugging output has no token in it.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The `Accept` header.
    pub accept: &'static str,
    /// The `Authorization` header; none for a page that is open to everybody.
    pub authorization: Option<SecretString>,
    /// The body, as JSON text.
    pub body: Option<String>,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// `Retry-After` in seconds, where it was there and a number.
    pub retry_after: Option<Duration>,
    /// The vendor's or its network's id of this request.
    pub request_id: Option<Arc<str>>,
    /// The body, decompressed; it was read to its end.
    pub body: Vec<u8>,
}

/// No answer. The texts contain neither headers nor bodies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The request never left: no connection was made.
    #[error("{0}")]
    NotSent(String),
    /// It may have arrived.
    #[error("{0}")]
    Unknown(String),
}

/// Something that carries requests: the network, or a server in the same process.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request and reads its answer to the end, within `timeout` in all.
    async fn send(
        &self,
        request: HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError>;
}
