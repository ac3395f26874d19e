//! The parts of a context that cross processes, as a propagator reads and writes them.

use std::sync::Arc;

use crate::baggage::Baggage;
use crate::id::{SpanId, TraceId};
use crate::refused::{Refusal, Refused};
use crate::side::{Datadog, Side};

/// The parts of a context that cross processes: what a [`Propagator`](super::Propagator) reads and writes.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::Parts;
/// use tracer_core::{SpanId, TraceId};
///
/// let mut parts = Parts::new(TraceId::from_u128(7), SpanId::from_u64(8));
/// parts.set_sampled(true);
/// assert_eq!(parts.is_sampled(), Some(true));
/// assert!(parts.baggage().is_empty() && parts.trace_state().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Parts {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) sampled: Option<bool>,
    /// The trace's id was chosen at random, as W3C's flag says it.
    pub(crate) random: bool,
    pub(crate) side: Option<Arc<Side>>,
    /// It is the caller's span itself that is handed on.
    pub(crate) is_remote: bool,
    /// The trace began in this process.
    pub(crate) began_here: bool,
    /// What is written in place of the `tracestate` that came.
    pub(super) trace_state: Option<String>,
    pub(crate) refused: Refused,
}

/// Other traces that one request may name.
const MAX_LINKS: usize = 8;

/// Nothing: no trace, no span, no baggage.
impl Default for Parts {
    fn default() -> Self {
        Self::new(TraceId::NONE, SpanId::NONE)
    }
}

impl Parts {
    /// Makes the parts of a span; whether it is sampled is not said.
    pub const fn new(trace: TraceId, span: SpanId) -> Self {
        let refused = Refused { malformed: 0, over_limit: 0, not_kept: 0 };
        Self {
            trace,
            span,
            sampled: None,
            random: false,
            side: None,
            is_remote: false,
            began_here: false,
            trace_state: None,
            refused,
        }
    }

    /// Says whether the trace is sampled.
    pub const fn set_sampled(&mut self, sampled: bool) {
        self.sampled = Some(sampled);
    }

    /// Returns the baggage, to be filled.
    pub fn baggage_mut(&mut self) -> &mut Baggage {
        &mut self.side_mut().baggage
    }

    /// Counts something that could not be taken over.
    pub const fn refuse(&mut self, refusal: Refusal) {
        self.refused.count(refusal);
    }

    /// Returns the id of the trace; zero where there is none.
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// Returns the id of the span; zero where there is none.
    pub const fn span_id(&self) -> SpanId {
        self.span
    }

    /// Returns whether the trace is sampled, if that is said.
    pub const fn is_sampled(&self) -> Option<bool> {
        self.sampled
    }

    /// Returns the W3C `tracestate`, empty where there is none.
    pub fn trace_state(&self) -> &str {
        let came = self.side.as_ref().map_or("", |side| &side.trace_state);
        self.trace_state.as_deref().unwrap_or(came)
    }

    /// Returns the baggage.
    pub fn baggage(&self) -> &Baggage {
        static NONE: Baggage = Baggage::NONE;
        self.side.as_ref().map_or(&NONE, |side| &side.baggage)
    }

    pub(crate) fn side_mut(&mut self) -> &mut Side {
        Arc::make_mut(self.side.get_or_insert_default())
    }

    /// What Datadog's headers say beyond ids.
    pub(super) fn datadog(&self) -> &Datadog {
        static NONE: Datadog = Datadog::NONE;
        self.side.as_ref().map_or(&NONE, |side| &side.datadog)
    }

    pub(super) fn has_trace(&self) -> bool {
        self.trace != TraceId::NONE
    }

    pub(super) fn has_span(&self) -> bool {
        self.has_trace() && self.span != SpanId::NONE
    }

    /// Adds what another propagator found in the same headers: the first trace that was found counts,
    /// and others become links. Of the same trace the span of a `closer` one counts.
    pub(super) fn add(&mut self, found: Self, closer: bool) {
        self.refused.add(found.refused);
        if !found.has_trace() {
            if !self.has_trace() {
                self.sampled = self.sampled.or(found.sampled);
            }
        } else if !self.has_trace() {
            (self.trace, self.span, self.random) = (found.trace, found.span, found.random);
            self.sampled = found.sampled.or(self.sampled);
        } else if self.is_same_trace(found.trace) {
            if self.trace.high == 0 {
                self.trace = found.trace;
            }
            if found.has_span() && (closer || !self.has_span()) {
                self.span = found.span;
            }
            self.sampled = self.sampled.or(found.sampled);
            self.random |= found.random;
        } else {
            return self.add_link(&found);
        }
        self.add_side(found.side);
    }

    /// What is left of it where another trace begins: a link, and baggage.
    pub(super) fn restarted(self) -> Self {
        let mut left = Self { refused: self.refused, ..Self::default() };
        if !self.baggage().is_empty() {
            left.side_mut().baggage = self.baggage().clone();
        }
        left.add_link(&self);
        left
    }

    /// Some styles know the lower half of a trace id alone.
    fn is_same_trace(&self, other: TraceId) -> bool {
        let half = self.trace.high == 0 || other.high == 0;
        self.trace.low == other.low && (half || self.trace.high == other.high)
    }

    fn add_link(&mut self, found: &Self) {
        if !found.has_span() {
            return;
        }
        let links = &mut self.side_mut().links;
        if links.len() < MAX_LINKS {
            links.push((found.trace, found.span));
        }
    }

    fn add_side(&mut self, found: Option<Arc<Side>>) {
        let Some(found) = found else { return };
        if self.side.is_none() {
            self.side = Some(found);
            return;
        }
        let own = self.side_mut();
        let Side { baggage, trace_state, datadog, .. } = Arc::unwrap_or_clone(found);
        if own.baggage.is_empty() {
            own.baggage = baggage;
        }
        if own.trace_state.is_empty() {
            own.trace_state = trace_state;
        }
        own.datadog.add(datadog);
    }
}
