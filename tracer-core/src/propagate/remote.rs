//! What came with a request.

use std::sync::Arc;

use crate::baggage::Baggage;
use crate::call::Parent;
use crate::context::SpanContext;
use crate::destination::{self, Destination};
use crate::id::{SpanId, TraceId};
use crate::propagate::with_propagators;
use crate::propagator::{Extractor, Parts};
use crate::root::Root;
use crate::side::Side;
use crate::slot;

/// What came with a request: the caller's span, to be the parent of the first one here.
///
/// A span below it is a local root of the caller's trace. Where nothing came that makes sense, such
/// a span begins a trace of its own. Baggage and the like live as long as this: keep it until that
/// span has begun, which takes them over.
///
/// # Examples
///
/// ```
/// use tracer_core::{FutureExt, Span, propagate, testing};
///
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let scope = testing::Scope::new();
/// let serve = async {
///     let remote = propagate::extract(&[("traceparent", parent)]);
///     async {}.in_span(Span::below("serve", &remote.context())).await;
/// };
/// futures::executor::block_on(scope.bind(serve));
///
/// let serve = &scope.spans()[0];
/// assert_eq!(serve.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert_eq!(serve.parent_id().unwrap().to_string(), "00f067aa0ba902b7");
/// assert!(serve.is_local_root());
/// ```
#[derive(Debug)]
#[must_use = "what came with a request goes with it; keep it until a span has begun below it"]
pub struct Remote {
    context: SpanContext,
    side: Option<Arc<Side>>,
}

/// Reads what came with a request.
///
/// It takes time in proportion to the headers, and room as the limits of the styles have it. What
/// makes no sense is counted and left: see [`propagate`](crate::propagate).
///
/// # Examples
///
/// ```
/// use tracer_core::propagate;
///
/// let headers = [
///     ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"),
///     ("baggage", "user=Zo%C3%AB"),
/// ];
/// let remote = propagate::extract(&headers);
/// assert_eq!(remote.is_sampled(), Some(false));
/// assert_eq!(remote.baggage("user").as_deref(), Some("Zoë"));
///
/// let nothing = propagate::extract(&[("traceparent", "rubbish")]);
/// assert!(!nothing.context().is_valid());
/// ```
pub fn extract<E: Extractor + ?Sized>(headers: &E) -> Remote {
    let current = slot::current().tracer();
    with_propagators(current, |used, destination| {
        received(used.extract(&headers), current, destination)
    })
}

/// Takes over what came by other means than headers.
#[doc(hidden)]
pub fn remote(
    (trace, span): (TraceId, SpanId),
    flags: u8,
    trace_state: &str,
    baggage: impl FnOnce(&mut Baggage),
) -> Remote {
    let mut parts = Parts::new(trace, span);
    (parts.sampled, parts.random) = (Some(flags & 1 != 0), flags & 2 != 0);
    let side = parts.side_mut();
    trace_state.clone_into(&mut side.trace_state);
    baggage(&mut side.baggage);
    let current = slot::current().tracer();
    with_propagators(current, |_, destination| received(parts, current, destination))
}

/// What goes with a span's local root: its baggage, and W3C's `tracestate`.
#[doc(hidden)]
pub fn beside(span: &SpanContext) -> (Baggage, String) {
    let side = span.root.side();
    side.map(|side| (side.baggage.clone(), side.trace_state.clone())).unwrap_or_default()
}

fn received(parts: Parts, current: u32, destination: Option<&'static Destination>) -> Remote {
    let Parts { trace, span, sampled, random, side, mut refused, .. } = parts;
    // Without a tracer nobody has a use for a root.
    let root = if destination::is_active() { Root::begin() } else { Root::NONE };
    let tracer = if current == 0 { destination::installed() } else { current };
    let side = side.filter(|side| **side != Side::default());
    if let (Some(side), Some(_)) = (&side, destination) {
        refused.not_kept += u64::from(!root.set_side(Arc::clone(side)));
    }
    if let Some(destination) = destination {
        destination.refused.add(refused);
    }
    let context = SpanContext::remote(trace, span, sampled, tracer, root).with_random(random);
    Remote { context, side }
}

impl Remote {
    /// Returns the caller's context, the parent to be; where nothing came it is not valid.
    ///
    /// A future [`in_context`](crate::FutureExt::in_context) of it has no span of its own: the first
    /// spans in there are local roots.
    pub const fn context(&self) -> SpanContext {
        self.context
    }

    /// Returns whether the caller records the trace, if it said so.
    pub const fn is_sampled(&self) -> Option<bool> {
        self.context.sampled()
    }

    /// Returns an item of the baggage that came, if it is there.
    pub fn baggage(&self, key: &str) -> Option<String> {
        // What was set since, if it could be kept at all.
        let kept = self.context.root.side();
        kept.as_ref().or(self.side.as_ref())?.baggage.get(key)
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.context.root.end();
    }
}

impl Parent for Remote {
    fn context(&self) -> Option<SpanContext> {
        Some(self.context)
    }
}
