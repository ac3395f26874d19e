//! A future that is polled a number of times.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Gives the future back after so many pending polls; nothing where it was ready before.
pub(crate) struct Polls<F> {
    future: Option<F>,
    left: u32,
}

impl<F> Polls<F> {
    pub(crate) const fn new(future: F, polls: u32) -> Self {
        Self { future: Some(future), left: polls }
    }
}

impl<F: Future<Output = ()> + Unpin> Future for Polls<F> {
    type Output = Option<F>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F>> {
        if self.left > 0 {
            self.left -= 1;
            match self.future.as_mut().map(|future| Pin::new(future).poll(cx)) {
                Some(Poll::Pending) if self.left > 0 => return Poll::Pending,
                Some(Poll::Pending) => {}
                _ => self.future = None,
            }
        }
        Poll::Ready(self.future.take())
    }
}
