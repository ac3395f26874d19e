//! The burst, traced by tracing and its layer for OpenTelemetry, sent by Datadog's own exporter.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use delivery_burst::TEXT;
use opentelemetry::trace::TracerProvider as _;
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
    let provider = datadog_opentelemetry::tracing().init();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("delivery"));
    tracing_subscriber::registry().with(layer).init();
    delivery_burst::run(request, || {
        if let Err(error) = provider.shutdown_with_timeout(Duration::from_mins(1)) {
            eprintln!("{error}");
        }
        None
    });
}
