//! The traced fns of which programs are made, and spans by hand.

use std::pin::Pin;

use futures::stream::{Stream, StreamExt as _};
use tracer::{Span, traced};

use crate::tree::ID;

/// A future that is `Send` where its parts are.
type Boxed<F> = Pin<Box<F>>;

macro_rules! calls {
    ($($(#[$traced:meta])* $name:ident),* $(,)?) => {
        $(
            $(#[$traced])*
            pub(crate) async fn $name<F: Future<Output = ()>>(id: u64, body: F) {
                body.await;
            }
        )*
    };
}

calls!(
    #[traced(args(id))]
    request,
    #[traced(args(id))]
    unsampled,
    #[traced(args(id))]
    driver,
    #[traced(args(id))]
    helper,
    #[traced(args(id))]
    call,
    #[traced(args(id), root)]
    root,
    #[traced(args(id), kind = server)]
    serve,
);

#[traced(args(id))]
pub(crate) async fn panics<F: Future<Output = ()>>(id: u64, body: F) {
    body.await;
    throw();
}

/// As a panic, without its message.
pub(crate) fn throw() {
    std::panic::resume_unwind(Box::new("on purpose"));
}

#[traced(args(id))]
pub(crate) fn returned<F: Future<Output = ()>>(id: u64, body: F) -> impl Future<Output = ()> {
    let body: Boxed<F> = Box::pin(body);
    body
}

#[traced(args(id))]
pub(crate) fn rows<S: Stream<Item = ()>>(id: u64, items: S) -> impl Stream<Item = ()> {
    items.fuse()
}

#[traced(args(id))]
pub(crate) fn leaf(id: u64, body: impl FnOnce()) {
    body();
}

#[traced(args(id))]
fn cleanup(id: u64) {}

/// Calls a traced fn as it is dropped.
pub(crate) struct Cleanup(pub(crate) u64);

impl Drop for Cleanup {
    fn drop(&mut self) {
        cleanup(self.0);
    }
}

/// A span with its number.
pub(crate) fn numbered(span: Span, id: u64) -> Span {
    span.set_attribute(ID, id);
    span
}
