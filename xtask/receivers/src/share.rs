//! What samplers by share decide about trace ids.

use std::error::Error;
use std::io;

use tracer::TraceId;
use tracer::sample::{DatadogRatio, LocalRoot, Ratio, Sampler};

/// Reads ids in hexadecimal, a line each, and prints for each what `Ratio` and `DatadogRatio` decide.
pub(crate) fn decide(share: &str) -> Result<(), Box<dyn Error>> {
    let share: f64 = share.parse()?;
    let (ratio, datadog) = (Ratio::new(share), DatadogRatio::new(share));
    for line in io::stdin().lines() {
        let id = TraceId::from_u128(u128::from_str_radix(&line?, 16)?);
        let root = LocalRoot::new(id, "any");
        println!("{} {}", ratio.is_sampled(&root), datadog.is_sampled(&root));
    }
    Ok(())
}
