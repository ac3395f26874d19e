//! smol for the tracer crates: executors and spawns that carry the context.
//!
//! smol's tasks have no identity that the tracer could ask for. So the context comes with what is
//! spawned, and each task is isolated: wherever its executor is driven, inside of a request too, it
//! sees the context it was spawned in, or none. There is no provider to register.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing};
//!
//! let scope = testing::Scope::new();
//! smol::block_on(scope.bind(async {
//!     let request = Span::new("request");
//!     let task = request.in_scope(|| tracer_smol::spawn(async { drop(Span::new("audit")) }));
//!     task.await;
//! }));
//! assert_eq!(scope.tree(), "request\n  audit\n");
//! ```

mod executor;
mod spawn;

pub use executor::{Executor, LocalExecutor};
pub use spawn::{spawn, unblock};

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use smol;
}
