//! Whatever comes, the service does as it does without the layer, and the span says what came.

use axum::Router;
use axum::extract::Request;
use axum::routing::any;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tracer::export::{Outcome, SpanRecord};
use tracer::http::ServerLayer;
use tracer_services_tests::{Serving, scope, serve};

/// Says what it saw, so that a layer that changes something is found out.
async fn mirror(request: Request) -> String {
    format!("{} {}\n{:?}", request.method(), request.uri(), request.headers())
}

fn app() -> Router {
    Router::new().route("/{*path}", any(mirror)).fallback(mirror)
}

/// Sends bytes as they are, and returns all that comes back, without the date.
async fn sent(serving: &Serving, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(serving.address()).await.expect("it listens");
    // A server that has seen enough may close before all is sent.
    let _sent = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _read = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    text.lines().filter(|line| !line.starts_with("date: ")).collect::<Vec<_>>().join("\n")
}

fn request(target: &[u8], headers: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = [b"GET ", target, b" HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n"].concat();
    for (name, value) in headers {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes
}

#[tokio::test]
async fn a_service_behaves_as_without_the_layer() {
    let scope = scope();
    let layer = scope.in_scope(ServerLayer::new).request_header("x-tenant");
    let (bare, traced) = (serve(app()).await, serve(app().layer(layer)).await);
    let long = [b"/".as_slice(), &b"a".repeat(60_000)].concat();
    let query = [b"/?".as_slice(), &b"token=x&".repeat(2_000)].concat();
    let many: Vec<_> = (0..60).map(|_| ("baggage", b"a=1".as_slice())).collect();
    let hostile = [
        request(b"/fine", &[]),
        request(b"/p", &[("traceparent", b"00-ffffffffffffffffffffffffffffffff-zz-01")]),
        request(b"/p", &[("user-agent", b"\xFF\xFE"), ("x-tenant", b"\x80")]),
        request(b"/p", &[("traceparent", b"\xFF"), ("tracestate", &b"=,".repeat(9_000))]),
        request(b"/p", &[("host", b"other:99999"), ("x-forwarded-for", b"nobody, \xFF")]),
        request(b"/p", &[("x-forwarded-for", b"::1"), ("x-forwarded-proto", b"gopher")]),
        request(b"/p", &[("content-type", b"application/grpc")]),
        request(b"/p", &many),
        request(b"/%FF%00/..//%2e?%zz&=&&token=%FF", &[]),
        request(&long, &[]),
        request(&query, &[]),
        request(b"http://ann:secret@[::1/", &[]),
        request(b"*", &[]),
        b"\x00\x01\x02\r\n\r\n".to_vec(),
        b"GET /half HTTP/1.1\r\nhost: sh".to_vec(),
    ];
    for bytes in &hostile[..hostile.len() - 1] {
        assert_eq!(sent(&traced, bytes).await, sent(&bare, bytes).await);
    }
    // Who says half of a request and goes has asked for nothing.
    let mut half = TcpStream::connect(traced.address()).await.expect("it listens");
    half.write_all(&hostile[hostile.len() - 1]).await.expect("it listens");
    drop(half);
    bare.stop().await;
    traced.stop().await;

    let spans = scope.spans();
    assert!(spans.len() >= 9 && spans.iter().all(SpanRecord::is_local_root));
    assert!(spans.iter().all(|span| span.outcome() == Outcome::Completed && !span.is_failed()));
    let said = |key: &str| -> Vec<String> {
        let values = spans.iter().filter_map(|span| span.attribute(key));
        values.map(|value| value.to_string()).collect()
    };
    assert_eq!(said("user_agent.original"), ["\u{FFFD}\u{FFFD}"]);
    assert_eq!(said("http.request.header.x-tenant"), ["\u{FFFD}"]);
    assert_eq!(said("client.address").iter().filter(|address| *address == "::1").count(), 1);
    assert!(said("url.path").iter().all(|path| path.len() <= 8 * 1024 + '…'.len_utf8()));
    assert!(said("url.query").iter().all(|query| !query.contains("token=x")));
    let stats = scope.stats();
    assert_eq!((stats.lost_details, stats.exporters[0].dropped.total()), (0, 0));
    assert!(stats.refused.malformed >= 2);
}

/// One span after the other may have a name of its own only where somebody has chosen it.
#[tokio::test]
async fn paths_that_strangers_make_up_are_no_names() {
    let scope = scope();
    let serving = serve(app().layer(scope.in_scope(ServerLayer::new))).await;
    for number in 0..20 {
        let path = format!("/shop.Stock/Method{number}");
        let call = [("content-type", b"application/grpc".as_slice())];
        sent(&serving, &request(path.as_bytes(), &call)).await;
    }
    serving.stop().await;
    let spans = scope.spans();
    assert_eq!(spans.len(), 20);
    assert!(spans.iter().all(|span| span.name() == "grpc"), "{}", scope.tree());
}
