//! A shop of three services, each a process of its own, and one tree for each request over all three.
//!
//! Without arguments this is the customer: it starts the services, sends its requests, stops the
//! services, and draws what they have written. One order takes a slow query, one is declined by its
//! bank, and one customer leaves before the bank has answered.

#![expect(clippy::print_stdout, reason = "the trees and the totals are what this program is for")]

mod client;
mod customer;
mod database;
mod payment;
mod process;
mod service;
mod stock;
mod traces;
mod web;

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use crate::process::Process;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => shop().await,
        ["web", file, stock, payment] => {
            service::run("web", file, web::routes(stock, payment)).await
        }
        ["stock", file] => service::run("stock", file, stock::routes()?).await,
        ["payment", file] => service::run("payment", file, payment::routes()).await,
        _ => Err(format!("not known: {arguments:?}").into()),
    }
}

/// Opens the shop for as long as there are customers.
async fn shop() -> Result<(), Failure> {
    let folder = env::temp_dir().join(format!("checkout-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let day = one_day(&folder).await;
    fs::remove_dir_all(&folder)?;
    day
}

async fn one_day(folder: &Path) -> Result<(), Failure> {
    let stock = Process::start("stock", folder, &[]).await?;
    let mut payment = Process::start("payment", folder, &[]).await?;
    let mut web = Process::start("web", folder, &[&stock.url, &payment.url]).await?;

    let totals = customer::visit(&mut web, &mut payment).await?;

    // Who asks is stopped before those who answer: then nothing is in flight anywhere.
    let mut accounts = Vec::new();
    for process in [web, stock, payment] {
        accounts.push((process.name, process.stop().await?));
    }
    println!("{}", traces::drawn(folder)?);
    for (answer, count) in totals {
        println!("{count:>3} × {answer}");
    }
    for (name, account) in accounts {
        println!("{name:<7} {account}");
    }
    Ok(())
}
