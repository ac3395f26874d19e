//! Futures inside spans and contexts.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail;
use crate::held;
use crate::id::SpanId;
use crate::outcome::{Nothing, Observe};
use crate::provider;
use crate::record::flag;
use crate::slot::{self, Polling};
use crate::span::{Open, Phase, Span, State};

pin_project! {
    /// A future in a span of its own: what a `#[traced]` async function returns.
    ///
    /// The span begins with the first poll and ends when the future is ready or dropped; dropped
    /// before it is ready, it is marked as cancelled. The inner future is polled and dropped with
    /// the span current. [`FutureExt::in_span`] makes one of a span that has begun already.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::FutureExt as _;
    /// use tracer_core::{FutureExt as _, Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let never = std::future::pending::<()>().in_span(Span::new("wait"));
    ///     assert_eq!(never.now_or_never(), None); // polled once, then dropped
    /// });
    /// assert_eq!(scope.tree(), "wait cancelled\n");
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the inner future.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Traced<F, O = Nothing> {
        // Dropped first, while `frame` still has the span open.
        #[pin]
        inner: F,
        frame: Frame,
        outcome: PhantomData<fn() -> O>,
    }

    impl<F, O> PinnedDrop for Traced<F, O> {
        fn drop(this: Pin<&mut Self>) {
            this.project().frame.begin_drop();
        }
    }
}

/// Puts a future into the span of its function; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn traced<F: Future, O: Observe<F::Output>>(
    callsite: &'static Callsite,
    inner: F,
    _: O,
) -> Traced<F, O> {
    let captured = if destination::is_active() { capture(callsite) } else { SpanContext::NONE };
    Traced {
        inner,
        frame: Frame::new(Open::later(callsite, captured), captured.span),
        outcome: PhantomData,
    }
}

/// The context at the call: the parent, whoever polls later (unless that is a helper in between).
#[inline]
fn capture(callsite: &'static Callsite) -> SpanContext {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    slot::current()
}

impl<F: Future, O: Observe<F::Output>> Future for Traced<F, O> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let frame = this.frame;
        let key = match frame.open.state {
            State::Off => return this.inner.poll(cx),
            State::New => match frame.first_poll() {
                Some(key) => key,
                None => return this.inner.poll(cx),
            },
            State::Passive | State::Recorded => provider::key(),
        };
        let polled = frame.enter(key);
        let result = this.inner.poll(cx);
        if let Poll::Ready(value) = &result {
            O::observe(&frame.open.context, value);
            frame.finish(polled);
        } else {
            frame.pause(polled);
        }
        result
    }
}

/// A span as its future keeps it between polls.
#[derive(Debug)]
struct Frame {
    open: Open,
    /// The span that was current where the future was made.
    origin: SpanId,
}

/// One poll under way.
struct Polled {
    polling: Polling,
    /// Ticks at which it began, where polls are recorded: in the task's outermost frame.
    start: Option<u64>,
}

impl Frame {
    #[inline(always)]
    const fn new(open: Open, origin: SpanId) -> Self {
        Self { open, origin }
    }

    /// Opens the span, now that it is known who polls. Returns the running task's key.
    #[inline]
    fn first_poll(&mut self) -> Option<u64> {
        let Some(callsite) = self.open.callsite.filter(|_| destination::is_active()) else {
            self.open = Open::off();
            return None;
        };
        let key = provider::key();
        let (parent, spawned) = slot::parent(self.open.context, slot::current_of(key), key);
        self.open = Open::child(callsite, parent, spawned);
        (self.open.state != State::Off).then_some(key)
    }

    #[inline(always)]
    fn enter(&mut self, key: u64) -> Polled {
        let polling = Polling::enter(self.open.context, self.origin, key);
        let first = self.open.polls == 0;
        self.open.polls = self.open.polls.saturating_add(1);
        if self.open.phase == Phase::Held {
            self.resume(key);
        }
        self.open.phase = Phase::Polling;
        let timed = polling.is_outermost(key) && self.open.state == State::Recorded;
        let start = timed.then(|| if first { self.open.start } else { clock::ticks() });
        Polled { polling, start }
    }

    #[inline(always)]
    fn pause(&mut self, polled: Polled) {
        self.open.phase = match Polling::held(self.open.context.span) {
            None => Phase::Idle,
            Some(context) => self.hold(context),
        };
        if let Some(start) = polled.start {
            detail::poll(&self.open.context, start, clock::ticks());
        }
        drop(polled.polling);
    }

    #[inline(always)]
    fn finish(&mut self, polled: Polled) {
        drop(polled.polling);
        let end = if self.open.state == State::Recorded { clock::ticks() } else { 0 };
        self.open.phase = Phase::Idle;
        // The only poll of a span that was never pending is the span itself.
        if let (Some(start), 2..) = (polled.start, self.open.polls) {
            detail::poll(&self.open.context, start, end);
        }
        self.open.end(end, 0, self.open.polls);
    }

    #[cold]
    fn hold(&self, context: SpanContext) -> Phase {
        let kept = held::keep(self.open.context.span, context, self.open.callsite);
        if kept { Phase::Held } else { Phase::Idle }
    }

    #[cold]
    fn resume(&self, key: u64) {
        if let Some(context) = held::take(self.open.context.span) {
            Polling::resume(context, key);
        }
    }

    /// Enters the span, in which the inner future is dropped before the frame itself.
    fn begin_drop(&mut self) {
        if matches!(self.open.state, State::Passive | State::Recorded) {
            slot::begin_drop(self.open.context);
            if self.open.phase == Phase::Held {
                let _guard = held::take(self.open.context.span);
            }
            self.open.phase =
                if self.open.phase == Phase::Polling { Phase::Unwound } else { Phase::Cancelled };
        }
    }
}

impl Drop for Frame {
    #[inline(always)]
    fn drop(&mut self) {
        match self.open.phase {
            Phase::Idle | Phase::Held | Phase::Polling => {}
            Phase::Cancelled => self.abandon(flag::CANCELLED),
            Phase::Unwound => self.abandon(flag::PANICKED),
        }
    }
}

impl Frame {
    #[cold]
    fn abandon(&mut self, flags: u16) {
        slot::end_drop();
        self.open.end(clock::ticks(), flags, self.open.polls);
    }
}

/// Puts futures into spans made by hand, and into contexts.
///
/// # Examples
///
/// ```
/// use tracer_core::{FutureExt, Span, testing};
///
/// let scope = testing::Scope::new();
/// let request = async {
///     let work = async { drop(Span::new("work")) }.in_current();
///     std::thread::spawn(|| futures::executor::block_on(work)).join().unwrap();
/// };
/// futures::executor::block_on(scope.bind(async { request.in_span(Span::new("request")).await }));
/// assert_eq!(scope.tree(), "request\n  work\n");
/// ```
pub trait FutureExt: Future + Sized {
    /// Runs this future in `span`, which ends with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, Span};
    ///
    /// let answer = async { 42 }.in_span(Span::new("think"));
    /// assert_eq!(futures::executor::block_on(answer), 42);
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this future; dropped unfinished, the span is marked as cancelled.
    fn in_span(self, mut span: Span) -> Traced<Self> {
        let open = std::mem::replace(&mut span.open, Open::off());
        Traced { inner: self, frame: Frame::new(open, slot::current().span), outcome: PhantomData }
    }

    /// Runs this future, wherever it is polled, in the context current here.
    ///
    /// It is what a spawned task needs. The context expires as an inherited one: ten seconds after
    /// its local root has ended, new spans begin a trace of their own, linked to it; see
    /// [`Builder::inherited_for`](crate::Builder::inherited_for).
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this future.
    fn in_current(self) -> InContext<Self> {
        InContext::new(self, slot::current().inherited())
    }

    /// Runs this future in `context`, wherever and whenever it is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// let context = scope.in_scope(|| Span::new("upload").context()); // has ended by now
    /// let later = async { drop(Span::new("index")) }.in_context(context);
    /// futures::executor::block_on(later);
    /// assert_eq!(scope.tree(), "upload\n  index\n");
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this future.
    fn in_context(self, context: SpanContext) -> InContext<Self> {
        InContext::new(self, context)
    }
}

impl<F: Future> FutureExt for F {}

pin_project! {
    /// A future that is polled and dropped in a context from elsewhere.
    ///
    /// Made by [`FutureExt::in_current`], [`FutureExt::in_context`] and
    /// [`Tracer::scope`](crate::Tracer::scope).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, InContext};
    ///
    /// let answer: InContext<_> = async { 42 }.in_current();
    /// assert_eq!(futures::executor::block_on(answer), 42);
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the inner future.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InContext<F> {
        // Dropped first, while `context` is still current.
        #[pin]
        inner: F,
        context: DroppedIn,
        spawned: u64,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let context = this.project().context;
            if !context.context.is_none() {
                slot::begin_drop(context.context);
                context.entered = true;
            }
        }
    }
}

/// Leaves the context after the inner future has been dropped in it.
#[derive(Debug)]
struct DroppedIn {
    context: SpanContext,
    entered: bool,
}

impl Drop for DroppedIn {
    fn drop(&mut self) {
        if self.entered {
            slot::end_drop();
        }
    }
}

impl<F> InContext<F> {
    const fn new(inner: F, context: SpanContext) -> Self {
        Self { inner, context: DroppedIn { context, entered: false }, spawned: 0 }
    }
}

/// As [`FutureExt::in_current`], for a future that is spawned now: the time until its first poll is
/// recorded. What the adapters call.
#[doc(hidden)]
pub fn spawned<F: Future>(inner: F) -> InContext<F> {
    let mut future = inner.in_current();
    if future.context.context.is_recorded() {
        future.spawned = clock::ticks();
    }
    future
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let context = this.context.context;
        if context.is_none() {
            return this.inner.poll(cx);
        }
        let _polling = Polling::enter(context, context.span, provider::key());
        let spawned = std::mem::take(this.spawned);
        if spawned != 0 {
            slot::set_delay(clock::ticks().saturating_sub(spawned));
        }
        this.inner.poll(cx)
    }
}
