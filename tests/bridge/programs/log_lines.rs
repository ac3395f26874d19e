//! Log lines of `tracing` and of `log`, with ids as the environment has them named.

#![expect(clippy::print_stdout, reason = "a test reads what this program prints")]

use std::io;

use log::{LevelFilter, Log, Metadata, Record};
use tracer::bridge::{Ids, Logger, WithIds};
use tracer::{Span, Tracer};
use tracing::Subscriber;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::{format, layer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

/// A program's own logger, with ids as anybody writes them.
struct Own;

impl Log for Own {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        println!("{} {}", record.args(), Ids::current());
    }

    fn flush(&self) {}
}

fn main() {
    let _tracer = tracer::init().expect("it starts");
    let tracer = Tracer::builder().resource("service.name", "shop");
    let tracer = tracer.resource("service.version", "1.2").build().expect("it starts");
    let span = tracer.in_scope(|| Span::new("request"));
    let (trace, id) = (span.context().trace_id(), span.context().span_id());
    println!("{trace} {} {id} {}", trace.to_u128() as u64, id.to_u64());

    let text = || WithIds::text(format().without_time().with_level(false).with_target(false));
    let json = WithIds::json(format().json().without_time().with_level(false).with_target(false));
    span.in_scope(|| {
        logged(registry().with(layer().with_writer(io::stdout).event_format(text())));
        logged(registry().with(layer().json().with_writer(io::stdout).event_format(json)));
        let asked = text().opentelemetry();
        logged(registry().with(layer().with_writer(io::stdout).event_format(asked)));
        let asked = text().datadog();
        logged(registry().with(layer().with_writer(io::stdout).event_format(asked)));
    });

    log::set_boxed_logger(Box::new(Logger::before(Own))).expect("the only logger");
    log::set_max_level(LevelFilter::Info);
    span.in_scope(|| log::info!("log"));
    println!("asked {}", Ids::of(&span.context()).opentelemetry());
}

/// Writes a line below `subscriber`.
fn logged(subscriber: impl Subscriber + Send + Sync + 'static) {
    with_default(subscriber, || tracing::info!("tracing"));
}
