//! What `cargo xtask ci receivers` runs together with software of others.
//!
//! It sends traces to a receiver and prints what it recorded, a line of JSON a span; or is a service
//! between two others; or says what samplers decide, and what became of its spans.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks through it")]

mod agent;
mod random;
mod relay;
mod share;
mod shop;
mod small;
mod told;

use std::env;
use std::error::Error;
use std::time::Duration;

use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use tokio::runtime;
use tracer::export::{Datadog, OpenTelemetry, Otlp};
use tracer::{Builder, Tracer};

use crate::told::Told;

const SOON: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["relay", port] => relay::serve(port),
        ["decide", share] => share::decide(share),
        ["busy", url, rounds] => agent::busy(url, rounds.parse()?),
        ["heeds", url, rounds] => agent::heeds(url, rounds.parse()?),
        ["small", url] => small::send(url),
        ["random", url, seed, spans] => random::send(url, seed.parse()?, spans.parse()?),
        [way, url, rounds] => send(way, url, rounds.parse()?),
        _ => Err("see xtask/receivers/README.md".into()),
    }
}

fn send(way: &str, url: &str, rounds: u32) -> Result<(), Box<dyn Error>> {
    let builder = Tracer::builder().service_name("shop").wakes(true).exporter(Told);
    let tracer = sending(builder, way, url)?.install()?;
    runtime::Builder::new_multi_thread().build()?.block_on(async {
        for _ in 0..rounds {
            shop::serve().await;
        }
    });
    // What did not arrive is an error here.
    tracer.shutdown(SOON)?;
    Ok(())
}

fn sending(builder: Builder, way: &str, url: &str) -> Result<Builder, Box<dyn Error>> {
    let otlp = Otlp::builder().endpoint(url);
    let otlp = match way {
        "http" => otlp,
        "gzip" => otlp.gzip(true),
        "grpc" => return grpc(builder, url),
        "datadog" | "unix" => {
            return Ok(builder.exporter(Datadog::builder().agent_url(url).build()?));
        }
        _ => return Err(format!("`{way}` is not http, gzip, grpc, datadog or unix").into()),
    };
    Ok(builder.exporter(otlp.build()?))
}

fn grpc(builder: Builder, url: &str) -> Result<Builder, Box<dyn Error>> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let exporter = {
        let _entered = runtime.enter();
        SpanExporter::builder().with_tonic().with_endpoint(url).build()?
    };
    let exporter = OpenTelemetry::new(exporter).block_on(move |export| runtime.block_on(export));
    Ok(builder.exporter(exporter))
}
