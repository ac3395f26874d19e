//! tokio's spawn family, with the context of the spawner.

use std::future::Future;

use tokio::task::{self, JoinHandle};
use tracer_core::__private::spawned;
use tracer_core::in_current;

use crate::provider::register;

/// As [`tokio::spawn`]; spans opened in the task are children of the span that is current here.
///
/// # Panics
///
/// As [`tokio::spawn`]: outside of a runtime.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = tracer_tokio::spawn(async { 42 });
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    register();
    task::spawn(spawned(future))
}

/// As [`tokio::task::spawn_local`]; spans opened in the task are children of the span that is
/// current here.
///
/// # Panics
///
/// As [`tokio::task::spawn_local`]: outside of a `LocalSet`.
///
/// # Examples
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// let local = tokio::task::LocalSet::new();
/// let answer = local.block_on(&runtime, async { tracer_tokio::spawn_local(async { 42 }).await });
/// assert_eq!(answer.unwrap(), 42);
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future<Output: 'static> + 'static,
{
    register();
    task::spawn_local(spawned(future))
}

/// As [`tokio::task::spawn_blocking`]; spans opened in `f` are children of the span that is current
/// here.
///
/// # Panics
///
/// As [`tokio::task::spawn_blocking`]: outside of a runtime.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = tracer_tokio::spawn_blocking(|| 42);
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    register();
    task::spawn_blocking(in_current(f))
}
