//! Futures inside spans and contexts.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::FusedFuture;
use pin_project_lite::pin_project;

use crate::callsite::Callsite;
use crate::frame::{Begun, Frame, Polled};
use crate::guard::SpanGuard;
use crate::open::Open;
use crate::outcome::{Nothing, Observe};

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
    Traced { inner, frame: Frame::new(callsite), outcome: PhantomData }
}

/// Gives a future the span of the function that made it, open since the call; what the macro calls.
#[doc(hidden)]
pub fn attached<F: Future, O: Observe<F::Output>>(
    guard: SpanGuard,
    inner: F,
    _: O,
) -> Traced<F, O> {
    Traced::opened(inner, guard.detach())
}

impl<F, O> Traced<F, O> {
    /// A future of which it has been decided whether it has a span.
    #[inline(always)]
    pub(crate) fn decided(callsite: &'static Callsite, wanted: bool, inner: F) -> Self {
        Self { inner, frame: Frame::decided(callsite, wanted), outcome: PhantomData }
    }

    /// A future whose span is opened at its first poll, as `open` says.
    #[inline(always)]
    pub(crate) const fn later(inner: F, open: Open) -> Self {
        Self { inner, frame: Frame::later(open), outcome: PhantomData }
    }

    /// A future in a span that is open already.
    pub(crate) fn opened(inner: F, open: Open) -> Self {
        Self { inner, frame: Frame::opened(open), outcome: PhantomData }
    }
}

impl<F: Future, O: Observe<F::Output>> Future for Traced<F, O> {
    type Output = F::Output;

    #[expect(clippy::mem_forget, reason = "what is dropped only while unwinding")]
    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut own;
        let (polled, cx) = match this.frame.begin_poll(cx.waker()) {
            Begun::Plain(polled) => (polled, cx),
            Begun::Own(polled, waker) => {
                own = Context::from_waker(waker);
                (polled, &mut own)
            }
        };
        let poll = Unwinding { frame: &mut *this.frame, polled };
        let result = this.inner.poll(cx);
        if let (Poll::Ready(value), false) = (&result, polled.is_off()) {
            O::observe(poll.frame, value);
        }
        std::mem::forget(poll);
        this.frame.end_poll(polled, result.is_ready());
        result
    }
}

impl<F: FusedFuture, O: Observe<F::Output>> FusedFuture for Traced<F, O> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// A poll under way: dropped only if it unwinds.
pub(crate) struct Unwinding<'a> {
    pub(crate) frame: &'a mut Frame,
    pub(crate) polled: Polled,
}

impl Drop for Unwinding<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.frame.unwind(self.polled);
    }
}
