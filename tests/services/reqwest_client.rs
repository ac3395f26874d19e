//! reqwest with its middleware: a span of each request, and of each try below its retries.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get as on_get;
use futures::StreamExt as _;
use http::StatusCode;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use tracer::http::{ClientLayer, ServerLayer};
use tracer::{FutureExt as _, Span};
use tracer_services_tests::{described, scope, serve};

fn app(layer: ServerLayer) -> Router {
    let second_time = async |State(calls): State<Arc<AtomicU32>>| {
        // Relaxed: it guards nothing.
        match calls.fetch_add(1, Ordering::Relaxed) {
            0 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        }
    };
    Router::new()
        .route("/second-time", on_get(second_time))
        .route("/old", on_get(async || Redirect::permanent("/new?token=abc")))
        .route("/new", on_get(async || "found"))
        .with_state(Arc::default())
        .layer(layer)
}

fn client() -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::new()).with(ClientLayer::new()).build()
}

#[tokio::test]
async fn a_request_is_one_tree_and_redirects_are_told() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let client = client();
    let url = serving.url("/old");
    let answer = scope.bind(async { client.get(&url).send().await }).await.expect("it answers");
    assert_eq!(answer.url().path(), "/new");
    assert_eq!(answer.text().await.expect("all of it comes"), "found");
    drop(client);
    serving.stop().await;
    assert_eq!(scope.tree(), "GET\n  GET /new\n  GET /old\n");
    let spans = scope.spans();
    let client: Vec<_> = spans.iter().filter(|span| span.name() == "GET").cloned().collect();
    assert_eq!(
        described(&client),
        "\
GET client
  . http.request.method = GET
  . url.full = http://127.0.0.1:PORT/old
  . server.address = 127.0.0.1
  . server.port = PORT
  . network.protocol.version = 1.1
  . http.response.status_code = 200
  * redirected url.full=http://127.0.0.1:PORT/new?token=REDACTED
"
    );
}

#[tokio::test]
async fn each_retry_is_a_span_of_its_own() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let policy = ExponentialBackoff::builder()
        .retry_bounds(std::time::Duration::ZERO, std::time::Duration::ZERO)
        .build_with_max_retries(3);
    let client = ClientBuilder::new(reqwest::Client::new())
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with(ClientLayer::new())
        .build();
    let call = async { client.get(serving.url("/second-time")).send().await };
    let asked = scope.bind(async { call.in_span(Span::new("ask")).await }).await;
    assert_eq!(asked.expect("it answers").status(), 200);
    drop(client);
    serving.stop().await;
    assert_eq!(scope.tree(), "ask\n  GET ⚠\n    GET /second-time ✖\n  GET\n    GET /second-time\n");
    let spans = scope.spans();
    let resends = spans.iter().filter_map(|span| span.attribute("http.request.resend_count"));
    assert!(resends.eq([1.into()]));
}

#[tokio::test]
async fn a_stream_is_read_in_its_span() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let client = client();
    let answer = scope.bind(async { client.get(serving.url("/new")).send().await }).await;
    let mut stream = answer.expect("it answers").bytes_stream();
    assert_eq!(scope.spans().iter().filter(|span| span.name() == "GET").count(), 0);
    while let Some(piece) = stream.next().await {
        assert_eq!(piece.expect("it comes"), "found");
    }
    drop((stream, client));
    serving.stop().await;
    assert_eq!(scope.tree(), "GET\n  GET /new\n");
}

#[tokio::test]
async fn who_cannot_be_reached_is_an_error_with_its_sources() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let scope = scope();
    scope.bind(async { client().get(url).send().await }).await.expect_err("nobody listens");
    let spans = scope.spans();
    let error = spans[0].error().expect("it failed");
    assert!(error.message().starts_with("error sending request"), "{}", error.message());
    assert!(error.sources().any(|source| source == "tcp connect error"));
}
