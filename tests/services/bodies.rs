//! A request's span ends with the last byte of its response, or when nobody waits for it any more.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::routing::get as on_get;
use futures::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt as _;
use tracer::export::SpanRecord;
use tracer::http::ServerLayer;
use tracer::testing::Scope;
use tracer::traced;
use tracer_services_tests::{Serving, client, get, scope, serve, text};

/// Where handlers wait, and tell that they do.
#[derive(Debug)]
struct Gate {
    reached: Notify,
    open: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { reached: Notify::new(), open: Semaphore::new(0) })
    }

    async fn pass(&self) {
        self.reached.notify_one();
        self.open.acquire().await.expect("it is never closed").forget();
    }
}

#[traced(args(number))]
async fn piece(number: u32, gate: Arc<Gate>) -> Bytes {
    if number > 1 {
        gate.pass().await;
    }
    Bytes::from(format!("piece {number}\n"))
}

async fn report(State(gate): State<Arc<Gate>>) -> Body {
    let pieces = stream::iter(1..=3).then(move |number| piece(number, Arc::clone(&gate)));
    Body::from_stream(pieces.map(Ok::<_, Infallible>))
}

async fn broken(State(gate): State<Arc<Gate>>) -> Body {
    let first = stream::iter([Ok(Bytes::from("a piece"))]);
    let second = stream::once(async move {
        gate.pass().await;
        Err(std::io::Error::other("the disk is gone"))
    });
    Body::from_stream(first.chain(second))
}

/// Says how long it is, and not when it has come to its end.
struct Exact(Option<Bytes>);

impl hyper::body::Body for Exact {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|data| Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |data| data.len() as u64))
    }
}

async fn exact() -> Body {
    Body::new(Exact(Some(Bytes::from("exact"))))
}

async fn trailers() -> Response<Body> {
    let trailers = HeaderMap::from_iter([(
        http::HeaderName::from_static("x-checksum"),
        HeaderValue::from_static("7"),
    )]);
    let frames = [Frame::data(Bytes::from("data")), Frame::trailers(trailers)];
    let body = StreamBody::new(stream::iter(frames.map(Ok::<_, Infallible>)));
    Response::builder().header("trailer", "x-checksum").body(Body::new(body)).expect("a response")
}

#[traced]
async fn wait(State(gate): State<Arc<Gate>>) -> &'static str {
    gate.pass().await;
    "waited"
}

#[traced]
async fn panics() -> &'static str {
    panic!("a handler panics")
}

async fn app(scope: &Scope, gate: &Arc<Gate>) -> Serving {
    let app = Router::new()
        .route("/report", on_get(report))
        .route("/broken", on_get(broken))
        .route("/exact", on_get(exact))
        .route("/trailers", on_get(trailers))
        .route("/wait", on_get(wait))
        .route("/panics", on_get(panics))
        .with_state(Arc::clone(gate));
    serve(app.layer(scope.in_scope(ServerLayer::new))).await
}

#[tokio::test]
async fn pieces_of_a_body_belong_to_the_request_whose_span_ends_after_them() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    gate.open.add_permits(2);
    let answer = scope.bind(text(client(), get(serving.url("/report")))).await;
    assert_eq!(answer, (200, "piece 1\npiece 2\npiece 3\n".to_owned()));
    serving.stop().await;
    assert_eq!(
        scope.tree(),
        "GET\n  GET /report\n    piece(number=1)\n    piece(number=2)\n    piece(number=3)\n"
    );
    let spans = scope.spans();
    let end_of = |name| spans.iter().filter(|span| span.name() == name).map(SpanRecord::end).max();
    assert!(end_of("piece") <= end_of("GET /report"));
    assert!(spans.iter().all(|span| span.attribute("http.response.body.size").is_none()));
}

#[tokio::test]
async fn trailers_end_a_body_too() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    let request = Request::get(serving.url("/trailers")).header("te", "trailers");
    let request = request.body(Body::empty()).expect("a request");
    let answer = scope.bind(async { client().oneshot(request).await }).await.expect("it answers");
    let collected = answer.into_body().collect().await.expect("all of it comes");
    assert_eq!(
        collected
            .trailers()
            .and_then(|trailers| trailers.get("x-checksum"))
            .map(HeaderValue::as_bytes),
        Some(&b"7"[..])
    );
    serving.stop().await;
    assert_eq!(scope.tree(), "GET\n  GET /trailers\n");
}

/// Who knows the length does not ask whether there is more.
#[tokio::test]
async fn a_body_of_known_length_ends_with_its_last_byte() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    let answer = scope.bind(text(client(), get(serving.url("/exact")))).await;
    assert_eq!(answer, (200, "exact".to_owned()));
    serving.stop().await;
    assert_eq!(scope.tree(), "GET\n  GET /exact\n");
}

#[tokio::test]
async fn a_body_that_breaks_fails_both_sides() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    let answer = scope.bind(async { client().oneshot(get(serving.url("/broken"))).await });
    let mut body = answer.await.expect("it answers").into_body();
    body.frame().await.expect("a piece comes").expect("a piece comes");
    gate.open.add_permits(1);
    body.frame().await.expect("more is expected").expect_err("the body breaks");
    serving.stop().await;
    assert_eq!(scope.tree(), "GET ✖\n  GET /broken ✖\n");
    let spans = scope.spans();
    let server = spans.iter().find(|span| span.name() == "GET /broken").expect("it has ended");
    assert_eq!(server.error().expect("it failed").message(), "the disk is gone");
}

/// A client that goes while the handler works.
#[tokio::test]
async fn a_client_that_goes_cancels_what_is_done_for_it() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    let request = scope.bind(text(client(), get(serving.url("/wait"))));
    tokio::select! {
        answer = request => panic!("nobody opens the gate: {answer:?}"),
        () = gate.reached.notified() => {}
    }
    serving.stop().await;
    assert_eq!(scope.tree(), "GET cancelled\n  GET /wait cancelled\n    wait cancelled\n");
}

/// A client that goes while the body comes.
#[tokio::test]
async fn a_client_that_stops_reading_cancels_the_rest() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    let answer = scope.bind(async { client().oneshot(get(serving.url("/report"))).await });
    let mut body = answer.await.expect("it answers").into_body();
    let first = body.frame().await.expect("a piece comes").expect("a piece comes");
    assert_eq!(first.into_data().expect("it is data"), "piece 1\n");
    gate.reached.notified().await;
    drop(body);
    serving.stop().await;
    assert_eq!(
        scope.tree(),
        "GET cancelled\n  GET /report cancelled\n    piece(number=1)\n    piece(number=2) cancelled\n"
    );
    let spans = scope.spans();
    let sizes = spans.iter().filter_map(|span| span.attribute("http.response.body.size"));
    assert!(sizes.eq([8.into(), 8.into()]));
}

/// Whoever only looks at the status has cancelled nothing.
#[tokio::test]
async fn a_client_that_wants_no_body_just_ends() {
    let (scope, gate) = (scope(), Gate::new());
    gate.open.add_permits(2);
    let serving = app(&scope, &gate).await;
    let answer = scope.bind(async { client().oneshot(get(serving.url("/report"))).await });
    assert_eq!(answer.await.expect("it answers").status(), 200);
    serving.stop().await;
    let spans = scope.spans();
    let client = spans.iter().find(|span| span.name() == "GET").expect("it has ended");
    assert_eq!(client.outcome(), tracer::export::Outcome::Completed);
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_request_and_no_other() {
    let (scope, gate) = (scope(), Gate::new());
    let serving = app(&scope, &gate).await;
    gate.open.add_permits(1);
    let answers = async {
        let panicking = client().oneshot(get(serving.url("/panics"))).await;
        panicking.map(drop).expect_err("the connection is closed");
        text(client(), get(serving.url("/wait"))).await
    };
    assert_eq!(scope.bind(answers).await, (200, "waited".to_owned()));
    serving.stop().await;
    assert_eq!(
        scope.tree(),
        "GET ✖\n  GET /panics panicked\n    panics panicked\nGET\n  GET /wait\n    wait\n"
    );
}
