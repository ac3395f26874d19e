//! Describes an exporter before it runs.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tracer_core::__private::{Delivery, Pace, RealTime};

use crate::agent::Datadog;
use crate::agent::client::Client;
#[cfg(target_os = "linux")]
use crate::agent::container;
use crate::agent::endpoint::{Endpoint, PORT};
use crate::payload::Payloads;
use crate::rates::Rates;

/// Describes an exporter that sends to a Datadog agent.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_datadog::Datadog;
///
/// let datadog = Datadog::builder()
///     .agent_url("http://10.0.0.7:8126")
///     .timeout(Duration::from_secs(5))
///     .build()?;
/// # Ok::<_, tracer_datadog::DatadogError>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct DatadogBuilder {
    endpoint: Result<Endpoint, DatadogError>,
    external_env: Option<String>,
    timeout: Duration,
    pace: Box<dyn Pace>,
    max_bytes: usize,
}

const TIMEOUT: Duration = Duration::from_secs(2);
/// A request is sent again for so long, in which an agent starts anew.
const REPEATED_FOR: Duration = Duration::from_secs(10);
/// Bytes of a payload: agents take more, and nothing is gained by it.
const MAX_BYTES: usize = 5_000_000;

impl Default for DatadogBuilder {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::tcp("localhost", PORT).map_err(DatadogError::new),
            external_env: None,
            timeout: TIMEOUT,
            pace: Box::new(RealTime),
            max_bytes: MAX_BYTES,
        }
    }
}

impl DatadogBuilder {
    /// Sets where the agent is: `http://host:port`, or `unix:///path` for a Unix socket.
    ///
    /// `http://localhost:8126` unless this is called.
    pub fn agent_url(mut self, url: &str) -> Self {
        let wrong = |why: String| {
            // What stands before a host and behind a path may be secret.
            let shown = url.split(['?', '#']).next().unwrap_or_default();
            let shown = shown.rsplit('@').next().unwrap_or_default().trim();
            DatadogError::new(format!("`{shown}` cannot be the agent's address: {why}"))
        };
        self.endpoint = Endpoint::read(url).map_err(wrong);
        self
    }

    /// Sets how long one answer of the agent is waited for; 2 seconds unless this is called.
    ///
    /// What the agent cannot take just now is sent again for ten seconds, or for this time if it is
    /// longer.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes the exporter. It connects with the first payload.
    ///
    /// # Errors
    ///
    /// The address is none of an agent.
    pub fn build(self) -> Result<Datadog, DatadogError> {
        let mut headers = Vec::new();
        #[cfg(target_os = "linux")]
        headers.extend(container::headers());
        headers.extend(self.external_env.map(|value| ("Datadog-External-Env", value)));
        Ok(Datadog {
            client: Client::new(self.endpoint?, &headers, self.timeout),
            payloads: Payloads::new(self.max_bytes),
            delivery: Delivery::new(self.timeout.max(REPEATED_FOR), self.pace),
            rates: Arc::new(Rates::default()),
        })
    }

    /// Where the agent is, if that makes sense.
    pub(super) fn address(&self) -> &str {
        self.endpoint.as_ref().map(Endpoint::shown).unwrap_or_default()
    }

    pub(super) fn into_endpoint(self) -> Result<Endpoint, DatadogError> {
        self.endpoint
    }

    pub(super) fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Ok(endpoint);
        self
    }

    /// What the cluster says of this process, clean enough for a header.
    pub(super) fn external_env(mut self, value: &str) -> Self {
        self.external_env = Some(value.to_owned());
        self
    }

    #[cfg(test)]
    pub(super) fn pace(mut self, pace: Box<dyn Pace>) -> Self {
        self.pace = pace;
        self
    }
}

impl fmt::Debug for DatadogBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.endpoint.as_ref().map(Endpoint::shown);
        f.debug_struct("DatadogBuilder").field("agent", &address).finish_non_exhaustive()
    }
}

/// Why there is no such exporter.
///
/// # Examples
///
/// ```
/// use tracer_datadog::Datadog;
///
/// let error = Datadog::builder().agent_url("https://agent:8126").build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`https://agent:8126` cannot be the agent's address: an agent does not speak TLS; \
///      write it as `http://host:8126` or `unix:///path/to.socket`",
/// );
/// ```
#[derive(Debug)]
pub struct DatadogError {
    message: String,
}

impl DatadogError {
    pub(super) const fn new(message: String) -> Self {
        Self { message }
    }

    /// The same, with the variable that it is of.
    pub(super) fn in_variable(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }
}

impl fmt::Display for DatadogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for DatadogError {}
