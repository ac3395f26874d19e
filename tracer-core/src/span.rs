//! Open spans: begun, made current, ended.

use std::marker::PhantomData;
use std::panic::Location;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::{self, SpanContext};
use crate::provider;
use crate::slot;
use crate::destination;
use crate::detail::{self, Draft};
use crate::id::{SpanId, TraceId};
use crate::log;
use crate::path;
use crate::record::{Head, Key, Kind, flag};
use crate::root::Root;
use crate::value::Value;

/// An open span, made by hand where `#[traced]` cannot reach. Dropping it ends it.
///
/// It is not current by itself: see [`in_scope`](Self::in_scope), [`enter`](Self::enter) and
/// [`in_span`](crate::FutureExt::in_span).
///
/// # Examples
///
/// ```
/// use tracer_core::Span;
///
/// let span = Span::new("parse");
/// span.set_attribute("bytes", 512);
/// let sum: u32 = span.in_scope(|| (1..=3).sum());
/// assert_eq!(sum, 6);
/// ```
#[derive(Debug)]
#[must_use = "a span that is dropped at once has no duration; bind it to a name"]
pub struct Span {
    pub(crate) open: Open,
}

impl Span {
    /// Opens a child of the current span, or a root where there is none.
    ///
    /// Records nothing where no tracer records, or where the trace is not sampled.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self::at(name, Location::caller(), false)
    }

    /// Opens the root of a new trace, whatever is current.
    #[track_caller]
    pub fn root(name: &'static str) -> Self {
        Self::at(name, Location::caller(), true)
    }

    fn at(name: &'static str, place: &'static Location<'static>, root: bool) -> Self {
        if !destination::is_active() {
            return Self { open: Open::off() };
        }
        let callsite = Callsite::by_hand(name, place);
        let current = slot::current();
        let (parent, spawned) = (current, current.is_inherited());
        let open = if root { Open::root(callsite, parent) } else { Open::child(callsite, parent, spawned) };
        Self { open }
    }

    /// Returns the context to hand on: to other tasks, threads and services.
    pub fn context(&self) -> SpanContext {
        self.open.context
    }

    /// Makes the span current until the guard is dropped; children opened meanwhile are its own.
    ///
    /// In async code prefer [`in_span`](crate::FutureExt::in_span): a guard held over an `.await`
    /// makes the future `!Send`.
    pub fn enter(&self) -> Entered<'_> {
        Entered { scope: Scope::enter(self.open.context), span: PhantomData }
    }

    /// Runs `f` with the span current.
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        f()
    }

    /// Sets an attribute; a later value of the same key replaces an earlier one.
    pub fn set_attribute<'a>(&self, key: &str, value: impl Into<Value<'a>>) {
        self.open.context.set_attribute(key, value);
    }

    /// Adds an event of now.
    pub fn add_event(&self, name: &str, attributes: &[(&str, Value<'_>)]) {
        self.open.context.add_event(name, attributes);
    }

    /// Adds a link to a span of this or another trace.
    pub fn add_link(&self, to: &SpanContext) {
        self.open.context.add_link(to);
    }

    /// Marks the span as failed: the error's type, message and chain of sources.
    pub fn record_error(&self, error: &(dyn std::error::Error + 'static)) {
        self.open.context.record_error(error);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if self.open.state != State::Off {
            let flags = if std::thread::panicking() { flag::PANICKED } else { 0 };
            self.open.end(clock::ticks(), flags, 0);
        }
    }
}

/// What is said of a span goes by its context, so it can be said from any task or thread, as long
/// as the span is open. Where the span is not recorded nothing is evaluated.
impl SpanContext {
    /// Sets an attribute; a later value of the same key replaces an earlier one.
    ///
    /// # Examples
    ///
    /// ```
    /// tracer_core::current().set_attribute("cart.items", 3);
    /// ```
    #[inline]
    pub fn set_attribute<'a>(&self, key: &str, value: impl Into<Value<'a>>) {
        if self.is_recorded() {
            detail::attributes(self, 0, &[(Key::Name(key), value.into())]);
        }
    }

    /// Adds an event of now.
    ///
    /// # Examples
    ///
    /// ```
    /// tracer_core::current().add_event("retry", &[("attempt", 2.into())]);
    /// ```
    pub fn add_event(&self, name: &str, attributes: &[(&str, Value<'_>)]) {
        detail::event(self, name, attributes);
    }

    /// Adds a link to a span of this or another trace.
    ///
    /// # Examples
    ///
    /// ```
    /// let batch = tracer_core::Span::root("batch");
    /// tracer_core::current().add_link(&batch.context());
    /// ```
    pub fn add_link(&self, to: &SpanContext) {
        detail::link(self, to);
    }
}

/// A span that is current on this thread until this guard is dropped.
///
/// Guards may be dropped in any order; a guard that is not the current one any more restores
/// nothing.
#[derive(Debug)]
#[must_use = "the span is current only as long as the guard lives; bind it to a name"]
pub struct Entered<'a> {
    scope: Scope,
    span: PhantomData<&'a Span>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.scope.leave();
    }
}

/// A context made current. Not `Send`: it belongs to this thread.
#[derive(Debug)]
pub(crate) struct Scope {
    span: SpanId,
    below: Option<usize>,
    not_send: PhantomData<*const ()>,
}

impl Scope {
    #[inline(always)]
    pub(crate) fn enter(context: SpanContext) -> Self {
        let below = (!context.is_none()).then(|| slot::enter(context, provider::key()));
        Self { span: context.span, below, not_send: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn leave(&mut self) {
        if let Some(below) = self.below.take() {
            slot::leave(self.span, below);
        }
    }
}

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
    parent: SpanId,
    pub(crate) start: u64,
    pub(crate) callsite: Option<&'static Callsite>,
    pub(crate) polls: u32,
    flags: u16,
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
        let recorded = destination.sampler.is_sampled(trace, callsite.name());
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
        if self.state == State::Recorded {
            let callsite = self.callsite.map_or(0, Callsite::id);
            let context = &self.context;
            let head = Head { kind: Kind::End, extra: flags, tracer: context.tracer(), callsite };
            log::end(
                context.tracer(),
                [
                    head.to_word(),
                    context.trace.high,
                    context.trace.low,
                    context.span.0,
                    self.parent.0,
                    self.start,
                    end,
                    u64::from(polls) << 32 | u64::from(context.path),
                ],
            );
        }
        if flags & flag::LOCAL_ROOT != 0 {
            self.context.root.end();
        }
        self.state = State::Off;
        self.flags = 0;
    }
}

/// The span of a `#[traced]` function that is not async: current until the guard is dropped.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanGuard {
    open: Open,
    below: usize,
    not_send: PhantomData<*const ()>,
}

/// Opens the span of a function and makes it current; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn enter(callsite: &'static Callsite) -> SpanGuard {
    if !destination::is_active() {
        return SpanGuard { open: Open::off(), below: 0, not_send: PhantomData };
    }
    enter_active(callsite)
}

#[inline(never)]
fn enter_active(callsite: &'static Callsite) -> SpanGuard {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    let key = provider::key();
    let current = slot::current_of(key);
    if current.is_plain() && !callsite.is_root() {
        let open = Open::recorded(callsite, current, 0);
        let below = slot::enter(open.context, key);
        return SpanGuard { open, below, not_send: PhantomData };
    }
    if current.is_passive() && !callsite.is_root() {
        // Not recorded either, and the context that says so is current already.
        return SpanGuard { open: Open::off(), below: 0, not_send: PhantomData };
    }
    enter_uncommon(callsite, current, key)
}

#[cold]
fn enter_uncommon(callsite: &'static Callsite, current: SpanContext, key: u64) -> SpanGuard {
    let open = Open::child(callsite, current, current.is_inherited());
    let below = if open.state == State::Off { 0 } else { slot::enter(open.context, key) };
    SpanGuard { open, below, not_send: PhantomData }
}

impl SpanGuard {
    pub(crate) const fn context(&self) -> &SpanContext {
        &self.open.context
    }
}

impl Drop for SpanGuard {
    #[inline(always)]
    fn drop(&mut self) {
        if self.open.state != State::Off {
            self.close();
        }
    }
}

impl SpanGuard {
    #[inline(never)]
    fn close(&mut self) {
        let end = if self.open.state == State::Recorded { clock::ticks() } else { 0 };
        slot::leave(self.open.context.span, self.below);
        self.open.end(end, if std::thread::panicking() { flag::PANICKED } else { 0 }, 0);
    }
}

/// Records arguments of the span that was just opened at `callsite`; what the macro calls.
///
/// It was opened by this task, a moment ago: what is current need not be asked of the runtime.
#[doc(hidden)]
#[expect(clippy::needless_range_loop, reason = "see below")]
#[inline(always)]
pub fn arguments<const N: usize>(callsite: &'static Callsite, values: &[Value<'_>; N]) {
    let mut draft = Draft::new();
    let mut fits = true;
    // Not an iterator, which would be called rather than unrolled into what the types say.
    for index in 0..N {
        fits = fits && draft.add(index as u8, &values[index]);
    }
    if fits {
        let (span, tracer) = slot::top_recorded();
        draft.write(span, tracer, callsite.id());
    } else {
        long_arguments(callsite, values);
    }
}

#[cold]
#[inline(never)]
fn long_arguments(callsite: &'static Callsite, values: &[Value<'_>]) {
    let items: Vec<_> = values.iter().enumerate().map(|(index, value)| (Key::Field(index as u8), *value)).collect();
    detail::attributes(&slot::top(), callsite.id(), &items);
}
