//! Spawns on a runtime and on a `LocalSet` that are at hand, with the context of the spawner.

use std::future::Future;

use tokio::runtime::{Handle, Runtime};
use tokio::task::{JoinHandle, LocalSet};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// Spawns on a [`Handle`] or a [`Runtime`], in the current context.
///
/// `Handle::block_on` needs no other form: what it is given runs here, as a part of the current task.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
/// use tracer_tokio::HandleExt;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let scope = testing::Scope::new();
/// let task = scope.in_scope(|| {
///     let request = Span::new("request");
///     request.in_scope(|| runtime.spawn_in_current(async { drop(Span::new("audit")) }))
/// });
/// runtime.block_on(task).unwrap();
/// assert_eq!(scope.tree(), "request\n  audit\n");
/// ```
///
/// [`Handle`]: https://docs.rs/tokio/1/tokio/runtime/struct.Handle.html
/// [`Runtime`]: https://docs.rs/tokio/1/tokio/runtime/struct.Runtime.html
pub trait HandleExt {
    /// Returns the handle that spawns.
    fn as_handle(&self) -> &Handle;

    /// Spawns as `Handle::spawn`; the task's spans are children of the current one.
    ///
    /// # Cancel safety
    ///
    /// As [`spawn`](crate::spawn()).
    #[track_caller]
    fn spawn_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        register();
        self.as_handle().spawn(spawned(future))
    }

    /// Runs `f` as `Handle::spawn_blocking`; its spans are children of the current one.
    ///
    /// # Cancel safety
    ///
    /// As [`spawn_blocking`](crate::spawn_blocking()).
    #[track_caller]
    fn spawn_blocking_in_current<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        register();
        self.as_handle().spawn_blocking(in_current(f))
    }
}

impl HandleExt for Handle {
    fn as_handle(&self) -> &Handle {
        self
    }
}

impl HandleExt for Runtime {
    fn as_handle(&self) -> &Handle {
        self.handle()
    }
}

/// Spawns on a [`LocalSet`], in the current context.
///
/// # Examples
///
/// ```
/// use tracer_tokio::LocalSetExt;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let local = tokio::task::LocalSet::new();
/// let task = local.spawn_local_in_current(async { 42 });
/// assert_eq!(local.block_on(&runtime, task).unwrap(), 42);
/// ```
///
/// [`LocalSet`]: https://docs.rs/tokio/1/tokio/task/struct.LocalSet.html
pub trait LocalSetExt {
    /// Spawns as `LocalSet::spawn_local`; the task's spans are children of the current one.
    ///
    /// Whoever drives the set, a request among them, is never their parent.
    ///
    /// # Cancel safety
    ///
    /// As [`spawn`](crate::spawn()).
    fn spawn_local_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static;
}

impl LocalSetExt for LocalSet {
    #[track_caller]
    fn spawn_local_in_current<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: 'static> + 'static,
    {
        register();
        self.spawn_local(spawned(future))
    }
}
