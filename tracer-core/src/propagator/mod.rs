//! How a context is written in the headers of a request: the styles, and those in use.
//!
//! Each style reads and writes [`Parts`]; here several of them become one.

mod b3;
mod datadog;
#[cfg(test)]
mod fuzz;
mod headers;
mod number;
mod parts;
mod style;
mod trace_context;
mod trace_state;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub use headers::{Extractor, Injector};
pub use parts::Parts;
pub use style::{Style, StyleError};

use crate::refused::Refusal;

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

/// Which styles are read and written, in order: W3C trace context and baggage unless told otherwise.
///
/// When headers are read, the first style that finds a trace counts. If others find another trace,
/// the local root is linked to it. If they find the same, each adds what the ones before did not
/// say; and the span that `traceparent` names is the parent, because others hand on what is known
/// to them alone.
///
/// # Examples
///
/// ```
/// use tracer_core::Tracer;
/// use tracer_core::propagate::{Propagators, Style};
///
/// let styles = Propagators::none().with(Style::Datadog).with(Style::TraceContext);
/// assert_eq!(styles.extracted().next(), Some("x-datadog-trace-id"));
///
/// // Old callers may send B3, which nobody is sent.
/// let styles = Propagators::default().extracting(Style::B3);
/// assert!(styles.extracted().any(|header| header == "b3"));
/// assert!(styles.injected().eq(["traceparent", "tracestate", "baggage"]));
/// let tracer = Tracer::builder().propagators(styles).build()?;
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "styles do nothing until a builder has them"]
pub struct Propagators {
    extract: Vec<Arc<dyn Propagator>>,
    inject: Vec<Arc<dyn Propagator>>,
}

impl Default for Propagators {
    fn default() -> Self {
        Self::none().with(Style::TraceContext).with(Style::Baggage)
    }
}

impl Propagators {
    /// Reads and writes nothing.
    pub const fn none() -> Self {
        Self { extract: Vec::new(), inject: Vec::new() }
    }

    /// Adds a style that is read and written.
    pub fn with(mut self, propagator: impl Propagator + 'static) -> Self {
        let propagator: Arc<dyn Propagator> = Arc::new(propagator);
        self.extract.push(Arc::clone(&propagator));
        self.inject.push(propagator);
        self
    }

    /// Adds a style that is read only.
    pub fn extracting(mut self, propagator: impl Propagator + 'static) -> Self {
        self.extract.push(Arc::new(propagator));
        self
    }

    /// Adds a style that is written only.
    pub fn injecting(mut self, propagator: impl Propagator + 'static) -> Self {
        self.inject.push(Arc::new(propagator));
        self
    }

    /// Returns the names of the headers that are read, in order.
    pub fn extracted(&self) -> impl Iterator<Item = &str> {
        self.extract.iter().flat_map(|propagator| propagator.headers()).copied()
    }

    /// Returns the names of the headers that are written, in order.
    ///
    /// What a server allows browsers to send, for example.
    pub fn injected(&self) -> impl Iterator<Item = &str> {
        self.inject.iter().flat_map(|propagator| propagator.headers()).copied()
    }

    pub(crate) fn extract(&self, headers: &dyn Extractor) -> Parts {
        let mut parts = Parts::default();
        for propagator in &self.extract {
            // Foreign code, and the headers are; tracing does not fail the traced program.
            let found = catch_unwind(AssertUnwindSafe(|| propagator.extract(headers)));
            match found {
                Ok(found) => {
                    let is_w3c = propagator.headers().first() == trace_context::HEADERS.first();
                    parts.add(found, is_w3c);
                }
                Err(_) => parts.refuse(Refusal::Malformed),
            }
        }
        parts
    }

    pub(crate) fn inject(&self, parts: &Parts, headers: &mut dyn Injector) {
        for propagator in &self.inject {
            // As above. What has been written by then is of whole headers.
            let _written = catch_unwind(AssertUnwindSafe(|| propagator.inject(parts, headers)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Extractor, Injector, Parts, Propagator, Propagators, Style};
    use crate::refused::Refused;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const W3C: (&str, &str) =
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    const OTHER: (&str, &str) = ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");
    /// The lower half of the same trace.
    const HALF: (&str, &str) = ("x-datadog-trace-id", "11803532876627986230");

    fn all(styles: &[Style]) -> Propagators {
        styles.iter().fold(Propagators::none(), |all, style| all.with(*style))
    }

    fn ids(parts: &Parts) -> (String, u64, Option<bool>) {
        (parts.trace.to_string(), parts.span.0, parts.sampled)
    }

    #[test]
    fn the_first_style_that_finds_a_trace_counts_and_others_are_links() {
        let headers = [W3C, OTHER];
        let parts = all(&[Style::Datadog, Style::TraceContext, Style::B3]).extract(&headers);
        assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
        let links = &parts.side.unwrap().links;
        assert_eq!(links.len(), 1);
        assert_eq!(links[0].0.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
        let parts = all(&[Style::B3, Style::TraceContext]).extract(&headers);
        assert_eq!(parts.trace.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
        assert_eq!(parts.side.unwrap().links[0].0.to_string(), TRACE);
    }

    #[test]
    fn of_one_trace_each_style_says_what_it_knows() {
        let headers = [
            W3C,
            ("tracestate", "dd=s:1"),
            HALF,
            ("x-datadog-parent-id", "9"),
            ("x-datadog-sampling-priority", "2"),
            ("x-datadog-origin", "rum"),
            ("baggage", "user=7"),
        ];
        for order in [[Style::Datadog, Style::TraceContext], [Style::TraceContext, Style::Datadog]]
        {
            let parts = all(&order).with(Style::Baggage).extract(&headers);
            assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
            assert_eq!(parts.trace_state(), "dd=s:1");
            assert_eq!(parts.baggage().get("user").as_deref(), Some("7"));
            let side = parts.side.unwrap();
            assert_eq!((side.datadog.origin.as_str(), side.datadog.priority), ("rum", Some(2)));
            assert!(side.links.is_empty());
        }
    }

    #[test]
    fn a_decision_alone_counts_unless_a_trace_has_one() {
        let styles = all(&[Style::B3, Style::TraceContext]);
        assert_eq!(styles.extract(&[("b3", "0")]).sampled, Some(false));
        let parts = styles.extract(&[("b3", "0"), W3C]);
        assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
    }

    #[test]
    fn what_is_wrong_in_one_style_does_not_hide_another() {
        let headers = [("traceparent", "rubbish"), OTHER];
        let parts = all(&[Style::TraceContext, Style::B3]).extract(&headers);
        assert_eq!(parts.trace.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
        assert_eq!(parts.refused.malformed, 1);
    }

    #[derive(Debug)]
    struct Panics;

    impl Propagator for Panics {
        fn headers(&self) -> &[&str] {
            &[]
        }

        fn extract(&self, _: &dyn Extractor) -> Parts {
            panic!("of a test")
        }

        fn inject(&self, _: &Parts, _: &mut dyn Injector) {
            panic!("of a test")
        }
    }

    #[test]
    fn a_propagator_that_panics_does_no_harm() {
        let styles = Propagators::none().with(Panics).with(Style::TraceContext);
        let parts = styles.extract(&[W3C]);
        assert_eq!((parts.has_span(), parts.refused.malformed), (true, 1));
        let mut headers = Vec::<(String, String)>::new();
        styles.inject(&parts, &mut headers);
        assert_eq!(headers, [(W3C.0.to_owned(), W3C.1.to_owned())]);
        assert_eq!(Propagators::none().extract(&[W3C]).refused, Refused::default());
    }
}
