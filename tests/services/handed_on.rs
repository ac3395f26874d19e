//! What comes with a request goes on with those that are sent for it.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Request};
use tracer::http::ServerLayer;
use tracer::propagate::{Propagators, Style};
use tracer::{Tracer, export::Memory};
use tracer_services_tests::{Serving, client, get, scope, serve, text};

/// Answers with the headers that say which trace it is in.
async fn mirror(headers: HeaderMap) -> String {
    let said = ["traceparent", "tracestate", "baggage", "x-datadog-trace-id"].map(|name| {
        headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    said.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Asks the mirror, and answers with what it saw.
async fn ask(State(mirror): State<String>) -> String {
    text(client(), get(mirror)).await.1
}

/// A mirror, and what stands before it.
async fn chain(layer: ServerLayer) -> (Serving, Serving) {
    let mirror = serve(Router::new().fallback(mirror)).await;
    let front = Router::new().fallback(ask).with_state(mirror.url("/")).layer(layer);
    (serve(front).await, mirror)
}

async fn seen(front: &Serving, headers: &[(&str, &str)]) -> String {
    let mut request = Request::get(front.url("/"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new());
    text(client.build_http(), request.body(Body::empty()).expect("a request")).await.1
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test]
async fn a_trace_that_is_not_recorded_stays_so() {
    let scope = scope();
    let (front, mirror) = chain(scope.in_scope(ServerLayer::new)).await;
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-00");
    let headers = [("traceparent", &*parent), ("tracestate", "a=1"), ("baggage", "user=ann")];
    let seen = seen(&front, &headers).await;
    front.stop().await;
    mirror.stop().await;
    let (parent, rest) = seen.split_once(' ').expect("all of it goes on");
    assert!(parent.starts_with(&format!("00-{TRACE}-")) && parent.ends_with("-00"), "{parent}");
    assert_eq!(rest, "a=1 user=ann");
    assert_eq!(scope.tree(), "");
}

#[tokio::test]
async fn the_next_service_is_below_the_client_s_span() {
    let scope = scope();
    let (front, mirror) = chain(scope.in_scope(ServerLayer::new)).await;
    let seen = seen(&front, &[("traceparent", &format!("00-{TRACE}-00f067aa0ba902b7-01"))]).await;
    front.stop().await;
    mirror.stop().await;
    assert_eq!(scope.tree(), "GET\n  GET\n");
    let spans = scope.spans();
    let sent = spans.iter().find(|span| !span.is_local_root()).expect("it has ended");
    assert_eq!(seen, format!("00-{TRACE}-{}-01", sent.span_id()));
}

#[tokio::test]
async fn the_tracer_says_which_headers_count() {
    let memory = Memory::default();
    let styles = Propagators::none().with(Style::Datadog);
    let tracer = Tracer::builder().exporter(memory.clone()).propagators(styles).build();
    let tracer = tracer.expect("it starts");
    let (front, mirror) = chain(tracer.in_scope(ServerLayer::new)).await;
    let headers = [("x-datadog-trace-id", "7"), ("x-datadog-parent-id", "8")];
    let with_w3c = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let seen = seen(&front, &[&headers[..], &[("traceparent", &with_w3c)]].concat()).await;
    front.stop().await;
    mirror.stop().await;
    assert_eq!(seen, "7");
    tracer.flush(std::time::Duration::from_secs(30)).expect("nothing is lost");
    let ids: Vec<_> = memory.take().iter().map(|span| span.trace_id().to_u128()).collect();
    assert_eq!(ids, [7, 7]);
}
