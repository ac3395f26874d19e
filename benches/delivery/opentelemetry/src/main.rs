//! The burst, traced by OpenTelemetry's own API and SDK; it has no attribute macro.

use std::hint::black_box;
use std::ops::Range;

use delivery_burst::TEXT;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;

async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

async fn traced_step(tracer: &BoxedTracer, number: u32, even: bool, text: &str) {
    let attributes = [
        KeyValue::new("number", i64::from(number)),
        KeyValue::new("even", even),
        KeyValue::new("text", text.to_owned()),
    ];
    let span = tracer.span_builder("step").with_attributes(attributes).start(tracer);
    step(number, even, text).with_context(Context::current_with_span(span)).await;
}

async fn request(tracer: &BoxedTracer, numbers: Range<u32>) {
    let steps = async {
        for number in numbers {
            traced_step(tracer, number, number % 2 == 0, TEXT).await;
        }
    };
    steps.with_context(Context::current_with_span(tracer.start("request"))).await;
}

fn main() {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.build().expect("the environment says where to");
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    global::set_tracer_provider(provider.clone());
    let tracer = global::tracer("delivery");
    delivery_burst::run(
        |numbers| request(&tracer, numbers),
        || {
            if let Err(error) = provider.shutdown() {
                eprintln!("{error}");
            }
            None
        },
    );
}
