//! What is driven on top of a task without being part of it: the tasks of nested schedulers.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::slot;
use crate::task::{self, Arrived};

/// Runs `f`, in which no span that is current here is seen.
///
/// For schedulers that are driven from inside of a request and run the tasks of others there: a
/// `LocalPool`, an executor of one's own, a thread pool whose waiting threads take up other jobs.
/// tokio and async-std tell which task runs, so that theirs need it not. What `f` runs has the
/// context that it carries, or none.
///
/// # Examples
///
/// ```
/// use futures::executor::LocalPool;
/// use futures::task::LocalSpawnExt as _;
/// use tracer_core::{Span, testing};
///
/// let mut pool = LocalPool::new();
/// pool.spawner().spawn_local(async { drop(Span::new("stranger")) }).unwrap();
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     request.in_scope(|| tracer_core::isolated(|| pool.run()));
/// });
/// assert_eq!(scope.tree(), "request\n");
/// ```
pub fn isolated<R>(f: impl FnOnce() -> R) -> R {
    let _isolation = Isolation::enter();
    f()
}

pin_project! {
    /// A future that is polled and dropped without the context of who does so.
    ///
    /// Made by [`FutureExt::isolated`](crate::FutureExt::isolated).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{FutureExt, Isolated, Span};
    ///
    /// let strangers: Isolated<_> = async { tracer_core::current() }.isolated();
    /// let request = Span::new("request");
    /// let seen = request.in_scope(|| futures::executor::block_on(strangers));
    /// assert!(!seen.is_valid());
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as the inner future.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Isolated<F> {
        // Dropped first, while it is isolated.
        #[pin]
        inner: F,
        dropped: Option<Isolation>,
    }

    impl<F> PinnedDrop for Isolated<F> {
        fn drop(this: Pin<&mut Self>) {
            *this.project().dropped = Some(Isolation::enter());
        }
    }
}

impl<F> Isolated<F> {
    pub(crate) const fn new(inner: F) -> Self {
        Self { inner, dropped: None }
    }
}

impl<F: Future> Future for Isolated<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _isolation = Isolation::enter();
        self.project().inner.poll(cx)
    }
}

/// Hides what is current, until it is dropped; guards leaked meanwhile end with it.
#[derive(Debug)]
struct Isolation {
    below: u32,
    /// The running task's, which no other task may take.
    arrived: Option<Arrived>,
}

impl Isolation {
    fn enter() -> Self {
        Self { below: slot::isolate(), arrived: task::take() }
    }
}

impl Drop for Isolation {
    fn drop(&mut self) {
        slot::leave_with_all_above(self.below);
        task::put(self.arrived);
    }
}
