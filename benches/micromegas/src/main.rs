//! The functions under micromegas' attribute, with a sink that drops.

use std::collections::HashMap;
use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;

use bench_workloads::{Mode, Peer};
use micromegas_tracing::dispatch::{flush_thread_buffer, init_event_dispatch, init_thread_stream};
use micromegas_tracing::event::NullEventSink;
use micromegas_tracing::prelude::*;

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

// Its attribute takes no properties; its macros do, as strings.
#[inline(never)]
fn sync_args(number: i64, flag: bool, text: &str) -> usize {
    let _span = span_scope!(name = "sync_args", number = %number, flag = %flag, text = text);
    black_box((number, flag));
    text.len()
}

fn async_args(number: i64, flag: bool, text: &str) -> impl Future<Output = usize> {
    let body = async move {
        black_box((number, flag));
        text.len()
    };
    span_async_named!("async_args", body, move |_, span| {
        span.set_property("number", number);
        span.set_property("flag", flag);
        span.set_property("text", text);
    })
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
    let peer = Peer {
        start,
        drain: flush_thread_buffer,
        arrived: || None,
        cases: cases(),
        sizes: sizes(),
    };
    bench_workloads::main(peer);
}
