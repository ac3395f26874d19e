//! How it goes with an agent that has wishes, or fails.

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::runtime;
use tracer::export::Datadog;
use tracer::sample::ParentBased;
use tracer::{Span, Tracer};

use crate::shop;

/// An agent that answers has done so by then; what it has not taken is dropped.
const SOON: Duration = Duration::from_secs(3);
/// Traces between one payload and the next.
const TRACES: u32 = 200;

/// Serves customers while the agent does what it does; prints how long that took, and all counts.
pub(crate) fn busy(url: &str, rounds: u32) -> Result<(), Box<dyn Error>> {
    let datadog = Datadog::builder().agent_url(url).timeout(Duration::from_secs(1)).build()?;
    let tracer = Tracer::builder().service_name("shop").exporter(datadog).install()?;
    let begin = Instant::now();
    runtime::Builder::new_multi_thread().enable_time().build()?.block_on(async {
        for round in 0..rounds {
            shop::serve().await;
            // time: so that batches are sent meanwhile
            if round % 100 == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
    let worked = begin.elapsed();
    let lost = tracer.shutdown(SOON).err().map(|error| error.to_string());
    let stats = tracer.stats();
    let datadog = &stats.exporters[0];
    let dropped = &datadog.dropped;
    println!(
        "{}",
        json!({
            "worked": worked.as_secs_f64(),
            "ended": datadog.ended,
            "acknowledged": datadog.acknowledged,
            "queued": datadog.queued,
            "dropped": dropped.total(),
            "failed": dropped.failed,
            "rejected": dropped.rejected,
            "told": lost,
        })
    );
    Ok(())
}

/// Begins traces and sends what the agent wants of them, several times; prints how many, each time.
pub(crate) fn heeds(url: &str, rounds: u32) -> Result<(), Box<dyn Error>> {
    let datadog = Datadog::builder().agent_url(url).build()?;
    let sampler = ParentBased::new(datadog.sampler());
    let tracer =
        Tracer::builder().service_name("shop").sampler(sampler).exporter(datadog).install()?;
    for _ in 0..rounds {
        let roots = (0..TRACES).map(|_| Span::root("wanted").context().is_recorded());
        println!("{}", roots.filter(|is_recorded| *is_recorded).count());
        tracer.flush(SOON)?;
    }
    tracer.shutdown(SOON)?;
    Ok(())
}
