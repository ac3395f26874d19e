//! What is kept of the spans of `tracing`, by their ids.
//!
//! Not in the extensions that `tracing_subscriber` has for it: another layer that panics over a user's
//! `Debug` poisons the locks of these, and whoever looks there next, as while unwinding, panics too.

use std::collections::BTreeMap;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};

use tracer_core::__private::{Below, ShortLock, open_at};
use tracer_core::{Span, SpanContext, SpanId, SpanKind, current};
use tracing_core::span::{Attributes, Id};

use crate::tracing::said::{Described, Status};
use crate::tracing::site::Site;

/// One span of `tracing`, from its beginning until it is closed and left.
#[derive(Debug)]
pub(super) struct Joined {
    /// None where the filter leaves it out: then `context` is the one that it was made in.
    span: Option<Span>,
    pub(super) context: SpanContext,
    /// The span that was current where it was made.
    pub(super) origin: SpanId,
    /// How often it is entered now, by all threads together.
    entered: u32,
    is_closed: bool,
    status: Status,
}

impl Joined {
    /// Opens the span, or carries the context where the filter leaves it out.
    pub(super) fn open(attributes: &Attributes<'_>, below: Below) -> Option<Self> {
        let site = Site::of(attributes.metadata(), SpanKind::Internal);
        if !site.is_let_through() {
            let made_in = current();
            let context = match below {
                Below::Current => made_in,
                Below::Given(parent) => parent,
                Below::Nothing => return None,
            };
            return context.is_valid().then(|| Self::new(None, context, made_in.span_id()));
        }
        let (span, origin) = if site.is_described {
            let mut described = Described::default();
            attributes.record(&mut described);
            let site = Site::of(attributes.metadata(), described.kind);
            open_at(site.callsite, described.name.as_deref(), below)
        } else {
            open_at(site.callsite, None, below)
        };
        let context = span.context();
        Some(Self::new(Some(span), context, origin))
    }

    fn new(span: Option<Span>, context: SpanContext, origin: SpanId) -> Self {
        let status = Status::default();
        Self { span, context, origin, entered: 0, is_closed: false, status }
    }

    /// The context of the span itself, if it is recorded.
    pub(super) fn recorded(&self) -> Option<SpanContext> {
        Some(self.context).filter(|context| self.span.is_some() && context.is_recorded())
    }

    /// Ends the span.
    fn end(self) {
        self.status.finish(&self.context);
    }
}

const SHARDS: usize = 64;
type Shard = BTreeMap<u64, Joined>;

/// Bits of an id that name a slot of the registry: its thread, and its place there. Those above count
/// how often it was used. A thread that opens one span after the other so stays with a lock that is its
/// own, in a line of the processor's cache that is its own, too.
const SLOT: u64 = (1 << 51) - 1;

#[derive(Debug)]
#[repr(align(128))]
struct Lock(ShortLock<Shard>);

/// The spans of one subscriber. Nothing foreign runs under its locks.
#[derive(Debug)]
pub(super) struct Table {
    shards: [Lock; SHARDS],
    /// There has been a span: only then it is worth to look for one.
    any: AtomicBool,
}

impl Table {
    pub(super) const fn new() -> Self {
        Self {
            shards: [const { Lock(ShortLock::new(Shard::new())) }; SHARDS],
            any: AtomicBool::new(false),
        }
    }

    /// Nothing where a forked child does not have the thread that holds it.
    fn shard(&self, id: &Id) -> Option<MutexGuard<'_, Shard>> {
        // Relaxed: whoever has the id of a span got it from the thread that made it, after this was set.
        if !self.any.load(Ordering::Relaxed) {
            return None;
        }
        let place = (id.into_u64() & SLOT).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.shards[(place >> (64 - SHARDS.ilog2())) as usize].0.lock()
    }

    pub(super) fn keep(&self, id: &Id, joined: Joined) {
        if !self.any.load(Ordering::Relaxed) {
            self.any.store(true, Ordering::Relaxed);
        }
        let former = self.shard(id).and_then(|mut shard| shard.insert(id.into_u64(), joined));
        drop(former);
    }

    /// Shows what is kept of a span.
    pub(super) fn find<R>(&self, id: &Id, show: impl FnOnce(&Joined) -> R) -> Option<R> {
        self.shard(id)?.get(&id.into_u64()).map(show)
    }

    pub(super) fn change_status(&self, id: &Id, change: &mut dyn FnMut(&mut Status)) {
        if let Some(mut shard) = self.shard(id) {
            if let Some(joined) = shard.get_mut(&id.into_u64()) {
                change(&mut joined.status);
            }
        }
    }

    /// The span is entered: its context, and the span that was current where it was made.
    pub(super) fn enter(&self, id: &Id) -> Option<(SpanContext, SpanId)> {
        let mut shard = self.shard(id)?;
        let joined = shard.get_mut(&id.into_u64())?;
        joined.entered += 1;
        Some((joined.context, joined.origin))
    }

    /// The span is left: its context. It may have been closed before.
    pub(super) fn leave(&self, id: &Id) -> Option<SpanContext> {
        let mut shard = self.shard(id)?;
        let joined = shard.get_mut(&id.into_u64())?;
        let context = joined.context;
        joined.entered = joined.entered.saturating_sub(1);
        if joined.is_closed && joined.entered == 0 {
            shard.remove(&id.into_u64());
        }
        Some(context)
    }

    /// The span is closed: it ends, though it may not have been left.
    pub(super) fn close(&self, id: &Id) {
        let Some(mut shard) = self.shard(id) else { return };
        let Some(joined) = shard.remove(&id.into_u64()) else { return };
        if joined.entered > 0 {
            let mut left = Joined::new(None, joined.context, joined.origin);
            (left.entered, left.is_closed) = (joined.entered, true);
            shard.insert(id.into_u64(), left);
        }
        drop(shard);
        joined.end();
    }
}
