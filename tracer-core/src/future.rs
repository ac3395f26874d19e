//! Futures inside spans and contexts.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination;
use crate::detail;
use crate::held;
use crate::id::SpanId;
use crate::open::{Open, Phase, State};
use crate::outcome::{Nothing, Observe};
use crate::provider;
use crate::record::flag;
use crate::slot::{self, Polling};

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
#[inline(never)]
fn capture(callsite: &'static Callsite) -> SpanContext {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    slot::current()
}

impl<F> Traced<F> {
    /// A future in a span that is open already.
    pub(crate) fn opened(inner: F, mut open: Open) -> Self {
        open.phase = Phase::Opened;
        Self { inner, frame: Frame::new(open, slot::current().span), outcome: PhantomData }
    }
}

impl<F: Future, O: Observe<F::Output>> Future for Traced<F, O> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let frame = this.frame;
        let current = match frame.open.state {
            State::Off => return this.inner.poll(cx),
            State::New if !destination::is_active() => {
                frame.open.state = State::Off;
                return this.inner.poll(cx);
            }
            State::New => frame.first_poll(cx.waker()),
            State::Passive | State::Recorded => false,
        };
        if current {
            let result = this.inner.poll(cx);
            if result.is_ready() {
                frame.open.state = State::Off;
            }
            return result;
        }
        let polled = frame.enter(cx.waker());
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

    /// Opens the span, now that it is known who polls. Returns whether the context that counts for
    /// this poll is current already.
    #[inline(never)]
    fn first_poll(&mut self, waker: &Waker) -> bool {
        let Some(callsite) = self.open.callsite else { return true };
        let key = slot::task_of(waker).key;
        if slot::is_current(&self.open.context, key) && !callsite.is_root() {
            if self.open.context.is_plain() {
                self.open.begin(callsite);
                return false;
            }
            if self.open.context.is_passive() {
                self.open.state = State::Passive;
                return true;
            }
        }
        self.first_poll_elsewhere(callsite, key)
    }

    #[cold]
    fn first_poll_elsewhere(&mut self, callsite: &'static Callsite, key: u64) -> bool {
        let (parent, spawned) = slot::parent(self.open.context, slot::current_of(key), key);
        self.open = Open::child(callsite, parent, spawned);
        self.open.state == State::Off
    }

    #[inline(always)]
    fn enter(&mut self, waker: &Waker) -> Polled {
        let polling = Polling::enter(&self.open.context, self.origin, waker);
        // A span made by hand is older than the first poll of its future.
        let first = self.open.polls == 0 && self.open.phase != Phase::Opened;
        self.open.polls = self.open.polls.saturating_add(1);
        if self.open.phase == Phase::Held {
            self.resume();
        }
        self.open.phase = Phase::Polling;
        let timed = polling.is_outermost && self.open.state == State::Recorded;
        let start = timed.then(|| if first { self.open.start } else { clock::ticks() });
        Polled { polling, start }
    }

    #[inline(always)]
    fn pause(&mut self, polled: Polled) {
        self.open.phase = match polled.polling.held() {
            None => Phase::Idle,
            Some(context) => self.hold(context),
        };
        if let Some(start) = polled.start {
            self.record_poll(start);
        }
        drop(polled.polling);
    }

    #[inline(never)]
    fn record_poll(&self, start: u64) {
        detail::poll(&self.open.context, start, clock::ticks());
    }

    #[inline(always)]
    fn finish(&mut self, polled: Polled) {
        drop(polled.polling);
        self.close(polled.start);
    }

    #[inline(never)]
    fn close(&mut self, start: Option<u64>) {
        let end = if self.open.state == State::Recorded { clock::ticks() } else { 0 };
        self.open.phase = Phase::Idle;
        // The only poll of a span that was never pending is the span itself.
        if let Some(start) = start.filter(|start| *start != self.open.start || self.open.polls > 1)
        {
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
    fn resume(&self) {
        if let Some(context) = held::take(self.open.context.span) {
            // Above the frame, where the guard finds it.
            let _below = slot::enter(context, provider::key());
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
            Phase::Opened | Phase::Idle | Phase::Held | Phase::Polling => {}
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
