//! Futures in spans made by hand; futures, streams and sinks in contexts from elsewhere.

mod flow;

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use flow::{SinkExt, StreamExt};
use pin_project_lite::pin_project;

use crate::context::SpanContext;
use crate::future::Traced;
use crate::isolated::Isolated;
use crate::open::Open;
use crate::slot;
use crate::span::Span;
use crate::task::{self, Spawned};

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
        Traced::opened(self, open)
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

    /// Runs this future so that it sees no span of who polls it.
    ///
    /// For futures that drive the tasks of others: see [`isolated`](crate::isolated()).
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this future.
    fn isolated(self) -> Isolated<Self> {
        Isolated::new(self)
    }
}

impl<F: Future> FutureExt for F {}

pin_project! {
    /// A future, stream or sink that is polled and dropped in a context from elsewhere.
    ///
    /// Made by [`FutureExt::in_current`], [`FutureExt::in_context`], their like in [`StreamExt`] and
    /// [`SinkExt`], and [`Tracer::scope`](crate::Tracer::scope).
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
        spawned: Option<Spawned>,
        // What guards held over an await have made current, from the outside in.
        held: Option<Box<[SpanContext]>>,
    }

    impl<F> PinnedDrop for InContext<F> {
        fn drop(this: Pin<&mut Self>) {
            let context = this.project().context;
            if !context.context.is_none() {
                slot::begin_drop(&context.context);
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
        Self { inner, context: DroppedIn { context, entered: false }, spawned: None, held: None }
    }
}

/// As [`FutureExt::in_current`], for a future that is spawned now: the time until its first poll and
/// the caller's place are recorded. What the adapters call.
#[doc(hidden)]
#[track_caller]
pub fn spawned<F: Future>(inner: F) -> InContext<F> {
    spawned_at(Location::caller(), inner)
}

/// As [`spawned`], by somebody else than the caller.
#[doc(hidden)]
pub fn spawned_at<F: Future>(place: &'static Location<'static>, inner: F) -> InContext<F> {
    spawned_in(slot::current().inherited(), place, inner)
}

/// As [`spawned_at`], in a context that is known.
pub(crate) fn spawned_in<F: Future>(
    context: SpanContext,
    place: &'static Location<'static>,
    inner: F,
) -> InContext<F> {
    let mut future = InContext::new(inner, context);
    if context.is_recorded() {
        future.spawned = Some(Spawned::from(place));
    }
    future
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polled(cx, F::poll)
    }
}

impl<F> InContext<F> {
    #[inline]
    fn polled<R>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut F>, &mut Context<'_>) -> R,
    ) -> R {
        let this = self.project();
        let context = this.context.context;
        if context.is_none() {
            return poll(this.inner, cx);
        }
        let (below, _) = slot::enter_frame(&context, context.span, slot::task_of(cx.waker()));
        let _polling = Polling { below };
        if let Some(held) = this.held.take() {
            slot::enter_again(&held);
        }
        let spawned = this.spawned.take();
        if let Some(spawned) = spawned {
            spawned.arrive();
        }
        let result = poll(this.inner, cx);
        if spawned.is_some() {
            task::take();
        }
        if slot::is_held(below) {
            *this.held = Some(slot::held(below).into_boxed_slice());
        }
        result
    }
}

/// Leaves the context when the poll returns or unwinds.
struct Polling {
    below: u32,
}

impl Drop for Polling {
    fn drop(&mut self) {
        slot::leave_with_all_above(self.below);
    }
}
