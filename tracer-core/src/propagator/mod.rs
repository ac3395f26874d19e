//! How a context is written in the headers of a request: the styles, and those in use.
//!
//! Each style reads and writes [`Parts`]; several of them become one in [`Propagators`].

mod b3;
mod datadog;
mod datadog_state;
#[cfg(test)]
mod fuzz;
mod headers;
mod number;
mod parts;
mod propagators;
mod style;
mod trace_context;
mod trace_state;

use std::fmt;

pub(crate) use datadog::{decide, decide_by, judged};
pub use headers::{Extractor, Injector};
pub use parts::Parts;
pub use propagators::{ExtractBehavior, Propagators};
pub use style::{Style, StyleError};

/// Reads and writes the headers of one style.
///
/// Those of the usual styles are a [`Style`]. It runs on the traced thread; what it panics with is
/// caught and counts as a malformed header.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::{Extractor, Injector, Parts, Propagator, Propagators, Refusal};
/// use tracer_core::{Span, SpanId, TraceId, Tracer, propagate};
///
/// /// `x-call: 7/8`, trace and span as decimal numbers.
/// #[derive(Debug)]
/// struct Call;
///
/// impl Propagator for Call {
///     fn headers(&self) -> &[&str] {
///         &["x-call"]
///     }
///
///     fn extract(&self, headers: &dyn Extractor) -> Parts {
///         let mut parts = Parts::default();
///         headers.visit("x-call", &mut |value| {
///             let text = std::str::from_utf8(value).unwrap_or_default();
///             let ids = text.split_once('/').map(|(trace, span)| (trace.parse(), span.parse()));
///             match ids {
///                 Some((Ok(trace), Ok(span))) => {
///                     parts = Parts::new(TraceId::from_u128(trace), SpanId::from_u64(span));
///                 }
///                 _ => parts.refuse(Refusal::Malformed),
///             }
///         });
///         parts
///     }
///
///     fn inject(&self, parts: &Parts, headers: &mut dyn Injector) {
///         let (trace, span) = (parts.trace_id().to_u128(), parts.span_id().to_u64());
///         headers.set("x-call", &format!("{trace}/{span}"));
///     }
/// }
///
/// let tracer = Tracer::builder().propagators(Propagators::none().with(Call)).build()?;
/// tracer.in_scope(|| {
///     let remote = propagate::extract(&[("X-Call", "7/8")]);
///     let request = Span::below("request", &remote.context());
///     let mut headers = Vec::<(String, String)>::new();
///     propagate::inject(&request.context(), &mut headers);
///     assert!(headers[0].1.starts_with("7/"));
/// });
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
pub trait Propagator: fmt::Debug + Send + Sync {
    /// Returns the names of its headers, in lower case.
    fn headers(&self) -> &[&str];

    /// Reads what the headers say; what cannot be read it counts with [`Parts::refuse`].
    fn extract(&self, headers: &dyn Extractor) -> Parts;

    /// Writes what it can of a context.
    fn inject(&self, parts: &Parts, headers: &mut dyn Injector);
}
