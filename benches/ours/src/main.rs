//! The functions under `#[traced]`, with a collector at work and an exporter that drops.

use std::future::Future;
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bench_workloads::{Mode, Numbers, Peer};
use futures_core::Stream;
use tracer::export::{Batch, ExportError, Exporter};
use tracer::sample::Ratio;
use tracer::{Span, Tracer};

macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[tracer::traced(args)]
        #[inline(never)]
        fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[tracer::traced(args)]
        async fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
}

bench_workloads::functions!(#[tracer::traced]);
bench_workloads::cases!();

#[tracer::traced]
fn under_root<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[tracer::traced]
async fn in_root<F: Future>(f: F) -> F::Output {
    f.await
}

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    let span = Span::new("guarded");
    let _guard = span.enter();
    f()
}

fn event(number: u64) {
    tracer::current().add_event("event", &[("number", number.into())]);
}

/// The call of a traced fn takes the span along by itself.
fn carried<F: Future>(f: F) -> F {
    f
}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    tracer::in_current(f)
}

#[tracer::traced]
fn streamed(stream: Numbers) -> impl Stream<Item = u64> {
    stream
}

static TRACER: OnceLock<Tracer> = OnceLock::new();
static SPANS: AtomicU64 = AtomicU64::new(0);
static ATTRIBUTES: AtomicU64 = AtomicU64::new(0);

/// Counts what it is given and drops it.
#[derive(Debug)]
struct Count;

impl Exporter for Count {
    fn name(&self) -> &'static str {
        "count"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let attributes: usize = batch.spans().iter().map(|span| span.attributes().count()).sum();
        SPANS.fetch_add(batch.spans().len() as u64, Ordering::Relaxed);
        ATTRIBUTES.fetch_add(attributes as u64, Ordering::Relaxed);
        Ok(())
    }
}

fn start(mode: Mode) {
    let share = match mode {
        Mode::Absent => return,
        Mode::On => 1.0,
        Mode::Unsampled => 0.0,
    };
    let tracer = Tracer::builder()
        .exporter(Count)
        .sampler(Ratio::new(share))
        .install()
        .expect("it is the first");
    TRACER.set(tracer).expect("it is the first");
}

fn drain() {
    let Some(tracer) = TRACER.get() else { return };
    tracer.flush(Duration::from_secs(30)).expect("an exporter that drops is never behind");
    let stats = tracer.stats();
    assert_eq!(stats.lost_details, 0, "{stats}");
}

fn arrived() -> Option<[u64; 2]> {
    let stats = TRACER.get()?.stats();
    assert!(stats.is_balanced(), "{stats}");
    Some([SPANS.load(Ordering::Relaxed), ATTRIBUTES.load(Ordering::Relaxed)])
}

fn main() {
    bench_workloads::main(|| Peer {
        start,
        begin_thread: || {},
        drain,
        arrived,
        cases: cases(),
        sizes: sizes(),
    });
}
