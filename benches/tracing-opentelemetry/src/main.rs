//! The functions under tracing's attribute, whose spans the layer of tracing-opentelemetry makes
//! OpenTelemetry's.
// A chain of ten that fail is more than the default allows under this attribute.
#![recursion_limit = "512"]

use std::future::Future;
use std::hint::black_box;

use bench_workloads::{Mode, Numbers, Peer};
use futures_core::Stream;
use opentelemetry::trace::TracerProvider as _;
use tracing::{Instrument as _, Span, info, info_span, instrument};
use tracing_subscriber::prelude::*;

macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[instrument]
        #[inline(never)]
        fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[instrument]
        async fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
}

bench_workloads::functions!(#[instrument(skip_all)] failing #[instrument(skip_all, err)]);
bench_workloads::cases!();

#[instrument(skip_all)]
fn under_root<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[instrument(skip_all)]
async fn in_root<F: Future>(f: F) -> F::Output {
    f.await
}

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    let _guard = info_span!("guarded").entered();
    f()
}

fn event(number: u64) {
    info!(number, "event");
}

fn carried<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f.in_current_span()
}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let span = Span::current();
    move || span.in_scope(f)
}

fn streamed(stream: Numbers) -> impl Stream<Item = u64> {
    tracing_futures::Instrument::instrument(stream, info_span!("streamed"))
}

fn start(mode: Mode) {
    if let Some(provider) = bench_sdk::provider(mode) {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        tracing_subscriber::registry().with(layer).init();
    }
}

fn main() {
    bench_workloads::main(|| Peer {
        start,
        begin_thread: || {},
        drain: bench_sdk::drain,
        arrived: || None,
        cases: cases(),
        sizes: sizes(),
    });
}
