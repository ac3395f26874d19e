//! A span while it is open: how it begins, what is kept of it, what it leaves when it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::{self, SpanContext};
use crate::destination::{self, Settings};
use crate::detail;
use crate::id::{SpanId, TraceId};
use crate::log;
use crate::path;
use crate::propagator;
use crate::record::{END, Head, Kind, flag};
use crate::refused::Refused;
use crate::root::Root;
use crate::sample::{Attributes, Decision, LocalRoot, Maker};
use crate::side::{Datadog, Side};
use crate::{slot, task};

/// How far a span has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum State {
    /// Nothing to do, now and later.
    Off,
    /// A future that has not been polled: `context` is the one captured at the call.
    New,
    /// A future below a span that is not recorded: what it calls is not either. `context` is that
    /// span's.
    Passive,
    /// Open, recorded or not.
    Running,
    /// As `Running`, and each poll is recorded.
    Watched,
    /// As `Running`, and polls with a waker of its own.
    Woken,
    /// As `Running`, and a guard is held over the await.
    Held,
    /// A poll unwound; what is left is to drop the future.
    Panicked,
    /// Dropped unfinished, in its own span.
    DropCancelled,
    /// Dropped after a poll unwound, in its own span.
    DropPanicked,
}

/// What has been decided of a future's span before its first poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Decided {
    /// Nothing.
    Not,
    /// That there is one: the filter has been asked.
    Wanted,
    /// That there is one, and below `context`, whoever polls.
    Below,
    /// All: it is open.
    Opened,
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
    pub(crate) decided: Decided,
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
            decided: Decided::Not,
        }
    }

    /// A span to be opened at the first poll.
    #[inline(always)]
    pub(crate) fn later(callsite: &'static Callsite, captured: SpanContext) -> Self {
        Self { context: captured, callsite: Some(callsite), state: State::New, ..Self::off() }
    }

    /// Opens a span below `parent`, or a root where the parent is none or does not count any more.
    pub(crate) fn child(callsite: &'static Callsite, parent: SpanContext, spawned: bool) -> Self {
        if parent.is_plain() && !spawned && !callsite.is_root() {
            return Self::recorded(callsite, parent, 0);
        }
        Self::uncommon(callsite, parent, spawned, Attributes::NONE)
    }

    fn recorded(callsite: &'static Callsite, parent: SpanContext, flags: u16) -> Self {
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
            state: State::Running,
            decided: Decided::Not,
        }
    }

    /// As [`child`](Self::child), of a span that begins with some attributes: a sampler sees them.
    #[cold]
    pub(crate) fn uncommon(
        callsite: &'static Callsite,
        parent: SpanContext,
        spawned: bool,
        attributes: Attributes<'_>,
    ) -> Self {
        if callsite.is_root() {
            return Self::root_with(callsite, parent, attributes);
        }
        if parent.is_remote() && !(spawned && parent.root.is_expired()) {
            return Self::below_remote(callsite, parent, attributes);
        }
        if !parent.is_valid() {
            return Self::root_with(callsite, parent, attributes);
        }
        if parent.is_inherited() && (callsite.is_entry() || parent.root.is_expired()) {
            let root = Self::root_with(callsite, parent, attributes);
            detail::link(&root.context, &parent);
            return root;
        }
        if parent.is_recorded() {
            let spawn = if spawned { flag::SPAWNED } else { 0 };
            let open = Self::recorded(callsite, parent, provisional(&parent) | spawn);
            if spawned {
                task::write(&open.context);
            }
            open.follow();
            return open;
        }
        // What is called in here is not recorded either: it has no other parent than this call.
        let context = SpanContext { flags: parent.flags & !context::INHERITED, ..parent };
        Self { context, callsite: Some(callsite), state: State::Passive, ..Self::off() }
    }

    /// Opens the root of a new trace, of the tracer of `scope` or of the installed one.
    #[inline(never)]
    pub(crate) fn root(callsite: &'static Callsite, scope: SpanContext) -> Self {
        Self::root_with(callsite, scope, Attributes::NONE)
    }

    /// As [`root`](Self::root), of a span that begins with some attributes.
    // Inlined, for most roots begin with none.
    #[inline(always)]
    pub(crate) fn root_with(
        callsite: &'static Callsite,
        scope: SpanContext,
        attributes: Attributes<'_>,
    ) -> Self {
        let tracer = if scope.is_none() { destination::installed() } else { scope.tracer() };
        let (open, decision) = Self::local_root(callsite, tracer, SpanContext::NOTHING, attributes);
        if decision.maker() != Maker::Nobody {
            keep_beside(&open.context, Arc::default(), decision);
        }
        open
    }

    /// Opens the first span here of a trace that came with a request, and takes over what came with
    /// it; where no trace came, one begins.
    #[cold]
    fn below_remote(
        callsite: &'static Callsite,
        remote: SpanContext,
        attributes: Attributes<'_>,
    ) -> Self {
        let scopes = [slot::current().tracer(), remote.tracer()];
        let tracer = scopes.into_iter().find(|tracer| *tracer != 0);
        let tracer = tracer.unwrap_or_else(destination::installed);
        let (open, decision) = Self::local_root(callsite, tracer, remote, attributes);
        if open.state == State::Off {
            return open;
        }
        let side = remote.root.side();
        if let Some(side) = &side {
            side.links.iter().for_each(|(trace, span)| {
                let to = SpanContext { trace: *trace, span: *span, ..SpanContext::NONE };
                detail::link(&open.context, &to);
            });
            detail::trace_state(&open.context, &side.trace_state);
        }
        if side.is_some() || decision.maker() != Maker::Nobody {
            keep_beside(&open.context, side.unwrap_or_default(), decision);
        }
        open
    }

    /// Opens the first span here of the trace that `remote` told of; where it told of none, one begins.
    // Inlined, for most roots know that nothing came.
    #[inline(always)]
    fn local_root(
        callsite: &'static Callsite,
        tracer: u32,
        remote: SpanContext,
        attributes: Attributes<'_>,
    ) -> (Self, Decision) {
        let off = || (Self::off(), Decision::new(false));
        let Some(destination) = destination::find(tracer) else { return off() };
        if destination::is_own_thread() {
            return off();
        }
        let Settings { sampler, sampled, unsampled, service, .. } = &destination.settings;
        let begins = remote.trace == TraceId::NONE;
        let trace = if begins { TraceId::new() } else { remote.trace };
        let root = LocalRoot::new(trace, callsite.name())
            .with_kind(callsite.kind())
            .with_target(callsite.target())
            .with_service(&service.name)
            .with_caller(remote.sampled())
            .beginning_with(attributes);
        // Foreign code; tracing does not fail the traced program.
        let decision = catch_unwind(AssertUnwindSafe(|| sampler.decide(&root)));
        let decision = decision.unwrap_or(Decision::new(true));
        let recorded = if decision.is_sampled() { *sampled } else { *unsampled };
        let flags = SpanContext::flags_of(tracer, recorded);
        let parent = SpanContext { trace, flags, path: 0, root: Root::begin(), ..remote };
        let parent = parent.with_random(begins || remote.is_random()).with_beginning(begins);
        let open = Self::recorded(callsite, parent, flag::LOCAL_ROOT | provisional(&parent));
        task::write(&open.context);
        open.follow();
        (open, decision)
    }

    /// Tells those who follow what is in flight that the span has begun.
    #[inline(always)]
    fn follow(&self) {
        if let (true, Some(callsite)) = (self.context.is_followed(), self.callsite) {
            detail::begin(&self.context, callsite.id(), self.parent, self.start, self.flags);
        }
    }

    /// A parent that somebody names is taken as it is; in place of one that is no span's, a trace begins.
    pub(crate) fn given(parent: SpanContext) -> SpanContext {
        if parent.is_valid() || parent.is_remote() {
            parent.given()
        } else {
            SpanContext::scope(slot::current().tracer())
        }
    }

    /// Whether the span is open and recorded: neither its future's to come, nor a mere place below
    /// another.
    #[inline(always)]
    pub(crate) fn is_recorded(&self) -> bool {
        self.state > State::Passive && self.context.is_recorded()
    }

    /// Ends the span; later calls do nothing.
    pub(crate) fn end(&mut self, end: u64, flags: u16) {
        let flags = self.flags | flags;
        if let (true, Some(callsite)) = (self.is_recorded(), self.callsite) {
            let (parent, start, polls) = (self.parent, self.start, self.polls);
            write_end(&self.context, callsite, &Ended { parent, start, end, polls, flags });
        }
        if flags & flag::LOCAL_ROOT != 0 {
            self.context.root.end();
        }
        self.state = State::Off;
        self.flags = 0;
    }
}

/// Keeps what came with the request, and who decided, beside the local root, and tells exporters.
#[cold]
fn keep_beside(context: &SpanContext, mut side: Arc<Side>, decision: Decision) {
    if decision.maker() != Maker::Nobody {
        propagator::decide_by(&mut Arc::make_mut(&mut side).datadog, decision);
    }
    if side.datadog != Datadog::NONE {
        let (priority, tags) = propagator::judged(&side.datadog, decision.is_sampled());
        let told = Datadog { priority, tags, ..side.datadog.clone() };
        detail::datadog(context, &told, false);
    }
    let destination = destination::find(context.tracer());
    if let (false, Some(destination)) = (context.root.set_side(side), destination) {
        destination.refused.add(Refused { not_kept: 1, ..Refused::default() });
    }
}

/// What records say of spans in a context that may not be kept.
#[inline(always)]
const fn provisional(context: &SpanContext) -> u16 {
    if context.is_provisional() { flag::PROVISIONAL } else { 0 }
}

/// What an ended span has beside its context.
pub(crate) struct Ended {
    pub(crate) parent: SpanId,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) polls: u32,
    pub(crate) flags: u16,
}

impl Ended {
    /// The record, of a callsite by its number.
    #[inline(always)]
    pub(crate) fn words(&self, context: &SpanContext, callsite: u32) -> [u64; END] {
        let head = Head { kind: Kind::End, extra: self.flags, tracer: context.tracer(), callsite };
        [
            head.to_word(),
            context.trace.high,
            context.trace.low,
            context.span.0,
            self.parent.0,
            self.start,
            self.end,
            u64::from(self.polls) << 32 | u64::from(context.path),
        ]
    }
}

/// Writes the end of a span to the log.
pub(crate) fn write_end(context: &SpanContext, callsite: &'static Callsite, ended: &Ended) {
    let callsite = callsite.id();
    if !log::try_end(ended.words(context, callsite)) {
        log::end(context.tracer(), ended.words(context, callsite));
    }
}
