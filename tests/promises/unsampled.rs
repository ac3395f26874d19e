//! A request that is not sampled stays so in all that it spawns: no part of it becomes a trace.

use std::time::Duration;

use futures::executor::block_on;
use futures::stream::StreamExt as _;
use tracer::export::Memory;
use tracer::sample::Ratio;
use tracer::{FutureExt as _, SpanContext, Tracer, current, in_current, testing, traced};
use tracer_tests::{Runtime, on_each_runtime, pause, scope};

on_each_runtime!(an_unsampled_request_that_spawns, sampled_and_unsampled_requests_at_once);

#[traced]
async fn query() -> SpanContext {
    pause().await;
    leaf();
    current()
}

#[traced]
fn leaf() {}

#[traced]
async fn request<R: Runtime>() {
    let here = current();
    let called = R::spawn(query()).await;
    let nested = R::spawn_here(async { R::spawn_here(async { query().await }).await }).await;
    let thread = in_current(|| block_on(query()));
    let on_a_thread = std::thread::spawn(thread).join().expect("it does not panic");
    let known = std::thread::spawn(|| block_on(async { query().await })).join();
    let known = known.expect("it does not panic");
    let given = async { query().await }.in_context(here).await;
    for seen in [called, nested, on_a_thread, known, given] {
        // What it tells others is the one decision on the one trace.
        assert_eq!((seen.trace_id(), seen.is_recorded()), (here.trace_id(), here.is_recorded()));
        assert!(seen.is_valid());
    }
}

fn tracer(memory: &Memory, ratio: f64) -> Tracer {
    let _all_runtimes = scope();
    let builder = Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(ratio));
    builder.build().expect("a collector starts")
}

fn an_unsampled_request_that_spawns<R: Runtime>() {
    let memory = Memory::default();
    let tracer = tracer(&memory, 0.0);
    R::block_on(tracer.scope(request::<R>()));
    tracer.shutdown(Duration::from_secs(30)).expect("there is nothing to lose");
    assert_eq!(testing::render(&memory.take()), "");
    assert_eq!(tracer.stats().exporters[0].ended, 0);
}

fn sampled_and_unsampled_requests_at_once<R: Runtime>() {
    let (some, none) = (Memory::default(), Memory::default());
    let (sampled, unsampled) = (tracer(&some, 1.0), tracer(&none, 0.0));
    R::block_on(async {
        let both = (0..20).map(|id| {
            let tracer = if id % 2 == 0 { &sampled } else { &unsampled };
            R::spawn(tracer.scope(async { request::<R>().await }))
        });
        both.collect::<futures::stream::FuturesUnordered<_>>().collect::<()>().await;
    });
    drop((sampled, unsampled));
    let one = format!("request\n{}", "  query\n    leaf\n".repeat(5));
    assert_eq!(testing::render(&some.take()), one.repeat(10));
    assert_eq!(testing::render(&none.take()), "");
}
