//! Spawns on a `TaskTracker`, with the context of the spawner.

use std::future::Future;

use tokio::runtime::Handle;
use tokio::task::{JoinHandle, LocalSet};
use tokio_util::task::TaskTracker;
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// Spawns on a [`TaskTracker`], in the current context.
///
/// With the feature `tokio-util`. The tracker stays tokio-util's own, so that it may come from
/// elsewhere, and counts the tasks as its own spawns do.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
/// use tracer_tokio::TaskTrackerExt;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let scope = testing::Scope::new();
/// runtime.block_on(scope.bind(async {
///     let tracker = tokio_util::task::TaskTracker::new();
///     Span::new("request")
///         .in_scope(|| drop(tracker.spawn_in_current(async { drop(Span::new("audit")) })));
///     tracker.close();
///     tracker.wait().await;
/// }));
/// assert_eq!(scope.tree(), "request\n  audit\n");
/// ```
///
/// # Cancel safety
///
/// As [`spawn`](crate::spawn()): dropping a handle detaches the task, which the tracker still waits
/// for.
///
/// [`TaskTracker`]: https://docs.rs/tokio-util/0.7/tokio_util/task/struct.TaskTracker.html
pub trait TaskTrackerExt {
    /// Spawns as `TaskTracker::spawn`; the task's spans are children of the current one.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    fn spawn_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static;

    /// Spawns as `TaskTracker::spawn_on`; the task's spans are children of the current one.
    #[track_caller]
    fn spawn_in_current_on<F>(&self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static;

    /// Spawns as `TaskTracker::spawn_local`; the task's spans are children of the current one.
    ///
    /// # Panics
    ///
    /// Outside of a `LocalSet`.
    #[track_caller]
    fn spawn_local_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static;

    /// Spawns as `TaskTracker::spawn_local_on`; the task's spans are children of the current one.
    #[track_caller]
    fn spawn_local_in_current_on<F>(&self, future: F, set: &LocalSet) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static;

    /// Runs `f` as `TaskTracker::spawn_blocking`; its spans are children of the current one.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    fn spawn_blocking_in_current<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static;

    /// Runs `f` as `TaskTracker::spawn_blocking_on`; its spans are children of the current one.
    #[track_caller]
    fn spawn_blocking_in_current_on<F, R>(&self, f: F, handle: &Handle) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static;
}

impl TaskTrackerExt for TaskTracker {
    #[track_caller]
    fn spawn_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        register();
        self.spawn(spawned(future))
    }

    #[track_caller]
    fn spawn_in_current_on<F>(&self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        register();
        self.spawn_on(spawned(future), handle)
    }

    #[track_caller]
    fn spawn_local_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static,
    {
        register();
        self.spawn_local(spawned(future))
    }

    #[track_caller]
    fn spawn_local_in_current_on<F>(&self, future: F, set: &LocalSet) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static,
    {
        register();
        self.spawn_local_on(spawned(future), set)
    }

    #[track_caller]
    fn spawn_blocking_in_current<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        register();
        self.spawn_blocking(in_current(f))
    }

    #[track_caller]
    fn spawn_blocking_in_current_on<F, R>(&self, f: F, handle: &Handle) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        register();
        self.spawn_blocking_on(in_current(f), handle)
    }
}
