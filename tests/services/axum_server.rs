//! axum: a span of each request, called after its route.

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use axum::routing::{any, get as on_get};
use futures::{SinkExt as _, StreamExt as _};
use http::{Method, Request, StatusCode};
use tracer::http::ServerLayer;
use tracer::{FutureExt as _, current, traced};
use tracer_services_tests::{client, described, get, scope, serve, text};

#[traced(args)]
async fn load(id: u32) -> Result<String, Missing> {
    if id == 0 { Err(Missing) } else { Ok(format!("cart {id}")) }
}

#[derive(Debug)]
struct Missing;

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such cart")
    }
}

impl Error for Missing {}

async fn cart(Path(id): Path<u32>) -> impl IntoResponse {
    match load(id).await {
        Ok(cart) => (StatusCode::OK, cart),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "no cart".to_owned()),
    }
}

#[traced]
async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message @ Message::Text(_))) = socket.next().await {
        socket.send(message).await.expect("the client listens");
    }
}

async fn upgrade(socket: WebSocketUpgrade) -> impl IntoResponse {
    let request = current();
    socket.on_upgrade(move |socket| echo(socket).in_context(request))
}

fn app(layer: ServerLayer) -> Router {
    Router::new()
        .route("/cart/{id}", on_get(cart))
        .route("/any", any(async || "anything"))
        .route("/socket", any(upgrade))
        .layer(layer)
}

#[tokio::test]
async fn client_and_server_are_one_tree() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let request = Request::get(serving.url("/cart/7?coupon=x&token=abc"))
        .header("user-agent", "test/1.0")
        .body(Body::empty())
        .expect("a request");
    let answer = scope.bind(text(client(), request)).await;
    assert_eq!(answer, (200, "cart 7".to_owned()));
    serving.stop().await;
    assert_eq!(
        described(&scope.spans()),
        "\
GET client
  . http.request.method = GET
  . url.full = http://127.0.0.1:PORT/cart/7?coupon=x&token=REDACTED
  . server.address = 127.0.0.1
  . server.port = PORT
  . network.protocol.version = 1.1
  . http.response.status_code = 200
  GET /cart/{id} server
    . http.request.method = GET
    . http.route = /cart/{id}
    . url.scheme = http
    . url.path = /cart/7
    . url.query = coupon=x&token=REDACTED
    . server.address = 127.0.0.1
    . server.port = PORT
    . client.address = 127.0.0.1
    . network.peer.address = 127.0.0.1
    . network.peer.port = PORT
    . network.protocol.version = 1.1
    . user_agent.original = test/1.0
    . http.response.status_code = 200
    load
      . id = 7
"
    );
}

#[tokio::test]
async fn a_failure_of_a_handler_is_passed_on_by_its_request() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let answer = scope.bind(text(client(), get(serving.url("/cart/0")))).await;
    assert_eq!(answer, (500, "no cart".to_owned()));
    serving.stop().await;
    assert_eq!(scope.tree(), "GET ⚠\n  GET /cart/{id} ⚠\n    load(id=0) ✖\n");
    let spans = scope.spans();
    let types = spans.iter().map(|span| span.error().expect("it failed").type_name().to_owned());
    assert_eq!(types.collect::<Vec<_>>(), ["services::axum_server::Missing", "500", "500"]);
}

#[tokio::test]
async fn what_no_route_matches_is_the_client_s_fault() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    for path in ["/cart/seven", "/nothing/1", "/nothing/2"] {
        let (status, _) = scope.bind(text(client(), get(serving.url(path)))).await;
        assert!((400..500).contains(&status));
    }
    serving.stop().await;
    assert_eq!(scope.tree(), "GET ✖\n  GET\nGET ✖\n  GET\nGET ✖\n  GET /cart/{id}\n");
}

#[tokio::test]
async fn methods_that_nobody_knows_are_no_names() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    for method in ["HEAD", "PATCH", "PROPFIND"] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = Request::builder().method(method).uri(serving.url("/any"));
        let request = request.body(Body::empty()).expect("a request");
        assert_eq!(scope.bind(text(client(), request)).await.0, 200);
    }
    serving.stop().await;
    assert_eq!(scope.tree(), "HEAD\n  HEAD /any\nHTTP\n  HTTP /any\nPATCH\n  PATCH /any\n");
    let spans = scope.spans();
    let odd = spans.iter().filter(|span| span.attribute("http.request.method_original").is_some());
    for span in odd.clone() {
        assert_eq!(span.attribute("http.request.method"), Some("_OTHER".into()));
        assert_eq!(span.attribute("http.request.method_original"), Some("PROPFIND".into()));
    }
    assert_eq!(odd.count(), 2);
}

#[tokio::test]
async fn headers_are_recorded_on_demand_and_proxies_are_believed() {
    let scope = scope();
    let layer = scope.in_scope(ServerLayer::new).request_header("X-Tenant").redact("Coupon");
    let layer = layer.response_header("content-type").request_header("no header has this name");
    let serving = serve(app(layer)).await;
    let request = Request::get(serving.url("/cart/7?coupon=x"))
        .header("x-tenant", "acme")
        .header("x-tenant", "other")
        .header("authorization", "Bearer secret")
        .header("x-forwarded-for", "203.0.113.7, 10.0.0.1")
        .header("x-forwarded-proto", "https")
        .body(Body::empty())
        .expect("a request");
    let hyper = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
    assert_eq!(text(hyper.build_http(), request).await.0, 200);
    serving.stop().await;
    let spans = scope.spans();
    let span = spans.iter().find(|span| span.is_local_root()).expect("it has ended");
    let of = |key| span.attribute(key).map(|value| value.to_string()).unwrap_or_default();
    assert_eq!(of("http.request.header.x-tenant"), "acme, other");
    assert_eq!(of("http.response.header.content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        (of("client.address"), of("network.peer.address")),
        ("203.0.113.7".into(), "127.0.0.1".into())
    );
    assert_eq!((of("url.scheme"), of("url.query")), ("https".into(), "coupon=REDACTED".into()));
    assert!(
        spans
            .iter()
            .all(|span| span.attributes().all(|(_, value)| !value.to_string().contains("secret")))
    );
}

#[tokio::test]
async fn an_upgraded_connection_is_named_and_what_serves_it_may_belong_to_the_request() {
    let scope = scope();
    let serving = serve(app(scope.in_scope(ServerLayer::new))).await;
    let url = serving.url("/socket").replacen("http", "ws", 1);
    let stream = tokio::net::TcpStream::connect(serving.address()).await.expect("it listens");
    let (mut socket, _) = tokio_tungstenite::client_async(url, stream).await.expect("it upgrades");
    socket.send("hello".into()).await.expect("it listens");
    let answer = socket.next().await.expect("it answers").expect("it answers");
    assert_eq!(answer.into_text().expect("it sends text").as_str(), "hello");
    socket.close(None).await.expect("it listens");
    while socket.next().await.is_some() {}
    serving.stop().await;
    while scope.spans().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(scope.tree(), "GET /socket\n  echo\n");
    let spans = scope.spans();
    let span = spans.iter().find(|span| span.is_local_root()).expect("it has ended");
    assert_eq!(span.attribute("network.protocol.name"), Some("websocket".into()));
    assert_eq!(span.attribute("http.response.status_code"), Some(101.into()));
}
