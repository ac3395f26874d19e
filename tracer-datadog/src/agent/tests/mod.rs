//! Against an agent that answers, refuses, hangs, goes away and talks nonsense.

mod answers;
mod asked;
mod delivered;
mod retried;
#[cfg(unix)]
mod unix;

use tracer_backend_tests::Run;

use crate::agent::builder::DatadogBuilder;

/// Sleeps are not slept.
fn run(builder: DatadogBuilder) -> Run {
    Run::new(|pace| builder.pace(pace).build().expect("it is described rightly"))
}
