//! What each service does, whatever it serves: its tracer, its port, and its end.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tracer::Tracer;
use tracer::export::{Datadog, File};

use crate::Failure;

/// Serves `routes` until standard input ends, and writes its spans to `file`.
///
/// With `TRACER=datadog` Datadog's agent has them, too, where its variables say that it is.
pub(crate) async fn run(name: &str, file: &str, routes: Router) -> Result<(), Failure> {
    let mut builder = Tracer::builder().service_name(name).exporter(File::open(file)?);
    if env::var("TRACER").is_ok_and(|asked| asked == "datadog") {
        builder = builder.exporter(Datadog::from_env()?);
    }
    let tracer = builder.install()?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    say(listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(stopped()).await?;

    // Not left to the end of `main`, so that what became of the spans can be told.
    tracer.shutdown(Duration::from_secs(5))?;
    say(tracer.stats().to_string().replace('\n', ", "));
    Ok(())
}

/// Tells the one who started this process, in a line.
pub(crate) fn say(line: impl Display) {
    // Whoever listened may be gone: then it is told nobody, where `println!` would panic.
    let _told = writeln!(io::stdout(), "{line}");
}

/// Waits until standard input ends: whoever started this process asks it to stop, or is gone.
async fn stopped() {
    let (ended, end) = oneshot::channel();
    thread::spawn(move || {
        let _bytes = io::copy(&mut io::stdin(), &mut io::sink());
        ended.send(())
    });
    let _ended = end.await;
}
