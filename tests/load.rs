//! Ten thousand requests at once, each over five tasks, and an exporter that hangs: no span is mixed
//! up, and none is lost without being counted.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tracer::export::{Batch, ExportError, Exporter, Memory, SpanRecord};
use tracer::{Span, SpanId, TraceId, Tracer, Value, testing, traced};
use tracer_tests::{Gate, serve_at_once};

const REQUESTS: u64 = 10_000;
const SPANS: u64 = 30;

#[traced(args(request))]
async fn step(request: u64, number: u64) -> u64 {
    tokio::task::yield_now().await;
    request + number
}

#[traced(args(request))]
fn hash(request: u64) {
    leaf(request);
    leaf(request);
}

#[traced(args(request))]
fn leaf(request: u64) -> u64 {
    request
}

/// Six spans.
#[traced(args(request))]
async fn pair(request: u64) {
    tokio::join!(step(request, 1), step(request, 2));
    tokio::join!(step(request, 3), async {
        parse(request);
        parse(request);
    });
}

#[traced(args(request))]
fn parse(request: u64) -> u64 {
    request
}

/// Thirty spans in five tasks: its own, one spawned, two of a set, one blocking.
#[traced(args(request))]
async fn request(request: u64) {
    let audit = tracer::tokio::spawn(async move {
        pair(request).await;
    });
    let mut set = tracer::tokio::JoinSet::new();
    for _ in 0..2 {
        set.spawn(async move {
            pair(request).await;
            step(request, 4).await;
        });
    }
    let blocking = tracer::tokio::spawn_blocking(move || hash(request));
    tokio::join!(step(request, 5), step(request, 6), step(request, 7), step(request, 8));
    leaf(request);
    while let Some(done) = set.join_next().await {
        done.expect("no task of the set panics");
    }
    audit.await.expect("the spawned task does not panic");
    blocking.await.expect("the blocking task does not panic");
    leaf(request);
}

fn expected(request: u64) -> String {
    let line = |indent: usize, name: &str| format!("{:indent$}{name}(request={request})\n", "");
    let pair = line(2, "pair") + &line(4, "parse").repeat(2) + &line(4, "step").repeat(3);
    line(0, "request")
        + &line(2, "hash")
        + &line(4, "leaf").repeat(2)
        + &line(2, "leaf").repeat(2)
        + &pair.repeat(3)
        + &line(2, "step").repeat(6)
}

fn number(span: &SpanRecord) -> u64 {
    match span.attribute("request") {
        Some(Value::I64(number)) => u64::try_from(number).expect("requests count from 0"),
        other => panic!("{} without its request: {other:?}", span.name()),
    }
}

#[test]
fn every_tree_of_ten_thousand_requests_at_once_is_right() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).install().expect("the only tracer");
    serve_at_once(REQUESTS, 16, request);
    tracer.flush(Duration::from_secs(60)).expect("nothing is lost");

    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(
        (stats.exporters[0].acknowledged, stats.lost_details),
        (REQUESTS * SPANS, 0),
        "{stats}"
    );

    let mut by_trace: HashMap<TraceId, Vec<SpanRecord>> = HashMap::new();
    for span in memory.take() {
        by_trace.entry(span.trace_id()).or_default().push(span);
    }
    assert_eq!(by_trace.len() as u64, REQUESTS);
    let mut seen: HashSet<SpanId> = HashSet::new();
    for spans in by_trace.values() {
        let root = spans.iter().find(|span| span.is_local_root()).expect("each trace has a root");
        assert_eq!(testing::render(spans), expected(number(root)));
        assert!(spans.iter().all(|span| seen.insert(span.span_id())), "ids are unique");
    }
}

/// Takes nothing before the test lets it.
#[derive(Debug)]
struct Hangs(Gate);

impl Exporter for Hangs {
    fn name(&self) -> &'static str {
        "hangs"
    }

    fn export(&mut self, _: &Batch) -> Result<(), ExportError> {
        self.0.wait();
        Ok(())
    }
}

#[test]
fn what_waits_for_a_hanging_exporter_is_bounded_and_the_rest_counted() {
    const SPANS: u64 = 300_000;
    let (gate, memory) = (Gate::default(), Memory::default());
    let builder = Tracer::builder().exporter(Hangs(gate.clone())).exporter(memory.clone());
    let tracer = builder.build().expect("it starts");
    tracer.in_scope(|| (0..SPANS).for_each(|_| drop(Span::root("span"))));
    while tracer.stats().exporters[1].acknowledged < SPANS {
        std::thread::yield_now();
    }
    let error = tracer.flush(Duration::from_millis(100)).expect_err("one exporter hangs");
    assert!(error.dropped > 0 && error.queued > 0, "{error}");
    gate.open();
    tracer.flush(Duration::from_secs(60)).expect("all that was queued is delivered now");
    let stats = tracer.stats();
    let hung = &stats.exporters[0];
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!((hung.ended, hung.queued), (SPANS, 0), "{stats}");
    assert_eq!(hung.dropped.total(), hung.dropped.queue_full, "{stats}");
    assert_eq!(error.dropped, hung.dropped.queue_full, "{stats}");
    assert_eq!(
        (stats.exporters[1].acknowledged, memory.take().len() as u64),
        (SPANS, SPANS),
        "{stats}"
    );
}
