//! async-std for the tracer crates: which task runs, and spawns that carry the context.
//!
//! async-std is discontinued in favour of smol; this adapter keeps programs that still use it
//! traceable. `tracer-smol` has the same names: `spawn` (whose task is cancelled with its handle
//! unless it is detached) and `unblock` in place of `spawn_blocking`.
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
