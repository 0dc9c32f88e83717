//! A sandbox on a loopback port.
//!
//! Not where behavior is decided: it moves bytes between HTTP and [`Sandbox`]. It keeps that a dropped answer is a
//! closed connection without a byte, and a cut one a connection closed in the middle of the body, as real networks
//! do it.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::{Request as HttpRequest, Response};
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::host::Sandbox;
use super::wire::{Fate, Reply, Request, parse_query};

/// The largest body a client may send.
const LARGEST_BODY: usize = 4 << 20;

/// A sandbox that listens; dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of a system's interface.
    pub fn url(&self, system: &str) -> String {
        format!("http://{}/{system}/api/v1", self.address)
    }

    /// Takes no more calls, answers those that are there, and ends.
    pub async fn shutdown(mut self) -> io::Result<()> {
        self.stop();
        (&mut self.task).await.map_err(io::Error::other)?
    }

    /// Serves until something ends it from outside.
    pub async fn wait(mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap_or_default();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Lets a sandbox listen; port 0 takes a free one.
pub async fn serve(sandbox: Arc<Sandbox>, address: SocketAddr) -> io::Result<Server> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(move |ConnectInfo(peer): ConnectInfo<Peer>, request| {
        let sandbox = Arc::clone(&sandbox);
        async move { respond(&sandbox, &peer, request).await }
    });
    let service = router.into_make_service_with_connect_info::<Peer>();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        // A sender that is gone stops it as well.
        let stopped = async { stopped.await.unwrap_or_default() };
        axum::serve(Cutting(listener), service)
            .with_graceful_shutdown(stopped)
            .await
    });
    Ok(Server {
        address,
        stop: Some(stop),
        task,
    })
}

async fn respond(sandbox: &Sandbox, peer: &Peer, request: HttpRequest<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let reply = match to_bytes(body, LARGEST_BODY).await {
        Ok(body) => {
            let call = Request {
                method: head.method.as_str().to_owned(),
                path: head.uri.path().to_owned(),
                query: parse_query(head.uri.query().unwrap_or_default()),
                headers: head
                    .headers
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.as_str().to_owned(),
                            String::from_utf8_lossy(value.as_bytes()).into_owned(),
                        )
                    })
                    .collect(),
                body: body.to_vec(),
                peer: peer.address.ip().to_string(),
            };
            sandbox.answer(&call).await
        }
        Err(_) => Reply::empty(413),
    };
    match reply.fate {
        Fate::Normal => {}
        Fate::DropBefore | Fate::DropAfter => peer.cut.store(NOTHING, Ordering::SeqCst),
        Fate::Truncate(bytes) => peer.cut.store(bytes, Ordering::SeqCst),
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    // Names and statuses are the sandbox's own or checked numbers; a fault with status 1000 answers 500.
    response.body(Body::from(reply.body)).unwrap_or_else(|_| {
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = axum::http::StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}

/// The connection is whole.
const WHOLE: usize = usize::MAX;
/// The connection closes before the next byte.
const NOTHING: usize = usize::MAX - 1;

/// Who is at the other end, and a hold on the connection to them.
#[derive(Debug, Clone)]
struct Peer {
    address: SocketAddr,
    /// How many bytes of the next answer's body may leave, or one of the two constants above.
    cut: Arc<AtomicUsize>,
}

impl Connected<IncomingStream<'_, Cutting>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Cutting>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A listener whose connections can be cut.
struct Cutting(TcpListener);

impl Listener for Cutting {
    type Io = Cuttable;
    type Addr = Peer;

    async fn accept(&mut self) -> (Cuttable, Peer) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    let cut = Arc::new(AtomicUsize::new(WHOLE));
                    let peer = Peer {
                        address,
                        cut: Arc::clone(&cut),
                    };
                    return (
                        Cuttable {
                            stream,
                            cut,
                            head: 0,
                            body: 0,
                        },
                        peer,
                    );
                }
                // Out of descriptors, or a connection that ended at once: neither ends the server.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        let address = self.0.local_addr()?;
        Ok(Peer {
            address,
            cut: Arc::new(AtomicUsize::new(WHOLE)),
        })
    }
}

/// A connection that ends where its [`Peer`] says.
struct Cuttable {
    stream: TcpStream,
    cut: Arc<AtomicUsize>,
    /// How much of the blank line that ends an answer's head has passed.
    head: usize,
    /// How many bytes of a cut answer's body have passed.
    body: usize,
}

impl Cuttable {
    /// How many of these bytes may leave before the cut.
    fn allowed(&self, bytes: &[u8], cut: usize) -> (usize, usize, usize) {
        let (mut head, mut body) = (self.head, self.body);
        for (at, byte) in bytes.iter().enumerate() {
            if head == 4 {
                if body == cut {
                    return (at, head, body);
                }
                body += 1;
            } else {
                let wanted = if head % 2 == 0 { b'\r' } else { b'\n' };
                head = match *byte {
                    byte if byte == wanted => head + 1,
                    b'\r' => 1,
                    _ => 0,
                };
            }
        }
        (bytes.len(), head, body)
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let cut = self.cut.load(Ordering::SeqCst);
        let closed = || Poll::Ready(Err(io::Error::from(io::ErrorKind::ConnectionAborted)));
        if cut == WHOLE {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        if cut == NOTHING {
            return closed();
        }
        let (allowed, ..) = self.allowed(bytes, cut);
        if allowed == 0 && !bytes.is_empty() {
            return closed();
        }
        let allowed_bytes = bytes.get(..allowed).unwrap_or(bytes);
        match Pin::new(&mut self.stream).poll_write(context, allowed_bytes) {
            Poll::Ready(Ok(written)) => {
                let passed = bytes.get(..written).unwrap_or(bytes);
                let (_, head, body) = self.allowed(passed, cut);
                (self.head, self.body) = (head, body);
                Poll::Ready(Ok(written))
            }
            other => other,
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
