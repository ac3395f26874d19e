//! Streams and sinks in contexts from elsewhere.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use futures_sink::Sink;

use crate::context::SpanContext;
use crate::slot;
use crate::span::Running;
use crate::within::InContext;

/// Puts streams into contexts: what makes their items belongs there, whoever drains them.
///
/// # Examples
///
/// ```
/// use futures::stream::{self, StreamExt as _};
/// use tracer_core::{Span, StreamExt as _, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let rows = stream::iter(1..=2).then(async |_| drop(Span::new("row")));
///     let rows = request.in_scope(|| rows.in_current());
///     std::thread::spawn(|| futures::executor::block_on(rows.count())).join().unwrap();
/// });
/// assert_eq!(scope.tree(), "request\n  row\n  row\n");
/// ```
pub trait StreamExt: Stream + Sized {
    /// Polls this stream, wherever that is done, in the context current here.
    ///
    /// The context expires as an inherited one: see
    /// [`FutureExt::in_current`](crate::FutureExt::in_current).
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this stream.
    fn in_current(self) -> InContext<Self> {
        InContext::new(self, slot::current().inherited())
    }

    /// Polls this stream in `context`, wherever and whenever that is done.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this stream.
    fn in_context(self, context: SpanContext) -> InContext<Self> {
        InContext::new(self, context)
    }
}

impl<S: Stream> StreamExt for S {}

/// Puts sinks into contexts: what becomes of items belongs there, whoever sends them.
///
/// What is both stream and sink needs it once, as either.
///
/// # Examples
///
/// ```
/// use futures::sink::{self, SinkExt as _};
/// use tracer_core::{SinkExt as _, Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let upload = Span::new("upload");
///     let write = |(), _: u32| {
///         drop(Span::new("write"));
///         async { Ok::<_, ()>(()) }
///     };
///     let mut file = Box::pin(upload.in_scope(|| sink::unfold((), write).in_current()));
///     futures::executor::block_on(file.send(1)).unwrap();
/// });
/// assert_eq!(scope.tree(), "upload\n  write\n");
/// ```
pub trait SinkExt<Item>: Sink<Item> + Sized {
    /// Sends into this sink, wherever that is done, in the context current here.
    ///
    /// The context expires as an inherited one: see
    /// [`FutureExt::in_current`](crate::FutureExt::in_current).
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this sink.
    fn in_current(self) -> InContext<Self> {
        InContext::new(self, slot::current().inherited())
    }

    /// Sends into this sink in `context`, wherever and whenever that is done.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as this sink.
    fn in_context(self, context: SpanContext) -> InContext<Self> {
        InContext::new(self, context)
    }
}

impl<Item, S: Sink<Item>> SinkExt<Item> for S {}

impl<S: Stream> Stream for InContext<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.polled(cx, S::poll_next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: FusedStream> FusedStream for InContext<S> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

impl<Item, S: Sink<Item>> Sink<Item> for InContext<S> {
    type Error = S::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.polled(cx, S::poll_ready)
    }

    fn start_send(self: Pin<&mut Self>, item: Item) -> Result<(), S::Error> {
        let _running = Running::enter(&self.context.context);
        self.project().inner.start_send(item)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.polled(cx, S::poll_flush)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.polled(cx, S::poll_close)
    }
}
