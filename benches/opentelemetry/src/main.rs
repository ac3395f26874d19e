//! The functions under spans of OpenTelemetry's own API and SDK. It has no attribute: `by_hand::traced`
//! writes what one would write.
// A chain of ten is more than the default allows.
#![recursion_limit = "512"]

use std::future::Future;
use std::hint::black_box;
use std::sync::OnceLock;

use bench_workloads::{Mode, Numbers, Peer};
use futures_core::Stream;
use futures_util::FutureExt as _;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{
    FutureExt as _, SpanBuilder, Status, TraceContextExt as _, Tracer as _, get_active_span,
};
use opentelemetry::{Context, KeyValue};

macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[inline(never)]
        fn $name($($key: $type),*) {
            in_span(stringify!($name), || {
                let attributes = [$(KeyValue::new($text, $key.to_owned())),*];
                get_active_span(|span| span.set_attributes(attributes));
                black_box(($($key),*));
            });
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        async fn $name($($key: $type),*) {
            let attributes = [$(KeyValue::new($text, $key.to_owned())),*];
            let builder = SpanBuilder::from_name(stringify!($name)).with_attributes(attributes);
            let body = async move {
                black_box(($($key),*));
            };
            let span = tracer().build(builder);
            body.with_context(Context::current_with_span(span)).await;
        }
    };
}

bench_workloads::functions!(#[by_hand::traced]);
bench_workloads::cases!();

fn tracer() -> &'static BoxedTracer {
    static TRACER: OnceLock<BoxedTracer> = OnceLock::new();
    TRACER.get_or_init(|| global::tracer("bench"))
}

fn in_span<R: Outcome>(name: &'static str, f: impl FnOnce() -> R) -> R {
    tracer().in_span(name, |context| {
        let result = f();
        result.record(&context);
        result
    })
}

/// No async fn: that would hold the future twice, and a chain of ten a thousand times.
fn in_span_async<F: Future<Output: Outcome>>(
    name: &'static str,
    f: F,
) -> impl Future<Output = F::Output> {
    let context = Context::current_with_span(tracer().start(name));
    f.with_context(context.clone()).inspect(move |result| result.record(&context))
}

/// What a fn returns, of which an error is to be recorded.
trait Outcome {
    fn record(&self, _: &Context) {}
}

impl Outcome for () {}
impl Outcome for u64 {}
impl Outcome for usize {}

impl<T, E: std::error::Error> Outcome for Result<T, E> {
    fn record(&self, context: &Context) {
        if let Err(error) = self {
            context.span().record_error(error);
            context.span().set_status(Status::error(error.to_string()));
        }
    }
}

fn under_root<R>(f: impl FnOnce() -> R) -> R {
    tracer().in_span("root", |_| f())
}

fn in_root<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f.with_context(Context::current_with_span(tracer().start("root")))
}

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    let _guard = Context::current_with_span(tracer().start("guarded")).attach();
    f()
}

fn event(number: u64) {
    let attributes = vec![KeyValue::new("number", number.cast_signed())];
    get_active_span(|span| span.add_event("event", attributes));
}

fn carried<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f.with_current_context()
}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let context = Context::current();
    move || {
        let _current = context.attach();
        f()
    }
}

fn streamed(stream: Numbers) -> impl Stream<Item = u64> {
    stream.with_context(Context::current_with_span(tracer().start("streamed")))
}

fn start(mode: Mode) {
    if let Some(provider) = bench_sdk::provider(mode) {
        global::set_tracer_provider(provider);
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
