//! What the user of a layer asks for.

use std::borrow::Cow;
use std::panic::Location;
use std::str;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use http::header::HeaderMap;
use http::{HeaderName, HeaderValue};
use tracer_core::SpanContext;

/// What both layers can be asked for.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the layer was made: its spans are said to be opened there, not somewhere in here.
    pub(crate) place: &'static Location<'static>,
    pub(crate) request_headers: Vec<Recorded>,
    pub(crate) response_headers: Vec<Recorded>,
    /// Query parameters that are secret, too; in lower case.
    pub(crate) secret: Vec<Box<str>>,
}

impl Settings {
    #[track_caller]
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            place: Location::caller(),
            request_headers: Vec::new(),
            response_headers: Vec::new(),
            secret: Vec::new(),
        })
    }
}

/// A header that is recorded, and the names of its attribute.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    name: HeaderName,
    http: Box<str>,
    rpc: Box<str>,
}

impl Recorded {
    /// None where no header can have such a name.
    pub(crate) fn new(side: &str, name: &str) -> Option<Self> {
        let name: HeaderName = name.parse().ok()?;
        let http = format!("http.{side}.header.{name}").into();
        let rpc = format!("rpc.{side}.metadata.{name}").into();
        Some(Self { name, http, rpc })
    }

    /// As Datadog's tracers: what is no letter, digit, or one of `_-:/` becomes `_` in a usual name.
    fn tagged(side: &str, name: &str, tag: &str) -> Option<Self> {
        let name: HeaderName = name.parse().ok()?;
        let is_kept = |sign: char| sign.is_ascii_alphanumeric() || "_-:/".contains(sign);
        let usual = || {
            let kept = name.as_str().chars().map(|sign| if is_kept(sign) { sign } else { '_' });
            format!("http.{side}.headers.{}", kept.collect::<String>())
        };
        let key: Box<str> = if tag.is_empty() { usual() } else { tag.to_owned() }.into();
        Some(Self { name, http: key.clone(), rpc: key })
    }
}

/// The text of a header's value, which nearly always is one.
pub(crate) fn text(value: &[u8]) -> Cow<'_, str> {
    // Long ones, such as user agents, are looked through several bytes at once here, not below.
    str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed)
}

/// What is recorded of all requests and of all responses, whatever their layers were asked for.
static EVERYWHERE: OnceLock<[Vec<Recorded>; 2]> = OnceLock::new();
/// Looked at first, since nearly always there is nothing.
static IS_ANY_EVERYWHERE: AtomicBool = AtomicBool::new(false);

/// Records headers of all requests and responses: each a name, and its attribute; an empty one stands
/// for `http.request.headers.<name>` or `http.response.headers.<name>`, which are Datadog's names.
///
/// Only the first call counts.
pub fn record_headers(headers: &[(String, String)]) {
    let tagged =
        |side| headers.iter().filter_map(|(name, tag)| Recorded::tagged(side, name, tag)).collect();
    if !headers.is_empty() {
        let _first = EVERYWHERE.set(["request", "response"].map(tagged));
        // Relaxed: who sees it looks into the cell, and that one shows all that is in it.
        IS_ANY_EVERYWHERE.store(true, Ordering::Relaxed);
    }
}

fn everywhere() -> Option<&'static [Vec<Recorded>; 2]> {
    // Relaxed: see above; who does not see it yet has begun before it was set.
    if IS_ANY_EVERYWHERE.load(Ordering::Relaxed) { EVERYWHERE.get() } else { None }
}

/// Records what was asked for of a request.
pub(crate) fn record_request(
    span: &SpanContext,
    settings: &Settings,
    headers: &HeaderMap,
    is_grpc: bool,
) {
    if let Some([request, _]) = everywhere() {
        record(span, request, headers, is_grpc);
    }
    record(span, &settings.request_headers, headers, is_grpc);
}

/// Records what was asked for of a response.
pub(crate) fn record_response(
    span: &SpanContext,
    settings: &Settings,
    headers: &HeaderMap,
    is_grpc: bool,
) {
    if let Some([_, response]) = everywhere() {
        record(span, response, headers, is_grpc);
    }
    record(span, &settings.response_headers, headers, is_grpc);
}

/// Records what is wanted of `headers`; several values of one header in one text, as HTTP joins them.
fn record(span: &SpanContext, wanted: &[Recorded], headers: &HeaderMap, is_grpc: bool) {
    if wanted.is_empty() || !span.is_recorded() {
        return;
    }
    for header in wanted {
        let mut values = headers.get_all(&header.name).iter().map(HeaderValue::as_bytes);
        let Some(first) = values.next() else { continue };
        let key = if is_grpc { &header.rpc } else { &header.http };
        let rest: Vec<_> = values.map(text).collect();
        let mut joined = text(first);
        for value in &rest {
            let joined = joined.to_mut();
            joined.push_str(", ");
            joined.push_str(value);
        }
        span.set_attribute(key, &*joined);
    }
}

/// The methods by which the user of a layer asks, the same for both layers.
macro_rules! ask {
    ($layer:ident) => {
        impl $layer {
            /// Records a header of each request, as `http.request.header.<name>`.
            ///
            /// Of gRPC it is `rpc.request.metadata.<name>`. Several values are joined by `, `. A name
            /// that no header can have is recorded of none.
            pub fn request_header(mut self, name: &str) -> Self {
                let settings = std::sync::Arc::make_mut(&mut self.settings);
                settings.request_headers.extend($crate::settings::Recorded::new("request", name));
                self
            }

            /// Records a header of each response, as `http.response.header.<name>`.
            ///
            /// See [`request_header`](Self::request_header).
            pub fn response_header(mut self, name: &str) -> Self {
                let settings = std::sync::Arc::make_mut(&mut self.settings);
                settings.response_headers.extend($crate::settings::Recorded::new("response", name));
                self
            }

            /// Takes the query parameter `name`, in any case, for one whose value is secret, too.
            pub fn redact(mut self, name: &str) -> Self {
                let settings = std::sync::Arc::make_mut(&mut self.settings);
                settings.secret.push(name.to_ascii_lowercase().into());
                self
            }
        }
    };
}

pub(crate) use ask;
