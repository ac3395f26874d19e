//! More spans than the logs can take: what is lost is counted, what arrives is right.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracer::export::{Memory, SpanRecord};
use tracer::{Span, SpanId, TraceId, Tracer, Value, testing, traced};
use tracer_tests::serve_at_once;

const REQUESTS: u64 = 10_000;
const SOON: Duration = Duration::from_secs(60);

static ENDED: AtomicU64 = AtomicU64::new(0);

/// Counts a span of the function it is a local of, whichever way that ends.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::Relaxed);
    }
}

#[traced(args(request))]
async fn step(request: u64) {
    let _counted = Counted;
    tokio::task::yield_now().await;
    leaf(request);
}

#[traced(args(request))]
fn leaf(request: u64) -> u64 {
    let _counted = Counted;
    request
}

#[traced(args(request))]
async fn request(request: u64) {
    let _counted = Counted;
    let task = tracer::tokio::spawn(async move {
        for _ in 0..5 {
            step(request).await;
        }
    });
    let blocking = tracer::tokio::spawn_blocking(move || leaf(request));
    tokio::join!(step(request), step(request));
    task.await.expect("no task panics");
    blocking.await.expect("no task panics");
}

fn number(span: &SpanRecord) -> Option<u64> {
    match span.attribute("request")? {
        Value::I64(number) => Some(u64::try_from(number).expect("requests count from 0")),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn small_log() {
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .log_limit(256 << 10)
        .install()
        .expect("the only one");
    serve_at_once(REQUESTS, 8, request);
    let error = tracer.flush(SOON).expect_err("spans were lost, so it does not say Ok");
    let stats = tracer.stats();
    let exporter = &stats.exporters[0];
    let made = ENDED.load(Ordering::Relaxed);
    assert_eq!(made, REQUESTS * 16);
    assert!(exporter.dropped.log_full > 0, "the log was too small: {stats}");
    assert_eq!(error.dropped, exporter.dropped.log_full);
    assert_eq!(made, exporter.ended, "{stats}");
    assert_eq!(made, exporter.acknowledged + exporter.dropped.log_full, "{stats}");
    assert!(stats.is_balanced() && stats.log_bytes <= 256 << 10, "{stats}");
    let spans = memory.take();
    assert_eq!(spans.len() as u64, exporter.acknowledged);
    nothing_is_mixed(&spans);
    let bare = spans.iter().filter(|span| number(span).is_none()).count() as u64;
    assert!(bare <= stats.lost_details, "{bare} without argument: {stats}");
}

fn nothing_is_mixed(spans: &[SpanRecord]) {
    let mut requests: HashMap<TraceId, u64> = HashMap::new();
    let mut by_id: HashMap<SpanId, &SpanRecord> = HashMap::new();
    for span in spans {
        assert!(by_id.insert(span.span_id(), span).is_none(), "an id twice");
        if let Some(number) = number(span) {
            assert_eq!(
                *requests.entry(span.trace_id()).or_insert(number),
                number,
                "two requests in a trace"
            );
        }
        assert_eq!(span.name() == "request", span.parent_id().is_none());
    }
    for span in spans {
        let Some(parent) = span.parent_id().and_then(|parent| by_id.get(&parent)) else { continue };
        assert_eq!(parent.trace_id(), span.trace_id());
        assert!(matches!((parent.name(), span.name()), ("request", _) | ("step", "leaf")));
    }
    let mut numbers: Vec<_> = requests.values().collect();
    numbers.sort_unstable();
    assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "one request in two traces");
}

#[traced]
fn outer() -> Result<(), String> {
    inner()
}

#[traced]
fn inner() -> Result<(), String> {
    Err("no".to_owned())
}

/// Children that fail after their parents have ended, more than the collector can remember.
pub(crate) fn many_failures() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).install().expect("the only one");
    for round in 0..70 {
        for _ in 0..1_000 {
            let parent = Span::root("parent");
            let child = parent.in_scope(|| Span::new("child"));
            drop(parent);
            child.record_error(&std::fmt::Error);
        }
        tracer.flush(SOON).unwrap_or_else(|error| panic!("{round}: {error}"));
    }
    memory.take();
    assert!(outer().is_err());
    tracer.flush(SOON).expect("nothing is lost");
    assert_eq!(testing::render(&memory.take()), "outer ⚠\n  inner ✖\n");
}

/// Says whether the backtrace of an error names the function that failed.
pub(crate) fn backtrace() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).install().expect("the only one");
    assert!(outer().is_err());
    tracer.flush(SOON).expect("nothing is lost");
    let spans = memory.take();
    let errors = spans.iter().filter_map(|span| span.error()?.backtrace());
    let named = errors.filter(|backtrace| backtrace.contains("outer")).count();
    println!("backtrace: {}", if named == 2 { "yes" } else { "no" });
}
