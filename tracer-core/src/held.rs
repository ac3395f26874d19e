//! Guards held over an await: found when a poll is over and another span than the frame's is
//! current. In straight-line code the guard's span is made current again with the next poll.
//!
//! It is a mistake (the future is not `Send`, and a sibling branch of `join!` may see the span), so
//! it is reported once for each callsite. Frames without such a guard pay one comparison.

use std::collections::BTreeMap;
use std::sync::{Mutex, TryLockError};

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::id::SpanId;
use crate::log;
use crate::record::{Head, Kind};

static HELD: Mutex<BTreeMap<SpanId, SpanContext>> = Mutex::new(BTreeMap::new());

/// Remembers `context` for the next poll of the frame of `span`; false if it could not.
#[cold]
pub(crate) fn keep(
    span: SpanId,
    context: SpanContext,
    callsite: Option<&'static Callsite>,
) -> bool {
    if let Some(callsite) = callsite.filter(|callsite| callsite.is_first_report()) {
        let head =
            Head { kind: Kind::Held, extra: 0, tracer: context.tracer(), callsite: callsite.id() };
        log::detail(head, span.0, |_| {});
    }
    with(|held| held.insert(span, context)).is_some()
}

/// Takes what [`keep`] remembered.
#[cold]
pub(crate) fn take(span: SpanId) -> Option<SpanContext> {
    with(|held| held.remove(&span)).flatten()
}

/// A traced thread does not wait: without the lock the frame's own span stays current.
fn with<R>(f: impl FnOnce(&mut BTreeMap<SpanId, SpanContext>) -> R) -> Option<R> {
    match HELD.try_lock() {
        Ok(mut held) => Some(f(&mut held)),
        Err(TryLockError::Poisoned(held)) => Some(f(&mut held.into_inner())),
        Err(TryLockError::WouldBlock) => None,
    }
}
