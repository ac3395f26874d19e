//! The body of a response, in the request's span until its last byte.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::exchange::{Exchange, Side};

pin_project! {
    /// The body of a response, which is read in the request's span; the last byte ends it.
    ///
    /// A server's body that is dropped before, because its client has gone, marks the span as
    /// cancelled. So does a client's of which a part was read; where nothing was read, nobody wanted
    /// it, and the span just ends.
    #[derive(Debug)]
    pub struct TracedBody<B> {
        // Dropped first, while `exchange` still has the span open.
        #[pin]
        inner: B,
        // None where nothing is recorded, and once the span has ended.
        exchange: Option<Exchange>,
        passed: Passed,
    }

    impl<B> PinnedDrop for TracedBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(exchange) = this.exchange {
                this.passed.abandon(exchange);
            }
        }
    }
}

/// What has come through a body so far.
#[derive(Debug, Default)]
struct Passed {
    is_polled: bool,
    bytes: u64,
    /// How many there are in all, where that is known.
    length: Option<u64>,
}

impl<B> TracedBody<B> {
    pub(crate) fn untraced(inner: B) -> Self {
        Self { inner, exchange: None, passed: Passed::default() }
    }
}

impl<B: Body> TracedBody<B> {
    pub(crate) fn new(inner: B, mut exchange: Exchange, is_all: bool) -> Self {
        if is_all || inner.is_end_stream() {
            exchange.finish();
            return Self::untraced(inner);
        }
        let passed = Passed { length: inner.size_hint().exact(), ..Passed::default() };
        Self { inner, exchange: Some(exchange), passed }
    }
}

impl<B> Body for TracedBody<B>
where
    B: Body,
    B::Error: Display + 'static,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(exchange) = this.exchange else { return this.inner.poll_frame(cx) };
        this.passed.is_polled = true;
        let frame = ready!(exchange.poll(cx, |cx| this.inner.as_mut().poll_frame(cx)));
        let is_last = match &frame {
            Some(Ok(frame)) => this.passed.take(frame, exchange) || this.inner.is_end_stream(),
            Some(Err(error)) => {
                exchange.failed(error);
                true
            }
            None => true,
        };
        if is_last {
            exchange.finish();
            *this.exchange = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Default> Default for TracedBody<B> {
    fn default() -> Self {
        Self::untraced(B::default())
    }
}

impl Passed {
    /// Takes note of a frame; returns whether nothing can follow it.
    fn take<D: bytes::Buf>(&mut self, frame: &Frame<D>, exchange: &mut Exchange) -> bool {
        if let Some(trailers) = frame.trailers_ref() {
            exchange.trailers(trailers);
            return true;
        }
        let data = frame.data_ref().map_or(0, |data| data.remaining() as u64);
        self.bytes = self.bytes.saturating_add(data);
        // Who knows the length does not ask whether there is more.
        self.length.is_some_and(|length| self.bytes >= length)
    }

    /// The body is dropped before its end.
    fn abandon(&self, exchange: &mut Exchange) {
        if exchange.side() == Side::Client && !self.is_polled {
            return exchange.finish();
        }
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        exchange.context().set_attribute("http.response.body.size", bytes);
        exchange.begin_drop();
    }
}
