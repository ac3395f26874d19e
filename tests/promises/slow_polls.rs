//! A future that blocks its executor is found by its polls; one that waits is not.
#![expect(clippy::unwrap_used, reason = "the tracers of tests start and deliver")]

use std::thread;
use std::time::Duration;

use tracer::export::Memory;
use tracer::{Tracer, traced};
use tracer_tests::{Gate, Runtime, on_each_runtime, pause, scope};

on_each_runtime!(a_blocked_executor_is_counted);

const THRESHOLD: Duration = Duration::from_millis(80);
const LONG: Duration = Duration::from_millis(100);

/// In its only poll, or in one of several.
#[traced]
async fn blocks(pauses: u32) {
    for _ in 0..pauses {
        pause().await;
    }
    // time: it blocks for longer than the threshold
    thread::sleep(LONG);
}

#[traced(poll)]
async fn inside() {
    blocks(1).await;
}

#[traced]
async fn waits(gate: Gate) {
    gate.await;
}

fn a_blocked_executor_is_counted<R: Runtime>() {
    scope();
    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory.clone());
    let tracer = builder.slow_poll_threshold(THRESHOLD).build().unwrap();
    let gate = Gate::default();
    R::block_on(async {
        let waiting = R::spawn(tracer.scope(waits(gate.clone())));
        R::spawn(tracer.scope(blocks(0))).await;
        R::spawn(tracer.scope(blocks(3))).await;
        // The outer one has no part in it but that it is the outermost of its task.
        R::spawn(tracer.scope(async { inside().await })).await;
        gate.open();
        waiting.await;
    });
    tracer.flush(Duration::from_secs(30)).unwrap();
    assert_eq!(tracer.stats().slow_polls, 3);
    let spans = memory.take();
    let polled = |name| spans.iter().filter(move |span| span.name() == name);
    let long = LONG.as_nanos() as u64;
    for span in polled("blocks").filter(|span| span.is_local_root()).chain(polled("inside")) {
        let (total, longest) = (span.poll_duration().unwrap(), span.max_poll_duration().unwrap());
        assert!(long <= longest && longest <= total && total <= span.end() - span.start());
    }
    let inner = polled("blocks").find(|span| !span.is_local_root()).unwrap();
    assert_eq!((inner.poll_duration(), inner.max_poll_duration()), (None, None));
    let waited = polled("waits").next().unwrap();
    let busy = waited.poll_duration().unwrap();
    assert!(busy < long && waited.end() - waited.start() >= 3 * long, "it waited for the others");
}

#[test]
fn a_span_that_is_older_than_its_future_is_not_blamed_for_that() {
    use tracer::{FutureExt as _, Span};

    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory);
    let tracer = builder.slow_poll_threshold(THRESHOLD).build().unwrap();
    let span = tracer.in_scope(|| Span::new("early"));
    // time: the span is older than the threshold when its future is polled first
    thread::sleep(LONG);
    futures::executor::block_on(async {}.in_span(span));
    tracer.flush(Duration::from_secs(30)).unwrap();
    assert_eq!(tracer.stats().slow_polls, 0);
}
