//! The future of a response, in the request's span.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use crate::body::TracedBody;
use crate::exchange::Exchange;

pin_project! {
    /// The future of a response, in the request's span; the response's body takes the span over.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the service's own future; dropped unfinished, the span is marked as cancelled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        // Dropped first, while `exchange` still has the span open.
        #[pin]
        inner: F,
        // None where nothing is recorded, and once the response is there.
        exchange: Option<Exchange>,
    }

    impl<F> PinnedDrop for ResponseFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(exchange) = this.project().exchange {
                exchange.begin_drop();
            }
        }
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) const fn new(inner: F, exchange: Option<Exchange>) -> Self {
        Self { inner, exchange }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
    E: Display + 'static,
{
    type Output = Result<Response<TracedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(exchange) = this.exchange else {
            return this.inner.poll(cx).map_ok(|response| response.map(TracedBody::untraced));
        };
        let result = ready!(exchange.poll(cx, |cx| this.inner.poll(cx)));
        match (result, this.exchange.take()) {
            (Ok(response), Some(mut exchange)) => {
                let is_all = exchange.answered(&response);
                Poll::Ready(Ok(response.map(|body| TracedBody::new(body, exchange, is_all))))
            }
            (Err(error), Some(mut exchange)) => {
                exchange.failed(&error);
                exchange.finish();
                Poll::Ready(Err(error))
            }
            (result, None) => {
                Poll::Ready(result.map(|response| response.map(TracedBody::untraced)))
            }
        }
    }
}
