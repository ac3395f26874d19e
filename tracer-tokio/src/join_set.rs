//! A `JoinSet` whose tasks have the context of their spawner.

use std::future::Future;
use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;
use tokio::task::{self, AbortHandle, LocalSet};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// A [`tokio::task::JoinSet`] whose tasks' spans are children of their spawner's.
///
/// All that does not spawn is reached through [`Deref`]. It can be collected from futures and
/// extended by them. `build_task`, which tokio has with `--cfg tokio_unstable`, is tokio's own: its
/// tasks carry the context where the runtime has hooks.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut tasks = tracer_tokio::JoinSet::new();
/// for n in 0..3 {
///     tasks.spawn(async move { n });
/// }
/// tasks.spawn_blocking(|| 3);
/// let mut sum = 0;
/// while let Some(n) = tasks.join_next().await {
///     sum += n.unwrap();
/// }
/// assert_eq!(sum, 6);
/// # });
/// ```
///
/// # Cancel safety
///
/// Its futures are tokio's own, and as cancel safe. Dropping the set aborts its tasks, whose open
/// spans are marked as cancelled.
///
/// [`tokio::task::JoinSet`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html
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
    /// Spawns a task as [`tokio::task::JoinSet::spawn`], in the current context.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    ///
    /// [`tokio::task::JoinSet::spawn`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn(spawned(future))
    }

    /// Spawns a task as [`tokio::task::JoinSet::spawn_local`], in the current context.
    ///
    /// # Panics
    ///
    /// Outside of a `LocalSet`.
    ///
    /// [`tokio::task::JoinSet::spawn_local`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn_local
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        register();
        self.tasks.spawn_local(spawned(future))
    }

    /// Runs `f` as [`tokio::task::JoinSet::spawn_blocking`], in the current context.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    ///
    /// [`tokio::task::JoinSet::spawn_blocking`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn_blocking
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_blocking(in_current(f))
    }

    /// Spawns a task as [`tokio::task::JoinSet::spawn_on`], in the current context.
    ///
    /// [`tokio::task::JoinSet::spawn_on`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn_on
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_on(spawned(future), handle)
    }

    /// Spawns a task as [`tokio::task::JoinSet::spawn_local_on`], in the current context.
    ///
    /// [`tokio::task::JoinSet::spawn_local_on`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn_local_on
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, future: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        register();
        self.tasks.spawn_local_on(spawned(future), local_set)
    }

    /// Runs `f` as [`tokio::task::JoinSet::spawn_blocking_on`], in the current context.
    ///
    /// [`tokio::task::JoinSet::spawn_blocking_on`]: https://docs.rs/tokio/1/tokio/task/struct.JoinSet.html#method.spawn_blocking_on
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        register();
        self.tasks.spawn_blocking_on(in_current(f), handle)
    }

    /// Waits for all tasks and returns their results, in the order in which they end.
    ///
    /// # Examples
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let mut tasks = tracer_tokio::JoinSet::new();
    /// tasks.spawn(async { 42 });
    /// assert_eq!(tasks.join_all().await, [42]);
    /// # });
    /// ```
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

/// Spawns each future, in the current context.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

/// Spawns each future, in the current context.
impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        for future in futures {
            self.spawn(future);
        }
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
