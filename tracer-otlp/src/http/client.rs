//! Posts one request and waits for its answer.

use std::borrow::Cow;
use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tracer_core::__private::Unreachable;
use ureq::http::HeaderMap;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Error};

use crate::http::addresses::Addresses;
use crate::http::answer::Answer;
use crate::http::endpoint::Endpoint;

/// Bytes that are written to the connection at once. A request is not much longer, and a smaller
/// buffer means many wake-ups of whoever reads at the other end.
const OUTPUT: usize = 1 << 20;
/// Bytes of an answer that are read: what it says is short.
const MAX_ANSWER: u64 = 64 << 10;

/// A connection that is kept, and opened anew where it has to be.
pub(crate) struct Client {
    agent: Agent,
    addresses: Addresses,
    endpoint: Endpoint,
    headers: HeaderMap,
    gzip: bool,
}

impl Client {
    /// Trusts these certificates, or those that browsers trust.
    pub(crate) fn new(
        endpoint: Endpoint,
        headers: HeaderMap,
        gzip: bool,
        roots: Option<RootCerts>,
    ) -> Self {
        let tls = TlsConfig::builder().root_certs(roots.unwrap_or(RootCerts::WebPki)).build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .output_buffer_size(OUTPUT)
            .user_agent(concat!("tracer-otlp/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls);
        if endpoint.is_loopback() {
            config = config.proxy(None);
        }
        let (addresses, connector) = (Addresses::default(), DefaultConnector::default());
        let agent = Agent::with_parts(config.build(), connector, addresses.clone());
        Self { agent, addresses, endpoint, headers, gzip }
    }

    /// The address without credentials.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.shown()
    }

    /// A body as it is sent: compressed, or as it is.
    pub(crate) fn packed<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        if !self.gzip {
            return Cow::Borrowed(body);
        }
        let mut packed = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
        let written = packed.write_all(body).and_then(|()| packed.finish());
        Cow::Owned(written.expect("writing to memory does not fail"))
    }

    pub(crate) fn post(&self, packed: &[u8], timeout: Duration) -> Result<Answer, Unreachable> {
        let request = self.agent.post(self.endpoint.url());
        let mut request = request.config().timeout_global(Some(timeout)).build();
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if self.gzip {
            request = request.header("content-encoding", "gzip");
        }
        let unreachable = |error| {
            self.addresses.forget();
            self.unreachable(&error, timeout)
        };
        let mut answer = request.send(packed).map_err(unreachable)?;
        let body = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
        // The status says it all; what cannot be read of the rest is left.
        Ok(Answer::new(answer.status().as_u16(), answer.headers(), body.unwrap_or_default()))
    }

    /// The address, whether it compresses, and the headers that were set.
    #[cfg(test)]
    pub(crate) fn described(&self) -> Vec<String> {
        let packed = if self.gzip { "gzip" } else { "plain" };
        let headers = self.headers.iter().skip(1);
        let headers = headers.map(|(name, value)| format!("{name}={}", value.to_str().unwrap()));
        [self.endpoint.url().to_owned(), packed.to_owned()].into_iter().chain(headers).collect()
    }

    fn unreachable(&self, error: &Error, timeout: Duration) -> Unreachable {
        let for_good = match error {
            // A certificate that is not trusted, or no TLS at all.
            Error::Io(error) => error.kind() == ErrorKind::InvalidData,
            Error::Timeout(_) | Error::HostNotFound | Error::ConnectionFailed => false,
            _ => true,
        };
        let why = match error {
            Error::Timeout(_) => format!("no answer within {timeout:?}"),
            Error::Protocol(_) | Error::Http(_) if !self.endpoint.is_https() => {
                format!(
                    "it does not speak HTTP/1.1 (OTLP over gRPC, commonly at port 4317, is not supported): {error}"
                )
            }
            other => other.to_string(),
        };
        Unreachable { why, for_good }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use tracer_backend_tests::{Reply, Server, status};
    use ureq::http::{HeaderMap, Uri};
    use ureq::unversioned::resolver::Resolver as _;

    use super::{Client, Endpoint};

    #[test]
    fn a_request_goes_where_the_name_led_before_and_where_it_fails_that_is_forgotten() {
        let server = Server::new([status(200, ""), Reply::Resets]);
        let endpoint = Endpoint::base("http://backend.invalid:4318").unwrap();
        let client = Client::new(endpoint, HeaderMap::new(), false, None);
        let uri: Uri = client.endpoint.url().parse().unwrap();
        let mut led = client.addresses.empty();
        led.push(server.url.trim_start_matches("http://").parse().unwrap());
        client.addresses.know(&uri, &led, Instant::now());

        let post = || client.post(b"spans", Duration::from_secs(20));
        assert!(post().is_ok(), "nobody is asked for a name that nobody knows");
        let knows = || client.addresses.known(&uri, Instant::now()).is_some();
        assert!(knows());
        assert!(post().is_err() && !knows());
    }
}
