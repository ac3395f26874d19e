//! The burst, traced by tracing and its layer for OpenTelemetry.

use std::hint::black_box;
use std::ops::Range;

use delivery_burst::TEXT;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::instrument;
use tracing_subscriber::prelude::*;

#[instrument]
async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

#[instrument(skip_all)]
async fn request(numbers: Range<u32>) {
    for number in numbers {
        step(number, number % 2 == 0, TEXT).await;
    }
}

fn main() {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.build().expect("the environment says where to");
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("delivery"));
    tracing_subscriber::registry().with(layer).init();
    delivery_burst::run(request, || {
        if let Err(error) = provider.shutdown() {
            eprintln!("{error}");
        }
        None
    });
}
