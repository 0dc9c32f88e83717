//! Requests and replies as plain values, so that a world can be driven without a socket.
//!
//! Not an HTTP library: it knows just enough of targets and queries to serve the simulated vendors. It keeps that
//! text from outside is decoded in one place and never panics.

use std::time::Duration;

use serde_json::Value;

/// One call, as the simulated vendor receives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `PUT` or `DELETE`, in capitals.
    pub method: String,
    /// The path without its query, still percent-encoded.
    pub path: String,
    /// The query's pairs in order, decoded; a key may repeat.
    pub query: Vec<(String, String)>,
    /// Header names (any case) and values.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Vec<u8>,
    /// The address that limits are counted for; empty for calls without a socket.
    pub peer: String,
}

impl Request {
    /// A call without headers and body; `target` may carry a query.
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            query: parse_query(query),
            ..Self::default()
        }
    }

    /// The same call with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same call with a JSON body and its `Content-Type`.
    #[must_use]
    pub fn json(mut self, body: &Value) -> Self {
        self.body = body.to_string().into_bytes();
        self.header("Content-Type", "application/json")
    }

    /// The first value of a header.
    pub(crate) fn find_header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The token behind `Bearer`.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let token = self.find_header("authorization")?.strip_prefix("Bearer ")?;
        Some(token.trim()).filter(|token| !token.is_empty())
    }

    /// The address it came to, without the query; only the path for calls without a `Host`.
    pub(crate) fn url(&self) -> String {
        match self.find_header("host") {
            Some(host) => format!("http://{host}{}", self.path),
            None => self.path.clone(),
        }
    }

    /// The last value of a query key, as PHP-like servers read a repeated one.
    pub(crate) fn find_query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a list-like query key: `name[]=a&name[]=b`, `name=a,b`, or both.
    pub(crate) fn query_list(&self, name: &str) -> Vec<&str> {
        self.query
            .iter()
            .filter(|(key, _)| key.strip_suffix("[]").unwrap_or(key) == name)
            .flat_map(|(_, value)| value.split(','))
            .filter(|value| !value.is_empty())
            .collect()
    }
}

/// What happens to a reply on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives.
    Normal,
    /// The connection closes and nothing was done.
    DropBefore,
    /// The connection closes although everything was done.
    DropAfter,
    /// Only so many bytes of the body arrive, then the connection closes.
    Truncate(usize),
}

/// One answer of a simulated vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The whole body, also where `fate` lets less of it arrive.
    pub body: Vec<u8>,
    /// Whether and how far it arrives.
    pub fate: Fate,
    /// Time between the call and the answer; who transports the reply waits it.
    pub delay: Duration,
}

impl Reply {
    /// A reply whose body is JSON.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![(
                "Content-Type".to_owned(),
                "application/json; charset=utf-8".to_owned(),
            )],
            body: body.to_string().into_bytes(),
            fate: Fate::Normal,
            delay: Duration::ZERO,
        }
    }

    /// A reply without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            fate: Fate::Normal,
            delay: Duration::ZERO,
        }
    }

    /// The body read as JSON, or `null` where it is none.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// Splits and decodes a query; what is not a pair is a key with an empty value.
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(key, true), decode(value, true))
        })
        .collect()
}

/// Percent-encoding of a query's key or value.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Percent-decoding that leaves malformed escapes as they are.
pub(crate) fn decode(text: &str, plus_is_space: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        let code = escaped
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None if first == b'+' && plus_is_space => bytes.push(b' '),
            None => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_split_and_decoded() {
        let request = Request::new(
            "get",
            "/companies?include%5B%5D=staff&include[]=accounts&q=a+b%2",
        );
        assert_eq!(request.method, "GET");
        assert_eq!(request.path, "/companies");
        assert_eq!(request.query_list("include"), ["staff", "accounts"]);
        assert_eq!(request.find_query("q"), Some("a b%2"));
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        for text in ["filter[email]", "a+b c&d=ē%2", ""] {
            assert_eq!(decode(&encode(text), true), text);
        }
    }
}
