//! A service between two others: what it is asked for it asks the next one for, in the same trace.

use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use axum::routing::get;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tower::{Layer as _, ServiceExt as _};
use tracer::http::{ClientLayer, ServerLayer};
use tracer::{current, propagate, traced};

/// Who is asked next, as host and port.
const NEXT: &str = "x-next";

/// Serves until it is asked for `/end`; the environment says how contexts are read and written.
pub(crate) fn serve(port: &str) -> Result<(), Box<dyn Error>> {
    let guard = Arc::new(tracer::init()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let address = ("127.0.0.1", port.parse()?);
    let ended = Arc::new(Notify::new());
    let end = {
        let (ended, guard) = (Arc::clone(&ended), Arc::clone(&guard));
        async move || {
            ended.notify_one();
            let refused = guard.tracer().map(|tracer| tracer.stats().refused);
            let is_well = refused == Some(propagate::Refused::default());
            if is_well { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
        }
    };
    // What is added after the layer is not traced.
    let app = Router::new().fallback(relay).layer(ServerLayer::new()).route("/end", get(end));
    runtime.block_on(async {
        let serving = axum::serve(TcpListener::bind(address).await?, app);
        Ok(serving.with_graceful_shutdown(async move { ended.notified().await }).await?)
    })
}

#[traced]
async fn relay(uri: Uri, headers: HeaderMap) -> StatusCode {
    if let Some(user) = current().baggage("user") {
        current().set_baggage("seen", &user);
    }
    match uri.path() {
        "/keep" => current().keep_trace(),
        "/drop" => current().drop_trace(),
        _ => {}
    }
    match call(headers.get(NEXT)).await {
        Ok(status) => status,
        Err(_) => StatusCode::BAD_GATEWAY,
    }
}

async fn call(next: Option<&HeaderValue>) -> Result<StatusCode, Box<dyn Error + Send + Sync>> {
    let next = next.ok_or("nobody is next")?.to_str()?;
    let request = Request::get(format!("http://{next}/")).body(Body::empty())?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    Ok(ClientLayer::new().layer(client).oneshot(request).await?.status())
}
