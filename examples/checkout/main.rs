//! A shop's checkout: forty customers at once, and every request is one tree.
//!
//! One order is declined by its bank, one customer leaves before the bank has answered.

#![expect(clippy::print_stdout, reason = "the trees and the totals are what this program is for")]

mod client;
mod payment;
mod server;
mod shop;

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tracer::Tracer;
use tracer::export::Tree;

use crate::server::Server;
use crate::shop::Shop;

const ORDERS: u32 = 40;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    // Asked for by name: `tracer::init` shows trees only where somebody sits at a terminal.
    let tracer = Tracer::builder()
        .service_name("checkout")
        .exporter(Tree::to(io::stdout()).unlimited())
        .install()?;

    let shop = Arc::new(Shop::default());
    let server = Server::start(Arc::clone(&shop)).await?;
    let totals = client::send(&server, &shop, ORDERS).await?;
    // A handler whose client left is dropped a little later; only then its span has ended.
    server.idle().await;

    tracer.flush(Duration::from_secs(5))?;
    println!();
    for (answer, count) in totals {
        println!("{count:>3} × {answer}");
    }
    println!("{}", tracer.stats());
    Ok(())
}
