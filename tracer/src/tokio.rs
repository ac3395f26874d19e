//! tokio: which task runs, spawns that carry the context, `main` and `test`.
//!
//! The spawns have tokio's own names and signatures. `tokio::spawn(traced_fn())` needs none of them,
//! because a traced call knows its caller; any other spawned future has roots of its own unless it
//! is spawned from here.
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
//!     let audited = tracer::tokio::spawn(async { audit().await });
//!     audited.await.expect("it does not panic");
//! }
//!
//! #[tracer::tokio::main]
//! async fn main() {
//!     let scope = tracer::testing::Scope::new();
//!     scope.bind(handle_request()).await;
//!     assert_eq!(scope.tree(), "handle_request\n  audit\n");
//! }
//! ```

/// Runs an `async fn main` on tokio, with the tracer the environment asks for.
///
/// In place of tokio's own `main`. The tracer is that of [`init`](crate::init()); if it cannot be
/// installed, one line on stderr says so and the program runs untraced. When the body has returned
/// or panicked, the runtime is dropped first, and with it the tasks that still run; then spans are
/// flushed for at most five seconds, those of the dropped tasks among them. Last, `main` returns
/// what the body did. `std::process::exit` skips all of it.
///
/// The body has no span unless `#[traced]` is put on it as well, above or below; that span lies
/// within the runtime.
///
/// # Arguments
///
/// | argument | value | unless given |
/// |---|---|---|
/// | `flavor` | `"multi_thread"` or `"current_thread"` | `"multi_thread"` |
/// | `worker_threads` | a number from 1, with `multi_thread` only | one a core |
/// | `start_paused` | `true` or `false`, with `current_thread` only; needs tokio's `test-util` | `false` |
/// | `flush_on_signal` | none: it stands alone | not done |
/// | `in_flight_on_signal` | none: it stands alone | not done |
///
/// `flush_on_signal`: on SIGTERM and SIGINT, spans are flushed for at most five seconds, and then
/// the program dies by that signal, without an end of `main` and its destructors. It is for programs
/// that do not handle these signals; one that shuts down by itself leaves it out and is flushed at
/// the end of `main`. Elsewhere than on unix it does nothing.
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
/// #[tracer::tokio::main]
/// async fn main() -> Result<(), String> {
///     match answer().await {
///         42 => Ok(()),
///         other => Err(format!("{other} is no answer")),
///     }
/// }
/// ```
///
/// With arguments:
///
/// ```
/// #[tracer::tokio::main(flavor = "multi_thread", worker_threads = 2, flush_on_signal)]
/// async fn main() {
///     let task = tracer::tokio::spawn(async { 42 });
///     assert_eq!(task.await.ok(), Some(42));
/// }
/// ```
///
/// ```
/// use std::time::{Duration, Instant};
///
/// #[tracer::tokio::main(flavor = "current_thread", start_paused = true)]
/// async fn main() {
///     let start = Instant::now();
///     tokio::time::sleep(Duration::from_secs(3_600)).await; // time is paused
///     assert!(start.elapsed() < Duration::from_secs(60));
/// }
/// ```
///
/// # Panics
///
/// If the runtime cannot be started.
///
/// # In short
#[cfg(feature = "macros")]
pub use tracer_macros::tokio_main as main;
/// Runs an `async fn` as a test on tokio, with a tracer of its own.
///
/// In place of tokio's own `test`. The body runs in a [`Scope`](crate::testing::Scope) that no other
/// test sees; [`testing::tree`](crate::testing::tree) finds it and flushes what has ended so far.
/// The environment is not read and nothing is printed. `#[should_panic]`, `#[ignore]` and a `Result`
/// as the return type work as in any test.
///
/// # Arguments
///
/// | argument | value | unless given |
/// |---|---|---|
/// | `flavor` | `"multi_thread"` or `"current_thread"` | `"current_thread"` |
/// | `worker_threads` | a number from 1, with `multi_thread` only | one a core |
/// | `start_paused` | `true` or `false`, with `current_thread` only; needs tokio's `test-util` | `false` |
///
/// # Examples
///
/// ```
/// use tracer::traced;
///
/// #[traced(args)]
/// async fn query(id: u32) {
///     tokio::time::sleep(std::time::Duration::from_millis(20)).await;
/// }
///
/// #[traced]
/// async fn handle_request() {
///     tokio::join!(query(1), query(2));
/// }
///
/// #[tracer::tokio::test]
/// async fn a_request_asks_twice() {
///     handle_request().await;
///     assert_eq!(
///         tracer::testing::tree(),
///         "handle_request\n  query(id=1)\n  query(id=2)\n",
///     );
/// }
///
/// #[tracer::tokio::test(flavor = "multi_thread", worker_threads = 2)]
/// async fn so_it_does_in_a_task() {
///     let task = tokio::spawn(handle_request()); // a traced call knows its caller
///     task.await.expect("it does not panic");
///     assert!(tracer::testing::tree().starts_with("handle_request\n"));
/// }
///
/// #[tracer::tokio::test(start_paused = true)]
/// async fn a_query_may_be_given_up() {
///     let short = std::time::Duration::from_millis(5);
///     let result = tokio::time::timeout(short, query(1)).await;
///     assert!(result.is_err());
///     assert_eq!(tracer::testing::tree(), "query(id=1) cancelled\n");
/// }
/// ```
///
/// # Panics
///
/// If the runtime or the tracer cannot be started.
///
/// # In short
#[cfg(feature = "macros")]
pub use tracer_macros::tokio_test as test;

pub use tracer_tokio::*;
