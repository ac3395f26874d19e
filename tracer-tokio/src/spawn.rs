//! tokio's spawn family, with the context of the spawner.

use std::future::Future;

use tokio::task::{self, JoinHandle};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// Spawns as [`tokio::spawn`]; the task's spans are children of the current one.
///
/// The place of the call, and the time until the task is first polled, are recorded. Like every
/// inherited context, this one expires: ten seconds after the end of the request's first span in this process,
/// new spans of the task begin a trace of their own, linked to it.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = tracer_tokio::spawn(async { 42 });
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
///
/// # Panics
///
/// As [`tokio::spawn`]: outside of a runtime.
///
/// # Cancel safety
///
/// As the handle of [`tokio::spawn`]: dropping it detaches the task. An aborted task's spans are
/// marked as cancelled.
///
/// [`tokio::spawn`]: https://docs.rs/tokio/1/tokio/task/fn.spawn.html
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    register();
    task::spawn(spawned(future))
}

/// Spawns as [`tokio::task::spawn_local`]; the task's spans are children of the current one.
///
/// # Examples
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let local = tokio::task::LocalSet::new();
/// let answer = local.block_on(&runtime, async { tracer_tokio::spawn_local(async { 42 }).await });
/// assert_eq!(answer.unwrap(), 42);
/// ```
///
/// # Panics
///
/// As [`tokio::task::spawn_local`]: outside of a `LocalSet`.
///
/// # Cancel safety
///
/// As [`spawn`](spawn()).
///
/// [`tokio::task::spawn_local`]: https://docs.rs/tokio/1/tokio/task/fn.spawn_local.html
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: 'static> + 'static,
{
    register();
    task::spawn_local(spawned(future))
}

/// Runs `f` as [`tokio::task::spawn_blocking`]; its spans are children of the current one.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = tracer_tokio::spawn_blocking(|| 42);
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
///
/// # Panics
///
/// As [`tokio::task::spawn_blocking`]: outside of a runtime.
///
/// # Cancel safety
///
/// As the handle of [`tokio::task::spawn_blocking`]: `f` runs on when it is dropped.
///
/// [`tokio::task::spawn_blocking`]: https://docs.rs/tokio/1/tokio/task/fn.spawn_blocking.html
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    register();
    task::spawn_blocking(in_current(f))
}

/// Runs `f` as [`tokio::task::block_in_place`]; its spans are children of the current one.
///
/// It is a part of the task that calls it, so that tokio's own does the same; it is here so that
/// all ways to run something have one address.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap().block_on(async {
/// assert_eq!(tracer_tokio::block_in_place(|| 42), 42);
/// # });
/// ```
///
/// # Panics
///
/// As [`tokio::task::block_in_place`]: on a runtime of one thread.
///
/// [`tokio::task::block_in_place`]: https://docs.rs/tokio/1/tokio/task/fn.block_in_place.html
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    register();
    task::block_in_place(f)
}
