//! Context, spans, recording and collection: the core of the tracer crates.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one span passes
//! through them; a module uses only modules of lower floors, which a test checks.
#![cfg_attr(loom, allow(dead_code, reason = "the model builds the log's protocol alone"))]

mod callsite;
mod value;

mod id;
mod path;
mod root;
mod sample;

#[cfg(not(loom))]
mod closure;
#[cfg(not(loom))]
mod context;
#[cfg(not(loom))]
mod future;
#[cfg(not(loom))]
mod guard;
#[cfg(not(loom))]
mod open;
#[cfg(not(loom))]
mod outcome;
#[cfg(not(loom))]
mod provider;
#[cfg(not(loom))]
mod slot;
#[cfg(not(loom))]
mod span;
#[cfg(not(loom))]
mod stack;
#[cfg(not(loom))]
mod within;

#[cfg(not(loom))]
mod collector;
#[cfg(not(loom))]
mod export;
#[cfg(not(loom))]
pub mod testing;

mod chunk;
mod clock;
mod destination;
#[cfg(not(loom))]
mod detail;
#[cfg(not(loom))]
mod held;
#[cfg(not(loom))]
mod log;
mod record;
mod sync;

pub use callsite::Callsite;
#[cfg(not(loom))]
pub use closure::in_current;
#[cfg(not(loom))]
pub use collector::{Builder, Dropped, ExporterStats, FlushError, InstallError, Stats, Tracer};
#[cfg(not(loom))]
pub use context::SpanContext;
#[cfg(not(loom))]
pub use export::{
    Batch, Completeness, ErrorRecord, Event, ExportError, Exporter, Link, Memory, Outcome,
    Resource, Slice, SpanRecord, Unit,
};
#[cfg(not(loom))]
pub use future::Traced;
pub use id::{SpanId, TraceId};
#[cfg(not(loom))]
pub use provider::{ContextProvider, key_of};
pub use sample::{Ratio, Sampler};
#[cfg(not(loom))]
pub use slot::{current, register};
#[cfg(not(loom))]
pub use span::{Entered, Span};
pub use value::Value;
#[cfg(not(loom))]
pub use within::{FutureExt, InContext};

/// What the macro and the adapters write calls to; promises nothing between versions.
#[cfg(not(loom))]
#[doc(hidden)]
pub mod __private {
    pub use crate::future::traced;
    pub use crate::guard::{SpanGuard, arguments, enter};
    pub use crate::outcome::{
        ByDebug, ByDisplay, ByError, ByLocalReport, ByName, ByReport, Nothing, Observe, PickDebug,
        PickDisplay, PickError, PickLocalReport, PickName, PickNothing, PickReport, Tag, observe,
    };
    pub use crate::slot::is_recorded;
    pub use crate::value::{Argument, DebugArgument, OpaqueArgument, TypedArgument};
    pub use crate::within::spawned;
    pub use crate::{__argument as argument, __outcome as outcome, Callsite};

    /// Calls a closure once: in place it would be inferred as `FnMut`.
    #[inline(always)]
    #[track_caller]
    pub fn call_once<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
