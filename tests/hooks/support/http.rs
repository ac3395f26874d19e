//! A client that pools one connection, a server, and a body that traces what reads it.

use std::convert::Infallible;
use std::error::Error;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame};
use hyper::service::service_fn;
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower_service::Service;
use tracer::{SpanContext, current, traced};

/// Makes a client that connects as often as it likes.
pub fn client() -> Client<HttpConnector, Chunk> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// A client that connects once: later requests wait until the connection is free.
#[derive(Debug)]
pub struct OneConnection {
    client: Client<Once, Chunk>,
    closed: Arc<Semaphore>,
}

impl OneConnection {
    /// Makes one that has not connected yet.
    pub fn new() -> Self {
        let closed = Arc::new(Semaphore::new(0));
        let once = Once {
            connector: HttpConnector::new(),
            used: Arc::default(),
            closed: Arc::clone(&closed),
        };
        Self { client: Client::builder(TokioExecutor::new()).build(once), closed }
    }
}

impl Default for OneConnection {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for OneConnection {
    type Target = Client<Once, Chunk>;

    fn deref(&self) -> &Self::Target {
        &self.client
    }
}

impl Drop for OneConnection {
    fn drop(&mut self) {
        // The client goes on connecting in the background, and keeps its pool for that.
        self.closed.close();
    }
}

/// Connects once; later tries fail when the client is dropped.
#[derive(Clone, Debug)]
pub struct Once {
    connector: HttpConnector,
    used: Arc<AtomicBool>,
    closed: Arc<Semaphore>,
}

impl Service<Uri> for Once {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.connector.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // Relaxed: it guards nothing but itself.
        if self.used.swap(true, Ordering::Relaxed) {
            let closed = Arc::clone(&self.closed);
            return Box::pin(async move {
                drop(closed.acquire().await);
                Err("the client is closed".into())
            });
        }
        let connecting = self.connector.call(uri);
        Box::pin(async { Ok(connecting.await?) })
    }
}

/// Posts a body, or gets where it is none, and returns the answer.
///
/// # Panics
///
/// If there is no answer.
pub async fn posted<C>(client: &Client<C, Chunk>, url: &str, body: Chunk) -> String
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let method = if body.id.is_some() { "POST" } else { "GET" };
    let request = Request::builder().method(method).uri(url).body(body).expect("a valid request");
    let answer = client.request(request).await.expect("the server answers");
    let bytes = answer.into_body().collect().await.expect("the server answers").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("the server sends text")
}

/// Accepts so many connections, a task each, and waits for their ends.
///
/// # Panics
///
/// If no connection comes, or its task panics.
pub async fn serve_with_hyper<F>(
    listener: TcpListener,
    connections: usize,
    answer: impl Fn(String) -> F + Copy + Send + 'static,
) where
    F: Future<Output = &'static str> + Send,
{
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (stream, _) = listener.accept().await.expect("a connection comes");
        tasks.spawn(async move {
            let service = service_fn(move |request: Request<hyper::body::Incoming>| async move {
                let path = request.uri().path().to_owned();
                let text = answer(path).await;
                request.into_body().collect().await.expect("the whole body comes");
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(text))))
            });
            let connection = hyper::server::conn::http1::Builder::new();
            drop(connection.serve_connection(TokioIo::new(stream), service).await);
        });
    }
    tasks.join_all().await;
}

/// A body of one piece, made in the task of the connection, or of none.
#[derive(Debug, Default)]
pub struct Chunk {
    id: Option<u32>,
    context: Option<SpanContext>,
}

impl Chunk {
    /// Traces what reads it.
    pub fn new(id: u32) -> Self {
        Self { id: Some(id), context: None }
    }

    /// Traces what reads it, in the context current here.
    pub fn in_current(id: u32) -> Self {
        Self { id: Some(id), context: Some(current()) }
    }
}

#[traced(args)]
fn chunk(id: u32) -> Frame<Bytes> {
    Frame::data(Bytes::from("a piece"))
}

impl Body for Chunk {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(id) = self.id.take() else { return Poll::Ready(None) };
        let frame = match self.context {
            None => chunk(id),
            Some(context) => {
                let made =
                    std::pin::pin!(tracer::FutureExt::in_context(async { chunk(id) }, context));
                std::task::ready!(made.poll(cx))
            }
        };
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.id.is_none()
    }
}
