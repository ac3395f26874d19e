//! OpenTelemetry's SDK with an exporter that drops, behind its batch processor as it comes.

use std::hint::black_box;
use std::sync::OnceLock;

use bench_workloads::Mode;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter};

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

#[derive(Debug)]
struct Drop;

impl SpanExporter for Drop {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        black_box(batch.len());
        Ok(())
    }
}

/// Nothing where nothing shall be installed.
pub fn provider(mode: Mode) -> Option<SdkTracerProvider> {
    let sampler = match mode {
        Mode::Absent => return None,
        Mode::On => Sampler::AlwaysOn,
        Mode::Unsampled => Sampler::AlwaysOff,
    };
    let provider = SdkTracerProvider::builder().with_batch_exporter(Drop).with_sampler(sampler);
    Some(PROVIDER.get_or_init(|| provider.build()).clone())
}

/// Hands on what has ended.
pub fn drain() {
    let Some(provider) = PROVIDER.get() else { return };
    provider.force_flush().expect("an exporter that drops is never behind");
}
