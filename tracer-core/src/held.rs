//! Guards held over an await: found when a poll is over and another span than the frame's is
//! current. In straight-line code the guard's span is made current again with the next poll.
//!
//! It is a mistake (the future is not `Send`, and a sibling branch of `join!` may see the span), so
//! it is reported once for each callsite. Frames without such a guard pay one comparison.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::id::SpanId;
use crate::log;
use crate::record::{Head, Kind};

/// By span, so that threads which hold guards at once hardly meet.
type Shard = Mutex<BTreeMap<SpanId, SpanContext>>;
const SHARDS: usize = 64;
static HELD: [Shard; SHARDS] = [const { Mutex::new(BTreeMap::new()) }; SHARDS];

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
    shard(span).map(|mut held| held.insert(span, context)).is_some()
}

/// Takes what [`keep`] remembered.
#[cold]
pub(crate) fn take(span: SpanId) -> Option<SpanContext> {
    shard(span).and_then(|mut held| held.remove(&span))
}

/// Waits for other threads for a while only: one that a forked child does not have holds it for ever.
/// Without it, the frame's own span stays current.
fn shard(span: SpanId) -> Option<MutexGuard<'static, BTreeMap<SpanId, SpanContext>>> {
    let shard = &HELD[span.0 as usize % SHARDS];
    for _ in 0..10_000 {
        match shard.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => thread::yield_now(),
        }
    }
    None
}
