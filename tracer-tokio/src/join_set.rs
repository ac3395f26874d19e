//! A `JoinSet` whose tasks have the context of their spawner.

use std::future::Future;
use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;
use tokio::task::{self, AbortHandle, LocalSet};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// As [`tokio::task::JoinSet`]; spans opened in a task are children of the span that was current
/// where it was spawned.
///
/// All that does not spawn is reached through [`Deref`].
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut tasks = tracer_tokio::JoinSet::new();
/// for n in 0..3 {
///     tasks.spawn(async move { n });
/// }
/// let mut sum = 0;
/// while let Some(n) = tasks.join_next().await {
///     sum += n.unwrap();
/// }
/// assert_eq!(sum, 3);
/// # });
/// ```
#[derive(Debug)]
pub struct JoinSet<T> {
    tasks: task::JoinSet<T>,
}

impl<T> JoinSet<T> {
    /// Makes a set without tasks.
    pub fn new() -> Self {
        Self { tasks: task::JoinSet::new() }
    }
}

impl<T: 'static> JoinSet<T> {
    /// As [`tokio::task::JoinSet::spawn`].
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn(spawned(future))
    }

    /// As [`tokio::task::JoinSet::spawn_local`].
    ///
    /// # Panics
    ///
    /// Outside of a `LocalSet`.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        register();
        self.tasks.spawn_local(spawned(future))
    }

    /// As [`tokio::task::JoinSet::spawn_blocking`].
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_blocking(in_current(f))
    }

    /// As [`tokio::task::JoinSet::spawn_on`].
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_on(spawned(future), handle)
    }

    /// As [`tokio::task::JoinSet::spawn_local_on`].
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, future: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        register();
        self.tasks.spawn_local_on(spawned(future), local_set)
    }

    /// As [`tokio::task::JoinSet::spawn_blocking_on`].
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_blocking_on(in_current(f), handle)
    }

    /// As [`tokio::task::JoinSet::join_all`].
    ///
    /// # Panics
    ///
    /// If a task panicked or was cancelled.
    ///
    /// # Cancel safety
    ///
    /// Not cancel safe: dropping this future aborts all tasks and drops their results.
    pub async fn join_all(self) -> Vec<T> {
        self.tasks.join_all().await
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Deref for JoinSet<T> {
    type Target = task::JoinSet<T>;

    fn deref(&self) -> &Self::Target {
        &self.tasks
    }
}

impl<T> DerefMut for JoinSet<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tasks
    }
}
