//! Guards held over an await: found when a poll is over and another span than the frame's is
//! current. In straight-line code the spans of the guards are made current again with the next poll.
//!
//! It is a mistake (the future is not `Send`, and a sibling branch of `join!` may see the span), so
//! it is reported once for each callsite. Frames without such a guard pay one comparison.

use std::collections::BTreeMap;

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::id::SpanId;
use crate::log;
use crate::record::{Head, Kind};
use crate::short_lock::ShortLock;

/// By the span of their frame, from the outside in.
type Guards = BTreeMap<SpanId, Vec<SpanContext>>;

const SHARDS: usize = 64;
static HELD: [ShortLock<Guards>; SHARDS] = [const { ShortLock::new(Guards::new()) }; SHARDS];

/// Remembers what guards made current for the next poll of the frame of `span`; false if it could not.
#[cold]
pub(crate) fn keep(
    span: SpanId,
    guards: Vec<SpanContext>,
    callsite: Option<&'static Callsite>,
) -> bool {
    if let Some(callsite) = callsite.filter(|callsite| callsite.is_first_report()) {
        let tracer = guards.last().map_or(0, SpanContext::tracer);
        let head = Head { kind: Kind::Held, extra: 0, tracer, callsite: callsite.id() };
        log::detail(head, span.0, |_| {});
    }
    with(span, |held| held.insert(span, guards)).is_some()
}

/// Takes what [`keep`] remembered.
#[cold]
pub(crate) fn take(span: SpanId) -> Vec<SpanContext> {
    with(span, |held| held.remove(&span)).flatten().unwrap_or_default()
}

/// Without the lock the frame's own span stays current.
fn with<R>(span: SpanId, f: impl FnOnce(&mut Guards) -> R) -> Option<R> {
    HELD[span.0 as usize % SHARDS].lock().map(|mut held| f(&mut held))
}
