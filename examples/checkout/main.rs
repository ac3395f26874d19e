//! A shop's checkout: forty customers at once, and every request is one tree.
//!
//! One order is declined by its bank, one customer leaves before the bank has answered.

#![expect(clippy::print_stdout, reason = "the trees and the totals are what this program is for")]

mod client;
mod payment;
mod server;
mod shop;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tracer::{Callsite, ErrorRecord, Exporter, Memory, SpanRecord, Tracer, testing};

use crate::server::Server;
use crate::shop::Shop;

const ORDERS: u32 = 40;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let memory = Memory::default();
    // Asked for by name: `tracer::init` shows trees only where somebody sits at a terminal.
    let tracer = Tracer::builder()
        .service_name("checkout")
        .exporter(exporter())
        .exporter(memory.clone())
        .install()?;

    let shop = Arc::new(Shop::default());
    let server = Server::start(Arc::clone(&shop)).await?;
    let totals = client::send(&server, &shop, ORDERS).await?;
    // A handler whose client left is dropped a little later; only then its span has ended.
    server.idle().await;

    tracer.flush(Duration::from_secs(5))?;
    print(&memory.take());
    for (answer, count) in totals {
        println!("{count:>3} × {answer}");
    }
    println!("{}", tracer.stats());
    Ok(())
}

/// Where the trees go.
fn exporter() -> impl Exporter + 'static {
    tracer_view::Tree::stderr()
}

/// Prints all trees, and below them why spans failed.
fn print(spans: &[SpanRecord]) {
    println!("{}", testing::render(spans));
    let failed = spans.iter().filter_map(|span| Some((span, span.error()?)));
    let mut reasons: Vec<_> = failed.map(|(span, error)| reason(span, &error)).collect();
    reasons.sort_unstable();
    println!("{}", reasons.concat());
}

/// The error with its sources, and the spans around it from the innermost out.
fn reason(span: &SpanRecord, error: &ErrorRecord<'_>) -> String {
    let messages: Vec<_> = std::iter::once(error.message()).chain(error.sources()).collect();
    let stack: Vec<_> = span.stack().map(Callsite::name).collect();
    format!("{}\n  at {}\n", messages.join(", because "), stack.join(" < "))
}
