//! The API of OpenTelemetry over ours, and contexts of either side in the other.
//!
//! A library that makes spans through `opentelemetry::global::tracer` joins the tree once the provider
//! is there:
//!
//! ```
//! use opentelemetry::global;
//! use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
//! use tracer_bridge::opentelemetry::TracerProvider;
//! use tracer_core::{Span, testing};
//!
//! global::set_tracer_provider(TracerProvider::new());
//!
//! let scope = testing::Scope::new();
//! scope.in_scope(|| {
//!     Span::new("request").in_scope(|| {
//!         global::tracer("redis").in_span("GET", |_| drop(Span::new("socket")));
//!     });
//! });
//! assert_eq!(scope.tree(), "request\n  GET\n    socket\n");
//! ```
//!
//! # Which span is the parent
//!
//! Of a span that is made through the API: the active span of the given `opentelemetry::Context`, if it
//! has one, else our current one. Where that context is the one that is attached here and spans of ours
//! were opened in it since, the innermost of these.
//!
//! Of a span of ours: while a context with an active span is attached (`Context::attach`,
//! `FutureExt::with_context`, `Tracer::in_span`), that span is our current one on this thread, in this
//! task, as if it had been entered; an extracted, remote one, too. It takes the observer of contexts that
//! `opentelemetry` has under `experimental_context_observer`, of which there is one a process:
//! [`TracerProvider::new`] sets it. Where somebody else was faster, spans of the API still find their
//! parents, but ours do not see theirs.
//!
//! A context that is attached and has no active span changes nothing.
//!
//! # What is kept
//!
//! Name, kind, attributes (arrays as text), events, links without their attributes, start and end. A
//! status of error marks the span as failed when it ends, unless it was set to ok. `record_error` adds
//! an event, as the API has it. The name of the tracer is the target that a filter knows the span by.

mod observed;
mod provider;
mod span;
mod spans;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::TraceContextExt as _;
use tracer_core::__private::beside;
use tracer_core::SpanContext;

pub use provider::{Tracer, TracerProvider};
pub use span::Span;

use crate::opentelemetry::spans::Found;

/// Returns a context whose active span is this one, for propagators and whoever else takes one.
///
/// It has the ids, flags, `tracestate` and baggage of the span; spans that are made below it are its
/// children. Where `span` is no span's, it is an empty context.
///
/// # Examples
///
/// ```
/// use opentelemetry::trace::TraceContextExt as _;
/// use tracer_bridge::opentelemetry::to_context;
/// use tracer_core::{Span, testing};
///
/// let span = testing::Scope::new().in_scope(|| Span::new("call")).context();
/// let context = to_context(&span);
/// assert_eq!(context.span().span_context().trace_id().to_string(), span.trace_id().to_string());
/// ```
pub fn to_context(span: &SpanContext) -> Context {
    if !span.is_valid() {
        return Context::new();
    }
    let (baggage, _) = beside(span);
    let context = Context::new().with_value(spans::Ours(*span));
    let items =
        baggage.iter().map(|(key, value)| opentelemetry::KeyValue::new(key.to_owned(), value));
    context.with_baggage(items).with_remote_span_context(span::to_opentelemetry(span))
}

/// Returns the active span of a context, to be the parent of one of ours.
///
/// # Examples
///
/// ```
/// use opentelemetry::Context;
/// use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
/// use tracer_bridge::opentelemetry::parent;
/// use tracer_core::{Span, testing};
///
/// // As a propagator extracts it.
/// let (trace, span) = (TraceId::from(7), SpanId::from(8));
/// let remote = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE);
/// let context = Context::new().with_remote_span_context(remote);
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| drop(Span::below("serve", &parent(&context).context())));
/// assert_eq!(scope.spans()[0].trace_id().to_u128(), 7);
/// ```
pub fn parent(context: &Context) -> Parent {
    Parent(Found::of(context))
}

/// The active span of an `opentelemetry::Context`.
///
/// Keep it until a span has begun below it: what came with a request goes with it.
///
/// # Examples
///
/// ```
/// use opentelemetry::Context;
/// use tracer_bridge::opentelemetry::{Parent, parent};
///
/// let nothing: Parent = parent(&Context::new());
/// assert!(!nothing.context().is_valid());
/// ```
#[derive(Debug)]
#[must_use = "what came with a request goes with it; keep it until a span has begun below it"]
pub struct Parent(Found);

impl Parent {
    /// Returns its context; where there is no active span it is not valid.
    pub fn context(&self) -> SpanContext {
        self.0.context()
    }
}

impl tracer_core::__private::Parent for Parent {
    fn context(&self) -> Option<SpanContext> {
        Some(self.0.context())
    }
}
