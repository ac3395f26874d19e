//! tokio for the tracer crates: which task runs, and spawns that carry the context.
//!
//! A span belongs to the task that opened it. A spawned task does not know who spawned it unless
//! the context is carried: the functions here are drop-in replacements of tokio's that do so. With
//! `--cfg tokio_unstable` there is a module `hooks`, which does it for whoever spawns.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing};
//!
//! let scope = testing::Scope::new();
//! let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! runtime.block_on(scope.bind(async {
//!     let request = Span::new("request");
//!     let task = request.in_scope(|| tracer_tokio::spawn(async { drop(Span::new("audit")) }));
//!     task.await.unwrap();
//! }));
//! assert_eq!(scope.tree(), "request\n  audit\n");
//! ```

mod handle;
#[cfg(tokio_unstable)]
pub mod hooks;
mod join_set;
mod provider;
mod spawn;
#[cfg(feature = "tokio-util")]
mod task_tracker;

pub use handle::{HandleExt, LocalSetExt};
pub use join_set::JoinSet;
pub use provider::{Tokio, register};
pub use spawn::{block_in_place, spawn, spawn_blocking, spawn_local};
#[cfg(feature = "tokio-util")]
pub use task_tracker::TaskTrackerExt;

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use tokio;

    /// A runtime about to be built, with hooks where tokio has them.
    #[cfg(tokio_unstable)]
    pub fn with_hooks(builder: &mut tokio::runtime::Builder) -> &mut tokio::runtime::Builder {
        crate::hooks::BuilderExt::inherit_context(builder)
    }

    /// A runtime about to be built, with hooks where tokio has them.
    #[cfg(not(tokio_unstable))]
    pub fn with_hooks(builder: &mut tokio::runtime::Builder) -> &mut tokio::runtime::Builder {
        builder
    }
}
