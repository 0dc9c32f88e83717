//! The transport of real runs: HTTP/1.1 over TCP, TLS by rustls with compiled-in roots.
//!
//! Not configurable from outside: no proxies from the environment, no redirects, no repetitions of
//! its own. Invariant: a body larger than the bound is an error, not a prefix.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use super::transport::{HttpRequest, HttpResponse, Method, Transport, TransportError};

/// The largest answer that is read. A list of ten thousand users is a few megabytes.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Headers in which vendors and the networks before them put an id of the request.
const REQUEST_IDS: [&str; 3] = ["x-request-id", "x-correlation-id", "cf-ray"];

/// Carries requests over the network.
#[derive(Debug)]
pub struct Network {
    client: reqwest::Client,
}

impl Network {
    /// Sets up TLS and the pool of connections; nothing is opened yet.
    pub fn new() -> Result<Self, TransportError> {
        let fault = |error: &dyn Error| TransportError::NotSent(format!("no TLS: {error}"));
        let roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(|error| fault(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("keyholder/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .gzip(true)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| fault(&error))?;
        Ok(Self { client })
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(
        &self,
        request: HttpRequest,
        timeout: Duration,
    ) -> Result<HttpResponse, TransportError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = self
            .client
            .request(method, &request.url)
            .timeout(timeout)
            .header(reqwest::header::ACCEPT, request.accept)
            .header(reqwest::header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = request.authorization {
            let authorization = authorization.expose_secret();
            let mut authorization = reqwest::header::HeaderValue::from_str(authorization)
                .map_err(|_| TransportError::NotSent("a token cannot stand in a header".into()))?;
            authorization.set_sensitive(true);
            builder = builder.header(reqwest::header::AUTHORIZATION, authorization);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut answer = builder.send().await.map_err(|error| failure(&error))?;

        let header = |name: &str| answer.headers().get(name)?.to_str().ok();
        let retry_after = header("retry-after")
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        let request_id = REQUEST_IDS
            .iter()
            .find_map(|name| header(name))
            .map(|id| id.chars().take(100).collect::<String>().into());
        let status = answer.status().as_u16();

        let mut body = Vec::new();
        // From here on the request has arrived: whatever fails now, it may have taken effect.
        while let Some(chunk) = answer.chunk().await.map_err(|error| cut_short(&error))? {
            if body.len() + chunk.len() > LARGEST_BODY {
                let why = format!("an answer of more than {} MiB", LARGEST_BODY >> 20);
                return Err(TransportError::Unknown(why));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse {
            status,
            retry_after,
            request_id,
            body,
        })
    }
}

fn failure(error: &reqwest::Error) -> TransportError {
    if error.is_connect() || error.is_builder() {
        TransportError::NotSent(format!("no connection: {}", root(error)))
    } else if error.is_timeout() {
        TransportError::Unknown("no answer in time".into())
    } else {
        TransportError::Unknown(format!("the connection broke: {}", root(error)))
    }
}

fn cut_short(error: &reqwest::Error) -> TransportError {
    if error.is_timeout() {
        TransportError::Unknown("the answer did not end in time".into())
    } else {
        TransportError::Unknown(format!("the answer was cut short: {}", root(error)))
    }
}

/// The innermost cause: the outer ones name the address, the inner one what happened.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if std::ptr::addr_eq(cause, error) {
        // An error without a cause would print the address; its kind is enough.
        return "the request could not be made".into();
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use secrecy::SecretString;

    use super::*;

    fn send(url: String) -> Result<HttpResponse, TransportError> {
        let request = HttpRequest {
            method: Method::Get,
            url,
            accept: "application/json",
            authorization: Some(SecretString::from("Bearer s3cret")),
            body: None,
        };
        assert!(!format!("{request:?}").contains("s3cret"));
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(async {
                let network = Network::new().unwrap();
                network.send(request, Duration::from_secs(5)).await
            })
    }

    /// Answers one connection with these bytes and closes it; gives back what was asked.
    fn serve(answer: &'static [u8]) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let length = socket.read(&mut asked).unwrap();
            socket.write_all(answer).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        (url, server)
    }

    #[test]
    fn an_answer_with_its_headers_is_read() {
        let (url, server) = serve(
            b"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\nx-request-id: abc\r\ncontent-length: 2\r\n\r\nok",
        );
        let answer = send(url).unwrap();
        assert_eq!(answer.status, 429);
        assert_eq!(answer.retry_after, Some(Duration::from_secs(7)));
        assert_eq!(answer.request_id.as_deref(), Some("abc"));
        assert_eq!(answer.body, b"ok");
        let asked = server.join().unwrap().to_lowercase();
        assert!(asked.contains("authorization: bearer s3cret"));
        assert!(asked.contains("content-type: application/json"));
    }

    #[test]
    fn nobody_there_is_not_sent() {
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let error = send(format!("http://{address}/x")).unwrap_err();
        assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    }

    #[test]
    fn a_connection_that_breaks_after_sending_is_unknown() {
        let (url, server) = serve(b"");
        let error = send(url).unwrap_err();
        assert!(matches!(error, TransportError::Unknown(_)), "{error:?}");
        server.join().unwrap();
    }

    #[test]
    fn a_cut_answer_is_unknown_and_a_redirect_is_not_followed() {
        let (url, server) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{");
        let error = send(url).unwrap_err();
        assert!(matches!(error, TransportError::Unknown(_)), "{error:?}");
        server.join().unwrap();
        let (url, server) = serve(
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        );
        assert_eq!(send(url).unwrap().status, 302);
        server.join().unwrap();
    }
}
