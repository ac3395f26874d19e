//! Streams inside spans.

use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use crate::frame::{Begun, Frame};
use crate::future::Unwinding;
use crate::guard::SpanGuard;
use crate::outcome::Observe;

/// The attribute that says how many items there were.
const ITEMS: &str = "stream.items";

pin_project! {
    /// A stream in the span of the function that made it, from the call to its last item.
    ///
    /// Not a [`Traced`](crate::Traced) that is a stream as well: every future would have to keep a
    /// count.
    #[doc(hidden)]
    #[derive(Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct TracedStream<S, O> {
        // Dropped first, while `frame` still has the span open.
        #[pin]
        inner: S,
        frame: Frame,
        items: u64,
        outcome: PhantomData<fn() -> O>,
    }

    impl<S, O> PinnedDrop for TracedStream<S, O> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            count(this.frame, *this.items);
            this.frame.begin_drop();
        }
    }
}

/// Gives a stream the span of the function that made it, open since the call; what the macro calls.
#[doc(hidden)]
pub fn attached_stream<S: Stream, O: Observe<S::Item>>(
    guard: SpanGuard,
    inner: S,
    _: O,
) -> TracedStream<S, O> {
    let frame = Frame::opened(guard.detach());
    TracedStream { inner, frame, items: 0, outcome: PhantomData }
}

impl<S: Stream, O: Observe<S::Item>> Stream for TracedStream<S, O> {
    type Item = S::Item;

    #[inline]
    #[expect(clippy::mem_forget, reason = "what stands in for the unwinding holds no resource")]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
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
        let result = this.inner.poll_next(cx);
        if let Poll::Ready(Some(item)) = &result {
            *this.items += 1;
            O::observe(poll.frame, item);
        }
        mem::forget(poll);
        let is_over = matches!(result, Poll::Ready(None));
        if is_over && !polled.is_off() {
            count(this.frame, *this.items);
        }
        this.frame.end_poll(polled, is_over);
        result
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: FusedStream, O: Observe<S::Item>> FusedStream for TracedStream<S, O> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// Just before the span ends: it is one attribute, however many items there are.
fn count(frame: &Frame, items: u64) {
    if frame.is_recorded() {
        frame.context().set_attribute(ITEMS, items);
    }
}
