//! smol's spawn and unblock, with the context of the spawner.

use std::future::Future;
use std::panic::Location;

use smol::Task;
use tracer_core::__private::spawned_at;
use tracer_core::{FutureExt as _, InContext, Isolated, in_current};

/// Spawns as [`smol::spawn`]; the task's spans are children of the current one.
///
/// The place of the call, and the time until the task is first polled, are recorded. Like every
/// inherited context, this one expires: ten seconds after the end of the request's first span in this process,
/// new spans of the task begin a trace of their own, linked to it.
///
/// # Examples
///
/// ```
/// let task = tracer_smol::spawn(async { 42 });
/// assert_eq!(smol::block_on(task), 42);
/// ```
///
/// # Cancel safety
///
/// As the handle of [`smol::spawn`]: dropping it cancels the task, whose open spans are marked so;
/// `detach` lets it run on.
///
/// [`smol::spawn`]: https://docs.rs/smol/2/smol/fn.spawn.html
#[track_caller]
pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Task<T> {
    smol::spawn(task(future))
}

/// Runs `f` as [`smol::unblock`]; its spans are children of the current one.
///
/// # Examples
///
/// ```
/// let task = tracer_smol::unblock(|| 42);
/// assert_eq!(smol::block_on(task), 42);
/// ```
///
/// # Cancel safety
///
/// As [`smol::unblock`]: dropping the handle keeps `f` from running if it has not begun.
///
/// [`smol::unblock`]: https://docs.rs/smol/2/smol/fn.unblock.html
#[track_caller]
pub fn unblock<T, F>(f: F) -> Task<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    smol::unblock(in_current(f))
}

/// What a task is made of that the caller spawns: see [`task_from`].
#[track_caller]
pub(crate) fn task<F: Future>(future: F) -> Isolated<InContext<F>> {
    task_from(Location::caller(), future)
}

/// What a task is made of: in the current context wherever it is polled and dropped, and in no other.
pub(crate) fn task_from<F: Future>(
    place: &'static Location<'static>,
    future: F,
) -> Isolated<InContext<F>> {
    spawned_at(place, future).isolated()
}
