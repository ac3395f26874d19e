//! Against a backend that answers, refuses, hangs, goes away and talks nonsense.

mod answers;
mod delivered;
mod retried;
mod secured;

use tracer_backend_tests::Run;

use crate::http::builder::OtlpBuilder;

/// Sleeps are not slept.
fn run(builder: OtlpBuilder) -> Run {
    Run::new(|pace| builder.pace(pace).build().expect("it is described rightly"))
}
