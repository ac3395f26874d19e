//! async-std for the tracer crates: which task runs, and spawns that carry the context.
//!
//! A span belongs to the task that opened it. A spawned task does not know who spawned it unless the
//! context is carried: the functions here are drop-in replacements of async-std's that do so, and the
//! module [`hooks`] does it for whoever spawns, if one asks for it.
//!
//! # async-std is discontinued
//!
//! Its authors point to smol. This adapter keeps programs that still use it traceable, and stays as
//! small as it is. Traces look the same after a move, and programs may move task by task: with the
//! features of several runtimes on, each answers for its own tasks.
//!
//! | here | on smol, `tracer::smol` | on tokio, `tracer::tokio` |
//! |---|---|---|
//! | `#[tracer::async_std::main]`, `test` | `#[tracer::smol::main]`, `test` | `#[tracer::tokio::main]`, `test` |
//! | `spawn` | `spawn`, and `.detach()` where the handle is dropped: dropping it cancels there | `spawn`, whose handle gives a `Result` |
//! | `spawn_local` | `LocalExecutor::spawn` | `spawn_local`, in a `LocalSet` |
//! | `spawn_blocking` | `unblock` | `spawn_blocking` |
//! | [`hooks::inherit_context`] | none: spawn by `Executor::spawn`, or what is `.in_current()` | `--cfg tokio_unstable`, and the module `hooks` |
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing};
//!
//! let scope = testing::Scope::new();
//! async_std::task::block_on(scope.bind(async {
//!     let request = Span::new("request");
//!     let task = request.in_scope(|| tracer_async_std::spawn(async { drop(Span::new("audit")) }));
//!     task.await;
//! }));
//! assert_eq!(scope.tree(), "request\n  audit\n");
//! ```

pub mod hooks;
mod inherited;
mod provider;
mod spawn;

pub use provider::{AsyncStd, register};
#[cfg(feature = "unstable")]
pub use spawn::spawn_local;
pub use spawn::{Builder, spawn, spawn_blocking};

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use async_std;
}
