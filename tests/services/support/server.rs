//! An axum server on a port of its own, and a client of hyper-util for it.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tower::{Layer as _, Service, ServiceExt as _};
use tracer::http::ClientLayer;

/// A server that runs until it is told to stop.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Serves `app` on a port of its own.
///
/// # Panics
///
/// If there is no port.
pub async fn serve(app: Router) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (stop, stopped) = oneshot::channel::<()>();
    let app: IntoMakeServiceWithConnectInfo<Router, SocketAddr> =
        app.into_make_service_with_connect_info();
    let task = tokio::spawn(async move {
        let serving = axum::serve(listener, app);
        let serving = serving.with_graceful_shutdown(async { drop(stopped.await) });
        serving.await.expect("it serves until it is stopped");
    });
    Serving { address, stop, task }
}

impl Serving {
    /// The URL of a path of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, once all its connections are closed.
    ///
    /// # Panics
    ///
    /// If it failed.
    pub async fn stop(self) {
        drop(self.stop);
        self.task.await.expect("it does not panic");
    }
}

/// hyper-util's client, traced.
pub type TracedClient = tracer::http::Client<Client<HttpConnector, Body>>;

/// Makes a traced client of hyper-util's.
pub fn client() -> TracedClient {
    ClientLayer::new().layer(Client::builder(TokioExecutor::new()).build_http())
}

/// A request without a body.
///
/// # Panics
///
/// If the URL is none.
pub fn get(url: impl AsRef<str>) -> Request<Body> {
    Request::get(url.as_ref()).body(Body::empty()).expect("a valid request")
}

/// Sends a request and reads the answer to its end: status and text.
///
/// # Panics
///
/// If there is no whole answer.
pub async fn text<S, B>(client: S, request: Request<Body>) -> (u16, String)
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: std::fmt::Debug,
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let answer = client.oneshot(request).await.expect("the server answers");
    let status = answer.status().as_u16();
    let bytes = answer.into_body().collect().await.expect("the whole answer comes").to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}
