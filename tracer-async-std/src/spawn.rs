//! async-std's spawn, with the context of the spawner.

use std::future::Future;

use async_std::task::{self, JoinHandle};
use tracer_core::__private::spawned;

use crate::provider::register;

/// Spawns as [`async_std::task::spawn`]; the task's spans are children of the current one.
///
/// The time until the task is first polled is recorded as its spawn delay. Like every inherited
/// context, this one expires: ten seconds after the end of the request's first span in this process,
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
pub fn spawn<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    register();
    task::spawn(spawned(future))
}
