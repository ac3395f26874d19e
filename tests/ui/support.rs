//! A runtime that polls until it is done, and values that say when they are dropped.

use std::cell::RefCell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tracer::testing::Scope;

thread_local!(static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) });

/// Polls `future` until it is ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(out) = poll(future.as_mut()) {
            return out;
        }
    }
}

/// Polls `future` once and drops it.
///
/// # Panics
/// If once was enough.
pub fn cancel<F: Future>(future: F) {
    let mut future = pin!(future);
    assert!(poll(future.as_mut()).is_pending());
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The tree of the spans that end while `run` runs.
pub fn tree<R>(run: impl FnOnce() -> R) -> String {
    let scope = Scope::new();
    drop(scope.in_scope(run));
    scope.tree()
}

/// Is pending once.
pub async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Notes its name when it is dropped.
#[derive(Debug)]
pub struct Noted(pub &'static str);

impl Noted {
    /// Something that borrows it.
    pub fn name(&self) -> &'static str {
        self.0
    }

    /// A temporary with a destructor that borrows it.
    pub fn borrow(&self, name: &'static str) -> Borrowed<'_> {
        Borrowed { from: self, name: Self(name) }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

/// Holds a borrow until its destructor has run.
#[derive(Debug)]
pub struct Borrowed<'a> {
    from: &'a Noted,
    name: Noted,
}

impl Borrowed<'_> {
    /// Both names.
    pub fn len(&self) -> usize {
        self.from.0.len() + self.name.0.len()
    }

    /// Never: names are not empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        assert!(!self.from.0.is_empty());
    }
}

/// The names of what was dropped on this thread while `run` ran, in that order.
pub fn dropped<R>(run: impl FnOnce() -> R) -> String {
    DROPPED.take();
    drop(run());
    DROPPED.take().join(" ")
}
