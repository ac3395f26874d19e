//! Describes an exporter before it runs.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

use tracer_core::__private::{Delivery, Pace, RealTime};
use ureq::http::{HeaderMap, HeaderName, HeaderValue};
use ureq::tls::{PemItem, RootCerts, parse_pem};

use crate::http::client::Client;
use crate::http::endpoint::Endpoint;
use crate::http::{Encoding, Otlp};
use crate::request::{MAX_BYTES, Requests};

/// Describes an exporter of OTLP over HTTP.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_otlp::Otlp;
///
/// let otlp = Otlp::builder()
///     .endpoint("http://localhost:4318")
///     .header("x-team", "shop")
///     .timeout(Duration::from_secs(3))
///     .build()?;
/// # Ok::<_, tracer_otlp::OtlpError>(())
/// ```
#[must_use = "a builder does nothing until `build`"]
pub struct OtlpBuilder {
    endpoint: Result<Endpoint, OtlpError>,
    headers: Vec<(String, String)>,
    timeout: Duration,
    gzip: Option<bool>,
    json: bool,
    certificate: Option<PathBuf>,
    pace: Box<dyn Pace>,
    max_bytes: usize,
}

/// Where a collector on the same machine listens.
const DEFAULT: &str = "http://localhost:4318";
const TIMEOUT: Duration = Duration::from_secs(10);

impl Default for OtlpBuilder {
    fn default() -> Self {
        Self {
            endpoint: read_base(DEFAULT),
            headers: Vec::new(),
            timeout: TIMEOUT,
            gzip: None,
            json: false,
            certificate: None,
            pace: Box::new(RealTime),
            max_bytes: MAX_BYTES,
        }
    }
}

impl OtlpBuilder {
    /// Sets where the backend is; `/v1/traces` is put behind it.
    ///
    /// `http://localhost:4318` unless this is called.
    pub fn endpoint(mut self, url: &str) -> Self {
        self.endpoint = read_base(url);
        self
    }

    /// Sets the whole address that traces are sent to.
    pub fn traces_endpoint(mut self, url: &str) -> Self {
        self.endpoint = Endpoint::exact(url).map_err(|why| wrong_endpoint(url, &why));
        self
    }

    /// Adds a header to each request, such as an API key.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Bounds the time of a request, its repetitions included; 10 seconds unless this is called.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Compresses requests with gzip, or does not.
    ///
    /// Unless this is called they are compressed, but not on their way to the same machine.
    pub const fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = Some(gzip);
        self
    }

    /// Sends JSON (`http/json`) instead of protobuf, which is smaller and faster.
    pub const fn json(mut self) -> Self {
        self.json = true;
        self
    }

    /// Trusts the certificates of a PEM file alone, instead of those that browsers trust.
    pub fn certificate(mut self, path: impl AsRef<Path>) -> Self {
        self.certificate = Some(path.as_ref().to_owned());
        self
    }

    /// Makes the exporter. It connects with the first request.
    ///
    /// # Errors
    ///
    /// The endpoint is no HTTP address, a header is none, or the certificate cannot be read.
    pub fn build(self) -> Result<Otlp, OtlpError> {
        let endpoint = self.endpoint?;
        let headers = headers(&self.headers, self.json)?;
        let gzip = self.gzip.unwrap_or(!endpoint.is_loopback());
        let roots = self.certificate.as_deref().map(roots).transpose()?;
        let encoding = if self.json {
            Encoding::Json(Requests::new(self.max_bytes))
        } else {
            Encoding::Protobuf(Requests::new(self.max_bytes))
        };
        Ok(Otlp {
            client: Client::new(endpoint, headers, gzip, roots),
            encoding,
            delivery: Delivery::new(self.timeout, self.pace),
        })
    }

    /// A wrong endpoint is told with the variable that it stands in.
    pub(super) fn endpoint_of(mut self, variable: &str) -> Self {
        self.endpoint = self.endpoint.map_err(|error| error.in_variable(variable));
        self
    }

    #[cfg(test)]
    pub(super) fn pace(mut self, pace: Box<dyn Pace>) -> Self {
        self.pace = pace;
        self
    }

    #[cfg(test)]
    pub(super) fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// Headers may be credentials, and so may parts of the endpoint.
impl fmt::Debug for OtlpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_ref().map(Endpoint::shown);
        f.debug_struct("OtlpBuilder").field("endpoint", &endpoint).finish_non_exhaustive()
    }
}

fn read_base(url: &str) -> Result<Endpoint, OtlpError> {
    Endpoint::base(url).map_err(|why| wrong_endpoint(url, &why))
}

fn wrong_endpoint(url: &str, why: &str) -> OtlpError {
    // What stands before a host and behind a path may be secret.
    let shown = url.split('?').next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
    OtlpError::new(format!("`{shown}` cannot be the endpoint: {why}"))
}

fn headers(given: &[(String, String)], json: bool) -> Result<HeaderMap, OtlpError> {
    let mut headers = HeaderMap::new();
    let kind = if json { "application/json" } else { "application/x-protobuf" };
    headers.insert("content-type", HeaderValue::from_static(kind));
    for (name, value) in given {
        let wrong = |what| OtlpError::new(format!("`{name}` cannot be a header: {what}"));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("no such name"))?;
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| wrong("its value has characters beyond visible ASCII"))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

fn roots(path: &Path) -> Result<RootCerts, OtlpError> {
    let shown = path.display();
    let pem = std::fs::read(path)
        .map_err(|error| OtlpError::of(format!("cannot read the certificate {shown}"), error))?;
    let certificates: Vec<_> = parse_pem(&pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(OtlpError::new(format!("there is no certificate in PEM form in {shown}")));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

/// Why there is no such exporter.
///
/// # Examples
///
/// ```
/// use tracer_otlp::Otlp;
///
/// let error = Otlp::builder().endpoint("localhost:4318").build().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`localhost:4318` cannot be the endpoint: it has no scheme; write it as `http://host:4318`",
/// );
/// ```
#[derive(Debug)]
pub struct OtlpError {
    message: String,
    source: Option<io::Error>,
}

impl OtlpError {
    pub(super) const fn new(message: String) -> Self {
        Self { message, source: None }
    }

    const fn of(message: String, source: io::Error) -> Self {
        Self { message, source: Some(source) }
    }

    /// The same, with the variable that it is of.
    pub(super) fn in_variable(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }
}

impl fmt::Display for OtlpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for OtlpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}
