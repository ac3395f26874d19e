//! Traces that go on in other processes: contexts in the headers of requests.
//!
//! A server reads what came with a request and begins a span below it; a client writes the context
//! of its span into the request that it sends. The spans of both become one trace.
//!
//! # Examples
//!
//! ```
//! use std::collections::HashMap;
//!
//! use tracer_core::{Span, current, propagate, testing};
//!
//! fn server(headers: &HashMap<String, String>) {
//!     let remote = propagate::extract(headers);
//!     Span::below("serve", &remote.context()).in_scope(|| {
//!         assert_eq!(current().baggage("user").as_deref(), Some("Zoë"));
//!     });
//! }
//!
//! fn client() {
//!     current().set_baggage("user", "Zoë");
//!     let mut headers = HashMap::new();
//!     propagate::inject(&current(), &mut headers);
//!     server(&headers); // in truth, in another process
//! }
//!
//! let scope = testing::Scope::new();
//! scope.in_scope(|| Span::new("call").in_scope(client));
//! assert_eq!(scope.tree(), "call\n  serve\n");
//! ```
//!
//! A traced function takes its parent with `#[traced(parent = remote)]`.
//!
//! # What is read and written
//!
//! W3C trace context and baggage, unless [`Builder::propagators`](crate::Builder::propagators) says
//! otherwise, or, in a program that begins with `tracer::init`, the environment:
//! `DD_TRACE_PROPAGATION_STYLE_EXTRACT` and `DD_TRACE_PROPAGATION_STYLE_INJECT`, else
//! `DD_TRACE_PROPAGATION_STYLE`, else `OTEL_PROPAGATORS`. [`Propagators`] says what counts where
//! several styles have something to say, and [`ExtractBehavior`] whether a trace that came goes on;
//! in the environment it is `DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT`.
//!
//! What is not written as its standard says is counted in [`Stats::refused`](crate::Stats), and the
//! request begins a trace of its own. So is what is too long: more than 64 items or 8,192 bytes of
//! baggage, more than 32 members or 512 bytes of `tracestate`.
//!
//! # What is recorded
//!
//! The caller decides, with the flag that came, where the sampler is
//! [`ParentBased`](crate::ParentBased), as it is unless a builder or the environment says otherwise;
//! other samplers decide for themselves, and so do all where the caller said nothing. Where the trace
//! is not recorded, its ids are handed on all the same, with the flag that says so.
//!
//! # What goes with a local root
//!
//! Baggage, `tracestate` and what Datadog's headers say beyond ids lie beside the local root, which
//! is the first span of the trace in this process. Whatever is below it, in all its tasks and threads, sees the same: baggage
//! that is set in one of them is there for all from then on, also for those above. It goes when
//! the local root ends, and spans that outlive that see none.

mod baggage;
mod remote;

use std::sync::LazyLock;

pub use remote::{Remote, extract};
#[doc(hidden)]
pub use remote::{beside, remote};

pub use crate::baggage::Baggage;
pub use crate::propagator::{
    ExtractBehavior, Extractor, Injector, Parts, Propagator, Propagators, Style, StyleError,
};
pub use crate::refused::{Refusal, Refused};

use crate::context::SpanContext;
use crate::destination::{self, Destination};

/// Writes a context into the headers of a request.
///
/// Where it is no span's, nothing is written. A remote one is handed on as it came.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, propagate, testing};
///
/// let scope = testing::Scope::new();
/// let span = scope.in_scope(|| Span::new("call"));
/// let mut headers = Vec::<(String, String)>::new();
/// propagate::inject(&span.context(), &mut headers);
///
/// let (trace, id) = (span.context().trace_id(), span.context().span_id());
/// assert_eq!(headers, [("traceparent".to_owned(), format!("00-{trace}-{id}-03"))]);
/// ```
pub fn inject<I: Injector + ?Sized>(context: &SpanContext, mut headers: &mut I) {
    if context.is_valid() {
        let mut parts = Parts::new(context.trace_id(), context.span_id());
        (parts.sampled, parts.random) = (context.sampled(), context.is_random());
        parts.side = context.root.side();
        parts.sampled = parts.side.as_ref().and_then(|side| side.verdict).or(parts.sampled);
        (parts.is_remote, parts.began_here) = (context.is_remote(), context.began_here());
        with_propagators(context.tracer(), |used, destination| {
            let refused = used.inject(&parts, &mut headers);
            if let Some(destination) = destination {
                destination.refused.add(refused);
            }
        });
    }
}

/// Calls `f` with the propagators of a tracer, else of the installed one, else the usual ones; and
/// with what counts for that tracer.
fn with_propagators<R>(
    tracer: u32,
    f: impl FnOnce(&Propagators, Option<&'static Destination>) -> R,
) -> R {
    static USUAL: LazyLock<Propagators> = LazyLock::new(Propagators::default);
    let destination =
        destination::find(tracer).or_else(|| destination::find(destination::installed()));
    f(destination.map_or(&*USUAL, |destination| &destination.settings.propagators), destination)
}
