//! Which of our spans an `opentelemetry::Context` means: it has ids alone.

use std::collections::BTreeMap;
use std::sync::MutexGuard;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::TraceContextExt as _;
use tracer_core::__private::{ShortLock, only_ids, remote};
use tracer_core::propagate::Remote;
use tracer_core::{SpanContext, SpanId, TraceId};

/// A span of ours that was put into a context as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ours(pub(super) SpanContext);

/// What is known of a span that was made through the API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) context: SpanContext,
    /// The span that was current where it was made.
    pub(super) origin: SpanId,
}

const SHARDS: usize = 64;

/// Spans that were made through the API and not yet dropped, by their ids, and how many stand for each.
static MADE: [ShortLock<BTreeMap<u64, (Made, usize)>>; SHARDS] =
    [const { ShortLock::new(BTreeMap::new()) }; SHARDS];

/// Nothing where a forked child does not have the thread that holds it.
fn shard(span: SpanId) -> Option<MutexGuard<'static, BTreeMap<u64, (Made, usize)>>> {
    MADE[span.to_u64() as usize % SHARDS].lock()
}

/// Keeps what is known of a span until [`forget`] is called; false if it could not.
pub(super) fn keep(made: Made) -> bool {
    let span = made.context.span_id();
    let kept = shard(span).map(|mut shard| shard.entry(span.to_u64()).or_insert((made, 0)).1 += 1);
    kept.is_some()
}

pub(super) fn forget(span: SpanId) {
    let Some(mut shard) = shard(span) else { return };
    if let Some((_, count)) = shard.get_mut(&span.to_u64()) {
        *count -= 1;
        if *count == 0 {
            shard.remove(&span.to_u64());
        }
    }
}

/// The active span of a context, as one of ours or as another process's.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Made(Made),
    Remote(Remote),
}

impl Found {
    pub(super) fn of(context: &Context) -> Self {
        if !context.has_active_span() {
            return Self::Nothing;
        }
        let span = context.span();
        let active = span.span_context();
        if !active.is_valid() {
            return Self::Nothing;
        }
        let (trace, id) = from_opentelemetry(active);
        if let Some(made) = known(context, only_ids(trace, id)) {
            return Self::Made(made);
        }
        let state = active.trace_state().header();
        Self::Remote(remote((trace, id), active.trace_flags().to_u8(), &state, |baggage| {
            for (key, (value, _)) in context.baggage() {
                // One that does not fit is left out, as one in a header is.
                let _refused = baggage.set(key.as_str(), value.as_str());
            }
        }))
    }

    pub(super) fn context(&self) -> SpanContext {
        match self {
            Self::Nothing => only_ids(TraceId::from_u128(0), SpanId::from_u64(0)),
            Self::Made(made) => made.context,
            Self::Remote(remote) => remote.context(),
        }
    }

    pub(super) const fn origin(&self) -> SpanId {
        match self {
            Self::Made(made) => made.origin,
            _ => SpanId::from_u64(0),
        }
    }
}

/// Two contexts are equal if they are of the same span.
fn known(context: &Context, active: SpanContext) -> Option<Made> {
    if let Some(Ours(ours)) = context.get::<Ours>().filter(|ours| ours.0 == active) {
        return Some(Made { context: *ours, origin: SpanId::from_u64(0) });
    }
    let id = active.span_id();
    let made = shard(id)?.get(&id.to_u64()).map(|(made, _)| *made);
    made.filter(|made| made.context == active)
}

pub(super) fn from_opentelemetry(span: &opentelemetry::trace::SpanContext) -> (TraceId, SpanId) {
    let trace = u128::from_be_bytes(span.trace_id().to_bytes());
    let id = u64::from_be_bytes(span.span_id().to_bytes());
    (TraceId::from_u128(trace), SpanId::from_u64(id))
}
