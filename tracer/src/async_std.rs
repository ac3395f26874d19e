//! async-std: which task runs, spawns that carry the context, `main` and `test`.
//!
//! `async_std::task::spawn(traced_fn())` does not need the spawn from here, because a traced call
//! knows its caller; any other spawned future has roots of its own without it.
//!
//! # Examples
//!
//! ```
//! use tracer::traced;
//!
//! #[traced]
//! async fn audit() {}
//!
//! #[traced]
//! async fn handle_request() {
//!     tracer::async_std::spawn(async { audit().await }).await;
//! }
//!
//! #[tracer::async_std::main]
//! async fn main() {
//!     let scope = tracer::testing::Scope::new();
//!     scope.bind(handle_request()).await;
//!     assert_eq!(scope.tree(), "handle_request\n  audit\n");
//! }
//! ```

/// Runs an `async fn main` on async-std, with the tracer the environment asks for.
///
/// In place of async-std's own `main`. The tracer is that of [`init`](crate::init()); if it cannot be
/// installed, one line on stderr says so and the program runs untraced. When the body has returned
/// or panicked, spans are flushed for at most five seconds. Tasks that still run then are not
/// waited for: their open spans are lost.
///
/// The body has no span unless `#[traced]` is put on it as well, above or below.
///
/// # Arguments
///
/// `flush_on_signal`, without a value: on SIGTERM and SIGINT, spans are flushed for at most five
/// seconds, and then the program dies by that signal, without an end of `main` and its destructors.
/// It is for programs that do not handle these signals. Elsewhere than on unix it does nothing.
///
/// `in_flight_on_signal`, without a value: on SIGUSR1 the spans that are open are written to stderr,
/// as trees, with how long each has been open; see [`Builder::in_flight`](crate::Builder::in_flight)
/// for what that costs. Elsewhere than on unix it does nothing.
///
/// # Examples
///
/// ```
/// #[tracer::traced]
/// async fn answer() -> u32 {
///     42
/// }
///
/// #[tracer::async_std::main]
/// async fn main() {
///     assert_eq!(answer().await, 42);
/// }
/// ```
///
/// ```
/// #[tracer::async_std::main(flush_on_signal)]
/// async fn main() {
///     assert_eq!(tracer::async_std::spawn(async { 42 }).await, 42);
/// }
/// ```
///
/// # In short
#[cfg(feature = "macros")]
pub use tracer_macros::async_std_main as main;
/// Runs an `async fn` as a test on async-std, with a tracer of its own.
///
/// The body runs in a [`Scope`](crate::testing::Scope) that no other test sees;
/// [`testing::tree`](crate::testing::tree) finds it and flushes what has ended so far. The
/// environment is not read and nothing is printed. It takes no arguments.
///
/// # Examples
///
/// ```
/// use tracer::traced;
///
/// #[traced(args)]
/// async fn query(id: u32) {}
///
/// #[tracer::async_std::test]
/// async fn two_queries() {
///     futures::join!(query(1), query(2));
///     assert_eq!(tracer::testing::tree(), "query(id=1)\nquery(id=2)\n");
/// }
/// ```
///
/// # Panics
///
/// If the tracer cannot be started.
///
/// # In short
#[cfg(feature = "macros")]
pub use tracer_macros::async_std_test as test;

pub use tracer_async_std::*;
