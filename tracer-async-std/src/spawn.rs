//! async-std's spawn family, with the context of the spawner.

use std::future::Future;
use std::io;

use async_std::task::{self, JoinHandle};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::inherited;
use crate::provider::register;

/// Spawns as [`async_std::task::spawn`]; the task's spans are children of the current one.
///
/// The place of the call, and the time until the task is first polled, are recorded. Like every
/// inherited context, this one expires: ten seconds after the end of the request's first span in this process,
/// new spans of the task begin a trace of their own, linked to it.
///
/// # Examples
///
/// ```
/// let task = tracer_async_std::spawn(async { 42 });
/// assert_eq!(async_std::task::block_on(task), 42);
/// ```
///
/// # Cancel safety
///
/// As the handle of [`async_std::task::spawn`]: dropping it detaches the task. A cancelled task's
/// spans are marked as such.
///
/// [`async_std::task::spawn`]: https://docs.rs/async-std/1/async_std/task/fn.spawn.html
#[track_caller]
pub fn spawn<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    register();
    carrying(task::spawn(spawned(future)))
}

/// Runs `f` as [`async_std::task::spawn_blocking`]; its spans are children of the current one.
///
/// # Examples
///
/// ```
/// let task = tracer_async_std::spawn_blocking(|| 42);
/// assert_eq!(async_std::task::block_on(task), 42);
/// ```
///
/// # Cancel safety
///
/// As [`async_std::task::spawn_blocking`]: dropping the handle lets `f` run on.
///
/// [`async_std::task::spawn_blocking`]: https://docs.rs/async-std/1/async_std/task/fn.spawn_blocking.html
#[track_caller]
pub fn spawn_blocking<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    register();
    task::spawn_blocking(in_current(f))
}

/// Spawns as `async_std::task::spawn_local`, on this thread; the task's spans are children of the
/// current one.
///
/// With the feature `unstable`, as async-std has it.
///
/// # Examples
///
/// ```
/// let answer = async { tracer_async_std::spawn_local(async { 42 }).await };
/// assert_eq!(async_std::task::block_on(answer), 42);
/// ```
///
/// # Cancel safety
///
/// As [`spawn`](spawn()).
#[cfg(feature = "unstable")]
#[track_caller]
pub fn spawn_local<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = T> + 'static,
    T: 'static,
{
    register();
    carrying(task::spawn_local(spawned(future)))
}

/// An [`async_std::task::Builder`] whose tasks' spans are children of their spawner's.
///
/// # Examples
///
/// ```
/// let builder = tracer_async_std::Builder::new().name("audit".into());
/// assert_eq!(async_std::task::block_on(builder.spawn(async { 42 })?), 42);
/// # Ok::<_, std::io::Error>(())
/// ```
///
/// [`async_std::task::Builder`]: https://docs.rs/async-std/1/async_std/task/struct.Builder.html
#[derive(Debug, Default)]
#[must_use = "it spawns no task before it is told to"]
pub struct Builder {
    builder: task::Builder,
}

impl Builder {
    /// Makes a builder of tasks without a name.
    pub fn new() -> Self {
        Self { builder: task::Builder::new() }
    }

    /// Names the task.
    pub fn name(self, name: String) -> Self {
        Self { builder: self.builder.name(name) }
    }

    /// Spawns a task, in the current context.
    ///
    /// # Errors
    ///
    /// As async-std's: none is known.
    ///
    /// # Cancel safety
    ///
    /// As [`spawn`](spawn()).
    #[track_caller]
    pub fn spawn<F, T>(self, future: F) -> io::Result<JoinHandle<T>>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        register();
        self.builder.spawn(spawned(future)).map(carrying)
    }

    /// Spawns a task on this thread, in the current context.
    ///
    /// With the feature `unstable`, as async-std has it.
    ///
    /// # Errors
    ///
    /// As async-std's: none is known.
    ///
    /// # Cancel safety
    ///
    /// As [`spawn`](spawn()).
    #[cfg(feature = "unstable")]
    #[track_caller]
    pub fn local<F, T>(self, future: F) -> io::Result<JoinHandle<T>>
    where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        register();
        self.builder.local(spawned(future)).map(carrying)
    }
}

/// The task has its context with it: what it would inherit is not needed.
fn carrying<T>(task: JoinHandle<T>) -> JoinHandle<T> {
    inherited::forget(task.task());
    task
}
