//! A span while it is open: how it begins, what is kept of it, what it leaves when it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::callsite::Callsite;
use crate::clock;
use crate::context::{self, SpanContext};
use crate::destination;
use crate::detail;
use crate::id::{SpanId, TraceId};
use crate::log;
use crate::path;
use crate::record::{Head, Kind, flag};
use crate::root::Root;
use crate::slot;

/// How far a span has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    /// A future that has not been polled: `context` is the one captured at the call.
    New,
    /// Nothing to do, now and later.
    Off,
    /// Not recorded, but its context must be current so that what it calls is not either.
    Passive,
    Recorded,
}

/// What is being done with a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Phase {
    Idle,
    /// As `Idle`, for a span that was opened before its future was polled.
    Opened,
    /// As `Idle`, and a guard is held over the await.
    Held,
    /// A poll that was begun has not returned: if the future is dropped now, it unwound.
    Polling,
    /// Dropped unfinished, in its own span.
    Cancelled,
    /// Dropped after a poll unwound, in its own span.
    Unwound,
}

/// What is kept of a span while it is open; written to the log when it ends.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) context: SpanContext,
    pub(crate) parent: SpanId,
    pub(crate) start: u64,
    pub(crate) callsite: Option<&'static Callsite>,
    pub(crate) polls: u32,
    pub(crate) flags: u16,
    pub(crate) state: State,
    pub(crate) phase: Phase,
}

impl Open {
    pub(crate) const fn off() -> Self {
        Self {
            context: SpanContext::NONE,
            parent: SpanId::NONE,
            start: 0,
            callsite: None,
            polls: 0,
            flags: 0,
            state: State::Off,
            phase: Phase::Idle,
        }
    }

    /// A span to be opened at the first poll.
    #[inline(always)]
    pub(crate) fn later(callsite: &'static Callsite, captured: SpanContext) -> Self {
        Self { context: captured, callsite: Some(callsite), state: State::New, ..Self::off() }
    }

    /// Opens the span of a future below the captured context, which is a
    /// plain parent: most of it is there already.
    #[inline(always)]
    pub(crate) fn begin(&mut self, callsite: &'static Callsite) {
        self.parent = self.context.span;
        self.context.span = SpanId::new();
        self.context.path = path::child(self.context.path, callsite);
        self.state = State::Recorded;
        self.start = clock::ticks();
    }

    /// Opens a span below `parent`, or a root where the parent is none or does not count any more.
    #[inline(always)]
    pub(crate) fn child(callsite: &'static Callsite, parent: SpanContext, spawned: bool) -> Self {
        if parent.is_plain() && !callsite.is_root() {
            return Self::recorded(callsite, parent, if spawned { flag::SPAWNED } else { 0 });
        }
        Self::uncommon(callsite, parent, spawned)
    }

    #[inline(always)]
    pub(crate) fn recorded(callsite: &'static Callsite, parent: SpanContext, flags: u16) -> Self {
        let context = SpanContext {
            span: SpanId::new(),
            path: path::child(parent.path, callsite),
            flags: parent.flags & !context::INHERITED,
            ..parent
        };
        Self {
            context,
            parent: parent.span,
            start: clock::ticks(),
            callsite: Some(callsite),
            polls: 0,
            flags,
            state: State::Recorded,
            phase: Phase::Idle,
        }
    }

    #[cold]
    fn uncommon(callsite: &'static Callsite, parent: SpanContext, spawned: bool) -> Self {
        if callsite.is_root() || !parent.is_valid() {
            return Self::root(callsite, parent);
        }
        if parent.is_inherited() && parent.root.is_expired() {
            let root = Self::root(callsite, parent);
            detail::link(&root.context, &parent);
            return root;
        }
        if parent.is_recorded() {
            let open = Self::recorded(callsite, parent, if spawned { flag::SPAWNED } else { 0 });
            match slot::take_delay() {
                0 => {}
                delay => detail::spawn(&open.context, delay),
            }
            return open;
        }
        Self { context: parent, callsite: Some(callsite), state: State::Passive, ..Self::off() }
    }

    /// Opens the root of a new trace, of the tracer of `scope` or of the installed one.
    #[inline(never)]
    pub(crate) fn root(callsite: &'static Callsite, scope: SpanContext) -> Self {
        let tracer = if scope.is_none() { destination::installed() } else { scope.tracer() };
        let Some(destination) = destination::find(tracer) else { return Self::off() };
        let trace = TraceId::new();
        // Foreign code; tracing does not fail the traced program.
        let sampled = || destination.sampler.is_sampled(trace, callsite.name());
        let recorded = catch_unwind(AssertUnwindSafe(sampled)).unwrap_or(true);
        let parent = SpanContext {
            trace,
            span: SpanId::NONE,
            path: 0,
            flags: SpanContext::flags_of(tracer, recorded),
            root: Root::begin(),
        };
        let root = Self::recorded(callsite, parent, flag::LOCAL_ROOT);
        if recorded { root } else { Self { state: State::Passive, ..root } }
    }

    /// Ends the span at `end`; later calls do nothing.
    #[inline(always)]
    pub(crate) fn end(&mut self, end: u64, flags: u16, polls: u32) {
        let flags = self.flags | flags;
        if let (State::Recorded, Some(callsite)) = (self.state, self.callsite) {
            let ended = Ended { parent: self.parent, start: self.start, end, polls, flags };
            write_end(&self.context, callsite, &ended);
        }
        if flags & flag::LOCAL_ROOT != 0 {
            self.context.root.end();
        }
        self.state = State::Off;
        self.flags = 0;
    }
}

/// What an ended span has beside its context.
pub(crate) struct Ended {
    pub(crate) parent: SpanId,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) polls: u32,
    pub(crate) flags: u16,
}

/// Writes the end of a span to the log.
#[inline(always)]
pub(crate) fn write_end(context: &SpanContext, callsite: &'static Callsite, ended: &Ended) {
    let (tracer, callsite) = (context.tracer(), callsite.id());
    let head = Head { kind: Kind::End, extra: ended.flags, tracer, callsite };
    let words = [
        head.to_word(),
        context.trace.high,
        context.trace.low,
        context.span.0,
        ended.parent.0,
        ended.start,
        ended.end,
        u64::from(ended.polls) << 32 | u64::from(context.path),
    ];
    log::end(tracer, words);
}
