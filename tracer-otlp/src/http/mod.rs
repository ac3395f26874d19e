//! OTLP/HTTP: batches become requests, and each request is delivered, refused or given up in time.

mod addresses;
mod answer;
mod builder;
mod client;
mod endpoint;
mod environment;

#[cfg(test)]
mod tests;

use std::fmt;

use tracer_core::__private::{Delivery, Losses};
use tracer_core::{Batch, ExportError, Exporter};

pub use builder::{OtlpBuilder, OtlpError};

use crate::http::client::Client;
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
/// to an address of the same machine there is none. Redirects are not followed. A host's name is looked up
/// again after half a minute, and when a request has failed.
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
    delivery: Delivery,
}

#[derive(Debug)]
enum Encoding {
    Protobuf(Requests<Protobuf>),
    Json(Requests<Json>),
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
        let timeout = format!("{:?}", self.delivery.timeout());
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
        let Self { client, encoding, delivery } = self;
        let mut send = |body: &[u8], count| {
            let packed = client.packed(body);
            let mut post = |left| client.post(&packed, left).map(|answer| answer.verdict());
            losses.add(count, delivery.deliver(&mut post));
        };
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
