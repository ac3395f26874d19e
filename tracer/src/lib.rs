//! Correct traces of async programs.
//!
//! Put `#[traced]` on functions, enable the feature of your runtime, and every request becomes one
//! tree of spans: across `.await`, `join!` and `select!`, spawned tasks, blocking threads and
//! runtimes.
//!
//! ```
//! use tracer::traced;
//!
//! #[traced(args)]
//! async fn query(id: u32) -> Result<u32, String> {
//!     if id == 3 { Err(format!("row {id} not found")) } else { Ok(id) }
//! }
//!
//! #[traced]
//! async fn handle_request() -> Result<(), String> {
//!     let (a, b) = futures::join!(query(1), query(3));
//!     a.and(b).map(drop)
//! }
//!
//! let scope = tracer::testing::Scope::new(); // in a program: `#[tracer::tokio::main]`
//! let _ = futures::executor::block_on(scope.bind(handle_request()));
//! assert_eq!(
//!     scope.tree(),
//!     "handle_request ⚠\n  query(id=3) ✖\n  query(id=1)\n",
//! );
//! ```
//!
//! # Where next
//!
//! [`#[traced]`](macro@traced) says what the attribute does and takes. `tracer::tokio` and
//! `tracer::async_std` run a program and its tests, and spawn tasks that stay in their request's
//! tree. [`Span`] and [`FutureExt`] make spans by hand, [`current`] says something of the one that
//! is open, [`testing`] compares trees as text. [`init`](fn@init) reads the environment, [`Builder`]
//! does without it, and [`export`] is for those who take spans elsewhere.
//!
//! # Five words
//!
//! A **span** is a stretch of work with a name, a start and an end. A **context** is a span's
//! identity, small enough to be copied: it says whose child the next span is. A **trace** is the
//! tree of spans of one request. A **tracer** collects finished spans and hands them to its
//! **exporters**.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `macros` (default) | `#[traced]` |
//! | `tree` (default) | the tree on stderr |
//! | `tokio` | `tracer::tokio`: task identity, `spawn` and its kin, `main` and `test` |
//! | `async-std` | `tracer::async_std`: task identity, `spawn`, `main` and `test` |
//!
//! Features only add names. Several runtimes may be on at once: each answers for its own tasks. A
//! library that only annotates its functions depends on `tracer` with
//! `default-features = false, features = ["macros"]`; it stays silent until a program installs a
//! tracer.

#[cfg(feature = "async-std")]
pub mod async_std;
#[cfg(feature = "tokio")]
pub mod tokio;

mod environment;
mod init;
mod providers;

/// Puts every call of a fn into a span: from its start to its end.
///
/// On an `async fn` the span begins with the first poll and ends when the future is ready or
/// dropped. On any other fn it begins with the call and ends with the return. Meanwhile it is
/// [`current`](fn@current), for a future while it is polled and dropped, so that traced fns that are
/// called become its children. Without a running tracer, a traced fn checks one number and goes on.
///
/// # Examples
///
/// ```
/// use std::num::ParseIntError;
///
/// use tracer::traced;
///
/// #[traced]
/// fn parse(line: &str) -> Result<u32, ParseIntError> {
///     line.trim().parse()
/// }
///
/// #[traced]
/// async fn double(line: &str) -> Result<u32, ParseIntError> {
///     Ok(2 * parse(line)?)
/// }
///
/// let scope = tracer::testing::Scope::new();
/// assert_eq!(futures::executor::block_on(scope.bind(double("21\n"))), Ok(42));
/// assert_eq!(scope.tree(), "double\n  parse\n");
/// ```
///
/// # Whose child
///
/// The parent is the span that is current where the fn is called, whoever polls its future and in
/// whichever task. Only where the future is handed down to a span that was opened under the same
/// caller, as in `retry(child())`, it is that span.
///
/// ```
/// use tracer::traced;
///
/// #[traced]
/// async fn child() {}
///
/// #[traced]
/// async fn retry(work: impl Future<Output = ()>) {
///     work.await;
/// }
///
/// #[traced]
/// async fn request() {
///     let elsewhere = child();
///     std::thread::spawn(|| futures::executor::block_on(elsewhere)).join().unwrap();
///     retry(child()).await;
/// }
///
/// let scope = tracer::testing::Scope::new();
/// futures::executor::block_on(scope.bind(request()));
/// assert_eq!(scope.tree(), "request\n  child\n  retry\n    child\n");
/// ```
///
/// # How it ends
///
/// | the fn | its span |
/// |---|---|
/// | returns | is completed |
/// | returns an `Err` | is completed, with an error: its type, message and sources |
/// | is a future that is dropped before it is ready | is cancelled |
/// | panics | is panicked |
/// | is a future that is never polled | does not exist |
///
/// Values, errors and panics pass unchanged. An error's message is the first that there is of
/// `Display` and `Debug`; sources, at most 8, are those of an [`Error`](std::error::Error) or of a
/// box or report around one; with `RUST_BACKTRACE` the backtrace is recorded. On a fn that is not
/// async, an `Err` is seen only if the return type is called `Result` and has no `impl` in it, and
/// not under `#[track_caller]`.
///
/// # Arguments
///
/// Nothing of the fn's arguments and of what it returns is recorded unless an argument asks for it,
/// but an error's text is.
///
/// **`"name"`**, or `name = "…"`: what the span is called, in place of the fn's identifier.
///
/// ```
/// # use tracer::traced;
/// #[traced("checkout.pay")]
/// fn pay() {}
///
/// #[traced(name = "checkout.refund")]
/// fn refund() {}
///
/// let scope = tracer::testing::Scope::new();
/// scope.in_scope(|| (pay(), refund()));
/// assert_eq!(scope.tree(), "checkout.pay\ncheckout.refund\n");
/// ```
///
/// **`args`**: records all arguments as attributes of the span, but never `self` and names that
/// begin with `_`. Numbers, booleans and strings keep their type; else it is the text of `Debug`,
/// else the name of the type. It is read as the span begins, and only if it is recorded.
///
/// ```
/// # use tracer::traced;
/// struct Card;
///
/// #[traced(args)]
/// fn charge(amount: u32, items: &[&str], card: Card, _pin: u16) {}
///
/// let scope = tracer::testing::Scope::new();
/// scope.in_scope(|| charge(7, &["tea"], Card, 1234));
/// let tree = scope.tree();
/// assert!(tree.starts_with("charge(amount=7, items=[\"tea\"], card="), "{tree}");
/// assert!(!tree.contains("1234"));
/// ```
///
/// **`args(a, b)`**: records these arguments, in this order. Those bound by a pattern count, too.
///
/// ```
/// # use tracer::traced;
/// #[traced(args(to, amount))]
/// fn transfer(amount: u32, password: &str, (from, to): (u8, u8)) {}
///
/// let scope = tracer::testing::Scope::new();
/// scope.in_scope(|| transfer(50, "secret", (1, 2)));
/// assert_eq!(scope.tree(), "transfer(to=2, amount=50)\n");
/// ```
///
/// **`root`**: begins a trace of its own, whoever calls.
///
/// ```
/// # use tracer::traced;
/// #[traced(root)]
/// fn cleanup() {}
///
/// #[traced]
/// fn request() {
///     cleanup();
/// }
///
/// let scope = tracer::testing::Scope::new();
/// scope.in_scope(request);
/// assert_eq!(scope.tree(), "cleanup\nrequest\n");
/// ```
///
/// # Where it goes
///
/// On free fns, methods, trait methods with a body, and `unsafe`, `extern` and generic ones. Refused
/// with a message are a `const fn`, a fn without a body, and, for now, a whole `impl`, `trait` or
/// `mod`, and a fn that returns a future or a stream: write it as `async fn`. This goes for methods
/// under `#[async_trait]`, too, which are such fns by the time they are traced.
///
/// **Other attributes.** Attributes that take a fn apart must see it as it was written: put them
/// above. Behind `main` and `test` of the runtimes, and the well-known attributes of test libraries
/// and web servers, `#[traced]` steps by itself.
///
/// **Drop order** is that of the fn without the attribute: locals, then arguments, all while the
/// span is current. The span ends after them.
///
/// **The price.** An `async fn` becomes a fn that returns `impl Future`, and is shown so in the
/// documentation of your crate; it captures and is `Send` as before. Only one that returns `!` or is
/// `#[must_use]` stays an `async fn`.
///
/// # Cancel safety
///
/// As cancel safe as the fn: the attribute adds no `.await`.
///
/// # In short
#[cfg(feature = "macros")]
pub use tracer_macros::traced;

pub use init::{Guard, init};
pub use tracer_core::{
    Builder, ContextProvider, Entered, Filter, FilterError, FlushError, FutureExt, InContext,
    InstallError, Ratio, Sampler, Span, SpanContext, SpanId, Stats, TraceId, Traced, Tracer, Value,
    current, in_current, key_of, register, testing,
};

pub mod export {
    //! For those who take spans out of the process: exporters and what they are given.
    //!
    //! # Examples
    //!
    //! ```
    //! use std::time::Duration;
    //!
    //! use tracer::export::{Batch, ExportError, Exporter};
    //!
    //! /// Names what failed.
    //! #[derive(Debug)]
    //! struct Failures;
    //!
    //! impl Exporter for Failures {
    //!     fn name(&self) -> &str {
    //!         "failures"
    //!     }
    //!
    //!     fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
    //!         for span in batch.spans() {
    //!             if let Some(error) = span.error() {
    //!                 println!("{}: {}", span.name(), error.message());
    //!             }
    //!         }
    //!         Ok(())
    //!     }
    //! }
    //!
    //! let tracer = tracer::Tracer::builder().exporter(Failures).install()?;
    //! drop(tracer::Span::new("work"));
    //! tracer.shutdown(Duration::from_secs(5))?;
    //! # Ok::<_, Box<dyn std::error::Error>>(())
    //! ```

    #[cfg(feature = "tree")]
    pub use tracer_view::{Color, Tree};

    pub use tracer_core::{
        Batch, Callsite, Completeness, Dropped, ErrorRecord, Event, ExportError, Exporter,
        ExporterStats, Level, Link, Memory, Outcome, Resource, Slice, SpanKind, SpanRecord, Unit,
    };
}

/// What the macros write calls to; promises nothing between versions.
#[doc(hidden)]
pub mod __private {
    pub use tracer_core::__private::*;

    pub use crate::init::{flush_on_signal, init_or_say as init};

    /// What a callsite runs before its first span.
    pub const PROVIDERS: fn() = crate::providers::register;
}

/// The programs of the README compile and run.
#[cfg(all(doctest, feature = "macros", feature = "tokio"))]
#[doc = include_str!("../../README.md")]
mod readme {}
