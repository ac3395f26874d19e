//! Guards held over an await: found when a poll is over and another span than the frame's is
//! current. In straight-line code the spans of the guards are made current again with the next poll.
//!
//! It is a mistake (the future is not `Send`, and a sibling branch of `join!` may see the span), so
//! it is reported once for each callsite. Frames without such a guard pay one comparison.

use std::collections::BTreeMap;
use std::sync::{Mutex, TryLockError};
use std::thread;

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::id::SpanId;
use crate::log;
use crate::record::{Head, Kind};

/// By the span of their frame, from the outside in.
type Guards = BTreeMap<SpanId, Vec<SpanContext>>;

const SHARDS: usize = 64;
static HELD: [Mutex<Guards>; SHARDS] = [const { Mutex::new(Guards::new()) }; SHARDS];

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

/// Waits for other threads for a while only: one that a forked child does not have holds it for ever.
/// Without the lock the frame's own span stays current.
fn with<R>(span: SpanId, f: impl FnOnce(&mut Guards) -> R) -> Option<R> {
    let shard = &HELD[span.0 as usize % SHARDS];
    for _ in 0..10_000 {
        match shard.try_lock() {
            Ok(mut held) => return Some(f(&mut held)),
            Err(TryLockError::Poisoned(held)) => return Some(f(&mut held.into_inner())),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}
