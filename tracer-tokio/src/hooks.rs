//! Hooks of the runtime: whatever spawns a task, third-party crates among them, is its spans' parent.
//!
//! Only with `RUSTFLAGS="--cfg tokio_unstable"`, because tokio's own hooks are. `#[tracer::tokio::main]`
//! and `test` install them by themselves; for a runtime that you build there is [`BuilderExt`], and
//! for one that has hooks of its own there are the plain functions.
//!
//! Contexts are kept of the newest 262,144 tasks that are alive at once, about 26 MiB; older ones make
//! room, and [`evicted`] counts them: their next spans begin traces of their own. Nothing is done at
//! a poll.
//!
//! tokio does not tell of `spawn_blocking` and of the tasks of a `LocalSet`: there it takes
//! [`spawn_blocking`](crate::spawn_blocking()) and [`spawn_local`](crate::spawn_local()), or a traced
//! fn that spawns.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing};
//! use tracer_tokio::hooks::BuilderExt;
//!
//! let runtime = tokio::runtime::Builder::new_current_thread().inherit_context().build().unwrap();
//! let scope = testing::Scope::new();
//! runtime.block_on(scope.bind(async {
//!     let request = Span::new("request");
//!     let task = request.in_scope(|| tokio::spawn(async { drop(Span::new("audit")) }));
//!     task.await.unwrap();
//! }));
//! assert_eq!(scope.tree(), "request\n  audit\n");
//! ```

use tokio::runtime::{Builder, TaskMeta};
use tracer_core::__private::inheritable;
use tracer_core::{ContextProvider as _, key_of};

use crate::provider::{INHERITED, Kept, Tokio, register};

/// Lets all tasks of a runtime inherit the context in which they are spawned.
pub trait BuilderExt {
    /// Installs both hooks. They take the place of such hooks that were set before; set after, yours
    /// take the place of these, and call [`on_task_spawn`] and [`on_task_terminate`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_tokio::hooks::BuilderExt;
    ///
    /// let runtime = tokio::runtime::Builder::new_multi_thread()
    ///     .worker_threads(1)
    ///     .inherit_context()
    ///     .build()?;
    /// # Ok::<_, std::io::Error>(())
    /// ```
    fn inherit_context(&mut self) -> &mut Self;
}

impl BuilderExt for Builder {
    fn inherit_context(&mut self) -> &mut Self {
        register();
        self.on_task_spawn(on_task_spawn).on_task_terminate(on_task_terminate)
    }
}

/// Keeps the current context for the task that is being spawned.
///
/// For a hook of your own; a runtime whose tasks it is called for needs [`on_task_terminate`] too.
///
/// # Examples
///
/// ```
/// use tracer_tokio::hooks;
///
/// tracer_tokio::register();
/// let runtime = tokio::runtime::Builder::new_current_thread()
///     .on_task_spawn(|task| {
///         println!("{} spawned at {}", task.id(), task.spawned_at());
///         hooks::on_task_spawn(task);
///     })
///     .on_task_terminate(hooks::on_task_terminate)
///     .build()?;
/// # Ok::<_, std::io::Error>(())
/// ```
pub fn on_task_spawn(task: &TaskMeta<'_>) {
    if let Some(context) = inheritable() {
        let (spawned_by, spawned_at) = (Tokio.key(), task.spawned_at());
        INHERITED.keep(key_of(&task.id()), Kept { context, spawned_by, spawned_at });
    }
}

/// Forgets the context of a task that has ended; see [`on_task_spawn`].
pub fn on_task_terminate(task: &TaskMeta<'_>) {
    INHERITED.take(key_of(&task.id()));
}

/// Returns how many tasks are alive whose contexts are kept.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_tokio::hooks::kept(), 0, "nothing was spawned yet");
/// ```
pub fn kept() -> usize {
    INHERITED.tasks()
}

/// Returns how many tasks lost what they inherited, because there were too many at once.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_tokio::hooks::evicted(), 0);
/// ```
pub fn evicted() -> u64 {
    INHERITED.evicted()
}
