//! The functions under micromegas' attribute, with a sink that drops.

use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;

use bench_workloads::{Mode, Numbers, Peer};
use micromegas_tracing::dispatch::{flush_thread_buffer, init_event_dispatch, init_thread_stream};
use micromegas_tracing::event::NullEventSink;
use micromegas_tracing::prelude::*;

// Its attribute takes no properties; its macros do, as strings.
macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[inline(never)]
        fn $name($($key: $type),*) {
            let _span = span_scope!(name = "recorded", $($key = %$key),*);
            black_box(($($key),*));
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        fn $name($($key: $type),*) -> impl Future<Output = ()> {
            let body = async move {
                black_box(($($key),*));
            };
            span_async_named!("recorded", body, move |_, span| {
                $(span.set_property($text, $key);)*
            })
        }
    };
}

bench_workloads::functions!(#[span_fn]);
bench_workloads::cases!();

#[span_fn]
fn under_root<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[span_fn]
async fn in_root<F: Future>(f: F) -> F::Output {
    f.await
}

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    span_scope!("guarded");
    f()
}

// It has no events of a span, no spans of streams, and none on threads that it was not told of:
// those workloads are not run here.
fn event(_: u64) {}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    f
}

fn streamed(stream: Numbers) -> Numbers {
    stream
}

/// The call of a traced fn takes the span along by itself.
fn carried<F: Future>(f: F) -> F {
    f
}

/// What its own set-up takes for a thread's buffer.
const BUFFER: usize = 10 << 20;

fn start(mode: Mode) {
    if mode != Mode::Absent {
        let sink = Arc::new(NullEventSink {});
        // It has no sampling; switched off is what comes nearest.
        init_event_dispatch(BUFFER, BUFFER, BUFFER, sink, HashMap::new(), mode == Mode::On)
            .expect("it is the first");
        init_thread_stream();
    }
}

fn main() {
    bench_workloads::main(|| Peer {
        start,
        begin_thread: init_thread_stream,
        drain: flush_thread_buffer,
        arrived: || None,
        cases: cases(),
        sizes: sizes(),
    });
}
