//! What is the whole process's: the installed tracer, the filter, instrumentation of others that spawns
//! tasks of its own. One test at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Request;
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry::global;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower_http::trace::TraceLayer;
use tracer::export::{Batch, ExportError, Exporter, Memory, SpanRecord};
use tracer::sample::Ratio;
use tracer::testing;
use tracer::{Span, Tracer, current, traced};
use tracer_bridge::opentelemetry::TracerProvider;
use tracer_bridge_tests::{install, runtimes};
use tracing::{debug_span, error_span, info, info_span, instrument};

static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    install();
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const TIMEOUT: Duration = Duration::from_secs(30);

#[traced(args)]
async fn row(id: u32) {
    tokio::task::yield_now().await;
}

#[instrument]
async fn load(id: u32) {
    row(id).await;
}

#[traced]
async fn handle(Path(id): Path<u32>) -> String {
    load(id).await;
    format!("row {id}")
}

/// Serves HTTP/2 with the spans of `tower-http`, until it is told to stop.
async fn serve(listener: TcpListener, stop: oneshot::Receiver<()>) {
    let app = Router::new().route("/{id}", get(handle)).layer(TraceLayer::new_for_http());
    let serving = axum::serve(listener, app);
    serving.with_graceful_shutdown(async { drop(stop.await) }).await.expect("it serves");
}

#[traced(args(id))]
async fn call(
    id: u32,
    client: &Client<
        impl hyper_util::client::legacy::connect::Connect + Clone + Send + Sync + 'static,
        Body,
    >,
    url: &str,
) {
    let request = Request::get(format!("{url}/{id}")).body(Body::empty()).expect("a request");
    let answer = client.request(request).await.expect("the server answers");
    let text = answer.into_body().collect().await.expect("the server answers").to_bytes();
    assert_eq!(text, format!("row {id}"));
}

/// Everything that `h2` tells is recorded, at the level of traces.
fn spans_of_http() -> Vec<Vec<SpanRecord>> {
    runtimes()
        .into_iter()
        .map(|runtime| {
            let memory = Memory::default();
            let tracer = Tracer::builder().exporter(memory.clone()).install().expect("alone");
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let url = format!("http://{}", listener.local_addr().expect("an address"));
                let (stop, stopped) = oneshot::channel();
                let server = tokio::spawn(serve(listener, stopped));
                let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
                call(1, &client, &url).await;
                call(2, &client, &url).await;
                drop((client, stop));
                server.await.expect("it ends");
            });
            drop(runtime);
            tracer.shutdown(TIMEOUT).expect("nothing is lost");
            memory.take()
        })
        .collect()
}

#[test]
fn requests_over_one_connection_are_trees_of_their_own() {
    let _alone = alone();
    for spans in spans_of_http() {
        let (of_h2, others): (Vec<_>, Vec<_>) =
            spans.into_iter().partition(|span| span.callsite().target().starts_with("h2"));
        assert_eq!(
            testing::render(&others),
            "call(id=1)\ncall(id=2)\n\
             request\n  handle\n    load\n      row(id=1)\n\
             request\n  handle\n    load\n      row(id=2)\n"
        );
        let connections: Vec<_> = of_h2.iter().filter(|span| span.name() == "Connection").collect();
        assert_eq!(connections.len(), 2, "the client's and the server's");
        for connection in connections {
            assert!(connection.is_local_root());
            let below = of_h2.iter().filter(|span| span.trace_id() == connection.trace_id());
            assert!(below.count() > 10, "what it reads and writes is below it");
        }
    }
}

/// Says of itself what it does, as a client of HTTP would.
#[derive(Debug)]
struct Talkative(Memory);

impl Exporter for Talkative {
    fn name(&self) -> &'static str {
        "talkative"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let _span = info_span!("send").entered();
        info!("sending {}", batch.spans().len());
        Span::new("request").in_scope(|| drop(info_span!(parent: None, "attempt")));
        assert!(!current().is_valid());
        self.0.export(batch)
    }
}

#[test]
fn an_exporter_s_own_spans_are_not_exported() {
    let _alone = alone();
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(Talkative(memory.clone())).install().expect("alone");
    drop(info_span!("work"));
    tracer.flush(TIMEOUT).expect("nothing is lost");
    tracer.flush(TIMEOUT).expect("nothing is lost");
    drop(info_span!("more work"));
    tracer.shutdown(TIMEOUT).expect("nothing is lost");
    assert_eq!(testing::render(&memory.take()), "more work\nwork\n");
}

#[traced]
fn leaf() {}

#[test]
fn the_filter_leaves_out_what_it_leaves_out_of_ours() {
    let _alone = alone();
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .filter("noise=off,verbose=warn".parse().expect("a filter"))
        .install()
        .expect("alone");
    info_span!("outer").in_scope(|| {
        let noise = info_span!(target: "noise", "noise");
        // It carries what it was made in, as a traced fn that is filtered out does.
        std::thread::spawn(move || noise.in_scope(leaf)).join().expect("it ends");
        info_span!(target: "verbose", "verbose").in_scope(leaf);
        error_span!(target: "verbose", "wrong").in_scope(leaf);
        let noise = info_span!(target: "noise", "noise");
        drop(info_span!(parent: &noise, "below"));
        info!(target: "noise", "said");
        info!("heard");
    });
    tracer.set_filter("".parse().expect("a filter"));
    info_span!(target: "noise", "noise").in_scope(|| {});
    tracer.shutdown(TIMEOUT).expect("nothing is lost");
    let spans = memory.take();
    assert_eq!(
        testing::render(&spans),
        "noise\nouter\n  below\n  leaf\n  leaf\n  wrong\n    leaf\n"
    );
    let outer = spans.iter().find(|span| span.name() == "outer").expect("it is let through");
    assert_eq!(outer.events().map(|event| event.name()).collect::<Vec<_>>(), ["heard"]);
}

#[test]
fn the_filter_knows_libraries_by_the_names_of_their_tracers() {
    let _alone = alone();
    global::set_tracer_provider(TracerProvider::new());
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .filter("redis=off".parse().expect("a filter"))
        .install()
        .expect("alone");
    Span::new("request").in_scope(|| {
        global::tracer("redis").in_span("GET", |context| {
            assert!(!context.span().is_recording());
            leaf();
            drop(global::tracer("postgres").start("query"));
            std::thread::spawn(move || {
                let _attached = context.attach();
                leaf();
            })
            .join()
            .expect("it ends");
        });
    });
    tracer.set_filter("".parse().expect("a filter"));
    tracer.shutdown(TIMEOUT).expect("nothing is lost");
    assert_eq!(testing::render(&memory.take()), "request\n  leaf\n  leaf\n  query\n");
}

/// Whoever formats it has asked for it.
struct Untouched;

impl std::fmt::Debug for Untouched {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unreachable!("nobody records it")
    }
}

fn is_silent() {
    let span = info_span!("span", value = ?Untouched);
    span.record("value", tracing::field::debug(Untouched));
    span.in_scope(|| {
        leaf();
        info!(value = ?Untouched, "event {:?}", Untouched);
        drop(debug_span!("inner", value = ?Untouched));
        std::thread::spawn(move || debug_span!("elsewhere").in_scope(leaf))
            .join()
            .expect("it ends");
    });
}

#[test]
fn where_nothing_is_recorded_nothing_is_evaluated() {
    let _alone = alone();
    is_silent();
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .sampler(Ratio::new(0.0))
        .install()
        .expect("alone");
    is_silent();
    Span::new("ours").in_scope(is_silent);
    info!(value = ?Untouched, "nobody's");
    tracer.shutdown(TIMEOUT).expect("nothing is lost");
    assert_eq!(memory.take().len(), 0);
}
