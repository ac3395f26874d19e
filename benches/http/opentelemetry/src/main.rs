//! The server in the layer of axum-tracing-opentelemetry, with an exporter that drops behind the
//! batch processor.

use std::sync::atomic::{AtomicU64, Ordering};

use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::prelude::*;

http_shop::handlers!(#[tracing::instrument(skip_all)]);

static ARRIVED: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Drop;

impl SpanExporter for Drop {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        ARRIVED.fetch_add(batch.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

fn main() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let provider = SdkTracerProvider::builder().with_batch_exporter(Drop).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("shop"));
    tracing_subscriber::registry().with(layer).init();
    http_shop::serve(routes().layer(OtelAxumLayer::default()), move || {
        if let Err(error) = provider.force_flush() {
            eprintln!("{error}");
        }
        ARRIVED.load(Ordering::Relaxed)
    });
}
