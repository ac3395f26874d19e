//! Open spans: begun, made current, ended.

use std::marker::PhantomData;
use std::panic::Location;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::{self, SpanContext};
use crate::destination;
use crate::detail;
use crate::id::{SpanId, TraceId};
use crate::log;
use crate::path;
use crate::provider;
use crate::record::{Head, Key, Kind, flag};
use crate::root::Root;
use crate::slot::{self, Displaced};
use crate::value::Value;

/// An open span, made by hand where `#[traced]` cannot reach. Dropping it ends it.
///
/// It is not current by itself: see [`in_scope`](Self::in_scope), [`enter`](Self::enter) and
/// [`in_span`](crate::FutureExt::in_span). What is said of it can also be said through its
/// [`context`](Self::context), from other tasks and threads.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let span = Span::new("parse");
///     span.set_attribute("bytes", 512);
///     span.add_event("line", &[("number", 3.into())]);
///     if let Err(error) = span.in_scope(|| "x".parse::<u8>()) {
///         span.record_error(&error);
///     }
/// });
/// assert_eq!(scope.tree(), "parse ✖\n");
/// assert_eq!(scope.spans()[0].attribute("bytes"), Some(512.into()));
/// ```
#[derive(Debug)]
#[must_use = "a span that is dropped at once has no duration; bind it to a name"]
pub struct Span {
    pub(crate) open: Open,
}

impl Span {
    /// Opens a child of the current span, or a root where there is none.
    ///
    /// Records nothing where no tracer records, or where the trace is not sampled. At most 4,096
    /// pairs of name and place are told apart in a process; further spans are recorded as
    /// `(too many callsites)`.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        Self::at(name, Location::caller(), false)
    }

    /// Opens the root of a new trace, whatever is current.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| Span::new("request").in_scope(|| drop(Span::root("cleanup"))));
    /// assert_eq!(scope.tree(), "cleanup\nrequest\n");
    /// ```
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
        let open = if root {
            Open::root(callsite, parent)
        } else {
            Open::child(callsite, parent, spawned)
        };
        Self { open }
    }

    /// Returns the context to hand on: to other tasks, threads and services.
    pub fn context(&self) -> SpanContext {
        self.open.context
    }

    /// Makes the span current on this thread until the guard is dropped.
    ///
    /// In async code use [`in_span`](crate::FutureExt::in_span): a guard held over an `.await`
    /// makes the future `!Send`, and in a branch of a `join!` its siblings may see the span.
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

    /// Marks the span as failed, with the error's message and up to 8 sources.
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
/// as the span is open; what comes later is lost. Where the span is not recorded nothing is
/// evaluated.
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
    pub fn add_link(&self, to: &Self) {
        detail::link(self, to);
    }
}

/// A span that is current on this thread until this guard is dropped.
///
/// Guards may be dropped in any order; a guard that is not the current one any more restores
/// nothing.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let entered = request.enter();
///     drop(Span::new("query"));
///     drop(entered);
///     drop(Span::new("other"));
/// });
/// assert_eq!(scope.tree(), "other\nrequest\n  query\n");
/// ```
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

/// A context made current, and what it displaced. Not `Send`: it belongs to this thread.
#[derive(Debug)]
pub(crate) struct Scope {
    span: SpanId,
    displaced: Option<Displaced>,
    not_send: PhantomData<*const ()>,
}

impl Scope {
    #[inline(always)]
    pub(crate) fn enter(context: SpanContext) -> Self {
        let displaced =
            if context.is_none() { None } else { Some(slot::enter(context, provider::key())) };
        Self { span: context.span, displaced, not_send: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn leave(&mut self) {
        if let Some(displaced) = self.displaced.take() {
            slot::leave(self.span, displaced);
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

    /// Opens a span below `parent`, or a root where the parent is none or does not count any more.
    #[inline(always)]
    pub(crate) fn child(callsite: &'static Callsite, parent: SpanContext, spawned: bool) -> Self {
        if parent.flags & (context::RECORDED | context::INHERITED) == context::RECORDED
            && !callsite.is_root()
        {
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
    scope: Scope,
}

/// Opens the span of a function and makes it current; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn enter(callsite: &'static Callsite) -> SpanGuard {
    if !destination::is_active() {
        return SpanGuard {
            open: Open::off(),
            scope: Scope { span: SpanId::NONE, displaced: None, not_send: PhantomData },
        };
    }
    enter_active(callsite)
}

#[inline]
fn enter_active(callsite: &'static Callsite) -> SpanGuard {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    let key = provider::key();
    let current = slot::current_of(key);
    let open = Open::child(callsite, current, current.is_inherited());
    let displaced = (open.state != State::Off).then(|| slot::enter(open.context, key));
    SpanGuard { scope: Scope { span: open.context.span, displaced, not_send: PhantomData }, open }
}

impl SpanGuard {
    pub(crate) const fn context(&self) -> &SpanContext {
        &self.open.context
    }
}

impl Drop for SpanGuard {
    #[inline(always)]
    fn drop(&mut self) {
        if self.open.state == State::Off {
            return;
        }
        let end = clock::ticks();
        self.scope.leave();
        self.open.end(end, if std::thread::panicking() { flag::PANICKED } else { 0 }, 0);
    }
}

/// Records arguments of the span that was just opened at `callsite`; what the macro calls.
#[doc(hidden)]
#[inline]
pub fn arguments<const N: usize>(callsite: &'static Callsite, values: &[Value<'_>; N]) {
    let items: [_; N] = std::array::from_fn(|index| (Key::Field(index as u8), values[index]));
    detail::attributes(&slot::current(), callsite.id(), &items);
}
