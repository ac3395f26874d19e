//! A span that is polled piece by piece: in a response's future, then in its body.

use std::mem;
use std::task::{Context, Poll};

use crate::context::SpanContext;
use crate::frame::{Begun, Frame};
use crate::future::Unwinding;
use crate::open::Open;
use crate::span::{Running, Span};

/// A span as one keeps it who is polled by hand, and hands it on to who is polled next.
///
/// It ends with [`finish`](Self::finish); dropped before, it is marked as cancelled. Whoever keeps it
/// beside what it polls drops that first, after [`begin_drop`](Self::begin_drop).
#[doc(hidden)]
#[derive(Debug)]
pub struct SpanFrame(Frame);

impl SpanFrame {
    /// Takes over an open span.
    pub fn new(mut span: Span) -> Self {
        Self(Frame::opened(mem::replace(&mut span.open, Open::off())))
    }

    /// Returns the context of the span.
    pub fn context(&self) -> SpanContext {
        *self.0.context()
    }

    /// Runs `f` with the span current: what makes the future that is polled later.
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        let _running = Running::enter(self.0.context());
        f()
    }

    /// Polls with the span current; it goes on, whatever comes.
    #[inline]
    #[expect(clippy::mem_forget, reason = "what stands in for the unwinding holds no resource")]
    pub fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        f: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        let mut own;
        let (polled, cx) = match self.0.begin_poll(cx.waker()) {
            Begun::Plain(polled) => (polled, cx),
            Begun::Own(polled, waker) => {
                own = Context::from_waker(waker);
                (polled, &mut own)
            }
        };
        let poll = Unwinding { frame: &mut self.0, polled };
        let result = f(cx);
        mem::forget(poll);
        self.0.end_poll(polled, false);
        result
    }

    /// Ends the span; later calls do nothing.
    pub fn finish(&mut self) {
        self.0.finish_outside();
    }

    /// Makes the span current for what is dropped before this, unless it has ended.
    pub fn begin_drop(&mut self) {
        self.0.begin_drop();
    }
}
