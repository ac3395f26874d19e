//! OTLP/HTTP: batches become requests, and each request is delivered, refused or given up in time.

mod answer;
mod builder;
mod client;
mod endpoint;
mod environment;
mod pace;

#[cfg(test)]
mod tests;

use std::fmt;
use std::time::{Duration, Instant};

use tracer_core::{Batch, ExportError, Exporter};

pub use builder::{OtlpBuilder, OtlpError};

use crate::http::answer::Verdict;
use crate::http::client::{Client, Unreachable};
use crate::http::pace::{Backoff, Pace};
use crate::json::Json;
use crate::protobuf::Protobuf;
use crate::request::Requests;

/// Sends finished spans to an OpenTelemetry backend over HTTP.
///
/// A batch becomes requests of at most 1 MB. What the backend cannot take just now (status 429,
/// 502, 503 or 504, or no connection) is sent again, first after half a second and then ever more
/// seldom, or when the backend says so (`Retry-After`), until the time of the request is over.
/// What it refuses is counted as rejected, what does not get through as failed; the tracer says so
/// on stderr, with the address.
///
/// Proxies are those of the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`), which are
/// asked for a tunnel (`CONNECT`), not for TLS alone;
/// to an address of the same machine there is none. Redirects are not followed.
///
/// # Examples
///
/// ```no_run
/// use tracer_core::Tracer;
/// use tracer_otlp::Otlp;
///
/// let otlp = Otlp::builder()
///     .endpoint("https://otlp.example.com")
///     .header("authorization", "Bearer …")
///     .build()?;
/// let tracer = Tracer::builder().service_name("shop").exporter(otlp).install()?;
/// # drop(tracer);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Otlp {
    client: Client,
    encoding: Encoding,
    timeout: Duration,
    pace: Box<dyn Pace>,
    /// When the backend wants to hear from us again.
    not_before: Option<Instant>,
    /// The last request did not reach the backend: the next ones are tried once each.
    is_down: bool,
}

#[derive(Debug)]
enum Encoding {
    Protobuf(Requests<Protobuf>),
    Json(Requests<Json>),
}

/// What became of the spans of a batch.
#[derive(Debug, Default)]
struct Losses {
    failed: usize,
    rejected: usize,
    why: String,
}

impl Otlp {
    /// Begins to describe an exporter; see [`OtlpBuilder`].
    pub fn builder() -> OtlpBuilder {
        OtlpBuilder::default()
    }

    /// Makes the exporter that `OTEL_EXPORTER_OTLP_*` describe; see [`OtlpBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// Names the variable whose value makes no sense.
    pub fn from_env() -> Result<Self, OtlpError> {
        OtlpBuilder::from_env()?.build()
    }
}

#[cfg(test)]
impl Otlp {
    /// What was set, in a line.
    fn described(&self) -> String {
        let encoding = match self.encoding {
            Encoding::Protobuf(_) => "protobuf",
            Encoding::Json(_) => "json",
        };
        let [url, rest @ ..] = &self.client.described()[..] else { return String::new() };
        let timeout = format!("{:?}", self.timeout);
        let [packed, headers @ ..] = rest else { return String::new() };
        let words = [url.as_str(), encoding, packed, &timeout];
        words.into_iter().chain(headers.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }
}

impl Exporter for Otlp {
    fn name(&self) -> &'static str {
        "otlp"
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let mut losses = Losses::default();
        let Self { client, encoding, timeout, pace, not_before, is_down } = self;
        let mut delivery =
            Delivery { client, timeout: *timeout, pace: &**pace, not_before, is_down };
        let mut send = |body: &[u8], count| losses.add(count, delivery.deliver(body));
        match encoding {
            Encoding::Protobuf(requests) => requests.each(batch, &mut send),
            Encoding::Json(requests) => requests.each(batch, &mut send),
        }
        losses.result(client.address())
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp").field("endpoint", &self.client.address()).finish_non_exhaustive()
    }
}

/// What became of one request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Delivered,
    /// The backend refused so many spans of it; all, if it did not say how many.
    Rejected(Option<u64>, String),
    Failed(String),
}

impl Losses {
    fn add(&mut self, count: usize, outcome: Outcome) {
        match outcome {
            Outcome::Delivered => {}
            Outcome::Rejected(spans, why) => {
                let spans = spans.and_then(|spans| usize::try_from(spans).ok());
                self.rejected += spans.map_or(count, |spans| spans.min(count));
                self.why = why;
            }
            Outcome::Failed(why) => {
                self.failed += count;
                self.why = why;
            }
        }
    }

    fn result(self, address: &str) -> Result<(), ExportError> {
        if self.failed + self.rejected == 0 {
            return Ok(());
        }
        Err(ExportError::partial(self.failed, self.rejected, format!("{address}: {}", self.why)))
    }
}

/// Delivers requests, one after the other.
struct Delivery<'a> {
    client: &'a mut Client,
    timeout: Duration,
    pace: &'a dyn Pace,
    not_before: &'a mut Option<Instant>,
    is_down: &'a mut bool,
}

impl Delivery<'_> {
    /// Sends a request until it is delivered or refused, or its time is over.
    fn deliver(&mut self, body: &[u8]) -> Outcome {
        let deadline = self.pace.now() + self.timeout;
        let body = self.client.packed(body);
        let mut backoff = Backoff::new();
        let mut why = "it wants to be left alone for longer than a request may take".to_owned();
        loop {
            // A wait that was asked for takes all the time there is: what comes meanwhile waits in
            // the queue, instead of being lost as well.
            if let Some(until) = *self.not_before {
                self.sleep_until(until.min(deadline));
            }
            let left = deadline.saturating_duration_since(self.pace.now());
            if left.is_zero() {
                return Outcome::Failed(why);
            }
            *self.not_before = None;
            let was_down = std::mem::take(self.is_down);
            match self.client.post(&body, left).map(|answer| answer.verdict()) {
                Ok(Verdict::Delivered) => return Outcome::Delivered,
                Ok(Verdict::Rejected(spans, said)) => return Outcome::Rejected(spans, said),
                Ok(Verdict::Failed(said)) => return Outcome::Failed(said),
                Ok(Verdict::Later(after, said)) => {
                    let wait = after.unwrap_or_else(|| backoff.next_wait());
                    *self.not_before = Some(self.pace.now() + wait);
                    why = said;
                }
                Err(Unreachable { why: said, for_good }) => {
                    *self.is_down = true;
                    why = said;
                    let wait = backoff.next_wait();
                    if for_good || was_down || self.pace.now() + wait >= deadline {
                        return Outcome::Failed(why);
                    }
                    self.pace.sleep(wait);
                    // This request has its tries.
                    *self.is_down = false;
                }
            }
        }
    }

    fn sleep_until(&self, until: Instant) {
        let wait = until.saturating_duration_since(self.pace.now());
        if !wait.is_zero() {
            self.pace.sleep(wait);
        }
    }
}
