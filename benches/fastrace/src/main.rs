//! The functions under fastrace's attribute, with its collector at work and a reporter that drops.

use std::future::Future;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

use bench_workloads::{Mode, Peer};
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt as _;
use fastrace::prelude::{Span, SpanContext, trace};

bench_workloads::functions!(#[trace]);
bench_workloads::cases!();

static SAMPLED: AtomicBool = AtomicBool::new(true);

fn root() -> Span {
    Span::root("root", SpanContext::random().sampled(SAMPLED.load(Ordering::Relaxed)))
}

fn under_root<R>(f: impl FnOnce() -> R) -> R {
    let root = root();
    let _current = root.set_local_parent();
    f()
}

fn in_root<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f.in_span(root())
}

// Its attributes are strings; numbers are formatted.
#[trace(properties = { "number": "{number}", "flag": "{flag}", "text": "{text}" })]
#[inline(never)]
fn sync_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
}

#[trace(properties = { "number": "{number}", "flag": "{flag}", "text": "{text}" })]
async fn async_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
}

struct Drop;

impl Reporter for Drop {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        black_box(spans.len());
    }
}

fn start(mode: Mode) {
    SAMPLED.store(mode == Mode::On, Ordering::Relaxed);
    if mode != Mode::Absent {
        fastrace::set_reporter(Drop, Config::default());
    }
}

fn main() {
    let peer =
        Peer { start, drain: fastrace::flush, arrived: || None, cases: cases(), sizes: sizes() };
    bench_workloads::main(peer);
}
