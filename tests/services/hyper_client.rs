//! hyper-util's client, and what tower puts around it: one span a try, whatever the connection.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get as on_get;
use http::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::retry::{Policy, RetryLayer};
use tower::{Layer as _, ServiceExt as _};
use tower_http::follow_redirect::FollowRedirectLayer;
use tracer::http::{ClientLayer, Resends, Route, ServerLayer};
use tracer::{FutureExt as _, Span};
use tracer_services_tests::{client, get, scope, serve, text};

/// Sends once more what the server could not do.
#[derive(Clone)]
struct Again;

impl<B, E> Policy<Request<String>, Response<B>, E> for Again {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<String>,
        result: &mut Result<Response<B>, E>,
    ) -> Option<Self::Future> {
        let is_failed = result.as_ref().is_ok_and(|answer| answer.status().is_server_error());
        is_failed.then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<String>) -> Option<Request<String>> {
        Some(request.clone())
    }
}

fn app(layer: ServerLayer) -> Router {
    let calls = Arc::new(AtomicU32::new(0));
    // Relaxed: it guards nothing.
    let third_time =
        async |State(calls): State<Arc<AtomicU32>>| match calls.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
    Router::new()
        .route("/third-time", on_get(third_time))
        .route("/old", on_get(async || Redirect::permanent("/older")))
        .route("/older", on_get(async || Redirect::to("/new")))
        .route("/new", on_get(async || "found"))
        .with_state(calls)
        .layer(layer)
}

#[tokio::test]
async fn each_retry_is_a_span_of_its_own() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let plain = hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
    let client = RetryLayer::new(Again).layer(ClientLayer::new().layer(plain));
    let mut request =
        Request::get(serving.url("/third-time")).body(String::new()).expect("a request");
    request.extensions_mut().insert(Resends::default());
    let call = async { client.oneshot(request).await.expect("it answers").status() };
    let asked = scope.bind(async { call.in_span(Span::new("ask")).await });
    assert_eq!(asked.await, 200);
    serving.stop().await;
    assert_eq!(
        scope.tree(),
        "ask\n  GET ⚠\n    GET /third-time ✖\n  GET ⚠\n    GET /third-time ✖\n  GET\n    GET /third-time\n"
    );
    let spans = scope.spans();
    let mut resends: Vec<_> =
        spans.iter().filter_map(|span| span.attribute("http.request.resend_count")).collect();
    resends.sort_by_key(ToString::to_string);
    assert_eq!(resends, [1.into(), 2.into()]);
}

#[tokio::test]
async fn each_redirect_is_a_span_of_its_own() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let client = FollowRedirectLayer::new().layer(client());
    let call = async { text(client, get(serving.url("/old"))).await };
    let asked = scope.bind(async { call.in_span(Span::new("ask")).await });
    assert_eq!(asked.await, (200, "found".to_owned()));
    serving.stop().await;
    assert_eq!(
        scope.tree(),
        "ask\n  GET\n    GET /new\n  GET\n    GET /old\n  GET\n    GET /older\n"
    );
}

#[tokio::test]
async fn a_client_that_knows_the_route_names_its_span() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let mut request = get(serving.url("/new"));
    request.extensions_mut().insert(Route::new("/{page}"));
    scope.bind(text(client(), request)).await;
    serving.stop().await;
    assert_eq!(scope.tree(), "GET /{page}\n  GET /new\n");
    assert_eq!(scope.spans()[1].attribute("url.template"), Some("/{page}".into()));
}

#[tokio::test]
async fn who_cannot_be_reached_is_an_error_with_its_sources() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let scope = scope();
    scope.bind(client().oneshot(get(url))).await.map(drop).expect_err("nobody listens");
    let spans = scope.spans();
    let error = spans[0].error().expect("it failed");
    assert_eq!(error.type_name(), "hyper_util::client::legacy::client::Error");
    assert_eq!(error.message(), "client error (Connect)");
    assert_eq!(error.sources().next(), Some("tcp connect error"));
}

/// One connection, opened by the first request and used by all.
#[tokio::test]
async fn a_pooled_connection_belongs_to_no_request() {
    let scope = scope();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let layer = scope.in_scope(ServerLayer::new);
    let serving = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection comes");
        let service = tower::service_fn(async |_| {
            drop(Span::new("answer"));
            Ok::<_, Infallible>(Response::new(Body::from("pong")))
        });
        let service = TowerToHyperService::new(layer.layer(service));
        let connection = hyper::server::conn::http1::Builder::new();
        connection
            .serve_connection(TokioIo::new(stream), service)
            .await
            .expect("it is closed well");
    });
    let client = client();
    for _ in 0..3 {
        let call = text(client.clone(), get(&url));
        assert_eq!(scope.bind(async { call.in_span(Span::new("ask")).await }).await.0, 200);
    }
    drop(client);
    serving.await.expect("it does not panic");
    let one = "ask\n  GET\n    GET\n      answer\n";
    let spans = scope.spans();
    assert!(spans.iter().all(|span| span.links().next().is_none()));
    assert_eq!(scope.tree(), one.repeat(3));
}

/// Some services work as they are called, before their futures are polled.
#[tokio::test]
async fn what_is_done_in_a_call_belongs_to_the_request() {
    let scope = scope();
    let call = async {
        let answer = tower::service_fn(|_: Request<Body>| {
            drop(Span::new("in the call"));
            ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        });
        let between = tower::util::MapRequest::new(ServerLayer::new().layer(answer), |request| {
            drop(Span::new("on the way"));
            request
        });
        ClientLayer::new().layer(between).oneshot(get("http://shop/")).await.map(drop)
    };
    scope.bind(call).await.expect("it answers");
    assert_eq!(scope.tree(), "GET\n  GET\n    in the call\n  on the way\n");
}
