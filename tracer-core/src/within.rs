//! Futures in spans made by hand, and in contexts that are not their own span's.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::clock;
use crate::context::SpanContext;
use crate::future::Traced;
use crate::open::Open;
use crate::provider;
use crate::slot::{self, Polling};
use crate::span::Span;

/// What futures are put into: spans made by hand, and contexts.
pub trait FutureExt: Future + Sized {
    /// Runs this future in `span`, which ends with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, Span};
    ///
    /// # fn block_on<F: Future>(f: F) -> F::Output {
    /// #     let mut f = std::pin::pin!(f);
    /// #     let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    /// #     loop { if let std::task::Poll::Ready(v) = f.as_mut().poll(&mut cx) { return v } }
    /// # }
    /// let answer = async { 42 }.in_span(Span::new("think"));
    /// assert_eq!(block_on(answer), 42);
    /// ```
    fn in_span(self, mut span: Span) -> Traced<Self> {
        let open = std::mem::replace(&mut span.open, Open::off());
        Traced::opened(self, open)
    }

    /// Runs this future in the context that is current here, wherever it is polled: what a spawned
    /// task needs.
    ///
    /// The context expires as an inherited one: some time after its local root has ended, new spans
    /// begin a trace of their own, linked to it.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::FutureExt;
    ///
    /// let task = async { 42 }.in_current();
    /// std::thread::spawn(move || drop(task)).join().unwrap();
    /// ```
    fn in_current(self) -> InContext<Self> {
        InContext::new(self, slot::current().inherited())
    }

    /// Runs this future in `context`, wherever and whenever it is polled.
    fn in_context(self, context: SpanContext) -> InContext<Self> {
        InContext::new(self, context)
    }
}

impl<F: Future> FutureExt for F {}

pin_project! {
    /// A future that is polled and dropped in a context that is not its own span's.
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
        let (_polling, _) = Polling::enter(&context, context.span, provider::key());
        let spawned = std::mem::take(this.spawned);
        if spawned != 0 {
            slot::set_delay(clock::ticks().saturating_sub(spawned));
        }
        let result = this.inner.poll(cx);
        if spawned != 0 {
            // If no span took it, it is nobody's.
            slot::take_delay();
        }
        result
    }
}
