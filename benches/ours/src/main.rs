//! The functions under `#[traced]`, with a collector at work and an exporter that drops.

use std::future::Future;
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bench_workloads::{Mode, Peer};
use tracer::Tracer;
use tracer::export::{Batch, ExportError, Exporter};
use tracer::sample::Ratio;

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

#[tracer::traced(args)]
#[inline(never)]
fn sync_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
}

#[tracer::traced(args)]
async fn async_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
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
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(stats.lost_details, 0, "{stats}");
}

#[expect(clippy::unnecessary_wraps, reason = "not every program can tell")]
fn arrived() -> Option<[u64; 2]> {
    Some([SPANS.load(Ordering::Relaxed), ATTRIBUTES.load(Ordering::Relaxed)])
}

/// Everything runs in a task, because that is where traced code runs: which task it is, is asked at
/// every poll, and outside of tasks the answer would be cheaper.
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let program = async {
        bench_workloads::main(Peer { start, drain, arrived, cases: cases(), sizes: sizes() });
    };
    runtime.block_on(async { tokio::spawn(program).await }).expect("no panic");
}
