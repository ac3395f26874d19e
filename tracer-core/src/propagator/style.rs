//! The usual styles by their names.

use std::fmt;
use std::str::FromStr;

use crate::propagator::headers::{Extractor, Injector};
use crate::propagator::parts::Parts;
use crate::propagator::{Propagator, b3, datadog, trace_context};

/// A usual way to write a context in headers.
///
/// Its names are OpenTelemetry's, as `OTEL_PROPAGATORS` has them.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::{Propagator, Style};
///
/// assert_eq!("B3Multi".parse::<Style>()?, Style::B3Multi);
/// assert_eq!(Style::TraceContext.to_string(), "tracecontext");
/// assert_eq!(Style::TraceContext.headers(), ["traceparent", "tracestate"]);
/// # Ok::<_, tracer_core::propagate::StyleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// W3C Trace Context: `traceparent` and `tracestate`.
    TraceContext,
    /// W3C Baggage: `baggage`.
    Baggage,
    /// Datadog: `x-datadog-trace-id` and its like.
    Datadog,
    /// B3 in one header: `b3`.
    B3,
    /// B3 in several headers: `x-b3-traceid` and its like.
    B3Multi,
}

const STYLES: [Style; 5] =
    [Style::TraceContext, Style::Baggage, Style::Datadog, Style::B3, Style::B3Multi];

impl Style {
    /// Returns its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::Datadog => "datadog",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
        }
    }
}

impl Propagator for Style {
    fn headers(&self) -> &[&str] {
        match self {
            Self::TraceContext => trace_context::HEADERS,
            Self::Baggage => &["baggage"],
            Self::Datadog => datadog::HEADERS,
            Self::B3 => b3::SINGLE,
            Self::B3Multi => b3::MULTI,
        }
    }

    fn extract(&self, headers: &dyn Extractor) -> Parts {
        match self {
            Self::TraceContext => trace_context::extract(headers),
            Self::Baggage => {
                let mut parts = Parts::default();
                headers.visit("baggage", &mut |value| {
                    let mut refused = parts.refused;
                    parts.baggage_mut().read(value, &mut refused);
                    parts.refused = refused;
                });
                parts
            }
            Self::Datadog => datadog::extract(headers),
            Self::B3 => b3::extract(headers),
            Self::B3Multi => b3::extract_multi(headers),
        }
    }

    fn inject(&self, parts: &Parts, headers: &mut dyn Injector) {
        match self {
            Self::TraceContext => trace_context::inject(parts, headers),
            Self::Baggage if parts.baggage().is_empty() => {}
            Self::Baggage => headers.set("baggage", parts.baggage().as_str()),
            Self::Datadog => datadog::inject(parts, headers),
            Self::B3 => b3::inject(parts, headers),
            Self::B3Multi => b3::inject_multi(parts, headers),
        }
    }
}

impl FromStr for Style {
    type Err = StyleError;

    fn from_str(name: &str) -> Result<Self, StyleError> {
        let found = STYLES.into_iter().find(|style| style.as_str().eq_ignore_ascii_case(name));
        found.ok_or_else(|| StyleError { name: name.to_owned() })
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no style's.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::Style;
///
/// assert_eq!(
///     "jaeger".parse::<Style>().unwrap_err().to_string(),
///     "`jaeger` is no style; valid are tracecontext, baggage, datadog, b3, b3multi",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyleError {
    name: String,
}

impl fmt::Display for StyleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no style; valid are {}", self.name, STYLES.map(Style::as_str).join(", "))
    }
}

impl std::error::Error for StyleError {}
