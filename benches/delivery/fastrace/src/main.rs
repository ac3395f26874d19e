//! The burst, traced by fastrace and reported through OpenTelemetry's exporter.

use std::borrow::Cow;
use std::hint::black_box;
use std::ops::Range;

use delivery_burst::TEXT;
use fastrace::collector::Config;
use fastrace::future::FutureExt as _;
use fastrace::prelude::{Span, SpanContext, trace};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;

// Its attributes are texts; numbers are formatted.
#[trace(properties = { "number": "{number}", "even": "{even}", "text": "{text}" })]
async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

async fn request(numbers: Range<u32>) {
    for number in numbers {
        step(number, number % 2 == 0, TEXT).await;
    }
}

fn main() {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let reporter = OpenTelemetryReporter::new(
        exporter.build().expect("the environment says where to"),
        Cow::Owned(Resource::builder().build()),
        InstrumentationScope::builder("delivery").build(),
    );
    fastrace::set_reporter(reporter, Config::default());
    let root = || Span::root("request", SpanContext::random());
    delivery_burst::run(
        |numbers| request(numbers).in_span(root()),
        || {
            fastrace::flush();
            None
        },
    );
}
