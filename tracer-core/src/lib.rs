//! Context, spans, recording and collection: the core of the tracer crates.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one span passes
//! through them; a module uses only modules of lower floors, which a test checks.
#![cfg_attr(loom, allow(dead_code, reason = "the model builds the log's protocol alone"))]

// What a span is made of.
mod baggage;
mod callsite;
mod clock;
mod filter;
mod id;
mod kind;
mod local;
mod path;
mod process;
mod refused;
mod root;
mod side;
mod value;

// Whose child it is, and whether it is recorded.
mod context;
mod destination;
mod inherited;
mod propagator;
mod provider;
mod sample;
mod slot;
mod stack;

// Open: by hand, of a function, of a future.
mod guard;
mod held;
mod name;
mod open;
mod span;
mod span_builder;
mod task;
mod verdict;
mod wakes;

mod backtrace;
mod call;
mod carry;
mod closure;
mod foreign;
mod frame;
mod future;
mod isolated;
mod outcome;
mod returned;
mod span_frame;
mod stream;
mod within;

// Drop-in replacements of what runs things on threads.
#[cfg(feature = "rayon")]
pub mod rayon;
pub mod thread;

// Other processes.
pub mod propagate;

// Written down by its thread.
mod detail;
mod log;
mod record;

mod chunk;
mod short_lock;
mod sync;

// Collected and handed on.
mod collector;
mod delivery;
mod export;
pub mod testing;
#[doc(hidden)]
pub mod told;

pub use callsite::Callsite;
pub use closure::{bound, in_current};
pub use collector::{
    Builder, Dropped, ExporterStats, FlushError, InstallError, Stats, TailRule, Tracer,
};
pub use context::SpanContext;
pub use export::{
    Batch, Completeness, DatadogRecord, ErrorRecord, Event, ExportError, Exporter, InFlight, Link,
    Memory, Outcome, Resource, Slice, SpanRecord, TaskRecord, Unit, Wake,
};
pub use filter::{Filter, FilterError, Level};
pub use future::Traced;
pub use id::{SpanId, TraceId};
pub use isolated::{Isolated, isolated};
pub use kind::SpanKind;
pub use provider::{ContextProvider, TaskFacts, key_of};
pub use sample::{
    DatadogRatio, Decision, LocalRoot, Maker, ParentBased, RateLimit, Ratio, Rule, Rules, Sampler,
};
pub use slot::{current, register};
pub use span::{Entered, Span};
pub use span_builder::SpanBuilder;
pub use value::Value;
pub use within::{FutureExt, InContext, SinkExt, StreamExt};

/// What the macro and the adapters write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use crate::call::{
        Links, Parent, condition, enter_below, enter_nothing, is_let_through, is_wanted, links,
        parent, traced_below, traced_if,
    };
    pub use crate::carry::{carried, carried_fn, inheritable, linked, linked_fn, uninherited};
    pub use crate::closure::Home;
    pub use crate::delivery::{
        Delivery, Loss, Losses, Pace, RealTime, Unreachable, Verdict, answered, in_one_line,
        retry_after,
    };
    pub use crate::destination::{Service, is_active};
    pub use crate::filter::Level;
    pub use crate::foreign::{
        Below, add_event_at, allows, begin_at, end_at, enter_span, fail_by_error, fail_by_text,
        leave_span, only_ids, open_at, service_of, set_attributes, trace_flags, write_text,
    };
    pub use crate::future::{attached, traced};
    pub use crate::guard::{SpanGuard, arguments, enter};
    pub use crate::inherited::Inherited;
    pub use crate::kind::SpanKind;
    pub use crate::outcome::{
        ByDebug, ByDisplay, ByError, ByLocalReport, ByName, ByReport, Nothing, Observe, Observed,
        PickDebug, PickDisplay, PickErrAsDebug, PickErrAsDisplay, PickError, PickLocalReport,
        PickName, PickNothing, PickReport, Tag, fail, observe,
    };
    pub use crate::propagate::{beside, remote};
    pub use crate::returned::{
        How, InOk, Out, OutOk, OutWhole, PickAsDebug, PickAsDisplay, PickOkAsDebug,
        PickOkAsDisplay, PickOkDebug, PickOkName, PickOkTyped, PickWholeDebug, PickWholeName,
        PickWholeTyped, ReturnDebug, ReturnDisplay, ReturnName, ReturnTyped, Whole, error_with,
        return_with, span_of, span_on_top,
    };
    pub use crate::sample::{Describe, Pattern};
    pub use crate::short_lock::ShortLock;
    pub use crate::slot::is_recorded;
    pub use crate::span_frame::SpanFrame;
    pub use crate::stream::{TracedStream, attached_stream};
    pub use crate::told;
    pub use crate::value::{Argument, DebugArgument, OpaqueArgument, Typed, TypedArgument, Value};
    pub use crate::within::{spawned, spawned_at};
    pub use std::boxed::Box;

    pub use futures_core::Stream;

    pub use crate::{
        __argument as argument, __outcome as outcome, __returned as returned, __seen as seen,
        Callsite,
    };

    /// Calls a closure once: in place it would be inferred as `FnMut`.
    #[inline(always)]
    #[track_caller]
    pub fn call_once<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
}
