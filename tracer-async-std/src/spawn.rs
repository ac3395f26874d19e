//! async-std's spawn, with the context of the spawner.

use std::future::Future;

use async_std::task::{self, JoinHandle};
use tracer_core::__private::spawned;

use crate::provider::register;

/// As [`async_std::task::spawn`]; spans opened in the task are children of the span that is current
/// here.
///
/// # Examples
///
/// ```
/// let task = tracer_async_std::spawn(async { 42 });
/// assert_eq!(async_std::task::block_on(task), 42);
/// ```
pub fn spawn<F, T>(future: F) -> JoinHandle<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    register();
    task::spawn(spawned(future))
}
