//! The Datadog agent: batches become payloads, and each is delivered, refused or given up in time.

mod answer;
mod builder;
mod client;
mod connection;
#[cfg(target_os = "linux")]
mod container;
mod endpoint;
mod environment;
mod response;
#[cfg(unix)]
mod socket;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use tracer_core::__private::{Delivery, Losses};
use tracer_core::{Batch, ExportError, Exporter, Unit};

pub use builder::{DatadogBuilder, DatadogError};

use crate::agent::answer::verdict;
use crate::agent::client::{Client, Request};
use crate::payload::Payloads;
use crate::rates::Rates;
use crate::sampler::DatadogSampler;

/// Sends finished spans to a Datadog agent.
///
/// A batch becomes payloads of at most 5 MB, which go to `/v0.4/traces` over TCP or a Unix socket,
/// by one connection that is kept. What the agent cannot take just now (status 408, 429, 502, 503
/// or 504, or no connection) is sent again, first after half a second and then ever more seldom, or
/// when the agent says so (`Retry-After`), for ten seconds. What it refuses is counted as rejected,
/// what does not get through as failed; the tracer says so on stderr, with the address. An answer
/// that does not come within two seconds is not waited for, and the payload not sent again: the
/// agent may have got it.
///
/// # Examples
///
/// ```no_run
/// use tracer_core::Tracer;
/// use tracer_datadog::Datadog;
///
/// let datadog = Datadog::builder().agent_url("unix:///var/run/datadog/apm.socket").build()?;
/// let tracer = Tracer::builder().service_name("shop").exporter(datadog).install()?;
/// # drop(tracer);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Datadog {
    client: Client,
    payloads: Payloads,
    delivery: Delivery,
    rates: Arc<Rates>,
}

impl Datadog {
    /// Begins to describe an exporter; see [`DatadogBuilder`].
    pub fn builder() -> DatadogBuilder {
        DatadogBuilder::default()
    }

    /// Makes the exporter that Datadog's variables describe; see [`DatadogBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// Names the variable whose value makes no sense.
    pub fn from_env() -> Result<Self, DatadogError> {
        DatadogBuilder::from_env()?.build()
    }

    /// Makes a sampler that records the share of traces that this agent asks for.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{ParentBased, Tracer};
    /// use tracer_datadog::Datadog;
    ///
    /// let datadog = Datadog::builder().build()?;
    /// let sampler = datadog.sampler().rules(r#"[{"name": "*health*", "sample_rate": 0}]"#)?;
    /// let tracer = Tracer::builder().sampler(ParentBased::new(sampler)).exporter(datadog);
    /// # drop(tracer);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn sampler(&self) -> DatadogSampler {
        DatadogSampler::hearing(Arc::clone(&self.rates))
    }
}

impl Exporter for Datadog {
    fn name(&self) -> &'static str {
        "datadog"
    }

    fn unit(&self) -> Unit {
        Unit::ManyTraces
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let mut losses = Losses::default();
        let Self { client, payloads, delivery, rates } = self;
        payloads.each(batch, |payload| {
            let left_out = rates.take_left_out();
            let request = Request { body: payload.body, traces: payload.traces, left_out };
            let delivered = delivery.deliver(&mut |left| {
                let response = client.put(&request, left)?;
                if response.status == 200 && response.is_whole {
                    // Who says nothing of rates leaves them as they are.
                    rates.hear(&response.body);
                }
                Ok(verdict(&response))
            });
            if delivered.is_err() {
                rates.give_back(left_out);
            }
            losses.add(payload.spans, delivered);
        });
        losses.result(client.address())
    }
}

impl fmt::Debug for Datadog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Datadog").field("agent", &self.client.address()).finish_non_exhaustive()
    }
}
