//! The functions under fastrace's attribute, with its collector at work and a reporter that drops.

use std::future::Future;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};

use bench_workloads::{Mode, Numbers, Peer};
use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace::future::FutureExt as _;
use fastrace::prelude::{Event, LocalSpan, Span, SpanContext, trace};
use fastrace_futures::StreamExt as _;
use futures_core::Stream;

// Its attributes are strings; numbers are formatted.
macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[trace(properties = { $($text: $shown),* })]
        #[inline(never)]
        fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[trace(properties = { $($text: $shown),* })]
        async fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
}

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

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    let _guard = LocalSpan::enter_with_local_parent("guarded");
    f()
}

fn event(number: u64) {
    let event = Event::new("event").with_property(|| ("number", number.to_string()));
    LocalSpan::add_event(event);
}

/// As it documents it: a span for the task, beside that of the function.
fn carried<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f.in_span(Span::enter_with_local_parent("task"))
}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let span = Span::enter_with_local_parent("thread");
    move || {
        let _current = span.set_local_parent();
        f()
    }
}

fn streamed(stream: Numbers) -> impl Stream<Item = u64> {
    stream.in_span(Span::enter_with_local_parent("streamed"))
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
    bench_workloads::main(|| Peer {
        start,
        begin_thread: || {},
        drain: fastrace::flush,
        arrived: || None,
        cases: cases(),
        sizes: sizes(),
    });
}
